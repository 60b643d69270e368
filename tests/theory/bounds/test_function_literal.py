"""Theorems as functions of numbers, and the forms they are computed by, made up so that all can be worked out."""

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import flint
import pytest
import sympy
from flint import arb, fmpq

from boundary import BadInput, OutsideDomain
from tests.theory.bounds.common import unfrozen
from theory.bounds import arithmetic, forms, function
from theory.bounds.forms import ClosedForm, Form, MultiplierForm, Outcome
from theory.bounds.function import Bound, Condition, closed, gathered
from theory.bounds.registry import family
from theory.setting.symbols import symbol

x, y, z = sympy.symbols("x y z", real=True)


def test_a_condition_holds_only_if_that_is_certain():
    strict, weak = Condition("x < 1", x, sympy.Integer(1)), Condition("x <= 1", x, sympy.Integer(1), strict=False)
    with arithmetic.precise():
        for slack, answers in [
            (arb(0.5), (True, True)),
            (arb(0), (False, True)),
            (arb(-0.5), (False, False)),
            (arb(0, 0.1), (False, False)),  # zero, give or take
            (arb(0.2, 0.1), (True, True)),
        ]:
            assert (strict.holds(slack), weak.holds(slack)) == answers


def test_abbreviations_are_replaced_to_the_end_and_circles_refused():
    assert closed(x + 1, {x: y * 2, y: z - 1}) == 2 * z - 1
    assert closed(z, {x: y}) == z
    with pytest.raises(ValueError, match="circle"):
        closed(x, {x: y, y: x})


def test_outcomes_are_gathered_in_their_shape_with_their_witnesses():
    outcomes = [Outcome(float(i), i + 0.5, (i / 8, -float(i))) for i in range(6)]
    found = gathered(outcomes, ("mu", "theta"), (2, 3))
    assert found.value.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found.upper.tolist() == [[0.5, 1.5, 2.5], [3.5, 4.5, 5.5]]
    assert found.witness["mu"][1, 2] == 5 / 8 and found.witness["theta"][1, 0] == -3
    assert gathered(outcomes[:1], (), ()).witness == {}


RHO, SIGMA2 = symbol("rho"), symbol("sigma2")


def small(**changes) -> Bound:
    """A theorem: rho^2 sigma2, or rbar2 sigma2 where rbar2 is known, for rho + rho < 1."""
    forms = (
        ClosedForm("adaptive", ("rbar2",), {}, ("one",), symbol("rbar2") * symbol("x")),
        ClosedForm("plain", (), {}, ("two",), RHO**2 * symbol("x")),
    )
    fields: Mapping = {
        "name": "small", "title": "Theorem 0", "latex": "a", "expression": None, "required": ("rho", "sigma2"),
        "definitions": {symbol("x"): SIGMA2, symbol("q"): 2 * RHO}, "forms": forms, "claims": ("one",),
        "domain": (Condition("q < 1", symbol("q"), sympy.Integer(1)),), "assumptions": (),
    }  # fmt: skip
    return Bound(**(dict(fields) | changes))


def test_formulas_are_kept_apart():
    """What is compiled for one form, or for one set of names, must never serve another."""
    bound = small()
    for _ in range(2):
        assert bound(rho=0.25, sigma2=2.0) == 0.125
        assert bound(rho=0.25, sigma2=2.0, rbar2=0.03125) == 0.0625
        assert bound(sigma2=2.0, rho=0.25) == 0.125  # the same names in another order
        assert bound(rbar2=0.03125, sigma2=2.0, rho=0.25) == 0.0625
    with pytest.raises(BadInput, match="forms"):
        small(forms=small().forms[:1])(rho=0.25, sigma2=2.0)


def test_forms_with_the_same_symbols_have_their_own_meanings():
    """Two forms of one expression: what `x` means is the form's, whichever is asked for first."""
    forms = tuple(
        ClosedForm(name, needs, {symbol("x"): meaning}, ("one",), symbol("x"))
        for name, needs, meaning in (("first", ("rbar2",), 3 * SIGMA2), ("second", (), 5 * SIGMA2))
    )
    bound = small(forms=forms, definitions={symbol("q"): 2 * RHO})
    assert bound(rho=0.25, sigma2=2.0) == 10.0 and bound(rho=0.25, sigma2=2.0, rbar2=0.5) == 6.0
    same_names = small(forms=(forms[0],), definitions={symbol("q"): 2 * RHO})
    assert same_names(rho=0.25, sigma2=2.0, rbar2=0.5) == 6.0


