"""A problem compared with itself, and its compiled kernel with the recursion."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from simulate import problems
from simulate.problems import rounding
from simulate.problems.base import Problem, generator
from simulate.problems.checking import Comparison, ProblemCheck, worst
from simulate.running import run
from theory.setting import algorithms

_STEPS = 20
_ROUNDING = 1e-8
"""What two orders of summation may make of a mean over 20 steps, relatively: 1e-15 a step is usual."""
_FEW = 64
"""Samples from which the size of a step is taken."""
_MEASURES = ("mean_squared_gradient", "final_value", "mean_square_saturation", "mean_variance")


def check(problem: Problem, *, seed: int = 0) -> ProblemCheck:
    """Compare a problem with itself (`simulate.problems.check`), then its kernel with NumPy for every algorithm.

    A problem without a kernel runs on NumPy either way. One that disagrees with itself is not run.

    Args:
        problem: any.
        seed: of weights, samples and runs.

    """
    own = problems.check(problem, seed=seed)
    if not own.ok:
        return own
    return replace(own, comparisons=(*own.comparisons, *worst(list(_kernels(problem, seed)))))


def _kernels(problem: Problem, seed: int) -> Iterator[Comparison]:
    smooth = problem.facts([0] * problem.stages).values.get("L")
    alpha = 0.1 / smooth if smooth else 1e-2
    level = float(getattr(problem, "tau", 4 * max(1.0, *_sizes(problem, alpha))))
    for name, algorithm in algorithms.REGISTRY.items():
        tau = level if algorithm.analog else math.inf
        fast, plain = (
            run(
                problem, name, alpha=alpha, tau=tau, iterations=_STEPS, replicas=2, seed=seed,
                batch=2 if algorithm.batched else 1, backend=backend,
            )
            for backend in ("kernels", "numpy")
        )  # fmt: skip
        squares = plain.mean_variance + plain.mean_squared_gradient
        for measure in _MEASURES:
            pair = getattr(fast, measure), getattr(plain, measure)
            diverged = np.isnan(pair[0]) & np.isnan(pair[1])  # a replica that did so on both is no disagreement
            one, other = (np.where(diverged, 0.0, values) for values in pair)
            allowed = _ROUNDING * float(np.max(np.abs(other), initial=1e-12))
            if measure == "mean_variance":
                allowed += float(np.max(rounding.of_variance(problem, np.where(np.isnan(squares), 0.0, squares))))
            apart = float(np.max(np.abs(one - other)))
            yield Comparison(f"the kernel's {measure} and NumPy's", apart, allowed, f"{name}, {_STEPS} steps")


def _sizes(problem: Problem, alpha: float) -> tuple[float, float]:
    """Return the largest of the weights W_0, and of the increments that a few samples ask for there, in w.

    A step of many times the saturation level leads nowhere that two engines could be compared at.
    """
    start = problem.initial_weights()
    samples = problem.draw(generator(2, 0), _FEW, 1)[:, 0]
    stages = [stage for sample in samples for stage in problem.direction(start, start, sample)]
    largest, step = (max(float(np.max(np.abs(stage))) for stage in one) for one in (start, stages))
    return largest, alpha * step if math.isfinite(step) else 0.0
