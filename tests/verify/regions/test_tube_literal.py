"""Tubes number by number: bins, pilots' boxes, averages, what the theorem is given; no network is enclosed."""

import math
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from boundary import BadInput
from simulate.problems.network import Network
from verify.regions import tube
from verify.regions.network import Box
from verify.regions.tube import Tube
from verify.regions.visited import Merged

EDGES = np.array([0, 1, 3, 7])
BOXES = (Box(np.zeros(1), np.ones(1)), Box(np.zeros(1), np.full(1, 2.0)), Box(np.full(1, -1.0), np.ones(1)))
TUBE = Tube(EDGES, BOXES)
NETWORK = Network(stages=2, width=(1, 2, 1), samples=2)  # two weights a stage


def visited(low, high) -> Merged:
    """Of one weight: shape (replicas, 3)."""
    return Merged(EDGES, np.array(low, dtype=float)[..., None], np.array(high, dtype=float)[..., None])


# Boxes in time


@pytest.mark.parametrize(
    "edges", [[0, 1, 3], [0, 1, 3, 7, 8], [0, 1, 1, 7], [0, 3, 1, 7], [1, 2, 3, 7], [[0, 1, 3, 7]]]
)
def test_edges_rise_from_0_one_more_than_boxes(edges):
    with pytest.raises(BadInput, match="edges"):
        Tube(np.array(edges), BOXES)
    with pytest.raises(BadInput, match="edges"):
        Tube(np.array([0]), ())
    assert TUBE.iterations == 7 and Tube(np.array([0, 5]), BOXES[:1]).iterations == 5


def test_a_tube_is_widened_at_both_ends():
    wide = TUBE.widened(0.5)
    assert wide.edges is EDGES
    for box, low, high in zip(wide.boxes, (-0.5, -0.5, -1.5), (1.5, 2.5, 1.5), strict=True):
        assert box.low[0] == pytest.approx(low, rel=1e-15) and box.high[0] == pytest.approx(high, rel=1e-15)
        assert box.low[0] <= low and box.high[0] >= high


def test_who_left():
    """Ends are in a box; a range that is none, of a replica that diverged, is not."""
    low = [[0, 0, -1], [0, -1e-9, -1], [0, 0, -1], [0, math.nan, -1], [0.5, 1, 0], [0.5, 2, 0]]
    high = [[1, 2, 1], [1, 2, 1], [1, 2, 1 + 1e-9], [1, math.nan, 1], [0.5, 1, 0], [0.5, 1, 0]]
    assert TUBE.left_by(visited(low, high)).tolist() == [False, True, True, True, False, True]
    other = visited(low, high)
    for wrong in (other._replace(edges=EDGES + (EDGES > 3)), other._replace(low=np.zeros((6, 3, 2)))):
        with pytest.raises(BadInput, match="ranges"):
            TUBE.left_by(wrong)


# Boxes around pilots


def pilots(count=16) -> Merged:
    """One weight in one bin; the ends scatter evenly: low in [-1, 0], high in [1, 3]."""
    share = np.linspace(0, 1, count)
    return Merged(np.array([0, 4]), (share - 1)[:, None, None], (1 + 2 * share)[:, None, None])


def test_the_margin_is_a_share_of_half_the_width():
    """The widest ends are -1 and 3; where scatter is not asked for, 1/2 of 2 comes on either side."""
    (box,) = tube.from_pilots(pilots(), margin=0.5, aim=1.0).boxes
    assert (box.low[0], box.high[0]) == (-2.0, 4.0)
    (box,) = tube.from_pilots(pilots(), margin=0.0, aim=1.0).boxes
    assert (box.low[0], box.high[0]) == (-1.0, 3.0)


def test_ends_are_beyond_those_of_a_new_normal_number():
    """Student's t with 15 degrees of freedom at the aim, shared by the two ends, times sqrt(1 + 1/16)."""
    made = pilots()
    (box,) = tube.from_pilots(made, margin=0.0, aim=0.01).boxes
    far = stats.t.isf(0.005, 15) * math.sqrt(1 + 1 / 16)
    low, high = made.low[:, 0, 0], made.high[:, 0, 0]
    assert box.low[0] == pytest.approx(low.mean() - far * np.std(low, ddof=1), rel=1e-9)
    assert box.high[0] == pytest.approx(high.mean() + far * np.std(high, ddof=1), rel=1e-9)
    two = Merged(made.edges, np.repeat(made.low, 2, axis=2), np.repeat(made.high, 2, axis=2))
    (wider,) = tube.from_pilots(two, margin=0.0, aim=0.02).boxes
    assert np.allclose(wider.low, box.low, rtol=1e-9) and np.allclose(wider.high, box.high, rtol=1e-9)
    usual, said = tube.from_pilots(made).boxes[0], tube.from_pilots(made, margin=0.3, aim=0.05).boxes[0]
    assert (usual.low[0], usual.high[0]) == (said.low[0], said.high[0])


