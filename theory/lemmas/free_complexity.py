"""Theorem 4's complexity: how many iterations bring the average squared gradient within eps of the floor itself.

(4E) is made linear in A at the floor: there R is R_f and R0 at most R0_f, and what (4E) adds of the order of alpha^2 is
concave in A, so that its tangent at the floor is above it and exact there. With the step sqrt(2 Delta/(L sigma^2 K)),
where that is at most alpha_max, what is left above the floor is 2 alpha L sigma^2/(1 - rho^2) + C_4 alpha^2. As
alpha_max falls to 0, C_4 falls to what (4E) has of second order. Source: docs/theory.md#free.complexity.
"""

from sympy import Expr, Integer, Rational

from theory.kernel import Chain, Cite, Draft, OrderCases, Step, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas import complexity as parts
from theory.lemmas import free_terms as four
from theory.lemmas.complexity import Delta, K, eps, lead, made, rest, root
from theory.lemmas.feasible import A, R, descends, p, point, q, rho, sigma, signs, x
from theory.lemmas.floor import floor
from theory.lemmas.free_bounds import LAGGED
from theory.lemmas.free_terms import R0, D, e0, e1, e2, eta, k1, k2, phi0
from theory.lemmas.master import L, Lambda1, alpha, effective, gain, nu
from theory.lemmas.order import where
from theory.setting.symbols import symbol

F0 = symbol("F0")
longest, phi, R_f, R0_f = symbols("alpha_max phi_max R_f R0_f")
"""The largest step allowed; what phi0 is at most; R at the floor, and R0 with phi there."""
room, W, C, M, C4 = symbols("room W_f C_f M_f C_4")
"""The least 1 - x - q^2 - e2; at the floor the cross term, what is of second order, its slope in A; and all of it."""

unsaturated: Expr = 1 - rho**2
excess: Expr = A - floor()
margin: Expr = unsaturated - longest**2 * M
"""What A - floor is multiplied by at the largest step."""
constant0: Expr = four.constant(Integer(0)) / effective**2
constant1: Expr = four.constant().diff(R0) / effective**2
"""e0 = (constant0 + constant1 R0) alpha^2."""
linear0: Expr = (four.linear(Integer(0)) / (2 * effective**2)).expand()
linear1: Expr = four.linear().diff(R0) / (2 * effective**2)
"""e1/2 = (linear0 + linear1 R0) alpha^2."""
along: Expr = rho * (1 + rho) * Lambda1
still: Expr = L * sigma + longest * linear0
early: Expr = longest * linear1


def cross(radius: Expr, frozen: Expr) -> Expr:
    """Return what is squared in (4E), over the step: at most that, for R and R0."""
    return still + along * radius + early * frozen


def least_room() -> Expr:
    """Return 1 - x - q^2 - e2 at the largest step."""
    quadratic = four.QUADRATIC / effective**2
    return 1 - longest * L - ((1 + rho) * longest * Lambda1) ** 2 - longest**2 * quadratic


def slope() -> Expr:
    """Return the slope in A of what is of second order, at the floor."""
    return constant1 / (2 * R0_f) + W * (along / R_f + early / R0_f) / room


def remainder() -> Expr:
    """Return C_4, the multiple of the squared step that is left above the floor."""
    return (unsaturated * C + 2 * longest * L * sigma**2 * M) / (unsaturated * margin)


def rest4() -> Expr:
    """Return what 1/K is multiplied by."""
    return 2 * Delta * C4 / (L * sigma**2)


def _step(d: Draft) -> None:
    """Introduce the step sqrt(2 Delta/(L sigma^2 K)) that the device makes, and what is made of it."""
    for name in (sigma, L, Delta, K, gain, longest, D):
        d.given(f"{name} > 0", lt(0, name), "domain")
    signs(d, rho, Lambda1, nu, k1, k2, eta, phi0, F0)
    d.given("rho^2 < 1", lt(rho**2, 1), "domain")
    square_of_step = 2 * Delta / (L * sigma**2 * K)
    d.root(made, square_of_step, combine(square(1, square_of_step)))
    d.given("made > 0", lt(0, made), "domain")
    d.define(alpha, made / gain)
    d.define(x, effective * L)
    d.define(q, (1 + rho) * effective * Lambda1)
    d.define(p, Delta / (made * K))
    d.root(root, K, combine(times("K > 0")))
    d.given("root > 0", lt(0, root), "domain")
    d.root(lead, 8 * Delta * L * sigma**2, combine(square(1, 8 * Delta * L * sigma**2)))


