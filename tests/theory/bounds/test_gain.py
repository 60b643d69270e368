"""Bounds of any device: gamma in the place of rho, alpha gain in that of alpha, in the words that the user typed."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import theory
from boundary import BadInput, OutsideDomain
from tests.theory.bounds.common import command
from theory.bounds.complexity import constants_of, iterations
from theory.commands import app, complexity, evaluate  # noqa: F401 - importing a command registers it
from theory.setting import algorithms

POINT = {"L": 2, "sigma2": 1, "Delta": 1, "alpha": "0.02", "K": 500, "rho": "0.25", "Lambda1": 3, "Lambdah": 1}
TARGET = {name: POINT[name] for name in ("L", "sigma2", "Delta", "rho", "Lambda1", "Lambdah")} | {"eps": "0.2"}


@pytest.mark.parametrize("name", ["sharp", "resolved", "explicit"])
@settings(deadline=None, max_examples=20)
@given(gain=st.fractions(Fraction(1, 4), 4, max_denominator=8))
def test_the_step_is_that_which_the_device_makes(name, gain):
    """The same double: it is the same number, exactly."""
    more = {"Ln": 1} if name == "resolved" else {}
    made = theory.bound(name)(**POINT, **more)
    assert theory.bound(name)(**(POINT | {"alpha": Fraction("0.02") / gain}), gain=gain, **more) == made
    assert "gain" not in theory.bound(name).required


def test_a_larger_gain_is_another_bound():
    bound = theory.bound("sharp")
    assert bound(**POINT, gain=1) == bound(**POINT) != bound(**POINT, gain="1.5")
    for gain in (0, -1):
        with pytest.raises(OutsideDomain, match="gain > 0"):
            bound(**POINT, gain=gain)


@pytest.mark.parametrize("name", ["sharp", "explicit", "floor", "complexity"])
def test_gamma_is_another_name_of_rho(name):
    given = TARGET if name == "complexity" else POINT
    other = {"gamma" if key == "rho" else key: value for key, value in given.items()}
    bound = theory.bound(name)
    assert bound(**other) == bound(**given)
    said = {text.replace("rho", "gamma"): holds for text, holds in bound.conditions(**given).items()}
    assert bound.conditions(**other) == said
    with pytest.raises(BadInput, match=r"gamma is given or rho, not both"):
        bound(**other, rho="0.25")
    with pytest.raises(BadInput, match=r"gamma is given or rho, not both"):
        bound.conditions(**other, rho="0.25")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gamma": "1.5"}, "gamma = 1.5: must satisfy 0 <= gamma < 1"),
        ({"gamma": "x"}, "gamma = 'x': must satisfy a real number"),
        ({"gamma": "0.999", "alpha": "0.1"}, r"gamma**2"),
        ({"alpha": "0.6"}, "x = L*alpha = 1.2"),
        ({"alpha": "0.4", "gain": "1.5"}, "x = L*alpha*gain = 1.2"),
    ],
)
def test_a_message_names_what_was_typed(changes, said):
    other = {"gamma" if key == "rho" else key: value for key, value in POINT.items()}
    with pytest.raises(BadInput) as refused:
        theory.bound("sharp")(**(other | changes))
    assert said in str(refused.value) and "rho" not in str(refused.value)


def test_what_is_missing_is_named_as_the_theorem_has_it():
    with pytest.raises(BadInput, match="rho is given"):
        theory.bound("sharp")(**{name: value for name, value in POINT.items() if name != "rho"})


def test_the_iterations_are_those_of_the_step_that_is_made():
    plain = theory.bound("complexity").evaluate(**TARGET)
    found = theory.bound("complexity").evaluate(**TARGET, gain=2)
    assert float(found.upper) == float(plain.upper)
    assert float(found.witness["alpha"]) == pytest.approx(float(plain.witness["alpha"]) / 2, rel=1e-8)
    assert float(found.witness["closed_form"]) == float(plain.witness["closed_form"])


@pytest.mark.parametrize("gain", ["0.7", "3"])
def test_the_iterations_are_enough_for_the_step_that_is_asked_for(gain):
    constants = {name: Fraction(str(value)) for name, value in TARGET.items() if name != "eps"} | {
        "gain": Fraction(gain)
    }
    reach = iterations(constants, Fraction("0.2"))
    upper = theory.bound("sharp")(**constants, alpha=repr(reach.alpha), K=reach.iterations)
    assert upper <= 0.2
    fewer = theory.bound("sharp")(**constants, alpha=repr(reach.alpha), K=reach.iterations - 1)
    assert fewer > 0.2 * (1 - 1e-6)


def test_a_digital_algorithm_has_no_gain():
    given = {name: value for name, value in TARGET.items() if name != "eps"} | {"gain": "2"}
    assert "gain" not in constants_of(algorithms.named("digital-sgd"), given)
    assert constants_of(algorithms.named("analog-sgd"), given)["gain"] == 2


def typed(given, **more):
    pairs = {"gamma" if name == "rho" else name: value for name, value in (given | more).items()}
    return [part for name, value in pairs.items() for part in ("--set", f"{name}={value}")]


def test_the_commands_echo_the_name_that_was_typed(capsys):
    code, out, _ = command(capsys, app, "complexity", *typed(TARGET, gain=2), "--json", "-")
    parameters = json.loads(out)["parameters"]
    assert code == 0 and parameters["gamma"] == 0.25 and parameters["gain"] == 2 and "rho" not in parameters
    code, out, _ = command(capsys, app, "evaluate", "sharp", *typed(POINT, gain=2), "--json", "-")
    result = json.loads(out)
    assert code == 0 and result["parameters"]["gamma"] == 0.25 and "rho" not in result["parameters"]
    assert "0 <= gamma < 1" in result["domain"] and not any("rho" in text for text in result["domain"])


@pytest.mark.parametrize("arguments", [("complexity", TARGET), ("evaluate sharp", POINT)])
def test_the_commands_refuse_two_names_of_one_quantity(capsys, arguments):
    name, given = arguments
    code, _, err = command(capsys, app, *name.split(), *typed(given), "--set", "rho=0.25")
    assert code == 2 and "gamma is given or rho, not both" in err and "Traceback" not in err


def test_the_command_says_gamma_where_the_target_is_below_the_floor(capsys):
    code, _, err = command(capsys, app, "complexity", *typed(TARGET | {"eps": "0.01"}))
    assert code == 2 and "eps > gamma^2 sigma2/(1 - gamma^2)" in err and "rho" not in err
