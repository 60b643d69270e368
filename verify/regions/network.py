"""What holds of a network on a box of weights: enclosures of its curvature, directions, staleness and least value.

Setting:    the stages of docs/theory/networks.md on all N samples, one drawn uniformly at every step: z = W x,
            x' = phi(z), loss l(x, y), messages delta = phi'(z) times W_+^T delta_+, direction delta x^T.
Statement:  forward weights anywhere in one box and backward weights anywhere in another, independently, the numbers of
            `Enclosed` bound what they name. L bounds the largest eigenvalue of the Hessian of f from above, f the mean
            over the samples, by its exact second derivative along U, with z' and x' the derivatives along U,

                D^2 f[U, U] = mean { l'' |x'|^2 + sum_m z'_m^T diag(W_+^T delta_+ phi'') z'_m
                                     + 2 sum_m delta_m^T U_m x'_m },

            so that f(V) <= f(W) + <grad f(W), V - W> + (L/2) norm(V - W)^2 for W, V in the box.
Status:     guaranteed in spite of rounding (`intervals`), for the doubles that the problem holds.
Source:     docs/theory/networks.md, docs/theory/mean.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate.problems.network import Network
from simulate.problems.spectral import norm2_upper
from verify.regions.intervals import LARGEST, Array, Intervals, above, below, joined, largest_eigenvalue, norm2_of_size
from verify.regions.layers import ACTIVATIONS, LOSSES, Layer


@dataclass(frozen=True, eq=False)
class Box:
    """Weights between two ends, element by element.

    Args:
        low: float64, shape (D,), finite; the stages one after another, each row by row, in weight units.
        high: the same, >= low.

    """

    low: Array
    high: Array

    def __post_init__(self) -> None:
        if self.low.shape != self.high.shape or self.low.ndim != 1:
            raise BadInput("box", self.low.shape, "two ends of the same length", "tube.certified")
        if not bool(np.all(np.isfinite(self.low) & np.isfinite(self.high) & (self.low <= self.high))):
            raise BadInput("box", "its ends", "finite ends, the lower not above the upper", "tube.certified")

    def widened(self, by: Array | float) -> "Box":
        """Return the box with both ends moved outward by `by` >= 0."""
        return Box(below(self.low - by), above(self.high + by))

    def joined(self, other: "Box") -> "Box":
        """Return the least box around both."""
        return Box(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    def common(self, other: "Box") -> "Box":
        """Return what is in both; boxes without a common point raise `BadInput`."""
        return Box(np.maximum(self.low, other.low), np.minimum(self.high, other.high))

    def farthest(self, other: "Box") -> Array:
        """Return how far a weight in this box is from one in the other at most, shape (D,)."""
        return above(np.maximum(self.high - other.low, other.high - self.low))

    def holds(self, weights: Array) -> bool:
        """Return whether weights, shape (D,), are in the box; what is no number is not."""
        return bool(np.all((self.low <= weights) & (weights <= self.high)))

    @property
    def largest(self) -> Array:
        """Return the largest sizes of the weights, shape (D,)."""
        return np.maximum(np.abs(self.low), np.abs(self.high))


@dataclass(frozen=True, eq=False)
class Enclosed:
    """What holds wherever the forward and the backward weights are in their boxes, rounded outward.

    Args:
        L: smoothness from above, >= 0, f/w^2; where steps from the backward box begin, end and pass.
        least: f at least, where L holds.
        slope: norm of the gradient of f at most, on the backward box, f/w.
        S: shape (M, M), norm of what the mean direction of stage m changes by, per distance of the forward weights of
            stage j, f/w^2.
        variance: shape (D,), variance of the elements of the sample's direction, (f/w)^2.
        mean_size: shape (D,), mean size of the elements, f/w.
        largest: shape (D,), largest size of the elements, f/w.
        spread: shape (D,), largest less least element over all samples, f/w.
        share: shape (D,), |w|/tau, what the linear device makes of an element of the direction; on the backward box.
        step: shape (D,), alpha (1 + share) largest, how far a step moves at most, w.

    """

    L: float
    least: float
    slope: float
    S: Array
    variance: Array
    mean_size: Array
    largest: Array
    spread: Array
    share: Array
    step: Array


def check(problem: object) -> Network:
    """Return the problem, if it is a network whose activation and loss are enclosed; raise `BadInput` otherwise."""
    if type(problem) is not Network:
        raise BadInput("problem", type(problem).__name__, "a problem of the class Network", "tube.certified")
    for name, known in (("activation", ACTIVATIONS), ("loss", LOSSES)):
        if getattr(problem, name) not in known:
            raise BadInput(name, getattr(problem, name), f"one of {', '.join(known)}", "tube.certified")
    return problem


def weights_in(problem: Network, box: Box) -> list[Intervals]:
    """Return the weights of the stages as intervals; a box of another length raises `BadInput`."""
    sizes = [rows * columns for rows, columns in problem.shapes]
    if box.low.shape != (sum(sizes),):
        raise BadInput("box", box.low.shape, f"one interval for each of {sum(sizes)} weights", "tube.certified")
    ends, found = np.cumsum([0, *sizes]), []
    whole = Intervals.between(box.low, box.high)
    for first, last, shape in zip(ends[:-1], ends[1:], problem.shapes, strict=True):
        found.append(whole[first:last].reshape(*shape))
    return found


def flat(stages: Sequence[NDArray[np.floating]]) -> Array:
    """Return the weights of the stages one after another, each row by row."""
    return np.concatenate([np.asarray(stage, dtype=np.float64).ravel() for stage in stages])


class Forward:
    """The forward pass of all samples, with the derivatives of inputs and products in all weights if asked for.

    With these a product z is enclosed twice: from the input's intervals, and from its value at the box's centre and its
    derivative on the box. The second does not take the stages' intervals as independent of each other.

    `x`, `layers` and, with derivatives, `inputs_change` (N, width, D_m) and `products_change` (N, width, D_(m+1)) are
    those of the stages, where D_m weights are in the stages before m; `last` and `last_change` are the outputs'.
    """

    def __init__(self, problem: Network, weights: list[Intervals], *, derivatives: bool) -> None:
        self.problem, self.weights = problem, weights
        self.x: list[Intervals] = []
        self.layers: list[Layer] = []
        self.inputs_change: list[Intervals] = []
        self.products_change: list[Intervals] = []
        x = centre = Intervals.exactly(problem.inputs)
        change, away = Intervals.exactly(np.zeros((*x.shape, 0))), np.zeros(0)
        activation = ACTIVATIONS[problem.activation]
        for weight in weights:
            product = x @ weight.swap()
            if derivatives:
                self.inputs_change.append(change)
                change = joined([weight @ change, _own(x, weight.shape[0])], 2)
                self.products_change.append(change)
                away, middle = np.concatenate([away, weight.rad.ravel()]), centre @ weight.mid.T
                product = product.meet(middle + change @ Intervals(np.zeros(away.shape), away))
                centre = activation(middle).value
            layer = activation(product)
            self.x.append(x)
            self.layers.append(layer)
            if derivatives:
                change = layer.slope[..., None] * change
            x = layer.value
        self.last, self.last_change = x, change
        self.loss = LOSSES[problem.loss](x, problem.targets)

    def value(self) -> Intervals:
        """Return f, shape (1,)."""
        return self.loss.value.reshape(-1, 1).mean() * float(self.last.shape[1])

    def messages(self, backward: list[Intervals]) -> tuple[list[Intervals], list[Intervals]]:
        """Return what arrives at the stages and the messages delta = phi'(z) times that, stage by stage."""
        arriving, deltas, message = [], [], self.loss.slope
        for layer, weight in zip(reversed(self.layers), reversed(backward), strict=True):
            arriving.append(message)
            deltas.append(layer.slope * message)
            message = deltas[-1] @ weight
        return arriving[::-1], deltas[::-1]

    def directions(self, backward: list[Intervals]) -> Intervals:
        """Return every sample's direction, shape (N, D)."""
        _, deltas = self.messages(backward)
        products = [delta[:, :, None] * x[:, None, :] for delta, x in zip(deltas, self.x, strict=True)]
        return joined([product.reshape(len(product.mid), -1) for product in products], 1)

    def cross(self, stage: int, delta: Intervals) -> Intervals:
        """Return the sum over the samples of delta_r times the derivative of x_c, shape (rows columns, D_m)."""
        change = self.inputs_change[stage]
        count, columns, before = change.shape
        product = delta.swap() @ change.reshape(count, columns * before)
        return product.reshape(delta.shape[1] * columns, before)


