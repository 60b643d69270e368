"""The statistics against their formulas, written down a second time and evaluated at single points."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy import optimize, special

from boundary import BadInput
from verify.judging import statistics as vs

SHARES = {1.0: 1 / 2} | {2.0**-power: 1 / 14 for power in range(1, 8)}
"""Stake: share of the starting capital."""


def capital(values, mean: float) -> float:
    """The largest capital ever held, by multiplying."""
    held = [
        sum(share * math.prod(1 - stake + stake * x / mean for x in values[:n]) for stake, share in SHARES.items())
        for n in range(1, len(values) + 1)
    ]
    return max(held)


def test_the_starting_capital_is_one_and_divided_among_stakes_of_at_most_one():
    assert dict(zip(vs.STAKES.tolist(), vs.PRIOR.tolist(), strict=True)) == pytest.approx(SHARES, rel=1e-15)
    assert math.fsum(vs.PRIOR) == pytest.approx(1, rel=1e-15)


@pytest.mark.parametrize("values", [[2.0], [3.0, 0.5], [0.0, 4.0, 1.0], [1.5, 2.5, 0.25, 3.0]])
@pytest.mark.parametrize("mean", [0.5, 1.0, 2.0])
def test_the_capital_is_the_product_of_the_bets(values, mean):
    assert float(vs.log_capital(np.array(values), np.float64(mean))) == pytest.approx(
        math.log(capital(values, mean)), rel=1e-12, abs=1e-12
    )


def test_capitals_of_many_experiments_are_their_own():
    values, means = np.array([[3.0, 0.5], [1.0, 2.0], [4.0, 4.0]]), np.array([0.5, 1.0, 2.0])
    expected = [math.log(capital(row, mean)) for row, mean in zip(values, means, strict=True)]
    assert vs.log_capital(values, means) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("values", [[1.0] * 9, [3.0, 0.5, 2.0, 2.5, 1.0, 4.0], [5.0]])
@pytest.mark.parametrize("level", [0.01, 0.2])
def test_the_lower_bound_is_where_the_capital_reaches_one_over_level(values, level):
    lower = float(vs.lower_mean(values, level))
    exact = optimize.brentq(lambda mean: capital(values, mean) - 1 / level, 1e-6, max(values), xtol=1e-14)
    assert lower == pytest.approx(exact, rel=1e-10)
    above, below = vs.log_capital(np.array([values, values]), exact * np.array([1 + 1e-10, 1 - 1e-10]))
    assert above < -math.log(level) <= below


def test_every_experiment_has_its_own_bounds():
    """Shape (2, 3, R): what is found of one row does not depend on the others."""
    values = np.random.default_rng(4).exponential(1.0, (2, 3, 40))
    means = np.linspace(0.3, 1.3, 6).reshape(2, 3)
    lower, upper = vs.lower_mean(values, 0.2), vs.upper_mean(values, 0.2, np.full((2, 3), 12.0))
    capital, student = vs.log_capital(values, means), vs.student_mean(values, 0.2, "upper")
    alarms = capital >= -math.log(0.2)
    assert alarms.any() and not alarms.all()
    for place in np.ndindex(2, 3):
        row = values[place]
        assert lower[place] == float(vs.lower_mean(row, 0.2)) and upper[place] == float(vs.upper_mean(row, 0.2, 12.0))
        assert alarms[place] == (lower[place] >= means[place])
        assert student[place] == float(vs.student_mean(row, 0.2, "upper"))
        assert capital[place] == float(vs.log_capital(row, means[place]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vs.lower_mean([1.0, -1.0], 0.1), "observations = -1.0: must satisfy observations >= 0"),
        (lambda: vs.upper_mean([0.5, 2.0], 0.1, 1.0), "observations = 2.0: must satisfy observations <= ceiling"),
        (lambda: vs.replicas_needed(0.0, 0.1, 0.1), "violation = 0.0: must satisfy violation > 0"),
        (lambda: vs.replicas_needed(-0.5, 0.1, 0.1), "violation = -0.5: must satisfy violation > 0"),
        (lambda: vs.student_mean([1.0], 0.1, "upper"), "replicas = 1: must satisfy at least 2"),
    ],
)
def test_what_is_refused_is_said_with_the_value_that_breaks_it(call, message):
    with pytest.raises(BadInput, match=message):
        call()


def test_nothing_is_claimed_of_zeros_and_of_values_beside_them_what_they_give():
    assert vs.lower_mean([[0.0, 0.0], [2.0, 2.0]], 0.3).tolist() == [0, vs.lower_mean([2.0, 2.0], 0.3)]
    assert vs.lower_mean([0.0], 0.5) == 0


def test_a_value_at_its_ceiling_is_allowed():
    assert float(vs.upper_mean([1.0, 0.5], 0.1, 1.0)) == 1 - float(vs.lower_mean([0.0, 0.5], 0.1))
    assert float(vs.upper_mean([1.0, 1.0], 0.1, 1.0)) == 1


VALUES = np.array([1.0, 2.0, 4.0, 7.0])  # mean 7/2, variance 21/3


def test_two_replicas_have_a_variance():
    for side in ("lower", "upper"):
        assert math.isfinite(vs.student_mean(np.array([1.0, 2.0]), 0.1, side))


def test_students_bound_with_one_degree_of_freedom():
    """t_{0.95} with one degree of freedom is tan(0.45 pi); the standard error of (1, 3) is 1."""
    assert float(vs.student_mean([1.0, 3.0], 0.05, "upper")) == pytest.approx(2 + math.tan(0.45 * math.pi), rel=1e-9)
    assert float(vs.student_mean([1.0, 3.0], 0.05, "lower")) == pytest.approx(2 - math.tan(0.45 * math.pi), rel=1e-9)


def test_bounds_say_what_they_are():
    lower = vs.lower_bound(VALUES, 0.05)
    assert lower == vs.ConfidenceBound(float(vs.lower_mean(VALUES, 0.05)), "lower", 0.05, "betting")
    upper = vs.upper_bound(VALUES, 0.05, 9.0)
    assert upper == vs.ConfidenceBound(float(vs.upper_mean(VALUES, 0.05, 9.0)), "upper", 0.05, "betting")
    student = vs.upper_bound(VALUES, 0.05)
    assert student == vs.ConfidenceBound(float(vs.student_mean(VALUES, 0.05, "upper")), "upper", 0.05, "student")


def test_bounds_and_spending_do_not_change():
    for one in (vs.lower_bound(VALUES, 0.05), vs.Spending(0.99)):
        with pytest.raises(FrozenInstanceError):
            one.level = 0.5


def test_the_error_is_spent_in_blocks_that_double():
    spending, share = vs.Spending(0.99), 0.01 * 6 / math.pi**2
    for first, last, block in [(0, 511, 0), (512, 1535, 1), (1536, 3583, 2), (3584, 7679, 3)]:
        expected = share / (block + 1) ** 2 / (512 * 2**block)
        assert spending.level(first) == spending.level(last) == pytest.approx(expected, rel=1e-14)
    assert vs.Spending(0.9, first_block=1).level(0) == pytest.approx(0.1 * 6 / math.pi**2, rel=1e-14)
    # the whole of the error, in the limit: sum 1/(b + 1)^2 = pi^2/6
    whole = math.fsum(512 * 2**b * spending.level(512 * (2**b - 1)) for b in range(60))
    assert 0.0098 < whole < 0.01


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.1, 1.1, math.nan])
def test_a_confidence_lies_strictly_between_0_and_1(confidence):
    with pytest.raises(BadInput, match="confidence"):
        vs.Spending(confidence)
    with pytest.raises(BadInput, match="level"):
        vs.lower_mean([1.0], confidence)


@pytest.mark.parametrize(("violation", "level"), [(0.1, 1e-3), (1.0, 1e-3), (3.0, 0.05)])
def test_replicas_that_do_not_scatter_win_their_stake_every_time(violation, level):
    """R (log(1 + b d)) >= log(1/level) - log(share) for some stake b; the least such R."""
    least = min((math.log(1 / level) - math.log(w)) / math.log(1 + b * violation) for b, w in SHARES.items())
    assert vs.replicas_needed(violation, 0.0, level) == math.ceil(least)


@pytest.mark.parametrize(("variation", "power"), [(0.3, 0.9), (1.0, 0.5), (2.0, 0.99)])
def test_the_replicas_for_scattered_growth_solve_the_normal_approximation(variation, power):
    """R g - z s sqrt(R) = log(1/level) - log(share), g and s over 512 quantiles of the gamma law of that variation."""
    quantiles = special.gammaincinv(variation**-2, (np.arange(512) + 0.5) / 512) * variation**2
    found = []
    for stake, share in SHARES.items():
        growth = np.log(1 + stake * (1.5 * quantiles - 1))  # violation 1/2
        mean, deviation, price = growth.mean(), growth.std(), math.log(1 / 0.01) - math.log(share)
        if mean > 0:
            found.append(optimize.brentq(
                lambda root: root**2 * mean - special.ndtri(power) * deviation * root - price, 0, 1e4  # noqa: B023
            ) ** 2)  # fmt: skip
    assert vs.replicas_needed(0.5, variation, 0.01, power) == math.ceil(min(found))


def test_a_zero_among_the_replicas_stops_the_whole_stake_and_no_other():
    """A gamma law of variation 30 is 0 to double precision in most quantiles: what is left are the small stakes."""
    assert vs.replicas_needed(50.0, 3.0, 0.1) >= 1
    with pytest.raises(BadInput, match="violation"):
        vs.replicas_needed(1e-6, 30.0, 0.1)


def test_observations_need_an_axis_of_replicas():
    for empty in (1.0, [], [[], []]):
        with pytest.raises(BadInput, match="observations"):
            vs.lower_mean(empty, 0.1)
