"""Faults of verdicts on tubes: what is enclosed, what is counted, who fixes the tube, what is taken of replicas."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache, partial
from typing import Any

import numpy as np

import simulate
from boundary import BadInput
from simulate import problems
from simulate.results import RunResult
from simulate.run import Run
from verify.judging import on_tubes, pilots, statistics, tubes, verdicts
from verify.judging.observations import Observations, from_trajectories
from verify.judging.pilots import Fixed
from verify.regions import covered, theorem, tube
from verify.regions.level import SHARES, Level
from verify.regions.network import Box, Enclosed, check, enclose
from verify.regions.own import Passage
from verify.regions.theorem import Constants
from verify.regions.tube import Tube
from verify.regions.visited import summed
from verify.sabotage.faults import Area, Detector, Fault, swapped
from verify.sweep import assessing
from verify.sweep.drawn import Setting

AREA: Area = "statistics"
_LEVEL = 1e-3
_ROUNDING = 1e-9


def detectors() -> dict[str, Detector]:
    """Return the named checks: of the tube and what holds on it, of who fixes it, of replicas that left it."""
    return {
        "tube-around-its-pilots": _around,
        "tube-constants-of-its-boxes": _constants,
        "tube-fixed-before": _before,
        "tube-exits": _exits,
        "tube-measured-ends": _measured,
        "tube-measured-noise": _noise,
        "tube-mean-drift": _drifts,
        "tube-verdicts": _verdicts,
    }


@cache
def _run() -> Run:
    return small_run("analog-sgd", alpha=5e-3, iterations=200, replicas=24, ranges=4)


def small_run(algorithm: str, **given: Any) -> Run:  # noqa: ANN401
    """Return a run of two stages of width 2, of seed 5."""
    network = problems.make("network", 2, width=2, samples=4, loss="log-cosh", instance=3)
    return Run(network, algorithm, tau=4.0, seed=5, **given)


@cache
def executed(run: Run) -> RunResult:
    """Return what a run shows; nobody changes it."""
    return simulate.execute(run)


def _pilots() -> RunResult:
    return executed(dataclasses.replace(_run(), seed=77))


def _fresh() -> RunResult:
    return executed(_run())


def _fixed() -> Fixed:
    """Return what pilots fix, the tube around them all: whatever it says is enough."""
    with swapped(covered, "ENOUGH", math.inf):
        return pilots.fix(_pilots(), _ROUNDING)


def _seen(fixed: Fixed, left: int = 0) -> Observations:
    """Return what fresh replicas show, had the first of them left in the third box, f between its least and f(W_0)."""
    observed = on_tubes.beside(from_trajectories(_fresh()), _fresh(), fixed)
    if observed.stopped is None or fixed.held is None or not left:
        return observed
    least, most = np.full(24, fixed.held.least), np.full(24, fixed.held.start)
    who = np.arange(24) < left
    since = np.where(who, 2, 4)
    gone = dataclasses.replace(observed.stopped, left=who, since=since, least_end=least, most_end=most)
    return dataclasses.replace(observed, stopped=gone)


def _around() -> bool:
    """Check that no pilot is outside, and that ends lie beyond the pilots' as far as a margin asks for."""
    fixed, ranges = _fixed(), _pilots().ranges
    if fixed.tube is None or ranges is None:
        return False
    width = ranges.high.max(axis=0) - ranges.low.min(axis=0)
    room = np.array([box.high for box in fixed.tube.boxes]) - ranges.high.max(axis=0)
    return not fixed.passage(_pilots()).left.any() and bool(np.all(room >= 0.149 * width))


