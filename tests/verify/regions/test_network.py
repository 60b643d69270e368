"""Enclosures of a network hold what its own moments, Arb and an adversary find, and planted errors are seen."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from flint import arb

from boundary import BadInput
from simulate.problems.network import Network
from simulate.problems.quadratic import Quadratic
from theory.theorems import network as theorem
from verify.regions import layers, network
from verify.regions.intervals import Array, Intervals
from verify.regions.network import Box, Enclosed, directions, enclose, flat, hessian, mean_direction
from verify.regions.passes import Forward

PROBLEMS = {
    "tanh": Network(stages=3, width=2, samples=5, loss="log-cosh", instance=3),
    "sigmoid": Network(stages=3, width=(3, 2, 3, 2), samples=4, activation="sigmoid", loss="squared", gain=2.0),
    "softplus": Network(stages=2, width=(3, 2, 2), samples=6, activation="softplus", loss="logistic"),
    "identity": Network(stages=2, width=2, samples=4, activation="identity", loss="squared"),
    "deep": Network(stages=4, width=3, samples=8, loss="log-cosh", instance=5),
}
TAU = 2.0


def stages(problem: Network, weights: Array) -> list[Array]:
    ends = np.cumsum([0, *(rows * columns for rows, columns in problem.shapes)])
    return [weights[a:b].reshape(s) for a, b, s in zip(ends[:-1], ends[1:], problem.shapes, strict=True)]


def directions_at(problem: Network, forward: Array, backward: Array) -> Array:
    """The direction of every sample as the problem itself computes it, shape (N, D)."""
    message: Any = problem.inputs[:, None, :]
    kept, found = [], []
    for stage, weights in enumerate(stages(problem, forward)):
        message, of_stage = problem.forward(stage, weights, message)
        kept.append(of_stage)
    message = problem.turn(message, np.arange(problem.samples))
    old = stages(problem, backward)
    for stage in reversed(range(problem.stages)):
        gradient, message = problem.backward(stage, old[stage], message, kept[stage])
        found.append(gradient.reshape(problem.samples, -1))
    return np.concatenate(found[::-1], axis=1)


def derivative(function: Callable[[Array], Array], at: Array, step: float = 1e-5) -> Array:
    """Central differences, one column for every weight."""
    unit = step * np.eye(len(at))
    return np.stack([(function(at + e) - function(at - e)) / (2 * step) for e in unit], axis=1)


def hessian_at(problem: Network, weights: Array) -> Array:
    found = derivative(lambda w: directions_at(problem, w, w).mean(0), weights)
    return np.asarray(0.5 * (found + found.T))


@dataclass
class Met:
    """Largest ratio of what was met to what was enclosed, by name; f: least distance above its bound."""

    ratios: dict[str, float]

    def see(self, name: str, met: Any, enclosed: Any) -> None:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.nan_to_num(np.max(np.asarray(met) / np.asarray(enclosed)), nan=0.0)
        self.ratios[name] = max(self.ratios.get(name, 0.0), float(ratio))

    @property
    def worst(self) -> float:
        return max(self.ratios.values())


def attack(problem: Network, forward: Box, backward: Box, found: Enclosed, tries: int = 20, ascent: int = 30) -> Met:
    """Meet the enclosures with random points, random corners, and coordinate ascent of the largest eigenvalue."""
    rng, met = np.random.default_rng(7), Met({})
    best, worst = -np.inf, backward.low
    ends = np.cumsum([0, *(rows * columns for rows, columns in problem.shapes)])
    for attempt in range(tries):
        chosen = [(rng.random(len(backward.low)) < 0.5) if attempt % 2 else rng.random(len(backward.low)) for _ in "UV"]
        U, V = (box.low + s * (box.high - box.low) for box, s in zip((forward, backward), chosen, strict=True))
        g = directions_at(problem, U, V)
        met.see("variance", g.var(axis=0), found.variance)
        met.see("mean size", np.abs(g).mean(axis=0), found.mean_size)
        met.see("fold", np.abs(g).mean(axis=0) ** 2 - g.mean(axis=0) ** 2, found.fold)
        met.see("largest", np.abs(g).max(axis=0), found.largest)
        met.see("spread", np.ptp(g, axis=0), found.spread)
        met.see("slope", np.linalg.norm(directions_at(problem, V, V).mean(axis=0)), found.slope)
        met.see("share", np.abs(V) / TAU, found.share)
        value = float(problem.moments(stages(problem, V)).value)
        met.see("least", found.least, value)
        change = derivative(lambda u, V=V: directions_at(problem, u, V).mean(0), U)  # type: ignore[misc]
        for i in range(problem.stages):
            for j in range(problem.stages):
                part = change[ends[i] : ends[i + 1], ends[j] : ends[j + 1]]
                met.see("S", np.linalg.norm(part, 2), found.S[i, j])
        top = np.linalg.eigvalsh(hessian_at(problem, V))[-1]
        if top > best:
            best, worst = top, V
    for _ in range(ascent):
        at = rng.integers(len(worst))
        for end in (backward.low[at], backward.high[at]):
            moved = worst.copy()
            moved[at] = end
            top = np.linalg.eigvalsh(hessian_at(problem, moved))[-1]
            if top > best:
                best, worst = top, moved
    met.see("L", best, max(found.L, 1e-300))
    return met


def outside(problem: Network, forward: Box, backward: Box) -> float:
    """How far elements of Hessian, staleness and directions are met outside their intervals, beside 1e-8."""
    rng, found = np.random.default_rng(8), 0.0
    passed = Forward(problem, network.weights_in(problem, forward), derivatives=True)
    old = network.weights_in(problem, backward)
    enclosed = (hessian(problem, backward)[0], network.staleness(passed, old), directions(problem, forward, backward))
    whole = forward.joined(backward)
    mean = mean_direction(problem, whole, backward, whole.high - whole.low)
    for _ in range(10):
        U, V = (box.low + rng.choice([0, 0.5, 1], len(box.low)) * (box.high - box.low) for box in (forward, backward))
        change = derivative(lambda u, V=V: directions_at(problem, u, V).mean(0), U)  # type: ignore[misc]
        met = (hessian_at(problem, V), change, directions_at(problem, U, V))
        found = max(found, *(float(np.max(np.abs(m - e.mid) - e.rad)) for m, e in zip(met, enclosed, strict=True)))
        found = max(found, float(np.max(np.abs(met[2].mean(axis=0) - mean.mid) - mean.rad)))
    return max(found - 1e-8, 0.0)


def boxes(problem: Network, radius: float, apart: float = 0.0) -> tuple[Box, Box]:
    start = flat(problem.initial_weights())
    shift = apart * np.random.default_rng(11).standard_normal(len(start))
    return Box(start + shift - radius, start + shift + radius), Box(start - radius, start + radius)


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize(("radius", "apart"), [(1e-3, 0.0), (0.02, 0.0), (1e-3, 0.3)])
def test_nothing_that_is_met_is_above_what_is_enclosed(name: str, radius: float, apart: float) -> None:
    problem = PROBLEMS[name]
    forward, backward = boxes(problem, radius, apart)
    met = attack(problem, forward, backward, enclose(problem, forward, backward, TAU), tries=8, ascent=8)
    assert met.worst <= 1 + 1e-9  # differences of 1e-5 are off by some 1e-10
    assert outside(problem, forward, backward) == 0
    least = 0.9 if radius < 0.01 else 0.25
    assert min(met.ratios.values()) >= least - 0.15 * (problem.stages > 3), met.ratios  # it says something


def test_stashed_weights_change_what_the_mean_direction_does() -> None:
    """With all weights old, the derivative is the Hessian's, and directions have old backward weights."""
    problem, rng = PROBLEMS["tanh"], np.random.default_rng(9)
    backward = boxes(problem, 0.01)[1]
    forward = backward.widened(0.05)
    found = enclose(problem, forward, backward, TAU, stashed=True)
    current = enclose(problem, forward, backward, TAU)
    above_current = 0
    for _ in range(20):
        U = rng.choice([0, 0.5, 1], len(forward.low)) * (forward.high - forward.low) + forward.low
        g, second = directions_at(problem, U, U), hessian_at(problem, U)
        assert np.all(g.var(axis=0) <= found.variance)
        assert np.all(np.abs(g).mean(axis=0) ** 2 - g.mean(axis=0) ** 2 <= found.fold)
        assert np.all(np.abs(g).max(axis=0) <= found.largest)
        assert np.linalg.eigvalsh(second)[-1] <= found.L
        for i in range(problem.stages):
            for j in range(problem.stages):
                met = np.linalg.norm(second[4 * i : 4 * i + 4, 4 * j : 4 * j + 4], 2)
                assert met <= found.S[i, j] + 1e-9
                above_current += met > current.S[i, j]
    assert above_current


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sigmoid", "deep"])
@pytest.mark.parametrize("radius", [0.01, 0.05])
def test_an_adversary_does_not_get_above_what_is_enclosed(name: str, radius: float) -> None:
    forward, backward = boxes(PROBLEMS[name], radius)
    found = enclose(PROBLEMS[name], forward, backward, TAU)
    assert attack(PROBLEMS[name], forward, backward, found, tries=30, ascent=100).worst <= 1 + 1e-9


