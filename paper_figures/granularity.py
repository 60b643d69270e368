"""What pulses leave: the stationary squared gradient against the step, with both bounds on it."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy
from matplotlib import figure
from matplotlib.axes import Axes

import theory
from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.floor_against_saturation import observed
from paper_figures.runs import SEED, Request
from paper_figures.sources import Sources
from simulate.problems import make
from theory import blueprint
from theory.definitions import eliminate

DW = 0.02
"""Size of a pulse, in w; the noise of a gradient is 1, so a step alpha asks for alpha/DW pulses."""
CYCLE = 1.0
BL = 100
LAWS: Mapping[str, Mapping[str, float]] = {
    "rounding": {"dw": DW},
    "train": {"dw": DW, "BL": BL},
    "cycle": {"dw": DW, "cycle": CYCLE},
}
TITLES = {"rounding": "ideal rounding", "train": f"trains of {BL} slots", "cycle": "rounding, cycle noise 1"}
STEPS = (5e-4, 1.5e-3, 5e-3, 1.5e-2, 5e-2, 0.12)
LEVEL_FROM = STEPS[:2]
"""Steps so small that what pulses leave no longer depends on them."""


def request(law: str, alpha: float, quick: bool) -> Request:
    """Return a run to stationarity on one weight that starts at its minimiser, on a digital device with pulses.

    The squared gradient forgets in 1/(2 alpha) steps, so the second half of 80/alpha steps of 256 replicas holds about
    20,000 independent values of it: a relative error near 1%.
    """
    return Request(
        problem=make("quadratic", 1, size=1, noise="gaussian", sigma=1.0, condition=1.0, start=0.0, target=0.0),
        algorithm="analog-sgd",
        alpha=alpha,
        tau=math.inf,
        iterations=int((16 if quick else 80) / alpha),
        replicas=64 if quick else 256,
        seed=SEED,
        device_parameters=dict(LAWS[law]),
    )


def runs(quick: bool) -> dict[str, Request]:
    """Return every law of pulses at every step."""
    return {f"{law}, alpha={alpha}": request(law, alpha, quick) for law in LAWS for alpha in STEPS}


def value(expression: sympy.Expr, **values: float) -> float:
    """Return a claim's expression at numbers by name; every symbol must have one."""
    chosen = {symbol: values[symbol.name] for symbol in expression.free_symbols}
    return float(expression.xreplace({symbol: sympy.Float(number, 30) for symbol, number in chosen.items()}))


def level(alpha: float, cycle: float) -> float:
    """Return the bound on A without lag and start that knows dw abs(D) only (claims granularity.start, .floor)."""
    start, floor = blueprint.claim("granularity.start"), blueprint.claim("granularity.floor")
    names = {symbol.name: symbol for symbol in eliminate(floor.conclusion("bound").rhs, floor).free_symbols}
    G = value(
        eliminate(eliminate(names["G"], start), start),
        L=1.0,
        dw=DW,
        qmax=1.0,
        size=1.0,
        sqrt_size=1.0,
        cycle=cycle,
        gain=1.0,
    )
    return value(eliminate(floor.conclusion("bound").rhs, floor), G=G, rho=0.0, sigma=1.0, x=alpha, start=0.0)


def variance_by_response(alpha: float, cycle: float) -> float:
    """Return the bound on V by dw abs(D) (claim granularity.total), with R^2 = A + sigma^2 from `level`."""
    total = blueprint.claim("granularity.total").conclusion("bound").rhs
    R = math.sqrt(level(alpha, cycle) + 1.0)
    return value(total, R=R, alpha=alpha, dw=DW, sqrt_size=1.0, cycle=cycle)


def variance_by_rounding(alpha: float, cycle: float) -> float:
    """Return the bound on V by dw^2/4 and noise from cycle to cycle (claim granularity.total_rounding).

    On one weight the mean of the 1-norm of g is at most R; R^2 = A + sigma^2 from `level`.
    """
    total = blueprint.claim("granularity.total_rounding").conclusion("bound").rhs
    R = math.sqrt(level(alpha, cycle) + 1.0)
    return value(total, **{"<ones|sizes>": R}, alpha=alpha, dw=DW, size=1.0, cycle=cycle)


def granular(alpha: float, V: float) -> float:
    """Return Theorem 1 for granular devices where the start no longer counts."""
    exact = {"L": 1, "sigma2": 1, "Delta": 0, "K": 1, "rho": 0, "Lambda1": 0, "Lambdah": 0, "qmax": 1}
    return float(theory.bound("granular")(**exact, alpha=alpha, V=V))


