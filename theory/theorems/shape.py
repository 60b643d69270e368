"""Bound the average squared gradient norm of Analog-SGD-AP where the shape of additive noise is known.

Setting:    smooth, lower, unbiased, variance, response, lags, staleness, shape; the device's two responses differ from
            its gain by the same amount, up and down, as those of the linear device do.
Statement:  if x < 1, x + q^2 < 1 and rho^2 + q^2/(1 - x) < 1 then
            A <= ((c1 + sqrt(c1^2 + c2 c0))/c2)^2 - chi^2 sigma^2.
Status:     upper bound; its floor is chi^2 rho^2 sigma^2/(1 - rho^2) (shape.floor).
Source:     docs/theory.md#shape.explicit.
"""

from theory.blueprint import claim
from theory.theorems.statement import AVERAGE_SQUARED_GRADIENT, Theorem, conditions, definitions, eliminate

_CLAIM = claim("shape.explicit")

THEOREM = Theorem(
    name="shape",
    title=_CLAIM.title,
    proved_by=_CLAIM.id,
    run="shape.feasible",
    quantity=AVERAGE_SQUARED_GRADIENT,
    expression=eliminate(_CLAIM.conclusion("bound").rhs, _CLAIM),
    feasible=(),
    definitions=definitions("shape.feasible", "x", "p", "q", "qn"),
    domain=conditions(_CLAIM.id, "x < 1", "lag is short", "saturation and lag"),
    source=_CLAIM.source,
)
