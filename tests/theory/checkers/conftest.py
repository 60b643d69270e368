"""The Coq library, compiled once."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.theory.checkers.coq_library import FILES, LIBRARY, coqc


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the library once for all workers, in a folder of its own."""
    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "coq"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            for name in FILES:
                shutil.copy(LIBRARY / name, folder)
            for name in FILES:
                compiled = coqc(folder, name)
                assert compiled.returncode == 0, f"{name}: {compiled.stderr}"
            (folder / "done").touch()
    return folder
