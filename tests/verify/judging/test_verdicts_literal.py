"""Verdicts part by part: what rounding adds to a bound, when it hides one, what a condition says."""

import math
from dataclasses import is_dataclass, replace

import numpy as np
import pytest

import theory
from theory.setting import algorithms, devices
from theory.setting.devices import Distortion
from verify.judging import (
    assumptions,
    checks,
    conditions,
    forms,
    norms,
    observations,
    perturbed,
    rounding,
    statistics,
    verdicts,
)
from verify.judging.certificates import Certificate
from verify.judging.checks import CheckName
from verify.judging.observations import Constants, Observations
from verify.judging.response import LINEAR, DeviceResponse
from verify.judging.verdicts import FORMS, Check, Confrontation, Ends, Evidence

KNOWN = {"rho": 0.5, "alpha": 0.25, "sigma2": 4.0, "Lambdah": 2.0}


def observed(values: dict | None = None, proved: bool = True, **changes) -> Observations:
    known = {"rho": 0.5, "L": 1.0} if values is None else values
    fields = {
        "squared_gradient": np.array([1.0, 2.0, 3.0]), "saturation": np.array([0.25, 0.5, 0.125]),
        "square_saturation": np.array([0.0625, 0.25, 0.125]), "diverged": 0,
        "constants": Constants(known, dict.fromkeys(known, proved)), "algorithm": "x",
    }  # fmt: skip
    return Observations(**(fields | changes))


def evidence(**changes) -> Evidence:
    lower, upper = (
        statistics.ConfidenceBound(value, side, 0.1, "m") for value, side in ((1.0, "lower"), (3.0, "upper"))
    )
    fields = {
        "replicas": 3, "mean": 2.0, "stderr": 0.5, "lower": lower, "upper": upper, "interval": (1.0, 4.0),
        "rbar2": (0.0, 0.25, 0.5), "saturation": 0.5, "detectable": 1.0,
    }  # fmt: skip
    return Evidence(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ("Lambdah", 2.0, 2.0 + 8 / 2)),  # 3/((1 + 1/2)/4) = 8, in units of sigma = 2
        ({"nu": 1.0}, ("nu", 1.0, 9.0)),
        ({"sigma2": 0.0}, ("nu", 0.0, 8.0)),
    ],
)
def test_rounding_enters_through_qn(changes, found):
    name, value, moved = found
    assert perturbed.inputs(FORMS[0], KNOWN | changes, 3.0) == ({name: value}, {name: moved})


def test_rounding_enters_theorem_4_through_the_drift():
    """N(h) grows by `off`: N(h)^2 by no more than larger rho, nu and rbar2 make room for, wherever R >= sigma."""
    free = next(form for form in FORMS if form.name == "free")
    off = 1e-2
    for known in (KNOWN, {**KNOWN, "nu": 1.0}, {**KNOWN, "rho": 0.0}):
        plain, moved = perturbed.inputs(free, known, off)
        name = "nu" if "nu" in known else "Lambdah"
        assert plain == {"rho": known["rho"], name: known[name]}
        scale = 1.0 if name == "nu" else 2.0  # Lambdah sigma is nu
        before, after = (0.25 * scale * one[name] for one in (plain, moved))
        old, rho = known["rho"], moved["rho"]
        assert moved["rbar2"] == pytest.approx(rho**2 - old**2)
        for R in (2.0, 3.0, 20.0):
            for coherent in (0.0, 1.0, 30.0):
                length = old * R + (1 + old) * (coherent + before)
                room = (rho * R + (1 + old) * coherent) ** 2 - (old * R + (1 + old) * coherent) ** 2
                room += (1 + old**2) * (after**2 - before**2)
                assert room >= 2 * off * length + off**2 - 1e-12
    assert perturbed.inputs(free, KNOWN, 10.0)[1]["rho"] == math.inf  # no rho < 1 is that large
    assert perturbed.inputs(free, {**KNOWN, "sigma2": 0.0}, off)[1] == {"nu": math.inf}
    assert perturbed.inputs(free, {**KNOWN, "sigma2": 0.0, "rho": 0.0}, off)[1] == {"nu": pytest.approx(off / 0.25)}
    assert perturbed.inputs(free, KNOWN, 0.0) == ({"Lambdah": 2.0}, {"Lambdah": 2.0})


