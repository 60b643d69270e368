"""What a claim says, as immutable data of the trusted core, and when it is well formed. See RULES.md sections 3 and 4.

Every scalar and every generator has *labels*: the indices on which its value depends. `step` is a step and an outcome,
`coordinate` a coordinate of a vector, `stage` a stage of the model; the counter of a recursion is a label too. What
has no label is one number or one vector. A relation holds at all values of the labels of what it mentions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from theory.kernel.gap import Gap
from theory.kernel.signs import Rel, Signs
from theory.kernel.terms import Atom, Term, atoms, gram, minus, names, number, plus, replace, scalar, times, vanishes

Labels = frozenset[str]
NONE: Labels = frozenset()
STEP, COORDINATE, STAGE = "step", "coordinate", "stage"
FRAMES = tuple(map(frozenset, ((STEP,), (STEP, COORDINATE), (COORDINATE,), (STAGE,))))
"""What an average may run over: steps and outcomes (weights sum to 1), coordinates of these, coordinates, stages."""

Vec = tuple[tuple[str, Term], ...]
"""A linear combination of generators."""


def inner(u: Vec, v: Vec) -> Term:
    """Return <u, v> by bilinearity."""
    return plus(*(times(a, b, gram(i, j)) for i, a in u for j, b in v))


class Entry(NamedTuple):
    """A premise or a definition: the facts it gives, what it introduces, and for a root its radicand."""

    kind: str  # premise, define, root, direction
    facts: tuple[tuple[str, Rel], ...]
    scalar: str = ""
    vector: str = ""
    of: Term = number(0)


class Link(NamedTuple):
    """The scalar or generator `local` is, at each index of `over`, the value or coordinate there of `image`."""

    local: str
    vector: bool
    image: Vec
    over: Labels


class Mean(NamedTuple):
    """`symbol` is the average of the scalar `of` over steps and outcomes."""

    symbol: str
    of: str


class Path(NamedTuple):
    """Members k and k + 1 of a sequence of `steps` + 1 scalars, mean first and last member, averages over k."""

    now: str
    next: str
    first: str
    last: str
    mean_now: str
    mean_next: str
    steps: str


class Process(NamedTuple):
    """A sequence whose member k is known from the samples of steps <= k + known.

    Given the samples of steps < k + differences its mean is zero; None if nothing of the kind is said.
    """

    name: str
    known: Term
    differences: Term | None


class Delay(NamedTuple):
    """Member k of `name` is member k - lag of `of`, and zero for k < lag."""

    name: str
    of: str
    lag: Term


class Recursion(NamedTuple):
    """Objects by their start and their next value, as the counter runs through 0, 1, 2, ..."""

    counter: str
    scalars: tuple[tuple[str, Term, Term], ...]
    vectors: tuple[tuple[str, Vec, Vec], ...]

    @property
    def objects(self) -> frozenset[str]:
        """Return the scalars that change in a way the recursion says: its objects and the counter."""
        return frozenset(name for name, _, _ in self.scalars) | {self.counter}

    @property
    def generators(self) -> frozenset[str]:
        """Return the generators that it builds up."""
        return frozenset(name for name, _, _ in self.vectors)

    def at(self, place: int) -> dict[Atom, Term]:
        """Return what takes the place of the scalars at the start (place 0) or at the next count (place 1)."""
        count = plus(scalar(self.counter), number(1)) if place else number(0)
        return {(self.counter,): count, **{(name,): (start, after)[place] for name, start, after in self.scalars}}

    def vectors_at(self, place: int) -> dict[str, Vec]:
        """Return the same for generators."""
        return {name: (start, after)[place] for name, start, after in self.vectors}


@dataclass(frozen=True)
class Statement:
    """A claim: declared names with their labels, premises and definitions in order, conclusions, structure."""

    id: str
    scalars: Mapping[str, Labels]
    vectors: Mapping[str, Labels]
    entries: tuple[Entry, ...]
    conclusions: tuple[tuple[str, Rel], ...]
    links: tuple[Link, ...] = ()
    means: tuple[Mean, ...] = ()
    paths: tuple[Path, ...] = ()
    processes: tuple[Process, ...] = ()
    delays: tuple[Delay, ...] = ()
    recursions: tuple[Recursion, ...] = ()

    def of(self, *terms: Term) -> Labels:
        """Return the labels of terms; an undeclared name is a `Gap`."""
        found = NONE
        for atom in frozenset(atom for term in terms for atom in atoms(term)):
            table = self.scalars if len(atom) == 1 else self.vectors
            for name in atom:
                if name not in table:
                    raise Gap(f"{name!r} is not declared in {self.id}")
                found |= table[name]
        return found

    def of_vector(self, vector: Vec) -> Labels:
        """Return the labels of a linear combination."""
        return self.of(*(coefficient for _, coefficient in vector), *(gram(name, name) for name, _ in vector))

    def of_relation(self, relation: Rel) -> Labels:
        """Return the labels of a relation: it holds at all their values."""
        return self.of(relation.lhs, relation.rhs)

    def built(self, counter: str) -> frozenset[Atom]:
        """Return the scalars and generators that are about one count: the counter, objects, and what hangs on them.

        A premise that mentions one of these is a premise at the count at hand; every other holds at all counts.
        """
        item = self.recursion(counter)
        found: set[Atom] = {(name,) for name in item.objects} | {("", name) for name in item.generators}
        size = -1
        while size < len(found):
            size = len(found)
            for delay in self.delays:
                if ("", delay.of) in found or found & _mentioned(delay.lag):
                    found.add(("", delay.name))
            for link in self.links:
                group: set[Atom] = {
                    ("", link.local) if link.vector else (link.local,),
                    *(("", name) for name, _ in link.image),
                }
                if found & group:
                    found |= {one for one in group if counter in self._labels(one)}
            for entry in self.entries:
                if entry.kind in ("define", "root") and _mentioned(entry.of) & found:
                    found.add((entry.scalar,))
            for mean in self.means:
                if found & {(mean.of,), (mean.symbol,)}:
                    found |= {(mean.of,), (mean.symbol,)}
        return frozenset(found)

    def _labels(self, one: Atom) -> Labels:
        return self.scalars[one[0]] if len(one) == 1 else self.vectors[one[1]]

    def counts(self, relation: Rel) -> Labels:
        """Return the counters of whose count at hand alone a relation speaks."""
        spoken = _mentioned(relation.lhs) | _mentioned(relation.rhs)
        return frozenset(
            item.counter
            for item in self.recursions
            if spoken & self.built(item.counter) and relation != Rel(number(0), "<=", scalar(item.counter))
        )

    def recursion(self, counter: str) -> Recursion:
        """Return the recursion on a counter."""
        for item in self.recursions:
            if item.counter == counter:
                return item
        raise Gap(f"there is no recursion on {counter}")

    def times(self, name: str) -> tuple[Term, Term | None]:
        """Return when the members of a sequence are known and where its differences start (None: not said)."""
        for process in self.processes:
            if process.name == name:
                return process.known, process.differences
        for delay in self.delays:
            if delay.name == name:
                known, first = self.times(delay.of)
                back = times(number(-1), delay.lag)
                return plus(known, back), None if first is None else plus(first, back)
        raise Gap(f"nothing is known about the times of {name}")


def _mentioned(term: Term) -> frozenset[Atom]:
    """Return the scalars (as atoms) and the generators (as ("", name)) that a term speaks of."""
    return frozenset(
        one for atom in atoms(term) for one in ([atom] if len(atom) == 1 else [("", name) for name in atom])
    )


def well_formed(statement: Statement) -> None:
    """Raise `Gap` if a name is bound twice, a dependence is hidden, or a declaration makes no sense."""
    _one_binding(statement)
    _definitions_are_new(statement)
    for recursion in statement.recursions:
        _recursion(statement, recursion)
    _links(statement)
    _sequences(statement)


def _once(what: str, items: Iterable[object]) -> None:
    seen = set()
    for item in items:
        if item in seen:
            raise Gap(f"{what} {item!r} is bound twice")
        seen.add(item)


def _one_binding(s: Statement) -> None:
    """Check that whatever gives a name its meaning does so alone."""
    scalars = [entry.scalar for entry in s.entries if entry.scalar]
    scalars += [name for item in s.recursions for name in (item.counter, *(row[0] for row in item.scalars))]
    scalars += [item.symbol for item in s.means]
    scalars += [name for path in s.paths for name in path]
    vectors = [entry.vector for entry in s.entries if entry.vector] + [item.name for item in s.delays]
    vectors += [row[0] for item in s.recursions for row in item.vectors]
    _once("the symbol", scalars)
    _once("the generator", vectors)
    _once("the process", [*(item.name for item in s.processes), *(item.name for item in s.delays)])
    _once("the recursion on", [item.counter for item in s.recursions])
    _once("the local", [(item.local, item.vector) for item in s.links])
    _once("the average of", [item.of for item in s.means])
    _once("the fact", [name for entry in s.entries for name, _ in entry.facts])
    _once("the conclusion", [name for name, _ in s.conclusions])
    counters = {item.counter for item in s.recursions}
    unknown = frozenset().union(*s.scalars.values(), *s.vectors.values()) - counters - {STEP, COORDINATE, STAGE}
    if unknown or counters & {STEP, COORDINATE, STAGE}:
        raise Gap(f"labels that stand for nothing, or for two things: {sorted(unknown or counters)}")


def _definitions_are_new(s: Statement) -> None:
    """Check that each definition speaks of what no entry before it mentions, and depends on all it is made of."""
    seen: set[str] = set()
    seen_vectors: set[str] = set()
    for entry in s.entries:
        own = names(entry.of) if entry.kind in ("root", "define") else frozenset()
        if (entry.scalar and entry.scalar in seen | own) or (entry.vector and entry.vector in seen_vectors):
            raise Gap(f"the definition {entry.facts[0][0]!r} introduces nothing new")
        if entry.scalar and not s.of(entry.of) <= s.scalars[entry.scalar]:
            raise Gap(f"{entry.scalar} depends on more than is declared: {sorted(s.of(entry.of))}")
        for _, relation in entry.facts:
            for atom in atoms(relation.lhs) | atoms(relation.rhs):
                (seen if len(atom) == 1 else seen_vectors).update(atom)


def _recursion(s: Statement, item: Recursion) -> None:
    label = item.counter
    if label not in s.scalars[item.counter]:
        raise Gap(f"the counter {label} must depend on itself")
    rows = [(s.scalars[name], s.of(start), s.of(after), name) for name, start, after in item.scalars]
    rows += [(s.vectors[name], s.of_vector(start), s.of_vector(after), name) for name, start, after in item.vectors]
    for own, start, after, name in rows:
        if label in start or not ({label} | start | after) <= own:
            raise Gap(f"{name} depends on more than is declared, or starts from what changes with {label}")


def _links(s: Statement) -> None:
    for link in s.links:
        own = (s.vectors if link.vector else s.scalars).get(link.local, NONE)
        if link.over not in FRAMES or not link.over <= own or s.of_vector(link.image) != own - link.over:
            raise Gap(f"{link.local} is no local part of its image over {sorted(link.over)}")
    _once("the image", [(i.image[0][0], i.vector, i.over) for i in s.links if len(i.image) == 1 and _bare(i.image)])
    for mean in s.means:
        if s.scalars.get(mean.of, NONE) - {STEP} != s.scalars[mean.symbol] or STEP not in s.scalars[mean.of]:
            raise Gap(f"{mean.symbol} is not an average of {mean.of} over steps")
    for path in s.paths:
        if any(s.scalars[name] != ({STEP} if name in path[:2] else NONE) for name in path):
            raise Gap("of a path, only its members depend on the step, and on nothing else")


def _bare(vector: Vec) -> bool:
    return len(vector) == 1 and vanishes(plus(vector[0][1], number(-1)))


def _sequences(s: Statement) -> None:
    """Check the times of processes: sequences over steps, integer times, and objects that fit at every count."""
    built = frozenset().union(*(item.generators for item in s.recursions))
    counters = frozenset(item.counter for item in s.recursions)
    for process in s.processes:
        if s.vectors[process.name] & {STEP, COORDINATE}:
            raise Gap(f"{process.name} is no sequence over all steps")
        for time in (process.known, process.differences):
            if time is not None and (not _integer(time, counters) or (names(time) and process.name not in built)):
                raise Gap(f"the times of {process.name} are not integers that may depend on a count")
    earlier: set[str] = set()
    later = {item.name for item in s.delays}
    for delay in s.delays:
        if delay.of in later - earlier or not _integer(delay.lag, counters):
            raise Gap(f"{delay.name} is not delayed by an integer, or of something not delayed before it")
        if {STEP, COORDINATE} & s.vectors[delay.name] or not s.vectors[delay.of] | s.of(delay.lag) <= s.vectors[
            delay.name
        ]:
            raise Gap(f"{delay.name} depends on more than is declared")
        earlier.add(delay.name)
    for recursion in s.recursions:
        for process in s.processes:
            if process.name in recursion.generators:
                _times_fit(s, process, recursion)


def _integer(term: Term, counters: frozenset[str]) -> bool:
    """Return whether a term is an integer because it is made of integers and counters by sums and products."""
    if term.tag == "number":
        return bool(term.args[0].denominator == 1)
    if term.tag in ("sum", "product"):
        return all(_integer(part, counters) for part in term.args)
    return term.tag == "name" and term.args[0] in counters


def _times_fit(s: Statement, process: Process, recursion: Recursion) -> None:
    """Check what is said of the times of an object at its start and, from one count to the next, at all others."""
    signs = Signs(Rel(number(0), "<=", scalar(item.counter)) for item in s.recursions)
    for place in (0, 1):
        count: dict[Atom, Term] = {(recursion.counter,): recursion.at(place)[recursion.counter,]}
        said = replace(process.known, count), process.differences and replace(process.differences, count)
        require_times(s, recursion.vectors_at(place)[process.name], said[0], said[1], signs)


def require_times(s: Statement, vector: Vec, known: Term, differences: Term | None, signs: Signs) -> None:
    """Raise `Gap` unless a combination is known at `known` and has differences that start at `differences` or later."""

    def nonnegative(later: Term, sooner: Term) -> bool:
        return signs.follows(Rel(number(0), "<=", minus(later, sooner)))

    for name, coefficient in vector:
        if s.of(coefficient) & {STEP, COORDINATE}:
            raise Gap(f"the coefficient {coefficient} of {name} may be random")
        here, first = s.times(name)
        if not nonnegative(known, here):
            raise Gap(f"the times of {name} do not fit: known {here}, needed {known}")
        if differences is not None and (first is None or not nonnegative(first, differences)):
            raise Gap(f"the times of {name} do not fit: differences from {first}, needed {differences}")
