"""Statements as two separate sides: a relation never cancels on its own, so it cannot turn into 0 <= 0 unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import sympy
from sympy import Expr

from theory.kernel.exact import exact
from theory.kernel.vectors import Vector, entry_latex, substitute_vectors

Operator = Literal["<=", "<", "=="]
_LATEX = {"<=": r"\le", "<": "<", "==": "="}


@dataclass(frozen=True)
class Relation:
    """`lhs op rhs`, both sides as written."""

    lhs: Expr
    op: Operator
    rhs: Expr

    @property
    def slack(self) -> Expr:
        """Return rhs - lhs: >= 0, > 0 or = 0 where the relation holds."""
        return self.rhs - self.lhs

    @property
    def symbols(self) -> frozenset[sympy.Symbol]:
        """Return every symbol that stands on either side."""
        return frozenset(self.lhs.free_symbols | self.rhs.free_symbols)

    def negated(self) -> "Relation":
        """Return the opposite of an inequality."""
        if self.op == "==":
            raise TypeError("an equation has no single inequality as its opposite")
        return Relation(self.rhs, "<" if self.op == "<=" else "<=", self.lhs)

    def substitute(
        self, scalars: Mapping[sympy.Symbol, Expr] | None = None, vectors: Mapping[str, Vector] | None = None
    ) -> "Relation":
        """Return the relation with symbols and vector generators replaced, all at once."""
        return Relation(substitute(self.lhs, scalars, vectors), self.op, substitute(self.rhs, scalars, vectors))

    def latex(self) -> str:
        """Return the relation as a formula, sides as written."""
        return f"{to_latex(self.lhs)} {_LATEX[self.op]} {to_latex(self.rhs)}"

    def __str__(self) -> str:
        return f"{self.lhs} {self.op} {self.rhs}"


def substitute(
    expression: Expr,
    scalars: Mapping[sympy.Symbol, Expr] | None = None,
    vectors: Mapping[str, Vector] | None = None,
) -> Expr:
    """Replace symbols and vector generators simultaneously: what is put in is not substituted again."""
    pairs = substitute_vectors(expression, vectors or {}, scalars or {})
    pairs.update({old: new for old, new in (scalars or {}).items() if old not in pairs})
    return expression.xreplace(pairs) if pairs else expression


def le(lhs: object, rhs: object) -> Relation:
    """Return `lhs <= rhs`."""
    return Relation(exact(lhs), "<=", exact(rhs))


def lt(lhs: object, rhs: object) -> Relation:
    """Return `lhs < rhs`."""
    return Relation(exact(lhs), "<", exact(rhs))


def eq(lhs: object, rhs: object) -> Relation:
    """Return `lhs == rhs`."""
    return Relation(exact(lhs), "==", exact(rhs))


def to_latex(expression: Expr) -> str:
    """Return an expression as LaTeX in the notation of the paper."""
    from theory.setting.symbols import QUANTITIES

    names = {}
    for symbol in expression.free_symbols:
        pair = entry_latex(symbol)
        if pair is not None:
            names[symbol] = pair
        elif symbol.name in QUANTITIES:
            names[symbol] = QUANTITIES[symbol.name].latex
    return str(sympy.latex(expression, symbol_names=names))
