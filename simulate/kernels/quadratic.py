"""Quadratics, with cosines or without, and additive noise: one product of H with a tile of replicas a step.

Past weights are kept for any lags; every device is served, the linear one in lanes. Micro-batches come as the mean of
their noise.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from boundary import BadInput
from simulate.kernels.circular import cosine, sine, within_half_turn
from simulate.kernels.entry import Element, State, split
from simulate.kernels.grains import Grains, Parts, set_keys
from simulate.kernels.plain import (
    MAX_SATURATION,
    SQUARE_SATURATION,
    SQUARED_GRADIENT,
    WEIGHTED_SATURATION,
    Floats,
    Integers,
    stop,
)
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
from simulate.kernels.sizes import StepSizes, arrays_of, curve_of
from simulate.kernels.tiles import (
    block,
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
def _away(work: Floats, ring: int, k: int, slots: int, lags: Integers, optimum: Floats, out: int) -> None:
    """Write U - W* of the weights that are lags[i] updates old."""
    g = WIDE * width_of(work)
    for i in range(lags.size):
        v = load_wide(work, ring + late(k, lags[i], slots, i, lags.size, g))
        store(work, out + i * g, v - like(v, optimum[i]))


@part
def _slopes(h: Floats, work: Floats, x: int, out: int, size: int, waves: Floats) -> Value:
    """Write the slope at W* + x, H x + a c sin(c x), to `out`; return the value there.

    waves: (a, c/2); the value is x^T H x/2 + a sum (1 - cos(c x)).
    """
    g = WIDE * width_of(work)
    product(h, 0, size, size, work, x, out)
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
def _add_noise(noise: Floats, step: int, work: Floats, out: int) -> None:
    g = WIDE * width_of(work)
    for r in range(g):
        row = noise[min(r, noise.shape[0] - 1), step]
        for i in range(noise.shape[2]):
            work[out + i * g + r] += row[i]


def workspace(size: int, slots: int, dtype: DTypeLike, *, spans: bool = False) -> Floats:
    """Return uninitialised memory for `advance`, aligned to whole registers; `spans`: and for ranges."""
    return aligned((size * (slots + 3 + 2 * spans) + 5) * block(dtype), dtype, large=True)


@compiled
def advance(
    step: int, noise: Floats, hessian: Floats, optimum: Floats, waves: Floats, lags: Integers, variances: Floats,
    shares: Floats, ends: Integers, device: int, real: Floats, grains: Grains | None, parts: Parts | None,
    bins: Integers, history: Floats,
    tally: Floats, diverged: Integers, curve: Floats, spans: Floats | None, work: Floats,
) -> None:  # fmt: skip
    """Advance one block of replicas by T = noise.shape[1] steps; see `quadratic`."""
    count, slots, size = history.shape
    form = Asked(device, real.ctypes.data)
    g, limit, stale = WIDE * width_of(work), real[LIMIT], slots > 1
    rows = size * g
    away, slope, direction, seen = slots * rows, (slots + 1) * rows, (slots + 2) * rows, (slots + 3) * rows
    top, current, keys = seen + 4 * g, np.zeros_like(lags), np.zeros(g)
    low = top + g
    pack(history, work, 0)
    if spans is not None:
        empty(work, low, size)
    for t in range(noise.shape[1]):
        k = step + t
        now, then = k % slots * rows, (k + 1) % slots * rows
        _away(work, 0, k, slots, current, optimum, away)
        value = _slopes(hessian, work, away, slope, size, waves)
        _observe(work, now, slope, value, variances, real[1], seen)
        if stale:
            _away(work, 0, k, slots, lags, optimum, away)
            _slopes(hessian, work, away, direction, size, waves)
        along = direction if stale else slope
        _add_noise(noise, t, work, along)
        if shares.shape[0] > 0:
            scale_stages(work, along, shares[t], ends)
        set_keys(grains, k, 0, keys)
        store(work, top, move(work, now, then, along, size, form, real, grains, parts, keys))
        if spans is not None:
            widen(work, low, size, then)
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
                    stop(tally[r], diverged[r], k + 1, first_beyond(work, then, size, r, limit))
                    curve[r] = np.nan
    unpack(work, 0, history)
    if spans is not None:
        unpack(work, low, spans)


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
    steps: StepSizes | None = None,
    bins: Integers | None = None,
    sums: NDArray[np.float64] | None = None,
    threads: int = 1,
    spans: Floats | None = None,
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
        steps: step sizes that differ from stage to stage; None: alpha everywhere.
        bins: which bin of the curve each step belongs to, shape (T,); all in one by default.
        sums: those of earlier steps, which are gone on with in place, shape (R, bins, 2).
        threads: slices of the replicas worked on at once; no number depends on it.
        spans: see `network`.

    Returns:
        Sums over the steps of each bin of norm(F_k)^2 and f(W_k) - f(W*), shape (R, max(bins) + 1, 2).

    """
    history = state.history
    replicas, slots, size = history.shape
    check_shape("noise", noise, (replicas, None, size))
    check_shape("hessian", hessian, (size, size))
    for name, vector in (("optimum", optimum), ("lags", np.asarray(lags)), ("variances", variances)):
        check_shape(name, np.asarray(vector), (size,))
    if np.max(lags) >= slots:
        raise BadInput("lags", tuple(lags), f"lags < {slots}, the weights the state keeps", "simulate.kernels")
    places, curve = curve_of(bins, noise.shape[1], replicas, sums)
    dtype, delays, together = history.dtype, np.array(lags, np.int64), block(history.dtype)
    h, w_star, xi, sigma2 = (np.ascontiguousarray(a, dtype) for a in (hessian, optimum, noise, variances))
    real, form, makeup = element.acting(alpha, dtype, size)
    clear_spans(spans, state.history)
    waves, sizes = np.array([amplitude, frequency / 2], dtype), arrays_of(steps, noise.shape[1], dtype)

    def work(part: slice) -> None:
        memory = workspace(size, slots, dtype, spans=spans is not None)
        for first in range(part.start, part.stop, together):
            some = slice(first, min(first + together, part.stop))
            advance(
                state.step, xi[some], h.ravel(), w_star, waves, delays, sigma2, *sizes, form.device, real,
                *makeup.given(some), places, history[some], state.tally[some], state.diverged[some], curve[some],
                part_of(spans, some), memory,
            )  # fmt: skip

    split(replicas, threads, together, work)
    state.step += noise.shape[1]
    return curve
