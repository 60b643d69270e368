"""The rules: what makes a goal follow from facts. Part of the trusted core; RULES.md section 5 states each and why.

A rule looks at the goal, the facts and the certificate, and either returns or raises `Gap`. Nothing here searches,
and nothing is simplified before every factor of a product has been looked at.
"""

from collections.abc import Mapping
from dataclasses import replace as altered

from theory.kernel import proof as p
from theory.kernel.citations import cite
from theory.kernel.gap import Gap
from theory.kernel.reading import read, read_over, read_relation, read_vector
from theory.kernel.scope import Fact, Scope
from theory.kernel.signs import NONNEGATIVE, POSITIVE, Rel, Signs
from theory.kernel.statement import (
    COORDINATE,
    STAGE,
    STEP,
    Labels,
    Link,
    Recursion,
    Statement,
    inner,
)
from theory.kernel.terms import (
    Atom,
    Term,
    atoms,
    fraction,
    gram,
    minus,
    number,
    of_atom,
    plus,
    power,
    rational,
    replace,
    scalar,
    term_of,
    times,
    vanishes,
)

FALSE = Rel(number(0), "<", number(0))
"""What a contradiction ends in."""


def check(goal: Rel, scope: Scope, proof: p.Proof) -> None:
    """Raise `Gap` unless `proof` shows that the goal follows from the facts of the scope."""
    scope.claim.of_relation(goal)
    match proof:
        case p.Combination(terms):
            _combination(goal, scope, terms)
        case p.Chain(steps, last):
            for step in steps:
                relation = read_relation(step.relation)
                check(relation, scope, step.proof)
                scope = scope.known(step.name, relation)
            check(goal, scope, last)
        case p.Contradiction(inside):
            scope.signs.require_defined(goal.lhs, goal.rhs)
            if goal.op == "==":
                raise Gap("an equation has no single inequality as its opposite")
            opposite = Rel(goal.rhs, "<" if goal.op == "<=" else "<=", goal.lhs)
            check(FALSE, scope.assume("negation", opposite), inside)
        case p.SignCases(sign, positive, negative):
            _sign_cases(goal, scope, read(sign), positive, negative)
        case p.ZeroCases(of, positive, zero):
            value = read(of)
            scope.signs.require_defined(value)
            if scope.signs.of(value) < NONNEGATIVE:
                raise Gap(f"cases > 0, == 0 need {value} >= 0, which is not known")
            check(goal, scope.assume("case", Rel(number(0), "<", value)), positive)
            check(goal, scope.assume("case", Rel(value, "==", number(0))), zero)
        case p.OrderCases(lhs, rhs, below, above):
            one, other = read(lhs), read(rhs)
            scope.signs.require_defined(one, other)
            check(goal, scope.assume("case", Rel(one, "<=", other)), below)
            check(goal, scope.assume("case", Rel(other, "<=", one)), above)
        case p.Cite():
            cite(goal, scope, proof)
        case p.Average():
            _average(goal, scope, proof)
        case p.Tower(difference, known):
            _tower(goal, scope, difference, known)
        case p.Shift(delayed):
            _shift(goal, scope, delayed)
        case p.Telescope(now):
            _telescope(goal, scope, now)
        case p.Induction():
            _induction(goal, scope, proof)
        case _:
            raise Gap(f"no rule for {proof!r}")


# --- arithmetic


def _combination(goal: Rel, scope: Scope, terms: tuple[p.Term, ...]) -> None:
    """Rhs - lhs of the goal is a sum of products weight * (what is nonnegative), identically."""
    signs, total, strict = scope.signs, [], False
    for term in terms:
        weight, of, positive = _product(goal, scope, signs, term)
        total.append(times(number(-1), weight, of))
        strict = strict or positive
    signs.require_defined(goal.lhs, goal.rhs)
    if not vanishes(plus(goal.slack, *total)):
        left = fraction(plus(goal.slack, *total))
        raise Gap(f"the certificate of {goal} does not add up; what is left is ({left[0]})/({left[1]})")
    if goal.op == "<" and not strict:
        raise Gap(f"{goal} is strict but no term of its certificate is")


