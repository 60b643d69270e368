"""What regions in time prove of a run: the claim stands, and not with less."""

from dataclasses import replace

import pytest
import sympy

from tests.theory.lemmas.test_free_steps import concluding, refused
from theory import blueprint
from theory.kernel import lt
from theory.kernel.check import check_claim
from theory.lemmas import stopped
from theory.lemmas.multiplier import A1

CLAIM = blueprint.claim("tube.certified")


def test_it_stands():
    check_claim(CLAIM, blueprint.theorems())


@pytest.mark.parametrize(
    ("conclusion", "changes"),
    [
        ("stopped", {A1: sympy.Rational(99, 100) * A1}),
        ("bound", {A1: sympy.Rational(99, 100) * A1}),
        ("bound", {stopped.G2: 0}),  # nothing after the stop
        ("bound", {stopped.missed: stopped.missed / 2}),
    ],
)
def test_not_with_less(conclusion, changes):
    said = CLAIM.conclusion(conclusion)
    assert refused(concluding(CLAIM, conclusion, lt(said.lhs, said.rhs.subs(changes))))


@pytest.mark.parametrize(
    "premise", ["stop^2", "left", "G2", "i", "ii", "component", "certificate", "denominator", "c_w >= 0", "T2 >= 0"]
)
def test_premises_are_needed(premise):
    kept = tuple(item for item in CLAIM.context if getattr(item, "name", None) != premise)
    assert len(kept) == len(CLAIM.context) - 1
    assert refused(replace(CLAIM, context=kept))
