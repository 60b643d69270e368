"""The passes of all samples through a network whose weights are intervals; `network` says what is made of them."""

import numpy as np

from simulate.problems.network import Network
from verify.regions.intervals import Intervals, joined
from verify.regions.layers import ACTIVATIONS, LOSSES, Layer


class Forward:
    """The forward pass of all samples, with the derivatives of inputs and products in all weights if asked for.

    With these a product z is enclosed twice: from the input's intervals, and from its value at the box's centre and its
    derivative on the box. The second does not take the stages' intervals as independent of each other.

    `x`, `layers` and, with derivatives, `inputs_change` (..., N, width, D_m) and `products_change`
    (..., N, width, D_(m+1)) are those of the stages, where D_m weights are in the stages before m; `last` and
    `last_change` are the outputs'. The leading axes are those of the weights, shape (..., rows, columns) a stage.
    """

    def __init__(self, problem: Network, weights: list[Intervals], *, derivatives: bool) -> None:
        self.problem, self.weights, self.lead = problem, weights, weights[0].shape[:-2]
        self.x: list[Intervals] = []
        self.layers: list[Layer] = []
        self.inputs_change: list[Intervals] = []
        self.products_change: list[Intervals] = []
        x = centre = Intervals.exactly(np.broadcast_to(problem.inputs, (*self.lead, *problem.inputs.shape)))
        change, away = Intervals.exactly(np.zeros((*x.shape, 0))), np.zeros((*self.lead, 0))
        activation = ACTIVATIONS[problem.activation]
        for weight in weights:
            product = x @ weight.swap()
            if derivatives:
                self.inputs_change.append(change)
                change = joined([weight[..., None, :, :] @ change, _own(x, weight.shape[-2])], -1)
                self.products_change.append(change)
                away = np.concatenate([away, weight.rad.reshape(*self.lead, -1)], -1)
                moved = change @ Intervals(np.zeros(away.shape), away)[..., None, :, None]
                middle = centre @ np.swapaxes(weight.mid, -1, -2)
                product = product.meet(middle + moved[..., 0])
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

    def cross(self, stage: int, delta: Intervals) -> Intervals:
        """Return the sum over the samples of delta_r times the derivative of x_c, shape (..., rows columns, D_m)."""
        change = self.inputs_change[stage]
        count, columns, before = change.shape[-3:]
        product = delta.swap() @ change.reshape(*self.lead, count, columns * before)
        return product.reshape(*self.lead, delta.shape[-1] * columns, before)


def outer(left: Intervals, right: Intervals) -> Intervals:
    """Return left_r right_c of every sample, shape (..., N, rows columns)."""
    product = left[..., None] * right[..., None, :]
    return product.reshape(*product.shape[:-2], -1)


def _own(x: Intervals, rows: int) -> Intervals:
    """Return the derivative of W x in W: x_c at (r, rc), shape (..., N, rows, rows columns)."""
    unit = np.eye(rows)[:, :, None]
    shape = (*x.shape[:-1], rows, rows * x.shape[-1])
    return Intervals(*((unit * part[..., None, None, :]).reshape(shape) for part in (x.mid, x.rad)))
