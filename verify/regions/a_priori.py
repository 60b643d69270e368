"""A tube for which no run is looked at: a centre that moves with the mean flow, and a radius that is seldom exceeded.

Setting:    the centre moves from C_b to C_(b+1) in a straight line within bin b, by alpha u a step; d = g + |g| w/tau
            is a sample's direction with its drift, v its mean given the past, R the spread of its elements over the
            samples, all enclosed on box b, with forward weights that are as stale as the lags allow.
Statement:  P(T < K) <= `leaving`, if every box is no smaller than centre +- r with, for every element,

                r = alpha sum_j sup |v - u| + alpha sqrt((1/2) log(2 D B/leaving) sum_j R_j^2),

            sums over the steps up to the end of the box's bin, sup and R of the boxes, D elements and B bins.
Proof:      W_k - C(k) = -alpha sum_(j<k) (v_j - u) - alpha sum_(j<k) (d_j - v_j). While the weights are in their boxes
            the first sum is at most that of the sups, and the elements of the second are martingales whose increments
            lie in intervals of the lengths R_j. Stopped at T they are so at all times, and the largest size of each up
            to the end of bin b is above the square root with probability leaving/(D B) at most (Azuma, Hoeffding, with
            Doob's maximal inequality). Beside these D B events, W_(k+1) is in its box whenever W_0 ... W_k are.
Status:     guaranteed in spite of rounding. A is at most what `theorem.stopped` says of the tube, plus `leaving` times
            the largest squared gradient within the device's range.
Source:     Hoeffding, Probability inequalities for sums of bounded random variables (1963), section 2; tube.a_priori.
"""

from collections.abc import Sequence
from math import inf, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate.problems.network import Network
from verify.regions import theorem, tube
from verify.regions.intervals import EPS, Array, Intervals, above
from verify.regions.network import Box, check, directions, flat, mean_direction, moments, shares
from verify.regions.tube import Tube

LEAVING = 1e-15
"""Probability with which the tube may be left."""
BINS = 64
_ROUNDS = 60
_MORE = 1.05
_UP = 1 + 256 * EPS
"""More than the rounding of the few operations of each number below, all of whose terms are >= 0."""


class Found(NamedTuple):
    """What was found.

    Args:
        tube: the tube, or None if it did not close.
        reached: the step up to which it did: K, or less.

    """

    tube: Tube | None
    reached: int


class Bound(NamedTuple):
    """What is known of A before any run.

    Args:
        value: upper bound of A, (f/w)^2; inf if no tube closed.
        reached: the step up to which the tube closed.
        leaving: upper bound of the probability of leaving it, a part of `value`.

    """

    value: float
    reached: int
    leaving: float


class Flow(NamedTuple):
    """What holds of a step from a box: mean direction with drift, spread over the samples, length of the step."""

    mean: Intervals
    spread: Array
    step: Array


def flow(
    problem: Network,
    box: Box,
    tau: float,
    alpha: float,
    lag: int = 0,
    before: Array | None = None,
    rounded: float = 0.0,
) -> Flow:
    """Return the mean of g + |g| w/tau, shape (D,), the spread of its elements, and how far a step moves at most.

    Args:
        problem: a `Network`.
        box: of the current weights.
        tau: saturation level, w.
        alpha: step size.
        lag: how many steps older the forward weights are at most.
        before: how far an earlier step moves at most, made outside the box, shape (D,), if weights may be that stale.
        rounded: how far rounding moves a weight beside its step at most, w.

    """
    reach = np.zeros(len(box.low)) if before is None else lag * before * _UP
    forward = box.widened(reach)
    g = directions(problem, forward, box)
    step = ((Intervals.exactly(shares(box, tau)) + 1.0) * moments(g).largest * alpha).largest + rounded
    apart = lag * (step if before is None else np.maximum(step, before)) * _UP
    mean = mean_direction(problem, forward, box, apart)
    if tau == inf:
        return Flow(mean, moments(g).spread, step)
    share = Intervals.between(box.low, box.high).over(tau)
    return Flow(mean + g.size().mean() * share, moments(g + g.size() * share).spread, step)


def edges_of(iterations: int, bins: int) -> NDArray[np.int64]:
    """Return at most `bins` bins of time that grow geometrically from a thousandth of K on."""
    inner = np.geomspace(max(iterations / 1000, 1), iterations, bins).round().astype(np.int64)
    return np.unique(np.concatenate([[0], inner, [iterations]]))


