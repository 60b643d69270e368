"""The floor of every device, measured on the instance that attains it.

The process starts where its mean step vanishes, `Attaining.on(device, reach)`, and its squared gradient tends to
sigma^2 sinh^2 l there as alpha -> 0. The limit is taken from two step sizes, 2 A(alpha) - A(2 alpha), over the second
halves of the runs, which leaves an error of order alpha^2.

Statistics: jackknife over replicas with Student's t (`intervals`), Bonferroni over the devices: all intervals together
hold with confidence 99%. A device is held if its interval lies within 2% of the floor, violated if it lies outside,
else inconclusive; what deviates by 2% and the width of its interval would have been found.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from simulate.problems.attaining import Attaining
from simulate.results import versions
from theory.setting import devices
from theory.setting.devices import Device
from verify.rates import intervals
from verify.rates.intervals import Interval
from verify.rates.measure import Found, RateRun, gather

CONFIDENCE = 0.99
ALLOWED = 0.02
"""How far a measured floor may lie from the stated one."""
REACH = 0.3
"""Weights |w| <= 0.3 tau, as in the table of theory/responses.md section 2."""
_ALPHA = 1e-3
_TIME = 2500.0
"""alpha K R times the floor over sigma^2: the relative scatter of A falls with its root."""
_LEAST, _MOST = 10_000.0, 5e6
_LOW = 0.01
"""A floor below this takes so long that steps four times as long are made, for five times the time: minutes."""
_REPLICAS = 64


@dataclass(frozen=True)
class AttainedCase:
    """A device and the weights that it is run on.

    Args:
        label: what it is.
        device: its name.
        parameters: of the device.
        reach: largest |w|/tau.
        tau: in w.

    """

    label: str
    device: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    reach: float = REACH
    tau: float = 1.0

    def made(self) -> Device:
        """Return the device of the one weight."""
        return devices.make(self.device, self.tau, count=1, **self.parameters)

    def problem(self) -> Attaining:
        """Return the instance that stands on its floor."""
        return Attaining.on(self.made(), self.reach * self.tau)

    @property
    def quick_enough(self) -> bool:
        """Return whether its runs take seconds: the floor is not low, and no step is drawn element by element."""
        return self.problem().floor > _LOW and self.made().plain

    def runs(self, seed: int, *, quick: bool = False) -> tuple[RateRun, RateRun]:
        """Return the runs with alpha and 2 alpha, equally long in alpha K."""
        problem = self.problem()
        share, low = 0.05 if quick else 1.0, problem.floor < _LOW
        wanted = (5 if low else 1) * _TIME / max(problem.floor, 1e-9)
        horizon, alpha = share * min(max(wanted, _LEAST), _MOST) / _REPLICAS, (4 if low else 1) * _ALPHA
        short = RateRun(
            problem, "analog-sgd", alpha, self.tau, round(horizon / alpha), _REPLICAS, seed,
            device=self.device, device_parameters=dict(self.parameters),
        )  # fmt: skip
        return short, replace(short, alpha=2 * alpha, iterations=round(horizon / (2 * alpha)))


CASES = (
    AttainedCase("linear", "ald"),
    AttainedCase("power 2", "power", {"exponent": 2.0}),
    AttainedCase("power 1/2", "power", {"exponent": 0.5}),
    AttainedCase("exponential 1", "exponential", {"curvature": 1.0}),
    AttainedCase("exponential 3", "exponential", {"curvature": 3.0}),
    AttainedCase("exponential 3, farther out", "exponential", {"curvature": 3.0}, reach=0.6),
    AttainedCase("shifted linear, up 1, down 0.8", "shifted-linear", {"up": 1.0, "down": 0.8}),
    AttainedCase("pulse train", "pulse-train"),
    AttainedCase("power 2 up, 1/2 down", "power", {"exponent_up": 2.0, "exponent_down": 0.5}),
    AttainedCase("constant step, falling by half", "linear-step", {"slope_up": 0.5, "slope_down": 0.5}),
    AttainedCase("table of four knots", "table", {"knots": [1.6, 1.2, 0.8, 0.3, 0.5, 0.7, 0.9, 1.4]}),
    AttainedCase("an element of a spread", "ald", {"spread_tau": 0.1, "spread_updown": 0.1, "elements": 7}),
    AttainedCase("linear, pulses of 1e-5 tau", "ald", {"dw": 1e-5}),
)


@dataclass(frozen=True)
class AttainedRow:
    """What came of one device.

    Args:
        case: the device.
        floor: sigma^2 sinh^2 l at the weight where it stands, sigma = 1.
        ratio: measured floor over that.
        at_alpha: A(alpha) over the floor, at the smaller step.
        alpha: the smaller step.

    """

    case: AttainedCase
    floor: float
    ratio: Interval
    at_alpha: float
    alpha: float

    @property
    def verdict(self) -> str:
        """Return held, violated or inconclusive."""
        low, high = 1 - ALLOWED, 1 + ALLOWED
        if low <= self.ratio.low and self.ratio.high <= high:
            return "held"
        return "inconclusive" if self.ratio.meets(low, high) else "violated"

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain data."""
        case = {**vars(self.case), "parameters": dict(self.case.parameters)}
        rest = {"floor": self.floor, "ratio": vars(self.ratio), "at_alpha": self.at_alpha, "alpha": self.alpha}
        return {**case, **rest, "verdict": self.verdict}


@dataclass(frozen=True)
class AttainedResult:
    """The floors of all devices.

    Args:
        rows: one a device.
        seed: of the runs.
        seconds: wall time.

    """

    rows: tuple[AttainedRow, ...]
    seed: int
    seconds: float

    @property
    def violations(self) -> int:
        """Return how many measured floors contradict the theory."""
        return sum(row.verdict == "violated" for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Return everything with the keys of the command line."""
        return {
            "devices": [row.to_json() for row in self.rows],
            "allowed": ALLOWED,
            "confidence": CONFIDENCE,
            "violations": self.violations,
            "seed": self.seed,
            "seconds": self.seconds,
            "versions": versions(),
        }


def row(case: AttainedCase, found: Found, seed: int, error: float, *, quick: bool = False) -> AttainedRow:
    """Return the row of a device, whose interval misses with probability at most `error`."""
    problem = case.problem()
    short, long = case.runs(seed, quick=quick)
    limits = 2 * found[short].late - found[long].late
    (ratio,) = intervals.jackknife(lambda means: np.array([means[0] / problem.floor]), [limits], error)
    return AttainedRow(case, problem.floor, ratio, float(found[short].late.mean()) / problem.floor, short.alpha)


def run(
    seed: int,
    pool: Executor | None = None,
    tell: Callable[[float, float], object] = lambda *_: None,
    cases: tuple[AttainedCase, ...] | None = None,
    *,
    quick: bool = False,
) -> AttainedResult:
    """Measure the floor of every device.

    Args:
        seed: of the runs.
        pool: where; None is this process. The result does not depend on it.
        tell: hears of the cost of each run done, and of their sum.
        cases: the devices; None is `CASES`.
        quick: a twentieth of the steps; most devices are then inconclusive.

    """
    start = time.perf_counter()
    cases = CASES if cases is None else cases
    jobs = [job for case in cases for job in case.runs(seed, quick=quick)]
    total = sum(job.cost for job in jobs)
    found = gather(jobs, pool, lambda cost: tell(cost, total))
    error = (1 - CONFIDENCE) / len(cases)
    rows = tuple(row(case, found, seed, error, quick=quick) for case in cases)
    return AttainedResult(rows, seed, time.perf_counter() - start)