def _at_the_floor(d: Draft) -> None:
    """Introduce what R and R0 are at the floor, and the constants there."""
    most = D * F0**2 * L * sigma**2 * longest**2 / (2 * Delta)
    d.define(phi, most)
    d.root(R_f, sigma**2 / unsaturated, combine(square(sigma, 1 / unsaturated)))
    d.given("R_f > 0", lt(0, R_f), "domain")
    d.root(
        R0_f,
        sigma**2 / unsaturated + phi,
        combine(square(sigma, 1 / unsaturated), square(1, most), times("phi_max :=", -1)),
    )
    d.given("R0_f > 0", lt(0, R0_f), "domain")
    d.define(room, least_room())
    d.given("room > 0", lt(0, room), "domain")
    d.define(W, cross(R_f, R0_f))
    d.define(C, constant0 + constant1 * R0_f + W**2 / room)
    d.define(M, slope())
    d.given("margin", lt(0, margin), "domain")
    d.define(C4, remainder())


def _run(d: Draft) -> None:
    """Introduce a point with (i4) and (ii), and the terms of E4; the start is seen by no more than D steps."""
    point(d)
    four.roots4(d)
    four.coefficients(d)
    d.given("early", le(phi0, D * F0**2 / K), "domain")
    d.given("i4", four.near4(rho * R), "domain")
    d.given("ii", descends(x, x), "domain")


def _nonnegative(d: Draft) -> None:
    """Show that what is defined at the floor is nonnegative."""
    for name, value in ((W, cross(R_f, R0_f)), (C, constant0 + constant1 * R0_f + W**2 / room), (M, slope())):
        d.have(f"{name} >= 0", le(0, name), combine(times(f"{name} :=", -1), square(1, value)))
    d.have("C_4 >= 0", le(0, C4), combine(times("C_4 :=", -1), square(1, remainder())))


def _in_steps(d: Draft) -> None:
    """Show what x, q and the coefficients of E4 are in terms of the step made, and that they are nonnegative."""
    frozen, bent = constant0 + constant1 * R0, 2 * (linear0 + linear1 * R0)
    d.have("effective", eq(effective, made), combine(times("alpha :=", gain)))
    for name, factor in ((x, L), (q, (1 + rho) * Lambda1)):
        d.have(f"{name} made", eq(name, factor * made), combine(times(f"{name} :="), times("effective", factor)))
        d.have(f"{name} >= 0", le(0, name), combine(times(f"{name} made", -1), square(1, factor * made)))
    for name, factor in ((e0, frozen), (e1, bent), (e2, four.QUADRATIC / effective**2)):
        both = times(f"{name} :="), times("effective", (made + effective) * factor)
        d.have(f"{name} made", eq(name, factor * made**2), combine(*both))
    d.have("e1 >= 0", le(0, e1), combine(times("e1 made", -1), square(made, bent)))
    d.have("p >= 0", le(0, p), combine(times("p :=", -1), square(1, Delta / (made * K))))


def _explicit(d: Draft) -> None:
    """Show (4E) with what is left of 1 at the largest step, in terms of the step made."""
    coherent, across, left = (1 + rho) * Lambda1, made * cross(R, R0), 1 - x - q**2 - e2
    lengths = coherent**2 + four.QUADRATIC / effective**2
    parts_of = times("x made"), times("q made", coherent * made + q), times("e2 made"), times("room :=")
    d.have("left", le(room, left), combine(times("step", L + lengths * (longest + made)), *parts_of))
    d.have("lag is short", lt(x + q**2 + e2, 1), combine(times("left"), times("room > 0")))
    whole = rho * R * q + x * sigma + e1 / 2
    right = 2 * p + x * sigma**2 + rho**2 * R**2 + e0 + whole**2 / left
    d.have("4E", le(A, right), Cite("free.explicit", "bound"))
    made_of = times("q made", rho * R), times("x made", sigma), times("e1 made", Rational(1, 2))
    d.have("cross", le(whole, across), combine(times("step", made * (linear0 + linear1 * R0)), *made_of))
    squares = times("left", across**2 / (room * left)), times("cross", (whole + across) / left)
    d.have("crossed", le(whole**2 / left, across**2 / room), combine(*squares))
    second = constant0 + constant1 * R0 + cross(R, R0) ** 2 / room
    d.have(
        "above the floor",
        le(unsaturated * excess, 2 * p + x * sigma**2 + made**2 * second),
        combine(times("4E"), times("crossed"), times("e0 made"), times("R^2", rho**2)),
    )


