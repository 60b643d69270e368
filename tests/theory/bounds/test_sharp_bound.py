"""The sharp bound against what is known of it by other ways: tables, closed forms, brute force, interval proofs."""

import math

import numpy as np
import pytest
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import theory
from boundary import OutsideDomain
from theory.bounds.arithmetic import precise

NAMES = ["L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah"]
TABLE = [  # docs/theory.md#numbers, to the digits printed there
    ((1, 1, 0.5, 0.01, 10_000, 0, 0, 0), 0.01005025, 0.02010101),
    ((1, 1, 0.5, 0.01, 10_000, 0.3, 0, 0), 0.12006554, 0.12099012),
    ((1, 0.25, 2, 0.02, 5_000, 0, 3, 1.5), 0.02650654, 0.04534668),
    ((2, 0.5, 1, 0.005, 20_000, 0.2, 6, 3), 0.04835558, 0.05115555),
    ((1, 1, 0.5, 0.05, 2_000, 0.1, 4, 2), 0.11142600, 0.11705592),
]
BASE = dict(zip(NAMES, TABLE[3][0], strict=True))
RESOLVED = {**BASE, "nu": 1.1, "Ln": 1.2}
del RESOLVED["Lambdah"]

sharp, explicit = theory.bound("sharp"), theory.bound("explicit")


@pytest.mark.parametrize(("row", "expected_sharp", "expected_explicit"), TABLE)
def test_the_reference_table(row, expected_sharp, expected_explicit):
    point = dict(zip(NAMES, row, strict=True))
    assert round(float(sharp.evaluate(**point).value), 8) == expected_sharp
    assert round(float(explicit.evaluate(**point).value), 8) == expected_explicit


def test_the_noise_resolved_row():
    assert round(sharp(**RESOLVED), 8) == 0.04494649
    assert round(explicit(**RESOLVED), 8) == 0.04699933


@st.composite
def points(draw, lag=True, drift=True):
    """Settings in the domain, drawn by the share of it that they use up, from tiny to 98 %."""
    share = st.one_of(st.just(0.0), st.floats(1e-6, 0.98))
    rho = draw(share) if drift else 0.0
    x = 10 ** draw(st.floats(-8, 0)) * 0.98
    room = math.sqrt(min(1 - x, (1 - rho**2) * (1 - x)))
    q = draw(share) * room if lag else 0.0
    size = st.one_of(st.just(0.0), st.floats(-6, 3).map(lambda e: 10.0**e))
    L, alpha = 2.0, x / 2.0
    return {
        "L": L,
        "sigma2": draw(size),
        "Delta": draw(size),
        "alpha": alpha,
        "K": draw(st.integers(1, 10**7)),
        "rho": rho,
        "Lambda1": q / ((1 + rho) * alpha),
        "Lambdah": draw(size) if lag else 0.0,
    }


def height(point, A):
    """Return the largest slack of (ii) over all Y and a that satisfy (i): >= 0 exactly where A is feasible. Floats."""
    x, rho, sigma = point["alpha"] * point["L"], point["rho"], math.sqrt(point["sigma2"])
    p = point["Delta"] / (point["alpha"] * point["K"])
    q = (1 + rho) * point["alpha"] * point["Lambda1"]
    fixed = rho * math.sqrt(A + sigma**2) + (1 + rho) * point["alpha"] * point["Lambdah"] * sigma
    root = math.sqrt(A)
    low, high, best = max(0.0, (root - fixed) / (1 + q)), (root + fixed) / (1 - q), -math.inf
    for _ in range(7):
        Y = np.linspace(low, high, 2001)
        least = (A + Y**2 - (fixed + q * Y) ** 2) / (2 * root)
        free = -Y * root / math.sqrt(A + (x * sigma) ** 2)
        a = np.minimum(np.maximum(least, free), Y)
        slack = p + x / 2 * (Y**2 + sigma**2) + x * sigma * np.sqrt(np.maximum(Y**2 - a**2, 0)) - a * root
        slack = np.where(least <= Y * (1 + 1e-14), slack, -np.inf)
        at = int(np.argmax(slack))
        best = max(best, float(slack[at]))
        width = (high - low) / 500
        low, high = max(0.0, Y[at] - width), Y[at] + width
    return best


