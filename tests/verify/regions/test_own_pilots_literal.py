"""What pilots fix of boxes around a run's own past, and from where on, number by number; nothing is run."""

import math

import numpy as np
import pytest

from tests.verify.regions.test_own_literal import STEPS, TWO, box, held, visited
from verify.regions import own
from verify.regions.network import Box
from verify.regions.own import Steps
from verify.regions.visited import Merged

# What pilots fix


def test_reaches_by_hand():
    """Of the first weight the overshoots are 1 and 3 down, its middle moves by 0 and -1, and it is 3 and 5 wide then.

    Variances are 2, 1/2, 2. The other overshoots by 10, and nothing of it scatters; above it stays behind.
    """
    low = [[[0, 0], [-1, -10]], [[0, 0], [-3, -10]]]
    high = [[[1, 5], [2, 1]], [[1, 5], [2, 1]]]
    below, beyond = own._reach(visited(low, high), 1)
    assert below[0] == pytest.approx([2 + own.FARTHER * 1, 10], rel=1e-14)
    assert beyond[0] == pytest.approx([1, 0], rel=1e-14)


def test_the_farthest_of_all_overshoots_counts_for_all_weights_and_bins():
    """In units of what scatters the second is as far as it can be: (1, 1, 4) is 2 above its mean, of sqrt 3 each."""
    low = np.zeros((3, 3, 2))
    high = np.zeros((3, 3, 2))
    high[:, 1, 0], high[:, 2, 0] = (1, 2, 3), (2, 3, 4)
    high[:, 1, 1], high[:, 2, 1] = (1, 1, 4), (1, 1, 4)
    below, beyond = own._reach(visited(low, high), 1)
    assert np.array_equal(below, np.zeros((2, 2)))
    # variances of the overshoot, of the middle's way, a quarter of it, and of the width; means over both bins
    slow = math.sqrt((1 + 0) / 2 + (1 + 0) / 8 + 1)
    fast = math.sqrt((3 + 0) / 2 + (3 + 0) / 8 + 3)
    unit = 2 / fast
    assert unit > 1 / slow
    assert beyond[0] == pytest.approx([2 + 1.4 * unit * slow, 2 + 1.4 * unit * fast], rel=1e-14)
    assert beyond[1] == pytest.approx([1 + 1.4 * unit * slow, 1.4 * unit * fast], rel=1e-14)


def test_reaches_weight_by_weight_and_bin_by_bin():
    rng = np.random.default_rng(3)
    middle, half = rng.normal(size=(4, 6, 2)), rng.uniform(0.1, 2, (4, 6, 2))
    low, high = middle - half, middle + half

    def near(values, b):
        return np.mean([np.var(values[:, a], axis=0, ddof=1) for a in range(5) if abs(a - b) <= 2], axis=0)

    for found, ends in zip(own._reach(visited(low, high), 1), (-low, high), strict=True):
        over = np.maximum(ends[:, 1:] - ends[:, :-1], 0)
        parts = over, middle[:, 1:] - middle[:, :-1], 2 * half[:, 1:]
        scale = np.array([np.sqrt(sum(near(part, b) for part in parts)) for b in range(5)])
        mean = over.mean(axis=0)
        farthest = max(np.max((over[pilot] - mean) / scale) for pilot in range(4))
        assert found == pytest.approx(mean + own.FARTHER * farthest * scale, rel=1e-12)


def test_earlier_bins_have_no_say():
    rng = np.random.default_rng(1)
    middle, half = rng.normal(size=(5, 6, 3)), rng.uniform(0.1, 1, (5, 6, 3))
    whole = visited(middle - half, middle + half)
    for mine, its in zip(
        own._reach(whole, 3), own._reach(visited(whole.low[:, 2:], whole.high[:, 2:]), 1), strict=True
    ):
        assert mine.shape == (3, 3) and np.array_equal(mine, its) and np.all(mine >= 0)


@pytest.mark.parametrize("factor", [0.25, 2.0, 1024.0])
def test_reaches_have_the_unit_of_weights(factor):
    rng = np.random.default_rng(2)
    middle, half = rng.normal(size=(4, 5, 2)), rng.uniform(0.1, 1, (4, 5, 2))
    one = own._reach(visited(middle - half, middle + half), 1)
    other = own._reach(visited(factor * (middle - half), factor * (middle + half)), 1)
    turned = own._reach(visited(-middle - half, half - middle), 1)
    for mine, its in zip(one, other, strict=True):
        assert its == pytest.approx(factor * mine, rel=1e-12)
    for mine, its in zip(one, turned[::-1], strict=True):
        assert its == pytest.approx(mine, rel=1e-12)


