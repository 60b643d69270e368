"""Every line of the proof holds along recorded trajectories, and each fails when what it speaks of is spoilt."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import sympy

from theory.blueprint import all_claims
from theory.setting.devices.linear import AsymmetricLinear
from theory.setting.schedules import Asynchronous
from verify import proof_lines
from verify.judging.observations import Constants
from verify.proof_lines import counterparts, elements, lines, relations, replaying, steps, world
from verify.sabotage import panel
from verify.sweep import assessing, settings
from verify.sweep.drawn import Setting


def constants(setting: Setting) -> Constants:
    """The problem's own facts, as a sweep would gather them."""
    problem = setting.make_problem()
    values = {name: float(v) for name, v in problem.facts(setting.lags).values.items() if v is not None}
    if "sigma2" in values:
        values["sigma2"] /= setting.batch
    values |= {"Delta": problem.initial_gap, "alpha": setting.alpha, "K": setting.iterations}
    return Constants(values, dict.fromkeys(values, True))


def recorded(index: int, steps: int = 120, **changes) -> proof_lines.Recording:
    setting = replace(settings.sample(1, index), **changes)
    return proof_lines.record(setting, constants(setting), min(steps, setting.iterations), 48)


@pytest.mark.parametrize("index", range(18))
def test_every_line_holds(index):
    broken = [line for line in proof_lines.along(recorded(index)) if not line.ok]
    assert not broken


@pytest.mark.parametrize("index", range(8))
def test_every_line_holds_under_any_lags(index):
    setting = settings.sample(4, index, (settings.ANY_LAGS.name,))
    found = proof_lines.along(proof_lines.record(setting, constants(setting), min(120, setting.iterations), 48))
    assert all(line.ok for line in found)
    named = {line.claim for line in found}
    assert "stale.pathwise" in named and not any(name.startswith("pipeline.") for name in named)


def test_a_root_that_vanishes_is_no_failure_by_rounding():
    """Without drift the closed form's root is 0; its terms cancel up to rounding, on either side of 0."""
    setting = settings.sample(7, 39)
    assert setting.algorithm == "digital-sgd"
    lines_found = proof_lines.averages.lines(proof_lines.record(setting, constants(setting), 100, 48))
    closed = next(line for line in lines_found if line.claim == "sync.closed_form")
    assert closed.ok and math.isfinite(closed.right)
    t = sympy.Symbol("t")
    assert relations.number(relations.root(t**2 - 2 * t + 1 - 1e-14), {"t": 1.0}) == 0.0
    assert math.isnan(relations.number(relations.root(t - 1), {"t": 0.9}))


def test_every_claim_has_a_counterpart_or_a_reason_why_not():
    every = {claim.id for claim in all_claims()}
    assert counterparts.counterparts().keys() == every and len(every) >= 78
    with_lines = {claim for found in counterparts.LINES.values() for claim in found}
    assert not with_lines & counterparts.WITHOUT.keys()
    assert all(len(reason) > 30 for reason in counterparts.WITHOUT.values())
    named = {word for reason in counterparts.WITHOUT.values() for word in re.findall(r"[a-z]+\.[a-z_]+", reason)}
    # a reason that points to another claim points to one with lines
    assert named & every <= with_lines | {"growing.sharp", "complexity.step_size"}


