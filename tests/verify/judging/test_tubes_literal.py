"""Networks judged on tubes, number by number: nothing is run, and what holds on a tube is written down by hand."""

import json
import math
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from boundary import BadInput, json_text
from simulate import problems
from simulate.run import Run
from verify.judging import statistics, tubes
from verify.judging.pilots import Fixed
from verify.judging.tubes import Kind, Sampled, Stopped, TubeSummary
from verify.regions import theorem
from verify.regions.network import Box
from verify.regions.own import Passage
from verify.regions.theorem import Constants, Noise
from verify.regions.tube import Tube

QUADRATIC = problems.make("quadratic", 2, size="1")
RUN = Run(QUADRATIC, "analog-sgd", alpha=0.5, tau=4.0, iterations=16, replicas=4, seed=3, ranges=2)
TUBE = Tube(np.array([0, 4, 16]), (Box(np.zeros(2), np.ones(2)),) * 2)
FOUND = (
    SimpleNamespace(L=2.0, variance=12.0, T2=1.5, rho=0.5, stages=np.array([9.0, 12.5])),
    SimpleNamespace(L=1.0, variance=8.0, T2=2.0, rho=0.75, stages=np.array([9.0, 9.0])),
)
HELD = Constants(
    FOUND, np.array([0.25, 0.75]), 2.0, np.zeros((2, 2)), 0.5, np.array([16.0, 8.0]), 1.75, 9.0, 6.0, 1.0, 99.0
)
FIXED = Fixed(RUN, 11, 24, 0.125, TUBE, HELD, "", (0.75, 0.875), "")
SHARED = np.array([[0.25, 0.25], [0.0, 1.0], [1.0, 0.5], [0.5, 0.5]])
"""Of four replicas in two boxes: 0.5, 1, 1.5, 1 in all, and 0.75, 1, 2.5, 1.5 times the smoothness, 2 and 1."""
FOLDED = 0.5 * SHARED
VARIANCE = np.array([[1.0, 3.0], [2.0, 4.0], [5.0, 3.0], [6.0, 0.0]])
"""Likewise 4, 6, 8, 6, and 5, 8, 13, 12."""
STAYED = np.zeros(4, dtype=bool)
ONE_LEFT = np.array([False, True, False, False])


def stopped(left=STAYED, fixed=FIXED, **changes) -> Stopped:
    fields = {
        "squared_gradient": np.array([1.0, 2.0, 3.0, 2.0]), "since": np.where(left, 1, 2),
        "folded": FOLDED, "shared": SHARED, "variance": VARIANCE, "value": np.array([2.0, 3.0, 4.0, 3.0]),
        "smoothness": np.tile([2.0, 1.0], (4, 1)),
        "least_end": np.full(4, 1.5), "most_end": np.full(4, 8.0),
    }  # fmt: skip
    return Stopped(fixed, left, **(fields | changes))


def student(values, level: float, sign: int) -> float:
    values = np.asarray(values)
    return float(values.mean() + sign * stats.t.isf(level, len(values) - 1) * stats.sem(values))


# What replicas showed


def test_a_replica_that_left_shows_nothing_of_its_gradients():
    assert stopped(ONE_LEFT).least_gradient.tolist() == [1, 0, 3, 2]


def test_what_was_seen_and_what_is_kept_stay_so():
    for made in (stopped(), TubeSummary.of(stopped(), 3)):
        with pytest.raises(FrozenInstanceError):
            made.exits = 0
    assert stopped() != stopped() and len({stopped(), stopped()}) == 2


@pytest.mark.parametrize(("left", "looks"), [(STAYED, 1), (STAYED, 3), (ONE_LEFT, 3)])
def test_how_probable_leaving_is_at_most(left, looks):
    exits = int(left.sum())
    assert stopped(left).leaving(looks) == pytest.approx(stats.beta.isf(0.05 / looks, exits + 1, 4 - exits), rel=1e-6)


