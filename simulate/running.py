"""Makes a run: groups of replicas, block by block, from a checkpoint and into one."""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from boundary import BadInput
from boundary.progress import shown
from simulate.checkpoint import Checkpoint
from simulate.collecting import collect
from simulate.group import Group, make_groups
from simulate.problems.base import Problem
from simulate.randomness import block_length
from simulate.results import RunResult
from simulate.run import DEFAULT_BACKEND, Run, check_count


def run(
    problem: Problem,
    algorithm: str,
    *,
    alpha: float,
    tau: float,
    iterations: int,
    replicas: int = 1,
    seed: int = 0,
    device: str = "ald",
    device_parameters: dict[str, float] | None = None,
    batch: int = 1,
    lags: Sequence[int] | None = None,
    dtype: str = "float64",
    measure_every: int | None = None,
    backend: str = DEFAULT_BACKEND,
    schedule: str | None = None,
    progress: bool = False,
    threads: int = 1,
    checkpoint: Path | None = None,
    checkpoint_every: int | None = None,
) -> RunResult:
    """Train and measure. The arguments are the fields of `Run`, and four that change no number.

    `progress` shows a bar on standard error; `threads` is what the compiled kernels may use; `checkpoint` is a file
    from which the run goes on if it was stopped, and which is written now and then; one more is kept beside it every
    `checkpoint_every` steps, for `simulate.replay`.

    Returns:
        One number per replica and measure. The same arguments give the same bits, whatever else runs beside it.

    Raises:
        BadInput: names the value and the condition it breaks.

    """
    described = Run(
        problem,
        algorithm,
        alpha,
        tau,
        iterations,
        replicas,
        seed,
        device,
        dict(device_parameters or {}),
        batch,
        None if lags is None else tuple(lags),
        dtype,
        measure_every,
        backend,
        schedule,
    )
    return execute(
        described, progress=progress, threads=threads, checkpoint=checkpoint, checkpoint_every=checkpoint_every
    )


def execute(
    described: Run,
    *,
    progress: bool = False,
    threads: int = 1,
    checkpoint: Path | None = None,
    checkpoint_every: int | None = None,
) -> RunResult:
    """Make the run that is described; see `run`."""
    every = None if checkpoint_every is None else check_count("checkpoint_every", checkpoint_every)
    if every is not None and checkpoint is None:
        raise BadInput("checkpoint_every", every, "a checkpoint file is given, beside which the others are kept")
    return _advance(described, progress, check_count("threads", threads), checkpoint, every)


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
        compile_first(described)
        started = time.perf_counter()
        work, total = _pieces(range(first, blocks), groups), (blocks - first) * len(groups)
        for block, group in shown(work, total, f"{described.problem.name}, {described.algorithm}", wanted=progress):
            group.advance(block, length)
            if group is groups[-1]:
                saved.keep(block + 1, groups, last=block + 1 == blocks)
        seconds = time.perf_counter() - started
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
    element = (described.device, math.isinf(described.tau), described.dtype)
    mode = (described.algorithm, described.lags, described.batch > 1)
    decides = (described.backend, type(described.problem), *element, *mode)
    if decides not in _COMPILED:
        group = Group(described, range(1), 1)
        group.engine.advance(group.observer.plan(0, 1), group.observer)
        _COMPILED.add(decides)
