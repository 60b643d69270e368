"""Bound the average squared gradient norm of Analog-SGD-AP where the direction has a Lipschitz derivative.

Setting:    that of Theorem 1, joint, differentiable, mean-length (if H2 + HJ > 0), response-lipschitz, independent.
Statement:  the point (A, Y, a) of a run satisfies (i4), (ii) and a^2 <= Y^2; so A <= the largest A for which some
            Y >= 0 and a do. The lag's cross term 2 rho R qn of Theorem 1 is gone; what stands for it is O(alpha^2).
Status:     upper bound.
Source:     docs/theory.md#free.feasible.
"""

import sympy

from theory.blueprint import claim
from theory.setting.symbols import symbol
from theory.theorems.statement import AVERAGE_SQUARED_GRADIENT, Theorem, conditions, definitions, relational

_CLAIM, _RUN = claim("free.explicit"), claim("free.feasible")
_PREMISES = ("i4", "ii", "component")
TERMS = definitions(_RUN.id, "k1", "k2", "eta", "phi0")
"""What of Theorem 4 is made of the constants of problem and device."""
ADAPTIVE_RUN = "free.adaptive"
ADAPTIVE = definitions(ADAPTIVE_RUN, "k2")
"""What is another where the mean-square saturation is known: how fast the share of the drift changes counts as well."""
MEANINGS = {**definitions(_RUN.id, "x", "p", "q"), **TERMS, symbol("J"): sympy.Min(symbol("D"), symbol("K"))}
"""Of the J steps whose frozen point is the start there are D, or K if the run is shorter."""

THEOREM = Theorem(
    name="free",
    title=_RUN.title,
    proved_by="free.end",
    run=_RUN.id,
    quantity=AVERAGE_SQUARED_GRADIENT,
    expression=None,
    feasible=tuple(relational(_CLAIM.premise(name), _CLAIM) for name in _PREMISES),
    definitions=MEANINGS,
    domain=conditions(_CLAIM.id, "lag is short"),
    source=_RUN.source,
)
"""Theorem 4. `theory.bounds.free` adds to its domain that the set is bounded."""

if tuple(map(str, map(_RUN.conclusion, _PREMISES))) != tuple(
    map(str, map(_CLAIM.premise, _PREMISES))
):  # pragma: no cover - a guard on the source, exercised by a test on the claims
    raise AssertionError("free.feasible concludes another set than free.explicit starts from")
