"""The rules that are not arithmetic: instances of claims, averages, martingale differences, induction.

Each is one line of mathematics, stated where it is implemented. Everything else about Hilbert spaces, expectations
and delay windows is proved from these and from norm2 >= 0.
"""

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

import sympy
from sympy import Expr

from theory.kernel.claim import Claim, Premise
from theory.kernel.gap import Gap
from theory.kernel.proof import Average, Cite, Process, Recursion
from theory.kernel.rational import is_zero, key
from theory.kernel.relations import Relation, substitute
from theory.kernel.signs import NONNEGATIVE, POSITIVE, Signs, undefined
from theory.kernel.vectors import Vector, entry, inner, pair_of
from theory.setting.symbols import QUANTITIES

if TYPE_CHECKING:
    from theory.kernel.check import Scope


def follows(relation: Relation, facts: Mapping[str, Relation], signs: Signs) -> bool:
    """Return whether a relation is a fact, up to a positive factor, or a matter of structural sign."""
    slack = relation.slack
    if relation.op != "<" and is_zero(slack):
        return True
    if relation.op != "<" and any(
        fact.op == "==" and key(fact.slack) in (key(slack), key(-slack)) for fact in facts.values()
    ):
        return True
    if relation.op == "==":
        return False
    return signs.of(slack) >= (POSITIVE if relation.op == "<" else NONNEGATIVE)


def cite(goal: Relation, scope: "Scope", proof: Cite) -> None:
    """Accept an instance: a proved claim holds for whatever satisfies its premises."""
    claim = _proved(scope, proof.claim)
    instance = claim.conclusion(proof.conclusion).substitute(proof.scalars, proof.vectors)
    weaker = goal.op == instance.op or (goal.op, instance.op) == ("<=", "<")
    if not weaker or not is_zero(goal.slack - instance.slack):
        raise Gap(f"{goal} is not the instance {instance} of {claim.id}")
    _discharge(claim, scope, proof.scalars, proof.vectors)


def _proved(scope: "Scope", name: str) -> Claim:
    if name not in scope.proved:
        raise Gap(f"{name} is not proved")
    return scope.proved[name]


def _discharge(
    claim: Claim, scope: "Scope", scalars: Mapping[sympy.Symbol, Expr], vectors: Mapping[str, Vector]
) -> None:
    """Check that the premises of `claim`, with the substitutions made, follow from what is known in `scope`.

    What holds at every step can only follow from what holds at every step, never from an average.
    """
    pointwise = {p.name: p.relation for p in scope.claim.premises if p.pointwise}
    for premise in claim.premises:
        facts = pointwise if premise.pointwise else scope.facts
        wanted = premise.relation.substitute(scalars, vectors)
        undefined_at = undefined(wanted.lhs, scope.signs) or undefined(wanted.rhs, scope.signs)
        if undefined_at is not None or not follows(wanted, facts, Signs(facts.values())):
            raise Gap(f"citing {claim.id}: its premise {premise.name!r}, here {wanted}, is not known")
    for process in claim.processes:
        _same_process(process, claim, scope, vectors, scalars)
    for recursion in claim.recursions:
        if recursion not in scope.claim.recursions or _renames(recursion, scalars, vectors):
            raise Gap(f"citing {claim.id}: its recursion on {recursion.counter} is not made here, word for word")


def _same_process(
    process: Process,
    claim: Claim,
    scope: "Scope",
    vectors: Mapping[str, Vector],
    scalars: Mapping[sympy.Symbol, Expr],
) -> None:
    parts = vectors.get(process.name, Vector(((process.name, sympy.Integer(1)),))).parts
    signs = scope.signs
    if process.delays is not None:
        here = _process(scope.claim, process.name)
        if here.delays != process.delays or process.name in vectors or process.delays in vectors:
            raise Gap(f"citing {claim.id}: {process.name} is not made by the same delay here")
    for name, coefficient in parts:
        if any(symbol.name not in QUANTITIES for symbol in coefficient.free_symbols):
            raise Gap(f"citing {claim.id}: the coefficient {coefficient} of {name} may be random")
        here = _process(scope.claim, name)
        late = substitute(process.known, scalars) - here.known
        early = None
        if process.differences is not None:
            if here.differences is None:
                raise Gap(f"citing {claim.id}: {name} is no sum of martingale differences")
            early = here.differences - substitute(process.differences, scalars)
        for gain in (late, early):
            if gain is not None and not (is_zero(gain) or signs.of(gain) >= NONNEGATIVE):
                raise Gap(f"citing {claim.id}: the times of {name} do not fit")


def _renames(recursion: Recursion, scalars: Mapping[sympy.Symbol, Expr], vectors: Mapping[str, Vector]) -> bool:
    """Return whether a substitution touches what a recursion builds up or builds it from."""
    spoken = {recursion.counter, *recursion.scalars}
    for start, after in recursion.scalars.values():
        spoken |= start.free_symbols | after.free_symbols
    names = set(recursion.vectors)
    for before, next_one in recursion.vectors.values():
        names |= {name for name, _ in (*before.parts, *next_one.parts)}
        spoken |= {symbol for _, factor in (*before.parts, *next_one.parts) for symbol in factor.free_symbols}
    return bool(spoken & set(scalars)) or bool(names & set(vectors))


def _process(claim: Claim, name: str) -> Process:
    for process in claim.processes:
        if process.name == name:
            return process
    raise Gap(f"nothing is known about the times of {name}")


