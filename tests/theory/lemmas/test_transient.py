"""The instance that meets Theorem 1 without lag: its mean step by hand, its place on the bound, wrong versions."""

import math
from dataclasses import replace

import pytest
import sympy

from theory import blueprint
from theory.bounds import bound
from theory.checkers import mutants
from theory.kernel import Gap, Relation
from theory.kernel.check import check_claim

CLAIM = blueprint.claim("floor.transient_attained")
CASES = [(0.3, 1.0, 0.4), (0.5, 4.0, 3.0), (0.9, 0.1, 2.0), (0.0, 1.0, 0.2), (0.3, 1.0, 0.3 / math.sqrt(0.91))]
"""rho, sigma, rest; the last one stands at the floor, where p = 0."""


def step(rho, sigma, rest):
    """Return minus the mean direction of one sample, and the mean square of its noise, sample by sample."""
    size = math.hypot(rest, sigma)
    up = (1 - rest / size) / 2
    samples = ((up, size), (1 - up, -size))
    assert math.isclose(sum(chance * one for chance, one in samples), -rest, abs_tol=1e-12)
    variance = sum(chance * (one + rest) ** 2 for chance, one in samples)
    return -sum(chance * (one + rho * abs(one)) for chance, one in samples), variance


@pytest.mark.parametrize(("rho", "sigma", "rest"), CASES)
def test_it_stands_on_the_bound_of_theorem_1(rho, sigma, rest):
    """The bound at x = 1e-9, for the p that the instance pays, is what the instance has."""
    moved, variance = step(rho, sigma, rest)
    assert math.isclose(variance, sigma**2)
    p = max(rest * moved, 0.0)
    alpha, K = 1e-9, 10**9  # L = 1: x = alpha; p = Delta/(alpha K)
    found = bound("sharp")(L=1, sigma2=sigma**2, Delta=p * alpha * K, alpha=alpha, K=K, rho=rho, Lambda1=0, Lambdah=0)
    assert math.isclose(float(found), rest**2, rel_tol=1e-6)


@pytest.mark.parametrize(("rho", "sigma", "rest"), CASES)
def test_the_conclusions_are_what_a_sample_does(rho, sigma, rest):
    moved, _ = step(rho, sigma, rest)
    size = math.hypot(rest, sigma)
    values = {"rho": rho, "sigma": sigma, "rest": rest, "slope": -rest, "size": size, "up": (1 - rest / size) / 2,
              "p": rest * moved, "A": rest**2}  # fmt: skip
    for name in CLAIM.conclusions:
        stated = CLAIM.conclusion(name)
        left, right = (
            float(side.subs({s: values[s.name] for s in side.free_symbols})) for side in (stated.lhs, stated.rhs)
        )
        assert math.isclose(left, right, abs_tol=1e-9) if stated.op == "==" else left <= right + 1e-9
    mean = CLAIM.conclusion("mean direction").rhs
    assert math.isclose(float(mean.subs({s: values[s.name] for s in mean.free_symbols})), -moved, abs_tol=1e-12)


@pytest.mark.parametrize("name", ["quadratic", "i", "ii", "mean direction", "R"])
def test_no_other_equation_is_proved(name):
    check_claim(CLAIM, blueprint.theorems())
    stated = CLAIM.conclusion(name)
    other = Relation(stated.lhs, "==", stated.rhs * sympy.Rational(99, 100) + sympy.Rational(1, 100))
    steps = tuple(replace(one, relation=other) if one.name == name else one for one in CLAIM.steps)
    with pytest.raises(Gap):
        check_claim(replace(CLAIM, steps=steps), blueprint.theorems())


def test_the_conditions_are_needed():
    passed = set()
    for what, one in mutants.without_premise(CLAIM):
        try:
            check_claim(one, {name: item for name, item in blueprint.theorems().items() if name != CLAIM.id})
        except Gap:
            continue
        passed.add(what)
    assert passed == {"sigma > 0"}  # it makes the sample have noise
