"""What is measured on the way, recomputed from trajectories that the literal recursion makes."""

import math
from dataclasses import fields

import numpy as np
import pytest

import simulate
from simulate.engines.reference import Recursion
from simulate.kernels import largest_weight
from simulate.observe import NEVER, Observer, Plan, Seen, look
from simulate.problems import Network, Quadratic
from simulate.problems.base import Moments
from simulate.randomness import Samples, block_length, stratified_times
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
    times, lengths = stratified_times(SEED, range(replicas), 0, iterations, every)
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


def test_a_look_reduces_moments_to_numbers():
    weights = [np.array([[1.0, -2.0], [0.5, 0.0]]), np.array([[4.0], [-1.0]])]
    gradient = [np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[2.0], [1.0]])]
    variance = [np.array([[0.5, 0.25], [1.0, 2.0]]), np.array([[0.125], [4.0]])]
    seen = look(Moments(np.array([7.0, 8.0]), gradient, variance), weights, 4.0)
    assert [part.tolist() for part in seen] == [
        [7.0, 8.0],
        [9.0, 10.0],
        [[0.75, 0.125], [3.0, 4.0]],
        [1.0, 0.0625],
        [1 / 16 * 0.5 + 4 / 16 * 0.25 + 0.125, 1 / 64 * 1.0 + 1 / 16 * 4.0],
    ]


def observer(replicas: int = 3, tau: float = 2.0, every: int = 1, bins: int = 2, iterations: int = 8) -> Observer:
    return Observer(Quadratic(2, size=1), tau, iterations, 1, range(replicas), every, bins)


def test_the_guard_takes_the_largest_saturation_and_notes_who_left_first_and_where():
    one, limit = observer(), largest_weight(2.0, np.dtype(np.float64))
    one.guard(3, [np.array([[1.0], [-1.5], [0.0]]), np.array([[-0.5], [0.25], [limit]])])
    assert one.max_saturation.tolist() == [0.5, 0.75, limit / 2]
    assert one.diverged_step.tolist() == [NEVER] * 3
    one.guard(4, [np.array([[0.1], [np.nan], [0.0]]), np.array([[np.nextafter(limit, np.inf)], [np.inf], [0.0]])])
    assert one.max_saturation.tolist() == [0.5, 0.75, limit / 2], "numbers that left are no saturation"
    assert one.diverged_step.tolist() == [4, 4, NEVER] and one.diverged_stage.tolist() == [1, 0, NEVER]
    one.guard(5, [np.array([[np.nan], [0.0], [np.nan]]), np.zeros((3, 1))])
    assert one.diverged_step.tolist() == [4, 4, 5] and one.diverged_stage.tolist() == [1, 0, 0]
    early = observer()
    early.guard(0, [np.array([[np.inf], [0.0], [0.0]]), np.zeros((3, 1))])
    assert early.diverged_step.tolist() == [0, NEVER, NEVER] and NEVER < 0, "no step is called never"
    digital = observer(tau=math.inf)
    digital.guard(0, [np.full((3, 1), 5.0), np.zeros((3, 1))])
    assert digital.max_saturation.tolist() == [0, 0, 0] and digital.diverged_step.tolist() == [NEVER] * 3


def test_sums_are_added_where_they_belong():
    one = observer()
    seen = Seen(
        np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0, 20.0], [30.0, 40.0]]),
        np.array([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 1.0]]]),
        np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([[0.5, 0.25], [1.0, 2.0]]),
    )  # fmt: skip
    who, steps, lengths = np.array([0, 2]), np.array([[3, 4], [0, 7]]), np.array([2, 5])
    for _ in range(2):
        one.add(who, steps, lengths, seen)
    assert one.squared_gradient.tolist() == [240.0, 0.0, 520.0]
    assert one.squared_saturation == pytest.approx([2.4, 0, 5.2])
    assert one.weighted_saturation.tolist() == [4.5, 0, 24.0]
    assert one.stage_variances.tolist() == [[34.0, 48.0], [0, 0], [90.0, 34.0]]
    assert one.largest_variance.tolist() == [7.0, 0.0, 11.0]
    assert one.curve_weight.tolist() == [[4, 0, 4], [10, 0, 10]]  # steps 0..3 and 4..7 of 8
    assert one.curve_gradient.tolist() == [[40, 0, 120], [200, 0, 400]]
    assert one.curve_value.tolist() == [[4, 0, 12], [20, 0, 40]]


def test_of_one_replica_all_times_are_added_in_order():
    one, large = observer(), 2.0**53
    values = np.array([[large, 1.0, -large, 1.0]])  # in this order the first 1 is lost
    seen = Seen(values, values, np.zeros((1, 4, 2)), values, values)
    one.add(np.array([1]), np.array([[0, 1, 2, 3]]), np.ones(4, dtype=np.int64), seen)
    assert one.squared_gradient.tolist() == [0.0, ((large + 1.0) - large) + 1.0, 0.0] == [0.0, 1.0, 0.0]
    assert one.curve_weight.tolist() == [[0, 4, 0], [0, 0, 0]]


def test_a_replica_is_looked_at_when_it_is_due_and_only_while_it_is_there():
    one = observer(every=4)
    one.diverged_step[2] = 1
    plan = Plan(0, 8, np.array([[1, 6], [2, 6], [1, 7]]), np.array([4, 4]))
    looked = []
    one.add = lambda *given: looked.append(tuple(part.tolist() for part in given[:3]))
    for place in range(8):
        one.see(plan, place, [np.zeros((3, 1)), np.zeros((3, 1))])
    assert looked == [([0], [[1]], [4]), ([1], [[2]], [4]), ([0, 1], [[6], [6]], [4])]
    late = Plan(8, 8, plan.times, np.array([4, 3]))
    looked.clear()
    one.see(late, 6, [np.zeros((3, 1)), np.zeros((3, 1))])
    assert looked == [([0, 1], [[14], [14]], [3])]


def test_a_plan_ends_with_the_run():
    one = observer(iterations=10, every=2)
    assert one.plan(0, 8)[:2] == (0, 8)
    assert one.plan(1, 8)[:2] == (8, 2)
    assert np.array_equal(one.plan(1, 8).times, stratified_times(1, range(3), 1, 2, 2)[0])


def test_all_sums_are_kept_and_restored_as_copies():
    one, other = observer(), observer()
    arrays = {f.name: getattr(one, f.name, None) for f in fields(one)} | vars(one)
    names = {name for name, value in arrays.items() if isinstance(value, np.ndarray)}
    assert names == set(one.state()) and len(names) == 14
    for number, name in enumerate(sorted(names)):
        getattr(one, name)[...] = number + 1
    kept = one.state()
    other.restore(kept)
    for name in names:
        assert np.array_equal(getattr(other, name), getattr(one, name)) and not np.shares_memory(
            getattr(other, name), kept[name]
        )
