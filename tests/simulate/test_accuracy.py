"""The accuracy of a run: at W_K and along it, recomputed from trajectories that the literal recursion makes."""

import io
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import boundary
import simulate
from boundary import BadInput, json_text
from simulate import group, problems
from simulate.__main__ import app
from simulate.commands.run import _show, long_looks
from simulate.engines.reference import Recursion
from simulate.problems import Cosine, Network
from simulate.problems.layers import LayerNetwork
from simulate.problems.logistic_rows import LogisticRows
from simulate.randomness import Samples, block_length, strata, stratified_times
from simulate.results import RunResult
from theory.setting import algorithms, devices
from theory.setting.objectives import Array, Weights

TAU, ALPHA, SEED, REPLICAS, ITERATIONS = 6.0, 0.2, 4, 3, 37
HELD_OUT = 4


@dataclass(frozen=True)
class Judged(LogisticRows):
    """Logistic regression that says how many rows it answers rightly; the first four play those held out."""

    independent_draws = True

    def accuracy(self, weights: Weights) -> dict[str, Array]:
        sums = np.concatenate(weights, axis=-1) @ self.features.T
        right = (sums > 0) == (self.table.targets > 0.5)
        return {"train": right.mean(axis=-1), "test": right[..., :HELD_OUT].mean(axis=-1)}


@dataclass(frozen=True)
class OnlyTrain(Network):
    independent_draws = True

    def accuracy(self, weights: Weights) -> dict[str, Array]:
        return {"train": (weights[0][:, 0, 0] > 0.0).astype(float)}


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(23, 3))
    path = tmp_path / "rows.npz"
    np.savez(path, x=x, y=(x @ [1.0, -2, 0.5] + rng.normal(size=23) > 0).astype(float))
    return Judged(2, data=str(path), start="0.1")


def _run(problem: problems.Problem, **more: object) -> RunResult:
    plain = {"alpha": ALPHA, "tau": TAU, "iterations": ITERATIONS, "replicas": REPLICAS, "seed": SEED}
    return simulate.run(problem, "analog-sgd-ap", **(plain | more))


