"""A device as it acts on the elements of one tile in one step: with their own parameters, and the random numbers drawn.

Algorithms see it in the place of their device. Every call of `update` draws afresh: the arrays that an algorithm keeps
beside the weights have pulses of their own.
"""

from typing import Any, cast

import numpy as np

from theory.setting.devices.base import Array, Device
from theory.setting.devices.draws import Uniforms
from theory.setting.devices.elements import Values
from theory.setting.devices.pulses import DRAWS


class Bound:
    """One step's device; whatever it does not say itself, the device says.

    Args:
        device: whose law, pulses and parameters it has.
        values: parameters of the tile's elements, of its shape; None: all are alike.
        uniforms: the step's random numbers; None: nothing is drawn.

    """

    def __init__(self, device: Device, values: Values | None, uniforms: Uniforms | None) -> None:
        self._device, self._values, self._uniforms = device, values, uniforms
        self._updates = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the device has
        return getattr(self._device, name)

    def q_plus(self, w: Array) -> Array:
        """Return the response to positive pulses of every element, dimensionless."""
        if self._values is None:
            return self._device.q_plus(w)
        return np.asarray(self._values.up * self._device.q_plus(self._inner(w)))

    def q_minus(self, w: Array) -> Array:
        """Return the response to negative pulses of every element, dimensionless."""
        if self._values is None:
            return self._device.q_minus(w)
        return np.asarray(self._values.down * self._device.q_minus(self._inner(w)))

    def update(self, w: Array, dw: Array) -> Array:
        """Return the weights after the desired increments `dw`, as they arrive."""
        drawn, pulses, first = self._uniforms, self._device.pulses, DRAWS * self._updates
        if drawn is None or pulses is None:
            return self._law(w, dw)
        self._updates += 1
        arrived = pulses.realised(dw, lambda draw: drawn(first + draw))
        moved = self._law(w, np.copysign(arrived, dw))
        back = arrived * dw < 0  # only noise of the pulses' sizes turns an increment round
        if np.any(back):
            moved = np.where(back, 2 * w - moved, moved)
        return pulses.written(moved, dw, lambda draw: drawn(first + draw))

    def _inner(self, w: Array) -> Array:
        assert self._values is not None
        return (w - self._values.shift) / self._values.scale

    def _law(self, w: Array, dw: Array) -> Array:
        if self._values is None:
            return self._device.update(w, dw)
        slope = np.where(dw >= 0, self._values.up, self._values.down)
        inner = self._device.update(self._inner(w), dw * slope / self._values.scale)
        return (self._values.shift + self._values.scale * inner).astype(w.dtype, copy=False)


def bound(device: Device, values: Values | None, uniforms: Uniforms | None) -> Device:
    """Return the device of one tile in one step; the device itself where its elements are alike and nothing is drawn.

    Args:
        device: the device.
        values: parameters of the tile's elements, or None.
        uniforms: random numbers of the tile's elements in this step, or None.

    """
    if values is None and uniforms is None:
        return device
    return cast("Device", Bound(device, values, uniforms))
