"""Kernels run without a cache, with a damaged one, and say clearly when they cannot run at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULE = """
import numpy as np
from simulate.kernels import simd

@simd.compiled
def doubled(a, out):
    for i in range(0, a.size, simd.width_of(a)):
        simd.store(out, i, simd.load(a, i) + simd.load(a, i))

@simd.compiled
def tripled(a, out):
    for i in range(a.size):
        out[i] = 3 * a[i]

a, out = np.arange(64.0), np.empty(64)
doubled(a, out)
print(out.sum())
tripled(a, out)
print(out.sum())
"""


@pytest.fixture
def module(tmp_path):
    file = tmp_path / "kernels_of_a_test.py"
    file.write_text(MODULE)
    return file


def run(module, **variables):
    environment = {name: value for name, value in os.environ.items() if name != "ANALOG_SGD_UNCACHED"}
    environment |= {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(module.parent / "cache"), **variables}
    command = [sys.executable, str(module)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


def files(module, pattern):
    return sorted((module.parent / "cache").glob(f"*/{module.stem}*.{pattern}"))


def test_what_is_compiled_is_kept(module):
    done = run(module)
    assert (done.stdout, done.stderr, done.returncode) == ("4032.0\n6048.0\n", "", 0)
    assert len(files(module, "nbi")) == 2
    assert "data loaded" in run(module, NUMBA_DEBUG_CACHE="1").stdout


def test_without_a_folder_to_write_to_kernels_run_and_say_so_once(module):
    (module.parent / "cache").write_text("a file in the way")
    done = run(module, NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator")
    assert (done.stdout, done.returncode) == ("4032.0\n6048.0\n", 0)
    assert done.stderr.count("\n") == 1
    assert "not kept on disk" in done.stderr


@pytest.mark.parametrize("pattern", ["nbi", "nbc"])
@pytest.mark.parametrize("content", [b"", b"cut"])
def test_a_damaged_cache_is_made_anew(module, pattern, content):
    run(module)
    assert files(module, pattern)
    for file in files(module, pattern):
        file.write_bytes(file.read_bytes()[:100] if content == b"cut" else content)
    done = run(module)
    assert (done.stdout, done.stderr, done.returncode) == ("4032.0\n6048.0\n", "", 0)
    assert "data loaded" in run(module, NUMBA_DEBUG_CACHE="1").stdout


def test_a_cache_that_cannot_be_written_is_done_without(module):
    """The index's place is taken by a folder: it can neither be read nor replaced."""
    run(module)
    for file in files(module, "nbi"):
        file.unlink()
        file.mkdir()
        (file / "in the way").touch()
    done = run(module)
    assert (done.stdout, done.returncode) == ("4032.0\n6048.0\n", 0)
    assert done.stderr.count("\n") == 1
    assert "not kept on disk" in done.stderr


def test_without_a_compiler_it_is_refused_in_one_line():
    command = "simulate run --problem attaining --algorithm analog-sgd --stages 1 --alpha 0.001 --tau 1 --iterations 20"
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), "--replicas", "2", "--seed", "1", "--set", "rho=0.3"],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "NUMBA_DISABLE_JIT = 1" in done.stderr
