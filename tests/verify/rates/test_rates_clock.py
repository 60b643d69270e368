"""The machine's clock is the theory's, and a wrong schedule or a wrong theorem shows."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.setting import algorithms, schedules
from theory.theorems import complexity
from verify.rates import clock


@given(st.sampled_from(sorted(algorithms.REGISTRY)), st.integers(1, 9), st.integers(1, 8), st.integers(1, 30))
@settings(deadline=None, max_examples=60)
def test_the_machine_takes_the_stated_clock_cycles(algorithm, stages, batch, iterations):
    counted = clock.count(algorithm, stages, batch if algorithms.named(algorithm).batched else 1, iterations)
    assert counted.agrees, counted
    assert (counted.density is None) == (counted.schedule == "registered-duplex")


def test_the_full_duplex_pipeline_is_counted_too():
    counted = clock.count("analog-sgd-ap", 4, 1, 10, schedules.make("full-duplex", 4))
    assert counted.agrees and counted.cycles == 10 + 2 * 4 - 1


@dataclass(frozen=True)
class Crowded(schedules.FullDuplex):
    """A planted fault: two passes a slot on stages that can make one."""

    name = "asynchronous"
    passes_per_slot = 1


@dataclass(frozen=True)
class Instant(schedules.Asynchronous):
    """A planted fault: messages pass two stages within one slot."""

    def forward_slot(self, stage: int, sample: int) -> int:
        return 2 * sample + 2 * ((stage - 1) // 2)


@dataclass(frozen=True)
class Idle(schedules.Asynchronous):
    """A planted fault: a sample enters every third slot only."""

    def forward_slot(self, stage: int, sample: int) -> int:
        return super().forward_slot(stage, sample) + sample

    def backward_slot(self, stage: int, sample: int) -> int:
        return super().backward_slot(stage, sample) + sample


def test_two_passes_of_a_stage_in_one_slot_are_noted():
    counted = clock.count("analog-sgd-ap", 3, 1, 6, Crowded(3))
    assert counted.clashes and not counted.agrees


def test_a_message_used_in_the_slot_that_sent_it_is_noted():
    counted = clock.count("analog-sgd-ap", 3, 1, 6, Instant(3))
    assert counted.early and not counted.agrees


def test_a_slow_schedule_takes_more_than_stated():
    counted = clock.count("analog-sgd-ap", 3, 1, 6, Idle(3))
    assert counted.cycles > counted.stated and not counted.agrees


@pytest.mark.parametrize("stages", [2, 5])
def test_a_wrong_theorem_is_told_apart(monkeypatch, stages):
    right = complexity.slots_of
    monkeypatch.setattr(complexity, "slots_of", lambda algorithm, count: right(algorithm, count) + 2)
    assert not clock.count("analog-sgd-ap", stages, 1, 7).agrees


def test_the_record_counts_and_names():
    found = clock.census(14, 1)
    record = clock.record(found)
    assert record.runs == record.agree == 14 and not record.disagree
    assert {line.schedule for line in record.by_schedule} == set(schedules.REGISTRY)
    broken = [*found, clock.count("analog-sgd-ap", 3, 1, 6, Crowded(3))]
    assert len(clock.record(broken).disagree) == 1
    assert clock.census(14, 1) == found != clock.census(14, 2)
