"""Theorem 1 in closed form: one inequality for each multiplier mu, and when a number is proved to be an upper end.

Adding 2 mu times the descent (ii) to the geometry (i) and eliminating a and Y leaves A <= G(A; mu); mu = 1 gives
Theorem 2, mu -> 0 without lag and drift the classical bound. G(t A) >= t G(A) for t <= 1, so a single A1 with
G(A1; mu) < A1 excludes every A >= A1. The minimum over mu loses nothing: for fixed Y the two conditions are convex in
the direction of v, and for fixed mu what is left is a concave quadratic in Y. Source: docs/theory.md#theorem-1.
"""

from collections.abc import Mapping, Sequence

import sympy

from theory.kernel import (
    Chain,
    Cite,
    Contradiction,
    Draft,
    Step,
    ZeroCases,
    combine,
    eq,
    le,
    lemma,
    lt,
    square,
    symbols,
    times,
)
from theory.lemmas.feasible import (
    A,
    R,
    S,
    T,
    Y,
    a,
    descends,
    g,
    near,
    p,
    q,
    qn,
    r,
    rbar2,
    reach,
    rho,
    roots,
    sigma,
    x,
    xn,
)
from theory.setting.symbols import symbol

mu, theta = symbol("mu"), symbol("theta")
A1, T1, f, u, u1, c, r1, z = symbols("A1 T1 f u u1 c r1 z")
"""The upper end and the saturation term there; roots of A1 A, of what v gains at A and at A1, of (1 - mu)^2, of A1."""
E, V, E1, V1, C, k, h, m = symbols("E V E1 V1 C k h m")
"""What multiplier.ray speaks of: its statement holds for any values."""
lower, upper = symbols("s t")
"""The two sides of order.root."""
w = g * sigma
"""What the noise weighs in the descent: x sigma, or sqrt(x xn) sigma where the noise is resolved."""


def denominator() -> sympy.Expr:
    """Return 1 - q^2 - mu x, which must be positive."""
    return 1 - q**2 - mu * x


def start() -> sympy.Expr:
    """Return what the start and the noise along the path cost."""
    return mu * (2 * p + xn * sigma**2)


def right_side(drift: sympy.Expr, across: sympy.Expr, early: sympy.Expr) -> sympy.Expr:
    """Return G, given bounds of N(e) and of what v gains along F and n, and the weight of what is paid as E."""
    e = drift + qn
    return e**2 + start() + 2 * early * e + (across + q * e) ** 2 / denominator()


def shared() -> sympy.Expr:
    """Return the part of the resolved noise term that grows with Y."""
    return mu * w * (theta + (1 - theta) * q)


def squares_order(low: sympy.Expr, high: sympy.Expr) -> Cite:
    """Return that low <= high, because their squares are in that order."""
    return Cite("order.root", "bound", {lower: low, upper: high})


def _domain(d: Draft) -> None:
    """Introduce A, Y, a and the multiplier."""
    for name in (A, Y, q, qn, mu):
        d.given(f"{name.name} >= 0", le(0, name), "domain")
    d.given("abs(a) <= Y", le(a**2, Y**2), "domain")
    d.given("denominator", lt(0, denominator()), "domain")
    d.root(r, A, combine(times("A >= 0")))


def _conditions(d: Draft, across: sympy.Expr) -> None:
    """Take (i) and (ii), whose noise meets `across`, for granted."""
    d.given("(i)", near(reach(T)), "domain")
    d.given("(ii)", descends(xn, g, across), "domain")


def orthogonal_part(d: Draft) -> None:
    """Introduce what of v is orthogonal to F, S = sqrt(Y^2 - a^2): all that the noise meets."""
    d.root(u, mu**2 * w**2 + (1 - mu) ** 2 * A, combine(square(mu * w), times("A >= 0", (1 - mu) ** 2)))
    d.root(S, Y**2 - a**2, combine(times("abs(a) <= Y")))


