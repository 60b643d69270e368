"""An upper bound of a worst case that does not trust the solver: its multipliers are taken, its conclusion is not.

Statement:  let the constraints be e_i <= 0, h_j = 0 and P_l >= 0 (semidefinite), all affine in the Gram matrix G and in
            the values F. For any l_i >= 0, any m_j and any Z_l >= 0,
                metric <= metric - sum l_i e_i - sum m_j h_j + sum <Z_l, P_l> = c + <A, G> + <r, F>.
            A perfect certificate has A <= 0 and r = 0. An imperfect one still proves c + excess, where with bounds R_i
            of the leaf vectors' norms and s_j of the values
                <A, G> <= n max(0, largest eigenvalue of (R_i A_ij R_j)),  <r, F> <= sum |r_j| s_j.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PEPit.tools.expressions_to_matrices import expression_to_matrices

from verify.witness.case import Array

_UNIT = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class DualCertificate:
    """A proved upper bound of a worst case.

    Args:
        upper: the bound: constant + excess, rounded up.
        constant: what the multipliers alone give.
        excess: what their imperfection and rounding cost.

    """

    upper: float
    constant: float
    excess: float


class _Sum:
    """A sum of affine functions of G and F, with the sum of its terms' sizes beside it, for the rounding."""

    def __init__(self, radius: Array, size: Array) -> None:
        self.radius, self.size = radius, size
        self.gram, self.values, self.constant = np.zeros((len(radius), len(radius))), np.zeros(len(size)), 0.0
        self.magnitude, self.terms = 0.0, 0

    def add(self, factor: float, expression: Any) -> None:  # noqa: ANN401 - PEPit is untyped
        """Add `factor` times a PEPit expression."""
        gram, values, constant = expression_to_matrices(expression)
        scaled = gram * np.outer(self.radius, self.radius)
        self.gram += factor * scaled
        self.values += factor * values
        self.constant += factor * constant
        sizes = float(np.sum(np.abs(scaled)) + np.abs(values) @ self.size) + abs(constant)
        self.magnitude += abs(factor) * sizes
        self.terms += 1

    def bound(self) -> DualCertificate:
        """Return an upper bound of the sum over all G >= 0 and F within their sizes."""
        largest = max(float(np.linalg.eigvalsh(self.gram)[-1]), 0.0)
        excess = len(self.radius) * largest + float(np.abs(self.values) @ self.size)
        # Every rounded sum errs by less than terms * unit * (sum of sizes), eigenvalues by less than a small multiple
        # of n * unit * norm; both norms are at most `magnitude`, and the eigenvalue counts n times.
        rounding = (self.terms + 32 * len(self.radius) ** 2) * _UNIT * self.magnitude
        return DualCertificate(self.constant + excess + rounding, self.constant, excess + rounding)


def certify(
    metric: Any,  # noqa: ANN401 - PEPit is untyped
    constraints: Iterable[Any],
    matrices: Iterable[Any],
    radius: Array,
    size: Array,
) -> DualCertificate:
    """Return the bound that a solved program's multipliers prove.

    Args:
        metric: the expression that is maximised.
        constraints: scalar constraints with their multipliers.
        matrices: matrices constrained to be positive semidefinite, with theirs.
        radius: bounds of the norms of the leaf points, shape (n,).
        size: bounds of the leaf expressions' absolute values.

    """
    total = _Sum(radius, size)
    total.add(1.0, metric)
    for constraint in constraints:
        multiplier = float(constraint.eval_dual())
        if constraint.equality_or_inequality == "inequality":
            multiplier = max(multiplier, 0.0)
        total.add(-multiplier, constraint.expression)
    for matrix in matrices:
        weights, vectors = np.linalg.eigh(np.asarray(matrix.eval_dual(), dtype=np.float64))
        nonnegative = (vectors * np.maximum(weights, 0.0)) @ vectors.T
        for place in np.ndindex(matrix.shape):
            total.add(float(nonnegative[place]), matrix[place])
    return total.bound()
