"""The public boundary: what a run returns, what it refuses, and what its numbers may depend on."""

import dataclasses
import json
import math
import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import boundary
import simulate
from boundary import BadInput
from simulate import kernels, running
from simulate.problems import Attaining, Cosine, Logistic, Network, PlusMinus, Quadratic
from simulate.randomness import Samples, block_length
from theory.setting import algorithms

QUADRATIC = Quadratic(3, size=2, noise="two-point", coupling=0.1)
NETWORK = Network(3, (4, 3, 5, 2), samples=6)
USUAL = {"alpha": 0.02, "tau": 9.0, "iterations": 50, "replicas": 3, "seed": 1}


def same_bits(one: simulate.RunResult, other: simulate.RunResult, replicas: slice = slice(None)) -> bool:
    names = ("mean_squared_gradient", "max_saturation", "mean_square_saturation", "final_value", "max_variance")
    return all(np.array_equal(getattr(one, name), getattr(other, name)[replicas]) for name in names)


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference", "machine"])
@pytest.mark.parametrize("problem", [QUADRATIC, NETWORK, Cosine(3), Logistic(3)], ids=lambda problem: problem.name)
def test_a_replica_does_not_depend_on_the_others(problem, backend):
    few = simulate.run(problem, "analog-sgd-ap", backend=backend, **USUAL)
    more = simulate.run(problem, "analog-sgd-ap", backend=backend, **{**USUAL, "replicas": 7})
    assert same_bits(few, more, slice(3))


@pytest.mark.parametrize("problem", [QUADRATIC, NETWORK, Cosine(3), Logistic(3)], ids=lambda problem: problem.name)
def test_bits_do_not_depend_on_threads(problem):
    found = [
        simulate.run(problem, "analog-sgd-ap", **{**USUAL, "replicas": 37}, threads=threads) for threads in (1, 2, 3)
    ]
    assert same_bits(found[0], found[1])
    assert same_bits(found[0], found[2])


def test_bits_depend_on_the_seed_and_replicas_differ():
    one, other = (simulate.run(QUADRATIC, "analog-sgd", **{**USUAL, "seed": seed}) for seed in (1, 2))
    assert not np.any(one.mean_squared_gradient == other.mean_squared_gradient)
    assert len(set(one.mean_squared_gradient)) == 3


