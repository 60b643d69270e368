"""Iterations to reach a target against the lag: made necessary by it, taken by an instance, proved to be enough."""

import itertools
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

import theory
from boundary import OutsideDomain
from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import Request
from paper_figures.sources import Sources
from simulate.problems import make
from theory.blueprint import claim
from theory.bounds import lag
from theory.bounds.enough import enough
from theory.definitions import eliminate
from theory.setting.symbols import symbol

LAGS = (0, 1, 2, 3, 5, 8, 13, 21)
SETTING = {"L": 1.0, "Delta": 1.0}
TARGET = 0.01
NOISY = {"sigma2": 1.0, "rho": 0.3}
TAU = 7.0
ABOVE = (0.1, 0.01, 0.001)
"""Targets above the floor, with noise and drift."""
THEOREMS = ("sharp", "free")
TITLES = {"sharp": "Theorem 1", "free": "Theorem 4"}
SHARES = tuple(float(share) for share in np.linspace(0.3, 0.5, 7))
"""Step sizes of the instance: alpha L = 2 sin(share pi/(2 (2 d + 1))), at share 1 it diverges."""


def instance(late: int, share: float) -> Request:
    """Return a run without noise on one weight whose gradients are read `late` updates late, until nothing is left."""
    return Request(
        problem=make("quadratic", 1, size=1, sigma=0.0, condition=1.0, start=1.0, target=0.0),
        algorithm="digital-ap",
        alpha=2 * math.sin(share * math.pi / (2 * (2 * late + 1))) / SETTING["L"],
        tau=math.inf,
        iterations=200 * (late + 1),
        lags=(late,),
        measure_every=1,
    )


def lags(quick: bool) -> tuple[int, ...]:
    """Return the lags d."""
    return LAGS[::2] if quick else LAGS


def runs(quick: bool) -> dict[str, Request]:
    """Return the instance at every lag and step size."""
    return {f"d={late}, share={share:g}": instance(late, share) for late in lags(quick) for share in SHARES}


def taken(late: int, sources: Sources) -> dict[str, float]:
    """Return the iterations that the instance takes to TARGET at the best of the step sizes, and its share.

    Its squared gradients have a finite sum, which is what it takes to eps = 1; by the end of the run it grows no more.
    """
    sums = {}
    for share in SHARES:
        run, count = sources.run(instance(late, share)), 200 * (late + 1)
        sums[share] = float(run["mean_squared_gradient"][0]) * count / float(run.result["initial_gap"])
    best = min(sums, key=lambda share: sums[share])
    return {"taken": sums[best] * SETTING["Delta"] / TARGET, "share": best}


def in_closed_form(late: int, share: float) -> float:
    """Return the instance's sum of squared gradients over L Delta.

    With w_k = w_0 X_{k+d}, X the response to an impulse, the sums c_j of X_k X_{k+j} obey c_{j+1} + c_{j-1} = (2 - a^2)
    c_j for a = alpha L = 2 sin(theta/2), so that c_j is a cosine of j theta; its ends give c_0 + ... as below.
    """
    y = share * math.pi / 2
    theta = 2 * y / (2 * late + 1)
    return (1 + math.sin(y)) / (math.sin(theta) * math.cos(y)) - 2 * late


def necessary(late: int) -> int:
    """Return the least K to TARGET that no step size makes fewer on one instance (claim lag.lower_rate)."""
    given = {name: Fraction(value) for name, value in {**SETTING, "d": late, "eps": TARGET}.items()}
    return lag.necessary(given).iterations


def upper(conclusion: str, late: int) -> float:
    """Return the K from which a conclusion A <= c/K of lag.upper gives A <= TARGET, at its step 1/(L + Lambda1)."""
    of_claim, Lambda1 = claim("lag.upper"), late * SETTING["L"]
    numbers = {**SETTING, "Lambda1": Lambda1, "alpha": 1 / (SETTING["L"] + Lambda1), "K": 1.0}
    right = eliminate(of_claim.conclusion(conclusion).rhs, of_claim)
    return float(right.xreplace({symbol(name): number for name, number in numbers.items()})) / TARGET