def _own(x: Intervals, rows: int) -> Intervals:
    """Return the derivative of W x in W: x_c at (r, rc), shape (N, rows, rows columns)."""
    unit = np.eye(rows)[None, :, :, None]
    shape = (len(x.mid), rows, rows * x.shape[1])
    return Intervals((unit * x.mid[:, None, None, :]).reshape(shape), (unit * x.rad[:, None, None, :]).reshape(shape))


def _inner(change: Intervals, weight: Intervals) -> Intervals:
    """Return the sum over samples and rows of weight times the products of the derivatives, shape (D_m, D_m)."""
    flat_change = change.reshape(-1, change.shape[2])
    return flat_change.swap() @ (weight.reshape(-1)[:, None] * flat_change)


def _embedded(part: Intervals, first: int, size: int) -> Intervals:
    """Return a matrix of zeros, shape (size, size), with `part` from row `first` and column 0 on."""
    mid, rad = np.zeros((size, size)), np.zeros((size, size))
    rows, columns = part.shape
    mid[first : first + rows, :columns], rad[first : first + rows, :columns] = part.mid, part.rad
    return Intervals(mid, rad)


def _square(part: Intervals, size: int) -> Intervals:
    return part if len(part.mid) == size else _embedded(part, 0, size)


def value(problem: Network, box: Box) -> tuple[float, float]:
    """Return the ends of f on a box, rounded outward."""
    found = Forward(problem, weights_in(problem, box), derivatives=False).value()
    return float(found.low[0]), float(found.high[0])


