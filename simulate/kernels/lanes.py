"""The fast kernel of networks: one replica a SIMD lane, one pass over the weights a step, compiled for a device's law.

Where every stage reads fresher weights than the one before it (d_1 > d_2 > ... > d_M, the asynchronous pipeline), what
stage m needs for its next forward pass is queued before its update is made (see `simulate.kernels.passes`), and one
pass over its weights does the backward product with W_k, the update, and the forward product with W_{k+1}. Where
neighbours are equally late (no pipeline: all 0), the forward passes take a second look at the weights.

On the linear device a weight costs four multiply-adds' time of the processor's multipliers, no more than its 8 flops:
products of the two passes, the increment t, and the drift, which needs no product with 1/tau since weights are in units
of tau. Sums, signs and the largest magnitude go to other parts of the processor meanwhile; the sum w + t is not fused
with the product, so that it goes to the adders. The bits are those of `plain.network`.
"""

import numpy as np

from simulate.kernels.forms import Form
from simulate.kernels.grains import Grains, Parts, acted, set_keys
from simulate.kernels.passes import (
    ROWS,
    activate,
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
    store4,
    unpack,
    widen2,
    widen_all,
)
from simulate.kernels.plain import SQUARE_SATURATION, Floats, Integers
from simulate.kernels.responses import LIMIT, UNIT
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


