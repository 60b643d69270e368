"""A tube of boxes in time: the region that some runs visited, and what Theorem 1 by conditional means says on it.

Setting:    box b is that of the steps k_b <= k <= k_(b+1), both ends; T is the first step at which the weights are
            outside a box of their step, K if there is none. The tube is fixed before the runs that it is said of.
Statement:  A_T = (1/K) E sum_(k<T) norm(grad f(W_k))^2 is at most `Verdict.stopped`; A is at most `stopped` plus
            P(T < K) times the largest squared gradient within the device's range.
Proof:      at a step k < T all weights W_0 ... W_k were in their boxes. Stale weights are at most max d steps old, so
            they are in the box of k or at most max d steps outside it, and in the boxes of their own steps. The step
            ends in the box widened by one step. So the constants of `network.enclose` hold at every step before T, and
            what staleness adds to noise at current weights (`stale.change`). mean.sized of the stopped run
            (stopped.*) bounds A_T, with L_k of the box of step k, S the largest of all boxes, and sums over the steps
            in c_w, T2 and the variances of the stages; f(W_T) is at least the least f of all widened boxes.
Status:     upper bound of A_T, guaranteed; of A with the confidence of the bound of P(T < K), or with a proved one.
Source:     docs/theory/mean.md#mean.sized, #stopped.average; tube.certified.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from math import inf, sqrt
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

import theory
from boundary import BadInput, OutsideDomain
from simulate.problems.network import Network
from simulate.problems.spectral import delay_constants
from theory.theorems import network as norms
from verify.regions import stale
from verify.regions.intervals import EPS, Array, above
from verify.regions.level import SHARES, Level
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


class Noise(NamedTuple):
    """Noise averaged over the steps: as it is, and times the smoothness of the bin in which it is met.

    Args:
        variance: of the direction, (f/w)^2.
        shared: sum over the elements of share^2 times variance, (f/w)^2.
        curved: mean of L times the variance, f^3/w^4.
        curved_shared: the same of `shared`.

    """

    variance: float
    shared: float
    curved: float
    curved_shared: float

    @classmethod
    def of(cls, variance: Array, shared: Array, L: Array) -> Self:
        """Return it of the bins' parts of the averages, and of the smoothness in them, shape (bins,)."""
        return cls(float(np.sum(variance)), float(np.sum(shared)), float(variance @ L), float(shared @ L))


