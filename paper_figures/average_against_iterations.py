"""Average squared gradient of the asynchronous pipeline against K, with the sharp and the explicit bound."""

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import sympy
from matplotlib import figure
from matplotlib.axes import Axes

import theory
from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Request
from paper_figures.sources import Sources
from simulate import problems
from simulate.problems import make
from theory import blueprint
from theory.definitions import eliminate
from theory.setting import algorithms
from theory.setting.symbols import symbol

STAGES = 4
TAU = 4.0
LENGTHS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
QUADRATIC = {"size": 2, "noise": "two-point", "sigma": 1.0, "condition": 4.0, "start": 1.5, "target": 1.0}
PANELS = (("digital-ap", math.inf), ("analog-sgd-ap", TAU))
BOUNDS = {"published": (0, (1, 1)), "explicit": "--", "sharp": "-", "adaptive": "-."}

BOUND_TITLES = {"published": "published form", "explicit": "explicit", "sharp": "sharp", "adaptive": "adaptive"}

PUBLISHED = ("L", "sigma", "Delta", "K", "rho", "Lambda1", "nu")
"""Symbols of the published form, beside its trade-off t."""


@cache
def largest_step(iterations: int) -> float:
    """Return the step size sqrt(2 Delta/(L sigma^2 K)) of Theorem 3, at most 1/(4 L) and 1/(4 Lambda1)."""
    problem = problems.make("quadratic", stages=STAGES, **QUADRATIC)
    facts = problem.facts(algorithms.named("analog-sgd-ap").lags(STAGES)).values
    L, sigma2, Lambda1 = (float(facts[name] or 0.0) for name in ("L", "sigma2", "Lambda1"))
    return min(math.sqrt(2 * problem.initial_gap / (L * sigma2 * iterations)), 1 / (4 * L), 1 / (4 * Lambda1))


