"""Bound the average squared gradient norm of Analog-SGD-AP by a closed expression.

Setting:    smooth, lower, unbiased, variance, response, lags, staleness.
Statement:  if x < 1, x + q^2 < 1 and rho^2 + q^2/(1 - x) < 1 then A <= ((c1 + sqrt(c1^2 + c2 c0))/c2)^2 - sigma^2.
Status:     upper bound, never below the sharp one (master.explicit holds on the whole feasible set).
Source:     docs/theory.md#theorem-2.
"""

from theory.blueprint import claim
from theory.theorems.statement import AVERAGE_SQUARED_GRADIENT, Theorem, conditions, definitions, eliminate

_CLAIM = claim("master.explicit")

THEOREM = Theorem(
    name="explicit",
    title=_CLAIM.title,
    proved_by=_CLAIM.id,
    run="master.sharp",
    quantity=AVERAGE_SQUARED_GRADIENT,
    expression=eliminate(_CLAIM.conclusion("bound").rhs, _CLAIM),
    feasible=(),
    definitions=definitions("master.sharp", "x", "p", "q", "qn"),
    domain=conditions(_CLAIM.id, "x < 1", "lag is short", "saturation and lag"),
    source=_CLAIM.source,
)
