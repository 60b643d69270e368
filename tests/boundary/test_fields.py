"""A field that describes itself: how it is read, what its errors say, and where its range ends."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from boundary.fields import Name, Real, Whole, Wholes, about, fields_of, read_all

LAGS = Wholes(0, "integers >= 0", "a theorem")


@dataclass(frozen=True)
class Record:
    """One of each kind."""

    step: float = field(metadata=about("Step", Real(above=0)))
    level: float = field(default=math.inf, metadata=about("Level", Real(above=0, infinite=True)))
    count: int = field(default=1, metadata=about("Count", Whole()))
    seed: int = field(default=0, metadata=about("Seed", Whole(0, (1 << 64) - 1)))
    word: str = field(default="a", metadata=about("Word", Name(lambda: ("a", "b"))))
    lags: tuple[int, ...] = field(default=None, metadata=about("Lags", LAGS))
    unread: object = None

    def __post_init__(self) -> None:
        read_all(self)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"step": "0.5"}, 0.5),
        ({"step": np.float32(0.5)}, 0.5),
        ({"level": "inf"}, math.inf),
        ({"count": "1e4"}, 10_000),
        ({"count": "10_000"}, 10_000),
        ({"count": np.int64(3)}, 3),
        ({"count": 1 << 53}, 1 << 53),
        ({"seed": "18446744073709551615"}, (1 << 64) - 1),
        ({"word": "b"}, "b"),
        ({"lags": "2,1,0"}, (2, 1, 0)),
        ({"lags": [2, 1]}, (2, 1)),
        ({"lags": range(3)}, (0, 1, 2)),
        ({"lags": None}, None),
    ],
    ids=str,
)
def test_a_value_is_read_from_text_and_from_python(given, value):
    (name,) = given
    made = getattr(Record(**{"step": 1.0} | given), name)
    assert made == value and type(made) is type(value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"step": 0}, "step > 0 and finite"),
        ({"step": math.inf}, "step > 0 and finite"),
        ({"step": "nan"}, "a real number"),
        ({"step": math.nan}, "a real number"),
        ({"step": None}, "a real number"),
        ({"step": True}, "a real number"),
        ({"step": np.True_}, "a real number"),
        ({"level": -math.inf}, "level > 0"),
        ({"count": 0}, "an integer >= 1"),
        ({"count": 2.5}, "an integer"),
        ({"count": (1 << 53) + 1}, "count <= 2^53"),
        ({"count": "1e400"}, "an integer"),
        ({"seed": -1}, r"an integer in [0, 2^64)"),
        ({"seed": 1 << 64}, r"an integer in [0, 2^64)"),
        ({"word": "c"}, "one of a, b"),
        ({"word": 3}, "one of a, b"),
        ({"lags": 3}, "integers >= 0"),
        ({"lags": b"12"}, "integers >= 0"),
        ({"lags": "1,,2"}, "integers >= 0 (needed by a theorem)"),
        ({"lags": (1, -1)}, "integers >= 0 (needed by a theorem)"),
        ({"count": "x"}, "an integer"),
        ({"step": "１"}, "a real number"),
        ({"count": "５"}, "an integer"),
    ],
    ids=str,
)
def test_an_error_names_field_value_and_condition(given, words):
    (name,) = given
    with pytest.raises(BadInput) as refused:
        Record(**{"step": 1.0} | given)
    assert name in str(refused.value) and words in str(refused.value)


def test_help_says_the_range():
    described = fields_of(Record)
    assert list(described) == ["step", "level", "count", "seed", "word", "lags"]
    assert described["step"].described == "Step: > 0 and finite."
    assert described["seed"].described == "Seed: in [0, 2^64)."
    assert described["word"].described == "Word: a, b."
    assert described["lags"].described == "Lags."
    assert [one.required for one in described.values()] == [True, *[False] * 5]


@given(st.integers(-5, 5) | st.integers((1 << 53) - 3, (1 << 53) + 3) | st.integers())
@settings(deadline=None)
def test_an_integer_is_read_to_its_last_digit_or_refused(value):
    for shown in (value, str(value)):
        if 1 <= value <= 1 << 53:
            assert Record(1.0, count=shown).count == value
        else:
            with pytest.raises(BadInput):
                Record(1.0, count=shown)