def _constants() -> bool:
    """Check at corners and points of the boxes, widened as rounding asks, that what holds there is no larger."""
    fixed, rng, problem = _fixed(), np.random.default_rng(3), _run().problem
    held = fixed.held
    if fixed.tube is None or held is None:
        return False
    ends, by = (
        np.cumsum([0, *(math.prod(shape) for shape in problem.shapes)]),
        _run().alpha * math.sqrt(200) * fixed.off,
    )
    for box, found in zip(fixed.tube.boxes, held.found, strict=True):
        wide = box.widened(by)
        one = enclose(check(problem), wide, wide, 4.0, 5e-3)
        if not math.isclose(found.variance, float(np.sum(one.variance)), rel_tol=1e-9):
            return False
        for _ in range(20):
            at = np.where(rng.random(box.low.shape) < 0.5, box.low - by, box.high + by)
            parts = zip(ends[:-1], ends[1:], problem.shapes, strict=True)
            moments = problem.moments([at[first:last].reshape(shape) for first, last, shape in parts])
            variance = np.concatenate([np.ravel(stage) for stage in moments.variance])
            slopes = np.concatenate([np.ravel(stage) for stage in moments.gradient])
            size = float(np.linalg.norm(slopes))
            excess = np.maximum((at / 4.0) ** 2 - SHARES[:, None] ** 2, 0.0) @ slopes**2
            within = (
                *(np.max(np.abs(at)) / 4.0 <= found.rho * (1 + 1e-15), np.sum(variance) <= found.variance),
                np.all(excess <= found.excess),
            )
            if not (all(within) and size <= found.slope and float(moments.value) >= found.least >= held.least):
                return False
    mean = held.lengths @ [float(np.sum(one.stages)) for one in held.found]
    if not np.all(held.excess >= held.lengths @ np.array([one.excess for one in held.found])):
        return False
    return bool(np.sum(held.stage_variances) >= mean * (1 - 1e-12) and held.rho == max(f.rho for f in held.found))


def _before() -> bool:
    """Check that pilots are none of the replicas, of any look, and are refused in their place."""
    setting = Setting(_run().problem, "analog-sgd", 5e-3, 4.0, 200, 24, seed=5, ranges=4)
    looks = {5, *(assessing.look_seed(setting, look) for look in range(verdicts.LOOKS))}
    try:
        tubes.seen(_fixed(), _pilots())
    except BadInput:
        return pilots.pilot_seed(5) not in looks and pilots.pilot_seed(5) != pilots.pilot_seed(6)
    return False


def _exits() -> bool:
    """Check that replicas outside at one step in one bin have left, are counted, and count nothing for an alarm."""
    fixed, runs = _fixed(), _fresh()
    if fixed.tube is None or runs.ranges is None:
        return False
    high = runs.ranges.high.copy()
    high[3, 2, 1] = fixed.tube.boxes[2].high[1] + 1e-9
    outside = dataclasses.replace(runs, ranges=dataclasses.replace(runs.ranges, high=high))
    before, after = (fixed.passage(one).left for one in (runs, outside))
    stopped = _seen(fixed, 12).stopped
    if stopped is None or before[3] or not after[3] or np.sum(after) != np.sum(before) + 1:
        return False
    half = on_tubes.evidence(_seen(fixed), stopped, _LEVEL)
    none = on_tubes.evidence(_seen(fixed), dataclasses.replace(stopped, left=np.zeros(24, dtype=bool)), _LEVEL)
    return (
        math.isclose(stopped.leaving(3), tube.leaving(12, 24, 0.05 / 3), rel_tol=1e-12)
        and stopped.leaving(3) > 0.6
        and half.lower.value < 0.6 * none.lower.value
        and half.upper == none.upper
    )


def _measured() -> bool:
    """Check the ends of what is measured where replicas left, against their hand-made values."""
    fixed = _fixed()
    held, stopped, all_stay = fixed.held, _seen(fixed, 6).stopped, _seen(fixed).stopped
    if held is None or stopped is None or all_stay is None:
        return False
    end, whole = (tubes.end(one, held, 1e-3, 1e-3, 0.0) for one in (stopped, all_stay))
    mixed = np.where(stopped.left, held.least, stopped.value)
    shown = [tubes.noise(one, held, 1e-3, 1e-3) for one in (stopped, all_stay)]
    some, every = ([(each.T2, *each.noise) for each in ends] for ends in shown)
    rising = (*zip(some[0], every[0], strict=True), *zip(every[0], every[1], strict=True))
    early = [math.fsum(row) for row in np.where(stopped.left[:, None], [1, 1, 0, 0], 1) * stopped.folded]
    low = float(statistics.student_mean(early, 1e-3 / 3, "lower"))
    return (
        math.isclose(end.mean, float(mixed.mean()), rel_tol=1e-12)
        and end.low > whole.low
        and end.high < whole.high < float(all_stay.value.mean()) < whole.low
        and all(less < more for less, more in (*rising, *zip(every[1], every[2], strict=True)))
        and some[2] == every[2]
        and math.isclose(some[0][0], low, rel_tol=1e-9)
    )


