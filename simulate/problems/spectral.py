"""Upper bounds of matrix norms that hold in spite of rounding."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float64])

_UNIT = float(np.finfo(np.float64).eps)  # twice the unit roundoff: every bound below has a factor two in hand


def up(value: Number, operations: int) -> Number:
    """Return `value` >= 0 enlarged by the relative error of a sum of `operations` rounded nonnegative terms."""
    return value * (1 + (operations + 8) * _UNIT)


def down(value: float, operations: int, absolute: float = 0.0) -> float:
    """Return a lower bound, at least 0, of what was computed as `value` >= 0.

    Args:
        value: a sum of `operations` rounded nonnegative terms.
        operations: how many.
        absolute: errors that do not shrink with the terms, in units of 2^-52.

    """
    return max(0.0, value * (1 - (operations + 8) * _UNIT) - absolute * _UNIT)


def norm2_upper(matrix: NDArray[np.float64]) -> float:
    """Return `norms2_upper` of one matrix, shape (n, m)."""
    return float(norms2_upper(matrix))


def _tops(symmetric: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.eigvalsh(symmetric)[..., -1])


def norms2_upper(
    matrices: NDArray[np.float64], tops: Callable[[NDArray[np.float64]], NDArray[np.float64]] = _tops
) -> NDArray[np.float64]:
    """Return upper bounds of the spectral norms, tight to about 1e-12 where `tops` is.

    Statement:  if the Cholesky factorisation of B in floating point runs to its end, the smallest eigenvalue of B is
                at least -(n + 1) u trace(B) / (1 - 2 (n + 1) u), u the unit roundoff. Taken with
                B = s I - A^T A this bounds norm2(A)^2 by s plus that, plus the rounding of A^T A itself.
    Source:     J. W. Demmel, On floating point errors in Cholesky, LAPACK working note 14; S. M. Rump,
                Verification of positive definiteness, BIT 46 (2006).

    Args:
        matrices: float64, shape (..., n, m).
        tops: what finds the largest eigenvalues of A^T A, or numbers a little above; what it finds is checked.

    Returns:
        Numbers >= norm2 of each, shape (...).

    """
    rows, n = matrices.shape[-2:]
    gram = np.swapaxes(matrices, -1, -2) @ matrices
    frobenius = np.asarray(up(np.sum(matrices * matrices, axis=(-2, -1)), rows * n))
    if not np.any(frobenius):
        return np.zeros(frobenius.shape)
    size = np.where(frobenius == 0, 1.0, frobenius)  # any shift > 0 is one for a matrix of zeros
    top = np.maximum(tops(gram), 0.0)
    shift = factored(gram, np.asarray(top + (n + 2) * 1e-14 * size), 1e-12 * size)
    rounding = (n + 1) * _UNIT * up(n * shift, n) + (rows + 4) * _UNIT * frobenius
    return np.where(frobenius == 0, 0.0, up(np.sqrt(shift + rounding), 4))


def factored(
    matrices: NDArray[np.float64], shift: NDArray[np.float64], step: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return shifts s for which the Cholesky factorisation of s I - A runs to its end in floating point.

    Args:
        matrices: A, symmetric, shape (..., n, n).
        shift: the first that is tried, shape (...).
        step: what is added, > 0, and twice that next, and so on.

    Raises:
        ArithmeticError: a shift that is no number, for which nothing could be decided.

    """
    if not np.all(np.isfinite(shift)):
        raise ArithmeticError("a shift that is no number")
    try:
        np.linalg.cholesky(shift[..., None, None] * np.eye(matrices.shape[-1]) - matrices)
    except np.linalg.LinAlgError:
        if not shift.ndim:
            return factored(matrices, shift + step, 2 * step)
        return np.array([factored(*one) for one in zip(matrices, shift, step, strict=True)])
    return shift


def block_norms(matrix: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return upper bounds of the spectral norms of the size x size blocks of a square matrix, shape (M, M)."""
    count = len(matrix) // size
    blocks = matrix.reshape(count, size, count, size).swapaxes(1, 2)
    return norms2_upper(blocks)


def delay_constants(
    sensitivity: NDArray[np.float64], lags: Sequence[int], stage_variances: NDArray[np.float64]
) -> dict[str, float | None]:
    """Return Lambda1, Lambdah and nu (docs/theory.md#delays) for a staleness sensitivity S >= 0, rounded up.

    Args:
        sensitivity: S, shape (M, M), in f/w^2.
        lags: d_m, shape (M,).
        stage_variances: upper bounds of the noise variance of each stage, shape (M,), in (f/w)^2.

    """
    delay = np.asarray(lags, dtype=np.float64)
    arrived = sensitivity @ np.sqrt(delay * stage_variances)
    return {
        "Lambda1": norm2_upper(sensitivity * delay),
        "Lambdah": norm2_upper(sensitivity * np.sqrt(delay)),
        "nu": up(float(np.sqrt(np.sum(arrived**2))), 4 * len(delay) + 8),
    }


def largest_norms(matrices: NDArray[np.floating], so_far: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for every replica the largest spectral norm of its matrices, or what was largest before.

    norm2(W)^16 <= tr((W W^T)^8), which costs a few products: most matrices need no singular value.

    Args:
        matrices: shape (n, J, rows, columns), finite.
        so_far: shape (n,).

    """
    values = np.asarray(matrices, dtype=np.float64)
    short = values if values.shape[2] <= values.shape[3] else np.swapaxes(values, 2, 3)
    size = np.max(np.abs(short), axis=(2, 3))
    power = short / np.where(size > 0, size, 1)[..., None, None]
    power = power @ np.swapaxes(power, 2, 3)
    for _ in range(2):
        power = power @ power
    above = size * np.sum(power * power, axis=(2, 3)) ** (1 / 16)
    rows, likeliest = np.arange(len(values)), np.argmax(above, axis=1)
    found = np.array(so_far, dtype=np.float64)
    room = 1.0025  # a quarter of a percent covers the rounding of the products by far
    first = np.flatnonzero(above[rows, likeliest] * room > found)
    norms = np.linalg.norm(values[first, likeliest[first]], ord=2, axis=(1, 2))
    found[first] = np.maximum(found[first], norms)
    left = above * room > found[:, None]
    left[rows, likeliest] = False
    replicas, times = np.nonzero(left)
    if len(replicas):
        np.maximum.at(found, replicas, np.linalg.norm(values[replicas, times], ord=2, axis=(1, 2)))
    return np.asarray(found)
