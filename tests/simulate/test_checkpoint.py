"""A run that was stopped goes on with the same bits."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

import simulate
from simulate import checkpoint, execution
from simulate.problems import Attaining, Network, Quadratic
from simulate.randomness import block_length
from theory.setting.boundary import BadInput

QUADRATIC = Quadratic(3, size=2)
NETWORK = Network(3, (4, 3, 5, 2), samples=6)
MEASURES = ("mean_squared_gradient", "max_saturation", "mean_square_saturation", "final_value", "stage_variances")


class Stopped(Exception):
    pass


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference"])
@pytest.mark.parametrize("problem", [QUADRATIC, NETWORK, Attaining()], ids=lambda problem: problem.name)
def test_a_stopped_run_goes_on_with_the_same_bits(problem, backend, tmp_path, monkeypatch):
    algorithm = "analog-sgd-ap" if problem.stages > 1 else "analog-sgd"
    tau = problem.tau if isinstance(problem, Attaining) else 9.0
    blocks, replicas = 3, 1 if backend == "reference" else 3
    monkeypatch.setattr("simulate.randomness._VALUES_PER_BLOCK", 256)
    described = simulate.Run(
        problem, algorithm, 0.02, tau, (blocks - 1) * block_length(problem) + 3, replicas, 5, backend=backend
    )
    whole = simulate.execute(described)
    monkeypatch.setattr(checkpoint.Checkpoint.__init__, "__defaults__", (0.0,))
    file, advance = tmp_path / "run.npz", execution.Group.advance

    def stop_in_the_last_block(group, block, length, *, norms):
        advance(group, block, length, norms=norms)
        if block == blocks - 1:
            raise Stopped

    monkeypatch.setattr(execution.Group, "advance", stop_in_the_last_block)
    with pytest.raises(Stopped):
        simulate.execute(described, checkpoint=file)
    monkeypatch.setattr(execution.Group, "advance", advance)
    made = []
    monkeypatch.setattr(execution.Group, "advance", lambda *a, **k: (made.append(a[1]), advance(*a, **k)))
    resumed = simulate.execute(described, checkpoint=file)
    assert made == [blocks - 1] * len(made)
    for name in MEASURES:
        assert np.array_equal(getattr(resumed, name), getattr(whole, name)), name
    assert np.array_equal(resumed.curve.loss, whole.curve.loss, equal_nan=True)
    assert resumed.measured == whole.measured


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


def test_the_machine_keeps_no_checkpoint_and_says_so_at_once(tmp_path):
    with pytest.raises(BadInput, match="machine"):
        simulate.run(
            QUADRATIC, "analog-sgd-ap", alpha=0.02, tau=9, iterations=9, backend="machine", checkpoint=tmp_path / "a"
        )
