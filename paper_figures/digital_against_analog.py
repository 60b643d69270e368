"""Digital against analog SGD for several step sizes: the digital end falls with alpha, the analog one has a floor."""

from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Request
from paper_figures.sources import Sources
from simulate.problems import make

ALGORITHMS = ("digital-sgd", "analog-sgd")
STEPS = (0.2, 0.06, 0.02, 0.006, 0.002)
SHOWN = (0.2, 0.02, 0.002)
TAU = 1.5
QUADRATIC = {"size": 8, "noise": "gaussian", "sigma": 1.0, "condition": 3.0, "start": 1.4, "target": 0.9}
HORIZON = 30.0


def run_of(algorithm: str, alpha: float, quick: bool) -> Request:
    """Return a run over the time alpha k <= 30, in which the start is forgotten whatever the step size."""
    return Request(
        problem=make("quadratic", 1, **QUADRATIC),
        algorithm=algorithm,
        alpha=alpha,
        tau=float("inf") if algorithm == "digital-sgd" else TAU,
        iterations=int(HORIZON / alpha),
        replicas=32 if quick else 256,
        seed=SEED,
    )


def runs(quick: bool) -> dict[str, Request]:
    """Return both algorithms at every step size."""
    return {f"{name}, alpha={alpha}": run_of(name, alpha, quick) for name in ALGORITHMS for alpha in STEPS}


def compute(sources: Sources) -> dict[str, Any]:
    """Return curves with medians and bands for three step sizes, and the late squared gradient for all."""
    return {
        "tau": TAU,
        "shown": SHOWN,
        "curves": [curve(name, alpha, sources) for name in ALGORITHMS for alpha in SHOWN],
        "late": [late(name, alpha, sources) for name in ALGORITHMS for alpha in STEPS],
    }


def curve(algorithm: str, alpha: float, sources: Sources) -> dict[str, Any]:
    """Return loss and squared gradient over alpha k: median and 10 to 90 percent of the replicas."""
    run = sources.run(run_of(algorithm, alpha, sources.quick))
    found: dict[str, Any] = {"algorithm": algorithm, "alpha": alpha, "time": alpha * run["curve_times"]}
    for name in ("squared_gradient", "loss"):
        low, median, high = np.quantile(run[f"curve_{name}"], (0.1, 0.5, 0.9), axis=1)
        found[name] = {"low": low, "median": median, "high": high}
    return found


def late(algorithm: str, alpha: float, sources: Sources) -> dict[str, Any]:
    """Return the mean squared gradient over the last quarter of the run with its standard error over replicas."""
    values = sources.run(run_of(algorithm, alpha, sources.quick))["curve_squared_gradient"]
    ends = values[-(len(values) // 4) :].mean(axis=0)
    error = float(ends.std(ddof=1) / np.sqrt(ends.size))
    return {"algorithm": algorithm, "alpha": alpha, "mean": float(ends.mean()), "standard_error": error}


def draw(data: Data) -> figure.Figure:
    """Draw squared gradient, loss, and what is left against the step size."""
    picture = style.page(2, 2.6)
    panels = picture.subplots(1, 3)
    for panel, name, label in (
        (panels[0], "squared_gradient", r"$\|\nabla f(W_k)\|^2$"),
        (panels[1], "loss", r"$f(W_k)-f^*$"),
    ):
        _curves(panel, data, name)
        panel.set(xlabel=r"scaled time $\alpha k$", ylabel=label)
    _ends(panels[2], data)
    style.label_panels(list(panels))
    handles, labels = panels[0].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=6, columnspacing=1.0, handlelength=1.8)
    return picture


def _curves(panel: Axes, data: Data, name: str) -> None:
    shades = dict(zip(data["shown"], (style.GOLD, style.WARM, style.DEEP), strict=True))
    for entry in data["curves"]:
        digital = entry["algorithm"] == "digital-sgd"
        color, kind = shades[entry["alpha"]], "digital" if digital else "analog"
        values = entry[name]
        panel.fill_between(entry["time"], values["low"], values["high"], color=color, alpha=0.12, linewidth=0)
        label = rf"{kind}, $\alpha={entry['alpha']:g}$"
        panel.semilogy(entry["time"], values["median"], color=color, linestyle=":" if digital else "-", label=label)


def _ends(panel: Axes, data: Data) -> None:
    for name, label in (("digital-sgd", "digital"), ("analog-sgd", "analog")):
        look, points = style.ALGORITHM[name], ends(data, name)
        alpha, mean = ([point[key] for point in points] for key in ("alpha", "mean"))
        panel.loglog(alpha, mean, **look.of_line(marker=look.marker, label=label))
    panel.set(xlabel=r"step size $\alpha$", ylabel="mean over the last quarter")
    panel.legend()


def ends(data: Data, algorithm: str) -> list[Data]:
    """Return the late values of one algorithm, largest step first."""
    return [entry for entry in data["late"] if entry["algorithm"] == algorithm]


def slope(data: Data, algorithm: str, points: slice) -> float:
    """Return the exponent of the late squared gradient in alpha, by least squares in logarithms."""
    chosen = ends(data, algorithm)[points]
    alpha, mean = ([point[key] for point in chosen] for key in ("alpha", "mean"))
    return float(np.polyfit(np.log(alpha), np.log(mean), 1)[0])


def caption(data: Data) -> str:
    """Say how the ends depend on the step size."""
    floor = ends(data, "analog-sgd")[-1]["mean"]
    return (
        r"Digital (dotted) and analog SGD (solid) on one quadratic for three step sizes: squared gradient (a) and loss "
        r"(b) against scaled time, median and 10--90\,\% band over replicas; (c) the mean squared gradient over the "
        r"last quarter against the step size. What digital SGD leaves falls with the step size, as "
        rf"$\alpha^{{{slope(data, 'digital-sgd', slice(None)):.2f}}}$; analog SGD ($\tau={data['tau']:g}$) stops at "
        rf"its floor, ${floor:.3f}$ for the smallest step."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check the digital exponent and the analog floor."""
    digital, analog = (ends(data, name) for name in ALGORITHMS)
    return {
        "what digital SGD leaves is proportional to alpha, within 0.1 of the exponent": abs(
            slope(data, "digital-sgd", slice(None)) - 1
        )
        < 0.1,
        "analog SGD stands at a floor: the two smallest steps agree within 15%": analog[-2]["mean"]
        < 1.15 * analog[-1]["mean"],
        "at the smallest step analog SGD is at least three times above digital SGD": analog[-1]["mean"]
        > 3 * digital[-1]["mean"],
    }


FIGURE = Figure(
    name="digital_against_analog",
    title="digital against analog SGD for several step sizes: loss, squared gradient, and what is left",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
