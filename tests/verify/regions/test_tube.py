"""A tube bounds what runs in it do; leaving it is counted; what it is made from wrongly is seen."""

from dataclasses import replace
from functools import cache, reduce
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boundary import BadInput
from simulate.problems.network import Network
from tests.verify.regions.test_network import directions_at
from verify.regions import stale, tube
from verify.regions.intervals import Array
from verify.regions.network import Box, Enclosed, enclose, flat
from verify.regions.theorem import NO_NOISE, Constants, Noise, as_sampled, stopped, with_noise
from verify.regions.tube import Tube, constants, from_pilots, judged, leaving
from verify.regions.visited import Merged, merged

PROBLEM = Network(stages=3, width=2, samples=5, loss="log-cosh", instance=3)
ALPHA, TAU, LAGS, K = 0.002, 3.0, (4, 2, 0), 2000
EDGES = np.array([0, 1, 3, 8, 50, 200, 500, 1000, 1500, 2000])
SHAPES = [rows * columns for rows, columns in PROBLEM.shapes]


def split(weights: Array) -> list[Array]:
    ends = np.cumsum([0, *SHAPES])
    return [weights[..., a:b].reshape(*weights.shape[:-1], 2, 2) for a, b in pairwise(ends)]


def paths(count: int, seed: int) -> Array:
    """Weights of `count` replicas at all steps, shape (count, K + 1, D): Analog-SGD-AP as it is written."""
    rng, start = np.random.default_rng(seed), flat(PROBLEM.initial_weights())
    found = np.empty((count, K + 1, len(start)))
    found[:, 0] = start
    for k in range(K):
        sample, current = rng.integers(PROBLEM.samples, size=count), split(found[:, k])
        message, kept = PROBLEM.enter(sample, ()), []
        for stage, lag in enumerate(LAGS):
            message, of_stage = PROBLEM.forward(stage, split(found[:, max(k - lag, 0)])[stage], message)
            kept.append(of_stage)
        message, steps = PROBLEM.turn(message, sample), []
        for stage in reversed(range(PROBLEM.stages)):
            gradient, message = PROBLEM.backward(stage, current[stage], message, kept[stage])
            steps.append(gradient.reshape(count, -1))
        g = np.concatenate(steps[::-1], axis=1)
        found[:, k + 1] = found[:, k] - ALPHA * g - ALPHA * np.abs(g) * found[:, k] / TAU
    return found


def ranges(path: Array) -> Merged:
    parts = [path[:, first : last + 1] for first, last in pairwise(EDGES)]
    low, high = (np.stack([end(part, axis=1) for part in parts], axis=1) for end in (np.min, np.max))
    return Merged(EDGES, low, high)


def squares(path: Array) -> Array:
    return np.asarray(sum((g**2).sum((-1, -2)) for g in PROBLEM.moments(split(path)).gradient))


@cache
def pilots() -> Merged:
    return ranges(paths(24, 1))


@cache
def fresh() -> Array:
    return paths(24, 2)


@cache
def the_tube() -> Tube:
    return from_pilots(pilots())


@cache
def held() -> Constants:
    return constants(PROBLEM, the_tube(), ALPHA, TAU, LAGS)


@cache
def the_parts() -> list[tuple[Enclosed, Array]]:
    """What is enclosed on every box, and what staleness makes of the noise of weights as far apart as can be."""
    late = np.repeat(np.array(LAGS, dtype=float), SHAPES)
    found, laid = list[tuple[Enclosed, Array]](), the_tube().boxes
    for b, box in enumerate(laid):
        near = [a for a in range(b) if EDGES[a + 1] > EDGES[b] - max(LAGS)]
        forward = box.widened(max(LAGS) * np.max([held().found[a].step for a in near], axis=0)) if near else box
        forward = forward.common(reduce(Box.joined, [laid[a] for a in near], box))
        apart = late * np.max([held().found[a].step for a in (*near, b)], axis=0)
        change = stale.change(PROBLEM, forward, box, np.minimum(apart, forward.farthest(box)))
        found.append((enclose(PROBLEM, forward, box, TAU, ALPHA), change))
    return found


def test_a_tube_bounds_what_runs_in_it_do() -> None:
    stay = ~the_tube().left_by(ranges(fresh()))
    assert stay.sum() >= 22
    bound = stopped(held(), ALPHA, K, LAGS)
    met = squares(fresh()[stay][:, :K]).mean()
    assert met < bound < 10 * met


