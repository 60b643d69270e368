"""Of many elements a few set the responses of all; leaving the others out changes nothing."""

from fractions import Fraction

import numpy as np
import pytest

from theory.setting import devices
from theory.setting.devices import base
from theory.setting.devices.elements import Values
from theory.setting.devices.outermost import outermost

SPREADS = {"spread_tau": 0.1, "spread_slope": 0.1, "spread_updown": 0.05, "spread_point": 0.1}
NAMES = sorted(devices.REGISTRY)


def everyone(_, values, low, high):
    return values


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("tau", [2.0, Fraction("1.9")])
@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_that_of_all_elements(monkeypatch, name, tau, seed):
    device = devices.make(name, tau, count=60, elements=seed, **SPREADS)
    ranges = [(-0.5, 0.5, 1e-3), (-0.2, 0.9, 0.1), (-1.3, 1.2, 1e-3), (-1.9, 1.9, 1e-3)]
    found = [(device.distortion(*one), device.responses(*one), device.room(*one[:2])) for one in ranges]
    monkeypatch.setattr(base, "outermost", everyone)
    assert found == [(device.distortion(*one), device.responses(*one), device.room(*one[:2])) for one in ranges]


def test_few_are_left_of_many():
    device = devices.make("power", 2.0)
    rng = np.random.default_rng(0)
    values = Values(*np.exp(0.1 * rng.normal(size=(3, 5000))), 0.1 * rng.normal(size=5000))
    kept = outermost(device, values, -0.5, 0.5)
    assert 1 <= len(kept.scale) <= 6
    alike = Values(np.ones(500), np.ones(500), np.ones(500), np.zeros(500))
    assert len(outermost(device, alike, -0.5, 0.5).scale) == 1


def test_an_element_beyond_its_bound_is_kept():
    """The planted fault: one element whose range is too narrow, among others whose responses are more extreme."""
    scale = np.array([1.0, 1.0, 0.2, 1.0])
    values = Values(scale, np.array([1.0, 3.0, 1.0, 1.0]), np.array([1.0, 1.0, 1.0, 0.1]), np.zeros(4))
    for name in ("power", "constant-step", "table"):
        assert 0.2 in outermost(devices.make(name, 2.0), values, -0.5, 0.5).scale
