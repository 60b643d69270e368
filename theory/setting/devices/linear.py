"""The asymmetric linear device (ALD), the one of the published theorems. Source: docs/theory.md#devices."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from flint import arb

from theory.setting.devices.base import Array, Device, positive
from theory.setting.devices.enclosure import Exact, above, ball, precise


@dataclass(frozen=True)
class AsymmetricLinear(Device):
    """The asymmetric linear device (ALD): q_plus = 1 - w/tau, q_minus = 1 + w/tau; digital if tau = inf."""

    name: ClassVar[str] = "ald"
    linear: ClassVar[bool] = True
    kernel: ClassVar[str | None] = "ald"
    extreme_at_ends: ClassVar[bool] = True

    def __post_init__(self) -> None:
        positive("tau", self.tau, "the device ald", infinite=True)

    def q_plus(self, w: Array) -> Array:
        """Return 1 - w/tau."""
        return 1 - w / self.tau

    def q_minus(self, w: Array) -> Array:
        """Return 1 + w/tau."""
        return 1 + w / self.tau

    def update(self, w: Array, dw: Array) -> Array:
        """Return w + dw - |dw| w / tau (claim device.closed_form), in this order of operations."""
        return w + dw - np.abs(dw) * w / self.tau

    def extremes(self, low: Exact, high: Exact, increment: Exact = math.inf) -> tuple[arb, arb] | None:  # noqa: ARG002
        """Return 1 -+ max |w|/tau on [low, high]: gamma is the saturation rho (claim device.drift), and the gain is 1.

        The law has no bounds beyond which it would be another one: of weights beyond tau gamma is above 1.
        """
        with precise():
            if math.isinf(self.tau):
                return ball(1), ball(1)
            share = ball(max(-low, low, -high, high)) / ball(self.tau)
            return 1 - share, 1 + share

    def steepness(self) -> float:
        """Return 1."""
        return 1.0

    def response_slope(self, low: Exact, high: Exact) -> float:  # noqa: ARG002
        """Return 1/tau; 0 if digital."""
        with precise():
            return 0.0 if math.isinf(self.tau) else above(1 / ball(self.tau))

    def symmetric_point(self) -> float:
        """Return 0."""
        return 0.0
