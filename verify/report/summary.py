"""A sweep in numbers: what `run --json` writes and the page shows."""

import math
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from boundary import BadInput
from verify.judging.assumptions import Status
from verify.judging.checks import BASES, HEADLINE, HEADLINES, Basis, Check, CheckName, Verdict
from verify.judging.statistics import replicas_needed
from verify.report import assumed
from verify.report.counting import Counts, Results, Spread, grouped
from verify.report.pairing import FamilyPairing, LengthPairing, by_length, side_by_side
from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import SweepPlan

VIOLATIONS = (0.01, 0.05, 0.1, 0.5, 1.0)
"""Relative violations for which the summary says how many replicas a sweep would need to see them."""


@dataclass(frozen=True)
class CheckSummary:
    """The verdicts and the tightness of one check in all settings."""

    counts: Counts
    tightness: Spread

    def to_json(self) -> dict[str, Any]:
        """Return both as plain data."""
        return {**vars(self.counts), "tightness": asdict(self.tightness)}


def by_claim(results: Results) -> dict[CheckName, CheckSummary]:
    """Return for every check its verdicts and its tightness."""
    found: dict[CheckName, list[Check]] = defaultdict(list)
    for result in results:
        for check in result.checks:
            found[check.name].append(check)
    return {
        name: CheckSummary(Counts.of(check.verdict for check in checks), Spread.of(check.tightness for check in checks))
        for name, checks in found.items()
    }


def by_basis(results: Results) -> dict[Basis, Counts]:
    """Return for every basis the settings by the gravest verdict of their checks on it.

    A setting without a check on a basis is `not_applied` there; one without a broken certificate is `held` there.
    """
    return {basis: Counts.of(result.verdict_on(basis) for result in results) for basis in BASES}


COVERS = "the a-priori checks; a-posteriori ones are conditional on what the runs showed"
"""What the family-wise confidence is claimed for."""


@dataclass(frozen=True)
class FamilyWise:
    """What the family-wise confidence is claimed for, and of how many settings.

    Args:
        confidence: of all of them together.
        covers: the checks, in words.
        settings: those with an a-priori check that was applied.
        violations: how many of these are violated a-priori.
        conditional: the settings for which nothing but conditional checks were applied.

    """

    confidence: float
    covers: str
    settings: int
    violations: int
    conditional: int


def covered(result: JudgedSetting) -> bool:
    """Return whether the family-wise confidence says anything of a setting."""
    return any(check.name.basis == "a-priori" for check in result.applied)


def family_wise(results: Results, confidence: float) -> FamilyWise:
    """Return what the family-wise confidence is claimed for."""
    inside = [result for result in results if covered(result)]
    judged = sum(bool(result.applied) for result in results)
    violations = by_basis(inside)["a-priori"].violations
    return FamilyWise(confidence, COVERS, len(inside), violations, judged - len(inside))