@pytest.fixture
def bound(monkeypatch):
    """10 Lambdah + 100 rbar2, where rbar2 is given."""
    monkeypatch.setattr(
        theory, "bound", lambda _: lambda *, Lambdah=2.0, rbar2=0.0, **_: 10 * Lambdah + 100 * rbar2, raising=False
    )


def test_the_ends_of_a_bound(bound):
    plain, adaptive = FORMS[0], FORMS[3]
    lost = evidence(rounded=rounding.Rounding(direction=3.0))
    assert verdicts._ends(plain, KNOWN, lost) == Ends(20, 20, 60, 60, 2.0, True)
    assert verdicts._ends(adaptive, KNOWN, lost) == Ends(20, 45, 110, 85, 2.0, True)
    assert verdicts._ends(adaptive, KNOWN, evidence()) == Ends(20, 45, 70, 45, 2.0, True)
    for form, ends in (
        (plain, Ends(20, 20, math.inf, math.inf, 2.0, True)),
        (adaptive, Ends(20, 45, math.inf, math.inf, 2.0, True)),
    ):
        assert verdicts._ends(form, KNOWN, evidence(rounded=rounding.UNKNOWN)) == ends


def test_rounding_adds_to_the_mean_square_saturation_of_theorem_4(bound):
    """By what it may have hidden, at the mean as at the upper end."""
    form = next(form for form in FORMS if form.freezes and form.adaptive)
    moved = perturbed.inputs(form, KNOWN, 1e-2)[1]
    found = verdicts._ends(form, KNOWN, evidence(rounded=rounding.Rounding(direction=1e-2)))
    assert moved["rbar2"] > 0 and found.value == 45
    assert found.moved == pytest.approx(10 * moved["Lambdah"] + 100 * (0.25 + moved["rbar2"]), rel=1e-15)
    assert found.most == pytest.approx(10 * moved["Lambdah"] + 100 * (0.5 + moved["rbar2"]), rel=1e-15)


def test_theorem_4_has_its_adaptive_form():
    assert [form.name for form in forms.adaptive()] == ["free-adaptive"] and forms.adaptive()[0] in FORMS


def test_why_no_theorem_speaks_of_an_algorithm():
    reason = "no theorem speaks of the steps of the algorithm "
    said = assumptions._lags(observed(covered=False, algorithm="per-sample"))
    assert said == ("not established", f"{reason}per-sample: {algorithms.named('per-sample').uncovered}")
    assert assumptions._lags(observed(covered=False, algorithm="gone")) == ("not established", f"{reason}gone")
    assert assumptions._lags(observed(covered=True))[0] == "certified"


def test_without_noise_rounding_is_held_against_the_gradient(bound):
    still = KNOWN | {"sigma2": 0.0}
    assert verdicts._ends(FORMS[0], still, evidence(mean=9.0)) == Ends(20, 20, 20, 20, 3.0, False)


def test_rounding_moves_a_bound_whatever_refines_the_staleness():
    """nu with rounding in it may be more than Lambdah sigma, which speaks of directions that are exact."""
    known = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0, "alpha": 0.01, "K": 1000, "rho": 0.1, "Lambda1": 1.0}
    for refined in ({"Lambdah": 1.0}, {"Lambdah": 1.0, "nu": 1.0}, {"Lambdah": 1.0, "nu": 0.9, "Ln": 1.0}):
        form = next(form for form in FORMS if ("nu" in form.extras) == ("nu" in refined) and not form.adaptive)
        found = verdicts._ends(form, known | refined, evidence(rounded=rounding.Rounding(direction=0.5)))
        assert found.moved > 1.2 * found.value


def test_any_noise_at_all_is_noise(bound):
    assert verdicts._ends(FORMS[0], KNOWN | {"sigma2": 0.25}, evidence()) == Ends(20, 20, 20, 20, 0.5, True)


C = CheckName("c", "a-priori")


def lost(direction: float, **changes) -> str:
    fields = {"least": 1.0, "value": 1.0, "most": 1.0, "moved": 1.0, "along": 2.0, "noisy": True} | changes
    return verdicts._lost(Ends(**fields), evidence(rounded=rounding.Rounding(direction=direction)))


