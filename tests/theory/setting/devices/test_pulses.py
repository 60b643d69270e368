"""Pulses: mean and variance of what arrives, both bounds, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from theory.setting import devices
from theory.setting.devices import pulses as module
from theory.setting.devices.draws import ElementDraws
from theory.setting.devices.pulses import Pulses, binomial

KINDS = [
    Pulses(0.1), Pulses(0.1, cycle=0.5), Pulses(0.1, 10), Pulses(0.1, 31, 0.3), Pulses(0.1, 1000), Pulses(0.1, 1, 2.0),
]  # fmt: skip
INCREMENTS = (0.001, 0.03, -0.07, 0.1, -0.24, 0.77)
COUNT = 200_000
LEVEL = 4.9
"""Standard errors that a mean of normal law passes with probability 1e-6."""


def drawn(kind: Pulses, increment: float) -> np.ndarray:
    return kind.realised(np.full(COUNT, increment), ElementDraws(5, 0, 0, (COUNT,)).at(3))


def off(kind: Pulses, x: np.ndarray, increment: float) -> tuple[float, float]:
    """How many standard errors mean and variance are off."""
    mean, variance = float(kind.mean(np.array(increment))), float(kind.variance(np.array(increment)))
    squares = (x - mean) ** 2
    return (
        abs(x.mean() - mean) / (math.sqrt(variance / COUNT) + 1e-15),
        abs(squares.mean() - variance) / (squares.std() / math.sqrt(COUNT) + 1e-15),
    )


@pytest.mark.parametrize("increment", INCREMENTS)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_mean_and_variance_are_those_that_are_stated(kind, increment):
    """72 tests of 200,000 numbers at 1e-6 each (claim granularity.variance)."""
    assert max(off(kind, drawn(kind, increment), increment)) < LEVEL


@pytest.mark.parametrize("wrong", ["rounds to the nearest", "a pulse too many", "no cycle noise", "dw^2/4 for trains"])
def test_a_wrong_law_is_seen(wrong):
    increment, kind = 0.03, Pulses(0.1, 10, 0.5)
    x = drawn(kind, increment)
    if wrong == "rounds to the nearest":
        x = np.round(x / 0.1) * 0.1 * (x < 0.15)
    elif wrong == "a pulse too many":
        x = drawn(Pulses(0.1, 11, 0.5), increment * 11 / 10)
    elif wrong == "no cycle noise":
        x = drawn(Pulses(0.1, 10), increment)
    else:
        x = drawn(Pulses(0.1, cycle=0.5), increment)
    assert max(off(kind, x, increment)) > LEVEL


@given(st.floats(1e-6, 10), st.integers(0, 1000), st.floats(0, 3), st.floats(-20, 20, allow_subnormal=False))
@settings(deadline=None, max_examples=300)
def test_the_variance_keeps_its_bounds(dw, BL, cycle, D):
    kind = Pulses(dw, BL, cycle)
    exact, bounds = kind.variance(np.array(D)), kind.variance_bounds(np.array(D))
    room = 1 + 1e-12
    assert exact <= bounds.always * room
    assert (bounds.rounding is None) == (BL > 0)
    assert bounds.rounding is None or exact <= bounds.rounding * room


def test_the_bound_of_rounding_is_false_for_trains():
    kind, D = Pulses(0.01, 1000), np.array(1.0)
    assert kind.variance(D) > 10 * (0.01**2 / 4)
    assert kind.variance_bounds(D).rounding is None


def test_a_train_reaches_no_further_than_its_length():
    kind = Pulses(0.1, 5)
    assert kind.largest == 0.5 and Pulses(0.1).largest == math.inf
    assert np.all(drawn(kind, 0.7) == 0.5) and np.all(drawn(kind, -0.7) == -0.5)
    assert kind.mean(np.array([0.7, -0.2])).tolist() == [0.5, -0.2]
    assert kind.variance(np.array(0.7)) == pytest.approx(0, abs=1e-16)


@pytest.mark.parametrize("trials", [1, 2, 7, 31, 1000])
@pytest.mark.parametrize("chance", [0.0, 1e-9, 0.03, 0.5, 0.6, 0.97, 1.0])
def test_the_binomial_numbers_are_the_inverse_of_their_law(trials, chance):
    u = (np.arange(2000) + 0.5) / 2000
    found = binomial(trials, np.full(2000, chance), u)
    terms = [math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(trials + 1)]
    if chance > 0.5:  # summed up from the other end
        literal = trials - np.searchsorted(np.cumsum(terms[::-1]), u)
    else:
        literal = np.searchsorted(np.cumsum(terms), u)
    assert np.mean(found != np.clip(literal, 0, trials)) < 2e-3  # where u meets a step within rounding


@pytest.mark.parametrize("device", ["ald", "power", "exponential", "shifted-linear"])
@pytest.mark.parametrize("kind", [KINDS[1], KINDS[3]], ids=str)
def test_the_mean_step_is_the_smooth_one(device, kind):
    """E U(w, D_r) = U(w, D) and Var = q^2 Var(D_r) + write^2, 200,000 elements, 1e-6 a test."""
    plain = devices.make(device, 2.0)
    granular = devices.make(device, 2.0, dw=kind.dw, BL=kind.BL, cycle=kind.cycle, write=0.02)
    assert granular.keeps_the_mean
    for w0, D in ((0.5, 0.13), (-1.1, -0.04)):
        w, dw = np.full(COUNT, w0), np.full(COUNT, D)
        after = devices.bound(granular, None, ElementDraws(1, 0, 0, (COUNT,)).at(0)).update(w, dw)
        smooth = float(plain.update(np.array(w0), np.array(D)))
        q = np.array((smooth - w0) / D)
        assert granular.pulses is not None
        variance = float(granular.pulses.step_variance(np.array(D), q))
        assert abs(after.mean() - smooth) < LEVEL * math.sqrt(variance / COUNT)
        squares = (after - smooth) ** 2
        assert abs(squares.mean() - variance) < LEVEL * squares.std() / math.sqrt(COUNT)


def test_which_devices_keep_the_mean():
    assert not devices.make("pulse-train", 2.0, dw=0.1).keeps_the_mean
    assert devices.make("pulse-train", 2.0).keeps_the_mean


def test_a_step_has_draws_of_its_own_for_every_update():
    device = devices.make("ald", 2.0, dw=0.1)
    w, dw = np.zeros(1000), np.full(1000, 0.05)
    acting = devices.bound(device, None, ElementDraws(1, 0, 0, (1000,)).at(0))
    one, other = acting.update(w, dw) > 0, acting.update(w, dw) > 0
    assert abs(np.mean(one & other) - 0.25) < LEVEL * math.sqrt(0.25 * 0.75 / 1000)


def test_nothing_is_written_where_nothing_is_asked_for():
    device = devices.make("ald", 2.0, write=0.1)
    after = devices.bound(device, None, ElementDraws(1, 0, 0, (4,)).at(0)).update(
        np.ones(4), np.array([0, 0, 0.1, -0.1])
    )
    assert np.array_equal(after[:2], np.ones(2)) and np.all(after[2:] != np.array([1.05, 0.85]))


def test_writing_adds_its_variance_where_something_is_asked_for_and_nowhere_else():
    kind = devices.make("ald", 2.0, dw=0.1, write=0.3).pulses
    assert kind.step_variance(np.array([0.0, 0.2, -0.2]), np.ones(3)) == pytest.approx([0.0, 0.09, 0.09])


def test_no_weight_passes_the_bound_that_lies_farthest_and_noise_has_none():
    """Elements from c - s tau to c + s tau; reach is the largest of these sizes, plus a few float32 roundings."""
    spread = devices.make("ald", 2.0, count=9, spread_tau=0.2, spread_point=0.5, elements=3)
    scale, _, _, shift = spread.elements.part(0, (9,))
    farthest = max(max(abs(c - 2 * s), abs(c + 2 * s)) for s, c in zip(scale, shift, strict=True))
    assert farthest <= spread.reach <= farthest * (1 + 1e-6)
    assert devices.make("ald", 2.0).reach == devices.make("ald", 2.0, dw=0.1).reach == 2.0
    for noise in ({"dw": 0.1, "cycle": 0.1}, {"write": 0.1}, {"dw": 0.1, "write": 0.1}):
        assert devices.make("ald", 2.0, **noise).reach == math.inf


def test_float32_stays_float32():
    device = devices.make("power", 2.0, dw=0.1, BL=9, cycle=0.1, write=0.1, spread_tau=0.1, count=4)
    assert device.elements is not None
    acting = devices.bound(device, device.elements.part(0, (4,)), ElementDraws(1, 0, 0, (4,)).at(0))
    assert acting.update(np.ones(4, np.float32), np.full(4, 0.3, np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dw", -1), ("dw", math.inf), ("dw", math.nan), ("BL", -1), ("BL", 1.5), ("BL", 1001), ("cycle", -0.1),
        ("cycle", math.nan), ("write", -1), ("write", math.inf),
    ],
)  # fmt: skip
def test_impossible_pulses_are_refused_in_one_line(name, value):
    with pytest.raises(BadInput, match=name):
        devices.make("ald", 2.0, **{"dw": 0.1, name: value})


@pytest.mark.parametrize("name", ["BL", "cycle"])
def test_what_belongs_to_pulses_needs_pulses(name):
    with pytest.raises(BadInput, match="dw > 0"):
        Pulses(**{name: 1})


def test_without_pulses_a_device_is_itself():
    device = devices.make("power", 2.0, dw=0.0)
    assert device.pulses is None and device.plain and devices.bound(device, None, None) is device
    assert device == devices.make("power", 2.0)
    assert not module.Pulses().random
