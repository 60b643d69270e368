"""Ranges from which settings are made: one description that can be sampled, explored by Hypothesis, or optimised over.

An axis maps the unit interval onto its values; u = 0 is its plainest value, so that shrinking u shrinks the setting.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

Draw = dict[str, Any]
"""A value for each axis, by name."""


class Axis(ABC):
    """One range."""

    @abstractmethod
    def at(self, u: float) -> Any:  # noqa: ANN401 - a number or a word
        """Return the value at the place u in [0, 1)."""

    def strategy(self) -> st.SearchStrategy[Any]:
        """Return the same range for Hypothesis."""
        return st.floats(0, 1, exclude_max=True).map(self.at)


@dataclass(frozen=True)
class Uniform(Axis):
    """Real numbers from `first` to `last`, equally likely."""

    first: float
    last: float

    def at(self, u: float) -> float:
        """Return the number at the share u of the way."""
        return self.first + u * (self.last - self.first)


@dataclass(frozen=True)
class Geometric(Axis):
    """Positive numbers from `first` to `last`, equally likely in every factor."""

    first: float
    last: float

    def at(self, u: float) -> float:
        """Return the number at the share u of the way, on a logarithmic scale."""
        return float(self.first * math.exp(u * math.log(self.last / self.first)))


@dataclass(frozen=True)
class Whole(Axis):
    """Integers from `first` to `last`, both included; `geometric` makes every factor equally likely."""

    first: int
    last: int
    geometric: bool = False

    def at(self, u: float) -> int:
        """Return the integer at the share u of the way."""
        axis = Geometric(self.first, self.last + 1) if self.geometric else Uniform(self.first, self.last + 1)
        return min(int(axis.at(u)), self.last)


@dataclass(frozen=True)
class OneOf(Axis):
    """One of some options; an option listed twice is twice as likely."""

    options: tuple[Any, ...]

    def at(self, u: float) -> Any:  # noqa: ANN401
        """Return the option at the share u of the way."""
        return self.options[min(int(u * len(self.options)), len(self.options) - 1)]


def sample(axes: Mapping[str, Axis], rng: np.random.Generator) -> Draw:
    """Return one value an axis; the number of random numbers used is the number of axes."""
    return place(axes, rng.random(len(axes)).tolist())


def place(axes: Mapping[str, Axis], point: Sequence[float]) -> Draw:
    """Return the values at a point of the unit cube."""
    return {name: axis.at(u) for (name, axis), u in zip(axes.items(), point, strict=True)}


def strategy(axes: Mapping[str, Axis]) -> st.SearchStrategy[Draw]:
    """Return the same draws for Hypothesis."""
    return st.fixed_dictionaries({name: axis.strategy() for name, axis in axes.items()})
