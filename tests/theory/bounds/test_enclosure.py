"""The sharp bound from both sides, proved: an exact point of the feasible set just below, an interval proof above."""

import math
from dataclasses import replace

import pytest
import sympy
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import theory
from tests.theory.bounds.common import NAMES
from theory.bounds.arithmetic import ball_function, precise
from theory.bounds.function import closed
from theory.bounds.registry import PLAIN, family
from theory.lemmas import feasible as point
from theory.setting.symbols import symbol
from theory.theorems.sharp import THEOREM

sharp = theory.bound("sharp")
SYMBOLS = [symbol(name) for name in NAMES]
MEANINGS = {
    **sharp.definitions,
    symbol("nu"): symbol("Lambdah") * symbol("sigma"),
    symbol("sigma"): sympy.sqrt(symbol("sigma2")),
    symbol("gain"): sympy.Integer(1),
}


@st.composite
def settings_inside(draw):
    share = st.one_of(st.just(0.0), st.floats(0.01, 0.97))
    rho, x = draw(share), 10 ** draw(st.floats(-6, -0.02))
    q = draw(share) * math.sqrt(min(1 - x, (1 - rho**2) * (1 - x)))
    size = st.one_of(st.just(0.0), st.floats(-4, 2).map(lambda exponent: 10.0**exponent))
    alpha = x / 2
    return {
        "L": 2.0,
        "sigma2": draw(size),
        "Delta": draw(size),
        "alpha": alpha,
        "K": float(draw(st.integers(1, 10**6))),
        "rho": rho,
        "Lambda1": q / ((1 + rho) * alpha),
        "Lambdah": draw(size),
    }


FEASIBLE = ball_function(
    [closed(relation.rhs - relation.lhs, MEANINGS) for relation in THEOREM.feasible],
    [point.A, point.Y, point.a, *SYMBOLS],
)
PARAMETERS = ball_function([closed(symbol(name), MEANINGS) for name in ("rho", "sigma", "x", "q", "qn")], SYMBOLS)


def slack_at(A, Y, balls):
    """Return the a closest to the best that (i) allows at A and Y, and the slack of (ii) there; both as midpoints."""
    rho, sigma, x, q, qn = PARAMETERS(*balls)
    root, fixed = A.sqrt(), rho * (A + sigma**2).sqrt() + qn
    least = (A + Y**2 - (fixed + q * Y) ** 2) / (2 * root)
    a = (least.max(-Y * root / (A + (x * sigma) ** 2).sqrt()) + Y * arb(10) ** -60).mid()
    return a, (FEASIBLE(A, Y, a, *balls)[1].mid() if abs(a) <= Y else -(abs(a) - Y).mid() - 10**6)


def best_length(A, balls):
    """Return the Y with the largest slack of (ii): it is concave in Y, as a minimum over multipliers of such."""
    rho, sigma, _, q, qn = PARAMETERS(*balls)
    root, fixed = A.sqrt(), rho * (A + sigma**2).sqrt() + qn
    low, high = ((root - fixed) / (1 + q)).max(arb(0)).mid(), ((root + fixed) / (1 - q)).mid()
    for _ in range(140):
        left, right = ((2 * low + high) / 3).mid(), ((low + 2 * high) / 3).mid()
        low, high = (left, high) if slack_at(A, left, balls)[1] < slack_at(A, right, balls)[1] else (low, right)
    return ((low + high) / 2).mid()


@settings(deadline=None, max_examples=60)
@given(settings_inside())
def test_an_exact_point_of_the_set_lies_within_a_billionth_below(setting):
    """(i), (ii), |a| <= Y hold in ball arithmetic at A = (1 - 1e-9) times the bound, which is thus tight."""
    assume(setting["rho"] + setting["Lambda1"] + setting["Lambdah"] * setting["sigma2"] > 0)  # else v = F, one point
    upper = sharp(**setting)
    assume(upper > 0)
    with precise():
        balls = [arb(setting[name]) for name in NAMES]
        A = (arb(upper) * (1 - arb(10) ** -9)).mid()
        Y = best_length(A, balls)
        slacks = FEASIBLE(A, Y, slack_at(A, Y, balls)[0], *balls)
        assert all(slack >= 0 for slack in slacks), slacks


