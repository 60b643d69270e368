"""Runs that are followed: what is fixed of them holds along them, and f where they leave is as it is said to be."""

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
from verify.regions.level import SHARES, Level
from verify.regions.network import Box, check, enclose, ends_of_value, flat, value
from verify.regions.own import Following, Passage, Steps, first_own, follow, passed
from verify.regions.tube import Tube, enclosed, from_pilots
from verify.regions.visited import Merged

PROBLEM = check(problems.make("network", 2, width=2, samples=4, loss="log-cosh", instance=3))
EDGES = np.array([0, 2, 8, 30, 70, 120, 180, 250])
K, BINS, FIRST, LAST = 250, 7, 2, 3
"""The second bin has the 6 steps that stale weights ask for, the first has not."""
LIMITED = ("L", "slope", "S", "rho", "stages", "variance", "T2", "late", "late_T2", "excess")
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
    def ends(parts: list[Array]) -> tuple[Array, Array]:
        low, high = (np.stack([end(part, axis=1) for part in parts], axis=1) for end in (np.min, np.max))
        return low, high

    whole, last = ([path[:, max(a, b - most) : b + 1] for a, b in pairwise(EDGES)] for most in (K, LAST))
    return Merged(EDGES, *ends(whole), ends(last))


class Known(NamedTuple):
    """What pilots fix."""

    steps: Steps
    pilots: Merged
    tube: Tube
    before: Array
    following: Following


def near(numbers: Array, beyond: float, spare: float) -> Array:
    """Limits of each bin alone and with little to spare, so that what is a little lower is passed."""
    most, least = numbers.max(axis=0), numbers.min(axis=0)
    assert (beyond, spare) in {own.SPARE, *own.SPARES.values()}
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


def held_on(fixed: Known, last: Box, box: Box, before: Array) -> Level:
    """What holds on the box of a bin after that of another, one at a time."""
    steps = fixed.steps
    around = last.joined(box) if any(steps.lags) else box
    found = enclose(PROBLEM, around, box, steps.tau, steps.alpha, stashed=steps.stashed)
    apart = np.repeat(steps.lags, 4) * np.maximum(found.step, before) * (1 + 1e-15)
    apart = np.minimum(apart, around.farthest(box))
    one = Level.of(found, stale.change(PROBLEM, around, box, apart, stashed=steps.stashed), (4, 4))
    return one if any(steps.lags) else replace(one, S=0 * one.S)


def beyond(one: Level, ceiling: Level) -> bool:
    over = [np.any(getattr(one, name) > getattr(ceiling, name)) for name in LIMITED]
    return bool(any(over) or one.least < ceiling.least)


def boxes_of(visited: Merged, replica: int, *, last: bool = False) -> list[Box]:
    ends = visited.last if last and visited.last else (visited.low, visited.high)
    return [Box(low, high).widened(0.0) for low, high in zip(ends[0][replica], ends[1][replica], strict=True)]


def along(fixed: Known, visited: Merged, replica: int) -> list[Level]:
    """What holds where a replica was, from where it is followed on, one bin after another."""
    found, last, boxes = list[Level](), fixed.before, boxes_of(visited, replica)
    ends = boxes_of(visited, replica, last=True)
    for bin_ in range(FIRST, BINS):
        found.append(held_on(fixed, ends[bin_ - 1], boxes[bin_], last))
        last = found[-1].step
    return found


@cache
def fresh_along(name: str, replica: int) -> list[Level]:
    return along(known(name), ranges(fresh(name)), replica)


def bin_of_end(name: str, fixed: Known, replica: int) -> int | None:
    """The first bin in which a fresh replica may leave; None if it does not."""
    pairs = zip(fresh_along(name, replica), fixed.following.ceilings, strict=True)
    return next((b for b, (one, ceiling) in enumerate(pairs, FIRST) if beyond(one, ceiling)), None)


def lowered(fixed: Known, name: str, share: float) -> Known:
    """One ceiling from the third of the bins on lower; the floor of f higher."""
    found = list(fixed.following.ceilings)
    for place in range(2, len(found)):
        found[place] = replace(found[place], **{name: share * getattr(found[place], name)})
    return fixed._replace(following=replace(fixed.following, ceilings=tuple(found)))


CEILINGS = {
    "L": 0.92, "slope": 0.88, "S": 0.92, "rho": 0.93, "stages": 0.84, "variance": 0.83, "T2": 0.81, "least": 1.1,
    "late": 0.72, "late_T2": 0.72, "excess": 0.8,
}  # fmt: skip
"""What is left of each constant for some to leave by it."""


