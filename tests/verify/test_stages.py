"""The theorem's bounds of a network hold for random and adversarial weights, and a wrong bound is noticed."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from simulate.problems import activations, losses
from simulate.problems.network import Network
from theory.theorems import network
from verify.claims import stages

CLAIMS = {"network.forward", "network.backward", "network.forward_stale", "network.backward_stale"}
CLAIMS |= {"network.full_change", "network.sensitivity", "network.rows", "network.smooth"}


def make(activation: str, loss: str, depth: int, instance: int = 0) -> Network:
    widths = (3, 2, 4, 3, 2, 3)[: depth + 1]
    return Network(stages=depth, width=widths, samples=6, activation=activation, loss=loss, instance=instance)


def norms(depth: int) -> list[float]:
    return [0.6, 1.1, 1.7, 0.8, 1.3][:depth]


def failing(problem: Network, bounds: network.Rows, found: stages.Pairs) -> set[str]:
    return {line.claim for line in stages.lines(problem, bounds, found) if not line.ok}


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
@pytest.mark.parametrize(("activation", "loss"), list(product(activations.REGISTRY, losses.REGISTRY)))
def test_every_bound_holds(activation, loss, depth):
    problem, w = make(activation, loss, depth), norms(depth)
    found = stages.pairs(problem, w, seed=depth, count=3)
    lines = stages.lines(problem, network.bounds(problem.stage_data, w), found)
    assert {line.claim for line in lines} == CLAIMS
    assert not [line for line in lines if not line.ok]


def test_the_pairs_stay_where_the_theorem_speaks_and_reach_its_edge():
    problem, w = make("tanh", "squared", 3), norms(3)
    for side in stages.pairs(problem, w, seed=1, count=2):
        for stage, bound in zip(side, w, strict=True):
            reached = np.linalg.norm(stage, 2, axis=(-2, -1))
            assert reached.max() <= bound * (1 + 1e-12) and reached.max() > 0.9 * bound


@pytest.fixture(scope="module")
def linear() -> tuple[Network, list[float], stages.Pairs]:
    """Stages without bend: what the pairs reach is close to the bounds."""
    problem, w = make("identity", "squared", 3), norms(3)
    return problem, w, stages.pairs(problem, w, seed=0, count=4)


@pytest.mark.parametrize(
    ("spoilt", "claims"),
    [
        (lambda data, w: network.bounds(data, [w[0] / 2, *w[1:]]), {"network.forward", "network.forward_stale"}),
        (lambda data, w: network.bounds(data, [*w[:2], w[2] / 2]), {"network.sensitivity", "network.rows"}),
        (lambda data, w: network.bounds(data, [x / 2 for x in w]), CLAIMS),
        (lambda data, w: network.bounds({**data, "l1": 0.0}, w), {"network.backward_stale", "network.sensitivity"}),
        (lambda data, w: network.bounds({**data, "X": data["X"] / 2}, w), {"network.forward", "network.rows"}),
        (lambda data, w: turned(network.bounds(data, w)), {"network.sensitivity", "network.rows"}),
        (lambda data, w: fresh(network.bounds(data, w)), {"network.rows"}),
    ],
    ids=["w_1 halved", "w_3 halved", "w halved", "l1 dropped", "X halved", "stages turned", "S for S_full"],
)
def test_a_spoilt_bound_is_noticed(linear, spoilt, claims):
    problem, w, found = linear
    assert not failing(problem, network.bounds(problem.stage_data, w), found)
    assert failing(problem, spoilt(problem.stage_data, w), found) >= claims


def turned(rows: network.Rows) -> network.Rows:
    return replace(rows, S=rows.S[::-1, ::-1], S_full=rows.S_full[::-1, ::-1])


def fresh(rows: network.Rows) -> network.Rows:
    return replace(rows, S_full=rows.S)


def test_a_stage_with_the_wrong_slope_is_noticed(monkeypatch):
    problem, w = make("tanh", "log-cosh", 3), norms(3)
    bounds, found = network.bounds(problem.stage_data, w), stages.pairs(problem, w, seed=0, count=2)
    assert not failing(problem, bounds, found)
    true = Network.backward
    monkeypatch.setattr(Network, "backward", lambda self, m, W, d, kept: true(self, m, 3 * W, 3 * d, kept))
    assert failing(problem, bounds, found)
