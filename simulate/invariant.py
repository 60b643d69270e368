"""A box of weights that no step can leave, found by growing and then checked directly with the device's own update.

The direction is G = H (U - W*) + noise with bounded noise; U is the lagged copy of the weights. Every stale
coordinate lies in the box too, since the box holds all the past; a coordinate's own stale value lies within the
steps it has made since. Nothing of a theorem's formula is used: the image of every cell of weights under the
device's update is enclosed and compared with the box.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from theory.setting.devices import Device, MonotoneResponses, Pulses, bound
from theory.setting.devices.linear import AsymmetricLinear

Vector = NDArray[np.float64]

_CELLS = 256
_ROUNDS = 400
ROUNDING = 1e-12
"""Margin, as a share of tau, for rounding: the enclosure's and the float64 trajectory's own stay below 1e-15 D each."""


@dataclass(frozen=True)
class AffineDirection:
    """The directions that can occur.

    Args:
        hessian: H, shape (D, D).
        minimiser: W*, shape (D,).
        noise: largest absolute noise of each coordinate, shape (D,).
        lags: updates by which each coordinate's forward weight is old, shape (D,).

    """

    hessian: NDArray[np.float64]
    minimiser: Vector
    noise: Vector
    lags: NDArray[np.int64]

    def with_noise(self, more: float) -> "AffineDirection":
        """Return the directions with `more` added to every coordinate's largest noise."""
        return replace(self, noise=self.noise + more)

    def others(self, low: Vector, high: Vector) -> tuple[Vector, Vector]:
        """Enclose the part of each coordinate that does not depend on the coordinate itself."""
        off = self.hessian - np.diag(np.diag(self.hessian))
        grow, shrink = np.maximum(off, 0), np.minimum(off, 0)
        below, above = low - self.minimiser, high - self.minimiser
        return grow @ below + shrink @ above - self.noise, grow @ above + shrink @ below + self.noise

    def largest(self, reach: float) -> Vector:
        """Return the largest |G_i| of each coordinate, rounded up, if no weight is or was beyond |w| <= reach."""
        far = np.abs(self.hessian) @ (reach + np.abs(self.minimiser)) + self.noise
        return np.asarray(far * (1 + 4 * (len(far) + 4) * np.finfo(np.float64).eps))


def encloses(device: Device) -> bool:
    """Return whether the image of a cell of weights can be enclosed.

    The law must be one whose q_plus falls and q_minus rises, neither below zero: that is known of a law that is stated
    as such, and of the linear device and its pulse train; a law about whose responses nothing is known
    (`Device.extremes`) has taken nothing over from its parent. No step may be drawn from a normal law: the sizes of
    pulses that vary from cycle to cycle, and what is written, lead anywhere some time.
    """
    if device.pulses is not None and (device.pulses.cycle or device.pulses.write):
        return False
    stated = isinstance(device, MonotoneResponses | AsymmetricLinear)
    return stated and device.extremes(0.0, 0.0, 0.0) is not None


@dataclass(frozen=True)
class Elementwise:
    """A device as it acts on all coordinates at once.

    Args:
        device: its law, with the parameters of each element.
        lower: the elements' own lower bounds, in w, shape (D,).
        upper: the upper ones.
        pulses: how increments arrive; None: as they are.

    """

    device: Device
    lower: Vector
    upper: Vector
    pulses: Pulses | None

    @classmethod
    def of(cls, device: Device, count: int) -> "Elementwise":
        """Return what `device` is on `count` coordinates."""
        if device.elements is None:
            edge = np.full(count, device.tau)
            return cls(device, -edge, edge, device.pulses)
        values = device.elements.part(0, (count,))
        reach = values.scale * device.tau
        return cls(bound(device, values, None), values.shift - reach, values.shift + reach, device.pulses)

    def update(self, w: Vector, D: Vector) -> Vector:
        """Return the weights after increments that arrive as they are."""
        return np.asarray(self.device.update(w, D))

    def most(self, D: Vector) -> Vector:
        """Return the largest increment that can arrive where at most `D` is asked for.

        Ideal rounding gives one of the two multiples of dw next to D, so less than dw more, and nothing above zero for
        what is not above zero; a train gives up to BL pulses.
        """
        if self.pulses is None or not self.pulses.dw:
            return D
        up = np.full_like(D, self.pulses.largest) if self.pulses.BL else (D + self.pulses.dw) * (1 + 1e-15)
        return np.where(D > 0, up, np.minimum(0.0 if self.pulses.BL else up, 0.0))

    def least(self, D: Vector) -> Vector:
        """Return the least increment that can arrive where at least `D` is asked for."""
        return -self.most(-D)


