"""Iterations and clock cycles that are proved to reach a target eps: both regimes, depth, saturation, pipelines."""

from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.sources import Sources
from simulate import problems
from theory.bounds import complexity
from theory.setting import algorithms

DIMENSION = 16
DEPTHS = (1, 4, 16)
SATURATIONS = (0.0, 0.01, 0.03, 0.1)
SATURATION = 0.01
BATCH = 16
COMMON = {"sigma2": 1.0, "Delta": 1000.0}
QUADRATIC = {"noise": "gaussian", "sigma": 1.0, "condition": 10.0}
PIPELINES = ("analog-sgd", "analog-sgd-sp", "analog-sgd-ap")


def constants(stages: int, rho: float) -> dict[str, float]:
    """Return the constants of one quadratic of 16 weights, cut into so many stages."""
    problem = problems.make("quadratic", stages=stages, size=DIMENSION // stages, **QUADRATIC)
    facts = problem.facts(algorithms.named("analog-sgd-ap").lags(stages)).values
    return {**COMMON, "rho": rho} | {name: float(facts[name] or 0.0) for name in ("L", "Lambda1", "Lambdah")}


def targets(quick: bool) -> list[float]:
    """Return the targets eps, largest first."""
    return [float(eps) for eps in np.geomspace(100.0, 1e-3, 9 if quick else 21)]


def compute(sources: Sources) -> dict[str, Any]:
    """Return, for each curve, the targets above its floor with iterations and clock cycles."""
    goals = targets(sources.quick)
    return {
        "depth": DEPTHS[-1],
        "batch": BATCH,
        "saturation": SATURATION,
        "by_depth": [curve("analog-sgd-ap", M, 0.0, goals) for M in DEPTHS],
        "by_saturation": [curve("analog-sgd-ap", DEPTHS[-1], rho, goals) for rho in SATURATIONS],
        "by_pipeline": [curve(name, DEPTHS[-1], SATURATION, goals) for name in PIPELINES],
    }


def curve(algorithm: str, stages: int, rho: float, goals: list[float]) -> dict[str, Any]:
    """Return what an algorithm is proved to need for every target that it is proved to reach."""
    row, given = algorithms.named(algorithm), constants(stages, rho)
    batch = BATCH if row.batched else 1
    floor = complexity.floor(complexity.constants_of(row, given, batch))
    points = []
    for eps in goals:
        plan = complexity.plan(row, given, eps, stages, batch) if eps > floor else None
        if plan is not None and plan.reach is not None:
            points.append({"eps": eps, "iterations": plan.reach.iterations, "cycles": plan.cycles})
    return {"algorithm": algorithm, "stages": stages, "rho": rho, "floor": floor, "points": points}


def draw(data: Data) -> figure.Figure:
    """Draw depth, saturation and pipelines."""
    picture = style.page(2, 2.5)
    panels = picture.subplots(1, 3)
    for entry, look in zip(data["by_depth"], style.SERIES, strict=False):
        _curve(panels[0], entry, "iterations", look, f"$M={entry['stages']}$")
    for entry, look in zip(data["by_saturation"], style.SERIES, strict=False):
        _curve(panels[1], entry, "iterations", look, rf"$\rho={entry['rho']:g}$")
        if entry["floor"] > 0:
            panels[1].axvline(entry["floor"], color=look.color, linewidth=0.6, linestyle=":")
    for entry in data["by_pipeline"]:
        name = entry["algorithm"]
        _curve(panels[2], entry, "cycles", style.ALGORITHM[name], algorithms.named(name).title)
    panels[0].set(ylabel="iterations $K$", title=r"$\rho=0$")
    panels[1].set(ylabel="iterations $K$", title=f"$M={data['depth']}$")
    panels[2].set(ylabel="clock cycles", title=rf"$M={data['depth']}$, $\rho={data['saturation']:g}$")
    for panel in panels:
        panel.set_xlabel(r"target $\varepsilon$")
        panel.legend(loc="upper right")
    style.label_panels(list(panels))
    return picture


def _curve(panel: Axes, entry: Data, key: str, look: style.Look, label: str) -> None:
    eps, values = ([point[name] for point in entry["points"]] for name in ("eps", key))
    panel.loglog(eps, values, **look.of_line(label=label))


def exponent(entry: Data, *, late: bool) -> float:
    """Return the exponent of the iterations in 1/eps over the smallest decade of targets, or over the largest."""
    goals = [point["eps"] for point in entry["points"]]
    low, high = (0.0, 10.1 * goals[-1]) if late else (goals[0] / 10.1, np.inf)
    chosen = [point for point in entry["points"] if low < point["eps"] < high]
    eps, count = ([point[name] for point in chosen] for name in ("eps", "iterations"))
    return float(-np.polyfit(np.log(eps), np.log(count), 1)[0])


def faster(data: Data) -> list[bool]:
    """Return, over the common targets, whether the asynchronous pipeline is proved to need fewer cycles than SP."""
    _, synchronous, asynchronous = (
        {point["eps"]: point["cycles"] for point in entry["points"]} for entry in data["by_pipeline"]
    )
    return [asynchronous[eps] < synchronous[eps] for eps in asynchronous if eps in synchronous]


def caption(data: Data) -> str:
    """Say which exponents hold, and where which pipeline needs fewer cycles."""
    deep = data["by_depth"][-1]
    early, late = exponent(deep, late=False), exponent(deep, late=True)
    wins = faster(data)
    return (
        r"Iterations (a, b) and clock cycles (c) that are proved to bring the average squared gradient to "
        r"$\varepsilon$, by the sharp bound at its best step size, for a quadratic of 16 weights cut into $M$ stages. "
        rf"(a) For $M={deep['stages']}$ the exponent of $1/\varepsilon$ passes from ${early:.2f}$ to ${late:.2f}$: lag "
        r"counts in the first regime and hardly in the second. (b) With saturation $\rho$ the count diverges at the "
        rf"floor (dotted). (c) The asynchronous pipeline needs fewer cycles than no pipeline at every target, and than "
        rf"the synchronous one with $B={data['batch']}$ micro-batches at {sum(wins)} of {len(wins)} targets: near the "
        r"floor the mean of $B$ samples, whose floor is lower, wins."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check exponents, depth, floors and the order of the pipelines."""
    flat, deep = data["by_depth"][0], data["by_depth"][-1]
    none, synchronous, asynchronous = (entry["points"] for entry in data["by_pipeline"])
    price = [d["iterations"] / f["iterations"] for d, f in zip(deep["points"], flat["points"], strict=True)]
    return {
        "the exponent of 1/eps is near 1 for large and near 2 for small eps": exponent(deep, late=False) < 1.25
        and exponent(deep, late=True) > 1.8,
        "in iterations the lag's price falls as eps falls": price[-1] < 0.5 * price[0],
        "no target at or below a floor is claimed": all(
            point["eps"] > entry["floor"] for entry in data["by_saturation"] for point in entry["points"]
        ),
        "AP needs fewer clock cycles than no pipeline at every target": all(
            a["cycles"] < n["cycles"] for a, n in zip(asynchronous, none, strict=True)
        ),
        "near its floor AP needs more clock cycles than SP": not faster(data)[-1],
        "SP reaches lower targets": len(synchronous) >= len(asynchronous),
    }


FIGURE = Figure(
    name="complexity_by_target",
    title="iterations and clock cycles proved to reach eps: both regimes, depth, saturation, pipelines",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
)