def test_a_longer_run_begins_with_the_shorter_one():
    """K is not a multiple of the block, and crosses one: the curve's first bins are the shorter run's."""
    length = block_length(QUADRATIC)
    short = simulate.run(QUADRATIC, "analog-sgd-ap", **{**USUAL, "iterations": length // 2})
    double = simulate.run(QUADRATIC, "analog-sgd-ap", **{**USUAL, "iterations": 2 * length})
    first = double.curve.squared_gradient[: len(double.curve.times) // 4].mean(axis=0)
    np.testing.assert_allclose(first, short.mean_squared_gradient, rtol=1e-12)


def test_measures_are_what_the_recursion_says():
    """The averages recomputed from a trajectory made by hand."""
    problem, alpha, tau = QUADRATIC, 0.02, 9.0
    found = simulate.run(problem, "analog-sgd", alpha=alpha, tau=tau, iterations=40, seed=6)
    noise = Samples(problem, 6, range(1))
    w, hessian = problem.start_point, problem.hessian
    gradients, saturations, weighted = [], [abs(w).max() / tau], []
    for k in range(40):
        slope = hessian @ (w - problem.minimiser)
        gradients.append(slope @ slope)
        weighted.append(np.sum((w / tau) ** 2 * problem.noise_scale**2))
        step = -alpha * (slope + noise.at(k)[0, 0])
        w = w + step - abs(step) * w / tau
        saturations.append(abs(w).max() / tau)
    assert found.mean_squared_gradient[0] == pytest.approx(np.mean(gradients), rel=1e-12)
    assert found.max_saturation[0] == pytest.approx(max(saturations), rel=1e-12)
    assert found.mean_square_saturation[0] == pytest.approx(np.mean(np.square(saturations[:-1])), rel=1e-12)
    assert found.weighted_square_saturation[0] == pytest.approx(np.mean(weighted), rel=1e-12)
    assert found.stage_variances == pytest.approx([np.sum(part) for part in problem.split(problem.noise_scale**2)])
    assert found.final_value[0] == pytest.approx(0.5 * (w - problem.minimiser) @ hessian @ (w - problem.minimiser))


@pytest.mark.slow
def test_subsampled_measures_are_unbiased():
    """The same trajectories measured at every step and by strata of 64: means differ by at most 5 standard errors."""
    settings = {"alpha": 0.02, "tau": 9.0, "iterations": 500, "replicas": 400, "seed": 3}
    every = simulate.run(NETWORK, "analog-sgd-ap", measure_every=1, **settings)
    strata = simulate.run(NETWORK, "analog-sgd-ap", measure_every=64, **settings)
    for name in ("mean_squared_gradient", "mean_square_saturation", "weighted_square_saturation", "mean_variance"):
        gap = getattr(strata, name) - getattr(every, name)
        assert abs(gap.mean()) < 5 * gap.std(ddof=1) / math.sqrt(len(gap))
        assert 0 < gap.std() < 0.2 * getattr(every, name).mean()
    assert np.array_equal(strata.max_saturation, every.max_saturation), "the largest saturation is taken at every step"
    assert strata.final_value == pytest.approx(every.final_value, rel=1e-12)


def test_float32_follows_float64():
    for problem in (QUADRATIC, NETWORK, Cosine(3), Logistic(3)):
        for backend in ("kernels", "numpy"):
            double, single = (
                simulate.run(problem, "analog-sgd-ap", backend=backend, dtype=dtype, **USUAL)
                for dtype in ("float64", "float32")
            )
            # 50 steps of a few roundings of 6e-8 each.
            np.testing.assert_allclose(single.mean_squared_gradient, double.mean_squared_gradient, rtol=1e-4)
            assert not np.array_equal(single.mean_squared_gradient, double.mean_squared_gradient)
            assert single.certified_saturation is None


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference", "machine"])
@pytest.mark.parametrize(
    ("problem", "algorithm", "alpha", "tau"),
    [
        (QUADRATIC, "digital-sgd", 1e3, math.inf),
        (QUADRATIC, "analog-sgd-ap", 30.0, 3.0),
        (Quadratic(2, start=8.0), "analog-sgd", 30.0, 4.0),
        (Network(2, 3, samples=4, activation="identity", loss="squared"), "digital-ap", 1e3, math.inf),
        (NETWORK, "analog-sgd-ap", 90.0, 1.9),
    ],
)
def test_divergence_is_reported_and_enters_no_mean(problem, algorithm, alpha, tau, backend):
    found = simulate.run(problem, algorithm, alpha=alpha, tau=tau, iterations=300, replicas=2, seed=1, backend=backend)
    assert {one.replica for one in found.diverged} == {0, 1}
    for one in found.diverged:
        assert 0 <= one.step <= 300
        assert 1 <= one.stage <= problem.stages
    assert np.all(np.isnan(found.mean_squared_gradient))
    assert np.all(np.isnan(found.final_value))
    assert np.all(np.isnan(found.curve.loss))
    document = json.loads(boundary.json_text(found.to_json()))
    assert document["mean_squared_gradient"]["mean"] is None
    assert len(document["diverged"]) == 2


def test_backends_agree_on_when_and_where_a_replica_diverges():
    found = {
        backend: simulate.run(
            QUADRATIC, "analog-sgd-ap", alpha=8.0, tau=4.0, iterations=60, replicas=6, backend=backend
        )
        for backend in ("kernels", "numpy", "reference", "machine")
    }
    assert found["reference"].diverged
    assert len({run.diverged for run in found.values()}) == 1


DIVERGING = [
    Quadratic(3, size=2),
    Cosine(3, amplitude=0.7),
    Logistic(3, regulariser=0.5),
    Network(2, (3, 4, 2), samples=5, activation="identity", loss="squared"),
    Network(3, 3, samples=5, activation="softplus", loss="log-cosh"),
]


@given(
    st.sampled_from(DIVERGING),
    st.sampled_from(["analog-sgd", "analog-sgd-ap", "stashed-ap", "digital-ap", "digital-sgd"]),
    st.sampled_from(["kernels", "numpy", "reference", "machine"]),
    st.floats(-2, 250),
    st.floats(0.3, 5.0),
    st.integers(1, 12),
    st.sampled_from(["float64", "float32"]),
)
@settings(deadline=None, max_examples=150)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_replica_is_finite_in_its_range_or_reported_and_in_no_mean(
    problem, name, backend, power, tau, iterations, dtype
):
    """Step sizes up to 1e250, where a weight overflows at once and squares of a gradient would."""
    row = algorithms.named(name)
    assume(dtype == "float64" or (power < 30 and backend != "machine"))
    found = simulate.run(
        problem, name, alpha=10**power, tau=tau if row.analog else math.inf, iterations=iterations, replicas=3,
        seed=2, dtype=dtype, backend=backend, measure_every=1,
    )  # fmt: skip
    gone = {one.replica for one in found.diverged}
    for measure in ("mean_squared_gradient", "mean_square_saturation", "max_saturation", "final_value", "max_variance"):
        values = getattr(found, measure)
        assert {int(r) for r in np.flatnonzero(~np.isfinite(values))} == gone, measure
    for one in found.diverged:
        assert 0 <= one.step <= iterations
        assert 1 <= one.stage <= problem.stages
    assert np.all(np.isnan(found.curve.squared_gradient[:, sorted(gone)]))
    sound = [replica for replica in range(3) if replica not in gone]
    start = max(float(np.max(np.abs(stage))) for stage in problem.initial_weights())
    assert np.all(found.max_saturation[sound] <= max(1, start / tau * (1 + 1e-5)))
    document = json.loads(boundary.json_text(found.to_json()))
    means = [document["mean_squared_gradient"]["mean"], document["final_value"], document["mean_variance"]]
    assert all((mean is None) == bool(gone) for mean in means)


@given(st.sampled_from(DIVERGING), st.floats(0, 3), st.floats(0.3, 5.0), st.integers(1, 8))
@settings(deadline=None, max_examples=60)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_step_and_stage_of_a_divergence_are_those_of_the_recursion(problem, power, tau, iterations):
    common = {"alpha": 10**power, "tau": tau, "iterations": iterations, "replicas": 3, "seed": 2, "measure_every": 1}
    backends = ("kernels", "numpy", "machine", "reference")
    found = {simulate.run(problem, "analog-sgd-ap", backend=backend, **common).diverged for backend in backends}
    assert len(found) == 1


def test_the_rate_does_not_count_what_is_compiled(monkeypatch):
    """A first call that takes a second to compile: it is made before the clock starts."""
    calls, true = [], kernels.quadratic

    def slow_at_first(*arguments, **options):
        if not calls:
            time.sleep(1.0)
        calls.append(1)
        return true(*arguments, **options)

    monkeypatch.setattr(kernels, "quadratic", slow_at_first)
    monkeypatch.setattr(running, "_COMPILED", set())
    found = simulate.run(QUADRATIC, "analog-sgd-ap", **USUAL)
    assert len(calls) == 2
    assert found.seconds < 0.9
    assert found.replica_steps_per_second == 150 / found.seconds


def test_facts_and_certificates_come_with_the_run():
    found = simulate.run(QUADRATIC, "analog-sgd-ap", **USUAL)
    assert found.facts == QUADRATIC.facts((2, 1, 0))
    assert found.max_saturation.max() <= found.certified_saturation < 1
    constants = found.to_json()["constants"]
    assert constants["rho"] == found.certified_saturation
    assert constants["certified"]["rho"] is True
    gaussian = simulate.run(dataclasses.replace(QUADRATIC, noise="gaussian"), "analog-sgd-ap", **USUAL).to_json()
    assert gaussian["constants"]["certified"]["rho"] is False
    network = simulate.run(NETWORK, "analog-sgd-ap", **USUAL).to_json()["constants"]
    assert network["L"] is None
    assert network["certified"]["sigma2"] is False
    assert len(network["w"]) == len(network["stage_data"]["widths"]) - 1 == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"alpha": 0},
        {"alpha": -0.1},
        {"alpha": math.nan},
        {"alpha": math.inf},
        {"tau": 0},
        {"tau": -1.0},
        {"tau": math.nan},
        {"iterations": 0},
        {"iterations": 2.5},
        {"replicas": 0},
        {"seed": -1},
        {"device": "memristor"},
        {"device": "power", "device_parameters": {"up": 2.0}},
        {"device": "power", "device_parameters": {"exponent": -2.0}},
        {"batch": 2},
        {"lags": (1, 0)},
        {"lags": (1, 0, 0.5)},
        {"lags": (1, 0, -1)},
        {"dtype": "float16"},
        {"measure_every": 0},
        {"backend": "abacus"},
        {"threads": 0},
    ],
    ids=str,
)
def test_bad_input_is_refused_before_anything_runs(wrong):
    with pytest.raises(BadInput) as caught:
        simulate.run(QUADRATIC, "analog-sgd-ap", **{**USUAL, **wrong})
    assert any(name in str(caught.value) or name == "device_parameters" for name in wrong)


