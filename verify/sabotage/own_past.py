"""Faults of boxes that follow a run: what they are made from, what is looked at before a bin, where a run has left."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

import simulate
from simulate import problems
from simulate.ranges import Ranges
from simulate.results import RunResult
from simulate.run import Run
from verify.judging.pilots import Fixed
from verify.regions import covered, own, stale, tube, visited
from verify.regions.intervals import Array
from verify.regions.level import Level
from verify.regions.network import Box, Enclosed, check, enclose, enclose_all, value
from verify.regions.own import Following, Passage, Steps
from verify.regions.visited import Merged, Visited
from verify.sabotage.faults import Area, Detector, Fault, swapped

AREA: Area = "statistics"
_STEPS, _BINS, _FIRST = 160, 6, 2
_EDGES = np.array([0, 20, 45, 75, 100, 130, 160])
_STAYS = 4
"""A replica that does not leave."""
_WIDE = 1e-3
"""What boxes are widened by for rounding here, which is much more than rounding needs."""
_SEEN = 1e3
"""What pilots that part are said to show: the bounds on their boxes are of that size."""


def detectors() -> dict[str, Detector]:
    """Return the named checks: of what is fixed, what is known in time, who left, and what f is then."""
    return {
        "own-past-around-its-pilots": _around,
        "own-past-on-its-boxes": _on_boxes,
        "own-past-ceilings": _ceilings,
        "own-past-known-in-time": _in_time,
        "own-past-along-runs": _along,
        "own-past-left": _left,
        "own-past-after-long-bins": _long_bins,
    }


@cache
def _run() -> Run:
    """Return a run whose every step is a bin."""
    network = problems.make("network", 2, width=2, samples=4, loss="log-cosh", instance=3)
    return Run(network, "analog-sgd-ap", alpha=0.01, tau=4.0, iterations=_STEPS, replicas=12, seed=5, ranges=_STEPS)


@cache
def _pilots() -> RunResult:
    return simulate.execute(dataclasses.replace(_run(), seed=77))


@cache
def _fresh() -> RunResult:
    return simulate.execute(_run())


def _steps() -> Steps:
    return covered.steps_of(_run(), _WIDE)


def _merged(runs: RunResult) -> Merged:
    """Return what runs visited, which any check may change."""
    if runs.ranges is None:
        raise ValueError
    found = visited.merged(runs.ranges, _EDGES)
    return Merged(found.edges, found.low.copy(), found.high.copy())


@cache
def _paths() -> Array:
    """Return the weights of fresh replicas at all steps: bin k has W_k and W_(k+1) alone."""
    ranges = _fresh().ranges
    if ranges is None:
        raise ValueError
    low, high = ranges.low, ranges.high
    start = np.concatenate([np.ravel(stage) for stage in _run().problem.initial_weights()])
    found = [np.where(np.abs(low[:, 0] - start) <= np.abs(high[:, 0] - start), low[:, 0], high[:, 0])]
    for k in range(_STEPS):
        found.append(np.where(found[-1] == low[:, k], high[:, k], low[:, k]))
    return np.stack(found, axis=1)


class _Known(NamedTuple):
    """What pilots fix."""

    before: Array
    following: Following
    fixed: Fixed


def _known() -> _Known:
    """Return boxes that follow a run from bin `_FIRST` on, whether or not they are better than those around all."""
    run, ranges = _run(), _merged(_pilots())
    laid = tube.from_pilots(ranges)
    problem = check(run.problem)
    levels = tube.enclosed(problem, laid.widened(_WIDE), run.alpha, run.tau, run.lags, bins=_FIRST)
    following = own.follow(_steps(), ranges, _FIRST, levels[-1].step)
    if following is None:
        raise ArithmeticError
    lengths = np.diff(laid.edges) / _STEPS
    held = tube.combine([*levels, *following.ceilings], lengths, run.alpha, tube.at_start(problem))
    off = _WIDE / (run.alpha * _STEPS**0.5 * (1 + max(run.lags)))
    return _Known(levels[-1].step, following, Fixed(run, 77, 12, off, laid, held, following=following))


def _shown(ranges: Merged) -> RunResult:
    """Return the fresh replicas as if they had visited this."""
    return dataclasses.replace(_fresh(), ranges=Ranges(*ranges))


def _own_boxes(known: _Known, ranges: Merged, replica: int) -> list[tuple[Box, Level]]:
    """Return the boxes of a run, widened, and what holds on them; one at a time."""
    run, problem, found, last = _run(), check(_run().problem), list[tuple[Box, Level]](), known.before
    for place, bin_ in enumerate(range(_FIRST, _BINS)):
        below, beyond = known.following.below[place], known.following.beyond[place]
        box = Box(ranges.low[replica, bin_ - 1] - below, ranges.high[replica, bin_ - 1] + beyond).widened(_WIDE)
        one = enclose(problem, box, box, run.tau, run.alpha)
        apart = np.minimum(np.repeat(run.lags, 4) * np.maximum(one.step, last) * (1 + 1e-15), box.farthest(box))
        found.append((box, Level.of(one, stale.change(problem, box, box, apart), (4, 4))))
        last = one.step
    return found


def _around() -> bool:
    """Check that no pilot leaves, and that reaches are longer than the pilots' as far as is asked for."""
    known, ranges = _known(), _merged(_pilots())
    for ends, reach in ((-ranges.low, known.following.below), (ranges.high, known.following.beyond)):
        over = np.maximum(np.diff(ends[:, _FIRST - 1 :], axis=1), 0.0)
        mean = over.mean(axis=0)
        if not np.all(reach - mean >= 1.39 * (over.max(axis=0) - mean)):
            return False
    return not known.fixed.passage(_pilots()).left[: own.ENCLOSED].any()


