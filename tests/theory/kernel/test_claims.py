"""Certificates and claims are data: what they hold, what they give, and how they read in print."""

import dataclasses

import pytest
import sympy

from theory.kernel import claim as claims
from theory.kernel import proof, relations, vectors
from theory.kernel.claim import Definition, Direction, Premise, Root, instance, symbols
from theory.kernel.draft import COORDINATE, STAGE, STEP, write
from theory.kernel.proof import (
    Combination,
    NormSquare,
    Recursion,
    Square,
    Times,
    combine,
    norm_square,
    square,
    times,
)
from theory.kernel.relations import eq, le, lt
from theory.kernel.vectors import ZERO, generators, inner, norm2

x, y, z, s, k, j, X = symbols("x y z s k j X")
u, v, w = generators("u v w")
ZERO_, ONE, TWO = map(sympy.Integer, (0, 1, 2))


CERTIFICATES = (
    "Times", "Square", "NormSquare", "Combination", "Step", "Chain", "Contradiction", "SignCases", "ZeroCases",
    "OrderCases", "Cite", "Induction", "Average", "Tower", "Shift", "Telescope", "Process", "Delay", "Link", "Mean",
    "Path", "Recursion",
)  # fmt: skip
CLAIMS = ("Premise", "Definition", "Root", "Direction", "Witness", "Claim")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        *[(proof, name) for name in CERTIFICATES],
        *[(claims, name) for name in CLAIMS],
        (relations, "Relation"),
        (vectors, "Vector"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_data_does_not_change(module, name):
    made = getattr(module, name)
    values = [field.name for field in dataclasses.fields(made)]
    one, other = made(*values), made(*values)
    assert one == other and [getattr(one, field) for field in values] == values
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(one, values[0], "something else")


def test_weights_are_one_unless_given():
    assert times("fact") == Times(ONE, "fact") and times("fact", x) == Times(x, "fact")
    assert square(y) == Square(ONE, y) and square(2, x) == Square(x, TWO)
    assert norm_square(u) == NormSquare(ONE, u) and norm_square(u, x) == NormSquare(x, u)
    assert combine(times("a"), square(x)) == Combination((times("a"), square(x))) and combine() == Combination(())


@pytest.mark.parametrize("made", [lambda: times("a", 0.5), lambda: square(0.5), lambda: norm_square(u, 0.5)])
def test_weights_are_exact(made):
    with pytest.raises(TypeError, match="not an exact expression"):
        made()


def test_a_recursion_says_what_becomes_of_its_objects():
    one = Recursion(k, {x: (ZERO_, x + y), z: (y, 2 * z)}, {"u": (ZERO, u + v)})
    assert one.scalar_changes(0) == {k: 0, x: 0, z: y}
    assert one.scalar_changes(1) == {k: k + 1, x: x + y, z: 2 * z}
    assert one.vector_changes(0) == {"u": ZERO} and one.vector_changes(1) == {"u": u + v}
    assert one.objects() == {x, z}


def test_what_a_definition_gives():
    assert Premise("p", le(x, y), "domain").premises == (Premise("p", le(x, y), "domain"),)
    assert Definition(x, y + 1).premises == (Premise("x :=", eq(x, y + 1), "definition"),)
    assert Root(x, y, combine()).premises == (
        Premise("x >= 0", le(0, x), "definition"),
        Premise("x^2", eq(x**2, y), "definition"),
    )
    assert Direction("u", x).premises == (
        Premise("x >= 0", le(0, x), "definition"),
        Premise("|u| <= 1", le(norm2(u), 1), "definition"),
        Premise("u x", eq(x**2 * norm2(u), x**2), "definition"),
    )


def test_a_root_is_the_same_whatever_shows_that_it_exists():
    assert Root(x, y, combine()) == Root(x, y, combine(times("p"))) != Root(x, z, combine())


def test_symbols_are_real_and_nothing_else():
    one, two = symbols("one two")
    assert (one.name, two.name) == ("one", "two") and one.assumptions0 == sympy.Symbol("x", real=True).assumptions0
    assert one.is_real and one.is_positive is None


def author(d):
    """Some
    words."""
    d.given("x >= 0", le(0, x), "domain")
    d.root(s, x, combine(times("x >= 0")))
    d.have("inner", le(0, 2 * x), combine(times("x >= 0", 2)))
    d.conclude("first", le(0, 3 * x), combine(times("x >= 0", 3)))
    d.conclude("second", lt(inner(u, v), y), combine())
    d.witness(x=4)


def written(fill=author, **more):
    return write("a.claim", "Title", fill, source="somewhere", **more)


def test_a_claim_answers_for_its_parts():
    one = written()
    assert one.roots == (Root(s, x, combine()),)
    assert [premise.name for premise in one.premises] == ["x >= 0", "s >= 0", "s^2"]
    assert one.premise("s^2") == eq(s**2, x) and one.premise("x >= 0") == le(0, x)
    assert one.conclusion("first") == le(0, 3 * x) and one.conclusion("second") == lt(inner(u, v), y)
    with pytest.raises(KeyError, match=r"a\.claim has no premise 'first'"):
        one.premise("first")
    with pytest.raises(KeyError, match=r"a\.claim does not conclude 'inner'"):
        one.conclusion("inner")
    assert instance(one, "first", {x: y}, {}) == le(0, 3 * y)
    assert instance(one, "second", {}, {"u": v}) == lt(norm2(v), y)


def test_a_claim_in_print():
    assert written().latex == (
        r"0 \le x,\; 0 \le s,\; s^{2} = x \;\Longrightarrow\; 0 \le 3 x,\; \langle u, v \rangle < y"
    )
    assert dataclasses.replace(written(), context=()).latex == r"0 \le 3 x,\; \langle u, v \rangle < y"


def test_a_relation_has_the_labels_of_what_it_mentions():
    one = dataclasses.replace(
        written(),
        labels={x: frozenset(STEP), y: frozenset({"k"})},
        vector_labels={"u": frozenset(COORDINATE), "v": frozenset(STAGE)},
    )
    assert one.labels_of(le(x, 0)) == {"step"} and one.labels_of(le(0, y + z)) == {"k"}
    assert one.labels_of(le(x, y)) == {"step", "k"} and one.labels_of(le(z, 1)) == frozenset()
    assert one.labels_of(le(inner(u, w), x)) == {"coordinate", "step"}
    assert one.labels_of(le(inner(w, v), 0)) == {"stage"} and one.labels_of(le(norm2(w), 0)) == frozenset()
