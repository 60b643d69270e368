"""A device with unequal slopes, whose symmetric point is not 0. Source: theory/responses.md sections 1 and 3."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.devices.base import Array, Distortion, MonotoneResponses, positive


@dataclass(frozen=True)
class ShiftedLinear(MonotoneResponses):
    """Soft bounds with unequal slopes: q_plus = up (1 - w/tau), q_minus = down (1 + w/tau)."""

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

    def distortion(self, low: float, high: float) -> Distortion | None:
        """Return, on |w| <= s tau, gamma = (s + dl)/(1 + s dl) with dl = |up - down|/(up + down), and its gain."""
        return self.ends(low, high)

    def symmetric_point(self) -> float:
        """Return tau (up - down)/(up + down)."""
        return self.tau * (self.up - self.down) / (self.up + self.down)
