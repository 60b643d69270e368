"""docs/oracle.md tells what the comparisons say now; those of the simulated tables are looked at with the tables."""

import pytest

from tests.oracle import page, responses, updates

TEXT = page.PAGE.read_text()
HINT = "run `python -m tests.oracle`"


@pytest.mark.parametrize("module", [updates, responses])
def test_comparisons_without_simulation_are_told_to_the_digit(module) -> None:
    for found in (*module.right(), *module.wrong()):
        assert found.line() in TEXT, HINT
    assert page.untold(module) == []


def test_every_part_is_there() -> None:
    for part in (page.INTRODUCTION, page.PUBLISHED, page.INSTALLED):
        assert part.strip() in TEXT, HINT
    for section in page.SECTIONS:
        assert f"## {section.heading}" in TEXT, HINT


def test_a_verdict_that_is_not_told_is_noticed(monkeypatch, tmp_path) -> None:
    (tmp_path / "page.md").write_text(TEXT.replace("agrees |", "**rejected** by 1 of 22 rows |"))
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    assert len(page.untold(responses)) == len(responses.right())
