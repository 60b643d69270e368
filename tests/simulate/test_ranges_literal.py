"""Bins of time worked out by hand, and which of them hold a step; nothing is run."""

from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest

from simulate import ranges


@pytest.mark.parametrize(
    ("iterations", "bins", "expected"),
    [
        (30, 1, [0, 30]),
        (2246, 2, [0, 307, 2246]),  # (34^3 - 2^3)/(66^3 - 2^3) = 307/2246
        (1123, 2, [0, 154, 1123]),  # 153.5: a half goes up
        (30, 3, [0, 1, 9, 30]),  # 1.32 and 9.30
        (16, 4, [0, 1, 2, 7, 16]),  # 0.32, but the first bin has one step; 2.19 and 6.96
        (5, 4, [0, 1, 2, 3, 5]),
        (3, 4, [0, 1, 2, 3]),
        (4, 4, [0, 1, 2, 3, 4]),
        (1, 7, [0, 1]),
    ],
)
def test_edges_by_hand(iterations, bins, expected):
    found = ranges.edges(iterations, bins)
    assert found.tolist() == expected and found.dtype == np.int64


def test_bins_end_at_cubes():
    """33^3 - 1 steps in 32 bins end at the cubes of whole numbers, less one: (32 (b + 1))^3 is 32^3 (b + 1)^3."""
    assert ranges.edges(33**3 - 1, 32).tolist() == [n**3 - 1 for n in range(1, 34)]
    assert ranges.edges(8 * (33**3 - 1), 64)[::2].tolist() == [8 * (n**3 - 1) for n in range(1, 34)]


def test_bins_are_the_same_to_the_last_step_however_long_a_run_is():
    """Where doubles would round: K is 2^53, and b of 3 bins is at (32 b + 3)^3 - 27 of 970272."""
    exact = [Fraction(2**53 * ((32 * b + 3) ** 3 - 27), 970272) for b in range(4)]
    assert ranges.edges(2**53, 3).tolist() == [int(one + Fraction(1, 2)) for one in exact]


def test_every_bin_has_a_step_and_no_more_than_are_left():
    assert ranges.edges(40, 32)[:20].tolist() == list(range(20))
    assert ranges.edges(33, 32).tolist() == [*range(32), 33] and ranges.edges(32, 32).tolist() == list(range(33))


def test_no_bins_have_no_edges():
    for found in (ranges.edges(10, 0), ranges.edges(0, 10)):
        assert found.shape == (0,) and found.dtype == np.int64


MARKS = np.array([0, 3, 4, 9])


def test_an_edge_is_in_both_bins():
    expected = [[0], [0], [0], [0, 1], [1, 2], [2], [2], [2], [2], [2]]
    assert [ranges.bins_of(MARKS, k) for k in range(10)] == expected
    assert [ranges.bins_of(np.array([0, 5]), k) for k in (0, 2, 5)] == [[0]] * 3


def test_steps_are_cut_at_the_edges():
    assert list(ranges.pieces(MARKS, 0, 9)) == [(0, 3), (3, 1), (4, 5)]
    assert list(ranges.pieces(MARKS, 1, 8)) == [(1, 2), (3, 1), (4, 5)]
    assert list(ranges.pieces(MARKS, 3, 1)) == [(3, 1)]
    assert list(ranges.pieces(MARKS, 2, 2)) == [(2, 1), (3, 1)]
    assert list(ranges.pieces(MARKS, 5, 2)) == [(5, 2)]
    assert list(ranges.pieces(MARKS[:0], 5, 7)) == [(5, 7)]


def test_ranges_are_kept_by_name():
    low = np.zeros((1, 1, 2))
    with pytest.raises(FrozenInstanceError):
        ranges.Ranges(np.array([0, 4]), low, low + 1, *low[:1].repeat(3, 0)).low = low
    plain = ranges.Ranges(np.array([0, 4]), low, low + 1, low[0] + 2, low[0] + 3, low[0] + 4).to_json()
    assert list(plain) == ["edges", "low", "high", "variance", "shared", "folded"]
    assert plain["low"] is low and [plain[name].item(-1) for name in ("high", "variance", "shared", "folded")] == [
        1,
        2,
        3,
        4,
    ]
