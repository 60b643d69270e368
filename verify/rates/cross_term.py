"""The cross term in one sentence, made of the data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from verify.rates import lag
from verify.rates.iterations import Plan
from verify.rates.rate import Row

NEGLIGIBLE = 0.1
"""Upper limit of the cross term's share below which it is called an artefact."""


def cross_term(rows: Sequence[Row], plan: Plan, confidence: float) -> dict[str, Any]:
    """Return the verdict on the cross term, its numbers and the sentence.

    Every problem whose steps were short enough to tell powers of alpha apart counts towards the upper limit. A lower
    limit is taken from stationary problems alone: what is left of a transient adds a linear term of its own.
    """
    kinds = {case.label: case.kind for case in lag.cases(plan)}
    shares = [row for row in rows if row.study == "cross term"]
    fine = [row for row in shares if lag.LONG_STEPS not in row.note]
    skipped = [row.problem for row in shares if row not in fine]
    exponents = {row.problem: row.interval for row in rows if row.study == "lag price in alpha"}
    if not fine:
        silent = "The steps were too long on every problem: nothing can be said of the cross term."
        return {"verdict": "undecided", "sentence": silent, "skipped": skipped}
    by_kind: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys(kinds.values()):
        mine = [row for row in fine if kinds[row.problem] == kind]
        if mine:
            worst = max(mine, key=lambda row: row.interval.high)
            steady = [row.interval.low for row in mine if lag.WILD not in row.note]
            by_kind[kind] = {
                "problems": len(mine),
                "stationary": len(steady),
                "at_most": worst.interval.high,
                "at_least": max(steady, default=0.0),
                "worst": worst.problem,
                "contain_zero": sum(0.0 in row.interval for row in mine),
                "exponents_in_alpha": {row.problem: asdict(exponents[row.problem]) for row in mine},
            }
    most: float = max(entry["at_most"] for entry in by_kind.values())
    least: float = max(entry["at_least"] for entry in by_kind.values())
    result = {"by_kind": by_kind, "at_most": most, "at_least": least, "skipped": skipped, "confidence": confidence}
    sentence = _sentence(by_kind, most, least, skipped, confidence)
    return {**result, "verdict": _verdict(most, least), "sentence": sentence}


def _verdict(most: float, least: float) -> str:
    """Return real if some stationary problem shows it, artefact if on all less than a tenth of the charge is left."""
    if least > 0:
        return "real"
    return "artefact" if most < NEGLIGIBLE else "undecided"


def _sentence(
    by_kind: Mapping[str, Mapping[str, Any]], most: float, least: float, skipped: Sequence[str], confidence: float
) -> str:
    counted = " and ".join(
        f"{entry['problems']} problem{'s' * (entry['problems'] != 1)} with {kind} stages, {entry['stationary']} "
        f"of them stationary (at most {100 * entry['at_most']:.2g} %, on {entry['worst']})"
        for kind, entry in by_kind.items()
    )
    end = f"; steps too long and not counted: {', '.join(skipped)}" if skipped else ""
    charged = "of what the analysis charges, even with its constants as small as measured"
    match _verdict(most, least):
        case "artefact":
            said = (
                "On these problems the cross term rho Lambdah of Theorem 3 is an artefact of the analysis: no "
                f"stationary one shows it, and what of the lag's price goes as rho alpha is at most {100 * most:.2g} % "
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
    return f"{said} (simultaneous confidence {100 * confidence:g} %{end})."
