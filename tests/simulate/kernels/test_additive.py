"""The kernel of quadratics plus cosines against the recursion of docs/theory.md#algorithms, written out in NumPy."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def element(device):
    parameters = device.numbers()
    return kernels.Element(device.name, device.tau, parameters)


@dataclasses.dataclass
class Instance:
    """Data of one problem with its waves a (1 - cos(c x)) and everything the kernel returns."""

    size: int
    replicas: int = 3
    steps: int = 40
    amplitude: float = 0.0
    frequency: float = 1.0
    seed: int = 6

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        root = rng.normal(size=(self.size, self.size))
        self.hessian = root @ root.T / self.size
        self.hessian = (self.hessian + self.hessian.T) / 2
        self.optimum, self.initial = rng.normal(size=(2, self.size)) * 0.3
        self.noise = rng.normal(size=(self.replicas, self.steps, self.size)) * 0.2
        self.variances = rng.uniform(size=self.size)

    def run(self, device, lags, cuts=(), bins=None, dtype=np.float64, threads=1, alpha=0.05):
        """In chunks cut at `cuts`: the state and the curve of every chunk."""
        state, curves = kernels.start(self.initial, self.replicas, lags, dtype), []
        places = np.zeros(self.steps, int) if bins is None else bins
        for low, high in itertools.pairwise([0, *cuts, self.steps]):
            curves.append(
                kernels.quadratic(
                    state, self.noise[:, low:high], self.hessian, self.optimum, lags, self.variances, alpha=alpha,
                    element=element(device), amplitude=self.amplitude, frequency=self.frequency,
                    bins=places[low:high], threads=threads,
                )
            )  # fmt: skip
        return state, curves

    def slope(self, w):
        away = w - self.optimum
        return away @ self.hessian + self.amplitude * self.frequency * np.sin(self.frequency * away)

    def value(self, w):
        away = w - self.optimum
        waves = self.amplitude * np.sum(1 - np.cos(self.frequency * away), axis=-1)
        return 0.5 * np.sum(away @ self.hessian * away, axis=-1) + waves

    def path(self, device, lags, replica, alpha=0.05):
        path = [self.initial]
        for k in range(self.steps):
            stale = np.array([path[max(k - d, 0)][i] for i, d in enumerate(lags)])
            path.append(device.update(path[k], -alpha * (self.slope(stale) + self.noise[replica, k])))
        return np.array(path)


@pytest.mark.parametrize("device", DEVICES, ids=lambda d: f"{d.name}-{d.tau}")
@pytest.mark.parametrize("lags", [(0, 0, 0, 0, 0), (2, 2, 1, 1, 0), (0, 3, 3, 1, 1)], ids=str)
@pytest.mark.parametrize("amplitude", [0.0, 0.3])
def test_it_follows_the_recursion_and_measures_every_step(device, lags, amplitude):
    problem = Instance(5, amplitude=amplitude, frequency=2.5)
    state, curves = problem.run(device, lags, cuts=(17,), bins=np.arange(40) // 15, threads=2)
    for r in range(3):
        path = problem.path(device, lags, r)
        slopes, share = problem.slope(path[:-1]), path[:-1] / device.tau
        # 40 contracting steps of order-one numbers: rounding stays below 1e-14.
        np.testing.assert_allclose(state.weights[r], path[-1], atol=1e-14)
        largest = np.abs(share).max(axis=1)
        sums = [largest.max(), (largest**2).sum(), (slopes**2).sum(), (share**2 @ problem.variances).sum()]
        np.testing.assert_allclose(state.tally[r], sums, rtol=1e-12)
        np.testing.assert_allclose(curves[0][r, 0, 0], (slopes[:15] ** 2).sum(), rtol=1e-12)
        np.testing.assert_allclose(curves[1][r, 2, 1], problem.value(path[30:-1]).sum(), rtol=1e-12)


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_any_dimension_any_lags(data):
    """Dimensions on both sides of a group of rows and of a slice of columns."""
    size = data.draw(st.sampled_from([1, 2, 3, 4, 7, 8, tiles.SLICE - 1, tiles.SLICE, 2 * tiles.SLICE + 3]))
    lags = tuple(data.draw(st.lists(st.integers(0, 4), min_size=size, max_size=size)))
    problem = Instance(size, 2, 12, data.draw(st.sampled_from([0.0, 0.7])), 3.0, data.draw(st.integers(0, 99)))
    state, _ = problem.run(devices.ald(4.0), lags)
    for r in range(2):
        np.testing.assert_allclose(state.weights[r], problem.path(devices.ald(4.0), lags, r)[-1], atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_chunks_threads_and_the_block_a_replica_stands_in_change_no_bit(dtype):
    replicas = tiles.block(dtype) + 5
    problem = Instance(6, replicas, amplitude=0.3, frequency=2.0)
    lags, device = (2, 2, 1, 1, 0, 0), devices.ald(3.0)
    whole, _ = problem.run(device, lags, dtype=dtype)
    for cuts, threads in (((1, 2, 10, 33), 1), ((7,), 2), ((), 3)):
        cut, _ = problem.run(device, lags, cuts, threads=threads, dtype=dtype)
        np.testing.assert_array_equal(whole.history, cut.history)
        np.testing.assert_array_equal(whole.tally, cut.tally)
    last = dataclasses.replace(problem, replicas=1)
    last.noise, last.variances = problem.noise[-1:], problem.variances
    alone, _ = last.run(device, lags, dtype=dtype)
    np.testing.assert_array_equal(alone.history, whole.history[-1:])
    np.testing.assert_array_equal(alone.tally, whole.tally[-1:])


def test_a_wrong_lag_or_frequency_is_seen():
    problem, device = Instance(5, amplitude=0.3, frequency=2.0), devices.ald(3.0)
    right = problem.run(device, (2, 2, 1, 1, 0))[0].weights
    for other, lags in (
        (problem, (2, 1, 1, 1, 0)),
        (problem, (2, 2, 1, 1, 1)),
        (dataclasses.replace(problem, frequency=2.001), (2, 2, 1, 1, 0)),
    ):
        assert np.abs(other.run(device, lags)[0].weights - right).max() > 1e-6


@pytest.mark.parametrize("amplitude", [0.0, 0.3])
def test_float32_stays_near_float64(amplitude):
    problem = Instance(12, 8, 200, amplitude, 2.0)
    ends = [problem.run(devices.ald(3.0), (1,) * 6 + (0,) * 6, dtype=dtype)[0] for dtype in (np.float32, np.float64)]
    assert ends[0].weights.dtype == np.float32
    # 200 steps, each rounding numbers of order one to 6e-8; the sums over 200 steps are as exact as their terms.
    assert 0 < np.abs(ends[0].weights - ends[1].weights).max() < 200 * 2**-23
    np.testing.assert_allclose(ends[0].tally, ends[1].tally, rtol=1e-4)


@pytest.mark.parametrize("tau", [0.9, np.inf])
def test_divergence_stops_a_replica_and_names_the_coordinate(tau):
    problem = Instance(5, 4, 400)
    problem.noise[0] = 0  # one replica stands still in its minimiser
    problem.initial = np.array([problem.optimum, *[problem.initial] * 3])
    state, curves = problem.run(devices.ald(tau), (0,) * 5, alpha=12.0)
    assert state.diverged[0].tolist() == [-1, -1]
    assert np.all(np.isfinite(state.tally[0]))
    for r in (1, 2, 3):
        path = [problem.initial[r]]
        while np.all(np.abs(path[-1]) <= min(tau, 1e76)):
            k = len(path) - 1
            path.append(devices.ald(tau).update(path[k], -12.0 * (problem.slope(path[k]) + problem.noise[r, k])))
        step, place = state.diverged[r]
        if np.isfinite(tau):
            assert step == len(path) - 1
            assert place == np.flatnonzero(np.abs(path[-1]) > tau)[0]
        assert 0 < step <= 400
        assert np.all(np.isnan(state.tally[r, 1:]))
        assert np.all(np.isnan(curves[0][r]))
