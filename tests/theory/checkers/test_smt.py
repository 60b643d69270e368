"""z3's own reading and arithmetic: nothing of the kernel's code, denominators cleared exactly, divisions owed."""

import ast
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.checkers import smt
from theory.checkers.cleared import Clearing, Translator, adds_up, identical, is_zero, moments
from theory.checkers.smt_scope import Count, Fact, Scope, holds, nonzero, require_defined
from theory.checkers.smt_terms import (
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
    nonnegative,
    positive,
    put,
    read,
    read_scalar,
    subtract,
)
from theory.checkers.smt_world import World
from theory.kernel import combine, eq, le, symbols, times
from theory.kernel.draft import write
from theory.kernel.vectors import entry

x, y, z = map(Name, "xyz")
X, Y, Z = symbols("x y z")
WORLD = World("none", {("scalar", "x"): frozenset({"step"})}, (), (), {}, (), {}, {}, {})


def number(value):
    return Number(Fraction(value))


def scope(*relations, at_hand=frozenset()):
    facts = {str(place): Fact(relation, at_hand) for place, relation in enumerate(relations)}
    return Scope(WORLD, {}, Count(), facts, at_hand)


# --- what is shared with the kernel


@pytest.mark.parametrize("name", [p.name for p in sorted(Path(smt.__file__).parent.glob("smt*.py"))] + ["cleared.py"])
def test_nothing_is_shared_with_the_kernel_but_its_data_classes(name):
    tree = ast.parse((Path(smt.__file__).parent / name).read_text())
    used = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    used |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    data = {"theory.kernel.claim", "theory.kernel.proof", "theory.kernel.relations", "theory.kernel.vectors"}
    first_filter = {"theory.kernel.check", "theory.kernel.gap"} if name == "smt_controls.py" else set()
    assert not {module for module in used if module.startswith(("theory.kernel", "flint"))} - data - first_filter


# --- reading


@pytest.mark.parametrize(
    "expression",
    [
        sympy.Symbol("x"),
        sympy.Symbol("x", positive=True),
        sympy.Dummy("x", real=True),
        sympy.sqrt(X),
        X**Y,
        X ** sympy.Rational(1, 2),
        sympy.pi,
        sympy.oo,
        sympy.nan,
        sympy.Float(0.5),
        sympy.exp(X),
        sympy.Symbol("<a|b|c>", real=True),
        sympy.Symbol("<a b|c>", real=True),
        sympy.Symbol("x|y", real=True),
        X**65,
    ],
)
def test_what_is_no_rational_function_of_real_symbols_is_not_read(expression):
    with pytest.raises(Undecided):
        read(expression)


def test_reading_keeps_every_node():
    cancelled = sympy.Mul(Y, sympy.Pow(Y, -1, evaluate=False), evaluate=False)
    assert bases(read(cancelled)) == (y,)
    assert read(entry("b", "a")) == Gram("a", "b") == gram("b", "a")
    assert read(sympy.Symbol("<b|a>", real=True)) == Gram("a", "b")


@pytest.mark.parametrize("name", ["", "1a", "a b", "a|b", "<u|u>", "a.0", "a@1", "é", None, 5])
def test_names_are_identifiers(name):
    with pytest.raises(Undecided):
        identifier(name)


def test_a_gram_entry_is_no_scalar():
    with pytest.raises(Undecided, match="no scalar"):
        read_scalar(entry("u", "u"))


def test_what_is_put_in_is_not_replaced_again_and_not_cancelled():
    assert put(Product((x, y)), {"x": y, "y": x}, {}) == Product((y, x))
    assert bases(put(Product((x, y)), {"x": Power(y, -1)}, {})) == (y,)
    assert put(gram("u", "v"), {}, {"u": (("v", x),)}) == inner((("v", x),), (("v", ONE),))


# --- clearing

leaf = st.sampled_from([x, y, z, *map(number, (-2, -1, 0, 1, "1/3", 5))])
trees = st.recursive(
    leaf,
    lambda inner_: st.one_of(
        st.lists(inner_, min_size=1, max_size=3).map(lambda parts: Sum(tuple(parts))),
        st.lists(inner_, min_size=1, max_size=3).map(lambda parts: Product(tuple(parts))),
        st.tuples(inner_, st.integers(-2, 3)).map(lambda pair: Power(*pair)),
    ),
    max_leaves=8,
)
values = st.fixed_dictionaries({one: st.fractions(-3, 3, max_denominator=4) for one in (x, y, z)})


def evaluate(node, point):
    match node:
        case Number(value):
            return value
        case Sum(parts):
            return sum((evaluate(part, point) for part in parts), Fraction(0))
        case Product(parts):
            total = Fraction(1)
            for part in parts:
                total *= evaluate(part, point)
            return total
        case Power(base, exponent):
            return evaluate(base, point) ** exponent
    return point[node]


def polynomial(clearing, terms, point):
    total = Fraction(0)
    for monomial, coefficient in terms.items():
        part = Fraction(coefficient)
        for one, exponent in clearing.powers(monomial):
            part *= point[one] ** exponent
        total += part
    return total


@settings(deadline=None, max_examples=200)
@given(trees, values)
def test_a_cleared_value_is_the_value(tree, point):
    clearing = Clearing((tree,))
    try:
        expected = evaluate(tree, point)
        top, bottom = clearing.value(tree)
    except (ZeroDivisionError, Undecided):
        return
    below = Fraction(1)
    for place, exponent in bottom.items():
        below *= polynomial(clearing, clearing.bases[place], point) ** exponent
    assert below != 0 and polynomial(clearing, top, point) / below == expected


