"""The best gain, the floor, and the instances that rest there, for every device, in numbers."""

import math

import numpy as np
import pytest

from tests.theory.lemmas.closed_forms import holds, side
from tests.theory.lemmas.test_families_by_force import FAMILIES, extremes
from theory import blueprint
from theory.setting import devices


def test_no_gain_has_a_smaller_distortion_than_half_the_sum() -> None:
    rng = np.random.default_rng(21)
    for _ in range(100):
        least, most = np.sort(rng.uniform(0.05, 3, 2))
        gains = np.linspace(0.02, 4, 4000)
        gamma = np.maximum(most / gains - 1, 1 - least / gains)
        best = side("response.best", "least", {"qmin": least, "qmax": most}, right=False)
        assert best == pytest.approx(math.tanh(0.5 * math.log(most / least)), abs=4e-15)
        assert gamma.min() >= best - 1e-15
        assert gains[gamma.argmin()] == pytest.approx((most + least) / 2, abs=2e-3)
        for gain, worse in zip(gains[::400], gamma[::400], strict=True):
            values = {"qmin": least, "qmax": most, "gain": gain, "gamma": worse}
            for part in blueprint.claim("response.best").conclusions:
                assert holds("response.best", part, values, 1e-13), part
            if worse > best + 1e-9:  # a distortion that this gain does not have is not proved of it
                smaller = values | {"gamma": worse - 0.02 * worse}
                assert not all(
                    holds("response.best", part, smaller) for part in ("too small a gain", "too large a gain")
                )


def test_the_floor_is_the_squared_hyperbolic_sine() -> None:
    rng = np.random.default_rng(22)
    for _ in range(200):
        least, most = np.sort(rng.uniform(0.05, 3, 2))
        half = 0.5 * math.log(most / least)
        values = {"qmin": least, "qmax": most, "sigma": 1.5, "e_l": math.exp(half)}
        for part, right in (("floor", True), ("sinh l", True), ("sinh l", False)):
            found = side("response.floor", part, values, right=right)
            # what cancels is most - least
            assert found == pytest.approx((1.5 * math.sinh(half)) ** 2, rel=2e-14 * most / (most - least))
        assert side("response.floor", "tanh l", values) == pytest.approx(math.tanh(half), abs=4e-15)


def test_half_log_ratios_add() -> None:
    rng = np.random.default_rng(23)
    for _ in range(200):
        one, two = rng.uniform(0, 2, 2)
        values = {"gamma_1": math.tanh(one), "gamma_2": math.tanh(two)}
        assert side("response.additive", "below 1", values, right=False) == pytest.approx(
            math.tanh(one + two), abs=4e-15
        )
        assert holds("response.additive", "ratios", values | {"gamma_12": math.tanh(one + two)}, 1e-13)


@pytest.mark.parametrize("law", ["two-point", "normal", "skewed"])
def test_the_mean_step_is_that_of_the_local_distortion(law: str) -> None:
    """A finite set of samples is a law by itself: the identity holds to rounding."""
    rng = np.random.default_rng(24)
    draw = {
        "two-point": lambda: rng.choice([-1.0, 1.5], 500),
        "normal": lambda: rng.normal(0.3, 1, 500),
        "skewed": lambda: rng.exponential(1, 500) - 0.8,
    }[law]
    for made in FAMILIES.values():
        device, _ = made(rng, 0.5)
        w = rng.uniform(-0.8, 0.8) * device.tau
        g, alpha = draw(), 0.01
        moved = device.update(np.full_like(g, w), -alpha * g) - w
        up, down = (float(q(np.array(w))) for q in (device.q_plus, device.q_minus))
        values = {"F": g.mean(), "mean_m": np.abs(g).mean(), "alpha": alpha, "q_plus": up, "q_minus": down}
        values |= {"mean_T": moved.mean(), "sigma": g.std()}
        assert holds("response.mean_step", "mean step", values, 1e-15)
        assert holds("response.mean_step", "length", values)
        assert not holds("response.mean_step", "mean step", values | {"q_plus": 1.01 * up}, 1e-15)


def attaining(device: devices.Device, w0: float, sigma: float = 1.0, L: float = 1.3):
    """The mean step over -alpha at w, for the instance that response.attained makes for the weight w0."""
    up, down = (float(q(np.array(w0))) for q in (device.q_plus, device.q_minus))
    slope0 = -sigma * (down - up) / (2 * math.sqrt(up * down))
    minimiser = w0 - slope0 / L

    def mean_step(w: float) -> float:
        slope = L * (w - minimiser)
        size = math.hypot(slope, sigma)
        chance = (1 + slope / size) / 2
        return chance * size * float(device.q_minus(np.array(w))) - (1 - chance) * size * float(
            device.q_plus(np.array(w))
        )

    return mean_step, slope0, minimiser


@pytest.mark.parametrize("claim", FAMILIES)
def test_the_instance_of_each_family_rests_at_its_floor_and_returns_to_it(claim: str) -> None:
    rng = np.random.default_rng(25)
    for _ in range(50):
        h = rng.uniform(0.05, 0.9)
        device, values = FAMILIES[claim](rng, h)
        least, most = extremes(device, h * device.tau)
        end = h * device.tau * (-1 if values.get("up", 0) > values.get("down", 1) else 1)
        up, down = (float(q(np.array(end))) for q in (device.q_plus, device.q_minus))
        assert sorted((up, down)) == pytest.approx([least, most], rel=1e-14)
        mean_step, slope0, _ = attaining(device, end)
        assert mean_step(end) == pytest.approx(0, abs=1e-13 * (most + abs(slope0)))
        floor = side(claim, "floor", values | {"sigma": 1.0})
        assert slope0**2 == pytest.approx(floor, rel=1e-9)
        step = 1e-5 * device.tau
        assert mean_step(end + step) > 0 > mean_step(end - step)


def test_the_derivative_of_the_mean_step_is_the_closed_form() -> None:
    rng = np.random.default_rng(26)
    for claim in FAMILIES:
        device, _ = FAMILIES[claim](rng, 0.5)
        w0 = rng.uniform(-0.6, 0.6) * device.tau
        mean_step, slope0, minimiser = attaining(device, w0)
        d = 1e-5 * device.tau

        def derivative(f, d=d, w0=w0) -> float:
            return (float(f(w0 + d)) - float(f(w0 - d))) / (2 * d)

        up, down = (float(q(np.array(w0))) for q in (device.q_plus, device.q_minus))
        values = {"L": 1.3, "q_plus": up, "q_minus": down, "slope": slope0, "size": math.hypot(slope0, 1), "sigma": 1.0}
        values |= {
            "slope_plus": derivative(lambda w, device=device: device.q_plus(np.array(w))),
            "slope_minus": derivative(lambda w, device=device: device.q_minus(np.array(w))),
            "w_0": w0,
            "w_star": minimiser,
        }
        assert side("response.attained", "stable", values) == pytest.approx(derivative(mean_step), rel=1e-7)
        assert holds("response.attained", "derivative", values, 1e-9)


def test_a_start_off_the_point_of_rest_moves() -> None:
    device = devices.make("power", 1.0, exponent=2.0)
    mean_step, slope0, _ = attaining(device, 0.3)
    assert slope0**2 == pytest.approx(0.4347, abs=5e-5)  # theory/responses.md section 2
    assert abs(mean_step(0.303)) > 1e-3