def test_constants_hold_along_the_paths() -> None:
    path = fresh()[~the_tube().left_by(ranges(fresh()))]
    for found, (parts, _), first, last in zip(held().found, the_parts(), EDGES[:-1], EDGES[1:], strict=True):
        part = path[:, first : last + 1]
        moments = PROBLEM.moments(split(part))
        variance = np.concatenate([v.reshape(*part.shape[:2], -1) for v in moments.variance], axis=-1)
        assert np.all(variance <= parts.variance) and np.all(variance.sum(axis=-1) <= found.variance)
        assert np.all(np.abs(np.diff(part, axis=1)) <= found.step)
        assert np.all(np.sqrt(squares(part)) <= found.slope)
        assert np.all(moments.value >= found.least)
        assert np.all(np.abs(part) / TAU <= parts.share) and np.max(np.abs(part)) / TAU <= found.rho
        factor = (1 + np.abs(part) / TAU) ** 2 * variance
        assert np.all(factor.reshape(*part.shape[:2], 3, 4).sum(axis=-1) <= found.stages)


def test_forward_weights_are_where_stale_ones_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    forward: list[Box] = []

    def seen(problem: Network, ahead: Box, backward: Box, *rest: float, stashed: bool) -> Enclosed:
        forward.append(ahead)
        return enclose(problem, ahead, backward, *rest, stashed=stashed)

    monkeypatch.setattr(tube, "enclose", seen)
    visited = ranges(fresh()[:1])
    narrow = Tube(EDGES, tuple(Box(*ends) for ends in zip(visited.low[0], visited.high[0], strict=True)))
    constants(PROBLEM, narrow, ALPHA, TAU, LAGS)
    for box, first, last in zip(forward, EDGES[:-1], EDGES[1:], strict=True):
        for k in range(max(first - max(LAGS), 0), last + 1):
            assert box.holds(fresh()[0, k])
    outside = [not narrow.boxes[b].holds(fresh()[0, max(EDGES[b] - 4, 0)]) for b in range(len(EDGES) - 1)]
    assert any(outside)  # so that the box alone would not do


def test_noise_of_stale_directions_is_no_larger_than_is_said() -> None:
    path = fresh()[~the_tube().left_by(ranges(fresh()))][0]
    more = [np.sum(change**2) for _, change in the_parts()]
    for (found, _), change, first, last in zip(the_parts(), more, EDGES[:-1], EDGES[1:], strict=True):
        for k in np.unique(np.linspace(first, last - 1, 4).astype(int)):
            old = [split(path[max(k - lag, 0)])[stage] for stage, lag in enumerate(LAGS)]
            stale_ones = directions_at(PROBLEM, flat(old), path[k])
            late = stale_ones.var(axis=0)
            assert np.all(np.abs(stale_ones).mean(axis=0) ** 2 - stale_ones.mean(axis=0) ** 2 <= found.fold)
            now = directions_at(PROBLEM, path[k], path[k]).var(axis=0)
            assert np.sqrt(np.sum(late)) <= np.sqrt(np.sum(now)) + np.sqrt(change)
            shared = np.sqrt(np.sum(found.share**2 * late))
            assert shared <= np.sqrt(np.sum(found.share**2 * now)) + np.max(found.share) * np.sqrt(change)
    lengths = np.diff(EDGES) / K
    assert held().stale.variance == pytest.approx(lengths @ more, rel=1e-12)
    both = [np.sum((one.share * change) ** 2) for one, change in the_parts()]
    assert held().stale.shared == pytest.approx(lengths @ both, rel=1e-12)
    assert constants(PROBLEM, the_tube(), ALPHA, TAU, (0, 0, 0)).stale == (0, 0, 0, 0)


