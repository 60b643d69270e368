"""Accumulation, PipeDream-2BW, PipeMare and updates sample by sample, each against a literal loop of its own.

The loops take nothing from the project but G, the device and the samples; lags are typed here. Each is shown to tell a
planted fault apart: a lag one too small or too large, the step rule of another stage, fresh errors.
"""

import numpy as np
import pytest

import simulate
import theory
import verify
from boundary import BadInput
from simulate import group
from simulate.engines import compiled
from simulate.engines.base import Task
from simulate.engines.machine import Machine
from simulate.engines.reference import Recursion
from simulate.problems import Logistic, Network, PlusMinus, Quadratic
from simulate.randomness import block_length
from theory.setting import algorithms, devices
from verify.judging.observations import Constants
from verify.proof_lines import pipeline
from verify.proof_lines.record import record
from verify.sweep.drawn import Setting

ALPHA, TAU, STEPS = 0.05, 6.0, 14
PROBLEMS = [Network(4, (3, 4, 2, 3, 2), samples=6), Quadratic(4, size=2, noise="two-point")]


def samples_of(problem, batch):
    run = simulate.Run(problem, "analog-sgd-sp", ALPHA, TAU, STEPS, batch=batch, seed=5)
    drawn = Task(run, range(1)).samples
    return [list(drawn.at(k)[0]) for k in range(STEPS)]


def final(problem, name, batch, backend, **options):
    tau = np.inf if name == "pipedream-2bw" else TAU
    run = simulate.Run(
        problem, name, ALPHA, tau, STEPS, batch=batch, seed=5, backend=backend, measure_every=1, **options
    )
    made = group.make_groups(run, 1)[0]
    made.advance(0, block_length(problem))
    return [stage[0] for stage in made.engine.weights()]


def up(count, size):
    return max(0, -(-count // size))


def stale_loop(problem, batch, lag, *, tau=TAU, stash=False, step=lambda _stage, _k: ALPHA):
    """W_{k+1} = U(W_k, -alpha_m mean of G(W^_{k,b}, W_k; xi_{k,b})), stage m of W^_{k,b} lag(m, b) updates old."""
    device, path = devices.ald(tau), [problem.initial_weights()]
    for k, drawn in enumerate(samples_of(problem, batch)):
        total = [np.zeros(shape) for shape in problem.shapes]
        for b, sample in enumerate(drawn):
            old = [path[max(k - lag(m, b), 0)][m] for m in range(problem.stages)]
            total = [
                t + g for t, g in zip(total, problem.direction(old, old if stash else path[k], sample), strict=True)
            ]
        path.append(
            [device.update(w, -step(m, k) * g / batch) for m, (w, g) in enumerate(zip(path[k], total, strict=True))]
        )
    return path[-1]


def per_sample_loop(problem, batch, *, fresh=False):
    device, w = devices.ald(TAU), problem.initial_weights()
    for drawn in samples_of(problem, batch):
        start = w
        for sample in drawn:
            g = problem.direction(*([w, w] if fresh else [start, start]), sample)
            w = [device.update(stage, -ALPHA * along / batch) for stage, along in zip(w, g, strict=True)]
    return w


def same(one, other, rtol=1e-9):
    return all(np.allclose(a, b, rtol=rtol, atol=1e-12) for a, b in zip(one, other, strict=True))


def test_the_loop_sees_the_samples_of_the_run():
    run = simulate.Run(PROBLEMS[1], "accumulated-ap", ALPHA, TAU, STEPS, batch=3, seed=5)
    drawn = Task(run, range(1)).samples
    assert all(np.array_equal(list(drawn.at(k)[0]), ours) for k, ours in enumerate(samples_of(PROBLEMS[1], 3)))


LAGS = {  # of stage m, from 0, and sample b of B, in a pipeline of M stages
    "accumulated-ap": lambda M, B, m, b: up(M - 1 - m - b, B),
    "pipedream-2bw": lambda M, B, m, b: up(M - 1, B),  # noqa: ARG005
    "pipemare-ap": lambda M, B, m, b: up(2 * (M - 1 - m) + 1 - b, B),
}


@pytest.mark.parametrize("backend", ["reference", "numpy", "machine", "kernels"])
@pytest.mark.parametrize("batch", [1, 2, 4])
@pytest.mark.parametrize("name", LAGS)
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: one.name)
def test_stale_pipelines_are_the_literal_loop(problem, name, batch, backend):
    stash, tau = name == "pipedream-2bw", np.inf if name == "pipedream-2bw" else TAU
    found = final(problem, name, batch, backend)

    def loop(change):
        def lag(m, b):
            return max(0, LAGS[name](problem.stages, batch, m, b) + change(m, b))

        return stale_loop(problem, batch, lag, tau=tau, stash=stash)

    assert same(found, loop(lambda _m, _b: 0))
    assert not same(found, loop(lambda m, b: m == 0 and b == 0))  # one update too many, of one stage and sample
    assert not same(found, loop(lambda m, b: -(m == 0 and b == 0)))
    assert not same(
        found, stale_loop(problem, batch, lambda m, b: LAGS[name](4, batch, m, b), tau=tau, stash=not stash)
    ) or (
        isinstance(problem, Quadratic)  # G does not read the backward weights
    )


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("name", "schedule", "batch"),
    [
        ("analog-sgd-ap", "vertical-sync", 1), ("analog-sgd-ap", "registered-duplex", 1),
        ("accumulated-ap", "vertical-sync", 2), ("accumulated-ap", "registered-duplex", 3),
        ("pipemare", "accumulated", 3), ("pipedream-2bw", "registered-duplex", 2),
    ],
)  # fmt: skip
def test_another_pipeline_than_its_own_is_run_alike_by_machine_and_recursion(problem, name, schedule, batch):
    found, literal, fast = (
        final(problem, name, batch, backend, schedule=schedule) for backend in ("machine", "reference", "kernels")
    )
    assert all(np.array_equal(one, other) for one, other in zip(found, literal, strict=True))
    assert same(fast, literal)
    assert not same(found, final(problem, name, batch, "machine"))


