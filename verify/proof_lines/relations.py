"""Relations of proved claims as functions of numbers: the statement that is checked is the one that was proved."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import sympy

from theory.blueprint import all_claims
from theory.kernel.claim import Claim
from theory.kernel.relations import Relation


@cache
def claims() -> Mapping[str, Claim]:
    """Return every claim by id."""
    return {claim.id: claim for claim in all_claims()}


def relation(claim: str, part: str) -> Relation:
    """Return a conclusion of a claim, or one of its premises."""
    found = claims()[claim]
    return found.conclusion(part) if part in found.conclusions else found.premise(part)


@cache
def shown(stated: Relation) -> str:
    """Return a relation as text."""
    return str(stated)


_ROOT = sympy.Function("root_or_zero")
_ROUNDING = 1e-12


def root(of: sympy.Expr) -> sympy.Expr:
    """Return the square root that a claim defines; what is negative by the rounding of its terms alone counts as 0."""
    return _ROOT(of, sympy.Add(*(sympy.Abs(term) for term in sympy.Add.make_args(of))))


def _root(of: Any, size: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    with np.errstate(invalid="ignore"):  # nan where the root does not exist: a line with nan does not hold
        return np.sqrt(np.where((of < 0) & (of >= -_ROUNDING * size), 0.0, of))


@cache
def _functions(expression: sympy.Expr, names: tuple[str, ...]) -> Any:  # noqa: ANN401
    ordered = {symbol.name: symbol for symbol in expression.free_symbols}
    dummies = [sympy.Dummy() for _ in names]  # Gram entries have names that are no identifiers
    replaced = expression.xreplace({ordered[name]: dummy for name, dummy in zip(names, dummies, strict=True)})
    return sympy.lambdify(dummies, replaced, modules=[{"root_or_zero": _root}, "numpy"], cse=True)


def number(expression: sympy.Expr, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - numbers or arrays
    """Return the value of an expression; a symbol without a value raises KeyError."""
    names = tuple(sorted(symbol.name for symbol in expression.free_symbols))
    return _functions(expression, names)(*(values[name] for name in names))


def sides(claim: str, part: str, values: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return both sides of a relation of a claim."""
    found = relation(claim, part)
    return number(found.lhs, values), number(found.rhs, values)
