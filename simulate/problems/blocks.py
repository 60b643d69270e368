"""Quadratics f(W) = (1/2)(W - W*)^T H (W - W*) whose blocks are stages, with additive noise.

A pass computes G(U, V; xi) = H (U - W*) + xi. On the way forward each stage adds its block column of H to the
message; on the way back each stage picks its block of the sum. Backward weights do not enter, so a stashed pipeline
has the same direction and the same sensitivities.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from boundary import memory
from simulate import invariant
from simulate.problems import directions
from simulate.problems.base import Moments, Problem, require
from simulate.problems.spectral import norm2_upper, up
from theory.setting.devices import Device
from theory.setting.objectives import Array, Facts, Weights

_SQUARES = 5
"""Matrices of the size of H that are held at once while it is made."""
NOISES = ("two-point", "uniform", "gaussian")
_LARGEST: dict[str, float | None] = {"two-point": 1.0, "uniform": float(np.sqrt(3.0)), "gaussian": None}
"""Largest absolute value of each noise of unit variance; None if it has none."""
_SHAPES = {"two-point": 1.0, "uniform": 0.75, "gaussian": 2 / np.pi * (1 + 1e-15)}
"""chi^2 of each noise, rounded up (docs/theory.md#shape)."""


@dataclass(frozen=True)
class Blocks(Problem):
    """Coupled quadratic blocks; what H, W*, W_0 and the noise are is left to the problem proper."""

    def __post_init__(self) -> None:
        super().__post_init__()
        size = self.stages * self.block_size
        name = "size" if self.block_size > self.stages else "stages"
        memory.require(
            name, getattr(self, name), _SQUARES * 8 * size**2, f"H of {size} x {size} and what it is made of"
        )

    @property
    @abstractmethod
    def block_size(self) -> int:
        """Return the weights a stage has."""

    @property
    @abstractmethod
    def noise_kind(self) -> str:
        """Return one of `NOISES`."""

    @cached_property
    @abstractmethod
    def hessian(self) -> NDArray[np.float64]:
        """Return H, symmetric and positive semidefinite, shape (D, D)."""

    @cached_property
    @abstractmethod
    def minimiser(self) -> NDArray[np.float64]:
        """Return W*, shape (D,)."""

    @cached_property
    @abstractmethod
    def start_point(self) -> NDArray[np.float64]:
        """Return W_0, shape (D,)."""

    @cached_property
    @abstractmethod
    def noise_scale(self) -> NDArray[np.float64]:
        """Return the standard deviation of each coordinate's noise, shape (D,)."""

    @property
    def dimension(self) -> int:
        """Return D."""
        return self.stages * self.block_size

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return (block_size,) for every stage."""
        return [(self.block_size,)] * self.stages

    def split(self, vector: Array) -> Weights:
        """Cut the last axis of `vector` into stages."""
        return [vector[..., self.block(stage)] for stage in range(self.stages)]

    def block(self, stage: int) -> slice:
        """Return where the weights of `stage` stand in the whole vector."""
        return slice(stage * self.block_size, (stage + 1) * self.block_size)

    def enter(self, sample: Array, leading: tuple[int, ...]) -> Array:  # noqa: ARG002
        """Return an empty sum."""
        return np.zeros((*leading, self.dimension))

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, None]:
        """Add the stage's block column of H times its distance from the minimiser."""
        block = self.block(stage)
        return message + (weights - self.minimiser[block]) @ self.hessian[block], None

    def turn(self, message: Array, sample: Array) -> Array:
        """Add the noise of the sample."""
        return message + sample

    def backward(self, stage: int, weights: Array, message: Array, kept: None) -> tuple[Array, Array]:  # noqa: ARG002
        """Pick the stage's block."""
        return message[..., self.block(stage)], message

    @property
    def sample_size(self) -> int:
        """Return D: a sample is a noise vector."""
        return self.dimension

    def draw(self, generator: np.random.Generator, steps: int, batch: int) -> NDArray[np.float64]:
        """Return noise vectors, shape (steps, batch, D)."""
        shape = (steps, batch, self.dimension)
        match self.noise_kind:
            case "two-point":
                unit = 2.0 * generator.integers(0, 2, size=shape, dtype=np.int8) - 1.0
            case "uniform":
                unit = (2.0 * generator.random(shape) - 1.0) * np.sqrt(3.0)
            case _:
                unit = generator.standard_normal(shape)
        unit *= self.noise_scale
        return np.asarray(unit)

    def direction_law(self, forward: Weights, backward: Weights) -> directions.Law | None:
        """Return the law of the mean direction with noise added; None where a subclass draws or adds another."""
        own = type(self)
        if not self.independent_draws or own.draw is not Blocks.draw or own.turn is not Blocks.turn:
            return None
        mean = directions.flat(self.direction(forward, backward, np.zeros(self.dimension)))
        match self.noise_kind:
            case "two-point":
                return directions.two_valued(mean + self.noise_scale, mean - self.noise_scale)
            case "uniform":
                return directions.uniform(mean, self.noise_scale)
            case _:
                return directions.normal(mean, self.noise_scale)

    def initial_weights(self) -> Weights:
        """Return W_0."""
        return self.split(self.start_point.copy())

    @property
    def lower_bound(self) -> float:
        """Return 0, attained at W*."""
        return 0.0

    @property
    def evaluation_cost(self) -> int:
        """Return 1: the kernel measures every step on its way."""
        return 1

    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and the noise variance, exactly."""
        error = np.concatenate(weights, axis=-1) - self.minimiser
        gradient = error @ self.hessian
        variance = np.broadcast_to(self.noise_scale**2, error.shape)
        value = np.asarray(0.5 * np.sum(error * gradient, axis=-1))
        return Moments(value, self.split(gradient), self.split(variance))

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:  # noqa: ARG002 - the same direction
        """Return what Theorems 1 and 4 take straight from H, the lags and the noise, all rounded up.

        The direction is affine in the forward weights and does not read the backward ones, so ell = ell1 = norm2(H)
        and H2 = HJ = 0. The noise of a step is independent of what was before, so a weight that is known before the
        window multiplies the mean square of H times the window's noise: nuhat = nu.
        """
        delay = np.repeat(np.asarray(lags, dtype=np.float64), self.block_size)
        variance = self.noise_scale**2
        terms = 4 * self.dimension
        sigma2 = up(float(np.sum(variance)), terms)
        # trace(H Diag(d) Sigma H) = sum over j of d_j Sigma_jj times the squared norm of column j of H.
        staleness = float(np.sum(delay * variance * np.sum(self.hessian**2, axis=0)))
        smooth, nu = norm2_upper(self.hessian), up(float(np.sqrt(up(staleness, terms))), 4)
        values: dict[str, float | None] = {
            "L": smooth,
            "sigma2": sigma2,
            "Lambda1": norm2_upper(self.hessian * delay),
            "Lambdah": norm2_upper(self.hessian * np.sqrt(delay)),
            "nu": nu,
            "Ln": up(float(np.diag(self.hessian) @ variance) / float(np.sum(variance)), 2 * terms) if sigma2 else 0.0,
            "ell": smooth,
            "ell1": smooth,
            "nuhat": nu,
            "H2": 0.0,
            "HJ": 0.0,
            "Gamma": 0.0,
            "chi2": self.noise_shape(),
        }
        return Facts(values, dict.fromkeys(values, True))

    def certified_saturation(self, alpha: float, device: Device, lags: Sequence[int]) -> float | None:
        """Return the saturation of an invariant box, or None if the noise is unbounded or no box below tau is found."""
        affine = self.affine(lags)
        return None if affine is None else invariant.saturation(affine, self.start_point, alpha, device)

    def certified_saturations(self, alpha: float, device: Device, lags: Sequence[int]) -> NDArray[np.float64] | None:
        """Return that of each coordinate, shape (D,), as `certified_saturation` does the largest of them."""
        affine = self.affine(lags)
        return None if affine is None else invariant.saturations(affine, self.start_point, alpha, device)

    def largest_directions(self, reach: float) -> NDArray[np.float64] | None:
        """Return the largest |H (U - W*) + noise| of each coordinate, rounded up; None for noise without a largest."""
        affine = self.affine([0] * self.stages)
        return None if affine is None else affine.largest(reach)

    def noise_shape(self, batch: int = 1) -> float:
        """Return 2/pi, 3/4 or 1; a mean of normal noise is normal, and of any other no more than 1 is known."""
        return _SHAPES[self.noise_kind] if batch == 1 or self.noise_kind == "gaussian" else 1.0

    @property
    def bounded_noise(self) -> bool:
        """Return whether the noise has a largest absolute value."""
        return _LARGEST[self.noise_kind] is not None

    def affine(self, lags: Sequence[int]) -> invariant.AffineDirection | None:
        """Return the directions that can occur, or None if the noise is unbounded."""
        largest = _LARGEST[self.noise_kind]
        if largest is None:
            return None
        delay = np.repeat(np.asarray(lags, dtype=np.int64), self.block_size)
        return invariant.AffineDirection(self.hessian, self.minimiser, largest * self.noise_scale, delay)

    def _check_noise(self, sigma: float) -> None:
        require(sigma >= 0 and np.isfinite(sigma), "sigma", sigma, "sigma >= 0 and finite", "variance")
        require(self.noise_kind in NOISES, "noise", repr(self.noise_kind), "one of " + ", ".join(NOISES))
