"""What is proved of the average squared gradient of a network against K, for M = 2, 4, 8, and what was observed.

One setting a depth, the first that seed 1 draws for it, at its own step size; only K changes. Every number is that of
`verify`'s judgement. Runs up to K = 1e5 are judged when the figure is drawn, longer ones with `--long`; without it they
are those of an earlier `--long`, kept in `stored/`, as long as that agrees with everything that is judged now.
"""

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count, product
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED
from paper_figures.sources import Sources
from theory.setting import algorithms
from verify.judging.checks import Check
from verify.judging.pilots import BINS
from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting
from verify.sweep.settings import DEEP, LONG, sample

FAMILY = {2: LONG, 4: DEEP, 8: DEEP}
"""M, and the family whose settings have so many stages."""
ALGORITHM = "analog-sgd-ap"
LENGTHS = (10**3, 10**4, 10**5, 10**6, 10**7)
SHORT = {True: 10**3, False: 10**5}
"""Largest K that is judged without `--long`, by whether the figure is quick."""
STORED = Path(__file__).parent / "stored" / "bound_against_iterations.json"
APART = 1e-6
"""How far numbers of the same code may be apart on another processor, relatively; its rounding moves them by less."""

FORMS = {
    "box": "box of the device",
    "norms": "largest norms met",
    "tube": "tube",
    "tube-noise-ends": "tube, noise and end of $f$ observed",
    "tube-a-priori": "tube, a-priori",
}
"""Bounds and what they are called, from the widest region to the narrowest."""

LOOKS = {
    "box": style.Look(style.INK, "-", "s"),
    "norms": style.Look("#707070", (0, (1, 1.2)), "D"),
    "tube": style.Look(style.WARM, (0, (4, 1.5)), "v"),
    "tube-noise-ends": style.Look(style.PALE, "-", "P"),
    "tube-a-priori": style.Look(style.GOLD, (0, (5, 1.5, 1, 1.5)), "^"),
}


@cache
def setting_of(stages: int) -> Setting:
    """Return the first setting that the seed draws of the family with so many stages and the asynchronous pipeline."""
    family = FAMILY[stages]
    drawn = (sample(SEED, index, (family.name,)) for index in count(0, len(family.ladder)))
    found = next(one for one in drawn if (one.stages, one.algorithm) == (stages, ALGORITHM))
    return found.afresh(ranges=BINS, drift=0)


def initial(setting: Setting) -> float:
    """Return norm(grad f(W_0))^2, in (f/w)^2."""
    start = setting.problem.moments(setting.problem.initial_weights())
    return float(sum(np.sum(stage**2) for stage in start.gradient))


def judged_up_to(sources: Sources) -> int:
    """Return the largest K that is judged now."""
    return LENGTHS[-1] if sources.long else SHORT[sources.quick]


def compute(sources: Sources) -> dict[str, Any]:
    """Judge what is to be judged now, and take what is longer from the stored file if that agrees."""
    limit = judged_up_to(sources)
    now = [length for length in LENGTHS if length <= limit]
    panels = [panel_of(setting_of(M), now, sources) for M in FAMILY]
    longer = [length for length in LENGTHS if length > limit]
    made, refused = stored_points(panels, longer)
    return {
        "algorithm": ALGORITHM,
        "bins": BINS,
        "judged_up_to": limit,
        "stored": made,
        "not_drawn": refused,
        "panels": panels,
    }


def panel_of(setting: Setting, lengths: list[int], sources: Sources) -> dict[str, Any]:
    """Return one depth: the setting, where it starts, and its points."""
    settings = setting.problem.settings
    return {
        "stages": setting.stages,
        "family": setting.family,
        "id": setting.id,
        "seed": setting.seed,
        "alpha": setting.alpha,
        "tau": setting.tau,
        "problem": {name: settings[name] for name in ("width", "samples", "activation", "loss")},
        "initial": initial(setting),
        "points": [point(sources.judged(setting.afresh(iterations=K))) for K in lengths],
    }


