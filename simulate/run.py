"""The public boundary: a run is described, validated, made, and returned as `Trajectories`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from simulate import engines, execution, problems
from simulate.problems.base import Problem
from simulate.randomness import block_length, checked_seed
from simulate.trajectories import Trajectories
from theory.setting import algorithms, devices, schedules
from theory.setting.boundary import BadInput, known, real
from theory.setting.devices import Device

LARGEST_COUNT = 1 << 53
"""Steps and lags are counted in float64, too."""
DTYPES = ("float64", "float32")
DEFAULT_BACKEND = "kernels"
EVALUATIONS_APART = 16
"""Steps of a stratum in a long run by default, as a multiple of the steps that the exact moments cost."""
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
            None: 1 if the exact moments cost no more than a step, else such that measuring costs a tenth of a long run.
            The compiled quadratics measure every step in any case.
        backend: a name of `simulate.engines.REGISTRY`.
        schedule: a name of `theory.setting.schedules.REGISTRY`, for a pipelined algorithm that runs on another schedule
            than its own; None takes its own.

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
    schedule: str | None = None

    def __post_init__(self) -> None:
        row = algorithms.named(self.algorithm)
        for name in ("alpha", "tau"):
            value = real(name, getattr(self, name))
            if not value > 0 or (name == "alpha" and math.isinf(value)):
                raise BadInput(name, getattr(self, name), f"{name} > 0" + " and finite" * (name == "alpha"))
            object.__setattr__(self, name, value)
        for name in ("iterations", "replicas", "batch"):
            if _check_count(name, getattr(self, name)) > LARGEST_COUNT:
                raise BadInput(name, getattr(self, name), f"{name} <= 2^53")
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
        if self.schedule is not None and not row.pipelined:
            raise BadInput("schedule", self.schedule, f"none given for {self.algorithm}, which has no pipeline of lags")
        usual = schedules.make(self.schedule, stages).lags() if self.schedule else row.lags(stages)
        lags = usual if self.lags is None else algorithms.checked_lags(self.lags, stages)
        if max(lags) > LARGEST_COUNT:
            raise BadInput("lags", max(lags), "lags <= 2^53", "stale.martingale")
        if not row.pipelined and any(lags):
            raise BadInput("lags", lags, f"lags = 0 for {self.algorithm}, which has no stale weights")
        object.__setattr__(self, "lags", lags)
        longest = block_length(self.problem)
        if self.measure_every is None:
            cost = self.problem.evaluation_cost
            every = 1 if cost == 1 else min(EVALUATIONS_APART * cost, max(1, self.iterations // _MEASURES))
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

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> "Run":
        """Make the run that `describe` described, from plain data or from what JSON made of them."""
        plain = {name: description[name] for name in cls.__dataclass_fields__ if name in description}
        plain["problem"] = problems.rebuild(description["problem"])
        plain["lags"] = tuple(description["lags"])
        return cls(**plain)


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
    schedule: str | None = None,
    progress: bool = False,
    threads: int = 1,
    checkpoint: Path | None = None,
    checkpoint_every: int | None = None,
) -> Trajectories:
    """Train and measure. The arguments are the fields of `Run`, and four that change no number.

    `progress` shows a bar on standard error; `threads` is what the compiled kernels may use; `checkpoint` is a file
    from which the run goes on if it was stopped, and which is written now and then; one more is kept beside it every
    `checkpoint_every` steps, for `simulate.replay`.

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
        schedule,
    )
    return execute(
        described, progress=progress, threads=threads, checkpoint=checkpoint, checkpoint_every=checkpoint_every
    )


def execute(
    described: Run,
    *,
    progress: bool = False,
    threads: int = 1,
    checkpoint: Path | None = None,
    checkpoint_every: int | None = None,
) -> Trajectories:
    """Make the run that is described; see `run`."""
    every = None if checkpoint_every is None else _check_count("checkpoint_every", checkpoint_every)
    if every is not None and checkpoint is None:
        raise BadInput("checkpoint_every", every, "a checkpoint file is given, beside which the others are kept")
    return execution.execute(described, progress, _check_count("threads", threads), checkpoint, every)
