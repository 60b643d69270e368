"""The stage recursions of a network against passes with other weights (claims network.*), pair by pair, per sample.

Every claim on one stage is evaluated with what arrived at the stage; then the recursions of `theory.theorems.network`
are put against the same passes, through all stages. Pairs (U, V) are a path's stale and current weights (`lines`), or
weights that look for trouble (`perturbed.pairs`). A line shows the stage, pair and sample that come closest to failing.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from simulate.problems.network import Network
from theory.setting.objectives import Array, Weights
from theory.theorems import network
from theory.theorems.network import NetworkConstants, Rows
from verify.proof_lines.lines import ROUNDING, Line, surely
from verify.proof_lines.passes import Pairs, Passes, passes, stacked
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import sides

PAIRS = 1_024
"""How many pairs of a path are passed, spread evenly over its steps and replicas."""


def lines(path: Recording) -> list[Line]:
    """Return the lines of the stage claims along a network's path; nothing for other problems."""
    if not isinstance(path.problem, Network):
        return []
    return against(path.problem, network.bounds(path.problem.stage_data, path.norms), pairs(path))


def pairs(path: Recording) -> Pairs:
    """Return stale and current weights of a path; without lags, the weights after and before each step."""
    old = path.stale if any(path.setting.lags) else path.after
    chosen = np.unique(np.linspace(0, path.weights[..., 0].size - 1, PAIRS).astype(int))
    shapes = path.problem.shapes

    def staged(weights: Array) -> Weights:
        flat = weights.reshape(-1, weights.shape[-1])[chosen]
        return [stacked(flat[:, at].reshape(-1, *shape)) for at, shape in zip(path.stages, shapes, strict=True)]

    return Pairs(staged(old), staged(path.weights))


class Met(NamedTuple):
    """What a stage claim is evaluated with: passes with V, with forward weights U, and with U; sizes of the pairs.

    Args:
        now: passes with V.
        stale: passes with forward weights U and backward weights V.
        full: passes with U.
        u: norm(U^(m) - V^(m)), one array (P, 1) a stage.
        w: spectral norms of U and of V, alike.
        slope, bend: p0 and p1.

    """

    pairs: Pairs
    now: Passes
    stale: Passes
    full: Passes
    u: list[Array]
    w: tuple[list[Array], list[Array]]
    slope: float
    bend: float


def met(problem: Network, found: Pairs) -> Met:
    """Pass every sample with every pair."""
    U, V = found
    moved = [np.linalg.norm(u - v, axis=(-2, -1)) for u, v in zip(U, V, strict=True)]
    old, new = ([np.linalg.norm(stage, 2, axis=(-2, -1)) for stage in side] for side in (U, V))
    now, stale, full = passes(problem, V, V), passes(problem, U, V), passes(problem, U, U)
    p0, p1 = (float(problem.stage_data[name]) for name in ("p0", "p1"))
    return Met(found, now, stale, full, moved, (old, new), p0, p1)


def against(problem: Network, bounds: Rows, found: Pairs) -> list[Line]:
    """Return, for every line of the stage claims, the place that comes closest to failing.

    Args:
        problem: a network.
        bounds: what the theorem says of it, with w_m at least the spectral norms of the pairs.
        found: weights.

    """
    seen = met(problem, found)
    return [*each_stage(seen), *through_all(problem, bounds, seen), *_dominance(bounds)]


# One stage, with what arrived at it


def each_stage(seen: Met) -> Iterator[Line]:
    """Yield the claims on one stage, each at its closest stage."""
    last, count = len(seen.u) - 1, len(seen.u)
    one = (_forward, _backward, _forward_stale, _hadamard, _backward_stale, _sensitivity)
    for part in one:
        yield _stagewise([part(seen, m) for m in range(count)])
    if last:
        yield _stagewise([_full_change(seen, m) for m in range(last)])


class Sides(NamedTuple):
    """Both sides of a claim's conclusion at one stage, and the size of what cancels in them."""

    claim: str
    statement: str
    left: Array
    right: Array
    scale: float


def _stagewise(found: Sequence[Sides]) -> Line:
    return _closest(found[0].claim, found[0].statement, [(one.left, one.right, one.scale) for one in found])


def _size(rows: Array) -> Array:
    """Return the norms of rows (..., 1, width), shape (...)."""
    return np.asarray(np.linalg.norm(rows, axis=(-2, -1)))


def _square(rows: Array) -> Array:
    return np.asarray(np.sum(rows * rows, axis=(-2, -1)))


def _gram(one: str, first: Array, other: str, second: Array) -> dict[str, Array]:
    """Return the inner products of two vectors under a claim's names for them, which are in alphabetical order."""
    cross = np.sum(first * second, axis=(-2, -1))
    return {f"<{one}|{one}>": _square(first), f"<{one}|{other}>": cross, f"<{other}|{other}>": _square(second)}


