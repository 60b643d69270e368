"""Conditional means, the path form and stopped runs along a path: what a step is in the mean given the past.

The mean is exact: over all samples where these are finitely many, and by the law of the noise where it is added. A run
is stopped where it leaves a ball around W_0 whose size the first replica, the pilot, tells; the lines on it are of the
others.
"""

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import special

import theory
from boundary import OutsideDomain
from simulate.problems.blocks import Blocks
from theory.bounds import rest
from theory.setting import algorithms
from theory.setting.objectives import Weights
from verify.proof_lines.averages import defined, evaluate
from verify.proof_lines.elements import worst
from verify.proof_lines.lines import Array, Line, expected
from verify.proof_lines.record import Recording, asked, flat
from verify.proof_lines.relations import number, relation, shown
from verify.proof_lines.world import World, jackknife, world


class Means(NamedTuple):
    """Given the past, at every step, replica and element: arrays of shape (K, R, D).

    Args:
        direction: the mean of g~_k.
        drift: the mean of e_k.
        current: the mean size of the sample's gradient at current weights, times the share.

    """

    direction: Array
    drift: Array
    current: Array


def given_the_past(path: Recording) -> Means | None:
    """Return the means of direction and drift, or None where nobody tells the law of a sample."""
    problem, share = path.problem, path.weights / path.setting.tau
    if path.setting.batch != 1:
        return None
    if isinstance(problem, Blocks):
        mean = path.direction - path.noise  # the noise is added
        drift, current = (_mean_size(of, problem.noise_scale, problem.noise_kind) for of in (mean, path.gradient))
        return Means(mean, drift * share, current * np.abs(share))
    everything = problem.every_sample
    if everything is None:
        return None
    read, fresh = ([_direction(path, sample, at) for sample in everything] for at in (path.stale, path.weights))
    size, fresh_size = (np.mean(np.abs(some), axis=0) for some in (read, fresh))
    return Means(np.mean(read, axis=0), size * share, fresh_size * np.abs(share))


