"""The claims. Importing this package registers them all; `theory.blueprint` puts them in order."""

from theory.lemmas import (
    adaptive,
    device,
    feasible,
    floor,
    hilbert,
    instance,
    master,
    multiplier,
    network,
    noise,
    order,
    resolved,
    short_lags,
    staleness,
    synchronous,
    windows,
)

__all__ = [
    "adaptive",
    "device",
    "feasible",
    "floor",
    "hilbert",
    "instance",
    "master",
    "multiplier",
    "network",
    "noise",
    "order",
    "resolved",
    "short_lags",
    "staleness",
    "synchronous",
    "windows",
]
