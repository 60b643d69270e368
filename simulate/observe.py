"""What is measured on the way: running sums over the iterations of every replica, of size independent of K."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate import drift, ranges
from simulate.answers import require_like, require_stages
from simulate.problems.base import Moments, Problem
from simulate.problems.spectral import largest_norms
from simulate.randomness import strata, stratified_times
from theory.setting.objectives import Weights

Vector = NDArray[np.float64]
NEVER = -1
"""The step of divergence of a replica that did not diverge."""


@dataclass(frozen=True, eq=False)
class BlockPlan:
    """When the replicas are measured within one block.

    Args:
        first: iteration at which the block starts.
        steps: iterations of the block that the run makes.
        times: steps from the block's start, shape (replicas, strata); `NEVER` of a replica whose time in a stratum that
            is longer than the block lies in another block.
        lengths: steps each stratum stands for, shape (strata,).

    """

    first: int
    steps: int
    times: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def stratum(self, place: int) -> int:
        """Return the stratum that holds a step, counted from the block's start."""
        return int(np.searchsorted(self._ends, place, side="right"))

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        """Return where the strata end, once for all steps of the block."""
        return np.cumsum(self.lengths)


class Seen(NamedTuple):
    """What is measured of some replicas, one entry a replica, or one a replica and time.

    Args:
        value: f(W), shape (n,).
        squared_gradient: norm(grad f(W))^2, shape (n,).
        stage_variances: sigma_m^2(W), shape (n, M).
        squared_saturation: max_i (W_i/tau)^2, shape (n,).
        weighted_saturation: sum_i (W_i/tau)^2 sigma_i^2(W), shape (n,).
        folded_saturation: sum_i (W_i/tau)^2 ((E abs(g_i))^2 - (E g_i)^2), g_i the sample gradient's element, shape
            (n,); where the problem does not say E abs(g_i), the former, which is the larger.

    """

    value: Vector
    squared_gradient: Vector
    stage_variances: Vector
    squared_saturation: Vector
    weighted_saturation: Vector
    folded_saturation: Vector


def look(moments: Moments, weights: Weights, tau: float) -> Seen:
    """Reduce exact moments at weights of shape (n, ...) to numbers."""
    count = len(weights[0])
    require_like(np.asarray(moments.value), weights[0].reshape(count, -1)[:, 0], "f(W)")
    require_stages(moments.gradient, weights, "grad f(W)")
    require_stages(moments.variance, weights, "the noise variance")
    shares = [(stage.reshape(count, -1) / tau) ** 2 for stage in weights]
    variances = folds = [stage.reshape(count, -1) for stage in moments.variance]
    if moments.size is not None:
        require_stages(moments.size, weights, "the mean size")
        means = zip(moments.size, moments.gradient, strict=True)
        folds = [np.maximum(size**2 - mean**2, 0).reshape(count, -1) for size, mean in means]
    return Seen(
        np.asarray(moments.value, dtype=np.float64),
        np.sum([np.sum(stage.reshape(count, -1) ** 2, axis=1) for stage in moments.gradient], axis=0),
        np.stack([np.sum(stage, axis=1) for stage in variances], axis=1),
        np.max([np.max(share, axis=1) for share in shares], axis=0),
        *(
            np.sum([np.sum(share * part, axis=1) for share, part in zip(shares, parts, strict=True)], axis=0)
            for parts in (variances, folds)
        ),
    )


PARTS = ("train", "test")
"""Of which rows an accuracy may be."""


def accuracies(problem: Problem, weights: Weights) -> dict[str, Vector]:
    """Return the share of rows that a problem answers rightly at weights of shape (n, ...), by part, shape (n,).

    Empty: the problem has no classes. A problem of a user's own that answers otherwise is refused.
    """
    found = problem.accuracy(weights)
    if found is None:
        return {}
    count = len(weights[0])
    parts: dict[str, Vector] = {part: np.asarray(found[part], np.float64) for part in PARTS if part in found}
    shaped = "train" in parts and len(parts) == len(found)
    if not shaped or not all(share.shape == (count,) and bool(np.all(_is_share(share))) for share in parts.values()):
        words = f"shares in [0, 1] of shape ({count},), named train and, where rows are held out, test"
        raise BadInput("accuracy", f"of the problem {problem.name}", words)
    return parts


