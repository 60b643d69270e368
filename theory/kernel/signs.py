"""Signs read off structure and facts, and where a term is defined. Part of the trusted core; see RULES.md section 2.

No search: a sign follows from the way a term is written (numbers, sums, products, integer powers) or because a fact
says it literally, up to a positive rational factor. Unknown never means false.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from theory.kernel.gap import Gap
from theory.kernel.terms import Key, Term, constant, divisors, fraction, key, minus, number, times, vanishes

UNKNOWN, NONNEGATIVE, POSITIVE = 0, 1, 2


class Rel(NamedTuple):
    """`lhs op rhs`, both sides as written; op is <=, < or ==."""

    lhs: Term
    op: str
    rhs: Term

    @property
    def slack(self) -> Term:
        """Return rhs - lhs: >= 0, > 0 or = 0 where the relation holds."""
        return minus(self.rhs, self.lhs)

    def __str__(self) -> str:
        return f"{self.lhs} {self.op} {self.rhs}"


@lru_cache(maxsize=50_000)
def _key(fact: Rel) -> Key:
    return key(fact.slack)


@lru_cache(maxsize=50_000)
def _opposite(fact: Rel) -> Key:
    return key(times(number(-1), fact.slack))


class Signs:
    """What a set of facts, each defined wherever the facts before it hold, says about signs."""

    def __init__(self, facts: Iterable[Rel] = ()) -> None:
        self._levels: dict[Key, int] = {}
        self._zero: set[Key] = set()
        for fact in facts:
            name = _key(fact)
            if fact.op == "==":
                self._zero |= {name, _opposite(fact)}
            else:
                level = POSITIVE if fact.op == "<" else NONNEGATIVE
                self._levels[name] = max(level, self._levels.get(name, UNKNOWN))

    def of(self, term: Term) -> int:
        """Return 2 for positive, 1 nonnegative, -1 nonpositive, -2 negative, 0 unknown, of a term that is defined."""
        if constant(term):
            above, below = fraction(term)
            value = above * below
            return NONNEGATIVE if value.is_zero() else POSITIVE if value.leading_coefficient() > 0 else -POSITIVE
        structural, stated = self._structural(term), self._stated(term)
        return stated if abs(stated) >= abs(structural) else structural

    def nonzero(self, term: Term) -> bool:
        """Return whether a defined term is known not to vanish."""
        return abs(self.of(term)) == POSITIVE

    def require_defined(self, *terms: Term) -> None:
        """Raise `Gap` unless each term divides only by what is known not to vanish."""
        for term in terms:
            for base in divisors(term):  # inner ones come first, so `base` is defined when its sign is asked for
                if not self.nonzero(base):
                    raise Gap(f"{base} is divided by, and is not known to be nonzero")

    def follows(self, wanted: Rel) -> bool:
        """Return whether a defined relation is a fact up to a factor, or a matter of structural sign."""
        if wanted.op == "==":
            return vanishes(wanted.slack) or key(wanted.slack) in self._zero
        if wanted.op == "<=" and (vanishes(wanted.slack) or key(wanted.slack) in self._zero):
            return True
        return self.of(wanted.slack) >= (POSITIVE if wanted.op == "<" else NONNEGATIVE)

    def _stated(self, term: Term) -> int:
        above = self._levels.get(key(term), UNKNOWN)
        below = self._levels.get(key(times(number(-1), term)), UNKNOWN)
        return above if above >= below else -below

    def _structural(self, term: Term) -> int:
        if term.tag == "sum":
            levels = [self.of(part) for part in term.args]
            if all(level > 0 for level in levels):
                return max(levels, default=NONNEGATIVE)
            return min(levels) if all(level < 0 for level in levels) else UNKNOWN
        if term.tag == "product":
            levels = [self.of(part) for part in term.args]
            sign = -1 if sum(level < 0 for level in levels) % 2 else 1
            return sign * min((abs(level) for level in levels), default=POSITIVE)
        if term.tag == "power":
            base, exponent = term.args
            level = self.of(base)
            if exponent % 2 == 0:
                return POSITIVE if exponent == 0 or abs(level) == POSITIVE else NONNEGATIVE
            return level  # of an odd power; a negative one is defined, so its base is known to be nonzero
        return UNKNOWN
