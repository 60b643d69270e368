"""Where the search for a bound of a norm or an eigenvalue begins; some of it is compiled.

Nothing here is trusted: a factorisation decides whether a shift will do, and a bound by a vector holds for all x > 0.
"""

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.jit import searching

Array = NDArray[np.float64]

_KRYLOV = 32
"""Steps after which the largest eigenvalue of the curvature of a network is known to about ten digits."""
_STEPS, _CLOSE = 60, 1e-11
"""Steps of the power method after which an eigenvalue counts as not found, and share of it within which it is."""
_BOUNDS, _SETTLED = 30, 1e-12
"""Bounds of a norm that are tried at most, and share within which one is of what its vector reaches when it will do."""
_EPS = float(np.finfo(np.float64).eps)
_LEAST = 1e-9
"""Least element of a vector, whose largest is 1."""


def positive(matrices: Array) -> Array:
    """Return vectors x > 0, shape (n, columns, 1), for which the largest of (R^T R x)_i/x_i is near to norm2(R)^2.

    Args:
        matrices: R, entries in [0, 1], the largest 1, shape (n, rows, columns).

    """
    found = np.ones((len(matrices), matrices.shape[-1]))
    _positive(np.ascontiguousarray(matrices), found)
    return np.where(found >= _LEAST, found, 1.0)[..., None]


def small_tops(gram: Array) -> Array:
    """Return a little more than the largest eigenvalues of many small positive semidefinite matrices, shape (...)."""
    each = gram.reshape(-1, *gram.shape[-2:])
    values, away = np.zeros(len(each)), np.zeros(len(each))
    _dominant(each, values, away)
    lost = ~(away <= _CLOSE * values)
    values[lost], away[lost] = np.linalg.eigvalsh(each[lost])[..., -1], 0.0
    return np.asarray(values + away).reshape(gram.shape[:-2])


def tops(matrices: Array, scale: Array) -> tuple[Array, Array]:
    """Return about the largest eigenvalues of symmetric matrices, and how far each is from one at most, shape (...).

    Of large ones by `_KRYLOV` steps of Lanczos's method, each made orthogonal to all before: nothing is certain.

    Args:
        matrices: shape (..., n, n).
        scale: size of the largest entries, > 0, shape (...).

    """
    n = matrices.shape[-1]
    if n <= 2 * _KRYLOV:
        return np.asarray(np.linalg.eigvalsh(matrices)[..., -1]), np.zeros(scale.shape)
    basis, projected = np.zeros((*scale.shape, _KRYLOV, n)), np.zeros((*scale.shape, _KRYLOV, _KRYLOV))
    start = 1 + np.sin(np.arange(1.0, n + 1))
    vector, beyond = np.broadcast_to(start / np.linalg.norm(start), (*scale.shape, n)), np.zeros(scale.shape)
    for k in range(_KRYLOV):
        basis[..., k, :] = vector
        image = (matrices @ vector[..., None])[..., 0]
        projected[..., k, k] = np.sum(image * vector, axis=-1)
        for _ in range(2):
            known = basis[..., : k + 1, :]
            image = image - (known.swapaxes(-1, -2) @ (known @ image[..., None]))[..., 0]
        beyond = np.linalg.norm(image, axis=-1)
        beyond = np.where(beyond > n * _EPS * scale, beyond, 0.0)  # nothing but rounding: all there is is found
        vector = np.where(beyond > 0, 1 / np.where(beyond > 0, beyond, 1.0), 0.0)[..., None] * image
        if k + 1 < _KRYLOV:
            projected[..., k + 1, k] = beyond
    values, vectors = np.linalg.eigh(projected)
    return values[..., -1], beyond * np.abs(vectors[..., -1, -1])


@searching
def _positive(matrices: Array, found: Array) -> None:
    """Write vectors x > 0 for which the largest of (R^T R x)_i/x_i is near to norm2(R)^2.

    Args:
        matrices: R, entries in [0, 1], the largest 1, shape (n, rows, columns).
        found: takes x, shape (n, columns).

    """
    count, rows, columns = matrices.shape
    image = np.empty(columns)
    for one in range(count):
        matrix, x = matrices[one], found[one]
        x[:] = 1.0
        for _ in range(_BOUNDS):
            image[:] = 0.0
            reached = length = 0.0
            for i in range(rows):
                y = 0.0
                for j in range(columns):
                    y += matrix[i, j] * x[j]
                reached += y * y
                for j in range(columns):
                    image[j] += matrix[i, j] * y
            bound = top = 0.0
            for j in range(columns):
                bound, top, length = max(bound, image[j] / x[j]), max(top, image[j]), length + x[j] * x[j]
            if bound <= (1 + _SETTLED) * reached / length:
                break
            for j in range(columns):
                x[j] = max(image[j] / top, _LEAST)


@searching
def _dominant(matrices: Array, values: Array, away: Array) -> None:
    """Write about the largest eigenvalues of positive semidefinite matrices, and how far each is from one at most.

    Args:
        matrices: symmetric, shape (n, size, size).
        values: takes the eigenvalues, shape (n,).
        away: takes the distances, shape (n,).

    """
    count, size, _ = matrices.shape
    v, image = np.empty(size), np.empty(size)
    for one in range(count):
        matrix, length = matrices[one], 0.0
        for i in range(size):
            v[i] = 1 + np.sin(i + 1.0)  # with a part in all directions, in all likelihood
            length += v[i] * v[i]
        for _ in range(_STEPS):
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
            if away[one] <= _CLOSE * value or not length > 0:
                break
