"""What lags add to the stationary squared gradient: in the step size, in the number of stages, and the cross term.

Theorem 3 at the exact floor charges 2 rho R qn, linear in alpha, beside terms of order alpha^2. The excess is measured
on pairs of runs, with the pipeline's lags and without, on the same noise: the difference of their squared gradients,
averaged over the second half, replica by replica. For each saturation level it is fitted by

    excess = theta X + c2 alpha^2 (+ c3 alpha^3),    X = 2 rbar sigma (1 + rbar) alpha nu,

c2 and c3 free for each level, theta common to the levels of a problem: theta = 1 if the cross term is as large as
charged, 0 if it is an artefact. X takes the smallest constants that could be charged: rbar is the root mean square of
the measured saturation, not its maximum, and nu the measured length of the staleness (`staleness.sensitivity`; for
quadratics exact), not the certified one. Its interval covers the fits with and without c3.
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

import theory
from simulate.problems import Network
from simulate.run import LEFT_OUT
from theory.theorems import network
from verify.judging import joint
from verify.rates import intervals
from verify.rates.iterations import StudyPlan, sharp_bound
from verify.rates.measure import Found, Job, Measured, RateRun, Settings, described, made
from verify.rates.rate import Expected, Pending, RateRow, constants
from verify.rates.staleness import Sensitivity

Array = NDArray[np.float64]

_STEADY = 0.1
"""Largest relative change from the third to the last quarter of a run without lags that counts as stationary."""
_LONGEST = 0.2
"""Largest staleness N(b)/sigma (its martingale part, alpha nu/sigma) for which powers of alpha tell terms apart.

