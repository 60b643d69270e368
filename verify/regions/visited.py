"""Where runs were: the ranges of their weights in bins of time, and the same in fewer bins."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput

Array = NDArray[np.float64]


class Visited(Protocol):
    """What runs visited, as `simulate.ranges.Ranges` says it: bin b holds W_k for edges[b] <= k <= edges[b + 1]."""

    @property
    def edges(self) -> NDArray[np.int64]:
        """Return the steps between the bins, shape (bins + 1,), from 0 to K."""

    @property
    def low(self) -> Array:
        """Return the smallest weights, shape (replicas, bins, D), nan for a replica that diverged."""

    @property
    def high(self) -> Array:
        """Return the largest weights, as `low`."""


class Merged(NamedTuple):
    """What runs visited in fewer bins; as `Visited`.

    Args:
        edges: as there.
        low: as there.
        high: as there.
        last: the smallest and the largest weights at the end of each bin, as `low`; None where all of it is to count.

    """

    edges: NDArray[np.int64]
    low: Array
    high: Array
    last: tuple[Array, Array] | None = None


def merged(ranges: Visited, edges: NDArray[np.int64], last: int | None = None) -> Merged:
    """Return the ranges between fewer edges.

    Args:
        ranges: in more bins.
        edges: some of theirs.
        last: how many steps before the end of a bin `Merged.last` has at least, or all of the bin; all if left out.

    """
    cuts = np.searchsorted(ranges.edges, edges)
    if not np.array_equal(ranges.edges[np.minimum(cuts, len(ranges.edges) - 1)], edges):
        raise BadInput("edges", len(edges), "some of the edges of the ranges", "tube.certified")

    def found(places: NDArray[np.int64]) -> tuple[Array, Array]:
        return np.minimum.reduceat(ranges.low, places, axis=1), np.maximum.reduceat(ranges.high, places, axis=1)

    low, high = found(cuts[:-1])
    if last is None:
        return Merged(edges, low, high)
    since = np.searchsorted(ranges.edges, edges[1:] - max(last, 1), side="right") - 1
    parts = found(np.stack([np.maximum(since, cuts[:-1]), cuts[1:]], axis=1).ravel()[:-1])
    return Merged(edges, low, high, (parts[0][:, ::2], parts[1][:, ::2]))


def summed(edges: NDArray[np.int64], parts: Array, fewer: NDArray[np.int64]) -> Array:
    """Return the sums over the bins between fewer edges.

    Args:
        edges: of the bins that are summed, shape (bins + 1,).
        parts: a number for each, shape (..., bins).
        fewer: some of the edges, from the first to the last, shape (n + 1,).

    Returns:
        Shape (..., n).

    """
    return np.add.reduceat(parts, np.searchsorted(edges, fewer[:-1]), axis=-1)


def fewer(ranges: Visited, bins: int) -> NDArray[np.int64]:
    """Return at most `bins` + 1 of the edges, between which the runs move about as far as between any others.

    Args:
        ranges: of pilots.
        bins: how many bins are wanted, >= 1.

    """
    fine = len(ranges.edges) - 1
    if fine <= bins:
        return ranges.edges
    equal = np.unique(np.linspace(0, fine, bins + 1).round().astype(int))
    wide = merged(ranges, ranges.edges[equal])
    far = np.nan_to_num(np.linalg.norm(wide.high - wide.low, axis=2)).mean(axis=0)
    sizes = np.diff(equal)
    way = np.concatenate([[0.0], np.cumsum(np.repeat(far / sizes, sizes))])
    places = np.interp(np.linspace(0, way[-1], bins + 1), way, np.arange(fine + 1))
    return np.asarray(ranges.edges[np.unique([0, *places.round().astype(int), fine])])
