"""Iterations, plans and slots, against the bound itself and against what can be counted."""

import math
from fractions import Fraction

import numpy as np
import pytest

import theory
from boundary import BadInput, OutsideDomain
from tests.theory.bounds.common import POINT, unfrozen
from theory.bounds import complexity, estimates
from theory.setting import algorithms

# Made up: what is asked, and when it is given up


def wanting(monkeypatch, enough_from, found=10.0, step=0.123456789123):
    """Let the estimate be `found` iterations with `step`, and the bound confirm from `enough_from` on."""
    asked = []

    def enough(theorem, constants, alpha, count, target):
        asked.append(count)
        assert (theorem, constants, alpha, target) == ("sharp", POINT, 0.123456789, 0.1)
        return 0.0625 if count >= enough_from else None

    monkeypatch.setattr(complexity, "estimate", lambda *_: (np.array([found]), np.array([step])))
    monkeypatch.setattr(complexity, "enough", enough)
    return complexity.iterations({**POINT, "more": 1}, 0.1), asked


def test_an_estimate_that_is_too_small_is_raised_a_little_and_then_more(monkeypatch):
    reach, asked = wanting(monkeypatch, 14, 9.5)
    assert reach == complexity.Reach(14, 0.123456789, 0.0625) and asked == [10, 12, 14]
    many = 10**15
    reach, asked = wanting(monkeypatch, many + 26, float(many))
    assert reach.iterations == many + 26 and [one - many for one in asked] == [0, 2, 8, 26]
    assert wanting(monkeypatch, 0, 0.0)[1] == [1], "at least one"


def test_it_is_given_up_beyond_2_to_the_53(monkeypatch):
    assert wanting(monkeypatch, 2**53, 2.0**53)[0].iterations == 2**53
    assert wanting(monkeypatch, 2**54, 2.0**53)[0] is None
    assert wanting(monkeypatch, 0, 2.0**53 + 2) == (None, [])
    none, asked = wanting(monkeypatch, math.inf)
    assert none is None and asked[-1] <= 2**53 and len(asked) < 40
    for found, step in ((math.inf, 1.0), (10.0, math.nan), (math.nan, 1.0)):
        assert wanting(monkeypatch, 0, found, step) == (None, [])


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


@pytest.mark.parametrize("larger", [Fraction(0.1), Fraction(1, 10)], ids=["double", "digits"])
def test_the_larger_of_the_two_counts(monkeypatch, larger):
    from theory.bounds import enough as module

    monkeypatch.setattr(module, "bound", lambda _: lambda alpha, **_: 2.0 if alpha == larger else 1.0)
    assert module.enough("sharp", {}, 0.1, 10, 2.0) == 2.0 and module.enough("sharp", {}, 0.1, 10, 1.5) is None


# Against the bound itself


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


def test_without_a_gap_what_is_out_of_reach_stays_so():
    counts, steps = complexity.estimate([{**POINT, "Delta": 0.0}, {**POINT, "Delta": 0.0}], [0.005, 0.1])
    assert counts.tolist() == [math.inf, 0.0] and math.isnan(steps[0]) and 0 < steps[1] <= 1


def test_the_estimate_is_the_classical_optimum_without_drift_and_lag():
    """(p + x s/2)/(1 - x/2) = eps for x = alpha L, s = sigma2: alpha p is largest at x = eps/(eps + s)."""
    plain = {**POINT, "rho": 0.0, "Lambda1": 0.0, "Lambdah": 0.0}
    settings = [{**plain, "L": 4.0, "sigma2": 9.0, "Delta": 7.0}, {**plain, "L": 0.5, "sigma2": 0.25}]
    counts, steps = complexity.estimate(settings, [0.3, 2.0])
    for one, eps, count, step in zip(settings, (0.3, 2.0), counts, steps, strict=True):
        x = eps / (eps + one["sigma2"])
        assert step == pytest.approx(x / one["L"], rel=1e-3)
        assert count == pytest.approx(
            one["Delta"] * one["L"] / (x * (eps * (1 - x / 2) - x * one["sigma2"] / 2)), rel=1e-6
        )


def test_the_estimate_knows_lag_and_drift():
    """Its K is the least for which the sharp bound reaches eps, each with its best step: checked by bisection."""
    for change in ({}, {"rho": 0.4}, {"Lambda1": 20.0}, {"Lambdah": 20.0}, {"sigma2": 0.25}, {"L": 3.0}):
        point, eps = POINT | change, 0.5
        reach = complexity.iterations(point, eps)
        fewer = math.floor(reach.iterations * 0.98)
        sharp = theory.bound("sharp")
        best = math.inf
        for alpha in np.geomspace(0.9, 1.1, 5) * reach.alpha:
            best = min(best, sharp(alpha=alpha, K=fewer, **point))
        assert reach.iterations > 20 and best > eps


def test_plans_and_constants_are_for_one_sample_unless_more_are_asked_for():
    synchronous = algorithms.named("analog-sgd-sp")
    assert complexity.constants_of(synchronous, POINT) == {**POINT, "Lambda1": 0, "Lambdah": 0}
    plan = complexity.plan(synchronous, POINT, 0.5, 2)
    assert plan.batch == 1 and plan.samples == plan.reach.iterations and plan.cycles == 4 * plan.samples
    none = complexity.plan(synchronous, POINT, 0.001, 2, 3)
    assert (none.batch, none.reach, none.floor) == (3, None, complexity.floor({"rho": 0.1, "sigma2": Fraction(1, 3)}))


def test_what_it_refuses_it_names():
    reaching = theory.bound("complexity")
    with pytest.raises(OutsideDomain, match=r"eps = 0.02: must satisfy K < 2\^53 iterations reach eps"):
        reaching(**{**POINT, "Delta": 1e300}, eps=0.02)
    with pytest.raises(BadInput, match=r"nu = 0\.5: must satisfy nu is not given"):
        reaching(**POINT, eps=0.1, nu=0.5)
    broken = reaching.conditions(**{**POINT, "rho": 1.5}, eps=0.1)
    assert broken["eps > floor"] is False and broken["0 <= rho < 1"] is False
    assert reaching.conditions(**POINT, eps=-1)["eps > floor"] is False
    with pytest.raises(OutsideDomain, match=r"eps = 0.01: .*, about 0\.0101010101, the floor \(at most 0\.01010101010"):
        complexity.check(POINT, 0.01)


def test_the_statement_is_what_is_left_above_the_inflated_floor():
    latex = theory.bound("complexity").latex
    first, second, third = latex.split(r" \\ ")
    assert first.endswith(r"\le \varepsilon + \rho^{2} \sigma^{2} \left(1 + t\right)")
    assert second.startswith(r"\text{for} \;\; K \ge \frac{8 \Delta L \sigma^{2}}{\varepsilon^{2}} + ")
    assert third.startswith(r"\text{with} \;\; \alpha = \frac{\sqrt{2} \sqrt{")
    assert r"}{\bar{F}}" in third
    assert "Delta" not in first


def test_the_inversion_is_made_once_and_plans_are_not_changed():
    assert estimates._inversion() is estimates._inversion()
    assert estimates._inversion4() is estimates._inversion4()
    assert not unfrozen(complexity)
