"""The fast kernel of networks on the linear device: one replica a SIMD lane, one pass over the weights a step.

"Stage m reads forward weights d_m updates old" is "stage m passes sample k + d_m forward now, with its current
weights, and queues the outcome until the backward pass comes to that sample". So no past weights are kept while the
steps go on. Where every stage reads fresher weights than the one before it (d_1 > d_2 > ... > d_M, the asynchronous
pipeline), what stage m needs for its next forward pass is queued before its update is made, and one pass over its
weights does the backward product with W_k, the update, and the forward product with W_{k+1}. Where neighbours are
equally late (no pipeline: all 0), the forward passes take a second look at the weights.

Replicas are packed in blocks of as many as a register has lanes, so that all arithmetic is between whole registers,
nothing is summed across lanes and any width of a stage will do. Four rows of a stage share what they read; their
weights stand side by side, column by column, so that memory is read and written in one stream. The operations on one
replica and their order are those of `plain.network`: both give the same bits.

A weight costs four multiply-adds' time of the processor's multipliers, no more than its 8 flops: products of the two
passes, the increment t, and the drift, which needs no product with 1/tau since weights are in units of tau. Sums, signs
and the largest magnitude go to other parts of the processor meanwhile.

At the start of a chunk the queue is filled from the state's past weights, at its end the past weights are written
back: the state is that of `plain.network`, and the two may take turns.
"""

from typing import Final

import numpy as np
from numpy.typing import DTypeLike

from simulate.kernels.elementary import activated, loss_slope, steepness
from simulate.kernels.plain import MAX_SATURATION, SQUARE_SATURATION, Floats, Integers, stop
from simulate.kernels.simd import (
    WIDE,
    Value,
    aligned,
    compiled,
    fma,
    gather,
    gather_square,
    inlined,
    larger_magnitude,
    like,
    load,
    load_wide,
    magnitude_mask,
    masked,
    part,
    repeated,
    store,
    width,
    width_of,
)

ROWS: Final = 4
"""Rows that share what they read: with 512-bit registers their 12 factors and 4 sums stay in registers."""


@inlined
def _forward_rows(work: Floats, at: int, rows: int, cols: int, x: int, out: int) -> None:
    """Write W x of one stage to `out`."""
    n = width_of(work)
    zero = like(load(work, at), 0.0)
    p = at
    for i in range(0, rows - rows % ROWS, ROWS):
        z0 = z1 = z2 = z3 = zero
        for j in range(x, x + cols * n, n):
            v = load(work, j)
            z0, z1 = fma(load(work, p), v, z0), fma(load(work, p + n), v, z1)
            z2, z3 = fma(load(work, p + 2 * n), v, z2), fma(load(work, p + 3 * n), v, z3)
            p += ROWS * n
        _store4(work, out + i * n, z0, z1, z2, z3)
    for i in range(rows - rows % ROWS, rows):
        z0 = zero
        for j in range(x, x + cols * n, n):
            z0 = fma(load(work, p), load(work, j), z0)
            p += n
        store(work, out + i * n, z0)


@inlined
def _store4(work: Floats, at: int, v0: Value, v1: Value, v2: Value, v3: Value) -> None:
    n = width_of(work)
    store(work, at, v0)
    store(work, at + n, v1)
    store(work, at + 2 * n, v2)
    store(work, at + 3 * n, v3)


@inlined
def _stepped(w: Value, d: Value, v: Value, drift: Value) -> Value:
    """Return w + t - |t| w, the linear device's update by the increment t = d v, all in units of tau.

    `drift` is the mask of |t|, or of nothing where the hardware is digital. The sum is not fused with the product: it
    goes to the processor's adders while its multipliers are busy with the products of the passes.
    """
    t = d * v
    return fma(-masked(t, drift), w, w + t)


