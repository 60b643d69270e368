"""One replica step by step: what the proof speaks of at each step, and what bounds it there."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from verify.proof_lines import elements
from verify.proof_lines.lines import Array
from verify.proof_lines.record import Recording

SHOWN = 12
"""How many steps a person is shown, closer together at the start."""


@dataclass(frozen=True)
class Step:
    """One step of one replica; a bound whose constants are unknown is None.

    Args:
        k: the step.
        value: f(W_k).
        squared_gradient: norm(F_k)^2.
        noise: norm(n_k).
        staleness: norm(b_k).
        staleness_bound: S times the distance moved.
        drift: norm(e_k).
        drift_bound: rho norm(g~_k).
        step: norm(T_k).
        step_bound: alpha (1 + rho) norm(g~_k).
        descent: f(W_{k+1}) - f(W_k).
        descent_bound: what smoothness allows it to be at most.

    """

    k: int
    value: float
    squared_gradient: float
    noise: float
    staleness: float
    staleness_bound: float | None
    drift: float
    drift_bound: float
    step: float
    step_bound: float
    descent: float
    descent_bound: float | None


def steps(path: Recording, replica: int = 0) -> list[Step]:
    """Return every recorded step of one replica."""
    one = np.s_[:, replica]
    direction = _norm(path.direction[one])
    columns: dict[str, Array | None] = {
        "value": path.value[:-1, replica],
        "squared_gradient": _norm(path.gradient[one]) ** 2,
        "noise": _norm(path.noise[one]),
        "staleness": _norm(path.staleness[one]),
        "staleness_bound": _staleness(path, replica),
        "drift": _norm(path.drift[one]),
        "drift_bound": path.rho * direction,
        "step": _norm(path.moved[one]),
        "step_bound": path.alpha * (1 + path.rho) * direction,
        "descent": np.diff(path.value[:, replica]),
        "descent_bound": _descent(path, replica),
    }
    rows: list[dict[str, Any]] = [
        {name: None if column is None else float(column[k]) for name, column in columns.items()}
        for k in range(path.steps)
    ]
    return [Step(k, **row) for k, row in enumerate(rows)]


def shown(count: int) -> list[int]:
    """Return the steps of `count` that a person is shown: the first and the last, and ever fewer between."""
    if count <= SHOWN:
        return list(range(count))
    spread = np.unique(np.round(np.geomspace(1, count, SHOWN)).astype(int)) - 1
    return [int(step) for step in spread]


def _norm(rows: Array) -> Array:
    return np.asarray(np.linalg.norm(rows, axis=-1))


def _staleness(path: Recording, replica: int) -> Array | None:
    matrix = elements.sensitivity(path)
    if matrix is None:
        return None
    moved = elements.stage_norms(path, path.weights - path.stale)[:, replica]
    return _norm(moved @ matrix.T)


def _descent(path: Recording, replica: int) -> Array | None:
    """Return what smoothness allows f to change by, from the premise of the claim on the descent."""
    if "L" not in path.constants.values:
        return None
    _, most = elements.descent(path)
    return np.asarray(most[:, replica] - path.value[:-1, replica])
