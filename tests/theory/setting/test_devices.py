"""Devices: the update law, its domain, and what is refused."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from tests.theory.setting.devices.common import DEFAULTS
from theory.setting import devices

TAU = 2.0
DEVICES = [
    devices.ald(TAU),
    devices.power(TAU, 1.7),
    devices.exponential(TAU, 0.6),
    devices.shifted_linear(TAU, 1.1, 0.7),
    devices.pulse_train(TAU),
]
SMOOTH_LAWS = DEVICES[:4]
"""Devices whose update is w + dw q(w), with the response of the sign of dw."""

weights = st.floats(-TAU, TAU)
increments = st.floats(-1.0, 1.0)


@pytest.mark.parametrize("device", SMOOTH_LAWS, ids=lambda device: device.name)
@given(w=weights, dw=increments)
@settings(deadline=None)
def test_the_update_is_the_response_times_the_increment(device: devices.Device, w: float, dw: float) -> None:
    response = device.q_plus(np.array(w)) if dw >= 0 else device.q_minus(np.array(w))
    # Two roundings of numbers of size at most 2 tau separate the two orders of operations.
    assert device.update(np.array(w), np.array(dw)) == pytest.approx(w + dw * response, abs=4 * TAU * 2.0**-52)


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
@given(w=weights, dw=increments)
@settings(deadline=None)
def test_weights_never_leave_the_soft_bounds(device: devices.Device, w: float, dw: float) -> None:
    assert abs(device.update(np.array(w), np.array(dw))) <= TAU * (1 + 2.0**-50)


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_increments_move_towards_their_sign(device: devices.Device) -> None:
    w = np.linspace(-0.9 * TAU, 0.9 * TAU, 19)
    assert (device.update(w, np.full(19, 0.1)) > w).all()
    assert (device.update(w, np.full(19, -0.1)) < w).all()
    assert (device.update(w, np.zeros(19)) == w).all()


AT_HALF = {
    "ald": (0.5, 1.5),
    "power": (0.5**1.7, 1.5**1.7),
    "exponential": (-math.expm1(-0.3) / -math.expm1(-0.6), -math.expm1(-0.9) / -math.expm1(-0.6)),
    "shifted-linear": (1.1 * 0.5, 0.7 * 1.5),
    "pulse-train": (0.5, 1.5),
}
"""(q_plus, q_minus) at w = tau/2, from the laws of docs/theory.md#devices."""


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_the_responses_are_those_of_the_law(device: devices.Device) -> None:
    up, down = AT_HALF[device.name]
    half = np.array(TAU / 2)
    assert (float(device.q_plus(half)), float(device.q_minus(half))) == pytest.approx((up, down), rel=1e-14)
    if device.name != "shifted-linear":  # the mirror image
        assert (float(device.q_plus(-half)), float(device.q_minus(-half))) == pytest.approx((down, up), rel=1e-14)
        assert device.q_plus(0 * half) == device.q_minus(0 * half) == pytest.approx(1, rel=1e-15)
    if device.name in ("ald", "power", "exponential"):
        assert device.q_plus(2 * half) == device.q_minus(-2 * half) == 0


def test_a_response_with_a_power_is_zero_beyond_the_bound() -> None:
    device = devices.power(TAU, 1.7)
    assert device.q_plus(np.array(1.5 * TAU)) == device.q_minus(np.array(-1.5 * TAU)) == 0


@pytest.mark.parametrize("dw", [0.3, -0.3, 5.0])
def test_a_pulse_train_goes_the_exact_share_of_the_way_to_its_bound(dw: float) -> None:
    bound = math.copysign(TAU, dw)
    expected = bound - (bound - 0.5) * math.exp(-abs(dw) / TAU)
    assert devices.pulse_train(TAU).update(np.array(0.5), np.array(dw)) == pytest.approx(expected, rel=1e-15)


def test_a_digital_pulse_train_adds() -> None:
    device = devices.pulse_train(math.inf)
    assert device.update(np.array(0.5), np.array(0.25)) == 0.75
    assert device.update(np.array(0.5), np.array(-0.25)) == 0.25


