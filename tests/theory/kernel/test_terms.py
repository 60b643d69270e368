"""Terms and signs on examples computed by hand: exact answers, and none where nothing is known."""

from fractions import Fraction

import pytest

from theory.kernel.gap import Gap
from theory.kernel.signs import NONNEGATIVE, POSITIVE, UNKNOWN, Rel, Signs
from theory.kernel.terms import (
    atoms,
    constant,
    divisors,
    fraction,
    gram,
    key,
    minus,
    names,
    number,
    of_atom,
    plus,
    power,
    rational,
    replace,
    scalar,
    term_of,
    times,
    vanishes,
    walk,
)

x, y, z = map(scalar, "xyz")
ZERO, ONE, TWO = map(number, (0, 1, 2))
HALF = number(Fraction(1, 2))


def negative(term):
    return times(number(-1), term)


def over(above, below):
    return times(above, power(below, -1))


# --- terms


def test_a_term_does_not_change_and_equals_what_is_written_alike():
    with pytest.raises(AttributeError, match="does not change"):
        x.tag = "gram"
    assert plus(x, y) == plus(x, y) and hash(plus(x, y)) == hash(plus(x, y))
    assert plus(x, y) != times(x, y) and plus(x, y) != plus(y, x) and x != "x"


def test_a_term_is_shown_as_written():
    assert repr(plus(times(TWO, x), power(gram("v", "u"), -2))) == "((2 x) + <u|v>^-2)"


def test_a_gram_entry_is_the_same_in_both_orders():
    assert gram("v", "u") == gram("u", "v") == of_atom(("u", "v"))
    assert of_atom(("x",)) == x


def test_minus_leaves_zeros_out():
    assert minus(x, ZERO) == x
    assert minus(ZERO, x) == negative(x)
    assert minus(x, y) == plus(x, negative(y))
    assert minus(ZERO, ZERO) == ZERO


def test_atoms_and_names():
    term = plus(x, times(TWO, gram("u", "v"), power(y, 2)))
    assert atoms(term) == {("x",), ("y",), ("u", "v")}
    assert names(term) == {"x", "y", "u", "v"}
    assert atoms(TWO) == frozenset()


def test_inner_parts_come_first():
    inside = power(y, -1)
    outside = power(plus(x, inside), -2)
    assert list(walk(outside)) == [x, y, inside, plus(x, inside), outside]
    assert divisors(times(outside, outside, power(z, 1), power(z, 0))) == (y, plus(x, inside))


def test_replacement_is_simultaneous_and_simplifies_nothing():
    term = plus(x, times(y, gram("u", "v")), power(x, -2))
    swapped = replace(term, {("x",): y, ("y",): x, ("u", "v"): ZERO})
    assert swapped == plus(y, times(x, ZERO), power(y, -2))
    assert replace(term, {("z",): ONE}) is term and replace(term, {}) is term
    assert replace(plus(x, z), {("x",): x, ("y",): z}) == plus(x, z)


@pytest.mark.parametrize(
    ("term", "above", "below"),
    [
        (ZERO, "0", "1"),
        (number(Fraction(-2, 3)), "-2/3", "1"),
        (x, "x", "1"),
        (gram("u", "v"), "u|v", "1"),
        (plus(), "0", "1"),
        (times(), "1", "1"),
        (plus(x, y, x), "2*x + y", "1"),
        (times(x, y, x), "x^2*y", "1"),
        (power(x, 3), "x^3", "1"),
        (power(x, 0), "1", "1"),
        (power(x, -2), "1", "x^2"),
        (power(over(x, y), -1), "y", "x"),
        (plus(power(x, -1), power(y, -1)), "x + y", "x*y"),
        (plus(power(x, -1), power(x, -2)), "x + 1", "x^2"),
        (plus(over(y, times(x, z)), power(x, -1)), "y + z", "x*z"),
        (times(over(x, y), over(z, x)), "x*z", "x*y"),
    ],
)
def test_numerator_and_denominator(term, above, below):
    assert tuple(map(str, fraction(term))) == (above, below)


