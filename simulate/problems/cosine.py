"""Smooth nonconvex family with known constants: a coupled quadratic plus cosines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulate import invariant
from simulate.problems.base import Moments, require
from simulate.problems.quadratic import Quadratic
from simulate.problems.spectral import block_norms, delay_constants, norm2_upper, up
from theory.setting.objectives import Array, Facts, Weights


@dataclass(frozen=True)
class Cosine(Quadratic):
    """f(W) = (1/2)(W - W*)^T H (W - W*) + a sum_i (1 - cos(c (W_i - W*_i))), with additive noise; f* = 0 at W*.

    L = norm2(H) + a c^2; the family is nonconvex where a c^2 exceeds the smallest eigenvalue of H, and has many local
    minima for larger a c^2. The cosines are local to their stage, so S has a c^2 more on its diagonal.

    Args:
        stages: M, >= 1.
        size: weights a stage has, >= 1.
        noise: two-point, uniform or gaussian; independent coordinates.
        sigma: root of the total noise variance, in f/w, >= 0.
        noise_spread: largest over smallest noise variance of the coordinates (geometric), >= 1.
        L: largest eigenvalue of H before coupling is weakened, in f/w^2, > 0.
        condition: largest over smallest eigenvalue (geometric between), >= 1.
        coupling: factor in [0, 1] on the blocks of H off the diagonal; 0 leaves stages independent.
        diagonal: whether H is diagonal.
        start: coordinates of W_0 are uniform in [-start, start], in w.
        target: coordinates of W* are uniform in [-target, target], in w.
        instance: seed of H, W_0 and W*.
        amplitude: a, in f, >= 0.
        frequency: c, in 1/w, > 0.

    """

    name: ClassVar[str] = "cosine"
    summary: ClassVar[str] = "coupled quadratic plus cosines: smooth, nonconvex, L and sensitivities known"
    independent_draws: ClassVar[bool] = True

    amplitude: float = 0.2
    frequency: float = 3.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            0 <= self.amplitude < np.inf, "amplitude", self.amplitude, "amplitude >= 0 and finite", "f bounded below"
        )
        require(0 < self.frequency < np.inf, "frequency", self.frequency, "frequency > 0 and finite", "smooth")

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, None]:
        """Add the stage's block column of H times its distance from W*, and the slope of its cosines."""
        block = self.block(stage)
        away = weights - self.minimiser[block]
        total = message + away @ self.hessian[block]
        total[..., block] += self.amplitude * self.frequency * np.sin(self.frequency * away)
        return total, None

    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and the noise variance, exactly."""
        convex = super().moments(weights)
        away = [self.frequency * (now - goal) for now, goal in zip(weights, self.split(self.minimiser), strict=True)]
        value = convex.value + self.amplitude * sum(np.sum(1 - np.cos(angle), axis=-1) for angle in away)
        slopes = [self.amplitude * self.frequency * np.sin(angle) for angle in away]
        gradient: Weights = [one + other for one, other in zip(convex.gradient, slopes, strict=True)]
        return Moments(np.asarray(value), gradient, convex.variance)

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:  # noqa: ARG002 - the same direction
        """Return what Theorems 1 and 4 take, all rounded up.

        The direction changes as a vector by at most L times the weights' change, so ell = ell1 = L, and S may be as
        below. Its second derivative is that of the cosines, elementwise at most a c^3, so H2 = HJ = a c^3. How long a
        direction is depends on where the weights are: no Gamma here.
        """
        plain = super().facts(lags).values
        bend = up(self.amplitude * self.frequency**2, 4)
        sensitivity = block_norms(self.hessian, self.size) + bend * np.eye(self.stages)
        stages = np.array([np.sum(variance) for variance in self.split(self.noise_scale**2)])
        sigma2, noisy = plain["sigma2"], plain["Ln"]
        smooth, delays = up(norm2_upper(self.hessian) + bend, 2), delay_constants(sensitivity, lags, stages)
        twist = up(self.amplitude * self.frequency**3, 5)
        values: dict[str, float | None] = {
            "L": smooth,
            "sigma2": sigma2,
            **delays,
            "Ln": None if noisy is None else up(noisy + bend, 2),
            "ell": smooth,
            "ell1": smooth,
            "nuhat": delays["nu"],
            "H2": twist,
            "HJ": twist,
            **({} if twist else {"Gamma": 0.0}),
            "chi2": self.noise_shape(),
        }
        return Facts(values, dict.fromkeys(values, True))

    def affine(self, lags: Sequence[int]) -> invariant.AffineDirection | None:
        """Return the directions that can occur; the cosines' slope is at most a c, and is counted with the noise."""
        plain = super().affine(lags)
        return None if plain is None else plain.with_noise(self.amplitude * self.frequency)
