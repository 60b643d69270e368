"""What f fell along the runs, bounded with confidence, in the place of Delta."""

from dataclasses import replace

import numpy as np
import pytest

import simulate
import theory
from verify.judging import observations, rounding, statistics, verdicts

LEVEL = 1e-3


@pytest.fixture(scope="module")
def seen():
    problem = simulate.problems.make("quadratic", stages=2, size="1", sigma="0.1")
    run = {"alpha": 0.02, "tau": 6.0, "iterations": 25, "replicas": 48, "seed": 3}
    return observations.from_trajectories(simulate.run(problem, "analog-sgd-ap", **run))


def checks(observed):
    return {check.claim: check for check in verdicts.confront(observed, LEVEL).checks}


def test_the_descent_is_what_the_replicas_say_of_it_at_its_share_of_the_level(seen):
    alarm, look = (share / 2 for share in verdicts.shares(LEVEL))
    low, mean, high = verdicts.weigh(seen, LEVEL).descent
    whole = seen.constants.values["Delta"]
    off = seen.rounding.value
    assert mean == pytest.approx(whole - seen.last_gap.mean())
    assert low == pytest.approx(whole - statistics.upper_bound(seen.last_gap, look).value - 2 * off, rel=1e-9)
    assert high == pytest.approx(whole - statistics.lower_bound(seen.last_gap, alarm).value + 2 * off, rel=1e-9)
    assert 0 < low < mean < high < whole


def test_what_is_measured_of_a_bound_shares_half_of_the_level(seen):
    """With the half of the mean itself a false alarm and a false `held` cost no more than the level."""
    alarm, look = verdicts.shares(LEVEL)
    low, _, high = verdicts.weigh(seen, LEVEL).rbar2
    square = seen.square_saturation
    assert high == pytest.approx(float(statistics.upper_mean(square, alarm / 2, 1.0)), rel=1e-12)
    assert low == pytest.approx(float(statistics.student_mean(square, look / 2, "lower")), rel=1e-12)
    assert alarm + 2 * alarm / 2 == pytest.approx(LEVEL)
    assert verdicts.LOOKS * (look + 2 * look / 2) == pytest.approx(LEVEL)


def test_both_forms_are_applied_and_below_the_same_bound_with_the_whole_gap(seen):
    found = checks(seen)
    for ends, whole in (
        ("observed-ends/a-posteriori", "noise-resolved/a-posteriori"),
        ("observed-ends-adaptive/a-posteriori", "saturation-adaptive/a-posteriori"),
    ):
        assert found[ends].verdict == found[whole].verdict == "held"
        assert found[ends].bound < found[whole].bound
    known = seen.constants.values
    given = {name: known[name] for name in ("L", "sigma2", "alpha", "K", "Lambda1", "Lambdah", "nu", "Ln")}
    bound = theory.bound("sharp")(**given, rho=seen.met.gamma, Delta=verdicts.weigh(seen, LEVEL).descent[1])
    assert found["observed-ends/a-posteriori"].bound == pytest.approx(float(bound), rel=1e-12)


def test_an_alarm_needs_more_than_the_largest_fall_and_held_less_than_the_smallest(seen):
    evidence = verdicts.weigh(seen, LEVEL)
    form = next(form for form in verdicts.FORMS if form.name == "observed-ends")
    known = dict(seen.constants.values) | {"rho": seen.met.gamma}
    ends = verdicts._ends(form, known, replace(evidence, descent=(0.1, 0.2, 0.4)))
    at = [verdicts._ends(form, known, replace(evidence, descent=(fall,) * 3)) for fall in (0.1, 0.2, 0.4)]
    assert (ends.least, ends.value) == (at[0].least, at[1].value)
    assert ends.most == at[2].most > at[1].most
    assert ends.moved == at[1].moved


def test_a_run_that_fell_less_than_its_gradients_say_is_an_alarm_of_these_forms_only(seen):
    """A is planted between the bound of what f fell and that of the whole gap."""
    found = checks(seen)
    tight, whole = found["observed-ends/a-posteriori"].bound, found["sharp/a-posteriori"].bound
    many = {name: np.tile(getattr(seen, name), 50) for name in ("saturation", "square_saturation", "last_gap")}
    planted = replace(seen, squared_gradient=np.full(2400, 0.95 * whole), **many)
    assert tight < 0.9 * whole
    words = {name: check.verdict for name, check in checks(planted).items()}
    assert words["observed-ends/a-posteriori"] == "violated"
    assert words["sharp/a-posteriori"] == "held"


def test_what_was_not_looked_at_is_not_applied(seen):
    for missing in (np.empty(0), seen.last_gap[:-1]):
        check = checks(replace(seen, last_gap=missing))["observed-ends/a-posteriori"]
        assert (check.verdict, check.reason) == ("not applied", "f(W_K) was not looked at")


def test_rounding_of_values_widens_the_fall(seen):
    rough = replace(seen, rounding=rounding.Rounding(0.0, 0.0, 1e-4))
    exact = replace(seen, rounding=rounding.EXACT)
    (low, mean, high), (wide_low, wide_mean, wide_high) = (verdicts.weigh(one, LEVEL).descent for one in (exact, rough))
    assert wide_mean == mean
    assert low - wide_low == pytest.approx(2e-4) and wide_high - high == pytest.approx(2e-4)


def test_a_run_that_climbed_has_no_negative_fall(seen):
    climbed = replace(seen, last_gap=seen.last_gap + 2 * seen.constants.values["Delta"])
    assert verdicts.weigh(climbed, LEVEL).descent == (0.0, 0.0, 0.0)
    assert checks(climbed)["observed-ends/a-posteriori"].applied


def test_it_is_kept_with_the_evidence(seen):
    evidence = verdicts.weigh(seen, LEVEL)
    summary = evidence.summary(LEVEL)
    assert summary.descent == evidence.descent
    assert type(summary).from_json(summary.to_json()) == summary


def test_too_few_replicas_leave_the_other_forms_to_decide(seen):
    names = ("squared_gradient", "saturation", "square_saturation", "last_gap")
    few = replace(seen, **{name: getattr(seen, name)[:3] for name in names})
    check = checks(few)["observed-ends/a-posteriori"]
    assert check.verdict == "not applied" and check.reason.startswith("3 replicas do not decide it")
