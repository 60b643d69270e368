"""Counterexamples: exact points that satisfy every premise of a claim and break a conclusion.

The search tries points around the witness and gives up after a while; what it finds is re-checked exactly, so a
refutation can be believed, and finding none means nothing.
"""

import random
from collections.abc import Mapping
from fractions import Fraction

from theory.kernel.claim import Claim, Witness
from theory.kernel.gap import Gap
from theory.kernel.reading import read_claim
from theory.kernel.statement import Statement
from theory.kernel.terms import atoms, of_atom
from theory.kernel.witness import Model, define

POOL = tuple(Fraction(value) for value in ("0", "1/10", "1/4", "1/3", "1/2", "3/4", "1", "2", "5", "-1/2", "-1"))
ATTEMPTS = 400


def counterexample(claim: Claim) -> Mapping[str, str] | None:
    """Return a point that refutes `claim`, or None if none was found.

    Claims about random sequences (times, recursions, links) are left alone: a point is not a process.
    """
    if claim.processes or claim.delays or claim.recursions or claim.links or claim.means or claim.paths:
        return None
    try:
        statement = read_claim(claim)
    except Gap:
        return None
    chance = random.Random(claim.id)
    for attempt in range(ATTEMPTS):
        found = breaks(statement, claim.witness if attempt == 0 else near(claim.witness, chance))
        if found is not None:
            return found
    return None


def near(witness: Witness, chance: random.Random) -> Witness:
    """Return a witness in which some values are drawn anew."""
    share = chance.choice((0.2, 0.5, 0.9))
    scalars = {n: chance.choice(POOL) if chance.random() < share else v for n, v in witness.scalars.items()}
    vectors = {
        name: tuple(chance.choice(POOL) if chance.random() < share else value for value in coordinates)
        for name, coordinates in witness.vectors.items()
    }
    return Witness(scalars, vectors)


def breaks(statement: Statement, witness: Witness) -> Mapping[str, str] | None:
    """Return the values at a witness that satisfies every premise and breaks a conclusion, else None."""
    try:
        model = Model(statement, witness)
        for entry in statement.entries:
            define(model, entry)
            if not all(model.holds(relation) for _, relation in entry.facts):
                return None
        for name, relation in statement.conclusions:
            if not model.holds(relation):
                values = {"|".join(atom): str(model.value(of_atom(atom))) for atom in sorted(atoms(relation.slack))}
                return {
                    **{name: str(value) for (name,), value in sorted(model.values.items())},
                    **values,
                    "breaks": name,
                }
    except Gap:
        return None
    return None
