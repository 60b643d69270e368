"""Published devices: their pulses are those of the published code, and what is not modelled is said."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import simulate
from boundary import BadInput
from simulate import notes
from simulate.problems import Quadratic
from theory.setting import devices
from theory.setting.devices import presets

TABLE = Path(__file__).parents[5] / "shared" / "oracle" / "published" / "device_responses.csv"
ROWS = {
    "ReRamSB": "ReRamSB",
    "ReRamArrayOM": "ReRamArrayOM / HfO2 (mean device)",
    "ReRamArrayHfO2": "ReRamArrayOM / HfO2 (mean device)",
    "ReRamES": "ReRamES",
    "EcRam": "EcRam",
    "EcRamMO": "EcRamMO",
    "Capacitor": "Capacitor",
    "Idealized": "Idealized / GokmenVlasov (constant step)",
    "GokmenVlasov": "Idealized / GokmenVlasov (constant step)",
}
PRINTED = 1e-7
"""The table has seven digits after the point, of responses below 10."""
AT_ZERO = {  # responses at w = 0 and +-0.2, worked out by hand from the published figures
    "ReRamSB": (1.0, 1.0, 1 - 0.2 / 1.25, 1 - 0.2 / 0.75),
    "EcRam": (1.0, 1.0, 1 - 0.1153 * 0.2 / 1.1724, 1 - 0.5085 * 0.2 / 0.8276),
    "EcRamMO": (1.0, 1.0, 1 - 0.4152 * 0.2 / 1.1714, 1 - 0.7342 * 0.2 / 0.8286),
    "Capacitor": (1.0, 1.0, 1 - 0.05 * 0.2, 1 - 0.05 * 0.2),
    "Idealized": (1.0, 1.0, 1.0, 1.0),
    "ReRamArrayOM": (1.0, 1.0, 0.8, 0.8),
    "ReRamES": (
        1 + 1.18445 * math.exp(-2.5),
        (1 - 0.259359) * (1 + 0.081404 * math.exp(2.5)),
        1 + 1.18445 * math.exp(-3.0),
        (1 - 0.259359) * (1 + 0.081404 * math.exp(2.0)),
    ),
}
"""(q_plus(0), q_minus(0), q_plus(0.2), q_minus(-0.2))"""


def responses(name: str, w: np.ndarray, tau: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Responses at weights as aihwkit counts them."""
    device = devices.preset(name, tau)
    inner = w - (device.elements.reference if device.elements else 0.0)
    return device.q_plus(inner), device.q_minus(inner)


