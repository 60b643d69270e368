"""The confrontation with what replicas measure of both sides of two theorems: measurements, and no predictions.

A run that asks for looks at its mean step (`Run.drift`) shows, given the past, the mean drift ebar = E abs(g) W_k/tau
of its stale directions and what the mean step is beside the gradient, h = v - F. Both contain the gradient, and so do
the forms that take them: `held` says that two sides agree that are both measured. They have a basis of their own,
`measured`, and count in no verdict but by an alarm, which says that theorem, simulator or measurement is wrong.

    path        path.form: sqrt(A) <= (eta + sqrt(eta^2 + 4c))/2, eta = N(h), c = kappa + (f(W_0) - E f(W_K))/(alpha K)
    mean-drift  mean.measured: Theorem 1 by conditional means, with N(ebar) for the root and 1 for 1 + rho
    tube-drift  the same of A_T, with L and S of the tube of a run that has one (`tubes`)

mean.measured is the feasible set of mean.end with T2 = N(ebar)^2 and rho = 0. Its c_w and nu are of what is left of a
step, omega = d - v: (alpha L/2) N(omega)^2, and Lambdah N(omega), N(omega) measured as well, at stale directions.
Of a replica that left its tube an average up to T is at least 0 and at most the whole one, as all but kappa are >= 0.
Every average is an unbiased one of each replica; what is taken of it is the end of Student's interval over replicas.

Rounding, directions off by r, N(r) <= eps: h is off by r as well. kappa is measured with exact steps d; that of the
steps that were made, d + r, is (f(W - alpha (d + r)) - f(W - alpha d))/alpha + <F, r> more, which is in size at most
L alpha (norm(d) norm(r) + norm(r)^2/2). A difference of measured values is off by twice what one of them is.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import theory
from boundary import OutsideDomain
from theory.blueprint import assumptions_of, rests_on
from theory.bounds import path, rest
from verify.judging import assumptions, descent, on_tubes, statistics, tubes, verdicts
from verify.judging.checks import Check, CheckName
from verify.judging.mean_steps import MeanSteps
from verify.judging.observations import SQUARED_GRADIENT, Observations
from verify.judging.tubes import Stopped
from verify.judging.verdicts import LOOKS, Confrontation, Ends, Evidence
from verify.regions import theorem
from verify.regions.theorem import Constants

SHARE = 0.125
"""Of a setting's level, what the ends of what is measured may spend; A has its own among the other forms."""
PATH, DRIFT, TUBE = "path", "mean-drift", "tube-drift"
_ENDS = 8
"""What is taken at an end: the fall of f and four averages; up to T the value of f and two averages."""
_TAKES = {PATH: ("L", "alpha", "K", "Delta"), DRIFT: ("L", "Lambda1", "Lambdah", "alpha", "K", "Delta"), TUBE: ()}
"""Constants by form; the path's L is only to bound its rounding."""
_THEOREMS = {PATH: "path", DRIFT: "mean", TUBE: "mean"}


class Interval(NamedTuple):
    """Low, mean and high of something measured."""

    low: float
    mean: float
    high: float


class Sides(NamedTuple):
    """What is measured of a setting."""

    fall: Interval
    drift: Interval
    rest: Interval
    distance: Interval
    kappa: Interval


def confront(observed: Observations, level: float) -> Confrontation:
    """Confront a setting's observations with every form, with its tube, and with what it measures of its mean step.

    Args:
        observed: what its runs showed.
        level: what either error may spend; the other forms have all of it where no mean step was asked for.

    """
    seen = observed.mean_steps
    if seen is None:
        return on_tubes.confront(observed, level)
    found = on_tubes.confront(observed, (1 - SHARE) * level)
    A = dict.fromkeys((PATH, DRIFT), found.evidence)
    if observed.stopped is not None:
        A[TUBE] = found.evidence
    if observed.stopped is not None and not observed.diverged:  # at the level that A_T has in `on_tubes`
        A[TUBE] = on_tubes.evidence(observed, observed.stopped, on_tubes.SHARE * (1 - SHARE) * level)
    checks = tuple(_check(name, observed, seen, SHARE * level, whole) for name, whole in A.items())
    return replace(found, checks=(*found.checks, *checks))


