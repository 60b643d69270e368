"""Vectors that bounds of norms are made with, sought for in compiled code; any that are found make a valid bound.

So nothing here is trusted: what is made of it is checked, or holds for every vector.
"""

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.jit import searching

Array = NDArray[np.float64]

STEPS = 60
"""Steps of the power method after which an eigenvalue counts as not found."""
CLOSE = 1e-11
"""Share of an eigenvalue within which it is found."""
SETTLED = 1e-9
"""Share by which a bound of a norm no longer falls when it is left as it is."""


@searching
def positive(matrices: Array, found: Array) -> None:
    """Write vectors x > 0 for which the largest of (R^T R x)_i/x_i is near to norm2(R)^2.

    Args:
        matrices: R, entries in [0, 1], the largest 1, shape (n, rows, columns).
        found: takes x, shape (n, columns).

    """
    count, rows, columns = matrices.shape
    image = np.empty(columns)
    for one in range(count):
        matrix, x, before = matrices[one], found[one], np.inf
        x[:] = 1.0
        for _ in range(30):
            image[:] = 0.0
            for i in range(rows):
                y = 0.0
                for j in range(columns):
                    y += matrix[i, j] * x[j]
                for j in range(columns):
                    image[j] += matrix[i, j] * y
            bound = top = 0.0
            for j in range(columns):
                bound, top = max(bound, image[j] / x[j]), max(top, image[j])
            if bound >= (1 - SETTLED) * before:
                break
            before = bound
            for j in range(columns):
                x[j] = max(image[j] / top, 1e-9)


@searching
def dominant(matrices: Array, values: Array, away: Array) -> None:
    """Write about the largest eigenvalues of positive semidefinite matrices, and how far each is from one at most.

    Args:
        matrices: symmetric, shape (n, size, size).
        values: takes the eigenvalues, shape (n,).
        away: takes the distances, shape (n,).

    """
    count, size, _ = matrices.shape
    v, image = np.empty(size), np.empty(size)
    for one in range(count):
        matrix, start = matrices[one], 0
        for i in range(1, size):
            if matrix[i, i] > matrix[start, start]:
                start = i
        length = 0.0
        for i in range(size):
            v[i] = matrix[start, i]
            length += v[i] * v[i]
        values[one] = away[one] = 0.0
        for _ in range(STEPS if length > 0 else 0):
            root = np.sqrt(length)
            value = length = rest = 0.0
            for i in range(size):
                v[i] /= root
            for i in range(size):
                y = 0.0
                for j in range(size):
                    y += matrix[i, j] * v[j]
                image[i] = y
                value += y * v[i]
                length += y * y
            for i in range(size):
                rest += (image[i] - value * v[i]) ** 2
                v[i] = image[i]
            values[one], away[one] = value, np.sqrt(rest)
            if away[one] <= CLOSE * value or not length > 0:
                break
