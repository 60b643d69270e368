"""What a person sees in a terminal or a notebook: progress on standard error, results as tables."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from typing import Any

from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from verify import sweep
from verify.store import Store

_STYLES = {"held": "green", "violated": "bold red", "inconclusive": "yellow", "not applied": "dim"}


def number(value: object, digits: int = 4) -> str:
    """Return a number in short; what is no number stays a dash."""
    return f"{value:.{digits}g}" if isinstance(value, int | float) and value == value else "–"


def progress() -> Progress:
    """Return a progress bar on standard error with the time left."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def watch(store: Store, settings: int, pool: Executor, width: int) -> None:
    """Run a sweep under a progress bar; Ctrl-C says what is in the store and goes on up."""
    done = len([identity for identity in store.done() if identity < settings])
    with progress() as bar:
        task = bar.add_task("settings", total=settings, completed=done)
        try:
            sweep.run(store, settings, pool, width, lambda _: bar.advance(task))
        except KeyboardInterrupt:
            bar.console.print(f"{len(store.done())} of {settings} settings are in {store.path}; go on with --resume")
            raise


def verdict(word: str) -> Text:
    """Return a verdict in its colour."""
    return Text(word, style=_STYLES.get(word, ""))


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """Return a table whose first column is text and whose others are numbers or verdicts."""
    result = Table(title=title, title_justify="left")
    for place, name in enumerate(columns):
        result.add_column(name, justify="left" if place == 0 else "right")
    for row in rows:
        result.add_row(*(cell if isinstance(cell, Text) else str(cell) for cell in row))
    return result


def summary_table(summary: Mapping[str, Any]) -> Group:
    """Return the summary of a sweep."""
    word = "violated" if summary["violations"] else ("inconclusive" if summary["inconclusive"] else "held")
    head = Text.assemble(
        f"{summary['settings']} settings: {summary['held']} held, {summary['violations']} violated, "
        f"{summary['inconclusive']} inconclusive, {summary['not_applied']} without an applicable bound  (",
        verdict(word),
        f", family-wise confidence {summary['family_wise_confidence']:g}, {summary['seconds']:.0f} s)",
    )
    counts = ("held", "violations", "inconclusive", "not_applied")
    rows = [
        (claim, *(entry[name] for name in counts), *(number(entry["tightness"][name], 3) for name in ("min", "p10", "median", "p90")))
        for claim, entry in summary["by_claim"].items()
    ]
    claims = table("bound / observed by claim", ("claim", *counts, "min", "p10", "median", "p90"), rows)
    columns = [claim for claim in summary["by_claim"]]
    families = table(
        "median bound / observed by family",
        ("family", "settings", *columns),
        [
            (family, entry["settings"], *(number(entry["tightness"][claim]["median"], 3) for claim in columns))
            for family, entry in summary["by_family"].items()
        ],
    )
    return Group(head, claims, families)


def check_table(checks: Iterable[Mapping[str, Any]], title: str) -> Table:
    """Return the checks of one setting."""
    rows = [
        (
            check["claim"],
            verdict(check["verdict"]),
            number(check["bound"]),
            f"{number(check['tightness'])} ({number(check['tightness_low'])} … {number(check['tightness_high'])})"
            if not check["reason"]
            else check["reason"],
        )
        for check in checks
    ]
    return table(title, ("claim", "verdict", "bound", "bound / observed (95%)"), rows)
