"""What a run's device makes of the increments that it is asked for, on weights within reach: its distortion.

The theorems take a device by two numbers (docs/theory.md#response): |U(w, D) - w - Fbar D| <= gamma Fbar |D| for every
weight that is met and every increment that is made. Both come from the device's own law on a range of weights |w| <= s
tau, and, where they depend on it, from the largest increment: alpha times the largest component that a direction can
have if no weight is or was outside that range. s is certified beforehand, or the largest that the run showed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import Problem
from simulate.problems.network import Network
from simulate.run import Run
from theory.setting.devices import Device, Distortion
from theory.setting.devices.linear import AsymmetricLinear
from theory.theorems import network

Array = NDArray[np.float64]
_UP = 1 + 4 * float(np.finfo(np.float64).eps)
"""Covers the rounding of s and of s tau."""


@dataclass(frozen=True)
class DeviceResponse:
    """The device of a run, and the increments that it is asked for.

    Args:
        device: its law.
        alpha: step size.
        directions: bounds of the components of a direction, stage after stage, if no weight is beyond a reach in w;
            None where there are none.

    """

    device: Device
    alpha: float = 1.0
    directions: Callable[[float], Array | None] = field(default=lambda _: None, compare=False)

    @property
    def name(self) -> str:
        """Return the device's name."""
        return self.device.name

    @cached_property
    def linear(self) -> bool:
        """Return whether the law is that of the linear device: then gamma is the saturation, and Fbar = 1."""
        return self.device.linear

    def increment(self, saturation: float) -> float:
        """Return the largest |D| asked for while no weight passes saturation tau, in w; inf where there is none."""
        found = self.directions(saturation * self.device.tau)
        return math.inf if found is None else float(self.alpha * np.max(found) * _UP)

    def on(self, saturation: float) -> Distortion | None:
        """Return (gamma, Fbar) on the weights |w| <= saturation tau; None where they are not known.

        Args:
            saturation: s, >= 0.

        """
        if self.linear or math.isinf(self.device.tau):
            return Distortion(saturation, 1.0)
        if not saturation < math.inf:
            return None
        reach = saturation * self.device.tau * _UP
        return self.device.distortion(-reach, reach, self.increment(saturation))

    def said(self, saturation: float) -> str:
        """Return the numbers in words, or why there are none, on the weights |w| <= saturation tau."""
        found, where = self.on(saturation), f"on |w| <= {saturation:.6g} tau"
        if found is not None:
            return f"gamma = {found.gamma:.6g}, Fbar = {found.gain:.6g} {where}"
        increment = self.increment(saturation)
        asked = f"|D| <= {increment:.6g}" if math.isfinite(increment) else "|D| of any size"
        return f"the distortion of the device {self.name} is not known {where} for increments {asked}"


LINEAR = DeviceResponse(AsymmetricLinear(1.0))
"""Of a run on the linear device."""


def of(run: Run) -> DeviceResponse:
    """Return the response of a run's device."""
    return DeviceResponse(run.make_device(), run.alpha, Directions(run.problem))


@dataclass(frozen=True)
class Directions:
    """Bounds of the components of a problem's directions.

    Args:
        problem: whose.

    """

    problem: Problem

    def __call__(self, reach: float) -> Array | None:
        """Return them, if no weight is or was beyond `reach`, in w: of a network from its stages by theorem."""
        if not isinstance(self.problem, Network):
            return self.problem.largest_directions(reach)
        if not math.isfinite(reach):
            return None
        data = self.problem.stage_data
        with np.errstate(over="ignore", invalid="ignore"):
            bounds = network.bounds(data, self.problem.stage_norms(reach))
        longest = [D * X for D, X in zip(bounds.D, bounds.X[:-1], strict=True)]
        return np.repeat(longest, [math.prod(shape) for shape in self.problem.shapes])
