"""Runs that are followed, number by number: what is enclosed where they were is written down, and nothing is run."""

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
        "share": np.array([0.5, 0.25]), "step": np.array([0.25, 0.5]), "gradient": np.array([1.0, 2.0]),
    }  # fmt: skip
    fields |= changes
    return SimpleNamespace(fold=fields["variance"], **fields)


def held(**changes) -> Level:
    return replace(Level.of(enclosed(), np.array([0.5, 0.25]), (1, 1)), **changes)


def box(low, high) -> Box:
    return Box(np.array(low, dtype=float), np.array(high, dtype=float))


def visited(low, high, edges=None, last=None) -> Merged:
    """Shape (replicas, bins, D), or of one weight without D; at the end of a bin were what is `last`."""
    low, high = (np.array(end, dtype=float) for end in (low, high))
    if low.ndim == 2:
        low, high = low[..., None], high[..., None]
    return Merged(np.arange(low.shape[1] + 1) * 10 if edges is None else np.array(edges), low, high, last)


def held_on(steps, boxes, before):
    """What holds on boxes after the first; the last steps of each are anywhere in it."""
    return own._held(steps, boxes[:-1], boxes[1:], before)


# What is fixed


def test_what_is_fixed_stays_so():
    made = Following(2, (held(),))
    with pytest.raises(FrozenInstanceError):
        made.first = 1
    assert made == made and made != replace(made) and len({made, replace(made)}) == 2


# What holds on boxes


@pytest.fixture
def asked(monkeypatch):
    """What is enclosed on which boxes; `found` and `changes` are what comes back."""
    made = SimpleNamespace(boxes=[], apart=[], found=None, changes=None)

    def enclose_all(problem, forward, backward, tau, alpha, *, stashed, lagging):
        assert (problem, tau, alpha, stashed) == (TWO, 4.0, 0.5, True) and len(forward) == len(backward)
        assert lagging is any(one is not other for one, other in zip(forward, backward, strict=True))
        made.boxes.append(([*forward], [*backward]))
        return made.found

    def change_all(problem, forward, backward, apart, *, stashed):
        assert (problem, stashed) == (TWO, True) and ([*forward], [*backward]) == made.boxes[-1]
        made.apart.append([*apart])
        return made.changes

    monkeypatch.setattr(own, "enclose_all", enclose_all)
    monkeypatch.setattr(own.stale, "change_all", change_all)
    return made


def test_stale_weights_are_apart_by_the_steps_of_their_own_bins(asked):
    """3 and 1 steps old, of this bin or the one before, and no farther than the two boxes reach."""
    boxes = [box([0, 0], [10, 10]), box([0, 0], [10, 10]), box([0, 9.75], [10, 10])]
    asked.found = [enclosed(), enclosed(L=7.0, step=np.array([0.125, 1.0]))]
    asked.changes = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    for before, first in ((np.array([0.5, 0.25]), (1.5, 0.5)), (None, (0.75, 0.5)), (np.array([0.125, 8]), (0.75, 8))):
        found = held_on(STEPS, boxes, before)
        for gap, exact in zip(asked.apart[-1], (first, (0.75, 1.0)), strict=True):
            assert np.all(gap >= exact) and np.all(gap <= np.array(exact) * (1 + 8 * EPS))
        assert [one.L for one in found] == [2, 7] and [
            one.step is each.step for one, each in zip(found, asked.found, strict=True)
        ]
        assert [one.late for one in found] == pytest.approx([5, 25], rel=1e-13)
        assert found[0].stages == pytest.approx([1.5**2 * 5, 1.25**2 * 6], rel=1e-13)
    (gap, _) = asked.apart[0]
    assert np.all(gap > (1.5, 0.5))  # rounded up


def test_stale_weights_are_in_the_box_or_the_one_before(asked):
    boxes = [box([0, 0], [1, 1]), box([-1, 0.5], [0.5, 2]), box([5, 5], [6, 6.5])]
    asked.found, asked.changes = [enclosed(step=np.full(2, 99.0))] * 2, [np.zeros(2)] * 2
    held_on(STEPS, boxes, None)
    forward, backward = asked.boxes[-1]
    assert backward == boxes[1:] and [one.low.tolist() for one in forward] == [[-1, 0], [-1, 0.5]]
    assert [one.high.tolist() for one in forward] == [[1, 2], [6, 6.5]]
    assert [gap.tolist() for gap in asked.apart[-1]] == [
        pytest.approx([2, 2], rel=1e-14),
        pytest.approx([7, 6], rel=1e-14),
    ]
    for lags in ((3, 0), (0, 1)):
        held_on(STEPS._replace(lags=lags), boxes, None)
        assert asked.boxes[-1][0][0].low.tolist() == [-1, 0]
    held_on(STEPS._replace(lags=(0, 0)), boxes, None)
    assert asked.boxes[-1] == (boxes[1:], boxes[1:]) and not np.any(asked.apart[-1])


