"""The inequalities A <= G(A; mu) that are proved of a run, read off the claims that certify their upper ends."""

from collections.abc import Mapping
from functools import cache

import sympy

from theory.blueprint import claim
from theory.bounds.multipliers import MultiplierBound
from theory.lemmas import feasible as point
from theory.lemmas import multiplier
from theory.theorems.statement import definitions, eliminate

Meanings = Mapping[sympy.Symbol, sympy.Expr]

PLAIN: Meanings = {point.xn: point.x, point.g: point.x}
"""The noise meets the smoothness L: x sigma."""


@cache
def resolved_meanings() -> Meanings:
    """Return what xn and the weight of the noise mean where it meets the smoothness Ln: sqrt(x xn) sigma."""
    return {**definitions("master.resolved", "xn"), point.g: eliminate(point.g, claim("resolved.explicit"))}


@cache
def family(name: str) -> MultiplierBound:
    """Return the inequality A <= G(A; mu) whose upper ends the claim `name` certifies, read off its premises."""
    statement = claim(name)
    certificate = statement.premise("certificate")
    right = eliminate(certificate.lhs, statement).xreplace({certificate.rhs: point.A})
    share = multiplier.theta if multiplier.theta in right.free_symbols else None
    others = right.free_symbols - {point.A, multiplier.mu, multiplier.theta}
    parameters = tuple(sorted(others, key=lambda item: item.name))
    denominator = eliminate(statement.premise("denominator").rhs, statement)
    return MultiplierBound(right, point.A, multiplier.mu, share, parameters, denominator)
