"""How a bound is computed: from one expression, or as the least that a family of multipliers proves."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sympy
from flint import arb

from theory.bounds.arithmetic import Enclosure, ball, nearest, round_up
from theory.bounds.multipliers import MultiplierBound, Outcome

__all__ = ["ClosedForm", "Condition", "Form", "MultiplierForm", "Outcome"]

_ALIKE = 2.0**-50  # two upper ends that may be of one number, relatively


@dataclass(frozen=True)
class Condition:
    """One condition of a theorem's domain: lhs < rhs, or lhs <= rhs where it is not strict.

    Args:
        label: as a person writes it.
        lhs, rhs: in the symbols of the theorem.
        strict: whether the sides may not be equal.
        needs: parameters that it speaks of: without one of them it asks for nothing.
        without: parameters which make it ask for nothing.

    """

    label: str
    lhs: sympy.Expr
    rhs: sympy.Expr
    strict: bool = True
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def of(self) -> str:
        """Return what is below the limit, as a person writes it."""
        return re.split(" <=? | = ", self.label)[0]

    def holds(self, slack: Enclosure) -> bool:
        """Return whether rhs - lhs, known exactly or as a ball, is certain to satisfy the condition."""
        return bool(slack > 0) if self.strict else bool(slack >= 0)

    def asked(self, given: Iterable[str]) -> bool:
        """Return whether it asks for anything where these parameters are given."""
        return set(self.needs) <= set(given) and not set(self.without) & set(given)


@dataclass(frozen=True)
class Form(ABC):
    """One way to compute a bound.

    Args:
        name: unique among the forms of a bound.
        needs: optional parameters without which it does not apply.
        definitions: meanings of symbols that differ between the forms of a bound.
        claims: ids of the claims that its formula is read off.
        domain: where it is proved, beyond the domain of the bound; elsewhere it is left out.
        assumptions: ids of what it rests on beyond what the bound does.

    """

    name: str
    needs: tuple[str, ...] = ()
    definitions: Mapping[sympy.Symbol, sympy.Expr] = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    domain: tuple[Condition, ...] = field(default=(), kw_only=True)
    assumptions: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    @abstractmethod
    def arguments(self) -> tuple[sympy.Expr, ...]:
        """Return what must be known of a setting."""

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Return the names of what proves an outcome; none for a closed form."""
        return ()

    @abstractmethod
    def outcome(self, setting: Sequence[Enclosure]) -> Outcome:
        """Return the bound at a setting, given as exact numbers or balls for `arguments`."""


@dataclass(frozen=True)
class ClosedForm(Form):
    """A bound that is one expression."""

    expression: sympy.Expr = sympy.nan

    @property
    def arguments(self) -> tuple[sympy.Expr, ...]:
        """Return the expression itself."""
        return (self.expression,)

    def outcome(self, setting: Sequence[Enclosure]) -> Outcome:
        """Round the enclosure outward."""
        (found,) = setting
        return Outcome(nearest(found), round_up(found), ())


@dataclass(frozen=True)
class MultiplierForm(Form):
    """A bound that holds for every multiplier.

    Args:
        family: the inequality A <= G(A; mu).
        searched: whether the best multiplier is searched; otherwise mu = 1.
        degrees: of each parameter in the unit of A, for where the search starts; 0 where not named. If None,
            it starts from G at A = 0.

    """

    family: MultiplierBound | None = None
    searched: bool = True
    degrees: Mapping[str, float] | None = field(default_factory=dict)

    @property
    def _bound(self) -> MultiplierBound:
        if self.family is None:
            raise ValueError(f"the form {self.name} has no family")
        return self.family

    @property
    def arguments(self) -> tuple[sympy.Expr, ...]:
        """Return the parameters of G."""
        return self._bound.parameters

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Return the names of the multipliers."""
        share = () if self._bound.share is None else (self._bound.share.name,)
        return (self._bound.multiplier.name, *share)

    def outcome(self, setting: Sequence[Enclosure]) -> Outcome:
        """Search the best multipliers, and prove what they give."""
        balls = [ball(value) for value in setting]
        unit = self._unit(balls)
        plain = self._bound.plain(unit, balls)
        if not (self.searched and plain.upper > 0):
            return plain
        found = self._bound.best(arb(plain.upper) if math.isfinite(plain.upper) else unit, balls)
        if found is not None and found.upper <= plain.upper:
            return found
        alike = found is not None and found.settled and found.upper <= plain.upper * (1 + _ALIKE)
        return replace(plain, settled=alike)  # multiplier 1 is the best, or more precision is needed to see a better

    def _unit(self, setting: Sequence[arb]) -> arb:
        """Return a number of the unit of A, made of what drives it: zero means that the bound is zero."""
        if self.degrees is None:
            return self._bound.at_nothing(setting)
        total = arb(0)
        for parameter, value in zip(self._bound.parameters, setting, strict=True):
            degree = self.degrees.get(parameter.name, 0.0)
            if degree:
                total += value ** round(1 / degree)
        return total.mid()
