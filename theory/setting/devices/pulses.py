"""Pulses: a desired increment D arrives as a random number of pulses, each of random size.

    D_r = sign(D) dw (n + cycle sqrt(n) eta),   E n = |D|/dw,   eta standard normal,

which has the law of the sum of n pulses of sizes dw (1 + cycle eta_j). Ideal rounding: n is one of the two integers
next to |D|/dw. A train of BL time slots: n is binomial, BL trials of probability |D|/(dw BL).

An element that lies at w goes to w + D_r q(w), q being the response to the sign of D; a train whose sizes add up to
less than nothing moves it back by that response. Source: theory/responses.md section 4 (claim granularity.variance).
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from theory.setting.devices.draws import Uniforms
from theory.setting.devices.quantiles import normal

Array = NDArray[np.floating]

LONGEST_TRAIN: Final = 1000
"""Largest BL: (1/2)^BL is a normal number, from which the binomial law is summed up."""
DRAWS: Final = 3
"""Draws an update takes at most: of the number of pulses, of their sizes, of what is written."""
PULSES, CYCLE, WRITE = range(DRAWS)
_NEEDED_BY = "granularity.variance"


class VarianceBounds(NamedTuple):
    """Upper bounds of the variance of D_r, in w^2.

    Args:
        always: (1 + cycle^2) dw |D|.
        rounding: min(dw^2/4, dw |D|) + cycle^2 dw |D|; None for trains, of which it is not true.

    """

    always: Array
    rounding: Array | None


@dataclass(frozen=True)
class Pulses:
    """How an increment arrives.

    Args:
        dw: size of a pulse at response 1, in w, >= 0; 0: increments arrive as they are.
        BL: slots of a train, 0 to 1000; 0: ideal stochastic rounding. An increment larger than BL dw is cut to it.
        cycle: cycle-to-cycle noise, the relative standard deviation of the size of one pulse, >= 0.
        write: standard deviation, in w, >= 0, of independent normal noise added to an element whenever D != 0.

    Raises:
        BadInput: for any other value, and for BL or cycle without a dw.

    """

    dw: float = 0.0
    BL: int = 0
    cycle: float = 0.0
    write: float = 0.0

    def __post_init__(self) -> None:
        for name in ("dw", "cycle", "write"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise BadInput(name, value, f"{name} >= 0 and finite", _NEEDED_BY)
        if isinstance(self.BL, bool) or int(self.BL) != self.BL or not 0 <= self.BL <= LONGEST_TRAIN:
            raise BadInput("BL", self.BL, f"an integer from 0 to {LONGEST_TRAIN}", _NEEDED_BY)
        object.__setattr__(self, "BL", int(self.BL))
        for name in ("BL", "cycle"):
            if getattr(self, name) and not self.dw:
                raise BadInput(name, getattr(self, name), f"{name} = 0 unless pulses have a size dw > 0", _NEEDED_BY)

    @property
    def random(self) -> bool:
        """Return whether anything is drawn."""
        return self.dw > 0 or self.write > 0

    @property
    def largest(self) -> float:
        """Return the largest increment that can be asked for, BL dw; infinite without a train."""
        return self.BL * self.dw if self.BL else math.inf

    def mean(self, D: Array) -> Array:
        """Return E[D_r | D]: D itself, as far as a train reaches."""
        return np.clip(D, -self.largest, self.largest)

    def variance(self, D: Array) -> Array:
        """Return the variance of D_r given D, in w^2: dw^2 Var(n) + cycle^2 dw |D|. Write noise is not in it."""
        if not self.dw:
            return np.zeros_like(D)
        size = np.abs(self.mean(D))
        if self.BL:
            number = self.dw * size - size * size / self.BL
        else:
            part = np.mod(size / self.dw, 1.0)
            number = self.dw**2 * part * (1 - part)
        return np.asarray(number + self.cycle**2 * self.dw * size)

    def variance_bounds(self, D: Array) -> VarianceBounds:
        """Return upper bounds of `variance` (claim granularity.variance)."""
        size = np.abs(D)
        always = (1 + self.cycle**2) * self.dw * size
        if self.BL:
            return VarianceBounds(always, None)
        return VarianceBounds(always, np.minimum(self.dw**2 / 4, self.dw * size) + self.cycle**2 * self.dw * size)

    def step_variance(self, D: Array, response: Array) -> Array:
        """Return the variance of the weight after an update, in w^2: response^2 `variance` + write^2 where D != 0."""
        return np.asarray(response * response * self.variance(D) + self.write**2 * (D != 0))

    def realised(self, D: Array, uniforms: Uniforms) -> Array:
        """Return D_r, one draw of it for every element, in the kind of numbers that D has."""
        if not self.dw:
            return D
        signed = self._signed_number(np.asarray(D, np.float64), uniforms(PULSES))
        if self.cycle and np.any(signed):
            spread = np.copysign(np.sqrt(np.abs(signed)), signed)
            signed = signed + self.cycle * spread * normal(uniforms(CYCLE))
        return (self.dw * signed).astype(D.dtype, copy=False)

    def _signed_number(self, D: Array, u: Array) -> Array:
        """Return sign(D) n."""
        per_pulse = 1 / self.dw
        if not self.BL:
            return np.floor(D * per_pulse + u)
        chance = np.minimum(np.abs(D) * (per_pulse / self.BL), 1.0)
        return np.copysign(binomial(self.BL, chance, u), D)

    def written(self, w: Array, D: Array, uniforms: Uniforms) -> Array:
        """Return the weights with the noise of writing."""
        if not self.write:
            return w
        return np.where(D != 0, w + self.write * normal(uniforms(WRITE)), w).astype(w.dtype, copy=False)


def binomial(trials: int, chance: Array, u: Array) -> Array:
    """Return the binomial number whose distribution function first passes u: inversion, one uniform a number.

    The law is summed up from its likelier end, so that its first term, (1 - p)^trials with p <= 1/2, is no less than
    2^-trials.

    Args:
        trials: 1 to `LONGEST_TRAIN`.
        chance: probabilities, in [0, 1].
        u: uniform numbers in (0, 1), of the same shape.

    """
    mirrored = chance > 0.5
    p = np.where(mirrored, 1 - chance, chance)
    term = power(1 - p, trials)
    ratio, total, number = p / (1 - p), term.copy(), np.zeros_like(term)
    for k in range(trials):
        more = u > total
        if not np.any(more):
            break
        number = number + more
        term = term * ratio * ((trials - k) / (k + 1))
        total = total + term
    return np.where(mirrored, trials - number, number)


def power(x: Array, exponent: int) -> Array:
    """Return x to a whole power by squaring: the same products, hence the same bits, as in the kernels."""
    result = np.ones_like(x)
    while exponent:
        if exponent & 1:
            result = result * x
        x, exponent = x * x, exponent >> 1
    return result
