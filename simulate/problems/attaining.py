"""Two one-dimensional instances with closed-form floors: the one that attains the bound, and its +-sigma sibling."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import Moments, Problem, require
from simulate.problems.blocks import Blocks
from theory.setting.objectives import Array, Facts, Weights

L = 1.0
SIGMA = 1.0


def _check(rho: float, tau: float) -> None:
    require(0 <= rho < 1, "rho", rho, "0 <= rho < 1", "floor.attained")
    require(0 < tau < np.inf, "tau", tau, "tau > 0 and finite", "floor.attained")


@dataclass(frozen=True)
class Attaining(Problem):
    """f(w) = (1/2)(w - w*)^2 with the oracle g = s a, a = sqrt(f'(w)^2 + 1), P(s = 1) = (1 + f'(w)/a)/2.

    Unbiased, with variance exactly 1. On the linear device the mean step at w0 = rho tau is zero if
    w* = w0 + rho/sqrt(1 - rho^2), and f'(w0)^2 = rho^2/(1 - rho^2) is the floor.
    Source: docs/theory.md#floor.attained.

    Args:
        stages: 1: the oracle's sign would not be Lipschitz in stale weights.
        rho: saturation at which the process stands, in [0, 1).
        tau: saturation level of the device it is made for, in w, > 0.

    """

    name: ClassVar[str] = "attaining"
    summary: ClassVar[str] = "one weight that attains the floor rho^2 sigma^2/(1 - rho^2); L = sigma2 = 1"
    independent_draws: ClassVar[bool] = True

    rho: float = 0.3
    tau: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.stages == 1, "stages", self.stages, "stages = 1 for the problem attaining", "floor.attained")
        _check(self.rho, self.tau)

    @cached_property
    def minimiser(self) -> float:
        """Return w*."""
        return self.rho * self.tau + self.rho * SIGMA / (L * sqrt(1 - self.rho**2))

    @property
    def floor(self) -> float:
        """Return rho^2 sigma^2/(1 - rho^2), the squared gradient where the mean step vanishes."""
        return (L * (self.rho * self.tau - self.minimiser)) ** 2

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return one weight."""
        return [(1,)]

    def enter(self, sample: Array, leading: tuple[int, ...]) -> Array:  # noqa: ARG002
        """Return nothing: the message is made by the stage."""
        return np.zeros((*leading, 1))

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, None]:  # noqa: ARG002
        """Send the slope f'(w)."""
        return L * (weights - self.minimiser), None

    def turn(self, message: Array, sample: Array) -> Array:
        """Return the oracle's answer: the sign is positive if the uniform sample falls below its probability."""
        size = np.sqrt(message * message + SIGMA * SIGMA)
        return np.where(sample < (1 + message / size) / 2, size, -size)

    def backward(self, stage: int, weights: Array, message: Array, kept: None) -> tuple[Array, Array]:  # noqa: ARG002
        """Take the message."""
        return message, message

    @property
    def sample_size(self) -> int:
        """Return 1: a sample is a uniform number."""
        return 1

    def draw(self, generator: np.random.Generator, steps: int, batch: int) -> NDArray[np.float64]:
        """Return uniform numbers, shape (steps, batch, 1)."""
        return generator.random((steps, batch, 1))

    def initial_weights(self) -> Weights:
        """Return rho tau."""
        return [np.array([self.rho * self.tau])]

    @property
    def lower_bound(self) -> float:
        """Return 0, attained at w*."""
        return 0.0

    def moments(self, weights: Weights) -> Moments:
        """Return f, f' and the variance 1."""
        slope = L * (weights[0] - self.minimiser)
        return Moments(np.sum(slope * slope, axis=-1) / (2 * L), [slope], [np.full_like(slope, SIGMA**2)])

    @property
    def bounded_noise(self) -> bool:
        """Return True: the oracle has two answers."""
        return True

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:  # noqa: ARG002
        """Return L = sigma2 = 1; with a lag the oracle's staleness has no Lipschitz constant, so none is given."""
        fresh = 0.0 if not any(lags) else None
        values: dict[str, float | None] = {"L": L, "sigma2": SIGMA**2, "Lambda1": fresh, "Lambdah": fresh, "nu": fresh}
        return Facts({**values, "Ln": L}, {**{name: value is not None for name, value in values.items()}, "Ln": True})


@dataclass(frozen=True)
class PlusMinus(Blocks):
    """f = (1/2) norm(w - w*)^2, one weight a stage, with plain +-sigma_m noise, sigma_m^2 = 1/M.

    On the linear device the mean step vanishes at rho tau = w*/(1 + sigma_m/tau) with floor rho^2 sigma^2.
    Source: docs/theory.md#floor.plus_minus.

    Args:
        stages: M, >= 1.
        rho: saturation at which the process stands, in [0, 1).
        tau: saturation level of the device it is made for, in w, > 0.

    """

    name: ClassVar[str] = "plus-minus"
    summary: ClassVar[str] = "one weight a stage with +-sigma noise, floor rho^2 sigma^2; L = sigma2 = 1"
    independent_draws: ClassVar[bool] = True

    rho: float = 0.3
    tau: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self.rho, self.tau)

    @property
    def block_size(self) -> int:
        """Return 1."""
        return 1

    @property
    def noise_kind(self) -> str:
        """Return two-point."""
        return "two-point"

    @cached_property
    def hessian(self) -> NDArray[np.float64]:
        """Return the identity."""
        return L * np.eye(self.stages)

    @cached_property
    def noise_scale(self) -> NDArray[np.float64]:
        """Return 1/sqrt(M) for every weight."""
        return np.full(self.stages, SIGMA / sqrt(self.stages))

    @cached_property
    def start_point(self) -> NDArray[np.float64]:
        """Return rho tau for every weight."""
        return np.full(self.stages, self.rho * self.tau)

    @cached_property
    def minimiser(self) -> NDArray[np.float64]:
        """Return w*: the stationary point times 1 + sigma_m/(L tau)."""
        return self.start_point * (1 + self.noise_scale / (L * self.tau))

    @property
    def floor(self) -> float:
        """Return the squared gradient where the mean step vanishes."""
        return float(np.sum((L * (self.start_point - self.minimiser)) ** 2))