def point(result: JudgedSetting) -> dict[str, Any]:
    """Return one K: what was observed and every bound with its verdict."""
    tube = result.tube
    return {
        "K": result.setting.iterations,
        "replicas": result.evidence.replicas,
        "observed": result.evidence.mean,
        "standard_error": result.evidence.stderr,
        "exits": None if tube is None else tube.exits,
        "leaving": None if tube is None else tube.leaving,
        "bounds": {name: bound(check) for name, check in checks(result).items()},
    }


def checks(result: JudgedSetting) -> dict[str, Check]:
    """Return the check of every form: Theorem 1 with the constants of the box and of the norms, and the tubes."""
    by_form = {check.name.form: check for check in result.checks}
    box, norms = (source.check for source in result.norms)
    return {"box": box, "norms": norms} | {name: by_form[name] for name in FORMS if name in by_form}


def bound(check: Check) -> dict[str, Any]:
    """Return a bound, the lower end of the 95% interval of what it bounds, the verdict; or why it is not applied."""
    if not check.applied:
        return {"value": None, "at_least": None, "verdict": check.verdict, "reason": check.reason}
    low = check.bound / check.tightness_high if check.tightness_high > 0 else 0.0
    return {"value": check.bound, "at_least": low, "verdict": check.verdict, "reason": check.reason}


def stored_points(panels: list[dict[str, Any]], longer: list[int]) -> tuple[dict[str, Any] | None, str]:
    """Add the stored points of these K to the panels; return what made them, or None and why they are not drawn."""
    if not longer:
        return None, ""
    try:
        record = json.loads(STORED.read_text(encoding="utf-8"))
        old = {panel["stages"]: panel for panel in record["data"]["panels"]}
        made = {name: record["provenance"][name] for name in ("command", "version", "commit", "versions")}
        differs = next((found for panel in panels for found in differences(panel, old[panel["stages"]])), "")
        further = {M: [one for one in panel["points"] if one["K"] in longer] for M, panel in old.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        return None, f"{STORED.name} cannot be read: {type(error).__name__}"
    if differs:
        return None, f"{STORED.name} is of other code: {differs}"
    for panel in panels:
        panel["points"] += further[panel["stages"]]
    return made, ""


def differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """Yield what of a panel judged now is another number or text in the stored one, in words."""
    name = f"M = {now['stages']}"
    old = {one["K"]: one for one in before["points"]}
    for key in now.keys() - {"points"}:
        yield from _apart(now[key], before[key], f"{key}, {name}")
    for one in now["points"]:
        yield from _apart(one, old[one["K"]], f"{name}, K = {one['K']:g}")


def _apart(now: object, before: object, where: str) -> Iterator[str]:
    if isinstance(now, Mapping) and isinstance(before, Mapping):
        for key in sorted(now.keys() | before.keys()):
            if key != "reason":  # its numbers are printed with every digit
                yield from _apart(now.get(key), before.get(key), f"{key}, {where}")
    elif isinstance(now, float) and isinstance(before, float | int):
        if not math.isclose(now, before, rel_tol=APART):
            yield f"{where}: {now:.9g}, stored {before:.9g}"
    elif now != before:
        yield f"{where}: {now}, stored {before}"


def drawn(at: Data, name: str) -> float | None:
    """Return the bound of a form at one K; None where it is not applied or the replicas leave it undecided."""
    found = at["bounds"].get(name, {})
    return found["value"] if found.get("verdict") in ("held", "violated") else None


def curve(panel: Data, name: str) -> list[tuple[int, float]]:
    """Return K and the bound of a form wherever there is one to be drawn."""
    return [(one["K"], value) for one in panel["points"] if (value := drawn(one, name)) is not None]


def draw(data: Data) -> figure.Figure:
    """Draw the depths side by side."""
    picture = style.page(2, 2.75)
    return _drawn(picture, list(picture.subplots(1, len(data["panels"]), sharey=True)), data, columns=4)


def narrow(data: Data) -> figure.Figure:
    """Draw the depths one below the other."""
    picture = style.page(1, 5.4)
    return _drawn(picture, list(picture.subplots(len(data["panels"]), 1, sharex=True)), data, columns=2)


def _drawn(picture: figure.Figure, panels: list[Axes], data: Data, columns: int) -> figure.Figure:
    for panel, entry in zip(panels, data["panels"], strict=True):
        _panel(panel, entry)
    below = panels if columns == 4 else panels[-1:]
    for panel in below:
        panel.set_xlabel("iterations $K$")
    for panel in panels[:1] if columns == 4 else panels:
        panel.set_ylabel(r"average $A$ of $\|\nabla f(W_k)\|^2$")
    style.label_panels(panels)
    handles = {label: one for panel in panels for one, label in zip(*panel.get_legend_handles_labels(), strict=True)}
    picture.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=columns)
    return picture


