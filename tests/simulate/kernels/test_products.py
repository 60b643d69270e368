"""Products for laws: compiled and in Python they add the same numbers in the same order, whatever the size."""

import numpy as np
import pytest
from numba import njit

from simulate.kernels import products as products
from simulate.products import add_columns, add_squared_columns


@njit
def columns(data, first, origin, x, out):
    add_columns(data, first, origin, x, out)


@njit
def squares(data, first, x, out):
    add_squared_columns(data, first, x, out)


def drawn(size, cols, dtype):
    rng = np.random.default_rng(size)
    return rng.normal(size=20 + size * cols).astype(dtype), *(rng.normal(size=n).astype(dtype) for n in (cols, size))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_size_has_the_bits_of_python(dtype):
    for size in (*range(1, 75), 128, 131):
        for cols, origin in ((0, -1), (1, 3), (7, -1), (7, 3)):
            data, x, start = drawn(size, cols, dtype)
            found, literal = start.copy(), start.copy()
            columns(data, 17, origin, x, found)
            add_columns(data, 17, origin, x, literal)
            assert np.array_equal(found, literal), (size, cols, origin)
            squares(data, 17, x, found)
            add_squared_columns(data, 17, x, literal)
            assert np.array_equal(found, literal), (size, cols)


def test_the_sum_is_that_of_the_columns():
    data, x, start = drawn(41, 5, np.float64)
    found, matrix = start.copy(), data[17 : 17 + 5 * 41].reshape(5, 41)
    columns(data, 17, 3, x, found)
    np.testing.assert_allclose(found, start + (x - data[3:8]) @ matrix, rtol=1e-13)
    assert not np.allclose(found, start + x @ matrix)
    squares(data, 17, x, start)
    np.testing.assert_allclose(start - drawn(41, 5, np.float64)[2], x**2 @ matrix**2, rtol=1e-12)


def test_arrays_of_other_kinds_are_added_one_by_one():
    data, x, start = drawn(13, 4, np.float32)
    found, apart = start.astype(np.float64), np.zeros(26)
    columns(data, 0, -1, x, found)
    np.testing.assert_allclose(found, start + x @ data[:52].reshape(4, 13), rtol=1e-6)
    columns(data.astype(np.float64), 0, -1, x.astype(np.float64), apart[::2])
    assert np.array_equal(apart[1::2], np.zeros(13))
    np.testing.assert_allclose(apart[::2], x @ data[:52].reshape(4, 13), rtol=1e-6)
