"""What is measured, and how: processor time, best of several, on one processor unless threads are the question."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.baselines import OURS, Implementation, by_kernel
from benchmarks.workload import Workload
from simulate import kernels
from simulate.kernels.simd import Value, aligned, compiled, fma, like, load, store, width, width_of
from simulate.run import EVALUATIONS_APART

Row = dict[str, Any]


@contextmanager
def one_processor() -> Iterator[None]:
    """Keep this process, whatever threads its libraries start, on one processor."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def best_time(work: Callable[[], object], repeats: int, clock: Callable[[], float] = time.process_time) -> float:
    """Return the shortest of `repeats` times of `work`, in seconds of processor time."""
    found = np.inf
    for _ in range(repeats):
        start = clock()
        work()
        found = min(found, clock() - start)
    return float(found)


@compiled
def _multiply_add(memory: Value, count: int) -> None:
    """Make 10 independent chains of `count` fused multiply-adds."""
    n = width_of(memory)
    x, y = load(memory, 0), load(memory, n)
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = s8 = s9 = load(memory, 2 * n)
    for _ in range(count):
        s0, s1, s2, s3, s4 = fma(s0, x, y), fma(s1, x, y), fma(s2, x, y), fma(s3, x, y), fma(s4, x, y)
        s5, s6, s7, s8, s9 = fma(s5, x, y), fma(s6, x, y), fma(s7, x, y), fma(s8, x, y), fma(s9, x, y)
    store(memory, 0, ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)) + (s8 + s9))


@compiled
def _rewrite(memory: Value, size: int, count: int) -> None:
    """Read and write `size` numbers `count` times, as an update does."""
    n = width_of(memory)
    one = like(load(memory, 0), 1.0)
    for _ in range(count):
        for i in range(0, size, 2 * n):
            store(memory, i, load(memory, i) + one)
            store(memory, i + n, load(memory, i + n) + one)


def peak(dtype: str) -> float:
    """Return the measured fused multiply-add peak of one processor, in 1e9 flops a second."""
    memory, count = aligned(64, dtype), 1_000_000
    memory[:] = 0.5
    _multiply_add(memory, 10)
    return 2 * 10 * count * width(dtype) / best_time(lambda: _multiply_add(memory, count), 20) / 1e9


