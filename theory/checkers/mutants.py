"""Claims with one thing broken: what a checker must not accept. Used by the controls and by the quality tests."""

from collections.abc import Iterator
from dataclasses import replace

import sympy
from sympy import Expr

from theory.kernel.claim import Claim, Premise
from theory.kernel.proof import (
    Average,
    Chain,
    Combination,
    Contradiction,
    Induction,
    OrderCases,
    Proof,
    SignCases,
    Step,
    Term,
    ZeroCases,
)
from theory.kernel.relations import Relation

Change = tuple[str, Claim]
ChangedStep = tuple[str, int, Claim]


def without_premise(claim: Claim) -> Iterator[Change]:
    """Yield the claim without each of its premises that is no definition; its conclusions should not survive."""
    for premise in claim.context:
        if isinstance(premise, Premise):
            kept = tuple(other for other in claim.context if other is not premise)
            reasons = {one.reason for other in kept for one in other.premises}
            reasons |= {process.reason for process in claim.processes}
            assumes = tuple(name for name in claim.assumes if name in reasons)
            yield premise.name, replace(claim, context=kept, assumes=assumes)


def tightened(claim: Claim) -> Iterator[ChangedStep]:
    """Yield the claim with each conclusion made sharper by a thousandth, its proof unchanged, and where it is."""
    for name in claim.conclusions:
        relation = claim.conclusion(name)
        sharper = Relation(relation.lhs, relation.op, relation.rhs - sympy.Rational(1, 1000))
        place = next(place for place, step in enumerate(claim.steps) if step.name == name)
        yield name, place, _with_step(claim, place, replace(claim.steps[place], relation=sharper))


def with_wrong_certificate(claim: Claim) -> Iterator[ChangedStep]:
    """Yield the claim with one multiplier of one certificate negated, doubled, or left out, and where it is."""
    for place, step in enumerate(claim.steps):
        for what, proof in _wrong(step.proof):
            yield f"{step.name}: {what}", place, _with_step(claim, place, replace(step, proof=proof))


def _with_step(claim: Claim, place: int, step: Step) -> Claim:
    return replace(claim, steps=(*claim.steps[:place], step, *claim.steps[place + 1 :]))


def _wrong(proof: Proof) -> Iterator[tuple[str, Proof]]:
    match proof:
        case Combination(terms):
            for place, term in enumerate(terms):
                for what, changed in _wrong_term(term):
                    yield f"{what} {term}", Combination((*terms[:place], *changed, *terms[place + 1 :]))
        case Chain(steps, last):
            for place, step in enumerate(steps):
                for what, inner in _wrong(step.proof):
                    yield what, Chain((*steps[:place], replace(step, proof=inner), *steps[place + 1 :]), last)
            for what, inner in _wrong(last):
                yield what, Chain(steps, inner)
        case Average(proof=inner):
            yield from ((what, replace(proof, proof=changed)) for what, changed in _wrong(inner))
        case Contradiction(inner):
            for what, changed_inner in _wrong(inner):
                yield what, Contradiction(changed_inner)
        case SignCases(plus=one, minus=other):
            yield from ((what, replace(proof, plus=inner)) for what, inner in _wrong(one))
            yield from ((what, replace(proof, minus=inner)) for what, inner in _wrong(other))
        case ZeroCases(positive=one, zero=other):
            yield from ((what, replace(proof, positive=inner)) for what, inner in _wrong(one))
            yield from ((what, replace(proof, zero=inner)) for what, inner in _wrong(other))
        case OrderCases(below=one, above=other):
            yield from ((what, replace(proof, below=inner)) for what, inner in _wrong(one))
            yield from ((what, replace(proof, above=inner)) for what, inner in _wrong(other))
        case Induction(base=one, step=other):
            yield from ((what, replace(proof, base=inner)) for what, inner in _wrong(one))
            yield from ((what, replace(proof, step=inner)) for what, inner in _wrong(other))


def _wrong_term(term: Term) -> Iterator[tuple[str, tuple[Term, ...]]]:
    weight: Expr = term.weight
    if weight == 0:
        return
    yield "negated", (replace(term, weight=-weight),)
    yield "doubled", (replace(term, weight=2 * weight),)
    yield "left out", ()
