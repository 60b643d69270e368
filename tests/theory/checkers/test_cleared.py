"""Polynomials, cleared denominators and terms for z3, against what they are when worked out by hand."""

from fractions import Fraction

import pytest
import z3

from theory.checkers import cleared
from theory.checkers.cleared import Clearing, Translator, adds_up, asked, compare, identical, is_zero, moments, variable
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
    nonnegative,
    positive,
    subtract,
)

x, y, z = map(Name, "xyz")
TWO, HALF = Number(Fraction(2)), Number(Fraction(1, 2))


# --- what z3 is given


def test_z3_gives_up_after_a_fixed_amount_of_work(monkeypatch):
    class Recorded:
        def __init__(self, logic):
            self.said = {"logic": logic}

        def set(self, name, value):
            self.said[name] = value

    monkeypatch.setattr(z3, "SolverFor", Recorded)
    assert asked("QF_NRA").said == {"logic": "QF_NRA", "rlimit": 200_000, "timeout": 1_000}
    assert asked("QF_LRA", 10).said == {"logic": "QF_LRA", "rlimit": 2_000_000, "timeout": 10_000}
    assert cleared.LINEAR == 10


def test_signs_are_those_of_zero_against_the_value():
    a = z3.Real("a")
    assert [str(compare(a, op)) for op in ("==", "<=", "<")] == ["a == 0", "a >= 0", "a > 0"]


def worked_out(term, **values):
    by = [(z3.Real(name), z3.RealVal(str(value))) for name, value in values.items()]
    return Fraction(str(z3.simplify(z3.substitute(term, *by))))


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (Number(Fraction(-3, 4)), Fraction(-3, 4)),
        (x, 2),
        (Sum((x, y, HALF)), Fraction(11, 2)),
        (Sum(()), 0),
        (Product((x, y, y)), 18),
        (Product(()), 1),
        (Power(y, 3), 27),
        (Power(y, 1), 3),
        (Power(y, 0), 1),
        (Power(Sum((x, MINUS_ONE)), 2), 1),
    ],
)
def test_a_node_is_written_as_the_term_that_it_is(node, value):
    translator = Translator()
    assert worked_out(translator.term(node), x=2, y=3) == value
    assert translator.sides == []


def test_names_are_reals_and_gram_entries_too():
    assert str(variable(x)) == "x" and str(variable(Gram("u", "v"))) == "<u|v>"
    assert variable(x).sort() == z3.RealSort() and Translator().term(Gram("u", "v")).eq(z3.Real("<u|v>"))


def test_a_division_is_one_real_for_each_base():
    translator = Translator()
    one, two, other = (translator.term(node) for node in (Power(x, -1), Power(x, -2), Power(y, -1)))
    assert str(one) == "1/0" and str(other) == "1/1" and str(z3.simplify(two)) in ("1/0*1/0", "1/0**2", "1/0^2")
    assert [str(side) for side in translator.sides] == [
        "Implies(x != 0, 1/0*x == 1)", "Implies(y != 0, 1/1*y == 1)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("op", "holds"), [("==", (False, True, False)), ("<=", (True, True, False)), ("<", (True, False, False))]
)
def test_a_relation_holds_where_it_does(op, holds):
    for value, expected in zip((2, 3, 4), holds, strict=True):
        solver = z3.Solver()
        solver.add(Translator().formula(Rel(x, op, Sum((y, ONE)))), z3.Real("x") == value, z3.Real("y") == 2)
        assert (solver.check() == z3.sat) is expected


def test_a_relation_says_that_it_is_defined():
    for relation in (Rel(Power(x, -1), "<=", Power(x, -1)), Rel(ONE, "<=", Sum((ONE, Power(Power(x, -1), -2))))):
        solver = z3.Solver()
        translator = Translator()
        solver.add(translator.formula(relation), *translator.sides, z3.Real("x") == 0)
        assert solver.check() == z3.unsat


# --- polynomials over products of bases


