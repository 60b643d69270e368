"""The claims about second derivatives of stages: each is attained, and none holds with less."""

from dataclasses import replace

import pytest
import sympy

from theory import blueprint
from theory.checkers import mutants
from theory.kernel import Gap, le
from theory.kernel.check import check_claim

CLAIMS = (
    "network.second_product",
    "network.second_output",
    "network.second_backward",
    "network.second_sensitivity",
    "network.second_order",
)
SUMS = CLAIMS[:-1]


def at_ones(expression):
    """Return a side of a claim where every number, and every product of two vectors, is 1."""
    return expression.subs(dict.fromkeys(expression.free_symbols, 1))


def refused(claim, others=None):
    with pytest.raises(Gap):
        check_claim(claim, others or blueprint.theorems())
    return True


def saying(claim, relation):
    """Return a claim that concludes something else, with the proof that it has."""
    (conclusion,) = claim.conclusions
    return replace(
        claim, steps=tuple(replace(s, relation=relation) if s.name == conclusion else s for s in claim.steps)
    )


@pytest.mark.parametrize("name", CLAIMS)
def test_each_stands_and_is_attained(name):
    claim = blueprint.claim(name)
    check_claim(claim, blueprint.theorems())
    said = claim.conclusion("bound")
    assert at_ones(said.lhs) == at_ones(said.rhs) > 0, "one element, and every factor 1: all terms at once"


@pytest.mark.parametrize("name", CLAIMS)
def test_none_with_a_bound_one_percent_less(name):
    claim = blueprint.claim(name)
    said = claim.conclusion("bound")
    assert refused(saying(claim, le(said.lhs, said.rhs * sympy.Rational(99, 100))))


@pytest.mark.parametrize("name", SUMS)
def test_none_without_one_of_its_terms(name):
    claim = blueprint.claim(name)
    said = claim.conclusion("bound")
    terms = said.rhs.base.args
    assert len(terms) == {"product": 3, "output": 2, "backward": 5, "sensitivity": 4}[name.split("_")[1]]
    for term in terms:
        less = (said.rhs.base - term) ** 2
        assert at_ones(less) < at_ones(said.lhs), "the instance where all is 1 breaks it"
        assert refused(saying(claim, le(said.lhs, less)))


@pytest.mark.parametrize("name", CLAIMS)
def test_no_premise_can_be_left_out(name):
    claim = blueprint.claim(name)
    others = {other: theorem for other, theorem in blueprint.theorems().items() if other != name}
    passed = set()
    for what, changed in mutants.without_premise(claim):
        try:
            check_claim(changed, others)
        except Gap:
            continue
        passed.add(what)
    assert not passed
