"""Compiled sums of products of intervals, against exact fractions: every corner is held, and no wider than it must."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.regions import intervals, sums
from verify.regions.intervals import Array

Pair = tuple[Array, Array]
Sizes = tuple[int, int, int, int]


def drawn(rng: np.random.Generator, *shape: int, width: float = 0.1) -> Pair:
    """Midpoints and radii; some of the radii are 0."""
    return rng.standard_normal(shape), width * rng.random(shape) * (rng.random(shape) < 0.8)


def member(rng: np.random.Generator, pair: Pair) -> Array:
    """Numbers in the intervals, as likely as not at an end or next to it."""
    mid, rad = pair
    share = np.where(rng.random(mid.shape) < 0.5, rng.choice([-1.0, 1.0], mid.shape), rng.uniform(-1, 1, mid.shape))
    return np.clip(mid + share * rad, mid - rad, mid + rad)


def exact(values: Array) -> np.ndarray:
    return np.vectorize(Fraction, otypes=[object])(values)


def held(found: Pair, values: np.ndarray) -> bool:
    mid, rad = (exact(one) for one in found)
    return bool(np.all(abs(values - mid) <= rad))


def inner_of(change: Array, weight: Array) -> np.ndarray:
    c, w = exact(change), exact(weight)
    count, terms, size = c.shape
    return np.array(
        [
            [[sum(c[n, k, p] * w[n, k] * c[n, k, q] for k in range(terms)) for q in range(size)] for p in range(size)]
            for n in range(count)
        ]
    )


def mean_of(change: Array, x: Array, delta: Array, inputs: Array, m: int, j: int) -> np.ndarray:
    """The mean of one box and one pair of stages, shape (R, C, R, C)."""
    c, y, d, i = (exact(one[0]) for one in (change, x, delta, inputs))
    samples, _, rows = d.shape
    columns = y.shape[2]
    found = np.empty((rows, columns, rows, columns), dtype=object)
    for r, a, s, b in product(range(rows), range(columns), range(rows), range(columns)):
        found[r, a, s, b] = sum(
            c[n, m, r, j, s] * y[n, m, a] * y[n, j, b] + (d[n, m, r] * i[n, m, a, j, s] * y[n, j, b] if j < m else 0)
            for n in range(samples)
        ) / Fraction(samples)
    return found


@given(st.integers(1, 4), st.integers(1, 10), st.integers(0, 2**20))
@settings(deadline=None, max_examples=30)
def test_inner_sums_hold_every_member(terms: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    change, weight = drawn(rng, 2, terms, size), drawn(rng, 2, terms)
    stops = np.sort(rng.integers(0, size + 1, terms))
    for one in change:
        for k, stop in enumerate(stops):
            one[:, k, stop:] = 0.0
    found = np.zeros((2, size, size)), np.zeros((2, size, size))
    sums.inner(change, weight, stops, found)
    assert np.array_equal(found[0], found[0].swapaxes(1, 2)) and np.array_equal(found[1], found[1].swapaxes(1, 2))
    same = member(rng, change)
    assert held(found, inner_of(same, member(rng, weight)))
    sizes = [np.abs(one[0]) + one[1] for one in (change, weight)]
    most = np.einsum("nkp,nk,nkq->npq", sizes[0], sizes[1], sizes[0])
    least = np.einsum("nkp,nk,nkq->npq", *(np.abs(one) for one in (change[0], weight[0], change[0])))
    assert np.all(found[1] <= (most - least) * (1 + 1e-9) + 1e-13)


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (3, 2, 2, 3), (2, 3, 3, 2), (4, 2, 1, 5), (2, 2, 4, 4)])
def test_means_hold_every_member(sizes: Sizes) -> None:
    samples, stages, rows, columns = sizes
    rng = np.random.default_rng(sum(sizes))
    change, x = drawn(rng, 1, samples, stages, rows, stages, rows), drawn(rng, 1, samples, stages, columns)
    delta, inputs = drawn(rng, 1, samples, stages, rows), drawn(rng, 1, samples, stages, columns, stages, rows)
    m, j = np.indices((stages, stages)).reshape(2, -1)
    shape = 1, len(m), rows, columns, rows, columns
    found = np.zeros(shape), np.zeros(shape)
    sums.mean_in_weights(change, x, delta, inputs, m, j, found)
    for _ in range(4):
        chosen = [member(rng, one) for one in (change, x, delta, inputs)]
        for pair in range(len(m)):
            here = found[0][0, pair], found[1][0, pair]
            assert held(here, mean_of(*chosen, m=int(m[pair]), j=int(j[pair])))


def test_means_are_no_wider_than_their_factors_make_them() -> None:
    """One sample, stage and weight: 3 +- 1 times 2 +- 1/2 squared is 12 +- (1 * 6.25 + 3 * (2 * 2 * 0.5 + 0.25))."""
    one = np.ones((1, 1, 1, 1, 1, 1))
    change, x = (3.0 * one, 1.0 * one), (np.full((1, 1, 1, 1), 2.0), np.full((1, 1, 1, 1), 0.5))
    none = np.zeros((1, 1, 1, 1)), np.zeros((1, 1, 1, 1))
    found = np.zeros((1, 1, 1, 1, 1, 1)), np.zeros((1, 1, 1, 1, 1, 1))
    sums.mean_in_weights(change, x, none, (0 * one, 0 * one), np.array([0]), np.array([0]), found)
    assert found[0].item() == 12 and 13 <= found[1].item() <= 13 * (1 + 1e-13)


def test_what_is_stale_counts_for_earlier_stages_alone() -> None:
    rng = np.random.default_rng(5)
    change, x = drawn(rng, 1, 2, 2, 1, 2, 1), drawn(rng, 1, 2, 2, 1)
    delta, inputs = drawn(rng, 1, 2, 2, 1), drawn(rng, 1, 2, 2, 1, 2, 1)
    m, j = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    with_, without = ((np.zeros((1, 4, 1, 1, 1, 1)), np.zeros((1, 4, 1, 1, 1, 1))) for _ in range(2))
    sums.mean_in_weights(change, x, delta, inputs, m, j, with_)
    sums.mean_in_weights(change, x, delta, (0 * inputs[0], 0 * inputs[1]), m, j, without)
    assert (with_[0] != without[0]).ravel().tolist() == [False, False, True, False]


@pytest.mark.parametrize("left_out", range(4))
def test_a_factor_without_its_radius_is_met(left_out: int) -> None:
    """What a sum is made of counts by its radius, whichever factor it is."""
    rng = np.random.default_rng(9)
    given_ = [
        drawn(rng, 1, 2, 2, 2, 2, 2),
        drawn(rng, 1, 2, 2, 2),
        drawn(rng, 1, 2, 2, 2),
        drawn(rng, 1, 2, 2, 2, 2, 2),
    ]
    given_ = [(mid, np.full(rad.shape, 0.1 if at == left_out else 0.0)) for at, (mid, rad) in enumerate(given_)]
    shape = 1, 1, 2, 2, 2, 2
    found, short = ((np.zeros(shape), np.zeros(shape)) for _ in range(2))
    m, j = np.array([1]), np.array([0])
    sums.mean_in_weights(*given_, m, j, found)
    sums.mean_in_weights(*((mid, 0 * rad) for mid, rad in given_), m, j, short)
    ends = [mid + rad for mid, rad in given_]
    truth = mean_of(*ends, m=1, j=0)
    assert held((found[0][0, 0], found[1][0, 0]), truth) and not held((short[0][0, 0], short[1][0, 0]), truth)


# Rounding, where sums are exact: what is allowed for it is there, and not much more

EPS = 2.0**-52


def test_what_is_allowed_for_is_what_intervals_allow_for() -> None:
    ours, theirs = (sums.EPS, sums.TINY, sums.DEPTH), (intervals.EPS, intervals.TINY, intervals._DEPTH)
    assert ours == theirs


@pytest.mark.parametrize("samples", [1, 64])
def test_rounding_of_a_mean_is_allowed_for(samples: int) -> None:
    """All factors are 1, so that no midpoint is rounded; a radius of 2^30 counts by its own rounding."""
    one, shape = np.ones((1, samples, 2, 1, 2, 1)), (1, 2, 1, 1, 1, 1)
    x, none = (np.ones((1, samples, 2, 1)), np.zeros((1, samples, 2, 1))), np.zeros((1, samples, 2, 1))
    for radius in (0.0, 2.0**30):
        found, scale = (np.zeros(shape), np.zeros(shape)), 2.0 * max(radius, 1.0)
        given_ = (one, np.full_like(one, radius)), x, (np.ones_like(none), none), (one, np.full_like(one, radius))
        sums.mean_in_weights(*given_, np.array([1, 0]), np.array([0, 0]), found)
        mixed, straight = found[1].ravel()
        assert found[0].ravel().tolist() == [2, 1]
        for rad, share in ((mixed, 1.0), (straight, 0.5)):
            own = share * 2 * radius
            terms = (2 * samples + 16 if radius else 2 * samples + 1) * EPS * share * scale
            assert own + 0.95 * terms <= rad <= own + 1.1 * terms + 40 * EPS * share * scale


@pytest.mark.parametrize("terms", [1, 64])
def test_rounding_of_an_inner_sum_is_allowed_for(terms: int) -> None:
    for radius in (0.0, 2.0**30):
        found = np.zeros((1, 1, 1)), np.zeros((1, 1, 1))
        change, weight = (
            (np.ones((1, terms, 1)), np.zeros((1, terms, 1))),
            (np.ones((1, terms)), np.full((1, terms), radius)),
        )
        sums.inner(change, weight, np.ones(terms, np.int64), found)
        own, allowed = terms * radius, terms * (terms + (16 if radius else 1)) * EPS * max(radius, 1.0)
        assert found[0].item() == terms
        assert own + 0.95 * allowed <= found[1].item() <= own + 1.1 * allowed + 40 * EPS * max(radius, 1.0) * terms
