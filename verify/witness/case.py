"""What a witness is asked about: digital, no noise, given lags, few steps; L = 1 and Delta = 1.

That loses nothing: in units in which L = Delta = 1 the step is alpha L, and A is A/(L Delta).
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

import theory
from boundary import BadInput
from simulate.problems.spectral import delay_constants, norm2_upper

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WitnessCase:
    """One deterministic pipeline W_{k+1} = W_k - alpha G(W^_k, W_k), stage m of W^_k being d_m updates old.

    Args:
        lags: d_m, one integer >= 0 a stage.
        iterations: K, >= 1.
        alpha: step size, in 1/L, > 0.
        couplings: S, (M, M), >= 0, in L; None couples the stages evenly, S_mj = 1/M, so that norm2(S) = L.

    """

    lags: tuple[int, ...]
    iterations: int
    alpha: float
    couplings: tuple[tuple[float, ...], ...] | None = None

    def __post_init__(self) -> None:
        if not self.lags or min(self.lags) < 0:
            raise BadInput("lags", self.lags, "one integer >= 0 a stage", "lags")
        if self.iterations < 1:
            raise BadInput("iterations", self.iterations, "iterations >= 1")
        if not 0 < self.alpha < math.inf:
            raise BadInput("alpha", self.alpha, "alpha > 0 and finite")
        if self.sensitivity.shape != (self.stages, self.stages) or np.any(self.sensitivity < 0):
            raise BadInput("couplings", self.couplings, "M rows of M numbers >= 0", "staleness")

    @property
    def stages(self) -> int:
        """Return M."""
        return len(self.lags)

    @cached_property
    def sensitivity(self) -> Array:
        """Return S, shape (M, M): how a stage's direction answers to the distance another stage's weights moved."""
        even = [[1 / self.stages] * self.stages] * self.stages
        return np.array(even if self.couplings is None else self.couplings)

    @cached_property
    def reach(self) -> float:
        """Return an upper bound of norm2(S)."""
        return norm2_upper(self.sensitivity)

    def constants(self) -> dict[str, float]:
        """Return what the bounds take: no noise, no drift, and the delay constants of S and the lags."""
        delays = delay_constants(self.sensitivity, self.lags, np.zeros(self.stages))
        given = {"L": 1.0, "sigma2": 0.0, "Delta": 1.0, "alpha": self.alpha, "K": self.iterations, "rho": 0.0}
        return {**given, "Lambda1": float(delays["Lambda1"] or 0.0), "Lambdah": float(delays["Lambdah"] or 0.0)}

    def derived(self, theorem: str = "sharp", **changed: float) -> float:
        """Return the proved bound on A, a guaranteed upper end; `changed` plants other constants.

        Raises:
            OutsideDomain: the step is too large for the lags.

        """
        return float(theory.bound(theorem)(**{**self.constants(), **changed}))
