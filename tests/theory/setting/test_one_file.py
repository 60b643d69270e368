"""A device or an algorithm is one file in its folder: nothing else lists it."""

import importlib
import json
import sys

import numpy as np
import pytest

import simulate
import theory
from boundary import run_command
from simulate import group
from simulate.engines import compiled
from simulate.problems import Quadratic
from theory.commands import app
from theory.setting import algorithms, devices

CUBIC = """
from dataclasses import dataclass
from typing import ClassVar

from theory.setting.devices.base import MonotoneResponses


@dataclass(frozen=True)
class Cubic(MonotoneResponses):
    name: ClassVar[str] = "cubic"

    def q_plus(self, w):
        return 1 - (w / self.tau) ** 3

    def q_minus(self, w):
        return 1 + (w / self.tau) ** 3
"""

MOMENTUM = """
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class Momentum(Algorithm):
    name: ClassVar[str] = "momentum"
    title: ClassVar[str] = "analog SGD with momentum"
    beta: float = 0.9

    def start(self, weights):
        return {"weights": weights, "momentum": np.zeros_like(weights)}

    def update(self, tile, direction, alpha, device):
        momentum = self.beta * tile["momentum"] + direction
        return {"weights": device.update(tile["weights"], -alpha * momentum), "momentum": momentum}
"""


@pytest.mark.parametrize(("package", "name", "text"), [(devices, "cubic", CUBIC), (algorithms, "momentum", MOMENTUM)])
def test_a_file_in_the_folder_is_all_that_one_takes(tmp_path, monkeypatch, package, name, text):
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    try:
        found = {one.name: one for one in package._found()}
    finally:
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)
    assert found.keys() - package.REGISTRY.keys() == {name}


@pytest.fixture
def cubic(tmp_path, monkeypatch):
    """The device of that one file, found and registered as at the start of a command."""
    (tmp_path / "cubic.py").write_text(CUBIC)
    monkeypatch.setattr(devices, "__path__", [*devices.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    kind = next(one for one in devices._found() if one.name == "cubic")
    monkeypatch.setitem(devices.REGISTRY, "cubic", kind)
    yield kind
    sys.modules.pop(f"{devices.__name__}.cubic", None)
    vars(devices).pop("cubic", None)


def test_a_device_of_one_file_is_compiled(cubic):
    options = {"alpha": 0.02, "tau": 2.0, "iterations": 60, "replicas": 3, "device": "cubic"}
    made = [
        simulate.run(Quadratic(2, size=2), "analog-sgd-ap", backend=backend, **options)
        for backend in ("kernels", "reference")
    ]
    np.testing.assert_allclose(made[0].final_value, made[1].final_value, rtol=1e-10)
    assert isinstance(group.make_groups(made[0].run, 1)[0].engine, compiled.Compiled)


@pytest.mark.parametrize("theorem", ["sharp", "explicit", "resolved", "floor", "granular", "granular-floor"])
def test_a_device_of_one_file_is_under_every_theorem(cubic, capsys, theorem):
    """gamma = s^3 on |w| <= s tau: 0.125 at s = 1/2, with gain 1."""
    setting = {"L": 1, "sigma2": 1, "Delta": 0.5, "alpha": 0.01, "K": 1000, "Lambda1": 0, "Lambdah": 0, "Ln": 1}
    setting |= {"V": "1e-6", "size": 2}
    needed = {name: value for name, value in setting.items() if name in theory.bound(theorem).required}
    granular = {"dw": "0.01"} if theorem.startswith("granular") else {}
    sets = [part for name, value in {**needed, **granular, "tau": 2}.items() for part in ("--set", f"{name}={value}")]
    with pytest.raises(SystemExit) as ended:
        run_command(app, "theory", ["evaluate", theorem, *sets, "--device", "cubic", "--reach", "1", "--json", "-"])
    found, error = capsys.readouterr()
    assert ended.value.code == 0, error
    own = granular if "dw" in theory.bound(theorem).required else {}
    other = {"qmax": 1.125} if granular else {}
    assert json.loads(found)["upper"] == theory.bound(theorem)(**needed, **own, **other, gamma=0.125, gain=1)


def test_every_file_states_what_it_is_called():
    for package in (devices, algorithms):
        for name, kind in package.REGISTRY.items():
            assert kind.__module__ == f"{package.__name__}.{name.replace('ald', 'linear').replace('-', '_')}"
