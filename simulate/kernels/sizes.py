"""What entry points take besides: step sizes that differ from stage to stage, bins of a curve."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from simulate.kernels.shapes import check_shape


class StepSizes(NamedTuple):
    """Step sizes that differ from stage to stage.

    Args:
        shares: of each stage at each step, in multiples of alpha, shape (T, M).
        ends: where each stage's weights end, shape (M,).

    """

    shares: NDArray[np.float64]
    ends: Sequence[int]


def arrays_of(
    sizes: StepSizes | None, steps: int, dtype: DTypeLike
) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
    """Return step sizes as compiled code takes them: no rows where they are alpha everywhere."""
    if sizes is None:
        return np.zeros((0, 0), dtype), np.zeros(0, np.int64)
    check_shape("shares", sizes.shares, (steps, len(sizes.ends)))
    return np.ascontiguousarray(sizes.shares, dtype), np.array(sizes.ends, np.int64)


def curve_of(
    bins: NDArray[np.integer] | None, steps: int, replicas: int, sums: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the bin of every step and what its sums start from, shape (R, bins, 2): zeros unless given."""
    places = np.zeros(steps, np.int64) if bins is None else np.ascontiguousarray(bins, np.int64)
    check_shape("bins", places, (steps,))
    most = int(places.max(initial=0)) + 1
    curve = np.zeros((replicas, most, 2)) if sums is None else sums
    check_shape("sums", curve, (replicas, max(most, curve.shape[1]), 2))
    return places, curve
