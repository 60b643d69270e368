"""Families of the user's own: drawn as the built-in ones, refused in one line, kept so that no file is needed again."""

import contextlib
import io
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from boundary import BadInput, digest, run_command
from tests.verify.families import PLAIN, TABLE, changed, plan_of
from theory.setting import algorithms
from verify.__main__ import app
from verify.report import page, summary, tables
from verify.sweep import assessing, settings
from verify.sweep.own_families import OwnFamilies
from verify.sweep.plan import SweepPlan
from verify.sweep.store import Store

ROOT = Path(__file__).parents[3]


def test_settings_are_drawn_by_seed_and_number_alone(written: Callable[[str], Path]) -> None:
    plan = plan_of(written(PLAIN))
    made = [settings.sample(plan.seed, index, plan.families, plan.own) for index in range(40)]
    assert plan.families == ("mine",)
    assert made[7] == settings.sample(
        3, 7, ("mine",), OwnFamilies.from_json(json.loads(json.dumps(plan.to_json()))["families_file"])
    )
    assert made[7] != settings.sample(4, 7, plan.families, plan.own)
    assert {one.algorithm for one in made} == {"analog-sgd-ap", "digital-ap"}
    assert {one.lags for one in made} == {(1, 0), (3, 2)} and all(one.free_lags for one in made)
    assert all(0.001 <= one.alpha <= 0.1 and 0.5 <= one.problem.settings["sigma"] <= 1.5 for one in made)
    assert np.median([one.alpha for one in made]) < 0.03
    assert {one.problem.settings["instance"] for one in made} == set(range(1, 10))
    for one in made:
        assert one.tau == (4 if algorithms.named(one.algorithm).analog else math.inf)
        assert (one.family, one.problem.settings["size"], one.replicas) == ("mine", 2, 4)


def test_an_axis_at_its_end_takes_both_ends_of_integers(written: Callable[[str], Path]) -> None:
    axes = settings.own_families(written(PLAIN)).by_name["mine"].axes
    assert [axes["set.instance"].at(u) for u in (0, 1 - 1e-16)] == [1, 9]
    assert [axes["alpha"].at(u) for u in (0.0, 0.5)] == pytest.approx([0.001, 0.01])


def test_names_choose_among_built_in_and_own(written: Callable[[str], Path]) -> None:
    own = settings.own_families(written(PLAIN))
    assert settings.plan_families([], own=own) == ("mine",)
    assert settings.plan_families(["mine", "attaining"], own=own) == ("attaining", "mine")
    with pytest.raises(BadInput, match=r"one of quadratic.*, mine"):
        settings.plan_families(["yours"], own=own)
    with pytest.raises(BadInput, match="--family"):
        settings.plan_families(["mine"])


