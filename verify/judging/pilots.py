"""What pilots fix before replicas are judged: a tube, what holds on it, and the a-priori tube beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from boundary import BadInput
from simulate.results import RunResult
from simulate.run import Run
from verify.regions import a_priori, covered, own, theorem, tube
from verify.regions.covered import Seen
from verify.regions.network import Box, check, value
from verify.regions.own import Following, Passage
from verify.regions.theorem import Constants
from verify.regions.tube import Tube
from verify.regions.visited import Merged, Visited, fewer, merged

PILOTS, _LONG_PILOTS = 24, 16
"""Pilots of a run, and of one of more than `_LONG` steps, of which each takes seconds."""
_LONG = 10**6
BINS = 1024
"""Bins of time that a setting asks for whose tube is judged."""
_FEWEST, _MOST, _WORK = 128, 256, 37_000
"""The bins are merged to so many boxes if there are many weights, and to more, up to so many, with so many ends of all
boxes together, if there are few: of 300 weights in eight stages an enclosure takes a twentieth of a second."""
_DEEP, _DEEP_BOXES = 6, 512
"""Stages from which on the boxes of a run of more than `_LONG` steps are so many: there bounds grow fastest with the
width of a box."""
_LONGEST = 10**5
"""K up to which an a-priori tube is looked for."""
_STREAM = 0x70696C6F74
"""What sets the pilots' seed apart from those of the looks, which are 0, 1, 2."""
_ALLOWED = 2.0
"""The rounding of the replicas that is allowed for, as a multiple of the pilots'."""


def pilot_seed(seed: int) -> int:
    """Return the seed of the pilots of a run or setting; they are independent of its replicas at every look."""
    return int(np.random.SeedSequence([seed, _STREAM]).generate_state(1, np.uint64)[0] >> np.uint64(1))


@dataclass(frozen=True, eq=False)
class Fixed:
    """What is fixed before the replicas that are judged.

    Args:
        run: what is judged.
        seed: of the pilots.
        pilots: how many there were.
        off: the rounding that is allowed for, root mean square of what directions are off by, f/w.
        tube: around what they visited; None if there is none.
        following: the ceilings of the later bins, if runs are followed there (`verify.regions.own`).
        held: what holds on it; None if nothing is known.
        reason: why one of them is None.
        priori: upper bound of A that no run was looked at for, with and without rounding; None if there is none.
        priori_reason: why.

    """

    run: Run
    seed: int
    pilots: int
    off: float
    tube: Tube | None = None
    held: Constants | None = None
    reason: str = ""
    priori: tuple[float, float] | None = None
    priori_reason: str = ""
    following: Following | None = None

    @property
    def wide(self) -> float:
        """Return how much the boxes are widened for rounding, w."""
        return self.run.alpha * math.sqrt(self.run.iterations) * self.off * (1 + max(self.run.lags))

    @property
    def followed_since(self) -> int | None:
        """Return the step from which on runs are followed, with ceilings in the place of boxes; None if nowhere."""
        if self.tube is None or self.following is None:
            return None
        return int(self.tube.edges[self.following.first])

    def passage(self, runs: RunResult) -> Passage:
        """Return which replicas left, and between what f(W_T) is of those; all of them and nan if there is no tube."""
        count = len(runs.final_value)
        if self.tube is None or self.held is None or runs.ranges is None:
            nowhere, everyone = np.full(count, math.nan), np.ones(count, dtype=bool)
            return Passage(everyone, np.zeros(count, dtype=np.int64), nowhere, nowhere, nowhere[:, None])
        ranges = merged(runs.ranges, self.tube.edges, max(self.run.lags))
        steps, following = covered.steps_of(self.run, self.wide), self.following
        early = _passage(steps, self.tube.boxes[: following.first if following else None], self.held, ranges)
        if following is None:
            return early
        before = self.held.found[following.first - 1].step
        with threadpool_limits(1):  # more threads only wait for each other: matrices have some hundred rows
            late = own.passed(steps, following, ranges, before, ~early.left)
        since, least, most = (np.where(early.left, *pair) for pair in zip(early[1:4], late[1:4], strict=True))
        return Passage(late.left, since, least, most, np.hstack([early.L, late.L]))


