"""What several tests of the bounds use: a point to evaluate them at, ends of balls, commands run in this process."""

import math
from collections.abc import Callable
from dataclasses import is_dataclass
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest
from flint import arb

from boundary import run_command

NAMES = ("L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah")
"""What Theorems 1 and 2 need, in the order of their tables."""
TABLE_POINT = {"L": 2, "sigma2": 0.5, "Delta": 1, "alpha": 0.005, "K": 20_000, "rho": 0.2, "Lambda1": 6, "Lambdah": 3}
"""A row of the table of docs/theory.md#numbers: 0.04835558 by Theorem 1, 0.05115555 by Theorem 2."""
POINT = {"L": 1.0, "sigma2": 1.0, "Delta": 0.5, "rho": 0.1, "Lambda1": 4.0, "Lambdah": 2.0}
"""Constants for the number of iterations; the floor is 0.01/0.99."""


def fraction(end: arb) -> Fraction:
    """Return the number that an exact ball holds."""
    mantissa, exponent = (int(part) for part in end.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def command(capsys, app, *arguments):
    """Run `python -m theory`, the commands `app`, in this process; return its exit code, standard output and error."""
    with pytest.raises(SystemExit) as ended:
        run_command(app, "python -m theory", list(arguments))
    return ended.value.code, *capsys.readouterr()


def unfrozen(module: ModuleType) -> set[str]:
    """Return the data classes of a module whose fields can be changed once they are made."""
    kinds = [one for one in vars(module).values() if is_dataclass(one) and one.__module__ == module.__name__]
    assert kinds
    return {one.__name__ for one in kinds if not one.__dataclass_params__.frozen}


def a_count_is_raised_until_it_is_enough(checked: Callable[[float, float], tuple[Any, list[int]]]) -> Any:
    """See how a count is checked, which `checked(enough_from, count)` does; return what was found of 99.5.

    By the parts 1e-15, 2e-15, 4e-15, ...: 10^6 comes to 1,001,100 in the 41st attempt. After the 50th it is given up.
    """
    first, asked = checked(0, 99.5)
    assert (first.iterations, asked) == (100, [100])
    found, asked = checked(1_001_000, 10.0**6)
    assert found.iterations == 1_001_100 and len(asked) == 41 and asked[:2] == [1_000_001] * 2
    assert asked[30:34] == [1_000_002, 1_000_003, 1_000_005, 1_000_009]
    for count in (100.0, 2.0**52):
        found, asked = checked(math.inf, count)
        assert found is None and len(asked) == 50 and max(asked) < 2**53
    for count in (2.0**53, 2.0**60, math.inf, math.nan):
        assert checked(0, count) == (None, [])
    assert checked(0, 2.0**53 * 0.99)[0].iterations < 2**53
    return first