WRONG = {
    "no TOML": ("[[family]", "a TOML file"),
    "nothing": ("", r"at least one \[\[family\]\]"),
    "other table": ("[families]\nx = 1", "--families key = 'families'"),
    "unknown key": (changed("tau = 4", "tau = 4\ntauu = 5"), "family 'mine': key = 'tauu'"),
    "seed": (changed("tau = 4", "tau = 4\nseed = 5"), "family 'mine': key = 'seed'"),
    "unknown axis": (changed("alpha = [", "alfa = ["), "family 'mine': axis = 'alfa'"),
    "problem": (changed('"quadratic"', '"cubic"'), "family 'mine': problem = 'cubic'"),
    "no problem": (changed('problem = "quadratic"', ""), "family 'mine': problem = None"),
    "no name": (changed('name = "mine"', ""), r"\[\[family\]\] 1: name = None"),
    "odd name": (changed('name = "mine"', 'name = "a b"'), r"\[\[family\]\] 1: name = a b"),
    "built-in name": (changed('"mine"', '"network-long"'), "family 'network-long'.*no built-in"),
    "twice": (PLAIN + PLAIN, "family 'mine'.*no other family"),
    "empty": (changed('["1,0", [3, 2]]', "[]"), r"family 'mine', axis lags = \[\]: .*at least one choice"),
    "no list": (changed('[0.001, 0.1, "log"]', "0.1"), "family 'mine', axis alpha = 0.1: .*a list"),
    "reversed": (changed('[0.001, 0.1, "log"]', '[0.1, 0.001, "log"]'), "family 'mine', axis alpha = .*low <= high"),
    "log of 0": (changed('[0.001, 0.1, "log"]', '[0, 0.1, "log"]'), "family 'mine', axis alpha = .*low > 0"),
    "infinite": (changed('[0.001, 0.1, "log"]', '[0.1, inf, "log"]'), "family 'mine', axis alpha = .*finite"),
    "nan": (changed('[0.001, 0.1, "log"]', '[0.1, nan, "log"]'), "family 'mine', axis alpha = .*real number"),
    "huge": (changed('[1, 9, "integers"]', f'[1, {10**400}, "integers"]'), "axis set.instance = .*1.8e308"),
    "no integers": (changed('[1, 9, "integers"]', '[1, 9.5, "integers"]'), "axis set.instance = .*integers"),
    "scale": (changed('[0.001, 0.1, "log"]', '[0.001, 0.1, "square"]'), "axis alpha: scale = 'square'"),
    "both": (changed("tau = 4", "tau = 4\nalpha = 0.1"), "family 'mine', axis alpha = alpha: .*given once"),
    "missing": (changed("tau = 4", ""), "family 'mine': tau or saturation = None"),
    "set": (changed('set = { size = 2, noise = "two-point" }', "set = 5"), "family 'mine': set = 5"),
    "axes": ('[[family]]\nname = "a"\naxes = 3', "family 'a': axes = 3"),
    "dates": (changed("tau = 4", "tau = 1979-05-27"), "family 'mine'.*tau = .*real number"),
    # what only the drawn value tells
    "domain": (changed("[0.5, 1.5,", "[-1.5, -0.5,"), "family 'mine', axis set.sigma: sigma = -.*sigma >"),
    "setting": (changed("instance = [", "instanze = ["), "family 'mine', axis set.instanze: --set = 'instanze'"),
    "algorithm": (changed('"digital-ap"]', '"digital-app"]'), "family 'mine', axis algorithm: .*'digital-app'"),
    "lags": (changed("[3, 2]", "[3, 2, 1]"), "family 'mine', axis lags: lags = "),
    "replicas": (changed("replicas = 4", "replicas = 1"), "family 'mine'.*replicas = 1: .*at least 2"),
    "stages": (changed("stages = 2", "stages = 0"), "family 'mine'.*stages = 0"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_in_one_line(case: str, written: Callable[[str], Path]) -> None:
    text, words = WRONG[case]
    path = written(text)
    with pytest.raises(BadInput, match=words) as refused:
        assessing.require_drawable(plan_of(path), range(60))
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 900


def test_more_stages_than_columns_are_refused_with_the_axis(written: Callable[[str], Path]) -> None:
    text = changed("[family.axes.set]", 'axes = { stages = [1, 5, "integers"], set = { noise = [1.0] } }\n#', TABLE)
    text = text.replace('data = ["table.csv"]\nnoise = [0.1, 1, "log"]', "").replace(
        "replicas = 4", 'replicas = 4\nset = { data = "table.csv" }'
    )
    with pytest.raises(BadInput, match=r"family 'table', axis stages: stages = .*at most 2"):
        assessing.require_drawable(plan_of(written(text)), range(30))


def test_resuming_with_another_file_or_other_data_is_refused(written: Callable[[str], Path], tmp_path: Path) -> None:
    plan, store = plan_of(written(TABLE)), tmp_path / "store.db"
    Store.create(store, plan).close()
    Store.start(store, plan_of(written(TABLE)), resume=True).close()
    with pytest.raises(BadInput, match=r"--families = a file with the checksum .* as in the store"):
        Store.start(store, plan_of(written(TABLE + "# more")), resume=True)
    with pytest.raises(BadInput, match="--families = none"):
        Store.start(store, SweepPlan(3, plan.families, 0.99), resume=True)
    with (tmp_path / "table.csv").open("a") as file:
        file.write("1,2,3\n")
    with pytest.raises(BadInput, match=r"--families = table.csv: .*the file with the checksum"):
        Store.start(store, plan_of(written(TABLE)), resume=True)
    with pytest.raises(BadInput, match=r"axis set.data: data = table.csv: .*the file with the checksum"):
        settings.sample(3, 0, plan.families, plan.own)  # the plan has the data's checksum: a worker refuses others


def test_a_store_is_replayed_without_the_file_and_the_account_covers_it(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    path = written(TABLE + PLAIN)
    plan = plan_of(path)
    with Store.create(tmp_path / "store.db", plan) as store, ThreadPoolExecutor(1) as pool:
        assert assessing.run(store, 3, pool, 1) == 3
    path.unlink()
    with Store.open(tmp_path / "store.db") as store:
        kept = list(store.results())
        assert [one.family for one in kept] == ["table", "mine", "table"]
        again = assessing.assess(store.result(0).setting, store.plan.confidence)
        assert {**again.to_json(), "seconds": 0} == {**kept[0].to_json(), "seconds": 0}
        found = summary.summarise(kept, store.plan, 1.0)
        assert "file of families" in page.render(kept, store.plan, "store.db")
    assert found.to_json()["families_file"] == plan.own.checksums() if plan.own else False
    levels = [one.evidence.level for one in kept]
    assert levels == sorted(levels, reverse=True) and sum(levels) < 0.01
    assert tables.summary_table(found)


def _verify(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "verify", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


def test_nothing_is_written_for_a_setting_that_cannot_be_made(written: Callable[[str], Path], tmp_path: Path) -> None:
    path = written(WRONG["domain"][0])
    said = _refused("run", "--families", str(path), "--settings", "3", "--store", "new.db")
    assert said.startswith("error: family 'mine', axis set.sigma: sigma") and not (tmp_path / "new.db").exists()


def test_the_example_of_the_guide_runs(written: Callable[[str], Path], tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "own.md").read_text(encoding="utf-8")
    rng = np.random.default_rng(2)
    np.savetxt(tmp_path / "table.csv", rng.normal(size=(30, 4)), delimiter=",", header="a,b,c,y", comments="")
    path = written(re.findall(r"```toml\n(# families.toml.*?)```", guide, re.DOTALL)[0])
    assessing.require_drawable(plan_of(path), range(100))
    plan = plan_of(path)
    with Store.create(":memory:", plan) as store, ThreadPoolExecutor(1) as pool:
        assessing.run(store, 1, pool, 1)
        document = summary.summarise(list(store.results()), plan, 1.0).to_json()
    assert list(document["by_family"]) == ["my-table"] and document["violations"] == 0
    assert list(document["families_file"]["files"]) == ["table.csv"]


COSINES = """
[[family]]
name = "cos"
problem = "cosines"
algorithm = "analog-sgd-ap"
stages = 2
tau = 5
iterations = 60
replicas = 4
alpha = 0.01
[family.axes.set]
sigma = [0.2, 0.6, "linear"]
"""


@pytest.mark.slow
def test_a_plugin_is_loaded_by_workers_and_needed_again(written: Callable[[str], Path], tmp_path: Path) -> None:
    text = (ROOT / "docs" / "add" / "problem.md").read_text(encoding="utf-8")
    (tmp_path / "mine.py").write_text(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0], encoding="utf-8")
    made, kept = ("run", "--families", written(COSINES).name, "--settings", "1"), ("--store", "s.db")
    found = _verify(*made, "--workers", "1", *kept, "--plugin", "mine.py", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert found.stderr.count("executing the code of mine.py") == 1
    again = _verify("replay", "0", *kept, "--plugin", "mine.py", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    for command in (("report", *kept), ("replay", "0", *kept)):
        assert re.search(r"^error: --plugin = none: .*mine\.py \(", _refused(*command))
    assert "family 'cos': problem = 'cosines'" in _refused(*made)
    digest.executed("mine.py", b"another")
    assert re.search(r"^error: --plugin = mine.py .*: must satisfy mine.py \(", _refused("report", *kept))


def _refused(*words: str) -> str:
    """Return what a command that is refused in this process says."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", list(words))
    assert (left.value.code, said.getvalue().count("\n")) == (2, 1), said.getvalue()
    return said.getvalue()
