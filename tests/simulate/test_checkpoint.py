"""A run that was stopped goes on with the same bits."""

import json
import signal
import subprocess
import sys
import time
import tracemalloc
from dataclasses import fields, replace
from itertools import islice

import numpy as np
import pytest

import simulate
from boundary import BadInput, json_text
from simulate import checkpoint, group, running
from simulate.problems import Attaining, Cosine, Logistic, Network, Quadratic
from simulate.problems.least_squares import LeastSquares
from simulate.randomness import block_length
from simulate.results import RunResult

QUADRATIC = Quadratic(3, size=2)
NETWORK = Network(3, (4, 3, 5, 2), samples=6)
MEASURES = [f.name for f in fields(RunResult) if f.name not in ("run", "curve", "facts", "seconds", "timed")]
"""Everything that a run shows but how long it took; of these, what is no array is compared as it is."""


def same(one: RunResult, other: RunResult) -> list[str]:
    """The measures in which two runs differ."""
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in MEASURES}
    pairs |= {f"curve.{name}": (value, getattr(other.curve, name)) for name, value in vars(one.curve).items()}
    arrays = {name for name, (value, _) in pairs.items() if isinstance(value, np.ndarray)}
    assert len(arrays) == 13
    return [
        name for name, (a, b) in pairs.items()
        if not (np.array_equal(a, b, equal_nan=True) if name in arrays else a == b)
    ]  # fmt: skip


class Stopped(Exception):
    pass


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference", "machine"])
@pytest.mark.parametrize(
    "problem", [QUADRATIC, NETWORK, Attaining(), Cosine(3), Logistic(3)], ids=lambda problem: problem.name
)
def test_a_stopped_run_goes_on_with_the_same_bits(problem, backend, tmp_path, monkeypatch):
    algorithm = "analog-sgd-ap" if problem.stages > 1 else "analog-sgd"
    tau = problem.tau if isinstance(problem, Attaining) else 9.0
    replicas = 1 if backend in ("reference", "machine") else 3
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 256)
    described = simulate.Run(problem, algorithm, 0.02, tau, 2 * block_length(problem) + 3, replicas, 5, backend=backend)
    whole = simulate.execute(described)
    assert same(resumed(described, tmp_path / "run.npz", monkeypatch), whole) == []


def resumed(described: simulate.Run, file, monkeypatch) -> RunResult:
    """The run, stopped in the last of its three blocks and made again from its checkpoint."""
    monkeypatch.setattr(checkpoint.Checkpoint.__init__, "__defaults__", (0.0,))
    advance = group.Group.advance

    def stop_in_the_last_block(group, block, length):
        advance(group, block, length)
        if block == 2:
            raise Stopped

    monkeypatch.setattr(group.Group, "advance", stop_in_the_last_block)
    with pytest.raises(Stopped):
        simulate.execute(described, checkpoint=file)
    made = []
    monkeypatch.setattr(group.Group, "advance", lambda *a, **k: (made.append(a[1]), advance(*a, **k)))
    found = simulate.execute(described, checkpoint=file)
    assert made and made == [2] * len(made)
    return found


@pytest.mark.parametrize("backend", ["kernels", "numpy"])
def test_replicas_that_left_before_the_stop_have_left_after_it(backend, tmp_path, monkeypatch):
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 128)
    described = simulate.Run(QUADRATIC, "analog-sgd-ap", 8.0, 4.0, 2 * block_length(QUADRATIC) + 3, 6, backend=backend)
    whole = simulate.execute(described)
    left = [one for one in whole.diverged if one.step <= 2 * block_length(QUADRATIC)]
    assert any(one.stage > 1 for one in left), "some replica leaves at another stage than the first"
    assert same(resumed(described, tmp_path / "run.npz", monkeypatch), whole) == []


