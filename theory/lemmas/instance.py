"""Two instances on f(w) = (L/2)(w - w*)^2 that stand at their floors. Source: docs/theory.md#floor.

One weight, one stage, no lag. slope = f'(w), and size = |g~| where the sample's gradient is a sign times it.
"""

from sympy import Expr

from theory.kernel import Cite, Draft, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas.feasible import rho, sigma
from theory.lemmas.order import where
from theory.setting.symbols import symbol

L, tau, alpha = symbol("L"), symbol("tau"), symbol("alpha")
slope, size, up, w0, w_star, u, size0, w, unsaturated, drift, variance = symbols(
    "slope size up w_0 w_star root0 size0 w unsaturated drift variance"
)


def oracle(d: Draft) -> None:
    """Introduce the sample s size with size^2 = slope^2 + sigma^2 and P(s = 1) = up = (1 + slope/size)/2."""
    d.given("sigma > 0", lt(0, sigma), "domain")
    d.root(size, slope**2 + sigma**2, combine(square(slope), square(sigma)))
    d.given("size > 0", lt(0, size), "domain")
    d.define(up, (1 + slope / size) / 2)


@lemma("floor.oracle", "The attaining oracle is unbiased with variance sigma^2")
def attaining_oracle_is_unbiased_with_exact_variance(d: Draft) -> None:
    """A sample that is +size or -size has mean slope, variance exactly sigma^2, and up is a probability."""
    oracle(d)
    mean = up * size + (1 - up) * -size
    second = up * (size - slope) ** 2 + (1 - up) * (-size - slope) ** 2
    d.conclude("unbiased", eq(mean, slope), combine(times("up :=", 2 * size)))
    d.conclude("variance", eq(second, sigma**2), combine(times("up :=", -4 * size * slope), times("size^2", 1)))
    d.have("slope^2", le(slope**2, size**2), combine(times("size^2", -1), square(sigma)))
    d.have("slope", le(slope, size), Cite("order.root", "bound", where(s=slope, t=size)))
    d.have("-slope", le(-slope, size), Cite("order.root", "bound", where(s=-slope, t=size)))
    d.conclude("up >= 0", le(0, up), combine(times("up :=", -1), times("-slope", 1 / (2 * size))))
    d.conclude("up <= 1", le(up, 1), combine(times("up :=", 1), times("slope", 1 / (2 * size))))
    d.witness({"sigma": 1, "slope": "3/4"})


def start(d: Draft) -> None:
    """Introduce the start w_0 = rho tau and the minimiser w* = w_0 + rho sigma/(L sqrt(1 - rho^2))."""
    d.given("sigma > 0", lt(0, sigma), "domain")
    d.given("L > 0", lt(0, L), "domain")
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("rho < 1", lt(rho, 1), "domain")
    d.root(u, 1 - rho**2, combine(times("rho < 1", 1 + rho)))
    d.given("root0 > 0", lt(0, u), "domain")
    d.define(w0, rho * tau)
    d.define(w_star, w0 + rho * sigma / (L * u))
    d.define(slope, L * (w0 - w_star))


def mean_step(slope_at: Expr, size_at: Expr, at: Expr) -> Expr:
    """Return the mean of (U(w, -alpha g) - w)/alpha: minus slope, minus mean size times saturation."""
    return -slope_at - size_at * at / tau


@lemma("floor.attained", "The floor is attained")
def attaining_instance_stands_at_the_floor(d: Draft) -> None:
    """At w_0 the mean step vanishes and f'(w_0)^2 is the floor rho^2 sigma^2/(1 - rho^2)."""
    start(d)
    d.define(size0, sigma / u)
    d.have("unsaturated", lt(0, 1 - rho**2), combine(times("rho < 1", 1 + rho)))
    whole = u**2 * (sigma / u + size0)
    d.have(
        "slope0",
        eq(slope, -rho * size0),
        combine(times("slope :="), times("w_star :=", -L), times("size0 :=", rho)),
    )
    d.conclude(
        "size",
        eq(size0**2, slope**2 + sigma**2),
        combine(times("slope0", rho * size0 - slope), times("root0^2", -(size0**2)), times("size0 :=", whole)),
    )
    d.conclude(
        "mean step",
        eq(mean_step(slope, size0, w0), 0),
        combine(times("slope0", -1), times("w_0 :=", -size0 / tau)),
    )
    scale = 1 / (1 - rho**2)
    d.conclude(
        "floor",
        eq(slope**2, rho**2 * sigma**2 * scale),
        combine(times("size", -1), times("root0^2", -(size0**2) * scale), times("size0 :=", whole * scale)),
    )
    d.witness({"sigma": 1, "L": 1, "tau": 1, "rho": "3/5"})


@lemma("floor.plus_minus", "Plain two-point noise has a lower floor")
def plain_two_point_noise_stands_at_a_lower_floor(d: Draft) -> None:
    """With noise +sigma or -sigma the mean step vanishes at w*/(1 + sigma/(L tau)), where f'^2 = rho^2 sigma^2."""
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("L > 0", lt(0, L), "domain")
    d.given("tau > 0", lt(0, tau), "domain")
    d.define(w, w_star / (1 + sigma / (L * tau)))
    d.define(slope, L * (w - w_star))
    d.define(rho, w / tau)
    d.given("rho <= 1", le(rho, 1), "domain")
    d.given("-1 <= rho", le(-1, rho), "domain")
    share = 1 + sigma / (L * tau)
    d.have(
        "slope at w",
        eq(slope, -sigma * rho),
        combine(times("slope :="), times("w :=", L * share), times("rho :=", sigma)),
    )
    d.conclude("above", le(0, sigma + slope), combine(times("slope at w", -1), times("rho <= 1", sigma)))
    d.conclude("below", le(0, sigma - slope), combine(times("slope at w", 1), times("-1 <= rho", sigma)))
    mean_size = ((sigma + slope) + (sigma - slope)) / 2
    d.conclude(
        "mean step", eq(mean_step(slope, mean_size, w), 0), combine(times("slope at w", -1), times("rho :=", sigma))
    )
    d.conclude("floor", eq(slope**2, rho**2 * sigma**2), combine(times("slope at w", slope - sigma * rho)))
    d.witness({"sigma": 1, "L": 1, "tau": 1, "w_star": 1})
