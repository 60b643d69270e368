"""The feasible set of Theorem 1 and what follows from membership in it by algebra alone.

A point is (A, Y, a): A the average squared gradient, Y the norm of the mean direction v, a its component along the
gradient. r, R and S are the roots of A, A + sigma^2 and Y^2 - a^2. Source: docs/theory.md#theorem-2.
"""

from sympy import Expr

from theory.kernel import (
    Chain,
    Cite,
    Draft,
    Relation,
    Step,
    combine,
    le,
    lemma,
    lt,
    square,
    symbols,
    times,
)
from theory.lemmas.order import where
from theory.setting.symbols import symbol

A, Y, a, R = (symbol(name) for name in ("A", "Y", "a", "R"))
rho, sigma, p, x, xn, q, qn = (symbol(name) for name in ("rho", "sigma", "p", "x", "xn", "q", "qn"))
r, S, g, T, rbar2 = symbols("r S g_x T_s rbar2")
"""Roots of A, of Y^2 - a^2, of x*xn; the saturation term of the adaptive form; the mean-square saturation."""


def near(reach: Expr) -> Relation:
    """Return (i): v is within `reach` of the gradient F."""
    return le(A + Y**2 - 2 * a * r, reach**2)


def descends(noise: Expr, cross: Expr, across: Expr = S) -> Relation:
    """Return (ii): what the descent pays, with `noise` in (1/2) noise sigma^2 and `cross` sigma times `across`."""
    return le(a * r, p + x / 2 * Y**2 + noise / 2 * sigma**2 + cross * sigma * across)


def reach(saturation: Expr = rho * R) -> Expr:
    """Return eta(Y): the saturation term, the coherent and the martingale part of the staleness."""
    return saturation + q * Y + qn


def signs(d: Draft, *names: Expr) -> None:
    """Take symbols to be nonnegative, as their definitions make them."""
    for name in names:
        d.given(f"{name} >= 0", le(0, name), "domain")


def roots(d: Draft, *, lag: bool = True) -> None:
    """Introduce the point (A, Y, a) and the roots r, R, S; |a| <= Y is the premise `component`."""
    signs(d, rho, sigma, p, x, *((q, qn) if lag else ()))
    point(d)


def point(d: Draft) -> None:
    """Introduce A, Y >= 0 and a with |a| <= Y, and the roots r, R, S."""
    signs(d, A, Y)
    d.given("component", le(a**2, Y**2), "domain")
    d.root(r, A, combine(times("A >= 0")))
    d.root(R, A + sigma**2, combine(times("A >= 0"), square(sigma)))
    d.root(S, Y**2 - a**2, combine(times("component")))


POINT = {
    "A": "9/25", "sigma": "4/5", "Y": "5/13", "a": "4/13", "rho": "1/2", "p": "19951/33250", "x": "1/10", "q": "1/10",
    "qn": "1/10",
}  # fmt: skip
"""A point of the feasible set: the witness of the claims about it."""


def young_bound(saturation: Expr, noise: Expr, cross: Expr) -> Expr:
    """Return the right-hand side of Theorem 2 before it is solved for R."""
    start = saturation + qn
    return 2 * p + noise * sigma**2 + start**2 + (start * q + cross * sigma) ** 2 / (1 - x - q**2)


def young(d: Draft, saturation: Expr, noise: Expr, cross: Expr) -> None:
    """Conclude Theorem 2 before it is solved for R: drop a, then complete the square in Y."""
    room = 1 - x - q**2
    d.have("across squared", le(S**2, Y**2), combine(times("S^2"), square(a)))
    d.have("across", le(S, Y), Cite("order.root", "bound", where(s=S, t=Y)))
    best = ((saturation + qn) * q + cross * sigma) / room
    d.have(
        "young",
        le(A, young_bound(saturation, noise, cross)),
        combine(times("i"), times("ii", 2), times("across", 2 * cross * sigma), square(Y - best, room)),
    )


c0, c1, c2, Q, V = symbols("c0 c1 c2 Q V")
"""The quadratic c2 R^2 - 2 c1 R - c0 <= 0 of Theorem 2 and the root Q of c1^2 + c2 c0; V = 1 - x - q^2."""


def solved(d: Draft, noise: Expr, cross: Expr) -> None:
    """Solve master.young for R and conclude the bound on A; `cross` sigma is the cross term of the noise."""
    d.given("x < 1", lt(x, 1), "domain")
    d.given("lag is short", lt(x + q**2, 1), "domain")
    d.given("saturation and lag", lt(rho**2 + q**2 / (1 - x), 1), "domain")
    room = 1 - x - q**2
    d.define(c2, 1 - rho**2 - rho**2 * q**2 / room)
    d.define(c1, rho * qn + rho * q * (qn * q + cross * sigma) / room)
    d.define(c0, c0_terms(noise, cross))
    positive = Step("c2 > 0", lt(0, c2), combine(times("saturation and lag", (1 - x) / room), times("c2 :=", -1)))
    nonnegative = Step("c0 >= 0", le(0, c0), combine(square(1, c0_terms(noise, cross)), times("c0 :=", -1)))
    d.root(Q, c1**2 + c2 * c0, Chain((positive, nonnegative), combine(square(c1), times("c0 >= 0", c2))))
    d.steps.extend((positive, nonnegative))
    young(d, rho * R, noise, cross)
    d.have(
        "quadratic",
        le(c2 * R**2, 2 * c1 * R + c0),
        combine(times("young"), times("R^2"), times("c0 :=", -1), times("c1 :=", -2 * R), times("c2 :=", R**2)),
    )
    _root_bound(d)


def c0_terms(noise: Expr, cross: Expr) -> Expr:
    """Return the constant of the quadratic: a sum of nonnegative terms."""
    return 2 * p + (1 + noise) * sigma**2 + qn**2 + (qn * q + cross * sigma) ** 2 / (1 - x - q**2)


def _root_bound(d: Draft) -> None:
    """Conclude R <= (c1 + Q)/c2 and the bound on A from the quadratic inequality."""
    d.conclude("root", le(R, (c1 + Q) / c2), Cite("order.quadratic", "bound", where(z=R, k2=c2, k1=c1, k0=c0, h=Q)))
    d.have("ceiling", le(0, c1 + Q), combine(times("root", c2), times("R >= 0", c2)))
    d.conclude(
        "bound",
        le(A, ((c1 + Q) / c2) ** 2 - sigma**2),
        combine(times("R^2", -1), times("root", (c1 + Q) / c2 + R)),
    )


@lemma("master.young", "Eliminating a and Y")
def every_feasible_point_obeys_the_explicit_inequality(d: Draft) -> None:
    """Every (A, Y, a) with (i), (ii), |a| <= Y has A <= 2p + x sigma^2 + a0^2 + (a0 q + x sigma)^2/(1 - x - q^2)."""
    roots(d)
    d.given("lag is short", lt(x + q**2, 1), "domain")
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(x, x), "domain")
    young(d, rho * R, x, x)
    d.conclusions.append("young")
    d.witness(POINT)


@lemma("master.explicit", "Theorem 2: the explicit bound")
def every_feasible_point_is_below_the_explicit_bound(d: Draft) -> None:
    """Every (A, Y, a) with (i), (ii), |a| <= Y has A <= A_explicit; so A_sharp <= A_explicit."""
    roots(d)
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(x, x), "domain")
    solved(d, x, x)
    d.witness(POINT)
