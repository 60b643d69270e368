"""Certificates as data: what a proof step offers, for the checker, the SMT solver and the Coq printer to read alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import sympy
from sympy import Expr

from theory.kernel.exact import exact
from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector


@dataclass(frozen=True)
class Times:
    """weight * (slack of the fact named `fact`); the weight is nonnegative, or of any sign for an equation."""

    weight: Expr
    fact: str


@dataclass(frozen=True)
class Square:
    """weight * of^2 with a nonnegative weight."""

    weight: Expr
    of: Expr


@dataclass(frozen=True)
class NormSquare:
    """weight * norm2(of) with a nonnegative weight: positivity of the inner product."""

    weight: Expr
    of: Vector


Term = Times | Square | NormSquare


@dataclass(frozen=True)
class Combination:
    """rhs - lhs equals the sum of the terms, identically."""

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Step:
    """One intermediate statement, its name and why it holds."""

    name: str
    relation: Relation
    proof: "Proof"


@dataclass(frozen=True)
class Chain:
    """Intermediate statements, then the goal from them."""

    steps: tuple[Step, ...]
    last: "Proof"


@dataclass(frozen=True)
class Contradiction:
    """Take the opposite of the goal as the fact `negation` and derive 0 < 0."""

    proof: "Proof"


@dataclass(frozen=True)
class SignCases:
    """Split on a symbol whose square is 1 by a fact: once with 1, once with -1 in its place."""

    sign: sympy.Symbol
    plus: "Proof"
    minus: "Proof"


@dataclass(frozen=True)
class ZeroCases:
    """Split on an expression that is >= 0 by structure or facts: the fact `case` says > 0, then == 0."""

    of: Expr
    positive: "Proof"
    zero: "Proof"


@dataclass(frozen=True)
class OrderCases:
    """Split on lhs <= rhs: the fact `case` says lhs <= rhs, then rhs <= lhs."""

    lhs: Expr
    rhs: Expr
    below: "Proof"
    above: "Proof"


@dataclass(frozen=True)
class Cite:
    """An instance of a conclusion of an earlier claim; the instance's premises must follow from the facts here."""

    claim: str
    conclusion: str
    scalars: Mapping[sympy.Symbol, Expr] = field(default_factory=dict)
    vectors: Mapping[str, Vector] = field(default_factory=dict)


@dataclass(frozen=True)
class Induction:
    """The goal holds at count 0 of a `Recursion` of the claim, and passes from each count to the next.

    In `step` the goal itself is the fact `hypothesis`.
    """

    counter: sympy.Symbol
    base: "Proof"
    step: "Proof"


@dataclass(frozen=True)
class Average:
    """The goal is the average of a relation that holds at all values of some labels.

    Args:
        of: the relation; the links, means and paths that the claim declares say what its parts become.
        proof: why it holds, from facts that hold at all these values.
        over: the labels: (step,), (step, coordinate), (coordinate,) or (stage,).

    """

    of: Relation
    proof: "Proof"
    over: tuple[str, ...]


@dataclass(frozen=True)
class Tower:
    """<difference, known> = 0: a martingale difference is orthogonal to what is known before its time."""

    difference: str
    known: str


@dataclass(frozen=True)
class Shift:
    """norm2(delayed) <= norm2(sequence): a sequence delayed by some steps, with zeros in front, is no longer."""

    delayed: str


@dataclass(frozen=True)
class Telescope:
    """count * (mean of the next - mean of the present member) == last - first, for the path with this member."""

    now: str


Proof = (
    Combination
    | Chain
    | Contradiction
    | SignCases
    | ZeroCases
    | OrderCases
    | Cite
    | Induction
    | Average
    | Tower
    | Shift
    | Telescope
)


@dataclass(frozen=True)
class Process:
    """A random sequence and when its members are known; times are relative to the step k, as integers.

    Args:
        name: the generator.
        known: the member of step k is a function of the samples of steps <= k + known.
        differences: given the samples of steps < k + differences its mean is zero; None if nothing of the kind is said.
        reason: the assumption, or `definition`.

    """

    name: str
    known: Expr
    differences: Expr | None
    reason: str


@dataclass(frozen=True)
class Delay:
    """The generator `name` is the sequence `of`, `lag` steps ago, with zeros before step 0."""

    name: str
    of: str
    lag: Expr


@dataclass(frozen=True)
class Link:
    """A local scalar or generator and the vector whose part it is at each value of the labels `over`."""

    local: str
    vector: bool
    image: Vector
    over: tuple[str, ...]


@dataclass(frozen=True)
class Mean:
    """`symbol` is the average of the scalar `of` over steps and outcomes."""

    symbol: sympy.Symbol
    of: sympy.Symbol


@dataclass(frozen=True)
class Path:
    """A sequence of numbers f_0, ..., f_K: symbols of f_k, f_{k+1}, E f_0, E f_K, the averages of the two, and K."""

    symbols: tuple[sympy.Symbol, ...]


@dataclass(frozen=True)
class Recursion:
    """A definition by recursion on `counter` = 0, 1, 2, ...: for each object its start and its next value.

    What is chosen anew at each count carries the counter's name as a label; everything else is the same at all counts.
    """

    counter: sympy.Symbol
    scalars: Mapping[sympy.Symbol, tuple[Expr, Expr]]
    vectors: Mapping[str, tuple[Vector, Vector]]

    def scalar_changes(self, place: int) -> dict[sympy.Symbol, Expr]:
        """Return the replacements that lead to the start (place 0) or to the next count (place 1)."""
        count = (sympy.Integer(0), self.counter + 1)[place]
        return {self.counter: count, **{name: pair[place] for name, pair in self.scalars.items()}}

    def vector_changes(self, place: int) -> dict[str, Vector]:
        """Return the same for generators."""
        return {name: pair[place] for name, pair in self.vectors.items()}

    def objects(self) -> frozenset[sympy.Symbol]:
        """Return the scalars that are built up."""
        return frozenset(self.scalars)


def times(fact: str, weight: object = 1) -> Times:
    """Return weight * slack of `fact`."""
    return Times(exact(weight), fact)


def square(of: object, weight: object = 1) -> Square:
    """Return weight * of^2."""
    return Square(exact(weight), exact(of))


def norm_square(of: Vector, weight: object = 1) -> NormSquare:
    """Return weight * norm2(of)."""
    return NormSquare(exact(weight), of)


def combine(*terms: Term) -> Combination:
    """Return the certificate that adds up `terms`."""
    return Combination(terms)


Verdict = Literal["proved", "refuted", "undecided", "conditional", "unsupported"]
