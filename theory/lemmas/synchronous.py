"""Without lag the feasible set ends at a closed form, and the end is feasible. Source: docs/theory.md#theorem-1.

With c = (x/2)(1 + rho^2) and p' = p + c sigma^2 the end is the larger root of
lead A^2 - 2 half A + rest = ((1 - c) A - p')^2 - rho^2 (A + sigma^2) ((1 - x)^2 A + x^2 sigma^2).
"""

from sympy import Expr

from theory.kernel import Chain, Cite, Draft, OrderCases, Step, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas.feasible import A, R, S, Y, a, descends, near, p, r, rho, roots, sigma, signs, x
from theory.lemmas.order import where

c: Expr = x / 2 * (1 + rho**2)
start: Expr = p + c * sigma**2
lead: Expr = (1 - c) ** 2 - rho**2 * (1 - x) ** 2
half: Expr = start * (1 - c) + rho**2 * sigma**2 * ((1 - x) ** 2 + x**2) / 2
rest: Expr = start**2 - rho**2 * sigma**4 * x**2
h, G = symbols("h G")


def width2(average: Expr) -> Expr:
    """Return (1 - x)^2 A + x^2 sigma^2."""
    return (1 - x) ** 2 * average + x**2 * sigma**2


def _positive(d: Draft) -> tuple[Step, ...]:
    """Show 1 - c > 0 and lead > 0, and introduce the root h of the quadratic's discriminant."""
    d.given("x < 1", lt(x, 1), "domain")
    d.given("rho < 1", lt(rho, 1), "domain")
    first, second = 1 - x / 2 + x * rho / 2, 1 - c + rho * (1 - x)
    steps = (
        Step("c < 1", lt(c, 1), combine(times("x < 1"), times("rho < 1", x / 2 * (1 + rho)))),
        Step("first", lt(0, first), combine(times("x < 1"), square(1, x / 2 + x * rho / 2))),
        Step("second", lt(0, second), combine(times("c < 1"), times("x < 1", rho))),
        Step("lead > 0", lt(0, lead), combine(times("rho < 1", first * second))),
    )
    low = start / (1 - c)
    certificate = combine(square(lead * low - half), square(1, lead * rho**2 * (low + sigma**2) * width2(low)))
    d.root(h, half**2 - lead * rest, Chain(steps, certificate))
    d.steps.extend(steps)
    return steps


@lemma("sync.closed_form", "The synchronous closed form, upper half")
def without_lag_every_feasible_point_is_below_the_closed_form(d: Draft) -> None:
    """Without lag (q = qn = 0) every feasible A is at most the larger root (half + h)/lead."""
    roots(d, lag=False)
    d.given("i", near(rho * R), "domain")
    d.given("ii", descends(x, x), "domain")
    _positive(d)
    along = a - r
    low, high = (1 - c) * A - start, -(1 - x) * r * along + x * sigma * S
    d.have(
        "paid",
        le(low, high),
        combine(times("ii"), times("i", x / 2), times("r^2", x - 1), times("R^2", x / 2 * rho**2)),
    )
    least = start / (1 - c)
    root = (half + h) / lead
    quadratic = where(k2=lead, k1=half, k0=-rest, h=h)
    d.have(
        "least",
        le(lead * least**2, 2 * half * least - rest),
        combine(square(1, rho**2 * (least + sigma**2) * width2(least))),
    )
    d.have("least root", le(least, root), Cite("order.quadratic", "bound", {**quadratic, **where(z=least)}))
    above = Chain(
        (
            Step("high >= 0", le(0, high), combine(times("paid"), times("case"))),
            Step("sum >= 0", le(0, high + low), combine(times("high >= 0"), times("case"))),
            Step("squares", le(low**2, high**2), combine(times("paid", high + low))),
            Step(
                "Cauchy-Schwarz",
                le(high**2, width2(A) * (along**2 + S**2)),
                combine(square((1 - x) * r * S + x * sigma * along), times("r^2", (1 - x) ** 2 * (along**2 + S**2))),
            ),
            Step(
                "quadratic",
                le(lead * A**2, 2 * half * A - rest),
                combine(
                    times("squares"),
                    times("Cauchy-Schwarz"),
                    times("i", width2(A)),
                    times("S^2", width2(A)),
                    times("r^2", width2(A)),
                    times("R^2", rho**2 * width2(A)),
                ),
            ),
        ),
        Cite("order.quadratic", "bound", {**quadratic, **where(z=A)}),
    )
    below = combine(times("case", 1 / (1 - c)), times("least root"))
    d.conclude("bound", le(A, root), OrderCases((1 - c) * A, start, below, above))
    d.witness({"A": "9/25", "sigma": "4/5", "Y": "5/13", "a": "4/13", "rho": "1/2", "p": "33/50", "x": 0})


@lemma("sync.attained", "The synchronous closed form, lower half")
def without_lag_the_end_of_the_feasible_set_is_feasible(d: Draft) -> None:
    """If (1 - c) A - p' = rho R G, as at the closed form, then some (Y, a) satisfies (i) and (ii) with equality."""
    signs(d, A, rho, sigma, p, x)
    d.root(r, A, combine(times("A >= 0")))
    d.root(R, A + sigma**2, combine(times("A >= 0"), square(sigma)))
    d.root(G, width2(A), combine(times("A >= 0", (1 - x) ** 2), square(x * sigma)))
    d.given("G > 0", lt(0, G), "domain")
    d.given("end", eq((1 - c) * A - start, rho * R * G), "domain")
    d.define(a, r - rho * R * (1 - x) * r / G)
    d.define(S, rho * R * x * sigma / G)
    d.root(Y, a**2 + S**2, combine(square(a), square(S)))
    along = rho * R * (1 - x) * r / G
    unit = (rho * R / G) ** 2
    d.have("S >= 0", le(0, S), combine(times("S :=", -1), square(1, rho * R * x * sigma / G)))
    ring = eq(along**2 + S**2, rho**2 * R**2)
    d.have(
        "ring",
        ring,
        combine(times("S :=", S + rho * R * x * sigma / G), times("G^2", -unit), times("r^2", unit * (1 - x) ** 2)),
    )
    d.conclude("component", le(a**2, Y**2), combine(times("Y^2", -1), square(S)))
    d.conclude(
        "i",
        eq(A + Y**2 - 2 * a * r, rho**2 * R**2),
        combine(times("ring"), times("Y^2"), times("a :=", a - r - along), times("r^2", -1)),
    )
    d.conclude(
        "ii",
        eq(a * r, descends(x, x).rhs),
        combine(
            times("end"),
            times("i", -x / 2),
            times("a :=", (1 - x) * r),
            times("S :=", -x * sigma),
            times("G^2", rho * R / G),
            times("r^2", (1 - x) - rho * R * (1 - x) ** 2 / G),
            times("R^2", -x / 2 * rho**2),
        ),
    )
    d.witness({"A": 1, "rho": "1/2", "sigma": 0, "p": "7/16", "x": "1/2"})
