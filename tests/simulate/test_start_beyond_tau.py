"""A run that starts beyond tau: the law decides, and where it gives no weights the error names W_0."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import simulate
import verify
from boundary import BadInput
from simulate import notes
from simulate.problems import Network, Quadratic
from theory.setting import devices
from theory.setting.devices import Device


def largest(problem) -> float:
    return max(float(np.max(np.abs(stage))) for stage in problem.initial_weights())


QUADRATIC = Quadratic(2, size=2, noise="two-point", sigma=0.1, start=1.0, target=0.1)
NETWORK = Network(2, (3, 3, 2), samples=5)


def run(problem, factor, **options):
    """Start at `factor` tau."""
    common = {"alpha": 0.02, "iterations": 4000, "replicas": 4, "seed": 1, "tau": largest(problem) / factor}
    return simulate.run(problem, options.pop("algorithm", "analog-sgd"), **{**common, **options})


@pytest.mark.parametrize("factor", [1.2, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_linear_device_comes_back(factor, dtype):
    """All replicas were called diverged at step 0."""
    found = run(QUADRATIC, factor, dtype=dtype)
    assert not found.diverged
    assert found.max_saturation == pytest.approx(np.full(4, factor), rel=1e-6)
    assert np.all(found.final_value < 0.5 * QUADRATIC.value(QUADRATIC.initial_weights()))


@pytest.mark.parametrize("device", devices.REGISTRY)
@pytest.mark.parametrize("problem", [QUADRATIC, NETWORK], ids=lambda problem: problem.name)
def test_every_engine_makes_the_same_run(device, problem):
    options = {"device": device, "iterations": 60, "algorithm": "analog-sgd-ap"}
    found, literal = (run(problem, 1.5, backend=backend, **options) for backend in ("kernels", "reference"))
    assert not found.diverged and not literal.diverged
    np.testing.assert_allclose(found.final_value, literal.final_value, rtol=1e-9)
    np.testing.assert_allclose(found.max_saturation, literal.max_saturation, rtol=1e-12)


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference"])
def test_leaving_the_range_of_the_start_is_still_divergence(backend):
    found = run(QUADRATIC, 1.5, alpha=30.0, iterations=200, backend=backend)
    assert len(found.diverged) == 4 and all(one.step > 0 for one in found.diverged)


def test_no_bound_with_a_saturation_below_1_is_applied():
    report = verify.check(run(QUADRATIC, 1.5, replicas=16))
    assert {check.verdict for check in report.checks} == {"not applied"}
    status = {one.assumption: one for one in report.assumptions}["saturation"]
    assert (status.status, status.evidence) == ("violated", "observed 1.5")


def test_a_note_names_the_start(capfd):
    notes.say.cache_clear()
    run(QUADRATIC, 1.5, iterations=5)
    said = capfd.readouterr().err
    assert said.count("passes tau") == 1 and said.startswith("note: abs(W_0) = ")


@dataclass(frozen=True)
class Root(Device):
    """A law that ends at the bounds."""

    name: ClassVar[str] = "root"

    def q_plus(self, w):
        return np.sqrt(1 - w / self.tau)

    def q_minus(self, w):
        return np.sqrt(1 + w / self.tau)


def test_a_law_that_ends_at_the_bounds_is_refused_and_w_0_named(monkeypatch):
    monkeypatch.setitem(devices.REGISTRY, "root", Root)
    with pytest.raises(BadInput, match=r"W_0.*abs\(W_0\) <= tau.*the device root has a law"):
        run(QUADRATIC, 1.5, device="root")
    assert not run(QUADRATIC, 0.9, device="root", iterations=20).diverged
