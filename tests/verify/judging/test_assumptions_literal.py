"""What is said of each assumption: its status and the numbers behind it, one by one."""

import math
from dataclasses import replace

import numpy as np
import pytest

from verify.judging import assumptions
from verify.judging.certificates import Certificate
from verify.judging.observations import Constants, Observations

VALUES = {"L": 2.0, "Delta": 1.5, "sigma2": 3.0, "Lambda1": 0.5, "Lambdah": 0.25, "rho": 0.5}


def observed(without: tuple[str, ...] = (), seen: tuple[str, ...] = (), **changes) -> Observations:
    values = {name: value for name, value in VALUES.items() if name not in without}
    fields = {
        "squared_gradient": np.array([1.0, 2.0]), "saturation": np.array([0.25, 0.5]),
        "square_saturation": np.array([0.0625, 0.25]), "diverged": 0,
        "constants": Constants(values, {name: name not in seen for name in values}), "algorithm": "x",
    }  # fmt: skip
    return Observations(**(fields | changes))


def found(**changes) -> dict[str, tuple[str, str]]:
    return {one.assumption: (one.status, one.evidence) for one in assumptions.examine(observed(**changes))}


def test_what_is_certified_says_its_numbers():
    assert found() == {
        "smooth": ("certified", "L = 2"),
        "lower": ("certified", "Delta = 1.5"),
        "unbiased": ("certified", "samples are drawn afresh and alike at every step"),
        "variance": ("certified", "sigma2 = 3"),
        "pulses": ("not needed", "increments arrive as they are: no step is drawn at random"),
        "variance-growing": ("certified", "sigma2 = 3, growth = 0"),
        "saturation": ("certified", "rho = 0.5, observed at most 0.5"),
        "response": ("certified", "the law of the linear device: gamma = rho, Fbar = 1"),
        "stages": ("not needed", "no constant of this problem is derived from its stages"),
        "lags": ("certified", "those of the run of x, from its schedule if not given"),
        "staleness": ("certified", "Lambda1 = 0.5, Lambdah = 0.25"),
        "independent": ("certified", "samples are drawn afresh and alike at every step"),
        "shape": ("not established", "the problem does not state chi2, the shape of additive noise"),
        "joint": ("not established", "ell, ell1 not known for this problem"),
        "differentiable": (
            "not established",
            "H2, HJ not known for this problem: a direction that is Lipschitz in stale weights need have no derivative "
            "there",
        ),
        "mean-length": (
            "not established", "Gamma not known: no bound of the length of a sample's direction",
        ),
        "response-lipschitz": ("measured", "theta1 = 1 on the weights that were met"),
        "third-derivatives": ("not needed", "no constant of this problem is derived from its stages"),
        "constant-step": ("certified", "every stage makes every step with one alpha"),
    }  # fmt: skip


def test_one_alpha_says_its_number_and_falling_steps_say_so():
    known = {**VALUES, "alpha": 0.25}
    said = found(constants=Constants(known, dict.fromkeys(known, True)))["constant-step"]
    assert said == ("certified", "alpha = 0.25 at every step of every stage")
    assert found(falling_step="it falls")["constant-step"] == ("not established", "it falls")


def test_what_theorem_4_assumes_is_known_by_its_constants():
    more = {"ell": 2.0, "ell1": 1.0, "H2": 0.0, "HJ": 0.0, "theta1": 0.25, "chi2": 0.75}
    known = {**VALUES, **more}
    said = found(constants=Constants(known, dict.fromkeys(known, True)))
    assert said["joint"] == ("certified", "ell = 2, ell1 = 1")
    assert said["differentiable"] == ("certified", "H2 = 0, HJ = 0")
    assert said["mean-length"] == ("not needed", "H2 = HJ = 0: the staleness is linear")
    assert said["response-lipschitz"] == ("certified", "theta1 = 0.25")
    assert said["shape"] == ("certified", "chi2 = 0.75")
    bent = {**known, "H2": 1.0, "Gamma": 3.0}
    assert found(constants=Constants(bent, dict.fromkeys(bent, True)))["mean-length"] == ("certified", "Gamma = 3")
    bent.pop("Gamma")
    said = found(constants=Constants(bent, {**dict.fromkeys(bent, True), "H2": False}))
    assert said["mean-length"][0] == "not established"
    assert said["differentiable"] == ("measured", "H2 = 1, HJ = 0, the largest at every step")


def test_third_derivatives_are_those_of_a_network():
    norms = {"stage_norms": (1.0, 2.0)}
    assert found(**norms)["third-derivatives"][0] == "not established"
    known = {**VALUES, "H2": 1.0, "HJ": 1.0}
    said = found(constants=Constants(known, dict.fromkeys(known, True)), **norms)
    assert said["third-derivatives"] == ("certified", "p2 of the activations and l2 of the loss are known")


def test_what_is_only_seen_says_where():
    assert found(seen=("L",))["smooth"] == ("measured", "L = 2, the largest at every step")
    assert found(seen=("Lambdah",), sampling="at 3 steps")["staleness"] == (
        "sampled", "Lambda1 = 0.5, Lambdah = 0.25, the largest at 3 steps"
    )  # fmt: skip
    assert found(without=("sigma2",))["variance"] == ("unknown", "sigma2 not known for this problem")
    assert found(without=("Lambda1",))["staleness"] == ("unknown", "Lambda1, Lambdah not known for this problem")


def test_a_broken_certificate_is_a_violated_assumption():
    broken = Certificate("L", "norm", 2.0, 3.0, 0.0)
    found_ = found(certificates=(broken, Certificate("sigma2", "v", 3.0, 3.0, 0.0)))
    assert found_["smooth"] == ("violated", broken.reason) and found_["variance"][0] == "certified"
    assert found(saturation=np.array([0.75]))["saturation"] == (
        "violated", "broken certificate: saturation observed 0.75, above the proved 0.5"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"diverged": 3}, ("violated", "3 of 5 replicas diverged")),
        ({"saturation": np.array([1.0])}, ("violated", "observed 1")),
        ({"bounded_noise": True}, ("measured", "observed at most 0.5 in 2 replicas")),
        ({"bounded_noise": None}, ("measured", "observed at most 0.5 in 2 replicas")),
        (
            {"bounded_noise": False},
            ("conditional", "normal noise passes every rho some time; these replicas stayed within 0.5"),
        ),
        ({"saturation": np.array([math.nextafter(1, 0)])}, ("measured", "observed at most 1 in 2 replicas")),
    ],
)
def test_a_saturation_that_nothing_proves(changes, said):
    assert found(without=("rho",), **changes)["saturation"] == said


def test_a_certificate_of_another_constant_says_nothing():
    seen = replace(observed(), certificates=(Certificate("w", "norm", 1.0, 9.0, 0.0),))
    statuses = {one.status for one in assumptions.examine(seen)}
    assert statuses == {"certified", "measured", "not needed", "not established"}
