"""The portable kernels: the recursion of docs/theory.md#algorithms as loops over floats, one replica after the other.

Forward weights that are d_m updates old come from a ring of the last max(d) + 1 weights, so any lags, stashing and
micro-batches are served. `history[r, k % S]` holds W_k; the ring's other slots hold the S - 1 weights before it. The
functions change their last arguments in place and release the GIL; replicas do not touch each other.

`real` is (alpha, 1/tau, tau, limit, unit, numbers of the device's form) in the weights' dtype. A weight beyond the
limit has diverged. Weights, tau, limit and alpha's product with a gradient are in multiples of the unit; `network`
takes tau for it on the linear device, the others take 1. `grains` and `parts` are the device's pulses and unequal
elements, or None; see `simulate.kernels.grains`.
`tally[r]` collects (max |W|/tau, sum_k max_i (W_k,i/tau)^2, sum_k norm(F_k)^2, sum_k,i (W_k,i/tau)^2 sigma_i^2) in
float64, the last two where the kernel knows them. `diverged[r]` is (step, stage) of the first weight that is not
finite or passes tau, or (-1, -1); such a replica stops and its sums become nan.
"""

import math

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.elementary import activated, loss_slope, slope_of_value
from simulate.kernels.forms import OWN, Linear
from simulate.kernels.grains import Grains, Parts, acted, set_keys
from simulate.kernels.responses import LIMIT, UNIT, Asked, law
from simulate.kernels.simd import Value, compiled, fma, like, part

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]

MAX_SATURATION, SQUARE_SATURATION, SQUARED_GRADIENT, WEIGHTED_SATURATION = range(4)


@part
def _top(weights: Floats) -> Value:
    top = like(weights[0], 0.0)
    for i in range(weights.size):
        top = max(top, abs(weights[i]))
    return top


@part
def _fill(array: Floats, value: float) -> None:
    for i in range(array.size):
        array[i] = value


@part
def widen(weights: Floats, span: Floats) -> None:
    """Let `span`, the smallest and the largest of every weight so far, hold these weights."""
    for i in range(weights.size):
        span[0, i] = min(span[0, i], weights[i])
        span[1, i] = max(span[1, i], weights[i])


@part
def _copy(source: Floats, target: Floats) -> None:
    for i in range(source.size):
        target[i] = source[i]


@part
def stop(tally: Floats, diverged: Integers, step: int, stage: int) -> None:
    """Note where a replica diverged; its sums are worth nothing from now on."""
    diverged[0], diverged[1] = step, stage
    tally[MAX_SATURATION] = np.inf
    for i in range(1, tally.size):
        tally[i] = np.nan


@part
def forward(w: Floats, rows: int, cols: int, x: Floats, out: Floats, kind: int, unit: float) -> None:
    """Write x^(m+1) = phi(W x^(m)) of one stage; `w` is its rows times cols weights, in units of `unit`."""
    for i in range(rows):
        z = like(w[0], 0.0)
        for j in range(cols):
            z = fma(w[i * cols + j], x[j], z)
        out[i] = activated(kind, unit * z)


@part
def backward(w: Floats, rows: int, cols: int, delta: Floats, back: Floats) -> None:
    """Write W^T delta of one stage."""
    _fill(back[:cols], 0)
    for i in range(rows):
        for j in range(cols):
            back[j] = fma(w[i * cols + j], delta[i], back[j])


@part
def _step_rows(old: Floats, new: Floats, rows: int, cols: int, delta: Floats, x: Floats, real: Floats) -> Value:
    """Write the ALD update of one stage by the increments delta x^T; return max |w| (nan if any is nan)."""
    top = like(real[0], 0.0)
    for i in range(rows):
        for j in range(cols):
            w = law(Linear(real[OWN]), old[i * cols + j], delta[i] * x[j])
            new[i * cols + j] = w
            top = top if abs(w) <= top or top != top else abs(w)
    return top


