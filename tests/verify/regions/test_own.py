"""Boxes around a run's own past: what is fixed of them holds along runs, and it is known in time when one leaves."""

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate import problems
from verify.regions import own, stale
from verify.regions.intervals import Array
from verify.regions.level import Level
from verify.regions.network import Box, check, enclose, flat, value
from verify.regions.own import ENCLOSED, Following, Passage, Steps, first_own, follow, passed
from verify.regions.tube import Tube, enclosed, from_pilots
from verify.regions.visited import Merged

PROBLEM = check(problems.make("network", 2, width=2, samples=4, loss="log-cosh", instance=3))
EDGES = np.array([0, 2, 8, 30, 70, 120, 180, 250])
K, BINS, FIRST = 250, 7, 2
"""The second bin has the 6 steps that stale weights ask for, the first has not."""
LIMITED = ("L", "slope", "S", "rho", "stages", "variance", "T2", "late", "late_T2")
CASES = {
    "current": Steps(PROBLEM, 0.01, 3.0, (0, 0), stashed=False),
    "stale": Steps(PROBLEM, 0.01, 3.0, (3, 1), stashed=False),
    "stashed": Steps(PROBLEM, 0.01, 3.0, (3, 1), stashed=True),
}


def old(steps: Steps, path: Array, k: int) -> Array:
    """The weights, shape (..., D), that the forward pass of sample k reads."""
    return np.concatenate(
        [path[..., max(k - lag, 0), 4 * stage : 4 * stage + 4] for stage, lag in enumerate(steps.lags)], axis=-1
    )


def directions(forward: Array, backward: Array) -> Array:
    """The directions of all samples at many weights at once, shape (n, N, D)."""
    found = []
    for sample in range(PROBLEM.samples):
        places, kept = np.full(len(forward), sample), []
        message, rows = PROBLEM.enter(places, ()), []
        for stage in range(2):
            message, of_stage = PROBLEM.forward(stage, split(forward)[stage], message)
            kept.append(of_stage)
        message = PROBLEM.turn(message, places)
        for stage in (1, 0):
            gradient, message = PROBLEM.backward(stage, split(backward)[stage], message, kept[stage])
            rows.append(gradient.reshape(len(forward), -1))
        found.append(np.concatenate(rows[::-1], axis=1))
    return np.stack(found, axis=1)


def split(weights: Array) -> list[Array]:
    return [weights[:, 4 * stage : 4 * stage + 4].reshape(-1, 2, 2) for stage in range(2)]


def paths(steps: Steps, count: int, seed: int) -> Array:
    """Weights of `count` replicas at all steps, shape (count, K + 1, D), as the algorithm is written."""
    rng = np.random.default_rng(seed)
    found = np.empty((count, K + 1, 8))
    found[:, 0] = flat(PROBLEM.initial_weights())
    for k in range(K):
        samples = rng.integers(PROBLEM.samples, size=count)
        forward, now = old(steps, found, k), found[:, k]
        g = directions(forward, forward if steps.stashed else now)[np.arange(count), samples]
        found[:, k + 1] = now - steps.alpha * g - steps.alpha * np.abs(g) * now / steps.tau
    return found


def ranges(path: Array) -> Merged:
    parts = [path[:, first : last + 1] for first, last in pairwise(EDGES)]
    low, high = (np.stack([end(part, axis=1) for part in parts], axis=1) for end in (np.min, np.max))
    return Merged(EDGES, low, high)


class Known(NamedTuple):
    """What pilots fix."""

    steps: Steps
    pilots: Merged
    tube: Tube
    before: Array
    following: Following


def near(values: Array, spare: float) -> Array:
    """Limits of each bin alone and with little to spare, so that what is a little lower is passed."""
    most, least = values.max(axis=0), values.min(axis=0)
    assert spare in (own.SPARE, own.SPARE_RHO)
    return np.asarray(most + 0.5 * (most - least) + 0.05 * np.abs(most))


