"""Progress on standard error while a command works."""

import shlex
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from boundary import BadInput, notes
from boundary.progress import shown
from verify.judging import calibration
from verify.judging.calibration import CalibrationResult
from verify.rates import attained, study
from verify.rates.attained import AttainedResult
from verify.rates.iterations import StudyPlan
from verify.rates.study import StudyResult
from verify.sabotage import running
from verify.sabotage.running import SabotageResult
from verify.sweep import assessing, executors, falsify
from verify.sweep.connection import StoreFailed
from verify.sweep.executors import WorkLost
from verify.sweep.falsify import SearchResult
from verify.sweep.own_families import OwnFamilies
from verify.sweep.plan import SweepPlan
from verify.sweep.store import MEMORY, Store

if TYPE_CHECKING:  # these need the extra `pep`
    from verify.witness.case import WitnessCase
    from verify.witness.comparison import WitnessResult

_STEPS = 1e6


class _Bar(Progress):
    """A bar that leaves nothing behind where what it goes with is refused: the refusal is one line."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, BadInput):
            self.live.transient = True
            self.live.stop()
        else:
            super().__exit__(kind, error, trace)


def progress() -> Progress:
    """Return a progress bar on standard error with the time left."""
    return _Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=notes(),
    )


def watch(store: Store, settings: int, executor: AbstractContextManager[tuple[Executor, int]]) -> None:
    """Run a sweep under a progress bar; whatever stops it says what is in the store and goes on up."""
    done = len([identity for identity in store.done() if identity < settings])
    with progress() as bar:
        task = bar.add_task("settings", total=settings, completed=done)
        try:
            with executor as (pool, width):
                assessing.run(store, settings, pool, width, lambda _: bar.advance(task))
        except KeyboardInterrupt:
            bar.console.print(_kept(store, settings), markup=False, soft_wrap=True)
            raise
        except (WorkLost, StoreFailed) as error:
            words = f"{error.condition}; {_kept(store, settings)}"
            raise type(error)(error.name, error.value, words) from None


def watch_drawing(plan: SweepPlan, settings: int) -> None:
    """Make the settings of the user's families, so that none is judged before all are known to be possible."""
    if plan.own is not None:
        assessing.require_drawable(plan, shown(range(settings), settings, "drawing", wanted=True))


def _kept(store: Store, settings: int) -> str:
    """Return how far a sweep has come that did not come to its end."""
    try:
        done = str(len(store.done()))
    except StoreFailed:
        done = "some"
    where = "are done" if store.path == MEMORY else f"are in {shlex.quote(store.path)}; go on with --resume"
    return f"{done} of {settings} settings {where}"


def watch_faults(areas: Sequence[str]) -> SabotageResult:
    """Plant every fault of the areas under a progress bar."""
    with progress() as bar:
        task = bar.add_task("faults", total=None)
        return running.run(areas, lambda _, total: bar.update(task, advance=1, total=total))


def watch_calibration(families: int, seed: int) -> CalibrationResult:
    """Measure error rates under a progress bar."""
    with progress() as bar:
        task = bar.add_task("rates", total=calibration.STEPS)
        return calibration.calibrate(families, seed, lambda: bar.advance(task))


def watch_search(budget: int, seed: int, families: Sequence[str], own: OwnFamilies | None) -> SearchResult:
    """Search for the worst settings under a progress bar."""
    with progress() as bar:
        task = bar.add_task("runs", total=budget)
        return falsify.falsify(budget, seed, families, lambda step: bar.advance(task, step), own)


def watch_rates(plan: StudyPlan, workers: int) -> StudyResult:
    """Make the study of rates under a progress bar; one worker is this process."""
    with progress() as bar:
        task = bar.add_task("million steps", total=None)

        def tell(cost: float, total: float) -> None:
            bar.update(task, advance=cost / _STEPS, total=total / _STEPS)

        if workers == 1:
            return study.run(plan, None, tell)
        with executors.processes(workers) as pool:
            return study.run(plan, pool, tell)


def watch_floors(seed: int, workers: int, *, quick: bool = False) -> AttainedResult:
    """Measure the floor of every device under a progress bar; one worker is this process."""
    with progress() as bar:
        task = bar.add_task("million steps", total=None)

        def tell(cost: float, total: float) -> None:
            bar.update(task, advance=cost / _STEPS, total=total / _STEPS)

        if workers == 1:
            return attained.run(seed, None, tell, quick=quick)
        with executors.processes(workers) as pool:
            return attained.run(seed, pool, tell, quick=quick)


def watch_witness(asked: "Sequence[WitnessCase]") -> "WitnessResult":
    """Compare simulated, worst case and derived under a progress bar; needs the extra `pep`."""
    from verify.witness import showing
    from verify.witness.estimation import ORACLES

    with progress() as bar:
        task = bar.add_task("worst cases", total=len(asked) * len(ORACLES))
        return showing.run(asked, lambda: bar.advance(task))


def keep(found: SearchResult, path: Path) -> None:
    """Write the worst settings as they were run to a new store, so that `replay` gives the same ratio bit for bit."""
    with Store.create(path, found.plan) as store:
        for candidate in found.families.values():
            store.add(candidate.judged)
