"""A second opinion on every claim: z3, step by step, with nothing of the kernel's code but the data classes of a claim.

A step holds if the facts before it and the opposite of its relation cannot hold together, and if z3 finds from these
facts that nothing is divided by zero. First z3 is asked outright, within a fixed amount of work; where that does not
settle the matter it is given the certificate's terms, must find each of them nonnegative, and then that they add up.
Such a step is called assisted.

Averages, the tower property, shifts and telescoping sums are rules about random sequences and no real arithmetic. z3
checks what of them is arithmetic or bookkeeping, and the claim is then `conditional` on the rules, which are named; so
is whatever cites it. `proved` are claims of real arithmetic, cases, induction on counts, and citations of such claims.
Running out is `undecided`.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from theory.blueprint import ProofOutcome
from theory.checkers import smt_rules as rules
from theory.checkers.cleared import adds_up
from theory.checkers.smt_formed import well_formed
from theory.checkers.smt_model import require_model
from theory.checkers.smt_scope import Count, Scope, Settled, follows, holds, require, require_defined
from theory.checkers.smt_terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Name,
    Node,
    Power,
    Product,
    Rel,
    Sum,
    Undecided,
    inner,
    nonnegative,
    positive,
    put_relation,
    read,
    read_relation,
    read_scalar,
    read_vector,
)
from theory.checkers.smt_world import Item, read_world, spoken
from theory.kernel.claim import Claim
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
    Telescope,
    Term,
    Times,
    Tower,
    Verdict,
    ZeroCases,
)

FALSE = Rel(ZERO, "<", ZERO)
"""What a contradiction ends in."""

_settled: dict[int, tuple[Claim, Settled]] = {}
"""What was settled in this process, by the identity of the claim: a citation finds its claim here and nowhere else."""


def prove(claims: Iterable[Claim]) -> Iterator[ProofOutcome]:
    """Yield z3's verdict on each claim, in order."""
    settled: dict[str, Claim] = {}
    for item in claims:
        start = time.perf_counter()
        try:
            count = settle(item, settled)
        except Undecided as problem:
            yield ProofOutcome(item.id, "undecided", str(problem), time.perf_counter() - start)
        else:
            settled[item.id] = item
            verdict: Verdict = "conditional" if count.hypotheses else "proved"
            hypotheses = tuple(count.hypotheses)
            yield ProofOutcome(item.id, verdict, str(count), time.perf_counter() - start, hypotheses=hypotheses)


def settle(item: Claim, settled: Mapping[str, Claim]) -> Count:
    """Return how z3 settles one claim, and what the claim hangs on, given claims that were settled before.

    Raises:
        Undecided: if z3 does not settle it.

    """
    known = {name: _settled[id(one)][1] for name, one in settled.items() if is_settled(one) and one.id == name}
    scope = Scope(read_world(item), known, Count())
    well_formed(item, scope.world)
    rules.times_fit(scope.world)
    require_model(scope.world, item.witness)
    for entry in scope.world.items:
        scope = _entered(scope, entry)
    for step in item.steps:
        relation = read_relation(step.relation)
        try:
            _step(relation, scope, step.proof)
        except Undecided as problem:
            raise Undecided(f"{step.name!r}, {step.relation}: {problem}") from None
        scope = scope.plus(step.name, relation)
    if not item.conclusions or len(set(item.conclusions)) < len(item.conclusions):
        raise Undecided("the claim concludes nothing, or one thing twice")
    conclusions = {name: scope.facts[name].relation for name in item.conclusions if name in scope.facts}
    if conclusions.keys() != set(item.conclusions) or conclusions.keys() & {
        f for e in scope.world.items for f, _ in e.facts
    }:
        raise Undecided("what the claim concludes is no step of it")
    for name, relation in conclusions.items():
        told = scope.world.labels_of(*relation.nodes) & scope.facts[name].at_hand
        if not told <= scope.world.at_hand(relation):
            raise Undecided(f"{name!r} reads as if it held at every count, and is shown at the count at hand")
    _settled[id(item)] = (item, Settled(scope.world, conclusions, scope.count))
    return scope.count


