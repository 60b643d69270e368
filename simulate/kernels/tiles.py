"""Tiles: one row a number of the model, one column a replica, WIDE registers a row.

What kernels with one matrix of replicas share: packing, products with a matrix that all replicas have in common, the
device's update, and who diverged. A product takes four rows of the common matrix together, so that they share what they
read of the tile, and slices of its columns that stay in the first cache. Every replica's sums are taken in the order of
the columns: no number depends on the tile or the column a replica stands in. A tile is known by the place of its first
number in the memory `work`.
"""

# ruff: noqa: ARG001 - the forms of one function take the arguments of all

from typing import Final

import numpy as np
from numba.extending import overload
from numpy.typing import DTypeLike

from simulate.kernels.forms import LINEAR, POWERS
from simulate.kernels.grains import Grains, Parts, acted
from simulate.kernels.plain import Floats, Integers
from simulate.kernels.plugins import PLUGGED
from simulate.kernels.responses import Asked
from simulate.kernels.simd import (
    WIDE,
    Value,
    fma,
    larger,
    like,
    load_wide,
    magnitude,
    part,
    smaller,
    store,
    width,
    width_of,
)

ROWS: Final = 4
"""Rows that share what they read: with 512-bit registers their 16 sums stay in registers."""
SLICE: Final = 64
"""Columns that are done before the next: as many rows of a tile stay in the first cache."""


def block(dtype: DTypeLike) -> int:
    """Return the replicas a tile holds."""
    return WIDE * width(dtype)


@part
def add_product(
    matrix: Floats, first_row: int, rows: int, stride: int, first: int, last: int, work: Floats, x: int, out: int
) -> None:
    """Add to the tile `out` the product of rows of a flat matrix, in its columns from `first` to `last`, and tile `x`.

    Row r of `out` belongs to row first_row + r of the matrix, row c of `x` to its column first + c.
    """
    g = WIDE * width_of(work)
    for i in range(0, rows - rows % ROWS, ROWS):
        at, row, p = out + i * g, (first_row + i) * stride, x
        z0, z1 = load_wide(work, at), load_wide(work, at + g)
        z2, z3 = load_wide(work, at + 2 * g), load_wide(work, at + 3 * g)
        for j in range(row + first, row + last):
            v = load_wide(work, p)
            z0, z1 = fma(like(v, matrix[j]), v, z0), fma(like(v, matrix[j + stride]), v, z1)
            z2, z3 = fma(like(v, matrix[j + 2 * stride]), v, z2), fma(like(v, matrix[j + 3 * stride]), v, z3)
            p += g
        store(work, at, z0)
        store(work, at + g, z1)
        store(work, at + 2 * g, z2)
        store(work, at + 3 * g, z3)
    for i in range(rows - rows % ROWS, rows):
        z0, row, p = load_wide(work, out + i * g), (first_row + i) * stride, x
        for j in range(row + first, row + last):
            v = load_wide(work, p)
            z0 = fma(like(v, matrix[j]), v, z0)
            p += g
        store(work, out + i * g, z0)


@part
def product(matrix: Floats, first_row: int, rows: int, cols: int, work: Floats, x: int, out: int) -> None:
    """Write the product of rows of a flat matrix of `cols` columns and tile `x` to tile `out`."""
    g = WIDE * width_of(work)
    clear(work, out, rows)
    for first in range(0, cols, SLICE):
        add_product(matrix, first_row, rows, cols, first, min(first + SLICE, cols), work, x + first * g, out)


@part
def clear(work: Floats, at: int, rows: int) -> None:
    """Write zeros to a tile."""
    g = WIDE * width_of(work)
    zero = like(load_wide(work, at), 0.0)
    for i in range(at, at + rows * g, g):
        store(work, i, zero)


@part
def pack(history: Floats, work: Floats, at: int) -> None:
    """Write the weights of every slot, a tile each; columns without a replica repeat the last one."""
    g = WIDE * width_of(work)
    for slot in range(history.shape[1]):
        for i in range(history.shape[2]):
            for r in range(g):
                work[at + r] = history[min(r, history.shape[0] - 1), slot, i]
            at += g


@part
def unpack(work: Floats, at: int, history: Floats) -> None:
    """Write the tiles of every slot back."""
    g = WIDE * width_of(work)
    for slot in range(history.shape[1]):
        for i in range(history.shape[2]):
            for r in range(history.shape[0]):
                history[r, slot, i] = work[at + r]
            at += g


@part
def empty(work: Floats, low: int, size: int) -> None:
    """Write ranges that hold nothing: a tile of lows and one of highs."""
    rows = size * WIDE * width_of(work)
    for i in range(low, low + rows):
        work[i], work[rows + i] = np.inf, -np.inf


