"""Tubes number by number: bins, pilots' boxes, averages, what the theorem is given; no network is enclosed."""

import math
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

import theory
from boundary import BadInput, OutsideDomain
from simulate.problems.network import Network
from verify.regions import tube
from verify.regions.level import Level
from verify.regions.network import Box
from verify.regions.tube import NO_NOISE, Constants, Noise, Tube
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


def one(**changes) -> SimpleNamespace:
    fields = {
        "L": 2.0, "least": 1.0, "slope": 3.0, "S": np.array([[1.0, 2], [3, 4]]), "variance": np.array([1.0, 2, 4, 8]),
        "share": np.array([0.0, 1, 0.5, 0.25]), "step": np.full(4, 0.5),
        "gradient": np.array([1.0, 2, 3, 4]),
    }  # fmt: skip
    fields |= changes
    return SimpleNamespace(fold=fields["variance"], **fields)


def level(change=(0.0, 0.0, 0.0, 0.0), sizes=(2, 2), **changes) -> Level:
    return Level.of(one(**changes), np.array(change), sizes)


def other(change=(0.0, 0.0, 0.0, 0.0)) -> Level:
    sensitivity = np.array([[4.0, 1], [3, 2]])
    return level(change, L=1.0, least=-1.0, slope=5.0, S=sensitivity, variance=np.full(4, 1.0), share=np.full(4, 0.5))


LENGTHS = np.array([0.25, 0.75])


def test_averages_and_largest_numbers_by_hand():
    """(1 + share)^2 variance is 1, 8, 9, 12.5 in the first bin, and 9/4 four times in the second."""
    found = tube.combine((level(), other()), LENGTHS, 0.5, 6.0)
    assert (found.L, found.least, found.rho, found.start) == (2.0, -1.0, 1.0, 6.0)
    assert found.S.tolist() == [[4, 2], [3, 4]] and found.lengths is LENGTHS and len(found.found) == 2
    exact = {
        "stage_variances": np.array([0.25 * 9 + 0.75 * 4.5, 0.25 * 21.5 + 0.75 * 4.5]),
        "T2": 0.25 * (2 + 1 + 0.5) + 0.75 * 1.0,
        "c_w": 0.25 * (0.25 * 2 * 30.5 + 0.75 * 9),
        "direct": 0.25 * 9 + 0.75 * 25,
        "excess": 0.25 * level().excess + 0.75 * other().excess,
    }
    for name, value in exact.items():
        assert np.all(value < getattr(found, name)) and np.all(getattr(found, name) < value * (1 + 1e-13))


def test_stages_of_different_sizes_have_their_own_elements():
    found = tube.combine((level(sizes=(1, 3)),), np.ones(1), 0.5, 6.0)
    assert found.stage_variances == pytest.approx([1.0, 29.5], rel=1e-13)


def test_sums_pay_for_the_rounding_of_each_term():
    """Of a stage of 200 elements or in 100 bins, added in any order: at least half an EPS each."""
    many = level(
        np.zeros(400), (200, 200), variance=np.ones(400), share=np.ones(400), step=np.ones(400), gradient=np.ones(400)
    )
    eps = float(np.finfo(float).eps)
    for bins in (1, 64):
        found = tube.combine((many,) * bins, np.full(bins, 1 / bins), 0.5, 6.0)
        least = 1 + 0.5 * (400 + bins) * eps
        assert np.all(found.stage_variances >= 800 * least) and 400 * least <= found.T2
        assert found.c_w >= 0.25 * 2 * 1600 * least and found.direct >= 9 * (1 + 0.5 * bins * eps)
        assert found.excess[0] >= 400 * least


def test_noise_as_it_was_met_by_hand():
    held = tube.combine([level(), other()], LENGTHS, 0.5, 6.0)  # 45/8 and 35/4, T2 = 13/8, c_w = 11/2
    met = tube.with_noise(held, 1.0, [2.0, 20.0], 4.0)
    assert met.T2 == 1.0 and met.stage_variances.tolist() == [2.0, held.stage_variances[1]] and met.c_w == 4.0
    assert tube.with_noise(held, 1.0, [2.0, 20.0]).c_w == tube.with_noise(held, 1.0, [2.0, 20.0], 6.0).c_w == held.c_w
    assert tube.with_noise(held, 9.0, [20.0, 20.0]).T2 == held.T2
    assert tube.with_noise(held, 0.0, [0.0, 0.0], 0.0).c_w == 0.0
    for T2, stages, c_w in (
        (1.0, [1.0], 1.0),
        (1.0, [1.0, -1.0], 1.0),
        (-1e-9, [1.0, 1.0], 1.0),
        (math.nan, [1.0, 1.0], 1.0),
        (1.0, [1, math.nan], 1.0),
        (1.0, [1.0, 1.0], -1e-9),
        (1.0, [1.0, 1.0], math.nan),
    ):
        with pytest.raises(BadInput, match="noise"):
            tube.with_noise(held, T2, stages, c_w)


