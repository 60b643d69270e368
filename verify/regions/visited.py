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
    """What runs visited in fewer bins; as `Visited`."""

    edges: NDArray[np.int64]
    low: Array
    high: Array


def merged(ranges: Visited, edges: NDArray[np.int64]) -> Merged:
    """Return the ranges between fewer edges, which are some of theirs."""
    cuts = np.searchsorted(ranges.edges, edges)
    if not np.array_equal(ranges.edges[np.minimum(cuts, len(ranges.edges) - 1)], edges):
        raise BadInput("edges", len(edges), "some of the edges of the ranges", "tube.certified")
    low = np.minimum.reduceat(ranges.low, cuts[:-1], axis=1)
    return Merged(edges, low, np.maximum.reduceat(ranges.high, cuts[:-1], axis=1))


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