Chosen on data: at 0.5 the problem `tanh 1` gave theta = 0.08 [0.04, 0.12]; at 0.16, with steps a seventh as long,
0.000 [-0.014, 0.016].
"""
WILD, LONG_STEPS = "not stationary", "steps too long"
_WEIGHT = 1.5
"""Residuals are weighed by alpha^-1.5, about what the excess scatters."""


@dataclass(frozen=True)
class LagCase:
    """A problem whose lag price is measured.

    Args:
        label: what it is.
        kind: linear or nonlinear stages.
        problem: as a request holds it; plus-minus without its tau.
        alphas: step sizes, at least 4.
        taus: saturation levels.
        horizon: alpha K.

    """

    label: str
    kind: str
    problem: Settings
    alphas: tuple[float, ...]
    taus: tuple[float, ...]
    horizon: float

    def pair(self, tau: float, alpha: float, plan: StudyPlan) -> tuple[RateRun, RateRun]:
        """Return the runs with lags and without."""
        name, stages, settings = self.problem
        own = {"rho": 1 / tau, "tau": tau} if name == "plus-minus" else {}
        problem = described(name, stages, **dict(settings), **own)
        horizon = self.horizon / (4 if plan.quick else 1)
        lagged = RateRun(made(problem), "analog-sgd-ap", alpha, tau, int(horizon / alpha), plan.replicas, plan.seed)
        return lagged, replace(lagged, algorithm="analog-sgd", lags=LEFT_OUT)

    def probe(self, tau: float, plan: StudyPlan) -> Sensitivity:
        """Return the job that measures nu where the shortest step leads."""
        return Sensitivity(self.pair(tau, min(self.alphas), plan)[1])


_LONG = (0.04, 0.025, 0.016, 0.01)
_SHORT = (0.02, 0.0125, 0.008, 0.005)
_SHORTER = (0.012, 0.008, 0.0055, 0.004)
_SHORTEST = (0.006, 0.004, 0.003, 0.002)
_HORIZON = 600.0


def _network(
    label: str, kind: str, alphas: tuple[float, ...], taus: tuple[float, ...], stages: int, instance: int, **own: object
) -> LagCase:
    problem = described("network", stages, width=4, samples=256, **own, instance=instance)
    return LagCase(f"{label} {instance}", kind, problem, alphas, taus, _HORIZON)


_LINEAR = {"activation": "identity", "gain": 1.0, "teacher_gain": 1.0}
_TANH = {"gain": 1.0, "teacher_gain": 1.5}
_SATURATED = {"gain": 2.0, "teacher_gain": 2.0, "label_noise": 0.05}
_SIGMOID = {"activation": "sigmoid", "gain": 8.0, "teacher_gain": 8.0}
_SOFTPLUS = {"activation": "softplus", "gain": 1.5, "teacher_gain": 1.5}

CASES = (
    LagCase("plus-minus", "linear", described("plus-minus", 6), _LONG, (20.0, 5.0), _HORIZON),
    LagCase(
        "coupled quadratic", "linear", described("quadratic", 6, size=2, condition=5.0), _LONG, (20.0, 5.0), _HORIZON
    ),
    *(_network("linear network", "linear", _SHORT, (10.0, 4.0), 4, one, **_LINEAR) for one in range(3)),
    _network("tanh", "nonlinear", _SHORT, (20.0, 5.0), 4, 0, **_TANH),
    _network("tanh", "nonlinear", _SHORTEST, (20.0, 5.0), 4, 1, **_TANH),  # ten times as sensitive to old weights
    _network("tanh", "nonlinear", _SHORT, (20.0, 5.0), 4, 2, **_TANH),
    _network("saturated tanh", "nonlinear", _SHORTER, (20.0, 8.0), 3, 0, **_SATURATED),
    *(_network("saturated tanh", "nonlinear", _LONG, (20.0, 8.0), 3, one, **_SATURATED) for one in (1, 2)),
    *(_network("saturated sigmoid", "nonlinear", _LONG, (80.0, 30.0), 3, one, **_SIGMOID) for one in range(2)),
    *(_network("softplus", "nonlinear", _LONG, (20.0, 5.0), 3, one, **_SOFTPLUS) for one in range(2)),
)
_QUICK = ("plus-minus", "tanh 0", "linear network 0")


def cases(plan: StudyPlan) -> tuple[LagCase, ...]:
    """Return the problems."""
    return tuple(case for case in CASES if not plan.quick or case.label in _QUICK)


@dataclass(frozen=True)
class Price:
    """What lags add, at the steps of one problem and saturation level.

    Args:
        excess: with lags minus without, per step and replica, shape (steps, R).
        floor: without lags, shape (steps,).
        saturation: rbar, shape (steps,).
        charge: X with the measured nu, shape (steps,).
        theorem: nu of the theorem with measured norms, over the measured nu.
        staleness: alpha nu/sigma at the longest step.
        change: relative change of the squared gradient without lags from the third quarter to the last, at its largest.

    """

    excess: Array
    floor: Array
    saturation: Array
    charge: Array
    theorem: float
    staleness: float
    change: float


def price(case: LagCase, tau: float, plan: StudyPlan, found: Found) -> Price:
    """Return what lags add at one saturation level."""
    nu = found[case.probe(tau, plan)]
    lagged, fresh = zip(*([found[run] for run in case.pair(tau, alpha, plan)] for alpha in case.alphas), strict=True)
    rbar = np.sqrt([run.saturation2.mean() for run in fresh])
    sigma = np.sqrt([run.variance.mean() for run in fresh])
    charge = 2 * rbar * sigma * (1 + rbar) * np.array(case.alphas) * nu
    return Price(
        np.array([one.late - other.late for one, other in zip(lagged, fresh, strict=True)]),
        np.array([run.late.mean() for run in fresh]),
        rbar,
        charge,
        _charged(case, tau, lagged[-1], plan) / nu,
        float(np.max(np.array(case.alphas) * nu / sigma)),
        max(_change(run) for run in fresh),
    )


def _change(run: Measured) -> float:
    mean = run.curve.mean(axis=1)
    quarter = len(mean) // 4
    third, last = mean[2 * quarter : 3 * quarter].mean(), mean[3 * quarter :].mean()
    return float(abs(last / third - 1))


def _charged(case: LagCase, tau: float, run: Measured, plan: StudyPlan) -> float:
    """Return nu of the theorem; of a network with the norms that the run showed."""
    request = case.pair(tau, min(case.alphas), plan)[0]
    problem = request.problem
    if not isinstance(problem, Network):
        return constants(run.facts, "nu")["nu"]
    lags = tuple(problem.stages - 1 - stage for stage in range(problem.stages))
    return network.constants(problem.stage_data, run.norms).nu(lags, run.deviations.tolist())


def share(case: LagCase, prices: list[Price], error: float) -> intervals.Interval:
    """Return theta, the share of the cross term that is real."""
    steps = np.tile(case.alphas, len(prices))
    level = np.repeat(np.arange(len(prices)), len(case.alphas))
    own = [(level == one).astype(float) for one in range(len(prices))]
    charge = np.concatenate([one.charge for one in prices])
    weights = steps**-_WEIGHT
    solvers = []
    for order in (3, 2):
        columns = [charge, *(mask * steps**power for mask in own for power in range(2, order + 1))]
        scale = [np.max(np.abs(column * weights)) for column in columns]
        design = np.stack([column * weights / size for column, size in zip(columns, scale, strict=True)], axis=1)
        solvers.append(np.linalg.pinv(design)[0] * weights / scale[0])
    rows = np.stack(solvers)
    with_next, without = intervals.jackknife(
        lambda means: np.asarray(rows @ means[0]), [np.concatenate([one.excess for one in prices])], error
    )
    return with_next.joined(without)


# In the number of stages

STAGES = (2, 3, 4, 6, 12)
_DEPTH_STEP, _DEPTH_TAU, _DEPTH_HORIZON = 0.01, 20.0, 2000.0
_DEPTHS = ("plus-minus", "quadratic")


def deep(name: str, stages: int, plan: StudyPlan) -> tuple[RateRun, RateRun]:
    """Return the runs with lags and without; the quadratic is one and the same, cut into more and more stages."""
    settings = {"rho": 1 / _DEPTH_TAU, "tau": _DEPTH_TAU} if name == "plus-minus" else {"size": 12 // stages}
    iterations = int(_DEPTH_HORIZON / _DEPTH_STEP / (8 if plan.quick else 1))
    problem = described(name, stages, **settings)
    lagged = RateRun(made(problem), "analog-sgd-ap", _DEPTH_STEP, _DEPTH_TAU, iterations, plan.replicas, plan.seed)
    return lagged, replace(lagged, algorithm="analog-sgd", lags=LEFT_OUT)


def _in_depth(name: str, plan: StudyPlan, found: Found, error: float) -> RateRow:
    pairs = [deep(name, M, plan) for M in STAGES]
    runs = [tuple(found[one] for one in pair) for pair in pairs]
    excess = np.array([lagged.late - fresh.late for lagged, fresh in runs])
    depth = [M - 1 for M in STAGES]
    bounds = [
        sharp_bound(pair[0], run[0]) - sharp_bound(pair[1], run[1]) for pair, run in zip(pairs, runs, strict=True)
    ]
    nu2 = [constants(run[0].facts, "nu")["nu"] ** 2 for run in runs]
    over = excess[-1].mean() / (_DEPTH_STEP**2 * nu2[-1])
    return RateRow(
        "lag price in M",
        {"quadratic": "one quadratic cut into M stages"}.get(name, name),
        "analog-sgd-ap",
        "exponent of the excess in M - 1",
        intervals.exponent(depth, excess, error=error),
        None,
        (STAGES[0], STAGES[-1]),
        intervals.slope(depth, bounds),
        f"nu^2 has {intervals.slope(depth, nu2):.3f}; excess = {over:.2f} (alpha nu)^2 at M = {STAGES[-1]}, "
        f"bound's {bounds[-1] / (_DEPTH_STEP**2 * nu2[-1]):.2f}",
    )


# The study


def jobs(plan: StudyPlan) -> list[Job]:
    """Return every run of this study."""
    found: list[Job] = [one for name in _DEPTHS for M in STAGES for one in deep(name, M, plan)]
    for case in cases(plan):
        for tau in case.taus:
            found += [run for alpha in case.alphas for run in case.pair(tau, alpha, plan)]
            found.append(case.probe(tau, plan))
    return found


def rows(plan: StudyPlan, found: Found) -> list[Pending]:
    """Return the exponents of the excess in M and in alpha, and the cross term's share."""
    chosen = cases(plan)
    return [
        *(partial(_in_depth, name, plan, found) for name in _DEPTHS),
        *(partial(_in_step, case, plan, found) for case in chosen),
        *(partial(_share_row, case, plan, found) for case in chosen),
    ]


