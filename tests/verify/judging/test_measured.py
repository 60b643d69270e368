"""What is measured of both sides of two theorems: a basis of its own, ends by hand, alarms, and no say in a verdict."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

import simulate
import theory
import verify
from boundary import BadInput
from simulate.problems import Network, Quadratic
from simulate.problems.spectral import delay_constants
from theory.bounds import path, rest
from verify.judging import descent, measured, on_tubes, pilots, statistics
from verify.judging.checks import BASES, Check, CheckName
from verify.judging.mean_steps import MeanSteps
from verify.judging.observations import from_trajectories
from verify.judging.rounding import Rounding
from verify.judging.verdicts import Confrontation
from verify.report import summary, tables
from verify.sweep import assessing
from verify.sweep.drawn import Setting
from verify.sweep.falsify import Candidate
from verify.sweep.judged import JudgedSetting

LEVEL = 1e-3
PATH, DRIFT = "path/measured", "mean-drift/measured"
OPTIONS = {"alpha": 0.02, "tau": 6.0, "iterations": 200, "replicas": 48, "seed": 3, "drift": 50}
QUADRATIC = Quadratic(2, size=1, sigma=0.1, noise="two-point")


def runs(problem=QUADRATIC, algorithm="analog-sgd-ap", **changes):
    return simulate.run(problem, algorithm, **(OPTIONS | changes))


def checks(observed, level=LEVEL):
    return {check.claim: check for check in measured.confront(observed, level).checks}


@pytest.fixture(scope="module")
def seen():
    return from_trajectories(runs())


# What is taken of a run


def test_the_bounds_are_those_of_the_measured_averages(seen):
    found, steps, known = checks(seen), seen.mean_steps, seen.constants.values
    fall = known["Delta"] - float(seen.last_gap.mean())
    square = path.of(
        kappa=steps.kappa.mean(), fall=fall, eta=math.sqrt(steps.distance.mean()), alpha=0.02, K=200
    )  # fmt: skip
    assert found[PATH].bound == pytest.approx(square, rel=1e-10)
    left = math.sqrt(steps.rest.mean())
    taken = {name: known[name] for name in ("L", "alpha", "K", "Lambda1")}
    rest_of = {"c_w": 0.01 * known["L"] * left**2, "nu": known["Lambdah"] * left}
    bound = theory.bound("mean")(**taken, **rest_of, rho=0, Delta=fall, T2=float(steps.drift.mean()))
    assert found[DRIFT].bound == pytest.approx(float(bound), rel=1e-10)
    assert found[PATH].verdict == found[DRIFT].verdict == "held"
    assert found[PATH].observed == pytest.approx(seen.squared_gradient.mean())
    assert 1 < found[PATH].tightness < found[DRIFT].tightness < found["mean/a-posteriori"].tightness


def test_every_end_is_of_its_share_of_the_level(seen):
    steps, end = seen.mean_steps, LEVEL / 2 / 8 / 3
    found = measured.sides(seen, steps, LEVEL)
    for name in ("drift", "rest", "distance", "kappa"):
        values = getattr(steps, name)
        low, high = (float(statistics.student_mean(values, end, side)) for side in ("lower", "upper"))
        assert getattr(found, name) == (low, values.mean(), high)
    assert found.fall == descent.bounds(seen, end, end)
    few = replace(steps, drift=np.array([0.0, 1.0] * 24) * 1e-3)
    assert measured.sides(seen, few, 1e-12).drift.low == 0


def test_the_ends_that_each_verdict_takes(seen):
    found = measured.sides(seen, seen.mean_steps, LEVEL)
    exact = replace(seen, rounding=Rounding(0.0, 0.0, 0.0))
    for ends in (measured.path_ends, measured.drift_ends):
        here = ends(exact, found)
        at = [
            ends(exact, measured.Sides(*(measured.Interval(*(part[place],) * 3) for part in found))).value
            for place in range(3)
        ]
        assert (here.least, here.value, here.most) == pytest.approx(at, rel=1e-12) and here.moved == here.value
        assert here.least < here.value < here.most


@pytest.mark.parametrize("name", ["drift", "rest", "distance", "kappa"])
def test_a_measurement_that_is_too_small_is_an_alarm(seen, name):
    """A planted just below the bound of what is measured is above that of less."""
    form = PATH if name in ("distance", "kappa") else DRIFT
    sizes = {"drift": 0.1, "rest": 20.0, "distance": 0.1, "kappa": 0.2}
    same = {key: np.full(2880, getattr(seen, key).mean()) for key in ("saturation", "square_saturation", "last_gap")}
    steps = replace(seen.mean_steps, **{key: np.full(2880, size) for key, size in sizes.items()})
    planted = replace(seen, **same, squared_gradient=np.full(2880, 1e-9), mean_steps=steps)
    planted = replace(planted, squared_gradient=np.full(2880, 0.97 * checks(planted)[form].bound))
    assert checks(planted)[form].verdict == "held"
    wrong = replace(planted, mean_steps=replace(steps, **{name: np.full(2880, 0.2 * sizes[name])}))
    assert checks(wrong)[form].verdict == "violated"
    assert measured.confront(wrong, LEVEL).word == "violated"


def test_rounding_is_charged(seen):
    found = measured.sides(seen, seen.mean_steps, LEVEL)
    off = 1e-4
    rough, exact = (replace(seen, rounding=Rounding(size, 0.0, 0.0)) for size in (off, 0.0))
    one, other = (measured.path_ends(which, found) for which in (rough, exact))
    known = seen.constants.values
    lengths = (
        found.distance.high,
        float(statistics.student_mean(seen.squared_gradient, 1e-6, "upper")),
        found.rest.high,
    )
    more = known["alpha"] * known["L"] * (sum(map(math.sqrt, lengths)) * off + off**2 / 2)
    moved = path.of(
        kappa=found.kappa.mean + more, fall=found.fall.mean, eta=math.sqrt(found.distance.mean) + off,
        alpha=known["alpha"], K=known["K"],
    )  # fmt: skip
    assert (
        one.moved == pytest.approx(moved, rel=1e-12) and one.value == other.value < one.moved and one.most > other.most
    )
    valued = measured.path_ends(replace(seen, rounding=Rounding(0.0, 0.0, 1e-6)), found)
    assert valued.least < other.least and valued.moved > other.moved
    slow = measured.drift_ends(rough, found)
    left = math.sqrt(found.rest.mean) + off
    part = rest.of(L=known["L"], sigma=left, T2=0.0, nu=known["Lambdah"] * left, rho=0.0, alpha=known["alpha"])
    taken = {name: known[name] for name in ("L", "alpha", "K", "Lambda1")}
    bound = theory.bound("mean")(
        **taken, rho=0, Delta=found.fall.mean, T2=found.drift.mean, c_w=part.c_w, nu=part.nu + off / known["alpha"]
    )
    assert slow.moved == pytest.approx(float(bound), rel=1e-12)
    endless = checks(replace(seen, rounding=Rounding(math.inf, 0.0, 0.0)))
    assert {endless[name].verdict for name in (PATH, DRIFT)} == {"inconclusive"}
    assert all("could move the bound anywhere" in endless[name].reason for name in (PATH, DRIFT))


# Not predictions


def test_they_are_called_measurements_everywhere(seen):
    report = verify.check(runs())
    found = {check.claim: check for check in report.checks}
    for name in (PATH, DRIFT):
        check = found[name]
        assert check.kind == "measurement" and check.name.basis == "measured" not in BASES and not check.covered
        assert check.condition.startswith("both sides are measured: ")
        assert "intervals that take means over replicas as normal" in check.condition
        assert check.to_json()["kind"] == "measurement" and Check.from_json(check.to_json()) == check
    assert found["sharp/a-priori"].to_json()["kind"] == "prediction"
    shown = str(tables.check_table(report.checks, "").caption)
    assert "measured checks are no predictions: both sides are measured" in shown
    assert "a-posteriori checks are conditional: both sides" not in shown
    assert Check(CheckName("L", "certificate"), "violated").kind == "certificate"


def only(verdict):
    return Check(CheckName("path", "measured"), verdict, bound=1.0, observed=1.0, tightness=1.0)


@pytest.mark.parametrize(
    ("verdict", "word"), [("held", "not applied"), ("inconclusive", "not applied"), ("violated", "violated")]
)
def test_they_count_as_alarms_and_as_nothing_else(seen, verdict, word):
    refused = Check(CheckName("sharp", "a-priori"), "not applied")
    evidence = measured.confront(seen, LEVEL).evidence
    found = Confrontation(evidence, (refused, only(verdict)))
    assert found.word == word and found.settled == (verdict != "inconclusive")
    setting = Setting(QUADRATIC, "analog-sgd-ap", **(OPTIONS | {"replicas": 4}), family="quadratic")
    judged = JudgedSetting(setting, seen.constants, evidence.summary(LEVEL), 1, (), found.checks)
    assert judged.verdict == word and bool(judged.applied) == (verdict == "violated")
    assert {judged.verdict_on(basis) for basis in ("a-priori", "a-posteriori")} == {"not applied"}
    assert (Candidate(judged).closest is None) == (verdict != "violated")
    counted = summary.by_basis([judged])
    assert set(counted) == set(BASES) and sum(one.violations for one in counted.values()) == 0
    assert summary.by_claim([judged])[CheckName("path", "measured")].counts.held == (verdict == "held")


def test_nothing_is_shared_with_them_where_they_are_not_asked_for(seen):
    plain = from_trajectories(runs(drift=0))
    one, other = measured.confront(plain, LEVEL), on_tubes.confront(plain, LEVEL)
    assert one.checks == other.checks and not any(check.name.basis == "measured" for check in one.checks)
    asked = measured.confront(seen, LEVEL)
    others = on_tubes.confront(seen, 0.875 * LEVEL)
    assert asked.evidence == others.evidence and asked.checks[:-2] == others.checks


def test_a_setting_keeps_them_and_draws_more_of_its_own_kind():
    setting = Setting(QUADRATIC, "analog-sgd-ap", **(OPTIONS | {"replicas": 8}), family="quadratic")
    result = assessing.assess(setting, 0.99)
    again = JudgedSetting.from_json(json.loads(json.dumps(result.to_json())))
    assert [str(check.name) for check in again.checks[-2:]] == [PATH, DRIFT] and again.setting.drift == 50
    seen = from_trajectories(runs())
    both = seen.and_more(from_trajectories(runs(seed=4)))
    assert len(both.mean_steps.kappa) == 96 and both.mean_steps.looks == 50
    with pytest.raises(BadInput, match="drift"):
        seen.and_more(from_trajectories(runs(drift=20)))


# On tubes

NETWORK = Network(2, 2, samples=4, loss="log-cosh", instance=3)
ON_TUBE = {"alpha": 1e-3, "iterations": 3000, "replicas": 48, "ranges": 8, "drift": 40}


@pytest.fixture(scope="module")
def tube_runs():
    """Return fresh replicas, and what pilots fixed of them."""
    made = runs(NETWORK, **ON_TUBE)
    pilots_made = simulate.execute(replace(made.run, replicas=pilots.PILOTS, seed=99, drift=0))
    return made, pilots.fix(pilots_made, from_trajectories(pilots_made).rounding.direction)


@pytest.fixture(scope="module")
def on_tube(tube_runs):
    made, fixed = tube_runs
    return on_tubes.beside(from_trajectories(made), made, fixed)


def test_on_a_tube_the_drift_is_measured_and_the_rest_is_of_the_tube(on_tube):
    found, steps, held = checks(on_tube), on_tube.mean_steps, on_tube.stopped.fixed.held
    run = on_tube.stopped.fixed.run
    total = float(steps.rest.mean())
    curved = min(held.c_w, run.alpha / 2 * held.L * total)  # when it was met is not known
    delay = delay_constants(held.S, run.lags, np.minimum(held.stage_variances, total))
    given = {"L": held.L, "alpha": run.alpha, "K": run.iterations, "rho": 0.0, "Lambda1": delay["Lambda1"]}
    fall = held.start - float(np.mean(on_tube.stopped.value)) + on_tube.rounding.value
    bound = theory.bound("mean")(**given, nu=delay["nu"], T2=float(steps.drift.mean()), c_w=curved, Delta=fall)
    assert found["tube-drift/measured"].bound == pytest.approx(float(bound), rel=1e-9)
    assert (
        found["tube-drift/measured"].verdict != "violated" and found["tube-drift/measured"].quantity == on_tubes.STOPPED
    )
    assert found["tube-drift/measured"].bound < found["tube-ends/a-posteriori"].bound
    assert "of the steps before a weight leaves the tube that 24 other runs fixed: 0 left it" in (
        found["tube-drift/measured"].condition
    )


def test_of_a_replica_that_left_the_averages_are_between_nothing_and_all(on_tube):
    stopped, steps = on_tube.stopped, on_tube.mean_steps
    some = replace(
        stopped, left=np.arange(48) < 6, least_end=np.full(48, stopped.fixed.held.least),
        most_end=np.full(48, stopped.fixed.held.start),
    )  # fmt: skip
    exact = replace(on_tube, rounding=Rounding(0.0, 0.0, 0.0))
    one, other = (measured.tube_ends(exact, which, stopped.fixed.held, steps, LEVEL) for which in (stopped, some))
    assert other.least < one.least and other.most >= one.most
    low = measured._interval(steps.drift, 1e-3, left=some.left)
    assert (
        low.low < measured._interval(steps.drift, 1e-3).low and low.high == measured._interval(steps.drift, 1e-3).high
    )


# Of whom


def test_networks_with_lags_are_judged_whose_noise_is_that_of_stale_directions():
    """Theorem 1 by conditional means refuses them otherwise: what it takes of noise is known at W_k alone."""
    found = checks(from_trajectories(runs(Network(3, 2, samples=8), alpha=1e-3, iterations=100, drift=100)))
    assert found["mean/a-posteriori"].verdict == "not applied"
    assert found[PATH].applied and found[DRIFT].applied and found[DRIFT].verdict != "violated"
    assert "provided that L, Lambda1, Lambdah nowhere exceed" in found[DRIFT].condition
    assert "provided" not in found[PATH].condition


REFUSED = {
    "device": ({"device": "power", "device_parameters": {"exponent": 2.0}}, "the linear device"),
    "batch": ({"algorithm": "analog-sgd-sp", "batch": 2}, "a batch's directions"),
    "decay": ({"decay": "50:0.5"}, "constant-step not established"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_is_not_applied(name):
    more, words = REFUSED[name]
    found = checks(from_trajectories(runs(**({"replicas": 4, "iterations": 60} | more))))
    assert {found[claim].verdict for claim in (PATH, DRIFT)} == {"not applied"}
    assert all(words in found[claim].reason for claim in (PATH, DRIFT))


def test_what_else_they_are_not_applied_to(seen):
    from verify.judging.certificates import Certificate

    def words(observed):
        found = checks(observed)
        assert {found[claim].verdict for claim in (PATH, DRIFT)} == {"not applied"}
        return found[PATH].reason, found[DRIFT].reason

    assert all("unbiased not established" in one for one in words(replace(seen, independent_draws=False)))
    assert all("1 of 49 replicas diverged" in one for one in words(replace(seen, diverged=1)))
    assert words(replace(seen, constants=seen.constants.without("L"))) == ("L unknown for this problem",) * 2
    broken = Certificate("L", "smoothness", 1.0, 1.1, 1e-12)
    assert all("smoothness" in one for one in words(replace(seen, certificates=(broken,))))
    large = replace(seen.constants, values={**seen.constants.values, "L": 60.0})
    assert "x" in checks(replace(seen, constants=large))[DRIFT].reason
    assert checks(replace(seen, constants=large))[PATH].applied
    assert isinstance(seen.mean_steps, MeanSteps)


def test_what_replicas_do_not_decide_is_inconclusive_and_settled(seen):
    few = from_trajectories(runs(replicas=2))
    found = measured.confront(few, 1e-9)
    checked = {check.claim: check for check in found.checks}
    assert checked[PATH].verdict == "inconclusive" and checked[PATH].reason == "2 replicas do not decide it"


def test_the_average_until_a_tube_is_left_has_the_level_that_it_has_among_the_other_forms(on_tube, monkeypatch):
    """An eighth is for what is measured; a quarter of the rest for A_T, of which tube-drift and the others are."""
    spent, evidence = [], on_tubes.evidence
    monkeypatch.setattr(
        on_tubes, "evidence", lambda seen, stopped, level: (spent.append(level), evidence(seen, stopped, level))[1]
    )
    measured.confront(on_tube, 0.01)
    assert len(spent) == 2 and spent == pytest.approx([0.01 * 7 / 8 / 4] * 2, rel=1e-14)