def _mean_size(mean: Array, deviation: Array, kind: str) -> Array:
    """Return E |mean + noise| of noise that is two-point, uniform or normal, element by element."""
    s = np.broadcast_to(np.asarray(deviation, dtype=np.float64), mean.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        match kind:
            case "two-point":
                return np.asarray((np.abs(mean + s) + np.abs(mean - s)) / 2)
            case "uniform":
                half = s * math.sqrt(3)
                return np.where(np.abs(mean) < half, (mean**2 + half**2) / (2 * half), np.abs(mean))
        z = mean / (s * math.sqrt(2))
        normal = s * math.sqrt(2 / math.pi) * np.exp(-(z**2)) + mean * special.erf(z)
    return np.where(s > 0, normal, np.abs(mean))


def _direction(path: Recording, sample: np.generic, forward: Array) -> Array:
    """Return g~_k as it would be with one sample at every step and these forward weights, shape (K, R, D)."""
    count, shapes = path.weights.shape[0] * path.weights.shape[1], path.problem.shapes

    def staged(values: Array) -> Weights:
        return [values[..., at].reshape(count, *shape) for at, shape in zip(path.stages, shapes, strict=True)]

    algorithm = algorithms.named(path.setting.algorithm)
    drawn = [np.repeat(np.asarray(sample)[None], count, axis=0)]
    return flat(asked(path.problem, algorithm, staged(forward), staged(path.weights), drawn)).reshape(
        path.weights.shape
    )


def lines(path: Recording) -> list[Line]:
    """Return mean.*, path.form and stopped.*, as far as the path tells them."""
    found = list(_stopped(path))
    means = given_the_past(path)
    if means is not None:
        values = _values(path, means)
        found += [*_elements(path, means), *_averages(values), *_end(values)]
        sized = values | _sizes(path, means)
        found += [*_averages(sized, _SIZED), *_averages(sized | _current(path, means, sized), _CURRENT)]
    return found


# --- what is left of a step


def _elements(path: Recording, means: Means) -> Iterator[Line]:
    """Yield mean.element everywhere: the step of a sample against the step that the mean direction would make."""
    share = np.abs(path.weights) / path.setting.tau
    off = path.direction - means.direction
    change = off + path.drift - np.abs(means.direction) * path.weights / path.setting.tau
    values = {"m": np.abs(off), "s": np.sign(off), "noise": off, "share": share, "om_i": change, "ctr_i": 0.0 * change}
    size = float(np.abs(path.direction).max())
    for part in ("above", "below", "squares"):
        stated = relation("mean.element", part)
        left, right = (np.broadcast_to(number(side, values), change.shape) for side in (stated.lhs, stated.rhs))
        yield worst("mean.element", part, left, right, size**2 if part == "squares" else size)


def _mean(path: Recording, one: Array, other: Array) -> Array:
    """Return an average of inner products over the jackknife."""
    return jackknife(path.inner(one, other))


def _values(path: Recording, means: Means) -> World:
    """Return the value of every symbol of mean.* and path.form, arrays over the jackknife."""
    F, b = path.gradient, means.direction - path.gradient
    v = means.direction + means.drift
    left = path.direction + path.drift - v
    noise = path.direction - means.direction
    share = path.weights / path.setting.tau

    mean = partial(_mean, path)
    values = world(path)
    values |= {"A": mean(F, F), "Y": np.sqrt(mean(v, v)), "f_first": path.value[0, 0], "<unit|unit>": 1.0}
    values["r"] = np.sqrt(values["A"])

    def along(vector: Array) -> Array:
        r = values["r"]
        return np.asarray(np.divide(mean(F, vector), r, out=np.zeros_like(r), where=r > 0))

    values["a"] = along(v)
    values |= {"<h|unit>": along(v - F), "<n|unit>": along(left), "<Ebar|Ebar>": mean(means.drift, means.drift)}
    longer = (1 + np.abs(share)) * noise
    values |= {"<L_om|L_om>": mean(left, left), "<L_n|L_n>": mean(longer, longer)}
    values |= {"<F|v>": mean(F, v), "<v|v>": mean(v, v), "<h|h>": mean(v - F, v - F)}
    values["f_last"] = jackknife(path.value[-1])
    values["mean_now"], values["mean_next"] = jackknife(path.value[:-1].mean(0)), jackknife(path.value[1:].mean(0))
    values["T2"] = mean(share * noise, share * noise)
    values["B_b"], values["phi"], values["eta"] = (np.sqrt(mean(one, one)) for one in (b, means.drift, v - F))
    values["K"] = float(path.steps)
    if {"L", "sigma", "nu"} <= values.keys():
        values["c_w"] = path.alpha / 2 * values["L"] * values["<L_om|L_om>"]
        values |= _longer(values)
    # elsewhere what is known of the noise is of the fresh direction
    if not isinstance(path.problem, Blocks) and any(path.setting.lags):
        values = {name: value for name, value in values.items() if name not in ("nu", "qn", "most T2", "most c_w")}
    return values


def _longer(values: World) -> World:
    """Return nu and qn of what is left of a step, and the largest c_w and T2 that the noise allows."""
    known = {name: float(values[name]) for name in ("L", "sigma", "nu", "rho", "alpha")}
    T2 = (known["rho"] * known["sigma"]) ** 2
    found = rest.of(T2=T2, **known)
    qn = values["alpha"] * (1 + known["rho"]) * found.nu
    return {"nu": found.nu, "qn": qn, "most T2": T2, "most c_w": found.c_w}


_CHAIN = (
    ("mean.variance", "bound"), ("mean.drift", "bound"), ("mean.curvature", "kappa"), ("mean.curvature", "bound"),
    ("mean.measured", "i"), ("mean.measured", "ii"), ("mean.measured", "component"),
    ("mean.feasible", "i"), ("mean.feasible", "ii"), ("mean.feasible", "component"),
    ("path.form", "identity"), ("path.form", "bound"),
)  # fmt: skip
"""Conclusions in the order of the proof."""


_SIZED = (
    ("mean.fold", "positive"), ("mean.fold", "identity"), ("mean.fold", "bound"),
    ("mean.size", "jensen"), ("mean.size", "bound"),
    ("mean.sized", "i"), ("mean.sized", "ii"), ("mean.sized", "component"),
)  # fmt: skip
"""Conclusions that take T2 by the folds, and few large shares by themselves."""


def _sizes(path: Recording, means: Means) -> World:
    """Return what mean.fold says with the share for the weight, T2 by the folds, and what large shares count.

    Those are large that are more than half of the largest.
    """
    share, noise = path.weights / path.setting.tau, path.direction - means.direction
    most = 0.5 * float(np.abs(share).max())
    large = np.maximum(share**2 - most**2, 0.0)
    weighed = {
        "L_mu": share * means.direction, "L_nz": share * noise, "L_psi": means.drift,
        "L_rest": share * np.abs(path.direction) - means.drift, "w_psi": means.drift,
    }  # fmt: skip
    values: World = {f"<{name}|{name}>": _mean(path, one, one) for name, one in weighed.items()}
    few = _mean(path, large * path.gradient, path.gradient)
    return values | {"T2": values["<L_psi|L_psi>"] - values["<L_mu|L_mu>"], "share0": most, "R_h": few}


_CURRENT = (
    ("mean.current", "jensen"), ("mean.current", "bound"),
    ("mean.current_feasible", "i"), ("mean.current_feasible", "ii"), ("mean.current_feasible", "component"),
)  # fmt: skip
"""Conclusions that take sizes at current weights, and what staleness adds to them."""


def _current(path: Recording, means: Means, values: World) -> World:
    """Return T2 by the folds at current weights, and what staleness changes in a sample's direction, by the share."""
    share = np.abs(path.weights) / path.setting.tau
    turn = share * np.abs(path.direction - path.fresh)

    mean = partial(_mean, path)
    size, along, late = mean(means.current, means.current), mean(means.current, turn), mean(turn, turn)
    fresh = share * path.gradient
    found: World = {"<w_psi|w_psi>": size, "<w_psi|w_turn>": along, "<w_turn|w_turn>": late}
    found |= {"T2": size - mean(fresh, fresh), "D": np.sqrt(late)}
    if "q" in values:
        found["q"] = values["q"] / (1 + values["rho"])
    if "qn" in values:
        found["qn"] = values["qn"] / (1 + values["rho"]) + found["D"]
    return found


def _averages(values: World, chain: tuple[tuple[str, str], ...] = _CHAIN) -> Iterator[Line]:
    for claim, part in chain:
        if defined(claim, part) <= values.keys():
            yield from evaluate(values, claim, relation(claim, part))


def _end(values: World) -> Iterator[Line]:
    """Yield A below the number that `mean` gives, with the largest noise that the constants allow."""
    names = ("L", "alpha", "K", "rho", "Lambda1", "nu", "Delta")
    if not {*names, "most T2"} <= values.keys() or not values["rho"] < 1:
        return
    given = {name: float(values[name]) for name in names}
    try:
        end = float(theory.bound("mean")(**given, T2=values["most T2"], c_w=values["most c_w"]))
    except OutsideDomain:
        return
    yield expected("mean.end", "A <= the bound `mean`", values["A"], np.full_like(values["A"], end))


# --- stopped runs


def stops(path: Recording) -> Array:
    """Return 1 before the step at which a replica is beyond the pilot's reach, and 0 from it on: shape (K, R - 1)."""
    gone = np.linalg.norm(path.weights - path.weights[:1], axis=-1)
    inside = gone[:, 1:] <= 0.9 * gone[:, 0].max()
    return np.cumprod(inside, axis=0).astype(np.float64)


def _stopped(path: Recording) -> Iterator[Line]:
    """Yield stopped.* of the replicas that are no pilot, stopped where they leave a ball."""
    if path.weights.shape[1] < 3:
        return
    s = stops(path)
    at = s[..., None]
    F, n = path.gradient[:, 1:], path.noise[:, 1:]
    value, steps = path.value[:, 1:], path.steps

    def mean(one: Array, other: Array) -> Array:
        return jackknife(np.einsum("krd,krd->r", one, other) / steps)

    values: World = {"<n|n>": mean(n, n), "<X|X>": mean(n, n), "<sX|sX>": mean(at * n, at * n)}
    values |= {"<Z|sN>": mean(F, at * n), "<G|G>": mean(F, F), "<sG|sG>": mean(at * F, at * F)}
    values |= {"K": float(steps), "f_first": jackknife(value[0]), "alpha": path.alpha, "gain": 1.0}
    last = s.sum(axis=0).astype(int)
    values["h_last"] = jackknife(value[last, np.arange(len(last))])
    values["fall"] = jackknife((s * np.diff(value, axis=0)).mean(axis=0))
    values["P_left"] = jackknife((last < steps).astype(np.float64))
    values["G2"] = float(np.sum(path.gradient**2, axis=-1).max())
    moved, window = _windows(path, at)
    values |= {"<omega|omega>": mean(moved, moved), "<U|U>": mean(window, window), "<U|W>": 0.0, "<W|W>": 0.0}
    sizes = {"stopped.sum": float(np.abs(value).max()) * steps, "stopped.noise": float(values["<n|n>"][0])}
    for claim, part in _STOPPED:
        stated = relation(claim, part)
        left, right = (np.broadcast_to(number(s, values), values["<G|G>"].shape) for s in (stated.lhs, stated.rhs))
        size = sizes.get(claim, 0.0)
        yield expected(claim, shown(stated), left, right, size)
        if stated.op == "==":
            yield expected(claim, f"{shown(stated)}, from the other side", right, left, size)


_STOPPED = (
    ("stopped.part", "bound"), ("stopped.noise", "orthogonal"), ("stopped.window", "bound"), ("stopped.sum", "sum"),
    ("stopped.average", "bound"),
)  # fmt: skip


def _windows(path: Recording, at: Array) -> tuple[Array, Array]:
    """Return how far the weights are behind before the stop, and the sum of the last steps of the stopped run."""
    moved = at * (path.stale - path.weights)[:, 1:]
    step = -at * path.moved[:, 1:] / path.alpha
    before = np.concatenate([np.zeros_like(step[:1]), np.cumsum(step, axis=0)])
    window = np.zeros_like(step)
    for lag, stage in zip(path.setting.lags, path.stages, strict=True):
        for k in range(path.steps):
            window[k, :, stage] = before[k, :, stage] - before[max(k - lag, 0), :, stage]
    return moved, window