@part
def _step_rows(
    work: Floats, at: int, rows: int, cols: int, delta: int, back: int, x: int, ahead: int, out: int,
    form: Form, grains: Grains | None, parts: Parts | None, key: Value, high: Value, spans: Floats | None, low: int,
    size: int, backward: int | None, forward: int | None,
) -> Value:  # fmt: skip
    """Do all that one stage does with its weights in one step, in one pass over them; return the largest |w|.

    Add W_k^T delta to `back`, the update by the increments delta x^T to the weights, let the ranges from `low` on hold
    W_k and W_{k+1}, and write W_{k+1} `ahead` to `out`. `backward`, `spans` and `forward` are None where the first, the
    ranges or the last are not wanted: their code is left out when this is compiled.
    """
    n = width_of(work)
    zero = like(high, 0.0)
    p = at
    for i in range(0, rows - rows % ROWS, ROWS):
        z0 = z1 = z2 = z3 = zero
        d = delta + i * n
        d0, d1, d2, d3 = load(work, d), load(work, d + n), load(work, d + 2 * n), load(work, d + 3 * n)
        for j in range(0, cols * n, n):
            v = load(work, x + j)
            w0, w1, w2, w3 = load(work, p), load(work, p + n), load(work, p + 2 * n), load(work, p + 3 * n)
            if backward is not None:
                b = fma(w1, d1, fma(w0, d0, load(work, back + j)))
                store(work, back + j, fma(w3, d3, fma(w2, d2, b)))
            e, o0, o1, o2, o3 = p // n, w0, w1, w2, w3
            w0, w1 = (
                acted(form, grains, parts, w0, d0 * v, key, e),
                acted(form, grains, parts, w1, d1 * v, key, e + 1),
            )
            w2, w3 = (
                acted(form, grains, parts, w2, d2 * v, key, e + 2),
                acted(form, grains, parts, w3, d3 * v, key, e + 3),
            )
            store4(work, p, w0, w1, w2, w3)
            if spans is not None:
                widen2(work, low, size, p, o0, w0)
                widen2(work, low, size, p + n, o1, w1)
                widen2(work, low, size, p + 2 * n, o2, w2)
                widen2(work, low, size, p + 3 * n, o3, w3)
            high = larger_magnitude(larger_magnitude(larger_magnitude(w0, w1), larger_magnitude(w2, w3)), high)
            if forward is not None:
                u = load(work, ahead + j)
                z0, z1, z2, z3 = fma(w0, u, z0), fma(w1, u, z1), fma(w2, u, z2), fma(w3, u, z3)
            p += ROWS * n
        if forward is not None:
            store4(work, out + i * n, z0, z1, z2, z3)
    for i in range(rows - rows % ROWS, rows):
        z0, d0 = zero, load(work, delta + i * n)
        for j in range(0, cols * n, n):
            v, w0 = load(work, x + j), load(work, p)
            if backward is not None:
                store(work, back + j, fma(w0, d0, load(work, back + j)))
            o0, w0 = w0, acted(form, grains, parts, w0, d0 * v, key, p // n)
            store(work, p, w0)
            if spans is not None:
                widen2(work, low, size, p, o0, w0)
            high = larger_magnitude(w0, high)
            if forward is not None:
                z0 = fma(w0, load(work, ahead + j), z0)
            p += n
        if forward is not None:
            store(work, out + i * n, z0)
    return high


@inlined
def _step(
    work: Floats, at: int, rows: int, cols: int, delta: int, back: int, x: int, ahead: int, out: int,
    form: Form, grains: Grains | None, parts: Parts | None, key: Value, high: Value, spans: Floats | None, low: int,
    size: int, forward: bool, backward: bool,
) -> Value:  # fmt: skip
    """Do what `_step_rows` does, in the form that has the code for what is wanted."""
    if forward and backward:
        return _step_rows(
            work, at, rows, cols, delta, back, x, ahead, out, form, grains, parts, key, high, spans, low, size, 1, 1
        )
    if forward:
        return _step_rows(
            work, at, rows, cols, delta, back, x, ahead, out, form, grains, parts, key, high, spans, low, size, None, 1
        )
    if backward:
        return _step_rows(
            work, at, rows, cols, delta, back, x, ahead, out, form, grains, parts, key, high, spans, low, size, 1, None
        )
    return _step_rows(
        work, at, rows, cols, delta, back, x, ahead, out, form, grains, parts, key, high, spans, low, size, None, None
    )


@compiled
def network(
    step: int, samples: Integers, inputs: Floats, targets: Floats, widths: Integers, lags: Integers, modes: Integers,
    real: Floats, form: Form, grains: Grains | None, parts: Parts | None, times: Integers, history: Floats,
    tally: Floats, diverged: Integers, snapshots: Floats, spans: Floats | None, work: Floats,
) -> None:  # fmt: skip
    """Advance one block of at most `width` replicas; arguments as in `plain.network` but for some.

    `samples` has shape (T, width), `inputs` and `targets` are flat, `work` is the memory to compute in. `form` is the
    law of the device, by which this is compiled; elements of `grains` and `parts` stand in the order of `passes.order`.
    `spans` is None, or takes the ranges: every second step has both the weights before it and those behind it.
    Here batch = 1, stashed = 0, and lags do not increase from stage to stage.
    """
    n, stages, last = width_of(work), widths.size - 1, step + samples.shape[0]
    kind, loss, one_pass = modes[0], modes[1], True
    w_at, x_at, depth = np.zeros(stages + 1, np.int64), np.zeros(stages + 2, np.int64), np.zeros(stages + 1, np.int64)
    layout(widths, lags, 1, n, w_at, x_at, depth)
    for m in range(1, stages):
        one_pass = one_pass and lags[m] < lags[m - 1]
    delta = x_at[stages + 1]
    back = delta + widths.max() * n
    size, low = w_at[stages], back + widths.max() * n
    zero = like(load(work, back), 0.0)
    for i in range(back, work.size, n):
        store(work, i, zero)
    if spans is not None:
        empty(work, low, size)
    minus_alpha, unit = like(zero, -real[0]), like(zero, real[UNIT])
    keys = np.zeros(n)
    places, taken, top = np.zeros(n, np.int64), np.zeros(tally.shape[0], np.int64), np.zeros(n, work.dtype)
    fill(step, 1, samples, inputs, history, work, w_at, x_at, depth, widths, lags, kind, unit, places)
    store(top, 0, largest(work, w_at[stages]))
    highest, squares, now = top.copy(), np.zeros(n), np.zeros(stages + 1, np.int64)
    for lane in range(n):
        squares[lane] = tally[min(lane, tally.shape[0] - 1), SQUARE_SATURATION]
    for m in range(stages + 1):
        now[m] = step % depth[m]
    due = step if times.size else last
    for k in range(step, last):
        if k == due:
            due = snap(k, work, widths, w_at, times, taken, diverged, snapshots)
        for lane in range(n):
            squares[lane] += (np.float64(top[lane]) * np.float64(real[1])) ** 2
        # A sample that is not in the chunk is replaced by any other: what comes of it is not used.
        place = x_at[0] + (now[0] - 1 if now[0] > 0 else depth[0] - 1) * widths[0] * n
        read_inputs(inputs, samples[min(k + 1 + lags[0], last - 1) - step], places, widths[0], work, place)
        out = x_at[stages] + now[stages] * widths[stages] * n
        first_delta(work, out, targets, samples[k - step], places, widths[stages], kind, loss, minus_alpha, delta)
        set_keys(grains, k, 0, keys)
        key = load(keys, 0)
        high = poison = zero
        for m in range(stages - 1, -1, -1):
            up, down, at = widths[m + 1], widths[m], w_at[m]
            later = now[m] + 1 + lags[m]
            x = x_at[m] + now[m] * down * n
            ahead = x_at[m] + (later if later < depth[m] else later - depth[m]) * down * n
            out = x_at[m + 1] + (now[m + 1] - 1 if now[m + 1] > 0 else depth[m + 1] - 1) * up * n
            if spans is not None and (k - step) % 2:
                high = _step(
                    work, at, up, down, delta, back, x, ahead, out, form, grains, parts, key, high, spans, low, size,
                    one_pass, m > 0,
                )  # fmt: skip
            else:
                high = _step(
                    work, at, up, down, delta, back, x, ahead, out, form, grains, parts, key, high, None, low, size,
                    one_pass, m > 0,
                )  # fmt: skip
            if m > 0:
                next_delta(work, x, back, down, kind, unit, delta)
        if one_pass:
            for m in range(stages, 0, -1):
                out = x_at[m] + (now[m] - 1 if now[m] > 0 else depth[m] - 1) * widths[m] * n
                poison = activate(work, out, widths[m], kind, unit, poison)
        else:
            poison = forward_at(k + 1, step, 1, work, w_at, x_at, depth, widths, lags, kind, unit, poison)
        for m in range(stages + 1):
            now[m] = now[m] + 1 if now[m] + 1 < depth[m] else 0
        store(top, 0, fma(poison, zero, high))
        settle(k, last, work, widths, w_at, top, highest, real[LIMIT], tally, diverged, history)
    conclude(squares, highest, real[1], tally, diverged)
    if spans is not None:
        widen_all(work, low, size)  # the weights after the last step, which is not every second one
        unpack(work[low : low + size], widths, w_at, 0, spans[:, 0])
        unpack(work[low + size : low + 2 * size], widths, w_at, 0, spans[:, 1])