def test_rounding_hides_a_bound_from_one_percent_on():
    assert lost(0.02) == "" and lost(0.02, moved=1.01) == ""
    assert lost(0.0, moved=1.02) == "could move the bound to 1.02 from 1"
    assert lost(0.0, moved=math.inf) == "could move the bound anywhere from 1"
    assert lost(0.0, moved=math.nan).startswith("could move the bound to nan")
    assert lost(0.021) == "may be 0.011 times the noise: the run is not one of the algorithm"
    assert lost(1.0, noisy=False) == "may be 0.5 times the gradient: the run is not one of the algorithm"
    assert lost(1.0, along=0.0) == "may be more than the noise: the run is not one of the algorithm"
    assert lost(0.0, along=0.0) == ""


def test_a_decision_with_its_reason():
    ends = Ends(3.0, 4.0, 5.0, 4.0, 2.0, True)
    check = Check(C, "not applied", "t", condition="if")
    found = verdicts._decide(check, ends, evidence())
    assert found == Check(C, "held", "t", 4.0, 2.0, 2.0, 1.0, 4.0, "", "if") and not found.covered
    assert replace(found, condition="").covered and not replace(found, condition="", verdict="not applied").covered
    rough = evidence(rounded=rounding.Rounding(1.0, dtype="float32"))
    found = verdicts._decide(replace(check, condition=""), ends, rough)
    assert found.verdict == "inconclusive" and found.reason.startswith("rounding in float32 may be 0.5 times the noise")
    above = replace(rough, lower=replace(rough.lower, value=6.0))
    assert verdicts._decide(check, ends, above) == Check(C, "violated", "t", 4.0, 2.0, 2.0, 1.0, 4.0, "", "if")


def test_a_ratio_to_nothing_is_infinite():
    assert [verdicts._ratio(2.0, value) for value in (4.0, 0.5, 0.0, -0.5)] == [0.5, 4.0, math.inf, math.inf]


def test_errors_are_divided():
    assert verdicts.shares(0.06) == pytest.approx((0.03, 0.01), rel=1e-15)


def test_how_probable_it_is_that_the_next_replica_passes():
    assert evidence(replicas=2).passing == pytest.approx(1 - math.sqrt(0.05 / 3), rel=1e-15)
    assert evidence(replicas=1).passing == pytest.approx(1 - 0.05 / 3, rel=1e-15)
    assert evidence(replicas=0).passing == 1


@pytest.mark.parametrize("changes", [{"diverged": 1}, {"squared_gradient": np.array([1.0])}])
def test_nothing_is_said_of_runs_that_diverged_or_of_one(changes):
    found = verdicts.weigh(observed(**changes), 0.05)
    assert (found.lower.value, found.upper.value, found.detectable) == (0.0, math.inf, math.inf)
    assert math.isnan(found.mean) and math.isnan(found.stderr) and all(map(math.isnan, (*found.rbar2, *found.interval)))
    assert found.saturation == 0.5 and found.lower.level == found.upper.level == 0.05


def test_two_replicas_are_enough_to_speak_of():
    found = verdicts.weigh(observed(squared_gradient=np.array([1.0, 3.0])), 0.05)
    assert found.mean == 2 and math.isfinite(found.upper.value)


def test_evidence_allows_for_the_rounding_of_what_is_measured():
    rounded = rounding.Rounding(0.0, 0.125, 0.0)
    values = np.linspace(1.0, 1.01, 400)
    exact = verdicts.weigh(observed(squared_gradient=values), 0.05)
    rough = verdicts.weigh(observed(squared_gradient=values, rounding=rounded), 0.05)
    assert rough.lower.value == rounded.lowered(exact.lower.value) < exact.lower.value
    assert rough.upper.value == rounded.raised(exact.upper.value) > exact.upper.value
    assert rough.detectable == pytest.approx(rough.mean / rough.lower.value - 1) and rough.rounded == rounded
    level = verdicts.shares(0.05)
    assert exact.lower.value == pytest.approx(statistics.lower_bound(values, level.alarm).value, rel=1e-15)
    assert exact.upper.value == pytest.approx(statistics.upper_bound(values, level.look).value, rel=1e-15)


def test_the_ceiling_is_the_proved_saturations_square():
    assert verdicts._ceiling(observed()) == 0.25
    assert verdicts._ceiling(observed(proved=False)) == 1
    assert verdicts._ceiling(observed({"rho": 0.25})) == 1, "broken by what was seen"
    assert verdicts.weigh(observed(), 0.05).ceiling == 0.25


