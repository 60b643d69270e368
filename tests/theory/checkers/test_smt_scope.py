"""What is known at a place of a proof on z3's side, what z3 finds from it, and what it is not asked twice."""

from collections import Counter
from fractions import Fraction

import pytest

from theory.checkers import smt_scope
from theory.checkers.smt_scope import Count, Fact, Scope, follows, holds, impossible, nonzero, require, require_defined
from theory.checkers.smt_terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Name,
    Number,
    Power,
    Product,
    Rel,
    Sum,
    Undecided,
    nonnegative,
    positive,
    subtract,
)
from theory.checkers.smt_world import World

w, x, y, z = map(Name, "wxyz")
STEP, NONE = frozenset({"step"}), frozenset()
WORLD = World("none", {("scalar", "x"): STEP}, (), (), {}, (), {}, {}, {})


def scope(*relations, at_hand=NONE, **more):
    facts = {str(place): Fact(relation, at_hand) for place, relation in enumerate(relations)}
    return Scope(WORLD, {}, Count(), facts, **more)


def number(value):
    return Number(Fraction(value))


# --- counts


def test_a_count_says_how_and_on_what():
    count = Count()
    assert str(count) == ""
    count.ways.update({"outright": 2, "cited": 1, "assisted": 3})
    assert str(count) == "3 assisted, 1 cited, 2 outright"
    count.on("b", "a")
    count.on("b", "c")
    count.on()
    assert list(count.hypotheses) == ["b", "a", "c"]
    assert str(count) == "conditional on: b; a; c (3 assisted, 1 cited, 2 outright)"
    assert Count().ways == Counter() and Count().hypotheses == {}


# --- scopes


def test_facts_are_entered_with_what_is_open():
    here = scope(positive(y), open=frozenset({"stage"}))
    found = here.plus("new", positive(x))
    assert found.facts["new"] == Fact(positive(x), frozenset({"stage"})) and found.open == {"stage"}
    assert here.relations == [positive(y)] and found.relations == [positive(y), positive(x)]
    entered = here.enter("new", positive(x), STEP)
    assert entered.facts["new"].at_hand == STEP and entered.open == {"stage", "step"}
    supposed = here.assume("new", nonnegative(x))
    assert supposed.facts["new"] == Fact(nonnegative(x), frozenset({"stage", "step"}))
    assert here.assume("new", nonnegative(y)).facts["new"].at_hand == {"stage"}
    with pytest.raises(Undecided) as refused:
        here.enter("0", positive(x), NONE)
    assert str(refused.value) == "two facts are called '0'"


def test_what_holds_is_remembered_where_facts_are_added_and_forgotten_where_they_go():
    here = scope(positive(y), open=STEP)
    assert holds(here, nonnegative(y)) and not holds(here, nonnegative(z))
    yes = {question for question, answer in here.answers.items() if answer}
    assert yes and yes < here.answers.keys()
    assert here.plus("new", positive(z)).answers == dict.fromkeys(yes, True)
    assert here.only(lambda _: False).answers == {}
    assert here.at_all(STEP).answers == {}
    assert holds(here.plus("new", positive(z)), nonnegative(z))


def test_an_answer_is_asked_for_once(monkeypatch):
    here, asked = scope(positive(y)), []
    right = smt_scope.impossible
    monkeypatch.setattr(smt_scope, "impossible", lambda *parts: asked.append(parts) or right(*parts))
    assert holds(here, nonnegative(y)) and holds(here, nonnegative(y)) and len(asked) == 1
    assert nonzero(here, y, False) and nonzero(here, y, False) and len(asked) == 2
    assert holds(here, positive(y)) and len(asked) == 2  # a fact itself


def test_facts_at_hand_are_left_out_where_all_values_are_spoken_of():
    facts = {
        "all": Fact(positive(y), NONE),
        "here": Fact(positive(x), STEP),
        "stage": Fact(positive(z), frozenset({"stage"})),
    }
    here = Scope(WORLD, {}, Count(), facts, frozenset({"step", "stage"}))
    everywhere = here.at_all(STEP)
    assert list(everywhere.facts) == ["all", "stage"] and everywhere.open == {"stage"}
    assert here.at_all(frozenset({"count"})) is here
    some = here.only(lambda fact: fact.at_hand == STEP)
    assert list(some.facts) == ["here"] and some.open == here.open


# --- what z3 finds


def test_relations_that_cannot_hold_together_are_found():
    assert impossible([positive(x), Rel(x, "<", ZERO)]) and not impossible([positive(x)]) and not impossible([])
    assert impossible([nonnegative(x)], lambda translator: translator.term(x) == -1)
    assert not impossible([nonnegative(x)], lambda translator: translator.term(x) == 0)
    assert impossible([Rel(Power(x, -1), "==", ZERO)])  # with what is known of the quotient


def test_a_goal_follows_where_it_is_defined():
    assert follows(Rel(Product((x, Power(x, -1))), "==", ONE), [])
    assert follows(nonnegative(x), [positive(x)]) and not follows(positive(x), [nonnegative(x)])
    assert not follows(positive(Power(x, -1)), []) and follows(positive(Power(x, -1)), [positive(x)])
    assert follows(Rel(Power(Power(x, -1), -1), "==", x), [])


