"""A in the number of iterations K, at the theorem's step size and at a fixed one; K(eps) in eps.

K(eps) is measured at the step size with which Theorem 1 is proved to reach eps soonest: the first k at which the mean
over replicas of the running average (1/k) sum over j < k of norm(grad f(W_j))^2 is at most eps, interpolated in the
bins of the recorded curve.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import sympy
from numpy.typing import NDArray

import theory
from theory.bounds import complexity
from theory.setting import algorithms
from theory.setting.symbols import symbol
from theory.theorems import complexity as theorem
from verify.rates import intervals
from verify.rates.measure import Found, Job, Measured, RateRun, Settings, described, made
from verify.rates.rate import Expected, Pending, RateRow, constants, leading_exponent

Array = NDArray[np.float64]

QUADRATIC = described("quadratic", 4, size=3, condition=5.0, noise="two-point")
FAR = described("quadratic", 4, size=3, condition=5.0, noise="two-point", start=6.0)
NETWORK = described("network", 4, width=4, samples=256)
TAU = 2000.0
"""Saturation level of the analog runs that are to fall by orders of magnitude before they feel the floor."""
LOW_TAU = 20.0
"""Saturation level of those whose floor is to be seen."""
FIXED_STEP = 0.02
BATCH = 4
NETWORK_STEP = 0.1
_NAMES = {"quadratic": "coupled quadratic", "network": "tanh network"}


@dataclass(frozen=True)
class StudyPlan:
    """How much is run: small for a look, full for the table."""

    quick: bool
    seed: int

    @property
    def replicas(self) -> int:
        """Return R."""
        return 16 if self.quick else 64


def saturation_level(algorithm: str, tau: float = TAU) -> float:
    """Return tau for an analog algorithm, inf for a digital one."""
    return tau if algorithms.named(algorithm).analog else float("inf")


# A in K


def horizons(plan: StudyPlan) -> list[int]:
    """Return the numbers of iterations."""
    return [500 * 2**power for power in range(5 if plan.quick else 9)]


def by_rule(algorithm: str, problem: Settings, K: int, plan: StudyPlan) -> RateRun:
    """Return the run of K iterations whose step size is the theorem's alpha(K)."""
    batch = BATCH if algorithms.named(algorithm).batched else 1
    request = RateRun(
        made(problem), algorithm, 1.0, saturation_level(algorithm), K, plan.replicas, plan.seed, batch=batch
    )
    trained = request.problem
    facts = trained.facts((0,) * trained.stages).values
    if facts["L"] is None:  # a network's certified L is far too large to be felt: the rule up to its constant
        return replace(request, alpha=NETWORK_STEP * (horizons(plan)[0] / K) ** 0.5)
    known = {
        **constants(facts, "L"),
        "Delta": trained.initial_gap,
        "K": K,
        "gain": 1.0,
        "sigma": (facts["sigma2"] or 0.0) ** 0.5,
    }
    known["sigma"] /= batch**0.5
    step = theorem.STEP_SIZE.subs({symbol(name): value for name, value in known.items()})
    return replace(request, alpha=float(step))


def sharp_bound(request: RateRun, run: Measured, K: int | None = None) -> float:
    """Return Theorem 1 for a run of a quadratic, with the saturation that it showed."""
    known = constants(run.facts, "L", "sigma2", "Lambda1", "Lambdah", "nu", "Ln")
    known["sigma2"] /= request.batch
    return float(
        theory.bound("sharp")(**known, Delta=run.gap, alpha=request.alpha, K=K or request.iterations, rho=run.largest)
    )


RULE_CASES = (
    ("digital-sgd", QUADRATIC),
    ("analog-sgd", QUADRATIC),
    ("analog-sgd-sp", QUADRATIC),
    ("analog-sgd-ap", QUADRATIC),
    ("digital-ap", QUADRATIC),
    ("analog-sgd-ap", NETWORK),
)


def rule_rows(plan: StudyPlan, found: Found) -> list[Pending]:
    """Return the exponents of A in K at alpha(K)."""
    return [partial(_rule_row, plan, found, *case) for case in RULE_CASES]


def _rule_row(
    plan: StudyPlan,
    found: Found,
    algorithm: str,
    problem: Settings,
    error: float,
) -> RateRow:
    counts = horizons(plan)
    requests = [by_rule(algorithm, problem, K, plan) for K in counts]
    runs = [found[request] for request in requests]
    order = -1 / theorem.order(algorithm)
    known = problem[0] == "quadratic"
    bounds = [sharp_bound(request, run) for request, run in zip(requests, runs, strict=True)] if known else None
    return RateRow(
        "A in K, step by the theorem's rule",
        _NAMES[problem[0]],
        algorithm,
        "exponent of A in K",
        intervals.exponent(counts, [run.average for run in runs], correction=order, error=error),
        Expected.exactly(order, "complexity.order") if known else None,
        (counts[0], counts[-1]),
        None if bounds is None else intervals.slope(counts, bounds),
        "" if known else "the rule up to a constant",
    )


# A in K at a fixed step size

FIXED_CASES = (("digital-sgd", FAR, FIXED_STEP), ("analog-sgd-ap", FAR, FIXED_STEP))
_EDGES = (8, 12, 16, 24, 32, 48, 64, 96, 128)


def fixed(algorithm: str, problem: Settings, alpha: float, plan: StudyPlan) -> RateRun:
    """Return the run whose running average falls to its floor."""
    iterations = 128 * (300 if plan.quick else 1000)
    return RateRun(
        made(problem), algorithm, alpha, saturation_level(algorithm, LOW_TAU), iterations, plan.replicas, plan.seed
    )


