"""Activations and devices that are not built in run on the compiled kernels, with the numbers of the recursion."""

import re
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

import simulate
from simulate import group, kernels, notes
from simulate.engines import compiled
from simulate.kernels import forms
from simulate.problems import Logistic, Network, Quadratic, activations
from simulate.problems.activations import Activation
from theory.setting import devices
from theory.setting.devices import Device
from theory.setting.devices.linear import AsymmetricLinear

SOFTSIGN = Activation(
    "softsign",
    lambda z: z / (1 + np.abs(z)),
    lambda _, value: (1 - np.abs(value)) ** 2,
    1.0,
    2.0,
    1.0,
    lambda value: (1 - np.abs(value)) ** 2,
)


@dataclass(frozen=True)
class Cubic(Device):
    name: ClassVar[str] = "cubic"
    height: float = 1.0

    def q_plus(self, w):
        return np.asarray(self.height * (1 - (w / self.tau) ** 3))

    def q_minus(self, w):
        return np.asarray(1 + (w / self.tau) ** 3)


@dataclass(frozen=True)
class Halved(AsymmetricLinear):
    """A law of its own, not made of the responses."""

    name: ClassVar[str] = "halved"

    def update(self, w, dw):
        return w + dw - 0.5 * np.abs(dw) * w / self.tau


@dataclass(frozen=True)
class Unusual(Cubic):
    """What Numba cannot compile."""

    name: ClassVar[str] = "unusual"

    def q_plus(self, w):
        return np.vectorize(lambda x: 1 - x)(w / self.tau)


@pytest.fixture
def plugged(monkeypatch):
    monkeypatch.setitem(activations.REGISTRY, "softsign", SOFTSIGN)
    for kind in (Cubic, Halved, Unusual):
        monkeypatch.setitem(devices.REGISTRY, kind.name, kind)


NETWORK = Network(3, (4, 5, 3, 2), samples=6)


def both(problem, name, **options):
    common = {"alpha": 0.05, "tau": 6.0, "iterations": 40, "replicas": 3, "seed": 1, **options}
    return [simulate.run(problem, name, backend=backend, **common) for backend in ("kernels", "reference")]


def agree(found, literal, rtol=1e-10):
    for measure in ("mean_squared_gradient", "max_saturation", "final_value", "stage_variances"):
        np.testing.assert_allclose(getattr(found, measure), getattr(literal, measure), rtol=rtol)


def serves(run):
    return isinstance(group.make_groups(run.run, 1)[0].engine, compiled.Compiled)


@pytest.mark.parametrize("name", ["analog-sgd-ap", "analog-sgd-sp"])  # the fast kernel and the portable one
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_an_activation_of_ones_own_runs_on_the_kernels(plugged, name, dtype):
    problem = Network(3, (4, 5, 3, 2), samples=6, activation="softsign")
    batch = 2 if name == "analog-sgd-sp" else 1
    found, literal = both(problem, name, dtype=dtype, batch=batch)
    agree(found, literal, 1e-10 if dtype == "float64" else 1e-4)
    assert serves(found)
    tanh = both(NETWORK, name, dtype=dtype, batch=batch)[0]
    assert not np.allclose(found.final_value, tanh.final_value, rtol=1e-3)


@pytest.mark.parametrize("device", ["cubic", "halved"])
@pytest.mark.parametrize("problem", [NETWORK, Quadratic(3), Logistic(3)], ids=lambda problem: problem.name)
def test_a_device_of_ones_own_runs_on_the_kernels(plugged, problem, device):
    found, literal = both(problem, "analog-sgd-ap", device=device)
    agree(found, literal)
    assert serves(found)
    usual = both(problem, "analog-sgd-ap")[0]
    assert not np.allclose(found.final_value, usual.final_value, rtol=1e-6)


def test_its_parameters_reach_it(plugged):
    options = {"device": "cubic", "device_parameters": {"height": 0.7}}
    found, literal = both(Quadratic(3), "analog-sgd-ap", **options)
    agree(found, literal)
    assert not np.array_equal(found.final_value, both(Quadratic(3), "analog-sgd-ap", device="cubic")[0].final_value)


def test_all_of_several_parameters_reach_it(monkeypatch):
    monkeypatch.setitem(devices.REGISTRY, "wide", Wide)
    found, literal = both(Quadratic(3), "analog-sgd-ap", device="wide", device_parameters={"third": 0.7})
    agree(found, literal)
    assert serves(found)
    assert not np.array_equal(found.final_value, both(Quadratic(3), "analog-sgd-ap", device="wide")[0].final_value)