@cache
def known(name: str) -> Known:
    steps = CASES[name]
    pilots = ranges(paths(steps, 12, 1))
    tube = from_pilots(pilots)
    levels = enclosed(PROBLEM, tube, steps.alpha, steps.tau, steps.lags, stashed=steps.stashed, bins=FIRST)
    before = levels[-1].step
    with patch.object(own, "_limit", near):
        following = follow(steps, pilots, FIRST, before)
    assert following is not None
    return Known(steps, pilots, tube, before, following)


@cache
def fresh(name: str) -> Array:
    return paths(CASES[name], 8, 2)


def on(fixed: Known, path: Array) -> Passage:
    inside = np.ones(len(path), dtype=bool)
    return passed(fixed.steps, fixed.following, ranges(path), fixed.before, inside)


def held_on(fixed: Known, box: Box, before: Array) -> Level:
    """What holds on a box, one at a time."""
    steps = fixed.steps
    found = enclose(PROBLEM, box, box, steps.tau, steps.alpha, stashed=steps.stashed)
    apart = np.repeat(steps.lags, 4) * np.maximum(found.step, before) * (1 + 1e-15)
    apart = np.minimum(apart, box.farthest(box))
    return Level.of(found, stale.change(PROBLEM, box, box, apart, stashed=steps.stashed), (4, 4))


def beyond(one: Level, ceiling: Level) -> bool:
    over = [np.any(getattr(one, name) > getattr(ceiling, name)) for name in LIMITED]
    return bool(any(over) or one.least < ceiling.least)


@cache
def along(name: str, share: float, replica: int) -> list[tuple[Box, Level]]:
    """A fresh replica's own boxes with reaches of this share, and what holds on them, one after another."""
    fixed, found = known(name), list[tuple[Box, Level]]()
    last, path = fixed.before, fresh(name)[replica]
    for place, bin_ in enumerate(range(FIRST, BINS)):
        visited = path[EDGES[bin_ - 1] : EDGES[bin_] + 1]
        low, high = (share * getattr(fixed.following, end)[place] for end in ("below", "beyond"))
        box = Box(visited.min(axis=0) - low, visited.max(axis=0) + high)
        found.append((box, held_on(fixed, box, last)))
        last = found[-1][1].step
    return found


def end_of(name: str, variant: "Variant", replica: int) -> int | None:
    """T of a fresh replica, looked for step by step; None if it does not leave."""
    path = fresh(name)[replica]
    for place, (box, one) in enumerate(along(name, variant.share, replica)):
        if beyond(one, variant.fixed.following.ceilings[place]):
            return int(EDGES[FIRST + place])
        for k in range(EDGES[FIRST + place], EDGES[FIRST + place + 1] + 1):
            if not np.all((box.low <= path[k]) & (path[k] <= box.high)):
                return k
    return None


class Variant(NamedTuple):
    """What is fixed, and the share of the pilots' reaches."""

    fixed: Known
    share: float = 1.0


def narrow(fixed: Known, share: float) -> Known:
    """Reaches of a share of what pilots ask for."""
    made = fixed.following
    return fixed._replace(following=replace(made, below=share * made.below, beyond=share * made.beyond))


def lowered(fixed: Known, name: str, share: float) -> Known:
    """One ceiling from the third of the bins on lower; the floor of f higher."""
    found = list(fixed.following.ceilings)
    for place in range(2, len(found)):
        found[place] = replace(found[place], **{name: share * getattr(found[place], name)})
    return fixed._replace(following=replace(fixed.following, ceilings=tuple(found)))


CEILINGS = {
    "L": 0.87, "slope": 0.86, "S": 0.88, "rho": 0.93, "stages": 0.86, "variance": 0.86, "T2": 0.84, "least": 1.15,
    "late": 0.82, "late_T2": 0.82,
}  # fmt: skip
"""What is left of each constant for some to leave by it."""