def _in_time() -> bool:
    """Check that a box is known before its bin: who goes far away in it is outside, and the others are as before."""
    known, before = _known(), _merged(_fresh())
    plain = known.fixed.passage(_fresh()).left
    for bin_ in (_FIRST, _BINS - 1):
        after = _merged(_fresh())
        after.high[_STAYS, bin_, 1] += 1.0
        mine, its = (known.following.box(ranges, _STAYS, bin_) for ranges in (before, after))
        gone = known.fixed.passage(_shown(after)).left
        more = np.flatnonzero(gone != plain).tolist()
        if not (np.array_equal(mine.high, its.high) and gone[_STAYS] and more == [_STAYS]):
            return False
    return int(plain.sum()) <= 2


def _along() -> bool:
    """Check at every step of replicas that stay, from where boxes follow them on, that no number passes a ceiling."""
    known, problem, edges = _known(), _run().problem, _merged(_pilots()).edges
    stay = ~known.fixed.passage(_fresh()).left
    for place, ceiling in enumerate(known.following.ceilings):
        at = _paths()[stay][:, edges[_FIRST + place] : edges[_FIRST + place + 1] + 1].reshape(-1, 8)
        moments = problem.moments([at[:, :4].reshape(-1, 2, 2), at[:, 4:].reshape(-1, 2, 2)])
        slope = np.sqrt(sum(np.sum(np.square(stage), axis=(1, 2)) for stage in moments.gradient))
        variance = np.concatenate([stage.reshape(len(at), -1) for stage in moments.variance], axis=1)
        shares = np.abs(at) / 4.0
        stages = ((1 + shares) ** 2 * variance).reshape(len(at), 2, 4).sum(axis=2)
        within = np.all(slope <= ceiling.slope), np.all(shares <= ceiling.rho), np.all(stages <= ceiling.stages)
        if not (all(within) and np.all(moments.value >= ceiling.least)):
            return False
    return bool(stay.sum() >= 8)


def _on_boxes() -> bool:
    """Check what holds on a run's own boxes against what is enclosed on them one at a time."""
    known, ranges = _known(), _merged(_fresh())
    for replica in (0, 5):
        found = own._along(_steps(), known.following, ranges, replica, known.before)
        for one, (_, other) in zip(found, _own_boxes(known, ranges, replica), strict=True):
            if one is None:
                return False
            for field in dataclasses.fields(Level):
                if not np.allclose(getattr(one, field.name), getattr(other, field.name), rtol=1e-9, atol=0):
                    return False
    return True


def _lowered(ceiling: Level, name: str) -> Level:
    """Return a ceiling that nothing is below in the last of its numbers of a name; of f a floor that f is not above."""
    values = np.array(getattr(ceiling, name))
    values[(-1,) * values.ndim] = ceiling.least + 9.0 if name == "least" else 1e-9
    number: Any = values if values.ndim else float(values)
    return dataclasses.replace(ceiling, **{name: number})