# The same numbers in ball arithmetic, by hyper-dual numbers rather than by the formula of the second derivative


@dataclass
class Dual:
    """A number with its derivatives along two directions and the mixed one, all of them balls."""

    v: arb
    a: arb
    b: arb
    ab: arb

    def __add__(self, o: "Dual") -> "Dual":
        return Dual(self.v + o.v, self.a + o.a, self.b + o.b, self.ab + o.ab)

    def __mul__(self, o: "Dual") -> "Dual":
        mixed = self.ab * o.v + self.a * o.b + self.b * o.a + self.v * o.ab
        return Dual(self.v * o.v, self.a * o.v + self.v * o.a, self.b * o.v + self.v * o.b, mixed)

    def through(self, value: arb, slope: arb, curve: arb) -> "Dual":
        return Dual(value, slope * self.a, slope * self.b, curve * self.a * self.b + slope * self.ab)


def constant(value: Any) -> Dual:
    return Dual(arb(value), arb(0), arb(0), arb(0))


def log_cosh_net(problem: Network, weights: list[arb], i: int, j: int) -> Dual:
    """f of a tanh network with log-cosh loss, with its derivatives in the weights i and j."""
    total = constant(0)
    for x0, y in zip(problem.inputs, problem.targets, strict=True):
        x, first = [constant(float(value)) for value in x0], 0
        for rows, columns in problem.shapes:
            out = []
            for r in range(rows):
                z = constant(0)
                for c in range(columns):
                    at = first + r * columns + c
                    z = z + Dual(weights[at], arb(int(at == i)), arb(int(at == j)), arb(0)) * x[c]
                t = z.v.tanh()
                out.append(z.through(t, 1 - t * t, -2 * t * (1 - t * t)))
            x, first = out, first + rows * columns
        for output, target in zip(x, y, strict=True):
            gap = output + constant(-float(target))
            t = gap.v.tanh()
            total = total + gap.through(gap.v.cosh().log(), t, 1 - t * t)
    return total * constant(arb(1) / problem.samples)


