"""The cross term of a lag is real where the direction is only Lipschitz: an instance that stands above the floor.

Two weights with lags (1, 0). The first has nothing but two-point noise, and moves by alpha sigma_1 a step; the second
has f(w) = (L/2)(w - w*)^2, the sample s size of floor.oracle, and the staleness S |U_1 - V_1| = S alpha sigma_1: beta.
slope is f'(w_2), rest is -f'(w_2) where the mean step is zero. Source: docs/theory.md#free.converse.
"""

from theory.kernel import Cite, Draft, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas.feasible import rho, sigma
from theory.lemmas.instance import size, slope, up
from theory.lemmas.order import where

beta, rest = symbols("beta rest")


def instance(d: Draft) -> None:
    """Introduce the instance at the point where slope = -rest, with a staleness beta that is at most the size."""
    d.given("sigma > 0", lt(0, sigma), "domain")
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("rho < 1", lt(rho, 1), "domain")
    d.given("beta >= 0", le(0, beta), "domain")
    d.given("rest >= 0", le(0, rest), "domain")
    d.define(slope, -rest)
    d.root(size, slope**2 + sigma**2, combine(square(slope), square(sigma)))
    d.given("size > 0", lt(0, size), "domain")
    d.define(up, (1 + slope / size) / 2)
    d.given("beta <= size", le(beta, size), "domain")
    d.given("at rest", eq(rest * (1 + rho * beta / size), rho * size + beta), "domain")


@lemma("free.converse", "The cross term is real where the direction is only Lipschitz")
def a_lipschitz_direction_stands_above_the_floor(d: Draft) -> None:
    """Where the mean step is zero the squared gradient exceeds the floor by 2 rho size beta, up to O(beta^2).

    size >= sigma; beta is the staleness, of order alpha, so that no bound above the exact floor is O(alpha^2) there.
    """
    instance(d)
    mean_size = up * (size + beta) + (1 - up) * (size - beta)
    d.conclude("mean size", eq(mean_size, size + beta * slope / size), combine(times("up :=", 2 * beta)))
    at_zero = (times("mean size", -rho), times("slope :=", -(1 + rho * beta / size)), times("at rest"))
    d.conclude("mean step", eq(-(slope + beta) - mean_size * rho, 0), combine(*at_zero))
    d.have("unsaturated", lt(0, 1 - rho**2), combine(times("rho < 1", 1 + rho)))
    d.have("squares", le(sigma**2, size**2), combine(times("size^2", -1), square(slope)))
    d.conclude("size", le(sigma, size), Cite("order.root", "bound", where(s=sigma, t=size)))
    share, moved = 1 - rho * rest / size, rho * size + beta - rest * (1 + rho * beta / size)
    weight = 2 * rho**2 * beta - (2 * rho * size + 2 * beta * share - moved)
    floor = rho**2 * sigma**2 / (1 - rho**2)
    d.conclude(
        "above",
        le(floor + 2 * rho * size * beta - rho**4 * beta**2 / (1 - rho**2), rest**2),
        combine(
            square(beta * (share - rho**2), 1 / (1 - rho**2)),
            times("at rest", weight / (1 - rho**2)),
            times("size^2", -(rho**2) / (1 - rho**2)),
            times("slope :=", rho**2 * (rest - slope) / (1 - rho**2)),
        ),
    )
    d.witness({"sigma": 4, "rest": 3, "rho": "1/2", "beta": "5/7"})
