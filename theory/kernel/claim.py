"""Claims: what is assumed, what is concluded, and the certificate of every step between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sympy
from sympy import Expr

from theory.kernel.proof import Delay, Link, Mean, Path, Process, Proof, Recursion, Step
from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector, entry, pair_of


@dataclass(frozen=True)
class Premise:
    """Something taken for granted within a claim, at all values of the labels of what it mentions.

    Args:
        name: as certificates refer to it.
        relation: what it says.
        reason: the id of an assumption, or `domain` (a condition of the theorem), or `definition`.

    """

    name: str
    relation: Relation
    reason: str

    @property
    def premises(self) -> tuple["Premise", ...]:
        """Return itself: what an entry of a claim's context gives."""
        return (self,)


@dataclass(frozen=True)
class Definition:
    """`symbol` stands for an expression.

    Args:
        reason: `definition`, or the id of the assumption by which the expression is what a run does.

    """

    symbol: sympy.Symbol
    of: Expr
    reason: str = "definition"

    @property
    def premises(self) -> tuple[Premise, ...]:
        """Return the relation that defines the symbol."""
        return (Premise(f"{self.symbol.name} :=", Relation(self.symbol, "==", self.of), self.reason),)


@dataclass(frozen=True)
class Root:
    """The definition of `symbol` as the nonnegative square root of `of`, which `exists` shows to be >= 0."""

    symbol: sympy.Symbol
    of: Expr
    exists: Proof = field(compare=False)

    @property
    def premises(self) -> tuple[Premise, ...]:
        """Return the two relations that define the root."""
        name = self.symbol.name
        return (
            Premise(f"{name} >= 0", Relation(sympy.Integer(0), "<=", self.symbol), "definition"),
            Premise(f"{name}^2", Relation(self.symbol**2, "==", self.of), "definition"),
        )


@dataclass(frozen=True)
class Direction:
    """A vector F written as length * unit: unit = F/norm(F), or 0 where F vanishes."""

    unit: str
    length: sympy.Symbol

    @property
    def premises(self) -> tuple[Premise, ...]:
        """Return what is true of length and unit in both cases."""
        size = entry(self.unit, self.unit)
        name = self.length.name
        return (
            Premise(f"{name} >= 0", Relation(sympy.Integer(0), "<=", self.length), "definition"),
            Premise(f"|{self.unit}| <= 1", Relation(size, "<=", sympy.Integer(1)), "definition"),
            Premise(f"{self.unit} {name}", Relation(self.length**2 * size, "==", self.length**2), "definition"),
        )


Entry = Premise | Definition | Root | Direction
"""What a claim's context is made of, in the order in which it is introduced."""


@dataclass(frozen=True)
class Witness:
    """An exact point at which all premises of a claim hold, which shows that the claim is not vacuous.

    Args:
        scalars: a rational value for every scalar symbol of the premises.
        vectors: rational coordinates for every generator; Gram entries are computed from them.

    """

    scalars: Mapping[str, object] = field(default_factory=dict)
    vectors: Mapping[str, Sequence[object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """One checked statement: context, steps, which steps are its conclusions, and what its names depend on."""

    id: str
    title: str
    source: str
    statement: str
    context: tuple[Entry, ...]
    steps: tuple[Step, ...]
    conclusions: tuple[str, ...]
    assumes: tuple[str, ...]
    witness: Witness
    labels: Mapping[sympy.Symbol, frozenset[str]] = field(default_factory=dict)
    vector_labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    processes: tuple[Process, ...] = ()
    delays: tuple[Delay, ...] = ()
    links: tuple[Link, ...] = ()
    means: tuple[Mean, ...] = ()
    paths: tuple[Path, ...] = ()
    recursions: tuple[Recursion, ...] = ()

    @property
    def premises(self) -> tuple[Premise, ...]:
        """Return every relation that is taken for granted, those of definitions among them."""
        return tuple(premise for item in self.context for premise in item.premises)

    @property
    def roots(self) -> tuple[Root, ...]:
        """Return the square roots that the claim defines."""
        return tuple(item for item in self.context if isinstance(item, Root))

    def conclusion(self, name: str) -> Relation:
        """Return the relation of one conclusion; an unknown name raises KeyError."""
        if name not in self.conclusions:
            raise KeyError(f"{self.id} does not conclude {name!r}")
        return next(step.relation for step in self.steps if step.name == name)

    def premise(self, name: str) -> Relation:
        """Return the relation of one premise; an unknown name raises KeyError."""
        for premise in self.premises:
            if premise.name == name:
                return premise.relation
        raise KeyError(f"{self.id} has no premise {name!r}")

    def labels_of(self, relation: Relation) -> frozenset[str]:
        """Return the labels of what a relation mentions: it holds at all their values."""
        found: frozenset[str] = frozenset()
        for symbol in relation.symbols:
            pair = pair_of(symbol)
            parts = [self.labels.get(symbol)] if pair is None else [self.vector_labels.get(name) for name in pair]
            found = found.union(*(labels for labels in parts if labels))
        return found

    @property
    def latex(self) -> str:
        """Return premises and conclusions as one formula."""
        given = r",\; ".join(premise.relation.latex() for premise in self.premises)
        found = r",\; ".join(self.conclusion(name).latex() for name in self.conclusions)
        return rf"{given} \;\Longrightarrow\; {found}" if given else found


REGISTRY: dict[str, Claim] = {}
"""Every claim by id, in an order in which each comes after the claims it cites."""


def symbols(names: str) -> tuple[sympy.Symbol, ...]:
    """Return real symbols with the blank-separated names; signs are premises, never facts of a symbol."""
    return tuple(sympy.Symbol(name, real=True) for name in names.split())


def instance(
    claim: Claim, conclusion: str, scalars: Mapping[sympy.Symbol, Expr], vectors: Mapping[str, Vector]
) -> Relation:
    """Return a conclusion with symbols and generators replaced."""
    return claim.conclusion(conclusion).substitute(scalars, vectors)
