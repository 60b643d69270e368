"""When a claim is well formed: it introduces things, and does not smuggle in conditions.

Everything is bound once, depends on no more than is declared, and is made of what does not depend on it, whether by a
definition, a root, an average, a link, a delay or the start of a recursion.
"""

from collections.abc import Iterable, Mapping

from theory.checkers.smt_terms import (
    ONE,
    Name,
    Node,
    Number,
    Product,
    Sum,
    Undecided,
    gram,
    leaves,
)
from theory.checkers.smt_world import (
    COORDINATE,
    OVER,
    RANDOM,
    STAGE,
    STEP,
    Labels,
    Linked,
    Thing,
    World,
    spoken,
    spoken_vector,
)
from theory.kernel.claim import Claim, Definition, Premise
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS


def well_formed(claim: Claim, world: World) -> None:
    """Raise `Undecided` if a name is bound twice, a dependence is hidden, or a declaration makes no sense."""
    _bound_once(claim, world)
    _reasons(claim)
    _definitions(world)
    _recursions(world)
    _parts(world)
    _sequences(world)
    order(world)


def _once(what: str, names: Iterable[object]) -> None:
    seen: set[object] = set()
    for name in names:
        if name in seen:
            raise Undecided(f"{what} {name!r} is bound twice")
        seen.add(name)


def made(world: World) -> list[Thing]:
    """Return everything that something in a claim gives its meaning."""
    found = [thing for item in world.items for thing in item.introduces]
    for counter, recursion in world.recursions.items():
        found += [("scalar", name) for name in (counter, *recursion.scalars)] + [
            ("vector", name) for name in recursion.vectors
        ]
    found += [("scalar", name) for name in (*world.means, *(name for path in world.paths for name in path))]
    return found + [("vector", name) for name in world.delays]


def _bound_once(claim: Claim, world: World) -> None:
    _once("the thing", made(world))
    _once("the local", [link.local for link in world.links])
    _once("the mean of", world.means.values())
    _once("the mean", [item.symbol for item in claim.means])
    _once("the sequence", [*(item.name for item in claim.processes), *(item.name for item in claim.delays)])
    _once("the recursion on", [item.counter for item in claim.recursions])
    _once("the fact", [name for item in world.items for name, _ in item.facts])
    counters = set(world.recursions)
    known = counters | {STEP, COORDINATE, STAGE}
    if counters & {STEP, COORDINATE, STAGE} or not frozenset().union(*world.labels.values()) <= known:
        raise Undecided("a label stands for nothing, or for two things")


def _reasons(claim: Claim) -> None:
    """Check that premises are assumptions that the claim declares, or conditions of its domain."""
    used = {entry.reason for entry in claim.context if isinstance(entry, Premise)}
    free = {process.reason for process in claim.processes}
    free |= {entry.reason for entry in claim.context if isinstance(entry, Definition)}
    built = {name for recursion in claim.recursions for name in recursion.vectors}
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
        rows: list[tuple[Thing, Labels, Labels]] = []
        for name, (one, two) in recursion.scalars.items():
            rows.append((("scalar", name), world.labels_of(one), world.labels_of(two)))
        for name, (u, v) in recursion.vectors.items():
            rows.append((("vector", name), world.labels_of_vector(u), world.labels_of_vector(v)))
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
    for name, times in world.processes.items():
        for time in (times.known, times.differences):
            if time is not None and not (_integer(time, world) and _spoken(time) <= _timed_by(world, name)):
                raise Undecided(f"the times of {name} are no integers")
    for name, (origin, lag) in world.delays.items():
        needed = world.labels_of(lag, gram(origin, origin))
        if not _integer(lag, world) or not needed <= world.of(("vector", name)):
            raise Undecided(f"{name} is not delayed by an integer, or depends on more than is declared")
    for name in (*world.processes, *world.delays):
        if world.of(("vector", name)) & RANDOM:
            raise Undecided(f"{name} is no sequence over all steps")


def _spoken(time: Node) -> frozenset[str]:
    return frozenset(leaf.name for leaf in leaves(time) if isinstance(leaf, Name))


def _timed_by(world: World, name: str) -> frozenset[str]:
    """Return the counts that a sequence's times may depend on: of an object, those that stay while it is built."""
    for counter, recursion in world.recursions.items():
        if name in recursion.vectors:
            moving = {one for one in world.recursions if counter in world.of(("scalar", one))}
            return frozenset({counter}) | (frozenset(world.recursions) - moving)
    return frozenset(world.recursions) & world.of(("vector", name))


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