def test_replicas_of_one_tube_are_one_sample():
    more = stopped(ONE_LEFT, least_end=np.full(4, 7.0), most_end=np.full(4, 9.0), value=np.full(4, 5.0))
    both = stopped().and_more(more)
    assert both.fixed is FIXED and both.left.tolist() == [False] * 5 + [True] + [False] * 2
    assert both.value.tolist() == [2, 3, 4, 3, 5, 5, 5, 5]
    assert both.least_end.tolist() == [1.5] * 4 + [7] * 4 and both.most_end.tolist() == [8] * 4 + [9] * 4
    assert both.shared.tolist() == SHARED.tolist() * 2 and both.variance.tolist() == VARIANCE.tolist() * 2
    assert both.folded.tolist() == FOLDED.tolist() * 2 and both.since.tolist() == [2] * 5 + [1] + [2] * 2
    assert both.squared_gradient.tolist() == [1, 2, 3, 2] * 2
    for other in (None, stopped(fixed=replace(FIXED))):
        with pytest.raises(BadInput, match="the tube of the replicas before"):
            stopped().and_more(other)


def shown(run=RUN, **changes):
    fields = {
        "run": run, "mean_squared_gradient": "A", "weighted_square_saturation": np.array([5.0, 6.0]),
        "mean_variance": np.array([7.0, 8.0]), "final_value": "f", "ranges": None,
    }  # fmt: skip
    return SimpleNamespace(**(fields | changes))


def test_what_is_seen_of_fresh_replicas():
    """Replicas, seed and the object that is the problem may be others; nothing else."""
    fixed = SimpleNamespace(
        run=replace(RUN, replicas=24, seed=11),
        seed=11,
        tube=None,
        passage=lambda _: Passage("left", "since", "least", "most", "L"),
    )
    other = replace(RUN, replicas=7, seed=5, problem=problems.make("quadratic", 2, size="1"))
    found = tubes.seen(fixed, shown(other))
    expected = {
        "fixed": fixed, "left": "left", "since": "since", "squared_gradient": "A", "value": "f", "least_end": "least",
        "most_end": "most", "smoothness": "L",
    }  # fmt: skip
    assert {name: getattr(found, name) for name in expected} == expected
    assert [one.tolist() for one in (found.folded, found.shared, found.variance)] == [[[5], [6]]] * 2 + [[[7], [8]]]
    fixed.tube = TUBE
    assert tubes.seen(fixed, shown(other)).variance.tolist() == [[7], [8]]  # nothing says when it was met
    parts = {"variance": np.array([[1.0, 2, 4], [8, 16, 32]]), "shared": np.array([[3.0, 5, 7], [9, 11, 13]])}
    parts["folded"] = 2 * parts["shared"]
    found = tubes.seen(fixed, shown(other, ranges=SimpleNamespace(edges=np.array([0, 1, 4, 16]), **parts)))
    assert (found.variance.tolist(), found.shared.tolist()) == ([[3, 4], [24, 32]], [[8, 7], [20, 13]])
    assert np.array_equal(found.folded, 2 * found.shared)
    with pytest.raises(BadInput, match="other than that of the pilots"):
        tubes.seen(fixed, shown(replace(RUN, seed=11)))
    for changes in ({"alpha": 0.25}, {"iterations": 17}, {"tau": 5.0}, {"ranges": 3}, {"dtype": "float32"}):
        with pytest.raises(BadInput, match="the run that the tube was made for"):
            tubes.seen(fixed, shown(replace(RUN, **changes)))


# The lines


def lines(made: Stopped, direction=0.0, value=0.0) -> dict[str, tubes.Line]:
    return {line.name: line for line in tubes.lines(made, 0.01, 0.02, 3, direction, value)}


@pytest.fixture
def plain(monkeypatch):
    """A bound that says what it was given: f(W_T), T2, and how far directions are off."""

    def bound(held, alpha, iterations, lags, end=None, *, off=0.0):
        assert (alpha, iterations, lags) == (0.5, 16, (0, 0))
        return (-1.0 if end is None else end) + 100 * held.T2 + 1e6 * off

    monkeypatch.setattr(theorem, "stopped", bound)
    monkeypatch.setattr(tubes, "end", lambda *_: tubes.Interval(1.0, 2.0, 4.0))
    monkeypatch.setattr(tubes, "noise", lambda *_: [Sampled(0.125 * k, Noise(k, k, k, k)) for k in (1.0, 2.0, 4.0)])


