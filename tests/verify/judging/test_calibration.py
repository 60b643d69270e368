"""Stated error rates, measured on planted truths; wrong procedures must show."""

import json
import math

import pytest

from boundary import run_command
from verify.__main__ import app
from verify.judging import calibration, statistics, verdicts
from verify.sabotage import statistics as wrong_statistics
from verify.sabotage.running import catch


@pytest.mark.slow
@pytest.mark.parametrize("law", ["exponential", "extremal", "narrow, 20% below"])  # all: `verify calibrate`
def test_false_alarms_of_two_thousand_null_families_stay_at_the_stated_rate(law, monkeypatch):
    monkeypatch.setattr(statistics, "_BISECTIONS", 12)  # a third of a percent, on the safe side
    assert calibration.false_alarms(law, 2000).ok


@pytest.mark.parametrize(("violation", "variation"), calibration.VIOLATIONS)
def test_violations_are_found_with_the_stated_power(violation, variation):
    found = calibration.power(violation, variation, 300)
    assert found.ok and found.rate > 0.85


def test_held_is_as_rare_as_stated_where_means_are_near_normal():
    assert calibration.false_alarms("narrow", 300, rule=calibration.by_held).ok


@pytest.mark.parametrize("procedure", calibration.CONTROLS)
def test_wrong_procedures_show(procedure):
    rule, law = calibration.CONTROLS[procedure]
    assert not calibration.false_alarms(law, 200, rule=rule).ok


@pytest.mark.parametrize(
    "name", ["verdict: two-sided", "family: no multiplicity control", "family: every error spent whole at every look"]
)
def test_faults_planted_in_the_statistics_show_in_the_rates(name, monkeypatch):
    monkeypatch.setattr(statistics, "_BISECTIONS", 12)
    fault = next(fault for fault in wrong_statistics.faults() if fault.name == name)
    families = {"false-alarms-of-families": wrong_statistics.detectors()["false-alarms-of-families"]}
    found = catch(fault, families)
    assert (found.caught_by, found.how) == ("false-alarms-of-families", "failed")


def test_the_mean_square_saturation_is_missed_as_seldom_as_stated():
    stated, read_off = (calibration.saturation_missed(300, read_off=wrong) for wrong in (False, True))
    assert stated.ok and not read_off.ok
    assert read_off.rate > 0.5  # of a law that is high once in 200, 96 replicas show nothing in 62% of samples


def test_rates_fail_on_the_wrong_side_only():
    def rate(what: str, count: int) -> calibration.ErrorRate:
        stated = 0.9 if what == "power" else 0.1
        return calibration.ErrorRate(what, "law", stated, 1000, count, 8)

    assert rate("false alarms", 0).ok and rate("false alarms", 120).ok and not rate("false alarms", 150).ok
    assert rate("power", 1000).ok and rate("power", 880).ok and not rate("power", 850).ok


def test_the_shares_of_a_level_add_up_to_it():
    alarm, look = verdicts.shares(0.04)
    # betting spends its half once, Student's t at every look; the other halves are for the mean-square saturation
    assert 2 * alarm == pytest.approx(0.04) and 2 * verdicts.LOOKS * look == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("lower", "upper", "word"),
    [(0.5, 0.9, "held"), (0.5, 1.0, "held"), (0.5, 1.1, "inconclusive"), (1.1, 2.0, "inconclusive"),
     (1.2, 2.0, "inconclusive"), (1.21, 2.0, "violated"), (0.0, math.inf, "inconclusive")],
)  # fmt: skip
def test_a_bound_that_is_itself_uncertain_is_decided_on_the_safe_side(lower, upper, word):
    assert verdicts.decide(lower, upper, 1.0, 1.2) == word


def test_the_command_prints_the_table(tmp_path, capsys):
    out = tmp_path / "rates.json"
    with pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", ["calibrate", "--families", "30", "--json", str(out)])
    found = json.loads(out.read_text())
    assert left.value.code == (0 if found["as_stated"] else 1)
    assert {rate["law"] for rate in found["rates"]} >= set(calibration.LAWS)
    assert {control["procedure"] for control in found["controls"]} == {*calibration.CONTROLS, calibration.READ_OFF}
    assert [rate["asserted"] for rate in found["held"]] == [True, False, False]
    assert "two-sided for one-sided" in capsys.readouterr().out
