"""A network's constants from certified and from observed norms stand side by side, or say why not."""

import math

import pytest

import simulate
import verify
from verify.sweep import assessing, settings


def run(alpha: float = 1e-4, tau: float = 2.0, algorithm: str = "analog-sgd-ap", **changes):
    problem = simulate.problems.make("network", stages=2, width=3, samples=16, gain=0.3)
    return simulate.run(problem, algorithm, alpha=alpha, tau=tau, iterations=100, replicas=4, seed=1, **changes)


def test_both_sides_are_shown_and_the_certified_one_is_larger():
    report = verify.check(run())
    certified, measured = report.norms
    assert all(above >= below for above, below in zip(certified.w, measured.w, strict=True))
    assert all(certified.values[name] >= measured.values[name] > 0 for name in ("L", "Lambda1", "Lambdah"))
    assert certified.check.bound >= measured.check.bound > 0
    usual = next(check for check in report.checks if check.name == measured.check.name)
    assert measured.check == usual
    assert "stage norms" in str(report) and "certified" in str(report)
    assert report._repr_html_().count("<table>") == 2


def test_a_bound_outside_its_domain_says_so():
    certified, measured = verify.check(run(alpha=0.01)).norms
    assert measured.check.bound > 0
    assert certified.values and math.isnan(certified.check.bound) and certified.check.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"alpha": 1.0}, "a step may leave"),
        ({"tau": 0.1}, "W_0 lies outside"),
        ({"tau": math.inf, "algorithm": "digital-sgd"}, "no saturation box"),
        ({"device": "power", "device_parameters": {"exponent": 0.5}}, "no saturation box"),
        ({"device": "power", "device_parameters": {"exponent": 25.0}}, "C = 1.67772e+07 times"),
    ],
)
def test_without_a_box_nothing_is_certified(changes, reason):
    certified, _ = verify.check(run(**changes)).norms
    assert not certified.w and not certified.values and reason in certified.check.reason


def test_other_problems_have_no_stage_norms():
    problem = simulate.problems.make("quadratic", stages=2, noise="two-point", sigma=0.5)
    runs = simulate.run(problem, "analog-sgd-ap", alpha=0.02, tau=20.0, iterations=50, replicas=4, seed=1)
    assert verify.check(runs).norms == ()


def test_a_long_setting_keeps_both_sides_and_neither_is_a_check():
    setting = settings.sample(2, 4, (settings.LONG.name,))
    result = assessing.assess(setting, 0.99)
    certified, measured = result.norms
    assert setting.iterations == 10**4 and [certified.norms, measured.norms] == ["certified", "sampled"]
    assert all(certified.values[name] > measured.values[name] > 0 for name in ("L", "Lambda1", "Lambdah"))
    bounds = [{check.name.form: check.bound for check in side.checks} for side in (certified, measured)]
    for form in ("sharp", "explicit", "saturation-adaptive"):
        assert bounds[0][form] >= bounds[1][form] > 0
    posteriori, priori = (
        [check for check in result.checks if check.name.basis == basis] for basis in ("a-posteriori", "a-priori")
    )
    without_tube = [check for check in posteriori if not check.name.form.startswith("tube")]
    assert list(map(repr, without_tube)) == list(map(repr, measured.checks))  # nan is not itself
    assert {check.verdict for check in priori if not check.name.form.startswith("tube")} == {"not applied"}
    assert not any(result.constants.certified[name] for name in ("L", "Lambda1", "Lambdah", "sigma2"))


def test_norms_of_further_looks_count():
    setting = settings.sample(2, 4, (settings.LONG.name,))
    first, second = (assessing.observe(setting, 2, seed) for seed in (1, 2))
    largest = tuple(max(pair) for pair in zip(first.stage_norms, second.stage_norms, strict=True))
    assert first.and_more(second).stage_norms == largest and len(largest) == setting.stages
