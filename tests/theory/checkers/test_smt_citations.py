"""Z3's rules on citations, each asked by itself: what it takes, and what it says where it does not."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.theory.checkers.smt_worlds import (
    COORDINATE,
    ELEMENT,
    EMPTY,
    STAGE,
    STEP,
    TWO,
    a,
    b,
    c,
    refused,
    scalars,
    scope,
    vectors,
    w,
    world,
    x,
    y,
    z,
)
from theory.checkers import smt_rules as rules
from theory.checkers.smt_scope import Count, Settled
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
    nonnegative,
    positive,
)
from theory.checkers.smt_world import Built, Item, Linked, Times
from theory.kernel import Cite, generators, symbols

# --- instances


def instance(cited=EMPTY, here=EMPTY, scalar=(), vector=()):
    return rules.Instance(cited, here, dict(scalar), dict(vector))


def test_an_instance_puts_things_in_the_place_of_names():
    by = instance(scalar={"x": Sum((y, ONE))}, vector={"u": (("v", TWO),)})
    assert by.node(Product((x, z))) == Product((Sum((y, ONE)), z))
    assert by.relation(Rel(x, "<", Gram("u", "u"))).lhs == Sum((y, ONE))
    assert (by.vector("u"), by.vector("v")) == ((("v", TWO),), (("v", ONE),))


@pytest.mark.parametrize(
    ("scalar", "vector", "thing", "found"),
    [
        ({}, {}, ("scalar", "x"), ("scalar", "x")),
        ({"x": y}, {}, ("scalar", "x"), ("scalar", "y")),
        ({"x": Sum((y, ZERO))}, {}, ("scalar", "x"), None),
        ({}, {}, ("vector", "u"), ("vector", "u")),
        ({}, {"u": (("v", ONE),)}, ("vector", "u"), ("vector", "v")),
        ({}, {"u": (("v", Product((ONE, ONE))),)}, ("vector", "u"), ("vector", "v")),
        ({}, {"u": (("v", TWO),)}, ("vector", "u"), None),
        ({}, {"u": (("v", ONE), ("w", ONE))}, ("vector", "u"), None),
        ({}, {"u": ()}, ("vector", "u"), None),
    ],
)
def test_what_has_structure_stands_for_one_name(scalar, vector, thing, found):
    by = instance(scalar=scalar, vector=vector)
    if found is None:
        assert refused(by.bare, thing) == f"citing cited: {thing[1]} must stand for one name here"
    else:
        assert by.bare(thing) == found


@pytest.mark.parametrize(
    ("cited", "here", "why"),
    [
        (scalars(a=STEP), scalars(x=STEP), "citing cited: what stands for x depends on ['step']"),
        (scalars(a=STEP, x=STEP), scalars(x=STEP), ""),
        (scalars(a=STAGE), scalars(x=STEP), ""),  # the cited claim knows of no steps: it holds at each
        (scalars(a=ELEMENT, x=STEP), scalars(x=ELEMENT), "citing cited: what stands for x depends on ['coordinate'"),
    ],
)
def test_what_stands_for_a_thing_depends_on_no_more_than_the_thing_may(cited, here, why):
    by = instance(world(cited), world(here))
    if why:
        assert refused(by.check, [("scalar", "x")]).startswith(why)
    else:
        by.check([("scalar", "x")])


@pytest.mark.parametrize(
    "structure",
    [
        {"processes": {"n": Times(ZERO, None)}},
        {"delays": {"z": ("n", ONE)}},
        {"paths": (tuple("abcdefg"),)},
        {},
    ],
)
def test_in_a_claim_of_sequences_what_has_no_label_is_no_step(structure):
    for own in (STEP, COORDINATE):
        by = instance(world((), **structure), world(scalars(y=own)), {"x": Sum((y, ONE))})
        if structure:
            assert refused(by.check, [("scalar", "x")]).endswith(f"what stands for x depends on {sorted(own)}")
        else:
            by.check([("scalar", "x")])
        by = instance(world((), **structure), world(vectors(v=own)), (), {"u": (("v", ONE),)})
        if structure:
            assert "what stands for u depends on" in refused(by.check, [("vector", "u")])


# --- citations

X, Y = symbols("x y")
U, V = generators("u v")
PREMISES = (Item((("x > 0", positive(x)),)),)


def settled(conclusion=None, hypotheses=(), **more):
    count = Count()
    count.on(*hypotheses)
    return Settled(world((), **more), {"c": conclusion or Rel(ZERO, "<", Product((TWO, x)))}, count)


def cite(goal, here, cited, scalar=(), vector=(), conclusion="c"):
    rules.cite(goal, replace(here, settled={"cited": cited}), Cite("cited", conclusion, dict(scalar), dict(vector)))
    return list(here.count.hypotheses)


def test_an_instance_whose_premises_are_found_is_accepted_with_what_the_claim_hangs_on():
    cited = settled(items=PREMISES, hypotheses=("tower", "shift"))
    assert cite(positive(Product((TWO, y))), scope(EMPTY, positive(y)), cited, {X: Y}) == ["tower", "shift"]
    assert cite(nonnegative(x), scope(EMPTY, positive(x)), settled(items=PREMISES)) == []


@pytest.mark.parametrize(
    ("goal", "facts", "scalar", "why"),
    [
        (
            positive(y),
            [nonnegative(y)],
            {X: Y},
            "citing cited, whose premise 'x > 0' is needed: z3 does not find 0 < y",
        ),
        (positive(y), [], {X: 1 / Y}, "y is divided by, and z3 does not find that it is not zero"),
        (positive(Power(y, -1)), [positive(y)], {X: Y}, "0 < y^-1 is not the instance 0 < 2 y of cited"),
        (positive(y), [positive(y)], {X: Y, Y: X}, "citing cited, which speaks of no y"),
        (positive(Power(z, -1)), [positive(y)], {X: Y}, "z is divided by, and z3 does not find that it is not zero"),
        (Rel(ZERO, "==", y), [positive(y)], {X: Y}, "0 == y is not the instance 0 < 2 y of cited"),
    ],
)
def test_what_is_no_instance_is_refused(goal, facts, scalar, why):
    assert refused(cite, goal, scope(EMPTY, *facts), settled(items=PREMISES), scalar) == why


def test_only_conclusions_of_settled_claims_are_cited():
    wrong = "cited is not settled, or does not conclude 'd'"
    assert refused(cite, positive(x), scope(EMPTY, positive(x)), settled(), (), (), "d") == wrong
    said = refused(rules.cite, positive(x), scope(), Cite("other", "c"))
    assert said == "other is not settled, or does not conclude 'c'"


def test_a_premise_at_all_steps_is_found_from_what_is_known_at_all_of_them():
    cited = replace(settled(items=PREMISES), world=world(scalars(x=STEP), items=PREMISES))
    here = world(scalars(x=STEP))
    assert cite(nonnegative(x), scope(here, positive(x)), cited) == []
    assert "is needed" in refused(cite, nonnegative(x), scope(here, positive(x), at_hand=STEP), cited)
    counted = {"k": Built({"x": (ONE, x)}, {})}
    there = world(scalars(x=frozenset({"k"}), k=frozenset({"k"})), items=PREMISES, recursions=counted)
    at_hand = scope(there, positive(x), at_hand=frozenset({"k"}))
    assert cite(nonnegative(x), at_hand, replace(cited, world=there)) == []


def test_names_that_stand_for_themselves_depend_on_no_more_here():
    cited = replace(settled(nonnegative(Sum((x, y)))), world=world(scalars(x=STEP)))
    goal = nonnegative(Sum((x, y)))
    assert cite(goal, scope(world(scalars(x=STEP))), cited) == []
    said = refused(cite, goal, scope(world(scalars(x=STEP, y=STEP))), cited)
    assert said == "citing cited: what stands for y depends on ['step']"
    said = refused(cite, nonnegative(Sum((x, z))), scope(world(scalars(x=STEP, z=STEP))), cited, {Y: symbols("z")[0]})
    assert said == "citing cited: what stands for y depends on ['step']"


def test_what_a_recursion_counts_and_builds_is_not_replaced_though_nothing_else_speaks_of_it():
    there = world(recursions={"k": Built({"x": (ZERO, a)}, {"u": ((), ())})})
    for scalar, vector in (({X: Y}, {}), ({symbols("k")[0]: Y}, {}), ({}, {"u": V})):
        said = refused(
            cite, nonnegative(ONE), scope(there), replace(settled(nonnegative(ONE)), world=there), scalar, vector
        )
        assert said == "citing cited: its recursion on k speaks of what is replaced"


def test_what_only_the_structure_of_the_cited_claim_speaks_of_is_replaced_too():
    """Each name by one of its own."""
    there = world(
        scalars(x=STEP, y=STEP, m=STEP, a=STEP, b=STEP),
        links=(Linked(("scalar", "x"), (("u", w),), STEP),),
        means={"M": "m"},
        paths=(tuple("abcdefg"),),
        processes={"n": Times(ZERO, None)},
        delays={"z": ("o", TWO)},
    )

    def other(name):
        return f"s_{name}"

    here = world(
        {(kind, other(name)): own for (kind, name), own in there.labels.items()},
        links=(Linked(("scalar", "s_x"), (("s_u", Name("s_w")),), STEP),),
        means={"s_M": "s_m"},
        paths=(tuple(map(other, "abcdefg")),),
        processes={"s_n": Times(ZERO, None)},
        delays={"s_z": ("s_o", TWO)},
    )
    cited = replace(settled(nonnegative(ONE)), world=there)
    scalar = {symbols(name)[0]: symbols(other(name))[0] for name in ("x", "w", "M", "m", *"abcdefg")}
    vector = {name: generators(other(name))[0] for name in "unzo"}
    assert cite(nonnegative(ONE), scope(here), cited, scalar, vector) == []
    for name in scalar:
        assert refused(cite, nonnegative(ONE), scope(here), cited, {**scalar, name: name + 1}, vector)
    for name in vector:
        assert refused(cite, nonnegative(ONE), scope(here), cited, scalar, {**vector, name: generators("q")[0]})


LINK = Linked(("scalar", "x"), (("u", ONE),), STEP)
LONG = Rel(Gram("u", "u"), "<=", ONE)
OWN = scalars(x=STEP)


@pytest.mark.parametrize(
    ("there", "here", "vector", "why"),
    [
        ({"links": (LINK,)}, {"links": (LINK,)}, {}, ""),
        ({"links": (LINK,)}, {}, {}, "citing cited: x is no part of the same thing here"),
        ({"links": (LINK,)}, {"links": (replace(LINK, over=ELEMENT),)}, {}, "citing cited: x is no part of the same"),
        ({"links": (LINK,)}, {"links": (replace(LINK, image=(("v", ONE),)),)}, {}, "citing cited: x is no part of"),
        ({"links": (LINK,)}, {"links": (replace(LINK, image=(("v", ONE),)),)}, {"u": V}, ""),
        ({"links": (LINK,)}, {"links": (replace(LINK, image=(("v", TWO),)),)}, {"u": 2 * V}, ""),
        ({"links": (LINK,)}, {"links": (replace(LINK, image=(("v", TWO),)),)}, {"u": V}, "citing cited: x is no part"),
        ({"links": (LINK,)}, {"links": (replace(LINK, image=(("u", ONE), ("v", ZERO))),)}, {}, ""),
        ({"means": {"X": "x"}}, {"means": {"X": "x"}}, {}, ""),
        ({"means": {"X": "x"}}, {"means": {"X": "y"}}, {}, "citing cited: X is not the average of x here"),
        ({"means": {"X": "x"}}, {}, {}, "citing cited: X is not the average of x here"),
        ({"paths": (tuple("abcdefg"),)}, {"paths": (tuple("abcdefg"),)}, {}, ""),
        (
            {"paths": (tuple("abcdefg"),)},
            {"paths": (tuple("abcdegf"),)},
            {},
            "citing cited: the path of a is none here",
        ),
        ({"processes": {"u": Times(ZERO, None)}}, {"processes": {"u": Times(MINUS_ONE, None)}}, {}, ""),
        ({"processes": {"u": Times(ZERO, None)}}, {"processes": {"u": Times(ONE, None)}}, {}, "u is known at 1, and"),
        (
            {"processes": {"u": Times(ZERO, ZERO)}},
            {"processes": {"u": Times(ZERO, None)}},
            {},
            "differences of u start",
        ),
        ({"processes": {"u": Times(ZERO, ZERO)}}, {"processes": {"u": Times(ZERO, ONE)}}, {}, ""),
        ({"processes": {"u": Times(ZERO, None)}}, {}, {}, "nothing is said of when u is known"),
        ({"delays": {"u": ("n", ONE)}}, {"delays": {"u": ("n", ONE)}}, {}, ""),
        ({"delays": {"u": ("n", ONE)}}, {"delays": {"u": ("n", TWO)}}, {}, "citing cited: u is not made by the same"),
        ({"delays": {"u": ("n", ONE)}}, {"delays": {"u": ("m", ONE)}}, {}, "citing cited: u is not made by the same"),
        ({"delays": {"u": ("n", ONE)}}, {}, {}, "citing cited: u is not made by the same delay here"),
        ({"delays": {"u": ("n", ZERO)}}, {}, {}, "citing cited: u is not made by the same delay here"),
        ({"delays": {"u": ("n", ONE)}}, {"delays": {"u": ("n", Product((ONE, ONE)))}}, {}, ""),
    ],
)
def test_the_structure_of_the_cited_claim_is_made_here(there, here, vector, why):
    cited = replace(settled(LONG), world=world(OWN, **there))
    own = scope(world(OWN, **here))
    goal = Rel(Gram("v", "v"), "<=", ONE) if vector else LONG
    if vector == {"u": 2 * V}:
        goal = Rel(Product((Number(Fraction(4)), Gram("v", "v"))), "<=", ONE)
    if why:
        assert refused(cite, goal, own, cited, (), vector).startswith(why)
    else:
        assert cite(goal, own, cited, (), vector) == []


def counted(start=ZERO, after=None, vector=(), **more):
    built = Built({"x": (start, after or Sum((x, a)))}, {"u": (vector, (("u", ONE), ("v", b)))})
    return world(scalars(k=frozenset({"k"}), x=frozenset({"k"})) | vectors(u=frozenset({"k"})), recursions={"k": built})


@pytest.mark.parametrize(
    ("here", "scalar", "vector", "why"),
    [
        (counted(), {}, {}, ""),
        (counted(ONE), {}, {}, "citing cited: its recursion on k is not made here"),
        (counted(ZERO, Sum((x, b))), {}, {}, "citing cited: its recursion on k is not made here"),
        (counted(vector=(("v", ONE),)), {}, {}, "citing cited: its recursion on k is not made here"),
        (EMPTY, {}, {}, "citing cited: its recursion on k is not made here"),
        (counted(), {"a": Y}, {}, "citing cited: its recursion on k speaks of what is replaced"),
        (counted(), {"b": Y}, {}, "citing cited: its recursion on k speaks of what is replaced"),
        (counted(), {"k": Y}, {}, "citing cited: its recursion on k speaks of what is replaced"),
        (counted(), {}, {"v": generators("t")[0]}, "citing cited: its recursion on k speaks of what is replaced"),
        (counted(), {"c": Y}, {}, ""),
    ],
)
def test_the_recursion_of_the_cited_claim_is_made_here_as_it_is(here, scalar, vector, why):
    items = (Item((("c", Rel(ZERO, "<=", Power(c, 2))),)),)
    cited = replace(settled(nonnegative(Power(x, 2))), world=replace(counted(), items=items))
    put = {symbols(name)[0]: value for name, value in scalar.items()}
    if why:
        assert refused(cite, nonnegative(Power(x, 2)), scope(here), cited, put, vector) == why
    else:
        assert cite(nonnegative(Power(x, 2)), scope(here), cited, put, vector) == []


def test_a_claim_of_more_objects_is_none_of_fewer():
    cited = replace(settled(nonnegative(Power(x, 2))), world=counted())
    less = counted()
    for built in (Built({}, less.recursions["k"].vectors), Built(less.recursions["k"].scalars, {})):
        here = scope(replace(less, recursions={"k": built}))
        assert "is not made here" in refused(cite, nonnegative(Power(x, 2)), here, cited)
        assert (
            cite(nonnegative(Power(x, 2)), scope(less), replace(cited, world=replace(less, recursions={"k": built})))
            == []
        )