def _paths(problem: Judged) -> list[list[Weights]]:
    """W_0 ... W_K of every replica."""
    row, samples = algorithms.named("analog-sgd-ap"), Samples(problem, SEED, range(REPLICAS))
    found = []
    for replica in range(REPLICAS):
        recursion = Recursion(problem, row, devices.ald(TAU), ALPHA, row.lags(2), problem.initial_weights())
        path = [recursion.weights]
        for k in range(ITERATIONS):
            recursion.step(list(samples.at(k)[replica]))
            path.append(recursion.weights)
        found.append(path)
    return found


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference"])
@pytest.mark.parametrize("every", [1, 5])
def test_the_accuracy_is_that_of_the_weights_at_the_measuring_times(backend: str, every: int, judged: Judged) -> None:
    found = _run(judged, measure_every=every, backend=backend)
    assert found.accuracy is not None
    assert block_length(judged) > ITERATIONS, "all in the first block"
    _, lengths = strata(0, ITERATIONS, ITERATIONS, every)
    times = stratified_times(SEED, range(REPLICAS), 0, lengths)
    bins = max(1, math.ceil(ITERATIONS / every) // 2)
    for replica, path in enumerate(_paths(judged)):
        shares = [judged.accuracy([stage[None] for stage in weights]) for weights in path]
        for part in ("train", "test"):
            assert found.accuracy.final[part][replica] == shares[-1][part][0]
            sums, weight = np.zeros(bins), np.zeros(bins)
            for time, length in zip(times[replica], lengths, strict=True):
                sums[time * bins // ITERATIONS] += length * shares[time][part][0]
                weight[time * bins // ITERATIONS] += length
            np.testing.assert_allclose(found.accuracy.curve[part][:, replica], sums / weight, rtol=1e-14)
    assert len(set(found.accuracy.curve["train"].ravel())) > 3, "it changes on the way"


def test_what_is_written_has_the_accuracy(judged: Judged, capsys: pytest.CaptureFixture[str]) -> None:
    found = _run(judged)
    assert found.accuracy is not None
    document = found.to_json()["accuracy"]
    assert document["train"] == np.mean(found.accuracy.final["train"])
    assert document["per_replica"]["test"].shape == (REPLICAS,)
    assert document["curve"]["train"].shape == document["curve"]["times"].shape
    assert '"accuracy"' in json_text(found.to_json())
    with np.load(io.BytesIO(found.to_npz()), allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["accuracy_test"], found.accuracy.final["test"])
        np.testing.assert_array_equal(arrays["curve_accuracy_train"], found.accuracy.curve["train"])
    _show(found)
    printed = capsys.readouterr().out
    assert "accuracy, train" in printed and "accuracy, test" in printed and "of replicas:" in printed


def test_a_part_that_is_not_there_is_null_and_a_problem_without_classes_has_none() -> None:
    found = _run(OnlyTrain(2, 2, samples=5), backend="numpy")
    assert found.to_json()["accuracy"]["test"] is None
    assert found.to_json()["accuracy"]["curve"]["test"] is None
    plain = _run(Network(2, 2, samples=5))
    assert plain.accuracy is None and "accuracy" not in plain.to_json()
    assert not [name for name in np.load(io.BytesIO(plain.to_npz())).files if "accuracy" in name]


def test_measuring_the_accuracy_changes_no_other_number(judged: Judged) -> None:
    silent = LogisticRows(2, data=judged.data, start="0.1")
    one, other = _run(judged), _run(silent)
    for name in ("mean_squared_gradient", "final_value", "max_saturation"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert other.accuracy is None


@pytest.mark.parametrize("backend", ["kernels", "numpy"])
def test_a_network_on_data_of_ones_own_learns_and_says_how_well(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(40, 3))
    np.savez(tmp_path / "rows.npz", x=x, y=np.argmax(x, axis=1))
    words = (
        f"run --problem network --set data={tmp_path}/rows.npz --set width=6,3 --set bias=true --set test=0.25 "
        "--set activation=tanh,identity --set loss=cross-entropy --algorithm analog-sgd-ap --stages 2 --alpha 0.2 "
        f"--tau 8 --iterations 400 --replicas 2 --seed 1 --json - --backend {backend}"
    )
    with pytest.raises(SystemExit) as ended:
        boundary.run_command(app, "python -m simulate", words.split())
    assert ended.value.code == boundary.HOLDS
    document = json.loads(capsys.readouterr().out)
    found = document["accuracy"]
    assert found["train"] > 0.8 and found["test"] > 0.6
    assert len(found["per_replica"]["train"]) == 2
    assert found["curve"]["train"][0] < found["curve"]["train"][-1]
    problem = problems.rebuild(document["run"]["problem"])
    assert isinstance(problem, problems.LayerNetwork)
    start, message = problem.initial_weights(), problem.inputs
    for stage in range(2):
        message, _ = problem.forward(stage, start[stage], message)
    right = np.argmax(message, axis=1) == problem.labelled.labels
    shares = problem.accuracy(start)
    assert shares is not None and shares["train"] == np.mean(right) and right.size == 30


@pytest.mark.parametrize("backend", ["kernels", "numpy"])
def test_no_share_depends_on_a_checkpoint_or_on_how_replicas_are_grouped(
    backend: str, judged: Judged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 8)
    whole = _run(judged, backend=backend)
    assert block_length(judged) < ITERATIONS

    class Stopped(Exception):
        pass

    advance = group.Group.advance

    def stop(self: group.Group, block: int, length: int) -> None:
        if block == 2:
            raise Stopped
        advance(self, block, length)

    monkeypatch.setattr("simulate.checkpoint.Checkpoint.__init__.__defaults__", (0.0,))
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(group.Group, "advance", stop)
        _run(judged, backend=backend, checkpoint=tmp_path / "run.npz")
    assert (tmp_path / "run.npz").exists()
    resumed = _run(judged, backend=backend, checkpoint=tmp_path / "run.npz")
    alone = _run(judged, backend=backend, replicas=1)
    assert whole.accuracy is not None and resumed.accuracy is not None and alone.accuracy is not None
    for part in ("train", "test"):
        np.testing.assert_array_equal(resumed.accuracy.final[part], whole.accuracy.final[part])
        np.testing.assert_array_equal(resumed.accuracy.curve[part], whole.accuracy.curve[part])
        np.testing.assert_array_equal(alone.accuracy.curve[part][:, 0], whole.accuracy.curve[part][:, 0])


@pytest.mark.filterwarnings("error")
def test_a_replica_that_diverged_has_no_accuracy() -> None:
    found = _run(
        OnlyTrain(2, 2, samples=5, loss="squared", activation="identity"), backend="numpy", alpha=300.0, tau=math.inf
    )
    assert len(found.diverged) == REPLICAS and found.accuracy is not None
    assert np.all(np.isnan(found.accuracy.final["train"])) and np.all(np.isnan(found.accuracy.curve["train"]))
    assert '"train": null' in json_text(found.to_json()["accuracy"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"train": np.array(0.5)},
        {"train": np.array([1.5])},
        {"train": np.array([np.nan])},
        {"test": np.array([0.5])},
        {"train": np.array([0.5]), "validation": np.array([0.5])},
    ],
)
def test_an_accuracy_that_is_none_is_refused(wrong: dict[str, Array], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OnlyTrain, "accuracy", lambda _self, _weights: wrong)
    with pytest.raises(BadInput, match=r"shares in \[0, 1\] of shape \(1,\), named train"):
        _run(OnlyTrain(2, 2, samples=5), backend="numpy")


def test_a_run_whose_looks_take_long_says_so_beforehand():
    few = simulate.Run(Cosine(2), "analog-sgd", 0.01, 5.0, 10)
    assert long_looks(few) == ""
    net = LayerNetwork(2, data="teacher", width=(64, 64), loss="squared")
    short = simulate.Run(net, "analog-sgd", 0.01, 5.0, 1000, measure_every=1)
    assert long_looks(short) == ""
    looks = long_looks(replace(short, replicas=10_000))
    assert "10000000 looks" in looks
    assert "--measure-every" in looks