def hessian(problem: Network, box: Box) -> tuple[Intervals, float]:
    """Return the Hessian of f on a box, shape (D, D), and a lower bound of f there."""
    weights = weights_in(problem, box)
    forward = Forward(problem, weights, derivatives=True)
    size, first = len(box.low), 0
    total = _inner(forward.last_change, forward.loss.curve)
    arriving, deltas = forward.messages(weights)
    for stage, layer in enumerate(forward.layers):
        change = forward.products_change[stage]
        total = total + _square(_inner(change, layer.curve * arriving[stage]), size)
        cross = _embedded(forward.cross(stage, deltas[stage]), first, size)
        total = total + cross + cross.swap()
        first = change.shape[2]
    return total.over(float(problem.samples)), max(float(forward.value().low[0]), problem.lower_bound)


def gradient(problem: Network, box: Box, second: Intervals) -> Intervals:
    """Return grad f on a box, shape (D,): at its centre, and from there on by the Hessian `second`, which holds on it.

    The samples' parts of the Hessian cancel before they are made large; those of intervals of the directions do not.
    """
    centre = 0.5 * box.low + 0.5 * box.high
    point = Box(centre, centre)
    away = Intervals.between(box.low, box.high) - centre
    return directions(problem, point, point).mean() + (second @ away[:, None])[:, 0]


def mean_direction(problem: Network, forward: Box, backward: Box, apart: Array) -> Intervals:
    """Return the mean direction, shape (D,), of forward and backward weights in their boxes, at most `apart` apart.

    By intervals of the samples' directions, and by the gradient at the backward weights together with the derivative
    in the forward ones from there on: what both hold. A forward box that does not hold the backward one raises
    `BadInput`.
    """
    if not (np.all(forward.low <= backward.low) and np.all(forward.high >= backward.high)):
        raise BadInput("forward", "a box beside the backward one", "a box that holds the backward one", "tube.a_priori")
    weights = weights_in(problem, backward)
    lagging = bool(np.any(apart > 0))
    passed = Forward(problem, weights_in(problem, forward), derivatives=lagging)
    found = gradient(problem, backward, hessian(problem, backward)[0])
    if lagging:
        found = found + (staleness(passed, weights) @ Intervals(np.zeros(apart.shape), apart)[:, None])[:, 0]
    return found.meet(passed.directions(weights).mean())


def norm(vector: Intervals) -> float:
    """Return an upper bound of the Euclidean norm."""
    sizes = Intervals.exactly(vector.largest)
    return float(above(np.sqrt((sizes[None, :] @ sizes[:, None]).high[0, 0])))


def staleness(forward: Forward, backward: list[Intervals]) -> Intervals:
    """Return the derivative of the mean direction in the forward weights, shape (D, D)."""
    size, rows = forward.last_change.shape[2], []
    arriving, deltas = forward.messages(backward)
    change = forward.loss.curve[..., None] * forward.last_change
    for stage in reversed(range(len(forward.layers))):
        layer, x = forward.layers[stage], forward.x[stage]
        bend = (layer.curve * arriving[stage])[..., None] * _wide(forward.products_change[stage], size)
        message = bend + layer.slope[..., None] * change
        count, out, columns = len(x.mid), message.shape[1], x.shape[1]
        turned = (x.swap() @ message.reshape(count, out * size)).reshape(columns, out, size).swap(0, 1)
        cross = forward.cross(stage, deltas[stage])
        rows.append(turned.reshape(out * columns, size) + _wide(cross, size))
        change = backward[stage].swap() @ message
    return joined(rows[::-1], 0).over(float(forward.problem.samples))


