"""Runs that are followed: what holds of a network where a run was, if runs do not stay together.

Setting:    bins of time as of a tube, which gives the boxes of the bins before `first`. In the later bins no box is
            fixed, but a ceiling for each constant. T is the first step at which weights are outside the box of their
            step, or at which, in a later bin, a constant at the weights of the step passes the bin's ceiling.
Statement:  as of a tube, with the ceilings in the place of the constants of the later bins.
Proof:      The constants at a step are what its weights make, current and stale ones: the curvature where the step may
            pass, the variance of the directions, the sensitivities between the stale weights and the current ones, and
            so on. All of that is known before the step's sample, and so is whether it passes a ceiling, which is not
            random: {T <= k} is known before sample k, as `stopped.*` asks for. At a step k < T none passes it, and
            f(W_T) is at least the least f where step T-1 may end.
            A run shows its constants by the ends of its weights in each bin: they are enclosed on that box, and the
            stale weights in it and the last max d steps or more of the bin before. `passed` takes a run for one that
            left where a bin's enclosure passes a ceiling, even if its steps may not: T is then somewhere from that bin
            on, or none, and f(W_T) within the ends of f on what was visited from there on.
            L_k may be the most that the curvature is where step k may pass: it is at most that of the bin's enclosure,
            which a run shows as well, and at most the ceiling (`Passage.L`).
Status:     as of a tube.
Source:     docs/theory/mean.md#followed, #stopped.ceiling.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.problems.network import Network
from verify.regions import stale
from verify.regions.intervals import EPS, Array
from verify.regions.level import Level
from verify.regions.network import Box, enclose_all, ends_of_value
from verify.regions.visited import Merged

RATIO, _PROBES = 1.25, 16
"""Runs are followed from where the curvature certified around all pilots is so many times that where one was; so many
bins are looked at for that."""
SPARE = (0.5, 0.1)
SPARES: dict[str, tuple[float, float]] = {
    "rho": (0.5, 0.02),
    **dict.fromkeys(("S", "late", "late_T2"), (0.75, 0.25)),
}
"""How far a ceiling is above the pilots: so many times as far as they are apart, and such a share of it more; some have
ones of their own. Shares |w|/tau have little room for that, and on what staleness makes bounds hardly depend."""
ENCLOSED = 12
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
    """What is fixed of runs that are followed.

    Args:
        first: the first bin in which they are, >= 1.
        ceilings: of the constants in the bins from there on.

    """

    first: int
    ceilings: tuple[Level, ...]


class Passage(NamedTuple):
    """What replicas did on a tube, shape (R,) each but for the last.

    Args:
        left: whether they left it, or may have.
        since: the bin up to whose first step none did; of one that did not, how many there are.
        least: what f(W_T) is at least, of one that left.
        most: the same at most.
        L: the curvature where each was in each bin, or the most that holds there, shape (R, bins), f/w^2.

    """

    left: NDArray[np.bool_]
    since: NDArray[np.int64]
    least: Array
    most: Array
    L: Array


def first_own(steps: Steps, boxes: Sequence[Box], pilots: Merged) -> int | None:
    """Return the bin from which on runs are better followed; None if the boxes around all are as good.

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
    for bin_ in map(int, np.unique(np.linspace(least, len(boxes) - 1, _PROBES).round().astype(int))):
        (own,) = _along(steps, bin_, pilots, 0, None, bin_ + 1)
        (around,) = _held(steps, [boxes[bin_]], [boxes[bin_]], None)
        if own is not None and (around is None or around.L > RATIO * own.L):
            return bin_
    return None


def follow(steps: Steps, pilots: Merged, first: int, before: Array) -> Following | None:
    """Return ceilings that pilots fix; None if nothing is enclosed where one of them was.

    Any are valid. These are meant to be passed seldom, as `tube.from_pilots` means its ends.

    Args:
        steps: that are made.
        pilots: their ranges, of at least `tube.FEWEST`.
        first: as in `Following`.
        before: how far a step in the bin before moves at most, w, shape (D,).

    """
    found = [_along(steps, first, pilots, pilot, before) for pilot in range(min(ENCLOSED, len(pilots.low)))]
    known = [[one for one in row if one is not None] for row in found]
    if sum(map(len, known)) < sum(map(len, found)):
        return None
    return Following(first, tuple(_ceilings(known)))


