"""How z3's side reads expressions and takes them apart, node by node, against trees that are written out."""

from fractions import Fraction

import pytest
import sympy

from theory.checkers.smt_terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Gram,
    Name,
    Number,
    Power,
    Product,
    Rel,
    Sum,
    Undecided,
    bases,
    gram,
    identifier,
    inner,
    leaves,
    leaves_of,
    nonnegative,
    positive,
    put,
    put_relation,
    put_vector,
    read,
    read_relation,
    read_scalar,
    read_vector,
    size,
    subtract,
    text,
    walk,
)
from theory.kernel import generators, symbols
from theory.kernel.relations import Relation, eq, le, lt
from theory.kernel.vectors import Vector, entry

x, y, z = map(Name, "xyz")
X, Y, Z = symbols("x y z")
u, v = generators("u v")
TWO, THIRD = Number(Fraction(2)), Number(Fraction(-1, 3))


def test_the_numbers_that_have_names():
    assert [one.value for one in (ZERO, ONE, MINUS_ONE)] == [0, 1, -1]


@pytest.mark.parametrize(
    ("expression", "node"),
    [
        (sympy.Rational(-1, 3), THIRD),
        (sympy.Integer(0), ZERO),
        (X, x),
        (entry("v", "u"), Gram("u", "v")),
        (X + Y, Sum((x, y))),
        (2 * X * Y, Product((TWO, x, y))),
        (X**3, Power(x, 3)),
        (1 / X, Power(x, -1)),
        (X**64, Power(x, 64)),
        (X**-64, Power(x, -64)),
        (X - Y, Sum((x, Product((MINUS_ONE, y))))),
        (-X / (Y + 1), Product((MINUS_ONE, x, Power(Sum((ONE, y)), -1)))),
    ],
)
def test_an_expression_is_read_as_it_stands(expression, node):
    found = read(expression)
    assert type(found) is type(node)
    if isinstance(node, Sum | Product):  # sympy decides the order
        assert sorted(map(str, found.parts)) == sorted(map(str, node.parts))
    else:
        assert found == node


@pytest.mark.parametrize(
    ("thing", "why"),
    [
        (3, "3 is no expression"),
        ("x", "'x' is no expression"),
        (X**65, "x**65 is no rational function of real symbols, or of too high a degree"),
        (X**-65, "x**(-65) is no rational function of real symbols, or of too high a degree"),
        (sympy.sqrt(X), "sqrt(x) is no rational function of real symbols, or of too high a degree"),
        (sympy.exp(X), "exp(x) is no rational function of real symbols, or of too high a degree"),
        (sympy.Symbol("a|b", real=True), "'a|b' is no name of a scalar or a vector"),
        (sympy.Symbol("<a|1b>", real=True), "'1b' is no name of a scalar or a vector"),
        (
            sympy.Symbol("x", positive=True),
            "x is assumed to be more, or less, than real: two symbols of one name",
        ),
        (sympy.Dummy("x", real=True), "x is assumed to be more, or less, than real: two symbols of one name"),
    ],
)
def test_what_is_not_read_is_named(thing, why):
    with pytest.raises(Undecided) as refused:
        read(thing)
    assert str(refused.value) == why


def test_a_number_of_a_class_of_its_own_is_no_symbol():
    class Sly(sympy.Symbol):
        pass

    with pytest.raises(Undecided, match="two symbols of one name"):
        read(Sly("x", real=True))


def test_scalars_relations_and_vectors():
    assert (identifier("a_1"), read_scalar(X)) == ("a_1", "x")
    for odd in (entry("u", "u"), X + Y, 3):
        with pytest.raises(Undecided, match="is no scalar"):
            read_scalar(odd)
    assert read_relation(le(X, Y)) == Rel(x, "<=", y)
    assert read_relation(lt(X, Y)) == Rel(x, "<", y)
    assert read_relation(eq(X, Y)) == Rel(x, "==", y)
    with pytest.raises(Undecided, match="'>=' is no relation"):
        read_relation(Relation(X, ">=", Y))
    assert read_vector(u - v) == (("u", ONE), ("v", MINUS_ONE))
    with pytest.raises(Undecided, match="a combination names a generator twice: "):
        read_vector(Vector((("u", X), ("v", Y), ("u", Y))))


def test_relations_have_a_slack_and_a_text():
    relation = Rel(x, "<=", Product((TWO, y)))
    assert relation.slack == subtract(relation.rhs, x) == Sum((Product((TWO, y)), Product((MINUS_ONE, x))))
    assert relation.nodes == (x, Product((TWO, y)))
    assert str(relation) == "x <= 2 y"
    assert (nonnegative(x), positive(x)) == (Rel(ZERO, "<=", x), Rel(ZERO, "<", x))


def test_nodes_are_written_as_one_would():
    assert text(Sum((x, Product((THIRD, Power(y, -2))), gram("v", "u")))) == "(x + -1/3 y^-2 + <u|v>)"
    assert (text(Sum(())), text(Product(()))) == ("()", "")


def test_inner_products_are_bilinear():
    assert gram("v", "u") == Gram("u", "v") == gram("u", "v")
    assert inner((("u", x), ("v", y)), (("w", z),)) == Sum(
        (Product((x, z, Gram("u", "w"))), Product((y, z, Gram("v", "w"))))
    )
    assert inner((), (("w", z),)) == Sum(())


TREE = Product((Sum((x, Power(Power(y, -1), -3))), Power(z, 2), Gram("u", "v")))


def test_a_node_has_parts_leaves_and_divisors():
    assert list(walk(Power(Sum((x, y)), 2))) == [x, y, Sum((x, y)), Power(Sum((x, y)), 2)]
    assert leaves(TREE) == {x, y, z, Gram("u", "v")}
    assert leaves_of((x, Power(y, 0))) == {x, y} and leaves_of(()) == frozenset()
    assert bases(TREE) == (y, Power(y, -1))
    assert bases(Product((Power(x, 0), Power(y, 2)))) == ()
    assert bases(Sum((Power(x, -1), Power(x, -2)))) == (x,)


def test_sizes_bound_degrees():
    assert [size(one) for one in (ONE, x, Gram("u", "v"), Power(x, 0), Power(x, -3))] == [0, 1, 1, 0, 3]
    assert size(Sum((x, y, ONE))) == 2 and size(Product((x, Power(Sum((x, y)), 4)))) == 9


def test_names_are_replaced_all_at_once():
    by, vectors = {"x": y, "y": TWO}, {"u": (("v", x), ("w", ONE))}
    assert put(Sum((x, y, z, ONE)), by, {}) == Sum((y, TWO, z, ONE))
    assert put(Product((x, Power(y, -2))), by, {}) == Product((y, Power(TWO, -2)))
    assert put(Gram("a", "b"), {}, vectors) == Gram("a", "b")
    left = Sum((Product((x, ONE, Gram("a", "v"))), Product((ONE, ONE, Gram("a", "w")))))
    assert put(Gram("u", "a"), {}, vectors) == left
    assert put(Gram("a", "u"), {}, vectors) == Sum(
        (Product((ONE, x, Gram("a", "v"))), Product((ONE, ONE, Gram("a", "w"))))
    )
    assert put_relation(Rel(x, "<", y), by, {}) == Rel(y, "<", TWO)
    assert put_vector((("u", x), ("a", z)), by, vectors) == (
        ("v", Product((y, x))),
        ("w", Product((y, ONE))),
        ("a", Product((z, ONE))),
    )
