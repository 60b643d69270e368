"""Numbers as people give them, exactly, and numbers as people read them, rounded away from the side that is claimed.

Text, `Decimal`, `Fraction` and integers are the numbers they show: 0.3 typed is three tenths. A float, a NumPy number
or an array of them is the binary number it holds: the float 0.3 is 5404319552844595/2^54, a little less than three
tenths. What bounds something from above is printed rounded up, so that the digits on paper are a bound as well.
"""

import math
import re
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from numbers import Rational
from typing import Final, SupportsFloat

import numpy as np

from boundary import BadInput

Number = Fraction | float
"""An exact number; a float only where it is infinite or nan."""

LARGEST_EXPONENT: Final = 4000
"""Powers of ten, and digits, beyond which a number is refused: exact arithmetic would not end."""

_DIGITS = r"\d+(?:_\d+)*"
_DECIMAL = re.compile(
    rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:e[+-]?{_DIGITS})?", re.ASCII | re.IGNORECASE
)
_INFINITE = re.compile(r"([+-]?)inf(?:inity)?", re.ASCII | re.IGNORECASE)
_SIZE = f"a number between 1e-{LARGEST_EXPONENT} and 1e{LARGEST_EXPONENT} in size, with at most as many digits"


def exact(name: str, value: object, *, needed_by: str = "") -> Number:
    """Return the number that `value` is: a decimal as text, any rational, a `Decimal`, or a float of any width.

    Text may hold underscores between digits and blanks around it, and `inf`; other alphabets' digits, hexadecimal
    numbers, decimal commas and fractions are refused.

    Raises:
        BadInput: if it is no real number, or too long or large to be computed with exactly.

    """
    if isinstance(value, bool | np.bool_ | np.timedelta64):  # NumPy counts durations among the integers
        raise BadInput(name, value, "a real number", needed_by)
    if isinstance(value, str):
        return _text(name, value, needed_by)
    if isinstance(value, Rational):
        return _limited(name, value, Fraction(int(value.numerator), int(value.denominator)), needed_by)
    if isinstance(value, Decimal):
        return _decimal(name, value, value, needed_by)
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            return float(value)
        return Fraction(*value.as_integer_ratio())
    raise BadInput(name, repr(value), "a real number", needed_by)


def whole(name: str, value: object, *, at_least: int | None = None, needed_by: str = "") -> int:
    """Return the integer that `value` is (10_000, 1e4 and 2.0 are some, 2.5 is none), with every digit.

    Raises:
        BadInput: if it is no integer, or less than `at_least`.

    """
    number = exact(name, value, needed_by=needed_by)
    if not isinstance(number, Fraction) or number.denominator != 1:
        raise BadInput(name, shown(number), "an integer", needed_by)
    if at_least is not None and number < at_least:
        raise BadInput(name, shown(number), f"an integer >= {at_least}", needed_by)
    return int(number)


def _text(name: str, text: str, needed_by: str) -> Number:
    stripped = text.strip(" \t\r\n")
    if found := _INFINITE.fullmatch(stripped):
        return -math.inf if found[1] == "-" else math.inf
    if "," in stripped:
        raise BadInput(name, repr(text), "a real number, with a decimal point and no comma", needed_by)
    if not _DECIMAL.fullmatch(stripped):
        raise BadInput(name, repr(text), "a real number", needed_by)
    exponent = stripped.lower().partition("e")[2].replace("_", "")
    if len(exponent.lstrip("+-0")) > len(str(LARGEST_EXPONENT)) or len(stripped) > 2 * LARGEST_EXPONENT:
        raise BadInput(name, _short(text), _SIZE, needed_by)
    return _decimal(name, text, Decimal(stripped.replace("_", "")), needed_by)


def _decimal(name: str, given: object, value: Decimal, needed_by: str) -> Number:
    if not value.is_finite():
        return math.nan if value.is_nan() else math.copysign(math.inf, value)
    digits = value.as_tuple().digits
    if len(digits) > LARGEST_EXPONENT or (value and abs(value.adjusted()) > LARGEST_EXPONENT):
        raise BadInput(name, _short(str(given)), _SIZE, needed_by)
    return Fraction(value) if value else Fraction(0)  # whatever the exponent of a zero


def _limited(name: str, given: object, value: Fraction, needed_by: str) -> Fraction:
    bits = 7 * LARGEST_EXPONENT  # a decimal of as many digits at the smallest exponent has fewer
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > bits:
        raise BadInput(name, f"a {type(given).__name__} of more than {bits} bits", _SIZE, needed_by)
    return value


def _short(text: str, most: int = 40) -> str:
    return repr(text if len(text) <= most else text[:most] + "...")


def nearest(value: Number) -> float:
    """Return the double nearest to a number; infinite where it is beyond the doubles."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def shown(value: Number) -> str:
    """Return a number as a person would type it: all its digits, if there are few; else those of the nearest double."""
    if isinstance(value, float):
        return repr(value)
    close = nearest(value)
    if math.isfinite(close) and value in (Fraction(close), Fraction(repr(close))):
        return repr(close)
    if value.denominator == 1 and abs(value) < 10**40:
        return str(value.numerator)
    digits = Context(prec=40, rounding=ROUND_CEILING, Emax=MAX_EMAX, Emin=MIN_EMIN)
    decimal = digits.divide(Decimal(value.numerator), Decimal(value.denominator))
    if Fraction(decimal) == value:
        return _plain(decimal)
    few = max(abs(value.numerator), value.denominator) < 10**20
    return f"{value.numerator}/{value.denominator}" if few else f"about {_plain(decimal)}"


def above(value: SupportsFloat | Fraction, digits: int = 17) -> str:
    """Return a decimal with `digits` significant digits that is at or above `value`, and next to it."""
    return _rounded(value, digits, ROUND_CEILING)


def below(value: SupportsFloat | Fraction, digits: int = 17) -> str:
    """Return a decimal with `digits` significant digits that is at or below `value`, and next to it."""
    return _rounded(value, digits, ROUND_FLOOR)


def places_above(value: SupportsFloat | Fraction, places: int) -> str:
    """Return the decimal with `places` digits after the point that is at or above `value`, and next to it."""
    number = value if isinstance(value, Fraction) else float(value)
    if not isinstance(number, Fraction) and not math.isfinite(number):
        return str(number)
    scaled = math.ceil(Fraction(number) * 10**places)
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled)).zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _rounded(value: SupportsFloat | Fraction, digits: int, rounding: str) -> str:
    number = value if isinstance(value, Fraction) else float(value)
    if not isinstance(number, Fraction):
        if not math.isfinite(number):
            return str(number)
        number = Fraction(number)
    outward = Context(prec=digits, rounding=rounding, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return _plain(outward.divide(Decimal(number.numerator), Decimal(number.denominator)))


def _plain(value: Decimal) -> str:
    """Return all digits of a decimal, with a power of ten only where it is much shorter."""
    value = value.normalize(Context(prec=len(value.as_tuple().digits), Emax=MAX_EMAX, Emin=MIN_EMIN))
    return f"{value:f}" if not value or -6 < value.adjusted() < 21 else f"{value:e}"
