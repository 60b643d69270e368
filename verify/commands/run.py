"""`python -m verify run`: a sweep of randomized settings."""

import time
from pathlib import Path
from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, BadInput, check_writable, deliver, integer, real, show
from boundary.options import REAL, Json, Plugin, number


def run(
    settings: Annotated[str, number("How many randomized settings.")] = "300",
    seed: Annotated[str, number("Seed of the sweep; setting i depends on the seed and i alone.")] = "1",
    family: Annotated[list[str] | None, typer.Option(help="Only these families; may be given several times.")] = None,
    families: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Families of your own, [[family]] with axes (docs/own.md); without --family these alone.",
        ),
    ] = None,
    long: Annotated[bool, typer.Option("--long", help="Networks for K to 1e7 too: 30 s each at most.")] = False,
    confidence: Annotated[str, number("Family-wise confidence of the verdicts.", shown=REAL)] = "0.99",
    workers: Annotated[str | None, number("Processes; all cores if not given.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler in place of processes.")] = None,
    store: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep every result here.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an existing store of the same code.")] = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh-if-changed",
            help="With --resume: start a store of other code anew, keeping the old one as FILE.old.",
        ),
    ] = False,
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    json: Json = None,
) -> int:
    """Judge randomized settings: held, violated or inconclusive, and how tight each bound is."""
    from verify.commands import console
    from verify.judging.statistics import Spending
    from verify.report import tables
    from verify.report.summary import summarise
    from verify.sweep import executors
    from verify.sweep import settings as drawn
    from verify.sweep.connection import StoreFailed
    from verify.sweep.plan import SweepPlan
    from verify.sweep.store import Store

    check_writable(json, "--json")
    if fresh and not resume:
        raise BadInput("--fresh-if-changed", "given", "given with --resume")
    count = integer("--settings", settings, at_least=1)
    own = None if families is None else drawn.own_families(families)
    plan = SweepPlan(
        integer("--seed", seed, at_least=0),
        drawn.plan_families(family or [], long=long, own=own),
        Spending(real("--confidence", confidence)).confidence,
        own=own,
    )
    if workers is not None and scheduler is not None:
        raise BadInput("--scheduler", scheduler, "given without --workers, which is for processes on this machine")
    processes = executors.default_workers() if workers is None else integer("--workers", workers, at_least=1)
    if scheduler is None:
        executors.check_workers(min(processes, count))
    console.watch_drawing(plan, count)
    start, ended = time.perf_counter(), None
    with Store.start(store, plan, resume=resume, fresh=fresh) as opened:
        try:
            console.watch(opened, count, executors.opened(min(processes, count), scheduler))
        except (KeyboardInterrupt, executors.WorkLost, StoreFailed) as error:  # what is done is kept and summed up
            ended = error
        results = list(opened.results(below=count))
    elapsed = time.perf_counter() - start
    summary = summarise(results, plan, elapsed, None if store is None else str(store), asked=count)
    deliver(json, summary.to_json(), lambda: show(tables.summary_table(summary)))
    if ended is not None:
        raise ended
    return ANSWER_IS_NO if summary.counts.violations else HOLDS