def _is_share(share: Vector) -> NDArray[np.bool_]:
    return (share >= 0) & (share <= 1)


def curve_of(part: str) -> str:
    """Return the name of the sums of an accuracy, which an observer keeps as arrays of shape (bins, replicas)."""
    return f"accuracy_{part}"


def _after(sums: Vector, values: Vector) -> Vector:
    """Return the sums after adding values of shape (n, J, ...) one after the other: the bits of J additions."""
    if values.shape[1] == 1:
        return sums + values[:, 0]
    return np.asarray(np.add.accumulate(np.concatenate([sums[:, None], values], axis=1), axis=1)[:, -1])


@dataclass
class Observer:
    """Sums that estimate the averages over k < K without bias, one per replica.

    Args:
        problem: gives the exact moments.
        tau: saturation level of the device; inf has no saturation.
        iterations: K.
        seed: seed of the times.
        replicas: numbers of the replicas.
        every: steps a stratum has; 1 measures every step. Above a block's length: a multiple of it.
        bins: bins of the curve, equally long.
        reach: a replica whose weights pass it has diverged, in w; None: tau.
        range_bins: bins in which the range of every weight is kept, and what is seen of the noise; 0: none.
        graded: whether the first stratum is cut into pieces that double; see `simulate.randomness.strata`.
        mean_step: what is measured of the mean step; None: nothing.

    """

    problem: Problem
    tau: float
    iterations: int
    seed: int
    replicas: range
    every: int
    bins: int
    reach: float | None = None
    range_bins: int = 0
    graded: bool = False
    mean_step: drift.Measure | None = None

    def __post_init__(self) -> None:
        count, stages = len(self.replicas), self.problem.stages
        self.range_edges = ranges.edges(self.iterations, self.range_bins)
        weights = sum(int(np.prod(shape)) for shape in self.problem.shapes) if self.range_bins else 0
        kept = max(0, len(self.range_edges) - 1), weights
        self.range_low, self.range_high = np.full((count, *kept), np.inf), np.full((count, *kept), -np.inf)
        self.range_variance, self.range_shared, self.range_folded = np.zeros((3, count, kept[0]))
        looks = np.zeros((count, 0), np.int64) if self.mean_step is None else self.mean_step.times(self.replicas)
        self.drift_times, self.drift_sums = looks, np.zeros((count, len(drift.NAMES)))
        # where an engine that makes many steps at once has to stop
        self.marks = np.unique(np.concatenate([self.range_edges, looks.ravel()]))
        self.squared_gradient = np.zeros(count)
        self.squared_saturation = np.zeros(count)
        self.weighted_saturation = np.zeros(count)
        self.stage_variances = np.zeros((count, stages))
        self.largest_variance = np.zeros(count)
        self.least_value = np.full(count, np.inf)
        self.largest_norms = np.zeros((count, stages))
        self.largest_weight = np.zeros(count)
        self.start_size = 0.0
        self.max_saturation = np.zeros(count)
        self.diverged_step = np.full(count, NEVER, dtype=np.int64)
        self.diverged_stage = np.full(count, NEVER, dtype=np.int64)
        self.curve_weight = np.zeros((self.bins, count))
        self.curve_gradient = np.zeros((self.bins, count))
        self.curve_value = np.zeros((self.bins, count))
        self.parts: tuple[str, ...] = ()
        self._waiting: list[tuple[NDArray[np.intp], int, Weights]] = []
        self._block, self._step = 0, 0

    def when(self) -> str:
        """Return in words which step is made: of an engine that does not show each, the first of its block."""
        return f"at step {self._step}" if self._step >= self._block else f"in the steps from {self._block} on"

    def plan(self, block: int, length: int) -> BlockPlan:
        """Return when the replicas are measured in block `block` of `length` steps."""
        first = block * length
        self._block, self._step = first, -1
        steps = min(length, self.iterations - first)
        begin, lengths = strata(block, length, self.iterations, self.every, graded=self.graded)
        times = begin - first + stratified_times(self.seed, self.replicas, begin // length, lengths)
        return BlockPlan(first, steps, np.where((times >= 0) & (times < steps), times, NEVER), lengths)

    def start(self, weights: Weights) -> None:
        """Look at W_0: what is a largest or a smallest value along the run begins there; no average does."""
        self.start_size = max(float(np.max(np.abs(stage), initial=0.0)) for stage in weights)
        self.guard(0, weights)
        with np.errstate(over="ignore", invalid="ignore"):
            one = [stage[:1] for stage in weights]  # all replicas start from it
            seen = look(self.problem.moments(one), one, self.tau)
            accuracy = accuracies(self.problem, one)
        self.parts = tuple(accuracy)
        for part in accuracy:
            setattr(self, curve_of(part), np.zeros((self.bins, len(self.replicas))))
        everyone = np.arange(len(self.replicas))
        self.extremes(everyone, Seen(*(value[:, None] for value in seen)))
        self.norms(everyone, [stage[:, None] for stage in weights])

    def see(self, plan: BlockPlan, place: int, weights: Weights) -> None:
        """Look at W_k, k = plan.first + place, of all replicas: arrays of shape (replicas, ...).

        What is due waits until the last replica's time in the stratum: all are measured at once.
        """
        self._step = plan.first + place
        self.guard(self._step, weights)
        stratum = plan.stratum(place)
        times = plan.times[:, stratum]
        due = np.flatnonzero((times == place) & (self.diverged_step == NEVER))
        if len(due):
            # What all are due for is looked at now; else a copy is kept, whatever the engine does with its arrays.
            chosen = weights if len(due) == len(self.replicas) else [stage[due] for stage in weights]
            self._waiting.append((due, plan.first + place, chosen))
        if self._waiting and place >= np.max(times):
            self._look(plan.lengths[stratum : stratum + 1])

    def _look(self, length: NDArray[np.int64]) -> None:
        """Measure the replicas that wait, each at its time in a stratum of that length, shape (1,)."""
        groups, steps, kept = zip(*self._waiting, strict=True)
        self._waiting = []
        who = np.concatenate(groups)
        when = np.repeat(steps, [len(group) for group in groups])[:, None]
        chosen = kept[0] if len(kept) == 1 else [np.concatenate(stages) for stages in zip(*kept, strict=True)]
        seen = look(self.problem.moments(chosen), chosen, self.tau)
        self.add(who, when, length, Seen(*(value[:, None] for value in seen)))
        self.norms(who, [stage[:, None] for stage in chosen])
        self.answers(who, when, length, [stage[:, None] for stage in chosen])

    def guard(self, step: int, weights: Weights) -> None:
        """Note the largest weight and saturation, all ranges, and which replicas pass `kernels.largest_weight`."""
        from simulate.kernels import (
            largest_weight,  # loads Numba, which a command that only shows its help goes without
        )

        for stage, now in enumerate(weights):
            size = np.max(np.abs(now), axis=tuple(range(1, now.ndim)))
            bad = ~(size <= largest_weight(self.tau if self.reach is None else self.reach, now.dtype, self.start_size))
            self.largest_weight = np.maximum(self.largest_weight, np.where(bad, 0, size))
            if np.isfinite(self.tau):
                self.max_saturation = np.maximum(self.max_saturation, np.where(bad, 0, size / self.tau))
            self.diverge(bad, step, stage)

        self.note_range(step, weights)

    def look_behind(
        self, step: int, weights: Callable[[], Weights], stale: Callable[[], Weights], samples: Callable[[], Any]
    ) -> None:
        """Measure the mean step of the replicas whose time is k.

        Each is measured by itself, so that no number depends on which replicas are measured together.

        Args:
            step: k.
            weights: returns W_k, arrays of shape (replicas, ...).
            stale: returns W^_k, likewise.
            samples: returns what the step takes, shape (replicas, 1, ...).

        """
        due = np.flatnonzero(np.any(self.drift_times == step, axis=1))
        if self.mean_step is None or not len(due):
            return
        length = self.mean_step.lengths[np.searchsorted(self.mean_step.edges, step, side="right") - 1]
        now, old, drawn = weights(), stale(), samples()
        with np.errstate(all="ignore"):  # of a replica that diverged, which enters no mean
            for place in due:
                one, other = ([stage[place] for stage in stages] for stages in (now, old))
                self.drift_sums[place] += length * self.mean_step.look(one, other, drawn[place, 0])

    def note_range(self, step: int, weights: Weights) -> None:
        """Let the ranges of the bins that hold W_step hold these weights, arrays of shape (replicas, ...)."""
        if len(self.range_edges):
            flat = np.concatenate([stage.reshape(len(stage), -1) for stage in weights], axis=1)
            for place in ranges.bins_of(self.range_edges, step):
                self.widen(place, flat, flat)

    def widen(self, place: int, low: Vector, high: Vector) -> None:
        """Let the ranges of a bin hold what lies between two arrays of shape (replicas, D); nan stays nan."""
        self.range_low[:, place] = np.minimum(self.range_low[:, place], low)
        self.range_high[:, place] = np.maximum(self.range_high[:, place], high)

    def diverge(self, which: NDArray[np.bool_], step: int, stage: int) -> None:
        """Note that the replicas `which` left at `step`; the first time counts."""
        new = which & (self.diverged_step == NEVER)
        self.diverged_step[new], self.diverged_stage[new] = step, stage

    def add(self, who: NDArray[np.intp], steps: NDArray[np.int64], lengths: NDArray[np.int64], seen: "Seen") -> None:
        """Add what was seen at some times to the sums of the replicas `who`, one time after the other.

        Args:
            who: replicas, shape (n,).
            steps: the times, shape (n, J).
            lengths: steps each time stands for, shape (J,).
            seen: shapes (n, J) and (n, J, M).

        """

        def added(name: str, value: Vector) -> None:
            sums = getattr(self, name)
            sums[who] = _after(sums[who], value)

        added("squared_gradient", lengths * seen.squared_gradient)
        added("stage_variances", lengths[:, None] * seen.stage_variances)
        added("squared_saturation", lengths * seen.squared_saturation)
        added("weighted_saturation", lengths * seen.weighted_saturation)
        self.extremes(who, seen)
        place = (steps * self.bins // self.iterations, who[:, None])
        np.add.at(self.curve_weight, place, lengths)
        np.add.at(self.curve_gradient, place, lengths * seen.squared_gradient)
        np.add.at(self.curve_value, place, lengths * seen.value)
        if len(self.range_edges):
            where = (who[:, None], np.searchsorted(self.range_edges, steps, side="right") - 1)
            np.add.at(self.range_variance, where, lengths * np.sum(seen.stage_variances, axis=2))
            np.add.at(self.range_shared, where, lengths * seen.weighted_saturation)
            np.add.at(self.range_folded, where, lengths * seen.folded_saturation)

    def extremes(self, who: NDArray[np.intp], seen: "Seen") -> None:
        """Note the largest sigma^2(W) and the smallest f(W) of the replicas `who`; shapes as in `add`."""
        largest = np.max(np.sum(seen.stage_variances, axis=2), axis=1)
        self.largest_variance[who] = np.maximum(self.largest_variance[who], largest)
        self.least_value[who] = np.minimum(self.least_value[who], np.min(seen.value, axis=1))

    def norms(self, who: NDArray[np.intp], weights: Weights) -> None:
        """Note the largest norm2(W^(m)) of the replicas `who`, where stages are matrices.

        Args:
            who: replicas, shape (n,).
            weights: at J times, shapes (n, J, rows, columns).

        """
        if weights[0].ndim == 4:
            for stage, at_times in enumerate(weights):
                self.largest_norms[who, stage] = largest_norms(at_times, self.largest_norms[who, stage])

    def answers(
        self, who: NDArray[np.intp], steps: NDArray[np.int64], lengths: NDArray[np.int64], weights: Weights
    ) -> None:
        """Add the accuracy of the replicas `who` at some times to its curve, where the problem has one.

        Args:
            who: replicas, shape (n,).
            steps: the times, shape (n, J).
            lengths: steps each time stands for, shape (J,).
            weights: at these times, shapes (n, J, ...).

        """
        if not self.parts:
            return
        found = accuracies(self.problem, [stage.reshape(-1, *stage.shape[2:]) for stage in weights])
        place = (steps * self.bins // self.iterations, who[:, None])
        for part in self.parts:
            np.add.at(getattr(self, curve_of(part)), place, lengths * found[part].reshape(steps.shape))

    def state(self) -> dict[str, np.ndarray]:
        """Return the sums as arrays."""
        return {name: value for name, value in vars(self).items() if isinstance(value, np.ndarray)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Continue from what `state` returned."""
        for name in self.state():
            setattr(self, name, state[name].copy())
