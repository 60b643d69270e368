"""What a bound is given where rounding has moved directions, by hand.

alpha gain = 1/4 and rho = 1/2, so that 3/4 in a direction is 2 in nu, and 1 in Lambdah as sigma = 2.
"""

import math

import numpy as np
import pytest

from verify.judging import means, perturbed
from verify.judging.forms import AppliedForm

KNOWN = {
    "L": 1.0, "sigma2": 4.0, "Delta": 9.0, "alpha": 0.125, "K": 10.0, "Lambda1": 6.0, "Lambdah": 3.0, "rho": 0.5,
    "gain": 2.0,
}  # fmt: skip
SQUARES, FALL = (0.25, 0.5, 0.75), (1.0, 2.0, 4.0)
PLAIN = AppliedForm("sharp", "sharp", ("nu", "Ln"))
FOURTH = AppliedForm("free", "free", ("nu",), takes=(*PLAIN.takes, "ell"), adaptive=True)


def given(form, known, off=0.75):
    found, finite = perturbed.columns(form, known, SQUARES, FALL, off)
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in found.items()}, finite


def test_the_window_of_the_noise_is_longer():
    found, finite = given(PLAIN, KNOWN)
    assert finite and found == KNOWN | {"Lambdah": [3, 3, 3, 4, 4]}


def test_nu_that_is_known_is_longer_and_stands_alone():
    found, finite = given(PLAIN, KNOWN | {"nu": 5.0, "Ln": 2.0, "chi2": 1.0})
    expected = {name: value for name, value in KNOWN.items() if name != "Lambdah"}
    assert finite and found == expected | {"Ln": 2.0, "nu": [5, 5, 5, 7, 7]}


def test_without_a_gain_it_is_one():
    known = {name: value for name, value in KNOWN.items() if name != "gain"}
    assert given(PLAIN, known)[0]["Lambdah"] == [3, 3, 3, 5, 5]


@pytest.mark.parametrize("off", [math.inf, math.nan])
def test_rounding_that_is_not_known_has_no_columns(off):
    found, finite = given(PLAIN, KNOWN, off)
    assert not finite and found["Lambdah"] == [3, 3, 3]
    adaptive = AppliedForm("a", "sharp", adaptive=True, ends=True)
    found, _ = given(adaptive, KNOWN, off)
    assert found["rbar2"] == list(SQUARES) and found["Delta"] == list(FALL)


def test_what_is_measured_has_its_ends():
    found, finite = given(AppliedForm("a", "sharp", adaptive=True, ends=True), KNOWN)
    assert finite and found["rbar2"] == [0.25, 0.5, 0.75, 0.5, 0.75] and found["Delta"] == [1, 2, 4, 2, 4]
    found, _ = given(PLAIN, KNOWN)
    assert "rbar2" not in found and found["Delta"] == 9.0


def test_a_bound_that_knows_no_lags_is_not_moved():
    form = AppliedForm("floor", "floor", takes=("sigma2", "rho"), adaptive=True)
    found, finite = given(form, KNOWN)
    assert not finite and found == {"sigma2": 4.0, "rho": 0.5, "gain": 2.0, "rbar2": list(SQUARES)}


def test_conditional_means_have_their_own(monkeypatch):
    monkeypatch.setattr(means, "inputs", lambda *numbers: {"of": numbers})
    form = AppliedForm("mean", "mean")
    for off, finite in ((0.75, True), (math.inf, False)):
        assert perturbed.columns(form, KNOWN, SQUARES, FALL, off) == ({"of": (KNOWN, SQUARES, FALL, off)}, finite)


@pytest.mark.parametrize(
    ("changes", "plain", "moved"),
    [
        ({"sigma2": 0.0}, {"nu": 0.0}, {"nu": 2.0}),  # without noise nu is 0 whatever the lags are
        ({"sigma2": 0.0, "nu": 1.0}, {"nu": 1.0}, {"nu": 3.0}),
        # pulses: (qmax/(alpha gain))^2 V = 4 V more
        ({"sigma2": 2.0, "V": 0.5, "qmax": 0.5}, {"Lambdah": 3.0}, {"Lambdah": 4.0}),
        ({"sigma2": 0.0, "V": 1.0, "qmax": 0.5}, {"Lambdah": 3.0}, {"Lambdah": 4.0}),
        ({"sigma2": 0.0, "V": 0.0, "qmax": 0.5}, {"Lambdah": 3.0}, {"Lambdah": math.inf}),
    ],
)
def test_what_the_noise_enters_by(changes, plain, moved):
    assert perturbed.inputs(PLAIN, KNOWN | changes, 0.75) == (plain, moved)


def test_pulses_without_a_gain():
    known = {name: value for name, value in KNOWN.items() if name != "gain"} | {"sigma2": 0.0, "V": 1.0, "qmax": 0.25}
    assert perturbed.inputs(PLAIN, known, 0.75) == ({"Lambdah": 3.0}, {"Lambdah": 5.0})


def test_theorem_4_pays_in_nu_and_in_drift():
    """nu: 3/4 (3/2)/(5/4)/(1/4) = 18/5. rho: 3/4 1/2 = 3/8; mean squares: (2 1/2 + 3/8) 3/8 = 33/64."""
    plain, moved = perturbed.inputs(FOURTH, KNOWN | {"nu": 5.0}, 0.75)
    assert plain == {"nu": 5.0, "rho": 0.5}
    assert moved == {"nu": pytest.approx(8.6), "rho": 0.875, "rbar2": 33 / 64}
    found, finite = given(FOURTH, KNOWN | {"nu": 5.0})
    assert finite and found["rho"] == [0.5] * 3 + [0.875] * 2
    assert found["rbar2"] == [0.25, 0.5, 0.75, 0.5 + 33 / 64, 0.75 + 33 / 64]


def test_theorem_4_is_lost_where_the_drift_reaches_one():
    known = KNOWN | {"nu": 5.0}
    for off, rho in ((0.999, 0.9995), (1.0, math.inf), (1.5, math.inf)):
        assert perturbed.inputs(FOURTH, known, off)[1]["rho"] == pytest.approx(rho)
    assert not given(FOURTH, known, 1.0)[1]


def test_theorem_4_without_rounding_or_noise():
    known = KNOWN | {"nu": 5.0}
    assert perturbed.inputs(FOURTH, known, 0.0) == ({"nu": 5.0}, {"nu": 5.0})
    still = known | {"sigma2": 0.0}
    assert perturbed.inputs(FOURTH, still, 0.75)[1] == {"nu": math.inf}
    assert perturbed.inputs(FOURTH, still | {"rho": 0.0}, 0.75) == ({"nu": 5.0}, {"nu": 8.0})
