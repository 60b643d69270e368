"""Compiled kernels for the recursions of docs/theory.md#algorithms: floats and arrays only.

`entry` documents the state and the kernels of networks, the other files those of their families.
"""

from simulate.kernels.entry import (
    ACTIVATIONS,
    DEVICES,
    LOSSES,
    TALLY,
    Element,
    State,
    largest_weight,
    network,
    scalar,
    start,
)
from simulate.kernels.laws import custom, measure_custom
from simulate.kernels.laws import serves as serves_custom
from simulate.kernels.logistic import logistic, measure_logistic
from simulate.kernels.measuring import KernelMoments, measure
from simulate.kernels.plugins import NotCompiled
from simulate.kernels.plugins import activation as plug_activation
from simulate.kernels.plugins import device as plug_device
from simulate.kernels.quadratic import quadratic
from simulate.kernels.sizes import StepSizes

__all__ = [
    "ACTIVATIONS",
    "DEVICES",
    "LOSSES",
    "TALLY",
    "Element",
    "KernelMoments",
    "NotCompiled",
    "State",
    "StepSizes",
    "custom",
    "largest_weight",
    "logistic",
    "measure",
    "measure_custom",
    "measure_logistic",
    "network",
    "plug_activation",
    "plug_device",
    "quadratic",
    "scalar",
    "serves_custom",
    "start",
]
