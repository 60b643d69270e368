"""The theorem's bounds of a network hold for random and adversarial weights, and a wrong bound is noticed."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from simulate.problems import activations, losses
from simulate.problems.network import Network
from theory.theorems import network
from verify import proof_lines
from verify.judging.observations import Constants
from verify.proof_lines import elements, passes, perturbed, stages, windows
from verify.sabotage import panel

RECURSIONS = {"network.depth", "network.backward", "network.backward_stale", "network.full_change"}
RECURSIONS |= {"network.sensitivity", "network.rows", "network.smooth"}
ONE_STAGE = {"network.forward", "network.forward_stale", "network.hadamard"}
CLAIMS = RECURSIONS | ONE_STAGE | {"network.dominance"}


def make(activation: str, loss: str, depth: int, instance: int = 0) -> Network:
    widths = (3, 2, 4, 3, 2, 3)[: depth + 1]
    return Network(stages=depth, width=widths, samples=6, activation=activation, loss=loss, instance=instance)


def norms(depth: int) -> list[float]:
    return [0.6, 1.1, 1.7, 0.8, 1.3][:depth]


def failing(problem: Network, bounds: network.Rows, found: passes.Pairs) -> set[str]:
    return {line.claim for line in stages.against(problem, bounds, found) if not line.ok}


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
@pytest.mark.parametrize(("activation", "loss"), list(product(activations.REGISTRY, losses.REGISTRY)))
def test_every_bound_holds(activation, loss, depth):
    problem, w = make(activation, loss, depth), norms(depth)
    found = perturbed.pairs(problem, w, seed=depth, count=3)
    lines = stages.against(problem, network.bounds(problem.stage_data, w), found)
    assert {line.claim for line in lines} == CLAIMS
    assert not [line for line in lines if not line.ok]


def test_the_pairs_stay_where_the_theorem_speaks_and_reach_its_edge():
    problem, w = make("tanh", "squared", 3), norms(3)
    for side in perturbed.pairs(problem, w, seed=1, count=2):
        for stage, bound in zip(side, w, strict=True):
            reached = np.linalg.norm(stage, 2, axis=(-2, -1))
            assert reached.max() <= bound * (1 + 1e-12) and reached.max() > 0.9 * bound


@pytest.fixture(scope="module")
def linear() -> tuple[Network, list[float], passes.Pairs]:
    """Stages without bend: what the pairs reach is close to the bounds."""
    problem, w = make("identity", "squared", 3), norms(3)
    return problem, w, perturbed.pairs(problem, w, seed=0, count=4)


@pytest.mark.parametrize(
    ("spoilt", "noticed"),
    [
        (lambda data, w: network.bounds(data, [w[0] / 2, *w[1:]]), {"network.depth"}),
        (lambda data, w: network.bounds(data, [*w[:2], w[2] / 2]), {"network.sensitivity", "network.rows"}),
        (lambda data, w: network.bounds(data, [x / 2 for x in w]), RECURSIONS),
        (lambda data, w: network.bounds({**data, "l1": 0.0}, w), {"network.backward_stale", "network.sensitivity"}),
        (lambda data, w: network.bounds({**data, "X": data["X"] / 2}, w), {"network.depth", "network.rows"}),
        (lambda data, w: turned(network.bounds(data, w)), {"network.sensitivity", "network.rows"}),
        (lambda data, w: fresh(network.bounds(data, w)), {"network.rows"}),
    ],
    ids=["w_1 halved", "w_3 halved", "w halved", "l1 dropped", "X halved", "stages turned", "S for S_full"],
)
def test_a_spoilt_bound_is_noticed(linear, spoilt, noticed):
    problem, w, found = linear
    assert not failing(problem, network.bounds(problem.stage_data, w), found)
    assert failing(problem, spoilt(problem.stage_data, w), found) >= noticed


def turned(rows: network.Rows) -> network.Rows:
    return replace(rows, S=rows.S[::-1, ::-1], S_full=rows.S_full[::-1, ::-1])


def fresh(rows: network.Rows) -> network.Rows:
    return replace(rows, S_full=rows.S)


def test_a_stage_with_the_wrong_slope_is_noticed(monkeypatch):
    problem, w = make("tanh", "log-cosh", 3), norms(3)
    bounds, found = network.bounds(problem.stage_data, w), perturbed.pairs(problem, w, seed=0, count=2)
    assert not failing(problem, bounds, found)
    true = Network.backward
    monkeypatch.setattr(Network, "backward", lambda self, m, W, d, kept: true(self, m, 3 * W, 3 * d, kept))
    assert failing(problem, bounds, found)


def recorded(**changes) -> proof_lines.Recording:
    setting = replace(panel.SETTINGS["network AP"], **changes)
    return proof_lines.record(setting, Constants({}, {}), 40, 8)


@pytest.mark.parametrize("algorithm", ["analog-sgd-ap", "stashed-ap", "digital-sgd"])
def test_a_network_path_has_a_line_for_every_stage_claim(algorithm):
    path = recorded(algorithm=algorithm, tau=math.inf if algorithm.startswith("digital") else 6.0)
    found = stages.lines(path)
    assert {line.claim for line in found} == CLAIMS
    assert all(line.ok and line.right > 0 for line in found if line.claim != "network.hadamard")
    assert not [line for line in elements.lines(path) + windows.lines(path) if not line.ok]


def test_a_path_of_another_problem_has_no_stage_lines():
    assert stages.lines(proof_lines.record(panel.SETTINGS["digital AP"], Constants({}, {}), 3, 2)) == []


@pytest.mark.parametrize("part", ["forward", "backward", "forward_stale", "backward_stale", "sensitivity"])
def test_one_stage_is_evaluated_with_what_arrived(monkeypatch, linear, part):
    """Halve the right side of a claim on one stage, and its own line says so."""
    problem, w, found = linear
    true, name = stages.sides, f"network.{part}"

    def halved(claim, conclusion, values):
        left, right = true(claim, conclusion, values)
        return left, right / 2 if claim == name else right

    monkeypatch.setattr(stages, "sides", halved)
    assert failing(problem, network.bounds(problem.stage_data, w), found) == {name}
