"""The iterations that a lag makes necessary: a theorem from below, as a number that is guaranteed not to be too large.

The formula and its conditions are read off the claim lag.lower_rate. Source: docs/theory.md#lag.lower_rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import sympy
from flint import fmpq

from boundary import OutsideDomain
from boundary.numbers import shown
from theory.blueprint import claim
from theory.bounds.arithmetic import ball_function, nearest, round_down
from theory.bounds.inputs import condition, rational, satisfied
from theory.lemmas.lag import d_m
from theory.setting.symbols import symbol

CLAIM = claim("lag.lower_rate")
NAME = "lower"
TITLE = CLAIM.title
PARAMETERS = ("L", "Delta", "d", "eps")
"""What must be given; d, the lag, is an integer >= 0, and L, Delta and eps are positive numbers."""

EXPRESSION: sympy.Expr = CLAIM.conclusion("bound on K").lhs
"""(d + 1) L Delta/(2 eps): more iterations than this are needed for A <= eps, at whatever step size."""
_SYMBOLS = (symbol("L"), symbol("Delta"), d_m, symbol("eps"))
_SMALL = CLAIM.premise("eps is small")
_SIDES = ball_function([EXPRESSION, _SMALL.rhs - _SMALL.lhs], list(_SYMBOLS))


@dataclass(frozen=True)
class Necessary:
    """What is necessary for A <= eps on one instance, at every step size.

    Args:
        value: the nearest double to the bound.
        lower: a double that is proved not to be above it, nor are the decimals that print it.
        iterations: the least number of iterations above the bound, exactly.

    """

    value: float
    lower: float
    iterations: int


def conditions(given: Mapping[str, Fraction]) -> dict[str, bool]:
    """Return, by its text, whether each condition holds; `given` has exact numbers for `PARAMETERS`."""
    found = {condition(name): satisfied(name, given[name]) for name in ("L", "eps")}
    found["Delta > 0 and finite"] = given["Delta"] > 0
    found["d is an integer >= 0"] = given["d"].denominator == 1 and given["d"] >= 0
    found["eps <= L*Delta/2"] = all(found.values()) and _sides(given)[1] >= 0
    return found


def necessary(given: Mapping[str, Fraction]) -> Necessary:
    """Return the number of iterations that a lag makes necessary.

    Args:
        given: exact numbers for `PARAMETERS`: L f/w^2, Delta f, d updates, eps f^2/w^2.

    Raises:
        OutsideDomain: names a broken condition and the theorem that needs it.

    """
    for text, holds in conditions(given).items():
        if not holds:
            name = text.split(" ", 1)[0]
            raise OutsideDomain(name, shown(given[name]), text, TITLE)
    bound, _ = _sides(given)
    exact = Fraction(int(bound.p), int(bound.q))
    return Necessary(nearest(bound), round_down(bound), floor(exact) + 1)


def _sides(given: Mapping[str, Fraction]) -> tuple[fmpq, fmpq]:
    bound, room = _SIDES(*(rational(given[name]) for name in PARAMETERS))
    return bound, room
