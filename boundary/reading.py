"""What comes from outside as text: one of some words, a real number, an integer, NAME=VALUE pairs."""

import math
from collections.abc import Iterable

from boundary.refusal import BadInput

_REAL = "a real number"


def known(name: str, value: str, choices: Iterable[str], needed_by: str = "") -> str:
    """Return `value` if it is one of `choices`; raise `BadInput` naming the choices otherwise."""
    options = tuple(choices)
    if value not in options:
        raise BadInput(name, repr(value), "one of " + ", ".join(options), needed_by)
    return value


def real(name: str, text: object, *, needed_by: str = "") -> float:
    """Read a real number (`inf` allowed, `nan` not) from outside; raise `BadInput` if it is none."""
    if isinstance(text, str) and not text.isascii():  # digits of other alphabets, which float() takes
        raise BadInput(name, repr(text), _REAL, needed_by)
    try:
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise BadInput(name, repr(text), _REAL, needed_by) from None
    except OverflowError:
        raise BadInput(name, text, "a real number below 1.8e308 in size", needed_by) from None
    if type(text).__name__ in ("bool", "bool_") or math.isnan(value):  # NumPy's, too
        raise BadInput(name, repr(text), _REAL, needed_by)
    return value


def integer(name: str, text: object, *, at_least: int | None = None, needed_by: str = "") -> int:
    """Read an integer (10_000 and 1e4 allowed, 2.5 not) from outside; raise `BadInput` if it is none."""
    words = "an integer" if at_least is None else f"an integer >= {at_least}"
    try:
        value = real(name, text, needed_by=needed_by)
    except BadInput as refused:
        condition = words if refused.condition == _REAL else refused.condition
        raise BadInput(name, refused.value, condition, needed_by) from None
    if not math.isfinite(value) or value != int(value) or (at_least is not None and value < at_least):
        raise BadInput(name, text, words, needed_by)
    # A text too long for a float keeps its digits: seeds are 64 bits wide.
    return int(text) if isinstance(text, int) or (isinstance(text, str) and _plain(text)) else int(value)


def _plain(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def assignments(pairs: Iterable[str], allowed: Iterable[str], needed_by: str = "") -> dict[str, str]:
    """Read `NAME=VALUE` pairs as given with `--set`; names outside `allowed` and repeats are refused."""
    options, found = tuple(allowed), dict[str, str]()
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not value:
            raise BadInput("--set", repr(pair), "the form NAME=VALUE", needed_by)
        known("--set", name, options, needed_by)
        if name in found:
            raise BadInput("--set", repr(pair), f"{name} is given once", needed_by)
        found[name] = value
    return found
