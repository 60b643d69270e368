"""A device whose pulses change exponentially with the weight, up to hard bounds where they need not vanish.

The law that was fitted to single resistive memories (`presets`: ReRamES). Source: theory/responses.md section 1; the
model ExpStepDevice of IBM's aihwkit 1.2.0, dw_min max(0, 1 - A e^(+-gamma z)), z = a w/(half the range) + b, whose
bump is -A e^(+-gamma b) and whose rate is -gamma a.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from boundary import BadInput
from theory.setting.devices.base import Array, MonotoneResponses, positive
from theory.setting.devices.enclosure import Exact, ball


@dataclass(frozen=True)
class ExpStep(MonotoneResponses):
    """q_plus = up max(0, 1 + bump_up e^(-rate_up x)), q_minus = down max(0, 1 + bump_down e^(rate_down x)), x = w/tau.

    The result is clipped to [-tau, tau]. Bump and rate of a direction have one sign, so that q_plus falls and q_minus
    rises.

    Args:
        up: factor of positive pulses, > 0.
        down: factor of negative pulses, > 0.
        bump_up: what the exponential adds to q_plus/up at w = 0.
        bump_down: what it adds to q_minus/down at w = 0.
        rate_up: how fast that falls with w/tau.
        rate_down: how fast that rises with w/tau.

    """

    up: float = 1.0
    down: float = 1.0
    bump_up: float = 0.1
    bump_down: float = 0.1
    rate_up: float = 2.0
    rate_down: float = 2.0
    name: ClassVar[str] = "exp-step"
    clipped: ClassVar[bool] = True
    kernel: ClassVar[str | None] = "exp-step"

    def __post_init__(self) -> None:
        super().__post_init__()
        for side in ("up", "down"):
            positive(side, getattr(self, side), "the device exp-step")
            bump, rate = getattr(self, f"bump_{side}"), getattr(self, f"rate_{side}")
            for name, value in ((f"bump_{side}", bump), (f"rate_{side}", rate)):
                if not math.isfinite(value):
                    raise BadInput(name, value, f"{name} is finite", "the device exp-step")
            if bump * rate < 0:
                raise BadInput(f"bump_{side}", bump, f"the sign of rate_{side} = {rate}", "the device exp-step")

    def q_plus(self, w: Array) -> Array:
        """Return up max(0, 1 + bump_up e^(-rate_up w/tau))."""
        return np.asarray(self.up * np.maximum(1 + self.bump_up * np.exp(-self.rate_up * (w / self.tau)), 0))

    def q_minus(self, w: Array) -> Array:
        """Return down max(0, 1 + bump_down e^(rate_down w/tau))."""
        return np.asarray(self.down * np.maximum(1 + self.bump_down * np.exp(self.rate_down * (w / self.tau)), 0))

    def response_slope(self, low: Exact, high: Exact) -> float | None:
        """Return the largest up |bump rate| e^(-rate x)/tau and its sibling: monotone, and no larger where cut at 0."""
        up, down = ball(self.up) * abs(ball(self.bump_up)), ball(self.down) * abs(ball(self.bump_down))
        fall, rise = ball(self.rate_up), ball(self.rate_down)
        return self.slope_at_ends(
            low,
            high,
            lambda x, tau: (up * abs(fall) * (-fall * x).exp() / tau, down * abs(rise) * (rise * x).exp() / tau),
        )
