"""Streams, blocks and measuring times."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate.problems import Attaining, Network, Quadratic
from simulate.randomness import Samples, block_length, checked_seed, stratified_times, stream
from theory.setting.boundary import BadInput

PROBLEM = Quadratic(2, size=3)


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


def test_swapping_block_and_replica_gives_another_stream():
    assert not np.array_equal(stream("samples", 1, 2, 3).random(64), stream("samples", 1, 3, 2).random(64))


def test_blocks_hold_a_bounded_number_of_values():
    for problem in (Quadratic(4, size=250), PROBLEM, Network(2), Attaining()):
        length = block_length(problem)
        assert length & (length - 1) == 0
        assert length * problem.sample_size <= 1 << 14 or length == 1


@pytest.mark.parametrize("seed", [-1, 1 << 64, 1.5, True, "1"])
def test_a_seed_has_64_bits(seed):
    with pytest.raises(BadInput, match="seed"):
        checked_seed(seed)


@given(st.integers(1, 300), st.integers(1, 60), st.integers(0, 2**32))
@settings(deadline=None, max_examples=100)
def test_every_stratum_is_met_once(steps, every, seed):
    times, lengths = stratified_times(seed, range(4), 0, steps, every)
    assert lengths.sum() == steps
    ends = np.cumsum(lengths)
    assert np.all((times >= ends - lengths) & (times < ends))


def test_times_are_uniform_in_their_stratum_and_independent_between_replicas():
    """40,000 replicas of a stratum of 5 and one of 3: each frequency within 5 standard errors of its value."""
    times, lengths = stratified_times(3, range(40_000), 0, 8, 5)
    assert list(lengths) == [5, 3]
    for stratum, (start, length) in enumerate([(0, 5), (5, 3)]):
        share = np.bincount(times[:, stratum] - start, minlength=length) / len(times)
        assert np.all(np.abs(share - 1 / length) < 5 * np.sqrt(1 / length / len(times)))
    neighbours = np.corrcoef(times[:-1, 0], times[1:, 0])[0, 1]
    assert abs(neighbours) < 5 / np.sqrt(len(times))
