"""A claim is not vacuous: a model of its premises and of its structure exists. Part of the trusted core; RULES.md 4.

The author names numbers and coordinates. They are read as a model with one step, one outcome, one stage, and one
coordinate where coordinates are spoken of, in which whatever is chosen anew at each count is chosen alike; so every
premise is one exact comparison. Only what is free is taken from the author; the rest is computed, count by count.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import zip_longest
from math import isqrt
from typing import Any

from theory.kernel.claim import Witness
from theory.kernel.gap import Gap
from theory.kernel.signs import Rel
from theory.kernel.statement import Delay, Entry, Link, Mean, Recursion, Statement, Vec
from theory.kernel.terms import Atom, Term, atoms

Coordinates = tuple[Fraction, ...]
Counts = Mapping[str, int]


class Model:
    """Values of scalars and coordinates of generators at given counts; without counts, at those at hand."""

    def __init__(self, statement: Statement, witness: Witness) -> None:
        self.statement = statement
        self.given: dict[Atom, Any] = {(name,): exact(value) for name, value in witness.scalars.items()}
        self.given |= {("", name): trimmed(tuple(map(exact, v))) for name, v in witness.vectors.items()}
        self.hand: dict[str, int] = {}
        self._run: dict[object, Any] = {}
        for item in statement.recursions:
            count = self._free((item.counter,))
            if count.denominator != 1 or count < 0:
                raise Gap(f"the witness gives the count {item.counter} as {count}")
            self.hand[item.counter] = int(count)

    def _free(self, name: Atom) -> Any:  # noqa: ANN401 - a number or coordinates
        if name not in self.given:
            raise Gap(f"the witness has no {'value' if len(name) == 1 else 'coordinates'} for {name[-1]!r}")
        return self.given[name]

    def at(self, name: Atom, counts: Counts | None = None) -> Any:  # noqa: ANN401 - a number or coordinates
        """Return the value of a scalar or the coordinates of a generator."""
        counts = self.hand if counts is None else counts
        match self.statement.made.get(name, (None,))[0]:
            case Entry(kind="define" | "root", of=of) as entry:  # at other counts it may be anything, or is the same
                if counts != self.hand and name in self.given:
                    return self.given[name]
                return self.value(of) if entry.kind == "define" else square_root(self.value(of))
            case Mean(of=of):
                return self.at((of,), counts)
            case Delay() as delay:  # there is no step before or after the only one
                return () if self.value(delay.lag, counts) else self.at(("", delay.of), counts)
            case Link() as link if link.own == name:
                image = self.combination(link.image, counts)
                if not link.vector and len(image) > 1:
                    raise Gap(f"in the witness {link.local} is not what its image is: that has more coordinates")
                return image if link.vector else image[0] if image else Fraction(0)
            case Link() as link:
                return self.at(link.own, counts) if link.vector else trimmed((self.at(link.own, counts),))
            case Recursion() as recursion:
                return self._built(recursion, name, counts)
        return self._free(name)

    def _built(self, item: Recursion, name: Atom, counts: Counts) -> Any:  # noqa: ANN401
        if name == (item.counter,):
            return Fraction(counts[item.counter])
        for count in range(counts[item.counter] + 1):
            here = {**counts, item.counter: max(count - 1, 0)}
            at, place = frozenset({**counts, item.counter: count}.items()), min(count, 1)
            if (name, at) not in self._run:
                rows: dict[Atom, Any] = {(s,): self.value(row[place], here) for s, *row in item.scalars}
                rows |= {("", v): self.combination(row[place], here) for v, *row in item.vectors}
                self._run |= {(one, at): value for one, value in rows.items()}
        return self._run[name, frozenset(counts.items())]

    def combination(self, vector: Vec, counts: Counts | None = None) -> Coordinates:
        """Return the coordinates of a linear combination; what is missing is zero."""
        scaled = [[self.value(c, counts) * x for x in self.at(("", name), counts)] for name, c in vector]
        return trimmed(tuple(sum(column, Fraction(0)) for column in zip_longest(*scaled, fillvalue=Fraction(0))))

    def value(self, term: Term, counts: Counts | None = None) -> Fraction:
        """Return the value of a term."""
        here: dict[Atom, Fraction] = {}
        for atom in atoms(term):
            if len(atom) == 1:
                here[atom] = self.at(atom, counts)
            else:
                one, other = (self.at(("", name), counts) for name in atom)
                here[atom] = sum((x * y for x, y in zip(one, other, strict=False)), Fraction(0))
        return evaluate(term, here)

    def holds(self, relation: Rel) -> bool:
        """Return whether a relation holds."""
        return compare(self.value(relation.lhs), relation.op, self.value(relation.rhs))


def premises_hold(statement: Statement, witness: Witness) -> None:
    """Raise `Gap` unless every premise, definition and declaration of structure holds in the model of the witness."""
    try:
        model = Model(statement, witness)
        _structure(model)
        for entry in statement.entries:
            for name, relation in entry.facts:
                if not model.holds(relation):
                    raise Gap(f"the witness breaks the premise {name!r}: {relation}")
    except RecursionError:
        raise Gap("the witness leaves open what is made of itself at other counts") from None


def _structure(model: Model) -> None:
    statement = model.statement
    for name, value in model.given.items():
        if name in statement.made and model.at(name) != value:
            raise Gap(f"the witness gives {name[-1]} another value than what it is made of, {model.at(name)}")
    for link in statement.links:
        own = model.at(link.own) if link.vector else trimmed((model.at(link.own),))
        if own != model.combination(link.image):
            raise Gap(f"in the witness {link.local} is not what its image is")
    for path in statement.paths:
        now, after, first, last, mean_now, mean_next, count = (model.at((name,)) for name in path)
        if (now, after, count) != (first, last, 1) or (now, after) != (mean_now, mean_next):
            raise Gap(f"in the witness, with one step, {path.now} and {path.next} are not the first and the last value")
    for process in statement.processes:
        if process.differences is not None and model.at(("", process.name)):
            raise Gap(f"in the witness, with one outcome, the martingale difference {process.name} must vanish")


def trimmed(coordinates: Coordinates) -> Coordinates:
    """Return coordinates without the zeros at their end."""
    while coordinates and coordinates[-1] == 0:
        coordinates = coordinates[:-1]
    return coordinates


def exact(value: object) -> Fraction:
    """Return an exact number; raise `Gap` for a float."""
    if isinstance(value, float) or not isinstance(value, int | str | Fraction):
        raise Gap(f"the witness gives {value!r}, which is no exact number")
    return Fraction(value)


def square_root(value: Fraction) -> Fraction:
    """Return the nonnegative root of a square of a rational number; raise `Gap` for any other number."""
    if value >= 0:
        above, below = isqrt(value.numerator), isqrt(value.denominator)
        if above**2 == value.numerator and below**2 == value.denominator:
            return Fraction(above, below)
    raise Gap(f"the root of {value} is not rational: choose another witness")


def evaluate(term: Term, values: Mapping[Atom, Fraction]) -> Fraction:
    """Return the value of a term; raise `Gap` where it divides by zero."""
    match term.tag:
        case "number":
            return Fraction(term.args[0])
        case "name" | "gram":
            return values[term.args]
        case "sum":
            return sum((evaluate(part, values) for part in term.args), Fraction(0))
        case "product":
            total = Fraction(1)
            for part in term.args:
                total *= evaluate(part, values)
            return total
    base, exponent = evaluate(term.args[0], values), term.args[1]
    if base == 0 and exponent < 0:
        raise Gap(f"{term.args[0]} is zero and divided by")
    return Fraction(base**exponent)


def compare(lhs: Fraction, op: str, rhs: Fraction) -> bool:
    """Return whether lhs op rhs."""
    return lhs == rhs if op == "==" else lhs <= rhs if op == "<=" else lhs < rhs