@pytest.mark.slow
def test_kill_9_loses_at_most_the_time_between_two_checkpoints(tmp_path):
    """A program is killed without warning once its first checkpoint is there; the next one ends with the same bits."""
    options = {"problem": "quadratic", "algorithm": "analog-sgd-ap", "stages": 4, "alpha": 0.01, "tau": 20}
    options |= {"iterations": 150_000, "replicas": 8, "seed": 3}
    arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    start = "import simulate.checkpoint as c; c.Checkpoint.__init__.__defaults__ = (0.05,); import runpy, sys;"
    program = [sys.executable, "-c", start + "runpy.run_module('simulate', run_name='__main__')", "run", *arguments]
    file, result = tmp_path / "checkpoint.npz", tmp_path / "result.json"
    with subprocess.Popen([*program, "--checkpoint", str(file)], stdout=subprocess.DEVNULL) as killed:
        deadline = time.monotonic() + 120
        while not file.exists() and killed.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        killed.send_signal(signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL, "the run ended before it could be killed"
    with np.load(file) as kept:
        assert 0 < int(kept["block"]) < 150_000 // block_length(Quadratic(4))
    again = subprocess.run(
        [*program, "--checkpoint", str(file), "--json", str(result)], capture_output=True, check=True
    )
    assert again.returncode == 0
    whole = simulate.run(Quadratic(4), "analog-sgd-ap", alpha=0.01, tau=20, iterations=150_000, replicas=8, seed=3)
    resumed = json.loads(result.read_text())
    assert resumed["mean_squared_gradient"]["per_replica"] == whole.mean_squared_gradient.tolist()


def test_a_checkpoint_of_another_run_or_another_file_is_refused(tmp_path):
    file = tmp_path / "run.npz"
    described = simulate.Run(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 30)
    simulate.execute(described, checkpoint=file)
    with pytest.raises(BadInput, match="checkpoint"):
        simulate.execute(replace(described, seed=1), checkpoint=file)
    for content in (b"", b"no archive", file.read_bytes()[:200]):
        file.write_bytes(content)
        with pytest.raises(BadInput, match="checkpoint"):
            simulate.execute(described, checkpoint=file)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"alpha": 0.03}, "very run; alpha was 0.02 and is 0.03$"),
        ({"problem": Cosine(3)}, "very run; problem was quadratic and is cosine$"),
        ({"seed": 1, "alpha": 0.03, "tau": 5.0, "replicas": 2, "ranges": 4}, "ranges was 0 and is 4, .* [.]{3}$"),
    ],
)
def test_a_refusal_names_what_differs(other, words, tmp_path):
    described = simulate.Run(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 30)
    simulate.execute(described, checkpoint=tmp_path / "run.npz")
    with pytest.raises(BadInput, match=words):
        simulate.execute(replace(described, lags=None, **other), checkpoint=tmp_path / "run.npz")


def test_a_refusal_names_the_checksum_of_data_that_changed(tmp_path):
    data, file = tmp_path / "some.csv", tmp_path / "run.npz"

    def of_data():
        return simulate.Run(LeastSquares(2, data=str(data)), "analog-sgd-ap", 0.02, 9.0, 30)

    data.write_text("a,b,y\n1,2,3\n2,1,4\n", encoding="utf-8")
    simulate.execute(of_data(), checkpoint=file)
    data.write_text("a,b,y\n1,2,3\n2,1,5\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"very run; the checksum of data was \w{24}[.]{3} and is \w{24}[.]{3}$"):
        simulate.execute(of_data(), checkpoint=file)


def kept(described, file, steps):
    """The run with a checkpoint every so many steps beside the file."""
    simulate.execute(described, checkpoint=file, checkpoint_every=steps)
    return sorted(int(np.load(one)["block"]) for one in file.parent.glob("*.block-*"))


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference", "machine"])
@pytest.mark.parametrize("problem", [QUADRATIC, NETWORK, Cosine(3), Logistic(3)], ids=lambda problem: problem.name)
def test_a_replay_has_the_bits_of_the_run(problem, backend, tmp_path, monkeypatch):
    """From step 0 and from a checkpoint, within a block and across two, the weights are those of the whole run."""
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 64)
    length = block_length(problem)
    first, steps = 2 * length + 5, length
    described = simulate.Run(problem, "analog-sgd-ap", 0.02, 9.0, 4 * length, 3, 5, backend=backend)
    file = tmp_path / "run.npz"
    assert kept(described, file, length) == [1, 2, 3, 4]
    near = simulate.replay(file, first, steps)
    for one in tmp_path.glob("*.block-*"):
        one.unlink()
    far = simulate.replay(file, first, steps)
    assert (near.started_from, far.started_from) == (2 * length, 0)
    assert np.array_equal(near.weights, far.weights)
    assert len(near.value) == steps + 1
    for place in (0, 1, steps):
        shorter = simulate.execute(replace(described, iterations=first + place))
        assert np.array_equal(near.value[place], shorter.final_value)
    assert np.all(near.diverged == -1)
    other = simulate.replay(file, first + 1, steps - 1)
    assert np.array_equal(other.weights, near.weights[1:])
    assert not np.array_equal(near.weights[0], near.weights[1])


