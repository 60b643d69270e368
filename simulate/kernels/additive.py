"""Quadratics, with cosines or without, and additive noise: replicas side by side, one product with H a step for all.

The weights of a block of replicas stand as a matrix, one row a coordinate, one column a replica; WIDE registers hold a
row. H times that matrix is a product of matrices: four rows of H share what they read of it, and it is read in slices
that stay in the first cache. Each replica's sums are taken in the order of its coordinates, so that no number depends
on the block it stands in. Past weights are kept for any lags; every device is served, the linear one in lanes.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from simulate.kernels.circular import cosine, sine, within_half_turn
from simulate.kernels.elementary import ALD
from simulate.kernels.entry import Element, State, _curve, _shaped, _split
from simulate.kernels.plain import (
    MAX_SATURATION,
    SQUARE_SATURATION,
    SQUARED_GRADIENT,
    WEIGHTED_SATURATION,
    Floats,
    Integers,
    moved,
    stop,
)
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
    width,
    width_of,
)
from theory.setting.boundary import BadInput

ROWS: Final = 4
"""Rows of H that share what they read: with 512-bit registers their 16 sums stay in registers."""
SLICE: Final = 64
"""Columns of H that are done before the next: as many rows of the other factor stay in the first cache."""


def block(dtype: DTypeLike) -> int:
    """Return the replicas that are worked on together."""
    return WIDE * width(dtype)


@part
def _product(h: Floats, size: int, work: Floats, x: int, out: int) -> None:
    """Write H x, where x is `size` rows of a block of replicas."""
    g = WIDE * width_of(work)
    zero = like(load_wide(work, x), 0.0)
    for i in range(out, out + size * g, g):
        store(work, i, zero)
    for first in range(0, size, SLICE):
        last = min(first + SLICE, size)
        for i in range(0, size - size % ROWS, ROWS):
            at, row = out + i * g, i * size
            z0, z1 = load_wide(work, at), load_wide(work, at + g)
            z2, z3 = load_wide(work, at + 2 * g), load_wide(work, at + 3 * g)
            for j in range(first, last):
                v = load_wide(work, x + j * g)
                z0 = fma(like(v, h[row + j]), v, z0)
                z1 = fma(like(v, h[row + size + j]), v, z1)
                z2 = fma(like(v, h[row + 2 * size + j]), v, z2)
                z3 = fma(like(v, h[row + 3 * size + j]), v, z3)
            store(work, at, z0)
            store(work, at + g, z1)
            store(work, at + 2 * g, z2)
            store(work, at + 3 * g, z3)
        for i in range(size - size % ROWS, size):
            z0 = load_wide(work, out + i * g)
            for j in range(first, last):
                v = load_wide(work, x + j * g)
                z0 = fma(like(v, h[i * size + j]), v, z0)
            store(work, out + i * g, z0)


@part
def _pack(history: Floats, work: Floats, ring: int) -> None:
    """Write the weights of every slot in rows of replicas; places without a replica repeat the last one."""
    g = WIDE * width_of(work)
    for slot in range(history.shape[1]):
        for i in range(history.shape[2]):
            for r in range(g):
                work[ring] = history[min(r, history.shape[0] - 1), slot, i]
                ring += 1


@part
def _unpack(work: Floats, ring: int, history: Floats) -> None:
    """Write the weights of every slot back."""
    g = WIDE * width_of(work)
    for slot in range(history.shape[1]):
        for i in range(history.shape[2]):
            for r in range(history.shape[0]):
                history[r, slot, i] = work[ring + r]
            ring += g


@part
def _away(work: Floats, ring: int, k: int, slots: int, lags: Integers, optimum: Floats, out: int) -> None:
    """Write U - W* of the weights that are lags[i] updates old."""
    g = WIDE * width_of(work)
    for i in range(lags.size):
        v = load_wide(work, ring + ((k - lags[i]) % slots * lags.size + i) * g)
        store(work, out + i * g, v - like(v, optimum[i]))


@part
def _slopes(h: Floats, work: Floats, x: int, out: int, size: int, waves: Floats) -> Value:
    """Write the slope at W* + x, H x + a c sin(c x), to `out`; return the value there.

    waves: (a, c/2); the value is x^T H x/2 + a sum (1 - cos(c x)).
    """
    g = WIDE * width_of(work)
    _product(h, size, work, x, out)
    total = like(load_wide(work, x), 0.0)
    for i in range(0, size * g, g):
        total = fma(load_wide(work, x + i) * like(total, 0.5), load_wide(work, out + i), total)
    if waves[0] != 0:
        for i in range(0, size * g, g):
            r = within_half_turn(load_wide(work, x + i) * like(total, waves[1]))
            s, c = sine(r), cosine(r)
            total = fma(s * s, like(total, 2 * waves[0]), total)
            store(work, out + i, fma(s * c, like(total, 4 * waves[0] * waves[1]), load_wide(work, out + i)))
    return total


@part
def _observe(work: Floats, now: int, slope: int, value: Value, variances: Floats, per_tau: float, out: int) -> None:
    """Write for every replica: max_i |w_i|/tau, norm(F)^2, the sum of (w_i/tau)^2 sigma_i^2, and the value."""
    g = WIDE * width_of(work)
    top = squares = weighted = like(value, 0.0)
    for i in range(variances.size):
        f, share = load_wide(work, slope + i * g), load_wide(work, now + i * g) * like(value, per_tau)
        squares = fma(f, f, squares)
        top = larger(magnitude(share), top)
        weighted = fma(share * share, like(value, variances[i]), weighted)
    store(work, out, top)
    store(work, out + g, squares)
    store(work, out + 2 * g, weighted)
    store(work, out + 3 * g, value)


@part
def _read_noise(noise: Floats, step: int, work: Floats, out: int) -> None:
    g = WIDE * width_of(work)
    for r in range(g):
        row = noise[min(r, noise.shape[0] - 1), step]
        for i in range(noise.shape[2]):
            work[out + i * g + r] = row[i]


@part
def _move(
    work: Floats, now: int, then: int, direction: int, noise: int, size: int, device: int, real: Floats
) -> Value:  # fmt: skip
    """Write the device's update by -alpha (direction + noise); return max |w|, nan where some w is not finite."""
    g = WIDE * width_of(work)
    high = poison = zero = like(load_wide(work, now), 0.0)
    minus_alpha, per_tau = like(zero, -real[0]), like(zero, real[1])
    for i in range(0, size * g, g):
        w, dw = load_wide(work, now + i), minus_alpha * (load_wide(work, direction + i) + load_wide(work, noise + i))
        if device == ALD:
            store(work, then + i, fma(-(magnitude(dw) * per_tau), w, w + dw))
        else:
            store(work, noise + i, dw)
            for r in range(g):
                work[then + i + r] = moved(device, work[now + i + r], work[noise + i + r], real)
        w = load_wide(work, then + i)
        high, poison = larger(magnitude(w), high), fma(w, zero, poison)
    return fma(poison, zero, high)


