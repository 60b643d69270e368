"""The best centre: closed forms, and no better one on a fine grid."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from theory.setting import devices
from theory.setting.devices import centring
from theory.setting.devices.centring import best_centre, centre

DEVICES = [
    devices.make("power", 2.0, exponent_up=1.5, exponent_down=0.7),
    devices.make("exponential", 2.0),
    devices.make("exp-step", 1.0, bump_up=0.1, bump_down=1.0, rate_up=2.5, rate_down=2.5, down=0.74),
    devices.make("linear-step", 2.0, up=1.0, down=0.6, slope_up=0.3, slope_down=0.5),
    devices.make("table", 1.0, knots=(3.0, 1.0, 0.9, 0.1, 0.2, 0.5, 0.6, 2.0)),
]


def l_at(device, at, half):
    """(1/2) ln(qmax/qmin) on [at - half, at + half], in floats, from the four ends."""
    ends = np.clip([at - half, at + half], -device.tau, device.tau)
    q = np.concatenate([device.q_plus(ends), device.q_minus(ends)])
    return math.inf if q.min() <= 0 else 0.5 * math.log(q.max() / q.min())


@given(st.floats(0.2, 3), st.floats(0.2, 3), st.floats(0.05, 0.95), st.floats(0.1, 5))
@settings(deadline=None)
def test_unequal_slopes_have_the_closed_form(up, down, s, tau):
    """c = dl (1 - s) tau, gamma = s/(1 - |dl| (1 - s))."""
    device = devices.make("shifted-linear", tau, up=up, down=down)
    at, found = best_centre(device, s * tau)
    dl = (up - down) / (up + down)
    assert at == pytest.approx(dl * (1 - s) * tau, abs=1e-12 * tau)
    assert found.gamma == pytest.approx(s / (1 - abs(dl) * (1 - s)), rel=1e-12)
    if abs(dl) > 1e-3:
        assert found.gamma < device.distortion(-s * tau, s * tau).gamma
    at_the_end = device.q_plus(np.array(at + s * tau)), device.q_minus(np.array(at - s * tau))
    end = at_the_end if dl > 0 else (device.q_minus(np.array(at - s * tau)), device.q_plus(np.array(at + s * tau)))
    assert end[0] == pytest.approx(end[1], abs=1e-12 * max(up, down))


@pytest.mark.parametrize("s", [0.1, 0.4, 0.8])
@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_no_other_centre_is_better(device, s):
    half = s * device.tau
    found = centre(device, half)
    assert found.excess <= centring.TOLERANCE and abs(found.centre) <= device.tau - half
    reach = device.tau - half
    least = min(l_at(device, at, half) for at in np.linspace(-reach, reach, 4001))
    assert found.distortion.log_ratio <= least + 2 * centring.TOLERANCE
    assert found.distortion.log_ratio == pytest.approx(l_at(device, found.centre, half), abs=1e-12)


def test_the_search_finds_what_the_closed_form_says():
    for up, down in ((1.0, 0.8), (0.5, 1.3)):
        device = devices.make("shifted-linear", 2.0, up=up, down=down)
        at, excess = centring._least(centring._log_ratio_bounds(device, 0.5), 1.5)
        assert at == pytest.approx(best_centre(device, 0.5)[0], abs=1e-7) and excess <= centring.TOLERANCE


def test_the_bound_on_a_piece_is_below_every_point_of_it():
    for device in DEVICES:
        bound = centring._log_ratio_bounds(device, 0.3 * device.tau)
        u, v = -0.2 * device.tau, 0.4 * device.tau
        assert all(bound(u, v) <= bound(at, at) + 1e-12 for at in np.linspace(u, v, 201))


@pytest.mark.parametrize("name", ["ald", "pulse-train", "power", "exponential", "constant-step"])
def test_devices_that_are_mirror_images_have_their_best_centre_at_0(name):
    at, found = best_centre(devices.make(name, 2.0), 0.5)
    assert at == 0 and found.gamma == devices.make(name, 2.0).distortion(-0.5, 0.5, 0.0).gamma


def test_a_law_that_is_another_one_is_not_answered_for_by_the_closed_form():
    class Bent(devices.law_of("shifted-linear"), devices.MonotoneResponses):
        name = "bent"

        def q_plus(self, w):
            return self.up * np.exp(-w / self.tau)

        def q_minus(self, w):
            return self.down * np.exp(w / self.tau)

    at, found = best_centre(Bent(1.0), 0.3)
    assert at == pytest.approx(math.log(1.0 / 0.8) / 2, abs=1e-6)  # where the two are equal, mirror images
    assert found.gamma == pytest.approx(math.tanh(0.3), rel=1e-6)


@pytest.mark.parametrize("half", [0.0, -1.0, 2.0, 3.0, math.nan])
def test_a_range_that_the_device_does_not_have_is_refused(half):
    with pytest.raises(BadInput, match="half_width"):
        best_centre(devices.make("power", 2.0), half)


def test_a_device_of_which_nothing_is_known_is_refused():
    class Odd(devices.Device):
        name = "odd"

        def q_plus(self, w):
            return 2 + np.sin(w)

        def q_minus(self, w):
            return 2 + np.cos(w)

    with pytest.raises(BadInput, match="monotone"):
        best_centre(Odd(1.0), 0.5)
