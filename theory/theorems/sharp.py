"""Bound the average squared gradient norm of Analog-SGD-AP by the largest feasible A.

Setting:    smooth, lower, unbiased, variance, response, lags, staleness.
Statement:  the point (A, Y, a) of a run satisfies (i), (ii) and a^2 <= Y^2; so A <= the largest A for which some Y >= 0
            and a do.
Status:     upper bound; without lag its closed form is attained on the feasible set (sync.closed_form).
Source:     docs/theory.md#theorem-1; arXiv 2410.15155.
"""

from theory.blueprint import claim
from theory.theorems.statement import AVERAGE_SQUARED_GRADIENT, Theorem, conditions, definitions, relational

_RUN = claim("master.sharp")

THEOREM = Theorem(
    name="sharp",
    title=_RUN.title,
    proved_by="master.sharp",
    run="master.sharp",
    quantity=AVERAGE_SQUARED_GRADIENT,
    expression=None,
    feasible=tuple(
        relational(claim("master.young").premise(name), claim("master.young")) for name in ("i", "ii", "component")
    ),
    definitions=definitions("master.sharp", "x", "p", "q", "qn"),
    domain=conditions("master.explicit", "x < 1", "lag is short", "saturation and lag"),
    source=_RUN.source,
)
"""Theorem 1. On its domain the set is bounded (master.explicit); master.sharp itself needs none."""

if tuple(map(str, map(_RUN.conclusion, ("i", "ii", "component")))) != tuple(
    map(str, map(claim("master.young").premise, ("i", "ii", "component")))
):  # pragma: no cover - a guard on the source, exercised by a test on the claims
    raise AssertionError("master.sharp concludes another set than master.young starts from")
