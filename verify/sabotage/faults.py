"""What a planted fault is, what may notice it, and how it is planted."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal

Area = Literal["theory", "simulation", "statistics", "devices"]
AREAS: tuple[Area, ...] = ("theory", "simulation", "statistics", "devices")
"""Where faults are planted."""

Answer = bool | str
"""True if all is well; else False, or which line says no."""

Detector = Callable[[], Answer]
"""A named check that must notice a fault, and says that all is well without one."""


@dataclass(frozen=True)
class Fault:
    """One thing made wrong.

    Args:
        name: what is wrong, in few words.
        area: where.
        plant: makes it wrong while entered.

    """

    name: str
    area: Area
    plant: Callable[[], AbstractContextManager[None]]


@contextmanager
def swapped(target: object, name: str, value: object) -> Iterator[None]:
    """Put something else in the place of an attribute."""
    before = vars(target)[name] if isinstance(target, type) else getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        setattr(target, name, before)
