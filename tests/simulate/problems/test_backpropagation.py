"""The two passes against the definitions that the Coq library proves to be the gradient (Backprop.v), in 60 digits.

`Passes` follows `act`, `pre`, `back`, `delta` and `direction` of theory/checkers/coq/Network.v line by line, with exact
derivatives of the activation and the loss taken by mpmath. Its direction is compared with differences of the loss on
the one side and with the directions of `simulate` on the other.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from simulate.problems import Network, Quadratic, activations, losses

WIDTHS = {1: (3, 2), 2: (2, 3, 1), 3: (2, 2, 2, 2), 5: (2, 1, 2, 2, 1, 2)}
PHI: dict[str, Callable[[Any], Any]] = {
    "tanh": mp.tanh,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)) - mpf(1) / 2,
    "softplus": lambda z: mp.log(1 + mp.exp(z)) - mp.log(2),
    "identity": lambda z: z,
}
LOSS: dict[str, Callable[[Any, Any], Any]] = {
    "log-cosh": lambda x, y: mp.log(mp.cosh(x - y)),
    "squared": lambda x, y: (x - y) ** 2 / 2,
    "logistic": lambda x, y: mp.log(1 + mp.exp(-y * x)),
}
STEP = mpf(10) ** -25
CASES = list(itertools.product(WIDTHS, PHI, LOSS))

Matrices = list[list[list[Any]]]


@pytest.fixture(autouse=True)
def precision():
    with mp.workdps(60):
        yield


@dataclass(frozen=True)
class Passes:
    """One sample of a network: Network.v in mpmath."""

    phi: Callable[[Any], Any]
    loss: Callable[[Any, Any], Any]
    x: list[Any]
    y: list[Any]

    def act(self, U: Matrices, m: int) -> list[Any]:
        return self.x if m == 0 else [self.phi(z) for z in self.pre(U, m - 1)]

    def pre(self, U: Matrices, m: int) -> list[Any]:
        inputs = self.act(U, m)
        return [mp.fdot(row, inputs) for row in U[m]]

    def back(self, U: Matrices, W: Matrices, j: int) -> list[Any]:
        if j == 0:
            return [
                mpmath.diff(lambda x, y=y: self.loss(x, y), x) for x, y in zip(self.act(U, len(U)), self.y, strict=True)
            ]
        columns = zip(*W[len(U) - j], strict=True)
        delta = self.delta(U, W, j - 1)
        return [mp.fdot(column, delta) for column in columns]

    def delta(self, U: Matrices, W: Matrices, j: int) -> list[Any]:
        pre = self.pre(U, len(U) - 1 - j)
        return [mpmath.diff(self.phi, z) * b for z, b in zip(pre, self.back(U, W, j), strict=True)]

    def direction(self, U: Matrices, W: Matrices) -> Matrices:
        return [[[d * x for x in self.act(U, m)] for d in self.delta(U, W, len(U) - 1 - m)] for m in range(len(U))]

    def value(self, U: Matrices) -> Any:
        return mp.fsum(self.loss(x, y) for x, y in zip(self.act(U, len(U)), self.y, strict=True))

    def slope(self, U: Matrices, m: int, i: int, k: int) -> Any:
        """Return the central difference in one weight; its error is of the order of STEP^2."""
        values = []
        for sign in (1, -1):
            moved = [[list(row) for row in stage] for stage in U]
            moved[m][i][k] += sign * STEP
            values.append(self.value(moved))
        return (values[0] - values[1]) / (2 * STEP)


def exact(arrays: list[Any]) -> Matrices:
    return [[[mpf(float(x)) for x in row] for row in array] for array in arrays]


def made(depth: int, activation: str, loss: str, cls: type[Network] = Network) -> tuple[Network, Passes, Any, Any]:
    """Return a network, the same in mpmath for its sample 1, and two sets of weights."""
    problem = cls(depth, WIDTHS[depth], samples=3, activation=activation, loss=loss)
    rng = np.random.default_rng(depth)
    U, W = ([w + 0.5 * rng.standard_normal(w.shape) for w in problem.initial_weights()] for _ in range(2))
    x, y = ([mpf(float(v)) for v in data[1]] for data in (problem.inputs, problem.targets))
    return problem, Passes(PHI[activation], LOSS[loss], x, y), U, W


def entries(matrices: Matrices) -> list[Any]:
    return [x for stage in matrices for row in stage for x in row]


@pytest.mark.parametrize(("depth", "activation", "loss"), CASES)
def test_backpropagation_is_the_gradient(depth, activation, loss):
    """Of the definitions in Coq: they agree with differences of the loss to 30 digits, weight by weight."""
    _, passes, U, _ = made(depth, activation, loss)
    weights = exact(U)
    direction = passes.direction(weights, weights)
    for m, stage in enumerate(direction):
        for i, row in enumerate(stage):
            for k, entry in enumerate(row):
                assert abs(passes.slope(weights, m, i, k) - entry) <= mpf(10) ** -30


def distance(problem: Network, passes: Passes, U: Any, W: Any) -> float:
    """Return the largest difference between a direction of `simulate` and the one of the definitions."""
    found = entries(exact(problem.direction(U, W, 1)))
    expected = entries(passes.direction(exact(U), exact(W)))
    return float(max(abs(a - b) for a, b in zip(found, expected, strict=True)))


ROUNDING = 1e-14
"""Weights, inputs and targets are below 4; at most 5 stages of sums of 3 products, each rounded to 1e-16. The largest
difference over all cases is 2e-15."""


@pytest.mark.parametrize(("depth", "activation", "loss"), CASES)
def test_simulate_computes_what_the_definitions_say(depth, activation, loss):
    """With equal and with different forward and backward weights, up to rounding."""
    problem, passes, U, W = made(depth, activation, loss)
    assert distance(problem, passes, U, U) <= ROUNDING
    assert distance(problem, passes, U, W) <= ROUNDING


class NoSlope(Network):
    """Forgets phi'(z)."""

    def backward(self, stage, weights, message, kept):
        return super().backward(stage, weights, message, kept._replace(slope=np.ones_like(kept.slope)))


