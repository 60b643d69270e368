"""The cross term in one sentence, made of the data."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from verify.rates import lag
from verify.rates.intervals import Interval
from verify.rates.iterations import StudyPlan
from verify.rates.rate import RateRow

NEGLIGIBLE = 0.1
"""Upper limit of the cross term's share below which it is called an artefact."""


@dataclass(frozen=True)
class KindOfStages:
    """What the problems with one kind of stages say of the cross term's share.

    Args:
        problems: how many count.
        stationary: how many of them had become stationary.
        at_most: upper limit of the share, on any of them.
        at_least: lower limit, from the stationary ones alone.
        worst: the problem with that upper limit.
        contain_zero: how many intervals contain 0.
        exponents_in_alpha: of the lag's price, by problem.

    """

    problems: int
    stationary: int
    at_most: float
    at_least: float
    worst: str
    contain_zero: int
    exponents_in_alpha: Mapping[str, Interval]


@dataclass(frozen=True)
class CrossTerm:
    """The verdict on the cross term, its numbers and the sentence.

    Args:
        by_kind: by the kind of the stages; empty if every run had steps too long.
        skipped: problems whose steps were too long to tell powers of alpha apart.
        confidence: of all intervals together.

    """

    by_kind: Mapping[str, KindOfStages]
    skipped: tuple[str, ...]
    confidence: float

    @property
    def at_most(self) -> float:
        """Return the upper limit of the share; nan if nothing is known."""
        return max((entry.at_most for entry in self.by_kind.values()), default=math.nan)

    @property
    def at_least(self) -> float:
        """Return the lower limit of the share; nan if nothing is known."""
        return max((entry.at_least for entry in self.by_kind.values()), default=math.nan)

    @property
    def verdict(self) -> str:
        """Return real if a stationary problem shows it, artefact if less than a tenth of the charge is left on all."""
        if self.at_least > 0:
            return "real"
        return "artefact" if self.at_most < NEGLIGIBLE else "undecided"

    @property
    def sentence(self) -> str:
        """Return the verdict in one sentence."""
        return _sentence(self) if self.by_kind else _SILENT

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        said = {"verdict": self.verdict, "sentence": self.sentence, "skipped": list(self.skipped)}
        if not self.by_kind:
            return said
        kinds = {kind: asdict(entry) for kind, entry in self.by_kind.items()}
        ends = {"at_most": self.at_most, "at_least": self.at_least, "confidence": self.confidence}
        return {"by_kind": kinds, **ends, **said}


_SILENT = "The steps were too long on every problem: nothing can be said of the cross term."


def cross_term(rows: Sequence[RateRow], plan: StudyPlan, confidence: float) -> CrossTerm:
    """Return what the rows say of the cross term.

    Every problem whose steps were short enough to tell powers of alpha apart counts towards the upper limit. A lower
    limit is taken from stationary problems alone: what is left of a transient adds a linear term of its own.
    """
    kinds = {case.label: case.kind for case in lag.cases(plan)}
    shares = [row for row in rows if row.study == "cross term"]
    fine = [row for row in shares if lag.LONG_STEPS not in row.note]
    skipped = tuple(row.problem for row in shares if row not in fine)
    exponents = {row.problem: row.interval for row in rows if row.study == "lag price in alpha"}
    by_kind: dict[str, KindOfStages] = {}
    for kind in dict.fromkeys(kinds.values()):
        mine = [row for row in fine if kinds[row.problem] == kind]
        if mine:
            worst = max(mine, key=lambda row: row.interval.high)
            steady = [row.interval.low for row in mine if lag.WILD not in row.note]
            by_kind[kind] = KindOfStages(
                len(mine),
                len(steady),
                worst.interval.high,
                max(steady, default=0.0),
                worst.problem,
                sum(0.0 in row.interval for row in mine),
                {row.problem: exponents[row.problem] for row in mine},
            )
    return CrossTerm(by_kind, skipped, confidence)


def _sentence(found: CrossTerm) -> str:
    most, least = found.at_most, found.at_least
    counted = " and ".join(
        f"{entry.problems} problem{'s' * (entry.problems != 1)} with {kind} stages, {entry.stationary} "
        f"of them stationary (at most {100 * entry.at_most:.2g} %, on {entry.worst})"
        for kind, entry in found.by_kind.items()
    )
    end = f"; steps too long and not counted: {', '.join(found.skipped)}" if found.skipped else ""
    charged = "of what the analysis charges, even with its constants as small as measured"
    match found.verdict:
        case "artefact":
            said = (
                "On these problems, whose directions have a Lipschitz derivative, the cross term rho Lambdah of "
                "Theorem 3 is an artefact of its analysis (Theorem 4 has none; where the direction is only Lipschitz "
                "it is real, as on lipschitz-only): no stationary one shows it, and what of the lag's price goes as "
                f"rho alpha is at most {100 * most:.2g} % "
                f"{charged}, on {counted}"
            )
        case "real":
            said = (
                f"A cross term is seen: on some problem it is at least {100 * least:.2g} % and on all at most "
                f"{100 * most:.2g} % {charged}, on {counted}"
            )
        case _:
            said = (
                "These runs do not decide whether the cross term is real: at most "
                f"{100 * most:.2g} % {charged}, on {counted}"
            )
    return f"{said} (simultaneous confidence {100 * found.confidence:g} %{end})."
