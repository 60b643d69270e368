"""Networks judged on a tube: pilots fix it, fresh replicas are held against it, what left it counts as little known."""

import json
import math
import warnings
from dataclasses import replace

import numpy as np
import pytest

import simulate
import verify
from boundary import BadInput, json_text
from simulate import problems
from simulate.run import Run
from verify.judging import on_tubes, pilots, statistics, tubes, verdicts
from verify.judging.observations import from_trajectories
from verify.judging.rounding import Rounding
from verify.regions import a_priori, covered, theorem, tube
from verify.regions.theorem import Noise
from verify.sweep import assessing
from verify.sweep import settings as drawn
from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting

LEVEL = 1e-3
NETWORK = problems.make("network", 2, width=2, samples=4, loss="log-cosh", instance="3")
LAGGED = Run(NETWORK, "analog-sgd-ap", alpha=2e-4, tau=6.0, iterations=400, replicas=32, seed=5, ranges=8)
STRAIGHT = Run(NETWORK, "analog-sgd", alpha=2e-4, tau=6.0, iterations=400, replicas=32, seed=5, ranges=8)


def fixed_for(run, **changes):
    made = simulate.execute(replace(run, replicas=pilots.PILOTS, seed=pilots.pilot_seed(run.seed)))
    return replace(pilots.fix(made, from_trajectories(made).rounding.direction), **changes)


def checks(observed, level=LEVEL):
    return {check.claim: check for check in on_tubes.confront(observed, level).checks}


def shown(run, fixed=None):
    runs = simulate.execute(run)
    return on_tubes.beside(from_trajectories(runs), runs, fixed)


@pytest.fixture(scope="module", params=[LAGGED, STRAIGHT], ids=["with-lags", "without"])
def case(request):
    fixed = fixed_for(request.param)
    return fixed, shown(request.param, fixed)


@pytest.fixture(scope="module")
def straight():
    fixed = fixed_for(STRAIGHT)
    return fixed, shown(STRAIGHT, fixed)


def leavers(observed, count):
    """Return the observations as they were, had the first replicas left the tube, with f between least and start."""
    stopped, replicas = observed.stopped, len(observed.stopped.left)
    ends = {
        "least_end": np.full(replicas, stopped.fixed.held.least),
        "most_end": np.full(replicas, stopped.fixed.held.start),
        "since": np.where(np.arange(replicas) < count, 0, len(stopped.fixed.held.found)),
    }
    return replace(observed, stopped=replace(stopped, left=np.arange(replicas) < count, **ends))


def test_a_run_is_held_on_every_line_that_applies(case):
    fixed, observed = case
    found = checks(observed)
    certified, priori = found["tube/a-posteriori"], found["tube-a-priori/a-priori"]
    assert certified.verdict == priori.verdict == "held" and not priori.condition
    assert certified.bound == theorem.stopped(fixed.held, 2e-4, 400, fixed.run.lags)
    assert certified.quantity.endswith("until a tube is left") and not priori.quantity.endswith("left")
    assert "24 other runs" in certified.condition and "32 replicas left it" in certified.condition
    noise = found["tube-noise/a-posteriori"]
    assert noise.verdict == "held" and noise.bound <= certified.bound
    assert (min(fixed.held.stale) > 0) == any(fixed.run.lags)
    assert found["tube-ends/a-posteriori"].bound <= certified.bound


def test_a_bound_that_is_too_small_is_violated(case, monkeypatch):
    fixed, observed = case
    monkeypatch.setattr(theorem, "stopped", lambda *_, **__: float(np.mean(observed.squared_gradient)) / 2)
    found = checks(replace(observed, stopped=replace(observed.stopped, fixed=replace(fixed, priori=(1e-9, 1e-9)))))
    for name in ("tube/a-posteriori", "tube-ends/a-posteriori", "tube-a-priori/a-priori"):
        assert found[name].verdict == "violated"


