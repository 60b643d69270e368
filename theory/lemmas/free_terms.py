"""What Theorem 4 has in the place of the cross term 2 rho R qn of Theorem 1: terms of the order of alpha^2.

E4(Y) = e0 + e1 Y + e2 Y^2, made of the window's motion omega = D Y + sqrt(D) sigma, of kappa = k1 + k2 R0, which weighs
how far the window has left the frozen point, and of eta, which weighs what is not linear.
Source: docs/theory.md#free.feasible.
"""

from sympy import Expr

from theory.kernel import Draft, combine, le, square, symbols, times
from theory.kernel.relations import Relation
from theory.lemmas.feasible import A, Y, a, q, r, rho, sigma
from theory.lemmas.master import Lambda1, effective, nu
from theory.setting.symbols import symbol

D, phi0 = symbol("D"), symbol("phi0")
k1, k2, eta, h, R0 = symbols("k1 k2 eta sqrt_D R_0")
"""Of kappa = k1 + k2 R0; of what is not linear; the root of D; the root of A + sigma^2 + phi0."""
e0, e1, e2 = symbols("e0 e1 e2")
"""Coefficients of E4, with alpha^2 in them."""


def omega(length: Expr = Y) -> Expr:
    """Return D Y + sqrt(D) sigma: N(W - frozen W) is at most alpha times that."""
    return D * length + h * sigma


def kappa(root: Expr = R0) -> Expr:
    """Return k1 + k2 R0."""
    return k1 + k2 * root


def constant(root: Expr = R0) -> Expr:
    """Return e0."""
    return effective**2 * ((1 + rho**2) * nu**2 + 2 * h * sigma * kappa(root) + eta * D * sigma**2)


def linear(root: Expr = R0) -> Expr:
    """Return e1."""
    return effective**2 * (2 * (1 + rho + rho**2) * Lambda1 * nu + 2 * D * kappa(root) + 2 * eta * D * h * sigma)


QUADRATIC: Expr = effective**2 * eta * D**2
"""e2."""


def near4(saturation: Expr) -> Relation:
    """Return (i4): v is as near the gradient as its coherent part lets it, but for E4(Y)."""
    return le(A + Y**2 - 2 * a * r, (saturation + q * Y) ** 2 + e0 + e1 * Y + e2 * Y**2)


def roots4(d: Draft) -> None:
    """Introduce the roots of D and of A + sigma^2 + phi0; D > 0, phi0 >= 0 and A >= 0 are premises by then."""
    d.root(h, D, combine(times("D > 0")))
    d.root(R0, A + sigma**2 + phi0, combine(times("A >= 0"), square(sigma), times("phi0 >= 0")))


def coefficients(d: Draft) -> None:
    """Introduce e0, e1 and e2."""
    d.define(e0, constant())
    d.define(e1, linear())
    d.define(e2, QUADRATIC)
