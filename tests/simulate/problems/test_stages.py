"""Constants that are made of a loss and its data: they bound what they speak of, of any loss, or are not stated."""

from dataclasses import replace

import numpy as np
import pytest

import simulate
from simulate.problems import activations, losses, stages
from theory.theorems import network

TANH = activations.REGISTRY["tanh"]
STEEP = losses.Loss("steep", lambda x, y: 1.5 * (x - y - 1) ** 2, lambda x, y: 3 * (x - y - 1), None, 3.0)
"""A loss of a user's own, whose slope is no difference of output and target and whose minimum is not at the target."""


@pytest.mark.parametrize("loss", [STEEP, losses.REGISTRY["squared"], losses.REGISTRY["logistic"], losses.CROSS_ENTROPY])
def test_l0_and_l1_bound_the_slope_of_any_loss(loss):
    rng = np.random.default_rng(1)
    targets = np.eye(3)[rng.integers(0, 3, 5)] if loss.length else np.sign(rng.standard_normal((5, 3)))
    found = stages.stage_data([TANH], loss, rng.standard_normal((5, 2)), targets, (2, 3))
    x, other = (rng.uniform(-1, 1, (4000, 1, 3)) for _ in range(2))
    corners = np.sign(x)
    slopes = [np.linalg.norm(loss.slope(at, targets), axis=-1).max() for at in (x, corners)]
    assert max(slopes) <= found["l0"]
    change = np.linalg.norm(loss.slope(x, targets) - loss.slope(other, targets), axis=-1)
    assert np.all(change <= found["l1"] * np.linalg.norm(x - other, axis=-1) * (1 + 1e-12))
    if loss.slope_bound is None:  # outputs of any size: l0 follows from the stages' norms
        free = stages.stage_data([activations.REGISTRY["identity"]], loss, np.ones((5, 2)), targets, (2, 3))
        assert free["l0"] is None
        largest = 7.0 * free["X"]
        at = largest * x / np.linalg.norm(x, axis=-1, keepdims=True)
        assert np.linalg.norm(loss.slope(at, targets), axis=-1).max() <= network.loss_slope(free, [7.0])


def test_a_loss_that_does_not_say_where_it_falls_to_has_the_lower_bound_zero(monkeypatch):
    monkeypatch.setitem(losses.REGISTRY, "steep", STEEP)
    problem = simulate.problems.make("network", 1, width=(3, 2), loss="steep", label_noise="2")
    assert problem.lower_bound == 0
    wrong = replace(STEEP, towards=lambda y: y)  # what a loss says is believed: the minimum is at y + 1
    assert stages.least_value(TANH, wrong, problem.targets) > 0


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "centred-sigmoid"])
def test_cross_entropy_is_least_where_the_class_is_highest_and_the_others_lowest(activation, tmp_path):
    np.savez(tmp_path / "d.npz", x=np.random.default_rng(0).standard_normal((9, 2)), y=np.arange(9) % 3)
    common = {"data": str(tmp_path / "d.npz"), "width": "3", "loss": "cross-entropy", "activation": activation}
    problem = simulate.problems.make("network", 1, **common)
    most = activations.of_layers()[activation].bound
    outputs = np.where(problem.targets > 0, most, -most)
    best = losses.CROSS_ENTROPY.value(outputs, problem.targets).sum(axis=1).mean()
    assert best * (1 - 1e-12) - 1e-13 <= problem.lower_bound <= best
    rng = np.random.default_rng(2)
    tried = rng.uniform(-most, most, (3000, 9, 3))
    assert losses.CROSS_ENTROPY.value(tried, problem.targets).sum(axis=-1).mean(axis=-1).min() > problem.lower_bound
    assert problem.value([40 * rng.standard_normal((3, 2))]) >= problem.lower_bound > 0.05


@pytest.mark.parametrize("order", [("tanh", "centred-sigmoid"), ("centred-sigmoid", "tanh")])
def test_constants_of_mixed_activations_hold_of_each_of_them(order):
    acts = [activations.of_layers()[name] for name in order]
    found = stages.stage_data(acts, losses.REGISTRY["squared"], np.ones((2, 2)), np.ones((2, 2)), (2, 2, 2))
    for act in acts:
        assert found["p0"] >= act.p0 and found["p1"] >= act.p1 and found["p2"] >= act.p2
        assert found["bound"] >= act.bound
    assert (found["p0"], found["bound"]) == (1, 1), "no larger than the largest"
    # the output's bound is that of the last stage alone
    assert found["l0"] == pytest.approx(acts[-1].bound * np.sqrt(2) + np.sqrt(2), rel=1e-12)
