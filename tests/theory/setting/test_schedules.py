"""Schedules: no stage does two things at once, lags and densities are what the slots say, planted faults show."""

import time
from dataclasses import FrozenInstanceError, dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from theory.setting import algorithms, schedules

stages = st.integers(1, 7)


@given(stages, st.integers(1, 5), st.integers(1, 12))
@settings(deadline=None)
def test_schedules_are_sound(stages: int, batch: int, samples: int) -> None:
    for schedule in (
        schedules.Sequential(stages),
        schedules.Synchronous(stages, batch),
        schedules.Asynchronous(stages),
        schedules.FullDuplex(stages),
        schedules.Accumulated(stages, batch),
        schedules.VerticalSync(stages, batch),
        schedules.RegisteredDuplex(stages, batch),
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


@given(stages, st.integers(1, 6), st.integers(0, 40))
@settings(deadline=None)
def test_updates_between_two_passes_are_counted_one_by_one(stages: int, batch: int, sample: int) -> None:
    """Of every schedule, at every sample, full pipeline or not, against a walk through its passes in their order."""
    for kind in schedules.REGISTRY.values():
        schedule = kind(stages, batch if kind.grouped else 1)
        made, at_forward, at_backward = [0] * stages, {}, {}
        for task in schedule.tasks(sample + 1):
            if task.kind == "forward":
                at_forward[task.stage, task.sample] = made[task.stage - 1]
                continue
            at_backward[task.stage, task.sample] = made[task.stage - 1]
            made[task.stage - 1] += schedule.updates_after(task.sample)
        first = sample - sample % schedule.batch
        for stage in range(1, stages + 1):
            met = at_forward[1, first] if schedule.buffered else at_forward[stage, sample]
            assert schedule.lag(stage, sample) == at_backward[stage, sample] - met, (schedule, stage)
            assert at_backward[stage, sample] == sample // schedule.batch


@given(stages, st.integers(1, 6))
@settings(deadline=None)
def test_lags_of_the_samples_of_a_group(stages: int, batch: int) -> None:
    """The samples ahead of it, less those of its own group, over the size of a group, rounded up."""

    def ahead(count: int, place: int) -> int:
        return max(0, -((place - count) // batch))

    half, full = schedules.Accumulated(stages, batch), schedules.RegisteredDuplex(stages, batch)
    for place in range(batch):
        last = range(stages - 1, -1, -1)
        assert half.lags_by_place()[place] == tuple(ahead(left, place) for left in last)
        assert full.lags_by_place()[place] == tuple(ahead(2 * left + 1, place) for left in last)
    assert half.lags() == half.lags_by_place()[0] and full.lags() == full.lags_by_place()[0]
    means = [sum(lags) / batch for lags in zip(*full.lags_by_place(), strict=True)]
    assert means == [(2 * left + 1) / batch for left in last]
    assert schedules.VerticalSync(stages, batch).lags_by_place() == batch * ((ahead(stages - 1, 0),) * stages,)
    assert schedules.VerticalSync(stages, stages).lags() == (min(stages - 1, 1),) * stages  # PipeDream-2BW


@given(stages, st.integers(1, 5), st.integers(1, 6))
@settings(deadline=None)
def test_accumulation_keeps_the_pipeline_full(stages: int, batch: int, rounds: int) -> None:
    samples = batch * rounds
    for kind in (schedules.Accumulated, schedules.VerticalSync):
        assert kind(stages, batch).slots(samples) == schedules.Asynchronous(stages).slots(samples)
        assert kind(stages, batch).density(samples) == pytest.approx(samples / (samples + stages - 1))


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
    with pytest.raises(BadInput, match="batch"):
        schedules.Synchronous(2, value)  # type: ignore[arg-type]


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(BadInput, match="one of sequential"):
        schedules.make("parallel", 3)
    with pytest.raises(BadInput, match="batch"):
        schedules.make("asynchronous", 3, 4)
    with pytest.raises(BadInput, match="one of digital-sgd"):
        algorithms.named("adam")


SCHEDULES = [
    schedules.Sequential(2),
    schedules.Synchronous(2, 2),
    schedules.Asynchronous(2),
    schedules.FullDuplex(2),
]
OTHERS = [schedules.Accumulated(2, 2), schedules.VerticalSync(2, 2), schedules.RegisteredDuplex(2)]
# (slot, stage, f or b, sample) of two samples on two stages, as one would draw them
DRAWN = [
    "1f0 2f0 2b0 1b0 1f1 2f1 2b1 1b1",
    "1f0 2f0+1f1 2f1 2b0 2b1+1b0 1b1",
    "1f0 2f0 1f1+2b0 2f1+1b0 2b1 1b1",
    "1f0 2f0+1f1 2f1+2b0 1b0+2b1 1b1",
]


@pytest.mark.parametrize(("schedule", "drawn"), list(zip(SCHEDULES, DRAWN, strict=True)), ids=lambda one: str(one)[:12])
def test_two_samples_on_two_stages(schedule: schedules.Schedule, drawn: str) -> None:
    slots = drawn.split()
    expected = {(slot, word) for slot, words in enumerate(slots) for word in words.split("+")}
    tasks = list(schedule.tasks(2))
    assert {(t.slot, f"{t.stage}{t.kind[0]}{t.sample}") for t in tasks} == expected
    assert len(tasks) == len(expected) == 8
    assert tasks == sorted(tasks) and schedule.slots(2) == len(slots)
    assert schedule.density(2) == 8 / (2 * len(slots) * schedule.passes_per_slot)


@pytest.mark.parametrize("schedule", [*SCHEDULES, *OTHERS], ids=lambda one: one.name)
def test_a_schedule_does_not_change(schedule: schedules.Schedule) -> None:
    for name in ("stages", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(schedule, name, 3)
    with pytest.raises(FrozenInstanceError):
        next(schedule.tasks(1)).slot = 3  # type: ignore[misc]
    assert schedules.Schedule.__abstractmethods__ == {"forward_slot", "backward_slot"}


def test_weights_change_after_the_last_sample_of_each_batch() -> None:
    assert [schedules.Synchronous(2, 3).updates_after(sample) for sample in range(6)] == 2 * [False, False, True]
    assert all(schedules.Asynchronous(2).updates_after(sample) for sample in range(3))


def test_the_lag_grows_until_the_pipeline_is_full() -> None:
    schedule = schedules.Asynchronous(3)
    assert [schedule.lag(1, sample) for sample in range(4)] == [0, 1, 2, 2]
    assert [schedules.FullDuplex(2).lag(1, sample) for sample in range(4)] == [0, 1, 2, 2]


def test_a_clash_is_of_two_passes_of_one_stage_in_one_slot() -> None:
    found = schedules.collisions(Hasty(3), 2)
    assert found and all(one.slot == two.slot and one.stage == two.stage and one != two for one, two in found)
    # in a full-duplex stage a forward and a backward pass do not clash, two forward passes do
    assert not schedules.collisions(schedules.FullDuplex(1), 3)

    @dataclass(frozen=True)
    class Twice(schedules.FullDuplex):
        def forward_slot(self, stage: int, sample: int) -> int:
            return sample // 2 + stage - 1

    assert len(schedules.collisions(Twice(1), 2)) == 1


def test_a_batch_belongs_to_the_synchronous_schedule() -> None:
    assert schedules.make("synchronous", 3, 4) == schedules.Synchronous(3, 4)
    assert schedules.make("asynchronous", 3).batch == 1
    for name in ("sequential", "asynchronous", "full-duplex"):
        for batch in (0, 2):
            with pytest.raises(BadInput, match="batch"):
                schedules.make(name, 3, batch)
    for name in ("accumulated", "vertical-sync", "registered-duplex"):
        assert schedules.make(name, 3, 4).batch == 4


TABLE = {  # name: analog, pipelined, batched, schedule
    "digital-sgd": (False, False, False, "sequential"),
    "analog-sgd": (True, False, False, "sequential"),
    "analog-sgd-sp": (True, False, True, "synchronous"),
    "analog-sgd-ap": (True, True, False, "asynchronous"),
    "digital-ap": (False, True, False, "asynchronous"),
    "stashed-ap": (False, True, False, "asynchronous"),
    "accumulated-ap": (True, True, True, "accumulated"),
    "pipedream-2bw": (False, True, True, "vertical-sync"),
    "pipemare-ap": (True, True, True, "registered-duplex"),
    "pipemare": (True, True, True, "registered-duplex"),
    "per-sample": (True, False, True, "synchronous"),
}
"""docs/theory.md#algorithms."""


def test_the_table_of_algorithms() -> None:
    found = {n: (a.analog, a.pipelined, a.batched, a.schedule) for n, a in algorithms.REGISTRY.items()}
    assert found == TABLE
    assert [name for name, row in algorithms.REGISTRY.items() if row.stashed] == ["stashed-ap", "pipedream-2bw"]
    for row in algorithms.REGISTRY.values():
        assert row.make_schedule(3, 4).batch == (4 if row.batched else 1)
        assert row.make_schedule(3).batch == 1
        with pytest.raises(FrozenInstanceError):
            row.analog = True  # type: ignore[misc]


def test_algorithms_take_their_lags_from_their_schedule() -> None:
    lags = {name: algorithm.lags(4) for name, algorithm in algorithms.REGISTRY.items()}
    assert lags["analog-sgd-ap"] == lags["digital-ap"] == lags["stashed-ap"] == (3, 2, 1, 0)
    assert lags["accumulated-ap"] == (3, 2, 1, 0) and lags["pipedream-2bw"] == (3, 3, 3, 3)
    assert lags["pipemare-ap"] == lags["pipemare"] == (7, 5, 3, 1) and lags["per-sample"] == (0, 0, 0, 0)
    four = {name: algorithm.lags(4, 4) for name, algorithm in algorithms.REGISTRY.items()}
    assert four["accumulated-ap"] == (1, 1, 1, 0) and four["pipedream-2bw"] == (1, 1, 1, 1)
    assert four["pipemare-ap"] == (2, 2, 1, 1) and four["analog-sgd-ap"] == (3, 2, 1, 0)
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
