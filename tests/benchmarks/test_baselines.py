"""A ratio means something only if all implementations do the same work: they give the same weights."""

import numpy as np
import pytest

from benchmarks.baselines import BASELINES, OURS
from benchmarks.measure import difference, slope
from benchmarks.workload import Workload

LOAD = Workload(3, 6)


@pytest.mark.parametrize("how", BASELINES, ids=lambda how: how.name)
def test_every_baseline_follows_the_same_trajectory(how):
    if not how.available:
        pytest.skip(f"{how.needs} is not installed")
    # 60 steps that each round sums of a few numbers of order one, in different orders.
    assert difference(how, LOAD, 60, 5) < 1e-13


def test_another_trajectory_is_told_apart():
    chosen = LOAD.indices(60, 5)
    other = chosen.copy()
    other[:, 30] = (other[:, 30] + 1) % LOAD.samples
    assert np.abs(OURS.run(LOAD, chosen) - OURS.run(LOAD, other)).max() > 1e-6


def test_a_slope_is_the_exponent():
    assert slope([(1.0, 3.0), (2.0, 12.0), (4.0, 48.0)]) == pytest.approx(2)
