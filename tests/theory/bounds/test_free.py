"""Theorem 4 as numbers: against [FA 7], a brute force over its set, Theorem 1, other units, and exact arithmetic."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import theory
from boundary import BadInput, OutsideDomain
from theory.bounds.arithmetic import precise
from theory.bounds.families import family
from theory.lemmas import free_terms as four
from theory.setting.symbols import symbol

free, explicit, sharp = theory.bound("free"), theory.bound("free", form="explicit"), theory.bound("sharp")
FOUR = ("D", "ell", "ell1", "tau", "F0")
POINT = {
    "L": "1", "sigma2": "1", "Delta": "0.5", "alpha": "0.001", "K": "1000000", "rho": "0.3", "Lambda1": "1.8708287",
    "Lambdah": "1.2247449", "D": "3", "ell": "1", "ell1": "1", "tau": "7", "F0": "1",
}  # fmt: skip
"""Four stages with lags 3, 2, 1, 0 and S = 1/4 throughout."""
CURVED = {"H2": "0.5", "HJ": "0.25", "Gamma": "2"}
QUIET = ("D", "ell", "ell1", "F0", "H2", "HJ", "Gamma", "sigma2", "Delta", "rho", "Lambda1", "Lambdah", "L", "theta1")


def without_four(point):
    return {name: value for name, value in point.items() if name not in (*FOUR, *CURVED, "theta1", "nuhat")}


@pytest.mark.parametrize(
    ("alpha", "alone", "first", "fourth"),
    [("0.01", 2.117, 3.324, 2.220), ("0.001", 2.188, 3.299, 2.199), ("0.0001", 2.198, 3.299, 2.199)],
)
def test_the_excess_over_the_floor_is_that_of_no_lag(alpha, alone, first, fourth):
    """[FA 7], where p = x sigma^2/2, its best value, and nothing is said of tau and F0: here tau = 7 and F0 = 0."""
    step, count = Fraction(alpha), 10**12
    point = POINT | {"alpha": alpha, "K": count, "Delta": step**2 * count / 2, "F0": 0}
    sync = without_four(point) | {"Lambda1": 0, "Lambdah": 0}
    numbers = sharp(**sync), sharp(**without_four(point)), free(**point)
    for number, expected in zip(numbers, (alone, first, fourth), strict=True):
        assert (number - 0.09 / 0.91) / float(step) == pytest.approx(expected, abs=2e-3)


@st.composite
def points(draw):
    """Settings, mostly in the domain, drawn by the share of it that the lag uses up."""
    share = st.one_of(st.just(0.0), st.floats(1e-6, 0.9))
    size = st.one_of(st.just(0.0), st.floats(-4, 1).map(lambda e: 10.0**e))
    rho, D = draw(st.floats(0, 0.9)), draw(st.integers(1, 8))
    x = 10 ** draw(st.floats(-5, -0.3))
    q = draw(share) * math.sqrt(min(1 - x, (1 - rho**2) * (1 - x)))
    alpha = x / 2
    ell1 = q / ((1 + rho) * alpha * draw(st.floats(1, D)))
    point = {
        "L": 2.0, "sigma2": draw(size), "Delta": draw(size), "alpha": alpha, "K": draw(st.integers(1, 10**7)),
        "rho": rho, "Lambda1": q / ((1 + rho) * alpha), "Lambdah": q / ((1 + rho) * alpha) / math.sqrt(D), "D": D,
        "ell": ell1 * draw(st.floats(1, 3)), "ell1": ell1, "F0": draw(size),
    }  # fmt: skip
    point |= draw(st.sampled_from([{"tau": 3.0}, {"theta1": 0.0}, {"theta1": 0.25}]))
    return point | draw(st.sampled_from([{}, {"H2": 0.5, "HJ": 0.0, "Gamma": 1.5}, {"HJ": 0.125, "Gamma": 3}]))


def bounded(point, bound=free):
    """Return the evaluation of a point, which is given up if it is outside the domain."""
    try:
        return bound.evaluate(**point)
    except OutsideDomain:
        assume(False)
        raise


def constants(point, number, dearer=1):
    """Return rho, sigma, x, p, q, and e0, e1, e2 as functions of A, from [FA 1]; `number` makes the numbers.

    theta1 counts `dearer` times.
    """
    v = {name: number(value) for name, value in point.items()}
    root = (lambda value: value.sqrt()) if number is not float else math.sqrt
    zero, rho, sigma, alpha = number(0), v["rho"], root(v["sigma2"]), v["alpha"]
    nu, h, D = v["Lambdah"] * sigma, root(v["D"]), v["D"]
    theta1 = v["theta1"] if "theta1" in v else 1 / v["tau"]
    k1, k2 = rho * (1 + rho) * v["ell"] * nu, dearer * theta1 * v["ell1"] * h * sigma
    eta = rho * (1 + rho) * v.get("Gamma", zero) * (v.get("H2", zero) + 2 * v.get("HJ", zero))
    phi0 = min(point["D"], point["K"]) * v["F0"] ** 2 / v["K"]

    def rest(A):
        kappa = k1 + k2 * root(A + sigma**2 + phi0)
        e0 = alpha**2 * ((1 + rho**2) * nu**2 + 2 * h * sigma * kappa + eta * D * sigma**2)
        e1 = alpha**2 * (2 * (1 + rho + rho**2) * v["Lambda1"] * nu + 2 * D * kappa + 2 * eta * D * h * sigma)
        return e0, e1, alpha**2 * eta * D**2

    return rho, sigma, alpha * v["L"], v["Delta"] / (alpha * v["K"]), (1 + rho) * alpha * v["Lambda1"], rest


def height(point, A, rbar2=None):
    """Return the largest slack of (ii) over all Y and a that satisfy (i4): >= 0 exactly where A is feasible. Floats.

    With `rbar2`, (i4) is that of measured distortion.
    """
    rho, sigma, x, p, q, rest = constants(point, float, 1 if rbar2 is None else 1 + 2 * float(point["rho"]))
    e0, e1, e2 = rest(A)
    share = rho**2 if rbar2 is None else rbar2
    fixed, root = math.sqrt(rho**2 * A + share * sigma**2), math.sqrt(A)
    low, high, best = 0.0, 4 * (root + fixed + math.sqrt(e0) + e1) / (1 - math.sqrt(q**2 + e2)), -math.inf
    for _ in range(8):
        Y = np.linspace(low, high, 2001)
        least = (A + Y**2 - (fixed + q * Y) ** 2 - e0 - e1 * Y - e2 * Y**2) / (2 * root)
        away = -Y * root / math.sqrt(A + (x * sigma) ** 2)
        a = np.minimum(np.maximum(least, away), Y)
        slack = p + x / 2 * (Y**2 + sigma**2) + x * sigma * np.sqrt(np.maximum(Y**2 - a**2, 0)) - a * root
        slack = np.where(least <= Y * (1 + 1e-14), slack, -np.inf)
        # a thin set of Y may lie between the places that are looked at: then look closer where it is nearest
        at = int(np.argmax(slack)) if np.isfinite(slack).any() else int(np.argmin(least - Y))
        best = max(best, float(slack[at]))
        width = (high - low) / 500
        low, high = max(0.0, Y[at] - width), Y[at] + width
    return best


@settings(deadline=None, max_examples=100)
@given(points())
def test_brute_force_finds_feasible_points_just_below_and_none_above(point):
    upper = float(bounded(point).upper)
    assume(upper > 1e-9)
    for above in (1 + 1e-5, 1.5, 3):
        assert height(point, upper * above) < 0
    assert height(point, upper * (1 - 1e-4)) >= 0


PLANTED = {
    "the noise of the window": lambda G: G.xreplace({symbol("nu"): sympy.Integer(0)}),
    "how far the window has left the frozen point": lambda G: G.xreplace({four.k1: four.k1 / 2}),
    "how the drift changes with the weight": lambda G: G.xreplace({four.k2: four.k2 / 2}),
    "what is not linear": lambda G: G.xreplace({four.eta: four.eta / 2}),
    "the start": lambda G: G.xreplace({symbol("phi0"): sympy.Integer(0)}),
    "the lag's coherent part": lambda G: G.xreplace({symbol("q"): symbol("q") / 2}),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_wrong_right_side_falls_below_a_feasible_point(fault):
    """The brute force can fail: it rejects each of these."""
    point = {
        "L": 1, "sigma2": 1, "Delta": 0.01, "alpha": 0.05, "K": 5, "rho": 0.4, "Lambda1": 2, "Lambdah": 1.5, "D": 3,
        "ell": 2, "ell1": 1, "tau": 2, "F0": 2, "H2": 0.5, "HJ": 0.5, "Gamma": 2,
    }  # fmt: skip
    wrong = replace(family("free.end"), right=PLANTED[fault](family("free.end").right))
    below = replace(free, forms=(replace(free.forms[-1], family=wrong),))(**point)
    assert below < free(**point) * (1 - 1e-4) and height(point, below) > 0 > height(point, free(**point) * 1.0001)


@settings(deadline=None, max_examples=60)
@given(points())
def test_the_upper_end_excludes_itself_in_exact_arithmetic(point):
    """G4(A1; mu) < A1 for the double returned, by [FA 2] in balls, with the multiplier found."""
    for bound in (free, explicit):
        found = bounded(point, bound)
        upper, value = float(found.upper), float(found.value)
        assert upper <= value + 3 * math.ulp(value) or upper == math.inf
        assume(0 < upper < math.inf)
        with precise(2000):
            rho, sigma, x, p, q, rest = constants(point, lambda one: arb(fmpq(*Fraction(one).as_integer_ratio())))
            A, mu = arb(upper), arb(float(found.witness["mu"]))
            e0, e1, e2 = rest(A)
            u = (mu**2 * x**2 * sigma**2 + (1 - mu) ** 2 * A).sqrt()
            T = rho * (A + sigma**2).sqrt()
            G = T**2 + e0 + mu * (2 * p + x * sigma**2) + (u + q * T + e1 / 2) ** 2 / (1 - q**2 - e2 - mu * x)
            if bound is explicit:
                assert float(found.witness["mu"]) == 1 and G <= A
            else:
                assert A * (1 + arb(2) ** -60) >= G, "mu is the nearest double to the one that proves it"


@settings(deadline=None, max_examples=60)
@given(points())
def test_the_best_multiplier_is_never_worse_than_1(point):
    assert float(bounded(point).upper) <= float(bounded(point, explicit).upper)


@settings(deadline=None, max_examples=60)
@given(points(), st.sampled_from(QUIET), st.floats(1.001, 2))
def test_more_trouble_never_lowers_the_bound(point, name, factor):
    before = float(bounded(point).upper)
    if name not in point:
        return
    factor = math.ceil(factor) if name == "D" else factor
    worse = {**point, name: point[name] * factor} | ({"ell": point["ell"] * factor} if name == "ell1" else {})
    assert float(bounded(worse).upper) >= before * (1 - 1e-11)


@settings(deadline=None, max_examples=40)
@given(points(), st.sampled_from([Fraction(1, 7), 3, 1024]), st.sampled_from([Fraction(2, 5), 1, 512]))
def test_units_do_not_matter(point, w, f):
    """Another unit of weights and another of the objective: the same bound in f^2/w^2."""
    units = {
        "L": f / w**2, "sigma2": f**2 / w**2, "Delta": f, "alpha": w**2 / f, "Lambda1": f / w**2, "Lambdah": f / w**2,
        "ell": f / w**2, "ell1": f / w**2, "tau": w, "theta1": 1 / w, "F0": f / w, "H2": f / w**3, "HJ": f / w**3,
        "Gamma": f / w,
    }  # fmt: skip
    w, f = Fraction(w), Fraction(f)
    other = {name: Fraction(value) * Fraction(units.get(name, 1)) for name, value in point.items()}
    for bound in (free, explicit):
        unit = float(f**2 / w**2)
        assert float(bounded(other, bound).upper) == pytest.approx(float(bounded(point, bound).upper) * unit, rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(points())
def test_without_drift_it_is_theorem_1(point):
    """rho = 0 and theta1 = 0: E4(Y) = alpha^2 (nu^2 + 2 Lambda1 nu Y), and (i4) is (i)."""
    still = {name: value for name, value in point.items() if name != "tau"} | {"rho": 0.0, "theta1": 0.0}
    assert float(bounded(still).upper) == pytest.approx(sharp(**without_four(still)), rel=1e-12)


def test_without_lag_it_is_theorem_1_without_lag():
    still = POINT | dict.fromkeys(("Lambda1", "Lambdah", "ell1", "ell"), 0) | {"D": 1}
    assert free(**still) == pytest.approx(sharp(**without_four(still)), rel=1e-14)


def test_nothing_is_left_where_nothing_drives_it():
    still = POINT | {"sigma2": 0, "Delta": 0}
    assert free(**still) == explicit(**still) == 0


def test_a_window_is_no_longer_than_the_run():
    """J = min(D, K): the start weighs J F0^2/K."""
    short = POINT | {"K": 2, "D": 3}
    assert free(**short) == free(**(short | {"D": 3, "F0": "1"}))
    one, many = (free(**(POINT | {"K": count, "Delta": 0})) for count in (3, 3 * 10**6))
    assert one > many and free(**(POINT | {"K": 2, "Delta": 0})) == one, "J/K is 1 for both"


def test_theta1_is_one_over_tau_and_nuhat_is_at_most_what_stands_for_it():
    by_rate = {name: value for name, value in POINT.items() if name != "tau"} | {"theta1": Fraction(1, 7)}
    assert free(**by_rate) == free(**POINT)
    usual = free(**POINT)
    assert free(**POINT, nuhat="1") < usual == free(**POINT, nuhat="1000")
    alone = {name: value for name, value in POINT.items() if name != "ell1"}
    assert free(**alone, nuhat="1") == free(**POINT, nuhat="1")


@pytest.mark.parametrize("more", [{"nu": "0.5"}, {"Ln": "0.01"}, {"Ln": "0.5", "nu": "0.5"}, CURVED])
@pytest.mark.parametrize("kind", ["sharp", "explicit"])
def test_what_is_known_besides_never_makes_it_larger(kind, more):
    bound, curved = theory.bound("free", form=kind), {**CURVED}
    found = bound.evaluate(**POINT, **more)
    if more is CURVED:
        assert found.upper > bound(**POINT) and bound(**POINT, **(curved | {"Gamma": "1"})) < found.upper
        return
    assert found.upper <= bound(**POINT)
    assert str(found.form).startswith(kind)


@settings(deadline=None, max_examples=60)
@given(points(), st.floats(0, 0.99))
def test_measured_distortion_lowers_it_down_to_what_the_set_allows(point, share):
    """rbar2 stands for rho^2 beside sigma^2, at the price of (1 + 2 rho) theta1: by brute force over that set."""
    rbar2 = share * point["rho"] ** 2
    plain, found = bounded(point), bounded(point | {"rbar2": rbar2})
    assert found.upper <= plain.upper
    upper = float(found.upper)
    assume(upper > 1e-9 and str(found.form).endswith("adaptive"))
    for above in (1 + 1e-5, 1.5, 3):
        assert height(point, upper * above, rbar2) < 0
    assert height(point, upper * (1 - 1e-4), rbar2) >= 0


def test_without_measured_distortion_or_with_all_of_it_the_plain_form_is_taken():
    for rbar2 in ("0.09", "0.5", "7"):
        found = free.evaluate(**POINT, rbar2=rbar2)
        assert (found.form, found.upper) == ("sharp", free(**POINT))
    found = free.evaluate(**POINT, rbar2="0.02")
    assert found.form == "sharp-adaptive" and found.upper < free(**POINT) / 4
    both = free.evaluate(**POINT, rbar2="0.02", Ln="0.01")
    assert both.form == "sharp-noise-resolved-adaptive" and both.upper < found.upper
    assert sharp.evaluate(**POINT, rbar2="0.02").form == "free-adaptive"


ADAPTIVE_FAULTS = {
    "the share does not change with the weight": {four.k2: lambda k2: k2 / (1 + 2 * symbol("rho"))},
    "no measured distortion": {symbol("rbar2"): lambda _: sympy.Integer(0)},
}


@pytest.mark.parametrize("fault", ADAPTIVE_FAULTS)
def test_a_wrong_meaning_of_the_adaptive_form_falls_below_a_feasible_point(fault):
    point = {
        "L": 1, "sigma2": 1, "Delta": 0.01, "alpha": 0.05, "K": 50, "rho": 0.4, "Lambda1": 2, "Lambdah": 1.5, "D": 3,
        "ell": 2, "ell1": 1, "tau": 2, "F0": 2, "rbar2": 0.01,
    }  # fmt: skip
    form = next(one for one in free.forms if one.name == "sharp-adaptive")
    wrong = {name: of(form.definitions.get(name, name)) for name, of in ADAPTIVE_FAULTS[fault].items()}
    below = replace(free, forms=(replace(form, definitions={**form.definitions, **wrong}),))(**point)
    true = free(**point)
    assert below < true * (1 - 1e-4)
    assert height(point, below, 0.01) > 0 > height(point, true * 1.0001, 0.01)


def test_gain_and_step_enter_by_their_product():
    assert free(**POINT, gain=2) == free(**(POINT | {"alpha": "0.002"}))
    other = {"gamma" if name == "rho" else name: value for name, value in POINT.items()}
    assert free(**other) == free(**POINT)


# Theorem 1 takes the least


@settings(deadline=None, max_examples=60)
@given(points())
def test_sharp_is_the_least_of_both_and_says_which(point):
    try:
        alone = sharp(**without_four(point))
    except OutsideDomain:
        assume(False)
    try:
        fourth = free(**point)
    except OutsideDomain:
        fourth = math.inf
    found = sharp.evaluate(**point)
    assert found.upper == min(alone, fourth)
    assert found.form == ("free" if fourth < alone else "plain")


def test_without_the_constants_of_theorem_4_it_is_what_it_was():
    """Bit for bit, and where one is missing or Theorem 4 says nothing of the setting."""
    base = replace(sharp, forms=tuple(form for form in sharp.forms if not form.assumptions))
    assert [form.name for form in base.forms] == ["noise-resolved", "plain"]
    plain = without_four(POINT)
    assert sharp(**plain) == base(**plain)
    assert sharp(**plain, Ln="0.01") == base(**plain, Ln="0.01")
    for name in FOUR:
        some = {one: value for one, value in POINT.items() if one != name}
        assert sharp(**some) == base(**plain) > sharp(**POINT)
    outside = ({"H2": 1}, {"ell": "0.5"}, {"H2": "1e9", "Gamma": "1e9"}, {"tau": "1e-9"})
    for broken in outside:
        found = sharp.evaluate(**(POINT | broken))
        assert (found.upper, found.form) == (base(**plain), "plain")
        with pytest.raises(OutsideDomain):
            free(**(POINT | broken))


def test_the_forms_of_theorem_4_say_what_they_assume_besides():
    for form in sharp.forms:
        assert set(form.assumptions).isdisjoint(sharp.assumptions)
        assert bool(form.assumptions) == form.name.startswith("free")


# What it refuses


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"D": 0}, r"D = 0.0: must satisfy D is an integer >= 1"),
        ({"D": "2.5"}, r"D = 2.5: must satisfy D is an integer >= 1"),
        ({"ell": "0.5"}, r"ell1 = 1.0: must satisfy ell1 <= ell"),
        ({"ell": -1}, r"ell = -1.0: must satisfy ell >= 0"),
        ({"tau": 0}, r"tau = 0.0: must satisfy tau > 0"),
        ({"tau": math.inf}, r"tau = inf: must satisfy tau > 0 and finite"),
        ({"F0": -1}, r"F0 = -1.0: must satisfy F0 >= 0"),
        ({"rho": 1}, r"rho = 1.0: must satisfy 0 <= rho < 1"),
        ({"H2": 1}, r"H2 \+ HJ = 1.0: must satisfy H2 \+ HJ = 0, as Gamma is not given \(A3, .*mean-length"),
        ({"HJ": "0.25"}, r"H2 \+ HJ = 0.25: .*mean-length"),
        ({"H2": -1, "Gamma": 1}, r"H2 = -1.0: must satisfy H2 >= 0"),
        ({"alpha": "1.5"}, r"e2 \+ q\*\*2 \+ x = .*: must satisfy e2 \+ q\*\*2 \+ x < 1"),
        ({"alpha": "0.1", "Gamma": 100, "H2": 100}, r"must satisfy e2 \+ q\*\*2 \+ x < 1"),
        ({"alpha": "0.1", "tau": "0.01"}, r"must satisfy rho\*\*2 \+ \(.*k2.* < 1"),
        ({"theta1": 1}, r"tau = 7: must satisfy tau is given or theta1, not both"),
        ({"V": 1}, r"V = 1: must satisfy V is not given"),
        ({"dw": "0.1"}, r"dw = 0.1: must satisfy dw is not given"),
        ({"gamma": "0.3"}, r"gamma is given or rho, not both"),
        ({"lag": 3}, r"parameter = 'lag'"),
    ],
)
def test_outside_the_domain_the_condition_is_named(change, message):
    for bound in (free, explicit):
        with pytest.raises(BadInput, match=message) as caught:
            bound(**(POINT | change))
        assert "Theorem 4" in str(caught.value)


@pytest.mark.parametrize("name", [name for name in POINT if name != "Lambdah"])
def test_what_is_missing_is_named(name):
    with pytest.raises(BadInput, match=rf"{name} = \(not given\)"):
        free(**{one: value for one, value in POINT.items() if one != name})


def test_only_theorem_4_has_forms_to_choose_from():
    assert theory.bound("free", form="sharp")(**POINT) == free(**POINT)
    with pytest.raises(BadInput, match="form = 'blunt': must satisfy one of sharp, explicit"):
        theory.bound("free", form="blunt")
    for name in ("sharp", "explicit", "floor"):
        with pytest.raises(BadInput, match="form = explicit: must satisfy left out"):
            theory.bound(name, form="explicit")


def test_its_conditions_can_be_asked_for_one_by_one():
    found = free.conditions(**POINT)
    assert all(found.values()) and "ell1 <= ell" in found
    assert not free.conditions(**(POINT | {"ell": "0.5"}))["ell1 <= ell"]
    given = free.conditions(**POINT, **CURVED)
    assert all(given.values()) and not any("Gamma is not given" in text for text in given)
    nuhat = {name: value for name, value in POINT.items() if name != "ell1"} | {"nuhat": 1}
    assert "ell1 <= ell" not in free.conditions(**nuhat)


def test_the_set_is_bounded_up_to_the_edge_that_is_named():
    """Just inside, the bound is finite, by the multiplier 1 too; just outside it is refused."""
    low, high = Fraction(0), Fraction(1)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if all(free.conditions(**(POINT | {"alpha": middle})).values()) else (low, middle)
    inside = POINT | {"alpha": low * Fraction(999_999, 10**6)}
    assert 0 < free(**inside) <= explicit(**inside) < math.inf
    with pytest.raises(OutsideDomain):
        free(**(POINT | {"alpha": high}))


@pytest.mark.parametrize("name", ["D", "ell", "ell1", "tau", "F0"])
def test_theorem_1_is_not_disturbed_by_some_constants_of_theorem_4(name: str) -> None:
    """Facts of a problem name what it knows; without the whole of them Theorem 4 is not asked."""
    of_theorem_1 = {
        "L": 1,
        "sigma2": 1,
        "Delta": 1,
        "alpha": "0.01",
        "K": 1000,
        "rho": "0.3",
        "Lambda1": 1,
        "Lambdah": 1,
    }
    known = {"ell": 1, "ell1": 1, "nuhat": "0.1", "H2": 0, "HJ": 0, "Gamma": 0, "D": 2, "tau": 5, "F0": 1}
    for gone in ((name,), ("D", "tau", "F0"), ("ell1", "nuhat", name)):
        some = {key: value for key, value in known.items() if key not in gone}
        if set(gone) != {"ell1"}:
            found = theory.bound("sharp").evaluate(**of_theorem_1, **some)
            assert float(found.upper) <= theory.bound("sharp")(**of_theorem_1)
