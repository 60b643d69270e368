"""Makes a run: groups of replicas, block by block, from a checkpoint and into one."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from boundary import BadInput, Stopped
from boundary.fields import Whole, with_fields
from boundary.progress import shown
from simulate import plugins
from simulate.checkpoint import Checkpoint
from simulate.collecting import collect
from simulate.group import Group, make_groups
from simulate.problems.base import Problem
from simulate.randomness import block_length
from simulate.results import RunResult
from simulate.run import Run


def run(
    problem: Problem,
    algorithm: str,
    *,
    progress: bool = False,
    threads: int = 1,
    checkpoint: Path | None = None,
    checkpoint_every: int | None = None,
    **fields: Any,  # noqa: ANN401 - what each field of `Run` takes
) -> RunResult:
    """Train and measure.

    Args:
        problem: what is trained.
        algorithm: a name of `theory.setting.algorithms.REGISTRY`.
        progress: show a bar on standard error.
        threads: what the compiled kernels may use; no number depends on it.
        checkpoint: a file from which the run goes on if it was stopped, and which is written now and then.
        checkpoint_every: keep one more checkpoint beside it every so many steps, for `simulate.replay`.
        fields: the other fields of `Run`, by name: alpha, tau and iterations are required.

    Returns:
        One number per replica and measure. The same arguments give the same bits, whatever else runs beside it.

    Raises:
        BadInput: names the value and the condition it breaks.

    """
    return execute(
        Run(problem, algorithm, **fields),
        progress=progress,
        threads=threads,
        checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
    )


run.__signature__ = with_fields(run, Run)  # type: ignore[attr-defined]


def execute(
    described: Run,
    *,
    progress: bool = False,
    threads: int = 1,
    checkpoint: Path | None = None,
    checkpoint_every: int | None = None,
) -> RunResult:
    """Make the run that is described; see `run`."""
    every = None if checkpoint_every is None else Whole().read("checkpoint_every", checkpoint_every)
    if every is not None and checkpoint is None:
        raise BadInput("checkpoint_every", every, "a checkpoint file is given, beside which the others are kept")
    return _advance(described, progress, Whole().read("threads", threads), checkpoint, every)


def _advance(
    described: Run, progress: bool, threads: int, checkpoint: Path | None, checkpoint_every: int | None
) -> RunResult:
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
        try:
            with plugins.running(described, lambda: "at step 0"):
                compile_first(described)
            started = time.perf_counter()
            work, total = _pieces(range(first, blocks), groups), (blocks - first) * len(groups)
            for block, group in shown(work, total, f"{described.problem.name}, {described.algorithm}", wanted=progress):
                with plugins.running(described, group.observer.when):
                    group.advance(block, length)
                if group is groups[-1]:
                    saved.keep(block + 1, groups, last=block + 1 == blocks)
        except KeyboardInterrupt:
            raise Stopped(saved.left(length, described.iterations)) from None
        seconds = time.perf_counter() - started
        with plugins.running(described, lambda: f"at step {described.iterations}"):
            return collect(described, groups, seconds, max(0, described.iterations - first * length))


def _pieces(blocks: range, groups: list[Group]) -> Iterator[tuple[int, Group]]:
    """Yield the work one piece after the other: a list of it would grow with K."""
    for block in blocks:
        for group in groups:
            yield block, group


_COMPILED: set[tuple[object, ...]] = set()
"""What has been compiled in this process, by what decides it."""


def compile_first(described: Run) -> None:
    """Make one step of one replica, thrown away, so that what is compiled at its first use is compiled by now."""
    parameters = tuple(sorted((name, str(value)) for name, value in described.device_parameters.items()))
    element = (described.device, math.isinf(described.tau), described.dtype, parameters)  # which law, pulses, elements
    mode = (described.algorithm, described.lags, described.batch > 1, described.ranges > 0)
    decides = (described.backend, type(described.problem), *element, *mode)
    if decides not in _COMPILED:
        group = Group(described, range(1), 1)
        group.engine.advance(group.observer.plan(0, 1), group.observer)
        _COMPILED.add(decides)