@pytest.mark.parametrize(
    ("problem", "algorithm", "changed"),
    [
        (QUADRATIC, "adam", {}),
        (QUADRATIC, "digital-sgd", {}),  # tau is finite
        (QUADRATIC, "analog-sgd", {"lags": (1, 0, 0)}),
        (QUADRATIC, "analog-sgd", {"schedule": "full-duplex"}),
        (QUADRATIC, "analog-sgd-ap", {"schedule": "half-duplex"}),
        (QUADRATIC, "analog-sgd-ap", {"tau": math.inf, "device_parameters": {"up": 1.0}}),
        (Attaining(tau=2.0), "analog-sgd", {}),  # made for another tau
    ],
)
def test_runs_that_contradict_themselves_are_refused(problem, algorithm, changed):
    with pytest.raises(BadInput):
        simulate.run(problem, algorithm, **{**USUAL, **changed})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rho", "alpha", "iterations"), [(0.1, 2e-4, 200_000), (0.3, 5e-4, 100_000), (0.6, 5e-4, 50_000)]
)
def test_the_attaining_instance_stands_at_the_floor(rho, alpha, iterations):
    """Within 2% of rho^2 sigma^2/(1 - rho^2); the standard error is below a quarter of that."""
    problem = Attaining(rho=rho)
    found = simulate.run(problem, "analog-sgd", alpha=alpha, tau=1.0, iterations=iterations, replicas=128, seed=1)
    observed = found.mean_squared_gradient
    assert observed.std(ddof=1) / math.sqrt(len(observed)) < 0.005 * problem.floor
    assert observed.mean() == pytest.approx(problem.floor, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("stages", [1, 3])
def test_the_sibling_stands_at_its_floor_with_any_number_of_stages(stages):
    problem = PlusMinus(stages, rho=0.3)
    found = simulate.run(problem, "analog-sgd-ap", alpha=5e-4, tau=1.0, iterations=100_000, replicas=64, seed=1)
    assert found.mean_squared_gradient.mean() == pytest.approx(problem.floor, rel=0.02)
