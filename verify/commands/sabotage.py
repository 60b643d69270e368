"""`python -m verify sabotage`: faults that are planted and must be caught."""

from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, known, show
from boundary.options import Json


def sabotage(
    area: Annotated[
        list[str] | None, typer.Option(help="theory, simulation, statistics or devices; all if not given.")
    ] = None,
    json: Json = None,
) -> int:
    """Plant faults in theorems, simulator, statistics and devices, and say which check catches each."""
    from verify.commands import console
    from verify.sabotage.faults import AREAS
    from verify.sabotage.table import sabotage_table

    check_writable(json, "--json")
    areas = [known("--area", name, AREAS) for name in area or AREAS]
    result = console.watch_faults(areas)
    deliver(json, result.to_json(), lambda: show(sabotage_table(result)))
    return HOLDS if result.ok else ANSWER_IS_NO
