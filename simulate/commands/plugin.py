"""`--plugin FILE.py`: the option that has a file of the user's executed, before any other is read."""

from pathlib import Path
from typing import Annotated

import typer

from simulate.plugins import load


def _loaded(files: list[Path] | None) -> list[Path]:
    for file in files or []:
        load(file)
    return files or []


Plugin = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE.py",
        help="Execute FILE.py, which registers a problem, a device or an algorithm of your own; repeat.",
        is_eager=True,
        callback=_loaded,
    ),
]
"""Loaded before any other option is read."""
