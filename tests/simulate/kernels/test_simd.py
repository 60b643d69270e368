"""The SIMD layer: each operation, on registers, wide values and floats, against NumPy; the code it becomes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from simulate.kernels import simd
from simulate.kernels.simd import compiled


@compiled
def operate(a, b, c, out, wide):
    n = simd.width_of(a)
    for i in range(0, a.size, n * (simd.WIDE if wide else 1)):
        if wide:
            x, y, z = simd.load_wide(a, i), simd.load_wide(b, i), simd.load_wide(c, i)
            simd.store(out[0], i, x + y)
            simd.store(out[1], i, x - y)
            simd.store(out[2], i, x * y)
            simd.store(out[3], i, x / y)
            simd.store(out[4], i, -x)
            simd.store(out[5], i, simd.fma(x, y, z))
            simd.store(out[6], i, simd.magnitude(x))
            simd.store(out[7], i, simd.with_sign(x, y))
            simd.store(out[8], i, simd.larger(x, y))
            simd.store(out[9], i, simd.smaller(x, y))
            simd.store(out[10], i, simd.like(x, 0.1))
        else:
            x, y, z = simd.load(a, i), simd.load(b, i), simd.load(c, i)
            simd.store(out[0], i, x + y)
            simd.store(out[1], i, x - y)
            simd.store(out[2], i, x * y)
            simd.store(out[3], i, x / y)
            simd.store(out[4], i, -x)
            simd.store(out[5], i, simd.fma(x, y, z))
            simd.store(out[6], i, simd.magnitude(x))
            simd.store(out[7], i, simd.with_sign(x, y))
            simd.store(out[8], i, simd.larger(x, y))
            simd.store(out[9], i, simd.smaller(x, y))
            simd.store(out[10], i, simd.like(x, 0.1))


@compiled
def fused_floats(a, b, c, out):
    for i in range(a.size):
        out[i] = simd.fma(a[i], b[i], c[i])


@compiled
def gathered(table, places, out):
    for i in range(3):
        simd.store(out, i * simd.width_of(out), simd.gather(table, places, i))


@compiled
def powers(numbers, out):
    for i in range(numbers.size):
        out[i] = simd.power_of_two(numbers[i])


@compiled
def spread(a, out):
    simd.store(out, 0, simd.repeated(simd.load(a, 0)))


@compiled
def magnitudes(a, b, wanted, out):
    for i in range(0, a.size, simd.width_of(a)):
        x, y = simd.load(a, i), simd.load(b, i)
        simd.store(out[0], i, simd.larger_magnitude(x, y))
        simd.store(out[1], i, simd.masked(x, simd.magnitude_mask(x, wanted)))
    for i in range(a.size):
        out[2, i] = simd.larger_magnitude(a[i], b[i])
        out[3, i] = simd.masked(a[i], simd.magnitude_mask(a[i], wanted))


def expected(a, b):
    with np.errstate(all="ignore"):
        chosen = np.where(a > b, a, b), np.where(a < b, a, b)
        return [a + b, a - b, a * b, a / b, -a, None, np.abs(a), np.copysign(a, b), *chosen, np.full_like(a, 0.1)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32), wide=st.booleans(), special=st.booleans())
def test_every_operation_is_numpys(dtype, seed, wide, special):
    rng, size = np.random.default_rng(seed), simd.width(dtype) * simd.WIDE * 2
    a, b, c = (rng.normal(size=size).astype(dtype) for _ in range(3))
    if special:
        a[:6], b[:6] = [np.nan, 1, 0, -0.0, np.inf, -np.inf], [1, np.nan, -0.0, 0, np.inf, 2]
    out = np.empty((11, size), dtype)
    operate(a, b, c, out, wide)
    for found, wanted in zip(out, expected(a, b), strict=True):
        if wanted is not None:
            np.testing.assert_array_equal(found, wanted)
    floats = np.empty(size, dtype)
    fused_floats(a, b, c, floats)
    np.testing.assert_array_equal(out[5], floats)
    with np.errstate(all="ignore"):
        # One rounding or two: the product may be rounded before the sum.
        np.testing.assert_allclose(floats, a * b + c, rtol=0, atol=4 * np.finfo(dtype).eps * 30)


def test_gather_takes_each_lane_from_its_row():
    table, width = np.arange(50.0), simd.width(np.float64)
    places = np.random.default_rng(0).integers(0, 40, size=width)
    out = np.empty(3 * width)
    gathered(table, places, out)
    np.testing.assert_array_equal(out.reshape(3, width), [places, places + 1.0, places + 2.0])


@pytest.mark.parametrize(("dtype", "bits"), [(np.float64, 52), (np.float32, 23)])
def test_power_of_two_of_the_rounding_trick(dtype, bits):
    n = np.arange(-60, 61)
    out = np.empty(n.size, dtype)
    powers((n + 1.5 * 2.0**bits).astype(dtype), out)
    np.testing.assert_array_equal(out, 2.0**n)


def test_repeated_fills_a_wide_value():
    width = simd.width(np.float64)
    a, out = np.arange(float(width)), np.empty(width * simd.WIDE)
    spread(a, out)
    np.testing.assert_array_equal(out, np.tile(a, simd.WIDE))


@pytest.mark.skipif(simd.REGISTER_BYTES < 64, reason="no 512-bit registers here")
def test_registers_are_whole_and_multiply_adds_fused():
    @njit  # not kept on disk: code that comes from there cannot be inspected
    def accumulate(a, b, out):
        total = simd.load(out, 0)
        for i in range(0, a.size, simd.width_of(a)):
            total = simd.fma(simd.load(a, i), simd.load(b, i), total)
        simd.store(out, 0, total)

    a, out = np.ones(64), np.zeros(8)
    accumulate(a, a, out)
    np.testing.assert_array_equal(out, 8)
    code = "".join(accumulate.inspect_asm().values())
    assert "vfmadd" in code
    assert "zmm" in code


def test_memory_starts_at_a_register():
    for count in (1, 7, 100_000):
        memory = simd.aligned(count, np.float32)
        assert memory.size == count
        assert memory.ctypes.data % simd.REGISTER_BYTES == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("wanted", [True, False])
def test_magnitudes_of_lanes_and_floats(dtype, wanted):
    rng, size = np.random.default_rng(3), 4 * simd.width(dtype)
    a, b = (rng.normal(size=size).astype(dtype) for _ in range(2))
    a[:4], b[:4] = (0, -0.0, np.inf, -1), (-0.0, -2, 1, -np.inf)
    out = np.empty((4, size), dtype)
    magnitudes(a, b, wanted, out)
    for lanes, floats in ((0, 2), (1, 3)):
        np.testing.assert_array_equal(out[lanes].view(np.uint8), out[floats].view(np.uint8))
    np.testing.assert_array_equal(out[0], np.maximum(np.abs(a), np.abs(b)))
    np.testing.assert_array_equal(out[1], np.abs(a) if wanted else np.zeros(size))
    assert not np.signbit(out).any()
