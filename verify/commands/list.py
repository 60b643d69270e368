"""`python -m verify list`: the settings of a store, closest to an alarm first."""

from typing import Annotated

import typer

from boundary import HOLDS, check_writable, deliver, integer, known, show
from boundary.options import Json, number
from verify.commands.stores import DEFAULT_STORE, StoreArgument, tell_if_outdated


def list_(
    store: StoreArgument = DEFAULT_STORE,
    family: Annotated[str | None, typer.Option(help="Only this family.")] = None,
    count: Annotated[str, number("How many settings.")] = "20",
    json: Json = None,
) -> int:
    """List the settings of a store that came closest to an alarm, violated ones first."""
    from verify.report import tables
    from verify.sweep.store import Store

    check_writable(json, "--json")
    most = integer("--count", count, at_least=1)
    with Store.open(store) as opened:
        tell_if_outdated(opened)
        counts = opened.counts()
        if family is not None:
            known("--family", family, counts)
        closest = opened.closest(most, family=family)
    found = {"settings": counts, "closest": [check._asdict() for check in closest]}
    deliver(json, found, lambda: show(tables.closest_table(closest, sum(counts.values()))))
    return HOLDS
