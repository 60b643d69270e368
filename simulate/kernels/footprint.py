"""How much memory the network kernels take, and the largest network whose block of replicas fits into a cache."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from simulate.kernels import passes


def block_bytes(widths: Sequence[int], lags: Sequence[int], dtype: DTypeLike = np.float64) -> int:
    """Return the bytes that the fast kernel works in, for as many replicas as a register has lanes.

    They are read and written at every step: where they fit into a cache, its speed is what counts. K, R and N do not
    enter.

    Args:
        widths: M + 1 numbers: inputs, then the outputs of each stage.
        lags: d_m, one a stage, not increasing.
        dtype: float64 or float32.

    """
    return int(passes.workspace(np.asarray(widths, np.int64), np.asarray(lags, np.int64), dtype).nbytes)


def state_bytes(replicas: int, widths: Sequence[int], lags: Sequence[int], dtype: DTypeLike = np.float64) -> int:
    """Return the bytes that a run keeps between two chunks of steps: max(d) + 1 weights of every replica."""
    weights = sum(up * down for up, down in zip(widths[1:], widths[:-1], strict=True))
    return replicas * (max(lags) + 1) * weights * np.dtype(dtype).itemsize


def widest(stages: int, cache: int, dtype: DTypeLike = np.float64) -> int:
    """Return the largest width d of all stages of an asynchronous pipeline whose block fits into `cache` bytes.

    0 if not even d = 1 does.
    """
    lags = tuple(range(stages - 1, -1, -1))
    low, high = 0, 1
    while block_bytes((high,) * (stages + 1), lags, dtype) <= cache:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        fits = block_bytes((middle,) * (stages + 1), lags, dtype) <= cache
        low, high = (middle, high) if fits else (low, middle)
    return low
