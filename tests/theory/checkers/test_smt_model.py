"""The small model that shows a claim not to be vacuous: witnesses that fit what is said, and witnesses that do not."""

from dataclasses import replace
from fractions import Fraction

import pytest

from theory.checkers import smt_model
from theory.checkers.smt_model import require_model
from theory.checkers.smt_terms import ONE, ZERO, Gram, Name, Number, Power, Product, Rel, Sum, Undecided
from theory.checkers.smt_world import Built, Item, Linked, Times, World
from theory.kernel.claim import Witness

EMPTY = World("none", {}, (), (), {}, (), {}, {}, {})
STEP = frozenset({"step"})
a, b, k, p, w, x, y, X = map(Name, "abkpwxyX")
UU, UV = Gram("u", "u"), Gram("u", "v")
NO = "z3 finds no model of the premises and the structure at the witness: the claim may be vacuous"


def number(value):
    return Number(Fraction(value))


def premises(*relations):
    return tuple(Item(((str(place), relation),)) for place, relation in enumerate(relations))


def link(local, image, kind="scalar"):
    return Linked((kind, local), image, STEP)


def check(more, scalars=(), vectors=()):
    """Return what is said against a witness, or nothing if there is a model."""
    try:
        require_model(replace(EMPTY, **more), Witness(dict(scalars), dict(vectors)))
    except Undecided as problem:
        return str(problem)
    return ""


def items(*relations):
    return {"items": premises(*relations)}


PATH = tuple("abcdefg")
U1 = (("u", ONE),)


