"""How many iterations reach eps, in floating point: Theorems 1 and 4 solved for K, each with its best step.

What is found here is proved elsewhere: `theory.bounds.complexity` puts K and step into the sharp bound.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from boundary.numbers import Number, nearest
from theory.bounds.arithmetic import float_function
from theory.bounds.families import PLAIN, Meanings, family
from theory.bounds.free import constants as has_four
from theory.bounds.free import domain as domain4
from theory.bounds.function import DEFAULTS, closed
from theory.bounds.inversion import Inversion
from theory.bounds.multipliers import MultiplierBound
from theory.bounds.registry import bound
from theory.bounds.theorem3 import CONSTANTS
from theory.bounds.theorem4 import NAMES as NAMES4
from theory.bounds.theorem4 import columns
from theory.lemmas import free_terms as four
from theory.setting.symbols import symbol
from theory.theorems import free

Floats = NDArray[np.float64]

_MOST = 2.0**53
_TURNS, _ALIKE = 4, 1e-4  # phi0 is D F0^2/K, a small part of R0^2: after two turns K hardly moves
_FIRST = ("L", "sigma2", "rho", "Lambda1", "Lambdah")
_FOURTH = tuple(name for name in NAMES4 if name not in ("Delta", "F0"))


@cache
def _inversion() -> Inversion:
    sharp, form = bound("sharp"), family("multiplier.end")
    meanings = {**sharp.definitions, **PLAIN, symbol("nu"): DEFAULTS["nu"]}
    return _inverted(form, meanings, _FIRST, tuple(part.rhs - part.lhs for part in sharp.domain))


@cache
def _inversion4() -> Inversion:
    """Return Theorem 4's; phi0, which the start leaves at frozen points, depends on K and is found apart."""
    meanings = {**free.MEANINGS, **PLAIN}
    meanings.pop(four.phi0)
    domain = tuple(part.rhs - part.lhs for part in domain4() if not (part.needs or part.without))
    return _inverted(family("free.end"), meanings, (*_FOURTH, "phi0"), domain)


def _inverted(
    form: MultiplierBound, meanings: Meanings, given: Sequence[str], domain: tuple[sympy.Expr, ...]
) -> Inversion:
    usual = {symbol("rbar2"): DEFAULTS["rbar2"], symbol("sigma"): sympy.sqrt(symbol("sigma2"))}
    usual[symbol("gain")] = DEFAULTS["gain"]  # the step is that which the device makes
    parameters = tuple(item for item in form.parameters if item.name != "p")
    return Inversion(
        right=form.right,
        unknown=form.unknown,
        multiplier=form.multiplier,
        start=symbol("p"),
        step=symbol("alpha"),
        parameters=parameters,
        definitions=tuple(closed(item, {**meanings, **usual}) for item in parameters),
        given=tuple(symbol(name) for name in given),
        denominator=form.denominator,
        domain=domain,
    )


def estimate(constants: Sequence[Mapping[str, Number]], targets: Sequence[Number]) -> tuple[Floats, Floats]:
    """Return, per setting, the least K (real, `inf` where eps is out of reach) and its step; found, not proved.

    The step is what the device makes of a direction: it is asked for that over its gain. Theorem 4 is inverted as well
    where its constants are given.
    """
    aims = np.array([nearest(target) for target in targets])
    column = {name: np.array([nearest(one[name]) for one in constants]) for name in CONSTANTS}
    steps, gains = _inversion().best(aims, 1 / column["L"], [column[name] for name in _FIRST])
    counts = _counts(column["Delta"], gains)
    more = [at for at, one in enumerate(constants) if has_four(one)]
    if more:
        others, longer = _estimate4([constants[at] for at in more], aims[more], counts[more])
        better = others < counts[more]
        counts[more] = np.where(better, others, counts[more])
        steps[more] = np.where(better, longer, steps[more])
    return counts, steps


def _counts(gap: Floats, gains: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gains > 0, gap / gains, np.inf)


@cache
def _start() -> Callable[..., list[Any]]:
    """Return phi0 as a function of D, K and F0."""
    return float_function([closed(four.phi0, free.MEANINGS)], [symbol(name) for name in ("D", "K", "F0")])


def _estimate4(constants: Sequence[Mapping[str, Number]], aims: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return the least K by Theorem 4 and its step, from a guess of K: phi0 falls with K, so they are found in turn."""
    rows = [columns(one) for one in constants]
    column = {name: np.array([row[name] for row in rows]) for name in (*_FOURTH, "Delta", "F0")}
    for _ in range(_TURNS):
        (phi,) = _start()(column["D"], np.clip(counts, 1, _MOST), column["F0"])
        steps, gains = _inversion4().best(aims, 1 / column["L"], [*(column[name] for name in _FOURTH), phi])
        before, counts = counts, _counts(column["Delta"], gains)
        if np.allclose(before, counts, rtol=_ALIKE):
            break
    return counts, steps
