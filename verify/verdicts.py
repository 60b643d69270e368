"""The confrontation: a bound and observations in, held / violated / inconclusive / not applied out.

A-priori: every constant is proved from the problem, the device and the schedule; none comes from the outcome.
A-posteriori: the saturation is the largest one observed; the saturation-adaptive form takes its mean square as well.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

import theory
from theory.setting.boundary import OutsideDomain
from verify import statistics
from verify.observations import Observations

Verdict = Literal["held", "violated", "inconclusive", "not applied"]
Basis = Literal["a-priori", "a-posteriori"]

LOOKS = 3
"""How often a setting may be judged; each look after the first doubles the replicas."""

_GRAVITY: tuple[Verdict, ...] = ("not applied", "held", "inconclusive", "violated")
_ALWAYS = ("L", "sigma2", "Delta", "alpha", "K", "Lambda1", "Lambdah")


@dataclass(frozen=True)
class Form:
    """One way to take a bound.

    Args:
        name: as in reports.
        theorem: which bound of `theory`.
        extras: constants it takes beyond those every bound takes.
        adaptive: whether the mean-square saturation replaces rho beside sigma; its extras are taken where known.

    """

    name: str
    theorem: str
    extras: tuple[str, ...] = ()
    adaptive: bool = False

    def bases(self) -> tuple[Basis, ...]:
        """Return how it can be taken; what is measured cannot be a-priori."""
        return ("a-posteriori",) if self.adaptive else ("a-priori", "a-posteriori")


FORMS = (
    Form("sharp", "sharp"),
    Form("explicit", "explicit"),
    Form("noise-resolved", "sharp", ("nu", "Ln")),
    Form("saturation-adaptive", "sharp", ("nu", "Ln"), adaptive=True),
)
"""The forms that every setting is confronted with."""

HEADLINE = "sharp/a-posteriori"
"""The check whose tightness stands for a sweep: it applies to every setting."""


@dataclass(frozen=True)
class Check:
    """One claim confronted with one setting.

    Args:
        claim: form/basis.
        verdict: what came of it.
        bound: its value; nan if not applied.
        tightness: bound / observed mean; nan if not applied.
        tightness_low: the same against the upper end of the mean's 95% interval (Student).
        tightness_high: the same against its lower end.
        reason: why it was not applied; else empty.

    """

    claim: str
    verdict: Verdict
    bound: float = math.nan
    tightness: float = math.nan
    tightness_low: float = math.nan
    tightness_high: float = math.nan
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """What the replicas say about A and the mean-square saturation, at the level the setting may spend.

    Args:
        replicas: how many there are.
        mean: of A over replicas.
        stderr: its standard error.
        lower: an alarm needs a bound below this.
        upper: `held` needs a bound at or above this.
        interval: 95% interval of A (Student), for tightness.
        rbar2: low, mean and high mean-square saturation: Student from below, mean, betting from above.
        saturation: the largest observed.
        detectable: smallest relative violation these replicas would have revealed.

    """

    replicas: int
    mean: float
    stderr: float
    lower: statistics.ConfidenceBound
    upper: statistics.ConfidenceBound
    interval: tuple[float, float]
    rbar2: tuple[float, float, float]
    saturation: float
    detectable: float

    def as_dict(self) -> dict[str, Any]:
        """Return the evidence as plain data, with the names of the methods behind it."""
        return {
            "replicas": self.replicas,
            "mean": self.mean,
            "stderr": self.stderr,
            "lower": self.lower.value,
            "lower_method": self.lower.method,
            "upper": self.upper.value,
            "upper_method": self.upper.method,
            "interval_95": list(self.interval),
            "max_saturation": self.saturation,
            "mean_square_saturation": self.rbar2[1],
            "smallest_detectable_violation": self.detectable,
        }


class Shares(NamedTuple):
    """What a setting's level is divided into."""

    alarm: float
    look: float


def shares(level: float) -> Shares:
    """Divide the error a setting may spend.

    Betting is valid at all looks at once; Student's t is not, so each look gets its share. The other half of either
    error is for the mean-square saturation.
    """
    return Shares(level / 2, level / 2 / LOOKS)


def weigh(observed: Observations, level: float) -> Evidence:
    """Weigh the observations of a setting that may spend `level` on a false alarm, and as much on a false `held`."""
    values = observed.squared_gradient
    if observed.diverged or len(values) < 2:
        return _nothing(observed, level)
    alarm, look = shares(level)
    lower, mean = statistics.lower_bound(values, alarm), float(values.mean())
    return Evidence(
        replicas=len(values),
        mean=mean,
        stderr=float(values.std(ddof=1) / math.sqrt(len(values))),
        lower=lower,
        upper=statistics.upper_bound(values, look),
        interval=(_student(values, 0.025, "lower"), _student(values, 0.025, "upper")),
        rbar2=_mean_square_saturation(observed, alarm, look),
        saturation=observed.rho,
        detectable=mean / lower.value - 1 if lower.value > 0 else math.inf,
    )


