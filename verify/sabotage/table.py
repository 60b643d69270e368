"""What came of the planted faults, as a person sees it."""

from collections import Counter

from rich.console import Group
from rich.text import Text

from verify.report.tables import table
from verify.sabotage.running import SabotageResult


def sabotage_table(result: SabotageResult) -> Group:
    """Return what was planted, what caught it, and what survived."""
    rows = Counter((one.area, one.caught_by or "nothing") for one in result.faults)
    head = Text(f"{len(result.faults)} faults planted, {result.caught} caught", style="bold")
    counted = table("by check", ("area", "caught by", "faults"), [(*key, count) for key, count in sorted(rows.items())])
    lines = [Text(f"SURVIVED: {name}", style="bold red") for name in result.survivors]
    lines += [Text(f"FAILS WITHOUT A FAULT: {name}", style="bold red") for name in result.failing_without_a_fault]
    return Group(head, counted, *lines)
