"""Pulses, number by number: what arrives of an increment for a given draw, its mean, its variance and their bounds."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from boundary import BadInput
from theory.setting.devices import pulses
from theory.setting.devices.pulses import CYCLE, DRAWS, LONGEST_TRAIN, PULSES, WRITE, Pulses, binomial, power
from theory.setting.devices.quantiles import normal


def at(**draws: float):
    """Return uniform numbers by what they are drawn for; what is not given must not be asked for."""
    named = {"pulses": PULSES, "cycle": CYCLE, "write": WRITE}
    given = {named[name]: value for name, value in draws.items()}
    return lambda which: np.array(given[which])


def test_without_pulses_nothing_is_drawn_and_nothing_varies():
    plain, D = Pulses(), np.array([0.5, -2.0])
    assert (plain.dw, plain.BL, plain.cycle, plain.write) == (0, 0, 0, 0) and not plain.random
    assert plain.largest == math.inf and plain.mean(D).tolist() == D.tolist()
    assert plain.variance(D).tolist() == [0.0, 0.0]
    assert plain.realised(D, at()) is D and plain.written(D, D, at()) is D
    assert Pulses(0.5).random and Pulses(write=0.5).random and Pulses(2.0).random and Pulses(write=2.0).random
    assert (LONGEST_TRAIN, DRAWS) == (1000, 3) and sorted((PULSES, CYCLE, WRITE)) == [0, 1, 2]
    with pytest.raises(FrozenInstanceError):
        plain.dw = 1.0


def test_rounding_has_the_variance_of_one_of_two_neighbours():
    """|D|/dw = 3/2 and 5/4: dw^2 p (1 - p) with p = 1/2 and 1/4."""
    kind, D = Pulses(2.0), np.array([3.0, -2.5, 4.0, 0.0])
    assert kind.variance(D).tolist() == [1.0, 0.75, 0.0, 0.0]
    noisy = Pulses(2.0, cycle=3.0)  # 9 dw |D| more
    assert noisy.variance(D).tolist() == [1 + 54, 0.75 + 45, 72.0, 0.0]


def test_a_train_has_the_variance_of_a_binomial_number():
    """dw^2 BL p (1 - p), p = |D|/(dw BL): 4 * 5 * (3/10)(7/10) of D = 3, none from 10 on."""
    kind, D = Pulses(2.0, 5), np.array([3.0, -3.0, 10.0, 99.0])
    assert kind.largest == 10.0 and kind.mean(D).tolist() == [3, -3, 10, 10] and kind.mean(-D)[3] == -10
    assert kind.variance(D) == pytest.approx([4.2, 4.2, 0, 0], abs=1e-15)
    assert Pulses(2.0, 5, 3.0).variance(D) == pytest.approx([4.2 + 54, 4.2 + 54, 180, 180])


def test_bounds_of_the_variance():
    """(1 + cycle^2) dw |D|; min(dw^2/4, dw |D|) + cycle^2 dw |D|, which is not true of trains."""
    D = np.array([3.0, -0.25])
    found = Pulses(2.0, cycle=3.0).variance_bounds(D)
    assert found.always.tolist() == [60.0, 5.0] and found.rounding.tolist() == [1 + 54, 0.5 + 4.5]
    plain = Pulses(2.0).variance_bounds(D)
    assert plain.always.tolist() == [6.0, 0.5] and plain.rounding.tolist() == [1.0, 0.5]
    train = Pulses(2.0, 5, 3.0).variance_bounds(D)
    assert train.always.tolist() == [60.0, 5.0] and train.rounding is None


def test_a_step_varies_with_the_square_of_the_response_and_with_what_is_written():
    kind, D = Pulses(2.0, write=3.0), np.array([3.0, 0.0, 1.0])
    assert kind.step_variance(D, np.array([0.5, 5.0, 2.0])).tolist() == [0.25 + 9, 0.0, 4 + 9]


@pytest.mark.parametrize(("u", "found"), [(0.2, [2.0, -4.0, 0.0]), (0.6, [4.0, -2.0, 0.0]), (0.9, [4.0, -2.0, 0.0])])
def test_an_increment_is_rounded_up_with_the_probability_of_its_part(u, found):
    """floor(D/dw + u) pulses of 2: 3 is rounded to 4 from u = 1/2 on, -2.5 to -2 from u = 1/4 on."""
    D = np.array([3.0, -2.5, 0.0])
    assert Pulses(2.0).realised(D, at(pulses=u)).tolist() == found
    assert Pulses(2.0).realised(D.astype(np.float32), at(pulses=u)).dtype == np.float32


def test_sizes_vary_by_the_root_of_their_number():
    """dw (n + cycle sqrt(n) eta) of sign D: for n = 4, eta = the normal number of 0.9."""
    eta, kind = float(normal(np.array(0.9))), Pulses(0.5, cycle=0.25)
    found = kind.realised(np.array([2.0, -2.0, 0.0]), at(pulses=0.1, cycle=0.9))
    assert found == pytest.approx([0.5 * (4 + 0.25 * 2 * eta), -0.5 * (4 + 0.25 * 2 * eta), 0.0], rel=1e-15)
    assert kind.realised(np.array([0.0]), at(pulses=0.1)).tolist() == [0.0], "of no pulse no size is drawn"


def test_a_train_makes_a_binomial_number_of_pulses():
    """BL = 2, p = 1/2: 0, 1, 2 with 1/4, 1/2, 1/4; beyond its reach always 2."""
    kind, D = Pulses(0.5, 2), np.array([0.5, -0.5, 9.0])
    for u, number in ((0.2, 0), (0.3, 1), (0.7, 1), (0.8, 2)):
        assert kind.realised(D, at(pulses=np.full(3, u))).tolist() == [0.5 * number, -0.5 * number, 1.0]


def test_what_is_written_is_noise_where_anything_is_asked_for():
    eta, w = float(normal(np.array(0.9))), np.array([1.0, 1.0, 1.0, 1.0])
    found = Pulses(write=0.5).written(w, np.array([0.1, 0.0, -1.0, 1.0]), at(write=0.9))
    assert found.tolist() == [1 + 0.5 * eta, 1.0, 1 + 0.5 * eta, 1 + 0.5 * eta]
    half = w.astype(np.float32)
    assert Pulses(write=0.5).written(half, half, at(write=0.9)).dtype == np.float32


def test_the_inverse_of_a_binomial_law():
    """Three trials of 1/4: 27, 27, 9 and 1 of 64; of 3/4 mirrored, summed up from 3 downwards."""
    u = np.array([26.5, 27.5, 53.5, 54.5, 62.5, 63.5]) / 64
    chance = np.full(6, 0.25)
    assert binomial(3, chance, u).tolist() == [0, 1, 1, 2, 2, 3]
    assert binomial(3, 1 - chance, u).tolist() == [3, 2, 2, 1, 1, 0]
    assert binomial(3, np.zeros(6), u).tolist() == [0] * 6 and binomial(3, np.ones(6), u).tolist() == [3] * 6
    half = np.array([0.1, 0.2, 0.6, 0.9])
    assert binomial(3, np.full(4, 0.5), half).tolist() == [0, 1, 2, 3], "an even chance is not mirrored"
    assert binomial(1, np.array([0.25, 0.25]), np.array([0.75, 0.76])).tolist() == [0, 1], "u at a step is below it"
    mixed = binomial(3, np.array([0.25, 0.75, 0.0]), np.array([0.99, 0.99, 0.99]))
    assert mixed.tolist() == [3, 0, 0], "all go on until the last has arrived"


def test_powers_are_whole():
    x = np.array([2.0, -3.0])
    for exponent in range(9):
        assert power(x, exponent).tolist() == (x**exponent).tolist()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"dw": -0.5}, "dw"), ({"dw": math.inf}, "dw"), ({"dw": math.nan}, "dw"), ({"dw": 1, "cycle": -0.5}, "cycle"),
        ({"dw": 1, "cycle": math.inf}, "cycle"), ({"write": -0.5}, "write"), ({"write": math.inf}, "write"),
        ({"dw": 1, "BL": -1}, "BL"), ({"dw": 1, "BL": 1001}, "BL"), ({"dw": 1, "BL": 0.5}, "BL"),
        ({"dw": 1, "BL": True}, "BL"), ({"BL": 5}, "BL"), ({"cycle": 0.5}, "cycle"),
    ],
)  # fmt: skip
def test_what_is_refused(given, named):
    with pytest.raises(BadInput, match=rf"^{named}\b"):
        Pulses(**given)


def test_what_is_taken():
    assert Pulses(1.0, 1000).BL == 1000 and Pulses(1.0, 5.0).BL == 5 and isinstance(Pulses(1.0, 5.0).BL, int)
    assert Pulses(0.5, 1, 0.25, 0.125).cycle == 0.25 and Pulses(write=0.5).dw == 0
    assert pulses.VarianceBounds(np.ones(1), None).rounding is None
