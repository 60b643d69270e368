"""The two instances with a floor in closed form: what the oracle answers, and where their mean step vanishes."""

from collections.abc import Iterator, Mapping

import numpy as np

from simulate.problems.attaining import Attaining, PlusMinus
from verify.proof_lines.lines import Array, Line, surely
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import relation, shown, sides


def lines(path: Recording) -> list[Line]:
    """Return floor.oracle and floor.attained, or floor.plus_minus, at the instance they speak of; else nothing."""
    made_for = getattr(path.problem, "tau", None)
    if isinstance(path.problem, Attaining):
        linear = path.problem.drift is None and path.problem.start is None  # else it was made for another device
        return [*_oracle(path), *(_attained(path) if linear and made_for == path.setting.tau else ())]
    if isinstance(path.problem, PlusMinus) and made_for == path.setting.tau:
        return list(_plus_minus(path))
    return []


def _evaluated(claim: str, values: Mapping[str, Array | float], *parts: str) -> Iterator[Line]:
    """Yield conclusions at every given element, at the place that comes closest to failing."""
    for part in parts:
        stated = relation(claim, part)
        left, right = np.broadcast_arrays(*(np.asarray(side, dtype=float) for side in sides(claim, part, values)))
        if stated.op == "==":
            left, right = np.abs(left - right), np.zeros_like(left)
        at = np.unravel_index(np.argmax(left - right), left.shape)
        scale = float(max(np.abs(np.asarray(value)).max() for value in values.values())) ** 2
        yield surely(claim, f"{shown(stated)}, everywhere", float(left[at]), float(right[at]), scale)


def _oracle(path: Recording) -> Iterator[Line]:
    """Put the size of the answers in: the chance of a positive one then makes them unbiased with variance sigma^2."""
    slope, size = path.gradient, np.abs(path.fresh)
    values = {"slope": slope, "size": size, "up": 0.5 + slope / (2 * size), "sigma": _sigma(path)}
    yield from _evaluated("floor.oracle", values, "unbiased", "variance", "up >= 0", "up <= 1")


def _sigma(path: Recording) -> float:
    return float(np.sqrt(path.constants.values["sigma2"]))


def _attained(path: Recording) -> Iterator[Line]:
    """Take the start, where the mean step is zero."""
    tau, w = path.setting.tau, path.weights[0]
    values = {"slope": path.gradient[0], "size0": np.abs(path.fresh[0]), "w_0": w, "rho": w / tau, "tau": tau}
    yield from _evaluated("floor.attained", {**values, "sigma": _sigma(path)}, "size", "mean step", "floor")


def _plus_minus(path: Recording) -> Iterator[Line]:
    """Take the start of every coordinate, with the size of its own noise."""
    tau, w = path.setting.tau, path.weights[0]
    values = {"slope": path.gradient[0], "sigma": np.abs(path.noise[0]), "w": w, "rho": w / tau, "tau": tau}
    yield from _evaluated("floor.plus_minus", values, "above", "below", "mean step", "floor")