def constants(late: int, theorem: str) -> dict[str, float]:
    """Return the constants of one stage with that lag, whose direction has the gradient's Lipschitz constant L."""
    L = SETTING["L"]
    known = {**SETTING, **NOISY, "Lambda1": late * L, "Lambdah": math.sqrt(late) * L}
    if theorem == "free":
        known |= {"D": max(late, 1), "ell": L, "ell1": L, "tau": TAU, "F0": math.sqrt(2 * L * SETTING["Delta"])}
    return known


def proved(theorem: str, late: int, target: float) -> int:
    """Return the least K for which the bound on A is at most the target at one of a few steps, within a percent.

    By false position in 1/K, of which the bound is nearly a linear function; the K returned is proved to be enough.
    """
    known, best = constants(late, theorem), 2**53
    above = target - float(theory.bound("floor")(rho=NOISY["rho"], sigma2=NOISY["sigma2"]))
    middle = above * (1 - NOISY["rho"] ** 2) / (2 * SETTING["L"] * NOISY["sigma2"])
    for alpha in middle * np.geomspace(0.08, 1.2, 12):
        count = _count(theorem, known, float(alpha), target)
        if count < best:
            best = count
    return best


def _count(theorem: str, known: Mapping[str, float], alpha: float, target: float) -> int:
    try:
        upper, start = 0.0, float(theory.bound(theorem)(**known, alpha=alpha, K=2**53))
        slope = 2 * SETTING["Delta"] / (alpha * (1 - NOISY["rho"] ** 2))
        if start >= target:
            return 2**53
        inverse = (target - start) / slope
        for _ in range(6):
            upper = float(theory.bound(theorem)(**known, alpha=alpha, K=math.ceil(1 / inverse)))
            inverse *= (target - start) / (upper - start)
    except OutsideDomain:
        return 2**53
    count = math.ceil(1.001 / inverse)
    return count if enough(theorem, known, alpha, count, Fraction(target)) is not None else 2**53


def prices(theorem: str, above: float, quick: bool) -> dict[str, Any]:
    """Return the K that a theorem proves to be enough at every lag, over that without lag, for one target."""
    target = float(theory.bound("floor")(rho=NOISY["rho"], sigma2=NOISY["sigma2"])) + above
    counts = [proved(theorem, late, target) for late in lags(quick)]
    return {"theorem": theorem, "above": above, "eps": target, "lags": lags(quick), "iterations": counts}


def compute(sources: Sources) -> dict[str, Any]:
    """Return what is necessary, taken and enough at every lag without noise, and what is enough with it."""
    return {
        "eps": TARGET,
        "setting": SETTING,
        "noisy": {**NOISY, "tau": TAU},
        "claims": ["lag.lower_rate", "lag.upper"],
        "claims_of_the_bounds": {theorem: list(theory.bound(theorem).claims) for theorem in THEOREMS},
        "alone": [
            {
                "lag": late,
                "necessary": necessary(late),
                **taken(late, sources),
                "less": upper("less", late),
                "enough": upper("bound", late),
            }
            for late in lags(sources.quick)
        ],
        "with_noise": [prices(theorem, above, sources.quick) for above in ABOVE for theorem in THEOREMS],
    }


def draw(data: Data) -> figure.Figure:
    """Draw the lag alone on the left, with noise and drift on the right."""
    picture = style.page(2, 2.6)
    left, right = picture.subplots(1, 2)
    _alone(left, data)
    _with_noise(right, data)
    style.label_panels([left, right])
    return picture


def _alone(panel: Axes, data: Data) -> None:
    where = [one["lag"] + 1 for one in data["alone"]]
    lines = {
        "enough": ("enough: $2(L+\\Lambda_1)\\Delta/\\varepsilon$", "--"),
        "less": ("enough, sharper", ":"),
        "necessary": ("necessary, any step: $(L+\\Lambda_1)\\Delta/(2\\varepsilon)$", "-"),
    }
    values = {name: [one[name] for one in data["alone"]] for name in (*lines, "taken")}
    panel.fill_between(where, values["necessary"], values["enough"], color=style.FAINT, alpha=0.5, linewidth=0)
    for name, (label, line) in lines.items():
        panel.loglog(where, values[name], color=style.INK, linestyle=line, label=label)
    panel.plot(
        where, values["taken"], **style.SERIES[0].of_points(label="taken by an instance, best step", markersize=5)
    )
    panel.set(xlabel="lag $d+1$", ylabel="iterations $K$", title=r"$\rho=\sigma=0$")
    style.plain_ticks(panel.xaxis, where)
    panel.legend(loc="upper left")


