"""The path form of Theorem 1 as a number: by hand, rounded up, and outside its domain."""

import math
from fractions import Fraction

import pytest

from boundary import OutsideDomain
from theory.bounds import path


def test_the_path_form_by_hand():
    found = path.of(kappa=0.25, fall=2.0, eta=0.5, alpha=0.5, K=4, gain=2.0)
    c = 0.25 + 2.0 / (0.5 * 2 * 4)
    root = (0.5 + math.sqrt(0.25 + 4 * c)) / 2
    assert found == pytest.approx(root**2, rel=1e-14) and Fraction(found) >= Fraction(root**2) * (
        1 - Fraction(1, 2**50)
    )
    assert path.of(kappa=0.25, fall=0.0, eta=0.0, alpha=1.0, K=1) == 0.25
    assert path.of(kappa=-5.0, fall=1.0, eta=0.5, alpha=1.0, K=1) == 0.0625  # c is at least -eta^2/4


@pytest.mark.parametrize("name", ["kappa", "fall", "eta", "alpha", "K", "gain"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 0.0])
def test_numbers_that_the_path_form_does_not_take_are_refused(name, value):
    given = {"kappa": 0.1, "fall": 0.1, "eta": 0.1, "alpha": 0.1, "K": 10, "gain": 1.0} | {name: value}
    allowed = math.isfinite(value) and (name in ("kappa", "fall") or (name == "eta" and value == 0))
    if allowed:
        path.of(**given)
        return
    with pytest.raises(OutsideDomain, match=name):
        path.of(**given)
