"""Recursion and machine against numbers worked out by hand, and against problems that write down what they see.

The problem is a chain of three scalar stages, f = (w3 w2 w1 x - y)^2 / 2 for a sample (x, y), so that with forward
weights u and backward weights v, and e = u3 u2 u1 x - y,

    G(u, v) = (e v3 v2 x,  e v3 u1 x,  e u2 u1 x).

W_0 = (1, 1/2, 2), alpha = 1/2, tau = 4. All numbers are sums of powers of two, so doubles hold them exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest

from simulate.engines.machine import Machine
from simulate.engines.reference import Recursion
from simulate.problems.base import Moments, Problem
from theory.setting import algorithms, devices, schedules

SAMPLES = [(1, 2), (1, 1), (-1, 0), (1, 1)]
START = (Fraction(1), Fraction(1, 2), Fraction(2))
# k = 0 for all but the mean: e = 1 - 2 = -1, G = (-1, -2, -1/2); the mean with (1, 1), where e = 0, is half of it.
# digital, k = 1, weights (3/2, 3/2, 9/4): e = 81/16 - 1 = 65/16, G = (65/16 * 27/8, the same, 65/16 * 9/4).
# accumulated, k = 1: u = (1, 1/2, 33/16) for (-1, 0), (1, 15/16, 33/16) for (1, 1). 2bw, k = 1: u = v = W_0 for both,
#   e = -1 and 0, mean (1/2, 1, 1/4). PipeMare: u = W_0 for both, but (1, 1/2, 33/16) with (1, 1).
# pipelined, k = 1, u = (1, 1/2, 9/4), v2 = 3/2, or 1/2 if stashed, v3 = 9/4: e = 1/8,
#   G = (1/8 * 9/4 * 3/2, 1/8 * 9/4, 1/8 * 1/2).
IN_WORDS = {
    "digital-sgd": ["3/2 3/2 9/4", "-1371/256 -1371/256 -297/128"],
    "analog-sgd": ["11/8 11/8 17/8", "-9539761/2097152 -9539761/2097152 -4703857/2097152"],
    "analog-sgd-sp": ["19/16 15/16 33/16", "-142878793/134217728 -238585161/134217728 73439799/134217728"],
    "analog-sgd-ap": ["11/8 11/8 17/8", "82071/65536 10533/8192 4303/2048"],
    "digital-ap": ["3/2 3/2 9/4", "165/128 87/64 71/32", "-977781/262144 -9555/4096 -71/256"],
    "stashed-ap": ["3/2 3/2 9/4", "183/128 87/64 71/32", "-33657/8192 -9555/4096 -71/256"],
    "accumulated-ap": ["19/16 15/16 33/16", "-742811/16777216 -328281/1048576 1610079/1048576"],
    "pipedream-2bw": ["5/4 1 17/8", "1 1/2 2"],
    "pipemare-ap": ["19/16 15/16 33/16", "1134563/2097152 36849/131072 30591/16384"],
    "per-sample": ["19/16 15/16 33/16"],
}
BY_HAND = {name: [tuple(map(Fraction, row.split())) for row in rows] for name, rows in IN_WORDS.items()}
"""W_1, W_2, ... of every algorithm."""


class Plain(Problem):
    """What the problems here have in common: one number a stage, no moments."""

    sample_size = 2
    lower_bound = 0.0

    @property
    def shapes(self):
        return [(1,)] * self.stages

    def draw(self, generator, steps, batch):
        raise NotImplementedError

    def moments(self, weights) -> Moments:
        raise NotImplementedError

    def facts(self, lags, *, stashed=False):
        raise NotImplementedError


@dataclass(frozen=True)
class Chain(Plain):
    """The product of all weights, against y."""

    stages: int = 3
    name: ClassVar[str] = "chain"

    def initial_weights(self):
        return [np.array([float(one)]) for one in START]

    def enter(self, sample, leading):  # noqa: ARG002
        return np.array([float(sample[0])])

    def forward(self, stage, weights, message):  # noqa: ARG002
        return weights * message, message

    def turn(self, message, sample):
        return message - sample[1]

    def backward(self, stage, weights, message, kept):  # noqa: ARG002
        return message * kept, message * weights


@dataclass(frozen=True)
class Witness(Plain):
    """Writes down the weights of every pass; its gradient is always -1, so that weights count updates.

    With alpha = 1 and a digital device the weight of a stage is the number of updates that it has made.
    """

    stages: int = 4
    name: ClassVar[str] = "witness"
    seen: dict = field(default_factory=dict)

    def initial_weights(self):
        return [np.zeros(1) for _ in range(self.stages)]

    def enter(self, sample, leading):  # noqa: ARG002
        return np.array([float(sample)])

    def forward(self, stage, weights, message):
        self.seen["forward", stage, int(message[0])] = int(weights[0])
        return message, message

    def turn(self, message, sample):
        assert message[0] == sample, "the message that comes back is the sample's own"
        return message

    def backward(self, stage, weights, message, kept):
        assert np.array_equal(message, kept), "what a stage kept belongs to the sample that comes back"
        self.seen["backward", stage, int(message[0])] = int(weights[0])
        return -np.ones(1), message


UNEVEN = {"pipemare"}
"""Whose numbers are no sums of powers of two: tests/simulate/engines/test_pipelines.py."""


def recursion_of(name: str, problem: Problem, alpha: float, batch: int) -> Recursion:
    """Return the recursion of an algorithm, with the lags of its schedule."""
    row = algorithms.named(name)
    lags, schedule = row.lags(problem.stages, batch), row.make_schedule(problem.stages, batch)
    places = schedule.lags_by_place() if row.pipelined and row.batched else None
    return Recursion(problem, row, device_of(row), alpha, lags, problem.initial_weights(), None, places)


def exact(weights: Sequence[np.ndarray]) -> tuple[Fraction, ...]:
    return tuple(Fraction(float(stage[0])) for stage in weights)


def device_of(row: algorithms.Algorithm) -> devices.Device:
    return devices.ald(4.0 if row.analog else np.inf)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_recursion_makes_the_steps_made_by_hand(name):
    row, problem = algorithms.named(name), Chain()
    batch = 2 if row.batched else 1
    recursion = recursion_of(name, problem, 0.5, batch)
    for k, expected in enumerate(BY_HAND[name]):
        recursion.step(SAMPLES[batch * k : batch * (k + 1)])
        assert exact(recursion.weights) == expected


@pytest.mark.parametrize("name", BY_HAND)
def test_the_machine_makes_the_steps_made_by_hand(name):
    row, problem, count = algorithms.named(name), Chain(), len(BY_HAND[name])
    batch = 2 if row.batched else 1
    schedule = row.make_schedule(3, batch)
    machine = Machine(problem, row, device_of(row), 0.5, schedule, lambda k, b: SAMPLES[batch * k + b])
    assert [exact(weights) for weights in machine.trajectory(count)] == [START, *BY_HAND[name]]
    assert machine.slots == schedule.slots(count * batch)


def test_every_algorithm_is_worked_out():
    assert BY_HAND.keys() | UNEVEN == algorithms.REGISTRY.keys() and not BY_HAND.keys() & UNEVEN


def test_the_mean_of_a_batch_is_of_all_its_samples_and_the_others_take_one():
    problem = Chain()
    for name in algorithms.REGISTRY:
        row = algorithms.named(name)
        recursion = recursion_of(name, problem, 0.5, 4)
        found = exact(recursion.direction([(1, 2), (1, 1), (1, 3), (1, 1)]))
        # e is -1, 0, -2 and 0; their mean is -3/4
        share = Fraction(3, 4) if row.batched else 1
        assert found == (-share, -2 * share, -share / 2), name


@pytest.mark.parametrize("lags", [(3, 0, 1, 2), (0, 0, 0, 0), (5, 1, 1, 0), (1, 0, 0, 0)])
def test_stale_weights_are_those_of_d_updates_ago(lags):
    row, problem = algorithms.named("digital-ap"), Witness()
    recursion = Recursion(problem, row, devices.ald(np.inf), 1.0, lags, problem.initial_weights())
    for k in range(9):
        assert [int(stage[0]) for stage in recursion.stale] == [max(k - lag, 0) for lag in lags]
        recursion.step([k])
        for stage, lag in enumerate(lags):
            assert problem.seen["forward", stage, k] == max(k - lag, 0)
            assert problem.seen["backward", stage, k] == k


@pytest.mark.parametrize("stages", [1, 2, 4])
@pytest.mark.parametrize("name", sorted(algorithms.REGISTRY))
def test_every_stage_of_the_machine_sees_the_weights_the_algorithm_names(name, stages):
    """Forward W^(m)_{k - d_m}, backward W^(m)_k, or the same old weights again if they are stashed.

    The lags are typed here: of sample b of a batch, the samples ahead of it less b, over B, rounded up.
    """
    row, problem, batch = algorithms.named(name), Witness(stages), 2 if algorithms.named(name).batched else 1
    schedule = row.make_schedule(stages, batch)
    machine = Machine(problem, row, devices.ald(np.inf), 1.0, schedule, lambda k, b: batch * k + b)
    for k, weights in enumerate(machine.trajectory(7)):
        assert [int(stage[0]) for stage in weights] == [k] * stages
    duplex = name.startswith("pipemare")
    for (kind, stage, sample), updates in problem.seen.items():
        k, b = divmod(sample, batch)
        ahead = stages - stage - 1 if row.pipelined else 0
        if duplex:
            ahead = 2 * ahead + 1
        if name == "pipedream-2bw":
            ahead, b = stages - 1, 0
        lag = max(0, -((b - ahead) // batch))
        late = kind == "forward" or row.stashed
        assert updates == (max(k - lag, 0) if late else k), (kind, stage, sample)
    assert len(problem.seen) == 2 * stages * 7 * batch
    assert all(stage.waiting == 0 for stage in machine.stages)


def test_slots_are_counted_as_they_pass():
    machine = Machine(
        Witness(3), algorithms.named("digital-ap"), devices.ald(np.inf), 1.0, schedules.Asynchronous(3), lambda k, _: k
    )
    assert machine.slots == 0
    passed = [machine.slots for _ in machine.trajectory(4)]
    # W_k is known when stage 1 has made its k-th update: sample k - 1 comes back to it in slot 2 (k - 1) + 2 M - 1
    assert passed == [0, 6, 8, 10, 12]


@pytest.mark.parametrize("name", sorted(algorithms.REGISTRY))
@pytest.mark.parametrize("after", range(5))
def test_a_machine_and_a_recursion_go_on_from_what_they_say_their_state_is(name, after):
    row, batch = algorithms.named(name), 2 if algorithms.named(name).batched else 1
    samples = [(1, 2), (1, 1), (-1, 0), (1, 1), (1, 0), (-1, -1), (1, 2), (1, 1), (-1, 1), (1, 0)]

    def machine() -> Machine:
        schedule = row.make_schedule(3, batch)
        return Machine(Chain(), row, device_of(row), 0.125, schedule, lambda k, b: samples[batch * k + b])

    whole, stopped, resumed = machine(), machine(), machine()
    path = [exact(weights) for weights in whole.trajectory(5)]
    running = stopped.trajectory(5)
    for _ in range(after + 1):
        next(running)
    kept = {key: array.copy() for key, array in stopped.state().items()}
    resumed.restore(kept)
    assert [exact(weights) for weights in resumed.trajectory(5)] == path[after + 1 :]
    assert resumed.slots == whole.slots
    again = machine()
    again.restore(kept)
    assert {key: array.tolist() for key, array in again.state().items()} == {k: a.tolist() for k, a in kept.items()}

    first, second = (recursion_of(name, Chain(), 0.125, batch) for _ in range(2))
    for k in range(5):
        if k == after:
            second.restore({key: array.copy() for key, array in first.state().items()})
        for one in (first, second) if k >= after else (first,):
            one.step(samples[batch * k : batch * (k + 1)])
    assert exact(first.weights) == exact(second.weights) == path[-1]
