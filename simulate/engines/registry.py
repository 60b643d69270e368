"""The engines by name: who makes the steps, and how many replicas one of them takes."""

from collections.abc import Callable
from typing import NamedTuple

from boundary import known
from simulate.engines.base import Engine, MachineEngine, NumPyEngine, ReferenceEngine, Task


class Backend(NamedTuple):
    """How to make an engine, and the replicas it takes at most."""

    make: Callable[[Task], Engine]
    group: int


def _compiled(task: Task) -> Engine:
    """Import Numba only where a run is made."""
    from simulate.engines import compiled

    return compiled.choose(task)


REGISTRY: dict[str, Backend] = {
    "kernels": Backend(_compiled, 256),
    "numpy": Backend(NumPyEngine, 256),
    "reference": Backend(ReferenceEngine, 1),
    "machine": Backend(MachineEngine, 1),
}
"""Every backend by the name the command line uses."""


def named(name: str) -> Backend:
    """Return the backend `name`; an unknown name raises `BadInput`."""
    return REGISTRY[known("--backend", name, REGISTRY)]
