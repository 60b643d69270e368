"""Theorem 4's algebra: its numbers, brute force over feasible points, and wrong versions, which are not proved."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import sympy
from flint import arb

from theory import blueprint
from theory.bounds.forms import MultiplierForm
from theory.bounds.registry import family
from theory.checkers import mutants
from theory.kernel import Gap, Relation
from theory.kernel.check import check_claim
from theory.lemmas import free_bounds, free_terms

NAMES = ("free.multiplier", "free.explicit", "free.end")
LAGS, S = np.array([3.0, 2.0, 1.0, 0.0]), np.full((4, 4), 0.25)
RHO = 0.3
FLOOR = RHO**2 / (1 - RHO**2)


def pipeline(alpha, theta1=0.2):
    """Four stages, L = sigma = 1, S = 1/4, quadratic with additive noise, with the step that is best for its K."""
    Lambda1, Lambdah = (np.linalg.norm(S @ np.diag(LAGS**power), 2) for power in (1, 0.5))
    ell, nu = np.linalg.norm(S, 2), Lambdah
    return {
        "D": 3, "Lambda1": Lambda1, "alpha": alpha, "eta": 0, "g_x": alpha, "gain": 1, "k1": RHO * (1 + RHO) * ell * nu,
        "k2": theta1 * nu, "nu": nu, "p": alpha / 2, "phi0": 0, "q": (1 + RHO) * alpha * Lambda1, "rbar2": RHO**2,
        "rho": RHO, "sigma": 1, "x": alpha, "xn": alpha, "qn": (1 + RHO) * alpha * nu,
    }  # fmt: skip


def upper(name, values, *, searched=True):
    chosen = family(name)
    form = MultiplierForm("f", family=chosen, searched=searched, degrees={"sigma": 0.5, "p": 1.0})
    return form.outcome([arb(float(values[symbol.name])) for symbol in chosen.parameters]).upper


def coefficients(values, A):
    """Return e0, e1 and e2 at A, from the claim."""
    meaning = {"sqrt_D": math.sqrt(values["D"]), "R_0": math.sqrt(A + values["sigma"] ** 2 + values["phi0"])}
    known = {**values, **meaning}
    names, function = _terms()
    return function(*(known[name] for name in names))


@cache
def _terms():
    parts = [free_terms.constant(), free_terms.linear(), free_terms.QUADRATIC]
    names = sorted({symbol.name for part in parts for symbol in part.free_symbols})
    return names, sympy.lambdify([sympy.Symbol(name, real=True) for name in names], parts)


def right(values, A, mu):
    """Return G4 by hand."""
    e0, e1, e2 = coefficients(values, A)
    T = math.sqrt(values["rho"] ** 2 * A + values["rbar2"] * values["sigma"] ** 2)
    u = math.hypot(mu * values["g_x"] * values["sigma"], (1 - mu) * math.sqrt(A))
    start = mu * (2 * values["p"] + values["xn"] * values["sigma"] ** 2)
    return T**2 + e0 + start + (u + values["q"] * T + e1 / 2) ** 2 / (1 - values["q"] ** 2 - e2 - mu * values["x"])


def test_the_denominator_is_the_claims_own():
    q, e2, mu, x = (sympy.Symbol(name, real=True) for name in ("q", "e2", "mu", "x"))
    assert free_bounds.denominator() == 1 - q**2 - e2 - mu * x
    assert family("free.end").denominator == free_bounds.denominator().xreplace({e2: free_terms.QUADRATIC})
    assert family("multiplier.end").denominator == 1 - q**2 - mu * x


@pytest.mark.parametrize(
    ("alpha", "without_lag", "theorem_1", "theorem_4"),
    [(1e-2, 2.117, 3.324, 2.220), (1e-3, 2.188, 3.299, 2.199), (1e-4, 2.198, 3.299, 2.199)],
)
def test_the_excess_over_the_floor_is_what_the_lag_leaves(alpha, without_lag, theorem_1, theorem_4):
    """The figures of the theory, which are given to 0.002: with p = x sigma^2/2 and theta1 = 1/5."""
    values = pipeline(alpha)
    still = values | {"q": 0, "qn": 0}
    found = [
        (upper(name, one) - FLOOR) / alpha
        for name, one in (("multiplier.end", still), ("multiplier.end", values), ("free.end", values))
    ]
    assert np.allclose(found, [without_lag, theorem_1, theorem_4], rtol=0, atol=2e-3)
    assert found[2] < found[1]


def test_the_cross_term_is_gone_to_first_order():
    """What is left above the floor falls to 2 L sigma^2/(1 - rho^2) alpha, whatever the lag; Theorem 1's does not."""
    alpha = 1e-6
    first = 2 / (1 - RHO**2)
    assert abs((upper("free.end", pipeline(alpha)) - FLOOR) / alpha - first) < 1e-4
    assert (upper("multiplier.end", pipeline(alpha)) - FLOOR) / alpha > 1.4 * first


