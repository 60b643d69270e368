"""The portable kernels against the recursion of docs/theory.md#algorithms, written out in NumPy."""

import itertools

import numpy as np
import pytest

from simulate import kernels
from theory.setting import devices

WIDTHS = (3, 5, 4, 2)
PHI = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: np.tanh(z / 2) / 2, lambda z: 1 / (2 + 2 * np.cosh(z))),
    "softplus": (lambda z: np.logaddexp(0, z) - np.log(2), lambda z: 1 / (1 + np.exp(-z))),
    "identity": (lambda z: z, np.ones_like),
}
LOSS = {
    "log-cosh": (lambda x, y: np.log(np.cosh(x - y)), lambda x, y: np.tanh(x - y)),
    "squared": (lambda x, y: (x - y) ** 2 / 2, lambda x, y: x - y),
    "logistic": (lambda x, y: np.logaddexp(0, -x * y), lambda x, y: -y / (1 + np.exp(x * y))),
}


def data(loss="log-cosh", samples=7, seed=0, widths=WIDTHS):
    rng = np.random.default_rng(seed)
    inputs, targets = rng.normal(size=(samples, widths[0])), rng.normal(size=(samples, widths[-1]))
    size = sum(a * b for a, b in zip(widths[1:], widths[:-1], strict=True))
    return inputs, np.sign(targets) if loss == "logistic" else targets, rng.normal(size=size) * 0.4