@pytest.mark.parametrize("radius", [0.0, 0.01])
def test_the_hessian_agrees_with_balls(radius: float) -> None:
    problem = Network(stages=3, width=2, samples=3, loss="log-cosh", instance=3)
    start = flat(problem.initial_weights())
    found, least = hessian(problem, Box(start - radius, start + radius))
    at_start = [arb(float(w)) for w in start]
    balls = [arb(float(w), radius) for w in start]
    for i in range(len(start)):
        for j in range(i, len(start)):
            mid, rad = float(found.mid[i, j]), float(found.rad[i, j])
            assert arb(mid, rad).contains(log_cosh_net(problem, at_start, i, j).ab)
            assert rad <= 1.5 * float(log_cosh_net(problem, balls, i, j).ab.rad()) + 1e-13
    assert least <= float(log_cosh_net(problem, at_start, 0, 0).v.lower()) <= least + 10 * radius + 1e-12


def test_directions_agree_with_balls() -> None:
    problem = Network(stages=3, width=2, samples=3, loss="log-cosh", instance=3)
    start = flat(problem.initial_weights())
    mean = directions(problem, Box(start, start), Box(start, start)).mean()
    at_start = [arb(float(w)) for w in start]
    for i in range(len(start)):
        assert arb(float(mean.mid[i]), float(mean.rad[i])).contains(log_cosh_net(problem, at_start, i, i).a)


# Against what holds everywhere


@pytest.mark.parametrize("name", PROBLEMS)
def test_constants_at_a_point_are_below_those_of_the_device_box(name: str) -> None:
    problem, rng = PROBLEMS[name], np.random.default_rng(3)
    for _ in range(5):
        weights = rng.uniform(-TAU, TAU, len(flat(problem.initial_weights())))
        found = enclose(problem, Box(weights, weights), Box(weights, weights), TAU)
        certified = theorem.constants(problem.stage_data, problem.stage_norms(TAU))
        rows = theorem.bounds(problem.stage_data, problem.stage_norms(TAU))
        norms = [x * d for x, d in zip(rows.X[:-1], rows.D, strict=True)]
        assert found.L <= certified.L
        assert np.all(found.S <= certified.S)
        assert found.slope <= np.linalg.norm(norms)
        assert found.least >= problem.lower_bound
        assert np.all(found.share <= 1 + 1e-12)


