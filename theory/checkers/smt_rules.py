"""Citations, and the rules on random sequences: what of them can be checked, as z3's side understands them.

A citation is an instance of a claim: what stands for its names depends on no more than they do, its premises are found
at all values of the labels for which the cited claim has them, and its sequences, links, averages, paths and recursions
are those of the claim that cites it. An average is a linear and monotone map from values to numbers, known for
constants, averaged scalars and products of two local things. The tower property needs what is known before a sequence
of martingale differences; a shift needs a lag that is not negative.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from theory.checkers.cleared import adds_up, identical, moments
from theory.checkers.smt_formed import order
from theory.checkers.smt_scope import Scope, Settled, follows, holds, require, require_defined
from theory.checkers.smt_terms import (
    ONE,
    ZERO,
    Combo,
    Gram,
    Leaf,
    Name,
    Node,
    Product,
    Rel,
    Sum,
    Undecided,
    gram,
    identifier,
    inner,
    leaves,
    nonnegative,
    put,
    put_relation,
    put_vector,
    read,
    read_scalar,
    read_vector,
    subtract,
    text,
)
from theory.checkers.smt_world import (
    COORDINATE,
    OVER,
    RANDOM,
    STAGE,
    STEP,
    Labels,
    Thing,
    Times,
    World,
    spoken,
    spoken_vector,
)
from theory.kernel.proof import Cite


def later(world: World, one: Node, other: Node) -> bool:
    """Return whether one >= other at all counts."""
    counts = [nonnegative(Name(counter)) for counter in world.recursions]
    return follows(Rel(other, "<=", one), counts)


def require_times(world: World, vector: Combo, needed: Times) -> None:
    """Raise `Undecided` unless a combination is known, and has differences from, when it is needed."""
    for name, coefficient in vector:
        if world.labels_of(coefficient) & RANDOM:
            raise Undecided(f"the coefficient {text(coefficient)} of {name} may be random")
        own = world.times(name)
        if not later(world, needed.known, own.known):
            raise Undecided(f"{name} is known at {text(own.known)}, and needed at {text(needed.known)}")
        if needed.differences is not None and (
            own.differences is None or not later(world, own.differences, needed.differences)
        ):
            first = "nowhere" if own.differences is None else text(own.differences)
            raise Undecided(f"differences of {name} start at {first}, and are needed from {text(needed.differences)}")


def times_fit(world: World) -> None:
    """Raise `Undecided` unless what is said of a sequence's times fits what the sequence is made of."""
    made_of = order(world)
    for name, times in world.processes.items():
        built = False
        for counter, recursion in world.recursions.items():
            if name in recursion.vectors:
                built = True
                for place, count in ((0, ZERO), (1, Sum((Name(counter), ONE)))):
                    first = None if times.differences is None else put(times.differences, {counter: count}, {})
                    needed = Times(put(times.known, {counter: count}, {}), first)
                    require_times(world, recursion.vectors[name][place], needed)
        if not built:
            sources = [one for kind, one in made_of.get(("vector", name), ()) if kind == "vector"]
            for one in sources:
                if one in world.processes and not later(world, times.known, world.processes[one].known):
                    raise Undecided(f"{name} is said to be known before {one}, of which it is made")


# --- citations


@dataclass(frozen=True)
class Instance:
    """What a citation puts in the place of names; a name left out stands for itself."""

    cited: World
    here: World
    scalars: Mapping[str, Node]
    vectors: Mapping[str, Combo]

    def check(self, things: Iterable[Thing]) -> None:
        """Raise `Undecided` if what stands for a thing depends on more than the thing may."""
        inside = frozenset().union(*self.cited.labels.values())
        if self.cited.processes or self.cited.delays or self.cited.paths:
            inside |= RANDOM
        for kind, name in things:
            own = self.scalars.get(name) if kind == "scalar" else self.vectors.get(name)
            if own is None:
                labels = self.here.of((kind, name))
            else:
                labels = self.here.labels_of_vector(own) if isinstance(own, tuple) else self.here.labels_of(own)
            if labels & inside - self.cited.of((kind, name)):
                raise Undecided(f"citing {self.cited.id}: what stands for {name} depends on {sorted(labels)}")

    def relation(self, relation: Rel) -> Rel:
        """Return a relation of the cited claim as it reads here."""
        return put_relation(relation, self.scalars, self.vectors)

    def node(self, node: Node) -> Node:
        """Return a node of the cited claim as it reads here."""
        return put(node, self.scalars, self.vectors)

    def vector(self, name: str) -> Combo:
        """Return what stands for a generator."""
        return self.vectors.get(name, ((name, ONE),))

    def bare(self, thing: Thing) -> Thing:
        """Return the one name that stands for a name."""
        kind, name = thing
        if kind == "scalar":
            value = self.scalars.get(name, Name(name))
            if isinstance(value, Name):
                return kind, value.name
        else:
            vector = self.vector(name)
            if len(vector) == 1 and identical(vector[0][1], ONE):
                return kind, vector[0][0]
        raise Undecided(f"citing {self.cited.id}: {name} must stand for one name here")


