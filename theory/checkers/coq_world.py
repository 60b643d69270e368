"""What the names of a claim are in Coq: functions of their labels, and elements of inner-product spaces.

A step label is a history of samples (`taken Smp Len`), a coordinate or a stage an index of a positive functional
(`Crd`, `Stg`), the counter of a recursion a natural number. A claim without structure is about one point, so its names
have no labels there: such a lemma is stronger, for its premises need hold at that point only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from theory.kernel.gap import Gap
from theory.kernel.proof import Average, Chain, Cite, Combination, Induction, NormSquare, OrderCases, Proof, ZeroCases
from theory.kernel.reading import read, read_relation, read_vector
from theory.kernel.signs import Rel
from theory.kernel.statement import COORDINATE, STAGE, STEP, Labels, Statement, Vec
from theory.kernel.terms import Atom, Term, atoms, minus, number, vanishes

TYPES = {STEP: "history", COORDINATE: "TC", STAGE: "TS"}
SUPPORTS = {STEP: "taken Smp Len", COORDINATE: "support Crd", STAGE: "support Stg"}
FRAMES = {
    STEP: ("Smp Len", "(Smp : sampler) (Len : nat)"),
    COORDINATE: ("TC Crd", "(TC : Type) (Crd : functional TC)"),
    STAGE: ("TS Stg", "(TS : Type) (Stg : functional TS)"),
}
"""For each label how its index set is passed on, and how it is introduced."""
_LETTERS = {STEP: "h", COORDINATE: "c", STAGE: "s"}


class Untranslatable(Exception):
    """A claim, or a step of its proof, that is not written in Coq here, and why."""


class Unfounded(Untranslatable):
    """A step of arithmetic for which the facts give no reason: nothing can be taken for granted instead."""


class At(NamedTuple):
    """A value of a label in Coq, and the hypothesis that it is one that counts (empty for counts)."""

    value: str
    support: str


Env = Mapping[str, At]
"""The values at hand, by label."""

Space = tuple[object, ...]
"""("var", n), ("real",), or ("lift", label, space): functions on the values of a label."""


class Spaces:
    """Finds in which space each generator lives: the same wherever an inner product is taken."""

    def __init__(self) -> None:
        self._is: dict[object, Space] = {}
        self._next = 0
        self.of_generator: dict[str, Space] = {}
        self.views: dict[str, str] = {}
        """A generator that is made of parts in two ways -> the generator that is the same vector, cut the other way."""

    def new(self) -> Space:
        """Return a space of which nothing is known."""
        self._next += 1
        return ("var", self._next)

    def of(self, name: str) -> Space:
        """Return the space of a generator."""
        return self.of_generator.setdefault(name, self.new())

    def resolve(self, space: Space) -> Space:
        """Return what is known of a space."""
        while space[0] == "var" and space[1] in self._is:
            space = self._is[space[1]]
        return ("lift", space[1], self.resolve(space[2])) if space[0] == "lift" else space  # type: ignore[arg-type]

    def same(self, one: Space, other: Space) -> None:
        """Take two spaces to be one."""
        one, other = self.resolve(one), self.resolve(other)
        if one == other:
            return
        if one[0] == "var":
            if str(one) in str(other):
                raise Untranslatable("a space would contain itself")
            self._is[one[1]] = other
        elif other[0] == "var":
            self.same(other, one)
        elif one[:2] == other[:2] and one[0] == "lift":
            self.same(one[2], other[2])  # type: ignore[arg-type]
        else:
            raise Untranslatable("an inner product of vectors of different spaces")

    def copy_of(self, space: Space, fresh: dict[Space, Space]) -> Space:
        """Return a space of another claim with new unknowns."""
        if space[0] == "var":
            return fresh.setdefault(space, self.new())
        if space[0] == "lift":
            return ("lift", space[1], self.copy_of(space[2], fresh))  # type: ignore[arg-type]
        return space


def lifted(over: Iterable[str], space: Space) -> Space:
    """Return the functions on the values of labels with values in a space; a step comes before a coordinate."""
    for label in sorted(over):  # coordinate, stage, step: the last one is outside
        space = ("lift", label, space)
    return space


@dataclass
class World:
    """The names of a claim, where they live, and on what they depend.

    Args:
        statement: the claim as the kernel reads it.
        labelled: whether names are functions of their labels; if not, the claim is about one point.
        open: the counters of which some premise speaks at the count at hand: a count is fixed throughout.
        needs: the labels whose index sets occur.

    """

    statement: Statement
    labelled: bool
    open: Labels
    spaces: Spaces
    needs: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        counters = [item.counter for item in self.statement.recursions] if self.labelled else []
        self.counters = tuple(counters)
        self.order = (*counters, STAGE, STEP, COORDINATE)
        self._others = {c: self.statement.scalars[c] - {c} for c in counters}
        self._built = {c: self._at_other_counts(c) for c in counters}

    def _at_other_counts(self, counter: str) -> frozenset[Atom]:
        """Return what has values at other counts than the one at hand: objects, and what is made of them.

        Not so what a recursion makes that this count depends on: each of its columns has a count at hand of its own.
        """
        statement = self.statement
        recursions = [item for item in statement.recursions if item.counter not in self._others[counter]]
        rows = [(name, of) for item in recursions for name, of in item.rows.items()]
        rows += [(name, of) for name, (_, of) in statement.made.items()]
        found, more = frozenset[Atom](), frozenset({(counter,), *statement.recursion(counter).rows})
        while more - found:
            found |= more
            more = frozenset(name for name, of in rows if of & found)
        return found

    def others(self, counter: str) -> tuple[str, ...]:
        """Return on what a count at hand depends."""
        return self.sort(self._others[counter])

    def sort(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Return labels in the order in which functions take them."""
        found = set(labels)
        return tuple(label for label in self.order if label in found)

    def args(self, name: str, vector: bool) -> tuple[str, ...]:
        """Return the labels that a name takes, in order.

        A counter that depends on labels itself is at hand as a function; only what is built by its recursion has
        values at other counts.
        """
        if not self.labelled:
            return ()
        table = self.statement.vectors if vector else self.statement.scalars
        if name not in table:
            raise Untranslatable(f"{name} is not declared")
        labels = table[name]
        own = ("", name) if vector else (name,)
        return self.sort(x for x in labels if not self._others.get(x) or own in self._built[x])

    def kind(self, label: str) -> str:
        """Return the type of the values of a label."""
        return TYPES.get(label, "nat")

    def raw(self, *relations: Rel) -> frozenset[str]:
        """Return the labels that relations mention, counters among them."""
        return self.raw_of(atom for relation in relations for side in relation[::2] for atom in atoms(side))

    def raw_of(self, found: Iterable[Atom]) -> frozenset[str]:
        """Return the labels that atoms mention."""
        labels: set[str] = set()
        for atom in found:
            for name in atom:
                if len(atom) == 1 and name in self.counters:
                    labels.add(name)
                else:
                    labels.update(self.args(name, len(atom) == 2))
        return frozenset(labels)

    def bound(self, labels: Iterable[str], fixed: Iterable[str]) -> tuple[str, ...]:
        """Return over which labels something is quantified, if some counters and labels are fixed."""
        fixed = frozenset(fixed)
        found = set(labels)
        for counter in found & set(self.counters) & fixed:
            found |= self._others[counter]
        return self.sort(found - fixed)

    def space(self, space: Space) -> str:
        """Return a space in Coq."""
        space = self.spaces.resolve(space)
        if space[0] == "var":
            return f"H{space[1]}"
        if space[0] == "real":
            return "real_space"
        inner = self.space(space[2])  # type: ignore[arg-type]
        outer = {STEP: "process Smp Len", COORDINATE: "lift Crd (fun _ =>", STAGE: "lift Stg (fun _ =>"}[space[1]]  # type: ignore[index]
        return f"({outer} {inner}{')' if space[1] != STEP else ''})"

    def unknown_spaces(self) -> tuple[Space, ...]:
        """Return the spaces of which nothing is known, in order."""
        found: dict[Space, None] = {}
        for name in sorted(self.statement.vectors):
            space = self.spaces.resolve(self.spaces.of(name))
            while space[0] == "lift":
                space = space[2]  # type: ignore[assignment]
            if space[0] == "var":
                found[space] = None
        return tuple(found)

    def letter(self, label: str) -> str:
        """Return how variables for a label begin."""
        return _LETTERS.get(label, "k")


