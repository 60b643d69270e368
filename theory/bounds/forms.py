"""How a bound is computed: from one expression, or as the least that a family of multipliers proves."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import sympy
from flint import arb

from theory.bounds.arithmetic import nearest, round_up
from theory.bounds.multipliers import MultiplierBound, Outcome

__all__ = ["ClosedForm", "Family", "Form", "Outcome"]


@dataclass(frozen=True)
class Form(ABC):
    """One way to compute a bound.

    Args:
        name: unique among the forms of a bound.
        needs: optional parameters without which it does not apply.
        definitions: meanings of symbols that differ between the forms of a bound.
        claims: ids of the claims that its formula is read off.

    """

    name: str
    needs: tuple[str, ...] = ()
    definitions: Mapping[sympy.Symbol, sympy.Expr] = field(default_factory=dict)
    claims: tuple[str, ...] = ()

    @property
    @abstractmethod
    def arguments(self) -> tuple[sympy.Expr, ...]:
        """Return what must be known of a setting."""

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Return the names of what proves an outcome; none for a closed form."""
        return ()

    @abstractmethod
    def outcomes(self, settings: Sequence[Sequence[arb]]) -> list[Outcome]:
        """Return the bound at each setting, given as balls for `arguments`."""


@dataclass(frozen=True)
class ClosedForm(Form):
    """A bound that is one expression."""

    expression: sympy.Expr = sympy.nan

    @property
    def arguments(self) -> tuple[sympy.Expr, ...]:
        """Return the expression itself."""
        return (self.expression,)

    def outcomes(self, settings: Sequence[Sequence[arb]]) -> list[Outcome]:
        """Round the enclosures outward."""
        return [Outcome(nearest(ball), round_up(ball), ()) for (ball,) in settings]


@dataclass(frozen=True)
class Family(Form):
    """A bound that holds for every multiplier.

    Args:
        family: the inequality A <= G(A; mu).
        searched: whether the best multiplier is searched; otherwise mu = 1.
        degrees: of each parameter in the unit of A, for scaling the search; 0 where not named.

    """

    family: MultiplierBound | None = None
    searched: bool = True
    degrees: Mapping[str, float] = field(default_factory=dict)

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

    def outcomes(self, settings: Sequence[Sequence[arb]]) -> list[Outcome]:
        """Search the best multipliers of all settings together, then prove what each gives."""
        units = [self._unit(setting) for setting in settings]
        plain = [self._bound.plain(unit, setting) for unit, setting in zip(units, settings, strict=True)]
        active = [i for i, outcome in enumerate(plain) if self.searched and outcome.upper > 0]
        if not active:
            return plain
        scaled = [self._scaled(settings[i], units[i]) for i in active]
        columns = [np.array(column) for column in zip(*scaled, strict=True)]
        start = np.array([nearest(arb(plain[i].upper) / units[i]) for i in active])
        guesses, multipliers = self._bound.search(start, columns)
        best = list(plain)
        for place, i in enumerate(active):
            weights = [float(column[place]) for column in multipliers]
            found = self._bound.certify(arb(float(guesses[place])) * units[i], weights, settings[i])
            if found is not None and found.upper <= plain[i].upper:
                best[i] = found
        return best

    def _unit(self, setting: Sequence[arb]) -> arb:
        """Return the sum of what has the unit of A: all of them zero means that the bound is zero."""
        total = arb(0)
        for parameter, ball in zip(self._bound.parameters, setting, strict=True):
            degree = self.degrees.get(parameter.name, 0.0)
            if degree:
                total += ball ** round(1 / degree)
        return total

    def _scaled(self, setting: Sequence[arb], unit: arb) -> list[float]:
        names = [parameter.name for parameter in self._bound.parameters]
        root = unit.sqrt()
        powers = {0.0: arb(1), 0.5: root, 1.0: unit}
        return [nearest(ball / powers[self.degrees.get(name, 0.0)]) for name, ball in zip(names, setting, strict=True)]
