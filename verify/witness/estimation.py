"""The performance estimation problem: the worst case of A over functions and oracles, as a semidefinite program.

The unknowns are inner products of gradients and directions, stage by stage, and values of f. What is asked of them:

* smooth, lower: there is an L-smooth f >= f* with these values and gradients: PEPit's interpolation conditions, and
  f(W) - norm(grad f(W))^2 / (2 L) >= f*. Together they are sufficient, too: nothing is relaxed.
* lags, staleness: norm(b_m) <= sum over j of S_mj norm(u_j), u_j what stage j moved since its forward pass. Squared,
  the right side is a sum of squares and of products norm(u_i) norm(u_j): the largest s that makes
  [[u_i^2, s], [s, u_j^2]] positive semidefinite. So the condition is convex, and again nothing is relaxed.

Either the direction is the gradient at the stale weights (`gradients`: what stashed weights give, and quadratics), or
anything that the staleness assumption lets pass (`assumptions`: what Theorem 1 speaks of).
"""

import itertools
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PEPit import PEP, Expression, Point, null_point
from PEPit.functions import SmoothFunction

from boundary import known
from verify.witness.case import Array, WitnessCase
from verify.witness.certificate import DualCertificate, certify

Oracle = Literal["gradients", "assumptions"]
ORACLES: tuple[Oracle, ...] = ("gradients", "assumptions")
Blocks = list[Any]
"""One PEPit point a stage."""

SOLVER = "CLARABEL"
"""An interior-point method. PEPit's default, SCS, is a first-order method: its upper bound has been seen below its own
lower bound, and below what a function of the class attains (lag 2, K = 6, alpha = 0.3/L: by 3e-6 and by 1e-6)."""


@dataclass(frozen=True)
class Evaluation:
    """A point at which f is evaluated: its weights and gradient, one PEPit point a stage each, and f there."""

    weights: Blocks
    gradient: Blocks
    value: Any


@dataclass(frozen=True)
class Passage:
    """A step whose forward pass met other weights than its backward pass: where it was, and its direction's bias."""

    forward: Blocks
    backward: Blocks
    bias: Blocks


@dataclass(frozen=True)
class Solution:
    """What the solver found, in coordinates: n evaluations of f and s stale steps, each of M orthogonal stages.

    Args:
        weights: where f is evaluated, shape (n, M, D); the first is W_0.
        gradients: grad f there, shape (n, M, D).
        values: f - f* there, shape (n,).
        forward: W^_k of the stale steps, shape (s, M, D).
        backward: W_k of the stale steps, shape (s, M, D).
        biases: b_k of the stale steps, shape (s, M, D).

    """

    weights: Array
    gradients: Array
    values: Array
    forward: Array
    backward: Array
    biases: Array


@dataclass(frozen=True)
class Estimate:
    """The worst case of A.

    Args:
        primal: what the solver says it attains.
        dual: the solver's own upper bound.
        certificate: the upper bound that is recomputed from the multipliers.
        model: holds a worst function's data, to be read.

    """

    primal: float
    dual: float
    certificate: DualCertificate
    model: "Model"


