"""What Theorem 1 by conditional means takes of the noise of a step: c_w and nu, of what is left of it.

The theorem (mean.feasible) speaks of the step less its mean given the past, omega. Its noise is not the sample's: the
device makes it up to 1 + theta as large, element by element (mean.variance).

    c_w   N(sqrt(L_k) omega)^2 <= L N(omega)^2 <= L N((1 + theta) n)^2, and N((1 + theta) n) <= N(n) + N(theta n) (by
          hilbert.minkowski) <= sigma + sqrt(T2); put into the premise c_w of mean.curvature. Smoothness is a number
          there: what of it the noise meets (Ln) is not taken.
    nu    of each stage N(omega_m) <= (1 + rho) N(n_m), so that what bounds the window of n does, times 1 + rho, bound
          that of omega. It is a sum over elements of variances, or over stages of their roots.

Both ask of the device that its drift is Lipschitz in the direction (assumption response-lipschitz).
"""

import math
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import sympy

from boundary import OutsideDomain
from theory.blueprint import claim
from theory.bounds.arithmetic import BallFunction, accurately, ball_function, round_up
from theory.bounds.inputs import rational
from theory.kernel.relations import Relation
from theory.setting.symbols import symbol

NAMES = ("L", "sigma", "T2", "nu", "rho", "alpha", "gain")


class Rest(NamedTuple):
    """What is left of a step, less its mean given the past; rounded up.

    Args:
        c_w: what curvature makes of it, in (f/w)^2.
        nu: martingale staleness per unit step, in f/w.

    """

    c_w: float
    nu: float


def of(*, L: float, sigma: float, T2: float, nu: float, rho: float, alpha: float, gain: float = 1.0) -> Rest:
    """Return c_w and nu of what is left of a step, from those of the sample's noise.

    Args:
        L: smoothness, in f/w^2.
        sigma: root mean square of the noise of a direction, or more, in f/w.
        T2: mean square of that noise times the distortion at each weight, or more, in (f/w)^2.
        nu: martingale staleness of that noise per unit step, or more, in f/w.
        rho: the largest distortion, in [0, 1).
        alpha: step size.
        gain: mean response Fbar of the device.

    Raises:
        OutsideDomain: a number that is negative or not finite.

    """
    given = dict(zip(NAMES, (L, sigma, T2, nu, rho, alpha, gain), strict=True))
    for name, value in given.items():
        if not 0 <= value < math.inf:
            raise OutsideDomain(name, value, f"{name} >= 0 and finite", claim("mean.variance").title)
    point = [rational(Fraction(value)) for value in given.values()]
    return Rest(*(round_up(value) for value in accurately(lambda: _terms()(*point))))


@cache
def _terms() -> BallFunction:
    names = {name: symbol(name) for name in NAMES}
    apart = _side(claim("hilbert.minkowski").conclusion("bound"), s=names["sigma"], t=sympy.sqrt(names["T2"]))
    (square,) = (item for item in _premise().lhs.free_symbols if item not in names.values())
    curvature = _premise().lhs.xreplace({square: names["L"] * apart})
    longer = _side(claim("mean.element").conclusion("squares"), share=names["rho"], noise=names["nu"])
    return ball_function([curvature, sympy.sqrt(longer)], list(names.values()))


def _premise() -> Relation:
    return claim("mean.curvature").premise("c_w")


def _side(relation: Relation, **values: sympy.Expr) -> sympy.Expr:
    """Return the right side of a relation with values for symbols by name; one that has no value is an error."""
    own = {item.name: item for item in relation.rhs.free_symbols}
    if own.keys() != values.keys():  # pragma: no cover
        raise AssertionError(f"{relation} is not in {', '.join(values)}")
    return relation.rhs.xreplace({own[name]: value for name, value in values.items()})