def saturation(direction: AffineDirection, start: Vector, alpha: float, device: Device) -> float | None:
    """Return the largest of `saturations`, or None if no box inside (-tau, tau) is found; arguments as there."""
    found = saturations(direction, start, alpha, device)
    return None if found is None else float(found.max())


def saturations(direction: AffineDirection, start: Vector, alpha: float, device: Device) -> Vector | None:
    """Return rho_i such that |W_k,i| <= rho_i tau for ever, certified, or None if no box inside (-tau, tau) is found.

    Setting:    bounded noise, general lags; responses monotone in the weight (q_plus falls, q_minus rises), soft
                bounds or hard ones, increments of any size (the response may fall with their size).
    Source:     docs/theory.md#device.inward, checked by enclosure instead of by its closed form.

    Args:
        direction: the directions that can occur.
        start: W_0, shape (D,).
        alpha: step size, > 0.
        device: the device that updates.

    Returns: shape (D,).

    """
    tau = device.tau
    if not np.isfinite(tau):
        return np.zeros(len(start))
    if not encloses(device):
        return None
    acting = Elementwise.of(device, len(start))
    low, high = start.copy(), start.copy()
    # Beyond the sign change of the gradient the drift is inward: a Newton step leads there, an image only one step on.
    stretch = 1.001 / np.clip(alpha * np.diag(direction.hessian), 1e-6, 1.0)
    for _ in range(_ROUNDS):
        margin = ROUNDING * tau
        if np.any(high >= acting.upper - margin) or np.any(low <= acting.lower + margin):
            return None
        least, most = _image(direction, low, high, alpha, acting, margin)
        if np.all(least >= low) and np.all(most <= high):
            return np.asarray(np.maximum(high, -low) / tau * (1 + ROUNDING))
        low = np.where(least < low, low - _growth(low - least, stretch, acting) - stretch * margin, low)
        high = np.where(most > high, high + _growth(most - high, stretch, acting) + stretch * margin, high)
    return None


def _growth(beyond: Vector, stretch: Vector, acting: Elementwise) -> Vector:
    """Return by how much a side moves out: what rounding to pulses adds to a step is no sign of a gradient."""
    if acting.pulses is None:
        return stretch * beyond
    rounded = 2 * (acting.pulses.largest if acting.pulses.BL else acting.pulses.dw)  # a response is about 2 at most
    return np.asarray(stretch * np.maximum(beyond - rounded, 0) + 1.1 * np.minimum(beyond, rounded))


def image(direction: AffineDirection, low: Vector, high: Vector, alpha: float, device: Device) -> tuple[Vector, Vector]:
    """Enclose the weights after one step from anywhere in the box [low, high], coordinate by coordinate.

    On a cell [a, b] of weights an increment of at most D leads no further than update(a, D) + (b - a), since what is
    made of it, update(w, D) - w, rises with D and falls with w: D times a response that falls with w where D > 0 and
    rises where D < 0; cut at the bound, min(D q, tau - w), it does as well. Mirrored for the other side.
    """
    return _image(direction, low, high, alpha, Elementwise.of(device, len(low)), 0.0)


def _image(
    direction: AffineDirection, low: Vector, high: Vector, alpha: float, acting: Elementwise, margin: float
) -> tuple[Vector, Vector]:
    """Return `image`, wider by a margin for rounding: not where pulses stand still or move away from the end."""
    floor, ceiling = direction.others(low, high)
    own = np.diag(direction.hessian)
    anywhere = (
        np.minimum(own * (low - direction.minimiser), own * (high - direction.minimiser)) + floor,
        np.maximum(own * (low - direction.minimiser), own * (high - direction.minimiser)) + ceiling,
    )
    rise = acting.update(low, acting.most(np.maximum(-alpha * anywhere[0], 0))) - low
    fall = high - acting.update(high, acting.least(np.minimum(-alpha * anywhere[1], 0)))
    edges = np.linspace(low, high, _CELLS + 1)
    left, right = edges[:-1], edges[1:]
    stalest = (
        np.maximum(low, left - direction.lags * rise),
        np.minimum(high, right + direction.lags * fall),
    )
    slopes = (own * (stalest[0] - direction.minimiser), own * (stalest[1] - direction.minimiser))
    weakest, strongest = np.minimum(*slopes) + floor, np.maximum(*slopes) + ceiling
    width = right - left
    up, down = acting.most(-alpha * weakest), acting.least(-alpha * strongest)
    most = acting.update(left, up) + width + margin
    least = acting.update(right, down) - width - margin
    if acting.pulses is not None:
        most, least = (
            np.where(up <= 0, np.minimum(most, right), most),
            np.where(down >= 0, np.maximum(least, left), least),
        )
    return np.min(least, axis=0), np.max(most, axis=0)