MAKERS = {
    "ald": devices.ald,
    "power": devices.power,
    "exponential": devices.exponential,
    "shifted-linear": devices.shifted_linear,
    "pulse-train": devices.pulse_train,
}


def test_parameters_have_the_defaults_that_are_documented() -> None:
    for name, make in MAKERS.items():
        assert devices.make(name, TAU).fields() == make(TAU).fields() == {"tau": TAU, **DEFAULTS[name]}
    assert devices.REGISTRY.keys() - DEFAULTS.keys() == {"table"}, "which has its numbers from a file"


@pytest.mark.parametrize(("name", "parameter"), [(name, p) for name in MAKERS for p in DEFAULTS[name]])
@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
def test_every_parameter_is_positive_and_finite(name: str, parameter: str, value: float) -> None:
    with pytest.raises(BadInput, match=parameter):
        devices.make(name, TAU, **{parameter: value})


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_a_device_does_not_change(device: devices.Device) -> None:
    for name in ("tau", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(device, name, 3.0)
    assert devices.Device.__abstractmethods__ == {"q_plus", "q_minus"}


def test_the_linear_device_without_saturation_is_digital_to_the_last_bit() -> None:
    rng = np.random.default_rng(1)
    w, dw = rng.normal(size=(2, 1000))
    assert (devices.ald(math.inf).update(w, dw) == w + dw).all()


def test_power_one_and_equal_slopes_are_the_linear_device() -> None:
    w, dw = np.random.default_rng(2).uniform(-1, 1, size=(2, 1000))
    expected = devices.ald(TAU).update(w, dw)
    np.testing.assert_allclose(devices.power(TAU, 1.0).update(w, dw), expected, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(devices.shifted_linear(TAU, 1, 1).update(w, dw), expected, rtol=1e-14, atol=1e-15)


def test_the_linear_device_is_the_first_order_of_a_pulse_train() -> None:
    """The linear law overshoots the exact one by the share x/2 + O(x^2), x = |dw|/tau, whatever w is."""
    w = np.linspace(-0.8 * TAU, 0.8 * TAU, 9)
    for dw in (-1e-3, 1e-3):
        exact = devices.pulse_train(TAU).update(w, np.full(9, dw)) - w
        linear = devices.ald(TAU).update(w, np.full(9, dw)) - w
        np.testing.assert_allclose(linear / exact - 1, abs(dw) / TAU / 2, rtol=1e-3)


def test_the_symmetric_point_of_unequal_slopes() -> None:
    device = devices.shifted_linear(TAU, 1.1, 0.7)
    point = np.array(TAU * (1.1 - 0.7) / (1.1 + 0.7))
    assert device.q_plus(point) == pytest.approx(device.q_minus(point), rel=1e-15)


@pytest.mark.parametrize("tau", [0, -1, math.nan])
@pytest.mark.parametrize("name", devices.REGISTRY)
def test_a_device_needs_a_positive_saturation_level(name: str, tau: float) -> None:
    with pytest.raises(BadInput, match="tau"):
        devices.make(name, tau)


def test_only_a_linear_device_can_be_digital() -> None:
    devices.make("ald", math.inf)
    with pytest.raises(BadInput, match="finite"):
        devices.make("power", math.inf)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("cubic", {}), ("power", {"exponent": 0}), ("power", {"curvature": 1}), ("shifted-linear", {"up": -1})],
)
def test_unknown_names_and_impossible_parameters_are_refused(name: str, parameters: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        devices.make(name, TAU, **parameters)


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_a_device_can_be_rebuilt_from_its_fields(device: devices.Device) -> None:
    assert devices.make(device.name, **device.fields()) == device


RANGES = [(-0.6 * TAU, 0.6 * TAU), (-0.2 * TAU, 0.7 * TAU), (0.1 * TAU, 0.5 * TAU), (0.0, 0.0)]


@pytest.mark.parametrize("low_high", RANGES)
@pytest.mark.parametrize("device", SMOOTH_LAWS, ids=lambda device: device.name)
def test_no_increment_is_distorted_more_than_is_said(device: devices.Device, low_high: tuple[float, float]) -> None:
    """|U(w, D) - w - gain D| <= gamma gain |D| on a grid, with equality at an end."""
    found = device.distortion(*low_high)
    assert found is not None
    w, sign = np.linspace(*low_high, 401)[:, None], np.array([-1.0, 1.0])
    off = np.abs(device.update(w, sign) - w - found.gain * sign) / found.gain
    assert off.max() <= found.gamma + 1e-14
    assert off.max() == pytest.approx(found.gamma, abs=1e-14)


@pytest.mark.parametrize("s", [0.0, 0.3, 0.9])
def test_distortions_have_the_closed_forms_of_the_theory(s: float) -> None:
    """gamma and Fbar of theory/responses.md section 1 on |w| <= s tau."""
    e, c, dl = 1.7, 0.6, (1.1 - 0.7) / (1.1 + 0.7)
    stated = {
        "ald": (s, 1.0),
        "power": (math.tanh(e * math.atanh(s)), ((1 + s) ** e + (1 - s) ** e) / 2),
        "exponential": (
            math.sinh(c * s) / (math.exp(c) - math.cosh(c * s)),
            (math.exp(c) - math.cosh(c * s)) / (math.exp(c) - 1),
        ),
        "shifted-linear": ((s + dl) / (1 + s * dl), (1.1 * (1 + s) + 0.7 * (1 - s)) / 2),
    }
    for device in SMOOTH_LAWS:
        assert device.distortion(-s * TAU, s * TAU) == pytest.approx(stated[device.name], rel=1e-13, abs=1e-15)


def test_what_is_not_known_is_none() -> None:
    assert devices.make("pulse-train", TAU).distortion(-0.1, 0.1) is None  # grows with the increment
    for name in ("power", "exponential", "shifted-linear"):
        assert devices.make(name, TAU).distortion(-0.1, 1.1 * TAU) is None
    assert devices.make("ald", math.inf).distortion(-math.inf, math.inf) == (0, 1)


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_the_responses_are_equal_at_the_symmetric_point(device: devices.Device) -> None:
    point = device.symmetric_point()
    assert point is not None
    assert device.q_plus(np.array(point)) == pytest.approx(float(device.q_minus(np.array(point))), rel=1e-15)


def test_a_device_with_another_law_takes_over_nothing_that_was_said_of_its_parents() -> None:
    class Halved(type(devices.make("ald", TAU))):
        name = "halved"

        def update(self, w, dw):
            return w + dw - 0.5 * np.abs(dw) * w / self.tau

    class Renamed(type(devices.make("ald", TAU))):
        name = "renamed"

    halved, renamed = Halved(TAU), Renamed(TAU)
    assert not halved.linear and halved.kernel is None
    assert halved.distortion(-1, 1) is None and halved.symmetric_point() is None
    assert renamed.linear and renamed.kernel == "ald" and renamed.distortion(-1, 1) == (0.5, 1)
    assert [device.linear for device in DEVICES] == [True, False, False, False, False]


def test_a_law_says_whether_it_goes_on_beyond_the_bounds() -> None:
    class Root(devices.Device):
        name = "root"

        def q_plus(self, w):
            return np.sqrt(1 - w / self.tau)

        def q_minus(self, w):
            return np.sqrt(1 + w / self.tau)

    assert Root(TAU).moves_from(np.array([0.9 * TAU])) and not Root(TAU).moves_from(np.array([0.0, 1.1 * TAU]))
    assert all(device.moves_from(np.array([3 * TAU, -3 * TAU])) for device in DEVICES)


def test_a_law_under_the_monotone_ones_has_a_distortion_and_one_under_another_law_has_none() -> None:
    class Cubed(devices.MonotoneResponses):
        name = "cubed"

        def q_plus(self, w):
            return 1 - (w / self.tau) ** 3

        def q_minus(self, w):
            return 1 + (w / self.tau) ** 3

    class Bent(type(devices.make("power", TAU))):
        name = "bent"

        def q_plus(self, w):
            return 1 - (w / self.tau) ** 2

    assert Cubed(TAU).distortion(-1, 1) == (0.125, 1)
    bent = Bent(TAU)
    assert bent.distortion(-1, 1) is None and bent.responses(-1, 1) is None and bent.steepness() is None
