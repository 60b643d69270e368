"""What the lag costs: second order in the step size and nothing at the floor; stashing weights does not help."""

import math
from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Array, Request
from paper_figures.sources import Sources
from simulate.problems import make
from theory.setting import algorithms

DIMENSION = 16
STAGES = (1, 2, 4, 16)
STEPS = (0.08, 0.04, 0.02, 0.01)
HARDWARE = {"digital-ap": math.inf, "analog-sgd-ap": 2.0}
QUADRATIC = {"noise": "gaussian", "sigma": 1.0, "condition": 10.0, "coupling": 1.0, "start": 1.0, "target": 1.0}
NETWORK = {"width": 8, "samples": 64}
DEPTH, LARGE_STEP = 8, 0.1
STASHING = ("stashed-ap", "digital-ap", "digital-sgd")


def quadratic(algorithm: str, stages: int, alpha: float, quick: bool) -> Request:
    """Return a run on one quadratic of 16 weights, cut into so many stages.

    The problem and the noise drawn are the same whatever the cut, so differences between depths are due to the lag.
    """
    return Request(
        problem=make("quadratic", stages, **{**QUADRATIC, "size": DIMENSION // stages}),
        algorithm=algorithm,
        alpha=alpha,
        tau=HARDWARE[algorithm],
        iterations=int((150 if quick else 400) / alpha),
        replicas=8 if quick else 32,
        seed=SEED,
    )


def network(algorithm: str, quick: bool) -> Request:
    """Return a digital run on a deep network at a step size at which the lag is felt."""
    return Request(
        problem=make("network", DEPTH, **NETWORK),
        algorithm=algorithm,
        alpha=LARGE_STEP,
        tau=math.inf,
        iterations=5_000 if quick else 20_000,
        replicas=32,
        seed=SEED,
    )


def runs(quick: bool) -> dict[str, Request]:
    """Return the quadratic for every hardware, depth and step size, and the network for every kind of stashing."""
    found = {
        f"{name}, M={stages}, alpha={alpha}": quadratic(name, stages, alpha, quick)
        for name in HARDWARE
        for stages in STAGES
        for alpha in STEPS
    }
    return found | {f"network, {name}": network(name, quick) for name in STASHING}


def compute(sources: Sources) -> dict[str, Any]:
    """Return late squared gradients over depth and step size, what the lag adds to them, and the network's curves."""
    return {
        "steps": STEPS,
        "stages": STAGES,
        "taus": HARDWARE,
        "late": [point(name, stages, alpha, sources) for name in HARDWARE for stages in STAGES for alpha in STEPS],
        "network": {
            "stages": DEPTH,
            "alpha": LARGE_STEP,
            "curves": [running_average(name, sources) for name in STASHING],
        },
    }


def late(request: Request, sources: Sources) -> Array:
    """Return the mean squared gradient over the second half of a run, a number a replica."""
    curve = sources.run(request)["curve_squared_gradient"]
    return np.asarray(curve[len(curve) // 2 :].mean(axis=0))


def point(algorithm: str, stages: int, alpha: float, sources: Sources) -> dict[str, Any]:
    """Return the late value, and what the lag adds to that of one stage, with its standard error (same noise)."""
    values = late(quadratic(algorithm, stages, alpha, sources.quick), sources)
    excess = values - late(quadratic(algorithm, 1, alpha, sources.quick), sources)
    return {
        "algorithm": algorithm,
        "stages": stages,
        "alpha": alpha,
        "late": float(values.mean()),
        "excess": float(excess.mean()),
        "standard_error": float(excess.std(ddof=1) / math.sqrt(excess.size)),
    }


def running_average(algorithm: str, sources: Sources) -> dict[str, Any]:
    """Return the running average A of the network: its median, and mean and standard error at the end."""
    request = network(algorithm, sources.quick)
    curve = sources.run(request)["curve_squared_gradient"]
    averages = np.cumsum(curve, axis=0) / np.arange(1, len(curve) + 1)[:, None]
    ends = averages[-1]
    return {
        "algorithm": algorithm,
        "iterations": np.arange(1, len(curve) + 1) * (request.iterations / len(curve)),
        "median": np.median(averages, axis=1),
        "end": float(ends.mean()),
        "standard_error": float(ends.std(ddof=1) / math.sqrt(ends.size)),
    }


def draw(data: Data) -> figure.Figure:
    """Draw late values, what the lag adds, and stashing."""
    picture = style.page(2, 2.6)
    panels = picture.subplots(1, 3)
    _late(panels[0], data)
    _excess(panels[1], data)
    _stashing(panels[2], data["network"])
    style.label_panels(list(panels))
    return picture


def of(data: Data, algorithm: str, key: str, **chosen: object) -> list[float]:
    """Return one quantity of one algorithm where `chosen` holds."""
    points = [p for p in data["late"] if p["algorithm"] == algorithm]
    return [point[key] for point in points if all(point[name] == value for name, value in chosen.items())]


def _late(panel: Axes, data: Data) -> None:
    for name in HARDWARE:
        look = style.ALGORITHM[name]
        for stages, marker in ((1, "x"), (data["stages"][-1], look.marker)):
            values = of(data, name, "late", stages=stages)
            line = look.of_line(marker=marker, linestyle="-" if marker == "x" else "--", markersize=4)
            panel.loglog(data["steps"], values, **line, label=f"{algorithms.named(name).title}, $M={stages}$")
    panel.set(xlabel=r"step size $\alpha$", ylabel="late squared gradient", title="end", ylim=(1.6e-3, 0.25))
    style.plain_ticks(panel.xaxis, data["steps"])
    panel.legend(loc="upper left")


def _excess(panel: Axes, data: Data) -> None:
    for name in HARDWARE:
        look = style.ALGORITHM[name]
        for stages, line in zip(data["stages"][1:], (":", "--", "-"), strict=True):
            label = f"$M={stages}$" if name == "analog-sgd-ap" else None
            values = of(data, name, "excess", stages=stages)
            panel.loglog(data["steps"], values, color=look.color, linestyle=line, marker=look.marker, label=label)
    panel.set(xlabel=r"step size $\alpha$", ylabel="added by the lag", title="end with lag minus without")
    style.plain_ticks(panel.xaxis, data["steps"])
    panel.legend(loc="lower right")


def _stashing(panel: Axes, data: Data) -> None:
    for entry in data["curves"]:
        look = {"stashed-ap": style.SERIES[1], "digital-ap": style.SERIES[4], "digital-sgd": style.SERIES[3]}
        title = algorithms.named(entry["algorithm"]).title
        panel.loglog(entry["iterations"], entry["median"], **look[entry["algorithm"]].of_line(label=title))
    panel.set(xlabel="iterations", ylabel="average $A$", title=f"network, $M={data['stages']}$")
    style.plain_ticks(panel.yaxis, (0.06, 0.1, 0.2, 0.3, 0.5))
    panel.legend()


def slope(data: Data, algorithm: str, stages: int) -> float:
    """Return the exponent in alpha of what the lag adds, by least squares in logarithms."""
    values = of(data, algorithm, "excess", stages=stages)
    return float(np.polyfit(np.log(data["steps"]), np.log(np.maximum(values, 1e-300)), 1)[0])


def caption(data: Data) -> str:
    """Say how the lag's price depends on the step size."""
    deep = data["stages"][-1]
    digital, analog = (slope(data, name, deep) for name in HARDWARE)
    share = of(data, "analog-sgd-ap", "excess", stages=deep)[-1] / of(data, "analog-sgd-ap", "late", stages=1)[-1]
    return (
        rf"What the lag costs. One quadratic of ${DIMENSION}$ weights, cut into $M$ stages and run with the same "
        r"noise: (a) late squared gradient without lag (crosses) and with it, (b) their difference. It falls as "
        rf"$\alpha^{{{digital:.2f}}}$ on digital (pale) and as $\alpha^{{{analog:.2f}}}$ on analog hardware "
        rf"($\tau={data['taus']['analog-sgd-ap']:g}$, dark) for $M={deep}$: the floor is untouched (the lag adds "
        rf"${100 * share:.1f}\,\%$ at the smallest step) and no term of first order in $\alpha$ is seen. (c) On a tanh "
        r"network (digital, large step) copying weights for the backward pass (stashed) does not lower the average "
        r"squared gradient."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check order in alpha and M, the floor, and stashing within three standard errors."""
    found = {}
    for name in HARDWARE:
        title = algorithms.named(name).title
        exponents = [slope(data, name, stages) for stages in data["stages"][1:]]
        found[f"{title}: what the lag adds is of second order in alpha, within 0.3"] = all(
            abs(exponent - 2) < 0.3 for exponent in exponents
        )
        rows = zip(*(of(data, name, "excess", stages=stages) for stages in data["stages"][1:]), strict=True)
        found[f"{title}: it grows with M"] = all(list(row) == sorted(set(row)) for row in rows)
    deep, smallest = data["stages"][-1], data["steps"][-1]
    added = of(data, "analog-sgd-ap", "excess", stages=deep, alpha=smallest)[0]
    found["the analog floor is untouched: under 2% at the smallest step"] = (
        added < 0.02 * of(data, "analog-sgd-ap", "late", stages=1, alpha=smallest)[0]
    )
    stashed, current, fresh = data["network"]["curves"]
    error = math.hypot(stashed["standard_error"], current["standard_error"])
    found["stashing does not lower A"] = stashed["end"] > current["end"] - 3 * error
    found["the lag is felt on the network"] = current["end"] > fresh["end"]
    return found


FIGURE = Figure(
    name="lag_effect",
    title="what the lag costs against step size and depth; stashed against unstashed",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
