"""A claim is not vacuous: z3 finds a small model of its premises and of its structure, near the witness of its author.

The model has one step with one outcome, one stage and one coordinate where coordinates are spoken of; whatever is
chosen anew at each count is chosen alike. The witness fixes what it names and z3 the rest, so that roots need not be
rational. With one outcome a martingale difference vanishes, and with one step nothing that is delayed has come yet.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import z3

from theory.checkers.cleared import LINEAR, Translator, asked
from theory.checkers.smt_terms import Combo, Leaf, Name, Undecided
from theory.checkers.smt_world import World, spoken_vector
from theory.kernel.claim import Witness

LONGEST = 20
"""The highest count up to which a recursion is unrolled."""


class _Place(Translator):
    """Writes nodes with vectors in coordinates; what a recursion builds carries the count at which it is meant."""

    def __init__(self, dimension: int, built: frozenset[tuple[str, str]] = frozenset(), count: str = "") -> None:
        super().__init__()
        self.dimension, self.built, self.count = dimension, built, count

    def named(self, kind: str, name: str) -> str:
        return f"{name}@{self.count}" if (kind, name) in self.built else name

    def leaf(self, leaf: Leaf) -> z3.ArithRef:
        if isinstance(leaf, Name):
            return z3.Real(self.named("scalar", leaf.name))
        pairs = zip(self.coordinates(leaf.one), self.coordinates(leaf.other), strict=True)
        return z3.Sum([one * other for one, other in pairs])

    def quotient(self, number: int) -> z3.ArithRef:
        return z3.Real(f"1/{self.count}/{number}")

    def coordinates(self, name: str) -> list[z3.ArithRef]:
        return [z3.Real(f"{self.named('vector', name)}.{place}") for place in range(self.dimension)]

    def combination(self, vector: Combo) -> list[z3.ArithRef]:
        rows = [[self.term(c) * x for x in self.coordinates(name)] for name, c in vector]
        return [z3.Sum([row[place] for row in rows] or [z3.RealVal(0)]) for place in range(self.dimension)]


def require_model(world: World, witness: Witness) -> None:
    """Raise `Undecided` unless z3 finds a model of all that a claim takes for granted."""
    dimension = max((1, *(len(row) for row in witness.vectors.values())))
    here = _Place(dimension)
    solver = asked("QF_NRA", LINEAR)
    for name, value in witness.scalars.items():
        solver.add(z3.Real(name) == z3.RealVal(str(_exact(value))))
    for name, row in witness.vectors.items():
        padded = [*row, *(0 for _ in range(dimension - len(row)))]
        numbers = (z3.RealVal(str(_exact(x))) for x in padded)
        solver.add(*(x == number for x, number in zip(here.coordinates(name), numbers, strict=True)))
    for item in world.items:
        solver.add(*(here.formula(relation) for _, relation in item.facts))
    solver.add(*_structure(world, here))
    for counter in world.recursions:
        solver.add(*_unrolled(world, witness, counter, here))
    solver.add(*here.sides)
    if solver.check() != z3.sat:
        raise Undecided("z3 finds no model of the premises and the structure at the witness: the claim may be vacuous")


def _exact(value: object) -> Fraction:
    if isinstance(value, float) or not isinstance(value, int | str | Fraction):
        raise Undecided(f"the witness gives {value!r}, which is no exact number")
    return Fraction(value)


def _structure(world: World, at: _Place, only: frozenset[tuple[str, str]] | None = None) -> Iterator[z3.BoolRef]:
    """Yield what links, averages, paths, processes and delays say; of `only` what speaks of certain things."""
    for link in world.links:
        if only is None or ({link.local} | spoken_vector(link.image)) & only:
            image, (kind, name) = at.combination(link.image), link.local
            local = at.coordinates(name) if kind == "vector" else [at.leaf(Name(name))]
            local += [z3.RealVal(0)] * (at.dimension - len(local))
            yield from (one == other for one, other in zip(local, image, strict=True))
    for symbol, of in world.means.items():
        if only is None or ("scalar", symbol) in only:
            yield at.leaf(Name(symbol)) == at.leaf(Name(of))
    for name, (origin, lag) in world.delays.items():
        if only is None or ("vector", name) in only:
            late = at.term(lag)
            yield late >= 0
            for one, other in zip(at.coordinates(name), at.coordinates(origin), strict=True):
                yield one == z3.If(late > 0, z3.RealVal(0), other)
    for name, times in world.processes.items():
        if times.differences is not None and (only is None or ("vector", name) in only):
            yield from (one == 0 for one in at.coordinates(name))
    for path in world.paths if only is None else ():
        now, after, first, last, mean_now, mean_next, count = (at.leaf(Name(name)) for name in path)
        yield from (count == 1, first == now, mean_now == now, last == after, mean_next == after)


def _unrolled(world: World, witness: Witness, counter: str, here: _Place) -> Iterator[z3.BoolRef]:
    """Yield a recursion from its start to the count of the witness, with what is made of it at each count."""
    end = _exact(witness.scalars.get(counter, -1))
    if end.denominator != 1 or not 0 <= end <= LONGEST:
        raise Undecided(f"the witness gives no count {counter} from 0 to {LONGEST}")
    recursion, built = world.recursions[counter], world.built(counter)
    places = [_Place(here.dimension, built, f"{counter} {count}") for count in range(int(end))] + [here]
    first = places[0]
    yield from (first.leaf(Name(name)) == here.term(start) for name, (start, _) in recursion.scalars.items())
    for name, (start_vector, _) in recursion.vectors.items():
        yield from _equal(first.coordinates(name), here.combination(start_vector))
    for count, (now, after) in enumerate(pairwise(places)):
        yield now.leaf(Name(counter)) == count
        yield from (after.leaf(Name(n)) == now.term(node) for n, (_, node) in recursion.scalars.items())
        for name, (_, vector) in recursion.vectors.items():
            yield from _equal(after.coordinates(name), now.combination(vector))
        for item in world.items:
            if set(item.introduces) & built:
                yield from (now.formula(relation) for _, relation in item.facts)
        yield from _structure(world, now, built)
        yield from now.sides


def _equal(one: list[z3.ArithRef], other: list[z3.ArithRef]) -> Iterator[z3.BoolRef]:
    return (x == y for x, y in zip(one, other, strict=True))
