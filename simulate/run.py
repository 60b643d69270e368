"""`Run`: the one description of a run, complete and checked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from boundary import BadInput, known, real
from simulate import problems
from simulate.engines import registry
from simulate.problems.base import Problem
from simulate.randomness import block_length, checked_seed
from theory.setting import algorithms, devices, schedules
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
        backend: a name of `simulate.engines.registry.REGISTRY`.
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
            if check_count(name, getattr(self, name)) > LARGEST_COUNT:
                raise BadInput(name, getattr(self, name), f"{name} <= 2^53")
        checked_seed(self.seed)
        known("--dtype", self.dtype, DTYPES)
        known("--backend", self.backend, registry.REGISTRY)
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
            every = check_count("measure_every", self.measure_every)
        object.__setattr__(self, "measure_every", min(every, longest))
        self.make_device()

    def make_device(self) -> Device:
        """Return the device; a digital run has the linear one with tau = inf."""
        if math.isinf(self.tau):
            if self.device_parameters:
                raise BadInput("device", self.device, "no device parameters if tau = inf")
            return devices.make("ald", self.tau)
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


def check_count(name: str, value: object) -> int:
    """Return a count; `BadInput` unless it is an integer >= 1."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise BadInput(name, value, f"{name} is an integer >= 1")
    return int(value)
