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

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, prod
from typing import ClassVar, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate.problems.network import Network
from simulate.problems.spectral import norms2_upper
from verify.regions import searched, sums
from verify.regions.intervals import (
    Array,
    Intervals,
    above,
    below,
    joined,
    largest_eigenvalues,
    norms2_of_size,
    require_squares,
)
from verify.regions.layers import ACTIVATIONS, LOSSES
from verify.regions.passes import Forward, blocks, stairs

Found = TypeVar("Found")

_TOGETHER = 2**20
"""Numbers in the largest arrays of boxes enclosed together; it decides nothing but the time and the memory."""


@dataclass(frozen=True, eq=False)
class Box:
    """Weights between two ends, element by element.

    Args:
        low: float64, shape (D,), finite; the stages one after another, each row by row, in weight units.
        high: the same, >= low.

    """

    low: Array
    high: Array

    _axes: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if self.low.shape != self.high.shape or self.low.ndim != self._axes:
            raise BadInput("box", self.low.shape, "two ends of the same length", "tube.certified")
        if not bool(np.all(np.isfinite(self.low) & np.isfinite(self.high) & (self.low <= self.high))):
            raise BadInput("box", "its ends", "finite ends, the lower not above the upper", "tube.certified")

    def widened(self, by: Array | float) -> Self:
        """Return the box with both ends moved outward by `by` >= 0."""
        return replace(self, low=below(self.low - by), high=above(self.high + by))

    def joined(self, other: "Box") -> Self:
        """Return the least box around both."""
        return replace(self, low=np.minimum(self.low, other.low), high=np.maximum(self.high, other.high))

    def common(self, other: "Box") -> Self:
        """Return what is in both; boxes without a common point raise `BadInput`."""
        return replace(self, low=np.maximum(self.low, other.low), high=np.minimum(self.high, other.high))

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


