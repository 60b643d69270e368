"""Which runs a tube speaks of."""

from collections.abc import Mapping

from boundary import BadInput
from simulate.run import Run
from verify.regions.network import check
from verify.regions.tube import Constants, Tube, constants

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
