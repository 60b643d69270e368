"""Networks judged on the region that they visit: a tube that pilots fix, and what fresh replicas say of it.

Before a replica is judged, pilots of a seed of their own are run, a tube is laid around what they visited, and what
holds on it is enclosed (`verify.regions`). The theorem of the stopped run then bounds

    A_T = (1/K) E sum_(k < T) norm(grad f(W_k))^2,     T the first step outside the tube, K if there is none.

Of a replica that left the tube its sum up to T is not known, but lies between 0 and its whole sum: an alarm takes 0 for
it, `held` the whole sum. How often the tube is left is counted and said, and no bound of A rests on the count.

    tube                nothing is measured but where the tube lies
    tube-ends           what f fell by, f(W_0) - E f(W_T), as the replicas show it, and not to the least f of the tube
    tube-noise          variance and T2 as the replicas show them, box by box, where that is less than what holds on the
                        tube; stale directions may have more, by what holds on the tube; the curvature that noise meets
                        is that where a replica was, if it is followed
    tube-noise-ends     both
    tube-a-priori       a tube that no run is looked at for, of A: the probability of leaving it is a part of the bound

What is measured is an unbiased average over the steps, taken at the end of a confidence interval: alarms by betting
between 0 and what holds on the tube, which is known before the replicas are, `held` by Student.
Rounding moves weights by alpha sqrt(K) eps a step at most and alpha K eps in all, eps as in `rounding`: by the first
the boxes are widened before anything is enclosed, and the second is added to the radius of the a-priori tube. It is the
one number of the a-priori tube that a run is looked at for.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput, json_number
from simulate.results import RunResult
from verify.judging import statistics
from verify.judging.checks import Basis
from verify.judging.pilots import Fixed
from verify.judging.statistics import Array
from verify.regions import theorem, tube
from verify.regions.theorem import Constants, Noise
from verify.regions.visited import summed

COUNTED = 0.05
"""How often the probability of leaving may be larger than is said, at all looks together."""

THEOREM = "mean"
PRIORI = "tube-a-priori"


class Kind(NamedTuple):
    """One line on the pilots' tube: its name, and what of it is taken from the replicas."""

    name: str
    noise: bool
    ends: bool


KINDS = (
    Kind("tube", False, False),
    Kind("tube-ends", False, True),
    Kind("tube-noise", True, False),
    Kind("tube-noise-ends", True, True),
)
NAMES = (*(kind.name for kind in KINDS), PRIORI)


@dataclass(frozen=True, eq=False)
class Stopped:
    """What replicas showed up to where they left a tube that was fixed before them.

    Args:
        fixed: the tube, and what holds on it.
        left: which replicas left it, shape (R,).
        squared_gradient: their whole averages A, which are those up to T where they stayed, (f/w)^2.
        since: how many boxes, from the first on, each did not leave up to the last step in them.
        variance: each box's part of the average over all steps of the variance of the direction, shape (R, boxes),
            (f/w)^2; one number without a tube.
        shared: the same of the sum over the elements of the squared saturation times the variance, (f/w)^2.
        folded: the same of the sum over the elements of the squared saturation times the fold, (f/w)^2.
        smoothness: the curvature where each was in each box, or the most that holds there, as `variance`, f/w^2.
        value: f(W_K).
        least_end: f(W_T) at least, of replicas that left.
        most_end: the same at most.

    """

    fixed: Fixed
    left: NDArray[np.bool_]
    squared_gradient: Array
    since: NDArray[np.int64]
    variance: Array
    shared: Array
    folded: Array
    smoothness: Array
    value: Array
    least_end: Array
    most_end: Array

    def and_more(self, more: "Stopped | None") -> "Stopped":
        """Return these replicas and then those, of the same tube; other runs raise `BadInput`."""
        if more is None or more.fixed is not self.fixed:
            raise BadInput("tube", "another one", "the tube of the replicas before", "tube.certified")
        names = [field.name for field in fields(self) if field.name != "fixed"]
        joined = {name: np.concatenate([getattr(self, name), getattr(more, name)]) for name in names}
        return Stopped(self.fixed, **joined)

    @property
    def least_gradient(self) -> Array:
        """Return what the averages up to T are at least: 0 of replicas that left."""
        return np.where(self.left, 0.0, self.squared_gradient)

    def leaving(self, looks: int) -> float:
        """Return an upper bound of P(T < K), confidence 1 - `COUNTED` shared among the looks (Clopper, Pearson)."""
        return tube.leaving(int(self.left.sum()), len(self.left), COUNTED / looks)


