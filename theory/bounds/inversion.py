"""How many iterations reach eps: the sharp bound solved for K, with the best step and the best multiplier.

In A <= G(A; mu) the start enters as p = Delta/(alpha K), linearly. Putting eps in the place of A and solving for p
gives the largest p that a step alpha and a multiplier mu allow; K = Delta/(alpha p) is least where alpha p is largest.
The search is in floating point; whoever uses its answer checks the bound at the K and alpha it returns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from theory.bounds.arithmetic import float_function, gather

Floats = NDArray[np.float64]

_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
_STEPS, _ROUNDS, _SECTIONS = 33, 12, 48
_SMALLEST_MULTIPLIER, _SMALLEST_STEP = 1e-13, 1e-16


@dataclass(frozen=True)
class Inversion:
    """The best step and multiplier for a target.

    Args:
        right: G, in the symbols `unknown`, `multiplier`, `start` (p, linear) and `parameters`.
        parameters: what else G contains.
        definitions: the `parameters` as expressions in `step` and in the symbols `given`.
        denominator: 1 - q^2 - mu x, in `parameters`; positive where mu is admissible.
        domain: expressions in `parameters` that must be positive.

    """

    right: sympy.Expr
    unknown: sympy.Symbol
    multiplier: sympy.Symbol
    start: sympy.Symbol
    step: sympy.Symbol
    parameters: tuple[sympy.Symbol, ...]
    definitions: tuple[sympy.Expr, ...]
    given: tuple[sympy.Symbol, ...]
    denominator: sympy.Expr
    domain: tuple[sympy.Expr, ...]

    @cached_property
    def _allowed(self) -> Callable[..., list[Any]]:
        (price,) = sympy.solve(self.right - self.unknown, self.start)
        numerator, denominator = sympy.fraction(sympy.together(price))
        gathered = gather(numerator) / denominator
        return float_function([gathered], [self.unknown, self.multiplier, *self.parameters])

    @cached_property
    def _derived(self) -> Callable[..., list[Any]]:
        return float_function(list(self.definitions), [self.step, *self.given])

    @cached_property
    def _limits(self) -> Callable[..., list[Any]]:
        (largest,) = sympy.solve(self.denominator, self.multiplier)
        return float_function([largest, *self.domain], self.parameters)

    def best(self, target: Floats, longest: Floats, given: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Return the steps in (0, `longest`] that maximise alpha p, and the maxima; all arrays of shape (n,).

        Where no step reaches the target the maximum is 0 and the step nan.
        """
        columns = [np.asarray(values, float)[:, None] for values in given]
        low, high = np.log(longest * _SMALLEST_STEP), np.log(longest)
        best, gain = np.full(target.shape, np.nan), np.zeros(target.shape)
        rows = np.arange(target.size)
        with np.errstate(all="ignore"):
            for _ in range(_ROUNDS):
                logs = np.linspace(low, high, _STEPS, axis=1)
                gains = self._gain(target[:, None], np.exp(logs), columns)
                top = np.argmax(gains, axis=1)
                better = gains[rows, top] > gain
                best = np.where(better, np.exp(logs[rows, top]), best)
                gain = np.where(better, gains[rows, top], gain)
                low, high = logs[rows, np.maximum(top - 1, 0)], logs[rows, np.minimum(top + 1, _STEPS - 1)]
        return best, gain

    def _gain(self, target: Floats, step: Floats, given: Sequence[Floats]) -> Floats:
        """Return alpha p for each step, with the best multiplier; -inf outside the domain."""
        values = [np.broadcast_to(np.asarray(value, float), step.shape) for value in self._derived(step, *given)]
        largest, *domain = self._limits(*values)
        inside = np.all([np.broadcast_to(value, step.shape) > 0 for value in domain], axis=0)
        low = np.full_like(step, np.log(_SMALLEST_MULTIPLIER))
        high = np.log(np.where(inside, np.minimum(largest, 1e12), 1.0))
        for _ in range(_SECTIONS):
            left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            better = self._price(target, left, values) > self._price(target, right, values)
            low, high = np.where(better, low, left), np.where(better, right, high)
        prices = np.maximum(self._price(target, (low + high) / 2, values), self._price(target, 0 * low, values))
        return np.where(inside & np.isfinite(prices), step * prices, -np.inf)

    def _price(self, target: Floats, log_multiplier: Floats, values: Sequence[Floats]) -> Floats:
        (price,) = self._allowed(target, np.exp(log_multiplier), *values)
        return np.where(np.isnan(price), -np.inf, price)