def test_a_larger_box_has_larger_constants() -> None:
    problem = PROBLEMS["deep"]
    small, large = (enclose(problem, box, box, TAU) for box in (boxes(problem, 0.01)[0], boxes(problem, 0.03)[0]))
    assert small.L < large.L
    assert small.least > large.least
    assert np.all(small.S < large.S)
    for name in ("variance", "mean_size", "fold", "largest", "spread", "share", "slope"):
        assert np.all(getattr(small, name) < getattr(large, name))


# Planted errors


def negative(part: Intervals) -> Intervals:
    return Intervals(part.mid * 0, part.rad * 0)


def without_curve(layer: layers.Layer) -> layers.Layer:
    return layers.Layer(layer.value, layer.slope, negative(layer.curve))


def faults() -> dict[str, Callable[[pytest.MonkeyPatch], None]]:
    inner, plain, messages, tanh = network._inner, Forward.in_weights, Forward.messages, layers.ACTIVATIONS["tanh"]
    between = network.weights_in

    def shrunk(problem: Network, box: Box) -> list[Intervals]:
        return [Intervals(part.mid, part.rad * 0.3) for part in between(problem, box)]

    return {
        "the curve of the activation left out": lambda patch: patch.setitem(
            layers.ACTIVATIONS, "tanh", lambda z: without_curve(tanh(z))
        ),
        "the products of slopes left out": lambda patch: patch.setattr(
            network, "_inner", lambda *given: negative(inner(*given))
        ),
        "the mixed term left out": lambda patch: patch.setattr(
            Forward,
            "in_weights",
            lambda self, change, deltas, **kind: plain(self, change, [*map(negative, deltas)], **kind),
        ),
        "forward and backward weights tied together": lambda patch: patch.setattr(
            Forward, "messages", lambda self, _: messages(self, self.weights)
        ),
        "boxes taken smaller than they are": lambda patch: patch.setattr(network, "weights_in", shrunk),
    }


@pytest.mark.parametrize("fault", faults())
def test_a_planted_error_is_met(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = PROBLEMS["tanh"]
    forward, backward = boxes(problem, 0.005, apart=0.3)
    assert outside(problem, forward, backward) == 0
    faults()[fault](monkeypatch)
    assert outside(problem, forward, backward) > 1e-4


def test_variance_without_the_radii_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, moments = PROBLEMS["tanh"], network.moments
    monkeypatch.setattr(network, "moments", lambda g: moments(Intervals.exactly(g.mid)))
    box = boxes(problem, 0.02)[0]
    met = attack(problem, box, box, enclose(problem, box, box, TAU), ascent=0).ratios
    assert all(met[name] > 1.01 for name in ("variance", "mean size", "largest", "spread"))


def test_the_fold_of_the_middle_is_met() -> None:
    problem = PROBLEMS["tanh"]
    box = boxes(problem, 0.02)[0]
    middle = 0.5 * (box.low + box.high)
    found, point = (enclose(problem, one, one, TAU) for one in (box, Box(middle, middle)))
    assert np.all(found.fold <= found.variance)
    assert attack(problem, box, box, found, ascent=0).ratios["fold"] <= 1
    assert attack(problem, box, box, replace(found, fold=point.fold), ascent=0).ratios["fold"] > 1.01


def test_what_is_not_covered_is_refused() -> None:
    box = boxes(PROBLEMS["tanh"], 0.1)[0]
    for problem in (Quadratic(stages=2, size=2), "network"):
        with pytest.raises(BadInput, match="Network"):
            enclose(problem, box, box, TAU)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="tau"):
        enclose(PROBLEMS["tanh"], box, box, 0.0)
    with pytest.raises(BadInput, match="box"):
        hessian(PROBLEMS["deep"], box)
    for low, high in (([1.0], [0.0]), ([np.nan], [1.0]), ([0.0], [np.inf]), ([0.0, 0.0], [1.0])):
        with pytest.raises(BadInput, match="box"):
            Box(np.array(low), np.array(high))


def test_an_unknown_activation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(layers.ACTIVATIONS, "tanh")
    box = boxes(PROBLEMS["tanh"], 0.1)[0]
    with pytest.raises(BadInput, match="activation"):
        enclose(PROBLEMS["tanh"], box, box, TAU)
