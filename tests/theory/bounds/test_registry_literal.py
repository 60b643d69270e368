"""Which theorems are functions, what each is read off, and its values: tabulated, or worked out by hand."""

import math
from fractions import Fraction

import pytest
from flint import arb

import theory
from boundary import BadInput
from tests.theory.bounds.common import NAMES, TABLE_POINT
from theory.bounds import registry
from theory.bounds.arithmetic import precise
from theory.setting.symbols import symbol

sharp, explicit, resolved, floor = (theory.bound(name) for name in ("sharp", "explicit", "resolved", "floor"))
FOUR = ("D", "ell", "ell1", "tau", "F0")
"""What Theorem 4 needs besides."""
TABLE = [  # docs/theory.md#numbers, to the digits printed there
    ((1, 1, 0.5, 0.01, 10_000, 0, 0, 0), 0.01005025, 0.02010101),
    ((1, 1, 0.5, 0.01, 10_000, 0.3, 0, 0), 0.12006554, 0.12099012),
    ((1, 0.25, 2, 0.02, 5_000, 0, 3, 1.5), 0.02650654, 0.04534668),
    (tuple(TABLE_POINT.values()), 0.04835558, 0.05115555),
    ((1, 1, 0.5, 0.05, 2_000, 0.1, 4, 2), 0.11142600, 0.11705592),
]
RESOLVED = {**TABLE_POINT, "nu": 1.1, "Ln": 1.2}
del RESOLVED["Lambdah"]


@pytest.mark.parametrize(("row", "expected_sharp", "expected_explicit"), TABLE)
def test_the_reference_table(row, expected_sharp, expected_explicit):
    point = dict(zip(NAMES, row, strict=True))
    assert round(float(sharp.evaluate(**point).value), 8) == expected_sharp
    assert round(float(explicit.evaluate(**point).value), 8) == expected_explicit


def test_the_noise_resolved_row():
    assert round(sharp(**RESOLVED), 8) == 0.04494649
    assert round(explicit(**RESOLVED), 8) == 0.04699933


def test_the_floor_by_hand():
    assert floor(rho="0.5", sigma2=3) == 1.0 and floor(rho="0.5", sigma2=3, rbar2=Fraction(1, 8)) == 0.5
    assert floor(rho=0, sigma2=3) == 0.0
    assert floor.definitions == {} and r"\frac{\rho^{2} \sigma^{2}}{1 - \rho^{2}}" in floor.latex


def test_without_drift_and_lag_theorem_1_is_classical():
    """(p + x sigma2/2)/(1 - x/2) for x = 1/10, p = 1/10, sigma2 = 1: 3/19."""
    point = {"L": 1, "sigma2": 1, "Delta": 1, "alpha": "0.1", "K": 100, "rho": 0, "Lambda1": 0, "Lambdah": 0}
    assert sharp(**point) == pytest.approx(3 / 19, rel=1e-15) and sharp(**point) >= 3 / 19
    assert sharp(**{**point, "sigma2": 0}) == pytest.approx(2 / 19, rel=1e-15)
    assert sharp(**{**point, "Delta": 0}) == pytest.approx(1 / 19, rel=1e-15)
    assert sharp(**{**point, "Delta": 0, "sigma2": 0}) == 0
    # with mu = 1, c1 = 0, c2 = 1: 2 p + x sigma2 + (x sigma)^2/(1 - x)
    assert explicit(**point) == pytest.approx(0.2 + 0.1 + 0.01 / 0.9, rel=1e-15)
    assert explicit(**point, Ln=1) == pytest.approx(0.2 + 0.1 + 0.01 / 0.9, rel=1e-15)
    assert explicit(**point, rbar2=0) == pytest.approx(0.2 + 0.1 + 0.01 / 0.9, rel=1e-15)


def test_noise_along_the_lag_alone_is_a_bound_too():
    """sigma2 = Delta = 0, nu = 10: q = 0, qn = alpha nu = 1; A <= qn^2 = 1 by the multiplier 1."""
    point = {"L": 1, "sigma2": 0, "Delta": 0, "alpha": "0.1", "K": 100, "rho": 0, "Lambda1": 0, "nu": 10}
    assert explicit(**point) == 1.0 and 0 < sharp(**point) <= 1 + 1e-15


def test_a_refinement_with_what_it_refines_changes_nothing():
    for more in ({"rbar2": Fraction(1, 25)}, {"Ln": 2}):
        exact = {**TABLE_POINT, "rho": Fraction(1, 5)}
        assert explicit(**exact, **more) == pytest.approx(explicit(**exact), rel=1e-14)
        assert (resolved if "Ln" in more else sharp)(**exact, **more) == pytest.approx(sharp(**exact), rel=1e-14)
    assert resolved(**TABLE_POINT, Ln=1) < sharp(**TABLE_POINT)


def theorem_4(name, *needs):
    """Return the forms of Theorem 4: name, needs, claims, whether the multiplier is searched."""
    adaptive = "free.adaptive"
    return [
        (f"{name}-noise-resolved-adaptive", (*needs, "Ln", "rbar2"), ("free.end", "master.resolved", adaptive), True),
        (f"{name}-noise-resolved", (*needs, "Ln"), ("free.end", "master.resolved"), True),
        (f"{name}-adaptive", (*needs, "rbar2"), ("free.end", adaptive), True),
        (name, needs, ("free.end",), True),
    ]  # fmt: skip


