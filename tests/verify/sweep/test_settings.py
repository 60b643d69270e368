"""Randomized settings: reproducible, in the domain by design, replayable, and the same for Hypothesis."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import simulate
from boundary import BadInput, json_text
from theory.setting import algorithms, devices
from theory.theorems import network
from verify.sweep import assessing, axes
from verify.sweep import settings as families
from verify.sweep.axes import Geometric, OneOf, Uniform, Whole
from verify.sweep.drawn import Setting


def in_domain(setting) -> bool:
    """Whether the theorems' domain holds at the saturation that can be proved, or with none, at zero."""
    problem, algorithm = setting.make_problem(), algorithms.named(setting.algorithm)
    stashed = algorithm.stashed
    facts = problem.facts(setting.lags, stashed=stashed).values
    if setting.problem.name == "network":  # by theorem, from the norms of the first weights
        norms = [float(np.linalg.norm(stage, 2)) for stage in problem.initial_weights()]
        found = network.constants(problem.stage_data, norms)
        facts = {"L": found.L, "Lambda1": found.Lambda1(setting.lags, stashed=stashed)}
    device = devices.ald(setting.tau)
    rho = 0.0 if math.isinf(setting.tau) else problem.certified_saturation(setting.alpha, device, setting.lags) or 0.0
    x, q = setting.alpha * facts["L"], (1 + rho) * setting.alpha * (facts["Lambda1"] or 0.0)
    return x < 1 and x + q * q < 1


def test_every_setting_is_inside_the_domain_by_design():
    assert all(in_domain(families.sample(5, index)) for index in range(150))


def test_stress_settings_reach_the_edge_of_the_domain():
    shares = []
    for index in range(60):
        setting = families.sample(2, index, ("quadratic-stress",))
        facts = setting.make_problem().facts(setting.lags).values
        shares.append(setting.alpha * facts["Lambda1"])
    assert max(shares) > 0.6


def test_a_setting_depends_on_seed_and_index_alone():
    one = [families.sample(1, index) for index in range(40)]
    assert one == [families.sample(1, index) for index in reversed(range(40))][::-1]
    assert families.sample(1, 7) != families.sample(2, 7)
    assert len({setting.seed for setting in one}) == 40


def test_a_setting_survives_json():
    for index in range(16):
        setting = families.sample(3, index)
        again = Setting.from_dict(json.loads(json_text(setting.as_dict())))
        assert again == setting
        assert again.make_problem().describe() == setting.make_problem().describe()


def test_all_families_come_up():
    assert {families.sample(1, index).family for index in range(len(families.PATTERN))} <= set(families.FAMILIES)
    assert families.plan_families(["attaining"]) == ("attaining",)
    assert set(families.plan_families([])) == set(families.FAMILIES)
    assert families.plan_families(["network-long", "network"]) == ("network", "network-long")
    with pytest.raises(BadInput, match="--family"):
        families.plan_families(["cubic"])


def test_long_runs_come_only_when_asked_for():
    usual, asked = families.plan_families([]), families.plan_families([], long=True)
    assert families.LONG.name not in usual and asked.count(families.LONG.name) == 1
    assert [families.sample(1, index, asked) for index in range(27)] == [families.sample(1, i) for i in range(27)]
    assert families.plan_families(["network-long"], long=True) == ("network-long",)


def test_a_ladder_changes_the_length_alone():
    plan = families.plan_families(["network"], long=True)
    places = [index for index in range(8 * len(plan)) if plan[index % len(plan)] == families.LONG.name]
    first, second = ([families.sample(4, index, plan) for index in part] for part in (places[:4], places[4:]))
    assert [setting.iterations for setting in first] == [10**4, 10**5, 10**6, 10**7]
    assert {setting.tau for setting in first}.isdisjoint(setting.tau for setting in second)
    alike = {"iterations": 1, "replicas": 1, "id": 0, "seed": 0, "measure_every": None}
    assert len({str(dataclasses.replace(setting, **alike)) for setting in first}) == 1
    assert len({setting.seed for setting in first + second}) == 8


def test_long_networks_are_in_the_domain_with_certified_norms():
    for index in range(0, 80, 4):
        setting = families.sample(6, index, (families.LONG.name,))
        problem = setting.make_problem()
        found = network.constants(problem.stage_data, problem.stage_norms(setting.tau))
        x, q = setting.alpha * found.L, 1.6 * setting.alpha * found.Lambda1(setting.lags)
        assert x + q * q < 1 and 0.6**2 + q * q / (1 - x) < 1