def run_of(algorithm: str, tau: float, iterations: int, quick: bool) -> Request:
    """Return a run of `iterations` steps at the step size made for them."""
    return Request(
        problem=make("quadratic", STAGES, **QUADRATIC),
        algorithm=algorithm,
        alpha=largest_step(iterations),
        tau=tau,
        iterations=iterations,
        replicas=max(8, min(64, (1_000_000 if quick else 16_000_000) // iterations)),
        seed=SEED,
    )


def lengths(quick: bool) -> tuple[int, ...]:
    """Return the numbers of iterations K."""
    return LENGTHS[:-2] if quick else LENGTHS


def runs(quick: bool) -> dict[str, Request]:
    """Return a run for each algorithm and K."""
    return {
        f"{algorithm}, K={iterations}": run_of(algorithm, tau, iterations, quick)
        for algorithm, tau in PANELS
        for iterations in lengths(quick)
    }


def compute(sources: Sources) -> dict[str, Any]:
    """Return observed averages with standard errors and the bounds at the measured saturation."""
    return {
        "stages": STAGES,
        "panels": [
            {
                "algorithm": algorithm,
                "tau": tau,
                "points": [point(algorithm, tau, K, sources) for K in lengths(sources.quick)],
            }
            for algorithm, tau in PANELS
        ],
    }


def point(algorithm: str, tau: float, iterations: int, sources: Sources) -> dict[str, Any]:
    """Return one K: the step size, the observed average and its bounds."""
    request = run_of(algorithm, tau, iterations, sources.quick)
    run = sources.run(request)
    names = ("L", "sigma2", "Lambda1", "Lambdah", "nu", "Ln")
    known = {name: run.result["constants"][name] for name in names}
    known |= {"Delta": run.result["initial_gap"], "alpha": request.alpha, "K": iterations}
    rho, values = float(run["max_saturation"].max()), run["mean_squared_gradient"]
    rbar2 = float(run["weighted_square_saturation"].mean()) / known["sigma2"]
    sharp, explicit = theory.bound("sharp"), theory.bound("explicit")
    return {
        "K": iterations,
        "alpha": request.alpha,
        "rho": rho,
        "observed": float(values.mean()),
        "standard_error": float(values.std(ddof=1) / math.sqrt(values.size)),
        "explicit": float(explicit(**known, rho=rho)),
        "sharp": float(sharp(**known, rho=rho)),
        "adaptive": float(sharp(**known, rho=rho, rbar2=rbar2)),
        "published": published_form({**known, "rho": rho}),
        "floor": float(theory.bound("floor")(sigma2=known["sigma2"], rho=rho)),
    }


@cache
def published_claim() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the published form's bound on A and the slack of its conditions, as functions of `PUBLISHED` and t.

    Both are the proved claim's own relations with its own definitions put in.
    """
    claim = blueprint.claim("complexity.published")
    conclusion, arguments = claim.conclusion("bound"), [symbol(name) for name in (*PUBLISHED, "t")]
    share = conclusion.lhs / symbol("A")
    slacks = [relation.rhs - relation.lhs for relation in map(claim.premise, ("step", "coherent"))]
    value = sympy.lambdify(arguments, (eliminate(share.cancel(), claim), eliminate(conclusion.rhs, claim)), "numpy")
    return value, sympy.lambdify(arguments, sympy.Min(*(eliminate(slack, claim) for slack in slacks)), "numpy")


def published_form(known: Mapping[str, float]) -> float | None:
    """Return the published form at the best t, or None where its step size is not the one that was run."""
    value, slack = published_claim()
    numbers = {**known, "sigma": math.sqrt(known["sigma2"])}
    point = [numbers[name] for name in PUBLISHED]
    step = math.sqrt(2 * known["Delta"] / (known["L"] * known["sigma2"] * known["K"]))
    if not math.isclose(known["alpha"], step, rel_tol=1e-9) or float(slack(*point, 1.0)) < 0:
        return None
    share, right = value(*point, np.geomspace(1e-3, 1e6, 901))
    values = np.where(share > 0, right / np.maximum(share, 1e-300), np.inf)
    return float(values.min()) if np.isfinite(values.min()) else None


def draw(data: Data) -> figure.Figure:
    """Draw digital on the left, analog on the right."""
    picture = style.page(2, 2.7)
    panels = picture.subplots(1, 2, sharey=True)
    for panel, entry in zip(panels, data["panels"], strict=True):
        _panel(panel, entry)
    panels[0].set_ylabel(r"average $A$ of $\|\nabla f(W_k)\|^2$")
    style.label_panels(list(panels))
    handles, labels = panels[1].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=6)
    return picture


def _panel(panel: Axes, entry: Data) -> None:
    points, look = entry["points"], style.ALGORITHM["analog-sgd-ap"]
    K = [point["K"] for point in points]
    for name, line in BOUNDS.items():
        known = [point for point in points if point[name] is not None]
        color = "#808080" if name == "published" else style.INK
        values = [point[name] for point in known]
        panel.loglog([p["K"] for p in known], values, color=color, ls=line, label=BOUND_TITLES[name])
    if entry["tau"] != "inf":
        panel.loglog(K, [point["floor"] for point in points], color=style.INK, ls=":", label="floor", linewidth=0.8)
    observed = [point["observed"] for point in points]
    panel.loglog(K, observed, **look.of_points(label="observed", markersize=5))
    title = algorithms.named(entry["algorithm"]).title
    panel.set(xlabel="iterations $K$", title=f"{title}, $M={STAGES}$")


def slope(data: Data, panel: int, key: str) -> float:
    """Return the exponent in K over the last five points, by least squares in logarithms."""
    points = data["panels"][panel]["points"][-5:]
    K, values = ([point[name] for point in points] for name in ("K", key))
    return float(np.polyfit(np.log(K), np.log(values), 1)[0])


def caption(data: Data) -> str:
    """Say which exponents come out."""
    observed, sharp = (slope(data, 0, key) for key in ("observed", "sharp"))
    last = data["panels"][1]["points"][-1]
    return (
        rf"Average squared gradient against the number of iterations for a coupled quadratic in $M={data['stages']}$ "
        r"stages, step size $\alpha=\sqrt{2\Delta/(L\sigma^2K)}$ for each $K$, with the sharp and the explicit bound "
        r"(noise-resolved, measured saturation) and the published form where its step size is the one run. (a) On "
        rf"digital hardware the asynchronous pipeline falls as $K^{{{observed:.2f}}}$, its bound as "
        rf"$K^{{{sharp:.2f}}}$. (b) On analog hardware the bounds tend to their "
        rf"floors; at the largest $K$ the sharp bound is ${last['sharp'] / last['observed']:.1f}$ times the observed "
        rf"value with the largest saturation, ${last['adaptive'] / last['observed']:.2f}$ times with its mean square."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check order, exponents and floor."""
    points = [point for panel in data["panels"] for point in panel["points"]]
    analog = data["panels"][1]["points"]
    return {
        "observed <= adaptive <= sharp <= explicit at every K, within three standard errors": all(
            point["observed"] - 3 * point["standard_error"]
            <= point["adaptive"]
            <= point["sharp"] * (1 + 1e-9)
            <= point["explicit"] * (1 + 2e-9)
            for point in points
        ),
        "the published form lies above the sharp bound": all(
            point["published"] >= point["sharp"] for point in points if point["published"] is not None
        ),
        "digital: the observed average falls as K^-1/2, within 0.1 of the exponent": abs(
            slope(data, 0, "observed") + 0.5
        )
        < 0.1,
        "digital: the bound falls as K^-1/2, within 0.1 of the exponent": abs(slope(data, 0, "sharp") + 0.5) < 0.1,
        "analog: the average flattens": slope(data, 1, "observed") > slope(data, 0, "observed") + 0.1,
        "analog: the sharp bound stays above its floor": all(point["sharp"] >= point["floor"] for point in analog),
    }


FIGURE = Figure(
    name="average_against_iterations",
    title="observed average squared gradient against K with the sharp and the explicit bound",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