def test_each_bound_is_computed_by_its_forms():
    found = {
        name: [
            (form.name, form.needs, form.claims, getattr(form, "searched", None)) for form in theory.bound(name).forms
        ]
        for name in theory.bounds.NAMES
    }
    assert found == {
        "sharp": [
            ("noise-resolved", ("Ln",), ("multiplier.end_resolved",), True),
            *theorem_4("free", *FOUR),
            ("plain", (), ("multiplier.end", "multiplier.sharp"), True),
        ],
        "free": theorem_4("sharp"),
        "resolved": [("orthogonal", ("Ln",), ("multiplier.end",), True)],
        "explicit": [
            ("noise-resolved", ("Ln",), ("multiplier.end",), False),
            ("adaptive", ("rbar2",), ("multiplier.end",), False),
            ("plain", (), ("master.explicit",), None),
        ],
        "floor": [("adaptive", ("rbar2",), ("floor.adaptive",), None), ("plain", (), ("floor.upper",), None)],
        "granular": [("plain", (), ("multiplier.end", "multiplier.sharp"), True)],
        "complexity": [],
        "shape": [("plain", (), ("shape.explicit",), None)],
        "mean": [("plain", (), ("mean.end",), True)],
        "granular-floor": [
            ("plain", (), ("granularity.floor", "granularity.start", "granularity.total", "granularity.variance"), None)
        ],
    }


def test_what_each_needs_and_where_it_holds():
    needs = {name: theory.bound(name).required for name in theory.bounds.NAMES}
    assert needs == {
        "sharp": NAMES, "resolved": (*NAMES, "Ln"), "explicit": NAMES, "floor": ("sigma2", "rho"),
        "complexity": ("L", "sigma2", "Delta", "rho", "Lambda1", "Lambdah", "eps"),
        "granular": (*NAMES, "V", "qmax"), "granular-floor": ("L", "sigma2", "rho", "qmax", "dw", "size"),
        "shape": (*NAMES, "chi2"), "free": (*NAMES, *FOUR),
        "mean": ("L", "Delta", "alpha", "K", "rho", "Lambda1", "nu", "T2", "c_w"),
    }  # fmt: skip
    domain = [("x < 1", True), ("q**2 + x < 1", True), ("q**2/(1 - x) + rho**2 < 1", True)]
    for bound in (sharp, resolved, explicit, theory.bound("granular"), theory.bound("shape"), theory.bound("mean")):
        assert [(part.label, part.strict) for part in bound.domain] == domain
    assert [(part.label, part.strict) for part in floor.domain] == [("rho < 1", True)]
    closed = [(part.label, part.strict) for part in theory.bound("complexity").domain]
    assert closed == [("x <= 1/4", False), ("q <= 1/4", False)]


def test_each_names_the_claims_that_its_last_form_rests_on_too():
    """The last form is the one that takes the parameters which the theorem itself needs."""
    for bound, some in (
        (sharp, {"master.sharp", "multiplier.end", "multiplier.sharp"}),
        (resolved, {"master.sharp", "multiplier.end", "multiplier.sharp", "master.resolved"}),
        (explicit, {"master.sharp", "master.explicit"}),
        (floor, {"floor.upper", "master.sharp"}),
    ):
        assert some <= set(bound.claims) and list(bound.claims) == sorted(set(bound.claims))
    assert "multiplier.end_resolved" not in sharp.claims and "multiplier.end" not in explicit.claims
    assert "floor.adaptive" not in floor.claims
    assert sharp.expression and len(sharp.expression) == 3 and explicit.expression.has(symbol("p"))


def test_the_unit_of_a_family_is_that_of_the_squared_gradient():
    """sigma^2, p and qn^2 have it: 9 + 5 + 49."""
    form = sharp.forms[-1]
    values = {"sigma": 3, "p": 5, "qn": 7}
    with precise():
        unit = form._unit([arb(values.get(parameter.name, 11)) for parameter in form.arguments])
    assert unit == 63


def test_the_families_are_those_of_the_claims():
    one, other = registry.family("multiplier.end"), registry.family("multiplier.end_resolved")
    assert one.share is None and other.share == symbol("theta")
    for family in (one, other):
        assert (family.unknown, family.multiplier) == (symbol("A"), symbol("mu"))
        names = [parameter.name for parameter in family.parameters]
        assert names == sorted(names) and not {"A", "mu", "theta"} & set(names)


def test_bounds_are_made_once_and_by_name():
    assert theory.bound("sharp") is sharp and registry.family("multiplier.end") is registry.family("multiplier.end")
    assert registry.resolved_meanings() is registry.resolved_meanings()
    with pytest.raises(BadInput, match="theorem = 'blunt': must satisfy one of sharp, resolved, explicit, floor, "):
        theory.bound("blunt")
    assert math.isfinite(sharp(**TABLE_POINT))