def compute(sources: Sources) -> dict[str, Any]:
    """Return observed values with standard errors, and both bounds without and with noise from cycle to cycle."""
    fine = np.geomspace(STEPS[0] / 1.5, STEPS[-1] * 1.2, 40)
    return {
        "dw": DW,
        "claims_of_the_bounds": list(theory.bound("granular").claims),
        "bounds": [
            {
                "cycle": cycle,
                "alpha": fine,
                "by_response": [granular(alpha, variance_by_response(alpha, cycle)) for alpha in fine],
                "by_rounding": [granular(alpha, variance_by_rounding(alpha, cycle)) for alpha in fine],
                "smooth": [granular(alpha, 0.0) for alpha in fine],
            }
            for cycle in (0.0, CYCLE)
        ],
        "points": [
            {
                "law": law,
                "cycle": LAWS[law].get("cycle", 0.0),
                "alpha": alpha,
                **observed(sources.run(request(law, alpha, sources.quick))),
                "by_response": granular(alpha, variance_by_response(alpha, LAWS[law].get("cycle", 0.0))),
                "by_rounding": granular(alpha, variance_by_rounding(alpha, LAWS[law].get("cycle", 0.0))),
            }
            for law in LAWS
            for alpha in STEPS
        ],
    }


def draw(data: Data) -> figure.Figure:
    """Draw pulses of one size on the left, pulses that differ from cycle to cycle on the right."""
    picture = style.page(2, 2.7)
    panels = picture.subplots(1, 2, sharey=True)
    for panel, bounds in zip(panels, data["bounds"], strict=True):
        _bounds(panel, bounds)
        for look, (law, title) in zip(style.SERIES, TITLES.items(), strict=False):
            points = [one for one in data["points"] if one["law"] == law and one["cycle"] == bounds["cycle"]]
            if points:
                where, found = ([one[name] for one in points] for name in ("alpha", "observed"))
                bars = {"yerr": [2 * one["standard_error"] for one in points], "ecolor": look.color, "elinewidth": 0.8}
                panel.errorbar(
                    where, found, **bars, **look.of_points(label=title, markersize=4 if law == "train" else 6)
                )
        panel.set(xlabel=r"step $\alpha$", title=f"cycle noise {bounds['cycle']:g}")
        panel.legend(loc="lower right")
    panels[0].set(ylabel="stationary squared gradient", ylim=(1.5e-5, 0.3))
    style.label_panels(list(panels))
    return picture


def _bounds(panel: Axes, bounds: Data) -> None:
    looks = {
        "by_response": (r"bound, variance $\leq\Delta w\,|D|$", "-"),
        "by_rounding": (r"bound, rounding $\leq\Delta w^2/4$", "--"),
        "smooth": ("bound without pulses", ":"),
    }
    for name, (label, line) in looks.items():
        panel.loglog(bounds["alpha"], bounds[name], color=style.INK, linestyle=line, label=label)


def of(data: Data, law: str) -> list[Data]:
    """Return the points of a law, by step."""
    return [one for one in data["points"] if one["law"] == law]


def caption(data: Data) -> str:
    """Say what the two bounds are, and where each is wrong or too high."""
    small = of(data, "rounding")[0]
    of_solid, of_dashed = (small["observed"] / small[name] for name in ("by_response", "by_rounding"))
    return (
        rf"Stationary squared gradient on one weight ($L=\sigma=1$, digital, pulses of $\Delta w={data['dw']:g}$) "
        r"against the step, measured for ideal rounding and for pulse trains (a) and with noise from cycle to cycle "
        r"(b; bars: two standard errors), with Theorem~1 for granular devices by two bounds on the variance of the "
        r"pulses. By $\Delta w^2/4$ it grows without end as $\alpha\to 0$; by $\Delta w\,|D|$ it is level, as the "
        rf"measured values are: at $\alpha={small['alpha']:g}$ rounding lies at ${of_solid:.2f}$ of it and at "
        rf"${of_dashed:.2f}$ of the other. Trains do not obey $\Delta w^2/4$ at large steps."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check both bounds with three standard errors, and what the measured values do as the step falls."""
    points, small, large = data["points"], of(data, "rounding")[0], of(data, "train")[-1]
    dashed = data["bounds"][0]["by_rounding"]
    apart = [
        abs(one["observed"] - other["observed"])
        < 4 * np.hypot(one["standard_error"], other["standard_error"]) + (other["alpha"] - one["alpha"])
        for one, other in (of(data, law)[:2] for law in LAWS)
    ]
    return {
        "every value is below the bound by dw abs(D)": all(
            one["observed"] - 3 * one["standard_error"] <= one["by_response"] for one in points
        ),
        "with rounding every value is below the bound by dw^2/4": all(
            one["observed"] - 3 * one["standard_error"] <= one["by_rounding"] for one in points if one["law"] != "train"
        ),
        "long trains at large steps are above the bound by dw^2/4": large["observed"] - 3 * large["standard_error"]
        > large["by_rounding"],
        "at the smallest steps the values are level": all(apart),
        "there the bound by dw abs(D) is within a factor of two": small["by_response"] < 2 * small["observed"],
        "there the bound by dw^2/4 is five times too high": small["by_rounding"] > 5 * small["observed"],
        "the bound by dw^2/4 is U-shaped": bool(np.argmin(dashed) not in (0, len(dashed) - 1)),
    }


FIGURE = Figure(
    name="granularity",
    title="stationary squared gradient of devices with pulses against the step, with both bounds",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
