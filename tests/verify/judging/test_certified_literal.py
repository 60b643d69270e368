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
    """What is asked of the certificates; they say 5, and 6 with rounding."""
    asked = []
    monkeypatch.setattr(verdicts, "_refusal", lambda *_: "")
    monkeypatch.setattr(storage, "bound", lambda *given: asked.append(given) or SimpleNamespace(value=5.0, moved=6.0))
    return asked


@pytest.mark.parametrize(("sigma2", "along"), [(4.0, 2.0), (0.0, math.sqrt(2))])
def test_the_ends_of_a_certificate(sigma2, along, found):
    seen = observed()
    evidence = verdicts.weigh(seen, 0.1)
    ends = verdicts._certified(seen, KNOWN | {"sigma2": sigma2}, evidence)
    assert ends == Ends(5.0, 5.0, 6.0, 6.0, along, sigma2 > 0) and found == [("a run", 0.5, 0.125)]
    assert verdicts._certified(observed(linear=None), KNOWN, evidence) is None and len(found) == 1


def test_the_saturation_is_the_proved_one_or_that_which_was_met(found):
    seen = observed()
    evidence = verdicts.weigh(seen, 0.1)
    for basis in STORAGE.bases():
        check = verdicts._confront(STORAGE, basis, seen, evidence)
        assert (check.bound, check.name) == (5.0, CheckName("linear-lmi", basis))
        assert bool(check.condition) == (basis == "a-posteriori")
    assert [rho for _, rho, _ in found] == [0.5, 0.25]


def test_without_a_certificate_nothing_is_applied(found, monkeypatch):
    monkeypatch.setattr(storage, "bound", lambda *_: None)
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
