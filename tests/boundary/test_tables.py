"""Tables show every digit, on paper of any width."""

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from boundary.tables import console, show

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = ("598,846,425,123,456", "3.39974295e-05", "0.010101010101010102")
COMPLEXITY = ["L=1", "sigma2=1", "Delta=0.5", "rho=0.1", "Lambda1=4", "Lambdah=2", "eps=0.0102", "M=4"]


def table():
    made = Table(title="a title of several words")
    for name in ("algorithm", "K", "step", "floor", "meaning"):
        made.add_column(name, justify="left" if name in ("algorithm", "meaning") else "right")
    made.add_row("Analog-SGD-AP, with words", *NUMBERS, "words that may be wrapped, as many as there are")
    return made


class Terminal(io.StringIO):
    def isatty(self):
        return True


def printed(stream, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    show(table(), "a line of text with 1,234,567", stream=stream)
    return stream.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
@pytest.mark.parametrize("width", [0, 1, 20, 40, 80, 500])
def test_every_number_stands_whole_on_one_line(monkeypatch, stream, width):
    text = printed(stream(), width, monkeypatch)
    assert any(all(number in line for number in NUMBERS) for line in text.splitlines())
    assert "…" not in text
    assert text.endswith("a line of text with 1,234,567\n")
    words = re.sub(r"[^a-z]", "", text)
    if width == 500 or stream is io.StringIO:
        assert "wordsthatmaybewrapped" in words


def test_what_is_no_terminal_is_as_wide_as_the_table_needs(monkeypatch):
    assert printed(io.StringIO(), 20, monkeypatch) == printed(io.StringIO(), 500, monkeypatch)


def test_a_terminal_wraps_words_before_anything_else(monkeypatch):
    lines = re.sub(r"\x1b\[\d+m", "", printed(Terminal(), 100, monkeypatch)).splitlines()[:-1]
    assert max(map(len, lines)) <= 100


def test_a_plain_console_crops_which_is_what_this_is_for():
    """The check above can fail: printed on 60 columns as before, numbers are cut."""
    stream = io.StringIO()
    Console(file=stream, width=60).print(table())
    assert not all(number in stream.getvalue() for number in NUMBERS)
    assert console(table(), stream).width > 60


def run(columns, stdout=subprocess.PIPE):
    pairs = [part for pair in COMPLEXITY for part in ("--set", pair)]
    command = [sys.executable, "-m", "theory", "complexity", *pairs]
    environment = {**os.environ, "COLUMNS": columns}
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdout=stdout, stderr=subprocess.PIPE, timeout=300, check=False
    )


@pytest.mark.parametrize("columns", ["0", "20"])
def test_the_command_prints_every_digit_into_a_file(columns):
    done = run(columns)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "…" not in text
    assert re.search(
        r"Analog-SGD-AP +│ +598,846,\d{3} │ +\d\.\d+e-05 │ +655,709,\d{3} │ +│ +99 │ "
        r"+598,846,\d{3} │ +1,197,69\d,\d{3}",
        text,
    )


def test_the_command_prints_every_digit_on_a_narrow_terminal():
    ours, theirs = pty.openpty()
    try:
        done = run("20", stdout=theirs)
        os.close(theirs)
        text = b""
        while chunk := os.read(ours, 1 << 16) if b"Against the best" not in text else b"":
            text += chunk
    finally:
        os.close(ours)
    assert done.returncode == 0
    assert re.search(rb"598,846,\d{3}", text)
    assert "…".encode() not in text
