"""Half-angle sine and cosine: measured errors, in float64 and float32, on floats as on lanes."""

import numpy as np
import pytest

from simulate.kernels.circular import cosine, sine, within_half_turn
from simulate.kernels.simd import WIDE, compiled, load_wide, store, width


@compiled
def _on_floats(angles, products, squares):
    for i in range(angles.size):
        r = within_half_turn(angles[i] * angles.dtype.type(0.5))
        products[i], squares[i] = sine(r) * cosine(r), sine(r) * sine(r)


@compiled
def _on_lanes(angles, products, squares, step):
    for i in range(0, angles.size, step):
        half = load_wide(angles, i)
        r = within_half_turn(half)
        store(products, i, sine(r) * cosine(r))
        store(squares, i, sine(r) * sine(r))


def halves(dtype, largest):
    rng = np.random.default_rng(1)
    return np.concatenate([rng.uniform(-largest, largest, 2**15), rng.normal(size=2**15) * 1e-3]).astype(dtype)


@pytest.mark.parametrize(("dtype", "largest"), [(np.float64, 1e4), (np.float64, 5.0), (np.float32, 1e3)])
def test_errors_are_below_four_units_of_one(dtype, largest):
    """sin t = 2 s c and 1 - cos t = 2 s^2; the errors are those of s c and s^2, at most 1 in size."""
    allowed = 4 * np.finfo(dtype).eps
    half = halves(dtype, largest)
    products, squares = np.empty_like(half), np.empty_like(half)
    _on_lanes(half, products, squares, WIDE * width(half.dtype))
    exact = half.astype(np.longdouble)
    assert np.abs(products - np.sin(exact) * np.cos(exact)).max() < allowed
    assert np.abs(squares - np.sin(exact) ** 2).max() < allowed


def test_small_angles_keep_their_relative_accuracy():
    half = np.geomspace(1e-300, 1e-2, 2**12)
    products, squares = np.empty_like(half), np.empty_like(half)
    _on_lanes(half, products, squares, WIDE * width(half.dtype))
    np.testing.assert_allclose(products, np.sin(half) * np.cos(half), rtol=5e-16)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_floats_and_lanes_give_the_same_bits(dtype):
    half = halves(dtype, 50.0)
    one, other = np.empty((2, half.size), dtype), np.empty((2, half.size), dtype)
    _on_floats(half * 2, *one)
    _on_lanes(half, *other, WIDE * width(half.dtype))
    np.testing.assert_array_equal(one, other)


def test_what_is_not_finite_stays_so():
    half = np.full(32, np.nan)
    half[:2] = np.inf, -np.inf
    found = np.empty((2, 32))
    _on_lanes(half, *found, WIDE * width(half.dtype))
    assert np.all(np.isnan(found))
