"""Relations as z3 sees them: polynomials over reals, with the denominators multiplied out."""

from collections.abc import Iterator, Sequence

import flint
import sympy
import z3
from sympy import Expr

from theory.kernel.rational import denominators, fraction
from theory.kernel.relations import Relation


class Cleared:
    """Cleared forms of rational functions."""

    @staticmethod
    def bases(values: Sequence[Expr]) -> Iterator[Expr]:
        """Yield every expression that the values divide by, each once."""
        yield from dict.fromkeys(base for value in values for base in denominators(value))

    @staticmethod
    def over_one_denominator(values: Sequence[Expr]) -> list[flint.fmpq_mpoly]:
        """Return polynomials that are the values times the square of one common denominator."""
        marks = [sympy.Symbol(f"mark{index}", real=True) for index in range(len(values))]
        total = sympy.Add(*(mark * value for mark, value in zip(marks, values, strict=True)))
        numerator, denominator = fraction(total)
        whole = numerator * denominator
        context = whole.context()
        found = []
        for mark in marks:
            others = {other.name: 0 for other in marks if other != mark and other.name in context.names()}
            one = whole.subs({**others, mark.name: 1}) if mark.name in context.names() else context.constant(0)
            found.append(one)
        return found


class Translator:
    """Writes relations as z3 formulas, one real variable for each symbol (or monomial, where it is linear)."""

    def fact(self, relation: Relation) -> z3.BoolRef:
        """Return N D op 0 and D != 0 for a relation with slack N/D."""
        numerator, denominator = fraction(relation.slack)
        if denominator.is_constant():
            return _compare(self._polynomial(numerator / denominator), relation.op)
        below = self._polynomial(denominator)
        return z3.And(below != 0, _compare(self._polynomial(numerator) * below, relation.op))

    def _polynomial(self, polynomial: flint.fmpq_mpoly) -> z3.ArithRef:
        names = polynomial.context().names()
        total = z3.RealVal(0)
        for powers, coefficient in polynomial.terms():
            term = z3.RealVal(str(coefficient))
            for name, power in zip(names, powers, strict=True):
                for _ in range(power):
                    term = term * z3.Real(name)
            total = total + term
        return total

    def adds_up(
        self, goal: Relation, values: Sequence[Expr], equations: Sequence[bool], strict: Sequence[bool]
    ) -> bool:
        """Return whether values >= 0 (or = 0, or > 0) imply the goal, linearly over the monomials."""
        slack, *terms = (self._linear(p) for p in Cleared.over_one_denominator([goal.slack, *values]))
        solver = z3.SolverFor("QF_LRA")
        for term, equation, positive in zip(terms, equations, strict, strict=True):
            solver.add(term == 0 if equation else term > 0 if positive else term >= 0)
        solver.add(z3.Not(_compare(slack, goal.op)))
        return bool(solver.check() == z3.unsat)

    def _linear(self, polynomial: flint.fmpq_mpoly) -> z3.ArithRef:
        """Return a polynomial as a linear form in its monomials; the constant monomial is 1."""
        names = polynomial.context().names()
        total = z3.RealVal(0)
        for powers, coefficient in polynomial.terms():
            powered = [f"{name}^{power}" for name, power in zip(names, powers, strict=True) if power]
            total = total + z3.RealVal(str(coefficient)) * (z3.Real("*".join(powered)) if powered else 1)
        return total


def _compare(value: z3.ArithRef, op: str) -> z3.BoolRef:
    if op == "==":
        return value == 0
    return value >= 0 if op == "<=" else value > 0