def _resolved(d: Draft) -> None:
    """Introduce z = min(Y, eta(Y)), what the resolved noise meets, and theta, which weighs the two."""
    d.given("g >= 0", le(0, g), "domain")
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("theta >= 0", le(0, theta), "domain")
    d.given("theta <= 1", le(theta, 1), "domain")
    d.given("z <= Y", le(z, Y), "domain")
    d.given("z <= eta", le(z, reach(T)), "domain")
    d.root(c, (1 - mu) ** 2, combine(square(1 - mu)))


def _witness_of_search(d: Draft, more: Mapping[str, object]) -> None:
    """Show that the premises can hold: a point without lag, drift and step."""
    still = {"q": 0, "qn": 0, "x": 0, "xn": 0, "rho": 0, "rbar2": 0, "T_s": 0, "T1": 0}
    d.witness({"A": 1, "Y": 1, "a": 1, "p": 1, "sigma": 1, "mu": 1, "r": 1, "g_x": 1, **still, **more})


@lemma("multiplier.bound", "One multiplier eliminates a and Y")
def geometry_and_descent_bound_the_gradient(d: Draft) -> None:
    """If (i), (ii) hold for some Y >= abs(a), then A <= G(A; mu) for every mu >= 0 with mu x + q^2 < 1."""
    _domain(d)
    orthogonal_part(d)
    _conditions(d, S)
    along = (1 - mu) * r * a + mu * w * S
    across = times("S^2", (1 - mu) ** 2 * r**2 + mu**2 * w**2)
    lengths = times("u^2", -(Y**2)), times("r^2", (1 - mu) ** 2 * Y**2), across
    d.have("squares", le(along**2, (Y * u) ** 2), combine(square((1 - mu) * r * S - mu * w * a), *lengths))
    d.have("Cauchy-Schwarz", le(along, Y * u), squares_order(along, Y * u))
    best = square(Y - (u + q * (T + qn)) / denominator(), denominator())
    proof = combine(times("(i)"), times("(ii)", 2 * mu), times("Cauchy-Schwarz", 2), best)
    d.conclude("bound", le(A, right_side(T, u, sympy.Integer(0))), proof)
    _witness_of_search(d, {"S": 0, "u": 1})


@lemma("multiplier.bound_resolved", "Two multipliers eliminate a and Y")
def geometry_and_resolved_descent_bound_the_gradient(d: Draft) -> None:
    """With w min(Y, eta(Y)) as noise term, A <= G(A; mu, theta) for mu >= 0, mu x + q^2 < 1, 0 <= theta <= 1."""
    _domain(d)
    _resolved(d)
    _conditions(d, z)
    squares = combine(times("abs(a) <= Y", (1 - mu) ** 2), times("c^2", -(Y**2)))
    d.have("squares", le(((1 - mu) * a) ** 2, (c * Y) ** 2), squares)
    d.have("along", le((1 - mu) * a, c * Y), squares_order((1 - mu) * a, c * Y))
    best = square(Y - (c * r + shared() + q * (T + qn)) / denominator(), denominator())
    noise = times("z <= Y", 2 * mu * w * theta), times("z <= eta", 2 * mu * w * (1 - theta))
    d.have("share", le(0, 1 - theta), combine(times("theta <= 1")))
    proof = combine(times("(i)"), times("(ii)", 2 * mu), times("along", 2 * r), *noise, best)
    d.conclude("bound", le(A, right_side(T, c * r + shared(), mu * w * (1 - theta))), proof)
    _witness_of_search(d, {"c": 0, "z": 0, "theta": 1})


