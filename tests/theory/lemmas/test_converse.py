"""The instance that stands above the floor: its rest point, its mean step, what is left of the claim without it."""

import math
from dataclasses import replace

import pytest
import sympy

from theory import blueprint
from theory.kernel import Gap, le
from theory.kernel.check import check_claim

CLAIM = blueprint.claim("free.converse")
RHO, SIGMA = 0.3, 1.0
FLOOR = RHO**2 * SIGMA**2 / (1 - RHO**2)


def mean_step(slope: float, beta: float) -> float:
    """Return the mean step per alpha of the second weight, from its two samples."""
    size = math.hypot(slope, SIGMA)
    up = (1 + slope / size) / 2
    directions = ((up, size + beta), (1 - up, -size + beta))
    return -sum(chance * (one + RHO * abs(one)) for chance, one in directions)


def rest(beta: float) -> float:
    """Return -slope where the mean step is zero, by halving."""
    low, high = 0.0, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_step(-middle, beta) < 0 else (low, middle)
    return low


@pytest.mark.parametrize(("beta", "excess"), [(0.0, 0.0), (0.05, 0.0337), (0.1, 0.0718), (0.2, 0.1606)])
def test_it_stands_above_the_floor(beta, excess):
    """The excess that was predicted, and measured in simulation to within 0.0002."""
    found = rest(beta)
    assert abs(found**2 - FLOOR - excess) < 1e-4
    values = {"rest": found, "rho": RHO, "sigma": SIGMA, "beta": beta, "size": math.hypot(found, SIGMA)}
    bound = CLAIM.conclusion("above").lhs
    assert float(bound.subs({s: values[s.name] for s in bound.free_symbols})) <= found**2 + 1e-12


def test_the_excess_is_of_first_order():
    ratios = [(rest(beta) ** 2 - FLOOR) / beta for beta in (1e-2, 1e-3, 1e-4)]
    limit = 2 * RHO * SIGMA / math.sqrt(1 - RHO**2)
    assert all(abs(ratio - limit) < 1.5 * beta for ratio, beta in zip(ratios, (1e-2, 1e-3, 1e-4), strict=True))


def test_without_the_kink_it_stands_at_the_floor():
    """A staleness S (U - V) that changes its sign with the noise has mean zero, and the excess is of second order."""

    def step(slope: float, beta: float) -> float:
        size = math.hypot(slope, SIGMA)
        up = (1 + slope / size) / 2
        four = [(p / 2, s * size + t * beta) for p, s in ((up, 1), (1 - up, -1)) for t in (1, -1)]
        return -sum(chance * (one + RHO * abs(one)) for chance, one in four)

    assert abs(step(-math.sqrt(FLOOR), 0.1)) < 1e-12
    assert abs(mean_step(-math.sqrt(FLOOR), 0.1)) > 0.05


@pytest.mark.parametrize("part", ["above", "size"])
def test_a_larger_excess_is_not_proved(part):
    steps = tuple(
        replace(one, relation=le(sympy.Rational(101, 100) * one.relation.lhs, one.relation.rhs))
        if one.name == part
        else one
        for one in CLAIM.steps
    )
    check_claim(CLAIM, blueprint.theorems())
    with pytest.raises(Gap):
        check_claim(replace(CLAIM, steps=steps), blueprint.theorems())


@pytest.mark.parametrize("missing", ["at rest", "rho < 1"])
def test_its_conditions_are_needed(missing):
    left = tuple(entry for entry in CLAIM.context if getattr(entry, "name", "") != missing)
    assert len(left) == len(CLAIM.context) - 1
    with pytest.raises(Gap):
        check_claim(replace(CLAIM, context=left), blueprint.theorems())
