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
    """Apply (1/K) sum over k < K of E (and, for scalar fields, sum over coordinates) to a pointwise statement.

    Args:
        of: a premise of this claim, or `claim id:conclusion`, that holds at every step (and coordinate).
        fields: scalar fields and the sequences they are coordinates of; products of two become Gram entries.
        vectors: sequences of vectors at step k and the generators they become; Gram entries keep their form.
        scalars: scalar sequences and the symbols of their averages.

    """

    of: str
    fields: Mapping[sympy.Symbol, Vector] = field(default_factory=dict)
    vectors: Mapping[str, Vector] = field(default_factory=dict)
    scalars: Mapping[sympy.Symbol, Expr] = field(default_factory=dict)


@dataclass(frozen=True)
class Tower:
    """<difference, known> = 0: a martingale difference is orthogonal to what is known before its time."""

    difference: str
    known: str


@dataclass(frozen=True)
class Shift:
    """norm2(delayed) <= norm2(sequence): a sequence delayed by some steps, with zeros in front, is no longer."""

    delayed: str


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
)


@dataclass(frozen=True)
class Process:
    """A random sequence and when its members are known; times are relative to the step k, as integer expressions.

    Args:
        name: the generator.
        known: the member of step k is a function of the samples of steps <= k + known.
        differences: it is a sum of martingale differences of steps >= k + differences; None if it is no such sum.
        reason: the assumption, or `definition`.
        delays: the generator that this one is a delayed copy of (zeros before step 0), if it is one.
        lag: by how many steps.

    """

    name: str
    known: Expr
    differences: Expr | None
    reason: str
    delays: str | None = None
    lag: Expr = sympy.S.Zero


@dataclass(frozen=True)
class Recursion:
    """A definition by recursion on `counter` = 0, 1, 2, ...: for each object its start and its next value.

    Symbols and generators in the next value that are not objects are arbitrary, one choice at each count, subject to
    the premises.
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


Verdict = Literal["proved", "refuted", "undecided", "unsupported"]
