"""The a-priori tube step by step: a flow that is written down in the place of a network's."""

import math

import numpy as np
import pytest

from boundary import BadInput
from simulate.problems.network import Network
from verify.regions import a_priori, network, theorem, tube
from verify.regions.a_priori import Bound, Flow, Found, _Course
from verify.regions.intervals import Intervals
from verify.regions.network import Box

NETWORK = Network(stages=2, width=1, samples=3, instance=1)  # two weights
START = network.flat(NETWORK.initial_weights())
ALPHA = 0.5


def test_bins_grow_from_a_thousandth_on():
    assert a_priori.edges_of(1000, 4).tolist() == [0, 1, 10, 100, 1000]
    assert a_priori.edges_of(8000, 4).tolist() == [0, 8, 80, 800, 8000]
    assert a_priori.edges_of(8, 4).tolist() == [0, 1, 2, 4, 8]
    assert a_priori.edges_of(1, 4).tolist() == [0, 1]
    assert a_priori.edges_of(8, 4).dtype == np.int64


# The flow


@pytest.fixture
def enclosed(monkeypatch):
    """Of two samples: 1 +- 1/2 and -2 of the first weight, 4 and 4 of the second; the mean is said to be 3."""
    seen = []
    g = Intervals(np.array([[1.0, 4], [-2, 4]]), np.array([[0.5, 0], [0, 0]]))

    def mean(problem, forward, backward, apart):
        seen.append((problem, forward, backward, apart))
        return Intervals.exactly(np.array([3.0, 3.0]))

    monkeypatch.setattr(a_priori, "directions", lambda *given: seen.append(given) or g)
    monkeypatch.setattr(a_priori, "mean_direction", mean)
    return seen


BOX = Box(np.array([0.5, -1.0]), np.array([1.0, -0.5]))


def test_a_flow_by_hand(enclosed):
    """tau = 2: w/tau is in [1/4, 1/2] and in [-1/2, -1/4]. d = g + |g| w/tau is

    1st weight: g = 1/2 ... 3/2 makes 5/8 ... 9/4, g = -2 makes -3/2 ... -1; the mean of |g| is 3/2 +- 1/4, and times
        3/8 +- 1/8 it is 9/16 +- 5/16 by midpoints and radii.
    2nd weight: g = 4 makes 2 ... 3.
    """
    found = a_priori.flow(NETWORK, BOX, 2.0, ALPHA)
    assert found.step == pytest.approx([0.5 * 1.5 * 2, 0.5 * 1.5 * 4], rel=1e-12)
    assert found.spread == pytest.approx([2.25 + 1.5, 1.0], rel=1e-12)
    assert found.mean.low == pytest.approx([3 + 1 / 4, 3 - 2], rel=1e-12)
    assert found.mean.high == pytest.approx([3 + 7 / 8, 3 - 1], rel=1e-12)
    (problem, forward, backward), (_, ahead, behind, apart) = enclosed
    assert problem is NETWORK and backward is behind is BOX and ahead is forward
    assert forward.high == pytest.approx(BOX.high, rel=1e-15) and apart.tolist() == [0, 0]


def test_a_digital_flow(enclosed):
    found = a_priori.flow(NETWORK, BOX, math.inf, ALPHA)
    assert found.step == pytest.approx([1.0, 2.0], rel=1e-12) and found.spread == pytest.approx([3.5, 0.0], abs=1e-12)
    assert found.mean.mid.tolist() == [3, 3]


def test_a_flow_of_stale_weights(enclosed):
    """Steps before the box move by 1/4 and 8 at most; three of them, of either kind, lie between."""
    before = np.array([0.25, 8.0])
    found = a_priori.flow(NETWORK, BOX, 2.0, ALPHA, 3, before, 0.125)
    assert found.step == pytest.approx([1.625, 3.125], rel=1e-12)
    (_, forward, _), (_, _, _, apart) = enclosed
    assert forward.high - BOX.high == pytest.approx([0.75, 24.0], rel=1e-12)
    assert BOX.low - forward.low == pytest.approx([0.75, 24.0], rel=1e-12)
    assert apart == pytest.approx([3 * 1.625, 24.0], rel=1e-12) and np.all(apart >= [3 * 1.625, 24.0])
    enclosed.clear()
    a_priori.flow(NETWORK, BOX, 2.0, ALPHA, 3)
    assert enclosed[0][1].high == pytest.approx(BOX.high, rel=1e-15)
    assert enclosed[1][3] == pytest.approx([4.5, 9.0], rel=1e-12)


