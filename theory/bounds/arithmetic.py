"""From symbolic expressions to numbers that can be trusted: exact rationals, balls, and rounding outward to doubles.

What enters is a rational number (`flint.fmpq`), and stays one, exactly, until a square root is taken. From there on it
is a ball (`flint.arb`, Arb's real numbers): a midpoint and a radius that is proved to enclose the true value after
every operation. What leaves is rounded once, so that it stays an upper end.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import flint
import sympy
from flint import arb, fmpq
from sympy.printing.pycode import PythonCodePrinter

from boundary.numbers import nearest as nearest_double

PRECISION = 320
"""Working precision in bits: doubles span 2100 binary orders, but quantities that are added mostly span far fewer."""
HIGHEST_PRECISION = 64 * PRECISION
"""Where terms that cancel span more, the precision is raised up to here."""
ACCURATE_BITS = 128
"""A ball whose relative radius is at most 2^-128 is accurate: its midpoint decides which double is nearest."""

_LARGEST, _LEAST = math.nextafter(math.inf, 0.0), math.ulp(0.0)
_SPAN = 1 << 20  # exponents up to which a ball's end is compared as a fraction

Enclosure: TypeAlias = arb | fmpq
"""A ball, or the exact number itself."""
BallFunction = Callable[..., list[Any]]


class _BallPrinter(PythonCodePrinter):  # type: ignore[misc]  # sympy is untyped
    """Prints an expression so that every number in it is exact and every function encloses."""

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return f"_ratio({expr.p}, {expr.q})"

    def _print_Integer(self, expr: sympy.Integer) -> str:
        return f"_ratio({expr.p}, 1)"

    def _print_Abs(self, expr: sympy.Abs) -> str:
        return f"abs({self._print(expr.args[0])})"

    def _print_Max(self, expr: sympy.Max) -> str:
        return self._fold("max", expr)

    def _print_Min(self, expr: sympy.Min) -> str:
        return self._fold("min", expr)

    def _print_Float(self, expr: sympy.Float) -> str:
        raise TypeError(f"{expr} is a rounded number inside a formula")

    def _print_Pow(self, expr: sympy.Pow, **_: Any) -> str:  # noqa: ANN401 - sympy passes options
        base, exponent = expr.as_base_exp()
        if exponent.is_Integer:
            return f"({self._print(base)})**({int(exponent)})"
        if (2 * exponent).is_Integer:
            return f"_root({self._print(base)})**({int(2 * exponent)})"
        raise TypeError(f"{expr} has a power that is no multiple of 1/2")

    def _fold(self, method: str, expr: sympy.Expr) -> str:
        return f"_{method}({', '.join(self._print(argument) for argument in expr.args)})"


def _root(value: Enclosure) -> arb:
    """Return the square root of what is known to be >= 0; the ball may reach below zero only by rounding."""
    if value < 0:
        raise ArithmeticError(f"square root of the negative number {value}")
    return ball(value).nonnegative_part().sqrt()


def _extreme(method: str) -> Callable[..., Enclosure]:
    def fold(first: Enclosure, *others: Enclosure) -> Enclosure:
        for other in others:
            if isinstance(first, fmpq) and isinstance(other, fmpq):
                first = (max if method == "max" else min)(first, other)
            else:
                first = getattr(ball(first), method)(ball(other))
        return first

    return fold


def ball(value: Enclosure) -> arb:
    """Return a ball around an exact number, of the working precision; a ball as it is."""
    return value if isinstance(value, arb) else arb(value)


def ball_function(expressions: Sequence[sympy.Expr], symbols: Sequence[sympy.Symbol]) -> BallFunction:
    """Compile expressions in +, -, *, /, square roots, abs, max and min to a function of exact numbers and balls.

    The result takes one exact number or ball per symbol and returns one per expression, each enclosing the true value:
    exact, if nothing but exact numbers entered and no root was taken. A quotient of exact numbers by 0 raises
    ZeroDivisionError; by a ball around 0 it is a ball that contains everything.
    """
    names = {"_ratio": fmpq, "_root": _root, "_max": _extreme("max"), "_min": _extreme("min")}
    compiled: BallFunction = sympy.lambdify(
        list(symbols), list(expressions), modules=[names], printer=_BallPrinter(), cse=True, docstring_limit=0
    )
    return compiled


def float_function(expressions: Sequence[sympy.Expr], symbols: Sequence[sympy.Symbol]) -> Callable[..., list[Any]]:
    """Compile expressions to NumPy for searches whose outcome is checked with balls afterwards."""
    compiled: Callable[..., list[Any]] = sympy.lambdify(
        list(symbols), list(expressions), modules="numpy", cse=True, docstring_limit=0
    )
    return compiled


def gather(expression: sympy.Expr) -> sympy.Expr:
    """Expand and gather like terms, so that what cancels is gone; square roots keep their radicands as written.

    Squares of a root become its radicand. For polynomials in symbols and square roots.
    """
    roots = sorted((part for part in expression.atoms(sympy.Pow) if part.exp == sympy.Rational(1, 2)), key=str)
    names = {root: sympy.Dummy(f"root{index}", real=True) for index, root in enumerate(roots)}
    polynomial = sympy.expand(expression.xreplace(names))
    for root, name in names.items():
        squares = {name**power: root.base ** (power // 2) * name ** (power % 2) for power in range(2, 5)}
        polynomial = sympy.expand(polynomial.xreplace(squares))
    return polynomial.xreplace({name: root for root, name in names.items()})


def precise(bits: int = PRECISION) -> Any:  # noqa: ANN401 - flint's context manager has no public type
    """Return the context in which balls are computed with `bits` bits."""
    return flint.ctx.workprec(bits)


def accurate(value: Enclosure) -> bool:
    """Return whether a number is exact, or known to `ACCURATE_BITS` bits."""
    return isinstance(value, fmpq) or bool(value.rel_accuracy_bits() >= ACCURATE_BITS)


def accurately(function: Callable[[], Sequence[Enclosure]]) -> Sequence[Enclosure]:
    """Return what `function` computes, in the least precision, of a few, in which all of it is accurate."""
    bits = PRECISION
    while True:
        with precise(bits):
            found = function()
        if bits >= HIGHEST_PRECISION or all(map(accurate, found)):
            return found
        bits *= 4


def nearest(value: Enclosure) -> float:
    """Return the double nearest to an exact number, or to the midpoint of a ball."""
    return nearest_double(Fraction(int(value.p), int(value.q))) if isinstance(value, fmpq) else float(value.mid())


def round_up(value: Enclosure) -> float:
    """Return a double that nothing in the ball exceeds, also as it is printed; `inf` if the ball is unbounded.

    A double is printed with the fewest digits that tell it from its neighbours, and these may show less than it is:
    both the double and the decimal are at or above the ball.
    """
    if isinstance(value, fmpq):
        end = Fraction(int(value.p), int(value.q))
    else:
        upper = value.upper()
        if not upper.is_finite():
            return math.inf
        mantissa, exponent = (int(part) for part in upper.man_exp())
        if abs(exponent) > _SPAN:  # no double is near: the sign decides
            return (math.inf if exponent > 0 else _LEAST) if mantissa > 0 else (-_LARGEST if exponent > 0 else 0.0)
        end = Fraction(mantissa) * Fraction(2) ** exponent
    close = nearest_double(end)
    if close == -math.inf:
        close = -_LARGEST
    while math.isfinite(close) and not (Fraction(close) >= end and Fraction(repr(close)) >= end):
        close = math.nextafter(close, math.inf)
    return close


def round_down(value: Enclosure) -> float:
    """Return a double that everything in the ball reaches, also as it is printed; `-inf` if the ball is unbounded."""
    return -round_up(-value)
