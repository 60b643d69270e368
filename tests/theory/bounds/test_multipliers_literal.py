"""What a multiplier proves: inequalities made up so that the largest A and the best multiplier are known."""

import math
from dataclasses import replace

import pytest
import sympy
from flint import arb

from tests.theory.bounds.common import unfrozen
from theory.bounds import multipliers
from theory.bounds.arithmetic import precise
from theory.bounds.multipliers import MultiplierBound, Outcome
from theory.bounds.optimum import Optimum


def test_an_outcome_is_tight_within_three_doubles():
    def tight(steps: int, value: float = 1.0, **changes) -> bool:
        return replace(Outcome(value, value + steps * math.ulp(value), ()), **changes).tight

    assert tight(0) and tight(3) and not tight(4)
    assert not tight(0, settled=False) and not Outcome(math.inf, math.inf, ()).tight


A, mu, theta, k, m, p, x = sympy.symbols("A mu theta k m p x", real=True)


def made(right, share=None, denominator=4 - mu) -> MultiplierBound:
    parts = (right + denominator).free_symbols - {A, mu, theta}
    return MultiplierBound(right, A, mu, share, tuple(sorted(parts, key=str)), denominator)


@pytest.fixture(autouse=True)
def _bits():
    with precise(320):
        yield


def next_up(value: float, steps: int = 1) -> float:
    for _ in range(steps):
        value = math.nextafter(value, math.inf)
    return value


POLE, QUARTER = 1 - x * mu, arb(0.25)
"""What must stay positive as it is in the theorems; with x = 1/4 the pole is at 4."""
HALF = made(A / 2 + p / mu)
"""A <= A/2 + p/mu: A <= 2 p by the multiplier 1."""


@pytest.mark.parametrize("unit", [1e-3, 1.0, 6.0, 1e9])
def test_the_multiplier_1_proves_its_root(unit):
    """Also where the search starts at the root itself, which proves nothing yet."""
    assert HALF.plain(arb(unit), [arb(3)]) == Outcome(6.0, next_up(6.0), (1.0,))


def test_the_share_1_comes_with_the_multiplier_1():
    both = made(A / 2 + p * theta / mu, theta)
    assert both.plain(arb(1), [arb(3)]) == Outcome(6.0, next_up(6.0), (1.0, 1.0))


def test_nothing_is_bounded_by_nothing_where_nothing_drives_it():
    assert HALF.plain(arb(0), [arb(0)]) == Outcome(0.0, 0.0, (1.0,))
    assert made(A / 2 + p * theta, theta).plain(arb(0), [arb(0)]) == Outcome(0.0, 0.0, (1.0, 1.0))
    assert made(2 * A + p).plain(arb(0), [arb(0)]) == Outcome(math.inf, math.inf, (1.0,)), "G(A) is above every A"


@pytest.mark.parametrize(
    "family",
    [
        made(2 * A + p),
        made(A + p),
        made(A / 2 + p, denominator=1 - mu),
        made(A / 2 + p, denominator=sympy.Rational(1, 2) - mu),
        made(A / 2 + p * theta, theta, 1 - mu),
    ],
)
def test_where_the_multiplier_1_proves_nothing_the_bound_is_infinite(family):
    ones = (1.0,) if family.share is None else (1.0, 1.0)
    assert family.plain(arb(1), [arb(3)]) == Outcome(math.inf, math.inf, ones)


def test_newton_comes_down_where_substitution_would_not():
    """A = 2 sqrt(A) - p: sqrt(A) = 1 + sqrt(1 - p), 1.01 for p = 0.9999, where G has the slope 1/1.01."""
    bent = made(2 * sympy.sqrt(A) - p)
    for guess in (1.5, 4.0, 100.0):
        found = bent.certify(arb(guess), [arb(1)], [arb(9999) / 10000])
        assert found.value == 1.0201 and 1.0201 <= found.upper <= next_up(1.0201, 2) and found.settled
    assert bent.certify(arb(0.5), [arb(1)], [arb(9999) / 10000]) is None, "here G rises faster than A"


def test_no_multiplier_is_taken_at_the_pole_or_beyond_and_no_root_below_0():
    flat = made(A / 2 + p)
    for weight in (4, 5):
        assert flat.certify(arb(6), [arb(weight)], [arb(3)]) is None
        assert flat._proved(arb(6), [arb(weight)], [arb(3)]) is None
    assert flat.certify(arb(6), [arb(3.5)], [arb(3)]) == Outcome(6.0, next_up(6.0), (3.5,))
    assert flat.certify(arb(6), [arb(1)], [arb(-3)]) is None
    assert flat.certify(arb(6), [arb(1)], [arb(0)]) is None, "no end above 0 is of use near 0"