def test_what_scatters_is_a_mean_over_five_bins():
    """Variances 1, 2, 4, 8, 16, 32."""
    size = np.sqrt(2.0 ** np.arange(6))
    found = own._scatter(np.array([-size, 0 * size, size])[..., None])
    assert found[:, 0] == pytest.approx([7 / 3, 15 / 4, 31 / 5, 62 / 5, 60 / 4, 56 / 3], rel=1e-14)


def test_a_limit_is_half_of_how_far_pilots_are_apart_beyond_them_all():
    values = np.array([1.0, 2, 5])[:, None]
    assert own._limit(values, 0.05) == pytest.approx([5 + 2 + 0.25], rel=1e-14)
    assert own._limit(-values, 0.05) == pytest.approx([-1 + 2 + 0.05], rel=1e-14)
    assert own._limit(-values, 0.0) == pytest.approx([1.0], rel=1e-14)
    assert own._limit(np.full((3, 1, 2), 4.0), 0.05) == pytest.approx(np.full((1, 2), 4.2), rel=1e-14)


def test_a_limit_is_the_largest_of_five_bins():
    values = np.array([[0.0, 0, 7, 0, 0, 0, 0, 9]] * 2)
    assert own._limit(values, 0.0).tolist() == [7, 7, 7, 7, 7, 9, 9, 9]


def test_ceilings_are_limits_of_each_number_and_the_floor_is_one(monkeypatch):
    """Two pilots in two bins, which are looked at for themselves here."""
    monkeypatch.setattr(own, "_NEAR", 0)
    first = held(L=3.0, least=1.0, stages=np.array([1.0, 2]), S=np.eye(2))
    second = held(L=5.0, least=0.5, stages=np.array([3.0, 2]), S=np.eye(2) * 2)
    one, two = own._ceilings([[first, held(late=1.0)], [second, held(late=2.0)]])
    assert pytest.approx(5 + 1 + 0.5) == one.L and type(one.L) is float
    assert one.least == pytest.approx(0.5 - 0.25 - 0.05) and type(one.least) is float
    assert one.stages == pytest.approx([3 + 1 + 0.3, 2 + 0.2]) and one.S[1] == pytest.approx([0, 2 + 0.5 + 0.2])
    assert two.late == pytest.approx(2 + 0.5 + 0.2) and pytest.approx(2.2) == two.L
    assert two.least == pytest.approx(0.9) and one.late == pytest.approx(1.1 * held().late)
    for name in ("slope", "variance", "T2", "late_T2", "step"):
        assert getattr(two, name) == pytest.approx(1.1 * getattr(held(), name))
    assert two.rho == pytest.approx(1.02 * held().rho)
    below = held(least=-2.0)
    (lower,) = own._ceilings([[below], [below]])
    assert lower.least == pytest.approx(-2.2) and below.within(lower)


def test_what_follows_of_pilots(monkeypatch):
    """Every pilot's boxes are enclosed; if one is not, nothing follows."""
    monkeypatch.setattr(own, "_reach", lambda _, first: (np.full((2, 2), 1.0), np.full((2, 2), first * 2.0)))
    monkeypatch.setattr(own, "_ceilings", lambda found: iter([("ceilings", len(found), [len(row) for row in found])]))
    seen, gone = [], []

    def along(steps, made, ranges, replica, before):
        seen.append((steps, ranges, replica, before.tolist()))
        assert made.first == 2 and made.beyond[0, 0] == 4 and not made.ceilings
        return [None if (replica, place) in gone else held() for place in range(2)]

    monkeypatch.setattr(own, "_along", along)
    pilots = visited(np.zeros((3, 4, 2)), np.ones((3, 4, 2)))
    found = own.follow(STEPS, pilots, 2, np.array([0.25, 0.5]))
    assert (found.first, found.ceilings) == (2, (("ceilings", 3, [2, 2, 2]),))
    assert found.below.tolist() == [[1, 1]] * 2 and found.beyond.tolist() == [[4, 4]] * 2
    assert seen == [(STEPS, pilots, replica, [0.25, 0.5]) for replica in range(3)]
    for one in ((0, 0), (1, 1), (2, 0)):
        gone[:] = [one]
        assert own.follow(STEPS, pilots, 2, np.array([0.25, 0.5])) is None
    gone.clear()
    seen.clear()
    many = visited(np.zeros((9, 4, 2)), np.ones((9, 4, 2)))
    assert own.follow(STEPS, many, 2, np.array([0.25, 0.5])).ceilings[0][1] == 8 == own.ENCLOSED
    assert [replica for _, _, replica, _ in seen] == [*range(8)]


# From where boxes are a run's own


