"""A tube is said of no run whose steps it does not enclose."""

from typing import Any

import numpy as np
import pytest

from boundary import BadInput
from simulate.problems.network import Network
from simulate.problems.quadratic import Quadratic
from simulate.run import Run
from theory.setting import algorithms
from verify.regions import covered
from verify.regions.covered import STASHED, on_tube, uncovered
from verify.regions.network import Box, flat
from verify.regions.tube import Tube, constants

PROBLEM = Network(stages=2, width=2, samples=4)


def made(algorithm: str = "analog-sgd-ap", **changes: Any) -> Run:
    tau = 3.0 if algorithms.named(algorithm).analog else np.inf
    return Run(**({"problem": PROBLEM, "algorithm": algorithm, "alpha": 0.01, "tau": tau, "iterations": 50} | changes))


@pytest.mark.parametrize("algorithm", STASHED)
def test_covered_runs(algorithm: str) -> None:
    assert uncovered(made(algorithm)) == ""


@pytest.mark.parametrize("algorithm", sorted(set(algorithms.REGISTRY) - set(STASHED)))
def test_other_algorithms_are_not_covered(algorithm: str) -> None:
    assert algorithm in uncovered(made(algorithm))


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("Network", {"problem": Quadratic(stages=2, size=2)}),
        ("batch", {"algorithm": "analog-sgd-sp", "batch": 2}),
        ("decay", {"decay": "10:0.5"}),
        ("device", {"device": "exponential"}),
        ("device", {"device_parameters": {"dw": 1e-3}}),
        ("device", {"device_parameters": {"spread_slope": 0.1}}),
    ],
)
def test_other_runs_are_not_covered(word: str, changes: dict[str, Any]) -> None:
    run = made(**changes)
    assert word in uncovered(run)
    with pytest.raises(BadInput, match="run"):
        on_tube(run, Tube(np.array([0, 50]), (Box(np.zeros(8), np.ones(8)),)))


def test_a_tube_of_the_run() -> None:
    start = flat(PROBLEM.initial_weights())
    tube = Tube(np.array([0, 20, 50]), (Box(start - 0.1, start + 0.1), Box(start - 0.2, start + 0.2)))
    for algorithm, stashed in STASHED.items():
        run = made(algorithm)
        found, expected = on_tube(run, tube), constants(PROBLEM, tube, 0.01, run.tau, run.lags, stashed=stashed)
        assert (found.L, found.c_w) == (expected.L, expected.c_w)
        assert np.array_equal(found.S, expected.S)
    with pytest.raises(BadInput, match="tube"):
        on_tube(made(iterations=60), tube)
    assert covered.uncovered(made()) == ""