def variants(name: str) -> dict[str, Known]:
    """What pilots fix, and what more are left by."""
    fixed = known(name)
    found = {"all": fixed}
    for constant, share in CEILINGS.items():
        if constant not in ("S", "late", "late_T2") or any(fixed.steps.lags):
            found[constant] = lowered(fixed, constant, share)
    return found


def test_a_short_bin_is_not_the_one_before() -> None:
    assert EDGES[1] - EDGES[0] < 3 <= EDGES[2] - EDGES[1]
    assert not known("stale").tube.left_by(ranges(fresh("stale"))).any()


# What holds along a run


@pytest.mark.parametrize("name", CASES)
def test_what_is_fixed_holds_at_every_step_before_a_run_leaves(name: str) -> None:
    fixed, most = known(name), dict[str, float]()
    for replica, path in enumerate(fresh(name)):
        gone = bin_of_end(name, fixed, replica)
        until = K if gone is None else int(EDGES[gone])
        for what, ratio in met(fixed, path, until):
            most[what] = max(most.get(what, 0.0), float(np.max(ratio)))
    assert max(most.values()) <= 1 + 1e-9, most
    sharp = {"L", "slope", "rho", "stages", "variance", "T2", "excess"}
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
    few = SHARES < 0.25  # beyond some of these elements are at every step
    beyond_ = np.maximum(share[:, None] ** 2 - SHARES[few, None] ** 2, 0) * here.mean(axis=1)[:, None] ** 2
    yield "excess", beyond_.sum(axis=2) / most["excess"][:, few]
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
    """f is within its ends at every step of the first bin in which a run may leave, and at all later ones."""
    path = fresh(name)
    for what, fixed in variants(name).items():
        found = on(fixed, path)
        ends = [bin_of_end(name, fixed, replica) for replica in range(len(path))]
        assert found.left.tolist() == [end is not None for end in ends], what
        assert sum(end is not None for end in ends) >= 2 or what == "all", what
        assert what != "all" or ends.count(None) >= 7
        for replica, end in enumerate(ends):
            if end is None:
                assert np.isnan(found.least[replica]) and np.isnan(found.most[replica])
                continue
            f = PROBLEM.moments(split(path[replica, EDGES[end] :])).value
            assert found.least[replica] * (1 - 1e-12) <= f.min() and f.max() <= found.most[replica] * (1 + 1e-12), what
            assert found.most[replica] - found.least[replica] < f.max() - f.min() + 0.3, what


@pytest.mark.parametrize("name", CASES)
def test_what_is_enclosed_is_so_at_every_step(name: str) -> None:
    """Of single steps, as boxes of their own: what decides whether a run leaves passes no more than its bin's."""
    fixed, path = known(name), fresh(name)[0]
    for place, one in enumerate(fresh_along(name, 0)):
        for k in np.linspace(EDGES[FIRST + place], EDGES[FIRST + place + 1] - 1, 4).astype(int):
            stale_, now = old(fixed.steps, path, int(k)), path[k]
            step = fixed.steps.alpha * np.abs(directions(stale_[None], (stale_ if fixed.steps.stashed else now)[None]))
            assert np.all(step[0].max(axis=0) * (1 + np.abs(now) / fixed.steps.tau) <= one.step * (1 + 1e-12))
            around = Box(np.minimum(stale_, now), np.maximum(stale_, now))
            found = enclose(
                PROBLEM, around, Box(now, now), fixed.steps.tau, fixed.steps.alpha, stashed=fixed.steps.stashed
            )
            change = stale.change(PROBLEM, around, Box(now, now), np.abs(stale_ - now), stashed=fixed.steps.stashed)
            of_step = Level.of(found, change, (4, 4))
            assert not beyond(replace(of_step, S=of_step.S * any(fixed.steps.lags)), one)


# What is known when


@st.composite
def visits(draw: st.DrawFn) -> Merged:
    """What one replica may have visited: anything about as far away as a run moves."""
    numbers = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).uniform(-1, 1, (2, BINS, 8)))
    size = draw(st.sampled_from([0.003, 0.01, 0.03]))
    ends = flat(PROBLEM.initial_weights()) + size * draw(numbers)
    return Merged(EDGES, ends.min(axis=0)[None], ends.max(axis=0)[None])


