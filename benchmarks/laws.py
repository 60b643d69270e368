"""What a step costs on each device, as a multiple of the linear device's, by turns in the same run.

The aim: 1.5 where the law is deterministic, 3 where pulses or writing are random.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.measure import Row, best_time
from benchmarks.workload import Workload
from simulate import kernels
from theory.setting.devices import Elements, Pulses

Case = Callable[[float, int], kernels.Element]
"""The device for a saturation and a number of replicas."""

LIMIT, RANDOM_LIMIT = 1.5, 3.0
_TABLE = (*np.linspace(1.5, 0.5, 17).tolist(), *np.linspace(0.5, 1.5, 17).tolist())


def _smooth(name: str, *parameters: float) -> Case:
    return lambda tau, _: kernels.Element(name, tau, parameters)


def _beside(pulses: Pulses | None, elements: Elements | None = None) -> Case:
    return lambda tau, count: kernels.Element("ald", tau, (), 0.0, pulses, elements, 1, range(count), np.inf)


LINEAR = "ald"
SMOOTH: dict[str, Case] = {
    LINEAR: _smooth("ald"),
    "shifted-linear": _smooth("shifted-linear", 1.0, 0.8),
    "constant-step": _smooth("constant-step"),
    "linear-step": _smooth("linear-step", 1.0, 1.0, 0.5, 0.5),
    "power 2": _smooth("power", 2.0, 2.0),
    "power 3": _smooth("power", 3.0, 3.0),
    "power 1/2": _smooth("power", 0.5, 0.5),
    "power 1.7": _smooth("power", 1.7, 1.7),
    "exponential": _smooth("exponential", 1.0),
    "exp-step": _smooth("exp-step", 1.0, 1.0, 0.1, 0.1, 2.0, 2.0),
    "pulse-train": _smooth("pulse-train"),
    "table": _smooth("table", *_TABLE),
    "ald, unequal elements": _beside(None, Elements(0.1, 0.1, 0.1, 0.05)),
}
RANDOM: dict[str, Case] = {
    "ald, rounding": _beside(Pulses(0.01)),
    "ald, trains of 31": _beside(Pulses(0.01, 31)),
    "ald, rounding, noise of pulses": _beside(Pulses(0.01, cycle=0.3)),
    "ald, rounding, noise of writing": _beside(Pulses(0.01, write=0.01)),
    "ald, rounding, unequal elements": _beside(Pulses(0.01), Elements(0.1, 0.1, 0.1, 0.05)),
}
CASES = SMOOTH | RANDOM


def _network(case: Case, width: int) -> tuple[Callable[[], object], int]:
    """Return one run of the network workload, and its replica-steps."""
    load = Workload(4, width, replicas=64)
    steps = max(40, 102_400 // width**2)
    chosen, widths = load.indices(steps), (width,) * (load.stages + 1)

    def run() -> None:
        state = kernels.start(load.initial.ravel(), load.replicas, load.lags, load.dtype)
        kernels.network(
            state, chosen[:, :, None], load.inputs, load.targets, widths, load.lags, alpha=load.alpha,
            element=case(load.tau, load.replicas),
        )  # fmt: skip

    return run, steps * load.replicas


def _quadratic(case: Case, size: int) -> tuple[Callable[[], object], int]:
    """Return one run of a quadratic with +-1 noise, and its replica-steps."""
    replicas, steps = 256, 400
    noise = np.random.default_rng(0).choice([-1.0, 1.0], size=(replicas, steps, size))
    hessian = np.eye(size) + 0.05

    def run() -> None:
        state = kernels.start(np.zeros(size), replicas)
        kernels.quadratic(
            state, noise, hessian, np.full(size, 0.1), np.zeros(size, np.int64), np.ones(size), alpha=0.01,
            element=case(2.0, replicas),
        )  # fmt: skip

    return run, steps * replicas


SIZES: dict[str, Callable[[Case], tuple[Callable[[], object], int]]] = {
    "network (4, 8)": lambda case: _network(case, 8),
    "network (4, 16)": lambda case: _network(case, 16),
    "network (4, 64)": lambda case: _network(case, 64),
    "quadratic 4": lambda case: _quadratic(case, 4),
    "quadratic 16": lambda case: _quadratic(case, 16),
}


def ratios(repeats: int) -> list[Row]:
    """Return one row a size: nanoseconds of a replica-step on the linear device, and every other's multiple of it."""
    rows = []
    for size, make in SIZES.items():
        runs = {name: make(case) for name, case in CASES.items()}
        best = dict.fromkeys(runs, float("inf"))
        for run, _ in runs.values():
            run()  # compiles
        for _ in range(repeats):  # by turns, so that a change of the machine's pace meets all
            for name, (run, count) in runs.items():
                best[name] = min(best[name], best_time(run, 1) / count)
        rows.append(
            {
                "of": size,
                "nanoseconds": 1e9 * best[LINEAR],
                "ratio": {name: seconds / best[LINEAR] for name, seconds in best.items() if name != LINEAR},
            }
        )
    return rows


def text(rows: list[Row]) -> list[str]:
    """Return the table as lines of Markdown; what passes its limit is marked."""
    lines = ["", "| times the linear device's cost | " + " | ".join(row["of"] for row in rows) + " | aim |"]
    lines += ["|---" * (len(rows) + 2) + "|"]
    lines += ["| ald, ns a replica-step | " + " | ".join(f"{row['nanoseconds']:.0f}" for row in rows) + " | |"]
    for name in CASES:
        if name != LINEAR:
            limit = LIMIT if name in SMOOTH else RANDOM_LIMIT
            cells = (f"{row['ratio'][name]:.2f}{' *' if row['ratio'][name] > limit else ''}" for row in rows)
            lines.append(f"| {name} | " + " | ".join(cells) + f" | {limit:g} |")
    return [*lines, "", "* above the aim."]
