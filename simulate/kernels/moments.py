"""Exact moments of a network's sample gradient, on one set of weights a SIMD lane; see `simulate.kernels.measure`.

Four samples stand side by side in a wide value, so that every weight is read once for four. No second moment is kept
weight by weight: with g = delta x^T, the sum over i, j of w_ij^2 g_ij^2 is the sum over i of delta_i^2 s_i, where
s_i = sum over j of w_ij^2 x_j^2. Mean sizes are, where they are asked for: abs(g_ij) = abs(delta_i) abs(x_j).
"""

import numpy as np
from numpy.typing import DTypeLike

from simulate.kernels.elementary import activated, loss_slope, loss_value, slope_of_value
from simulate.kernels.plain import Floats, Integers
from simulate.kernels.simd import (
    WIDE,
    aligned,
    compiled,
    fma,
    inlined,
    like,
    load,
    load_wide,
    magnitude,
    repeated,
    store,
    width,
    width_of,
)


@inlined
def _forward(work: Floats, at: int, rows: int, cols: int, x: int, out: int, spread: int) -> None:
    """Write W x and s of four samples; rows go in pairs, the last of an odd number twice."""
    n = width_of(work)
    g = WIDE * n
    zero = like(load_wide(work, x), 0.0)
    for i in range(0, rows, 2):
        other = min(i + 1, rows - 1)
        z0 = z1 = s0 = s1 = zero
        for j in range(cols):
            v = load_wide(work, x + j * g)
            w0, w1 = load(work, at + (i * cols + j) * n), load(work, at + (other * cols + j) * n)
            z0, z1 = fma(repeated(w0), v, z0), fma(repeated(w1), v, z1)
            v = v * v
            s0, s1 = fma(repeated(w0 * w0), v, s0), fma(repeated(w1 * w1), v, s1)
        store(work, out + i * g, z0)
        store(work, out + other * g, z1)
        store(work, spread + i * g, s0)
        store(work, spread + other * g, s1)


@inlined
def _backward(work: Floats, at: int, rows: int, cols: int, delta: int, x: int, kind: int, below: int) -> None:
    """Write phi'(z) times W^T delta of four samples to `below`; columns go in pairs."""
    n = width_of(work)
    g = WIDE * n
    zero = like(load_wide(work, delta), 0.0)
    for j in range(0, cols, 2):
        other = min(j + 1, cols - 1)
        b0 = b1 = zero
        for i in range(rows):
            d = load_wide(work, delta + i * g)
            b0 = fma(repeated(load(work, at + (i * cols + j) * n)), d, b0)
            b1 = fma(repeated(load(work, at + (i * cols + other) * n)), d, b1)
        store(work, below + j * g, slope_of_value(kind, load_wide(work, x + j * g)) * b0)
        store(work, below + other * g, slope_of_value(kind, load_wide(work, x + other * g)) * b1)


@inlined
def _accumulate(work: Floats, gradient: int, rows: int, cols: int, delta: int, x: int) -> None:
    """Add delta x^T of four samples, one after the other, to the gradient."""
    n = width_of(work)
    g = WIDE * n
    for i in range(rows):
        at = delta + i * g
        d0, d1, d2, d3 = load(work, at), load(work, at + n), load(work, at + 2 * n), load(work, at + 3 * n)
        for j in range(cols):
            v, p = x + j * g, gradient + (i * cols + j) * n
            total = fma(d1, load(work, v + n), fma(d0, load(work, v), load(work, p)))
            store(work, p, fma(d3, load(work, v + 3 * n), fma(d2, load(work, v + 2 * n), total)))


@inlined
def _sizes(work: Floats, at: int, count: int) -> None:
    """Put their sizes in the place of `count` wide values."""
    g = WIDE * width_of(work)
    for i in range(at, at + count * g, g):
        store(work, i, magnitude(load_wide(work, i)))


@inlined
def _squares(work: Floats, at: int, count: int, scratch: int) -> None:
    """Write the sum of the squares of `count` wide values to `scratch`."""
    g = WIDE * width_of(work)
    total = like(load_wide(work, at), 0.0)
    for i in range(at, at + count * g, g):
        total = fma(load_wide(work, i), load_wide(work, i), total)
    store(work, scratch, total)


@inlined
def _add_products(work: Floats, at: int, by: int, totals: Floats) -> None:
    """Add the products of two wide values, in float64 and over the samples, to the totals of every lane."""
    n = width_of(work)
    for s in range(0, WIDE * n, n):
        for lane in range(n):
            totals[lane] += np.float64(work[at + s + lane]) * np.float64(work[by + s + lane])