def test_between_the_ends_it_is_inconclusive_and_no_further_look_is_taken(case, monkeypatch):
    _, observed = case
    monkeypatch.setattr(theorem, "stopped", lambda *_, **__: float(np.mean(observed.squared_gradient)))
    check = checks(observed)["tube/a-posteriori"]
    assert check.verdict == "inconclusive" and check.reason == "32 replicas do not decide it"


def test_a_replica_that_left_counts_nothing_for_an_alarm_and_in_full_for_held(straight):
    _, observed = straight
    whole = on_tubes.evidence(observed, observed.stopped, LEVEL)
    some = leavers(observed, 16)
    part = on_tubes.evidence(some, some.stopped, LEVEL)
    assert (part.upper, part.mean) == (whole.upper, whole.mean)
    zeroed = np.where(np.arange(32) < 16, 0.0, observed.squared_gradient)
    expected = float(statistics.lower_mean(zeroed, LEVEL / 2))
    assert part.lower.value == pytest.approx(observed.rounding.lowered(expected), rel=1e-12)
    assert part.lower.value < 0.6 * whole.lower.value
    everyone = leavers(observed, 32)
    assert on_tubes.evidence(everyone, everyone.stopped, LEVEL).lower.value == 0


def test_bounds_of_a_need_no_tube_of_pilots_and_do_not_mind_those_that_left(straight, monkeypatch):
    fixed, observed = straight
    broken = replace(leavers(observed, 32).stopped, fixed=replace(fixed, priori=(1e-9, 1e-9)))
    assert checks(replace(observed, stopped=broken))["tube-a-priori/a-priori"].verdict == "violated"
    monkeypatch.setattr(theorem, "stopped", lambda *_, **__: 1e-9)
    assert checks(leavers(observed, 32))["tube/a-posteriori"].verdict == "inconclusive"


@pytest.mark.parametrize("exits", [0, 1, 7, 32])
def test_the_probability_of_leaving_is_said_with_its_bound(straight, exits):
    stopped = leavers(straight[1], exits).stopped
    found = stopped.leaving(3)
    assert found == tube.leaving(exits, 32, 0.05 / 3)
    condition = checks(leavers(straight[1], exits))["tube/a-posteriori"].condition
    assert f"{exits} of 32 replicas left it" in condition and f"at most {found:.2g}" in condition
    if not exits:
        assert found == pytest.approx(1 - (0.05 / 3) ** (1 / 32), rel=1e-6)


def test_the_noise_is_bounded_below_what_holds_in_a_box(straight):
    fixed, observed = straight
    held, stopped = fixed.held, observed.stopped
    assert stopped.folded.shape == stopped.shared.shape == stopped.variance.shape == (32, len(held.found))
    made = tubes.noise(stopped, held, 1e-4, 1e-4)
    (least, mean, most), T2 = (one.noise for one in made), [one.T2 for one in made]
    top = max(one.variance for one in held.found), max(one.L * one.variance for one in held.found)
    shown = stopped.variance.sum(axis=1).mean(), stopped.shared.sum(axis=1).mean()
    assert mean[:2] == pytest.approx(shown, rel=1e-12) and shown[0] * min(held.smoothness) <= mean.curved
    assert all(0 <= low <= middle <= high for low, middle, high in zip(least, mean, most, strict=True))
    assert 0 < T2[0] < T2[1] < T2[2] <= max(one.T2 for one in held.found) * (1 + 1e-8) and T2[1] < mean.shared
    assert most.variance <= top[0] * (1 + 1e-8) and most.curved <= top[1] * (1 + 1e-8)
    few = leavers(observed, 8).stopped
    some = tubes.noise(few, held, 1e-4, 1e-4)
    assert T2[0] > some[0].T2 and all(one < more for one, more in zip(some[0].noise, least, strict=True))
    assert some[2].noise == most
    left = few.left[:, None]
    wild = replace(few, variance=np.where(left, 1e9, few.variance), shared=np.where(left, 1e9, few.shared))
    capped = tubes.noise(wild, held, 1e-4, 1e-4)
    assert most.variance <= capped[2].noise.variance <= top[0] * (1 + 1e-8) and capped[0] == some[0]


