"""Logistic regression with a smooth nonconvex regulariser; features are shared out among the stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from boundary import memory
from simulate.problems.base import FiniteData, Moments, generator, require
from simulate.problems.spectral import delay_constants, norm2_upper, up
from theory.setting.objectives import Array, Facts, Weights

_PULL = 0.6496
"""The largest slope of w^2/(1 + w^2): 2 w/(1 + w^2)^2 at w^2 = 1/3, which is 3 sqrt(3)/8, rounded up."""
_TWIST = 4.6686
"""Its largest third derivative: 24 w (w^2 - 1)/(1 + w^2)^4 at w^2 = 1 - sqrt(0.8), rounded up."""


@dataclass(frozen=True)
class Logistic(FiniteData):
    """f(W) = (1/N) sum_s log(1 + exp(-y_s <x_s, W>)) + r sum_i W_i^2/(1 + W_i^2); xi is a sample's index.

    Each stage has `size` features; the message forward is the partial sum of <x, U>, the message back the slope of the
    loss. The regulariser's slope is taken at the backward weights. Its second derivative lies in [-r/2, 2 r].

    Args:
        stages: M, >= 1.
        size: features a stage has, >= 1.
        samples: N, >= 1.
        regulariser: r, in f, >= 0.
        flips: share of labels that are wrong, in [0, 1].
        start: coordinates of W_0 are uniform in [-start, start], in w.
        instance: seed of the data and of W_0.

    """

    name: ClassVar[str] = "logistic"
    summary: ClassVar[str] = "logistic regression with a smooth nonconvex regulariser: L and sensitivities certified"
    independent_draws: ClassVar[bool] = True

    size: int = 4
    samples: int = 64
    regulariser: float = 0.05
    flips: float = 0.1
    start: float = 1.0
    instance: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("size", "samples"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "an integer >= 1")
        for name in ("regulariser", "start"):
            require(0 <= getattr(self, name) < np.inf, name, getattr(self, name), f"{name} >= 0 and finite")
        largest = max(("size", "samples", "stages"), key=lambda name: getattr(self, name))
        purpose = f"{self.samples} samples of {self.stages * self.size} features"
        numbers = 4 * self.samples * self.stages * self.size + 4 * (self.stages * self.size) ** 2
        memory.require(largest, getattr(self, largest), 8 * numbers, purpose)
        require(0 <= self.flips <= 1, "flips", self.flips, "0 <= flips <= 1")
        require(self.instance >= 0, "instance", self.instance, "an integer >= 0")

    @cached_property
    def data(self) -> NDArray[np.float64]:
        """Return y_s x_s, shape (N, D): features of norm 1 up to rounding, times their labels."""
        rng = generator(self.instance, 0)
        raw = rng.standard_normal((self.samples, self.stages * self.size))
        features = raw / np.linalg.norm(raw, axis=1, keepdims=True)
        labels = np.sign(features @ rng.standard_normal(features.shape[1]))
        return np.asarray(features * np.where(rng.random(self.samples) < self.flips, -labels, labels)[:, None])

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return (size,) for every stage."""
        return [(self.size,)] * self.stages

    def block(self, stage: int) -> slice:
        """Return where the features of `stage` stand."""
        return slice(stage * self.size, (stage + 1) * self.size)

    # What a pipeline runs: the message is the partial sum, followed by the sample's features

    def enter(self, sample: Any, leading: tuple[int, ...]) -> Array:  # noqa: ANN401, ARG002
        """Return an empty sum and the features of the sample."""
        chosen = self.data[sample]
        return np.concatenate([np.zeros((*chosen.shape[:-1], 1)), chosen], axis=-1)

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, Array]:
        """Add the stage's share of <x, U>; keep the stage's features."""
        features = message[..., 1:][..., self.block(stage)]
        total = message.copy()
        total[..., 0] += np.sum(weights * features, axis=-1)
        return total, features

    def turn(self, message: Array, sample: Any) -> Array:  # noqa: ANN401, ARG002
        """Return the slope of the loss, shape (..., 1)."""
        return _slope(message[..., :1])

    def backward(self, stage: int, weights: Array, message: Array, kept: Array) -> tuple[Array, Array]:  # noqa: ARG002
        """Return slope times features plus the regulariser's slope at the backward weights."""
        return message * kept + self._pull(weights), message

    def _pull(self, weights: Array) -> Array:
        return np.asarray(2 * self.regulariser * weights / (1 + weights * weights) ** 2)

    # What is known

    def initial_weights(self) -> Weights:
        """Return W_0."""
        rng = generator(self.instance, 1)
        return [rng.uniform(-1, 1, shape) * self.start for shape in self.shapes]

    @property
    def lower_bound(self) -> float:
        """Return 0: both terms are nonnegative."""
        return 0.0

    @property
    def evaluation_cost(self) -> int:
        """Return N: the exact moments pass every sample."""
        return self.samples

    @property
    def look_cost(self) -> int:
        """Return the steps as long as a look, both in ns."""
        size = self.stages * self.size
        return ceil((2500 + 0.7 * self.samples * size) / (40 + 4.5 * size))

    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and the noise variance over all N samples."""
        whole = np.concatenate(weights, axis=-1)
        margin = whole @ self.data.T
        slope = _slope(margin)
        mean = slope @ self.data / self.samples
        second = (slope * slope) @ (self.data * self.data) / self.samples
        squares = whole * whole
        value = np.mean(np.logaddexp(0, -margin), axis=-1) + self.regulariser * np.sum(squares / (1 + squares), axis=-1)
        variance, gradient = np.maximum(second - mean * mean, 0), mean + self._pull(whole)
        blocks = [self.block(stage) for stage in range(self.stages)]
        return Moments(np.asarray(value), [gradient[..., b] for b in blocks], [variance[..., b] for b in blocks])

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:
        """Return what Theorems 1 and 4 take, certified: the loss has slope in [-1, 0], curvature in [0, 1/4].

        A stage's noise variance is at most the mean of its squared features, at any weights, so nuhat = nu. S_ij is
        the largest over the samples of norm(x_i) norm(x_j)/4; stashed weights add the regulariser's curvature on the
        diagonal. As a vector a sample's direction changes by at most norm(x)^2/4 times the forward weights' change and
        2 r times the backward weights' change. Its second derivative is at most norm(x)^3/(6 sqrt 3); the regulariser
        is read at the backward weights, and adds to it only if these are stale as well. No direction is longer than
        norm(x) plus sqrt(D) times the largest slope of the regulariser.
        """
        bend = up(2 * self.regulariser, 2)
        parts = self.data.reshape(self.samples, self.stages, self.size)
        norms = np.sqrt(np.sum(parts * parts, axis=2))
        rounding = up(1.0, 4 * self.size + self.samples)
        sensitivity = np.max(norms[:, :, None] * norms[:, None, :], axis=0) * (0.25 * rounding)
        variances = np.mean(norms * norms, axis=0) * rounding
        smooth = up(norm2_upper(self.data) ** 2 / (4 * self.samples) + bend, 8)
        delays = delay_constants(sensitivity + bend * stashed * np.eye(self.stages), lags, variances)
        farthest = float(np.sqrt(np.max(np.sum(norms * norms, axis=1)))) * rounding
        forward = up(farthest**2 / 4, 4)
        twist = up(farthest**3 / (6 * sqrt(3)) + stashed * _TWIST * self.regulariser, 8)
        whole = up(forward + bend, 2)
        values: dict[str, float | None] = {
            "L": smooth,
            "sigma2": up(float(np.sum(variances)), self.stages),
            **delays,
            "Ln": smooth,
            "ell": whole,
            "ell1": whole if stashed else forward,
            "nuhat": delays["nu"],
            "H2": twist,
            "HJ": twist,
            "Gamma": up(farthest + _PULL * self.regulariser * sqrt(self.stages * self.size), 8),
        }
        return Facts(values, dict.fromkeys(values, True))


def _slope(margin: Array) -> Array:
    """Return the derivative of log(1 + exp(-z))."""
    return np.asarray(0.5 * np.tanh(0.5 * margin) - 0.5)