def test_deep_networks_move_far_and_come_only_when_asked_for():
    name = families.DEEP.name
    assert name not in families.plan_families([]) and name not in families.plan_families([], long=True)
    assert name not in families.SEARCHED and families.plan_families([name]) == (name,)
    drawn = [families.sample(6, index, (name,)) for index in range(160)]
    top = [setting for setting in drawn if setting.iterations == 10**7]
    assert {setting.stages for setting in drawn} == {4, 8} and len(top) == 40
    assert {setting.problem_settings["width"] for setting in drawn} == set(range(2, 7))
    for setting in top:
        problem, slope = setting.make_problem(), 1 if setting.problem_settings["activation"] == "tanh" else 0.25
        least = 600 if setting.stages == 4 else 100
        assert least * 0.999 < setting.alpha * 10**7 * slope**2 < 3 * least * 1.001
        largest = max(float(np.max(np.abs(stage))) for stage in problem.initial_weights())
        assert setting.tau == pytest.approx(3 * largest) and 16 <= setting.replicas <= 64
        assert setting.replicas * (40 + setting.stages * setting.problem_settings["width"] ** 2 / 2) * 1e-2 < 60


def test_something_happens_in_deep_networks():
    moved = []
    for index in range(0, 48, 4):
        setting = families.sample(6, index, (families.DEEP.name,))
        faster = dataclasses.replace(setting, alpha=200 * setting.alpha, iterations=5000, replicas=4, measure_every=500)
        result = simulate.execute(faster)  # alpha K is a tenth of what it is at the top of the ladder
        moved.append(
            1
            - float(np.mean(result.final_value)) / float(setting.make_problem().value(faster.problem.initial_weights()))
        )
    assert np.median(moved) > 0.02


@given(families.strategy())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_hypothesis_draws_settings_that_can_be_made(setting):
    assert 0 < setting.alpha < math.inf and setting.tau > 0 and setting.iterations >= 1 and setting.replicas >= 2
    assert setting.make_problem().stages == setting.stages
    assert in_domain(setting)


@given(st.floats(0, 1, exclude_max=True))
@settings(deadline=None)
def test_axes_stay_in_their_ranges(u):
    assert 2 <= Uniform(2, 5).at(u) <= 5
    assert 0.1 <= Geometric(0.1, 10).at(u) <= 10 * (1 + 1e-12)
    assert Whole(3, 7).at(u) in range(3, 8)
    assert Whole(3, 7000, geometric=True).at(u) in range(3, 7001)
    assert OneOf(("a", "b")).at(u) == ("a" if u < 0.5 else "b")


def test_shrinking_leads_to_the_plainest_setting():
    ranges = {"stages": Whole(2, 8), "noise": OneOf(("two-point", "gaussian"))}
    assert axes.place(ranges, [0.0, 0.0]) == {"stages": 2, "noise": "two-point"}


def test_any_lags_are_drawn_kept_and_run():
    drawn = [families.sample(4, index, (families.ANY_LAGS.name,)) for index in range(40)]
    assert all(in_domain(setting) for setting in drawn)
    steps = {int(np.sign(np.diff(setting.lags)).sum()) for setting in drawn if setting.stages > 1}
    assert min(steps) < 0 < max(steps)
    growing = min((setting for setting in drawn if setting.lags[0] < setting.lags[-1]), key=lambda one: one.iterations)
    assert Setting.from_dict(json.loads(json_text(growing.as_dict()))) == growing
    run = assessing.trajectories(growing, 1, 0).run
    assert run.lags == growing.lags != algorithms.named(growing.algorithm).lags(growing.stages)
    assert families.ANY_LAGS.name not in families.plan_families([])


def test_what_a_setting_runs_on_is_made_when_it_is_run(monkeypatch):
    """A fault of the problems or of the algorithms reaches settings that were made before; drawn lags are kept."""
    own = families.sample(1, 4)
    drawn = next(s for i in range(40) if any((s := families.sample(4, i, (families.ANY_LAGS.name,))).lags))
    monkeypatch.setattr(algorithms.Algorithm, "lags", lambda _, stages, batch=1: (7,) * stages)  # noqa: ARG005
    assert own.afresh().lags == (7,) * own.stages != own.lags
    assert drawn.free_lags and drawn.afresh().lags == drawn.lags
    assert own.afresh().problem is not own.problem and own.afresh(seed=3).seed == 3
