"""Theorem 4 in closed form: one inequality for each multiplier mu, and when a number is proved to be an upper end.

As theory.lemmas.multiplier, with (i4) in the place of (i): what takes the place of the cross term of the lag is E4(Y),
a quadratic in Y, so that the square in Y is completed as before. mu = 1 is the explicit form (4E).
Source: docs/theory.md#free.multiplier.
"""

from sympy import Expr, Integer

from theory.kernel import (
    Chain,
    Cite,
    Contradiction,
    Draft,
    Step,
    ZeroCases,
    combine,
    le,
    lemma,
    lt,
    square,
    symbols,
    times,
)
from theory.lemmas import free_terms as four
from theory.lemmas import multiplier as one
from theory.lemmas.feasible import A, R, S, T, Y, a, descends, g, p, q, r, rbar2, rho, roots, sigma, signs, x, xn
from theory.lemmas.free_terms import R0, D, e0, e1, e2, eta, k1, k2, phi0
from theory.lemmas.master import Lambda1, nu
from theory.lemmas.multiplier import A1, T1, f, mu, u, u1, w

R01 = symbols("R_01")[0]
"""R0 at the upper end: the root of A1 + sigma^2 + phi0."""


def denominator() -> Expr:
    """Return 1 - q^2 - e2 - mu x, which must be positive."""
    return 1 - q**2 - e2 - mu * x


def right_side(saturation: Expr, across: Expr, constant: Expr = e0, linear: Expr = e1) -> Expr:
    """Return G4, given the saturation term, what v gains along F and n, and the coefficients e0 and e1 of E4."""
    gained = across + linear / 2
    return saturation**2 + constant + one.start() + (gained + q * saturation) ** 2 / denominator()


STILL = {
    "A": 1, "Y": 1, "a": 1, "p": 1, "sigma": 1, "mu": 1, "x": 0, "xn": 0, "g_x": 0, "q": 0, "T_s": 0,
}  # fmt: skip
"""A point without lag, drift and step: the witness of the claims about any multiplier."""

LAGGED = {
    "D": 1, "nu": 0, "Lambda1": 0, "k1": 0, "k2": 0, "eta": 0, "alpha": 1, "gain": 1,
}  # fmt: skip
"""What the terms of E4 are made of, where they vanish."""


def _multiplied(d: Draft) -> None:
    """Introduce A, Y, a and the multiplier, and what of v is orthogonal to F."""
    signs(d, A, Y, mu)
    d.given("abs(a) <= Y", le(a**2, Y**2), "domain")
    d.given("denominator", lt(0, denominator()), "domain")
    d.root(r, A, combine(times("A >= 0")))
    one.orthogonal_part(d)


def _conditions(d: Draft) -> None:
    d.given("i4", four.near4(T), "domain")
    d.given("ii", descends(xn, g), "domain")


@lemma("free.multiplier", "Theorem 4: one multiplier eliminates a and Y")
def geometry_and_descent_bound_the_gradient(d: Draft) -> None:
    """If (i4), (ii) hold for some Y >= abs(a), then A <= G4(A; mu) for every mu >= 0 with mu x + q^2 + e2 < 1.

    Whatever the coefficients e0, e1 and e2 are.
    """
    _multiplied(d)
    _conditions(d)
    along = (1 - mu) * r * a + mu * w * S
    across = times("S^2", (1 - mu) ** 2 * r**2 + mu**2 * w**2)
    lengths = times("u^2", -(Y**2)), times("r^2", (1 - mu) ** 2 * Y**2), across
    d.have("squares", le(along**2, (Y * u) ** 2), combine(square((1 - mu) * r * S - mu * w * a), *lengths))
    d.have("Cauchy-Schwarz", le(along, Y * u), one.squares_order(along, Y * u))
    best = square(Y - (u + q * T + e1 / 2) / denominator(), denominator())
    proof = combine(times("i4"), times("ii", 2 * mu), times("Cauchy-Schwarz", 2), best)
    d.conclude("bound", le(A, right_side(T, u)), proof)
    d.witness({**STILL, "e0": 0, "e1": 0, "e2": 0})


def terms4(d: Draft, *, saturated: bool = True) -> None:
    """Introduce e0, e1, e2 and what they are made of; A >= 0, and with `saturated` also rho, sigma >= 0, are premises.

    k1, k2 and eta stand for what free.feasible makes of them.
    """
    signs(d, *((rho, sigma) if saturated else ()), phi0, nu, Lambda1, k1, k2, eta)
    d.given("D > 0", lt(0, D), "domain")
    four.roots4(d)
    four.coefficients(d)


