"""A bar with the time left, for work that takes a while."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

_PATIENCE = 2.0  # seconds before the bar is shown
Piece = TypeVar("Piece")


def shown(work: Sequence[Piece], title: str, *, wanted: bool) -> Iterator[Piece]:
    """Yield the pieces of work; a bar with the time left appears on standard error after two seconds."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(file=sys.stderr), transient=True)
    task = bar.add_task(title, total=len(work))
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
