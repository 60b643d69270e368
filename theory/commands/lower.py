"""`python -m theory evaluate lower`: the iterations that a lag makes necessary, with a guaranteed lower end."""

from collections.abc import Mapping
from fractions import Fraction

from rich.table import Table

from boundary import HOLDS, BadInput, OutsideDomain, assignments, write_json
from boundary.numbers import exact, nearest, shown, whole
from boundary.tables import show
from theory.bounds import lag
from theory.bounds.inputs import condition


def evaluate_lower(settings: list[str] | None, json_file: str | None, device: Mapping[str, str | None]) -> int:
    """Evaluate the lower bound at the decimals given; options about a `device` must be left out.

    Raises:
        BadInput: an unknown, repeated or missing name, or a value that is no number.
        OutsideDomain: a broken condition.

    """
    for option, value in device.items():
        if value is not None:
            raise BadInput(option, value, "left out: this theorem speaks of no device", lag.TITLE)
    typed = {name: text.strip() for name, text in assignments(settings or [], lag.PARAMETERS, lag.TITLE).items()}
    given = {name: _number(name, text) for name, text in typed.items()}
    for name in lag.PARAMETERS:
        if name not in given:
            raise BadInput(name, "(not given)", f"{name} is given", lag.TITLE)
    found, conditions = lag.necessary(given), lag.conditions(given)
    result = {
        "theorem": lag.NAME,
        "value": found.value,
        "lower": found.lower,
        "iterations": found.iterations,
        "parameters": {name: int(number) if name == "d" else nearest(number) for name, number in given.items()},
        "typed": typed,
        "domain": conditions,
    }
    if json_file != "-":
        table = Table(title=f"{lag.NAME}: {lag.TITLE}", title_justify="left", show_header=False)
        table.add_row("value", repr(found.value), "the nearest double")
        table.add_row("guaranteed lower end", repr(found.lower), "at or below the bound, as printed")
        table.add_row("iterations", str(found.iterations), "at least so many are needed, at every step size")
        for name, text in typed.items():
            table.add_row(name, text, "")
        show(table, "holds: " + ", ".join(conditions))
    if json_file is not None:
        write_json(json_file, result)
    return HOLDS


def _number(name: str, text: str) -> Fraction:
    if name == "d":
        return Fraction(whole(name, text, at_least=0, needed_by=lag.TITLE))
    number = exact(name, text, needed_by=lag.TITLE)
    if not isinstance(number, Fraction):
        raise OutsideDomain(name, shown(number), condition(name), lag.TITLE)
    return number