def _wide(part: Intervals, size: int) -> Intervals:
    """Return the last axis filled up with zeros."""
    if part.shape[-1] == size:
        return part
    more = Intervals.exactly(np.zeros((*part.shape[:-1], size - part.shape[-1])))
    return joined([part, more], part.mid.ndim - 1)


def block_norms(matrix: Intervals, sizes: list[int]) -> Array:
    """Return upper bounds of the spectral norms of the blocks between stages, shape (M, M)."""
    if float(np.max(matrix.largest)) > LARGEST:
        raise ArithmeticError("a matrix whose square would be too large")
    ends = np.cumsum([0, *sizes])
    parts = [slice(first, last) for first, last in pairwise(ends)]
    blocks = [[matrix[row, column] for column in parts] for row in parts]
    return np.array(
        [[float(above(np.asarray(norm2_upper(b.mid) + norm2_of_size(b.rad)))) for b in row] for row in blocks]
    )


def directions(problem: Network, forward: Box, backward: Box) -> Intervals:
    """Return the direction of every sample, forward and backward weights independent, shape (N, D)."""
    passed = Forward(problem, weights_in(problem, forward), derivatives=False)
    return passed.directions(weights_in(problem, backward))


def shares(box: Box, tau: float) -> Array:
    """Return upper bounds of |w|/tau on a box, shape (D,); 0 for a digital device."""
    return np.zeros(box.low.shape) if tau == inf else above(box.largest / tau)


class Moments(NamedTuple):
    """What holds of the directions of the samples, one drawn uniformly; as in `Enclosed`."""

    variance: Array
    mean_size: Array
    largest: Array
    spread: Array


def moments(direction: Intervals) -> Moments:
    """Return upper bounds for the directions of the samples, shape (N, D).

    A variance is at most the mean square distance from any number; the one taken is the mean of the midpoints.
    """
    away = Intervals.exactly((direction - np.mean(direction.mid, axis=0)).largest)
    sizes = direction.largest
    return Moments(
        variance=(away * away).mean().high,
        mean_size=Intervals.exactly(sizes).mean().high,
        largest=np.max(sizes, axis=0),
        spread=above(np.max(direction.high, axis=0) - np.min(direction.low, axis=0)),
    )


def enclose(
    problem: Network, forward: Box, backward: Box, tau: float, alpha: float = 0.0, *, stashed: bool = False
) -> Enclosed:
    """Return what holds on a box of forward and a box of backward weights.

    Args:
        problem: a `Network` (`check`).
        forward: where the weights of the forward passes are, stale or current.
        backward: where the current weights are, which the backward pass reads.
        tau: saturation level of the linear device, w, > 0, or inf.
        alpha: step size, w^2/f, >= 0.
        stashed: the backward pass reads weights as stale as the forward pass did; `forward` holds `backward`.

    Raises:
        BadInput: a problem, box, level or step size that this does not cover.
        ArithmeticError: a number on the way that is too large to be a double.

    """
    if not tau > 0:
        raise BadInput("tau", tau, "tau > 0", "tube.certified")
    if not 0 <= alpha < inf:
        raise BadInput("alpha", alpha, "alpha >= 0 and finite", "tube.certified")
    check(problem)
    weights = weights_in(problem, forward if stashed else backward)
    passed = Forward(problem, weights_in(problem, forward), derivatives=True)
    every, share = passed.directions(weights), shares(backward, tau)
    found = moments(every)
    step = ((Intervals.exactly(share) + 1.0) * found.largest * alpha).largest
    around = backward.widened(step) if alpha else backward
    second, least = hessian(problem, around.joined(forward) if stashed else around)
    smooth = max(largest_eigenvalue(second), 0.0)
    slope = norm(gradient(problem, backward, second))
    sizes = [rows * columns for rows, columns in problem.shapes]
    # what the mean direction changes by if all its weights are as old is made by the whole Hessian
    sensitivity = block_norms(second if stashed else staleness(passed, weights), sizes)
    return Enclosed(smooth, least, slope, sensitivity, *found, share, step)
