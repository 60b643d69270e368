"""Small worlds and scopes for the tests of z3's side, written out by hand."""

from dataclasses import replace
from fractions import Fraction

import pytest

from theory.checkers.smt_scope import Count, Fact, Scope
from theory.checkers.smt_terms import (
    Name,
    Number,
    Undecided,
)
from theory.checkers.smt_world import World

EMPTY = World("cited", {}, (), (), {}, (), {}, {}, {})
NONE, STEP, STAGE, COORDINATE = (frozenset(one) for one in ((), {"step"}, {"stage"}, {"coordinate"}))
ELEMENT = STEP | COORDINATE
a, b, c, k, w, x, y, z = map(Name, "abckwxyz")
TWO, HALF = Number(Fraction(2)), Number(Fraction(1, 2))


def scalars(**labels):
    return {("scalar", name): own for name, own in labels.items()}


def vectors(**labels):
    return {("vector", name): own for name, own in labels.items()}


def world(labels=(), **more):
    return replace(EMPTY, labels=dict(labels), **more)


def scope(here=EMPTY, *relations, settled=(), at_hand=NONE):
    facts = {str(place): Fact(relation, at_hand) for place, relation in enumerate(relations)}
    return Scope(here, dict(settled), Count(), facts, at_hand)


def refused(check, *given):
    with pytest.raises(Undecided) as said:
        check(*given)
    return str(said.value)
