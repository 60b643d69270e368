"""Expressions as z3's side of the house reads them: a tree of its own, made node by node from what an author wrote.

Nothing is computed and nothing is shared with the kernel but the data classes of a claim. A name is an identifier and
its symbol is real and nothing else, so that two symbols of one name are one; what stands in the place of a name is put
there node by node, so that no division is cancelled before somebody has asked whether it makes sense.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import sympy

from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector


class Undecided(Exception):
    """What z3 did not settle, or what is no claim that it can settle, in words."""


@dataclass(frozen=True)
class Number:
    """A rational number."""

    value: Fraction


@dataclass(frozen=True)
class Name:
    """A scalar."""

    name: str


@dataclass(frozen=True)
class Gram:
    """The inner product of two generators, in alphabetical order."""

    one: str
    other: str


@dataclass(frozen=True)
class Sum:
    """A sum."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Product:
    """A product."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Power:
    """An integer power; a negative one divides."""

    base: "Node"
    exponent: int


Node = Number | Name | Gram | Sum | Product | Power
Leaf = Name | Gram
Combo = tuple[tuple[str, Node], ...]
"""A linear combination of generators."""

ZERO, ONE, MINUS_ONE = (Number(Fraction(value)) for value in (0, 1, -1))


@dataclass(frozen=True)
class Rel:
    """`lhs op rhs`."""

    lhs: Node
    op: Literal["<=", "<", "=="]
    rhs: Node

    @property
    def slack(self) -> Node:
        """Return rhs - lhs."""
        return subtract(self.rhs, self.lhs)

    @property
    def nodes(self) -> tuple[Node, Node]:
        """Return both sides."""
        return self.lhs, self.rhs

    def __str__(self) -> str:
        return f"{text(self.lhs)} {self.op} {text(self.rhs)}"


def subtract(one: Node, other: Node) -> Node:
    """Return one - other."""
    return Sum((one, Product((MINUS_ONE, other))))


def nonnegative(node: Node) -> Rel:
    """Return 0 <= node."""
    return Rel(ZERO, "<=", node)


def positive(node: Node) -> Rel:
    """Return 0 < node."""
    return Rel(ZERO, "<", node)


def inner(u: Combo, v: Combo) -> Node:
    """Return <u, v> by bilinearity."""
    return Sum(tuple(Product((a, b, gram(i, j))) for i, a in u for j, b in v))


def gram(one: str, other: str) -> Gram:
    """Return <one|other>."""
    return Gram(min(one, other), max(one, other))


# --- reading

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
HIGHEST = 64
"""The highest power that is read."""
_PAIR = re.compile(r"<([^<>|]*)\|([^<>|]*)>")


def identifier(name: object) -> str:
    """Return a name; raise `Undecided` if it is no identifier, since then it could be two names or part of one."""
    if type(name) is not str or not _IDENTIFIER.fullmatch(name):
        raise Undecided(f"{name!r} is no name of a scalar or a vector")
    return name


@lru_cache(maxsize=100_000)
def read(expression: sympy.Expr) -> Node:
    """Return an expression as a tree; raise `Undecided` for what is no rational function of real symbols."""
    if not isinstance(expression, sympy.Expr):
        raise Undecided(f"{expression!r} is no expression")
    if isinstance(expression, sympy.Rational):
        return Number(Fraction(int(expression.p), int(expression.q)))
    if isinstance(expression, sympy.Symbol):
        if type(expression) is not sympy.Symbol or expression != sympy.Symbol(expression.name, real=True):
            raise Undecided(f"{expression.name} is assumed to be more, or less, than real: two symbols of one name")
        pair = _PAIR.fullmatch(expression.name)
        return gram(*map(identifier, pair.groups())) if pair else Name(identifier(expression.name))
    if expression.func is sympy.Add:
        return Sum(tuple(read(part) for part in expression.args))
    if expression.func is sympy.Mul:
        return Product(tuple(read(part) for part in expression.args))
    if expression.func is sympy.Pow and isinstance(expression.exp, sympy.Integer) and abs(expression.exp) <= HIGHEST:
        return Power(read(expression.base), int(expression.exp))
    raise Undecided(f"{expression} is no rational function of real symbols, or of too high a degree")


def read_scalar(symbol: object) -> str:
    """Return the name of a scalar symbol; a Gram entry is none."""
    node = read(symbol) if isinstance(symbol, sympy.Symbol) else None
    if not isinstance(node, Name):
        raise Undecided(f"{symbol} is no scalar")
    return node.name


def read_relation(relation: Relation) -> Rel:
    """Return a relation."""
    if relation.op not in ("<=", "<", "=="):
        raise Undecided(f"{relation.op!r} is no relation")
    return Rel(read(relation.lhs), relation.op, read(relation.rhs))


def read_vector(vector: Vector) -> Combo:
    """Return a linear combination of generators."""
    found = tuple((identifier(name), read(coefficient)) for name, coefficient in vector.parts)
    if len({name for name, _ in found}) < len(found):
        raise Undecided(f"a combination names a generator twice: {vector}")
    return found


# --- parts and replacement


def walk(*nodes: Node) -> Iterator[Node]:
    """Yield nodes and all their parts, inner parts first."""
    for node in nodes:
        if isinstance(node, Sum | Product):
            yield from walk(*node.parts)
        elif isinstance(node, Power):
            yield from walk(node.base)
        yield node


@lru_cache(maxsize=100_000)
def leaves(node: Node) -> frozenset[Leaf]:
    """Return the scalars and Gram entries of a node."""
    return frozenset(part for part in walk(node) if isinstance(part, Name | Gram))


def leaves_of(nodes: Iterable[Node]) -> frozenset[Leaf]:
    """Return the scalars and Gram entries of several nodes."""
    return frozenset().union(*(leaves(node) for node in nodes))


@lru_cache(maxsize=100_000)
def bases(node: Node) -> tuple[Node, ...]:
    """Return all that a node divides by, as written, inner ones first."""
    found = (part.base for part in walk(node) if isinstance(part, Power) and part.exponent < 0)
    return tuple(dict.fromkeys(found))


def put(node: Node, scalars: Mapping[str, Node], vectors: Mapping[str, Combo]) -> Node:
    """Return a node with scalars and generators replaced, all at once."""
    match node:
        case Name(name):
            return scalars.get(name, node)
        case Gram(one, other):
            if one in vectors or other in vectors:
                return inner(vectors.get(one, ((one, ONE),)), vectors.get(other, ((other, ONE),)))
            return node
        case Sum(parts):
            return Sum(tuple(put(part, scalars, vectors) for part in parts))
        case Product(parts):
            return Product(tuple(put(part, scalars, vectors) for part in parts))
        case Power(base, exponent):
            return Power(put(base, scalars, vectors), exponent)
    return node


def put_relation(relation: Rel, scalars: Mapping[str, Node], vectors: Mapping[str, Combo]) -> Rel:
    """Return a relation with scalars and generators replaced."""
    return Rel(put(relation.lhs, scalars, vectors), relation.op, put(relation.rhs, scalars, vectors))


def put_vector(vector: Combo, scalars: Mapping[str, Node], vectors: Mapping[str, Combo]) -> Combo:
    """Return a combination with scalars and generators replaced."""
    return tuple(
        (other, Product((put(coefficient, scalars, vectors), factor)))
        for name, coefficient in vector
        for other, factor in vectors.get(name, ((name, ONE),))
    )


@lru_cache(maxsize=100_000)
def size(node: Node) -> int:
    """Return a bound of the degrees of numerator and denominator of a node over any common denominator."""
    match node:
        case Number():
            return 0
        case Sum(parts) | Product(parts):
            return sum(size(part) for part in parts)
        case Power(base, exponent):
            return size(base) * abs(exponent)
    return 1


def text(node: Node) -> str:
    """Return a node as text, for messages."""
    match node:
        case Number(value):
            return str(value)
        case Name(name):
            return name
        case Gram(one, other):
            return f"<{one}|{other}>"
        case Sum(parts):
            return "(" + " + ".join(map(text, parts)) + ")"
        case Product(parts):
            return " ".join(map(text, parts))
    return f"{text(node.base)}^{node.exponent}"
