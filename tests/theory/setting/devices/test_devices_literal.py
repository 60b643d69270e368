"""Devices, number by number: what each says of itself, worked out by hand from its law."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from boundary import BadInput
from tests.theory.setting.devices.common import DEFAULTS
from theory.setting import devices
from theory.setting.devices import base
from theory.setting.devices.base import Device


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_are_those_of_the_class(name):
    device = devices.REGISTRY[name](2.0)
    assert device.fields() == {"tau": 2.0, **DEFAULTS[name]}
    assert device.numbers() == tuple(
        value for key, value in DEFAULTS[name].items() if (name, key) != ("power", "exponent")
    )
    assert device == devices.REGISTRY[name](2.0, lacks=("noise",)), "what it lacks is said and does not make it another"
    assert device.lacks == () and device.pulses is None and device.elements is None and device.plain


@pytest.mark.parametrize(
    ("name", "linear", "clipped", "confined", "at_ends"),
    [
        ("ald", True, False, False, True),
        ("power", False, False, False, True),
        ("exponential", False, False, False, True),
        ("shifted-linear", False, False, False, True),
        ("pulse-train", False, False, True, False),
        ("constant-step", False, True, True, True),
        ("linear-step", False, True, True, True),
        ("exp-step", False, True, True, True),
    ],
)
def test_what_a_law_is(name, linear, clipped, confined, at_ends):
    law = devices.REGISTRY[name]
    assert (law.linear, law.clipped, law.confined, law.extreme_at_ends) == (linear, clipped, confined, at_ends)
    assert law.kernel == law.name == name
    with pytest.raises(FrozenInstanceError):
        law(2.0).tau = 3.0
    assert law(2.0) == law(2.0) != law(3.0)


AT_HALF = {
    "constant-step": (1.0, 1.0, {}),
    "linear-step": (2 - 0.75 / 2, 3 + 0.5 / 2, {"up": 2.0, "down": 3.0, "slope_up": 0.75, "slope_down": 0.5}),
    "exp-step": (
        2 * (1 + 0.25 * math.exp(-0.5)), 3 * (1 + 0.5 * math.exp(1.5)),
        {"up": 2.0, "down": 3.0, "bump_up": 0.25, "bump_down": 0.5, "rate_up": 1.0, "rate_down": 3.0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AT_HALF)
def test_the_responses_at_half_of_the_bound(name):
    up, down, parameters = AT_HALF[name]
    device = devices.make(name, 4.0, **parameters)
    w = np.array([2.0, 2.0])
    assert device.q_plus(w) == pytest.approx([up, up], rel=1e-15)
    assert device.q_minus(w) == pytest.approx([down, down], rel=1e-15)
    small = np.array([0.001, -0.001])
    assert device.update(w, small) == pytest.approx([2 + 0.001 * up, 2 - 0.001 * down], rel=1e-15)
    assert device.update(w, np.array([9.0, -9.0])).tolist() == [4.0, -4.0]


def test_a_response_is_cut_at_zero_and_not_elsewhere():
    device = devices.make("exp-step", 1.0, bump_up=-2.0, rate_up=-1.0, bump_down=-2.0, rate_down=-1.0)
    assert device.q_plus(np.array([0.0, -1.0])) == pytest.approx([0.0, 1 - 2 / math.e], abs=1e-16)
    assert device.q_minus(np.array([0.0, 1.0])) == pytest.approx([0.0, 1 - 2 / math.e], abs=1e-16)
    power = devices.make("power", 1.0)
    assert power.q_plus(np.array([0.0, 1.0, 3.0, -3.0])).tolist() == [1, 0, 0, 16]
    assert power.q_minus(np.array([0.0, -1.0, -3.0, 3.0])).tolist() == [1, 0, 0, 16]


SLOPES = [
    ("ald", {}, 0.5),
    ("power", {"exponent": 3.0}, 1.5 * 1.5**2),
    ("power", {"exponent_up": 3.0, "exponent_down": 1.0}, 1.5 * 1.25**2),
    ("power", {"exponent_up": 1.0, "exponent_down": 3.0}, 1.5 * 1.5**2),
    ("exponential", {"curvature": 2.0}, math.exp(-2 * (1 - 0.5)) / (1 - math.exp(-2))),
    ("shifted-linear", {"up": 1.5, "down": 0.5}, 0.75),
    ("shifted-linear", {"up": 0.5, "down": 1.25}, 0.625),
    ("constant-step", {}, 0.0),
    ("linear-step", {"slope_up": 0.25, "slope_down": 0.75}, 0.375),
    ("linear-step", {"slope_up": 0.5, "slope_down": 0.25}, 0.25),
    ("exp-step", {"up": 3.0, "bump_up": 0.5, "rate_up": 2.0, "bump_down": 0.0}, 3 * 0.5 * math.exp(0.5)),
    ("exp-step", {"down": 3.0, "bump_down": 0.5, "rate_down": 2.0, "bump_up": 0.0}, 3 * 0.5 * math.exp(1.0)),
    ("exp-step", {"bump_up": -0.5, "rate_up": -2.0, "bump_down": 0.0}, 0.5 * math.exp(1.0)),
    ("exp-step", {"bump_down": -0.5, "rate_down": -2.0, "bump_up": 0.0}, 0.5 * math.exp(0.5)),
]


@pytest.mark.parametrize(("name", "parameters", "slope"), SLOPES)
def test_the_slope_of_the_responses_on_a_range(name, parameters, slope):
    """tau = 2, weights from -1/2 to 1."""
    device = devices.make(name, 2.0, **parameters)
    found = device.response_slope(-0.5, 1.0)
    assert slope <= found <= slope * (1 + 1e-14) + 1e-300
    assert device.drift_slope(-0.5, 1.0, 4.0) == pytest.approx(slope / 4, rel=1e-14)
    assert device.drift_slope(-0.5, 1.0) == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("name", ["ald", "power", "exponential", "linear-step", "exp-step"])
def test_the_slope_on_the_mirrored_range_is_the_same(name):
    device = devices.REGISTRY[name](2.0)
    assert device.response_slope(-1.0, 0.5) == device.response_slope(-0.5, 1.0) > 0


def test_a_slope_is_known_on_ranges_within_the_bounds_only():
    device = devices.make("power", 2.0)
    assert device.response_slope(-2.0, 2.0) == pytest.approx(2.0, rel=1e-15)
    assert device.response_slope(0.5, 0.5) is not None
    for low, high in ((-2.1, 0.0), (0.0, 2.1), (0.5, 0.4), (math.nan, 1.0)):
        assert device.response_slope(low, high) is None
    steep = devices.make("power", 2.0, exponent_up=0.5, exponent_down=1.0)
    assert steep.response_slope(-1.0, 2.0) is None and steep.response_slope(-2.0, 1.0) is not None


def test_drift_slopes_need_a_gain_and_steps_that_are_responses_times_increments():
    ald = devices.make("ald", 2.0)
    assert ald.drift_slope(-1.0, 1.0, 0.5) == 1.0
    for gain in (0.0, -1.0, math.nan):
        assert ald.drift_slope(-1.0, 1.0, gain) is None
    assert ald.drift_slope(-1.0, 1.0, 1e-320) is None  # above every double
    assert devices.make("pulse-train", 2.0).drift_slope(-1.0, 1.0) is None
    assert Device.response_slope(ald, -1.0, 1.0) is None
    assert devices.make("ald", 2.0, count=2, spread_tau=0.1).drift_slope(-1.0, 1.0) is None


@pytest.mark.parametrize(
    ("name", "parameters", "steepness"),
    [
        ("power", {"exponent_up": 3.0, "exponent_down": 2.0}, 4.0),
        ("power", {"exponent_up": 1.0, "exponent_down": 1.0}, 1.0),
        ("power", {"exponent_up": 0.5, "exponent_down": 2.0}, None),
        ("power", {"exponent_up": 2.0, "exponent_down": 0.5}, None),
        ("exponential", {"curvature": 2.0}, 2 / (1 - math.exp(-2))),
        ("shifted-linear", {"up": 2.0, "down": 1.5}, 2.0),
        ("linear-step", {}, None),
        ("exp-step", {}, None),
    ],
)
def test_how_steep_a_law_is_at_most(name, parameters, steepness):
    found = devices.make(name, 2.0, **parameters).steepness()
    assert found is None if steepness is None else steepness <= found <= steepness * (1 + 1e-15)


def test_symmetric_points():
    for name in ("ald", "power", "exponential", "pulse-train", "constant-step"):
        assert devices.make(name, 2.0).symmetric_point() == 0.0
    assert devices.make("shifted-linear", 2.0, up=3.0, down=1.0).symmetric_point() == 1.0
    step = devices.make("linear-step", 2.0, up=1.25, down=1.0, slope_up=0.5, slope_down=0.5)
    assert step.symmetric_point() == pytest.approx(0.5, rel=1e-15)  # 1.25 - x/2 = 1 + x/2 at x = 1/4
    farther = devices.make("linear-step", 4.0, up=1.25, down=1.0, slope_up=0.5, slope_down=0.5)
    assert farther.symmetric_point() == pytest.approx(1.0, rel=1e-15)
    assert devices.make("linear-step", 2.0, up=9.0, down=1.0).symmetric_point() is None  # up wins everywhere
    assert devices.make("linear-step", 2.0, up=1.0, down=9.0).symmetric_point() is None
    even = devices.make("linear-step", 2.0, up=1.0, down=1.0, slope_up=0.0, slope_down=0.0)
    assert even.symmetric_point() == 0.0
    at_bound = devices.make("linear-step", 2.0, up=2.0, down=1.0).symmetric_point()
    assert at_bound == pytest.approx(2.0, rel=1e-15)  # 2 - x/2 = 1 + x/2 at x = 1
    assert Device.symmetric_point(even) is None and Device.steepness(even) is None
    assert Device.extremes(even, -1.0, 1.0) is None


def test_which_of_two_pulses_is_stronger_is_the_local_distortion():
    device = devices.make("shifted-linear", 2.0, up=3.0, down=1.0)
    # at w = 0: (1 - 3)/(1 + 3); at w = 2: q_plus = 0; at w = 1: both 3/2
    assert device.local_distortion(np.array([0.0, 1.0, 2.0])).tolist() == [-0.5, 0.0, 1.0]


# Refusals.


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_what_has_to_be_positive_and_finite(value):
    with pytest.raises(BadInput, match="x > 0 and finite"):
        base.positive("x", value, "this")
    if value == math.inf:
        base.positive("x", value, "this", infinite=True)
    else:
        with pytest.raises(BadInput, match="x > 0"):
            base.positive("x", value, "this", infinite=True)


@pytest.mark.parametrize(
    ("name", "parameters", "named"),
    [
        ("linear-step", {"up": 0.0}, "up"),
        ("linear-step", {"down": -1.0}, "down"),
        ("linear-step", {"slope_up": 1.5}, "slope_up"),
        ("linear-step", {"slope_down": 1.5}, "slope_down"),
        ("linear-step", {"slope_up": -0.5}, "slope_up"),
        ("linear-step", {"slope_down": math.nan}, "slope_down"),
        ("exp-step", {"up": 0.0}, "up"),
        ("exp-step", {"down": math.inf}, "down"),
        ("exp-step", {"bump_up": math.inf}, "bump_up"),
        ("exp-step", {"rate_down": math.nan}, "rate_down"),
        ("exp-step", {"bump_up": -0.1}, "bump_up"),
        ("exp-step", {"rate_down": -0.1}, "bump_down"),
        ("shifted-linear", {"up": 0.0}, "up"),
        ("shifted-linear", {"down": 0.0}, "down"),
        ("exponential", {"curvature": 0.0}, "curvature"),
        ("power", {"exponent_up": 0.0}, "exponent_up"),
        ("power", {"exponent_down": math.inf}, "exponent_down"),
    ],
)
def test_parameters_outside_their_domain_are_refused_by_name(name, parameters, named):
    with pytest.raises(BadInput, match=rf"^{named}\b"):
        devices.REGISTRY[name](2.0, **parameters)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("linear-step", {"slope_up": 0.0, "slope_down": 1.0}),
        ("linear-step", {"slope_up": 1.0, "slope_down": 0.0}),
        ("exp-step", {"bump_up": 0.0, "rate_up": -1.0}),
        ("exp-step", {"bump_down": -0.5, "rate_down": 0.0}),
    ],
)
def test_parameters_at_the_edge_of_their_domain_are_taken(name, parameters):
    assert devices.REGISTRY[name](2.0, **parameters).fields().items() >= parameters.items()
