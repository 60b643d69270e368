"""Why a form of a theorem is not about a run: its device, its directions, the weights that were met."""

from functools import cache

from verify.judging import means, storage
from verify.judging.forms import AppliedForm
from verify.judging.observations import Observations


@cache
def _takes_gain(theorem: str) -> bool:
    """Return whether a bound is of any device."""
    from theory.bounds import bound

    return "gain" not in bound(theorem).refused


def of_another_device(form: AppliedForm, observed: Observations) -> str:
    """Return why a form cannot be applied to the device of a run, or nothing."""
    if observed.response.granular and not form.granular:
        return f"granular pulses: {form.theorem} is of steps that are not drawn at random"
    if observed.response.linear:
        return ""
    if form.by_storage:
        return f"{form.theorem} takes no gain: it is of the linear device"
    if form.adaptive:
        return "the weights' own mean-square saturation is the distortion of the linear device only"
    if not _takes_gain(form.theorem):
        return f"{form.theorem} takes no gain: it is of the linear device"
    return ""


def of_other_directions(form: AppliedForm, observed: Observations) -> str:
    """Return why a form cannot be applied to the directions of a run, or nothing."""
    if form.by_storage:
        return storage.refusal(observed.linear)
    return means.refusal(observed) if form.by_means else ""


def not_below_one(observed: Observations) -> str:
    """Return why gamma on the weights that were met is none that a theorem takes, or nothing."""
    if observed.response.linear:
        return "" if observed.rho < 1 else f"saturation violated: observed {observed.rho:.4g}"
    found = observed.met
    if found is None or not found.gamma < 1:
        return f"response violated: {observed.response.name}: {observed.response.said(observed.rho)}"
    return ""