def _evaluated(claim: str, part: str, statement: str, values: dict[str, Array], size: Array) -> Sides:
    """Return a conclusion of a claim on squares, evaluated; `size` are norms of what cancels in its left side."""
    left, right = sides(claim, part, values)
    return Sides(claim, statement, left, right, float(np.max(size) ** 2))


def _forward(seen: Met, m: int) -> Sides:
    values = {"<y|y>": _square(seen.stale.x[m + 1]), "X_m": _size(seen.stale.x[m])}
    values |= {"w_m": seen.w[0][m], "p0": np.asarray(seen.slope)}
    shown = "norm(phi(W x))^2 <= (p0 norm2(W) norm(x))^2 at stage {m}"
    return _evaluated("network.forward", "bound", shown, values, _size(seen.stale.x[m + 1]))


def _backward(seen: Met, m: int) -> Sides:
    """Take norm2(W^T) norm(delta) of the stage behind for what arrives; of the last stage, the loss's gradient."""
    w, D = _behind(seen, seen.full, seen.w[0], m)
    values = {"<delta|delta>": _square(seen.full.delta[m]), "w_m": w, "D_m": D, "p0": np.asarray(seen.slope)}
    shown = "norm(phi'(z) * W^T delta)^2 <= (p0 norm2(W) norm(delta))^2 at stage {m}"
    return _evaluated("network.backward", "bound", shown, values, _size(seen.full.delta[m]))


def _behind(seen: Met, found: Passes, norms: list[Array], m: int) -> tuple[Array, Array]:
    if m + 1 < len(seen.u):
        return norms[m + 1], _size(found.delta[m + 1])
    return np.ones_like(seen.u[m]), _size(found.arriving[m])


def _forward_stale(seen: Met, m: int) -> Sides:
    """Take the change of the stage's output: U x_U - V x_V = (U - V) x_U + V (x_U - x_V)."""
    now, stale = seen.now, seen.stale
    changed = stale.x[m] - now.x[m]
    values = {"<y|y>": _square(stale.x[m + 1] - now.x[m + 1]), "p0": np.asarray(seen.slope)}
    values |= {"X_m": _size(stale.x[m]), "u_m": seen.u[m], "w_m": seen.w[1][m], "e_m": _size(changed)}
    shown = "norm(change of phi(W x))^2 <= (p0 (X u + w e))^2 at stage {m}"
    return _evaluated("network.forward_stale", "output", shown, values, _size(stale.x[m + 1]))


def _hadamard(seen: Met, m: int) -> Sides:
    """Take, element by element, the change of slope times what arrives."""
    now, stale = seen.now, seen.stale
    w, D = _behind(seen, stale, seen.w[1], m)
    curve = (stale.slope[m] - now.slope[m]) * stale.arriving[m]
    values = {"curve": curve, "inside": stale.z[m] - now.z[m], "p1": np.asarray(seen.bend)}
    values |= {"w_m": w[..., None, None], "D_m": D[..., None, None]}
    shown = "(dphi' y)^2 <= (p1 dz norm(W^T) norm(delta))^2 elementwise at stage {m}"
    return _evaluated("network.hadamard", "squares", shown, values, seen.slope * D)


def _backward_stale(seen: Met, m: int) -> Sides:
    now, stale = seen.now, seen.stale
    w, D = _behind(seen, stale, seen.w[1], m)
    bend = (stale.slope[m] - now.slope[m]) * stale.arriving[m]
    gone = stale.arriving[m] - now.arriving[m]
    values = _gram("bend", bend, "turn", now.slope[m] * gone)
    values |= {"zeta_m": _size(stale.z[m] - now.z[m]), "change": _size(gone), "w_m": w, "D_m": D}
    values |= {"p0": np.asarray(seen.slope), "p1": np.asarray(seen.bend)}
    shown = "norm(change of delta)^2 <= (p1 zeta w D + p0 change)^2 at stage {m}"
    return _evaluated("network.backward_stale", "bound", shown, values, seen.slope * D)


def _full_change(seen: Met, m: int) -> Sides:
    """Take U^T delta_U - V^T delta_V = (U - V)^T delta_U + V^T (delta_U - delta_V), of the stage behind stage m."""
    now, full, (U, V) = seen.now, seen.full, seen.pairs
    change = full.delta[m + 1] - now.delta[m + 1]
    carried = full.delta[m + 1] @ (U[m + 1] - V[m + 1])
    values = _gram("WTdbeta", change @ V[m + 1], "dWTdelta", carried)
    values |= {"u_m": seen.u[m + 1], "D_m": _size(full.delta[m + 1])}
    values |= {"w_m": seen.w[1][m + 1], "beta_m": _size(change)}
    shown = "norm(U^T delta_U - V^T delta_V)^2 <= (u D + w beta)^2 behind stage {m}"
    return _evaluated("network.full_change", "bound", shown, values, _size(full.arriving[m]))