class _Course:
    """The tube while it is made: where the centre is, and the sums up to there."""

    def __init__(self, problem: Network, alpha: float, tau: float, lags: Sequence[int], apart: float) -> None:
        self.problem, self.alpha, self.tau, self.longest = problem, alpha, tau, max(lags)
        self.centre, self.apart = flat(problem.initial_weights()), apart
        self.drift, self.squares = np.full(len(self.centre), apart), np.zeros(len(self.centre))
        self.steps: list[tuple[int, Array]] = []

    def velocity(self, at: Array) -> Array:
        """Return the mean flow at a point, as a guess."""
        return flow(self.problem, Box(at, at), self.tau, self.alpha).mean.mid

    def before(self, first: int) -> Array | None:
        """Return how far those steps move at most that lie between stale weights and the bin that begins at `first`."""
        near = [step for end, step in self.steps if end > first - self.longest]
        return np.max(near, axis=0) if near and self.longest else None

    def through(self, first: int, count: int, log_term: float, largest: float) -> Box | None:
        """Return the box of the next `count` steps and go to their end; None if it does not close."""
        guess = self.velocity(self.centre)
        guess = self.velocity(self.centre - 0.5 * self.alpha * count * guess)
        end = self.centre - self.alpha * count * guess
        mean = (Intervals.exactly(self.centre) - end).over(self.alpha).over(float(count))
        line = Box(np.minimum(self.centre, end), np.maximum(self.centre, end))
        radius, before = self._radius(self.drift, self.squares, log_term) + 1e-12, self.before(first)
        for _ in range(_ROUNDS):
            box = line.widened(radius)
            found = flow(self.problem, box, self.tau, self.alpha, self.longest, before, self.apart)
            drift = (self.drift + self.alpha * count * (found.mean - mean).largest) * _UP
            squares = (self.squares + count * found.spread**2) * _UP
            needed = self._radius(drift, squares, log_term)
            if np.all(needed <= radius):
                self.centre, self.drift, self.squares = end, drift, squares
                self.steps.append((first + count, found.step))
                return box
            radius = np.maximum(radius, _MORE * needed)
            if not np.max(radius) <= largest:
                return None
        return None

    def _radius(self, drift: Array, squares: Array, log_term: float) -> Array:
        return np.asarray((drift + self.alpha * np.sqrt(0.5 * log_term * squares)) * _UP)


def a_priori(
    problem: Network,
    alpha: float,
    tau: float,
    lags: Sequence[int],
    iterations: int,
    *,
    leaving: float = LEAVING,
    bins: int = BINS,
    apart: float = 0.0,
) -> Found:
    """Return a tube that a run leaves with probability `leaving` at most, if one closes.

    Args:
        problem: a `Network`, one sample drawn uniformly at every step, on the linear device.
        alpha: step size, w^2/f, > 0.
        tau: saturation level, w, or inf.
        lags: how many steps older than the current ones the forward weights of each stage may be, at most.
        iterations: K.
        leaving: in (0, 1).
        bins: of time, at most two more.
        apart: how far rounding may move a weight in all steps together, w.

    """
    if not 0 < leaving < 1:
        raise BadInput("leaving", leaving, "0 < leaving < 1", "tube.a_priori")
    if not 0 < alpha < inf:
        raise BadInput("alpha", alpha, "alpha > 0 and finite", "tube.a_priori")
    edges, course = edges_of(iterations, bins), _Course(check(problem), alpha, tau, lags, apart)
    log_term = log(2 * len(course.centre) * (len(edges) - 1) / leaving) * (1 + 1e-12)
    largest = max(1.0, float(np.max(np.abs(course.centre))))
    boxes = list[Box]()
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        try:
            box = course.through(first, last - first, log_term, largest)
        except ArithmeticError:  # larger than any double
            box = None
        if box is None:
            return Found(None, first)
        boxes.append(box)
    return Found(Tube(edges, tuple(boxes)), iterations)


def bound(
    problem: Network,
    alpha: float,
    tau: float,
    lags: Sequence[int],
    iterations: int,
    *,
    leaving: float = LEAVING,
    bins: int = BINS,
) -> Bound:
    """Return an upper bound of A that nothing is observed for; arguments as of `a_priori`."""
    found = a_priori(problem, alpha, tau, lags, iterations, leaving=leaving, bins=bins)
    if found.tube is None:
        return Bound(inf, found.reached, leaving)
    held = tube.constants(problem, found.tube, alpha, tau, lags)
    rest = leaving * tube.largest_gradient(problem, tau) ** 2 * _UP
    value = theorem.stopped(held, alpha, iterations, lags) + rest
    return Bound(float(above(np.asarray(value))), iterations, leaving)
