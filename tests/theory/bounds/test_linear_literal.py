"""What is no run, and what is no certificate, of one coordinate whose certificate is known."""

import math
from dataclasses import replace

import numpy as np
import pytest

from boundary import OutsideDomain
from theory.bounds import linear
from theory.bounds.linear import LinearRun, Multipliers

ONE = np.ones(1)
RUN = LinearRun(np.array([[1.0]]), (0,), 0.5, ONE, 0 * ONE, ONE, 0.5 * ONE)
"""w+ = w/2 - (h + noise)/2: with P = 8 and theta = 6, 8 - 2 - 1 - 6/4 = 7/2, 6 - 2 = 4, and 2^2 < 14."""
FOUND = Multipliers(np.array([[8.0]]), np.array([6.0]))


def test_a_certificate_by_hand():
    assert linear.check(RUN, FOUND) == ""
    assert "matrix inequality" in linear.check(RUN, Multipliers(np.array([[3.0]]), np.array([6.0])))


@pytest.mark.parametrize("theta", [-1e-9, -0.5, -1.0])
def test_no_theta_is_negative(theta):
    assert linear.check(RUN, replace(FOUND, theta=np.array([theta]))).startswith("theta is negative")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_of_a_certificate_are_finite(value):
    for changes in ({"P": np.array([[value]])}, {"theta": np.array([value])}):
        assert linear.check(RUN, replace(FOUND, **changes)) == "P or theta is not finite"


@pytest.mark.parametrize("name", ["start", "minimiser", "variance", "saturation"])
@pytest.mark.parametrize("value", [np.zeros(2), np.zeros((1, 1)), np.array([math.nan]), np.array([math.inf])])
def test_each_vector_has_one_finite_number_a_coordinate(name, value):
    said = {"saturation": "rho"}.get(name, name)
    with pytest.raises(OutsideDomain, match=said):
        replace(RUN, **{name: value})


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"hessian": np.eye(2)}, "H"),
        ({"hessian": np.array([[math.nan]])}, "H"),
        ({"alpha": -1.0}, "alpha"),
        ({"saturation": np.array([-0.1])}, "rho"),
        ({"saturation": np.array([1.0])}, "rho"),
        ({"variance": np.array([-1e-9])}, "variance"),
    ],
)
def test_numbers_of_a_run_are_where_the_claim_has_them(changes, name):
    with pytest.raises(OutsideDomain, match=name):
        replace(RUN, **changes)
