"""The kernel of logistic regression against the recursion of docs/theory.md#algorithms, written out in NumPy."""

import itertools

import numpy as np
import pytest

from simulate import kernels
from simulate.kernels import tiles
from theory.setting import devices

DEVICES = [
    devices.ald(2.0),
    devices.ald(np.inf),
    devices.power(2.0, 1.5),
    devices.exponential(2.0, 1.3),
    devices.shifted_linear(2.0, 1.1, 0.7),
    devices.pulse_train(2.0),
]
PULL = 0.3


def element(device):
    parameters = device.numbers()
    return kernels.Element(device.name, device.tau, parameters)


def instance(size=5, samples=7, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(samples, size)), rng.normal(size=size) * 0.4


def pull(w):
    return 2 * PULL * w / (1 + w * w) ** 2


def advance(samples, data, initial, lags, cuts=(), dtype=np.float64, times=None, **options):
    state = kernels.start(initial, len(samples), lags, dtype)
    when = np.zeros((len(samples), 0), np.int64) if times is None else times
    shots = []
    for low, high in itertools.pairwise([0, *cuts, samples.shape[1]]):
        due = when[:, (when[0] >= low) & (when[0] < high)] if when.size else when
        shots.append(
            kernels.logistic(state, samples[:, low:high], data, lags, regulariser=PULL, times=due, **options)
        )  # fmt: skip
    return state, np.concatenate(shots, axis=1)


def recursion(samples, data, initial, lags, alpha, device, stashed=False):
    path = [initial]
    for k in range(len(samples)):
        stale = np.array([path[max(k - d, 0)][i] for i, d in enumerate(lags)])
        mean = np.mean([-data[s] / (1 + np.exp(data[s] @ stale)) for s in samples[k]], axis=0)
        path.append(device.update(path[k], -alpha * (mean + pull(stale if stashed else path[k]))))
    return np.array(path)


@pytest.mark.parametrize("device", DEVICES, ids=lambda d: f"{d.name}-{d.tau}")
@pytest.mark.parametrize(
    ("lags", "batch", "stashed"),
    [
        ((0,) * 5, 1, False),
        ((0,) * 5, 3, False),
        ((2, 2, 1, 1, 0), 1, False),
        ((1, 0, 4, 4, 2), 1, False),
        ((2, 2, 1, 1, 0), 1, True),
    ],
    ids=str,
)
def test_every_algorithm_follows_the_recursion_on_every_device(device, lags, batch, stashed):
    data, initial = instance()
    samples = np.random.default_rng(2).integers(0, 7, size=(2, 30, batch))
    state, _ = advance(samples, data, initial, lags, cuts=(11,), alpha=0.1, element=element(device), stashed=stashed)
    for r in range(2):
        path = recursion(samples[r], data, initial, lags, 0.1, device, stashed)
        # 30 steps of order-one numbers: rounding stays below 1e-13.
        np.testing.assert_allclose(state.weights[r], path[-1], rtol=0, atol=1e-13)
        share = np.abs(path).max(axis=1) / device.tau
        np.testing.assert_allclose(state.tally[r, 0], share.max(), rtol=1e-12)
        np.testing.assert_allclose(state.tally[r, 1], (share[:-1] ** 2).sum(), rtol=1e-12)


def test_what_is_wrong_is_seen():
    data, initial = instance()
    samples = np.random.default_rng(2).integers(0, 7, size=(1, 30, 1))
    options = {"alpha": 0.1, "element": kernels.Element("ald", 2.0)}
    right = advance(samples, data, initial, (2, 2, 1, 1, 0), **options)[0].weights
    for wrong in (
        advance(samples, data, initial, (2, 1, 1, 1, 0), **options),
        advance(samples, data, initial, (2, 2, 1, 1, 0), stashed=True, **options),
        advance(samples, data, initial, (2, 2, 1, 1, 0), **{**options, "element": kernels.Element("ald", 2.1)}),
    ):
        assert np.abs(wrong[0].weights - right).max() > 1e-6


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_chunks_threads_and_the_block_a_replica_stands_in_change_no_bit(dtype):
    data, initial = instance(6)
    rng, replicas, lags = np.random.default_rng(3), tiles.block(dtype) + 5, (2, 2, 1, 1, 0, 0)
    samples = rng.integers(0, 7, size=(replicas, 50, 2))
    times = np.stack([[0, 13, 49]] * replicas) + np.where(np.arange(replicas) % 2, [[0], [3], [0]], 0).T
    options = {"alpha": 0.1, "element": kernels.Element("ald", 2.0), "dtype": dtype}
    whole, shots = advance(samples, data, initial, lags, times=times, **options)
    for cuts, threads in (((1, 2, 11, 30), 1), ((7,), 2), ((), 3)):
        cut, same = advance(samples, data, initial, lags, cuts, times=times, threads=threads, **options)
        np.testing.assert_array_equal(whole.history, cut.history)
        np.testing.assert_array_equal(whole.tally, cut.tally)
        np.testing.assert_array_equal(shots, same)
    alone, _ = advance(samples[-1:], data, initial, lags, **options)
    np.testing.assert_array_equal(alone.history, whole.history[-1:])
    path = recursion(samples[-1], data, initial, lags, 0.1, devices.ald(2.0))
    np.testing.assert_allclose(shots[-1], path[times[-1]], atol=1e-13 if dtype == np.float64 else 50 * 2**-23)


