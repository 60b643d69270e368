"""Clock cycles measured on the machine: messages that carry the slot in which they were sent.

`simulate.engines.machine` runs the stages, queues and updates of a schedule. Here its problem is a stopwatch: every
message is the number of the slot that sent it, and every pass notes when and where it was made. So the cycles, the
busy share, and that no stage works twice in a slot or on a message not yet sent, are read off the passes, not off the
schedule's formulas. The theory's numbers are the theorem's (complexity, its `slots_of`) and the density claims'.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
import sympy

from simulate.engines.machine import Machine
from simulate.problems import PlusMinus
from theory.blueprint import claim
from theory.setting import algorithms, devices, schedules
from theory.setting.objectives import Array
from theory.setting.schedules import Schedule
from theory.setting.symbols import symbol
from theory.theorems import complexity

DENSITY = {
    "sequential": "pipeline.sequential",
    "synchronous": "pipeline.synchronous",
    "asynchronous": "pipeline.density",
    "accumulated": "pipeline.density",
    "vertical-sync": "pipeline.density",
}
"""Which claim states the busy share; the schedules of full-duplex stages have none."""
_PASSES = {"full-duplex": 2, "registered-duplex": 2}
LARGEST_STAGES, LARGEST_BATCH, LARGEST_COUNT = 9, 8, 40


@dataclass
class Watch:
    """What was noted: (slot, stage, kind) of every pass, and passes that used a message of their own slot or later."""

    passes: list[tuple[int, int, str]] = field(default_factory=list)
    early: int = 0
    machine: Machine | None = None

    @property
    def now(self) -> int:
        """Return the machine's clock."""
        assert self.machine is not None, "the machine runs"
        return self.machine.slots

    def note(self, stage: int, kind: str, sent: float) -> None:
        """Note a pass on a message that was sent in the slot `sent`."""
        self.passes.append((self.now, stage, kind))
        self.early += not sent < self.now


@dataclass(frozen=True)
class Stopwatch(PlusMinus):
    """A problem whose messages are the slots in which they were sent; before the first slot it is slot 0."""

    @classmethod
    def watched(cls, stages: int, watch: Watch) -> Self:
        """Return the problem that notes its passes in `watch`."""
        problem = cls(stages)
        object.__setattr__(problem, "watch", watch)
        return problem

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, None]:  # noqa: ARG002
        """Note a forward pass and send the time."""
        return self._noted(stage, "forward", message), None

    def turn(self, message: Array, sample: Array) -> Array:  # noqa: ARG002
        """Send the last stage's output back to itself."""
        return message

    def backward(self, stage: int, weights: Array, message: Array, kept: None) -> tuple[Array, Array]:  # noqa: ARG002
        """Note a backward pass, ask for no step, and send the time."""
        return np.zeros_like(weights), self._noted(stage, "backward", message)

    def _noted(self, stage: int, kind: str, message: Array) -> Array:
        watch: Watch = self.watch  # type: ignore[attr-defined]  # set where it is made: a frozen class has no such field
        watch.note(stage, kind, float(np.max(message)))
        return np.full(self.dimension, float(watch.now))


@dataclass(frozen=True)
class Counted:
    """One run of the machine.

    Args:
        algorithm: its name.
        schedule: its pipeline.
        stages: M.
        batch: B.
        iterations: K.
        cycles: slots from the first pass to the last.
        stated: what the theory says.
        busy: passes over the passes that all stages could have made.
        density: what the theory says; None where no claim speaks of the schedule.
        clashes: passes beyond what a stage can make in one slot.
        early: passes on messages of the same slot or later.

    """

    algorithm: str
    schedule: str
    stages: int
    batch: int
    iterations: int
    cycles: int
    stated: int
    busy: str
    density: str | None
    clashes: int
    early: int

    @property
    def agrees(self) -> bool:
        """Return whether the machine did what the theory says, exactly."""
        share = self.density is None or self.busy == self.density
        return self.cycles == self.stated and share and not self.clashes and not self.early


def stated_cycles(algorithm: str, schedule: str, stages: int, batch: int, count: int) -> int:
    """Return the theory's clock cycles of `count` iterations."""
    M, B, K = symbol("M"), symbol("B"), symbol("K")
    if schedule in _PASSES:  # no theorem: the slot after the last backward pass of its own schedule
        made = schedules.make(schedule, stages, batch)
        return max(made.backward_slot(stage, count * batch - 1) for stage in range(1, stages + 1)) + 1
    return int(complexity.slots_of(algorithm, K).subs({M: stages, B: batch, K: count}))


