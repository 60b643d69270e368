"""Which algorithms a tube speaks of, and what a run is asked before one is laid."""

import math
from types import SimpleNamespace

import pytest

from boundary import BadInput
from simulate.problems.network import Network
from simulate.run import Run
from verify.regions import covered

NETWORK = Network(stages=2, width=1, samples=2)
ANALOG = Run(NETWORK, "analog-sgd-ap", alpha=0.5, tau=2.0, iterations=8)


def test_backward_weights_are_stale_where_all_are_stashed_alone():
    assert dict(covered.STASHED) == {
        "digital-sgd": False, "analog-sgd": False, "analog-sgd-sp": False, "digital-ap": False,
        "analog-sgd-ap": False, "stashed-ap": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("algorithm", "tau", "stashed"), [("analog-sgd-ap", 2.0, False), ("stashed-ap", math.inf, True)]
)
def test_what_constants_are_asked_of(algorithm, tau, stashed, monkeypatch):
    monkeypatch.setattr(covered, "constants", lambda *given, **more: (*given, more))
    run = Run(NETWORK, algorithm, alpha=0.5, tau=tau, iterations=8)
    laid = SimpleNamespace(iterations=8)
    assert covered.on_tube(run, laid) == (NETWORK, laid, 0.5, tau, (1, 0), {"stashed": stashed})
    with pytest.raises(BadInput, match="tube"):
        covered.on_tube(run, SimpleNamespace(iterations=9))


def device(**changes):
    fields = {"linear": True, "pulses": None, "elements": None}
    return lambda _: SimpleNamespace(**(fields | changes))


@pytest.mark.parametrize("changes", [{"linear": False}, {"pulses": 0.1}, {"elements": ()}])
def test_each_thing_that_another_device_has_is_enough(changes, monkeypatch):
    monkeypatch.setattr(Run, "make_device", device())
    assert covered.uncovered(ANALOG) == ""
    monkeypatch.setattr(Run, "make_device", device(**changes))
    assert covered.uncovered(ANALOG).startswith("the device")
