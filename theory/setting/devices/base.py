"""What every device is: its law, and what the theory and the kernels ask of it.

A positive pulse moves an element by q_plus(w), a negative one by -q_minus(w), per unit of desired increment, so

    update(w, dw) = w + dw q_plus(w)  if dw >= 0,  else  w + dw q_minus(w).

Weights, increments and tau share one unit (the weight unit of the tile); responses are dimensionless and equal 1
where the device is ideal. Source: docs/theory.md#devices; Wu et al., arXiv 2410.15155.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput

Array = NDArray[np.floating]


class Distortion(NamedTuple):
    """What a device makes of an increment D on some weights: |update(w, D) - w - gain D| <= gamma gain |D|.

    Args:
        gamma: the asymmetry, >= 0; below 1 where a theorem is to apply.
        gain: the mean response Fbar, > 0: the step size counts `gain` times.

    """

    gamma: float
    gain: float


@dataclass(frozen=True)
class Device(ABC):
    """An element with soft bounds -tau and tau: one class, one file.

    A subclass that states another law (`q_plus`, `q_minus` or `update`) takes over nothing that was said of the law of
    its parent: neither `kernel`, `linear`, `distortion` nor `symmetric_point`, unless it states them itself.

    Args:
        tau: saturation level, in weight units, > 0; `inf` makes the linear device digital.

    """

    tau: float
    name: ClassVar[str]
    linear: ClassVar[bool] = False
    """Whether the law is w + D - |D| w/tau exactly, the one that the lemmas device.* speak of."""
    kernel: ClassVar[str | None] = None
    """The law of this name that is written into the compiled kernels. None: the kernels compile `q_plus` and `q_minus`,
    or `update` where the class has one of its own, as they stand in the class."""

    def __init_subclass__(cls, **more: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**more)
        if vars(cls).keys() & {"q_plus", "q_minus", "update"}:
            for said in ("linear", "kernel", "distortion", "symmetric_point"):
                if said not in vars(cls):
                    setattr(cls, said, getattr(Device, said))

    def __post_init__(self) -> None:
        positive("tau", self.tau, f"the device {self.name}")

    @abstractmethod
    def q_plus(self, w: Array) -> Array:
        """Return the response to positive pulses at weights `w` (any shape), dimensionless."""

    @abstractmethod
    def q_minus(self, w: Array) -> Array:
        """Return the response to negative pulses at weights `w` (any shape), dimensionless."""

    def update(self, w: Array, dw: Array) -> Array:
        """Return the weights after the desired increments `dw`; shapes broadcast."""
        return w + dw * np.where(dw >= 0, self.q_plus(w), self.q_minus(w))

    def distortion(self, low: float, high: float) -> Distortion | None:  # noqa: ARG002
        """Return the distortion of increments of any size on the weights [low, high], or None where it is not known."""
        return None

    def symmetric_point(self) -> float | None:
        """Return the weight at which pulses up and down are equally strong, in weight units; None: not known."""
        return None

    def moves_from(self, w: Array) -> bool:
        """Return whether the law gives finite weights for small increments of either sign from `w` (any shape).

        The bounds -tau and tau are where a response ends, not where the law does: a weight may start beyond them.
        """
        small = np.full_like(np.asarray(w, dtype=np.float64), 1e-3 * min(self.tau, 1.0))
        with np.errstate(all="ignore"):
            return bool(all(np.all(np.isfinite(self.update(w, dw))) for dw in (small, -small)))

    def fields(self) -> dict[str, float]:
        """Return the device's parameters by name, as `make` takes them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class MonotoneResponses(Device):
    """A device whose q_plus falls and whose q_minus rises with the weight, both positive within its bounds.

    The extreme responses are then at the ends of a range of weights. With qmax the largest and qmin the smallest of
    the four, gain = (qmax + qmin)/2 and gamma = (qmax - qmin)/(qmax + qmin) = tanh((1/2) ln(qmax/qmin)), which no other
    gain makes smaller. Source: theory/responses.md section 1, response.best.
    """

    def ends(self, low: float, high: float) -> Distortion | None:
        """Return the distortion on [low, high], correct to the rounding of the responses at its ends.

        None unless -tau <= low <= high <= tau.
        """
        if not -self.tau <= low <= high <= self.tau:
            return None
        edges = np.array([low, high])
        responses = np.concatenate([np.atleast_1d(self.q_plus(edges)), np.atleast_1d(self.q_minus(edges))])
        least, most = float(responses.min()), float(responses.max())
        return Distortion((most - least) / (most + least), (most + least) / 2)


def positive(name: str, value: float, needed_by: str, *, infinite: bool = False) -> None:
    """Raise `BadInput` unless a parameter is positive, and finite where it must be."""
    if not value > 0 or (math.isinf(value) and not infinite):
        raise BadInput(name, value, f"{name} > 0" + ("" if infinite else " and finite"), needed_by)
