"""The confrontation: a bound and observations in, held / violated / inconclusive / not applied out.

A-priori: every constant is proved from the problem, the device and the schedule; none comes from the outcome. The
confidence of a family of settings is claimed for these checks only: if the theorem is right, one of them is called
violated with at most the error that its family may spend.

The device enters by its distortion gamma, of the linear device the saturation rho, and its gain Fbar (`response`).

A-posteriori: gamma and Fbar are those on the largest weights observed, and the constants that nothing proves are the
largest observed. The theorem asks for a bound that holds almost surely at every step, and an observed maximum is none,
so such a check is *conditional*, and `Check.condition` says on what: on the process never passing what these replicas
showed. Under that hypothesis the bound taken is at least the proved one, and `violated` is as improbable as for an
a-priori check. Without it `violated` means that the theorem or the hypothesis is wrong, and `held` that the mean lies
below this number. How far the hypothesis is supported is said beside it: one further replica passes the largest of R
independent ones with probability at most 1 - c^(1/R), with confidence 1 - c (Wilks' tolerance limit, exact for any
continuous law).
With unbounded noise the hypothesis is false of the process itself, since one step may lead anywhere. Noise that is
normal and added is then read as cut, symmetrically, so far out that all draws of these runs lie inside with
probability at least 1 - 1e-12: that process is as unbiased, varies less, and is what was run.

Certificates: a proved constant that the run contradicts is a violation of its own (`certificates`), and no bound that
takes this constant is applied.

Rounding: a run in floating point is one of the recursion with perturbed directions (`rounding`). An alarm needs a mean
above the bound for these. Where rounding could move the bound by more than `rounding.SHARE`, or is a larger share than
that of the noise (of the gradient, without noise), nothing is held.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np

import theory
from boundary import OutsideDomain
from verify.judging import (
    assumptions,
    conditions,
    descent,
    forms,
    joint,
    perturbed,
    refusals,
    rounding,
    statistics,
    storage,
)
from verify.judging.checks import Basis, Check, CheckName, EvidenceSummary, Verdict, gravest
from verify.judging.forms import AppliedForm
from verify.judging.observations import OBSERVABLES, OF_DEVICE, SQUARED_GRADIENT, Observable, Observations

LOOKS = 3
"""How often a setting may be judged; each look after the first doubles the replicas."""

FORMS = forms.FORMS


@dataclass(frozen=True)
class Evidence:
    """What the replicas say about a quantity and the mean-square saturation, at the level the setting may spend.

    Args:
        replicas: how many there are.
        mean: of the quantity over replicas; the average squared gradient A unless a theorem bounds another.
        stderr: its standard error.
        lower: an alarm needs a bound below this.
        upper: `held` needs a bound at or above this.
        interval: 95% interval of the quantity (Student), for tightness.
        rbar2: low, mean and high mean-square saturation: Student from below, mean, betting from above.
        ceiling: of one replica's mean-square saturation, known beforehand: rho^2 where rho is proved, else 1, since a
            replica that leaves [-tau, tau] counts as diverged and then nothing is applied.
        saturation: the largest observed.
        detectable: smallest relative violation these replicas would have revealed.
        rounded: what floating point did to the runs; `lower` and `upper` allow for its share in what is measured.
        squared_gradient: A over replicas, where `mean` is of another quantity; else None.
        distortion: (gamma, Fbar) of the device on the weights that were met; nan where they are not known.
        descent: f(W_0) - E f(W_K), in f, >= 0: low, mean and high, as certain as `rbar2`; nan where it was not seen.

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
    ceiling: float = 1.0
    rounded: rounding.Rounding = rounding.EXACT
    squared_gradient: float | None = None
    distortion: tuple[float, float] = (math.nan, math.nan)
    descent: tuple[float, float, float] = (math.nan, math.nan, math.nan)

    @property
    def passing(self) -> float:
        """Return how probable it is at most that a further replica passes the largest saturation seen.

        Confidence 95%, shared among the looks.
        """
        return 1 - (0.05 / LOOKS) ** (1 / self.replicas) if self.replicas else 1.0

    def summary(self, level: float) -> "EvidenceSummary":
        """Return the numbers that are kept, with the names of the methods behind them; `level` was spent on them."""
        return EvidenceSummary(
            replicas=self.replicas,
            mean=self.mean,
            stderr=self.stderr,
            lower=self.lower.value,
            lower_method=self.lower.method,
            upper=self.upper.value,
            upper_method=self.upper.method,
            interval_95=self.interval,
            max_saturation=self.saturation,
            passing_probability_95=self.passing,
            mean_square_saturation=self.rbar2[1],
            mean_square_saturation_upper=self.rbar2[2],
            mean_square_saturation_method=f"{statistics.BETTING} below {self.ceiling:.6g}, known beforehand",
            rounding=self.rounded,
            smallest_detectable_violation=self.detectable,
            level=level,
            gamma=self.distortion[0],
            gain=self.distortion[1],
            descent=self.descent,
        )


