"""The converse and the lower bound for lags, in runs: the excess is the predicted one; nothing is below the bound."""

import math
from dataclasses import replace

import numpy as np
import pytest

from verify.rates import converse, lower, study
from verify.rates.iterations import StudyPlan
from verify.rates.measure import gather

PLAN = StudyPlan(quick=True, seed=1)
BEST = {0: 2.000, 1: 2.778, 2: 3.770, 3: 4.803, 8: 10.075}
"""Least K A_K/(L Delta) over step sizes as K -> infinity, by shared/theory/free-asynchrony.md section 4."""


@pytest.fixture(scope="module")
def made():
    jobs = [*converse.jobs(PLAN), *lower.jobs(PLAN)]
    found = gather(jobs, None, lambda _: None)
    pending = [*converse.rows(PLAN, found), *lower.rows(PLAN, found)]
    return found, study.together(pending)


def test_every_row_is_held(made):
    _, rows = made
    assert [row for row in rows if row.verdict != "held"] == []
    assert len(rows) == 1 + 3 + 1 + 2 * 5


def test_the_excess_is_predicted_and_grows_with_the_step_itself(made):
    _, rows = made
    exponent, *predicted, linear = rows[:5]
    assert exponent.interval.value == pytest.approx(1, abs=0.05)
    assert exponent.interval.low > 0.5 and exponent.interval.high < 1.5  # not the 2 of Theorem 4
    for row, value in zip(predicted, (0.0337, 0.0718, 0.1606), strict=True):
        assert row.expected.low == pytest.approx(value, abs=5e-5)
        assert value in row.interval and row.interval.value == pytest.approx(value, rel=0.05)
        assert row.interval.low > 0.7 * value
        assert row.bound > row.interval.high  # Theorem 1 charges more
    assert abs(linear.interval.value) < 0.002 and 0.0 in linear.interval


def test_a_row_with_a_wrong_prediction_is_violated(made):
    _, rows = made
    row = rows[2]
    for factor in (0.7, 1.4):
        wrong = replace(row.expected, low=factor * row.expected.low, high=factor * row.expected.high)
        assert replace(row, expected=wrong).verdict == "violated"


def test_no_step_size_and_no_horizon_is_below_the_bound(made):
    _, rows = made
    nearest = rows[5:10]
    assert all(row.interval.value >= 1 - 1e-12 for row in nearest)
    assert all(row.interval.value == pytest.approx(1, rel=1e-9) for row in nearest)  # it is attained


def test_a_bound_a_thousandth_higher_would_be_seen(made, monkeypatch):
    found, _ = made
    true = lower.least
    monkeypatch.setattr(lower, "least", lambda lag, K: 1.001 * true(lag, K))
    assert all(lower._nearest(lag, PLAN, found, 0.05).verdict == "violated" for lag in lower.LAGS)


@pytest.mark.parametrize("lag", lower.LAGS)
def test_the_bound_is_that_of_the_theorem(lag):
    for K in (1, lag + 1, 7 * lag + 5):
        J = min(K, lag + 1)
        assert lower.least(lag, K) == pytest.approx(J * (J + 1) / (2 * J - 1))
    assert lower.enough(lag) == pytest.approx(2 * (lag + 1))


@pytest.mark.parametrize("lag", lower.LAGS)
def test_the_best_step_size_leads_where_the_closed_form_says(lag):
    """Runs of the simulator at a horizon long enough; golden-section search over the step size."""
    horizon = 300 * (lag + 1)

    def total(alpha):
        return lower.Descents(lag, alpha, (horizon,)).make()[0]

    if lag == 0:
        assert total(1.0) == pytest.approx(2.0)
        return
    low, high = 0.5 / (2 * lag + 1), 2.2 / (2 * lag + 1)
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(18):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if total(left) < total(right) else (left, high)
    alpha = (low + high) / 2
    theta = 2 * math.asin(alpha / 2)
    y = (2 * lag + 1) * theta / 2
    assert total(alpha) == pytest.approx(BEST[lag], abs=2e-3)
    assert total(alpha) == pytest.approx(2 * ((1 + math.sin(y)) / (2 * math.sin(theta) * math.cos(y)) - lag), rel=1e-6)


def test_a_step_that_diverges_is_above_every_bound():
    assert lower.Descents(3, 3.0, (3000,)).make() == (math.inf,)


def test_the_study_has_them():
    jobs = study.jobs(PLAN)
    assert set(jobs) >= {*converse.jobs(PLAN), *lower.jobs(PLAN)}
    assert np.all([job.cost > 0 for job in jobs])