@pytest.mark.parametrize("decay", ["none", "20:0.5"])
@pytest.mark.parametrize("problem", [Quadratic(3), Logistic(3), Network(3)], ids=lambda one: one.name)
def test_compiled_kernels_serve_steps_that_differ_from_stage_to_stage(problem, decay):
    """While they change, at the change of alpha, and when they are alpha at last; blocks cut as they may."""
    options = {"alpha": 0.05, "tau": 4.0, "iterations": 40, "replicas": 3, "seed": 1, "anneal": 25, "decay": decay}
    found, literal = (simulate.run(problem, "pipemare", backend=one, **options) for one in ("kernels", "reference"))
    assert isinstance(group.make_groups(found.run, 1)[0].engine, compiled.Compiled)
    np.testing.assert_allclose(found.final_value, literal.final_value, rtol=1e-12)
    np.testing.assert_allclose(found.max_saturation, literal.max_saturation, rtol=1e-12)
    alike = simulate.run(problem, "pipemare", **options | {"anneal": 1})
    assert not np.allclose(alike.final_value, literal.final_value, rtol=1e-6), "the steps matter"


@pytest.mark.parametrize("backend", ["reference", "numpy", "machine", "kernels"])
@pytest.mark.parametrize(("batch", "anneal"), [(1, 5), (2, 5), (8, 5), (1, None)])
def test_pipemares_step_is_that_of_its_delay(batch, anneal, backend):
    problem, options = PROBLEMS[0], {} if anneal is None else {"anneal": anneal}
    found, over = final(problem, "pipemare", batch, backend, **options), anneal or STEPS // 4

    def loop(ahead=1, last=over):
        def step(m, k):
            return ALPHA / max((2 * (3 - m) + ahead) / batch, 1) ** (1 - min(k / last, 1))

        return stale_loop(problem, batch, lambda m, b: LAGS["pipemare-ap"](4, batch, m, b), step=step)

    assert same(found, loop())
    assert batch == 8 or not same(found, loop(ahead=2))  # with 8 samples every delay is below 1
    assert batch == 8 or not same(found, loop(last=over + 1))


@pytest.mark.parametrize("backend", ["reference", "numpy", "machine"])
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: one.name)
def test_a_batch_is_written_sample_by_sample(problem, backend):
    found = final(problem, "per-sample", 3, backend)
    assert same(found, per_sample_loop(problem, 3))
    assert not same(found, per_sample_loop(problem, 3, fresh=True))
    assert not same(found, final(problem, "analog-sgd-sp", 3, backend))