class Shares(NamedTuple):
    """What a setting's level is divided into."""

    alarm: float
    look: float


def shares(level: float) -> Shares:
    """Divide the error a setting may spend.

    Betting is valid at all looks at once; Student's t is not, so each look gets its share. A quarter of either error is
    for the mean-square saturation, and a quarter for what f fell.
    """
    return Shares(level / 2, level / 2 / LOOKS)


def weigh(observed: Observations, level: float, observable: Observable = SQUARED_GRADIENT) -> Evidence:
    """Weigh what a setting showed of a quantity; `level` may be spent on a false alarm, and on a false `held`."""
    values = observable.values(observed)
    if observed.diverged or len(values) < 2:
        return _nothing(observed, level)
    alarm, look = shares(level)
    lower, upper, mean = (
        statistics.lower_bound(values, alarm),
        statistics.upper_bound(values, look),
        float(values.mean()),
    )
    lower = replace(lower, value=observable.lowered(observed.rounding, lower.value))
    ceiling = _ceiling(observed)
    return Evidence(
        replicas=len(values),
        mean=mean,
        stderr=float(values.std(ddof=1) / math.sqrt(len(values))),
        lower=lower,
        upper=replace(upper, value=observable.raised(observed.rounding, upper.value)),
        interval=(_student(values, 0.025, "lower"), _student(values, 0.025, "upper")),
        rbar2=_mean_square_saturation(observed, alarm / 2, look / 2, ceiling),
        saturation=observed.rho,
        detectable=mean / lower.value - 1 if lower.value > 0 else math.inf,
        ceiling=ceiling,
        rounded=observed.rounding,
        squared_gradient=None if observable is SQUARED_GRADIENT else float(observed.squared_gradient.mean()),
        distortion=(math.nan, math.nan) if observed.met is None else (observed.met.gamma, observed.met.gain),
        descent=descent.bounds(observed, alarm / 2, look / 2),
    )


def _ceiling(observed: Observations) -> float:
    """Return what one replica's mean-square saturation cannot pass, known before anything is run."""
    proved = observed.proved_saturation
    return 1.0 if proved is None or observed.broken("rho") else proved**2


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


def _mean_square_saturation(
    observed: Observations, alarm: float, look: float, ceiling: float
) -> tuple[float, float, float]:
    # a mean of squares passes the square of the maximum by its rounding; what passes a proof is an alarm of its own
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
        """Return the verdict of the setting: the gravest of its checks that count."""
        return gravest(check.verdict for check in self.checks if check.counts)

    @property
    def settled(self) -> bool:
        """Return whether more replicas could change nothing; what is inconclusive for a reason stays so."""
        return all(check.verdict != "inconclusive" or check.reason for check in self.checks)


def confront(observed: Observations, level: float) -> Confrontation:
    """Confront every form, on every basis, with a setting's observations.

    Args:
        observed: what its runs showed.
        level: what either error may spend; the quantities that theorems bound share it evenly (union bound).

    """
    quantities = {form.quantity for form in FORMS} & OBSERVABLES.keys() | {SQUARED_GRADIENT.quantity.name}
    seen = {name: weigh(observed, level / len(quantities), OBSERVABLES[name]) for name in quantities}
    # without pulses the theorem on pulses is Theorem 1, which is there
    asked = [form for form in FORMS if observed.response.granular or not form.granular]
    asked = [form for form in asked if observed.noise_met or not form.on_range]
    asked = [form for form in asked if observed.linear or not form.by_storage]
    checks = (_confront(form, basis, observed, seen.get(form.quantity)) for form in asked for basis in form.bases())
    return Confrontation(seen[SQUARED_GRADIENT.quantity.name], (*checks, *_alarms(observed)))


def _alarms(observed: Observations) -> list[Check]:
    """Return a violation for every constant whose certificate the run breaks."""
    reasons: dict[str, str] = {}
    for broken in observed.broken():
        reasons.setdefault(broken.constant, broken.reason)
    return [Check(CheckName(name, "certificate"), "violated", reason=reason) for name, reason in reasons.items()]


