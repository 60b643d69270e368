"""What pilots fix of runs that are followed, and from where on, number by number; nothing is run."""

import numpy as np
import pytest

from tests.verify.regions.test_own_literal import STEPS, TWO, box, held, visited
from verify.regions import own
from verify.regions.network import Box
from verify.regions.own import Steps
from verify.regions.visited import Merged

# What pilots fix


def test_a_limit_is_so_far_beyond_pilots_as_they_are_apart():
    numbers = np.array([1.0, 2, 5])[:, None]
    assert own._limit(numbers, 0.5, 0.05) == pytest.approx([5 + 2 + 0.25], rel=1e-14)
    assert own._limit(numbers, 2.0, 0.0) == pytest.approx([5 + 8], rel=1e-14)
    assert own._limit(-numbers, 0.5, 0.05) == pytest.approx([-1 + 2 + 0.05], rel=1e-14)
    assert own._limit(-numbers, 0.5, 0.0) == pytest.approx([1.0], rel=1e-14)
    assert own._limit(np.full((3, 1, 2), 4.0), 0.5, 0.05) == pytest.approx(np.full((1, 2), 4.2), rel=1e-14)


def test_a_limit_is_the_largest_of_five_bins():
    values = np.array([[0.0, 0, 7, 0, 0, 0, 0, 9]] * 2)
    assert own._limit(values, 0.5, 0.0).tolist() == [7, 7, 7, 7, 7, 9, 9, 9]


def test_ceilings_are_limits_of_each_number_and_the_floor_is_one(monkeypatch):
    """Two pilots in two bins, which are looked at for themselves here."""
    monkeypatch.setattr(own, "_NEAR", 0)
    first = held(L=3.0, least=1.0, stages=np.array([1.0, 2]), S=np.eye(2))
    second = held(L=5.0, least=0.5, stages=np.array([3.0, 2]), S=np.eye(2) * 2)
    one, two = own._ceilings([[first, held(late=1.0)], [second, held(late=2.0)]])
    assert pytest.approx(5 + 1 + 0.5) == one.L and type(one.L) is float
    assert one.least == pytest.approx(0.5 - 0.25 - 0.05) and type(one.least) is float
    assert one.stages == pytest.approx([3 + 1 + 0.3, 2 + 0.2]) and one.S[1] == pytest.approx([0, 2 + 0.75 + 0.5])
    assert two.late == pytest.approx(2 + 0.75 + 0.5) and pytest.approx(2.2) == two.L
    assert two.least == pytest.approx(0.9) and one.late == pytest.approx(1.25 * held().late)
    for name in ("slope", "variance", "T2", "step"):
        assert getattr(two, name) == pytest.approx(1.1 * getattr(held(), name))
    assert two.late_T2 == pytest.approx(1.25 * held().late_T2)
    assert two.rho == pytest.approx(1.02 * held().rho)
    below = held(least=-2.0)
    (lower,) = own._ceilings([[below], [below]])
    assert lower.least == pytest.approx(-2.2) and below.within(lower)


def test_what_follows_of_pilots(monkeypatch):
    """What every pilot visited is enclosed; if somewhere it is not, nothing follows."""
    monkeypatch.setattr(own, "_ceilings", lambda found: iter([("ceilings", len(found), [len(row) for row in found])]))
    seen, gone = [], []

    def along(steps, first, ranges, replica, before):
        seen.append((steps, first, ranges, replica, before.tolist()))
        return [None if (replica, place) in gone else held() for place in range(2)]

    monkeypatch.setattr(own, "_along", along)
    pilots = visited(np.zeros((3, 4, 2)), np.ones((3, 4, 2)))
    found = own.follow(STEPS, pilots, 2, np.array([0.25, 0.5]))
    assert (found.first, found.ceilings) == (2, (("ceilings", 3, [2, 2, 2]),))
    assert seen == [(STEPS, 2, pilots, replica, [0.25, 0.5]) for replica in range(3)]
    for one in ((0, 0), (1, 1), (2, 0)):
        gone[:] = [one]
        assert own.follow(STEPS, pilots, 2, np.array([0.25, 0.5])) is None
    gone.clear()
    seen.clear()
    many = visited(np.zeros((13, 4, 2)), np.ones((13, 4, 2)))
    assert own.follow(STEPS, many, 2, np.array([0.25, 0.5])).ceilings[0][1] == 12 == own.ENCLOSED
    assert [replica for *_, replica, _ in seen] == [*range(12)]


# From where boxes are a run's own


@pytest.fixture
def probed(monkeypatch):
    """Boxes around all in which the curvature is what their second weight says; of a run's own it is 1."""
    asked = []

    def found(steps, last_of, boxes, before):
        assert steps.problem is TWO and before is None and len(boxes) == len(last_of) == 1
        asked.append([*last_of, *boxes])
        number = round(float(boxes[0].high[1]), 9)  # less than a box is widened by is not seen
        return [None if number < 0 else held(L=number)]

    monkeypatch.setattr(own, "_held", found)
    return asked


def around(*numbers) -> list[Box]:
    return [box([-2, -9], [2, number]) for number in numbers]


def alone(bins: int, edges=None, mine=1.0) -> Merged:
    """What the first of two pilots visited; the other lies elsewhere."""
    low, high = np.full((2, bins, 2), -9.0), np.full((2, bins, 2), mine)
    low[0] -= np.arange(bins)[:, None]
    high[0, :, 0] += np.arange(bins)
    low[1], high[1] = 5, 50
    return visited(low, high, edges)


def test_runs_are_followed_from_where_the_curvature_is_a_quarter_less(probed):
    ratio = own.RATIO
    steps = STEPS._replace(lags=(0, 0))
    assert own.first_own(steps, around(9, 1, ratio, 1.2501, 9), alone(5)) == 3
    assert own.first_own(steps, around(9, ratio, ratio, ratio, ratio), alone(5)) is None
    assert own.first_own(steps, around(9, ratio, ratio, ratio, 1.5), alone(5)) == 4
    probed.clear()
    laid = around(9, 9)
    assert own.first_own(steps._replace(wide=0.25), laid, alone(2)) == 1
    (before, mine), around_ = probed
    assert before.low == pytest.approx([-9.25, -9.25]) and mine.low == pytest.approx([-10.25, -10.25])
    assert mine.high == pytest.approx([2.25, 1.25]) and around_ == [laid[1], laid[1]]
    assert own.first_own(STEPS, around(9, 9, 1, 9, 9), alone(5, [0, 2, 5, 8, 11, 14])) == 3


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
        assert own.first_own(steps, laid, alone(32)) == first and len(probed) == 2 * ((first + 1) // 2)
    probed.clear()
    assert own.first_own(steps, around(*[1] * 32), alone(32)) is None and len(probed) == 32
    laid = around(9, 1, *[1] * 9, 9)
    assert own.first_own(steps, laid, alone(12)) == 11


def test_numbers_that_others_may_tune():
    """Any are valid; bounds are read with these in mind. Boxes are widened where that is asked for alone."""
    assert Steps(TWO, 0.5, 4.0, (3, 1), stashed=True).wide == 0.0
    assert (own.RATIO, own.ENCLOSED) == (1.25, 12)
    some = {"rho": (0.5, 0.02), "S": (0.75, 0.25), "late": (0.75, 0.25), "late_T2": (0.75, 0.25)}
    assert own.SPARE == (0.5, 0.1) and some == own.SPARES