@pytest.fixture
def probed(monkeypatch):
    """Boxes around all in which the curvature is what their second weight says; of a run's own it is 1."""
    asked = []

    def found(steps, boxes, before):
        assert steps.problem is TWO and before is None
        asked.append(boxes)
        around, mine = (one.high[1] for one in boxes)
        return [None if number < 0 else held(L=number) for number in (around, mine)]

    monkeypatch.setattr(own, "_held", found)
    rows = np.arange(99.0)[:, None]
    reach = 0.25 + rows * [1, 1], 0.5 + rows * [1, 0]
    monkeypatch.setattr(own, "_reach", lambda _, first: tuple(end + np.array([first, 0.0]) for end in reach))
    return asked


def around(*numbers) -> list[Box]:
    return [box([-2, -9], [2, number]) for number in numbers]


def alone(bins: int, edges=None, mine=1.0) -> Merged:
    """The first of two pilots has 1/2 less than what is enclosed of it; the other lies elsewhere."""
    low, high = np.full((2, bins, 2), -9.0), np.full((2, bins, 2), mine - 0.5)
    low[0] -= np.arange(bins)[:, None]
    high[0, :, 0] += np.arange(bins)
    low[1], high[1] = 5, 50
    return visited(low, high, edges)


def test_boxes_are_a_runs_own_where_the_curvature_is_a_quarter_less(probed):
    ratio = own.RATIO
    steps = STEPS._replace(lags=(0, 0))
    assert own.first_own(steps, around(9, 1, ratio, math.nextafter(ratio, 2), 9), alone(5)) == 3
    assert own.first_own(steps, around(9, ratio, ratio, ratio, ratio), alone(5)) is None
    assert own.first_own(steps, around(9, ratio, ratio, ratio, 1.5), alone(5)) == 4
    assert own.first_own(steps, around(9, 9), alone(2)) == 1
    _, mine = probed[-1]  # the first of those that are reached for from bin 1 on
    assert mine.low.tolist() == [-10.25, -9.25] and mine.high.tolist() == [2, 1] and probed[-1][0].high[1] == 9
    assert own.first_own(STEPS, around(9, 9, 1, 9, 9), alone(5, [0, 2, 5, 8, 11, 14])) == 3
    _, mine = probed[-1]  # the second of those from bin 2 on
    assert mine.low.tolist() == [-14.25, -12.25] and mine.high.tolist() == [6, 1]


def test_boxes_on_which_nothing_holds(probed):
    steps = STEPS._replace(lags=(0, 0))
    assert own.first_own(steps, around(-1, 1, -1, 9), alone(4)) == 2
    for around_ in (-1, 9):
        assert own.first_own(steps, around(*(around_,) * 4), alone(4, mine=-1.0)) is None


def test_the_first_bin_is_never_a_runs_own_and_one_bin_has_none(probed):
    assert own.first_own(STEPS._replace(lags=(0, 0)), around(9), alone(1)) is None and not probed
    assert own.first_own(STEPS._replace(lags=(0, 0)), around(9, 9, 9), alone(3)) == 1


@pytest.mark.parametrize(
    ("edges", "lags", "first"),
    [
        ([0, 3, 6, 9, 12], (3, 1), 1),
        ([0, 2, 5, 8, 11], (3, 1), 2),
        ([0, 2, 5, 8, 11], (1, 3), 2),
        ([0, 2, 5, 8, 11], (2, 2), 1),
        ([0, 3, 5, 8, 11], (3, 1), 3),
        ([0, 2, 4, 6, 9], (3, 1), None),  # the last is long enough, but none follows it
        ([0, 2, 4, 7, 9], (3, 1), None),
        ([0, 2, 4, 7, 10], (3, 1), 3),
    ],
)
def test_the_bin_before_holds_all_stale_weights(edges, lags, first, probed):
    assert own.first_own(STEPS._replace(lags=lags), around(9, 9, 9, 9), alone(4, edges)) == first


def test_sixteen_bins_are_looked_at(probed):
    """Of 32 bins each second one from the first on."""
    steps = STEPS._replace(lags=(0, 0))
    for parted, first in ((1, 1), (2, 3), (3, 3), (30, 31), (31, 31)):
        probed.clear()
        laid = around(*[9 if bin_ >= parted else 1 for bin_ in range(32)])
        assert own.first_own(steps, laid, alone(32)) == first and len(probed) == (first + 1) // 2
    probed.clear()
    assert own.first_own(steps, around(*[1] * 32), alone(32)) is None and len(probed) == 16
    laid = around(9, 1, *[1] * 9, 9)
    assert own.first_own(steps, laid, alone(12)) == 11


def test_numbers_that_others_may_tune():
    """Any are valid; bounds are read with these in mind. Boxes are widened where that is asked for alone."""
    assert Steps(TWO, 0.5, 4.0, (3, 1), stashed=True).wide == 0.0
    assert (own.RATIO, own.FARTHER, own.SPARE, own.SPARE_RHO, own.ENCLOSED) == (1.25, 1.4, 0.1, 0.02, 8)
