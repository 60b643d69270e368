"""Confidence bounds, the family they belong to, and what they detect: on truths that are planted."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from boundary import BadInput
from verify.judging import statistics as vs


def draw(name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Nonnegative observations of mean 1 with very different tails."""
    rng = np.random.default_rng(seed)
    match name:
        case "narrow":
            return rng.gamma(100.0, 0.01, shape)
        case "exponential":
            return rng.exponential(1.0, shape)
        case "lognormal":
            return rng.lognormal(-0.5, 1.0, shape)
        case "rare":  # 0 or 20: looks far too small most of the time
            return 20.0 * (rng.random(shape) < 0.05)
        case "adversarial":  # the law against which a bet without a ceiling is exactly tight: 1.25 or 0
            return 1.25 * (rng.random(shape) < 0.8)
    raise AssertionError(name)


LAWS = ("narrow", "exponential", "lognormal", "rare", "adversarial")


def too_many(alarms: int, families: int, rate: float) -> bool:
    """Whether so many alarms would come up with probability below 1e-4 at the stated rate."""
    return bool(stats.binom.sf(alarms - 1, families, rate) < 1e-4)


@pytest.mark.parametrize("law", LAWS)
def test_stopping_whenever_it_suits_is_sound(law):
    observations = draw(law, (2000, 64), seed=3)
    ever = np.zeros(2000, dtype=bool)
    for look in (1, 2, 4, 8, 16, 32, 64):
        ever |= vs.lower_mean(observations[:, :look], 0.05) > 1.0
    assert not too_many(int(ever.sum()), 2000, 0.05)


@pytest.mark.parametrize(("violation", "variation"), [(0.2, 0.05), (0.3, 0.3), (0.5, 1.0)])
def test_power_is_as_stated(violation, variation):
    level, power, families = 1e-4, 0.9, 600
    replicas = vs.replicas_needed(violation, variation, level, power)
    rng = np.random.default_rng(1)
    observations = rng.gamma(1 / variation**2, variation**2 * (1 + violation), (families, replicas))
    caught = int((vs.lower_mean(observations, level) > 1.0).sum())
    assert stats.binom.cdf(caught, families, power) > 1e-4, (caught / families, replicas)


def test_the_capital_that_counts_is_the_largest_ever_held():
    """Ville's inequality speaks of the whole path: what was won is not lost again by looking further."""
    winning = np.full(12, 4.0)
    losing = np.append(winning, np.zeros(40))
    assert vs.log_capital(losing, np.float64(1.0)) >= vs.log_capital(winning, np.float64(1.0)) > math.log(1e4)
    assert vs.lower_mean(losing, 1e-4) >= vs.lower_mean(winning, 1e-4) * (1 - 1e-12) > 1


def test_students_bound_is_the_textbooks():
    values = np.array([1.0, 2.0, 4.0, 7.0])
    interval = stats.t.interval(0.9, 3, loc=values.mean(), scale=stats.sem(values))  # 5% on either side
    assert [float(vs.student_mean(values, 0.05, side)) for side in ("lower", "upper")] == pytest.approx(interval)


def test_a_bound_below_a_ceiling_is_the_mirror_of_one_above_zero():
    values = np.random.default_rng(8).beta(2, 5, (20, 40))
    ceiling = np.full(20, 1.5)
    assert vs.upper_mean(values, 0.03, ceiling) == pytest.approx(1.5 - vs.lower_mean(1.5 - values, 0.03), abs=1e-12)


def test_without_scatter_the_detectable_violation_is_what_the_worst_law_allows():
    level, replicas = 1e-5, 64
    detectable = 1 / float(vs.lower_mean(np.ones(replicas), level)) - 1
    least = level ** (-1 / replicas) - 1  # all replicas at 1 + d has probability (1 + d)^-R under the law on {0, 1 + d}
    assert least <= detectable <= least + 2 * math.log(2) / replicas


@given(st.integers(0, 200_000), st.floats(0.5, 0.999))
@settings(deadline=None, max_examples=60)
def test_the_spending_is_positive_and_never_grows(index, confidence):
    spending = vs.Spending(confidence)
    assert 0 < spending.level(index + 1) <= spending.level(index) < 1 - confidence


def test_the_spending_never_exceeds_the_error():
    spending = vs.Spending(0.99, first_block=4)
    assert sum(spending.level(index) for index in range(100_000)) < 0.01


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(1e-9, 0.5), st.floats(1e-3, 1e3))
@settings(deadline=None, max_examples=100)
def test_the_lower_bound_scales_and_stays_below_every_prefix_mean(values, level, scale):
    lower = float(vs.lower_mean(values, level))
    prefix = np.cumsum(values) / np.arange(1, len(values) + 1)
    assert 0 <= lower <= prefix.max()
    assert float(vs.lower_mean(np.array(values) * scale, level)) == pytest.approx(lower * scale, rel=1e-6, abs=1e-290)
    if lower > 1e-290:
        capital = vs.log_capital(np.array([values, values]), lower * np.array([1 - 1e-9, 1 + 1e-9]))
        assert capital[0] >= -math.log(level) > capital[1]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: vs.lower_mean([1.0, -1.0], 0.1), "observations"),
        (lambda: vs.lower_mean([1.0, math.nan], 0.1), "observations"),
        (lambda: vs.lower_mean([], 0.1), "observations"),
        (lambda: vs.lower_mean([1.0], 0.0), "level"),
        (lambda: vs.upper_mean([2.0], 0.1, 1.0), "observations"),
        (lambda: vs.student_mean([1.0], 0.1, "upper"), "replicas"),
        (lambda: vs.replicas_needed(0.0, 0.1, 0.1), "violation"),
        (lambda: vs.Spending(1.0), "--confidence"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(BadInput) as caught:
        call()
    assert caught.value.name == name