def _tangent(d: Draft) -> None:
    """Show that what is of second order is below its tangent at the floor."""
    start = D * F0**2 * L * sigma**2 / (2 * Delta)
    first = times("step", start * (longest + made)), times("made^2", -start)
    d.have("phi", le(phi0, phi), combine(times("early"), times("phi_max :=", -1), *first))
    d.have("R at", eq(R**2, R_f**2 + excess), combine(times("R^2"), times("R_f^2", -1)))
    d.have("R_0 at", le(R0**2, R0_f**2 + excess), combine(times("R_0^2"), times("R0_f^2", -1), times("phi")))
    line = constant1 * (R0_f + excess / (2 * R0_f))
    weight = constant1 / (2 * R0_f)
    d.have("root", le(constant1 * R0, line), combine(square(R0 - R0_f, weight), times("R_0 at", weight)))
    most, steep = cross(R_f, R0_f), along / R_f + early / R0_f
    d.have(
        "tangent",
        le(cross(R, R0) ** 2, W * (W + steep * excess)),
        combine(
            square(1 - R / R_f, still * along * R_f),
            square(1 - R0 / R0_f, still * early * R0_f),
            square(R / R_f - R0 / R0_f, along * R_f * early * R0_f),
            times("R at", most * along / R_f),
            times("R_0 at", most * early / R0_f),
            times("W_f :=", -(W + most + steep * excess)),
        ),
    )
    d.have(
        "linear",
        le(unsaturated * excess, 2 * p + x * sigma**2 + made**2 * (C + M * excess)),
        combine(
            times("above the floor"),
            times("tangent", made**2 / room),
            times("root", made**2),
            times("C_f :=", -(made**2)),
            times("M_f :=", -(made**2) * excess),
        ),
    )


def _setting(d: Draft) -> None:
    """Introduce the step, the run, and the constants at the floor."""
    _step(d)
    _run(d)
    _at_the_floor(d)


def transient() -> Expr:
    """Return what is left above the floor after K iterations."""
    return lead / (unsaturated * root) + rest4() / K


WITNESS = {
    **LAGGED, "alpha": "1/4", "sigma": 1, "L": 1, "Delta": "1/2", "K": 16, "alpha_max": "1/4", "rho": 0, "phi0": 0,
    "F0": 0, "A": "81/1600", "Y": "9/40", "a": "9/40",
}  # fmt: skip
"""A run of 16 steps without lag and drift."""


@lemma("free.complexity", "Theorem 4 with the best step size")
def average_falls_like_the_root_of_k_to_the_exact_floor(d: Draft) -> None:
    """A <= floor + lead/((1 - rho^2) sqrt(K)) + rest/K, lead^2 = 8 Delta L sigma^2, rest = 2 Delta C_4/(L sigma^2).

    A device of this gain is asked for alpha = sqrt(2 Delta/(L sigma^2 K))/gain, and makes steps of at most `alpha_max`.
    """
    _setting(d)
    d.given("step", le(made, longest), "domain")
    _nonnegative(d)
    _in_steps(d)
    _explicit(d)
    _tangent(d)
    parts.leading(d, made)
    balanced = times("p :=", 2), times("x made", sigma**2), times("made^2", -L * sigma**2 / made)
    d.have("start and noise", eq(2 * p + x * sigma**2, 2 * made * L * sigma**2), combine(*balanced))
    first = 2 * made * L * sigma**2 + made**2 * C
    shorter = times("step", M * excess * (longest + made))
    capped = Step("capped", le(margin * excess, first), combine(times("linear"), times("start and noise"), shorter))
    second = made**2 * M / (margin * unsaturated)
    last = combine(
        times("linear", 1 / unsaturated),
        times("start and noise", 1 / unsaturated),
        times("capped", second),
        times("step", second * (2 * L * sigma**2 + C * (longest + made))),
        times("leading", -1 / unsaturated),
        times("C_4 :=", -(made**2)),
        times("made^2", C4),
    )
    below = combine(times("case"), square(1, transient()))
    d.conclude("bound", le(A, floor() + transient()), OrderCases(A, floor(), below, Chain((capped,), last)))
    d.witness(WITNESS)


@lemma("free.iterations", "Theorem 4: iterations that suffice")
def iterations_that_bring_the_average_within_eps_of_the_floor(d: Draft) -> None:
    """K >= lead^2/((1 - rho^2) eps)^2 + 2 rest/eps and K >= 2 Delta/(L sigma^2 alpha_max^2) give A <= floor + eps.

    Times eps^2 the first is 8 Delta L sigma^2/(1 - rho^2)^2 + O(eps): lags and what they meet are in `rest` alone.
    """
    _setting(d)
    d.given("eps > 0", lt(0, eps), "domain")
    enough = lead**2 / (unsaturated**2 * eps**2) + 2 * rest4() / eps
    d.given("enough", le(enough, K), "domain")
    d.given("short steps", le(2 * Delta / (L * sigma**2 * longest**2), K), "domain")
    _nonnegative(d)
    d.have("squares", le(made**2, longest**2), combine(times("short steps", longest**2 / K), times("made^2")))
    d.have("step", le(made, longest), Cite("order.root", "bound", where(s=made, t=longest)))
    d.have("bound", le(A, floor() + transient()), Cite("free.complexity", "bound"))
    left = Cite("complexity.iterations", "bound", {lead: lead / unsaturated, rest: rest4()})
    d.have("left", le(transient(), eps), left)
    d.conclude("within eps", le(A, floor() + eps), combine(times("bound"), times("left")))
    first = 8 * Delta * L * sigma**2 / unsaturated**2
    d.conclude("order", eq(enough * eps**2, first + 2 * rest4() * eps), combine(times("lead^2", 1 / unsaturated**2)))
    d.witness({**WITNESS, "eps": 4})
