"""Does an instance satisfy the assumptions? One line each, and what a sweep says.

Certified: proved from the data of the problem, the device or the schedule. Measured: seen at every step of every
replica. Sampled: seen at some steps. Conditional: false of the process, but true of the replicas that were run.
Violated: contradicted by the run. Not established: nothing says that it holds, and a bound that rests on it is not
applied. Not needed: no constant of the instance rests on it. Only what is certified carries the confidence that is
claimed for a family.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from theory.setting import algorithms
from theory.setting.assumptions import CONSTANT_STEP, REGISTRY
from verify.judging import joint
from verify.judging.observations import Observations

Status = Literal[
    "certified", "measured", "sampled", "conditional", "violated", "unknown", "not established", "not needed"
]


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
    if not observed.response.linear:
        return "not established", f"it is of the linear device; {observed.response.name} is known by its response"
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


def _unexamined(observed: Observations) -> tuple[Status, str]:  # noqa: ARG001
    return "not established", "nothing examines whether a run satisfies it"


def _unbiased(observed: Observations) -> tuple[Status, str]:
    if observed.independent_draws:
        return "certified", "samples are drawn afresh and alike at every step"
    return "not established", "the problem does not declare `independent_draws`, samples whose mean is the gradient"


def _response(observed: Observations) -> tuple[Status, str]:
    """Return what is known of gamma and Fbar: on the certified range of weights, else on those that were met."""
    response = observed.response
    if response.linear and not response.granular:
        return "certified", "the law of the linear device: gamma = rho, Fbar = 1"
    if observed.diverged:
        return "violated", f"{observed.diverged} of {observed.replicas + observed.diverged} replicas diverged"
    if broken := observed.broken("rho"):
        return "violated", broken[0].reason
    if observed.constants.proved("rho"):
        return "certified", f"{response.name}: {response.said(observed.proved_saturation or 0.0)}"
    found, said = observed.met, f"{response.name}: {response.said(observed.rho)}"
    if found is None:
        return "not established", said
    if found.gamma >= 1:
        return "violated", said
    if observed.bounded_noise is False:
        return "conditional", f"{said}, which these replicas kept to; normal noise passes every range some time"
    return "measured", f"{said}, which {observed.replicas} replicas kept to"


def _pulses(observed: Observations) -> tuple[Status, str]:
    response = observed.response
    if not response.granular:
        return "not needed", "increments arrive as they are: no step is drawn at random"
    certified = observed.constants.proved("V", "qmax")
    reach = observed.proved_saturation if certified else observed.rho
    if biased := response.biased(reach or 0.0):
        return "not established", biased
    found = response.granularity(reach or 0.0, observed.direction)
    if found is None:
        return "not established", "the variance of the pulses is not known: directions have no largest size"
    said = f"V = {found.V:.6g}, qmax = {found.qmax:.6g} on |w| <= {reach:.6g} tau"
    return ("certified", said) if certified else (observed.seen, f"{said}, which {observed.replicas} replicas kept to")


def _smooth(observed: Observations) -> tuple[Status, str]:
    if observed.unstaged and "L" not in observed.constants.values:
        return "not established", f"no theorem gives L: {observed.unstaged}"
    return _constant(observed, "L")


def _stages(observed: Observations) -> tuple[Status, str]:
    if not observed.stage_norms:
        return "not needed", "no constant of this problem is derived from its stages"
    norms = ", ".join(f"{norm:.6g}" for norm in observed.stage_norms)
    return observed.seen, f"norm2(W^(m)) at most {norms}, the largest {observed.sampling}; the rest by construction"


def _third(observed: Observations) -> tuple[Status, str]:
    if not observed.stage_norms:
        return "not needed", "no constant of this problem is derived from its stages"
    if {"H2", "HJ"} <= observed.constants.values.keys():
        return "certified", "p2 of the activations and l2 of the loss are known"
    return "not established", "p2 of an activation or l2 of the loss is not known"


def _variance(observed: Observations) -> tuple[Status, str]:
    status, evidence = _constant(observed, "sigma2")
    met = observed.noise_met.get("sigma2")
    if met is None or status == "violated":
        return status, evidence
    return status, f"{evidence}; certified at most {met:.6g} while |w| <= {observed.rho:.6g} tau"


def _growing(observed: Observations) -> tuple[Status, str]:
    status, evidence = _constant(observed, "sigma2")
    return status, evidence if status == "unknown" else f"{evidence}, growth = 0"


def _lags(observed: Observations) -> tuple[Status, str]:
    if observed.covered:
        return "certified", f"those of the run of {observed.algorithm}, from its schedule if not given"
    known = algorithms.REGISTRY.get(observed.algorithm)  # a stored run may be of one that is not there any more
    why = known.uncovered if known else ""
    reason = f"no theorem speaks of the steps of the algorithm {observed.algorithm}"
    return "not established", f"{reason}: {why}" if why else reason


def _constant_step(observed: Observations) -> tuple[Status, str]:
    if observed.falling_step:
        return "not established", observed.falling_step
    alpha = observed.constants.values.get("alpha")
    if alpha is None:
        return "certified", "every stage makes every step with one alpha"
    return "certified", f"alpha = {alpha:.6g} at every step of every stage"


def _known(observed: Observations, *names: str) -> tuple[Status, str]:
    """Return as `_constant` does, but that a constant which is not known is none that anybody has established."""
    status, evidence = _constant(observed, *names)
    return ("not established" if status == "unknown" else status), evidence


def _differentiable(observed: Observations) -> tuple[Status, str]:
    status, evidence = _known(observed, "H2", "HJ")
    if status == "not established":
        return status, f"{evidence}: a direction that is Lipschitz in stale weights need have no derivative there"
    return status, evidence


def _mean_length(observed: Observations) -> tuple[Status, str]:
    known = observed.constants.values
    if known.get("H2") == known.get("HJ") == 0:
        return "not needed", "H2 = HJ = 0: the staleness is linear"
    if "Gamma" in known:
        return _constant(observed, "Gamma")
    met = joint.on(observed.response, observed.rho, observed.met).get("Gamma")
    if met is None:
        return "not established", "Gamma not known: no bound of the length of a sample's direction"
    return observed.seen, f"Gamma = {met:.6g} on the weights that were met"


def _response_lipschitz(observed: Observations) -> tuple[Status, str]:
    if observed.constants.proved("theta1"):
        return "certified", f"theta1 = {observed.constants.values['theta1']:.6g}"
    met = joint.on(observed.response, observed.rho, observed.met).get("theta1")
    if met is None:
        return "not established", f"theta1 of the device {observed.response.name} not known"
    return observed.seen, f"theta1 = {met:.6g} on the weights that were met"


def _shape(observed: Observations) -> tuple[Status, str]:
    if "chi2" not in observed.constants.values:
        return "not established", "the problem does not state chi2, the shape of additive noise"
    if not observed.response.linear:
        name = observed.response.name
        return (
            "not established",
            f"it is of devices whose two responses are the gain and as much up as down; not {name}",
        )
    return _constant(observed, "chi2")


_EXAMINERS: dict[str, Callable[[Observations], tuple[Status, str]]] = {
    "smooth": _smooth,
    "lower": lambda observed: _constant(observed, "Delta"),
    "unbiased": _unbiased,
    "independent": _unbiased,
    "shape": _shape,
    "joint": lambda observed: _known(observed, "ell", "ell1"),
    "differentiable": _differentiable,
    "mean-length": _mean_length,
    "response-lipschitz": _response_lipschitz,
    "variance": _variance,
    "variance-growing": _growing,
    "saturation": _saturation,
    "response": _response,
    "pulses": _pulses,
    "stages": _stages,
    "third-derivatives": _third,
    "lags": _lags,
    "staleness": lambda observed: _constant(observed, "Lambda1", "Lambdah"),
}


def examine(observed: Observations) -> list[Finding]:
    """Return a finding for every assumption of the theory; one that has no examiner is not established.

    Last comes the one that all theorems on runs rest on though no claim names it: that alpha is one number.
    """
    found = [Finding(name, *_EXAMINERS.get(name, _unexamined)(observed)) for name in REGISTRY]
    return [*found, Finding(CONSTANT_STEP.id, *_constant_step(observed))]


def unestablished(observed: Observations, needed: Iterable[str]) -> str:
    """Return which of the assumptions `needed` are not established, and why; empty if there is none."""
    wanted = {*needed, CONSTANT_STEP.id}
    found = [one for one in examine(observed) if one.assumption in wanted and one.status == "not established"]
    return "; ".join(f"{one.assumption} not established: {one.evidence}" for one in found)


STATUSES: tuple[Status, ...] = get_args(Status)