HELD = Constants((), LENGTHS, 2.0, np.zeros((2, 2)), 0.5, np.array([9.0, 16.0]), 1.75, 9.0, 6.0, 1.0, 99.0)


@pytest.fixture
def given(monkeypatch):
    """What the theorem is given; it says 50. The delays make Lambda1 = 7, Lambdah = 3 and nu = 2."""
    found = {}
    monkeypatch.setattr(
        tube,
        "delay_constants",
        lambda S, lags, noise: found.update(of=(S, lags, noise)) or {"Lambda1": 7.0, "Lambdah": 3.0, "nu": 2.0},
    )
    monkeypatch.setattr(theory, "bound", lambda name: lambda **numbers: found.update(numbers, name=name) or 50.0)
    return found


def test_what_the_theorem_is_given(given):
    assert tube.stopped(HELD, 0.25, 10, (1, 0)) == 50.0
    S, lags, noise = given.pop("of")
    assert S is HELD.S and lags == (1, 0) and noise is HELD.stage_variances
    fall = given.pop("Delta")
    assert 5 < fall <= 5 + 1e-14
    assert given == {
        "name": "mean", "L": 2.0, "alpha": 0.25, "K": 10, "rho": 0.5, "Lambda1": 7.0, "nu": 2.0, "T2": 1.75, "c_w": 9.0,
    }  # fmt: skip


def test_what_the_theorem_is_given_with_rounding(given):
    """nu is longer by (3 + 1/(3/2 1/4))/2; c_w is 1/8 (sqrt(72) + sqrt(2)/2)^2."""
    tube.stopped(HELD, 0.25, 10, (1, 0), off=0.5)
    assert given["nu"] == pytest.approx(2 + (3 + 8 / 3) / 2, rel=1e-14)
    assert given["c_w"] == pytest.approx((math.sqrt(72) + math.sqrt(2) / 2) ** 2 / 8, rel=1e-14)


def test_a_few_elements_with_large_shares_are_counted_by_themselves(monkeypatch):
    """rho is 1/2: of s = 0, 0.05 ... those below are tried, where the excess is known; q and qn stay what they are."""
    asked = []
    delays = {"Lambda1": 7.0, "Lambdah": 3.0, "nu": 2.0}
    monkeypatch.setattr(tube, "delay_constants", lambda *_: delays)
    monkeypatch.setattr(theory, "bound", lambda _: lambda **numbers: asked.append(numbers) or 60.0 - numbers["T2"])
    excess = np.array([4.0, 3, np.inf, 2, 1, 0.75, 0.5, 0.25, 0, 0])
    assert tube.stopped(replace(HELD, excess=excess), 0.25, 10, (1, 0)) == pytest.approx(60 - 5.75)
    assert [numbers["rho"] for numbers in asked] == [0.5, 0, 0.05, 0.15, 0.2, 0.3, 0.4]
    assert [numbers["T2"] for numbers in asked] == pytest.approx([1.75, 5.75, 4.75, 3.75, 2.75, 2.5, 2.25], rel=1e-14)
    for numbers in asked:
        wider = 1.5 / (1 + numbers["rho"])
        assert numbers["Lambda1"] == pytest.approx(7 * wider, rel=1e-14)
        assert numbers["nu"] == pytest.approx(2 * wider, rel=1e-14)
        assert numbers["Lambda1"] >= 7 * wider and numbers["nu"] >= 2 * wider
        assert {numbers[name] for name in ("L", "c_w", "alpha", "K")} == {2.0, 9.0, 0.25, 10}
    assert all(numbers["T2"] > 1.75 + more for numbers, more in zip(asked[1:], (4, 3, 2, 1, 0.75, 0.5), strict=True))


