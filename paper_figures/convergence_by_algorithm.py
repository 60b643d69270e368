"""Analog-SGD-AP, Analog-SGD-SP, no pipeline and digital SGD on one network: against samples, against clock cycles."""

from typing import Any

import numpy as np
from matplotlib import figure
from matplotlib.axes import Axes

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Request
from paper_figures.sources import Sources
from simulate.problems import make
from theory.setting import algorithms

ALGORITHMS = ("digital-sgd", "analog-sgd", "analog-sgd-sp", "analog-sgd-ap")
DEPTHS = (2, 4, 8)
ALPHA = 0.02
TAU = 10.0
BATCH = 4
SAMPLES = 60_000
REPLICAS = 16
MEASURED = 256
"""How often every replica is measured: the curve has half as many points."""
NETWORK = {"width": 8, "samples": 64, "activation": "tanh", "loss": "log-cosh"}


def runs(quick: bool) -> dict[str, Request]:
    """Return one run for each algorithm and depth, all of the same number of samples.

    The synchronous pipeline takes B micro-batches a step and a step size B times larger: the mean of B samples has a
    B-th of the noise variance and there are a B-th of the steps, so sqrt(2 Delta/(L sigma^2 K)) grows by B.
    """
    found = {}
    for stages in DEPTHS:
        for algorithm in ALGORITHMS:
            batch = BATCH if algorithms.named(algorithm).batched else 1
            iterations = (SAMPLES // 8 if quick else SAMPLES) // batch
            found[f"{algorithm}, M={stages}"] = Request(
                problem=make("network", stages, **NETWORK),
                algorithm=algorithm,
                alpha=ALPHA * batch,
                tau=TAU if algorithms.named(algorithm).analog else float("inf"),
                iterations=iterations,
                replicas=REPLICAS // 4 if quick else REPLICAS,
                seed=SEED,
                batch=batch,
                measure_every=max(1, iterations // MEASURED),
            )
    return found


def compute(sources: Sources) -> dict[str, Any]:
    """Return the running average A of the squared gradient: median and 10 to 90 percent band over replicas."""
    return {
        "alpha": ALPHA,
        "tau": TAU,
        "batch": BATCH,
        "depths": DEPTHS,
        "series": [series(request, sources) for request in runs(sources.quick).values()],
    }


def series(request: Request, sources: Sources) -> dict[str, Any]:
    """Return one curve."""
    run = sources.run(request)
    curve = run["curve_squared_gradient"]
    bins = np.arange(1, len(curve) + 1)
    averages = np.cumsum(curve, axis=0) / bins[:, None]
    low, median, high = np.quantile(averages, (0.1, 0.5, 0.9), axis=1)
    samples = bins * (request.iterations * request.batch / len(curve))
    return {
        "algorithm": request.algorithm,
        "stages": request.problem.stages,
        "batch": request.batch,
        "samples": samples,
        "clock_cycles": clock_cycles(request, samples),
        "median": median,
        "low": low,
        "high": high,
        "late": float(np.mean(curve[-len(curve) // 4 :])),
    }


def clock_cycles(request: Request, samples: np.ndarray) -> list[int]:
    """Return the slot in which stage 1 has finished the last of so many samples: the schedule's own count."""
    schedule = algorithms.named(request.algorithm).make_schedule(request.problem.stages, request.batch)
    return [schedule.backward_slot(1, max(round(sample), 1) - 1) + 1 for sample in samples]


def draw(data: Data) -> figure.Figure:
    """Draw depths in columns; samples in the upper row, clock cycles in the lower."""
    picture = style.page(2, 3.6)
    panels = picture.subplots(2, len(data["depths"]), sharey=True)
    for column, stages in enumerate(data["depths"]):
        for entry in (entry for entry in data["series"] if entry["stages"] == stages):
            _curve(panels[0][column], entry, "samples")
            _curve(panels[1][column], entry, "clock_cycles")
        panels[0][column].set(title=f"$M={stages}$", xlabel="samples")
        panels[1][column].set(xlabel="clock cycles (slots)")
    for row in panels:
        row[0].set_ylabel(r"average $A$")
    style.label_panels(list(panels.flat))
    handles, labels = panels[0][0].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=4)
    return picture


def _curve(panel: Axes, entry: Data, against: str) -> None:
    look = style.ALGORITHM[entry["algorithm"]]
    subject = entry["algorithm"] == "analog-sgd-ap"
    if subject:  # bands of all four would hide one another
        style.band(panel, entry[against], entry["low"], entry["high"], look)
    line = look.of_line(zorder=1.5, linewidth=2.2) if subject else look.of_line()  # the others lie on top of it
    panel.loglog(entry[against], entry["median"], **line, label=algorithms.named(entry["algorithm"]).title)


def caption(data: Data) -> str:
    """Say what is compared and what comes out, in the numbers drawn."""
    gains = ", ".join(f"${speed_up(data, stages):.1f}$" for stages in data["depths"])
    depths = ", ".join(str(stages) for stages in data["depths"])
    ratios = ", ".join(f"${lag_price(data, stages):.2f}$" for stages in data["depths"])
    return (
        r"Average squared gradient $A$ up to the present iteration, for tanh networks with $M$ stages, against samples "
        rf"(a--c) and against clock cycles (d--f); median over replicas, 10--90\,\% band of Analog-SGD-AP, "
        rf"$\alpha={data['alpha']:g}$, $\tau={data['tau']:g}$; the synchronous pipeline takes $B={data['batch']}$ "
        r"micro-batches a step at $B$ times the step size. In samples the asynchronous pipeline stays close to analog "
        rf"SGD without a pipeline: at the end its $A$ is {ratios} times as large for $M={depths}$. In clock cycles it "
        rf"is ahead: $A$ falls to the middle of the curve (in logarithms) {gains} times sooner."
    )


def of(data: Data, algorithm: str, stages: int) -> Data:
    """Return one series."""
    return next(e for e in data["series"] if e["algorithm"] == algorithm and e["stages"] == stages)


def time_to(data: Data, algorithm: str, stages: int, unit: str) -> float:
    """Return the samples or clock cycles until A is at the geometric mean of analog SGD's first and last A."""
    reference = of(data, "analog-sgd", stages)["median"]
    entry = of(data, algorithm, stages)
    level = np.sqrt(reference[0] * reference[-1])
    below = np.flatnonzero(np.asarray(entry["median"]) <= level)
    return float(entry[unit][below[0]]) if below.size else float("inf")


def speed_up(data: Data, stages: int) -> float:
    """Return how many times fewer clock cycles the asynchronous pipeline needs than no pipeline."""
    return time_to(data, "analog-sgd", stages, "clock_cycles") / time_to(data, "analog-sgd-ap", stages, "clock_cycles")


def lag_price(data: Data, stages: int) -> float:
    """Return the last A of the asynchronous pipeline over that of analog SGD."""
    return float(of(data, "analog-sgd-ap", stages)["median"][-1] / of(data, "analog-sgd", stages)["median"][-1])


def claims(data: Data) -> dict[str, bool]:
    """Check on the drawn series that AP stays with analog SGD in samples and is ahead in clock cycles."""
    found = {}
    for stages in data["depths"]:
        found[f"M={stages}: in samples AP ends within a factor 1.5 of analog SGD"] = lag_price(data, stages) < 1.5
        order = [
            time_to(data, name, stages, "clock_cycles") for name in ("analog-sgd-ap", "analog-sgd-sp", "analog-sgd")
        ]
        found[f"M={stages}: in clock cycles AP is ahead of SP, and SP of no pipeline"] = order == sorted(set(order))
    gains = [speed_up(data, stages) for stages in data["depths"]]
    found["the gain in clock cycles grows with M"] = gains == sorted(set(gains))
    return found


FIGURE = Figure(
    name="convergence_by_algorithm",
    title="digital SGD, analog SGD, SP and AP on networks against samples and against clock cycles",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    runs=runs,
)
