"""The lower bound of the lag as a number: exact, rounded down, refused outside its conditions."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import OutsideDomain
from tests.theory.bounds.common import command, unfrozen
from theory.bounds import lag
from theory.commands import app, complexity, evaluate  # noqa: F401 - importing a command registers it

POINT = {"L": Fraction(1), "Delta": Fraction(1, 2), "d": Fraction(3), "eps": Fraction(1, 100)}


def test_a_round_number():
    found = lag.necessary(POINT)
    assert (found.value, found.lower, found.iterations) == (100.0, 100.0, 101)


@settings(deadline=None)
@given(st.fractions(0.01, 100), st.fractions(0.01, 100), st.integers(0, 50), st.fractions(0.001, 1))
def test_the_lower_end_is_never_above(L, Delta, d, share):
    eps = share * L * Delta / 2
    if eps <= 0:
        return
    found = lag.necessary({"L": L, "Delta": Delta, "d": Fraction(d), "eps": eps})
    exact = (d + 1) * L * Delta / (2 * eps)
    assert Fraction(found.lower) <= exact and Fraction(repr(found.lower)) <= exact
    assert found.iterations - 1 <= exact < found.iterations


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("eps", "0.3", "eps <= L*Delta/2"),
        ("eps", "0", "eps > 0"),
        ("Delta", "0", "Delta > 0"),
        ("L", "-1", "L > 0"),
        ("d", "1/2", "d is an integer"),
        ("d", "-1", "d is an integer"),
    ],
)
def test_outside_its_conditions_it_is_refused(name, value, text):
    with pytest.raises(OutsideDomain, match=name) as caught:
        lag.necessary({**POINT, name: Fraction(value)})
    assert text in str(caught.value)


def test_the_command(capsys):
    pairs = [part for pair in ("L=1", "Delta=0.5", "d=3", "eps=0.003") for part in ("--set", pair)]
    code, out, _ = command(capsys, app, "evaluate", "lower", *pairs, "--json", "-")
    answer = json.loads(out)
    assert code == 0
    assert answer["theorem"] == "lower" and answer["iterations"] == 334
    assert Fraction(answer["lower"]) <= Fraction(1000, 3) and all(answer["domain"].values())


@pytest.mark.parametrize("pairs", [(), ("L=1", "Delta=1", "d=1"), ("L=1", "Delta=1", "d=0.5", "eps=0.1"), ("K=3",)])
def test_bad_input_ends_in_one_line(capsys, pairs):
    code, out, err = command(capsys, app, "evaluate", "lower", *(part for pair in pairs for part in ("--set", pair)))
    assert code == 2 and err.count("\n") == 1 and not out


def test_what_was_found_is_not_changed():
    assert not unfrozen(lag)
