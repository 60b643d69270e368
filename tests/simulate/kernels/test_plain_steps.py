"""The step of a stage says that some weight is no number, wherever it stands."""

import numpy as np
import pytest
from numba import njit

from simulate.kernels import plain
from simulate.kernels.responses import LIMIT


@njit
def stepped(old, delta, x, real):
    new = np.empty_like(old)
    top = plain._step_rows(old, new, len(delta), len(x), delta, x, real)
    return top, new


@pytest.mark.parametrize("bad", [[np.inf, 1.0], [np.nan, 1.0], [1.0, np.inf], [1.0, np.nan]])
@pytest.mark.parametrize("x", [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
def test_a_weight_that_is_no_number_is_not_forgotten_at_the_next_one(bad, x):
    real = np.zeros(8)
    real[LIMIT] = 1e300
    top, new = stepped(np.zeros(4), np.array(bad), np.array(x), real)
    assert not np.all(np.isfinite(new))
    assert not top <= real[LIMIT]


def test_the_largest_weight_is_the_largest():
    top, new = stepped(np.array([0.5, -3.0, 2.0, 0.0]), np.array([1.0, -1.0]), np.array([0.25, 0.0]), np.zeros(8))
    assert top == np.max(np.abs(new)) == 3.0