class NotTransposed(Network):
    """Hands on W delta in the place of W^T delta; only square stages let it."""

    def backward(self, stage, weights, message, kept):
        return super().backward(stage, np.swapaxes(weights, -1, -2), message, kept)


class OutputForInput(Network):
    """Takes the outer product with the stage's output in the place of its input."""

    def forward(self, stage, weights, message):
        value, kept = super().forward(stage, weights, message)
        return value, kept._replace(x=value)


class OtherLoss(Network):
    """Turns with twice the slope of the loss."""

    def turn(self, message, sample):
        return 2 * super().turn(message, sample)


@pytest.mark.parametrize("fault", [NoSlope, NotTransposed, OutputForInput, OtherLoss])
def test_a_wrong_backward_pass_is_noticed(fault):
    problem, passes, U, _ = made(3, "tanh", "squared", fault)
    assert distance(problem, passes, U, U) > 1e-3


def test_the_direction_of_mixed_weights_is_the_gradient_of_neither():
    _, passes, U, W = made(3, "tanh", "squared")
    U, W = exact(U), exact(W)
    mixed = entries(passes.direction(U, W))
    for weights in (U, W):
        gradient = entries(passes.direction(weights, weights))
        assert max(abs(a - b) for a, b in zip(mixed, gradient, strict=True)) > 1e-3


def proved(name: str) -> tuple[Any, ...]:
    """Return p0, p1 and the bound, or the slope's bound and l1: the theorems of theory/checkers/coq/Activations.v."""
    curvature = 4 / (3 * mp.sqrt(3))
    return {
        "tanh": (1, curvature, 1),
        "sigmoid": (mpf(1) / 4, curvature / 8, mpf(1) / 2),
        "softplus": (1, mpf(1) / 4, None),
        "identity": (1, 0, None),
        "log-cosh": (1, 1),
        "squared": (None, 1),
        "logistic": (1, mpf(1) / 4),
    }[name]


@pytest.mark.parametrize("name", [*PHI, *LOSS])
def test_the_constants_are_those_proved(name):
    """Not below them, and above by rounding only."""
    if name in activations.REGISTRY:
        item = activations.REGISTRY[name]
        stated: tuple[float | None, ...] = (item.p0, item.p1, item.bound)
    else:
        stated = (losses.REGISTRY[name].slope_bound, losses.REGISTRY[name].l1)
    for number, least in zip(stated, proved(name), strict=True):
        assert (number is None) == (least is None)
        assert number is None or least <= number <= least * (1 + mpf(10) ** -14)


def test_a_quadratic_has_the_gradient_of_its_objective_plus_the_noise():
    """Central differences of a quadratic are exact at any step."""
    problem = Quadratic(3, size=2, noise_spread=3.0)
    rng = np.random.default_rng(2)
    weights = [w + rng.standard_normal(w.shape) for w in problem.initial_weights()]
    noise = rng.standard_normal(problem.dimension)
    H = mpmath.matrix(problem.hessian.tolist())
    minimiser = [mpf(float(x)) for x in problem.minimiser]

    def value(w: list[Any]) -> Any:
        error = mpmath.matrix([a - b for a, b in zip(w, minimiser, strict=True)])
        return (error.T * H * error)[0] / 2 + mp.fdot([mpf(float(x)) for x in noise], w)

    at = [mpf(float(x)) for x in np.concatenate(weights)]
    found = np.concatenate(problem.direction(weights, weights, noise))
    for i, entry in enumerate(found):
        up, down = ([x + (sign if j == i else 0) for j, x in enumerate(at)] for sign in (1, -1))
        assert abs((value(up) - value(down)) / 2 - mpf(float(entry))) <= ROUNDING
