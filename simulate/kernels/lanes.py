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

At the start of a chunk the queue is filled from the state's past weights, at its end the past weights are written
back: the state is that of `plain.network`, and the two may take turns.
"""

from typing import Final

import numpy as np
from numpy.typing import DTypeLike

from simulate.kernels.elementary import activated, loss_slope, steepness
from simulate.kernels.plain import MAX_SATURATION, SQUARE_SATURATION, Floats, Integers, stop
from simulate.kernels.simd import (
    REGISTER_BYTES,
    Value,
    compiled,
    fma,
    gather,
    inlined,
    larger,
    like,
    load,
    magnitude,
    store,
    width,
)

ROWS: Final = 4
"""Rows that share what they read: with 512-bit registers their 12 factors and 4 sums stay in registers."""


@inlined
def width_of(array: Floats) -> int:
    """Return the lanes of a register of the array's kind; a constant in compiled code."""
    return REGISTER_BYTES // array.itemsize


@inlined
def _forward_rows(w: Floats, at: int, rows: int, cols: int, x: Floats, x_at: int, out_at: int) -> None:
    """Write W x of one stage and one block to x[out_at:]. Places (`at`, ...) count numbers."""
    n = width_of(w)
    zero = like(load(w, 0), 0.0)
    p = at
    for i in range(0, rows - rows % ROWS, ROWS):
        z0 = z1 = z2 = z3 = zero
        for j in range(0, cols * n, n):
            v = load(x, x_at + j)
            z0, z1 = fma(load(w, p), v, z0), fma(load(w, p + n), v, z1)
            z2, z3 = fma(load(w, p + 2 * n), v, z2), fma(load(w, p + 3 * n), v, z3)
            p += ROWS * n
        place = out_at + i * n
        store(x, place, z0)
        store(x, place + n, z1)
        store(x, place + 2 * n, z2)
        store(x, place + 3 * n, z3)
    for i in range(rows - rows % ROWS, rows):
        z0 = zero
        for j in range(0, cols * n, n):
            z0 = fma(load(w, p), load(x, x_at + j), z0)
            p += n
        store(x, out_at + i * n, z0)


@inlined
def _stepped(w: Value, c: Value, a: Value, v: Value, size: Value) -> Value:
    """Return w + c v - a |v| w, the linear device's update by the increment c v, where a = |c|/tau."""
    return fma(-(a * size), w, fma(c, v, w))


@compiled
def _step_rows(
    w: Floats, at: int, rows: int, cols: int, delta: Floats, x: Floats, x_at: int, ahead: int, out_at: int,
    real: Floats, high: Value, back: Floats | None, forward: int | None,
) -> Value:  # fmt: skip
    """Do all that one stage does with its weights in one step, in one pass over them; return the largest |w|.

    Write W_k^T delta to `back`, the update by the outer product of delta and x[x_at:] to `w`, and W_{k+1} x[ahead:] to
    x[out_at:]. `back` is None at the first stage, `forward` where the forward pass is not made here: the code of what
    is not wanted is left out when this is compiled.
    """
    n = width_of(w)
    zero = like(high, 0.0)
    minus_alpha, per_tau = like(zero, -real[0]), like(zero, real[1])
    p = at
    for i in range(0, rows - rows % ROWS, ROWS):
        z0 = z1 = z2 = z3 = zero
        d = i * n
        d0, d1, d2, d3 = load(delta, d), load(delta, d + n), load(delta, d + 2 * n), load(delta, d + 3 * n)
        c0, c1, c2, c3 = minus_alpha * d0, minus_alpha * d1, minus_alpha * d2, minus_alpha * d3
        a0, a1 = magnitude(c0) * per_tau, magnitude(c1) * per_tau
        a2, a3 = magnitude(c2) * per_tau, magnitude(c3) * per_tau
        for j in range(0, cols * n, n):
            v = load(x, x_at + j)
            size = magnitude(v)
            w0, w1, w2, w3 = load(w, p), load(w, p + n), load(w, p + 2 * n), load(w, p + 3 * n)
            if back is not None:
                store(back, j, fma(w3, d3, fma(w2, d2, fma(w1, d1, fma(w0, d0, load(back, j))))))
            w0, w1 = _stepped(w0, c0, a0, v, size), _stepped(w1, c1, a1, v, size)
            w2, w3 = _stepped(w2, c2, a2, v, size), _stepped(w3, c3, a3, v, size)
            store(w, p, w0)
            store(w, p + n, w1)
            store(w, p + 2 * n, w2)
            store(w, p + 3 * n, w3)
            high = larger(larger(magnitude(w0), magnitude(w1)), larger(larger(magnitude(w2), magnitude(w3)), high))
            if forward is not None:
                u = load(x, ahead + j)
                z0, z1, z2, z3 = fma(w0, u, z0), fma(w1, u, z1), fma(w2, u, z2), fma(w3, u, z3)
            p += ROWS * n
        if forward is not None:
            store(x, out_at + d, z0)
            store(x, out_at + d + n, z1)
            store(x, out_at + d + 2 * n, z2)
            store(x, out_at + d + 3 * n, z3)
    for i in range(rows - rows % ROWS, rows):
        z0, d0 = zero, load(delta, i * n)
        c0 = minus_alpha * d0
        a0 = magnitude(c0) * per_tau
        for j in range(0, cols * n, n):
            v, w0 = load(x, x_at + j), load(w, p)
            if back is not None:
                store(back, j, fma(w0, d0, load(back, j)))
            w0 = _stepped(w0, c0, a0, v, magnitude(v))
            store(w, p, w0)
            high = larger(magnitude(w0), high)
            if forward is not None:
                z0 = fma(w0, load(x, ahead + j), z0)
            p += n
        if forward is not None:
            store(x, out_at + i * n, z0)
    return high


