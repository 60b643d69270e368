"""A claim's lemma in Coq: how terms and relations are written, its statement, and what may be used in its proof.

The statement is the claim: for all values of its names, index sets and averages, its structure and its premises imply
its conclusions. What a proof takes for granted beyond that is a `Condition`; a lemma with one is no proof of the claim.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from theory.checkers.coq_prelude import PRELUDE
from theory.checkers.coq_world import FRAMES, SUPPORTS, At, Env, Untranslatable, World, is_one
from theory.kernel.claim import Claim
from theory.kernel.signs import Rel
from theory.kernel.statement import Vec
from theory.kernel.terms import Atom, Term, number

RULES = {"<=": "le", "<": "lt", "==": "eq"}
"""How the names of the prelude's lemmas end for a relation."""
_OPERATOR = {"<=": "<=", "<": "<", "==": "="}
Kind = Literal[
    "length", "link", "view", "mean", "path", "known", "differences", "delay", "start", "next", "premise", "condition"
]


def lemma_of(claim: str) -> str:
    """Return the name of the lemma of a claim."""
    return "c_" + claim.replace(".", "__")


@dataclass(frozen=True)
class Printer:
    """Writes terms of a claim at the values at hand."""

    world: World
    env: Env

    def value(self, label: str) -> At:
        """Return the value at hand of a label."""
        if label in self.env:
            return self.env[label]
        if label in self.world.open:
            others = [self.at(other) for other in self.world.others(label)]
            return At(f"(n_{label} {' '.join(others)})" if others else f"n_{label}", "")
        raise Untranslatable(f"no value of the label {label} is at hand")

    def at(self, label: str) -> str:
        """Return the value at hand of a label, in Coq."""
        return self.value(label).value

    def name(self, name: str, *, vector: bool, more: Iterable[str] = ()) -> str:
        """Return a scalar or a generator at the values at hand, and at `more` values of an image."""
        values = [*(self.at(label) for label in self.world.args(name, vector)), *more]
        letter = "g" if vector else "v"
        return f"({letter}_{name} {' '.join(values)})" if values else f"{letter}_{name}"

    def atom(self, atom: Atom) -> str:
        """Return a scalar or a Gram entry."""
        if len(atom) == 2:
            one, other = (self.name(name, vector=True) for name in atom)
            return f"(inner {one} {other})"
        (name,) = atom
        return f"(INR {self.at(name)})" if name in self.world.counters else self.name(name, vector=False)

    def text(self, term: Term) -> str:
        """Return a term with the structure it has."""
        match term.tag:
            case "number":
                value = term.args[0]
                if value.denominator != 1:
                    return f"({value.numerator} / {value.denominator})"
                return f"({value.numerator})" if value < 0 else str(value.numerator)
            case "name" | "gram":
                return self.atom(term.args)
            case "sum":
                return "(" + " + ".join(map(self.text, term.args)) + ")" if term.args else "0"
            case "product":
                return "(" + " * ".join(map(self.text, term.args)) + ")" if term.args else "1"
        base, exponent = term.args
        if exponent < 0:
            return f"(/ {self.text(base)})" if exponent == -1 else f"(/ ({self.text(base)} ^ {-exponent}))"
        return f"({self.text(base)} ^ {exponent})"

    def formula(self, relation: Rel) -> str:
        """Return a relation."""
        return f"{self.text(relation.lhs)} {_OPERATOR[relation.op]} {self.text(relation.rhs)}"

    def vector(self, vector: Vec, more: Sequence[str] = ()) -> str:
        """Return a linear combination, or its member at `more` values."""
        values = [(self.name(name, vector=True, more=more), coefficient) for name, coefficient in vector]
        parts = [value if is_one(c) else f"(scal {self.text(c)} {value})" for value, c in values]
        if not parts:
            return "zero"
        total = parts[-1]
        for part in reversed(parts[:-1]):
            total = f"(plus {part} {total})"
        return total

    def seen(self, vector: Vec, other: str | None, more: Iterable[str] = ()) -> str:
        """Return what `other` sees of a combination at `more` values, or its value there if `other` is None."""
        parts = []
        for name, coefficient in vector:
            value = self.name(name, vector=True, more=more)
            value = f"(inner {value} {other})" if other is not None else f"({value} : R)"
            parts.append(value if is_one(coefficient) else f"({self.text(coefficient)} * {value})")
        return "(" + " + ".join(parts) + ")" if parts else "0"


