"""Computation density against the number of stages and of micro-batches, and the clock cycles a sample costs."""

from typing import Any

from matplotlib import figure
from matplotlib.axes import Axes

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.sources import Sources
from theory.setting import schedules

STAGES = (1, 2, 4, 8, 16, 32)
BATCHES = (1, 2, 4, 8, 16, 32, 64)
DEPTH = 8
SAMPLES = 1024
PIPELINES = (
    ("asynchronous", 1, style.ALGORITHM["analog-sgd-ap"]),
    ("synchronous", 16, style.ALGORITHM["analog-sgd-sp"]),
    ("synchronous", 4, style.SERIES[4]),
    ("sequential", 1, style.ALGORITHM["analog-sgd"]),
)


def compute(sources: Sources) -> dict[str, Any]:
    """Count slots of 1024 samples on every schedule."""
    del sources
    return {
        "samples": SAMPLES,
        "depth": DEPTH,
        "stages": STAGES,
        "batches": BATCHES,
        "pipelines": [
            {"schedule": name, "batch": batch, "counts": [count(name, stages, batch) for stages in STAGES]}
            for name, batch, _ in PIPELINES
        ],
        "by_batch": [count("synchronous", DEPTH, batch) for batch in BATCHES],
        "asynchronous": count("asynchronous", DEPTH, 1),
    }


def count(name: str, stages: int, batch: int) -> dict[str, Any]:
    """Return density and slots per sample, counted on the schedule."""
    schedule = schedules.make(name, stages, batch)
    slots = schedule.slots(SAMPLES)
    return {"stages": stages, "batch": batch, "density": 2 * SAMPLES / slots, "slots_per_sample": slots / SAMPLES}


def draw(data: Data) -> figure.Figure:
    """Draw density against M, density against B, and slots per sample against M."""
    picture = style.page(2, 2.3)
    panels = picture.subplots(1, 3)
    for panel, quantity in ((panels[0], "density"), (panels[2], "slots_per_sample")):
        _against_stages(panel, data, quantity)
    batch = [entry["batch"] for entry in data["by_batch"]]
    look = style.ALGORITHM["analog-sgd-sp"]
    panels[1].plot(batch, [e["density"] for e in data["by_batch"]], **look.of_line(marker=look.marker))
    panels[1].axhline(data["asynchronous"]["density"], **style.ALGORITHM["analog-sgd-ap"].of_line())
    panels[0].set(ylabel="computation density", ylim=(0, 1.05))
    panels[1].set(ylabel="computation density", ylim=(0, 1.05), title=f"$M={data['depth']}$")
    panels[1].set_xscale("log", base=2)
    panels[1].set_xlabel("micro-batches $B$")
    panels[2].set_ylabel("slots per sample")
    panels[2].set_yscale("log", base=2)
    style.label_panels(list(panels))
    handles, labels = panels[0].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=4)
    return picture


def _against_stages(panel: Axes, data: Data, quantity: str) -> None:
    for entry, (name, batch, look) in zip(data["pipelines"], PIPELINES, strict=True):
        label = f"{name}, $B={batch}$" if name == "synchronous" else name
        values = [point[quantity] for point in entry["counts"]]
        panel.plot(data["stages"], values, **look.of_line(marker=look.marker, label=label))
    panel.set_xscale("log", base=2)
    panel.set_xlabel("stages $M$")


def caption(data: Data) -> str:
    """Say what the schedules cost at the largest depth."""
    last = {(entry["schedule"], entry["batch"]): entry["counts"][-1] for entry in data["pipelines"]}
    best, none = last["asynchronous", 1], last["sequential", 1]
    return (
        rf"Computation density against stages (a) and against micro-batches for $M={data['depth']}$ (b), and slots "
        rf"per sample (c), counted over {data['samples']} samples. The asynchronous pipeline stays near density one "
        rf"and two slots per sample whatever the depth; with $M={data['stages'][-1]}$ it needs "
        rf"${best['slots_per_sample']:.2f}$ slots per sample, no pipeline ${none['slots_per_sample']:.0f}$. The "
        r"synchronous pipeline approaches it only with many micro-batches."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check the order of schedules and the two slots per sample."""
    by_name = {(entry["schedule"], entry["batch"]): entry["counts"] for entry in data["pipelines"]}
    rows = zip(*(by_name[name, batch] for name, batch, _ in PIPELINES), strict=True)
    densities = [[entry["density"] for entry in row] for row in rows][1:]
    by_batch = [entry["density"] for entry in data["by_batch"]]
    return {
        "from two stages on: asynchronous > synchronous, more micro-batches > fewer > sequential": all(
            row == sorted(set(row), reverse=True) for row in densities
        ),
        "the asynchronous pipeline takes two slots per sample within 5%": all(
            abs(entry["slots_per_sample"] - 2) < 0.1 for entry in by_name["asynchronous", 1]
        ),
        "density grows with micro-batches and stays below the asynchronous one": by_batch == sorted(set(by_batch))
        and by_batch[-1] < data["asynchronous"]["density"],
    }


FIGURE = Figure(
    name="computation_density",
    title="computation density against stages and micro-batches; clock cycles per sample",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
)
