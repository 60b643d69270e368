"""What the fast kernels of networks share: passes of one sample through the stages, queues, packing.

"Stage m reads forward weights d_m updates old" is "stage m passes the samples of step k + d_m forward now, with its
current weights, and queues the outcome until the backward pass comes to that step". So no past weights are kept while
the steps go on.

Replicas are packed in blocks of as many as a register has lanes, so that all arithmetic is between whole registers,
nothing is summed across lanes and any width of a stage will do. Four rows of a stage share what they read; their
weights stand side by side, column by column, so that memory is read and written in one stream. The operations on one
replica and their order are those of `plain.network`.

At the start of a chunk the queue is filled from the state's past weights, at its end the past weights are written
back: the state is that of `plain.network`, and all kernels may take turns.
"""

from typing import Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from simulate.kernels.elementary import activated, loss_slope, slope_of_value
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
    larger,
    larger_magnitude,
    like,
    load,
    load_wide,
    part,
    repeated,
    smaller,
    store,
    width,
    width_of,
)

ROWS: Final = 4
"""Rows that share what they read: with 512-bit registers their 12 factors and 4 sums stay in registers."""


@inlined
def forward_rows(work: Floats, at: int, rows: int, cols: int, x: int, out: int) -> None:
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
        store4(work, out + i * n, z0, z1, z2, z3)
    for i in range(rows - rows % ROWS, rows):
        z0 = zero
        for j in range(x, x + cols * n, n):
            z0 = fma(load(work, p), load(work, j), z0)
            p += n
        store(work, out + i * n, z0)


@inlined
def store4(work: Floats, at: int, v0: Value, v1: Value, v2: Value, v3: Value) -> None:
    """Write four registers one after the other."""
    n = width_of(work)
    store(work, at, v0)
    store(work, at + n, v1)
    store(work, at + 2 * n, v2)
    store(work, at + 3 * n, v3)


@inlined
def widen(work: Floats, low: int, size: int, at: int, w: Value) -> None:
    """Let the range of the weights that stand at `at` hold `w`; lows begin at `low`, highs `size` behind them."""
    store(work, low + at, smaller(w, load(work, low + at)))
    store(work, low + size + at, larger(w, load(work, low + size + at)))


@inlined
def widen2(work: Floats, low: int, size: int, at: int, v: Value, w: Value) -> None:
    """Let the range hold two values."""
    store(work, low + at, smaller(w, smaller(v, load(work, low + at))))
    store(work, low + size + at, larger(w, larger(v, load(work, low + size + at))))


@inlined
def widen_all(work: Floats, low: int, size: int) -> None:
    """Let the ranges hold all weights as they are."""
    for i in range(0, size, width_of(work)):
        widen(work, low, size, i, load(work, i))


@inlined
def empty(work: Floats, low: int, size: int) -> None:
    """Write ranges that hold nothing."""
    for i in range(low, low + size):
        work[i], work[size + i] = np.inf, -np.inf


@inlined
def gather_all(table: Floats, places: Integers, count: int, work: Floats, at: int) -> None:
    """Write the `count` numbers from table[places[lane]] on of every lane to `at`."""
    n = width_of(work)
    square = count - count % n
    for i in range(0, square, n):
        gather_square(work, at + i * n, table, places, i)
    for i in range(square, count):
        store(work, at + i * n, gather(table, places, i))