def test_averages_are_those_of_the_bins() -> None:
    share = np.diff(EDGES) / K
    noise = [(1 + one.share) ** 2 * one.variance for one, _ in the_parts()]
    exact = {
        "T2": sum(s * np.sum(one.share**2 * one.fold) for s, (one, _) in zip(share, the_parts(), strict=True)),
        "c_w": 0.5 * ALPHA * sum(s * f.L * n.sum() for s, f, n in zip(share, held().found, noise, strict=True)),
        "direct": sum(s * one.slope**2 for s, one in zip(share, held().found, strict=True)),
    }
    for name, value in exact.items():
        assert value < getattr(held(), name) == pytest.approx(value, rel=1e-12)
    stages = [sum(s * n[4 * m : 4 * m + 4].sum() for s, n in zip(share, noise, strict=True)) for m in range(3)]
    assert held().stage_variances == pytest.approx(stages, rel=1e-12)
    assert max(one.L for one in held().found) == held().L
    assert all(np.all(one.S <= held().S) for one in held().found)
    assert min(one.least for one in held().found) == held().least >= 0
    assert held().start == pytest.approx(float(PROBLEM.moments(PROBLEM.initial_weights()).value))


def test_an_observed_end_makes_the_bound_smaller() -> None:
    values = PROBLEM.moments(split(fresh()[:, K])).value
    assert stopped(held(), ALPHA, K, LAGS, float(values.mean())) < stopped(held(), ALPHA, K, LAGS)
    assert stopped(held(), ALPHA, K, LAGS, -1.0) == stopped(held(), ALPHA, K, LAGS)


def test_noise_that_was_met_makes_the_bound_smaller() -> None:
    own = held()
    met = with_noise(own, 0.5 * own.T2, 0.5 * own.stage_variances, 0.5 * own.c_w)
    assert (0.5 * own.T2, own.L, own.least, 0.5 * own.c_w) == (met.T2, met.L, met.least, met.c_w)
    assert np.array_equal(met.stage_variances, 0.5 * own.stage_variances)
    assert stopped(met, ALPHA, K, LAGS) < stopped(own, ALPHA, K, LAGS)
    more = with_noise(own, 9 * own.T2, 9 * own.stage_variances)
    assert (more.T2, more.c_w) == (own.T2, own.c_w)
    for T2, stages in ((-1.0, own.stage_variances), (1.0, own.stage_variances[:1]), (np.nan, own.stage_variances)):
        with pytest.raises(BadInput, match="noise"):
            with_noise(own, T2, stages)


@pytest.mark.parametrize("part", [1e-9, 0.01, 0.3, 1.0, 9.0])
def test_noise_of_every_box_as_it_may_be_there_makes_no_more_of_curvature(part: float) -> None:
    """(1 + share)^2 is at most (1 + rho)^2: with all that may be met in the boxes, it is what holds there or more."""
    own = held()
    parts = [part * own.lengths * [getattr(one, name) for one in own.found] for name in ("variance", "T2")]
    found = as_sampled(replace(own, stale=NO_NOISE), ALPHA, own.T2, Noise.of(*parts, own.smoothness))
    root = [np.sqrt(one @ own.smoothness) for one in parts]
    whole = ALPHA / 2 * min((1 + own.rho) * root[0], sum(root)) ** 2
    assert found.c_w == pytest.approx(min(own.c_w, whole), rel=1e-9)