def _panel(panel: Axes, entry: Data) -> None:
    K = [one["K"] for one in entry["points"]]
    panel.axhline(entry["initial"], color="#808080", linewidth=0.8, label=r"$\|\nabla f(W_0)\|^2$")
    for name, look in LOOKS.items():
        if found := curve(entry, name):
            edge = {"markeredgecolor": "white", "markeredgewidth": 0.3}
            panel.loglog(*zip(*found, strict=True), **look.of_line(marker=look.marker, label=FORMS[name]) | edge)
    observed = style.ALGORITHM[ALGORITHM].of_points(label="observed", markersize=4.5, zorder=3)
    panel.loglog(K, [one["observed"] for one in entry["points"]], **observed)
    panel.set(title=f"$M={entry['stages']}$", xlim=(LENGTHS[0] / 1.6, LENGTHS[-1] * 1.6))


def caption(data: Data) -> str:
    """Say what is drawn, what each bound rests on, where one ends, and how tight they are at both ends."""
    steps = ", ".join(rf"${number(panel['alpha'])}$ ($M={panel['stages']}$)" for panel in data["panels"])
    shape = data["panels"][0]["problem"]
    replicas = min(one["replicas"] for panel in data["panels"] for one in panel["points"])
    exits = max((one["exits"] or 0, one["replicas"]) for panel in data["panels"] for one in panel["points"])
    return (
        rf"Average squared gradient against $K$ at a fixed step size, $\alpha=$ {steps}: {shape['activation']} "
        rf"networks under {algorithms.named(ALGORITHM).title}, each the first of its depth that the suite draws "
        rf"with seed {SEED}, at least {replicas} replicas. Theorem 1 takes $L$ and the lag constants from the device's "
        r"box or from the largest norms met, the noise and the saturation from the runs. On a tube of at most "
        rf"{data['bins']} boxes in time that other runs fixed, all constants are proved; this bounds the sum up to "
        rf"the step at which a run leaves the tube (up to {exits[0]} of {exits[1]} replicas did), once as it is and "
        r"once with the noise's variance and the fall of $f$ as observed. For the a-priori tube nothing is observed, "
        r"and what a run outside it may add is in the bound. A curve has points only where there is a bound: "
        rf"{_ends(data)}.{_undecided(data)} {_tightness(data)}{_source(data)}"
    )


def number(value: float) -> str:
    """Return a number with three digits for LaTeX."""
    mantissa, exponent = f"{value:.2e}".split("e")
    return rf"{mantissa}\times10^{{{int(exponent)}}}"


def _power(K: int) -> str:
    return rf"$K=10^{{{round(math.log10(K))}}}$"


