"""A second opinion on every claim: z3 on cleared forms, step by step, with nothing of the kernel's arithmetic trusted.

A relation is cleared to N D >= 0 with D != 0 for its slack N/D, and a step holds if the facts before it and the
opposite of the cleared relation cannot hold together. First z3 is asked outright, within a fixed amount of work; where
that does not settle the matter it is given the certificate's terms, must find each of them nonnegative, and then that
they add up (a linear question over the monomials). Such a step is called assisted. Averages, the tower property and
shifts are not real arithmetic: they are taken as the rules they are, and counted; a claim of nothing else is
`unsupported`. Running out is `undecided`.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import sympy
import z3
from sympy import Expr

from theory.blueprint import Outcome
from theory.checkers.cleared import Cleared, Translator
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
    Verdict,
    ZeroCases,
)
from theory.kernel.relations import Relation, eq, le, lt
from theory.kernel.vectors import norm2

WORK = 200_000
"""z3's units of work for one question."""
MILLISECONDS = 1_000
"""And its time; what is settled at all is settled within a few milliseconds, so a slow machine loses nothing."""


class Undecided(Exception):
    """A question that z3 did not settle within its work."""


@dataclass
class Count:
    """How the steps of a claim were settled."""

    ways: Counter[str] = field(default_factory=Counter)

    @property
    def arithmetic(self) -> bool:
        """Return whether z3 had anything to settle."""
        return any(self.ways[way] for way in ("outright", "assisted", "cited"))

    def __str__(self) -> str:
        return ", ".join(f"{number} {way}" for way, number in sorted(self.ways.items()))


@dataclass(frozen=True)
class Scope:
    """The facts at a place in a proof, by name, and the claims settled before."""

    claim: Claim
    settled: Mapping[str, Claim]
    facts: Mapping[str, Relation]
    count: Count

    def plus(self, name: str, relation: Relation) -> "Scope":
        """Return the scope with one more fact."""
        return replace(self, facts={**self.facts, name: relation})


def prove(claims: Iterable[Claim]) -> Iterator[Outcome]:
    """Yield z3's verdict on each claim, in order."""
    settled: dict[str, Claim] = {}
    for item in claims:
        start = time.perf_counter()
        try:
            count = settle(item, settled)
        except (Undecided, Gap) as problem:
            yield Outcome(item.id, "undecided", str(problem), time.perf_counter() - start)
        else:
            settled[item.id] = item
            verdict: Verdict = "proved" if count.arithmetic else "unsupported"
            yield Outcome(item.id, verdict, str(count), time.perf_counter() - start)


def settle(item: Claim, settled: Mapping[str, Claim]) -> Count:
    """Return how z3 settles one claim, given those settled before; raise `Undecided` or `Gap` if it does not."""
    scope = Scope(item, settled, {}, Count())
    _claim(item, scope)
    return scope.count


def _claim(item: Claim, scope: Scope) -> None:
    for premise in item.premises:
        root = next((root for root in item.roots if premise == root.premises[1]), None)
        if root is not None:
            before = {name: fact for name, fact in scope.facts.items() if root.symbol not in fact.symbols}
            _step(le(0, root.of), replace(scope, facts=before), root.exists)
        scope = scope.plus(premise.name, premise.relation)
    for step in item.steps:
        _step(step.relation, scope, step.proof)
        scope = scope.plus(step.name, step.relation)


def _step(goal: Relation, scope: Scope, proof: Proof) -> None:
    match proof:
        case Combination(terms):
            _combination(goal, scope, terms)
        case Chain(steps, last):
            for step in steps:
                _step(step.relation, scope, step.proof)
                scope = scope.plus(step.name, step.relation)
            _step(goal, scope, last)
        case Contradiction(inner):
            _step(lt(0, 0), scope.plus("negation", goal.negated()), inner)
        case SignCases(sign, plus, minus):
            _entails(scope, eq(sign**2, 1))
            for value, branch in ((sympy.Integer(1), plus), (sympy.Integer(-1), minus)):
                facts = {name: fact.substitute({sign: value}) for name, fact in scope.facts.items()}
                _step(goal.substitute({sign: value}), replace(scope, facts=facts), branch)
        case ZeroCases(of, positive, zero):
            _nonnegative(scope, of)
            _step(goal, scope.plus("case", lt(0, of)), positive)
            _step(goal, scope.plus("case", eq(of, 0)), zero)
        case OrderCases(lhs, rhs, below, above):
            _step(goal, scope.plus("case", le(lhs, rhs)), below)
            _step(goal, scope.plus("case", le(rhs, lhs)), above)
        case Cite():
            _cite(goal, scope, proof)
        case Induction():
            _induction(goal, scope, proof)
        case Average() | Tower() | Shift():
            scope.count.ways[type(proof).__name__.lower()] += 1
        case _:
            raise Undecided(f"no translation of {proof!r}")