def test_weights_of_a_stage_are_all_as_late_as_it(asked, monkeypatch):
    steps = STEPS._replace(problem=SimpleNamespace(shapes=[(2, 1), (1, 3)]))
    given = {"variance": np.ones(5), "share": np.zeros(5), "step": np.full(5, 0.5), "gradient": np.ones(5)}
    asked.found, asked.changes = [enclosed(**given)], [np.zeros(5)]
    monkeypatch.setattr(own, "enclose_all", lambda *_, **__: asked.found)
    monkeypatch.setattr(own.stale, "change_all", lambda *given, **__: asked.apart.append(given[3]) or asked.changes)
    (one,) = held_on(steps, [box([0] * 5, [9] * 5)] * 2, None)
    assert one.stages == pytest.approx([2, 3], rel=1e-13)
    assert asked.apart[-1][0] == pytest.approx([1.5, 1.5, 0.5, 0.5, 0.5], rel=1e-14)


def test_where_a_number_is_too_large_nothing_holds(asked):
    boxes = [box([0, 0], [10, 10])] * 4
    asked.found = [enclosed(), None, enclosed()]
    asked.changes = [np.zeros(2), np.zeros(2), None]
    found = held_on(STEPS, boxes, np.zeros(2))
    assert found[0] is not None and found[1:] == [None, None]


RANGES = visited([[[9, 9]] * 4, [[0, 0], [1, 1], [2, 2], [3, 3]]], [[[9, 9]] * 4, [[0, 1], [3, 1], [2, 2], [3, 4]]])
MADE = Following(1, (held(), held(), held()))


def test_along_a_run_are_the_boxes_that_it_visited_widened_for_rounding(asked):
    asked.found, asked.changes = [enclosed()] * 3, [np.zeros(2)] * 3
    steps = STEPS._replace(wide=0.25, lags=(0, 0))
    found = own._along(steps, 1, RANGES, 1, np.array([0.5, 0.25]))
    one, two, three = asked.boxes[0][1]
    assert one.low == pytest.approx([0.75, 0.75], rel=1e-14) and one.high == pytest.approx([3.25, 1.25], rel=1e-14)
    assert two.low == pytest.approx([1.75, 1.75], rel=1e-14) and two.high == pytest.approx([2.25, 2.25], rel=1e-14)
    assert three.low == pytest.approx([2.75, 2.75], rel=1e-14) and len(found) == 3
    assert np.all(one.low <= [0.75, 0.75]) and np.all(one.high >= [3.25, 1.25])
    asked.found, asked.changes = [enclosed()] * 2, [np.zeros(2)] * 2
    own._along(STEPS, 2, RANGES, 1, np.array([0.5, 0.25]))
    forward, _ = asked.boxes[1]
    assert forward[0].low == pytest.approx([1, 1]) and forward[0].high == pytest.approx([3, 2])
    assert asked.apart[1][0] == pytest.approx([1, 0.5], rel=1e-14)  # the way to the other box, and the step


def test_stale_weights_are_in_the_last_steps_of_the_bin_before_if_those_are_known(asked):
    """Of the second replica; its boxes from bin 2 up to bin 3 are those of the test above."""
    last = np.arange(4.0)[:, None] + np.full((2, 4, 2), 0.25)
    ranges = RANGES._replace(last=(last - 0.125, last + 5 + np.arange(2.0)[:, None, None]))
    steps = STEPS._replace(wide=0.25)
    for first, end in ((2, None), (2, 3), (1, 3)):
        count = (4 if end is None else end) - first
        asked.found, asked.changes = [enclosed()] * count, [np.zeros(2)] * count
        assert len(own._along(steps, first, ranges, 1, None, end)) == count
        forward, backward = asked.boxes[-1]
        for place, (one, now) in enumerate(zip(forward, backward, strict=True)):
            b = first + place
            assert now.low == pytest.approx(RANGES.low[1, b] - 0.25, rel=1e-14)
            assert one.low == pytest.approx(np.minimum(RANGES.low[1, b], b - 0.875) - 0.25, rel=1e-14)
            assert one.high == pytest.approx(np.maximum(RANGES.high[1, b], b + 5.25) + 0.25, rel=1e-14)