@dataclass(frozen=True)
class ReplicasNeeded:
    """The replicas that would reveal a violation with probability 0.9, at the scatter of the replicas seen.

    Args:
        variation: median over settings of a replica's standard deviation over its mean.
        level: what the most demanding setting may spend.
        by_violation: the replicas for each of `VIOLATIONS`; None if no number will do.

    """

    variation: float
    level: float
    by_violation: Mapping[float, int | None]

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data, the violations as text."""
        found = {f"{violation:g}": count for violation, count in self.by_violation.items()}
        return {"variation": self.variation, "level": self.level, **found}


def needed(results: Results) -> ReplicasNeeded | None:
    """Return the replicas that violations would take; None where no mean was observed."""
    seen = [result.evidence for result in results if math.isfinite(result.evidence.stderr)]
    variations = [o.stderr * math.sqrt(o.replicas) / o.mean for o in seen if o.mean > 0]
    if not variations:
        return None
    variation, level = float(np.median(variations)), min(o.level for o in seen)
    # an alarm has half of what a setting may spend: verdicts.weigh
    found = {violation: _needed(violation, variation, level / 2) for violation in VIOLATIONS}
    return ReplicasNeeded(variation, level, found)


def _needed(violation: float, variation: float, level: float) -> int | None:
    try:
        return replicas_needed(violation, variation, level)
    except BadInput:
        return None


@dataclass(frozen=True)
class FamilySummary:
    """One family: its settings, their verdicts, the tightness of every check, and what its replicas can detect."""

    settings: int
    counts: Counts
    tightness: Mapping[CheckName, Spread]
    smallest_detectable_violation: Spread
    replicas_needed: ReplicasNeeded | None
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "settings": self.settings,
            **vars(self.counts),
            "tightness": {str(name): asdict(spread) for name, spread in self.tightness.items()},
            "smallest_detectable_violation": asdict(self.smallest_detectable_violation),
            "replicas_needed": {} if self.replicas_needed is None else self.replicas_needed.to_json(),
            "seconds": self.seconds,
        }


def by_family(results: Results) -> dict[str, FamilySummary]:
    """Return every family."""
    names = by_claim(results)
    return {
        family: FamilySummary(
            len(members),
            Counts.of(result.verdict for result in members),
            dict.fromkeys(names, Spread()) | {name: one.tightness for name, one in by_claim(members).items()},
            detectable(members),
            needed(members),
            sum(result.seconds for result in members),
        )
        for family, members in grouped(results, lambda result: result.family).items()
    }


def detectable(results: Iterable[JudgedSetting]) -> Spread:
    """Return the spread of the smallest violations that would have been caught."""
    return Spread.of(result.evidence.smallest_detectable_violation for result in results)


@dataclass(frozen=True)
class DeviceSummary:
    """The devices of one family: how they distort, and bound / observed of the theorem that stands for a setting.

    Args:
        settings: those on an analog device.
        granular: how many of these have pulses.
        gamma: distortion on the weights that were met.
        gain: mean response there.
        certified: bound / observed where every constant is proved.
        observed: bound / observed with gamma and Fbar on the weights that were met.

    """

    settings: int
    granular: int
    gamma: Spread
    gain: Spread
    certified: Spread
    observed: Spread

    @classmethod
    def of(cls, results: Results) -> "DeviceSummary":
        """Return that of some settings."""

        def tightness(basis: Basis) -> Spread:
            checks = (check for result in results for check in result.applied if check.name.form in HEADLINES)
            return Spread.of(check.tightness for check in checks if check.name.basis == basis)

        forms = [{check.name.form for check in result.checks} for result in results]
        return cls(
            len(results),
            sum("granular" in names for names in forms),
            Spread.of(result.evidence.gamma for result in results),
            Spread.of(result.evidence.gain for result in results),
            tightness("a-priori"),
            tightness("a-posteriori"),
        )


def by_device(results: Results) -> dict[str, DeviceSummary]:
    """Return every family's devices, but for digital runs."""
    analog = [result for result in results if math.isfinite(result.setting.tau)]
    return {name: DeviceSummary.of(members) for name, members in grouped(analog, lambda one: one.family).items()}


@dataclass(frozen=True)
class ClosestSetting:
    """A setting by the check that came closest to an alarm, and the command that runs it again if it is in a store."""

    result: JudgedSetting
    check: Check
    replay: str | None

    @property
    def setting(self) -> Setting:
        """Return what was run."""
        return self.result.setting

    def to_json(self) -> dict[str, Any]:
        """Return the case as plain data."""
        return {
            "id": self.result.id,
            "family": self.result.family,
            "claim": str(self.check.name),
            "verdict": self.check.verdict,
            "tightness": self.check.tightness,
            "bound": self.check.bound,
            "observed": self.result.evidence.mean,
            "setting": self.setting.as_dict(),
            "replay": self.replay,
        }


def closest(results: Results, count: int, store: str | None) -> list[ClosestSetting]:
    """Return the settings that came closest to an alarm, violated ones first."""
    pairs = [(min(result.applied, key=_distance), result) for result in results if result.applied]
    pairs.sort(key=lambda pair: (_distance(pair[0]), pair[1].id))
    return [ClosestSetting(result, check, _replay(result.id, store)) for check, result in pairs[:count]]


def _distance(check: Check) -> tuple[bool, float]:
    return check.verdict != "violated", math.inf if math.isnan(check.tightness) else check.tightness


