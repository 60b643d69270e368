"""Bound what is left of the average squared gradient norm on a granular device, without lag, however small the step.

Setting:    smooth, lower, unbiased, variance, response, pulses, lags (all 0), staleness.
Statement:  A <= ((G/2 + h)/(1 - rho^2))^2 - sigma^2 as alpha -> 0 and K alpha -> infinity, with
            G = L qmax^2 (1 + cycle^2) dw sqrt(size)/gain and h^2 = G^2/4 + (1 - rho^2) sigma^2.
Status:     upper bound; at dw = 0 it is the floor.
Source:     docs/theory.md#granularity.floor.
"""

import sympy

from theory.blueprint import claim
from theory.definitions import meanings
from theory.lemmas import granular_runs as runs
from theory.theorems.statement import FLOOR, Theorem, conditions, eliminate

_CLAIM, _START = claim("granularity.floor"), claim("granularity.start")
_LIMIT = {runs.base: sympy.Integer(0)}
_PULSES = eliminate(runs.G, _START)

THEOREM = Theorem(
    name="granular-floor",
    title=_CLAIM.title,
    proved_by=_CLAIM.id,
    run="granularity.enters",
    quantity=FLOOR,
    expression=eliminate(
        _CLAIM.conclusion("bound").rhs,
        {**meanings(_CLAIM), **_LIMIT, runs.G: _PULSES},
    ),
    feasible=(),
    definitions={},
    domain=conditions(_CLAIM.id, "rho < 1"),
    source=_CLAIM.source,
)
