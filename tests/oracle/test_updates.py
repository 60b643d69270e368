"""Single updates on aihwkit against the devices: trains of single pulses, their limit, and the linear law."""

from dataclasses import replace

import numpy as np
import pytest

from tests.oracle import updates
from tests.oracle.trains import apply, new_weight
from theory.setting import devices


@pytest.mark.parametrize("found", updates.right(), ids=lambda found: found.what)
def test_the_law_agrees(found) -> None:
    assert found.agrees, found.line()


@pytest.mark.parametrize("found", updates.wrong(), ids=lambda found: found.what)
def test_the_wrong_law_is_rejected(found) -> None:
    assert not found.agrees, found.line()


@pytest.mark.parametrize("mode", ["iso", "array"])
def test_the_laws_printed_in_the_table_are_the_devices(mode) -> None:
    """The author's formulas, to the nine digits printed."""
    found = updates.measured(mode)
    digits = 5e-9
    assert np.all(np.abs(updates.law("ald", mode) - found.printed["model_new_w"]) <= digits)
    assert np.all(np.abs(updates.law("pulse-train", mode) - found.printed["exact_new_w"]) <= digits)
    mean, variance, _ = updates.trains(mode)
    assert np.all(np.abs(mean - found.printed["finite_bl_mean"]) <= digits)
    if mode == "array":
        assert np.allclose(np.sqrt(variance), found.printed["finite_bl_std"], rtol=1e-7)


def test_a_row_that_is_off_by_what_would_have_been_seen_is_noticed() -> None:
    found = updates.right()[1]
    for place in (0, 300, 575):
        moved = found.measured.copy()
        moved[place] = found.expected[place] + 1.01 * found.seen[place]
        assert replace(found, measured=moved).rows_that_reject == 1


def test_the_overshoot_of_the_linear_law_is_half_of_the_increment_over_tau() -> None:
    """model - exact = (exact step)((x/(1 - e^-x)) - 1), x = |D|/tau: what theory/responses.md calls e <= x/4 twice."""
    found = updates.measured("iso")
    x = np.abs(found.change) / found.tau
    step, exact = updates.law("ald", "iso") - found.w, updates.law("pulse-train", "iso") - found.w
    assert np.allclose(exact / step, -np.expm1(-x) / x, rtol=1e-8)


def test_a_train_of_whole_counts_is_its_pulses_one_by_one() -> None:
    device, w, sign, counts = (
        devices.ald(0.5),
        np.array([0.1, -0.2, 0.3]),
        np.array([1.0, -1.0, 1.0]),
        np.array([3, 0, 7]),
    )
    one_by_one = w.copy()
    for place, count in enumerate(counts):
        for _ in range(count):
            one_by_one[place] = device.update(one_by_one[place], sign[place] * 0.01)
    assert np.array_equal(apply(device, w, sign, counts, 0.01), one_by_one)
    pulse = -0.5 * np.log1p(-0.01 / 0.5)
    assert np.allclose(devices.pulse_train(0.5).update(w, sign * counts * pulse), one_by_one, rtol=1e-14)


def test_the_moments_of_a_train_are_those_of_draws() -> None:
    device, w, change, slots = devices.ald(0.5), np.array([0.1, -0.2]), np.array([0.03, -0.055]), np.array([5, 22])
    mean, variance, fourth = new_weight(device, w, change, 0.01, slots)
    counts = np.random.default_rng(4).binomial(slots, np.abs(change) / 0.01 / slots, (40_000, 2))
    drawn = apply(device, np.broadcast_to(w, counts.shape), np.sign(change), counts, 0.01)
    assert np.all(np.abs(drawn.mean(axis=0) - mean) < 5 * np.sqrt(variance / 40_000))
    assert np.all(np.abs(drawn.var(axis=0) - variance) < 5 * np.sqrt((fourth - variance**2) / 40_000))
