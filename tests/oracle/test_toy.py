"""Least squares on aihwkit's tile against the project's devices, sample by sample and pulse by pulse."""

import pytest

from tests.oracle import page, toy


@pytest.mark.slow
def test_the_table_is_reproduced_and_wrong_laws_are_not() -> None:
    """One test, since all of it stands on the same trainings: a minute of a core."""
    for found in toy.right():
        assert found.agrees, found.line()
    for what in ("update a batch", "read noise", "without pulses"):
        of_it = [found for found in toy.wrong() if what in found.what]
        assert len(of_it) == len(toy.MEASURES)
        assert not all(found.agrees for found in of_it), "\n".join(found.line() for found in of_it)
    assert page.untold(toy) == []


def test_the_family_is_what_is_compared() -> None:
    tables = (toy.TILE_ROWS, toy.SMOOTH_ROWS)
    assert toy.FAMILY.rows == len(toy.MEASURES) * sum(map(len, tables))
    assert toy.FAMILY.comparisons == len(toy.MEASURES) * len(tables)
