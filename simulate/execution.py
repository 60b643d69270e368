"""Makes a run: groups of replicas, block by block, from a checkpoint and into one."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from simulate import engines
from simulate.backends import Engine, State, Task
from simulate.checkpoint import Checkpoint
from simulate.collect import collect
from simulate.observe import NEVER, Observer
from simulate.progress import shown
from simulate.randomness import block_length
from simulate.trajectories import Trajectories
from theory.setting import algorithms, memory

if TYPE_CHECKING:
    from simulate.run import Run

_CURVE_BINS = 128
_OBJECTS = 10_000
"""Bytes that a group of replicas takes beside its arrays."""


def execute(
    described: "Run", progress: bool, threads: int, checkpoint: Path | None, checkpoint_every: int | None
) -> Trajectories:
    """Make the run block by block and group by group of replicas, from its checkpoint if there is one.

    The clock starts when everything is compiled and everything that was kept is read.
    """
    # The order of BLAS sums, and so the last bits, would follow the number of its threads.
    with threadpool_limits(1):
        groups = make_groups(described, threads)
        length = block_length(described.problem)
        blocks = math.ceil(described.iterations / length)
        every = None if checkpoint_every is None else max(1, round(checkpoint_every / length))
        saved = Checkpoint(checkpoint, described, every=every)
        first = saved.restore(groups)
        compile_first(described)
        started = time.perf_counter()
        work, total = _pieces(range(first, blocks), groups), (blocks - first) * len(groups)
        for block, group in shown(work, total, f"{described.problem.name}, {described.algorithm}", wanted=progress):
            group.advance(block, length)
            if group is groups[-1]:
                saved.keep(block + 1, groups, last=block + 1 == blocks)
        seconds = time.perf_counter() - started
        return collect(described, groups, seconds, max(0, described.iterations - first * length))


def _pieces(blocks: range, groups: list["Group"]) -> Iterator[tuple[int, "Group"]]:
    """Yield the work one piece after the other: a list of it would grow with K."""
    for block in blocks:
        for group in groups:
            yield block, group


_COMPILED: set[tuple[object, ...]] = set()
"""What has been compiled in this process, by what decides it."""


def compile_first(described: "Run") -> None:
    """Make one step of one replica, thrown away, so that what is compiled at its first use is compiled by now."""
    element = (described.device, math.isinf(described.tau), described.dtype)
    mode = (described.algorithm, described.lags, described.batch > 1)
    decides = (described.backend, type(described.problem), *element, *mode)
    if decides not in _COMPILED:
        group = Group(described, range(1), 1)
        group.engine.advance(group.observer.plan(0, 1), group.observer)
        _COMPILED.add(decides)


class Group:
    """Replicas that are advanced together, with what is measured on them."""

    def __init__(self, described: "Run", replicas: range, threads: int) -> None:
        row, lags = algorithms.named(described.algorithm), described.lags
        assert lags is not None, "a Run resolves its lags"
        assert described.measure_every is not None, "a Run resolves its measuring times"
        self.replicas = replicas
        self.engine: Engine = engines.named(described.backend).make(
            Task(
                described.problem,
                row,
                described.make_device(),
                described.alpha,
                lags,
                described.batch,
                described.iterations,
                np.dtype(described.dtype),
                described.seed,
                replicas,
                threads,
                described.schedule,
            )
        )
        strata = math.ceil(described.iterations / described.measure_every)
        self.observer = Observer(
            described.problem,
            described.tau,
            described.iterations,
            described.seed,
            replicas,
            described.measure_every,
            max(1, min(_CURVE_BINS, strata // 2)),
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


def _part(state: State, part: str) -> State:
    return {name.removeprefix(f"{part}."): value for name, value in state.items() if name.startswith(f"{part}.")}


def make_groups(described: "Run", threads: int) -> list[Group]:
    """Return the groups of replicas of a run, at W_0; `BadInput` if they do not fit into memory."""
    _check_memory(described)
    size, count = engines.named(described.backend).group, described.replicas
    return [Group(described, range(first, min(first + size, count)), threads) for first in range(0, count, size)]


def _check_memory(described: "Run") -> None:
    """Refuse a run that does not fit, and name what makes it too large."""
    problem, numbers = described.problem, 8
    weights = sum(math.prod(shape) for shape in problem.shapes)
    kept = max(min(lag, described.iterations) for lag in described.lags or (0,)) + 1
    drawn = 2 * block_length(problem) * problem.sample_size * described.batch
    measured = 3 * _CURVE_BINS + 4 * problem.stages + 12
    parts = {"lags": kept * weights, "batch": drawn, "replicas": weights + measured}
    one, count = numbers * sum(parts.values()), described.replicas
    together = one * count + _OBJECTS * math.ceil(count / engines.named(described.backend).group)
    given = {"lags": max(described.lags or (0,)), "batch": described.batch, "replicas": count}
    name = max(parts, key=lambda part: parts[part]) if one > memory.free() else "replicas"
    memory.require(
        name, given[name], together, f"{count} replicas of {memory.words(one)} (weights, samples drawn and sums)"
    )