def _ends(data: Data) -> str:
    """Return in words for which depths and K there is no bound of a form."""
    said = []
    for name, title in (
        ("box", "the box"),
        ("norms", "the norms"),
        ("tube", "the tube"),
        ("tube-a-priori", "the a-priori tube"),
    ):
        never = [panel["stages"] for panel in data["panels"] if not curve(panel, name)]
        if never:
            said.append(rf"{title} gives none at $M={', '.join(map(str, never))}$ with these steps")
        short = [
            f"{_power(found[-1][0])} ($M={panel['stages']}$)"
            for panel in data["panels"]
            if (found := curve(panel, name)) and found[-1][0] < panel["points"][-1]["K"]
        ]
        if short:
            said.append(f"{title} none beyond {', '.join(short)}")
    return "; ".join(said) or "nowhere here"


def _undecided(data: Data) -> str:
    """Say which bounds are not drawn because the replicas decide nothing about them."""
    found = []
    for panel, name in product(data["panels"], FORMS):
        open_at = [one["K"] for one in panel["points"] if one["bounds"].get(name, {}).get("verdict") == "inconclusive"]
        if open_at:
            found.append(f"{FORMS[name]} ($M={panel['stages']}$, {', '.join(map(_power, open_at))})")
    return f" Left out, as the replicas do not decide it: {'; '.join(found)}." if found else ""


def _tightness(data: Data) -> str:
    """Return the smaller bound on the tube over the observed average at the largest K of every depth."""
    found = []
    for panel in data["panels"]:
        last = panel["points"][-1]
        values = [value for name in ("tube", "tube-noise-ends") if (value := drawn(last, name)) is not None]
        ratio = f"{min(values) / last['observed']:.2g}" if values else "no bound"
        found.append(rf"{ratio} at $M={panel['stages']}$, {_power(last['K'])}")
    return f"Smaller bound on the tube over the observed average: {'; '.join(found)}."


def _source(data: Data) -> str:
    """Say which points were not judged with the others."""
    if data["stored"]:
        version = data["stored"]["version"]
        return rf" Points beyond {_power(data['judged_up_to'])} were judged before, by version {version}."
    return f" Longer runs are not drawn ({data['not_drawn']})." if data["not_drawn"] else ""


def claims(data: Data) -> dict[str, bool]:
    """Check verdicts, the order of the bounds, and what the caption says of them."""
    points = [one for panel in data["panels"] for one in panel["points"]]
    bounds = [one for at in points for one in at["bounds"].values() if one["value"] is not None]
    known = [[value for name in ("tube", "norms", "box") if (value := drawn(one, name)) is not None] for one in points]
    first = [panel["points"][0] for panel in data["panels"]]
    priori = [(drawn(one, "tube-a-priori"), one["observed"]) for one in first]
    last = [(panel["initial"], curve(panel, "tube")[-1]) for panel in data["panels"] if curve(panel, "tube")]
    return {
        "no bound is violated": all(one["verdict"] != "violated" for one in bounds),
        "no bound lies below the 95% interval of what it bounds": all(
            one["value"] >= one["at_least"] for one in bounds if one["verdict"] == "held"
        ),
        "a smaller region has the smaller bound: tube, norms, box": all(row == sorted(row) for row in known),
        "every depth has a tube": all(curve(panel, "tube") for panel in data["panels"]),
        "at the smallest K the a-priori bound is within three times the observed average": all(
            value is not None and value <= 3 * observed for value, observed in priori
        ),
        "from K = 1e5 on the bound of the last tube is below the initial squared gradient": all(
            value < start for start, (K, value) in last if K >= 10**5
        ),
        "the bound of the box is void or above the initial squared gradient up to K = 1e5": all(
            value > panel["initial"] for panel in data["panels"] for K, value in curve(panel, "box") if K <= 10**5
        ),
    }


FIGURE = Figure(
    name="bound_against_iterations",
    title="bounds of networks of 2, 4 and 8 stages against K: box, norms, tube, a-priori tube, observed",
    compute=compute,
    draw=draw,
    narrow=narrow,
    caption=caption,
    claims=claims,
)