class Model:
    """The program for one case and one oracle.

    Every leaf point belongs to one stage, and its norm is bounded beforehand by `radius`, as is every leaf expression
    by `size`: from the descent lemma and norm(grad f)^2 <= 2 L (f - f*), step by step. The certificate needs them.
    """

    def __init__(self, case: WitnessCase, oracle: Oracle) -> None:
        self.case, self.oracle = case, oracle
        self.pep = PEP()
        self.f = self.pep.declare_function(SmoothFunction, L=1.0)
        self.evaluations: dict[tuple[int, ...], Evaluation] = {}
        self.passages: list[Passage] = []
        self.vectors: list[Blocks] = []
        self.radius: list[float] = []
        self.size: list[float] = []
        self._path: list[Blocks] = [[null_point] * case.stages]
        self._steps: list[float] = []
        self.metric = self._run()
        self._separate_stages()
        self.pep.set_performance_metric(self.metric)

    def _run(self) -> Any:  # noqa: ANN401 - PEPit is untyped
        """Write down K steps and return A."""
        case, gap, total = self.case, 1.0, 0.0
        for k in range(case.iterations):
            here = self._evaluate((k,) * case.stages, self._path[k], gap)
            if k == 0:
                self.pep.set_initial_condition(here.value <= 1)
            direction, bias = self._direction(k, here, gap)
            total = total + _square(here.gradient) / case.iterations
            self._path.append([w - case.alpha * g for w, g in zip(self._path[k], direction, strict=True)])
            self._steps.append(case.alpha * (np.sqrt(2 * gap) + bias))
            gap += self._rise(np.sqrt(2 * gap), bias)
        self._evaluate((case.iterations,) * case.stages, self._path[-1], gap)  # f(W_K) >= f* is what the descent uses
        return total

    def _rise(self, slope: float, bias: float) -> float:
        """Return a bound of f(W_{k+1}) - f(W_k) if norm(grad f) <= slope and norm(b) <= bias: the descent lemma."""
        alpha = self.case.alpha
        worst = min(slope, (1 + alpha) * bias / (2 - alpha)) if alpha < 2 else slope
        return float(alpha * worst * (bias - worst) + (alpha * (worst + bias)) ** 2 / 2)

    def _evaluate(self, times: tuple[int, ...], weights: Blocks, gap: float) -> Evaluation:
        """Return f at the weights that stage m had at `times[m]`, where f - f* <= gap."""
        if times not in self.evaluations:
            gradient, value = self._vector(np.sqrt(2 * gap)), self._number(gap)
            self.f.add_point((sum(weights, null_point), sum(gradient, null_point), value))
            self.pep.add_constraint(value - _square(gradient) / 2 >= 0)
            self.evaluations[times] = Evaluation(weights, gradient, value)
        return self.evaluations[times]

    def _direction(self, k: int, here: Evaluation, gap: float) -> tuple[Blocks, float]:
        """Return the direction of step k, and a bound of the norm of its bias b_k."""
        times = tuple(max(k - lag, 0) for lag in self.case.lags)
        if set(times) == {k}:
            return here.gradient, 0.0
        stale = [self._path[time][stage] for stage, time in enumerate(times)]
        moved = sum(self._steps[min(times) :])
        if self.oracle == "gradients":
            direction = self._evaluate(times, stale, gap + np.sqrt(2 * gap) * moved + moved**2 / 2).gradient
        else:
            direction = self._vector(np.sqrt(2 * gap) + self.case.reach * moved)
        bias = [taken - true for taken, true in zip(direction, here.gradient, strict=True)]
        self.passages.append(Passage(stale, self._path[k], bias))
        distances = [now - then for now, then in zip(self._path[k], stale, strict=True)]
        moving = [stage for stage, time in enumerate(times) if time < k]
        for stage, gains in enumerate(self.case.sensitivity):
            weighed = [gains[other] * distances[other] for other in moving if gains[other]]
            allowed = self._squared_sum_of_norms(weighed, (self.case.reach * moved) ** 2)
            self.pep.add_constraint(bias[stage] ** 2 <= allowed)
        return direction, self.case.reach * moved

    def _squared_sum_of_norms(self, points: Blocks, size: float) -> Any:  # noqa: ANN401
        """Return what is at most (sum of norms)^2, and can equal it."""
        total = sum((point**2 for point in points), 0 * null_point**2)
        for one, other in itertools.combinations(points, 2):
            product = self._number(size)
            self.pep.add_psd_matrix([[one**2, product], [product, other**2]])
            total = total + 2 * product
        return total

    def _vector(self, radius: float) -> Blocks:
        blocks = [Point() for _ in self.case.lags]
        self.vectors.append(blocks)
        self.radius += [float(radius)] * len(blocks)
        return blocks

    def _number(self, size: float) -> Any:  # noqa: ANN401
        self.size.append(float(size))
        return Expression()

    def _separate_stages(self) -> None:
        """Ask stages to be orthogonal; a block partition of PEPit would cut every point, these are cut already."""
        leaves = [(stage, block) for blocks in self.vectors for stage, block in enumerate(blocks)]
        for (one, u), (other, v) in itertools.combinations(leaves, 2):
            if one != other:
                self.pep.add_constraint(u * v == 0)

    def read(self, noise: float) -> Solution:
        """Return the solver's points in coordinates, without those whose squares add up to less than `noise`.

        Stages get their own coordinates, so they are orthogonal exactly.
        """
        coordinates: dict[Any, Array] = {}
        for blocks in zip(*self.vectors, strict=True):
            index = [block.counter for block in blocks]
            values, vectors = np.linalg.eigh(self.pep.G_value[np.ix_(index, index)])
            coordinates |= dict(zip(blocks, vectors * np.sqrt(np.where(values > noise, values, 0)), strict=True))
        nothing = np.zeros(len(self.vectors))

        def stack(rows: list[Blocks]) -> Array:
            shape = (len(rows), self.case.stages, len(nothing))
            parts = [[w * coordinates[leaf] for leaf, w in at.decomposition_dict.items()] for row in rows for at in row]
            return np.array([sum(part, nothing) for part in parts]).reshape(shape)

        met = list(self.evaluations.values())
        return Solution(
            stack([at.weights for at in met]),
            stack([at.gradient for at in met]),
            np.array([self.pep.F_value[at.value.counter] for at in met]),
            stack([step.forward for step in self.passages]),
            stack([step.backward for step in self.passages]),
            stack([step.bias for step in self.passages]),
        )


def _square(blocks: Blocks) -> Any:  # noqa: ANN401
    return sum(blocks, null_point) ** 2


def estimate(case: WitnessCase, oracle: Oracle, solver: str = SOLVER) -> Estimate:
    """Return the worst case of A for one case over one class of oracles."""
    model = Model(case, known("oracle", oracle, ORACLES))  # type: ignore[arg-type]
    with warnings.catch_warnings():
        # "may be inaccurate": whatever the solver's accuracy, the certificate measures what it is worth.
        warnings.filterwarnings("ignore", message="Solution may be inaccurate")
        dual = model.pep.solve(wrapper="cvxpy", solver=solver, verbose=0)
    certificate = certify(
        model.metric,
        [*model.pep.list_of_constraints, *model.f.list_of_class_constraints],
        model.pep.list_of_psd,
        np.array(model.radius),
        np.array([*model.size, 0.0]),  # the last leaf is PEPit's own name for the metric
    )
    primal = model.pep.F_value[model.pep.objective.counter]
    return Estimate(float(primal), float(dual), certificate, model)
