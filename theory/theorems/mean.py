"""Bound the average squared gradient of Analog-SGD-AP by what its steps are in the mean given the past.

Setting:    smooth, lower, unbiased, variance, response, lags, staleness; S and nu are of the mean direction and of what
            is left of the step, T2 and c_w are sums over the steps (mean.drift, mean.variance, mean.curvature).
Statement:  the point (A, Y, a) of a run satisfies (i), (ii) and a^2 <= Y^2, with no cross term in (ii); so A is at most
            the largest A for which some Y >= 0 and a do.
Status:     upper bound.
Source:     docs/theory.md#mean.feasible.
"""

from theory.blueprint import claim
from theory.theorems.statement import AVERAGE_SQUARED_GRADIENT, Theorem, conditions, definitions, relational

_RUN, _END = claim("mean.feasible"), claim("mean.end")
_PREMISES = ("i", "ii", "component")

THEOREM = Theorem(
    name="mean",
    title=_RUN.title,
    proved_by=_RUN.id,
    run=_RUN.id,
    quantity=AVERAGE_SQUARED_GRADIENT,
    expression=None,
    feasible=tuple(relational(_END.premise(name), _END) for name in _PREMISES),
    definitions=definitions(_RUN.id, "x", "p", "q", "qn"),
    domain=conditions("master.explicit", "x < 1", "lag is short", "saturation and lag"),
    source=_RUN.source,
)
"""Theorem 1 by conditional means."""

if [_RUN.conclusion(name) for name in _PREMISES] != [_END.premise(name) for name in _PREMISES]:  # pragma: no cover
    raise AssertionError("mean.feasible concludes another set than mean.end starts from")