def _nothing(observed: Observations, level: float) -> Evidence:
    """Return the evidence of runs that allow no statement on a mean."""
    lower = statistics.ConfidenceBound(0.0, "lower", level, statistics.BETTING)
    upper = statistics.ConfidenceBound(math.inf, "upper", level, statistics.STUDENT)
    none = (math.nan, math.nan, math.nan)
    return Evidence(
        observed.replicas, math.nan, math.nan, lower, upper, (math.nan, math.nan), none, observed.rho, math.inf
    )


def _student(values: statistics.Array, level: float, side: statistics.Side) -> float:
    return float(statistics.student_mean(values, level, side))


def _mean_square_saturation(observed: Observations, alarm: float, look: float) -> tuple[float, float, float]:
    ceiling = observed.rho**2
    # a mean of squares passes the square of the maximum by its rounding only
    values = np.minimum(observed.square_saturation, ceiling)
    low = max(_student(values, look, "lower"), 0.0)
    return low, float(values.mean()), float(statistics.upper_mean(values, alarm, ceiling))


@dataclass(frozen=True)
class Confrontation:
    """Everything that came of confronting one setting with every form of every bound."""

    evidence: Evidence
    checks: tuple[Check, ...]

    @property
    def word(self) -> Verdict:
        """Return the verdict of the setting: the gravest of its checks."""
        return max((check.verdict for check in self.checks), key=_GRAVITY.index)

    @property
    def settled(self) -> bool:
        """Return whether more replicas could change nothing."""
        return all(check.verdict != "inconclusive" for check in self.checks)


def confront(observed: Observations, level: float) -> Confrontation:
    """Confront every form, on every basis, with a setting's observations; `level` is what either error may spend."""
    evidence = weigh(observed, level)
    checks = (_confront(form, basis, observed, evidence) for form in FORMS for basis in form.bases())
    return Confrontation(evidence, tuple(checks))


def _confront(form: Form, basis: Basis, observed: Observations, evidence: Evidence) -> Check:
    claim = f"{form.name}/{basis}"
    refusal = _refusal(form, basis, observed)
    if refusal:
        return Check(claim, "not applied", reason=refusal)
    known = observed.constants.take(*_ALWAYS, *(name for name in form.extras if name in observed.constants.values))
    known["rho"] = observed.constants.values["rho"] if basis == "a-priori" else observed.rho
    bound: Callable[..., Any] = theory.bound(form.theorem)
    squares: list[dict[str, float]] = [{"rbar2": value} for value in evidence.rbar2] if form.adaptive else [{}]
    try:
        values = [float(bound(**known, **square)) for square in squares]
    except OutsideDomain as error:
        return Check(claim, "not applied", reason=str(error))
    return _decide(claim, values[0], values[len(values) // 2], values[-1], evidence)


def decide(lower: float, upper: float, least: float, most: float) -> Verdict:
    """Return what confidence bounds on the mean, `lower` and `upper`, say of a bound between `least` and `most`."""
    if lower > most:
        return "violated"
    return "held" if upper <= least else "inconclusive"


def _decide(claim: str, least: float, value: float, most: float, evidence: Evidence) -> Check:
    """Decide with the largest bound the data allow for an alarm, with the smallest for `held`."""
    verdict = decide(evidence.lower.value, evidence.upper.value, least, most)
    from_below, from_above = evidence.interval
    return Check(
        claim,
        verdict,
        value,
        _ratio(value, evidence.mean),
        _ratio(value, from_above),
        _ratio(value, from_below),
    )


def _ratio(bound: float, observed: float) -> float:
    return bound / observed if observed > 0 else math.inf


def _refusal(form: Form, basis: Basis, observed: Observations) -> str:
    """Return why a form cannot be applied on a basis, or nothing."""
    constants = observed.constants
    needed = (*_ALWAYS, *(() if form.adaptive else form.extras))
    if observed.diverged:
        return f"saturation violated: {observed.diverged} of {observed.replicas + observed.diverged} replicas diverged"
    missing = [name for name in needed if name not in constants.values]
    if missing:
        return f"{', '.join(missing)} unknown for this problem"
    if basis == "a-posteriori":
        return "" if observed.rho < 1 else f"saturation violated: observed {observed.rho:.4g}"
    if "rho" not in constants.values:
        return "saturation is not certified"
    if observed.rho > constants.values["rho"]:
        return f"saturation violated: observed {observed.rho:.6g} above {constants.values['rho']:.6g}"
    measured = [name for name in needed if not constants.proved(name)]
    return f"{', '.join(measured)} only measured" if measured else ""
