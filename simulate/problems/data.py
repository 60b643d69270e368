"""Data of one's own: a table of features and targets from CSV or NPZ, read whole and checked, never guessed at."""

import csv
import hashlib
import io
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput, known, memory
from boundary.bytes import arrays_of, read_whole

Floats = NDArray[np.float64]

_LARGEST_FILE: Final = 1 << 31
_MOST_NUMBERS: Final = 1 << 27
"""Numbers a file may hold: 1 GiB of them."""
_LONGEST_LINE: Final = 1 << 24
"""Characters of a line of CSV: what stands in one is taken apart at once."""
_COPIES: Final = 6
"""How often the numbers of a file stand in memory before a run begins: read, scaled, and laid out for the kernels."""
_MOST_NAMED: Final = 8
"""Arrays of a file that a message names."""
_LARGEST_NUMBER: Final = 1e50
_MISSING: Final = ("", "na", "nan", "null", "none", "?")


@dataclass(frozen=True)
class Table:
    """Rows of numbers.

    Args:
        features: shape (N, p), finite, read-only.
        targets: shape (N,), finite, read-only.
        columns: names of the features.
        sha256: checksum of the file.

    """

    features: Floats
    targets: Floats
    columns: tuple[str, ...]
    sha256: str

    def __post_init__(self) -> None:
        for array_ in (self.features, self.targets):
            array_.setflags(write=False)

    def standardised(self, path: str) -> Floats:
        """Return the features with mean 0 and standard deviation 1 in every column; a constant one is refused."""
        spread = self.features.std(axis=0)
        flat = np.flatnonzero(~(spread > 1e-12 * np.max(np.abs(self.features), axis=0)))
        if len(flat):
            raise BadInput(
                "data", path, f"a column {self.columns[flat[0]]!r} that is not constant, since standardise=true"
            )
        return np.asarray((self.features - self.features.mean(axis=0)) / spread)


@dataclass(frozen=True)
class Source:
    """What a file holds; two are the same if what they hold is.

    Args:
        sha256: of the content.
        content: in a list, from which it is taken once it has been read: what is kept needs it no longer.

    """

    sha256: str
    content: list[bytes] = field(compare=False)

    @classmethod
    def of(cls, path: str) -> "Source":
        """Read a file of data whole."""
        content = content_of(path)
        return cls(hashlib.sha256(content).hexdigest(), [content])


def read_table(path: str, target: str) -> Table:
    """Read a file, the same object for the same content.

    CSV: UTF-8, a number in every cell; a first row with any text in it names the columns, which are 0, 1, ... else.
    NPZ: `x` of shape (N, p), and the array that `target` names, of shape (N,).

    Args:
        path: ends in .npz, or is taken for CSV.
        target: column, or array, with what is to be predicted; empty: `y`.

    Raises:
        BadInput: names the first thing that is wrong, by row and column; or the file has more numbers than `2^27`, or
            than fit into memory.

    """
    return _table(Source.of(path), path, target or "y")


@lru_cache(maxsize=2)
def _table(source: Source, path: str, target: str) -> Table:
    content = source.content.pop()
    features, targets, columns = (_from_npz if is_npz(path) else from_csv)(path, content, target)
    within_reach(path, features, targets)
    return Table(features, targets, columns, source.sha256)


def content_of(path: str) -> bytes:
    """Return the bytes of a file of data, read whole."""
    if not path:
        raise BadInput("data", "(not given)", "a file: --set data=FILE.csv or FILE.npz")
    return read_whole("data", path, _LARGEST_FILE)


def require_room(path: str, numbers: int) -> None:
    """Refuse a file with so many numbers that they are beyond the limit, or do not fit into memory."""
    demand(numbers <= _MOST_NUMBERS, path, f"at most {_MOST_NUMBERS} numbers; it has {numbers}")
    memory.require("data", path, 8 * _COPIES * numbers, f"{numbers} numbers, and what is made of them,")


def is_npz(path: str) -> bool:
    """Return whether the file is taken for an NPZ archive, not for CSV."""
    return Path(path).suffix.lower() == ".npz"


def within_reach(path: str, *arrays: Floats) -> None:
    """Refuse numbers whose squares are none."""
    largest = max(float(np.max(np.abs(array))) for array in arrays)
    demand(largest <= _LARGEST_NUMBER, path, f"numbers of size at most {_LARGEST_NUMBER:g}, since they are squared")


