"""A device with unequal slopes, whose symmetric point is not 0. Source: theory/responses.md sections 1 and 3."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.devices.base import Array, MonotoneResponses, positive
from theory.setting.devices.enclosure import Exact, ball


@dataclass(frozen=True)
class ShiftedLinear(MonotoneResponses):
    """Soft bounds with unequal slopes: q_plus = up (1 - w/tau), q_minus = down (1 + w/tau).

    On |w| <= s tau, gamma = (s + dl)/(1 + s dl) with dl = |up - down|/(up + down).
    """

    up: float = 1.0
    down: float = 0.8
    name: ClassVar[str] = "shifted-linear"
    kernel: ClassVar[str | None] = "shifted-linear"

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("up", self.up, "the device shifted-linear")
        positive("down", self.down, "the device shifted-linear")

    def q_plus(self, w: Array) -> Array:
        """Return up (1 - w/tau)."""
        return self.up * (1 - w / self.tau)

    def q_minus(self, w: Array) -> Array:
        """Return down (1 + w/tau)."""
        return self.down * (1 + w / self.tau)

    def steepness(self) -> float:
        """Return the larger slope."""
        return float(max(self.up, self.down))

    def response_slope(self, low: Exact, high: Exact) -> float | None:
        """Return max(up, down)/tau: both responses are straight."""
        return self.slope_at_ends(low, high, lambda _, tau: (ball(self.up) / tau, ball(self.down) / tau))

    def symmetric_point(self) -> float:
        """Return tau (up - down)/(up + down)."""
        return float(self.tau * (self.up - self.down) / (self.up + self.down))