@part
def _step_rows(
    work: Floats, at: int, rows: int, cols: int, delta: int, back: int, x: int, ahead: int, out: int,
    drift: Value, high: Value, backward: int | None, forward: int | None,
) -> Value:  # fmt: skip
    """Do all that one stage does with its weights in one step, in one pass over them; return the largest |w|.

    Add W_k^T delta to `back`, the update by the increments delta x^T to the weights, and write W_{k+1} `ahead` to
    `out`. `backward` and `forward` are None where the first or the last is not wanted: its code is left out when this
    is compiled.
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
            w0, w1 = _stepped(w0, d0, v, drift), _stepped(w1, d1, v, drift)
            w2, w3 = _stepped(w2, d2, v, drift), _stepped(w3, d3, v, drift)
            _store4(work, p, w0, w1, w2, w3)
            high = larger_magnitude(larger_magnitude(larger_magnitude(w0, w1), larger_magnitude(w2, w3)), high)
            if forward is not None:
                u = load(work, ahead + j)
                z0, z1, z2, z3 = fma(w0, u, z0), fma(w1, u, z1), fma(w2, u, z2), fma(w3, u, z3)
            p += ROWS * n
        if forward is not None:
            _store4(work, out + i * n, z0, z1, z2, z3)
    for i in range(rows - rows % ROWS, rows):
        z0, d0 = zero, load(work, delta + i * n)
        for j in range(0, cols * n, n):
            v, w0 = load(work, x + j), load(work, p)
            if backward is not None:
                store(work, back + j, fma(w0, d0, load(work, back + j)))
            w0 = _stepped(w0, d0, v, drift)
            store(work, p, w0)
            high = larger_magnitude(w0, high)
            if forward is not None:
                z0 = fma(w0, load(work, ahead + j), z0)
            p += n
        if forward is not None:
            store(work, out + i * n, z0)
    return high


@inlined
def _gather_all(table: Floats, places: Integers, count: int, work: Floats, at: int) -> None:
    """Write the `count` numbers from table[places[lane]] on of every lane to `at`."""
    n = width_of(work)
    square = count - count % n
    for i in range(0, square, n):
        gather_square(work, at + i * n, table, places, i)
    for i in range(square, count):
        store(work, at + i * n, gather(table, places, i))


@inlined
def _activate(work: Floats, at: int, count: int, kind: int, unit: Value, poison: Value) -> Value:
    """Write phi(unit z) over z; return `poison` plus all z: nan or infinite in the lanes where some z is."""
    n = width_of(work)
    for i in range(at, at + count * n, n):
        poison = poison + load(work, i)
    wide, wide_unit = at + (count - count % WIDE) * n, repeated(unit)
    for i in range(at, wide, WIDE * n):
        store(work, i, activated(kind, wide_unit * load_wide(work, i)))
    for i in range(wide, at + count * n, n):
        store(work, i, activated(kind, unit * load(work, i)))
    return poison


@inlined
def _first_delta(
    work: Floats, out: int, targets: Floats, places: Integers, outputs: int, kind: int, loss: int, minus_alpha: Value,
    delta: int,
) -> None:  # fmt: skip
    """Write -alpha times the derivative of the loss in the last stage's products; every later delta inherits -alpha."""
    n, wide_alpha = width_of(work), repeated(minus_alpha)
    _gather_all(targets, places, outputs, work, delta)
    wide = (outputs - outputs % WIDE) * n
    for i in range(0, wide, WIDE * n):
        values, answers = load_wide(work, out + i), load_wide(work, delta + i)
        store(work, delta + i, wide_alpha * (steepness(kind, values) * loss_slope(loss, values, answers)))
    for i in range(wide, outputs * n, n):
        value, answer = load(work, out + i), load(work, delta + i)
        store(work, delta + i, minus_alpha * (steepness(kind, value) * loss_slope(loss, value, answer)))


@inlined
def _next_delta(work: Floats, x: int, back: int, count: int, kind: int, unit: Value, delta: int) -> None:
    """Write phi' times `unit` times what stands in `back`, and leave zeros there."""
    n = width_of(work)
    for i in range(0, count * n, n):
        b = load(work, back + i)
        store(work, delta + i, steepness(kind, load(work, x + i)) * (unit * b))
        store(work, back + i, like(b, 0.0))


@inlined
def _read_inputs(inputs: Floats, samples: Integers, places: Integers, count: int, work: Floats, at: int) -> None:
    """Write x^(1) of every lane's sample to `at`."""
    n = width_of(work)
    for lane in range(n):
        places[lane] = samples[lane] * count
    _gather_all(inputs, places, count, work, at)


@inlined
def _place(row: int, col: int, rows: int, cols: int) -> int:
    """Return the place of a weight within its stage: four rows side by side, the last rows % 4 alone."""
    return (row - row % ROWS) * cols + col * ROWS + row % ROWS if row < rows - rows % ROWS else row * cols + col


@part
def pack(rows: Floats, widths: Integers, w_at: Integers, stages: int, packed: Floats) -> None:
    """Write the first stages' weights rows[lane] to their places; lanes without a replica repeat the last one."""
    n, source = width_of(packed), 0
    for m in range(stages):
        for i in range(widths[m + 1]):
            for j in range(widths[m]):
                place = w_at[m] + _place(i, j, widths[m + 1], widths[m]) * n
                for lane in range(n):
                    packed[place + lane] = rows[min(lane, rows.shape[0] - 1), source]
                source += 1


