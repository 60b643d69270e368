"""Step-size schedules: which step has which size, in every engine, across blocks, checkpoints and replays."""

import json
import math
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest

import boundary
import simulate
from boundary import BadInput
from simulate import checkpoint, decay, group, running
from simulate.__main__ import app
from simulate.commands import config
from simulate.engines.base import Task
from simulate.problems import Attaining, Cosine, LeastSquares, Logistic, Network, Quadratic
from simulate.randomness import block_length
from simulate.results import RunResult
from theory.setting import algorithms, devices
from theory.setting.algorithms.analog_sgd import AnalogSGD

ALPHA, TAU, STEPS = 0.05, 6.0, 14
NETWORK, QUADRATIC = Network(4, (3, 4, 2, 3, 2), samples=6), Quadratic(4, size=2, noise="two-point")
FALLS = "3,4,9:0.5"


def run_of(problem=QUADRATIC, algorithm="analog-sgd-ap", iterations=STEPS, **more):
    return simulate.Run(problem, algorithm, **{"alpha": ALPHA, "tau": TAU, "iterations": iterations, "seed": 5, **more})


def halved(k: int) -> float:
    """`FALLS`, typed."""
    return ALPHA / 2 ** sum(k >= step for step in (3, 4, 9))


# What is read


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("none", "none"), (" none ", "none"), ("1000,2000:0.1", "1000,2000:0.1"), ("1e3, 2_000 : .1", "1000,2000:0.1"),
        ("5:1", "5:1.0"), ("sqrt:7", "sqrt:7"), ("sqrt: 1e2", "sqrt:100"),
    ],
)  # fmt: skip
def test_a_schedule_is_kept_in_one_form(given, kept):
    run = run_of(decay=given)
    assert run.decay == kept == decay.DecayText().read("decay", kept)
    assert run.describe()["decay"] == kept and simulate.Run.from_description(run.describe()) == run


