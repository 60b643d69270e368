"""Ranges in fewer bins, by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from boundary import BadInput
from verify.regions.visited import fewer, merged, summed

EDGES = np.array([0, 1, 2, 4, 8, 16])
FINE = SimpleNamespace(
    edges=EDGES, low=np.array([[[5.0], [4], [3], [2], [1]]]), high=np.array([[[5.0], [6], [7], [8], [9]]])
)


def test_bins_are_put_together():
    for cuts, low, high in (
        ([0, 16], [1], [9]),
        ([0, 2, 16], [4, 1], [6, 9]),
        ([0, 2, 4, 16], [4, 3, 1], [6, 7, 9]),
        ([0, 1, 2, 4, 8, 16], [5, 4, 3, 2, 1], [5, 6, 7, 8, 9]),
    ):
        found = merged(FINE, np.array(cuts))
        assert found.edges.tolist() == cuts
        assert found.low[0, :, 0].tolist() == low and found.high[0, :, 0].tolist() == high


def test_at_the_end_of_a_bin_are_the_bins_that_hold_its_last_steps():
    """As many as are needed and no more, and none of another bin: of 1, 1, 2, 4 and 8 steps."""
    for last, low in (
        (0, [4, 3, 1]), (1, [4, 3, 1]), (2, [4, 3, 1]), (3, [4, 3, 1]), (8, [4, 3, 1]), (9, [4, 3, 1]), (99, [4, 3, 1]),
    ):  # fmt: skip
        found = merged(FINE, np.array([0, 2, 4, 16]), last)
        assert found.last is not None and found.last[0][0, :, 0].tolist() == low
        assert found.last[1][0, :, 0].tolist() == [10 - one for one in low]
    rising = SimpleNamespace(edges=EDGES, low=5 - FINE.low, high=5 + FINE.high)
    for last, low in ((0, [1, 4]), (1, [1, 4]), (2, [0, 4]), (8, [0, 4]), (9, [0, 3]), (12, [0, 3]), (13, [0, 2])):
        found = merged(rising, np.array([0, 2, 16]), last)
        assert found.last is not None and found.last[0][0, :, 0].tolist() == low
    assert merged(rising, np.array([0, 2, 16])).last is None  # all of a bin counts where nothing is said
    assert merged(rising, np.array([0, 16]), 16).last[0].shape == (1, 1, 1)
    assert merged(rising, np.array([0, 16]), 15).last[0][0, 0, 0] == 1


@pytest.mark.parametrize("edges", [[0, 3, 16], [0, 16, 17], [0, 5], [-1, 16]])
def test_other_edges_are_refused(edges):
    with pytest.raises(BadInput, match="edges"):
        merged(FINE, np.array(edges))


def test_a_replica_that_diverged_stays_one():
    low = np.stack([FINE.low[0], np.full((5, 1), np.nan)])
    found = merged(SimpleNamespace(edges=EDGES, low=low, high=low + 1), np.array([0, 4, 16]))
    assert np.all(np.isnan(found.low[1])) and np.all(np.isnan(found.high[1])) and np.all(np.isfinite(found.low[0]))


def moving(*ways) -> SimpleNamespace:
    """One weight that moves so far upward in each bin, bins of ten steps."""
    ends = np.cumsum([0.0, *ways])
    return SimpleNamespace(
        edges=10 * np.arange(len(ways) + 1), low=ends[:-1][None, :, None], high=ends[1:][None, :, None]
    )


def test_as_many_bins_as_there_are_stay():
    for bins in (5, 6, 99):
        assert fewer(FINE, bins) is EDGES


def test_where_runs_move_evenly_bins_are_equal():
    assert fewer(moving(*[1.0] * 12), 4).tolist() == [0, 30, 60, 90, 120]
    assert fewer(moving(*[1.0] * 12), 1).tolist() == [0, 120]
    assert fewer(moving(1.0, 1.0, 1.0), 2).tolist() == [0, 20, 30]  # looked at in parts of two bins and one


def test_where_runs_move_farther_bins_are_shorter():
    """The halves of the run move by 36 and by 12, seen in four parts of three bins each."""
    assert fewer(moving(*[6.0] * 6, *[2.0] * 6), 4).tolist() == [0, 20, 40, 60, 120]
    far = moving(*[6.0] * 6, *[2.0] * 6)
    far.low, far.high = (np.repeat(end, 2, axis=2) for end in (far.low, far.high))
    assert fewer(far, 4).tolist() == [0, 20, 40, 60, 120]


def test_where_hardly_anything_moves_one_bin_is_left_and_the_ends_are_kept():
    found = fewer(moving(1.0, *[0.0] * 11), 4)
    assert found[0] == 0 and found[-1] == 120 and np.all(np.diff(found) > 0) and len(found) <= 5
    assert fewer(moving(*[0.0] * 12), 4).tolist() == [0, 120]


def test_pilots_that_diverged_do_not_matter():
    made = moving(*[6.0] * 6, *[2.0] * 6)
    gone = np.full(made.low.shape, np.nan)
    both = SimpleNamespace(
        edges=made.edges, low=np.stack([made.low[0], gone[0]]), high=np.stack([made.high[0], gone[0]])
    )
    assert fewer(both, 4).tolist() == fewer(made, 4).tolist()


def test_what_is_summed_over_bins_is_summed_over_fewer():
    edges, parts = np.array([0, 1, 3, 7, 8]), np.array([[1.0, 2, 4, 8], [16, 32, 64, 128]])
    assert summed(edges, parts, np.array([0, 3, 8])).tolist() == [[3, 12], [48, 192]]
    assert summed(edges, parts, np.array([0, 8])).tolist() == [[15], [240]]
    assert summed(edges, parts[0], edges).tolist() == [1, 2, 4, 8]
    assert summed(edges, parts[0], np.array([0, 1, 7, 8])).tolist() == [1, 6, 8]
