"""The companion papers' ablations on least squares: their points on our curves, and the proved bounds above them.

The points are tables of paper_figures/published; our curves are runs of this simulator on the same data. A bound is
drawn where every assumption of its theorem holds of the run; elsewhere the data say which one fails.
"""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import theory
from boundary import BadInput
from paper_figures.ablations_drawing import draw, draw_narrow
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Request, StoredRun
from paper_figures.sources import Sources
from simulate.problems import make

FOLDER = Path(__file__).parent / "published"
REPLICAS = 24
ENDLESS = 10**18
"""Iterations of which the start leaves nothing in the bound."""
ERRORS = 5.0
"""Combined standard errors between two means: each of 44 comparisons passes with probability below 2e-4 if all are
right, also with Student's 15 degrees of freedom."""
STARTS = {"1": "1", "0.01": "0.01", "gd10": "S33-gd10.txt", "gd20": "S33-gd20.txt", "gd30": "S33-gd30.txt"}
"""W_0 of the published cases: all weights alike, or what a file holds."""

ASSUMPTIONS = {
    "lags": "no pipeline: every lag is 0",
    "staleness": "no lag, so nothing is stale",
    "lower": "f >= f*, certified: a sum of squares has f* >= 0",
    "smooth": "L is an upper end of the largest eigenvalue of the Hessian, certified",
    "unbiased": "the added noise has mean 0 and is drawn anew in every step",
    "variance": "sigma^2 = D times the variance of an element's noise, of the problem's definition",
    "response": "|W_k| <= rho tau with rho < 1 the largest saturation that any replica showed, provided that no run "
    "passes it. Normal noise passes every rho some time: this speaks of noise cut beyond all draws of these runs",
}
"""What the theorem supposes, and why it holds of these runs; `alpha L < 1` is its domain."""


@dataclass(frozen=True)
class Setting:
    """One run of an ablation; `start` is a key of `STARTS` or a number."""

    data: str
    scale: float
    alpha: float
    tau: float
    sigma: float
    iterations: int
    start: str = "0"

    def request(self, quick: bool) -> Request:
        """Return the run, with few replicas if quick."""
        start = STARTS.get(self.start, self.start)
        problem = make(
            "least-squares",
            1,
            data=str(FOLDER / f"{self.data}.csv"),
            intercept=True,
            sampling="full",
            scale=self.scale,
            noise=self.sigma,
            start=str(FOLDER / start) if start.endswith(".txt") else start,
        )
        return Request(
            problem=problem,
            algorithm="digital-sgd" if math.isinf(self.tau) else "analog-sgd",
            alpha=self.alpha,
            tau=self.tau,
            iterations=self.iterations,
            replicas=8 if quick else REPLICAS,
            seed=SEED,
            measure_every=1,  # as the published means are
        )


@cache
def table() -> dict[Setting, dict[str, str]]:
    """Return the published rows by their settings, in the order of the file."""
    with (FOLDER / "toy_stochastic.csv").open(newline="", encoding="utf-8") as file:
        return {setting_of(row): row for row in csv.DictReader(file)}


def setting_of(row: Mapping[str, str]) -> Setting:
    """Return the setting of a published row."""
    start = row["case"].partition("-init")[2] or "0"
    alpha, tau, sigma, scale = (float(row[name]) for name in ("lr", "tau", "sigma", "c"))
    return Setting(row["data"], scale, alpha, tau, sigma, int(row["K"]), start)


def panels(quick: bool) -> dict[str, list[Setting]]:
    """Return what is run for each ablation: the published settings, and ones between them that make a curve."""
    by_case = {row["case"]: setting for setting, row in table().items()}
    found: dict[str, list[Setting]] = {
        name: [setting for case, setting in by_case.items() if case.startswith(family)]
        for name, family in (("alpha", "S1-"), ("tau", "S2-"), ("variance", "S32-"), ("start", "S33-"))
    }
    if quick:
        return found
    for tau, iterations in ((3.0, 2501), (math.inf, 2500)):
        like = next(s for s in found["alpha"] if s.tau == tau)
        found["alpha"] += [Setting(like.data, like.scale, a, tau, like.sigma, iterations) for a in (0.07, 0.14, 0.19)]
    found["tau"] += [Setting("S2", 0.5, 0.03, tau, 0.1, 2501) for tau in (0.8, 3.5, 5.0)]
    found["variance"] += [Setting("S32", 0.5, 0.1, 2.0, math.sqrt(v), 201) for v in (0.003, 0.03, 0.3)]
    return found


