"""The smallest constant that could stand for nu in a run: how far the lag's noise moves the direction, measured.

Of the staleness b only the martingale part, noise of the last d_m steps, is of first order in the step size, and it is
what meets the drift in the cross term 2 rho R qn. Theorems charge alpha nu for its length N(b), nu from worst cases;
measured at weights that a run has reached, to first order in alpha, it is alpha times the number returned here.
"""

import math
from dataclasses import dataclass

import numpy as np

from simulate.group import Group
from simulate.problems import Problem
from simulate.randomness import block_length
from theory.setting import algorithms
from theory.setting.objectives import Array, Weights
from verify.rates.measure import RateRun

_DRAWS = 24
_SHORT = 1e-6
"""Distance, relative to the noise, over which the direction is taken as linear."""


@dataclass(frozen=True)
class Sensitivity:
    """The job of measuring `sensitivity` at the end of a run."""

    request: RateRun

    @property
    def cost(self) -> float:
        """Return about what it takes."""
        return self.request.cost

    def make(self) -> float:
        """Make the run and measure."""
        return sensitivity(self.request.problem, late_weights(self.request), self.request.seed)


def late_weights(request: RateRun) -> Weights:
    """Return the weights at the end of a run, arrays of shape (R, ...)."""
    group, length = Group(request, range(request.replicas), 1), block_length(request.problem)
    for block in range(math.ceil(request.iterations / length)):
        group.advance(block, length)
    return [np.asarray(stage, dtype=np.float64) for stage in group.engine.weights()]


def sensitivity(problem: Problem, weights: Weights, seed: int) -> float:
    """Return the limit of N(b)/alpha, alpha -> 0, of the martingale part of the pipeline's staleness, in f^2/w^3.

    Args:
        problem: what is trained.
        weights: where, arrays of shape (R, ...); the mean is over them.
        seed: of the samples.

    """
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x57A1E])))
    lags = algorithms.named("analog-sgd-ap").lags(problem.stages)
    mean, total = problem.moments(weights).gradient, 0.0
    for _ in range(_DRAWS):
        moved: Weights = [np.zeros_like(stage) for stage in weights]
        for back in range(1, max(lags) + 1):
            noise = problem.direction(weights, weights, _sample(problem, rng, len(weights[0])))
            for stage in range(problem.stages):
                if back <= lags[stage]:
                    moved[stage] += noise[stage] - mean[stage]
        sample = _sample(problem, rng, len(weights[0]))
        old = [now + _SHORT * far for now, far in zip(weights, moved, strict=True)]
        change = zip(problem.direction(old, weights, sample), problem.direction(weights, weights, sample), strict=True)
        total += float(np.mean(sum(_squares(stale - fresh) for stale, fresh in change))) / _SHORT**2
    return math.sqrt(total / _DRAWS)


def _sample(problem: Problem, rng: np.random.Generator, replicas: int) -> Array:
    return np.asarray(problem.draw(rng, replicas, 1)[:, 0])


def _squares(stage: Array) -> Array:
    return np.asarray(np.sum(stage.reshape(len(stage), -1) ** 2, axis=1))
