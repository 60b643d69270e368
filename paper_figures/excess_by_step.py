"""What a step costs above the floor, over the step: without lag, by Theorems 1 and 4 with one, and observed."""

import itertools
import math
from typing import Any

import numpy as np
from matplotlib import figure

import theory
from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Array, Request, StoredRun
from paper_figures.sources import Sources
from simulate.problems import make

LAGS = (3, 2, 1, 0)
SENSITIVITY = np.full((4, 4), 0.25)
"""S of four stages that all read the mean of four weights; norm2(S) = L = 1."""
RHO, TAU = 0.3, 7.0
STEPS = (1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1)
SHORTEST = 1e-2
"""Shortest step of the small runs."""
SETTING = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0}
BOUNDS = {"no_lag": "no lag, Theorem 1", "theorem_1": "Theorem 1", "theorem_4": "Theorem 4"}
RUNS = {"lags": "analog-sgd-ap", "no_lag": "analog-sgd"}


def iterations(alpha: float) -> int:
    """Return K = 2 Delta/(L sigma^2 alpha^2), at which the start costs as much as the noise: p = x sigma^2/2."""
    return round(2 * SETTING["Delta"] / (SETTING["L"] * SETTING["sigma2"] * alpha**2))


def observation(kind: str, alpha: float, quick: bool) -> Request:
    """Return a run of `RUNS` on one weight a stage with two-point noise, which stands where its mean step vanishes.

    Its squared gradient there is rho^2 sigma^2, the floor of this instance. The noise is the same with lags as without.
    """
    return Request(
        problem=make("plus-minus", len(LAGS), rho=RHO, tau=TAU),
        algorithm=RUNS[kind],
        alpha=alpha,
        tau=TAU,
        iterations=iterations(alpha),
        replicas=16 if quick else 64,
        seed=SEED,
    )


def steps(quick: bool) -> tuple[float, ...]:
    """Return the steps that are run."""
    return tuple(alpha for alpha in STEPS if alpha >= SHORTEST) if quick else STEPS


def runs(quick: bool) -> dict[str, Request]:
    """Return every step, with lags and without."""
    return {f"{kind}, alpha={alpha}": observation(kind, alpha, quick) for kind in RUNS for alpha in steps(quick)}


def delays(sensitivity: Array, deviations: Array) -> dict[str, float]:
    """Return Lambda1, Lambdah and nu of the lags (docs/theory.md#delays), as the definitions say.

    Args:
        sensitivity: S, shape (M, M).
        deviations: root of each stage's noise variance, shape (M,).

    """
    root = np.sqrt(LAGS)
    return {
        "Lambda1": float(np.linalg.norm(sensitivity * LAGS, 2)),
        "Lambdah": float(np.linalg.norm(sensitivity * root, 2)),
        "nu": float(np.linalg.norm(sensitivity @ (root * deviations))),
    }


def bounds(alpha: float, lagged: dict[str, float], rho: float = RHO) -> dict[str, float]:
    """Return the bounds on A of `BOUNDS` at one step; those of the delays that are left out are not used."""
    known = {**SETTING, "alpha": alpha, "K": iterations(alpha), "rho": rho}
    start = math.sqrt(2 * SETTING["L"] * SETTING["Delta"])
    more = {"D": max(LAGS), "ell": 1.0, "ell1": 1.0, "tau": TAU, "F0": start}
    return {
        "no_lag": float(theory.bound("sharp")(**known, Lambda1=0.0, Lambdah=0.0)),
        "theorem_1": float(theory.bound("sharp")(**known, **lagged)),
        "theorem_4": float(theory.bound("free")(**known, **lagged, **more)),
    }


def floor(rho: float = RHO) -> float:
    """Return the floor of the bounds."""
    return float(theory.bound("floor")(rho=rho, sigma2=SETTING["sigma2"]))


def excess(alpha: float, lagged: dict[str, float]) -> dict[str, float]:
    """Return (bound - floor)/alpha of every bound at one step."""
    return {"alpha": alpha} | {name: (value - floor()) / alpha for name, value in bounds(alpha, lagged).items()}


def seen(alpha: float, sources: Sources) -> dict[str, Any]:
    """Return what was observed at one step, over the floor of the instance, and the bounds with its own constants."""
    found: dict[str, StoredRun] = {kind: sources.run(observation(kind, alpha, sources.quick)) for kind in RUNS}
    values = {kind: run["mean_squared_gradient"] for kind, run in found.items()}
    met = max(float(run["max_saturation"].max()) for run in found.values())
    own = delays(np.eye(len(LAGS)), np.full(len(LAGS), 0.5))
    price = values["lags"] - values["no_lag"]
    return {
        "alpha": alpha,
        "rho_met": met,
        "bounds_there": bounds(alpha, own, met),
        "average": {kind: float(value.mean()) for kind, value in values.items()},
        "excess": {kind: float(value.mean() - RHO**2 * SETTING["sigma2"]) / alpha for kind, value in values.items()},
        "standard_error": {kind: error(value) / alpha for kind, value in values.items()},
        "price": float(price.mean()) / alpha,
        "price_error": error(price) / alpha,
    }


