"""What measuring takes by default, as a share of the run's own steps, in the same run; the aim is 15 %.

A run of every problem that passes rows, with just the least number of looks, those at the pieces of its first stratum
among them: a shorter run has as many looks as its averages need, and `least` says what these take of 2000 steps. One
replica and 16.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Row, best_time
from simulate import problems
from simulate.group import make_groups
from simulate.problems import Problem
from simulate.randomness import block_length
from simulate.run import LEAST_LOOKS, LOOKS_APART, Run
from simulate.running import compile_first

MOST, REPLICAS, SHORT = 0.15, (1, 16), 2000


def cases(folder: Path) -> dict[str, Problem]:
    """Return problems on rows made up in `folder`, and the built-in ones that pass samples."""
    rng = np.random.default_rng(0)

    def rows(count: int, size: int, classes: int = 0) -> str:
        path = folder / f"{count}-{size}-{classes}.npz"
        inputs = rng.normal(size=(count, size)) / size**0.5
        y = np.arange(count) % classes if classes else inputs @ rng.normal(size=size) + rng.normal(size=count)
        np.savez(path, x=inputs, y=y)
        return str(path)

    make = problems.make
    layers: dict[str, Any] = {"width": "32,10", "activation": "tanh,identity", "loss": "cross-entropy", "test": 0.2}
    return {
        "least squares, 300 x 3": make("least-squares", 2, data=rows(300, 3)),
        "least squares, 1000 x 30, batch 16": make("least-squares", 2, data=rows(1000, 30), batch=16),
        "logistic, 300 x 3": make("logistic", 2, data=rows(300, 3, 2)),
        "layers, 300 x 16": make("network", 2, data=rows(300, 16, 10), **layers),
        "layers, 300 x 16, batch 16": make("network", 2, data=rows(300, 16, 10), batch=16, **layers),
        "built-in logistic": make("logistic", 2),
        "built-in network (2, 8)": make("network", 2),
        "built-in network (4, 16)": make("network", 4, width=16),
    }


def described(problem: Problem, steps: int, replicas: int = 1, every: int | None = None) -> Run:
    """Return a run with measuring times as they are by default, or with strata of `every` steps."""
    return Run(problem, "analog-sgd-ap", 0.01, 5.0, steps, replicas, 1, measure_every=every)  # type: ignore[arg-type]


def share(problem: Problem, steps: int, replicas: int, repeats: int) -> float:
    """Return the time that looks take by default as a share of that of the steps: runs with looks and with one."""
    length = block_length(problem)

    def run(every: int | None) -> None:
        for group in make_groups(described(problem, steps, replicas, every), 1):
            for block in range(-(-steps // length)):
                group.advance(block, length)

    compile_first(described(problem, steps, replicas))
    seldom = max(length, steps // length * length)
    run(None)
    # By turns, so that a change of the machine's pace meets both.
    pairs = [(best_time(lambda: run(None), 1), best_time(lambda: run(seldom), 1)) for _ in range(repeats)]
    return min(pair[0] for pair in pairs) / min(pair[1] for pair in pairs) - 1


def shares(repeats: int) -> list[Row]:
    """Return one row a problem: steps of a run, and the share of it, for each number of replicas."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, problem in cases(Path(folder)).items():
            apart = LOOKS_APART * problem.look_cost
            steps = described(problem, LEAST_LOOKS * apart).looks * apart
            each = {str(count): share(problem, steps, count, repeats) for count in REPLICAS}
            least = described(problem, SHORT).looks * problem.look_cost / SHORT
            found.append({"of": name, "steps": steps, "look": problem.look_cost, "share": each, "least": least})
    return found


def text(rows: list[Row]) -> list[str]:
    """Return the table as lines of Markdown; what passes the aim is marked."""
    lines = ["", "| measuring by default | a look, in steps | steps | " + " | ".join(f"R = {n}" for n in REPLICAS)]
    lines[-1] += f" | looks of {SHORT} steps, by sizes |"
    lines.append("|---" * (4 + len(REPLICAS)) + "|")
    for row in rows:
        cells = (f"{100 * part:.0f} %{' *' * (part > MOST)}" for part in row["share"].values())
        lines.append(
            f"| {row['of']} | {row['look']} | {row['steps']} | {' | '.join(cells)} | {100 * row['least']:.0f} % |"
        )
    return [
        *lines,
        f"Aim: {100 * MOST:.0f} %; shorter runs have {LEAST_LOOKS} looks and those at the start all the same.",
    ]


if __name__ == "__main__":
    print("\n".join(text(shares(3))))
