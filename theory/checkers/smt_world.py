"""What a claim says, read anew for z3: names and what they depend on, facts in order, the structure of its sequences.

A name depends on its *labels* (a step and its outcome, a coordinate, a stage, the count of a recursion), and a relation
holds at all their values, unless it speaks of what a recursion builds: then it is said of the count at hand.

A claim may introduce things, and must not smuggle in conditions: everything is bound once, depends on no more than is
declared, and is made of what does not depend on it (`_order`), whether by a definition, a root, an average, a link, a
delay or the start of a recursion.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from theory.checkers.smt_terms import (
    ONE,
    ZERO,
    Combo,
    Name,
    Node,
    Number,
    Power,
    Product,
    Rel,
    Sum,
    Undecided,
    gram,
    identifier,
    leaves,
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
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS

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
            yield group, group
        for symbol, of in self.means.items():
            group = {("scalar", symbol), ("scalar", of)}
            yield group, group
        for item in self.items:
            yield set(spoken(item.of)), set(item.introduces)

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
    """Return what a claim says; raise `Undecided` if it is not well formed."""
    labels: dict[Thing, Labels] = {("scalar", read_scalar(s)): frozenset(own) for s, own in claim.labels.items()}
    labels |= {("vector", identifier(name)): frozenset(own) for name, own in claim.vector_labels.items()}
    world = World(
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
    _bound_once(claim, world)
    _reasons(claim, world)
    _definitions(world)
    _recursions(world)
    _parts(world)
    _sequences(world)
    order(world)
    return world


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


# --- when a claim is well formed


def _once(what: str, names: Iterable[object]) -> None:
    seen: set[object] = set()
    for name in names:
        if name in seen:
            raise Undecided(f"{what} {name!r} is bound twice")
        seen.add(name)


def made(world: World) -> list[Thing]:
    """Return everything that something in a claim gives its meaning."""
    found = [thing for item in world.items for thing in item.introduces]
    for recursion in world.recursions.values():
        found += [("scalar", name) for name in recursion.scalars] + [("vector", name) for name in recursion.vectors]
    found += [("scalar", name) for name in (*world.means, *(name for path in world.paths for name in path))]
    return found + [("vector", name) for name in world.delays]


def _bound_once(claim: Claim, world: World) -> None:
    _once("the thing", made(world))
    _once("the local", [link.local for link in world.links])
    _once("the mean of", world.means.values())
    _once("the mean", [item.symbol for item in claim.means])
    _once("the sequence", [item.name for item in (*claim.processes, *claim.delays)])
    _once("the recursion on", [item.counter for item in claim.recursions])
    _once("the fact", [name for item in world.items for name, _ in item.facts])
    counters = set(world.recursions)
    known = counters | {STEP, COORDINATE, STAGE}
    if counters & {STEP, COORDINATE, STAGE} or not frozenset().union(*world.labels.values()) <= known:
        raise Undecided("a label stands for nothing, or for two things")


def _reasons(claim: Claim, world: World) -> None:
    """Check that premises are assumptions that the claim declares, or conditions of its domain."""
    used = {entry.reason for entry in claim.context if isinstance(entry, Premise)}
    free = {process.reason for process in claim.processes}
    built = {name for recursion in world.recursions.values() for name in recursion.vectors}
    for process in claim.processes:
        if process.reason not in ASSUMPTIONS and process.differences is not None and process.name not in built:
            raise Undecided(f"that {process.name} consists of martingale differences is no assumption")
    if used - set(ASSUMPTIONS) - {"domain"} or free - set(ASSUMPTIONS) - {"domain", "definition"}:
        raise Undecided(f"a premise is neither an assumption nor a condition: {sorted(used | free)}")
    if not (used | free) & set(ASSUMPTIONS) <= set(claim.assumes):
        raise Undecided("an assumption is used that the claim does not declare")


def _definitions(world: World) -> None:
    """Check that what is defined is new where it is defined, and depends on all that it is made of."""
    seen: set[Thing] = set()
    for item in world.items:
        if set(item.introduces) & (seen | spoken(item.of)):
            raise Undecided(f"the definition {item.facts[0][0]!r} introduces nothing new")
        for thing in item.introduces:
            if not world.labels_of(item.of) <= world.of(thing):
                raise Undecided(f"{thing[1]} depends on more than is declared")
        for _, relation in item.facts:
            seen |= spoken(*relation.nodes)


def _recursions(world: World) -> None:
    for counter, recursion in world.recursions.items():
        if counter not in world.of(("scalar", counter)):
            raise Undecided(f"the count {counter} does not depend on itself")
        rows = [(("scalar", name), *map(world.labels_of, pair)) for name, pair in recursion.scalars.items()]
        rows += [(("vector", name), *map(world.labels_of_vector, pair)) for name, pair in recursion.vectors.items()]
        for thing, start, after in rows:
            if counter in start or not start | after | {counter} <= world.of(thing):
                raise Undecided(f"{thing[1]} depends on more than is declared, or starts from what changes")


def _parts(world: World) -> None:
    """Check what local things are parts of, and what is an average of what."""
    for link in world.links:
        own = world.of(link.local)
        if link.over not in OVER or not link.over <= own or world.labels_of_vector(link.image) != own - link.over:
            raise Undecided(f"{link.local[1]} is no part of its image over {sorted(link.over)}")
    for over in OVER:
        left = [{name for name, _ in link.image} for link in world.links if link.over == over]
        while left:
            free = next((i for i, one in enumerate(left) if one - set().union(*left[:i], *left[i + 1 :])), None)
            if free is None:
                raise Undecided("links tie local things to each other: their images are not independent")
            del left[free]
    for symbol, of in world.means.items():
        own = world.of(("scalar", of))
        if STEP not in own or own - {STEP} != world.of(("scalar", symbol)):
            raise Undecided(f"{symbol} is no average of {of} over steps")
    for path in world.paths:
        labels = [world.of(("scalar", name)) for name in path]
        if len(path) != 7 or labels != [{STEP}, {STEP}, *(set() for _ in path[2:])]:
            raise Undecided("of a path, its members alone depend on the step, and on nothing else")


def _sequences(world: World) -> None:
    """Check that sequences run over all steps, at times that are integers and may depend on counts."""
    built = {name for recursion in world.recursions.values() for name in recursion.vectors}
    for name, times in world.processes.items():
        for time in (times.known, times.differences):
            if time is not None and (not _integer(time, world) or (leaves(time) and name not in built)):
                raise Undecided(f"the times of {name} are no integers")
    for name, (origin, lag) in world.delays.items():
        needed = world.labels_of(lag, gram(origin, origin))
        if not _integer(lag, world) or not needed <= world.of(("vector", name)):
            raise Undecided(f"{name} is not delayed by an integer, or depends on more than is declared")
    for name in (*world.processes, *world.delays):
        if world.of(("vector", name)) & RANDOM:
            raise Undecided(f"{name} is no sequence over all steps")


def _integer(node: Node, world: World) -> bool:
    match node:
        case Number(value):
            return value.denominator == 1
        case Name(name):
            return name in world.recursions
        case Sum(parts) | Product(parts):
            return all(_integer(part, world) for part in parts)
    return False


def order(world: World) -> Mapping[Thing, frozenset[Thing]]:
    """Return all that each thing is made of; raise `Undecided` if something is made of itself."""
    direct = {thing: set(others) for thing, others in _made_of(world).items()}
    done: dict[Thing, frozenset[Thing]] = {}

    def visit(thing: Thing, above: tuple[Thing, ...]) -> frozenset[Thing]:
        if thing in above:
            raise Undecided(f"{thing[1]} is made of itself")
        if thing not in done:
            parts = direct.get(thing, set())
            done[thing] = frozenset(parts).union(*(visit(part, (*above, thing)) for part in parts))
        return done[thing]

    for thing in direct:
        visit(thing, ())
    return done


def _made_of(world: World) -> Mapping[Thing, frozenset[Thing]]:
    found: dict[Thing, frozenset[Thing]] = {}
    for item in world.items:
        found |= dict.fromkeys(item.introduces, spoken(item.of))
    for recursion in world.recursions.values():
        found |= {("scalar", name): spoken(start) for name, (start, _) in recursion.scalars.items()}
        found |= {("vector", name): spoken_vector(start) for name, (start, _) in recursion.vectors.items()}
    found |= {("scalar", symbol): frozenset({("scalar", of)}) for symbol, of in world.means.items()}
    for path in world.paths:
        found |= dict.fromkeys((("scalar", name) for name in path), frozenset())
        found |= {("scalar", path[4 + place]): frozenset({("scalar", path[place])}) for place in (0, 1)}
    found |= {("vector", n): spoken(lag) | {("vector", origin)} for n, (origin, lag) in world.delays.items()}
    given = set(found)
    for link in world.links:
        found |= _tied(link, world, found) if link.local in given else {link.local: spoken_vector(link.image)}
    return found


def _tied(link: Linked, world: World, found: Mapping[Thing, frozenset[Thing]]) -> Mapping[Thing, frozenset[Thing]]:
    """Return which vector of an image is what a local thing, which has its meaning already, makes it."""
    free = [name for name, coefficient in link.image if coefficient == ONE and ("vector", name) not in found]
    if not free:
        raise Undecided(f"{link.local[1]} is made of one thing and part of another")
    name = min(free, key=lambda name: name in world.processes)
    return {("vector", name): (spoken_vector(link.image) - {("vector", name)}) | {link.local}}