def _check(name: str, observed: Observations, seen: MeanSteps, level: float, whole: Evidence) -> Check:
    quantity = on_tubes.STOPPED if name == TUBE else SQUARED_GRADIENT.quantity.name
    check = Check(CheckName(name, "measured"), "not applied", _THEOREMS[name], quantity=quantity)
    if reason := _refusal(name, observed) or seen.refused:
        return replace(check, reason=reason)
    try:
        ends = _ends_of(name, observed, seen, level)
    except OutsideDomain as error:
        return replace(check, reason=str(error))
    check = verdicts._decide(replace(check, condition=_condition(name, observed, seen)), ends, whole)
    if check.verdict == "inconclusive" and not check.reason:
        return replace(check, reason=f"{observed.replicas} replicas do not decide it")
    return check


def _ends_of(name: str, observed: Observations, seen: MeanSteps, level: float) -> Ends:
    if name == TUBE and observed.stopped is not None and (held := observed.stopped.fixed.held) is not None:
        return tube_ends(observed, observed.stopped, held, seen, level)
    measured = sides(observed, seen, level)
    return path_ends(observed, measured) if name == PATH else drift_ends(observed, measured)


def _refusal(name: str, observed: Observations) -> str:
    if observed.diverged:
        return f"{observed.diverged} of {observed.replicas + observed.diverged} replicas diverged"
    if observed.replicas < 2:
        return "one replica has no confidence interval"
    claims = rests_on(path.CLAIM) if name == PATH else rests_on("mean.measured")
    if reason := assumptions.unestablished(observed, assumptions_of(sorted(claims))):
        return reason
    if name == TUBE and observed.stopped is not None:
        fixed = observed.stopped.fixed
        return fixed.reason or tubes.rounded_more(fixed, observed.rounding.direction)
    missing = [constant for constant in _TAKES[name] if constant not in observed.constants.values]
    if missing:
        return f"{', '.join(missing)} unknown for this problem"
    broken = observed.broken(*_TAKES[name])
    return broken[0].reason if broken else ""


def sides(observed: Observations, seen: MeanSteps, level: float) -> Sides:
    """Return what is measured, each at the ends of an interval that is wrong with its share of half a level.

    All ends are equally likely to be wrong, and so are the looks: Student's interval is of one look.
    """
    end = _share(level)
    return Sides(
        fall=Interval(*descent.bounds(observed, end, end)),
        drift=_interval(seen.drift, end),
        rest=_interval(seen.rest, end),
        distance=_interval(seen.distance, end),
        kappa=_interval(seen.kappa, end, least=-math.inf),
    )


def _share(level: float) -> float:
    return level / 2 / _ENDS / LOOKS


def _interval(
    values: statistics.Array, end: float, least: float = 0.0, left: NDArray[np.bool_] | None = None
) -> Interval:
    """Return Student's interval of a mean that is at least `least`; a replica that left a tube has 0 at the low end."""
    from_below = values if left is None else np.where(left, 0.0, values)
    low = float(statistics.student_mean(from_below, end, "lower"))
    return Interval(max(low, least), float(values.mean()), float(statistics.student_mean(values, end, "upper")))


def path_ends(observed: Observations, measured: Sides) -> Ends:
    """Return what the path form allows of A at the ends of what is measured, and with the rounding of the run."""
    known, rounded = observed.constants.values, observed.rounding
    alpha, off = known["alpha"], rounded.direction
    difference = 2 * rounded.value / alpha
    step = math.sqrt(measured.distance.high) + math.sqrt(_largest_gradient(observed)) + math.sqrt(measured.rest.high)
    more = difference + alpha * known["L"] * (step * off + off**2 / 2)

    def at(place: int, eta: float = 0.0, kappa: float = 0.0) -> float:
        return path.of(
            kappa=measured.kappa[place] + kappa,
            fall=measured.fall[place],
            eta=math.sqrt(measured.distance[place]) + eta,
            alpha=alpha,
            K=known["K"],
        )

    finite = math.isfinite(off) and math.isfinite(more)
    moved, most = (at(1, off, more), at(2, off, more)) if finite else (math.inf, math.inf)
    return _ends(observed, measured, at(0, 0.0, -difference), at(1), most, moved)


