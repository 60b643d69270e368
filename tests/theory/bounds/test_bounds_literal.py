"""Bounds part by part, at points where every number can be worked out: rounding, domains, forms, counts of slots."""

import math
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy
from flint import arb

import theory
from boundary import BadInput, OutsideDomain
from theory.bounds import (
    arithmetic,
    comparison,
    complexity,
    forms,
    function,
    inputs,
    inversion,
    multipliers,
    optimum,
    theorem3,
)
from theory.bounds.forms import ClosedForm, Family, Outcome
from theory.bounds.function import Bound, Condition, closed, gathered
from theory.bounds.registry import family
from theory.bounds.theorem3 import closed_form
from theory.setting import algorithms
from theory.setting.symbols import symbol

x, y, z = sympy.symbols("x y z", real=True)
POINT = {"L": 1.0, "sigma2": 1.0, "Delta": 0.5, "rho": 0.1, "Lambda1": 4.0, "Lambdah": 2.0}


# Rounding and compiling


@pytest.mark.parametrize(
    ("middle", "radius", "up"),
    [
        (1.0, 0.25, 1.25),
        (-1.0, 0.25, -0.75),
        (1.0, 2.0**-60, math.nextafter(1.0, 2)),
        (-1.0, 2.0**-60, math.nextafter(-1.0, 0)),
        (1.0, math.inf, math.inf),
        (0.0, 1.7e308, 1.7e308),
    ],
)
def test_the_end_of_a_wide_ball_counts_and_not_its_middle(middle, radius, up):
    with arithmetic.precise():
        ball = arb(middle, radius)
        found = arithmetic.round_up(ball)
        # a radius is rounded up to 30 bits, and the upper end with it
        assert up <= found <= up + abs(up) * 2.0**-28 or found == up
        assert arithmetic.round_down(-ball) == -found
        assert arithmetic.nearest(ball) == middle


def test_what_is_exact_is_not_rounded():
    with arithmetic.precise():
        for value in (0.0, 1.0, -0.5, 2.0**40):  # as printed too
            assert arithmetic.round_up(arb(value)) == arithmetic.round_down(arb(value)) == value
        assert arithmetic.round_up(-(arb(10) ** 400)) == -1.7976931348623157e308


def test_balls_have_320_bits_inside_and_what_they_had_outside():
    before = flint.ctx.prec
    with arithmetic.precise():
        assert flint.ctx.prec == 320
        third = arb(1) / 3
        assert third.rad() < arb(2) ** -318
    assert flint.ctx.prec == before


def exact(expression, *values) -> Fraction:
    with arithmetic.precise():
        (ball,) = arithmetic.ball_function([expression], [x, y, z])(*map(arb, values))
        assert ball.is_exact(), ball
        mantissa, exponent = ball.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (x - y * z, Fraction(4 - 9 * 2)),
        (sympy.Max(x, y, z), Fraction(9)),
        (sympy.Min(x, y, z), Fraction(2)),
        (sympy.Abs(z - y), Fraction(7)),
        (x ** sympy.Rational(3, 2), Fraction(8)),
        (x**-2, Fraction(1, 16)),
        (sympy.sqrt(x) * sympy.sqrt(y), Fraction(6)),
        ((x + y + 3) ** sympy.Rational(-1, 2), Fraction(1, 4)),
        (z ** sympy.Integer(10), Fraction(1024)),
        (sympy.Rational(-3, 8) * x, Fraction(-3, 2)),
        (sympy.Max(x + 1, sympy.Min(y, 2 * z)) * 2, Fraction(10)),
    ],
)
def test_compiled_expressions_at_4_9_2(expression, value):
    assert exact(expression, 4, 9, 2) == value


def test_a_root_reaches_below_zero_by_rounding_only():
    (root,) = (arithmetic.ball_function([sympy.sqrt(x)], [x]),)
    with arithmetic.precise():
        assert root(arb(0, 2.0**-100))[0] >= 0 or root(arb(0, 2.0**-100))[0].contains(0)
        assert root(arb(0))[0] == 0
        with pytest.raises(ArithmeticError, match="negative"):
            root(arb(-1, 0.5))