def runs(quick: bool) -> dict[str, Request]:
    """Return every run of every ablation."""
    return {
        f"{name}, {setting}": setting.request(quick) for name, all_of in panels(quick).items() for setting in all_of
    }


def compute(sources: Sources) -> dict[str, Any]:
    """Return points, curves and bounds of every ablation."""
    bound = theory.bound("sharp")
    return {
        "source": "published code of arXiv 2406.12774 and 2502.06309; see paper_figures/published/README.md",
        "bound": bound.name,
        "claims_of_the_bound": list(bound.claims),
        "assumptions": {name: ASSUMPTIONS[name] for name in bound.assumptions},
        "panels": {
            name: [entry(setting, sources) for setting in sorted(found, key=place)]
            for name, found in panels(sources.quick).items()
        },
    }


def place(setting: Setting) -> tuple[float, ...]:
    """Return where a setting stands among those of its ablation."""
    return (
        list(STARTS).index(setting.start) if setting.start in STARTS else 0,
        setting.alpha,
        setting.tau,
        setting.sigma,
    )


def entry(setting: Setting, sources: Sources) -> dict[str, Any]:
    """Return one setting: what was run, what came out, what was published, what is proved."""
    run = sources.run(setting.request(sources.quick))
    curve = run["curve_squared_gradient"]
    late = curve[math.ceil(0.8 * len(curve)) :].mean(axis=0)
    published = table().get(setting)
    return {
        **{name: getattr(setting, name) for name in ("data", "alpha", "tau", "sigma", "start", "iterations")},
        "variance": setting.sigma**2,
        "case": None if published is None else published["case"],
        "initial_gap": run.result["initial_gap"],
        "L": run.result["constants"]["L"],
        "A": mean(run["mean_squared_gradient"]),
        "late": mean(late),
        "authors": None if published is None else told(published, "authors"),
        "restated": None if published is None else told(published, "restated"),
        **bounds(setting, run),
    }


def mean(values: np.ndarray) -> dict[str, float]:
    """Return the mean over replicas and its standard error."""
    return {"mean": float(values.mean()), "se": float(values.std(ddof=1) / math.sqrt(values.size))}


def told(row: Mapping[str, str], who: str) -> dict[str, dict[str, float]]:
    """Return A and the squared gradient of the last fifth, as published."""
    names = {"A": f"{who}_A", "late": f"{who}_g2_last_fifth"}
    return {key: {"mean": float(row[name]), "se": float(row[f"{name}_se"])} for key, name in names.items()}


def bounds(setting: Setting, run: StoredRun) -> dict[str, Any]:
    """Return the bound on A and what it tends to as K grows, or why no bound applies.

    `bound` takes the largest saturation of any replica, `adaptive` also its measured mean square beside sigma^2.
    """
    known = {name: run.result["constants"][name] for name in ("L", "sigma2", "Lambda1", "Lambdah", "nu", "Ln")}
    rho = float(run["max_saturation"].max())
    rbar2 = float(run["weighted_square_saturation"].mean()) / known["sigma2"]
    given = known | {"Delta": run.result["initial_gap"], "alpha": setting.alpha, "rho": rho}
    found = {"rho": rho, "rbar2": rbar2}
    sharp = theory.bound("sharp")
    try:
        values = {
            "bound": float(sharp(**given, K=setting.iterations)),
            "adaptive": float(sharp(**given, K=setting.iterations, rbar2=rbar2)),
            "limit": float(sharp(**given, K=ENDLESS)),
        }
    except BadInput as refused:  # outside the theorem's domain, or a saturation of 1
        return found | {"bound": None, "adaptive": None, "limit": None, "not_applied": str(refused)}
    return found | values | {"not_applied": None}


