"""Which runs a tube speaks of."""

from collections.abc import Mapping

import numpy as np

from boundary import BadInput
from simulate.run import Run
from verify.regions.network import check
from verify.regions.own import Following, Steps, first_own, follow
from verify.regions.tube import Constants, Tube, at_start, combine, constants, enclosed
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


def on_boxes(run: Run, laid: Tube, pilots: Visited, wide: float) -> tuple[Following | None, Constants]:
    """Return what holds on a tube, or on boxes that follow a run from where its pilots do not stay together.

    Args:
        run: as for `on_tube`.
        laid: the tube around all pilots.
        pilots: their ranges, in its bins.
        wide: what boxes are widened by for rounding, w.

    """
    around, steps = laid.widened(wide), steps_of(run, wide)
    first = None if uncovered(run) else first_own(steps, around.boxes, pilots)
    if first is None:
        return None, on_tube(run, around)
    given = around, run.alpha, run.tau, run.lags
    levels = enclosed(steps.problem, *given, stashed=steps.stashed, bins=first)
    following = follow(steps, pilots, first, levels[-1].step)
    if following is None:
        return None, on_tube(run, around)
    lengths = np.diff(laid.edges) / laid.iterations
    return following, combine([*levels, *following.ceilings], lengths, run.alpha, at_start(steps.problem))