@lemma("multiplier.ray", "Upper ends shrink no faster than what they bound")
def right_side_is_star_shaped(d: Draft) -> None:
    """If E1 >= (f/h) E and V1 >= (f/h) V with 0 <= f <= h, then G at (E1, V1) is at least (f/h)^2 times G at (E, V)."""
    for name in (f, h, q, C, k, E, V):
        d.given(f"{name.name} >= 0", le(0, name), "domain")
    d.given("f <= h", le(f, h), "domain")
    d.given("m > 0", lt(0, m), "domain")
    d.given("E1", le(f * E, h * E1), "domain")
    d.given("V1", le(f * V, h * V1), "domain")
    one, other = E**2 + C + 2 * k * E + (V + q * E) ** 2 / m, E1**2 + C + 2 * k * E1 + (V1 + q * E1) ** 2 / m
    reach, reach1 = V + q * E, V1 + q * E1
    squares = square(h * E1 - f * E), square(h * reach1 - f * reach, 1 / m)
    order = times("f <= h", C * (h + f) + 2 * k * E * f)
    sizes = times("E1", 2 * f * E + 2 * k * h + 2 * f * reach * q / m), times("V1", 2 * f * reach / m)
    d.conclude("bound", le(f**2 * one, h**2 * other), combine(*sizes, *squares, order))
    d.witness(f=1, h=1, q=0, C=0, k=0, E=1, V=1, m=1, E1=1, V1=1)


def root_shrinks(
    root: sympy.Symbol, root1: sympy.Symbol, linear: sympy.Expr, constant: sympy.Expr
) -> tuple[Step, Step]:
    """Show f root <= A root1 for the roots of linear A + constant and linear A1 + constant, where A1 <= A."""
    low, high = f * root, A * root1
    drop = times("f^2", linear * A + constant), times("negation", constant * A)
    sides = times(f"{root1.name}^2", -(A**2)), times(f"{root.name}^2", f**2)
    squares = Step(f"squares of {root.name}", le(low**2, high**2), combine(*sides, *drop))
    return squares, Step(f"{root.name} shrinks", le(low, high), squares_order(low, high))


def _end(d: Draft, cited: str, across: Sequence[sympy.Expr], early: sympy.Expr, shrinks: Sequence[Step]) -> None:
    """Conclude A < A1 from G(A1) < A1; `shrinks` ends in the step `V1`, for what v gains at A and at A1."""
    rights = [right_side(drift, gain, early) for drift, gain in zip((T, T1), across, strict=True)]
    d.given("certificate", lt(rights[1], A1), "domain")
    d.root(f, A1 * A, combine(times("A >= 0", A1)))
    ray = {h: A, E: T + qn, E1: T1 + qn, V: across[0], V1: across[1], C: start(), k: early, m: denominator()}
    steps = (
        Step("squares of f", le(f**2, A**2), combine(times("negation", A), times("f^2"))),
        Step("f <= A", le(f, A), squares_order(f, A)),
        *root_shrinks(T, T1, rho**2, rbar2 * sigma**2),
        Step("E1", le(f * (T + qn), A * (T1 + qn)), combine(times(f"{T.name} shrinks"), times("f <= A", qn))),
        *shrinks,
        Step("ray", le(f**2 * rights[0], A**2 * rights[1]), Cite("multiplier.ray", "bound", ray)),
        Step("bound", le(A, rights[0]), Cite(cited, "bound")),
    )
    last = combine(times("certificate", A**2), times("ray"), times("bound", f**2), times("f^2", -A))
    nothing = combine(times("A1 > 0"), times("negation"), times("case"))
    d.conclude("end", lt(A, A1), Contradiction(ZeroCases(A, Chain(steps, last), nothing)))


def candidate(d: Draft) -> None:
    """Introduce the drift at A, and the number A1 > 0 with the drift there."""
    for name in (rbar2, p, xn):
        d.given(f"{name.name} >= 0", le(0, name), "domain")
    d.given("A1 > 0", lt(0, A1), "domain")
    for root, unknown, nonnegative in ((T, A, "A >= 0"), (T1, A1, "A1 > 0")):
        exists = combine(times(nonnegative, rho**2), times("rbar2 >= 0", sigma**2))
        d.root(root, rho**2 * unknown + rbar2 * sigma**2, exists)


