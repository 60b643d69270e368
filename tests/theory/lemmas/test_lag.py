"""The claims about a lag alone, against the run they speak of in rational numbers, and against wrong versions."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
import sympy

from theory import blueprint
from theory.kernel import Gap, le
from theory.kernel.check import check_claim
from theory.lemmas import lag

L, FIRST = Fraction(2), Fraction(3, 2)
DELTA = L / 2 * FIRST**2
STEPS = [Fraction(n, 12) for n in range(-4, 30)]


def gradients(alpha: Fraction, d: int, K: int) -> list[Fraction]:
    """Return L w_k of the run whose gradients are read d updates late."""
    w = [FIRST]
    for k in range(K):
        w.append(w[k] - alpha * L * w[max(k - d, 0)])
    return [L * value for value in w[:K]]


def average(alpha: Fraction, d: int, K: int) -> Fraction:
    return sum((g**2 for g in gradients(alpha, d, K)), Fraction(0)) / K


def bound(d: int, K: int) -> Fraction:
    """Return what lag.lower says of a run, its own expression evaluated."""
    J = min(K, d + 1)
    expression = blueprint.claim("lag.lower").conclusion("bound").lhs
    values = {"L": L, "Delta": DELTA, "J": J, "K": K}
    found = expression.xreplace({s: sympy.Rational(str(values[s.name])) for s in expression.free_symbols})
    return Fraction(int(found.p), int(found.q))


@pytest.mark.parametrize("d", range(5))
def test_no_step_size_is_below(d):
    for alpha, K in product(STEPS, range(1, 13)):
        assert average(alpha, d, K) >= bound(d, K)


@pytest.mark.parametrize("d", range(1, 5))
def test_the_bound_is_reached_while_all_gradients_are_late(d):
    for K in range(2, d + 2):
        best = 3 / (L * (2 * K - 1))
        assert average(best, d, K) == bound(d, K)
    assert any(average(alpha, d, d + 1) < bound(d, d + 1) + Fraction(1, 5) for alpha in STEPS)


def test_a_shorter_lag_goes_below_the_bound_of_a_longer_one():
    """The bound is not one that any run obeys: a fresh gradient beats it."""
    assert any(average(alpha, 0, 8) < bound(4, 8) for alpha in STEPS)


@pytest.mark.parametrize("d", range(4))
def test_so_many_iterations_are_needed(d):
    for alpha, eps in product(STEPS, (L * DELTA / 2, L * DELTA / 4, L * DELTA / 9)):
        reached = [K for K in range(1, 25) if average(alpha, d, K) <= eps]
        assert all((d + 1) * L * DELTA / (2 * eps) < K for K in reached)


def test_the_closed_forms_are_those_of_the_run():
    alpha = Fraction(1, 7)
    expression = lag.sum_of_squares()
    for J in range(6):
        values = {lag.alpha: sympy.Rational(1, 7), lag.L: sympy.Integer(2), lag.J: sympy.Integer(J)}
        squares = sum((g**2 for g in gradients(alpha, 5, J)), Fraction(0))
        assert squares == (L * FIRST) ** 2 * Fraction(str(expression.xreplace(values)))


def test_a_larger_lower_bound_is_not_proved():
    item = blueprint.claim("lag.lower")
    steps = tuple(
        replace(one, relation=le(one.relation.lhs * sympy.Rational(101, 100), one.relation.rhs))
        if one.name == "bound"
        else one
        for one in item.steps
    )
    check_claim(item, blueprint.theorems())
    with pytest.raises(Gap, match="does not add up"):
        check_claim(replace(item, steps=steps), blueprint.theorems())


@pytest.mark.parametrize("missing", ["L > 0", "eps is small", "J is K or d + 1", "reached"])
def test_the_rate_needs_its_conditions(missing):
    item = blueprint.claim("lag.lower_rate")
    check_claim(item, blueprint.theorems())
    left = tuple(entry for entry in item.context if getattr(entry, "name", "") != missing)
    assert len(left) == len(item.context) - 1
    with pytest.raises(Gap):
        check_claim(replace(item, context=left), blueprint.theorems())
