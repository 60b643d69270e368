"""Relations as z3 sees them, and the clearing of denominators, in arithmetic of this file's own.

A division becomes a fresh real q with q * b == 1 wherever b is not zero; that b is not zero is part of a relation's
formula, and whoever states the relation owes it. Where a certificate has to add up, denominators are multiplied out:
a value is a polynomial over a product of bases, every base a polynomial that is not zero, and with all values over one
product the question is linear in the quotients of monomials by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import z3

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
    Undecided,
    bases,
    gram,
    leaves_of,
    size,
)

WORK = 200_000
"""z3's units of work for one question."""
MILLISECONDS = 1_000
"""And its time; what is settled at all is settled within a few milliseconds, so a slow machine loses nothing."""
LINEAR = 10
"""How much more of both a linear question may take, which has one unknown for each monomial."""


def asked(logic: str, allowance: int = 1) -> z3.Solver:
    """Return a solver that gives up after a fixed amount of work."""
    solver = z3.SolverFor(logic)
    solver.set("rlimit", allowance * WORK)
    solver.set("timeout", allowance * MILLISECONDS)
    return solver


def compare(value: z3.ArithRef, op: str) -> z3.BoolRef:
    """Return `0 op value`."""
    return value == 0 if op == "==" else value >= 0 if op == "<=" else value > 0


def variable(leaf: Leaf) -> z3.ArithRef:
    """Return the real that stands for a scalar or a Gram entry."""
    return z3.Real(leaf.name if isinstance(leaf, Name) else f"<{leaf.one}|{leaf.other}>")


class Translator:
    """Writes nodes as z3 terms; `sides` says what the quotients are that stand for its divisions."""

    def __init__(self) -> None:
        self._quotients: dict[Node, z3.ArithRef] = {}
        self.sides: list[z3.BoolRef] = []

    def term(self, node: Node) -> z3.ArithRef:
        """Return a node as a real term."""
        match node:
            case Number(value):
                return z3.RealVal(str(value))
            case Name() | Gram():
                return self.leaf(node)
            case Sum(parts):
                return z3.Sum([self.term(part) for part in parts]) if parts else z3.RealVal(0)
            case Product(parts):
                return z3.Product([self.term(part) for part in parts]) if parts else z3.RealVal(1)
        base = self.term(node.base) if node.exponent >= 0 else self._quotient(node.base)
        return z3.Product([base] * abs(node.exponent)) if node.exponent else z3.RealVal(1)

    def leaf(self, leaf: Leaf) -> z3.ArithRef:
        """Return the real that stands for a scalar or a Gram entry."""
        return variable(leaf)

    def quotient(self, number: int) -> z3.ArithRef:
        """Return the real that stands for the quotient by the base that is the next in order."""
        return z3.Real(f"1/{number}")

    def _quotient(self, base: Node) -> z3.ArithRef:
        if base not in self._quotients:
            term = self.term(base)
            quotient = self.quotient(len(self._quotients))
            self._quotients[base] = quotient
            self.sides.append(z3.Implies(term != 0, quotient * term == 1))
        return self._quotients[base]

    def formula(self, relation: Rel) -> z3.BoolRef:
        """Return that a relation is defined and holds."""
        one, other = self.term(relation.lhs), self.term(relation.rhs)
        holds = one == other if relation.op == "==" else one <= other if relation.op == "<=" else one < other
        divided = dict.fromkeys(base for node in relation.nodes for base in bases(node))
        return z3.And(*(self.term(base) != 0 for base in divided), holds) if divided else holds


# --- polynomials

Coefficient = int | Fraction
Polynomial = dict[int, Coefficient]
"""Coefficients by monomials; a monomial holds the exponent of each variable in `BITS` bits of an integer."""
BITS = 20


def _plus(total: Polynomial, other: Polynomial, factor: Coefficient = 1) -> None:
    for monomial, value in other.items():
        summed = total.get(monomial, 0) + factor * value
        if summed:
            total[monomial] = summed
        else:
            total.pop(monomial, None)


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    if len(one) > len(other):
        one, other = other, one
    total: Polynomial = {}
    for monomial, value in one.items():
        _plus(total, {monomial + more: factor for more, factor in other.items()}, value)
    return total


