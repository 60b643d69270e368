"""Numbers are read as what they show, and printed on the side that is claimed."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from boundary import BadInput
from boundary.numbers import LARGEST_EXPONENT, above, below, exact, nearest, places_above, shown, whole

READ = [
    ("0.3", Fraction(3, 10)),
    (" 0.3\n", Fraction(3, 10)),
    ("+.5", Fraction(1, 2)),
    ("-5.", Fraction(-5)),
    ("1_000.000_1e-1_0", Fraction(10000001, 10**14)),
    ("1E400", Fraction(10**400)),
    ("1e-400", Fraction(1, 10**400)),
    ("-0", Fraction(0)),
    (Decimal("0.1"), Fraction(1, 10)),
    (Decimal("-0E+7"), Fraction(0)),
    (Fraction(1, 3), Fraction(1, 3)),
    (sympy.Rational(2, 7), Fraction(2, 7)),
    (10**300, Fraction(10**300)),
    (np.int64(2**53 + 1), Fraction(2**53 + 1)),
    (np.uint8(7), Fraction(7)),
    (0.1, Fraction(3602879701896397, 2**55)),
    (np.float32(0.1), Fraction(13421773, 2**27)),
    (5e-324, Fraction(1, 2**1074)),
]
LONG = 1 << 30_000
REFUSED = [
    "", " ", "1e", "e5", ".", "+-1", "0x10", "0b1", "1__0", "_1", "1_", "1 0", "0,5", "1,000", "1/3", "nan", "NaN", "١",
    "٣.٥", "½", "1e5.0", "1d5", "1e99999", "1e-99999", f"1e{LARGEST_EXPONENT + 1}", "9" * (LARGEST_EXPONENT + 1), "1j",
    "0.1\x000", True, np.bool_(True), None, 1j, b"1", [1], LONG, 1 / Fraction(LONG), Decimal("1e99999"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "value"), READ)
def test_what_is_given_is_what_it_shows(given, value):
    assert exact("x", given) == value
    assert isinstance(exact("x", given), Fraction)


@pytest.mark.parametrize("given", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_number_is_refused_by_name_and_in_a_short_line(given):
    with pytest.raises(BadInput, match="x = ") as caught:
        exact("x", given, needed_by="a theorem")
    assert len(str(caught.value)) < 250
    assert "(needed by a theorem)" in str(caught.value)


@pytest.mark.parametrize("given", ["inf", "-Infinity", math.inf, -math.inf, np.float32("inf"), Decimal("Infinity")])
def test_the_infinite_stays_infinite(given):
    assert math.isinf(exact("x", given))


@pytest.mark.parametrize("given", [math.nan, np.float64("nan"), Decimal("nan"), Decimal("sNaN")])
def test_nan_stays_nan(given):
    assert math.isnan(exact("x", given))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_every_decimal_survives_as_text(value):
    assert exact("x", str(value)) == Fraction(value) == exact("x", value)


@pytest.mark.parametrize(
    ("given", "value"), [("10_000", 10_000), ("1e4", 10_000), (2.0, 2), ("12345678901234567891", None)]
)
def test_integers_keep_every_digit(given, value):
    assert whole("K", given, at_least=1) == (int(given) if value is None else value)


@pytest.mark.parametrize("given", ["2.5", "1e-3", "0", "-3", "inf", "nan", 2.5, "1,0"])
def test_what_is_no_count_is_refused(given):
    with pytest.raises(BadInput, match="K = "):
        whole("K", given, at_least=1)


@given(st.fractions() | st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 25))
def test_printed_digits_lie_on_the_side_that_is_claimed_and_next_to_it(value, digits):
    up, down, number = Fraction(above(value, digits)), Fraction(below(value, digits)), Fraction(value)
    assert down <= number <= up
    if number:
        size = Decimal(above(abs(number), digits)).adjusted()
        assert up - down <= Fraction(10) ** (size - digits + 1)
    for text in (above(value, digits), below(value, digits)):
        assert len(text.partition("e")[0].replace(".", "").lstrip("-0")) <= max(digits, 21)


@given(st.fractions(), st.integers(0, 12))
def test_decimal_places_are_rounded_up(value, places):
    text = places_above(value, places)
    assert 0 <= Fraction(text) - value < Fraction(1, 10**places)
    assert len(text.partition(".")[2]) == places


def test_what_is_infinite_is_printed_as_such():
    assert above(math.inf) == below(math.inf) == places_above(math.inf, 3) == "inf"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(3, 10), "0.3"),
        (Fraction(0.1), "0.1"),
        (Fraction(1), "1.0"),
        (Fraction(10**30 + 1), str(10**30 + 1)),
        (Fraction(1, 3), "1/3"),
        (Fraction(Decimal("0.1234567890123456789012345")), "0.1234567890123456789012345"),
        (Fraction(1, 10**400), "1e-400"),
        (math.inf, "inf"),
    ],
)
def test_numbers_are_shown_as_people_type_them(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "double"), [(Fraction(10**400), math.inf), (-Fraction(10**400), -math.inf), (Fraction(1, 10**400), 0.0)]
)
def test_the_nearest_double_of_what_doubles_do_not_hold(value, double):
    assert nearest(value) == double