@lemma("free.explicit", "Theorem 4: the explicit form (4E)")
def every_feasible_point_obeys_the_explicit_inequality(d: Draft) -> None:
    """Every (A, Y, a) with (i4), (ii), |a| <= Y obeys (4E), free.multiplier at mu = 1; R and R0 are not solved for."""
    roots(d, lag=False)
    terms4(d, saturated=False)
    d.given("lag is short", lt(x + q**2 + e2, 1), "domain")
    d.given("i4", four.near4(rho * R), "domain")
    d.given("ii", descends(x, x), "domain")
    cross = rho * R * q + x * sigma + e1 / 2
    right = 2 * p + x * sigma**2 + rho**2 * R**2 + e0 + cross**2 / (1 - x - q**2 - e2)
    plain = {mu: Integer(1), T: rho * R, xn: x, g: x, u: x * sigma}
    d.conclude("bound", le(A, right), Cite("free.multiplier", "bound", plain))
    point = {"A": "9/25", "sigma": "4/5", "Y": "3/5", "a": "3/5", "rho": 0, "p": "9/25", "x": 0, "q": 0, "phi0": 0}
    d.witness({**point, **LAGGED})


def _constant_shrinks() -> Step:
    """Show f^2 e0 <= A^2 e0 at A1: e0 is a constant, and a multiple of R0."""
    fixed, slope = four.constant(Integer(0)), four.constant().diff(R0)
    sizes = times("f <= A", fixed * (f + A) + slope * A * R01), times("R_0 shrinks", slope * f)
    return Step("e0", le(f**2 * e0, A**2 * four.constant(R01)), combine(*sizes, times("e0 :=", f**2)))


def _gain_shrinks() -> Step:
    """Show that what v gains, with e1/2, shrinks no faster than the root of its argument."""
    fixed, slope = four.linear(Integer(0)), four.linear().diff(R0)
    halves = times("f <= A", fixed / 2), times("R_0 shrinks", slope / 2), times("e1 :=", f / 2)
    return Step("V1", le(f * (u + e1 / 2), A * (u1 + four.linear(R01) / 2)), combine(times("u shrinks"), *halves))


@lemma("free.end", "Theorem 4: one number excludes all above it")
def a_number_below_which_the_gradient_stays(d: Draft) -> None:
    """If G4(A1; mu) < A1 for one mu, then every A with (i4), (ii) is below A1; k1, k2 and eta are any numbers >= 0."""
    signs(d, A, Y, mu, q)
    one.candidate(d)
    terms4(d)
    d.given("abs(a) <= Y", le(a**2, Y**2), "domain")
    d.given("denominator", lt(0, denominator()), "domain")
    d.root(r, A, combine(times("A >= 0")))
    one.orthogonal_part(d)
    _conditions(d)
    pays = (1 - mu) ** 2
    d.root(u1, mu**2 * w**2 + pays * A1, combine(square(mu * w), times("A1 > 0", pays)))
    d.root(R01, A1 + sigma**2 + phi0, combine(times("A1 > 0"), square(sigma), times("phi0 >= 0")))
    rights = right_side(T, u), right_side(T1, u1, four.constant(R01), four.linear(R01))
    d.given("certificate", lt(rights[1], A1), "domain")
    d.root(f, A1 * A, combine(times("A >= 0", A1)))
    d.have("e1 >= 0", le(0, e1), combine(times("e1 :=", -1), square(1, four.linear())))
    gains = {one.V: u + e1 / 2, one.V1: u1 + four.linear(R01) / 2}
    ray = {one.h: A, one.E: T, one.E1: T1, one.C: one.start(), one.k: Integer(0), one.m: denominator(), **gains}
    bent = rights[0] - e0, rights[1] - four.constant(R01)
    steps = (
        Step("squares of f", le(f**2, A**2), combine(times("negation", A), times("f^2"))),
        Step("f <= A", le(f, A), one.squares_order(f, A)),
        *one.root_shrinks(T, T1, rho**2, rbar2 * sigma**2),
        *one.root_shrinks(u, u1, pays, mu**2 * w**2),
        *one.root_shrinks(R0, R01, Integer(1), sigma**2 + phi0),
        _constant_shrinks(),
        _gain_shrinks(),
        Step("ray", le(f**2 * bent[0], A**2 * bent[1]), Cite("multiplier.ray", "bound", ray)),
        Step("bound", le(A, rights[0]), Cite("free.multiplier", "bound")),
    )
    last = combine(times("certificate", A**2), times("ray"), times("e0"), times("bound", f**2), times("f^2", -A))
    nothing = combine(times("A1 > 0"), times("negation"), times("case"))
    d.conclude("end", lt(A, A1), Contradiction(ZeroCases(A, Chain(steps, last), nothing)))
    ends = {"A1": 4, "rho": 0, "rbar2": 0, "phi0": "89/16"}
    d.witness({**STILL, **LAGGED, **ends})
