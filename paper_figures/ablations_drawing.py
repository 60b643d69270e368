"""How `published_ablations` is drawn, in two columns and in one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from paper_figures import style
from paper_figures.figure import Data

PANELS = {
    "alpha": r"step size $\alpha$",
    "tau": r"saturation level $\tau$",
    "variance": r"noise variance an element",
    "start": "start $W_0$",
}
TICKS = {"alpha": (0.03, 0.05, 0.1, 0.2), "tau": (1, 1.5, 2.5, 5), "variance": (0.001, 0.01, 0.1, 1)}
STARTS = {"1": "all\n1", "0.01": "all\n0.01", "gd10": "GD\n10", "gd20": "GD\n20", "gd30": "GD\n30"}
"""What stands below the starts: all weights alike, or digital steps without noise, from 0."""
HOLLOW: dict[str, Any] = {"markerfacecolor": "white", "markersize": 2.8, "markeredgewidth": 0.6}
"""Marks on a bound: those of the algorithm that it bounds."""
HEIGHTS = (0.03, 0.05, 0.1, 0.2)
DIGITAL = 10.0
"""Where tau = inf stands on its axis."""
KEYS = {"A": r"average $A$", "late": r"last fifth of $\|\nabla f\|^2$"}
BOUNDS: dict[str, tuple[tuple[str, Any], ...]] = {
    "A": (("bound", "-"), ("adaptive", (0, (4, 1.5)))),
    "late": (("limit", (0, (1, 1))),),
}
TITLES = {
    "bound": "sharp bound, largest saturation",
    "adaptive": "the same, mean-square saturation",
    "limit": r"its limit as $K\to\infty$",
}


def place(one: Data, panel: str) -> float:
    """Return where a setting stands on the axis of its panel."""
    if panel == "start":
        return float(list(STARTS).index(one["start"]))
    value = one[panel]
    return DIGITAL if value == "inf" else float(value)


def draw(data: Data) -> figure.Figure:
    """Draw A in the upper row and the last fifth in the lower."""
    picture = style.page(2, 3.7)
    panels = picture.subplots(2, len(PANELS), sharex="col", height_ratios=(1.25, 1))
    for row, key in zip(panels, KEYS, strict=True):
        for panel, name in zip(row, PANELS, strict=True):
            _panel(panel, data["panels"][name], name, key)
        row[0].set_ylabel(KEYS[key])
    for panel, name in zip(panels[-1], PANELS, strict=True):
        panel.set_xlabel(PANELS[name])
    style.label_panels(list(panels[0]))
    picture.legend(handles=_legend(("bound", "adaptive", "limit")), loc="outside lower center", ncols=4)
    return picture


def draw_narrow(data: Data) -> figure.Figure:
    """Draw A alone, in two rows of two."""
    picture = style.page(1, 3.9)
    panels = picture.subplots(2, 2)
    for panel, name in zip(panels.flat, PANELS, strict=True):
        _panel(panel, data["panels"][name], name, "A")
        panel.set_xlabel(PANELS[name])
    for row in panels:
        row[0].set_ylabel(KEYS["A"])
    style.label_panels(list(panels.flat))
    picture.legend(handles=_legend(("bound", "adaptive")), loc="outside lower center", ncols=2)
    return picture


def _panel(panel: Axes, found: Sequence[Data], name: str, key: str) -> None:
    """Draw one ablation: bounds, our curve, published points."""
    scale = {"nonpositive": "clip"}
    panel.set_yscale("log", **scale)
    if name == "start":
        panel.set_xticks(range(len(STARTS)), list(STARTS.values()))
        panel.set_xlim(-0.5, len(STARTS) - 0.5)
        panel.grid(visible=False, axis="x")
    else:
        panel.set_xscale("log", **scale)
        _ticks(panel, name)
    for algorithm in ("digital-sgd", "analog-sgd"):
        of = [one for one in found if (one["tau"] == "inf") == (algorithm == "digital-sgd")]
        if of:
            _series(panel, of, name, key, style.ALGORITHM[algorithm])
    if key == "A" and name == "alpha":
        style.plain_ticks(panel.yaxis, HEIGHTS)
        _end_of_theorem(panel, found)
    if key == "A" and name == "start":
        _unbounded(panel, found)


def _series(panel: Axes, found: Sequence[Data], name: str, key: str, look: style.Look) -> None:
    alone = name == "start" or len(found) == 1  # no curve leads from one to the next
    where = [place(one, name) for one in found]
    for which, line in () if (name, key) == ("start", "late") else BOUNDS[key]:  # 51 steps: nothing is at rest yet
        known = [(x, one[which]) for x, one in zip(where, found, strict=True) if one[which] is not None]
        if alone:
            for x, value in known:
                panel.plot(_dash(x, name), [value, value], color=style.BOUND.color, linestyle=line, linewidth=1.0)
        else:
            whose = HOLLOW | {"marker": look.marker} if name == "alpha" and which != "adaptive" else {}  # there are two
            panel.plot(*zip(*known, strict=True), color=style.BOUND.color, linestyle=line, linewidth=1.0, **whose)
    means = [one[key]["mean"] for one in found]
    if alone:
        for x, value in zip(where, means, strict=True):
            panel.plot(_dash(x, name), [value, value], **look.of_line(linewidth=1.4))
    else:
        panel.plot(where, means, **look.of_line(linewidth=1.4))
    told = [(x, one["authors"][key]) for x, one in zip(where, found, strict=True) if one["authors"] is not None]
    panel.errorbar(
        [x for x, _ in told],
        [one["mean"] for _, one in told],
        yerr=[2 * one["se"] for _, one in told],
        **_points(look),
        elinewidth=0.8,
        capsize=1.5,
    )


def _points(look: style.Look) -> dict[str, Any]:
    return look.of_points(markersize=4.2, markeredgecolor=style.INK, markeredgewidth=0.6, ecolor=style.INK, zorder=3)


def _dash(x: float, name: str) -> np.ndarray:
    """Return the ends of a short horizontal line about x."""
    return np.array([x - 0.35, x + 0.35]) if name == "start" else np.array([x / 1.18, x * 1.18])


def _ticks(panel: Axes, name: str) -> None:
    ticks = TICKS[name]
    if name == "tau":
        style.plain_ticks(panel.xaxis, (*ticks, DIGITAL))
        panel.xaxis.set_major_formatter(lambda value, _: r"$\infty$" if value == DIGITAL else f"{value:g}")
    elif name == "variance":
        panel.set_xticks(ticks)
    else:
        style.plain_ticks(panel.xaxis, ticks)


def _end_of_theorem(panel: Axes, found: Sequence[Data]) -> None:
    """Mark the step size from which on the theorem says nothing."""
    end = 1 / found[0]["L"]
    panel.axvline(end, color=style.INK, linewidth=0.5)
    panel.annotate(r"$\alpha L\geq 1$: no bound", (end, 0.97), (-2, 0), xycoords=panel.get_xaxis_transform(),
                   textcoords="offset points", rotation=90, ha="right", va="top", fontsize=6)  # fmt: skip


def _unbounded(panel: Axes, found: Sequence[Data]) -> None:
    """Say of which start no bound is drawn, and why."""
    for one in found:
        if one["bound"] is None:
            panel.annotate("no\nbound:\n" r"$\rho=1$", (place(one, "start"), one["A"]["mean"]), (0, -6), ha="center",
                           va="top", textcoords="offset points", fontsize=6)  # fmt: skip


def _legend(bounds: Sequence[str]) -> list[Line2D]:
    lines = {which: line for found in BOUNDS.values() for which, line in found}
    made = []
    for algorithm, title in (("analog-sgd", "analog SGD"), ("digital-sgd", "digital SGD")):
        look = style.ALGORITHM[algorithm]
        points = {key: value for key, value in _points(look).items() if key not in ("ecolor", "linestyle")}
        made.append(Line2D([], [], **(look.of_line() | points), label=f"{title}: ours, published"))
    return made + [
        Line2D([], [], color=style.BOUND.color, linestyle=lines[which], linewidth=1.0, label=TITLES[which])
        for which in bounds
    ]