def test_twelve_pilots_that_did_not_diverge():
    assert len(tube.from_pilots(pilots(12)).boxes) == 1
    with pytest.raises(BadInput, match="12 replicas"):
        tube.from_pilots(pilots(11))
    for name in ("low", "high"):
        made = pilots()
        getattr(made, name)[3] = math.nan
        with pytest.raises(BadInput, match="diverged"):
            tube.from_pilots(made)


# What holds


def enclosed(step) -> SimpleNamespace:
    whole = np.array([1.0, 2, 4, 8])
    return SimpleNamespace(
        L=2.0, least=1.0, slope=3.0, S=np.array([[1.0, 2], [3, 4]]), variance=whole, fold=whole, gradient=whole / 2,
        share=np.array([0.0, 1, 0.5, 0.25]), step=step,
    )  # fmt: skip


def test_what_was_laid_and_what_holds_stay_so():
    verdict = tube.judged(0.5, TUBE, visited([[0, 0, 0]], [[1, 1, 1]]), 0.05, 3.0)
    for made, name in ((TUBE, "boxes"), (verdict, "whole"), (BOXES[0], "low")):
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, None)
    for made in (TUBE, BOXES[0]):  # arrays have no one truth: they are compared by identity
        assert made == made and made != replace(made)
    assert verdict == replace(verdict)


# Constants: where forward weights may be


@pytest.fixture
def boxes(monkeypatch):
    """Which boxes are enclosed; a step from box b moves by 1, 1/2, 1/4 ... at most."""
    found = []

    def enclose(problem, forward, backward, tau, alpha, *, stashed):
        assert (problem, tau, alpha) == (NETWORK, 3.0, 0.5)
        found.append((forward, backward, stashed))
        return enclosed(step=np.full(4, 2.0 ** (1 - len(found))))

    monkeypatch.setattr(tube, "enclose", enclose)
    monkeypatch.setattr(tube, "value", lambda _, box: (float(box.low[0]), 5.0))
    return found


START = np.concatenate([stage.ravel() for stage in NETWORK.initial_weights()])


def around(*sizes) -> tuple[Box, ...]:
    return tuple(Box(START - size, START + size) for size in sizes)


@pytest.mark.parametrize(
    ("lags", "reach"),
    [
        ((0, 0), (0, 0, 0, 0)),
        # one step old: made in the box before
        ((1, 0), (0, 1, 0.5, 0.25)),
        # two steps old: before step 1 lies the first bin; before 3 the second; before 7 the third
        ((0, 2), (0, 2, 1, 0.5)),
        # three: steps 0, 1, 2 lie before 3, from the first bin on; those before 7 in the third
        ((3, 0), (0, 3, 3, 0.75)),
        # five: those before 7 from the second bin on
        ((5, 5), (0, 5, 5, 2.5)),
    ],
)
def test_forward_weights_are_as_far_away_as_the_steps_since(lags, reach, boxes):
    laid = Tube(np.array([0, 1, 3, 7, 20]), around(40.0, 30.0, 20.0, 10.0))  # so that no box cuts what is stale
    held = tube.constants(NETWORK, laid, 0.5, 3.0, lags)
    for (forward, backward, stashed), box, more in zip(boxes, laid.boxes, reach, strict=True):
        assert backward is box and stashed is False
        assert forward.high == pytest.approx(box.high + more, rel=1e-13)
        assert forward.low == pytest.approx(box.low - more, rel=1e-13)
        assert np.all(forward.high >= box.high + more) and np.all(forward.low <= box.low - more)
    assert held.lengths == pytest.approx([0.05, 0.1, 0.2, 0.65]) and held.start == 5.0 and len(held.found) == 4


@pytest.mark.parametrize("bins", [0, 1, 3])
def test_the_first_bins_alone_are_enclosed_as_among_all(bins, boxes):
    laid = Tube(np.array([0, 1, 3, 7, 8]), around(1, 2, 4, 8))
    some = tube.enclosed(NETWORK, laid, 0.5, 3.0, (3, 0), bins=bins)
    met = [(forward.low.tolist(), forward.high.tolist()) for forward, *_ in boxes]
    boxes.clear()
    found = tube.enclosed(NETWORK, laid, 0.5, 3.0, (3, 0))
    assert len(some) == len(met) == bins and len(found) == 4
    assert met == [(forward.low.tolist(), forward.high.tolist()) for forward, *_ in boxes[:bins]]
    assert [mine.late for mine in some] == [whole.late for whole in found[:bins]]


def test_stashed_weights_are_asked_for(boxes):
    tube.constants(NETWORK, Tube(np.array([0, 4]), around(1.0)), 0.5, 3.0, (0, 0), stashed=True)
    assert boxes[0][2] is True


