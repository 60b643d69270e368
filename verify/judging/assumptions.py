"""Does an instance satisfy the assumptions? One line each, and what a sweep says.

Certified: proved from the data of the problem, the device or the schedule. Measured: seen at every step of every
replica. Sampled: seen at some steps. Conditional: false of the process, but true of the replicas that were run.
Violated: contradicted by the run. Only what is certified carries the confidence that is claimed for a family.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from theory.setting.assumptions import REGISTRY
from verify.judging.observations import Observations

Status = Literal["certified", "measured", "sampled", "conditional", "violated", "unknown"]


@dataclass(frozen=True)
class Finding:
    """What is known of one assumption for one instance.

    Args:
        assumption: its id in `theory.setting.assumptions`.
        status: one of `STATUSES`; see the head of this module.
        evidence: the numbers behind it.

    """

    assumption: str
    status: Status
    evidence: str


def _constant(observed: Observations, *names: str) -> tuple[Status, str]:
    constants = observed.constants
    if any(name not in constants.values for name in names):
        return "unknown", f"{', '.join(names)} not known for this problem"
    broken = observed.broken(*names)
    if broken:
        return "violated", broken[0].reason
    numbers = ", ".join(f"{name} = {constants.values[name]:.6g}" for name in names)
    if constants.proved(*names):
        return "certified", numbers
    return observed.seen, f"{numbers}, the largest {observed.sampling}"


def _saturation(observed: Observations) -> tuple[Status, str]:
    seen, broken = observed.rho, observed.broken("rho")
    if observed.diverged:
        return "violated", f"{observed.diverged} of {observed.replicas + observed.diverged} replicas diverged"
    if seen >= 1:
        return "violated", f"observed {seen:.6g}"
    if broken:
        return "violated", broken[0].reason
    if observed.constants.proved("rho"):
        return "certified", f"rho = {observed.constants.values['rho']:.6g}, observed at most {seen:.6g}"
    if observed.bounded_noise is False:
        return "conditional", f"normal noise passes every rho some time; these replicas stayed within {seen:.6g}"
    return "measured", f"observed at most {seen:.6g} in {observed.replicas} replicas"


_EXAMINERS: dict[str, Callable[[Observations], tuple[Status, str]]] = {
    "smooth": lambda observed: _constant(observed, "L"),
    "lower": lambda observed: _constant(observed, "Delta"),
    "unbiased": lambda _: ("certified", "samples are drawn afresh and alike at every step"),
    "variance": lambda observed: _constant(observed, "sigma2"),
    "saturation": _saturation,
    "lags": lambda observed: ("certified", f"those of the run of {observed.algorithm}, from its schedule if not given"),
    "staleness": lambda observed: _constant(observed, "Lambda1", "Lambdah"),
}


def examine(observed: Observations) -> list[Finding]:
    """Return a finding for every assumption the bounds on A rest on."""
    return [Finding(name, *examiner(observed)) for name, examiner in _EXAMINERS.items() if name in REGISTRY]


STATUSES: tuple[Status, ...] = ("certified", "measured", "sampled", "conditional", "violated", "unknown")