def shown(clearing, value):
    """Return numerator and denominator as one reads them: {"x^2 y": 3} over {"x": 1}."""
    top, bottom = value
    return polynomial(clearing, top), {
        " + ".join(f"{c} {m}".strip() for m, c in polynomial(clearing, clearing.bases[place]).items()): exponent
        for place, exponent in bottom.items()
    }


def polynomial(clearing, terms):
    return {
        " ".join(f"{one.name}^{n}" if n > 1 else one.name for one, n in clearing.powers(monomial)): value
        for monomial, value in terms.items()
    }


@pytest.mark.parametrize(
    ("node", "top", "bottom"),
    [
        (ZERO, {}, {}),
        (HALF, {"": Fraction(1, 2)}, {}),
        (Product((x, y, x, TWO)), {"x^2 y": 2}, {}),
        (Sum((x, y, Product((MINUS_ONE, x)))), {"y": 1}, {}),
        (Power(Sum((x, ONE)), 2), {"x^2": 1, "x": 2, "": 1}, {}),
        (Power(Sum((x, ONE)), 0), {"": 1}, {}),
        (Power(x, -2), {"": 1}, {"1 x": 2}),
        (Power(Product((TWO, x, x, y)), -1), {"": Fraction(1, 2)}, {"1 x": 2, "1 y": 1}),
        (Product((x, Power(x, -1))), {"": 1}, {}),
        (Product((x, x, x, Power(x, -2))), {"x": 1}, {}),
        (Product((x, Power(x, -3))), {"": 1}, {"1 x": 2}),
        (Product((x, y, Power(x, -1))), {"y": 1}, {}),
        (Product((Sum((x, ONE)), Power(x, -1))), {"x": 1, "": 1}, {"1 x": 1}),
        (Product((Sum((x, ONE)), Power(Sum((x, ONE)), -1))), {"x": 1, "": 1}, {"1 x + 1": 1}),
        (Power(Sum((Product((TWO, x)), TWO)), -1), {"": Fraction(1, 2)}, {"1 x + 1": 1}),
        (Sum((Power(x, -1), Power(y, -1))), {"y": 1, "x": 1}, {"1 x": 1, "1 y": 1}),
        (Sum((Power(x, -1), Power(x, -3))), {"x^2": 1, "": 1}, {"1 x": 3}),
        (Power(Power(x, -1), -1), {"x": 1}, {}),
        (Power(Power(x, -2), 2), {"": 1}, {"1 x": 4}),
        (Power(Product((Power(y, -1), Sum((x, ONE)))), -2), {"y^2": 1}, {"1 x + 1": 2}),
        (Product((ZERO, Power(x, -1))), {}, {"1 x": 1}),
        (Product((y, Power(Product((x, Sum((x, y)))), -1), x)), {"y": 1}, {"1 x + 1 y": 1}),
        (Product((z, Power(z, -1), Power(y, -1), y)), {"": 1}, {}),
    ],
)
def test_a_value_is_a_polynomial_over_a_product(node, top, bottom):
    clearing = Clearing((node, x, y, z))
    found, below = shown(clearing, clearing.value(node))
    assert (found, {frozenset(base.split(" + ")): n for base, n in below.items()}) == (
        top,
        {frozenset(base.split(" + ")): n for base, n in bottom.items()},
    )


def test_coefficients_are_integers_where_they_can_be():
    clearing = Clearing((x,))
    (value,) = clearing.value(TWO)[0].values()
    assert type(value) is int and type(clearing.value(HALF)[0][0]) is Fraction


def test_what_is_zero_is_nowhere_a_base():
    clearing = Clearing((x, y))
    for node in (Power(ZERO, -1), Power(subtract(x, x), -2)):
        with pytest.raises(Undecided, match="something is divided by what is zero identically"):
            clearing.value(node)


