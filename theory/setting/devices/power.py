"""A device whose responses are powers of the linear device's. Source: theory/responses.md section 1."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from theory.setting.devices.base import Array, MonotoneResponses, positive
from theory.setting.devices.enclosure import Exact, above, ball, precise


@dataclass(frozen=True)
class Power(MonotoneResponses):
    """q_plus = (1 - w/tau)^exponent_up, q_minus = (1 + w/tau)^exponent_down; exponents 1 are the ALD.

    On |w| <= s tau with equal exponents e, gamma = tanh(e artanh s) and gain ((1+s)^e + (1-s)^e)/2.

    Args:
        exponent: of both directions, > 0.
        exponent_up: of increments upwards, > 0; left out, `exponent`.
        exponent_down: of increments downwards, > 0; left out, `exponent`.

    """

    exponent: float = 2.0
    exponent_up: float | None = None
    exponent_down: float | None = None
    name: ClassVar[str] = "power"
    kernel: ClassVar[str | None] = "power"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("exponent_up", "exponent_down"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, self.exponent)
        for name in ("exponent", "exponent_up", "exponent_down"):
            positive(name, getattr(self, name), "the device power")

    def q_plus(self, w: Array) -> Array:
        """Return (1 - w/tau)^exponent_up; zero at and beyond the bound."""
        return np.asarray(np.maximum(1 - w / self.tau, 0) ** self.exponent_up)

    def q_minus(self, w: Array) -> Array:
        """Return (1 + w/tau)^exponent_down; zero at and beyond the bound."""
        return np.asarray(np.maximum(1 + w / self.tau, 0) ** self.exponent_down)

    def numbers(self) -> tuple[float, ...]:
        """Return the exponents up and down."""
        assert self.exponent_up is not None and self.exponent_down is not None, "they are filled in"
        return self.exponent_up, self.exponent_down

    def steepness(self) -> float | None:
        """Return 2^(e - 1) of the larger exponent e; None with one below 1, whose response falls without limit."""
        up, down = self.numbers()
        with precise():
            return None if min(up, down) < 1 else above(ball(2) ** (ball(max(up, down)) - 1))

    def response_slope(self, low: Exact, high: Exact) -> float | None:
        """Return the largest (e/tau) (1 -+ w/tau)^(e - 1), a power of something monotone, so largest at an end."""
        up, down = (ball(exponent) for exponent in self.numbers())
        return self.slope_at_ends(
            low, high, lambda x, tau: (up / tau * (1 - x) ** (up - 1), down / tau * (1 + x) ** (down - 1))
        )

    def symmetric_point(self) -> float | None:
        """Return 0, where both responses are 1."""
        return 0.0