@pytest.mark.parametrize(
    "given",
    [
        "", "x", "10", "10:", ":0.1", "10:0.1:2", "0:0.1", "-3:0.1", "2.5:0.1", "10:0", "10:-1", "10:1.01", "10:inf",
        "10:nan", "20,10:0.5", "10,10:0.5", "10,:0.5", "sqrt:0", "sqrt:", "sqrt:x", "sqrt:1.5", "sqrt:1e17", 0.5, True,
        ["3:0.5"], None, "none:0.5", "1e400:0.5", "٣:0.5",
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_refused_in_one_line(given):
    with pytest.raises(BadInput, match=r"^decay = ") as refused:
        run_of(decay=given)
    assert "\n" not in str(refused.value)


def test_a_schedule_that_ends_at_zero_is_refused():
    assert run_of(decay="1,2:1e-150").step_size(STEPS - 1) > 0
    with pytest.raises(BadInput, match=r"decay = 1,2,3:1e-150: .* has become 0 at step 13"):
        run_of(decay="1,2,3:1e-150")
    assert run_of(decay="1,2,14:1e-150").step_size(STEPS - 1) > 0  # the third is no step of this run


def test_the_step_sizes_are_those_typed():
    run, root = run_of(decay=FALLS), run_of(decay="sqrt:4")
    assert [run.step_size(k) for k in range(STEPS)] == [halved(k) for k in range(STEPS)]
    assert [root.step_size(k) for k in range(9)] == [ALPHA] * 4 + [ALPHA / math.sqrt(2)] * 4 + [ALPHA / math.sqrt(3)]
    for one in (run, root, run_of(decay="5:1"), run_of()):
        for first, steps in ((0, STEPS), (3, 1), (2, 7), (13, 1)):
            found = list(one.stretches(first, steps))
            sizes = [alpha for _, count, alpha in found for _ in range(count)]
            assert sizes == [one.step_size(k) for k in range(first, first + steps)]
            assert [at for at, _, _ in found] == list(np.cumsum([first, *(n for _, n, _ in found)]))[:-1]
            assert all(a.alpha != b.alpha for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("given", "constant"),
    [
        ("none", True), ("5:1", True), ("14:0.5", True), ("15,99:0.5", True), ("13:0.5", False), ("1:0.5", False),
        ("sqrt:14", True), ("sqrt:13", False), ("sqrt:1", False), ("13:0.99999999", False),
    ],
)  # fmt: skip
def test_a_schedule_is_constant_if_no_step_of_the_run_has_another_size(given, constant):
    run = run_of(decay=given)
    assert run.constant_step == constant == ({run.step_size(k) for k in range(STEPS)} == {ALPHA})


def test_a_description_without_the_field_is_of_a_constant_step():
    old = {name: value for name, value in run_of().describe().items() if name != "decay"}
    assert simulate.Run.from_description(old) == run_of() and run_of().decay == "none"


def test_options_and_files_take_it(tmp_path, capsys):
    file = tmp_path / "run.toml"
    file.write_text(
        'problem = "quadratic"\nstages = 2\nalgorithm = "analog-sgd-ap"\nalpha = 0.02\ntau = 9\niterations = 40\n'
        'decay = "20:0.1"\n'
    )
    assert config.make_run(config.read_toml(file)).decay == "20:0.1"

    def said(*words):
        with pytest.raises(SystemExit) as left:
            boundary.run_command(app, "python -m simulate", ["run", str(file), *words])
        return left.value.code, capsys.readouterr()

    code, shown = said()
    assert code == 0 and "0.02 at first, 0.002 at the last step (20:0.1)" in shown.out
    code, shown = said("--decay", "none", "--json", "-")
    assert code == 0 and json.loads(shown.out)["run"]["decay"] == "none"
    code, shown = said("--decay", "0:0.1")
    assert code == 2 and shown.err.count("\n") == 1 and "decay = '0:0.1'" in shown.err


# What is made


def final(run):
    made = group.make_groups(run, 1)[0]
    made.advance(0, block_length(run.problem))
    return [stage[0] for stage in made.engine.weights()]


def literal(run, alpha):
    """Every algorithm, a step at a time: lags from the run, step sizes from `alpha(stage, k)`."""
    problem, row, device = run.problem, algorithms.named(run.algorithm), devices.ald(run.tau)
    places = run.lags_by_place() or (run.lags,) * run.batch
    samples, path = Task(run, range(1)).samples, [run.problem.initial_weights()]
    for k in range(run.iterations):
        now, updates = path[k], []
        for sample, lags in zip(samples.at(k)[0], places, strict=True):
            old = [path[max(k - lag, 0)][m] for m, lag in enumerate(lags)]
            updates.append(problem.direction(old, old if row.stashed else now, sample))
        if not row.per_sample:
            updates = [[np.mean(parts, axis=0) for parts in zip(*updates, strict=True)]]
        for g in updates:
            now = [
                device.update(w, -alpha(m, k) * along / len(updates))
                for m, (w, along) in enumerate(zip(now, g, strict=True))
            ]
        path.append(now)
    return path[-1]


def same(one, other):
    return all(np.allclose(a, b, rtol=1e-9, atol=1e-12) for a, b in zip(one, other, strict=True))


BATCHES = {"analog-sgd-sp": 3, "accumulated-ap": 2, "pipedream-2bw": 2, "pipemare-ap": 2, "pipemare": 2}
BATCHES |= {"per-sample": 3}
ENGINES = [
    (name, backend)
    for name, row in algorithms.REGISTRY.items()
    for backend in ("reference", "numpy", "machine", "kernels")
    if backend != "kernels" or not row.own  # no kernel serves it
]


@pytest.mark.parametrize(("name", "backend"), ENGINES)
@pytest.mark.parametrize("problem", [NETWORK, QUADRATIC], ids=lambda one: one.name)
def test_step_k_of_every_stage_has_the_size_of_k(problem, name, backend):
    """Stage m comes to its k-th update later than stage m + 1 does: on the machine the clock is no count of steps."""
    tau = TAU if algorithms.named(name).analog else math.inf
    run = run_of(problem, name, tau=tau, backend=backend, batch=BATCHES.get(name, 1), decay=FALLS)
    found, delays = final(run), np.mean(run.lags_by_place() or (run.lags,), axis=0)

    def loop(size):
        def alpha(m, k):
            power = 1 - min(k / run.anneal, 1) if name == "pipemare" else 0.0
            return size(k) / max(delays[m], 1) ** power

        return literal(run, alpha)

    assert same(found, loop(halved))
    assert not same(found, loop(lambda k: halved(k + 1))) and not same(found, loop(lambda k: halved(k - 1)))
    assert not same(found, loop(lambda _: ALPHA))


def test_a_step_of_another_size_at_every_step_runs_on_kernels():
    options = {"decay": "sqrt:1", "iterations": 50, "replicas": 3}
    for problem in (QUADRATIC, NETWORK):
        one, other = (simulate.execute(run_of(problem, backend=b, **options)) for b in ("kernels", "numpy"))
        assert np.allclose(one.final_value, other.final_value, rtol=1e-10)
        assert np.allclose(one.curve.loss, other.curve.loss, rtol=1e-10)
    assert not np.allclose(
        one.final_value, simulate.execute(run_of(NETWORK, **options | {"decay": "none"})).final_value
    )


def test_pulses_are_drawn_of_the_increments_asked_for():
    options = {"decay": FALLS, "replicas": 3, "device_parameters": {"dw": 0.001, "BL": 31}}
    one, other = (simulate.execute(run_of(NETWORK, backend=b, **options)) for b in ("kernels", "numpy"))
    assert np.allclose(one.final_value, other.final_value, rtol=1e-10)


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference"])
def test_an_algorithm_of_ones_own_is_handed_the_size_of_its_step(backend, monkeypatch):
    seen = []

    @dataclass(frozen=True)
    class Heard(AnalogSGD):
        name: ClassVar[str] = "heard"

        def update(self, tile, direction, alpha, device):
            seen.append(alpha)
            return super().update(tile, direction, alpha, device)

    monkeypatch.setitem(algorithms.REGISTRY, "heard", Heard())
    simulate.execute(run_of(QUADRATIC, "heard", backend=backend, decay=FALLS))
    assert seen[-4 * STEPS :] == [halved(k) for k in range(STEPS) for _ in range(4)]


# What survives


def same_bits(one: RunResult, other: RunResult) -> bool:
    names = [f.name for f in fields(RunResult) if isinstance(getattr(one, f.name), np.ndarray)]
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    pairs += [(vars(one.curve)[name], vars(other.curve)[name]) for name in vars(one.curve)]
    return len(pairs) == 13 and all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


CASES = {
    "quadratic": (QUADRATIC, {}),
    "single": (QUADRATIC, {"dtype": "float32"}),
    "cosine": (Cosine(3), {}),
    "attaining": (Attaining(), {"algorithm": "analog-sgd", "tau": Attaining().tau}),
    "network": (NETWORK, {"measure_every": 17}),
    "batches": (NETWORK, {"measure_every": 17, "algorithm": "accumulated-ap", "batch": 2}),
    "stashed": (NETWORK, {"measure_every": 5, "algorithm": "stashed-ap", "tau": math.inf}),
    "pulses": (NETWORK, {"measure_every": 5, "device_parameters": {"dw": 0.001, "BL": 7}}),
    "logistic": (Logistic(2), {"measure_every": 11}),
    "left": (QUADRATIC, {"alpha": 8.0}),
}


def cut(run, first, steps):
    """Cut a constant step into short stretches, as a schedule does."""
    last = first + steps
    while first < last:
        count = min(1 + 7 * first % 13, last - first)
        yield decay.Stretch(first, count, run.alpha)
        first += count


@pytest.mark.parametrize("name", CASES)
def test_cutting_a_block_changes_no_bit_of_what_is_measured(name, monkeypatch):
    problem, options = CASES[name]
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 256)
    run = run_of(problem, iterations=2 * block_length(problem) + 3, **{"replicas": 3, **options})
    whole = simulate.execute(run)
    assert same_bits(simulate.execute(replace(run, decay="5,100:1")), whole)
    assert (len(whole.diverged) > 0) == (name == "left")
    monkeypatch.setattr(simulate.Run, "stretches", cut)
    assert same_bits(simulate.execute(run), whole)


def test_problems_that_give_laws_are_cut_as_well(tmp_path, monkeypatch):
    table = tmp_path / "table.csv"
    rng = np.random.default_rng(0)
    np.savetxt(table, rng.standard_normal((12, 4)), delimiter=",", header="a,b,c,y", comments="")
    problem = LeastSquares(stages=2, data=str(table))
    run = run_of(problem, iterations=150, replicas=3, measure_every=7, decay="50:0.1")
    kernels, numpy = (simulate.execute(replace(run, backend=b)) for b in ("kernels", "numpy"))
    assert np.allclose(kernels.final_value, numpy.final_value, rtol=1e-10)
    assert np.allclose(kernels.mean_squared_gradient, numpy.mean_squared_gradient, rtol=1e-10)
    plain = simulate.execute(replace(run, decay="none"))
    assert not np.allclose(kernels.final_value, plain.final_value, rtol=1e-4)
    monkeypatch.setattr(simulate.Run, "stretches", cut)
    assert same_bits(simulate.execute(replace(run, decay="none")), plain)


class Stopped(Exception):
    pass


@pytest.mark.parametrize("backend", ["kernels", "numpy", "machine"])
@pytest.mark.parametrize("after", [-1, 0, 1])
def test_a_run_that_stops_at_a_change_goes_on_with_the_same_bits(after, backend, tmp_path, monkeypatch):
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 256)
    length, file = block_length(QUADRATIC), tmp_path / "run.npz"
    options = {"replicas": 1 if backend == "machine" else 3, "backend": backend}
    run = run_of(iterations=2 * length + 3, decay=f"{length + after}:0.25", **options)
    whole = simulate.execute(run)
    monkeypatch.setattr(checkpoint.Checkpoint.__init__, "__defaults__", (0.0,))
    advance = group.Group.advance

    def stop(one, block, size):
        if block == 1:
            raise Stopped
        advance(one, block, size)

    monkeypatch.setattr(group.Group, "advance", stop)
    running.compile_first(run)
    with pytest.raises(Stopped):
        simulate.execute(run, checkpoint=file)
    monkeypatch.setattr(group.Group, "advance", advance)
    for other in (replace(run, decay="none"), replace(run, decay=f"{length + after}:0.26")):
        with pytest.raises(BadInput, match="this very run"):
            simulate.execute(other, checkpoint=file)
    assert same_bits(simulate.execute(run, checkpoint=file), whole)