def _noise() -> bool:
    """Check noise that was met in single boxes, and what staleness adds, against their hand-made values."""
    fixed = _fixed()
    held, stopped = fixed.held, _seen(fixed).stopped
    if held is None or stopped is None:
        return False
    runs, (_, (T2, found), _) = _fresh(), tubes.noise(stopped, held, 1e-3, 1e-3)
    if runs.ranges is None or not np.allclose(stopped.shared.sum(axis=1), runs.weighted_square_saturation, rtol=1e-12):
        return False
    folded = float(runs.ranges.folded.sum(axis=1).mean())
    if not (np.array_equal(stopped.variance, runs.ranges.variance) and math.isclose(T2, folded, rel_tol=1e-12)):
        return False  # every bin is a box
    for box, one in enumerate(held.found):
        there = np.zeros((24, len(held.found)))
        there[:, box] = 1e-6
        alone = dataclasses.replace(stopped, shared=there / 4, variance=there)
        small = theorem.as_sampled(held, 5e-3, *tubes.noise(alone, held, 1e-3, 1e-3)[1])
        total = min((1 + held.rho) ** 2, (1 + 0.5) ** 2) * 1e-6
        if not math.isclose(small.c_w, 0.5 * 5e-3 * one.L * total, rel_tol=1e-9):
            return False
    added = dataclasses.replace(held, stale=theorem.Noise(0.0, 0.0, found.curved / 1e6, 0.0))
    late = theorem.as_sampled(added, 5e-3, T2 / 2, theorem.Noise(0.0, 0.0, found.curved / 1e6, 0.0))
    stale = dataclasses.replace(held, stale=theorem.Noise(0.0, found.shared / 8, 0.0, 0.0), T2=found.shared)
    drifts = theorem.as_sampled(stale, 5e-3, 0.0, theorem.Noise(0.0, found.shared / 8, 0.0, 0.0)).T2
    return (
        late.T2 == T2 / 2
        and math.isclose(late.c_w, 0.5 * 5e-3 * 4e-6 * found.curved, rel_tol=1e-9)
        and math.isclose(drifts, found.shared / 2, rel_tol=1e-9)
    )


def _drifts() -> bool:
    """Check at points of the boxes that T2 by mean sizes is no larger, and that a bound pays for it, stale or not."""
    fixed, problem = _fixed(), _run().problem
    held = fixed.held
    if held is None or fixed.tube is None:
        return False
    ends = np.cumsum([0, *(math.prod(shape) for shape in problem.shapes)])
    rng = np.random.default_rng(4)
    for box, found in zip(fixed.tube.boxes, held.found, strict=True):
        for _ in range(20):
            at = rng.uniform(box.low, box.high)
            parts = zip(ends[:-1], ends[1:], problem.shapes, strict=True)
            moments = problem.moments([at[first:last].reshape(shape) for first, last, shape in parts])
            sizes = np.concatenate([np.ravel(stage) for stage in moments.size or ()])
            means = np.concatenate([np.ravel(stage) for stage in moments.gradient])
            if not float(np.sum((at / 4.0) ** 2 * (sizes**2 - means**2))) <= found.T2:
                return False
    late = theorem.Noise(0.0, held.T2, 0.0, 0.0)
    most = {"T2": 4 * held.T2, "T2_current": 4 * held.T2}, {"stale": late, "T2": math.inf}
    plain, *more = (theorem.stopped(dataclasses.replace(held, **changes), 5e-3, 200, (1, 0)) for changes in ({}, *most))
    return plain < min(more)


