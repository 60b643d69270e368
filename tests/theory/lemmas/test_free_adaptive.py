"""Theorem 4 for measured distortion: each piece stands, and not with less than it says or assumes."""

from dataclasses import replace

import pytest
import sympy

from tests.theory.lemmas.test_free_steps import GROUNDS, concluding, refused, timed
from tests.theory.lemmas.test_free_steps import _grounds as grounds
from theory import blueprint
from theory.kernel import le
from theory.kernel.check import check_claim
from theory.lemmas import free_terms
from theory.lemmas.feasible import T, rbar2, rho, sigma
from theory.lemmas.free_frozen import dW_i, size_f, theta1
from theory.lemmas.free_parts import nuhat
from theory.lemmas.free_steps import B_g, B_n

PIECES = (
    "free.share", "free.adaptive_split", "free.adaptive_coherent", "free.adaptive_first_order",
    "free.adaptive_remainder",
)  # fmt: skip
RUN = "free.adaptive"
D = sympy.Symbol("D", real=True)


@pytest.mark.parametrize("name", [*PIECES, RUN])
def test_each_stands(name):
    check_claim(blueprint.claim(name), blueprint.theorems())


@pytest.mark.parametrize("name", [*PIECES, RUN])
def test_none_with_a_bound_one_percent_less(name):
    claim = blueprint.claim(name)
    for conclusion in claim.conclusions:
        said = claim.conclusion(conclusion)
        if said.lhs.func == sympy.Mul and said.lhs.could_extract_minus_sign():  # a bound from below
            less = le(sympy.Rational(99, 100) * said.lhs, said.rhs)
        else:
            less = le(said.lhs, sympy.Rational(99, 100) * said.rhs)
        assert "not" in refused(concluding(claim, conclusion, less))


SMALLER = {
    "1 for 1 + 2 rho": ("free.share", "above", dW_i * size_f * theta1),
    "1 + 1.99 rho": ("free.share", "above", (1 + sympy.Rational(199, 100) * rho) * dW_i * size_f * theta1),
    "1 + rho^2 of the staleness": ("free.adaptive_split", "bound", {1 + rho**2: 1}),
    "rho T for T": ("free.adaptive_split", "bound", {T: rho * T}),
    "1 + rho of the coherent part": ("free.adaptive_coherent", "bound", {rho + 1: 1}),
    "rho T for T, of the coherent part": ("free.adaptive_coherent", "bound", {T: rho * T}),
    "1 + rho of the direction": ("free.adaptive_first_order", "bound", B_g * B_n * rho),
    "1 + rho of what is not linear": ("free.adaptive_remainder", "bound", {rho + 1: 1}),
    "no second part": (RUN, "i4", {free_terms.e0: 0}),
    "no cross part": (RUN, "i4", {free_terms.e1: 0}),
    "nothing that is not linear": (RUN, "i4", {free_terms.e2: 0}),
    "rho T for T, of the set": (RUN, "i4", {T: rho * T}),
}


@pytest.mark.parametrize("fault", SMALLER)
def test_none_with_a_wrong_constant(fault):
    name, conclusion, change = SMALLER[fault]
    said = blueprint.claim(name).conclusion(conclusion)
    right = said.rhs.subs(change) if isinstance(change, dict) else change
    assert right != said.rhs
    assert "not" in refused(concluding(blueprint.claim(name), conclusion, le(said.lhs, right)))


@pytest.mark.parametrize(
    ("symbol", "wrong"),
    [
        ("k2", theta1 * nuhat),  # the share does not change with the weight
        ("k2", (1 + rho) * theta1 * nuhat),
        ("T_s", rho**2 * sympy.Symbol("A", real=True)),  # without rbar2
        ("T_s", rbar2 * (sympy.Symbol("A", real=True) + sigma**2)),  # rbar2 for rho beside A as well
    ],
)
def test_the_set_with_another_meaning_is_refused(symbol, wrong):
    claim = blueprint.claim(RUN)
    context = tuple(
        replace(item, of=wrong) if getattr(getattr(item, "symbol", None), "name", "") == symbol else item
        for item in claim.context
    )
    assert context != claim.context
    refused(replace(claim, context=context))


@pytest.mark.parametrize(
    ("name", "sequence", "times"),
    [
        ("free.adaptive_split", "cn", {"differences": None}),  # the noise has a mean
        ("free.adaptive_split", "cF", {"known": sympy.Integer(0)}),  # the share looks at the sample
        ("free.adaptive_coherent", "cn", {"differences": None}),
        ("free.adaptive_remainder", "T_q", {"known": sympy.Integer(0)}),
        ("free.adaptive_remainder", "Z_f", {"differences": None}),
        (RUN, "Theta", {"known": -D}),  # frozen one step too late
        (RUN, "cF", {"known": sympy.Integer(0)}),
        (RUN, "G_fresh", {"differences": None}),
    ],
)
def test_what_is_known_when_is_needed(name, sequence, times):
    why = refused(timed(blueprint.claim(name), sequence, **times))
    assert "times" in why or "known" in why or "differences" in why


@pytest.mark.parametrize(
    ("name", "premise"), [(name, one) for name in PIECES for one in grounds(blueprint.claim(name))]
)
def test_every_assumption_is_needed(name, premise):
    claim = blueprint.claim(name)
    left = tuple(item for item in claim.context if getattr(item, "name", "") != premise)
    assert len(left) == len(claim.context) - 1
    refused(replace(claim, context=left))


def test_the_plain_form_has_no_share():
    assert not any("share" in premise for _, premise in GROUNDS)


@pytest.mark.parametrize("premise", ["share above", "share_f <= rho", "weighed variance", "direction"])
def test_what_the_run_assumes_beside_the_plain_form_is_needed(premise):
    claim = blueprint.claim(RUN)
    left = tuple(item for item in claim.context if getattr(item, "name", "") != premise)
    assert len(left) == len(claim.context) - 1
    refused(replace(claim, context=left))