@part
def _step_increments(
    old: Floats, new: Floats, increments: Floats, form: Asked, grains: Grains | None, parts: Parts | None, key: float,
    first: int,
) -> Value:  # fmt: skip
    """Write the device's update of one stage, whose first element is `first`; return max |w| (nan if any is nan)."""
    top = like(old[0], 0.0)
    for i in range(old.size):
        w = acted(form, grains, parts, old[i], increments[i], key, first + i)
        new[i] = w
        top = top if abs(w) <= top or top != top else abs(w)
    return top


@part
def _accumulate(increments: Floats, delta: Floats, x: Floats, rows: int, cols: int) -> None:
    for i in range(rows):
        for j in range(cols):
            increments[i * cols + j] = fma(delta[i], x[j], increments[i * cols + j])


@part
def _one_pass(
    ring: Floats,
    step: int,
    sample: int,
    inputs: Floats,
    targets: Floats,
    widths: Integers,
    lags: Integers,
    stage_at: Integers,
    unit_at: Integers,
    modes: Integers,
    scale: float,
    unit: float,
    x: Floats,
    delta: Floats,
    back: Floats,
    increments: Floats,
) -> None:
    """Add `scale` G(W^, W) of one sample to `increments`, or leave that to the caller where only one sample is taken.

    The passes backwards are linear in `delta`, which carries the scale from its first value on.
    """
    activation, loss, _, batch, stashed = modes[0], modes[1], modes[2], modes[3], modes[4]
    stages, slots = widths.size - 1, ring.shape[0]
    _copy(inputs[sample], x)
    for m in range(stages):
        w = ring[(step - lags[m]) % slots, stage_at[m] : stage_at[m + 1]]
        forward(w, widths[m + 1], widths[m], x[unit_at[m] :], x[unit_at[m + 1] :], activation, unit)
    last = unit_at[stages]
    for i in range(widths[stages]):
        slope = slope_of_value(activation, x[last + i]) * loss_slope(loss, x[last + i], targets[sample, i])
        delta[last + i] = scale * slope
    for m in range(stages - 1, -1, -1):
        here, below = unit_at[m + 1], unit_at[m]
        if batch > 1 or modes[5]:
            _accumulate(increments[stage_at[m] : stage_at[m + 1]], delta[here:], x[below:], widths[m + 1], widths[m])
        if m > 0:
            w = ring[(step - lags[m] * stashed) % slots, stage_at[m] : stage_at[m + 1]]
            backward(w, widths[m + 1], widths[m], delta[here:], back)
            for j in range(widths[m]):
                delta[below + j] = slope_of_value(activation, x[below + j]) * (unit * back[j])