def test_a_descent_that_leaves_the_positive_numbers_is_given_up():
    """Newton's method on x/sqrt(1 + x^2), x = A - 1/4, goes from 0.9 to -0.9^3, that is A = -0.479."""
    bent = made(A - (A - p) / sympy.sqrt(1 + (A - p) ** 2))
    assert bent.certify(arb(1.15), [arb(1)], [arb(0.25)]) is None
    assert bent.certify(arb(0.75), [arb(1)], [arb(0.25)]).value == 0.25, "from nearer it comes down"


def test_an_end_is_proved_only_above_the_root():
    flat = made(A / 2 + p)
    assert flat._proved(arb(5), [arb(1)], [arb(3)]) is None
    assert flat._proved(arb(6), [arb(1)], [arb(3)]) == Outcome(6.0, next_up(6.0), (1.0,))
    wide = flat._proved(arb(6) * (1 - arb(2) ** -52), [arb(1)], [arb(3)])
    assert wide is not None and 6.0 <= wide.upper <= 6 * (1 + 2.0**-49), "by a wider step"


def test_the_best_multiplier_and_its_bound():
    parabola = made(A / 2 + p + (mu - 2) ** 2, denominator=POLE)
    found = parabola.best(arb(1), [arb(3), QUARTER])
    assert found.value == 6.0 and found.upper == next_up(6.0)
    assert found.multipliers == (pytest.approx(2.0, abs=1e-7),) and found.settled
    corner = made(A / 2 + p + sympy.Abs(1 - mu), denominator=POLE).best(arb(1), [arb(3), QUARTER])
    assert corner == Outcome(6.0, next_up(6.0), (1.0,))


def test_with_a_share_both_are_the_best():
    """G = A/2 + p + (mu - 2)^2 + k (theta - m)^2: the share m, if it lies in [0, 1]."""
    both = made(A / 2 + p + (mu - 2) ** 2 + k * (theta - m) ** 2, theta, POLE)  # k, m, p, x
    for middle, share, bound in ((0.25, 0.25, 6.0), (-1.0, 0.0, 8.0), (3.0, 1.0, 14.0)):
        found = both.best(arb(1), [arb(1), arb(middle), arb(3), QUARTER])
        assert found.value == bound and found.upper == next_up(bound)
        assert found.multipliers == (pytest.approx(2.0, abs=1e-7), share)


def test_the_share_is_1_where_it_does_not_matter():
    line = made(A / 2 + k * theta**2 - m * theta, theta)
    assert line._shares(arb(1), arb(1), [arb(2), arb(1)]) == [arb(0.25)]
    assert line._shares(arb(1), arb(1), [arb(0), arb(1)]) == [arb(1)]
    assert HALF._shares(arb(1), arb(1), [arb(1)]) == []


def test_without_a_pole_or_without_a_root_there_is_no_best():
    parabola = made(A / 2 + p + (mu - 2) ** 2, denominator=POLE)
    assert parabola.best(arb(1), [arb(3), arb(0)]) is None
    assert made(2 * A + p + (mu - 2) ** 2, denominator=POLE).best(arb(1), [arb(3), QUARTER]) is None


def test_what_is_found_is_proved_and_settled_only_if_the_search_was(monkeypatch):
    flat = made(A / 2 + p, denominator=POLE)

    class Found:
        top = arb(4)

        def __init__(self, **_):
            pass

        def best(self, start, multiplier):
            assert (start, multiplier) == (7, 1)
            return answer

    monkeypatch.setattr(multipliers, "Search", Found)
    for settled in (True, False):
        answer = multipliers_found(6, 2.5, settled)
        assert flat.best(arb(7), [arb(3), QUARTER]) == replace(Outcome(6.0, next_up(6.0), (2.5,)), settled=settled)
    answer = multipliers_found(6, 4.5, settled=True)
    assert flat.best(arb(7), [arb(3), QUARTER]) is None, "beyond the pole nothing is proved"
    answer = None
    assert flat.best(arb(7), [arb(3), QUARTER]) is None


def multipliers_found(unknown, weight, settled) -> Optimum:
    return Optimum(arb(unknown), [arb(weight)], settled=settled)


def test_what_was_proved_is_not_changed_afterwards():
    assert not unfrozen(multipliers)
