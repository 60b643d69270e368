"""What Theorem 1 by conditional means is given of a run: numbers worked out by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from boundary import OutsideDomain
from theory.bounds import rest
from verify.judging import means

KNOWN = {"L": 3.0, "sigma2": 4.0, "Lambda1": 5.0, "Lambdah": 2.0, "rho": 0.5, "alpha": 0.125, "gain": 2.0, "K": 7.0}
SQUARES, FALL = (0.01, 0.0625, 0.25), (1.0, 2.0, 4.0)
"""Mean-square saturations: T2 = 0.04, 0.25 and 1, whose roots are 0.2, 0.5 and 1."""


def test_what_is_left_of_a_step():
    """alpha gain/2 L (sigma + sqrt(T2))^2 = 3/8 (2 + 0.2 ...)^2; nu = (1 + rho) Lambdah sigma = 6."""
    found = means.inputs(KNOWN, SQUARES, FALL, math.inf)
    assert found["c_w"] == pytest.approx([0.375 * 2.2**2, 0.375 * 2.5**2, 0.375 * 9], rel=1e-14)
    assert found["nu"] == pytest.approx([6.0] * 3, rel=1e-14)
    assert found["T2"] == pytest.approx([0.04, 0.25, 1.0], rel=1e-14)
    assert found["Delta"].tolist() == [1, 2, 4]
    assert np.all(found["c_w"] >= np.array([1.815, 2.34375, 3.375]))  # rounded up


def test_what_is_known_is_handed_on_and_no_more():
    found = means.inputs(KNOWN | {"Ln": 1.0, "chi2": 0.5}, SQUARES, FALL, math.inf)
    plain = {name: value for name, value in found.items() if name not in ("Delta", "T2", "c_w", "nu")}
    assert plain == {"L": 3, "alpha": 0.125, "K": 7, "rho": 0.5, "gain": 2, "Lambda1": 5}
    assert "gain" not in means.inputs({k: v for k, v in KNOWN.items() if k != "gain"}, SQUARES, FALL, 0.0)


def test_a_device_without_a_gain_has_gain_one():
    found = means.inputs({k: v for k, v in KNOWN.items() if k != "gain"}, SQUARES, FALL, 0.5)
    assert found["c_w"][:3] == pytest.approx([0.1875 * 2.2**2, 0.1875 * 2.5**2, 0.1875 * 9], rel=1e-14)
    assert found["nu"][3:] == pytest.approx([6 + (2 + 16 / 3) / 2] * 2, rel=1e-14)


def test_directions_that_are_off_by_one_half():
    """sigma becomes 5/2 in c_w; nu is longer by (Lambdah + 1/(3/2 1/8 2))/2 = (2 + 8/3)/2."""
    found = means.inputs(KNOWN, SQUARES, FALL, 0.5)
    assert [len(found[name]) for name in ("Delta", "T2", "c_w", "nu")] == [5] * 4
    assert found["Delta"].tolist() == [1, 2, 4, 2, 4]
    assert found["T2"] == pytest.approx([0.04, 0.25, 1.0, 0.25, 1.0], rel=1e-14)
    assert found["c_w"] == pytest.approx([0.375 * s**2 for s in (2.2, 2.5, 3.0, 3.0, 3.5)], rel=1e-14)
    assert found["nu"] == pytest.approx([6, 6, 6, 6 + 7 / 3, 6 + 7 / 3], rel=1e-14)


def test_a_nu_that_is_known_stands_for_that_of_the_lags():
    assert means.inputs(KNOWN | {"nu": 1.0}, SQUARES, FALL, 0.0)["nu"] == pytest.approx([1.5] * 5, rel=1e-14)


@pytest.mark.parametrize(
    ("known", "refused"),
    [
        ({"Lambda1": 0.0}, False),  # nothing is stale
        ({"Lambda1": 1e-9}, True),
        ({}, True),
        ({"chi2": 1.0}, False),  # the noise is added, and the same at all weights
        ({"Lambda1": 3.0, "chi2": 1.0}, False),
    ],
)
def test_noise_of_stale_directions_is_known_without_lags_or_where_it_is_added(known, refused):
    said = means.refusal(SimpleNamespace(constants=SimpleNamespace(values=known)))
    assert said.startswith("noise that depends on the weights") if refused else said == ""


def test_what_is_left_of_a_step_of_a_device_without_gain():
    """1/8 1/2 3 (2 + 1/2)^2 = 75/64, and 3/2 1.5 = 9/4; both are rounded up."""
    found = rest.of(L=3.0, sigma=2.0, T2=0.25, nu=1.5, rho=0.5, alpha=0.125)
    assert found == pytest.approx((75 / 64, 9 / 4), rel=1e-14)
    assert found.c_w >= 75 / 64 and found.nu >= 9 / 4
    assert rest.of(L=0.0, sigma=0.0, T2=0.0, nu=0.0, rho=0.0, alpha=0.0, gain=0.0) == (0.0, 0.0)


@pytest.mark.parametrize("name", rest.NAMES)
@pytest.mark.parametrize("value", [-1e-300, math.inf, math.nan])
def test_every_number_is_finite_and_not_negative(name, value):
    given = dict.fromkeys(rest.NAMES, 0.5) | {name: value}
    with pytest.raises(OutsideDomain, match=name):
        rest.of(**given)
