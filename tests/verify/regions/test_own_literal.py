"""Boxes around a run's own past, number by number: what is enclosed on them is written down, and nothing is run."""

import math
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest

from verify.regions import own
from verify.regions.intervals import EPS
from verify.regions.level import Level
from verify.regions.network import Box
from verify.regions.own import Following, Steps
from verify.regions.visited import Merged

TWO = SimpleNamespace(shapes=[(1, 1), (1, 1)])
STEPS = Steps(TWO, 0.5, 4.0, (3, 1), stashed=True)


def enclosed(**changes) -> SimpleNamespace:
    fields = {
        "L": 2.0, "least": 1.0, "slope": 3.0, "S": np.array([[1.0, 2.0], [3.0, 4.0]]), "variance": np.array([5.0, 6.0]),
        "share": np.array([0.5, 0.25]), "step": np.array([0.25, 0.5]),
    }  # fmt: skip
    return SimpleNamespace(**(fields | changes))


def held(**changes) -> Level:
    return replace(Level.of(enclosed(), np.array([0.5, 0.25]), (1, 1)), **changes)


def box(low, high) -> Box:
    return Box(np.array(low, dtype=float), np.array(high, dtype=float))


def visited(low, high, edges=None) -> Merged:
    """Shape (replicas, bins, D), or of one weight without D."""
    low, high = (np.array(end, dtype=float) for end in (low, high))
    if low.ndim == 2:
        low, high = low[..., None], high[..., None]
    return Merged(np.arange(low.shape[1] + 1) * 10 if edges is None else np.array(edges), low, high)


# What is fixed


def test_a_box_reaches_beyond_the_bin_before():
    made = Following(2, np.array([[1.0, 2.0], [8.0, 8.0]]), np.array([[0.5, 0.0], [8.0, 8.0]]), ())
    ranges = visited(
        [np.zeros((4, 2)), [[9, 9], [1, -1], [7, 7], [7, 7]]], [np.zeros((4, 2)), [[9, 9], [2, 3], [8, 8], [8, 8]]]
    )
    found = made.box(ranges, 1, 2)
    assert found.low.tolist() == [0, -3] and found.high.tolist() == [2.5, 3]
    assert made.box(ranges, 1, 3).low.tolist() == [-1, -1] and made.box(ranges, 0, 2).high.tolist() == [0.5, 0]


def test_what_is_fixed_stays_so():
    made = Following(2, np.zeros((1, 2)), np.zeros((1, 2)), (held(),))
    with pytest.raises(FrozenInstanceError):
        made.first = 1
    assert made == made and made != replace(made) and len({made, replace(made)}) == 2


# What holds on boxes


@pytest.fixture
def asked(monkeypatch):
    """What is enclosed on which boxes; `found` and `changes` are what comes back."""
    made = SimpleNamespace(boxes=[], apart=[], found=None, changes=None)

    def enclose_all(problem, forward, backward, tau, alpha, *, stashed):
        assert (problem, tau, alpha, stashed) == (TWO, 4.0, 0.5, True) and forward is backward
        made.boxes.append([*forward])
        return made.found

    def change_all(problem, forward, backward, apart, *, stashed):
        assert (problem, stashed) == (TWO, True) and forward is backward and len(forward) == len(apart)
        made.apart.append([*apart])
        return made.changes

    monkeypatch.setattr(own, "enclose_all", enclose_all)
    monkeypatch.setattr(own.stale, "change_all", change_all)
    return made


