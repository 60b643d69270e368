"""What several tests of the bounds use: a point to evaluate them at, ends of balls, commands run in this process."""

from dataclasses import is_dataclass
from fractions import Fraction
from types import ModuleType

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