@part
def _first_beyond(work: Floats, at: int, size: int, replica: int, limit: float) -> int:
    """Return the first coordinate of a replica that is not finite or passes the limit."""
    g = WIDE * width_of(work)
    for i in range(size):
        if not (abs(work[at + i * g + replica]) <= limit):
            return i
    return size - 1


def workspace(size: int, slots: int, dtype: DTypeLike) -> Floats:
    """Return uninitialised memory for `advance`, aligned to whole registers."""
    return aligned((size * (slots + 5) + 5) * block(dtype), dtype, large=True)


@compiled
def advance(
    step: int, noise: Floats, hessian: Floats, optimum: Floats, waves: Floats, lags: Integers, variances: Floats,
    device: int, real: Floats, bins: Integers, history: Floats, tally: Floats, diverged: Integers, curve: Floats,
    work: Floats,
) -> None:  # fmt: skip
    """Advance one block of replicas by T = noise.shape[1] steps; see `quadratic`."""
    count, slots, size = history.shape
    g, limit, stale = WIDE * width_of(work), real[5], slots > 1
    rows = size * g
    away, late, slope, direction = (slots * rows, (slots + 1) * rows, (slots + 2) * rows, (slots + 3) * rows)
    drawn, seen = (slots + 4) * rows, (slots + 5) * rows
    top = seen + 4 * g
    current = np.zeros_like(lags)
    _pack(history, work, 0)
    for t in range(noise.shape[1]):
        k = step + t
        now, then = k % slots * rows, (k + 1) % slots * rows
        _read_noise(noise, t, work, drawn)
        _away(work, 0, k, slots, current, optimum, away)
        value = _slopes(hessian, work, away, slope, size, waves)
        if stale:
            _away(work, 0, k, slots, lags, optimum, late)
            _slopes(hessian, work, late, direction, size, waves)
        _observe(work, now, slope, value, variances, real[1], seen)
        store(work, top, _move(work, now, then, direction if stale else slope, drawn, size, device, real))
        for r in range(count):
            share = np.float64(work[seen + r])
            square, weighted = np.float64(work[seen + g + r]), np.float64(work[seen + 2 * g + r])
            if diverged[r, 0] < 0:
                if work[top + r] <= limit:
                    tally[r, MAX_SATURATION] = max(tally[r, MAX_SATURATION], share)
                    tally[r, SQUARE_SATURATION] += share**2
                    tally[r, SQUARED_GRADIENT] += square
                    tally[r, WEIGHTED_SATURATION] += weighted
                    curve[r, bins[t], 0] += square
                    curve[r, bins[t], 1] += np.float64(work[seen + 3 * g + r])
                else:
                    stop(tally[r], diverged[r], k + 1, _first_beyond(work, then, size, r, limit))
                    curve[r] = np.nan
    _unpack(work, 0, history)


