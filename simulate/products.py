"""Products for the laws of problems: plain Python where Python calls them, SIMD lanes inside a compiled kernel.

A law that is compiled finds the other form in `simulate.kernels.products`, which adds the same numbers in the same
order, or in `simulate.kernels.inner`, whose order is its own.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def add_columns(data: Floats, first: int, origin: int, x: Floats, out: Floats) -> None:
    """Add the sum over j of (x_j - o_j) c_j to `out`, j after j.

    Args:
        data: one axis; from `first` on the columns c_j, len(out) numbers each, one after the other.
        first: place of the first column's first number.
        origin: place of the first of the numbers o_j in `data`; below 0 there are none.
        x: as many numbers as there are columns.
        out: changed in place; it may be no part of `x` or `data`.

    """
    for j in range(len(x)):
        share = x[j] - data[origin + j] if origin >= 0 else x[j]
        for i in range(len(out)):
            out[i] += data[first + j * len(out) + i] * share


def add_squared_columns(data: Floats, first: int, x: Floats, out: Floats) -> None:
    """Add the sum over j of the squares of the numbers in x_j c_j to `out`, j after j.

    Args:
        data: see `add_columns`.
        first: see `add_columns`.
        x: see `add_columns`.
        out: see `add_columns`.

    """
    for j in range(len(x)):
        for i in range(len(out)):
            one = data[first + j * len(out) + i] * x[j]
            out[i] += one * one


def inner(one: Floats, other: Floats) -> Any:  # noqa: ANN401 - a number of their dtype
    """Return the inner product of two contiguous vectors of one length; compiled, it sums in an order of its own."""
    return one.dtype.type(np.dot(one, other))
