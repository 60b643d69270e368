"""From symbolic expressions to numbers that can be trusted: ball arithmetic, and rounding outward to doubles.

A ball (`flint.arb`, Arb's real numbers) is a midpoint and a radius that is proved to enclose the true value after
every operation. Doubles enter exactly; what leaves is rounded so that it stays an upper end.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import flint
import sympy
from flint import arb
from sympy.printing.pycode import PythonCodePrinter

PRECISION = 320
"""Working precision in bits: doubles span 2100 binary orders, but quantities that are added span far fewer."""

BallFunction = Callable[..., list[arb]]


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
        first, *others = (self._print(argument) for argument in expr.args)
        return f"({first})" + "".join(f".{method}({other})" for other in others)


def _root(value: arb) -> arb:
    """Return the square root of what is known to be >= 0; the ball may reach below zero only by rounding."""
    if value < 0:
        raise ArithmeticError(f"square root of the negative number {value}")
    return value.nonnegative_part().sqrt()


def _ratio(numerator: int, denominator: int) -> arb:
    return arb(flint.fmpq(numerator, denominator))


def ball_function(expressions: Sequence[sympy.Expr], symbols: Sequence[sympy.Symbol]) -> BallFunction:
    """Compile expressions in +, -, *, /, square roots, abs, max and min to a function of balls.

    The result takes one ball per symbol and returns one ball per expression, each enclosing the true value.
    """
    printer = _BallPrinter({"fully_qualified_modules": False, "allow_unknown_functions": True})
    names = {"_ratio": _ratio, "_root": _root}
    compiled: BallFunction = sympy.lambdify(
        list(symbols), list(expressions), modules=[names], printer=printer, cse=True, docstring_limit=0
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


def precise() -> Any:  # noqa: ANN401 - flint's context manager has no public type
    """Return the context in which balls are computed with `PRECISION` bits."""
    return flint.ctx.workprec(PRECISION)


def nearest(ball: arb) -> float:
    """Return the double nearest to the midpoint."""
    return float(ball.mid())


def round_up(ball: arb) -> float:
    """Return a double that no value in the ball exceeds; `inf` if the ball is unbounded."""
    end = ball.upper()
    if not end.is_finite():
        return math.inf
    value = float(end)
    while math.isfinite(value) and not end <= arb(value):
        value = math.nextafter(value, math.inf)
    return math.inf if value == -math.inf else value


def round_down(ball: arb) -> float:
    """Return a double that every value in the ball reaches; `-inf` if the ball is unbounded."""
    return -round_up(-ball)
