"""Replicas that are advanced together: their engine and their observer."""

import math

import numpy as np

from boundary import BadInput, memory
from simulate import drift, notes, plugins
from simulate.engines import registry
from simulate.engines.base import Engine, State, Task
from simulate.observe import NEVER, Observer
from simulate.problems.soundness import require_sound
from simulate.randomness import block_length
from simulate.run import GRADED, Run
from theory.setting.devices import Device

_CURVE_BINS = 128
_OBJECTS = 10_000
"""Bytes that a group of replicas takes beside its arrays."""


class Group:
    """Replicas that are advanced together, with what is measured on them."""

    def __init__(self, described: Run, replicas: range, threads: int) -> None:
        _check_start(described, described.make_device())
        self.replicas = replicas
        self.engine: Engine = registry.named(described.backend).make(Task(described, replicas, threads))
        strata = math.ceil(described.iterations / described.measure_every)
        self.observer = Observer(
            described.problem,
            described.tau,
            described.iterations,
            described.seed,
            replicas,
            described.measure_every,
            max(1, min(_CURVE_BINS, strata // 2)),
            described.make_device().reach,
            described.ranges,
            described.strata == GRADED,
            drift.Measure.wanted(described),
        )
        self.observer.start(self.engine.weights())

    def advance(self, block: int, length: int) -> None:
        """Make one block of steps."""
        plan = self.observer.plan(block, length)
        self.engine.advance(plan, self.observer)
        weights = self.engine.weights()
        self.observer.guard(plan.first + plan.steps, weights)
        sound = np.flatnonzero(self.observer.diverged_step == NEVER)
        self.observer.norms(sound, [stage[sound, None] for stage in weights])

    def state(self) -> State:
        """Return all that the next block depends on, and what has been measured."""
        parts = {"engine": self.engine.state(), "observer": self.observer.state()}
        return {f"{part}.{name}": value for part, arrays in parts.items() for name, value in arrays.items()}

    def restore(self, state: State) -> None:
        """Continue from what `state` returned."""
        self.engine.restore(_part(state, "engine"))
        self.observer.restore(_part(state, "observer"))


def _check_start(described: Run, device: Device) -> None:
    """Refuse a start beyond tau where the device's law gives no weights; elsewhere say that the run starts there.

    Say also that a device is not all that the one it is named after is.
    """
    if device.lacks:
        notes.say(
            f"the device {described.device} has {len(device.lacks)} features that the model lacks: "
            f"`theory device {described.device}` lists them"
        )
    start = described.problem.initial_weights()
    largest = max(float(np.max(np.abs(stage), initial=0.0)) for stage in start)
    if not largest > device.tau:
        return
    if not all(device.moves_from(stage) for stage in start):
        raise BadInput(
            "W_0", f"{largest:.6g}", f"abs(W_0) <= tau = {device.tau:.6g}, where the device {device.name} has a law",
            "saturation",
        )  # fmt: skip
    notes.say(
        f"abs(W_0) = {largest:.6g} passes tau = {device.tau:.6g}: the run starts beyond the range of the device "
        f"{device.name}, and no theorem that needs a saturation below 1 is applied"
    )


def _part(state: State, part: str) -> State:
    return {name.removeprefix(f"{part}."): value for name, value in state.items() if name.startswith(f"{part}.")}


def make_groups(described: Run, threads: int) -> list[Group]:
    """Return the groups of replicas of a run, at W_0; `BadInput` if they do not fit into memory."""
    size, count = registry.named(described.backend).group, described.replicas
    with plugins.calling(described.problem):
        _check_memory(described)
        require_sound(described.problem)
        plugins.require_facts(described.problem, described.lags)
        return [Group(described, range(first, min(first + size, count)), threads) for first in range(0, count, size)]


def _check_memory(described: Run) -> None:
    """Refuse a run that does not fit, and name what makes it too large."""
    problem, numbers = described.problem, 8
    weights = sum(math.prod(shape) for shape in problem.shapes)
    kept = max(min(lag, described.iterations) for lag in described.lags) + 1
    drawn = 2 * block_length(problem) * problem.sample_size * described.batch
    measured = 3 * _CURVE_BINS + 4 * problem.stages + 12 + described.drift
    ranges = 2 * min(described.ranges, described.iterations) * weights
    parts = {"lags": kept * weights, "batch": drawn, "ranges": ranges, "replicas": weights + measured}
    one, count = numbers * sum(parts.values()), described.replicas
    together = one * count + _OBJECTS * math.ceil(count / registry.named(described.backend).group)
    given = {
        "lags": max(described.lags),
        "batch": described.batch,
        "ranges": described.ranges,
        "replicas": count,
    }
    name = max(parts, key=lambda part: parts[part]) if one > memory.free() else "replicas"
    memory.require(
        name, given[name], together, f"{count} replicas of {memory.words(one)} (weights, samples drawn and sums)"
    )
