"""The experiments of the companion papers (arXiv 2406.12774, 2502.06309), run as a user would on the published data.

toy_stochastic.csv and toy_deterministic.csv hold what their code, and an independent float64 restatement, measured.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import simulate
from simulate.problems import make
from simulate.problems.base import Problem
from simulate.results import RunResult
from tests.oracle.tables import read

FOLDER = Path(__file__).parents[2] / "paper_figures" / "published"
STOCHASTIC = read(FOLDER / "toy_stochastic.csv")
DETERMINISTIC = [row for row in read(FOLDER / "toy_deterministic.csv") if "SHD" not in row["case"]]
CASES = sorted({row["case"] for row in DETERMINISTIC})
REPLICAS, ERRORS = 64, 5.0
"""Standard errors between two means: one of 60 comparisons passes with probability below 1e-4 if all are right."""
SINGLE = 2e-5
"""Relative error of single precision while f is above 1e-6 of its start: twice what the table's reader states."""


def _start(name: str) -> str:
    """Return a start as `--set start` takes it."""
    return str(FOLDER / f"S33-{name}.txt") if name.startswith("gd") else name


def _problem(data: str, scale: str, noise: str, start: str) -> Problem:
    settings = {"data": str(FOLDER / f"{data}.csv"), "intercept": "true", "sampling": "full"}
    return make("least-squares", 1, **settings, scale=scale, noise=noise, start=start)


def _run(problem: Problem, lr: str, tau: str, iterations: int, replicas: int = 2) -> RunResult:
    algorithm = "digital-sgd" if tau == "inf" else "analog-sgd"
    return simulate.run(
        problem, algorithm, alpha=float(lr), tau=float(tau), iterations=iterations, replicas=replicas, seed=618
    )


def _z(found: np.ndarray, row: Mapping[str, str], name: str) -> float:
    error = np.hypot(found.std(ddof=1) / np.sqrt(len(found)), float(row[f"restated_{name}_se"]))
    return float(abs(found.mean() - float(row[f"restated_{name}"])) / error)


@pytest.mark.parametrize("row", STOCHASTIC, ids=lambda row: row["case"])
def test_published_runs_with_noise_are_reproduced(row: Mapping[str, str]) -> None:
    start = row["case"].partition("-init")[2] or "0"
    problem = _problem(row["data"], row["c"], row["sigma"], _start(start))
    runs = _run(problem, row["lr"], row["tau"], int(row["K"]), REPLICAS)
    assert _z(runs.mean_squared_gradient, row, "A") < ERRORS
    for step in (10, 200):
        if row[f"restated_f_{step}"] and float(row[f"restated_f_{step}_se"]):
            found = _run(problem, row["lr"], row["tau"], step, REPLICAS).final_value
            assert _z(found, row, f"f_{step}") < ERRORS, step


def test_a_wrong_device_is_told_apart() -> None:
    row = next(row for row in STOCHASTIC if row["case"] == "S2-analog-tau1.0")
    runs = _run(_problem(row["data"], row["c"], row["sigma"], "0"), row["lr"], "1.1", int(row["K"]), REPLICAS)
    assert _z(runs.mean_squared_gradient, row, "A") > 2 * ERRORS


@pytest.mark.parametrize("case", CASES)
def test_published_runs_without_noise_are_reproduced(case: str) -> None:
    table = [row for row in DETERMINISTIC if row["case"] == case]
    words = dict(part.split("=") for part in case.split() if "=" in part)
    name = case.split()[0]
    scale = "0.5" if name == "S2" else "1"
    problem = _problem(name, scale, "0", _start(words.get("init", "0")))
    first = float(table[0]["f"])
    for row in table:
        if row["k"].startswith("mean over k<"):
            mean = _run(problem, words["lr"], words["tau"], int(row["k"].partition("<")[2])).mean_squared_gradient[0]
            assert mean == pytest.approx(float(row["squared_gradient"]), rel=SINGLE)
        elif float(row["f"]) > 1e-6 * first:
            assert _value(problem, words, int(row["k"])) == pytest.approx(float(row["f"]), rel=SINGLE), row["k"]


def _value(problem: Problem, words: Mapping[str, str], step: int) -> float:
    """Return f(W_k)."""
    if not step:
        return problem.value(problem.initial_weights())
    return float(_run(problem, words["lr"], words["tau"], step).final_value[0])
