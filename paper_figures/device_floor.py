"""The floor of every device on one curve: sigma^2 sinh^2 l against l, with the instances that attain it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from matplotlib import figure

import theory
from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Request
from paper_figures.sources import Sources
from simulate.problems.attaining import Attaining
from theory.setting import devices

TAU = 1.0
REPLICAS = 64
WITHIN = 0.02
"""How far from the curve an instance may stand, beside three standard errors."""


@dataclass(frozen=True)
class Family:
    """A family of devices, the parameters of one of them, and the weights |w| <= reach on which it is run."""

    title: str
    device: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    reaches: tuple[float, ...] = (0.3,)

    def made(self) -> devices.Device:
        """Return the device."""
        return devices.make(self.device, TAU, **self.parameters)


FAMILIES = (
    Family("linear", "ald", reaches=(0.12, 0.28, 0.6)),
    Family("power 2", "power", {"exponent": 2.0}, (0.067, 0.16, 0.37)),
    Family("power 1/2", "power", {"exponent": 0.5}, (0.29, 0.62, 0.94)),
    Family("exponential 1", "exponential", {"curvature": 1.0}, (0.28, 0.56, 0.87)),
    Family("exponential 3", "exponential", {"curvature": 3.0}, (0.61, 0.83, 0.955)),
    Family("shifted 1/0.8", "shifted-linear", {"up": 1.0, "down": 0.8}, (0.1, 0.36, 0.8)),
    Family("pulse train", "pulse-train", reaches=(0.23, 0.51, 0.87)),
    Family("table", "table", {"knots": (1.9, 1.3, 1.0, 0.75, 0.15, 0.15, 0.75, 1.0, 1.3, 1.9)}, (0.46, 0.75, 0.95)),
)


def distortion(family: Family, reach: float) -> devices.Distortion:
    """Return gamma and gain on |w| <= reach for increments that are small against tau."""
    found = family.made().distortion(-reach * TAU, reach * TAU, 0.0)
    if found is None:
        raise RuntimeError(f"{family.title} states no distortion on |w| <= {reach:g} tau")
    return found


def requests(family: Family, reach: float, quick: bool) -> tuple[Request, Request]:
    """Return the attaining instance with the steps alpha and 2 alpha, equally long in alpha K.

    A step adds about alpha/2 to the squared gradient, so 2 A(alpha) - A(2 alpha) is off by the order of alpha^2; the
    weight scatters by the root of alpha/2, which is kept six times below its distance from the bound tau. The relative
    scatter of the result is about 5/sqrt(floor K R).
    """
    problem = Attaining.on(family.made(), reach * TAU)
    alpha = min(0.02, 0.05 * problem.floor, (1 - reach) ** 2 / 20)
    steps = (5 / (0.03 if quick else 0.005)) ** 2 / min(problem.floor, 1.0)
    short = Request(
        problem=problem,
        algorithm="analog-sgd",
        alpha=alpha,
        tau=TAU,
        iterations=max(int(steps / REPLICAS), int(20 / alpha)),
        replicas=REPLICAS,
        seed=SEED,
        device=family.device,
        device_parameters=dict(family.parameters),
        measure_every=8,
    )
    return short, replace(short, alpha=2 * alpha, iterations=short.iterations // 2)


def runs(quick: bool) -> dict[str, Request]:
    """Return the attaining instance of every family at every reach, with two steps each."""
    return {
        f"{family.title}, reach={reach}, alpha={request.alpha:g}": request
        for family in FAMILIES
        for reach in family.reaches
        for request in requests(family, reach, quick)
    }


def limit(family: Family, reach: float, sources: Sources) -> dict[str, float]:
    """Return the measured floor, 2 A(alpha) - A(2 alpha) over the later halves, with its error over replicas."""
    short, long = (sources.run(request)["curve_squared_gradient"] for request in requests(family, reach, sources.quick))
    each = 2 * short[len(short) // 2 :].mean(axis=0) - long[len(long) // 2 :].mean(axis=0)
    return {"observed": float(each.mean()), "standard_error": float(each.std(ddof=1) / np.sqrt(each.size))}


def compute(sources: Sources) -> dict[str, Any]:
    """Return the proved floor against l, and the measured floors of the instances with the l of their devices."""
    bound = theory.bound("floor")
    fine = np.geomspace(0.1, 2.0, 80)
    instances = []
    for family in FAMILIES:
        for reach in family.reaches:
            found = distortion(family, reach)
            instances.append(
                {
                    "family": family.title,
                    "device": family.device,
                    "parameters": dict(family.parameters),
                    "reach": reach,
                    "gamma": found.gamma,
                    "gain": found.gain,
                    "log_ratio": found.log_ratio,
                    "bound": float(bound(rho=found.gamma, sigma2=1.0)),
                    **limit(family, reach, sources),
                }
            )
    return {
        "claims_of_the_bound": list(bound.claims),
        "bound": {"log_ratio": fine, "floor": bound(rho=np.tanh(fine), sigma2=1.0)},
        "instances": instances,
    }


def draw(data: Data) -> figure.Figure:
    """Draw one curve with the instances on it, gamma = tanh l on the upper axis, and the distances below."""
    picture = style.page(1, 3.9)
    panel, below = picture.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    curve = data["bound"]
    panel.loglog(curve["log_ratio"], curve["floor"], **style.BOUND.of_line(label=r"bound, $\sinh^2\ell$"))
    below.axhline(0, color=style.BOUND.color, linewidth=1.2)
    for family, look in zip(FAMILIES, style.POINTS, strict=False):
        points = [entry for entry in data["instances"] if entry["family"] == family.title]
        where, of = [entry["log_ratio"] for entry in points], np.array([entry["bound"] for entry in points])
        observed, error = (np.array([entry[name] for entry in points]) for name in ("observed", "standard_error"))
        panel.plot(where, observed, **look.of_points(label=family.title, markersize=5.5))
        bars = {"yerr": 200 * error / of, "ecolor": look.color, "elinewidth": 0.8, "capsize": 1.5}
        below.errorbar(where, 100 * (observed / of - 1), **bars, **look.of_points(markersize=4))
    panel.set(ylabel=r"floor of $A$ over $\sigma^2$")
    below.set(xlabel=r"half log-ratio $\ell=\frac{1}{2}\ln(q_{\max}/q_{\min})$", ylabel="off by (%)")
    style.plain_ticks(below.xaxis, (0.1, 0.2, 0.5, 1.0, 2.0))
    panel.legend(loc="lower right", handlelength=1.5)
    above = panel.secondary_xaxis("top", functions=(np.tanh, lambda gamma: np.arctanh(np.clip(gamma, 0, 1 - 1e-12))))
    above.set_xlabel(r"asymmetry $\gamma=\tanh\ell$")
    style.plain_ticks(above.xaxis, (0.1, 0.2, 0.4, 0.6, 0.8, 0.95))
    return picture


def farthest(data: Data) -> float:
    """Return the largest relative distance of an instance from the bound."""
    return max(abs(float(entry["observed"] / entry["bound"]) - 1) for entry in data["instances"])


def caption(data: Data) -> str:
    """Say what is one curve, and how close the instances come."""
    families = len({entry["family"] for entry in data["instances"]})
    error = max(entry["standard_error"] / entry["bound"] for entry in data["instances"])
    return (
        r"One number a device: the proved floor $\sigma^2\sinh^2\ell$ against the half log-ratio $\ell$ of the largest "
        rf"to the smallest response on the weights that are met, and the instances that attain it on {families} "
        r"families of devices ($\sigma=1$; observed in the limit of small steps within "
        rf"${100 * farthest(data):.1f}\,\%$, standard errors up to ${100 * error:.1f}\,\%$; bars are two of them)."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check that every instance stands on the curve, and that the curve is sinh^2 l."""
    instances = data["instances"]
    curve = np.asarray(data["bound"]["floor"]) / np.sinh(np.asarray(data["bound"]["log_ratio"])) ** 2
    return {
        "every instance stands within 2% and three standard errors of the bound": all(
            abs(entry["observed"] - entry["bound"]) < WITHIN * entry["bound"] + 3 * entry["standard_error"]
            for entry in instances
        ),
        "the standard errors resolve 10% of every floor": all(
            3 * entry["standard_error"] < 0.1 * entry["bound"] for entry in instances
        ),
        "the bound is sinh^2 l": bool(np.allclose(curve, 1, rtol=1e-9))
        and all(abs(entry["bound"] / np.sinh(entry["log_ratio"]) ** 2 - 1) < 1e-9 for entry in instances),
    }


FIGURE = Figure(
    name="device_floor",
    title="the floor of every family of devices on one curve, with the instances that attain it",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
