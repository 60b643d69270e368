"""Least squares on aihwkit's tile against the project's devices, sample by sample and pulse by pulse."""

import pytest

from tests.oracle import toy

pytestmark = pytest.mark.slow


def test_the_laws_agree() -> None:
    for found in toy.right():
        assert found.agrees, found.line()


def test_the_family_is_what_is_compared() -> None:
    assert len(toy.right()) == toy.FAMILY.comparisons
    assert sum(len(found.z) for found in toy.right()) == toy.FAMILY.rows


@pytest.mark.parametrize("what", ["update a batch", "read noise", "without pulses"])
def test_the_wrong_law_is_rejected(what) -> None:
    """By at least one of the three measures."""
    of_it = [found for found in toy.wrong() if what in found.what]
    assert len(of_it) == len(toy.MEASURES)
    assert not all(found.agrees for found in of_it), "\n".join(found.line() for found in of_it)
