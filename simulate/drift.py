"""The mean step of the linear device given the past, as it is measured at some steps of a run.

With g = G(W^_k, V_k; xi) the direction of a sample at the weights that the passes of step k read, and d = g + abs(g)
W_k/tau what the linear device makes of it, W_{k+1} = W_k - alpha d. Given the past, v = E d is known: the mean over the
samples of the direction and of its absolute value at the *stale* weights, exactly (`Problem.direction_law`). Measured
are averages over k < K of

    drift     norm(E abs(g) W_k/tau)^2, the mean drift, in (f/w)^2
    rest      E norm(d - v)^2, what a step is beside its mean, in (f/w)^2
    distance  norm(v - F)^2, F = grad f(W_k), in (f/w)^2
    kappa     (f(W_{k+1}) - f(W_k))/alpha + <F, d> of the sample that the step takes: no mean over samples, but
              unbiased; in (f/w)^2

at one uniform time in each stratum of steps, drawn for every replica by itself from a stream that nothing else draws
from. Nothing else of a run changes.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import Problem
from simulate.problems.directions import Law, Vector, flat
from simulate.randomness import stream
from simulate.run import Run
from theory.setting import algorithms
from theory.setting.objectives import Weights

NAMES = ("drift", "rest", "distance", "kappa")
"""What is averaged, in the order of the sums."""


@dataclass(frozen=True)
class Drift:
    """Averages over k < K, one a replica, shape (R,), in (f/w)^2, nan for one that diverged; see the module's head."""

    drift: Vector
    rest: Vector
    distance: Vector
    kappa: Vector


def refusal(run: Run) -> str:
    """Return why the mean step of a run is not measured, or nothing."""
    row, device = algorithms.named(run.algorithm), run.make_device()
    if row.own:
        return f"the algorithm {row.name} states its own {', '.join(row.own)}"
    if run.batch > 1:
        return "the law of the mean of a batch's directions is not known"
    if not device.linear or not device.plain:
        return "the mean step is that of the linear device, without pulses and with elements that are alike"
    if not run.constant_step:
        return "the step size falls"
    start = run.problem.initial_weights()
    if run.problem.direction_law(start, start) is None:
        return f"the law of a sample's direction is not known of the problem {run.problem.name}"
    return ""


class MeanStep(NamedTuple):
    """A step of the linear device given the past: its mean v, and the mean square of what is left of it."""

    drift: Vector
    mean: Vector
    rest: float

    @classmethod
    def of(cls, law: Law, shares: Vector) -> "MeanStep":
        """Return that of a law of directions where the weights are these shares W_k/tau of the saturation level."""
        drift = law.size * shares
        mean = law.mean + drift
        square = (1 + shares**2) * law.square + 2 * shares * law.signed
        return cls(drift, mean, float(np.sum(np.maximum(square - mean**2, 0))))


def beyond_slope(before: float, after: float, alpha: float, slope: float) -> float:
    """Return (f(W_{k+1}) - f(W_k))/alpha + <F, d>: how much more f rises than its slope says, over alpha."""
    return (after - before) / alpha + slope


@dataclass(frozen=True)
class Measure:
    """What of a run is measured at a step.

    Args:
        problem: gives directions, their law and the exact moments.
        tau: saturation level, in w; inf has no drift.
        alpha: step size.
        pipelined: whether the forward weights are stale.
        stashed: whether the backward weights are as old as these.
        edges: of the strata of steps, from 0 to K, int64, shape (looks + 1,).
        seed: of the times.

    """

    problem: Problem
    tau: float
    alpha: float
    pipelined: bool
    stashed: bool
    edges: NDArray[np.int64] = field(compare=False)
    seed: int

    @classmethod
    def wanted(cls, run: Run) -> "Measure | None":
        """Return what is measured of a run; None: nothing is asked for, or nothing can be told (`refusal`)."""
        if not run.drift or refusal(run):
            return None
        row, looks = algorithms.named(run.algorithm), min(run.drift, run.iterations)
        edges = np.array([run.iterations * place // looks for place in range(looks + 1)], np.int64)
        return cls(run.problem, run.tau, run.alpha, row.pipelined, row.stashed, edges, run.seed)

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Return the steps that each look stands for."""
        return np.diff(self.edges)

    def times(self, replicas: range) -> NDArray[np.int64]:
        """Return at which steps the replicas are looked at, int64, shape (replicas, looks)."""
        uniform = np.stack([stream("drift", self.seed, replica, 0).random(len(self.lengths)) for replica in replicas])
        return np.asarray(self.edges[:-1] + (uniform * self.lengths).astype(np.int64))

    def look(self, now: Weights, stale: Weights, sample: Any) -> Vector:  # noqa: ANN401
        """Return what is averaged, shape (4,).

        Args:
            now: W_k, single.
            stale: W^_k, stage m being d_m updates old.
            sample: what the step takes.

        """
        problem, now = self.problem, _exact(now)
        forward = _exact(stale) if self.pipelined else now
        backward = forward if self.stashed else now
        law = problem.direction_law(forward, backward)
        assert law is not None, "`refusal` asks for it"
        shares = flat(now) / self.tau
        step, before = MeanStep.of(law, shares), problem.moments(now)
        gradient, direction = flat(before.gradient), flat(problem.direction(forward, backward, sample))
        made = direction + np.abs(direction) * shares
        after = problem.value(self._split(flat(now) - self.alpha * made))
        risen = beyond_slope(float(before.value), after, self.alpha, float(gradient @ made))
        away = step.mean - gradient
        return np.array([float(step.drift @ step.drift), step.rest, float(away @ away), risen])

    def _split(self, whole: Vector) -> Weights:
        edges = np.cumsum([0, *(math.prod(shape) for shape in self.problem.shapes)]).tolist()
        stages = zip(edges[:-1], edges[1:], self.problem.shapes, strict=True)
        return [whole[low:high].reshape(shape) for low, high, shape in stages]


def _exact(weights: Weights) -> Weights:
    """Return weights as doubles, which hold those of a run in float32 exactly."""
    return [np.asarray(stage, np.float64) for stage in weights]
