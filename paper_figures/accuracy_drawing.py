"""How `accuracy_by_pipeline` is drawn, in two columns and in one."""

from collections.abc import Sequence
from typing import Any

from matplotlib import figure
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from paper_figures import style
from paper_figures.figure import Data
from theory.setting import algorithms

BANDS = ("digital-sgd", "analog-sgd-ap")
"""Bands of all would hide one another."""
KEYS = {"test": "test accuracy", "loss": "training loss $f$"}
COUNTS = (500, 2000, 5000, 20000)
LOSSES = (0.1, 0.2, 0.5, 1, 2)
THICKNESS = {2: 0.7, 4: 1.1, 8: 1.6}
"""Lines of the asynchronous pipeline by M, where all stand in one panel."""


def draw(data: Data) -> figure.Figure:
    """Draw two rows a data set, accuracy and loss: samples in the first column, clock cycles by M in the others."""
    sets, depths = data["panels"], data["depths"][1:]
    picture = style.page(2, 0.55 + 2.75 * len(sets))
    panels = picture.subplots(2 * len(sets), 1 + len(depths), squeeze=False, sharey="row", sharex="col")
    for place, one in enumerate(sets):
        for row, key in zip(panels[2 * place :], KEYS, strict=False):
            _samples(row[0], one, key)
            for panel, stages in zip(row[1:], depths, strict=True):
                _cycles(panel, one, key, stages)
            row[0].set_ylabel(f"{one['name']}: {KEYS[key]}")
    for panel, stages in zip(panels[0], (None, *depths), strict=True):
        panel.set_title("" if stages is None else f"$M={stages}$")
    for panel in panels[-1]:
        panel.set_xlabel("clock cycles (slots)")
    panels[-1][0].set_xlabel("samples (at $M=1$ two cycles)")
    style.label_panels(list(panels[0]))
    handles, labels = panels[0][1].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=4)
    return picture


def draw_narrow(data: Data) -> figure.Figure:
    """Draw the accuracy alone: a row a data set, against samples and against clock cycles of the largest M."""
    sets, deepest = data["panels"], data["depths"][-1]
    picture = style.page(1, 0.75 + 1.55 * len(sets))
    panels = picture.subplots(len(sets), 2, squeeze=False, sharey="row", sharex="col")
    for row, one in zip(panels, sets, strict=True):
        _samples(row[0], one, "test")
        _cycles(row[1], one, "test", deepest)
        row[0].set_ylabel(f"{one['name']}: {KEYS['test']}")
    panels[0][1].set_title(f"$M={deepest}$")
    panels[-1][0].set_xlabel("samples (at $M=1$ two cycles)")
    panels[-1][1].set_xlabel("clock cycles (slots)")
    style.label_panels(list(panels[0]))
    handles, labels = panels[0][1].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=2)
    return picture


def _samples(panel: Axes, one: Data, key: str) -> None:
    for entry in one["series"]:
        stages = entry["stages"]
        more: dict[str, Any] = {} if stages is None else {"linewidth": THICKNESS.get(stages, 1.2), "zorder": 1.8}
        _curve(panel, entry, key, entry["samples"], band=stages in (None, max(THICKNESS)), **more)
    style.plain_ticks(panel.xaxis, COUNTS)


def _cycles(panel: Axes, one: Data, key: str, stages: int) -> None:
    for entry in one["series"]:
        if entry["stages"] in (None, stages):
            _curve(panel, entry, key, entry["clock_cycles"][str(stages)], band=True)


def _curve(panel: Axes, entry: Data, key: str, where: Sequence[float], *, band: bool, **more: object) -> None:
    look, algorithm = style.ALGORITHM[entry["algorithm"]], entry["algorithm"]
    values = entry[key]
    panel.set_xscale("log")
    panel.xaxis.set_minor_formatter(NullFormatter())
    if key == "loss":
        panel.set_yscale("log")
        style.plain_ticks(panel.yaxis, LOSSES)
    if band and algorithm in BANDS:
        style.band(panel, where, values["low"], values["high"], look)
    panel.plot(where, values["median"], **look.of_line(**more), label=algorithms.named(algorithm).title)