def bare(vector: Vec) -> str | None:
    """Return the name of a combination that is one generator, else None."""
    match vector:
        case ((name, coefficient),) if is_one(coefficient):
            return name
    return None


def is_one(term: Term) -> bool:
    """Return whether a coefficient is the number 1."""
    try:
        return vanishes(minus(term, number(1)))
    except Gap:
        return False


def proofs(proof: Proof) -> Iterator[Proof]:
    """Yield a proof and all proofs inside it."""
    yield proof
    for step in getattr(proof, "steps", ()):
        yield from proofs(step.proof)
    for name in ("last", "proof", "plus", "minus", "positive", "zero", "below", "above", "base", "step"):
        inner = getattr(proof, name, None)
        if isinstance(inner, Proof):
            yield from proofs(inner)


def uses_labels(inside: Iterable[Proof]) -> bool:
    """Return whether some rule looks at labels."""
    return any(isinstance(proof, Average | Induction) for proof in inside)


def spoken(inside: Iterable[Proof]) -> Iterator[Atom | Vec]:
    """Yield what proofs speak of: atoms, and combinations of generators, which live in one space each."""
    for proof in inside:
        match proof:
            case Combination(terms):
                for term in terms:
                    yield from atoms(read(term.weight))
                    if isinstance(term, NormSquare):
                        yield read_vector(term.of)
            case Chain(steps, _):
                for step in steps:
                    yield from _atoms(read_relation(step.relation))
            case Average(of, _, _):
                yield from _atoms(read_relation(of))
            case ZeroCases(of, _, _):
                yield from atoms(read(of))
            case OrderCases(lhs, rhs, _, _):
                yield from atoms(read(lhs)) | atoms(read(rhs))
            case Cite():
                for vector in proof.vectors.values():
                    yield read_vector(vector)


def _atoms(relation: Rel) -> frozenset[Atom]:
    return atoms(relation.lhs) | atoms(relation.rhs)
