"""`python -m mutants`: plant small faults in the trusted modules, one at a time; exit 1 if the tests miss too many.

All mutants: the share that is killed decides. A sample decides only where it shows that too few of all would be killed.
Those named equivalent: none may be killed.
"""

import os
import platform
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import Progress

from boundary import BadInput, run_command, write_atomically, write_json
from mutants import scores
from mutants.session import Mutant, Result, Session, evidence, result_of
from mutants.trusted import Module, Reviewed, modules
from mutants.workshop import Answer, Bench, bench, budget

app = typer.Typer(add_completion=False, help=__doc__)
_BROKEN: Final = "raise RuntimeError('planted: the tests must notice that this module cannot be imported')\n"


class Workers:
    """Benches, one a thread; work is given to whichever is free."""

    def __init__(self, stack: ExitStack, count: int) -> None:
        self._benches: SimpleQueue[Bench] = SimpleQueue()
        # The benches are closed first: whoever stops the command waits for no test.
        self.pool = stack.enter_context(ThreadPoolExecutor(count))
        stack.callback(self.pool.shutdown, wait=False, cancel_futures=True)
        for _ in range(count):
            self._benches.put(stack.enter_context(bench()))
        self.count = count

    def sound(self, tests: tuple[str, ...]) -> Answer:
        """Run tests with no fault planted."""
        one = self._benches.get()
        try:
            return one.run(tests, keep=True)
        finally:
            self._benches.put(one)

    def planted(self, module: Module, text: str, seconds: float) -> Answer:
        """Run a module's tests with `text` in its place."""
        one = self._benches.get()
        try:
            with one.planted(module.path, text):
                return one.run(module.tests, budget=seconds)
        finally:
            self._benches.put(one)


def _baselines(workers: Workers, chosen: Sequence[Module], bar: Progress) -> dict[tuple[str, ...], float]:
    """Return the seconds that the tests take without a fault, and see that they pass then, and only then."""
    shown = bar.add_task("tests without a fault", total=len(chosen) * 2)
    lists = list(dict.fromkeys(module.tests for module in chosen))
    found: dict[tuple[str, ...], float] = {}
    for tests, answer in zip(lists, workers.pool.map(workers.sound, lists), strict=True):
        if answer.outcome != "passed":
            raise BadInput("tests", " ".join(tests), f"passes without a fault: {answer.output[-300:]}", "a score")
        found[tests] = answer.processor
        bar.advance(shown, len(chosen) / len(lists))
    broken = list(workers.pool.map(lambda module: workers.planted(module, _BROKEN, 600.0), chosen))
    for module, answer in zip(chosen, broken, strict=True):
        if answer.outcome == "passed":
            raise BadInput("tests", " ".join(module.tests), f"imports {module.path}", "a score")
        bar.advance(shown)
    return found


def _results(
    workers: Workers, wanted: Iterator[Mutant], baselines: dict[tuple[str, ...], float], until: float, found_with: str
) -> Iterator[tuple[Mutant, Result]]:
    """Yield what becomes of the mutants, in any order, until they or the time have run out."""
    running: dict[Future[Answer], Mutant] = {}
    while True:
        while len(running) < workers.count and time.monotonic() < until and (one := next(wanted, None)) is not None:
            seconds = budget(baselines[one.module.tests])
            running[workers.pool.submit(workers.planted, one.module, one.text(), seconds)] = one
        if not running:
            return
        for done in wait(running, return_when=FIRST_COMPLETED).done:
            yield running.pop(done), result_of(done.result(), found_with)


@app.command()
def main(
    sample: Annotated[int | None, typer.Option(help="mutants to draw at random; all if left out", min=1)] = None,
    seed: Annotated[int, typer.Option(help="of the draw and of the order")] = 1,
    minutes: Annotated[float, typer.Option(help="start no mutant after this time, from the first on", min=0)] = float(
        "inf"
    ),
    named: Annotated[bool, typer.Option(help="run those that are named equivalent alone")] = False,
    only: Annotated[str, typer.Option(help="pattern of paths, file names or groups of trusted modules")] = "*",
    workers: Annotated[int | None, typer.Option(help="processes; one a processor if left out", min=1)] = None,
    out: Annotated[Path, typer.Option(help="folder for scores.json, scores.md, survivors.md, sessions")] = Path(
        "results/mutants"
    ),
    trust_kills: Annotated[
        bool, typer.Option(help="what was killed before sources or tests changed is not run again")
    ] = False,
) -> None:
    """Plant, run, count. What was run with the same sources and tests before is not run again."""
    began, found_with, reviewed = time.monotonic(), evidence(), Reviewed()
    ready = began
    everything = modules(only)
    chosen = [one for one in everything if not one.missing]
    for one in everything:
        if one.missing:
            typer.echo(f"left out: {one.path}, whose tests need {one.missing}", err=True)
    with ExitStack() as stack:
        sessions = {
            one.path: stack.enter_context(Session(one, out / "sessions", found_with, trust_kills=trust_kills))
            for one in chosen
        }
        everyone = [mutant for session in sessions.values() for mutant in session.mutants.values()]
        if named:
            everyone = [one for one in everyone if reviewed.reason(one.change, survived=False)]
            if not everyone:
                raise BadInput("--only", only, "modules of which a mutant is named equivalent", "a review of them")
        order = random.Random(seed).sample(everyone, min(sample or len(everyone), len(everyone)))
        fresh = [one for one in order if one.key not in sessions[one.module.path].results]
        bar = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
        if fresh:
            needed = [one for one in chosen if any(mutant.module == one for mutant in fresh)]
            crew = Workers(stack, workers or len(os.sched_getaffinity(0)))
            baselines = _baselines(crew, needed, bar)
            ready = time.monotonic()
            shown = bar.add_task("mutants", total=len(fresh))
            for mutant, result in _results(crew, iter(fresh), baselines, ready + 60 * minutes, found_with):
                sessions[mutant.module.path].store(mutant.key, result)
                bar.advance(shown)
        known = {key: result for session in sessions.values() for key, result in session.results.items()}
        planted = {path: len(session.mutants) for path, session in sessions.items()}
        found = scores.tried(order, known, reviewed)
        stale = reviewed.stale(mutant.change for session in sessions.values() for mutant in session.mutants.values())
    if not found:
        raise BadInput("--minutes", minutes, "long enough for one mutant", "a score")
    spent = {"without a fault": round(ready - began), "mutants": round(time.monotonic() - ready)}
    about = {"seconds": spent, "seed": seed, "drawn": len(order), "evidence": found_with, "versions": _versions()}
    outcome = scores.summary(found, planted, about) | {"stale": stale}
    _write(out, outcome)
    if outcome["misnamed"] or not (named or scores.holds(outcome)):
        raise typer.Exit(1)


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in ("cosmic-ray", "pytest")}}


def _write(out: Path, result: dict[str, Any]) -> None:
    write_json(str(out / "scores.json"), result)
    write_atomically(out / "scores.md", scores.table(result))
    write_atomically(out / "survivors.md", scores.listing(result))
    typer.echo(scores.table(result))
    typer.echo(scores.listing(result))
    for line in result["stale"]:
        typer.echo("equivalent.toml: no longer there: " + ", ".join(line), err=True)


if __name__ == "__main__":
    run_command(app, "python -m mutants")
