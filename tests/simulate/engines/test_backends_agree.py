"""Recursion, pipeline machine and batched recursion describe the same trajectories."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulate
from boundary import BadInput
from simulate import problems
from simulate.engines import compiled, registry
from simulate.engines.base import Task
from simulate.engines.machine import Machine
from simulate.engines.reference import Recursion
from simulate.problems import Cosine, Logistic, Network, PlusMinus, Problem, Quadratic, digits
from simulate.run import BACKENDS
from theory.setting import algorithms, devices

ALGORITHMS = sorted(algorithms.REGISTRY)
DATA = str(Path(__file__).parents[3] / "paper_figures" / "published" / "S2.csv")
"""For the problems on data of one's own."""
MEASURES = (
    "mean_squared_gradient",
    "max_saturation",
    "mean_square_saturation",
    "weighted_square_saturation",
    "mean_variance",
    "max_variance",
    "stage_variances",
    "final_value",
)


@st.composite
def networks(draw: st.DrawFn) -> Problem:
    stages = draw(st.integers(1, 5))
    width = tuple(draw(st.lists(st.integers(1, 6), min_size=stages + 1, max_size=stages + 1)))
    activation = draw(st.sampled_from(["tanh", "sigmoid", "softplus", "identity"]))
    loss = draw(st.sampled_from(["log-cosh", "logistic", "squared"]))
    return Network(stages, width, samples=5, activation=activation, loss=loss, instance=draw(st.integers(0, 9)))


@st.composite
def quadratics(draw: st.DrawFn) -> Problem:
    noise = draw(st.sampled_from(["two-point", "uniform", "gaussian"]))
    return Quadratic(
        draw(st.integers(1, 6)), size=draw(st.integers(1, 5)), noise=noise, instance=draw(st.integers(0, 9))
    )


@st.composite
def nonconvex(draw: st.DrawFn) -> Problem:
    kind = draw(st.sampled_from([Cosine, Logistic]))
    return kind(draw(st.integers(1, 5)), size=draw(st.integers(1, 4)), instance=draw(st.integers(0, 9)))


def machine_path(task: Task) -> list[np.ndarray]:
    """W_0 ... W_K of one replica, flattened, as the pipeline makes them."""
    schedule, samples = task.algorithm.make_schedule(task.problem.stages, task.run.batch), task.samples
    machine = Machine(
        task.problem, task.algorithm, task.device, task.run.alpha, schedule, lambda k, b: samples.at(k)[0, b], None,
        task.step_size,
    )  # fmt: skip
    return [np.concatenate([stage.ravel() for stage in w]) for w in machine.trajectory(task.run.iterations)]


def recursion_path(task: Task, lags: tuple[int, ...] | None = None, algorithm: str | None = None) -> list[np.ndarray]:
    """W_0 ... W_K of one replica, flattened, as the recursion makes them, of other lags or algorithm if given."""
    row = task.algorithm if algorithm is None else algorithms.named(algorithm)
    start, samples = task.problem.initial_weights(), task.samples
    recursion = Recursion(
        task.problem, row, task.device, task.run.alpha, task.lags if lags is None else lags, start, None, task.places,
        task.step_size,
    )  # fmt: skip
    path = [np.concatenate([stage.ravel() for stage in recursion.weights])]
    for k in range(task.run.iterations):
        recursion.step(list(samples.at(k)[0]))
        path.append(np.concatenate([stage.ravel() for stage in recursion.weights]))
    return path


def make_task(problem: Problem, name: str, device: str, batch: int, iterations: int, seed: int) -> Task:
    row = algorithms.named(name)
    tau = getattr(problem, "tau", 8.0) if row.analog else np.inf
    run = simulate.Run(problem, name, 0.05, tau, iterations, 1, seed, device, {}, batch if row.batched else 1)
    return Task(run, range(1))


@given(
    st.one_of(networks(), quadratics(), nonconvex()),
    st.sampled_from(ALGORITHMS),
    st.sampled_from(sorted(devices.REGISTRY)),
    st.integers(1, 4),
    st.integers(1, 20),
    st.integers(0, 2**64 - 1),
)
@settings(deadline=None, max_examples=80)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # some of these diverge, in the same way
def test_the_machine_makes_the_recursion_to_the_last_bit(problem, name, device, batch, iterations, seed):
    task = make_task(problem, name, device, batch, iterations, seed)
    machine, recursion = machine_path(task), recursion_path(task)
    assert len(machine) == len(recursion) == iterations + 1
    assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(machine, recursion, strict=True))


def test_a_run_knows_the_names_of_the_engines():
    assert tuple(registry.REGISTRY) == BACKENDS


