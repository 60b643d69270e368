"""Intervals cover planted truths at least as often as stated, and tell wrong laws apart."""

import numpy as np
import pytest

from boundary import BadInput
from verify.rates import intervals, iterations, study

X = np.geomspace(1, 100, 6)
STATED = 0.95
FAMILIES = 500


def normal(rng, shape):
    return 1 + 0.3 * rng.standard_normal(shape)


def skew(rng, shape):
    return rng.lognormal(-0.5, 1.0, shape)


def shared(rng, shape):
    """Points on the same noise: a replica's scatter is common to all points, and some is each point's own."""
    return rng.gamma(2.0, 0.5, shape[-1]) * (1 + 0.05 * rng.standard_normal(shape))


def tight(rng, shape):
    return 1 + 0.02 * rng.standard_normal(shape)


NOISES = pytest.mark.parametrize("noise", [normal, skew, shared])


def coverage(noise, law, interval, truth, replicas=32):
    rng = np.random.default_rng(1)
    hits = [truth in interval(law[:, None] * noise(rng, (len(law), replicas))) for _ in range(FAMILIES)]
    return float(np.mean(hits))


@NOISES
@pytest.mark.parametrize("slope", [-2.0, -0.5, 1.0])
def test_planted_exponents_are_covered_as_often_as_stated(noise, slope):
    assert coverage(noise, 3 * X**slope, lambda y: intervals.exponent(X, y), slope) >= STATED


@NOISES
def test_a_next_order_does_not_spoil_the_leading_exponent(noise):
    law = X**-0.5 * (1 + 0.15 * X**-0.5)
    assert coverage(noise, law, lambda y: intervals.exponent(X, y, correction=-0.5), -0.5) >= STATED


def test_without_the_next_order_it_would():
    law = X**-0.5 * (1 + 0.15 * X**-0.5)
    assert coverage(tight, law, lambda y: intervals.exponent(X, y), -0.5) < 0.5
    assert coverage(tight, law, lambda y: intervals.exponent(X, y, correction=-0.5), -0.5) >= STATED


def test_an_exponent_towards_a_floor_is_covered():
    rng = np.random.default_rng(2)
    found = [intervals.floored_exponent(X, (0.2 + 5 / X)[:, None] * tight(rng, (6, 16))) for _ in range(200)]
    assert np.mean([0.2 in floor for floor, _ in found]) >= STATED
    assert np.mean([-1 in power for _, power in found]) >= STATED
    assert not any(-0.5 in power or -2 in power for _, power in found)


def test_floored_reads_an_exact_law_exactly():
    floor, c, s = intervals.floored(X, 0.2 + 5 * X**-1.3)
    assert (floor, c, s) == pytest.approx((0.2, 5, -1.3), rel=1e-4)


@pytest.mark.parametrize("wrong", [-0.4, -0.6, -1.0])
def test_a_wrong_exponent_is_detected(wrong):
    """Power at the stated discrepancy of 0.1: 30 % scatter, 32 replicas, two decades."""
    rng = np.random.default_rng(3)
    misses = [wrong not in intervals.exponent(X, X[:, None] ** -0.5 * normal(rng, (6, 32))) for _ in range(FAMILIES)]
    assert np.mean(misses) >= 0.95


def test_the_error_is_what_is_asked_for():
    rng = np.random.default_rng(4)
    y = X[:, None] ** -0.5 * normal(rng, (6, 32))
    loose, strict = (intervals.exponent(X, y, error=error) for error in (0.2, 0.001))
    assert strict.low < loose.low < loose.value == strict.value < loose.high < strict.high


@pytest.mark.parametrize(
    ("x", "y", "named"),
    [
        ([1, 2], [[1.0] * 8, [-1.0] * 8], "samples"),
        ([1, 1], [[1.0] * 8, [1.0] * 8], "x"),
        ([1, -2], [[1.0] * 8, [1.0] * 8], "x"),
        ([1, 2], [[1.0] * 7, [1.0] * 7], "replicas"),
        ([1, 2], [[1.0] * 8, [np.inf] * 8], "data"),
    ],
)
def test_bad_input_is_named(x, y, named):
    with pytest.raises(BadInput, match=named):
        intervals.exponent(x, y)


@pytest.mark.parametrize("error", [0.0, 1.0, 2.0])
def test_an_error_is_a_probability(error):
    with pytest.raises(BadInput, match="error"):
        intervals.exponent([1, 2], [[1.0] * 8, [2.0] * 8], error=error)


def test_first_reach_interpolates_the_running_average():
    curve = np.array([4.0, 2.0, 0.0, 0.0])  # running averages 4, 3, 2, 1.5 at k = 10, 20, 30, 40
    assert iterations.first_reach(curve, 40, 3.0) == 20
    assert iterations.first_reach(curve, 40, 2.5) == 25
    assert iterations.first_reach(curve, 40, 5.0) == 10
    assert np.isnan(iterations.first_reach(curve, 40, 1.0))


def test_the_step_is_that_of_the_theorem():
    plan = iterations.StudyPlan(quick=True, seed=1)
    short, long = (iterations.by_rule("analog-sgd-ap", iterations.QUADRATIC, K, plan) for K in (1000, 4000))
    assert short.alpha / long.alpha == pytest.approx(2)
    gap = short.problem.initial_gap
    assert short.alpha == pytest.approx((2 * gap / 1000) ** 0.5, rel=1e-6)  # L = sigma = 1


def test_the_error_is_shared_by_all_rows():
    heard: list[float] = []
    study.together([heard.append] * 7)
    assert heard == [pytest.approx((1 - intervals.CONFIDENCE) / 7)] * 7
