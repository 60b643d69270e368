"""What is measured of both sides of two theorems, number by number: what was seen is written down by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from boundary import OutsideDomain
from tests.verify.judging.test_tubes_literal import FIXED, HELD, ONE_LEFT, stopped
from verify.judging import assumptions, descent, measured, on_tubes, tubes, verdicts
from verify.judging.checks import Check, CheckName
from verify.judging.mean_steps import MeanSteps
from verify.judging.measured import Interval, Sides
from verify.judging.observations import SQUARED_GRADIENT, Constants, Observations
from verify.judging.rounding import Rounding
from verify.judging.verdicts import Confrontation, Ends
from verify.regions import theorem

KNOWN = {"L": 8.0, "Lambda1": 5.0, "Lambdah": 2.0, "alpha": 0.125, "K": 8.0, "Delta": 4.0}
"""alpha L = alpha K = 1."""
SEEN = MeanSteps(
    5, "", drift=np.array([1.0, 2, 3, 2]), rest=np.array([4.0, 6, 8, 6]),
    distance=np.array([0.0, 8, 16, 8]), kappa=np.array([-2.0, 0, 2, 0]),
)  # fmt: skip
SIDES = Sides(
    fall=Interval(1, 5, 7), drift=Interval(1, 2, 3), rest=Interval(1, 4, 25), distance=Interval(1, 4, 16),
    kappa=Interval(1, 3, 5),
)  # fmt: skip
"""c = kappa + fall is 2, 8, 12 and eta is 1, 2, 4: the roots are 2, 4, 6. What is left of a step is 1, 2, 5."""


def observed(made=None, known=KNOWN, **changes) -> Observations:
    fields = {
        "squared_gradient": np.full(4, 9.0), "saturation": np.full(4, 0.5), "square_saturation": np.full(4, 0.25),
        "diverged": 0, "constants": Constants(dict(known), dict.fromkeys(known, True)), "algorithm": "analog-sgd-ap",
        "last_gap": np.array([1.0, 2, 3, 2]), "stopped": made, "mean_steps": SEEN,
    }  # fmt: skip
    return Observations(**(fields | changes))


def rough(direction=0.0, value=0.0) -> Rounding:
    return Rounding(direction, 0.0, value, "float64")


def student(values, level: float, sign: int) -> float:
    values = np.asarray(values, np.float64)
    return float(values.mean() + sign * stats.t.isf(level, len(values) - 1) * stats.sem(values))


# What is taken of replicas


def test_each_end_has_a_forty_eighth_of_the_level():
    assert measured._share(0.48) == pytest.approx(0.01, rel=1e-14)


def test_sides_by_hand():
    found = measured.sides(observed(), SEEN, 0.48)
    assert found.drift == pytest.approx((student(SEEN.drift, 0.01, -1), 2, student(SEEN.drift, 0.01, 1)), rel=1e-9)
    assert found.rest == pytest.approx((student(SEEN.rest, 0.01, -1), 6, student(SEEN.rest, 0.01, 1)), rel=1e-9)
    assert found.drift.low > 0
    assert student(SEEN.distance, 0.01, -1) < 0  # a mean square is not
    assert found.distance == pytest.approx((0, 8, student(SEEN.distance, 0.01, 1)), rel=1e-9)
    assert found.kappa == pytest.approx((student(SEEN.kappa, 0.01, -1), 0, student(SEEN.kappa, 0.01, 1)), rel=1e-9)
    assert found.kappa.low < -2 and found.fall == descent.bounds(observed(), 0.01, 0.01)


def test_a_replica_that_left_has_nothing_at_the_low_end():
    values = np.array([4.0, 6, 8, 6])
    found = measured._interval(values, 0.1, left=ONE_LEFT)
    assert found == pytest.approx((student([4, 0, 8, 6], 0.1, -1), 6, student(values, 0.1, 1)), rel=1e-9)
    assert measured._interval(values, 0.1, least=5.5).low == 5.5


# The path


def test_the_path_by_hand():
    found = measured.path_ends(observed(), SIDES)
    assert found == pytest.approx((4, 16, 36, 16, 2, True), rel=1e-12)
    assert found.value >= 16 and found.most >= 36


def test_the_path_with_rounding_by_hand():
    """f off by 1/16 twice is 1 over alpha; directions off by 2 add (4 + 3 + 5) 2 + 2^2/2 = 26, and 2 to eta."""
    found = measured.path_ends(observed(rounding=rough(2.0, 1 / 16)), SIDES)
    least, most, moved = ((eta + math.sqrt(eta**2 + 4 * c)) ** 2 / 4 for eta, c in ((1, 1), (6, 39), (4, 35)))
    assert found == pytest.approx((least, 16, most, moved, 2, True), rel=1e-9)


@pytest.mark.parametrize(
    ("rounded", "sides"),
    [(rough(math.inf), SIDES), (rough(1.0), SIDES._replace(distance=Interval(1, 4, math.inf)))],
)
def test_a_path_that_rounding_moves_anywhere(rounded, sides):
    found = measured.path_ends(observed(rounding=rounded), sides)
    assert found[:4] == pytest.approx((4, 16, math.inf, math.inf), rel=1e-12)


def test_the_gradient_that_bounds_rounding_is_the_end_of_an_interval():
    values = [1.0, 2, 3, 2]
    found = measured._largest_gradient(observed(squared_gradient=np.array(values)))
    assert found == pytest.approx(student(values, 1e-6, 1), rel=1e-6)


def test_without_noise_rounding_is_held_against_the_gradient():
    found = measured.path_ends(observed(), SIDES._replace(rest=Interval(0, 0, 0)))
    assert (found.along, found.noisy) == (3.0, False)
    found = measured.path_ends(observed(), SIDES._replace(rest=Interval(0, 0.25, 1)))
    assert (found.along, found.noisy) == (0.5, True)


# The drift


@pytest.fixture
def given(monkeypatch):
    """What the bound by conditional means is given, which says Delta + 10 T2 + 100 c_w."""
    asked = []

    def bound(**values):
        asked.append(values)
        return values["Delta"] + 10 * values["T2"] + 100 * values["c_w"]

    monkeypatch.setattr(measured.theory, "bound", lambda name: {"mean": bound}[name])
    return asked


def test_the_drift_by_hand(given):
    """c_w = (1/2) left^2 and nu = 2 left, with left = 1, 2, 5; 2 more of it where directions are off by 2, 2/alpha."""
    found = measured.drift_ends(observed(rounding=rough(2.0)), SIDES)
    assert found == pytest.approx((61, 225, 2487, 825, 2, True), rel=1e-12)
    lines = {(one["c_w"], one["nu"]): one for one in given}
    assert sorted(lines) == [pytest.approx(pair) for pair in [(0.5, 2), (2, 4), (8, 24), (24.5, 30)]]
    for one in given:
        assert {name: one[name] for name in ("L", "alpha", "K", "Lambda1", "rho")} == {
            "L": 8, "alpha": 0.125, "K": 8, "Lambda1": 5, "rho": 0,
        }  # fmt: skip
        assert set(one) == {"L", "alpha", "K", "Lambda1", "rho", "Delta", "T2", "c_w", "nu"}
    assert {(one["Delta"], one["T2"]) for one in given} == {(1, 1), (5, 2), (7, 3)}


def test_a_drift_that_rounding_moves_anywhere(given):
    found = measured.drift_ends(observed(rounding=rough(math.inf)), SIDES)
    assert found[:4] == pytest.approx((61, 225, math.inf, math.inf), rel=1e-12) and len(given) == 2


# The tube


@pytest.fixture
def on_tube(monkeypatch):
    """A bound that says f(W_T) + 10 T2 + 100 times the variance + 1e4 times how far directions are off."""
    seen = SimpleNamespace(noise=[], ends=[])

    def with_noise(held, T2, stages, c_w):
        """Where it was met is not known: of alpha = 1/2 and L = 2, c_w is half of all."""
        assert held is HELD and T2 == HELD.T2 and stages == [2 * c_w] * 2
        seen.noise.append(2 * c_w)
        return replace(held, c_w=2 * c_w, rho=0.75, T2_current=0.125)

    def bound(held, alpha, iterations, lags, end, *, off=0.0):
        assert (alpha, iterations, lags, held.rho, held.T2_current) == (0.5, 16, (0, 0), 0.0, math.inf)
        return end + 10 * held.T2 + 100 * held.c_w + 1e4 * off

    monkeypatch.setattr(theorem, "with_noise", with_noise)
    monkeypatch.setattr(theorem, "stopped", bound)
    monkeypatch.setattr(tubes, "end", lambda *asked: seen.ends.append(asked) or tubes.Interval(1.0, 2.0, 4.0))
    return seen


def test_the_tube_by_hand(on_tube):
    made = stopped(ONE_LEFT)
    found = measured.tube_ends(observed(made, rounding=rough(0.5, 0.25)), made, HELD, SEEN, 4.8)
    drift = (student([1, 0, 3, 2], 0.1, -1), 2, student(SEEN.drift, 0.1, 1))
    rest = (student([4, 0, 8, 6], 0.1, -1), 6, student(SEEN.rest, 0.1, 1))
    least, value, most = (end + 10 * d + 100 * r for end, d, r in zip((1, 2, 4), drift, rest, strict=True))
    assert found == pytest.approx((least, value, most + 5000, value + 5000, math.sqrt(6), True), rel=1e-9)
    assert on_tube.ends == [(made, HELD, pytest.approx(0.1), pytest.approx(0.1), 0.25)]
    assert 6 < on_tube.noise[1] < 6 * (1 + 1e-13) and found.value > 0


def test_an_alarm_on_a_tube_needs_the_larger_of_both(on_tube, monkeypatch):
    monkeypatch.setattr(theorem, "stopped", lambda *given, off=0.0: 0.5 if off else given[-1])
    made = stopped()
    found = measured.tube_ends(observed(made, rounding=rough(0.5)), made, HELD, SEEN, 4.8)
    assert found[:4] == (1, 2, 4, 0.5)
    little = replace(SEEN, rest=np.full(4, 0.25))
    assert measured.tube_ends(observed(made), made, HELD, little, 4.8)[4:] == (0.5, True)
    still = replace(SEEN, rest=np.zeros(4))
    assert measured.tube_ends(observed(made), made, HELD, still, 4.8)[4:] == (3.0, False)


# What is refused


@pytest.fixture
def established(monkeypatch):
    """Say that all assumptions hold, and keep which were asked for."""
    asked = []
    monkeypatch.setattr(assumptions, "unestablished", lambda _, names: asked.append(set(names)) or "")
    return asked


@pytest.mark.parametrize("name", [measured.PATH, measured.DRIFT, measured.TUBE])
def test_what_no_form_is_said_of(name, established, monkeypatch):
    made = stopped()
    assert measured._refusal(name, observed(made)) == ""
    assert measured._refusal(name, observed(made, diverged=3)) == "3 of 7 replicas diverged"
    assert measured._refusal(name, observed(made, squared_gradient=np.ones(1))).startswith("one replica has no")
    assert measured._refusal(name, observed(made, squared_gradient=np.ones(2))) == ""
    monkeypatch.setattr(assumptions, "unestablished", lambda *_: "unbiased not established")
    assert measured._refusal(name, observed(made)) == "unbiased not established"


def test_the_path_rests_on_less_than_the_means(established):
    for name in (measured.PATH, measured.DRIFT, measured.TUBE):
        measured._refusal(name, observed(stopped()))
    path, drift, tube_ = established
    assert "unbiased" in drift and drift == tube_ and path <= drift


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        (measured.PATH, ["L", "alpha", "K", "Delta"]),
        (measured.DRIFT, ["L", "Lambda1", "Lambdah", "alpha", "K", "Delta"]),
        (measured.TUBE, []),
    ],
)
def test_what_is_unknown_is_named(name, needs, established, monkeypatch):
    said = f"{', '.join(needs)} unknown for this problem" if needs else ""
    assert measured._refusal(name, observed(stopped(), known={})) == said
    asked = []
    broken = [SimpleNamespace(reason="L is broken"), SimpleNamespace(reason="K is")]
    monkeypatch.setattr(Observations, "broken", lambda _, *names: asked.append(list(names)) or broken)
    assert measured._refusal(name, observed(stopped())) == ("L is broken" if needs else "")
    assert asked == ([needs] if needs else [])


def test_without_a_tube_that_closed_none_is_said_of(established):
    open_ = stopped(fixed=replace(FIXED, held=None, reason="none closed"))
    assert measured._refusal(measured.TUBE, observed(open_)) == "none closed"
    assert measured._refusal(measured.PATH, observed(open_)) == ""
    more = observed(stopped(), rounding=rough(0.25))
    assert measured._refusal(measured.TUBE, more) == "the replicas may be rounded more than the pilots allow for"


# The checks


def test_a_check_by_name(established, monkeypatch):
    ends, asked = Ends(1.0, 2.0, 3.0, 2.0, 1.0, True), []
    monkeypatch.setattr(measured, "_ends_of", lambda *given: asked.append(given) or ends)
    weighed = verdicts.weigh(observed(), 0.5)
    for bounds, verdict, reason in (
        ((100.0, 100.0, 100.0, 100.0), "held", ""),
        ((1.0, 2.0, 3.0, 2.0), "violated", ""),
        ((1.0, 9.0, 100.0, 9.0), "inconclusive", "4 replicas do not decide it"),
        ((1.0, 9.0, 100.0, math.inf), "inconclusive", "rounding in exact could move the bound anywhere from 9"),
    ):
        ends = Ends(*bounds, 1.0, True)
        found = measured._check(measured.PATH, observed(), SEEN, 0.25, weighed)
        assert (found.verdict, found.reason, found.claim, found.theorem) == (verdict, reason, "path/measured", "path")
        assert found.quantity == SQUARED_GRADIENT.quantity.name
        assert found.condition.startswith("both sides are measured: N(v - F) and kappa, averages over the samples at 5")
    assert [given[0] for given in asked] == [measured.PATH] * 4 and asked[0][3] == 0.25
    on = measured._check(measured.TUBE, observed(stopped()), SEEN, 0.25, weighed)
    assert (on.claim, on.theorem, on.quantity) == ("tube-drift/measured", "mean", on_tubes.STOPPED)
    off = measured._check(measured.DRIFT, observed(), SEEN, 0.25, weighed)
    assert (off.claim, off.theorem, off.quantity) == ("mean-drift/measured", "mean", found.quantity)


def test_a_check_that_is_not_applied_says_why(established, monkeypatch):
    refused = measured._check(measured.PATH, observed(), replace(SEEN, refused="no law"), 0.25, None)
    assert (refused.verdict, refused.reason, refused.condition) == ("not applied", "no law", "")
    gone = measured._check(measured.PATH, observed(diverged=1), replace(SEEN, refused="no law"), 0.25, None)
    assert gone.reason == "1 of 5 replicas diverged"

    def outside(*_):
        raise OutsideDomain("alpha", 3, "alpha < 1", "mean")

    monkeypatch.setattr(measured, "_ends_of", outside)
    found = measured._check(measured.DRIFT, observed(), SEEN, 0.25, None)
    assert found.verdict == "not applied" and found.reason.startswith("alpha = 3")


def test_which_ends_a_check_takes(monkeypatch):
    for name in ("path_ends", "drift_ends"):
        monkeypatch.setattr(measured, name, lambda _, sides, name=name: (name, sides))
    monkeypatch.setattr(measured, "sides", lambda _, steps, level: (steps, level))
    monkeypatch.setattr(measured, "tube_ends", lambda *given: given)
    made = stopped()
    seen = observed(made)
    assert measured._ends_of(measured.PATH, seen, SEEN, 0.25) == ("path_ends", (SEEN, 0.25))
    assert measured._ends_of(measured.DRIFT, seen, SEEN, 0.25) == ("drift_ends", (SEEN, 0.25))
    assert measured._ends_of(measured.TUBE, seen, SEEN, 0.25) == (seen, made, HELD, SEEN, 0.25)


def test_what_a_check_is_conditional_on():
    words = (
        ", averages over the samples at 5 times a replica, and what f fell by, at the ends of intervals that take "
        "means over replicas as normal"
    )
    drift = f"both sides are measured: N(E abs(g) W/tau) and the mean square of what is left of a step{words}"
    unproved = Constants(KNOWN, {**dict.fromkeys(KNOWN, True), "L": False, "Lambdah": False})
    some, seen = observed(constants=unproved), observed(stopped(ONE_LEFT))
    assert measured._condition(measured.PATH, some, SEEN) == f"both sides are measured: N(v - F) and kappa{words}"
    assert measured._condition(measured.DRIFT, seen, SEEN) == drift
    assert measured._condition(measured.DRIFT, some, SEEN) == (
        f"{drift}; provided that L, Lambdah nowhere exceed what was {some.seen} {some.sampling}"
    )
    assert measured._condition(measured.TUBE, seen, SEEN) == (
        f"{drift}; of the steps before a weight leaves the tube that 24 other runs fixed: 1 left it"
    )


# The confrontation


@pytest.fixture
def levels(monkeypatch):
    """What each part is asked for, and with which level."""
    found = SimpleNamespace(whole=[], stopped=[], checks=[])
    before = Confrontation("all", (Check(CheckName("sharp", "a-priori"), "held"),))
    monkeypatch.setattr(on_tubes, "confront", lambda _, level: found.whole.append(level) or before)
    monkeypatch.setattr(on_tubes, "evidence", lambda _, *asked: found.stopped.append(asked) or "up to T")

    def check(name, seen, steps, level, evidence):
        found.checks.append((name, level, evidence))
        return Check(CheckName(name, "measured"), "held")

    monkeypatch.setattr(measured, "_check", check)
    return found


def test_an_eighth_of_the_level_is_for_what_is_measured(levels):
    found = measured.confront(observed(), 0.8)
    assert levels.whole == [pytest.approx(0.7)] and not levels.stopped
    assert levels.checks == [("path", pytest.approx(0.1), "all"), ("mean-drift", pytest.approx(0.1), "all")]
    assert [check.claim for check in found.checks] == ["sharp/a-priori", "path/measured", "mean-drift/measured"]
    made = stopped()
    measured.confront(observed(made), 0.8)
    assert levels.checks[4] == ("tube-drift", pytest.approx(0.1), "up to T")
    assert levels.stopped == [(made, pytest.approx(0.175))]
    measured.confront(observed(made, diverged=1), 0.8)  # nothing is known up to T
    assert levels.checks[7] == ("tube-drift", pytest.approx(0.1), "all") and len(levels.stopped) == 1


def test_where_no_mean_step_was_asked_for_the_others_have_the_whole_level(levels):
    found = measured.confront(observed(mean_steps=None), 0.8)
    assert levels.whole == [0.8] and len(found.checks) == 1 and not levels.checks
