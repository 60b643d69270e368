"""Re-centring, in numbers: when it helps, and that no centre is better than the best."""

import math

import numpy as np
import pytest

from tests.theory.lemmas.closed_forms import holds, side
from theory import blueprint
from theory.setting import devices

CLOSE = 4e-15


def gamma_about(device: devices.Device, centre: float, half_width: float) -> float:
    """The distortion on [centre - half_width, centre + half_width], from the responses on a grid with both ends."""
    w = centre + np.linspace(-half_width, half_width, 101)
    responses = np.concatenate([device.q_plus(w), device.q_minus(w)])
    return float((responses.max() - responses.min()) / (responses.max() + responses.min()))


def drawn(rng: np.random.Generator):
    """A device with up > down, its shift dl, and a half-width (over tau) with h + dl < 1."""
    down, up = np.sort(rng.uniform(0.3, 2, 2))
    device = devices.make("shifted-linear", rng.uniform(0.5, 4), up=up, down=down)
    dl = (up - down) / (up + down)
    return device, dl, rng.uniform(0.02, 0.98) * (1 - dl)


def test_gamma_about_the_symmetric_point_and_about_the_best_centre() -> None:
    rng = np.random.default_rng(31)
    for _ in range(300):
        device, dl, h = drawn(rng)
        values = {"dl": dl, "h": h, "up": device.up, "down": device.down, "c": dl * (1 - h), "Q": 1.0}
        about = gamma_about(device, dl * device.tau, h * device.tau)
        best = gamma_about(device, dl * (1 - h) * device.tau, h * device.tau)
        assert side("response.recentre", "gamma", values) == pytest.approx(about, abs=CLOSE)
        assert side("response.best_centre", "gamma", values) == pytest.approx(best, abs=CLOSE)
        # both conclusions on differences of gammas
        as_it_is = gamma_about(device, 0.0, h * device.tau)
        assert side("response.recentre", "range", values) == pytest.approx(as_it_is - about, abs=2 * CLOSE)
        assert side("response.best_centre", "smaller than about 0", values) == pytest.approx(
            as_it_is - best, abs=2 * CLOSE
        )
        assert side("response.best_centre", "smaller than about w_0", values) == pytest.approx(
            about - best, abs=2 * CLOSE
        )


def test_recentring_at_the_symmetric_point_helps_only_if_half_width_and_shift_are_small() -> None:
    rng = np.random.default_rng(32)
    seen = {True: 0, False: 0}
    for _ in range(300):
        device, dl, h = drawn(rng)
        helps = gamma_about(device, dl * device.tau, h * device.tau) < gamma_about(device, 0.0, h * device.tau)
        if abs(h + h**2 + dl - 1) > 1e-9:
            assert helps == (h + h**2 + dl < 1)
            seen[helps] += 1
    assert min(seen.values()) > 30


def test_no_centre_is_better_than_the_best_one_on_either_side() -> None:
    rng = np.random.default_rng(33)
    for _ in range(100):
        device, dl, h = drawn(rng)
        best, tau = dl * (1 - h), device.tau
        centres = np.linspace(-1, 1, 201) * (1 - h) * 0.999
        gammas = np.array([gamma_about(device, centre * tau, h * tau) for centre in centres])
        least = gamma_about(device, best * tau, h * tau)
        assert gammas.min() >= least - CLOSE
        assert (np.diff(gammas[centres < best]) <= CLOSE).all() and (np.diff(gammas[centres > best]) >= -CLOSE).all()
        ends = {"dl": dl, "h": h, "up": device.up, "down": device.down}
        for centre in centres[::20]:
            low, high = (np.array((centre + end * h) * tau) for end in (-1, 1))
            extremes = [float(q(w)) for q in (device.q_plus, device.q_minus) for w in (low, high)]
            assert holds("response.best_centre", "best", ends | {"qmin": min(extremes), "qmax": max(extremes)}, CLOSE)


def test_the_floor_is_zero_at_the_symmetric_point_and_not_at_0() -> None:
    rng = np.random.default_rng(34)
    for _ in range(200):
        device, dl, _ = drawn(rng)
        for x in (dl, 0.0, *rng.uniform(-0.95, 0.95, 3)):
            up, down = (float(q(np.array(x * device.tau))) for q in (device.q_plus, device.q_minus))
            expected = math.sinh(0.5 * math.log(down / up)) ** 2
            found = side("response.recentre", "floor", {"X": x, "dl": dl, "sigma": 1.0})
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-28)
            assert found == pytest.approx(math.sinh(math.atanh(x) - math.atanh(dl)) ** 2, rel=1e-9, abs=1e-28)
        at_0 = side("response.recentre", "floor at 0", {"dl": dl, "sigma": 1.0})
        assert at_0 == pytest.approx(dl**2 / (1 - dl**2)) and at_0 > 0


def test_at_one_weight_recentring_helps_below_the_symmetric_point_only() -> None:
    """abs(artanh(dl + X) - artanh dl) against abs(artanh X - artanh dl), and the identity of crosswise products."""
    rng = np.random.default_rng(35)
    for _ in range(200):
        _, dl, _ = drawn(rng)
        for x in rng.uniform(-(1 - dl), 1 - dl, 20):
            about = abs(math.atanh(dl + x) - math.atanh(dl)) if dl + x < 1 else math.inf
            as_it_is = abs(math.atanh(x) - math.atanh(dl))
            helps = x < 0 or (x < dl and 2 * x * (1 - x * dl) < dl * (1 - dl**2))
            if abs(about - as_it_is) > 1e-12:
                assert (about < as_it_is) == helps
            assert holds("response.recentre", "one weight", {"X": x, "dl": dl}, CLOSE)


def test_another_device_about_that_point_is_noticed() -> None:
    device, dl, h = drawn(np.random.default_rng(36))
    tau, v = device.tau, 0.5 * h * device.tau
    w0 = dl * tau
    at = {"v": v, "w_0": w0, "tau": tau, "Q": 2 * device.up * device.down / (device.up + device.down)}
    at |= {"q_plus": float(device.q_plus(np.array(w0 + v))), "q_minus": float(device.q_minus(np.array(w0 + v)))}
    for name in ("q_plus", "q_minus"):
        part = f"{name} about w_0"
        assert part in blueprint.claim("response.recentre").conclusions
        assert holds("response.recentre", part, at, 1e-14)
        assert not holds("response.recentre", part, at | {"w_0": 0.99 * w0}, 1e-14)
        assert not holds("response.recentre", part, at | {"Q": 1.001 * at["Q"]}, 1e-14)
