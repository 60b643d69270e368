"""The floor that asymmetry causes: its proved upper bound, the instance that attains it, and how it falls with tau."""

from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

import theory
from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Request, StoredRun
from paper_figures.sources import Sources
from simulate.problems import make

SATURATIONS = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75)
INSTANCES = {"attaining": "attaining instance", "plus-minus": r"$\pm\sigma$ noise"}
LEVELS = (2.0, 3.0, 5.0, 8.0, 14.0, 24.0)
TAU = 5.0
NOISES = (0.05, 0.1, 0.2, 0.4)
STARTS = (0.05, 0.5, 3.0)
QUADRATIC = {
    "size": 4,
    "noise": "two-point",
    "sigma": 1.0,
    "condition": 2.0,
    "diagonal": True,
    "start": 0.5,
    "target": 0.5,
}


def attaining(rho: float, quick: bool, problem: str = "attaining") -> Request:
    """Return a run that stands at saturation rho.

    The fluctuation of the weight adds about alpha/2 to the squared gradient; alpha = rho^2/50 keeps it near 1% of the
    floor rho^2, and K alpha >= 8 with 64 replicas averages it over hundreds of correlation times 1/alpha.
    """
    alpha = rho**2 / 50
    return Request(
        problem=make(problem, rho=rho, tau=1.0),
        algorithm="analog-sgd",
        alpha=alpha,
        tau=1.0,
        iterations=int((4 if quick else 16) / alpha),
        replicas=16 if quick else 64,
        seed=SEED,
    )


def quadratic(tau: float, quick: bool, sigma: float = 1.0, start: float = 0.5) -> Request:
    """Return a long run on one fixed quadratic whose device has saturation level tau.

    The floor falls as 1/tau^2, and the noise that a finite step leaves falls with alpha: alpha = 1/(100 tau^2) keeps
    it at a few percent of the floor at every tau.
    """
    alpha = 0.01 / tau**2
    return Request(
        problem=make("quadratic", 1, **{**QUADRATIC, "sigma": sigma, "start": start}),
        algorithm="analog-sgd",
        alpha=alpha,
        tau=tau,
        iterations=int(24 / alpha),
        replicas=8 if quick else 32,
        seed=SEED,
    )


def runs(quick: bool) -> dict[str, Request]:
    """Return the two instances of docs/theory.md#floor at each saturation, and the quadratic at each tau."""
    found = {f"{name}, rho={rho}": attaining(rho, quick, name) for rho in SATURATIONS for name in INSTANCES}
    found |= {f"quadratic, tau={tau}": quadratic(tau, quick) for tau in LEVELS}
    found |= {f"quadratic, sigma={sigma}": quadratic(TAU, quick, sigma=sigma) for sigma in NOISES}
    return found | {f"quadratic, start={start}": quadratic(TAU, quick, start=start) for start in STARTS}


def compute(sources: Sources) -> dict[str, Any]:
    """Return observed floors with standard errors, and the proved bound at the same saturations."""
    bound = theory.bound("floor")
    fine = np.linspace(0.03, 0.8, 78)
    return {
        "claims_of_the_bound": list(bound.claims),
        "bound": {"rho": fine, "floor": bound(rho=fine, sigma2=1.0)},
        "instances": [
            {"problem": name, "rho": rho, **observed(sources.run(attaining(rho, sources.quick, name)))}
            | {"bound": float(bound(rho=rho, sigma2=1.0))}
            for name in INSTANCES
            for rho in SATURATIONS
        ],
        "quadratic": [against(quadratic(tau, sources.quick), sources) for tau in LEVELS],
        "tau": TAU,
        "noises": [against(quadratic(TAU, sources.quick, sigma=sigma), sources) for sigma in NOISES],
        "starts": [from_start(start, sources) for start in STARTS],
    }


