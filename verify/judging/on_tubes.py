"""The confrontation with a tube beside it: a share of the level more, and what `tubes` says of what it bounds."""

import math
from collections.abc import Iterator
from dataclasses import replace

from simulate.results import RunResult
from verify.judging import pilots, statistics, tubes, verdicts
from verify.judging.checks import Basis, Check, CheckName
from verify.judging.observations import SQUARED_GRADIENT, Observations
from verify.judging.verdicts import Confrontation, Ends, Evidence

STOPPED = f"{SQUARED_GRADIENT.quantity.name}, until a tube is left"
"""What the bounds on the pilots' tube are of: A_T."""
SHARE = 0.25
"""Of a setting's level, what A_T may spend; it is one quantity more beside those that are judged without a tube."""


def beside(observed: Observations, runs: RunResult, fixed: pilots.Fixed | None) -> Observations:
    """Return what a run showed with what it showed of the tube that was fixed for it, if there is one."""
    return observed if fixed is None else replace(observed, stopped=tubes.seen(fixed, runs))


def confront(observed: Observations, level: float) -> Confrontation:
    """Confront a setting's observations with every form, and with what holds on its tube if it has one.

    Args:
        observed: what its runs showed.
        level: what either error may spend; without a tube the other forms have all of it.

    """
    if observed.stopped is None:
        return verdicts.confront(observed, level)
    found = verdicts.confront(observed, (1 - SHARE) * level)
    checks = tuple(_checks(observed, observed.stopped, SHARE * level, found.evidence))
    return replace(found, checks=(*found.checks, *checks))


def _checks(observed: Observations, stopped: tubes.Stopped, level: float, whole: Evidence) -> Iterator[Check]:
    """Yield the checks on tubes; what the replicas leave undecided is so for a reason: more looks are not taken."""
    quantities = {tubes.PRIORI: SQUARED_GRADIENT.quantity.name}
    if observed.diverged:
        reason = f"{observed.diverged} of {observed.replicas + observed.diverged} replicas diverged"
        for name in tubes.NAMES:
            basis: Basis = "a-priori" if name == tubes.PRIORI else "a-posteriori"
            quantity = quantities.get(name, STOPPED)
            yield Check(CheckName(name, basis), "not applied", tubes.THEOREM, reason=reason, quantity=quantity)
        return
    alarm, look = verdicts.shares(level)
    rounded = observed.rounding
    up_to = evidence(observed, stopped, level)
    along = math.sqrt(float(stopped.variance.sum(axis=1).mean()))
    for line in tubes.lines(stopped, alarm / 2, look / 2, verdicts.LOOKS, rounded.direction, rounded.value):
        quantity = quantities.get(line.name, STOPPED)
        check = Check(CheckName(line.name, line.basis), "not applied", tubes.THEOREM, quantity=quantity)
        if line.bounds is None:
            yield replace(check, reason=line.reason)
            continue
        ends = Ends(*line.bounds, along or math.sqrt(whole.mean), along > 0)
        seen = whole if line.name == tubes.PRIORI else up_to
        check = verdicts._decide(replace(check, condition=line.condition), ends, seen)
        if check.verdict == "inconclusive" and not check.reason:
            check = replace(check, reason=f"{observed.replicas} replicas do not decide it")
        yield check


def evidence(observed: Observations, stopped: tubes.Stopped, level: float) -> Evidence:
    """Return what the replicas say of A_T: from below without those that left, from above with all they show."""
    least = verdicts.weigh(replace(observed, squared_gradient=stopped.least_gradient), level)
    most = verdicts.weigh(observed, level)
    high = float(statistics.student_mean(stopped.squared_gradient, 0.025, "upper"))
    return replace(most, lower=least.lower, interval=(least.interval[0], high))
