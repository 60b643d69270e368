"""Pairs of weights that look for trouble, inside the set the stage claims speak of: norm2(W^(m)) <= w_m.

V is random, or turned towards the largest loss (each stage the rank-one matrix that raises the linearised loss most,
repeated); U - V is random, or the leading singular vector of a finite-difference Jacobian of the stage gradients.
"""

from collections.abc import Sequence

import numpy as np

from simulate.problems.network import Network
from theory.setting.objectives import Weights
from verify.proof_lines.passes import Pairs, passes, stacked

STEPS = (1e-3, 0.03, 0.5)
"""How far U is from V, in w_m: in the linear range, at its end, and beyond."""

_ASCENTS = 4
_DIFFERENCE = 1e-5  # of w_m: about the square root of the rounding; it gives directions only


def pairs(problem: Network, w: Sequence[float], seed: int, count: int = 8) -> Pairs:
    """Return random and adversarial pairs with norm2 at most w_m, `count` random V and as many adversarial ones."""
    rng = np.random.default_rng([seed, problem.stages])
    found: list[tuple[Weights, Weights]] = []
    centres = [_unit(rng, problem, 1) for _ in range(count)]
    centres += [
        _towards_loss(problem, w, _unit(rng, problem, 1), int(rng.integers(problem.samples))) for _ in range(count)
    ]
    for centre in centres:
        directions = [_unit(rng, problem, 2) for _ in range(3)] + _leading(problem, w, centre)
        for step in STEPS:
            V = [bound * (1 - step) * stage for bound, stage in zip(w, centre, strict=True)]
            found += [
                ([v + step * bound * d for v, bound, d in zip(V, w, direction, strict=True)], V)
                for direction in directions
            ]
    both = ([stacked(weights) for weights in zip(*side, strict=True)] for side in zip(*found, strict=True))
    return Pairs(*both)


def _unit(rng: np.random.Generator, problem: Network, norm: int) -> Weights:
    """Return random weights, norm2 = 1 (for norm 1) or Frobenius norm 1 (for norm 2) a stage."""
    drawn = [rng.standard_normal(shape) for shape in problem.shapes]
    return [stage / np.linalg.norm(stage, 2 if norm == 1 else "fro") for stage in drawn]


def _towards_loss(problem: Network, w: Sequence[float], start: Weights, sample: int) -> Weights:
    """Return weights with norm2 = 1 that, times w, make the loss of one sample large."""
    centre = start
    for _ in range(_ASCENTS):
        V = [bound * stage for bound, stage in zip(w, centre, strict=True)]
        gradient = problem.direction(V, V, sample)
        size = [float(np.linalg.norm(stage)) for stage in gradient]
        # the gradient of a sample is an outer product: its Frobenius norm is its spectral norm
        centre = [g / s if s > 0 else old for g, s, old in zip(gradient, size, centre, strict=True)]
    return centre


def _leading(problem: Network, w: Sequence[float], centre: Weights) -> list[Weights]:
    """Return directions that change a stage gradient most: for every two stages, forward weights only and all."""
    V = [bound * stage for bound, stage in zip(w, centre, strict=True)]
    sizes = [stage.size for stage in V]
    ends = np.cumsum([0, *sizes])
    steps = _DIFFERENCE * np.repeat(w, sizes)
    nudged = np.concatenate([stage.ravel() for stage in V]) + np.diag(steps)
    U = [
        nudged[:, start:end].reshape(-1, 1, *stage.shape)
        for start, end, stage in zip(ends[:-1], ends[1:], V, strict=True)
    ]
    here, found = passes(problem, V, V), []
    for backward in (V, U):
        changed = passes(problem, U, backward)
        for m in range(problem.stages):
            change = (changed.G[m] - here.G[m]).reshape(len(steps), problem.samples, -1) / steps[:, None, None]
            for j in range(problem.stages):
                _, size, right = np.linalg.svd(np.moveaxis(change[ends[j] : ends[j + 1]], 0, -1), full_matrices=False)
                direction = [np.zeros_like(stage) for stage in V]
                direction[j] = right[np.argmax(size[:, 0]), 0].reshape(V[j].shape)
                found.append(direction)
    return found
