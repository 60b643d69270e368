"""The asymmetric linear device (ALD), the one of the published theorems. Source: docs/theory.md#devices."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from theory.setting.devices.base import Array, Device, Distortion, positive


@dataclass(frozen=True)
class AsymmetricLinear(Device):
    """The asymmetric linear device (ALD): q_plus = 1 - w/tau, q_minus = 1 + w/tau; digital if tau = inf."""

    name: ClassVar[str] = "ald"
    linear: ClassVar[bool] = True
    kernel: ClassVar[str | None] = "ald"

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

    def distortion(self, low: float, high: float) -> Distortion:
        """Return gamma = max |w|/tau on [low, high], the saturation rho (claim device.drift), and gain 1."""
        return Distortion(0.0 if math.isinf(self.tau) else max(abs(low), abs(high)) / self.tau, 1.0)

    def symmetric_point(self) -> float:
        """Return 0."""
        return 0.0
