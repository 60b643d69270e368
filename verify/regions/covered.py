"""Which runs a tube speaks of."""

from collections.abc import Mapping
from math import inf
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate.results import RunResult
from simulate.run import Run
from verify.regions.network import check
from verify.regions.own import Following, Steps, first_own, follow
from verify.regions.theorem import Constants, Noise, as_sampled, combine, stopped
from verify.regions.tube import Tube, at_start, constants, enclosed
from verify.regions.visited import Array, Merged, summed

STASHED: Mapping[str, bool] = {
    "digital-sgd": False,
    "analog-sgd": False,
    "analog-sgd-sp": False,
    "digital-ap": False,
    "analog-sgd-ap": False,
    "stashed-ap": True,
}
"""The algorithms whose steps a tube covers, and whether their backward weights are as old as the forward ones."""


ENOUGH, USEFUL = 1.5, 100.0
"""Runs are followed if a bound on their tube is so many times what pilots show, and theirs is at most so many times."""


class Seen(NamedTuple):
    """What pilots show, averaged over them and their steps.

    Args:
        squared_gradient: norm(grad f)^2, (f/w)^2.
        T2: average of the sum over the elements of share^2 times fold, (f/w)^2.
        variance: each bin's part of the average of the variance of the direction, (f/w)^2.
        shared: the same of the sum over the elements of share^2 times variance, (f/w)^2.

    """

    squared_gradient: float
    T2: float
    variance: Array
    shared: Array

    @classmethod
    def of(cls, pilots: RunResult, edges: NDArray[np.int64]) -> Self:
        """Return what these show, with bins between some edges of their ranges."""
        ranges = pilots.ranges
        assert ranges is not None, "`pilots.fix` asks for them"
        parts = (summed(ranges.edges, one.mean(axis=0), edges) for one in (ranges.variance, ranges.shared))
        return cls(float(pilots.mean_squared_gradient.mean()), float(ranges.folded.sum(axis=1).mean()), *parts)

    def sampled(self, held: Constants, alpha: float) -> Constants:
        """Return what holds in the same bins with this noise."""
        return as_sampled(held, alpha, self.T2, Noise.of(self.variance, self.shared, held.smoothness))


def uncovered(run: Run) -> str:
    """Return why a tube says nothing of a run, in words, or an empty text if it does."""
    try:
        check(run.problem)
    except BadInput as refusal:
        return str(refusal)
    if run.algorithm not in STASHED:
        return f"the steps of {run.algorithm} are not those of the theorem"
    if run.batch != 1:
        return f"batch = {run.batch}: the directions enclosed are those of one sample"
    if not run.constant_step:
        return f"decay = {run.decay}: the step size falls"
    device = run.make_device()
    if not device.linear or device.pulses is not None or device.elements is not None:
        return f"the device {run.device} is not the linear one with equal elements and without pulses"
    return ""


def on_tube(run: Run, tube: Tube) -> Constants:
    """Return what holds on a tube for a run; a run that is not covered, or a tube of another K, raises `BadInput`."""
    reason = uncovered(run)
    if reason:
        raise BadInput("run", reason, "a run that a tube covers", "tube.certified")
    if tube.iterations != run.iterations:
        raise BadInput("tube", tube.iterations, f"a tube of K = {run.iterations} steps", "tube.certified")
    problem = check(run.problem)
    return constants(problem, tube, run.alpha, run.tau, run.lags, stashed=STASHED[run.algorithm])


def steps_of(run: Run, wide: float) -> Steps:
    """Return the steps of a run that is covered; boxes are to be widened by `wide` for rounding."""
    return Steps(check(run.problem), run.alpha, run.tau, run.lags, STASHED[run.algorithm], wide)


def on_boxes(run: Run, laid: Tube, pilots: Merged, wide: float, seen: Seen) -> tuple[Following | None, Constants]:
    """Return what holds on a tube, or of runs that are followed, where that says more.

    To follow takes an enclosure for each replica and bin. So it is not done where the bound on the tube is near to what
    pilots show already, nor kept where its own is the larger one, or is far from that even with the noise that they
    show.

    Args:
        run: as for `on_tube`.
        laid: the tube around all pilots.
        pilots: their ranges, in its bins.
        wide: what boxes are widened by for rounding, w.
        seen: along the pilots.

    Raises:
        ArithmeticError: nothing holds on either.

    """
    around = laid.widened(wide)
    try:
        held = on_tube(run, around)
    except ArithmeticError:
        alone = _following(run, around, pilots, wide, None, inf, seen)
        if alone is None:
            raise
        return alone
    most = stopped(held, run.alpha, run.iterations, run.lags)
    if most <= ENOUGH * seen.squared_gradient:
        return None, held
    return _following(run, around, pilots, wide, held, most, seen) or (None, held)


def _following(
    run: Run, around: Tube, pilots: Merged, wide: float, held: Constants | None, below: float, seen: Seen
) -> tuple[Following, Constants] | None:
    """Return what holds of runs that are followed, if that bounds A_T by less than `below`, and usefully."""
    steps = steps_of(run, wide)
    first = first_own(steps, around.boxes, pilots)
    if first is None:
        return None
    given = around, run.alpha, run.tau, run.lags
    levels = held.found[:first] if held else enclosed(steps.problem, *given, stashed=steps.stashed, bins=first)
    following = follow(steps, pilots, first, levels[-1].step)
    if following is None:
        return None
    lengths = np.diff(around.edges) / around.iterations
    found = combine([*levels, *following.ceilings], lengths, run.alpha, at_start(steps.problem))
    plain, met = (stopped(one, run.alpha, run.iterations, run.lags) for one in (found, seen.sampled(found, run.alpha)))
    more = plain < below or below == inf
    return (following, found) if more and met < USEFUL * seen.squared_gradient else None
