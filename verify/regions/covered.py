"""Which runs a tube speaks of."""

from collections.abc import Mapping

import numpy as np

from boundary import BadInput
from simulate.run import Run
from verify.regions.network import check
from verify.regions.own import Following, Steps, first_own, follow
from verify.regions.tube import Constants, Tube, at_start, combine, constants, enclosed, stopped
from verify.regions.visited import Visited

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


def on_boxes(run: Run, laid: Tube, pilots: Visited, wide: float, seen: float) -> tuple[Following | None, Constants]:
    """Return what holds on a tube, or of runs that are followed, where that says more.

    To follow takes an enclosure for each replica and bin. So it is not done where the bound on the tube is near to what
    pilots show already, nor kept where its own is far from that, or the larger one.

    Args:
        run: as for `on_tube`.
        laid: the tube around all pilots.
        pilots: their ranges, in its bins.
        wide: what boxes are widened by for rounding, w.
        seen: the mean square of the gradient along the pilots, (f/w)^2.

    Raises:
        ArithmeticError: nothing holds on either.

    """
    around, useful = laid.widened(wide), USEFUL * seen
    try:
        held = on_tube(run, around)
    except ArithmeticError:
        alone = _following(run, around, pilots, wide, None, useful)
        if alone is None:
            raise
        return alone
    most = stopped(held, run.alpha, run.iterations, run.lags)
    if most <= ENOUGH * seen:
        return None, held
    return _following(run, around, pilots, wide, held, min(most, useful)) or (None, held)


def _following(
    run: Run, around: Tube, pilots: Visited, wide: float, held: Constants | None, below: float
) -> tuple[Following, Constants] | None:
    """Return what holds of runs that are followed, if that bounds A_T by less than `below`."""
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
    return (following, found) if stopped(found, run.alpha, run.iterations, run.lags) < below else None
