"""A box of weights that no step can leave, found by growing and then checked directly with the device's own update.

The direction is G = H (U - W*) + noise with bounded noise; U is the lagged copy of the weights. Every stale
coordinate lies in the box too, since the box holds all the past; a coordinate's own stale value lies within the
steps it has made since. Nothing of a theorem's formula is used: the image of every cell of weights under the
device's update is enclosed and compared with the box.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from theory.setting.devices import Device, MonotoneResponses
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
    """Return whether the image of a cell of weights can be enclosed: q_plus falls, q_minus rises, neither below zero.

    That is known of a law that is stated as such, and of the linear device and its pulse train; a law about whose
    responses nothing is known (`Device.extremes`) has taken nothing over from its parent.
    """
    stated = isinstance(device, MonotoneResponses | AsymmetricLinear)
    return stated and device.responses(0.0, 0.0, 0.0) is not None


def saturation(direction: AffineDirection, start: Vector, alpha: float, device: Device) -> float | None:
    """Return rho such that |W_k| <= rho tau for ever, certified, or None if no box inside (-tau, tau) is found.

    Setting:    bounded noise, general lags; responses monotone in the weight (q_plus falls, q_minus rises), soft
                bounds or hard ones, increments of any size (the response may fall with their size).
    Source:     docs/theory.md#device.inward, checked by enclosure instead of by its closed form.

    Args:
        direction: the directions that can occur.
        start: W_0, shape (D,).
        alpha: step size, > 0.
        device: the device that updates.

    """
    tau = device.tau
    if not np.isfinite(tau):
        return 0.0
    if not encloses(device):
        return None
    low, high = start.copy(), start.copy()
    # Beyond the sign change of the gradient the drift is inward: a Newton step leads there, an image only one step on.
    stretch = 1.001 / np.clip(alpha * np.diag(direction.hessian), 1e-6, 1.0)
    for _ in range(_ROUNDS):
        if max(float(np.max(high)), -float(np.min(low))) >= tau * (1 - ROUNDING):
            return None
        least, most = image(direction, low, high, alpha, device)
        margin = ROUNDING * tau
        if np.all(least >= low + margin) and np.all(most <= high - margin):
            return float(max(np.max(high), -np.min(low))) / tau * (1 + ROUNDING)
        low = np.where(least < low + margin, low - stretch * (np.maximum(low - least, 0) + 2 * margin), low)
        high = np.where(most > high - margin, high + stretch * (np.maximum(most - high, 0) + 2 * margin), high)
    return None


def image(direction: AffineDirection, low: Vector, high: Vector, alpha: float, device: Device) -> tuple[Vector, Vector]:
    """Enclose the weights after one step from anywhere in the box [low, high], coordinate by coordinate.

    On a cell [a, b] of weights an increment of at most D leads no further than update(a, D) + (b - a), since what is
    made of it, update(w, D) - w, rises with D and falls with w: D times a response that falls with w where D > 0 and
    rises where D < 0; cut at the bound, min(D q, tau - w), it does as well. Mirrored for the other side.
    """
    floor, ceiling = direction.others(low, high)
    own = np.diag(direction.hessian)
    anywhere = (
        np.minimum(own * (low - direction.minimiser), own * (high - direction.minimiser)) + floor,
        np.maximum(own * (low - direction.minimiser), own * (high - direction.minimiser)) + ceiling,
    )
    rise = device.update(low, np.maximum(-alpha * anywhere[0], 0)) - low
    fall = high - device.update(high, np.minimum(-alpha * anywhere[1], 0))
    edges = np.linspace(low, high, _CELLS + 1)
    left, right = edges[:-1], edges[1:]
    stalest = (
        np.maximum(low, left - direction.lags * rise),
        np.minimum(high, right + direction.lags * fall),
    )
    slopes = (own * (stalest[0] - direction.minimiser), own * (stalest[1] - direction.minimiser))
    weakest, strongest = np.minimum(*slopes) + floor, np.maximum(*slopes) + ceiling
    width = right - left
    most = np.max(device.update(left, -alpha * weakest) + width, axis=0)
    least = np.min(device.update(right, -alpha * strongest) - width, axis=0)
    return least, most
