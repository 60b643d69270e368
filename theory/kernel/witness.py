"""A claim is not vacuous: a model of its premises and of its structure exists. Part of the trusted core; RULES.md 4.

The author names numbers and coordinates. They are read as a model with one step, one outcome, one stage, and one
coordinate where coordinates are spoken of, in which whatever is chosen anew at each count is chosen alike; so every
premise is one exact comparison. What is defined takes the value of its definition, and a root must come out rational.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import zip_longest
from math import isqrt

from theory.kernel.claim import Witness
from theory.kernel.gap import Gap
from theory.kernel.signs import Rel
from theory.kernel.statement import Entry, Recursion, Statement, Vec
from theory.kernel.terms import Atom, Term, atoms

Values = dict[Atom, Fraction]
Coordinates = tuple[Fraction, ...]


class Model:
    """Values of scalars and coordinates of generators: those of the witness, and those that follow from them."""

    def __init__(self, statement: Statement, witness: Witness) -> None:
        self.statement, self.witness = statement, witness
        self.values: Values = {}
        self.vectors: dict[str, Coordinates] = {}
        for recursion in sorted(statement.recursions, key=self._depth):
            self._run(recursion)

    def _depth(self, recursion: Recursion) -> int:
        """Return on how many other counts a recursion's objects depend: what others are built from comes first."""
        labels = self.statement.scalars[recursion.counter].union(
            *(self.statement.vectors[name] for name in recursion.generators),
            *(self.statement.scalars[name] for name in recursion.objects),
        )
        return -len(labels & {item.counter for item in self.statement.recursions})

    def _run(self, recursion: Recursion) -> None:
        counter = (recursion.counter,)
        count = self.scalar(recursion.counter)
        if count.denominator != 1 or count < 0:
            raise Gap(f"the witness gives the count {recursion.counter} as {count}")
        for place in range(int(count) + 1):
            done = min(place, 1)
            self.values[counter] = Fraction(max(place - 1, 0))
            scalars: Values = {(name,): self.value(pair[done]) for name, *pair in recursion.scalars}
            vectors = {name: self.combination(pair[done]) for name, *pair in recursion.vectors}
            self.values.update(scalars)
            self.vectors.update(vectors)
        self.values[counter] = count

    def scalar(self, name: str) -> Fraction:
        """Return the value of a scalar."""
        if (name,) not in self.values:
            try:
                self.values[name,] = exact(self.witness.scalars[name])
            except KeyError:
                raise Gap(f"the witness has no value for {name!r}") from None
        return self.values[name,]

    def coordinates(self, name: str) -> Coordinates:
        """Return the coordinates of a generator; there is no step before the only one, so a delay leaves zeros."""
        for delay in self.statement.delays:
            if delay.name == name:
                return () if self.value(delay.lag) > 0 else self.coordinates(delay.of)
        if name in self.vectors:
            return self.vectors[name]
        try:
            return tuple(map(exact, self.witness.vectors[name]))
        except KeyError:
            raise Gap(f"the witness has no coordinates for {name!r}") from None

    def combination(self, vector: Vec) -> Coordinates:
        """Return the coordinates of a linear combination; what is missing is zero."""
        scaled = [tuple(self.value(c) * x for x in self.coordinates(name)) for name, c in vector]
        return tuple(sum(column, Fraction(0)) for column in zip_longest(*scaled, fillvalue=Fraction(0)))

    def value(self, term: Term) -> Fraction:
        """Return the value of a term."""
        here: Values = {}
        for atom in atoms(term):
            if len(atom) == 1:
                here[atom] = self.scalar(*atom)
            else:
                one, other = map(self.coordinates, atom)
                here[atom] = sum((x * y for x, y in zip(one, other, strict=False)), Fraction(0))
        return evaluate(term, here)

    def holds(self, relation: Rel) -> bool:
        """Return whether a relation holds."""
        return compare(self.value(relation.lhs), relation.op, self.value(relation.rhs))


def premises_hold(statement: Statement, witness: Witness) -> None:
    """Raise `Gap` unless every premise, definition and declaration of structure holds in the model of the witness."""
    model = Model(statement, witness)
    for entry in statement.entries:
        define(model, entry)
        for name, relation in entry.facts:
            if not model.holds(relation):
                raise Gap(f"the witness breaks the premise {name!r}: {relation}")
    _structure(model)


def define(model: Model, entry: Entry) -> None:
    """Give what an entry defines the value of its definition."""
    if entry.kind in ("define", "root"):
        value = model.value(entry.of)
        value = value if entry.kind == "define" else square_root(value)
        if model.values.setdefault((entry.scalar,), value) != value:
            raise Gap(f"the witness gives {entry.scalar} another value than its definition, {value}")


def _structure(model: Model) -> None:
    statement = model.statement
    for link in statement.links:
        image = _trimmed(model.combination(link.image))
        own = model.coordinates(link.local) if link.vector else (model.scalar(link.local),)
        if _trimmed(own) != image:
            raise Gap(f"in the witness {link.local} is not what its image is")
    for mean in statement.means:
        if model.scalar(mean.symbol) != model.scalar(mean.of):
            raise Gap(f"in the witness {mean.symbol} is not the average of {mean.of}")
    for path in statement.paths:
        now, after, first, last, mean_now, mean_next, count = map(model.scalar, path)
        if (now, after, count) != (first, last, Fraction(1)) or (now, after) != (mean_now, mean_next):
            raise Gap(f"in the witness, with one step, {path.now} and {path.next} are not the first and the last value")
    for process in statement.processes:
        if process.differences is not None and _trimmed(model.coordinates(process.name)):
            raise Gap(f"in the witness, with one outcome, the martingale difference {process.name} must vanish")


def _trimmed(coordinates: Coordinates) -> Coordinates:
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
