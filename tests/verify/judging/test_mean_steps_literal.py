"""What is kept of the looks at a mean step: arrays written down by hand, and nothing is run."""

from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest

from boundary import BadInput
from simulate import drift
from verify.judging import mean_steps
from verify.judging.mean_steps import MeanSteps

NAMES = ("drift", "rest", "distance", "kappa")
SOUND = np.array([True, False, True])


def arrays(first: float) -> dict[str, np.ndarray]:
    return {name: first + 10 * place + np.arange(3.0) for place, name in enumerate(NAMES)}


def run(looks=5, measured=True):
    found = drift.Drift(**arrays(0.0)) if measured else None
    return SimpleNamespace(run=SimpleNamespace(drift=looks), drift=found)


def test_nothing_is_kept_where_nobody_asked():
    assert mean_steps.of(run(looks=0), SOUND) is None


def test_replicas_that_diverged_are_left_out():
    found = mean_steps.of(run(), SOUND)
    assert (found.looks, found.refused) == (5, "")
    assert {name: getattr(found, name).tolist() for name in NAMES} == {
        "drift": [0, 2], "rest": [10, 12], "distance": [20, 22], "kappa": [30, 32],
    }  # fmt: skip


def test_why_nothing_was_measured_is_said(monkeypatch):
    asked = []
    monkeypatch.setattr(drift, "refusal", lambda run: asked.append(run) or "no law")
    runs = run(measured=False)
    found = mean_steps.of(runs, SOUND)
    assert (found.looks, found.refused) == (5, "no law") and asked == [runs.run]
    assert [getattr(found, name).shape for name in NAMES] == [(0,)] * 4


def test_more_replicas_come_after_those_before():
    both = MeanSteps(5, "", **arrays(0.0)).and_more(MeanSteps(5, "", **arrays(100.0)))
    assert (both.looks, both.refused) == (5, "")
    assert both.drift.tolist() == [0, 1, 2, 100, 101, 102]
    assert both.rest.tolist() == [10, 11, 12, 110, 111, 112]
    assert both.distance.tolist() == [20, 21, 22, 120, 121, 122]
    assert both.kappa.tolist() == [30, 31, 32, 130, 131, 132]
    refused = MeanSteps(5, "no law", **dict.fromkeys(NAMES, np.empty(0)))
    assert refused.and_more(refused).refused == "no law"


@pytest.mark.parametrize("more", [None, MeanSteps(6, "", **arrays(0.0)), MeanSteps(5, "no law", **arrays(0.0))])
def test_replicas_looked_at_otherwise_are_refused(more):
    with pytest.raises(BadInput, match=r"^drift = another one: .*drift = 5, of the replicas before .*path\.form"):
        MeanSteps(5, "", **arrays(0.0)).and_more(more)


def test_what_was_measured_stays_so():
    made = MeanSteps(5, "", **arrays(0.0))
    with pytest.raises(FrozenInstanceError):
        made.looks = 6
    assert made != replace(made) and len({made, replace(made)}) == 2
