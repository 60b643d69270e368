"""What a lemma's function fills in. Outside the trusted core: a draft proves nothing, it is read and checked."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import sympy
from sympy import Expr

from theory.kernel.claim import REGISTRY, Claim, Definition, Direction, Entry, Premise, Root, Witness
from theory.kernel.exact import exact
from theory.kernel.proof import (
    Average,
    Cite,
    Delay,
    Link,
    Mean,
    Path,
    Process,
    Proof,
    Recursion,
    Step,
    combine,
    times,
)
from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector, pair_of
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS
from theory.setting.assumptions import Assumption

STEP, COORDINATE, STAGE = ("step",), ("coordinate",), ("stage",)
ELEMENT = ("step", "coordinate")
"""What a value may depend on: a step and its outcome, a coordinate, a stage of the model, one element at one step."""

Local: TypeAlias = sympy.Symbol | Vector | str
"""A scalar symbol, a generator, or the name of a generator."""


class Draft:
    """What a claim is made of: context, structure, steps, conclusions.

    Every method returns what it introduces, so that a proof reads from top to bottom.
    """

    def __init__(self) -> None:
        self.context: list[Entry] = []
        self.steps: list[Step] = []
        self.conclusions: list[str] = []
        self.processes: list[Process] = []
        self.delays: list[Delay] = []
        self.links: list[Link] = []
        self.means: list[Mean] = []
        self.paths: list[Path] = []
        self.recursions: list[Recursion] = []
        self.labels: dict[sympy.Symbol, frozenset[str]] = {}
        self.vector_labels: dict[str, frozenset[str]] = {}
        self._witness = Witness()

    def given(self, name: str, relation: Relation, reason: Assumption | str) -> Relation:
        """Take a relation for granted, because of an assumption or because it is a condition of the `domain`."""
        label = reason.id if isinstance(reason, Assumption) else reason
        if label not in ASSUMPTIONS and label != "domain":
            raise ValueError(f"premise {name!r}: {label!r} is neither an assumption nor domain")
        self.context.append(Premise(name, relation, label))
        return relation

    def root(self, symbol: sympy.Symbol, of: object, exists: Proof) -> sympy.Symbol:
        """Define `symbol` as the square root of `of`; gives the premises `<symbol> >= 0` and `<symbol>^2`."""
        self.context.append(Root(symbol, exact(of), exists))
        return symbol

    def define(self, symbol: sympy.Symbol, of: object, reason: Assumption | None = None) -> sympy.Symbol:
        """Let `symbol` stand for an expression; gives the premise `<symbol> :=`.

        `reason` is the assumption by which the expression is what a run does: the claim then declares it.
        """
        self.context.append(Definition(symbol, exact(of), "definition" if reason is None else reason.id))
        return symbol

    def direction(self, unit: str, length: sympy.Symbol) -> Vector:
        """Write a vector as length * unit; gives the premises `<length> >= 0`, `|unit| <= 1` and `unit length`."""
        self.context.append(Direction(unit, length))
        return Vector(((unit, length),))

    def local(self, labels: Sequence[str] | sympy.Symbol, *things: Local) -> None:
        """Say on what values depend: a step, a coordinate, a stage, or the count of a recursion (by its counter)."""
        more = frozenset({labels.name} if isinstance(labels, sympy.Symbol) else labels)
        for thing in things:
            if isinstance(thing, sympy.Symbol):
                self.labels[thing] = self.labels.get(thing, frozenset()) | more
            else:
                name = thing if isinstance(thing, str) else _generator(thing)
                self.vector_labels[name] = self.vector_labels.get(name, frozenset()) | more

    def link(self, local: sympy.Symbol | Vector, image: Vector, over: Sequence[str]) -> None:
        """Let `local` be the part of `image` at each value of the labels `over`."""
        self.local(over, local)
        name = _generator(local) if isinstance(local, Vector) else local.name
        self.links.append(Link(name, isinstance(local, Vector), image, tuple(over)))

    def mean(self, symbol: sympy.Symbol, of: sympy.Symbol) -> None:
        """Let `symbol` be the average of `of` over steps and outcomes."""
        self.local(STEP, of)
        self.means.append(Mean(symbol, of))

    def path(self, *symbols: sympy.Symbol) -> None:
        """Introduce numbers f_0, ..., f_K by symbols of f_k, f_{k+1}, E f_0, E f_K, the averages of the two, and K."""
        self.local(STEP, *symbols[:2])
        self.paths.append(Path(symbols))

    def process(self, name: str, *, known: object, differences: object | None, reason: Assumption | str) -> None:
        """Say when the members of a random sequence are known, and whether they are martingale differences."""
        label = reason.id if isinstance(reason, Assumption) else reason
        first = None if differences is None else exact(differences)
        self.processes.append(Process(name, exact(known), first, label))

    def delayed(self, name: str, *, of: str, lag: object) -> None:
        """Let a generator be the sequence `of`, `lag` steps ago, with zeros before step 0."""
        self.delays.append(Delay(name, of, exact(lag)))

    def recursion(
        self,
        counter: sympy.Symbol,
        scalars: Mapping[sympy.Symbol, tuple[object, object]] | None = None,
        vectors: Mapping[str, tuple[Vector, Vector]] | None = None,
    ) -> None:
        """Define objects by their start and their next value, as `counter` runs from 0."""
        if all(premise.name != f"{counter.name} >= 0" for item in self.context for premise in item.premises):
            self.given(f"{counter.name} >= 0", Relation(sympy.Integer(0), "<=", counter), "domain")
        values = {name: (exact(start), exact(after)) for name, (start, after) in (scalars or {}).items()}
        same = [item for item in self.recursions if item.counter == counter]
        for item in same:
            self.recursions.remove(item)
            values = {**item.scalars, **values}
            vectors = {**item.vectors, **(vectors or {})}
        self.recursions.append(Recursion(counter, values, dict(vectors or {})))

    def have(self, name: str, relation: Relation, proof: Proof) -> Relation:
        """State an intermediate step and why it holds."""
        self.steps.append(Step(name, relation, proof))
        return relation

    def conclude(self, name: str, relation: Relation, proof: Proof) -> Relation:
        """State a conclusion and why it holds."""
        self.conclusions.append(name)
        return self.have(name, relation, proof)

    def average(self, fact: str, over: Sequence[str]) -> Average:
        """Return the average of a premise or a step of this claim, or of `claim id:conclusion` with the same names."""
        claim_id, _, conclusion = fact.partition(":")
        if conclusion:
            cited = REGISTRY[claim_id]
            return Average(cited.conclusion(conclusion), Cite(claim_id, conclusion), tuple(over))
        facts = {premise.name: premise.relation for item in self.context for premise in item.premises}
        facts |= {step.name: step.relation for step in self.steps}
        return Average(facts[fact], combine(times(fact)), tuple(over))

    def witness(
        self,
        scalars: Mapping[str, object] | None = None,
        vectors: Mapping[str, Sequence[object]] | None = None,
        **named: object,
    ) -> None:
        """Give the exact point that shows the premises to be satisfiable; scalars also by name, as keywords."""
        self._witness = Witness({**(scalars or {}), **named}, vectors or {})

    def claim(self, name: str, title: str, statement: str, source: str, assumes: Sequence[Assumption]) -> Claim:
        """Return the claim, with labels passed on from what things are made of to the things."""
        self._pass_labels_on()
        return Claim(
            id=name,
            title=title,
            source=source,
            statement=statement,
            context=tuple(self.context),
            steps=tuple(self.steps),
            conclusions=tuple(self.conclusions),
            assumes=tuple(item.id for item in assumes),
            witness=self._witness,
            labels=dict(self.labels),
            vector_labels=dict(self.vector_labels),
            processes=tuple(self.processes),
            delays=tuple(self.delays),
            links=tuple(self.links),
            means=tuple(self.means),
            paths=tuple(self.paths),
            recursions=tuple(self.recursions),
        )

    def _pass_labels_on(self) -> None:
        """Give each defined thing the labels of its definition, until nothing changes; the core checks the result."""
        before: object = None
        while before != (now := (dict(self.labels), dict(self.vector_labels))):
            before = now
            for item in self.context:
                if isinstance(item, Definition | Root):
                    self._also(item.symbol, self._of(item.of))
            for recursion in self.recursions:
                self.local(recursion.counter, recursion.counter, *recursion.scalars, *recursion.vectors)
                for symbol, values in recursion.scalars.items():
                    self._also(symbol, self._of(*values))
                for name, pair in recursion.vectors.items():
                    self._also(name, self._of_vectors(*pair))
            for delay in self.delays:
                self._also(delay.name, self.vector_labels.get(delay.of, frozenset()) | self._of(delay.lag))
            for link in self.links:
                local: Local = link.local if link.vector else sympy.Symbol(link.local, real=True)
                self._also(local, self._of_vectors(link.image) | frozenset(link.over))
                own = self.vector_labels[link.local] if link.vector else self.labels[local]
                for name, _ in link.image.parts:
                    self._also(name, own - frozenset(link.over))
            for mean in self.means:
                self._also(mean.symbol, self.labels[mean.of] - frozenset(STEP))

    def _also(self, thing: Local, labels: frozenset[str]) -> None:
        if labels:
            self.local(sorted(labels), thing)

    def _of(self, *expressions: Expr) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for symbol in (symbol for expression in expressions for symbol in expression.free_symbols):
            for name in pair_of(symbol) or ():
                found |= self.vector_labels.get(name, frozenset())
            found |= self.labels.get(symbol, frozenset())
        return found

    def _of_vectors(self, *vectors: Vector) -> frozenset[str]:
        parts = [part for vector in vectors for part in vector.parts]
        names = (self.vector_labels.get(name, frozenset()) for name, _ in parts)
        return self._of(*(coefficient for _, coefficient in parts)).union(*names)


def _generator(vector: Vector) -> str:
    if len(vector.parts) != 1 or vector.parts[0][1] != 1:
        raise ValueError(f"{vector} is no single generator")
    return vector.parts[0][0]


def lemma(
    name: str, title: str, *, source: str = "", assumes: Sequence[Assumption] = ()
) -> Callable[[Callable[[Draft], None]], Claim]:
    """Turn a function that fills a `Draft` into a registered `Claim`; its docstring is the statement in words.

    The source is the claim's place in docs/theory.md unless another one is given.
    """

    def register(author: Callable[[Draft], None]) -> Claim:
        if name in REGISTRY:
            raise ValueError(f"two claims are called {name}")
        REGISTRY[name] = write(name, title, author, source=source, assumes=assumes)
        return REGISTRY[name]

    return register


def write(
    name: str, title: str, author: Callable[[Draft], None], *, source: str = "", assumes: Sequence[Assumption] = ()
) -> Claim:
    """Return the claim that `author` drafts, without registering it; raise TypeError if it has no statement."""
    if not author.__doc__:  # also under python -OO, which strips docstrings: a claim that says nothing is none
        raise TypeError(f"{name} has no statement: its author's docstring is empty (python -OO strips docstrings)")
    draft = Draft()
    author(draft)
    return draft.claim(name, title, " ".join(author.__doc__.split()), source or f"docs/theory.md#{name}", assumes)
