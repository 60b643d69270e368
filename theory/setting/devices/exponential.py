"""A device whose responses saturate exponentially. Source: theory/responses.md section 1."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from theory.setting.devices.base import Array, MonotoneResponses, positive
from theory.setting.devices.enclosure import Exact, above, ball, precise


@dataclass(frozen=True)
class Exponential(MonotoneResponses):
    """q_plus = (1 - e^(-curvature (1 - w/tau))) / (1 - e^(-curvature)), q_minus mirrored; linear as curvature -> 0.

    On |w| <= s tau, with c the curvature, gamma = sinh(c s)/(e^c - cosh(c s)) and gain (e^c - cosh(c s))/(e^c - 1).
    """

    curvature: float = 1.0
    name: ClassVar[str] = "exponential"
    kernel: ClassVar[str | None] = "exponential"

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("curvature", self.curvature, "the device exponential")

    def q_plus(self, w: Array) -> Array:
        """Return the response to positive pulses: 1 at w = 0, 0 at w = tau."""
        return np.asarray(np.expm1(-self.curvature * (1 - w / self.tau)) / np.expm1(-self.curvature))

    def q_minus(self, w: Array) -> Array:
        """Return the response to negative pulses: 1 at w = 0, 0 at w = -tau."""
        return np.asarray(np.expm1(-self.curvature * (1 + w / self.tau)) / np.expm1(-self.curvature))

    def steepness(self) -> float:
        """Return curvature/(1 - e^(-curvature)), the slope at the bound in units of 1/tau."""
        with precise():
            c = ball(self.curvature)
            return above(-c / (-c).expm1())

    def response_slope(self, low: Exact, high: Exact) -> float | None:
        """Return the largest (c/tau) e^(-c (1 -+ w/tau))/(1 - e^(-c)): monotone in w, so largest at an end."""
        c = ball(self.curvature)
        return self.slope_at_ends(
            low, high, lambda x, tau: (-c / tau * (-c * (1 + sign * x)).exp() / (-c).expm1() for sign in (-1, 1))
        )

    def symmetric_point(self) -> float:
        """Return 0."""
        return 0.0
