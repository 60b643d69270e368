"""The staleness lemma stage by stage: what a window of lag d moves, and what the rows of S make of it.

N(.)^2 is the average over steps and replicas; before step 0 nothing moves. Each claim is shown at the stage where it
comes closest to failing.
"""

import math
from typing import Any

import numpy as np

from verify.proof_lines import elements
from verify.proof_lines.lines import Array, Line, expected, surely
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import relation, shown, sides
from verify.proof_lines.world import jackknife

StepAverages = dict[str, Any]
"""Averages over steps by name: from all replicas, then leaving out each in turn, shape (1 + R, ...)."""


def lines(path: Recording) -> list[Line]:
    """Return window.* and stale.* of every stage with a lag; nothing where there is none."""
    lags = path.setting.lags
    if not any(lags):
        return []
    coherent, noisy = (window(part, path) for part in (path.mean_direction, path.noise))
    found = [_moved(path, coherent + noisy)]
    for stage, lag in zip(path.stages, lags, strict=True):
        if lag:
            found += _of_a_stage(path, lag, stage, coherent, noisy)
    return closest([*found, *_rows(path)])


def closest(found: list[Line]) -> list[Line]:
    """Return of each claim's lines with one statement the one that fails, or else uses most of its right side."""
    best: dict[tuple[str, str], Line] = {}
    for line in found:
        key = line.claim, line.statement
        if key not in best or _closer(line, best[key]):
            best[key] = line
    return list(best.values())


def _closer(one: Line, other: Line) -> bool:
    if one.ok != other.ok:
        return not one.ok
    return math.isnan(other.used) or one.used > other.used


def window(part: Array, path: Recording) -> Array:
    """Return, stage by stage, the sum of the last d_m members of a sequence, nothing before step 0."""
    result = np.zeros_like(part)
    for stage, lag in zip(path.stages, path.setting.lags, strict=True):
        for back in range(1, min(lag, path.steps - 1) + 1):
            result[back:, :, stage] += part[:-back, :, stage]
    return result


def _moved(path: Recording, window: Array) -> Line:
    """Return the premise that a stage moved by alpha times its window, W_k - W^_k = -alpha (U + W)."""
    off = float(np.abs(path.weights - path.stale + path.alpha * window).max())
    size = float(np.abs(path.weights).max() + path.alpha * np.abs(window).max())
    return surely("stale.partial", "W_k - W^_k is -alpha times the window's sum, everywhere", off, 0.0, size)


def _average(values: Array) -> Array:
    """Return the average over steps, shape (K, R) -> (1 + R,)."""
    return jackknife(values.mean(axis=0))


def _line(claim: str, values: StepAverages, scale: float) -> Line:
    left, right = (np.broadcast_to(side, values["one"].shape) for side in sides(claim, "bound", values))
    return expected(claim, shown(relation(claim, "bound")), left, right, scale)


def _of_a_stage(path: Recording, lag: int, stage: slice, coherent: Array, noisy: Array) -> list[Line]:
    U, W, v, n = (part[..., stage] for part in (coherent, noisy, path.mean_direction, path.noise))

    def inner(one: Array, other: Array) -> Array:
        return _average(np.sum(one * other, axis=-1))

    values: StepAverages = {"<U|U>": inner(U, U), "<U|W>": inner(U, W), "<W|W>": inner(W, W), "d_m": float(lag)}
    values |= {"sqrt_d": math.sqrt(lag), "one": np.ones(1 + U.shape[1])}
    lengths = {"coherent": np.sqrt(inner(v, v)), "martingale": np.sqrt(inner(n, n))}
    scale = float(values["<U|U>"][0] + values["<W|W>"][0])
    both = {"c_m": lengths["coherent"], "s_m": lengths["martingale"]}
    return [
        *(_line(f"window.{name}", {**values, "c_m": length}, scale) for name, length in lengths.items()),
        _line("window.displacement", {**values, **both}, scale),
    ]


def _rows(path: Recording) -> list[Line]:
    """Return the rows of S against what the stages moved."""
    matrix = elements.sensitivity(path)
    if matrix is None:
        return []
    lags = np.asarray(path.setting.lags, dtype=float)
    moved = elements.stage_norms(path, path.weights - path.stale)
    v, n, whole, b = (
        np.stack([np.sqrt(_average(one)) for one in np.moveaxis(elements.stage_norms(path, part) ** 2, -1, 0)], axis=-1)
        for part in (path.mean_direction, path.noise, path.mean_direction + path.noise, path.staleness)
    )
    found = list[Line]()
    for m, row in enumerate(matrix):
        values: StepAverages = {"alpha": path.alpha, "one": np.ones(len(v)), "<b_m|b_m>": b[:, m] ** 2}
        values |= {"<P|P>": _average((moved @ row) ** 2)}
        split = {"gamma": v @ (row * lags), "chi": n @ (row * np.sqrt(lags))}
        scale = float(np.max(path.direction**2))
        found += [_line(claim, {**values, **split}, scale) for claim in ("stale.partial", "stale.row")]
        together = {**values, "gamma": whole @ (row * lags)}
        found += [_line(claim, together, scale) for claim in ("stale.whole_partial", "stale.whole_row")]
    return found
