"""What a theorem takes of one bin of time: of a box, or ceilings of what holds on the boxes of many runs.

Source: docs/theory/mean.md#mean.shares, #mean.shares_feasible, #stopped.ceiling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verify.regions.intervals import EPS, Array
from verify.regions.network import Enclosed

SHARES = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8])
"""Of |w|/tau: what most elements may be below, where a few are beyond it."""


@dataclass(frozen=True, eq=False)
class Level:
    """What holds in a bin; upper ends, sums over the elements rounded up.

    Args:
        L: smoothness, f/w^2.
        least: f at least.
        slope: norm of the gradient, f/w.
        S: shape (M, M), sensitivities of the mean direction, f/w^2.
        rho: largest share |w|/tau.
        stages: shape (M,), variance of what is left of a step beside its mean, (1 + share)^2 times that of the
            direction, (f/w)^2.
        variance: of the direction, (f/w)^2.
        T2: share^2 times the fold of the direction (`network.Enclosed.fold`), (f/w)^2.
        late: square of what staleness makes of the noise (`stale.change`), (f/w)^2.
        late_T2: the same with share^2.
        excess: shape of `SHARES`, for each s of them the sum over the elements of share^2 - s^2, where that is
            positive, times the square of the gradient's element, (f/w)^2.
        step: shape (D,), how far a step moves a weight at most, w.

    """

    L: float
    least: float
    slope: float
    S: Array
    rho: float
    stages: Array
    variance: float
    T2: float
    late: float
    late_T2: float
    excess: Array
    step: Array

    @classmethod
    def of(cls, found: Enclosed, change: Array, sizes: Sequence[int]) -> "Level":
        """Return it of what is enclosed; `change` is that of `stale.change`, `sizes` are those of the stages."""
        more = 1 + (4 * len(change) + 32) * EPS  # sums of as many terms >= 0, of a few roundings each
        noise = (1 + found.share) ** 2 * found.variance
        beyond = np.maximum(found.share**2 * (1 + 4 * EPS) - SHARES[:, None] ** 2, 0.0)
        return cls(
            L=found.L,
            least=found.least,
            slope=found.slope,
            S=found.S,
            rho=float(np.max(found.share)),
            stages=np.asarray(np.add.reduceat(noise, np.cumsum([0, *sizes[:-1]])) * more),
            variance=float(np.sum(found.variance) * more),
            T2=float(np.sum(found.share**2 * found.fold) * more),
            late=float(np.sum(change**2) * more),
            late_T2=float(np.sum((found.share * change) ** 2) * more),
            excess=np.asarray(beyond @ found.gradient**2 * more),
            step=found.step,
        )

    def within(self, ceiling: "Level") -> bool:
        """Return whether no number passes that of `ceiling`; steps, which no bound is made of, may."""
        names = ("L", "slope", "S", "rho", "stages", "variance", "T2", "late", "late_T2", "excess")
        return self.least >= ceiling.least and all(
            bool(np.all(getattr(self, name) <= getattr(ceiling, name))) for name in names
        )