def variants(name: str) -> dict[str, Variant]:
    """What pilots fix, and what more are left by."""
    fixed = known(name)
    found = {"all": Variant(fixed), "narrow": Variant(narrow(fixed, 0.5), 0.5)}
    for constant, share in CEILINGS.items():
        if not constant.startswith("late") or any(fixed.steps.lags):
            found[constant] = Variant(lowered(fixed, constant, share))
    return found


def test_a_short_bin_is_not_the_one_before() -> None:
    assert EDGES[1] - EDGES[0] < 3 <= EDGES[2] - EDGES[1]
    assert not known("stale").tube.left_by(ranges(fresh("stale"))).any()


# What holds along a run


@pytest.mark.parametrize("name", CASES)
def test_what_is_fixed_holds_at_every_step_before_a_run_leaves(name: str) -> None:
    fixed, most = known(name), dict[str, float]()
    for replica, path in enumerate(fresh(name)):
        until = end_of(name, Variant(fixed), replica) or K
        for what, ratio in met(fixed, path, until):
            most[what] = max(most.get(what, 0.0), float(np.max(ratio)))
    assert max(most.values()) <= 1 + 1e-9, most
    sharp = {"L", "slope", "rho", "stages", "variance", "T2"}
    assert min(most[each] for each in sharp) > 0.2, most
    lagging = {"S", "late", "late_T2"} if any(fixed.steps.lags) else set()
    assert sharp | lagging | {"least"} == set(most)
    assert all(most[each] > 0.005 for each in lagging), most


def met(fixed: Known, path: Array, until: int) -> Iterator[tuple[str, Array]]:
    """What is met along a run in the bins that follow it, as a share of the ceilings, for all steps k at once."""
    steps, when = fixed.steps, np.arange(EDGES[FIRST], until)
    ceilings = [fixed.following.ceilings[b - FIRST] for b in np.searchsorted(EDGES, when, side="right") - 1]
    most = {name: np.array([getattr(one, name) for one in ceilings]) for name in (*LIMITED, "least")}
    forward, now = np.array([old(steps, path, k) for k in when]), path[when]
    late, here = directions(forward, forward if steps.stashed else now), directions(now, now)
    variance, share = late.var(axis=1), np.abs(now) / steps.tau
    yield "variance", variance.sum(axis=1) / most["variance"]
    yield "T2", (share**2 * variance).sum(axis=1) / most["T2"]
    yield "stages", ((1 + share) ** 2 * variance).reshape(-1, 2, 4).sum(axis=2) / most["stages"]
    yield "slope", np.linalg.norm(here.mean(axis=1), axis=1) / most["slope"]
    yield "rho", share.max(axis=1) / most["rho"]
    for at in (now, path[when + 1]):
        yield "least", most["least"] / PROBLEM.moments(split(at)).value
        second = hessians(at)
        yield "L", np.linalg.eigvalsh(0.5 * (second + second.swapaxes(1, 2)))[:, -1] / most["L"]
    if any(steps.lags):
        change = np.mean((late - here) ** 2, axis=1)
        yield "late", change.sum(axis=1) / most["late"]
        yield "late_T2", (share**2 * change).sum(axis=1) / most["late_T2"]
        apart = np.linalg.norm((forward - now).reshape(-1, 2, 4), axis=2)
        moved = np.linalg.norm((late - here).mean(axis=1).reshape(-1, 2, 4), axis=2)
        yield "S", moved / np.einsum("kij,kj->ki", most["S"], apart)


def hessians(at: Array) -> Array:
    """Central differences of the gradient, shape (n, D, D)."""
    units = 1e-5 * np.eye(8)
    ends = [[directions(at + e, at + e).mean(axis=1) for e in (unit, -unit)] for unit in units]
    return np.stack([(high - low) / 2e-5 for high, low in ends], axis=2)