def test_stale_weights_are_apart_by_the_steps_of_their_own_bins(asked):
    """3 and 1 steps old, of this bin or the one before, and no farther than the box is wide."""
    wide, narrow = box([0, 0], [10, 10]), box([0, 0], [10, 0.5])
    asked.found = [enclosed(), enclosed(L=7.0, step=np.array([0.125, 1.0]))]
    asked.changes = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    for before, first in ((np.array([0.5, 0.25]), (1.5, 0.5)), (None, (0.75, 0.5)), (np.array([0.125, 8]), (0.75, 8))):
        found = own._held(STEPS, [wide, narrow], before)
        for gap, exact in zip(asked.apart[-1], (first, (0.75, 0.5)), strict=True):
            assert np.all(gap >= exact) and np.all(gap <= np.array(exact) * (1 + 8 * EPS))
        assert [one.L for one in found] == [2, 7] and [
            one.step is each.step for one, each in zip(found, asked.found, strict=True)
        ]
        assert [one.late for one in found] == pytest.approx([5, 25], rel=1e-13)
        assert found[0].stages == pytest.approx([1.5**2 * 5, 1.25**2 * 6], rel=1e-13)
    assert asked.boxes[0] == [wide, narrow]
    (gap, _) = asked.apart[0]
    assert np.all(gap > (1.5, 0.5))  # rounded up


def test_weights_of_a_stage_are_all_as_late_as_it(asked, monkeypatch):
    steps = STEPS._replace(problem=SimpleNamespace(shapes=[(2, 1), (1, 3)]))
    asked.found, asked.changes = [enclosed(variance=np.ones(5), share=np.zeros(5), step=np.full(5, 0.5))], [np.zeros(5)]
    monkeypatch.setattr(own, "enclose_all", lambda *_, **__: asked.found)
    monkeypatch.setattr(own.stale, "change_all", lambda *given, **__: asked.apart.append(given[3]) or asked.changes)
    (one,) = own._held(steps, [box([0] * 5, [9] * 5)], None)
    assert one.stages == pytest.approx([2, 3], rel=1e-13)
    assert asked.apart[-1][0] == pytest.approx([1.5, 1.5, 0.5, 0.5, 0.5], rel=1e-14)


def test_where_a_number_is_too_large_nothing_holds(asked):
    boxes = [box([0, 0], [10, 10])] * 3
    asked.found = [enclosed(), None, enclosed()]
    asked.changes = [np.zeros(2), np.zeros(2), None]
    found = own._held(STEPS, boxes, np.zeros(2))
    assert found[0] is not None and found[1:] == [None, None]


def test_along_a_run_are_its_own_boxes_widened_for_rounding(asked):
    made = Following(1, np.array([[1.0, 2.0], [4.0, 4.0]]), np.array([[0.5, 0.0], [8.0, 8.0]]), ())
    ranges = visited([[[9, 9]] * 3, [[0, 0], [1, 1], [2, 2]]], [[[9, 9]] * 3, [[0, 1], [3, 1], [2, 2]]])
    asked.found, asked.changes = [enclosed()] * 2, [np.zeros(2)] * 2
    found = own._along(STEPS._replace(wide=0.25), made, ranges, 1, np.array([0.5, 0.25]))
    ((one, two),) = asked.boxes
    assert one.low == pytest.approx([-1.25, -2.25], rel=1e-14) and one.high == pytest.approx([0.75, 1.25], rel=1e-14)
    assert two.low == pytest.approx([-3.25, -3.25], rel=1e-14) and two.high == pytest.approx([11.25, 9.25], rel=1e-14)
    assert np.all(one.low <= [-1.25, -2.25]) and np.all(one.high >= [0.75, 1.25])
    assert asked.apart[0][0] == pytest.approx([1.5, 0.5], rel=1e-14) and len(found) == 2


# Leaving


@pytest.mark.parametrize("wide", [1e307, 0.0])
def test_where_a_box_ends_beyond_the_doubles_nothing_holds(wide, asked):
    """From the second own bin on: its reach, or the rounding it is widened by, is too much."""
    end = [0, 1.7e308]
    made = Following(1, np.zeros((3, 2)), np.array([[1.0, 1.0], [0.0, 0.0 if wide else 1e307], [1.0, 1.0]]), ())
    ranges = visited([[[0, 0], end, [0, 0], [0, 0]]], [[[0, 0], end, [0, 0], [0, 0]]])
    asked.found, asked.changes = [enclosed()], [np.zeros(2)]
    found = own._along(STEPS._replace(wide=wide), made, ranges, 0, np.zeros(2))
    assert [one is None for one in found] == [False, True, True]


