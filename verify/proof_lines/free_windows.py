"""The windows of Theorem 4 along a path: what has moved since the frozen point, row by row, and with a weight.

Of a stage with lag d its forward weights at the frozen point are behind by the steps older than d. The weight c_k of a
step is the mean of the squared length of its frozen direction over the fresh sample: of additive noise the squared
gradient at the frozen point and the noise's variance. Each claim is shown where it comes closest to failing.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from verify.proof_lines import averages, elements, frozen_run
from verify.proof_lines.frozen import delayed
from verify.proof_lines.frozen_run import Frozen
from verify.proof_lines.lines import Array, Line
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import relation
from verify.proof_lines.windows import closest, window
from verify.proof_lines.world import jackknife


def lines(path: Recording) -> list[Line]:
    """Return the lines of the windows where `frozen_run` has lines of the pieces."""
    frozen = frozen_run.of(path)
    if frozen is None:
        return []
    return closest([*_whole(frozen), *_stages(frozen), *_rows(frozen), *_weights(frozen)])


def _of(frozen: Frozen, claim: str, part: str, **own: Any) -> list[Line]:  # noqa: ANN401 - numbers and arrays
    return averages.evaluate({**frozen.values, **own}, claim, relation(claim, part))


def _sum(part: Array, newer: int, older: int) -> Array:
    """Return the sum of a sequence over the ages newer < i <= older, nothing before step 0."""
    return np.asarray(sum((delayed(part, age) for age in range(newer + 1, older + 1)), np.zeros_like(part)))


def _average(values: Array) -> Array:
    """Return the average over steps, shape (K, R) -> (1 + R,)."""
    return jackknife(values.mean(axis=0))


def _inner(one: Array, other: Array) -> Array:
    return _average(np.sum(one * other, axis=-1))


def _products(names: tuple[str, str], coherent: Array, noisy: Array) -> dict[str, Array]:
    """Return the inner products of a window's two parts, by the names of these."""
    U, W = names
    found = {f"<{U}|{U}>": _inner(coherent, coherent), f"<{W}|{W}>": _inner(noisy, noisy)}
    return found | dict.fromkeys((f"<{U}|{W}>", f"<{W}|{U}>"), _inner(coherent, noisy))


def _whole(frozen: Frozen) -> Iterator[Line]:
    """Yield what all stages have moved, and what the directions have changed."""
    path, D = frozen.path, frozen.window
    v, n = path.mean_direction, path.noise
    windows = {"frozen": (("U_D", "W_D"), _sum(v, 0, D), _sum(n, 0, D))}
    windows["behind"] = (("U_s", "W_s"), window(v, path), window(n, path))
    for part, moved in windows.items():
        yield from _of(frozen, "free.window", part, **_products(*moved))
    changes = {"stale": ("ch_t", path.direction), "fresh": ("ch_f", path.fresh)}
    for part, (name, direction) in changes.items():
        far = direction - frozen.direction
        if "ell" in frozen.values:
            yield from _of(frozen, "free.joint", part, **{f"<{name}|{name}>": _inner(far, far)})
    for part, need in (("coherent", "Lambda1"), ("martingale", "nu")):
        if need in frozen.values:
            yield from _of(frozen, "free.parts", part)


def _stages(frozen: Frozen) -> Iterator[Line]:
    """Yield what one stage's weights have moved, backward and forward."""
    path, D = frozen.path, frozen.window
    for stage, lag in zip(path.stages, path.setting.lags, strict=True):
        v, n = path.mean_direction[..., stage], path.noise[..., stage]
        lengths = {"c_m": np.sqrt(_inner(v, v)), "s_m": np.sqrt(_inner(n, n))}
        for part, names, newer in (("backward", ("U_b", "W_b"), 0), ("forward", ("U_f", "W_f"), lag)):
            moved = _products(names, _sum(v, newer, D), _sum(n, newer, D))
            yield from _of(frozen, "free.moved", part, **moved, **lengths)


def _norms(path: Recording, part: Array) -> Array:
    """Return N of each stage's part, shape (1 + R, M)."""
    squares = elements.stage_norms(path, part) ** 2
    return np.stack([np.sqrt(_average(one)) for one in np.moveaxis(squares, -1, 0)], axis=-1)


def _rows(frozen: Frozen) -> Iterator[Line]:
    """Yield the rows of S on distances from the frozen point, and on both parts of what stages are behind."""
    path, D, matrix = frozen.path, frozen.window, frozen.sensitivity
    v, n = path.mean_direction, path.noise
    c, s = _norms(path, v), _norms(path, n)
    lags = np.asarray(path.setting.lags, dtype=float)
    moved = path.alpha * elements.stage_norms(path, _sum(v + n, 0, D))
    late = np.stack(
        [elements.stage_norms(path, _sum(v + n, lag, D))[..., m] for m, lag in enumerate(path.setting.lags)], -1
    )
    behind = {name: path.alpha * elements.stage_norms(path, window(part, path)) for name, part in (("v", v), ("n", n))}
    for row in matrix:
        totals = {"gamma_l": c @ row, "chi_l": s @ row}
        for part, name, far in (("stale row", "P_t", path.alpha * late), ("fresh row", "P_f", moved)):
            yield from _of(
                frozen, "free.joint_partial", part, **totals, **{f"<{name}|{name}>": _average((far @ row) ** 2)}
            )
        totals = {"gamma": c @ (row * lags), "chi": s @ (row * np.sqrt(lags))}
        for part, name in (("coherent", "v"), ("martingale", "n")):
            square = {f"<P_{name}|P_{name}>": _average((behind[name] @ row) ** 2)}
            yield from _of(frozen, "free.parts_partial", part, **totals, **square)


def _weights(frozen: Frozen) -> Iterator[Line]:
    """Yield the windows of noise with the weight c_k, and what the frozen direction makes of them."""
    path = frozen.path
    c = np.sum(frozen.before(path.gradient) ** 2, axis=-1) + frozen.values["sigma2"]
    c_bar, root = _average(c), np.sqrt(c)[..., None]
    common = {"c_bar": c_bar, "R_0": np.sqrt(c_bar)}
    devs, distances = [], []
    for stage, lag in zip(path.stages, path.setting.lags, strict=True):
        n = path.noise[..., stage]
        aged = [root * delayed(n, age) for age in range(1, lag + 1)]
        Q = np.asarray(sum((_inner(one, one) for one in aged), np.zeros_like(c_bar))) / c_bar
        whole = root * _sum(n, 0, lag)
        yield from _of(frozen, "free.weighted_stage", "window", **common, Q_m=Q, **{"<W_c|W_c>": _inner(whole, whole)})
        devs.append(np.sqrt(Q))
        distances.append(path.alpha * np.linalg.norm(whole, axis=-1))
    dev, far = np.stack(devs, axis=-1), np.stack(distances, axis=-1)
    for row in frozen.sensitivity:
        square = {"<P_c|P_c>": _average((far @ row) ** 2)}
        yield from _of(frozen, "free.weighted_partial", "bound", **common, nuh=dev @ row, **square)
    nuhat = np.linalg.norm(dev @ frozen.sensitivity.T, axis=-1)
    yield from _of(frozen, "free.weighted", "bound", **common, nuhat=nuhat)
    start = {
        "J": float(min(frozen.window, path.steps)),
        "F0": math.sqrt(float(np.max(np.sum(path.gradient[0] ** 2, -1)))),
    }
    yield from _of(frozen, "free.frozen_mean", "bound", **common, **start)
