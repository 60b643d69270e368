"""`python -m verify attained`: the floor of every device, measured where it is attained."""

from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, integer, show
from boundary.options import Json, number


def attained(
    quick: Annotated[bool, typer.Option("--quick", help="A look in seconds: a twentieth of the steps.")] = False,
    seed: Annotated[str, number("Seed of the runs.")] = "1",
    workers: Annotated[str | None, number("Processes; all cores if not given.")] = None,
    json: Json = None,
) -> int:
    """Measure the floor of every device on the instance that attains it, against sigma^2 sinh^2 l."""
    from verify.commands import console
    from verify.rates.table import floors_table
    from verify.sweep import executors

    check_writable(json, "--json")
    processes = executors.default_workers() if workers is None else integer("--workers", workers, at_least=1)
    result = console.watch_floors(integer("--seed", seed, at_least=0), processes, quick=quick)
    deliver(json, result.to_json(), lambda: show(floors_table(result)))
    return ANSWER_IS_NO if result.violations else HOLDS
