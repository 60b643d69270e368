"""The boundary that all commands share: what it reads, what it refuses, what it writes."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

import boundary
from boundary import BadInput


@given(st.integers(min_value=-(2**70), max_value=2**70))
@settings(deadline=None)
def test_integers_keep_their_digits(value: int) -> None:
    assert boundary.integer("seed", str(value)) == value


@pytest.mark.parametrize(("text", "value"), [("1e4", 10_000), ("10_000", 10_000), ("7", 7)])
def test_integers_may_be_written_for_people(text: str, value: int) -> None:
    assert boundary.integer("K", text) == value


@pytest.mark.parametrize("text", ["2.5", "nan", "inf", "four", "", None, True])
def test_what_is_no_integer_is_refused(text: object) -> None:
    with pytest.raises(BadInput, match="K = "):
        boundary.integer("K", text)


@pytest.mark.parametrize("text", ["nan", "one", "", None, True])
def test_what_is_no_real_number_is_refused(text: object) -> None:
    with pytest.raises(BadInput, match="alpha = "):
        boundary.real("alpha", text)


@pytest.mark.parametrize("pair", ["rho", "rho=", "=1", "roh=0.1"])
def test_assignments_that_say_nothing_are_refused(pair: str) -> None:
    with pytest.raises(BadInput):
        boundary.assignments([pair], ["rho"])


def test_assignments_are_given_once() -> None:
    assert boundary.assignments(["rho=0.1"], ["rho"]) == {"rho": "0.1"}
    with pytest.raises(BadInput, match="given once"):
        boundary.assignments(["rho=0.1", "rho=0.2"], ["rho"])


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    boundary.write_atomically(tmp_path / "new" / "file.txt", "all of it")
    assert (tmp_path / "new" / "file.txt").read_text() == "all of it"
    (tmp_path / "wall").write_text("a file, no folder")
    with pytest.raises(BadInput, match="can be written"):
        boundary.write_atomically(tmp_path / "wall" / "file.txt", "nothing of it")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file.txt", "new", "wall"]


def test_json_is_strict() -> None:
    text = boundary.json_text({"a": np.float64(1.5), "b": [math.nan, math.inf, -math.inf], "c": np.arange(2)})
    assert json.loads(text) == {"a": 1.5, "b": [None, "inf", "-inf"], "c": [0, 1]}


def make_app() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def halve(number: str, deny: bool = False) -> None:
        if boundary.real("number", number) < 0:
            raise BadInput("number", number, "number >= 0", "nothing in particular")
        if deny:
            raise typer.Exit(boundary.ANSWER_IS_NO)

    @app.command()
    def interrupt() -> None:
        raise KeyboardInterrupt

    return app


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["halve", "2"], 0, ""),
        (["halve", "2", "--deny"], 1, ""),
        (["halve", "--", "-2"], 2, "number = -2: must satisfy number >= 0 (needed by nothing in particular)"),
        (["halve", "two"], 2, "number = 'two'"),
        (["halve"], 2, "Missing argument"),
        (["double"], 2, "No such command"),
        (["halve", "2", "--loud"], 2, "No such option"),
        (["interrupt"], 130, "stopped"),
    ],
)
def test_exit_codes(arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        boundary.run_command(make_app(), "program", arguments)
    assert exit_.value.code == code
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == (0 if code < 2 else 1)


@pytest.mark.parametrize("value", [10**400, -(10**400), "1e400000"])
def test_numbers_beyond_the_doubles_are_no_error_of_ours(value: object) -> None:
    with pytest.raises(BadInput, match="K = "):
        boundary.integer("K", value)