NO_NOISE = Noise(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Constants:
    """What Theorem 1 by conditional means needs, on a tube; upper ends unless said otherwise.

    Args:
        found: of every bin.
        lengths: share of the steps that are in it.
        L: largest smoothness, f/w^2.
        S: shape (M, M), the largest of each of the bins' sensitivities, f/w^2.
        rho: largest share |w|/tau.
        stage_variances: shape (M,), of what is left of a step beside its mean, averaged over the steps, (f/w)^2.
        T2: sum over the elements of share^2 times fold, averaged over the steps, (f/w)^2.
        c_w: what curvature makes of the noise, (f/w)^2.
        start: f(W_0).
        least: lower end of f on the tube and one step around it.
        direct: squared norm of the mean direction, averaged over the steps, (f/w)^2.
        stale: what staleness changes in the directions (`stale.change`), squared, in the place of the variance.
        excess: what elements add whose share is beyond those of `level.SHARES`, averaged over the steps, (f/w)^2; inf
            where that is not known.

    """

    found: tuple[Level, ...]
    lengths: Array
    L: float
    S: Array
    rho: float
    stage_variances: Array
    T2: float
    c_w: float
    start: float
    least: float
    direct: float
    stale: Noise = NO_NOISE
    excess: Array = field(default_factory=lambda: np.full(len(SHARES), inf))

    @property
    def smoothness(self) -> Array:
        """Return L of the bins, shape (bins,)."""
        return np.array([one.L for one in self.found])


def constants(
    problem: Network, tube: Tube, alpha: float, tau: float, lags: Sequence[int], *, stashed: bool = False
) -> Constants:
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
    return combine(levels, np.diff(tube.edges) / tube.iterations, alpha, at_start(problem))


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


def combine(found: Sequence[Level], lengths: Array, alpha: float, start: float) -> Constants:
    """Return the largest of the bins' constants, and averages over the steps, rounded up.

    Args:
        found: what holds in every bin.
        lengths: share of the steps that are in it.
        alpha: step size.
        start: f(W_0) at most.

    """
    more = 1 + (8 * (len(found) + len(found[0].stages)) + 64) * EPS  # sums of so many rounded terms >= 0
    late = (lengths * [one.late for one in found] * more, lengths * [one.late_T2 for one in found] * more)
    return Constants(
        found=tuple(found),
        lengths=lengths,
        L=max(one.L for one in found),
        S=np.max([one.S for one in found], axis=0),
        rho=max(one.rho for one in found),
        stage_variances=np.asarray(lengths @ np.array([one.stages for one in found]) * more),
        T2=float(lengths @ [one.T2 for one in found] * more),
        c_w=float(0.5 * alpha * (lengths @ [one.L * np.sum(one.stages) for one in found]) * more),
        start=start,
        least=min(one.least for one in found),
        direct=float(lengths @ [one.slope**2 for one in found] * more),
        stale=Noise.of(*late, np.array([one.L for one in found])),
        excess=np.asarray(lengths @ np.array([one.excess for one in found]) * more),
    )


def with_noise(held: Constants, T2: float, stage_variances: Sequence[float], c_w: float = inf) -> Constants:
    """Return the constants with the noise as runs showed it, where that is less than what holds on the tube.

    Args:
        held: of the tube.
        T2: upper bound of the sum over the elements of share^2 times fold, averaged over the steps before T.
        stage_variances: of the variances of the stages' steps, (1 + share)^2 times that of the direction by element.
        c_w: of alpha/2 times the mean of L_k times the sum of these, L_k that of the bin of step k.

    """
    met = np.asarray(stage_variances, dtype=np.float64)
    if met.shape != held.stage_variances.shape or not (np.all(met >= 0) and T2 >= 0 and c_w >= 0):
        words = f"T2, {len(held.S)} variances and c_w, all >= 0"
        raise BadInput("noise", (T2, *stage_variances, c_w), words, "mean.feasible")
    stages = np.minimum(held.stage_variances, met)
    return replace(held, T2=min(held.T2, T2), stage_variances=stages, c_w=min(held.c_w, c_w))


def as_sampled(held: Constants, alpha: float, T2: float, seen: Noise) -> Constants:
    """Return the constants with this noise of all elements together, at the current weights.

    What staleness adds to the noise holds on the tube, and is not measured (Minkowski; `verify.regions.stale`). The
    fold of a stale direction is at most its variance, and nothing better is known of it.

    Args:
        held: of the tube.
        alpha: step size.
        T2: as for `with_noise`, where no weights are stale.
        seen: averaged over the steps before T, with the smoothness of `held`.

    """
    met = Noise(*((sqrt(one) + sqrt(more)) ** 2 * (1 + 1e-14) for one, more in zip(seen, held.stale, strict=True)))
    # norm((1 + share) n) is at most (1 + rho) norm(n), and norm(n) + norm(share n)
    total, curved = (
        min((1 + held.rho) ** 2 * alone, (sqrt(alone) + sqrt(shared)) ** 2) * (1 + 1e-14)
        for alone, shared in (met[:2], met[2:])
    )
    drifts = met.shared if held.stale.shared else T2
    return with_noise(held, drifts, [total] * len(held.S), 0.5 * alpha * curved * (1 + 4 * EPS))


def stopped(
    held: Constants, alpha: float, iterations: int, lags: Sequence[int], end: float | None = None, *, off: float = 0.0
) -> float:
    """Return an upper bound of A_T; inf where the theorem does not apply and the gradients are not bounded.

    It is the least of the bounds for each s of `SHARES` in the place of rho in T, with `excess` added to T2: the sum of
    share^2 F^2 over the elements is at most s^2 norm(F)^2 and `excess`. q and qn keep rho.

    Directions that are off by r, N(r) <= off, add N(r) to qn by the mean of r, and to the noise the rest of it:
    Lambdah times it to nu, and sqrt(L_k) r to sqrt(L_k) omega in c_w (Minkowski).

    Args:
        held: of the tube.
        alpha: step size.
        iterations: K.
        lags: as for `constants`.
        end: lower bound of E f(W_T), where a better one than the least f on the tube is known. Of runs: f(W_K) of those
            that stayed in the tube, and the least f of those that left.
        off: how much directions are off, root mean square over the steps, f/w.

    """
    delay = delay_constants(held.S, lags, held.stage_variances)
    least = held.least if end is None else max(end, held.least)
    more = (float(delay["Lambdah"] or 0.0) + 1 / ((1 + held.rho) * alpha)) * off
    curved = 0.5 * alpha * (sqrt(2 * held.c_w / alpha) + sqrt(held.L) * off) ** 2
    given = {
        "L": held.L,
        "Delta": max(float(above(np.asarray(held.start - least))), 0.0),
        "alpha": alpha,
        "K": iterations,
        "c_w": curved if off else held.c_w,
    }
    lagging = {"Lambda1": float(delay["Lambda1"] or 0.0), "nu": float(delay["nu"] or 0.0) + more}
    found = [held.direct, _feasible(given | lagging | {"rho": held.rho, "T2": held.T2})]
    for share, excess in zip(SHARES.tolist(), held.excess.tolist(), strict=True):
        if share < held.rho and excess < inf:
            wider = (1 + held.rho) / (1 + share) * (1 + 4 * EPS)  # q and qn are (1 + rho) times these
            late = {name: wider * number for name, number in lagging.items()}
            found.append(_feasible(given | late | {"rho": share, "T2": (held.T2 + excess) * (1 + 2 * EPS)}))
    return min(found)


def _feasible(given: dict[str, float]) -> float:
    """Return the bound of mean.feasible; inf outside its domain."""
    try:
        return float(theory.bound("mean")(**given))
    except OutsideDomain:
        return inf


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
