"""What keeps the weights of any device inside, and that each condition is needed, in steps of random devices."""

import math

import numpy as np
import pytest

from theory.setting import devices

TAU = 1.7


def steep(name: str) -> tuple[devices.Device, float]:
    """A device and how steeply its responses rise from the bound where they end."""
    if name == "ald":
        return devices.make("ald", TAU), 1.0
    if name == "exponential":
        c = 1.3
        return devices.make("exponential", TAU, curvature=c), c / -math.expm1(-c)
    return devices.make("shifted-linear", TAU, up=1.4, down=0.6), 1.4


@pytest.mark.parametrize("name", ["ald", "exponential", "shifted-linear"])
def test_increments_of_tau_over_the_steepness_never_leave_the_box(name: str) -> None:
    device, C = steep(name)
    w, m = np.meshgrid(np.linspace(-TAU, TAU, 301), np.linspace(0, TAU / C, 301))
    assert (device.q_plus(w) <= C * (1 - w / TAU) + 1e-15).all()
    assert (device.q_minus(w) <= C * (1 + w / TAU) + 1e-15).all()
    for s in (1.0, -1.0):
        assert np.abs(device.update(w, s * m)).max() <= TAU * (1 + 2.0**-50)
    # a tenth longer, and some weight leaves
    assert max(np.abs(device.update(w, s * 1.1 * m)).max() for s in (1.0, -1.0)) > TAU


def certified_top(device: devices.Device, start: float, edge: float, reached: float) -> float:
    """The smallest top that device.inward_general certifies on both sides, by iteration from above."""
    near = max(float(device.q_plus(np.array(0.0))), float(device.q_minus(np.array(0.0))))
    top = TAU
    for _ in range(200):
        ends = np.array([-top, top])
        everywhere = float(np.maximum(device.q_plus(ends), device.q_minus(ends)).max())
        top = max(abs(start), edge + reached * near, reached * everywhere)
    return top


@pytest.mark.parametrize("name", ["ald", "exponential", "shifted-linear"])
@pytest.mark.parametrize("edge", [0.05, 0.4])
@pytest.mark.parametrize("reached", [0.02, 0.3])
def test_inward_directions_never_lead_above_the_certified_top(name: str, edge: float, reached: float) -> None:
    """Adversarial directions: outward at full size wherever the condition lets them, for long."""
    device, _ = steep(name)
    start = 0.2
    top = certified_top(device, start, edge, reached)
    assert top < TAU
    rng = np.random.default_rng(7)
    w = np.linspace(-start, start, 101)
    highest = 0.0
    for _ in range(2000):
        outward = np.where(rng.random(w.size) < 0.9, np.sign(w) + (w == 0), rng.choice([-1.0, 1.0], w.size))
        sign = np.where(np.abs(w) < edge, outward, -np.sign(w))
        size = reached * np.where(rng.random(w.size) < 0.8, 1.0, rng.random(w.size))
        w = device.update(w, sign * size)
        highest = max(highest, float(np.abs(w).max()))
    assert highest <= top * (1 + 2.0**-50)
    assert highest > edge  # the condition was tried


def test_a_top_without_room_for_a_step_from_below_0_is_passed() -> None:
    """Steps longer than the edge, from where the response is largest: edge + reached q_near alone is not enough."""
    up = devices.make("power", TAU, exponent=3.0)
    w, reached, edge = np.array(-0.6 * TAU), 0.9 * TAU, 0.01
    without = edge + reached * float(up.q_plus(np.array(0.0)))
    after = float(up.update(w, np.array(reached)))
    assert after > without
    assert after <= reached * float(up.q_plus(w))


def test_outward_directions_outside_the_edge_pass_any_top_below_tau() -> None:
    device, _ = steep("ald")
    w = np.array(0.2)
    for _ in range(2000):
        w = device.update(w, np.array(0.02))
    assert w > 0.99 * TAU > certified_top(device, 0.2, 0.05, 0.02)
