"""What it costs to keep the range of every weight at every step, as a ratio to the same run without.

Once of the steps alone, whose samples are drawn before and which are not measured, and once of all that a long run
does: samples drawn, steps, and the exact moments at the default measuring times. Networks and quadratics as `verify`
sweeps them, on the linear device, one thread.

The aim is missed on networks. A weight and step takes about 12 cycles where registers have 512 bits, and its range two
comparisons, two loads and two stores for every second step: comparisons go through the pipes of additions, one a cycle,
and stores take two. What was tried and is no cheaper: half of the weights at every step (14 to 29 %); beside the
activations, whose chains are long (35 to 55 %); a ring of four steps whose smallest and largest are taken at once (2.4
cycles a weight and step from the first cache and 3.2 from the second, as against 1.6 to 2.4). Looking at every J-th
step alone would move the ends of a bin's box by J certified steps.
"""

from collections.abc import Callable
from typing import Any, Final

from benchmarks.measure import best_time
from simulate import problems
from simulate.engines.state import Compiled
from simulate.group import Group
from simulate.problems.base import Problem
from simulate.randomness import block_length
from simulate.run import LEFT_OUT, Run

Row = dict[str, Any]

AIM: Final = 0.03
"""Share of a run's time that ranges should cost at most."""
BINS: Final = 64
REPLICAS: Final = 32
ITERATIONS: Final = 10**7
NEVER: Final = 1 << 40
BLOCK: Final = 1000
"""From here on bins are hundreds of thousands of steps long, as most of a run's are."""


def _cases() -> dict[str, Problem]:
    found: dict[str, Problem] = {
        f"network ({stages}, {width})": problems.make("network", stages=stages, width=width, samples=16)
        for stages in (2, 4, 8)
        for width in (3, 6)
    }
    sizes = ((2, 1), (4, 4), (8, 4))
    return found | {f"quadratic ({m}, {size})": problems.make("quadratic", stages=m, size=size) for m, size in sizes}


def _steps(problem: Problem, bins: int) -> Callable[[], object]:
    """Return the steps of one block, with what they need drawn."""
    run = Run(problem, "analog-sgd-ap", 1e-3, 30.0, ITERATIONS, REPLICAS, 1, measure_every=NEVER, ranges=bins)
    group = Group(run, range(REPLICAS), 1)
    plan, engine = group.observer.plan(BLOCK, block_length(problem)), group.engine
    assert isinstance(engine, Compiled)

    def steps() -> None:
        engine.kernel.step = plan.first  # the samples of this block are drawn
        engine.advance(plan, group.observer)

    return steps


def _whole(problem: Problem, bins: int) -> Callable[[], object]:
    """Return block after block of a run, as it is made."""
    run = Run(problem, "analog-sgd-ap", 1e-3, 30.0, ITERATIONS, REPLICAS, 1, measure_every=LEFT_OUT, ranges=bins)
    group, length = Group(run, range(REPLICAS), 1), block_length(problem)
    assert isinstance(group.engine, Compiled)
    group.engine.kernel.step = BLOCK * length
    blocks = iter(range(BLOCK, ITERATIONS // length))
    return lambda: group.advance(next(blocks), length)


def ratios(repeats: int) -> list[Row]:
    """Return one row a problem: what ranges add to the time of its steps and of its runs, as shares."""
    rows = []
    for name, problem in _cases().items():
        works = {
            (part, bins): make(problem, bins)
            for part, make in (("steps", _steps), ("run", _whole))
            for bins in (0, BINS)
        }
        best = dict.fromkeys(works, float("inf"))
        for work in works.values():
            work()  # compiles, and draws
        for _ in range(repeats):  # by turns, so that a change of the machine's pace meets all
            for key, work in works.items():
                best[key] = min(best[key], best_time(work, 1))
        added = {part: best[part, BINS] / best[part, 0] - 1 for part in ("steps", "run")}
        rows.append({"of": name, "nanoseconds": 1e9 * best["steps", 0] / REPLICAS / block_length(problem), **added})
    return rows


def text(rows: list[Row]) -> list[str]:
    """Return the table as lines of Markdown; what misses its aim is marked."""
    lines = [
        "",
        f"| ranges, {BINS} bins | ns a step | added to steps | added to a run |",
        "|---" * 4 + "|",
    ]
    for row in rows:
        cells = (f"{100 * row[part]:.1f} %{' *' * (row[part] > AIM)}" for part in ("steps", "run"))
        lines.append(f"| {row['of']} | {row['nanoseconds']:.0f} | {' | '.join(cells)} |")
    return [*lines, f"Aim: {100 * AIM:.0f} %."]