def test_degrees_stay_below_what_a_field_of_bits_holds():
    most = 2**19
    Clearing((Power(x, most - 1),))
    Clearing((Power(x, most - 2), y))
    for nodes in ((Power(x, most),), (Power(x, most - 1), y), (Power(x, -most),)):
        with pytest.raises(Undecided, match="the degrees of a question are too high"):
            Clearing(nodes)


def test_large_exponents_stay_apart():
    clearing = Clearing((x, y))
    node = Product((Power(x, 1000), y, Power(Sum((x, ONE)), 2)))
    assert polynomial(clearing, clearing.value(node)[0]) == {"x^1002 y": 1, "x^1001 y": 2, "x^1000 y": 1}


def test_products_of_bases_have_a_least_common_one():
    clearing = Clearing((x, y))
    clearing.value(Product((Power(x, -1), Power(y, -1))))
    assert clearing.common([{0: 1, 1: 2}, {0: 3}]) == {0: 3, 1: 2} and clearing.common([]) == {}
    assert polynomial(clearing, clearing.over({0: 5}, {0: 1}, {0: 3, 1: 1})) == {"x^2 y": 5}


def test_a_polynomial_is_a_node_again():
    clearing = Clearing((x, y))
    top, _ = clearing.value(Sum((Product((TWO, x, x, y)), HALF)))
    assert clearing.node(top) == Sum((Product((TWO, Power(x, 2), Power(y, 1))), Product((HALF,))))


# --- questions


@pytest.mark.parametrize(
    ("goal", "values", "ops", "expected"),
    [
        (nonnegative(ONE), [], [], True),
        (positive(ONE), [], [], True),
        (nonnegative(ZERO), [], [], True),
        (positive(ZERO), [], [], False),
        (nonnegative(MINUS_ONE), [], [], False),
        (Rel(x, "==", x), [], [], True),
        (Rel(x, "==", y), [], [], False),
        (nonnegative(Product((x, x))), [], [], False),  # linear: a square is any number
        (nonnegative(x), [Product((TWO, x))], ["<="], True),
        (nonnegative(x), [Product((MINUS_ONE, x))], ["=="], True),
        (positive(x), [Product((x, y, Power(y, -1)))], ["<"], True),
        (positive(Product((x, Power(y, -1)))), [Product((x, y, Power(y, -2)))], ["<"], True),
        (nonnegative(Sum((x, Power(y, -1)))), [x, Power(y, -1)], ["<=", "<="], True),
        (nonnegative(Sum((x, Power(y, -1)))), [x], ["<="], False),
        (Rel(Power(x, -1), "<=", ZERO), [Power(x, -1)], ["=="], True),
        (nonnegative(MINUS_ONE), [MINUS_ONE], ["=="], True),  # from what is false
    ],
)
def test_a_goal_is_derived_linearly(goal, values, ops, expected):
    assert adds_up(goal, values, ops) is expected


def test_identical_functions():
    assert identical(Power(Sum((x, y)), 2), Sum((Power(x, 2), Product((TWO, x, y)), Power(y, 2))))
    assert identical(Sum((Power(x, -1), Power(y, -1))), Product((Sum((x, y)), Power(Product((x, y)), -1))))
    assert not identical(x, y) and not identical(Power(x, -1), x)
    assert is_zero(ZERO) and is_zero(subtract(Power(x, 2), Product((x, x)))) and not is_zero(x)
    assert not is_zero(Number(Fraction(1, 7)))


def test_moments_are_constants_times_products_of_local_things():
    slack = Product((Sum((Product((TWO, x, x, y)), Product((z, y)))), Power(z, -2)))
    terms, below = moments(slack, {x: True, y: True, z: False})
    assert terms == [(Product((TWO,)), [x, x, y]), (Product((ONE, Power(z, 1))), [y])]
    assert below == [Power(Sum((Product((ONE, Power(z, 1))),)), -2)]
    assert moments(ONE, {}) == ([(Product((ONE,)), [])], [])
    with pytest.raises(Undecided, match="divided by what it runs over"):
        moments(Power(Sum((x, z)), -1), {x: True, z: False})
