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

from simulate.kernels import inner, products  # noqa: F401 - what compiled laws make of `simulate.products`
from simulate.kernels.entry import Element, State, split
from simulate.kernels.grains import Grains, Parts, set_keys
from simulate.kernels.measuring import KernelMoments
from simulate.kernels.plain import MAX_SATURATION, SQUARE_SATURATION, Floats, Integers, stop, widen
from simulate.kernels.responses import LIMIT, Asked
from simulate.kernels.shapes import check_shape, clear_spans, part_of
from simulate.kernels.simd import aligned
from simulate.kernels.sizes import StepSizes, arrays_of
from simulate.kernels.stretches import (
    added,
    borrowed,
    copied,
    divided,
    first_outside,
    largest,
    scaled,
    stepped,
    stretch,
)

Direction = Callable[[Floats, Floats, Floats, Floats, Floats], None]
"""direction(stale, now, sample, data, out): write G(U, V; xi) to `out`."""
Exact = Callable[[Floats, Floats, Floats, Floats], float]
"""moments(weights, data, gradient, variance): write grad f and the variance of each of its samples; return f."""

_APART = 64
"""Of the rows of memory that laws write to, each begins at a multiple of so many numbers."""


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
        step: int, samples: Floats, data: Floats, edges: Integers, lags: Integers, stashed: bool,
        shares: Floats, ends: Integers, device: int,
        real: Floats, grains: Grains | None, parts: Parts | None, times: Integers, history: Floats, tally: Floats,
        diverged: Integers, snapshots: Floats, spans: Floats | None, work: Floats,
    ) -> None:  # fmt: skip
        # What the laws are handed is `borrowed`: to count references would take longer than a small law does.
        slots, size, place = history.shape[1], history.shape[2], work.size // 3
        steps, batch, numbers = samples.shape[1], samples.shape[2], samples.shape[3]
        form, keys, given = Asked(device, real.ctypes.data), np.zeros(1), borrowed(data)
        late, mean, one = stretch(work, 0, size), stretch(work, place, size), stretch(work, 2 * place, size)
        for r in range(history.shape[0]):
            ring, taken, k, drawn = r * slots, 0, step, r * steps * batch * numbers
            top = largest(stretch(history, (ring + step % slots) * size, size))
            while k < step + steps and diverged[r, 0] < 0:
                now = stretch(history, (ring + k % slots) * size, size)
                then = stretch(history, (ring + (k + 1) % slots) * size, size)
                while taken < times.shape[1] and times[r, taken] == k:
                    copied(now, stretch(snapshots, (r * times.shape[1] + taken) * size, size), 0, size)
                    taken += 1
                share = np.float64(top) * np.float64(real[1])
                tally[r, MAX_SATURATION] = max(tally[r, MAX_SATURATION], share)
                tally[r, SQUARE_SATURATION] += share**2
                stale = stretch(history, (ring + (k - lags[0]) % slots) * size, size)
                if lags.size > 1:
                    for m in range(lags.size):
                        old = stretch(history, (ring + (k - lags[m]) % slots) * size, size)
                        copied(old, late, edges[m], edges[m + 1])
                    stale = late
                backward = stale if stashed else now
                along(stale, backward, stretch(samples, drawn, numbers), given, mean)
                for _ in range(1, batch):
                    drawn += numbers
                    along(stale, backward, stretch(samples, drawn, numbers), given, one)
                    added(one, mean)
                drawn += numbers
                if batch > 1:
                    divided(mean, batch)
                if shares.shape[0] > 0:
                    scaled(mean, shares[k - step], ends)
                set_keys(grains, k, r, keys)
                top = stepped(now, then, mean, form, real, grains, parts, keys[0])
                k += 1
                if spans is not None:
                    widen(then, spans[r])
                if not (top <= real[LIMIT]):
                    stop(tally[r], diverged[r], k, first_outside(then, real[LIMIT]))
            for t in range(taken, times.shape[1]):
                snapshots[r, t] = np.nan

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
    sizes: StepSizes | None = None,
    times: NDArray[np.int64] | None = None,
    threads: int = 1,
    spans: Floats | None = None,
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
        sizes: step sizes that differ from stage to stage; None: alpha everywhere.
        times: steps k, ascending, in [step, step + T), shape (R, J): where a replica's W_k is wanted.
        threads: slices of the replicas worked on at once; no number depends on it.
        spans: see `network`.

    Returns:
        W_k at `times`, shape (R, J, P); nan where the replica had diverged. `measure_custom` takes it.

    """
    replicas, _, size = state.history.shape
    check_shape("samples", samples, (replicas, None, None, None))
    check_shape("lags", np.asarray(lags), (size,))
    when = np.zeros((replicas, 0), np.int64) if times is None else np.ascontiguousarray(times, np.int64)
    dtype, (edges, delays) = state.history.dtype, _runs(np.array(lags, np.int64))
    drawn, snapshots = np.ascontiguousarray(samples, dtype), np.empty((replicas, when.shape[1], size), dtype)
    numbers, shares = np.ascontiguousarray(data, dtype), arrays_of(sizes, samples.shape[1], dtype)
    real, form, makeup = element.acting(alpha, dtype, size)
    clear_spans(spans, state.history)
    run = _compile(direction, moments).advance

    def work(part: slice) -> None:
        memory = aligned(3 * (size + -size % _APART), dtype)
        memory[:] = 0
        run(
            state.step, drawn[part], numbers, edges, delays, stashed, *shares, form.device, real,
            *makeup.given(part), when[part], state.history[part], state.tally[part], state.diverged[part],
            snapshots[part], part_of(spans, part), memory,
        )  # fmt: skip

    split(replicas, threads, 1, work)
    state.step += samples.shape[1]
    return snapshots


def _runs(lags: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where neighbours of equal lag begin, with the number of all at the end, and the lag of each run."""
    starts = np.flatnonzero(np.diff(lags, prepend=lags[:1] - 1))
    return np.append(starts, len(lags)), lags[starts]


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