def _verdicts() -> bool:
    """Check the words on a bound that holds, one that does not, and one of more rounding than is allowed for."""
    fixed = _fixed()
    observed = _seen(fixed)
    mean = float(observed.squared_gradient.mean())
    low, high = (dataclasses.replace(fixed, priori=(factor * mean,) * 2, priori_reason="") for factor in (0.1, 10.0))
    words = []
    for one in (low, high):
        if observed.stopped is None:
            return False
        other = dataclasses.replace(observed, stopped=dataclasses.replace(observed.stopped, fixed=one))
        words.append({check.name.form: check.verdict for check in on_tubes.confront(other, _LEVEL).checks})
    off = dataclasses.replace(observed.rounding, direction=3 * fixed.off)
    rounded = on_tubes.confront(dataclasses.replace(observed, rounding=off), _LEVEL).checks
    held = fixed.held
    return (
        [word[tubes.PRIORI] for word in words] == ["violated", "held"]
        and words[0]["tube"] == "held"
        and all(check.verdict == "not applied" for check in rounded if check.name.form in tubes.NAMES)
        and held is not None
        and theorem.stopped(held, 5e-3, 200, (0, 0), off=1.0) > theorem.stopped(held, 5e-3, 200, (0, 0))
    )


_ON_TUBE, _ENCLOSE, _FROM, _END, _NOISE, _SAMPLED, _STOPPED, _SUMMED = (
    covered.on_tube,
    enclose,
    tube.from_pilots,
    tubes.end,
    tubes.noise,
    theorem.as_sampled,
    theorem.stopped,
    summed,
)


def _narrow(laid: Tube, share: float) -> Tube:
    """Return a tube with boxes of a share of their width, around the same middles; the first, with W_0, is left."""
    boxes = [laid.boxes[0]]
    for box in laid.boxes[1:]:
        middle, half = (box.low + box.high) / 2, share * (box.high - box.low) / 2
        boxes.append(Box(middle - half, middle + half))
    return Tube(laid.edges, tuple(boxes))


def _centre(box: Box) -> Box:
    middle = (box.low + box.high) / 2
    return Box(middle, middle)


def _of_centre(*names: str) -> Callable[..., Enclosed]:
    """Return `enclose` with some numbers of the middle of the box."""

    def wrong(problem: Any, forward: Box, backward: Box, *rest: Any, **more: Any) -> Enclosed:  # noqa: ANN401
        found = _ENCLOSE(problem, forward, backward, *rest, **more)
        other = _ENCLOSE(problem, _centre(forward), _centre(backward), *rest, **more)
        return dataclasses.replace(found, **{name: getattr(other, name) for name in names})

    return wrong


def _of_first(found: Sequence[Level], *rest: Any) -> Constants:  # noqa: ANN401
    first = {name: getattr(found[0], name) for name in ("stages", "variance", "T2")}
    return _COMBINE([dataclasses.replace(one, **first) for one in found], *rest)


def _without_excess(*given: Any) -> Constants:  # noqa: ANN401
    made = _COMBINE(*given)
    return dataclasses.replace(made, excess=0.0 * made.excess)


_COMBINE = theorem.combine


def _nobody(fixed: Fixed, runs: RunResult) -> Passage:  # noqa: ARG001
    stayed = np.zeros(len(runs.mean_squared_gradient), dtype=bool)
    none = np.full(len(stayed), math.nan)
    return Passage(stayed, np.full(len(stayed), 4), none, none, np.ones((len(stayed), 4)))


