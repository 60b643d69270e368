"""What was known before a window, along a recorded path: both lines hold, and fail for what sees the window."""

from dataclasses import replace

import numpy as np
import pytest

from tests.verify.proof_lines.test_claims_along_paths import recorded
from verify.proof_lines import frozen


@pytest.fixture(scope="module")
def path():
    return recorded(4)  # Analog-SGD-AP on coupled stages, strong lags


def failing(path):
    return {line.claim for line in frozen.lines(path) if not line.ok}


def test_both_lines_hold(path):
    found = frozen.lines(path)
    assert {line.claim for line in found} == {"free.frozen_orthogonal", "free.weighted_window"}
    assert not failing(path)


def test_what_sees_a_sample_of_the_window_is_noticed(path):
    lag = max(path.setting.lags)
    seen = np.roll(path.noise, -(lag - 1), axis=0)  # read `lag` steps ago, it is the noise of the last step
    assert "free.frozen_orthogonal" in failing(replace(path, gradient=seen, fresh=path.noise + seen))


def test_noise_that_repeats_itself_is_noticed(path):
    same = np.broadcast_to(path.noise[:1], path.noise.shape)
    assert "free.weighted_window" in failing(replace(path, fresh=path.gradient + same))


def test_a_delay_starts_with_zeros():
    part = np.arange(1.0, 5.0)[:, None]
    assert frozen.delayed(part, 2).ravel().tolist() == [0, 0, 1, 2]
    assert frozen.delayed(part, 9).ravel().tolist() == [0, 0, 0, 0]
