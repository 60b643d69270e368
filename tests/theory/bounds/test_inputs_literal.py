"""What parameters must satisfy, at the edges, and how they are read."""

import math
from fractions import Fraction

import numpy as np
import pytest

from boundary import BadInput, OutsideDomain
from tests.theory.bounds.common import unfrozen
from theory.bounds import inputs

TINY = Fraction(1, 10**400)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("L", [TINY, 10**400], [0, -1, math.inf, math.nan]),
        ("Delta", [0, 10**400], [-TINY, math.inf, math.nan]),
        ("rho", [0, 1 - TINY], [1, -TINY, math.nan]),
        ("K", [1, 2, 2**60], [0, TINY, Fraction(3, 2), -1, math.inf]),
        ("a", [-(10**400), 0, Fraction(7, 2)], [math.inf, -math.inf, math.nan]),
    ],
)
def test_what_a_parameter_must_satisfy_at_its_edges(name, inside, outside):
    given = [value if isinstance(value, float) else Fraction(value) for value in (*inside, *outside)]
    assert [inputs.satisfied(name, value) for value in given] == [True] * len(inside) + [False] * len(outside)


def test_conditions_in_words():
    words = {name: inputs.condition(name) for name in ("L", "Delta", "rho", "K", "a")}
    assert words == {
        "L": "L > 0 and finite", "Delta": "Delta >= 0 and finite", "rho": "0 <= rho < 1",
        "K": "K is an integer >= 1", "a": "a is finite",
    }  # fmt: skip


def test_settings_are_read_by_name_and_in_order():
    read = inputs.read({"L": [[1.0], [2.0]], "alpha": [0.1, 0.2, 0.3]}, ["L"], "a theorem")
    assert (read.shape, read.count) == ((2, 3), 6)
    assert [read.at(index) for index in (0, 4)] == [{"L": 1.0, "alpha": 0.1}, {"L": 2.0, "alpha": 0.2}]
    assert inputs.read({}, [], "a theorem").shape == ()
    with pytest.raises(OutsideDomain, match=r"alpha = -2.0: must satisfy alpha > 0 and finite \(needed by a theorem\)"):
        inputs.read({"alpha": [1.0, -2.0, -3.0]}, [], "a theorem")
    with pytest.raises(BadInput, match=r"K = \(not given\): must satisfy K is given: K is an integer >= 1"):
        inputs.read({"L": 1.0}, ["L", "K"], "a theorem")
    seconds = np.timedelta64(5, "s")
    for wrong in (np.array([True]), 1j, "1.x", [[1.0], [1.0, 2.0]], seconds, np.array([seconds]), [b"1"], [None]):
        with pytest.raises(BadInput, match="alpha"):
            inputs.read({"alpha": wrong}, [], "a theorem")


def test_what_stands_alone_in_an_array_is_taken_out():
    one, two = np.array([[3.5]]), np.array([1.0, 2.0])
    assert inputs.scalar(one) == 3.5 and inputs.scalar(two) is two and inputs.scalar("0.3") == "0.3"
    none = np.array([])
    assert inputs.scalar(none) is none


def test_text_is_exact_alone_and_in_lists():
    assert inputs.read({"rho": "0.3"}, [], "a theorem").at(0) == {"rho": Fraction(3, 10)}
    read = inputs.read({"rho": ["0.3", Fraction(1, 7)], "L": 2}, [], "a theorem")
    assert [read.at(index) for index in (0, 1)] == [
        {"rho": Fraction(3, 10), "L": Fraction(2)}, {"rho": Fraction(1, 7), "L": Fraction(2)},
    ]  # fmt: skip
    assert inputs.rational(Fraction(-3, 7)) == -inputs.rational(Fraction(3)) / 7


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(BadInput, match=r"shapes = L \(2,\), alpha \(3,\): must satisfy shapes broadcast") as caught:
        inputs.read({"L": [1.0, 2.0], "alpha": [1.0, 2.0, 3.0]}, [], "a theorem")
    assert "needed by a theorem" in str(caught.value)
    with pytest.raises(BadInput, match="parameter = 'lam'"):
        inputs.read({"lam": 1.0}, [], "a theorem")


def test_what_was_read_is_not_changed_afterwards():
    assert not unfrozen(inputs)
