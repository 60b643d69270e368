"""docs/oracle.md tells what the comparisons say now."""

import re
from pathlib import Path

import pytest

from tests.oracle import page, responses, stationary, toy, updates
from tests.oracle.residuals import Residuals

TEXT = (Path(__file__).parents[2] / "docs" / "oracle.md").read_text()
HINT = "run `python -m tests.oracle`"


def shown(found: Residuals) -> str | None:
    """Return the verdict that the page has of a comparison."""
    row = re.search(rf"^\| {re.escape(found.what)} \|.*\| (.*) \|$", TEXT, re.MULTILINE)
    return row[1] if row else None


@pytest.mark.parametrize("module", [updates, responses])
def test_comparisons_without_simulation_are_told_to_the_digit(module) -> None:
    for found in (*module.right(), *module.wrong()):
        assert found.line() in TEXT, HINT


@pytest.mark.slow
@pytest.mark.parametrize("module", [stationary, toy])
def test_verdicts_are_told_as_they_are(module) -> None:
    """The numbers of simulations may differ in the last digit from machine to machine; what agrees may not."""
    for found in (*module.right(), *module.wrong()):
        verdict = shown(found)
        assert verdict is not None, HINT
        assert (verdict == "agrees") == found.agrees, HINT


def test_every_part_is_there() -> None:
    assert page.INTRODUCTION.strip() in TEXT, HINT
    for section in page.SECTIONS:
        assert f"## {section.heading}" in TEXT, HINT