def until(fixed: Known, visited: Merged, bins: int) -> bool:
    """Whether a run that visited this left in the first bins."""
    cut = replace(fixed.following, ceilings=fixed.following.ceilings[: bins - FIRST])
    part = Merged(EDGES[: bins + 1], visited.low[:, :bins], visited.high[:, :bins])
    return bool(passed(fixed.steps, cut, part, fixed.before, np.ones(1, dtype=bool)).left[0])


def judged(fixed: Known, visited: Merged) -> tuple[float, ...]:
    found = passed(fixed.steps, fixed.following, visited, fixed.before, np.ones(1, dtype=bool))
    assert bool(found.left[0]) == (found.since[0] < BINS)
    return tuple(float(each[0]) for each in (found.left, found.least, found.most))


@settings(max_examples=20, deadline=None)
@given(visits(), visits(), st.integers(FIRST, BINS - 1), st.sampled_from(["stale", "stashed"]))
def test_what_comes_later_changes_nothing(visited: Merged, other: Merged, bin_: int, name: str) -> None:
    """Whether a run left by the end of a bin follows from what it visited up to there, and gone is gone."""
    fixed = known(name)
    later = np.arange(BINS)[:, None] > bin_
    mixed = Merged(EDGES, np.where(later, other.low, visited.low), np.where(later, other.high, visited.high))
    left = [until(fixed, visited, end) for end in range(FIRST + 1, BINS + 1)]
    assert left == sorted(left) and left[-1] == bool(judged(fixed, visited)[0])
    assert until(fixed, mixed, bin_ + 1) == until(fixed, visited, bin_ + 1)
    assert judged(fixed, mixed)[0] >= until(fixed, visited, bin_ + 1)


def test_f_is_within_its_ends_from_the_bin_on_whose_ceiling_is_passed() -> None:
    fixed = lowered(known("stale"), "rho", 0.5)
    visited = ranges(fresh("stale")[:1])
    gone, *ends = judged(fixed, visited)
    rest = [value(PROBLEM, one) for one in boxes_of(visited, 0)[FIRST + 2 :]]
    assert gone and ends == [min(low for low, _ in rest), max(high for _, high in rest)]
    visited.low[0, : FIRST + 2] -= 1e-3
    assert judged(fixed, visited)[1:] == tuple(ends)
    wide = fixed._replace(steps=fixed.steps._replace(wide=1e-4))
    _, low, high = judged(wide, visited)
    assert low < ends[0] - 1e-7 and high > ends[1] + 1e-7


def test_where_f_is_too_large_to_be_enclosed_nothing_is_said_but_its_floor() -> None:
    problem = check(problems.make("network", 2, width=2, samples=4, loss="squared", activation="identity", instance=3))
    near_, far = (Box(np.full(8, at), np.full(8, at)) for at in (0.5, 1e160))
    assert ends_of_value(problem, [near_, far]) == (problem.lower_bound, np.inf)
    low, high = ends_of_value(problem, [near_])
    assert (low, high) == value(problem, near_) and 0 <= low <= high < np.inf


# What pilots fix


@pytest.mark.parametrize("name", CASES)
def test_pilots_do_not_leave_and_have_no_more_than_the_ceilings(name: str) -> None:
    fixed = known(name)
    inside = np.ones(12, dtype=bool)
    assert not passed(fixed.steps, fixed.following, fixed.pilots, fixed.before, inside).left.any()
    for replica in range(0, 12, 3):
        for one, ceiling in zip(along(fixed, fixed.pilots, replica), fixed.following.ceilings, strict=True):
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
    """Here they do if steps are a hundred times as small; and from where they part on they are followed."""
    fixed = known("stale")
    still = fixed.steps._replace(alpha=1e-4)
    together = ranges(paths(still, 12, 1))
    assert first_own(still, from_pilots(together).boxes, together) is None
    for since in (3, 4):
        pilots = apart(together, since, 0.6)
        assert first_own(still, from_pilots(pilots).boxes, pilots) == since


def test_no_bin_follows_one_that_is_shorter_than_the_largest_lag() -> None:
    """Bins have 2, 6, 22, 40, 50, 60, 70 steps, and pilots are apart from the second on."""
    fixed = known("stale")
    pilots = apart(fixed.pilots, 1, 0.6)
    laid = from_pilots(pilots).boxes
    expected = {3: 2, 6: 2, 7: 3, 22: 3, 23: 4, 40: 4, 41: 5, 50: 5, 51: 6, 60: 6, 61: None, 71: None}
    for lag, first in expected.items():
        for lags in ((lag, 0), (1, lag)):
            assert first_own(fixed.steps._replace(lags=lags), laid, pilots) == first, lags