def is_settled(item: Claim) -> bool:
    """Return whether this very claim was settled in this process."""
    return id(item) in _settled and _settled[id(item)][0] is item


def _entered(scope: Scope, item: Item) -> Scope:
    """Add the facts of a premise or definition: defined, and for a root existing, by facts known at as many counts."""
    for name, relation in item.facts:
        at_hand = scope.world.at_hand(relation)
        before = scope.only(lambda fact, here=at_hand: fact.at_hand <= here)  # type: ignore[misc]
        require_defined(before, *relation.nodes)
        if item.exists is not None and relation.op == "==":
            _step(nonnegative(item.of), replace(before, open=at_hand), item.exists)
        scope = scope.enter(name, relation, at_hand)
    return scope


def _step(goal: Rel, scope: Scope, proof: Proof) -> None:
    match proof:
        case Combination(terms):
            _combination(goal, scope, terms)
        case Chain(steps, last):
            for step in steps:
                relation = read_relation(step.relation)
                _step(relation, scope, step.proof)
                scope = scope.plus(step.name, relation)
            _step(goal, scope, last)
        case Contradiction(inside):
            require_defined(scope, *goal.nodes)
            if goal.op == "==":
                raise Undecided("an equation has no single inequality as its opposite")
            opposite = Rel(goal.rhs, "<" if goal.op == "<=" else "<=", goal.lhs)
            _step(FALSE, scope.assume("negation", opposite), inside)
        case SignCases(sign, plus, minus):
            _sign_cases(goal, scope, read_scalar(sign), (plus, minus))
        case ZeroCases(of, above, zero):
            value = read(of)
            require_defined(scope, value)
            require(scope, nonnegative(value))
            _step(goal, scope.assume("case", positive(value)), above)
            _step(goal, scope.assume("case", Rel(value, "==", ZERO)), zero)
        case OrderCases(lhs, rhs, below, above):
            one, other = read(lhs), read(rhs)
            require_defined(scope, one, other)
            _step(goal, scope.assume("case", Rel(one, "<=", other)), below)
            _step(goal, scope.assume("case", Rel(other, "<=", one)), above)
        case Cite():
            rules.cite(goal, scope, proof)
            scope.count.ways["cited"] += 1
        case Induction():
            _induction(goal, scope, proof)
        case Average(of, why, over):
            relation = read_relation(of)
            _step(relation, scope.at_all(frozenset(over)), why)
            require_defined(scope, *goal.nodes)
            rules.average(goal, scope, relation, frozenset(over))
            scope.count.on(f"average over {' and '.join(over)} of {_called(why)}")
        case Tower() | Shift() | Telescope():
            require_defined(scope, *goal.nodes)
            scope.count.on(_rule(goal, scope, proof))
        case _:
            raise Undecided(f"no translation of {proof!r}")
    if isinstance(proof, Average | Tower | Shift | Telescope):
        scope.count.ways[type(proof).__name__.lower()] += 1


def _rule(goal: Rel, scope: Scope, proof: Tower | Shift | Telescope) -> str:
    """Return how to call the rule on sequences that gives a goal."""
    match proof:
        case Tower(difference, known):
            return rules.tower(goal, scope.world, difference, known)
        case Shift(delayed):
            return rules.shift(goal, scope, delayed)
        case Telescope(now):
            return rules.telescope(goal, scope.world, now)


def _called(proof: Proof) -> str:
    """Return how to call what is averaged."""
    match proof:
        case Combination((Times(fact=name),)):
            return repr(name)
        case Cite(claim=name, conclusion=conclusion):
            return repr(f"{name}:{conclusion}")
    return "a step"


