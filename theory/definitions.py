"""What a claim defines: the one reader of its roots and definitions, for whoever puts them in or shows them."""

from collections.abc import Callable, Mapping

import sympy
from sympy import Expr

from theory.kernel.claim import Claim, Definition

Meanings = Mapping[sympy.Symbol, Expr]


def meanings(item: Claim, root: Callable[[Expr], Expr] = sympy.sqrt) -> dict[sympy.Symbol, Expr]:
    """Return what the symbols that a claim defines stand for.

    Args:
        item: the claim.
        root: how the square root of an expression is written.

    """
    found = {defined.symbol: root(defined.of) for defined in item.roots}
    return found | {entry.symbol: entry.of for entry in item.context if isinstance(entry, Definition)}


def eliminate(expression: Expr, item: Claim | Meanings) -> Expr:
    """Replace what a claim defines by what it stands for, until nothing defined is left.

    Args:
        expression: in the symbols of the claim.
        item: the claim, whose roots become square roots; or meanings.

    """
    known = meanings(item) if isinstance(item, Claim) else item
    for _ in range(len(known) + 1):
        present = {symbol: known[symbol] for symbol in expression.free_symbols if symbol in known}
        if not present:
            return expression
        expression = expression.xreplace(present)
    raise ValueError(f"definitions go round in a circle: {sorted(map(str, known))}")
