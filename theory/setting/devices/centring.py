"""The best centre of a device: around which weight the weights of a given half-width are distorted least.

A reference array shifts the weight that counts as 0. Source: theory/responses.md section 3, claim response.recentre.
"""

import heapq
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from boundary import BadInput
from theory.setting.devices.base import Device, Distortion, MonotoneResponses
from theory.setting.devices.linear import AsymmetricLinear
from theory.setting.devices.shifted_linear import ShiftedLinear

TOLERANCE = 1e-9
"""By how much l at the centre that is found may exceed the least, where more is not worth the search."""
MOST_PIECES = 20_000
_NEEDED_BY = "response.recentre"


class Centring(NamedTuple):
    """A centre that was found.

    Args:
        centre: the weight in the middle of the range, in weight units.
        distortion: on that range, for increments that are small enough: that nothing clips, of a train the least.
        excess: l at this centre is at most this much above the least l that any centre has.

    """

    centre: float
    distortion: Distortion
    excess: float


def best_centre(device: Device, half_width: float) -> tuple[float, Distortion]:
    """Return the centre c for which gamma on [c - half_width, c + half_width] is least, and the distortion there.

    Args:
        device: with responses that are monotone.
        half_width: largest distance of a weight from the centre, in weight units, > 0.

    Raises:
        BadInput: where no range of that width has positive responses, or nothing is known of the device.

    """
    found = centre(device, half_width)
    return found.centre, found.distortion


def centre(device: Device, half_width: float) -> Centring:
    """Return what `best_centre` returns, and how far from the best it may be.

    On the shifted linear device c = dl (1 - s) tau with s = half_width/tau and dl = (up - down)/(up + down): there
    q_plus at the upper end equals q_minus at the lower one. On any other device whose responses are monotone, by branch
    and bound: on a piece [u, v] of centres q_plus(c - h) is between its values at u and v, and likewise the other
    three, so that l on the piece is bounded from below by one value of each.
    """
    if not 0 < half_width < device.tau:
        raise BadInput("half_width", half_width, f"0 < half_width < tau = {device.tau}", _NEEDED_BY)
    if _answers_as(device, AsymmetricLinear):
        return Centring(0.0, _distortion(device, 0.0, half_width), 0.0)
    if isinstance(device, ShiftedLinear) and _answers_as(device, ShiftedLinear):
        skew = (device.up - device.down) / (device.up + device.down)
        at = skew * (device.tau - half_width)
        return Centring(at, _distortion(device, at, half_width), 0.0)
    if not isinstance(device, MonotoneResponses):
        raise BadInput("device", device.name, "a device whose responses are monotone", _NEEDED_BY)
    at, excess = _least(_log_ratio_bounds(device, half_width), device.tau - half_width)
    return Centring(at, _distortion(device, at, half_width), excess)


def _answers_as(device: Device, law: type[Device]) -> bool:
    """Return whether the responses of a device are those of a law."""
    return type(device).q_plus is law.q_plus and type(device).q_minus is law.q_minus


def _distortion(device: Device, at: float, half_width: float) -> Distortion:
    # The range may be a rounding wider than the device; a weight there is not one that the device has.
    low, high = max(at - half_width, -device.tau), min(at + half_width, device.tau)
    found = device.distortion(low, high, device.room(low, high) if isinstance(device, MonotoneResponses) else 0.0)
    if found is None:
        raise BadInput("half_width", half_width, f"a distortion of the device {device.name} is known", _NEEDED_BY)
    return found


def _log_ratio_bounds(device: MonotoneResponses, half_width: float) -> Callable[[float, float], float]:
    """Return a function of a piece [u, v] of centres: a lower bound of ln(qmax/qmin), which is exact where u = v."""

    def logarithms(law: Callable[[np.ndarray], np.ndarray], w: float) -> float:
        response = float(law(np.array(min(max(w, -device.tau), device.tau))))
        return math.log(response) if response > 0 else -math.inf

    def least(u: float, v: float) -> float:
        most = max(logarithms(device.q_plus, v - half_width), logarithms(device.q_minus, u + half_width))
        smallest = min(logarithms(device.q_plus, u + half_width), logarithms(device.q_minus, v - half_width))
        return math.inf if smallest == -math.inf else most - smallest

    return least


def _least(bound: Callable[[float, float], float], reach: float) -> tuple[float, float]:
    """Return a point of [-reach, reach] where the bound is least but for an excess in half of it, and that excess.

    0 is kept unless another point is better by more than the tolerance.
    """
    best, value = 0.0, bound(0.0, 0.0)
    pieces = [(bound(-reach, reach), -reach, reach)]
    for _ in range(MOST_PIECES):
        low, u, v = pieces[0]
        middle = u + (v - u) / 2
        if value - low <= 2 * TOLERANCE or not u < middle < v:
            break
        heapq.heappop(pieces)
        here = bound(middle, middle)
        if here < value - (TOLERANCE if best == 0 else 0):
            best, value = middle, here
        for left, right in ((u, middle), (middle, v)):
            heapq.heappush(pieces, (bound(left, right), left, right))
    return best, max((value - pieces[0][0]) / 2, 0.0)
