"""Faults of runs that are followed: where they were, what is looked at there, from where on they may have left."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache, partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.ranges import Ranges
from simulate.results import RunResult
from simulate.run import Run
from verify.judging.pilots import Fixed
from verify.regions import covered, own, stale, theorem, tube, visited
from verify.regions.intervals import Array
from verify.regions.level import SHARES, Level
from verify.regions.network import Box, Enclosed, check, enclose, enclose_all, ends_of_value, value
from verify.regions.own import Following, Passage, Steps
from verify.regions.visited import Merged, Visited
from verify.sabotage.faults import Area, Detector, Fault, swapped
from verify.sabotage.tubes import executed, small_run

AREA: Area = "statistics"
_STEPS, _BINS, _FIRST = 160, 6, 2
_EDGES = np.array([0, 20, 45, 75, 100, 130, 160])
_STAYS = 4
"""A replica that does not leave."""
_WIDE = 1e-3
"""What boxes are widened by for rounding here, which is much more than rounding needs."""
_SEEN = covered.Seen(1e3, 1e3, *np.full((2, _BINS), 1e3))
"""What pilots that part are said to show: the bounds on their boxes are of that size."""


def detectors() -> dict[str, Detector]:
    """Return the named checks: of what is fixed, what holds where runs were, who left, and what f is then."""
    return {
        "followed-pilots": _pilots_stay,
        "followed-on-boxes": _on_boxes,
        "followed-ceilings": _ceilings,
        "followed-where-it-was": _where_it_was,
        "followed-along-runs": _along,
        "followed-left": _left,
        "followed-curvature": _curvature,
        "followed-after-long-bins": _long_bins,
    }


@cache
def _run() -> Run:
    """Return a run whose every step is a bin."""
    return small_run("analog-sgd-ap", alpha=0.01, iterations=_STEPS, replicas=12, ranges=_STEPS)


def _pilots() -> RunResult:
    return executed(dataclasses.replace(_run(), seed=77))


def _fresh() -> RunResult:
    return executed(_run())


def _steps() -> Steps:
    return covered.steps_of(_run(), _WIDE)


def _ranges(runs: RunResult) -> Ranges:
    """Return what runs visited: bin k has W_k and W_(k+1) alone."""
    if runs.ranges is None:
        raise ValueError
    return runs.ranges


def _merged(runs: RunResult, last: int = 1) -> Merged:
    """Return what runs visited, of which any check may change the ranges of the bins."""
    found = visited.merged(_ranges(runs), _EDGES, last)
    return found._replace(low=found.low.copy(), high=found.high.copy())


@cache
def _paths() -> Array:
    """Return the weights of fresh replicas at all steps."""
    ranges = _ranges(_fresh())
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
    """Return ceilings of runs that are followed from bin `_FIRST` on, whether or not that is better."""
    run, ranges = _run(), _merged(_pilots())
    laid = tube.from_pilots(ranges)
    problem = check(run.problem)
    levels = tube.enclosed(problem, laid.widened(_WIDE), run.alpha, run.tau, run.lags, bins=_FIRST)
    following = own.follow(_steps(), ranges, _FIRST, levels[-1].step)
    if following is None:
        raise ArithmeticError
    lengths = np.diff(laid.edges) / _STEPS
    held = theorem.combine([*levels, *following.ceilings], lengths, run.alpha, tube.at_start(problem))
    off = _WIDE / (run.alpha * _STEPS**0.5 * (1 + max(run.lags)))
    return _Known(levels[-1].step, following, Fixed(run, 77, 12, off, laid, held, following=following))


def _boxes(ranges: Merged, replica: int) -> list[Box]:
    """Return where a replica was, widened."""
    return [Box(low, high).widened(_WIDE) for low, high in zip(ranges.low[replica], ranges.high[replica], strict=True)]


def _levels(known: _Known, runs: RunResult, replica: int, lags: tuple[int, ...] = (1, 0)) -> list[Level]:
    """Return what holds where a run was from bin `_FIRST` on; one bin at a time, from its single steps."""
    run, problem, found, last = _run(), check(_run().problem), list[Level](), known.before
    low, high = (one[replica] for one in (_ranges(runs).low, _ranges(runs).high))
    for first, end in pairwise(_EDGES[_FIRST:]):
        box, forward = (
            Box(low[since:end].min(axis=0), high[since:end].max(axis=0)).widened(_WIDE)
            for since in (first, first - max(lags))
        )
        one = enclose(problem, forward, box, run.tau, run.alpha)
        apart = np.minimum(np.repeat(lags, 4) * np.maximum(one.step, last) * (1 + 1e-15), forward.farthest(box))
        found.append(Level.of(one, stale.change(problem, forward, box, apart), (4, 4)))
        last = one.step
    return found


def _pilots_stay() -> bool:
    """Check that no pilot leaves, and that ceilings are as far beyond them as is asked for."""
    known = _known()
    found = [_levels(known, _pilots(), pilot) for pilot in range(12)]
    for place, ceiling in enumerate(known.following.ceilings):
        for name, more in (("L", 1.09), ("stages", 1.09), ("T2", 1.09), ("late", 1.24), ("rho", 1.019)):
            if not np.all(
                getattr(ceiling, name) >= more * np.max([getattr(one[place], name) for one in found], axis=0)
            ):
                return False
    return not known.fixed.passage(_pilots()).left.any()


def _where_it_was() -> bool:
    """Check that where a run was itself counts: who goes far away in a bin has left, the others are as before."""
    known = _known()
    plain = known.fixed.passage(_fresh()).left
    for bin_ in (_FIRST, _BINS - 1):
        ranges = _ranges(_fresh())
        high = ranges.high.copy()
        high[_STAYS, _EDGES[bin_] + 3, 1] += 3.0
        after = dataclasses.replace(_fresh(), ranges=dataclasses.replace(ranges, high=high))
        gone = known.fixed.passage(after).left
        if np.flatnonzero(gone != plain).tolist() != [_STAYS]:
            return False
    return int(plain.sum()) <= 2


def _along() -> bool:
    """Check at every step of replicas that stay, from where they are followed on, that no number passes a ceiling."""
    known, problem, edges = _known(), _run().problem, _merged(_pilots()).edges
    stay = ~known.fixed.passage(_fresh()).left
    for place, ceiling in enumerate(known.following.ceilings):
        at = _paths()[stay][:, edges[_FIRST + place] : edges[_FIRST + place + 1] + 1].reshape(-1, 8)
        moments = problem.moments([at[:, :4].reshape(-1, 2, 2), at[:, 4:].reshape(-1, 2, 2)])
        slope = np.sqrt(sum(np.sum(np.square(stage), axis=(1, 2)) for stage in moments.gradient))
        variance = np.concatenate([stage.reshape(len(at), -1) for stage in moments.variance], axis=1)
        shares = np.abs(at) / 4.0
        stages = ((1 + shares) ** 2 * variance).reshape(len(at), 2, 4).sum(axis=2)
        squares = np.concatenate([stage.reshape(len(at), -1) for stage in moments.gradient], axis=1) ** 2
        excess = np.stack([np.sum(np.maximum(shares**2 - s * s, 0.0) * squares, axis=1) for s in SHARES.tolist()], 1)
        within = (
            *(np.all(slope <= ceiling.slope), np.all(shares <= ceiling.rho), np.all(stages <= ceiling.stages)),
            np.all(excess <= ceiling.excess),
        )
        if not (all(within) and np.all(moments.value >= ceiling.least)):
            return False
    return bool(stay.sum() >= 8)


def _on_boxes() -> bool:
    """Check what holds where a run was against what is enclosed there one bin at a time."""
    known = _known()
    for replica, lags in ((0, (1, 0)), (5, (1, 0)), (5, (7, 0))):
        ranges = _merged(_fresh(), max(lags))
        found = own._along(_steps()._replace(lags=lags), _FIRST, ranges, replica, known.before)
        for one, other in zip(found, _levels(known, _fresh(), replica, lags), strict=True):
            if one is None:
                return False
            for field in dataclasses.fields(Level):
                if not np.allclose(getattr(one, field.name), getattr(other, field.name), rtol=1e-9, atol=0):
                    return False
    return True


def _lowered(ceiling: Level, name: str) -> Level:
    """Return a ceiling that nothing is below in one of its numbers of a name; of f a floor that f is not above."""
    values = np.array(getattr(ceiling, name))
    values[(0 if name == "excess" else -1,) * values.ndim] = ceiling.least + 9.0 if name == "least" else 1e-9
    number: Any = values if values.ndim else float(values)
    return dataclasses.replace(ceiling, **{name: number})


def _ceilings() -> bool:
    """Check that each ceiling is looked at, and that f is within its ends from that bin on."""
    known, ranges, problem = _known(), _merged(_fresh()), check(_run().problem)
    rest = [value(problem, box) for box in _boxes(ranges, _STAYS)[_FIRST + 2 :]]
    exact = min(low for low, _ in rest), max(high for _, high in rest)
    alone = np.arange(12) == _STAYS
    for name in ("L", "least", "slope", "S", "rho", "stages", "variance", "T2", "late", "late_T2", "excess"):
        ceilings = list(known.following.ceilings)
        ceilings[2] = _lowered(ceilings[2], name)
        following = dataclasses.replace(known.following, ceilings=tuple(ceilings))
        found = own.passed(_steps(), following, ranges, known.before, alone)
        ends = found.least[_STAYS], found.most[_STAYS]
        if not (found.left.all() and np.allclose(ends, exact, rtol=1e-9)):
            return False
    return True


def _left() -> bool:
    """Check f of runs that may have left against what it is at all steps from there on."""
    known, problem, edges = _known(), check(_run().problem), _merged(_pilots()).edges
    for place in range(_BINS - _FIRST):
        ceilings = list(known.following.ceilings)
        ceilings[place] = _lowered(ceilings[place], "L")
        following = dataclasses.replace(known.following, ceilings=tuple(ceilings))
        found = dataclasses.replace(known.fixed, following=following).passage(_fresh())
        rest = _paths()[:, edges[_FIRST + place] :]
        f = problem.moments(
            [rest[..., :4].reshape(*rest.shape[:2], 2, 2), rest[..., 4:].reshape(*rest.shape[:2], 2, 2)]
        )
        some = np.flatnonzero(~known.fixed.passage(_fresh()).left)
        inside = (found.least <= f.value.min(axis=1)) & (f.value.max(axis=1) <= found.most)
        if not (found.left.all() and inside[some].all()):
            return False
    return True


def _curvature() -> bool:
    """Check that noise meets the curvature where its run was, and from where it left on what ceilings say."""
    known, ceilings = _known(), list(_known().following.ceilings)
    ceilings[2] = _lowered(ceilings[2], "least")
    following = dataclasses.replace(known.following, ceilings=tuple(ceilings))
    plain, gone = (
        one.passage(_fresh()) for one in (known.fixed, dataclasses.replace(known.fixed, following=following))
    )
    most = np.array([one.L for one in ceilings])
    if known.fixed.held is None or not np.all(plain.L[:, :_FIRST] == known.fixed.held.smoothness[:_FIRST]):
        return False
    for replica in np.flatnonzero(~plain.left).tolist():
        there = np.array([one.L for one in _levels(known, _fresh(), replica)])
        after = np.concatenate([there[:2], most[2:]])
        for found, exact in ((plain, there), (gone, after)):
            if not np.allclose(found.L[replica, _FIRST:], exact, rtol=1e-9, atol=0):
                return False
    return True


def _long_bins() -> bool:
    """Check that a bin in which runs are followed comes after one that holds all stale weights; pilots part at once."""
    run, ranges = dataclasses.replace(_run(), lags=(20, 0)), _merged(_pilots())
    way = 0.6 * np.linspace(-1, 1, 12)[:, None, None] * (np.arange(_BINS) >= 1)[:, None]
    for edges, first in (([0, 5, 10, 60, 90, 120, 160], 3), ([0, 25, 50, 69, 90, 120, 160], 4)):
        parted = Merged(np.array(edges), ranges.low + way, ranges.high + way)
        following, held = covered.on_boxes(run, tube.from_pilots(parted), parted, _WIDE, _SEEN)
        if following is None or following.first < first or len(held.found) != _BINS:
            return False
    return True


_HELD, _ALONG, _FIRST_OWN, _VISITED, _MERGED = (
    own._held,
    own._along,
    own.first_own,
    own._visited,
    visited.merged,
)


def _of_another(steps: Steps, ranges: Merged, _replica: int, *given: int) -> list[Box]:
    return _VISITED(steps, ranges, 0, *given)


def _a_bin_late(steps: Steps, ranges: Merged, replica: int, first: int, end: int | None = None) -> list[Box]:
    """Return where a replica was in the bins before."""
    last = len(ranges.edges) - 1 if end is None else end
    return _VISITED(steps, ranges, replica, max(first - 1, 0), last - 1)


def _without(*names: str) -> Callable[[Level, Level], bool]:
    """Return `Level.within` that does not look at some numbers."""

    def wrong(mine: Level, ceiling: Level) -> bool:
        return _WITHIN(dataclasses.replace(mine, **{name: getattr(ceiling, name) for name in names}), ceiling)

    return wrong


_WITHIN = Level.within


def _each_alone(steps: Steps, last_of: Sequence[Box], boxes: Sequence[Box], before: Array | None) -> list[Level | None]:
    """Return what holds on boxes as if the steps of the bin before did not count."""
    pairs = enumerate(zip(last_of, boxes, strict=True))
    return [_HELD(steps, [last], [box], None if place else before)[0] for place, (last, box) in pairs]


def _of_their_bin(
    steps: Steps, _last_of: Sequence[Box], boxes: Sequence[Box], before: Array | None
) -> list[Level | None]:
    """Return what holds on boxes as if no weight of the bin before were read."""
    return _HELD(steps, boxes, boxes, before)


def _of_one_range(ranges: Visited, edges: NDArray[np.int64], _last: int) -> Merged:
    """Return the ranges between fewer edges as if one range held all stale weights."""
    return _MERGED(ranges, edges, 1)


def _first_box(problem: Any, boxes: Sequence[Box]) -> tuple[float, float]:  # noqa: ANN401
    return ends_of_value(problem, boxes[:1])


def _last_box(problem: Any, boxes: Sequence[Box]) -> tuple[float, float]:  # noqa: ANN401
    return ends_of_value(problem, boxes[-1:])


def _on_middles(problem: Any, boxes: Sequence[Box], *given: Any, **more: Any) -> list[Enclosed | None]:  # noqa: ANN401
    middles = [0.5 * (box.low + box.high) for box in boxes]
    points = [Box(middle, middle) for middle in middles]
    return enclose_all(problem, points, points, *given[1:], **more)


def _nobody(_steps: Steps, _made: Following, _ranges: Visited, _before: Array, inside: Any) -> Passage:  # noqa: ANN401
    none = np.full(len(inside), np.nan)
    return Passage(~inside, np.where(inside, _BINS, 0), none, none, np.ones((len(inside), _BINS - _FIRST)))


def _passed_as_another(*given: Any) -> Passage:  # noqa: ANN401
    found = _PASSED(*given)
    return found._replace(L=np.roll(found.L, 1, axis=0))


def _passed_in_full(steps: Steps, following: Following, *given: Any) -> Passage:  # noqa: ANN401
    """Return what replicas did, with their own curvature after they left, too."""
    found, high = _PASSED(steps, following, *given), [dataclasses.replace(c, least=-1e9) for c in following.ceilings]
    return found._replace(L=_PASSED(steps, dataclasses.replace(following, ceilings=tuple(high)), *given).L)


_PASSED = own.passed

_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "followed: the curvature where another run was": partial(swapped, own, "passed", _passed_as_another),
    "followed: the curvature after a run may have left": partial(swapped, own, "passed", _passed_in_full),
    "followed: the boxes of another run": partial(swapped, own, "_visited", _of_another),
    "followed: the boxes of the bins before": partial(swapped, own, "_visited", _a_bin_late),
    "followed: ceilings not looked at": partial(swapped, Level, "within", lambda *_: True),
    "followed: the floor of f not looked at": partial(swapped, Level, "within", _without("least")),
    "followed: the ceiling of the staleness not looked at": partial(
        swapped, Level, "within", _without("late", "late_T2")
    ),
    "followed: the ceiling of the noise not looked at": partial(
        swapped, Level, "within", _without("stages", "variance", "T2")
    ),
    "followed: the ceiling of the curvature not looked at": partial(swapped, Level, "within", _without("L")),
    "followed: the ceiling of large shares not looked at": partial(swapped, Level, "within", _without("excess")),
    "followed: ceilings of the pilots on average": partial(
        swapped, own, "_limit", lambda numbers, *_: numbers.mean(axis=0)
    ),
    "followed: ceilings that are the pilots'": partial(
        swapped, own, "_limit", lambda numbers, *_: numbers.max(axis=0)
    ),
    "followed: f of the bin in which a run may leave alone": partial(swapped, own, "ends_of_value", _first_box),
    "followed: f of the last bin alone": partial(swapped, own, "ends_of_value", _last_box),
    "followed: staleness without the steps of the bin before": partial(swapped, own, "_held", _each_alone),
    "followed: stale weights in the bin itself": partial(swapped, own, "_held", _of_their_bin),
    "followed: staleness without the steps before the first bin": partial(
        swapped,
        own,
        "_along",
        lambda steps, first, ranges, one, _, *end: _ALONG(steps, first, ranges, one, np.zeros(8), *end),
    ),
    "followed: stale weights in the last range before a bin, however short": partial(
        swapped, visited, "merged", _of_one_range
    ),
    "followed: enclosed on the middles of boxes": partial(swapped, own, "enclose_all", _on_middles),
    "followed: boxes not widened for rounding": partial(
        swapped, own, "_visited", lambda steps, *given: _VISITED(steps._replace(wide=0.0), *given)
    ),
    "followed: exits not counted": partial(swapped, own, "passed", _nobody),
    "followed: a bin before that is shorter than stale weights are old": partial(
        swapped, covered, "first_own", lambda steps, *given: _FIRST_OWN(steps._replace(lags=(0, 0)), *given)
    ),
}  # fmt: skip
"""What is planted, by what is wrong."""


def faults() -> Iterator[Fault]:
    """Yield every fault of runs that are followed."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)
