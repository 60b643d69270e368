"""Exponents of planted power laws are read off with intervals that cover; wrong ones are told apart."""

import numpy as np
import pytest

import simulate
from theory.setting.boundary import BadInput
from verify import rates


@pytest.mark.parametrize("slope", [-2.0, -1.0, 0.5, 2.0])
def test_planted_exponents_are_covered(slope):
    rng = np.random.default_rng(0)
    x = np.geomspace(1, 100, 6)
    covered = 0
    for _ in range(400):
        truth = 3 * x**slope
        found = rates.exponent(x, truth * (1 + 0.02 * rng.standard_normal(6)), 0.02 * truth)
        covered += found.low <= slope <= found.high
    assert 360 <= covered <= 398  # 380 expected; four standard deviations to either side
    assert found.prefactor == pytest.approx(3, rel=0.1)


def test_linear_and_quadratic_are_told_apart():
    x = np.array([0.01, 0.02, 0.04])
    found = rates.exponent(x, 5 * x**2, 0.05 * 5 * x**2)
    assert found.low > 1.5


def test_bad_input_is_named():
    with pytest.raises(BadInput, match="y"):
        rates.exponent([1, 2], [1, -1], [0.1, 0.1])


def test_lag_price_pairs_the_same_noise():
    problem = simulate.problems.make("quadratic", stages=3, size=1, noise="two-point", condition=1.0, coupling=0.0)
    found = rates.lag_price(problem, [0.1, 0.05], 50.0, 20.0, 8, 1)
    assert (np.abs(found.price) < found.floor).all() and np.isfinite(found.cross_term).all()
    again = rates.lag_price(problem, [0.1, 0.05], 50.0, 20.0, 8, 1)
    assert np.array_equal(found.price, again.price)