def _largest_gradient(observed: Observations) -> float:
    """Return the end of A's interval that serves to bound rounding alone."""
    return float(statistics.student_mean(observed.squared_gradient, 1e-6, "upper"))


def drift_ends(observed: Observations, measured: Sides) -> Ends:
    """Return the bound by conditional means with the drift as measured, at the ends and with rounding."""
    known = observed.constants.values
    alpha, lag, off = known["alpha"], known["Lambdah"], observed.rounding.direction
    bound = theory.bound("mean")

    def at(place: int, more: float = 0.0) -> float:
        left = math.sqrt(measured.rest[place])
        found = rest.of(L=known["L"], sigma=left + more, T2=0.0, nu=lag * (left + more), rho=0.0, alpha=alpha)
        return float(
            bound(
                **{name: known[name] for name in ("L", "alpha", "K", "Lambda1")},
                Delta=measured.fall[place],
                rho=0.0,
                T2=measured.drift[place],
                c_w=found.c_w,
                nu=found.nu + more / alpha,
            )
        )

    moved, most = (at(1, off), at(2, off)) if math.isfinite(off) else (math.inf, math.inf)
    return _ends(observed, measured, at(0), at(1), most, moved)


def tube_ends(observed: Observations, stopped: Stopped, held: Constants, seen: MeanSteps, level: float) -> Ends:
    """Return the bound of A_T with the drift as measured and what holds on the tube."""
    run, end, rounded = stopped.fixed.run, _share(level), observed.rounding
    drift, left = (_interval(values, end, left=stopped.left) for values in (seen.drift, seen.rest))
    values = tubes.end(stopped, held, end, end, rounded.value)

    def at(place: int, off: float = 0.0) -> float:
        total = left[place] * (1 + 1e-14)
        curved = 0.5 * run.alpha * held.L * total  # at which steps it was met is not kept
        noisy = theorem.with_noise(held, held.T2, [total] * len(held.S), curved)
        drifts = theorem.with_drift(noisy, drift[place] * (1 + 1e-14))
        return theorem.stopped(drifts, run.alpha, run.iterations, run.lags, values[place], off=off)

    off, noise = rounded.direction, math.sqrt(left.mean)
    along = noise or math.sqrt(float(observed.squared_gradient.mean()))
    return Ends(at(0), at(1), max(at(2), at(2, off)), at(1, off), along, noise > 0)


def _ends(observed: Observations, measured: Sides, least: float, value: float, most: float, moved: float) -> Ends:
    noise = math.sqrt(measured.rest.mean)
    return Ends(least, value, most, moved, noise or math.sqrt(float(observed.squared_gradient.mean())), noise > 0)


def _condition(name: str, observed: Observations, seen: MeanSteps) -> str:
    words = (
        f"both sides are measured: {_SIDES[name]}, averages over the samples at {seen.looks} times a "
        "replica, and what f fell by, at the ends of intervals that take means over replicas as normal"
    )
    unproved = [constant for constant in _TAKES[name] if not observed.constants.proved(constant)]
    if name == TUBE and observed.stopped is not None:
        exits, left = int(observed.stopped.left.sum()), tubes.where(observed.stopped.fixed)
        return f"{words}; of the steps before a weight leaves {left}: {exits} left it"
    if name == PATH or not unproved:
        return words
    return f"{words}; provided that {', '.join(unproved)} nowhere exceed what was {observed.seen} {observed.sampling}"


_SIDES = {
    PATH: "N(v - F) and kappa",
    DRIFT: "N(E abs(g) W/tau) and the mean square of what is left of a step",
    TUBE: "N(E abs(g) W/tau) and the mean square of what is left of a step",
}