@pytest.mark.parametrize("power", [2, 3, 4])
def test_gathering_knows_the_powers_of_a_root_up_to_four(power):
    one, other = sympy.sqrt(x + 1), sympy.sqrt(y + 2)
    found = arithmetic.gather(sympy.Add(one**power * z, other * z**2, evaluate=False))
    expected = {2: (x + 1) * z, 3: (x + 1) * one * z, 4: (x + 1) ** 2 * z}[power] + other * z**2
    assert sympy.expand(found - expected) == 0
    assert found.coeff(other) == z**2


def test_float_functions_are_numpys():
    found = arithmetic.float_function([x + y, sympy.sqrt(x)], [x, y])(np.array([4.0, 9.0]), 1.0)
    assert [part.tolist() for part in found] == [[5, 10], [2, 3]]


# Reading

TINY = Fraction(1, 10**400)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("L", [TINY, 10**400], [0, -1, math.inf, math.nan]),
        ("Delta", [0, 10**400], [-TINY, math.inf, math.nan]),
        ("rho", [0, 1 - TINY], [1, -TINY, math.nan]),
        ("K", [1, 2, 2**60], [0, TINY, Fraction(3, 2), -1, math.inf]),
        ("a", [-(10**400), 0, Fraction(7, 2)], [math.inf, -math.inf, math.nan]),
    ],
)
def test_what_a_parameter_must_satisfy_at_its_edges(name, inside, outside):
    given = [value if isinstance(value, float) else Fraction(value) for value in (*inside, *outside)]
    assert [inputs.satisfied(name, value) for value in given] == [True] * len(inside) + [False] * len(outside)


def test_conditions_in_words():
    words = {name: inputs.condition(name) for name in ("L", "Delta", "rho", "K", "a")}
    assert words == {
        "L": "L > 0 and finite", "Delta": "Delta >= 0 and finite", "rho": "0 <= rho < 1",
        "K": "K is an integer >= 1", "a": "a is finite",
    }  # fmt: skip


def test_settings_are_read_by_name_and_in_order():
    read = inputs.read({"L": [[1.0], [2.0]], "alpha": [0.1, 0.2, 0.3]}, ["L"], "a theorem")
    assert (read.shape, read.count) == ((2, 3), 6)
    assert [read.at(index) for index in (0, 4)] == [{"L": 1.0, "alpha": 0.1}, {"L": 2.0, "alpha": 0.2}]
    assert inputs.read({}, [], "a theorem").shape == ()
    with pytest.raises(OutsideDomain, match=r"alpha = -2.0: must satisfy alpha > 0 and finite \(needed by a theorem\)"):
        inputs.read({"alpha": [1.0, -2.0, -3.0]}, [], "a theorem")
    with pytest.raises(BadInput, match=r"K = \(not given\): must satisfy K is given: K is an integer >= 1"):
        inputs.read({"L": 1.0}, ["L", "K"], "a theorem")
    for wrong in (np.array([True]), 1j, "1.x", [[1.0], [1.0, 2.0]]):
        with pytest.raises(BadInput, match="alpha"):
            inputs.read({"alpha": wrong}, [], "a theorem")


# Bounds as functions


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
        _ = Family("empty").arguments
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
    form = Family(name, family=chosen, degrees={"sigma": 0.5, "p": 1.0, "qn": 0.5})
    plain = Family(name, family=chosen, searched=False, degrees=form.degrees)
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


# Iterations, slots and cycles


def test_a_run_that_reaches_the_target_is_one_that_the_bound_confirms():
    reach = complexity.iterations(POINT, 0.1)
    sharp = theory.bound("sharp")
    assert reach.upper == sharp(alpha=reach.alpha, K=reach.iterations, **POINT) <= 0.1
    fewer = [sharp(alpha=a, K=reach.iterations - 1, **POINT) for a in np.geomspace(0.5, 2, 41) * reach.alpha]
    assert min(fewer) > 0.1 * (1 - 1e-3)
    assert complexity.iterations(POINT, 0.0101) is None, "at the floor"
    assert complexity.iterations({**POINT, "Delta": 1e300}, 0.02) is None, "beyond 2^53"
    assert complexity.iterations({**POINT, "Delta": 0.0}, 0.1).iterations == 1