def _confront(form: AppliedForm, basis: Basis, observed: Observations, evidence: Evidence | None) -> Check:
    unapplied = Check(CheckName(form.name, basis), "not applied", form.theorem, quantity=form.quantity)
    if evidence is None:
        return replace(unapplied, reason=f"no observable for {form.quantity or 'a quantity that is not named'}")
    refusal = _refusal(form, basis, observed)
    if refusal:
        return replace(unapplied, reason=refusal)
    priori = basis == "a-priori"
    if form.ends and not priori and math.isnan(evidence.descent[1]):
        return replace(unapplied, reason="f(W_K) was not looked at")
    extras = (name for name in (*form.extras, *form.optional) if name in observed.constants.values)
    taken = [name for name in extras if not (priori and name in form.optional) or observed.constants.proved(name)]
    known = observed.constants.take(*dict.fromkeys((*form.constants, *taken)))
    if form.freezes and known["H2"] == known["HJ"] == 0:  # then the length of a direction is not asked for
        known.pop("Gamma", None)
    on_range = observed.noise_met if form.on_range else {}
    seen = [name for name in known if name not in on_range]
    condition = "" if priori else conditions.of(seen, observed, evidence.passing)
    known |= on_range
    known = _of_device(observed, basis) | known
    try:
        measured = _proved(evidence, known) if priori else evidence
        ends = _certified(observed, known, measured, priori) if form.by_storage else _ends(form, known, measured)
    except OutsideDomain as error:
        return replace(unapplied, reason=str(error))
    if ends is None:
        return replace(unapplied, reason="no certificate was found")
    check = _decide(replace(unapplied, condition=condition), ends, evidence)
    # by what is measured of the bound, or as it is all but an equality; then the others decide
    undecided = (form.by_storage or (form.ends and not priori)) and check.verdict == "inconclusive" and not check.reason
    return replace(unapplied, reason=f"{observed.replicas} replicas do not decide it") if undecided else check


def _certified(observed: Observations, known: Mapping[str, float], evidence: Evidence, priori: bool) -> "Ends | None":
    """Return the bound of a run's own certificate, a-posteriori with the mean-square saturation that was measured."""
    if observed.linear is None:
        return None
    nothing = priori or known["rho"] == 0  # is measured of the saturation
    T2 = None if nothing else [square * known["sigma2"] for square in evidence.rbar2]
    own = observed.constants.proved("rho") and not observed.broken("rho")
    found = storage.bounds(observed.linear, known["rho"], evidence.rounded.direction, T2, certified=own)
    if found is None:
        return None
    low, mean, high = found
    along = math.sqrt(known["sigma2"] or evidence.mean)
    return Ends(low.value, mean.value, high.moved, mean.moved, along, known["sigma2"] > 0)


def _proved(evidence: Evidence, known: Mapping[str, float]) -> Evidence:
    """Return evidence with what is proved in the place of what is measured of a bound."""
    return replace(evidence, rbar2=(known["rho"] ** 2,) * 3, descent=(known.get("Delta", math.nan),) * 3)


def _of_device(observed: Observations, basis: Basis) -> dict[str, float]:
    """Return gamma, called rho, Fbar where it is not 1, V and qmax, theta1, Gamma: certified, or on what was met."""
    if basis == "a-priori":
        return {name: observed.constants.values[name] for name in OF_DEVICE if name in observed.constants.values}
    gamma, gain = observed.met or (math.inf, 1.0)
    found = {"rho": gamma} if gain == 1 else {"rho": gamma, "gain": gain}
    found |= joint.on(observed.response, observed.rho, observed.met)
    pulses = observed.response.granularity(observed.rho, observed.direction)
    return found if pulses is None else {**found, **pulses._asdict()}


class Ends(NamedTuple):
    """The values a bound may have, given what it takes from the data.

    Args:
        least: `held` needs a mean at or below this.
        value: the bound as it is reported.
        most: an alarm needs a mean above this.
        moved: `value` for directions as wrong as rounding may have made them.
        along: what rounding is held against: sigma, or sqrt(A) without noise, in f/w.
        noisy: whether there is noise.

    """

    least: float
    value: float
    most: float
    moved: float
    along: float
    noisy: bool