def test_a_broken_condition_is_named_with_its_definition_and_value():
    with pytest.raises(OutsideDomain, match=r"q = 2\*rho = 1.0: must satisfy q < 1 \(needed by Theorem 0\)"):
        small()(rho=0.5, sigma2=1.0)
    assert small().conditions(rho=0.5, sigma2=1.0) == {
        "0 <= rho < 1": True, "sigma2 >= 0 and finite": True, "q < 1": False,
    }  # fmt: skip
    assert small().conditions(rho=0.25, sigma2=1.0)["q < 1"] is True
    assert small().conditions(rho=1.5, sigma2=1.0) == {"0 <= rho < 1": False, "sigma2 >= 0 and finite": True}


def test_numbers_give_numbers_and_arrays_arrays():
    bound = small()
    assert isinstance(bound(rho=0.25, sigma2=2.0), float)
    found = bound(rho=[0.25, 0.125], sigma2=2.0)
    assert found.tolist() == [0.125, 0.03125]
    assert str(bound) == "Theorem 0: small(rho, sigma2)" and bound._repr_latex_() == "$$a$$"
    assert small(required=("Lambdah", "K")).needed({"nu": 1}) == ["K"]
    assert small(required=("Lambdah", "K")).needed({}) == ["Lambdah", "K"]


def test_a_form_without_its_family_and_a_closed_form_say_what_they_are():
    with pytest.raises(ValueError, match="no family"):
        _ = MultiplierForm("empty").arguments
    form = ClosedForm("plain", expression=x)
    assert form.witnesses == () and form.arguments == (x,)
    with arithmetic.precise():
        third = arb(1) / 3  # the nearest double lies below it
        assert form.outcome([third]) == Outcome(1 / 3, math.nextafter(1 / 3, 1), ())


@pytest.mark.parametrize("name", ["multiplier.end", "multiplier.end_resolved"])
def test_the_best_multiplier_is_never_worse_than_the_plain_one(name):
    chosen = family(name)
    values = {
        "rho": 0.2,
        "sigma": 0.7,
        "x": 0.01,
        "xn": 0.008,
        "g_x": 0.01,
        "rbar2": 0.03,
        "q": 0.03,
        "qn": 0.02,
        "p": 0.05,
    }
    form = MultiplierForm(name, family=chosen, degrees={"sigma": 0.5, "p": 1.0, "qn": 0.5})
    plain = MultiplierForm(name, family=chosen, searched=False, degrees=form.degrees)
    with arithmetic.precise():
        setting = [arb(values[parameter.name]) for parameter in chosen.parameters]
        best, usual = form.outcome(setting), plain.outcome(setting)
        nothing = [arb(0) if p.name in ("sigma", "p", "qn") else arb(values[p.name]) for p in chosen.parameters]
        assert form.outcome(nothing).upper == 0
        # twice the unit of A: four times what is a root of it, and the bound with it
        scale = {"sigma": 2, "qn": 2, "p": 4}
        larger = [arb(values[p.name]) * scale.get(p.name, 1) for p in chosen.parameters]
        assert form.outcome(larger).upper == pytest.approx(4 * best.upper, rel=1e-9)
    assert 0 < best.upper < usual.upper and best.value <= best.upper
    assert usual.multipliers == (1.0,) * len(form.witnesses) and len(best.multipliers) == len(form.witnesses)


class Proving:
    """What multiplier 1 proves, and what a search finds."""

    multiplier, share, parameters = symbol("mu"), None, (symbol("p"),)

    def __init__(self, plain: Outcome, best: Outcome | None) -> None:
        self.plain_, self.best_, self.started = plain, best, arb(0)

    def plain(self, *_):
        return self.plain_

    def best(self, start, _):
        self.started = start
        return self.best_


def chosen_from(plain: Outcome, best: Outcome | None) -> tuple[Outcome, float]:
    proving = Proving(plain, best)
    return MultiplierForm("f", family=proving, degrees={"p": 1.0}).outcome([arb(3)]), float(proving.started)