@dataclass(frozen=True)
class Hypothesis:
    """Something a lemma supposes: its name in Coq, what it says, and where it comes from.

    Args:
        name: how the proof refers to it.
        text: as Coq reads it.
        kind: what it is about.
        key: which one of its kind: the names in it, for a premise its name.
        relation: of a premise.
        bound: over which labels it is quantified.

    """

    name: str
    text: str
    kind: Kind
    key: tuple[object, ...] = ()
    relation: Rel | None = None
    bound: tuple[str, ...] = ()


@dataclass
class Lemma:
    """The statement of a claim in Coq, and the lines of its proof.

    Args:
        claim: whose lemma it is.
        world: what its names are.
        hypotheses: structure, premises, and conditions, in order.
        lines: the proof.
        conditions: in words, what is taken for granted beyond the claim's own premises; empty if it is proved as it is.
        fresh: how many names are used up.

    """

    claim: Claim
    world: World
    hypotheses: list[Hypothesis] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    fresh: int = 0

    @property
    def unconditional(self) -> bool:
        """Return whether the lemma says all that the claim says: whoever writes the proof can only add to it."""
        return not self.conditions and all(item.kind != "condition" for item in self.hypotheses)

    def new(self, stem: str = "F") -> str:
        """Return a name that is not used yet."""
        self.fresh += 1
        return f"{stem}{self.fresh}"

    def add(self, line: str) -> None:
        """Add a line to the proof."""
        self.lines.append(line)

    def binders(self) -> list[tuple[tuple[str, object], str]]:
        """Return what the lemma is for all of, in order: what it is, and how it is introduced."""
        world, found = self.world, list[tuple[tuple[str, object], str]]()
        for label, (_, binder) in FRAMES.items():
            if label in world.needs:
                found.append((("frame", label), binder))
        found += [(("space", space), f"({world.space(space)} : space)") for space in world.unknown_spaces()]
        for name in sorted(set(world.statement.scalars) - set(world.counters)):
            arrows = "".join(f"{world.kind(label)} -> " for label in world.args(name, vector=False))
            found.append((("scalar", name), f"(v_{name} : {arrows}R)"))
        for name in sorted(world.statement.vectors):
            arrows = "".join(f"{world.kind(label)} -> " for label in world.args(name, vector=True))
            where = world.space(world.spaces.of(name))
            found.append((("vector", name), f"(g_{name} : {arrows}vector {where})"))
        for counter in world.sort(world.open):
            arrows = "".join(f"{world.kind(label)} -> " for label in world.others(counter))
            found.append((("count", counter), f"(n_{counter} : {arrows}nat)"))
        return found

    def variables(self, labels: Iterable[str], env: Env, *, stem: str = "") -> tuple[Env, list[str]]:
        """Return an environment with new values of labels, and the names to introduce for them."""
        inner, intros = dict(env), []
        for label in labels:
            variable = self.new(stem or self.world.letter(label))
            support = self.new("t") if label in SUPPORTS else ""
            inner[label] = At(variable, support)
            intros += [variable, support] if support else [variable]
        return inner, intros

    def quantified(self, labels: Iterable[str], env: Env, body: str) -> str:
        """Return a formula for all values of labels, which `env` has as variables."""
        head = ""
        for label in labels:
            value = env[label].value
            head += f"forall {value} : {self.world.kind(label)}, "
            head += f"{SUPPORTS[label]} {value} -> " if label in SUPPORTS else ""
        return head + body

    def conclusions(self) -> list[tuple[Rel, tuple[str, ...]]]:
        """Return each conclusion with the labels over which it is quantified."""
        world = self.world
        relations = [relation for _, relation in world.statement.conclusions]
        return [(relation, world.bound(world.raw(relation), world.open)) for relation in relations]

    def forall(self, relation: Rel, bound: tuple[str, ...]) -> str:
        """Return a relation at all values of some labels."""
        env, _ = self.variables(bound, {}, stem="x")
        return self.quantified(bound, env, self.printer(env).formula(relation))

    def printer(self, env: Env) -> Printer:
        """Return what writes terms at some values."""
        return Printer(self.world, env)

    def source(self) -> str:
        """Return the lemma as Coq source."""
        notes = "".join(f"(* condition: {_comment(item)} *)\n" for item in self.conditions)
        return f"(* claim {self.claim.id} *)\n{notes}" + self.stated(lemma_of(self.claim.id), "\n".join(self.lines))

    def stated(self, name: str, proof: str) -> str:
        """Return the claim's statement under a name, with a proof of what is left once everything is introduced."""
        kept, binders = self.fresh, self.binders()
        goal = " /\\ ".join(f"({self.forall(*item)})" for item in self.conclusions())
        self.fresh = kept
        head = f"forall {' '.join(binder for _, binder in binders)},\n" if binders else ""
        given = "".join(f"  ({item.text}) ->\n" for item in self.hypotheses)
        variables = [binder[1:].split(" :")[0] for _, text in binders for binder in text.split(") ")]
        intros = f"intros {' '.join([*variables, *(item.name for item in self.hypotheses)])}."
        return f"Lemma {name} :\n{head}{given}  {goal}.\nProof.\n{intros}\n{proof}\nQed.\n"


