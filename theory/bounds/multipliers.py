"""The largest A with A <= G(A; mu), minimised over multipliers mu: searched first, then proved.

A multiplier theorem says that A <= G(A; mu) for every admissible mu, and G(t A) >= t G(A) for t <= 1. So one number
A1 with G(A1; mu) < A1 rules out every A >= A1 at once (claims multiplier.end, multiplier.sharp). Which mu is best, and
which A1 to try, is found by `theory.bounds.optimum` and trusted with nothing; that G(A1; mu) < A1 is shown here, in
ball arithmetic.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sympy
from flint import arb

from theory.bounds.arithmetic import ball, ball_function, nearest, round_up
from theory.bounds.optimum import Search, nudged

_DESCENTS = 40
_DOUBLINGS = 600


@dataclass(frozen=True)
class Outcome:
    """The bound at one setting: the nearest double, a double that is proved not to be below, and its multipliers.

    The multipliers are rounded to the nearest doubles, for people; the proof was made with more digits of them.
    """

    value: float
    upper: float
    multipliers: tuple[float, ...]
    settled: bool = True

    @property
    def tight(self) -> bool:
        """Return whether more precision would change nothing: the upper end is a next double of a settled value."""
        return self.settled and math.isfinite(self.value) and self.upper <= self.value + 3 * math.ulp(self.value)


@dataclass(frozen=True)
class MultiplierBound:
    """A theorem of the form A <= G(A; mu, theta) for all multipliers for which a denominator is positive.

    Args:
        right: G.
        unknown: the symbol A.
        multiplier: the symbol mu >= 0.
        share: a second multiplier in [0, 1] in which G is a convex quadratic, or None.
        parameters: the other symbols of G, homogeneous of degree one in A together with `scales`.
        denominator: what must stay positive, linear in mu: 1 - q^2 - mu x in Theorem 1.

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
    def _top(self) -> Callable[..., list[Any]]:
        (root,) = sympy.solve(self.denominator, self.multiplier)
        return ball_function([root], self.parameters)

    @cached_property
    def _best_share(self) -> Callable[..., list[Any]]:
        (root,) = sympy.solve(sympy.diff(self.right, self.share), self.share)
        return ball_function([root], [self.unknown, self.multiplier, *self.parameters])

    def at_nothing(self, parameters: Sequence[arb]) -> arb:
        """Return G(0; 1, 1): 0 exactly where nothing drives A."""
        ones = [arb(1)] * (1 if self.share is None else 2)
        return self._balls(arb(0), *ones, *parameters)[0].mid()

    def best(self, start: arb, parameters: Sequence[arb]) -> Outcome | None:
        """Return the least bound that a multiplier proves, and that one; None where none proves any.

        Args:
            start: a number to begin with, in the unit of A, > 0; best if it is a bound, as that of multiplier 1.
            parameters: balls for `self.parameters`.

        """
        (top,) = self._top(*parameters)
        search = Search(
            right=lambda unknown, mu, shares: self._balls(unknown, mu, *shares, *parameters)[0].mid(),
            share=lambda unknown, mu: self._shares(unknown, mu, parameters),
            top=top.mid(),
        )
        found = search.best(start, arb(1)) if search.top.is_finite() else None
        if found is None:
            return None
        proved = self.certify(found.unknown, found.multipliers, parameters)
        return None if proved is None else replace(proved, settled=found.settled)

    def _shares(self, unknown: arb, multiplier: arb, parameters: Sequence[arb]) -> list[arb]:
        """Return the best share in [0, 1]; 1 where G does not depend on it."""
        if self.share is None:
            return []
        (found,) = self._best_share(unknown, multiplier, *parameters)
        share = ball(found).mid()
        return [share.max(arb(0)).min(arb(1)) if share.is_finite() else arb(1)]

    def plain(self, unit: arb, parameters: Sequence[arb]) -> Outcome:
        """Return what the multiplier 1 (and the share 1) proves: Theorem 2.

        Args:
            unit: the size of the problem, in the unit of A; 0 if nothing drives it, and then the bound is 0.
            parameters: balls for `self.parameters`.

        """
        ones = [arb(1)] * (1 if self.share is None else 2)
        nothing = Outcome(math.inf, math.inf, (1.0,) * len(ones))
        scale = unit if unit > 0 else arb(1)
        for _ in range(_DOUBLINGS):
            right, denominator = self._balls(scale, *ones, *parameters)
            if denominator > 0 and right < scale:
                proved = self.certify(scale, ones, parameters) if unit > 0 else replace(nothing, value=0.0, upper=0.0)
                return nothing if proved is None else proved
            scale = 4 * scale.mid()
        return nothing

    def certify(self, guess: arb, weights: Sequence[arb], parameters: Sequence[arb]) -> Outcome | None:
        """Return the bound these multipliers prove, found from a guess near it, or None if they prove nothing there."""
        unknown = guess
        for _ in range(_DESCENTS):
            right = self._balls(unknown, *weights, *parameters)[0]
            nudge = unknown * nudged()
            beyond = self._balls(unknown + nudge, *weights, *parameters)[0]
            slope = (beyond - right) / nudge
            step = ((right - unknown) / (1 - slope)).mid()
            unknown = (unknown + step).mid()
            if not unknown > 0:
                return None
            if abs(step) <= unknown * arb(2) ** -80:
                break
        return self._proved(unknown, weights, parameters)

    def _proved(self, root: arb, weights: Sequence[arb], parameters: Sequence[arb]) -> Outcome | None:
        for bits in (70, 60, 50, 40, 30):
            end = root * (1 + arb(2) ** -bits)
            right, denominator = self._balls(end, *weights, *parameters)
            if denominator > 0 and right < end:
                return Outcome(nearest(root), round_up(end), tuple(nearest(weight) for weight in weights))
        return None
