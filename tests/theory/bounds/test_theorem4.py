"""Iterations by Theorem 4: proved to be enough, from the floor itself, and beside them what the lag makes necessary."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import theory
from boundary import OutsideDomain
from theory.bounds import complexity, estimates
from theory.bounds.theorem3 import closed_form
from theory.bounds.theorem4 import columns, exact_form
from theory.setting import algorithms

FIRST = {"L": 1, "sigma2": 1, "Delta": "0.5", "rho": "0.3", "Lambda1": "1.8708287", "Lambdah": "1.2247449"}
FOUR = {"D": 3, "ell": 1, "ell1": 1, "tau": 7, "F0": 1}
POINT = {name: Fraction(value) for name, value in (FIRST | FOUR).items()}
PLAIN = {name: POINT[name] for name in FIRST}
FLOOR = Fraction(9, 91)
AP, SP, DIGITAL = (algorithms.named(name) for name in ("analog-sgd-ap", "analog-sgd-sp", "digital-ap"))


@pytest.mark.parametrize("eps", ["0.0991", "0.12", "0.5", "20"])
def test_the_iterations_returned_are_proved_to_be_enough(eps):
    target = Fraction(eps)
    found, reach = exact_form(POINT, target), complexity.iterations(POINT, target)
    for count, alpha in ((found.iterations, found.alpha), (reach.iterations, reach.alpha)):
        assert theory.bound("sharp")(**POINT, alpha=alpha, K=count) <= target
    assert theory.bound("free")(**POINT, alpha=found.alpha, K=found.iterations) <= target
    assert reach.iterations <= min(found.iterations, complexity.iterations(PLAIN, target).iterations)


def test_the_leading_term_knows_no_lag():
    """8 Delta L sigma^2/((1 - rho^2) eps)^2 iterations come within eps of the floor, up to O(1/eps)."""
    for above in (Fraction(1, 10**4), Fraction(1, 10**5)):
        leading = 8 * 0.5 / (0.91 * float(above)) ** 2
        found = exact_form(POINT, FLOOR + above)
        assert leading < found.iterations < leading * (1 + 3e2 * float(above))
        assert found.longest >= found.alpha > 0
        third = closed_form(PLAIN, FLOOR + above)
        assert third is None or third.iterations > 2 * found.iterations, "at the exact floor the cross term stays"


def test_without_a_gap_noise_or_room_above_the_floor_there_is_none():
    for change, eps in (({"Delta": 0}, "0.2"), ({"sigma2": 0}, "0.2"), ({}, FLOOR), ({}, "0.05")):
        assert exact_form(POINT | {name: Fraction(value) for name, value in change.items()}, Fraction(eps)) is None


def test_gain_divides_the_step_alone():
    plain, gained = exact_form(POINT, Fraction("0.2")), exact_form(POINT | {"gain": Fraction(4)}, Fraction("0.2"))
    assert gained.iterations == plain.iterations and gained.alpha == plain.alpha / 4


def test_constants_that_are_not_given_are_what_stands_for_them():
    found = columns(POINT)
    assert found["theta1"] == pytest.approx(1 / 7) and found["nuhat"] == pytest.approx(math.sqrt(3))
    assert found["nu"] == pytest.approx(1.2247449) and found["H2"] == found["HJ"] == found["Gamma"] == 0
    rate = {name: value for name, value in POINT.items() if name != "tau"} | {
        "theta1": Fraction(0),
        "nuhat": Fraction(1),
    }
    found = columns(rate)
    assert found["theta1"] == 0 and found["nuhat"] == 1


@settings(deadline=None, max_examples=10)
@given(st.floats(0.05, 0.6), st.floats(0.1, 3), st.integers(1, 6), st.floats(0.5, 20), st.floats(0.02, 0.5))
def test_the_search_finds_no_more_iterations_than_a_fine_grid_needs(rho, lag, D, tau, above):
    point = {
        **FIRST,
        **FOUR,
        "rho": rho,
        "Lambda1": lag,
        "Lambdah": lag / math.sqrt(D),
        "D": D,
        "ell": lag,
        "ell1": lag / D,
    }
    point = {name: Fraction(value) for name, value in (point | {"tau": tau}).items()}
    eps = complexity.floor(point) * (1 + above) + above * 0.05
    reach = complexity.iterations(point, eps)
    steps = np.geomspace(0.2, 5, 41) * reach.alpha
    fewer = math.floor(reach.iterations * 0.97)
    for step in steps:
        try:
            assert theory.bound("sharp")(alpha=step, K=max(fewer, 1), **point) > eps * (1 - 1e-9) or fewer < 30
        except OutsideDomain:
            continue


def test_without_its_constants_the_estimate_is_that_of_theorem_1():
    with_four = estimates.estimate([PLAIN, POINT, PLAIN], [Fraction("0.12")] * 3)
    alone = estimates.estimate([PLAIN], [Fraction("0.12")])
    for many, one in zip(with_four, alone, strict=True):
        assert many[0] == many[2] == one[0] != many[1]
    assert with_four[0][1] < 0.6 * alone[0][0]


def test_theorem_4_is_taken_where_there_are_both_drift_and_lag():
    assert complexity.constants_of(AP, POINT).keys() == POINT.keys()
    for algorithm in (SP, DIGITAL):
        assert complexity.constants_of(algorithm, POINT).keys() == PLAIN.keys()
    target = Fraction("0.12")
    ahead, plain = complexity.plan(AP, POINT, target, 4), complexity.plan(AP, PLAIN, target, 4)
    assert (ahead.form, plain.form) == ("free", "plain") and ahead.reach.iterations < plain.reach.iterations
    assert ahead.exact == exact_form(POINT, target) and plain.exact is None
    assert ahead.closed == plain.closed
    for algorithm in (SP, DIGITAL):
        one = complexity.plan(algorithm, POINT, target, 4)
        assert one.form == "plain" and one.exact is not None
        assert complexity.plan(algorithm, PLAIN, target, 4) == one


def test_the_lag_makes_iterations_necessary():
    """(d + 1) L Delta/(2 eps) of them, where eps <= L Delta/2."""
    target = Fraction("0.12")
    for algorithm, known, stages, lag in (
        (AP, POINT, None, 3), (AP, POINT, 8, 3), (AP, PLAIN, 8, 7), (AP, PLAIN, None, None), (SP, PLAIN, 8, 0),
        (AP, POINT | {"Lambda1": Fraction(0)}, 8, 0),
    ):  # fmt: skip
        one = complexity.plan(algorithm, known, target, stages)
        assert one.lag == lag
        if lag is None:
            assert one.necessary is None
            continue
        exact = (lag + 1) * Fraction(1, 2) / (2 * target)
        assert one.necessary.iterations == math.floor(exact) + 1 <= one.reach.iterations
    assert complexity.plan(AP, POINT, Fraction("0.26"), 4).necessary is None
    below = complexity.plan(AP, PLAIN, FLOOR, 4)
    assert below.reach is None and below.necessary.iterations > 0, "also where nothing is enough"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ell": "0.5"}, "ell1 <= ell"),
        ({"H2": "1"}, "mean-length"),
        ({"HJ": "0.5"}, "mean-length"),
        ({"F0": "-1"}, "F0"),
    ],
)
def test_constants_that_no_problem_has_are_refused(change, message):
    broken = POINT | {name: Fraction(value) for name, value in change.items()}
    with pytest.raises(OutsideDomain, match=message):
        complexity.check(broken, Fraction("0.12"))
    complexity.check(broken | {"Gamma": Fraction(1)} if "H" in next(iter(change)) else POINT, Fraction("0.12"))


def test_as_a_bound_it_takes_the_constants_too():
    reaching = theory.bound("complexity")
    more, less = reaching.evaluate(**POINT, eps="0.12"), reaching.evaluate(**PLAIN, eps="0.12")
    assert more.upper < 0.6 * less.upper
    assert more.upper == complexity.iterations(POINT, Fraction("0.12")).iterations