@compiled
def _activate(x: Floats, at: int, count: int, kind: int, poison: Value) -> Value:
    """Write phi(x) over x; return `poison`, made nan in the lanes where some x is nan or infinite."""
    n = width_of(x)
    zero = like(poison, 0.0)
    for i in range(at, at + count * n, n):
        z = load(x, i)
        poison = fma(z, zero, poison)
        store(x, i, activated(kind, z))
    return poison


@compiled
def _first_delta(
    x: Floats, at: int, y: Floats, places: Integers, outputs: int, kind: int, loss: int, d: Floats
) -> None:
    n = width_of(x)
    for i in range(outputs):
        out = load(x, at + i * n)
        store(d, i * n, steepness(kind, out) * loss_slope(loss, out, gather(y, places, i)))


@compiled
def _next_delta(x: Floats, at: int, back: Floats, count: int, kind: int, delta: Floats) -> None:
    """Write phi' times W^T delta, and leave zeros in `back`."""
    n = width_of(x)
    for i in range(0, count * n, n):
        b = load(back, i)
        store(delta, i, steepness(kind, load(x, at + i)) * b)
        store(back, i, like(b, 0.0))


@compiled
def _read_inputs(inputs: Floats, places: Integers, count: int, x: Floats, at: int) -> None:
    n = width_of(x)
    for i in range(count):
        store(x, at + i * n, gather(inputs, places, i))


@inlined
def _place(row: int, col: int, rows: int, cols: int) -> int:
    """Return the place of a weight within its stage: four rows side by side, the last rows % 4 alone."""
    return (row - row % ROWS) * cols + col * ROWS + row % ROWS if row < rows - rows % ROWS else row * cols + col


@compiled
def pack(rows: Floats, widths: Integers, packed: Floats) -> None:
    """Write the weights rows[lane] to their places in `packed`; lanes without a replica repeat the last one."""
    n, at, source = width_of(packed), 0, 0
    for m in range(widths.size - 1):
        for i in range(widths[m + 1]):
            for j in range(widths[m]):
                place = (at + _place(i, j, widths[m + 1], widths[m])) * n
                for lane in range(n):
                    packed[place + lane] = rows[min(lane, rows.shape[0] - 1), source]
                source += 1
        at += widths[m] * widths[m + 1]


@compiled
def unpack(packed: Floats, widths: Integers, first: int, rows: Floats) -> None:
    """Write the weights of the lanes from `first` on to `rows`."""
    n, at, target = width_of(packed), 0, 0
    for m in range(widths.size - 1):
        for i in range(widths[m + 1]):
            for j in range(widths[m]):
                place = (at + _place(i, j, widths[m + 1], widths[m])) * n + first
                for lane in range(rows.shape[0]):
                    rows[lane, target] = packed[place + lane]
                target += 1
        at += widths[m] * widths[m + 1]


