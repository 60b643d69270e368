"""The instances that claims speak of: where their mean step vanishes, and what a lag costs on a parabola."""

from collections.abc import Iterator, Mapping

import numpy as np

from simulate.problems.attaining import Attaining, PlusMinus
from simulate.problems.lag_lower import LagLower
from simulate.problems.lipschitz_only import LipschitzOnly
from verify.proof_lines.lines import Array, Line, surely
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import relation, shown, sides


def lines(path: Recording) -> list[Line]:
    """Return the claims that speak of the path's problem: of the two instances with a floor, of the two about lags."""
    made_for = getattr(path.problem, "tau", None)
    if isinstance(path.problem, LipschitzOnly):
        return list(_converse(path, path.problem))
    if isinstance(path.problem, LagLower):
        return list(_lag_alone(path, path.problem))
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


def _converse(path: Recording, problem: LipschitzOnly) -> Iterator[Line]:
    """Take the start, where the mean step is zero with the staleness beta that the path shows after one step."""
    if problem.linear or path.setting.alpha != problem.alpha or path.setting.tau != problem.tau or path.steps == 1:
        return
    at = path.stages[problem.places.read]
    slope, size = path.gradient[0, :, at], np.abs(path.fresh[0, :, at])
    values: dict[str, Array | float] = {"slope": slope, "size": size, "up": 0.5 + slope / (2 * size), "rest": -slope}
    values |= {"rho": path.weights[0, :, at] / problem.tau, "sigma": problem.sigma2, "beta": path.staleness[1, :, at]}
    yield from _evaluated("free.converse", values, "mean size", "mean step", "size", "above")


def _lag_alone(path: Recording, problem: LagLower) -> Iterator[Line]:
    """Follow the weight of the first stage while gradients are read at W_0, then the average over all steps."""
    w, K, lag = path.weights[..., 0], path.steps, path.setting.lags[0]
    A, gap = path.inner(path.gradient, path.gradient), path.value[0]
    J = min(K, lag + 1)
    values: dict[str, Array | float] = {"alpha": path.alpha, "L": problem.L, "w_0": w[0]}
    for count in range(1, J + 1):
        here = {**values, "J": count, "w": (w[count] if count < K else path.after[-1, :, 0])}
        here["spent"] = np.sum((problem.L * w[:count]) ** 2, axis=0)
        yield from _evaluated("lag.first_steps", here, "weight", "sum", "pairs")
    values |= {"J": J, "K": K, "A": A, "Delta": gap, "d_m": lag, "eps": A}
    yield from _evaluated("lag.lower", values, "bound")
    if np.all(problem.L * gap / 2 - A >= 0):
        yield from _evaluated("lag.lower_rate", values, "bound on K")
    Lambda1 = problem.L * lag
    if path.alpha * (problem.L + Lambda1) == 1:
        values |= {"Lambda1": Lambda1, "p": gap / (path.alpha * K)}
        values |= {"q": path.alpha * Lambda1, "x": path.alpha * problem.L}
        yield from _evaluated("lag.upper", values, "bound", "less")
