"""The rates as a person sees them: progress on standard error, the table on standard output."""

import math
from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.text import Text

from verify.commands.console import number, progress, table, verdict
from verify.rates import study
from verify.rates.iterations import Plan
from verify.sweep import executors

_UNIT = 1e6


def watch(plan: Plan, workers: int) -> dict[str, Any]:
    """Make the study under a progress bar; one worker is this process."""
    with progress() as bar:
        task = bar.add_task("million steps", total=None)

        def tell(cost: float, total: float) -> None:
            bar.update(task, advance=cost / _UNIT, total=total / _UNIT)

        if workers == 1:
            return study.run(plan, None, tell)
        with executors.processes(workers) as pool:
            return study.run(plan, pool, tell)


def table_of(result: Mapping[str, Any]) -> Group:
    """Return the exponents, the clock cycles and the sentence on the cross term."""
    confidence = 100 * result["confidence"]
    rows = [
        (
            f"{row['quantity']}: {row['problem']}",
            row["algorithm"],
            " … ".join(number(end, 3) for end in row["over"]),
            f"{row['interval']['value']:.3f} [{row['interval']['low']:.3f}, {row['interval']['high']:.3f}]",
            _expected(row["expected"]),
            number(row["bound"], 3),
            verdict(row["verdict"]),
        )
        for row in result["rates"]
    ]
    columns = ("law", "algorithm", "over", f"measured [{confidence:g} %]", "expected", "bound", "")
    title = f"rates: all {len(rows)} intervals hold together with confidence {confidence:g} %"
    notes = [Text(f"{row['quantity']}: {row['problem']}: {row['note']}", style="dim")
             for row in result["rates"] if row["note"]]  # fmt: skip
    sources = sorted({row["expected"]["source"] for row in result["rates"] if row["expected"]})
    return Group(
        table(title, columns, rows),
        Text(f"Intervals: {result['method']}."),
        Text(f"Expected by: {'; '.join(sources)}."),
        *notes,
        _clock(result["clock_cycles"]),
        Text(result["cross_term"]["sentence"], style="bold"),
    )


def _expected(expected: Mapping[str, Any] | None) -> str:
    if expected is None:
        return "–"
    low, high = float(expected["low"]), float(expected["high"])  # JSON writes an infinite one as text
    if low == high:
        return number(low)
    return f"≤ {number(high)}" if math.isinf(low) else f"{number(low)} … {number(high)}"


def _clock(cycles: Mapping[str, Any]) -> Group:
    rows = [
        (
            line["algorithm"],
            line["schedule"],
            line["formula"] or "its last pass",
            line["runs"],
            line["cycles"],
            line["stated"],
            verdict("held" if line["agree"] == line["runs"] else "violated"),
        )
        for line in cycles["by_schedule"]
    ]
    columns = ("clock cycles on the machine", "schedule", "theorem", "runs", "counted", "stated", "")
    head = f"{cycles['agree']} of {cycles['runs']} runs with random M, B, K took exactly the stated clock cycles"
    return Group(table(head, columns, rows))
