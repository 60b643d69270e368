"""The instance behind the lower bound for lags: a parabola in the weight of the first stage, and nothing else."""

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import require
from simulate.problems.blocks import Blocks


@dataclass(frozen=True)
class LagLower(Blocks):
    """f(W) = (L/2) w_1^2 for the weight w_1 of the first of M stages; no noise.

    In a pipeline the first stage has the largest lag, d = M - 1, and the other stages nothing to learn. For d steps the
    gradient that is read is that of W_0, so no step size brings K A_K below L Delta (d + 1)(d + 2)/(2 d + 1) at
    K >= d + 1, Delta = f(W_0).
    Source: docs/theory/free.md#lag.lower.

    Args:
        stages: M, >= 1.
        L: smoothness, in f/w^2, > 0.
        start: w_1 of W_0, in w, not 0.

    """

    name: ClassVar[str] = "lag-lower"
    summary: ClassVar[str] = "a parabola in the first stage's weight, without noise: no step size beats its lag"
    independent_draws: ClassVar[bool] = True

    L: float = 1.0
    start: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.L < inf, "L", self.L, "L > 0 and finite", "lag.lower")
        require(self.start != 0 and np.isfinite(self.start), "start", self.start, "start finite and not 0", "lag.lower")

    @property
    def block_size(self) -> int:
        """Return 1."""
        return 1

    @property
    def noise_kind(self) -> str:
        """Return two-point: bounded, and of size 0."""
        return "two-point"

    @cached_property
    def hessian(self) -> NDArray[np.float64]:
        """Return the curvature L of w_1, 0 of all others."""
        return np.diag([self.L] + [0.0] * (self.stages - 1))

    @cached_property
    def noise_scale(self) -> NDArray[np.float64]:
        """Return 0."""
        return np.zeros(self.stages)

    @cached_property
    def start_point(self) -> NDArray[np.float64]:
        """Return the start of w_1, 0 for all others."""
        return np.array([self.start] + [0.0] * (self.stages - 1))

    @cached_property
    def minimiser(self) -> NDArray[np.float64]:
        """Return 0."""
        return np.zeros(self.stages)