def test_a_bound_with_the_variance_of_a_mean_would_be_wrong_for_it():
    """Stationary at W, |g_b| = sigma: A tends to rho^2 sigma^2 whatever B, so it is well that no bound is applied."""
    problem = PlusMinus(1)
    options = {"alpha": 0.01, "tau": problem.tau, "iterations": 20_000, "replicas": 8, "seed": 1, "batch": 8}
    found = {name: simulate.run(problem, name, backend="numpy", **options) for name in ("per-sample", "analog-sgd-sp")}

    def bound(runs):
        facts = runs.facts.values
        return theory.bound("sharp")(
            L=facts["L"], sigma2=facts["sigma2"] / 8, Delta=runs.initial_gap, alpha=0.01, K=20_000,
            rho=float(runs.max_saturation.max()), Lambda1=0, Lambdah=0,
        )  # fmt: skip

    assert found["per-sample"].mean_squared_gradient.min() > 3 * bound(found["per-sample"])
    assert found["analog-sgd-sp"].mean_squared_gradient.max() < bound(found["analog-sgd-sp"])


def test_without_saturation_the_samples_together_are_the_mean():
    one, other = (
        simulate.run(PROBLEMS[0], name, alpha=ALPHA, tau=np.inf, iterations=STEPS, batch=3, seed=5, backend="reference")
        for name in ("per-sample", "analog-sgd-sp")
    )
    np.testing.assert_allclose(one.final_value, other.final_value, rtol=1e-12)


@pytest.mark.parametrize("name", ["accumulated-ap", "per-sample"])
def test_pulses_are_drawn_alike_by_all_backends(name):
    common = {"alpha": ALPHA, "tau": TAU, "iterations": 1, "batch": 4, "seed": 3, "problem": PROBLEMS[1]}
    problem = common.pop("problem")
    found = [
        simulate.run(problem, name, replicas=1, backend=backend, device_parameters={"dw": 0.01}, **common).final_value
        for backend in ("reference", "machine")
    ]
    assert np.array_equal(*found)
    numpy, many = (
        simulate.run(problem, name, replicas=3, backend=one, device_parameters={"dw": 0.01}, **common).final_value
        for one in ("numpy", "reference")
    )
    np.testing.assert_allclose(numpy, many, rtol=1e-10)


@pytest.mark.parametrize(("name", "updates"), [("per-sample", 3), ("analog-sgd-sp", 1), ("accumulated-ap", 1)])
def test_every_update_has_a_number_of_its_own_by_which_its_pulses_are_drawn(name, updates):
    problem, row, device, asked = PROBLEMS[1], algorithms.named(name), devices.ald(TAU), ([], [])
    drawn = samples_of(problem, 3)

    def acting(which):
        return lambda stage, number: asked[which].append((stage, number)) or device

    schedule, start = row.make_schedule(4, 3), problem.initial_weights()
    places = schedule.lags_by_place() if row.pipelined else None
    recursion = Recursion(problem, row, device, ALPHA, row.lags(4, 3), start, acting(0), places)
    for samples in drawn:
        recursion.step(samples)
    machine = Machine(problem, row, device, ALPHA, schedule, lambda k, b: drawn[k][b], acting(1))
    assert len(list(machine.trajectory(STEPS))) == STEPS + 1
    for found in asked:
        assert sorted(found) == [(stage, number) for stage in range(4) for number in range(updates * STEPS)]


def engine(problem, name, batch, **options):
    tau = np.inf if name == "pipedream-2bw" else TAU
    run = simulate.Run(problem, name, ALPHA, tau, STEPS, batch=batch, **options)
    return group.make_groups(run, 1)[0].engine


def test_what_fits_the_kernels_is_compiled_and_the_rest_says_why():
    for name in ("accumulated-ap", "pipemare-ap", "pipedream-2bw"):
        for batch in (1, 2, 4):
            assert isinstance(engine(PROBLEMS[0], name, batch), compiled.NetworkEngine)
        for batch in (1, 4):
            served = batch == 1 or name == "pipedream-2bw"  # one lag a stage
            assert isinstance(engine(PROBLEMS[1], name, batch), compiled.Compiled) == served
    assert isinstance(engine(PROBLEMS[0], "pipemare", 1), compiled.NetworkEngine)  # step sizes that differ by stage
    for problem, name, batch in ((PROBLEMS[1], "pipemare", 4), (PROBLEMS[0], "per-sample", 2)):
        assert not isinstance(engine(problem, name, batch), compiled.Compiled)


