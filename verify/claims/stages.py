"""The stage recursions of a network against passes with perturbed weights (claims network.*).

Weights come in pairs (U, V) inside the set the theorem speaks of, norm2(W^(m)) <= w_m: random ones, and ones that look
for trouble. V is turned towards the largest loss (each stage the rank-one matrix that raises the linearised loss most,
repeated), U - V is the leading singular vector of a finite-difference Jacobian of the stage gradients.
Weights have shape (P, 1, outputs, inputs): P pairs, and all samples pass together behind the axis of length one.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from simulate.problems.network import Network
from theory.setting.objectives import Array, Weights
from theory.theorems.network import Constants, Rows
from verify.claims.lines import ROUNDING, Line, surely

STEPS = (1e-3, 0.03, 0.5)
"""How far U is from V, in w_m: in the linear range, at its end, and beyond."""

_ASCENTS = 4
_DIFFERENCE = 1e-5  # of w_m: about the square root of the rounding; it gives directions only


class Pairs(NamedTuple):
    """Two sets of weights each, one array (P, 1, outputs, inputs) a stage."""

    U: Weights
    V: Weights


class Passes(NamedTuple):
    """What passes with forward weights U and backward weights V met, for every pair and every sample.

    Args:
        x: inputs of the stages and the output, M + 1 arrays of shape (P, N, 1, width).
        delta: messages, M arrays of shape (P, N, 1, outputs).
        G: stage gradients of each sample, M arrays of shape (P, N, outputs, inputs).

    """

    x: list[Array]
    delta: list[Array]
    G: list[Array]


def passes(problem: Network, forward: Weights, backward: Weights) -> Passes:
    """Pass every sample with every pair, by the problem's own stage functions."""
    everything = np.arange(problem.samples)
    x, slopes, kept = [problem.enter(everything, ())], [], []
    for stage in range(problem.stages):
        output, stage_kept = problem.forward(stage, forward[stage], x[stage])
        x.append(output)
        slopes.append(stage_kept.slope)
        kept.append(stage_kept)
    message = problem.turn(x[-1], everything)
    delta, G = [message] * problem.stages, [message] * problem.stages
    for stage in reversed(range(problem.stages)):
        delta[stage] = slopes[stage] * message
        G[stage], message = problem.backward(stage, backward[stage], message, kept[stage])
    return Passes(x, delta, G)


# The pairs


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
    both = ([_stack(weights) for weights in zip(*side, strict=True)] for side in zip(*found, strict=True))
    return Pairs(*both)


def _stack(weights: Iterable[Array]) -> Array:
    return np.stack(list(weights))[:, None]


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


# The lines


def lines(problem: Network, bounds: Rows, found: Pairs) -> list[Line]:
    """Return, for every claim, the line that comes closest to failing over stages, pairs and samples.

    Args:
        problem: a network.
        bounds: what the theorem says of it, with w_m at least the spectral norms of the pairs.
        found: weights, of `pairs` for instance.

    """
    U, V = found
    moved = np.stack([np.linalg.norm(u - v, axis=(-2, -1)) for u, v in zip(U, V, strict=True)])  # (M, P, 1)
    now, stale, full = passes(problem, V, V), passes(problem, U, V), passes(problem, U, U)
    X, D = np.asarray(bounds.X, dtype=float), np.asarray(bounds.D, dtype=float)

    def against(rows: Array) -> Array:
        return np.tensordot(rows, moved, axes=1)

    slopes, gradients = Constants(bounds.S, bounds.S_full), D * X[:-1]
    return [
        _closest("network.forward", "norm(output of stage {m}) <= X_(m+1)", full.x[1:], X[1:, None, None], X[1:]),
        _closest("network.backward", "norm(delta^({m})) <= D_m", full.delta, D[:, None, None], D),
        _closest(
            "network.forward_stale",
            "change of the output of stage {m} <= e_(m+1)",
            _apart(full.x[1:], now.x[1:]),
            against(bounds.e[1:]),
            X[1:],
        ),
        _closest(
            "network.backward_stale",
            "change of delta^({m}) <= beta_m, forward weights moved",
            _apart(stale.delta, now.delta),
            against(bounds.beta),
            D,
        ),
        _closest(
            "network.full_change",
            "change of delta^({m}) <= beta_m, all weights moved",
            _apart(full.delta, now.delta),
            against(bounds.beta_full),
            D,
        ),
        _closest(
            "network.sensitivity",
            "norm(G^({m})(U,V) - G^({m})(V,V)) <= (S u)_m",
            _apart(stale.G, now.G),
            against(bounds.S),
            gradients,
        ),
        _closest(
            "network.rows",
            "norm(G^({m})(U,U) - G^({m})(V,V)) <= (S_full u)_m",
            _apart(full.G, now.G),
            against(bounds.S_full),
            gradients,
        ),
        _lipschitz(problem, slopes.L, found, moved, float(np.linalg.norm(gradients))),
    ]


def _apart(one: Sequence[Array], other: Sequence[Array]) -> list[Array]:
    return [a - b for a, b in zip(one, other, strict=True)]


def _closest(claim: str, statement: str, left: Sequence[Array], right: Array, scale: Array) -> Line:
    """Return the line with the largest left/right; `scale` is, a stage, the size of what cancels in it."""
    norms = [np.linalg.norm(stage, axis=(-2, -1)) for stage in left]
    worst = [_largest(*sides) for sides in zip(norms, right, scale, strict=True)]
    m = int(np.argmax([share for share, _, _ in worst]))
    _, at_left, at_right = worst[m]
    return surely(claim, statement.replace("{m}", str(m + 1)), at_left, at_right, float(scale[m]))


def _largest(left: Array, right: Array, scale: float) -> tuple[float, float, float]:
    """Return the largest left/right and its two sides; where both vanish, rounding does not count."""
    left, right = np.broadcast_arrays(left, right)
    share = np.where(np.isfinite(left), left / (right + ROUNDING * scale), np.inf)
    at = np.unravel_index(np.argmax(share), share.shape)
    return float(share[at]), float(left[at]), float(right[at])


def _lipschitz(problem: Network, L: float, found: Pairs, moved: Array, scale: float) -> Line:
    """Return the line of the gradient of f itself, from the problem's exact moments."""

    def gradients(weights: Weights) -> Weights:
        return problem.gradient([stage[:, 0] for stage in weights])

    change = [np.linalg.norm(stage, axis=(-2, -1)) for stage in _apart(gradients(found.U), gradients(found.V))]
    _, left, right = _largest(np.linalg.norm(change, axis=0), L * np.linalg.norm(moved[..., 0], axis=0), scale)
    return surely("network.smooth", "norm(grad f(U) - grad f(V)) <= L norm(U - V)", left, right, scale)
