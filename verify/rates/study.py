"""The whole study of rates: jobs made in any order in any processes, one table, one verdict."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

from simulate.results import versions
from verify.rates import clock, floors, intervals, iterations, lag
from verify.rates.cross_term import cross_term
from verify.rates.iterations import Plan
from verify.rates.measure import Job, gather
from verify.rates.rate import Row

STUDIES = (iterations, floors, lag)
_MACHINES = {True: 21, False: 210}
METHOD = (
    "jackknife over replicas with Student's t, a fifth of the allowed error spent and the rest kept in reserve, "
    "Bonferroni over all rows; an exponent's interval covers the fits with and without the next order"
)


def jobs(plan: Plan) -> list[Job]:
    """Return every run of the study, each once."""
    return list(dict.fromkeys(job for study in STUDIES for job in study.jobs(plan)))


def together(waiting: Sequence[Callable[[float], Row]]) -> list[Row]:
    """Return the rows, each with its share of the error that all of them together may make (Bonferroni)."""
    return [pending((1 - intervals.CONFIDENCE) / len(waiting)) for pending in waiting]


def run(
    plan: Plan, pool: Executor | None = None, tell: Callable[[float, float], object] = lambda *_: None
) -> dict[str, Any]:
    """Measure every rate.

    Args:
        plan: how much is run, and the seed.
        pool: where; None is this process. The result does not depend on it.
        tell: hears of the cost of each run done, and of their sum.

    Returns: plain data: rates, clock cycles, the cross term, violations.

    """
    start = time.perf_counter()
    todo = jobs(plan)
    total = sum(job.cost for job in todo)
    found = gather(todo, pool, lambda cost: tell(cost, total))
    rows = together([pending for study in STUDIES for pending in study.rows(plan, found)])
    cycles = clock.record(clock.census(_MACHINES[plan.quick], plan.seed))
    wrong = sum(row.verdict == "violated" for row in rows) + len(cycles["disagree"])
    return {
        "rates": [row.as_dict() for row in rows],
        "clock_cycles": cycles,
        "cross_term": cross_term(rows, plan, intervals.CONFIDENCE),
        "violations": wrong,
        "confidence": intervals.CONFIDENCE,
        "method": METHOD,
        "quick": plan.quick,
        "seed": plan.seed,
        "runs": len(found),
        "seconds": time.perf_counter() - start,
        "versions": versions(),
    }