@compiled
def network(
    step: int,
    samples: Integers,
    inputs: Floats,
    targets: Floats,
    widths: Integers,
    lags: Integers,
    modes: Integers,
    shares: Floats,
    real: Floats,
    grains: Grains | None,
    parts: Parts | None,
    times: Integers,
    history: Floats,
    tally: Floats,
    diverged: Integers,
    snapshots: Floats,
    spans: Floats | None,
) -> None:
    """Advance every replica of a network by T = samples.shape[1] / batch steps; see `simulate.kernels.network`."""
    stages, slots, batch, limit = widths.size - 1, history.shape[1], modes[3], real[LIMIT]
    form, keys = Asked(modes[2], real.ctypes.data), np.zeros(1)
    stage_at, unit_at = np.zeros(stages + 1, np.int64), np.zeros(stages + 2, np.int64)
    for m in range(stages):
        stage_at[m + 1] = stage_at[m] + widths[m] * widths[m + 1]
        unit_at[m + 1] = unit_at[m] + widths[m]
    unit_at[stages + 1] = unit_at[stages] + widths[stages]
    units = np.zeros((2, unit_at[stages + 1]), history.dtype)
    x, delta = units[0], units[1]
    back, increments = np.zeros(units.shape[1], history.dtype), np.zeros(history.shape[2], history.dtype)
    scale = -real[0] / like(real[0], batch)
    for r in range(history.shape[0]):
        if diverged[r, 0] >= 0:
            for t in range(times.shape[1]):
                _fill(snapshots[r, t], np.nan)
            continue
        ring, taken = history[r], 0
        top = _top(ring[step % slots])
        tally[r, MAX_SATURATION] = max(tally[r, MAX_SATURATION], top * real[1])
        for k in range(step, step + samples.shape[1] // batch):
            set_keys(grains, k, r, keys)
            now, then = ring[k % slots], ring[(k + 1) % slots]
            while taken < times.shape[1] and times[r, taken] == k:
                _copy(now, snapshots[r, taken])
                taken += 1
            tally[r, SQUARE_SATURATION] += (np.float64(top) * np.float64(real[1])) ** 2
            _fill(increments, 0)
            for b in range(batch):
                sample = samples[r, (k - step) * batch + b]
                _one_pass(
                    ring,
                    k,
                    sample,
                    inputs,
                    targets,
                    widths,
                    lags[b * stages :] if lags.size > stages else lags,
                    stage_at,
                    unit_at,
                    modes,
                    scale,
                    real[UNIT],
                    x,
                    delta,
                    back,
                    increments,
                )
            top = like(real[0], 0.0)
            for m in range(stages):
                part = slice(stage_at[m], stage_at[m + 1])
                if shares.shape[0] > 0:
                    for i in range(stage_at[m], stage_at[m + 1]):
                        increments[i] *= shares[k - step, m]
                if batch == 1 and not modes[5]:
                    rows, cols = widths[m + 1], widths[m]
                    high = _step_rows(now[part], then[part], rows, cols, delta[unit_at[m + 1] :], x[unit_at[m] :], real)
                else:
                    high = _step_increments(
                        now[part], then[part], increments[part], form, grains, parts, keys[0], stage_at[m]
                    )
                if not (high <= limit) and diverged[r, 0] < 0:
                    stop(tally[r], diverged[r], k + 1, m + 1)
                top = max(top, high)
            if diverged[r, 0] >= 0:
                for t in range(taken, times.shape[1]):
                    _fill(snapshots[r, t], np.nan)
                break
            tally[r, MAX_SATURATION] = max(tally[r, MAX_SATURATION], top * real[1])
            if spans is not None:
                widen(then, spans[r])


@compiled
def scalar(
    step: int,
    uniforms: Floats,
    curvature: float,
    optimum: float,
    sigma: float,
    attaining: bool,
    device: int,
    real: Floats,
    grains: Grains | None,
    parts: Parts | None,
    bins: Integers,
    weights: Floats,
    tally: Floats,
    diverged: Integers,
    curve: Floats,
    spans: Floats | None,
) -> None:
    """Advance every replica of the one-weight instances of docs/theory.md#floor; see `simulate.kernels.scalar`."""
    form, keys = Asked(device, real.ctypes.data), np.zeros(1)
    limit = real[LIMIT]
    for r in range(weights.shape[0]):
        if diverged[r, 0] >= 0:
            continue
        w = weights[r, 0]
        for k in range(uniforms.shape[1]):
            slope = curvature * (np.float64(w) - optimum)
            size = math.sqrt(slope**2 + sigma**2)
            oracle = 0.0
            for b in range(uniforms.shape[2]):
                if attaining:
                    oracle += size if uniforms[r, k, b] < 0.5 * (1 + slope / size) else -size
                else:
                    oracle += slope + (sigma if uniforms[r, k, b] < 0.5 else -sigma)
            oracle /= uniforms.shape[2]
            share = np.float64(w) * np.float64(real[1])
            set_keys(grains, step + k, r, keys)
            w = acted(form, grains, parts, w, -real[0] * like(w, oracle), keys[0], 0)
            if not (abs(w) <= limit):
                stop(tally[r], diverged[r], step + k + 1, 1)
                for b in range(curve.shape[1]):
                    _fill(curve[r, b], np.nan)
                break
            tally[r, MAX_SATURATION] = max(tally[r, MAX_SATURATION], abs(share))
            tally[r, SQUARE_SATURATION] += share**2
            tally[r, SQUARED_GRADIENT] += slope**2
            tally[r, WEIGHTED_SATURATION] += share**2 * sigma**2
            curve[r, bins[k], 0] += slope**2
            curve[r, bins[k], 1] += 0.5 * slope**2 / curvature
            if spans is not None:
                spans[r, 0, 0], spans[r, 1, 0] = min(spans[r, 0, 0], w), max(spans[r, 1, 0], w)
        weights[r, 0] = w
