"""The best multiplier, in high precision: where the least number that a multiplier theorem proves lies.

min over mu of G(A; mu) - A is concave in A, since G is concave in A for each mu; Newton's method along the minimising
mu therefore stays above the root from its first step on, and comes down to it. For fixed A, G is convex in mu (a convex
function squared over a linear one, plus a linear one), so its slope changes sign once. Both hold up to the edges of the
domain, where doubles have lost what counts: 1 - x, or the distance of mu from the pole of G. Whoever uses the answer
proves it in balls; here, midpoints are enough.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import arb, ctx

_TOLERANCE = 2.0**-64
"""Relative error of the root that is left."""
_LEAST = 2.0**-60
"""Of mu: costs about as much, relatively, where the best multiplier is the limit 0."""
_FIRST, _WIDEST = 2.0**-40, 2.0**32
"""Least relative width of a bracket that is tried, and the factor by which it grows at most."""
_SPARE = 100
"""Bits that must be left of the working precision."""
_SHARE = 2.0**-10
"""What the multiplier may be off by costs this part of what Newton's method still leaves."""
_ROUNDS, _HALVINGS = 200, 400
_HALF, _PATIENCE = 0.6, 3
"""Multipliers that shrink by this factor so many times in a row are taken to go to their end 0."""

Right = Callable[[arb, arb, Sequence[arb]], arb]
Share = Callable[[arb, arb], list[arb]]