def passed(steps: Steps, following: Following, ranges: Merged, before: Array, inside: NDArray[np.bool_]) -> Passage:
    """Return what replicas did from bin `first` on; L of the bins from there on, the ceilings where one has left.

    Args:
        steps: that are made.
        following: fixed before them.
        ranges: of the replicas, finite.
        before: how far a step in the bin before moves at most, w, shape (D,).
        inside: which of them did not leave before, shape (R,); of the others nothing is said.

    """
    left = ~inside
    since = np.where(inside, following.first + len(following.ceilings), 0)
    least, most = (np.full(len(inside), np.nan) for _ in range(2))
    L = np.tile([one.L for one in following.ceilings], (len(inside), 1))
    for replica in np.flatnonzero(inside).tolist():
        along = _along(steps, following.first, ranges, replica, before)
        pairs = zip(along, following.ceilings, strict=True)
        above = [place for place, (one, ceiling) in enumerate(pairs) if one is None or not one.within(ceiling)]
        known = [one.L for one in along[: min(above, default=None)] if one is not None]
        L[replica, : len(known)] = known
        if above:
            left[replica], since[replica] = True, following.first + above[0]
            rest = _visited(steps, ranges, replica, following.first + above[0])
            least[replica], most[replica] = ends_of_value(steps.problem, rest)
    return Passage(left, since, least, most, L)


def _visited(steps: Steps, ranges: Merged, replica: int, first: int, end: int | None = None) -> list[Box]:
    """Return where a replica was in the bins from `first` up to `end` or to the last, widened for rounding."""
    return _boxes(steps, (ranges.low, ranges.high), replica, first, end)


def _boxes(steps: Steps, ends: tuple[Array, Array], replica: int, first: int, end: int | None) -> list[Box]:
    pairs = zip(*(one[replica, first:end] for one in ends), strict=True)
    return [Box(low, high).widened(steps.wide) for low, high in pairs]


def _along(
    steps: Steps, first: int, ranges: Merged, replica: int, before: Array | None, end: int | None = None
) -> list[Level | None]:
    """Return what holds where a run was in the bins from `first` on; None where a number is too large.

    Args:
        steps: that are made.
        first: >= 1.
        ranges: of the run and others.
        replica: which of them it is.
        before: how far a step in the bin before these moves at most, w, shape (D,), if that is known.
        end: of the bins; all up to the last if left out.

    """
    boxes = _visited(steps, ranges, replica, first, end)
    last = _boxes(steps, ranges.last or (ranges.low, ranges.high), replica, first - 1, first - 1 + len(boxes))
    return _held(steps, last, boxes, before)


def _held(steps: Steps, last_of: Sequence[Box], backward: Sequence[Box], before: Array | None) -> list[Level | None]:
    """Return what holds on the boxes of bins, one after another.

    Args:
        steps: that are made.
        last_of: the bin before each, the box of its last steps, in which stale weights may be.
        backward: of the bins.
        before: as for `_along`.

    """
    sizes = [rows * columns for rows, columns in steps.problem.shapes]
    late = np.repeat(np.asarray(steps.lags, dtype=np.float64), sizes)
    lagging = any(steps.lags)
    forward = [one.joined(last) if lagging else one for last, one in zip(last_of, backward, strict=True)]
    kind = {"stashed": steps.stashed, "lagging": lagging}
    every = enclose_all(steps.problem, forward, backward, steps.tau, steps.alpha, **kind)
    apart, last = list[Array](), before
    for around, box, one in zip(forward, backward, every, strict=True):
        step = np.zeros(len(late)) if one is None else one.step  # nothing is said from there on
        longest = step if last is None else np.maximum(step, last)
        apart.append(np.minimum(late * longest * (1 + 4 * EPS), around.farthest(box)))
        last = step
    changes = stale.change_all(steps.problem, forward, backward, apart, stashed=steps.stashed)
    return [
        None if one is None or change is None else Level.of(one, change, sizes)
        for one, change in zip(every, changes, strict=True)
    ]


def _ceilings(found: list[list[Level]]) -> Iterator[Level]:
    """Yield the ceilings of the bins; `found` of every pilot and bin."""
    limits = dict[str, Array]()
    for field in fields(Level):
        numbers = np.array([[getattr(one, field.name) for one in row] for row in found])
        sign = -1.0 if field.name == "least" else 1.0
        limits[field.name] = sign * _limit(sign * numbers, *SPARES.get(field.name, SPARE))
    for place in range(len(found[0])):
        made: dict[str, Any] = {
            name: limit[place] if limit.ndim > 1 else float(limit[place]) for name, limit in limits.items()
        }
        yield Level(**made)


def _limit(numbers: Array, beyond: float, spare: float) -> Array:
    """Return what a further run stays below in all likelihood, of numbers of pilots, (pilots, bins, ...).

    That is above the largest, in the bin and those near, by the pilots' spread times `beyond`, and by a share `spare`.
    """
    most, least = numbers.max(axis=0), numbers.min(axis=0)
    limit = most + beyond * (most - least) + spare * np.abs(most)
    return np.array([limit[max(b - _NEAR, 0) : b + _NEAR + 1].max(axis=0) for b in range(len(limit))])
