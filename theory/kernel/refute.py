"""Counterexamples: exact points that satisfy every premise of a claim and break a conclusion.

The search tries points around the witness and gives up after a while; what it finds is re-checked exactly, so a
refutation can be believed, and finding none means nothing.
"""

import random
from collections.abc import Mapping
from dataclasses import replace

import sympy
from sympy import Expr

from theory.kernel.claim import Claim, Witness
from theory.kernel.gap import Gap
from theory.kernel.relations import Relation
from theory.kernel.sanity import evaluate, given, holds

POOL = tuple(sympy.Rational(value) for value in ("0", "1/10", "1/4", "1/3", "1/2", "3/4", "1", "2", "5", "-1/2", "-1"))
ATTEMPTS = 400


def counterexample(claim: Claim) -> Mapping[str, str] | None:
    """Return a point that refutes `claim`, or None if none was found.

    Claims about random sequences (times, recursions) are left alone: a point is not a process.
    """
    if claim.processes or claim.recursions:
        return None
    chance = random.Random(claim.id)
    for attempt in range(ATTEMPTS):
        point = claim if attempt == 0 else replace(claim, witness=_near(claim.witness, chance))
        found = _breaks(point)
        if found is not None:
            return found
    return None


def _near(witness: Witness, chance: random.Random) -> Witness:
    """Return a witness in which some values are drawn anew."""
    share = chance.choice((0.2, 0.5, 0.9))
    scalars = {n: chance.choice(POOL) if chance.random() < share else v for n, v in witness.scalars.items()}
    vectors = {
        name: tuple(chance.choice(POOL) if chance.random() < share else value for value in coordinates)
        for name, coordinates in witness.vectors.items()
    }
    return Witness(scalars, vectors)


def _breaks(claim: Claim) -> Mapping[str, str] | None:
    values: dict[sympy.Symbol, Expr] = {}
    try:
        for premise in claim.premises:
            evaluate(claim, premise, values)
            if not holds(premise.relation, values):
                return None
        for name in claim.conclusions:
            relation = claim.conclusion(name)
            for symbol in sorted(relation.symbols - values.keys(), key=lambda symbol: symbol.name):
                values[symbol] = given(claim, symbol)
            if _defined(relation, values) and not holds(relation, values):
                return {symbol.name: str(value) for symbol, value in sorted(values.items(), key=str)} | {"breaks": name}
    except Gap:
        return None
    return None


def _defined(relation: Relation, values: Mapping[sympy.Symbol, Expr]) -> bool:
    sides = (relation.lhs.xreplace(values), relation.rhs.xreplace(values))
    return all(side.is_real and side.is_finite for side in sides)
