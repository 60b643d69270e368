"""Some replicas of a setting, step by step, with every quantity the proof speaks of."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate.engines.reference import Recursion
from simulate.problems import Problem
from simulate.randomness import Samples
from theory.setting import algorithms, devices
from theory.setting.algorithms import Algorithm
from theory.setting.objectives import Weights
from verify.judging.observations import Constants
from verify.sweep.drawn import Setting

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Recording:
    """What happened in K steps of R replicas; arrays of shape (K, R, D) unless said otherwise, stages side by side.

    Args:
        setting: what was run.
        problem: on what.
        constants: what is known beforehand.
        weights: W_k.
        after: W_{k+1}.
        stale: W^_k, from the recorded past and the lags of the schedule, not from the simulator's own queue.
        direction: g~_k as the simulator made it.
        asked: g~_k as docs/theory.md#algorithms asks for it, from `weights` and `stale`.
        fresh: grad f(W_k; xi_k).
        gradient: grad f(W_k).
        value: f(W_k), shape (K + 1, R).
        stages: where each stage's weights stand.

    """

    setting: Setting
    problem: Problem
    constants: Constants
    weights: Array
    after: Array
    stale: Array
    direction: Array
    asked: Array
    fresh: Array
    gradient: Array
    value: Array
    stages: tuple[slice, ...]

    @property
    def steps(self) -> int:
        """Return K."""
        return len(self.weights)

    @property
    def alpha(self) -> float:
        """Return the step size."""
        return self.setting.alpha

    @cached_property
    def rho(self) -> float:
        """Return the largest saturation on the path."""
        return float(max(np.abs(self.weights).max(), np.abs(self.after).max()) / self.setting.tau)

    @cached_property
    def norms(self) -> list[float]:
        """Return the largest norm2(W^(m)) on the path, one a stage."""
        everything = np.concatenate([self.weights, self.after[-1:]])
        shapes = self.problem.shapes
        staged = (everything[..., at].reshape(-1, *shape) for at, shape in zip(self.stages, shapes, strict=True))
        return [float(np.linalg.norm(stage, 2, axis=(-2, -1)).max()) for stage in staged]

    @cached_property
    def moved(self) -> Array:
        """Return T_k = W_{k+1} - W_k."""
        return self.after - self.weights

    @cached_property
    def noise(self) -> Array:
        """Return n_k."""
        return self.fresh - self.gradient

    @cached_property
    def staleness(self) -> Array:
        """Return b_k."""
        return self.direction - self.fresh

    @cached_property
    def drift(self) -> Array:
        """Return e_k = |g~_k| W_k / tau."""
        return np.abs(self.direction) * self.weights / self.setting.tau

    @cached_property
    def mean_direction(self) -> Array:
        """Return v_k = F_k + b_k + e_k."""
        return self.gradient + self.staleness + self.drift

    def inner(self, one: Array, other: Array) -> Array:
        """Return (1/K) sum over k of <one_k, other_k> for every replica, shape (R,)."""
        return np.asarray(np.einsum("krd,krd->r", one, other) / self.steps)


def record(setting: Setting, constants: Constants, steps: int, replicas: int) -> Recording:
    """Run the recursion of a setting and keep everything; `BadInput` if its steps are others.

    They are to be of one alpha, one lag a stage and g~_k.
    """
    setting = setting.afresh()
    problem, algorithm = setting.problem, algorithms.named(setting.algorithm)
    if algorithm.own or setting.lags_by_place() is not None:
        needed = "one update a step, and one lag a stage for all samples of it"
        raise BadInput("algorithm", setting.algorithm, needed, "the proof line by line")
    if not setting.constant_step:
        raise BadInput("decay", setting.decay, "one step size at every step", "the proof line by line")
    samples = Samples(problem, setting.seed, range(replicas), setting.batch)
    start = [np.repeat(stage[None], replicas, axis=0) for stage in problem.initial_weights()]
    device = devices.make("ald", setting.tau)
    recursion = Recursion(problem, algorithm, device, setting.alpha, setting.lags, start)
    history: list[Weights] = [recursion.weights]
    kept: dict[str, list[Array]] = {name: [] for name in ("direction", "asked", "stale", "fresh", "gradient")}
    values = []
    for step in range(steps):
        block = samples.at(step)
        drawn = [block[:, place] for place in range(setting.batch)]
        now = history[-1]
        stale = [history[max(step - lag, 0)][stage] for stage, lag in enumerate(setting.lags)]
        moments = problem.moments(now)
        fresh = [problem.direction(now, now, sample) for sample in drawn]
        kept["direction"].append(flat(recursion.direction(drawn)))
        kept["asked"].append(flat(asked(problem, algorithm, stale, now, drawn)))
        kept["stale"].append(flat(stale))
        kept["fresh"].append(np.mean([flat(one) for one in fresh], axis=0))
        kept["gradient"].append(flat(moments.gradient))
        values.append(moments.value)
        recursion.step(drawn)
        history.append(recursion.weights)
    values.append(problem.moments(history[-1]).value)
    weights = np.stack([flat(now) for now in history])
    arrays = {name: np.stack(entries) for name, entries in kept.items()}
    known = Constants({**constants.values, "K": steps}, constants.certified)
    return Recording(
        setting, problem, known, weights[:-1], weights[1:], value=np.stack(values), stages=_slices(problem), **arrays
    )


def asked(problem: Problem, algorithm: Algorithm, stale: Weights, now: Weights, drawn: list[Any]) -> Weights:
    """Return the direction that the table in docs/theory.md#algorithms asks for."""
    forward = stale if algorithm.pipelined else now
    backward = stale if algorithm.stashed else now
    directions = [problem.direction(forward, backward, sample) for sample in drawn]
    return [sum(parts[1:], parts[0]) / len(parts) for parts in zip(*directions, strict=True)]


def flat(weights: Weights) -> Array:
    """Put the stages side by side: shape (R, D)."""
    return np.concatenate([stage.reshape(len(stage), -1) for stage in weights], axis=1)


def _slices(problem: Problem) -> tuple[slice, ...]:
    ends = np.cumsum([math.prod(shape) for shape in problem.shapes]).tolist()
    return tuple(slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True))
