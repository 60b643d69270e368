"""Two one-dimensional instances with closed-form floors: the one that attains the bound, and its +-sigma sibling."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from simulate.problems import directions
from simulate.problems.base import Moments, Problem, require
from simulate.problems.blocks import Blocks
from theory.setting.devices import Device, bound
from theory.setting.objectives import Array, Facts, Weights

L = 1.0
SIGMA = 1.0


def _check(rho: float, tau: float) -> None:
    require(0 <= rho < 1, "rho", rho, "0 <= rho < 1", "floor.attained")
    require(0 < tau < np.inf, "tau", tau, "tau > 0 and finite", "floor.attained")


def _drift(device: Device, place: float) -> float:
    """Return (q_- - q_+)/(2 sqrt(q_- q_+)) = +-sinh l at a weight: positive where it is pushed down."""
    w = np.array([place])
    law = device if device.elements is None else bound(device, device.elements.part(0, (1,)), None)
    up, down = (float(response(w)[0]) for response in (law.q_plus, law.q_minus))
    require(min(up, down) > 0, "start", place, f"both responses of {device.name} positive there", "response.attained")
    return (down - up) / (2 * sqrt(up * down))


@dataclass(frozen=True)
class Attaining(Problem):
    """f(w) = (1/2)(w - w*)^2 with the oracle g = s a, a = sqrt(f'(w)^2 + 1), P(s = 1) = (1 + f'(w)/a)/2.

    Unbiased, with variance exactly 1. With gamma(w) = (q_-(w) - q_+(w))/(q_-(w) + q_+(w)) the mean step at w is zero
    if f'(w) = -gamma(w) a, so the process stands at W_0 if w* = W_0 + d, d = gamma/sqrt(1 - gamma^2) = +-sinh l at W_0,
    and f'(W_0)^2 = d^2 = sinh^2 l is the floor there. Of the linear device gamma(w) = w/tau: W_0 = rho tau,
    d = rho/sqrt(1 - rho^2). Of the pulse train gamma(w) is the same, since both answers have one size.
    Source: docs/theory.md#floor.attained; theory/responses.md section 2, response.local and response.attained.

    Args:
        stages: 1: the oracle's sign would not be Lipschitz in stale weights.
        rho: share of tau at which the process stands, in [0, 1).
        tau: saturation level of the device it is made for, in w, > 0.
        start: W_0, in w, where it is not rho tau: the floor of a device whose symmetric point is not 0 may be attained
            at -rho tau.
        drift: d, dimensionless, where it is not that of the linear device.

    """

    name: ClassVar[str] = "attaining"
    summary: ClassVar[str] = "one weight that attains the floor sigma^2 sinh^2 l of a device; L = sigma2 = 1"
    independent_draws: ClassVar[bool] = True

    rho: float = 0.3
    tau: float = 1.0
    start: float | None = None
    drift: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.stages == 1, "stages", self.stages, "stages = 1 for the problem attaining", "floor.attained")
        _check(self.rho, self.tau)
        for name in ("start", "drift"):
            value = getattr(self, name)
            require(value is None or np.isfinite(value), name, value, f"{name} finite", "response.attained")
        if self.start is not None:
            require(abs(self.start) < self.tau, "start", self.start, "abs(start) < tau", "response.attained")

    @classmethod
    def on(cls, device: Device, reach: float) -> Self:
        """Return the instance that attains the floor of `device` on the weights |w| <= reach.

        It stands at the end of this range where the responses are most unequal. Its floor is that of the range where
        the extreme responses are those of one end, as they are wherever q_plus falls and q_minus rises by one law.

        Args:
            device: any with a law; tau finite. Where elements differ it is the first that the weight lies on.
            reach: in w, 0 <= reach < tau.

        """
        require(0 <= reach < device.tau, "reach", reach, "0 <= reach < tau", "response.attained")
        return cls(rho=reach / device.tau, tau=device.tau).for_device(device)

    def for_device(self, device: Device) -> Self:
        """Return the problem with what was not set of W_0 and d as `device` needs it; nothing for the linear one."""
        plain = device.linear and device.elements is None
        if plain or self.drift is not None or not np.isfinite(device.tau):
            return self
        here = self.rho * device.tau
        places = (self.start,) if self.start is not None else (here, -here)
        drifts = [_drift(device, place) for place in places]
        worst = int(np.argmax(np.abs(drifts)))  # the first where both are alike
        return dataclasses.replace(self, start=places[worst], drift=drifts[worst])

    @property
    def settings(self) -> dict[str, Any]:
        """Return the settings that rebuild the problem: those of the linear device where nothing else was set."""
        return {name: value for name, value in super().settings.items() if value is not None}

    @property
    def standing(self) -> float:
        """Return W_0, where the mean step vanishes."""
        return self.rho * self.tau if self.start is None else self.start

    @cached_property
    def minimiser(self) -> float:
        """Return w*."""
        if self.drift is not None:
            return self.standing + self.drift * SIGMA / L
        gamma = self.rho if self.start is None else self.start / self.tau
        return self.standing + gamma * SIGMA / (L * sqrt(1 - gamma**2))

    @property
    def floor(self) -> float:
        """Return sigma^2 sinh^2 l, the squared gradient where the mean step vanishes."""
        return (L * (self.standing - self.minimiser)) ** 2

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

    def direction_law(self, forward: Weights, backward: Weights) -> directions.Law | None:  # noqa: ARG002
        """Return the law of the oracle's two answers; None where a subclass draws or answers otherwise."""
        own = type(self)
        if not self.independent_draws or own.draw is not Attaining.draw or own.turn is not Attaining.turn:
            return None
        slope = L * (forward[0] - self.minimiser)
        size = np.sqrt(slope * slope + SIGMA * SIGMA)
        return directions.two_valued(size, -size, (1 + slope / size) / 2)

    def initial_weights(self) -> Weights:
        """Return W_0: rho tau unless another was set."""
        return [np.array([self.standing])]

    @property
    def lower_bound(self) -> float:
        """Return 0, attained at w*."""
        return 0.0

    @property
    def evaluation_cost(self) -> int:
        """Return 1: the kernel measures every step on its way."""
        return 1

    def moments(self, weights: Weights) -> Moments:
        """Return f, f' and the variance 1."""
        slope = L * (weights[0] - self.minimiser)
        return Moments(np.sum(slope * slope, axis=-1) / (2 * L), [slope], [np.full_like(slope, SIGMA**2)])

    def largest_directions(self, reach: float) -> NDArray[np.float64]:
        """Return the larger of the oracle's answers where it is larger, at the weight farthest from w*, rounded up."""
        slope = L * (reach + abs(self.minimiser))
        return np.array([np.hypot(slope, SIGMA) * (1 + 1e-15)])

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
