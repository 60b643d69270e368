"""Sums over the samples of products of three intervals, compiled: what the curvature of a network is made of.

Rounding is accounted for as in `intervals`: a product has the radius |a| r_b + r_a (|b| + r_b) and what its midpoint is
off by, and a sum of n products n EPS times their sizes. Of two factors whose product is multiplied by many others, that
product is a row, in which all that this takes is made once: its midpoints, its radii with n EPS times its sizes, and
its largest sizes, one after another.
"""

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.jit import compiled, inlined
from simulate.kernels.simd import WIDTH64, fma, like, load, store

Array = NDArray[np.float64]
Places = NDArray[np.int64]
Ends = tuple[Array, Array]
"""Midpoints and radii of intervals."""
Row = tuple[Array, Array, Array]

EPS = float(np.finfo(np.float64).eps)
TINY = 1e-300
DEPTH = 16
"""As in `intervals`, and here once more: what is compiled is kept for as long as this file does not change."""


@inlined
def _rounded(radius: float, terms: int) -> float:
    """Return a radius enlarged by its own rounding; `terms` is the length of a sum in it."""
    return radius * (1 + (DEPTH + terms) * EPS) + TINY


@inlined
def _full(size: int) -> int:
    """Return a length, at least `size`, of whole registers."""
    return (size + WIDTH64 - 1) // WIDTH64 * WIDTH64


@inlined
def _times(mid: float, rad: float, others: Array, radii: Array, first: int, terms: int, row: Row) -> None:
    """Write the products of an interval and others to a row, from `first` on."""
    size = abs(mid)
    for i in range(others.size):
        product = mid * others[i]
        rounded = abs(product)
        radius = _rounded(size * radii[i] + rad * (abs(others[i]) + radii[i]) + EPS * rounded, 0)
        row[0][first + i], row[1][first + i] = product, radius + terms * EPS * rounded
        row[2][first + i] = rounded + radius


@inlined
def _add(mid: float, rad: float, row: Row, count: int, at: int, sums: Ends) -> None:
    """Add the products of an interval and the first of a row, up to a whole register, to sums from `at` on.

    Their radii are not rounded up yet.
    """
    one = load(row[0], 0)
    factor, radius, size = like(one, mid), like(one, rad), like(one, abs(mid))
    for i in range(0, count, WIDTH64):
        store(sums[0], at + i, fma(factor, load(row[0], i), load(sums[0], at + i)))
        part = fma(radius, load(row[2], i), load(sums[1], at + i))
        store(sums[1], at + i, fma(size, load(row[1], i), part))


@inlined
def _row(wide: int) -> Row:
    return np.zeros(wide), np.zeros(wide), np.zeros(wide)


@inlined
def _sums(count: int, wide: int) -> Ends:
    return np.zeros(count * wide), np.zeros(count * wide)


@compiled
def inner(change: Ends, weight: Ends, stops: Places, found: Ends) -> None:
    """Write the sums over k of change_kp weight_k change_kq, symmetric in p and q.

    Args:
        change: shape (n, K, O); row k is 0 from stops[k] on.
        weight: shape (n, K).
        stops: shape (K,).
        found: takes the sums, shape (n, O, O).

    """
    count, terms, size = change[0].shape
    wide = _full(size)
    row, sums = _row(wide), _sums(size, wide)
    for n in range(count):
        sums[0][:] = sums[1][:] = 0.0
        for k in range(terms):
            mid, rad = change[0][n, k], change[1][n, k]
            _times(weight[0][n, k], weight[1][n, k], mid, rad, 0, terms, row)
            for p in range(stops[k]):
                _add(mid[p], rad[p], row, size, p * wide, sums)
        for p in range(size):
            for q in range(p + 1):
                at = p * wide + q
                found[0][n, p, q] = found[0][n, q, p] = sums[0][at]
                found[1][n, p, q] = found[1][n, q, p] = _rounded(sums[1][at], terms)


@compiled
def mean_in_weights(change: Ends, x: Ends, delta: Ends, inputs: Ends, m: Places, j: Places, found: Ends) -> None:
    """Write the means over the samples of change_(mr, js) x_mc x_jd, and, if j < m, delta_mr inputs_(mc, js) x_jd too.

    Args:
        change: shape (n, N, M, R, M, R).
        x: shape (n, N, M, C).
        delta: shape (n, N, M, R).
        inputs: shape (n, N, M, C, M, R).
        m: the first stages of pairs, shape (pairs,).
        j: the second stages.
        found: takes the means, shape (n, pairs, R, C, R, C).

    """
    count, samples, _, rows, _, _ = change[0].shape
    columns, terms = x[0].shape[3], 2 * samples
    wide, wider = _full(columns * columns), _full(rows * columns)
    both, straight = _row(wide), _sums(rows * rows, wide)
    mixed, crossed = _row(wider), _sums(columns * rows, wider)
    for one in range(count):
        for pair in range(m.size):
            a, b = m[pair], j[pair]
            straight[0][:] = straight[1][:] = crossed[0][:] = crossed[1][:] = 0.0
            for n in range(samples):
                y, y_rad = x[0][one, n, b], x[1][one, n, b]
                for c in range(columns):
                    _times(x[0][one, n, a, c], x[1][one, n, a, c], y, y_rad, c * columns, terms, both)
                for r in range(rows):
                    _add_all(change[0][one, n, a, r, b], change[1][one, n, a, r, b], both, wide, r * rows, straight)
                if b < a:
                    for r in range(rows):
                        _times(delta[0][one, n, a, r], delta[1][one, n, a, r], y, y_rad, r * columns, terms, mixed)
                    for c in range(columns):
                        i, i_rad = inputs[0][one, n, a, c, b], inputs[1][one, n, a, c, b]
                        _add_all(i, i_rad, mixed, wider, c * rows, crossed)
            _put(straight, crossed, samples, found[0][one, pair], found[1][one, pair])


@inlined
def _add_all(mids: Array, rads: Array, row: Row, wide: int, first: int, sums: Ends) -> None:
    """Add the products of some intervals and a row, each to sums of its own, from number `first` on."""
    for s in range(mids.size):
        _add(mids[s], rads[s], row, wide, (first + s) * wide, sums)


@inlined
def _put(straight: Ends, crossed: Ends, samples: int, mids: Array, rads: Array) -> None:
    """Write the means, shape (R, C, R, C), of sums of (r, s) and (c, d), and of (c, s) and (r, d)."""
    rows, columns, _, _ = mids.shape
    for r in range(rows):
        for c in range(columns):
            for s in range(rows):
                for d in range(columns):
                    at = (r * rows + s) * _full(columns * columns) + c * columns + d
                    to = (c * rows + s) * _full(rows * columns) + r * columns + d
                    mid = (straight[0][at] + crossed[0][to]) / samples
                    rad = _rounded(straight[1][at] + crossed[1][to], 2 * samples) / samples
                    mids[r, c, s, d], rads[r, c, s, d] = mid, _rounded(rad + EPS * abs(mid), 0)
