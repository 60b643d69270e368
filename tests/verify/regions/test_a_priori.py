"""A tube that nothing was observed for holds the runs, and not by being wide; what is left out of it is seen."""

from functools import cache

import numpy as np
import pytest

from boundary import BadInput
from simulate.problems.network import Network
from verify.regions import a_priori, network, tube
from verify.regions.a_priori import Found
from verify.regions.intervals import Array
from verify.regions.network import flat

PROBLEM = Network(stages=2, width=2, samples=5, activation="sigmoid", loss="log-cosh", gain=0.8, instance=4)
ALPHA, TAU, LAGS, K, BINS = 0.01, 3.0, (2, 0), 400, 10


@cache
def paths() -> Array:
    """Weights of 100 replicas at all steps, shape (100, K + 1, D)."""
    rng, start, count = np.random.default_rng(1), flat(PROBLEM.initial_weights()), 100
    found = np.empty((count, K + 1, len(start)))
    found[:, 0] = start
    for k in range(K):
        stale = [found[:, max(k - lag, 0), 4 * m : 4 * m + 4].reshape(count, 2, 2) for m, lag in enumerate(LAGS)]
        sample, message, kept, steps = rng.integers(PROBLEM.samples, size=count), None, [], []
        message = PROBLEM.enter(sample, ())
        for stage in range(2):
            message, of_stage = PROBLEM.forward(stage, stale[stage], message)
            kept.append(of_stage)
        message = PROBLEM.turn(message, sample)
        for stage in (1, 0):
            current = found[:, k, 4 * stage : 4 * stage + 4].reshape(count, 2, 2)
            gradient, message = PROBLEM.backward(stage, current, message, kept[stage])
            steps.append(gradient.reshape(count, -1))
        g = np.concatenate(steps[::-1], axis=1)
        found[:, k + 1] = found[:, k] - ALPHA * g - ALPHA * np.abs(g) * found[:, k] / TAU
    return found


def outside(found: Found, path: Array) -> int:
    """How many replicas leave the tube."""
    assert found.tube is not None
    left = np.zeros(len(path), dtype=bool)
    for box, first, last in zip(found.tube.boxes, found.tube.edges[:-1], found.tube.edges[1:], strict=True):
        part = path[:, first : last + 1]
        left |= ~np.all((part >= box.low) & (part <= box.high), axis=(1, 2))
    return int(left.sum())


def made(leaving: float = a_priori.LEAVING) -> Found:
    return a_priori.a_priori(PROBLEM, ALPHA, TAU, LAGS, K, leaving=leaving, bins=BINS)


def test_no_run_leaves_and_the_bound_bites() -> None:
    found = made()
    assert found.tube is not None
    assert (found.reached, found.tube.iterations) == (K, K)
    assert outside(found, paths()) == 0
    moved = [paths()[:, :K, 4 * m : 4 * m + 4].reshape(-1, K, 2, 2) for m in range(2)]
    met = float(np.mean(sum((g**2).sum((-1, -2)) for g in PROBLEM.moments(moved).gradient)))
    bound = a_priori.bound(PROBLEM, ALPHA, TAU, LAGS, K, bins=BINS)
    assert met < bound.value < 3 * met
    start = float(PROBLEM.moments(PROBLEM.initial_weights()).value)
    assert bound.value < 0.1 * start / (ALPHA * K)


def test_a_larger_probability_has_a_narrower_tube() -> None:
    wide, narrow = (made(p).tube for p in (1e-15, 0.5))
    assert wide is not None
    assert narrow is not None
    assert np.all(wide.boxes[-1].high > narrow.boxes[-1].high)


def test_a_radius_without_noise_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(a_priori._Course, "_radius", lambda _self, drift, *_: drift + 1e-9)
    assert outside(made(), paths()) > 50


def test_a_centre_that_moves_otherwise_than_is_said_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the drift of the centre is not counted and the centre stands still."""

    def flow(problem: Network, *rest: object) -> a_priori.Flow:
        found = right(problem, *rest)  # type: ignore[arg-type]
        return a_priori.Flow(found.mean * 0.0, found.spread, found.step)

    right = a_priori.flow
    monkeypatch.setattr(a_priori, "flow", flow)
    assert outside(made(0.9), paths()) > 50


def test_a_tube_that_does_not_close_says_so() -> None:
    bound = a_priori.bound(PROBLEM, ALPHA, TAU, LAGS, 10**5, bins=16)
    assert bound.value == np.inf
    assert 0 < bound.reached < 10**5


def test_the_flow_holds_steps() -> None:
    rng, start = np.random.default_rng(2), flat(PROBLEM.initial_weights())
    box, before = network.Box(start - 0.1, start + 0.1), np.full(len(start), 0.02)
    found = a_priori.flow(PROBLEM, box, TAU, ALPHA, 3, before)
    assert np.all(found.step < 0.02)
    for _ in range(50):
        V = rng.choice([-0.1, 0.03, 0.1], len(start)) + start
        U = V + rng.choice([-0.06, 0.06], len(start))  # three steps older
        g = network.directions(PROBLEM, network.Box(U, U), network.Box(V, V)).mid
        d = g + np.abs(g) * V / TAU
        assert np.all((d.mean(0) >= found.mean.low) & (d.mean(0) <= found.mean.high))
        assert np.all(np.ptp(d, axis=0) <= found.spread)
        assert np.all(ALPHA * np.abs(d) <= found.step)


def test_a_flow_without_staleness_is_seen() -> None:
    start = flat(PROBLEM.initial_weights())
    point = network.Box(start, start)
    found = a_priori.flow(PROBLEM, point, TAU, ALPHA)
    U = start + 0.06
    g = network.directions(PROBLEM, network.Box(U, U), point).mid
    d = g + np.abs(g) * start / TAU
    assert np.any((d.mean(0) < found.mean.low) | (d.mean(0) > found.mean.high))


def test_bins_cover_the_run() -> None:
    for iterations in (1, 2, 50, 10**4, 10**7):
        edges = a_priori.edges_of(iterations, 64)
        assert edges[0] == 0
        assert edges[-1] == iterations
        assert np.all(np.diff(edges) > 0)


def test_what_is_outside_is_refused() -> None:
    for name, given in (("leaving", {"leaving": 0.0}), ("leaving", {"leaving": 1.0})):
        with pytest.raises(BadInput, match=name):
            a_priori.a_priori(PROBLEM, ALPHA, TAU, LAGS, K, **given)
    with pytest.raises(BadInput, match="alpha"):
        a_priori.a_priori(PROBLEM, 0.0, TAU, LAGS, K)
    assert tube.largest_gradient(PROBLEM, TAU) < np.inf
