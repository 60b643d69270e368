"""A kernel made of a problem's own laws: one replica after the other, in loops around two functions that it gives.

The laws are plain Python on flat arrays of floats, which Numba compiles together with the loops around them, once a
process. Any lags, stashed weights, micro-batches and every device are served.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from simulate.kernels.entry import Element, KernelMoments, State, check_shape, split
from simulate.kernels.grains import Grains, Parts, acted, set_keys
from simulate.kernels.plain import MAX_SATURATION, SQUARE_SATURATION, Floats, Integers, stop
from simulate.kernels.responses import LIMIT, Asked

Direction = Callable[[Floats, Floats, Floats, Floats, Floats], None]
"""direction(stale, now, sample, data, out): write G(U, V; xi) to `out`."""
Exact = Callable[[Floats, Floats, Floats, Floats], float]
"""moments(weights, data, gradient, variance): write grad f and the variance of each of its samples; return f."""


class _Compiled(NamedTuple):
    along: Direction
    exact: Exact
    advance: Callable[..., None]
    evaluate: Callable[..., None]


_SERVED: dict[tuple[Direction, Exact], bool] = {}


def serves(direction: Direction, moments: Exact, size: int, sample_size: int, data: NDArray[np.float64]) -> bool:
    """Return whether Numba compiles the laws of a problem with `size` weights; tried once for a pair of laws."""
    laws = (direction, moments)
    if laws not in _SERVED:
        kernel, weights = _compile(*laws), np.zeros((4, size))
        try:
            kernel.along(weights[0], weights[1], np.zeros(sample_size), data, weights[2])
            kernel.exact(weights[0], data, weights[2], weights[3])
        except NumbaError:
            _SERVED[laws] = False
        else:
            _SERVED[laws] = True
    return _SERVED[laws]


@cache
def _compile(direction: Direction, moments: Exact) -> _Compiled:
    along, exact = (njit(error_model="numpy")(law) for law in (direction, moments))

    def advance(
        step: int, samples: Floats, data: Floats, lags: Integers, stashed: bool, device: int, real: Floats,
        grains: Grains | None, parts: Parts | None, times: Integers, history: Floats, tally: Floats,
        diverged: Integers, snapshots: Floats,
    ) -> None:  # fmt: skip
        count, slots, size = history.shape
        form, keys = Asked(device, real.ctypes.data), np.zeros(1)
        stale, mean, one = np.zeros((3, size), history.dtype)
        for r in range(count):
            taken = 0
            for k in range(step, step + samples.shape[1]):
                now, then = history[r, k % slots], history[r, (k + 1) % slots]
                while taken < times.shape[1] and times[r, taken] == k:
                    snapshots[r, taken] = now
                    if diverged[r, 0] >= 0:
                        snapshots[r, taken] = np.nan
                    taken += 1
                if diverged[r, 0] >= 0:
                    continue
                share = np.float64(np.max(np.abs(now))) * np.float64(real[1])
                tally[r, MAX_SATURATION] = max(tally[r, MAX_SATURATION], share)
                tally[r, SQUARE_SATURATION] += share**2
                for i in range(size):
                    stale[i], mean[i] = history[r, (k - lags[i]) % slots, i], 0
                for b in range(samples.shape[2]):
                    along(stale, stale if stashed else now, samples[r, k - step, b], data, one)
                    mean += one
                mean /= samples.shape[2]
                set_keys(grains, k, r, keys)
                for i in range(size):
                    then[i] = acted(form, grains, parts, now[i], -real[0] * mean[i], keys[0], i)
                    if not (abs(then[i]) <= real[LIMIT]) and diverged[r, 0] < 0:
                        stop(tally[r], diverged[r], k + 1, i)

    def evaluate(weights: Floats, data: Floats, value: Floats, gradient: Floats, variance: Floats) -> None:
        for place in range(len(weights)):
            value[place] = exact(weights[place], data, gradient[place], variance[place])

    return _Compiled(along, exact, *(njit(nogil=True, error_model="numpy")(loops) for loops in (advance, evaluate)))


def custom(
    state: State,
    samples: NDArray[Any],
    data: NDArray[np.float64],
    lags: Sequence[int] | Integers,
    direction: Direction,
    moments: Exact,
    *,
    alpha: float,
    element: Element,
    stashed: bool = False,
    times: NDArray[np.int64] | None = None,
    threads: int = 1,
) -> Floats:
    """Advance every replica of a problem given by its laws.

    Args:
        state: changed in place.
        samples: shape (R, T, B, S): the B samples, of S numbers each, whose mean direction a step takes.
        data: handed to the laws, which read it only.
        lags: of every weight, shape (P,).
        direction: writes the direction of one sample; see `Direction`.
        moments: writes the exact moments; see `Exact`.
        alpha: step size, in w^2/f.
        element: the device.
        stashed: backward products with the weights of the forward pass instead of the current ones.
        times: steps k, ascending, in [step, step + T), shape (R, J): where a replica's W_k is wanted.
        threads: slices of the replicas worked on at once; no number depends on it.

    Returns:
        W_k at `times`, shape (R, J, P); nan where the replica had diverged. `measure_custom` takes it.

    """
    replicas, _, size = state.history.shape
    check_shape("samples", samples, (replicas, None, None, None))
    check_shape("lags", np.asarray(lags), (size,))
    when = np.zeros((replicas, 0), np.int64) if times is None else np.ascontiguousarray(times, np.int64)
    dtype, delays = state.history.dtype, np.array(lags, np.int64)
    drawn, snapshots = np.ascontiguousarray(samples, dtype), np.empty((replicas, when.shape[1], size), dtype)
    real, form, makeup = element.acting(alpha, dtype, size)
    run = _compile(direction, moments).advance

    def work(part: slice) -> None:
        run(
            state.step, drawn[part], data.astype(dtype), delays, stashed, form.device, real, *makeup.given(part),
            when[part], state.history[part], state.tally[part], state.diverged[part], snapshots[part],
        )  # fmt: skip

    split(replicas, threads, 1, work)
    state.step += samples.shape[1]
    return snapshots


def measure_custom(
    weights: Floats, data: NDArray[np.float64], edges: Sequence[int], direction: Direction, moments: Exact
) -> KernelMoments:
    """Return f and the first two moments of the sample gradient, in float64.

    Args:
        weights: shape (..., P).
        data: see `custom`.
        edges: where the stages' weights begin, and P: M + 1 numbers.
        direction: see `custom`.
        moments: see `custom`.

    """
    flat = np.ascontiguousarray(weights, np.float64).reshape(-1, weights.shape[-1])
    value, gradient, variance = np.empty(len(flat)), np.empty_like(flat), np.empty_like(flat)
    _compile(direction, moments).evaluate(flat, data, value, gradient, variance)
    leading, starts = weights.shape[:-1], np.asarray(edges[:-1])
    squares, variances = (np.add.reduceat(part, starts, axis=1) for part in (gradient**2, variance))
    weighted = np.sum(variance * flat**2, axis=1)
    stages = (*leading, len(starts))
    return KernelMoments(
        value.reshape(leading), squares.reshape(stages), variances.reshape(stages), weighted.reshape(leading)
    )
