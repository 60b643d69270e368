"""The kernel made of laws against the recursion written down, at sizes that fill registers and at sizes that do not."""

import numpy as np
import pytest

from simulate import kernels

ALPHA, TAU, STEPS, REPLICAS = 0.1, 2.0, 23, 3


def direction(stale, now, sample, data, out):
    for i in range(len(now)):
        out[i] = data[0] * (stale[i] - sample[0]) + data[1] * now[i]


def moments(weights, data, gradient, variance):
    return 0.0


def literal(size, lags, samples, times, *, stashed, alpha):
    """Return the weights at `times` of every replica, nan from where one passes tau on, and where it did."""
    shots, left = np.full((len(samples), len(times), size), np.nan), []
    for r, own in enumerate(samples):
        past = [np.linspace(-1, 1, size)]
        for k in range(STEPS):
            if not np.all(np.abs(past[-1]) <= TAU):
                left.append((r, k, int(np.argmax(~(np.abs(past[-1]) <= TAU)))))
                break
            shots[r, times == k] = past[-1]
            stale = np.array([past[max(0, k - lag)][i] for i, lag in enumerate(lags)])
            now = stale if stashed else past[-1]
            mean = np.mean([0.7 * (stale - xi) + 0.2 * now for xi in own[k, :, 0]], axis=0)
            past.append(past[-1] - alpha * mean - alpha * np.abs(mean) * past[-1] / TAU)
    return shots, left


def made(size, lags, samples, times, *, stashed, alpha, parts=(STEPS,), dtype=np.float64, threads=1):
    state = kernels.start(np.linspace(-1, 1, size), len(samples), lags, dtype)
    shots, first = [], 0
    for end in (*np.cumsum(parts),):
        when = np.tile(times[(times >= first) & (times < end)], (len(samples), 1))
        shots.append(
            kernels.custom(
                state, samples[:, first:end], np.array([0.7, 0.2]), lags, direction, moments, alpha=alpha,
                element=kernels.Element("ald", TAU, start=1.0), stashed=stashed, times=when, threads=threads,
            )
        )  # fmt: skip
        first = end
    return np.concatenate(shots, axis=1), state


def samples(batch, replicas=REPLICAS):
    return np.random.default_rng(1).normal(size=(replicas, STEPS, batch, 1))


def lags_of(kind, size):
    return {
        "none": [0] * size, "one": [2] * size, "stages": [3] * (size // 2) + [0] * (size - size // 2),
        "each": [i % 4 for i in range(size)],
    }[kind]  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 8, 31, 32, 41, 75])
@pytest.mark.parametrize("kind", ["none", "one", "stages", "each"])
@pytest.mark.parametrize(("batch", "stashed"), [(1, False), (3, True)])
def test_snapshots_follow_the_recursion(size, kind, batch, stashed):
    lags, drawn, times = lags_of(kind, size), samples(batch), np.array([0, 4, 5, 22])
    expected, _ = literal(size, lags, drawn, times, stashed=stashed, alpha=ALPHA)
    found, _ = made(size, lags, drawn, times, stashed=stashed, alpha=ALPHA)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
    in_parts, _ = made(size, lags, drawn, times, stashed=stashed, alpha=ALPHA, parts=(5, 1, 17), threads=2)
    assert np.array_equal(found, in_parts)


@pytest.mark.parametrize("size", [1, 13, 41])
def test_a_replica_that_leaves_stops_there_and_the_others_go_on(size):
    drawn, times = samples(1, 6), np.arange(STEPS)
    drawn[::2] *= 25
    expected, left = literal(size, [1] * size, drawn, times, stashed=False, alpha=ALPHA)
    found, state = made(size, [1] * size, drawn, times, stashed=False, alpha=ALPHA, parts=(2, 21))
    assert 0 < len(left) < 6
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
    assert [(r, *at) for r, at in enumerate(state.diverged.tolist()) if at[0] >= 0] == left
    gone = state.diverged[:, 0] >= 0
    assert np.all(np.isinf(state.tally[gone, 0]))
    assert np.all(np.isnan(state.tally[gone, 1]))
    kept = np.max(np.abs(expected[~gone]), axis=(1, 2)) / TAU
    np.testing.assert_allclose(state.tally[~gone, 0], kept, rtol=1e-12)


def not_a_number(stale, now, sample, data, out):
    for i in range(len(now)):
        out[i] = 0.0
    out[int(sample[0])] = np.nan


@pytest.mark.parametrize("place", [0, 7, 33, 39, 40])
def test_a_number_that_is_none_is_noted_wherever_it_stands(place):
    state = kernels.start(np.zeros(41), 1)
    chosen = np.full((1, 3, 1, 1), float(place))
    device = kernels.Element("ald", TAU)
    kernels.custom(state, chosen, np.zeros(1), [0] * 41, not_a_number, moments, alpha=ALPHA, element=device)
    assert state.diverged.tolist() == [[1, place]]