@pytest.mark.parametrize("fault", ["a lag too few", "a lag too many", "stale backward weights", "no lag"])
def test_a_wrong_lag_is_seen(fault):
    problem = Network(3, 4, samples=5)
    right = make_task(problem, "analog-sgd-ap", "ald", 1, 12, 3)
    wrong = {
        "a lag too few": {"lags": (1, 1, 0)},
        "a lag too many": {"lags": (2, 2, 0)},
        "no lag": {"lags": (0, 0, 0)},
        "stale backward weights": {"algorithm": "stashed-ap"},
    }[fault]
    machine, recursion = machine_path(right), recursion_path(right, **wrong)
    assert not np.array_equal(machine[-1], recursion[-1])


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize(
    "problem", [Network(3, (4, 3, 5, 2), samples=6), Quadratic(3), PlusMinus(2), Cosine(2), Logistic(3)]
)
def test_measures_agree_between_backends(problem, name):
    row = algorithms.named(name)
    tau = (problem.tau if isinstance(problem, PlusMinus) else 9.0) if row.analog else np.inf
    found = {
        backend: simulate.run(
            problem,
            name,
            alpha=0.03,
            tau=tau,
            iterations=60,
            replicas=3,
            seed=4,
            batch=2 if row.batched else 1,
            measure_every=1 if isinstance(problem, Quadratic | PlusMinus) else 7,
            backend=backend,
        )
        for backend in ("reference", "machine", "numpy", "kernels")
    }
    for measure in MEASURES:
        reference = getattr(found["reference"], measure)
        assert np.array_equal(getattr(found["machine"], measure), reference)
        # Products are added in another order: a few units in the last place a step.
        for backend in ("numpy", "kernels"):
            np.testing.assert_allclose(getattr(found[backend], measure), reference, rtol=1e-10, atol=1e-13)


@given(
    st.one_of(networks(), quadratics(), nonconvex()),
    st.sampled_from(ALGORITHMS),
    st.sampled_from(sorted(devices.REGISTRY)),
    st.integers(1, 3),
    st.integers(1, 20),
    st.data(),
)
@settings(deadline=None, max_examples=80)
def test_the_kernels_follow_the_recursion_with_any_lags(problem, name, device, batch, iterations, data):
    """Every problem, algorithm, device, lag and number of micro-batches, and no path but the compiled one."""
    row = algorithms.named(name)
    lags = tuple(data.draw(st.lists(st.integers(0, 4), min_size=problem.stages, max_size=problem.stages)))
    described = simulate.Run(
        problem, name, 0.03, 9.0 if row.analog else np.inf, iterations, 2, data.draw(st.integers(0, 99)),
        device=device, batch=batch if row.batched else 1, lags=lags if row.pipelined and not row.batched else None,
        measure_every=1,
    )  # fmt: skip
    found, literal = (simulate.execute(replace(described, backend=backend)) for backend in ("kernels", "reference"))
    assert found.diverged == literal.diverged
    for measure in MEASURES:
        np.testing.assert_allclose(getattr(found, measure), getattr(literal, measure), rtol=1e-10, atol=1e-13)


def test_every_problem_has_a_kernel(monkeypatch):
    monkeypatch.setattr(digits, "installed", lambda: True)  # scikit-learn is an extra
    monkeypatch.setattr(digits, "images", lambda: (np.ones((1797, 64)), np.zeros(1797, int)))
    for kind in problems.REGISTRY.values():
        made = kind(data=DATA) if "data" in kind.setting_fields() else kind()
        task = make_task(made, "analog-sgd", "ald", 1, 1, 0)
        assert isinstance(compiled.choose(task), compiled.Compiled), kind.name


@pytest.mark.parametrize("name", ["analog-sgd-ap", "digital-ap", "stashed-ap"])
@pytest.mark.parametrize("problem", [Network(3, (4, 3, 5, 2), samples=6), Quadratic(4)], ids=lambda p: p.name)
def test_the_full_duplex_machine_has_twice_the_lag(problem, name):
    tau = 9.0 if algorithms.named(name).analog else np.inf
    common = {"alpha": 0.03, "tau": tau, "iterations": 50, "replicas": 2, "seed": 3, "schedule": "full-duplex"}
    machine = simulate.run(problem, name, backend="machine", **common)
    literal = simulate.run(problem, name, backend="reference", **common)
    assert machine.run.lags == tuple(2 * (problem.stages - m) for m in range(1, problem.stages + 1))
    assert np.array_equal(machine.final_value, literal.final_value)
    own = simulate.run(problem, name, backend="reference", **{**common, "schedule": None})
    assert not np.array_equal(own.final_value, literal.final_value)


def test_general_lags_run_on_the_recursion_and_are_refused_by_the_machine():
    problem = Quadratic(3)
    settings_ = {"alpha": 0.02, "tau": 9.0, "iterations": 20, "lags": (4, 0, 2)}
    assert simulate.run(problem, "analog-sgd-ap", **settings_).run.lags == (4, 0, 2)
    with pytest.raises(BadInput, match="lags"):
        simulate.run(problem, "analog-sgd-ap", backend="machine", **settings_)