def _product(goal: Rel, scope: Scope, signs: Signs, term: p.Term) -> tuple[Term, Term, bool]:
    """Return weight and value of a product, each defined, and whether it is positive; it is nonnegative."""
    weight = read(term.weight)
    scope.claim.of(weight)
    signs.require_defined(weight)
    if isinstance(term, p.Times):
        fact = scope.facts.get(term.fact)
        if fact is None:
            raise Gap(f"no fact is called {term.fact!r}")
        of, strict = fact.relation.slack, fact.relation.op == "<"
        if fact.relation.op == "==":
            return weight, of, False
    elif isinstance(term, p.Square):
        base = read(term.of)
        scope.claim.of(base)
        signs.require_defined(base)
        of, strict = power(base, 2), signs.nonzero(base)
    elif isinstance(term, p.NormSquare):
        vector = read_vector(term.of)
        scope.claim.of_vector(vector)
        signs.require_defined(*(coefficient for _, coefficient in vector))
        of, strict = inner(vector, vector), False
    else:
        raise Gap(f"no rule for the term {term!r}")
    if goal.op == "==":
        raise Gap(f"an equation follows from equations only, and {term} is none")
    if signs.of(weight) < NONNEGATIVE:
        raise Gap(f"the multiplier {weight} of {of} is not known to be nonnegative")
    return weight, of, strict and signs.of(weight) == POSITIVE


def _sign_cases(goal: Rel, scope: Scope, sign: Term, plus_: p.Proof, minus_: p.Proof) -> None:
    if sign.tag != "name" or not scope.signs.follows(Rel(power(sign, 2), "==", number(1))):
        raise Gap(f"cases 1, -1 need the fact {sign}^2 == 1")
    here = scope.open | scope.claim.of(sign)
    for value, proof in ((number(1), plus_), (number(-1), minus_)):
        by = {sign.args: value}
        facts = {
            name: Fact(_put(fact.relation, by), fact.at_hand | here) if sign.args in _spoken(fact.relation) else fact
            for name, fact in scope.facts.items()
        }
        check(_put(goal, by), altered(scope, facts=facts, open=here), proof)


def _put(relation: Rel, by: Mapping[Atom, Term]) -> Rel:
    return Rel(replace(relation.lhs, by), relation.op, replace(relation.rhs, by))


def _spoken(relation: Rel) -> frozenset[Atom]:
    return atoms(relation.lhs) | atoms(relation.rhs)


# --- averages and sequences


def _average(goal: Rel, scope: Scope, proof: p.Average) -> None:
    """Accept an average: over what has nonnegative weights it is linear and monotone."""
    relation, over = read_relation(proof.of), read_over(proof.over)
    if relation.op == "<" or goal.op != relation.op:
        raise Gap(f"an average keeps <= and ==: {relation} does not give {goal}")
    everywhere = scope.at_all(over)
    check(relation, everywhere, proof.proof)
    scope.signs.require_defined(goal.lhs, goal.rhs)
    everywhere.signs.require_defined(relation.lhs, relation.rhs)
    if not vanishes(minus(goal.slack, _mean(scope.claim, relation.slack, over))):
        raise Gap(f"{goal} is not the average of {relation} over {sorted(over)}")


def _mean(claim: Statement, slack: Term, over: Labels) -> Term:
    """Return the average: affine in averaged scalars, Gram entries of local vectors and products of two fields."""
    above, below = fraction(slack)
    order = sorted(atoms(slack))
    local = [bool(claim.of(of_atom(atom)) & over) for atom in order]
    if any(power_ and here for powers, _ in below.terms() for power_, here in zip(powers, local, strict=True)):
        raise Gap("an average of something divided by what is averaged over is not known")
    total = []
    for powers, coefficient in above.terms():
        parts = [rational(coefficient)]
        chosen: list[Atom] = []
        for atom, exponent, here in zip(order, powers, local, strict=True):
            if here:
                chosen += [atom] * exponent
            elif exponent:
                parts.append(power(of_atom(atom), exponent))
        total.append(times(*parts, _moment(claim, chosen, over)))
    return times(plus(*total), power(term_of(below, order), -1))