def workspace(widths: Integers, dtype: DTypeLike) -> Floats:
    """Return uninitialised memory for `evaluate`, aligned to whole registers."""
    weights, units = int((widths[1:] * widths[:-1]).sum()), int(widths.sum())
    return aligned((3 * weights + WIDE * (2 * units + 2 * int(widths.max()) + 4)) * width(dtype), dtype)


@compiled
def evaluate(
    weights: Floats, inputs: Floats, targets: Floats, widths: Integers, kind: int, loss: int, sized: bool,
    found: Floats, work: Floats,
) -> None:  # fmt: skip
    """Measure at most `width` sets of weights over all N samples.

    found[i] becomes f; norm(grad^(m) f)^2 and E norm(grad^(m) f(.; xi))^2 for m = 1..M; the sum over all weights of
    w^2 times the variance of its gradient; and, if `sized`, that of w^2 times how much the square of the gradient's
    mean size is above that of its mean. `inputs`, `targets`: shape (N, width of the stage).
    """
    n, stages, samples = width_of(work), widths.size - 1, inputs.shape[0]
    g = WIDE * n
    size = weights.shape[1] * n
    x_at, widest = np.zeros(stages + 2, np.int64), 0
    x_at[0] = 3 * size
    for m in range(stages + 1):
        x_at[m + 1] = x_at[m] + widths[m] * g
        widest = max(widest, widths[m] * g)
    spread = x_at[stages + 1]
    delta = spread + (x_at[stages + 1] - x_at[0])
    below = delta + widest
    scratch = below + widest
    ones = scratch + 3 * g
    for i in range(weights.shape[1]):
        for lane in range(n):
            work[i * n + lane] = weights[min(lane, weights.shape[0] - 1), i]
    for i in range(size, 3 * size):
        work[i] = 0
    for i in range(g):
        work[ones + i] = 1
    totals = np.zeros((3 + 2 * stages, n))
    for first in range(0, samples, WIDE):
        for s in range(WIDE):
            sample = min(first + s, samples - 1)
            for j in range(widths[0]):
                store(work, x_at[0] + j * g + s * n, like(load(work, 0), inputs[sample, j]))
            for i in range(widths[stages]):
                store(work, delta + i * g + s * n, like(load(work, 0), targets[sample, i]))
        at = 0
        for m in range(stages):
            up, down, out = widths[m + 1], widths[m], x_at[m + 1]
            _forward(work, at, up, down, x_at[m], out, spread + out - x_at[0])
            for i in range(out, out + up * g, g):
                store(work, i, activated(kind, load_wide(work, i)))
            at += up * down * n
        for i in range(widths[stages]):
            out, target = load_wide(work, x_at[stages] + i * g), load_wide(work, delta + i * g)
            store(work, scratch, loss_value(loss, out, target))
            store(work, delta + i * g, slope_of_value(kind, out) * loss_slope(loss, out, target))
            for place in range(scratch + (samples - first) * n, scratch + g):
                work[place] = 0
            _add_products(work, scratch, ones, totals[0])
            for place in range(delta + i * g + (samples - first) * n, delta + (i + 1) * g):
                work[place] = 0
        for m in range(stages - 1, -1, -1):
            up, down = widths[m + 1], widths[m]
            at -= up * down * n
            _accumulate(work, size + at, up, down, delta, x_at[m])
            _squares(work, delta, up, scratch)
            _squares(work, x_at[m], down, scratch + g)
            share = like(load_wide(work, delta), 0.0)
            for i in range(up):
                d = load_wide(work, delta + i * g)
                share = fma(d * d, load_wide(work, spread + x_at[m + 1] - x_at[0] + i * g), share)
            store(work, scratch + 2 * g, share)
            _add_products(work, scratch, scratch + g, totals[1 + stages + m])
            _add_products(work, scratch + 2 * g, ones, totals[1 + 2 * stages])
            if m > 0:
                _backward(work, at, up, down, delta, x_at[m], kind, below)
            if sized:  # neither is read again
                _sizes(work, delta, up)
                _sizes(work, x_at[m], down)
                _accumulate(work, 2 * size + at, up, down, delta, x_at[m])
            delta, below = below, delta
    for row in range(totals.shape[0]):
        for lane in range(n):
            totals[row, lane] /= samples
    at = 0
    for m in range(stages):
        for _ in range(widths[m] * widths[m + 1]):
            for lane in range(n):
                square = (np.float64(work[size + at + lane]) / samples) ** 2
                weight = np.float64(work[at + lane]) ** 2
                totals[1 + m, lane] += square
                totals[1 + 2 * stages, lane] -= square * weight
                if sized:
                    mean_size = np.float64(work[2 * size + at + lane]) / samples
                    totals[2 + 2 * stages, lane] += (mean_size**2 - square) * weight
            at += n
    for lane in range(found.shape[0]):
        for row in range(totals.shape[0]):
            found[lane, row] = totals[row, lane]
