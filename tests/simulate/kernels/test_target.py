"""The vector width is that of the processor Numba makes code for, which need not be this one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from simulate.kernels import simd, target

ROOT = Path(__file__).resolve().parents[3]
LINES = """
import json, sys
import numpy as np
from numba import njit
from simulate.kernels import simd
from simulate.kernels.target import target

@njit
def operate(a, b, out):
    for i in range(0, a.size, simd.width_of(a)):
        x, y = simd.load(a, i), simd.load(b, i)
        simd.store(out[0], i, simd.larger_magnitude(x, y) / (x * y + x))
        simd.store(out[1], i, simd.masked(x, simd.magnitude_mask(x, i % 2 == 0)) - simd.with_sign(y, x))
        simd.store(out[2], i, simd.fma(x, y, simd.like(x, 0.1)))

rng = np.random.default_rng(5)
found = []
for dtype in (np.float64, np.float32):
    a, b = (rng.normal(size=64).astype(dtype) for _ in range(2))
    out = np.empty((3, 64), dtype)
    operate(a, b, out)
    found.append(out.astype(float).tolist())
print(json.dumps({"bytes": target().register_bytes, "out": found}))
"""
RUN = """
import json
import simulate
problem = simulate.problems.make("network", stages=2, width=4, samples=8)
runs = simulate.run(problem, "analog-sgd-ap", alpha=0.05, tau=4.0, iterations=200, replicas=5, seed=1)
print(json.dumps(runs.mean_squared_gradient.tolist()))
"""
TARGETS = {
    "generic": {"NUMBA_CPU_NAME": "generic"},
    "haswell": {"NUMBA_CPU_NAME": "haswell"},
    "haswell alone": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""},
    "no AVX": {"NUMBA_ENABLE_AVX": "0"},
    "sandybridge": {"NUMBA_CPU_NAME": "sandybridge", "NUMBA_CPU_FEATURES": ""},
}
x86 = pytest.mark.skipif("avx2" not in Path("/proc/cpuinfo").read_text(), reason="the targets need AVX2")


def run(lines, **variables):
    done = subprocess.run(
        [sys.executable, "-c", lines],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def default():
    return run(LINES)


@x86
@pytest.mark.parametrize("name", TARGETS)
def test_every_target_computes_the_same(default, name):
    """Bit for bit, but for products and sums in one: those are rounded once or twice."""
    found = run(LINES, **TARGETS[name])
    assert found["bytes"] <= default["bytes"]
    if name == "generic":
        assert found["bytes"] == 16
    if name == "haswell alone":
        assert found["bytes"] == 32
    for mine, theirs, dtype in zip(found["out"], default["out"], (np.float64, np.float32), strict=True):
        assert mine[:2] == theirs[:2]
        np.testing.assert_allclose(mine[2], theirs[2], rtol=0, atol=4 * np.finfo(dtype).eps * 30)


@x86
@pytest.mark.slow
def test_a_run_on_another_target_is_the_same_but_for_rounding():
    np.testing.assert_allclose(run(RUN, **TARGETS["generic"]), run(RUN), rtol=1e-11)


@pytest.mark.parametrize(
    ("sums", "floats", "wanted"),
    [
        ("vpaddq\t%zmm1, %zmm0, %zmm0", "vcvtqq2pd\t%zmm0, %zmm0", target.Target(64, True)),
        ("vpaddq\t%zmm1, %zmm0, %zmm0", "vcvtsi2sd\t%rax, %xmm5, %xmm5", target.Target(64, False)),
        ("vpaddq\t%ymm1, %ymm0, %ymm0", "vcvtqq2pd\t%ymm0, %ymm0", target.Target(32, False)),
        ("paddq\t%xmm1, %xmm0", "cvtsi2sd\t%rax, %xmm0", target.Target(16, False)),
        ("add\tv0.2d, v0.2d, v4.2d", "scvtf\tv0.2d, v0.2d", target.Target(16, False)),
    ],
)
def test_the_registers_are_read_off_the_translation(sums, floats, wanted):
    text = f"sum:\n.cfi_startproc\n{sums}\n.cfi_endproc\nfloats:\n.cfi_startproc\n{floats}\n.cfi_endproc\n"
    assert target.inspected(text) == wanted


def test_this_process_uses_its_target():
    assert target.target().register_bytes == simd.REGISTER_BYTES


@pytest.mark.skipif("avx512dq" not in Path("/proc/cpuinfo").read_text(), reason="the fault needs AVX-512 here")
def test_the_width_of_this_machine_on_another_target_ends_the_process():
    """The fault that all this is for: LLVM finds no such instruction for the target and aborts."""
    planted = """
import sys, types
wrong = types.ModuleType("simulate.kernels.target")
wrong.target = lambda: types.SimpleNamespace(register_bytes=64, has_range=True)
sys.modules[wrong.__name__] = wrong
"""
    done = subprocess.run(
        [sys.executable, "-c", planted + LINES],
        cwd=ROOT,
        env={**os.environ, **TARGETS["generic"]},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode < 0
