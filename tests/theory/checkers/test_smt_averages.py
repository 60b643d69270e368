"""Z3's rules for averages, towers, shifts and telescoping sums, each asked by itself."""

from dataclasses import replace
from fractions import Fraction

import pytest

from theory.checkers import smt_rules as rules
from theory.checkers.smt_scope import Count, Fact, Scope
from theory.checkers.smt_terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Gram,
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
from theory.checkers.smt_world import Built, Linked, Times, World

EMPTY = World("here", {}, (), (), {}, (), {}, {}, {})
STEP, STAGE, COORDINATE = (frozenset({one}) for one in ("step", "stage", "coordinate"))
ELEMENT = STEP | COORDINATE
c, k, x, y, X, Y = map(Name, ("c", "k", "x", "y", "X", "Y"))
TWO = Number(Fraction(2))


def world(labels=(), **more):
    return replace(EMPTY, labels=dict(labels), **more)


def scope(here, *relations):
    return Scope(here, {}, Count(), {str(place): Fact(r, frozenset()) for place, r in enumerate(relations)})


def local(over, *names, kind="scalar"):
    return {(kind, name): over for name in names}


def refused(check, *given):
    with pytest.raises(Undecided) as said:
        check(*given)
    return str(said.value)


def link(name, image, over, kind="scalar"):
    return Linked((kind, name), image, over)


U, V = (("u", ONE),), (("v", ONE),)
MEANS = world(local(STEP, "x", "y"), means={"X": "x", "Y": "y"})
PATH = world(local(STEP, "a", "b"), paths=(tuple("abcdefg"),))
PARTS = {over: world(local(over, "x", "y"), links=(link("x", U, over), link("y", V, over))) for over in (STEP, ELEMENT)}
TWICE = world(local(STEP, "x"), links=(link("x", (("u", TWO), ("v", c)), STEP),))
WHOLE = world(
    local(STAGE, "p", "q", kind="vector"), links=(link("p", U, STAGE, "vector"), link("q", V, STAGE, "vector"))
)
UU, UV = Gram("u", "u"), Gram("u", "v")


@pytest.mark.parametrize(
    ("goal", "here", "relation", "over"),
    [
        (Rel(X, "<=", ONE), MEANS, Rel(x, "<=", ONE), STEP),
        (Rel(X, "<=", Y), MEANS, Rel(x, "<=", y), STEP),
        (Rel(Product((c, X)), "==", c), MEANS, Rel(Product((c, x)), "==", c), STEP),
        (Rel(c, "<=", c), MEANS, Rel(c, "<=", c), STEP),
        (Rel(Name("e"), "<=", ONE), PATH, Rel(Name("a"), "<=", ONE), STEP),
        (Rel(Name("f"), "<=", ONE), PATH, Rel(Name("b"), "<=", ONE), STEP),
        (Rel(UU, "<=", ONE), PARTS[STEP], Rel(Power(x, 2), "<=", ONE), STEP),
        (Rel(UV, "<=", ZERO), PARTS[STEP], Rel(Product((x, y)), "<=", ZERO), STEP),
        (Rel(UV, "<=", ZERO), PARTS[ELEMENT], Rel(Product((x, y)), "<=", ZERO), ELEMENT),
        (Rel(Gram("p", "p"), "<=", ZERO), world(local(STAGE, "x"), links=(link("x", (("p", ONE),), STAGE),)),
         Rel(Power(x, 2), "<=", ZERO), STAGE),
        (Rel(UV, "<=", ZERO), WHOLE, Rel(Gram("p", "q"), "<=", ZERO), STAGE),
        (Rel(UU, "<=", ZERO), WHOLE, Rel(Gram("p", "p"), "<=", ZERO), STAGE),
        (Rel(Sum((Product((Number(Fraction(4)), UU)), Product((Number(Fraction(4)), c, UV)),
                  Product((c, c, Gram("v", "v"))))), "<=", ZERO), TWICE, Rel(Power(x, 2), "<=", ZERO), STEP),
    ],
)  # fmt: skip
def test_an_average_is_linear_and_monotone(goal, here, relation, over):
    rules.average(goal, scope(here), relation, over)


def test_an_average_divides_by_what_is_constant_and_not_zero():
    goal, relation = Rel(Product((X, Power(c, -1))), "<=", ONE), Rel(Product((x, Power(c, -1))), "<=", ONE)
    rules.average(goal, scope(MEANS, positive(c)), relation, STEP)
    said = refused(rules.average, goal, scope(MEANS), relation, STEP)
    assert said.endswith("is divided by, and z3 does not find that it is not zero")