def _passage(steps: own.Steps, boxes: Sequence[Box], held: Constants, ranges: Merged) -> Passage:
    """Return the passage through the first boxes of a tube; nan of replicas that stayed.

    T is in the first bin b in whose box a replica is not. The step to W_T began in that box or in the one before, as T
    may be the first step of b, and ends in either widened by one step.
    """
    low, high = (np.stack([getattr(box, end) for box in boxes]) for end in ("low", "high"))
    bins = len(boxes)
    inside = np.all((ranges.low[:, :bins] >= low) & (ranges.high[:, :bins] <= high), axis=2)
    left = ~np.all(inside, axis=1)
    since = np.where(left, np.argmin(inside, axis=1), bins)
    least, most = (np.full(len(left), math.nan) for _ in range(2))
    for replica in np.flatnonzero(left).tolist():
        first = int(since[replica])
        near = [(boxes[b], held.found[b]) for b in range(max(first - 1, 0), first + 1)]
        least[replica] = min(one.least for _, one in near)
        most[replica] = max(value(steps.problem, box.widened(steps.wide + one.step))[1] for box, one in near)
    return Passage(left, since, least, most, np.tile(held.smoothness[:bins], (len(left), 1)))


def pilots_of(run: Run) -> int:
    """Return how many pilots a run has."""
    return PILOTS if run.iterations <= _LONG else _LONG_PILOTS


def wanted(run: Run) -> bool:
    """Return whether a run is to be judged on a tube: whether it asks for the ranges of its weights."""
    return run.ranges > 0


def bins_of(run: Run) -> int:
    """Return how many boxes the tube of a run has at most."""
    if run.problem.stages >= _DEEP and run.iterations > _LONG:
        return min(run.ranges, _DEEP_BOXES)
    weights = sum(rows * columns for rows, columns in run.problem.shapes)
    return min(run.ranges, _MOST, max(_FEWEST, _WORK // weights))


@np.errstate(over="ignore", invalid="ignore")  # what is too large is said so by `Intervals`
def fix(pilots: RunResult, direction: float) -> Fixed:
    """Return what pilots fix.

    Args:
        pilots: runs with a seed of their own, with `ranges`.
        direction: bound on the rounding of their directions (`rounding.Rounding.direction`).

    """
    run = pilots.run
    off = _ALLOWED * direction
    none = Fixed(run, run.seed, run.replicas, off)
    reason = covered.uncovered(run)
    if not reason and not math.isfinite(off):
        reason = "nothing bounds the rounding of the pilots"
    if reason or pilots.ranges is None:
        return replace(none, reason=reason or "no ranges of the weights", priori_reason=reason)
    with threadpool_limits(1):
        priori, why = _priori(run, off)
        return _laid(replace(none, priori=priori, priori_reason=why), pilots, pilots.ranges)


def _laid(known: Fixed, pilots: RunResult, shown: Visited) -> Fixed:
    """Return what is known with the tube that is laid around what pilots visited."""
    run = known.run
    try:
        ranges = merged(shown, fewer(shown, bins_of(run)), max(run.lags))
        laid = tube.from_pilots(ranges)
        following, held = covered.on_boxes(run, laid, ranges, known.wide, Seen.of(pilots, laid.edges))
    except (ArithmeticError, BadInput) as error:
        return replace(known, reason=f"nothing holds on the tube of the pilots: {error}")
    return replace(known, tube=laid, following=following, held=held)


def _priori(run: Run, off: float) -> tuple[tuple[float, float] | None, str]:
    """Return the bound of A for which nothing is observed, without rounding and with it; or None and why."""
    if run.iterations > _LONGEST:
        return None, f"a tube that no run is looked at for is tried up to K = {_LONGEST}"
    if covered.STASHED[run.algorithm] and any(run.lags):
        return None, "backward weights that are stale: the a-priori tube takes current ones"
    problem, apart, bins = check(run.problem), run.alpha * run.iterations * off, min(run.ranges, a_priori.BINS)
    try:
        found = a_priori.a_priori(problem, run.alpha, run.tau, run.lags, run.iterations, bins=bins, apart=apart)
        if found.tube is None:
            return None, f"the a-priori tube closes up to step {found.reached} only"
        held = covered.on_tube(run, found.tube.widened(apart * (1 + max(run.lags))))
        rest = a_priori.LEAVING * tube.largest_gradient(problem, run.tau) ** 2 * (1 + 1e-12)
        exact, moved = (
            (theorem.stopped(held, run.alpha, run.iterations, run.lags, off=one) + rest) * (1 + 1e-15)
            for one in (0.0, off)
        )
    except (ArithmeticError, BadInput) as error:
        return None, f"nothing holds on the a-priori tube: {error}"
    if not moved < math.inf:
        return None, "nothing bounds the gradient where the tube may be left to"
    return (exact, moved), ""
