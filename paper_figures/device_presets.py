"""Published devices on the one curve of floors: a hardware group finds its device and reads its floor."""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

import theory
from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.sources import Sources
from theory.setting import devices
from theory.setting.devices.presets import REFUSED

TAU = 1.0
REACHES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
SHOWN = (0.3, 0.6)
"""Reaches that are placed on the curve."""
LEFT_OUT = "spreads over elements, pulses and their noise: the mean device, for increments that are small"


def mean_device(name: str) -> devices.Device:
    """Return a preset's law about its own zero of weights, without spread, pulses and noise."""
    device = devices.preset(name, TAU)
    reference = 0.0 if device.elements is None else device.elements.reference
    return replace(device, pulses=None, elements=devices.Elements(reference=reference) if reference else None)


def placed(device: devices.Device, reach: float) -> dict[str, float]:
    """Return gamma, gain, l and the proved floor over sigma^2 on |w| <= reach."""
    found = device.distortion(-reach, reach, 0.0)
    if found is None:
        raise RuntimeError(f"the device {device.name} states no distortion on |w| <= {reach:g}")
    floor = float(theory.bound("floor")(rho=found.gamma, sigma2=1.0))
    return {"reach": reach, "gamma": found.gamma, "gain": found.gain, "log_ratio": found.log_ratio, "floor": floor}


def groups() -> dict[str, list[str]]:
    """Return the presets by what is drawn of them: those with the same mean device share a line."""
    found: dict[str, list[str]] = {}
    for name in devices.PRESETS:
        law = repr(mean_device(name))
        found.setdefault(law, []).append(name)
    return {names[0]: names for names in found.values()}


def compute(sources: Sources) -> dict[str, Any]:
    """Return every published device with its floors, and what the model of it lacks."""
    del sources
    bound = theory.bound("floor")
    fine = np.geomspace(0.01, 1.6, 80)
    return {
        "claims_of_the_bound": list(bound.claims),
        "bound": {"log_ratio": fine, "floor": bound(rho=np.tanh(fine), sigma2=1.0)},
        "devices": [
            {
                "names": names,
                "law": mean_device(first).name,
                "points": [placed(mean_device(first), reach) for reach in REACHES],
                "lacks": {name: [*devices.preset(name).lacks, LEFT_OUT] for name in names},
            }
            for first, names in groups().items()
        ],
        "refused": dict(REFUSED),
    }


def drawable(data: Data) -> list[Data]:
    """Return the devices with a floor; one that is ideal within its bounds has none to draw."""
    return [entry for entry in data["devices"] if entry["points"][-1]["floor"] > 0]


def title(entry: Data) -> str:
    """Return the names of a device, the second one short."""
    first, *others = entry["names"]
    return ", ".join([first, *(name.removeprefix("ReRamArray") for name in others)])


def draw(data: Data) -> figure.Figure:
    """Draw the devices on the curve at two reaches, and their floors against the reach."""
    picture = style.page(2, 2.9)
    left, right = picture.subplots(1, 2)
    left.loglog(data["bound"]["log_ratio"], data["bound"]["floor"], **style.BOUND.of_line())
    for entry, look in zip(drawable(data), style.POINTS, strict=False):
        _on_the_curve(left, entry, look)
        points = entry["points"]
        where, floors = [point["reach"] for point in points], [point["floor"] for point in points]
        right.semilogy(where, floors, **look.of_line(marker=look.marker, label=title(entry)))
    left.set(xlabel=r"half log-ratio $\ell$", ylabel=r"floor of $A$ over $\sigma^2$")
    left.set_title("filled: reach 0.3, open: 0.6")
    style.plain_ticks(left.xaxis, (0.01, 0.03, 0.1, 0.3, 1.0))
    right.set(xlabel="reach: largest weight over half the range", ylabel=r"floor of $A$ over $\sigma^2$")
    right.set_title(r"$\sinh^2\ell$ against the reach")
    picture.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=6)
    style.label_panels([left, right])
    return picture


def _on_the_curve(panel: Axes, entry: Data, look: style.Look) -> None:
    near, far = (next(one for one in entry["points"] if one["reach"] == reach) for reach in SHOWN)
    panel.plot(near["log_ratio"], near["floor"], **look.of_points(markersize=5))
    hollow = {"markerfacecolor": "none", "markeredgecolor": look.color, "markeredgewidth": 1.0}
    panel.plot(far["log_ratio"], far["floor"], **look.of_points(markersize=7) | hollow)


def caption(data: Data) -> str:
    """Say what is read off, of what, and what is left out."""
    none = [name for entry in data["devices"] if entry not in drawable(data) for name in entry["names"]]
    return (
        r"Published devices (aihwkit presets, mean device) on the curve of floors $\sigma^2\sinh^2\ell$ when weights "
        rf"reach {SHOWN[0]:g} (filled) and {SHOWN[1]:g} (open) of half the range (a), and the floor against the reach "
        rf"(b). {' and '.join(none)} have the floor 0 as long as no bound is met. Left out: {LEFT_OUT}; the rest of "
        r"what the model lacks of each device is listed with the data."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check the curve, its order, and that what is missing is said."""
    points = [point for entry in data["devices"] for point in entry["points"]]
    floors = [np.array([point["floor"] for point in entry["points"]]) for entry in drawable(data)]
    return {
        "every device lies on sinh^2 l": all(
            np.isclose(point["floor"], np.sinh(point["log_ratio"]) ** 2, rtol=1e-9, atol=1e-15) for point in points
        ),
        "the floor rises with the reach": all(bool(np.all(np.diff(floor) > 0)) for floor in floors),
        "every device says what the model lacks": all(
            entry["lacks"][name] for entry in data["devices"] for name in entry["names"]
        ),
        "every preset is there once": sorted(name for entry in data["devices"] for name in entry["names"])
        == sorted(devices.PRESETS),
    }


FIGURE = Figure(
    name="device_presets",
    title="published devices on the curve of floors, and their floors against the reach of the weights",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
)
