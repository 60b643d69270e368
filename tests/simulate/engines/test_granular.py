"""Pulses and unequal elements on every backend: the same draws, whatever is cut, stopped or replayed."""

import json

import numpy as np
import pytest

import simulate
from boundary import BadInput
from simulate import group
from simulate.checkpoint import Checkpoint
from simulate.engines import compiled
from simulate.problems import Attaining, Logistic, Network, Quadratic
from simulate.replay import replay
from simulate.run import LEFT_OUT
from theory.setting import algorithms, devices
from theory.setting.algorithms import Algorithm

BESIDE = {
    "rounded": {"dw": 0.02},
    "trains": {"dw": 0.02, "BL": 7, "cycle": 0.5, "write": 0.003},
    "unequal": {"spread_tau": 0.1, "spread_slope": 0.1, "spread_updown": 0.1, "spread_point": 0.05, "reference": 0.1},
    "both": {"spread_tau": 0.1, "spread_updown": 0.1, "spread_point": 0.05, "elements": 3, "dw": 0.02, "cycle": 0.3},
}
LAWS = [(name, {}) for name in sorted(devices.REGISTRY)] + [("power", {"exponent": e}) for e in (0.5, 1.5, 3.0, 1.7)]
MEASURES = ("mean_squared_gradient", "max_saturation", "final_value")
NETWORK = Network(3, (4, 3, 5, 2), samples=6)


def run(problem, name="analog-sgd-ap", backend="kernels", **options):
    common = {"alpha": 0.05, "tau": 6.0, "iterations": 60, "replicas": 3, "seed": 4, **options}
    return simulate.run(problem, name, backend=backend, **common)


def agree(one, other, rtol=1e-10):
    assert one.diverged == other.diverged
    for measure in MEASURES:
        np.testing.assert_allclose(getattr(one, measure), getattr(other, measure), rtol=rtol, atol=1e-13)


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize(("device", "own"), LAWS, ids=str)
def test_every_device_with_everything_beside_follows_the_recursion(device, own, beside):
    options = {"device": device, "device_parameters": {**own, **BESIDE[beside]}}
    found, literal = (run(Quadratic(3, size=2), backend=backend, **options) for backend in ("kernels", "reference"))
    agree(found, literal)
    assert isinstance(group.make_groups(found.run, 1)[0].engine, compiled.Compiled)
    plain = run(Quadratic(3, size=2), device=device, device_parameters=own)
    assert not np.allclose(found.final_value, plain.final_value, rtol=1e-4)


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize(
    ("problem", "name", "options"),
    [
        (NETWORK, "analog-sgd-ap", {}),
        (NETWORK, "analog-sgd-ap", {"lags": (0, 2, 1)}),
        (NETWORK, "analog-sgd-sp", {"batch": 2}),
        (Logistic(3, size=2), "analog-sgd-ap", {}),
        (Attaining(tau=6.0), "analog-sgd", {}),
    ],
    ids=["lanes", "portable", "batches", "logistic", "scalar"],
)
def test_every_kernel_follows_the_recursion(problem, name, options, beside):
    made = {"device": "ald", "device_parameters": BESIDE[beside], **options}
    agree(*(run(problem, name, backend, **made) for backend in ("kernels", "reference")))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("more", [{}, {"dw": 0.02, "cycle": 0.3}, {"spread_updown": 0.1, "elements": 3}], ids=str)
def test_no_backend_writes_noise_where_nothing_is_asked_for(more, dtype):
    """Weights that start where the gradient is 0, without noise of samples: D = 0 for ever, so nothing is written."""
    still = Quadratic(2, size=2, sigma=0.0, start=0.0, target=0.0)
    moving = Quadratic(2, size=2, sigma=0.0, start=0.0, target=0.1)
    beside = {"device_parameters": {"write": 0.01, **more}, "dtype": dtype}
    for backend in ("kernels", "numpy", "reference", *(["machine"] if dtype == "float64" else [])):
        assert run(still, backend=backend, **beside).max_saturation.tolist() == [0.0] * 3
        assert run(moving, backend=backend, **beside).max_saturation.min() > 0


@pytest.mark.parametrize("problem", [NETWORK, Quadratic(3)], ids=lambda problem: problem.name)
def test_single_precision_follows_to_its_rounding(problem):
    """As long as no rounding of an increment is decided by the last bits: 60 steps."""
    options = {"device": "ald", "device_parameters": BESIDE["both"], "dtype": "float32"}
    agree(*(run(problem, backend=backend, **options) for backend in ("kernels", "reference")), rtol=1e-3)


@pytest.mark.parametrize("name", ["analog-sgd", "analog-sgd-ap", "analog-sgd-sp"])
@pytest.mark.parametrize("problem", [NETWORK, Quadratic(3)], ids=lambda problem: problem.name)
def test_the_machine_makes_the_same_bits_as_the_recursion(problem, name):
    options = {"device": "power", "device_parameters": BESIDE["both"], "batch": 2 if name == "analog-sgd-sp" else 1}
    machine, literal = (run(problem, name, backend, **options) for backend in ("machine", "reference"))
    assert all(np.array_equal(getattr(machine, measure), getattr(literal, measure)) for measure in MEASURES)


@pytest.mark.parametrize("backend", ["numpy", "kernels"])
@pytest.mark.parametrize("problem", [NETWORK, Quadratic(3)], ids=lambda problem: problem.name)
def test_a_replica_draws_the_same_whoever_runs_beside_it(problem, backend):
    options = {"device_parameters": BESIDE["trains"], "backend": backend}
    few, many, threads = (run(problem, replicas=n, threads=t, **options) for n, t in ((3, 1), (300, 1), (300, 2)))
    for measure in MEASURES:
        assert np.array_equal(getattr(few, measure), getattr(many, measure)[:3])
        assert np.array_equal(getattr(threads, measure), getattr(many, measure))