def _moment(claim: Statement, chosen: list[Atom], over: Labels) -> Term:
    pair: tuple[tuple[str, bool], ...] = ()
    match chosen:
        case []:
            if over & {COORDINATE, STAGE}:
                raise Gap("a sum over coordinates or stages does not leave constants alone")
            return number(1)
        case [(name,)] if over == {STEP}:
            found = [mean.symbol for mean in claim.means if mean.of == name]
            found += [path.mean_now for path in claim.paths if path.now == name]
            found += [path.mean_next for path in claim.paths if path.next == name]
            if found:
                return scalar(found[0])
        case [(one, other)]:
            pair = (one, True), (other, True)
        case [(one,), (other,)]:
            pair = (one, False), (other, False)
    images = [link.image for local in pair for link in claim.links if _is(link, local, over)]
    if len(images) == 2:
        return inner(*images)
    raise Gap(f"the average of {chosen} over {sorted(over)} is not a mean or a Gram entry")


def _is(link: Link, local: tuple[str, bool], over: Labels) -> bool:
    return (link.local, link.vector) == local and link.over == over


def _tower(goal: Rel, scope: Scope, difference: str, known: str) -> None:
    """<D, Z> = 0 if D has zero mean given the samples before some step and Z is known from these."""
    if goal != Rel(gram(difference, known), "==", number(0)):
        raise Gap(f"the tower property gives {gram(difference, known)} == 0, not {goal}")
    _, first = scope.claim.times(difference)
    here, _ = scope.claim.times(known)
    if first is None:
        raise Gap(f"{difference} is no sum of martingale differences")
    if not scope.signs.follows(Rel(plus(here, number(1)), "<=", first)):
        raise Gap(f"{known} is not known before the differences in {difference}")


def _shift(goal: Rel, scope: Scope, delayed: str) -> None:
    """Accept norm2(delayed) <= norm2(origin): a sum over k < K of |v_{k-j}|^2 leaves out terms >= 0."""
    for delay in scope.claim.delays:
        if delay.name == delayed:
            if goal != Rel(gram(delayed, delayed), "<=", gram(delay.of, delay.of)):
                raise Gap(f"{goal} does not compare a delayed sequence with its origin")
            if not scope.signs.follows(Rel(number(0), "<=", delay.lag)):
                raise Gap(f"the lag {delay.lag} is not known to be nonnegative")
            return
    raise Gap(f"{delayed} is no delayed sequence")


def _telescope(goal: Rel, scope: Scope, now: str) -> None:
    """K times the average of f_{k+1} - f_k over k < K is f_K - f_0, in the mean."""
    for path in scope.claim.paths:
        if path.now == now:
            step = minus(scalar(path.mean_next), scalar(path.mean_now))
            whole = minus(scalar(path.last), scalar(path.first))
            if goal.op != "==" or not vanishes(minus(goal.slack, minus(whole, times(scalar(path.steps), step)))):
                raise Gap(f"{goal} is not what the path of {now} telescopes to")
            scope.signs.require_defined(goal.lhs, goal.rhs)
            return
    raise Gap(f"{now} is not the member of a path")


def _induction(goal: Rel, scope: Scope, proof: p.Induction) -> None:
    """Accept a goal that holds at count 0 and passes from each count to the next."""
    claim = scope.claim
    item = claim.recursion(read(proof.counter).args[0])
    label = item.counter
    for atom in _spoken(goal):
        objects, table = (item.objects, claim.scalars) if len(atom) == 1 else (item.generators, claim.vectors)
        for name in atom:
            if name not in objects and label in table[name]:
                raise Gap(f"the goal speaks of {name}, which is chosen anew at each count")
    before = {name: fact for name, fact in scope.facts.items() if label not in claim.of_relation(fact.relation)}
    check(_at(item, 0, goal), altered(scope, facts=before), proof.base)
    general = {n: fact for n, fact in scope.facts.items() if n in before or label not in fact.at_hand}
    check(_at(item, 1, goal), altered(scope, facts=general).assume("hypothesis", goal), proof.step)


def _at(item: Recursion, place: int, goal: Rel) -> Rel:
    """Return the goal at the start (place 0) or at the next count (place 1)."""
    by, vectors = item.at(place), item.vectors_at(place)
    for atom in _spoken(goal):
        if len(atom) == 2 and not vectors.keys().isdisjoint(atom):
            u, v = (vectors.get(name, ((name, number(1)),)) for name in atom)
            by[atom] = inner(u, v)
    return _put(goal, by)
