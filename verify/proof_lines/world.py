"""The value of every symbol of the proof on a path: the inner products of the Hilbert space become averages.

Values are arrays over the jackknife, shape (1 + R,): from all replicas, then leaving out each in turn; what is known
beforehand is a number.
"""

from typing import Any

import numpy as np

from theory.theorems.sharp import THEOREM as SHARP
from verify.proof_lines.lines import Array
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import number, sides

World = dict[str, Any]
"""By name: numbers, or arrays of shape (1 + R,)."""

GENERATORS = ("F", "b", "e", "n", "v")
"""Gradient, staleness, drift, noise, mean direction."""
_ENTRIES = tuple((one, other) for place, one in enumerate(GENERATORS) for other in GENERATORS[place:])


def jackknife(values: Array) -> Array:
    """Return the mean over replicas, then the means that leave out each in turn: shape (R, ...) -> (1 + R, ...)."""
    means = values.mean(axis=0)
    return np.concatenate([means[None], (values.sum(axis=0) - values) / (len(values) - 1)])


def world(path: Recording) -> World:
    """Return the value of every symbol of the proof.

    Constants come from the problem, rho from the path, abbreviations from the theorem's own definitions.
    """
    values: World = dict(zip((f"<{one}|{other}>" for one, other in _ENTRIES), _moments(path), strict=True))
    values["rbar2"] = jackknife(((np.abs(path.weights).max(axis=-1) / path.setting.tau) ** 2).mean(axis=0))
    values |= {name: float(value) for name, value in path.constants.values.items()} | {"rho": path.rho, "gain": 1.0}
    values |= _window(path)
    if "sigma2" in values:
        values["sigma"] = np.sqrt(values["sigma2"])
        if "Lambdah" in values:
            values.setdefault("nu", values["Lambdah"] * values["sigma"])
        if "ell1" in values:
            values.setdefault("nuhat", values["ell1"] * np.sqrt(values["D"]) * values["sigma"])
    for symbol, definition in SHARP.definitions.items():
        if {part.name for part in definition.free_symbols} <= values.keys():
            values[symbol.name] = number(definition, values)
    if "Ln" in values:
        values["xn"] = values["alpha"] * values["Ln"]
    return _premises(values | _lengths(values))


def _window(path: Recording) -> World:
    """Return what Theorem 4 takes of the path and its device: window, start and the slope of the drift."""
    D = max(1, *path.setting.lags)
    start = float(np.sqrt(np.max(np.sum(path.gradient[0] ** 2, axis=-1))))
    return {"D": float(D), "J": float(min(D, path.steps)), "F0": start, "theta1": 1 / path.setting.tau}


def _moments(path: Recording) -> list[Array]:
    """Return the inner products of `_ENTRIES`, each of shape (1 + R,)."""
    parts = {
        "F": path.gradient,
        "b": path.staleness,
        "e": path.drift,
        "n": path.noise,
        "v": path.mean_direction,
    }
    return [jackknife(path.inner(parts[one], parts[other])) for one, other in _ENTRIES]


def _lengths(values: World) -> World:
    """Return A, Y, a and the roots the proof introduces."""
    A, Y = values["<F|F>"], np.sqrt(values["<v|v>"])
    r = np.sqrt(A)
    along = {other: np.divide(values[f"<F|{other}>"], r, out=np.zeros_like(r), where=r > 0) for other in ("n", "v")}
    found: World = {"A": A, "Y": Y, "r": r, "a": along["v"], "<n|unit>": along["n"], "<unit|v>": along["v"]}
    found["S"] = np.sqrt(np.maximum(Y**2 - along["v"] ** 2, 0.0))
    return found | ({"R": np.hypot(r, values["sigma"])} if "sigma" in values else {})


def _premises(values: World) -> World:
    """Meet premises that a claim leaves open with the step before it."""
    if {"q", "qn", "R"} <= values.keys():
        values["eta"] = np.sqrt(sides("master.sharp", "i", values)[1])
    if {"Lambda1", "nu"} <= values.keys():
        values["B_b"] = np.sqrt(sides("stale.martingale", "bound", values)[1])
    return values
