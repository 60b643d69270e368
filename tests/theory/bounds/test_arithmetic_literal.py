"""Rounding and compiling, at points where every number can be worked out."""

import math
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy
from flint import arb, fmpq

from tests.theory.bounds.common import fraction
from theory.bounds import arithmetic

x, y, z = sympy.symbols("x y z", real=True)


@pytest.mark.parametrize(
    ("middle", "radius", "up"),
    [
        (1.0, 0.25, 1.25),
        (-1.0, 0.25, -0.75),
        (1.0, 2.0**-60, math.nextafter(1.0, 2)),
        (-1.0, 2.0**-60, math.nextafter(-1.0, 0)),
        (1.0, math.inf, math.inf),
        (0.0, 1.7e308, 1.7e308),
    ],
)
def test_the_end_of_a_wide_ball_counts_and_not_its_middle(middle, radius, up):
    with arithmetic.precise():
        ball = arb(middle, radius)
        found = arithmetic.round_up(ball)
        # a radius is rounded up to 30 bits, and the upper end with it
        assert up <= found <= up + abs(up) * 2.0**-28 or found == up
        assert arithmetic.round_down(-ball) == -found
        assert arithmetic.nearest(ball) == middle


def test_what_is_exact_is_not_rounded():
    with arithmetic.precise():
        for value in (0.0, 1.0, -0.5, 2.0**40):  # as printed too
            assert arithmetic.round_up(arb(value)) == arithmetic.round_down(arb(value)) == value
        assert arithmetic.round_up(-(arb(10) ** 400)) == -1.7976931348623157e308


def test_balls_have_320_bits_inside_and_what_they_had_outside():
    before = flint.ctx.prec
    with arithmetic.precise():
        assert flint.ctx.prec == 320
        third = arb(1) / 3
        assert third.rad() < arb(2) ** -318
    assert flint.ctx.prec == before


def exact(expression, *values) -> Fraction:
    with arithmetic.precise():
        (ball,) = arithmetic.ball_function([expression], [x, y, z])(*map(arb, values))
        assert ball.is_exact(), ball
        return fraction(ball)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (x - y * z, Fraction(4 - 9 * 2)),
        (sympy.Max(x, y, z), Fraction(9)),
        (sympy.Min(x, y, z), Fraction(2)),
        (sympy.Abs(z - y), Fraction(7)),
        (x ** sympy.Rational(3, 2), Fraction(8)),
        (x**-2, Fraction(1, 16)),
        (sympy.sqrt(x) * sympy.sqrt(y), Fraction(6)),
        ((x + y + 3) ** sympy.Rational(-1, 2), Fraction(1, 4)),
        (z ** sympy.Integer(10), Fraction(1024)),
        (sympy.Rational(-3, 8) * x, Fraction(-3, 2)),
        (sympy.Max(x + 1, sympy.Min(y, 2 * z)) * 2, Fraction(10)),
    ],
)
def test_compiled_expressions_at_4_9_2(expression, value):
    assert exact(expression, 4, 9, 2) == value


def test_a_root_reaches_below_zero_by_rounding_only():
    (root,) = (arithmetic.ball_function([sympy.sqrt(x)], [x]),)
    with arithmetic.precise():
        assert root(arb(0, 2.0**-100))[0] >= 0 or root(arb(0, 2.0**-100))[0].contains(0)
        assert root(arb(0))[0] == 0
        with pytest.raises(ArithmeticError, match="negative"):
            root(arb(-1, 0.5))


@pytest.mark.parametrize("power", [2, 3, 4])
def test_gathering_knows_the_powers_of_a_root_up_to_four(power):
    one, other = sympy.sqrt(x + 1), sympy.sqrt(y + 2)
    found = arithmetic.gather(sympy.Add(one**power * z, other * z**2, evaluate=False))
    expected = {2: (x + 1) * z, 3: (x + 1) * one * z, 4: (x + 1) ** 2 * z}[power] + other * z**2
    assert sympy.expand(found - expected) == 0
    assert found.coeff(other) == z**2


@pytest.mark.parametrize("times", [2, 3, 4])
def test_gathering_leaves_multiples_of_a_root_alone(times):
    one = sympy.sqrt(x + 1)
    assert arithmetic.gather(times * one) == times * one
    assert arithmetic.gather(times * one * y - one * y - (times - 1) * y * one) == 0


def test_float_functions_are_numpys():
    found = arithmetic.float_function([x + y, sympy.sqrt(x)], [x, y])(np.array([4.0, 9.0]), 1.0)
    assert [part.tolist() for part in found] == [[5, 10], [2, 3]]


@pytest.mark.parametrize(
    ("ball", "up"),
    [
        (lambda: arb(2) ** (2**21), math.inf),
        (lambda: arb(2) ** -(2**21), 5e-324),
        (lambda: -(arb(2) ** (2**21)), -1.7976931348623157e308),
        (lambda: -(arb(2) ** -(2**21)), 0.0),
        (lambda: arb("inf"), math.inf),
        (lambda: arb("nan"), math.inf),
    ],
)
def test_rounding_where_no_double_is_near(ball, up):
    with arithmetic.precise():
        assert arithmetic.round_up(ball()) == up


