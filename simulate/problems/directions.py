"""The law of one sample's direction G(U, V; xi) at given weights, as far as the mean step of the linear device asks."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory.setting.objectives import Weights

Vector = NDArray[np.float64]
_AT_ONCE = 1 << 22
"""Numbers that the directions of some samples may hold at once."""


class Law(NamedTuple):
    """Means over the samples of a direction g, element by element: stage after stage, float64, shape (D,).

    Args:
        mean: E g, in f/w.
        size: E abs(g), in f/w.
        square: E g^2, in (f/w)^2.
        signed: E g abs(g), in (f/w)^2.

    """

    mean: Vector
    size: Vector
    square: Vector
    signed: Vector


def flat(weights: Weights, leading: int = 0) -> Vector:
    """Return the stages one after the other, each row by row, behind the first `leading` axes."""
    parts = [np.asarray(stage, np.float64) for stage in weights]
    return np.concatenate([part.reshape(*part.shape[:leading], -1) for part in parts], axis=-1)


def of_samples(
    direction: Callable[[Weights, Weights, Any], Weights], forward: Weights, backward: Weights, samples: NDArray[Any]
) -> Law:
    """Return the law where the samples are finitely many and equally likely.

    Args:
        direction: G.
        forward: U, without leading axes.
        backward: V, likewise.
        samples: all of them, shape (N, ...).

    """
    size = max(1, sum(np.size(stage) for stage in forward))
    together, sums = max(1, _AT_ONCE // size), np.zeros((4, size))
    for first in range(0, len(samples), together):
        some = samples[first : first + together]
        found = flat(direction(_repeated(forward, len(some)), _repeated(backward, len(some)), some), 1)
        sums += [np.sum(part, axis=0) for part in (found, np.abs(found), found * found, found * np.abs(found))]
    return Law(*(sums / len(samples)))


def _repeated(weights: Weights, count: int) -> Weights:
    return [np.repeat(np.asarray(stage, np.float64)[None], count, axis=0) for stage in weights]


def two_valued(one: Vector, other: Vector, chance: Vector | float = 0.5) -> Law:
    """Return the law of elements that are `one` with probability `chance`, else `other`."""
    kinds = (lambda x: x, np.abs, np.square, lambda x: x * np.abs(x))
    return Law(*(chance * of(one) + (1 - chance) * of(other) for of in kinds))


def uniform(mean: Vector, scale: Vector) -> Law:
    """Return the law of elements that are uniform, with these means and standard deviations."""
    half = np.sqrt(3.0) * scale
    far = np.abs(mean) >= half  # the sign is that of the mean, in particular where nothing is added
    wide = np.where(far, 1.0, half)
    size = np.where(far, np.abs(mean), (mean**2 + half**2) / (2 * wide))
    across = (np.abs(mean + half) ** 3 - np.abs(mean - half) ** 3) / (6 * wide)
    return Law(mean, size, mean**2 + scale**2, np.where(far, np.sign(mean) * (mean**2 + scale**2), across))


def normal(mean: Vector, scale: Vector) -> Law:
    """Return the law of normal elements: abs(g) is a folded normal number."""
    from scipy import special  # not before it is needed: every command loads this file

    ratio = np.divide(mean, scale, out=np.copysign(np.inf, mean), where=scale > 0)
    above, density = special.erf(ratio / np.sqrt(2)), scale * np.sqrt(2 / np.pi) * np.exp(-(ratio**2) / 2)
    square = mean**2 + scale**2
    return Law(mean, density + mean * above, square, square * above + mean * density)
