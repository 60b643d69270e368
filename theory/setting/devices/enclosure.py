"""Responses of a device enclosed in balls, and their extremes rounded outward.

The law of a device is written once, for NumPy. Evaluated on arrays whose entries are balls (python-flint's `arb`)
instead of floats, the same lines enclose the responses rigorously, at exact weights and parameters.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
from flint import arb

Exact = float | Fraction
"""A number that is what it is: the binary number a float holds, or a fraction."""
PRECISION = 160
"""Working precision in bits: three doubles."""


def ball(value: Exact) -> arb:
    """Return a ball around an exact number."""
    if isinstance(value, Fraction):
        return arb(flint.fmpq(value.numerator, value.denominator))
    return arb(float(value))


def above(x: arb) -> float:
    """Return the least double at or above all of a ball; `inf` where the ball is not finite."""
    if not x.is_finite():
        return math.inf
    return _towards(x.upper(), math.inf)


def below(x: arb) -> float:
    """Return the largest double at or below all of a ball; `-inf` where the ball is not finite."""
    if not x.is_finite():
        return -math.inf
    return _towards(x.lower(), -math.inf)


def _towards(end: arb, side: float) -> float:
    mantissa, exponent = (int(part) for part in end.man_exp())
    value = Fraction(mantissa) * Fraction(2) ** exponent
    try:
        close = float(value)
    except OverflowError:
        close = math.inf if value > 0 else -math.inf
    if math.isinf(close):
        return close if (close > 0) == (side > 0) else math.copysign(math.nextafter(math.inf, 0), close)
    behind = Fraction(close) < value if side > 0 else Fraction(close) > value
    return math.nextafter(close, side) if behind else close


def in_balls(law: Callable[..., Any], numbers: Mapping[str, Exact], *arguments: Exact | arb) -> arb | None:
    """Return what a law of a device gives at exact arguments, enclosed; None if it cannot be run on balls.

    Args:
        law: a method of the class, for example `Power.q_plus`.
        numbers: the device's parameters by name, which stand in for `self`.
        arguments: the weight, and the increment if the law takes one.

    """
    this = SimpleNamespace(**{name: ball(value) for name, value in numbers.items()})
    balls = (one if isinstance(one, arb) else ball(one) for one in arguments)
    try:
        found = law(this, *(np.array([one], object) for one in balls))
        value = np.asarray(found, object).flat[0]
    except (AttributeError, TypeError, ValueError):
        return None
    value = value if isinstance(value, arb) else ball(float(value))
    return value if value.is_finite() else None


def widened(value: float) -> arb:
    """Return a ball around what floating-point arithmetic gave: as wide as eight roundings of it."""
    return arb(float(value), abs(float(value)) * 8 * 2.0**-53)


def precise() -> Any:  # noqa: ANN401 - flint's context manager has no public type
    """Return a context in which balls have the working precision."""
    return flint.ctx.workprec(PRECISION)
