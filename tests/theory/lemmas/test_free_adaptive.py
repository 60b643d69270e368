"""Theorem 4 for measured distortion, the pieces there are: each stands, and not with a smaller constant."""

from dataclasses import replace

import pytest
import sympy

from tests.theory.lemmas.test_free_steps import concluding, refused, timed
from theory import blueprint
from theory.kernel import le
from theory.kernel.check import check_claim
from theory.lemmas.feasible import T, rbar2, rho, sigma
from theory.lemmas.free_frozen import dW_i, size_f, theta1

SHARE, SPLIT = blueprint.claim("free.share"), blueprint.claim("free.adaptive_split")


@pytest.mark.parametrize("claim", [SHARE, SPLIT], ids=lambda claim: claim.id)
def test_each_stands(claim):
    check_claim(claim, blueprint.theorems())


def test_the_change_of_the_share_is_needed():
    move = theta1 * dW_i * size_f
    said = SHARE.conclusion("above")
    assert "not" in refused(concluding(SHARE, "above", le(said.lhs, move)))
    assert "not" in refused(concluding(SHARE, "above", le(said.lhs, (1 + sympy.Rational(199, 100) * rho) * move)))


def test_the_split_needs_its_terms():
    said = SPLIT.conclusion("bound")
    for less in (said.rhs.subs(1 + rho**2, 1), said.rhs.subs(T**2, rho**2 * T**2), said.rhs - rbar2 * sigma**2):
        assert less != said.rhs
        assert "not" in refused(concluding(SPLIT, "bound", le(said.lhs, less)))


def test_the_split_needs_that_the_noise_is_orthogonal():
    refused(timed(SPLIT, "wn", differences=None))
    without = tuple(step for step in SPLIT.steps if step.name != "orthogonal")
    assert "no fact is called 'orthogonal'" in refused(replace(SPLIT, steps=without))