def test_estimates_of_many_settings_are_their_own():
    settings = [POINT, {**POINT, "rho": 0.0}, {**POINT, "rho": 0.9}]
    counts, steps = complexity.estimate(settings, [0.1, 0.05, 0.1])
    for setting, target, count, step in zip(settings, (0.1, 0.05, 0.1), counts, steps, strict=True):
        (alone,), (own,) = complexity.estimate([setting], [target])
        assert (count, step) == pytest.approx((alone, own), nan_ok=True)
    assert math.isinf(counts[2]) and complexity.floor(settings[2]) > 0.1
    assert complexity.floor(POINT) == theory.bound("floor")(rho=0.1, sigma2=1.0)


@pytest.mark.parametrize(("name", "batch"), [("analog-sgd-ap", 1), ("analog-sgd-sp", 4), ("digital-sgd", 1)])
def test_a_plan_is_made_of_its_parts(name, batch):
    algorithm = algorithms.named(name)
    plan = complexity.plan(algorithm, POINT, 0.1, 3, batch)
    constants = complexity.constants_of(algorithm, POINT, batch)
    assert plan.reach == complexity.iterations(constants, 0.1) and plan.floor == complexity.floor(constants)
    count = plan.reach.iterations
    assert plan.samples == count * batch
    slots = {
        "analog-sgd-ap": 2 * (count + 3 - 1),
        "analog-sgd-sp": 2 * (3 + 4 - 1) * count,
        "digital-sgd": 2 * 3 * count,
    }
    assert plan.cycles == slots[name] == complexity.slots(algorithm, 3, batch, count)
    assert complexity.plan(algorithm, POINT, 0.1, None, batch).cycles is None
    if name == "analog-sgd-ap":
        none = complexity.plan(algorithm, POINT, 0.01, 3)
        assert none.reach is none.samples is none.cycles is none.closed is None and none.floor > 0.01


def test_cycles_are_the_slots_of_as_many_iterations_as_are_needed():
    targets, batches = [0.2, 0.1], [1, 3]
    found = comparison.cycles(comparison.SYNCHRONOUS, POINT, targets, 4, batches)
    for at, target in enumerate(targets):
        for place, batch in enumerate(batches):
            constants = complexity.constants_of(comparison.SYNCHRONOUS, POINT, batch)
            count = math.ceil(complexity.estimate([constants], [target])[0][0])
            assert found[at, place] == complexity.slots(comparison.SYNCHRONOUS, 4, batch, count)
    asynchronous = comparison.cycles(comparison.ASYNCHRONOUS, POINT, [0.005, 0.1, 1e9], 4, [1])[:, 0]
    assert math.isinf(asynchronous[0])
    assert asynchronous[2] == complexity.slots(comparison.ASYNCHRONOUS, 4, 1, 1), "at least one iteration"


def test_cycles_beyond_the_first_iteration_cost_what_a_second_adds():
    settings = {**POINT, "L": 2.0}
    (found,) = comparison.cycles(comparison.ASYNCHRONOUS, settings, [0.1], 5, [1])
    counts, _ = complexity.estimate([complexity.constants_of(comparison.ASYNCHRONOUS, settings, 1)], [0.1])
    assert found[0] == 2 * (math.ceil(counts[0]) + 5 - 1)


@pytest.mark.parametrize(
    "module", [comparison, complexity, forms, function, inputs, inversion, multipliers, optimum, theorem3]
)
def test_what_was_found_is_not_changed_afterwards(module):
    kinds = [one for one in vars(module).values() if is_dataclass(one) and one.__module__ == module.__name__]
    assert kinds and all(one.__dataclass_params__.frozen for one in kinds if one is not optimum.Search)


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
    return Family("f", family=proving, degrees={"p": 1.0}).outcome([arb(3)]), float(proving.started)


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