def _with_noise(panel: Axes, data: Data) -> None:
    for above, look in zip(ABOVE, style.SERIES, strict=False):
        for one in data["with_noise"]:
            if one["above"] == above:
                line = {"sharp": "--", "free": "-"}[one["theorem"]]
                label = f"{TITLES[one['theorem']]}, floor $+\\,{above:g}$"
                where = [late + 1 for late in one["lags"]]
                options = {"linestyle": line, "marker": look.marker, "markersize": 3.5, "label": label}
                panel.loglog(where, ratios(one), color=look.color, **options)
    panel.set(xlabel="lag $d+1$", ylabel="iterations over those without lag")
    panel.set_title(rf"$\rho={NOISY['rho']:g}$, $\sigma=1$")
    style.plain_ticks(panel.xaxis, [late + 1 for late in data["with_noise"][0]["lags"]])
    style.plain_ticks(panel.yaxis, (1, 2, 5, 10, 20))
    panel.legend(loc="upper left")


def ratios(one: Data) -> list[float]:
    """Return the iterations over those without lag."""
    return [count / one["iterations"][0] for count in one["iterations"]]


def of(data: Data, theorem: str, above: float) -> Data:
    """Return one curve with noise."""
    found: Data = next(one for one in data["with_noise"] if (one["theorem"], one["above"]) == (theorem, above))
    return found


def caption(data: Data) -> str:
    """Say what is between the two bounds, and what a lag costs near the floor."""
    last, lags_shown = data["alone"][-1], data["with_noise"][0]["lags"]
    near = {theorem: ratios(of(data, theorem, ABOVE[-1]))[-1] for theorem in THEOREMS}
    return (
        r"Iterations to reach $\varepsilon$ against the lag. (a) Without noise and drift, "
        rf"$\varepsilon={data['eps']:g}\,L\Delta$: no step size needs fewer than the solid line on one instance, one "
        r"step size needs no more than the dashed line on any objective, and they are a factor of four apart at every "
        rf"lag; the instance at its best step is ${last['taken'] / last['necessary']:.2f}$ times the lower bound at "
        rf"$d={last['lag']}$. (b) With noise and drift, over those without lag, at the best step of each bound: at "
        rf"$d={lags_shown[-1]}$, ${ABOVE[-1]:g}$ above the floor, Theorem~1 asks for ${near['sharp']:.1f}$ times as "
        r"many iterations, and Theorem~4, where the direction has a Lipschitz derivative, for "
        rf"${near['free']:.2f}$ times as many."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check the factor of four, the instance between the bounds, and what a lag costs near the floor."""
    alone = data["alone"]
    return {
        "the bounds without noise are a factor of four apart at every lag": all(
            abs(one["enough"] / one["necessary"] - 4) < 4 / one["necessary"] + 1e-9 for one in alone
        ),
        "the instance at its best step lies between them": all(
            one["necessary"] <= one["taken"] <= one["enough"] * (1 + 1e-9) for one in alone
        ),
        "it takes what its sum in closed form says": all(
            abs(one["taken"] * data["eps"] / in_closed_form(one["lag"], one["share"]) - 1) < 1e-6 for one in alone
        ),
        "every number of iterations with noise was found": all(
            max(one["iterations"]) < 2**53 for one in data["with_noise"]
        ),
        "by Theorem 4 a lag costs less, the nearer the target is to the floor": all(
            one > other for one, other in itertools.pairwise(ratios(of(data, "free", above))[-1] for above in ABOVE)
        ),
        "nearest to the floor it costs less than half as much again by Theorem 4, and more than twice by Theorem 1": (
            ratios(of(data, "free", ABOVE[-1]))[-1] < 1.5 and ratios(of(data, "sharp", ABOVE[-1]))[-1] > 2
        ),
    }


FIGURE = Figure(
    name="iterations_by_lag",
    title="iterations to reach eps against the lag: necessary, taken, and proved to be enough",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
