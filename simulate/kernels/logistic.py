"""Logistic regression with the regulariser r sum w^2/(1 + w^2): every replica its own sample, side by side in a tile.

A sample comes as y x, label times features, so that its loss is log(1 + e^-<yx, U>). Past weights are kept for any
lags; micro-batches, stashed weights and every device are served, the linear device in lanes. The exact moments are
products of the data with tiles of weights.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from boundary import BadInput
from simulate.kernels.elementary import LOGISTIC, loss_slope, loss_value
from simulate.kernels.entry import Element, State, split
from simulate.kernels.grains import Grains, Parts, set_keys
from simulate.kernels.measuring import KernelMoments
from simulate.kernels.plain import MAX_SATURATION, SQUARE_SATURATION, Floats, Integers, stop
from simulate.kernels.responses import LIMIT, Asked
from simulate.kernels.shapes import check_shape, clear_spans, part_of
from simulate.kernels.simd import (
    WIDE,
    Value,
    aligned,
    compiled,
    fma,
    larger,
    like,
    load_wide,
    magnitude,
    part,
    store,
    width_of,
)
from simulate.kernels.sizes import StepSizes, arrays_of
from simulate.kernels.tiles import (
    SLICE,
    add_product,
    block,
    clear,
    empty,
    first_beyond,
    late,
    move,
    pack,
    product,
    scale_stages,
    unpack,
    widen,
)


@part
def _pull(w: Value, twice: float) -> Value:
    """Return the regulariser's slope 2 r w/(1 + w^2)^2; `twice` is 2 r."""
    one = like(w, 1.0)
    size = fma(w, w, one)
    return like(w, twice) * w / (size * size)


@part
def _read_samples(data: Floats, samples: Integers, step: int, work: Floats, out: int) -> None:
    """Write the features of every replica's sample."""
    g = WIDE * width_of(work)
    for r in range(g):
        row = data[samples[min(r, samples.shape[0] - 1), step]]
        for j in range(data.shape[1]):
            work[out + j * g + r] = row[j]


@part
def _add_sample(work: Floats, ring: int, k: int, slots: int, lags: Integers, x: int, out: int) -> None:
    """Add the gradient of the loss of the samples `x` at the weights that are lags[i] updates old."""
    g, size = WIDE * width_of(work), lags.size
    margin = like(load_wide(work, x), 0.0)
    for i in range(size):
        u = load_wide(work, ring + late(k, lags[i], slots, i, size, g))
        margin = fma(u, load_wide(work, x + i * g), margin)
    slope = loss_slope(LOGISTIC, margin, like(margin, 1.0))
    for i in range(0, size * g, g):
        store(work, out + i, fma(slope, load_wide(work, x + i), load_wide(work, out + i)))


@part
def _finish(
    work: Floats, ring: int, k: int, slots: int, lags: Integers, batch: int, twice: float, direction: int
) -> None:  # fmt: skip
    """Turn the sum of B gradients of the loss into their mean plus the regulariser's slope at the backward weights."""
    g, size = WIDE * width_of(work), lags.size
    for i in range(size):
        v = load_wide(work, ring + late(k, lags[i], slots, i, size, g))
        mean = load_wide(work, direction + i * g) / like(v, batch)
        store(work, direction + i * g, mean + _pull(v, twice))


@part
def _largest(work: Floats, at: int, size: int) -> Value:
    g = WIDE * width_of(work)
    high = like(load_wide(work, at), 0.0)
    for i in range(at, at + size * g, g):
        high = larger(magnitude(load_wide(work, i)), high)
    return high


