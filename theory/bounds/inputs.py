"""Reading parameters: names, what each must satisfy by itself, broadcasting. Errors give name, value, condition."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.setting.boundary import BadInput, OutsideDomain, known
from theory.setting.symbols import QUANTITIES, Domain

Floats = NDArray[np.float64]

PARAMETERS = ("L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah", "nu", "Ln", "rbar2", "t", "eps")
"""Every name a bound may be given."""

_CONDITIONS: Mapping[Domain, str] = {
    "real": "{0} is finite",
    "nonnegative": "{0} >= 0 and finite",
    "positive": "{0} > 0 and finite",
    "below one": "0 <= {0} < 1",
    "positive integer": "{0} is an integer >= 1",
}


def condition(name: str) -> str:
    """Return what a parameter must satisfy by itself, in words."""
    return _CONDITIONS[QUANTITIES[name].domain].format(name)


def satisfied(name: str, values: Floats) -> NDArray[np.bool_]:
    """Return where `values` satisfy what the parameter must satisfy by itself."""
    domain, finite = QUANTITIES[name].domain, np.isfinite(values)
    lower = values > 0 if domain == "positive" else values >= 0
    if domain == "positive integer":
        lower = (values >= 1) & (values == np.floor(values))
    elif domain == "below one":
        lower &= values < 1
    return finite & (lower if domain != "real" else True)


@dataclass(frozen=True)
class Settings:
    """Parameters of one or many settings: every array has shape (n,); `shape` is what the caller broadcast."""

    values: Mapping[str, Floats]
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """Return n."""
        return math.prod(self.shape)

    def at(self, index: int) -> dict[str, float]:
        """Return one setting as numbers by name."""
        return {name: float(values[index]) for name, values in self.values.items()}


def read(given: Mapping[str, ArrayLike], required: Iterable[str], theorem: str) -> Settings:
    """Check names and single values, and broadcast.

    Raises:
        BadInput: an unknown or missing name, or a value that is no real number.
        OutsideDomain: a value outside the range of its quantity.

    """
    for name in given:
        known("parameter", name, PARAMETERS, theorem)
    for name in required:
        if name not in given:
            raise BadInput(name, "(not given)", f"{name} is given: {condition(name)}", theorem)
    arrays = {name: _array(name, value, theorem) for name, value in given.items()}
    try:
        wide = np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise BadInput("shapes", shapes, "shapes broadcast against each other", theorem) from None
    flat = {name: np.ravel(array) for name, array in zip(arrays, wide, strict=True)}
    for name, values in flat.items():
        fine = satisfied(name, values)
        if not fine.all():
            raise OutsideDomain(name, float(values[~fine][0]), condition(name), theorem)
    return Settings(flat, wide[0].shape if wide else ())


def _array(name: str, value: ArrayLike, theorem: str) -> Floats:
    try:
        array = np.asarray(value)
        if array.dtype == bool or np.iscomplexobj(array):
            raise ValueError
        return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(name, repr(value), "a real number or an array of them", theorem) from None