def _ceilings() -> bool:
    """Check that each ceiling is looked at before its bin, and that f is that of the bin before then."""
    known, ranges, problem = _known(), _merged(_fresh()), check(_run().problem)
    before = Box(ranges.low[_STAYS, _FIRST + 1], ranges.high[_STAYS, _FIRST + 1]).widened(_WIDE)
    alone = np.arange(12) == _STAYS
    for name in ("L", "least", "slope", "S", "rho", "stages", "variance", "T2", "late", "late_T2"):
        ceilings = list(known.following.ceilings)
        ceilings[2] = _lowered(ceilings[2], name)
        following = dataclasses.replace(known.following, ceilings=tuple(ceilings))
        found = own.passed(_steps(), following, ranges, known.before, alone)
        ends = found.least[_STAYS], found.most[_STAYS]
        if not (found.left.all() and np.allclose(ends, value(problem, before), rtol=1e-9)):
            return False
    return True


def _left() -> bool:
    """Check f where runs leave: against what it is along runs, and against the box that one is a step away from."""
    known, problem, edges = _known(), check(_run().problem), _merged(_pilots()).edges
    far = _merged(_fresh())
    far.high[_STAYS, _FIRST + 1, 1] += 1.0
    box, one = _own_boxes(known, far, _STAYS)[1]
    found = known.fixed.passage(_shown(far))
    ends = found.least[_STAYS], found.most[_STAYS]
    if not np.allclose(ends, value(problem, box.widened(one.step)), rtol=1e-9):
        return False
    near = dataclasses.replace(known.following, below=0.3 * known.following.below, beyond=0.3 * known.following.beyond)
    found, ranges = dataclasses.replace(known.fixed, following=near).passage(_fresh()), _merged(_fresh())
    for replica in np.flatnonzero(found.left).tolist():
        end = _first_outside(near, ranges, replica, edges)
        at = _paths()[replica, end]
        f = float(problem.moments([at[:4].reshape(2, 2), at[4:].reshape(2, 2)]).value)
        if not found.least[replica] <= f <= found.most[replica]:
            return False
    return bool(found.left.sum() >= 8)


def _first_outside(following: Following, ranges: Merged, replica: int, edges: Any) -> int:  # noqa: ANN401
    """Return the first step at which a replica is outside its box, step by step."""
    for place, bin_ in enumerate(range(_FIRST, _BINS)):
        low = ranges.low[replica, bin_ - 1] - following.below[place]
        high = ranges.high[replica, bin_ - 1] + following.beyond[place]
        for k in range(int(edges[bin_]), int(edges[bin_ + 1]) + 1):
            if not np.all((low <= _paths()[replica, k]) & (_paths()[replica, k] <= high)):
                return k
    return _STEPS


def _long_bins() -> bool:
    """Check that a bin whose boxes follow comes after one that holds all stale weights, of pilots that part at once."""
    run, ranges = dataclasses.replace(_run(), lags=(20, 0)), _merged(_pilots())
    way = 0.6 * np.linspace(-1, 1, 12)[:, None, None] * (np.arange(_BINS) >= 1)[:, None]
    for edges, first in (([0, 5, 10, 60, 90, 120, 160], 3), ([0, 25, 50, 69, 90, 120, 160], 4)):
        parted = Merged(np.array(edges), ranges.low + way, ranges.high + way)
        following, held = covered.on_boxes(run, tube.from_pilots(parted), parted, _WIDE, _SEEN)
        if following is None or following.first < first or len(held.found) != _BINS:
            return False
    return True


_HELD, _ALONG, _FIRST_OWN, _ENDED, _REACH = (
    own._held,
    own._along,
    own.first_own,
    own._ended,
    own._reach,
)


def _of_the_bin_itself(following: Following, ranges: Visited, replica: int, bin_: int) -> Box:
    place = bin_ - following.first
    low, high = ranges.low[replica, bin_], ranges.high[replica, bin_]
    return Box(low - following.below[place], high + following.beyond[place])


def _of_all_so_far(following: Following, ranges: Visited, replica: int, bin_: int) -> Box:
    place = bin_ - following.first
    low, high = ranges.low[replica, : bin_ + 1].min(axis=0), ranges.high[replica, : bin_ + 1].max(axis=0)
    return Box(low - following.below[place], high + following.beyond[place])