@pytest.mark.parametrize("name", CASES)
def test_who_leaves_and_where_f_is_then(name: str) -> None:
    path, gone = fresh(name), dict[str, list[int]]()
    for what, variant in variants(name).items():
        found = on(variant.fixed, path)
        ends = [end_of(name, variant, replica) for replica in range(len(path))]
        assert found.left.tolist() == [end is not None for end in ends], what
        gone[what] = [end for end in ends if end is not None]
        for replica, end in enumerate(ends):
            if end is None:
                assert np.isnan(found.least[replica]) and np.isnan(found.most[replica])
                continue
            f = float(PROBLEM.moments(split(path[replica, end][None])).value[0])
            assert found.least[replica] * (1 - 1e-12) <= f <= found.most[replica] * (1 + 1e-12), what
            assert found.most[replica] - found.least[replica] < 0.3, what
    assert not gone.pop("all") and {*gone["narrow"]} - {*EDGES.tolist()}
    for what, ends in gone.items():
        assert len(ends) >= 2, what
        assert what == "narrow" or {*ends} <= {*EDGES[FIRST + 2 :].tolist()}, what


# What is known when


@st.composite
def visits(draw: st.DrawFn) -> Merged:
    """What one replica may have visited: anything about as far away as a run moves."""
    numbers = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).uniform(-1, 1, (2, BINS, 8)))
    size = draw(st.sampled_from([0.01, 0.03, 0.05]))
    ends = flat(PROBLEM.initial_weights()) + size * draw(numbers)
    return Merged(EDGES, ends.min(axis=0)[None], ends.max(axis=0)[None])


def until(fixed: Known, bins: int) -> Known:
    """What is fixed of the first bins alone."""
    made, more = fixed.following, bins - FIRST
    cut = replace(made, below=made.below[:more], beyond=made.beyond[:more], ceilings=made.ceilings[:more])
    return fixed._replace(following=cut)


def judged(fixed: Known, visited: Merged) -> tuple[float, ...]:
    found = passed(fixed.steps, fixed.following, visited, fixed.before, np.ones(1, dtype=bool))
    return tuple(float(each[0]) for each in found)


@settings(max_examples=20, deadline=None)
@given(visits(), visits(), st.integers(FIRST, BINS - 1), st.sampled_from(["stale", "stashed"]))
def test_what_comes_later_changes_nothing(visited: Merged, other: Merged, bin_: int, name: str) -> None:
    """Whether a run left by a bin, and where f is then, follows from what it visited up to there; its box, before."""
    fixed = known(name)
    later = np.arange(BINS)[:, None] > bin_
    mixed = Merged(EDGES, np.where(later, other.low, visited.low), np.where(later, other.high, visited.high))
    for one in range(FIRST, bin_ + 2):
        if one < BINS:
            mine, its = (fixed.following.box(ranges_, 0, one) for ranges_ in (visited, mixed))
            assert np.array_equal(mine.low, its.low) and np.array_equal(mine.high, its.high)
    left = [judged(until(fixed, end), visited) for end in range(FIRST, BINS + 1)]
    when = next((end for end, (gone, *_) in enumerate(left, FIRST) if gone), BINS + 1)
    assert not left[0][0] and all(one == left[when - FIRST] for one in left[when - FIRST :])  # gone is gone
    if when <= bin_ + 1:
        assert judged(fixed, mixed) == left[when - FIRST] == judged(fixed, visited)
    assert judged(until(fixed, bin_ + 1), mixed)[0] == judged(until(fixed, bin_ + 1), visited)[0]


def test_a_run_that_no_ceiling_allows_leaves_before_the_bin_begins() -> None:
    """Whatever it does in the bin, the box of which it would have had: f is that of the bin before."""
    fixed = lowered(known("stale"), "rho", 0.5)
    visited = ranges(fresh("stale")[:1])
    gone, *ends = judged(fixed, visited)
    before = Box(visited.low[0, FIRST + 1], visited.high[0, FIRST + 1])
    assert gone and ends == [*value(PROBLEM, before.widened(0.0))]
    visited.low[0, FIRST + 2 :] -= 1.0
    assert judged(fixed, visited) == (gone, *ends)


