"""The devices, one a file: a module in this folder that states a `Device` with a name is all that one takes.

Each owns its law (`update`), its distortion on a range of weights, its symmetric point, and how kernels compile it.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from typing import Any

from boundary import BadInput, known
from theory.setting.devices.base import Array, Device, Distortion, MonotoneResponses
from theory.setting.devices.bound import bound
from theory.setting.devices.elements import SPREADS, Elements, read
from theory.setting.devices.pulses import Pulses


def _found() -> Iterator[type[Device]]:
    """Yield the devices that the modules of this folder state, the linear one first."""
    for module in sorted((module.name for module in iter_modules(__path__)), key=lambda name: (name != "linear", name)):
        for kind in vars(import_module(f"{__name__}.{module}")).values():
            stated_here = getattr(kind, "__module__", None) == f"{__name__}.{module}"
            if stated_here and isinstance(kind, type) and issubclass(kind, Device) and not isabstract(kind):
                yield kind


REGISTRY: dict[str, type[Device]] = {kind.name: kind for kind in _found()}
"""Every device by the name the command line uses."""


OF_PULSES = tuple(one.name for one in fields(Pulses))
"""Parameters of any device: how increments arrive."""
OF_ELEMENTS = (*SPREADS, "reference", "elements", "elements_sha256")
"""Parameters of any device: what differs from element to element. `elements` is a seed or the path of an NPZ file."""


def make(name: str, tau: float, *, count: int = 0, **parameters: float | str) -> Device:
    """Return the device `name` with saturation `tau`; unknown names and parameters raise `BadInput`.

    Args:
        name: of `REGISTRY`.
        tau: saturation level, in weight units.
        count: elements of the model, which the parameters of elements must fit; 0: not known.
        parameters: of the law, of its pulses (`Pulses`) and of its elements (`Elements`), by name.

    """
    kind = REGISTRY[known("--device", name, REGISTRY)]
    for parameter in parameters:
        known("--set", parameter, (*kind.names()[1:], *OF_PULSES, *OF_ELEMENTS), f"the device {name}")
    law = {key: value for key, value in parameters.items() if key in kind.names()}
    pulses = Pulses(**{key: value for key, value in parameters.items() if key in OF_PULSES})  # type: ignore[arg-type]
    made: Callable[..., Device] = kind
    device = made(tau, **law)
    elements = _elements({key: value for key, value in parameters.items() if key in OF_ELEMENTS}, count)
    return replace(device, pulses=pulses if pulses.random else None, elements=elements if elements.unequal else None)


def _elements(given: dict[str, float | str], count: int) -> Elements:
    """Return the elements that are described; a file that is not the one of the checksum given raises `BadInput`."""
    source, checksum = given.pop("elements", 0), str(given.pop("elements_sha256", ""))
    numbers: dict[str, Any] = dict(given)
    if not isinstance(source, str):
        return Elements(**numbers, seed=source, count=count)  # type: ignore[arg-type]
    arrays, found = read(source)
    if checksum not in ("", found):
        raise BadInput("elements", source, f"the file with the checksum {checksum}, not {found}", "response.spread")
    return Elements(**numbers, count=count, path=source, sha256=found, arrays=arrays)


globals().update({name.replace("-", "_"): kind for name, kind in REGISTRY.items()})
# `devices.ald(tau)` and its siblings are the classes themselves, under the names of the interface; the module that
# states `power` is still what `from theory.setting.devices.power import ...` reads.

__all__ = [
    "OF_ELEMENTS",
    "OF_PULSES",
    "REGISTRY",
    "Array",
    "Device",
    "Distortion",
    "Elements",
    "MonotoneResponses",
    "Pulses",
    "bound",
    "make",
]