def test_precision_is_raised_until_all_is_accurate_or_no_further():
    asked = []

    def wanting(bits: int):
        def function():
            asked.append(flint.ctx.prec)
            return [flint.fmpq(1, 3), arb(1) / 3 if flint.ctx.prec >= bits else arb(1, 0.5)]

        return function

    assert float(arithmetic.accurately(wanting(1280))[1].rad()) < 1e-300 and asked == [320, 1280]
    asked.clear()
    assert arithmetic.accurately(wanting(10**9))[1].rad() >= 0.5 and asked == [320, 1280, 5120, 20480]
    assert arithmetic.accurate(arb(0)) and not arithmetic.accurate(arb(0, 1)) and arithmetic.accurate(flint.fmpq(1, 3))


def at(expressions, *values):
    with arithmetic.precise():
        return arithmetic.ball_function(expressions, [x, y, z][: len(values)])(*values)


def test_exact_numbers_stay_exact_until_a_root_is_taken():
    expressions = [x / 3 + y**-2, sympy.Max(x, y, z), sympy.Min(x, y, z), sympy.Abs(-x), x * z - 1]
    found = at(expressions, fmpq(1, 3), fmpq(1, 7), fmpq(1, 5))
    assert found == [fmpq(1, 9) + 49, fmpq(1, 3), fmpq(1, 7), fmpq(1, 3), fmpq(-14, 15)]
    assert at(expressions[1:3], fmpq(1, 7), fmpq(1, 3), fmpq(1, 5)) == [fmpq(1, 3), fmpq(1, 7)]
    assert all(isinstance(value, fmpq) for value in found)
    (root,) = at([sympy.sqrt(x)], fmpq(9, 4))
    assert isinstance(root, arb) and root == arb(1.5)


def test_the_larger_of_an_exact_number_and_a_ball_is_a_ball():
    larger, smaller = at([sympy.Max(x, y), sympy.Min(x, y)], fmpq(0), arb(0, 1))
    assert larger.contains(arb(1)) and larger.contains(arb(0)) and not larger.contains(arb(-0.5))
    assert smaller.contains(arb(-1)) and smaller.contains(arb(0)) and not smaller.contains(arb(0.5))
    larger, smaller = at([sympy.Max(x, y), sympy.Min(x, y)], arb(0, 1), fmpq(0))
    assert larger.contains(arb(1)) and not larger.contains(arb(-0.5))
    assert smaller.contains(arb(-1)) and not smaller.contains(arb(0.5))


def test_a_division_by_nothing_is_seen():
    with pytest.raises(ZeroDivisionError):
        at([y / x], fmpq(0), fmpq(1))
    (everything,) = at([y / x], arb(0), arb(1))
    assert not everything.is_finite()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (0.1 * x, "rounded number inside a formula"),
        (x ** sympy.Rational(1, 3), "no multiple of 1/2"),
        (x ** sympy.Rational(1, 4), "no multiple of 1/2"),
        (x**y, "no multiple of 1/2"),
    ],
)
def test_what_no_ball_encloses_is_not_compiled(expression, message):
    with pytest.raises(TypeError, match=message):
        arithmetic.ball_function([expression], [x, y])


@pytest.mark.parametrize(
    ("value", "close", "up"),
    [
        (fmpq(1, 3), 1 / 3, math.nextafter(1 / 3, 1)),
        (fmpq(-1, 3), -1 / 3, -1 / 3),
        (fmpq(-7, 2), -3.5, -3.5),
        (fmpq(1, 10), 0.1, 0.1),  # the double lies above a tenth, and so does the decimal 0.1
        (fmpq(3602879701896397, 2**55), 0.1, math.nextafter(0.1, 1)),  # the double 0.1: the decimal lies below it
        (fmpq(1, 10**400), 0.0, 5e-324),
        (fmpq(-1, 10**400), 0.0, 0.0),
        (fmpq(10**400), math.inf, math.inf),
        (fmpq(-(10**400)), -math.inf, -1.7976931348623157e308),
        (fmpq(0), 0.0, 0.0),
    ],
)
def test_exact_numbers_are_rounded_as_doubles_and_as_decimals(value, close, up):
    assert arithmetic.nearest(value) == close
    assert arithmetic.round_up(value) == up
    assert arithmetic.round_down(-value) == -up
    if int(value.q).bit_count() == 1:  # a ball of it has no radius
        with arithmetic.precise(2000):
            assert arithmetic.round_up(arb(value)) == up


def test_a_number_is_accurate_from_128_bits_on():
    with arithmetic.precise():
        assert arithmetic.accurate(arb(1, 2.0**-140)) and not arithmetic.accurate(arb(1, 2.0**-100))
        assert not arithmetic.accurate(arb(2.0**-200, 2.0**-300)) and arithmetic.accurate(arb(2.0**-200, 2.0**-350))