# The course


def course(apart=0.0, lags=(2, 0)) -> _Course:
    return _Course(NETWORK, ALPHA, 3.0, lags, apart)


def test_a_course_begins_at_the_start():
    made = course(0.25)
    assert np.array_equal(made.centre, START) and made.longest == 2 and made.steps == []
    assert made.drift.tolist() == [0.25, 0.25] and made.squares.tolist() == [0, 0]


def test_steps_between_stale_weights_and_a_bin():
    """Of bins that end at 1, 3 and 7: with lags up to 2, those that end after the first step less 2."""
    made = course()
    made.steps = [(1, np.array([4.0, 1.0])), (3, np.array([2.0, 3.0])), (7, np.array([1.0, 2.0]))]
    assert made.before(7).tolist() == [1, 2]
    assert made.before(8).tolist() == [1, 2]
    assert made.before(9) is None
    assert made.before(3).tolist() == [2, 3]
    assert made.before(2).tolist() == [4, 3]
    fresh = course(lags=(0, 0))
    fresh.steps = made.steps
    assert fresh.before(1) is None and course().before(0) is None


def test_a_radius_by_hand():
    """3 + 1/2 sqrt(1/2 8 (4, 9)) = 3 + 2, 3 + 3; rounded up."""
    found = course()._radius(np.full(2, 3.0), np.array([4.0, 9.0]), 8.0)
    assert found == pytest.approx([5, 6], rel=1e-12) and np.all(found > [5, 6])


@pytest.fixture
def steady(monkeypatch):
    """A mean flow of (1, -2) +- 1/8 wherever it is, with a spread of 2 and steps of 1/4."""
    seen = []

    def flow(problem, box, tau, alpha, *more):
        seen.append((box, more))
        assert problem is NETWORK and tau == 3.0 and alpha == ALPHA
        return Flow(Intervals(np.array([1.0, -2.0]), np.full(2, 0.125)), np.full(2, 2.0), np.full(2, 0.25))

    monkeypatch.setattr(a_priori, "flow", flow)
    return seen


def test_a_bin_by_hand(steady):
    """Four steps: the centre moves by (-2, 4); drift 1/4 + 1/2 4 1/8, squares 4 4, radius 1/2 + 1/2 sqrt(16)."""
    made = course(0.25)
    box = made.through(0, 4, 0.5 * 4, 100.0)
    end = START - [2.0, -4.0]
    assert made.centre == pytest.approx(end, rel=1e-14) and made.steps[0][0] == 4 and made.steps[0][1][0] == 0.25
    assert made.drift == pytest.approx([0.5, 0.5], rel=1e-9) and made.squares == pytest.approx([16, 16], rel=1e-9)
    needed = 0.5 + 0.5 * math.sqrt(0.5 * 2 * 16)
    reach = np.maximum(START, end) + needed
    assert np.all(box.high >= reach) and np.all(box.high <= reach + 0.06 * needed)
    reach = np.minimum(START, end) - needed
    assert np.all(box.low <= reach) and np.all(box.low >= reach - 0.06 * needed)
    assert made.drift[0] >= 0.5 and made.squares[0] >= 16
    assert [more for _, more in steady if more][-1] == (2, None, 0.25)


def test_a_second_bin_goes_on_from_the_first(steady):
    made = course()
    made.through(0, 4, 2.0, 100.0)
    made.through(4, 2, 2.0, 100.0)
    assert made.centre == pytest.approx(START - [3.0, -6.0], rel=1e-14)
    assert made.drift == pytest.approx([0.375] * 2, rel=1e-9) and made.squares == pytest.approx([24] * 2, rel=1e-9)
    assert [end for end, _ in made.steps] == [4, 6]
    last = steady[-1][1]
    assert last[0] == 2 and last[1].tolist() == [0.25, 0.25] and last[2] == 0.0


def test_a_box_that_is_larger_than_is_allowed_does_not_close(steady):
    made = course()
    assert made.through(0, 4, 2.0, 1.0) is None and made.steps == []
    assert np.array_equal(made.centre, START)
    assert course().through(0, 4, 2.0, 5.0) is not None


def test_a_box_that_grows_for_ever_does_not_close(monkeypatch):
    """What is needed is always 1 more than what there is."""
    made = course()

    def flow(problem, box, *_):
        width = 0.5 * (box.high - box.low)
        return Flow(Intervals(np.zeros(2), width + 1), np.zeros(2), np.zeros(2))

    monkeypatch.setattr(a_priori, "flow", flow)
    assert made.through(0, 2, 2.0, 1e6) is None