@pytest.mark.parametrize("module", proof_lines.MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_counterpart_is_evaluated_on_some_path(module):
    found = {line.claim for name in panel.SETTINGS for line in module.lines(panel.unmodified_path(name))}
    assert found - {"lags"} == set(counterparts.LINES[module.__name__.rpartition(".")[2]])


@pytest.fixture(scope="module")
def path() -> proof_lines.Recording:
    return recorded(4)  # Analog-SGD-AP on coupled stages, strong lags


def failing(path: proof_lines.Recording) -> set[str]:
    return {line.claim for line in proof_lines.along(path) if not line.ok}


@pytest.mark.parametrize(
    ("spoilt", "claim"),
    [
        (lambda p: {"after": p.after + 1e-6}, "device.closed_form"),
        (lambda p: {"asked": np.roll(p.asked, 1, axis=0)}, "lags"),
        (lambda p: {"stale": p.weights}, "stale.pathwise"),
        (lambda p: {"stale": p.weights}, "stale.partial"),
        (lambda p: {"gradient": 1.5 * p.gradient}, "noise.orthogonal"),
        (lambda p: {"value": 3 * p.value}, "master.telescope"),
        (lambda p: {"fresh": p.gradient + 2 * (p.fresh - p.gradient)}, "noise.orthogonal"),
    ],
)
def test_a_spoilt_path_is_noticed(path, spoilt, claim):
    assert not failing(path)
    assert claim in failing(replace(path, **spoilt(path)))


@pytest.mark.parametrize(
    ("name", "change", "claim"),
    [
        ("drift", lambda drift: 1.2 * drift, "adaptive.coordinate"),
        ("drift", lambda drift: 3 * drift, "device.drift"),
        ("moved", lambda moved: 2 * moved, "device.step"),
        ("rho", lambda rho: rho / 2, "adaptive.coordinate"),
        ("noise", lambda noise: noise + noise.std(), "window.martingale"),
        ("mean_direction", lambda v: 0.5 * v, "stale.partial"),
        ("staleness", lambda b: 4 * b, "stale.row"),
        ("staleness", lambda b: 4 * b, "stale.whole_row"),
    ],
)
def test_a_spoilt_quantity_of_the_proof_is_noticed(path, name, change, claim):
    spoilt = replace(path)
    spoilt.__dict__[name] = change(getattr(path, name))
    assert claim in failing(spoilt)


def test_a_gap_too_small_is_noticed(path, monkeypatch):
    gap = float((path.value[0] - path.value[-1]).max())
    monkeypatch.setattr(type(path.problem), "initial_gap", gap / 2)
    assert "sum.telescope" in failing(path)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda lags: tuple(lag + 1 for lag in lags), {"pipeline.count"}),
        (lambda lags: lags[::-1], {"pipeline.count"}),
    ],
)
def test_lags_other_than_the_slots_are_noticed(path, monkeypatch, change, broken):
    wrong = change(path.setting.lags)
    monkeypatch.setattr(Setting, "lags", property(lambda _: wrong))
    assert {line.claim for line in proof_lines.pipeline.lines(path) if not line.ok} == broken


@pytest.mark.parametrize(("name", "claim"), [("attaining", "floor.attained"), ("plus-minus", "floor.plus_minus")])
def test_an_instance_off_its_floor_is_noticed(name, claim):
    sound = panel.unmodified_path(name)
    moved = replace(sound, weights=1.01 * sound.weights)
    assert claim in {line.claim for line in proof_lines.instances.lines(moved) if not line.ok}
    louder = replace(sound, fresh=1.01 * sound.fresh)
    expected = "floor.oracle" if name == "attaining" else claim
    assert expected in {line.claim for line in proof_lines.instances.lines(louder) if not line.ok}


def test_a_lag_instance_that_is_another_is_noticed():
    def failing_lines(**spoilt):
        return {line.claim for line in proof_lines.instances.lines(replace(sound, **spoilt)) if not line.ok}

    sound = panel.unmodified_path("lipschitz-only")
    assert not failing_lines()
    assert failing_lines(gradient=1.01 * sound.gradient) == {"free.converse"}
    assert failing_lines(direction=sound.fresh) == {"free.converse"}  # no staleness: its mean step is not zero
    sound = panel.unmodified_path("lag-lower")
    assert not failing_lines()
    later = np.concatenate([sound.weights[:1], 0.9 * sound.weights[1:]])
    assert failing_lines(weights=later) == {"lag.first_steps"}
    assert failing_lines(gradient=0.5 * sound.gradient) == {"lag.lower", "lag.lower_rate"}
    assert failing_lines(gradient=1.3 * sound.gradient) == {"lag.upper"}


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