def _ends(form: AppliedForm, known: Mapping[str, float], evidence: Evidence) -> Ends:
    """Evaluate a bound at the ends of what the data give it, and with the rounding of the run."""
    rounded = evidence.rounded.direction
    given, finite = perturbed.columns(form, known, evidence.rbar2, evidence.descent, rounded)
    bound: Callable[..., Any] = theory.bound(form.theorem)
    found = np.broadcast_to(bound(**given), (5 if finite else 3,))
    to, most = (float(found[3]), float(found[4])) if finite else (math.inf, math.inf)
    if not form.knows_lags and rounded == 0:
        to, most = float(found[1]), float(found[2])
    A = evidence.mean if evidence.squared_gradient is None else evidence.squared_gradient
    along = math.sqrt(known["sigma2"] or A)
    return Ends(float(found[0]), float(found[1]), max(float(found[2]), most), to, along, known["sigma2"] > 0)


def decide(lower: float, upper: float, least: float, most: float) -> Verdict:
    """Return what confidence bounds on the mean, `lower` and `upper`, say of a bound between `least` and `most`."""
    if lower > most:
        return "violated"
    return "held" if upper <= least else "inconclusive"


def _decide(check: Check, ends: Ends, evidence: Evidence) -> Check:
    """Decide with the largest bound the data allow for an alarm, with the smallest for `held`."""
    verdict, reason = decide(evidence.lower.value, evidence.upper.value, ends.least, ends.most), ""
    if verdict != "violated" and (lost := _lost(ends, evidence)):
        verdict, reason = "inconclusive", f"rounding in {evidence.rounded.dtype} {lost}"
    from_below, from_above = evidence.interval
    tightness, low, high = (_ratio(ends.value, value) for value in (evidence.mean, from_above, from_below))
    return replace(
        check,
        verdict=verdict,
        bound=ends.value,
        observed=evidence.mean,
        tightness=tightness,
        tightness_low=low,
        tightness_high=high,
        reason=reason,
    )


def _lost(ends: Ends, evidence: Evidence) -> str:
    """Return how rounding keeps a run from testing a bound, or nothing."""
    if not ends.moved <= (1 + rounding.SHARE) * ends.value:
        moved = "anywhere" if math.isinf(ends.moved) else f"to {ends.moved:.4g}"
        return f"could move the bound {moved} from {ends.value:.4g}"
    if evidence.rounded.direction > rounding.SHARE * ends.along:
        share = f"{evidence.rounded.direction / ends.along:.2g} times" if ends.along > 0 else "more than"
        return f"may be {share} the {'noise' if ends.noisy else 'gradient'}: the run is not one of the algorithm"
    return ""


def _ratio(bound: float, observed: float) -> float:
    return bound / observed if observed > 0 else math.inf


@cache
def _rests_on(theorem: str) -> frozenset[str]:
    """Return the assumptions that a bound rests on, as the claims that prove it pass them on."""
    if theorem == storage.THEOREM:
        return storage.ASSUMPTIONS
    from theory.bounds import bound  # loads the claims: not before something is judged

    return frozenset(bound(theorem).assumptions)


def _refusal(form: AppliedForm, basis: Basis, observed: Observations) -> str:
    """Return why a form cannot be applied on a basis, or nothing."""
    constants = observed.constants
    needed = form.constants
    if observed.diverged:
        return f"saturation violated: {observed.diverged} of {observed.replicas + observed.diverged} replicas diverged"
    unestablished = assumptions.unestablished(observed, _rests_on(form.theorem))
    if unestablished:
        return unestablished
    missing = [name for name in needed if name not in constants.values]
    if missing:
        return f"{', '.join(missing)} unknown for this problem"
    if "rho" not in form.takes and not (constants.proved("rho") and constants.values["rho"] == 0):
        return f"{form.theorem} takes no saturation: it says nothing of an analog run"
    if not form.knows_lags and constants.values.get("Lambda1", 0.0) > 0:
        return f"{form.theorem} takes no lag: it says nothing of a pipeline"
    if refusal := refusals.of_another_device(form, observed) or refusals.of_other_directions(form, observed):
        return refusal
    broken = observed.broken(*needed, *form.stand_with, *(("rho",) if basis == "a-priori" else ()))
    if broken:
        return broken[0].reason
    if basis == "a-posteriori":
        return refusals.not_below_one(observed)
    if not constants.proved("rho"):
        return "saturation is not certified"
    if form.freezes and not constants.proved("theta1"):
        return "theta1 is not certified"
    if form.granular and not constants.proved("V", "qmax"):
        return "the variance of the pulses is not certified"
    if not constants.values["rho"] < 1:
        return f"response violated: gamma = {constants.values['rho']:.4g} on the certified range of weights"
    unproved = [name for name in needed if not constants.proved(name)]
    return f"{', '.join(unproved)} only {observed.seen}" if unproved else ""
