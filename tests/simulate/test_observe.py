"""What is measured on the way, recomputed from trajectories that the literal recursion makes."""

import math

import numpy as np
import pytest

import simulate
from simulate.engines.reference import Recursion
from simulate.problems import Network
from simulate.randomness import Samples, block_length, strata, stratified_times
from theory.setting import algorithms, devices

NETWORK = Network(2, (3, 2, 2), samples=5)
TAU, ALPHA, SEED = 6.0, 0.05, 4


def paths(problem, name: str, iterations: int, replicas: int) -> list[list]:
    """W_0 ... W_K of every replica."""
    row, samples = algorithms.named(name), Samples(problem, SEED, range(replicas))
    found = []
    for replica in range(replicas):
        recursion = Recursion(
            problem, row, devices.ald(TAU), ALPHA, row.lags(problem.stages), problem.initial_weights()
        )
        path = [recursion.weights]
        for k in range(iterations):
            recursion.step(list(samples.at(k)[replica]))
            path.append(recursion.weights)
        found.append(path)
    return found


def numbers(problem, weights) -> dict[str, float | np.ndarray]:
    """Everything that is averaged, at one point."""
    moments = problem.moments(weights)
    stages = np.array([np.sum(stage) for stage in moments.variance])
    pairs = list(zip(weights, moments.variance, strict=True))
    return {
        "squared_gradient": sum(float(np.sum(stage**2)) for stage in moments.gradient),
        "variance": float(np.sum(stages)),
        "stages": stages,
        "value": float(moments.value),
        "square": max(float(np.max((stage / TAU) ** 2)) for stage in weights),
        "weighted": sum(float(np.sum((w / TAU) ** 2 * v)) for w, v in pairs),
    }


@pytest.mark.parametrize("backend", ["reference", "numpy", "kernels"])
@pytest.mark.parametrize("every", [1, 8])
def test_every_measure_is_the_average_over_the_times_that_were_drawn(backend, every):
    iterations, replicas = 37, 3
    found = simulate.run(
        NETWORK, "analog-sgd-ap", alpha=ALPHA, tau=TAU, iterations=iterations, replicas=replicas, seed=SEED,
        measure_every=every, backend=backend,
    )  # fmt: skip
    assert block_length(NETWORK) > iterations, "all in the first block"
    _, lengths = strata(0, block_length(NETWORK), iterations, every)
    times = stratified_times(SEED, range(replicas), 0, lengths)
    bins = max(1, math.ceil(iterations / every) // 2)
    assert len(found.curve.times) == bins
    assert found.curve.times == pytest.approx([(at + 0.5) * iterations / bins for at in range(bins)], rel=1e-15)
    stages = np.zeros((replicas, 2))
    for replica, path in enumerate(paths(NETWORK, "analog-sgd-ap", iterations, replicas)):
        seen = [numbers(NETWORK, path[k]) for k in times[replica]]
        mean = {name: sum(n * one[name] for n, one in zip(lengths, seen, strict=True)) / iterations for name in seen[0]}
        measured = {
            "mean_squared_gradient": mean["squared_gradient"],
            "mean_variance": mean["variance"],
            "mean_square_saturation": mean["square"],
            "weighted_square_saturation": mean["weighted"],
            "max_variance": max(one["variance"] for one in [*seen, *(numbers(NETWORK, path[k]) for k in (0, -1))]),
            "max_saturation": max(float(np.max(np.abs(stage))) / TAU for weights in path for stage in weights),
            "final_value": float(NETWORK.moments(path[-1]).value),
        }
        for name, expected in measured.items():
            assert getattr(found, name)[replica] == pytest.approx(expected, rel=1e-12), name
        stages[replica] = mean["stages"]
        for at in range(bins):
            here = [(n, one) for n, k, one in zip(lengths, times[replica], seen, strict=True) if k * bins // 37 == at]
            weight = sum(n for n, _ in here)
            for name, curve in (("squared_gradient", found.curve.squared_gradient), ("value", found.curve.loss)):
                expected = sum(n * one[name] for n, one in here) / weight if here else math.nan
                assert curve[at, replica] == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert found.stage_variances == pytest.approx(stages.mean(axis=0), rel=1e-12)
    assert found.measured["sigma2"] == found.max_variance.max()
    assert found.measured["rho"] == found.max_saturation.max()


def test_the_norms_of_a_network_cover_the_last_weights_and_the_ends_of_blocks(monkeypatch):
    """However often norms are taken, they are taken at W_K and, in a short run, at the end of every block."""
    growing = Network(2, (3, 2, 2), samples=5, gain=0.2)
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 16)
    assert block_length(growing) == 16
    found = simulate.run(
        growing, "analog-sgd-ap", alpha=ALPHA, tau=TAU, iterations=40, replicas=2, seed=SEED, measure_every=1
    )
    both = paths(growing, "analog-sgd-ap", 40, 2)
    norms = [[[np.linalg.norm(stage, 2) for stage in path[k]] for path in both] for k in (16, 32, 40)]
    ends = np.max(norms, axis=1)
    assert np.all(np.array(found.measured["w"]) >= ends.max(axis=0) * (1 - 1e-12))
    assert (ends[2] > ends[:2].max(axis=0)).any(), "some norm is largest at the end, or nothing is tested"
