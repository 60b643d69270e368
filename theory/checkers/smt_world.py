"""What a claim says, read anew for z3: names and what they depend on, facts in order, the structure of its sequences.

A name depends on its *labels* (a step and its outcome, a coordinate, a stage, the count of a recursion), and a relation
holds at all their values, unless it speaks of what a recursion builds: then it is said of the count at hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from theory.checkers.smt_terms import (
    ONE,
    ZERO,
    Combo,
    Name,
    Node,
    Power,
    Product,
    Rel,
    Undecided,
    gram,
    identifier,
    leaves_of,
    nonnegative,
    read,
    read_relation,
    read_scalar,
    read_vector,
    subtract,
)
from theory.kernel.claim import Claim, Definition, Direction, Premise, Root
from theory.kernel.proof import Proof

Labels = frozenset[str]
STEP, COORDINATE, STAGE = "step", "coordinate", "stage"
RANDOM = frozenset({STEP, COORDINATE})
OVER = tuple(map(frozenset, ((STEP,), (STEP, COORDINATE), (COORDINATE,), (STAGE,))))
"""What an average runs over."""
Thing = tuple[str, str]
"""("scalar", name) or ("vector", name)."""


@dataclass(frozen=True)
class Item:
    """An entry of the context: its facts, what it introduces, and what this is made of."""

    facts: tuple[tuple[str, Rel], ...]
    introduces: tuple[Thing, ...] = ()
    of: Node = ZERO
    exists: Proof | None = None


@dataclass(frozen=True)
class Linked:
    """A local thing and the combination whose part it is."""

    local: Thing
    image: Combo
    over: Labels


@dataclass(frozen=True)
class Times:
    """When a sequence is known, and from where on it consists of martingale differences."""

    known: Node
    differences: Node | None


@dataclass(frozen=True)
class Built:
    """What a recursion builds up: for each thing its start and its next value."""

    scalars: Mapping[str, tuple[Node, Node]]
    vectors: Mapping[str, tuple[Combo, Combo]]


@dataclass(frozen=True)
class World:
    """A claim as z3 takes it."""

    id: str
    labels: Mapping[Thing, Labels]
    items: tuple[Item, ...]
    links: tuple[Linked, ...]
    means: Mapping[str, str]
    paths: tuple[tuple[str, ...], ...]
    processes: Mapping[str, Times]
    delays: Mapping[str, tuple[str, Node]]
    recursions: Mapping[str, Built]

    def of(self, *things: Thing) -> Labels:
        """Return the labels of things; what nobody declared depends on nothing."""
        return frozenset().union(*(self.labels.get(thing, frozenset()) for thing in things))

    def labels_of(self, *nodes: Node) -> Labels:
        """Return the labels of nodes."""
        return self.of(*spoken(*nodes))

    def labels_of_vector(self, vector: Combo) -> Labels:
        """Return the labels of a combination."""
        return self.of(*spoken_vector(vector))

    def at_hand(self, relation: Rel) -> Labels:
        """Return the counters at whose count at hand alone a premise is said to hold."""
        told = spoken(*relation.nodes)
        return frozenset(
            counter
            for counter in self.recursions
            if told & self.built(counter) and relation != nonnegative(Name(counter))
        )

    def built(self, counter: str) -> frozenset[Thing]:
        """Return what changes with the count as the recursion says, and whatever is made of it."""
        recursion = self.recursions[counter]
        found = {("scalar", name) for name in (counter, *recursion.scalars)}
        found |= {("vector", name) for name in recursion.vectors}
        while True:
            more = {thing for one, other in self._ties() if one & found for thing in other} - found
            more = {thing for thing in more if counter in self.of(thing)}
            if not more:
                return frozenset(found)
            found |= more

    def _ties(self) -> Iterable[tuple[set[Thing], set[Thing]]]:
        """Yield pairs: what is made of the one is the other."""
        for name, (origin, lag) in self.delays.items():
            yield {("vector", origin), *spoken(lag)}, {("vector", name)}
        for link in self.links:
            group = {link.local, *(("vector", name) for name, _ in link.image)}
            yield group | spoken_vector(link.image), group
        for symbol, of in self.means.items():
            group = {("scalar", symbol), ("scalar", of)}
            yield group, group
        for item in self.items:
            yield set(spoken(item.of)), set(item.introduces)
        for recursion in self.recursions.values():
            for name, pair in recursion.scalars.items():
                yield set(spoken(*pair)), {("scalar", name)}
            for name, vectors in recursion.vectors.items():
                yield {thing for vector in vectors for thing in spoken_vector(vector)}, {("vector", name)}

    def times(self, name: str) -> Times:
        """Return the times of a sequence; raise `Undecided` if nothing is said of them."""
        if name in self.processes:
            return self.processes[name]
        if name in self.delays:
            origin, lag = self.delays[name]
            own = self.times(origin)
            first = None if own.differences is None else subtract(own.differences, lag)
            return Times(subtract(own.known, lag), first)
        raise Undecided(f"nothing is said of when {name} is known")


def spoken(*nodes: Node) -> frozenset[Thing]:
    """Return the scalars and generators that nodes mention."""
    found = set()
    for leaf in leaves_of(nodes):
        found |= {("scalar", leaf.name)} if isinstance(leaf, Name) else {("vector", leaf.one), ("vector", leaf.other)}
    return frozenset(found)


def spoken_vector(vector: Combo) -> frozenset[Thing]:
    """Return the scalars and generators that a combination mentions."""
    return spoken(*(coefficient for _, coefficient in vector)) | {("vector", name) for name, _ in vector}


# --- reading


def read_world(claim: Claim) -> World:
    """Return what a claim says; raise `Undecided` if it has no meaning."""
    labels: dict[Thing, Labels] = {("scalar", read_scalar(s)): frozenset(own) for s, own in claim.labels.items()}
    labels |= {("vector", identifier(name)): frozenset(own) for name, own in claim.vector_labels.items()}
    return World(
        claim.id,
        labels,
        tuple(_item(entry) for entry in claim.context),
        tuple(Linked(_thing(i.vector, i.local), read_vector(i.image), frozenset(i.over)) for i in claim.links),
        {read_scalar(item.symbol): read_scalar(item.of) for item in claim.means},
        tuple(tuple(map(read_scalar, item.symbols)) for item in claim.paths),
        {
            identifier(item.name): Times(read(item.known), None if item.differences is None else read(item.differences))
            for item in claim.processes
        },
        {identifier(item.name): (identifier(item.of), read(item.lag)) for item in claim.delays},
        {
            read_scalar(item.counter): Built(
                {read_scalar(symbol): (read(one), read(two)) for symbol, (one, two) in item.scalars.items()},
                {identifier(name): (read_vector(one), read_vector(two)) for name, (one, two) in item.vectors.items()},
            )
            for item in claim.recursions
        },
    )


def _thing(vector: bool, name: str) -> Thing:
    return "vector" if vector else "scalar", identifier(name)


def _item(entry: object) -> Item:
    match entry:
        case Premise(name, relation, _):
            return Item(((name, read_relation(relation)),))
        case Definition(symbol, of):
            name, value = read_scalar(symbol), read(of)
            return Item(((f"{name} :=", Rel(Name(name), "==", value)),), (("scalar", name),), value)
        case Root(symbol, of, exists):
            name, value = read_scalar(symbol), read(of)
            facts = (f"{name} >= 0", nonnegative(Name(name))), (f"{name}^2", Rel(Power(Name(name), 2), "==", value))
            return Item(facts, (("scalar", name),), value, exists)
        case Direction(unit, length):
            name, size = read_scalar(length), gram(identifier(unit), unit)
            square = Power(Name(name), 2)
            return Item(
                (
                    (f"{name} >= 0", nonnegative(Name(name))),
                    (f"|{unit}| <= 1", Rel(size, "<=", ONE)),
                    (f"{unit} {name}", Rel(Product((square, size)), "==", square)),
                ),
                (("scalar", name), ("vector", unit)),
            )
    raise Undecided(f"{entry!r} is neither a premise nor a definition")
