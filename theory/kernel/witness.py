"""The premises of a claim hold together: at an exact point that its author names. Part of the trusted core.

A point gives numbers to scalars and coordinates to generators; what is defined takes the value of its definition, and
a root must come out rational. The point shows that the relations do not contradict each other; that sequences with the
declared structure exist as well is shown by a finite model (`theory.checkers.models`).
"""

from collections.abc import Mapping
from fractions import Fraction
from math import isqrt

from theory.kernel.claim import Witness
from theory.kernel.gap import Gap
from theory.kernel.signs import Rel
from theory.kernel.statement import Entry, Statement
from theory.kernel.terms import Atom, Term, atoms

Values = dict[Atom, Fraction]


def premises_hold(statement: Statement, witness: Witness) -> None:
    """Raise `Gap` unless every premise and definition holds at the witness."""
    values: Values = {}
    for entry in statement.entries:
        enter(entry, witness, values)
        for name, relation in entry.facts:
            if not holds(relation, values):
                raise Gap(f"the witness breaks the premise {name!r}: {relation}")


def enter(entry: Entry, witness: Witness, values: Values) -> None:
    """Add what an entry mentions: values of the witness, and for what it defines that of the definition."""
    own = (entry.scalar,) if entry.kind in ("define", "root") else None
    for atom in sorted(frozenset().union(*(atoms(r.slack) for _, r in entry.facts), atoms(entry.of)) - {own}):
        if atom not in values:
            values[atom] = given(witness, atom)
    if own is not None:
        value = evaluate(entry.of, values)
        values[own] = value if entry.kind == "define" else square_root(value)


def given(witness: Witness, atom: Atom) -> Fraction:
    """Return the witness's value of a scalar, or of a Gram entry from the coordinates of its generators."""
    try:
        if len(atom) == 1:
            return _exact(witness.scalars[atom[0]])
        one, other = (tuple(map(_exact, witness.vectors[name])) for name in atom)
    except KeyError as missing:
        raise Gap(f"the witness has no value for {missing}") from None
    if len(one) != len(other):
        raise Gap(f"the witness gives {atom[0]} and {atom[1]} different numbers of coordinates")
    return sum((x * y for x, y in zip(one, other, strict=True)), Fraction(0))


def _exact(value: object) -> Fraction:
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


def holds(relation: Rel, values: Mapping[Atom, Fraction]) -> bool:
    """Return whether a relation holds at an exact point."""
    lhs, rhs = evaluate(relation.lhs, values), evaluate(relation.rhs, values)
    return lhs == rhs if relation.op == "==" else lhs <= rhs if relation.op == "<=" else lhs < rhs
