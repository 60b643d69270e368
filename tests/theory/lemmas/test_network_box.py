"""How curved a network must be called on a box, and how far its loss can fall: the claims, and networks."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sympy

from simulate.problems import activations, losses
from simulate.problems.network import Network
from simulate.problems.stages import least_value
from tests.theory.lemmas.test_free_steps import concluding, refused
from theory import blueprint
from theory.kernel import eq, le
from theory.kernel.check import check_claim
from theory.lemmas import network_box
from theory.theorems import network

CLAIMS = ("network.box_obstacle", "network.lowest")


@pytest.mark.parametrize("name", CLAIMS)
def test_each_stands(name):
    check_claim(blueprint.claim(name), blueprint.theorems())


def test_none_stands_with_a_larger_constant():
    claim = blueprint.claim("network.box_obstacle")
    bound, curvature = claim.conclusion("bound"), claim.conclusion("curvature")
    more = sympy.Rational(101, 100)
    assert refused(concluding(claim, "bound", le(more * bound.lhs, bound.rhs)))
    assert refused(concluding(claim, "curvature", eq(curvature.lhs, more * curvature.rhs)))
    assert refused(concluding(claim, "bound", le(network_box.gain * bound.lhs, bound.rhs)))
    lowest = blueprint.claim("network.lowest")
    for name in lowest.conclusions:
        said = lowest.conclusion(name)
        assert refused(concluding(lowest, name, le(said.lhs + sympy.Rational(1, 100), said.rhs)))


@pytest.mark.parametrize(
    ("name", "premise"),
    [
        ("network.box_obstacle", "phi''"),  # softplus bends at 0
        ("network.box_obstacle", "L"),
        ("network.lowest", "above"),
        ("network.lowest", "below"),
        ("network.lowest", "s^2"),
        ("network.lowest", "m >= 0"),  # the loss falls into the box
        ("network.lowest", "fall"),
        ("network.lowest", "at the end"),  # c is somewhere, not where the loss is least
        ("network.lowest", "convex"),
    ],
)
def test_premises_are_needed(name, premise):
    claim = blueprint.claim(name)
    kept = tuple(item for item in claim.context if getattr(item, "name", None) != premise)
    assert len(kept) == len(claim.context) - 1
    assert refused(replace(claim, context=kept))


def obstacle(problem, tau):
    """Return the least L that the claim allows on the box, and weights, move and norms that show it."""
    norms = [tau * np.sqrt(rows * columns) for rows, columns in problem.shapes]
    weights = [np.full(shape, tau) for shape in problem.shapes]
    weights[0] = np.zeros(problem.shapes[0])
    h, targets, slope = 1e-5, problem.targets, losses.REGISTRY[problem.loss].slope
    at = np.full_like(targets, h)
    curvature = np.mean((slope(at, targets) - slope(-at, targets)) / (2 * h), axis=1)
    values, vectors = np.linalg.eigh((problem.inputs * curvature[:, None]).T @ problem.inputs / problem.samples)
    move = [np.zeros(shape) for shape in problem.shapes]
    rows = problem.widths[1]
    move[0] = np.outer(np.full(rows, rows**-0.5), vectors[:, -1])
    p0 = activations.REGISTRY[problem.activation].p0
    return network.least_smoothness(p0, norms, float(values[-1])), weights, move, norms


def second_derivative(problem, weights, move, size):
    """Return D^2 f[U, U] by a central difference of exact gradients, for a second derivative of about `size`."""
    step = 1e-4 / np.sqrt(size)
    ahead, behind = (
        problem.gradient([one + sign * step * way for one, way in zip(weights, move, strict=True)]) for sign in (1, -1)
    )
    return sum(np.sum((a - b) * way) for a, b, way in zip(ahead, behind, move, strict=True)) / (2 * step)


def instance(M, activation="tanh", loss="log-cosh", number=0):
    return Network(stages=M, width=3, samples=8, activation=activation, loss=loss, instance=number)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity"])
@pytest.mark.parametrize("loss", ["log-cosh", "squared", "logistic"])
@pytest.mark.parametrize("M", [2, 3, 4, 8])
def test_the_network_is_as_curved_as_the_claim_says(M, loss, activation):
    """The recursion is the network's second derivative, and the certified L of the box is above it."""
    problem = instance(M, activation, loss)
    least, weights, move, norms = obstacle(problem, 1.5)
    assert second_derivative(problem, weights, move, least) == pytest.approx(least, rel=1e-4)
    assert least <= network.constants(problem.stage_data, norms).L


def test_an_activation_that_bends_at_zero_is_another_matter():
    problem = instance(3, "softplus")
    least, weights, move, _ = obstacle(problem, 1.0)  # with p0 = 1, the bound of its slope, which at 0 is 1/2
    assert second_derivative(problem, weights, move, least) < 0.5 * least


@pytest.mark.parametrize("loss", ["log-cosh", "squared", "logistic"])
@pytest.mark.parametrize("tau", [1.0, 3.0])
def test_certified_over_least(loss, tau):
    """The page says a factor of 5 to 22."""
    for M in (2, 3, 4, 8):
        problem = instance(M, loss=loss)
        least, _, _, norms = obstacle(problem, tau)
        assert 4.5 <= network.constants(problem.stage_data, norms).L / least <= 22.5


def test_the_table_on_the_page():
    page = (Path(__file__).parents[3] / "docs" / "theory" / "networks.md").read_text()
    rows = re.findall(r"^\| (\d) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \|$", page, re.MULTILINE)
    assert [row[0] for row in rows] == ["2", "3", "4", "8"]
    for M, *said in rows:
        shown = []
        for tau in (1.0, 3.0, 0.3):
            problem = instance(int(M))
            least, _, _, norms = obstacle(problem, tau)
            certified = network.constants(problem.stage_data, norms).L
            shown += [least, certified, certified / least] if tau == 1.0 else [certified / least]
        assert [float(item) for item in said] == pytest.approx(shown, rel=1e-2)


@pytest.mark.parametrize("loss", [*losses.REGISTRY, "cross-entropy"])
def test_the_least_value_meets_the_claims_premises(loss):
    """At the end that the loss falls to, its slope is as the claim asks; and random outputs have no smaller loss."""
    rng, bound, kind = np.random.default_rng(0), 0.7, losses.of_layers()[loss]
    targets = rng.normal(0, 1, (40, 3))
    if kind.classes:
        targets = np.where(targets > 0, 1.0, -1.0)
    if loss == "cross-entropy":
        targets = np.eye(3)[rng.integers(3, size=40)]
    assert kind.towards is not None
    end = np.clip(kind.towards(targets), -bound, bound)
    slope = kind.slope(end, targets)
    inside = np.abs(end) < bound
    assert np.all(slope[inside] == 0)
    assert np.all(slope[~inside] * np.sign(end[~inside]) <= 0)
    outputs = rng.uniform(-bound, bound, (200, 40, 3))
    value = np.sum(kind.value(outputs, targets), axis=-1)
    least = np.sum(kind.value(end, targets), axis=-1)
    linear = least + np.sum(slope * (outputs - end), axis=-1)
    assert np.all(value >= linear - 1e-12)
    act = replace(activations.REGISTRY["tanh"], bound=bound)
    assert least_value(act, kind, targets) == pytest.approx(np.mean(least), abs=1e-12)
