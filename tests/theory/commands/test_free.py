"""`python -m theory evaluate free`, and `complexity` with the constants of Theorem 4."""

import json
from fractions import Fraction

import pytest

import theory
from tests.theory.bounds.common import command
from theory.commands import app, complexity, evaluate  # noqa: F401 - importing a command registers it

FIRST = {
    "L": "1", "sigma2": "1", "Delta": ".5", "alpha": ".001", "K": "1000000", "rho": ".3", "Lambda1": "1.8708287",
    "Lambdah": "1.2247449",
}  # fmt: skip
FOUR = {"D": "3", "ell": "1", "ell1": "1", "tau": "7", "F0": "1"}
POINT = FIRST | FOUR
TARGET = {name: value for name, value in POINT.items() if name not in ("alpha", "K")} | {"eps": ".12"}
BESIDES = {"differentiable", "independent", "joint", "mean-length", "response-lipschitz"}


def sets(given):
    return [part for name, value in given.items() for part in ("--set", f"{name}={value}")]


def answer(capsys, *arguments):
    code, out, err = command(capsys, app, *arguments, "--json", "-")
    assert code == 0, err
    return json.loads(out)


def refused(capsys, *arguments):
    code, out, err = command(capsys, app, *arguments)
    assert (code, out) == (2, "") and err.count("\n") == 1 and "Traceback" not in err, err
    return err


def test_the_keys_are_those_of_the_interface(capsys):
    found = answer(capsys, "evaluate", "free", *sets(POINT))
    assert found.keys() >= {"theorem", "value", "upper", "parameters", "domain"}
    assert found["theorem"] == "free" and found["form"] == "sharp" and found["upper"] >= found["value"]
    assert found["upper"] == theory.bound("free")(**POINT) and all(found["domain"].values())
    assert found["parameters"]["D"] == 3 and found["parameters"]["tau"] == 7.0
    assert set(found["assumptions"]) >= BESIDES


def test_the_explicit_form_is_asked_for(capsys):
    found = answer(capsys, "evaluate", "free", *sets(POINT), "--form", "explicit")
    assert found["form"] == "explicit" and found["witness"] == {"mu": 1.0}
    assert found["upper"] > answer(capsys, "evaluate", "free", *sets(POINT), "--form", "sharp")["upper"]
    for theorem in ("sharp", "explicit", "floor", "lower", "complexity"):
        assert "--form = explicit: must satisfy left out" in refused(
            capsys, "evaluate", theorem, *sets(POINT), "--form", "explicit"
        )
    assert "--form = 'blunt': must satisfy one of" in refused(capsys, "evaluate", "free", "--form", "blunt")


def test_sharp_takes_the_least_and_says_what_that_assumes(capsys):
    alone, both = (answer(capsys, "evaluate", "sharp", *sets(given)) for given in (FIRST, POINT))
    assert alone["form"] == "plain" and both["form"] == "free"
    assert both["upper"] == theory.bound("free")(**POINT) < alone["upper"] == theory.bound("sharp")(**FIRST)
    assert set(both["assumptions"]) - set(alone["assumptions"]) == BESIDES
    assert "ell1 <= ell" in both["domain"] and "ell1 <= ell" not in alone["domain"]
    assert answer(capsys, "evaluate", "sharp", *sets(POINT | {"rbar2": ".08"}))["upper"] <= both["upper"]
    code, out, _ = command(capsys, app, "evaluate", "sharp", *sets(POINT))
    assert code == 0 and "the form free assumes besides: differentiable, independent" in out
    assert "the least that applies of free, plain" in out


def test_a_device_says_gamma_gain_and_theta1(capsys):
    given = {name: value for name, value in POINT.items() if name != "rho"}
    found = answer(capsys, "evaluate", "free", *sets(given), "--device", "ald", "--reach", "2.1")
    assert found["parameters"]["theta1"] == pytest.approx(1 / 7) and "tau" not in found["parameters"]
    usual = theory.bound("free")(**given, rho=Fraction("0.30000000000000004"))
    assert found["upper"] == pytest.approx(usual, rel=1e-14)
    both = answer(capsys, "evaluate", "sharp", *sets(given), "--device", "ald", "--reach", "2.1")
    assert both["form"] == "free" and both["upper"] == found["upper"]
    less = {name: value for name, value in given.items() if name not in ("ell", "F0")}
    alone = answer(capsys, "evaluate", "sharp", *sets(less), "--device", "ald", "--reach", "2.1")
    assert alone["form"] == "plain" and "theta1" not in alone["parameters"]


