"""The tables of tests/oracle/data as rows of numbers and texts."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"
Array = NDArray[np.float64]


def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table of `DATA` by column; every row has every column."""
    return read(DATA / name)


@cache
def read(path: Path) -> tuple[dict[str, str], ...]:
    """Return the rows of a table by column; every row has every column."""
    with path.open(newline="") as file:
        found = tuple(csv.DictReader(file))
    if not found or any(None in row or None in row.values() for row in found):
        raise ValueError(f"{path} is empty or has a row of another length")
    return found


def column(table: tuple[dict[str, str], ...], name: str) -> Array:
    """Return a column of numbers, shape (rows,)."""
    return np.array([float(row[name]) for row in table])