def test_what_cannot_be_run_is_refused():
    for options, word in (
        ({"batch": 2, "lags": (1, 0, 0, 0)}, "lags"), ({"batch": 2, "schedule": "asynchronous"}, "batch"),
        ({"anneal": 3}, "anneal"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=word):
            simulate.Run(PROBLEMS[0], "accumulated-ap", ALPHA, TAU, STEPS, **options)
    free = simulate.Run(PROBLEMS[0], "accumulated-ap", ALPHA, TAU, STEPS, lags=(4, 0, 1, 0))
    assert free.lags == (4, 0, 1, 0)
    assert simulate.Run(PROBLEMS[0], "pipemare", ALPHA, TAU, 40).describe()["anneal"] == 10


@pytest.mark.parametrize(("name", "batch"), [("accumulated-ap", 2), ("pipemare", 1), ("per-sample", 1)])
def test_the_proof_line_by_line_refuses_what_it_would_record_wrongly(name, batch):
    setting = Setting(PROBLEMS[1], name, ALPHA, TAU, STEPS, batch=batch)
    with pytest.raises(BadInput, match=f"algorithm = '?{name}.*proof line by line"):
        record(setting, Constants({}, {}), 4, 2)


@pytest.mark.parametrize(("name", "lines"), [("pipemare-ap", 0), ("accumulated-ap", 3), ("pipedream-2bw", 3)])
def test_its_slots_are_held_against_the_claims_that_speak_of_them(name, lines):
    tau = np.inf if name == "pipedream-2bw" else TAU
    path = record(Setting(PROBLEMS[1], name, ALPHA, tau, STEPS), Constants({}, {}), 4, 2)
    found = pipeline.lines(path)
    assert path.steps == 4 and len(found) == lines and all(line.ok for line in found)


def test_a_run_is_what_its_description_makes_again():
    for name, options in (("accumulated-ap", {"batch": 3}), ("pipemare", {"batch": 2, "anneal": 7})):
        run = simulate.Run(PROBLEMS[0], name, ALPHA, TAU, STEPS, **options)
        assert simulate.Run.from_description(run.describe()) == run


@pytest.mark.parametrize("name", ["accumulated-ap", "pipedream-2bw", "pipemare-ap"])
def test_the_theorems_bound_it_with_its_lags_and_the_variance_of_a_mean(name):
    tau = np.inf if name == "pipedream-2bw" else 8.0
    runs = simulate.run(
        Quadratic(4, size=2, noise="two-point", sigma=0.5), name, alpha=0.02, tau=tau, iterations=1500, replicas=16,
        batch=4, seed=2,
    )  # fmt: skip
    report = verify.check(runs)
    assert report.verdict == "held"
    assert {check.verdict for check in report.checks if check.theorem == "sharp"} & {"held"}
    constants = verify.judging.observations.constants(runs).values
    assert constants["sigma2"] == pytest.approx(runs.facts.values["sigma2"] / 4)
    assert 0 <= constants["nu"] - runs.facts.values["nu"] / 2 < 1e-14
    assert (
        runs.run.lags
        == {"accumulated-ap": (1, 1, 1, 0), "pipedream-2bw": (1, 1, 1, 1), "pipemare-ap": (2, 2, 1, 1)}[name]
    )


@pytest.mark.parametrize(
    ("name", "why"), [("pipemare", "step size differs from stage to stage"), ("per-sample", "B updates a step")]
)
def test_no_theorem_is_applied_to_what_none_speaks_of(name, why):
    runs = simulate.run(
        Quadratic(3, size=2, noise="two-point"), name, alpha=0.02, tau=8.0, iterations=400, replicas=8, batch=2, seed=2
    )
    report = verify.check(runs)
    assert {check.verdict for check in report.checks} == {"not applied"}
    assert all(why in check.reason for check in report.checks)
    assert runs.certified_saturation is None
