"""Signs read off structure and facts: products, sums, even powers, and what a fact says literally. No search."""

from collections.abc import Iterable

from sympy import Expr

from theory.kernel.rational import denominators, fraction, key
from theory.kernel.relations import Relation

UNKNOWN, NONNEGATIVE, POSITIVE = 0, 1, 2


class Signs:
    """What a set of facts says about signs.

    `of` returns 2 for positive, 1 for nonnegative, 0 for unknown, -1 for nonpositive, -2 for negative, wherever all
    facts hold. Unknown never means false.
    """

    def __init__(self, facts: Iterable[Relation]) -> None:
        self._known: dict[object, int] = {}
        for fact in facts:
            if fact.op == "==":
                continue
            name = key(fact.slack)
            level = POSITIVE if fact.op == "<" else NONNEGATIVE
            self._known[name] = max(level, self._known.get(name, UNKNOWN))

    def of(self, expression: Expr) -> int:
        """Return the sign of `expression` as far as structure and facts give it."""
        stated = self._stated(expression)
        structural = self._structural(expression)
        return stated if abs(stated) >= abs(structural) else structural

    def nonzero(self, expression: Expr) -> bool:
        """Return whether `expression` is known not to vanish."""
        return abs(self.of(expression)) == POSITIVE

    def _stated(self, expression: Expr) -> int:
        if expression.is_Rational:
            return UNKNOWN
        positive = self._known.get(key(expression), UNKNOWN)
        negative = self._known.get(key(-expression), UNKNOWN)
        return positive if positive >= negative else -negative

    def _structural(self, expression: Expr) -> int:
        if expression.is_Rational:
            return NONNEGATIVE if expression == 0 else (POSITIVE if expression > 0 else -POSITIVE)
        if expression.is_Mul:
            return self._product([self.of(factor) for factor in expression.args])
        if expression.is_Pow and expression.exp.is_Integer:
            return self._power(expression.base, int(expression.exp))
        if expression.is_Add:
            levels = [self.of(term) for term in expression.args]
            if all(level > 0 for level in levels):
                return max(levels)
            return min(levels) if all(level < 0 for level in levels) else UNKNOWN
        return UNKNOWN

    def _power(self, base: Expr, exponent: int) -> int:
        level = self.of(base)
        if exponent < 0 and abs(level) < POSITIVE:
            return UNKNOWN
        if exponent % 2 == 0:
            return POSITIVE if abs(level) == POSITIVE or exponent == 0 else NONNEGATIVE
        return level

    @staticmethod
    def _product(levels: list[int]) -> int:
        if 0 in levels:
            return UNKNOWN
        sign = -1 if sum(level < 0 for level in levels) % 2 else 1
        return sign * min(abs(level) for level in levels)


def undefined(expression: Expr, signs: Signs) -> Expr | None:
    """Return a denominator of `expression` that is not known to be nonzero, or None if there is none."""
    for base in denominators(expression):
        if not signs.nonzero(base) and not _constant(base):
            return base
    return None


def _constant(base: Expr) -> bool:
    numerator, denominator = fraction(base)
    return bool(numerator.is_constant() and denominator.is_constant() and not numerator.is_zero())