def test_a_replay_does_not_start_from_another_runs_checkpoint(tmp_path):
    """Beside the run's own file lie states of a run that differs in its seed alone, under the names of its own."""
    described = simulate.Run(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 4 * block_length(QUADRATIC))
    length, file = block_length(QUADRATIC), tmp_path / "run.npz"
    kept(replace(described, seed=1), file, length)
    simulate.execute(replace(described, seed=1), checkpoint=tmp_path / "other.npz")
    file.unlink()
    simulate.execute(described, checkpoint=file)
    found = simulate.replay(file, 2 * length + 1, 1)
    assert found.started_from == 0
    plain = simulate.execute(replace(described, iterations=2 * length + 1))
    assert np.array_equal(found.value[0], plain.final_value)
    with pytest.raises(BadInput, match="this very run"):
        simulate.execute(described, checkpoint=tmp_path / "other.npz")


def test_a_checkpoint_of_other_code_is_not_gone_on_with(tmp_path, monkeypatch):
    """Neither the run nor a replay takes a state whose next step other code would have made."""
    length, file = block_length(QUADRATIC), tmp_path / "run.npz"
    described = simulate.Run(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 4 * length)
    kept(described, file, length)
    assert simulate.replay(file, 2 * length + 1, 1).started_from == 2 * length
    other = {**checkpoint._code(), "numpy": "0.1", "simulate": "0" * 64}
    monkeypatch.setattr(checkpoint, "_code", lambda: other)
    with pytest.raises(BadInput, match=r"checkpoint = .*these have changed: numpy .*, simulate"):
        simulate.execute(described, checkpoint=file)
    assert simulate.replay(file, 2 * length + 1, 1).started_from == 0


def test_names_with_signs_of_patterns_are_names(tmp_path):
    length, file = block_length(QUADRATIC), tmp_path / "run [a*].npz"
    kept(simulate.Run(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 3 * length), file, length)
    assert simulate.replay(file, 2 * length + 1, 1).started_from == 2 * length


def test_work_is_made_piece_by_piece():
    """A list of the pieces would take 2 GiB at K = 1e11."""
    pieces = running._pieces(range(10**15), [0, 1])
    assert list(islice(pieces, 3)) == [(0, 0), (0, 1), (1, 0)]
    tracemalloc.start()
    for _ in islice(pieces, 100_000):
        pass
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


LONG = """
import resource, sys
from pathlib import Path
import simulate
from simulate import checkpoint
checkpoint.Checkpoint.__init__.__defaults__ = (0.0,)  # writes after every block
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
problem = simulate.problems.make("quadratic")
simulate.run(problem, "analog-sgd", alpha=1e-9, tau=9.0, iterations=10**15, checkpoint=Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_a_very_long_run_begins_at_once(tmp_path):
    """With K = 1e15 the first block is made and kept after a moment, within 2 GiB."""
    file = tmp_path / "run.npz"
    process = subprocess.Popen([sys.executable, "-c", LONG, str(file)], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline and process.poll() is None and not file.exists():
        time.sleep(0.1)
    process.kill()
    _, said = process.communicate()
    assert file.exists(), said


def test_a_replay_shows_where_a_replica_leaves(tmp_path):
    described = simulate.Run(QUADRATIC, "analog-sgd-ap", 8.0, 4.0, 60, 2)
    result = simulate.execute(described)
    gone = {one.replica: one for one in result.diverged}
    assert gone
    file = tmp_path / "run.json"
    file.write_text(json_text(result.to_json()))
    found = simulate.replay(file, 0, 60)
    for replica, one in gone.items():
        assert found.diverged[replica].tolist() == [one.step, one.stage]
        assert np.all(np.isnan(found.weights[one.step :, replica]))
        assert np.all(np.isfinite(found.value[: one.step, replica]))


@pytest.mark.parametrize(("first", "steps"), [(-1, 2), (0, 31), (30, 1), (0, -1)])
def test_steps_that_a_run_has_not_are_refused(first, steps, tmp_path):
    file = tmp_path / "run.npz"
    simulate.execute(simulate.Run(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 30), checkpoint=file)
    with pytest.raises(BadInput, match="steps between 0 and K = 30"):
        simulate.replay(file, first, steps)


@pytest.mark.parametrize("content", [None, b"", b"{", b"{}", b'{"run": 3}', b"no archive"], ids=str)
def test_a_file_that_holds_no_run_is_refused(content, tmp_path):
    file = tmp_path / "run"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput):
        simulate.replay(file, 0, 1)


def test_checkpoints_that_stay_need_a_file_beside_which_they_stay():
    with pytest.raises(BadInput, match="checkpoint_every"):
        simulate.run(QUADRATIC, "analog-sgd-ap", alpha=0.02, tau=9.0, iterations=9, checkpoint_every=3)
