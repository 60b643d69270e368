"""The public boundary: a run is described, validated, made, and returned as `Trajectories`."""

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from threadpoolctl import threadpool_limits

from simulate import engines
from simulate.backends import Engine, Task
from simulate.observe import NEVER, Observer
from simulate.problems.base import Problem
from simulate.randomness import block_length, checked_seed
from simulate.trajectories import Curve, Divergence, Trajectories
from theory.setting import algorithms, devices
from theory.setting.boundary import BadInput, known, real
from theory.setting.devices import Device

DTYPES = ("float64", "float32")
DEFAULT_BACKEND = "kernels"
_CURVE_BINS = 128
_PATIENCE = 2.0  # seconds before a bar is shown
_MEASURES = 256
"""Strata a run has at least by default, if the exact moments cost as much as many steps."""


@dataclass(frozen=True)
class Run:
    """One run, fully described; making it raises `BadInput` on anything that cannot be run.

    Args:
        problem: what is trained.
        algorithm: a name of `theory.setting.algorithms.REGISTRY`.
        alpha: step size, in w^2/f, > 0 and finite.
        tau: saturation level, in w, > 0; inf is digital, and the digital algorithms need it.
        iterations: K, >= 1.
        replicas: R, >= 1.
        seed: in [0, 2^64).
        device: a name of `theory.setting.devices.REGISTRY`.
        device_parameters: the device's parameters other than tau.
        batch: samples an iteration of analog-sgd-sp takes, >= 1; 1 for the others.
        lags: d_m, one integer >= 0 a stage; None takes them from the algorithm's schedule.
        dtype: float64 or float32, of the weights.
        measure_every: steps a stratum of the measuring times has, >= 1, capped at a block of the random streams;
            None: 1 if the exact moments cost no more than a step, else such that measuring costs about an eighth.
            The compiled quadratics measure every step in any case.
        backend: a name of `simulate.engines.REGISTRY`.

    """

    problem: Problem
    algorithm: str
    alpha: float
    tau: float
    iterations: int
    replicas: int = 1
    seed: int = 0
    device: str = "ald"
    device_parameters: dict[str, float] = field(default_factory=dict)
    batch: int = 1
    lags: tuple[int, ...] | None = None
    dtype: str = "float64"
    measure_every: int | None = None
    backend: str = DEFAULT_BACKEND

    def __post_init__(self) -> None:
        row = algorithms.named(self.algorithm)
        for name in ("alpha", "tau"):
            value = real(name, getattr(self, name))
            if not value > 0 or (name == "alpha" and math.isinf(value)):
                raise BadInput(name, getattr(self, name), f"{name} > 0" + " and finite" * (name == "alpha"))
            object.__setattr__(self, name, value)
        for name in ("iterations", "replicas", "batch"):
            _check_count(name, getattr(self, name))
        checked_seed(self.seed)
        known("--dtype", self.dtype, DTYPES)
        known("--backend", self.backend, engines.REGISTRY)
        if self.batch != 1 and not row.batched:
            raise BadInput("batch", self.batch, f"batch = 1 for {self.algorithm}")
        if not row.analog and math.isfinite(self.tau):
            raise BadInput("tau", self.tau, f"tau = inf for the digital algorithm {self.algorithm}")
        made_for = getattr(self.problem, "tau", self.tau)
        if math.isfinite(self.tau) and made_for != self.tau:
            raise BadInput("tau", self.tau, f"tau = {made_for}, for which the problem {self.problem.name} was made")
        self._resolve(row)

    def _resolve(self, row: algorithms.Algorithm) -> None:
        """Fill in lags and measuring times, so that the description is complete."""
        stages = self.problem.stages
        lags = row.lags(stages) if self.lags is None else algorithms.checked_lags(self.lags, stages)
        if not row.pipelined and any(lags):
            raise BadInput("lags", lags, f"lags = 0 for {self.algorithm}, which has no stale weights")
        object.__setattr__(self, "lags", lags)
        longest = block_length(self.problem)
        if self.measure_every is None:
            cost = self.problem.evaluation_cost
            every = 1 if cost == 1 else min(8 * cost, max(1, self.iterations // _MEASURES))
        else:
            every = _check_count("measure_every", self.measure_every)
        object.__setattr__(self, "measure_every", min(every, longest))
        self.make_device()

    def make_device(self) -> Device:
        """Return the device; a digital run has the linear one with tau = inf."""
        if math.isinf(self.tau):
            if self.device_parameters:
                raise BadInput("device", self.device, "no device parameters if tau = inf")
            return devices.ald(self.tau)
        return devices.make(self.device, self.tau, **self.device_parameters)

    def describe(self) -> dict[str, Any]:
        """Return the run as plain data; `from_description` makes it again."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "problem"}
        return {"problem": self.problem.describe(), **plain}


def _check_count(name: str, value: object) -> int:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise BadInput(name, value, f"{name} is an integer >= 1")
    return int(value)


def run(
    problem: Problem,
    algorithm: str,
    *,
    alpha: float,
    tau: float,
    iterations: int,
    replicas: int = 1,
    seed: int = 0,
    device: str = "ald",
    device_parameters: dict[str, float] | None = None,
    batch: int = 1,
    lags: Sequence[int] | None = None,
    dtype: str = "float64",
    measure_every: int | None = None,
    backend: str = DEFAULT_BACKEND,
    progress: bool = False,
    threads: int = 1,
) -> Trajectories:
    """Train and measure. The arguments are the fields of `Run`, and two that change no number.

    `progress` shows a bar on standard error; `threads` is what the compiled kernels may use.

    Returns:
        One number per replica and measure. The same arguments give the same bits, whatever else runs beside it.

    Raises:
        BadInput: names the value and the condition it breaks.

    """
    described = Run(
        problem,
        algorithm,
        alpha,
        tau,
        iterations,
        replicas,
        seed,
        device,
        dict(device_parameters or {}),
        batch,
        None if lags is None else tuple(lags),
        dtype,
        measure_every,
        backend,
    )
    return execute(described, progress=progress, threads=threads)


def execute(described: Run, *, progress: bool = False, threads: int = 1) -> Trajectories:
    """Make the run that is described."""
    _check_count("threads", threads)
    # The order of BLAS sums, and so the last bits, would follow the number of its threads.
    with threadpool_limits(1):
        return _execute(described, progress, threads)


def _execute(described: Run, progress: bool, threads: int) -> Trajectories:
    groups = [Group(described, replicas, threads) for replicas in _groups(described)]
    length = block_length(described.problem)
    blocks = math.ceil(described.iterations / length)
    checked = {round(place) for place in np.linspace(0, blocks - 1, min(blocks, 16))}
    started = time.perf_counter()
    work = [(block, group) for block in range(blocks) for group in groups]
    for block, group in _shown(work, f"{described.problem.name}, {described.algorithm}", wanted=progress):
        group.advance(block, length, norms=block in checked)
    return _collect(described, groups, time.perf_counter() - started)


class Group:
    """Replicas that are advanced together, with what is measured on them."""

    def __init__(self, described: Run, replicas: range, threads: int) -> None:
        row, lags = algorithms.named(described.algorithm), described.lags
        assert lags is not None, "a Run resolves its lags"
        assert described.measure_every is not None, "a Run resolves its measuring times"
        self.replicas = replicas
        self.engine: Engine = engines.named(described.backend).make(
            Task(
                described.problem,
                row,
                described.make_device(),
                described.alpha,
                lags,
                described.batch,
                described.iterations,
                np.dtype(described.dtype),
                described.seed,
                replicas,
                threads,
            )
        )
        strata = math.ceil(described.iterations / described.measure_every)
        self.observer = Observer(
            described.problem,
            described.tau,
            described.iterations,
            described.seed,
            replicas,
            described.measure_every,
            max(1, min(_CURVE_BINS, strata // 2)),
        )
        self.norms = np.zeros((len(replicas), described.problem.stages))

    def advance(self, block: int, length: int, *, norms: bool) -> None:
        """Make one block of steps."""
        plan = self.observer.plan(block, length)
        self.engine.advance(plan, self.observer)
        weights = self.engine.weights()
        self.observer.guard(plan.first + plan.steps, weights)
        if norms and weights[0].ndim == 3:
            sound = self.observer.diverged_step == NEVER
            seen = [np.linalg.norm(stage[sound], ord=2, axis=(1, 2)) for stage in weights]
            self.norms[sound] = np.maximum(self.norms[sound], np.stack(seen, axis=1))


def _groups(described: Run) -> list[range]:
    size = engines.named(described.backend).group
    return [range(first, min(first + size, described.replicas)) for first in range(0, described.replicas, size)]


def _shown(work: Sequence[Any], title: str, *, wanted: bool) -> Iterator[Any]:
    """Yield the pieces of work; a bar with the time left appears on standard error after two seconds."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(file=sys.stderr), transient=True)
    shown = bar.add_task(title, total=len(work))
    started = time.monotonic()
    try:
        for piece in work:
            if wanted and not bar.live.is_started and time.monotonic() - started > _PATIENCE:
                bar.start()
            yield piece
            bar.advance(shown)
    finally:
        if bar.live.is_started:
            bar.stop()


def _collect(described: Run, groups: list[Group], seconds: float) -> Trajectories:
    """Turn sums into averages and put the groups side by side."""
    observers, problem, iterations = [group.observer for group in groups], described.problem, described.iterations
    step, stage = _joined(observers, "diverged_step"), _joined(observers, "diverged_stage")
    gone = step != NEVER

    def average(name: str) -> np.ndarray:
        return np.where(gone, np.nan, _joined(observers, name) / iterations)

    variances = _joined(observers, "stage_variances")[~gone] / iterations
    largest = np.where(gone, np.nan, _joined(observers, "largest_variance"))
    saturation = np.where(gone, np.nan, _joined(observers, "max_saturation"))
    lags = described.lags or ()
    stashed = algorithms.named(described.algorithm).direction == "stashed"
    return Trajectories(
        run=described,
        mean_squared_gradient=average("squared_gradient"),
        max_saturation=saturation,
        mean_square_saturation=average("squared_saturation"),
        weighted_square_saturation=average("weighted_saturation"),
        mean_variance=np.where(gone, np.nan, np.sum(_joined(observers, "stage_variances"), axis=1) / iterations),
        max_variance=largest,
        stage_variances=np.mean(variances, axis=0) if len(variances) else np.full(problem.stages, np.nan),
        final_value=np.concatenate([_final(group, problem) for group in groups]),
        curve=_curve(observers, gone, iterations),
        initial_gap=problem.initial_gap,
        facts=problem.facts(lags, stashed=stashed),
        measured=_measured(groups, gone, saturation, largest),
        certified_saturation=_certified_saturation(described),
        diverged=tuple(
            Divergence(int(replica), int(step[replica]), int(stage[replica]) + 1) for replica in np.flatnonzero(gone)
        ),
        seconds=seconds,
    )


def _certified_saturation(described: Run) -> float | None:
    if math.isinf(described.tau):
        return 0.0
    if described.dtype != "float64":
        return None  # the enclosure leaves room for float64's rounding only
    return described.problem.certified_saturation(described.alpha, described.make_device(), described.lags or ())


def _joined(observers: list[Observer], name: str, axis: int = 0) -> np.ndarray:
    return np.concatenate([getattr(observer, name) for observer in observers], axis=axis)


def _final(group: Group, problem: Problem) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        value = problem.moments(group.engine.weights()).value
    return np.where(group.observer.diverged_step == NEVER, value, np.nan)


def _curve(observers: list[Observer], gone: np.ndarray, iterations: int) -> Curve:
    weight = _joined(observers, "curve_weight", axis=1)
    with np.errstate(invalid="ignore"):
        gradient, value = (
            np.where(gone, np.nan, _joined(observers, name, axis=1) / weight)
            for name in ("curve_gradient", "curve_value")
        )
    bins = len(weight)
    return Curve((np.arange(bins) + 0.5) * iterations / bins, gradient, value)


def _measured(groups: list[Group], gone: np.ndarray, saturation: np.ndarray, variance: np.ndarray) -> dict[str, Any]:
    """Return what only the run can tell: largest saturation and variance, for matrices the largest norm2 by stage."""
    if np.all(gone):
        return {"rho": math.nan, "sigma2": math.nan}
    found = {"rho": float(np.nanmax(saturation)), "sigma2": float(np.nanmax(variance))}
    norms = np.concatenate([group.norms for group in groups])[~gone]
    return {**found, "w": np.max(norms, axis=0).tolist()} if np.any(norms) else found