def test_the_noise_that_a_line_takes_by_hand(straight):
    """Of a curvature of 2: met where it is so, a variance of 4e-6 and 1e-6 with the shares are 8e-6 and 2e-6."""
    held = straight[0].held
    seen = Noise(4e-6, 1e-6, 8e-6, 2e-6)
    found = theorem.as_sampled(held, 2e-4, 1e-7, seen)
    total = min((1 + held.rho) ** 2 * 4, 9.0)
    assert found.c_w == pytest.approx(2e-4 * total * 1e-6, rel=1e-9) and found.T2 == 1e-7
    for small in (0.0, 1e-12):
        along = theorem.as_sampled(held, 2e-4, 1e-7, seen._replace(curved_shared=small)).c_w
        assert along == pytest.approx(1e-4 * (math.sqrt(8e-6) + math.sqrt(small)) ** 2, rel=1e-9)
    assert theorem.as_sampled(held, 2e-4, 1e9, Noise(1e9, 1e9, 1e9, 1e9)).c_w == held.c_w
    late = theorem.as_sampled(replace(held, stale=seen), 2e-4, 1e-7, seen)
    assert (late.T2, late.c_w) == (pytest.approx(4e-6, rel=1e-9), pytest.approx(4 * found.c_w, rel=1e-9))


def test_f_where_a_replica_left_is_between_the_ends_of_the_boxes_around():
    """Everything is outside from bin 3 on: then T is in bin 3, and f(W_T) is that of boxes 2 and 3."""
    fixed = fixed_for(STRAIGHT)
    runs = simulate.execute(STRAIGHT)
    shifted = np.where(np.arange(8)[:, None] < 3, 0.0, 1.0)
    moved = replace(runs.ranges, low=runs.ranges.low + shifted, high=runs.ranges.high + shifted)
    _, since, least, most, L = fixed.passage(replace(runs, ranges=moved))
    assert np.all(since == 3)
    found = fixed.held.found
    assert L.tolist() == [[one.L for one in found]] * len(since)
    assert np.all(least == min(found[2].least, found[3].least))
    for b in (2, 3):
        corner = fixed.tube.boxes[b].high + found[b].step
        at = [corner[:4].reshape(2, 2), corner[4:].reshape(2, 2)]
        assert np.all(most >= float(NETWORK.moments(at).value)) and np.all(most < 3 * fixed.held.start)
    stayed = fixed.passage(runs)
    assert not stayed.left.any() and np.all(np.isnan(stayed.least)) and np.all(np.isnan(stayed.most))


def test_f_at_the_end_is_the_least_of_the_tube_where_a_replica_left(straight):
    fixed, observed = straight
    held, stopped = fixed.held, observed.stopped
    all_stay = tubes.end(stopped, held, 1e-3, 1e-3, 0.0)
    assert held.least <= all_stay.high <= stopped.value.mean() <= all_stay.low <= held.start
    some = tubes.end(leavers(observed, 4).stopped, held, 1e-3, 1e-3, 0.0)
    most = np.where(np.arange(32) < 4, held.start, stopped.value)
    assert some.low == min(float(statistics.student_mean(most, 1e-3, "upper")), held.start)
    assert all_stay.low < some.low and some.mean < all_stay.mean and some.high <= all_stay.high
    mixed = np.where(np.arange(32) < 4, held.least, stopped.value)
    assert some.mean == pytest.approx(mixed.mean(), rel=1e-12)
    none = tubes.end(leavers(observed, 32).stopped, held, 1e-3, 1e-3, 0.0)
    assert none.high == pytest.approx(held.least, rel=1e-12)


