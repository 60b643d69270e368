"""The functions that the devices' laws rest on, on floats and on lanes: their measured errors, and their limits."""

import mpmath
import numpy as np
import pytest
from numba import njit

from simulate.kernels.bits import drawn, word_at
from simulate.kernels.grains import normal
from simulate.kernels.responses import _raised64, expm1, logarithm
from simulate.kernels.simd import load, store, width_of
from theory.setting.devices import draws, quantiles


@njit
def _one_by_one(which, x, out):
    for i in range(x.size):
        out[i] = expm1(x[i]) if which == 0 else (logarithm(x[i]) if which == 1 else normal(x[i]))


@njit
def _expm1_single(x, out):
    for i in range(x.size):
        out[i] = expm1(x[i])


@njit
def _in_lanes(which, x, out):
    for i in range(0, x.size, width_of(x)):
        v = load(x, i)
        store(out, i, expm1(v) if which == 0 else (logarithm(v) if which == 1 else normal(v)))


def of(which, x):
    """Both ways: the bits are the same."""
    one, other = np.empty_like(x), np.empty_like(x)
    _one_by_one(which, x, one)
    _in_lanes(which, x, other)
    np.testing.assert_array_equal(one, other)
    return one


def worst(found, x, exact):
    with mpmath.workdps(40):
        return max(
            float(abs(mpmath.mpf(float(y)) / exact(mpmath.mpf(float(a))) - 1)) for a, y in zip(x, found, strict=True)
        )


RNG = np.random.default_rng(1)


def test_the_exponential_is_right_to_three_units_in_the_last_place():
    """Relative error of e^x - 1 below 3e-15, near 0 and where it is all but -1, too; below 3e-14 up to 700."""
    x = np.concatenate([RNG.uniform(-39, 3, 800), 10 ** RNG.uniform(-300, 0, 400), -(10 ** RNG.uniform(-300, 0, 400))])
    assert worst(of(0, x), x, mpmath.expm1) < 3e-15
    far = RNG.uniform(3, 700, 400)
    assert worst(of(0, far), far, mpmath.expm1) < 3e-14


def test_the_exponential_has_its_limits():
    x = np.array([-np.inf, -1e300, -41.0, -0.0, 0.0, np.nan, 700.0, -40.0])
    found = of(0, x)
    assert found[:3].tolist() == [-1, -1, -1] and found[3] == found[4] == 0
    assert np.isnan(found[5]) and np.isfinite(found[6])


def test_the_exponential_of_single_precision():
    x = RNG.uniform(-20, 20, 2000).astype(np.float32)
    found = np.empty_like(x)
    _expm1_single(x, found)
    assert np.max(np.abs(found / np.expm1(x.astype(np.float64)) - 1)) < 1e-6


def test_the_logarithm_is_right_to_two_units_in_the_last_place():
    x = np.concatenate([RNG.uniform(1e-3, 3, 800), 10 ** RNG.uniform(-300, 300, 800)])
    x = x[np.abs(x - 1) > 1e-12]
    x = x[: x.size // 16 * 16]
    assert worst(of(1, x), x, mpmath.log) < 5e-16


def test_the_normal_law_is_that_of_the_quantiles():
    p = np.concatenate([RNG.random(1600), 10 ** RNG.uniform(-15.9, -1, 400), 1 - 10 ** RNG.uniform(-15.9, -1, 400)])
    assert np.max(np.abs(of(2, p) / quantiles.normal(p) - 1)) < 2e-15


@njit
def _hash_one_by_one(keys, address, out):
    for i in range(out.shape[0]):
        for lane in range(out.shape[1]):
            out[i, lane] = drawn(keys[lane], word_at(address, i))


@njit
def _hash_in_lanes(keys, address, out):
    for i in range(out.size // keys.size):
        store(out, i * keys.size, drawn(load(keys, 0), word_at(address, i)))


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
def test_the_hash_has_the_bits_of_the_setting(seed):
    @njit
    def lanes(x):
        return width_of(x)

    count = lanes(np.zeros(1))
    keys, words = draws.step_keys(draws.replica_keys(seed, range(count)), 2**40 + 3), draws.element_keys(0, 50, 2)
    expected = draws.uniform(draws.mixed(keys[None] + words[:, None]))
    one, other = np.empty((50, count)), np.empty(50 * count)
    _hash_one_by_one(keys.view(np.float64), words.ctypes.data, one)
    _hash_in_lanes(keys.view(np.float64), words.ctypes.data, other)
    np.testing.assert_array_equal(one - (1 - 2.0**-53), expected)
    np.testing.assert_array_equal(other.reshape(50, count), one)


def test_a_power_of_nothing_is_nothing():
    raised = njit(_raised64)
    assert raised(0.0, 0.3) == 0 and raised(1.0, 1.7) == 1
    assert raised(0.5, 1.7) == pytest.approx(0.5**1.7, rel=1e-15)
