"""The devices, one a file: a module in this folder that states a `Device` with a name is all that one takes.

Each owns its law (`update`), its distortion on a range of weights, its symmetric point, and how kernels compile it.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules

from boundary import known
from theory.setting.devices.base import Array, Device, Distortion, MonotoneResponses


def _found() -> Iterator[type[Device]]:
    """Yield the devices that the modules of this folder state, the linear one first."""
    for module in sorted((module.name for module in iter_modules(__path__)), key=lambda name: (name != "linear", name)):
        for kind in vars(import_module(f"{__name__}.{module}")).values():
            stated_here = getattr(kind, "__module__", None) == f"{__name__}.{module}"
            if stated_here and isinstance(kind, type) and issubclass(kind, Device) and not isabstract(kind):
                yield kind


REGISTRY: dict[str, type[Device]] = {kind.name: kind for kind in _found()}
"""Every device by the name the command line uses."""


def make(name: str, tau: float, **parameters: float) -> Device:
    """Return the device `name` with saturation `tau`; unknown names and parameters raise `BadInput`."""
    kind = REGISTRY[known("--device", name, REGISTRY)]
    for parameter in parameters:
        known("--set", parameter, kind.names()[1:], f"the device {name}")
    made: Callable[..., Device] = kind
    return made(tau, **parameters)


globals().update({name.replace("-", "_"): kind for name, kind in REGISTRY.items()})
# `devices.ald(tau)` and its siblings are the classes themselves, under the names of the interface; the module that
# states `power` is still what `from theory.setting.devices.power import ...` reads.

__all__ = ["REGISTRY", "Array", "Device", "Distortion", "MonotoneResponses", "make"]
