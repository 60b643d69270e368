"""A device whose responses are powers of the linear device's. Source: theory/responses.md section 1."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from theory.setting.devices.base import Array, MonotoneResponses, positive
from theory.setting.devices.enclosure import above, ball, precise


@dataclass(frozen=True)
class Power(MonotoneResponses):
    """q_plus = (1 - w/tau)^exponent, q_minus = (1 + w/tau)^exponent; exponent 1 is the ALD.

    On |w| <= s tau, gamma = tanh(exponent artanh s) and gain ((1+s)^exponent + (1-s)^exponent)/2.
    """

    exponent: float = 2.0
    name: ClassVar[str] = "power"
    kernel: ClassVar[str | None] = "power"

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("exponent", self.exponent, "the device power")

    def q_plus(self, w: Array) -> Array:
        """Return (1 - w/tau)^exponent; zero at and beyond the bound."""
        return np.asarray(np.maximum(1 - w / self.tau, 0) ** self.exponent)

    def q_minus(self, w: Array) -> Array:
        """Return (1 + w/tau)^exponent; zero at and beyond the bound."""
        return np.asarray(np.maximum(1 + w / self.tau, 0) ** self.exponent)

    def steepness(self) -> float | None:
        """Return 2^(exponent - 1); None for an exponent below 1, whose response falls the more steeply the closer."""
        with precise():
            return None if self.exponent < 1 else above(ball(2) ** (ball(self.exponent) - 1))

    def symmetric_point(self) -> float:
        """Return 0."""
        return 0.0
