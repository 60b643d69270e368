"""Certificates at their edges: what a run showed against what was proved, and the rounding between them."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from theory.setting import algorithms, devices
from verify.judging import certificates
from verify.judging.certificates import BOX, Certificate
from verify.judging.rounding import Rounding, relative

LOST = Rounding(0.0, 0.5, 0.25, "float32")


def ran(**changes) -> SimpleNamespace:
    """Two bins and three replicas, the last of which diverged; f* = -1."""
    problem = SimpleNamespace(shapes=((4,),), lower_bound=-1.0, samples=7, stage_data={})
    seen = {
        "run": SimpleNamespace(dtype="float32", batch=2, problem=problem),
        "mean_squared_gradient": np.array([1.0, 2.0, np.nan]),
        "max_variance": np.array([2.0, 3.0, np.nan]),
        "least_value": np.array([0.5, -0.25, np.nan]),
        "curve": SimpleNamespace(
            squared_gradient=np.array([[4.0, 0.25, 1e9], [6.25, 0.0, 1e9]]),
            loss=np.array([[0.0, -1.0, -1.0], [-4.0, 3.0, -1.0]]),
        ),
        "measured": {},
    }
    return SimpleNamespace(**(seen | changes))


def of(certified: dict, lost: Rounding = LOST, **changes) -> dict[str, Certificate]:
    return {one.constant: one for one in certificates.of(ran(**changes), certified, lost)}


def test_what_is_looked_at():
    found = of({"sigma2": 2.0, "Delta": 1.0, "L": 3.0})
    assert set(found) == {"sigma2", "Delta", "L"}
    assert set(of({"L": 3.0})) == set(), "without Delta, f* is not known to be the least"
    assert set(of({"Delta": 1.0})) == {"Delta"}
    assert set(of({"sigma2": 2.0, "Delta": 1.0, "L": 3.0}, Rounding(0.0, 0.5, math.inf))) == {"sigma2"}
    assert of({"sigma2": 2.0, "Delta": 1.0}, mean_squared_gradient=np.full(3, np.nan)) == {}


def test_the_variance_allows_for_the_roundings_of_its_sums():
    found = of({"sigma2": 2.0})["sigma2"]
    terms = (4 + 2 + 16) + 7
    assert (found.proved, found.seen, found.floor) == (2.0, 3.0, False)
    assert found.slack == pytest.approx(2 * relative(2 * terms, 2.0**-24), rel=1e-12)
    bare = ran()
    del bare.run.problem.samples
    (found,) = certificates.of(bare, {"sigma2": 2.0}, LOST)
    assert found.slack == pytest.approx(2 * relative(2 * 23, 2.0**-24), rel=1e-12)


def test_the_least_value_is_held_against_the_infimum():
    found = of({"Delta": 1.0})["Delta"]
    assert (found.proved, found.seen, found.slack, found.floor) == (-1.0, -0.25, 0.25, True)


def test_the_smoothness_is_held_against_gradient_and_gap():
    # (2 - 1/2)^2/(2 (1 + 1/4)) = 0.9; 0; (5/2 - 1/2)^2/(2 (0 + 1/4)) = 8; 0
    found = of({"Delta": 1.0, "L": 3.0})["L"]
    assert (found.proved, found.floor) == (3.0, False)
    assert found.seen == pytest.approx(8, rel=1e-15)
    assert found.slack == 8 * 2.0**-52 * 3
    exact = Rounding(0.0, 0.0, 0.0)
    curve = SimpleNamespace(squared_gradient=np.array([[1.0, 1e-9, 0.0]]), loss=np.array([[1.0, -1.0, 0.0]]))
    found = of({"Delta": 1.0, "L": 3.0}, exact, curve=curve)["L"]
    assert found.seen == math.inf, "a gradient where f = f*"
    curve = SimpleNamespace(squared_gradient=np.array([[1.0, 0.0, 9.0]]), loss=np.array([[1.0, -1.0, 9.0]]))
    assert of({"Delta": 1.0, "L": 3.0}, exact, curve=curve)["L"].seen == 0.25


def test_a_certificate_breaks_beyond_its_slack():
    above = Certificate("L", "what", 1.0, 1.5, 0.5)
    assert not above.broken and Certificate("L", "what", 1.0, math.nextafter(1.5, 2), 0.5).broken
    below = Certificate("Delta", "f", 1.0, 0.5, 0.5, floor=True)
    assert not below.broken and Certificate("Delta", "f", 1.0, math.nextafter(0.5, 0), 0.5, floor=True).broken
    assert not Certificate("Delta", "f", 1.0, 2.0, 0.0, floor=True).broken
    assert above.reason == "broken certificate: what observed 1.5, above the proved 1"
    assert below.reason == "broken certificate: f observed 0.5, below the proved 1"


def test_two_looks_show_the_worse():
    one, other = Certificate("L", "w", 1.0, 2.0, 0.5), Certificate("L", "w", 1.0, 3.0, 0.25)
    assert one.worse(other) == other.worse(one) == Certificate("L", "w", 1.0, 3.0, 0.5)
    one, other = Certificate("D", "f", 1.0, 2.0, 0.5, floor=True), Certificate("D", "f", 1.0, 3.0, 0.25, floor=True)
    assert one.worse(other) == other.worse(one) == one


def test_a_saturation_may_be_rounded_twice():
    assert certificates.saturation(0.5, 0.25) == Certificate("rho", "saturation", 0.5, 0.25, 2 * 2.0**-52 * 0.5)


class Stages:
    """Two stages whose norms, in a box of 2, are 3 and 4."""

    shapes = ((2, 3), (5, 2))
    stage_data = "data"
    bounded_noise = True
    lower_bound = 0.0

    def initial_weights(self):
        return [np.array([[1.0, -2.0]]), np.array([[0.5]])]

    def stage_norms(self, tau):
        return [1.5 * tau, 2 * tau]


@pytest.fixture
def longest(monkeypatch):
    """D_m X_m is 10 at the first stage and 21 at the second; X_3 is the output's."""
    found = SimpleNamespace(D=[2.0, 3.0], X=[5.0, 7.0, 1000.0])
    monkeypatch.setattr(certificates.network, "bounds", lambda *_: found)


