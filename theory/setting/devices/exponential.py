"""A device whose responses saturate exponentially. Source: theory/responses.md section 1."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from theory.setting.devices.base import Array, Distortion, MonotoneResponses, positive


@dataclass(frozen=True)
class Exponential(MonotoneResponses):
    """q_plus = (1 - e^(-curvature (1 - w/tau))) / (1 - e^(-curvature)), q_minus mirrored; linear as curvature -> 0."""

    curvature: float = 1.0
    name: ClassVar[str] = "exponential"
    kernel: ClassVar[str | None] = "exponential"

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("curvature", self.curvature, "the device exponential")

    def q_plus(self, w: Array) -> Array:
        """Return the response to positive pulses: 1 at w = 0, 0 at w = tau."""
        return np.asarray(np.expm1(-self.curvature * (1 - w / self.tau)) / math.expm1(-self.curvature))

    def q_minus(self, w: Array) -> Array:
        """Return the response to negative pulses: 1 at w = 0, 0 at w = -tau."""
        return np.asarray(np.expm1(-self.curvature * (1 + w / self.tau)) / math.expm1(-self.curvature))

    def distortion(self, low: float, high: float) -> Distortion | None:
        """Return, on |w| <= s tau with curvature c, gamma = sinh(c s)/(e^c - cosh(c s)) and its gain."""
        return self.ends(low, high)

    def symmetric_point(self) -> float:
        """Return 0."""
        return 0.0
