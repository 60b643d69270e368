"""The pieces of Theorem 4: each stands, and none with a smaller constant, a missing premise or a later frozen point."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
import sympy

from theory import blueprint
from theory.kernel import Claim, Gap, Relation, le
from theory.kernel.check import check_claim
from theory.kernel.claim import Premise
from theory.lemmas import free_terms
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS

PIECES = (
    "free.split", "free.coherent", "free.orthogonal", "free.window", "free.moved", "free.joint_partial", "free.joint",
    "free.first_order", "free.parts_partial", "free.parts", "free.weighted_stage", "free.weighted_partial",
    "free.weighted", "free.frozen_mean", "free.linear", "free.second", "free.remainder", "free.feasible",
)  # fmt: skip
rho, D, h = sympy.symbols("rho D sqrt_D", real=True)


def declared(claim: Claim) -> Claim:
    """Return the claim with the assumptions that it still uses, so that nothing fails for want of a declaration."""
    used = {item.reason for item in (*claim.premises, *claim.processes)} & set(ASSUMPTIONS)
    return replace(claim, assumes=tuple(sorted(used)))


def refused(claim: Claim) -> str:
    """Return why the kernel refuses a claim; fail if it does not."""
    with pytest.raises(Gap) as found:
        check_claim(declared(claim), blueprint.theorems())
    return str(found.value)


def concluding(claim: Claim, name: str, relation: Relation) -> Claim:
    """Return a claim that says something else under one conclusion, with the proof that it has."""
    return replace(claim, steps=tuple(replace(s, relation=relation) if s.name == name else s for s in claim.steps))


def timed(claim: Claim, name: str, **times: object) -> Claim:
    """Return a claim in which other things are said of when a sequence is known."""
    assert any(item.name == name for item in claim.processes)
    changed = tuple(replace(p, **times) if p.name == name else p for p in claim.processes)  # type: ignore[arg-type]
    return replace(claim, processes=changed)


@pytest.mark.parametrize("name", PIECES)
def test_each_stands(name):
    check_claim(blueprint.claim(name), blueprint.theorems())


@pytest.mark.parametrize("name", [name for name in PIECES if name not in ("free.orthogonal", "free.linear")])
def test_none_with_a_bound_one_percent_less(name):
    claim = blueprint.claim(name)
    for conclusion in claim.conclusions:
        said = claim.conclusion(conclusion)
        less = le(said.lhs, sympy.Rational(99, 100) * said.rhs)
        assert "not" in refused(concluding(claim, conclusion, less))


SMALLER: Mapping[str, tuple[str, str, Mapping[sympy.Expr, object]]] = {
    "1 + rho^2 of the staleness": ("free.split", "bound", {1 + rho**2: 1}),
    "1 + rho of the coherent part": ("free.coherent", "bound", {rho + 1: 1}),
    "1 + rho of the direction": ("free.first_order", "bound", {rho + 1: 1}),
    "1 + rho of what is not linear": ("free.remainder", "bound", {rho + 1: 1}),
    "one step for D": ("free.window", "frozen", {D: 1}),
    "sqrt(D) for D of the coherent part": ("free.window", "behind", {D: h}),
    "no noise": ("free.moved", "forward", {h: 0}),
    "one step for D, of directions": ("free.joint", "stale", {D: 1}),
    "no start": ("free.frozen_mean", "bound", {free_terms.phi0: 0}),
    "no second part": ("free.feasible", "i4", {free_terms.e0: 0}),
    "no cross part": ("free.feasible", "i4", {free_terms.e1: 0}),
    "nothing that is not linear": ("free.feasible", "i4", {free_terms.e2: 0}),
}


@pytest.mark.parametrize("fault", SMALLER)
def test_none_with_a_wrong_constant(fault):
    name, conclusion, changes = SMALLER[fault]
    claim = blueprint.claim(name)
    said = claim.conclusion(conclusion)
    other = le(said.lhs, said.rhs.subs(changes))
    assert other != said
    assert "does not add up" in refused(concluding(claim, conclusion, other)) or "not the instance" in refused(
        concluding(claim, conclusion, other)
    )


@pytest.mark.parametrize(
    ("name", "sequence", "times"),
    [
        ("free.orthogonal", "Theta", {"known": -D}),  # frozen one step too late
        ("free.orthogonal", "G_fresh", {"differences": None}),  # the fresh sample depends on the past
        ("free.orthogonal", "W_s", {"differences": -D + 1}),  # a window one step too short
        ("free.orthogonal", "n_s", {"differences": None}),  # the noise has a mean
        ("free.window", "n", {"differences": None}),
        ("free.moved", "n_f", {"differences": sympy.Integer(-1)}),
        ("free.weighted_stage", "y", {"differences": -D - 2}),  # a weight that has seen the noise
        ("free.weighted", "Sq_n", {"known": sympy.Integer(0)}),  # distances that look at the sample
        ("free.weighted", "Z_c", {"differences": None}),  # c is not the mean of |G_f|^2
        ("free.remainder", "T_q", {"known": sympy.Integer(0)}),
        ("free.remainder", "Z_t", {"differences": None}),
        ("free.feasible", "Theta", {"known": -D}),
        ("free.feasible", "y", {"differences": -D - 2}),
    ],
)
def test_what_is_known_when_is_needed(name, sequence, times):
    assert (
        "times" in (why := refused(timed(blueprint.claim(name), sequence, **times)))
        or "known" in why
        or ("differences" in why)
    )


def _grounds(claim: Claim) -> list[str]:
    return [item.name for item in claim.context if isinstance(item, Premise) and item.reason in ASSUMPTIONS]


GROUNDS = [(name, premise) for name in PIECES for premise in _grounds(blueprint.claim(name))]


@pytest.mark.parametrize(("name", "premise"), GROUNDS)
def test_every_assumption_is_needed(name, premise):
    claim = blueprint.claim(name)
    left = tuple(item for item in claim.context if getattr(item, "name", "") != premise)
    assert len(left) == len(claim.context) - 1
    refused(replace(claim, context=left))


def test_without_the_orthogonality_the_product_stays():
    """Without <frozen u, b_n> = 0 nothing says that the product at the frozen point is small."""
    claim = blueprint.claim("free.feasible")
    steps = tuple(step for step in claim.steps if step.name != "frozen product")
    assert "no fact is called 'frozen product'" in refused(replace(claim, steps=steps))


def test_the_terms_are_those_of_the_bounds():
    """(i4) is written by free_terms alone, with the names by which the bounds read it."""
    claim = blueprint.claim("free.feasible")
    assert claim.conclusion("i4") == free_terms.near4(rho * sympy.Symbol("R", real=True))
    defined = {item.symbol.name: item.of for item in claim.context if hasattr(item, "of") and hasattr(item, "symbol")}
    assert {"q", "phi0", "k1", "k2", "eta", "e0", "e1", "e2", "x", "p"} <= set(defined)
    assert defined["e0"] == free_terms.constant()
    assert defined["e1"] == free_terms.linear()
    assert defined["e2"] == free_terms.QUADRATIC
