"""A theorem as data, read off the claims that prove it: nothing is typed a second time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import sympy
from sympy import Expr

from theory.blueprint import assumptions_of, claim, rests_on
from theory.definitions import eliminate, meanings
from theory.kernel.claim import Claim
from theory.kernel.relations import Relation, to_latex

_SYMPY = {"<=": sympy.Le, "<": sympy.Lt, "==": sympy.Eq}
Domain = tuple[tuple[str, sympy.Basic], ...]


@dataclass(frozen=True)
class BoundedQuantity:
    """What a theorem bounds: a number of a run, or what is made of such numbers.

    Args:
        name: by which `verify` finds the observable that is compared with the bound.
        latex: its symbol.
        unit: in f (of the objective) and w (of a weight).
        meaning: in symbols.

    """

    name: str
    latex: str
    unit: str
    meaning: str


AVERAGE_SQUARED_GRADIENT = BoundedQuantity(
    "average squared gradient", "A", "f^2/w^2", "(1/K) sum over k < K of E norm(grad f(W_k))^2"
)
AVERAGE_GAP = BoundedQuantity(
    "average gap", r"\frac{1}{K} \sum_k f(W_k) - f^*", "f", "(1/K) sum over k < K of E f(W_k) - f*"
)
LAST_GAP = BoundedQuantity("last gap", r"f(W_K) - f^*", "f", "E f(W_K) - f*")
FLOOR = BoundedQuantity(
    "floor of the average squared gradient", "A", "f^2/w^2", "the limit of A as alpha -> 0 and K alpha -> infinity"
)
ITERATIONS = BoundedQuantity("iterations to eps", "K", "1", "the number of iterations after which A is within eps")


@dataclass(frozen=True)
class Theorem:
    """A bound on a quantity of a run, ready to be evaluated.

    Args:
        name: as on the command line.
        title: as in print.
        proved_by: the claim whose conclusion this is.
        run: the claim that puts the runs of the algorithm under it; equal to `proved_by` where that speaks of runs.
        quantity: what it bounds.
        expression: the bound; None where the statement is a feasible set.
        feasible: the relations of a feasible set in A, Y, a; empty where the statement is an expression.
        definitions: the parameters in terms of those of the command line.
        domain: (label, relational) for each condition on the parameters.

    """

    name: str
    title: str
    proved_by: str
    run: str
    quantity: BoundedQuantity
    expression: Expr | None
    feasible: tuple[sympy.Basic, ...]
    definitions: Mapping[sympy.Symbol, Expr]
    domain: Domain
    source: str = "docs/theory.md#theorems"
    notes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """Return the symbols of the statement that are not searched over, sorted by name."""
        parts = (*self.feasible, *((self.expression,) if self.expression is not None else ()))
        free = {symbol for part in parts for symbol in part.free_symbols}
        return tuple(sorted((s for s in free if s.name not in {"A", "Y", "a"}), key=lambda symbol: symbol.name))

    @cached_property
    def claims(self) -> tuple[str, ...]:
        """Return the ids of every claim the theorem rests on, sorted."""
        return tuple(sorted(rests_on(self.proved_by) | rests_on(self.run)))

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """Return the ids of every assumption the theorem rests on, sorted."""
        return assumptions_of(self.claims)

    @property
    def latex(self) -> str:
        """Return the statement as a formula."""
        if self.expression is not None:
            return rf"{self.quantity.latex} \le {to_latex(self.expression)}"
        return r",\quad ".join(sympy.latex(relation) for relation in self.feasible)


def relational(relation: Relation, item: Claim) -> sympy.Basic:
    """Return a relation of a claim as a SymPy relational with its definitions put in; sides are not rearranged."""
    kind = _SYMPY[relation.op]
    return kind(eliminate(relation.lhs, item), eliminate(relation.rhs, item), evaluate=False)


def definitions(name: str, *wanted: str) -> dict[sympy.Symbol, Expr]:
    """Return the definitions that a claim makes of the symbols `wanted`."""
    found = {symbol.name: (symbol, meaning) for symbol, meaning in meanings(claim(name)).items()}
    return dict(found[symbol] for symbol in wanted)


def conditions(name: str, *wanted: str) -> Domain:
    """Return the named premises of a claim as (label, relational); the label is the condition as a person writes it."""
    item = claim(name)
    return tuple((str(relation), relational(relation, item)) for relation in map(item.premise, wanted))


__all__ = [
    "AVERAGE_GAP",
    "AVERAGE_SQUARED_GRADIENT",
    "FLOOR",
    "ITERATIONS",
    "LAST_GAP",
    "BoundedQuantity",
    "Theorem",
    "conditions",
    "definitions",
    "eliminate",
    "relational",
]
