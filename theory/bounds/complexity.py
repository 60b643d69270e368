"""Iterations and clock cycles to reach eps, for every algorithm, from the sharp bound with the best step size.

The step size and the multiplier are searched in floating point; the K and alpha that are returned are then put into
the sharp bound, whose guaranteed upper end is at most eps. Source: THEORY section 5, Theorem 3, and section 7.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import sympy
from numpy.typing import NDArray

from theory.bounds.bound import closed
from theory.bounds.inputs import read
from theory.bounds.inversion import Inversion
from theory.bounds.registry import PLAIN, bound, family
from theory.setting.algorithms import Algorithm
from theory.setting.boundary import OutsideDomain
from theory.setting.symbols import symbol

Floats = NDArray[np.float64]

THEOREM = "Theorem 3 (complexity)"
CONSTANTS = ("L", "sigma2", "Delta", "rho", "Lambda1", "Lambdah")
"""What the number of iterations depends on, beside eps."""
_LARGEST = 2.0**53  # beyond, a double no longer tells K from K + 1
_REPAIRS = 60


@dataclass(frozen=True)
class Reach:
    """A run that is proved to reach the target: K iterations with step alpha have A <= `upper` <= eps."""

    iterations: int
    alpha: float
    upper: float


@cache
def _inversion() -> Inversion:
    sharp, form = bound("sharp"), family("multiplier.end")
    meanings = {**sharp.definitions, **PLAIN, symbol("nu"): symbol("Lambdah") * symbol("sigma")}
    meanings |= {symbol("rbar2"): symbol("rho") ** 2, symbol("sigma"): sympy.sqrt(symbol("sigma2"))}
    parameters = tuple(item for item in form.parameters if item.name != "p")
    return Inversion(
        right=form.right,
        unknown=form.unknown,
        multiplier=form.multiplier,
        start=symbol("p"),
        step=symbol("alpha"),
        parameters=parameters,
        definitions=tuple(closed(item, meanings) for item in parameters),
        given=tuple(symbol(name) for name in ("L", "sigma2", "rho", "Lambda1", "Lambdah")),
        denominator=form.denominator,
        domain=tuple(part.rhs - part.lhs for part in sharp.domain),
    )


def iterations(constants: Sequence[Mapping[str, float]], targets: Sequence[float]) -> list[Reach | None]:
    """Return, for each setting, the fewest iterations found to be enough, or None where eps cannot be reached."""
    column = {name: np.array([float(one[name]) for one in constants]) for name in CONSTANTS}
    given = [column[name] for name in ("L", "sigma2", "rho", "Lambda1", "Lambdah")]
    steps, gains = _inversion().best(np.array(targets, float), 1 / column["L"], given)
    return [
        _repaired(one, target, float(step), float(gain))
        for one, target, step, gain in zip(constants, targets, steps, gains, strict=True)
    ]


def _repaired(constants: Mapping[str, float], target: float, alpha: float, gain: float) -> Reach | None:
    """Round K up to an integer, and further up until the guaranteed bound is at most the target."""
    if not gain > 0 or not constants["Delta"] / gain < _LARGEST:
        return None
    count = max(1.0, math.ceil(constants["Delta"] / gain))
    point = {name: constants[name] for name in CONSTANTS}
    for attempt in range(_REPAIRS):
        upper = bound("sharp")(alpha=alpha, K=count, **point)
        if upper <= target:
            return Reach(int(count), alpha, upper)
        count = math.ceil(count * (1 + 1e-15 * 4.0**attempt)) + 1.0
        if count > _LARGEST:
            return None
    return None


def constants_of(algorithm: Algorithm, given: Mapping[str, float], batch: int = 1) -> dict[str, float]:
    """Return the constants that an algorithm has: no drift if digital, no lag if not pipelined, sigma2/B in a mean."""
    found = {name: float(given[name]) for name in CONSTANTS}
    if not algorithm.analog:
        found["rho"] = 0.0
    if not algorithm.pipelined:
        found["Lambda1"] = found["Lambdah"] = 0.0
    if algorithm.batched:
        found["sigma2"] /= batch
    return found


def floor(constants: Mapping[str, float]) -> float:
    """Return a guaranteed upper end of what no number of iterations goes below."""
    return float(bound("floor")(rho=constants["rho"], sigma2=constants["sigma2"]))


def check(given: Mapping[str, float], target: float) -> None:
    """Raise `OutsideDomain` for constants outside their range, and for a target at or below the floor."""
    read({**{name: given[name] for name in given if name in CONSTANTS}, "eps": target}, (*CONSTANTS, "eps"), THEOREM)
    lowest = floor(given)
    if not target > lowest:
        condition = f"eps > rho^2 sigma2/(1 - rho^2) = {lowest:.10g}, the floor"
        raise OutsideDomain("eps", target, condition, THEOREM)


@dataclass(frozen=True)
class Plan:
    """What one algorithm needs to reach the target.

    Args:
        algorithm: the algorithm.
        batch: micro-batches an iteration.
        reach: iterations and step, or None if no number of iterations reaches the target.
        floor: what it stays above for all we can prove.
        samples: samples drawn.
        cycles: clock cycles (slots) on a pipeline of M stages; None if M is not given or there is no reach.

    """

    algorithm: Algorithm
    batch: int
    reach: Reach | None
    floor: float
    samples: int | None = None
    cycles: int | None = None


def slots(algorithm: Algorithm, stages: int, batch: int, count: int) -> int:
    """Return the slots of `count` iterations, counted on the schedule for one and two and carried on linearly."""
    schedule = algorithm.make_schedule(stages, batch)
    once, twice = schedule.slots(schedule.batch), schedule.slots(2 * schedule.batch)
    return once + (count - 1) * (twice - once)


def plan(algorithm: Algorithm, batch: int, reach: Reach | None, lowest: float, stages: int | None) -> Plan:
    """Return the plan of an algorithm that reaches its target in `reach`."""
    if reach is None:
        return Plan(algorithm, batch, None, lowest)
    one = Plan(algorithm, batch, reach, lowest, reach.iterations * batch)
    return one if stages is None else replace(one, cycles=slots(algorithm, stages, batch, reach.iterations))
