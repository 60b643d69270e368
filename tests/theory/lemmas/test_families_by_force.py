"""The closed forms of the families are what brute force finds of the devices' own responses."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from tests.theory.lemmas.closed_forms import side
from theory.setting import devices

DRAWS = 200
CLOSE = 2e-15
"""What a closed form may be off: some ten roundings of numbers of size 1, as theory/responses.md states."""


def extremes(device: devices.Device, half_width: float) -> tuple[float, float]:
    """The smallest and the largest response on a grid with both ends."""
    w = np.linspace(-half_width, half_width, 101)
    responses = np.concatenate([device.q_plus(w), device.q_minus(w)])
    return float(responses.min()), float(responses.max())


def linear(rng: np.random.Generator, h: float):
    tau = rng.uniform(0.5, 4)
    return devices.make("ald", tau), {"h": h}


def power(rng: np.random.Generator, h: float):
    e = rng.uniform(0.3, 3)
    return devices.make("power", rng.uniform(0.5, 4), exponent=e), {"P": (1 + h) ** e, "Q": (1 - h) ** e}


def exponential(rng: np.random.Generator, h: float):
    c = rng.uniform(0.5, 3)
    values = {"E": math.exp(c), "E_h": math.exp(c * h)}
    return devices.make("exponential", rng.uniform(0.5, 4), curvature=c), values


def shifted_linear(rng: np.random.Generator, h: float):
    up, down = rng.uniform(0.5, 2, 2)
    values = {"h": h, "up": up, "down": down, "dl": abs(up - down) / (up + down)}
    return devices.make("shifted-linear", rng.uniform(0.5, 4), up=up, down=down), values


FAMILIES: dict[str, Callable] = {
    f"response.{made.__name__}": made for made in (linear, power, exponential, shifted_linear)
}


@pytest.mark.parametrize("claim", FAMILIES)
def test_gamma_gain_and_floor_are_those_of_the_devices_own_responses(claim: str) -> None:
    rng = np.random.default_rng(12)
    for _ in range(DRAWS):
        h = rng.uniform(0.01, 0.95)
        device, values = FAMILIES[claim](rng, h)
        least, most = extremes(device, h * device.tau)
        values |= {"sigma": 1.0}
        gamma, gain = (most - least) / (most + least), (most + least) / 2
        assert side(claim, "gamma", values) == pytest.approx(gamma, abs=CLOSE, rel=CLOSE)
        assert side(claim, "gain", values) == pytest.approx(gain, rel=CLOSE)
        floor = math.sinh(0.5 * math.log(most / least)) ** 2
        # what cancels in most - least and in 1 - gamma^2
        assert side(claim, "floor", values) == pytest.approx(floor, rel=8 * CLOSE * (1 / gamma + 1 / (1 - gamma)))


LOCAL = {"response.linear": linear, "response.exponential": exponential, "response.shifted_linear": shifted_linear}


@pytest.mark.parametrize("claim", LOCAL)
def test_the_distortion_at_one_weight_is_that_of_the_two_responses_there(claim: str) -> None:
    rng = np.random.default_rng(13)
    for _ in range(DRAWS):
        device, values = LOCAL[claim](rng, rng.uniform(0.01, 0.9))
        w = rng.uniform(-0.9, 0.9) * device.tau
        up, down = float(device.q_plus(np.array(w))), float(device.q_minus(np.array(w)))
        values |= {"w": w, "tau": device.tau, "E_w": math.exp(getattr(device, "curvature", 0.0) * w / device.tau)}
        found = side(claim, "local", values)
        assert found == pytest.approx((down - up) / (down + up), abs=4 * CLOSE)
        assert abs(found) < 1


def test_own_exponents_have_the_half_log_ratio_of_the_larger_one() -> None:
    rng = np.random.default_rng(14)
    for _ in range(DRAWS):
        h, (up, down) = rng.uniform(0.01, 0.95), rng.uniform(0.3, 3, 2)
        x = np.linspace(-h, h, 101)
        responses = np.concatenate([(1 - x) ** up, (1 + x) ** down])
        e = max(up, down)
        values = {"P": (1 + h) ** e, "Q": (1 - h) ** e}
        ratio = side("response.power", "ratio", values)
        if up == down:
            assert ratio == pytest.approx(responses.max() / responses.min(), rel=1e-13)
        assert responses.max() <= values["P"] * (1 + CLOSE) and responses.min() >= values["Q"] * (1 - CLOSE)
        assert 0.5 * math.log(ratio) == pytest.approx(e * math.atanh(h), rel=1e-12)


def test_a_pulse_train_is_distorted_as_its_closed_form_says() -> None:
    """The largest and smallest share of an increment that is made, over weights and increments, one grid each."""
    rng = np.random.default_rng(15)
    for _ in range(20):
        tau, h, Y = rng.uniform(0.5, 4), rng.uniform(0.01, 0.95), rng.uniform(0.01, 2)
        device = devices.make("pulse-train", tau)
        w, m = np.meshgrid(np.linspace(-h * tau, h * tau, 81), np.linspace(1e-7, Y, 81) * tau)
        made = np.concatenate([(device.update(w, s * m) - w) / (s * m) for s in (1.0, -1.0)])
        least, most = made.min(), made.max()
        phi = -math.expm1(-Y) / Y
        fading = (1 - phi) / (1 + phi)
        values = {"h": h, "phi_Y": phi, "e_Y": fading}
        # the response 1 + h is met in the limit of short increments: the grid starts at 1e-7
        close = 4e-7
        assert side("device.pulse_train", "gamma", values) == pytest.approx((most - least) / (most + least), abs=close)
        assert side("device.pulse_train", "gain", values) == pytest.approx((most + least) / 2, abs=close)
        assert fading <= Y / 4
        log_ratio = math.atanh(h) + 0.5 * math.log(1 / phi)
        assert side("device.pulse_train", "gamma", values) == pytest.approx(math.tanh(log_ratio), abs=CLOSE)


def test_a_step_cut_off_at_hard_bounds_is_distorted_as_its_closed_form_says() -> None:
    rng = np.random.default_rng(16)
    for _ in range(DRAWS):
        tau, h, longest = rng.uniform(0.5, 4), rng.uniform(0.01, 0.95), rng.uniform(0.01, 4)
        w, m = np.meshgrid(np.linspace(-h * tau, h * tau, 41), np.linspace(1e-3, 1, 41) * longest)
        made = np.concatenate([s * (np.clip(w + s * m, -tau, tau) - w) / m for s in (1.0, -1.0)])
        phi = min(1.0, (1 - h) * tau / longest)
        least, most = made.min(), 1.0
        close = 4 * tau * 2.0**-52 / m.min()  # the rounding of w + D, in units of the shortest increment
        assert made.max() == pytest.approx(1.0, abs=close)
        gamma = side("response.constant_step", "gamma", {"phi_Y": phi})
        assert gamma == pytest.approx((most - least) / (most + least), abs=close)
        assert side("response.constant_step", "gain", {"phi_Y": phi}) == pytest.approx((most + least) / 2, abs=close)
        assert (gamma == 0) == (h * tau + longest <= tau)


def test_a_spread_of_gains_adds_its_half_log_ratio() -> None:
    rng = np.random.default_rng(17)
    for _ in range(DRAWS):
        device, _ = exponential(rng, 0.5)
        least, most = extremes(device, rng.uniform(0.01, 0.9) * device.tau)
        low, high = np.sort(rng.uniform(0.5, 2, 2))
        gains = np.linspace(low, high, 7)
        made = np.array([least, most]) * gains[:, None]
        values = {"g_min": low, "g_max": high, "qmin": least, "qmax": most}
        found = side("response.gain_spread", "gamma", values)
        assert found == pytest.approx((made.max() - made.min()) / (made.max() + made.min()), abs=CLOSE)
        total = 0.5 * math.log(most / least) + 0.5 * math.log(high / low)
        assert found == pytest.approx(math.tanh(total), abs=CLOSE)


def test_of_own_parameters_the_worst_element_counts() -> None:
    rng = np.random.default_rng(18)
    for _ in range(DRAWS):
        size, reach = 9, rng.uniform(0.05, 0.4)
        own, shift = rng.uniform(0.8, 2, size), rng.uniform(-0.3, 0.3, size)
        w = np.linspace(-reach, reach, 41)[:, None]
        responses = np.concatenate([1 - (w - shift) / own, 1 + (w - shift) / own])
        gamma = float(((reach + np.abs(shift)) / own).max())
        assert gamma == pytest.approx(max(responses.max() - 1, 1 - responses.min()), abs=CLOSE)
        assert side("response.own_parameters", "gain", {}) == 1
