"""The search for trouble: reproducible, and it finds what is planted."""

import json

import pytest

import theory
from theory.setting.boundary import run_command
from verify import falsify
from verify.__main__ import app


def test_a_search_is_reproducible_and_stays_above_one():
    found = falsify.falsify(6, 3, ["quadratic-certified"])
    again = falsify.falsify(6, 3, ["quadratic-certified"])
    worst = found["families"]["quadratic-certified"]
    assert worst["score"] == again["families"]["quadratic-certified"]["score"] >= 0.98
    assert found["violations"] == 0 and worst["runs"] == 6


def test_a_planted_fault_is_found(monkeypatch):
    true = theory.bound
    monkeypatch.setattr(theory, "bound", lambda name: lambda **given: 0.3 * true(name)(**given))
    found = falsify.falsify(4, 1, ["quadratic"])
    assert found["violations"] == 1 and found["worst"]["family"] == "quadratic"


def test_the_command_keeps_what_can_be_replayed(tmp_path):
    store, out = tmp_path / "worst.sqlite", tmp_path / "worst.json"
    arguments = ["falsify", "--budget", "3", "--family", "plus-minus", "--store", str(store), "--json", str(out)]
    with pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", arguments)
    assert left.value.code == 0
    assert json.loads(out.read_text())["worst"]["family"] == "plus-minus"
    with pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", ["replay", "0", "--store", str(store)])
    assert left.value.code == 0