# Leaving


@pytest.mark.parametrize("what", [held(L=2.5), None])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_run_may_have_left_from_the_first_bin_on_whose_ceiling_is_passed(place, what, monkeypatch):
    """What comes later does not count: T is in that bin, or later, or nowhere."""
    looked = []
    monkeypatch.setattr(own, "ends_of_value", lambda problem, boxes: looked.append((problem, boxes)) or (0.25, 0.5))
    for after in (held(), held(L=9.0)):
        along = [held() if p < place else what if p == place else after for p in range(3)]
        monkeypatch.setattr(own, "_along", lambda *_, along=along: along)
        found = own.passed(STEPS._replace(wide=0.5), MADE, RANGES, np.zeros(2), np.array([False, True]))
        assert found.left.tolist() == [True, True] and found.since.tolist() == [0, 1 + place]
        assert found.least.tolist() == pytest.approx([math.nan, 0.25], nan_ok=True)
        assert found.most.tolist() == pytest.approx([math.nan, 0.5], nan_ok=True)
        assert found.L.tolist() == [[2.0] * 3] * 2
        problem, boxes = looked.pop()
        assert problem is TWO and len(boxes) == 3 - place and not looked
        for box_, low, high in zip(boxes, RANGES.low[1, 1 + place :], RANGES.high[1, 1 + place :], strict=True):
            assert box_.low == pytest.approx(low - 0.5) and box_.high == pytest.approx(high + 0.5)
    ceilings = tuple(held(L=2.5) if p == place else held() for p in range(3))
    monkeypatch.setattr(own, "_along", lambda *_: [what if p == place else held() for p in range(3)])
    found = own.passed(STEPS, replace(MADE, ceilings=ceilings), RANGES, np.zeros(2), np.array([False, True]))
    assert found.left.tolist() == [True, what is None] and found.since.tolist() == [0, 1 + place if what is None else 4]


def test_the_curvature_is_that_where_a_run_was_up_to_where_it_left(monkeypatch):
    """Ceilings are 2; the first run left before, the last in the third bin: from there on they are what is known."""
    places = {1: (1.5, 1.25, 1.0), 2: (1.75, 1.5, 9.0)}
    monkeypatch.setattr(own, "_along", lambda *given: [held(L=L) for L in places[given[3]]])
    monkeypatch.setattr(own, "ends_of_value", lambda *_: (0.25, 0.5))
    ranges = visited(np.zeros((3, 4, 2)), np.ones((3, 4, 2)))
    found = own.passed(STEPS, MADE, ranges, np.zeros(2), np.array([False, True, True]))
    assert found.L.tolist() == [[2, 2, 2], [1.5, 1.25, 1], [1.75, 1.5, 2]]


def test_what_became_of_replicas(monkeypatch):
    """Of five: one was gone before; two leave, one at a time; f is the first weight here."""
    seen = []

    def along(steps, first, ranges, replica, before):
        seen.append((steps, first, ranges, replica, before.tolist()))
        return [held(), held(L=9.0) if replica in (1, 3) else held(), held()]

    monkeypatch.setattr(own, "_along", along)
    monkeypatch.setattr(own, "ends_of_value", lambda _, boxes: (boxes[0].low[0], boxes[-1].high[0]))
    places = np.arange(5.0)[:, None, None] + np.zeros((5, 4, 2))
    ranges = visited(places, places + np.arange(4)[:, None])
    inside = np.array([True, True, False, True, True])
    found = own.passed(STEPS, MADE, ranges, np.array([0.25, 0.5]), inside)
    assert found.left.tolist() == [False, True, True, True, False] and found.left.dtype == bool
    assert found.L.tolist() == [[2.0] * 3] * 5
    assert found.least == pytest.approx([math.nan, 1.0, math.nan, 3.0, math.nan], nan_ok=True)
    assert found.most == pytest.approx([math.nan, 4.0, math.nan, 6.0, math.nan], nan_ok=True)
    assert seen == [(STEPS, 1, ranges, replica, [0.25, 0.5]) for replica in (0, 1, 3, 4)]
    assert inside.tolist() == [True, True, False, True, True]