@pytest.mark.parametrize(
    ("more", "scalars", "vectors", "fits"),
    [
        ({}, {}, {}, True),
        (items(Rel(x, "<", ZERO)), {"x": -1}, {}, True),
        (items(Rel(x, "<", ZERO)), {"x": 0}, {}, False),
        (items(Rel(x, "<", ZERO)), {}, {}, True),  # z3 finds the rest
        (items(Rel(x, "<", ZERO), Rel(ZERO, "<=", x)), {}, {}, False),
        (items(Rel(Power(x, 2), "==", number(2))), {}, {}, True),  # a root need not be rational
        (items(Rel(Power(x, 2), "==", number(-2))), {}, {}, False),
        (items(Rel(x, "==", number("1/3"))), {"x": Fraction(1, 3)}, {}, True),
        (items(Rel(x, "==", number("1/3"))), {"x": "1/3"}, {}, True),
        (items(Rel(Power(x, -1), "==", ONE)), {"x": 1}, {}, True),
        (items(Rel(Power(x, -1), "==", number(2))), {"x": 1}, {}, False),
        (items(Rel(Power(x, -1), "<=", Power(x, -1))), {"x": 0}, {}, False),
        (items(Rel(UU, "==", ONE)), {}, {}, True),
        (items(Rel(UU, "<", ZERO)), {}, {}, False),
        (items(Rel(UU, "==", number(25))), {}, {"u": (3, 4)}, True),
        (items(Rel(UU, "==", number(9))), {}, {"u": (3, 4)}, False),
        (items(Rel(UV, "==", number(3))), {}, {"u": (3, 4), "v": (1,)}, True),
        (items(Rel(UV, "==", number(7))), {}, {"u": (3, 4), "v": (1,)}, False),
        (items(Rel(UV, "==", number(4))), {}, {"u": (3, 4), "v": (0, 1)}, True),
        (items(Rel(Power(UV, 2), "<", Product((UU, Gram("v", "v"))))), {}, {}, False),  # in one dimension
        (items(Rel(Power(UV, 2), "<", Product((UU, Gram("v", "v"))))), {}, {"w": (0, 0)}, True),
        # links: a local thing is its image at the one coordinate
        ({"links": (link("x", U1),)}, {"x": 2}, {"u": (2,)}, True),
        ({"links": (link("x", U1),)}, {"x": 1}, {"u": (2,)}, False),
        ({"links": (link("x", (("u", number(3)),)),)}, {"x": 6}, {"u": (2,)}, True),
        ({"links": (link("x", (("u", a), ("v", ONE))),)}, {"x": 7, "a": 2}, {"u": (2,), "v": (3,)}, True),
        ({"links": (link("x", (("u", a), ("v", ONE))),)}, {"x": 5, "a": 2}, {"u": (2,), "v": (3,)}, False),
        ({"links": (link("x", U1),)}, {"x": 2}, {"u": (2, 0)}, True),
        ({"links": (link("x", U1),)}, {"x": 2}, {"u": (2, 1)}, False),  # a scalar has no second coordinate
        ({"links": (link("x", ()),)}, {"x": 0}, {}, True),
        ({"links": (link("x", ()),)}, {"x": 1}, {}, False),
        ({"links": (link("v", U1, "vector"),)}, {}, {"u": (2, 1), "v": (2, 1)}, True),
        ({"links": (link("v", U1, "vector"),)}, {}, {"u": (2, 1), "v": (2, 0)}, False),
        # averages and paths over one step
        ({"means": {"X": "x"}}, {"x": 2, "X": 2}, {}, True),
        ({"means": {"X": "x"}}, {"x": 2, "X": 1}, {}, False),
        ({"paths": (PATH,)}, dict(zip(PATH, (1, 2, 1, 2, 1, 2, 1), strict=True)), {}, True),
        *(
            ({"paths": (PATH,)}, dict(zip(PATH, (1, 2, 1, 2, 1, 2, 1), strict=True)) | {name: 3}, {}, False)
            for name in PATH
        ),
        # a sequence that is delayed has not come yet, and one outcome is no news
        ({"delays": {"z": ("n", ONE)}}, {}, {"n": (1,), "z": (0,)}, True),
        ({"delays": {"z": ("n", ONE)}}, {}, {"n": (1,), "z": (1,)}, False),
        ({"delays": {"z": ("n", ZERO)}}, {}, {"n": (1,), "z": (1,)}, True),
        ({"delays": {"z": ("n", ZERO)}}, {}, {"n": (1,), "z": (0,)}, False),
        ({"delays": {"z": ("n", k)}}, {"k": -1}, {}, False),
        ({"delays": {"z": ("n", k)}}, {"k": 2}, {"n": (1, 1), "z": (0, 0)}, True),
        ({"delays": {"z": ("n", k)}}, {"k": 2}, {"n": (1, 1), "z": (0, 1)}, False),
        ({"processes": {"n": Times(ZERO, ZERO)}}, {}, {"n": (0, 0)}, True),
        ({"processes": {"n": Times(ZERO, ZERO)}}, {}, {"n": (0, 1)}, False),
        ({"processes": {"n": Times(ZERO, None)}}, {}, {"n": (0, 1)}, True),
    ],
)  # fmt: skip
def test_a_witness_fits_or_does_not(more, scalars, vectors, fits):
    assert check(more, scalars, vectors) == ("" if fits else NO)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.5, "the witness gives 0.5, which is no exact number"),
        (None, "the witness gives None, which is no exact number"),
        ((1,), "the witness gives (1,), which is no exact number"),
    ],
)
def test_a_witness_is_exact(value, said):
    assert check({}, {"x": value}) == check({}, {}, {"u": (1, value)}) == said


# --- recursions


def growing(scalars, vectors=(), **more):
    return {"recursions": {"k": Built(dict(scalars), dict(vectors))}, **more}


DOUBLED = growing({"w": (ONE, Product((number(2), w)))})
LINE = growing({}, {"W": ((("n", ONE),), (("W", ONE), ("n", a)))})


