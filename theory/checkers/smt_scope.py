"""What is known at a place in a proof, and what z3 finds from it.

z3 is asked within a fixed amount of work: first with the facts that speak of nothing else than the question does, then
with all facts. What it does not settle is taken apart, factor by factor and summand by summand. A relation is only a
fact if z3 has found all that it divides by not to be zero, from the facts before it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import z3

from theory.checkers.cleared import Translator, adds_up, asked
from theory.checkers.smt_terms import (
    ZERO,
    Leaf,
    Node,
    Number,
    Power,
    Product,
    Rel,
    Sum,
    Undecided,
    bases,
    leaves_of,
    nonnegative,
    positive,
    text,
)
from theory.checkers.smt_world import Labels, World


@dataclass
class Count:
    """How the steps of a claim were settled, and the rules on random sequences that it hangs on."""

    ways: Counter[str] = field(default_factory=Counter)
    hypotheses: dict[str, None] = field(default_factory=dict)

    def on(self, *hypotheses: str) -> None:
        """Add what the claim hangs on, each once, in order."""
        self.hypotheses |= dict.fromkeys(hypotheses)

    def __str__(self) -> str:
        ways = ", ".join(f"{number} {way}" for way, number in sorted(self.ways.items()))
        return f"conditional on: {'; '.join(self.hypotheses)} ({ways})" if self.hypotheses else ways


@dataclass(frozen=True)
class Settled:
    """A claim that was settled: what it says and what its conclusions are."""

    world: World
    conclusions: Mapping[str, Rel]
    count: Count


@dataclass(frozen=True)
class Fact:
    """A relation, and the labels for which it is known only at the values at hand."""

    relation: Rel
    at_hand: Labels


@dataclass(frozen=True)
class Scope:
    """The facts at a place in a proof; `open` are the labels for which something was assumed on the way there."""

    world: World
    settled: Mapping[str, Settled]
    count: Count
    facts: Mapping[str, Fact] = field(default_factory=dict)
    open: Labels = frozenset()
    answers: dict[tuple[Rel | Node, bool], bool] = field(default_factory=dict)
    """What z3 has answered here; it stays true where facts are added."""

    @property
    def relations(self) -> list[Rel]:
        """Return what is known."""
        return [fact.relation for fact in self.facts.values()]

    def _with(self, facts: Mapping[str, Fact], open_: Labels) -> "Scope":
        kept = {question: True for question, answer in self.answers.items() if answer}
        return replace(self, facts=facts, open=open_, answers=kept)

    def plus(self, name: str, relation: Rel) -> "Scope":
        """Return the scope with one more fact, found here."""
        return self.enter(name, relation, self.open)

    def enter(self, name: str, relation: Rel, at_hand: Labels) -> "Scope":
        """Return the scope with one more fact, known at the values at hand of some labels."""
        if name in self.facts:
            raise Undecided(f"two facts are called {name!r}")
        return self._with({**self.facts, name: Fact(relation, at_hand)}, self.open | at_hand)

    def assume(self, name: str, relation: Rel) -> "Scope":
        """Return the scope of a branch, in which a relation holds at the values at hand of its labels."""
        return self.enter(name, relation, self.open | self.world.labels_of(*relation.nodes))

    def only(self, keep: Callable[[Fact], bool], without: Labels = frozenset()) -> "Scope":
        """Return the scope of some of the facts; labels at all whose values these hold are no longer open."""
        facts = {name: fact for name, fact in self.facts.items() if keep(fact)}
        return replace(self, facts=facts, open=self.open - without, answers={})

    def at_all(self, labels: Labels) -> "Scope":
        """Return the scope of what is known at all values of some labels."""
        return self if not labels & self.open else self.only(lambda fact: not fact.at_hand & labels, labels)


# --- what z3 finds


def impossible(relations: Iterable[Rel], *more: Callable[[Translator], z3.BoolRef]) -> bool:
    """Return whether z3 finds that relations, and what is added to them, cannot hold together."""
    translator = Translator()
    solver = asked("QF_NRA")
    solver.add(*(translator.formula(relation) for relation in relations))
    solver.add(*(add(translator) for add in more))
    solver.add(*translator.sides)
    return bool(solver.check() == z3.unsat)


def follows(goal: Rel, relations: Iterable[Rel]) -> bool:
    """Return whether z3 finds that a goal, which is known to be defined, follows from relations."""
    divided = dict.fromkeys(base for node in goal.nodes for base in bases(node))
    known = (lambda translator, base=base: translator.term(base) != 0 for base in divided)
    return impossible(relations, *known, lambda translator: z3.Not(translator.formula(goal)))


def _found(scope: Scope, question: Rel | Node, broad: bool) -> bool:
    """Ask whether a relation holds, or a node is not zero, with the facts near by or with all of them."""
    name = (question, broad)
    if name not in scope.answers:
        spoken = leaves_of(question.nodes if isinstance(question, Rel) else (question,))
        facts = scope.relations if broad else _near(scope, spoken)
        if isinstance(question, Rel):
            scope.answers[name] = follows(question, facts)
        else:
            scope.answers[name] = impossible(facts, lambda translator: translator.term(question) == 0)
    return scope.answers[name]


def _near(scope: Scope, spoken: frozenset[Leaf]) -> list[Rel]:
    return [relation for relation in scope.relations if leaves_of(relation.nodes) <= spoken]


def holds(scope: Scope, relation: Rel) -> bool:
    """Return whether z3 finds a relation; all that it divides by must have been found not to be zero."""
    if relation in scope.relations or _found(scope, relation, False) or _said(scope, relation):
        return True
    if relation.op != "==" and relation.lhs == ZERO:
        return any(_sign(scope, relation.rhs, relation.op == "<", broad) for broad in (False, True))
    return _found(scope, relation, True)


def _said(scope: Scope, relation: Rel) -> bool:
    """Return whether a fact says the same in other words."""
    spoken = leaves_of(relation.nodes)
    same = (fact for fact in scope.relations if leaves_of(fact.nodes) == spoken)
    return any(adds_up(relation, [fact.slack], [fact.op]) for fact in same)


def _sign(scope: Scope, node: Node, strict: bool, broad: bool) -> bool:
    """Return whether z3 finds a defined node >= 0 (> 0 if strict): at once, or part by part."""
    match node:
        case Number(value):
            return value > 0 or (value == 0 and not strict)
        case Product(parts) if all(_sign(scope, part, strict, broad) for part in parts):
            return True
        case Power(base, exponent) if exponent % 2 == 0:
            return not strict or exponent == 0 or nonzero(scope, base, broad)
        case Power(base) if _sign(scope, base, strict, broad):
            return True
    if _found(scope, positive(node) if strict else nonnegative(node), broad):
        return True
    if isinstance(node, Sum) and node.parts:
        signs = [_sign(scope, part, False, broad) for part in node.parts]
        return all(signs) and (not strict or any(_sign(scope, part, True, broad) for part in node.parts))
    return False


def nonzero(scope: Scope, node: Node, broad: bool) -> bool:
    """Return whether z3 finds that a defined node is not zero."""
    match node:
        case Number(value):
            return value != 0
        case Product(parts) if all(nonzero(scope, part, broad) for part in parts):
            return True
        case Power(base, exponent) if exponent == 0 or nonzero(scope, base, broad):
            return True
    return _found(scope, node, broad) or _sign(scope, node, True, broad)


def require_defined(scope: Scope, *nodes: Node) -> None:
    """Raise `Undecided` unless z3 finds all that nodes divide by not to be zero, inner divisions first."""
    for base in dict.fromkeys(base for node in nodes for base in bases(node)):
        if not nonzero(scope, base, False) and not nonzero(scope, base, True):
            raise Undecided(f"{text(base)} is divided by, and z3 does not find that it is not zero")


def require(scope: Scope, relation: Rel) -> None:
    """Raise `Undecided` unless z3 finds a relation."""
    if not holds(scope, relation):
        raise Undecided(f"z3 does not find {relation}")
