"""The attaining instance on any device: its mean step vanishes where it starts, and its floor is the device's there."""

import json

import numpy as np
import pytest

import simulate
from boundary import BadInput
from simulate.problems import Attaining, rebuild
from theory.setting import devices

TAU = 2.0
DEVICES = [
    devices.make("power", TAU, exponent=2.0),
    devices.make("power", TAU, exponent=0.5),
    devices.make("exponential", TAU, curvature=1.0),
    devices.make("exponential", TAU, curvature=3.0),
    devices.make("shifted-linear", TAU, up=1.0, down=0.8),
    devices.make("shifted-linear", TAU, up=0.7, down=1.3),
    devices.make("pulse-train", TAU),
    devices.make("ald", TAU),
    # of the others the extreme responses are not those of one end
    devices.make("power", TAU, exponent_up=1.5, exponent_down=0.7),
    devices.make("linear-step", TAU),
    devices.make("ald", TAU, spread_tau=0.05, spread_updown=0.1, spread_slope=0.2, elements=7, count=1),
    devices.make("table", TAU, knots=[1.6, 1.2, 0.5, 0.3, 0.9, 1.4]),
]
OTHERS = DEVICES[8:]


def mean_step(problem, device, alpha, w):
    """Return E[update(w, -alpha g)] - w, by hand."""
    if device.elements is not None:
        device = devices.bound(device, device.elements.part(0, ()), None)
    slope = w - problem.minimiser
    size = np.hypot(slope, 1)
    up, down = (1 - slope / size) / 2, (1 + slope / size) / 2  # g < 0 moves up
    return float(
        up * (device.update(np.array(w), np.array(alpha * size)) - w)
        + down * (device.update(np.array(w), np.array(-alpha * size)) - w)
    )


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: f"{device.name}-{device.fields()}")
@pytest.mark.parametrize("reach", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("alpha", [1e-3, 0.03])
def test_the_mean_step_vanishes_at_the_start_and_pushes_back_beside_it(device, reach, alpha):
    problem = Attaining.on(device, reach * TAU)
    (w0,) = (float(stage[0]) for stage in problem.initial_weights())
    assert abs(w0) == pytest.approx(reach * TAU)
    assert mean_step(problem, device, alpha, w0) == pytest.approx(0, abs=1e-15)
    assert mean_step(problem, device, alpha, w0 + 1e-3) < 0 < mean_step(problem, device, alpha, w0 - 1e-3)


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: f"{device.name}-{device.fields()}")
@pytest.mark.parametrize("reach", [0.05, 0.3, 0.7])
def test_its_floor_is_that_of_all_weights_within_reach(device, reach):
    """Brute force: the floor is sinh^2 of half the logarithm of the extreme responses' ratio."""
    w = np.linspace(-reach * TAU, reach * TAU, 2001)
    law = device if device.elements is None else devices.bound(device, device.elements.part(0, (1,)), None)
    up, down = law.q_plus(w), law.q_minus(w)
    responses = np.concatenate([up, down])
    stated = np.sinh(np.log(responses.max() / responses.min()) / 2) ** 2
    if device in OTHERS:  # then the floor is that of the end where the responses are most unequal
        stated = np.max(np.sinh(np.log(up / down) / 2) ** 2)
    assert Attaining.on(device, reach * TAU).floor == pytest.approx(stated, rel=1e-12)


def test_it_stands_where_the_responses_are_most_unequal():
    assert Attaining.on(devices.make("shifted-linear", 1.0, up=1.0, down=0.8), 0.3).standing == -0.3
    assert Attaining.on(devices.make("shifted-linear", 1.0, up=0.8, down=1.0), 0.3).standing == 0.3


def test_on_the_linear_device_nothing_is_set_and_nothing_has_changed():
    problem = Attaining(rho=0.3, tau=1.7)
    assert problem.for_device(devices.ald(1.7)) is problem
    assert problem.describe() == {"name": "attaining", "stages": 1, "rho": 0.3, "tau": 1.7}
    assert problem.minimiser == 0.3 * 1.7 + 0.3 / np.sqrt(1 - 0.3**2)


def test_what_is_set_is_kept_and_an_instance_is_rebuilt_from_its_description():
    device = devices.make("power", 1.0)
    given = Attaining(rho=0.3, start=-0.2)
    found = given.for_device(device)
    assert found.standing == -0.2
    assert found.drift == pytest.approx(-np.sinh(2 * np.arctanh(0.2)))
    assert rebuild(json.loads(json.dumps(found.describe()))) == found
    assert Attaining(drift=0.5).for_device(device).drift == 0.5


@pytest.mark.parametrize("wrong", [{"start": 1.0}, {"start": float("nan")}, {"drift": float("inf")}, {"start": -3.0}])
def test_wrong_settings_are_named(wrong):
    with pytest.raises(BadInput, match=next(iter(wrong))):
        Attaining(rho=0.3, tau=1.0, **wrong)


def test_a_reach_that_leaves_the_device_is_refused():
    with pytest.raises(BadInput, match="reach"):
        Attaining.on(devices.make("power", 1.0), 1.0)
    with pytest.raises(BadInput, match="reach"):
        Attaining.on(devices.make("power", 1.0), -0.1)


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference"])
def test_every_engine_runs_it_alike(backend):
    device = devices.make("exponential", 1.0, curvature=2.0)
    options = {"alpha": 0.01, "tau": 1.0, "iterations": 500, "replicas": 4, "seed": 3, "device": "exponential"}
    problem = Attaining.on(device, 0.4)
    first, other = (
        simulate.run(problem, "analog-sgd", **options, device_parameters={"curvature": 2.0}, backend=one)
        for one in ("kernels", backend)
    )
    assert first.mean_squared_gradient == pytest.approx(other.mean_squared_gradient, rel=1e-10)
