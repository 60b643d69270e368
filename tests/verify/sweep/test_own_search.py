"""The search for trouble over families of the user's own."""

import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from boundary import BadInput, run_command
from tests.verify.families import PLAIN, TABLE, changed
from tests.verify.made import check, judged
from verify.__main__ import app
from verify.report import tables
from verify.sweep import assessing, falsify, settings
from verify.sweep.own_families import Undrawable


def test_a_search_over_own_families_is_kept_and_replayed(written: Callable[[str], Path], tmp_path: Path) -> None:
    path, out, kept = written(PLAIN), tmp_path / "o.json", tmp_path / "worst.db"
    arguments = ["falsify", "--families", str(path), "--budget", "4", "--store", str(kept), "--json", str(out)]
    assert _left(*arguments) == 0
    found = json.loads(out.read_text())
    assert list(found["families"]) == ["mine"] and found["families"]["mine"]["runs"] == 4
    assert found["families_file"] == settings.own_families(path).checksums()
    assert found["worst"]["setting"]["iterations"] == 40 and found["worst"]["impossible"] == 0
    path.unlink()  # the store has the text
    assert _left("replay", str(found["worst"]["setting"]["id"]), "--store", str(kept)) == 0


def test_a_search_keeps_the_iterations_of_a_family(written: Callable[[str], Path]) -> None:
    own = settings.own_families(written(changed("iterations = 40", "iterations = 4100\nmeasure_every = 3")))
    found = falsify.falsify(1, 1, (), own=own).families["mine"].judged.setting
    assert (found.iterations, found.measure_every) == (4100, 3)


def test_what_a_search_cannot_make_is_counted_and_said(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = changed('data = ["table.csv"]\n', "", TABLE).replace("replicas = 4", 'replicas = 4\nset.data = "table.csv"')
    text = changed("[family.axes.set]", '[family.axes]\nstages = [1, 5, "integers"]\n[family.axes.set]', text)
    monkeypatch.setattr(assessing, "assess", lambda setting, _: judged(setting.id, (check("a-posteriori", 2.0),)))
    worst = falsify.falsify(40, 1, (), own=settings.own_families(written(text))).families["table"]
    assert 0 < worst.impossible < worst.runs <= 40
    assert worst.reason.startswith("family 'table', axis stages: stages = ") and "at most 2" in worst.reason
    said = io.StringIO()
    Console(file=said, width=500).print(tables.falsify_table(falsify.SearchResult(40, 1, {"table": worst})))
    words = f"table: at {worst.impossible} of {worst.runs} points there is no setting; the first time: family"
    assert words in said.getvalue()


WRONG = {
    "every draw": (changed("[0.5, 1.5,", "[-1.5, -0.5,"), "family 'mine', axis set.sigma: sigma = -"),
    "the file": (changed('"quadratic"', '"cubic"'), "family 'mine': problem = 'cubic'"),
    "a name": (changed("instance = [", "instanze = ["), "family 'mine', axis set.instanze: --set = 'instanze'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_search_in_which_nothing_can_be_made_is_refused(
    case: str, written: Callable[[str], Path], tmp_path: Path
) -> None:
    text, words = WRONG[case]
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        code = _left("falsify", "--families", str(written(text)), "--budget", "5", "--store", "new.db")
    assert (code, said.getvalue().count("\n")) == (2, 1) and re.search(words, said.getvalue())
    assert not (tmp_path / "new.db").exists()


def test_only_families_that_there_are_are_searched(written: Callable[[str], Path]) -> None:
    own = settings.own_families(written(PLAIN))
    assert falsify.names_of((), own) == ("mine",) and "mine" not in falsify.names_of(())
    assert falsify.names_of(("mine", "attaining", "mine"), own) == ("mine", "attaining")
    with pytest.raises(BadInput, match=r"--family = 'yours': .*one of quadratic.*, mine"):
        falsify.names_of(("yours",), own)
    with pytest.raises(BadInput, match="--family = 'network-long'"):
        falsify.names_of(("network-long",))


def test_a_search_over_data_that_have_changed_is_refused(written: Callable[[str], Path], tmp_path: Path) -> None:
    own = settings.own_families(written(TABLE))
    with (tmp_path / "table.csv").open("a") as file:
        file.write("1,2,3\n")
    with pytest.raises(BadInput, match=r"data = table.csv: .*the file with the checksum") as refused:
        falsify.falsify(4, 1, (), own=own)
    assert not isinstance(refused.value, Undrawable)


def _left(*words: str) -> int:
    """Return the exit code of a command in this process."""
    with pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", list(words))
    assert isinstance(left.value.code, int)
    return left.value.code
