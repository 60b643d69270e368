"""Command line: confront the theorems with runs."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boundary import (
    ANSWER_IS_NO,
    HOLDS,
    BadInput,
    check_writable,
    deliver,
    integer,
    known,
    notes,
    real,
    run_command,
    show,
)

if TYPE_CHECKING:
    from verify.sweep.store import Store

app = typer.Typer(
    help="Confront proved bounds with simulated runs: verdicts, replays, searches for trouble.",
    no_args_is_help=True,
    add_completion=False,
)

JsonOption = Annotated[
    str, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - is standard output.")
]
StoreArgument = Annotated[Path, typer.Option("--store", metavar="FILE", help="The store of a sweep.")]
DEFAULT_STORE = Path("results/verify.sqlite")


def _tell_if_outdated(store: "Store") -> None:
    """Note on standard error that a store was judged by other code."""
    others = store.outdated_by()
    if others:
        words = f"note: {store.path} was judged by other code; these have changed since: {', '.join(others)}"
        notes().print(words, markup=False, highlight=False, soft_wrap=True)


@app.command()
def run(
    settings: Annotated[str, typer.Option(help="How many randomized settings.")] = "300",
    seed: Annotated[str, typer.Option(help="Seed of the sweep; setting i depends on the seed and i alone.")] = "1",
    family: Annotated[list[str] | None, typer.Option(help="Only these families; may be given several times.")] = None,
    long: Annotated[bool, typer.Option("--long", help="Long runs of networks too, K to 1e7: 5 s each.")] = False,
    confidence: Annotated[str, typer.Option(help="Family-wise confidence of the verdicts.")] = "0.99",
    workers: Annotated[str | None, typer.Option(help="Processes; all cores if not given.")] = None,
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
    json: JsonOption = "",
) -> int:
    """Judge randomized settings: held, violated or inconclusive, and how tight each bound is."""
    from verify.commands import console
    from verify.judging.statistics import Spending
    from verify.report import tables
    from verify.report.summary import summarise
    from verify.sweep import executors
    from verify.sweep import settings as families
    from verify.sweep.connection import StoreFailed
    from verify.sweep.plan import SweepPlan
    from verify.sweep.store import Store

    check_writable(json, "--json")
    if fresh and not resume:
        raise BadInput("--fresh-if-changed", "given", "given with --resume")
    count = integer("--settings", settings, at_least=1)
    plan = SweepPlan(
        integer("--seed", seed, at_least=0),
        tuple(families.plan_families(family or [], long=long)),
        Spending(real("--confidence", confidence)).confidence,
    )
    if workers is not None and scheduler is not None:
        raise BadInput("--scheduler", scheduler, "given without --workers, which is for processes on this machine")
    number = executors.default_workers() if workers is None else integer("--workers", workers, at_least=1)
    if scheduler is None:
        executors.check_workers(min(number, count))
    start, ended = time.perf_counter(), None
    with Store.start(store, plan, resume=resume, fresh=fresh) as opened:
        try:
            console.watch(opened, count, executors.opened(min(number, count), scheduler))
        except (KeyboardInterrupt, executors.WorkLost, StoreFailed) as error:  # what is done is kept and summed up
            ended = error
        results = list(opened.results(below=count))
    elapsed = time.perf_counter() - start
    summary = summarise(results, plan, elapsed, None if store is None else str(store), asked=count)
    deliver(json, summary.to_json(), lambda: show(tables.summary_table(summary)))
    if ended is not None:
        raise ended
    return ANSWER_IS_NO if summary.counts.violations else HOLDS


@app.command("list")
def list_(
    store: StoreArgument = DEFAULT_STORE,
    family: Annotated[str | None, typer.Option(help="Only this family.")] = None,
    count: Annotated[str, typer.Option(help="How many settings.")] = "20",
    json: JsonOption = "",
) -> int:
    """List the settings of a store that came closest to an alarm, violated ones first."""
    from verify.report import tables
    from verify.sweep.store import Store

    check_writable(json, "--json")
    number = integer("--count", count, at_least=1)
    with Store.open(store) as opened:
        _tell_if_outdated(opened)
        counts = opened.counts()
        if family is not None:
            known("--family", family, counts)
        closest = opened.closest(number, family=family)
    found = {"settings": counts, "closest": [check._asdict() for check in closest]}
    deliver(json, found, lambda: show(tables.closest_table(closest, sum(counts.values()))))
    return HOLDS


@app.command()
def replay(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The setting's id.")],
    store: StoreArgument = DEFAULT_STORE,
    json: JsonOption = "",
) -> int:
    """Run one stored setting again and show it step by step."""
    from verify.proof_lines import replaying
    from verify.report import tables
    from verify.sweep.store import Store

    check_writable(json, "--json")
    with Store.open(store) as opened:
        _tell_if_outdated(opened)
        stored = opened.result(integer("ID", identity, at_least=0))
        replayed = replaying.replay(stored, opened.plan.confidence)
    deliver(json, replayed.to_json(), lambda: show(tables.replay_table(replayed)))
    return HOLDS if replayed.ok else ANSWER_IS_NO


@app.command()
def falsify(
    budget: Annotated[str, typer.Option(help="How many runs the search may make.")] = "300",
    seed: Annotated[str, typer.Option(help="Seed of the search and of its runs.")] = "1",
    family: Annotated[list[str] | None, typer.Option(help="Only these families; may be given several times.")] = None,
    store: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the worst settings here, to replay.")] = None,
    json: JsonOption = "",
) -> int:
    """Search for the setting with the smallest bound / observed ratio, family by family."""
    from verify.commands import console
    from verify.report import tables
    from verify.sweep.settings import SEARCHED
    from verify.sweep.store import check_new

    check_writable(json, "--json")
    if store is not None:
        check_new(store)
    runs = integer("--budget", budget, at_least=1)
    names = [known("--family", name, SEARCHED) for name in family or SEARCHED]
    found = console.watch_search(runs, integer("--seed", seed, at_least=0), names)
    if store is not None:
        console.keep(found, store)
    deliver(json, found.to_json(), lambda: show(tables.falsify_table(found, store)))
    return ANSWER_IS_NO if found.violations else HOLDS


@app.command()
def sabotage(
    area: Annotated[list[str] | None, typer.Option(help="theory, simulation or statistics; all if not given.")] = None,
    json: JsonOption = "",
) -> int:
    """Plant faults in theorems, simulator and statistics, and say which check catches each."""
    from verify.commands import console
    from verify.sabotage.faults import AREAS
    from verify.sabotage.table import sabotage_table

    check_writable(json, "--json")
    result = console.watch_faults([known("--area", name, AREAS) for name in area or AREAS])
    deliver(json, result.to_json(), lambda: show(sabotage_table(result)))
    return HOLDS if result.ok else ANSWER_IS_NO


@app.command()
def calibrate(
    families: Annotated[str, typer.Option(help="Null families a law.")] = "2000",
    seed: Annotated[str, typer.Option(help="Seed of the planted truths.")] = "1",
    quick: Annotated[bool, typer.Option("--quick", help="A tenth of the families.")] = False,
    json: JsonOption = "",
) -> int:
    """Measure false alarms and power of the verdicts on planted truths, and that wrong procedures would show."""
    from verify.commands import console
    from verify.report import tables

    check_writable(json, "--json")
    count = integer("--families", families, at_least=1)
    result = console.watch_calibration(max(1, count // 10) if quick else count, integer("--seed", seed, at_least=0))
    deliver(json, result.to_json(), lambda: show(tables.calibration_table(result)))
    return HOLDS if result.as_stated else ANSWER_IS_NO


@app.command()
def witness(
    lags: Annotated[list[str] | None, typer.Option(help="d_1,...,d_M of a pipeline; several times, too.")] = None,
    iterations: Annotated[str, typer.Option(help="K, a few.")] = "6",
    alpha: Annotated[str, typer.Option(help="Step size, in 1/L.")] = "0.3",
    json: JsonOption = "",
) -> int:
    """Compare simulated, worst case by performance estimation, and derived, without noise and drift (extra `pep`)."""
    from verify import witness as outside

    check_writable(json, "--json")
    outside.require_extra()
    from verify.commands import console
    from verify.witness import showing

    result = console.watch_witness(showing.cases(lags or showing.LAGS, iterations, alpha))
    deliver(json, result.to_json(), lambda: show(showing.table(result)))
    return ANSWER_IS_NO if result.violated else HOLDS


@app.command()
def rates(
    quick: Annotated[bool, typer.Option("--quick", help="A look in seconds: fewer and shorter runs.")] = False,
    seed: Annotated[str, typer.Option(help="Seed of the runs.")] = "1",
    workers: Annotated[str | None, typer.Option(help="Processes; all cores if not given.")] = None,
    json: JsonOption = "",
) -> int:
    """Read exponents and floors off runs, count clock cycles on the machine, and look for the cross term."""
    from verify.commands import console
    from verify.rates.iterations import StudyPlan
    from verify.rates.table import table_of
    from verify.sweep import executors

    check_writable(json, "--json")
    plan = StudyPlan(quick, integer("--seed", seed, at_least=0))
    result = console.watch_rates(
        plan, executors.default_workers() if workers is None else integer("--workers", workers, at_least=1)
    )
    deliver(json, result.to_json(), lambda: show(table_of(result)))
    return ANSWER_IS_NO if result.violations else HOLDS


@app.command()
def report(
    store: StoreArgument = DEFAULT_STORE,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for verify.html.")] = Path("results"),
) -> int:
    """Write the page: one self-contained HTML file."""
    from verify.report import page as page
    from verify.sweep.store import Store

    check_writable(out / page.PAGE, "--out")
    with Store.open(store) as opened:
        _tell_if_outdated(opened)
        path = page.write(opened, out)
    typer.echo(path)
    return HOLDS


def main() -> None:
    """Run the command line."""
    run_command(app, "python -m verify")


if __name__ == "__main__":
    main()
