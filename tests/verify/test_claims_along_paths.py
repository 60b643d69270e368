"""Every line of the proof holds along recorded trajectories, and each fails when what it speaks of is spoilt."""

from dataclasses import replace

import numpy as np
import pytest

from theory.setting.devices import AsymmetricLinear
from verify import claims, settings
from verify.claims import averages, elements, lines
from verify.observations import Constants
from verify.settings import Setting


def constants(setting: Setting) -> Constants:
    """The problem's own facts, as a sweep would gather them."""
    problem = setting.make_problem()
    values = {name: float(v) for name, v in problem.facts(setting.lags).values.items() if v is not None}
    if "sigma2" in values:
        values["sigma2"] /= setting.batch
    values |= {"Delta": problem.initial_gap, "alpha": setting.alpha, "K": setting.iterations}
    return Constants(values, dict.fromkeys(values, True))


def recorded(index: int, steps: int = 120, **changes) -> claims.Path:
    setting = replace(settings.sample(1, index), **changes)
    return claims.record(setting, constants(setting), min(steps, setting.iterations), 48)


@pytest.mark.parametrize("index", range(18))
def test_every_line_holds(index):
    broken = [line for line in claims.along(recorded(index)) if not line.ok]
    assert not broken


def test_the_whole_chain_is_evaluated():
    found = {line.claim for line in claims.along(recorded(4))}
    proved = {claim for claim, _ in averages.CHAIN if claim in claims.averages.claims()}
    assert found >= proved | {"device.closed_form", "device.drift", "device.step", "stale.pathwise", "lags"}


@pytest.fixture(scope="module")
def path() -> claims.Path:
    return recorded(4)  # Analog-SGD-AP on coupled stages, strong lags


def failing(path: claims.Path) -> set[str]:
    return {line.claim for line in claims.along(path) if not line.ok}


@pytest.mark.parametrize(
    ("spoilt", "claim"),
    [
        (lambda p: {"after": p.after + 1e-6}, "device.closed_form"),
        (lambda p: {"asked": np.roll(p.asked, 1, axis=0)}, "lags"),
        (lambda p: {"stale": p.weights}, "stale.pathwise"),
        (lambda p: {"gradient": 1.5 * p.gradient}, "noise.orthogonal"),
        (lambda p: {"value": 3 * p.value}, "master.telescope"),
        (lambda p: {"fresh": p.gradient + 2 * (p.fresh - p.gradient)}, "noise.orthogonal"),
    ],
)
def test_a_spoilt_path_is_noticed(path, spoilt, claim):
    assert not failing(path)
    assert claim in failing(replace(path, **spoilt(path)))


@pytest.mark.parametrize(
    ("name", "factor", "claim"), [("Lambda1", 0.05, "stale.martingale"), ("L", 0.05, "master.telescope")]
)
def test_a_constant_too_small_is_noticed(path, name, factor, claim):
    values = dict(path.constants.values)
    values |= {name: factor * values[name], **({"nu": 0.0} if name == "Lambda1" else {})}
    assert claim in failing(replace(path, constants=Constants(values, path.constants.certified)))


def test_a_device_with_the_wrong_sign_of_drift_is_noticed(monkeypatch):
    monkeypatch.setattr(AsymmetricLinear, "update", lambda self, w, dw: w + dw + np.abs(dw) * w / self.tau)
    assert "device.closed_form" in {line.claim for line in elements.lines(recorded(4, steps=20)) if not line.ok}


def test_lines_allow_rounding_and_scatter_only():
    assert lines.surely("c", "s", 1.0, 1.0).ok and not lines.surely("c", "s", 1.0 + 1e-6, 1.0).ok
    assert not lines.surely("c", "s", float("nan"), 1.0).ok
    means = np.append(1.0, np.random.default_rng(0).normal(1.0, 0.001, 100))  # leaving one of 100 out
    assert lines.expected("c", "s", means, np.full(101, 0.98)).ok
    assert not lines.expected("c", "s", means, np.full(101, 0.8)).ok
