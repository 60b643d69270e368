"""Bound against observed average squared gradient for every setting of the verification store."""

from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.sources import Sources
from verify.judging.checks import HEADLINE, Basis, CheckName

BASES: tuple[tuple[Basis, float, str], ...] = (("a-posteriori", 1.3, "-"), ("a-priori", 0.8, "--"))
"""Each basis with the width and the style of its line."""


def compute(sources: Sources) -> dict[str, Any]:
    """Collect bound, observed mean and 95% interval of every setting and every form that applies to it."""
    points = [
        {
            "id": result.id,
            "family": result.family,
            "claim": str(check.name),
            "form": check.name.form,
            "basis": check.name.basis,
            "verdict": check.verdict,
            "bound": check.bound,
            "observed": result.evidence.mean,
            "interval": list(result.evidence.interval_95),
            "tightness": check.tightness,
        }
        for result in sources.settings()
        for check in result.applied
    ]
    return {"scatter": str(HEADLINE), "points": points}


def families(data: Data) -> list[str]:
    """Return the families, sorted."""
    return sorted({point["family"] for point in data["points"]})


def draw(data: Data) -> figure.Figure:
    """Draw the scatter on the left, the distribution of bound/observed on the right."""
    picture = style.page(2, 2.9)
    left, right = picture.subplots(1, 2, width_ratios=(1, 1.1))
    _scatter(left, data)
    _distribution(right, data)
    style.label_panels([left, right])
    handles, labels = left.get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=min(5, len(labels)))
    return picture


def _cloud(family: str) -> str:
    """Return under which name a family is drawn: all families of devices are one, too many to be told apart."""
    return "devices" if family.startswith("device-") else family


def _scatter(panel: Axes, data: Data) -> None:
    shown = [point for point in data["points"] if point["claim"] == data["scatter"]]
    clouds = sorted({_cloud(point["family"]) for point in shown})
    for cloud, look in zip(clouds, style.POINTS[: len(clouds)], strict=True):
        members = [point for point in shown if _cloud(point["family"]) == cloud]
        observed, bound = ([point[key] for point in members] for key in ("observed", "bound"))
        panel.loglog(observed, bound, **look.of_points(label=cloud, alpha=0.8))
    ends = np.asarray(panel.get_xlim())
    panel.loglog(ends, ends, color=style.INK, linewidth=0.8)
    panel.set_xlim(*ends)
    panel.text(0.97, 0.05, "line: bound = observed", ha="right", transform=panel.transAxes, fontsize=7)
    panel.set(xlabel=r"observed $A$", ylabel="bound on $A$", title="sharp bound, measured saturation")


def _distribution(panel: Axes, data: Data) -> None:
    for form, look in zip(forms(data), style.SERIES, strict=False):
        for basis, width, line in BASES:
            values = np.sort(tightness(data, str(CheckName(form, basis))))
            if values.size:
                share = np.arange(1, len(values) + 1) / len(values)
                label = f"{form} ({len(values)})"
                panel.step(values, share, where="post", color=look.color, lw=width, ls=line, label=label)
    panel.axvline(1, color=style.INK, linewidth=0.8)
    panel.set(xscale="log", xlabel="bound / observed", ylabel="share of settings", ylim=(0, 1))
    panel.set_title("solid: measured saturation; dashed: certified")
    panel.legend(loc="lower right")


def forms(data: Data) -> list[str]:
    """Return the forms of the bound, tightest first."""
    names = dict.fromkeys(point["form"] for point in data["points"])
    return sorted(
        names, key=lambda name: float(np.median(tightness(data, str(CheckName(name, "a-posteriori"))) or [np.inf]))
    )


def tightness(data: Data, claim: str, family: str | None = None) -> list[float]:
    """Return bound / observed of one form, in one family or in all."""
    return [
        point["tightness"]
        for point in data["points"]
        if point["claim"] == claim and family in (None, point["family"]) and point["tightness"] is not None
    ]


def caption(data: Data) -> str:
    """Say how many settings there are, and how tight the bounds are."""
    shown = [point for point in data["points"] if point["claim"] == data["scatter"]]
    medians = ", ".join(
        rf"{np.median(tightness(data, data['scatter'], family)):.2f} ({family})"
        for family in families(data)
        if tightness(data, data["scatter"], family)
    )
    return (
        rf"Bound against observation in {len(shown)} randomized settings. (a) The sharp bound over the average squared "
        r"gradient $A$ observed (mean over replicas); no setting lies below the line. (b) Distribution of bound / "
        rf"observed for every form of the bound. Median of the sharp bound with measured saturation: {medians}."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check that nothing is violated, and that no point lies below the line by more than its interval."""
    return {
        "no setting violates a bound": all(point["verdict"] != "violated" for point in data["points"]),
        "no bound lies below the 95% interval of its observation": all(
            point["bound"] >= point["interval"][0] for point in data["points"]
        ),
    }


FIGURE = Figure(
    name="bound_against_observed",
    title="bound against observed for all settings of the verification store, by family and form",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    needs=("verification",),
)