def cite(goal: Rel, scope: Scope, proof: Cite) -> None:
    """Accept an instance of a claim that was settled; the scope takes over what the claim hangs on."""
    cited = scope.settled.get(proof.claim)
    if cited is None or proof.conclusion not in cited.conclusions:
        raise Undecided(f"{proof.claim} is not settled, or does not conclude {proof.conclusion!r}")
    by = Instance(
        cited.world,
        scope.world,
        {read_scalar(symbol): read(value) for symbol, value in proof.scalars.items()},
        {identifier(name): read_vector(value) for name, value in proof.vectors.items()},
    )
    known = _names(cited, proof.conclusion)
    told = spoken(*(node for relation in cited.conclusions.values() for node in relation.nodes)) | known
    put_in = {("scalar", name) for name in by.scalars} | {("vector", name) for name in by.vectors}
    if len(put_in) < len(proof.scalars) + len(proof.vectors):
        raise Undecided(f"citing {proof.claim}: something is replaced twice")
    if put_in - told:
        raise Undecided(f"citing {proof.claim}, which speaks of no {sorted(put_in - told)[0][1]}")
    by.check(known | put_in)
    for kind, name in put_in:
        everywhere = scope.at_all(cited.world.of((kind, name)))
        parts = [by.scalars[name]] if kind == "scalar" else [c for _, c in by.vectors[name]]
        require_defined(everywhere, *parts)
    for item in cited.world.items:
        for name, fact in item.facts:
            _discharge(scope, cited.world, name, fact, by.relation(fact))
    _same_structure(scope, by)
    instance = by.relation(cited.conclusions[proof.conclusion])
    require_defined(scope, *goal.nodes)
    if not adds_up(goal, [instance.slack], [instance.op]):
        raise Undecided(f"{goal} is not the instance {instance} of {proof.claim}")
    scope.count.on(*cited.count.hypotheses)


def _names(cited: Settled, conclusion: str) -> frozenset[Thing]:
    """Return all names that a cited claim speaks of: in its premises, in a conclusion, and in its structure."""
    world = cited.world
    relations = [fact for item in world.items for _, fact in item.facts] + [cited.conclusions[conclusion]]
    found = spoken(*(node for relation in relations for node in relation.nodes))
    for link in world.links:
        found |= spoken_vector(link.image) | {link.local}
    for name in (*world.means, *world.means.values(), *(name for path in world.paths for name in path)):
        found |= {("scalar", name)}
    for name, (origin, lag) in world.delays.items():
        found |= {("vector", name), ("vector", origin)} | spoken(lag)
    found |= {("vector", name) for name in world.processes}
    for counter, recursion in world.recursions.items():
        found |= {("scalar", name) for name in (counter, *recursion.scalars)}
        found |= {("vector", name) for name in recursion.vectors}
        found |= spoken(*(node for pair in recursion.scalars.values() for node in pair))
        found |= frozenset().union(*(spoken_vector(one) for pair in recursion.vectors.values() for one in pair))
    return found


def _discharge(scope: Scope, cited: World, name: str, fact: Rel, wanted: Rel) -> None:
    """Have z3 find a premise from what is known at all values of the labels for which the cited claim has it."""
    everywhere = scope.at_all(cited.labels_of(*fact.nodes) - cited.at_hand(fact))
    try:
        require_defined(everywhere, *wanted.nodes)
        require(everywhere, wanted)
    except Undecided as problem:
        raise Undecided(f"citing {cited.id}, whose premise {name!r} is needed: {problem}") from None


def _same_structure(scope: Scope, by: Instance) -> None:
    cited, here = by.cited, by.here
    for link in cited.links:
        image = put_vector(link.image, by.scalars, by.vectors)
        own = [one.image for one in here.links if (one.local, one.over) == (by.bare(link.local), link.over)]
        if own:
            require_defined(scope.at_all(link.over), *(coefficient for _, coefficient in (*image, *own[0])))
        if not own or not _same(own[0], image):
            raise Undecided(f"citing {cited.id}: {link.local[1]} is no part of the same thing here")
    for symbol, of in cited.means.items():
        if here.means.get(by.bare(("scalar", symbol))[1]) != by.bare(("scalar", of))[1]:
            raise Undecided(f"citing {cited.id}: {symbol} is not the average of {of} here")
    for path in cited.paths:
        if tuple(by.bare(("scalar", name))[1] for name in path) not in here.paths:
            raise Undecided(f"citing {cited.id}: the path of {path[0]} is none here")
    for name, times in cited.processes.items():
        first = None if times.differences is None else by.node(times.differences)
        require_times(here, by.vector(name), Times(by.node(times.known), first))
    for name, (origin, lag) in cited.delays.items():
        own_origin, own_lag = here.delays.get(by.bare(("vector", name))[1], ("", ZERO))
        if own_origin != by.bare(("vector", origin))[1] or not identical(own_lag, by.node(lag)):
            raise Undecided(f"citing {cited.id}: {name} is not made by the same delay here")
    for counter, recursion in cited.recursions.items():
        own_recursion = here.recursions.get(counter)
        if own_recursion is None or not (
            recursion.scalars.items() <= own_recursion.scalars.items()
            and all(own_recursion.vectors.get(name) == pair for name, pair in recursion.vectors.items())
        ):
            raise Undecided(f"citing {cited.id}: its recursion on {counter} is not made here")
        told = _recursion_names(by.cited, counter)
        if told & ({("scalar", name) for name in by.scalars} | {("vector", name) for name in by.vectors}):
            raise Undecided(f"citing {cited.id}: its recursion on {counter} speaks of what is replaced")