RANGES = visited([[[0, 0], [0, 0], [-1, 0], [-2, 0]]], [[[1, 1], [2, 1], [2, 1], [2, 2]]])
MADE = Following(1, np.full((3, 2), 1.0), np.full((3, 2), 1.0), (held(), held(), held()))
"""Boxes -1 ... 2, -1 ... 3, -2 ... 3 of the first weight, -1 ... 2 of the other: the ends are just reached."""


def test_ends_are_in_the_box():
    assert own._ended(MADE, RANGES, 0, [held()] * 3) is None


@pytest.mark.parametrize("what", [held(L=2.5), None])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_run_leaves_before_a_bin_whose_ceiling_is_passed(place, what):
    along = [held()] * 3
    along[place] = what
    found = own._ended(MADE, RANGES, 0, along)
    assert np.array_equal(found.low, RANGES.low[0, place]) and np.array_equal(found.high, RANGES.high[0, place])
    ceilings = tuple(held(L=2.5) if p == place else held() for p in range(3))
    assert (own._ended(replace(MADE, ceilings=ceilings), RANGES, 0, along) is None) is (what is not None)


@pytest.mark.parametrize(
    ("end", "weight", "by"), [("low", 0, -1e-9), ("low", 1, -3), ("high", 0, 1e-9), ("high", 1, 3)]
)
def test_a_run_that_is_outside_its_box_was_in_it_a_step_before(end, weight, by):
    """What is outside by how much is all one."""
    for bin_ in (1, 3):
        ranges = visited(RANGES.low, RANGES.high)
        edge = getattr(MADE.box(ranges, 0, bin_), end)
        getattr(ranges, end)[0, bin_, weight] = edge[weight] + by
        along = [held(), held(), held()]
        along[bin_ - 1] = held(step=np.array([0.125, 2.0]))
        found = own._ended(MADE, ranges, 0, along)
        around, step = MADE.box(ranges, 0, bin_), np.array([0.125, 2.0])
        for mine, exact in ((found.low, around.low - step), (found.high, around.high + step)):
            assert mine == pytest.approx(exact, rel=1e-14)
        assert np.all(found.low <= around.low - step) and np.all(found.high >= around.high + step)


def test_the_first_bin_that_is_left_counts():
    """A ceiling is looked at before the bin, a box in it."""
    ranges = visited(RANGES.low, RANGES.high)
    ranges.high[0, 2] = 99
    later, same = [held(), held(), held(L=9)], [held(), held(L=9), held()]
    assert own._ended(MADE, ranges, 0, later).high == pytest.approx([3.25, 2.5], rel=1e-14)
    assert own._ended(MADE, ranges, 0, same).high.tolist() == [2, 1]


def test_what_became_of_replicas(monkeypatch):
    """Of five: one was gone before; two leave, one at a time; f is the first weight here."""
    seen = []

    def along(steps, following, ranges, replica, before):
        seen.append((steps, following, ranges, replica, before.tolist()))
        return replica

    monkeypatch.setattr(own, "_along", along)
    ended = {0: None, 1: box([1, 9], [2, 9]), 3: box([5, 9], [6, 9]), 4: None}
    monkeypatch.setattr(
        own, "_ended", lambda _made, _ranges, replica, along_: ended[replica] if along_ == replica else 0
    )
    monkeypatch.setattr(own, "value", lambda problem, at: (at.low[0], at.high[0]) if problem is TWO else None)
    inside = np.array([True, True, False, True, True])
    steps = STEPS._replace(wide=0.5)
    found = own.passed(steps, MADE, RANGES, np.array([0.25, 0.5]), inside)
    assert found.left.tolist() == [False, True, True, True, False] and found.left.dtype == bool
    assert found.least == pytest.approx([math.nan, 0.5, math.nan, 4.5, math.nan], nan_ok=True, rel=1e-14)
    assert found.most == pytest.approx([math.nan, 2.5, math.nan, 6.5, math.nan], nan_ok=True, rel=1e-14)
    assert seen == [(steps, MADE, RANGES, replica, [0.25, 0.5]) for replica in (0, 1, 3, 4)]
    assert inside.tolist() == [True, True, False, True, True]
