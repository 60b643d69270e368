"""Cycles of the two pipelines: counted on their schedules, and where which needs fewer."""

import math
from itertools import count

import numpy as np
import pytest

from tests.theory.bounds.common import POINT, unfrozen
from theory.bounds import comparison, complexity

# Made up: where the scans and bisections end is known


@pytest.mark.parametrize("fewest", [1, 2, 3, 7, 100, 777, 30_000, 65_534, 65_535, 65_536, 10**6])
def test_the_best_batch_is_found_wherever_it_lies(monkeypatch, fewest):
    scans = count()

    def cycles(algorithm, given, targets, stages, batches):
        assert next(scans) < 20, "the scans do not end"
        assert (algorithm, given, targets, stages) == (comparison.SYNCHRONOUS, POINT, [0.1], 4)
        assert all(isinstance(batch, int) for batch in batches)
        return np.array([[float(abs(batch - fewest)) for batch in batches]])

    monkeypatch.setattr(comparison, "cycles", cycles)
    assert comparison.best_batch(POINT, 0.1, 4) == min(fewest, 65_536)


def test_who_does_not_get_there_is_behind(monkeypatch):
    found = {
        comparison.ASYNCHRONOUS: [[math.inf], [5], [math.inf], [10], [40]],
        comparison.SYNCHRONOUS: [[3, 4], [math.inf, math.inf], [math.inf, math.inf], [40, 20], [10, math.inf]],
    }
    monkeypatch.setattr(comparison, "cycles", lambda algorithm, *_: np.array(found[algorithm], float))
    advantage = comparison.advantage(POINT, 4, [1, 2], [1, 2, 3, 4, 5])
    assert advantage.tolist() == pytest.approx([-math.inf, math.inf, -math.inf, math.log(2), math.log(1 / 4)])


def test_the_winner_changes_where_it_does(monkeypatch):
    """From 1e-6 to 1 for L = 1, Delta = 1/2 without a floor: 32 intervals, each halved 12 times. A tie is lost."""
    asked = []

    def advantage(given, stages, batches, targets):
        asked.append((given, stages, batches))
        return np.array([-1.0 if eps < 1e-4 else 1.0 if eps < 0.03 else 0.0 for eps in targets])

    monkeypatch.setattr(comparison, "advantage", advantage)
    quiet = {**POINT, "rho": 0.0}
    first, second, third = comparison.regions(quiet, 4, [1, 2])
    assert [one.winner.name for one in (first, second, third)] == ["analog-sgd-sp", "analog-sgd-ap", "analog-sgd-sp"]
    assert (first.low, third.high) == (pytest.approx(1e-6, rel=1e-12), pytest.approx(1.0, rel=1e-12))
    assert first.high == second.low and second.high == third.low
    closely = (1e6) ** (1 / 32 / 2**12)
    assert 1e-4 <= first.high <= 1e-4 * closely and 0.03 <= second.high <= 0.03 * closely
    assert all(one == (quiet, 4, [1, 2]) for one in asked)


def test_who_wins_first_is_who_wins_at_the_lowest_eps(monkeypatch):
    for sign, names in ((1.0, ["analog-sgd-sp", "analog-sgd-ap"]), (-1.0, ["analog-sgd-ap", "analog-sgd-sp"])):
        monkeypatch.setattr(
            comparison, "advantage", lambda *given, s=sign: np.array([s if eps > 1e-3 else -s for eps in given[-1]])
        )
        found = comparison.regions({**POINT, "rho": 0.0}, 4, [1, 2])
        assert [one.winner.name for one in found] == names


# Against the schedules


def test_cycles_are_the_slots_of_as_many_iterations_as_are_needed():
    targets, batches = [0.2, 0.1], [1, 3]
    found = comparison.cycles(comparison.SYNCHRONOUS, POINT, targets, 4, batches)
    for at, target in enumerate(targets):
        for place, batch in enumerate(batches):
            constants = complexity.constants_of(comparison.SYNCHRONOUS, POINT, batch)
            count = math.ceil(complexity.estimate([constants], [target])[0][0])
            assert found[at, place] == complexity.slots(comparison.SYNCHRONOUS, 4, batch, count)
    asynchronous = comparison.cycles(comparison.ASYNCHRONOUS, POINT, [0.005, 0.1, 1e9], 4, [1])[:, 0]
    assert math.isinf(asynchronous[0])
    assert asynchronous[2] == complexity.slots(comparison.ASYNCHRONOUS, 4, 1, 1), "at least one iteration"


def test_cycles_beyond_the_first_iteration_cost_what_a_second_adds():
    settings = {**POINT, "L": 2.0}
    (found,) = comparison.cycles(comparison.ASYNCHRONOUS, settings, [0.1], 5, [1])
    counts, _ = complexity.estimate([complexity.constants_of(comparison.ASYNCHRONOUS, settings, 1)], [0.1])
    assert found[0] == 2 * (math.ceil(counts[0]) + 5 - 1)


def test_the_advantage_is_the_logarithm_of_the_ratio():
    targets = [0.05, 0.1]
    one = comparison.cycles(comparison.ASYNCHRONOUS, POINT, targets, 4, [1])[:, 0]
    other = comparison.cycles(comparison.SYNCHRONOUS, POINT, targets, 4, [1, 8]).min(axis=1)
    assert comparison.advantage(POINT, 4, [1, 8], targets) == pytest.approx(np.log(other / one))
    # with the floor in between, the mean of a batch is the only one that gets there
    assert comparison.advantage(POINT, 4, [64], [0.005])[0] == -math.inf


def test_regions_reach_from_just_above_the_floor_to_where_nothing_is_asked():
    found = comparison.regions(POINT, 4, [1])
    assert found[0].low == pytest.approx(0.01 / 0.99 * 1.001, rel=1e-9) and found[-1].high == pytest.approx(1.0)
    steep = comparison.regions({**POINT, "L": 4.0, "rho": 0.0}, 4, [1])
    assert steep[0].low == pytest.approx(4e-6) and steep[-1].high == pytest.approx(2 * 4.0 * 0.5)
    assert comparison.regions({**POINT, "Delta": 1e-3}, 4, [1]) == [], "nothing lies between floor and start"
    edge = found[0].high
    for eps, ahead in ((edge * 0.995, True), (edge * 1.0001, False)):
        assert (comparison.advantage(POINT, 4, [1], [eps])[0] > 0) is np.bool_(ahead)


@pytest.mark.parametrize(("target", "stages"), [(0.02, 1000), (0.3, 2)])
def test_no_batch_at_all_beats_the_best(target, stages):
    best = comparison.best_batch(POINT, target, stages)
    needed = comparison.cycles(comparison.SYNCHRONOUS, POINT, [target], stages, list(range(1, 300)))[0]
    assert comparison.cycles(comparison.SYNCHRONOUS, POINT, [target], stages, [best])[0, 0] <= needed.min()


def test_without_a_gap_to_close_there_are_no_regions():
    assert comparison.regions({**POINT, "rho": 0.0, "Delta": 0.0}, 4, [1]) == []


def test_regions_are_not_changed_afterwards():
    assert not unfrozen(comparison)