def infeasible(setting, A, depth=40):
    """Prove by interval bisection over Y that no Y and a satisfy (i) and (ii) at A; independent of multipliers."""
    with precise():
        rho, sigma, x, q, qn = PARAMETERS(*[arb(setting[name]) for name in NAMES])
        p = arb(setting["Delta"]) / (arb(setting["alpha"]) * arb(setting["K"]))
        A = arb(A)
        root, fixed = A.sqrt(), rho * (A + sigma**2).sqrt() + qn
        highest = (root + fixed) / (1 - q)
        boxes, steps = [(arb(0), highest.upper())], 0
        while boxes:
            low, high = boxes.pop()
            steps += 1
            if steps > 100_000:
                return None
            if not _empty(low.union(high), A, root, fixed, p, x, sigma, q):
                if (high - low) < highest * arb(2) ** -depth:
                    return False
                middle = ((low + high) / 2).mid()
                boxes += [(low, middle), (middle, high)]
        return steps


def _empty(Y, A, root, fixed, p, x, sigma, q):
    least = (A + Y**2 - (fixed + q * Y) ** 2) / (2 * root)
    if least > Y:
        return True
    a = least.max(-Y * root / (A + (x * sigma) ** 2).sqrt())
    across = (Y**2 - a**2).nonnegative_part().sqrt()
    return bool(a * root > p + x / 2 * (Y**2 + sigma**2) + x * sigma * across)


@pytest.mark.parametrize(
    "row",
    [
        (1, 1, 0.5, 0.01, 10_000, 0.3, 0, 0),
        (1, 0.25, 2, 0.02, 5_000, 0, 3, 1.5),
        (2, 0.5, 1, 0.005, 20_000, 0.2, 6, 3),
        (1, 1, 0.5, 0.05, 2_000, 0.1, 4, 2),
        (1, 1, 0.5, 0.3, 200, 0.5, 1, 2),
    ],
)
def test_interval_bisection_proves_the_bound_from_above_and_refuses_below(row):
    setting = dict(zip(NAMES, row, strict=True))
    upper = sharp(**setting)
    for above in (1 + 1e-4, 1.01, 1.5, 10):
        assert infeasible(setting, upper * above)
    assert infeasible(setting, upper * (1 - 1e-4)) is False


PLANTED = {
    "the start is halved": lambda G: G.xreplace({symbol("p"): symbol("p") / 2}),
    "the noise along the path is dropped": lambda G: G.xreplace({symbol("xn"): sympy.Integer(0)}),
    "the lag's coherent part is halved": lambda G: G.xreplace({symbol("q"): symbol("q") / 2}),
    "the lag's martingale part is dropped": lambda G: G.xreplace({symbol("qn"): sympy.Integer(0)}),
    "the drift is halved": lambda G: G.xreplace(
        {symbol("rho"): symbol("rho") / 2, symbol("rbar2"): symbol("rbar2") / 4}
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_wrong_right_side_falls_below_an_exact_point(fault):
    """The check that the bound is not below the true one can fail: it rejects each of these."""
    setting = dict(zip(NAMES, (2, 0.5, 1, 0.02, 2_000, 0.3, 12, 6), strict=True))
    form = sharp.forms[-1]
    wrong = replace(family("multiplier.end"), right=PLANTED[fault](family("multiplier.end").right))
    planted = replace(sharp, forms=(replace(form, family=wrong),))
    below = planted(**setting)
    assert below < sharp(**setting) * (1 - 1e-6)
    assert infeasible(setting, below) is False


def test_the_definitions_in_use_are_those_of_the_theorem():
    assert PLAIN[point.xn] == point.x
    assert set(sharp.definitions) >= {symbol(name) for name in ("x", "p", "q", "qn")}