@compiled
def _choose(samples: Integers, column: int, length: int, places: Integers) -> None:
    """Write where every lane's sample of one step starts in a table with rows of `length`.

    A step that is not in the chunk takes any sample: what comes of it is not used.
    """
    last = samples.shape[0] - 1
    for lane in range(places.size):
        places[lane] = samples[min(lane, last), min(column, samples.shape[1] - 1)] * length


@compiled
def _forward_at(
    k: int, step: int, w: Floats, w_at: Integers, x: Floats, x_at: Integers, depth: Integers, widths: Integers,
    lags: Integers, kind: int, poison: Value,
) -> Value:  # fmt: skip
    """Make the forward passes of all stages that are due with weights W_k: stage m passes sample k + d_m."""
    n = width_of(w)
    for m in range(widths.size - 1):
        sample = k + lags[m]
        if sample >= step:
            source = x_at[m] + sample % depth[m] * widths[m] * n
            target = x_at[m + 1] + sample % depth[m + 1] * widths[m + 1] * n
            _forward_rows(w, w_at[m], widths[m + 1], widths[m], x, source, target)
            poison = _activate(x, target, widths[m + 1], kind, poison)
    return poison


@compiled
def _largest(w: Floats, size: int) -> Value:
    high = like(load(w, 0), 0.0)
    for i in range(0, size * width_of(w), width_of(w)):
        high = larger(magnitude(load(w, i)), high)
    return high


@compiled
def _note(k: int, w: Floats, w_at: Integers, top: Floats, limit: float, tally: Floats, diverged: Integers) -> None:
    """Tell which replicas diverged in the step to W_{k+1}, and in which stage."""
    n, stages = width_of(w), w_at.size - 1
    for lane in range(tally.shape[0]):
        if diverged[lane, 0] < 0 and not (top[lane] <= limit):
            found = stages
            for m in range(stages - 1, -1, -1):
                for i in range(w_at[m] + lane, w_at[m + 1], n):
                    if not (abs(w[i]) <= limit):
                        found = m + 1
            stop(tally[lane], diverged[lane], k + 1, found)


@compiled
def _snap(
    k: int, w: Floats, widths: Integers, times: Integers, taken: Integers, diverged: Integers, snapshots: Floats
) -> int:
    """Write W_k of the replicas that are measured now; return when the next one is due."""
    due = np.iinfo(np.int64).max
    for lane in range(times.shape[0]):
        while taken[lane] < times.shape[1] and times[lane, taken[lane]] == k:
            at = taken[lane]
            unpack(w, widths, lane, snapshots[lane, at : at + 1])
            if diverged[lane, 0] >= 0:
                snapshots[lane, at] = np.nan
            taken[lane] += 1
        if taken[lane] < times.shape[1]:
            due = min(due, times[lane, taken[lane]])
    return due


def workspace(widths: Integers, lags: Integers, dtype: DTypeLike) -> Floats:
    """Return uninitialised memory for `network`, aligned to whole registers."""
    weights, queue = int((widths[1:] * widths[:-1]).sum()), int((widths * depths(widths, lags)).sum())
    count = (weights + queue + 2 * int(widths.max()) + 1) * width(dtype)
    size = np.dtype(dtype).itemsize
    memory = np.empty(count * size + REGISTER_BYTES, np.uint8)
    shift = -memory.ctypes.data % REGISTER_BYTES
    return memory[shift : shift + count * size].view(dtype)


@compiled
def depths(widths: Integers, lags: Integers) -> Integers:
    """Return how many samples wait before each stage, and behind the last one."""
    depth = np.empty(widths.size, np.int64)
    depth[0] = lags[0] + 2
    depth[1:] = lags + 2
    return depth


