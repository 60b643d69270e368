"""What a verdict rests on, measured at some times only: the same averages as at every step, but for chance."""

import numpy as np
import pytest

import simulate

AVERAGES = ("mean_squared_gradient", "mean_square_saturation", "weighted_square_saturation", "mean_variance")


@pytest.mark.parametrize(
    ("problem", "settings"),
    [
        ("quadratic", {"size": 2, "noise": "two-point", "sigma": 1.0, "start": 3.0}),
        ("network", {"width": 3, "samples": 6}),
    ],
)
@pytest.mark.parametrize("backend", ["numpy", "kernels"])
def test_averages_over_strata_are_those_over_all_steps(problem, settings, backend):
    made = simulate.problems.make(problem, stages=3, **settings)
    options = {"alpha": 0.05, "tau": 8.0, "iterations": 61, "replicas": 300, "seed": 5, "backend": backend}
    every, some = (simulate.run(made, "analog-sgd-ap", **options, measure_every=n) for n in (1, 7))
    # the same trajectories: what is left is the choice of times, one in each stratum of 7, the last one shorter
    assert np.array_equal(every.final_value, some.final_value)
    assert np.array_equal(every.max_saturation, some.max_saturation)
    for name in AVERAGES:
        gaps = getattr(some, name) - getattr(every, name)
        error = gaps.std() / np.sqrt(len(gaps))
        assert abs(gaps.mean()) <= 5 * error + 1e-12 * getattr(every, name).mean(), name
        assert getattr(some, name).mean() == pytest.approx(getattr(every, name).mean(), rel=0.05), name
