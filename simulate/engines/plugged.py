"""Devices and activations that are not built in, by the numbers under which the kernels know them."""

from functools import cache

from simulate import kernels
from simulate.problems.activations import Activation
from theory.setting.devices import Device


@cache
def device_number(kind: type[Device]) -> int | str:
    """Return the number of a device whose own law is compiled as it stands in the class, or why it is not."""
    names = kind.names()
    update = None if kind.update is Device.update else kind.update
    try:
        return kernels.plug_device(names, kind.q_plus, kind.q_minus, update, clipped=kind.clipped)
    except kernels.NotCompiled as error:
        return str(error)


@cache
def activation_number(activation: Activation) -> int | str:
    """Return the number of an activation that is plugged in, or why it is not."""
    slope = activation.slope_of_value
    if slope is None:
        return "it does not give its slope as a function of its value"
    try:
        return kernels.plug_activation(activation.value, slope)
    except kernels.NotCompiled as error:
        return str(error)