def observed(run: StoredRun) -> dict[str, float]:
    """Return the mean squared gradient over the second half of the run and over replicas, with its standard error."""
    curve = run["curve_squared_gradient"]
    late = curve[len(curve) // 2 :].mean(axis=0)
    return {"observed": float(late.mean()), "standard_error": float(late.std(ddof=1) / np.sqrt(late.size))}


def from_start(start: float, sources: Sources) -> dict[str, Any]:
    """Return the squared gradient over scaled time alpha k for one spread of the first weights, and its floor."""
    request = quadratic(TAU, sources.quick, start=start)
    run = sources.run(request)
    curve = run["curve_squared_gradient"]
    time = request.alpha * run["curve_times"]
    return {"start": start, "time": time, "mean": curve.mean(axis=1), **observed(run)}


def against(request: Request, sources: Sources) -> dict[str, Any]:
    """Return the observed floor of a run, and its bounds from the largest and the mean-square saturation."""
    run = sources.run(request)
    sigma2, rho = run.result["constants"]["sigma2"], float(run["max_saturation"].max())
    rbar2 = float(run["weighted_square_saturation"].mean()) / sigma2
    return {"tau": request.tau, "sigma2": sigma2, **observed(run)} | {
        "rho": rho,
        "rbar2": rbar2,
        "bound": float(theory.bound("floor")(rho=rho, sigma2=sigma2)),
        "adaptive_bound": adaptive_floor(rho, sigma2, rbar2),
    }


def adaptive_floor(rho: float, sigma2: float, rbar2: float) -> float:
    """Return the saturation-adaptive bound where step and start no longer count: alpha = 1e-9 and K alpha = 1e9."""
    limit = {"L": 1.0, "Delta": 1.0, "alpha": 1e-9, "K": 10**18, "Lambda1": 0.0, "Lambdah": 0.0}
    return float(theory.bound("sharp")(**limit, rho=rho, sigma2=sigma2, rbar2=rbar2))


def draw(data: Data) -> figure.Figure:
    """Draw saturation and tau above, noise and start below."""
    picture = style.page(2, 4.4)
    panels = picture.subplots(2, 2)
    _instances(panels[0][0], data)
    _quadratic(panels[0][1], data["quadratic"], "tau", r"saturation level $\tau$")
    _quadratic(panels[1][0], data["noises"], "sigma2", r"noise variance $\sigma^2$")
    panels[0][1].set_title("one quadratic")
    panels[1][0].set_title(rf"the same, $\tau={data['tau']:g}$")
    _starts(panels[1][1], data["starts"])
    style.label_panels(list(panels.flat))
    return picture


def _instances(panel: Axes, data: Data) -> None:
    panel.loglog(data["bound"]["rho"], data["bound"]["floor"], **style.BOUND.of_line(label="upper bound (floor)"))
    for name, look in zip(INSTANCES, style.SERIES, strict=False):
        points = [entry for entry in data["instances"] if entry["problem"] == name]
        panel.loglog(
            [entry["rho"] for entry in points],
            [entry["observed"] for entry in points],
            **look.of_points(label=INSTANCES[name], markersize=6 if name == "attaining" else 3),
        )
    panel.set(xlabel=r"saturation $\rho$", ylabel="floor of $A$", title=r"two instances, $\sigma=1$")
    style.plain_ticks(panel.xaxis, SATURATIONS)
    panel.legend()


def _quadratic(panel: Axes, points: list[Data], key: str, label_of_axis: str) -> None:
    tau = [point[key] for point in points]
    bounds = {"bound": ("bound, largest saturation", "-"), "adaptive_bound": ("bound, mean-square saturation", "--")}
    for name, (label, line) in bounds.items():
        panel.loglog(tau, [point[name] for point in points], color=style.INK, linestyle=line, label=label)
    look = style.SERIES[0]
    panel.loglog(tau, [p["observed"] for p in points], **look.of_points(label="analog SGD, observed", markersize=5))
    panel.set(xlabel=label_of_axis, ylabel="floor of $A$")
    style.plain_ticks(panel.xaxis, tau)
    panel.legend()


def _starts(panel: Axes, entries: list[Data]) -> None:
    for entry, look in zip(entries, style.SERIES, strict=False):
        panel.semilogy(entry["time"], entry["mean"], **look.of_line(label=f"start within {entry['start']:g}"))
    panel.set(xlabel=r"scaled time $\alpha k$", ylabel=r"mean $\|\nabla f(W_k)\|^2$", title="three starts")
    panel.legend()


def slope(points: list[Data], key: str = "tau") -> float:
    """Return the exponent of the observed floor over the three largest values, by least squares in logarithms."""
    values, floor = ([point[name] for point in points[-3:]] for name in (key, "observed"))
    return float(np.polyfit(np.log(values), np.log(floor), 1)[0])


def farthest(data: Data) -> float:
    """Return the largest relative distance of the attaining instance from the bound."""
    return max(abs(float(e["observed"] / e["bound"]) - 1) for e in data["instances"] if e["problem"] == "attaining")


def caption(data: Data) -> str:
    """Say how close the instances come, and how the floor falls with tau."""
    return (
        r"The floor that asymmetry causes. (a) The proved upper bound against saturation $\rho$ ($\sigma=1$) with the "
        rf"instance that attains it (observed within ${100 * farthest(data):.1f}\,\%$) and the sibling with plain "
        r"$\pm\sigma$ noise, which stays below. (b) One quadratic on devices of saturation level $\tau$: the observed "
        rf"floor falls with $\tau$, in the end as $\tau^{{{slope(data['quadratic']):.2f}}}$, below the bounds from the "
        rf"largest and from the mean-square saturation measured. (c) It grows with the noise as "
        rf"$\sigma^{{{2 * slope(data['noises'], 'sigma2'):.2f}}}$. (d) It does not depend on the start."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check attainment, order and slope on the drawn points.

    Allowed are three standard errors and the 5% that a finite step may add to a floor, which is a limit.
    """
    plus_minus = [e for e in data["instances"] if e["problem"] == "plus-minus"]
    points = data["quadratic"]
    return {
        "the attaining instance stands within 3% of the bound": farthest(data) < 0.03,
        "the sibling stays below the bound": all(
            e["observed"] - 3 * e["standard_error"] < 1.05 * e["bound"] for e in plus_minus
        )
        and plus_minus[-1]["observed"] < 0.8 * plus_minus[-1]["bound"],
        "the floor of the quadratic lies below its bounds": all(
            p["observed"] - 3 * p["standard_error"] <= 1.05 * min(p["bound"], p["adaptive_bound"]) for p in points
        ),
        "the floor is proportional to sigma^2, within 0.1 of the exponent": abs(slope(data["noises"], "sigma2") - 1)
        < 0.1,
        "the floor does not depend on the start, within four standard errors": all(
            abs(one["observed"] - data["starts"][0]["observed"])
            < 4 * np.hypot(one["standard_error"], data["starts"][0]["standard_error"])
            for one in data["starts"]
        ),
        "the floor of the quadratic falls in the end as 1/tau^2, within 0.15 of the exponent": abs(slope(points) + 2)
        < 0.15,
    }


FIGURE = Figure(
    name="floor_against_saturation",
    title="the floor against saturation and tau, with its upper bound and the instance that attains it",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
