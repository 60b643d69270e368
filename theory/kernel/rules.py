"""The rules: what makes a goal follow from facts. Part of the trusted core; RULES.md section 5 states each and why.

A rule looks at the goal, the facts and the certificate, and either returns or raises `Gap`. Nothing here searches,
and nothing is simplified before every factor of a product has been looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as altered
from typing import NamedTuple

from theory.kernel import proof as p
from theory.kernel.gap import Gap
from theory.kernel.reading import read, read_over, read_relation, read_vector
from theory.kernel.signs import NONNEGATIVE, POSITIVE, Rel, Signs
from theory.kernel.statement import (
    COORDINATE,
    NONE,
    STAGE,
    Labels,
    Link,
    Recursion,
    Statement,
    Vec,
    inner,
    require_times,
)
from theory.kernel.terms import (
    Atom,
    Term,
    atoms,
    fraction,
    gram,
    minus,
    names,
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


class Fact(NamedTuple):
    """A relation, and the labels for which it is only known at the values at hand, not at all values."""

    relation: Rel
    at_hand: Labels


@dataclass(frozen=True)
class Scope:
    """What may be used at a place in a proof. `open` are the labels of the assumptions made on the way there."""

    claim: Statement
    proved: Mapping[str, Statement]
    facts: Mapping[str, Fact]
    open: Labels = NONE

    @property
    def signs(self) -> Signs:
        """Return what the facts say about signs."""
        return Signs(fact.relation for fact in self.facts.values())

    def known(self, name: str, relation: Rel) -> "Scope":
        """Return the scope with one more fact, proved here."""
        if name in self.facts:
            raise Gap(f"two facts are called {name!r}")
        return altered(self, facts={**self.facts, name: Fact(relation, self.open)})

    def assume(self, name: str, relation: Rel) -> "Scope":
        """Return the scope of a branch in which a relation is taken to hold at the values at hand of its labels."""
        return altered(self, open=self.open | self.claim.of_relation(relation)).known(name, relation)

    def at_all(self, labels: Labels) -> "Scope":
        """Return the scope of what holds at all values of some labels."""
        facts = {name: fact for name, fact in self.facts.items() if not fact.at_hand & labels}
        return altered(self, facts=facts, open=self.open - labels)


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
            _cite(goal, scope, proof)
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


# --- instances


@dataclass(frozen=True)
class _Map:
    """What a citation puts in the place of the names of the cited claim; a name left out stands for itself."""

    cited: Statement
    here: Statement
    scalars: Mapping[str, Term]
    vectors: Mapping[str, Vec]

    def __post_init__(self) -> None:
        inside = frozenset().union(*self.cited.scalars.values(), *self.cited.vectors.values())
        for name, labels, value in (
            *((name, self.cited.scalars.get(name), self.here.of(term)) for name, term in self.scalars.items()),
            *((name, self.cited.vectors.get(name), self.here.of_vector(v)) for name, v in self.vectors.items()),
        ):
            if labels is None:
                raise Gap(f"{self.cited.id} speaks of no {name}")
            if not value & inside <= labels:
                raise Gap(
                    f"citing {self.cited.id}: what is put for {name} depends on {sorted(value & inside - labels)}"
                )

    def vector(self, name: str) -> Vec:
        """Return what stands for a generator."""
        if name in self.vectors:
            return self.vectors[name]
        self._same(name, self.cited.vectors[name], self.here.vectors.get(name))
        return ((name, number(1)),)

    def _same(self, name: str, there: Labels, here: Labels | None) -> None:
        inside = frozenset().union(*self.cited.scalars.values(), *self.cited.vectors.values())
        if here is None or not here & inside <= there:
            raise Gap(f"citing {self.cited.id}: {name} is nothing here, or depends on more")

    def atom(self, atom: Atom) -> Term:
        """Return what stands for a scalar or a Gram entry."""
        if len(atom) == 2:
            return inner(self.vector(atom[0]), self.vector(atom[1]))
        if atom[0] in self.scalars:
            return self.scalars[atom[0]]
        self._same(atom[0], self.cited.scalars[atom[0]], self.here.scalars.get(atom[0]))
        return scalar(atom[0])

    def term(self, term: Term) -> Term:
        """Return a term of the cited claim as it reads here."""
        return replace(term, {atom: self.atom(atom) for atom in atoms(term)})

    def relation(self, relation: Rel) -> Rel:
        """Return a relation of the cited claim as it reads here."""
        return Rel(self.term(relation.lhs), relation.op, self.term(relation.rhs))

    def combination(self, vector: Vec) -> Vec:
        """Return a combination of generators of the cited claim as it reads here."""
        return tuple((i, times(self.term(a), b)) for name, a in vector for i, b in self.vector(name))

    def bare(self, name: str, vector: bool) -> str:
        """Return the one name that stands for a name."""
        value = self.vector(name) if vector else ((self.atom((name,)).args[0], number(1)),)
        single = len(value) == 1 and vanishes(minus(value[0][1], number(1)))
        if not single or (not vector and self.atom((name,)).tag != "name"):
            raise Gap(f"citing {self.cited.id}: {name} must stand for one name here")
        return str(value[0][0])


def _cite(goal: Rel, scope: Scope, proof: p.Cite) -> None:
    """Accept an instance: a proved claim holds for whatever satisfies its premises and has its structure."""
    cited = scope.proved.get(proof.claim)
    if cited is None:
        raise Gap(f"{proof.claim} is not proved")
    scalars = {symbol.name: read(value) for symbol, value in proof.scalars.items() if read(symbol).tag == "name"}
    if len(scalars) < len(proof.scalars):
        raise Gap(f"citing {cited.id}: only scalars and generators can be replaced, once each")
    by = _Map(cited, scope.claim, scalars, {name: read_vector(value) for name, value in proof.vectors.items()})
    scope.signs.require_defined(*by.scalars.values(), *(c for v in by.vectors.values() for _, c in v))
    conclusions = dict(cited.conclusions)
    if proof.conclusion not in conclusions:
        raise Gap(f"{cited.id} does not conclude {proof.conclusion!r}")
    instance = by.relation(conclusions[proof.conclusion])
    if goal.op != instance.op and (goal.op, instance.op) != ("<=", "<"):
        raise Gap(f"{goal} is weaker or stronger than the instance {instance} of {cited.id}")
    for entry in cited.entries:
        for name, fact in entry.facts:
            _discharge(scope, cited, name, fact, by.relation(fact))
    _same_structure(scope, cited, by)
    scope.signs.require_defined(goal.lhs, goal.rhs)
    if not vanishes(minus(goal.slack, instance.slack)):
        raise Gap(f"{goal} is not the instance {instance} of {cited.id}")


def _discharge(scope: Scope, cited: Statement, name: str, fact: Rel, wanted: Rel) -> None:
    """Find a premise among the facts that hold at all values of its labels, as it does itself."""
    signs = scope.at_all(cited.of_relation(fact) - cited.counts(fact)).signs
    try:
        signs.require_defined(wanted.lhs, wanted.rhs)
    except Gap as gap:
        raise Gap(f"citing {cited.id}: its premise {name!r}: {gap}") from None
    if not signs.follows(wanted):
        raise Gap(f"citing {cited.id}: its premise {name!r}, here {wanted}, is not known")


def _same_structure(scope: Scope, cited: Statement, by: _Map) -> None:
    here = scope.claim
    for link in cited.links:
        own = (by.bare(link.local, link.vector), link.vector, link.over)
        match = [one for one in here.links if (one.local, one.vector, one.over) == own]
        if not match or not _equal(match[0].image, by.combination(link.image)):
            raise Gap(f"citing {cited.id}: {link.local} is not made the same part of the same sequence here")
    for mean in cited.means:
        if (by.bare(mean.symbol, False), by.bare(mean.of, False)) not in here.means:
            raise Gap(f"citing {cited.id}: {mean.symbol} is not the average of {mean.of} here")
    for path in cited.paths:
        if tuple(by.bare(name, False) for name in path) not in here.paths:
            raise Gap(f"citing {cited.id}: the path of {path.now} is not made here")
    for process in cited.processes:
        known, first = by.term(process.known), process.differences and by.term(process.differences)
        require_times(here, by.vector(process.name), known, first, scope.signs)
    for delay in cited.delays:
        own_names = by.bare(delay.name, True), by.bare(delay.of, True)
        lags = [one.lag for one in here.delays if (one.name, one.of) == own_names]
        if not lags or not vanishes(minus(lags[0], by.term(delay.lag))):
            raise Gap(f"citing {cited.id}: {delay.name} is not made by the same delay here")
    for recursion in cited.recursions:
        spoken = {name for item in recursion.scalars for name in (item[0], *names(item[1]), *names(item[2]))}
        spoken |= {name for item in recursion.vectors for vector in item[1:] for name, _ in vector}
        spoken |= {name for item in recursion.vectors for vector in item[1:] for _, c in vector for name in names(c)}
        touched = (spoken | recursion.objects | recursion.generators) & (set(by.scalars) | set(by.vectors))
        same = [one for one in here.recursions if one.counter == recursion.counter]
        objects = {*recursion.scalars, *recursion.vectors}
        if touched or not same or not objects <= {*same[0].scalars, *same[0].vectors}:
            raise Gap(f"citing {cited.id}: its recursion on {recursion.counter} is not made here, word for word")


def _equal(one: Vec, other: Vec) -> bool:
    found: dict[str, list[Term]] = {}
    for name, coefficient in one:
        found.setdefault(name, []).append(coefficient)
    for name, coefficient in other:
        found.setdefault(name, []).append(times(number(-1), coefficient))
    return all(vanishes(plus(*parts)) for parts in found.values())


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
    if not chosen:
        if over & {COORDINATE, STAGE}:
            raise Gap("a sum over coordinates or stages does not leave constants alone")
        return number(1)
    if len(chosen) == 1 and len(chosen[0]) == 1:
        for mean in claim.means:
            if mean.of == chosen[0][0] and over == {"step"}:
                return scalar(mean.symbol)
        for path in claim.paths:
            if chosen[0][0] in path[:2] and over == {"step"}:
                return scalar(path.mean_now if chosen[0][0] == path.now else path.mean_next)
    pair = [(name, True) for name in chosen[0]] if len(chosen) == 1 and len(chosen[0]) == 2 else []
    if len(chosen) == 2 and all(len(atom) == 1 for atom in chosen):
        pair = [(atom[0], False) for atom in chosen]
    images = [link.image for local in pair for link in claim.links if _is(link, local, over)]
    if pair and len(images) == 2:
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
            if goal != Rel(times(scalar(path.steps), step), "==", whole) and not (
                goal.op == "==" and vanishes(minus(goal.slack, minus(whole, times(scalar(path.steps), step))))
            ):
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
        if len(atom) == 2 and (atom[0] in vectors or atom[1] in vectors):
            u, v = (vectors.get(name, ((name, number(1)),)) for name in atom)
            by[atom] = inner(u, v)
    return _put(goal, by)
