"""Gram algebra: vectors are linear combinations of named generators, inner products are sums of Gram entries.

The only facts about a real inner-product space that the kernel knows are bilinearity and symmetry (both hold by
construction here) and norm2(v) >= 0. Cauchy-Schwarz, Young, polarisation and Minkowski are proved from these.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sympy
from sympy import Expr

from theory.kernel.exact import exact


@dataclass(frozen=True)
class Vector:
    """A linear combination of generators; coefficients are exact scalar expressions."""

    parts: tuple[tuple[str, Expr], ...]

    def __add__(self, other: "Vector") -> "Vector":
        sums = dict(self.parts)
        for name, coefficient in other.parts:
            sums[name] = sums.get(name, sympy.Integer(0)) + coefficient
        return Vector(tuple(sorted((name, value) for name, value in sums.items() if value != 0)))

    def __rmul__(self, scalar: object) -> "Vector":
        factor = exact(scalar)
        return Vector(tuple((name, factor * value) for name, value in self.parts if factor * value != 0))

    def __neg__(self) -> "Vector":
        return -1 * self

    def __sub__(self, other: "Vector") -> "Vector":
        return self + (-other)


ZERO = Vector(())
"""The zero vector."""


def generators(names: str) -> tuple[Vector, ...]:
    """Return one generator for each of the blank-separated names."""
    return tuple(Vector(((name, sympy.Integer(1)),)) for name in names.split())


def entry(one: str, other: str) -> sympy.Symbol:
    """Return the Gram entry of two generators: a real symbol, the same in both orders."""
    first, second = sorted((one, other))
    return sympy.Symbol(f"<{first}|{second}>", real=True)


def pair_of(symbol: sympy.Symbol) -> tuple[str, str] | None:
    """Return the generators of a Gram entry, or None if the symbol is none."""
    name = symbol.name
    if not (name.startswith("<") and name.endswith(">")):
        return None
    first, _, second = name[1:-1].partition("|")
    return first, second


def entry_latex(symbol: sympy.Symbol) -> str | None:
    """Return a Gram entry as LaTeX, or None if the symbol is none."""
    pair = pair_of(symbol)
    if pair is None:
        return None
    first, second = pair
    return rf"\lVert {first} \rVert^2" if first == second else rf"\langle {first}, {second} \rangle"


def inner(u: Vector, v: Vector) -> Expr:
    """Return <u, v> as a sum of coefficients times Gram entries."""
    return sympy.Add(*(a * b * entry(i, j) for i, a in u.parts for j, b in v.parts))


def norm2(u: Vector) -> Expr:
    """Return the squared norm <u, u>."""
    return inner(u, u)


def substitute_vectors(
    expression: Expr, vectors: Mapping[str, Vector], scalars: Mapping[sympy.Symbol, Expr]
) -> dict[sympy.Symbol, Expr]:
    """Return, for each Gram entry of `expression` that changes, what takes its place."""
    changes = {}
    for symbol in expression.free_symbols:
        pair = pair_of(symbol)
        if pair is not None and (pair[0] in vectors or pair[1] in vectors) and symbol not in scalars:
            u, v = (vectors.get(name, Vector(((name, sympy.Integer(1)),))) for name in pair)
            changes[symbol] = inner(u, v)
    return changes
