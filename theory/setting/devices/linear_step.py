"""A device whose pulses grow and shrink linearly with the weight, up to hard bounds where they need not vanish.

The law of lithium and metal-oxide ECRAM and of capacitors (`presets`). Source: theory/responses.md section 1; the
model LinearStepDevice of IBM's aihwkit 1.2.0.
"""

from dataclasses import dataclass
from typing import ClassVar

from boundary import BadInput
from theory.setting.devices.base import Array, MonotoneResponses, positive
from theory.setting.devices.enclosure import Exact, ball


@dataclass(frozen=True)
class LinearStep(MonotoneResponses):
    """q_plus = up - slope_up w/tau, q_minus = down + slope_down w/tau, and the result is clipped to [-tau, tau].

    Args:
        up: response to positive pulses at w = 0, > 0.
        down: response to negative pulses at w = 0, > 0.
        slope_up: by how much q_plus falls from 0 to tau, in [0, up].
        slope_down: by how much q_minus falls from 0 to -tau, in [0, down].

    """

    up: float = 1.0
    down: float = 1.0
    slope_up: float = 0.5
    slope_down: float = 0.5
    name: ClassVar[str] = "linear-step"
    clipped: ClassVar[bool] = True
    kernel: ClassVar[str | None] = "linear-step"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("up", "down"):
            most = getattr(self, name)
            positive(name, most, "the device linear-step")
            slope = getattr(self, f"slope_{name}")
            if not 0 <= slope <= most:
                condition = f"0 <= slope_{name} <= {name} = {most}"
                raise BadInput(f"slope_{name}", slope, condition, "the device linear-step")

    def q_plus(self, w: Array) -> Array:
        """Return up - slope_up w/tau."""
        return self.up - self.slope_up * (w / self.tau)

    def q_minus(self, w: Array) -> Array:
        """Return down + slope_down w/tau."""
        return self.down + self.slope_down * (w / self.tau)

    def response_slope(self, low: Exact, high: Exact) -> float | None:
        """Return the larger of slope_up/tau and slope_down/tau: both responses are straight."""
        return self.slope_at_ends(low, high, lambda _, tau: (ball(self.slope_up) / tau, ball(self.slope_down) / tau))