def random_values(rng):
    rho, sigma, alpha = rng.uniform(0, 0.9), 10 ** rng.uniform(-1, 1), 10 ** rng.uniform(-3, -1)
    D, Lambda1, nu = int(rng.integers(1, 6)), rng.uniform(0, 2), rng.uniform(0, 2) * sigma
    x = alpha * rng.uniform(0.1, 2)
    return {
        "D": D, "Lambda1": Lambda1, "alpha": alpha, "eta": rng.uniform(0, 1) / D**2, "gain": rng.uniform(0.3, 1.5),
        "k1": rng.uniform(0, 2) * sigma, "k2": rng.uniform(0, 1), "nu": nu, "p": rng.uniform(0, 1) * sigma**2,
        "phi0": rng.uniform(0, 1) * sigma**2, "q": rng.uniform(0, 0.4), "rbar2": rho**2 * rng.uniform(0, 1), "rho": rho,
        "sigma": sigma, "x": x, "xn": x * rng.uniform(0, 1), "g_x": x * rng.uniform(0, 1),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_no_feasible_point_is_above_the_bound(seed):
    """On a grid of Y and a, for A near the bound: no point above it is feasible, and some below it is."""
    values = random_values(np.random.default_rng(seed))
    bound = upper("free.end", values)
    if not math.isfinite(bound):
        pytest.skip("no multiplier proves a bound here")

    def feasible(A):
        e0, e1, e2 = coefficients(values, A)
        T = math.sqrt(values["rho"] ** 2 * A + values["rbar2"] * values["sigma"] ** 2)
        Y = np.linspace(0, 3 * math.sqrt(A) + 1e-9, 1500)[:, None]
        a = Y * np.cos(np.linspace(0, math.pi / 2, 700))[None, :]
        across = np.sqrt(np.maximum(Y**2 - a**2, 0))
        near = A + Y**2 - 2 * a * math.sqrt(A) <= (T + values["q"] * Y) ** 2 + e0 + e1 * Y + e2 * Y**2
        noise = values["xn"] / 2 * values["sigma"] ** 2 + values["g_x"] * values["sigma"] * across
        return bool((near & (a * math.sqrt(A) <= values["p"] + values["x"] / 2 * Y**2 + noise)).any())

    assert not any(feasible(bound * more) for more in (1 + 1e-9, 1.001, 1.1, 2.0, 10.0))
    assert feasible(bound * 0.99)


@pytest.mark.parametrize("seed", range(20))
def test_the_family_is_g4(seed):
    """The number proved is where G4 meets A, found by halving; mu = 1 is never below the best mu."""
    values = random_values(np.random.default_rng(100 + seed))
    one = upper("free.end", values, searched=False)
    best = upper("free.end", values)
    assert best <= one * (1 + 1e-12)
    if not math.isfinite(one):
        return
    low, high = 0.0, one * 4
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if right(values, middle, 1.0) > middle else (low, middle)
    assert abs(one / high - 1) < 1e-9
    explicit = blueprint.claim("free.explicit").conclusion("bound").rhs
    plain = values | {"rbar2": values["rho"] ** 2, "xn": values["x"], "g_x": values["x"]}
    e0, e1, e2 = coefficients(plain, high)
    point = plain | {"e0": e0, "e1": e1, "e2": e2, "R": math.hypot(math.sqrt(high), values["sigma"])}
    assert math.isclose(
        float(explicit.subs({s: point[s.name] for s in explicit.free_symbols})), right(plain, high, 1.0)
    )


# --- wrong versions


def changed(claim, name, relation):
    steps = tuple(replace(one, relation=relation) if one.name == name else one for one in claim.steps)
    return replace(claim, steps=steps)


def refused(claim):
    with pytest.raises(Gap):
        check_claim(claim, {name: item for name, item in blueprint.theorems().items() if name != claim.id})


def swapped(expression, **meanings):
    return expression.subs({sympy.Symbol(name, real=True): value for name, value in meanings.items()})


e0, e1, e2, p, x = (sympy.Symbol(name, real=True) for name in ("e0", "e1", "e2", "p", "x"))


@pytest.mark.parametrize("name", ["free.multiplier", "free.explicit"])
@pytest.mark.parametrize(
    "wrong", [{"e1": e1 / 2}, {"p": p / 2}, {"e0": 0}, {"e2": 0}, {"x": x / 2}, {"q": 0}], ids=lambda item: str(item)
)
def test_a_smaller_bound_is_not_proved(name, wrong):
    """e1/4 for e1/2, p for 2 p, no e0, no e2 in the denominator, half of the noise, no coherent lag."""
    claim = blueprint.claim(name)
    stated = claim.conclusion("bound")
    refused(changed(claim, "bound", Relation(stated.lhs, stated.op, swapped(stated.rhs, **wrong))))


@pytest.mark.parametrize("name", NAMES)
def test_the_claims_pass_and_no_sharper_conclusion_does(name):
    check_claim(blueprint.claim(name), blueprint.theorems())
    for _, _, sharper in mutants.tightened(blueprint.claim(name)):
        refused(sharper)


@pytest.mark.parametrize("wrong", [{"R_01": 0}, {"nu": 0}, {"u1": 0}, {"p": p / 2}, {"e2": 0}], ids=str)
def test_a_smaller_certificate_does_not_exclude(wrong):
    """One that leaves out R0, the lag, what v gains, a factor two of the start, or e2."""
    claim = blueprint.claim("free.end")
    context = tuple(
        replace(one, relation=Relation(swapped(one.relation.lhs, **wrong), "<", one.relation.rhs))
        if getattr(one, "name", "") == "certificate"
        else one
        for one in claim.context
    )
    refused(replace(claim, context=context))


NOT_NEEDED = {
    "free.multiplier": set(),
    "free.explicit": {"rho >= 0", "p >= 0"},  # as in master.young: what the symbols are
    "free.end": set(),
}


@pytest.mark.parametrize("name", NAMES)
def test_which_premises_can_be_dropped(name):
    others = {other: item for other, item in blueprint.theorems().items() if other != name}
    passed = set()
    for what, one in mutants.without_premise(blueprint.claim(name)):
        try:
            check_claim(one, others)
        except Gap:
            continue
        passed.add(what)
    assert passed == NOT_NEEDED[name]
    assert "mu >= 0" not in passed
    assert not {"denominator", "lag is short"} & passed
