"""Theorems are of one alpha: a run whose step size falls is never held, nor violated by a bound."""

import dataclasses
import json
import math

import numpy as np
import pytest

import simulate
import theory
import verify
from boundary import BadInput
from boundary.entry import run_command
from simulate.problems import Logistic, Network, Quadratic
from verify import proof_lines
from verify.commands import app
from verify.judging import forms
from verify.judging.certificates import Certificate
from verify.judging.observations import from_trajectories
from verify.judging.verdicts import confront
from verify.rates.measure import RateRun, measure
from verify.report import tables
from verify.sweep import assessing
from verify.sweep.drawn import Setting
from verify.sweep.falsify import Candidate
from verify.sweep.judged import JudgedSetting

OPTIONS = {"alpha": 0.02, "tau": 20.0, "iterations": 200, "replicas": 16, "seed": 1}
QUADRATIC = Quadratic(2, size=2, noise="two-point")


def judged(problem=QUADRATIC, algorithm="analog-sgd-ap", **more):
    return verify.check(simulate.run(problem, algorithm, **(OPTIONS | more)))


SETTINGS = {
    "quadratic": (QUADRATIC, {}),
    "network": (Network(2, 3, samples=6), {}),
    "logistic": (Logistic(2), {}),
    "digital": (QUADRATIC, {"algorithm": "digital-ap", "tau": math.inf}),
    "no lag": (QUADRATIC, {"algorithm": "analog-sgd"}),
    "batch": (QUADRATIC, {"algorithm": "analog-sgd-sp", "batch": 3}),
    "device": (QUADRATIC, {"device": "power", "device_parameters": {"exponent": 2.0}}),
    "pulses": (QUADRATIC, {"device_parameters": {"dw": 0.01, "BL": 31}}),
}


@pytest.mark.parametrize("decay", ["100:0.1", "199:0.9", "sqrt:50", "1:1e-6"])
@pytest.mark.parametrize("name", SETTINGS)
def test_every_form_is_not_applied_and_says_why(name, decay):
    problem, more = SETTINGS[name]
    report = judged(problem, decay=decay, **more)
    quadratic = SETTINGS[name][0] is QUADRATIC
    asked = {
        form.name
        for form in forms.FORMS
        if (name == "pulses" or not form.granular) and not form.on_range and (quadratic or not form.by_storage)
    }
    assert {check.name.form for check in report.checks} == asked
    for check in report.checks:
        assert check.verdict == "not applied" and math.isnan(check.bound), check
        assert "constant-step not established: decay lowers the step size from 0.02 to " in check.reason, check
    assert report.verdict == "not applied"
    for side in report.norms:
        assert {check.verdict for check in side.checks} == {"not applied"}
    finding = {one.assumption: one for one in report.assumptions}["constant-step"]
    assert finding.status == "not established" and "every theorem is of one alpha" in finding.evidence


@pytest.mark.parametrize("decay", ["200:0.1", "5,100:1", "sqrt:200"])
@pytest.mark.parametrize("name", ["quadratic", "network"])
def test_a_schedule_that_changes_no_step_is_a_constant_step(name, decay):
    problem, more = SETTINGS[name]
    one, other = judged(problem, decay=decay, **more), judged(problem, **more)
    assert [check.to_json() for check in one.checks] == [check.to_json() for check in other.checks]
    assert one.verdict == "held" and one.assumptions == other.assumptions


def test_a_bound_that_forgot_the_schedule_would_raise_a_false_alarm():
    """After a step the weights stay where they are: A is norm(grad f(W_0))^2, and 2 Delta/(alpha K) falls below it."""
    problem = Quadratic(1, size=1, sigma=0.0)
    runs = simulate.run(
        problem, "digital-sgd", alpha=0.1, tau=math.inf, iterations=2000, replicas=4, decay="1:1e-9"
    )  # fmt: skip
    facts = runs.facts.values
    forgot = theory.bound("sharp")(
        L=facts["L"], sigma2=0, Delta=runs.initial_gap, alpha=0.1, K=2000, rho=0, Lambda1=0, Lambdah=0
    )
    assert forgot < 0.1 * runs.mean_squared_gradient.min()
    assert verify.check(runs).verdict == "not applied"
    constant = simulate.run(problem, "digital-sgd", alpha=0.1, tau=math.inf, iterations=2000, replicas=4)
    assert verify.check(constant).verdict == "held"


