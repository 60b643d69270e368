"""What holds at every element, step and replica: the device, the lags, the staleness, the descent, the values.

Nothing but rounding is allowed here.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.problems.cosine import Cosine
from simulate.problems.network import Network
from theory.setting import algorithms
from theory.theorems import network
from verify.proof_lines.lines import Array, Line, surely
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import number, relation, shown, sides


def lines(path: Recording) -> list[Line]:
    """Return device.*, adaptive.coordinate, lags, staleness, smooth and the values' telescope."""
    found = [*_device(path), *_box(path), *_certified(path), *_coordinates(path), _lags(path), *_staleness(path)]
    found += [_telescope(path)]
    return [*found, _smooth(path)] if "L" in path.constants.values else found


def worst(claim: str, part: str, left: Array, right: Array, scale: float) -> Line:
    """Return the line at the place where its left side comes closest to its right side."""
    excess = np.asarray(left - right)
    place = np.unravel_index(int(np.argmax(excess)), excess.shape)
    statement = f"{shown(relation(claim, part))}, everywhere"
    sides_there = float(np.broadcast_to(left, excess.shape)[place]), float(np.broadcast_to(right, excess.shape)[place])
    return surely(claim, statement, *sides_there, scale)


def _device(path: Recording) -> list[Line]:
    """Return the update the simulator made against the closed form, and the two lemmas on it."""
    g, w = path.direction, path.weights
    increment = -path.alpha * g
    m, tau = np.abs(increment), path.setting.tau
    scale = float(np.abs(w).max() + m.max())
    law = number(relation("device.closed_form", "linear").rhs, {"m": m, "s": np.sign(increment), "w": w, "tau": tau})
    off = float(np.abs(path.after - law).max())
    made = surely("device.closed_form", "the weights after a step are what the closed form says", off, 0.0, scale)
    units = {"device.drift": float(np.abs(g).max()), "response.drift": float(np.abs(g).max()), "device.step": scale}
    return [
        made,
        *(worst(claim, part, *sides(claim, part, element(path)), units[claim]) for claim, part in ELEMENTWISE),
    ]


def element(path: Recording) -> dict[str, Any]:
    """Return the values of the symbols of device.*, elementwise."""
    g = path.direction
    return {"e": path.drift, "g": g, "m": np.abs(g), "rho": path.rho, "T": path.moved, "alpha": path.alpha, "gain": 1.0}


def _box(path: Recording) -> list[Line]:
    """Return device.box at the elements its premises hold for: |w| <= tau and no step asked for longer than tau."""
    tau, w, increment = path.setting.tau, path.weights, -path.alpha * path.direction
    inside = (np.abs(w) <= tau) & (np.abs(increment) <= tau)
    if math.isinf(tau) or not inside.any():
        return []
    values = {"m": np.abs(increment), "s": np.sign(increment), "w": w, "tau": tau}
    found = ((part, sides("device.box", part, values)) for part in ("above", "below"))
    return [worst("device.box", part, *_where(inside, left, right), tau) for part, (left, right) in found]


def _where(inside: NDArray[np.bool_], left: Array, right: Array) -> tuple[Array, Array]:
    return np.broadcast_to(left, inside.shape)[inside], np.broadcast_to(right, inside.shape)[inside]


def _certified(path: Recording) -> list[Line]:
    """Return what device.inward certifies of the problem: no weight ever leaves the certified saturation."""
    tau, known = path.setting.tau, path.constants
    if math.isinf(tau) or not known.proved("rho"):
        return []
    statement = "abs(W_k) <= rho tau everywhere, rho certified by the inward directions"
    return [surely("device.inward", statement, path.rho * tau, known.values["rho"] * tau)]


