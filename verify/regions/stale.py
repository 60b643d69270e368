"""What staleness makes of the noise: how far a sample's stale direction is from the one at the current weights.

Setting:    current weights W in the backward box, forward weights V in the forward box, which holds W, and each element
            of V at most `apart` from that of W; if the weights are stashed the backward pass reads V as well.
Statement:  the elements of g_s(V, W) - g_s(W, W) have, over the samples s, a root mean square of at most `change`.
Proof:      what differs is carried through the network. With a hat on what V makes,

                z^ - z = W (x^ - x) + (V - W) x^,              x'^ - x' = phi'(t)(z^ - z),  t between z and z^,
                d^ - d = phi''(t)(z^ - z) a^ + phi'(z)(a^ - a),   a what arrives at the stage, d = phi'(z) a,
                (d^ x^T - d x^T) = (d^ - d) x^T^ + d (x^ - x)^T,

            and a^ - a = W_+^T (d_+^ - d_+), with (V_+ - W_+)^T d_+^ more if stashed. All other numbers are in what
            `Forward` encloses on the forward box, which is convex in every weight.
            By Minkowski the noise of the stale direction, with whatever weights lambda that are known before, satisfies
            norm(lambda n^) <= norm(lambda n) + norm(lambda change): a standard deviation is at most a root mean square.
Status:     guaranteed in spite of rounding.
Source:     docs/theory/mean.md#noise.stale, #regions-in-time.
"""

from collections.abc import Sequence

import numpy as np

from simulate.problems.network import Network
from verify.regions.intervals import Array, Intervals, above, joined
from verify.regions.network import Box, Boxes, at_once, in_parts, paired, weights_in
from verify.regions.passes import Forward, outer


def change(problem: Network, forward: Box, backward: Box, apart: Array, *, stashed: bool = False) -> Array:
    """Return upper bounds of the root mean square change of the direction's elements, shape (..., D), f/w.

    Args:
        problem: a `Network` (`network.check`).
        forward: where the weights of the forward passes are; it holds `backward`.
        backward: where the current weights are.
        apart: how far a stale weight is from the current one at most, shape (..., D), >= 0, w.
        stashed: the backward pass reads the stale weights.

    Raises:
        ArithmeticError: a number on the way that is too large to be a double.

    """
    if not np.any(apart > 0):
        return np.zeros(apart.shape)
    passed = Forward(problem, weights_in(problem, forward), derivatives=True)
    current = weights_in(problem, backward)
    moved = _by_stage(current, apart)
    stale = passed.weights if stashed else current
    inputs, products = list[Intervals](), list[Intervals]()
    away = Intervals.exactly(np.zeros(passed.x[0].shape))
    for x, layer, weight, step in zip(passed.x, passed.layers, current, moved, strict=True):
        inputs.append(away)
        products.append(away @ weight.swap() + x @ step.swap())
        away = layer.slope * products[-1]
    arriving, deltas = passed.messages(stale)
    arrived, rows = passed.loss.curve * away, list[Intervals]()
    for stage in reversed(range(len(current))):
        layer = passed.layers[stage]
        delta = layer.curve * products[stage] * arriving[stage] + layer.slope * arrived
        rows.append(outer(delta, passed.x[stage]) + outer(deltas[stage], inputs[stage]))
        arrived = delta @ current[stage]
        if stashed:
            arrived = arrived + deltas[stage] @ moved[stage]
    sizes = Intervals.exactly(joined(rows[::-1], -1).largest)
    found = above(np.sqrt((sizes * sizes).mean(-2).high))
    return np.where(np.any(apart > 0, axis=-1, keepdims=True), found, 0.0)


def change_all(
    problem: Network,
    forward: Sequence[Box],
    backward: Sequence[Box],
    apart: Sequence[Array],
    *,
    stashed: bool = False,
) -> list[Array | None]:
    """Return `change` for every forward box with its backward box, many at once; None where it is too large."""

    def found(part: slice) -> list[Array]:
        boxes = Boxes.of(forward[part]), Boxes.of(backward[part])
        return [*change(problem, *boxes, np.array(apart[part]), stashed=stashed)]

    return in_parts(found, paired(forward, backward, apart), at_once(problem))


def _by_stage(weights: list[Intervals], apart: Array) -> list[Intervals]:
    """Return intervals around 0 in the shapes of the stages."""
    ends = np.cumsum([0, *(weight.shape[-2] * weight.shape[-1] for weight in weights)])
    radii = [apart[..., a:b].reshape(w.shape) for a, b, w in zip(ends[:-1], ends[1:], weights, strict=True)]
    return [Intervals(np.zeros(radius.shape), radius) for radius in radii]
