"""A device whose pulses are alike up to hard bounds: ideal inside. Source: theory/responses.md section 1."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.devices.base import Array, MonotoneResponses
from theory.setting.devices.enclosure import Exact


@dataclass(frozen=True)
class ConstantStep(MonotoneResponses):
    """q_plus = q_minus = 1, and the result is clipped to [-tau, tau].

    Where no increment can be clipped gamma = 0; where one can, an increment arrives only in part and none is known.
    """

    name: ClassVar[str] = "constant-step"
    clipped: ClassVar[bool] = True
    kernel: ClassVar[str | None] = "constant-step"

    def q_plus(self, w: Array) -> Array:
        """Return 1."""
        return 1 + 0 * w

    def q_minus(self, w: Array) -> Array:
        """Return 1."""
        return 1 + 0 * w

    def response_slope(self, low: Exact, high: Exact) -> float | None:
        """Return 0: both responses are 1."""
        return self.slope_at_ends(low, high, lambda _, tau: (0 * tau,))

    def symmetric_point(self) -> float:
        """Return 0; every other weight is one as well."""
        return 0.0