def test_another_seed_draws_other_pulses():
    """On a digital device without noise of its own nothing else is random."""
    problem = Attaining(tau=6.0)
    one, other = (run(problem, "analog-sgd", seed=seed, device_parameters={"write": 1e-3}) for seed in (1, 2))
    assert not np.array_equal(one.final_value, other.final_value)


class Stopped(Exception):
    pass


@pytest.mark.parametrize("backend", ["reference", "machine", "numpy", "kernels"])
@pytest.mark.parametrize("problem", [NETWORK, Quadratic(3)], ids=lambda problem: problem.name)
def test_a_run_that_was_stopped_goes_on_with_the_same_bits(problem, backend, tmp_path, monkeypatch):
    monkeypatch.setattr("simulate.randomness._LONGEST_BLOCK", 64)
    monkeypatch.setattr(Checkpoint.__init__, "__defaults__", (0.0,))  # after every block
    options = {"backend": backend, "iterations": 250, "replicas": 1, "device_parameters": BESIDE["both"]}
    whole = run(problem, **options)
    seen = group.Group.advance

    def stop(self, block, length):
        if block == 2:
            raise Stopped
        seen(self, block, length)

    monkeypatch.setattr(group.Group, "advance", stop)
    with pytest.raises(Stopped):
        run(problem, checkpoint=tmp_path / "c.npz", **options)
    monkeypatch.setattr(group.Group, "advance", seen)
    resumed = run(problem, checkpoint=tmp_path / "c.npz", **options)
    assert resumed.timed == 250 - 2 * 64
    assert all(np.array_equal(getattr(whole, measure), getattr(resumed, measure)) for measure in MEASURES)


def test_a_stored_run_is_replayed_with_its_pulses_and_its_elements(tmp_path):
    np.savez(tmp_path / "e.npz", scale=np.linspace(0.9, 1.1, 6), shift=np.linspace(-0.1, 0.1, 6))
    parameters = {"dw": 0.02, "cycle": 0.2, "elements": str(tmp_path / "e.npz")}
    found = run(Quadratic(3, size=2), device_parameters=parameters)
    path = tmp_path / "run.json"
    path.write_text(json.dumps(found.to_json(), default=lambda x: np.asarray(x).tolist()))
    again = replay(path, 50, 10)
    np.testing.assert_array_equal(again.value[-1], found.final_value)
    described = json.loads(path.read_text())["run"]["device_parameters"]
    assert described["elements_sha256"] == found.run.make_device().elements.sha256
    np.savez(tmp_path / "e.npz", scale=np.linspace(0.9, 1.2, 6))
    with pytest.raises(BadInput, match="checksum"):
        replay(path, 0, 1)


class Twice(Algorithm):
    """Two arrays, each on a device: the second follows the first."""

    name = "twice"
    title = "two arrays"

    def start(self, weights):
        return {"weights": weights, "other": weights.copy()}

    def update(self, tile, direction, alpha, device):
        return {
            "weights": device.update(tile["weights"], -alpha * direction),
            "other": device.update(tile["other"], -alpha * direction),
        }


def test_two_arrays_of_an_algorithm_have_pulses_of_their_own(monkeypatch):
    monkeypatch.setitem(algorithms.REGISTRY, "twice", Twice())
    for backend in ("reference", "numpy"):
        described = simulate.Run(
            Quadratic(3), "twice", 0.05, 6.0, 50, replicas=1, lags=LEFT_OUT, backend=backend,
            device_parameters={"dw": 0.05},
        )  # fmt: skip
        one = group.make_groups(described, 1)[0]
        one.engine.advance(one.observer.plan(0, 50), one.observer)
        state = one.engine.state()
        assert not np.array_equal(state["0"] if "0" in state else state["weights.0"], state["tile.other.0"])


def test_rounding_keeps_the_mean_of_a_run_and_a_device_without_pulses_does_not_spread():
    """A digital quadratic, small steps: E W_K is the smooth run's, within 4.9 standard errors (1e-6)."""
    problem = Quadratic(1, size=1, noise="uniform", start=0.5, target=0.2)
    options = {"alpha": 0.02, "tau": np.inf, "iterations": 200, "replicas": 4000, "seed": 2, "measure_every": 200}
    described = simulate.Run(problem, "digital-sgd", device_parameters={"dw": 0.05}, **options)
    smooth = simulate.Run(problem, "digital-sgd", **options)
    ends = []
    for one in (described, smooth):
        groups = group.make_groups(one, 1)
        for part in groups:
            part.engine.advance(part.observer.plan(0, 200), part.observer)
        ends.append(np.concatenate([part.engine.weights()[0][:, 0] for part in groups]))
    apart = ends[0] - ends[1]
    assert apart.std() > 0.01
    assert abs(apart.mean()) < 4.9 * apart.std() / np.sqrt(4000)


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"BL": 3}, "BL"),
        ({"dw": -1.0}, "dw"),
        ({"spread_tau": -1.0}, "spread_tau"),
        ({"elements": "no.npz"}, "elements"),
    ],
)
def test_what_no_device_has_is_refused(parameters, named):
    with pytest.raises(BadInput, match=named):
        run(Quadratic(3), device_parameters=parameters)


def test_a_digital_device_may_have_pulses_but_no_unequal_elements():
    run(Quadratic(3), "digital-sgd", tau=np.inf, device_parameters={"dw": 0.1})
    with pytest.raises(BadInput, match="pulses"):
        run(Quadratic(3), "digital-sgd", tau=np.inf, device_parameters={"spread_tau": 0.1})
