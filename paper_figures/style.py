"""How every figure looks: IEEE widths, embedded Times-like type, colours that survive greyscale.

What a mark means is carried three times over: by lightness, by line style and by marker. So a figure can be read
in print without colour and by colour-blind readers. Lightness is CIE L*, 0 is black and 100 is white.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

ONE_COLUMN = 3.5
"""Width of one IEEE column, in inches."""
TWO_COLUMNS = 7.16
"""Width of two IEEE columns, in inches."""

SETTINGS: dict[Any, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "legend.fontsize": 7,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.use_mathtext": True,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.linewidth": 0.4,
    "grid.color": "#e3e3e3",
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "legend.borderaxespad": 0.3,
    "legend.labelspacing": 0.3,
    "patch.linewidth": 0.5,
    "hatch.linewidth": 0.5,
    # Type 42 embeds TrueType outlines, which IEEE's checker accepts; text in SVG becomes outlines too.
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "path",
    # The same data give the same bytes.
    "svg.hashsalt": "analog-sgd-workbench",
    "savefig.dpi": 300,
    "figure.constrained_layout.use": True,
}
"""Matplotlib settings of all figures; drawing and saving both happen under them."""

INK = "#1a1a1a"
DEEP = "#0b3c8c"
WARM = "#c0533f"
GOLD = "#d9a520"
PALE = "#a9c8e8"
FAINT = "#d9d9d9"


@dataclass(frozen=True)
class Look:
    """How one series is drawn."""

    color: str
    line: str | tuple[int, tuple[float, ...]]
    marker: str

    def of_line(self, **more: object) -> dict[str, Any]:
        """Return keywords of `Axes.plot` for a line without markers."""
        return {"color": self.color, "linestyle": self.line} | more

    def of_points(self, **more: object) -> dict[str, Any]:
        """Return keywords of `Axes.plot` for markers with a white edge and no line."""
        edge = {"markeredgecolor": "white", "markeredgewidth": 0.4}
        return {"color": self.color, "linestyle": "none", "marker": self.marker} | edge | more


SERIES = (
    Look(DEEP, "-", "o"),
    Look(WARM, (0, (4, 1.5)), "s"),
    Look(GOLD, (0, (5, 1.5, 1, 1.5)), "^"),
    Look(INK, (0, (1, 1.2)), "D"),
    Look(PALE, (0, (7, 2)), "v"),
)
"""Looks for series without a meaning of their own, in order of use."""

POINTS = (*SERIES, *(Look(look.color, look.line, m) for look, m in zip(SERIES, "PX*<>", strict=True)))
"""Looks for point clouds, which need a marker each."""

ALGORITHM: Mapping[str, Look] = {
    "analog-sgd-ap": SERIES[0],
    "analog-sgd-sp": SERIES[1],
    "analog-sgd": SERIES[2],
    "digital-sgd": SERIES[3],
    "digital-ap": SERIES[4],
    "stashed-ap": SERIES[4],
}
"""The same algorithm looks the same in every figure."""

BOUND = Look(INK, "-", "D")
"""Proved bounds are black, always."""


def lightness(color: str) -> float:
    """Return CIE L* of a colour, in [0, 100]: what is left of it in greyscale."""
    rgb = np.asarray(mpl.colors.to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ (0.2126, 0.7152, 0.0722))
    return 116 * luminance ** (1 / 3) - 16 if luminance > (6 / 29) ** 3 else luminance * (29 / 3) ** 3


def page(columns: int, height: float) -> Figure:
    """Return an empty figure one or two IEEE columns wide and `height` inches high."""
    return Figure(figsize=({1: ONE_COLUMN, 2: TWO_COLUMNS}[columns], height), layout="constrained")


def label_panels(axes: list[Axes]) -> None:
    """Write (a), (b), ... at the upper left of the panels, outside the data."""
    for letter, panel in zip("abcdefgh", axes, strict=False):
        title = panel.get_title(loc="center")
        panel.set_title("")
        panel.set_title(f"({letter}) {title}".rstrip(), loc="left")


def plain_ticks(axis: Axis, values: Sequence[float]) -> None:
    """Mark exactly `values` on a logarithmic axis, written as plain numbers."""
    axis.set_major_locator(FixedLocator(list(values)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def band(panel: Axes, x: object, low: object, high: object, look: Look) -> None:
    """Shade between two curves in the series' colour, light enough to lie under lines."""
    panel.fill_between(x, low, high, color=look.color, alpha=0.18, linewidth=0)  # type: ignore[arg-type]
