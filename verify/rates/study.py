"""The whole study of rates: jobs made in any order in any processes, one table, one verdict."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from simulate.results import versions
from verify.rates import clock, converse, floors, intervals, iterations, lag, lower
from verify.rates.cross_term import CrossTerm, cross_term
from verify.rates.iterations import StudyPlan
from verify.rates.measure import Job, gather
from verify.rates.rate import RateRow

STUDIES = (iterations, floors, lag, converse, lower)
_MACHINES = {True: 21, False: 210}
METHOD = (
    "jackknife over replicas with Student's t, a fifth of the allowed error spent and the rest kept in reserve, "
    "Bonferroni over all rows; an exponent's interval covers the fits with and without the next order; "
    "rows of runs without anything random allow for rounding alone"
)


def jobs(plan: StudyPlan) -> list[Job]:
    """Return every run of the study, each once."""
    return list(dict.fromkeys(job for study in STUDIES for job in study.jobs(plan)))


def together(waiting: Sequence[Callable[[float], RateRow]]) -> list[RateRow]:
    """Return the rows, each with its share of the error that all of them together may make (Bonferroni)."""
    return [pending((1 - intervals.CONFIDENCE) / len(waiting)) for pending in waiting]


@dataclass(frozen=True)
class StudyResult:
    """The whole study.

    Args:
        plan: how much was run.
        rows: the rates.
        cycles: clock cycles counted on the machine.
        cross_term: what the rows say of it.
        runs: how many were made.
        seconds: wall time.

    """

    plan: StudyPlan
    rows: tuple[RateRow, ...]
    cycles: clock.Census
    cross_term: CrossTerm
    runs: int
    seconds: float

    @property
    def violations(self) -> int:
        """Return how many rates and runs of the machine contradict the theory."""
        return sum(row.verdict == "violated" for row in self.rows) + len(self.cycles.disagree)

    @property
    def confidence(self) -> float:
        """Return that of all intervals together."""
        return intervals.CONFIDENCE

    def to_json(self) -> dict[str, Any]:
        """Return everything with the keys of the command line."""
        return {
            "rates": [row.to_json() for row in self.rows],
            "clock_cycles": self.cycles.to_json(),
            "cross_term": self.cross_term.to_json(),
            "violations": self.violations,
            "confidence": self.confidence,
            "method": METHOD,
            "quick": self.plan.quick,
            "seed": self.plan.seed,
            "runs": self.runs,
            "seconds": self.seconds,
            "versions": versions(),
        }


def run(
    plan: StudyPlan, pool: Executor | None = None, tell: Callable[[float, float], object] = lambda *_: None
) -> StudyResult:
    """Measure every rate.

    Args:
        plan: how much is run, and the seed.
        pool: where; None is this process. The result does not depend on it.
        tell: hears of the cost of each run done, and of their sum.

    """
    start = time.perf_counter()
    todo = jobs(plan)
    total = sum(job.cost for job in todo)
    found = gather(todo, pool, lambda cost: tell(cost, total))
    rows = together([pending for study in STUDIES for pending in study.rows(plan, found)])
    cycles = clock.record(clock.census(_MACHINES[plan.quick], plan.seed))
    cross = cross_term(rows, plan, intervals.CONFIDENCE)
    return StudyResult(plan, tuple(rows), cycles, cross, len(found), time.perf_counter() - start)
