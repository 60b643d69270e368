"""The rates as a person sees them: a table, and the sentence on the cross term."""

import math

from rich.console import Group
from rich.text import Text

from verify.rates.attained import ALLOWED, CONFIDENCE, AttainedResult
from verify.rates.clock import Census
from verify.rates.rate import Expected
from verify.rates.study import METHOD, StudyResult
from verify.report.tables import number, table, verdict


def table_of(result: StudyResult) -> Group:
    """Return the exponents, the clock cycles and the sentence on the cross term."""
    confidence = 100 * result.confidence
    rows = [
        (
            f"{row.quantity}: {row.problem}",
            row.algorithm,
            " … ".join(number(end, 3) for end in row.over),
            f"{row.interval.value:.3f} [{row.interval.low:.3f}, {row.interval.high:.3f}]",
            _expected(row.expected),
            number(row.bound, 3),
            verdict(row.verdict),
        )
        for row in result.rows
    ]
    columns = ("law", "algorithm", "over", f"measured [{confidence:g} %]", "expected", "bound", "")
    title = f"rates: all {len(rows)} intervals hold together with confidence {confidence:g} %"
    notes = [Text(f"{row.quantity}: {row.problem}: {row.note}", style="dim") for row in result.rows if row.note]
    sources = sorted({row.expected.source for row in result.rows if row.expected})
    return Group(
        table(title, columns, rows),
        Text(f"Intervals: {METHOD}."),
        Text(f"Expected by: {'; '.join(sources)}."),
        *notes,
        _clock(result.cycles),
        Text(result.cross_term.sentence, style="bold"),
    )


def floors_table(result: AttainedResult) -> Group:
    """Return the floors of the devices, stated and measured."""
    rows = [
        (
            row.case.label,
            f"|w| <= {row.case.reach:g} tau",
            f"{row.floor:.4f}",
            f"{row.ratio.value:.4f} [{row.ratio.low:.4f}, {row.ratio.high:.4f}]",
            f"{row.at_alpha:.4f} at {row.alpha:g}",
            verdict(row.verdict),
        )
        for row in result.rows
    ]
    columns = ("device", "weights", "floor over sigma^2", "measured over it, alpha -> 0", "at a step size", "")
    title = f"floors attained: all intervals hold together with confidence {100 * CONFIDENCE:g} %"
    note = f"held: the whole interval lies within {100 * ALLOWED:g} % of the floor; violated: all of it outside."
    return Group(table(title, columns, rows), Text(note))


def _expected(expected: Expected | None) -> str:
    if expected is None:
        return "–"
    if expected.low == expected.high:
        return number(expected.low)
    above = number(expected.high)
    return f"≤ {above}" if math.isinf(expected.low) else f"{number(expected.low)} … {above}"


def _clock(cycles: Census) -> Group:
    rows = [
        (
            line.algorithm,
            line.schedule,
            line.formula or "its last pass",
            line.runs,
            line.cycles,
            line.stated,
            verdict("held" if line.agree == line.runs else "violated"),
        )
        for line in cycles.by_schedule
    ]
    columns = ("clock cycles on the machine", "schedule", "theorem", "runs", "counted", "stated", "")
    head = f"{cycles.agree} of {cycles.runs} runs with random M, B, K took exactly the stated clock cycles"
    return Group(table(head, columns, rows))
