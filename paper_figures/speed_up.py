"""Speed-up of the pipelines over no pipeline: slots that the machine takes for a training run, against its schedule."""

from typing import Any

import numpy as np
from matplotlib import figure

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED
from paper_figures.sources import Sources
from simulate import problems
from simulate.engines.machine import Machine
from theory.setting import algorithms, devices

STAGES = (1, 2, 3, 4, 6, 8, 12, 16)
BATCH = 8
SAMPLES = 96
ALGORITHMS = ("analog-sgd", "analog-sgd-sp", "analog-sgd-ap")


def compute(sources: Sources) -> dict[str, Any]:
    """Train a small network on the machine with every schedule and depth, and count slots and passes."""
    del sources
    points = [measure(name, stages) for name in ALGORITHMS for stages in STAGES]
    return {"samples": SAMPLES, "batch": BATCH, "points": points}


def measure(name: str, stages: int) -> dict[str, Any]:
    """Return slots taken by the machine and slots of an ideal pipeline, whose stages never idle."""
    algorithm = algorithms.named(name)
    problem = problems.make("network", stages=stages, width=4, samples=16)
    batch = BATCH if algorithm.batched else 1
    schedule = algorithm.make_schedule(stages, batch)
    order = np.random.default_rng(SEED).integers(0, 16, SAMPLES)
    machine = Machine(problem, algorithm, devices.make("ald", 10.0), 0.01, schedule, lambda k, b: order[k * batch + b])
    updates = sum(1 for _ in machine.trajectory(SAMPLES // batch)) - 1
    return {
        "algorithm": name,
        "stages": stages,
        "updates": updates,
        "slots": machine.slots,
        "density": schedule.density(SAMPLES),
    }


def of(data: Data, algorithm: str, key: str) -> list[float]:
    """Return one quantity of one algorithm over the depths."""
    return [point[key] for point in data["points"] if point["algorithm"] == algorithm]


def speed_ups(data: Data, algorithm: str) -> list[float]:
    """Return, over the depths, how many times fewer slots the machine took than without a pipeline."""
    slots = zip(of(data, "analog-sgd", "slots"), of(data, algorithm, "slots"), strict=True)
    return [without / with_ for without, with_ in slots]


def draw(data: Data) -> figure.Figure:
    """Draw measured speed-ups as markers and density times M as lines."""
    picture = style.page(1, 2.4)
    panel = picture.subplots()
    stages = of(data, "analog-sgd", "stages")
    panel.plot(stages, stages, color=style.INK, linewidth=0.7, label="$M$")
    for name in ALGORITHMS[::-1]:
        look = style.ALGORITHM[name]
        formula = [density * M for density, M in zip(of(data, name, "density"), stages, strict=True)]
        panel.plot(stages, formula, **look.of_line(label=f"{algorithms.named(name).title}: density $\\times M$"))
        panel.plot(stages, speed_ups(data, name), **look.of_points(markersize=5))
    panel.set(xlabel="stages $M$", ylabel="speed-up over no pipeline")
    panel.legend(loc="upper left")
    return picture


def caption(data: Data) -> str:
    """Say how much faster the pipelines are at the largest depth."""
    deepest = data["points"][len(STAGES) - 1]["stages"]
    return (
        rf"Speed-up over no pipeline for {data['samples']} samples: slots counted on the machine that trains the "
        r"network slot by slot (markers) and density times $M$ from the schedule (lines). With "
        rf"$M={deepest}$ stages Analog-SGD-AP is ${speed_ups(data, 'analog-sgd-ap')[-1]:.1f}$ times faster, "
        rf"Analog-SGD-SP with $B={data['batch']}$ micro-batches ${speed_ups(data, 'analog-sgd-sp')[-1]:.1f}$ times."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check measurement against schedule, and the order of the pipelines."""
    pairs = [
        (measured, density * stages)
        for name in ALGORITHMS
        for measured, density, stages in zip(
            speed_ups(data, name), of(data, name, "density"), of(data, name, "stages"), strict=True
        )
    ]
    ap, sp = (speed_ups(data, name)[1:] for name in ("analog-sgd-ap", "analog-sgd-sp"))
    batches = {name: data["batch"] if name == "analog-sgd-sp" else 1 for name in ALGORITHMS}
    return {
        "the machine takes the slots that density times M says": all(abs(a - b) < 1e-9 * b for a, b in pairs),
        "every sample was trained on": all(
            point["updates"] * batches[point["algorithm"]] == data["samples"] for point in data["points"]
        ),
        "from two stages on AP is faster than SP, and SP than no pipeline": all(
            fast > slow > 1 for fast, slow in zip(ap, sp, strict=True)
        ),
    }


FIGURE = Figure(
    name="speed_up",
    title="speed-up over stages: counted on the machine against density times M",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
)
