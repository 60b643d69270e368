"""The jackknife's interval, exactly."""

import math

import numpy as np
import pytest
from scipy import stats

from verify.rates import intervals

VALUES = np.array([1.0, 2.0, 4.0, 7.0, 3.0, 8.0, 2.0, 5.0, 9.0])


@pytest.mark.parametrize("error", [0.05, 0.2, 0.001])
def test_the_half_width_of_a_mean_is_students_at_the_share_that_is_spent(error):
    """Without replica r the mean moves by (mean - x_r)/(R - 1): the jackknife's error of a mean is s/sqrt(R)."""
    (found,) = intervals.jackknife(lambda means: np.atleast_1d(means[0]), [VALUES], error)
    quantile = stats.t.isf(intervals.SPENT * error / 2, len(VALUES) - 1)
    half = quantile * VALUES.std(ddof=1) / math.sqrt(len(VALUES))
    assert found.value == pytest.approx(VALUES.mean())
    assert found.high - found.value == pytest.approx(half, rel=1e-12)
    assert found.value - found.low == pytest.approx(half, rel=1e-12)


def test_the_half_width_in_numbers():
    """R = 9, mean 41/9, squares 253: s^2 = (253 - 41^2/9)/8; t(8) leaves half a percent above it at 3.35539."""
    (found,) = intervals.jackknife(lambda means: np.atleast_1d(means[0]), [VALUES], 0.05)
    half = 3.3553873 * math.sqrt((253 - 41**2 / 9) / 8 / 9)
    assert found.high - found.value == pytest.approx(half, rel=1e-7)


def test_the_half_width_of_a_ratio_is_that_of_its_pseudo_values():
    other = np.array([2.0, 1.0, 3.0, 2.0, 4.0, 3.0, 1.0, 2.0, 5.0])
    (found,) = intervals.jackknife(lambda means: np.atleast_1d(means[0] / means[1]), [VALUES, other], 0.05)
    count = len(VALUES)
    without = [np.delete(VALUES, one).mean() / np.delete(other, one).mean() for one in range(count)]
    pseudo = count * VALUES.mean() / other.mean() - (count - 1) * np.array(without)
    half = stats.t.isf(intervals.SPENT * 0.05 / 2, count - 1) * pseudo.std(ddof=1) / math.sqrt(count)
    assert found.high - found.value == pytest.approx(half, rel=1e-10)
