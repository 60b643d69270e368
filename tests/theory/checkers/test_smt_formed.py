"""When z3's side takes a claim to be well formed: small worlds that are right, and next to each one that is not."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.theory.checkers.smt_attacks import claim
from theory.checkers import smt_formed as formed
from theory.checkers.smt_terms import MINUS_ONE, ONE, ZERO, Gram, Name, Number, Power, Product, Rel, Sum, Undecided
from theory.checkers.smt_world import Built, Item, Linked, Times, World
from theory.kernel import combine, le, square, symbols
from theory.kernel.claim import Premise
from theory.kernel.proof import Delay, Mean, Process, Recursion
from theory.setting.assumptions import LAGS, UNBIASED

EMPTY = World("none", {}, (), (), {}, (), {}, {}, {})
NONE, STEP, STAGE, COORDINATE = (frozenset(one) for one in ((), {"step"}, {"stage"}, {"coordinate"}))
ELEMENT, COUNT = STEP | COORDINATE, frozenset({"k"})
a, b, k, w, x, y = map(Name, "abkwxy")
A, B, K, X = symbols("a b k x")


def scalars(**labels):
    return {("scalar", name): own for name, own in labels.items()}


def vectors(**labels):
    return {("vector", name): own for name, own in labels.items()}


def world(labels=(), **more):
    return replace(EMPTY, labels=dict(labels), **more)


def refused(check, *given):
    with pytest.raises(Undecided) as said:
        check(*given)
    return str(said.value)


def plain(d):
    d.conclude("c", le(0, A**2), combine(square(A)))


CLAIM = claim("t.plain", plain)


# --- names


def test_everything_that_gives_a_name_its_meaning_is_listed():
    items = (Item((), (("scalar", "a"), ("vector", "e"))), Item(()))
    here = world(
        items=items,
        means={"X": "x"},
        paths=(("f", "g"),),
        delays={"z": ("n", ONE)},
        recursions={"k": Built({"w": (ZERO, w)}, {"W": ((), ())})},
    )
    assert sorted(formed.made(here)) == [
        ("scalar", "X"), ("scalar", "a"), ("scalar", "f"), ("scalar", "g"), ("scalar", "k"), ("scalar", "w"),
        ("vector", "W"), ("vector", "e"), ("vector", "z"),
    ]  # fmt: skip


def twice(**more):
    return replace(CLAIM, **more)


PROCESS, DELAY = Process("n", 0, None, "domain"), Delay("n", "m", 1)


@pytest.mark.parametrize(
    ("item", "here", "why"),
    [
        (CLAIM, world(items=(Item((), (("scalar", "a"),)),) * 2), "the thing ('scalar', 'a') is bound twice"),
        (CLAIM, world(items=(Item((), (("scalar", "a"),)),), means={"a": "x"}), "the thing ('scalar', 'a') is"),
        (CLAIM, world(links=(Linked(("scalar", "x"), (), STEP),) * 2), "the local ('scalar', 'x') is bound twice"),
        (CLAIM, world(means={"X": "x", "Y": "x"}), "the mean of 'x' is bound twice"),
        (twice(means=(Mean(A, X), Mean(A, B))), EMPTY, "the mean a is bound twice"),
        (twice(processes=(PROCESS, PROCESS)), EMPTY, "the sequence 'n' is bound twice"),
        (twice(processes=(PROCESS,), delays=(DELAY,)), EMPTY, "the sequence 'n' is bound twice"),
        (twice(delays=(DELAY, DELAY)), EMPTY, "the sequence 'n' is bound twice"),
        (twice(recursions=(Recursion(K, {}, {}),) * 2), EMPTY, "the recursion on k is bound twice"),
        (CLAIM, world(items=(Item((("f", Rel(a, "<=", b)),)),) * 2), "the fact 'f' is bound twice"),
        (CLAIM, world(scalars(a=frozenset({"time"}))), "a label stands for nothing, or for two things"),
        (CLAIM, world(recursions={"step": Built({}, {})}), "a label stands for nothing, or for two things"),
        (CLAIM, world(recursions={"stage": Built({}, {})}), "a label stands for nothing, or for two things"),
        (CLAIM, world(recursions={"coordinate": Built({}, {})}), "a label stands for nothing, or for two things"),
    ],
)  # fmt: skip
def test_what_is_bound_twice_is_named(item, here, why):
    assert refused(formed._bound_once, item, here).startswith(why)


def test_labels_are_steps_coordinates_stages_and_counts():
    labels = scalars(a=ELEMENT, b=STAGE, w=COUNT) | vectors(a=STEP)
    formed._bound_once(CLAIM, world(labels, recursions={"k": Built({}, {})}))
    formed.well_formed(CLAIM, EMPTY)


# --- reasons


def reasons(context=(), processes=(), assumes=(), recursions=()):
    item = replace(CLAIM, context=context, processes=processes, assumes=assumes, recursions=recursions)
    return lambda: formed._reasons(item)


def given(reason):
    return (Premise("p", le(0, A), reason),)


def sequence(reason, differences=None):
    return (Process("n", 0, differences, reason),)


@pytest.mark.parametrize(
    "right",
    [
        reasons(given("domain")),
        reasons(given(UNBIASED.id), assumes=(UNBIASED.id,)),
        reasons(given("domain"), sequence("definition")),
        reasons((), sequence("domain")),
        reasons((), sequence(UNBIASED.id, 0), (UNBIASED.id, LAGS.id)),
        reasons((), sequence("definition", 0), (), (Recursion(K, {}, {"n": (None, None)}),)),
    ],
)
def test_reasons_that_are_given_and_declared(right):
    right()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (reasons(given("obvious")), "a premise is neither an assumption nor a condition: ['obvious']"),
        (reasons(given("definition")), "a premise is neither an assumption nor a condition: ['definition']"),
        (reasons((), sequence("obvious")), "a premise is neither an assumption nor a condition: ['obvious']"),
        (reasons(given("no"), sequence("yes")), "a premise is neither an assumption nor a condition: ['no', 'yes']"),
        (reasons(given(UNBIASED.id)), "an assumption is used that the claim does not declare"),
        (reasons(given(UNBIASED.id), (), (LAGS.id,)), "an assumption is used that the claim does not declare"),
        (reasons((), sequence(UNBIASED.id)), "an assumption is used that the claim does not declare"),
        (reasons(given(LAGS.id), sequence(UNBIASED.id), (LAGS.id,)), "an assumption is used that the claim does not"),
        (reasons((), sequence("domain", 0)), "that n consists of martingale differences is no assumption"),
        (reasons((), sequence("definition", 0)), "that n consists of martingale differences is no assumption"),
    ],
)
def test_reasons_that_are_none(wrong, why):
    assert refused(wrong).startswith(why)


# --- definitions and recursions


def defined(name, of, kind="scalar"):
    return Item(((f"{name} :=", Rel(Name(name), "==", of)),), ((kind, name),), of)


@pytest.mark.parametrize(
    ("items", "labels", "why"),
    [
        ((defined("b", a),), scalars(a=STEP, b=STEP), ""),
        ((defined("b", a),), scalars(b=STEP), ""),  # may depend on more
        ((defined("b", a), defined("w", b)), {}, ""),
        ((defined("b", a),), scalars(a=STEP), "b depends on more than is declared"),
        ((defined("b", a),), scalars(a=ELEMENT, b=STEP), "b depends on more than is declared"),
        ((defined("b", Sum((b, ONE))),), {}, "the definition 'b :=' introduces nothing new"),
        ((Item((("p", Rel(ZERO, "<=", b)),)), defined("b", a)), {}, "the definition 'b :=' introduces nothing new"),
        ((defined("w", b), defined("b", a)), {}, "the definition 'b :=' introduces nothing new"),
        ((Item((("p", Rel(ZERO, "<=", a)),)), defined("b", a)), {}, ""),
    ],
)
def test_what_is_defined_is_new_and_depends_on_what_it_is_made_of(items, labels, why):
    here = world(labels, items=items)
    if why:
        assert refused(formed._definitions, here) == why
    else:
        formed._definitions(here)


@pytest.mark.parametrize(
    ("labels", "built", "why"),
    [
        (scalars(k=COUNT, w=COUNT), Built({"w": (ZERO, Sum((w, k)))}, {}), ""),
        (scalars(k=COUNT, w=COUNT | STEP, a=STEP), Built({"w": (a, w)}, {}), ""),
        (scalars(w=COUNT), Built({"w": (ZERO, w)}, {}), "the count k does not depend on itself"),
        (scalars(k=COUNT), Built({"w": (ZERO, ONE)}, {}), "w depends on more"),
        (scalars(k=COUNT, w=COUNT, a=STEP), Built({"w": (a, w)}, {}), "w depends on more"),
        (scalars(k=COUNT, w=COUNT, a=STEP), Built({"w": (ZERO, a)}, {}), "w depends on more"),
        (scalars(k=COUNT, w=COUNT), Built({"w": (k, w)}, {}), "w depends on more"),
        (scalars(k=COUNT) | vectors(u=COUNT), Built({}, {"u": ((), (("u", ONE),))}), ""),
        (scalars(k=COUNT) | vectors(u=NONE), Built({}, {"u": ((), ())}), "u depends on more"),
        (scalars(k=COUNT) | vectors(u=COUNT, v=STAGE), Built({}, {"u": ((("v", ONE),), ())}), "u depends on more"),
        (scalars(k=COUNT) | vectors(u=COUNT, v=STAGE), Built({}, {"u": ((), (("v", ONE),))}), "u depends on more"),
        (scalars(k=COUNT) | vectors(u=COUNT, v=COUNT), Built({}, {"u": ((("v", ONE),), ())}), "u depends on more"),
    ],
)
def test_what_a_recursion_builds_depends_on_its_count_and_starts_from_what_does_not(labels, built, why):
    here = world(labels, recursions={"k": built})
    if why:
        assert refused(formed._recursions, here).startswith(why)
        if why.endswith("more"):
            assert refused(formed._recursions, here).endswith(
                "depends on more than is declared, or starts from what changes"
            )
    else:
        formed._recursions(here)


# --- links, means, paths


def link(local, image, over=STEP, kind="scalar"):
    return Linked((kind, local), image, over)


U, V = (("u", ONE),), (("v", ONE),)
UV = (("u", ONE), ("v", ONE))


@pytest.mark.parametrize(
    ("labels", "links", "why"),
    [
        (scalars(x=STEP), (link("x", U),), ""),
        (scalars(x=ELEMENT), (link("x", U, ELEMENT),), ""),
        (scalars(x=COORDINATE | STAGE) | vectors(u=STAGE), (link("x", U, COORDINATE),), ""),
        (scalars(x=COORDINATE), (link("x", U, COORDINATE),), ""),
        (vectors(w=STAGE), (link("w", U, STAGE, "vector"),), ""),
        (scalars(x=STEP | STAGE), (link("x", U, STEP | STAGE),), "x is no part of its image over ['stage', 'step']"),
        (scalars(x=STEP), (link("x", U, ELEMENT),), "x is no part of its image over ['coordinate', 'step']"),
        (scalars(), (link("x", U, STEP),), "x is no part of its image over ['step']"),
        (scalars(x=STEP | STAGE), (link("x", U, STEP),), "x is no part of its image over ['step']"),
        (scalars(x=STEP) | vectors(u=STAGE), (link("x", U, STEP),), "x is no part of its image over ['step']"),
        (scalars(x=STEP) | vectors(u=STEP), (link("x", U, STEP),), "x is no part of its image over ['step']"),
        (scalars(x=STEP, y=STEP), (link("x", U), link("y", V)), ""),
        (scalars(x=STEP, y=STEP), (link("x", U), link("y", UV)), ""),
        (scalars(x=STEP, y=STEP), (link("x", UV), link("y", U)), ""),
        (scalars(x=STEP, y=STEP, a=STEP), (link("x", U), link("y", V), link("a", UV)), "links tie"),
        (scalars(x=STEP, y=STEP, a=STEP), (link("a", UV), link("x", U), link("y", V)), "links tie"),
        (scalars(x=STEP, y=STEP, a=STEP), (link("x", U), link("a", UV), link("y", V)), "links tie"),
        (scalars(x=STEP, y=STEP), (link("x", U), link("y", U)), "links tie"),
        (scalars(x=STEP, y=COORDINATE), (link("x", U), link("y", U, COORDINATE)), ""),
        (scalars(x=STEP, a=STEP) | vectors(), (link("x", UV), link("a", UV)), "links tie"),
    ],
)
def test_links_are_parts_of_independent_things(labels, links, why):
    here = world(labels, links=links)
    if why:
        assert refused(formed._parts, here).startswith(why)
    else:
        formed._parts(here)
    if why == "links tie":
        assert refused(formed._parts, here).endswith("local things to each other: their images are not independent")


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        (scalars(x=STEP), ""),
        (scalars(x=ELEMENT, X=COORDINATE), ""),
        (scalars(), "X is no average of x over steps"),
        (scalars(x=COORDINATE, X=COORDINATE), "X is no average of x over steps"),
        (scalars(x=STEP, X=STEP), "X is no average of x over steps"),
        (scalars(x=ELEMENT), "X is no average of x over steps"),
    ],
)
def test_a_mean_is_over_steps(labels, why):
    here = world(labels, means={"X": "x"})
    if why:
        assert refused(formed._parts, here) == why
    else:
        formed._parts(here)


PATH = tuple("abcdefg")


@pytest.mark.parametrize(
    ("path", "labels", "right"),
    [
        (PATH, scalars(a=STEP, b=STEP), True),
        (PATH[:6], scalars(a=STEP, b=STEP), False),
        ((*PATH, "h"), scalars(a=STEP, b=STEP), False),
        (PATH, scalars(a=STEP), False),
        (PATH, scalars(b=STEP), False),
        (PATH, scalars(a=STEP, b=STEP, c=STEP), False),
        (PATH, scalars(a=STEP, b=STEP, g=STAGE), False),
        (PATH, scalars(a=ELEMENT, b=STEP), False),
    ],
)
def test_the_members_of_a_path_alone_depend_on_the_step(path, labels, right):
    here = world(labels, paths=(path,))
    if right:
        formed._parts(here)
    else:
        said = "of a path, its members alone depend on the step, and on nothing else"
        assert refused(formed._parts, here) == said


# --- sequences

K_RECURSION = {"k": Built({}, {"W": ((), ())})}
HALF = Number(Fraction(1, 2))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"processes": {"n": Times(ZERO, ZERO), "m": Times(MINUS_ONE, None)}}, ""),
        ({"processes": {"n": Times(Product((MINUS_ONE, Sum((ONE, ONE)))), None)}}, ""),
        ({"processes": {"n": Times(HALF, None)}}, "the times of n are no integers"),
        ({"processes": {"n": Times(ZERO, HALF)}}, "the times of n are no integers"),
        ({"processes": {"n": Times(a, None)}}, "the times of n are no integers"),
        ({"processes": {"n": Times(Power(ONE, 2), None)}}, "the times of n are no integers"),
        ({"processes": {"n": Times(Gram("u", "u"), None)}}, "the times of n are no integers"),
        ({"processes": {"n": Times(Sum((ONE, HALF)), None)}}, "the times of n are no integers"),
        ({"processes": {"n": Times(k, None)}, "recursions": K_RECURSION}, "the times of n are no integers"),
        ({"processes": {"W": Times(k, None)}, "recursions": K_RECURSION}, ""),
        ({"processes": {"W": Times(ZERO, Product((MINUS_ONE, k)))}, "recursions": K_RECURSION}, ""),
        ({"processes": {"W": Times(k, None)}}, "the times of W are no integers"),  # there is no recursion
        ({"processes": {"n": Times(ZERO, None)}, "labels": vectors(n=STEP)}, "n is no sequence over all steps"),
        ({"processes": {"n": Times(ZERO, None)}, "labels": vectors(n=COORDINATE)}, "n is no sequence over all steps"),
        ({"processes": {"n": Times(ZERO, None)}, "labels": vectors(n=STAGE)}, ""),
        ({"delays": {"z": ("n", ONE)}}, ""),
        ({"delays": {"z": ("n", HALF)}}, "z is not delayed by an integer, or depends on more than is declared"),
        ({"delays": {"z": ("n", a)}}, "z is not delayed by an integer, or depends on more than is declared"),
        ({"delays": {"z": ("n", ONE)}, "labels": vectors(n=STAGE)}, "z is not delayed by an integer, or depends"),
        ({"delays": {"z": ("n", ONE)}, "labels": vectors(n=STAGE, z=STAGE)}, ""),
        ({"delays": {"z": ("n", ONE)}, "labels": vectors(z=STAGE)}, ""),
        ({"delays": {"z": ("n", ONE)}, "labels": vectors(z=STEP)}, "z is no sequence over all steps"),
        ({"delays": {"z": ("n", k)}, "recursions": K_RECURSION, "labels": vectors(z=COUNT) | scalars(k=COUNT)}, ""),
        ({"delays": {"z": ("n", k)}, "recursions": K_RECURSION, "labels": scalars(k=COUNT)},
         "z is not delayed by an integer, or depends on more than is declared"),
    ],
)  # fmt: skip
def test_sequences_run_over_steps_at_times_that_are_integers(more, why):
    if why:
        assert refused(formed._sequences, replace(EMPTY, **more)).startswith(why)
    else:
        formed._sequences(replace(EMPTY, **more))


# --- what is made of what

a_, b_, w_, x_, y_ = (("scalar", name) for name in "abwxy")
u_, v_, n_, z_ = (("vector", name) for name in "uvnz")


@pytest.mark.parametrize(
    ("more", "made"),
    [
        ({"items": (defined("b", a), defined("w", b))}, {b_: {a_}, w_: {a_, b_}}),
        ({"recursions": {"k": Built({"w": (a, w)}, {"u": ((("v", b),), ())})}}, {w_: {a_}, u_: {v_, b_}}),
        ({"means": {"a": "x"}}, {a_: {x_}}),
        ({"delays": {"z": ("n", Sum((a, ONE)))}}, {z_: {n_, a_}}),
        ({"links": (link("x", (("u", a),)),)}, {x_: {u_, a_}}),
        ({"links": (link("w", V), link("x", (("u", w),)))}, {w_: {v_}, x_: {u_, w_, v_}}),
        ({"items": (defined("x", a),), "links": (link("x", U),)}, {x_: {a_}, u_: {x_, a_}}),
        ({"items": (defined("x", a),), "links": (link("x", (("v", b), ("u", ONE))),)},
         {x_: {a_}, u_: {v_, b_, x_, a_}}),
        ({"items": (defined("x", a),), "links": (link("x", (("u", ONE), ("v", ONE))),),
          "processes": {"u": Times(ZERO, None)}}, {x_: {a_}, v_: {u_, x_, a_}}),
    ],
)  # fmt: skip
def test_everything_is_made_of_what_comes_before(more, made):
    assert {thing: of for thing, of in formed.order(replace(EMPTY, **more)).items() if of} == made


def test_the_averages_of_a_path_are_made_of_its_members():
    a, b, c, d, e, f, g = (("scalar", name) for name in PATH)
    nothing = dict.fromkeys((a, b, c, d, g), frozenset())
    assert formed.order(world(paths=(PATH,))) == {**nothing, e: {a}, f: {b}}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"items": (defined("b", a), defined("a", b))}, "b is made of itself"),
        ({"items": (defined("x", a),), "means": {"a": "x"}}, "x is made of itself"),
        ({"means": {"a": "x"}, "links": (link("x", (("u", a),)),)}, "a is made of itself"),
        ({"delays": {"z": ("n", ONE), "n": ("z", ONE)}}, "z is made of itself"),
        ({"items": (defined("x", Gram("u", "u")),), "links": (link("x", U),)}, "x is made of itself"),
        ({"items": (defined("x", a),), "links": (link("x", (("u", Number(Fraction(2))),)),)},
         "x is made of one thing and part of another"),
        ({"items": (defined("x", a),), "links": (link("x", ()),)}, "x is made of one thing and part of another"),
        ({"items": (defined("x", a),), "delays": {"u": ("n", ONE)}, "links": (link("x", U),)},
         "x is made of one thing and part of another"),
    ],
)  # fmt: skip
def test_nothing_is_made_of_itself(more, why):
    assert refused(formed.order, replace(EMPTY, **more)) == why
    assert refused(formed.well_formed, CLAIM, replace(EMPTY, **more))