def error(values: Array) -> float:
    """Return the standard error of a mean over replicas."""
    return float(values.std(ddof=1) / math.sqrt(values.size))


def compute(sources: Sources) -> dict[str, Any]:
    """Return the bounds over fine steps and at those of the table, and what was observed."""
    lagged = delays(SENSITIVITY, np.full(len(LAGS), 0.5))
    lagged["nu"] = lagged["Lambdah"] * math.sqrt(SETTING["sigma2"])  # whatever the stages' shares of the noise are
    fine = np.geomspace(STEPS[0] / 2, STEPS[-1] * 1.2, 30)
    return {
        "lags": LAGS,
        "rho": RHO,
        "tau": TAU,
        "setting": {**SETTING, **lagged},
        "claims_of_the_bounds": {name: list(theory.bound(name).claims) for name in ("sharp", "free")},
        "bounds": [excess(float(alpha), lagged) for alpha in fine],
        "table": [excess(alpha, lagged) for alpha in (1e-2, 1e-3, 1e-4)],
        "observed": [seen(alpha, sources) for alpha in steps(sources.quick)],
    }


def draw(data: Data) -> figure.Figure:
    """Draw the bounds as lines and what was observed as points."""
    picture = style.page(1, 2.7)
    panel = picture.subplots()
    alphas = [one["alpha"] for one in data["bounds"]]
    for (name, title), line in zip(BOUNDS.items(), (":", "--", "-"), strict=True):
        values = [one[name] for one in data["bounds"]]
        panel.semilogx(alphas, values, color=style.INK, linestyle=line, label=title)
    titles = {"lags": "observed, lags " + ", ".join(map(str, data["lags"])), "no_lag": "observed, no lag"}
    for (kind, title), look, size in zip(titles.items(), style.SERIES, (6.0, 3.5), strict=False):
        where, found = [one["alpha"] for one in data["observed"]], [one["excess"][kind] for one in data["observed"]]
        bars: dict[str, Any] = {
            "yerr": [2 * one["standard_error"][kind] for one in data["observed"]],
            "ecolor": look.color,
            "elinewidth": 0.8,
        }
        panel.errorbar(where, found, **bars, **look.of_points(label=title, markersize=size))
    panel.set(xlabel=r"step $\alpha$", ylabel=r"(squared gradient $-$ floor)$/\alpha$", ylim=(0, 5))
    picture.legend(loc="outside lower center", ncols=2)
    return picture


def at(data: Data, alpha: float) -> Data:
    """Return the row of the table at one step."""
    found: Data = next(one for one in data["table"] if one["alpha"] == alpha)
    return found


def caption(data: Data) -> str:
    """Say what each line tends to, and what was observed."""
    small = at(data, 1e-3)
    return (
        r"What the average squared gradient exceeds its floor by, over the step $\alpha$, with $K=2/\alpha^2$ "
        rf"iterations ($L=\sigma=1$, $\rho={data['rho']:g}$, four stages, lags {', '.join(map(str, data['lags']))}). "
        rf"At $\alpha=10^{{-3}}$ it is proved to be at most ${small['no_lag']:.3f}$ without lag, "
        rf"${small['theorem_1']:.3f}$ by Theorem~1 with it and ${small['theorem_4']:.3f}$ by Theorem~4, which needs "
        r"independent samples and a direction with a Lipschitz derivative. Points: one weight a stage with two-point "
        r"noise, started where its mean step vanishes, over its own floor $\rho^2\sigma^2$ (bars: two standard "
        r"errors); the same noise with lags as without."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check the limits of the bounds, the order of Theorem 4's lag term, and what was observed."""
    limit = 2 / (1 - data["rho"] ** 2)
    coarse, middle, fine = (at(data, alpha) for alpha in (1e-2, 1e-3, 1e-4))
    costs = [one["theorem_4"] - one["no_lag"] for one in (coarse, middle, fine)]
    observed = data["observed"]
    return {
        "Theorem 4 tends to what no lag costs": abs(fine["theorem_4"] / limit - 1) < 2e-3
        and abs(fine["no_lag"] / limit - 1) < 2e-3,
        "its lag term falls in proportion to the square of the step": all(
            8 < one / other < 12 for one, other in itertools.pairwise(costs)
        ),
        "Theorem 1's lag term is linear in the step": all(
            one["theorem_1"] - one["no_lag"] > 1.0 for one in (coarse, middle, fine)
        ),
        "what was observed is below every bound with the constants of its own": all(
            one["average"][kind] - 3 * error_of(one, kind) < one["bounds_there"][name]
            for one in observed
            for kind, names in (("lags", ("theorem_1", "theorem_4")), ("no_lag", ("no_lag",)))
            for name in names
        ),
        "what lags are seen to add falls faster than the step": abs(observed[0]["price"])
        < 3 * observed[0]["price_error"] + 0.1 * abs(observed[-1]["price"]),
    }


def error_of(one: Data, kind: str) -> float:
    """Return the standard error of an average."""
    return float(one["standard_error"][kind] * one["alpha"])


FIGURE = Figure(
    name="excess_by_step",
    title="excess over the floor per step size: no lag, Theorem 1, Theorem 4, observed",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
