"""A tube of boxes in time: the region that some runs visited, and what Theorem 1 by conditional means says on it.

Setting:    box b is that of the steps k_b <= k <= k_(b+1), both ends; T is the first step at which the weights are
            outside a box of their step, K if there is none. The tube is fixed before the runs that it is said of.
Statement:  A_T = (1/K) E sum_(k<T) norm(grad f(W_k))^2 is at most `Verdict.stopped`; A is at most `stopped` plus
            P(T < K) times the largest squared gradient within the device's range.
Proof:      at a step k < T all weights W_0 ... W_k were in their boxes. Stale weights are at most max d steps old, so
            they are in the box of k or at most max d steps outside it, and in the boxes of their own steps. The step
            ends in the box widened by one step. So the constants of `network.enclose` hold at every step before T, and
            what staleness adds to noise at current weights (`stale.change`). mean.sized and mean.current_feasible
            of the stopped run (stopped.*) bound A_T, with L_k of the box of step k, S the largest of all boxes, and
            sums over the steps in c_w, T2 and the variances of the stages; f(W_T) is at least the least f of all
            widened boxes.
Status:     upper bound of A_T, guaranteed; of A with the confidence of the bound of P(T < K), or with a proved one.
Source:     docs/theory/mean.md#mean.sized, #stopped.average; tube.certified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from boundary import BadInput
from simulate.problems.network import Network
from theory.theorems import network as norms
from verify.regions import stale, theorem
from verify.regions.intervals import EPS, above
from verify.regions.level import Level
from verify.regions.network import Box, check, enclose, flat, value
from verify.regions.visited import Visited

FEWEST = 12
"""Pilot replicas that a tube is made from at least."""
MARGIN = 0.3
"""What a box is wider than what the pilots visited, as a share of that."""
AIM = 0.05
"""What share of the runs would leave a tube whose ends are all normal and independent of each other."""


@dataclass(frozen=True, eq=False)
class Tube:
    """Boxes of the weights, one after another in time.

    Args:
        edges: int64, shape (bins + 1,), strictly increasing from 0 to K.
        boxes: one a bin; it is meant to hold the weights at both edges and all between.

    """

    edges: NDArray[np.int64]
    boxes: tuple[Box, ...]

    def __post_init__(self) -> None:
        rises = self.edges.ndim == 1 and len(self.edges) > 1 and self.edges[0] == 0 and np.all(np.diff(self.edges) > 0)
        if not rises or len(self.boxes) != len(self.edges) - 1:
            raise BadInput(
                "edges", self.edges.shape, "edges that rise from 0 to K, one more than boxes", "tube.certified"
            )

    @property
    def iterations(self) -> int:
        """Return K."""
        return int(self.edges[-1])

    def widened(self, by: float) -> "Tube":
        """Return the tube with the ends of all boxes moved outward by `by` >= 0."""
        return Tube(self.edges, tuple(box.widened(by) for box in self.boxes))

    def left_by(self, ranges: Visited) -> NDArray[np.bool_]:
        """Return which replicas were outside a box at some step, shape (replicas,); a diverged one was.

        Raises:
            BadInput: ranges over other bins of time, or of other weights.

        """
        low, high = (np.stack([getattr(box, end) for box in self.boxes]) for end in ("low", "high"))
        if not np.array_equal(ranges.edges, self.edges) or ranges.low.shape[1:] != low.shape:
            raise BadInput(
                "ranges", ranges.low.shape, f"the ranges of {low.shape} weights in the tube's bins", "tube.certified"
            )
        inside = (ranges.low >= low) & (ranges.high <= high) & (ranges.low <= ranges.high)
        return np.asarray(~np.all(inside, axis=(1, 2)))


def from_pilots(ranges: Visited, *, margin: float = MARGIN, aim: float = AIM) -> Tube:
    """Return a tube around what pilot replicas visited.

    Any tube is a valid one; this one is meant to be left seldom and not to be wide. In a bin that is long against the
    time after which a run has forgotten where it was, all pilots have nearly the same ends, and the margin counts; in a
    short one the ends scatter as they are about normal, and their deviation does.

    Args:
        ranges: of at least `FEWEST` replicas, none of which diverged.
        margin: beyond the least and the largest end of all pilots, as a share of half the width, >= 0.
        aim: an end is so many standard deviations of the pilots' ends beyond their mean that a new normal number is
            beyond it with this probability, divided by the number of ends (Student's t).

    """
    count = len(ranges.low)
    if count < FEWEST:
        raise BadInput("pilots", count, f"at least {FEWEST} replicas", "tube.certified")
    if not (np.all(np.isfinite(ranges.low)) and np.all(np.isfinite(ranges.high))):
        raise BadInput("pilots", "a replica that diverged", "finite ranges of all weights", "tube.certified")
    low, high = ranges.low.min(axis=0), ranges.high.max(axis=0)
    more = margin * 0.5 * (high - low)
    spread = -float(special.stdtrit(count - 1, aim / (2 * low.size))) * sqrt(1 + 1 / count)
    far_low = ranges.low.mean(axis=0) - spread * ranges.low.std(axis=0, ddof=1)
    far_high = ranges.high.mean(axis=0) + spread * ranges.high.std(axis=0, ddof=1)
    ends = zip(np.minimum(low - more, far_low), np.maximum(high + more, far_high), strict=True)
    return Tube(ranges.edges, tuple(Box(*pair) for pair in ends))


def constants(
    problem: Network, tube: Tube, alpha: float, tau: float, lags: Sequence[int], *, stashed: bool = False
) -> theorem.Constants:
    """Return what holds on a tube.

    Args:
        problem: a `Network`, one sample drawn uniformly at every step, on the linear device.
        tube: whose first box holds W_0.
        alpha: step size, w^2/f, > 0.
        tau: saturation level, w, or inf.
        lags: how many steps older than the current ones the forward weights of each stage may be, at most.
        stashed: the backward weights are as old as the forward ones.

    Raises:
        BadInput: what this does not cover, or a tube that does not begin at W_0.
        ArithmeticError: a number on the way that is too large to be a double.

    """
    levels = enclosed(problem, tube, alpha, tau, lags, stashed=stashed)
    return theorem.combine(levels, np.diff(tube.edges) / tube.iterations, alpha, at_start(problem))


def at_start(problem: Network) -> float:
    """Return an upper bound of f(W_0)."""
    start = flat(problem.initial_weights())
    return value(problem, Box(start, start))[1]


def enclosed(
    problem: Network,
    tube: Tube,
    alpha: float,
    tau: float,
    lags: Sequence[int],
    *,
    stashed: bool = False,
    bins: int | None = None,
) -> list[Level]:
    """Return what holds on the boxes of a tube, or on the first of them.

    Args:
        problem: as for `constants`.
        tube: as there.
        alpha: as there.
        tau: as there.
        lags: as there.
        stashed: as there.
        bins: how many boxes, if not all.

    """
    if not tube.boxes[0].holds(flat(check(problem).initial_weights())):
        raise BadInput("tube", "a first box without W_0", "a tube that begins at W_0", "tube.certified")
    if len(lags) != problem.stages or min(lags) < 0:
        raise BadInput("lags", tuple(lags), f"{problem.stages} integers >= 0", "stale.martingale")
    longest, levels = max(lags), list[Level]()
    sizes = [rows * columns for rows, columns in problem.shapes]
    late = np.repeat(np.asarray(lags, dtype=np.float64), sizes)
    for bin_, box in enumerate(tube.boxes[:bins]):
        near = [a for a in range(bin_) if longest and tube.edges[a + 1] > tube.edges[bin_] - longest]
        before = [levels[a].step for a in near]
        reach = longest * np.max(before, axis=0) * (1 + 4 * EPS) if before else 0.0
        forward = box.widened(reach).common(reduce(Box.joined, [tube.boxes[a] for a in near], box))
        found = enclose(problem, forward, box, tau, alpha, stashed=stashed)
        apart = np.minimum(late * np.max([found.step, *before], axis=0) * (1 + 4 * EPS), forward.farthest(box))
        levels.append(Level.of(found, stale.change(problem, forward, box, apart, stashed=stashed), sizes))
    return levels


def largest_gradient(problem: Network, tau: float) -> float:
    """Return an upper bound of norm(grad f) for all weights that the device can reach; inf for a digital one."""
    if tau == inf:
        return inf
    rows = norms.bounds(problem.stage_data, problem.stage_norms(tau))
    stages = [x * delta for x, delta in zip(rows.X[:-1], rows.D, strict=True)]
    return float(np.linalg.norm(stages)) * (1 + norms.ROUNDING)


def leaving(exits: int, fresh: int, level: float) -> float:
    """Return an upper confidence bound of P(T < K) from fresh replicas (Clopper and Pearson).

    Args:
        exits: of them left the tube.
        fresh: replicas, independent of those that the tube was made from.
        level: probability with which P may be larger, in (0, 1).

    """
    if not 0 <= exits <= fresh or fresh < 1:
        raise BadInput("exits", exits, f"0 <= exits <= {fresh} fresh replicas", "tube.certified")
    if not 0 < level < 1:
        raise BadInput("level", level, "0 < level < 1", "a confidence bound")
    if exits == fresh:
        return 1.0
    return min(float(special.betaincinv(exits + 1, fresh - exits, 1 - level)) * (1 + 1e-9), 1.0)


@dataclass(frozen=True)
class Verdict:
    """What a tube says of a run.

    Args:
        stopped: upper bound of A_T.
        exits: fresh replicas that left the tube.
        fresh: all of them.
        left: upper bound of P(T < K).
        level: with which `left` may be too small; 0 if it is proved.
        whole: upper bound of A: `stopped` + `left` times the largest squared gradient.

    """

    stopped: float
    exits: int
    fresh: int
    left: float
    level: float
    whole: float


def judged(bound: float, tube: Tube, ranges: Visited, level: float, gradient: float) -> Verdict:
    """Return the statement of a tube, with the fresh replicas that left it counted.

    Args:
        bound: of A_T (`stopped`).
        tube: fixed before the replicas were run.
        ranges: of the fresh replicas.
        level: of the confidence bound of P(T < K).
        gradient: upper bound of norm(grad f) (`largest_gradient`).

    """
    exits = int(np.sum(tube.left_by(ranges)))
    left = leaving(exits, len(ranges.low), level)
    whole = float(above(np.asarray(bound + left * gradient**2 * (1 + 8 * EPS))))
    return Verdict(bound, exits, len(ranges.low), left, level, whole)
