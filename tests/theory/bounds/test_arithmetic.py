"""Balls enclose, rounding goes outward, and what is not exact is refused."""

import math
from fractions import Fraction

import pytest
import sympy
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from tests.theory.bounds.common import fraction
from theory.bounds.arithmetic import ball_function, gather, nearest, precise, round_down, round_up

x, y = sympy.symbols("x y", real=True)
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e100, max_value=1e100)


def exact(ball):
    """Return the ends of a ball as fractions."""
    return [fraction(end) for end in (ball.lower(), ball.upper())]


@given(numbers, numbers.filter(lambda v: abs(v) > 1e-100))
def test_a_rational_function_is_enclosed(a, b):
    function = ball_function([x / 3 + x**2 / y - sympy.Rational(1, 7)], [x, y])
    with precise():
        low, high = exact(function(arb(a), arb(b))[0])
    assert low <= Fraction(a) / 3 + Fraction(a) ** 2 / Fraction(b) - Fraction(1, 7) <= high


@given(st.floats(0, 1e200))
def test_a_root_is_enclosed(a):
    with precise():
        (ball,) = ball_function([sympy.sqrt(x)], [x])(arb(a))
        low, high = exact(ball)
    assert low**2 <= Fraction(a) <= high**2 or low < 0 <= Fraction(a) <= high**2


def test_abs_max_min_and_half_powers():
    function = ball_function([sympy.Abs(1 - x), sympy.Max(x, y), sympy.Min(x, y), x ** sympy.Rational(-3, 2)], [x, y])
    with precise():
        assert [float(ball) for ball in function(arb(4), arb(3))] == [3.0, 4.0, 3.0, 0.125]


def test_an_inexact_number_or_power_in_a_formula_is_refused():
    with pytest.raises(TypeError, match="rounded number"):
        ball_function([0.1 * x], [x])
    with pytest.raises(TypeError, match="no multiple of 1/2"):
        ball_function([x ** sympy.Rational(1, 3)], [x])


def test_the_root_of_a_negative_number_is_refused():
    with precise(), pytest.raises(ArithmeticError, match="negative"):
        ball_function([sympy.sqrt(x)], [x])(arb(-1))


@given(numbers, st.floats(1e-40, 1e40))
def test_rounding_goes_outward_and_not_further_than_needed(a, divisor):
    with precise():
        ball = arb(a) / arb(divisor)
        up, down = round_up(ball), round_down(ball)
        low, high = exact(ball)
    assert Fraction(down) <= low
    assert high <= Fraction(up)
    assert math.nextafter(math.nextafter(down, math.inf), math.inf) >= up


@pytest.mark.parametrize(("ball", "up"), [("1e400", math.inf), ("1e-400", 5e-324), ("0", 0.0), ("-1e-400", 0.0)])
def test_rounding_at_the_ends_of_the_doubles(ball, up):
    with precise():
        assert round_up(arb(ball)) == up


def test_nearest_is_the_double_of_the_midpoint():
    with precise():
        assert nearest(arb(1) / 3) == 1 / 3


def test_gathering_cancels_and_keeps_radicands():
    root = sympy.sqrt((1 - x) ** 2 * y + 1)
    gathered = gather((root + x) ** 2 - 1 - y)
    assert gathered == x**2 * y - 2 * x * y + x**2 + 2 * x * root
