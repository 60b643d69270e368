"""A device or an algorithm is one file in its folder: nothing else lists it."""

import importlib
import sys

import pytest

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


def test_every_file_states_what_it_is_called():
    for package in (devices, algorithms):
        for name, kind in package.REGISTRY.items():
            assert kind.__module__ == f"{package.__name__}.{name.replace('ald', 'linear').replace('-', '_')}"
