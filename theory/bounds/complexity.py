"""Iterations and clock cycles to reach eps, for every algorithm, from the sharp bound with the best step size.

The step size and the multiplier are searched in floating point; the K and alpha that are returned are then put into
the sharp bound, whose guaranteed upper end is at most eps. So K iterations are proved to be enough, for the step both
as the double that is returned and as the decimal that prints it. Source: docs/theory.md#theorem-3.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import sympy

from boundary import OutsideDomain
from boundary.numbers import Number, below, exact, shown
from theory.blueprint import assumptions_of, claim
from theory.bounds.enough import enough
from theory.bounds.estimates import estimate as estimate
from theory.bounds.forms import Condition, Outcome
from theory.bounds.free import OPTIONAL as FOUR
from theory.bounds.free import constants as has_four
from theory.bounds.free import refuse_inconsistent
from theory.bounds.function import Bound, Evaluation, gathered
from theory.bounds.inputs import Given, condition, read, satisfied, scalar
from theory.bounds.lag import Necessary, necessary
from theory.bounds.lag import conditions as lag_conditions
from theory.bounds.registry import MAKERS, bound
from theory.bounds.theorem3 import CONSTANTS as CONSTANTS
from theory.bounds.theorem3 import OPTIONAL, ClosedIterations, closed_form
from theory.bounds.theorem4 import ExactIterations, exact_form
from theory.lemmas import complexity as parts
from theory.lemmas.feasible import q, x
from theory.setting.algorithms import Algorithm
from theory.setting.symbols import symbol
from theory.theorems import complexity as theorem
from theory.theorems.statement import Theorem
from theory.wording import formula

TITLE = theorem.THEOREM.title
ALL = (*CONSTANTS, *OPTIONAL, *FOUR)
"""All that the number of iterations may depend on, beside eps."""
_LARGEST = 2.0**53  # beyond, a double no longer tells K from K + 1
_STEP_DIGITS = 9  # costs a relative 1e-18 of K: the step is the best one


@dataclass(frozen=True)
class Reach:
    """A run that is proved to reach the target: K iterations with step alpha have A <= `upper` <= eps.

    `alpha` has few decimals: what is proved holds for the decimal that prints it and for the double that it is.
    """

    iterations: int
    alpha: float
    upper: float


def iterations(constants: Mapping[str, Number], target: Number) -> Reach | None:
    """Return a proved run that reaches the target, with K as small as found; None if there is none below 2^53."""
    (found,), (longest,) = estimate([constants], [target])
    if not (math.isfinite(found) and math.isfinite(longest)):
        return None
    asked = Fraction(longest) / Fraction(constants.get("gain", 1))
    count, alpha = max(1, math.ceil(found)), float(below(asked, _STEP_DIGITS))
    point = {name: constants[name] for name in ALL if name in constants}
    attempt = 0
    while count <= _LARGEST:
        upper = enough("sharp", point, alpha, count, target)
        if upper is not None:
            return Reach(count, alpha, upper)
        count = math.ceil(count * (1 + Fraction(4) ** attempt / 10**15)) + 1  # doubled from the 25th time on
        attempt += 1
    return None


def constants_of(algorithm: Algorithm, given: Mapping[str, Given], batch: int = 1) -> dict[str, Number]:
    """Return the constants that an algorithm has: those that vanish for it are 0, and sigma2 is that of a mean.

    A digital one makes the step that it is asked for: it has no gain.
    """
    names = (*CONSTANTS, *(name for name in OPTIONAL if name in given and algorithm.analog))
    if has_four(given) and algorithm.analog and algorithm.pipelined and not algorithm.stashed:
        names = (
            *names,
            *(name for name in FOUR if name in given),
        )  # the others lack drift or lag: Theorem 1 is as good
    found = {name: exact(name, given[name], needed_by=TITLE) for name in names}
    found |= dict.fromkeys(found.keys() & set(algorithm.vanishing), Fraction(0))
    found["sigma2"] /= algorithm.samples(batch)
    return found


def _drifts_and_lags(algorithm: Algorithm) -> bool:
    """Return whether Theorem 4 says more of an algorithm than Theorem 1: that has both drift and lag."""
    return algorithm.analog and algorithm.pipelined and not algorithm.stashed


def floor(constants: Mapping[str, Given]) -> float:
    """Return a guaranteed upper end of what no number of iterations goes below."""
    return float(bound("floor")(rho=constants["rho"], sigma2=constants["sigma2"]))


@dataclass(frozen=True)
class Iterations(Bound):
    """Theorem 1 solved for K with the best step: the witness is that step, and K by Theorem 3 with its t beside it."""

    def _evaluate(self, given: Mapping[str, Given]) -> Evaluation:
        """Return K, which no rounding makes too small, and the step with which it is proved to be enough."""
        self.refuse(given)
        settings = read(given, self.required, self.title)
        outcomes = []
        for index in range(settings.count):
            point = settings.at(index)
            check(point, point["eps"])
            reach = iterations(point, point["eps"])
            if reach is None:
                raise OutsideDomain("eps", shown(point["eps"]), "K < 2^53 iterations reach eps", self.title)
            expression = closed_form(point, point["eps"], point.get("t"))
            third = (math.inf, math.nan) if expression is None else (float(expression.iterations), expression.t)
            outcomes.append(Outcome(float(reach.iterations), float(reach.iterations), (reach.alpha, *third)))
        return gathered(outcomes, ("alpha", "closed_form", "t"), settings.shape)

    def _conditions(self, given: Mapping[str, Given]) -> dict[str, bool]:
        """Return whether each condition holds at one setting."""
        numbers = {name: exact(name, scalar(value), needed_by=self.title) for name, value in given.items()}
        found = {condition(name): satisfied(name, number) for name, number in numbers.items()}
        return found | {"eps > floor": all(found.values()) and above_floor(numbers, numbers["eps"])}


@cache
def complexity() -> Bound:
    """Return the iterations to reach eps as a function of the constants."""
    sharp, third = bound("sharp"), theorem.THEOREM
    claims = sorted({*sharp.claims, *third.claims})
    limits = [claim("complexity.step_size").premise(name) for name in ("step", "coherent")]
    return Iterations(
        name=third.name,
        title=TITLE,
        latex=_latex(third),
        expression=third.expression,
        required=(*CONSTANTS, "eps"),
        definitions={name: third.definitions[name] for name in (x, q)},
        domain=tuple(Condition(str(part), part.lhs, part.rhs, strict=False) for part in limits),
        forms=(),
        claims=tuple(claims),
        assumptions=assumptions_of(claims),
        quantity=third.quantity,
        refused=frozenset({"nu", "Ln", "rbar2"}),
    )


MAKERS[theorem.THEOREM.name] = complexity


def _latex(third: Theorem) -> str:
    """Return Theorem 3: what falls below the inflated floor plus eps, and from which K on."""
    published = claim("complexity.published").conclusion("bound")
    nothing = dict.fromkeys((parts.lead, symbol("Delta")), sympy.Integer(0))
    right = published.rhs.xreplace(nothing) + symbol("eps")
    what = f"{formula(published.lhs)} \\le {formula(right)}"
    count, step = rf"K \ge {formula(third.expression)}", rf"\alpha = {formula(theorem.STEP_SIZE)}"
    return rf"\begin{{gathered}} {what} \\ \text{{for}} \;\; {count} \\ \text{{with}} \;\; {step} \end{{gathered}}"


def above_floor(constants: Mapping[str, Number], target: Number) -> bool:
    """Return whether the target is certain to lie above the floor."""
    return bool(target > Fraction(floor(constants)))


def check(given: Mapping[str, Number], target: Number) -> None:
    """Raise `OutsideDomain` for constants outside their range, and for a target at or below the floor."""
    read({**{name: given[name] for name in given if name in ALL}, "eps": target}, (*CONSTANTS, "eps"), TITLE)
    if has_four(given):
        refuse_inconsistent(given)
    if not above_floor(given, target):
        lowest = floor(given)
        condition = f"eps > rho^2 sigma2/(1 - rho^2), about {lowest:.10g}, the floor (at most {lowest!r})"
        raise OutsideDomain("eps", shown(target), condition, TITLE)


@dataclass(frozen=True)
class AlgorithmPlan:
    """What one algorithm needs to reach the target.

    Args:
        algorithm: the algorithm.
        batch: micro-batches an iteration.
        reach: iterations and step, or None if no number of iterations reaches the target.
        floor: what it stays above for all we can prove.
        samples: samples drawn.
        cycles: clock cycles (slots) on a pipeline of M stages; None if M is not given or there is no reach.
        closed: what the closed expression of Theorem 3 gives; None where its conditions cannot be met.
        exact: what that of Theorem 4 gives, from the floor itself; None where its conditions cannot be met, or where
            the algorithm has both drift and lag and the constants of Theorem 4 are not given.
        lag: the largest, in updates; None if it is not known.
        necessary: what the lag makes necessary on some objective; None where that is not known, or eps > L Delta/2.
        form: of the sharp bound, which proves `reach`.

    """

    algorithm: Algorithm
    batch: int
    reach: Reach | None
    floor: float
    samples: int | None = None
    cycles: int | None = None
    closed: ClosedIterations | None = None
    exact: ExactIterations | None = None
    lag: int | None = None
    necessary: Necessary | None = None
    form: str = ""


def slots(algorithm: Algorithm, stages: int, batch: int, count: int) -> int:
    """Return the slots of `count` iterations: until the last sample's backward pass at the first stage ends the run."""
    schedule = algorithm.make_schedule(stages, batch)
    return schedule.backward_slot(1, count * schedule.batch - 1) + 1