@pytest.mark.parametrize("samples", [1, 7, tiles.SLICE, tiles.SLICE + 9])
def test_measure_is_the_full_batch(samples):
    data, _ = instance(6, samples)
    weights = np.random.default_rng(5).normal(size=(2, 19, 6))
    found = kernels.measure_logistic(weights, data, 3, regulariser=PULL, threads=2)
    for at in np.ndindex(2, 19):
        w, margin = weights[at], data @ weights[at]
        each = -data / (1 + np.exp(margin))[:, None]
        mean, variance = each.mean(axis=0) + pull(w), each.var(axis=0)
        value = np.mean(np.log1p(np.exp(-margin))) + PULL * np.sum(w * w / (1 + w * w))
        close = {"rtol": 1e-12, "atol": 1e-14}
        np.testing.assert_allclose(found.value[at], value, **close)
        np.testing.assert_allclose(found.squared_gradient[at], (mean.reshape(3, 2) ** 2).sum(axis=1), **close)
        np.testing.assert_allclose(found.variance[at], variance.reshape(3, 2).sum(axis=1), **close)
        np.testing.assert_allclose(found.weighted[at], variance @ w**2, **close)


def test_float32_stays_near_float64():
    data, initial = instance(12, 30)
    samples = np.random.default_rng(8).integers(0, 30, size=(9, 200, 1))
    one, other = (
        advance(
            samples, data, initial, (1,) * 6 + (0,) * 6, dtype=dtype, alpha=0.05, element=kernels.Element("ald", 2.0)
        )[0]
        for dtype in (np.float32, np.float64)
    )
    assert one.weights.dtype == np.float32
    # 200 steps, each rounding numbers of order one to 6e-8.
    assert 0 < np.abs(one.weights - other.weights).max() < 200 * 2**-23


@pytest.mark.parametrize("tau", [0.9, np.inf])
def test_divergence_stops_a_replica_and_names_the_coordinate(tau):
    data, initial = instance()
    alpha = 30.0 if np.isfinite(tau) else 1e200
    start = np.stack([initial * 0, initial, initial])
    data = np.concatenate([data, np.zeros((1, 5))])  # a sample without features: only the regulariser acts
    samples = np.random.default_rng(4).integers(0, 7, size=(3, 60, 1))
    samples[0] = 7
    times = np.full((3, 1), 55)
    state, shots = advance(
        samples, data, start, (0,) * 5, alpha=alpha, element=kernels.Element("ald", tau), times=times
    )
    assert state.diverged[0].tolist() == [-1, -1]
    assert np.all(np.isfinite(shots[0]))
    for r in (1, 2):
        step, place = state.diverged[r]
        path = recursion(samples[r][:step], data, start[r], (0,) * 5, alpha, devices.ald(tau))
        limit = tau if np.isfinite(tau) else 1e76
        assert np.all(np.abs(path[:-1]) <= tau)
        assert place == np.flatnonzero(~(np.abs(path[-1]) <= limit))[0]
        assert np.isnan(state.tally[r, 1])
        assert np.all(np.isnan(shots[r]))


@pytest.mark.parametrize("steps", [1, 4])
def test_the_largest_saturation_counts_the_last_weights(steps):
    """Samples all alike push a weight outwards at every step: the largest is W_K, which no later step looks at."""
    data, start = np.array([[3.0, 0.0]]), np.array([0.1, 0.0])
    samples = np.zeros((2, steps, 1), np.int64)
    state, _ = advance(samples, data, start, (0, 0), alpha=0.1, element=kernels.Element("ald", 2.0))
    assert np.all(state.weights[:, 0] > start[0])
    np.testing.assert_array_equal(state.tally[:, kernels.TALLY.index("max_saturation")], state.weights[:, 0] / 2)