def nudged() -> arb:
    """Return the relative step of difference quotients: half of the working precision is left to them."""
    return arb(2) ** -(ctx.prec // 2)


def settled(fall: arb) -> bool:
    """Return whether the working precision is enough where A - G grows with A by the part `fall`.

    The best multiplier is told from its neighbours by about fall^2, and A by another factor: bits are lost three times.
    """
    return bool(fall**3 > arb(2) ** (_SPARE - ctx.prec))


@dataclass(frozen=True)
class Optimum:
    """The least number that the multipliers prove, and which; `settled` if the working precision was enough."""

    unknown: arb
    multipliers: list[arb]
    settled: bool


@dataclass
class Search:
    """The search at one setting.

    Args:
        right: G as a function of A, mu and the shares.
        share: the best shares for A and mu, an empty list if G has none.
        top: where G has its pole, in mu.

    """

    right: Right
    share: Share
    top: arb

    def best(self, unknown: arb, multiplier: arb) -> Optimum | None:
        """Return the least A that a multiplier proves, from guesses of both; None where none is found."""
        place, moved, fall, halved = self._place(multiplier), arb(1), arb(1), 0
        for _ in range(_ROUNDS):
            before, place = place, self._least(unknown, place, moved, unknown * fall * moved**2 * _SHARE)
            halved = halved + 1 if place < before * _HALF else 0
            if halved == _PATIENCE and (end := self._at_end(unknown)) is not None:
                return end
            mu = self._multiplier(place)
            shares = self.share(unknown, mu)
            right = self.right(unknown, mu, shares)
            rise = self._rise(unknown, mu, shares, right)
            if not rise < 1:  # the multiplier is not good enough, or A is too small: G - A falls from somewhere on
                fall *= _SHARE
                if fall < nudged():
                    unknown, fall = 4 * unknown, arb(1)
                continue
            fall = 1 - rise
            step = ((right - unknown) / fall).mid()
            unknown = (unknown + step).mid()
            if not (unknown > 0 and unknown.is_finite()):
                return None
            moved = (abs(step) / unknown).mid().min(arb(1))
            if moved <= _TOLERANCE:
                return Optimum(unknown, [mu, *shares], settled=settled(fall))
        return None

    def _at_end(self, unknown: arb) -> Optimum | None:
        """Return the optimum if the best multiplier is the least, else None: there Newton's method only halves it."""
        place = self._smallest
        mu = self._multiplier(place)
        for _ in range(_ROUNDS):
            shares = self.share(unknown, mu)
            right = self.right(unknown, mu, shares)
            fall = 1 - self._rise(unknown, mu, shares, right)
            if not fall > 0:
                return None
            step = ((right - unknown) / fall).mid()
            unknown = (unknown + step).mid()
            if not (unknown > 0 and unknown.is_finite()):
                return None
            if abs(step) <= unknown * _TOLERANCE:
                best = self._slope(unknown, place) >= 0
                return Optimum(unknown, [mu, *shares], settled=settled(fall)) if best else None
        return None

    @property
    def _smallest(self) -> arb:
        return self._place(arb(_LEAST).min(self.top / 2))

    def _place(self, multiplier: arb) -> arb:
        """Return s with mu = top s/(1 + s): it tells multipliers apart near 0 and near the pole alike."""
        near = multiplier if multiplier < self.top else self.top / 2
        return (near / (self.top - near)).mid()

    def _multiplier(self, place: arb) -> arb:
        return (self.top * place / (1 + place)).mid()

    def _rise(self, unknown: arb, mu: arb, shares: Sequence[arb], right: arb) -> arb:
        """Return the slope of G in A."""
        nudge = unknown * nudged()
        return ((self.right(unknown + nudge, mu, shares) - right) / nudge).mid()

    def _slope(self, unknown: arb, place: arb, *, left: bool = False) -> arb:
        """Return the slope of G in log s, to the right of `place` or to its left."""
        nudge = -nudged() if left else nudged()
        here, there = self._multiplier(place), self._multiplier(place * (1 + nudge))
        shares = self.share(unknown, here)  # at its best share, G has the slope that it has at that share
        change = self.right(unknown, there, shares) - self.right(unknown, here, shares)
        return (change / nudge).mid()

    def _least(self, unknown: arb, start: arb, moved: arb, tolerance: arb) -> arb:
        """Return where G is least for this A, up to `tolerance`, found from a guess that is off by about `moved`."""
        bracket = self._bracket(unknown, start, moved)
        if len(bracket) == 1:
            return bracket[0]
        (low, high), one = bracket, self._place(arb(1))
        if self.top > 1 and low <= one <= high and self._at_kink(unknown, one):
            return one
        return self._between(unknown, low, high, tolerance)

    def _at_kink(self, unknown: arb, one: arb) -> bool:
        """Return whether G is least at mu = 1, where abs(1 - mu) may give it a corner."""
        return bool(self._slope(unknown, one) >= 0 >= self._slope(unknown, one, left=True))

    def _bracket(self, unknown: arb, start: arb, moved: arb) -> list[arb]:
        """Return two places between which the slope changes sign; one alone where G is least at the end 0."""
        smallest = self._smallest
        here = start.max(smallest)
        rising = self._slope(unknown, here) >= 0
        growth = 1 + moved.max(arb(_FIRST))
        while True:
            if rising and here <= smallest:
                return [smallest]
            there = (here / growth).max(smallest) if rising else here * growth
            if (self._slope(unknown, there) >= 0) != rising:
                return [there, here] if rising else [here, there]
            here, growth = there, (growth * growth).min(arb(_WIDEST)).mid()

    def _between(self, unknown: arb, low: arb, high: arb, tolerance: arb) -> arb:
        """Return the place where the slope is 0, by the rule of false position with halvings, to what is worth it."""
        falls, rises = self._slope(unknown, low), self._slope(unknown, high)
        sides = 0
        for _ in range(_HALVINGS):
            if high > 2 * low:
                middle = (low * high).sqrt().mid()
            else:
                middle = ((low * rises - high * falls) / (rises - falls)).mid()
                if not low < middle < high:
                    middle = ((low + high) / 2).mid()
            slope = self._slope(unknown, middle)
            if abs(slope) * (high - low) <= low * tolerance:
                return middle
            if slope < 0:
                low, falls, sides = middle, slope, min(sides, 0) - 1
                rises = rises / 2 if sides < -1 else rises
            else:
                high, rises, sides = middle, slope, max(sides, 0) + 1
                falls = falls / 2 if sides > 1 else falls
        return ((low + high) / 2).mid()
