"""The random numbers of elements: literal values, uniformity, independence of whatever is not their address."""

import math

import numpy as np
import pytest

from theory.setting.devices import draws
from theory.setting.devices.draws import ElementDraws

WORD = (1 << 64) - 1


def literal_mixed(z: int) -> int:
    """The finaliser of splitmix64, on Python's integers."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def literal_uniform(seed: int, replica: int, step: int, element: int, draw: int) -> float:
    golden = 0x9E3779B97F4A7C15
    key = literal_mixed((seed + 0x70756C736573) & WORD)
    key = literal_mixed((key + golden * (1 + replica)) & WORD)
    key = literal_mixed((key + golden * (1 + step)) & WORD)
    bits = literal_mixed((key + literal_mixed(golden * (1 + element + (draw << 40)) & WORD)) & WORD)
    return ((bits >> 12) + 0.5) * 2.0**-52


def test_the_finaliser_is_that_of_splitmix64():
    """The first numbers of splitmix64 from the seed 1234567, as published with its reference code."""
    state, found = 1234567, []
    for _ in range(3):
        state = (state + 0x9E3779B97F4A7C15) & WORD
        found.append(int(draws.mixed(np.array([state], np.uint64))[0]))
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize(("seed", "replica", "step"), [(0, 0, 0), (7, 3, 11), (WORD, 2**31, 2**53)])
def test_every_number_is_that_of_its_address(seed, replica, step):
    found = ElementDraws(seed, [replica], 5, (2, 3)).at(step)
    for draw in (0, 1, 5):
        literal = [literal_uniform(seed, replica, step, 5 + i, draw) for i in range(6)]
        assert found(draw).ravel().tolist() == literal


def test_no_number_depends_on_how_replicas_and_elements_are_cut():
    whole = ElementDraws(3, range(6), 0, (10,)).at(4)(0)
    assert np.array_equal(whole[2:4, 3:7], ElementDraws(3, range(2, 4), 3, (4,)).at(4)(0))
    assert np.array_equal(whole[5], ElementDraws(3, 5, 0, (10,)).at(4)(0))


def test_a_uniform_number_is_never_0_or_1():
    ends = draws.uniform(np.array([0, WORD], np.uint64))
    assert ends[0] == 2.0**-53 and ends[1] == 1 - 2.0**-53


CUTS = 64
CHI2_63 = 125.4
"""The chi-squared law of 63 degrees of freedom passes it with probability 4e-6."""


def numbers() -> np.ndarray:
    """Axes: seed, replica, step, element, draw."""
    found = np.empty((3, 8, 64, 50, 3))
    for s in range(3):
        for step in range(64):
            at = ElementDraws(s, range(8), 0, (50,)).at(step)
            for draw in range(3):
                found[s, :, step, :, draw] = at(draw)
    return found


NUMBERS = numbers()


def chi2(u: np.ndarray) -> float:
    counts = np.bincount((u.ravel() * CUTS).astype(int), minlength=CUTS)
    expected = u.size / CUTS
    return float(np.sum((counts - expected) ** 2) / expected)


def test_the_numbers_are_uniform_overall_and_in_every_slice():
    """Overall, for each draw and each of 50 elements: 54 tests, at 4e-6 each."""
    assert chi2(NUMBERS) < CHI2_63
    assert all(chi2(NUMBERS[..., draw]) < CHI2_63 for draw in range(3))
    assert all(chi2(NUMBERS[:, :, :, element]) < CHI2_63 for element in range(50))
    assert chi2(NUMBERS**1.05) > CHI2_63  # the test sees such a law


@pytest.mark.parametrize("axis", range(5), ids=["seed", "replica", "step", "element", "draw"])
def test_neighbours_along_every_axis_are_independent(axis):
    """Correlation of lag 1 and 2, and the chi-squared of pairs on an 8 x 8 grid; 5 standard errors and 4e-6."""
    for lag in (1, 2):
        one, other = (
            np.take(NUMBERS, range(*cut), axis).ravel()
            for cut in ((NUMBERS.shape[axis] - lag,), (lag, NUMBERS.shape[axis]))
        )
        assert abs(np.corrcoef(one, other)[0, 1]) < 5 / math.sqrt(one.size)
        assert chi2((np.floor(8 * one) + other) / 8) < CHI2_63
    half = NUMBERS.ravel() / 2
    assert abs(np.corrcoef(half[:-1], half[1:] + half[:-1] * 0.05)[0, 1]) > 5 / math.sqrt(half.size)


def test_a_bit_flipped_in_the_address_flips_half_the_bits():
    """Of 64 bits, over 2000 addresses and each of the lower 20 bits of the step: within 5 standard errors of 32."""
    keys = draws.replica_keys(9, range(10))
    element = draws.element_keys(0, 10, 0)
    for bit in range(20):
        one, other = (draws.mixed(draws.step_keys(keys, s)[:, None] + element) for s in (12345, 12345 ^ (1 << bit)))
        flipped = np.array([bin(int(x)).count("1") for x in (one ^ other).ravel()])
        assert abs(flipped.mean() - 32) < 5 * 4 / math.sqrt(flipped.size)