def test_a_mean_of_squares_is_not_negative_and_below_its_ceiling():
    scattered = observed(square_saturation=np.array([0.0, 0.25, 0.0]))
    low, mean, high = verdicts.weigh(scattered, 0.05).rbar2
    assert (low, mean) == (0.0, pytest.approx(0.25 / 3)) and mean < high <= 0.25
    rounded = observed(square_saturation=np.array([0.25, 0.25 + 1e-15, 0.25]))
    assert verdicts.weigh(rounded, 0.05).rbar2[1] == 0.25


@pytest.mark.parametrize("module", [verdicts, assumptions, observations, checks, forms, norms])
def test_what_was_found_is_not_changed_afterwards(module):
    kinds = [one for one in vars(module).values() if is_dataclass(one) and one.__module__ == module.__name__]
    assert kinds and all(one.__dataclass_params__.frozen for one in kinds)


ALL = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0, "alpha": 0.1, "K": 9, "Lambda1": 0.5, "Lambdah": 0.5, "rho": 0.75}


def refusal(form: int = 0, basis: str = "a-posteriori", without: tuple = (), seen: tuple = (), **changes) -> str:
    values = {name: value for name, value in ALL.items() if name not in without}
    known = Constants(values, {name: name not in seen for name in values})
    return verdicts._refusal(FORMS[form], basis, observed(**({"constants": known} | changes)))


def test_why_a_form_is_not_applied():
    assert refusal() == refusal(basis="a-priori") == ""
    assert refusal(diverged=2) == "saturation violated: 2 of 5 replicas diverged"
    power = DeviceResponse(devices.make("power", 2.0))
    assert refusal(response=power) == refusal(basis="a-priori", response=power) == ""
    train = DeviceResponse(devices.make("pulse-train", 2.0))
    unknown = refusal(response=train, without=("rho",))
    assert unknown.startswith("response not established: pulse-train: the distortion of the device pulse-train is not")
    assert refusal(response=power, saturation=np.array([0.71]), without=("rho",)) == ""
    at_the_bound = refusal(response=power, saturation=np.array([1.0]), without=("rho",))
    assert at_the_bound.startswith("response not established: power: the distortion of the device power is not known")

    class Whole(devices.REGISTRY["power"]):
        name = "whole"

        def distortion(self, *_):
            return Distortion(1.0, 2.0)

    whole = Whole(1.0)
    assert refusal(response=DeviceResponse(whole), without=("rho",)) == (
        "response violated: whole: gamma = 1, Fbar = 2 on |w| <= 0.5 tau"
    )
    assert refusal(
        basis="a-priori", response=power, constants=Constants(ALL | {"rho": 1.0}, dict.fromkeys(ALL, True))
    ) == ("response violated: gamma = 1 on the certified range of weights")
    assert refusal(form=3, response=power).startswith("the weights' own mean-square saturation")
    assert refusal(independent_draws=False).startswith("unbiased not established: ")
    assert refusal(covered=False).startswith("lags not established: no theorem speaks of the steps")
    assert refusal(without=("K", "L")) == "L, K unknown for this problem"
    assert refusal(form=2) == "nu, Ln unknown for this problem" and refusal(form=3) == ""
    assert (
        refusal(basis="a-priori", without=("rho",))
        == refusal(basis="a-priori", seen=("rho",))
        == ("saturation is not certified")
    )
    assert refusal(without=("rho",)) == "" and refusal(seen=("L",)) == ""
    assert refusal(basis="a-priori", seen=("L", "K")) == "L, K only measured"
    assert refusal(basis="a-priori", seen=("L",), sampling="at some") == "L only sampled"
    edge = np.array([1.0])
    assert refusal(seen=("rho",), saturation=edge) == "saturation violated: observed 1"
    assert refusal(seen=("rho",), saturation=np.nextafter(edge, 0)) == ""


def test_a_form_whose_constant_is_broken_gives_the_first_reason():
    broken = [Certificate(name, name, 1.0, 2.0, 0.0) for name in ("L", "sigma2", "w")]
    assert refusal(certificates=tuple(broken)) == broken[0].reason
    assert refusal(certificates=tuple(reversed(broken))) == broken[1].reason
    assert refusal(certificates=(broken[2],)) == ""
    high = {"saturation": np.array([0.875])}
    assert "0.875, above the proved 0.75" in refusal(basis="a-priori", **high) and refusal(**high) == ""


