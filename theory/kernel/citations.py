"""The rule of citation: an instance of what is proved. Part of the trusted core; see RULES.md section 5."""

from collections.abc import Mapping
from dataclasses import dataclass

from theory.kernel import proof as p
from theory.kernel.gap import Gap
from theory.kernel.reading import read, read_vector
from theory.kernel.scope import Scope
from theory.kernel.signs import Rel
from theory.kernel.statement import Labels, Statement, Vec, inner, require_times
from theory.kernel.terms import Atom, Term, atoms, gram, minus, number, plus, replace, scalar, times, vanishes


@dataclass(frozen=True)
class Instance:
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
            return inner(*map(self.vector, atom))
        (name,) = atom
        if name in self.scalars:
            return self.scalars[name]
        self._same(name, self.cited.scalars[name], self.here.scalars.get(name))
        return scalar(name)

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


def cite(goal: Rel, scope: Scope, proof: p.Cite) -> None:
    """Accept an instance: a proved claim holds for whatever satisfies its premises and has its structure."""
    cited = scope.proved.get(proof.claim)
    if cited is None:
        raise Gap(f"{proof.claim} is not proved")
    scalars = {symbol.name: read(value) for symbol, value in proof.scalars.items() if read(symbol).tag == "name"}
    if len(scalars) < len(proof.scalars):
        raise Gap(f"citing {cited.id}: only scalars and generators can be replaced, once each")
    by = Instance(cited, scope.claim, scalars, {name: read_vector(value) for name, value in proof.vectors.items()})
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


def _same_structure(scope: Scope, cited: Statement, by: Instance) -> None:
    here = scope.claim
    for link in cited.links:
        own, image = (by.bare(link.local, link.vector), link.vector, link.over), by.combination(link.image)
        if not any((one.local, one.vector, one.over) == own and _equal(one.image, image) for one in here.links):
            raise Gap(f"citing {cited.id}: {link.local} is not made the same part of the same sequence here")
    for mean in cited.means:
        if (by.bare(mean.symbol, False), by.bare(mean.of, False)) not in here.means:
            raise Gap(f"citing {cited.id}: {mean.symbol} is not the average of {mean.of} here")
    for path in cited.paths:
        if tuple(by.bare(name, False) for name in path) not in here.paths:
            raise Gap(f"citing {cited.id}: the path of {path.now} is not made here")
    for process in cited.processes:
        known, first = by.term(process.known), process.differences and by.term(process.differences)
        everywhere = scope.at_all(cited.of(gram(process.name, process.name)))
        require_times(here, by.vector(process.name), known, first, everywhere.signs)
    for delay in cited.delays:
        own_names = by.bare(delay.name, True), by.bare(delay.of, True)
        lag = by.term(delay.lag)
        if not any((one.name, one.of) == own_names and vanishes(minus(one.lag, lag)) for one in here.delays):
            raise Gap(f"citing {cited.id}: {delay.name} is not made by the same delay here")
    for recursion in cited.recursions:
        spoken = recursion.spoken
        touched = [one for one in spoken if (one[0] in by.scalars if len(one) == 1 else one[1] in by.vectors)]
        rows = {*recursion.scalars, *recursion.vectors}
        same = (one.counter == recursion.counter and rows <= {*one.scalars, *one.vectors} for one in here.recursions)
        if touched or not any(same):
            raise Gap(f"citing {cited.id}: its recursion on {recursion.counter} is not made here, word for word")
        for one in spoken:
            by.atom(one) if len(one) == 1 else by.vector(one[1])  # what stands for itself may depend on no more


def _equal(one: Vec, other: Vec) -> bool:
    found: dict[str, list[Term]] = {}
    for name, coefficient in one:
        found.setdefault(name, []).append(coefficient)
    for name, coefficient in other:
        found.setdefault(name, []).append(times(number(-1), coefficient))
    return all(vanishes(plus(*parts)) for parts in found.values())
