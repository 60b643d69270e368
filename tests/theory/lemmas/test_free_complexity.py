"""Theorem 4's iterations against (4E) solved in numbers, and wrong versions, which are not proved."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import sympy

from theory import blueprint
from theory.checkers import mutants
from theory.kernel import Gap, Relation
from theory.kernel.check import check_claim
from theory.lemmas import free_complexity as parts
from theory.theorems.statement import eliminate

CLAIM, ITERATIONS = blueprint.claim("free.complexity"), blueprint.claim("free.iterations")


@cache
def function(*expressions):
    names = sorted({symbol.name for part in expressions for symbol in part.free_symbols})
    return names, sympy.lambdify([sympy.Symbol(name, real=True) for name in names], list(expressions), cse=True)


@cache
def closed(which):
    """Return an expression of the claims in terms of what a run is made of."""
    expressions = {
        "C_4": parts.C4,
        "room": parts.room,
        "margin": parts.margin,
        "transient": parts.transient(),
        "enough": ITERATIONS.premise("enough").lhs,
        "short steps": ITERATIONS.premise("short steps").lhs,
    }
    return eliminate(expressions[which], ITERATIONS)


def value(which, values):
    names, compiled = function(closed(which))
    return float(compiled(*(values[name] for name in names))[0])


def random_values(rng):
    """Return constants of a run, with k1, k2 and nu as those of a pipeline."""
    D, L, sigma = int(rng.integers(1, 9)), 10 ** rng.uniform(-1, 1), 10 ** rng.uniform(-1, 1)
    ell, rho, theta1 = L * 10 ** rng.uniform(0, 0.7), rng.uniform(0.02, 0.9), 10 ** rng.uniform(-2, 0.5)
    ell1 = ell * rng.uniform(0.3, 1)
    Lambda1 = ell1 * D * rng.uniform(0.3, 1)
    nu = min(Lambda1, ell1 * math.sqrt(D)) * rng.uniform(0.3, 1) * sigma
    eta = (0.0 if rng.random() < 0.5 else 10 ** rng.uniform(-2, 1)) * ell**2 * rho * (1 + rho)
    return {
        "D": D, "L": L, "sigma": sigma, "rho": rho, "Lambda1": Lambda1, "nu": nu, "eta": eta, "gain": 1.0, "phi0": 0.0,
        "k1": rho * (1 + rho) * ell * nu, "k2": theta1 * ell1 * math.sqrt(D) * sigma, "F0": rng.uniform(0, 1) * sigma,
        "Delta": 10 ** rng.uniform(-1, 1), "ell": ell, "ell1": ell1, "theta1": theta1,
    }  # fmt: skip


def longest(values):
    """Return the largest step that section 2 of the theory allows."""
    rho, ell, D, eta = (values[name] for name in ("rho", "ell", "D", "eta"))
    most = min(1 / (8 * ell * D), 1 / (4 * (1 + rho) * values["Lambda1"]))
    most = min(most, math.sqrt(1 / (8 * eta)) / D) if eta else most
    return min(most, math.sqrt((1 - rho**2) / 2 / slope_before(values)))


def slope_before(values):
    """Return m of the theory, section 2."""
    rho, sigma, D, theta1 = (values[name] for name in ("rho", "sigma", "D", "theta1"))
    own = D * sigma**2 * theta1**2
    return values["ell1"] * D * sigma * theta1 + 27 / 128 * own + 4.5 * (rho * (1 + rho) * values["Lambda1"]) ** 2


def before(values):
    """Return C4 of the theory, section 2, which was not made as small as it can be."""
    rho, sigma, D, nu, theta1 = (values[name] for name in ("rho", "sigma", "D", "nu", "theta1"))
    ell, s, m = values["ell"], 1 - rho**2, slope_before(values)
    own, phi0 = D * sigma**2 * theta1**2, values["phi0"]
    C = (1 + rho**2 + 675 / 128) * nu**2 + 2 * rho * (1 + rho) * ell * math.sqrt(D) * sigma * nu
    C += 43 / 16 * values["eta"] * D * sigma**2 + 4.5 * values["L"] ** 2 * sigma**2
    C += values["ell1"] * D * sigma * theta1 * (sigma**2 + phi0) + 27 / 128 * own * phi0
    return 2 * C / s + 2.5 * m * sigma**2 / s**2


def solved(values, step):
    """Return the largest A that (4E) allows with this step, at the K for which it is the best one."""
    item = blueprint.claim("free.explicit")
    names, compiled = function(eliminate(item.conclusion("bound").rhs, item))
    known = {**values, "alpha": step, "x": step * values["L"], "q": (1 + values["rho"]) * step * values["Lambda1"]}
    known["p"] = known["x"] * values["sigma"] ** 2 / 2
    low, high = 0.0, values["sigma"] ** 2

    def over(A):
        return compiled(*({**known, "A": A}[name] for name in names))[0] > A

    while over(high):
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if over(middle) else (low, middle)
    return high


def used(values, step, most):
    """Return how much of C_4 for steps of at most `most` (4E) needs at a step."""
    s, sigma = 1 - values["rho"] ** 2, values["sigma"]
    left = solved(values, step) - values["rho"] ** 2 * sigma**2 / s - 2 * step * values["L"] * sigma**2 / s
    return left / step**2 / value("C_4", {**values, "alpha_max": most})


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(1)
    return [random_values(rng) for _ in range(150)]


def test_c4_is_enough_and_nearly_all_of_it_is_needed(sets):
    """At most 1; with the step itself as alpha_max its median is 0.999, with the largest step of the theory 0.8."""
    shares = []
    for place, values in enumerate(sets):
        quiet = values | {"F0": 0.0}  # phi0 as the bound has it
        most = longest(quiet)
        step = most * 10 ** -(2 * place / len(sets))
        shares.append((used(quiet, step, step), used(quiet, step, most)))
    found = np.array(shares)
    assert found.max() <= 1 + 1e-6
    assert np.median(found[:, 0]) > 0.999
    assert np.median(found[:, 1]) > 0.8


def test_c4_is_a_fifth_of_what_it_was(sets):
    ratios = []
    for values in sets:
        quiet = values | {"F0": 0.0}
        ratios.append(value("C_4", {**quiet, "alpha_max": longest(quiet)}) / before(quiet))
    assert max(ratios) < 0.5
    assert np.median(ratios) < 0.25


def test_the_iterations_are_enough(sets):
    """At the K of the claim the largest A of (4E) is within eps of the floor; at K/1.5, for small eps, mostly not."""
    short = []
    for values in sets:
        most = longest(values) / 10
        known = {**values, "alpha_max": most}
        assert value("room", known) > 0
        assert value("margin", known) > 0
        for eps in (1.0, 1e-2, 1e-4):
            at = {**known, "eps": eps * values["sigma"] ** 2}
            K = max(value("enough", at), value("short steps", at))
            step = math.sqrt(2 * values["Delta"] / (values["L"] * values["sigma"] ** 2 * K))
            start = {**values, "phi0": values["D"] * values["F0"] ** 2 / K}
            floor = values["rho"] ** 2 * values["sigma"] ** 2 / (1 - values["rho"] ** 2)
            assert step <= most * (1 + 1e-12)
            assert solved(start, step) <= floor + at["eps"] * (1 + 1e-9)
            if eps == 1e-4:
                short.append(solved(start, step * math.sqrt(1.5)) > floor + at["eps"])
    assert np.mean(short) > 0.5


def test_the_limit_of_c4_as_the_step_falls(sets):
    """The formula in print: docs/theory.md#free.complexity."""
    for values in sets[:30]:
        rho, sigma, nu, D = (values[name] for name in ("rho", "sigma", "nu", "D"))
        s = 1 - rho**2
        print_ = (1 + rho**2) * nu**2 + 2 * math.sqrt(D) * sigma * (values["k1"] + values["k2"] * sigma / math.sqrt(s))
        print_ += values["eta"] * D * sigma**2
        print_ += (values["L"] * sigma + rho * (1 + rho) * values["Lambda1"] * sigma / math.sqrt(s)) ** 2
        assert math.isclose(value("C_4", {**values, "alpha_max": 1e-9}), print_ / s, rel_tol=1e-5)


