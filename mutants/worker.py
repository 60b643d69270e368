"""A process that runs tests for one mutant after the other, each in a fork that has imported nothing of the project.

Started by `mutants.workshop` as a script, in a copy of the project. It imports the libraries once, which is most of the
time that a short test takes; a fork then imports the project anew, so that what a module does when it is imported, its
caches and its compiled functions are the mutant's. It reads one request a line and answers with one line.
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

LIBRARIES = (
    "numpy", "scipy.special", "scipy.stats", "scipy.optimize", "sympy", "numba", "flint", "z3", "hypothesis", "pytest",
    "_hypothesis_pytestplugin", "hypothesis.strategies", "typer.testing", "rich.console", "rich.progress", "jinja2",
    "threadpoolctl", "llvmlite.binding", "concurrent.futures.process", "matplotlib",
)  # fmt: skip
PROJECT = ("boundary", "theory", "simulate", "verify", "paper_figures", "benchmarks")
_MEMORY = 12 << 30
"""Bytes of address space that a mutant may ask for: a wrong shift asks for more."""


def _prepare() -> None:
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):  # extras
            importlib.import_module(name)
    import hypothesis

    # Examples follow from the test's text alone and are not shrunk: the same mutant meets the same fate every time.
    explore = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None, phases=explore)
    hypothesis.settings.load_profile("mutants")


def _tests(arguments: list[str], *, keep: bool) -> int:
    """Run the tests; `keep` what is compiled of them, which only a run without a fault may."""
    import pytest

    assert not [name for name in sys.modules if name.partition(".")[0] in PROJECT], "the project was imported before"
    sys.dont_write_bytecode = not keep
    plain = ["-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly"]
    return int(pytest.main([*plain, *arguments]))


def _fork(work: Callable[[], int], processor_seconds: float, wall_seconds: float) -> dict[str, Any]:
    """Return how a fork ended: its exit code (negative: the signal), whether it ran out of time, output, seconds."""
    with tempfile.TemporaryFile("w+") as output:
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            code = 70
            try:
                os.setsid()
                _die_with_parent()
                resource.setrlimit(resource.RLIMIT_CPU, (int(processor_seconds) + 1, int(processor_seconds) + 6))
                resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
                for stream in (1, 2):
                    os.dup2(output.fileno(), stream)
                code = work()
            finally:
                sys.stdout.flush()
                os._exit(code)
        code, late, used = _wait(child, started + wall_seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what the tests started and the fault left behind
        output.seek(0)
        text = output.read()
    return {
        "code": code,
        "late": late or code == -signal.SIGXCPU,
        "processor": used,
        "seconds": time.monotonic() - started,
        "output": text[-3000:],
    }


def _die_with_parent() -> None:
    """Have the system end this process with the one it was forked from; only Linux can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _wait(child: int, until: float) -> tuple[int, bool, float]:
    while True:
        found, status, usage = os.wait4(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status), False, usage.ru_utime + usage.ru_stime
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            _, _, usage = os.wait4(child, 0)
            return -signal.SIGKILL, True, usage.ru_utime + usage.ru_stime
        time.sleep(0.01)


def main() -> None:
    """Serve requests {"tests", "keep", "processor", "wall"} until the input ends."""
    _prepare()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        asked = json.loads(line)
        found = _fork(partial(_tests, asked["tests"], keep=asked["keep"]), asked["processor"], asked["wall"])
        answers.write(json.dumps(found) + "\n")
        answers.flush()


if __name__ == "__main__":
    sys.path.pop(0)  # this file's folder: the tests import from the copy they lie in
    os.chdir(Path(sys.argv[1]))
    main()
