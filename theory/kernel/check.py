"""The trusted checker: re-checks every step of a claim with exact arithmetic and searches for nothing.

A claim is proved if its premises hold together at an exact point, every definition defines something, every step's
certificate adds up identically with multipliers of the right sign, and no conclusion is empty. Anything else is a
`Gap`, with the reason in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy
from sympy import Expr

from theory.kernel import rules
from theory.kernel.claim import Claim
from theory.kernel.gap import Gap
from theory.kernel.proof import (
    Average,
    Chain,
    Cite,
    Combination,
    Contradiction,
    Induction,
    NormSquare,
    OrderCases,
    Proof,
    Shift,
    SignCases,
    Square,
    Term,
    Times,
    Tower,
    ZeroCases,
)
from theory.kernel.rational import NotRational, fraction, is_zero
from theory.kernel.relations import Relation, eq, le, lt
from theory.kernel.sanity import sane
from theory.kernel.signs import NONNEGATIVE, POSITIVE, UNKNOWN, Signs, undefined
from theory.kernel.vectors import norm2

FALSE = lt(0, 0)
"""What a contradiction ends in."""


@dataclass(frozen=True)
class Scope:
    """What may be used at a place in a proof: facts by name, the claim at hand, the claims proved before it."""

    claim: Claim
    proved: Mapping[str, Claim]
    facts: Mapping[str, Relation]

    def plus(self, name: str, relation: Relation) -> "Scope":
        """Return the scope with one more fact."""
        if name in self.facts:
            raise Gap(f"two facts are called {name!r}")
        return replace(self, facts={**self.facts, name: relation})

    def substitute(self, symbol: sympy.Symbol, value: Expr) -> "Scope":
        """Return the scope with a symbol replaced in every fact."""
        return replace(self, facts={n: fact.substitute({symbol: value}) for n, fact in self.facts.items()})

    @property
    def signs(self) -> Signs:
        """Return what the facts say about signs."""
        return Signs(self.facts.values())


def check_claim(claim: Claim, proved: Mapping[str, Claim]) -> None:
    """Check a whole claim, given the claims proved before it; raise `Gap` where it does not stand."""
    try:
        sane(claim)
        scope = Scope(claim, proved, {})
        roots = {root.symbol: root for root in claim.roots}
        for premise in claim.premises:
            defined = premise.relation.lhs if premise.name.endswith("^2") else None
            root = roots.get(defined.base) if premise.reason == "definition" and defined is not None else None
            if root is not None:  # the root's own sign must not help to show that it exists
                before = {n: f for n, f in scope.facts.items() if root.symbol not in f.symbols}
                _check(le(0, root.of), replace(scope, facts=before), root.exists)
            scope = scope.plus(premise.name, premise.relation)
        for step in claim.steps:
            _check(step.relation, scope, step.proof)
            scope = scope.plus(step.name, step.relation)
    except NotRational as problem:
        raise Gap(str(problem)) from None


def check_step(claim: Claim, place: int, proved: Mapping[str, Claim]) -> None:
    """Check one step of a claim, taking its premises and the steps before it for granted; raise `Gap` if it fails."""
    facts = {premise.name: premise.relation for premise in claim.premises}
    facts |= {step.name: step.relation for step in claim.steps[:place]}
    step = claim.steps[place]
    try:
        _check(step.relation, Scope(claim, proved, facts), step.proof)
    except NotRational as problem:
        raise Gap(str(problem)) from None


def _check(goal: Relation, scope: Scope, proof: Proof) -> None:
    match proof:
        case Combination(terms):
            _combination(goal, scope, terms)
        case Chain(steps, last):
            for step in steps:
                _check(step.relation, scope, step.proof)
                scope = scope.plus(step.name, step.relation)
            _check(goal, scope, last)
        case Contradiction(inner):
            _check(FALSE, scope.plus("negation", goal.negated()), inner)
        case SignCases(sign, plus, minus):
            _sign_cases(goal, scope, sign, plus, minus)
        case ZeroCases(of, positive, zero):
            _defined(of, scope.signs)
            if scope.signs.of(of) < NONNEGATIVE:
                raise Gap(f"cases > 0, == 0 need {of} >= 0, which is not known")
            _check(goal, scope.plus("case", lt(0, of)), positive)
            _check(goal, scope.plus("case", eq(of, 0)), zero)
        case OrderCases(lhs, rhs, below, above):
            _check(goal, scope.plus("case", le(lhs, rhs)), below)
            _check(goal, scope.plus("case", le(rhs, lhs)), above)
        case Cite():
            rules.cite(goal, scope, proof)
        case Average():
            rules.average(goal, scope, proof)
        case Tower(difference, known):
            rules.tower(goal, scope, difference, known)
        case Shift(delayed):
            rules.shift(goal, scope, delayed)
        case Induction():
            _induction(goal, scope, proof)
        case _:
            raise Gap(f"no rule for {proof!r}")


def _combination(goal: Relation, scope: Scope, terms: tuple[Term, ...]) -> None:
    signs = scope.signs
    total, strict = sympy.Integer(0), False
    for term in terms:
        value, positive = _term(goal, scope, signs, term)
        total, strict = total + value, strict or positive
        _defined(value, signs)
    _defined(goal.lhs, signs)
    _defined(goal.rhs, signs)
    if not is_zero(goal.slack - total):
        above, below = fraction(goal.slack - total)
        raise Gap(f"the certificate of {goal} does not add up; what is left is ({above})/({below})")
    if goal.op == "<" and not strict:
        raise Gap(f"{goal} is strict but no term of its certificate is")


def _term(goal: Relation, scope: Scope, signs: Signs, term: Term) -> tuple[Expr, bool]:
    """Return the value of a term and whether it is positive; raise `Gap` if it need not be nonnegative."""
    if isinstance(term, Times):
        fact = scope.facts.get(term.fact)
        if fact is None:
            raise Gap(f"no fact is called {term.fact!r}")
        _defined(fact.lhs, signs)
        _defined(fact.rhs, signs)
        if fact.op == "==":
            return term.weight * fact.slack, False
        level = _nonnegative(signs, term.weight, term.fact)
        of, positive = fact.slack, level == POSITIVE and fact.op == "<"
    elif isinstance(term, Square):
        level = _nonnegative(signs, term.weight, f"({term.of})^2")
        of, positive = term.of**2, level == POSITIVE and signs.nonzero(term.of)
    elif isinstance(term, NormSquare):
        _nonnegative(signs, term.weight, "a squared norm")
        of, positive = norm2(term.of), False
    if goal.op == "==":
        raise Gap(f"an equation follows from equations only, and {term} is none")
    return term.weight * of, positive


def _nonnegative(signs: Signs, weight: Expr, what: str) -> int:
    level = signs.of(weight)
    if level <= UNKNOWN:
        raise Gap(f"the multiplier {weight} of {what} is not known to be nonnegative")
    return level


def _defined(expression: Expr, signs: Signs) -> None:
    base = undefined(expression, signs)
    if base is not None:
        raise Gap(f"{base} is divided by, and is not known to be nonzero")


def _sign_cases(goal: Relation, scope: Scope, sign: sympy.Symbol, plus: Proof, minus: Proof) -> None:
    if not any(fact.op == "==" and is_zero(fact.slack**2 - (sign**2 - 1) ** 2) for fact in scope.facts.values()):
        raise Gap(f"cases 1, -1 need the fact {sign}^2 == 1")
    for value, proof in ((sympy.Integer(1), plus), (sympy.Integer(-1), minus)):
        _check(goal.substitute({sign: value}), scope.substitute(sign, value), proof)


def _induction(goal: Relation, scope: Scope, proof: Induction) -> None:
    recursion = rules.recursion_of(scope.claim, proof.counter)
    rules.check_recursion(scope.claim, recursion)
    general = {name: fact for name, fact in scope.facts.items() if not rules.speaks_of(fact, recursion)}
    start = goal.substitute(recursion.scalar_changes(0), recursion.vector_changes(0))
    _check(start, replace(scope, facts=general), proof.base)
    onward = goal.substitute(recursion.scalar_changes(1), recursion.vector_changes(1))
    _check(onward, scope.plus("hypothesis", goal), proof.step)
