"""Why a form is not about a run: each reason, and where it is none."""

from types import SimpleNamespace

import pytest

from verify.judging import means, refusals, storage
from verify.judging.forms import AppliedForm

SHARP, ADAPTIVE = AppliedForm("sharp", "sharp"), AppliedForm("saturation-adaptive", "sharp", adaptive=True)
STORAGE, MEANS = AppliedForm("linear-lmi", "linear-lmi", takes=("rho",)), AppliedForm("mean", "mean", ends=True)
GRANULAR = AppliedForm("granular", "granular", takes=("rho", "V", "qmax"))


def of_device(**response):
    fields = {"linear": False, "granular": False, "name": "power", "said": lambda saturation: f"met {saturation}"}
    return SimpleNamespace(response=SimpleNamespace(**(fields | response)), rho=0.5, met=None)


def test_pulses_are_for_the_bound_on_pulses():
    for linear in (True, False):
        pulsed = of_device(linear=linear, granular=True)
        assert refusals.of_another_device(SHARP, pulsed).startswith("granular pulses: sharp is of steps")
        assert refusals.of_another_device(GRANULAR, pulsed) == ""


def test_of_the_linear_device_are_all_forms():
    for form in (SHARP, ADAPTIVE, STORAGE, MEANS, GRANULAR):
        assert refusals.of_another_device(form, of_device(linear=True)) == ""


def test_of_another_device_are_those_that_take_a_gain(monkeypatch):
    other = of_device()
    assert refusals.of_another_device(SHARP, other) == ""
    assert "mean-square saturation" in refusals.of_another_device(ADAPTIVE, other)
    assert refusals.of_another_device(STORAGE, other).startswith("linear-lmi takes no gain")
    monkeypatch.setattr(refusals, "_takes_gain", lambda theorem: theorem != "sharp")
    assert refusals.of_another_device(SHARP, other).startswith("sharp takes no gain")


def test_a_bound_takes_a_gain_unless_it_refuses_it(monkeypatch):
    from theory import bounds

    monkeypatch.setattr(bounds, "bound", lambda name: SimpleNamespace(refused={"gain": ""} if name == "one" else {}))
    assert [refusals._takes_gain.__wrapped__(name) for name in ("one", "other")] == [False, True]


def test_directions_are_asked_of_the_form_that_is_about_them(monkeypatch):
    monkeypatch.setattr(storage, "refusal", lambda linear: f"storage of {linear}")
    monkeypatch.setattr(means, "refusal", lambda observed: f"means of {observed.linear}")
    observed = SimpleNamespace(linear="a run")
    assert refusals.of_other_directions(STORAGE, observed) == "storage of a run"
    assert refusals.of_other_directions(MEANS, observed) == "means of a run"
    assert refusals.of_other_directions(SHARP, observed) == ""


@pytest.mark.parametrize(("rho", "refused"), [(0.999, False), (1.0, True), (float("nan"), True)])
def test_the_linear_device_needs_a_saturation_below_one(rho, refused):
    observed = of_device(linear=True)
    observed.rho = rho
    assert refusals.not_below_one(observed).startswith("saturation violated: observed") == refused
    assert bool(refusals.not_below_one(observed)) == refused


@pytest.mark.parametrize(
    ("met", "refused"), [(None, True), (0.999, False), (1.0, True), (float("nan"), True), (float("inf"), True)]
)
def test_another_device_needs_a_gamma_below_one(met, refused):
    observed = of_device()
    observed.met = None if met is None else SimpleNamespace(gamma=met)
    assert refusals.not_below_one(observed) == ("response violated: power: met 0.5" if refused else "")