@pytest.mark.parametrize("base", [ZERO, minus(x, x), times(ZERO, x)])
def test_a_fraction_with_the_zero_polynomial_below(base):
    assert str(fraction(power(base, 2))[0]) == "0"
    with pytest.raises(Gap, match="is zero and divided by"):
        fraction(power(base, -1))


def test_what_vanishes():
    assert vanishes(minus(power(plus(x, y), 2), plus(power(x, 2), times(TWO, x, y), power(y, 2))))
    assert vanishes(minus(over(x, x), ONE)) and vanishes(ZERO)
    assert not vanishes(x) and not vanishes(ONE) and not vanishes(minus(x, y))


def test_what_is_constant():
    for term in (ONE, ZERO, times(ZERO, x), minus(x, x), over(x, x), over(plus(times(TWO, x), TWO), plus(x, ONE))):
        assert constant(term), term
    for term in (x, power(x, -1), over(x, y), plus(x, ONE), over(plus(x, ONE), plus(x, TWO))):
        assert not constant(term), term


def test_a_polynomial_becomes_a_term_again():
    term = plus(times(HALF, power(x, 2), gram("u", "u")), number(-3))
    order = sorted(atoms(term))
    again = term_of(fraction(term)[0], order)
    assert vanishes(minus(again, term)) and not vanishes(again)
    assert again == plus(times(HALF, power(gram("u", "u"), 1), power(x, 2)), times(number(-3)))
    assert rational(fraction(HALF)[0].leading_coefficient()) == HALF


def test_one_key_for_the_positive_multiples_of_a_rational_function():
    assert key(times(TWO, x)) == key(over(x, number(3))) == key(x)
    assert key(over(x, negative(y))) == key(over(negative(times(TWO, x)), y))
    assert key(over(minus(power(x, 2), ONE), minus(x, ONE))) == key(plus(x, ONE))
    assert key(over(x, times(TWO, minus(y, ONE)))) == key(over(times(number(7), x), minus(y, ONE)))
    assert key(ZERO) == key(minus(x, x))
    different = [x, negative(x), y, power(x, -1), power(x, 2), plus(x, ONE), plus(x, TWO), minus(x, ONE), ONE, ZERO]
    different += [over(x, y), over(negative(x), y), over(y, x), negative(ONE), gram("u", "v")]
    assert len({key(term) for term in different}) == len(different)


def test_a_key_is_scaled_by_its_first_coefficient():
    one = (((), Fraction(1)),)
    assert key(minus(times(TWO, x), number(4))) == ((((), Fraction(-1)), ((("x", 1),), Fraction(1, 2))), one)
    assert key(over(times(number(3), power(x, 2)), number(-5))) == ((((("x", 2),), Fraction(-1)),), one)


# --- signs


def signs(*facts):
    return Signs(Rel(*fact) for fact in facts)


SIGNS = signs((ZERO, "<=", x), (ZERO, "<", y), (z, "<", ZERO))
NEGATIVE, NONPOSITIVE = -POSITIVE, -NONNEGATIVE
w = scalar("w")


@pytest.mark.parametrize(
    ("term", "sign"),
    [
        (ONE, POSITIVE), (ZERO, NONNEGATIVE), (number(-3), NEGATIVE),
        (minus(x, x), NONNEGATIVE), (over(w, w), POSITIVE), (over(negative(w), w), NEGATIVE),
        (over(minus(ONE, TWO), number(-3)), POSITIVE), (over(ONE, minus(ONE, TWO)), NEGATIVE),
        (x, NONNEGATIVE), (y, POSITIVE), (z, NEGATIVE), (w, UNKNOWN), (negative(x), NONPOSITIVE),
        (negative(z), POSITIVE), (times(TWO, y), POSITIVE),
        (plus(x, y), POSITIVE), (plus(x, x), NONNEGATIVE), (plus(x, z), UNKNOWN), (plus(x, w), UNKNOWN),
        (plus(negative(y), z), NEGATIVE), (plus(negative(x), z), NEGATIVE), (plus(x, negative(y)), UNKNOWN),
        (plus(negative(x), negative(times(x, y))), NONPOSITIVE), (plus(x, ZERO), NONNEGATIVE),
        (times(x, y), NONNEGATIVE), (times(y, y), POSITIVE), (times(y, z), NEGATIVE), (times(z, z), POSITIVE),
        (times(x, z), NONPOSITIVE), (times(x, w), UNKNOWN), (times(z, z, z), NEGATIVE), (times(x, z, z), NONNEGATIVE),
        (power(w, 2), NONNEGATIVE), (power(z, 2), POSITIVE), (power(y, 2), POSITIVE), (power(x, 2), NONNEGATIVE),
        (power(z, 3), NEGATIVE), (power(y, -1), POSITIVE), (power(z, -1), NEGATIVE), (power(z, -2), POSITIVE),
        (power(x, 3), NONNEGATIVE), (power(w, 3), UNKNOWN), (power(w, 0), POSITIVE),
        (minus(y, w), UNKNOWN), (gram("u", "u"), UNKNOWN),
    ],
)  # fmt: skip
def test_sign(term, sign):
    assert SIGNS.of(term) == sign
    assert SIGNS.nonzero(term) == (abs(sign) == POSITIVE)


