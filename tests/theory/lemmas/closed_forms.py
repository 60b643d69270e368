"""Sides of proved claims as functions of numbers."""

import math
from functools import cache

import sympy

from theory import blueprint


@cache
def _function(claim: str, part: str, right: bool):
    stated = blueprint.claim(claim).conclusion(part)
    side = stated.rhs if right else stated.lhs
    names = tuple(sorted(symbol.name for symbol in side.free_symbols))
    ordered = [sympy.Symbol(name, real=True) for name in names]
    return names, sympy.lambdify(ordered, side, modules="math")


def side(claim: str, part: str, values: dict[str, float], *, right: bool = True) -> float:
    """Return one side of a conclusion of a claim."""
    names, function = _function(claim, part, right)
    return float(function(*(values[name] for name in names)))


def holds(claim: str, part: str, values: dict[str, float], allowance: float = 0.0) -> bool:
    """Return whether a conclusion holds in numbers, up to an allowance."""
    stated = blueprint.claim(claim).conclusion(part)
    left, right = (side(claim, part, values, right=which) for which in (False, True))
    if math.isnan(left) or math.isnan(right):
        return False
    return abs(left - right) <= allowance if stated.op == "==" else left <= right + allowance
