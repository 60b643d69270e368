"""Where the hand-written Coq library is, and how one of its files is compiled."""

import shutil
import subprocess
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[3] / "theory" / "checkers" / "coq"
FILES = [line for line in (LIBRARY / "_CoqProject").read_text().splitlines() if line.endswith(".v")]

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed (Debian: coq)")


def coqc(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["coqc", "-q", "-Q", ".", "Analog", name], cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )
