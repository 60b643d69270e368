"""The instance behind the lower bound for lags, run over step sizes and horizons: none gets below it.

Nothing is random, so there is no confidence interval: the allowance is for rounding. The bound is the proved claim's
own expression, with J = min(K, d + 1) gradients read at the first weights.
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

import simulate
from simulate.problems import LagLower
from verify.proof_lines.relations import number, relation
from verify.rates.intervals import Interval
from verify.rates.iterations import StudyPlan
from verify.rates.measure import Found, Job
from verify.rates.rate import Expected, Pending, RateRow

LAGS = (0, 1, 2, 3, 8)
_ROUNDING = 1e-12
"""Relative: a few thousand operations of relative error 1e-16."""
_STEP_COST = 1e4
"""About what a run costs, in replica-steps of a small quadratic."""


@dataclass(frozen=True)
class Descents:
    """The job of running one lag and step size up to several horizons; L = w_0 = 1, so that Delta = 1/2.

    Args:
        lag: d.
        alpha: in 1/L.
        horizons: the numbers of iterations K.

    """

    lag: int
    alpha: float
    horizons: tuple[int, ...]

    @property
    def cost(self) -> float:
        """Return about what it takes."""
        return _STEP_COST * len(self.horizons)

    def make(self) -> tuple[float, ...]:
        """Return K A_K/(L Delta) at every horizon; inf where the run diverged."""
        return tuple(self._total(K) for K in self.horizons)

    def _total(self, K: int) -> float:
        problem = LagLower(self.lag + 1)
        run = simulate.run(problem, "digital-ap", alpha=self.alpha, tau=math.inf, iterations=K)
        if run.diverged:
            return math.inf
        return K * float(run.mean_squared_gradient[0]) / (problem.L * problem.value(problem.initial_weights()))


def horizons(lag: int, plan: StudyPlan) -> tuple[int, ...]:
    """Return the numbers of iterations: fewer than d + 1, as many, and more."""
    most = 4 if plan.quick else 64
    short = {1 + lag // 2, lag + 1}
    return tuple(sorted(short | {(lag + 1) * factor for factor in (2, 4, 16, 64) if factor <= most}))


def steps(lag: int, plan: StudyPlan) -> tuple[float, ...]:
    """Return step sizes, in 1/L: over two decades, that of lag.upper, and the best one for K = d + 1 iterations."""
    spread = np.geomspace(0.05, 4.0, 8 if plan.quick else 25) / (2 * lag + 1)
    return tuple(sorted({*map(float, spread), 1.0 / (1 + lag), 3.0 / (2 * lag + 1)}))


def jobs(plan: StudyPlan) -> list[Job]:
    """Return every run of this study."""
    return [Descents(lag, alpha, horizons(lag, plan)) for lag in LAGS for alpha in steps(lag, plan)]


def least(lag: int, K: int) -> float:
    """Return the lower bound of K A_K/(L Delta) for every step size, by lag.lower."""
    values = {"L": 1.0, "Delta": 1.0, "K": K, "J": min(K, lag + 1)}
    return K * float(number(relation("lag.lower", "bound").lhs, values))


def enough(lag: int) -> float:
    """Return what K A_K/(L Delta) is at most with alpha = 1/(L + Lambda1), by lag.upper."""
    return float(number(relation("lag.upper", "bound").rhs, {"L": 1.0, "Delta": 1.0, "Lambda1": lag, "K": 1.0}))


def rows(plan: StudyPlan, found: Found) -> list[Pending]:
    """Return for every lag how near the bound the runs come, and where the best step size leads in the end."""
    return [partial(row, lag, plan, found) for row in (_nearest, _best) for lag in LAGS]


def _exact(value: float) -> Interval:
    return Interval(value, value * (1 - _ROUNDING), value * (1 + _ROUNDING))


def _nearest(lag: int, plan: StudyPlan, found: Found, error: float) -> RateRow:  # noqa: ARG001 - nothing is random
    counts = horizons(lag, plan)
    bounds = np.array([least(lag, K) for K in counts])
    totals = np.array([found[Descents(lag, alpha, counts)] for alpha in steps(lag, plan)])
    ratios = totals / bounds
    place = np.unravel_index(np.argmin(ratios), ratios.shape)
    alpha, K = steps(lag, plan)[int(place[0])], counts[int(place[1])]
    return RateRow(
        "lag alone",
        f"lag-lower, d = {lag}",
        "digital-ap",
        "least A over its lower bound, over step sizes and K",
        _exact(float(ratios[place])),
        Expected(1.0, math.inf, "lag.lower"),
        (counts[0], counts[-1]),
        note=f"{ratios.size} pairs of alpha and K; nearest at alpha = {alpha:.4g}/L, K = {K}",
    )


def _best(lag: int, plan: StudyPlan, found: Found, error: float) -> RateRow:  # noqa: ARG001 - nothing is random
    counts = horizons(lag, plan)
    totals = {alpha: found[Descents(lag, alpha, counts)][-1] for alpha in steps(lag, plan)}
    alpha = min(totals, key=lambda one: totals[one])
    return RateRow(
        "lag alone",
        f"lag-lower, d = {lag}",
        "digital-ap",
        f"least K A/(L Delta) over step sizes at K = {counts[-1]}",
        _exact(totals[alpha]),
        Expected(least(lag, counts[-1]), enough(lag), "lag.lower, lag.upper"),
        (counts[-1], counts[-1]),
        enough(lag),
        note=f"at alpha = {alpha:.4g}/L",
    )
