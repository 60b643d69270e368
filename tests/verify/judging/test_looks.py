"""How a setting is judged: looks with doubling replicas and seeds of their own, at the level of its place."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import theory
from simulate import problems
from verify.judging import verdicts
from verify.judging.observations import Constants, Observations
from verify.judging.statistics import Spending
from verify.sweep import assessing, settings

SETTING = replace(settings.sample(1, 4), id=7, replicas=20)


def seen(mean: float, replicas: int, seed: int, diverged: int = 0) -> Observations:
    values = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0, "alpha": 0.1, "K": 100.0, "Lambda1": 0.5, "Lambdah": 0.5}
    scatter = np.random.default_rng(seed).gamma(25.0, 0.04, replicas)
    saturation = np.full(replicas, 0.2)
    known = Constants(values, dict.fromkeys(values, False))
    return Observations(mean * scatter, saturation, saturation**2 / 2, diverged, known, "analog-sgd-ap")


@pytest.fixture
def asked(monkeypatch):
    """What `assessing.assess` asked for, the true mean being 1, 0.5 or 2 times the bound."""
    found: list[tuple[int, int]] = []
    truth = {"mean": 1.0}

    def trajectories(_, replicas, seed):
        found.append((replicas, seed))
        return SimpleNamespace(
            run=SimpleNamespace(problem=SimpleNamespace(stage_data=None)), seen=seen(truth["mean"], replicas, seed)
        )

    monkeypatch.setattr(theory, "bound", lambda _: lambda **_: 1.0)
    monkeypatch.setattr(assessing, "trajectories", trajectories)
    monkeypatch.setattr(assessing, "from_trajectories", lambda runs: runs.seen)
    return found, truth


def test_an_undecided_setting_is_looked_at_three_times_with_seeds_of_their_own(asked):
    found, _ = asked
    result = assessing.assess(SETTING, 0.99)
    assert [replicas for replicas, _ in found] == [20, 20, 40]  # 20, 40, 80 in all
    assert len({seed for _, seed in found}) == 3
    assert [seed for _, seed in found] == [assessing.look_seed(SETTING, look) for look in range(3)]
    assert result.evidence.replicas == 80 and result.looks == verdicts.LOOKS
    assert result.verdict == "inconclusive"


@pytest.mark.parametrize(("mean", "word"), [(0.5, "held"), (2.5, "violated")])
def test_what_is_decided_is_not_looked_at_again(asked, mean, word):
    found, truth = asked
    truth["mean"] = mean
    result = assessing.assess(replace(SETTING, replicas=200), 0.99)
    assert len(found) == 1 and result.verdict == word
    # forms that do not apply are no reason to look again
    assert {check.verdict for check in result.checks} == {word, "not applied"}


def test_a_setting_spends_the_level_of_its_place(asked):
    _, truth = asked
    truth["mean"] = 0.5
    for place in (0, 7, 3000):
        level = assessing.assess(replace(SETTING, id=place), 0.9).evidence.level
        assert level == Spending(0.9).level(place)


def test_later_looks_add_to_what_was_seen():
    one, other = seen(1.0, 5, 1, diverged=1), seen(1.0, 8, 2, diverged=2)
    other = replace(other, constants=Constants({**other.constants.values, "L": 3.0}, other.constants.certified))
    both = one.and_more(other)
    assert both.replicas == 13 and both.diverged == 3
    assert both.constants.values["L"] == 3.0  # what was measured is a largest value
    assert both.squared_gradient.tolist() == [*one.squared_gradient, *other.squared_gradient]


@pytest.mark.parametrize(("algorithm", "batch"), [("analog-sgd-sp", 4), ("analog-sgd", 1)])
def test_the_mean_of_a_batch_has_its_share_of_the_variance(algorithm, batch):
    setting = replace(SETTING, algorithm=algorithm, batch=batch, iterations=5, lags=None)
    facts = setting.make_problem().facts(setting.lags).values
    known = assessing.observe(setting, 2, 1).constants
    assert known.values["sigma2"] == pytest.approx(facts["sigma2"] / batch) and known.proved("sigma2", "L")


def test_what_a_network_showed_is_measured_and_not_certified():
    network = problems.Network(2, 3, samples=6)
    setting = replace(SETTING, problem=network, iterations=20, alpha=0.05, lags=None, measure_every=None)
    known = assessing.observe(setting, 3, 1).constants
    for name in ("L", "Lambda1", "Lambdah", "sigma2"):
        assert name in known.values and not known.proved(name)
    assert known.proved("Delta", "alpha", "K")
