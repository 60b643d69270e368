"""`python -m verify falsify`: the worst setting of each family."""

from pathlib import Path
from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, integer, show
from boundary.options import Json, Plugin, number


def falsify(
    budget: Annotated[str, number("How many runs the search may make.")] = "300",
    seed: Annotated[str, number("Seed of the search and of its runs.")] = "1",
    family: Annotated[list[str] | None, typer.Option(help="Only these families; may be given several times.")] = None,
    families: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Families of your own, [[family]] with axes (docs/own.md); without --family these alone.",
        ),
    ] = None,
    store: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the worst settings here, to replay.")] = None,
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    json: Json = None,
) -> int:
    """Search for the setting with the smallest bound / observed ratio, family by family."""
    from verify.commands import console
    from verify.report import tables
    from verify.sweep import settings
    from verify.sweep.falsify import names_of
    from verify.sweep.store import check_new

    check_writable(json, "--json")
    if store is not None:
        check_new(store)
    runs = integer("--budget", budget, at_least=1)
    own = None if families is None else settings.own_families(families)
    names = names_of(family or [], own)
    found = console.watch_search(runs, integer("--seed", seed, at_least=0), names, own)
    if store is not None:
        console.keep(found, store)
    deliver(json, found.to_json(), lambda: show(tables.falsify_table(found, store)))
    return ANSWER_IS_NO if found.violations else HOLDS