@compiled
def advance(
    step: int, samples: Integers, data: Floats, lags: Integers, back_lags: Integers, batch: int, twice: float,
    shares: Floats, ends: Integers, device: int, real: Floats, grains: Grains | None, parts: Parts | None,
    times: Integers, history: Floats,
    tally: Floats, diverged: Integers, snapshots: Floats, spans: Floats | None, work: Floats,
) -> None:  # fmt: skip
    """Advance one block of replicas by T = samples.shape[1] / batch steps; see `logistic`."""
    count, slots, size = history.shape
    form = Asked(device, real.ctypes.data)
    g, limit, taken = WIDE * width_of(work), real[LIMIT], np.zeros(count, np.int64)
    keys = np.zeros(g)
    x, direction, top = slots * size * g, (slots + 1) * size * g, (slots + 2) * size * g
    low = top + g
    pack(history, work, 0)
    if spans is not None:
        empty(work, low, size)
    store(work, top, _largest(work, step % slots * size * g, size))
    for k in range(step, step + samples.shape[1] // batch):
        now, then = k % slots * size * g, (k + 1) % slots * size * g
        for r in range(count):
            if diverged[r, 0] < 0:
                share = np.float64(work[top + r]) * np.float64(real[1])
                tally[r, MAX_SATURATION] = max(tally[r, MAX_SATURATION], share)
                tally[r, SQUARE_SATURATION] += share**2
            while taken[r] < times.shape[1] and times[r, taken[r]] == k:
                for i in range(size):
                    snapshots[r, taken[r], i] = work[now + i * g + r] if diverged[r, 0] < 0 else np.nan
                taken[r] += 1
        clear(work, direction, size)
        for b in range(batch):
            _read_samples(data, samples, (k - step) * batch + b, work, x)
            _add_sample(work, 0, k, slots, lags, x, direction)
        _finish(work, 0, k, slots, back_lags, batch, twice, direction)
        if shares.shape[0] > 0:
            scale_stages(work, direction, shares[k - step], ends)
        set_keys(grains, k, 0, keys)
        store(work, top, move(work, now, then, direction, size, form, real, grains, parts, keys))
        if spans is not None:
            widen(work, low, size, then)
        for r in range(count):
            if diverged[r, 0] < 0 and not (work[top + r] <= limit):
                stop(tally[r], diverged[r], k + 1, first_beyond(work, then, size, r, limit))
    for r in range(count):
        if diverged[r, 0] < 0:
            tally[r, MAX_SATURATION] = max(tally[r, MAX_SATURATION], np.float64(work[top + r]) * np.float64(real[1]))
    unpack(work, 0, history)
    if spans is not None:
        unpack(work, low, spans)


def logistic(
    state: State,
    samples: Integers,
    data: Floats,
    lags: Sequence[int] | Integers,
    *,
    alpha: float,
    element: Element,
    regulariser: float = 0.0,
    stashed: bool = False,
    sizes: StepSizes | None = None,
    times: NDArray[np.int64] | None = None,
    threads: int = 1,
    spans: Floats | None = None,
) -> Floats:
    """Advance every replica of a logistic regression by the steps of `samples`.

    G(U, V; s) = -y_s x_s/(1 + e^<y_s x_s, U>) + 2 r V/(1 + V^2)^2, coordinate by coordinate.

    Args:
        state: changed in place.
        samples: indices in [0, N), shape (R, T, B): the B samples whose mean gradient a step takes.
        data: y_s x_s, shape (N, D).
        lags: of every coordinate, shape (D,).
        alpha: step size, in w^2/f.
        element: the device.
        regulariser: r, in f, >= 0.
        stashed: the regulariser at the weights of the forward pass (stashed AP) instead of the current ones.
        sizes: step sizes that differ from stage to stage; None: alpha everywhere.
        times: steps k, ascending, in [step, step + T), shape (R, J): where a replica's W_k is wanted.
        threads: slices of the replicas worked on at once; no number depends on it.
        spans: see `network`.

    Returns:
        W_k at `times`, shape (R, J, D); nan where the replica had diverged. `measure_logistic` takes it.

    """
    history = state.history
    replicas, slots, size = history.shape
    check_shape("samples", samples, (replicas, None, None))
    check_shape("data", data, (None, size))
    check_shape("lags", np.asarray(lags), (size,))
    if np.max(lags) >= slots:
        raise BadInput("lags", tuple(lags), f"lags < {slots}, the weights the state keeps", "simulate.kernels")
    if times is None:
        times = np.zeros((replicas, 0), np.int64)
    dtype, delays, together = history.dtype, np.array(lags, np.int64), block(history.dtype)
    steps, batch = samples.shape[1:]
    flat = np.ascontiguousarray(samples, np.int64).reshape(replicas, steps * batch)
    x, when = np.ascontiguousarray(data, dtype), np.ascontiguousarray(times, np.int64)
    real, form, makeup = element.acting(alpha, dtype, size)
    clear_spans(spans, state.history)
    shares = arrays_of(sizes, steps, dtype)
    snapshots, back = np.empty((replicas, times.shape[1], size), dtype), delays * stashed

    def work(part: slice) -> None:
        memory = workspace(size, slots, dtype, spans=spans is not None)
        for first in range(part.start, part.stop, together):
            some = slice(first, min(first + together, part.stop))
            advance(
                state.step, flat[some], x, delays, back, batch, 2 * regulariser, *shares, form.device, real,
                *makeup.given(some), when[some],
                history[some], state.tally[some], state.diverged[some], snapshots[some], part_of(spans, some),
                memory,
            )  # fmt: skip

    split(replicas, threads, together, work)
    state.step += steps
    return snapshots


def workspace(size: int, slots: int, dtype: DTypeLike, *, spans: bool = False) -> Floats:
    """Return uninitialised memory for `advance`, aligned to whole registers; `spans`: and for ranges."""
    return aligned((size * (slots + 2 + 2 * spans) + 1) * block(dtype), dtype, large=True)


@compiled
def evaluate(
    weights: Floats, data: Floats, turned: Floats, squared: Floats, samples: int, twice: float, found: Floats,
    work: Floats,
) -> None:  # fmt: skip
    """Measure at most a block of sets of weights; found[r] becomes f, then gradient and variance of every weight.

    `data` is flat (N, D), `turned` its transpose, flat (D, N), `squared` that with every number squared.
    """
    g, count, size = WIDE * width_of(work), weights.shape[0], weights.shape[1]
    w, mean, second, slope = 0, size * g, 2 * size * g, 3 * size * g
    value = slope + SLICE * g
    for i in range(size):
        for r in range(g):
            work[w + i * g + r] = weights[min(r, count - 1), i]
    clear(work, mean, 2 * size)
    total = like(load_wide(work, w), 0.0)
    for first in range(0, samples, SLICE):
        last = min(first + SLICE, samples)
        product(data, first, last - first, size, work, w, slope)
        for i in range(slope, slope + (last - first) * g, g):
            margin, one = load_wide(work, i), like(total, 1.0)
            total = total + loss_value(LOGISTIC, margin, one)
            store(work, i, loss_slope(LOGISTIC, margin, one))
        add_product(turned, 0, size, samples, first, last, work, slope, mean)
        for i in range(slope, slope + (last - first) * g, g):
            store(work, i, load_wide(work, i) * load_wide(work, i))
        add_product(squared, 0, size, samples, first, last, work, slope, second)
    each = like(total, 1.0 / samples)
    total = total * each
    for i in range(0, size * g, g):
        v, slopes = load_wide(work, w + i), load_wide(work, mean + i) * each
        spread = fma(-slopes, slopes, load_wide(work, second + i) * each)
        # Rounding may leave a variance that is zero a little below it.
        store(work, second + i, larger(spread, like(v, 0.0)))
        store(work, mean + i, slopes + _pull(v, twice))
        total = fma(like(v, twice / 2), v * v / fma(v, v, like(v, 1.0)), total)
    store(work, value, total)
    for r in range(count):
        found[r, 0] = work[value + r]
        for i in range(size):
            found[r, 1 + i], found[r, 1 + size + i] = work[mean + i * g + r], work[second + i * g + r]


def measure_logistic(
    weights: Floats, data: Floats, stages: int, *, regulariser: float = 0.0, threads: int = 1
) -> KernelMoments:
    """Return f and the first two moments of the sample gradient, exactly (over all N samples), in float64.

    Args:
        weights: shape (..., D), D being a multiple of `stages`.
        data: see `logistic`.
        stages: M, equally large.
        regulariser: see `logistic`.
        threads: slices worked on at once; no number depends on it.

    """
    size, together = weights.shape[-1], block(np.float64)
    flat, x = np.ascontiguousarray(weights, np.float64).reshape(-1, size), np.ascontiguousarray(data, np.float64)
    found, turned = np.empty((len(flat), 1 + 2 * size)), np.ascontiguousarray(x.T).ravel()

    def work(part: slice) -> None:
        memory = aligned((3 * size + SLICE + 1) * together, np.float64)
        for first in range(part.start, part.stop, together):
            some = slice(first, min(first + together, part.stop))
            evaluate(flat[some], x.ravel(), turned, turned**2, len(x), 2 * regulariser, found[some], memory)

    split(len(flat), threads, together, work)
    gradient, variance = (
        part.reshape(*weights.shape[:-1], stages, -1) for part in np.split(found[:, 1:], 2, axis=1)
    )  # fmt: skip
    weighted = np.sum(variance * weights.reshape(variance.shape).astype(np.float64) ** 2, axis=(-2, -1))
    return KernelMoments(
        found[:, 0].reshape(weights.shape[:-1]), np.sum(gradient**2, axis=-1), np.sum(variance, axis=-1), weighted
    )
