"""What an author writes (RULES.md, section 6): what has a counterpart is read, anything else is refused."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import pytest
import sympy

from tests.theory.kernel.pairs import Pairs, answered, statement
from theory.kernel import (
    ELEMENT,
    Relation,
    combine,
    generators,
    le,
    lt,
    norm2,
    norm_square,
    square,
    symbols,
)
from theory.kernel import proof as p
from theory.kernel.check import check_claim
from theory.kernel.claim import Premise
from theory.kernel.gap import Gap
from theory.kernel.reading import _entry, plain, read, read_claim, read_name, read_over, read_relation, read_vector
from theory.kernel.signs import Rel
from theory.kernel.statement import (
    Delay,
    Link,
    Mean,
    Process,
)
from theory.kernel.terms import gram, number, plus, power, scalar
from theory.kernel.terms import times as product
from theory.kernel.vectors import ZERO, Vector, entry

x, y, z, k, w, Z, b = symbols("x y z k w Z b")
u, v, n = generators("u v n")
ONE = sympy.Integer(1)
pair = Pairs()
GOAL = (le(0, x**2), combine(square(x)))


def goal(d):
    d.conclude("goal", *GOAL)


# --- reading


def test_each_node_becomes_one_node():
    assert read(sympy.Rational(-2, 3)) == number(Fraction(-2, 3))
    for plain_number in (0, 1, -1, 2):
        assert read(sympy.Integer(plain_number)) == number(plain_number)
    assert read(sympy.Rational(1, 2)) == number(Fraction(1, 2))
    assert read(x) == scalar("x") and read(entry("v", "u")) == gram("u", "v")
    assert read(x**-3) == power(scalar("x"), -3)
    assert read(sympy.Add(x, 1, evaluate=False)) in (plus(scalar("x"), number(1)), plus(number(1), scalar("x")))
    assert read(2 * x) == product(number(2), scalar("x"))
    assert read_vector(u - 2 * v) == (("u", number(1)), ("v", number(-2)))
    assert read_relation(lt(0, x)) == Rel(number(0), "<", scalar("x"))


@pytest.mark.parametrize(
    "expression",
    [
        sympy.sqrt(x), x ** sympy.Rational(1, 2), x**y, sympy.exp(x), sympy.Abs(x), sympy.pi, sympy.I, sympy.oo,
        sympy.Float(0.5), sympy.nan, sympy.zoo, sympy.Max(x, y), 2**x,
    ],
)  # fmt: skip
def test_what_is_no_rational_function_is_refused(expression):
    with pytest.raises(Gap, match="is not a rational function of real symbols"):
        read(expression)


@pytest.mark.parametrize(
    "more", [{}, {"positive": True}, {"real": True, "integer": True}, {"real": True, "zero": True}]
)
def test_a_symbol_is_real_and_nothing_else(more):
    with pytest.raises(Gap, match="must be real and nothing else"):
        read(sympy.Symbol("x", **more))


@pytest.mark.parametrize("name", ["", "1x", "_x", "x y", "x|y", "x'", "<u|v", "<u|v>x", "x\n", 5, None])
def test_a_name_is_an_identifier(name):
    with pytest.raises(Gap, match="is no name"):
        read_name(name)
    if type(name) is str and name:
        with pytest.raises(Gap, match="is no name"):
            read(sympy.Symbol(name, real=True))
    assert read_name("x_1Y") == "x_1Y"


def test_an_operator_and_what_an_average_runs_over():
    with pytest.raises(Gap, match="is no relation"):
        read_relation(Relation(x, ">=", y))
    assert read_over(("coordinate", "step")) == {"step", "coordinate"}
    for over in ((), ("stage", "step"), ("stage", "coordinate"), ("k",), ("step", "coordinate", "stage")):
        with pytest.raises(Gap, match="no average runs over"):
            read_over(over)


@pytest.mark.parametrize("item", [[1], 1.0, {1}, object, len, SimpleNamespace(), type("T", (tuple,), {})(), b"x", 1j])
def test_only_plain_data_is_read(item):
    plain((1, "x", True, None, Fraction(1, 2), x, {"x": (x + 1) ** 2}, frozenset({"x"}), u, le(x, y), square(x)))
    for inside in (item, (item,), {"x": item}, Premise("x", item, "domain"), Vector((("u", item),))):
        with pytest.raises(Gap, match="is no plain data"):
            plain(inside)
    with pytest.raises(Gap, match="is no plain data"):
        plain({type("N", (str,), {})("x"): 1})


@pair(
    premise="is called a definition and defines nothing",
    conclusion="no step is called ['none']", symbol="is no scalar", declared="is not declared in",
    node="rational function",
)  # fmt: skip
def entries(d, fault):
    if fault == "symbol":
        d.define(entry("u", "u"), x)
    elif fault == "premise":
        d.context.append(Premise("x", le(0, x), "definition"))
    else:
        d.define(y, sympy.sqrt(x) if fault == "node" else x)
    goal(d)
    if fault == "conclusion":
        d.conclusions.append("none")
    if fault == "declared":
        d.have("v", le(0, norm2(v)), combine(norm_square(v), p.Times(ONE * 0 * b + b, "goal")))
    d.witness(x=1)


def test_an_entry_of_no_kind():
    with pytest.raises(Gap, match="is neither a premise nor a definition"):
        _entry(SimpleNamespace(premises=()))


def test_a_claim_names_what_it_mentions_and_nothing_depends_on_anything_unsaid():
    def author(d):
        """All kinds of names."""
        d.given("x", le(x, entry("u", "v")), "domain")
        d.define(y, x)
        d.link(z, n, over=ELEMENT)
        d.mean(Z, of=b)
        d.delayed("t", of="g", lag=1)
        d.process("h", known=0, differences=None, reason="domain")
        d.recursion(k, {w: (0, w + 1)}, {"q": (ZERO, generators("q")[0])})
        goal(d)

    found = read_claim(statement("test", author))
    none, step, element = frozenset(), frozenset({"step"}), frozenset({"step", "coordinate"})
    counter = frozenset({"k"})
    assert found.scalars == {"x": none, "y": none, "z": element, "Z": none, "b": step, "k": counter, "w": counter}
    assert found.vectors == {**dict.fromkeys("uvntgh", none), "q": counter}
    assert [item.kind for item in found.entries] == ["premise", "define", "premise"]
    assert found.conclusions == (("goal", Rel(number(0), "<=", power(scalar("x"), 2))),)
    assert found.links == (Link("z", False, (("n", number(1)),), element),) and found.means == (Mean("Z", "b"),)
    assert found.delays == (Delay("t", "g", number(1)),) and found.processes == (Process("h", number(0), None),)
    assert found.recursions[0].objects == {"w", "k"} and found.recursions[0].generators == {"q"}


def test_what_is_not_said_to_depend_on_anything_is_a_constant():
    """Also where structure alone speaks of it; that it then does not fit is found where the claim is looked at."""

    def author(d):
        """Structure."""
        d.link(z, n, over=ELEMENT)
        d.mean(Z, of=b)
        d.path(*symbols("f0 f1 first last mean next steps"))
        d.delayed("t", of="g", lag=1)
        d.process("h", known=0, differences=None, reason="domain")
        d.recursion(k, {w: (0, w + 1)}, {"q": (ZERO, generators("q")[0])})
        goal(d)

    bare = replace(statement("test", author), labels={}, vector_labels={})
    found = read_claim(bare)
    assert found.scalars.keys() == set("xZbkw") | {"f0", "f1", "first", "last", "mean", "next", "steps"}
    assert found.vectors.keys() == set("ntghq")
    assert set(found.scalars.values()) | set(found.vectors.values()) == {frozenset()}
    for labels in ({}, {x: ("step",)}):
        with pytest.raises(Gap):
            check_claim(replace(bare, labels=labels), {})


@pytest.mark.parametrize("names", [("x_1", "x1"), ("x_", "x"), ("a_b1", "ab_1")])
def test_names_that_look_alike_are_refused(names):
    one, other = symbols(" ".join(names))
    for relation in (le(one, other), le(norm2(generators(names[0])[0]), norm2(generators(names[1])[0]))):

        def author(d, relation=relation):
            """Two names."""
            d.given("p", relation, "domain")
            goal(d)

        with pytest.raises(Gap, match="two of these names look alike, as x_1 and x1 do in print"):
            read_claim(statement("test", author))


@pytest.mark.parametrize(("author", "fault", "because", "given", "assumes"), pair)
def test_claim(author, fault, because, given, assumes):
    answered(author, fault, because, given, assumes)
