"""Memory of the network kernels: what they allocate, and the largest network that fits."""

import numpy as np
import pytest

from simulate import kernels
from simulate.kernels import footprint, simd


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_block_holds_its_weights_and_the_samples_in_flight(dtype):
    """M d^2 weights; lag + 2 inputs before every stage, outputs behind the last; two vectors. For every lane."""
    stages, width, lanes = 4, 16, simd.width(dtype)
    lags = (3, 2, 1, 0)
    queue = width * (sum(lag + 2 for lag in lags) + lags[0] + 2)
    expected = (stages * width**2 + queue + 2 * width) * lanes * np.dtype(dtype).itemsize
    assert footprint.block_bytes((width,) * 5, lags, dtype) == expected


def test_the_state_is_what_a_run_keeps():
    state = kernels.start(np.zeros(3 * 4 + 4 * 2), 7, (2, 0), np.float32)
    assert footprint.state_bytes(7, (3, 4, 2), (2, 0), np.float32) == state.history.nbytes


@pytest.mark.parametrize("cache", [1 << 20, 32 << 20, 12_345])
@pytest.mark.parametrize("stages", [1, 4, 16])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_widest_network_fits_and_the_next_does_not(stages, cache, dtype):
    width, lags = footprint.widest(stages, cache, dtype), tuple(range(stages - 1, -1, -1))
    sizes = [footprint.block_bytes((d,) * (stages + 1), lags, dtype) for d in (width, width + 1)]
    assert width == 0 or sizes[0] <= cache
    assert sizes[1] > cache
