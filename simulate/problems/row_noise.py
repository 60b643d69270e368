"""How much the gradient of one row of least squares can vary while the weights lie in a box, rounded up."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulate.problems.spectral import norm2_upper, up

Floats = NDArray[np.float64]
_FEW: Final = 12
"""Weights whose corners are all looked at."""
_UNIT: Final = float(np.finfo(np.float64).eps)  # twice the unit roundoff: what is charged has a factor two in hand


@dataclass(frozen=True)
class VarianceForm:
    """The variance of a row's gradient 2c a (<a, w> - y), rows equally likely, summed over some coordinates b.

    Statement:  it is 4c^2 v^T Q v with v = (w, -1), Q = mean norm(a_b)^2 (a, y)(a, y)^T - H_b^T H_b, H_b = mean a_b
                (a, y)^T: convex in w, so it is largest at a corner of a box. With few weights each corner is looked at;
                with many, w^T Q w is at most the smaller of sum |Q_ij| and D norm2(Q), times the square of the reach,
                and the linear part 2 reach sum |Q_i,D+1|.
    Errors:     every entry of Q is a sum of products, off by at most as many units as it has operations, of the sum of
                their sizes; these are added where v is largest.

    Args:
        form: Q, shape (D + 1, D + 1).
        error: of each of its entries.
        square: a bound of w^T Q w where no |w_i| is above 1; nan where corners are looked at.

    """

    form: Floats
    error: Floats
    square: float

    @classmethod
    def of(cls, features: Floats, targets: Floats, block: slice) -> "VarianceForm":
        """Return that of rows.

        Args:
            features: a, shape (N, D).
            targets: y, shape (N,).
            block: the coordinates b.

        """
        rows, part = np.column_stack([features, targets]), features[:, block]
        count, sizes = len(rows), np.abs(rows)
        with np.errstate(over="ignore", invalid="ignore"):
            lengths = np.sum(part * part, axis=1)
            mean, largest = part.T @ rows / count, np.abs(part).T @ sizes / count
            form = rows.T @ (rows * lengths[:, None]) / count - mean.T @ mean
            absolute = sizes.T @ (sizes * lengths[:, None]) / count + largest.T @ largest
            error = _UNIT * (3 * count + 3 * rows.shape[1] + 32) * absolute
        size, inner = len(form) - 1, form[:-1, :-1]
        many = size > _FEW and bool(np.all(np.isfinite(form)))
        return cls(form, error, min(float(np.sum(np.abs(inner))), size * norm2_upper(inner)) if many else np.nan)

    def largest(self, twice: float, reach: float) -> float:
        """Return a bound of the variance while no weight is beyond `reach`, in (f/w)^2; inf if it is too large.

        Args:
            twice: 2c.
            reach: in w, finite.

        """
        size = len(self.form) - 1
        ends = np.append(np.full(size, reach), 1.0)
        with np.errstate(over="ignore", invalid="ignore"):
            away = self.error + 4 * (size + 4) * _UNIT * np.abs(self.form)
            rounding = up(float(ends @ away @ ends), 4 * size + 16)
            found = up(twice**2 * max(self._largest(reach) + rounding, 0.0), 8)
        return found if np.isfinite(found) else np.inf

    def _largest(self, reach: float) -> float:
        size = len(self.form) - 1
        if size <= _FEW:
            signs = 1.0 - 2.0 * ((np.arange(1 << size)[:, None] >> np.arange(size)) & 1)
            corners = np.column_stack([signs * reach, np.full(len(signs), -1.0)])
            return float(np.max(np.sum((corners @ self.form) * corners, axis=1)))
        cross, constant = self.form[:size, size], float(self.form[size, size])
        return self.square * reach**2 + 2 * reach * float(np.sum(np.abs(cross))) + constant