def matrices(flat, widths=WIDTHS):
    shapes = list(zip(widths[1:], widths[:-1], strict=True))
    parts = np.split(flat, np.cumsum([a * b for a, b in shapes])[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def direction(forward, backward, x, y, activation, loss):
    phi, slope = PHI[activation]
    xs, zs = [x], []
    for w in forward:
        zs.append(w @ xs[-1])
        xs.append(phi(zs[-1]))
    message, gradient = LOSS[loss][1](xs[-1], y), [None] * len(forward)
    for m in reversed(range(len(forward))):
        delta = slope(zs[m]) * message
        gradient[m], message = np.outer(delta, xs[m]), backward[m].T @ delta
    return np.concatenate([g.ravel() for g in gradient])


def recursion(samples, inputs, targets, initial, lags, alpha, device, activation, loss, stashed=False):
    """One replica; samples (T, B). Returns all weights."""
    path = [initial]
    for k in range(len(samples)):
        stages = [matrices(path[max(k - d, 0)])[m] for m, d in enumerate(lags)]
        back = stages if stashed else matrices(path[k])
        mean = np.mean([direction(stages, back, inputs[s], targets[s], activation, loss) for s in samples[k]], axis=0)
        path.append(device.update(path[k], -alpha * mean))
    return np.array(path)


def advance(samples, inputs, targets, initial, lags, cuts=(), dtype=np.float64, widths=WIDTHS, **options):
    """All replicas, in chunks cut at `cuts`. Returns the state and the snapshots."""
    state = kernels.start(initial, len(samples), lags, dtype)
    times = options.pop("times", np.zeros((len(samples), 0), np.int64))
    edges, shots = [0, *cuts, samples.shape[1]], []
    for low, high in itertools.pairwise(edges):
        when = times[:, (times[0] >= low) & (times[0] < high)]
        shots.append(kernels.network(state, samples[:, low:high], inputs, targets, widths, lags, times=when, **options))
    return state, np.concatenate(shots, axis=1)


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


@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize("loss", LOSS)
def test_activations_and_losses_follow_the_recursion(activation, loss):
    inputs, targets, initial = data(loss)
    samples = np.random.default_rng(1).integers(0, 7, size=(2, 40, 1))
    state, _ = advance(
        samples, inputs, targets, initial, (2, 1, 0), alpha=0.05, element=kernels.Element("ald", 2.0),
        activation=activation, loss=loss,
    )  # fmt: skip
    for r in range(2):
        path = recursion(samples[r], inputs, targets, initial, (2, 1, 0), 0.05, devices.ald(2.0), activation, loss)
        # 40 contracting steps of order-one numbers: rounding stays below 1e-13.
        np.testing.assert_allclose(state.weights[r], path[-1], rtol=0, atol=1e-13)


@pytest.mark.parametrize("device", DEVICES, ids=lambda d: f"{d.name}-{d.tau}")
@pytest.mark.parametrize(
    ("lags", "batch", "stashed"),
    [((0, 0, 0), 1, False), ((0, 0, 0), 3, False), ((2, 1, 0), 1, False), ((1, 0, 3), 1, False), ((2, 1, 0), 1, True)],
)
def test_every_algorithm_follows_the_recursion_on_every_device(device, lags, batch, stashed):
    inputs, targets, initial = data()
    samples = np.random.default_rng(2).integers(0, 7, size=(2, 30, batch))
    state, _ = advance(samples, inputs, targets, initial, lags, alpha=0.1, element=element(device), stashed=stashed)
    for r in range(2):
        path = recursion(samples[r], inputs, targets, initial, lags, 0.1, device, "tanh", "log-cosh", stashed)
        np.testing.assert_allclose(state.weights[r], path[-1], rtol=0, atol=1e-13)
        share = np.abs(path).max(axis=1) / device.tau
        np.testing.assert_allclose(state.tally[r, 0], share.max(), rtol=1e-12)
        np.testing.assert_allclose(state.tally[r, 1], (share[:-1] ** 2).sum(), rtol=1e-12)


def test_a_lag_off_by_one_is_seen():
    inputs, targets, initial = data()
    samples = np.random.default_rng(2).integers(0, 7, size=(1, 30, 1))
    ends = [
        advance(samples, inputs, targets, initial, lags, alpha=0.1, element=kernels.Element())[0].weights[0]
        for lags in ((2, 1, 0), (2, 0, 0), (3, 1, 0))
    ]
    assert min(np.abs(ends[0] - ends[1]).max(), np.abs(ends[0] - ends[2]).max()) > 1e-5


def test_chunks_and_threads_change_no_bit_and_snapshots_are_the_path():
    inputs, targets, initial = data()
    rng = np.random.default_rng(3)
    samples = rng.integers(0, 7, size=(5, 50, 1))
    times = np.array([[0, 13, 49]]) + np.array([[0, 0, 0], [3, 1, 0], [1, 2, -1], [2, 2, -2], [0, 5, -3]])
    options = {"alpha": 0.1, "element": kernels.Element("ald", 2.0), "times": times}
    whole, shots = advance(samples, inputs, targets, initial, (2, 1, 0), **options)
    cut, same = advance(samples, inputs, targets, initial, (2, 1, 0), cuts=(7, 8, 11, 30), threads=2, **options)
    np.testing.assert_array_equal(whole.history, cut.history)
    np.testing.assert_array_equal(shots, same)
    np.testing.assert_array_equal(whole.tally, cut.tally)
    for r in range(5):
        path = recursion(samples[r], inputs, targets, initial, (2, 1, 0), 0.1, devices.ald(2.0), "tanh", "log-cosh")
        np.testing.assert_allclose(shots[r], path[times[r]], atol=1e-13)


def test_divergence_stops_a_replica_and_is_reported():
    inputs, targets, initial = data("squared")
    samples = np.random.default_rng(4).integers(0, 7, size=(3, 60, 1))
    options = {"alpha": 8.0, "loss": "squared", "activation": "identity", "times": np.full((3, 1), 55)}
    for tau in (0.9, np.inf):
        state, shots = advance(
            samples, inputs, targets, initial, (2, 1, 0), element=kernels.Element("ald", tau), **options
        )
        assert (state.diverged[:, 0] > 0).all()
        assert np.isin(state.diverged[:, 1], (1, 2, 3)).all()
        assert np.isnan(state.tally[:, 1]).all()
        assert np.isnan(shots).all()


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
@pytest.mark.parametrize("loss", LOSS)
@pytest.mark.parametrize("samples", [1, 7, 8])
def test_measure_is_the_full_batch(loss, samples, activation):
    inputs, targets, initial = data(loss, samples)
    weights = np.random.default_rng(5).normal(size=(2, 7, initial.size))
    found = kernels.measure(weights, inputs, targets, WIDTHS, loss=loss, activation=activation, sized=True, threads=2)
    without = kernels.measure(weights, inputs, targets, WIDTHS, loss=loss, activation=activation)
    assert without.folded is None and all(map(np.array_equal, without[:4], found[:4]))
    for at in np.ndindex(2, 7):
        stages, outs = matrices(weights[at]), inputs
        gradients = np.array(
            [direction(stages, stages, x, y, activation, loss) for x, y in zip(inputs, targets, strict=True)]
        )
        cuts = np.cumsum([w.size for w in stages])[:-1]
        mean, variance = gradients.mean(axis=0), gradients.var(axis=0)
        for w in stages:
            outs = PHI[activation][0](outs @ w.T)
        close = {"rtol": 1e-12, "atol": 1e-13}
        np.testing.assert_allclose(found.squared_gradient[at], [np.sum(g**2) for g in np.split(mean, cuts)], **close)
        np.testing.assert_allclose(found.variance[at], [np.sum(v) for v in np.split(variance, cuts)], **close)
        np.testing.assert_allclose(found.weighted[at], variance @ weights[at] ** 2, **close)
        folded = np.abs(gradients).mean(axis=0) ** 2 - mean**2
        np.testing.assert_allclose(found.folded[at], folded @ weights[at] ** 2, **close)
        assert (0 < found.folded[at] < found.weighted[at]) == (samples > 1)
        np.testing.assert_allclose(found.value[at], LOSS[loss][0](outs, targets).sum() / samples, **close)


def test_measure_in_float32_stays_near_float64():
    inputs, targets, initial = data()
    weights = np.random.default_rng(5).normal(size=(20, initial.size))
    exact, rough = (
        kernels.measure(weights.astype(dtype), inputs, targets, WIDTHS, sized=True)
        for dtype in (np.float64, np.float32)
    )
    for a, b in zip(exact, rough, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("attaining", [True, False])
def test_scalar_follows_the_recursion(attaining):
    uniforms = np.random.default_rng(7).uniform(size=(2, 50, 2))
    state, device = kernels.start(np.array([0.3]), 2), devices.ald(1.0)
    curve = kernels.scalar(
        state, uniforms, curvature=1.5, optimum=0.6, sigma=0.8, attaining=attaining, alpha=0.02,
        element=kernels.Element("ald", 1.0),
    )  # fmt: skip
    for r in range(2):
        w, squares = 0.3, 0.0
        for k in range(50):
            slope = 1.5 * (w - 0.6)
            size = np.hypot(slope, 0.8)
            if attaining:
                g = np.where(uniforms[r, k] < (1 + slope / size) / 2, size, -size).mean()
            else:
                g = (slope + np.where(uniforms[r, k] < 0.5, 0.8, -0.8)).mean()
            squares += slope**2
            w = float(device.update(np.float64(w), np.float64(-0.02 * g)))
        np.testing.assert_allclose(state.weights[r, 0], w, rtol=1e-12)
        np.testing.assert_allclose([state.tally[r, 2], curve[r, 0, 0]], squares, rtol=1e-12)


def test_float32_stays_near_float64():
    inputs, targets, initial = data()
    samples = np.random.default_rng(8).integers(0, 7, size=(2, 200, 1))
    ends = [
        advance(
            samples, inputs, targets, initial, (2, 1, 0), dtype=dtype, alpha=0.05, element=kernels.Element("ald", 2.0)
        )
        for dtype in (np.float32, np.float64)
    ]
    assert ends[0][0].weights.dtype == np.float32
    # 200 steps, each rounding numbers of order one to 6e-8.
    assert np.abs(ends[0][0].weights - ends[1][0].weights).max() < 200 * 2**-23
