"""What every device is: its law, and what the theory and the kernels ask of it.

A positive pulse moves an element by q_plus(w), a negative one by -q_minus(w), per unit of desired increment, so

    update(w, dw) = w + dw q_plus(w)  if dw >= 0,  else  w + dw q_minus(w),

clipped to [-tau, tau] where the bounds are hard. Weights, increments and tau share one unit (the weight unit of the
tile); responses are dimensionless and equal 1 where the device is ideal. Source: docs/theory.md#devices;
theory/responses.md; Wu et al., arXiv 2410.15155.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np
from flint import arb
from numpy.typing import NDArray

from boundary import BadInput
from theory.setting.devices.elements import Elements
from theory.setting.devices.enclosure import Exact, above, ball, below, in_balls, precise, widened
from theory.setting.devices.outermost import outermost
from theory.setting.devices.pulses import Pulses

Array = NDArray[np.floating]

_SAID = (
    "linear",
    "kernel",
    "extreme_at_ends",
    "extremes",
    "responses",
    "distortion",
    "steepness",
    "symmetric_point",
    "response_slope",
)
"""What is said of one law and not of another."""


class Distortion(NamedTuple):
    """What a device makes of an increment D on some weights: |update(w, D) - w - gain D| <= gamma gain |D|.

    Args:
        gamma: the asymmetry, >= 0; below 1 where a theorem is to apply.
        gain: the mean response Fbar, > 0: the step size counts `gain` times.

    """

    gamma: float
    gain: float

    @property
    def log_ratio(self) -> float:
        """Return l = artanh gamma, half the logarithm of the ratio of the extreme responses, rounded up."""
        with precise():
            return math.inf if self.gamma >= 1 else above(ball(self.gamma).atanh())

    @property
    def floor(self) -> float:
        """Return sinh(l)^2 = gamma^2/(1 - gamma^2), the floor of A in units of sigma^2, rounded up."""
        with precise():
            square = ball(self.gamma) ** 2
            return math.inf if self.gamma >= 1 else above(square / (1 - square))


@dataclass(frozen=True)
class Device(ABC):
    """An element with bounds -tau and tau: one class, one file.

    A subclass that states another law (`q_plus`, `q_minus` or `update`) takes over nothing that was said of the law of
    its parent: neither `kernel`, `linear`, `responses`, `steepness` nor `symmetric_point`, unless it states them
    itself. What it is stands in its own bases: a law stated under `MonotoneResponses` is monotone.

    Parameters are floats. The methods that answer on a range of weights also take a device made of fractions, and
    answer for exactly these.

    Args:
        tau: saturation level, in weight units, > 0; `inf` makes the linear device digital.
        lacks: what the device that this one is named after has, and this model has not; one line each.
        pulses: how increments arrive; None: as they are.
        elements: what differs from element to element; None: all follow the law itself. Responses and distortion are
            then those of all elements together; steepness, symmetric point and local distortion stay those of the law.

    """

    tau: float
    lacks: tuple[str, ...] = field(default=(), kw_only=True, compare=False, repr=False)
    pulses: Pulses | None = field(default=None, kw_only=True)
    elements: Elements | None = field(default=None, kw_only=True)
    name: ClassVar[str]
    linear: ClassVar[bool] = False
    """Whether the law is w + D - |D| w/tau exactly, the one that the lemmas device.* speak of."""
    clipped: ClassVar[bool] = False
    """Whether the bounds are hard: what passes them is set to them, and an increment arrives only in part."""
    confined: ClassVar[bool] = False
    """Whether no increment, of any size, leads out of the bounds."""
    extreme_at_ends: ClassVar[bool] = False
    """Whether the least and the largest response on a range of weights are at its ends."""
    kernel: ClassVar[str | None] = None
    """The law of this name that is written into the compiled kernels. None: the kernels compile `q_plus` and `q_minus`,
    or `update` where the class has one of its own, as they stand in the class."""

    def __init_subclass__(cls, **more: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**more)
        if vars(cls).keys() & {"q_plus", "q_minus", "update"}:
            family = next((base for base in cls.__bases__ if base.__name__ in _FAMILIES), Device)
            for said in _SAID:
                if said not in vars(cls):
                    setattr(cls, said, getattr(family, said))
        if "clipped" in vars(cls) and "confined" not in vars(cls):
            cls.confined = cls.clipped

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
        moved = w + dw * np.where(dw >= 0, self.q_plus(w), self.q_minus(w))
        return np.minimum(np.maximum(moved, -self.tau), self.tau) if self.clipped else moved

    def extremes(
        self,
        low: Exact,  # noqa: ARG002
        high: Exact,  # noqa: ARG002
        increment: Exact = math.inf,  # noqa: ARG002
    ) -> tuple[arb, arb] | None:
        """Return balls that hold the least and the largest response, (update(w, D) - w)/D; None: not known.

        Args:
            low: the least weight, in weight units.
            high: the largest weight.
            increment: the largest |D|, in weight units; D is any of -increment to increment, other than 0.

        """
        return None

    def responses(self, low: Exact, high: Exact, increment: Exact = math.inf) -> tuple[float, float] | None:
        """Return the least and the largest response, rounded outward, or None where they are not known."""
        found = self._of_all(low, high, increment)
        return None if found is None else (below(found[0]), above(found[1]))

    def distortion(self, low: Exact, high: Exact, increment: Exact = math.inf) -> Distortion | None:
        """Return the distortion of the increments |D| <= `increment` on the weights [low, high], or None if not known.

        With qmax and qmin the extreme responses, gain = (qmax + qmin)/2 and gamma = (qmax - qmin)/(qmax + qmin) =
        tanh((1/2) ln(qmax/qmin)), which no other gain makes smaller. The gain is a double next to that one; gamma is
        rounded up: never below what holds with the gain returned, and at most 3e-16 (1 + gamma) above tanh l where the
        responses are enclosed (`in_balls`). Source: theory/responses.md section 1, response.best.
        """
        found = self._of_all(low, high, increment)
        if found is None:
            return None
        least, most = found
        with precise():
            gain = float(((least + most) / 2).mid())  # inf where it is larger than any double
            if not 0 < gain < math.inf:
                return None
            return Distortion(max(above(most / gain - 1), above(1 - least / gain), 0.0), gain)

    def _of_all(self, low: Exact, high: Exact, increment: Exact) -> tuple[arb, arb] | None:
        """Return the extreme responses of all elements; None also where it is not known how many there are.

        An element with scale s, shift c and slope g answers to D at w by g times the law's response to g D/s at
        (w - c)/s.
        """
        if self.elements is None:
            return self.extremes(low, high, increment)
        found: tuple[arb, arb] | None = None
        for scale, up, down, shift in self._each(low, high):
            s, c = Fraction(scale), Fraction(shift)
            largest = increment if math.isinf(increment) else Fraction(increment) * Fraction(max(up, down)) / s
            own = self._sloped((Fraction(low) - c) / s, (Fraction(high) - c) / s, largest, Fraction(up), Fraction(down))
            if own is None:
                return None
            if found is not None:
                own = _outer((*found, *own))
            found = own
        return found

    def _each(self, low: Exact, high: Exact) -> Iterator[tuple[float, float, float, float]]:
        """Yield scale, slopes up and down, and shift of every element that may set the responses of all."""
        assert self.elements is not None
        values = self.elements.part(0, (1 if self.elements.alike else self.elements.count,))
        if self.extreme_at_ends and len(values.scale) > 1:
            inexact = {name: float(value) for name, value in self.fields().items() if isinstance(value, Fraction)}
            values = outermost(replace(self, **inexact), values, float(low), float(high))  # type: ignore[arg-type]
        yield from zip(*values, strict=True)

    def _sloped(
        self, low: Exact, high: Exact, increment: Exact, up: Fraction, down: Fraction
    ) -> tuple[arb, arb] | None:
        """Return balls around the extreme responses, or what encloses them, where both directions have own slopes."""
        found = self.extremes(low, high, increment)
        if found is None:
            return None
        with precise():
            if not self.extreme_at_ends:
                return found[0] * ball(min(up, down)), found[1] * ball(max(up, down))
            return _outer(
                self._response(law, end) * ball(slope)
                for law, slope in ((type(self).q_plus, up), (type(self).q_minus, down))
                for end in (low, high)
            )

    def _response(self, law: Any, w: Exact) -> arb:  # noqa: ANN401 - a method of the class
        """Return a ball around a response at one weight."""
        enclosed = in_balls(law, self.fields(), w)
        if enclosed is not None:
            return enclosed
        try:
            return widened(float(law(self, np.array(float(w)))))
        except ArithmeticError:
            return widened(math.nan)  # no number, of which nothing follows

    def room(self, low: Exact, high: Exact) -> float:
        """Return the increment up to which no element clips anything from any weight in [low, high], in weight units.

        Infinite where the bounds are soft; 0 where a weight is at or beyond its bound, or nothing is known. Rounded
        down.
        """
        if not self.clipped:
            return math.inf
        if self.elements is None:
            return self._own_room(low, high)
        rooms = []
        for scale, up, down, shift in self._each(low, high):
            s, c, steepest = Fraction(scale), Fraction(shift), Fraction(max(up, down))
            own = self._own_room((Fraction(low) - c) / s, (Fraction(high) - c) / s)
            with precise():
                rooms.append(below(ball(own) * ball(s / steepest)))
        return min(rooms, default=0.0)

    def _own_room(self, low: Exact, high: Exact) -> float:  # noqa: ARG002
        """Return the room of an element that follows the law itself, whose bounds are hard."""
        return 0.0

    @property
    def plain(self) -> bool:
        """Return whether increments arrive as they are and all elements are alike."""
        return self.pulses is None and self.elements is None

    @property
    def reach(self) -> float:
        """Return what no |w| passes that began within it, unless one increment is longer than a bound is far, in w.

        tau; the largest |c_i| + tau_i of unequal elements; infinite where pulses or writing are noisy, for normal noise
        has no bound.
        """
        if self.pulses is not None and (self.pulses.cycle or self.pulses.write):
            return math.inf
        if self.elements is None:
            return self.tau
        if not self.elements.count:
            return math.inf
        scale, _, _, shift = self.elements.part(0, (self.elements.count,))
        return float(np.max(self.tau * scale + np.abs(shift))) * (1 + 4 * float(np.finfo(np.float32).eps))

    @property
    def keeps_the_mean(self) -> bool:
        """Return whether, given w and D, the mean step with pulses is the law's: the step is linear in |D|.

        Hard bounds cut a step, and a law with an `update` of its own need not be linear; a train that is too short for
        an increment (`Pulses.largest`) is a question of the increments.
        """
        return self.pulses is None or ((type(self).update is Device.update or self.linear) and not self.clipped)

    def steepness(self) -> float | None:
        """Return C with q_plus(w) <= C (1 - w/tau) and q_minus(w) <= C (1 + w/tau) on [-tau, tau]; None: not known.

        Increments |D| <= tau/C then never lead out of [-tau, tau] (claim device.box). Rounded up.
        """
        return None

    def response_slope(self, low: Exact, high: Exact) -> float | None:  # noqa: ARG002
        """Return a Lipschitz constant of q_plus and of q_minus on the weights [low, high], in 1/w; None: not known.

        Rounded up.
        """
        return None

    def drift_slope(self, low: Exact, high: Exact, gain: float = 1.0) -> float | None:
        """Return theta1 with |e(w, g) - e(w', g)| <= theta1 |w - w'| |g| on [low, high], in 1/w; None: not known.

        The step is -alpha q(w) g with the response q of the direction's sign, so beside -alpha gain g it makes
        e(w, g) = (q(w)/gain - 1) g, and theta1 = `response_slope`/gain serves. This needs the step to be the response
        times the increment, of any size, and all elements to be alike; no increment is clipped. Rounded up.
        """
        proportional = self.linear or type(self).update is Device.update
        found = self.response_slope(low, high) if proportional and self.elements is None else None
        if found is None or not gain > 0:
            return None
        with precise():
            slope = above(ball(found) / ball(gain))
            return slope if math.isfinite(slope) else None

    def symmetric_point(self) -> float | None:
        """Return the weight at which pulses up and down are equally strong, in weight units; None: not known."""
        return None

    def local_distortion(self, w: Array) -> Array:
        """Return gamma_loc(w) = (q_minus - q_plus)/(q_minus + q_plus) at weights `w` (any shape), in [-1, 1].

        A stationary point there has |f'| = |gamma_loc| E|g|. Source: theory/responses.md section 2, response.local.
        """
        up, down = self.q_plus(w), self.q_minus(w)
        return np.asarray((down - up) / (down + up))

    def moves_from(self, w: Array) -> bool:
        """Return whether the law gives finite weights for small increments of either sign from `w` (any shape).

        The bounds -tau and tau are where a response ends, not where the law does: a weight may start beyond them.
        """
        small = np.full_like(np.asarray(w, dtype=np.float64), 1e-3 * min(self.tau, 1.0))
        with np.errstate(all="ignore"):
            return bool(all(np.all(np.isfinite(self.update(w, dw))) for dw in (small, -small)))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the parameters of the law, tau first."""
        return tuple(one.name for one in fields(cls) if not one.kw_only)

    def fields(self) -> dict[str, float]:
        """Return the parameters of the law by name, as `make` takes them."""
        return {name: getattr(self, name) for name in self.names()}

    def numbers(self) -> tuple[float, ...]:
        """Return the parameters of the law that a kernel needs beside tau, in order."""
        return tuple(number for name, number in self.fields().items() if name != "tau")


def _outer(found: Iterable[arb]) -> tuple[arb, arb]:
    """Return the ball that reaches lowest and the one that reaches highest."""
    every = list(found)
    return min(every, key=lambda one: one.lower()), max(every, key=lambda one: one.upper())


class MonotoneResponses(Device):
    """A device whose q_plus falls and whose q_minus rises with the weight, neither below zero within its bounds.

    The extreme responses are then at the ends of a range of weights. They are enclosed in balls where the law can be
    run on them; else they are those of floating-point arithmetic, as much as eight roundings wider.
    """

    extreme_at_ends: ClassVar[bool] = True

    def ends(self, low: Exact, high: Exact) -> tuple[arb, arb] | None:
        """Return the least and the largest response on [low, high] for small increments, in balls.

        None unless -tau <= low <= high <= tau.
        """
        if not -self.tau <= low <= high <= self.tau:
            return None
        with precise():
            return _outer(
                self._response(law, end) for law in (type(self).q_plus, type(self).q_minus) for end in (low, high)
            )

    def slope_at_ends(self, low: Exact, high: Exact, slopes: Callable[[arb, arb], Iterable[arb]]) -> float | None:
        """Return the largest of some slopes at both ends of [low, high], rounded up; None beyond the bounds.

        It is that of the responses on the whole range where the size of neither slope has a maximum inside.

        Args:
            low: the least weight.
            high: the largest weight.
            slopes: returns sizes of the slopes of q_plus and q_minus, in 1/w, given w/tau and tau.

        """
        if not -self.tau <= low <= high <= self.tau:
            return None
        with precise():
            tau = ball(self.tau)
            found = [above(slope) for end in (low, high) for slope in slopes(ball(end) / tau, tau)]
        return max(found) if all(map(math.isfinite, found)) else None

    def _own_room(self, low: Exact, high: Exact) -> float:
        extremes = self.ends(low, high)
        if extremes is None:
            return 0.0
        with precise():
            left = ball(min(Fraction(self.tau) - Fraction(high), Fraction(self.tau) + Fraction(low)))
            return max(below(left / extremes[1]), 0.0)

    def extremes(self, low: Exact, high: Exact, increment: Exact = math.inf) -> tuple[arb, arb] | None:
        """Return the least and the largest of the four responses at the ends, in balls.

        None outside the bounds, and where the bounds are hard and an increment may be clipped (`room`).
        """
        if self.clipped and not increment <= self._own_room(low, high):
            return None
        return self.ends(low, high)

    def symmetric_point(self) -> float | None:
        """Return a weight next to the one where q_plus, which falls, meets q_minus, which rises; None: nowhere within.

        By bisection to the last bit of floating-point responses.
        """
        low, high = -float(self.tau), float(self.tau)
        middle = np.array(0.0)
        if self.q_plus(middle) == self.q_minus(middle):
            return 0.0
        if self._leans_down(low) or not self._leans_down(high):
            return None
        while low < (between := low + (high - low) / 2) < high:
            low, high = (low, between) if self._leans_down(between) else (between, high)
        return high

    def _leans_down(self, w: float) -> bool:
        at = np.array(w)
        return bool(self.q_plus(at) <= self.q_minus(at))


_FAMILIES = ("MonotoneResponses",)
"""Classes that say of the laws stated directly under them what the responses on a range of weights are."""


def positive(name: str, value: float, needed_by: str, *, infinite: bool = False) -> None:
    """Raise `BadInput` unless a parameter is positive, and finite where it must be."""
    if not value > 0 or (math.isinf(value) and not infinite):
        raise BadInput(name, value, f"{name} > 0" + ("" if infinite else " and finite"), needed_by)
