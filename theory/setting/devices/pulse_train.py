"""The exact law of a train of many small pulses. Source: docs/theory.md#device.pulse_train."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from flint import arb

from theory.setting.devices.base import Array
from theory.setting.devices.enclosure import Exact, ball, precise
from theory.setting.devices.linear import AsymmetricLinear


@dataclass(frozen=True)
class PulseTrain(AsymmetricLinear):
    """The limit of many small pulses, whose first order in |dw|/tau is the ALD.

    update(w, dw) = s tau - (s tau - w) e^(-|dw|/tau), s = sign dw. Its distortion grows with |dw|, so none is known
    on a range of weights alone.
    """

    name: ClassVar[str] = "pulse-train"
    kernel: ClassVar[str | None] = "pulse-train"
    confined: ClassVar[bool] = True
    extreme_at_ends: ClassVar[bool] = False

    def update(self, w: Array, dw: Array) -> Array:
        """Return the weights after a train of infinitesimal pulses of total `dw`."""
        if math.isinf(self.tau):
            return w + dw
        return w - (np.sign(dw) * self.tau - w) * np.expm1(-np.abs(dw) / self.tau)

    def extremes(self, low: Exact, high: Exact, increment: Exact = math.inf) -> tuple[arb, arb] | None:
        """Return (1 - s) ph and 1 + s with s = max |w|/tau, Y = increment/tau, ph = (1 - e^-Y)/Y; None beyond tau.

        The longer the train, the less of it arrives: its response is q ph(|D|/tau), and ph falls. None where increments
        have no largest size: their least response is 0. Source: theory/responses.md section 1, device.pulse_train.
        """
        found = super().extremes(low, high)
        if found is None or math.isinf(self.tau):
            return found
        if math.isinf(increment) or not -self.tau <= low <= high <= self.tau:
            return None
        with precise():
            longest = ball(increment) / ball(self.tau)
            arrives = ball(1) if increment == 0 else -(-longest).expm1() / longest
            return found[0] * arrives, found[1]

    def symmetric_point(self) -> float:
        """Return 0."""
        return 0.0

    def steepness(self) -> float:
        """Return 1; beyond that, a train of any length stays within the bounds."""
        return 1.0
