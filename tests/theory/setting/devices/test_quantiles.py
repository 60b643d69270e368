"""The inverse of the normal law against forty digits."""

import mpmath
import numpy as np

from theory.setting.devices.quantiles import A, normal


def worst(p: np.ndarray) -> float:
    with mpmath.workdps(40):
        exact = [mpmath.erfinv(2 * mpmath.mpf(float(one)) - 1) * mpmath.sqrt(2) for one in p]
        return max(float(abs(mpmath.mpf(float(z)) / e - 1)) for z, e in zip(normal(p), exact, strict=True))


def test_it_is_right_to_double_precision_in_all_three_regions():
    rng = np.random.default_rng(1)
    centre, near = rng.uniform(0.08, 0.92, 300), np.exp(-rng.uniform(2.6, 24, 300))
    far = np.exp(-rng.uniform(25.5, 36.7, 100))
    for p in (centre, near, 1 - near[near > 1e-10], far, np.array([2.0**-53, 1 - 2.0**-53, 0.075, 0.925])):
        assert worst(p) < 1e-15


def test_it_is_odd_and_rises():
    p = (np.arange(1, 4001) - 0.5) / 4000
    assert np.all(np.diff(normal(p)) > 0)
    u = (np.arange(1, 4097) - 0.5) / 4096  # 1 - u is exact
    assert np.array_equal(normal(u), -normal(u)[::-1])


def test_a_wrong_coefficient_is_seen(monkeypatch):
    monkeypatch.setattr("theory.setting.devices.quantiles.A", (*A[:3], A[3] * (1 + 1e-10), *A[4:]))
    assert worst(np.array([0.3, 0.8])) > 1e-13
