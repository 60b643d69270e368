"""How fast a device's drift changes with the weight: the stated constant against the responses themselves."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from theory.setting import devices
from theory.setting.devices.power import Power

LAWS = [
    devices.make("ald", 2.0),
    devices.make("power", 2.0, exponent=2.5),
    devices.make("power", 0.7, exponent_up=0.5, exponent_down=1.0),
    devices.make("exponential", 2.0, curvature=3.0),
    devices.make("shifted-linear", 2.0, up=1.0, down=0.6),
    devices.make("constant-step", 2.0),
    devices.make("linear-step", 2.0, slope_up=0.2, slope_down=0.9),
    devices.make("exp-step", 1.5, bump_up=-0.4, rate_up=-1.0),
    devices.make("table", 2.0, knots=(1.6, 1.0, 0.4, 0.2, 0.3, 0.9)),
    devices.preset("ReRamES"),
]


@pytest.mark.parametrize("device", LAWS, ids=lambda device: device.name)
def test_no_two_responses_differ_by_more_and_some_by_nearly_as_much(device):
    low, high = -0.8 * device.tau, 0.6 * device.tau
    found = device.response_slope(low, high)
    w = np.linspace(low, high, 40_001)
    steepest = max(np.max(np.abs(np.diff(law(w))) / np.diff(w)) for law in (device.q_plus, device.q_minus))
    assert steepest <= found * (1 + 1e-10) + 1e-10
    assert steepest >= found * (1 - 1e-3)
    drift = device.drift_slope(low, high, 0.5)
    assert drift is None if device.elements else drift == pytest.approx(2 * found, rel=1e-15)


@pytest.mark.parametrize("device", LAWS[:-1], ids=lambda device: device.name)
def test_the_drift_of_a_fixed_direction_is_lipschitz_in_the_weight(device):
    reach = 0.5 * device.tau
    gain = device.distortion(-reach, reach, device.room(-reach, reach) * 0.5 if device.clipped else np.inf).gain
    theta1 = device.drift_slope(-reach, reach, gain)
    rng = np.random.default_rng(0)
    w, other = rng.uniform(-reach, reach, (2, 4000))
    g, alpha = rng.normal(size=4000), 1e-3 * device.tau
    first, second = ((at - device.update(at, -alpha * g)) / (alpha * gain) - g for at in (w, other))
    assert np.all(np.abs(first - second) <= theta1 * np.abs(w - other) * np.abs(g) + 1e-9)


def test_nothing_is_said_where_nothing_is_proved():
    assert devices.make("pulse-train", 1.0).drift_slope(-0.5, 0.5) is None, "not proportional to the increment"
    assert devices.make("power", 1.0, exponent=0.5).drift_slope(-1.0, 1.0) is None, "infinitely steep at the bound"
    assert devices.make("power", 1.0).drift_slope(-1.5, 0.0) is None, "beyond the bounds"
    assert devices.make("ald", 1.0, spread_tau=0.1, count=3).drift_slope(-0.5, 0.5) is None, "elements differ"
    assert devices.make("ald", np.inf).drift_slope(-1.0, 1.0) == 0, "digital"
    assert devices.make("ald", 1.0).drift_slope(-0.5, 0.5, 0.0) is None, "no gain"


def test_a_law_of_its_own_takes_over_no_slope():
    @dataclass(frozen=True)
    class Steeper(Power):
        name: ClassVar[str] = "steeper"

        def q_plus(self, w):
            return np.asarray(np.maximum(1 - w / self.tau, 0) ** 9)

    assert Steeper(1.0).response_slope(-0.5, 0.5) is None
