"""Claims: what is assumed, what is concluded, and the certificate of every step between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sympy
from sympy import Expr

from theory.kernel.exact import exact
from theory.kernel.proof import Process, Proof, Recursion, Step
from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector, entry
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS
from theory.setting.assumptions import Assumption


@dataclass(frozen=True)
class Premise:
    """Something taken for granted within a claim.

    Args:
        name: as certificates refer to it.
        relation: what it says.
        reason: the id of an assumption, or `domain` (a condition of the theorem), or `definition` (it introduces a
            symbol, for example a square root by its sign and its square).
        pointwise: it holds at every step and coordinate, almost surely.

    """

    name: str
    relation: Relation
    reason: str
    pointwise: bool = False


@dataclass(frozen=True)
class Root:
    """The definition of `symbol` as the nonnegative square root of `of`, which `exists` shows to be >= 0."""

    symbol: sympy.Symbol
    of: Expr
    exists: Proof

    @property
    def premises(self) -> tuple[Premise, Premise]:
        """Return the two relations that define the root."""
        name = self.symbol.name
        return (
            Premise(f"{name} >= 0", Relation(sympy.Integer(0), "<=", self.symbol), "definition"),
            Premise(f"{name}^2", Relation(self.symbol**2, "==", self.of), "definition"),
        )


@dataclass(frozen=True)
class Direction:
    """A vector F written as length * unit: unit = F/norm(F), or 0 where F vanishes (claims hilbert.direction)."""

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
    """One checked statement: premises, steps, and which steps are its conclusions."""

    id: str
    title: str
    source: str
    statement: str
    premises: tuple[Premise, ...]
    steps: tuple[Step, ...]
    conclusions: tuple[str, ...]
    processes: tuple[Process, ...]
    assumes: tuple[str, ...]
    witness: Witness
    roots: tuple[Root, ...] = ()
    recursions: tuple[Recursion, ...] = ()
    directions: tuple[Direction, ...] = ()

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

    @property
    def latex(self) -> str:
        """Return premises and conclusions as one formula."""
        given = r",\; ".join(premise.relation.latex() for premise in self.premises)
        found = r",\; ".join(self.conclusion(name).latex() for name in self.conclusions)
        return rf"{given} \;\Longrightarrow\; {found}" if given else found


class Draft:
    """What a lemma's function fills in: premises, definitions, steps, conclusions.

    Every method returns what it introduces, so that a proof reads from top to bottom.
    """

    def __init__(self) -> None:
        self.premises: list[Premise] = []
        self.steps: list[Step] = []
        self.conclusions: list[str] = []
        self.processes: list[Process] = []
        self.roots: list[Root] = []
        self.recursions: list[Recursion] = []
        self.directions: list[Direction] = []
        self.witness = Witness()

    def given(self, name: str, relation: Relation, reason: Assumption | str, *, pointwise: bool = False) -> Relation:
        """Take a relation for granted, because of an assumption or because it is a condition of the `domain`."""
        label = reason.id if isinstance(reason, Assumption) else reason
        if label not in ASSUMPTIONS and label != "domain":
            raise ValueError(f"premise {name!r}: {label!r} is neither an assumption nor domain")
        self.premises.append(Premise(name, relation, label, pointwise))
        return relation

    def root(self, symbol: sympy.Symbol, of: object, exists: Proof) -> sympy.Symbol:
        """Define `symbol` as the square root of `of`; gives the premises `<symbol> >= 0` and `<symbol>^2`."""
        definition = Root(symbol, exact(of), exists)
        self.roots.append(definition)
        self.premises.extend(definition.premises)
        return symbol

    def define(self, symbol: sympy.Symbol, of: object, *, pointwise: bool = False) -> sympy.Symbol:
        """Let `symbol` stand for an expression; gives the premise `<symbol> :=`."""
        relation = Relation(symbol, "==", exact(of))
        self.premises.append(Premise(f"{symbol.name} :=", relation, "definition", pointwise))
        return symbol

    def direction(self, unit: str, length: sympy.Symbol) -> Vector:
        """Write a vector as length * unit; gives the premises `<length> >= 0`, `|unit| <= 1` and `unit length`."""
        definition = Direction(unit, length)
        self.directions.append(definition)
        self.premises.extend(definition.premises)
        return Vector(((unit, length),))

    def process(self, name: str, *, known: object, differences: object | None, reason: Assumption | str) -> None:
        """Say when the members of a random sequence are known, and whether they are martingale differences."""
        label = reason.id if isinstance(reason, Assumption) else reason
        first = None if differences is None else exact(differences)
        self.processes.append(Process(name, exact(known), first, label))

    def delayed(self, name: str, *, of: str, lag: object) -> None:
        """Let a generator be the sequence `of`, `lag` steps ago, with zeros before step 0; its times follow."""
        origin = next(process for process in self.processes if process.name == of)
        late = exact(lag)
        first = None if origin.differences is None else origin.differences - late
        self.processes.append(Process(name, origin.known - late, first, "definition", of, late))

    def recursion(
        self,
        counter: sympy.Symbol,
        scalars: Mapping[sympy.Symbol, tuple[object, object]] | None = None,
        vectors: Mapping[str, tuple[Vector, Vector]] | None = None,
    ) -> None:
        """Define objects by their start and their next value, as `counter` runs from 0."""
        if all(premise.name != f"{counter.name} >= 0" for premise in self.premises):
            self.given(f"{counter.name} >= 0", Relation(sympy.Integer(0), "<=", counter), "domain")
        values = {name: (exact(start), exact(after)) for name, (start, after) in (scalars or {}).items()}
        self.recursions.append(Recursion(counter, values, dict(vectors or {})))

    def have(self, name: str, relation: Relation, proof: Proof) -> Relation:
        """State an intermediate step and why it holds."""
        self.steps.append(Step(name, relation, proof))
        return relation

    def conclude(self, name: str, relation: Relation, proof: Proof) -> Relation:
        """State a conclusion and why it holds."""
        self.conclusions.append(name)
        return self.have(name, relation, proof)

    def holds_at(self, vectors: Mapping[str, Sequence[object]] | None = None, **scalars: object) -> None:
        """Give the exact point that shows the premises to be satisfiable."""
        self.witness = Witness(scalars, vectors or {})

    def at(self, scalars: Mapping[str, object], vectors: Mapping[str, Sequence[object]] | None = None) -> None:
        """Give the witness with names that are no Python identifiers."""
        self.witness = Witness(scalars, vectors or {})


REGISTRY: dict[str, Claim] = {}
"""Every claim by id, in an order in which each comes after the claims it cites."""


def lemma(
    name: str, title: str, *, source: str, assumes: Sequence[Assumption] = ()
) -> Callable[[Callable[[Draft], None]], Claim]:
    """Turn a function that fills a `Draft` into a registered `Claim`; its docstring is the statement in words."""

    def register(author: Callable[[Draft], None]) -> Claim:
        if name in REGISTRY:
            raise ValueError(f"two claims are called {name}")
        REGISTRY[name] = write(name, title, author, source=source, assumes=assumes)
        return REGISTRY[name]

    return register


def write(
    name: str, title: str, author: Callable[[Draft], None], *, source: str, assumes: Sequence[Assumption] = ()
) -> Claim:
    """Return the claim that `author` drafts, without registering it."""
    draft = Draft()
    author(draft)
    return Claim(
        id=name,
        title=title,
        source=source,
        statement=" ".join((author.__doc__ or "").split()),
        premises=tuple(draft.premises),
        steps=tuple(draft.steps),
        conclusions=tuple(draft.conclusions),
        processes=tuple(draft.processes),
        assumes=tuple(item.id for item in assumes),
        witness=draft.witness,
        roots=tuple(draft.roots),
        recursions=tuple(draft.recursions),
        directions=tuple(draft.directions),
    )


def symbols(names: str) -> tuple[sympy.Symbol, ...]:
    """Return real symbols with the blank-separated names; signs are premises, never facts of a symbol."""
    return tuple(sympy.Symbol(name, real=True) for name in names.split())


def instance(
    claim: Claim, conclusion: str, scalars: Mapping[sympy.Symbol, Expr], vectors: Mapping[str, Vector]
) -> Relation:
    """Return a conclusion with symbols and generators replaced."""
    return claim.conclusion(conclusion).substitute(scalars, vectors)
