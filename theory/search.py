"""Find certificates: what a step's author would otherwise work out by hand. Nothing here is trusted.

`handelman` combines products of two facts with constant multipliers: a linear programme in floating point says which
products matter, an exact linear solve gives their multipliers. `completing_squares` writes what is left of a Gram slack
as a sum of squared norms by a symbolic LDL^T. What they return is checked like any other certificate; None means that
nothing was found, never that the claim is false.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement

import numpy as np
import sympy
from scipy.optimize import linprog
from sympy import Expr

from theory.kernel.proof import Combination, NormSquare, Square, Term, Times
from theory.kernel.rational import is_zero
from theory.kernel.relations import Relation
from theory.kernel.signs import NONNEGATIVE, POSITIVE, Signs
from theory.kernel.vectors import Vector, norm2, pair_of

SUPPORT = 1e-9
"""Multipliers below this count as absent; the exact solve decides what the others are."""


def handelman(goal: Relation, facts: Mapping[str, Relation]) -> Combination | None:
    """Return a certificate of `goal` from facts and products of two of them, or None if none was found.

    Args:
        goal: an inequality `<=` between polynomials.
        facts: what may be used; equations may be multiplied by any one symbol, of either sign.

    """
    if goal.op != "<=":
        return None
    terms = tuple(_products(facts))
    columns = [_coefficients(_value(term, facts)) for term in terms]
    target = _coefficients(goal.slack)
    monomials = sorted({m for column in (*columns, target) for m in column})
    matrix = np.array([[float(column.get(m, 0)) for column in columns] for m in monomials])
    right = np.array([float(target.get(m, 0)) for m in monomials])
    found = linprog(np.ones(len(terms)), A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
    if not found.success or found.x is None:
        return None
    chosen = [place for place, value in enumerate(found.x) if value > SUPPORT]
    exact = _solve([columns[place] for place in chosen], target, monomials)
    if exact is None or any(value < 0 for value in exact):
        return None
    scaled = (_scale(terms[place], value) for place, value in zip(chosen, exact, strict=True) if value != 0)
    return Combination(tuple(scaled))


def _products(facts: Mapping[str, Relation]) -> Iterator[Term]:
    symbols = sorted({s for fact in facts.values() for s in fact.symbols}, key=lambda symbol: symbol.name)
    yield Square(sympy.Integer(1), sympy.Integer(1))
    for name, fact in facts.items():
        if fact.op == "==":
            for factor in (sympy.Integer(1), *symbols):
                yield from (Times(sign * factor, name) for sign in (1, -1))
        else:
            yield Times(sympy.Integer(1), name)
    ordered = [(name, fact) for name, fact in facts.items() if fact.op != "=="]
    for (_, one), (name, _) in combinations_with_replacement(ordered, 2):
        yield Times(one.slack, name)


def _value(term: Term, facts: Mapping[str, Relation]) -> Expr:
    if isinstance(term, Times):
        return term.weight * facts[term.fact].slack
    return term.weight * (term.of**2 if isinstance(term, Square) else norm2(term.of))


def _scale(term: Term, value: Expr) -> Term:
    if isinstance(term, Times):
        return Times(value * term.weight, term.fact)
    if isinstance(term, Square):
        return Square(value * term.weight, term.of)
    return NormSquare(value * term.weight, term.of)


def _coefficients(expression: Expr) -> dict[str, Expr]:
    return {str(m): c for m, c in sympy.expand(expression).as_coefficients_dict().items() if c != 0}


def _solve(columns: Sequence[dict[str, Expr]], target: dict[str, Expr], monomials: Sequence[str]) -> list[Expr] | None:
    """Solve for the multipliers exactly; None if there is no solution or not just one."""
    unknowns = sympy.symbols(f"multiplier0:{len(columns)}")
    rows = [
        sum((unknown * column.get(m, 0) for unknown, column in zip(unknowns, columns, strict=True)), -target.get(m, 0))
        for m in monomials
    ]
    solution = sympy.linsolve(rows, unknowns)
    if not solution:
        return None
    (values,) = solution
    return None if any(value.free_symbols for value in values) else list(values)


def completing_squares(
    goal: Relation, facts: Mapping[str, Relation], weights: Mapping[str, Expr]
) -> Combination | None:
    """Return a certificate of a Gram inequality, given the multipliers of the facts it uses, or None.

    What the facts leave of the slack is a quadratic form in the generators; LDL^T splits its matrix into squared norms,
    with pivots that must be positive by structure and facts.
    """
    used = [Times(weight, name) for name, weight in weights.items()]
    rest = goal.slack - sympy.Add(*(weight * facts[name].slack for name, weight in weights.items()))
    split = _quadratic_form(rest)
    if split is None:
        return None
    names, matrix, constant = split
    signs = Signs(facts.values())
    squares = _pivots(names, matrix, signs)
    if squares is None:
        return None
    left = [] if is_zero(constant) else [Square(constant, sympy.Integer(1))]
    if left and signs.of(constant) < NONNEGATIVE:
        return None
    return Combination((*used, *squares, *left))


def _quadratic_form(rest: Expr) -> tuple[list[str], sympy.Matrix, Expr] | None:
    """Return generators, matrix and constant of an expression that is linear in Gram entries."""
    entries = sorted((s for s in rest.free_symbols if pair_of(s) is not None), key=lambda symbol: symbol.name)
    names = sorted({name for symbol in entries for name in pair_of(symbol) or ()})
    matrix = sympy.zeros(len(names), len(names))
    constant = sympy.together(rest).subs(dict.fromkeys(entries, 0))
    linear = constant
    for symbol in entries:
        one, other = pair_of(symbol) or ("", "")
        coefficient = sympy.diff(rest, symbol)
        i, j = names.index(one), names.index(other)
        share = coefficient if i == j else coefficient / 2
        matrix[i, j] = matrix[j, i] = share
        linear += coefficient * symbol
    return (names, matrix, constant) if is_zero(rest - linear) else None


def _pivots(names: Sequence[str], matrix: sympy.Matrix, signs: Signs) -> list[Term] | None:
    """Split a quadratic form by LDL^T without reordering; None if a pivot has no sign or hides a remainder."""
    left, terms = matrix.copy(), list[Term]()
    for place, _ in enumerate(names):
        pivot = sympy.factor(left[place, place])
        column = left[:, place]
        if is_zero(pivot):
            if not all(is_zero(value) for value in column):
                return None
            continue
        if signs.of(pivot) < POSITIVE:
            return None
        direction = Vector(
            tuple((name, sympy.factor(value / pivot)) for name, value in zip(names, column, strict=True) if value != 0)
        )
        terms.append(NormSquare(pivot, direction))
        left = (left - column * column.T / pivot).applyfunc(sympy.together)
    return terms