@inlined
def activate(work: Floats, at: int, count: int, kind: int, unit: Value, poison: Value) -> Value:
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
def first_delta(
    work: Floats, out: int, targets: Floats, samples: Integers, places: Integers, outputs: int, kind: int, loss: int,
    minus_alpha: Value, delta: int,
) -> None:  # fmt: skip
    """Write -alpha times the derivative of the loss in the last stage's products; every later delta inherits -alpha."""
    n, wide_alpha = width_of(work), repeated(minus_alpha)
    for lane in range(n):
        places[lane] = samples[lane] * outputs
    gather_all(targets, places, outputs, work, delta)
    wide = (outputs - outputs % WIDE) * n
    for i in range(0, wide, WIDE * n):
        values, answers = load_wide(work, out + i), load_wide(work, delta + i)
        store(work, delta + i, wide_alpha * (slope_of_value(kind, values) * loss_slope(loss, values, answers)))
    for i in range(wide, outputs * n, n):
        value, answer = load(work, out + i), load(work, delta + i)
        store(work, delta + i, minus_alpha * (slope_of_value(kind, value) * loss_slope(loss, value, answer)))


@inlined
def next_delta(work: Floats, x: int, back: int, count: int, kind: int, unit: Value, delta: int) -> None:
    """Write phi' times `unit` times what stands in `back`, and leave zeros there."""
    n = width_of(work)
    for i in range(0, count * n, n):
        b = load(work, back + i)
        store(work, delta + i, slope_of_value(kind, load(work, x + i)) * (unit * b))
        store(work, back + i, like(b, 0.0))


@inlined
def read_inputs(inputs: Floats, samples: Integers, places: Integers, count: int, work: Floats, at: int) -> None:
    """Write x^(1) of every lane's sample to `at`."""
    n = width_of(work)
    for lane in range(n):
        places[lane] = samples[lane] * count
    gather_all(inputs, places, count, work, at)


@inlined
def _place(row: int, col: int, rows: int, cols: int) -> int:
    """Return the place of a weight within its stage: four rows side by side, the last rows % 4 alone."""
    return (row - row % ROWS) * cols + col * ROWS + row % ROWS if row < rows - rows % ROWS else row * cols + col


@compiled
def _order(widths: Integers, found: Integers) -> None:
    stages = widths.size - 1
    for m in range(stages - 1, -1, -1):
        at = 0
        for later in range(m + 1, stages):
            at += widths[later] * widths[later + 1]
        source = 0
        for earlier in range(m):
            source += widths[earlier] * widths[earlier + 1]
        for i in range(widths[m + 1]):
            for j in range(widths[m]):
                found[at + _place(i, j, widths[m + 1], widths[m])] = source
                source += 1


def order(widths: Integers) -> NDArray[np.int64]:
    """Return which weight of the model stands at each place of a lane, as `layout` and `pack` have them."""
    found = np.empty(int((widths[1:] * widths[:-1]).sum()), np.int64)
    _order(widths, found)
    return found


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
def forward_at(
    k: int, step: int, batch: int, work: Floats, w_at: Integers, x_at: Integers, depth: Integers, widths: Integers,
    lags: Integers, kind: int, unit: Value, poison: Value,
) -> Value:  # fmt: skip
    """Make the forward passes that are due with weights W_k: stage m passes the samples of step k + d_m."""
    n = width_of(work)
    for m in range(widths.size - 1):
        due = k + lags[m]
        if due >= step:
            source = x_at[m] + due % depth[m] * batch * widths[m] * n
            target = x_at[m + 1] + due % depth[m + 1] * batch * widths[m + 1] * n
            for b in range(batch):
                x, out = source + b * widths[m] * n, target + b * widths[m + 1] * n
                forward_rows(work, w_at[m], widths[m + 1], widths[m], x, out)
                poison = activate(work, out, widths[m + 1], kind, unit, poison)
    return poison


@part
def fill(
    step: int, batch: int, samples: Integers, inputs: Floats, history: Floats, work: Floats, w_at: Integers,
    x_at: Integers, depth: Integers, widths: Integers, lags: Integers, kind: int, unit: Value, places: Integers,
) -> None:  # fmt: skip
    """Fill the queue from past weights, as if the steps before `step` had been made here; leave W_step in `work`."""
    n, stages, last, zero = width_of(work), widths.size - 1, samples.shape[0] // batch - 1, unit - unit
    for k in range(step - lags[0], step + 1):
        late = 0
        while late < stages and lags[late] >= step - k:
            late += 1
        pack(history[:, k % history.shape[1]], widths, w_at, late, work)
        future = k + lags[0]
        for b in range(batch):
            place = x_at[0] + (future % depth[0] * batch + b) * widths[0] * n
            read_inputs(inputs, samples[min(future - step, last) * batch + b], places, widths[0], work, place)
        forward_at(k, step, batch, work, w_at, x_at, depth, widths, lags, kind, unit, zero)


