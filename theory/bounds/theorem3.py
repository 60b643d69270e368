"""Theorem 3 as numbers: iterations by its closed expression, with the trade-off t and the step size it prescribes.

The theorem speaks of what is left above the inflated floor, with alpha = sqrt(2 Delta/(L sigma^2 K)). For a target of
A itself, what may be left depends on x and q, which fall with alpha; so a largest step is chosen first, K is made large
enough for both, and the best of many choices is kept. The explicit bound at the K and alpha returned is at most eps.
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
from theory.bounds.function import closed
from theory.lemmas import complexity as parts
from theory.lemmas.feasible import A, q, x
from theory.setting.symbols import symbol
from theory.theorems import complexity as theorem

_NAMES = ("L", "sigma", "Delta", "rho", "Lambda1", "nu")
_LARGEST = 2.0**53
CONSTANTS = ("L", "sigma2", "Delta", "rho", "Lambda1", "Lambdah")
"""What the number of iterations depends on, beside eps."""
OPTIONAL = ("gain",)
"""What the step that is asked for depends on besides; 1 if not given."""
_REPAIRS = 50


@dataclass(frozen=True)
class ClosedIterations:
    """A run that Theorem 3 proves to reach the target: iterations, step size and the trade-off t."""

    iterations: int
    alpha: float
    t: float


@cache
def _functions() -> tuple[Callable[..., list[Any]], Callable[..., list[Any]], Callable[..., list[Any]], float]:
    """Return (transient, K for a step), K(eps), the step, and the largest x and q: read off the theorem's claims."""
    run = claim("complexity.published").conclusion("bound")
    nothing = {parts.lead: sympy.Integer(0), symbol("Delta"): sympy.Integer(0)}
    whole = {symbol("gain"): sympy.Integer(1)}  # steps are those that the device makes
    left_over = closed(
        run.lhs - run.rhs.xreplace(nothing), {name: theorem.THEOREM.definitions[name] for name in (x, q)} | whole
    )
    step, count, made = symbol("alpha"), symbol("K"), theorem.STEP_SIZE.xreplace(whole)
    (needed,) = sympy.solve(made**2 - step**2, count)
    constants = [symbol(name) for name in _NAMES]
    first = float_function([left_over, needed], [step, symbol("t"), A, *constants])
    second = float_function([theorem.THEOREM.expression], [symbol("eps"), symbol("t"), *constants])
    third = float_function([made], [count, *constants])
    return first, second, third, float(claim("complexity.step_size").premise("step").rhs)


def closed_form(given: Mapping[str, Number], target: Number, t: Number | None = None) -> ClosedIterations | None:
    """Return the iterations that Theorem 3 proves to be enough for A <= target, at the best t or the one given.

    None where its conditions (sigma^2 > 0, Delta > 0, x and q at most 1/4) or the inflated floor leave no choice.
    """
    if not (given["sigma2"] > 0 and given["Delta"] > 0):
        return None
    L, sigma2, Delta, rho, Lambda1, Lambdah = (nearest(given[name]) for name in CONSTANTS)
    sigma = math.sqrt(sigma2)
    values = (L, sigma, Delta, rho, Lambda1, Lambdah * sigma)
    first, second, _, limit = _functions()
    longest = limit / max(L, (1 + rho) * Lambda1) * (1 - 1e-12)
    steps = longest * np.geomspace(1e-12, 1, 400)[:, None]
    trades = np.geomspace(1e-9, 1e6, 400)[None, :] if t is None else np.array([[nearest(t)]])
    with np.errstate(all="ignore"):
        transient, needed = first(steps, trades, nearest(target), *values)
        (allowed,) = second(np.maximum(transient, 1e-300), trades, *values)
        enough = np.maximum(allowed, needed)
        counts = np.where((transient > 0) & np.isfinite(enough), enough, np.inf)
    at = np.unravel_index(int(np.argmin(counts)), counts.shape)
    return _checked(given, values, target, float(counts[at]), float(trades.flat[at[1]]))


def _checked(
    given: Mapping[str, Number], values: tuple[float, ...], target: Number, count: float, t: float
) -> ClosedIterations | None:
    """Round K up, and further while the explicit bound, which is below Theorem 3, is not certain to be at most eps."""
    for attempt in range(_REPAIRS):
        if not count * (1 + 1e-15 * 2.0**attempt) < _LARGEST:
            return None
        whole = math.ceil(count * (1 + 1e-15 * 2.0**attempt))
        (made,) = map(float, _functions()[2](float(whole), *values))
        alpha = made / nearest(given.get("gain", 1))
        constants = {name: given[name] for name in (*CONSTANTS, *OPTIONAL) if name in given}
        if enough("explicit", constants, alpha, whole, target) is not None:
            return ClosedIterations(whole, alpha, t)
    return None
