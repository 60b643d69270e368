"""Floors in the saturation level tau, and in the measured mean-square saturation.

A process whose weights stand at W has saturation W/tau. The floor is the limit of the squared gradient as alpha -> 0;
it is taken from two step sizes on the same noise, 2 A(alpha) - A(2 alpha), which leaves an error of order alpha^2.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

import theory
from theory.theorems import floor as theorem
from verify.rates import intervals
from verify.rates.iterations import StudyPlan
from verify.rates.measure import Found, Job, RateRun, described, made
from verify.rates.rate import Expected, Pending, RateRow, leading_exponent

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FloorCase:
    """A process and the levels it is run at.

    Args:
        label: what it is.
        algorithm: its name.
        name: of the problem.
        stages: M.
        settings: of the problem; one made for its saturation gets rho = 1/tau and tau beside them.
        taus: saturation levels.
        made_for_tau: whether the problem stands at weight 1 of its own making.
        correction: exponent in tau of the next order.
        step: alpha; with lags so short that their price, of order alpha^2, is nothing beside the floor.
        horizon: alpha K.

    """

    label: str
    algorithm: str
    name: str
    stages: int
    settings: tuple[tuple[str, object], ...]
    taus: tuple[float, ...]
    made_for_tau: bool
    correction: float
    step: float
    horizon: float


TAUS = (2.0, 2.6, 3.4, 4.5, 6.0, 8.0)
WEAK_TAUS = (6.0, 8.0, 11.0, 15.0, 20.0, 27.0)
"""Levels of the coupled quadratic, whose floor has terms of every order in 1/tau."""
CASES = (
    FloorCase("attaining, W = 1", "analog-sgd", "attaining", 1, (), TAUS, True, -2.0, 0.01, 2000.0),
    FloorCase("plus-minus, W = 1", "analog-sgd-ap", "plus-minus", 6, (), TAUS, True, -1.0, 0.004, 800.0),
    FloorCase(
        "coupled quadratic",
        "analog-sgd-ap",
        "quadratic",
        3,
        (("size", 1), ("condition", 3.0), ("target", 8.0)),
        WEAK_TAUS,
        False,
        -1.0,
        0.01,
        2000.0,
    ),
)
_QUICK_STEP, _QUICK_HORIZON = 2, 0.1
"""Factors of step and horizon for a look."""


def pair(case: FloorCase, tau: float, plan: StudyPlan) -> tuple[RateRun, RateRun]:
    """Return the runs with alpha and 2 alpha, equally long in alpha K."""
    own: dict[str, object] = {"rho": 1 / tau, "tau": tau} if case.made_for_tau else {}
    problem = described(case.name, case.stages, **dict(case.settings), **own)
    step, length = (_QUICK_STEP, _QUICK_HORIZON) if plan.quick else (1, 1.0)
    alpha, horizon = step * case.step, length * case.horizon
    short = RateRun(made(problem), case.algorithm, alpha, tau, int(horizon / alpha), plan.replicas, plan.seed)
    return short, replace(short, alpha=2 * alpha, iterations=int(horizon / (2 * alpha)))


def floors(case: FloorCase, plan: StudyPlan, found: Found) -> tuple[Array, Array]:
    """Return, per level and replica, the floor and the mean-square saturation, shape (taus, R)."""
    levels, saturations = [], []
    for tau in case.taus:
        short, long = (found[request] for request in pair(case, tau, plan))
        levels.append(2 * short.late - long.late)
        saturations.append(short.saturation2)
    return np.array(levels), np.array(saturations)


def jobs(plan: StudyPlan) -> list[Job]:
    """Return every run of this study."""
    return [request for case in CASES for tau in case.taus for request in pair(case, tau, plan)]


def rows(plan: StudyPlan, found: Found) -> list[Pending]:
    """Return the exponents of the floors, and the attaining instance's floor over that of the theorem."""
    exponents = [partial(_in_tau, case, plan, found) for case in CASES]
    return [*exponents, *(partial(_in_saturation, case, plan, found) for case in CASES), partial(_ratio, plan, found)]


def _expression_exponent() -> float:
    return leading_exponent(theorem.THEOREM.expression, "rho", 0)


def _stated(tau: float) -> float:
    """Return the theorem's floor of a process with sigma = 1 that stands at saturation 1/tau."""
    return float(theory.bound("floor")(rho=1 / tau, sigma2=1.0))


def _in_tau(case: FloorCase, plan: StudyPlan, found: Found, error: float) -> RateRow:
    levels, _ = floors(case, plan, found)
    return RateRow(
        "floor",
        case.label,
        case.algorithm,
        "exponent of the floor in tau",
        intervals.exponent(case.taus, levels, correction=case.correction, error=error),
        Expected.exactly(-_expression_exponent(), "floor.upper, floor.attained with rho = W/tau"),
        (case.taus[0], case.taus[-1]),
        intervals.slope(case.taus, [_stated(tau) for tau in case.taus]) if case.made_for_tau else None,
    )


def _in_saturation(case: FloorCase, plan: StudyPlan, found: Found, error: float) -> RateRow:
    levels, saturations = floors(case, plan, found)

    def fitted(means: list[Array]) -> Array:
        weights = intervals.slope_weights(means[1])
        return np.array([weights @ np.log(np.maximum(means[0], np.finfo(float).tiny))])

    adaptive = leading_exponent(theorem.THEOREM.expression, "rho", 0) / 2
    (interval,) = intervals.jackknife(fitted, [levels, saturations], error)
    means = saturations.mean(axis=1)
    bounds = [theory.bound("floor")(rho=case_rho, sigma2=1.0, rbar2=mean)
              for case_rho, mean in zip(_largest(case, plan, found), means, strict=True)]  # fmt: skip
    return RateRow(
        "floor",
        case.label,
        case.algorithm,
        "exponent of the floor in rbar^2",
        interval,
        None,
        (float(means[0]), float(means[-1])),
        intervals.slope(means, bounds),
        f"floor.adaptive: order {adaptive:g} in rbar^2",
    )


def _largest(case: FloorCase, plan: StudyPlan, found: Found) -> list[float]:
    return [found[pair(case, tau, plan)[0]].largest for tau in case.taus]


def _ratio(plan: StudyPlan, found: Found, error: float) -> RateRow:
    case = CASES[0]
    levels, _ = floors(case, plan, found)
    stated = np.array([_stated(tau) for tau in case.taus])

    def fitted(means: list[Array]) -> Array:
        return np.array([np.mean(means[0] / stated)])

    (interval,) = intervals.jackknife(fitted, [levels], error)
    return RateRow(
        "floor",
        case.label,
        case.algorithm,
        "measured floor over the theorem's",
        interval,
        Expected.exactly(1.0, "floor.attained"),
        (case.taus[0], case.taus[-1]),
    )