def _combination(goal: Relation, scope: Scope, terms: tuple[Term, ...]) -> None:
    named = {term.fact: scope.facts[term.fact] for term in terms if isinstance(term, Times)}
    if _unsat(goal, named.values()):
        scope.count.ways["outright"] += 1
        return
    values = [_value(scope, term) for term in terms]
    _denominators(scope, [goal.slack, *values])
    equations = [isinstance(term, Times) and scope.facts[term.fact].op == "==" for term in terms]
    strict = [_strict(scope, term) for term in terms]
    if not Translator().adds_up(goal, values, equations, strict):
        raise Undecided(f"z3 does not find {goal} from the terms of its certificate")
    scope.count.ways["assisted"] += 1


def _strict(scope: Scope, term: Term) -> bool:
    """Return whether z3 finds a term positive: a strict fact, or the square of a nonzero number."""
    if isinstance(term, Times):
        return scope.facts[term.fact].op == "<" and _is_positive(scope, term.weight)
    return isinstance(term, Square) and term.of.is_Rational and term.of != 0 and _is_positive(scope, term.weight)


def _is_positive(scope: Scope, weight: Expr) -> bool:
    try:
        _positive(scope, weight)
    except Undecided:
        return False
    return True


def _value(scope: Scope, term: Term) -> Expr:
    """Return a term after z3 has found its weight nonnegative."""
    if isinstance(term, Times):
        if scope.facts[term.fact].op != "==":
            _nonnegative(scope, term.weight)
        return term.weight * scope.facts[term.fact].slack
    _nonnegative(scope, term.weight)
    if isinstance(term, Square):
        return term.weight * term.of**2
    if isinstance(term, NormSquare):
        return term.weight * norm2(term.of)
    raise Undecided(f"no translation of {term!r}")


def _nonnegative(scope: Scope, weight: Expr) -> None:
    """Have z3 find weight >= 0: outright, or factor by factor and summand by summand."""
    if _holds(scope, le(0, weight)):
        return
    if weight.is_Mul or weight.is_Add:
        for part in weight.args:
            _nonnegative(scope, part)
        return
    if weight.is_Pow and weight.exp.is_Integer and (weight.exp % 2 == 0 or weight.exp < 0):
        if weight.exp < 0:
            _positive(scope, weight.base)
        return
    if weight.is_Pow and weight.exp.is_Integer:
        _nonnegative(scope, weight.base)
        return
    raise Undecided(f"z3 does not find {weight} >= 0")


def _positive(scope: Scope, base: Expr) -> None:
    if _holds(scope, lt(0, base)):
        return
    if not base.is_Mul and not (base.is_Pow and base.exp.is_Integer):
        raise Undecided(f"z3 does not find {base} > 0")
    for part in base.args if base.is_Mul else (base.base,):
        _positive(scope, part)


def _denominators(scope: Scope, values: list[Expr]) -> None:
    for base in Cleared.bases(values):
        if not (_holds(scope, lt(0, base)) or _holds(scope, lt(base, 0))):
            _positive(scope, base)


def _holds(scope: Scope, relation: Relation) -> bool:
    """Return whether z3 finds a relation from the facts that share its symbols, or from all facts."""
    near = [fact for fact in scope.facts.values() if fact.symbols <= relation.symbols]
    return _unsat(relation, near) or _unsat(relation, scope.facts.values())


def _entails(scope: Scope, relation: Relation) -> None:
    if not _holds(scope, relation):
        if relation.op == "==":
            raise Undecided(f"z3 does not find {relation}")
        _nonnegative(scope, relation.slack)


def _unsat(goal: Relation, facts: Iterable[Relation]) -> bool:
    """Return whether the facts and the opposite of the goal cannot hold together."""
    translator = Translator()
    solver = z3.SolverFor("QF_NRA")
    solver.set("rlimit", WORK)
    solver.set("timeout", MILLISECONDS)
    for fact in facts:
        solver.add(translator.fact(fact))
    solver.add(z3.Not(translator.fact(goal)))
    return bool(solver.check() == z3.unsat)


def _cite(goal: Relation, scope: Scope, proof: Cite) -> None:
    """Have z3 find each premise of the instance; the instance itself was settled with the claim."""
    cited = scope.settled.get(proof.claim)
    if cited is None:
        raise Undecided(f"{proof.claim} is not settled")
    for premise in cited.premises:
        wanted = premise.relation.substitute(proof.scalars, proof.vectors)
        if wanted not in scope.facts.values():
            _entails(scope, wanted)
    instance = cited.conclusion(proof.conclusion).substitute(proof.scalars, proof.vectors)
    if not _unsat(goal, [instance]):
        raise Undecided(f"z3 does not find {goal} from {instance}")
    scope.count.ways["cited"] += 1


def _induction(goal: Relation, scope: Scope, proof: Induction) -> None:
    recursion = rules.recursion_of(scope.claim, proof.counter)
    general = {name: fact for name, fact in scope.facts.items() if not rules.speaks_of(fact, recursion)}
    for place, branch in ((0, proof.base), (1, proof.step)):
        now = goal.substitute(recursion.scalar_changes(place), recursion.vector_changes(place))
        here = replace(scope, facts=general) if place == 0 else scope.plus("hypothesis", goal)
        _step(now, here, branch)
