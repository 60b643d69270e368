"""Reading parameters: names, what each must satisfy by itself, broadcasting. Errors give name, value, condition."""

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from boundary import BadInput, OutsideDomain, known
from boundary.numbers import Number, exact, shown
from theory.setting.symbols import QUANTITIES, Domain

Floats = NDArray[np.float64]
Given = Any
"""What a parameter may be: text, Decimal, Fraction, int, float, or an array or list of them."""

PARAMETERS = (
    "L", "sigma2", "Delta", "alpha", "K", "rho", "gamma", "gain", "Lambda1", "Lambdah", "nu", "Ln", "rbar2", "V",
    "qmax", "dw", "cycle", "size", "t", "eps", "chi2", "D", "ell", "ell1", "tau", "theta1", "nuhat", "F0", "H2", "HJ",
    "Gamma", "T2", "c_w",
)  # fmt: skip
"""Every name a bound may be given."""
INSTEAD: Mapping[str, str] = {"Lambdah": "nu", "ell1": "nuhat", "tau": "theta1"}
"""Parameters that a theorem makes another of, which may be given in their place."""
SYNONYMS: Mapping[str, str] = {"gamma": "rho"}
"""Other names of parameters, and the names the theorems use."""

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


def satisfied(name: str, value: Number) -> bool:
    """Return whether a value satisfies what the parameter must satisfy by itself."""
    if not isinstance(value, Fraction):
        return False  # infinite, or no number
    match QUANTITIES[name].domain:
        case "positive":
            return value > 0
        case "positive integer":
            return value >= 1 and value.denominator == 1
        case "below one":
            return 0 <= value < 1
        case "nonnegative":
            return value >= 0
    return True


def rational(value: Fraction) -> fmpq:
    """Return a number as exact arithmetic takes it."""
    return fmpq(value.numerator, value.denominator)


def canonical(given: Mapping[str, Given], theorem: str) -> dict[str, Given]:
    """Return parameters by the names the theorems use; one that is given by two names raises `BadInput`."""
    for name, meant in SYNONYMS.items():
        if name in given and meant in given:
            raise BadInput(name, given[name], f"{name} is given or {meant}, not both: they are one quantity", theorem)
    if "tau" in given and "theta1" in given:
        raise BadInput("tau", given["tau"], "tau is given or theta1, not both: theta1 is 1/tau", theorem)
    return {SYNONYMS.get(name, name): value for name, value in given.items()}


def as_typed(text: str, given: Iterable[str]) -> str:
    """Return a text in the names the theorems use with the names that the user gave."""
    for name in SYNONYMS.keys() & set(given):
        text = re.sub(rf"\b{SYNONYMS[name]}\b", name, text)
    return text


@contextmanager
def spelled(given: Iterable[str]) -> Iterator[None]:
    """Let errors from inside name parameters as the user did."""
    typed = SYNONYMS.keys() & set(given)
    try:
        yield
    except BadInput as error:
        if not typed:
            raise
        words = (as_typed(error.name, typed), error.value, as_typed(error.condition, typed), error.needed_by)
        raise type(error)(*words) from None


@dataclass(frozen=True)
class Settings:
    """Parameters of one or many settings, exactly: lists of n numbers by name; `shape` is what the caller broadcast."""

    values: Mapping[str, list[Fraction]]
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """Return n."""
        return math.prod(self.shape)

    def at(self, index: int) -> dict[str, Fraction]:
        """Return one setting as numbers by name."""
        return {name: values[index] for name, values in self.values.items()}


def has(name: str, given: Container[str]) -> bool:
    """Return whether a parameter is given, or what may be given in its place."""
    return name in given or INSTEAD.get(name, name) in given


def read(given: Mapping[str, Given], required: Iterable[str], theorem: str) -> Settings:
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
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise BadInput("shapes", shapes, "shapes broadcast against each other", theorem) from None
    return Settings({name: np.broadcast_to(array, shape).ravel().tolist() for name, array in arrays.items()}, shape)


def _array(name: str, value: Given, theorem: str) -> NDArray[np.object_]:
    """Return the exact numbers that `value` holds, each checked against the range of the quantity."""
    try:
        array = np.asarray(value)
    except ValueError:  # lists of unequal length
        raise BadInput(name, repr(value), "a real number or an array of them", theorem) from None
    found = np.empty(array.shape, object)
    for place, item in np.ndenumerate(array):
        number = exact(name, item if array.ndim else scalar(value), needed_by=theorem)
        if not satisfied(name, number):
            raise OutsideDomain(name, shown(number), condition(name), theorem)
        found[place] = number
    return found


def scalar(value: Given) -> object:
    """Return a number as it was given; one that stands alone in an array is taken out."""
    return value.flat[0] if isinstance(value, np.ndarray) and value.size == 1 else value