def test_every_broken_constant_is_one_alarm():
    broken = [Certificate(name, what, 1.0, 2.0, 0.0) for name, what in (("w", "1"), ("w", "2"), ("L", "3"))]
    alarms = verdicts._alarms(observed(certificates=tuple(broken)))
    assert alarms == [
        Check(CheckName("w", "certificate"), "violated", reason=broken[0].reason),
        Check(CheckName("L", "certificate"), "violated", reason=broken[2].reason),
    ]


def test_what_is_not_said_of_the_evidence():
    assert (evidence().ceiling, evidence().rounded) == (1.0, rounding.EXACT)
    assert math.isnan(Check(C, "held").bound) and math.isnan(Check(C, "held").tightness)
    assert FORMS[0].bases() == ("a-priori", "a-posteriori") and FORMS[3].bases() == ("a-posteriori",)
    assert [form.adaptive for form in FORMS[:5]] == [False, False, False, True, False]
    assert [form.granular for form in FORMS[:5]] == [False, False, False, False, True]
    plain = evidence().summary(0.01).to_json()
    assert (plain["mean_square_saturation"], plain["mean_square_saturation_upper"]) == (0.25, 0.5)
    assert (plain["lower"], plain["upper"], plain["max_saturation"]) == (1.0, 3.0, 0.5)
    assert plain["smallest_detectable_violation"] == 1.0 and plain["interval_95"] == [1.0, 4.0]


def test_a_settings_word_is_the_gravest():
    def word(*verdict, reason=""):
        found = Confrontation(evidence(), tuple(Check(C, one, reason=reason) for one in verdict))
        return found.word, found.settled

    assert word("held", "not applied") == ("held", True)
    assert word("held", "inconclusive", "not applied") == ("inconclusive", False)
    assert word("inconclusive", reason="rounding") == ("inconclusive", True)
    assert word("violated", "inconclusive") == ("violated", False)
    assert word("not applied") == ("not applied", True)


def test_a_condition_names_what_is_supposed():
    assert conditions.of(["L"], observed({"rho": 0.0, "L": 1.0}), 0.5) == ""
    said = conditions.of(["L"], observed(), 0.125)
    assert said == (
        "provided that no run passes rho = 0.5, the largest saturation of 3 replicas (a further one does with "
        "probability at most 0.12, confidence 95%)"
    )
    assert conditions.of([], observed({"rho": 0.0}, proved=False), 0.5).startswith("provided that no run passes rho")
    assert conditions.of([], observed(bounded_noise=False), 0.5).endswith("with probability at least 1 - 1e-12")
    assert conditions.of([], observed(bounded_noise=None), 0.5).endswith("does not say that its noise is bounded")
    seen = observed({"rho": 0.0, "L": 1.0, "nu": 2.0}, sampling="every 10 steps")
    seen = replace(seen, constants=Constants(seen.constants.values, {"rho": True}))
    assert conditions.of(["L", "nu"], seen, 0.5) == (
        "provided that L, nu nowhere exceed what was sampled every 10 steps"
    )
    both = conditions.of(["L"], observed(proved=False), 0.5)
    assert " and L nowhere exceed what was measured at every step" in both


@pytest.mark.parametrize(
    ("parameters", "bounds", "proved", "supposed"),
    [
        ({"dw": 0.1}, None, False, True),
        ({"dw": 0.1}, np.ones(1), False, False),  # no direction is larger: nothing is supposed of the mean one
        ({"dw": 0.1}, None, True, False),  # V is proved
        ({}, None, False, False),  # no pulses
    ],
)
def test_a_condition_supposes_a_mean_direction_where_pulses_have_no_largest_one(parameters, bounds, proved, supposed):
    reached = DeviceResponse(devices.make("ald", 2.0, **parameters), 0.5, lambda _: bounds)
    known = Constants({"rho": 0.5, "V": 1.0}, {"V": proved})
    said = conditions.of([], observed(constants=known, response=reached), 0.5)
    assert ("the mean square of a direction" in said) is supposed
    assert ("no run passes |w| = 0.5 tau, the largest of 3 replicas" in said) is bool(parameters)
    power = DeviceResponse(devices.make("power", 2.0))
    assert "no run passes |w| = 0.5 tau" in conditions.of([], observed(constants=known, response=power), 0.5)
    still = Constants({"rho": 0.0}, {"rho": True})
    assert conditions.of([], observed(constants=still, response=LINEAR), 0.5) == ""