def test_the_pilots_are_no_replicas(straight):
    fixed, _ = straight
    made = simulate.execute(replace(STRAIGHT, replicas=24, seed=pilots.pilot_seed(5)))
    assert not fixed.passage(made).left.any()
    with pytest.raises(BadInput, match="other than that of the pilots"):
        tubes.seen(fixed, made)
    with pytest.raises(BadInput, match="the run that the tube was made for"):
        tubes.seen(fixed, simulate.execute(replace(STRAIGHT, alpha=1e-4)))


def test_the_pilots_seed_is_none_of_the_others():
    setting = Setting(NETWORK, "analog-sgd", 2e-4, 6.0, 400, 8, seed=5, ranges=8)
    others = {5, *(assessing.look_seed(setting, look) for look in range(verdicts.LOOKS))}
    assert pilots.pilot_seed(5) not in others and pilots.pilot_seed(5) == pilots.pilot_seed(5) != pilots.pilot_seed(6)


def test_replicas_of_two_looks_are_of_one_tube(straight):
    fixed, observed = straight
    more = shown(replace(STRAIGHT, seed=6), fixed)
    both = observed.and_more(more)
    assert len(both.stopped.left) == both.replicas == 64
    other = shown(replace(STRAIGHT, seed=6), fixed_for(STRAIGHT))
    for wrong in (other, shown(replace(STRAIGHT, seed=6))):
        with pytest.raises(BadInput, match="the tube of the replicas before"):
            observed.and_more(wrong)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"problem": problems.make("quadratic", 2, size="1")}, "a problem of the class Network"),
        ({"decay": "100:0.5"}, "the step size falls"),
        ({"device": "exponential", "device_parameters": {"curvature": 3.0}}, "not the linear one"),
    ],
)
def test_what_a_tube_does_not_cover_is_not_applied(changes, reason):
    run = replace(STRAIGHT, **changes)
    found = checks(shown(run, fixed_for(run)))
    for name in tubes.NAMES:
        (check,) = (one for one in found.values() if one.name.form == name)
        assert check.verdict == "not applied" and reason in check.reason


def test_more_rounding_than_the_pilots_allow_for_is_not_applied(straight):
    fixed, observed = straight
    rounded = observed.rounding
    worse = replace(observed, rounding=Rounding(3 * fixed.off, rounded.gradient, rounded.value, "float64"))
    assert fixed.off == pytest.approx(2 * rounded.direction, rel=0.5)
    for claim, check in checks(worse).items():
        if claim.startswith("tube"):
            assert check.verdict == "not applied" and "rounded more than the pilots" in check.reason


def test_rounding_raises_a_bound_as_the_theorem_takes_it(straight):
    held, lags = straight[0].held, (3, 0)
    exact, off = theorem.stopped(held, 2e-4, 400, lags), 1e-3
    assert theorem.stopped(held, 2e-4, 400, lags, off=0.0) == exact
    lengthened = replace(
        held,
        c_w=(0.5 * 2e-4) * (math.sqrt(2 * held.c_w / 2e-4) + math.sqrt(held.L) * off) ** 2,
        direct=math.inf,
        stage_variances=np.zeros(2),
    )
    free = replace(held, direct=math.inf, stage_variances=np.zeros(2))
    assert theorem.stopped(free, 2e-4, 400, (0, 0), off=off) > theorem.stopped(lengthened, 2e-4, 400, (0, 0)) > 0


def test_rounding_widens_boxes_and_the_a_priori_radius(straight, monkeypatch):
    fixed, _ = straight
    made = simulate.execute(replace(STRAIGHT, replicas=24, seed=pilots.pilot_seed(5)))
    seen = []
    true = covered.on_tube
    monkeypatch.setattr(covered, "on_tube", lambda run, laid: (seen.append(laid), true(run, laid))[1])
    pilots.fix(made, 1e-3)
    by = 2e-4 * math.sqrt(400) * 2e-3
    assert seen[1].boxes[3].high == pytest.approx(fixed.tube.boxes[3].high + by, rel=1e-12)
    problem = covered.check(NETWORK)
    plain, moved = (
        a_priori.a_priori(problem, 2e-4, 6.0, (0, 0), 400, bins=8, apart=apart).tube for apart in (0.0, 1e-4)
    )
    for one, other in zip(plain.boxes, moved.boxes, strict=True):
        assert np.all(other.high - other.low >= one.high - one.low + 2e-4 * (1 - 1e-6))


