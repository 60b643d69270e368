"""`python -m simulate check`: a problem compared with itself."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

import boundary
from boundary import options
from boundary.options import Plugin
from simulate import checking, plugins, problems
from simulate.problems.checking import ProblemCheck


def check(
    problem: Annotated[str, typer.Option(help=", ".join(problems.REGISTRY))],
    stages: Annotated[str, options.number("M, >= 1.")] = "1",
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Of the problem; repeat.")
    ] = None,
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    seed: Annotated[str, options.number("Seed of weights, samples and runs.")] = "0",
    json_file: options.Json = None,
) -> int:
    """Compare a problem's value, gradient, directions, facts, laws and kernel with each other; exit 1 if any differ."""
    pairs = settings or []
    given = boundary.assignments(pairs, [pair.partition("=")[0] for pair in pairs])
    made = problems.make(problem, boundary.integer("stages", stages, at_least=1), **given)
    with plugins.calling(made):
        found = checking.check(made, seed=boundary.integer("seed", seed, at_least=0))
    boundary.deliver(json_file, _document(found), lambda: _show(found))
    return boundary.HOLDS if found.ok else boundary.ANSWER_IS_NO


def _document(found: ProblemCheck) -> dict[str, object]:
    rows = [{**asdict(one), "worst": one.found, "ok": one.ok} for one in found.comparisons]
    return {"problem": found.problem, "ok": found.ok, "checks": rows, "not_stated": list(found.not_stated)}


def _show(found: ProblemCheck) -> None:
    table = Table(title=str(found), title_justify="left")
    for column in ("comparison", "found", "allowed", "worst at", ""):
        table.add_column(column)
    for one in found.comparisons:
        table.add_row(
            one.what, f"{one.found:.3g}", f"{one.allowed:.3g}", one.where, "agrees" if one.ok else "DISAGREES"
        )
    for name in found.not_stated:
        table.add_row(f"{name} is not stated", "", "", "", "not compared")
    boundary.show(table)
