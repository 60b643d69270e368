"""The exact law of a train of many small pulses. Source: docs/theory.md#device.pulse_train."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from theory.setting.devices.base import Array
from theory.setting.devices.linear import AsymmetricLinear


@dataclass(frozen=True)
class PulseTrain(AsymmetricLinear):
    """The limit of many small pulses, whose first order in |dw|/tau is the ALD.

    update(w, dw) = s tau - (s tau - w) e^(-|dw|/tau), s = sign dw. Its distortion grows with |dw|, so none is known
    on a range of weights alone.
    """

    name: ClassVar[str] = "pulse-train"
    kernel: ClassVar[str | None] = "pulse-train"

    def update(self, w: Array, dw: Array) -> Array:
        """Return the weights after a train of infinitesimal pulses of total `dw`."""
        if math.isinf(self.tau):
            return w + dw
        return w - (np.sign(dw) * self.tau - w) * np.expm1(-np.abs(dw) / self.tau)

    def symmetric_point(self) -> float:
        """Return 0."""
        return 0.0