@pytest.mark.parametrize(
    ("goal", "here", "relation", "over", "why"),
    [
        (Rel(X, "<", ONE), MEANS, Rel(x, "<", ONE), STEP, "an average keeps <= and ==, and runs over no such thing as"),
        (Rel(X, "<=", ONE), MEANS, Rel(x, "<=", ONE), STEP | STAGE,
         "an average keeps <= and ==, and runs over no such thing as ['stage', 'step']"),
        (Rel(X, "<=", ZERO), MEANS, Rel(x, "<=", ONE), STEP, "X <= 0 does not follow from the average of x <= 1 over"),
        (Rel(X, "==", ONE), MEANS, Rel(x, "<=", ONE), STEP, "X == 1 does not follow from the average of x <= 1 over"),
        (Rel(c, "<=", ONE), MEANS, Rel(c, "<=", ONE), COORDINATE, "the average of 1 over ['coordinate'] is not known"),
        (Rel(c, "<=", ONE), MEANS, Rel(c, "<=", ONE), STAGE, "the average of 1 over ['stage'] is not known"),
        (Rel(c, "<=", ONE), MEANS, Rel(c, "<=", ONE), ELEMENT, "the average of 1 over ['coordinate', 'step'] is"),
        (Rel(X, "<=", ZERO), MEANS, Rel(x, "<=", ZERO), ELEMENT, "the average of x over ['coordinate', 'step'] is not"),
        (Rel(X, "<=", ZERO), MEANS, Rel(Power(x, 2), "<=", ZERO), STEP, "the average of x x over ['step'] is not"),
        (Rel(UU, "<=", ZERO), PARTS[STEP], Rel(x, "<=", ZERO), STEP, "the average of x over ['step'] is not known"),
        (Rel(UU, "<=", ZERO), PARTS[STEP], Rel(Power(x, 3), "<=", ZERO), STEP, "the average of x x x over ['step'] is"),
        (Rel(UU, "<=", ZERO), PARTS[STEP], Rel(Power(x, 2), "<=", ZERO), ELEMENT, "the average of x x over ['coord"),
        (Rel(UU, "<=", ZERO), WHOLE, Rel(Product((Gram("p", "p"), Gram("p", "q"))), "<=", ZERO), STAGE,
         "the average of <p|p> <p|q> over ['stage'] is not known"),
        (Rel(Name("c"), "<=", ONE), PATH, Rel(Name("a"), "<=", ONE), STEP, "c <= 1 does not follow from the average"),
        (Rel(Name("f"), "<=", ONE), PATH, Rel(Name("a"), "<=", ONE), STEP, "f <= 1 does not follow from the average"),
        (Rel(Name("e"), "<=", ONE), world({**PATH.labels, ("scalar", "c"): STEP}, paths=PATH.paths),
         Rel(Name("c"), "<=", ONE), STEP, "the average of c over ['step'] is not known"),
        (Rel(X, "<=", ONE), MEANS, Rel(Power(x, -1), "<=", ONE), STEP,
         "an average of something divided by what it runs over is not known"),
    ],
)  # fmt: skip
def test_what_is_no_average_is_refused(goal, here, relation, over, why):
    assert refused(rules.average, goal, scope(here), relation, over).startswith(why)


# --- towers, shifts, telescoping sums

N = Times(ZERO, ZERO)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (N, Times(MINUS_ONE, None), ""),
        (N, Times(Number(Fraction(-2)), None), ""),
        (N, Times(ZERO, None), "F is not known before the martingale differences of n, if these are any"),
        (Times(ZERO, None), Times(MINUS_ONE, None), "F is not known before the martingale differences of n, if these"),
        (Times(ZERO, MINUS_ONE), Times(MINUS_ONE, None), "F is not known before the martingale differences of n, if"),
        (Times(ONE, ONE), Times(ZERO, None), ""),
    ],
)
def test_a_difference_is_orthogonal_to_what_is_known_before(one, other, why):
    here, goal = world(processes={"n": one, "F": other}), Rel(Gram("F", "n"), "==", ZERO)
    if why:
        assert refused(rules.tower, goal, here, "n", "F").startswith(why)
    else:
        assert rules.tower(goal, here, "n", "F") == "tower property <F|n>"


@pytest.mark.parametrize(
    "goal", [Rel(Gram("F", "n"), "<=", ZERO), Rel(Gram("n", "n"), "==", ZERO), Rel(Gram("F", "n"), "==", ONE)]
)
def test_a_tower_gives_one_equation(goal):
    here = world(processes={"n": N, "F": Times(MINUS_ONE, None)})
    assert refused(rules.tower, goal, here, "n", "F") == f"the tower property does not give {goal}"


def test_a_shifted_sequence_is_no_longer():
    here = world(delays={"z": ("n", Sum((k, ONE)))}, recursions={"k": Built({}, {})})
    goal, known = Rel(Gram("z", "z"), "<=", Gram("n", "n")), scope(here, nonnegative(k))
    assert rules.shift(goal, known, "z") == "shift of 'n' to 'z'"
    assert refused(rules.shift, goal, known, "n") == "n is no delayed sequence"
    assert refused(rules.shift, goal, scope(here), "z") == "z3 does not find the lag (k + 1) >= 0"
    assert rules.shift(goal, scope(replace(here, delays={"z": ("n", ZERO)})), "z") == "shift of 'n' to 'z'"
    for wrong in (replace(goal, op="=="), replace(goal, op="<"), Rel(goal.rhs, "<=", goal.lhs)):
        assert refused(rules.shift, wrong, known, "z") == f"a shift does not give {wrong}"


def test_the_steps_of_a_path_add_up():
    first, last, now, after, count = map(Name, "cdefg")
    goal = Rel(Product((count, subtract(after, now))), "==", subtract(last, first))
    other = world(paths=(tuple("hijklmn"), tuple("abcdefg")))
    for here in (PATH, other):
        assert rules.telescope(goal, here, "a") == "telescoping sum of 'a'"
        assert rules.telescope(Rel(goal.rhs, "==", goal.lhs), here, "a") == "telescoping sum of 'a'"
    assert rules.telescope(replace(goal, op="<="), PATH, "a") == "telescoping sum of 'a'"  # an equation is two bounds
    assert refused(rules.telescope, goal, PATH, "b") == "b is no member of a path"
    assert refused(rules.telescope, goal, EMPTY, "a") == "a is no member of a path"
    wrong = Rel(goal.lhs, "==", subtract(first, last))
    assert refused(rules.telescope, wrong, PATH, "a") == f"the path of a does not telescope to {wrong}"
