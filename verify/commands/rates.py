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
    from verify.rates import Plan
    from verify.rates.table import table_of, watch
    from verify.sweep import executors

    check_writable(json, "--json")
    plan = Plan(quick, integer("--seed", seed, at_least=0))
    result = watch(plan, executors.default_workers() if workers is None else integer("--workers", workers, at_least=1))
    deliver(json, result, lambda: show(table_of(result)))
    return ANSWER_IS_NO if result["violations"] else HOLDS