def test_z3_is_given_what_speaks_of_the_same_things_and_then_everything():
    here = scope(Rel(y, "<=", x), positive(y))
    assert not smt_scope._found(here, positive(x), False) and smt_scope._found(here, positive(x), True)
    assert not smt_scope._found(here, x, False) and smt_scope._found(here, x, True)
    assert smt_scope._found(here, y, False)
    assert smt_scope._found(here, Rel(ZERO, "<", Sum((x, y))), False)
    assert holds(here, positive(x)) and holds(here, nonnegative(x)) and nonzero(here, x, True)
    assert holds(here, Rel(ONE, "<=", Sum((x, ONE)))) and not nonzero(here, x, False)


def test_what_is_near_is_asked_first_for_it_is_less_work(monkeypatch):
    asked = []
    monkeypatch.setattr(smt_scope, "_found", lambda _, question, broad: asked.append((question, broad)) or True)
    assert holds(scope(positive(y)), Rel(x, "<=", y)) and asked == [(Rel(x, "<=", y), False)]
    asked.clear()
    require_defined(scope(positive(y)), Power(x, -1))
    assert asked == [(x, False)]


def test_a_fact_may_say_the_same_in_other_words(monkeypatch):
    here = scope(Rel(x, "<=", y), Rel(z, "<=", ONE))
    monkeypatch.setattr(smt_scope, "_found", lambda *_: False)
    assert holds(here, Rel(subtract(x, y), "<=", ZERO)) and holds(here, Rel(x, "<=", y))
    assert not holds(here, Rel(y, "<=", x)) and not holds(here, Rel(x, "<", y))
    assert not holds(here, Rel(x, "<=", Sum((y, Product((z, z))))))


@pytest.fixture
def alone(monkeypatch):
    """Facts alone are known, and nothing is asked of z3."""
    here = scope(positive(x), nonnegative(x), nonnegative(y), Rel(w, "<", ZERO))
    monkeypatch.setattr(smt_scope, "_found", lambda scope, question, _: question in scope.relations)
    return here


@pytest.mark.parametrize(
    ("node", "nonneg", "pos"),
    [
        (number(2), True, True),
        (number("1/2"), True, True),
        (ZERO, True, False),
        (MINUS_ONE, False, False),
        (x, True, True),
        (y, True, False),
        (z, False, False),
        (w, False, False),
        (Product((x, y)), True, False),
        (Product((x, x, number(3))), True, True),
        (Product((x, z)), False, False),
        (Product(()), True, True),
        (Power(z, 2), True, False),
        (Power(x, 2), True, True),
        (Power(z, 0), True, True),
        (Power(x, 3), True, True),
        (Power(y, 3), True, False),
        (Power(x, -1), True, True),
        (Power(x, -2), True, True),
        (Power(z, -4), True, False),
        (Power(z, 3), False, False),
        (Power(z, 1), False, False),
        (Power(y, 1), True, False),
        (Sum((x, y)), True, True),
        (Sum((y, x)), True, True),
        (Sum((y, Power(z, 2))), True, False),
        (Sum((x, z)), False, False),
        (Sum((x, MINUS_ONE)), False, False),
        (Sum(()), False, False),  # nothing adds up to zero, which z3 sees
        (Power(Sum((x, ONE)), 2), True, True),
    ],
)  # fmt: skip
def test_signs_are_read_off_the_parts(alone, node, nonneg, pos):
    for broad in (False, True):
        assert smt_scope._sign(alone, node, False, broad) is nonneg
        assert smt_scope._sign(alone, node, True, broad) is pos
    assert holds(alone, nonnegative(node)) is nonneg


@pytest.mark.parametrize(
    ("node", "known"),
    [
        (number(-2), True), (ZERO, False), (x, True), (y, False), (z, False), (Product((x, x)), True),
        (Product((x, y)), False), (Product(()), True), (Power(x, -1), True), (Power(y, 2), False), (Power(y, 0), True),
        (Sum((x, y)), True), (Sum((y, y)), False),
    ],
)  # fmt: skip
def test_what_is_not_zero_is_read_off_the_parts(alone, node, known):
    assert nonzero(alone, node, False) is known and nonzero(alone, node, True) is known


def test_only_signs_are_taken_apart(alone):
    assert holds(alone, positive(Product((x, x)))) and not holds(alone, Rel(ONE, "<=", Product((x, x))))
    assert not holds(alone, Rel(ZERO, "==", Product((x, x)))) and not holds(alone, Rel(ZERO, "<", Product((x, y))))


def test_what_is_not_found_is_named():
    here = scope(positive(x), nonnegative(y))
    require_defined(here, x, Power(x, -1), Power(Power(x, -1), -2), ONE)
    require_defined(here)
    require(here, nonnegative(x))
    with pytest.raises(Undecided) as refused:
        require_defined(here, Power(x, -1), Sum((ONE, Power(y, -1))))
    assert str(refused.value) == "y is divided by, and z3 does not find that it is not zero"
    with pytest.raises(Undecided) as refused:
        require(here, positive(y))
    assert str(refused.value) == "z3 does not find 0 < y"


def test_inner_divisions_are_asked_about_first():
    with pytest.raises(Undecided, match=r"^y is divided by"):
        require_defined(scope(), Power(Sum((Power(y, -1), ONE)), -1))


def test_a_divisor_may_need_facts_from_further_away():
    require_defined(scope(Rel(y, "<", x), nonnegative(y)), Power(x, -1))