@pytest.mark.skipif(not TABLE.exists(), reason="the tables of shared/oracle are not there")
@pytest.mark.parametrize("name", devices.PRESETS)
def test_pulses_are_those_of_the_published_code(name):
    with TABLE.open() as file:
        rows = [row for row in csv.DictReader(file) if row["preset"] == ROWS[name]]
    w, up, down = (
        np.array([float(row[key]) for row in rows]) for key in ("w", "up_pulse_over_dw_min", "down_pulse_over_dw_min")
    )
    assert len(w) == 11
    found = responses(name, w)
    np.testing.assert_allclose(found[0], up, rtol=1e-6, atol=PRINTED)
    np.testing.assert_allclose(found[1], down, rtol=1e-6, atol=PRINTED)
    scaled = responses(name, 3.0 * w, 3.0)  # another range scales with its weights
    np.testing.assert_allclose(scaled, found, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", AT_ZERO)
def test_responses_about_zero_are_those_worked_out_by_hand(name):
    up, down = responses(name, np.array([0.0, 0.2, -0.2]))
    assert (up[0], down[0], up[1], down[2]) == pytest.approx(AT_ZERO[name], rel=1e-12)


def test_the_table_notices_another_device():
    """The planted fault: one published figure for another."""
    up, _ = responses("EcRam", np.array([0.5]))
    other, _ = responses("EcRamMO", np.array([0.5]))
    assert abs(up - other) > 100 * PRINTED


PULSES = {
    "ReRamES": (0.00135, 5.0),
    "ReRamSB": (0.002, 3.75),
    "ReRamArrayOM": (0.0949, 0.4158),
    "ReRamArrayHfO2": (0.4622, 0.2174),
    "EcRam": (0.002, 0.3),
    "EcRamMO": (2.8214e-4, 2.0),
    "Capacitor": (0.005, 0.3),
    "Idealized": (0.0002, 0.3),
    "GokmenVlasov": (0.0016, 0.3),
}


def test_every_name_of_the_interface_is_there():
    assert devices.PRESETS.keys() == PULSES.keys() and set(PULSES) <= set(devices.names())


@pytest.mark.parametrize("name", PULSES)
def test_pulses_and_spreads_are_the_published_ones(name):
    device = devices.preset(name)
    assert (device.pulses.dw, device.pulses.cycle) == pytest.approx(PULSES[name], rel=1e-15)
    assert device.pulses.write == 0 and device.pulses.BL == 0
    assert 0 < device.elements.spread_tau < 0.4
    twice = devices.preset(name, 2.0)
    assert twice.pulses.dw == pytest.approx(2 * device.pulses.dw, rel=1e-15)
    assert twice.elements.reference == pytest.approx(2 * device.elements.reference, rel=1e-15)
    assert twice.elements.spread_point == pytest.approx(2 * device.elements.spread_point, rel=1e-15)
    assert twice.elements.spread_slope == device.elements.spread_slope


SPREADS = {  # of dw_min, of the asymmetry, of both bounds relative to their own size, of the reference: as published
    "ReRamES": (0.2, 0.05, (0.3, 0.3), 0.0),
    "ReRamSB": (0.3, 0.01, (0.24, 0.4), 0.0),
    "ReRamArrayOM": (0.7829, 0.01, (0.3499, 0.5695), 0.05),
    "ReRamArrayHfO2": (0.7125, 0.01, (0.4295, 0.5990), 0.05),
    "EcRam": (0.1, 0.01, (0.05, 0.05), 0.0),
    "EcRamMO": (0.1, 0.01, (0.05, 0.05), 0.0),
    "Capacitor": (0.1, 0.06, (0.07, 0.07), 0.0),
    "Idealized": (0.3, 0.0, (0.3, 0.3), 0.0),
    "GokmenVlasov": (0.3, 0.01, (0.3, 0.3), 0.0),
}
BOUNDS = {"ReRamSB": (1.25, 0.75), "EcRam": (1.1724, 0.8276), "EcRamMO": (1.1714, 0.8286)}
"""Sizes of the bounds where they are not 1; their mean is 1."""


@pytest.mark.parametrize("name", SPREADS)
def test_every_spread_is_the_published_one(name):
    slope, updown, bounds, point = SPREADS[name]
    sizes = BOUNDS.get(name, (1.0, 1.0))
    of_range = math.hypot(*(size * spread for size, spread in zip(sizes, bounds, strict=True))) / 2
    found = devices.preset(name).elements
    assert (found.spread_slope, found.spread_updown, found.spread_point) == pytest.approx((slope, updown, point))
    assert found.spread_tau == pytest.approx(of_range)
    assert found.reference == pytest.approx((sizes[0] - sizes[1]) / 2)


def test_every_preset_has_its_spreads_and_pulses_above():
    assert SPREADS.keys() == PULSES.keys() == devices.PRESETS.keys()


def test_lengths_are_in_units_of_half_the_range():
    """All published ranges are 2 wide; here one that is 4 wide, from -1 to 3."""
    noise = {"dw_min_std": 0.5, "dw_min_dtod": 0.2, "up_down_dtod": 0.1, "w_max_dtod": 0.4, "w_min_dtod": 0.9}
    one = presets.Published(w_max=3.0, w_min=-1.0, dw_min=0.01, up_down=0.0, reference_std=0.3, **noise)
    found = presets._preset("shifted-linear", one).parameters
    assert (found["dw"], found["reference"], found["spread_point"]) == pytest.approx((0.005, 0.5, 0.15))
    assert found["spread_tau"] == pytest.approx(math.hypot(1.2, 0.9) / 4)
    assert (found["up"], found["down"], found["cycle"]) == pytest.approx((2 / 3, 2.0, 0.5))


def test_what_the_model_lacks_is_said():
    lacks = {name: " | ".join(devices.preset(name).lacks) for name in devices.PRESETS}
    assert all("bounds" in text for text in lacks.values())
    for name, noise in (("ReRamES", "0.1013 w"), ("ReRamSB", "0.112 w"), ("ReRamArrayOM", "0.1339 w")):
        assert noise in lacks[name]
    assert "write_noise" not in lacks["Capacitor"] and "lifetime" in lacks["Capacitor"]
    assert "gamma_up_dtod" in lacks["EcRam"] and "lognormal" in lacks["ReRamES"]
    assert "lognormal" not in lacks["ReRamArrayOM"]
    assert devices.make("ald", 1.0).lacks == ()


def test_parameters_that_are_given_take_the_place_of_the_published_ones():
    device = devices.make("ReRamSB", 1.0, up=1.0, dw=0.5, reference=0.1)
    assert (device.up, device.pulses.dw, device.pulses.cycle, device.elements.reference) == (1.0, 0.5, 3.75, 0.1)
    smooth = devices.make("ReRamSB", 1.0, dw=0)
    assert smooth.pulses is None
    with pytest.raises(BadInput, match="exponent"):
        devices.make("ReRamSB", 1.0, exponent=2.0)


def test_a_device_that_moves_one_way_only_is_refused():
    with pytest.raises(BadInput, match="pulsed upwards only"):
        devices.make("PCM", 1.0)
    with pytest.raises(BadInput, match="ReRamES"):
        devices.preset("ald")


def test_a_common_shift_needs_no_number_of_elements():
    """gamma on |w| <= 0.3 of ReRamSB, whose symmetric point is 0: q_minus(0.3) = 1.4, q_minus(-0.3) = 0.6."""
    alike = dict.fromkeys(("spread_tau", "spread_slope", "spread_updown", "spread_point"), 0)
    device = devices.make("ReRamSB", 1.0, **alike)
    assert device.distortion(-0.3, 0.3) == pytest.approx((0.4, 1.0), rel=1e-14)
    assert devices.preset("ReRamSB").distortion(-0.3, 0.3) is None  # elements differ, and nobody says how many
    step = devices.make("EcRam", 1.0, **alike)
    assert step.room(-0.3, 0.3) == pytest.approx((0.8276 - 0.3) / (1 + 0.5085 * 0.3 / 0.8276), rel=1e-12)


def test_a_run_says_once_that_the_model_lacks_something(capfd):
    notes.say.cache_clear()
    options = {"alpha": 0.01, "tau": 2.0, "iterations": 5, "replicas": 3, "backend": "reference"}
    simulate.run(Quadratic(1, size=2), "analog-sgd", device="ReRamSB", **options)
    said = capfd.readouterr().err
    assert said.count("note: the device ReRamSB has 6 features that the model lacks") == 1
    notes.say.cache_clear()
    simulate.run(Quadratic(1, size=2), "analog-sgd", device="power", **options)
    assert "lacks" not in capfd.readouterr().err
