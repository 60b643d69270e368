"""Problems by `laws` beside the built-in of the same size and NumPy, by turns in the same run.

The aims: a step within twice the built-in's, a run at least five times as fast as NumPy's with many replicas, and
measuring as often as a long run does by default at most 15 % of it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Row, best_time
from simulate.group import Group
from simulate.problems import Logistic, Problem, Quadratic
from simulate.problems.base import Laws
from simulate.products import add_columns
from simulate.run import EVALUATIONS_APART, Run

Vector = NDArray[np.floating[Any]]
SIZE, SAMPLES, REPLICAS, STEPS = 41, 256, 64, 256
SLOWEST, LEAST_GAIN, MOST_MEASURING = 2.0, 5.0, 0.15


def _quadratic(stale: Vector, now: Vector, sample: Vector, data: Vector, out: Vector) -> None:
    size = len(now)
    for i in range(size):
        out[i] = sample[i]
    add_columns(data, 2 * size, 0, stale, out)


def _of_quadratic(weights: Vector, data: Vector, gradient: Vector, variance: Vector) -> float:
    size, value = len(weights), 0.0
    for i in range(size):
        gradient[i], variance[i] = 0.0, data[size + i]
    add_columns(data, 2 * size, 0, weights, gradient)
    for i in range(size):
        value += 0.5 * gradient[i] * (weights[i] - data[i])
    return value


def _logistic(stale: Vector, now: Vector, sample: Vector, data: Vector, out: Vector) -> None:
    x, margin = data[int(sample[0])], 0.0
    for i in range(len(now)):
        margin += stale[i] * x[i]
    slope = 0.5 * math.tanh(0.5 * margin) - 0.5
    for i in range(len(now)):
        out[i] = slope * x[i] + 2 * data[-1, 0] * now[i] / (1 + now[i] * now[i]) ** 2


def _of_logistic(weights: Vector, data: Vector, gradient: Vector, variance: Vector) -> float:
    count, value = len(data) - 1, 0.0
    for i in range(len(weights)):
        gradient[i], variance[i] = 0.0, 0.0
    for s in range(count):
        margin = 0.0
        for i in range(len(weights)):
            margin += weights[i] * data[s, i]
        slope = 0.5 * math.tanh(0.5 * margin) - 0.5
        value += math.log1p(math.exp(-margin)) / count
        for i in range(len(weights)):
            gradient[i] += slope * data[s, i] / count
            variance[i] += (slope * data[s, i]) ** 2 / count
    for i in range(len(weights)):
        square = weights[i] * weights[i]
        variance[i] = max(variance[i] - gradient[i] ** 2, 0)
        gradient[i] += 2 * data[-1, 0] * weights[i] / (1 + square) ** 2
        value += data[-1, 0] * square / (1 + square)
    return value


@dataclass(frozen=True)
class OwnQuadratic(Quadratic):
    """The quadratic as somebody would add it, by its laws; nothing is drawn beside the noise."""

    name: ClassVar[str] = "own quadratic"

    @property
    def laws(self) -> Laws:
        """Return the functions that a kernel is made of."""
        spread = np.full(len(self.minimiser), self.noise_scale**2)
        return Laws(_quadratic, _of_quadratic, np.concatenate([self.minimiser, spread, self.hessian.ravel()]))


@dataclass(frozen=True)
class OwnLogistic(Logistic):
    """Logistic regression as somebody would add it, by its laws."""

    name: ClassVar[str] = "own logistic"

    @property
    def laws(self) -> Laws:
        """Return the functions that a kernel is made of."""
        return Laws(_logistic, _of_logistic, np.concatenate([self.data, np.full((1, SIZE), self.regulariser)]))


def _block(problem: Problem, backend: str, replicas: int, every: int = 1 << 40) -> tuple[Callable[[], object], int]:
    """Return one block of steps without measuring, samples drawn before, and how many replica-steps it makes."""
    run = Run(problem, "analog-sgd-ap", 0.01, 6.0, 1 << 30, replicas, 1, backend=backend, measure_every=every)
    group = Group(run, range(replicas), 1)
    plan = group.observer.plan(0, group.engine._samples.length if backend == "numpy" else group.engine.samples.length)  # type: ignore[attr-defined]
    plan = replace(plan, steps=STEPS, times=np.minimum(plan.times[:, :1], STEPS - 1), lengths=np.array([STEPS]))
    return lambda: group.engine.advance(plan, group.observer), STEPS * replicas


def _moments(problem: Problem) -> tuple[Callable[[], object], int]:
    """Return what measures sets of weights as the laws' engine does, and how many sets there are."""
    run = Run(problem, "analog-sgd-ap", 0.01, 6.0, 1 << 30, 1, 1)
    weights = np.random.default_rng(0).normal(size=(1, 256, SIZE))
    engine = Group(run, range(1), 1).engine
    return lambda: engine.moments(weights), weights.shape[1]  # type: ignore[attr-defined]


def ratios(repeats: int) -> list[Row]:
    """Return one row a problem: nanoseconds of a step, times the built-in's, gain over NumPy, one replica's time."""
    rows = []
    pairs: list[tuple[Problem, Problem, int]] = [
        (OwnQuadratic(1, size=SIZE), Quadratic(1, size=SIZE), 4),
        (OwnLogistic(1, size=SIZE, samples=SAMPLES), Logistic(1, size=SIZE, samples=SAMPLES), SAMPLES),
    ]
    for own, built_in, cost in pairs:
        works = {
            "laws": _block(own, "kernels", REPLICAS),
            "built-in": _block(built_in, "kernels", REPLICAS),
            "numpy": _block(built_in, "numpy", REPLICAS),
            "alone": _block(own, "kernels", 1),
            "moments": _moments(own),
        }
        best = dict.fromkeys(works, float("inf"))
        for work, _ in works.values():
            work()  # compiles, and draws
        for _ in range(repeats):  # by turns, so that a change of the machine's pace meets all
            for name, (work, count) in works.items():
                best[name] = min(best[name], best_time(work, 1) / count)
        rows.append(
            {
                "of": own.name,
                "nanoseconds": 1e9 * best["laws"],
                "times_built_in": best["laws"] / best["built-in"],
                "times_numpy": best["numpy"] / best["laws"],
                "alone": best["alone"] / best["laws"],
                "measuring": best["moments"] / (EVALUATIONS_APART * cost) / best["laws"],
            }
        )
    return rows


def text(rows: list[Row]) -> list[str]:
    """Return the table as lines of Markdown; what misses its aim is marked."""
    lines = ["", f"| by laws, D = {SIZE} | ns a step | times the built-in's cost | times NumPy's speed "]
    lines[-1] += "| one replica alone, times the cost | measuring in long runs |"
    lines += ["|---" * 6 + "|"]
    for row in rows:
        slow, small = row["times_built_in"] > SLOWEST, row["times_numpy"] < LEAST_GAIN
        lines.append(
            f"| {row['of']} | {row['nanoseconds']:.0f} | {row['times_built_in']:.2f}{' *' * slow} "
            f"| {row['times_numpy']:.1f}{' *' * small} | {row['alone']:.2f} "
            f"| {100 * row['measuring']:.0f} %{' *' * (row['measuring'] > MOST_MEASURING)} |"
        )
    return [*lines, f"Aims: {SLOWEST:g}, {LEAST_GAIN:g}, {100 * MOST_MEASURING:.0f} %."]