def quadratic(
    state: State,
    noise: Floats,
    hessian: Floats,
    optimum: Floats,
    lags: Sequence[int] | Integers,
    variances: Floats,
    *,
    alpha: float,
    element: Element,
    amplitude: float = 0.0,
    frequency: float = 1.0,
    bins: Integers | None = None,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Advance every replica of a coupled quadratic plus cosines by the steps of `noise`.

    G(U, V; xi) = H (U - W*) + a c sin(c (U - W*)) + xi. The averaged squared gradient and the saturations are
    collected at every step.

    Args:
        state: changed in place.
        noise: xi, shape (R, T, D), in f/w; the mean of B of them where a step takes B.
        hessian: H, shape (D, D).
        optimum: W*, shape (D,).
        lags: of every coordinate, shape (D,).
        variances: sigma_i^2 of the noise of every coordinate, shape (D,).
        alpha: step size, in w^2/f.
        element: the device.
        amplitude: a, in f, >= 0; 0 has no cosines.
        frequency: c, in 1/w.
        bins: which bin of the curve each step belongs to, shape (T,); all in one by default.
        threads: slices of the replicas worked on at once; no number depends on it.

    Returns:
        Sums over the steps of each bin of norm(F_k)^2 and f(W_k) - f(W*), shape (R, max(bins) + 1, 2).

    """
    history = state.history
    replicas, slots, size = history.shape
    _shaped("noise", noise, (replicas, None, size))
    _shaped("hessian", hessian, (size, size))
    for name, vector in (("optimum", optimum), ("lags", np.asarray(lags)), ("variances", variances)):
        _shaped(name, np.asarray(vector), (size,))
    if np.max(lags) >= slots:
        raise BadInput("lags", tuple(lags), f"lags < {slots}, the weights the state keeps", "simulate.kernels")
    places, curve = _curve(bins, noise.shape[1], replicas)
    dtype, delays, together = history.dtype, np.array(lags, np.int64), block(history.dtype)
    h, w_star, xi, sigma2 = (np.ascontiguousarray(a, dtype) for a in (hessian, optimum, noise, variances))
    real, waves = element.real(alpha, dtype), np.array([amplitude, frequency / 2], dtype)

    def work(part: slice) -> None:
        memory = workspace(size, slots, dtype)
        for first in range(part.start, part.stop, together):
            some = slice(first, min(first + together, part.stop))
            advance(
                state.step, xi[some], h.ravel(), w_star, waves, delays, sigma2, element.code, real, places,
                history[some], state.tally[some], state.diverged[some], curve[some], memory,
            )  # fmt: skip

    _split(replicas, threads, together, work)
    state.step += noise.shape[1]
    return curve
