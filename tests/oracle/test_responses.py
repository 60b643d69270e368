"""The presets' mean devices are aihwkit's, digit by digit; no two presets are taken for each other."""

import pytest

from tests.oracle import responses
from tests.oracle.tables import rows


@pytest.mark.parametrize("found", responses.right(), ids=lambda found: found.what)
def test_the_preset_is_the_published_device(found) -> None:
    assert found.agrees, found.line()


@pytest.mark.parametrize("published", responses.PUBLISHED)
def test_another_preset_is_rejected(published) -> None:
    for found in responses.others(published):
        assert found.rows_that_reject, found.line()
        assert found.farthest > 0.01


def test_every_row_is_compared() -> None:
    assert {row["preset"] for row in rows(responses.TABLE)} == {*responses.PUBLISHED, responses.TIKI_TAKA}
    found = responses.right()
    assert len(found) == responses.FAMILY.comparisons
    assert sum(len(one.z) for one in found) == responses.FAMILY.rows
