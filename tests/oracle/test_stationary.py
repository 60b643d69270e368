"""Stationary analog SGD on aihwkit against `simulate` and against trains of pulses."""

import numpy as np
import pytest

from tests.oracle import stationary

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("place", range(stationary.FAMILY.comparisons))
def test_the_law_agrees(place) -> None:
    assert stationary.right()[place].agrees, stationary.right()[place].line()


def test_every_wrong_law_is_rejected() -> None:
    for found in stationary.wrong():
        assert not found.agrees, found.line()


def test_the_family_is_what_is_compared() -> None:
    found = stationary.right()
    assert len(found) == stationary.FAMILY.comparisons
    assert sum(len(one.z) for one in found) == stationary.FAMILY.rows


def test_what_would_have_been_seen_is_small() -> None:
    """The smooth device is known to 2.5% against the linear model, to 6% against aihwkit."""
    model, *others = stationary.right()
    assert np.all(model.seen < 0.025 * model.measured)
    for found in others:
        assert np.all(found.seen < 0.06 * found.measured)


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
