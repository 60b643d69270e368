"""The theorems on networks, applied to networks of layers where they are about them and nowhere else."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import simulate
import verify
from simulate.problems import LayerNetwork
from verify.judging import certificates, response, rounding
from verify.judging.observations import from_trajectories

RUN: dict[str, Any] = {"alpha": 0.002, "iterations": 300, "replicas": 8, "seed": 1, "backend": "numpy"}


def network(**settings: Any) -> LayerNetwork:
    given = {"width": (3, 3), "samples": 12, "loss": "cross-entropy", "activation": "tanh,identity", "gain": 0.3}
    return LayerNetwork(2, "teacher", **{**given, **settings})


def test_cross_entropy_and_mixed_activations_are_under_the_theorem() -> None:
    """L and the delay constants are what the runs obey, and some form of the bound is applied."""
    problem = network()
    runs = simulate.run(problem, "analog-sgd-ap", tau=20.0, **RUN)
    report = verify.check(runs)
    verdicts = {check.claim: check.verdict for check in report.checks}
    assert verdicts["sharp/a-posteriori"] == "held"
    constants = from_trajectories(runs).constants.values
    rng = np.random.default_rng(0)
    for _ in range(50):
        at, step = ([rng.uniform(-1, 1, shape) for shape in problem.shapes] for _ in range(2))
        norms = [np.linalg.norm(w, 2) for w in at]
        small = [w * min(1, own / (2 * n)) for w, own, n in zip(at, runs.measured["w"], norms, strict=True)]
        there = [w + 1e-5 * s for w, s in zip(small, step, strict=True)]
        change = [a - b for a, b in zip(problem.gradient(there), problem.gradient(small), strict=True)]
        moved = np.sqrt(sum(np.sum((1e-5 * s) ** 2) for s in step))
        assert np.sqrt(sum(np.sum(c**2) for c in change)) <= constants["L"] * moved


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"bias": True}, "smooth not established: no theorem gives L: the layers have biases"),
        ({"width": (3, 3, 3), "activation": "tanh"}, "smooth not established: no theorem gives L: a stage has several"),
        ({"activation": "relu"}, "smooth not established: no theorem gives L: the slope of relu jumps"),
        ({"activation": "softplus"}, "softplus is not 0 at 0"),
        ({"sampling": "cyclic"}, "unbiased not established"),
    ],
    ids=str,
)
def test_elsewhere_nothing_is_applied_and_the_reason_is_said(settings: dict[str, Any], reason: str) -> None:
    report = verify.check(simulate.run(network(**settings), "analog-sgd-ap", tau=20.0, **RUN))
    assert report.verdict == "not applied"
    for check in report.checks:
        assert check.verdict == "not applied" and reason in check.reason
    assert "smooth" not in {one.assumption for one in report.assumptions if one.status == "certified"}


def test_normal_noise_leaves_no_box_no_largest_direction_and_no_gamma() -> None:
    quiet, noisy = network(), network(noise=0.1)
    runs = {problem.noise: simulate.run(problem, "analog-sgd-ap", tau=20.0, **RUN) for problem in (quiet, noisy)}
    assert certificates.box(runs[0.0].run, quiet)[1] == ""
    box, why = certificates.box(runs[0.1].run, noisy)
    assert not box and "normal noise" in why
    assert response.Directions(quiet)(1.0) is not None and response.Directions(noisy)(1.0) is None
    assert "Gamma" in from_trajectories(runs[0.0]).constants.values
    assert "Gamma" not in from_trajectories(runs[0.1]).constants.values


def test_the_rows_of_a_sample_are_terms_of_the_sums_that_round() -> None:
    one, many, all_ = (
        simulate.Run(network(**settings), "analog-sgd-ap", alpha=0.01, tau=2.0, iterations=10, replicas=2, seed=1)
        for settings in ({}, {"batch": 7}, {"sampling": "full"})
    )
    found = [rounding.longest_sum(run) for run in (one, many, all_)]
    assert np.diff(found).tolist() == [6, 5]
    assert rounding.longest_sum(replace(one, lags=(1, 0))) == found[0]
