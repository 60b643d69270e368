"""Streams, blocks and measuring times."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from simulate.problems import Attaining, Network, Quadratic
from simulate.randomness import Samples, block_length, checked_seed, strata, stratified_times, stream

PROBLEM = Quadratic(2, size=3)


def drawn(seed, replicas, block, steps, every):
    """Return the times of equal strata of a block's steps, and their lengths."""
    _, lengths = strata(0, 1 << 20, steps, every)
    return stratified_times(seed, replicas, block, lengths), lengths


def test_a_sample_depends_on_seed_replica_and_step_only():
    step = block_length(PROBLEM) + 5
    alone = Samples(PROBLEM, 7, range(3, 4)).at(step)
    among = Samples(PROBLEM, 7, range(6))
    for other in (step, 0, 3 * block_length(PROBLEM), step):
        found = among.at(other)
    assert np.array_equal(found[3], alone[0])


@pytest.mark.parametrize(
    "change", [("times", 1, 2, 3), ("samples", 2, 2, 3), ("samples", 1, 3, 3), ("samples", 1, 2, 4)]
)
def test_streams_differ_in_each_of_their_keys(change):
    assert not np.array_equal(stream("samples", 1, 2, 3).random(64), stream(*change).random(64))


@pytest.mark.parametrize(("purpose", "number"), [("samples", 1), ("times", 2), ("epochs", 3)])
@pytest.mark.parametrize(("seed", "replica", "block"), [(0, 0, 0), (7, 5, 3), (2**64 - 1, 2**31, 2**40)])
def test_a_stream_is_philox_at_the_address_that_is_documented(purpose, number, seed, replica, block):
    """One 256-bit counter, replica above block above 2^128 numbers, and one 128-bit key, purpose above seed."""
    literal = np.random.Philox(key=(number << 64) + seed, counter=(replica << 192) + (block << 128))
    assert np.array_equal(stream(purpose, seed, replica, block).bit_generator.random_raw(8), literal.random_raw(8))


def test_streams_are_the_same_today_as_they_were():
    """Stored results are replayed by these numbers."""
    assert stream("samples", 1, 2, 3).bit_generator.random_raw() == 7145626571435152440
    assert stream("times", 1, 2, 3).bit_generator.random_raw() == 12419408103286430319


def test_swapping_block_and_replica_gives_another_stream():
    assert not np.array_equal(stream("samples", 1, 2, 3).random(64), stream("samples", 1, 3, 2).random(64))


class Counting:
    """Draws nothing but its own address, and counts."""

    def __init__(self, sample_size: int) -> None:
        self.sample_size = sample_size
        self.drawn: list[tuple[int, int]] = []

    def draw_from(self, first, generator, steps, batch, epoch):
        *_, block, replica = generator.bit_generator.state["state"]["counter"]
        assert first == steps * int(block)
        assert epoch(3).bit_generator.state["state"]["counter"].tolist()[2:] == [3, replica]
        self.drawn.append((int(replica), int(block)))
        return np.broadcast_to(np.arange(steps)[:, None] + 10_000 * int(block), (steps, batch))


@pytest.mark.parametrize(
    ("size", "length"), [(1, 4096), (4, 4096), (5, 2048), (100, 128), (8192, 2), (8193, 1), (16384, 1), (16385, 1)]
)
def test_a_block_has_the_largest_power_of_two_of_steps_that_16384_numbers_allow(size, length):
    assert block_length(Counting(size)) == length