def _comment(text: str) -> str:
    return text.replace("(*", "( *").replace("*)", "* )").replace('"', "'")


@dataclass(frozen=True)
class Fact:
    """A relation that Coq knows: the hypothesis, and the labels over which it is quantified, in order."""

    hypothesis: str
    relation: Rel
    bound: tuple[str, ...] = ()

    def term(self, printer: Printer) -> str | None:
        """Return the proof of the relation at the values at hand; None if a value is missing."""
        try:
            values = [part for label in self.bound for part in printer.value(label) if part]
        except Untranslatable:
            return None
        return f"({self.hypothesis} {' '.join(values)})" if values else self.hypothesis


@dataclass(frozen=True)
class Scope:
    """What may be used at a place of a proof.

    Args:
        lemma: that is written.
        known: the lemmas of claims before it.
        facts: by name.
        env: the values at hand.
        open: the labels whose values are fixed by a case or a count at hand.
        path: the assumptions made on the way here: the hypothesis in Coq, and what it says there.

    """

    lemma: Lemma
    known: Mapping[str, Lemma]
    facts: Mapping[str, Fact]
    env: Env
    open: frozenset[str]
    path: tuple[tuple[str, str], ...] = ()

    @property
    def printer(self) -> Printer:
        """Return what writes terms here."""
        return self.lemma.printer(self.env)

    def plus(self, name: str, hypothesis: str, relation: Rel, bound: tuple[str, ...] = ()) -> "Scope":
        """Return the scope with one more fact."""
        return replace(self, facts={**self.facts, name: Fact(hypothesis, relation, bound)})

    def assume(self, name: str, hypothesis: str, relation: Rel) -> "Scope":
        """Return the scope of a branch in which a relation is supposed at the values at hand."""
        labels = self.lemma.world.bound(self.lemma.world.raw(relation), ())
        here = replace(self, path=(*self.path, (hypothesis, self.printer.formula(relation))))
        return replace(here.plus(name, hypothesis, relation), open=self.open | frozenset(labels))

    def known_here(self) -> dict[str, tuple[str, Rel]]:
        """Return the facts that hold at the values at hand: name -> proof in Coq and relation."""
        found = {}
        for name, fact in self.facts.items():
            term = fact.term(self.printer)
            if term is not None:
                found[name] = (term, fact.relation)
        return found

    def at_all(self, labels: Iterable[str]) -> "Scope":
        """Return the scope of what is known at all values of some labels."""
        free = frozenset(labels)
        world = self.lemma.world
        facts = {n: f for n, f in self.facts.items() if not free & world.raw(f.relation) - set(f.bound)}
        return replace(self, facts=facts, open=self.open - free)


ZERO = number(0)

__all__ = ["PRELUDE", "RULES", "ZERO", "Fact", "Hypothesis", "Lemma", "Printer", "Scope", "lemma_of"]
