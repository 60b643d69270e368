"""The roofline: what the processor allows at each intensity, and where the kernel stands."""

import io
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

_BYTES_PER_WEIGHT = {"float64": 16, "float32": 8}
_LEVELS = (("16", "L1"), ("256", "L2"), ("8192", "L3"), ("131072", "memory"))


def _levels(bandwidth: dict[str, float]) -> list[tuple[str, float]]:
    """Return names and speeds of the levels of memory; levels equally fast share a line."""
    found: list[tuple[str, float]] = []
    for size, name in _LEVELS:
        if found and abs(bandwidth[size] / found[-1][1] - 1) < 0.1:
            found[-1] = (f"{found[-1][0]}, {name}", found[-1][1])
        else:
            found.append((name, bandwidth[size]))
    return found


def roofline(result: dict[str, Any]) -> bytes:
    """Return a PNG of Gflop/s against flops per byte of weights read and written; a point a size and precision."""
    figure, axes = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
    intensity = np.geomspace(0.08, 8, 200)
    top = result["peak"]["float32"]
    for (names, speed), style in zip(_levels(result["bandwidth"]), ("-", "--", "-.", ":"), strict=False):
        axes.plot(intensity, np.minimum(speed * intensity, top), style, color="0.35", linewidth=1)
        axes.annotate(f"{names} {speed:.0f} GB/s", (0.095, speed * 0.095 * 1.07), rotation=37, fontsize=8, color="0.25")
    for kind, colour, marker in (("float64", "#0b5394", "o"), ("float32", "#b45f06", "s")):
        peak = result["peak"][kind]
        axes.axhline(peak, color=colour, linewidth=1.2)
        axes.annotate(f"{kind}: multiply-add peak {peak:.0f}", (0.085, peak * 1.04),
                      fontsize=8, color=colour)  # fmt: skip
        text = 0.0
        for row in sorted((row for row in result["sizes"] if row["dtype"] == kind), key=lambda row: row["gigaflops"]):
            x = row["flops"] / (row["M"] * row["d"] ** 2 * _BYTES_PER_WEIGHT[kind])
            axes.plot(x, row["gigaflops"], marker, color=colour, markersize=5)
            # Names keep their distance where points lie close.
            text = max(row["gigaflops"], 1.1 * text)
            name = f"({row['M']}, {row['d']}) {100 * row['share_of_peak']:.0f} %"
            axes.annotate(name, (x * 1.07, text), fontsize=7, va="center")
    axes.set(
        xscale="log", yscale="log", xlim=(0.08, 8), ylim=(3, 1.35 * top),
        xlabel="flops per byte of weights read and written", ylabel="Gflop/s, one thread",
    )  # fmt: skip
    axes.grid(visible=True, which="major", linewidth=0.4, alpha=0.5)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=160)
    plt.close(figure)
    return content.getvalue()
