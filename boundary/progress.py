"""A bar with the time left, for work that takes a while."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from boundary.console import notes

_PATIENCE = 2.0  # seconds before the bar is shown
Piece = TypeVar("Piece")


def shown(work: Iterable[Piece], total: int, title: str, *, wanted: bool) -> Iterator[Piece]:
    """Yield the `total` pieces of work; a bar with the time left appears on standard error after two seconds."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=notes(), transient=True)
    task = bar.add_task(title, total=total)
    started = time.monotonic()
    try:
        for piece in work:
            if wanted and not bar.live.is_started and time.monotonic() - started > _PATIENCE:
                bar.start()
            yield piece
            bar.advance(task)
    finally:
        if bar.live.is_started:
            bar.stop()
