"""The floor: what is left of the average squared gradient as the step size falls and the run grows.

Upper: Theorem 1 with an explicit remainder. Attained: an instance that stands at the floor.
Source: docs/theory.md#floor.
"""

from dataclasses import replace

from sympy import Expr, Rational

from theory.kernel import Draft, combine, le, lemma, lt, square, times
from theory.kernel.proof import Times
from theory.lemmas.feasible import (
    POINT,
    A,
    R,
    T,
    descends,
    near,
    p,
    q,
    qn,
    rbar2,
    reach,
    rho,
    roots,
    sigma,
    x,
    young,
)
from theory.setting.symbols import symbol

t = symbol("t")


def floor(saturation2: Expr = rho**2) -> Expr:
    """Return the floor of the average squared gradient."""
    return saturation2 * sigma**2 / (1 - rho**2)


def _vanishing(d: Draft, saturation: Expr, saturation2: Expr, square_of: Times) -> None:
    """Bound A by the floor and a remainder of order t, when p, x, q and qn are small against t.

    `saturation`^2 is rho^2 A + `saturation2` sigma^2, which the term `square_of` says.
    """
    inflated = (1 + t) * (1 + 4 * t**2)
    d.given("rho < 1", lt(rho, 1), "domain")
    d.given("t > 0", lt(0, t), "domain")
    d.given("t <= 1/3", le(t, Rational(1, 3)), "domain")
    d.given("start", le(p, t * sigma**2), "domain")
    d.given("step", le(x, t), "domain")
    d.given("coherent", le(q, t), "domain")
    d.given("martingale", le(qn, t**2 * sigma), "domain")
    d.given("t is small", lt(inflated * rho**2, 1), "domain")
    d.have("unsaturated", lt(0, 1 - rho**2), combine(times("rho < 1", 1 + rho)))
    d.have("margin", lt(0, 1 - inflated * rho**2), combine(times("t is small")))
    half = square(1, Rational(1, 18))
    d.have(
        "room",
        le(Rational(1, 2), 1 - x - q**2),
        combine(times("step"), times("coherent", t + q), times("t <= 1/3", t + Rational(4, 3)), half),
    )
    d.have("lag is short", lt(0, 1 - x - q**2), combine(times("room"), square(1, Rational(1, 2))))
    young(d, saturation, x, x)
    _small(d, saturation, saturation2, square_of)
    remainder = (3 + 4 * t + (1 + 4 * t**2) * (t**2 + t**3)) * (1 - rho**2) + saturation2 * (1 + 2 * t) ** 2
    spread = (1 - rho**2) * (1 - inflated * rho**2)
    d.conclude(
        "bound",
        le(A, floor(saturation2) + t * sigma**2 * remainder / spread),
        combine(times("small", 1 / (1 - inflated * rho**2))),
    )


def _small(d: Draft, saturation: Expr, saturation2: Expr, square_of: Times) -> None:
    """Bound every term of Theorem 2 by t."""
    start = saturation + qn
    cross = start * q + x * sigma
    wide = 1 + 4 * t**2
    floored = (1 + t) * (rho**2 * A + saturation2 * sigma**2) + (t**3 + t**4) * sigma**2
    d.have(
        "small",
        le(A, sigma**2 * (3 * t + 4 * t**2) + wide * floored),
        combine(
            times("young"),
            times("room", 2 * cross**2 / (1 - x - q**2)),
            square(start * q - x * sigma, 2),
            times("start", 2),
            times("step", sigma**2 + 4 * sigma**2 * (t + x)),
            times("coherent", 4 * start**2 * (t + q)),
            square(t * saturation - qn, wide / t),
            times("martingale", wide * (1 + 1 / t) * (t**2 * sigma + qn)),
            replace(square_of, weight=square_of.weight * wide * (1 + t)),
        ),
    )


SMALL = {**POINT, "t": "1/4", "x": "1/4", "q": 0, "qn": 0, "p": "1/10", "Y": "1/5", "a": "1/5", "rho": "1/2"}


@lemma("floor.upper", "The floor, with an explicit remainder")
def average_is_at_most_the_floor_plus_a_remainder_of_order_t(d: Draft) -> None:
    """If p <= t sigma^2, x <= t, q <= t, qn <= t^2 sigma and t <= 1/3 then A <= floor + O(t), explicitly.

    As alpha -> 0 and K alpha -> infinity, p, x, q and qn fall below any t > 0, so A falls to the floor.
    """
    roots(d)
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(x, x), "domain")
    _vanishing(d, rho * R, rho**2, times("R^2", rho**2))
    d.witness(SMALL)


def adaptive_roots(d: Draft) -> None:
    """Introduce a feasible point with the saturation term T = sqrt(rho^2 A + rbar^2 sigma^2)."""
    roots(d)
    d.given("rbar2 >= 0", le(0, rbar2), "domain")
    d.root(T, rho**2 * A + rbar2 * sigma**2, combine(times("A >= 0", rho**2), square(sigma, rbar2)))
    d.given("i", near(reach(T)), "domain")
    d.given("ii", descends(x, x), "domain")


@lemma("floor.adaptive", "The floor for measured saturation, with an explicit remainder")
def average_is_at_most_the_adaptive_floor_plus_a_remainder(d: Draft) -> None:
    """With mean-square saturation rbar^2 the floor is rbar^2 sigma^2/(1 - rho^2), with the same kind of remainder."""
    adaptive_roots(d)
    _vanishing(d, T, rbar2, times("T_s^2"))
    d.witness({**SMALL, "rbar2": "1/4"})