@part
def unpack(packed: Floats, widths: Integers, w_at: Integers, first: int, rows: Floats) -> None:
    """Write the weights of the lanes from `first` on to `rows`."""
    n, target = width_of(packed), 0
    for m in range(widths.size - 1):
        for i in range(widths[m + 1]):
            for j in range(widths[m]):
                place = w_at[m] + _place(i, j, widths[m + 1], widths[m]) * n + first
                for lane in range(rows.shape[0]):
                    rows[lane, target] = packed[place + lane]
                target += 1


@part
def _forward_at(
    k: int, step: int, work: Floats, w_at: Integers, x_at: Integers, depth: Integers, widths: Integers, lags: Integers,
    kind: int, unit: Value, poison: Value,
) -> Value:  # fmt: skip
    """Make the forward passes of all stages that are due with weights W_k: stage m passes sample k + d_m."""
    n = width_of(work)
    for m in range(widths.size - 1):
        sample = k + lags[m]
        if sample >= step:
            source = x_at[m] + sample % depth[m] * widths[m] * n
            target = x_at[m + 1] + sample % depth[m + 1] * widths[m + 1] * n
            _forward_rows(work, w_at[m], widths[m + 1], widths[m], source, target)
            poison = _activate(work, target, widths[m + 1], kind, unit, poison)
    return poison


@part
def _largest(work: Floats, weights: int) -> Value:
    high = like(load(work, 0), 0.0)
    for i in range(0, weights, width_of(work)):
        high = larger_magnitude(load(work, i), high)
    return high


@part
def _note(k: int, w: Floats, w_at: Integers, top: Floats, limit: float, tally: Floats, diverged: Integers) -> None:
    """Tell which replicas diverged in the step to W_{k+1}, and in which stage."""
    n, stages = width_of(w), w_at.size - 1
    for lane in range(tally.shape[0]):
        if diverged[lane, 0] < 0 and not (top[lane] <= limit):
            found = stages
            for m in range(stages - 1, -1, -1):
                for i in range(w_at[m] + lane, w_at[m - 1] if m > 0 else w_at[stages], n):
                    if not (abs(w[i]) <= limit):
                        found = m + 1
            stop(tally[lane], diverged[lane], k + 1, found)


@part
def _snap(
    k: int,
    w: Floats,
    widths: Integers,
    w_at: Integers,
    times: Integers,
    taken: Integers,
    diverged: Integers,
    snapshots: Floats,
) -> int:
    """Write W_k of the replicas that are measured now; return when the next one is due."""
    due = np.iinfo(np.int64).max
    for lane in range(times.shape[0]):
        while taken[lane] < times.shape[1] and times[lane, taken[lane]] == k:
            at = taken[lane]
            unpack(w, widths, w_at, lane, snapshots[lane, at : at + 1])
            if diverged[lane, 0] >= 0:
                for i in range(snapshots.shape[2]):
                    snapshots[lane, at, i] = np.nan
            taken[lane] += 1
        if taken[lane] < times.shape[1]:
            due = min(due, times[lane, taken[lane]])
    return due


def workspace(widths: Integers, lags: Integers, dtype: DTypeLike) -> Floats:
    """Return uninitialised memory for `network`, aligned to whole registers.

    In `network`, lags[m - 1] + 2 samples wait before stage m, and behind the last one; lags[0] + 2 before the first.
    """
    weights, queue = int((widths[1:] * widths[:-1]).sum()), int((widths * (np.concatenate([lags[:1], lags]) + 2)).sum())
    return aligned((weights + queue + 2 * int(widths.max())) * width(dtype), dtype, large=True)


