"""Bound the average squared gradient norm of Analog-SGD-AP where the direction has a Lipschitz derivative.

Setting:    that of Theorem 1, joint, differentiable, mean-length (if H2 + HJ > 0), response-lipschitz, independent.
Statement:  the point (A, Y, a) of a run satisfies (i4), (ii) and a^2 <= Y^2; so A <= the largest A for which some
            Y >= 0 and a do. The lag's cross term 2 rho R qn of Theorem 1 is gone; what stands for it is O(alpha^2).
Status:     upper bound.
Source:     docs/theory.md#free.feasible.
"""

import sympy

from theory.blueprint import claim
from theory.lemmas import free_terms as four
from theory.lemmas.feasible import rho
from theory.lemmas.master import nu
from theory.setting.symbols import symbol
from theory.theorems.statement import AVERAGE_SQUARED_GRADIENT, Theorem, conditions, definitions, relational

_CLAIM = claim("free.explicit")
_ell, _theta1, _nuhat, _F0, _J, _K, _Gamma, _H2, _HJ = map(
    symbol, ("ell", "theta1", "nuhat", "F0", "J", "K", "Gamma", "H2", "HJ")
)
TERMS = {  # TEMPORARY: definitions("free.feasible", "k1", "k2", "eta", "phi0") once that claim is there
    four.k1: rho * (1 + rho) * _ell * nu,
    four.k2: _theta1 * _nuhat,
    four.eta: rho * (1 + rho) * _Gamma * (_H2 + 2 * _HJ),
    four.phi0: _J * _F0**2 / _K,
}
"""What of Theorem 4 is made of the constants of problem and device."""
ADAPTIVE = {four.k2: (1 + 2 * rho) * _theta1 * _nuhat}  # TEMPORARY: definitions("free.adaptive", "k2")
"""What is another where the mean-square saturation is known; empty where no claim proves that of a run."""
ADAPTIVE_RUN = "free.end"  # TEMPORARY: free.adaptive
ASSUMES = ("differentiable", "independent", "joint", "mean-length", "response-lipschitz")  # TEMPORARY: of the run
MEANINGS = {**definitions("master.sharp", "x", "p", "q"), **TERMS, _J: sympy.Min(four.D, _K)}

THEOREM = Theorem(
    name="free",
    title="Theorem 4: the feasible set",
    proved_by="free.end",
    run="master.sharp",  # TEMPORARY: free.feasible
    quantity=AVERAGE_SQUARED_GRADIENT,
    expression=None,
    feasible=tuple(relational(_CLAIM.premise(name), _CLAIM) for name in ("i4", "ii", "component")),
    definitions=MEANINGS,
    domain=conditions(_CLAIM.id, "lag is short"),
    source=_CLAIM.source,
)
"""Theorem 4. `theory.bounds.free` adds to its domain that the set is bounded."""
