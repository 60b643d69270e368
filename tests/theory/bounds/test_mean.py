"""Conditional means as a bound: against brute force, closed forms and Theorem 1, whose multipliers it uses."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import theory
from boundary import BadInput, OutsideDomain
from tests.theory.bounds.common import TABLE_POINT

mean, sharp, resolved = (theory.bound(name) for name in ("mean", "sharp", "resolved"))
POINT = {
    "L": 2, "Delta": 1, "alpha": 0.005, "K": 20_000, "rho": 0.2, "Lambda1": 6, "nu": 2.0, "T2": 0.01, "c_w": 0.0025,
}  # fmt: skip


def height(point, A, *, half=0.5, coherent=1.0, saturation=1.0):
    """Return the largest slack of (ii) over all Y and a that satisfy (i); it is >= 0 where A is feasible. Floats."""
    step = point["alpha"] * point.get("gain", 1)
    x, q = step * point["L"], coherent * (1 + point["rho"]) * step * point["Lambda1"]
    p = point["Delta"] / (step * point["K"]) + point["c_w"]
    fixed = math.sqrt(point["rho"] ** 2 * A + saturation * point["T2"]) + (1 + point["rho"]) * step * point["nu"]
    root = math.sqrt(A)
    Y = np.linspace(max(0.0, (root - fixed) / (1 + q)), (root + fixed) / (1 - q), 200_001)
    a = (A + Y**2 - (fixed + q * Y) ** 2) / (2 * root)  # the least; (ii) asks for a small a
    slack = p + half * x * Y**2 - np.maximum(a, -Y) * root
    return float(np.max(np.where(a <= Y * (1 + 1e-14), slack, -np.inf)))


POINTS = [
    POINT,
    {**POINT, "rho": 0.6, "T2": 0.3},
    {**POINT, "alpha": 0.05, "Lambda1": 4, "c_w": 0.03, "nu": 0.5},
    {**POINT, "alpha": 0.0025, "gain": 2},
    {**POINT, "Lambda1": 0, "nu": 0, "T2": 0, "rho": 0.5},
]


@pytest.mark.parametrize("point", POINTS)
def test_it_is_the_largest_feasible_number(point):
    found = mean(**point)
    assert height(point, found * (1 - 1e-6)) >= 0 > height(point, found * (1 + 1e-6))


@pytest.mark.parametrize(
    "fault", [{"half": 0.45}, {"coherent": 0.9}, {"saturation": 0.9}], ids=lambda fault: next(iter(fault))
)
def test_brute_force_sees_a_wrong_set(fault):
    point = {**POINT, "alpha": 0.05, "Lambda1": 4, "rho": 0.3, "T2": 0.2}
    found = mean(**point)
    assert height(point, found * (1 - 1e-6)) >= 0 > height(point, found * (1 - 1e-6), **fault)


def test_without_lag_and_distortion_it_is_the_descent():
    """v = F, so that A = (p + c_w)/(1 - x/2): p = 1/(0.25 * 8) = 1/2, x = 1/2."""
    point = {"L": 2, "Delta": 1, "alpha": 0.25, "K": 8, "rho": 0, "Lambda1": 0, "nu": 0, "T2": 0, "c_w": "0.25"}
    assert mean(**point) == pytest.approx(1.0, rel=1e-13) and mean(**point) >= 1


def test_it_falls_to_its_floor():
    """With long runs of small steps what is left is T2/(1 - rho^2)."""
    point = {**POINT, "alpha": 1e-9, "K": 10**18, "rho": 0.6, "T2": 0.32, "c_w": 0, "nu": 0}
    assert mean(**point) == pytest.approx(0.32 / 0.64, rel=1e-4)


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 0.7), st.floats(0, 3), st.floats(0.01, 10))
def test_with_the_constants_of_theorem_1_it_is_no_larger(rho, lag, sigma2):
    """c_w = x sigma^2/2, T2 = rho^2 sigma^2 and nu = Lambdah sigma are what Theorem 1 puts, with a cross term."""
    shared = {"L": 2, "Delta": 1, "alpha": 0.01, "K": 1000, "rho": rho, "Lambda1": lag}
    nu = lag * math.sqrt(sigma2)
    found = mean(**shared, nu=nu, T2=rho**2 * sigma2, c_w=0.01 * sigma2)
    assert found <= sharp(**shared, sigma2=sigma2, nu=nu) * (1 + 1e-12)


def test_it_is_theorem_1_with_no_noise_in_the_descent():
    """Ln = 0, the curvature of the noise paid with the start: the two are one set."""
    alone = {name: TABLE_POINT[name] for name in ("L", "Delta", "alpha", "K", "rho", "Lambda1")}
    theirs = resolved(**alone, sigma2=0.5, nu=2.0, Ln="1e-300")
    assert mean(**alone, nu=2.0, T2=alone["rho"] ** 2 * 0.5, c_w=0) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("name", ["T2", "c_w", "nu", "Delta", "Lambda1"])
def test_it_grows_with_each(name):
    assert mean(**POINT) < mean(**{**POINT, name: 1.1 * POINT[name]})


@pytest.mark.parametrize("name", ["sigma2", "Lambdah", "Ln", "rbar2"])
def test_what_it_has_no_use_for_is_refused(name):
    with pytest.raises(BadInput, match=name):
        mean(**POINT, **{name: 0.01})


def test_what_it_needs_and_where_it_holds():
    for name in mean.required:
        with pytest.raises(BadInput, match=name):
            mean(**{key: value for key, value in POINT.items() if key != name})
    for name in ("T2", "c_w"):
        with pytest.raises(OutsideDomain, match=name):
            mean(**{**POINT, name: -1e-9})
    with pytest.raises(OutsideDomain, match="x < 1"):
        mean(**{**POINT, "alpha": 0.5, "Lambda1": 0})


@pytest.mark.parametrize(
    ("changes", "condition"),
    [
        ({"alpha": 0.5}, "x < 1"), ({"rho": 1.0}, "0 <= rho < 1"), ({"alpha": 0.15, "rho": 0.0}, r"q\*\*2 \+ x < 1"),
        ({"alpha": 0.05, "rho": 0.9}, r"q\*\*2/\(1 - x\) \+ rho\*\*2 < 1"),
    ],
)  # fmt: skip
def test_what_is_outside_is_refused_by_the_condition_that_fails(changes, condition):
    with pytest.raises(OutsideDomain, match="satisfy " + condition):
        mean(**(POINT | changes))
