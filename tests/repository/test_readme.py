"""What the README shows was run: its commands, its table, its Python."""

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import theory

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = [
    line[2:]
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
PROGRAMS = [command for command in COMMANDS if ".venv/bin/python -m" in command]


def table() -> list[list[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines() if line[:2] == "| "]
    first = next(place for place, row in enumerate(rows) if row[0] == "L")
    return [rows[first], *(row for row in rows[first + 1 :] if len(row) == len(rows[first]))]


def test_the_two_commands_are_targets() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"`?make (\w+)`?", README)
    assert {"reproduce", "test"} <= set(named) <= set(targets)


@pytest.mark.slow
@pytest.mark.parametrize("command", PROGRAMS)
def test_commands_run(command: str, tmp_path: Path) -> None:
    words = command.split()[1:]
    if "verify run" in command:
        words += ["--store", str(tmp_path / "store.sqlite")]
    result = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


@pytest.mark.slow
def test_python_runs(tmp_path: Path) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    script = tmp_path / "readme.py"
    script.write_text(source)
    result = subprocess.run(
        [sys.executable, script], cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert "0.1200" in result.stdout


@pytest.mark.parametrize("row", table()[1:], ids=" ".join)
def test_the_table_of_bounds_is_what_the_theorems_say(row: list[str]) -> None:
    cells = dict(zip(table()[0], row, strict=True))
    parameters = {name: cells[name] for name in ("L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah")}
    for name in ("sharp", "explicit", "floor"):
        above = Fraction(cells[name]) - Fraction(theory.bound(name)(**parameters))
        assert 0 <= above < Fraction(1, 10**10)


def test_pictures_exist() -> None:
    for path in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / path).stat().st_size > 10_000, path
