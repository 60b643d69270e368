"""Each claim on any device is proved as it stands, and not with a constant, a sign, a side or a premise changed."""

from dataclasses import replace

import pytest
import sympy

from theory import blueprint
from theory.checkers import engine, mutants
from theory.kernel import Gap, Relation
from theory.kernel.check import check_claim, check_step
from theory.kernel.claim import Claim
from theory.kernel.refute import counterexample

PROVED = blueprint.theorems()
OLDER = {"device.closed_form", "device.drift", "device.step", "device.box", "device.inward", "response.drift"}
NEW = [name for name in PROVED if name.startswith(("response.", "device.")) and name not in OLDER]
EQUATIONS = [
    (name, part) for name in NEW for part in PROVED[name].conclusions if PROVED[name].conclusion(part).op == "=="
]
IN_SEQUENCES = {"response.mean_step", "response.local", "response.spread"}

DROPPABLE = {
    # what makes the statement mean what its words say; the inequality holds without it
    "response.mean_step": {"m >= 0", "alpha > 0"},
    "response.constant_step": {"tau > 0", "h >= 0", "h < 1", "whole"},
    "device.inward_general": {"edge >= 0", "outside", "to the right"},
}


def with_conclusion(claim: Claim, part: str, relation: Relation) -> tuple[Claim, int]:
    """The claim with another relation as a conclusion, its proof unchanged, and the place of the step."""
    place = next(place for place, step in enumerate(claim.steps) if step.name == part)
    step = replace(claim.steps[place], relation=relation)
    return replace(claim, steps=(*claim.steps[:place], step, *claim.steps[place + 1 :])), place


def test_the_claims_meant_are_there() -> None:
    assert len(NEW) >= 20
    assert {name for name in NEW if PROVED[name].means or PROVED[name].links or PROVED[name].paths} == IN_SEQUENCES


@pytest.mark.parametrize("name", NEW)
def test_no_premise_can_be_dropped_but_those_that_give_the_words_their_meaning(name: str) -> None:
    passed = set()
    others = {other: claim for other, claim in PROVED.items() if other != name}
    for what, changed in mutants.without_premise(PROVED[name]):
        try:
            check_claim(changed, others)
        except Gap:
            continue
        passed.add(what)
    assert passed == DROPPABLE.get(name, set())


@pytest.mark.parametrize("name", NEW)
def test_no_changed_conclusion_is_proved(name: str) -> None:
    """One side by a hundredth more or less, a sign, or both sides exchanged: the certificate does not add up."""
    claim = PROVED[name]
    for part in claim.conclusions:
        stated = claim.conclusion(part)
        changes = [
            Relation(stated.lhs, stated.op, stated.rhs - sympy.Rational(1, 100)),
            Relation(stated.lhs + sympy.Rational(1, 100), stated.op, stated.rhs),
        ]
        if stated.rhs != 0:
            changes.append(Relation(stated.lhs, stated.op, -stated.rhs))
            changes += [Relation(stated.lhs, "==", stated.rhs * sympy.Rational(99, 100))]
        if stated.op != "==":
            changes.append(Relation(stated.rhs, stated.op, stated.lhs))
        for changed in changes:
            wrong, place = with_conclusion(claim, part, changed)
            with pytest.raises(Gap):
                check_step(wrong, place, PROVED)


@pytest.mark.parametrize(("name", "part"), [pair for pair in EQUATIONS if pair[0] not in IN_SEQUENCES])
def test_a_closed_form_with_a_changed_constant_is_refuted_by_a_point(name: str, part: str) -> None:
    stated = PROVED[name].conclusion(part)
    changed = Relation(stated.lhs, "==", stated.rhs * sympy.Rational(101, 100) + sympy.Rational(1, 100))
    wrong, _ = with_conclusion(PROVED[name], part, changed)
    found = counterexample(wrong)
    assert found is not None and found["breaks"] == part


HALVED = [
    ("response.distortion", "above"),
    ("response.best", "too small a gain"),
    ("response.best", "least"),
    ("response.linear", "q_minus at most"),
    ("response.power", "q_minus at most"),
    ("response.exponential", "q_minus at most"),
    ("response.shifted_linear", "q_plus at most"),
    ("device.pulse_train", "q_minus at most"),
    ("response.constant_step", "at most"),
    ("response.gain_spread", "q_minus at most"),
    ("response.own_parameters", "q_minus at most"),
    ("response.recentre", "q_plus at most"),
    ("response.best_centre", "q_plus at most"),
    ("response.best_centre", "best"),
    ("device.box_general", "above"),
    ("device.inward_general", "above"),
]


TIGHT = {
    "response.distortion": {"q_plus": "3/2"},
    "device.inward_general": {"s": -1, "m": 1, "side": -1, "q_plus": 1, "top": 2},
}
"""What of a claim's witness is changed for its bound to be met, where points near the witness do not come close."""


@pytest.mark.parametrize(("name", "part"), HALVED)
def test_half_of_a_bound_is_refuted_by_a_point(name: str, part: str) -> None:
    stated = PROVED[name].conclusion(part)
    wrong, _ = with_conclusion(PROVED[name], part, Relation(stated.lhs, stated.op, stated.rhs / 2))
    met = replace(wrong.witness, scalars={**wrong.witness.scalars, **TIGHT.get(name, {})})
    wrong = replace(wrong, witness=met)
    found = counterexample(wrong)
    assert found is not None and found["breaks"] == part
    (outcome,) = blueprint.prove([wrong])
    assert outcome.verdict == "refuted"


MISREAD = {
    # a slip of the pen in the statement of each: what it is taken for, and what it would have to be
    ("response.floor", "floor"): lambda r: Relation(r.lhs, "==", r.rhs * 4),  # forgets that sinh has a half
    ("response.additive", "ratios"): lambda r: Relation(r.lhs, "==", r.rhs / 2),
    ("response.attained", "floor"): lambda r: Relation(r.lhs, "==", r.rhs * 4),
    ("response.shifted_linear", "gamma"): lambda r: Relation(r.lhs, "==", sympy.Symbol("h", real=True)),
    ("response.recentre", "gamma"): lambda r: Relation(r.lhs, "==", sympy.Symbol("h", real=True)),
    ("response.best_centre", "smaller than about 0"): lambda r: Relation(r.lhs, "==", -r.rhs),
}


@pytest.mark.parametrize(("name", "part"), MISREAD)
def test_a_slip_of_the_pen_is_refuted(name: str, part: str) -> None:
    stated = PROVED[name].conclusion(part)
    wrong, place = with_conclusion(PROVED[name], part, MISREAD[name, part](stated))
    assert counterexample(wrong) is not None
    with pytest.raises(Gap):
        check_step(wrong, place, PROVED)


@pytest.mark.parametrize("name", ["response.local", "response.attained", "response.exponential", "response.spread"])
def test_z3_refuses_what_the_kernel_refuses(name: str) -> None:
    wrong = next(changed for _, _, changed in mutants.tightened(PROVED[name]))
    below = [PROVED[other] for other in PROVED if other in blueprint.rests_on(name) - {name}]
    verdicts = {outcome.claim: outcome.verdict for outcome in engine("smt")([*below, wrong])}
    assert verdicts[name] == "undecided"