def _exact(value: Fraction) -> Coefficient:
    return value.numerator if value.denominator == 1 else value


Bottom = dict[int, int]
"""Exponents of bases, by the place of a base in its `Clearing`."""


class Clearing:
    """Values as polynomials over products of bases, all in the variables of some nodes."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        told = tuple(nodes)
        if sum(map(size, told)) >= 1 << (BITS - 1):
            raise Undecided("the degrees of a question are too high")
        self.order = sorted(leaves_of(told), key=str)
        self._place = {leaf: index for index, leaf in enumerate(self.order)}
        self.bases: list[Polynomial] = []
        self._known: dict[tuple[tuple[int, Coefficient], ...], int] = {}
        self._done: dict[Node, tuple[Polynomial, Bottom]] = {}

    def value(self, node: Node) -> tuple[Polynomial, Bottom]:
        """Return numerator and denominator of a node; raise `Undecided` if it divides by the zero polynomial."""
        if node not in self._done:
            self._done[node] = self._value(node)
        return self._done[node]

    def _value(self, node: Node) -> tuple[Polynomial, Bottom]:
        match node:
            case Number(value):
                return ({0: _exact(value)} if value else {}), {}
            case Name() | Gram():
                return {1 << BITS * self._place[node]: 1}, {}
            case Sum(parts):
                values = [self.value(part) for part in parts]
                bottom = self.common(bottom for _, bottom in values)
                total: Polynomial = {}
                for top, own in values:
                    _plus(total, self.over(top, own, bottom))
                return total, bottom
            case Product(parts):
                top, bottom = {0: 1}, {}
                for part in parts:
                    factor, below = self.value(part)
                    top, bottom = _times(top, factor), _multiplied(bottom, below, 1)
                return self._reduced(top, bottom)
        top, bottom = self.value(node.base)
        if node.exponent < 0:
            scale, below = self._as_bases(top)
            top, bottom = self.over({0: _exact(1 / scale)}, {}, bottom), below
        return self._reduced(self._power(top, abs(node.exponent)), _multiplied({}, bottom, abs(node.exponent)))

    def _power(self, one: Polynomial, exponent: int) -> Polynomial:
        total: Polynomial = {0: 1}
        for _ in range(exponent):
            total = _times(total, one)
        return total

    def _as_bases(self, polynomial: Polynomial) -> tuple[Fraction, Bottom]:
        """Return a polynomial as a rational number times a product of bases."""
        if not polynomial:
            raise Undecided("something is divided by what is zero identically")
        found: Bottom = {}
        rest = dict(polynomial)
        for index in range(len(self.order)):
            shift = BITS * index
            least = min((monomial >> shift) & ((1 << BITS) - 1) for monomial in rest)
            if least:
                found[self._base({1 << shift: 1})] = least
                rest = {monomial - (least << shift): value for monomial, value in rest.items()}
        factor = Fraction(rest[max(rest)])
        if rest.keys() != {0}:
            found[self._base({monomial: _exact(value / factor) for monomial, value in rest.items()})] = 1
        return factor, found

    def _base(self, polynomial: Polynomial) -> int:
        name = tuple(sorted(polynomial.items()))
        if name not in self._known:
            self._known[name] = len(self.bases)
            self.bases.append(polynomial)
        return self._known[name]

    def _reduced(self, top: Polynomial, bottom: Bottom) -> tuple[Polynomial, Bottom]:
        """Cancel variables that divide every monomial above and stand below: they are not zero."""
        bottom = dict(bottom)
        for place in list(bottom):
            base = self.bases[place]
            if len(base) == 1 and top:  # a variable: what has several parts is a base of several monomials
                (unit,) = base
                shift = unit.bit_length() - 1
                least = min((monomial >> shift) & ((1 << BITS) - 1) for monomial in top)
                common = min(least, bottom[place])
                top = {monomial - (common << shift): value for monomial, value in top.items()} if common else top
                bottom[place] -= common
        return top, {place: exponent for place, exponent in bottom.items() if exponent}

    def common(self, bottoms: Iterable[Bottom]) -> Bottom:
        """Return the least product of bases that every one of several products divides."""
        found: Bottom = {}
        for bottom in bottoms:
            for place, exponent in bottom.items():
                found[place] = max(exponent, found.get(place, 0))
        return found

    def over(self, top: Polynomial, own: Bottom, bottom: Bottom) -> Polynomial:
        """Return the numerator of top/own over a larger product of bases."""
        for place, exponent in bottom.items():
            for _ in range(exponent - own.get(place, 0)):
                top = _times(top, self.bases[place])
        return top

    def powers(self, monomial: int) -> list[tuple[Leaf, int]]:
        """Return the variables of a monomial with their exponents."""
        mask = (1 << BITS) - 1
        found = [(leaf, (monomial >> BITS * place) & mask) for place, leaf in enumerate(self.order)]
        return [(leaf, exponent) for leaf, exponent in found if exponent]

    def node(self, polynomial: Polynomial) -> Node:
        """Return a polynomial as a node."""
        return Sum(
            tuple(
                Product((Number(Fraction(value)), *(Power(leaf, n) for leaf, n in self.powers(monomial))))
                for monomial, value in polynomial.items()
            )
        )


def _multiplied(one: Bottom, other: Bottom, factor: int) -> Bottom:
    total = dict(one)
    for place, exponent in other.items():
        total[place] = total.get(place, 0) + factor * exponent
    return total


# --- questions that are linear in monomials


def adds_up(goal: Rel, values: Sequence[Node], ops: Sequence[str]) -> bool:
    """Return whether z3 derives a goal from `0 op value` for each value, linearly over monomials.

    All must be defined. Over one product D of bases every value is a linear form in the numbers monomial/D, which are
    taken for free reals; where D is 1 the monomial 1 is the number 1.
    """
    slack = goal.slack
    clearing = Clearing((slack, *values))
    tops = [clearing.value(node) for node in (slack, *values)]
    bottom = clearing.common(own for _, own in tops)
    unknowns: dict[int, z3.ArithRef] = {} if bottom else {0: z3.RealVal(1)}
    wanted, *given = (_linear(clearing.over(top, own, bottom), unknowns) for top, own in tops)
    solver = asked("QF_LRA", LINEAR)
    solver.add(*(compare(value, op) for value, op in zip(given, ops, strict=True)))
    solver.add(z3.Not(compare(wanted, goal.op)))
    return bool(solver.check() == z3.unsat)


def _linear(polynomial: Polynomial, unknowns: dict[int, z3.ArithRef]) -> z3.ArithRef:
    parts = []
    for monomial, value in polynomial.items():
        if monomial not in unknowns:
            unknowns[monomial] = z3.Real(f"m{monomial}")
        parts.append(z3.RealVal(str(value)) * unknowns[monomial])
    return z3.Sum(parts) if parts else z3.RealVal(0)


def identical(one: Node, other: Node) -> bool:
    """Return whether two defined nodes are the same rational function."""
    return adds_up(Rel(one, "==", other), [], [])


def is_zero(node: Node) -> bool:
    """Return whether a node is the zero function, wherever it is defined."""
    return not Clearing((node,)).value(node)[0]


def moments(slack: Node, local: Mapping[Leaf, bool]) -> tuple[list[tuple[Node, list[Leaf]]], list[Node]]:
    """Return a value as terms (coefficient, product of local leaves), and the inverses by which all are multiplied.

    Raises:
        Undecided: if something local is divided by.

    """
    clearing = Clearing((slack,))
    top, bottom = clearing.value(slack)
    below: list[Node] = []
    for place, exponent in bottom.items():
        base = clearing.node(clearing.bases[place])
        if any(local[leaf] for leaf in leaves_of((base,))):
            raise Undecided("an average of something divided by what it runs over is not known")
        below.append(Power(base, -exponent))
    terms: list[tuple[Node, list[Leaf]]] = []
    for monomial, value in top.items():
        powers = clearing.powers(monomial)
        kept = (Power(leaf, exponent) for leaf, exponent in powers if not local[leaf])
        chosen = [leaf for leaf, exponent in powers if local[leaf] for _ in range(exponent)]
        terms.append((Product((Number(Fraction(value)), *kept)), chosen))
    return terms, below


__all__ = [
    "Clearing",
    "Translator",
    "adds_up",
    "compare",
    "gram",
    "identical",
    "is_zero",
    "moments",
    "variable",
]