class Boxes(Box):
    """Several boxes of the same weights, whose ends have shape (n, D); what is said of a box is said of each."""

    _axes: ClassVar[int] = 2

    @classmethod
    def of(cls, boxes: Sequence[Box]) -> Self:
        """Return these boxes, one or more; boxes of different lengths raise `BadInput`."""
        lengths = {box.low.shape for box in boxes}
        if len(lengths) != 1:
            raise BadInput("boxes", sorted(lengths), "boxes of the same length", "tube.certified")
        return cls(np.stack([box.low for box in boxes]), np.stack([box.high for box in boxes]))


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
        fold: shape (D,), (E abs(g_i))^2 - (E g_i)^2 of the sample's direction g, (f/w)^2.
        share: shape (D,), |w|/tau, what the linear device makes of an element of the direction; on the backward box.
        step: shape (D,), alpha (1 + share) largest, how far a step moves at most, w.
        gradient: shape (D,), largest size of the elements of the gradient of f, on the backward box, f/w.

    """

    L: float
    least: float
    slope: float
    S: Array
    variance: Array
    mean_size: Array
    largest: Array
    spread: Array
    fold: Array
    share: Array
    step: Array
    gradient: Array


def check(problem: object) -> Network:
    """Return the problem, if it is a network whose activation and loss are enclosed; raise `BadInput` otherwise."""
    if type(problem) is not Network:
        raise BadInput("problem", type(problem).__name__, "a problem of the class Network", "tube.certified")
    for name, known in (("activation", ACTIVATIONS), ("loss", LOSSES)):
        if getattr(problem, name) not in known:
            raise BadInput(name, getattr(problem, name), f"one of {', '.join(known)}", "tube.certified")
    return problem


def weights_in(problem: Network, box: Box) -> list[Intervals]:
    """Return the weights of the stages, shape (..., rows, columns); a box of another length raises `BadInput`."""
    sizes = [rows * columns for rows, columns in problem.shapes]
    if box.low.shape[-1] != sum(sizes):
        raise BadInput("box", box.low.shape, f"one interval for each of {sum(sizes)} weights", "tube.certified")
    ends, whole = np.cumsum([0, *sizes]), Intervals.between(box.low, box.high)
    lead = box.low.shape[:-1]
    parts = zip(ends[:-1], ends[1:], problem.shapes, strict=True)
    return [whole[..., first:last].reshape(*lead, *shape) for first, last, shape in parts]


def flat(stages: Sequence[NDArray[np.floating]]) -> Array:
    """Return the weights of the stages one after another, each row by row."""
    return np.concatenate([np.asarray(stage, dtype=np.float64).ravel() for stage in stages])


def _inner(change: Intervals, weight: Intervals, stops: Sequence[int]) -> Intervals:
    """Return the sum over the rows of weight times the products of the derivatives, shape (..., N, O, O).

    Row k of `change` is 0 from stops[k] on.
    """
    lead, size = change.shape[:-2], change.shape[-1]
    mid, rad = np.zeros((2, prod(lead), size, size))
    sums.inner(change.stacked(len(lead)), weight.stacked(len(lead)), np.array(stops, dtype=np.int64), (mid, rad))
    return Intervals(mid, rad).reshape(*lead, size, size)


def value(problem: Network, box: Box) -> tuple[float, float]:
    """Return the ends of f on a box, rounded outward."""
    found = Forward(problem, weights_in(problem, box), derivatives=False).value()
    return float(found.low[0]), float(found.high[0])


def ends_of_value(problem: Network, boxes: Sequence[Box]) -> tuple[float, float]:
    """Return the ends of f on all of some boxes, rounded outward; what is always so where a number is too large."""

    def found(part: slice) -> list[tuple[float, float]]:
        every = Forward(problem, weights_in(problem, Boxes.of(boxes[part])), derivatives=False).value()
        return [*zip(every.low[:, 0].tolist(), every.high[:, 0].tolist(), strict=True)]

    ends = [(problem.lower_bound, inf) if one is None else one for one in in_parts(found, range(len(boxes)), 64)]
    return min(low for low, _ in ends), max(high for _, high in ends)


def hessian(problem: Network, box: Box) -> tuple[Intervals, Array]:
    """Return the Hessian of f on a box, shape (..., D, D), and a lower bound of f there, shape (...)."""
    forward = Forward(problem, weights_in(problem, box), derivatives=True)
    arriving, deltas = forward.messages(forward.weights)
    bends = [layer.curve * message for layer, message in zip(forward.layers, arriving, strict=True)]
    rows = [*forward.products_change, forward.last_change]
    stops = [each.shape[-1] for each in rows for _ in range(each.shape[-2])]
    pairs = _inner(stairs(rows, stops[-1]), joined([*bends, forward.loss.curve], -1), stops)
    found = forward.in_weights(pairs, deltas, symmetric=True)
    return found, np.maximum(forward.value().low[..., 0], problem.lower_bound)


def gradient(problem: Network, box: Box, second: Intervals) -> Intervals:
    """Return grad f on a box, shape (..., D): at its centre, and from there on by the Hessian, `second` on the box.

    The samples' parts of the Hessian cancel before they are made large; those of intervals of the directions do not.
    """
    centre = 0.5 * box.low + 0.5 * box.high
    point = replace(box, low=centre, high=centre)
    away = Intervals.between(box.low, box.high) - centre
    return directions(problem, point, point).mean(-2) + (second @ away[..., None])[..., 0]


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
        found = found + (staleness(passed, weights) @ Intervals(np.zeros(apart.shape), apart)[..., None])[..., 0]
    return found.meet(passed.directions(weights).mean(-2))


def norm(vector: Intervals) -> Array:
    """Return an upper bound of the Euclidean norm, shape (...)."""
    sizes = Intervals.exactly(vector.largest)
    return above(np.sqrt((sizes[..., None, :] @ sizes[..., None]).high[..., 0, 0]))


def staleness(forward: Forward, backward: list[Intervals]) -> Intervals:
    """Return the derivative of the mean direction in the forward weights, shape (..., D, D)."""
    arriving, deltas = forward.messages(backward)
    change, rows = forward.loss.curve[..., None] * forward.last_change, list[Intervals]()
    for stage in reversed(range(len(forward.layers))):
        layer = forward.layers[stage]
        bend = (layer.curve * arriving[stage])[..., None] * forward.products_change[stage]
        rows.append(layer.slope[..., None] * change + stairs([bend], change.shape[-1]))
        change = backward[stage].swap()[..., None, :, :] @ rows[-1]
    return forward.in_weights(joined(rows[::-1], -2), deltas, symmetric=False)


def block_norms(matrix: Intervals, sizes: list[int]) -> Array:
    """Return upper bounds of the spectral norms of the blocks between stages, shape (..., M, M)."""
    require_squares(matrix)
    return above(
        norms2_upper(blocks(matrix.mid, sizes), searched.small_tops) + norms2_of_size(blocks(matrix.rad, sizes))
    )


def directions(problem: Network, forward: Box, backward: Box) -> Intervals:
    """Return the direction of every sample, forward and backward weights independent, shape (..., N, D)."""
    passed = Forward(problem, weights_in(problem, forward), derivatives=False)
    return passed.directions(weights_in(problem, backward))


def shares(box: Box, tau: float) -> Array:
    """Return upper bounds of |w|/tau on a box, shape (..., D); 0 for a digital device."""
    return np.zeros(box.low.shape) if tau == inf else above(box.largest / tau)


class Moments(NamedTuple):
    """What holds of the directions of the samples, one drawn uniformly; as in `Enclosed`."""

    variance: Array
    mean_size: Array
    largest: Array
    spread: Array
    fold: Array


def moments(direction: Intervals) -> Moments:
    """Return upper bounds for the directions of the samples, shape (..., N, D).

    A variance is at most the mean square distance from any number; the one taken is the mean of the midpoints.
    """
    away = Intervals.exactly((direction - np.mean(direction.mid, axis=-2, keepdims=True)).largest)
    sizes, variance = direction.largest, (away * away).mean(-2).high
    mean_size, mean = Intervals.exactly(sizes).mean(-2).high, Intervals.exactly(direction.mean(-2).least)
    folded = Intervals.exactly(mean_size) * mean_size - mean * mean
    return Moments(
        variance=variance,
        mean_size=mean_size,
        largest=np.max(sizes, axis=-2),
        spread=above(np.max(direction.high, axis=-2) - np.min(direction.low, axis=-2)),
        fold=np.minimum(folded.high, variance),
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
    _check(problem, tau, alpha)
    return _enclosed(_numbers(problem, forward, backward, tau, alpha, stashed=stashed))


def enclose_all(
    problem: Network,
    forward: Sequence[Box],
    backward: Sequence[Box],
    tau: float,
    alpha: float = 0.0,
    *,
    stashed: bool = False,
    lagging: bool = True,
) -> list[Enclosed | None]:
    """Return `enclose` of every forward box with its backward box, many at once; None where it is too large.

    If no weights are stale, not `lagging`, nothing is multiplied by the sensitivities: they are not made, and 0.
    """
    _check(problem, tau, alpha)

    def found(part: slice) -> list[Enclosed]:
        boxes = Boxes.of(forward[part]), Boxes.of(backward[part])
        every = _numbers(problem, *boxes, tau, alpha, stashed=stashed, lagging=lagging)
        return [_enclosed(every, one) for one in range(len(every.L))]

    return in_parts(found, paired(forward, backward), at_once(problem))


def in_parts(found: Callable[[slice], list[Found]], part: range, most: int) -> list[Found | None]:
    """Return what is found for a part of a list, of `most` at once; None for what alone raises ArithmeticError."""
    if len(part) <= most:
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                return [*found(slice(part.start, part.stop))] if part else []
        except ArithmeticError:
            if len(part) == 1:
                return [None]
    half = len(part) // 2
    return in_parts(found, part[:half], most) + in_parts(found, part[half:], most)


def at_once(problem: Network) -> int:
    """Return for how many boxes at once the largest arrays have at most `_TOGETHER` numbers."""
    weights, products = sum(rows * columns for rows, columns in problem.shapes), sum(problem.widths[1:])
    return max(1, _TOGETHER // max(weights**2, problem.samples * products**2))


def paired(*lists: Sequence[object]) -> range:
    """Return the places in lists of the same length; others raise `BadInput`."""
    if len({len(each) for each in lists}) > 1:
        raise BadInput("boxes", [len(each) for each in lists], "lists of the same length", "tube.certified")
    return range(len(lists[0]))


def _check(problem: Network, tau: float, alpha: float) -> None:
    if not tau > 0:
        raise BadInput("tau", tau, "tau > 0", "tube.certified")
    if not 0 <= alpha < inf:
        raise BadInput("alpha", alpha, "alpha >= 0 and finite", "tube.certified")
    check(problem)


class _Numbers(NamedTuple):
    """As in `Enclosed`, with the leading axes of the boxes."""

    L: Array
    least: Array
    slope: Array
    S: Array
    variance: Array
    mean_size: Array
    largest: Array
    spread: Array
    fold: Array
    share: Array
    step: Array
    gradient: Array


def _enclosed(every: _Numbers, one: int | tuple[()] = ()) -> Enclosed:
    L, least, slope, *rest = (np.asarray(each)[one] for each in every)
    return Enclosed(float(L), float(least), float(slope), *rest)


def _numbers(
    problem: Network, forward: Box, backward: Box, tau: float, alpha: float, *, stashed: bool, lagging: bool = True
) -> _Numbers:
    weights = weights_in(problem, forward if stashed else backward)
    passed = Forward(problem, weights_in(problem, forward), derivatives=True)
    every, share = passed.directions(weights), shares(backward, tau)
    found = moments(every)
    step = ((Intervals.exactly(share) + 1.0) * found.largest * alpha).largest
    around = backward.widened(step) if alpha else backward
    second, least = hessian(problem, around.joined(forward) if stashed else around)
    smooth = np.maximum(largest_eigenvalues(second), 0.0)
    slopes = gradient(problem, backward, second)
    sizes = [rows * columns for rows, columns in problem.shapes]
    if lagging:  # what the mean direction changes by if all its weights are as old is made by the whole Hessian
        sensitivity = block_norms(second if stashed else staleness(passed, weights), sizes)
    else:
        sensitivity = np.zeros((*smooth.shape, len(sizes), len(sizes)))
    return _Numbers(smooth, least, norm(slopes), sensitivity, *found, share, step, slopes.largest)