def test_the_better_of_two_multipliers_is_taken_and_is_settled_if_both_are_alike():
    one = Outcome(1.0, 1.0, (1.0,))
    better, alike, worse = (Outcome(u, u, (2.0,)) for u in (0.5, 1 + 2.0**-51, 1 + 2.0**-49))
    assert chosen_from(one, better) == (better, 1.0)
    assert chosen_from(one, replace(one, multipliers=(2.0,))) == (replace(one, multipliers=(2.0,)), 1.0)
    assert chosen_from(one, alike) == (one, 1.0)
    assert chosen_from(one, replace(alike, settled=False)) == (replace(one, settled=False), 1.0)
    assert chosen_from(one, worse) == (replace(one, settled=False), 1.0)
    assert chosen_from(one, None) == (replace(one, settled=False), 1.0)
    none = Outcome(math.inf, math.inf, (1.0,))
    assert chosen_from(none, better) == (better, 3.0), "the search starts from the size of the problem"
    nothing = Outcome(0.0, 0.0, (1.0,))
    assert chosen_from(nothing, better) == (nothing, 0.0), "nothing is below 0"


def test_the_unit_of_a_problem_is_the_sum_of_what_has_it():
    x_, p_, n_ = sympy.symbols("x p n")
    proving = Proving(Outcome(math.inf, math.inf, ()), None)
    proving.parameters = (x_, p_, n_)
    form = MultiplierForm("f", family=proving, degrees={"p": 1.0, "n": 0.5})
    form.outcome([arb(7), arb(3), arb(2)])
    assert float(proving.started) == 3 + 2**2


# Precision and edges


class Precise(Form):
    """A form that is tight from `bits` on, and notes what it is asked with."""

    bits, asked = 0, []

    @property
    def arguments(self):
        return (SIGMA2,)

    def outcome(self, _):
        self.asked.append(flint.ctx.prec)
        return Outcome(1.0, 1.0 if flint.ctx.prec >= self.bits else 2.0, ())


@pytest.mark.parametrize(
    ("bits", "asked"), [(0, [320]), (321, [320, 1280]), (5120, [320, 1280, 5120]), (10**9, [320, 1280, 5120, 20480])]
)
def test_precision_is_raised_until_value_and_upper_end_lie_together(monkeypatch, bits, asked):
    monkeypatch.setattr(Precise, "bits", bits)
    monkeypatch.setattr(Precise, "asked", [])
    assert small(forms=(Precise("precise"),))(rho=0.25, sigma2=2.0) == (2.0 if bits == 10**9 else 1.0)
    assert Precise.asked == asked


def test_where_a_condition_divides_by_0_it_does_not_hold():
    quotient = Condition("1/(1 - q) < 3", 1 / (1 - symbol("q")), sympy.Integer(3))
    bound = small(domain=(quotient,))
    assert bound(rho=0.25, sigma2=2.0) == 0.125
    assert bound.conditions(rho=0.5, sigma2=2.0)["1/(1 - q) < 3"] is False
    with pytest.raises(OutsideDomain, match=r"1/\(1 - q\) = nan: must satisfy 1/\(1 - q\) < 3"):
        bound(rho=0.5, sigma2=2.0)
    with pytest.raises(OutsideDomain, match=r"1/\(1 - q\) = 4.0: must satisfy 1/\(1 - q\) < 3"):
        bound(rho=0.375, sigma2=2.0)


def test_conditions_are_weighed_exactly_where_roots_cancel():
    """q = sqrt(sigma2)^2 is sigma2, whatever the last digits of the root; 10^-150 above the edge is above it."""
    root = Condition("q <= 2", symbol("q"), sympy.Integer(2), strict=False)
    bound = small(domain=(root,), definitions={symbol("x"): SIGMA2, symbol("q"): symbol("sigma") * 2})
    assert bound.conditions(rho=0, sigma2=1)["q <= 2"] is True
    assert bound.conditions(rho=0, sigma2=1 - Fraction(1, 10**150))["q <= 2"] is True
    assert bound.conditions(rho=0, sigma2=1 + Fraction(1, 10**150))["q <= 2"] is False


