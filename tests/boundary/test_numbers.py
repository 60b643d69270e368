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
    np.timedelta64(5), np.timedelta64(5, "s"), np.datetime64(5, "s"),
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


# Limits, to the last digit


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("1e4000", Fraction(10**4000)),
        ("1e-4000", Fraction(1, 10**4000)),
        ("-1e0_0_04000", Fraction(-(10**4000))),
        ("9" * 4000, Fraction(10**4000 - 1)),
        (Decimal("1e4000"), Fraction(10**4000)),
        (Decimal("0e999999999"), Fraction(0)),
        ("0e9999", Fraction(0)),
        ("0" * 8000, Fraction(0)),
        (1 << 27_999, Fraction(1 << 27_999)),
        (Fraction(1, 1 << 27_999), Fraction(1, 1 << 27_999)),
        ("\t\r\n 7 \n", Fraction(7)),
    ],
    ids=range(11),
)
def test_what_is_just_small_enough_is_exact(given, value):
    assert exact("x", given) == value


@pytest.mark.parametrize(
    "given",
    [
        "1e4001", "1e-4001", "0e10000", "1" + "0" * 4000, "0" * 8001, Decimal("1e4001"), Decimal("1e-4001"),
        1 << 28_000, Fraction(1, 1 << 28_000), Decimal(10**4000 + 1),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_just_too_large_is_refused(given):
    with pytest.raises(BadInput, match="a number between 1e-4000 and 1e4000 in size, with at most as many digits"):
        exact("x", given)


def test_refusals_show_the_first_40_characters():
    for zeros, shown_ in ((33, "0" * 33 + "1e99999"), (34, "0" * 34 + "1e9999...")):
        with pytest.raises(BadInput) as caught:
            exact("x", "0" * zeros + "1e99999")
        assert f"x = '{shown_}': must satisfy" in str(caught.value)
    with pytest.raises(BadInput, match=r"x = a int of more than 28000 bits: must satisfy"):
        exact("x", 1 << 30_000)
    with pytest.raises(BadInput, match=r"x = '0,5': must satisfy a real number, with a decimal point and no comma"):
        exact("x", "0,5")


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("inf", math.inf), ("+inf", math.inf), ("-inf", -math.inf), ("INFINITY", math.inf), ("-Infinity", -math.inf),
        (Decimal("-Infinity"), -math.inf), (Decimal("Infinity"), math.inf), (np.float32("-inf"), -math.inf),
    ],
)  # fmt: skip
def test_the_infinite_keeps_its_sign_and_is_a_float(given, value):
    found = exact("x", given)
    assert found == value and type(found) is float


@pytest.mark.parametrize(
    ("given", "least", "value"), [("1", 1, 1), (0, 0, 0), ("-3", None, -3), (7.0, 7, 7), (5, 2, 5)]
)
def test_an_integer_may_be_the_least(given, least, value):
    found = whole("K", given, at_least=least)
    assert found == value and type(found) is int


def test_counts_that_are_none_say_why():
    with pytest.raises(BadInput, match=r"K = 2.5: must satisfy an integer \(needed by a theorem\)"):
        whole("K", "2.5", needed_by="a theorem")
    with pytest.raises(BadInput, match=r"K = 2.0: must satisfy an integer >= 3 \(needed by a theorem\)"):
        whole("K", "2", at_least=3, needed_by="a theorem")
    with pytest.raises(BadInput, match=r"K = 1/3: must satisfy an integer"):
        whole("K", Fraction(1, 3))
    with pytest.raises(BadInput, match=r"K = inf: must satisfy an integer"):
        whole("K", math.inf)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(10**40 - 1), "9" * 40),
        (Fraction(-(10**39) - 1), "-1" + "0" * 38 + "1"),
        (Fraction(10**40 + 1), "about 1.000000000000000000000000000000000000001e+40"),  # upwards
        (Fraction(10**20 - 1, 7), "99999999999999999999/7"),
        (Fraction(-1, 10**20 - 1), "-1/99999999999999999999"),
        (Fraction(10**20, 3), "about 33333333333333333333.33333333333333333334"),
        (Fraction(-(10**20), 3), "about -33333333333333333333.33333333333333333333"),
        (Fraction(1, 3 * 10**20), "about 3.333333333333333333333333333333333333334e-21"),
        (Fraction(10**400), "1e+400"),
        (Fraction(-(10**400)), "-1e+400"),
        (Fraction(0), "0.0"),
        (Fraction(5, 2), "2.5"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_are_shown_whole_while_that_is_short(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "up", "down"),
    [
        (Fraction(1, 3), 3, "0.334", "0.333"),
        (Fraction(-1, 3), 3, "-0.333", "-0.334"),
        (Fraction(1, 3), 17, "0." + "3" * 16 + "4", "0." + "3" * 17),
        (Fraction(1, 10**5), 5, "0.00001", "0.00001"),
        (Fraction(1, 10**6), 5, "1e-6", "1e-6"),
        (Fraction(10**20), 5, "1" + "0" * 20, "1" + "0" * 20),
        (Fraction(10**21), 5, "1e+21", "1e+21"),
        (Fraction(123456, 100), 3, "1240", "1230"),
        (0.5, 3, "0.5", "0.5"),
        (0, 3, "0", "0"),
        (Fraction(10**15_999 + 1), 16_000, "1." + "0" * 15_998 + "1e+15999", "1." + "0" * 15_998 + "1e+15999"),
        (-math.inf, 3, "-inf", "-inf"),
        (math.nan, 3, "nan", "nan"),
    ],
    ids=range(13),
)
def test_decimals_next_to_a_number(value, digits, up, down):
    assert (above(value, digits), below(value, digits)) == (up, down)


def test_as_many_digits_as_tell_doubles_apart_are_printed_unless_others_are_asked_for():
    assert above(Fraction(1, 3)) == "0.33333333333333334" and below(Fraction(1, 3)) == "0.33333333333333333"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(1, 3), 2, "0.34"),
        (Fraction(-1, 3), 2, "-0.33"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Fraction(1, 1000), 2, "0.01"),
        (Fraction(-1, 100), 2, "-0.01"),
        (Fraction(-12345, 1000), 1, "-12.3"),
        (Fraction(12345, 10), 0, "1235"),
        (Fraction(-7, 2), 0, "-3"),
        (0, 3, "0.000"),
        (2.5, 1, "2.5"),
        (-math.inf, 2, "-inf"),
        (math.nan, 2, "nan"),
    ],
)
def test_places_after_the_point(value, places, text):
    assert places_above(value, places) == text