def _recursion_names(world: World, counter: str) -> frozenset[Thing]:
    recursion = world.recursions[counter]
    found = frozenset({("scalar", counter)} | {("scalar", name) for name in recursion.scalars})
    found |= {("vector", name) for name in recursion.vectors}
    found |= spoken(*(node for pair in recursion.scalars.values() for node in pair))
    return found.union(*(spoken_vector(one) for pair in recursion.vectors.values() for one in pair))


def _same(one: Combo, other: Combo) -> bool:
    names = {name for name, _ in (*one, *other)}
    return all(
        identical(Sum(tuple(c for n, c in one if n == name)), Sum(tuple(c for n, c in other if n == name)))
        for name in names
    )


# --- rules on random sequences


def average(goal: Rel, scope: Scope, relation: Rel, over: Labels) -> None:
    """Have z3 find the goal from the average of a relation that holds at all values of some labels."""
    if over not in OVER or relation.op == "<":
        raise Undecided(f"an average keeps <= and ==, and runs over no such thing as {sorted(over)}")
    slack, world = relation.slack, scope.world
    local = {leaf: bool(world.labels_of(leaf) & over) for leaf in leaves(slack)}
    terms, below = moments(slack, local)
    mean = Sum(tuple(Product((coefficient, _moment(world, chosen, over), *below)) for coefficient, chosen in terms))
    require_defined(scope, mean)
    if not adds_up(goal, [mean], [relation.op]):
        raise Undecided(f"{goal} does not follow from the average of {relation} over {sorted(over)}")


def _moment(world: World, chosen: list[Leaf], over: Labels) -> Node:
    """Return the average of a product of local things."""
    if not chosen and not over & {COORDINATE, STAGE}:
        return ONE
    pair: list[Thing] = []
    match chosen:
        case [Name(name)] if over == {STEP}:
            for symbol, of in world.means.items():
                if of == name:
                    return Name(symbol)
            for path in world.paths:
                if name in path[:2]:
                    return Name(path[4 + path.index(name)])
        case [Gram(one, other)]:
            pair = [("vector", one), ("vector", other)]
        case [Name(one), Name(other)]:
            pair = [("scalar", one), ("scalar", other)]
    images = [link.image for thing in pair for link in world.links if (link.local, link.over) == (thing, over)]
    if len(images) == 2:
        return inner(*images)
    raise Undecided(f"the average of {' '.join(map(text, chosen)) or 1} over {sorted(over)} is not known")


def tower(goal: Rel, world: World, difference: str, known: str) -> str:
    """Accept <difference, known> == 0 where the one has mean zero given what the other is known from."""
    one, other = world.times(identifier(difference)), world.times(identifier(known))
    if one.differences is None or not later(world, one.differences, Sum((other.known, ONE))):
        raise Undecided(f"{known} is not known before the martingale differences of {difference}, if these are any")
    if goal.op != "==" or not adds_up(goal, [gram(difference, known)], ["=="]):
        raise Undecided(f"the tower property does not give {goal}")
    return f"tower property {text(gram(difference, known))}"


def shift(goal: Rel, scope: Scope, delayed: str) -> str:
    """Accept norm2(delayed) <= norm2(sequence): terms >= 0 are left out of a sum."""
    if delayed not in scope.world.delays:
        raise Undecided(f"{delayed} is no delayed sequence")
    origin, lag = scope.world.delays[delayed]
    if not holds(scope, nonnegative(lag)):
        raise Undecided(f"z3 does not find the lag {text(lag)} >= 0")
    given = subtract(gram(origin, origin), gram(delayed, delayed))
    if goal.op == "==" or not adds_up(goal, [given], ["<="]):
        raise Undecided(f"a shift does not give {goal}")
    return f"shift of {origin!r} to {delayed!r}"


def telescope(goal: Rel, world: World, now: str) -> str:
    """Accept K (mean of the next member - mean of the present one) == last - first."""
    for path in world.paths:
        if path[0] == now:
            _, _, first, last, mean_now, mean_next, count = map(Name, path)
            sides = Product((count, subtract(mean_next, mean_now))), subtract(last, first)
            if not adds_up(goal, [subtract(*sides)], ["=="]):
                raise Undecided(f"the path of {now} does not telescope to {goal}")
            return f"telescoping sum of {now!r}"
    raise Undecided(f"{now} is no member of a path")