@lemma("multiplier.end", "One number excludes all above it")
def a_number_below_which_the_gradient_stays(d: Draft) -> None:
    """If G(A1; mu) < A1 for one mu, then every A with (i), (ii) is below A1: A1 is an upper end of A_sharp."""
    _domain(d)
    candidate(d)
    orthogonal_part(d)
    _conditions(d, S)
    gain = (1 - mu) ** 2
    d.root(u1, mu**2 * w**2 + gain * A1, combine(square(mu * w), times("A1 > 0", gain)))
    shrinks = root_shrinks(u, u1, gain, mu**2 * w**2)
    wider = Step("V1", le(f * u, A * u1), combine(times("u shrinks")))
    _end(d, "multiplier.bound", (u, u1), sympy.Integer(0), (*shrinks, wider))
    _witness_of_search(d, {"S": 0, "u": 1, "u1": 1, "A1": 4, "T1": 0, "f": 2})


@lemma("multiplier.end_resolved", "One number excludes all above it, noise resolved")
def a_number_below_which_the_gradient_stays_resolved(d: Draft) -> None:
    """If G(A1; mu, theta) < A1 for one mu and theta, then every A with (i) and the resolved (ii) is below A1."""
    _domain(d)
    candidate(d)
    _resolved(d)
    _conditions(d, z)
    d.root(r1, A1, combine(times("A1 > 0")))
    d.have("share", le(0, 1 - theta), combine(times("theta <= 1")))
    gains = tuple(c * root + shared() for root in (r, r1))
    proof = combine(times(f"{r.name} shrinks", c), times("f <= A", shared()))
    wider = Step("V1", le(f * gains[0], A * gains[1]), proof)
    early = mu * w * (1 - theta)
    _end(
        d, "multiplier.bound_resolved", gains, early, (*root_shrinks(r, r1, sympy.Integer(1), sympy.Integer(0)), wider)
    )
    _witness_of_search(d, {"c": 0, "z": 0, "theta": 1, "r1": 2, "A1": 4, "T1": 0, "f": 2})


@lemma("multiplier.sharp", "One number excludes all above it: Theorem 1")
def a_number_below_which_every_feasible_point_stays(d: Draft) -> None:
    """multiplier.end with the saturation term rho R: G(A1; mu) < A1 puts every point of Theorem 1 below A1."""
    roots(d)
    d.given("mu >= 0", le(0, mu), "domain")
    d.given("denominator", lt(0, denominator()), "domain")
    d.given("A1 > 0", lt(0, A1), "domain")
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(x, x), "domain")
    gain, plain = (1 - mu) ** 2, {xn: x, g: x}
    d.root(T1, rho**2 * A1 + rho**2 * sigma**2, combine(times("A1 > 0", rho**2), square(rho * sigma)))
    d.root(u, mu**2 * (x * sigma) ** 2 + gain * A, combine(square(mu * x * sigma), times("A >= 0", gain)))
    d.root(u1, mu**2 * (x * sigma) ** 2 + gain * A1, combine(square(mu * x * sigma), times("A1 > 0", gain)))
    d.given("certificate", lt(right_side(T1, u1, sympy.Integer(0)).xreplace(plain), A1), "domain")
    d.root(f, A1 * A, combine(times("A >= 0", A1)))
    d.have("T^2", eq((rho * R) ** 2, rho**2 * A + rho**2 * sigma**2), combine(times("R^2", rho**2)))
    d.conclude("end", lt(A, A1), Cite("multiplier.end", "end", {T: rho * R, rbar2: rho**2, **plain}))
    still = {"q": 0, "qn": 0, "x": 0, "rho": 0, "T1": 0, "sigma": "4/5"}
    d.witness(
        {
            "A": "9/25",
            "R": 1,
            "Y": "3/5",
            "a": "3/5",
            "p": "9/25",
            "S": 0,
            "mu": 1,
            "r": "3/5",
            **still,
            "u": 0,
            "u1": 0,
            "A1": "36/25",
            "f": "18/25",
        }
    )