def test_of_a_device_whose_drift_nobody_has_bounded_it_says_nothing(capsys):
    given = {name: value for name, value in POINT.items() if name != "rho"}
    of_other = ("--device", "power", "--reach", "1")
    assert "--device = power" in refused(capsys, "evaluate", "free", *sets(given), *of_other)
    spread = (*sets(given | {"spread_tau": "0.1", "size": "10"}), "--device", "ald", "--reach", "1")
    assert "with equal elements" in refused(capsys, "evaluate", "free", *spread)
    found = answer(capsys, "evaluate", "sharp", *sets(given), *of_other)
    assert found["form"] == "plain"
    known = answer(capsys, "evaluate", "free", *sets(given | {"theta1": "0.5"}), *of_other)
    assert known["parameters"]["theta1"] == 0.5
    typed = refused(capsys, "evaluate", "free", *sets(given | {"theta1": "0.5"}), "--device", "ald", "--reach", "1")
    assert "theta1 = 0.5: must satisfy theta1 is not given" in typed
    pulses = (*sets(given | {"dw": "0.01"}), "--device", "ald", "--reach", "1")
    assert "dw" in refused(capsys, "evaluate", "free", *pulses)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"D": "0"}, "D = 0"),
        ({"D": "1.5"}, "D = 1.5"),
        ({"ell": "0.5"}, "ell1 = 1.0: must satisfy ell1 <= ell"),
        ({"H2": "1"}, "mean-length"),
        ({"HJ": "1"}, "mean-length"),
        ({"tau": "inf"}, "tau = inf"),
        ({"tau": "-1"}, "tau = -1"),
        ({"F0": "nan"}, "F0 = 'nan'"),
        ({"theta1": "1"}, "tau is given or theta1, not both"),
        ({"rho": "1"}, "0 <= rho < 1"),
        ({"V": "1"}, "V is not given"),
        ({"rbar2": "-0.01"}, "rbar2 = -0.01: must satisfy rbar2 >= 0"),
        ({"lags": "3"}, "--set = 'lags'"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(capsys, change, message):
    for form in ((), ("--form", "explicit")):
        err = refused(capsys, "evaluate", "free", *sets(POINT | change), *form, "--json", "-")
        assert message in err and "Theorem 4" in err


def test_complexity_shows_theorem_4_and_what_the_lag_makes_necessary(capsys):
    found = answer(capsys, "complexity", *sets(TARGET))
    rows = {row["algorithm"]: row for row in found["algorithms"]}
    mine, sequential = rows["analog-sgd-ap"], rows["analog-sgd"]
    assert mine["form"] == "free" and mine["lag"] == 3 and mine["necessary"]["iterations"] == 9
    assert (
        mine["necessary"]["iterations"]
        < mine["iterations"]
        < mine["theorem_4"]["iterations"]
        < mine["theorem_3"]["iterations"]
    )
    assert sequential["iterations"] < mine["iterations"] < 1.2 * sequential["iterations"], "asynchrony is nearly free"
    assert sequential["lag"] == 0 and sequential["theorem_4"]["iterations"] < mine["theorem_4"]["iterations"]
    without = answer(capsys, "complexity", *sets({name: value for name, value in TARGET.items() if name not in FOUR}))
    alone = {row["algorithm"]: row for row in without["algorithms"]}["analog-sgd-ap"]
    assert alone["iterations"] > 1.5 * mine["iterations"] and alone["theorem_4"] is alone["necessary"] is None
    code, out, _ = command(capsys, app, "complexity", *sets(TARGET))
    assert code == 0 and "K (Thm 4)" in out and "necessary" in out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ell": None}, "ell = (not given)"),
        ({"tau": None}, "tau = (not given)"),
        ({"ell": "0.5"}, "ell1 <= ell"),
        ({"H2": "1"}, "mean-length"),
        ({"theta1": "1"}, "tau is given or theta1, not both"),
    ],
)
def test_complexity_refuses_constants_that_do_not_go_together(capsys, change, message):
    given = {name: value for name, value in (TARGET | change).items() if value is not None}
    assert message in refused(capsys, "complexity", *sets(given))
