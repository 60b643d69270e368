"""Stale noise in second order, for linear directions: the claims stand, and not with less than they say or assume."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy

from tests.theory.lemmas.test_free_steps import concluding
from theory import blueprint
from theory.checkers import mutants
from theory.kernel import Gap, inner, le
from theory.kernel.check import check_claim
from theory.kernel.claim import Claim
from theory.lemmas.feasible import A, Y, p, q, qn, r, x
from theory.lemmas.linear_aligned import B, E, F, T, alpha, c_w, m, met

CLAIMS = ("linear.late", "linear.aligned")


def proved(name: str) -> dict[str, Claim]:
    """Return what a claim rests on, as the kernel has proved it."""
    needed = blueprint.rests_on(name) - {name}
    found = {item.id: item for item in blueprint.all_claims() if item.id in needed}
    assert all(outcome.verdict == "proved" for outcome in blueprint.prove(found.values()))
    return found


@pytest.mark.parametrize("name", CLAIMS)
def test_the_claims_stand(name: str) -> None:
    check_claim(blueprint.claim(name), proved(name))


@pytest.mark.parametrize("share", [sympy.Rational(99, 100), alpha, 0])
def test_no_less_of_the_noise_meets_the_gradient(share: sympy.Expr) -> None:
    claim = concluding(blueprint.claim("linear.late"), "above", le(inner(F, B), share * alpha * m))
    with pytest.raises(Gap):
        check_claim(claim, proved("linear.late"))


BOUND = p + c_w + x / 2 * Y**2 + r * q * Y + met + r * T
READ = A + 2 * r * q * Y + 2 * met + (q * Y + qn) ** 2


@pytest.mark.parametrize(
    ("conclusion", "relation"),
    [
        *(("bound", le(A, BOUND - part)) for part in (p, c_w, x / 2 * Y**2, r * q * Y, met, r * T)),
        *(("read", le(E**2, READ - part)) for part in (r * q * Y, met, qn**2, A / 100)),
        ("step is at most", le(Y, E)),
        ("step is at most", le(Y, T)),
    ],
)
def test_nothing_can_be_left_out_of_the_point(conclusion: str, relation: object) -> None:
    claim = concluding(blueprint.claim("linear.aligned"), conclusion, relation)
    with pytest.raises(Gap):
        check_claim(claim, proved("linear.aligned"))


@pytest.mark.parametrize("name", CLAIMS)
def test_no_premise_can_be_dropped(name: str) -> None:
    passed, known = set(), proved(name)
    for what, changed in mutants.without_premise(blueprint.claim(name)):
        try:
            check_claim(changed, known)
        except Gap:
            continue
        passed.add(what)
    assert passed <= {"i >= 0"}  # a count is never negative


def gradient_known_later(claim: Claim) -> Claim:
    return replace(claim, processes=tuple(replace(p, known=0) if p.name == "F" else p for p in claim.processes))


def biased(claim: Claim) -> Claim:
    return replace(
        claim, processes=tuple(replace(p, differences=None) if p.name == "n_h" else p for p in claim.processes)
    )


def read_later(claim: Claim) -> Claim:
    """The gradient of one step later has seen the noise."""
    return replace(
        claim, delays=tuple(replace(one, lag=one.lag - 1) if one.name == "F_z" else one for one in claim.delays)
    )


def undelayed(claim: Claim) -> Claim:
    return replace(claim, delays=tuple(one for one in claim.delays if one.name != "z_h"))


@pytest.mark.parametrize("fault", [gradient_known_later, biased, read_later, undelayed])
def test_no_structure_can_be_dropped(fault: Callable[[Claim], Claim]) -> None:
    with pytest.raises(Gap):
        check_claim(fault(blueprint.claim("linear.late")), proved("linear.late"))
