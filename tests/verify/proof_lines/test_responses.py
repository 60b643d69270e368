"""The lines on any device hold along recorded paths; each fails when the law or the quantity it speaks of is spoilt."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from theory.setting.devices.base import Device
from theory.setting.devices.exponential import Exponential
from theory.setting.devices.linear import AsymmetricLinear
from theory.setting.devices.power import Power
from theory.setting.devices.pulse_train import PulseTrain
from theory.setting.devices.shifted_linear import ShiftedLinear
from verify import proof_lines
from verify.judging.observations import Constants
from verify.proof_lines import counterparts, responses
from verify.sabotage import panel


@pytest.fixture(scope="module")
def path() -> proof_lines.Recording:
    return panel.unmodified_path("Analog-SGD-AP")


@pytest.fixture(scope="module")
def fresh() -> proof_lines.Recording:
    return panel.unmodified_path("analog SGD")


def failing(path: proof_lines.Recording) -> set[str]:
    return {line.claim for line in responses.lines(path) if not line.ok}


def test_every_claim_has_a_line_for_each_conclusion() -> None:
    found = {
        (line.claim, line.statement.partition(":")[0])
        for name in ("analog SGD", "attaining")
        for line in responses.lines(panel.unmodified_path(name))
    }
    wanted = {
        (claim, part)
        for claim in counterparts.LINES["responses"]
        for part in proof_lines.relations.claims()[claim].conclusions
    }
    assert found == wanted


def test_a_device_without_bounds_and_weights_at_the_bound_have_no_lines(path: proof_lines.Recording) -> None:
    assert responses.lines(panel.unmodified_path("digital SGD")) == []
    beyond = replace(path, weights=path.weights * 1.001 / path.rho)
    assert beyond.rho > 1 and responses.lines(beyond) == []


LAWS: list[tuple[type[Device], str, Callable, str]] = [
    (AsymmetricLinear, "q_plus", lambda q: 1.01 * q, "response.linear"),
    (AsymmetricLinear, "q_minus", lambda q: 1.01 * q, "response.linear"),
    (AsymmetricLinear, "q_minus", lambda q: q + 0.001, "response.linear"),
    (Power, "q_plus", lambda q: 1.01 * q, "response.power"),
    (Power, "q_minus", lambda q: q**1.05, "response.power"),
    (Exponential, "q_plus", lambda q: 1.01 * q, "response.exponential"),
    (Exponential, "q_minus", lambda q: q**1.05, "response.exponential"),
    (Exponential, "q_plus", lambda q: 1.3 * q, "device.box_general"),
    (ShiftedLinear, "q_plus", lambda q: 1.01 * q, "response.shifted_linear"),
    (ShiftedLinear, "q_minus", lambda q: 1.01 * q, "response.recentre"),
    (ShiftedLinear, "q_plus", lambda q: 0.9 * q, "response.best_centre"),
]


@pytest.mark.parametrize(("kind", "name", "spoil", "claim"), LAWS)
def test_another_law_is_noticed(path, monkeypatch, kind, name, spoil, claim) -> None:
    assert not failing(path)
    true = getattr(kind, name)
    monkeypatch.setattr(kind, name, lambda self, w: spoil(true(self, w)))
    assert claim in failing(path)


def test_a_pulse_train_that_ends_elsewhere_is_noticed(path, monkeypatch) -> None:
    true = PulseTrain.update
    monkeypatch.setattr(PulseTrain, "update", lambda self, w, dw: true(self, w, dw) + 1e-6)
    assert "device.pulse_train" in failing(path)


@pytest.mark.parametrize(
    ("spoilt", "claim"),
    [
        (lambda p: {"after": p.weights + 3 * p.moved}, "response.distortion"),
        (lambda p: {"after": p.weights - p.moved}, "response.distortion"),
        (lambda p: {"after": p.after + 1e-4 * (np.arange(len(p.after)) == 0)[:, None, None]}, "response.mean_step"),
        (lambda p: {"gradient": 5 * p.gradient}, "response.spread"),
    ],
)
def test_a_spoilt_path_is_noticed(fresh, spoilt, claim) -> None:
    assert not failing(fresh)
    assert claim in failing(replace(fresh, **spoilt(fresh)))


@pytest.mark.parametrize("claim", ["response.local", "response.attained"])
def test_an_instance_off_its_point_of_rest_is_noticed(claim: str) -> None:
    sound = panel.unmodified_path("attaining")
    assert not failing(sound)
    assert claim in failing(replace(sound, weights=1.01 * sound.weights))
    quieter = Constants({**sound.constants.values, "sigma2": 0.9}, sound.constants.certified)
    assert claim in failing(replace(sound, constants=quieter))


@pytest.mark.parametrize(
    ("claim", "values"),
    [
        ("response.best", {"qmin": 0.5, "qmax": 1.5, "gain": 1.0, "gamma": 0.49}),
        ("response.floor", {"qmin": 0.5, "qmax": 1.5, "e_l": 1.7, "sigma": 1.0}),
        ("response.additive", {f"{name}_{k}": 0.3 + 0.5 * k for name in ("qmin", "qmax") for k in (1, 2)}
         | {"gamma_1": 1.2, "gamma_2": 0.1, "gamma_12": 0.3}),
        ("response.constant_step", {"phi_Y": 0.5, "qmin": 0.6, "qmax": 1.0, "sigma": 1.0, "s": 1.0, "m": 1.0,
                                    "w": 0.0, "after": 0.5}),
        ("response.gain_spread", {"g_min": 0.9, "g": 1.2, "g_max": 1.1, "qmin": 0.5, "qmax": 1.5, "q_plus": 0.5,
                                  "q_minus": 1.5}),
        ("response.own_parameters", {"tau_i": 1.0, "c_i": 0.1, "w": 0.5, "q_plus": 0.5, "q_minus": 1.5, "qmin": 0.5,
                                     "qmax": 1.5, "gamma": 0.5, "sigma": 1.0}),
        ("device.inward_general", {"w": 1.0, "m": 0.5, "s": -1.0, "q_plus": 1.0, "q_minus": 1.0, "top": 1.4}),
    ],
)  # fmt: skip
def test_numbers_that_break_a_premise_break_a_line(claim: str, values: dict[str, float]) -> None:
    found = list(responses._every(claim, values))
    assert found and not all(line.ok for line in found)
