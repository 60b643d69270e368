"""Exact rational functions: an identity is a numerator that is the zero polynomial after clearing denominators."""

from collections.abc import Iterator
from functools import lru_cache

import flint
import sympy
from sympy import Expr

Terms = tuple[tuple[tuple[tuple[str, int], ...], flint.fmpq], ...]
Key = tuple[Terms, Terms]


class NotRational(TypeError):
    """An expression that is no rational function; a square root must be a symbol with defining premises."""


def _context(expression: Expr) -> tuple[flint.fmpq_mpoly_ctx, dict[sympy.Symbol, flint.fmpq_mpoly]]:
    symbols = sorted(expression.free_symbols, key=lambda symbol: symbol.name)
    names = tuple(symbol.name for symbol in symbols)
    if len(set(names)) != len(names):
        raise NotRational(f"two symbols share a name in {expression}")
    context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.degrevlex)
    return context, dict(zip(symbols, context.gens(), strict=True))


def _fraction(
    expression: Expr, context: flint.fmpq_mpoly_ctx, gens: dict[sympy.Symbol, flint.fmpq_mpoly]
) -> tuple[flint.fmpq_mpoly, flint.fmpq_mpoly]:
    one = context.constant(1)
    if expression.is_Rational:
        return context.constant(flint.fmpq(int(expression.p), int(expression.q))), one
    if expression.is_Symbol:
        return gens[expression], one
    if expression.is_Add:
        numerator, denominator = context.constant(0), one
        for argument in expression.args:
            n, d = _fraction(argument, context, gens)
            common = denominator.gcd(d)
            left, right = d / common, denominator / common
            numerator, denominator = numerator * left + n * right, denominator * left
        return numerator, denominator
    if expression.is_Mul:
        numerator, denominator = one, one
        for argument in expression.args:
            n, d = _fraction(argument, context, gens)
            numerator, denominator = numerator * n, denominator * d
        return numerator, denominator
    if expression.is_Pow and expression.exp.is_Integer:
        n, d = _fraction(expression.base, context, gens)
        power = int(expression.exp)
        return (n**power, d**power) if power >= 0 else (d**-power, n**-power)
    raise NotRational(f"{expression} is not a rational function of symbols")


@lru_cache(maxsize=20_000)
def fraction(expression: Expr) -> tuple[flint.fmpq_mpoly, flint.fmpq_mpoly]:
    """Return numerator and denominator over the symbols of `expression`, as exact polynomials."""
    context, gens = _context(expression)
    return _fraction(expression, context, gens)


def is_zero(expression: Expr) -> bool:
    """Return whether `expression` is the zero rational function."""
    numerator, denominator = fraction(expression)
    if denominator.is_zero():
        raise NotRational(f"{expression} divides by zero")
    return bool(numerator.is_zero())


def is_constant(expression: Expr) -> bool:
    """Return whether `expression` has no free symbol left once like terms are gathered."""
    numerator, denominator = fraction(expression)
    return bool(numerator.is_zero() or (numerator.is_constant() and denominator.is_constant()))


@lru_cache(maxsize=20_000)
def key(expression: Expr) -> Key:
    """Return a name shared exactly by the positive rational multiples of a rational function in lowest terms."""
    numerator, denominator = fraction(expression)
    if denominator.is_zero():
        raise NotRational(f"{expression} divides by zero")
    common = numerator.gcd(denominator)
    above, below = _terms(numerator / common), _terms(denominator / common)
    sign = 1 if below[0][1] > 0 else -1
    return _scaled(above, sign), _scaled(below, sign)


def _terms(polynomial: flint.fmpq_mpoly) -> Terms:
    names = polynomial.context().names()
    return tuple(
        sorted(
            (tuple((name, power) for name, power in zip(names, monomial, strict=True) if power), coefficient)
            for monomial, coefficient in polynomial.terms()
        )
    )


def _scaled(terms: Terms, sign: int) -> Terms:
    """Return sign * terms, scaled by a positive number so that the first coefficient is 1 or -1."""
    return tuple((monomial, sign * coefficient / abs(terms[0][1])) for monomial, coefficient in terms)


def denominators(expression: Expr) -> Iterator[Expr]:
    """Yield every base that `expression` divides by, as written."""
    for part in sympy.preorder_traversal(expression):
        if part.is_Pow and part.exp.is_negative and not part.base.is_Rational:
            yield part.base