def _prices(case: LagCase, plan: StudyPlan, found: Found) -> list[Price]:
    return [price(case, tau, plan, found) for tau in case.taus]


def _in_step(case: LagCase, plan: StudyPlan, found: Found, error: float) -> RateRow:
    """Return the exponent of the excess in alpha at the highest saturation, beside that of Theorem 4's price."""
    last = _prices(case, plan, found)[-1]
    charged = [fourth_price(case.pair(case.taus[-1], alpha, plan), found) for alpha in case.alphas]
    positive = bool(np.all(last.excess.mean(axis=1) > 0))
    interval = (
        intervals.exponent(case.alphas, last.excess, error=error)
        if positive
        else intervals.Interval(math.nan, -math.inf, math.inf)
    )
    return RateRow(
        "lag price in alpha",
        case.label,
        "analog-sgd-ap",
        "exponent of the excess in alpha",
        interval,
        None,
        (case.alphas[0], case.alphas[-1]),
        None if None in charged else intervals.slope(case.alphas, [one or 0.0 for one in charged]),
        note=f"tau = {case.taus[-1]:g}, rbar = {last.saturation[-1]:.3f}"
        + ("" if positive else "; not told from 0 at every step")
        + (f"; {WILD}" if last.change > _STEADY else ""),
    )


