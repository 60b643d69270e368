"""The elementary functions: their error in units of the last place, and one source for floats and lanes."""

import mpmath
import numpy as np
import pytest

from simulate.kernels import elementary, simd
from simulate.kernels.simd import compiled


@compiled
def in_lanes(x, out, width, which):
    for i in range(0, x.size, width):
        value = simd.load(x, i)
        simd.store(out, i, elementary.tanh(value) if which == 0 else elementary.activated(which, value))


@compiled
def one_by_one(x, out, which):
    for i in range(x.size):
        out[i] = elementary.tanh(x[i]) if which == 0 else elementary.activated(which, x[i])


def arguments(dtype):
    rng = np.random.default_rng(0)
    parts = rng.normal(size=2048) * 3, rng.normal(size=2048) * 0.3, 10.0 ** rng.uniform(-30, 3, size=1024)
    return np.concatenate(parts).astype(dtype)


def both_ways(x, which=0):
    lanes, floats = np.empty_like(x), np.empty_like(x)
    in_lanes(x, lanes, simd.width(x.dtype), which)
    one_by_one(x, floats, which)
    np.testing.assert_array_equal(lanes, floats)
    return lanes


def worst_ulps(found, exact, x):
    with mpmath.workdps(40):
        errors = [
            abs(mpmath.mpf(float(f)) - exact(mpmath.mpf(float(v)))) / mpmath.mpf(float(np.spacing(abs(f))))
            for f, v in zip(found, x, strict=True)
        ]
    return float(max(errors))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_tanh_is_right_to_a_few_units_in_the_last_place(dtype):
    x = arguments(dtype)
    # Measured on these arguments: 2.9 (float64), 2.7 (float32).
    assert worst_ulps(both_ways(x), mpmath.tanh, x) < 3.5


def test_softplus_and_sigmoid_are_right_to_a_few_units_in_the_last_place():
    x = arguments(np.float64)
    x = x[np.abs(x) < 700]
    x = x[: x.size // 8 * 8]
    assert worst_ulps(both_ways(x, elementary.SIGMOID), lambda v: mpmath.tanh(v / 2) / 2, x) < 3.5
    small = x[np.abs(x) > 1e-12]
    small = small[: small.size // 8 * 8]
    with mpmath.workdps(40):
        log2 = mpmath.log(2)
    assert worst_ulps(both_ways(small, elementary.SOFTPLUS), lambda v: mpmath.log1p(mpmath.exp(v)) - log2, small) < 6


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_tanh_at_the_edges(dtype):
    x = np.zeros(simd.width(dtype) * 8, dtype)
    x[:8] = [0.0, -0.0, np.inf, -np.inf, np.nan, 30, -800, 1e-30]
    y = both_ways(x)
    np.testing.assert_array_equal(y[:8], np.array([0.0, -0.0, 1, -1, np.nan, 1, -1, 1e-30], dtype))
    assert np.signbit(y[1])
    np.testing.assert_array_equal(both_ways(-arguments(dtype)), -both_ways(arguments(dtype)))