def test_a_tube_costs_the_others_a_share_of_the_level(straight):
    _, observed = straight
    found = on_tubes.confront(observed, LEVEL)
    assert found.evidence.lower.level == pytest.approx(0.75 * LEVEL / 2, rel=1e-12)
    plain = on_tubes.confront(replace(observed, stopped=None), LEVEL)
    assert plain.checks == verdicts.confront(replace(observed, stopped=None), LEVEL).checks
    assert plain.evidence.lower.level == pytest.approx(LEVEL / 2, rel=1e-12)


def test_nothing_is_said_where_replicas_diverged(straight):
    _, observed = straight
    found = checks(replace(observed, diverged=1))
    assert all(check.verdict == "not applied" for claim, check in found.items() if claim.startswith("tube"))


def test_a_setting_keeps_its_tube_and_is_judged_the_same_again():
    setting = Setting(NETWORK, "analog-sgd", 2e-4, 6.0, 400, 16, seed=5, ranges=8)
    first, again = assessing.assess(setting, 0.99), assessing.assess(setting, 0.99)
    assert first.tube is not None and first.tube.seed == pilots.pilot_seed(5)
    assert (first.tube.pilots, first.tube.ranges, first.tube.boxes) == (24, 8, 8)
    plain = json.loads(json_text(first.to_json()))
    assert JudgedSetting.from_json(plain).tube == first.tube and plain["setting"]["ranges"] == 8
    assert {**again.to_json(), "seconds": 0} == {**first.to_json(), "seconds": 0} or (
        json_text({**again.to_json(), "seconds": 0}) == json_text({**first.to_json(), "seconds": 0})
    )
    without = assessing.assess(replace(setting, ranges=0), 0.99)
    assert without.tube is None and "tube" not in without.to_json()
    assert not any(check.claim.startswith("tube") for check in without.checks)


def test_the_families_that_are_asked_for_have_tubes_and_no_others():
    for name in ("network-long", "network-deep"):
        assert drawn.sample(1, 0, (name,)).ranges == pilots.BINS
    for name in drawn.FAMILIES:
        assert drawn.sample(1, 0, (name,)).ranges == 0


def test_runs_of_more_than_a_million_steps_have_fewer_pilots():
    found = [pilots.pilots_of(replace(STRAIGHT, iterations=steps)) for steps in (400, 10**6, 10**6 + 1, 10**7)]
    assert found == [24, 24, 16, 16]


def test_check_judges_a_run_with_ranges_on_a_tube():
    with_ranges = verify.check(simulate.execute(LAGGED))
    claims = {check.claim: check for check in with_ranges.checks}
    assert claims["tube/a-posteriori"].verdict == "held" and with_ranges.to_json()["tube"]["pilots"] == 24
    without = verify.check(simulate.execute(replace(LAGGED, ranges=0)))
    assert "tube" not in without.to_json() and not any(check.claim.startswith("tube") for check in without.checks)


def test_weights_that_grow_beyond_the_doubles_are_a_reason_and_no_warning():
    problem = problems.make("network", 8, width=2, samples=4, gain=3.0, loss="squared", instance=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runs = simulate.run(
            problem, "digital-ap", alpha=50.0, tau=math.inf, iterations=60, replicas=8, seed=5, ranges=16
        )
        (found,) = [check for check in verify.check(runs).checks if check.claim == "tube/a-posteriori"]
    assert found.verdict == "not applied" and "ends are not finite" in found.reason