def test_every_kind_is_a_line_with_its_numbers(plain):
    """Without rounding: at low, mean, high, and the mean again."""
    found = lines(stopped())
    assert list(found) == ["tube-a-priori", "tube", "tube-ends", "tube-noise", "tube-noise-ends"] == [
        tubes.PRIORI, *tubes.NAMES[:4],
    ]  # fmt: skip
    assert found["tube-a-priori"].bounds == (0.75, 0.75, 0.75, 0.875) and found["tube-a-priori"].basis == "a-priori"
    assert {line.basis for name, line in found.items() if name != tubes.PRIORI} == {"a-posteriori"}
    assert found["tube"].bounds == (174.0,) * 4
    assert found["tube-ends"].bounds == (176.0, 177.0, 179.0, 177.0)
    assert found["tube-noise"].bounds == pytest.approx((11.5, 24.0, 49.0, 24.0), rel=1e-12)
    assert found["tube-noise-ends"].bounds == pytest.approx((13.5, 27.0, 54.0, 27.0), rel=1e-12)
    assert not any(line.reason for line in found.values())


def test_rounding_raises_what_an_alarm_needs_and_what_is_said_of_it(plain):
    found = lines(stopped(), 0.0625)
    assert found["tube-ends"].bounds == (176.0, 177.0, 62679.0, 62677.0)
    assert found["tube-a-priori"].bounds == (0.75, 0.75, 0.75, 0.875)


def test_an_alarm_needs_the_larger_of_both(monkeypatch):
    monkeypatch.setattr(theorem, "stopped", lambda *_, off=0.0: 1.0 if off else 5.0)
    assert lines(stopped(), 0.0625)["tube"].bounds == (5.0, 5.0, 5.0, 1.0)


@pytest.mark.parametrize("direction", [math.nextafter(0.125, 1), math.inf, math.nan])
def test_more_rounding_than_was_allowed_for(direction, plain):
    for name, line in lines(stopped(), direction).items():
        assert line.bounds is None and "more than the pilots allow for" in line.reason, name
    assert all(line.bounds for line in lines(stopped(), 0.125).values())


def test_what_is_missing_is_said(plain):
    none = lines(stopped(fixed=replace(FIXED, tube=None, held=None, reason="none closed", priori=None)))
    assert [line.reason for line in none.values()] == ["", *["none closed"] * 4]
    assert not any(line.bounds for line in none.values())
    found = lines(stopped(fixed=replace(FIXED, priori=None, priori_reason="too long")), 0.0)
    assert (found["tube-a-priori"].bounds, found["tube-a-priori"].reason) == (None, "too long")
    assert found["tube"].bounds
    assert lines(stopped(fixed=replace(FIXED, priori_reason="why")))["tube-a-priori"].bounds is None
    assert lines(stopped(fixed=replace(FIXED, held=None)))["tube"] == ("tube", "a-posteriori", None, "", "")


def test_conditions_say_what_is_measured():
    tail = stats.beta.isf(0.05 / 3, 2, 3)
    words = (
        "of the steps before a weight leaves the tube that 24 other runs fixed; 1 of 4 replicas left it (a further one "
        f"does with probability at most {tail:.2g}, confidence 95%)"
    )
    said = {kind.name: tubes._condition(kind, stopped(ONE_LEFT), 3) for kind in tubes.KINDS}
    more = {
        "tube": "", "tube-ends": "; the fall of f as sampled, with confidence bounds",
        "tube-noise": "; T2 and the variance of the noise as sampled, with confidence bounds",
        "tube-noise-ends": "; T2 and the variance of the noise and the fall of f as sampled, with confidence bounds",
    }  # fmt: skip
    assert said == {name: words + end for name, end in more.items()}
    assert (
        Kind("tube", False, False), Kind("tube-ends", False, True),
        Kind("tube-noise", True, False), Kind("tube-noise-ends", True, True),
    ) == tubes.KINDS  # fmt: skip
    assert lines(stopped(ONE_LEFT))["tube-ends"].condition == said["tube-ends"]


def test_each_number_gets_the_level_that_is_its(monkeypatch):
    asked = {}
    monkeypatch.setattr(theorem, "stopped", lambda *_, **__: 1.0)
    monkeypatch.setattr(tubes, "end", lambda *given: asked.update(end=given[1:]) or tubes.Interval(1.0, 2.0, 4.0))
    ones = (Sampled(1.0, Noise(1.0, 1.0, 1.0, 1.0)),) * 3
    monkeypatch.setattr(tubes, "noise", lambda *given: asked.update(noise=given[1:]) or ones)
    lines(stopped(), 0.0, 0.375)
    assert asked == {"end": (HELD, 0.01, 0.02, 0.375), "noise": (HELD, 0.01, 0.02)}