def test_no_constant_is_called_alpha_and_nothing_is_certified_of_the_weights():
    observed = from_trajectories(simulate.run(QUADRATIC, "analog-sgd-ap", decay="100:0.01", **OPTIONS))
    assert "alpha" not in observed.constants.values and not observed.constants.proved("rho")
    plain = from_trajectories(simulate.run(QUADRATIC, "analog-sgd-ap", **OPTIONS))
    assert plain.constants.values["alpha"] == 0.02 and plain.constants.proved("rho", "alpha")
    more = observed.and_more(observed)
    assert more.falling_step == observed.falling_step != "" and plain.falling_step == ""
    # what rounding adds to a direction is relative to the step, and so largest where that is least
    assert 10 * plain.rounding.direction < observed.rounding.direction


def test_step_sizes_of_an_algorithms_own_are_no_constant_step_either():
    report = judged(algorithm="pipemare", batch=2)
    assert report.verdict == "not applied"
    assert all("lags not established" in check.reason for check in report.checks)
    assert all("constant-step not established: the algorithm pipemare" in check.reason for check in report.checks)


def test_what_was_proved_of_the_problem_is_still_held_against_the_run():
    observed = from_trajectories(simulate.run(QUADRATIC, "analog-sgd-ap", decay="100:0.5", **OPTIONS))
    broken = Certificate("sigma2", "noise variance", 1.0, 1.1, 1e-12)
    found = confront(dataclasses.replace(observed, certificates=(broken,)), 0.01)
    assert found.word == "violated" and {c.verdict for c in found.checks if c.name.basis != "certificate"} == {
        "not applied"
    }


def setting(**more) -> Setting:
    return Setting(QUADRATIC, "analog-sgd-ap", **(OPTIONS | {"replicas": 4} | more), family="quadratic")


def test_a_setting_keeps_its_schedule_and_is_judged_by_it():
    falling = setting(decay="100:0.5")
    result = assessing.assess(falling, 0.99)
    assert result.verdict == "not applied" and result.looks == 1
    stored = json.loads(json.dumps(result.to_json()))
    again = JudgedSetting.from_json(stored)
    assert again.setting.decay == "100:0.5" and stored["setting"]["decay"] == "100:0.5"
    stored["setting"].pop("decay")
    assert JudgedSetting.from_json(stored).setting == setting()
    with pytest.raises(BadInput, match=r"decay = 100:0\.5: must satisfy one step size at every step"):
        proof_lines.record(falling, result.constants, 50, 4)  # also of the steps before the change: K is the run's
    with pytest.raises(BadInput, match=r"decay = 100:0\.5: .* \(needed by a rate\)"):
        measure(RateRun(QUADRATIC, "analog-sgd-ap", **OPTIONS, decay="100:0.5"))
    late = setting(decay="200:0.5")
    assert len(proof_lines.record(late, assessing.assess(late, 0.99).constants, 50, 4).weights) == 50


def test_a_table_of_settings_names_the_schedule():
    for more, shown in (({"decay": "100:0.5"}, True), ({"decay": "200:0.5"}, False), ({}, False)):
        result = assessing.assess(setting(**more), 0.99)
        cells = tables._candidate("quadratic", Candidate(result))
        assert ("alpha 0.02 (decay 100:0.5), tau" in str(cells[-1])) == shown


def test_the_command_ends_in_zero_and_names_the_assumption(tmp_path, capsys):
    file, out, page = tmp_path / "run.toml", tmp_path / "check.json", tmp_path / "check.html"
    file.write_text(
        'problem = "quadratic"\nstages = 2\nalgorithm = "analog-sgd-ap"\nalpha = 0.02\ntau = 20\niterations = 200\n'
        'replicas = 8\ndecay = "100:0.1"\n'
    )
    words = ["check", str(file), "--json", str(out), "--out", str(page)]

    def code(*more):
        with pytest.raises(SystemExit) as left:
            run_command(app, "python -m verify", [*words, *more])
        return left.value.code

    assert code() == 0 and json.loads(out.read_text())["verdict"] == "not applied"
    assert "constant-step not established" in page.read_text()
    assert code("--decay", "none") == 0 and json.loads(out.read_text())["verdict"] == "held"
    assert code("--decay", "100;0.1") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_what_is_measured_is_that_of_the_falling_steps():
    """At half the step the noise leaves half of what it does: A of the tail says which step was made."""
    options = OPTIONS | {"iterations": 4000, "tau": 1e6, "alpha": 0.2}
    falling = simulate.run(QUADRATIC, "analog-sgd", decay="1000:0.1", **options)
    late = falling.curve.squared_gradient[len(falling.curve.times) // 2 :].mean()
    small = simulate.run(QUADRATIC, "analog-sgd", **(options | {"alpha": 0.02}))
    assert np.isclose(late, small.curve.squared_gradient[len(small.curve.times) // 2 :].mean(), rtol=0.2)