@compiled
def network(
    step: int, samples: Integers, inputs: Floats, targets: Floats, widths: Integers, lags: Integers, modes: Integers,
    real: Floats, times: Integers, history: Floats, tally: Floats, diverged: Integers, snapshots: Floats, work: Floats,
) -> None:  # fmt: skip
    """Advance one block of at most `width` replicas; arguments as in `plain.network` but for three.

    `samples` has shape (T, width), `inputs` and `targets` are flat, `work` is the memory to compute in. Here batch = 1,
    stashed = 0, the device is linear, and lags do not increase from stage to stage.
    """
    n, stages, slots, last = width_of(work), widths.size - 1, history.shape[1], step + samples.shape[0]
    kind, loss, depth = modes[0], modes[1], np.zeros(stages + 1, np.int64)
    for m in range(stages + 1):
        depth[m] = lags[max(m - 1, 0)] + 2
    # The last stage's weights come first: the pass over a step's weights is one stream through memory.
    w_at, x_at = np.zeros(stages + 1, np.int64), np.zeros(stages + 2, np.int64)
    for m in range(stages - 1, -1, -1):
        w_at[m] = x_at[0]
        x_at[0] += widths[m] * widths[m + 1] * n
    w_at[stages], one_pass = x_at[0], True
    for m in range(stages + 1):
        x_at[m + 1] = x_at[m] + widths[m] * depth[m] * n
        one_pass = one_pass and (m == 0 or m == stages or lags[m] < lags[m - 1])
    delta = x_at[stages + 1]
    back = delta + (work.size - delta) // 2
    zero = like(load(work, back), 0.0)
    for i in range(back, work.size, n):
        store(work, i, zero)
    minus_alpha, unit = like(zero, -real[0]), like(zero, real[6])
    drift = magnitude_mask(zero, real[1] != 0)
    places, taken, top = np.zeros(n, np.int64), np.zeros(tally.shape[0], np.int64), np.zeros(n, work.dtype)
    for k in range(step - lags[0], step + 1):
        late = 0
        while late < stages and lags[late] >= step - k:
            late += 1
        pack(history[:, k % slots], widths, w_at, late, work)
        future = k + lags[0]
        place = x_at[0] + future % depth[0] * widths[0] * n
        _read_inputs(inputs, samples[min(future, last - 1) - step], places, widths[0], work, place)
        _forward_at(k, step, work, w_at, x_at, depth, widths, lags, kind, unit, zero)
    store(top, 0, _largest(work, w_at[stages]))
    highest, squares, now = np.zeros(n, work.dtype), np.zeros(n), np.zeros(stages + 1, np.int64)
    for lane in range(n):
        highest[lane], squares[lane] = top[lane], tally[min(lane, tally.shape[0] - 1), SQUARE_SATURATION]
    for m in range(stages + 1):
        now[m] = step % depth[m]
    due = step if times.size else last
    for k in range(step, last):
        if k == due:
            due = _snap(k, work, widths, w_at, times, taken, diverged, snapshots)
        for lane in range(n):
            squares[lane] += (np.float64(top[lane]) * np.float64(real[1])) ** 2
        # A sample that is not in the chunk is replaced by any other: what comes of it is not used.
        place = x_at[0] + (now[0] - 1 if now[0] > 0 else depth[0] - 1) * widths[0] * n
        _read_inputs(inputs, samples[min(k + 1 + lags[0], last - 1) - step], places, widths[0], work, place)
        for lane in range(n):
            places[lane] = samples[k - step, lane] * widths[stages]
        _first_delta(
            work,
            x_at[stages] + now[stages] * widths[stages] * n,
            targets,
            places,
            widths[stages],
            kind,
            loss,
            minus_alpha,
            delta,
        )
        high = poison = zero
        for m in range(stages - 1, -1, -1):
            up, down, at = widths[m + 1], widths[m], w_at[m]
            later = now[m] + 1 + lags[m]
            x = x_at[m] + now[m] * down * n
            ahead = x_at[m] + (later if later < depth[m] else later - depth[m]) * down * n
            out = x_at[m + 1] + (now[m + 1] - 1 if now[m + 1] > 0 else depth[m + 1] - 1) * up * n
            if one_pass and m > 0:
                high = _step_rows(work, at, up, down, delta, back, x, ahead, out, drift, high, 1, 1)
            elif one_pass:
                high = _step_rows(work, at, up, down, delta, back, x, ahead, out, drift, high, None, 1)
            elif m > 0:
                high = _step_rows(work, at, up, down, delta, back, x, ahead, out, drift, high, 1, None)
            else:
                high = _step_rows(work, at, up, down, delta, back, x, ahead, out, drift, high, None, None)
            if m > 0:
                _next_delta(work, x, back, down, kind, unit, delta)
        if one_pass:
            for m in range(stages, 0, -1):
                out = x_at[m] + (now[m] - 1 if now[m] > 0 else depth[m] - 1) * widths[m] * n
                poison = _activate(work, out, widths[m], kind, unit, poison)
        else:
            poison = _forward_at(k + 1, step, work, w_at, x_at, depth, widths, lags, kind, unit, poison)
        for m in range(stages + 1):
            now[m] = now[m] + 1 if now[m] + 1 < depth[m] else 0
        store(top, 0, fma(poison, zero, high))
        unsound = 0
        for lane in range(n):
            unsound += not (top[lane] <= real[5])
            highest[lane] = max(highest[lane], top[lane])
        if unsound:
            _note(k, work, w_at, top, real[5], tally, diverged)
        if k + 1 > last - slots:
            unpack(work, widths, w_at, 0, history[:, (k + 1) % slots])
    for lane in range(tally.shape[0]):
        if diverged[lane, 0] < 0:
            tally[lane, SQUARE_SATURATION] = squares[lane]
            tally[lane, MAX_SATURATION] = max(tally[lane, MAX_SATURATION], highest[lane] * real[1])
