"""`python -m verify witness`: the table, the JSON, and one line where something is missing or out of range."""

import json

import pytest

from boundary import run_command
from verify import witness
from verify.__main__ import app


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", ["witness", *arguments])
    return int(left.value.code)


def test_without_the_extra_one_line_names_it(monkeypatch, capsys):
    monkeypatch.setattr(witness, "find_spec", lambda _: None)
    assert run() == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "extra `pep`" in error and "pip install pepit cvxpy clarabel" in error


@pytest.fixture
def extra():
    for name in witness.EXTRA:
        pytest.importorskip(name, reason="the extra `pep` is not installed")


@pytest.mark.usefixtures("extra")
def test_the_table_and_the_json(tmp_path, capsys):
    out = tmp_path / "witness.json"
    assert run("--lags", "1", "--lags", "1,0", "--iterations", "3", "--alpha", "0.5", "--json", str(out)) == 0
    result = json.loads(out.read_text())
    assert (result["held"], result["violated"], result["inconclusive"]) == (4, 0, 0)
    for row in result["rows"]:
        assert row["simulated"] <= row["pep"] <= row["derived"]
        assert row["derived / simulated"] == pytest.approx(row["pep / simulated"] * row["derived / pep"])
    shown = capsys.readouterr().out
    assert all(f"{row['pep']:.5f}" in shown for row in result["rows"])


@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lags", "2", "--alpha", "0.9"), "must satisfy q**2 + x < 1"),
        (("--lags", "1,x"), "--lags = 'x'"),
        (("--lags", "-1"), "--lags = -1"),
        (("--alpha", "0"), "alpha = 0.0"),
        (("--iterations", "0"), "--iterations = 0"),
        (("--iterations", "400"), "at most 12 steps"),
    ],
)
def test_bad_input_is_one_line(arguments, words, capsys):
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1
