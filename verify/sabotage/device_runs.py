"""Checks of what is made of devices: the instance that attains the floor, and how runs are judged."""

import math
from typing import Any

import numpy as np

import simulate
from simulate.problems import Attaining, Quadratic
from theory.setting import devices
from theory.setting.devices.bound import Bound
from verify.judging import verdicts
from verify.judging.observations import from_trajectories
from verify.judging.response import DeviceResponse
from verify.sabotage.device_checks import LAWS, TAU
from verify.sabotage.faults import Answer


def attained() -> Answer:
    """Check that the mean step of the attaining instance vanishes, and that it stands on the floor of the range."""
    cases = {**{name: made for name, (made, _) in LAWS.items()}, "pulse-train": devices.make("pulse-train", TAU)}
    for name, device in cases.items():
        problem = Attaining.on(device, 0.3 * TAU)
        w, alpha = np.array([problem.standing]), 0.01
        slope = w - problem.minimiser
        size = np.hypot(slope, 1)
        steps = [device.update(w, sign * alpha * size) - w for sign in (1, -1)]
        mean = (1 - slope / size) / 2 * steps[0] + (1 + slope / size) / 2 * steps[1]
        ends = np.array([-0.3, 0.3]) * TAU
        up, down = device.q_plus(ends), device.q_minus(ends)
        floor = np.max((down - up) ** 2 / (4 * up * down))
        if abs(mean[0]) > 1e-12 or not math.isclose(problem.floor, floor, rel_tol=1e-9, abs_tol=1e-12):
            return name
    return True


_RUN: dict[str, Any] = {
    "power": {"device": "power"},
    "shifted": {"device": "shifted-linear", "device_parameters": {"up": 1.0, "down": 0.5}},
    "train": {"device": "pulse-train"},
    "unequal": {"device_parameters": {"spread_updown": 0.3, "elements": 4}},
    "rounded": {"device_parameters": {"dw": 0.1}},
    "noisy": {"device_parameters": {"dw": 0.05, "cycle": 1.0}},
    "trains": {"device_parameters": {"dw": 0.05, "BL": 40}},
}


def runs() -> Answer:
    """Judge runs by their devices: gamma, Fbar, V and qmax against force, nothing violated, pulses by their theorem."""
    for name, given in _RUN.items():
        problem = Quadratic(1, size=2, diagonal=True, noise="two-point", start=0.5, target=1.0)
        found = simulate.run(
            problem, "analog-sgd", alpha=0.05, tau=6.0, iterations=300, replicas=6, seed=2, backend="numpy", **given
        )
        observed = from_trajectories(found)
        checks = {check.claim: check for check in verdicts.confront(observed, 0.01).checks}
        headline = "granular" if "dw" in given.get("device_parameters", {}) else "sharp"
        if any(check.verdict == "violated" for check in checks.values()):
            return f"{name}: violated"
        if not checks[f"{headline}/a-posteriori"].applied or checks["saturation-adaptive/a-posteriori"].applied:
            return f"{name}: {headline}"
        if headline == "granular" and checks["sharp/a-posteriori"].applied:
            return f"{name}: sharp"
        if not _sound(observed.response, float(found.max_saturation.max())):
            return f"{name}: not what the device does"
    return _refused()


def _sound(response: DeviceResponse, saturation: float) -> bool:
    """Check gamma, Fbar, V, qmax on the weights that were met by force, at increments as long as directions allow."""
    device = response.device
    reach = saturation * device.tau
    law = device if device.elements is None else Bound(device, device.elements.part(0, (2,)), None)
    problem = Quadratic(1, size=2, diagonal=True, noise="two-point", start=0.5, target=1.0)
    farthest = np.abs(problem.hessian) @ (reach + np.abs(problem.minimiser)) + problem.noise_scale
    w = np.linspace(-reach, reach, 81)[:, None] * np.ones(2)
    D = np.array([-1.0, 1.0])[:, None, None] * 0.05 * farthest
    found = response.on(saturation)
    if found is None:
        return False
    off = np.abs(law.update(w, D) - w - found.gain * D) / (found.gain * np.abs(D))
    if off.max() > found.gamma + 1e-9 or off.max() < found.gamma - 0.05:
        return False
    if device.pulses is None:
        return response.granularity(saturation) is None
    granular = response.granularity(saturation)
    share = np.linspace(-1, 1, 2001)[:, None]
    worst = np.sum(np.max(device.pulses.variance(share * 0.05 * farthest), axis=0))
    q = np.abs((law.update(w, D) - w) / D).max()
    return (
        granular is not None
        and worst <= granular.V * (1 + 1e-9) <= 4 * worst
        and q <= granular.qmax * (1 + 1e-9) <= 1.01 * q
    )


def _refused() -> Answer:
    """Check that trains that cut increments, and trains of the pulse train, are not taken for unbiased."""
    for given in (
        {"device_parameters": {"dw": 1e-3, "BL": 5}},
        {"device": "pulse-train", "device_parameters": {"dw": 0.1}},
    ):
        problem = Quadratic(1, size=2, diagonal=True, noise="two-point", start=0.5, target=1.0)
        more: dict[str, Any] = {
            "alpha": 0.05,
            "tau": 6.0,
            "iterations": 20,
            "replicas": 3,
            "seed": 2,
            "backend": "numpy",
        }
        observed = from_trajectories(simulate.run(problem, "analog-sgd", **more, **given))
        if any(check.applied for check in verdicts.confront(observed, 0.01).checks):
            return "pulses whose mean is another"
    return True
