"""The passes of all samples through a network whose weights are intervals; `network` says what is made of them.

A derivative in the weight (r, c) of stage m is the derivative in z_r of that stage times x_c, so what is made of
derivatives, sample by sample, is made of those in the products z of all stages, O of them; x comes last.
"""

import math
from collections.abc import Sequence

import numpy as np

from simulate.problems.network import Network
from verify.regions import sums
from verify.regions.intervals import Array, Intervals, joined
from verify.regions.layers import ACTIVATIONS, LOSSES, Layer
from verify.regions.sums import Places


class Forward:
    """The forward pass of all samples, with the derivatives of inputs and products in all products if asked for.

    With these a product z is enclosed twice: from the input's intervals, and from its value at the box's centre and its
    derivative on the box. The second does not take the stages' intervals as independent of each other.

    `x`, `layers` and, with derivatives, `inputs_change` (..., N, width, O_m) and `products_change`
    (..., N, width, O_(m+1)) are those of the stages, where O_m products are in the stages before m; `last` and
    `last_change` are the outputs'. The leading axes are those of the weights, shape (..., rows, columns) a stage.
    """

    def __init__(self, problem: Network, weights: list[Intervals], *, derivatives: bool) -> None:
        self.problem, self.weights, self.lead = problem, weights, weights[0].shape[:-2]
        self.x: list[Intervals] = []
        self.layers: list[Layer] = []
        self.inputs_change: list[Intervals] = []
        self.products_change: list[Intervals] = []
        x = centre = Intervals.exactly(np.broadcast_to(problem.inputs, (*self.lead, *problem.inputs.shape)))
        change, moved = Intervals.exactly(np.zeros((*x.shape, 0))), Intervals.exactly(np.zeros((*x.shape[:-1], 0)))
        activation = ACTIVATIONS[problem.activation]
        for weight in weights:
            product = x @ weight.swap()
            if derivatives:
                self.inputs_change.append(change)
                own = np.broadcast_to(np.eye(weight.shape[-2]), (*product.shape, weight.shape[-2]))
                change = joined([weight[..., None, :, :] @ change, Intervals.exactly(own)], -1)
                self.products_change.append(change)
                moved = joined([moved, x @ (weight - weight.mid).swap()], -1)
                middle = centre @ np.swapaxes(weight.mid, -1, -2)
                product = product.meet(middle + (change @ moved[..., None])[..., 0])
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
        """Return f, shape (..., 1)."""
        return self.loss.value.reshape(*self.lead, -1, 1).mean(-2) * float(self.last.shape[-1])

    def messages(self, backward: list[Intervals]) -> tuple[list[Intervals], list[Intervals]]:
        """Return what arrives at the stages and the messages delta = phi'(z) times that, stage by stage."""
        arriving, deltas, message = [], [], self.loss.slope
        for layer, weight in zip(reversed(self.layers), reversed(backward), strict=True):
            arriving.append(message)
            deltas.append(layer.slope * message)
            message = deltas[-1] @ weight
        return arriving[::-1], deltas[::-1]

    def directions(self, backward: list[Intervals]) -> Intervals:
        """Return every sample's direction, shape (..., N, D)."""
        _, deltas = self.messages(backward)
        return joined([outer(delta, x) for delta, x in zip(deltas, self.x, strict=True)], -1)

    def in_weights(self, change: Intervals, deltas: Sequence[Intervals], *, symmetric: bool) -> Intervals:
        """Return the mean over the samples of a derivative in the weights, shape (..., D, D).

        In the weights (r, c) of stage m and (s, d) of stage j a sample's is change_(mr, js) x_mc x_jd, and, if j < m,
        delta_mr times the derivative of x_mc in (s, d). One that is symmetric has what the second is for j > m as well.

        Args:
            change: a number of every sample for every pair of products, shape (..., N, O, O).
            deltas: of every stage, shape (..., N, rows).
            symmetric: `change` is symmetric, and so is what is wanted.

        """
        rows, columns = self.problem.widths[1:], self.problem.widths[:-1]
        m, j = np.tril_indices(len(rows)) if symmetric else np.indices((len(rows), len(rows))).reshape(2, -1)
        size, lead = 2 * (max(rows), max(columns)), len(self.lead)
        mid, rad = np.zeros((2, math.prod(self.lead), len(m), *size))
        sums.mean_in_weights(
            _in_pairs(change, rows, rows).stacked(lead),
            _filled(joined(self.x, -1), columns).stacked(lead),
            _filled(joined([*deltas], -1), rows).stacked(lead),
            _in_pairs(stairs(self.inputs_change, sum(rows)), columns, rows).stacked(lead),
            m, j, (mid, rad),
        )  # fmt: skip
        found = Intervals(mid, rad).reshape(*self.lead, len(m), *size)
        parts = [(found, m, j)]
        if symmetric:
            parts.append((found[..., m > j, :, :, :, :].ordered(2, 3, 0, 1), j[m > j], m[m > j]))
        return self._matrix(parts)

    def _matrix(self, parts: Sequence[tuple[Intervals, Places, Places]]) -> Intervals:
        """Return the matrix of weights whose blocks, shape (..., pairs, r, c, s, d), are at some pairs of stages."""
        stages, (rows, columns) = len(self.layers), parts[0][0].shape[-2:]
        mid, rad = np.zeros((2, *self.lead, stages, rows, columns, stages, rows, columns))
        for found, m, j in parts:
            for whole, part in ((mid, found.mid), (rad, found.rad)):
                np.moveaxis(whole, -3, -5)[..., m, j, :, :, :, :] = part
        there = np.zeros((stages, rows, columns), dtype=bool)
        for stage, (out, into) in enumerate(self.problem.shapes):
            there[stage, :out, :into] = True
        matrix, at = Intervals(mid, rad).reshape(*self.lead, there.size, there.size), np.flatnonzero(there)
        return matrix if len(at) == there.size else matrix[..., at[:, None], at]


