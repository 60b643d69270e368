"""The path form of Theorem 1 as a number: what averages along a path say of the gradient. Read off `path.form`."""

import math
from fractions import Fraction
from functools import cache

import sympy

from boundary import OutsideDomain
from theory.blueprint import claim
from theory.bounds.arithmetic import BallFunction, accurately, ball_function, round_up
from theory.bounds.inputs import rational
from theory.definitions import meanings

CLAIM = "path.form"


def of(*, kappa: float, fall: float, eta: float, alpha: float, K: float, gain: float = 1.0) -> float:
    """Return the square of the largest sqrt(A) that the averages allow, rounded up, in (f/w)^2.

    The claim has 4 c + eta^2 >= 0 as a consequence. Where numbers with errors say less, c is taken to be -eta^2/4.

    Args:
        kappa: average of what the values rise more than their slopes say, over alpha gain, in (f/w)^2.
        fall: f(W_0) - E f(W_K), in f.
        eta: at least the root mean square of what the mean direction is beside the gradient, in f/w.
        alpha: step size.
        K: iterations.
        gain: mean response Fbar of the device.

    Raises:
        OutsideDomain: eta < 0, another number not above 0 that has to be, or one that is not finite.

    """
    given = {"kappa": kappa, "fall": fall, "eta": eta, "alpha": alpha, "K": K, "gain": gain}
    for name, value in given.items():
        positive = name in ("alpha", "K", "gain")
        if not math.isfinite(value) or (positive and value <= 0) or (name == "eta" and value < 0):
            words = " > 0 and finite" if positive else " >= 0 and finite" if name == "eta" else " finite"
            raise OutsideDomain(name, value, f"{name}{words}", claim(CLAIM).title)
    exact = {name: Fraction(value) for name, value in given.items()}
    least = -(exact["eta"] ** 2) / 4 - exact["fall"] / (exact["alpha"] * exact["gain"] * exact["K"])
    exact["kappa"] = max(exact["kappa"], least)
    point = [rational(value) for value in exact.values()]
    (found,) = accurately(lambda: _square()(*point))
    return round_up(found)


@cache
def _square() -> BallFunction:
    """Return the square of the right side, with what it is made of."""
    item = claim(CLAIM)
    made = {one.name: (one, of) for one, of in meanings(item).items()}
    fall = sympy.Symbol("fall", real=True)
    ends = {one.name: one for one in made["c_p"][1].free_symbols}
    c = made["c_p"][1].xreplace({ends["f_first"]: fall, ends["f_last"]: sympy.Integer(0)})
    root = made["Q_p"][1].xreplace({made["c_p"][0]: c})
    square = item.conclusion("bound").rhs.xreplace({made["Q_p"][0]: root}) ** 2
    names = {one.name: one for one in square.free_symbols}
    return ball_function([square], [names[name] for name in ("kappa", "fall", "eta", "alpha", "K", "gain")])