def _coordinates(path: Recording) -> list[Line]:
    """Return adaptive.coordinate at every element: what the drift is, and what the saturation shrinks."""
    tau = path.setting.tau
    if math.isinf(tau):
        return []
    share = path.weights / tau
    values = {"grad": path.gradient, "stale": path.staleness, "rho": path.rho, "drift": path.drift}
    values |= {f"w_{name}": share * part for name, part in zip(("grad", "noise", "stale"), _parts(path), strict=True)}
    size = float(np.max([np.abs(part).max() for part in _parts(path)])) ** 2
    return [worst("adaptive.coordinate", part, *sides("adaptive.coordinate", part, values), size)
             for part in ("gradient", "staleness", "drift")]  # fmt: skip


def _parts(path: Recording) -> tuple[Array, Array, Array]:
    return path.gradient, path.noise, path.staleness


ELEMENTWISE = tuple(
    (claim, part) for claim in ("device.drift", "response.drift", "device.step") for part in ("above", "below")
)
"""Conclusions that hold at every element."""


def _lags(path: Recording) -> Line:
    off = float(np.abs(path.direction - path.asked).max())
    statement = "the direction is G(W^, W; xi), W^ as old as the schedule says"
    return surely("lags", statement, off, 0.0, float(np.abs(path.direction).max()))


def sensitivity(path: Recording) -> Array | None:
    """Return S, shape (M, M), where it is known: the block norms of H of a quadratic, by theorem of a network.

    The network's is the one of the path's own norms; S_full if the backward weights are stale too.
    """
    if isinstance(path.problem, Network):
        found = network.constants(path.problem.stage_data, path.norms)
        stashed = algorithms.named(path.setting.algorithm).stashed
        return found.S_full if stashed else found.S
    hessian = getattr(path.problem, "hessian", None)
    if hessian is None:
        return None
    rows = np.array([[np.linalg.norm(hessian[a, b], 2) for b in path.stages] for a in path.stages])
    if isinstance(path.problem, Cosine):  # the cosines are local to their stage
        rows += path.problem.amplitude * path.problem.frequency**2 * np.eye(len(rows))
    return rows


def _staleness(path: Recording) -> list[Line]:
    matrix = sensitivity(path)
    if matrix is None:
        return []
    allowed = stage_norms(path, path.weights - path.stale) @ matrix.T
    norms = stage_norms(path, path.staleness)
    found = {"beta": norms, "<b_mk|b_mk>": norms**2, "pi": allowed}
    size = float(np.abs(path.direction).max())  # b is a difference of directions of this size
    scales = {"staleness": size, "squares": size**2}
    return [worst("stale.pathwise", part, *sides("stale.pathwise", part, found), scales[part]) for part in scales]


def stage_norms(path: Recording, values: Array) -> Array:
    """Return the norm of each stage's part, shape (..., M)."""
    return np.stack([np.linalg.norm(values[..., stage], axis=-1) for stage in path.stages], axis=-1)


def _telescope(path: Recording) -> Line:
    """Return f(W_0) - f(W_K) <= Delta as averages over steps, replica by replica."""
    now, after = path.value[:-1].mean(axis=0), path.value[1:].mean(axis=0)
    values = {"mean_now": now, "mean_next": after, "Delta": path.problem.initial_gap, "K": len(path.value) - 1}
    return worst("sum.telescope", "bound", *sides("sum.telescope", "bound", values), float(np.abs(path.value).max()))


def descent(path: Recording) -> tuple[Array, Array]:
    """Return f(W_{k+1}) and what smoothness says it is at most, the premise `smooth` of master.telescope: (K, R)."""
    vectors = {"F_k": path.gradient, "v_k": path.mean_direction, "n_k": path.noise}
    names = sorted(vectors)
    values: dict[str, object] = {
        f"<{one}|{other}>": np.sum(vectors[one] * vectors[other], axis=-1)
        for place, one in enumerate(names)
        for other in names[place:]
    }
    values |= {"f_now": path.value[:-1], "f_next": path.value[1:], "alpha": path.alpha}
    values["L"] = path.constants.values["L"]
    return sides("master.telescope", "smooth", values)


def _smooth(path: Recording) -> Line:
    size = float(np.abs(path.value).max())
    return worst("master.telescope", "smooth", *descent(path), size)