def fixed_rows(plan: StudyPlan, found: Found) -> list[Pending]:
    """Return the exponents with which A falls to its floor at a fixed step size."""
    return [partial(_fixed_row, fixed(*case, plan), found) for case in FIXED_CASES]


def _fixed_row(request: RateRun, found: Found, error: float) -> RateRow:
    run: Measured = found[request]
    counts = [request.iterations * edge // 128 for edge in _EDGES]
    averages = running(run.curve)[[edge - 1 for edge in _EDGES]]
    floor, power = intervals.floored_exponent(counts, averages, error)
    bounds = [sharp_bound(request, run, count) for count in counts]
    start = theory.bound("sharp").definitions[symbol("p")]
    return RateRow(
        "A in K, fixed step",
        "coupled quadratic, far start",
        request.algorithm,
        "exponent of A - floor in K",
        power,
        Expected.exactly(leading_exponent(start, "K", sympy.oo), "p = Delta/(alpha K) of master.sharp"),
        (counts[0], counts[-1]),
        intervals.floored(counts, bounds)[2],
        f"floor {floor.value:.4g} [{floor.low:.4g}, {floor.high:.4g}]",
    )


def running(curve: Array) -> Array:
    """Return the running averages at the ends of equally long bins, along the first axis."""
    counts = np.arange(1, len(curve) + 1).reshape(-1, *(1,) * (curve.ndim - 1))
    return np.asarray(np.cumsum(curve, axis=0) / counts)


# K(eps)

EPS_CASES = ("digital-sgd", "digital-ap", "analog-sgd-ap")


def targets(plan: StudyPlan) -> list[float]:
    """Return the targets eps."""
    largest, smallest, count = (0.1, 0.03, 4) if plan.quick else (0.05, 0.003, 7)
    return [float(eps) for eps in np.geomspace(largest, smallest, count)]


def to_reach(algorithm: str, eps: float, plan: StudyPlan) -> RateRun:
    """Return the run that is proved to reach eps: the theorem's number of iterations with its step size."""
    row = algorithms.named(algorithm)
    request = RateRun(made(QUADRATIC), algorithm, 1.0, saturation_level(algorithm), 1, plan.replicas, plan.seed)
    problem = request.problem
    lags = row.lags(problem.stages)
    largest = 3.0 / TAU  # no element of W_0 or W* is beyond 1; the row says what the run showed
    known = constants(problem.facts(lags).values, "L", "sigma2", "Lambda1", "Lambdah")
    given = {**known, "Delta": problem.initial_gap, "rho": largest if row.analog else 0.0}
    reach = complexity.iterations(given, eps)
    assert reach is not None, "the targets lie above the floor"
    return replace(request, alpha=reach.alpha, iterations=reach.iterations)


def first_reach(curve: Array, iterations: int, eps: float) -> float:
    """Return the first k at which the running average of a mean curve, shape (bins,), is at most eps."""
    averages = running(curve)
    ends = iterations * np.arange(1, len(curve) + 1) / len(curve)
    below = np.flatnonzero(averages <= eps)
    if not below.size:
        return float("nan")
    place = int(below[0])
    if place == 0:
        return float(ends[0])
    share = (averages[place - 1] - eps) / (averages[place - 1] - averages[place])
    return float(ends[place - 1] + share * (ends[place] - ends[place - 1]))


def eps_rows(plan: StudyPlan, found: Found) -> list[Pending]:
    """Return the exponents of K(eps) in eps."""
    return [partial(_eps_row, plan, found, algorithm) for algorithm in EPS_CASES]


def _eps_row(plan: StudyPlan, found: Found, algorithm: str, error: float) -> RateRow:
    goals = targets(plan)
    requests = [to_reach(algorithm, eps, plan) for eps in goals]
    runs = [found[request] for request in requests]
    fits = np.stack([intervals.slope_weights(goals, one) for one in (1.0, None)])

    def fitted(curves: list[Array]) -> Array:
        reached = [
            first_reach(curve, request.iterations, eps)
            for curve, request, eps in zip(curves, requests, goals, strict=True)
        ]
        return np.asarray(fits @ np.log(reached))

    with_next, alone = intervals.jackknife(fitted, [run.curve for run in runs], error)
    seen = max(run.largest for run in runs)
    return RateRow(
        "K(eps), step by the theorem",
        "coupled quadratic",
        algorithm,
        "exponent of K in eps",
        with_next.joined(alone),
        Expected(-theorem.order(algorithm), -1.0, "complexity.order: eps^-2 + eps^-1"),
        (goals[0], goals[-1]),
        intervals.slope(goals, [request.iterations for request in requests]),
        f"saturation at most {seen:.2g}" if seen else "",
    )


def jobs(plan: StudyPlan) -> list[Job]:
    """Return every run of this study."""
    rule: Sequence[Job] = [by_rule(*case, K, plan) for case in RULE_CASES for K in horizons(plan)]
    still: Sequence[Job] = [fixed(*case, plan) for case in FIXED_CASES]
    reach: Sequence[Job] = [to_reach(name, eps, plan) for name in EPS_CASES for eps in targets(plan)]
    return [*rule, *still, *reach]


def rows(plan: StudyPlan, found: Found) -> list[Pending]:
    """Return every row of this study."""
    return [*rule_rows(plan, found), *fixed_rows(plan, found), *eps_rows(plan, found)]