# What is measured


SHOWN = (
    ([0.25, 0.5, 0.75, 0.5], [0.25, 0, 0.75, 0.5], 2.0), ([4, 6, 8, 6], [4, 2, 8, 6], 12.0),
    ([0.5, 1, 1.5, 1], [0.5, 0, 1.5, 1], 4.5), ([5, 8, 13, 12], [5, 4, 13, 12], 24.0),
    ([0.75, 1, 2.5, 1.5], [0.75, 0, 2.5, 1.5], 6.0),
)  # fmt: skip
"""Of T2 and the four numbers of the noise: what the replicas show, up to the second box of the one that leaves in it,
and the most in a box."""


def numbers(sampled: Sampled) -> tuple[float, ...]:
    return (sampled.T2, *sampled.noise)


LAGGED = replace(FIXED, run=replace(RUN, algorithm="analog-sgd-ap", lags=(1, 0)))


@pytest.mark.parametrize(("fixed", "count"), [(FIXED, 3), (LAGGED, 5)])
def test_noise_by_hand(fixed, count):
    """Each is capped by what holds in a box, and has its part of the level: with lags all, else three of them."""
    least, mean, most = map(numbers, tubes.noise(stopped(fixed=fixed), HELD, 0.02, 0.1))
    for place, (values, _, top) in enumerate(SHOWN):
        assert mean[place] == np.mean(values)
        assert least[place] == pytest.approx(student(values, 0.1 / count, -1), rel=1e-9)
        high = float(statistics.upper_mean([*map(float, values)], 0.02 / count, top))
        assert most[place] == pytest.approx(high, rel=1e-7) and most[place] <= top * (1 + 1e-8)


def test_noise_is_capped_by_any_of_the_boxes():
    """Which of them comes first decides nothing."""
    turned, parts = replace(HELD, found=FOUND[::-1]), {"shared": SHARED, "variance": VARIANCE, "folded": FOLDED}
    parts["smoothness"] = stopped().smoothness
    other = stopped(**{name: values[:, ::-1] for name, values in parts.items()})
    assert tubes.noise(other, turned, 0.02, 0.1) == tubes.noise(stopped(), HELD, 0.02, 0.1)


def test_of_a_replica_that_left_the_noise_is_that_before_or_more_and_at_most_what_it_shows_or_the_box():
    later = np.outer(ONE_LEFT, [0.0, 1e9])
    wild = stopped(ONE_LEFT, shared=SHARED + later, variance=VARIANCE + later, folded=FOLDED + later)
    least, mean, _ = map(numbers, tubes.noise(wild, HELD, 0.02, 0.3))
    for place, (values, before, top) in enumerate(SHOWN):
        assert least[place] == pytest.approx(max(student(before, 0.1, -1), 0), rel=1e-9)
        assert mean[place] == pytest.approx((values[0] + top + values[2] + values[3]) / 4, rel=1e-8)
    alone = np.zeros((4, 2))
    alone[3] = 4.0
    assert tubes.noise(stopped(variance=alone), HELD, 0.02, 0.1)[0].noise.variance == 0


def test_noise_meets_the_curvature_where_the_replica_was():
    """The second was where it is 1/2 in the first box, and the last where it is 1/4 in the second."""
    where = np.array([[2.0, 1.0], [0.5, 1.0], [2.0, 1.0], [2.0, 0.25]])
    found, plain = (tubes.noise(made, HELD, 0.02, 0.1)[1] for made in (stopped(smoothness=where), stopped()))
    assert found.noise.curved == (5 + 5 + 13 + 12) / 4 and found.noise.curved_shared == (0.75 + 1 + 2.5 + 1.125) / 4
    assert (found.T2, *found.noise[:2]) == (plain.T2, *plain.noise[:2])


def test_averages_that_are_rounded_up_to_the_boxes_are_taken():
    """An average of what is 12 at every step may be rounded above 12."""
    top = 12 * (1 + 1e-12)
    made = tubes.noise(stopped(variance=np.tile([top, 0.0], (4, 1))), HELD, 0.02, 0.1)
    found = [one.noise for one in made]
    assert [one.variance for one in found[:2]] == [top] * 2 and found[2].variance >= top
    assert [one.curved for one in found[:2]] == [2 * top] * 2 and found[2].curved >= 2 * top