def outer(left: Intervals, right: Intervals) -> Intervals:
    """Return left_r right_c of every sample, shape (..., N, rows columns)."""
    product = left[..., None] * right[..., None, :]
    return product.reshape(*product.shape[:-2], -1)


def blocks(matrix: Array, sizes: Sequence[int]) -> Array:
    """Return the blocks, shape (..., M, M, size, size), each filled up with zeros to the largest."""
    found = _in_pairs(Intervals.exactly(matrix), sizes, sizes).ordered(0, 2, 1, 3)
    return np.ascontiguousarray(found.mid)  # so that the order of a sum over a block is that of one block alone


def _filled(values: Intervals, sizes: Sequence[int]) -> Intervals:
    """Return the stages' parts of the last axis, shape (..., M, size), each filled up with zeros to the largest."""
    stages, largest = len(sizes), max(sizes)
    if min(sizes) == largest:
        return values.reshape(*values.shape[:-1], stages, largest)
    at = np.flatnonzero(np.arange(largest) < np.array(sizes)[:, None])
    mid, rad = np.zeros((2, *values.shape[:-1], stages * largest))
    mid[..., at], rad[..., at] = values.mid, values.rad
    return Intervals(mid, rad).reshape(*values.shape[:-1], stages, largest)


def stairs(parts: Sequence[Intervals], size: int) -> Intervals:
    """Return the rows of all parts one after another, each filled up with zeros."""
    ends = np.cumsum([0, *(part.shape[-2] for part in parts)])
    mid, rad = np.zeros((2, *parts[0].shape[:-2], ends[-1], size))
    for part, first, last in zip(parts, ends[:-1], ends[1:], strict=True):
        mid[..., first:last, : part.shape[-1]], rad[..., first:last, : part.shape[-1]] = part.mid, part.rad
    return Intervals(mid, rad)


def _in_pairs(values: Intervals, rows: Sequence[int], columns: Sequence[int]) -> Intervals:
    """Return the blocks between stages of the last two axes, shape (..., M, size, M, size), each filled up."""
    return _filled(_filled(values, columns).ordered(1, 2, 0), rows).ordered(2, 3, 0, 1)
