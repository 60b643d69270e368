"""Compiled kernels for the recursions of THEORY section 1: floats and arrays only; `entry` documents them."""

from simulate.kernels.entry import (
    ACTIVATIONS,
    DEVICES,
    LOSSES,
    TALLY,
    Element,
    Moments,
    State,
    measure,
    network,
    quadratic,
    scalar,
    start,
)

__all__ = [
    "ACTIVATIONS",
    "DEVICES",
    "LOSSES",
    "TALLY",
    "Element",
    "Moments",
    "State",
    "measure",
    "network",
    "quadratic",
    "scalar",
    "start",
]
