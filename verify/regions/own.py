"""Boxes around a run's own past: what holds of a network whose runs do not stay together.

Setting:    bins of time as of a tube, which gives the boxes of the bins before `first`. In a later bin b the box of a
            run is what it visited in bin b-1 and a reach more on each side. The reaches, and a ceiling for each
            constant, are fixed before the run. T is the first step at which weights are outside the box of their step,
            or the first step of a bin for whose box an enclosed constant passes its ceiling.
Statement:  as of a tube, with the ceilings in the place of the constants of the later bins.
Proof:      W_(k_b) is in bin b-1 as well as in bin b. So before sample k_b it is known what the run visited in bin b-1,
            hence its box of bin b, what is enclosed on it and whether a ceiling is passed: {T <= k} is known before
            sample k, as `stopped.*` asks for. At a step k < T what is enclosed on the run's own box holds, and no
            constant passes its ceiling, which is not random. Weights of at most max d steps ago are in bin b or in bin
            b-1, which has max d steps or more, so they are in the box, and `stale.change` holds with the steps of both.
            f(W_T) is at least the least f where step T-1 ends.
Status:     as of a tube.
Source:     docs/theory/mean.md#own-past.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate.problems.network import Network
from verify.regions import stale
from verify.regions.intervals import EPS, Array
from verify.regions.level import Level
from verify.regions.network import Box, enclose_all, value
from verify.regions.visited import Visited

RATIO, _PROBES = 1.25, 16
"""Boxes are a run's own from where the curvature certified around all pilots is so many times that around one; so many
bins are looked at for that."""
FARTHER = 1.4
"""What a reach is longer than the farthest of the pilots asks for."""
SPARE, SPARE_RHO = 0.1, 0.02
"""What a ceiling is higher than the pilots ask for, as a share of it; shares |w|/tau have little room for that."""
ENCLOSED = 8
"""The pilots that ceilings are made from: an enclosure takes some milliseconds."""
_NEAR = 2
"""What pilots show of a bin is taken together with what they show of so many bins to each side."""


class Steps(NamedTuple):
    """The steps that are made; as for `tube.constants`, and what boxes are widened by for rounding, w."""

    problem: Network
    alpha: float
    tau: float
    lags: tuple[int, ...]
    stashed: bool
    wide: float = 0.0


@dataclass(frozen=True, eq=False)
class Following:
    """What is fixed of boxes that follow a run.

    Args:
        first: the first bin whose box is the run's own, >= 1.
        below: shape (bins - first, D), how far a box reaches below what the run visited in the bin before, w, >= 0.
        beyond: the same above.
        ceilings: of the constants in these bins.

    """

    first: int
    below: Array
    beyond: Array
    ceilings: tuple[Level, ...]

    def box(self, ranges: Visited, replica: int, bin_: int) -> Box:
        """Return the box of a replica in a bin >= first."""
        place = bin_ - self.first
        low, high = ranges.low[replica, bin_ - 1], ranges.high[replica, bin_ - 1]
        return Box(low - self.below[place], high + self.beyond[place])


class Passage(NamedTuple):
    """What replicas did on a tube, shape (R,) each.

    Args:
        left: whether they left it.
        least: what f(W_T) is at least, of one that left.
        most: the same at most.

    """

    left: NDArray[np.bool_]
    least: Array
    most: Array


def first_own(steps: Steps, boxes: Sequence[Box], pilots: Visited) -> int | None:
    """Return the bin from which on boxes are better a run's own; None if the boxes around all are as good.

    Args:
        steps: that are made.
        boxes: around all pilots, one a bin.
        pilots: their ranges.

    """
    lengths = np.diff(pilots.edges)
    short = np.flatnonzero(lengths < max(steps.lags))
    least = int(short[-1]) + 2 if len(short) else 1  # the bin before must hold all stale weights
    if least >= len(boxes):
        return None
    probes = np.unique(np.linspace(least, len(boxes) - 1, _PROBES).round().astype(int))
    reach = _reach(pilots, least)
    for bin_ in map(int, probes):
        place = bin_ - least
        ends = pilots.low[0, bin_ - 1] - reach[0][place], pilots.high[0, bin_ - 1] + reach[1][place]
        around, own = _held(steps, [boxes[bin_], Box(*ends)], None)
        if own is not None and (around is None or around.L > RATIO * own.L):
            return bin_
    return None


def follow(steps: Steps, pilots: Visited, first: int, before: Array) -> Following | None:
    """Return reaches and ceilings that pilots fix; None if nothing is enclosed around one of them.

    Any are valid. These are meant to be passed seldom, as `tube.from_pilots` means its ends.

    Args:
        steps: that are made.
        pilots: their ranges, of at least `tube.FEWEST`.
        first: as in `Following`.
        before: how far a step in the bin before moves at most, w, shape (D,).

    """
    made = Following(first, *_reach(pilots, first), ())
    found = [_along(steps, made, pilots, pilot, before) for pilot in range(min(ENCLOSED, len(pilots.low)))]
    known = [[one for one in row if one is not None] for row in found]
    if min(map(len, known)) < len(made.below):
        return None
    return Following(first, made.below, made.beyond, tuple(_ceilings(known)))


def passed(steps: Steps, following: Following, ranges: Visited, before: Array, inside: NDArray[np.bool_]) -> Passage:
    """Return what replicas did from bin `first` on.

    Args:
        steps: that are made.
        following: fixed before them.
        ranges: of the replicas, finite.
        before: how far a step in the bin before moves at most, w, shape (D,).
        inside: which of them did not leave before, shape (R,); of the others nothing is said.

    """
    left = ~inside
    least, most = (np.full(len(inside), np.nan) for _ in range(2))
    for replica in np.flatnonzero(inside).tolist():
        ended = _ended(following, ranges, replica, _along(steps, following, ranges, replica, before))
        if ended is not None:
            left[replica] = True
            least[replica], most[replica] = value(steps.problem, ended.widened(steps.wide))
    return Passage(left, least, most)


def _ended(following: Following, ranges: Visited, replica: int, along: Sequence[Level | None]) -> Box | None:
    """Return where W_T is of a replica that left; None of one that stayed."""
    for place, (one, ceiling) in enumerate(zip(along, following.ceilings, strict=True)):
        bin_ = following.first + place
        if one is None or not one.within(ceiling):  # T is the first step of this bin, and the last of the one before
            return Box(ranges.low[replica, bin_ - 1], ranges.high[replica, bin_ - 1])
        box, low, high = following.box(ranges, replica, bin_), ranges.low[replica, bin_], ranges.high[replica, bin_]
        if not (np.all(low >= box.low) and np.all(high <= box.high)):
            return box.widened(one.step)
    return None


def _along(
    steps: Steps, following: Following, ranges: Visited, replica: int, before: Array | None
) -> list[Level | None]:
    """Return what holds on a run's own boxes, one after another; None where a number is too large.

    Args:
        steps: that are made.
        following: the reaches.
        ranges: of the run and others.
        replica: which of them it is.
        before: how far a step in the bin before these moves at most, w, shape (D,).

    """
    boxes, count = list[Box](), len(following.below)
    for bin_ in range(following.first, following.first + count):
        try:
            with np.errstate(over="ignore"):
                boxes.append(following.box(ranges, replica, bin_).widened(steps.wide))
        except BadInput:  # an end beyond the doubles: nothing is known from there on
            break
    return [*_held(steps, boxes, before), *[None] * (count - len(boxes))]


def _held(steps: Steps, boxes: Sequence[Box], before: Array | None) -> list[Level | None]:
    """Return what holds on boxes that a run passes one after another, with `before` as for `_along` or unknown."""
    sizes = [rows * columns for rows, columns in steps.problem.shapes]
    late = np.repeat(np.asarray(steps.lags, dtype=np.float64), sizes)
    every = enclose_all(steps.problem, boxes, boxes, steps.tau, steps.alpha, stashed=steps.stashed)
    apart, last = list[Array](), before
    for box, one in zip(boxes, every, strict=True):
        step = np.zeros(len(late)) if one is None else one.step  # nothing is said from there on
        longest = step if last is None else np.maximum(step, last)
        apart.append(np.minimum(late * longest * (1 + 4 * EPS), box.farthest(box)))
        last = step
    changes = stale.change_all(steps.problem, boxes, boxes, apart, stashed=steps.stashed)
    return [
        None if one is None or change is None else Level.of(one, change, sizes)
        for one, change in zip(every, changes, strict=True)
    ]


def _reach(pilots: Visited, first: int) -> tuple[Array, Array]:
    """Return how far below and beyond the bin before a run is to be expected, shape (bins - first, D).

    How far a bin overshoots the one before is no normal number. But told in what three things scatter by from pilot to
    pilot, the overshoot, the way of the middle and the width, it is as far for all weights and bins; so the farthest of
    all overshoots counts.
    """
    low, high = pilots.low[:, first - 1 :], pilots.high[:, first - 1 :]
    middle = np.diff(0.5 * (low + high), axis=1)
    about = _scatter(middle) + _scatter((high - low)[:, 1:])
    found = []
    for ends in (-low, high):
        over = np.maximum(np.diff(ends, axis=1), 0.0)
        mean, scale = over.mean(axis=0), np.sqrt(about + _scatter(over))
        unit = np.divide(over - mean, scale, out=np.zeros_like(over), where=scale > 0)
        found.append(mean + FARTHER * max(float(unit.max()), 0.0) * scale)
    return found[0], found[1]


def _ceilings(found: list[list[Level]]) -> Iterator[Level]:
    """Yield the ceilings of the bins; `found` of every pilot and bin."""
    limits = dict[str, Array]()
    for field in fields(Level):
        values = np.array([[getattr(one, field.name) for one in row] for row in found])
        sign = -1.0 if field.name == "least" else 1.0
        limits[field.name] = sign * _limit(sign * values, SPARE_RHO if field.name == "rho" else SPARE)
    for place in range(len(found[0])):
        numbers: dict[str, Any] = {
            name: limit[place] if limit.ndim > 1 else float(limit[place]) for name, limit in limits.items()
        }
        yield Level(**numbers)


def _limit(values: Array, spare: float) -> Array:
    """Return what a further run stays below in all likelihood, of values of pilots, (pilots, bins, ...).

    That is half the pilots' spread above the largest, in the bin and those near; and `spare`, as a share of it.
    """
    most, least = values.max(axis=0), values.min(axis=0)
    limit = most + 0.5 * (most - least) + spare * np.abs(most)
    return np.array([limit[max(b - _NEAR, 0) : b + _NEAR + 1].max(axis=0) for b in range(len(limit))])


def _scatter(values: Array) -> Array:
    """Return the variance from pilot to pilot, (pilots, bins, ...) -> (bins, ...), a mean over bins that are near."""
    every = values.var(axis=0, ddof=1)
    return np.array([every[max(b - _NEAR, 0) : b + _NEAR + 1].mean(axis=0) for b in range(len(every))])
