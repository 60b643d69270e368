"""`python -m theory evaluate`: one theorem at one setting, with a guaranteed upper end."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from theory.bounds import NAMES, Bound, bound
from theory.bounds.inputs import PARAMETERS
from theory.commands import app
from theory.setting.boundary import HOLDS, assignments, integer, known, real, write_json
from theory.setting.symbols import QUANTITIES

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter, for example L=1; repeat."),
]
Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - for stdout.")]


def numbers(pairs: list[str] | None, allowed: tuple[str, ...], needed_by: str) -> dict[str, float]:
    """Read `NAME=VALUE` pairs as numbers; counts must be integers."""
    given = assignments(pairs or [], allowed, needed_by)
    whole = {name for name in given if QUANTITIES[name].domain == "positive integer"}
    return {
        name: integer(name, text, at_least=1, needed_by=needed_by)
        if name in whole
        else real(name, text, needed_by=needed_by)
        for name, text in given.items()
    }


@app.command()
def evaluate(
    theorem: Annotated[str, typer.Argument(metavar="THEOREM", help=", ".join(NAMES))],
    settings: Set = None,
    json_file: Json = None,
) -> int:
    """Evaluate a theorem: the value, and a bound rounded outward so that it is guaranteed."""
    chosen = bound(known("THEOREM", theorem, NAMES))
    given = numbers(settings, PARAMETERS, chosen.title)
    found = chosen.evaluate(**given)
    result = {
        "theorem": chosen.name,
        "value": float(found.value),
        "upper": float(found.upper),
        "parameters": given,
        "domain": chosen.conditions(**given),
        "witness": {name: float(weight) for name, weight in found.witness.items()},
    }
    if json_file != "-":
        Console().print(_table(chosen, result, given))
    if json_file is not None:
        write_json(json_file, result)
    return HOLDS


def _table(chosen: Bound, result: dict[str, object], given: dict[str, float]) -> Table:
    table = Table(title=f"{chosen.name}: {chosen.title}", show_header=False)
    table.add_row("value", f"{result['value']:.10g}")
    table.add_row("guaranteed upper end", f"{result['upper']:.17g}")
    for name, number in given.items():
        table.add_row(name, f"{number:.10g}  [dim]{QUANTITIES[name].unit}, {QUANTITIES[name].meaning}[/dim]")
    table.add_row("holds", "\n".join(chosen.conditions(**given)))
    return table