_NO_WINDOW = {"D": 1, "ell": 0, "ell1": 0, "theta1": 0, "F0": 0}
"""Of Theorem 4 where there is no drift or no lag: what they weigh is 0 then."""


def largest_lag(algorithm: Algorithm, given: Mapping[str, Number], stages: int | None) -> int | None:
    """Return the largest lag, in updates: D of the problem, else that of a pipeline of M stages; None if not known."""
    if not algorithm.pipelined:
        return 0
    if "D" in given:
        return int(given["D"]) if given["Lambda1"] > 0 else 0
    return None if stages is None else max(algorithm.lags(stages))


def _necessary(constants: Mapping[str, Number], target: Number, lag: int | None) -> Necessary | None:
    if lag is None:
        return None
    asked = {name: Fraction(constants[name]) for name in ("L", "Delta")} | {"d": Fraction(lag), "eps": Fraction(target)}
    return necessary(asked) if all(lag_conditions(asked).values()) else None


def plan(
    algorithm: Algorithm, given: Mapping[str, Number], target: Number, stages: int | None, batch: int = 1
) -> AlgorithmPlan:
    """Return what an algorithm needs to reach the target, proved."""
    constants = constants_of(algorithm, given, batch)
    reach, lowest = iterations(constants, target), floor(constants)
    lag = largest_lag(algorithm, given, stages)
    none = AlgorithmPlan(algorithm, batch, None, lowest, lag=lag, necessary=_necessary(constants, target, lag))
    if reach is None:
        return none
    four = constants if _drifts_and_lags(algorithm) else {**constants, **_NO_WINDOW}
    found = bound("sharp").evaluate(**constants, alpha=repr(reach.alpha), K=reach.iterations)
    return replace(
        none,
        reach=reach,
        samples=reach.iterations * batch,
        cycles=None if stages is None else slots(algorithm, stages, batch, reach.iterations),
        closed=closed_form(constants, target),
        exact=exact_form(four, target) if has_four(four) else None,
        form=str(found.form),
    )
