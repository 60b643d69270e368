"""The gate through which numbers and symbols enter a proof: exact, and never from text."""

import sympy
from sympy import Expr


def exact(value: object) -> Expr:
    """Return an exact expression; text is refused (it would be executed) and so are floats, which are inexact."""
    expression = sympy.sympify(value, strict=True)
    if not isinstance(expression, Expr) or expression.has(sympy.Float):
        raise TypeError(f"{value!r} is not an exact expression")
    return expression
