"""The runs that exponents are read off: described, made in any process, reduced to what the fits need."""

from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

import simulate
from boundary import BadInput
from simulate import problems
from simulate.problems import Problem
from simulate.run import Run

Array = NDArray[np.float64]
_SETTING_UP = 2e5
"""What starting a run costs, in replica-steps of a quadratic."""


Settings = tuple[str, int, tuple[tuple[str, Any], ...]]
"""A problem's name, stages and settings, as data that can be hashed."""


@dataclass(frozen=True)
class RateRun(Run):
    """A run as a job; runs with the same seed and problem meet the same samples."""

    @property
    def cost(self) -> float:
        """Return about what it takes, in replica-steps of a small quadratic."""
        heavy = 3.0 if self.problem.name == "network" else 1.0
        return heavy * self.iterations * self.replicas + _SETTING_UP

    def make(self) -> "Measured":
        """Make the run."""
        return measure(self)


def described(name: str, stages: int = 1, **settings: object) -> Settings:
    """Return a problem as data."""
    return name, stages, tuple(settings.items())


def made(problem: Settings) -> Problem:
    """Return the problem that is described."""
    name, stages, settings = problem
    return problems.make(name, stages, **dict(settings))


class Measured(NamedTuple):
    """What is kept of a run; arrays over replicas have them last.

    Args:
        times: centres of the curve's bins, iterations, shape (bins,).
        curve: squared gradient, averaged over each bin, shape (bins, R), in (f/w)^2.
        average: A of each replica, shape (R,).
        saturation2: (1/K) sum over k and i of (W_i/tau)^2 sigma_i^2 over that of sigma_i^2, shape (R,): rbar^2.
        variance: sigma^2 along the run, one sample's, shape (R,).
        largest: largest saturation of any element.
        deviations: sigma_m of each stage, shape (M,).
        norms: measured spectral norms of a network's stages, or ().
        gap: Delta = f(W_0) - f*, in f.
        facts: constants that the problem's data prove, None where they do not.

    """

    times: Array
    curve: Array
    average: Array
    saturation2: Array
    variance: Array
    largest: float
    deviations: Array
    norms: tuple[float, ...]
    gap: float
    facts: dict[str, float | None]

    @property
    def late(self) -> Array:
        """Return the squared gradient averaged over the second half of the run, shape (R,)."""
        return np.asarray(self.curve[len(self.curve) // 2 :].mean(axis=0))


def measure(request: RateRun) -> Measured:
    """Make one run.

    Raises:
        BadInput: if a replica diverged: its step is too long for a rate to be read off; if the step size falls.

    """
    if not request.constant_step:
        raise BadInput("decay", request.decay, "one step size at every step", "a rate")
    runs = simulate.execute(request)
    if runs.diverged:
        raise BadInput("alpha", request.alpha, f"a step with which {request.algorithm} stays finite", "a rate")
    return Measured(
        runs.curve.times,
        runs.curve.squared_gradient,
        runs.mean_squared_gradient,
        runs.weighted_square_saturation / np.maximum(runs.mean_variance, np.finfo(float).tiny),
        runs.mean_variance,
        float(runs.max_saturation.max()),
        np.sqrt(runs.stage_variances),
        tuple(runs.measured.get("w", ())),
        runs.initial_gap,
        dict(runs.facts.values),
    )


class Job(Protocol):
    """What can be made in any process."""

    @property
    def cost(self) -> float:
        """Return about what it takes."""

    def make(self) -> Any:  # noqa: ANN401 - each kind of job has its own result
        """Make it."""

    def __hash__(self) -> int: ...


Found = dict[Hashable, Any]


def gather(jobs: Iterable[Job], pool: Executor | None, tell: Callable[[float], object]) -> Found:
    """Make every job once, the longest first; `tell` hears of each cost done."""
    ordered = sorted(dict.fromkeys(jobs), key=lambda job: -job.cost)
    found: Found = {}
    if pool is None:
        for job in ordered:
            found[job] = job.make()
            tell(job.cost)
        return found
    waiting = {pool.submit(_made, job): job for job in ordered}
    for future in as_completed(waiting):
        found[waiting[future]] = future.result()
        tell(waiting[future].cost)
    return found


def _made(job: Job) -> Any:  # noqa: ANN401
    return job.make()
