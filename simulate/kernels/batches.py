"""The fast kernel of networks for micro-batches and for every device: one replica a SIMD lane, increments added up.

A step adds the increments of its samples, -alpha/B times their gradients, beside the weights, and the device takes
them all at once. A device that is plugged in, and what float32 has no lanes for, is worked out float by float; the
passes, which are most of the work, stay in lanes. Lags as in `simulate.kernels.lanes`; the bits are those of
`plain.network`.
"""

# ruff: noqa: ARG001 - the forms of one function take the arguments of all

import numpy as np
from numba.extending import overload

from simulate.kernels.forms import POWERS
from simulate.kernels.grains import Grains, Parts, acted, set_keys
from simulate.kernels.passes import (
    ROWS,
    conclude,
    empty,
    fill,
    first_delta,
    forward_at,
    largest,
    layout,
    next_delta,
    read_inputs,
    settle,
    snap,
    unpack,
    widen,
)
from simulate.kernels.plain import SQUARE_SATURATION, Floats, Integers
from simulate.kernels.plugins import PLUGGED
from simulate.kernels.responses import LIMIT, UNIT, Asked
from simulate.kernels.simd import (
    Value,
    compiled,
    fma,
    inlined,
    larger_magnitude,
    like,
    load,
    part,
    store,
    width_of,
)
from simulate.kernels.tiles import no_lanes


@inlined
def _add(work: Floats, at: int, d: Value, v: Value) -> None:
    store(work, at, fma(d, v, load(work, at)))


@part
def _collect_rows(
    work: Floats, at: int, increments: int, rows: int, cols: int, delta: int, back: int, x: int, backward: int | None
) -> None:
    """Add delta x^T to a stage's increments and, unless `backward` is None, W^T delta to `back`."""
    n = width_of(work)
    p = 0
    for i in range(0, rows - rows % ROWS, ROWS):
        d = delta + i * n
        d0, d1, d2, d3 = load(work, d), load(work, d + n), load(work, d + 2 * n), load(work, d + 3 * n)
        for j in range(0, cols * n, n):
            v, w, g = load(work, x + j), at + p, increments + p
            if backward is not None:
                b = fma(load(work, w + n), d1, fma(load(work, w), d0, load(work, back + j)))
                store(work, back + j, fma(load(work, w + 3 * n), d3, fma(load(work, w + 2 * n), d2, b)))
            _add(work, g, d0, v)
            _add(work, g + n, d1, v)
            _add(work, g + 2 * n, d2, v)
            _add(work, g + 3 * n, d3, v)
            p += ROWS * n
    for i in range(rows - rows % ROWS, rows):
        d0 = load(work, delta + i * n)
        for j in range(0, cols * n, n):
            if backward is not None:
                store(work, back + j, fma(load(work, at + p), d0, load(work, back + j)))
            _add(work, increments + p, d0, load(work, x + j))
            p += n


def _taken_in_lanes(
    work: Floats, weights: int, increments: int, form: Asked, grains: Grains | None, parts: Parts | None, keys: Floats
) -> bool:
    """Let the device take all increments, in lanes, and return True; do nothing and return False where it cannot."""
    raise NotImplementedError("compiled code only")


@overload(_taken_in_lanes)  # type: ignore[untyped-decorator]
def _choose_taken(
    work: Value, weights: Value, increments: Value, form: Value, grains: Value, parts: Value, keys: Value
) -> Value:
    return _none_taken if no_lanes(work, grains) else _all_taken


def _none_taken(
    work: Value, weights: Value, increments: Value, form: Value, grains: Value, parts: Value, keys: Value
) -> bool:
    return False