@settings(deadline=None, max_examples=150)
@given(points())
def test_brute_force_finds_feasible_points_just_below_and_none_above(point):
    upper = sharp(**point)
    assume(upper > 0)
    assert height(point, upper * (1 + 1e-6)) < 0
    assert height(point, upper * 3) < 0
    assert height(point, upper * (1 - 1e-5)) >= 0


@settings(deadline=None, max_examples=60)
@given(points())
def test_sharp_is_at_most_explicit_and_both_close_to_their_values(point):
    for bound in (sharp, explicit):
        found = bound.evaluate(**point)
        assert found.value <= found.upper * (1 + 1e-15)
        assert found.upper <= found.value * (1 + 1e-12)
    assert sharp(**point) <= explicit(**point)


@settings(deadline=None, max_examples=60)
@given(points(), st.sampled_from(["sigma2", "Delta", "rho", "Lambda1", "Lambdah", "L"]), st.floats(1.001, 3))
def test_more_trouble_never_lowers_a_bound(point, name, factor):
    worse = {**point, name: point[name] * factor}
    for bound in (sharp, explicit):
        try:
            after = bound(**worse)
        except OutsideDomain:
            continue
        assert after >= bound(**point) * (1 - 1e-11)


@settings(deadline=None, max_examples=60)
@given(points(lag=False))
def test_without_lag_it_is_the_closed_form(point):
    x, theta, sigma2 = point["alpha"] * point["L"], point["rho"] ** 2, point["sigma2"]
    c = x / 2 * (1 + theta)
    p = point["Delta"] / (point["alpha"] * point["K"]) + c * sigma2
    a, k = (1 - c) ** 2 - theta * (1 - x) ** 2, p**2 - theta * (sigma2 * x) ** 2
    b = 2 * p * (1 - c) + theta * sigma2 * ((1 - x) ** 2 + x**2)
    expected = (b + math.sqrt(max(b * b - 4 * a * k, 0.0))) / (2 * a)
    assert sharp(**point) == pytest.approx(expected, rel=1e-7, abs=1e-300)


@settings(deadline=None, max_examples=60)
@given(points(lag=False, drift=False))
def test_without_lag_and_drift_it_is_classical_and_never_below(point):
    with precise():
        x, sigma2 = arb(point["alpha"]) * arb(point["L"]), arb(point["sigma2"])
        exact = (arb(point["Delta"]) / (arb(point["alpha"]) * point["K"]) + x * sigma2 / 2) / (1 - x / 2)
        upper = arb(sharp(**point))
        assert upper >= exact or exact == 0
        assert upper <= exact * (1 + arb(1e-12)) or exact == 0


EXTREMES = [
    {"sigma2": 0.0},
    {"Delta": 0.0},
    {"sigma2": 0.0, "Delta": 0.0},
    {"K": 1e15},
    {"alpha": 1e-300},
    {"alpha": 1e-12, "K": 1e15},
    {"sigma2": 1e-300},
    {"Delta": 1e250},
    {"rho": 0.97, "Lambda1": 0.0},
    {"alpha": 0.4999999, "Lambda1": 0.0, "rho": 0.0},
    {"alpha": 0.1, "Lambda1": 6.5, "rho": 0.3},
]


@pytest.mark.parametrize("change", EXTREMES)
def test_extreme_settings(change):
    point = BASE | change
    found = sharp.evaluate(**point)
    assert math.isfinite(found.upper)
    assert 0 <= found.value <= found.upper <= found.value * (1 + 1e-10)
    assert found.upper <= explicit(**point)