def test_the_allowance_of_a_mean_is_five_of_its_standard_errors():
    """For a mean the jackknife is the textbook's standard error, to the last digit."""
    values = np.random.default_rng(3).gamma(2.0, 1.0, 30)
    left_out = world.jackknife(values)
    assert left_out[0] == pytest.approx(values.mean()) and len(left_out) == 31
    assert left_out[1:] == pytest.approx([np.delete(values, place).mean() for place in range(30)])
    line = lines.expected("c", "s", left_out, np.zeros(31))
    assert line.allowance == pytest.approx(lines.ERRORS * values.std(ddof=1) / math.sqrt(30), rel=1e-6)


def test_of_several_stages_the_one_that_fails_is_shown():
    good, bad = (lines.surely("window.coherent", "s", left, 1.0) for left in (0.9, 1.5))
    idle = lines.surely("window.coherent", "s", 0.0, 0.0)
    for order in ([good, bad, idle], [idle, good, bad], [bad, good]):
        assert proof_lines.windows.closest(order) == [bad]
    assert proof_lines.windows.closest([idle, good]) == [good]


def test_two_passes_in_one_slot_are_noticed(path, monkeypatch):
    true = Asynchronous.backward_slot
    monkeypatch.setattr(Asynchronous, "backward_slot", lambda self, stage, sample: true(self, stage, sample) - 1)
    assert "pipeline.collisions" in {line.claim for line in proof_lines.pipeline.lines(path) if not line.ok}


def test_a_replay_says_so_if_one_line_fails(monkeypatch):
    stored = assessing.assess(replace(settings.sample(1, 4), iterations=30, replicas=8), 0.99)
    assert replaying.replay(stored, 0.99).ok
    true = proof_lines.along
    broken = lines.surely("device.drift", "planted", 2.0, 1.0)
    monkeypatch.setattr(proof_lines, "along", lambda recorded: [*true(recorded), broken])
    replayed = replaying.replay(stored, 0.99)
    assert replayed.identical and not replayed.lines_hold and not replayed.ok
    plain = replayed.to_json()
    assert plain["identical"] and not plain["lines_hold"] and plain["steps"] == len(plain["by_step"])
    assert plain["lines"][-1]["slack"] == -1.0 and not plain["lines"][-1]["ok"]


def test_a_replay_says_where_it_differs():
    stored = assessing.assess(replace(settings.sample(1, 4), iterations=30, replicas=8), 0.99)
    changes = {
        "observed": {"looks": 7},
        "constants": {"constants": replace(stored.constants, values={})},
        "checks": {"checks": (*stored.checks[1:], stored.checks[0])},
        "assumptions": {"assumptions": ()},
    }
    for name, change in changes.items():
        assert replaying.replay(replace(stored, **change), 0.99).differences == (name,)
    assert replaying.replay(replace(stored, seconds=-1.0), 0.99).identical


@pytest.mark.parametrize("name", ["Analog-SGD-AP", "network AP", "digital SGD", "attaining"])
def test_every_step_stays_below_its_bounds(name):
    recorded_path = panel.unmodified_path(name)
    rows = steps.steps(recorded_path, replica=3)
    assert [row.k for row in rows] == list(range(recorded_path.steps))
    for row in rows:
        for quantity in ("staleness", "drift", "step", "descent"):
            bound = getattr(row, f"{quantity}_bound")
            assert bound is None or getattr(row, quantity) <= bound * (1 + 1e-9) + 1e-9, (row.k, quantity)
    assert (rows[0].staleness_bound is None) == (name == "attaining")
    mean = recorded_path.inner(recorded_path.gradient, recorded_path.gradient)[3]
    assert np.mean([row.squared_gradient for row in rows]) == pytest.approx(mean)
    changes = sum(row.descent for row in rows)
    assert changes == pytest.approx(recorded_path.value[-1, 3] - recorded_path.value[0, 3])


def test_the_steps_shown_are_the_first_the_last_and_some_between():
    assert steps.shown(5) == [0, 1, 2, 3, 4]
    chosen = steps.shown(400)
    assert chosen[0] == 0 and chosen[-1] == 399 and len(chosen) <= steps.SHOWN and chosen == sorted(set(chosen))
