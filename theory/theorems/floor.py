"""Bound what is left of the average squared gradient norm as alpha -> 0 and K alpha -> infinity.

Setting:    smooth, lower, unbiased, variance, response, lags, staleness.
Statement:  A <= rho^2 sigma^2/(1 - rho^2) + t sigma^2 remainder(t, rho) whenever p, x, q, qn are below powers of t.
Status:     exact: attained by an instance (floor.attained).
Source:     docs/theory.md#floor.
"""

import sympy

from theory.blueprint import claim
from theory.setting.symbols import symbol
from theory.theorems.statement import FLOOR, Theorem, conditions, definitions, eliminate

_CLAIM = claim("floor.upper")
WITH_REMAINDER = eliminate(_CLAIM.conclusion("bound").rhs, _CLAIM)
"""The bound for every t > 0; at t = 0 it is the floor."""

THEOREM = Theorem(
    name="floor",
    title=_CLAIM.title,
    proved_by=_CLAIM.id,
    run="master.sharp",
    quantity=FLOOR,
    expression=WITH_REMAINDER.xreplace({symbol("t"): sympy.Integer(0)}),
    feasible=(),
    definitions=definitions("master.sharp", "x", "p", "q", "qn"),
    domain=conditions(_CLAIM.id, "rho < 1"),
    source=_CLAIM.source,
)
