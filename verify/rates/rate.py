"""One line of the table of rates: what was fitted, its interval, what the theory expects and why."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sympy

from theory.setting.symbols import symbol
from verify.rates.intervals import Interval


@dataclass(frozen=True)
class Expected:
    """What the theory says of a number, and where.

    Args:
        low: smallest value that agrees with it; -inf if there is none.
        high: largest value that agrees with it.
        source: the claim or theorem.

    """

    low: float
    high: float
    source: str

    @classmethod
    def exactly(cls, value: float, source: str) -> "Expected":
        """Return the expectation of one value."""
        return cls(value, value, source)


@dataclass(frozen=True)
class RateRow:
    """A rate.

    Args:
        study: which law.
        problem: what was run.
        algorithm: by which algorithm.
        quantity: what was fitted.
        interval: of its value.
        expected: by the theory; None if it says nothing.
        over: first and last value of the abscissa.
        bound: the same fit to the bound over the same range; None where there is none.
        note: what else to know.

    """

    study: str
    problem: str
    algorithm: str
    quantity: str
    interval: Interval
    expected: Expected | None
    over: tuple[float, float]
    bound: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Return held, violated (the interval lies outside what is expected) or measured (nothing is expected)."""
        if self.expected is None:
            return "measured"
        return "held" if self.interval.meets(self.expected.low, self.expected.high) else "violated"

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return {**asdict(self), "verdict": self.verdict}


Pending = Callable[[float], RateRow]
"""A row that waits for the probability with which its interval may miss: it depends on how many rows there are."""


def leading_exponent(expression: sympy.Expr, name: str, at: object) -> float:
    """Return the exponent of the leading term of an expression in one symbol as it tends to `at` (0 or oo)."""
    variable = symbol(name)
    return float(sympy.limit(sympy.simplify(variable * sympy.diff(expression, variable) / expression), variable, at))


def constants(facts: Mapping[str, float | None], *names: str) -> dict[str, float]:
    """Return the constants `names`, all of which are known."""
    return {name: float(value) for name in names if (value := facts[name]) is not None}