def fourth_price(pair: tuple[RateRun, RateRun], found: Found) -> float | None:
    """Return what Theorem 4 charges for the lag, in (f/w)^2, at the larger saturation of a pair; None: not known."""
    rho = max(found[one].largest for one in pair)
    ends = []
    for request in pair:
        run = found[request]
        known = {name: run.facts.get(name) for name in FOURTH}
        if None in known.values():
            return None
        start = joint.start(request)
        own = {"Delta": run.gap, "alpha": request.alpha, "K": request.iterations, "rho": rho, "theta1": 1 / request.tau}
        ends.append(float(theory.bound("free")(**known, **own, D=start["D"], F0=start["F0"])))
    return ends[0] - ends[1]


FOURTH = ("L", "sigma2", "Lambda1", "Lambdah", "nu", "Ln", "ell", "ell1", "nuhat", "H2", "HJ", "Gamma")
"""Constants of the problem that Theorem 4 takes; a network's are not facts of its data."""


def _share_row(case: LagCase, plan: StudyPlan, found: Found, error: float) -> RateRow:
    prices = _prices(case, plan, found)
    change = max(one.change for one in prices)
    seen = np.concatenate([one.saturation for one in prices])
    parts = [f"rbar {seen.min():.3f} to {seen.max():.3f}"]
    if case.problem[0] == "network":
        parts.append(f"the theorem's nu is {min(one.theorem for one in prices):.3g} times the measured one")
    staleness = max(one.staleness for one in prices)
    parts.append(f"staleness up to {staleness:.2g} of the noise")
    if staleness > _LONGEST:
        parts.append(LONG_STEPS)
    if change > _STEADY:
        parts.append(f"{WILD}: {100 * change:.0f} % from the third quarter to the last")
    return RateRow(
        "cross term",
        case.label,
        "analog-sgd-ap",
        "share of 2 rho R qn that is real",
        share(case, prices, error),
        Expected(-math.inf, 1.0, "complexity.best_t, at most what is charged"),
        (case.alphas[0], case.alphas[-1]),
        note="; ".join(parts),
    )