def test_what_constants_do_not_cover_is_refused(boxes):
    laid = Tube(np.array([0, 4]), around(1.0))
    for lags in ((0,), (0, 0, 0), (0, -1), (-1, 0)):
        with pytest.raises(BadInput, match="lags"):
            tube.constants(NETWORK, laid, 0.5, 3.0, lags)
    away = Tube(np.array([0, 4]), (Box(START + 0.5, START + 1),))
    with pytest.raises(BadInput, match="W_0"):
        tube.constants(NETWORK, away, 0.5, 3.0, (0, 0))


# Of A


def test_the_largest_gradient_is_the_norm_of_what_stages_have(monkeypatch):
    rows = SimpleNamespace(X=[3.0, 2.0, 100.0], D=[1.0, 2.0])
    monkeypatch.setattr(tube.norms, "bounds", lambda *_: rows)
    found = tube.largest_gradient(NETWORK, 2.0)
    assert found == pytest.approx(5.0, rel=1e-6) and found >= 5
    assert tube.largest_gradient(NETWORK, math.inf) == math.inf


@pytest.mark.parametrize(("exits", "fresh", "level"), [(0, 1, 0.5), (0, 24, 0.05), (3, 24, 0.05), (23, 24, 0.01)])
def test_how_probable_leaving_is_at_most(exits, fresh, level):
    exact = float(stats.beta.isf(level, exits + 1, fresh - exits))
    assert exact <= tube.leaving(exits, fresh, level) <= exact * (1 + 1e-8)
    assert stats.binom.cdf(exits, fresh, exact) == pytest.approx(level, rel=1e-6)


def test_how_probable_leaving_is_where_all_left():
    assert tube.leaving(4, 4, 0.05) == 1.0 and tube.leaving(1, 1, 0.99) == 1.0
    for exits, fresh, level in ((-1, 4, 0.1), (5, 4, 0.1), (0, 0, 0.1), (1, 4, 0.0), (1, 4, 1.0), (1, 4, math.nan)):
        with pytest.raises(BadInput):
            tube.leaving(exits, fresh, level)


def test_a_statement_of_a_by_hand():
    """2 of 4 left; A is at most 1/2 + P 3^2."""
    ranges = visited([[0, 0, 0]] * 4, [[1, 1, 1], [1, 1, 5], [1, 1, 1], [5, 1, 1]])
    found = tube.judged(0.5, TUBE, ranges, 0.05, 3.0)
    left = float(stats.beta.isf(0.05, 3, 2))
    assert (found.stopped, found.exits, found.fresh, found.level) == (0.5, 2, 4, 0.05)
    assert found.left == pytest.approx(left, rel=1e-8)
    assert found.whole == pytest.approx(0.5 + 9 * found.left, rel=1e-13) and found.whole > 0.5 + 9 * found.left


# What staleness makes of the noise


def test_weights_of_each_stage_are_as_late_as_its_lag(boxes, monkeypatch):
    """Steps of 1 before the second box, of 1/2 in it; of two steps at once the longer one counts."""
    asked = []

    def change(problem, forward, backward, apart, *, stashed):
        asked.append((problem, forward, backward, apart.tolist(), stashed))
        return np.array([1.0, 2, 3, 4])

    monkeypatch.setattr(tube.stale, "change", change)
    laid = Tube(np.array([0, 1, 7]), around(40.0, 30.0))
    held = tube.constants(NETWORK, laid, 0.5, 3.0, (3, 2), stashed=True)
    for (problem, forward, backward, apart, stashed), (ahead, behind, _) in zip(asked, boxes, strict=True):
        assert problem is NETWORK and forward is ahead and backward is behind and stashed
        assert apart == pytest.approx([3, 3, 2, 2], rel=1e-13) and apart >= [3, 3, 2, 2]
    shared = 0 + 4 + 9 / 4 + 1
    assert held.stale == pytest.approx((30, shared, held.L * 30, held.L * shared), rel=1e-13)


def test_stale_weights_are_in_the_boxes_of_their_own_steps(boxes, monkeypatch):
    """Boxes that grow: of what is 3 steps old the box before holds as little as the own, and no weight is farther."""
    asked = []
    monkeypatch.setattr(tube.stale, "change", lambda *given, **_: asked.append(given[3]) or np.zeros(4))
    laid = Tube(np.array([0, 1, 7]), around(0.25, 0.5))
    tube.constants(NETWORK, laid, 0.5, 3.0, (3, 2))
    for (forward, backward, _), apart, size in zip(boxes, asked, (0.25, 0.5), strict=True):
        assert np.array_equal(forward.high, backward.high) and np.array_equal(forward.low, backward.low)
        assert apart == pytest.approx([2 * size] * 4, rel=1e-12)


def test_what_holds_of_the_direction_that_is_read_holds_at_current_weights(boxes):
    found = tube.constants(NETWORK, Tube(np.array([0, 1, 7]), around(0.25, 0.5)), 0.5, 3.0, (3, 2))
    assert found.T2_current == found.T2 > 0
