"""Bins of time worked out by hand, and which of them hold a step; nothing is run."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from simulate import ranges


@pytest.mark.parametrize(
    ("iterations", "bins", "expected"),
    [
        (30, 1, [0, 30]),
        (30, 2, [0, 15, 30]),
        (30, 3, [0, 1, 15, 30]),  # 15/1024 is no whole step: the first bin has one
        (16, 4, [0, 1, 5, 11, 16]),  # thirds of 16; the first bin has one step
        (5, 4, [0, 1, 2, 3, 5]),
        (3, 4, [0, 1, 2, 3]),
        (4, 4, [0, 1, 2, 3, 4]),
        (1, 7, [0, 1]),
    ],
)
def test_edges_by_hand(iterations, bins, expected):
    found = ranges.edges(iterations, bins)
    assert found.tolist() == expected and found.dtype == np.int64


def test_bins_grow_from_1_to_1024_steps_and_have_1024_from_there_on():
    """33 times 1024 steps in 64 bins: 32 that end at 2^(10 k/31), and 32 more."""
    found = ranges.edges(33 * 1024, 64)
    assert found[32:].tolist() == [1024 * n for n in range(1, 34)]
    assert found[14:33].tolist() == [round(2 ** (10 * k / 31)) for k in range(13, 32)]
    assert found[:9].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]  # at least one step each


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
        ranges.Ranges(np.array([0, 4]), low, low + 1).low = low
    plain = ranges.Ranges(np.array([0, 4]), low, low + 1).to_json()
    assert list(plain) == ["edges", "low", "high"] and plain["low"] is low and plain["high"][0, 0, 1] == 1
