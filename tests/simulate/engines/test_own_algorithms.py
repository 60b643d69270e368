"""An algorithm of one's own, with two arrays: one file of a user's, and who runs it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import simulate
import verify
from boundary import BadInput
from simulate import notes
from simulate.problems import Quadratic
from theory.setting import algorithms
from theory.setting.algorithms import Algorithm
from theory.setting.algorithms.analog_sgd import AnalogSGD

# The user's file, from here ...


@dataclass(frozen=True)
class Momentum(Algorithm):
    """m_{k+1} = beta m_k + grad f(W_k; xi_k), W_{k+1} = U(W_k, -alpha m_{k+1})."""

    name: ClassVar[str] = "momentum"
    title: ClassVar[str] = "analog SGD with momentum"

    beta: float = 0.5

    def start(self, weights):
        return {"weights": weights, "momentum": np.zeros_like(weights)}

    def update(self, tile, direction, alpha, device):
        momentum = self.beta * tile["momentum"] + direction
        return {"weights": device.update(tile["weights"], -alpha * momentum), "momentum": momentum}


# ... to here, and the line that the fixture makes: algorithms.REGISTRY["momentum"] = Momentum()


class Uphill(AnalogSGD):
    """A direction of its own."""

    name: ClassVar[str] = "uphill"

    def direction(self, gradient, now, stale, samples):  # noqa: ARG002
        return [-stage for stage in gradient(now, now, samples[0])]


@pytest.fixture(autouse=True)
def _own(monkeypatch):
    for one in (Momentum(), Uphill()):
        monkeypatch.setitem(algorithms.REGISTRY, one.name, one)
    notes.say.cache_clear()


PROBLEM = Quadratic(2, size=2, noise="two-point", start=0.5, target=0.2)
OPTIONS = {"alpha": 0.05, "tau": 8.0, "iterations": 50, "replicas": 3, "seed": 2}


def run(name, **options):
    return simulate.run(PROBLEM, name, **{**OPTIONS, **options})


@pytest.mark.parametrize("backend", ["reference", "numpy", "kernels"])
def test_it_runs_as_it_says(backend):
    found = run("momentum", backend=backend, replicas=1)
    from simulate.group import make_groups
    from simulate.randomness import Samples

    samples, device = Samples(PROBLEM, 2, range(1), 1), found.run.make_device()
    w, m = np.concatenate(PROBLEM.initial_weights()), np.zeros(4)
    for k in range(50):
        m = 0.5 * m + PROBLEM.hessian @ (w - PROBLEM.minimiser) + samples.at(k)[0, 0]
        w = device.update(w, -0.05 * m)
    assert found.final_value[0] == pytest.approx(PROBLEM.value(PROBLEM.split(w)), rel=1e-12)
    assert type(make_groups(found.run, 1)[0].engine).__name__ in ("ReferenceEngine", "NumPyEngine")


def test_an_own_direction_is_not_run_as_analog_sgd():
    """It was, bit for bit: the kernels looked at the flags of the parent alone."""
    climbing, descending = run("uphill"), run("analog-sgd")
    assert np.all(climbing.final_value > descending.final_value)
    literal = run("uphill", backend="reference")
    np.testing.assert_allclose(climbing.final_value, literal.final_value, rtol=1e-12)


def test_the_kernels_say_once_why_they_do_not_run_it(capfd):
    run("momentum")
    run("momentum")
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("note: the algorithm")]
    assert said == [
        "note: the algorithm momentum states its own start, update, which no kernel knows: it runs on NumPy, about ten "
        "times slower than on the compiled kernels"
    ]
    run("analog-sgd")
    assert "note" not in capfd.readouterr().err


def test_the_machine_refuses_it():
    for name, own in (("momentum", "start, update"), ("uphill", "direction")):
        with pytest.raises(BadInput, match=f"algorithm = {name}.*no {own} of its own on the machine"):
            run(name, backend="machine")


def test_it_goes_on_from_a_checkpoint_with_both_arrays():
    from simulate.group import make_groups

    described = run("momentum", backend="reference", replicas=1).run
    first, second = (make_groups(described, 1)[0].engine for _ in range(2))
    for k in range(4):
        first._recursion.step(first._take(first._samples.at(k)))
    second.restore(first.state())
    for engine in (first, second):
        engine._recursion.step(engine._take(engine._samples.at(4)))
    assert all(np.array_equal(a, b) for a, b in zip(first.weights(), second.weights(), strict=True))


def test_no_theorem_is_applied_to_it():
    report = verify.check(run("momentum", replicas=16))
    assert {check.verdict for check in report.checks} == {"not applied"}
    assert all("no theorem speaks of the steps of the algorithm momentum" in check.reason for check in report.checks)
    assert run("momentum").certified_saturation is None  # the box is of the published steps
    assert verify.check(run("analog-sgd", replicas=16)).verdict in ("held", "inconclusive")
