"""Many settings, many cores: each setting is judged by itself, each result is one transaction.

A result is a function of the setting and the confidence alone, so neither the number of workers, nor their order, nor a
crash in between changes it. Any `concurrent.futures` executor will do.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import replace
from typing import NamedTuple

import numpy as np

import simulate
from boundary import BadInput, digest, foreign
from simulate import plugins
from simulate.problems import Problem
from simulate.problems.checking import require_agreement
from verify.judging import assumptions, measured, norms, on_tubes, pilots, tubes, verdicts
from verify.judging.observations import Observations, from_trajectories
from verify.judging.statistics import Spending
from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import SweepPlan
from verify.sweep.settings import sample
from verify.sweep.store import Store, judged_by


def trajectories(setting: Setting, replicas: int, seed: int) -> simulate.RunResult:
    """Run a setting."""
    return simulate.execute(setting.afresh(replicas=replicas, seed=seed))


def observe(setting: Setting, replicas: int, seed: int, fixed: pilots.Fixed | None = None) -> Observations:
    """Run a setting and join what was seen with what was known, and with a tube that was fixed before."""
    runs = trajectories(setting, replicas, seed)
    return on_tubes.beside(from_trajectories(runs), runs, fixed)


def pilot(setting: Setting) -> pilots.Fixed | None:
    """Return what pilots fix of a setting, with a seed of their own; None if it does not ask for ranges."""
    if not pilots.wanted(setting):
        return None
    runs = trajectories(replace(setting, drift=0), pilots.pilots_of(setting), pilots.pilot_seed(setting.seed))
    return pilots.fix(runs, from_trajectories(runs).rounding.direction)


def look_seed(setting: Setting, look: int) -> int:
    """Return the seed of one look; replicas of different looks are independent."""
    return int(np.random.SeedSequence([setting.seed, look]).generate_state(1, np.uint64)[0] >> np.uint64(1))


def assess(setting: Setting, confidence: float) -> JudgedSetting:
    """Run a setting, double its replicas while it is undecided, and return everything worth keeping.

    The level is the setting's own share of the family's error (`statistics.Spending`).
    """
    start = time.perf_counter()
    require_own_agreement(setting.problem)
    level, fixed = Spending(confidence).level(setting.id), pilot(setting)
    replicas, looks = setting.replicas, 1
    first = trajectories(setting, replicas, look_seed(setting, 0))
    observed = on_tubes.beside(from_trajectories(first), first, fixed)
    verdict = measured.confront(observed, level)
    while not verdict.settled and looks < verdicts.LOOKS:
        observed = observed.and_more(observe(setting, replicas, look_seed(setting, looks), fixed))
        verdict = measured.confront(observed, level)
        replicas, looks = 2 * replicas, looks + 1
    return JudgedSetting(
        setting,
        observed.constants,
        verdict.evidence.summary(level),
        looks,
        tuple(assumptions.examine(observed)),
        verdict.checks,
        norms.sides(first.run, observed, level),
        time.perf_counter() - start,
        None if observed.stopped is None else tubes.TubeSummary.of(observed.stopped, verdicts.LOOKS),
    )


class Job(NamedTuple):
    """What a worker is told of the sweep: its plan, the code that asks, and the user's files that were executed."""

    plan: SweepPlan
    code: tuple[tuple[str, str], ...]
    plugins: tuple[plugins.Source, ...]


def _sampled(job: Job, index: int) -> JudgedSetting:
    """Judge a setting, where the code is the one that asks: a worker may stand on another machine."""
    for source in job.plugins:
        plugins.execute(source)
    others = digest.changed(dict(job.code), judged_by())
    if others:
        raise BadInput("--scheduler", ", ".join(others), "the same for this command and for every worker")
    plan = job.plan
    with foreign.translated():  # what a plug-in raises may be of a class that the parent does not know
        return assess(sample(plan.seed, index, plan.families, plan.own), plan.confidence)


def require_drawable(plan: SweepPlan, indices: Iterable[int]) -> None:
    """Refuse a sweep before it begins of which a setting of the user's families cannot be made.

    Args:
        plan: of the sweep.
        indices: of its settings.

    Raises:
        BadInput: names the family and the axis; of a problem of the user's own also what disagrees in it.

    """
    own = {} if plan.own is None else plan.own.by_name
    looked_at = set[str]()
    for index in indices:
        name = plan.families[index % len(plan.families)]
        if name in own:
            setting = sample(plan.seed, index, plan.families, plan.own)
            if name not in looked_at:
                require_own_agreement(setting.problem)
                looked_at.add(name)


def require_own_agreement(problem: Problem) -> None:
    """Refuse a problem of the user's own whose facts, laws or directions disagree with each other."""
    if not type(problem).__module__.startswith("simulate.problems."):
        with plugins.calling(problem):
            require_agreement(problem, quick=False, needed_by="every bound")


def run(
    store: Store,
    settings: int,
    executor: Executor,
    width: int,
    on_result: Callable[[JudgedSetting], None] = lambda _: None,
) -> int:
    """Judge the settings 0..settings-1 of the store's plan that it lacks; return how many were done.

    Args:
        store: holds the plan and takes the results.
        settings: how many settings the sweep has.
        executor: where they are judged; not shut down here.
        width: how many to keep submitted at once.
        on_result: called with every result after it is stored.

    """
    plan = store.plan
    done = store.done()
    # Asked for again when its turn comes: another process may go on with the same store.
    todo = (index for index in range(settings) if index not in done and not store.has(index))
    job = Job(plan, tuple(judged_by().items()), plugins.sources())
    jobs = (executor.submit(_sampled, job, index) for index in todo)
    count = 0
    for result in _as_completed(jobs, width):
        store.add(result)
        on_result(result)
        count += 1
    return count


def _as_completed(jobs: Iterable[Future[JudgedSetting]], width: int) -> Iterator[JudgedSetting]:
    """Yield results as they come, with at most `width` jobs submitted; what waits is cancelled when left early."""
    source, pending = iter(jobs), set[Future[JudgedSetting]]()
    try:
        while True:
            while len(pending) < width and (job := next(source, None)) is not None:
                pending.add(job)
            if not pending:
                return
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for job in finished:
                yield job.result()
    finally:
        for job in pending:
            job.cancel()
