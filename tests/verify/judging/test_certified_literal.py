"""Bounds of what is proved and of what is measured, and forms of linear runs, as the confrontation takes them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from verify.judging import verdicts
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
    form, basis, fall, word, reason, monkeypatch
):
    """The bound is 2 here, the mean; proved bounds that do not decide are inconclusive, and more is drawn."""
    asked = []
    monkeypatch.setattr(verdicts, "_refusal", lambda *_: "")
    monkeypatch.setattr(verdicts, "_ends", lambda *given: asked.append(given[2]) or Ends(2.0, 2.0, 2.0, 2.0, 2.0, True))
    seen = observed(rounding=Rounding(0.0, 0.0, 0.0, "float64"))
    evidence = replace(verdicts.weigh(seen, 0.1), descent=(fall,) * 3)
    check = verdicts._confront(form, basis, seen, evidence)
    assert (check.verdict, check.reason) == (word, reason)
    for taken in asked:
        assert (taken.descent, taken.rbar2[1]) == (((7.0,) * 3, 0.25) if basis == "a-priori" else ((1.0,) * 3, 0.0625))