def test_what_cannot_be_compiled_runs_on_numpy(plugged, monkeypatch):
    found, literal = both(Quadratic(3), "analog-sgd-ap", device="unusual")
    agree(found, literal)
    assert not serves(found)
    monkeypatch.setitem(activations.REGISTRY, "softsign", replace(SOFTSIGN, slope_of_value=None))
    found, literal = both(Network(2, 3, samples=4, activation="softsign"), "analog-sgd-ap")
    agree(found, literal)
    assert not serves(found)


@dataclass(frozen=True)
class ByResponses(Cubic):
    """An update that calls the responses, which a compiled law has not."""

    name: ClassVar[str] = "by-responses"

    def update(self, w, dw):
        return w + np.abs(dw) * self.q_plus(w)


@dataclass(frozen=True)
class Wide(Cubic):
    """Several parameters beside tau."""

    name: ClassVar[str] = "wide"
    second: float = 0.9
    third: float = 0.8

    def q_minus(self, w):
        return np.asarray(self.second + self.third * (w / self.tau) ** 3)


@dataclass(frozen=True)
class Widest(Cubic):
    """More parameters than the kernels hand to a law."""

    name: ClassVar[str] = "widest"
    second: float = 1.0
    third: float = 1.0
    fourth: float = 1.0
    fifth: float = 1.0
    sixth: float = 1.0
    seventh: float = 1.0
    eighth: float = 1.0
    ninth: float = 1.0


@dataclass(frozen=True)
class Subclass(Quadratic):
    name: ClassVar[str] = "subclass"


@dataclass(frozen=True)
class NetworkSubclass(Network):
    name: ClassVar[str] = "network-subclass"


@pytest.mark.parametrize(
    ("problem", "device", "reason"),
    [
        (Quadratic(2), "by-responses", "the device by-responses cannot be compiled: .*q_plus"),
        (Quadratic(2), "widest", "the device widest cannot be compiled: it has 9 parameters beside tau"),
        (Subclass(2), "ald", r"the problem subclass \(Subclass\) is a subclass of Quadratic, whose kernel is"),
        (NetworkSubclass(2, (3, 2, 2), samples=4), "ald", "the problem network-subclass .* is a subclass of Network"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_what_runs_on_numpy_says_so_once_and_why(plugged, monkeypatch, capfd, problem, device, reason):
    """It was silent, and ten times slower."""
    for kind in (ByResponses, Widest):
        monkeypatch.setitem(devices.REGISTRY, kind.name, kind)
    notes.say.cache_clear()
    for _ in range(2):
        found = simulate.run(problem, "analog-sgd-ap", alpha=0.01, tau=6.0, iterations=20, replicas=2, device=device)
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("note: ")]
    assert len(said) == 1 and re.match(f"note: {reason}.* it runs on NumPy", said[0])
    assert not serves(found)


def test_what_the_kernels_serve_says_nothing(plugged, capfd):
    notes.say.cache_clear()
    assert serves(both(Quadratic(3), "analog-sgd-ap", device="halved")[0])
    assert "note: the" not in capfd.readouterr().err


def test_a_law_of_ones_own_does_not_take_the_name_of_a_built_in_one(plugged, monkeypatch):
    """Its number took the place of the built-in law's for every later run of the process."""

    @dataclass(frozen=True)
    class Power(Cubic):
        name: ClassVar[str] = "power"

    usual = both(Quadratic(3), "analog-sgd-ap", device="power")[0]
    with monkeypatch.context() as patch:
        patch.setitem(devices.REGISTRY, "power", Power)
        own = both(Quadratic(3), "analog-sgd-ap", device="power")
        agree(*own)
    again = both(Quadratic(3), "analog-sgd-ap", device="power")
    agree(*again)
    assert np.array_equal(again[0].final_value, usual.final_value)


def test_another_class_of_the_same_name_is_another_device(plugged, monkeypatch):
    before = both(Quadratic(3), "analog-sgd-ap", device="cubic")[0]

    @dataclass(frozen=True)
    class Other(Halved):
        name: ClassVar[str] = "cubic"

    monkeypatch.setitem(devices.REGISTRY, "cubic", Other)
    found, literal = both(Quadratic(3), "analog-sgd-ap", device="cubic")
    agree(found, literal)
    assert not np.array_equal(before.final_value, found.final_value)


def test_numbers_of_what_is_built_in_are_no_addresses():
    built_in = [*kernels.ACTIVATIONS.values(), *range(len(forms.FORMS))]
    assert sum(0 <= number < 16 for number in built_in) >= 9