def _without(*names: str) -> Callable[[Level, Level], bool]:
    """Return `Level.within` that does not look at some numbers."""

    def wrong(mine: Level, ceiling: Level) -> bool:
        return _WITHIN(dataclasses.replace(mine, **{name: getattr(ceiling, name) for name in names}), ceiling)

    return wrong


_WITHIN = Level.within


def _ended_elsewhere(following: Following, ranges: Visited, replica: int, along: Sequence[Level | None]) -> Box | None:
    """Return the box of the bin after that in which a run was last."""
    ended = _ENDED(following, ranges, replica, along)
    for place, (one, ceiling) in enumerate(zip(along, following.ceilings, strict=True)):
        if ended is not None and (one is None or not one.within(ceiling)):
            bin_ = following.first + place
            return Box(ranges.low[replica, bin_], ranges.high[replica, bin_])
    return ended


def _ended_inside(following: Following, ranges: Visited, replica: int, along: Sequence[Level | None]) -> Box | None:
    """Return the box that was left without the step to outside."""
    still = [None if one is None else dataclasses.replace(one, step=0.0 * one.step) for one in along]
    return _ENDED(following, ranges, replica, still)


def _each_alone(steps: Steps, boxes: Sequence[Box], _before: Array | None) -> list[Level | None]:
    """Return what holds on boxes as if the steps of the bin before did not count."""
    return [_HELD(steps, [box], None)[0] for box in boxes]


def _on_middles(problem: Any, boxes: Sequence[Box], *given: Any, **more: Any) -> list[Enclosed | None]:  # noqa: ANN401
    middles = [0.5 * (box.low + box.high) for box in boxes]
    points = [Box(middle, middle) for middle in middles]
    return enclose_all(problem, points, points, *given[1:], **more)


def _nobody(_steps: Steps, _made: Following, _ranges: Visited, _before: Array, inside: Any) -> Passage:  # noqa: ANN401
    none = np.full(len(inside), np.nan)
    return Passage(~inside, none, none)


_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "own past: the box of a bin from what was visited in it": partial(swapped, Following, "box", _of_the_bin_itself),
    "own past: the box of a bin from all up to its end": partial(swapped, Following, "box", _of_all_so_far),
    "own past: no reach": partial(
        swapped, own, "_reach", lambda *given: tuple(0.0 * reach for reach in _REACH(*given))
    ),
    "own past: reaches of the pilots on average": partial(swapped, own, "FARTHER", 0.0),
    "own past: ceilings not looked at": partial(swapped, Level, "within", lambda *_: True),
    "own past: the floor of f not looked at": partial(swapped, Level, "within", _without("least")),
    "own past: the ceiling of the staleness not looked at": partial(
        swapped, Level, "within", _without("late", "late_T2")
    ),
    "own past: the ceiling of the noise not looked at": partial(
        swapped, Level, "within", _without("stages", "variance", "T2")
    ),
    "own past: ceilings of the pilots on average": partial(
        swapped, own, "_limit", lambda values, _: values.mean(axis=0)
    ),
    "own past: f of the bin that was not begun": partial(swapped, own, "_ended", _ended_elsewhere),
    "own past: f of the box without the step that left it": partial(swapped, own, "_ended", _ended_inside),
    "own past: staleness without the steps of the bin before": partial(swapped, own, "_held", _each_alone),
    "own past: staleness without the steps before the first bin": partial(
        swapped, own, "_along", lambda steps, made, ranges, one, _: _ALONG(steps, made, ranges, one, np.zeros(8))
    ),
    "own past: enclosed on the middles of boxes": partial(swapped, own, "enclose_all", _on_middles),
    "own past: boxes not widened for rounding": partial(
        swapped, own, "_along", lambda steps, *given: _ALONG(steps._replace(wide=0.0), *given)
    ),
    "own past: exits not counted": partial(swapped, own, "passed", _nobody),
    "own past: a bin before that is shorter than stale weights are old": partial(
        swapped, covered, "first_own", lambda steps, *given: _FIRST_OWN(steps._replace(lags=(0, 0)), *given)
    ),
}  # fmt: skip
"""What is planted, by what is wrong."""


def faults() -> Iterator[Fault]:
    """Yield every fault of boxes that follow a run."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)
