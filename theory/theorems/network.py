"""Bound the smoothness and the staleness of a network of stages by its own data.

Setting:    stages.
Statement:  norm(G^(m)(U,V) - G^(m)(V,V)) <= (S u)_m with u_m = norm(U^(m) - V^(m)); if the backward weights move too,
            S_full takes the place of S; S <= S_full entrywise; the gradient is Lipschitz with L = norm2(S_full).
Status:     upper bounds, on the convex set of weights with norm2(W^(m)) <= w_m.
Source:     docs/theory.md#networks; claims network.*.

The recursions are the functions that the claims are about (`theory.lemmas.network`); here they run on rows: what
depends linearly on u is the row of its coefficients, as floats or as SymPy expressions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from boundary import BadInput
from theory.lemmas import network as stage

CLAIMS = (
    "network.forward",
    "network.backward",
    "network.forward_stale",
    "network.backward_stale",
    "network.full_change",
    "network.sensitivity",
    "network.depth",
    "network.dominance",
    "network.smooth",
)
ROUNDING = 1e-12
"""Relative margin that covers the rounding of the few dozen operations below and of the singular values."""


@dataclass(frozen=True)
class Rows:
    """Bounds of a network, stage by stage.

    Args:
        X: bounds of the inputs of the stages and of the model's output, M + 1 values.
        D: bounds of the messages, M values.
        S: sensitivities to the forward weights, shape (M, M).
        S_full: sensitivities to all weights, shape (M, M).
        e: rows of e, what the inputs change, shape (M + 1, M).
        beta: rows of beta, what the messages change with the forward weights, shape (M, M).
        beta_full: the same with all weights.

    """

    X: Sequence[Any]
    D: Sequence[Any]
    S: NDArray[Any]
    S_full: NDArray[Any]
    e: NDArray[Any]
    beta: NDArray[Any]
    beta_full: NDArray[Any]


def rows(
    p0: Any,  # noqa: ANN401 - numbers or expressions
    p1: Any,  # noqa: ANN401
    l0: Any,  # noqa: ANN401
    l1: Any,  # noqa: ANN401
    X: Any,  # noqa: ANN401
    w: Sequence[Any],
    caps: Sequence[float] | None = None,
) -> Rows:
    """Run the recursions (docs/theory.md#networks) of M = len(w) stages; `caps`, if given, bound the outputs."""
    M = len(w)
    inputs = [X]
    for m in range(M):
        grown = stage.reach(p0, w[m], inputs[m])
        inputs.append(grown if caps is None else min(grown, caps[m]))
    messages = [stage.reach(p0, 1, l0)] * M
    for m in reversed(range(M - 1)):
        messages[m] = stage.reach(p0, w[m + 1], messages[m + 1])
    unit = np.eye(M) if not isinstance(p0, sympy.Basic) else np.array(sympy.eye(M).tolist(), dtype=object)
    e, zeta = [0 * unit[0]], []
    for m in range(M):
        zeta.append(stage.product_change(inputs[m], unit[m], w[m], e[m]))
        e.append(p0 * zeta[m])
    found = [_messages(p0, p1, l0, l1, w, messages, unit, zeta, e, full=full) for full in (False, True)]
    S, S_full = (
        np.array([stage.gradient_change(inputs[m], messages[m], e[m], beta[m]) for m in range(M)]) for beta in found
    )
    return Rows(inputs, messages, S, S_full, np.array(e), *(np.array(beta) for beta in found))


def _messages(
    p0: Any,  # noqa: ANN401
    p1: Any,  # noqa: ANN401
    l0: Any,  # noqa: ANN401
    l1: Any,  # noqa: ANN401
    w: Sequence[Any],
    D: Sequence[Any],
    unit: NDArray[Any],
    zeta: Sequence[Any],
    e: Sequence[Any],
    *,
    full: bool,
) -> list[Any]:
    """Return the rows of beta, from the last stage to the first."""
    M = len(w)
    beta = [stage.message_change(p0, p1, l0, zeta[M - 1], l1 * e[M])] * M
    for m in reversed(range(M - 1)):
        change = w[m + 1] * beta[m + 1] + (unit[m + 1] * D[m + 1] if full else 0)
        beta[m] = stage.message_change(p0, p1, w[m + 1] * D[m + 1], zeta[m], change)
    return beta


def symbolic(M: int) -> Rows:
    """Return the bounds of a network of M stages in the symbols p0, p1, l0, l1, X and w1 ... wM."""
    norms = [sympy.Symbol(f"w{m + 1}", real=True) for m in range(M)]
    X = sympy.Symbol("X", real=True)
    return rows(stage.p0, stage.p1, stage.l0, stage.l1, X, norms)


@dataclass(frozen=True)
class NetworkConstants:
    """Certified constants of a network: what Theorems 1 and 2 need.

    Args:
        S: staleness sensitivity, f/w^2, shape (M, M), nonnegative.
        S_full: the same where the backward weights are old too; also the smoothness matrix.

    """

    S: NDArray[np.float64]
    S_full: NDArray[np.float64]

    @property
    def L(self) -> float:
        """Return the smoothness constant norm2(S_full), f/w^2."""
        return _norm2(self.S_full)

    def Lambda1(self, lags: Sequence[int], *, stashed: bool = False) -> float:
        """Return norm2(S Diag(d)), f/w^2; with S_full if the backward weights are as old as the forward ones."""
        return _norm2((self.S_full if stashed else self.S) * np.asarray(lags, dtype=float))

    def Lambdah(self, lags: Sequence[int], *, stashed: bool = False) -> float:
        """Return norm2(S Diag(sqrt d)), f/w^2."""
        return _norm2((self.S_full if stashed else self.S) * np.sqrt(np.asarray(lags, dtype=float)))

    def nu(self, lags: Sequence[int], deviations: Sequence[float], *, stashed: bool = False) -> float:
        """Return norm(S Diag(sqrt d) s), where s_m^2 bounds the noise variance of stage m, f^2/w^3."""
        moved = np.sqrt(np.asarray(lags, dtype=float)) * np.asarray(deviations, dtype=float)
        return float(np.linalg.norm((self.S_full if stashed else self.S) @ moved)) * (1 + ROUNDING)


def _norm2(matrix: NDArray[np.float64]) -> float:
    """Return the spectral norm, rounded up; inf where an entry is too large to be a number."""
    if not np.all(np.isfinite(matrix)):
        return inf
    return float(np.linalg.norm(matrix, 2)) * (1 + ROUNDING)


def bounds(stage_data: Mapping[str, Any], w: Sequence[float]) -> Rows:
    """Return the bounds of a network from its stage data and bounds of its stages' spectral norms.

    Args:
        stage_data: p0, p1, l1, X; l0, or None for a loss whose slope is not bounded, with `target_norm`, a bound of
            its norm where every output is 0; optionally `bound` (of an activation's value) with `widths`, one more
            than stages.
        w: upper bounds of norm2(W^(m)), w, one a stage, >= 0, finite.

    Raises:
        BadInput: if a bound is missing, negative or not finite.

    """
    for name, value in [(key, stage_data.get(key)) for key in ("p0", "p1", "l1", "X")] + [("w", x) for x in w]:
        if not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise BadInput(name, value, f"{name} >= 0 and finite", "network.sensitivity")
    known = {name: float(stage_data[name]) for name in ("p0", "p1", "l1", "X")}
    return rows(**known, l0=loss_slope(stage_data, w), w=[float(x) for x in w], caps=_caps(stage_data))


def _caps(stage_data: Mapping[str, Any]) -> list[float] | None:
    bound, widths = stage_data.get("bound"), stage_data.get("widths")
    return None if bound is None or widths is None else [bound * sqrt(width) for width in widths[1:]]


def loss_slope(stage_data: Mapping[str, Any], w: Sequence[float]) -> float:
    """Return l0: the one of the data, or l1 times the largest output, plus `target_norm`, the slope at output 0."""
    l0 = stage_data.get("l0")
    if l0 is not None:
        return float(l0)
    known = {name: float(stage_data[name]) for name in ("p0", "p1", "l1", "X")}
    largest = rows(**known, l0=0.0, w=w, caps=_caps(stage_data)).X[-1]
    return float(known["l1"] * largest + stage_data["target_norm"])


def constants(stage_data: Mapping[str, Any], w: Sequence[float]) -> NetworkConstants:
    """Return the constants of a network; arguments and errors are those of `bounds`."""
    found = bounds(stage_data, w)
    return NetworkConstants(found.S * (1 + ROUNDING), found.S_full * (1 + ROUNDING))
