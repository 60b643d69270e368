"""Theorem 4's iterations as numbers: from the floor itself, by the closed expression of free.iterations.

The theorem speaks of steps of at most alpha_max; what is of second order falls with alpha_max, and the number of
iterations that makes the step so short grows. So many alpha_max are tried, and the best is kept. The bound `free`, at
the K and alpha returned, is at most eps. Source: docs/theory.md#free.iterations.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy

from boundary.numbers import Number, nearest
from theory.blueprint import claim
from theory.bounds.arithmetic import float_function
from theory.bounds.enough import enough
from theory.bounds.free import OPTIONAL as FOUR
from theory.bounds.function import DEFAULTS, closed
from theory.bounds.theorem3 import CONSTANTS, OPTIONAL
from theory.definitions import eliminate, meanings
from theory.lemmas.complexity import made
from theory.lemmas.free_complexity import longest as longest_step
from theory.setting.symbols import symbol
from theory.theorems import free

_CLAIM = "free.iterations"
NAMES = ("L", "sigma2", "Delta", "rho", "Lambda1", "nu", "D", "ell", "theta1", "nuhat", "F0", "H2", "HJ", "Gamma")
_MADE, _STANDS_FOR = ("nu", "theta1", "nuhat"), ("sigma2", "Lambdah", "tau", "ell1", "D")
_LARGEST = 2.0**53
_SHORTEST = 1e-12
_CHOICES, _REPAIRS = 4000, 50


@dataclass(frozen=True)
class ExactIterations:
    """A run that Theorem 4 proves to come within eps - floor of the floor: iterations, step size, the longest step."""

    iterations: int
    alpha: float
    longest: float


@cache
def _functions() -> tuple[Callable[..., list[Any]], Callable[..., list[Any]], Callable[..., list[Any]]]:
    """Return (both numbers of iterations, what must be positive) for an alpha_max; the floor; the step for a K."""
    statement = claim(_CLAIM)
    sigma = {symbol("sigma"): sympy.sqrt(symbol("sigma2"))}
    known = {**meanings(statement), **free.TERMS, **sigma}
    sides = [statement.premise("enough").lhs, statement.premise("short steps").lhs]
    sides += [statement.premise(name).rhs for name in ("room > 0", "margin")]
    given = [symbol(name) for name in NAMES]
    counts = float_function([eliminate(side, known) for side in sides], [longest_step, symbol("eps"), *given])
    reached = statement.conclusion("within eps").rhs
    floor = float_function([eliminate(reached, sigma).xreplace({symbol("eps"): sympy.Integer(0)})], given)
    step = float_function([eliminate(made, known)], [symbol("K"), *given])
    return counts, floor, step


@cache
def _defaults() -> Callable[..., list[Any]]:
    """Return nu, theta1 and nuhat where they are not given."""
    sigma = {symbol("sigma"): sympy.sqrt(symbol("sigma2"))}
    names = [symbol(name) for name in _STANDS_FOR]
    return float_function([closed(DEFAULTS[name], sigma) for name in _MADE], names)


def columns(given: Mapping[str, Number]) -> dict[str, float]:
    """Return the constants of Theorem 4 as doubles, those that are not given by what stands for them."""
    known = {name: nearest(given.get(name, 0)) for name in (*CONSTANTS, *FOUR)}
    known["tau"] = known["tau"] or 1.0  # theta1 is given then
    usual = _defaults()(*(known[name] for name in _STANDS_FOR))
    found = dict(zip(_MADE, map(float, usual), strict=True))
    return {**known, **{name: nearest(given[name]) if name in given else value for name, value in found.items()}}


def exact_form(given: Mapping[str, Number], target: Number) -> ExactIterations | None:
    """Return the iterations that Theorem 4 proves to be enough for A <= target, at the best alpha_max.

    None where its conditions (sigma^2 > 0, Delta > 0, a target above the floor) leave no choice.
    """
    if not (given["sigma2"] > 0 and given["Delta"] > 0):
        return None
    known = columns(given)
    values = [known[name] for name in NAMES]
    counts, floor, _ = _functions()
    above = nearest(target) - float(floor(*values)[0])
    if not above > 0:
        return None
    longest = np.geomspace(_SHORTEST, 1, _CHOICES) / known["L"]
    with np.errstate(all="ignore"):
        first, second, *positive = counts(longest, above, *values)
        needed = np.maximum(first, second)
        needed = np.where((np.array(positive) > 0).all(axis=0) & np.isfinite(needed), needed, np.inf)
    at = int(np.argmin(needed))
    return _checked(given, values, target, float(needed[at]), float(longest[at]))


def _checked(
    given: Mapping[str, Number], values: list[float], target: Number, count: float, longest: float
) -> ExactIterations | None:
    """Round K up, and further while the bound, which is below the theorem's, is not certain to be at most eps."""
    for attempt in range(_REPAIRS):
        if not count * (1 + 1e-15 * 2.0**attempt) < _LARGEST:
            return None
        whole = math.ceil(count * (1 + 1e-15 * 2.0**attempt))
        (step,) = map(float, _functions()[2](float(whole), *values))
        alpha = step / nearest(given.get("gain", 1))
        constants = {name: given[name] for name in (*CONSTANTS, *OPTIONAL, *FOUR) if name in given}
        if enough("free", constants, alpha, whole, target) is not None:
            return ExactIterations(whole, alpha, longest)
    return None
