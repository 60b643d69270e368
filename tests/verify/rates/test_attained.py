"""The floors of the devices are attained, and a wrong floor is seen."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from boundary.entry import run_command
from verify.commands import app
from verify.rates import attained
from verify.rates.attained import AttainedCase, AttainedRow
from verify.rates.intervals import Interval

LINEAR = attained.CASES[0]


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        (Interval(1.0, 0.99, 1.01), "held"),
        (Interval(1.0, 0.97, 1.01), "inconclusive"),
        (Interval(1.0, 0.99, 1.021), "inconclusive"),
        (Interval(1.04, 1.03, 1.05), "violated"),
        (Interval(0.9, 0.8, 0.979), "violated"),
    ],
)
def test_a_floor_is_held_only_if_all_of_its_interval_is_near(interval, verdict):
    assert AttainedRow(LINEAR, 0.1, interval, 1.0, 1e-3).verdict == verdict


def test_the_runs_start_where_the_instance_stands_and_differ_in_alpha_alone():
    case = AttainedCase("shifted", "shifted-linear", {"up": 1.0, "down": 0.5})
    short, long = case.runs(1)
    assert long.alpha == 2 * short.alpha
    assert long.iterations == pytest.approx(short.iterations / 2, abs=1)
    assert short.problem == long.problem == case.problem()
    assert short.make_device() == case.made()


def test_what_is_linear_in_the_step_is_taken_out():
    """A(alpha) = floor + c alpha at both steps, with noise that the replicas share: the limit is the floor, exactly."""
    floor, noise = LINEAR.problem().floor, np.linspace(-0.1, 0.1, 16)
    short, long = LINEAR.runs(1)
    at = {run: SimpleNamespace(late=floor * (1 + noise) + 3.0 * run.alpha) for run in (short, long)}
    found = attained.row(LINEAR, at, 1, 0.01)
    assert found.ratio.value == pytest.approx(1.0, abs=1e-12)
    assert found.at_alpha == pytest.approx(1 + 3.0 * short.alpha / floor)
    assert found.floor == floor and found.alpha == short.alpha


def test_a_wrong_floor_is_violated(monkeypatch):
    """The instance of the linear device, run on one of power 1.2: its floor is another."""
    case = AttainedCase("power 1.2", "power", {"exponent": 1.2})
    monkeypatch.setattr(AttainedCase, "problem", lambda _: LINEAR.made() and attained.Attaining(rho=0.3))
    found = attained.run(1, cases=(case,), quick=True)
    assert found.violations == 1
    assert found.to_json()["devices"][0]["verdict"] == "violated"


def test_all_intervals_together_have_the_confidence_that_is_stated(monkeypatch):
    """Bonferroni: each of n devices gets (1 - 99%)/n, in the run as in the tests below."""
    errors = []

    def spy(*given, **_):
        errors.append(given[-1])
        return row

    row = AttainedRow(LINEAR, 0.1, Interval(1.0, 0.99, 1.01), 1.0, 1e-3)
    monkeypatch.setattr(attained, "gather", lambda *_: {})
    monkeypatch.setattr(attained, "row", spy)
    assert attained.run(1, cases=attained.CASES[:5]).violations == 0
    assert errors == pytest.approx([0.01 / 5] * 5)


def test_the_command_shows_a_table_and_its_document(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(attained, "CASES", attained.CASES[:1])
    out = tmp_path / "floors.json"
    with pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", ["attained", "--quick", "--workers", "1", "--json", str(out)])
    assert left.value.code == 0
    (row,) = json.loads(out.read_text())["devices"]
    assert row["ratio"]["low"] < 1 < row["ratio"]["high"]
    assert "linear" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in attained.CASES if case.quick_enough], ids=lambda case: case.label)
def test_every_device_stands_on_its_floor_within_two_percent(case):
    """All intervals hold together with the confidence of the command, which also has what takes minutes."""
    short, long = case.runs(1)
    found = {run: run.make() for run in (short, long)}
    row = attained.row(case, found, 1, (1 - attained.CONFIDENCE) / len(attained.CASES))
    assert row.verdict == "held", row


def test_a_case_is_a_device_that_can_be_made():
    assert len({case.label for case in attained.CASES}) == len(attained.CASES)
    for case in attained.CASES:
        assert case.problem().floor > 0
        assert replace(case, reach=case.reach + 0.2).problem().floor > case.problem().floor
