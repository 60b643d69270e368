"""What a run's device makes of the increments that it is asked for, on weights within reach: its distortion.

The theorems take a device by two numbers (docs/theory.md#response): |U(w, D) - w - Fbar D| <= gamma Fbar |D| for every
weight that is met and every increment that is made. Both come from the device's own law on a range of weights |w| <= s
tau, and, where they depend on it, from the largest increment: alpha times the largest component that a direction can
have if no weight is or was outside that range. s is certified beforehand, or the largest that the run showed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import Problem
from simulate.run import Run
from theory.setting.devices import Device, Distortion
from theory.setting.devices.linear import AsymmetricLinear
from theory.theorems import network

Array = NDArray[np.float64]
_UP = 1 + 4 * float(np.finfo(np.float64).eps)
"""Covers the rounding of s and of s tau."""


class Granularity(NamedTuple):
    """What pulses add to the steps of a run.

    Args:
        V: bound of the variance of the increments, summed over elements, mean over the steps, in w^2.
        qmax: largest response of the device, dimensionless.

    """

    V: float
    qmax: float


@dataclass(frozen=True)
class DeviceResponse:
    """The device of a run, and the increments that it is asked for.

    Args:
        device: its law.
        alpha: step size.
        directions: bounds of the components of a direction, stage after stage, if no weight is beyond a reach in w;
            None where there are none.
        size: number of elements.
        called: the name it was asked for by, where that is not its law's: of a published device, or of a table.

    """

    device: Device
    alpha: float = 1.0
    directions: Callable[[float], Array | None] = field(default=lambda _: None, compare=False)
    size: int = 1
    called: str = ""
    _known: dict[float, Distortion | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Return the device's name, and its law's where that is another."""
        law = self.device.name
        return law if self.called in ("", law) else f"{self.called} ({law})"

    @property
    def linear(self) -> bool:
        """Return whether every element has the law of the linear device: gamma is the saturation, and Fbar = 1."""
        return self.device.linear and self.device.elements is None

    @property
    def granular(self) -> bool:
        """Return whether increments arrive as pulses, or with noise, so that a step is drawn at random."""
        return self.device.pulses is not None

    @property
    def bounded(self) -> bool:
        """Return whether what is drawn for a step is bounded: it is normal from cycle to cycle, and where written."""
        pulses = self.device.pulses
        return pulses is None or not (pulses.cycle or pulses.write)

    @property
    def proportional(self) -> bool:
        """Return whether a step that is not clipped is the increment times a response of the weight alone."""
        return self.linear or self.device.linear or type(self.device).update is Device.update

    def increments(self, saturation: float) -> Array | None:
        """Return bounds of |D| of every element while no weight passes saturation tau, in w; None: there are none."""
        reach = saturation * self.device.tau if math.isfinite(self.device.tau) else math.inf
        found = self.directions(reach) if reach < math.inf else None
        return None if found is None else np.asarray(self.alpha * found * _UP)

    def increment(self, saturation: float) -> float:
        """Return the largest |D| asked for while no weight passes saturation tau, in w; inf where there is none."""
        found = self.increments(saturation)
        return math.inf if found is None else float(np.max(found))

    def on(self, saturation: float) -> Distortion | None:
        """Return (gamma, Fbar) on the weights |w| <= saturation tau; None where they are not known.

        Hard bounds clip no step of weights that keep to less than tau, so the responses are those of small increments.

        Args:
            saturation: s, >= 0.

        """
        if math.isinf(self.device.tau):
            return Distortion(0.0, 1.0)
        if self.linear:
            return Distortion(saturation, 1.0)
        if saturation not in self._known:
            self._known[saturation] = self._on(saturation)
        return self._known[saturation]

    def _on(self, saturation: float) -> Distortion | None:
        if not saturation < math.inf:
            return None
        reach = saturation * self.device.tau * _UP
        return self.device.distortion(-reach, reach, self._longest(saturation))

    def _longest(self, saturation: float) -> float:
        """Return the increment that the responses depend on."""
        return 0.0 if self.proportional and (self.device.clipped or self.linear) else self.increment(saturation)

    def biased(self, saturation: float) -> str:
        """Return why pulses do not keep the mean step of the law on |w| <= saturation tau, or nothing."""
        pulses = self.device.pulses
        if pulses is None:
            return ""
        if not self.proportional:
            return f"a step of the device {self.name} is not proportional to its increment, which pulses draw at random"
        longest = self.increment(saturation)
        if longest > pulses.largest:
            asked = f"up to {longest:.6g}" if math.isfinite(longest) else "of any size"
            return f"a train of BL = {pulses.BL} pulses cuts increments {asked} at BL dw = {pulses.largest:.6g}"
        return ""

    def granularity(self, saturation: float, root: float = math.inf) -> Granularity | None:
        """Return what pulses add on the weights |w| <= saturation tau, or None where it is not known.

        The variance is at most that of the largest increments (claim granularity.total); without a largest, that of
        rounding, dw^2/4 an element; where sizes vary too, (1 + cycle^2) dw alpha sqrt(size) R.

        Args:
            saturation: s, >= 0.
            root: R, root mean square of the direction, in f/w; inf where it is not known.

        """
        pulses, asked = self.device.pulses, self.increments(saturation)
        if pulses is None:
            return None
        if asked is not None:
            bounds = pulses.variance_bounds(asked)
            total = float(np.sum(bounds.always if bounds.rounding is None else bounds.rounding))
        elif not pulses.BL and not pulses.cycle:
            total = self.size * pulses.dw**2 / 4
        else:
            total = float(pulses.variance_bounds(np.array(self.alpha * math.sqrt(self.size) * root)).always)
        reach = saturation * self.device.tau * _UP if math.isfinite(self.device.tau) else 0.0
        responses = self.device.responses(-reach, reach, self._longest(saturation))
        if responses is None or not 0 < responses[1] < math.inf:
            return None
        written = self.size * (pulses.write / responses[1]) ** 2  # independent, and no response multiplies it
        V = (total + written) * (1 + 8 * self.size * float(np.finfo(np.float64).eps))
        return Granularity(V, responses[1]) if math.isfinite(V) else None

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
    size = sum(math.prod(shape) for shape in run.problem.shapes)
    called = run.device if math.isfinite(run.tau) else ""  # a digital run has the linear device whatever is asked for
    return DeviceResponse(run.make_device(), run.alpha, Directions(run.problem), size, called)


@dataclass(frozen=True)
class Directions:
    """Bounds of the components of a problem's directions.

    Args:
        problem: whose.

    """

    problem: Problem

    def __call__(self, reach: float) -> Array | None:
        """Return them, if no weight is or was beyond `reach`, in w: of a network from its stages by theorem."""
        if not self.problem.stage_data or self.problem.bounded_noise is False:
            return self.problem.largest_directions(reach)
        if not math.isfinite(reach):
            return None
        data = self.problem.stage_data
        with np.errstate(over="ignore", invalid="ignore"):
            bounds = network.bounds(data, self.problem.stage_norms(reach))
        longest = [D * X for D, X in zip(bounds.D, bounds.X[:-1], strict=True)]
        return np.repeat(longest, [math.prod(shape) for shape in self.problem.shapes])
