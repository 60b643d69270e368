"""The path form as a number, where the root is a whole one."""

import math

import pytest

from boundary import OutsideDomain
from theory.bounds import path


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        # c = 3/2 + 2/(1/2 2 4) = 2: (1 + sqrt(1 + 8))/2 = 2
        ({"kappa": 1.5, "fall": 2.0, "eta": 1.0, "alpha": 0.5, "K": 4.0, "gain": 2.0}, 4.0),
        ({"kappa": 1.0, "fall": 2.0, "eta": 1.0, "alpha": 0.5, "K": 4.0}, 4.0),
        ({"kappa": 3.0, "fall": -1.0, "eta": 0.0, "alpha": 1.0, "K": 1.0}, 2.0),  # c alone
        ({"kappa": 0.0, "fall": 0.0, "eta": 3.0, "alpha": 1.0, "K": 1.0}, 9.0),  # eta alone
        ({"kappa": -0.25, "fall": 0.0, "eta": 1.0, "alpha": 1.0, "K": 1.0}, 0.25),
        ({"kappa": -9.0, "fall": 1.0, "eta": 1.0, "alpha": 1.0, "K": 1.0}, 0.25),  # less than the claim allows
        ({"kappa": 1.0, "fall": -9.0, "eta": 2.0, "alpha": 1.0, "K": 1.0, "gain": 2.0}, 1.0),
    ],
)
def test_the_bound_by_hand(given, exact):
    assert exact <= path.of(**given) <= exact * (1 + 1e-15)


def test_it_is_rounded_up():
    """(1 + sqrt(5))^2/4 of eta = c = 1."""
    golden = (3 + math.sqrt(5)) / 2
    assert golden * (1 - 1e-16) <= path.of(kappa=1.0, fall=0.0, eta=1.0, alpha=1.0, K=1.0) <= golden * (1 + 1e-15)


@pytest.mark.parametrize("name", ["kappa", "fall", "eta", "alpha", "K", "gain"])
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_every_number_is_finite(name, value):
    with pytest.raises(OutsideDomain, match=f"{name}.* finite"):
        path.of(**({"kappa": 1.0, "fall": 1.0, "eta": 1.0, "alpha": 1.0, "K": 1.0, "gain": 1.0} | {name: value}))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("eta", -1e-9, "eta >= 0"), ("alpha", 0.0, "alpha > 0"), ("K", 0.0, "K > 0"), ("gain", -1.0, "gain > 0")],
)
def test_what_has_a_sign(name, value, words):
    with pytest.raises(OutsideDomain, match=words):
        path.of(**({"kappa": 1.0, "fall": 1.0, "eta": 1.0, "alpha": 1.0, "K": 1.0, "gain": 1.0} | {name: value}))
