"""What people see: results on standard output in full, notes and progress on standard error.

Rich is imported when something is shown: whoever only reads a value, or refuses one, does not wait for it.
"""

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_AS_WIDE_AS_NEEDED = 1_000_000
_NARROWEST = 20
"""Columns below which a width is no width: COLUMNS=0, or a terminal that does not tell its size."""


@cache
def _kind() -> type["Console"]:
    from rich.console import Console

    class OurConsole(Console):
        """A console that leaves it to the command what happens when nobody reads any more."""

        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError

    return OurConsole


def show(*results: "RenderableType") -> None:
    """Print tables and texts on standard output: as wide as they need where it is no terminal, whole words where it is.

    A number is a word: a terminal too narrow for a table breaks its lines, and no digit is left out.
    """
    from rich.measure import Measurement

    for result in results:
        console = _console(sys.stdout, _AS_WIDE_AS_NEEDED)
        if console.is_terminal:
            console.width = max(_columns(sys.stdout), Measurement.get(console, console.options, result).minimum)
        console.print(result, markup=False)


def notes() -> "Console":
    """Return a console on standard error, for progress and notes."""
    console = _console(sys.stderr, None)
    if console.width < _NARROWEST:
        console.width = 80
    return console


def _console(file: TextIO, width: int | None) -> "Console":
    settings: dict[str, Any] = {"file": file, "width": width, "emoji": False}
    return _kind()(**settings)


def _columns(file: TextIO) -> int:
    """Return the columns of a terminal, or what COLUMNS says."""
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and int(told) >= _NARROWEST:
        return int(told)
    try:
        found = os.get_terminal_size(file.fileno()).columns
    except (OSError, ValueError):
        found = 0
    return found if found >= _NARROWEST else 80
