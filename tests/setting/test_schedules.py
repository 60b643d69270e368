"""Schedules: no stage does two things at once, lags and densities are what the slots say, planted faults show."""

import time
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.setting import algorithms, schedules
from theory.setting.boundary import BadInput

stages = st.integers(1, 7)


@given(stages, st.integers(1, 5), st.integers(1, 12))
@settings(deadline=None)
def test_schedules_are_sound(stages: int, batch: int, samples: int) -> None:
    for schedule in (
        schedules.Sequential(stages),
        schedules.Synchronous(stages, batch),
        schedules.Asynchronous(stages),
        schedules.FullDuplex(stages),
    ):
        assert not schedules.collisions(schedule, samples)
        for sample in range(samples):
            forward = [schedule.forward_slot(stage, sample) for stage in range(1, stages + 1)]
            backward = [schedule.backward_slot(stage, sample) for stage in range(1, stages + 1)]
            # Data flows: down the stages on the way forward, up on the way back.
            assert forward == sorted(set(forward))
            assert backward == sorted(set(backward), reverse=True)
            assert forward[-1] < backward[-1]


@given(stages, st.integers(1, 5))
@settings(deadline=None)
def test_lags_counted_from_the_slots(stages: int, batch: int) -> None:
    assert schedules.Asynchronous(stages).lags() == tuple(stages - m for m in range(1, stages + 1))
    assert schedules.FullDuplex(stages).lags() == tuple(2 * (stages - m) for m in range(1, stages + 1))
    assert schedules.Sequential(stages).lags() == (0,) * stages
    assert schedules.Synchronous(stages, batch).lags() == (0,) * stages


@given(stages, st.integers(1, 5), st.integers(1, 6))
@settings(deadline=None)
def test_slots_and_densities(stages: int, batch: int, rounds: int) -> None:
    samples = batch * rounds
    synchronous = schedules.Synchronous(stages, batch)
    assert schedules.Sequential(stages).slots(samples) == 2 * stages * samples
    assert synchronous.slots(samples) == 2 * (stages + batch - 1) * rounds
    assert schedules.Asynchronous(stages).slots(samples) == 2 * (samples + stages - 1)
    assert schedules.FullDuplex(stages).slots(samples) == samples + 2 * stages - 1
    assert schedules.FullDuplex(stages).density(samples) == pytest.approx(samples / (samples + 2 * stages - 1))
    assert synchronous.density(samples) == pytest.approx(batch / (stages + batch - 1))
    assert schedules.Sequential(stages).density(samples) == pytest.approx(1 / stages)


@dataclass(frozen=True)
class Hasty(schedules.Asynchronous):
    """A planted fault: the backward pass comes one slot early."""

    def backward_slot(self, stage: int, sample: int) -> int:
        return super().backward_slot(stage, sample) - 1


def test_a_schedule_that_collides_is_found_out() -> None:
    assert schedules.collisions(Hasty(3), 6)


@pytest.mark.parametrize("value", [0, -1, 2.5, True])
def test_counts_are_positive_integers(value: object) -> None:
    with pytest.raises(BadInput, match="stages"):
        schedules.make("asynchronous", value)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="samples"):
        schedules.Asynchronous(2).slots(value)  # type: ignore[arg-type]


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(BadInput, match="one of sequential"):
        schedules.make("parallel", 3)
    with pytest.raises(BadInput, match="batch"):
        schedules.make("asynchronous", 3, 4)
    with pytest.raises(BadInput, match="one of digital-sgd"):
        algorithms.named("adam")


def test_algorithms_take_their_lags_from_their_schedule() -> None:
    lags = {name: algorithm.lags(4) for name, algorithm in algorithms.REGISTRY.items()}
    assert lags["analog-sgd-ap"] == lags["digital-ap"] == lags["stashed-ap"] == (3, 2, 1, 0)
    assert lags["digital-sgd"] == lags["analog-sgd"] == lags["analog-sgd-sp"] == (0, 0, 0, 0)


@pytest.mark.parametrize("lags", [(1, 2), (1, 2, -1), (1, 2, 0.5), "321", 3, (1, 2, True)])
def test_lags_are_one_integer_a_stage(lags: object) -> None:
    with pytest.raises(BadInput, match="lags"):
        algorithms.checked_lags(lags, 3)
    assert algorithms.checked_lags([3, 0, 5], 3) == (3, 0, 5)


def test_many_stages_are_counted_at_once() -> None:
    started = time.monotonic()
    lags = schedules.make("asynchronous", 20_000).lags()
    assert (lags[0], lags[1], lags[-1]) == (19_999, 19_998, 0)
    assert time.monotonic() - started < 30