@part
def largest(work: Floats, weights: int) -> Value:
    """Return the largest magnitude among the numbers before `weights`."""
    high = like(load(work, 0), 0.0)
    for i in range(0, weights, width_of(work)):
        high = larger_magnitude(load(work, i), high)
    return high


@part
def note(k: int, w: Floats, w_at: Integers, top: Floats, limit: float, tally: Floats, diverged: Integers) -> None:
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
def snap(
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


@inlined
def layout(
    widths: Integers, lags: Integers, batch: int, n: int, w_at: Integers, x_at: Integers, depth: Integers
) -> None:
    """Write where in `work` a stage's weights begin, where the queue before it, and how many steps wait there.

    w_at[stages] is where the weights end, x_at[stages + 1] where the queues end. Behind them come a delta and a
    product W^T delta of the widest stage. A queue holds, step after step and sample after sample, what enters a stage:
    lags[m - 1] + 2 steps before stage m and behind the last one, lags[0] + 2 before the first.
    """
    stages = widths.size - 1
    # The last stage's weights come first: the pass over a step's weights is one stream through memory.
    for m in range(stages - 1, -1, -1):
        w_at[m] = x_at[0]
        x_at[0] += widths[m] * widths[m + 1] * n
    w_at[stages] = x_at[0]
    for m in range(stages + 1):
        depth[m] = lags[max(m - 1, 0)] + 2
        x_at[m + 1] = x_at[m] + widths[m] * depth[m] * batch * n


@inlined
def settle(
    k: int, last: int, work: Floats, widths: Integers, w_at: Integers, top: Floats, highest: Floats, limit: float,
    tally: Floats, diverged: Integers, history: Floats,
) -> None:  # fmt: skip
    """End the step to W_{k+1}, whose largest magnitudes are `top`: note who diverged; keep the weights if they stay."""
    unsound = 0
    for lane in range(top.size):
        unsound += not (top[lane] <= limit)
        highest[lane] = max(highest[lane], top[lane])
    if unsound:
        note(k, work, w_at, top, limit, tally, diverged)
    if k + 1 > last - history.shape[1]:
        unpack(work, widths, w_at, 0, history[:, (k + 1) % history.shape[1]])


@part
def conclude(squares: Floats, highest: Floats, per_tau: float, tally: Floats, diverged: Integers) -> None:
    """Hand the sums of the replicas that have not diverged to their tally."""
    for lane in range(tally.shape[0]):
        if diverged[lane, 0] < 0:
            tally[lane, SQUARE_SATURATION] = squares[lane]
            tally[lane, MAX_SATURATION] = max(tally[lane, MAX_SATURATION], highest[lane] * per_tau)


def turned(samples: Integers, replicas: int) -> Integers:
    """Return `samples` with steps first, filled up with 0 to a whole block of replicas."""
    found = np.zeros((samples.shape[1], replicas), samples.dtype)
    found[:, : samples.shape[0]] = samples.T
    return found


def workspace(widths: Integers, lags: Integers, dtype: DTypeLike, batch: int = 1, copies: int = 1) -> Floats:
    """Return uninitialised memory for `layout`, aligned to whole registers, with room for `copies` of the weights."""
    weights = int((widths[1:] * widths[:-1]).sum())
    queue = batch * int((widths * (np.concatenate([lags[:1], lags]) + 2)).sum())
    return aligned((copies * weights + queue + 2 * int(widths.max())) * width(dtype), dtype, large=True)