def seen(fixed: Fixed, runs: RunResult) -> Stopped:
    """Return what fresh replicas showed of a tube.

    Raises:
        BadInput: the pilots themselves, or another run than that of the tube.

    """
    if runs.run.seed == fixed.seed:
        raise BadInput("seed", runs.run.seed, "a seed other than that of the pilots", "tube.certified")
    # looks at the mean step change nothing else
    mine = replace(runs.run, seed=0, replicas=1, drift=0, problem=fixed.run.problem)
    if mine != replace(fixed.run, seed=0, replicas=1, drift=0):
        raise BadInput("run", "another one", "the run that the tube was made for", "tube.certified")
    passage = fixed.passage(runs)
    variance, shared = runs.mean_variance[:, None], runs.weighted_square_saturation[:, None]
    folded = shared
    if fixed.tube is not None and (shown := runs.ranges) is not None:
        variance, shared, folded = (
            summed(shown.edges, one, fixed.tube.edges) for one in (shown.variance, shown.shared, shown.folded)
        )
    return Stopped(
        fixed,
        passage.left,
        runs.mean_squared_gradient,
        passage.since,
        variance,
        shared,
        folded,
        passage.L,
        runs.final_value,
        passage.least,
        passage.most,
    )


class Line(NamedTuple):
    """A bound on a tube, or why there is none.

    Args:
        name: of the form.
        basis: what it rests on.
        bounds: least, value, most, and value with rounding; None if it is not applied.
        reason: why it is not.
        condition: what it speaks of, in words.

    """

    name: str
    basis: Basis
    bounds: tuple[float, float, float, float] | None
    reason: str = ""
    condition: str = ""


class Interval(NamedTuple):
    """Low, mean and high of something measured."""

    low: float
    mean: float
    high: float


def lines(stopped: Stopped, alarm: float, look: float, looks: int, direction: float, value: float) -> Iterator[Line]:
    """Yield a line for every kind.

    Args:
        stopped: what the replicas showed.
        alarm: how often one of the measured ends that an alarm rests on may be wrong, at all looks at once.
        look: the same of those that `held` rests on, at one look.
        looks: how often a setting may be judged.
        direction: rounding of the replicas' directions, f/w.
        value: rounding of a measured f(W), in f.

    """
    fixed = stopped.fixed
    rounded = rounded_more(fixed, direction)
    why = fixed.priori_reason or rounded
    priori = None if fixed.priori is None or why else (*(fixed.priori[0],) * 3, fixed.priori[1])
    yield Line(PRIORI, "a-priori", priori, why)
    for kind in KINDS:
        reason = fixed.reason or rounded
        if reason or fixed.held is None:
            yield Line(kind.name, "a-posteriori", None, reason)
            continue
        bounds = _bounds(kind, stopped, fixed.held, alarm, look, direction, value)
        yield Line(kind.name, "a-posteriori", bounds, condition=_condition(kind, stopped, looks))


def rounded_more(fixed: Fixed, direction: float) -> str:
    """Return whether directions may be rounded more than was allowed for, in words; empty if not."""
    return "" if direction <= fixed.off else "the replicas may be rounded more than the pilots allow for"


def where(fixed: Fixed) -> str:
    """Return what is left, in words."""
    since = fixed.followed_since
    words = f"the tube that {fixed.pilots} other runs fixed"
    return words if since is None else f"{words}, or from step {since} on a constant may pass a ceiling that they fixed"


def _condition(kind: Kind, stopped: Stopped, looks: int) -> str:
    exits, fresh = int(stopped.left.sum()), len(stopped.left)
    words = (
        f"of the steps before a weight leaves {where(stopped.fixed)}; {exits} of {fresh} replicas left it (a further "
        f"one does with probability at most {stopped.leaving(looks):.2g}, confidence 95%)"
    )
    measured = [
        *(["T2 and the variance of the noise"] if kind.noise else []),
        *(["the fall of f"] if kind.ends else []),
    ]
    return words + (f"; {' and '.join(measured)} as sampled, with confidence bounds" if measured else "")