@part
def widen(work: Floats, low: int, size: int, at: int) -> None:
    """Let the ranges, the tile `low` and the one behind it, hold the tile `at`."""
    g = WIDE * width_of(work)
    high = low + size * g
    for i in range(0, size * g, g):
        w = load_wide(work, at + i)
        store(work, low + i, smaller(w, load_wide(work, low + i)))
        store(work, high + i, larger(w, load_wide(work, high + i)))


@part
def late(k: int, lag: int, slots: int, i: int, size: int, g: int) -> int:
    """Return where row i of the weights W_(k - lag) stands in a ring of `slots` tiles of `size` rows."""
    return ((k - lag) % slots * size + i) * g


def moved_in_lanes(
    work: Floats, now: int, then: int, direction: int, size: int, form: Asked, real: Floats, grains: Grains | None,
    parts: Parts | None, keys: Floats,
) -> bool:  # fmt: skip
    """Do what `move` does, in lanes, and return True; do nothing and return False where there are no lanes for it."""
    raise NotImplementedError("compiled code only")


@overload(moved_in_lanes)  # type: ignore[untyped-decorator]
def _moved_in_lanes(
    work: Value, now: Value, then: Value, direction: Value, size: Value, form: Value, real: Value, grains: Value,
    parts: Value, keys: Value,
) -> Value:  # fmt: skip
    return _none_moved if no_lanes(work, grains) else _all_moved


def no_lanes(work: Value, grains: Value) -> bool:
    """Return whether what is drawn, which is float64, has no lanes among those of an array's kind of numbers."""
    return hasattr(grains, "instance_class") and work.dtype.bitwidth != 64


def _none_moved(
    work: Value, now: Value, then: Value, direction: Value, size: Value, form: Value, real: Value, grains: Value,
    parts: Value, keys: Value,
) -> bool:  # fmt: skip
    return False


def _all_moved(
    work: Value, now: Value, then: Value, direction: Value, size: Value, form: Value, real: Value, grains: Value,
    parts: Value, keys: Value,
) -> bool:  # fmt: skip
    if form.device >= PLUGGED or (form.device == POWERS and work.itemsize != 8):
        return False
    g, key = WIDE * width_of(work), load_wide(keys, 0)
    minus_alpha = like(load_wide(work, now), -real[0])
    for i in range(size):
        at = i * g
        t = minus_alpha * load_wide(work, direction + at)
        store(work, then + at, acted(form, grains, parts, load_wide(work, now + at), t, key, i))
    return True


@part
def move(
    work: Floats, now: int, then: int, direction: int, size: int, form: Asked, real: Floats, grains: Grains | None,
    parts: Parts | None, keys: Floats,
) -> Value:  # fmt: skip
    """Write the device's update of tile `now` by -alpha `direction` to `then`; the direction is used up.

    `keys` are those of the step, one a column.

    Returns:
        max |w| of every replica, nan where a weight is not finite.

    """
    g = WIDE * width_of(work)
    high = poison = zero = like(load_wide(work, now), 0.0)
    minus_alpha, per_tau = like(zero, -real[0]), like(zero, real[1])
    if form.device == LINEAR and grains is None and parts is None:
        for i in range(0, size * g, g):
            w, dw = load_wide(work, now + i), minus_alpha * load_wide(work, direction + i)
            store(work, then + i, fma(-(magnitude(dw) * per_tau), w, w + dw))
    elif not moved_in_lanes(work, now, then, direction, size, form, real, grains, parts, keys):
        for i in range(0, size * g, g):
            store(work, direction + i, minus_alpha * load_wide(work, direction + i))
            for r in range(i, i + g):
                t = work[direction + r]
                work[then + r] = acted(form, grains, parts, work[now + r], t, keys[r - i], i // g)
    for i in range(then, then + size * g, g):
        w = load_wide(work, i)
        high, poison = larger(magnitude(w), high), fma(w, zero, poison)
    return fma(poison, zero, high)


@part
def first_beyond(work: Floats, at: int, size: int, replica: int, limit: float) -> int:
    """Return the first row of a tile where a replica's weight is not finite or passes the limit."""
    g = WIDE * width_of(work)
    for i in range(size):
        if not (abs(work[at + i * g + replica]) <= limit):
            return i
    return size - 1


@part
def scale_stages(work: Floats, at: int, shares: Floats, ends: Integers) -> None:
    """Multiply the numbers of each stage of a tile, which end at `ends`, by the stage's share."""
    g, i = WIDE * width_of(work), 0
    for m in range(ends.size):
        while i < ends[m]:
            v = load_wide(work, at + i * g)
            store(work, at + i * g, v * like(v, shares[m]))
            i += 1