def _all_stay(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of what replicas showed as if none had left."""

    def wrong(stopped: tubes.Stopped, *rest: Any) -> Any:  # noqa: ANN401
        everywhere = np.full(len(stopped.left), stopped.variance.shape[1])
        return function(dataclasses.replace(stopped, left=np.zeros(len(everywhere), bool), since=everywhere), *rest)

    return wrong


_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "tube: enclosed on boxes half as wide": partial(
        swapped, covered, "on_tube", lambda run, laid: _ON_TUBE(run, _narrow(laid, 0.5))
    ),
    "tube: boxes a tenth too narrow": partial(
        swapped, tube, "from_pilots", lambda ranges: _narrow(_FROM(ranges), 0.6)
    ),
    "tube: the variance of the box's middle": partial(swapped, tube, "enclose", _of_centre("variance")),
    "tube: the mean sizes of the box's middle": partial(swapped, tube, "enclose", _of_centre("fold")),
    "tube: the variance of the first box": partial(swapped, theorem, "combine", _of_first),
    "tube: the least f of the box's middle": partial(swapped, tube, "enclose", _of_centre("least")),
    "tube: the saturation of the box's middle": partial(swapped, tube, "enclose", _of_centre("share")),
    "tube: what large shares add forgotten": partial(swapped, theorem, "combine", _without_excess),
    "tube: what large shares add in the box's middle": partial(swapped, tube, "enclose", _of_centre("gradient")),
    "tube: the gradients of the box's middle": partial(swapped, tube, "enclose", _of_centre("slope")),
    "tube: pilots taken again as replicas": partial(swapped, pilots, "pilot_seed", lambda seed: seed),
    "tube: pilots of the first look": partial(
        swapped,
        pilots,
        "pilot_seed",
        lambda seed: int(np.random.SeedSequence([seed, 0]).generate_state(1, np.uint64)[0] >> np.uint64(1)),
    ),
    "tube: exits not counted": partial(swapped, Fixed, "passage", _nobody),
    "tube: exits in an alarm": partial(
        swapped, tubes.Stopped, "least_gradient", property(lambda self: self.squared_gradient)
    ),
    "tube: leaving as often as it was seen": partial(
        swapped, tubes.Stopped, "leaving", lambda self, _: float(self.left.mean())
    ),
    "tube: f(W_K) of replicas that left": partial(swapped, tubes, "end", _all_stay(_END)),
    "tube: the noise of replicas that left": partial(swapped, tubes, "noise", _all_stay(_NOISE)),
    "tube: f's ends exchanged": partial(
        swapped, tubes, "end", lambda *given: tubes.Interval(*reversed(_END(*given)))
    ),
    "tube: noise without what the device makes of it": partial(
        swapped, theorem, "as_sampled", lambda held, *given: dataclasses.replace(
            _SAMPLED(dataclasses.replace(held, rho=0.0), *given), rho=held.rho
        )
    ),
    "tube: noise at current weights taken for that of stale ones": partial(
        swapped,
        theorem,
        "as_sampled",
        lambda held, *given: _SAMPLED(dataclasses.replace(held, stale=theorem.NO_NOISE), *given),
    ),
    "tube: sizes at current weights taken for those of stale ones": partial(
        swapped, theorem, "as_sampled", lambda held, alpha, T2, seen: dataclasses.replace(
            _SAMPLED(held, alpha, T2, seen), T2=T2
        )
    ),
    "tube: what staleness adds to sizes forgotten": partial(
        swapped, theorem, "stopped", lambda held, *given, **named: _STOPPED(
            dataclasses.replace(held, stale=theorem.NO_NOISE), *given, **named
        )
    ),
    "tube: noise where the curvature is least": partial(
        swapped, Constants, "smoothness", property(lambda held: np.full(len(held.found), min(f.L for f in held.found)))
    ),
    "tube: noise a box too early": partial(
        swapped, tubes, "summed", lambda *given: np.roll(_SUMMED(*given), -1, axis=-1)
    ),
    "tube: floating point taken for exact": partial(
        swapped, theorem, "stopped", lambda *given, off=0.0: _STOPPED(*given)  # noqa: ARG005
    ),
    "tube: any rounding allowed for": partial(swapped, tubes, "rounded_more", lambda *_: ""),
}  # fmt: skip
"""What is planted, by what is wrong."""


def faults() -> Iterator[Fault]:
    """Yield every fault of verdicts on tubes."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)
