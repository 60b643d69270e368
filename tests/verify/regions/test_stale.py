"""What staleness makes of the noise: never below what samples' directions change by, and not far above."""

import numpy as np
import pytest

from tests.verify.regions.test_network import PROBLEMS, boxes, directions_at
from verify.regions import stale
from verify.regions.intervals import Array
from verify.regions.network import Box


def met(name: str, backward: Box, apart: Array, stashed: bool) -> Array:
    """The largest root mean square change, element by element, over random weights and random corners."""
    problem, rng, worst = PROBLEMS[name], np.random.default_rng(5), np.zeros(apart.shape)
    for attempt in range(60):
        share = rng.random(apart.shape) if attempt % 2 else rng.integers(0, 2, apart.shape)
        current = backward.low + share * (backward.high - backward.low)
        old = current + apart * rng.choice([-1.0, 1.0], apart.shape)
        gap = directions_at(problem, old, old if stashed else current) - directions_at(problem, current, current)
        worst = np.maximum(worst, np.sqrt(np.mean(gap**2, axis=0)))
    return worst


def lagging(name: str, size: float, stage: int | None = None) -> Array:
    """So much for every weight, or for those of one stage alone."""
    shapes = PROBLEMS[name].shapes
    return np.concatenate(
        [np.full(rows * columns, size if stage in (None, m) else 0.0) for m, (rows, columns) in enumerate(shapes)]
    )


@pytest.mark.parametrize("stashed", [False, True], ids=["current", "stashed"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_no_direction_changes_by_more(name: str, stashed: bool) -> None:
    for size in (1e-4, 0.02):
        _, backward = boxes(PROBLEMS[name], 1e-3)
        apart = lagging(name, size)
        found = stale.change(PROBLEMS[name], backward.widened(apart), backward, apart, stashed=stashed)
        worst = met(name, backward, apart, stashed)
        assert np.all(worst <= found)
        assert np.linalg.norm(worst) > 0.05 * np.linalg.norm(found)


@pytest.mark.parametrize("stage", [0, 1, 2])
@pytest.mark.parametrize("stashed", [False, True], ids=["current", "stashed"])
def test_of_every_stage_what_its_weights_change_is_in_it(stage: int, stashed: bool) -> None:
    _, backward = boxes(PROBLEMS["tanh"], 0.0)
    apart = lagging("tanh", 1e-6, stage)
    found = stale.change(PROBLEMS["tanh"], backward.widened(apart), backward, apart, stashed=stashed)
    worst = met("tanh", backward, apart, stashed)
    assert np.all(worst <= found * (1 + 1e-9))
    assert np.linalg.norm(worst) > 0.3 * np.linalg.norm(found) > 0


def test_stashed_weights_change_more_and_current_ones_nothing() -> None:
    _, backward = boxes(PROBLEMS["deep"], 1e-3)
    apart = lagging("deep", 1e-3)
    forward = backward.widened(apart)
    once, both = (stale.change(PROBLEMS["deep"], forward, backward, apart, stashed=one) for one in (False, True))
    assert np.linalg.norm(both) > np.linalg.norm(once) > 0
    assert not stale.change(PROBLEMS["deep"], backward, backward, 0 * apart).any()
