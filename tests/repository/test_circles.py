"""Each import contract notices an import that breaks it (that all of them hold is a test of the structure)."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("boundary", "theory", "simulate", "verify", "paper_figures")

PLANTED = {
    "a circle of siblings": ("verify/judging/rounding.py", "from verify.judging import checks", "no circles"),
    "a circle through a package": ("theory/kernel/exact.py", "from theory.lemmas import noise", "no circles"),
    "judging above sweep": ("verify/judging/rounding.py", "from verify.sweep import plan", "inside verify"),
    "a report that runs commands": ("verify/report/tables.py", "from verify.commands import console", "inside verify"),
    "one study on another": ("verify/rates/clock.py", "from verify.witness import case", "inside verify"),
    "simulate on the theorems": ("simulate/run.py", "from theory.theorems import sharp", "simulate takes the world"),
}
"""A file, an import planted in a function of it, and the contract that must break."""


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts on a copy of the project."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    if not Path(sys.executable).with_name("lint-imports").exists():
        pytest.skip("import-linter is not installed")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_import_is_noticed(what: str, copy: Path) -> None:
    name, planted, contract = PLANTED[what]
    with (copy / name).open("a") as file:
        file.write(f"\n\ndef _planted() -> None:\n    {planted}  # noqa: F401\n")
    done = contracts(copy)
    words = " ".join(done.stdout.split())
    broken = [part for part in words.split("Broken contracts")[-1:] if contract in part]
    assert done.returncode == 1 and broken, done.stdout
