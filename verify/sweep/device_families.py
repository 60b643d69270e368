"""Families of settings on every kind of device: on quadratics, most with bounded noise, and on the attaining instance.

A device is drawn first, with the share s of tau that its weights are to keep to, then its distortion there decides the
step as the saturation does on the linear device: alpha gain L = x, and q = (1 + gamma) alpha gain Lambda1 a drawn share
of sqrt((1 - x)(1 - gamma^2)). Where gamma would be too near 1 the share s is halved.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from simulate import problems
from simulate.problems import Attaining, Problem
from theory.setting import algorithms, devices
from theory.setting.devices import Device, Distortion
from verify.sweep.axes import Axis, Draw, Geometric, OneOf, Uniform, Whole
from verify.sweep.drawn import Family, Setting, replicas_of, step_size, weight_range

Parameters = dict[str, Any]
"""Of a device; lengths in units of tau."""

_LENGTHS = ("dw", "write", "reference", "spread_point")
_GAMMA = 0.85
"""Largest distortion that settings are made for."""
_AXES: dict[str, Axis] = {
    "problem": OneOf(("quadratic", "quadratic", "attaining")),
    "algorithm": OneOf(("analog-sgd-ap", "analog-sgd-ap", "analog-sgd", "analog-sgd-sp")),
    "stages": Whole(1, 4),
    "size": Whole(1, 2),
    "noise": OneOf(("two-point", "uniform", "two-point", "gaussian")),
    "sigma": Geometric(0.3, 3.0),
    "L": Geometric(0.3, 3.0),
    "condition": Geometric(1.0, 10.0),
    "start": Geometric(0.1, 2.0),
    "target": Geometric(0.1, 2.0),
    "instance": Whole(0, 2**31 - 1),
    "x": Geometric(0.003, 0.2),
    "share": Geometric(0.02, 0.7),
    "saturation": Geometric(0.05, 0.6),
    "iterations": Whole(200, 10_000, geometric=True),
    "batch": Whole(2, 4),
}
Chosen = Callable[[Draw], tuple[str, Parameters]]
"""A draw -> a device's name and its parameters."""


_DRAWN_LATER = ("pulses", "train")
"""Not parameters of a device: how large pulses are, and whether they come in trains, follows from the increments."""


def _scaled(parameters: Mapping[str, Any], tau: float) -> Parameters:
    """Return the parameters of the law and of its elements, lengths in w."""
    given = {name: value for name, value in parameters.items() if name not in (*_DRAWN_LATER, "cycle")}
    return {name: value * tau if name in _LENGTHS else value for name, value in given.items()}


def _distorted(name: str, parameters: Parameters, saturation: float, count: int) -> tuple[float, Distortion]:
    """Return the share of tau that is taken, and the distortion there of small increments; of nothing known, none."""
    unit = devices.make(name, 1.0, count=count, **_scaled(parameters, 1.0))
    for _ in range(6):
        found = unit.distortion(-saturation, saturation, 0.0)
        if found is not None and found.gamma < _GAMMA:
            return saturation, found
        saturation /= 2
    return saturation, found or Distortion(_GAMMA, 1.0)


def _setting(chosen: Chosen, draw: Draw, cost: float) -> Setting:
    name, parameters = chosen(draw)
    if draw["problem"] == "attaining":
        return _attaining(draw, name, parameters, cost)
    diagonal = draw["condition"] > 2  # a coupled problem has no box where the weights are far from the bounds
    of_problem = ("size", "noise", "sigma", "L", "condition", "start", "target", "instance")
    problem = problems.make("quadratic", draw["stages"], **{key: draw[key] for key in of_problem}, diagonal=diagonal)
    algorithm = algorithms.named(draw["algorithm"])
    lags, count = algorithm.lags(draw["stages"]), draw["stages"] * draw["size"]
    saturation, distortion = _distorted(name, parameters, draw["saturation"], count)
    facts = problem.facts(lags).values
    alpha = step_size(facts, draw["x"], draw["share"], distortion.gamma) / distortion.gain

    def far(tau: float) -> Device:
        return devices.make(name, tau, count=count, **_scaled(parameters, tau))

    tau = weight_range(problem, alpha, lags, draw["sigma"] ** 2, far) / saturation
    replicas = replicas_of(1e8 / cost, draw["iterations"], count * (count + 8), 24, 128)
    batch = draw["batch"] if algorithm.batched else 1
    made = _scaled(parameters, tau) | _pulses(problem, alpha, tau * saturation, parameters)
    return Setting(
        problem, algorithm.name, alpha, tau, draw["iterations"], replicas, batch=batch, device=name,
        device_parameters=made,
    )  # fmt: skip


def _attaining(draw: Draw, name: str, parameters: Parameters, cost: float) -> Setting:
    tau = 2.0 * draw["L"]
    saturation, distortion = _distorted(name, parameters, draw["saturation"], 1)
    alpha = min(draw["x"], 0.05) / distortion.gain
    problem: Problem = Attaining(rho=saturation, tau=tau)
    made = _scaled(parameters, tau) | _pulses(problem, alpha, tau * saturation, parameters)
    problem = problem.for_device(devices.make(name, tau, count=1, **made))
    iterations = int(min(100 / alpha, 20_000 if cost == 1 else 4_000))
    return Setting(
        problem, "analog-sgd", alpha, tau, iterations, 64, device=name, device_parameters=made
    )  # fmt: skip