def _replay(identity: int, store: str | None) -> str | None:
    return f"python -m verify replay {identity} --store {shlex.quote(store)}" if store else None


@dataclass(frozen=True)
class Summary:
    """A sweep in numbers.

    Args:
        settings: how many were judged.
        counts: their verdicts.
        family_wise: what the confidence is claimed for.
        by_basis: verdicts by what they rest on.
        detectable: the smallest violations that would have been caught.
        replicas_needed: by given violations.
        by_claim: every check.
        by_family: every family.
        by_device: how the devices of every family distort, and how tight the bounds are there.
        certified_and_observed: constants proved and seen, side by side.
        by_length: how bound / observed falls with K.
        assumptions: how many settings have which status, by assumption.
        closest: the settings that came closest to an alarm.
        replicas: of all settings.
        plan: of the sweep.
        seconds: of computing.
        complete: whether every setting asked for is in; None where no number was asked for.

    """

    settings: int
    counts: Counts
    family_wise: FamilyWise
    by_basis: Mapping[Basis, Counts]
    detectable: Spread
    replicas_needed: ReplicasNeeded | None
    by_claim: Mapping[CheckName, CheckSummary]
    by_family: Mapping[str, FamilySummary]
    by_device: Mapping[str, DeviceSummary]
    certified_and_observed: Sequence[FamilyPairing]
    by_length: Sequence[LengthPairing]
    assumptions: Mapping[str, Mapping[Status, int]]
    closest: Sequence[ClosestSetting]
    replicas: int
    plan: SweepPlan
    seconds: float
    complete: bool | None = None

    @property
    def word(self) -> Verdict:
        """Return the verdict of the sweep: `held` only if something was held and nothing else said."""
        if self.counts.violations:
            return "violated"
        return "inconclusive" if self.counts.inconclusive or not self.counts.held else "held"

    @property
    def tightness(self) -> Spread:
        """Return that of the headline check."""
        return self.by_claim[HEADLINE].tightness if HEADLINE in self.by_claim else Spread()

    def to_json(self) -> dict[str, Any]:
        """Return the summary with the keys of the command line."""
        cases = [case.to_json() for case in self.closest]
        return {
            "settings": self.settings,
            **vars(self.counts),
            "family_wise_confidence": self.plan.confidence,
            "family_wise": asdict(self.family_wise),
            "by_basis": {basis: asdict(counts) for basis, counts in self.by_basis.items()},
            "tightness": {"of": str(HEADLINE), **asdict(self.tightness)},
            "smallest_detectable_violation": asdict(self.detectable),
            "replicas_needed": {} if self.replicas_needed is None else self.replicas_needed.to_json(),
            "by_claim": {str(name): one.to_json() for name, one in self.by_claim.items()},
            "by_family": {name: one.to_json() for name, one in self.by_family.items()},
            "by_device": {name: asdict(one) for name, one in self.by_device.items()},
            "certified_and_observed": [row.to_json() for row in self.certified_and_observed],
            "by_length": [row.to_json() for row in self.by_length],
            "assumptions": self.assumptions,
            "worst": cases[0] if cases else None,
            "closest": cases,
            "replicas": self.replicas,
            "plan": self.plan.to_json(),
            **({} if self.plan.own is None else {"families_file": self.plan.own.checksums()}),
            "seconds": self.seconds,
            **({} if self.complete is None else {"complete": self.complete}),
        }


def summarise(
    results: Results, plan: SweepPlan, seconds: float, store: str | None = None, asked: int | None = None
) -> Summary:
    """Return the summary of a sweep.

    Args:
        results: of its settings.
        plan: what it was made for.
        seconds: of computing.
        store: path of the store that holds the results.
        asked: how many settings were asked for.

    """
    return Summary(
        len(results),
        Counts.of(result.verdict for result in results),
        family_wise(results, plan.confidence),
        by_basis(results),
        detectable(results),
        needed(results),
        by_claim(results),
        by_family(results),
        by_device(results),
        side_by_side(results),
        by_length(results),
        assumed.tally(results),
        closest(results, 10, store),
        sum(result.evidence.replicas for result in results),
        plan,
        seconds,
        None if asked is None else len(results) == asked,
    )