def _sensitivity(seen: Met, m: int) -> Sides:
    now, stale = seen.now, seen.stale
    message, entered = stale.delta[m] - now.delta[m], stale.x[m] - now.x[m]
    first, second = (
        np.swapaxes(left, -1, -2) @ right for left, right in ((message, stale.x[m]), (now.delta[m], entered))
    )
    values = _gram("dbeta_x", first, "delta_dx", second)
    values |= {"beta_m": _size(message), "X_m": _size(stale.x[m]), "D_m": _size(now.delta[m]), "e_m": _size(entered)}
    shown = "norm(change of delta x^T)^2 <= (beta X + D e)^2 at stage {m}"
    return _evaluated("network.sensitivity", "bound", shown, values, _size(now.G[m]))


# Through all stages, by the recursions


def through_all(problem: Network, bounds: Rows, seen: Met) -> Iterator[Line]:
    """Yield the recursions' bounds on inputs, messages, their changes and those of the stage gradients."""
    moved = np.stack(seen.u)  # (M, P, 1)
    X, D = (np.asarray(part, dtype=float) for part in (bounds.X, bounds.D))
    now, stale, full = seen.now, seen.stale, seen.full
    inputs, gradients = X[1:], D * X[:-1]
    changes = (
        ("network.depth", "change of the output of stage {m} <= e_(m+1)", stale.x[1:], now.x[1:], bounds.e[1:], inputs),
        ("network.backward_stale", "change of delta^({m}) <= beta_m, forward weights moved", stale.delta, now.delta,
         bounds.beta, D),
        ("network.full_change", "change of delta^({m}) <= beta_m, all weights moved", full.delta, now.delta,
         bounds.beta_full, D),
        ("network.sensitivity", "norm(G^({m})(U,V) - G^({m})(V,V)) <= (S u)_m", stale.G, now.G, bounds.S, gradients),
        ("network.rows", "norm(G^({m})(U,U) - G^({m})(V,V)) <= (S_full u)_m", full.G, now.G, bounds.S_full, gradients),
    )  # fmt: skip
    sizes = (("network.depth", "norm(output of stage {m}) <= X_(m+1)", full.x[1:], inputs),
             ("network.backward", "norm(delta^({m})) <= D_m", full.delta, D))  # fmt: skip
    for claim, statement, met_there, allowed in sizes:
        pieces = [(_size(one), np.asarray(bound), float(bound)) for one, bound in zip(met_there, allowed, strict=True)]
        yield _closest(claim, statement, pieces)
    for claim, statement, one, other, rows, scales in changes:
        allowed = np.tensordot(rows, moved, axes=1)
        gaps = [_size(a - b) for a, b in zip(one, other, strict=True)]
        yield _closest(claim, statement, list(zip(gaps, allowed, map(float, scales), strict=True)))
    yield _lipschitz(problem, NetworkConstants(bounds.S, bounds.S_full).L, seen, float(np.linalg.norm(gradients)))


def _dominance(bounds: Rows) -> Iterator[Line]:
    """Yield S <= S_full, at the entry that comes closest."""
    ones = [(bounds.S, bounds.S_full, float(np.max(bounds.S_full)))]
    yield _closest("network.dominance", "S <= S_full, entry by entry", ones)


def _closest(claim: str, statement: str, found: Sequence[tuple[Array, Array, float]]) -> Line:
    """Return the line with the largest left/right over stages, pairs and samples.

    Args:
        claim: id.
        statement: with {m} for the stage.
        found: a stage's left and right sides and the size of what cancels in them.

    """
    worst = [_largest(*one) for one in found]
    m = int(np.argmax([share for share, _, _ in worst]))
    _, left, right = worst[m]
    return surely(claim, statement.replace("{m}", str(m + 1)), left, right, found[m][2])


def _largest(left: Array, right: Array, scale: float) -> tuple[float, float, float]:
    """Return the largest left/right and its two sides; where both vanish, rounding does not count.

    A left side that is no number, or above a right side below zero, has the largest share of all.
    """
    left, right = np.broadcast_arrays(left, right)
    sound = np.isfinite(left) & ((right >= 0) | (left <= right + ROUNDING * scale))
    share = np.where(sound, left / (np.abs(right) + ROUNDING * scale + np.finfo(float).tiny), np.inf)
    at = np.unravel_index(np.argmax(share), share.shape)
    return float(share[at]), float(left[at]), float(right[at])


def _lipschitz(problem: Network, L: float, seen: Met, scale: float) -> Line:
    """Return the line of the gradient of f itself, from the problem's exact moments."""

    def gradients(weights: Weights) -> Weights:
        return problem.gradient([stage[:, 0] for stage in weights])

    U, V = seen.pairs
    change = [np.linalg.norm(a - b, axis=(-2, -1)) for a, b in zip(gradients(U), gradients(V), strict=True)]
    moved = np.linalg.norm(np.stack(seen.u)[..., 0], axis=0)
    _, left, right = _largest(np.linalg.norm(change, axis=0), L * moved, scale)
    return surely("network.smooth", "norm(grad f(U) - grad f(V)) <= L norm(U - V)", left, right, scale)