@compiled
def network(
    step: int, samples: Integers, inputs: Floats, targets: Floats, widths: Integers, lags: Integers, modes: Integers,
    real: Floats, times: Integers, history: Floats, tally: Floats, diverged: Integers, snapshots: Floats, work: Floats,
) -> None:  # fmt: skip
    """Advance one block of at most `width` replicas; arguments as in `plain.network`, and `work` to compute in.

    Here batch = 1, stashed = 0, the device is linear, and lags do not increase from stage to stage.
    """
    n, stages, slots, last = width_of(work), widths.size - 1, history.shape[1], step + samples.shape[1]
    kind, loss, depth = modes[0], modes[1], depths(widths, lags)
    w_at, x_at = np.zeros(stages + 1, np.int64), np.zeros(stages + 2, np.int64)
    one_pass = True
    for m in range(stages + 1):
        x_at[m + 1] = x_at[m] + widths[m] * depth[m] * n
        if m < stages:
            w_at[m + 1] = w_at[m] + widths[m] * widths[m + 1] * n
            one_pass = one_pass and (m == 0 or lags[m] < lags[m - 1])
    w, rest = work[: w_at[stages]], work[w_at[stages] :]
    x, rest = rest[: x_at[stages + 1]], rest[x_at[stages + 1] :]
    widest = (rest.size - n) // 2
    delta, back, top = rest[:widest], rest[widest : 2 * widest], rest[2 * widest :]
    back[:] = 0
    zero = like(load(back, 0), 0.0)
    places, taken = np.zeros(n, np.int64), np.zeros(tally.shape[0], np.int64)
    for k in range(step - lags[0], step + 1):
        pack(history[:, k % slots], widths, w)
        if k + lags[0] >= step:
            _choose(samples, k + lags[0] - step, widths[0], places)
            _read_inputs(inputs, places, widths[0], x, x_at[0] + (k + lags[0]) % depth[0] * widths[0] * n)
        _forward_at(k, step, w, w_at, x, x_at, depth, widths, lags, kind, zero)
    store(top, 0, _largest(w, history.shape[2]))
    highest, squares = np.zeros(n, work.dtype), np.zeros(n)
    squares[: tally.shape[0]] = tally[:, SQUARE_SATURATION]
    highest[:] = top
    due = times.min() if times.size else last
    for k in range(step, last):
        if k == due:
            due = _snap(k, w, widths, times, taken, diverged, snapshots)
        for lane in range(n):
            squares[lane] += (np.float64(top[lane]) * np.float64(real[1])) ** 2
        future = k + 1 + lags[0]
        _choose(samples, future - step, widths[0], places)
        _read_inputs(inputs, places, widths[0], x, x_at[0] + future % depth[0] * widths[0] * n)
        _choose(samples, k - step, widths[stages], places)
        out = x_at[stages] + k % depth[stages] * widths[stages] * n
        _first_delta(x, out, targets, places, widths[stages], kind, loss, delta)
        high = zero
        for m in range(stages - 1, -1, -1):
            up, down, sample = widths[m + 1], widths[m], k + 1 + lags[m]
            here = x_at[m] + k % depth[m] * down * n
            ahead = x_at[m] + sample % depth[m] * down * n
            out = x_at[m + 1] + sample % depth[m + 1] * up * n
            at = w_at[m]
            if one_pass and m > 0:
                high = _step_rows(w, at, up, down, delta, x, here, ahead, out, real, high, back, 1)
            elif one_pass:
                high = _step_rows(w, at, up, down, delta, x, here, ahead, out, real, high, None, 1)
            elif m > 0:
                high = _step_rows(w, at, up, down, delta, x, here, ahead, out, real, high, back, None)
            else:
                high = _step_rows(w, at, up, down, delta, x, here, ahead, out, real, high, None, None)
            if m > 0:
                _next_delta(x, here, back, down, kind, delta)
        poison = zero
        if one_pass:
            for m in range(stages):
                out = x_at[m + 1] + (k + 1 + lags[m]) % depth[m + 1] * widths[m + 1] * n
                poison = _activate(x, out, widths[m + 1], kind, poison)
        else:
            poison = _forward_at(k + 1, step, w, w_at, x, x_at, depth, widths, lags, kind, poison)
        store(top, 0, high + poison)
        sound = True
        for lane in range(n):
            sound = sound and top[lane] <= real[5]
            highest[lane] = max(highest[lane], top[lane])
        if not sound:
            _note(k, w, w_at, top, real[5], tally, diverged)
        if k + 1 > last - slots:
            unpack(w, widths, 0, history[:, (k + 1) % slots])
    for lane in range(tally.shape[0]):
        if diverged[lane, 0] < 0:
            tally[lane, SQUARE_SATURATION] = squares[lane]
            tally[lane, MAX_SATURATION] = max(tally[lane, MAX_SATURATION], highest[lane] * real[1])