def _bounds(
    kind: Kind, stopped: Stopped, held: Constants, alarm: float, look: float, direction: float, value: float
) -> tuple[float, float, float, float]:
    run = stopped.fixed.run
    ends = end(stopped, held, alarm, look, value) if kind.ends else (None, None, None)
    if kind.noise:
        sets = [theorem.as_sampled(held, run.alpha, *one) for one in noise(stopped, held, alarm, look)]
    else:
        sets = [held] * 3

    def at(place: int, off: float = 0.0) -> float:
        return theorem.stopped(sets[place], run.alpha, run.iterations, run.lags, ends[place], off=off)

    return at(0), at(1), max(at(2), at(2, direction)), at(1, direction)


class Sampled(NamedTuple):
    """Noise as replicas show it, for `theorem.as_sampled`."""

    T2: float
    noise: Noise


def noise(stopped: Stopped, held: Constants, alarm: float, look: float) -> tuple[Sampled, Sampled, Sampled]:
    """Return what is at least, in the mean and at most known of the noise up to T.

    In the tube each of its numbers is at most what holds in one of the boxes, which is known before the replicas are.
    The curvature that noise meets is that where the replica was, where it is followed, or that of its box.
    Of a replica that left they are at least what it showed in the boxes before, and at most both that ceiling and the
    average over all steps. Without lags nothing is made of the variance where it is not met by curvature.
    """
    L, boxes = held.smoothness, np.arange(stopped.variance.shape[1])
    T2, variance, rho = (np.array([getattr(one, name) for one in held.found]) for name in ("T2", "variance", "rho"))
    shared = rho**2 * variance
    shown = [(stopped.folded, T2), (stopped.variance, variance), (stopped.shared, shared)]
    shown += [(parts * stopped.smoothness, most * L) for parts, most in shown[1:]]
    before = boxes < stopped.since[:, None]
    count, found = len(shown) if any(stopped.fixed.run.lags) else 3, []
    for parts, ceilings in shown:
        top = float(np.max(ceilings)) * (1 + 1e-9)  # an average is rounded as well
        most, least = (np.minimum(np.sum(some, axis=1), top) for some in (parts, np.where(before, parts, 0.0)))
        high = float(statistics.upper_mean(most, alarm / count, top))
        low = float(statistics.student_mean(least, look / count, "lower"))
        found.append((max(low, 0.0), float(most.mean()), high))
    low_, mean, high_ = (Sampled(first, Noise(*rest)) for first, *rest in zip(*found, strict=True))
    return low_, mean, high_


def end(stopped: Stopped, held: Constants, alarm: float, look: float, rounded: float) -> Interval:
    """Return E f(W_T) as `low`, `mean` and `high` bounds take it: the larger it is, the smaller is a bound.

    Of a replica that left, f(W_T) is between the ends of f where it left.
    """
    floor = held.least
    least = np.where(stopped.left, stopped.least_end, np.maximum(stopped.value - rounded, floor))
    low = floor + float(statistics.lower_mean(np.maximum(least - floor, 0.0), alarm))
    most = np.where(stopped.left, stopped.most_end, stopped.value + rounded)
    high = float(statistics.student_mean(most, look, "upper")) if np.all(np.isfinite(most)) else math.inf
    return Interval(min(high, held.start), float(least.mean()), low * (1 - 1e-14) if low > 0 else low)


@dataclass(frozen=True)
class TubeSummary:
    """What is kept of a tube: with the setting it is made again from these.

    Args:
        seed: of the pilots.
        pilots: how many there were.
        ranges: bins of time in which ranges were recorded.
        boxes: of the tube; 0 if there is none.
        exits: replicas that left it.
        replicas: all that were judged.
        leaving: upper bound of P(T < K), confidence 95%; nan without a tube.
        reason: why there is no tube.
        followed: the step from which on runs are followed, with ceilings in the place of boxes; None if nowhere.

    """

    seed: int
    pilots: int
    ranges: int
    boxes: int
    exits: int
    replicas: int
    leaving: float
    reason: str = ""
    followed: int | None = None

    @classmethod
    def of(cls, stopped: Stopped, looks: int) -> "TubeSummary":
        """Return what is kept."""
        fixed = stopped.fixed
        boxes = 0 if fixed.tube is None else len(fixed.tube.boxes)
        exits, left = (int(stopped.left.sum()), stopped.leaving(looks)) if boxes else (0, math.nan)
        numbers = (fixed.seed, fixed.pilots, fixed.run.ranges, boxes, exits, len(stopped.left))
        return cls(*numbers, left, fixed.reason, fixed.followed_since)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TubeSummary":
        """Return what `vars` described, also after a passage through JSON."""
        return cls(**{**data, "leaving": json_number(data["leaving"])})