@pytest.mark.parametrize(("end", "fall"), [(None, 5.0), (3.0, 3.0), (-2.0, 5.0), (6.0, 0.0), (8.0, 0.0)])
def test_f_falls_to_the_end_that_is_known(end, fall, given):
    tube.stopped(HELD, 0.25, 10, (1, 0), end)
    assert given["Delta"] == pytest.approx(fall, rel=1e-14, abs=1e-300)


def test_without_lags_their_constants_may_be_missing(given, monkeypatch):
    monkeypatch.setattr(tube, "delay_constants", lambda *_: {"Lambda1": 0.0, "Lambdah": None, "nu": None})
    tube.stopped(HELD, 0.25, 10, (0, 0), off=0.5)
    assert given["nu"] == pytest.approx(4 / 3, rel=1e-14)


def test_the_squares_of_gradients_bound_it_as_well(given, monkeypatch):
    assert tube.stopped(replace(HELD, direct=4.0), 0.25, 10, (1, 0)) == 4.0

    def outside(**_):
        raise OutsideDomain("alpha", 0.25, "less", "mean.feasible")

    monkeypatch.setattr(theory, "bound", lambda _: outside)
    assert tube.stopped(HELD, 0.25, 10, (1, 0)) == 99.0


def test_what_was_laid_and_what_holds_stay_so():
    verdict = tube.judged(0.5, TUBE, visited([[0, 0, 0]], [[1, 1, 1]]), 0.05, 3.0)
    for made, name in ((TUBE, "boxes"), (HELD, "L"), (verdict, "whole"), (BOXES[0], "low")):
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, None)
    for made in (TUBE, HELD, BOXES[0]):  # arrays have no one truth: they are compared by identity
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
        return one(step=np.full(4, 2.0 ** (1 - len(found))))

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


def test_what_staleness_adds_by_hand():
    """Squares with the shares: 1 + 4 + 4, and 1; without: 4 + 1 + 16 + 64, and 4."""
    found = tube.combine((level((2.0, 1, 4, 8)), other(np.ones(4))), LENGTHS, 0.5, 6.0)
    exact = 0.25 * 85 + 0.75 * 4, 0.25 * 9 + 0.75, 2 * 0.25 * 85 + 0.75 * 4, 2 * 0.25 * 9 + 0.75
    assert found.stale == pytest.approx(exact, rel=1e-13)
    assert all(one > least for one, least in zip(found.stale, exact, strict=True))
    assert tube.combine((level(), other()), LENGTHS, 0.5, 6.0).stale == (0.0, 0.0, 0.0, 0.0)


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


@pytest.mark.parametrize(("stale", "alone", "drifts"), [((0.0, 0.0), 9.0, 0.5), ((1.0, 0.25), 20.25, 2.25)])
def test_noise_as_sampled_by_hand(stale, alone, drifts, monkeypatch):
    """A variance of 4, of which 1 with the shares: (2 + 1)^2, and with what staleness adds (3 + 3/2)^2; or (3/2)^2.

    T2 is what the shares make of mean sizes, or with what staleness adds of the variance, (3/2)^2.
    """
    seen = []
    monkeypatch.setattr(tube, "with_noise", lambda *given: seen.append(given) or "held")
    given = SimpleNamespace(rho=0.5, stale=Noise(*stale, *(8 * one for one in stale)), S=np.zeros((2, 2)))
    assert tube.as_sampled(given, 0.5, 0.5, Noise(4.0, 1.0, 32.0, 8.0)) == "held"
    ((held, T2, stages, c_w),) = seen
    assert held is given and drifts <= T2 < drifts * (1 + 1e-13) and len(stages) == 2
    for value, exact in ((c_w, 0.25 * 8 * alone), *((stage, alone) for stage in stages)):
        assert exact < value < exact * (1 + 1e-13)


@pytest.mark.parametrize(("curved", "exact"), [((4.0, 0.25), 6.25), ((1.0, 1.0), 4.0)])
def test_few_large_shares_as_sampled_are_no_reason_for_all(curved, exact, monkeypatch):
    """(sqrt 4 + sqrt 1)^2 = 9 is less than (1 + 1)^2 times 4; where the curvature is, both are looked at anew."""
    seen = []
    monkeypatch.setattr(tube, "with_noise", lambda *given: seen.append(given))
    tube.as_sampled(SimpleNamespace(rho=1.0, stale=NO_NOISE, S=np.zeros((1, 1))), 0.5, 2.0, Noise(4.0, 1.0, *curved))
    assert seen[0][2:] == ([pytest.approx(9, rel=1e-12)], pytest.approx(0.25 * exact, rel=1e-12))
