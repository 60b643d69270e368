"""Programs that are stopped as Ctrl-C stops them."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


def started(
    words: Sequence[str], cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start `python -m WORDS`, its output piped.

    A shell that starts the tests in the background makes them, and what they start, deaf to Ctrl-C.
    """
    return subprocess.Popen(
        [sys.executable, "-m", *words], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def interrupted(process: subprocess.Popen[str], line: str) -> tuple[int, str]:
    """Stop a program once it has written a line; return its exit code and what it said on standard error."""
    assert process.stdout is not None and process.stdout.readline() == f"{line}\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    return process.returncode, said
