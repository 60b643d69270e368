"""Response functions of resistive elements and the analog update they make.

A positive pulse moves an element by q_plus(w), a negative one by -q_minus(w), per unit of desired increment, so

    update(w, dw) = w + dw q_plus(w)  if dw >= 0,  else  w + dw q_minus(w).

Weights, increments and tau share one unit (the weight unit of the tile); responses are dimensionless and equal 1
where the device is ideal. Source: docs/theory.md#devices; Wu et al., arXiv 2410.15155.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput, known

Array = NDArray[np.floating]


def _positive(name: str, value: float, needed_by: str, *, infinite: bool = False) -> None:
    if not value > 0 or (math.isinf(value) and not infinite):
        raise BadInput(name, value, f"{name} > 0" + ("" if infinite else " and finite"), needed_by)


@dataclass(frozen=True)
class Device(ABC):
    """An element with soft bounds -tau and tau.

    Args:
        tau: saturation level, in weight units, > 0; `inf` makes the linear device digital.

    """

    tau: float
    name: ClassVar[str]

    def __post_init__(self) -> None:
        _positive("tau", self.tau, f"the device {self.name}")

    @abstractmethod
    def q_plus(self, w: Array) -> Array:
        """Return the response to positive pulses at weights `w` (any shape), dimensionless."""

    @abstractmethod
    def q_minus(self, w: Array) -> Array:
        """Return the response to negative pulses at weights `w` (any shape), dimensionless."""

    def update(self, w: Array, dw: Array) -> Array:
        """Return the weights after the desired increments `dw`; shapes broadcast."""
        return w + dw * np.where(dw >= 0, self.q_plus(w), self.q_minus(w))

    def fields(self) -> dict[str, float]:
        """Return the device's parameters by name, as `make` takes them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class AsymmetricLinear(Device):
    """The asymmetric linear device (ALD): q_plus = 1 - w/tau, q_minus = 1 + w/tau; digital if tau = inf."""

    name: ClassVar[str] = "ald"

    def __post_init__(self) -> None:
        _positive("tau", self.tau, "the device ald", infinite=True)

    def q_plus(self, w: Array) -> Array:
        """Return 1 - w/tau."""
        return 1 - w / self.tau

    def q_minus(self, w: Array) -> Array:
        """Return 1 + w/tau."""
        return 1 + w / self.tau

    def update(self, w: Array, dw: Array) -> Array:
        """Return w + dw - |dw| w / tau (claim device.closed_form), in this order of operations."""
        return w + dw - np.abs(dw) * w / self.tau


@dataclass(frozen=True)
class Power(Device):
    """q_plus = (1 - w/tau)^exponent, q_minus = (1 + w/tau)^exponent; exponent 1 is the ALD."""

    exponent: float = 2.0
    name: ClassVar[str] = "power"

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive("exponent", self.exponent, "the device power")

    def q_plus(self, w: Array) -> Array:
        """Return (1 - w/tau)^exponent; zero at and beyond the bound."""
        return np.asarray(np.maximum(1 - w / self.tau, 0) ** self.exponent)

    def q_minus(self, w: Array) -> Array:
        """Return (1 + w/tau)^exponent; zero at and beyond the bound."""
        return np.asarray(np.maximum(1 + w / self.tau, 0) ** self.exponent)


@dataclass(frozen=True)
class Exponential(Device):
    """q_plus = (1 - e^(-curvature (1 - w/tau))) / (1 - e^(-curvature)), q_minus mirrored; linear as curvature -> 0."""

    curvature: float = 1.0
    name: ClassVar[str] = "exponential"

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive("curvature", self.curvature, "the device exponential")

    def q_plus(self, w: Array) -> Array:
        """Return the response to positive pulses: 1 at w = 0, 0 at w = tau."""
        return np.asarray(np.expm1(-self.curvature * (1 - w / self.tau)) / math.expm1(-self.curvature))

    def q_minus(self, w: Array) -> Array:
        """Return the response to negative pulses: 1 at w = 0, 0 at w = -tau."""
        return np.asarray(np.expm1(-self.curvature * (1 + w / self.tau)) / math.expm1(-self.curvature))


@dataclass(frozen=True)
class ShiftedLinear(Device):
    """Soft bounds with unequal slopes: q_plus = up (1 - w/tau), q_minus = down (1 + w/tau).

    The symmetric point, where q_plus = q_minus, is tau (up - down)/(up + down).
    """

    up: float = 1.0
    down: float = 0.8
    name: ClassVar[str] = "shifted-linear"

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive("up", self.up, "the device shifted-linear")
        _positive("down", self.down, "the device shifted-linear")

    def q_plus(self, w: Array) -> Array:
        """Return up (1 - w/tau)."""
        return self.up * (1 - w / self.tau)

    def q_minus(self, w: Array) -> Array:
        """Return down (1 + w/tau)."""
        return self.down * (1 + w / self.tau)


@dataclass(frozen=True)
class PulseTrain(AsymmetricLinear):
    """The limit of many small pulses, whose first order in |dw|/tau is the ALD.

    update(w, dw) = s tau - (s tau - w) e^(-|dw|/tau), s = sign dw. Source: docs/theory.md#device.pulse_train.
    """

    name: ClassVar[str] = "pulse-train"

    def update(self, w: Array, dw: Array) -> Array:
        """Return the weights after a train of infinitesimal pulses of total `dw`."""
        if math.isinf(self.tau):
            return w + dw
        return w - (np.sign(dw) * self.tau - w) * np.expm1(-np.abs(dw) / self.tau)


REGISTRY: dict[str, type[Device]] = {
    kind.name: kind for kind in (AsymmetricLinear, Power, Exponential, ShiftedLinear, PulseTrain)
}
"""Every device by the name the command line uses; a new device is one class and one entry here."""


def make(name: str, tau: float, **parameters: float) -> Device:
    """Return the device `name` with saturation `tau`; unknown names and parameters raise `BadInput`."""
    kind = REGISTRY[known("--device", name, REGISTRY)]
    for parameter in parameters:
        known("--set", parameter, (f.name for f in fields(kind) if f.name != "tau"), f"the device {name}")
    return kind(tau, **parameters)


def ald(tau: float) -> AsymmetricLinear:
    """Return the asymmetric linear device with saturation `tau` (weight units, > 0, `inf` is digital)."""
    return AsymmetricLinear(tau)


def power(tau: float, exponent: float = 2.0) -> Power:
    """Return the power-law device."""
    return Power(tau, exponent)


def exponential(tau: float, curvature: float = 1.0) -> Exponential:
    """Return the exponential device."""
    return Exponential(tau, curvature)


def shifted_linear(tau: float, up: float = 1.0, down: float = 0.8) -> ShiftedLinear:
    """Return the soft-bounds device with unequal slopes."""
    return ShiftedLinear(tau, up, down)


def pulse_train(tau: float) -> PulseTrain:
    """Return the device that obeys the exact law of a train of small pulses."""
    return PulseTrain(tau)