def boxed(**changes) -> tuple[list[float], str]:
    return certificates.box(described(**({"tau": 2.0, "alpha": 2 / 21} | changes)), Stages())


def described(device: str = "ald", algorithm: str = "analog-sgd-ap", **given) -> SimpleNamespace:
    made = devices.make(device, 2.0)
    return SimpleNamespace(make_device=lambda: made, algorithm=algorithm, **given)


def test_the_box_holds_up_to_its_edge(longest, monkeypatch):
    assert boxed() == ([3.0, 4.0], "")  # a start at the edge, and a step of exactly tau
    assert boxed(alpha=2 / 21 * (1 + 1e-12)) == (
        [], "a step may leave the saturation box: alpha * D_m X_m = 2 > tau = 2"
    )  # fmt: skip
    assert boxed(tau=1.99, alpha=1e-9) == ([], "W_0 lies outside the saturation box: 2 > tau = 1.99")
    assert boxed(device="power") == (
        [], "a step may leave the saturation box: C = 2 times alpha * D_m X_m = 2 > tau = 2"
    )  # fmt: skip
    assert boxed(device="power", alpha=1 / 21) == ([3.0, 4.0], "")
    assert boxed(device="pulse-train", alpha=1e9) == ([3.0, 4.0], "")  # no train is too long
    gentle = devices.make("power", 2.0, exponent=0.5)
    run = SimpleNamespace(make_device=lambda: gentle, algorithm="analog-sgd-ap", tau=2.0, alpha=1e-9)
    assert certificates.box(run, Stages()) == ([], "no saturation box is proved for the device power with tau = 2")
    own = SimpleNamespace(name="own", own=("update",))
    monkeypatch.setitem(algorithms.REGISTRY, "own", own)
    assert boxed(algorithm="own") == ([], "no saturation box is proved for the steps of the algorithm own")
    assert boxed(tau=math.inf) == ([], "no saturation box is proved for the device ald with tau = inf")
    assert boxed(alpha=math.nan)[0] == []


def test_the_norms_of_stages_are_held_against_the_box(longest):
    run = described(dtype="float32", tau=2.0, alpha=1e-3, problem=Stages())
    found = certificates.of(ran(run=run, measured={"w": np.array([2.0, 4.5])}), {}, Rounding(value=math.inf))
    assert [(one.constant, one.proved, one.seen, one.floor) for one in found] == [
        (BOX, 3.0, 2.0, False), (BOX, 4.0, 4.5, False)
    ]  # fmt: skip
    assert [one.what for one in found] == ["norm2(W^(1))", "norm2(W^(2))"]
    slacks = [relative(4 * (5 + 8), 2.0**-24) * 3, relative(4 * (7 + 8), 2.0**-24) * 4]
    assert [one.slack for one in found] == pytest.approx(slacks, rel=1e-12)
    assert certificates.of(ran(run=run), {}, Rounding(value=math.inf)) == ()


def test_what_was_found_is_not_changed_afterwards():
    assert Certificate.__dataclass_params__.frozen
