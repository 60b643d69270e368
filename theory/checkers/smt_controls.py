"""Controls asked of z3, about what a claim says rather than how it is proved: needed premises, sharp conclusions.

A premise is needed if some exact point satisfies all the others and breaks a conclusion (or leaves a square root
undefined). It can be dropped if z3 finds that no such point exists: outright, or step by step with the proof of a claim
from which it is struck out. Whatever is neither is undecided, and never counted as needed. In the same way a tightened
conclusion is rejected by an exact point, passes, or is undecided; each that passes has its reason in EXPLAINED.

Definitions are kept, and with them that they divide by nothing that is zero. What is concluded by averages,
towers, shifts, telescoping or induction is no statement of real arithmetic and stands outside.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from typing import Literal

import z3

from theory import blueprint
from theory.checkers import mutants, points, smt
from theory.checkers.cleared import Translator, is_zero
from theory.checkers.smt_terms import (
    ZERO,
    Gram,
    Node,
    Number,
    Power,
    Product,
    Rel,
    Undecided,
    gram,
    inner,
    leaves_of,
    nonnegative,
    positive,
    read,
    read_relation,
    read_vector,
    subtract,
)
from theory.kernel.check import check_claim
from theory.kernel.claim import Claim, Premise
from theory.kernel.gap import Gap
from theory.kernel.proof import Average, Cite, Combination, Induction, NormSquare, Shift, Square, Telescope, Tower

Answer = Literal["needed", "droppable", "rejected", "passes", "undecided"]

EXPLAINED: dict[tuple[str, str], str] = {}
"""Why a tightened conclusion passes, by claim and conclusion; empty as long as z3 finds none that does."""


@dataclass(frozen=True)
class ControlResult:
    """z3's answer about one premise or one conclusion, and the exact point that shows it (empty if none does)."""

    name: str
    answer: Answer
    point: Mapping[str, str]
    why: str = ""


@dataclass(frozen=True)
class SmtControls:
    """The answers about one claim; `outside` if it is concluded by rules, and then nothing is asked."""

    claim: str
    outside: bool
    premises: tuple[ControlResult, ...] = ()
    tightened: tuple[ControlResult, ...] = ()


def controls(claims: Iterable[Claim], wanted: Container[str] | None = None) -> Iterator[SmtControls]:
    """Yield z3's controls of each claim (only of those `wanted`); a claim comes after those that it cites."""
    seen: dict[str, Claim] = {}
    outside: set[str] = set()
    for item in claims:
        parts = list(_parts(item.steps))
        if any(isinstance(p, Average | Tower | Shift | Telescope | Induction) or _cited(p) in outside for p in parts):
            outside.add(item.id)
            yield SmtControls(item.id, outside=True)
        elif wanted is None or item.id in wanted:
            hints = _positivity(item, parts)
            premises = tuple(
                _premise(item, name, changed, seen, hints) for name, changed in mutants.without_premise(item)
            )
            tightened = tuple(_tightened(item, name, hints) for name in item.conclusions)
            yield SmtControls(item.id, outside=False, premises=premises, tightened=tightened)
        if item.id not in outside and _settles(item, seen):
            seen[item.id] = item


def tally(found: Iterable[SmtControls]) -> dict[str, int]:
    """Return how often each answer was given, and how many claims stand outside."""
    counts = dict.fromkeys(("needed", "droppable", "rejected", "passes", "undecided", "outside"), 0)
    for control in found:
        counts["outside"] += control.outside
        for finding in (*control.premises, *control.tightened):
            counts[finding.answer] += 1
    return counts


def _cited(part: object) -> str:
    return part.claim if isinstance(part, Cite) else ""


def _parts(value: object) -> Iterator[object]:
    """Yield every part of a proof."""
    yield value
    if isinstance(value, tuple):
        for one in value:
            yield from _parts(one)
    elif is_dataclass(value):
        for place in fields(value):
            yield from _parts(getattr(value, place.name))


def _positivity(claim: Claim, parts: Iterable[object]) -> tuple[Rel, ...]:
    """Return what holds of any vectors: diagonal entries, Cauchy-Schwarz, and the norms the certificates speak of."""
    told = [*_premises(claim), *(read_relation(claim.conclusion(name)) for name in claim.conclusions)]
    found: list[Rel] = []
    for leaf in sorted(leaves_of(node for relation in told for node in relation.nodes), key=str):
        if isinstance(leaf, Gram):
            one, other = gram(leaf.one, leaf.one), gram(leaf.other, leaf.other)
            found += [nonnegative(one), nonnegative(other), Rel(Power(leaf, 2), "<=", Product((one, other)))]
    for part in parts:
        if isinstance(part, Combination):
            vectors = [read_vector(term.of) for term in part.terms if isinstance(term, NormSquare)]
            found += [nonnegative(inner(vector, vector)) for vector in vectors]
            found += [nonnegative(Power(read(term.of), 2)) for term in part.terms if isinstance(term, Square)]
    return tuple(dict.fromkeys(relation for relation in found if not is_zero(relation.slack)))


