"""What holds at every element, step and replica: the device, the lags, the staleness, the descent.

Nothing but rounding is allowed here.
"""

from typing import Any

import numpy as np

from verify.claims.lines import Array, Line, surely
from verify.claims.record import Path
from verify.claims.relations import number, relation, sides


def lines(path: Path) -> list[Line]:
    """Return device.*, lags, staleness and smooth."""
    found = [*_device(path), _lags(path), *_staleness(path)]
    return [*found, _smooth(path)] if "L" in path.constants.values else found


def _worst(claim: str, part: str, left: Array, right: Array, scale: float) -> Line:
    """Return the line at the place where its left side comes closest to its right side."""
    excess = np.asarray(left - right)
    place = np.unravel_index(int(np.argmax(excess)), excess.shape)
    shown = f"{relation(claim, part)}, everywhere"
    sides_there = float(np.broadcast_to(left, excess.shape)[place]), float(np.broadcast_to(right, excess.shape)[place])
    return surely(claim, shown, *sides_there, scale)


def _device(path: Path) -> list[Line]:
    """Return the update the simulator made against the closed form, and the two lemmas on it."""
    g, w = path.direction, path.weights
    increment = -path.alpha * g
    m, tau = np.abs(increment), path.setting.tau
    scale = float(np.abs(w).max() + m.max())
    law = number(relation("device.closed_form", "linear").rhs, {"m": m, "s": np.sign(increment), "w": w, "tau": tau})
    off = float(np.abs(path.after - law).max())
    made = surely("device.closed_form", "the weights after a step are what the closed form says", off, 0.0, scale)
    units = {"device.drift": float(np.abs(g).max()), "device.step": scale}
    return [
        made,
        *(_worst(claim, part, *sides(claim, part, element(path)), units[claim]) for claim, part in ELEMENTWISE),
    ]


def element(path: Path) -> dict[str, Any]:
    """Return the values of the symbols of device.*, elementwise."""
    g = path.direction
    return {"e": path.drift, "g": g, "m": np.abs(g), "rho": path.rho, "T": path.moved, "alpha": path.alpha}


ELEMENTWISE = tuple((claim, part) for claim in ("device.drift", "device.step") for part in ("above", "below"))
"""Conclusions that hold at every element."""


def _lags(path: Path) -> Line:
    off = float(np.abs(path.direction - path.asked).max())
    statement = "the direction is G(W^, W; xi), W^ as old as the schedule says"
    return surely("lags", statement, off, 0.0, float(np.abs(path.direction).max()))


def sensitivity(path: Path) -> Array | None:
    """Return S, shape (M, M), where it is a fact of the problem: the block norms of H for a quadratic."""
    hessian = getattr(path.problem, "hessian", None)
    if hessian is None:
        return None
    return np.array([[np.linalg.norm(hessian[a, b], 2) for b in path.stages] for a in path.stages])


def _staleness(path: Path) -> list[Line]:
    matrix = sensitivity(path)
    if matrix is None:
        return []
    allowed = _stage_norms(path, path.weights - path.stale) @ matrix.T
    found = {"beta": _stage_norms(path, path.staleness), "pi": allowed}
    size = float(np.abs(path.direction).max())  # b is a difference of directions of this size
    return [_worst("stale.pathwise", "staleness", *sides("stale.pathwise", "staleness", found), size)]


def _stage_norms(path: Path, values: Array) -> Array:
    return np.stack([np.linalg.norm(values[..., stage], axis=-1) for stage in path.stages], axis=-1)


def _smooth(path: Path) -> Line:
    """Return the descent lemma at each step: the premise `smooth` of master.telescope."""
    vectors = {"F_k": path.gradient, "v_k": path.mean_direction, "n_k": path.noise}
    names = sorted(vectors)
    values: dict[str, object] = {
        f"<{one}|{other}>": np.sum(vectors[one] * vectors[other], axis=-1)
        for place, one in enumerate(names)
        for other in names[place:]
    }
    values |= {"f_now": path.value[:-1], "f_next": path.value[1:], "alpha": path.alpha}
    values["L"] = path.constants.values["L"]
    size = float(np.abs(path.value).max())
    return _worst("master.telescope", "smooth", *sides("master.telescope", "smooth", values), size)
