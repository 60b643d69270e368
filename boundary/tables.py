"""Tables for people: every digit is printed, whatever the width.

Where standard output is no terminal a table is as wide as it needs. On a terminal its words are wrapped to the width,
but a column of numbers is never narrower than its numbers, nor any column than its longest word; a terminal that is
narrower still breaks the lines itself and shows all of them.
"""

import shutil
import sys
from typing import IO

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_WIDEST = 10_000
"""Columns of the paper on which a table's own width is measured."""


def show(*parts: Table | str, stream: IO[str] | None = None) -> None:
    """Print tables and lines of plain text, on standard output if no stream is given."""
    out = sys.stdout if stream is None else stream
    for part in parts:
        if isinstance(part, str):
            out.write(part + "\n")
        else:
            console(part, out).print(part)


def console(table: Table, stream: IO[str] | None = None) -> Console:
    """Return a console on a stream (standard output if none is given) that is wide enough for a table's numbers.

    Columns of single words, such as numbers, are kept on one line each; the others are folded, and lose nothing.
    """
    out = sys.stdout if stream is None else stream
    paper = Console(file=out, width=_WIDEST)
    options = paper.options.update(highlight=False)
    natural = Measurement.get(paper, options, table).maximum
    narrowest = natural
    for column in table.columns:
        cells = [Measurement.get(paper, options, cell) for cell in (column.header, *column.cells)]
        longest, word = (max(getattr(cell, end) for cell in cells) for end in ("maximum", "minimum"))
        column.no_wrap, column.overflow = longest == word, "fold"
        narrowest -= longest - word
    terminal = shutil.get_terminal_size().columns if out.isatty() else natural
    return Console(file=out, width=max(narrowest, min(terminal, natural)))
