"""The devices, one a file: a module in this folder that states a `Device` with a name is all that one takes.

Each owns its law (`update`), its distortion on a range of weights, its symmetric point, and how kernels compile it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from typing import Any, NamedTuple

from boundary import BadInput, known
from theory.setting.devices.base import Array, Device, Distortion, MonotoneResponses
from theory.setting.devices.bound import bound
from theory.setting.devices.elements import SPREADS, Elements, read
from theory.setting.devices.measured import PREFIX, Measured, measured
from theory.setting.devices.presets import PRESETS, REFUSED, Preset
from theory.setting.devices.pulses import Pulses
from theory.setting.devices.table import Table


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


class Named(NamedTuple):
    """What a name of a device stands for.

    Args:
        law: the name in `REGISTRY` of its law.
        parameters: of the law, its pulses and its elements.
        lacks: what the device so named has and the model has not.

    """

    law: str
    parameters: dict[str, Any]
    lacks: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """Return what a device may be called, a file of measured pulses apart: laws, then published devices."""
    return (*REGISTRY, *PRESETS)


def resolved(name: str, tau: float, parameters: Mapping[str, Any]) -> Named:
    """Return the law and the parameters for a name, with those that are given in the place of the name's own.

    Args:
        name: of `REGISTRY`, of `PRESETS`, or `table:FILE.csv`, whose file is read and fitted.
        tau: saturation level, in weight units: a published device has half its range there.
        parameters: that are given.

    Raises:
        BadInput: an unknown name, one of a device that the model cannot state, or a file that is no measurement.

    """
    if name.startswith(PREFIX):
        found = measured(name.removeprefix(PREFIX))
        step = f"pulses: the mean step was {found.mean_step:.6g} tau; here steps are smooth unless dw is given"
        return Named(Table.name, {**found.parameters(), **parameters}, (step,))
    if name in REFUSED:
        raise BadInput("--device", name, REFUSED[name])
    if name in PRESETS:
        return Named(PRESETS[name].law, PRESETS[name].at(tau, parameters), PRESETS[name].lacks)
    return Named(known("--device", name, (*names(), f"{PREFIX}FILE.csv")), dict(parameters))


def law_of(name: str) -> type[Device]:
    """Return the law that a name stands for; a file is not read."""
    if name.startswith(PREFIX):
        return Table
    return REGISTRY[PRESETS[name].law if name in PRESETS else resolved(name, 1.0, {}).law]


def make(name: str, tau: float, *, count: int = 0, **parameters: Any) -> Device:  # noqa: ANN401 - checked here
    """Return the device `name` with saturation `tau`; unknown names and parameters raise `BadInput`.

    Args:
        name: as `resolved` takes it.
        tau: saturation level, in weight units.
        count: elements of the model, which the parameters of elements must fit; 0: not known.
        parameters: of the law, of its pulses (`Pulses`) and of its elements (`Elements`), by name.

    """
    named = resolved(name, tau, parameters)
    kind, parameters = REGISTRY[named.law], named.parameters
    for parameter in parameters:
        known("--set", parameter, (*kind.names()[1:], *OF_PULSES, *OF_ELEMENTS), f"the device {name}")
    law = {key: value for key, value in parameters.items() if key in kind.names()}
    pulses = Pulses(**{key: value for key, value in parameters.items() if key in OF_PULSES})
    made: Callable[..., Device] = kind
    device = made(tau, **law, lacks=named.lacks)
    elements = _elements({key: value for key, value in parameters.items() if key in OF_ELEMENTS}, count)
    return replace(device, pulses=pulses if pulses.random else None, elements=elements if elements.unequal else None)


def preset(name: str, tau: float = 1.0) -> Device:
    """Return a published device by aihwkit's name; half its range is `tau`, which aihwkit has as 1."""
    return make(known("preset", name, PRESETS), tau)


def _elements(given: dict[str, Any], count: int) -> Elements:
    """Return the elements that are described; a file that is not the one of the checksum given raises `BadInput`."""
    source, checksum = given.pop("elements", 0), str(given.pop("elements_sha256", ""))
    numbers: dict[str, Any] = dict(given)
    if not isinstance(source, str):
        return Elements(**numbers, seed=source, count=count)
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
    "PREFIX",
    "PRESETS",
    "REGISTRY",
    "Array",
    "Device",
    "Distortion",
    "Elements",
    "Measured",
    "MonotoneResponses",
    "Named",
    "Preset",
    "Pulses",
    "Table",
    "bound",
    "law_of",
    "make",
    "measured",
    "names",
    "preset",
    "resolved",
]
