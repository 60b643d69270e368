"""noise.* and stale.*: what is random, what is stale, and how far the stale part can go."""

import math

import numpy as np

from verify.claims.lines import Array, Line, expected, surely
from verify.claims.record import Path


def lines(path: Path) -> list[Line]:
    """Return noise.orthogonal, the variance, the sensitivity per sample, and both staleness lemmas."""
    found = [*_noise(path), *_sensitivity(path)]
    return found + _lemmas(path) if {"Lambda1", "Lambdah"} <= path.constants.values.keys() else found


def _noise(path: Path) -> list[Line]:
    moments = np.stack([path.inner(path.gradient, path.noise), path.inner(path.noise, path.noise)], axis=1)
    sigma2 = path.constants.values.get("sigma2", math.inf)
    return [
        expected("noise.orthogonal", "<F, n> <= 0", moments, lambda m: (float(m[0]), 0.0)),
        expected("noise.orthogonal", "-<F, n> <= 0", moments, lambda m: (-float(m[0]), 0.0)),
        expected("variance", "N(n)^2 <= sigma^2", moments, lambda m: (float(m[1]), sigma2)),
    ]


def sensitivity(path: Path) -> Array | None:
    """Return S, shape (M, M), where it is a fact of the problem: the block norms of H for a quadratic."""
    hessian = getattr(path.problem, "hessian", None)
    if hessian is None:
        return None
    return np.array([[np.linalg.norm(hessian[a, b], 2) for b in path.stages] for a in path.stages])


def _sensitivity(path: Path) -> list[Line]:
    matrix = sensitivity(path)
    if matrix is None:
        return []
    moved = _stage_norms(path, path.weights - path.stale)
    stale = _stage_norms(path, path.staleness)
    excess = float((stale - moved @ matrix.T).max())
    size = float(np.abs(path.direction).max())  # b is a difference of directions of this size
    return [surely("staleness", "norm(b^(m)) <= sum_j S_mj norm(W^(j) - W^^(j))", excess, 0.0, size)]


def _stage_norms(path: Path, values: Array) -> Array:
    return np.stack([np.linalg.norm(values[..., stage], axis=-1) for stage in path.stages], axis=-1)


def _lemmas(path: Path) -> list[Line]:
    known, alpha = path.constants.values, path.alpha
    together = path.mean_direction + path.noise
    moments = np.stack(
        [
            path.inner(path.staleness, path.staleness),
            path.inner(path.mean_direction, path.mean_direction),
            path.inner(together, together),
        ],
        axis=1,
    )
    nu = known.get("nu", known["Lambdah"] * math.sqrt(known["sigma2"]))

    def martingale(m: Array) -> tuple[float, float]:
        return math.sqrt(m[0]), alpha * (known["Lambda1"] * math.sqrt(m[1]) + nu)

    def minkowski(m: Array) -> tuple[float, float]:
        return math.sqrt(m[0]), alpha * known["Lambda1"] * math.sqrt(m[2])

    return [
        expected("stale.minkowski", "N(b) <= alpha Lambda1 N(v + n)", moments, minkowski),
        expected("stale.martingale", "N(b) <= alpha (Lambda1 Y + nu)", moments, martingale),
    ]
