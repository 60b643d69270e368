"""Bounds with a certificate of a run's own, and those of what is proved, as the confrontation takes them."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from verify.judging import storage, verdicts
from verify.judging.checks import CheckName
from verify.judging.forms import AppliedForm
from verify.judging.observations import Constants, Observations
from verify.judging.rounding import Rounding
from verify.judging.verdicts import Ends

STORAGE = AppliedForm("linear-lmi", "linear-lmi", takes=("sigma2", "alpha", "K", "rho"))
MEASURED = AppliedForm("observed-ends", "sharp", takes=("alpha", "rho"), ends=True)
MEAN = AppliedForm("mean", "mean", takes=("Delta", "alpha", "rho"), adaptive=True, ends=True)
KNOWN = {"rho": 0.5, "sigma2": 4.0, "alpha": 0.25, "K": 10.0, "Delta": 7.0}


def observed(**changes) -> Observations:
    fields = {
        "squared_gradient": np.array([1.0, 2.0, 3.0, 2.0]), "saturation": np.full(4, 0.25),
        "square_saturation": np.full(4, 0.0625), "diverged": 0,
        "constants": Constants(KNOWN, dict.fromkeys(KNOWN, True)), "algorithm": "analog-sgd", "linear": "a run",
        "rounding": Rounding(0.125, 0.0, 0.0, "float64"),
    }  # fmt: skip
    return Observations(**(fields | changes))


@pytest.fixture
def found(monkeypatch):
    """What is asked of the certificates; they say 4, 5 and 7 for low, mean and high, and more with rounding."""
    asked = []
    monkeypatch.setattr(verdicts, "_refusal", lambda *_: "")
    said = tuple(SimpleNamespace(value=value, moved=moved) for value, moved in ((4.0, 4.5), (5.0, 6.0), (7.0, 7.5)))
    monkeypatch.setattr(storage, "bounds", lambda *given, certified: asked.append((*given, certified)) or said)
    return asked


@pytest.mark.parametrize(("sigma2", "along"), [(4.0, 2.0), (0.0, math.sqrt(2))])
def test_the_ends_of_a_certificate(sigma2, along, found):
    """Mean-square saturations of 1/16 are 1/4 in T2 where sigma2 = 4; a-priori nothing is measured."""
    seen = observed()
    evidence = replace(verdicts.weigh(seen, 0.1), rbar2=(0.0, 0.0625, 0.25))
    known = KNOWN | {"sigma2": sigma2}
    ends = Ends(4.0, 5.0, 7.5, 6.0, along, sigma2 > 0)
    assert [verdicts._certified(seen, known, evidence, priori) for priori in (False, True)] == [ends, ends]
    assert found == [
        ("a run", 0.5, 0.125, [0.0, 0.0625 * sigma2, 0.25 * sigma2], True),
        ("a run", 0.5, 0.125, None, True),
    ]
    assert verdicts._certified(observed(linear=None), known, evidence, True) is None and len(found) == 2
    verdicts._certified(seen, known | {"rho": 0.0}, evidence, False)
    assert found[-1] == ("a run", 0.0, 0.125, None, True)  # of no saturation nothing is measured


def test_coordinates_keep_to_what_is_proved_of_them_where_it_is_proved_and_not_broken(found):
    for proved, met, own in ((True, 0.25, True), (False, 0.25, False), (True, 0.75, False)):
        certified = dict.fromkeys(KNOWN, True) | {"rho": proved}
        seen = observed(constants=Constants(KNOWN, certified), saturation=np.full(4, met))
        verdicts._certified(seen, KNOWN, verdicts.weigh(observed(), 0.1), True)
        assert found[-1][4] is own


def test_the_saturation_is_the_proved_one_or_that_which_was_met(found):
    seen = observed(rounding=Rounding(0.0, 0.0, 0.0, "float64"))
    evidence = verdicts.weigh(seen, 0.1)
    for basis in STORAGE.bases():
        check = verdicts._confront(STORAGE, basis, seen, evidence)
        assert (check.bound, check.name) == (5.0, CheckName("linear-lmi", basis))
        assert bool(check.condition) == (basis == "a-posteriori")
    assert [given[1] for given in found] == [0.5, 0.25]
    assert [given[3] is None for given in found] == [True, False] and found[1][3][1] == 0.25


def test_without_a_certificate_nothing_is_applied(found, monkeypatch):
    monkeypatch.setattr(storage, "bounds", lambda *_, **__: None)
    check = verdicts._confront(STORAGE, "a-priori", observed(), verdicts.weigh(observed(), 0.1))
    assert (check.verdict, check.reason) == ("not applied", "no certificate was found")


def test_certificates_are_asked_for_of_linear_runs_alone(monkeypatch):
    monkeypatch.setattr(verdicts, "FORMS", (STORAGE,))
    monkeypatch.setattr(verdicts, "_refusal", lambda *_: "refused")
    claims = [[c.claim for c in verdicts.confront(observed(linear=one), 0.1).checks] for one in (None, "a run")]
    assert claims == [[], ["linear-lmi/a-priori", "linear-lmi/a-posteriori"]]


def test_what_is_proved_stands_for_what_is_measured():
    evidence = verdicts.weigh(observed(), 0.1)
    proved = verdicts._proved(evidence, KNOWN)
    assert proved.rbar2 == (0.25,) * 3 and proved.descent == (7.0,) * 3
    assert all(math.isnan(end) for end in verdicts._proved(evidence, {"rho": 0.5}).descent)
    assert (proved.lower, proved.upper, proved.mean) == (evidence.lower, evidence.upper, evidence.mean)


@pytest.mark.parametrize(
    ("form", "basis", "fall", "word", "reason"),
    [
        (MEASURED, "a-posteriori", math.nan, "not applied", "f(W_K) was not looked at"),
        (MEASURED, "a-posteriori", 1.0, "not applied", "4 replicas do not decide it"),
        (MEAN, "a-posteriori", 1.0, "not applied", "4 replicas do not decide it"),
        (MEAN, "a-priori", math.nan, "inconclusive", ""),
        (MEAN, "a-priori", 1.0, "inconclusive", ""),
    ],
)
def test_what_is_measured_of_a_bound_and_does_not_decide_is_left_to_others(
    form, basis, fall, word, reason, found, monkeypatch
):
    """The bound is 2 here, the mean; proved bounds that do not decide are inconclusive, and more is drawn."""
    asked = []
    monkeypatch.setattr(verdicts, "_ends", lambda *given: asked.append(given[2]) or Ends(2.0, 2.0, 2.0, 2.0, 2.0, True))
    seen = observed(rounding=Rounding(0.0, 0.0, 0.0, "float64"))
    evidence = replace(verdicts.weigh(seen, 0.1), descent=(fall,) * 3)
    check = verdicts._confront(form, basis, seen, evidence)
    assert (check.verdict, check.reason) == (word, reason)
    for taken in asked:
        assert (taken.descent, taken.rbar2[1]) == (((7.0,) * 3, 0.25) if basis == "a-priori" else ((1.0,) * 3, 0.0625))
