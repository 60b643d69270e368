"""What is measured of networks at given weights: the doors to `simulate.kernels.moments`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.kernels import moments
from simulate.kernels.entry import ACTIVATIONS, LOSSES, Floats, split
from simulate.kernels.simd import width


class KernelMoments(NamedTuple):
    """What `measure` finds, float64; `...` is the leading shape of the weights.

    Args:
        value: f, shape (...).
        squared_gradient: norm(grad^(m) f)^2 of every stage, shape (..., M).
        variance: E norm(grad^(m) f(.; xi) - grad^(m) f)^2 of every stage, shape (..., M).
        weighted: sum over all weights of w^2 times the variance of its gradient, shape (...).
        folded: the same of (E abs(g))^2 - (E g)^2, g the sample gradient's element, instead of its variance, which is
            the larger; None where it was not looked at.

    """

    value: NDArray[np.float64]
    squared_gradient: NDArray[np.float64]
    variance: NDArray[np.float64]
    weighted: NDArray[np.float64]
    folded: NDArray[np.float64] | None = None


def measure(
    weights: Floats,
    inputs: Floats,
    targets: Floats,
    widths: Sequence[int],
    *,
    activation: str = "tanh",
    loss: str = "log-cosh",
    sized: bool = False,
    threads: int = 1,
) -> KernelMoments:
    """Return f and the first two moments of the sample gradient, exactly (over all N samples), at given weights.

    Args:
        weights: shape (..., P), float64 or float32; sums over samples and weights are float64.
        inputs: see `network`.
        targets: see `network`.
        widths: see `network`.
        activation: see `network`.
        loss: see `network`.
        sized: whether mean sizes are looked at.
        threads: slices worked on at once.

    """
    flat = np.ascontiguousarray(weights).reshape(-1, weights.shape[-1])
    stages, block = len(widths) - 1, width(flat.dtype)
    found = np.empty((flat.shape[0], 3 + 2 * stages))
    x, y = np.ascontiguousarray(inputs, flat.dtype), np.ascontiguousarray(targets, flat.dtype)
    sizes = np.array(widths, np.int64)

    def work(part: slice) -> None:
        memory = moments.workspace(sizes, flat.dtype)
        for first in range(part.start, part.stop, block):
            some = slice(first, min(first + block, part.stop))
            kinds = ACTIVATIONS[activation], LOSSES[loss]
            moments.evaluate(flat[some], x, y, sizes, *kinds, sized, found[some], memory)

    split(flat.shape[0], threads, block, work)
    found = found.reshape(*weights.shape[:-1], -1)
    squares, seconds = found[..., 1 : 1 + stages], found[..., 1 + stages : 1 + 2 * stages]
    # Rounding may leave a variance that is zero a little below it.
    weighted, folded = np.maximum(found[..., -2], 0), np.maximum(found[..., -1], 0)
    variance = np.maximum(seconds - squares, 0)
    return KernelMoments(found[..., 0], squares, variance, weighted, folded if sized else None)
