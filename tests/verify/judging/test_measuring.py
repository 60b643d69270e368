"""What a verdict rests on, measured at some times only: the same averages as at every step, but for chance."""

import numpy as np
import pytest

import simulate
from simulate import invariant
from simulate.group import Group
from theory.setting import devices

AVERAGES = ("mean_squared_gradient", "mean_square_saturation", "weighted_square_saturation", "mean_variance")


@pytest.mark.parametrize(
    ("problem", "settings"),
    [
        ("quadratic", {"size": 2, "noise": "two-point", "sigma": 1.0, "start": 3.0}),
        ("network", {"width": 3, "samples": 6}),
    ],
)
@pytest.mark.parametrize("backend", ["numpy", "kernels"])
def test_averages_over_strata_are_those_over_all_steps(problem, settings, backend):
    made = simulate.problems.make(problem, stages=3, **settings)
    options = {"alpha": 0.05, "tau": 8.0, "iterations": 61, "replicas": 300, "seed": 5, "backend": backend}
    every, some = (simulate.run(made, "analog-sgd-ap", **options, measure_every=n) for n in (1, 7))
    # the same trajectories: what is left is the choice of times, one in each stratum of 7, the last one shorter
    assert np.array_equal(every.final_value, some.final_value)
    assert np.array_equal(every.max_saturation, some.max_saturation)
    for name in AVERAGES:
        gaps = getattr(some, name) - getattr(every, name)
        error = gaps.std() / np.sqrt(len(gaps))
        assert abs(gaps.mean()) <= 5 * error + 1e-12 * getattr(every, name).mean(), name
        assert getattr(some, name).mean() == pytest.approx(getattr(every, name).mean(), rel=0.05), name


def test_what_is_measured_is_the_largest_over_replicas():
    made = simulate.problems.make("network", stages=2, width=3, samples=6)
    runs = simulate.run(made, "analog-sgd-ap", alpha=0.2, tau=8.0, iterations=200, replicas=5, seed=2)
    assert runs.measured["rho"] == runs.max_saturation.max() > runs.max_saturation.min()
    assert runs.measured["sigma2"] == runs.max_variance.max()


def test_norms_of_a_network_are_followed_to_the_end_of_a_run():
    """Weights that grow: a run of three blocks of random numbers has larger norms than its own first block."""
    made = simulate.problems.make("network", stages=2, width=2, samples=4, gain=0.1, teacher_gain=2.0)
    options = {"alpha": 0.01, "tau": np.inf, "replicas": 2, "seed": 1}
    first, whole = (simulate.run(made, "digital-ap", iterations=n * 4096, **options) for n in (1, 3))
    assert all(late > 1.05 * early for early, late in zip(first.measured["w"], whole.measured["w"], strict=True))


@pytest.mark.parametrize(("lag", "alpha", "overshoots"), [(0, 0.1, False), (6, 0.1, True), (10, 0.06, True)])
def test_certified_saturation_holds_for_noise_that_makes_stale_weights_overshoot(lag, alpha, overshoots):
    """One weight, pushed to and fro by bounded noise in step with its own lag: late gradients carry it too far."""
    noise, device = 1.0, devices.ald(40.0)
    direction = invariant.AffineDirection(np.eye(1), np.zeros(1), np.array([noise]), np.array([lag]))
    certified = invariant.saturation(direction, np.zeros(1), alpha, device)
    reached = 0.0
    for period in (10, 15, 20, 30, 200):
        past = [0.0] * (lag + 1)
        for step in range(600):
            push = noise if step // period % 2 == 0 else -noise
            past.append(float(device.update(past[-1], -alpha * (past[-1 - lag] + push))))
        reached = max(reached, *map(abs, past))
    assert certified is not None and reached <= certified * device.tau
    # without lag the weight stops where gradient and noise balance; with it, well beyond
    assert (reached > 1.25 * noise) == overshoots


@pytest.mark.parametrize("lag", [0, 1, 3])
@pytest.mark.parametrize("longest", [0.02, 0.1, 0.3, 1.2, 1.7, 1.99])
def test_certified_saturation_holds_against_the_worst_noise_and_long_steps(lag, longest):
    """Noise of either sign at will: for long, in step with the stale weights, against them, at random.

    `longest` is the step asked for where the weight is at the device's bound, in tau: beyond 1 a single step from there
    may overshoot the bound on the other side.
    """
    device, found = devices.ald(1.0), 0
    for slope in (0.6, 0.8, 0.95):  # how much of the step the gradient makes at the bound; the noise makes the rest
        alpha, noise = longest * slope, (1 - slope) / slope
        direction = invariant.AffineDirection(np.eye(1), np.zeros(1), np.array([noise]), np.array([lag]))
        certified = invariant.saturation(direction, np.zeros(1), alpha, device)
        found += certified is not None
        assert certified is None or _worst(device, alpha, noise, lag) <= certified * (1 + 1e-12) < 1
    assert found or longest >= 0.3


def _worst(device, alpha: float, noise: float, lag: int) -> float:
    """Return the largest weight that 400 bang-bang sequences of noise reach in 300 steps."""
    rng, count = np.random.default_rng(3), 400
    past = [np.zeros(count)] * (lag + 1)
    reached = 0.0
    holds = rng.integers(1, 3 * (lag + 2), count)  # steps between changes of sign; the first 100 never change it
    holds[:100] = 1000
    for step in range(300):
        push = np.where((step // holds) % 2 == 0, noise, -noise)
        greedy = -np.sign(past[-1] - past[0]) * noise  # on in the direction in which the stale weight lags behind
        push[200:300] = np.where(greedy == 0, noise, greedy)[200:300]
        push[300:] = rng.choice((-noise, noise), count - 300)
        past.append(device.update(past[-1], -alpha * (past[-1 - lag] + push)))
        past.pop(0)
        reached = max(reached, float(np.abs(past[-1]).max()))
        if reached > 1:
            break
    return reached


def test_the_last_weights_are_looked_at_too():
    """A run of one step: variance and value at W_1 enter the extremes beside those at W_0."""
    made = simulate.problems.make("network", stages=2, width=3, samples=6, instance=1)
    runs = simulate.run(made, "analog-sgd", alpha=3.0, tau=40.0, iterations=1, replicas=32, seed=3)
    group = Group(runs.run, range(32), 1)
    group.advance(0, 1)
    last, first = made.moments(group.engine.weights()), made.moments(made.initial_weights())
    at_end = np.sum([stage.sum(axis=(1, 2)) for stage in last.variance], axis=0)
    at_start = sum(float(stage.sum()) for stage in first.variance)
    assert runs.max_variance == pytest.approx(np.maximum(at_end, at_start)) and np.any(at_end > at_start)
    assert runs.least_value == pytest.approx(np.minimum(last.value, first.value)) and np.any(last.value < first.value)
