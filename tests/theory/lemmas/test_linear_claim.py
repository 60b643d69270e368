"""Directions that are linear in the weights: the claim stands, and not with less than it says or assumes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy

from tests.theory.lemmas.test_free_steps import concluding, refused
from theory import blueprint
from theory.checkers import mutants
from theory.kernel import Gap, le
from theory.kernel.check import check_claim
from theory.kernel.claim import Claim
from theory.lemmas.feasible import A
from theory.lemmas.linear import K, V_first, noise, supply

CLAIM = "linear.lmi"


def test_the_claim_stands_alone() -> None:
    check_claim(blueprint.claim(CLAIM), {})


@pytest.mark.parametrize(
    "bound",
    [
        noise + supply,
        V_first / K + supply,
        V_first / K + noise,
        V_first / K + noise - supply,
        V_first / (2 * K) + noise + supply,
        V_first / K**2 + noise + supply,
        V_first / K + sympy.Rational(99, 100) * noise + supply,
        V_first / K + noise + sympy.Rational(99, 100) * supply,
    ],
)
def test_nothing_can_be_left_out_of_the_bound(bound: sympy.Expr) -> None:
    assert "not" in refused(concluding(blueprint.claim(CLAIM), "bound", le(A, bound)))


def test_no_premise_can_be_dropped() -> None:
    passed = set()
    for what, changed in mutants.without_premise(blueprint.claim(CLAIM)):
        try:
            check_claim(changed, {})
        except Gap:
            continue
        passed.add(what)
    assert passed == set()


def known_later(claim: Claim) -> Claim:
    """What the noise is multiplied with may depend on the sample: then it need not be orthogonal."""
    return replace(claim, processes=tuple(replace(p, known=0) if p.name == "y" else p for p in claim.processes))


def biased(claim: Claim) -> Claim:
    return replace(
        claim, processes=tuple(replace(p, differences=None) if p.name == "omega" else p for p in claim.processes)
    )


def of_no_path(claim: Claim) -> Claim:
    return replace(claim, paths=())


def unlinked(claim: Claim) -> Claim:
    return replace(claim, links=claim.links[1:])


@pytest.mark.parametrize("fault", [known_later, biased, of_no_path, unlinked])
def test_no_structure_can_be_dropped(fault: Callable[[Claim], Claim]) -> None:
    with pytest.raises(Gap):
        check_claim(fault(blueprint.claim(CLAIM)), {})
