"""Bound how far from linear a network's staleness is, by the data of its stages: what Theorem 4 takes beside S.

Setting:    stages, third-derivatives.
Statement:  norm(G(U,V) - G(V,V) - J(V)[U - V]) <= (H2/2) norm(U - V)^2, J(V) the derivative in the forward weights,
            and norm(J(V)[d] - J(V')[d]) <= HJ norm(V - V') norm(d); norm(G(U,V;xi)) <= Gamma for every sample;
            norm(G(U,V) - G(U',V')) <= ell times the move, ell1 of the forward weights alone.
Status:     upper bounds, on the convex set of weights with norm2(W^(m)) <= w_m.
Source:     docs/theory.md#networks; claims network.second_*; theory/free-asynchrony.md section 6.

The recursions are the functions that the claims are about (`theory.lemmas.second_order`). Here they run on arrays: what
is linear in the moves along the first direction is a column of coefficients, along the second a row, and what is linear
in both a matrix.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from boundary import BadInput
from theory.lemmas import network as first
from theory.lemmas import second_order as second
from theory.theorems import network

CLAIMS = (
    "network.second_product",
    "network.second_output",
    "network.second_backward",
    "network.second_sensitivity",
    "network.second_order",
)
LARGEST = 128
"""Stages beyond which no H2 and HJ are computed: the matrices have M^3 numbers."""
_ROUNDING = 1e-11
"""Relative margin: ten times that of `network`, for as many more operations."""


@dataclass(frozen=True)
class JointConstants:
    """Certified constants of a network: what Theorem 4 needs beside those of Theorem 1.

    Args:
        ell: joint Lipschitz constant of the direction, norm2(S_full), f/w^2.
        ell1: the same in the forward weights alone, norm2(S); ell where the backward weights are as old as these.
        Gamma: bound of a direction's length, sqrt(sum over m of (D_m X_m)^2), f/w.
        H2: bound of the second derivative in the forward weights, f/w^3; None: not known.
        HJ: Lipschitz constant of the derivative in the forward weights, f/w^3; None: not known.

    """

    ell: float
    ell1: float
    Gamma: float
    H2: float | None
    HJ: float | None


@dataclass(frozen=True)
class _Moves:
    """What a direction makes of the stages: moves of the weights, and first derivatives, M of each.

    Args:
        forward: moves of the forward weights.
        backward: moves of the backward weights.
        x: of the inputs and of the output, M + 1.
        z: of the products.
        delta: of the messages.

    """

    forward: Sequence[Any]
    backward: Sequence[Any]
    x: Sequence[Any]
    z: Sequence[Any]
    delta: Sequence[Any]


def bends(
    data: Mapping[str, Any], found: network.Rows, w: Sequence[Any], *, moves: tuple[bool, bool]
) -> list[NDArray[Any]]:
    """Return for every stage the matrix that bounds its direction's second derivative along two moves of the weights.

    Args:
        data: p0, p1, p2, l0, l1, l2: numbers or expressions.
        found: the bounds of the network.
        w: bounds of norm2(W^(m)).
        moves: whether the backward weights move along the first direction, and along the second.

    """
    M = len(w)
    unit = np.eye(M) if not isinstance(found.X[0], sympy.Basic) else np.array(sympy.eye(M).tolist(), dtype=object)
    one, two = (_moves(found, w, unit, shape, full) for shape, full in zip(((M, 1), (1, M)), moves, strict=True))
    x, z = _forward_bends(data, w, one, two)
    delta = _backward_bends(data, found, w, one, two, x, z)
    return [
        second.gradient_bend(found.X[m], found.D[m], (one.x[m], two.x[m], x[m]), (one.delta[m], two.delta[m], delta[m]))
        for m in range(M)
    ]


def _moves(
    found: network.Rows,
    w: Sequence[Any],
    unit: NDArray[Any],
    shape: tuple[int, int],
    full: bool,
) -> _Moves:
    M = len(w)
    z = [first.product_change(found.X[m], unit[m], w[m], found.e[m]) for m in range(M)]
    forward = [row.reshape(shape) for row in unit]
    backward = [row if full else 0 * row for row in forward]
    messages = found.beta_full if full else found.beta
    shaped = [[np.asarray(row).reshape(shape) for row in rows] for rows in (found.e, z, messages)]
    return _Moves(forward, backward, *shaped)


def _forward_bends(
    data: Mapping[str, Any], w: Sequence[Any], one: _Moves, two: _Moves
) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
    """Return what the inputs (M + 1) and the products (M) of the stages do along both directions."""
    x, z = [one.x[0] * two.x[0]], []
    for m, norm in enumerate(w):
        moved = (one.x[m], two.x[m], x[m])
        z.append(second.product_bend(one.forward[m], two.forward[m], norm, *moved))
        x.append(second.output_bend(data["p0"], data["p1"], one.z[m], two.z[m], z[m]))
    return x, z


def _backward_bends(
    data: Mapping[str, Any],
    found: network.Rows,
    w: Sequence[Any],
    one: _Moves,
    two: _Moves,
    x: Sequence[NDArray[Any]],
    z: Sequence[NDArray[Any]],
) -> list[NDArray[Any]]:
    """Return what the messages of the stages do along both directions."""
    M = len(w)
    slopes = data["p0"], data["p1"], data["p2"]
    bent = second.output_bend(data["l1"], data["l2"], one.x[M], two.x[M], x[M])
    arriving = (data["l0"], data["l1"] * one.x[M], data["l1"] * two.x[M], bent)
    delta = [second.message_bend(*slopes, (one.z[M - 1], two.z[M - 1], z[M - 1]), arriving)]
    for m in reversed(range(M - 1)):
        n, D = m + 1, found.D[m + 1]
        sides = [first.product_change(D, side.backward[n], w[n], side.delta[n]) for side in (one, two)]
        moved = (one.delta[n], two.delta[n], delta[0])
        bent = second.arriving_bend(one.backward[n], two.backward[n], w[n], *moved)
        delta.insert(0, second.message_bend(*slopes, (one.z[m], two.z[m], z[m]), (w[n] * D, *sides, bent)))
    return delta


def constants(stage_data: Mapping[str, Any], w: Sequence[float], *, stashed: bool = False) -> JointConstants:
    """Return the constants of a network; arguments and errors are those of `network.bounds`.

    Args:
        stage_data: with p2 and l2 where they are known.
        w: upper bounds of norm2(W^(m)), in w.
        stashed: whether the backward weights are as old as the forward ones: then both move along every direction.

    """
    found = network.bounds(stage_data, w)
    lipschitz = network.constants(stage_data, w)
    length = math.hypot(*(D * X for D, X in zip(found.D, found.X[:-1], strict=True))) * (1 + _ROUNDING)
    H2 = HJ = None
    if all(stage_data.get(name) is not None for name in ("p2", "l2")) and len(w) <= LARGEST:
        data = {**stage_data, "l0": network.loss_slope(stage_data, w)}
        for name in ("p2", "l2"):
            if not 0 <= data[name] < np.inf:
                raise BadInput(name, data[name], f"{name} >= 0 and finite", "network.second_order")
        H2 = _length(bends(data, found, w, moves=(stashed, stashed)))
        HJ = H2 if stashed else _length(bends(data, found, w, moves=(False, True)))
    ell = lipschitz.L
    return JointConstants(ell, ell if stashed else lipschitz.Lambda1([1] * len(w)), length, H2, HJ)


def _length(matrices: Sequence[NDArray[np.float64]]) -> float | None:
    """Return sqrt(sum over i of norm2(H_i)^2), rounded up: the forms are at most that times the two lengths.

    None where a number is too large to be one.
    """
    if not all(np.all(np.isfinite(matrix)) for matrix in matrices):
        return None
    return float(np.sqrt(sum(np.linalg.norm(matrix, 2) ** 2 for matrix in matrices))) * (1 + _ROUNDING)