# What is said of it


def entries(data: Data) -> list[Data]:
    """Return the settings of all ablations."""
    return [one for found in data["panels"].values() for one in found]


def apart(data: Data, who: str = "authors") -> list[float]:
    """Return the distances between published and own means in combined standard errors, A and last fifth in turn."""
    return [
        abs(one[key]["mean"] - one[who][key]["mean"]) / math.hypot(one[key]["se"], one[who][key]["se"])
        for one in entries(data)
        if one[who] is not None
        for key in ("A", "late")
    ]


def tightness(data: Data, panel: str, key: str = "bound") -> tuple[float, float]:
    """Return the smallest and the largest ratio of the bound to the observed A of the published settings."""
    ratios = [one[key] / one["A"]["mean"] for one in data["panels"][panel] if one[key] is not None and one["case"]]
    return min(ratios), max(ratios)


def caption(data: Data) -> str:
    """Say what is compared, how far apart it is, and how far the bounds are away."""
    words = {"alpha": "(a)", "tau": "(b)", "variance": "(c)", "start": "(d)"}
    ratios = ", ".join(
        rf"{letter} ${low:.2f}$ to ${high:.2f}$"
        for letter, (low, high) in ((words[name], tightness(data, name)) for name in words)
    )
    count = sum(one["case"] is not None for one in entries(data))
    unbounded = sum(one["case"] is not None and one["bound"] is None for one in entries(data))
    tau = {name: data["panels"][name][0]["tau"] for name in words}
    return (
        r"Published ablations on least squares (arXiv 2406.12774; points, bars are two standard errors over 16 seeds) "
        r"on this simulator's curves (lines), and the proved sharp bound on $A$ above them: (a) step size, "
        rf"$\tau={tau['alpha']:g}$; (b) saturation level; (c) noise, $\tau={tau['variance']:g}$; (d) start, "
        rf"$\tau={tau['start']:g}$ (all weights alike, or digital steps before). $A$ is the average over the run. "
        r"Where there is a second row, it shows the mean over the last fifth and what the bound on $A$ tends to as $K$ "
        rf"grows; no theorem speaks of the last fifth alone. Published and own means of all {count} runs are at most "
        rf"${max(apart(data)):.1f}$ combined standard errors apart. The bound is {ratios} times the observed $A$. "
        r"It takes the largest saturation of any replica, and so supposes that no run passes that; dashed: with the "
        rf"measured mean square of the saturation beside it. Of {unbounded} runs no bound is drawn: $\alpha L\ge1$ in "
        r"(a), a start at the end of the device's range in (d)."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check that the tables agree with our runs, that bounds lie above, and that those left out are outside."""
    every = entries(data)
    drawn = [one for one in every if one["bound"] is not None]
    late = [one["late"]["mean"] for one in data["panels"]["tau"] if one["case"] is not None]
    return {
        "every published mean lies within five combined standard errors of ours": max(apart(data)) < ERRORS,
        "so does every restated one": max(apart(data, "restated")) < ERRORS,
        "every published run is drawn": sum(one["case"] is not None for one in every) == len(table()),
        "every bound lies above A, three standard errors included": all(
            one["A"]["mean"] + 3 * one["A"]["se"] < min(one["bound"], one["adaptive"]) for one in drawn
        ),
        "every published A lies below the bound": all(
            one[who]["A"]["mean"] < one["bound"] for one in drawn if one["case"] for who in ("authors", "restated")
        ),
        "a bound is left out exactly where alpha L >= 1 or a weight reaches tau": all(
            (one["bound"] is None) == (one["alpha"] * one["L"] >= 1 or one["rho"] >= 1) for one in every
        ),
        "the floor falls as tau grows": late == sorted(late, reverse=True),
        "the assumptions named are the theorem's": set(data["assumptions"]) == set(ASSUMPTIONS),
    }


FIGURE = Figure(
    name="published_ablations",
    title="the companion papers' ablations on least squares, on our curves and below our bounds",
    compute=compute,
    draw=draw,
    narrow=draw_narrow,
    caption=caption,
    claims=claims,
    runs=runs,
)
