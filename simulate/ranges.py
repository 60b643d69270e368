"""The range of every weight along a run, and its noise, in each of a few bins of time.

Bin b holds every W_k with edges[b] <= k <= edges[b + 1], both ends, so that neighbouring bins share the weights at
their common edge: a box around the weights of a bin holds both ends of every step that is made in it. What is summed
over the steps of a bin takes edges[b] <= k < edges[b + 1].
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Ranges:
    """The ranges of all weights of all replicas, over every step of a run, and the bins' parts of two averages.

    nan for a replica that diverged.

    Args:
        edges: steps, int64, shape (bins + 1,), from 0 to K.
        low: smallest value of every weight in every bin, in w, float64, shape (replicas, bins, D); the D weights are
            those of the stages one after the other, each row by row.
        high: the largest, of that shape.
        variance: each bin's part of `RunResult.mean_variance`, in (f/w)^2, float64, shape (replicas, bins): the
            sum over its steps, divided by K, estimated without bias. nan of a problem whose kernel sums every step.
        shared: the same of `RunResult.weighted_square_saturation`.
        folded: the same with (E abs(g_i))^2 - (E g_i)^2, g_i an element of a sample's gradient, in the place of its
            variance, where the problem says E abs(g_i); it is the smaller.

    """

    edges: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    variance: NDArray[np.float64]
    shared: NDArray[np.float64]
    folded: NDArray[np.float64]

    def to_json(self) -> dict[str, Any]:
        """Return the arrays by name."""
        return dict(vars(self))


def edges(iterations: int, bins: int) -> NDArray[np.int64]:
    """Return the edges of the bins of a run, int64, strictly increasing from 0 to K, shape (min(bins, K) + 1,).

    Of B bins bin b begins at the whole number next to K ((32 b + B)^3 - B^3)/((33 B)^3 - B^3), or later where that
    leaves a bin without a step. So it takes about 3/b of the time before it: the start, where weights move far, is
    resolved, and where they move with the logarithm of time no bin holds much of it.

    Args:
        iterations: K >= 1.
        bins: how many are wanted, >= 0; 0 gives no edges.

    """
    count = min(bins, iterations)
    if not count:
        return np.zeros(0, np.int64)
    # in whole numbers, which are the same on every machine
    cubes = [(32 * b + count) ** 3 - count**3 for b in range(count + 1)]
    wanted = np.array([(2 * iterations * cube + cubes[-1]) // (2 * cubes[-1]) for cube in cubes], dtype=np.int64)
    places = np.arange(count + 1)
    # At least one step a bin, counted from the front; then from the end, which may be too late for some.
    front = np.maximum.accumulate(wanted - places) + places
    return np.minimum.accumulate((np.minimum(front, iterations) - places)[::-1])[::-1] + places


def pieces(marks: NDArray[np.int64], first: int, steps: int) -> Iterator[tuple[int, int]]:
    """Yield (first, steps) of the parts into which the `marks` cut some steps: each lies in one bin."""
    inner = marks[(marks > first) & (marks < first + steps)].tolist()
    starts = [first, *inner]
    for start, end in zip(starts, [*inner, first + steps], strict=True):
        yield start, end - start


def bins_of(marks: NDArray[np.int64], step: int) -> Sequence[int]:
    """Return the bins that hold W_step: two where it is at an edge between them."""
    last = len(marks) - 2
    after = int(np.searchsorted(marks, step, side="right")) - 1
    before = int(np.searchsorted(marks, step, side="left")) - 1
    return sorted({min(max(place, 0), last) for place in (before, after)})