def test_the_samples_of_a_step_are_in_its_block_at_its_place():
    samples = Samples(Counting(1000), 1, range(2), batch=3)
    assert samples.length == 16
    for step in (0, 15, 16, 37):
        assert samples.at(step).shape == (2, 3)
        assert (samples.at(step) == 10_000 * (step // 16) + step % 16).all()
    assert Samples(Counting(1000), 1, range(2)).at(0).shape == (2, 1)


def test_the_last_two_blocks_are_kept_and_no_more():
    problem = Counting(1000)
    samples = Samples(problem, 1, range(5, 7))
    for number, drawn in [(0, True), (1, True), (0, False), (1, False), (2, True), (1, False), (0, True), (1, True)]:
        before = len(problem.drawn)
        samples.block(number)
        assert problem.drawn[before:] == ([(5, number), (6, number)] if drawn else []), number


def test_blocks_hold_a_bounded_number_of_values():
    for problem in (Quadratic(4, size=250), PROBLEM, Network(2), Attaining()):
        length = block_length(problem)
        assert length & (length - 1) == 0
        assert length * problem.sample_size <= 1 << 14 or length == 1


@pytest.mark.parametrize("seed", [-1, 1 << 64, 1.5, True, "1"])
def test_a_seed_has_64_bits(seed):
    with pytest.raises(BadInput, match="seed"):
        checked_seed(seed)


@pytest.mark.parametrize("seed", [0, 1, (1 << 64) - 1, np.uint64(2**64 - 1), np.int64(0)])
def test_every_seed_of_64_bits_is_taken(seed):
    assert checked_seed(seed) == int(seed)
    assert type(checked_seed(seed)) is int


def test_nothing_is_drawn_where_every_step_is_measured(monkeypatch):
    monkeypatch.delattr("simulate.randomness.stream")
    times, lengths = drawn(1, range(3), 0, 4, 1)
    assert times.tolist() == [[0, 1, 2, 3]] * 3 and lengths.tolist() == [1, 1, 1, 1]
    times[0, 0] = 7  # nobody else's
    assert times[1, 0] == 0
    with pytest.raises(NameError):
        drawn(1, range(3), 0, 4, 2)


def test_the_largest_uniform_number_stays_in_its_stratum(monkeypatch):
    class Largest:
        def random(self, count):
            return np.full(count, 1 - 2.0**-53)

    monkeypatch.setattr("simulate.randomness.stream", lambda *_: Largest())
    for every in range(2, 4097):
        times, lengths = drawn(1, range(1), 0, every, every)
        assert times.tolist() == [[every - 1]] and lengths.tolist() == [every]


def test_times_come_from_their_own_stream():
    """Uniform numbers of the purpose "times", which no sample is made of: the times know nothing of the noise."""
    times, lengths = drawn(5, range(2, 4), 6, 23, 10)
    assert lengths.tolist() == [10, 10, 3]
    for row, replica in zip(times, (2, 3), strict=True):
        literal = np.random.Philox(key=(2 << 64) + 5, counter=(replica << 192) + (6 << 128))
        uniform = np.random.Generator(literal).random(3)
        assert row.tolist() == [int(10 * uniform[0]), 10 + int(10 * uniform[1]), 20 + int(3 * uniform[2])]


def test_times_depend_on_seed_replica_and_block_only():
    alone, _ = drawn(7, range(3, 4), 2, 100, 5)
    among, _ = drawn(7, range(6), 2, 100, 5)
    assert np.array_equal(among[3], alone[0])
    for other in (drawn(8, range(3, 4), 2, 100, 5), drawn(7, range(3, 4), 1, 100, 5)):
        assert not np.array_equal(other[0], alone)


@given(st.integers(1, 300), st.integers(1, 60), st.integers(0, 2**32))
@settings(deadline=None, max_examples=100)
def test_every_stratum_is_met_once(steps, every, seed):
    times, lengths = drawn(seed, range(4), 0, steps, every)
    assert lengths.sum() == steps
    ends = np.cumsum(lengths)
    assert np.all((times >= ends - lengths) & (times < ends))


def test_times_are_uniform_in_their_stratum_and_independent_between_replicas():
    """40,000 replicas of a stratum of 5 and one of 3: each frequency within 5 standard errors of its value."""
    times, lengths = drawn(3, range(40_000), 0, 8, 5)
    assert list(lengths) == [5, 3]
    for stratum, (start, length) in enumerate([(0, 5), (5, 3)]):
        share = np.bincount(times[:, stratum] - start, minlength=length) / len(times)
        assert np.all(np.abs(share - 1 / length) < 5 * np.sqrt(1 / length / len(times)))
    neighbours = np.corrcoef(times[:-1, 0], times[1:, 0])[0, 1]
    assert abs(neighbours) < 5 / np.sqrt(len(times))