def test_an_outcome_is_tight_within_three_doubles():
    def tight(steps: int, value: float = 1.0, **changes) -> bool:
        return replace(Outcome(value, value + steps * math.ulp(value), ()), **changes).tight

    assert tight(0) and tight(3) and not tight(4)
    assert not tight(0, settled=False) and not Outcome(math.inf, math.inf, ()).tight


def test_the_unit_of_a_problem_is_the_sum_of_what_has_it():
    x_, p_, n_ = sympy.symbols("x p n")
    proving = Proving(Outcome(math.inf, math.inf, ()), None)
    proving.parameters = (x_, p_, n_)
    form = Family("f", family=proving, degrees={"p": 1.0, "n": 0.5})
    form.outcome([arb(7), arb(3), arb(2)])
    assert float(proving.started) == 3 + 2**2


@pytest.mark.parametrize(
    ("ball", "up"),
    [
        (lambda: arb(2) ** (2**21), math.inf),
        (lambda: arb(2) ** -(2**21), 5e-324),
        (lambda: -(arb(2) ** (2**21)), -1.7976931348623157e308),
        (lambda: -(arb(2) ** -(2**21)), 0.0),
        (lambda: arb("inf"), math.inf),
        (lambda: arb("nan"), math.inf),
    ],
)
def test_rounding_where_no_double_is_near(ball, up):
    with arithmetic.precise():
        assert arithmetic.round_up(ball()) == up


def test_precision_is_raised_until_all_is_accurate_or_no_further():
    asked = []

    def wanting(bits: int):
        def function():
            asked.append(flint.ctx.prec)
            return [flint.fmpq(1, 3), arb(1) / 3 if flint.ctx.prec >= bits else arb(1, 0.5)]

        return function

    assert float(arithmetic.accurately(wanting(1280))[1].rad()) < 1e-300 and asked == [320, 1280]
    asked.clear()
    assert arithmetic.accurately(wanting(10**9))[1].rad() >= 0.5 and asked == [320, 1280, 5120, 20480]
    assert arithmetic.accurate(arb(0)) and not arithmetic.accurate(arb(0, 1)) and arithmetic.accurate(flint.fmpq(1, 3))


class Enough:
    """A bound that asks for a run of 10 steps, of at most 0.25."""

    def __init__(self, upper: float = 1.0) -> None:
        self.upper, self.asked = upper, []

    def __call__(self, alpha, K, **_):
        self.asked.append((alpha, K))
        if alpha > Fraction(1, 4):
            raise OutsideDomain("alpha", alpha, "alpha <= 1/4")
        return self.upper + float(alpha)


def test_a_run_is_enough_for_the_double_and_for_its_digits(monkeypatch):
    from theory.bounds import enough as module

    made = Enough()
    monkeypatch.setattr(module, "bound", lambda _: made)
    assert module.enough("sharp", {}, 0.25, 10, 2.0) == 1.25 and made.asked == [(Fraction(1, 4), 10)]
    assert module.enough("sharp", {}, 0.25, 10, 1.25) == 1.25
    assert module.enough("sharp", {}, 0.25, 10, math.nextafter(1.25, 0)) is None
    made.asked.clear()
    assert module.enough("sharp", {}, 0.1, 10, 2.0) == 1.1
    assert {step for step, _ in made.asked} == {Fraction(0.1), Fraction(1, 10)}
    for alpha in (0.3, 0.0, -0.1, math.inf, math.nan):
        assert module.enough("sharp", {}, alpha, 10, 2.0) is None
    made.upper = math.inf
    assert module.enough("sharp", {}, 0.1, 10, 2.0) is None


