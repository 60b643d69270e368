"""How commands end, whatever happens: exit codes, one line, no traceback, as a shell sees it."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import boundary
from boundary import BadInput, entry
from tests.interrupting import interrupted, started

ROOT = Path(__file__).parents[2]
FLOOR = ["theory", "evaluate", "floor", "--set", "sigma2=1", "--set", "rho=0.3"]
SHORT = ["simulate", "run", "--problem", "attaining", "--algorithm", "analog-sgd", "--alpha", "0.01"]
SHORT += ["--tau", "1", "--iterations", "20", "--seed", "1"]


def line(*words: str) -> str:
    """A command line for the shell."""
    import shlex

    return shlex.join([sys.executable, "-m", *words])


def shell(text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", text],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize("words", [FLOOR, ["theory", "graph"], ["simulate", "problems"], ["paper_figures", "list"]])
def test_a_reader_that_leaves_is_no_answer(words):
    assert shell(f"{line(*words)} | head -1 | true").returncode in (0, 141)


def test_a_result_larger_than_a_pipe_ends_in_141():
    done = shell(f"{line('simulate', 'schedule', '--stages', '50', '--samples', '400')} | true")
    assert (done.returncode, done.stderr) == (141, "")


def test_the_json_file_is_written_though_nobody_reads_the_table(tmp_path):
    file = tmp_path / "run.json"
    done = shell(f"{line(*SHORT, '--json', str(file))} | true")
    assert done.returncode in (0, 141)
    assert file.stat().st_size > 500


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("words", [FLOOR, ["theory", "graph"], ["simulate", "problems", "--json", "-"]])
def test_standard_output_that_is_full_is_named(words):
    done = shell(f"{line(*words)} > /dev/full")
    assert done.returncode == 2
    assert "standard output" in done.stderr and done.stderr.count("\n") == 1


def test_closed_streams_change_no_exit_code():
    assert shell(f"{line(*FLOOR)} <&- >&- 2>&-").returncode == 0
    assert shell(f"{line(*FLOOR, '--set', 'rho=2')} 2>&-").returncode == 2
    assert shell(f"{line(*SHORT)} <&- >&- 2>&-").returncode == 0
    assert shell(f"{line(*SHORT, '--alpha', '-1')} <&- >&- 2>&-").returncode == 2


def test_nothing_is_printed_into_a_file_because_a_stream_was_closed(tmp_path):
    file = tmp_path / "run.json"
    assert shell(f"{line(*SHORT, '--json', str(file))} >&- 2>&-").returncode == 0
    assert file.read_text().startswith("{") and file.read_text().endswith("}\n")


@pytest.mark.parametrize("columns", ["0", "wide", "9" * 30])
@pytest.mark.parametrize("words", [SHORT, ["verify", "--help"]])
def test_a_width_that_is_none_hides_nothing(words, columns):
    usual, odd = shell(line(*words)), shell(line(*words), COLUMNS=columns)
    assert odd.returncode == 0
    drop = "steps per second"
    assert [row for row in odd.stdout.splitlines() if drop not in row] == [
        row for row in usual.stdout.splitlines() if drop not in row
    ]


def test_a_terminal_that_knows_no_unicode_gets_plain_letters():
    done = shell(line(*SHORT), PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii() and "mean squared gradient" in done.stdout
    with_path = shell(line("verify", "list", "--store", "/nowhere/große – Datei"), PYTHONIOENCODING="ascii")
    assert with_path.returncode == 2
    assert "gro\\xdfe - Datei" in with_path.stderr


IMPORTS = [("simulate", "problems"), ("verify", "list"), ("paper_figures", "list"), ("theory", "graph")]


@pytest.mark.parametrize("words", [*IMPORTS, ("benchmarks", "--help")], ids=" ".join)
def test_an_import_that_fails_ends_in_70(words, tmp_path):
    """A broken library is not the answer no."""
    for name in ("numpy", "sympy", "numba", "typer", "rich"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('a broken library')\n")
    done = shell(line(*words), PYTHONPATH=str(tmp_path), TMPDIR=str(tmp_path))
    assert done.returncode == 70, done
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1
    assert done.stderr.startswith("internal error: RuntimeError: a broken library; the traceback is in ")
    kept = Path(done.stderr.split("the traceback is in ")[1].strip())
    assert "a broken library" in kept.read_text() and stat.S_IMODE(kept.stat().st_mode) == 0o600


def app_that(action) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def act() -> int | None:
        return action()

    return app


def ended(action, capsys) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        boundary.run_command(app_that(action), "program", [])
    return left.value.code, capsys.readouterr().err


def raising(error: BaseException):
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("two\nlines"), ValueError("v"), KeyError("k"), EOFError(), AssertionError(), RecursionError(),
        SystemExit(1), SystemExit("words"), BrokenPipeError(errno.EPIPE, "a worker's"), FileNotFoundError(2, "no", "f"),
        ConnectionResetError(), GeneratorExit(), ImportError("i"), ZeroDivisionError(),
        UnicodeDecodeError("a", b"", 0, 1, "u"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_is_not_foreseen_ends_in_70(error, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, said = ended(raising(error), capsys)
    assert code == 70
    assert said.startswith("internal error: ") and said.count("\n") == 1
    (kept,) = tmp_path.iterdir()
    assert str(kept) in said and "Traceback" in kept.read_text() and type(error).__name__ in kept.read_text()


def test_a_traceback_that_cannot_be_written_is_missed_in_words(capsys, tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("os.fdopen", full)
    code, said = ended(raising(RuntimeError("r")), capsys)
    assert code == 70 and said.count("\n") == 1
    assert "could not be written (No space left on device)" in said and "test_entry.py" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "stopped"),
        (MemoryError("Unable to allocate 8 EiB"), 2, "Unable to allocate 8 EiB"),
        (PermissionError(errno.EACCES, "Permission denied", "/a/file"), 2, "/a/file"),
        (OSError(errno.ENOSPC, "No space left on device", "/a/file"), 2, "No space left"),
        (BadInput("name", 1, "no more"), 2, "name = 1"),
        (typer.Exit(1), 1, ""),
        (typer.Exit(0), 0, ""),
    ],
)
def test_what_is_foreseen_has_its_code(error, code, words, capsys):
    found, said = ended(raising(error), capsys)
    assert (found, said.count("\n")) == (code, 1 if words else 0)
    assert words in said


def test_an_application_that_cannot_be_loaded_ends_in_70(capsys):
    def loads() -> typer.Typer:
        raise ImportError("no such part")

    with pytest.raises(SystemExit) as left:
        boundary.run_command(loads, "program", [])
    assert left.value.code == 70 and "no such part" in capsys.readouterr().err


def test_ctrl_c_while_libraries_load_is_no_answer(tmp_path):
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "__init__.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(60)\n")
    process = started(["simulate", "problems"], ROOT, {**os.environ, "PYTHONPATH": str(tmp_path)})
    assert interrupted(process, "here") == (130, "stopped; what was finished is kept\n")


def test_the_guard_leaves_other_programs_alone(monkeypatch):
    before = sys.excepthook
    entry.guard("simulate")
    monkeypatch.setattr(sys, "argv", ["-m"])
    entry.guard("simulate")  # `python -m pytest`, say
    assert sys.excepthook is before


def test_a_refusal_crosses_processes():
    import pickle

    again = pickle.loads(pickle.dumps(BadInput("alpha", -1, "alpha > 0", "descent")))
    assert str(again) == "alpha = -1: must satisfy alpha > 0 (needed by descent)"


@pytest.mark.parametrize("value", ["n" * 10_000, 10**5000, ["deep"] * 10_000], ids=["name", "number", "list"])
def test_a_refusal_shows_long_values_in_short(value):
    assert len(str(BadInput("name", value, "short"))) < 400


@pytest.mark.skipif(shutil.which("script") is None, reason="the tool `script` makes the terminal")
def test_a_narrow_terminal_shows_every_digit(tmp_path):
    wide = shell(line(*SHORT)).stdout
    numbers = [cell for cell in wide.replace("│", " ").split() if "." in cell and cell[0].isdigit()][:5]
    done = shell(f"stty cols 25; script -qec {line(*SHORT)!r} /dev/null")
    assert numbers and all(cell in done.stdout.replace("\r\n", "") for cell in numbers)