def test_what_is_not_given_has_its_default():
    """nu is Lambdah sigma, Ln is L, rbar2 is rho^2; sigma is the root of sigma2."""
    names = ("nu", "Ln", "rbar2")
    required = ("L", "rho", "sigma2", "Lambdah")
    given = {"L": 3, "rho": Fraction(1, 2), "sigma2": 4, "Lambdah": 5}
    for name, value in zip(names, (10.0, 3.0, 0.25), strict=True):
        form = ClosedForm(name, (), {}, (), symbol(name))
        bound = small(forms=(form,), required=required, domain=())
        assert bound(**given) == value
        assert bound(**given, **{name: value / 2}) == value / 2
    with pytest.raises(BadInput, match="Lambdah"):
        small(required=required)(L=3, rho=0.5, sigma2=4)
    assert small(required=required)(L=3, rho=0.25, sigma2=2, nu=1) == 0.125


def test_a_form_is_compiled_once_for_the_same_names(monkeypatch):
    compiled = []
    real = function.ball_function
    monkeypatch.setattr(function, "ball_function", lambda *given: compiled.append(given) or real(*given))
    bound = small(domain=())
    for rho in (0.25, 0.125, 0.5):
        bound(rho=rho, sigma2=2.0)
    assert len(compiled) == 1
    bound(sigma2=2.0, rho=0.25)
    assert len(compiled) == 2


def test_what_was_compiled_is_no_part_of_a_bound():
    used, fresh = small(), small()
    assert used(rho=0.25, sigma2=2.0) == 0.125
    assert used == fresh and repr(used) == repr(fresh) and used != small(title="Theorem 1")
    with pytest.raises(TypeError, match="_compiled"):
        small(_compiled={})


def test_circles_of_three_are_refused_and_chains_of_three_are_not():
    w = sympy.Symbol("w", real=True)
    assert closed(x, {x: y + 1, y: 2 * z, z: w**2}) == 2 * w**2 + 1
    with pytest.raises(ValueError, match=r"circle: \['x', 'y', 'z'\]"):
        closed(x, {x: y, y: z, z: x})


@pytest.mark.parametrize("module", [forms, function])
def test_what_was_found_is_not_changed_afterwards(module):
    assert not unfrozen(module)


def test_a_form_must_say_what_it_needs_to_know_and_what_it_gives():
    parts = {"arguments": property(lambda _: ()), "outcome": lambda *_: Outcome(1.0, 1.0, ())}
    assert type("Whole", (Form,), parts)("whole").outcome([]).upper == 1.0
    for missing in parts:
        part = type("Part", (Form,), {name: value for name, value in parts.items() if name != missing})
        with pytest.raises(TypeError, match=f"abstract.*{missing}"):
            part("part")


def test_a_family_names_its_multipliers_and_reads_its_parameters():
    chosen = family("multiplier.end")
    form = MultiplierForm("plain", family=chosen)
    assert form.arguments == chosen.parameters
    assert form.witnesses == (("mu",) if chosen.share is None else ("mu", "theta"))
    assert Form.witnesses.fget(form) == ()


def test_the_search_is_left_out_where_nothing_can_be_gained():
    one = Outcome(1.0, 1.0, (1.0,))
    proving = Proving(one, None)
    assert MultiplierForm("f", family=proving, searched=False).outcome([arb(3)]) == one
    assert proving.started == 0
    tiny = Outcome(1e-300, 1e-300, (1.0,))
    assert chosen_from(tiny, None) == (replace(tiny, settled=False), 1e-300)


def test_a_parameter_that_has_no_unit_is_no_part_of_the_unit():
    a, b, c = sympy.symbols("a b c")
    proving = Proving(Outcome(math.inf, math.inf, ()), None)
    proving.parameters = (a, b, c)
    MultiplierForm("f", family=proving, degrees={"b": 0.25, "c": 0.0}).outcome([arb(7), arb(3), arb(5)])
    assert float(proving.started) == 81


def test_exact_numbers_enter_a_family_as_balls():
    seen = []

    class Seeing(Proving):
        def plain(self, _, setting):
            seen.extend(setting)
            return self.plain_

    one = Outcome(0.0, 0.0, (1.0,))
    MultiplierForm("f", family=Seeing(one, None), degrees={"p": 1.0}).outcome([fmpq(3)])
    assert [type(value) for value in seen] == [arb]