@pytest.mark.parametrize("problem", [QUADRATIC, NETWORK], ids=lambda one: one.name)
def test_a_replay_goes_across_a_change(problem, tmp_path, monkeypatch):
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 256)
    length = block_length(problem)
    change = length + 5
    run = run_of(problem, iterations=2 * length, decay=f"{change}:0.25", replicas=2)
    file, stored = tmp_path / "run.npz", tmp_path / "run.json"
    made = simulate.execute(run, checkpoint=file, checkpoint_every=length)
    stored.write_text(boundary.json_text(made.to_json()))
    whole = simulate.replay(stored, 0, 2 * length)
    assert np.array_equal(whole.value[-1], made.final_value)
    before = simulate.replay(stored, change, 1).weights[0]
    for path, start in ((file, length), (stored, 0)):
        part = simulate.replay(path, change - 2, 4)
        assert part.started_from == start and part.run == run
        assert np.array_equal(part.weights, whole.weights[change - 2 : change + 3])
        assert np.array_equal(part.weights[2], before)
    moved = np.linalg.norm(np.diff(whole.weights.astype(float), axis=0), axis=-1)
    if problem is QUADRATIC:  # its noise is as large at every step
        assert 0.1 < moved[change:].mean() / moved[:change].mean() < 0.4


def test_nothing_is_certified_that_rests_on_one_alpha():
    problem = Quadratic(2, size=2, noise="two-point")
    certified, falling, late = (
        simulate.execute(run_of(problem, tau=20.0, decay=given)) for given in ("none", "7:0.5", "14:0.5")
    )
    assert certified.certified_saturation == late.certified_saturation is not None
    assert falling.certified_saturation is None and falling.to_json()["constants"]["certified"]["rho"] is False