def _pulses(problem: Problem, alpha: float, reach: float, parameters: Parameters) -> Parameters:
    """Return pulses so large that `pulses` of them make the largest increment, in trains that do not cut it."""
    if "pulses" not in parameters:
        return {}
    asked = problem.largest_directions(reach)
    noise = 4 * math.sqrt(float(problem.facts([0] * problem.stages).values["sigma2"] or 1.0))
    longest = alpha * (noise if asked is None else float(np.max(asked)))
    train = {"BL": math.ceil(1.2 * parameters["pulses"])} if parameters["train"] else {}
    noise_of_cycles = {"cycle": parameters["cycle"]} if "cycle" in parameters else {}
    return {"dw": longest / parameters["pulses"], **train, **noise_of_cycles}


def _power(draw: Draw) -> tuple[str, Parameters]:
    own = {"exponent_up": draw["exponent"], "exponent_down": draw["other"]}
    return "power", own if draw["own"] else {"exponent": draw["exponent"]}


def _shifted(draw: Draw) -> tuple[str, Parameters]:
    return "shifted-linear", {"up": draw["up"], "down": draw["down"]}


def _step(draw: Draw) -> tuple[str, Parameters]:
    if draw["kind"] == "linear-step":
        slopes = {"slope_up": draw["slope"], "slope_down": draw["slope"]}
        return "linear-step", {"up": 1.0, "down": draw["down"], **slopes}
    return draw["kind"], {}


def _table(draw: Draw) -> tuple[str, Parameters]:
    rng = np.random.default_rng(draw["knots"])
    up, down = (np.sort(rng.uniform(0.3, 1.7, draw["intervals"] + 1)) for _ in range(2))
    return "table", {"knots": [*up[::-1].tolist(), *down.tolist()]}


def _spread(draw: Draw) -> tuple[str, Parameters]:
    spreads = {name: draw[name] for name in ("spread_tau", "spread_slope", "spread_updown", "spread_point")}
    return draw["law"], {**spreads, "elements": draw["elements"]}


def _granular(draw: Draw) -> tuple[str, Parameters]:
    noise = {"cycle": draw["cycle"]} if draw["noisy"] else {}
    return draw["law"], {"pulses": draw["pulses"], "train": draw["train"], **noise}


_NUMPY = 8.0
"""What a step with pulses costs, in plain ones."""


def _family(name: str, summary: str, chosen: Chosen, more: Mapping[str, Axis], cost: float = 1.0) -> Family:
    return Family(f"device-{name}", summary, {**_AXES, **more}, partial(_setting, chosen, cost=cost))


FAMILIES = (
    _family("linear", "the linear device, as the others are drawn", lambda _: ("ald", {}), {}),
    _family(
        "power", "powers of the linear responses, with own exponents up and down in half of the settings", _power,
        {"exponent": Geometric(0.4, 3.0), "other": Geometric(0.4, 3.0), "own": OneOf((False, True))},
    ),
    _family(
        "exponential", "responses that saturate exponentially",
        lambda draw: ("exponential", {"curvature": draw["curvature"]}), {"curvature": Geometric(0.1, 6.0)},
    ),
    _family(
        "shifted", "unequal slopes: the symmetric point is not 0", _shifted,
        {"up": Geometric(0.5, 2.0), "down": Geometric(0.5, 2.0)},
    ),
    _family(
        "pulse-train", "endless trains: responses fall with the increment", lambda _: ("pulse-train", {}),
        {"noise": OneOf(("two-point", "uniform"))},  # the longest train of normal noise has no end
    ),
    _family(
        "constant-step", "hard bounds: constant steps, and such as fall along a line", _step,
        {"kind": OneOf(("constant-step", "linear-step")), "down": Geometric(0.7, 1.4), "slope": Uniform(0.1, 0.8)},
    ),
    _family(
        "table", "measured tables: piecewise linear, falling up and rising down", _table,
        {"knots": Whole(0, 2**31 - 1), "intervals": Whole(1, 8)},
    ),
    _family(
        "spread", "elements that differ in tau, slopes and symmetric point", _spread,
        {
            "law": OneOf(("ald", "power", "exponential")),
            "spread_tau": Geometric(0.01, 0.2),
            "spread_slope": Geometric(0.01, 0.2),
            "spread_updown": Geometric(0.01, 0.1),
            "spread_point": Geometric(0.001, 0.05),
            "elements": Whole(0, 2**31 - 1),
        },
    ),
    _family(
        "granular", "updates rounded to pulses or sent as trains of them, some noisy from cycle to cycle", _granular,
        {
            "law": OneOf(("ald", "power", "exponential")),
            "pulses": Geometric(0.3, 60.0),
            "train": OneOf((False, True)),
            "noisy": OneOf((False, True)),
            "cycle": Geometric(0.05, 1.0),
            "iterations": Whole(200, 3_000, geometric=True),
        },
        _NUMPY,
    ),
    _family(
        "presets", "published devices by their names in aihwkit, with all their pulses and spreads",
        lambda draw: (draw["preset"], {}),
        {"preset": OneOf(tuple(devices.PRESETS)), "iterations": Whole(200, 3_000, geometric=True)},
        _NUMPY,
    ),
)  # fmt: skip
"""One for each kind of device."""