def test_a_stale_weight_is_in_the_boxes_of_its_own_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where steps may be far longer than boxes are wide, forward boxes are no larger than the boxes around."""
    forward: list[Box] = []

    def far(problem: Network, ahead: Box, *rest: Any, stashed: bool) -> Enclosed:
        forward.append(ahead)
        found = enclose(problem, ahead, *rest, stashed=stashed)
        return replace(found, step=np.full(found.step.shape, 1e3))

    apart: list[Array] = []
    change = stale.change
    monkeypatch.setattr(tube, "enclose", far)
    monkeypatch.setattr(stale, "change", lambda *given, **more: (apart.append(given[3]), change(*given, **more))[1])
    constants(PROBLEM, the_tube(), ALPHA, TAU, LAGS)
    laid = the_tube().boxes
    for b, (ahead, gap) in enumerate(zip(forward, apart, strict=True)):
        near = [laid[a] for a in range(b + 1) if a == b or EDGES[a + 1] > EDGES[b] - max(LAGS)]
        low, high = np.min([box.low for box in near], axis=0), np.max([box.high for box in near], axis=0)
        assert np.array_equal(ahead.low, low) and np.array_equal(ahead.high, high)
        late = np.repeat(np.array(LAGS), SHAPES) > 0
        assert np.all(gap[~late] == 0) and np.all(gap <= (high - low) * (1 + 1e-12))
        assert np.all(gap[late] >= np.maximum(high - laid[b].low, laid[b].high - low)[late])


def test_outside_the_domain_the_gradients_bound_it() -> None:
    assert stopped(replace(held(), L=2 / ALPHA), ALPHA, K, LAGS) == held().direct


def changed(base: Merged, **ends: Any) -> Any:
    low, high = base.low.copy(), base.high.copy()
    for name, value in ends.items():
        (low if name == "low" else high)[1, 3, 2] = value
    return SimpleNamespace(edges=base.edges, low=low, high=high)


@pytest.mark.parametrize("ends", [{"low": -9.0}, {"high": 9.0}, {"low": np.nan, "high": np.nan}, {"high": np.inf}])
def test_leaving_is_seen(ends: dict[str, float]) -> None:
    own = pilots()
    assert not the_tube().left_by(own).any()
    assert np.flatnonzero(the_tube().left_by(changed(own, **ends))).tolist() == [1]


def test_ranges_of_other_bins_are_refused() -> None:
    own = pilots()
    for other in (Merged(EDGES + (EDGES > 5), own.low, own.high), Merged(EDGES, own.low[..., :4], own.high[..., :4])):
        with pytest.raises(BadInput, match="ranges"):
            the_tube().left_by(other)


def test_merged_bins_hold_their_parts() -> None:
    fine, coarse = pilots(), merged(pilots(), EDGES[::3])
    assert coarse.edges.tolist() == [0, 8, 500, 2000]
    for b in range(3):
        assert np.array_equal(coarse.low[:, b], fine.low[:, 3 * b : 3 * b + 3].min(axis=1))
        assert np.array_equal(coarse.high[:, b], fine.high[:, 3 * b : 3 * b + 3].max(axis=1))


def test_a_tube_is_made_from_enough_pilots_that_did_not_diverge() -> None:
    own = pilots()
    with pytest.raises(BadInput, match="12 replicas"):
        from_pilots(Merged(EDGES, own.low[:11], own.high[:11]))
    with pytest.raises(BadInput, match="diverged"):
        from_pilots(changed(own, low=np.nan, high=np.nan))


def test_what_a_tube_cannot_say_is_refused() -> None:
    away = Tube(
        EDGES,
        tuple(box.widened(0.0) if b else Box(box.low + 5, box.high + 5) for b, box in enumerate(the_tube().boxes)),
    )
    with pytest.raises(BadInput, match="W_0"):
        constants(PROBLEM, away, ALPHA, TAU, LAGS)
    for lags in ((1, 0), (2, 1, -1)):
        with pytest.raises(BadInput, match="lags"):
            constants(PROBLEM, the_tube(), ALPHA, TAU, lags)
    for edges in (EDGES[::-1], EDGES[1:], EDGES[:-1]):
        with pytest.raises(BadInput, match="edges"):
            Tube(edges, the_tube().boxes)


def test_the_probability_of_leaving() -> None:
    assert leaving(0, 36, 0.01) == pytest.approx(1 - 0.01 ** (1 / 36), rel=1e-8)  # 12%
    assert leaving(36, 36, 0.01) == 1.0
    rng = np.random.default_rng(4)
    missed = np.mean([leaving(int(rng.binomial(30, 0.1)), 30, 0.05) < 0.1 for _ in range(2000)])
    assert missed <= 0.05 + 0.02
    for exits, fresh, level in ((-1, 5, 0.1), (6, 5, 0.1), (0, 0, 0.1), (0, 5, 0.0), (0, 5, 1.0)):
        with pytest.raises(BadInput):
            leaving(exits, fresh, level)


def test_the_statement_counts_who_left() -> None:
    found = judged(0.5, the_tube(), changed(pilots(), high=9.0), 0.05, 2.0)
    assert (found.exits, found.fresh, found.stopped) == (1, 24, 0.5)
    assert found.left == leaving(1, 24, 0.05)
    assert found.whole == pytest.approx(0.5 + 4 * found.left)
    assert judged(0.5, the_tube(), pilots(), 0.05, np.inf).whole == np.inf


def test_gradients_are_within_the_device_bound() -> None:
    rng = np.random.default_rng(5)
    weights = rng.uniform(-TAU, TAU, (200, sum(SHAPES)))
    assert np.all(np.sqrt(squares(weights)) <= tube.largest_gradient(PROBLEM, TAU))
    assert tube.largest_gradient(PROBLEM, np.inf) == np.inf
