"""`verify check`: the verdict of one run, with the numbers of its device; exit codes as promised."""

import json

import pytest

from boundary.entry import run_command
from verify.commands import app

RUN = [
    "check",
    "--problem",
    "quadratic",
    "--algorithm",
    "analog-sgd",
    "--alpha",
    "0.02",
    "--tau",
    "20",
    "--iterations",
    "300",
]
SHIFTED = ["--device", "shifted-linear", "--set", "up=1", "--set", "down=0.5", "--set", "noise=two-point"]


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", list(arguments))
    return int(left.value.code or 0)


def test_a_run_on_any_device_is_judged_and_its_numbers_are_shown(tmp_path, capsys):
    out, page = tmp_path / "check.json", tmp_path / "check.html"
    assert command(*RUN, *SHIFTED, "--replicas", "8", "--json", str(out), "--out", str(page)) == 0
    found = json.loads(out.read_text())
    checks = {check["claim"]: check for check in found["checks"]}
    assert found["verdict"] == "held" and checks["sharp/a-priori"]["verdict"] == "held"
    response = next(one for one in found["assumptions"] if one["assumption"] == "response")
    assert (
        response["status"] == "certified" and "gamma = " in response["evidence"] and "Fbar = " in response["evidence"]
    )
    assert 1 / 3 < found["observed"]["gamma"] < 1 and 0.7 < found["observed"]["gain"] < 0.8
    assert "gamma = " in capsys.readouterr().out
    assert "<table>" in page.read_text() and "Fbar = 0.7" in page.read_text()


def test_what_cannot_be_judged_is_said_in_one_line(capsys):
    assert command(*RUN, "--replicas", "1") == 2
    assert "at least 2 replicas" in capsys.readouterr().err
    assert command(*RUN, "--replicas", "8", "--confidence", "1") == 2
    assert command(*RUN, "--device", "cubic") == 2
