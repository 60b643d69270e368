"""Exact points that satisfy some facts and break a goal: found by z3, then checked with the kernel's relations.

Gram entries are inner products of vectors with two coordinates each, so a point that is found can be realised. The
question is asked outright, and then with symbols held at the claim's witness, which leaves z3 few unknowns. A value
that z3 gives as a root of a polynomial is moved to a rational one nearby where the facts allow it; a point that stays
irrational beyond square roots is not reported.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sympy
import z3
from sympy import Expr

from theory.checkers.cleared import Translator
from theory.kernel.claim import Claim
from theory.kernel.gap import Gap
from theory.kernel.relations import Relation
from theory.kernel.sanity import evaluate, given, holds
from theory.kernel.vectors import pair_of

WORK = 100_000
"""z3's units of work for one question."""
MILLISECONDS = 60
"""And its time, which some questions use up first: a slow machine may leave more undecided, never decide otherwise."""
COORDINATES = 2
PLACES = 3
"""Decimals kept of a value that is moved to a rational one."""

Point = dict[sympy.Symbol, Expr]


@dataclass(frozen=True)
class Question:
    """Is there a point where the facts hold and the goal does not? `near` are the symbols least likely to be held."""

    claim: Claim
    facts: tuple[Relation, ...]
    goal: Relation
    near: frozenset[sympy.Symbol]

    @property
    def symbols(self) -> frozenset[sympy.Symbol]:
        """Return every symbol of the facts and the goal."""
        return self.goal.symbols.union(*(fact.symbols for fact in self.facts))

    def answered_by(self, point: Mapping[sympy.Symbol, Expr]) -> bool:
        """Return whether the facts hold at an exact point and the goal does not, by the kernel's relations."""
        return all(holds(fact, point) for fact in self.facts) and not holds(self.goal, point)


def find(question: Question) -> Point | None:
    """Return an exact point that answers a question, or None if z3 finds none within its work."""
    translator = Translator()
    pairs = [(z3.Real(symbol.name), _coordinates(symbol)) for symbol in question.symbols if pair_of(symbol)]
    told = [translator.fact(fact) for fact in question.facts] + [z3.Not(translator.fact(question.goal))]
    formulas = [z3.substitute(formula, *pairs) if pairs else formula for formula in told]
    for held in _held(question):
        values = [(z3.Real(name), z3.RealVal(str(value))) for name, value in held.items()]
        solver = _solver()
        solver.add(*(z3.simplify(z3.substitute(formula, *values)) if values else formula for formula in formulas))
        if solver.check() == z3.sat:
            point = _point(question, solver, held)
            if point is not None:
                return point
    return None


def _solver() -> z3.Solver:
    solver = z3.SolverFor("QF_NRA")
    solver.set("rlimit", WORK)
    solver.set("timeout", MILLISECONDS)
    return solver


def _names(generator: str) -> list[str]:
    return [f"{generator}.{place}" for place in range(COORDINATES)]


def _coordinates(symbol: sympy.Symbol) -> z3.ArithRef:
    one, other = pair_of(symbol) or ("", "")
    return z3.Sum([z3.Real(a) * z3.Real(b) for a, b in zip(_names(one), _names(other), strict=True)])


def _held(question: Question) -> Iterator[dict[str, Expr]]:
    """Yield what to hold at the witness: all but what is near and defined, then half of it, then nothing."""
    known = _witness(question.claim)
    defined = {root.symbol for root in question.claim.roots}
    for premise in question.claim.premises:
        if premise.reason == "definition":
            defined |= premise.relation.lhs.free_symbols
    free = {symbol.name for symbol in question.near | defined}
    free |= {name for symbol in question.near for one in pair_of(symbol) or () for name in _names(one)}
    far = {name: value for name, value in sorted(known.items()) if name not in free}
    yield far
    goal = {symbol.name for symbol in question.goal.symbols}
    yield {name: value for name, value in far.items() if name not in goal and "." not in name}
    yield {}


def _witness(claim: Claim) -> dict[str, Expr]:
    """Return the rational values that the witness gives to scalars, and to coordinates of vectors."""
    found = {name: sympy.Rational(value) for name, value in claim.witness.scalars.items()}
    for generator, values in claim.witness.vectors.items():
        if len(values) <= COORDINATES:
            padded = [*values, *(0 for _ in range(COORDINATES - len(values)))]
            found |= {name: sympy.Rational(v) for name, v in zip(_names(generator), padded, strict=True)}
    return found


def _point(question: Question, solver: z3.Solver, held: Mapping[str, Expr]) -> Point | None:
    """Return z3's point exactly, moved to rational values as far as the facts allow, if it stands the check."""
    unknowns = sorted(set(_unknowns(question.symbols)) - held.keys())
    model = solver.model()
    for name in unknowns:
        value = model.evaluate(z3.Real(name), model_completion=True)
        if z3.is_algebraic_value(value):
            solver.push()
            solver.add(z3.Real(name) == value.approx(PLACES))
            if solver.check() == z3.sat:
                model = solver.model()
            else:
                solver.pop()
    exact: dict[str, Expr] = dict(held)
    for name in unknowns:
        number = _number(model.evaluate(z3.Real(name), model_completion=True))
        if number is None:
            return None
        exact[name] = number
    point = {symbol: _value(symbol, exact) for symbol in question.symbols}
    return point if question.answered_by(point) else None


def _unknowns(symbols: Iterable[sympy.Symbol]) -> Iterator[str]:
    for symbol in symbols:
        pair = pair_of(symbol)
        yield from (name for one in pair for name in _names(one)) if pair else (symbol.name,)


def _value(symbol: sympy.Symbol, exact: Mapping[str, Expr]) -> Expr:
    pair = pair_of(symbol)
    if pair is None:
        return exact[symbol.name]
    products = (exact[a] * exact[b] for a, b in zip(_names(pair[0]), _names(pair[1]), strict=True))
    return sum(products, sympy.Integer(0))


def _number(value: z3.ExprRef) -> Expr | None:
    """Return a rational number or a root of a quadratic exactly; None for other algebraic numbers."""
    if z3.is_rational_value(value):
        return sympy.Rational(value.numerator_as_long(), value.denominator_as_long())
    if not z3.is_algebraic_value(value):
        return None
    if len(value.poly()) != 3:
        return None
    c, b, a = (sympy.Rational(str(one)) for one in value.poly())
    roots = sorted(((-b + sign * sympy.sqrt(b**2 - 4 * a * c)) / (2 * a) for sign in (-1, 1)), key=float)
    return roots[value.index() - 1]


def at_witness(claim: Claim) -> Point:
    """Return the witness as a point with the values of what is defined."""
    values: Point = {}
    for premise in claim.premises:
        evaluate(claim, premise, values)
    for name in claim.conclusions:
        for symbol in claim.conclusion(name).symbols - values.keys():
            try:
                values[symbol] = given(claim, symbol)
            except Gap:
                return {}
    return values


def described(point: Mapping[sympy.Symbol, Expr]) -> dict[str, str]:
    """Return a point by names, in order."""
    return {symbol.name: str(point[symbol]) for symbol in sorted(point, key=lambda symbol: symbol.name)}
