"""Bound / observed twice: with constants that are certified, and with constants that the runs showed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify.judging.checks import HEADLINE, Check
from verify.judging.verdicts import FORMS
from verify.report.counting import Results, Spread, grouped
from verify.sweep.judged import JudgedSetting
from verify.sweep.settings import DEEP, LONG

Ratios = Mapping[tuple[str, str], float]
"""Bound / observed by (form, certified or observed)."""


def _ratios(result: JudgedSetting) -> Ratios:
    """Return the ratio of every check that applied.

    Certified: of a network, L and Lambda from norms that the saturation box proves; else the a-priori checks. Observed:
    the a-posteriori checks, whose constants the run showed, at every step or at some.
    """
    sources: list[tuple[str, Iterable[Check]]] = [
        ("certified" if source.norms == "certified" else "observed", source.checks) for source in result.norms
    ] or [
        (word, [check for check in result.checks if check.name.basis == basis])
        for word, basis in (("certified", "a-priori"), ("observed", "a-posteriori"))
    ]
    return {
        (check.name.form, word): check.tightness
        for word, checks in sources
        for check in checks
        if math.isfinite(check.tightness)
    }


@dataclass(frozen=True)
class Pairing:
    """The median of bound / observed with certified and with observed constants.

    Args:
        settings: where both apply.
        certified: the median there.
        observed: the median there.
        applied: the settings where the observed one applies.
        observed_everywhere: the median there.

    """

    settings: int
    certified: float | None
    observed: float | None
    applied: int
    observed_everywhere: float | None

    @classmethod
    def of(cls, ratios: Sequence[Ratios], form: str) -> "Pairing":
        """Return the medians of one form."""
        both = [found for found in ratios if (form, "certified") in found and (form, "observed") in found]
        everywhere = [found[form, "observed"] for found in ratios if (form, "observed") in found]
        certified, observed = (
            Spread.of(found[form, word] for found in both).median for word in ("certified", "observed")
        )
        return cls(len(both), certified, observed, len(everywhere), Spread.of(everywhere).median)


@dataclass(frozen=True)
class FamilyPairing:
    """Certified and observed constants side by side, for one family and form."""

    family: str
    form: str
    medians: Pairing

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return {"family": self.family, "form": self.form, **vars(self.medians)}


def side_by_side(results: Results) -> list[FamilyPairing]:
    """Return a row for every family and form that applies somewhere."""
    rows = []
    for family, members in grouped(results, lambda result: result.family).items():
        ratios = [_ratios(result) for result in members]
        rows += [FamilyPairing(family, form.name, Pairing.of(ratios, form.name)) for form in FORMS]
    return [row for row in rows if row.medians.applied]


@dataclass(frozen=True)
class LengthPairing:
    """The headline bound with certified and observed constants, for one decade of K from `K_from`."""

    family: str
    K_from: int
    medians: Pairing

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return {"family": self.family, "K_from": self.K_from, **vars(self.medians)}


def by_length(results: Results) -> list[LengthPairing]:
    """Return for the families whose settings differ in K alone how bound / observed falls, by decade of K."""
    found = grouped((result for result in results if result.family in (LONG.name, DEEP.name)), _decade)
    return [
        LengthPairing(family, 10**decade, Pairing.of([_ratios(result) for result in members], HEADLINE.form))
        for (family, decade), members in found.items()
    ]


def _decade(result: JudgedSetting) -> tuple[str, int]:
    return result.family, math.floor(math.log10(result.setting.iterations))
