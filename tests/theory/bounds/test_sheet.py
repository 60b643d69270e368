"""The bound sheet: complete, consistent with the theorems, and accepted by LaTeX."""

import json
import shutil
import subprocess
from decimal import Decimal

import pytest

import theory
from boundary import BadInput, run_command
from theory import blueprint, sheet
from theory.bounds import NAMES
from theory.commands import app, bounds  # noqa: F401 - importing a command registers it


@pytest.fixture(scope="module")
def outcomes():
    return {outcome.claim: outcome for outcome in blueprint.prove(blueprint.all_claims())}


@pytest.fixture(scope="module")
def folder(outcomes, tmp_path_factory):
    place = tmp_path_factory.mktemp("sheet")
    sheet.write(place, outcomes, "blueprint.svg")
    return place


def test_the_json_is_complete(folder):
    found = json.loads((folder / "bounds.json").read_text())
    assert [theorem["name"] for theorem in found["theorems"]] == [*NAMES, "lower"]
    known = {claim["id"] for claim in found["claims"]}
    assert known == {claim.id for claim in blueprint.all_claims()}
    for theorem in found["theorems"]:
        assert theorem["domain"]
        assert theorem["assumptions"] or theorem["name"] == "lower"  # of one objective
        assert set(theorem["claims"]) <= known
        assert theorem["latex"]
    assert all(claim["verdict"] == "proved" for claim in found["claims"])


def test_its_numbers_are_the_bounds(folder):
    """The parameters are the decimals that the file shows."""
    for row in json.loads((folder / "bounds.json").read_text(), parse_float=Decimal)["values"]:
        for name, upper in row["upper"].items():
            assert float(upper) == theory.bound(name)(**row["parameters"])


def test_the_markdown_names_every_theorem_and_claim(folder):
    text = (folder / "bounds.md").read_text()
    assert "<<" not in text
    assert "<%" not in text
    assert "blueprint.svg" in text
    for name in NAMES:
        assert theory.bound(name).latex in text
    assert r"\frac{\Delta L \left(1 + d_{m}\right)}{2 \varepsilon} < K" in text
    for claim in blueprint.all_claims():
        assert f"`{claim.id}`" in text


def test_an_unproved_claim_is_shown_as_such(outcomes):
    spoiled = {**outcomes, "master.sharp": blueprint.ProofOutcome("master.sharp", "undecided", "a gap")}
    text = sheet.render(sheet.describe(spoiled), "bounds.md.j2")
    line = next(line for line in text.splitlines() if line.startswith("| `master.sharp`"))
    assert "| undecided |" in line


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_page_compiles(folder):
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "bounds.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (folder / "bounds.pdf").stat().st_size > 10_000
    assert "Undefined control sequence" not in done.stdout


def test_a_place_that_cannot_be_written_is_refused(outcomes, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(BadInput, match="a place that can be written"):
        sheet.write(blocked, outcomes, None)


def test_the_command_refuses_it_in_one_line(capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SystemExit) as ended:
        run_command(app, "python -m theory", ["bounds", "--out", str(tmp_path / "file")])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.count("\n") == 1
    assert "a place that can be written" in err


def test_macro_names_have_letters_only():
    assert sheet._macro("Lambda1") == "LambdaOne"
    assert sheet._macro("sharp-resolved") == "SharpResolved"