def named_arrays(path: str, content: bytes, *names: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of an NPZ archive, which has at least those with these names."""
    arrays = arrays_of("data", path, content, _LARGEST_FILE)
    there = ", ".join([*arrays][:_MOST_NAMED]) + ", ..." * (len(arrays) > _MOST_NAMED)
    for name in names:
        demand(name in arrays, path, f"an array {name}; the file has {there or 'none'}")
    return arrays


def _from_npz(path: str, content: bytes, target: str) -> tuple[Floats, Floats, tuple[str, ...]]:
    arrays = named_arrays(path, content, "x", target)
    x, y = (numbers(path, name, arrays[name]) for name in ("x", target))
    demand(x.ndim == 2 and x.size > 0, path, f"an array x of shape (N, features), not {x.shape}")
    demand(y.shape == x.shape[:1], path, f"an array {target} of shape ({len(x)},), not {y.shape}")
    return x, y, tuple(str(number) for number in range(x.shape[1]))


def numbers(path: str, name: str, array: NDArray[Any]) -> Floats:
    """Return an array of finite numbers as float64; anything else is refused, by name and entry."""
    demand(array.dtype.kind in "fiub", path, f"an array {name} of numbers, not of {array.dtype}")
    require_room(path, array.size)
    found = np.asarray(array, np.float64)
    bad = np.argwhere(~np.isfinite(found))
    demand(not len(bad), path, f"finite numbers in {name}; entry {tuple(map(int, bad[0])) if len(bad) else ()} is none")
    return found


def from_csv(path: str, content: bytes, target: str) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return the features, the column `target`, and the features' names; no line is kept as text."""
    lines = max(content.count(b"\n"), content.count(b"\r")) + 1
    require_room(path, content.count(b",") + lines)
    try:
        columns, table = _rows(path, content, target)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput("data", path, f"a CSV file of UTF-8 text ({error})") from None
    place = columns.index(target)
    names = columns[:place] + columns[place + 1 :]
    return np.delete(table, place, axis=1), table[:, place].copy(), names


def _rows(path: str, content: bytes, target: str) -> tuple[tuple[str, ...], Floats]:
    """Return the columns' names, and the numbers, shape (N, columns)."""
    reader = csv.reader(lines_of("data", path, content), strict=True)
    rows = filter(None, reader)
    first = next(rows, [])
    demand(bool(first), path, "a CSV file with at least one row")
    headed = any(number_in(cell) is None and cell.strip().lower() not in _MISSING for cell in first)
    columns = tuple(cell.strip() for cell in first) if headed else tuple(map(str, range(len(first))))
    demand(len(set(columns)) == len(columns), path, "columns with different names")
    known("target", target, columns, f"columns of {path}")
    found = array("d")
    if not headed:
        found.extend(_row(path, columns, first, reader.line_num))
    for row in rows:
        found.extend(_row(path, columns, row, reader.line_num))
    demand(bool(found) and len(columns) > 1, path, "at least one row of numbers, with a feature beside the target")
    return columns, np.frombuffer(found).reshape(-1, len(columns))


def lines_of(name: str, path: str, content: bytes) -> Iterator[str]:
    """Yield the lines of a text, one after the other; one that is too long is refused."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    while line := text.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise BadInput(name, path, f"lines of at most {_LONGEST_LINE} characters")
        yield line


def _row(path: str, columns: Sequence[str], row: Sequence[str], number: int) -> list[float]:
    demand(
        len(row) == len(columns), path, f"{len(columns)} numbers in row {number}, as in the first; it has {len(row)}"
    )
    found = []
    for column, cell in zip(columns, row, strict=True):
        value = number_in(cell)
        if value is None or not math.isfinite(value):
            what = "is missing" if cell.strip().lower() in _MISSING else f"is {cell.strip()[:40]!r}"
            raise BadInput("data", path, f"a number in row {number}, column {column!r}; it {what}")
        found.append(value)
    return found


def number_in(cell: str) -> float | None:
    """Return the number in a cell, or None."""
    text = cell.strip()
    try:
        return float(text) if text.isascii() and "_" not in text else None
    except ValueError:
        return None


def demand(condition: bool, path: str, words: str) -> None:
    """Refuse the file unless `condition` holds."""
    if not condition:
        raise BadInput("data", path, words)
