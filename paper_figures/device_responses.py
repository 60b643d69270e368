"""Response functions of the devices, the staircase that a train of pulses climbs, and the symmetric point."""

from typing import Any

import numpy as np
from matplotlib import figure

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.sources import Sources
from theory.setting import devices

TAU = 1.0
DEVICES = (
    ("linear (ALD)", devices.make("ald", TAU)),
    ("power, exponent 2", devices.make("power", TAU)),
    ("exponential, curvature 3", devices.make("exponential", TAU, curvature=3.0)),
    ("shifted linear", devices.make("shifted-linear", TAU, up=1.3, down=0.7)),
)
PULSE = 0.02
PULSES = 150
ALTERNATING = 300


def compute(sources: Sources) -> dict[str, Any]:
    """Evaluate q_plus and q_minus on [-tau, tau], and apply 150 pulses up, 150 down, then 300 alternating."""
    del sources
    w = np.linspace(-TAU, TAU, 201)
    return {
        "w": w,
        "responses": [
            {"device": title, "q_plus": device.q_plus(w), "q_minus": device.q_minus(w)} for title, device in DEVICES
        ],
        "pulse": PULSE,
        "staircases": [
            {"device": title, "w": staircase(device), "symmetric_point": symmetric_point(device)}
            for title, device in DEVICES
        ],
    }


def staircase(device: devices.Device) -> np.ndarray:
    """Return the weights after each pulse: 150 up, 150 down, 300 alternating."""
    signs = np.concatenate((np.ones(PULSES), -np.ones(PULSES), np.tile((1.0, -1.0), ALTERNATING // 2)))
    weights = [np.zeros(())]
    for sign in signs:
        weights.append(np.asarray(device.update(weights[-1], np.asarray(sign * PULSE))))
    return np.asarray(weights)


def symmetric_point(device: devices.Device) -> float:
    """Return the weight at which pulses up and down are equally strong, by bisection of q_minus - q_plus."""
    low, high = -TAU, TAU
    for _ in range(60):
        middle = np.asarray((low + high) / 2)
        if float(device.q_minus(middle) - device.q_plus(middle)) < 0:
            low = float(middle)
        else:
            high = float(middle)
    return (low + high) / 2


def draw(data: Data) -> figure.Figure:
    """Draw responses on the left and staircases on the right."""
    picture = style.page(2, 2.4)
    left, right = picture.subplots(1, 2)
    for entry, stairs, look in zip(data["responses"], data["staircases"], style.SERIES, strict=False):
        left.plot(data["w"], entry["q_plus"], **look.of_line(label=entry["device"]))
        left.plot(data["w"], entry["q_minus"], **look.of_line(linewidth=0.7))
        right.plot(stairs["w"], **look.of_line(linewidth=1.0))
        right.axhline(stairs["symmetric_point"], color=look.color, linewidth=0.5, linestyle=":")
    left.set(xlabel=r"weight $w/\tau$", ylabel="response", title=r"$q_+$ (thick) and $q_-$ (thin)")
    left.set(xlim=(-1, 1), ylim=(0, 3))
    picture.legend(loc="outside lower center", ncols=4)
    right.set(xlabel="pulse", ylabel=r"weight $w/\tau$", title="pulses up, down, alternating", ylim=(-1, 1))
    right.set(xlim=(0, len(data["staircases"][0]["w"]) - 1))
    style.label_panels([left, right])
    return picture


def caption(data: Data) -> str:
    """Say what is seen, with the size of the pulse."""
    shifted = data["staircases"][-1]["symmetric_point"]
    return (
        r"Responses $q_+$ and $q_-$ of the devices (a), and the weight under "
        rf"{PULSES} pulses up, {PULSES} down and {ALTERNATING} alternating, of ${data['pulse']:g}\tau$ each (b). "
        r"Alternating pulses drive every device towards its symmetric point (dotted), where $q_+ = q_-$: "
        rf"$0$ for the first three and ${shifted:.2f}\tau$ for the shifted linear one."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check the direction of the staircase and its pull towards the symmetric point."""
    result = {}
    for stairs in data["staircases"]:
        w, target = np.asarray(stairs["w"]), stairs["symmetric_point"]
        gap = abs(w[2 * PULSES :: 2] - target)
        result[f"{stairs['device']}: up-pulses raise, down-pulses lower the weight"] = bool(
            (np.diff(w[: PULSES + 1]) > 0).all() and (np.diff(w[PULSES : 2 * PULSES + 1]) < 0).all()
        )
        result[f"{stairs['device']}: alternating pulses approach the symmetric point"] = bool((np.diff(gap) < 0).all())
    return result


FIGURE = Figure(
    name="device_responses",
    title="response functions of the devices, pulse staircases and symmetric points",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
)