def _all_taken(
    work: Value, weights: Value, increments: Value, form: Value, grains: Value, parts: Value, keys: Value
) -> bool:
    if form.device >= PLUGGED or (form.device == POWERS and work.itemsize != 8):
        return False
    n, key = width_of(work), load(keys, 0)
    for p in range(0, weights, n):
        store(work, p, acted(form, grains, parts, load(work, p), load(work, increments + p), key, p // n))
    return True


@part
def _apply(
    work: Floats, weights: int, increments: int, form: Asked, grains: Grains | None, parts: Parts | None, keys: Floats,
    spans: Floats | None, low: int,
) -> Value:  # fmt: skip
    """Let the device take all increments and leave zeros there; return the largest |w|, nan where a weight is nan.

    Unless `spans` is None, the ranges from `low` on hold the weights then.
    """
    n = width_of(work)
    if not _taken_in_lanes(work, weights, increments, form, grains, parts, keys):
        for p in range(0, weights, n):
            for lane in range(n):
                w, t = work[p + lane], work[increments + p + lane]
                work[p + lane] = acted(form, grains, parts, w, t, keys[lane], p // n)
    high = poison = zero = like(load(work, 0), 0.0)
    for p in range(0, weights, n):
        store(work, increments + p, zero)
        w = load(work, p)
        if spans is not None:
            widen(work, low, weights, p, w)
        high, poison = larger_magnitude(w, high), fma(w, zero, poison)
    return high + poison


@compiled
def network(
    step: int, samples: Integers, inputs: Floats, targets: Floats, widths: Integers, lags: Integers, modes: Integers,
    real: Floats, grains: Grains | None, parts: Parts | None, times: Integers, history: Floats, tally: Floats,
    diverged: Integers, snapshots: Floats, spans: Floats | None, work: Floats,
) -> None:  # fmt: skip
    """Advance one block of at most `width` replicas; arguments as in `lanes.network`.

    `samples` has shape (T batch, width). Here stashed = 0 and lags do not increase from stage to stage; `work` has room
    for the weights twice.
    """
    n, stages, kind, loss, batch = width_of(work), widths.size - 1, modes[0], modes[1], modes[3]
    last = step + samples.shape[0] // batch
    w_at, x_at, depth = np.zeros(stages + 1, np.int64), np.zeros(stages + 2, np.int64), np.zeros(stages + 1, np.int64)
    layout(widths, lags, batch, n, w_at, x_at, depth)
    weights, delta = w_at[stages], x_at[stages + 1]
    back = delta + widths.max() * n
    increments = back + widths.max() * n
    low = increments + weights
    zero = like(load(work, back), 0.0)
    for i in range(back, work.size, n):
        store(work, i, zero)
    if spans is not None:
        empty(work, low, weights)
    scale, unit = like(zero, -real[0] / like(real[0], batch)), like(zero, real[UNIT])
    form, keys = Asked(modes[2], real.ctypes.data), np.zeros(n)
    places, taken, top = np.zeros(n, np.int64), np.zeros(tally.shape[0], np.int64), np.zeros(n, work.dtype)
    fill(step, batch, samples, inputs, history, work, w_at, x_at, depth, widths, lags, kind, unit, places)
    store(top, 0, largest(work, weights))
    highest, squares = top.copy(), np.zeros(n)
    for lane in range(n):
        squares[lane] = tally[min(lane, tally.shape[0] - 1), SQUARE_SATURATION]
    due = step if times.size else last
    for k in range(step, last):
        if k == due:
            due = snap(k, work, widths, w_at, times, taken, diverged, snapshots)
        for lane in range(n):
            squares[lane] += (np.float64(top[lane]) * np.float64(real[1])) ** 2
        for b in range(batch):
            chosen = samples[(k - step) * batch + b]
            out = x_at[stages] + (k % depth[stages] * batch + b) * widths[stages] * n
            first_delta(work, out, targets, chosen, places, widths[stages], kind, loss, scale, delta)
            for m in range(stages - 1, -1, -1):
                up, down, at = widths[m + 1], widths[m], w_at[m]
                x = x_at[m] + (k % depth[m] * batch + b) * down * n
                if m > 0:
                    _collect_rows(work, at, increments + at, up, down, delta, back, x, 1)
                    next_delta(work, x, back, down, kind, unit, delta)
                else:
                    _collect_rows(work, at, increments + at, up, down, delta, back, x, None)
        set_keys(grains, k, 0, keys)
        store(top, 0, _apply(work, weights, increments, form, grains, parts, keys, spans, low))
        settle(k, last, work, widths, w_at, top, highest, real[LIMIT], tally, diverged, history)
        # A sample that is not in the chunk is replaced by any other: what comes of it is not used.
        later = k + 1 + lags[0]
        for b in range(batch):
            place = x_at[0] + (later % depth[0] * batch + b) * widths[0] * n
            read_inputs(inputs, samples[(min(later, last - 1) - step) * batch + b], places, widths[0], work, place)
        forward_at(k + 1, step, batch, work, w_at, x_at, depth, widths, lags, kind, unit, zero)
    conclude(squares, highest, real[1], tally, diverged)
    if spans is not None:
        unpack(work[low : low + weights], widths, w_at, 0, spans[:, 0])
        unpack(work[low + weights : low + 2 * weights], widths, w_at, 0, spans[:, 1])