def bandwidth(kilobytes: int) -> float:
    """Return the measured rate of reading and writing memory of that size in place, in 1e9 bytes a second."""
    size = kilobytes * 1024 // 8
    memory, count = aligned(size, "float64"), max(1, 200_000_000 // (kilobytes * 1024))
    memory[:] = 0
    _rewrite(memory, size, 1)
    return 16 * size * count / best_time(lambda: _rewrite(memory, size, count), 7) / 1e9


def rate(how: Implementation, load: Workload, seconds: float, repeats: int) -> tuple[float, int]:
    """Return replica-steps per second of processor time in the best group of replicas, and that group."""
    found = (0.0, 0)
    for group in how.groups:
        steps = max(how.steps, int(how.pace * seconds * 384 / load.flops / group))
        chosen = load.indices(steps, group)
        how.run(load, chosen if how.needs == "jax" else chosen[:, :8])  # compiles
        taken = best_time(lambda rows=chosen: how.run(load, rows), repeats)  # type: ignore[misc]
        found = max(found, (group * steps / taken, group))
    return found


def difference(how: Implementation, load: Workload, steps: int = 200, replicas: int = 16) -> float:
    """Return the largest difference of a weight from the SIMD kernel's after some steps."""
    chosen = load.indices(steps, replicas)
    if how.groups == (1,):
        chosen = chosen[:1]
    return float(np.abs(how.run(load, chosen) - OURS.run(load, chosen)).max())


def metrics_cost(load: Workload, strata: int = 4, repeats: int = 7) -> float:
    """Return the time that measuring as often as a long run does by default adds, as a share of the steps' time."""
    every = EVALUATIONS_APART * load.samples
    chosen, replicas = load.indices(strata * every, width(load.dtype) * 2), width(load.dtype) * 2
    times = np.arange(strata) * every + np.random.default_rng(0).integers(0, every, size=(replicas, strata))
    widths = (load.width,) * (load.stages + 1)

    def steps(measured: bool) -> None:
        state = kernels.start(load.initial.ravel(), replicas, load.lags, load.dtype)
        arguments = (load.inputs, load.targets, widths)
        shots = kernels.network(
            state, chosen[:, :, None], *arguments, load.lags, alpha=load.alpha,
            element=kernels.Element("ald", load.tau), times=times if measured else None,
        )  # fmt: skip
        if measured:
            kernels.measure(shots, *arguments)

    steps(True)
    # By turns, so that a change of the machine's pace meets both.
    pairs = [(best_time(lambda: steps(True), 1), best_time(lambda: steps(False), 1)) for _ in range(3 * repeats)]
    return min(pair[0] for pair in pairs) / min(pair[1] for pair in pairs) - 1


def speed_up(load: Workload, threads: int, steps: int, repeats: int = 12) -> float:
    """Return how much sooner `threads` threads are done than one, by the clock on the wall."""
    chosen = load.indices(steps)
    kernel = {count: by_kernel("lanes", count) for count in (1, threads)}
    # By turns, so that a change of the machine's pace meets both.
    turns = [
        [best_time(lambda n=count: kernel[n](load, chosen), 1, time.perf_counter) for count in kernel]  # type: ignore[misc]
        for _ in range(repeats)
    ]
    return min(turn[0] for turn in turns) / min(turn[1] for turn in turns)


def peak_speed_up(threads: int, repeats: int = 7) -> float:
    """Return how many times the multiply-adds of one thread `threads` threads make, by the wall clock."""
    memories = [aligned(64, "float64") for _ in range(threads)]
    for memory in memories:
        memory[:] = 0.5
    with ThreadPoolExecutor(threads) as pool:

        def together(count: int) -> None:
            list(pool.map(lambda memory: _multiply_add(memory, 2_000_000), memories[:count]))

        alone = best_time(lambda: together(1), repeats, time.perf_counter)
        return threads * alone / best_time(lambda: together(threads), repeats, time.perf_counter)


_FIRST_CALL = """
import time
start = time.perf_counter()
import numpy as np
from simulate import kernels
imported = time.perf_counter()
state = kernels.start(np.zeros(16), 8, (1, 0), "float64")
args = (np.ones((4, 2)), np.ones((4, 4)), (2, 4, 2))
samples = np.zeros((8, 4, 1), np.int32)
args = (np.ones((4, 2)), np.ones((4, 2)), (2, 4, 2))
kernels.network(state, samples, *args, (1, 0), alpha=0.1, element=kernels.Element("ald", 2.0), path=PATH)
print(time.perf_counter() - imported)
"""


def first_call(path: str) -> tuple[float, float]:
    """Return the seconds of the first call in a new process: nothing compiled yet, and compiled by another one."""
    program = _FIRST_CALL.replace("PATH", repr(path))
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache, "PYTHONPATH": str(Path(__file__).parents[1])}

        def once() -> float:
            done = subprocess.run(
                [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
            )
            return float(done.stdout)

        return once(), once()


def slope(points: list[tuple[float, float]]) -> float:
    """Return the slope of the least-squares line through (log x, log y)."""
    x, y = np.log(np.array(points)).T
    return float(np.polyfit(x, y, 1)[0])


def scaling(quick: bool) -> list[Row]:
    """Measure how the time of a chunk grows with each of its sizes, the others held fixed."""
    base = {"stages": 4, "width": 32, "replicas": 32, "samples": 64, "steps": 1000}
    ranges = {
        "steps": (500, 1000, 2000, 4000),
        "replicas": (16, 32, 64, 128),
        "stages": (2, 4, 8, 16),
        "width": (8, 16, 32, 64, 128),
        "samples": (16, 64, 256, 1024),
    }
    names = {"steps": "K", "replicas": "R", "stages": "M", "width": "d", "samples": "N"}
    rows = []
    for name, values in ranges.items():
        points = []
        for value in values[:3] if quick else values:
            sizes = {**base, name: value}
            steps = sizes.pop("steps")
            if name == "width":
                steps = max(100, 32 * steps // value)
            load = Workload(**sizes)  # type: ignore[arg-type]
            chosen = load.indices(steps)
            taken = best_time(lambda one=load, rows=chosen: OURS.run(one, rows), 5)  # type: ignore[misc]
            points.append((float(value), taken / (steps if name == "width" else 1)))
        rows.append({"of": names[name], "points": points, "slope": slope(points)})
    return rows
