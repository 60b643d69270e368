"""Bound the number of iterations that bring the average squared gradient norm within eps of its floor.

Setting:    smooth, lower, unbiased, variance, response, lags, staleness.
Statement:  with alpha gain = sqrt(2 Delta/(L sigma^2 K)) and x, q <= 1/4, K >= K(eps) gives
            A (1 - (1+t)(1+kappa) rho^2) <= (1+t) rho^2 sigma^2 + eps; K(eps) = 8 Delta L sigma^2/eps^2 + O(1/eps).
Status:     upper bound; its eps^-2 coefficient knows neither lag nor drift (complexity.order).
Source:     docs/theory.md#theorem-3.
"""

import sympy
from sympy import Expr

from boundary import BadInput
from theory.blueprint import claim
from theory.definitions import meanings
from theory.lemmas import complexity as parts
from theory.setting import algorithms
from theory.setting.symbols import symbol
from theory.theorems.statement import ITERATIONS, Theorem, conditions, definitions, eliminate

_CLAIM = claim("complexity.step_size")
_ENOUGH = claim("complexity.iterations").premise("enough").lhs
_CONSTANTS = {
    parts.lead: meanings(_CLAIM)[parts.lead],
    parts.rest: parts.rest_of(parts.t),
}

_EXPRESSION: Expr = _ENOUGH.xreplace(_CONSTANTS)

THEOREM = Theorem(
    name="complexity",
    title="Theorem 3: iterations to eps above the floor",
    proved_by="complexity.iterations",
    run="complexity.published",
    quantity=ITERATIONS,
    expression=_EXPRESSION,
    feasible=(),
    definitions=definitions("master.sharp", "x", "p", "q", "qn"),
    domain=conditions(_CLAIM.id, "step", "coherent"),
    source=_CLAIM.source,
)
STEP_SIZE: Expr = eliminate(symbol("alpha"), claim("complexity.published"))
"""The step size asked for, in terms of Delta, L, sigma, K and the device's gain."""


def iterations(algorithm: str) -> Expr:
    """Return K(eps) of an algorithm, in iterations; an unknown name, or one no theorem covers, raises `BadInput`.

    What vanishes for it is 0, and a mean of B samples has noise variance sigma^2/B. Stashed AP takes the delay
    constants of S_full under the names of the others.
    """
    row, sigma = algorithms.named(algorithm), symbol("sigma")
    if not row.covered:
        raise BadInput("algorithm", algorithm, "one that the theorems speak of", "Theorem 3")
    values: dict[Expr, Expr] = {symbol(name): sympy.Integer(0) for name in row.vanishing}
    return _EXPRESSION.xreplace({**values, sigma: sigma / sympy.sqrt(symbol("B"))} if row.batched else values)


def leading_coefficient(algorithm: str) -> Expr:
    """Return the limit of eps^2 K(eps) as eps -> 0."""
    eps = symbol("eps")
    return sympy.limit(sympy.expand(iterations(algorithm) * eps**2), eps, 0)


def order(algorithm: str) -> int:
    """Return the order of K(eps) in 1/eps: the degree of its leading term."""
    return int(sympy.Poly(sympy.expand(iterations(algorithm)), 1 / symbol("eps")).degree())


def slots(algorithm: str) -> Expr:
    """Return the slots (clock cycles) that K(eps) iterations take on the schedule of the algorithm."""
    return slots_of(algorithm, iterations(algorithm))


def slots_of(algorithm: str, count: Expr) -> Expr:
    """Return the slots (clock cycles) that `count` iterations take on the schedule of the algorithm.

    Sequential: 2 M each; synchronous: 2 (M + B - 1) each; asynchronous: 2 (K + M - 1) together, and with B samples an
    iteration 2 (B K + M - 1), of which a claim says N = B K (claims pipeline.*). With registered full-duplex stages
    N + 2 M - 1, which no claim states: the slots of `theory.setting.schedules`.
    """
    M, B = symbol("M"), symbol("B")
    full = 2 * (B * count + M - 1)
    by_schedule = {
        "sequential": 2 * M * count, "synchronous": 2 * (M + B - 1) * count, "asynchronous": 2 * (count + M - 1),
        "accumulated": full, "vertical-sync": full, "registered-duplex": B * count + 2 * M - 1,
    }  # fmt: skip
    return by_schedule[algorithms.named(algorithm).schedule]


def speed_up(over: str, stages: Expr | None = None) -> Expr:
    """Return slots of `over` divided by those of Analog-SGD-AP; its limit as eps -> 0 is what pipelining gains."""
    ratio = slots(over) / slots("analog-sgd-ap")
    return ratio if stages is None else ratio.xreplace({symbol("M"): stages})
