"""`python -m verify calibrate`: error rates of the verdicts on planted truths."""

from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, integer, show
from boundary.options import Json, number


def calibrate(
    families: Annotated[str, number("Null families a law.")] = "2000",
    seed: Annotated[str, number("Seed of the planted truths.")] = "1",
    quick: Annotated[bool, typer.Option("--quick", help="A tenth of the families.")] = False,
    json: Json = None,
) -> int:
    """Measure false alarms and power of the verdicts on planted truths, and that wrong procedures would show."""
    from verify.commands import console
    from verify.report import tables

    check_writable(json, "--json")
    count = integer("--families", families, at_least=1)
    result = console.watch_calibration(max(1, count // 10) if quick else count, integer("--seed", seed, at_least=0))
    deliver(json, result.to_json(), lambda: show(tables.calibration_table(result)))
    return HOLDS if result.as_stated else ANSWER_IS_NO
