"""`python -m verify sabotage`: faults that are planted and must be caught."""

from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, known, show
from boundary.options import Json


def sabotage(
    area: Annotated[list[str] | None, typer.Option(help="theory, simulation or statistics; all if not given.")] = None,
    json: Json = None,
) -> int:
    """Plant faults in theorems, simulator and statistics, and say which check catches each."""
    from verify import sabotage as faults
    from verify.commands import console

    check_writable(json, "--json")
    areas = [known("--area", name, faults.AREAS) for name in area or faults.AREAS]
    result = console.watch_faults(areas)
    deliver(json, result, lambda: show(console.sabotage_table(result)))
    return ANSWER_IS_NO if result["survivors"] or result["failing_without_a_fault"] else HOLDS
