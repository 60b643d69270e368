"""The algorithms, one a file: a module in this folder that states an `Algorithm` with a name is all that one takes.

Each owns its arrays, direction, update and schedule, and says what of the theory changes for it.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from boundary import BadInput, known
from theory.setting.algorithms.base import WEIGHTS, Algorithm, Gradient, Tile

_TABLE = (
    "digital_sgd", "analog_sgd", "analog_sgd_sp", "analog_sgd_ap", "digital_ap", "stashed_ap",
    "accumulated_ap", "pipedream_2bw", "pipemare_ap", "pipemare", "per_sample",
)  # fmt: skip
"""The order of the table in docs/theory.md#algorithms; what it does not name comes after it."""


def _found() -> Iterator[Algorithm]:
    """Yield the algorithms that the modules of this folder state."""
    modules = {module.name for module in iter_modules(__path__)}
    for module in (*_TABLE, *sorted(modules - {*_TABLE})):
        for kind in vars(import_module(f"{__name__}.{module}")).values():
            stated_here = getattr(kind, "__module__", None) == f"{__name__}.{module}"
            if stated_here and isinstance(kind, type) and issubclass(kind, Algorithm) and kind is not Algorithm:
                yield kind()


REGISTRY: dict[str, Algorithm] = {algorithm.name: algorithm for algorithm in _found()}
"""Every algorithm by the name the command line uses."""


def named(name: str) -> Algorithm:
    """Return the algorithm `name`; an unknown name raises `BadInput`."""
    return REGISTRY[known("--algorithm", name, REGISTRY)]


def checked_lags(lags: object, stages: int) -> tuple[int, ...]:
    """Return `lags` as one nonnegative integer a stage, or raise `BadInput`."""
    values = tuple(lags) if isinstance(lags, list | tuple) else ()
    whole = all(isinstance(lag, int) and not isinstance(lag, bool) and lag >= 0 for lag in values)
    if len(values) != stages or not whole:
        raise BadInput("lags", lags, f"{stages} integers >= 0, one a stage", "stale.martingale")
    return values


__all__ = ["REGISTRY", "WEIGHTS", "Algorithm", "Gradient", "Tile", "checked_lags", "named"]