def test_the_advantage_is_the_logarithm_of_the_ratio():
    targets = [0.05, 0.1]
    one = comparison.cycles(comparison.ASYNCHRONOUS, POINT, targets, 4, [1])[:, 0]
    other = comparison.cycles(comparison.SYNCHRONOUS, POINT, targets, 4, [1, 8]).min(axis=1)
    assert comparison.advantage(POINT, 4, [1, 8], targets) == pytest.approx(np.log(other / one))
    # with the floor in between, the mean of a batch is the only one that gets there
    assert comparison.advantage(POINT, 4, [64], [0.005])[0] == -math.inf


def test_regions_reach_from_just_above_the_floor_to_where_nothing_is_asked():
    found = comparison.regions(POINT, 4, [1])
    assert found[0].low == pytest.approx(0.01 / 0.99 * 1.001, rel=1e-9) and found[-1].high == pytest.approx(1.0)
    steep = comparison.regions({**POINT, "L": 4.0, "rho": 0.0}, 4, [1])
    assert steep[0].low == pytest.approx(4e-6) and steep[-1].high == pytest.approx(2 * 4.0 * 0.5)
    assert comparison.regions({**POINT, "Delta": 1e-3}, 4, [1]) == [], "nothing lies between floor and start"
    edge = found[0].high
    for eps, ahead in ((edge * 0.995, True), (edge * 1.0001, False)):
        assert (comparison.advantage(POINT, 4, [1], [eps])[0] > 0) is np.bool_(ahead)


@pytest.mark.parametrize(("target", "stages"), [(0.02, 1000), (0.3, 2)])
def test_no_batch_at_all_beats_the_best(target, stages):
    best = comparison.best_batch(POINT, target, stages)
    needed = comparison.cycles(comparison.SYNCHRONOUS, POINT, [target], stages, list(range(1, 300)))[0]
    assert comparison.cycles(comparison.SYNCHRONOUS, POINT, [target], stages, [best])[0, 0] <= needed.min()


@pytest.mark.parametrize("rho", [0.0, 0.5])
@pytest.mark.parametrize("Lambda1", [0.0, 40.0])
@pytest.mark.parametrize("eps", [0.6, 20.0])
def test_theorem_3_prescribes_steps_that_it_allows(rho, Lambda1, eps):
    """alpha^2 = 2 Delta/(L sigma2 K), and x and q at most 1/4, also where a longer step would need fewer iterations."""
    point = {"L": 2.0, "sigma2": 1.0, "Delta": 50.0, "rho": rho, "Lambda1": Lambda1, "Lambdah": 0.0}
    found = closed_form(point, eps)
    assert found.alpha == pytest.approx(math.sqrt(2 * 50.0 / (2.0 * 1.0 * found.iterations)), rel=1e-12)
    assert 2.0 * found.alpha <= 1 / 4 and (1 + rho) * found.alpha * Lambda1 <= 1 / 4
    if eps == 20.0:  # the longest step is the best
        assert max(2.0, (1 + rho) * Lambda1) * found.alpha == pytest.approx(1 / 4, rel=0.05)


def test_the_iterations_as_a_bound():
    reaching = theory.bound("complexity")
    found = reaching.evaluate(**POINT, eps=[0.1, 0.2])
    for at, eps in enumerate((0.1, 0.2)):
        reach = complexity.iterations(POINT, eps)
        assert found.value[at] == found.upper[at] == reach.iterations
        assert found.witness["alpha"][at] == reach.alpha
        assert found.witness["closed_form"][at] >= reach.iterations and found.witness["t"][at] > 0
    quiet = reaching.evaluate(**{**POINT, "sigma2": 0.0, "rho": 0.0}, eps=0.1)
    assert math.isinf(quiet.witness["closed_form"]) and math.isnan(quiet.witness["t"])
    assert reaching.conditions(**POINT, eps=0.1)["eps > floor"] is True
    floor = complexity.floor(POINT)
    assert reaching.conditions(**POINT, eps=floor)["eps > floor"] is False
    with pytest.raises(OutsideDomain, match="eps > rho"):
        complexity.check(POINT, floor)
    complexity.check(POINT, math.nextafter(floor, 1))
    with pytest.raises(OutsideDomain, match="L = -1"):
        complexity.check({**POINT, "L": -1.0}, 0.1)
