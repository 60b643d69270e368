"""Copies of the project in which faults are planted, and the processes that run tests there.

Nothing is ever written into the project itself: a run that is stopped half-way leaves no fault behind.
"""

import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any, Final

from mutants.trusted import ROOT

_COPIED: Final = (
    "analog_sgd",
    "boundary",
    "theory",
    "simulate",
    "verify",
    "paper_figures",
    "benchmarks",
    "tests",
    "docs",
    "notebooks",
)
_FILES: Final = ("pyproject.toml", "README.md", "CHANGELOG.md", "Makefile", "requirements.lock")
_PATIENCE: Final = 5.0
"""Times the tests' own processor time that a mutant has before it counts as one that does not end."""


@dataclass(frozen=True)
class Answer:
    """How the tests ended.

    Args:
        outcome: passed; failed (a test said no, or died); import (not even the tests could be collected); timeout;
            error (pytest itself could not run: nothing is known).
        processor: seconds of processor time.
        output: the end of what was printed.

    """

    outcome: str
    processor: float
    output: str


class Bench:
    """One copy of the project with its process. Use as `with workshop.bench() as one`."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        # Texts are compiled once and found again by their digest: a fault is seen however fast it comes.
        for name in _COPIED:
            if (ROOT / name).is_dir():
                # times are kept, and so is machine code that holds: Numba's index looks at them
                shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("*.pyc", ".hypothesis"))
                compileall.compile_dir(tree / name, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        for name in _FILES:
            shutil.copy2(ROOT / name, tree / name)
        quiet = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "120"}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("worker.py")), str(tree)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **quiet},
            start_new_session=True,  # Ctrl-C is the driver's to hear
        )

    def run(self, tests: Sequence[str], *, keep: bool = False, budget: float = 600.0) -> Answer:
        """Run tests on the copy as it is, for at most `budget` seconds of the processor."""
        asked = {"tests": list(tests), "keep": keep, "processor": budget, "wall": 60 + 12 * budget}
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process that runs the tests has died: exit code {self._process.wait()}")
        return _answer(json.loads(line))

    @contextmanager
    def planted(self, path: str, text: str) -> Iterator[None]:
        """Hold `text` in the place of a module for as long as the block lasts."""
        place = self.tree / path
        sound = place.read_bytes()
        place.write_text(text)
        try:
            yield
        finally:
            place.write_bytes(sound)

    def close(self) -> None:
        """Stop the process."""
        self._process.kill()
        self._process.wait()


def _answer(found: dict[str, Any]) -> Answer:
    code, output = found["code"], found["output"]
    if found["late"]:
        outcome = "timeout"
    elif code == 0:
        outcome = "passed"
    elif code in (1, 2) and "ERROR collecting" in output:
        outcome = "import"
    elif code == 1 or code < 0 or code == 70:
        outcome = "failed"
    else:
        outcome = "error"
    return Answer(outcome, found["processor"], output)


def budget(baseline: float) -> float:
    """Return the seconds of the processor after which a mutant counts as one that does not end."""
    return 10 + _PATIENCE * baseline


@contextmanager
def bench() -> Iterator[Bench]:
    """Make a copy of the project and start its process; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        one = Bench(Path(folder))
        try:
            yield one
        finally:
            one.close()
