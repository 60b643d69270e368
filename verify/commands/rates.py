"""`python -m verify rates`: exponents and floors read off runs."""

from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, integer, show
from boundary.options import Json, number


def rates(
    quick: Annotated[bool, typer.Option("--quick", help="A look in seconds: fewer and shorter runs.")] = False,
    seed: Annotated[str, number("Seed of the runs.")] = "1",
    workers: Annotated[str | None, number("Processes; all cores if not given.")] = None,
    json: Json = None,
) -> int:
    """Read exponents and floors off runs, count clock cycles on the machine, and look for the cross term."""
    from verify.commands import console
    from verify.rates.iterations import StudyPlan
    from verify.rates.table import table_of
    from verify.sweep import executors

    check_writable(json, "--json")
    plan = StudyPlan(quick, integer("--seed", seed, at_least=0))
    processes = executors.default_workers() if workers is None else integer("--workers", workers, at_least=1)
    result = console.watch_rates(plan, processes)
    deliver(json, result.to_json(), lambda: show(table_of(result)))
    return ANSWER_IS_NO if result.violations else HOLDS