@settings(deadline=None, max_examples=100)
@given(trees, trees, values)
def test_what_is_identical_is_equal_wherever_both_are_defined(one, other, point):
    try:
        same = identical(one, other)
        left, right = evaluate(one, point), evaluate(other, point)
    except (ZeroDivisionError, Undecided):
        return
    assert not same or left == right


def test_what_vanishes_identically_cannot_be_divided_by():
    with pytest.raises(Undecided, match="zero identically"):
        is_zero(Power(subtract(x, x), -1))


def test_degrees_that_would_overflow_are_refused():
    node = x
    for _ in range(4):
        node = Power(node, 64)
    with pytest.raises(Undecided, match="too high"):
        is_zero(node)


# --- adding up


@pytest.mark.parametrize(
    ("goal", "given_", "ops", "expected"),
    [
        (nonnegative(Sum((x, y))), [x, y], ["<=", "<="], True),
        (positive(Sum((x, y))), [x, y], ["<=", "<="], False),
        (positive(Sum((x, y))), [x, y], ["<", "<="], True),
        (Rel(x, "==", y), [subtract(x, y)], ["<="], False),
        (Rel(x, "==", y), [subtract(x, y)], ["=="], True),
        (nonnegative(Product((x, Power(y, -1)))), [Product((x, Power(y, -1)))], ["<="], True),
        (nonnegative(Product((x, Power(y, -1)))), [x], ["<="], False),  # the sign of y is not known
        (nonnegative(x), [Product((x, Power(y, 2), Power(y, -2)))], ["<="], True),
        (nonnegative(ONE), [x], ["<="], True),
        (nonnegative(Product((ONE, Power(y, -1)))), [x], ["<="], False),  # 1/y is no positive number
        (nonnegative(number(-1)), [x], ["<="], False),
    ],
)
def test_a_certificate_adds_up_linearly_over_monomials(goal, given_, ops, expected):
    assert adds_up(goal, given_, ops) is expected


def test_averages_split_into_constants_and_what_is_local():
    terms, below = moments(Product((Sum((Product((x, x, y)), z)), Power(z, -1))), {x: True, y: False, z: False})
    found = {tuple(chosen): leaves(coefficient) for coefficient, chosen in terms}
    assert found.keys() == {(x, x), ()} and {one for node in below for one in leaves(node)} <= {z}
    with pytest.raises(Undecided, match="divided by what it runs over"):
        moments(Power(Sum((x, ONE)), -1), {x: True})


# --- questions and obligations


def test_a_division_is_a_real_that_is_free_where_it_makes_no_sense():
    translator = Translator()
    term = translator.term(Product((x, Power(y, -1))))
    solver = z3.Solver()
    solver.add(*translator.sides, z3.Real("y") == 0, term == 7, z3.Real("x") == 7)
    assert solver.check() == z3.sat
    solver.add(translator.formula(Rel(Power(y, -1), "<=", ONE)))
    assert solver.check() == z3.unsat


def test_a_divisor_must_be_found_nonzero():
    half = Product((x, Power(y, -1)))
    with pytest.raises(Undecided, match="y is divided by"):
        require_defined(scope(nonnegative(y)), half)
    require_defined(scope(positive(y)), half)
    require_defined(scope(Rel(y, "<", ZERO)), half)
    require_defined(scope(Rel(Product((y, z)), "==", ONE)), half)
    with pytest.raises(Undecided):
        require_defined(scope(positive(y)), Power(Sum((ONE, Product((number(-1), Power(y, -1))))), -1))


def test_signs_are_found_part_by_part():
    here = scope(positive(x), nonnegative(y))
    assert holds(here, positive(Product((x, Power(x, -1), Power(x, 3)))))
    assert holds(here, positive(Sum((x, y)))) and not holds(here, positive(Product((x, y))))
    assert holds(here, nonnegative(Power(z, 2))) and not holds(here, positive(Power(z, 2)))
    assert not holds(here, nonnegative(z)) and not nonzero(here, y, True)


def test_facts_at_hand_are_no_facts_at_all_values():
    step = frozenset({"step"})
    here = scope(positive(y)).assume("case", positive(x))
    assert here.open == step and holds(here, positive(x))
    everywhere = here.at_all(step)
    assert not holds(everywhere, positive(x)) and holds(everywhere, positive(y))
    assert everywhere.open == frozenset() and here.at_all(frozenset({"stage"})) is here


def test_two_facts_of_one_name_are_refused():
    with pytest.raises(Undecided, match="two facts"):
        scope(positive(y)).plus("0", positive(x))


def test_z3_does_not_follow_the_certificate_where_it_sees_for_itself():
    """A wrong certificate of something true is no matter to z3; a right one of something false does not exist."""

    def author(d):
        """The sum of two equations."""
        d.given("x", eq(X, 1), "domain")
        d.given("y", eq(Y, 2), "domain")
        d.conclude("sum", eq(X + Y, 3), combine(times("x", 5), times("y", -7)))
        d.witness(x=1, y=2)

    assert str(smt.settle(write("sum", "t", author, source="t"), {})) == "1 outright"


def test_a_premise_that_is_left_out_is_missed():
    def author(d):
        """Something that needs a premise it does not have."""
        d.conclude("sum", le(0, X), combine())

    with pytest.raises(Undecided, match="'sum', 0 <= x"):
        smt.settle(write("sum", "t", author, source="t"), {})


@pytest.mark.parametrize("value", [-1, 0, 1, Fraction(1, 2)])
def test_of_a_number_it_is_seen_at_once_whether_it_is_zero(value):
    assert nonzero(None, Number(Fraction(value)), False) is (value != 0)
    assert nonzero(None, Number(Fraction(value)), True) is (value != 0)