def test_what_a_fact_says_counts_as_much_as_structure():
    known = signs((x, "<", y), (ZERO, "<", power(w, 2)), (z, "<=", ZERO))
    assert known.of(minus(y, x)) == known.of(minus(times(TWO, y), times(TWO, x))) == POSITIVE
    assert known.of(minus(x, y)) == NEGATIVE
    assert known.of(power(w, 2)) == POSITIVE
    assert known.of(z) == NONPOSITIVE and known.of(power(z, 3)) == NONPOSITIVE
    assert signs((power(w, 2), "<=", ZERO)).of(power(w, 2)) == NONPOSITIVE  # 0, but that takes a proof


@pytest.mark.parametrize("order", [1, -1])
def test_the_strictest_fact_counts_in_any_order(order):
    assert signs(*[(ZERO, "<", x), (ZERO, "<=", x)][::order]).of(x) == POSITIVE
    both = signs(*[(ZERO, "<=", x), (x, "<=", ZERO)][::order])
    assert abs(both.of(x)) == NONNEGATIVE and not both.nonzero(x)


def test_an_equation_says_no_strict_sign():
    known = signs((x, "==", ZERO))
    assert known.of(x) == UNKNOWN and not known.nonzero(x)


def follows(known, lhs, op, rhs):
    return known.follows(Rel(lhs, op, rhs))


def test_what_follows():
    known = signs((x, "==", y), (ZERO, "<=", z), (ZERO, "<", w))
    for lhs, rhs in ((x, y), (y, x), (times(TWO, x), times(TWO, y)), (times(x, z), times(z, x)), (ZERO, ZERO)):
        assert follows(known, lhs, "==", rhs) and follows(known, lhs, "<=", rhs)
        assert not follows(known, lhs, "<", rhs)
    assert follows(known, ZERO, "<=", z) and not follows(known, ZERO, "<", z) and not follows(known, z, "==", ZERO)
    assert follows(known, ZERO, "<=", w) and follows(known, ZERO, "<", w) and not follows(known, w, "==", ZERO)
    assert not follows(known, z, "<=", ZERO) and not follows(known, w, "<=", ZERO)
    assert not follows(known, x, "==", z) and not follows(known, x, "<=", z)
    assert follows(known, negative(power(x, 2)), "<=", z)


def test_where_a_term_is_defined():
    known = signs((ZERO, "<", y), (z, "<", ZERO), (ZERO, "<=", x))
    known.require_defined()
    known.require_defined(power(y, -1), over(x, z), x, power(plus(y, power(y, -1)), -1), power(TWO, -1))
    for term in (power(x, -1), power(w, -1), plus(y, power(x, -2)), power(plus(y, power(w, -2)), -1), power(ZERO, -1)):
        with pytest.raises(Gap, match="is divided by, and is not known to be nonzero"):
            known.require_defined(y, term)


def test_a_relation_has_a_slack():
    relation = Rel(x, "<=", y)
    assert relation.slack == minus(y, x) and str(relation) == "x <= y"