def tower(goal: Relation, scope: "Scope", difference: str, known: str) -> None:
    """E <D, Z> = 0 if D sums martingale differences of steps >= s and Z is known from samples of steps < s.

    By the tower property: E <D_j, Z> = E <E[D_j | samples before j], Z> = 0 for each difference D_j.
    """
    if not (goal.op == "==" and goal.lhs == entry(difference, known) and goal.rhs == 0):
        raise Gap(f"the tower property gives {entry(difference, known)} == 0, not {goal}")
    late, early = _process(scope.claim, difference), _process(scope.claim, known)
    if late.differences is None:
        raise Gap(f"{difference} is no sum of martingale differences")
    margin = late.differences - early.known - 1
    if not (is_zero(margin) or scope.signs.of(margin) >= NONNEGATIVE):
        raise Gap(f"{known} is not known before the differences in {difference}")


def average(goal: Relation, scope: "Scope", proof: Average) -> None:
    """Accept an average: over steps, samples (and coordinates) it is linear and monotone."""
    relation = _pointwise(scope, proof)
    if relation.op == "<" or goal.op != relation.op:
        raise Gap(f"an average keeps <= and ==: {relation} does not give {goal}")
    mean = _mean(relation.rhs, proof) - _mean(relation.lhs, proof)
    if not is_zero(goal.slack - mean):
        raise Gap(f"{goal} is not the average of {relation}")


def _pointwise(scope: "Scope", proof: Average) -> Relation:
    claim_id, _, conclusion = proof.of.partition(":")
    if not conclusion:
        for premise in scope.claim.premises:
            if premise.name == proof.of and premise.pointwise:
                return premise.relation
        raise Gap(f"no premise that holds at every step is called {proof.of!r}")
    claim = _proved(scope, claim_id)
    random = _random(proof)
    for premise in claim.premises:
        if not premise.pointwise and _touches(premise, random, proof):
            raise Gap(f"averaging {claim.id}: its premise {premise.name!r} is not known to hold at every step")
    _discharge(claim, scope, {}, {})
    return claim.conclusion(conclusion)


def _random(proof: Average) -> set[sympy.Symbol]:
    return set(proof.fields) | set(proof.scalars)


def _touches(premise: Premise, random: set[sympy.Symbol], proof: Average) -> bool:
    return bool(premise.relation.symbols & random) or mentions(premise.relation, proof.vectors)


def _mean(side: Expr, proof: Average) -> Expr:
    """Return the average of one side: affine in Gram entries, scalar sequences and products of two fields."""
    mapped = set(proof.fields) | set(proof.scalars)
    random = (symbol for symbol in side.free_symbols if symbol in mapped or symbol.name not in QUANTITIES)
    atoms = sorted(random, key=lambda symbol: symbol.name)
    if not atoms:
        return side * _moment([], proof) if side != 0 else side
    total = sympy.Integer(0)
    for powers, coefficient in sympy.Poly(side, *atoms).terms():
        chosen = [atom for atom, power in zip(atoms, powers, strict=True) for _ in range(power)]
        total += coefficient * _moment(chosen, proof) if coefficient != 0 else 0
    return total


def _moment(chosen: list[sympy.Symbol], proof: Average) -> Expr:
    if not chosen:
        if proof.fields:
            raise Gap("a sum over coordinates does not leave constants alone")
        return sympy.Integer(1)
    if len(chosen) == 1 and chosen[0] in proof.scalars:
        return proof.scalars[chosen[0]]
    pair = pair_of(chosen[0]) if len(chosen) == 1 else None
    if pair is not None and pair[0] in proof.vectors and pair[1] in proof.vectors:
        return inner(proof.vectors[pair[0]], proof.vectors[pair[1]])
    if len(chosen) == 2 and chosen[0] in proof.fields and chosen[1] in proof.fields:
        return inner(proof.fields[chosen[0]], proof.fields[chosen[1]])
    raise Gap(f"the average of {sympy.Mul(*chosen)} is not a mean or a Gram entry")


def shift(goal: Relation, scope: "Scope", delayed: str) -> None:
    """Sum over k < K of |v_{k-j}|^2, with zeros for k < j, leaves out terms >= 0 of the sum of |v_k|^2."""
    process = _process(scope.claim, delayed)
    if process.delays is None or goal != Relation(entry(delayed, delayed), "<=", entry(process.delays, process.delays)):
        raise Gap(f"{goal} does not compare a delayed sequence with its origin")
    if scope.signs.of(process.lag) < NONNEGATIVE:
        raise Gap(f"the lag {process.lag} is not known to be nonnegative")


def recursion_of(claim: Claim, counter: sympy.Symbol) -> Recursion:
    """Return the recursion of a claim on `counter`."""
    for recursion in claim.recursions:
        if recursion.counter == counter:
            return recursion
    raise Gap(f"there is no recursion on {counter}")


def check_recursion(claim: Claim, recursion: Recursion) -> None:
    """No premise may restrict what an induction is about; what is said of fresh parts must hold at every count."""
    nonnegative = Relation(sympy.Integer(0), "<=", recursion.counter)
    for premise in claim.premises:
        if speaks_of(premise.relation, recursion) and premise.relation != nonnegative:
            raise Gap(f"the premise {premise.name!r} speaks of what the recursion on {recursion.counter} builds up")


def speaks_of(fact: Relation, recursion: Recursion) -> bool:
    """Return whether a fact mentions the counter or what a recursion builds up."""
    return bool(fact.symbols & (recursion.objects() | {recursion.counter})) or mentions(fact, recursion.vectors)


def mentions(relation: Relation, names: Container[str]) -> bool:
    """Return whether a relation speaks of a Gram entry of one of the generators."""
    pairs = (pair_of(symbol) for symbol in relation.symbols)
    return any(pair is not None and (pair[0] in names or pair[1] in names) for pair in pairs)