def test_a_flow_that_turns_is_taken_half_way(monkeypatch):
    """The velocity at a point is the point: two steps of 1/2 go to W - (W - W/2)."""

    def flow(_, box, *__):
        return Flow(Intervals.exactly(0.5 * (box.low + box.high)), np.zeros(2), np.zeros(2))

    monkeypatch.setattr(a_priori, "flow", flow)
    made = course()
    made.through(0, 2, 2.0, 1e6)
    assert made.centre == pytest.approx(START - 0.5 * START, rel=1e-12)


# The whole


def test_a_tube_of_boxes_that_close(monkeypatch):
    asked = []

    def through(self, first, count, log_term, largest):
        asked.append((first, count, log_term, largest))
        return Box(START, START + 1) if first < 100 or len(asked) > 4 else None

    monkeypatch.setattr(_Course, "through", through)
    found = a_priori.a_priori(NETWORK, ALPHA, 3.0, (1, 0), 1000, bins=4, leaving=0.25, apart=0.5)
    assert found == Found(None, 100)
    # 2 weights and 4 bins at both ends: log(2 2 4/(1/4))
    assert [one[:2] for one in asked] == [(0, 1), (1, 9), (10, 90), (100, 900)]
    for _, _, log_term, largest in asked:
        assert math.log(64) < log_term < math.log(64) * (1 + 1e-11)
        assert largest == max(1.0, np.max(np.abs(START)))
    found = a_priori.a_priori(NETWORK, ALPHA, 3.0, (1, 0), 1000, bins=4)
    assert found.tube is not None and found.reached == 1000 and len(found.tube.boxes) == 4
    assert found.tube.edges.tolist() == [0, 1, 10, 100, 1000]
    assert asked[-1][2] == pytest.approx(math.log(16e15), rel=1e-11)


def test_numbers_that_are_too_large_end_a_tube(monkeypatch):
    def through(self, first, *_):
        if first:
            raise ArithmeticError
        return Box(START, START)

    monkeypatch.setattr(_Course, "through", through)
    assert a_priori.a_priori(NETWORK, ALPHA, 3.0, (1, 0), 1000, bins=4) == Found(None, 1)


@pytest.mark.parametrize(
    ("alpha", "leaving", "name"),
    [
        (0.5, 0.0, "leaving"),
        (0.5, 1.0, "leaving"),
        (0.5, math.nan, "leaving"),
        (0.0, 0.5, "alpha"),
        (math.inf, 0.5, "alpha"),
    ],
)
def test_what_is_outside_is_refused(alpha, leaving, name):
    with pytest.raises(BadInput, match=name):
        a_priori.a_priori(NETWORK, alpha, 3.0, (0, 0), 10, leaving=leaving)


def test_the_bound_of_a_by_hand(monkeypatch):
    """3 and 1/4 2^2; rounded up."""
    asked = {}
    monkeypatch.setattr(
        a_priori, "a_priori", lambda *given, **more: asked.update(search=(given, more)) or Found("a tube", 10)
    )
    monkeypatch.setattr(tube, "constants", lambda *given: asked.update(constants=given) or "held")
    monkeypatch.setattr(theorem, "stopped", lambda *given: asked.update(stopped=given) or 3.0)
    monkeypatch.setattr(tube, "largest_gradient", lambda *given: asked.update(gradient=given) or 2.0)
    found = a_priori.bound(NETWORK, ALPHA, 3.0, (1, 0), 10, leaving=0.25, bins=5)
    assert 4 < found.value < 4 * (1 + 1e-11) and found == Bound(found.value, 10, 0.25)
    assert asked == {
        "search": ((NETWORK, ALPHA, 3.0, (1, 0), 10), {"leaving": 0.25, "bins": 5}),
        "constants": (NETWORK, "a tube", ALPHA, 3.0, (1, 0)),
        "stopped": ("held", ALPHA, 10, (1, 0)),
        "gradient": (NETWORK, 3.0),
    }
    monkeypatch.setattr(a_priori, "a_priori", lambda *_, **__: Found(None, 7))
    assert a_priori.bound(NETWORK, ALPHA, 3.0, (1, 0), 10) == Bound(math.inf, 7, a_priori.LEAVING)
    assert (a_priori.LEAVING, a_priori.BINS) == (1e-15, 64)
