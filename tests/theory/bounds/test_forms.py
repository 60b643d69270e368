"""A bound that is given more is never larger: of the forms that apply the least is taken, and named."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import theory

POINT = {"L": "1", "sigma2": "1", "Delta": "0.5", "alpha": "0.01", "K": 20000, "rho": "0.25"}
POINT |= {"Lambda1": "2", "Lambdah": "1.5"}
USUAL = {"Ln": "1", "nu": "1.5", "rbar2": "0.0625"}
"""What the refining parameters are where they say nothing new: L, Lambdah sigma, rho^2."""


@pytest.mark.parametrize("name", ["sharp", "explicit"])
@pytest.mark.parametrize("more", list(USUAL))
@pytest.mark.parametrize("factor", ["0.5", "1", "2", "1000"])
def test_what_is_known_besides_never_makes_a_bound_larger(name, more, factor):
    """At factor 1 it says nothing new, above it less than what is known already."""
    bound = theory.bound(name)
    known = bound(**POINT, **{more: float(USUAL[more]) * float(factor)})
    assert known <= bound(**POINT)
    if float(factor) >= 1 and more != "Ln":
        assert known == bound(**POINT)


SHARE = st.floats(0.05, 3.0)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["sharp", "explicit"]),
    rho=st.floats(0, 0.5),
    lag=st.floats(0, 5),
    shares=st.fixed_dictionaries({}, optional={"Ln": SHARE, "nu": SHARE, "rbar2": SHARE}),
)
def test_more_is_never_larger_whatever_is_known(name, rho, lag, shares):
    bound = theory.bound(name)
    usual = {"Ln": 1.0, "nu": lag, "rbar2": rho**2}
    point = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0, "alpha": 0.02, "K": 4000, "rho": rho}
    point |= {"Lambda1": lag, "Lambdah": lag}
    extras = {more: min(usual[more] * share, 0.99) if more == "rbar2" else usual[more] * share
              for more, share in shares.items()}  # fmt: skip
    found = bound(**point, **extras)
    for left_out in extras:
        rest = {more: value for more, value in extras.items() if more != left_out}
        assert found <= bound(**point, **rest) * (1 + 1e-15)  # one unit in the last place: two proofs of one number


def test_the_noise_that_sees_a_small_smoothness_takes_the_resolved_form_and_says_so():
    sharp = theory.bound("sharp")
    found = sharp.evaluate(**POINT, Ln=["0.01", "1"])
    assert found.form.tolist() == ["noise-resolved", "plain"]
    assert not np.isnan(found.witness["theta"][0]) and np.isnan(found.witness["theta"][1])
    assert found.upper[1] == sharp(**POINT)


def test_the_floor_of_a_mean_square_saturation_above_rho_squared_is_the_plain_one():
    floor = theory.bound("floor")
    assert floor(rho="0.25", sigma2="1", rbar2="0.5") == floor(rho="0.25", sigma2="1")
    assert floor(rho="0.25", sigma2="1", rbar2="0.03") < floor(rho="0.25", sigma2="1")


def test_the_command_says_which_form_it_took():
    pairs = [word for name, value in {**POINT, "Ln": "1"}.items() for word in ("--set", f"{name}={value}")]
    command = [sys.executable, "-m", "theory", "evaluate", "sharp", *pairs]
    found = json.loads(subprocess.run([*command, "--json", "-"], capture_output=True, check=True).stdout)
    assert (
        found["form"] == "plain"
        and found["upper"] == theory.bound("sharp")(**POINT)
        and set(found["witness"]) == {"mu"}
    )
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "the least that applies of noise-resolved, plain" in shown