def test_a_run_that_is_outside_is_no_more_than_a_step_away_from_its_box() -> None:
    fixed, visited = known("stale"), ranges(fresh("stale")[:1])
    box = fixed.following.box(visited, 0, FIRST + 1)
    step = enclose(PROBLEM, box, box, fixed.steps.tau, fixed.steps.alpha).step
    for far in (1e-9, 1.0):
        high = visited.high.copy()
        high[0, FIRST + 1, 5] = box.high[5] + far
        gone, *ends = judged(fixed, visited._replace(high=high))
        assert gone and ends == pytest.approx([*value(PROBLEM, box.widened(step))], rel=1e-12)
    assert not judged(fixed, visited._replace(high=np.minimum(visited.high, box.high)))[0]
    wide = fixed._replace(steps=fixed.steps._replace(wide=1e-4))
    low, high_ = value(PROBLEM, box.widened(step + 1e-4))
    assert judged(wide, visited._replace(high=high))[1] <= low * (1 + 1e-12) < ends[0]
    assert judged(wide, visited._replace(high=high))[2] >= high_ * (1 - 1e-12) > ends[1]


# What pilots fix


@pytest.mark.parametrize("name", CASES)
def test_pilots_do_not_leave_and_have_no_more_than_the_ceilings(name: str) -> None:
    fixed = known(name)
    inside = np.ones(12, dtype=bool)
    left = passed(fixed.steps, fixed.following, fixed.pilots, fixed.before, inside).left
    assert not left[:ENCLOSED].any() and left.sum() <= 1
    for replica in range(0, ENCLOSED, 3):
        last = fixed.before
        for place, ceiling in enumerate(fixed.following.ceilings):
            one = held_on(fixed, fixed.following.box(fixed.pilots, replica, FIRST + place), last)
            last = one.step
            for field in fields(Level):
                mine, most = getattr(one, field.name), getattr(ceiling, field.name)
                assert np.all(mine >= most if field.name == "least" else mine <= most), field.name
            assert ceiling.L < 1.5 * one.L and ceiling.variance < 2 * one.variance


def test_where_one_pilot_may_be_anywhere_nothing_is_fixed() -> None:
    fixed = known("stale")
    high = fixed.pilots.high.copy()
    high[3, BINS - 2, 5] = 1e110
    assert follow(fixed.steps, fixed.pilots._replace(high=high), FIRST, fixed.before) is None
    assert judged(fixed, Merged(EDGES, fixed.pilots.low[3:4], high[3:4]))[0]


def apart(pilots: Merged, since: int, by: float) -> Merged:
    """The pilots as if each had gone a way of its own in a bin, and kept to it."""
    way = by * np.linspace(-1, 1, len(pilots.low))[:, None, None] * (np.arange(BINS) >= since)[:, None]
    return Merged(EDGES, pilots.low + way, pilots.high + way)


def test_where_pilots_stay_together_boxes_are_around_all() -> None:
    fixed = known("stale")
    assert first_own(fixed.steps, fixed.tube.boxes, fixed.pilots) is None
    for since in (4, 5):
        pilots = apart(fixed.pilots, since, 0.6)
        found = first_own(fixed.steps, from_pilots(pilots).boxes, pilots)
        # in the bin where they part a run reaches as far
        assert found in (since, since + 1)


def test_no_bin_follows_one_that_is_shorter_than_the_largest_lag() -> None:
    """Bins have 2, 6, 22, 40, 50, 60, 70 steps, and pilots are apart from the second on."""
    fixed = known("stale")
    pilots = apart(fixed.pilots, 1, 0.6)
    laid = from_pilots(pilots).boxes
    expected = {3: 2, 6: 2, 7: 3, 22: 3, 23: 4, 40: 4, 41: 5, 50: 5, 51: 6, 60: 6, 61: None, 71: None}
    for lag, first in expected.items():
        for lags in ((lag, 0), (1, lag)):
            assert first_own(fixed.steps._replace(lags=lags), laid, pilots) == first, lags