def _sign_cases(goal: Rel, scope: Scope, sign: str, branches: tuple[Proof, Proof]) -> None:
    """Put 1 and -1 in the place of a sign, in the goal and in the facts, which are then facts at hand."""
    require(scope, Rel(Power(Name(sign), 2), "==", ONE))
    here = scope.open | scope.world.of(("scalar", sign))
    for value, branch in ((ONE, branches[0]), (MINUS_ONE, branches[1])):
        inside = replace(scope, facts={}, answers={})
        for name, fact in scope.facts.items():
            said = put_relation(fact.relation, {sign: value}, {})
            inside = inside.enter(name, said, fact.at_hand if said == fact.relation else fact.at_hand | here)
        _step(put_relation(goal, {sign: value}, {}), replace(inside, open=here), branch)


def _induction(goal: Rel, scope: Scope, proof: Induction) -> None:
    """Have the goal at count 0 and at the next, from what does not depend on the count or holds at every count."""
    world, counter = scope.world, read_scalar(proof.counter)
    if counter not in world.recursions:
        raise Undecided(f"there is no recursion on {counter}")
    recursion = world.recursions[counter]
    objects = {("scalar", name) for name in (counter, *recursion.scalars)}
    objects |= {("vector", name) for name in recursion.vectors}
    for thing in spoken(*goal.nodes) - objects:
        if counter in world.of(thing):
            raise Undecided(f"the goal of an induction speaks of {thing[1]}, which is chosen anew at each count")
    free = {name for name, fact in scope.facts.items() if counter not in world.labels_of(*fact.relation.nodes)}
    for place, branch in ((0, proof.base), (1, proof.step)):
        scalars: dict[str, Node] = {counter: Sum((Name(counter), ONE)) if place else ZERO}
        scalars |= {name: pair[place] for name, pair in recursion.scalars.items()}
        vectors = {name: pair[place] for name, pair in recursion.vectors.items()}
        facts = {
            name: fact for name, fact in scope.facts.items() if name in free or (place and counter not in fact.at_hand)
        }
        here = replace(scope, facts=facts, answers={})
        now = put_relation(goal, scalars, vectors)
        _step(now, here.assume("hypothesis", goal) if place else here, branch)


# --- arithmetic


def _combination(goal: Rel, scope: Scope, terms: tuple[Term, ...]) -> None:
    require_defined(scope, *goal.nodes)
    parts = [_part(scope, term) for term in terms]
    require_defined(scope, *(node for weight, of, _ in parts for node in (weight, of)))
    named = [scope.facts[term.fact].relation for term in terms if isinstance(term, Times)]
    if follows(goal, named):
        scope.count.ways["outright"] += 1
        return
    ops = []
    for (weight, of, op), term in zip(parts, terms, strict=True):
        if op != "==":
            require(scope, nonnegative(weight))
        strict = op == "<" and goal.op == "<" and _is_positive(scope, weight, of, term)
        ops.append(op if op == "==" or strict else "<=")
    if not adds_up(goal, [Product((weight, of)) for weight, of, _ in parts], ops):
        raise Undecided(f"z3 does not find {goal} from the terms of its certificate")
    scope.count.ways["assisted"] += 1


def _part(scope: Scope, term: Term) -> tuple[Node, Node, str]:
    """Return weight and value of a term, and what of the value is known: == 0, >= 0, or perhaps > 0."""
    weight = read(term.weight)
    if isinstance(term, Times):
        if term.fact not in scope.facts:
            raise Undecided(f"no fact is called {term.fact!r}")
        fact = scope.facts[term.fact].relation
        return weight, fact.slack, fact.op
    if isinstance(term, Square):
        return weight, Power(read(term.of), 2), "<"
    if isinstance(term, NormSquare):
        vector = read_vector(term.of)
        return weight, inner(vector, vector), "<="
    raise Undecided(f"no translation of {term!r}")


def _is_positive(scope: Scope, weight: Node, of: Node, term: Term) -> bool:
    return holds(scope, positive(weight)) and (isinstance(term, Times) or holds(scope, positive(of)))
