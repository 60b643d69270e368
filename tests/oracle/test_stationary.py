"""Stationary analog SGD on aihwkit against `simulate` and against trains of pulses."""

import numpy as np
import pytest

from tests.oracle import page, stationary


@pytest.mark.slow
def test_the_table_is_reproduced_and_wrong_laws_are_not() -> None:
    """One test, since all of it stands on the same runs. A mean is known to 2.5% at worst of the linear model, to 6%
    of aihwkit.
    """
    for found in stationary.right():
        assert found.agrees, found.line()
    for found in stationary.wrong():
        assert not found.agrees, found.line()
    model, *others = stationary.right()
    assert np.all(model.seen < 0.025 * model.measured)
    assert all(np.all(found.seen < 0.06 * found.measured) for found in others)
    assert len(stationary.right()) == stationary.FAMILY.comparisons
    assert sum(len(found.z) for found in stationary.right()) == stationary.FAMILY.rows
    assert page.untold(stationary) == []


@pytest.mark.slow
def test_the_recursion_with_fine_pulses_is_the_simulator() -> None:
    """The recursion of the trains, without their noise, against `simulate.run`, within four standard errors."""
    row = stationary.chosen(stationary.FINE)[1]
    exact, error = stationary.by_trains(row, stationary.exactly, 7)
    mean, other = stationary.simulated(row, "pulse-train", 8)
    assert abs(exact - mean) < 4 * np.hypot(error, other)
    assert np.hypot(error, other) < 0.01 * mean


@pytest.mark.parametrize("counts", [stationary.shared, stationary.own, stationary.rounded, stationary.endless])
def test_every_law_of_counts_is_unbiased(counts) -> None:
    rng = np.random.default_rng(3)
    n = np.abs(rng.standard_normal((4, stationary.TILE)))
    drawn = np.mean([counts(n, rng) for _ in range(4000)], axis=0)
    assert np.max(np.abs(drawn - n) / np.sqrt(np.maximum(n, 0.01) / 4000)) < 6


def test_the_trains_of_the_tile_are_short() -> None:
    """Two slots at alpha = 0.02, five at 0.05: far from an endless train."""
    found = {row["alpha"]: stationary.length_on_the_tile(row, 1) for row in stationary.chosen(stationary.COARSE)}
    assert found == {"0.02": 2, "0.05": 5}