def _premises(claim: Claim) -> tuple[Rel, ...]:
    return tuple(read_relation(premise.relation) for premise in claim.premises)


def _premise(
    claim: Claim, name: str, changed: Claim, seen: Mapping[str, Claim], hints: tuple[Rel, ...]
) -> ControlResult:
    if _stands(changed, seen):
        return ControlResult(name, "droppable", {}, "z3 settles the proof without it")
    near = leaves_of(read_relation(claim.premise(name)).nodes)
    questions = [points.Question(claim, facts, goal, near) for facts, goal in _goals(changed)]
    for question in questions:
        point = points.find(question)
        if point is not None:
            return ControlResult(name, "needed", points.described(point))
    if all(_impossible(question, hints) for question in questions):
        return ControlResult(name, "droppable", {}, "no point satisfies the other premises and breaks the claim")
    return ControlResult(name, "undecided", {})


def _stands(changed: Claim, seen: Mapping[str, Claim]) -> bool:
    """Return whether z3 settles the claim's own proof; asked only where the kernel's check, which is quick, agrees."""
    try:
        check_claim(changed, blueprint.theorems())
        smt.settle(changed, seen)
    except (Gap, Undecided):
        return False
    return True


def _settles(item: Claim, seen: Mapping[str, Claim]) -> bool:
    """Return whether z3 settles a claim, now or before, so that others may cite it."""
    try:
        return smt.is_settled(item) or bool(smt.settle(item, seen))
    except Undecided:
        return False


def _goals(claim: Claim) -> Iterator[tuple[tuple[Rel, ...], Rel]]:
    """Yield what must follow from what: each conclusion, and the existence of each root from what comes before it."""
    facts = _premises(claim)
    for name in claim.conclusions:
        yield facts, read_relation(claim.conclusion(name))
    for root in claim.roots:
        yield tuple(_before(claim.premises, root.premises[0])), nonnegative(read(root.of))


def _before(premises: Iterable[Premise], first: Premise) -> Iterator[Rel]:
    for premise in premises:
        if premise == first:
            return
        yield read_relation(premise.relation)


def _tightened(claim: Claim, name: str, hints: tuple[Rel, ...]) -> ControlResult:
    witness = points.at_witness(claim)
    asked = ((facts, goal, leaves_of(goal.nodes)) for facts, goal in _sharper(claim, name))
    questions = [points.Question(claim, *parts) for parts in asked]
    for question in questions:
        shown = question.leaves <= witness.keys() and question.answered_by(witness)
        point = witness if shown else points.find(question)
        if point is not None:
            return ControlResult(name, "rejected", points.described(point), f"not {question.goal}")
    if all(_impossible(question, hints) for question in questions):
        return ControlResult(name, "passes", {}, EXPLAINED.get((claim.id, name), ""))
    return ControlResult(name, "undecided", {})


def _sharper(claim: Claim, name: str) -> Iterator[tuple[tuple[Rel, ...], Rel]]:
    """Yield sharper forms: a hundredth off the size of an upper or lower bound; a thousandth for signs and equations.

    A hundredth of a bound is something only where the bound is not zero, so the size is asked to be positive.
    """
    relation = read_relation(claim.conclusion(name))
    lhs, rhs = relation.lhs, relation.rhs
    facts = _premises(claim)
    if relation.op == "==" or is_zero(lhs) or is_zero(rhs):
        yield facts, Rel(lhs, relation.op, subtract(rhs, _number(1, 1000)))
    else:
        part = _number(99, 100)
        yield (*facts, positive(rhs)), Rel(lhs, relation.op, Product((part, rhs)))
        yield (*facts, Rel(lhs, "<", ZERO)), Rel(Product((part, lhs)), relation.op, rhs)


def _number(above: int, below: int) -> Node:
    return Number(Fraction(above, below))


def _impossible(question: points.Question, hints: tuple[Rel, ...]) -> bool:
    """Return whether z3 finds that no point answers a question, whatever the vectors."""
    translator = Translator()
    solver = z3.SolverFor("QF_NRA")
    solver.set("rlimit", points.WORK)
    solver.set("timeout", points.MILLISECONDS)
    solver.add(*(translator.formula(fact) for fact in (*question.facts, *hints)))
    solver.add(z3.Not(translator.formula(question.goal)), *translator.sides)
    return bool(solver.check() == z3.unsat)
