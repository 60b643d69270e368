"""Where the lag's price is linear in the step size: the instance whose direction is Lipschitz and nothing more.

The excess is measured as in `lag`, on pairs of runs with the lag and without, each from where its own mean step
vanishes: the difference of their squared gradients, averaged over the second half, replica by replica. What is
predicted is r^2 - floor of free.converse, the limit L -> 0; here x = alpha L is held at `X`, which moves either squared
gradient by less than X and their difference by a share of that. With S (U_1 - V_1) in the place of S |U_1 - V_1| the
direction has a derivative, and there is no excess.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from simulate.problems import LipschitzOnly
from simulate.run import LEFT_OUT
from verify.rates import intervals
from verify.rates.iterations import StudyPlan, sharp_bound
from verify.rates.measure import Found, Job, RateRun
from verify.rates.rate import Expected, Pending, RateRow

Array = NDArray[np.float64]

RHO, TAU = 0.3, 1e5
"""Saturation, and a level so high that what the weights move is no share of it."""
X = 3e-4
"""alpha L."""
ITERATIONS = 36_000
"""K: seven times the 1/((1 - rho) X) steps in which the squared gradient forgets where it was."""
PREDICTED_AT = (0.05, 0.1, 0.2)
STEPS = (0.04, 0.025, 0.016, 0.01)
"""Step sizes at which the excess is compared with what is predicted, and over which its exponent is read off."""
SOURCE = "free.converse"


def pair(alpha: float, plan: StudyPlan, *, linear: bool = False) -> tuple[RateRun, RateRun]:
    """Return the runs with the lag and without."""
    problem = LipschitzOnly(rho=RHO, tau=TAU, L=X / alpha, alpha=alpha, linear=linear)
    iterations = ITERATIONS // (4 if plan.quick else 1)
    lagged = RateRun(problem, "analog-sgd-ap", alpha, TAU, iterations, plan.replicas, plan.seed)
    return lagged, replace(lagged, problem=replace(problem, alpha=0.0), algorithm="analog-sgd", lags=LEFT_OUT)


def jobs(plan: StudyPlan) -> list[Job]:
    """Return every run of this study."""
    bent: Sequence[Job] = [run for alpha in (*STEPS, *PREDICTED_AT) for run in pair(alpha, plan)]
    return [*bent, *pair(max(PREDICTED_AT), plan, linear=True)]


def rows(plan: StudyPlan, found: Found) -> list[Pending]:
    """Return the exponent of the excess in alpha, the excess beside what is predicted, and none without the bend."""
    predicted = [partial(_predicted, alpha, plan, found) for alpha in PREDICTED_AT]
    return [partial(_exponent, plan, found), *predicted, partial(_linear, plan, found)]


def excess(alpha: float, plan: StudyPlan, found: Found, *, linear: bool = False) -> Array:
    """Return what the lag adds to the squared gradient, shape (R,), in (f/w)^2."""
    lagged, fresh = (found[run].late for run in pair(alpha, plan, linear=linear))
    return np.asarray(lagged - fresh)


def charged(alpha: float, plan: StudyPlan, found: Found) -> float:
    """Return what Theorem 1 charges for the lag, in (f/w)^2."""
    lagged, fresh = (sharp_bound(run, found[run]) for run in pair(alpha, plan))
    return lagged - fresh


def _exponent(plan: StudyPlan, found: Found, error: float) -> RateRow:
    samples = [excess(alpha, plan, found) for alpha in STEPS]
    return RateRow(
        "lag price in alpha",
        LipschitzOnly.name,
        "analog-sgd-ap",
        "exponent of the excess in alpha",
        intervals.exponent(STEPS, samples, correction=1.0, error=error),
        Expected.exactly(1.0, SOURCE),
        (STEPS[0], STEPS[-1]),
        intervals.slope(STEPS, [charged(alpha, plan, found) for alpha in STEPS]),
        "G has no derivative in stale weights: Theorem 4 does not apply",
    )


def _predicted(alpha: float, plan: StudyPlan, found: Found, error: float) -> RateRow:
    problem = pair(alpha, plan)[0].problem
    assert isinstance(problem, LipschitzOnly), "`pair` makes it"
    (interval,) = intervals.jackknife(lambda means: means[0][None], [excess(alpha, plan, found)], error)
    return RateRow(
        "lag price",
        problem.name,
        "analog-sgd-ap",
        f"excess at alpha = {alpha:g}",
        interval,
        Expected.exactly(problem.excess, f"{SOURCE} as L -> 0"),
        (alpha, alpha),
        charged(alpha, plan, found),
    )


def _linear(plan: StudyPlan, found: Found, error: float) -> RateRow:
    alpha = max(PREDICTED_AT)
    (interval,) = intervals.jackknife(lambda means: means[0][None], [excess(alpha, plan, found, linear=True)], error)
    return RateRow(
        "lag price",
        f"{LipschitzOnly.name}, linear",
        "analog-sgd-ap",
        f"excess at alpha = {alpha:g}",
        interval,
        Expected.exactly(0.0, "free.converse at beta = 0: the mean of U_1 - V_1"),
        (alpha, alpha),
    )
