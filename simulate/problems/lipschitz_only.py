"""The instance whose direction is Lipschitz in stale weights and nothing more: there the lag's cross term is real."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot, inf, isfinite, sqrt
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import Laws, Moments, Problem, require
from simulate.problems.spectral import up
from theory.setting.objectives import Array, Facts, Weights


class Places(NamedTuple):
    """Which stages hold the two weights that matter, from 0.

    Args:
        noisy: of w_1, which noise alone moves.
        read: of w_2, the only weight that f knows.

    """

    noisy: int
    read: int


@dataclass(frozen=True)
class LipschitzOnly(Problem):
    """f = (L/2)(w_2 - w*)^2, G^1 = +-sigma1 and G^2(U, V; xi) = s a + S |U_1 - V_1| with a^2 = y^2 + sigma2^2.

    y = L(V_2 - w*); s = 1 with probability (1 + y/a)/2, else -1; each sign is drawn for itself. With lag 1 the stale
    weight of stage 1 is alpha sigma1 away, on either side, so that beta = alpha S sigma1 is added to every direction of
    stage 2. At saturation rho the mean step of w_2 vanishes where the slope is -r, r (1 + rho beta/a) = rho a + beta:
    r^2 is the floor rho^2 sigma2^2/(1 - rho^2) and an excess linear in alpha, `excess`, which the runs show as L -> 0
    and tau -> infinity with alpha L K -> infinity.

    G has no derivative in U where U = V. So Theorem 4, which would have no such term, does not apply.

    With two stages, lags (1, 0), no pipeline computes G: stage 2 answers before stage 1 and would have to know V_1.
    With three, lags (2, 1, 0), one does: w_2 is in the first stage, w_1 in the second, and the third is idle.
    Source: docs/theory/free.md#free.converse.

    Args:
        stages: 2 or 3.
        rho: share of tau at which w_2 starts, in [0, 1).
        tau: saturation level of the device it is made for, in w, > 0.
        L: smoothness, in f/w^2, > 0.
        sigma1: size of the noise of w_1, in f/w, >= 0.
        sigma2: root of the noise variance of w_2, in f/w, > 0.
        S: how the direction of w_2 changes with the stale w_1, in f/w^2, >= 0.
        alpha: step size for which the mean step vanishes at the start, in w^2/f, >= 0; 0 is the floor without lag.
        linear: whether S (U_1 - V_1) stands in the place of S |U_1 - V_1|; then nothing is added on average.

    """

    name: ClassVar[str] = "lipschitz-only"
    summary: ClassVar[str] = "two weights whose lag costs a term linear in alpha: G has no derivative in stale weights"
    independent_draws: ClassVar[bool] = True

    stages: int = 2
    rho: float = 0.3
    tau: float = 1e6
    L: float = 1e-3
    sigma1: float = 1.0
    sigma2: float = 1.0
    S: float = 1.0
    alpha: float = 0.0
    linear: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.stages in (2, 3), "stages", self.stages, f"stages = 2 or 3 for {self.name}", "free.converse")
        require(0 <= self.rho < 1, "rho", self.rho, "0 <= rho < 1", "free.converse")
        for name in ("tau", "L", "sigma2"):
            require(0 < getattr(self, name) < inf, name, getattr(self, name), f"{name} > 0 and finite", "free.converse")
        for name in ("sigma1", "S", "alpha"):
            value = getattr(self, name)
            require(0 <= value < inf, name, value, f"{name} >= 0 and finite", "free.converse")
        require(isfinite(self.minimiser), "L", self.L, "L so large that w* is finite", "free.converse")

    @property
    def places(self) -> Places:
        """Return which stages hold w_1 and w_2."""
        return Places(0, 1) if self.stages == 2 else Places(1, 0)

    @property
    def local(self) -> bool:
        """Return whether each stage computes its direction from its own weights and the messages that it gets."""
        return self.stages > 2

    @cached_property
    def slope(self) -> float:
        """Return r, the slope -r being where the mean step vanishes at saturation rho with step `alpha`."""
        shift = 0.0 if self.linear else self.alpha * self.S * self.sigma1
        low, high = 0.0, 1.0 * self.sigma2 + shift
        while self._pushed(high, shift) < 0:
            high *= 2
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if self._pushed(middle, shift) < 0 else (low, middle)
        return high

    def _pushed(self, r: float, shift: float) -> float:
        """Return the mean direction with drift at slope -r, with its sign changed; it grows with r."""
        a = hypot(r, self.sigma2)
        return r * (1 + self.rho * shift / a) - self.rho * a - shift

    @property
    def floor(self) -> float:
        """Return rho^2 sigma2^2/(1 - rho^2), the squared gradient where the mean step vanishes without lag."""
        return self.rho**2 * self.sigma2**2 / (1 - self.rho**2)

    @property
    def excess(self) -> float:
        """Return r^2 - floor, what lag 1 adds at step `alpha`, in (f/w)^2."""
        return self.slope**2 - self.floor

    @cached_property
    def minimiser(self) -> float:
        """Return w*, for which the slope at the start is -r."""
        return self.rho * self.tau + self.slope / self.L

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return one weight a stage."""
        return [(1,)] * self.stages

    def direction(self, forward: Weights, backward: Weights, sample: Array) -> Weights:
        """Return G(U, V; xi); of three stages it is what the stage functions make, of two no stage could make it."""
        noisy, read = self.places
        moved = forward[noisy] - backward[noisy]
        found: Weights = [np.zeros_like(moved) for _ in range(self.stages)]
        found[noisy] = moved * 0 + self._sign(sample)
        found[read] = self._answer(backward[read], sample) + self.S * (moved if self.linear else np.abs(moved))
        return found

    def _sign(self, sample: Array) -> Array:
        """Return +-sigma1, shape (..., 1)."""
        return np.where(np.asarray(sample)[..., :1] < 0.5, self.sigma1, -self.sigma1)

    def _answer(self, weight: Array, sample: Array) -> Array:
        """Return s a, shape (..., 1)."""
        slope = self.L * (weight - self.minimiser)
        size = np.sqrt(slope * slope + self.sigma2**2)
        return np.where(np.asarray(sample)[..., 1:] < (1 + slope / size) / 2, size, -size)

    # Stages of a pipeline; the message is the sample, then what w_1 adds

    def enter(self, sample: Array, leading: tuple[int, ...]) -> Array:
        """Return the sample's two numbers, and nothing added."""
        drawn = np.broadcast_to(np.asarray(sample, dtype=np.float64), (*leading, 2))
        return np.concatenate([drawn, np.zeros((*leading, 1))], axis=-1)

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, Array]:  # noqa: ARG002
        """Keep the forward weight."""
        return message, np.array(weights)

    def turn(self, message: Array, sample: Array) -> Array:  # noqa: ARG002
        """Send back what came."""
        return message

    def backward(self, stage: int, weights: Array, message: Array, kept: Array) -> tuple[Array, Array]:
        """Return the noise of w_1 and send back what it adds; or the direction of w_2; or nothing."""
        if stage == self.places.noisy:
            moved = kept - weights
            added = self.S * (moved if self.linear else np.abs(moved))
            return moved * 0 + self._sign(message[..., :2]), np.concatenate([message[..., :2], added], axis=-1)
        if stage == self.places.read:
            return self._answer(weights, message[..., :2]) + message[..., 2:], message
        return np.zeros_like(weights), message

    @property
    def sample_size(self) -> int:
        """Return 2: a sample is a uniform number for each sign."""
        return 2

    def draw(self, generator: np.random.Generator, steps: int, batch: int) -> NDArray[np.float64]:
        """Return uniform numbers, shape (steps, batch, 2)."""
        return generator.random((steps, batch, 2))

    def initial_weights(self) -> Weights:
        """Return W_0: w_2 = rho tau, the rest 0."""
        weights: Weights = [np.zeros(1) for _ in range(self.stages)]
        weights[self.places.read] = np.array([self.rho * self.tau])
        return weights

    @property
    def lower_bound(self) -> float:
        """Return 0, attained at w_2 = w*."""
        return 0.0

    @property
    def evaluation_cost(self) -> int:
        """Return 1: two numbers are measured."""
        return 1

    def moments(self, weights: Weights) -> Moments:
        """Return f, its gradient and the variances sigma1^2 and sigma2^2."""
        noisy, read = self.places
        slope = self.L * (weights[read] - self.minimiser)
        gradient: Weights = [np.zeros_like(stage) for stage in weights]
        variance: Weights = [np.zeros_like(stage) for stage in weights]
        gradient[read] = slope
        variance[noisy], variance[read] = variance[noisy] + self.sigma1**2, variance[read] + self.sigma2**2
        return Moments(np.sum(slope * slope, axis=-1) / (2 * self.L), gradient, variance)

    @property
    def bounded_noise(self) -> bool:
        """Return True: either sign is one of two."""
        return True

    def largest_directions(self, reach: float) -> NDArray[np.float64]:
        """Return sigma1 for w_1, the larger answer and the largest addition for w_2, rounded up."""
        found = np.zeros(self.stages)
        found[self.places.noisy] = self.sigma1
        slope = self.L * (reach + abs(self.minimiser))
        found[self.places.read] = hypot(slope, self.sigma2) + 2 * self.S * reach
        return found * (1 + 1e-14)

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:
        """Return L, sigma2, Ln and what the one entry S of the sensitivity and the lag d of w_1 make.

        Lambda1 = S d, Lambdah = S sqrt(d), nu = S sqrt(d) sigma1. With stashed weights U_1 = V_1, and nothing is added;
        but the sign of w_2 then follows stale weights, in which it is not Lipschitz: with a lag there is no Lambda1.
        For the same reason there is no ell. There is no H2 and no HJ: G has no derivative in U (it has with `linear`).
        """
        noisy, read = self.places
        lag = float(lags[noisy])
        sensitivity: float | None = self.S
        if stashed:
            sensitivity = 0.0 if not lags[read] else None
        sigma2 = up(self.sigma1**2 + self.sigma2**2, 3)
        values: dict[str, float | None] = {
            "L": self.L,
            "sigma2": sigma2,
            "Ln": min(up(self.L * self.sigma2**2 / (self.sigma1**2 + self.sigma2**2), 5), self.L),
            "Lambda1": None if sensitivity is None else up(sensitivity * lag, 1),
            "Lambdah": None if sensitivity is None else up(sensitivity * sqrt(lag), 2),
            "nu": None if sensitivity is None else up(sensitivity * sqrt(lag) * self.sigma1, 3),
            "ell1": sensitivity,
            "ell": None,
            "H2": 0.0 if self.linear and not stashed else None,
            "HJ": 0.0 if self.linear and not stashed else None,
        }
        return Facts(values, {name: value is not None for name, value in values.items()})

    @property
    def laws(self) -> Laws:
        """Return the two functions that a kernel is made of."""
        data = (*self.places, self.L, self.minimiser, self.sigma1, self.sigma2, self.S, float(self.linear))
        return Laws(_direction, _moments, np.array(data))


def _direction(stale: Array, now: Array, sample: Array, data: Array, out: Array) -> None:
    noisy, read = int(data[0]), int(data[1])
    for i in range(len(now)):
        out[i] = 0.0
    out[noisy] = data[4] if sample[0] < 0.5 else -data[4]
    slope = data[2] * (now[read] - data[3])
    size = np.sqrt(slope * slope + data[5] ** 2)
    moved = stale[noisy] - now[noisy]
    if data[7] == 0 and moved < 0:
        moved = -moved
    out[read] = (size if sample[1] < (1 + slope / size) / 2 else -size) + data[6] * moved


def _moments(weights: Array, data: Array, gradient: Array, variance: Array) -> float:
    noisy, read = int(data[0]), int(data[1])
    for i in range(len(weights)):
        gradient[i], variance[i] = 0.0, 0.0
    gradient[read] = data[2] * (weights[read] - data[3])
    variance[noisy], variance[read] = data[4] ** 2, data[5] ** 2
    return float(gradient[read] ** 2 / (2 * data[2]))
