"""From what an author writes (SymPy) to what the core reads (terms). Part of the trusted core; see RULES.md section 6.

Nothing is computed here: each node of an expression becomes one node of a term, and what has no counterpart is refused.
A symbol is real and nothing else, so that two symbols of one name are one symbol; names are identifiers, and a name
like <u|v> is the Gram entry of u and v.
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import get_args

import sympy
from sympy.core.numbers import Half, Integer, NegativeOne, One, Rational, Zero

from theory.kernel import proof as p
from theory.kernel.claim import Claim, Definition, Direction, Premise, Root, Witness
from theory.kernel.gap import Gap
from theory.kernel.relations import Relation
from theory.kernel.signs import Rel
from theory.kernel.statement import (
    FRAMES,
    NONE,
    Delay,
    Entry,
    Labels,
    Link,
    Mean,
    Path,
    Process,
    Recursion,
    Statement,
    Vec,
)
from theory.kernel.terms import Term, atoms, gram, number, plus, power, scalar, times
from theory.kernel.vectors import Vector

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ENTRY = re.compile(r"<([A-Za-z][A-Za-z0-9_]*)\|([A-Za-z][A-Za-z0-9_]*)>")
Names = tuple[dict[str, Labels], dict[str, Labels]]
Structure = tuple[
    tuple[Link, ...],
    tuple[Mean, ...],
    tuple[Path, ...],
    tuple[Process, ...],
    tuple[Delay, ...],
    tuple[Recursion, ...],
]


@lru_cache(maxsize=50_000)
def read(expression: sympy.Expr) -> Term:
    """Return an expression as a term; raise `Gap` for what is no rational function of real symbols."""
    kind = type(expression)
    if kind in _NUMBERS:
        return number(Fraction(int(expression.p), int(expression.q)))
    if kind is sympy.Symbol:
        return _symbol(expression)
    if kind is sympy.Add:
        return plus(*map(read, expression.args))
    if kind is sympy.Mul:
        return times(*map(read, expression.args))
    if kind is sympy.Pow and type(expression.exp) in _NUMBERS and expression.exp.q == 1:
        return power(read(expression.base), int(expression.exp))
    raise Gap(f"{expression} is not a rational function of real symbols")


_NUMBERS = (Zero, One, NegativeOne, Half, Integer, Rational)
_NODES = (sympy.Symbol, sympy.Add, sympy.Mul, sympy.Pow, *_NUMBERS)
_FORMS: tuple[object, ...] = (Claim, Premise, Definition, Root, Direction, Witness, Relation, Vector, p.Step, p.Times)
_FORMS += (p.Square, p.NormSquare, p.Process, p.Delay, p.Link, p.Mean, p.Path, p.Recursion, *get_args(p.Proof))
_PLAIN = (int, str, bool, Fraction, type(None))


def plain(item: object) -> None:
    """Raise `Gap` unless data is plain: no class that its author made, so reading it runs nothing and never varies."""
    kind = type(item)
    if kind in _FORMS:
        inner: Iterable[object] = vars(item).values()
    elif kind is dict:
        inner = (*item, *item.values())  # type: ignore[misc, attr-defined]
    elif kind in (tuple, frozenset):
        inner = item  # type: ignore[assignment]
    elif kind in _PLAIN or kind in _NODES:
        inner = getattr(item, "args", ())
    else:
        raise Gap(f"{item!r} is no plain data: {kind.__name__} is not a rational function of real symbols, a text, ...")
    for part in inner:
        plain(part)


def _symbol(symbol: sympy.Symbol) -> Term:
    if symbol != sympy.Symbol(symbol.name, real=True):
        raise Gap(f"the symbol {symbol.name} must be real and nothing else: signs are premises, never facts of a name")
    entry = _ENTRY.fullmatch(symbol.name)
    return gram(*entry.groups()) if entry else scalar(read_name(symbol.name))


def read_name(name: object) -> str:
    """Return the name of a scalar or a generator; raise `Gap` if it is no identifier."""
    if type(name) is not str or not _NAME.fullmatch(name):
        raise Gap(f"{name!r} is no name")
    return name


def read_vector(vector: Vector) -> Vec:
    """Return a linear combination of generators."""
    return tuple((read_name(name), read(coefficient)) for name, coefficient in vector.parts)


def read_relation(relation: Relation) -> Rel:
    """Return a relation, each side as written."""
    if relation.op not in ("<=", "<", "=="):
        raise Gap(f"{relation.op!r} is no relation")
    return Rel(read(relation.lhs), relation.op, read(relation.rhs))


def read_over(over: Iterable[str]) -> Labels:
    """Return what an average runs over."""
    found = frozenset(over)
    if found not in FRAMES:
        raise Gap(f"no average runs over {sorted(found)}")
    return found


def _scalar(symbol: sympy.Symbol) -> str:
    term = read(symbol)
    if term.tag != "name":
        raise Gap(f"{symbol} is no scalar")
    (name,) = term.args
    return str(name)


def read_claim(claim: Claim) -> Statement:
    """Return what a claim says; names that carry no label are constants."""
    plain(claim)
    entries = tuple(_entry(item) for item in claim.context)
    steps = {step.name: read_relation(step.relation) for step in claim.steps}
    if not steps.keys() >= set(claim.conclusions):
        raise Gap(f"no step is called {sorted(set(claim.conclusions) - steps.keys())}")
    conclusions = tuple((name, steps[name]) for name in claim.conclusions)
    links = tuple(Link(read_name(i.local), i.vector, read_vector(i.image), read_over(i.over)) for i in claim.links)
    means = tuple(Mean(_scalar(i.symbol), _scalar(i.of)) for i in claim.means)
    paths = tuple(Path(*map(_scalar, i.symbols)) for i in claim.paths)
    processes = tuple(
        Process(read_name(i.name), read(i.known), None if i.differences is None else read(i.differences))
        for i in claim.processes
    )
    delays = tuple(Delay(read_name(i.name), read_name(i.of), read(i.lag)) for i in claim.delays)
    recursions = tuple(
        Recursion(
            _scalar(item.counter),
            tuple((_scalar(s), read(start), read(after)) for s, (start, after) in item.scalars.items()),
            tuple((read_name(v), read_vector(one), read_vector(two)) for v, (one, two) in item.vectors.items()),
        )
        for item in claim.recursions
    )
    structure = (links, means, paths, processes, delays, recursions)
    relations = [fact for entry in entries for _, fact in entry.facts]
    relations += steps.values()
    scalars, vectors = _declared(claim, relations, structure)
    return Statement(claim.id, scalars, vectors, entries, conclusions, *structure)


def _entry(item: Premise | Definition | Root | Direction) -> Entry:
    facts = tuple((premise.name, read_relation(premise.relation)) for premise in item.premises)
    match item:
        case Premise(reason="definition"):
            raise Gap(f"the premise {item.name!r} is called a definition and defines nothing")
        case Premise():
            return Entry("premise", facts)
        case Definition(symbol, of):
            return Entry("define", facts, _scalar(symbol), of=read(of))
        case Root(symbol, of):
            return Entry("root", facts, _scalar(symbol), of=read(of))
        case Direction(unit, length):
            return Entry("direction", facts, _scalar(length), read_name(unit))
    raise Gap(f"{item!r} is neither a premise nor a definition")


def _declared(claim: Claim, relations: Iterable[Rel], structure: Structure) -> Names:
    """Return every scalar and every generator that the claim mentions, with its labels; none is a constant."""
    scalars = {_scalar(symbol): frozenset(labels) for symbol, labels in claim.labels.items()}
    vectors = {read_name(name): frozenset(labels) for name, labels in claim.vector_labels.items()}
    links, means, paths, processes, delays, recursions = structure
    found = [atom for relation in relations for side in (relation.lhs, relation.rhs) for atom in atoms(side)]
    found += [(name,) for item in (*means, *paths) for name in item]
    found += [(name,) for item in recursions for name in item.objects]
    made = [item.name for item in processes] + [name for item in delays for name in (item.name, item.of)]
    made += [name for item in recursions for name in item.generators]
    made += [name for item in links for name, _ in item.image]
    for atom in found:
        for name in map(str, atom):
            (scalars if len(atom) == 1 else vectors).setdefault(name, NONE)
    for name in made:
        vectors.setdefault(name, NONE)
    for table in (scalars, vectors):
        if len({name.replace("_", "") for name in table}) < len(table):
            raise Gap(f"two of these names look alike, as x_1 and x1 do in print: {sorted(table)}")
    return scalars, vectors