def test_the_end_of_f_by_hand():
    """f is at least 1 on the tube and 6 at W_0."""
    found = tubes.end(stopped(), HELD, 0.05, 0.25, 0.5)
    assert found.high == pytest.approx(1 + float(statistics.lower_mean([0.5, 1.5, 2.5, 1.5], 0.05)), rel=1e-12)
    assert found.high < 1 + float(statistics.lower_mean([0.5, 1.5, 2.5, 1.5], 0.05))
    assert found.mean == 2.5  # of 1.5, 2.5, 3.5, 2.5
    assert found.low == pytest.approx(student([2.5, 3.5, 4.5, 3.5], 0.25, 1), rel=1e-9)


def test_the_end_of_f_of_a_replica_that_left():
    found = tubes.end(stopped(ONE_LEFT), HELD, 0.05, 0.25, 0.5)
    assert found.mean == (1.5 + 1.5 + 3.5 + 2.5) / 4
    assert found.high == pytest.approx(1 + float(statistics.lower_mean([0.5, 0.5, 2.5, 1.5], 0.05)), rel=1e-12)
    assert found.low == pytest.approx(student([2.5, 8, 4.5, 3.5], 0.25, 1), rel=1e-9) and found.low < 6
    assert tubes.end(stopped(np.ones(4, dtype=bool)), HELD, 0.05, 0.25, 0.5).low == 6.0  # f falls by nothing at least


def test_where_f_of_one_that_left_may_be_anything_it_falls_by_nothing_at_least():
    """An end that is no number would be no bound of anything: the fall is that to f(W_0), 0."""
    with np.errstate(all="raise"):
        found = tubes.end(stopped(ONE_LEFT, most_end=np.full(4, math.inf)), HELD, 0.05, 0.25, 0.5)
    assert found.low == HELD.start == 6.0
    plain = tubes.end(stopped(ONE_LEFT), HELD, 0.05, 0.25, 0.5)
    assert (found.mean, found.high) == (plain.mean, plain.high)


def test_f_is_at_least_what_it_is_on_the_tube_whatever_rounding_may_be():
    found = tubes.end(stopped(), HELD, 0.05, 0.25, 2.5)
    assert found.mean == (1 + 1 + 1.5 + 1) / 4
    below = replace(HELD, least=-3.0)
    gone = tubes.end(stopped(np.ones(4, dtype=bool), least_end=np.full(4, -3.0)), below, 0.05, 0.25, 0.0)
    assert gone.high == -3.0 and gone.mean == -3.0


# What is kept


def test_what_is_kept_of_a_tube():
    found = TubeSummary.of(stopped(ONE_LEFT), 3)
    assert vars(found) == {
        "seed": 11, "pilots": 24, "ranges": 2, "boxes": 2, "exits": 1, "replicas": 4, "reason": "",
        "followed": None, "leaving": pytest.approx(stats.beta.isf(0.05 / 3, 2, 3), rel=1e-6),
    }  # fmt: skip
    assert TubeSummary.from_json(json.loads(json_text(vars(found)))) == found
    none = TubeSummary.of(stopped(ONE_LEFT, fixed=replace(FIXED, tube=None, reason="none closed")), 3)
    assert (none.boxes, none.exits, none.replicas, none.reason) == (0, 0, 4, "none closed")
    assert math.isnan(none.leaving) and math.isnan(TubeSummary.from_json(json.loads(json_text(vars(none)))).leaving)


def test_since_when_boxes_are_a_runs_own_is_kept_and_said():
    """The second bin begins at step 4."""
    own = replace(FIXED, following=SimpleNamespace(first=1))
    found = TubeSummary.of(stopped(ONE_LEFT, fixed=own), 3)
    assert found.followed == 4 and TubeSummary.from_json(json.loads(json_text(vars(found)))) == found
    before = json.loads(json_text(vars(TubeSummary.of(stopped(), 3))))
    before.pop("followed")  # as it was written before runs were followed
    assert TubeSummary.from_json(before).followed is None
    condition = tubes._condition(tubes.KINDS[0], stopped(ONE_LEFT, fixed=own), 3)
    words = "that 24 other runs fixed, or from step 4 on a constant may pass a ceiling that they fixed; 1 of 4 replicas"
    assert words in condition
    assert TubeSummary.of(stopped(fixed=replace(own, tube=None)), 3).followed is None