def stated_density(schedule: str, stages: int, batch: int, count: int) -> str | None:
    """Return the theory's busy share as a fraction."""
    if schedule not in DENSITY:
        return None
    right = claim(DENSITY[schedule]).conclusion("density").rhs
    values = {symbol("M"): stages, symbol("B"): batch, sympy.Symbol("N", real=True): count}
    by_name = {item: value for item in right.free_symbols for key, value in values.items() if key.name == item.name}
    return str(sympy.nsimplify(right.subs(by_name)))


def count(algorithm: str, stages: int, batch: int, iterations: int, schedule: Schedule | None = None) -> Counted:
    """Run the machine and read its clock.

    Args:
        algorithm: its name; its own schedule is run unless another is given.
        stages: M, >= 1.
        batch: B, >= 1; 1 unless the algorithm takes means.
        iterations: K, >= 1.
        schedule: another schedule.

    """
    row = algorithms.named(algorithm)
    run = schedule or row.make_schedule(stages, batch)
    watch = Watch()
    problem = Stopwatch.watched(stages, watch)
    watch.machine = Machine(problem, row, devices.make("ald", problem.tau), 0.1, run, lambda _k, _b: np.zeros(stages))
    for _ in watch.machine.trajectory(iterations):
        pass
    slots = [slot for slot, _, _ in watch.passes]
    cycles, at_once = max(slots) - min(slots) + 1, _PASSES.get(run.name, 1)
    per_place = Counter((slot, stage, kind if at_once == 2 else "") for slot, stage, kind in watch.passes)
    return Counted(
        algorithm,
        run.name,
        stages,
        run.batch,
        iterations,
        cycles,
        stated_cycles(algorithm, run.name, stages, run.batch, iterations),
        str(sympy.Rational(len(watch.passes), at_once * stages * cycles)),
        stated_density(run.name, stages, run.batch, iterations * run.batch),
        sum(number - 1 for number in per_place.values()),
        watch.early,
    )


def census(runs: int, seed: int) -> list[Counted]:
    """Run the machine with random M, B, K, every algorithm and the full-duplex pipeline in turn."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0xC10C])))
    kinds = [
        *((name, None) for name, row in algorithms.REGISTRY.items() if row.covered),
        ("analog-sgd-ap", "full-duplex"),
    ]
    found = []
    for one in range(runs):
        algorithm, other = kinds[one % len(kinds)]
        stages, batch = (int(rng.integers(1, top + 1)) for top in (LARGEST_STAGES, LARGEST_BATCH))
        iterations = int(rng.integers(1, LARGEST_COUNT + 1))
        batch = batch if algorithms.named(algorithm).batched else 1
        schedule = None if other is None else schedules.make(other, stages)
        found.append(count(algorithm, stages, batch, iterations, schedule))
    return found


@dataclass(frozen=True)
class ScheduleCount:
    """The runs of one algorithm on one schedule.

    Args:
        algorithm: its name.
        schedule: its pipeline.
        runs: how many.
        agree: how many did what the theory says, exactly.
        cycles: clock cycles counted in all of them.
        stated: what the theory says of all of them.
        formula: the theorem's; None where no theorem speaks of the schedule.

    """

    algorithm: str
    schedule: str
    runs: int
    agree: int
    cycles: int
    stated: int
    formula: str | None


@dataclass(frozen=True)
class Census:
    """Runs of the machine, counted.

    Args:
        by_schedule: a line for each algorithm and schedule.
        disagree: every run that did not do what the theory says.

    """

    by_schedule: tuple[ScheduleCount, ...]
    disagree: tuple[Counted, ...]

    @property
    def runs(self) -> int:
        """Return how many there are."""
        return sum(line.runs for line in self.by_schedule)

    @property
    def agree(self) -> int:
        """Return how many did what the theory says."""
        return sum(line.agree for line in self.by_schedule)

    def to_json(self) -> dict[str, Any]:
        """Return the census as plain data."""
        return {
            "runs": self.runs,
            "agree": self.agree,
            "by_schedule": [asdict(line) for line in self.by_schedule],
            "disagree": [asdict(one) for one in self.disagree],
        }


def record(found: Sequence[Counted]) -> Census:
    """Return the census of some runs."""
    lines = []
    for algorithm, schedule in dict.fromkeys((one.algorithm, one.schedule) for one in found):
        chosen = [one for one in found if (one.algorithm, one.schedule) == (algorithm, schedule)]
        formula = None if schedule in _PASSES else str(complexity.slots_of(algorithm, symbol("K")))
        lines.append(
            ScheduleCount(
                algorithm,
                schedule,
                len(chosen),
                sum(one.agrees for one in chosen),
                sum(one.cycles for one in chosen),
                sum(one.stated for one in chosen),
                formula,
            )
        )
    return Census(tuple(lines), tuple(one for one in found if not one.agrees))
