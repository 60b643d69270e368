"""What a claim says, as immutable data of the trusted core, and when it is well formed. See RULES.md sections 3 and 4.

Every scalar and every generator has *labels*: the indices on which its value depends. `step` is a step and an outcome,
`coordinate` a coordinate of a vector, `stage` a stage of the model; the counter of a recursion is a label too. What
has no label is one number or one vector. A relation holds at all values of the labels of what it mentions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from theory.kernel.gap import Gap
from theory.kernel.signs import Rel, Signs
from theory.kernel.terms import (
    Atom,
    Term,
    atoms,
    divisors,
    gram,
    is_integer,
    names,
    number,
    plus,
    replace,
    scalar,
    times,
    vanishes,
)

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


def mentioned(*terms: Term) -> frozenset[Atom]:
    """Return the scalars x, as ("x",), and the generators u, as ("", "u"), that terms speak of."""
    found = frozenset(atom for term in terms for atom in atoms(term))
    return frozenset(one for atom in found for one in ([atom] if len(atom) == 1 else [("", name) for name in atom]))


def parts(*vectors: Vec) -> frozenset[Atom]:
    """Return the scalars and generators that combinations speak of."""
    return frozenset(one for v in vectors for name, term in v for one in (("", name), *mentioned(term)))


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

    @property
    def own(self) -> Atom:
        """Return the local name."""
        return ("", self.local) if self.vector else (self.local,)

    @property
    def whole(self) -> Atom | None:
        """Return the image if it is one generator."""
        return ("", self.image[0][0]) if _bare(self.image) else None


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

    @property
    def rows(self) -> dict[Atom, frozenset[Atom]]:
        """Return each object with what its start and its next value mention."""
        found: dict[Atom, frozenset[Atom]] = {(s,): mentioned(start, after) for s, start, after in self.scalars}
        return found | {("", v): parts(start, after) for v, start, after in self.vectors}

    @property
    def spoken(self) -> frozenset[Atom]:
        """Return every scalar and every generator that it mentions."""
        return frozenset({(self.counter,), *self.rows}).union(*self.rows.values())

    def at(self, place: int) -> dict[Atom, Term]:
        """Return what takes the place of the scalars at the start (place 0) or at the next count (place 1)."""
        count = plus(scalar(self.counter), number(1)) if place else number(0)
        return {(self.counter,): count, **{(s,): (start, after)[place] for s, start, after in self.scalars}}

    def vectors_at(self, place: int) -> dict[str, Vec]:
        """Return the same for generators."""
        return {v: (start, after)[place] for v, start, after in self.vectors}


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

    @cached_property
    def made(self) -> dict[Atom, tuple[object, frozenset[Atom]]]:
        """Return what makes each name that is not free, and of which names at the same count; `Gap` if two things do.

        A link makes its local of the image, or the image of a local that is made otherwise; if both are made
        otherwise it makes nothing, and is a condition on the two.
        """
        found: dict[Atom, tuple[object, frozenset[Atom]]] = {}

        def make(name: Atom, by: object, of: Iterable[Atom] = ()) -> None:
            if name in found:
                raise Gap(f"{name[-1]!r} is bound twice")
            found[name] = by, frozenset(of)

        for entry in self.entries:
            if entry.scalar:
                make((entry.scalar,), entry, mentioned(entry.of))
            if entry.vector:
                make(("", entry.vector), entry)
        for recursion in self.recursions:
            for name in ((recursion.counter,), *recursion.rows):
                make(name, recursion)
        for mean in self.means:
            make((mean.symbol,), mean, [(mean.of,)])
        for path in self.paths:
            for symbol in path:
                make((symbol,), path)
        for delay in self.delays:
            make(("", delay.name), delay, [("", delay.of), *mentioned(delay.lag)])
        for link in sorted(self.links, key=lambda item: -len(self.labels(item.own))):  # a whole may be part of another
            if link.own not in found:
                make(link.own, link, parts(link.image))
            elif link.whole is not None and link.whole not in found:
                make(link.whole, link, [link.own])
        return found

    @cached_property
    def _built(self) -> dict[str, frozenset[Atom]]:
        rows = [(name, of) for item in self.recursions for name, of in item.rows.items()]
        rows += [(name, of) for name, (_, of) in self.made.items()]
        built = {}
        for item in self.recursions:
            found, more = frozenset[Atom](), frozenset({(item.counter,), *item.rows})
            while more - found:
                found |= more
                more = frozenset(name for name, of in rows if of & found)
            built[item.counter] = found
        return built

    def built(self, counter: str) -> frozenset[Atom]:
        """Return the scalars and generators that are about one count: the counter, objects, and what is made of them.

        A premise that mentions one of these is a premise at the count at hand; every other holds at all counts.
        """
        return self._built[counter]

    def labels(self, one: Atom) -> Labels:
        """Return the labels of a scalar or a generator."""
        return (self.scalars if len(one) == 1 else self.vectors).get(one[-1], NONE)

    def counts(self, relation: Rel) -> Labels:
        """Return the counters of whose count at hand alone a relation speaks."""
        spoken = mentioned(relation.lhs, relation.rhs)
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


def well_formed(statement: Statement) -> None:
    """Raise `Gap` if a name is bound twice, a dependence is hidden, or a declaration makes no sense."""
    _one_binding(statement)
    _definitions_are_new(statement)
    for recursion in statement.recursions:
        _recursion(statement, recursion)
    _links(statement)
    _sequences(statement)
    _no_circles(statement)


def _once(what: str, items: Iterable[object]) -> None:
    seen = set()
    for item in items:
        if item in seen:
            raise Gap(f"{what} {item!r} is bound twice")
        seen.add(item)


def _one_binding(s: Statement) -> None:
    """Check that whatever gives a name its meaning does so alone."""
    _ = s.made
    _once("the process", [*(item.name for item in s.processes), *(item.name for item in s.delays)])
    _once("the local", [(item.local, item.vector) for item in s.links])
    _once("the average of", [item.of for item in s.means])
    _once("the fact", [name for entry in s.entries for name, _ in entry.facts])
    _once("the conclusion", [name for name, _ in s.conclusions])
    counters = {item.counter for item in s.recursions}
    unknown = frozenset().union(*s.scalars.values(), *s.vectors.values()) - counters - {STEP, COORDINATE, STAGE}
    if unknown or counters & {STEP, COORDINATE, STAGE}:
        raise Gap(f"labels that stand for nothing, or for two things: {sorted(unknown or counters)}")
    for name, labels in (*s.scalars.items(), *s.vectors.items()):
        if not frozenset().union(*(s.scalars[label] for label in labels & counters)) <= labels:
            raise Gap(f"{name} has a count as its label, and then depends on all that its count depends on")


def _no_circles(s: Statement) -> None:
    """Check that whatever is made is made of what is made before it."""
    left = {name: of for name, (_, of) in s.made.items()}
    while left:
        ready = [name for name, of in left.items() if of.isdisjoint(left)]
        if not ready:
            raise Gap(f"{min(left)[-1]} is made of itself, in a circle")
        for name in ready:
            del left[name]


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
    counters = [item.counter for item in s.recursions]
    for link in s.links:
        own = (s.vectors if link.vector else s.scalars).get(link.local, NONE)
        if link.over not in FRAMES or not link.over <= own or s.of_vector(link.image) != own - link.over:
            raise Gap(f"{link.local} is no local part of its image over {sorted(link.over)}")
        if any(divisors(coefficient) for _, coefficient in link.image):
            raise Gap(f"the image of {link.local} is divided: by something that might be zero")
        made = link in (s.made[link.own][0], s.made.get(link.whole or link.own, (None,))[0])
        if not made and (parts(link.image) | {link.own}) & frozenset().union(*map(s.built, counters)):
            raise Gap(f"{link.local} is made otherwise already, and so is its image, count by count")
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
    grown = frozenset().union(*map(s.built, counters))
    for process in s.processes:
        if s.vectors[process.name] & {STEP, COORDINATE}:
            raise Gap(f"{process.name} is no sequence over all steps")
        if process.differences is not None and process.name not in built and ("", process.name) in grown:
            raise Gap(f"that {process.name} has zero mean at every count is more than its recursion says")
        for time in (process.known, process.differences):
            if time is not None and not is_integer(time, _timed_by(s, process.name)):
                raise Gap(f"the times of {process.name} are not integers that may depend on a count")
    earlier: set[str] = set()
    later = {item.name for item in s.delays}
    for delay in s.delays:
        if delay.of in later - earlier or not is_integer(delay.lag, counters):
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


def _timed_by(s: Statement, name: str) -> Labels:
    """Return the counters that the times of a process may contain: those whose value in it is the one they speak of.

    Of what is chosen anew at each count these are its labels. An object of a recursion passes to the next count, so of
    it they are the recursion's counter and those that do not change with that. Of what is made of objects there are
    none: its times are what these make them.
    """
    counters = frozenset(item.counter for item in s.recursions)
    for item in s.recursions:
        if name in item.generators:
            return frozenset(c for c in counters if c == item.counter or item.counter not in s.scalars[c])
    grown = frozenset().union(*map(s.built, counters))
    return NONE if ("", name) in grown else counters & s.vectors[name]


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
        return signs.follows(Rel(number(0), "<=", plus(later, times(number(-1), sooner))))

    for name, coefficient in vector:
        if s.of(coefficient) & {STEP, COORDINATE}:
            raise Gap(f"the coefficient {coefficient} of {name} may be random")
        here, first = s.times(name)
        if not nonnegative(known, here):
            raise Gap(f"the times of {name} do not fit: known {here}, needed {known}")
        if differences is not None and (first is None or not nonnegative(first, differences)):
            raise Gap(f"the times of {name} do not fit: differences from {first}, needed {differences}")