@pytest.mark.parametrize(
    ("more", "scalars", "vectors", "fits"),
    [
        (DOUBLED, {"k": 0, "w": 1}, {}, True),
        (DOUBLED, {"k": 0, "w": 2}, {}, False),
        (DOUBLED, {"k": 3, "w": 8}, {}, True),
        (DOUBLED, {"k": 3, "w": 7}, {}, False),
        (DOUBLED, {"k": 20, "w": 2**20}, {}, True),
        (growing({"w": (ZERO, Sum((w, k)))}), {"k": 4, "w": 6}, {}, True),  # 0 + 1 + 2 + 3
        (growing({"w": (ZERO, Sum((w, k)))}), {"k": 4, "w": 10}, {}, False),
        (growing({"w": (a, Sum((w, p)))}), {"k": 2, "w": 7, "a": 1, "p": 3}, {}, True),
        (growing({"w": (ONE, Power(Sum((w, ONE)), -1))}), {"k": 2, "w": Fraction(2, 3)}, {}, True),
        (growing({"w": (ONE, Power(Sum((w, ONE)), -1))}), {"k": 2, "w": Fraction(1, 2)}, {}, False),
        (LINE, {"k": 0, "a": 2}, {"n": (1, 3), "W": (1, 3)}, True),
        (LINE, {"k": 2, "a": 2}, {"n": (1, 3), "W": (5, 15)}, True),
        (LINE, {"k": 2, "a": 2}, {"n": (1, 3), "W": (5, 14)}, False),
        (LINE, {"k": 0, "a": 2}, {"n": (1, 3), "W": (5, 15)}, False),
    ],
)
def test_a_recursion_is_unrolled_to_the_count_of_the_witness(more, scalars, vectors, fits):
    assert check(more, scalars, vectors) == ("" if fits else NO)


@pytest.mark.parametrize("count", [-1, 21, Fraction(1, 2), None])
def test_the_count_of_the_witness_is_one_that_can_be_unrolled(count):
    scalars = {} if count is None else {"k": count}
    assert check(growing({"w": (ZERO, w)}), scalars) == "the witness gives no count k from 0 to 20"


def labels(*names, kind="scalar"):
    return {(kind, name): frozenset({"k"}) for name in names}


def test_what_is_made_of_what_is_built_is_made_at_each_count():
    """s is 1/w at each count; w is 0 at the first."""
    made = (Item((("s", Rel(Product((Name("s"), w)), "==", ONE)),), (("scalar", "s"),), w),)
    more = growing({"w": (ZERO, Sum((w, ONE)))}, items=made, labels=labels("s", "w", "k"))
    assert check(more, {"k": 1, "w": 1, "s": 1}) == NO
    later = growing({"w": (ONE, Sum((w, ONE)))}, items=made, labels=labels("s", "w", "k"))
    assert check(later, {"k": 1, "w": 2, "s": Fraction(1, 2)}) == ""
    other = replace(made[0], introduces=(("scalar", "t"),), of=a)  # not made of it: of the count at hand only
    assert check({**more, "items": (other,)}, {"k": 1, "w": 1, "s": 1}) == ""


def test_a_mean_of_what_is_built_and_what_is_delayed_is_so_at_each_count():
    """X is w, which is 0 at count 0 and grows by X + 1."""
    more = growing({"w": (ZERO, Sum((w, X, ONE)))}, means={"X": "w"}, labels=labels("w", "X", "k"))
    assert check(more, {"k": 2, "w": 3, "X": 3}) == ""
    assert check(more, {"k": 2, "w": 4, "X": 4}) == NO
    late = growing({"w": (ZERO, Sum((w, Gram("z", "z"))))}, delays={"z": ("n", k)},
                   labels=labels("w", "k") | labels("z", kind="vector"))  # fmt: skip
    assert check(late, {"k": 2, "w": 4}, {"n": (2,), "z": (0,)}) == ""  # the member of step 0 has a lag of 0 once
    assert check(late, {"k": 2, "w": 8}, {"n": (2,), "z": (0,)}) == NO
    linked = growing({"w": (ZERO, Sum((w, y, ONE)))}, links=(link("y", (("u", w),)),), labels=labels("w", "y", "k"))
    assert check(linked, {"k": 2, "w": 4, "y": 8}, {"u": (2,)}) == ""
    assert check(linked, {"k": 2, "w": 5, "y": 10}, {"u": (2,)}) == NO


def test_what_is_chosen_anew_is_chosen_alike_at_each_count():
    more = growing({"w": (ZERO, Sum((w, p)))}, labels=labels("w", "p", "k"))
    assert check(more, {"k": 3, "w": 6, "p": 2}) == "" and check(more, {"k": 3, "w": 5, "p": 2}) == NO
    assert smt_model.LONGEST == 20
