"""Where the slack of the bound is lost: how much of its right side each line of the proof uses, in typical settings."""

import math
from typing import Any

import numpy as np
from matplotlib import figure

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.sources import Sources
from verify import proof_lines as lines_of_the_proof
from verify.judging.checks import HEADLINE
from verify.sweep.judged import JudgedSetting

ALGORITHM = "analog-sgd-ap"
STEPS, REPLICAS = 400, 64
LINES = {
    ("noise.orthogonal", "<n|n>"): "noise variance",
    ("stale.martingale", "<b|b>"): "staleness lemma",
    ("stale.reach", "<b|b>"): "staleness and drift",
    ("master.telescope", "<unit|v>"): "descent, summed",
    ("master.cauchy_schwarz", "<n|v>"): "Cauchy-Schwarz",
    ("master.sharp", "A"): "feasible set (i)",
    ("master.sharp", "a*r"): "feasible set (ii)",
    ("master.explicit", "A"): "explicit bound",
}
"""Lines shown, in the order of the proof: claim and how its left side begins."""


def compute(sources: Sources) -> dict[str, Any]:
    """Evaluate the lines along recorded steps of the setting of median tightness in each family."""
    return {"steps": STEPS, "replicas": REPLICAS, "settings": [evaluate(result) for result in typical(sources)]}


def typical(sources: Sources) -> list[JudgedSetting]:
    """Return, for each family that ran the algorithm, the setting whose tightness is the family's median."""
    families: dict[str, list[tuple[float, JudgedSetting]]] = {}
    for result in sources.settings():
        found = {check.name: check.tightness for check in result.checks}
        if result.setting.algorithm == ALGORITHM and math.isfinite(found.get(HEADLINE, math.nan)):
            families.setdefault(result.family, []).append((found[HEADLINE], result))
    return [sorted(items, key=lambda item: item[0])[(len(items) - 1) // 2][1] for items in families.values()]


def evaluate(result: JudgedSetting) -> dict[str, Any]:
    """Return the shares of one setting, its lines evaluated along its first steps."""
    setting = result.setting
    path = lines_of_the_proof.record(setting, result.constants, min(setting.iterations, STEPS), REPLICAS)
    found: dict[str, Any] = {}
    for line in lines_of_the_proof.along(path):
        for claim, start in LINES:
            if line.claim == claim and line.statement.startswith(start) and line.kind == "in expectation":
                found.setdefault(f"{claim} {start}", {"left": line.left, "right": line.right, "ok": line.ok})
    return {"id": result.id, "family": result.family, "stages": setting.stages, "lines": found}


def share(setting: Data, claim: str, start: str) -> float | None:
    """Return left over right side of a line, or None where a setting lacks it."""
    line = setting["lines"].get(f"{claim} {start}")
    return None if line is None or line["right"] <= 0 else line["left"] / line["right"]


def draw(data: Data) -> figure.Figure:
    """Draw lines of the proof downwards, the share used to the right."""
    picture = style.page(1, 2.9)
    panel = picture.subplots()
    for setting, look in zip(data["settings"], style.POINTS, strict=False):
        places = [(share(setting, *line), row) for row, line in enumerate(LINES)]
        shown = [(x, y) for x, y in places if x is not None]
        label = f"{setting['family']} ($M={setting['stages']}$)"
        panel.plot(*zip(*shown, strict=True), **look.of_points(label=label, markersize=5))
    panel.axvline(1, color=style.INK, linewidth=0.8)
    panel.set_yticks(range(len(LINES)), list(LINES.values()))
    panel.set(xlabel="left side / right side", xlim=(-0.1, 1.15), ylim=(len(LINES) - 0.5, -0.5))
    picture.legend(loc="outside lower center", ncols=2)
    return picture


def losses(data: Data) -> dict[str, float]:
    """Return the median share that each line uses."""
    found = {}
    for line, title in LINES.items():
        shares = [value for setting in data["settings"] if (value := share(setting, *line)) is not None]
        if shares:
            found[title] = float(np.median(shares))
    return found


def caption(data: Data) -> str:
    """Name the lines that lose most and least."""
    ordered = sorted(losses(data).items(), key=lambda item: item[1])
    ids = ", ".join(str(setting["id"]) for setting in data["settings"])
    return (
        r"Where the slack goes: left over right side of the proof's lines, evaluated along the first "
        rf"{data['steps']} steps of the setting of median tightness in each family (Analog-SGD-AP, settings {ids} of "
        rf"the verification store, {data['replicas']} replicas); at one a line loses nothing. Most is lost in "
        rf"``{ordered[0][0]}'' (median ${ordered[0][1]:.2f}$), least in ``{ordered[-1][0]}'' "
        rf"(${ordered[-1][1]:.2f}$)."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check that every line holds, and that descent loses less than Cauchy-Schwarz."""
    found = losses(data)
    return {
        "every line holds within five standard errors": all(
            line["ok"] for setting in data["settings"] for line in setting["lines"].values()
        ),
        "the summed descent loses less than Cauchy-Schwarz": found["descent, summed"] > found["Cauchy-Schwarz"],
    }


FIGURE = Figure(
    name="slack_by_step",
    title="where the slack of the bound is lost, line by line of the proof, in typical settings",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    needs=("verification",),
)
