"""Theorem 1 where doubles have lost what counts: at the edges of its domain, against brute force in 3,000 bits."""

import math
from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import theory

sharp, explicit, resolved = (theory.bound(name) for name in ("sharp", "explicit", "resolved"))
SMALL = Fraction(1, 2**50)
ZERO = Fraction(0)


def root_below(value, digits=400):
    """Return a rational just below the square root of a rational."""
    scale = 10 ** (2 * digits)
    return Fraction(math.isqrt(value.numerator * scale // value.denominator), 10**digits)


def near_one(exponent):
    return 1 - Fraction(1, 10**exponent)


@st.composite
def edges(draw, largest=60):
    """Settings, as exact rationals, up to 10^-largest from where Theorem 1 ends, in one respect or in several."""
    close = st.integers(1, largest)
    rho = draw(st.one_of(st.just(ZERO), st.just(Fraction(3, 10)), close.map(near_one)))
    x = draw(st.one_of(close.map(near_one), close.map(lambda e: Fraction(1, 10**e)), st.just(Fraction(1, 2))))
    room = (1 - rho**2) * (1 - x)
    share = draw(st.one_of(st.just(ZERO), st.just(Fraction(1, 2)), close.map(near_one)))
    size = st.one_of(st.just(ZERO), st.integers(-30, 30).map(lambda e: Fraction(10) ** e))
    alpha = Fraction(3, 7)
    return {
        "L": x / alpha,
        "sigma2": draw(size),
        "Delta": draw(size),
        "alpha": alpha,
        "K": draw(st.sampled_from([1, 2, 1000, 10**30, 10**200])),
        "rho": rho,
        "Lambda1": root_below(share * room) / ((1 + rho) * alpha),
        "Lambdah": draw(size),
    }


def parameters(point):
    """Return (x, sigma, p, q, qn, rho) as balls of the working precision."""
    exact = {name: Fraction(value) for name, value in point.items()}
    sigma = arb(fmpq(exact["sigma2"].numerator, exact["sigma2"].denominator)).sqrt()

    def ball(value):
        return arb(fmpq(value.numerator, value.denominator))

    step = (1 + exact["rho"]) * exact["alpha"]
    p = ball(exact["Delta"] / (exact["alpha"] * exact["K"]))
    qn = ball(step * exact["Lambdah"]) * sigma
    return ball(exact["alpha"] * exact["L"]), sigma, p, ball(step * exact["Lambda1"]), qn, ball(exact["rho"])


def height(point, A):
    """Return the largest slack of (ii) over all Y and a that (i) allows: >= 0 exactly where A is feasible.

    For each Y the slack is concave in a, and its maximum over a is concave in Y.
    """
    x, sigma, p, q, qn, rho = parameters(point)
    A = arb(fmpq(A.numerator, A.denominator))
    root, fixed = A.sqrt(), rho * (A + sigma**2).sqrt() + qn

    def slack(Y):
        least = (A + Y**2 - (fixed + q * Y) ** 2) / (2 * root)
        a = least.max(-Y * root / (A + (x * sigma) ** 2).sqrt()).min(Y)
        across = (Y**2 - a**2).nonnegative_part().sqrt()
        return (p + x / 2 * (Y**2 + sigma**2) + x * sigma * across - a * root).mid()

    low, high = ((root - fixed) / (1 + q)).max(arb(0)).mid(), ((root + fixed) / (1 - q)).mid()
    for _ in range(600):
        left, right = ((2 * low + high) / 3).mid(), ((low + 2 * high) / 3).mid()
        low, high = (left, high) if slack(left) < slack(right) else (low, right)
    return max(slack(low), slack(high), slack(((low + high) / 2).mid()))


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(edges())
def test_the_value_is_the_largest_feasible_number(point):
    found = sharp.evaluate(**point)
    value, upper = Fraction(float(found.value)), Fraction(float(found.upper))
    assert value <= upper <= value + 3 * Fraction(math.ulp(value))
    if value == 0:
        assert point["sigma2"] == point["Delta"] == 0
        return
    with ctx.workprec(3000):
        if point["rho"] == point["Lambda1"] == 0 and point["Lambdah"] * point["sigma2"] == 0:  # v = F: one point
            x, sigma2 = point["alpha"] * point["L"], point["sigma2"]
            exact = (point["Delta"] / (point["alpha"] * point["K"]) + x * sigma2 / 2) / (1 - x / 2)
            assert exact <= upper
            assert abs(value - exact) <= exact * SMALL
            return
        assert height(point, upper) <= 0
        assert height(point, value * (1 - SMALL)) >= 0
        assert height(point, value * (1 + SMALL)) < 0


@settings(deadline=None, max_examples=60)
@given(edges())
def test_every_form_is_ordered_and_its_upper_end_tight_at_the_edges(point):
    """Resolved noise gains, Theorem 2 loses; a refinement with what it refines changes nothing."""
    plain = sharp.evaluate(**point)
    # what proves the first end lies a part 2^-70 above its root: where that is a double, the next one is returned
    assert plain.upper <= math.nextafter(explicit(**point), math.inf)
    for bound, more in (
        (sharp, {"rbar2": point["rho"] ** 2}),
        (resolved, {"Ln": point["L"]}),
        (sharp, {"Ln": point["L"] / 2}),
        (explicit, {"rbar2": point["rho"] ** 2}),
    ):
        found = bound.evaluate(**point, **more)
        assert found.value <= found.upper <= found.value * (1 + 1e-15)
    assert sharp(**point, rbar2=point["rho"] ** 2) == plain.upper
    assert resolved(**point, Ln=point["L"]) == plain.upper


@pytest.mark.parametrize("exponent", [1, 3, 6, 9, 12, 15, 30, 100, 1000])
@pytest.mark.parametrize("lag", [0, 1])
def test_the_bound_is_continuous_up_to_alpha_L_equal_to_one(exponent, lag):
    """What was up to 25,000 times too large: Theorem 2 goes to infinity there, Theorem 1 does not."""
    x, rho = near_one(exponent), Fraction(3, 10)
    q = lag * Fraction(9, 10) * root_below((1 - rho**2) * (1 - x), 2000)
    point = {"L": 1, "sigma2": 1, "Delta": "0.5", "alpha": x, "K": 1000, "rho": rho}
    found = sharp(**point, Lambda1=q / ((1 + rho) * x), Lambdah=lag * Fraction(1, 1000))
    assert found < (20 if exponent == 1 else 3)