def test_the_leading_coefficient_knows_no_lag():
    """What K(eps) eps^2 is at eps = 0; C_4 is finite and has no eps in it."""
    stated, eps = ITERATIONS.conclusion("order"), sympy.Symbol("eps", real=True)
    assert stated.lhs == ITERATIONS.premise("enough").lhs * eps**2
    assert {symbol.name for symbol in stated.rhs.subs(eps, 0).free_symbols} == {"Delta", "L", "sigma", "rho"}
    assert eps not in closed("C_4").free_symbols


# --- wrong versions


def refused(claim):
    with pytest.raises(Gap):
        check_claim(claim, {name: item for name, item in blueprint.theorems().items() if name != claim.id})


@pytest.mark.parametrize("claim", [CLAIM, ITERATIONS], ids=lambda item: item.id)
def test_the_claims_pass_and_no_sharper_conclusion_does(claim):
    check_claim(claim, blueprint.theorems())
    for _, _, sharper in mutants.tightened(claim):
        refused(sharper)


@pytest.mark.parametrize("name", ["C_4", "C_f", "M_f", "W_f", "phi_max", "room"])
def test_a_smaller_constant_is_not_proved(name):
    """A definition with a thousandth less; more for room."""
    factor = sympy.Rational(1001 if name == "room" else 999, 1000)
    context = tuple(
        replace(one, of=one.of * factor) if getattr(one, "symbol", sympy.Symbol("other")).name == name else one
        for one in CLAIM.context
    )
    assert context != CLAIM.context
    refused(replace(CLAIM, context=context))


def test_without_the_factor_of_the_start_it_is_not_proved():
    stated = CLAIM.conclusion("bound")
    half = Relation(stated.lhs, stated.op, stated.rhs.subs(parts.lead, parts.lead / 2))
    refused(
        replace(CLAIM, steps=tuple(replace(one, relation=half) if one.name == "bound" else one for one in CLAIM.steps))
    )


@pytest.mark.parametrize("claim", [CLAIM, ITERATIONS], ids=lambda item: item.id)
def test_the_conditions_are_needed(claim):
    """Of the step, of what is left of 1 and of 1 - rho^2, of the start, and what is to be bounded."""
    others = {name: item for name, item in blueprint.theorems().items() if name != claim.id}
    passed = set()
    for what, one in mutants.without_premise(claim):
        try:
            check_claim(one, others)
        except Gap:
            continue
        passed.add(what)
    assert passed <= {"F0 >= 0", "phi0 >= 0", "alpha_max > 0"}
