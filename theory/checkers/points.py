"""Exact points that satisfy some facts and break a goal: found by z3, then checked in exact arithmetic.

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

from theory.checkers.cleared import Translator, variable
from theory.checkers.smt_terms import (
    Gram,
    Leaf,
    Name,
    Node,
    Number,
    Power,
    Product,
    Rel,
    Sum,
    bases,
    leaves_of,
    read,
    read_relation,
    text,
)
from theory.kernel.claim import Claim, Definition, Direction, Root

WORK = 100_000
"""z3's units of work for one question."""
MILLISECONDS = 60
"""And its time, which some questions use up first: a slow machine may leave more undecided, never decide otherwise."""
COORDINATES = 2
PLACES = 3
"""Decimals kept of a value that is moved to a rational one."""

Point = dict[Leaf, Expr]


@dataclass(frozen=True)
class Question:
    """Is there a point where the facts hold and the goal does not? `near` are the leaves least likely to be held."""

    claim: Claim
    facts: tuple[Rel, ...]
    goal: Rel
    near: frozenset[Leaf]

    @property
    def leaves(self) -> frozenset[Leaf]:
        """Return every scalar and Gram entry of the facts and the goal."""
        return leaves_of(node for relation in (self.goal, *self.facts) for node in relation.nodes)

    def answered_by(self, point: Mapping[Leaf, Expr]) -> bool:
        """Return whether the facts hold at an exact point and the goal does not."""
        return all(holds(fact, point) for fact in self.facts) and not holds(self.goal, point)


def value(node: Node, point: Mapping[Leaf, Expr]) -> Expr:
    """Return the exact value of a node; what it divides by must not be zero."""
    match node:
        case Number(number):
            return sympy.Rational(number.numerator, number.denominator)
        case Sum(parts):
            return sympy.Add(*(value(part, point) for part in parts))
        case Product(parts):
            return sympy.Mul(*(value(part, point) for part in parts))
        case Power(base, exponent):
            return value(base, point) ** exponent
    return point[node]


def holds(relation: Rel, point: Mapping[Leaf, Expr]) -> bool:
    """Return whether a relation holds at an exact point; where it is undefined or not real it does not hold."""
    for base in dict.fromkeys(base for node in relation.nodes for base in bases(node)):
        if _number_of(value(base, point)).is_zero is not False:
            return False
    slack = _number_of(value(relation.slack, point))
    if relation.op == "==":
        return bool(slack.is_zero)
    return bool(slack.is_nonnegative if relation.op == "<=" else slack.is_positive)


def _number_of(number: Expr) -> Expr:
    number = sympy.expand(number)
    if number.is_Rational:
        return number
    return sympy.radsimp(number) if number.is_real else sympy.nan


def find(question: Question) -> Point | None:
    """Return an exact point that answers a question, or None if z3 finds none within its work."""
    translator = Translator()
    pairs = [(variable(leaf), _coordinates(leaf)) for leaf in question.leaves if isinstance(leaf, Gram)]
    told = [translator.formula(fact) for fact in question.facts] + [z3.Not(translator.formula(question.goal))]
    told += translator.sides
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


def _coordinates(leaf: Gram) -> z3.ArithRef:
    return z3.Sum([z3.Real(a) * z3.Real(b) for a, b in zip(_names(leaf.one), _names(leaf.other), strict=True)])


def _held(question: Question) -> Iterator[dict[str, Expr]]:
    """Yield what to hold at the witness: all but what is near and defined, then half of it, then nothing."""
    known = _witness(question.claim)
    free = {name for leaf in question.near for name in _unknowns([leaf])}
    for item in question.claim.context:
        if isinstance(item, Definition | Root):
            free.add(item.symbol.name)
        elif isinstance(item, Direction):
            free |= {item.length.name, *_names(item.unit)}
    far = {name: value for name, value in sorted(known.items()) if name not in free}
    yield far
    goal = set(_unknowns(leaves_of(question.goal.nodes)))
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
    unknowns = sorted(set(_unknowns(question.leaves)) - held.keys())
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
    point = {leaf: _value(leaf, exact) for leaf in question.leaves}
    return point if question.answered_by(point) else None


def _unknowns(leaves: Iterable[Leaf]) -> Iterator[str]:
    for leaf in leaves:
        yield from [leaf.name] if isinstance(leaf, Name) else [*_names(leaf.one), *_names(leaf.other)]


def _value(leaf: Leaf, exact: Mapping[str, Expr]) -> Expr:
    if isinstance(leaf, Name):
        return exact[leaf.name]
    products = (exact[a] * exact[b] for a, b in zip(_names(leaf.one), _names(leaf.other), strict=True))
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
    """Return the witness as a point with the values of what is defined; empty if something has none."""
    point: Point = {}
    try:
        for item in claim.context:
            relations = [read_relation(premise.relation) for premise in item.premises]
            defined = read(item.symbol) if isinstance(item, Definition | Root) else None
            for leaf in leaves_of(node for relation in relations for node in relation.nodes) - {defined} - point.keys():
                point[leaf] = _given(claim, leaf)
            if isinstance(defined, Name) and isinstance(item, Definition | Root):
                of = value(read(item.of), point)
                point[defined] = of if isinstance(item, Definition) else sympy.sqrt(of)
        for name in claim.conclusions:
            for leaf in leaves_of(read_relation(claim.conclusion(name)).nodes) - point.keys():
                point[leaf] = _given(claim, leaf)
    except KeyError:
        return {}
    return point


def _given(claim: Claim, leaf: Leaf) -> Expr:
    """Return the witness's value of a scalar, or of a Gram entry from the coordinates of its generators."""
    if isinstance(leaf, Name):
        return sympy.Rational(claim.witness.scalars[leaf.name])
    one, other = claim.witness.vectors[leaf.one], claim.witness.vectors[leaf.other]
    products = (sympy.Rational(x) * sympy.Rational(y) for x, y in zip(one, other, strict=False))
    return sum(products, sympy.Integer(0))


def described(point: Mapping[Leaf, Expr]) -> dict[str, str]:
    """Return a point by names, in order."""
    return {text(leaf): str(point[leaf]) for leaf in sorted(point, key=text)}
