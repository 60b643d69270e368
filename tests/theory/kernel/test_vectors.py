"""Vectors, relations and the gate of exact numbers, of which claims are made, on examples worked out by hand."""

from fractions import Fraction

import pytest
import sympy

from theory.kernel.exact import exact
from theory.kernel.relations import Relation, eq, le, lt, substitute, to_latex
from theory.kernel.vectors import (
    ZERO,
    Vector,
    entry,
    entry_latex,
    generators,
    inner,
    norm2,
    pair_of,
    substitute_vectors,
)

x, y, z = (sympy.Symbol(name, real=True) for name in "xyz")
alpha, sigma2 = (sympy.Symbol(name, real=True) for name in ("alpha", "sigma2"))
u, v, w = generators("u v w")
ONE, TWO = sympy.Integer(1), sympy.Integer(2)
uu, uv, vv, vw = (sympy.Symbol(name, real=True) for name in ("<u|u>", "<u|v>", "<v|v>", "<v|w>"))


def same(one, other):
    return sympy.expand(one - other) == 0


# --- vectors


def test_generators_stand_for_themselves_once():
    assert generators("u long") == (Vector((("u", ONE),)), Vector((("long", ONE),)))


@pytest.mark.parametrize(
    ("vector", "parts"),
    [
        (v + u, (("u", ONE), ("v", ONE))),
        (u - v, (("u", ONE), ("v", -ONE))),
        (u + u, (("u", TWO),)),
        (u + w + u - v, (("u", TWO), ("v", -ONE), ("w", ONE))),
        (u - u, ()),
        (x * u + y * u, (("u", x + y),)),
        (Fraction(1, 2) * (2 * u + 4 * v), (("u", ONE), ("v", TWO))),
        (-(x * u - 3 * v), (("u", -x), ("v", sympy.Integer(3)))),
        (1 * u, (("u", ONE),)),
        (0 * u + v, (("v", ONE),)),
        (2 * Vector((("u", sympy.Integer(0)), ("v", ONE))), (("v", TWO),)),
        (x * (y * u), (("u", x * y),)),
        (ZERO, ()),
    ],
)
def test_a_combination_lists_each_generator_once_and_none_that_vanishes(vector, parts):
    assert vector.parts == parts


def test_a_vector_takes_exact_coefficients_only():
    with pytest.raises(TypeError, match=r"0\.5 is not an exact expression"):
        0.5 * u


def test_a_gram_entry_is_one_real_symbol_in_both_orders():
    assert entry("v", "u") == entry("u", "v") == uv and entry("u", "v").name == "<u|v>"
    assert entry("u", "v").is_real is True


@pytest.mark.parametrize(
    ("name", "pair"),
    [("<u|v>", ("u", "v")), ("<one|other>", ("one", "other")), ("x", None), ("<u|v", None), ("u|v>", None)],
)
def test_what_is_written_as_a_gram_entry_names_two_generators(name, pair):
    assert pair_of(sympy.Symbol(name, real=True)) == pair


def test_a_gram_entry_in_print():
    assert entry_latex(uu) == r"\lVert u \rVert^2"
    assert entry_latex(uv) == r"\langle u, v \rangle"
    assert entry_latex(x) is None


def test_an_inner_product_is_bilinear_and_symmetric():
    assert same(inner(2 * u + 3 * v, x * u - v), 2 * x * uu - 2 * uv + 3 * x * uv - 3 * vv)
    assert same(inner(x * u, y * v), x * y * uv) and same(inner(v, 2 * u), 2 * uv)
    assert inner(u, ZERO) == 0


def test_a_squared_norm():
    assert same(norm2(u - 2 * v), uu - 4 * uv + 4 * vv)


@pytest.mark.parametrize(
    ("vectors", "expected"),
    [
        ({"u": 2 * w}, {uv: 2 * vw, uu: 4 * entry("w", "w")}),
        ({"v": 3 * u}, {uv: 3 * uu, vv: 9 * uu, vw: 3 * entry("u", "w")}),
        ({"u": v, "v": u}, {uv: uv, uu: vv, vv: uu, vw: entry("u", "w")}),
        ({"other": u}, {}),
        ({}, {}),
    ],
)
def test_what_takes_the_place_of_a_gram_entry(vectors, expected):
    assert substitute_vectors(x + uv + uu * vv + vw, vectors, {}) == expected


def test_a_gram_entry_that_is_replaced_as_a_symbol_is_left_to_that():
    assert substitute_vectors(uv + uu, {"u": 2 * w}, {uu: x}) == {uv: 2 * vw}


# --- relations


@pytest.mark.parametrize(("made", "op"), [(le(x, 2), "<="), (lt(x, 2), "<"), (eq(x, 2), "==")], ids=["le", "lt", "eq"])
def test_a_relation_keeps_its_sides(made, op):
    assert (made.lhs, made.op, made.rhs) == (x, op, TWO)


def test_a_relation_never_cancels():
    assert le(x + y, y + x) == Relation(x + y, "<=", x + y) != le(0, 0)


def test_the_slack_is_right_less_left():
    assert lt(x, 2 * y).slack == 2 * y - x


def test_the_symbols_of_both_sides():
    assert le(x * uv, y + x).symbols == {x, y, uv} and le(0, y).symbols == {y} == lt(y, 1).symbols


def test_the_opposite_of_an_inequality():
    assert le(x, y).negated() == lt(y, x) and lt(x, y).negated() == le(y, x)
    with pytest.raises(TypeError, match="no single inequality"):
        eq(x, y).negated()


def test_replacing_is_simultaneous():
    assert le(x + 2 * y, y).substitute({x: y, y: x}) == le(y + 2 * x, x)
    assert le(inner(u, v), norm2(u)).substitute(vectors={"u": v, "v": w}) == le(vw, vv)
    assert eq(x * uv, y).substitute({x: uv}, {"u": 2 * v}) == eq(uv * 2 * vv, y)
    assert lt(x, y).substitute() == lt(x, y)


def test_a_gram_entry_replaced_as_a_symbol():
    assert substitute(uu + uv, {uu: x}, {"u": 2 * w}) == x + 2 * vw
    assert substitute(uu, {uu: x}) == x and substitute(x, {}, {"u": v}) == x


def test_a_relation_in_print():
    assert le(uu, sigma2).latex() == r"\lVert u \rVert^2 \le \sigma^2" and lt(0, alpha).latex() == r"0 < \alpha"
    assert lt(uv, 1).latex() == r"\langle u, v \rangle < 1" and eq(x, y).latex() == "x = y"
    assert to_latex(sympy.Symbol("nobody", real=True)) == "nobody"
    assert str(le(x, 2 * y)) == "x <= 2*y"


# --- exact numbers


@pytest.mark.parametrize(("value", "expected"), [(2, TWO), (Fraction(1, 3), sympy.Rational(1, 3)), (x + 1, x + 1)])
def test_an_exact_value_passes(value, expected):
    found = exact(value)
    assert found == expected and isinstance(found, sympy.Expr)


@pytest.mark.parametrize("value", [0.5, x + sympy.Float(0.5), sympy.true, sympy.Tuple(x)])
def test_what_is_inexact_or_no_expression_is_refused(value):
    with pytest.raises(TypeError, match="is not an exact expression"):
        exact(value)


@pytest.mark.parametrize("text", ["2", "x", "__import__('os')"])
def test_text_is_never_read(text):
    with pytest.raises(sympy.SympifyError):
        exact(text)
