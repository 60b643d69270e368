"""The largest A with A <= G(A; mu), minimised over multipliers mu: search in floats, guarantee in balls.

A multiplier theorem says that A <= G(A; mu) for every admissible mu, and G(t A) >= t G(A) for t <= 1. So one number
A1 with G(A1; mu) < A1 rules out every A >= A1 at once (claims multiplier.end, multiplier.sharp). Which mu is best, and
which A1 to try, is found in floating point and trusted with nothing; that G(A1; mu) < A1 is shown in ball arithmetic.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from flint import arb
from numpy.typing import NDArray

from theory.bounds.arithmetic import ball_function, float_function, gather, nearest, round_up

Floats = NDArray[np.float64]
Bracket = tuple[Floats, Floats]

_GRID = 33  # a round narrows the bracket 16 times
_ROUGH, _FINE = 4, 5  # from 60 units of log mu to 1e-3; from 0.02 to 2e-8, from 2e-6 to 2e-12
_DESCENTS = 40
_DOUBLINGS = 600
_NUDGE, _NUDGE_BITS = 1e-7, 100  # relative steps of the difference quotients
_SMALLEST = 1e-13  # of mu: costs a relative 1e-13 where the best multiplier is the limit 0


@dataclass(frozen=True)
class Outcome:
    """The bound at one setting: the nearest double, a double that is proved not to be below, and its multipliers."""

    value: float
    upper: float
    multipliers: tuple[float, ...]


@dataclass(frozen=True)
class MultiplierBound:
    """A theorem of the form A <= G(A; mu, theta) for all multipliers with mu x + q^2 < 1.

    Args:
        right: G.
        unknown: the symbol A.
        multiplier: the symbol mu >= 0.
        share: a second multiplier in [0, 1] in which G is a convex quadratic, or None.
        parameters: the other symbols of G, homogeneous of degree one in A together with `scales`.
        denominator: what must stay positive: 1 - q^2 - mu x.

    """

    right: sympy.Expr
    unknown: sympy.Symbol
    multiplier: sympy.Symbol
    share: sympy.Symbol | None
    parameters: tuple[sympy.Symbol, ...]
    denominator: sympy.Expr

    @cached_property
    def _symbols(self) -> list[sympy.Symbol]:
        shares = [] if self.share is None else [self.share]
        return [self.unknown, self.multiplier, *shares, *self.parameters]

    @cached_property
    def _balls(self) -> Callable[..., list[arb]]:
        return ball_function([self.right, self.denominator], self._symbols)

    @cached_property
    def _excess(self) -> Callable[..., list[Any]]:
        """(G - A)/mu with like terms gathered, so that it keeps its digits as mu -> 0."""
        numerator, denominator = sympy.fraction(sympy.together(self.right - self.unknown))
        gathered = gather(numerator) / (self.multiplier * denominator)
        return float_function([gathered], self._symbols)

    @cached_property
    def _largest(self) -> Callable[..., Any]:
        (root,) = sympy.solve(self.denominator, self.multiplier)
        return float_function([root], self.parameters)

    @cached_property
    def _best_share(self) -> Callable[..., list[Any]]:
        assert self.share is not None
        (root,) = sympy.solve(sympy.diff(self.right, self.share), self.share)
        return float_function([root], [self.unknown, self.multiplier, *self.parameters])

    def search(self, start: Floats, parameters: Sequence[Floats]) -> tuple[Floats, list[Floats]]:
        """Return, per setting, a guess of the bound and of its multipliers; shapes (n,).

        Newton's method on A -> min over mu of G - A, which is concave: from above it comes down without overshooting.
        The minimum is first taken over all mu, roughly, then near the best mu so far, finely.
        """
        columns = [column[:, None] for column in parameters]
        with np.errstate(all="ignore"):
            largest = np.minimum(np.broadcast_to(self._largest(*parameters)[0], start.shape), 1e12)
            widest = np.full_like(start, np.log(_SMALLEST)), np.log(largest) - 1e-9  # short of the pole
            unknown, best = self._descend(start, widest, _ROUGH, columns)
            unknown, best = self._descend(unknown, _around(best, 1e-2, widest), _FINE, columns)
            best = self._least(unknown, _around(best, 1e-6, widest), _FINE, columns)
            shares = self._multipliers(unknown[:, None], best[:, None], columns)
        return unknown, [share[:, 0] for share in shares]

    def _descend(
        self, start: Floats, bracket: Bracket, rounds: int, columns: Sequence[Floats]
    ) -> tuple[Floats, Floats]:
        """Return A, at most `start`, and mu where the minimum of G - A over the bracket vanishes."""
        unknown = start
        for _ in range(_DESCENTS):
            best = self._least(unknown, bracket, rounds, columns)
            points = np.stack([unknown, unknown * (1 + _NUDGE)], axis=1)
            excess, beyond = self._at(points, best[:, None], columns).T
            slope = (beyond - excess) / (unknown * _NUDGE)
            step = np.where(slope < 0, excess / slope, 0.0)
            step = np.where(np.isfinite(step) & (step < unknown), step, 0.0)
            following = np.minimum(unknown - step, start)
            done = np.abs(following - unknown) <= 1e-13 * unknown
            unknown = following
            if np.all(done):
                break
        return unknown, best

    def _least(self, unknown: Floats, bracket: Bracket, rounds: int, columns: Sequence[Floats]) -> Floats:
        """Return the best mu of the bracket, by ever finer grids of log mu: (G - A)/mu is convex in 1/mu."""
        low, high = bracket
        rows = np.arange(unknown.size)
        for _ in range(rounds):
            grid = np.linspace(low, high, _GRID, axis=1)
            excess = self._at(unknown[:, None], np.exp(grid), columns)
            at = np.argmin(excess, axis=1)
            low, high = grid[rows, np.maximum(at - 1, 0)], grid[rows, np.minimum(at + 1, _GRID - 1)]
        found, least, one = np.exp(grid[rows, at]), excess[rows, at], np.ones_like(unknown)
        return np.where(self._at(unknown[:, None], one[:, None], columns)[:, 0] <= least, one, found)

    def _multipliers(self, unknown: Floats, multiplier: Floats, parameters: Sequence[Floats]) -> list[Floats]:
        if self.share is None:
            return [multiplier]
        share = np.asarray(self._best_share(unknown, multiplier, *parameters)[0])
        return [multiplier, np.clip(np.where(np.isfinite(share), share, 1.0), 0.0, 1.0)]

    def _at(self, unknown: Floats, multiplier: Floats, parameters: Sequence[Floats]) -> Floats:
        (excess,) = self._excess(unknown, *self._multipliers(unknown, multiplier, parameters), *parameters)
        return np.where(np.isnan(excess), np.inf, excess)

    def plain(self, unit: arb, parameters: Sequence[arb]) -> Outcome:
        """Return what the multiplier 1 (and the share 1) proves: Theorem 2.

        Args:
            unit: the size of the problem, in the unit of A; 0 if nothing drives it, and then the bound is 0.
            parameters: balls for `self.parameters`.

        """
        ones = [1.0] * (1 if self.share is None else 2)
        scale = unit if unit > 0 else arb(1)
        for _ in range(_DOUBLINGS):
            right, denominator = self._balls(scale, *map(arb, ones), *parameters)
            if denominator > 0 and right < scale:
                break
            scale = 4 * scale.mid()
        found = self.certify(scale, ones, parameters) if unit > 0 else Outcome(0.0, 0.0, tuple(ones))
        if found is None or not right < scale:
            return Outcome(math.inf, math.inf, tuple(ones))
        return found

    def certify(self, guess: arb, multipliers: Sequence[float], parameters: Sequence[arb]) -> Outcome | None:
        """Return the bound these multipliers prove, found from a guess near it, or None if they prove nothing there."""
        weights = [arb(value) for value in multipliers]
        unknown = guess
        for _ in range(_DESCENTS):
            right, denominator = self._balls(unknown, *weights, *parameters)
            nudge = unknown * arb(2) ** -_NUDGE_BITS
            beyond = self._balls(unknown + nudge, *weights, *parameters)[0]
            slope = (beyond - right) / nudge
            if not denominator > 0 or not slope < 1:
                return None
            step = ((right - unknown) / (1 - slope)).mid()
            unknown = (unknown + step).mid()
            if abs(step) <= unknown * arb(2) ** -80:
                break
        return self._proved(unknown, weights, parameters)

    def _proved(self, root: arb, weights: Sequence[arb], parameters: Sequence[arb]) -> Outcome | None:
        for bits in (70, 60, 50, 40, 30):
            end = root * (1 + arb(2) ** -bits)
            right, denominator = self._balls(end, *weights, *parameters)
            if denominator > 0 and right < end:
                return Outcome(nearest(root), round_up(end), tuple(float(weight) for weight in weights))
        return None


def _around(multiplier: Floats, width: float, widest: Bracket) -> Bracket:
    middle = np.log(multiplier)
    return np.maximum(middle - width, widest[0]), np.minimum(middle + width, widest[1])
