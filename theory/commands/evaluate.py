"""`python -m theory evaluate`: one theorem at one setting, with a guaranteed upper end."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated

import typer
from rich.table import Table

from boundary import HOLDS, OutsideDomain, assignments, known, write_json
from boundary.numbers import exact, nearest, shown, whole
from boundary.tables import show
from theory.bounds import NAMES, Bound, bound, lag
from theory.bounds.inputs import PARAMETERS, condition
from theory.commands.lower import evaluate_lower
from theory.setting.symbols import QUANTITIES

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter, for example L=1; repeat."),
]
Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - for stdout.")]


def numbers(pairs: list[str] | None, allowed: tuple[str, ...], needed_by: str) -> dict[str, Fraction]:
    """Read `NAME=VALUE` pairs as the exact decimals that they are; counts must be integers.

    Raises:
        BadInput: an unknown or repeated name, a value that is no number, or a count that is no integer.
        OutsideDomain: a value that is infinite.

    """
    given = assignments(pairs or [], allowed, needed_by)
    found = {}
    for name, text in given.items():
        if QUANTITIES[name].domain == "positive integer":
            found[name] = Fraction(whole(name, text, at_least=1, needed_by=needed_by))
        else:
            number = exact(name, text, needed_by=needed_by)
            if not isinstance(number, Fraction):
                raise OutsideDomain(name, shown(number), condition(name), needed_by)
            found[name] = number
    return found


def plain(name: str, number: Fraction) -> float | int:
    """Return a parameter for JSON: an integer for a count, else the nearest double."""
    return int(number) if QUANTITIES[name].domain == "positive integer" else nearest(number)


def evaluate(
    theorem: Annotated[str, typer.Argument(metavar="THEOREM", help=", ".join((*NAMES, lag.NAME)))],
    settings: Set = None,
    json_file: Json = None,
) -> int:
    """Evaluate a theorem at the decimals given: the nearest value, and a guaranteed upper end of it.

    The upper end is rounded up once: the double in JSON and the digits on the screen are at or above the bound.
    """
    if theorem == lag.NAME:
        return evaluate_lower(settings, json_file)
    chosen = bound(known("THEOREM", theorem, (*NAMES, lag.NAME)))
    given = numbers(settings, PARAMETERS, chosen.title)
    typed = {name: text.strip() for name, text in assignments(settings or [], PARAMETERS, chosen.title).items()}
    found = chosen.evaluate(**given)
    value, upper = float(found.value), float(found.upper)
    if not math.isfinite(upper):
        limit = f"{chosen.name} < 1.8e308, the largest double: change units"
        raise OutsideDomain(chosen.name, "a larger number", limit, chosen.title)
    witness, form = {name: float(weight) for name, weight in found.witness.items()}, str(found.form)
    result = {
        "theorem": chosen.name,
        "value": value,
        "upper": upper,
        "parameters": {name: plain(name, number) for name, number in given.items()},
        "typed": typed,
        "domain": chosen.conditions(**given),
        "form": form,
        "witness": witness,
    }
    if json_file != "-":
        show(_table(chosen, form, value, upper, typed, witness), "holds: " + ", ".join(chosen.conditions(**given)))
    if json_file is not None:
        write_json(json_file, result)
    return HOLDS


def _table(
    chosen: Bound, form: str, value: float, upper: float, typed: Mapping[str, str], witness: Mapping[str, float]
) -> Table:
    table = Table(title=f"{chosen.name}: {chosen.title}", title_justify="left", show_header=False)
    table.add_row("value", repr(value), "the nearest double")
    table.add_row("guaranteed upper end", repr(upper), "at or above the bound, as printed")
    if len(chosen.forms) > 1:
        table.add_row("form", form, f"the least that applies of {', '.join(one.name for one in chosen.forms)}")
    for name, text in typed.items():
        quantity = QUANTITIES[name]
        table.add_row(name, text, f"{quantity.unit}, {quantity.meaning}")
    for name, number in witness.items():
        meaning = QUANTITIES[name].meaning if name in QUANTITIES else name.replace("_", " ")
        table.add_row(f"proved with {name}", repr(number), meaning)
    return table
