"""Theorem 1 without lag is attained for every p and rho as x -> 0: an instance that falls at a constant slope.

The sample of floor.oracle on a function of slope -rest over the way travelled, from w_0 = rho tau with tau so large
that the saturation stays rho: the mean direction is the same at every step. The function ends (1 + o(1)) alpha K moved
away, so that the start costs p = rest moved, and K -> infinity. Source: docs/theory.md#theorem-1.
"""

from sympy import Expr, Integer

from theory.kernel import Draft, combine, eq, le, lemma, lt, square, times
from theory.lemmas import synchronous
from theory.lemmas.converse import rest
from theory.lemmas.feasible import A, p, rho, sigma, x
from theory.lemmas.instance import oracle, size, slope, up

moved: Expr = rest - rho * size
"""Minus the mean direction v: its length Y, and its component a along the gradient."""


def closed(part: Expr) -> Expr:
    """Return a coefficient of the quadratic of sync.closed_form, at x = 0."""
    return part.xreplace({x: Integer(0)})


@lemma("floor.transient_attained", "The transient is attained")
def an_instance_falls_at_the_rate_of_theorem_1(d: Draft) -> None:
    """If rest >= rho size then (A, Y, a) = (rest^2, moved, moved) meets (i) and (ii) at x = 0 with equality.

    A is the larger root of sync.closed_form at x = 0: A - rho sqrt(A (A + sigma^2)) = p.
    """
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("rho < 1", lt(rho, 1), "domain")
    d.given("rest >= 0", le(0, rest), "domain")
    d.define(slope, -rest)
    oracle(d)
    d.given("falls", le(rho * size, rest), "domain")
    d.define(p, rest * moved)
    d.define(A, rest**2)
    mean = up * (size + rho * size) + (1 - up) * (-size + rho * size)
    d.conclude("mean direction", eq(mean, -moved), combine(times("up :=", 2 * size), times("slope :=")))
    d.conclude("start", le(0, p), combine(times("falls", rest), times("p :=", -1)))
    d.conclude(
        "R", eq(size**2, A + sigma**2), combine(times("size^2"), times("slope :=", slope - rest), times("A :=", -1))
    )
    d.conclude("i", eq(A + moved**2 - 2 * moved * rest, (rho * size) ** 2), combine(times("A :=")))
    d.conclude("ii", eq(moved * rest, p), combine(times("p :=", -1)))
    d.have("end", eq(A - p, rho * rest * size), combine(times("A :="), times("p :=", -1)))
    lead, half, last = (closed(part) for part in (synchronous.lead, synchronous.half, synchronous.rest))
    d.have("unsaturated", lt(0, lead), combine(times("rho < 1", 1 + rho)))
    root = times("end", A - p + rho * rest * size), times("A :=", -(rho**2) * size**2), times("R", rho**2 * A)
    d.conclude("quadratic", eq(lead * A**2, 2 * half * A - last), combine(*root))
    wide = times("falls", rho * size / lead), square(sigma, rho**2 / (2 * lead)), times("R", -(rho**2) / lead)
    d.conclude("larger root", le(half / lead, A), combine(*wide, times("end", -1 / lead)))
    d.witness({"sigma": 4, "rest": 3, "rho": "1/2"})
