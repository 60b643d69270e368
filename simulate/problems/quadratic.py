"""Coupled quadratic with M block stages and a chosen spectrum."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import generator, require
from simulate.problems.blocks import Blocks


@dataclass(frozen=True)
class Quadratic(Blocks):
    """f(W) = (1/2)(W - W*)^T H (W - W*), blocks of H being stages; everything about it is known exactly.

    Args:
        stages: M, >= 1.
        size: weights a stage has, >= 1.
        noise: two-point, uniform or gaussian; independent coordinates.
        sigma: root of the total noise variance, in f/w, >= 0.
        noise_spread: largest over smallest noise variance of the coordinates (geometric), >= 1.
        L: largest eigenvalue before coupling is weakened, in f/w^2, > 0.
        condition: largest over smallest eigenvalue (geometric between), >= 1.
        coupling: factor in [0, 1] on the blocks of H off the diagonal; 0 leaves stages independent.
        diagonal: whether H is diagonal.
        start: coordinates of W_0 are uniform in [-start, start], in w.
        target: coordinates of W* are uniform in [-target, target], in w.
        instance: seed of H, W_0 and W*.

    """

    name: ClassVar[str] = "quadratic"
    summary: ClassVar[str] = "coupled quadratic blocks: L, sigma2, Lambda1, Lambdah, nu, Ln, f* exact"
    independent_draws: ClassVar[bool] = True

    size: int = 2
    noise: str = "gaussian"
    sigma: float = 1.0
    noise_spread: float = 1.0
    L: float = 1.0
    condition: float = 10.0
    coupling: float = 1.0
    diagonal: bool = False
    start: float = 1.0
    target: float = 1.0
    instance: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_noise(self.sigma)
        require(self.size >= 1, "size", self.size, "an integer >= 1")
        require(0 < self.L < np.inf, "L", self.L, "L > 0 and finite", "smooth")
        require(1 <= self.condition < np.inf, "condition", self.condition, "condition >= 1 and finite")
        require(1 <= self.noise_spread < np.inf, "noise_spread", self.noise_spread, "noise_spread >= 1 and finite")
        require(0 <= self.coupling <= 1, "coupling", self.coupling, "0 <= coupling <= 1", "f bounded below")
        require(0 <= self.start < np.inf, "start", self.start, "start >= 0 and finite")
        require(0 <= self.target < np.inf, "target", self.target, "target >= 0 and finite")
        require(self.instance >= 0, "instance", self.instance, "an integer >= 0")

    @property
    def block_size(self) -> int:
        """Return the weights a stage has."""
        return self.size

    @property
    def noise_kind(self) -> str:
        """Return the noise's name."""
        return self.noise

    @cached_property
    def hessian(self) -> NDArray[np.float64]:
        """Return H: the chosen spectrum in a random basis, blocks off the diagonal times `coupling`.

        With coupling c it is c H + (1 - c) blockdiag(H), so it stays positive definite.
        """
        rng = generator(self.instance, 0)
        spectrum = self.L * np.geomspace(1.0, 1.0 / self.condition, self.dimension)
        if self.diagonal:
            return np.diag(rng.permutation(spectrum))
        basis, triangle = np.linalg.qr(rng.standard_normal((self.dimension, self.dimension)))
        basis = basis * np.sign(np.diag(triangle))
        full = (basis * spectrum) @ basis.T
        stage = np.arange(self.dimension) // self.size
        return np.asarray(0.5 * (full + full.T) * np.where(stage[:, None] == stage, 1.0, self.coupling))

    @cached_property
    def minimiser(self) -> NDArray[np.float64]:
        """Return W*."""
        return generator(self.instance, 1).uniform(-1, 1, self.dimension) * self.target

    @cached_property
    def start_point(self) -> NDArray[np.float64]:
        """Return W_0."""
        return generator(self.instance, 2).uniform(-1, 1, self.dimension) * self.start

    @cached_property
    def noise_scale(self) -> NDArray[np.float64]:
        """Return each coordinate's standard deviation; the squares add up to sigma^2."""
        shares = generator(self.instance, 3).permutation(np.geomspace(1.0, self.noise_spread, self.dimension))
        return np.asarray(self.sigma * np.sqrt(shares / np.sum(shares)))
