"""What a claim may say (RULES.md, section 3): well formed as it is, refused with one condition broken."""

from dataclasses import replace
from fractions import Fraction

import pytest

from theory.kernel import (
    combine,
    generators,
    le,
    square,
    symbols,
)
from theory.kernel.gap import Gap
from theory.kernel.signs import Rel
from theory.kernel.statement import (
    NONE,
    Delay,
    Entry,
    Link,
    Mean,
    Path,
    Process,
    Recursion,
    Statement,
    well_formed,
)
from theory.kernel.terms import gram, number, plus, power, scalar
from theory.kernel.terms import times as product

(x,) = symbols("x")
u, v, n, g = generators("u v n g")
GOAL = (le(0, x**2), combine(square(x)))


def goal(d):
    d.conclude("goal", *GOAL)


# --- well-formed statements, as data


SX, SY, SZ, SK, SJ, SW = map(scalar, "xyzkjw")
STEPS, ELEMENTS, KS = frozenset({"step"}), frozenset({"step", "coordinate"}), frozenset({"k"})
U, V = (("u", number(1)),), (("v", number(1)),)
ZERO_TERM, UNIT = number(0), number(1)


def well(scalars=None, vectors=None, entries=(), **structure):
    return Statement("test", scalars or {}, vectors or {}, entries, (), **structure)


def is_refused(because, *arguments, **more):
    with pytest.raises(Gap, match=because):
        well_formed(well(*arguments, **more))


def define(name, of, kind="define"):
    return Entry(kind, ((f"{name} :=", Rel(scalar(name), "==", of)),), name, of=of)


def premise(name, lhs, rhs):
    return Entry("premise", ((name, Rel(lhs, "<=", rhs)),))


def direction(unit, length):
    facts = (f"{length} >= 0", f"|{unit}| <= 1", f"{unit} {length}")
    size, square_ = gram(unit, unit), power(scalar(length), 2)
    relations = (
        Rel(ZERO_TERM, "<=", scalar(length)), Rel(size, "<=", UNIT), Rel(product(square_, size), "==", square_)
    )  # fmt: skip
    return Entry("direction", tuple(zip(facts, relations, strict=True)), length, unit)


def test_definitions_are_new():
    names = {"x": NONE, "y": NONE, "z": NONE, "r": NONE}
    well_formed(well(names, {"u": NONE}, (premise("p", SX, UNIT), define("y", SX), define("z", SY))))
    well_formed(well(names, {"u": NONE}, (direction("u", "r"), premise("p", scalar("r"), gram("u", "u")))))
    new = "introduces nothing new"
    for kind in ("define", "root"):
        is_refused(new, names, {}, (premise("p", SX, SY), define("y", SX, kind)))
        is_refused(new, names, {}, (define("y", product(SX, SY), kind),))
        is_refused(new, names, {}, (define("z", SY, kind), define("y", SX, kind)))
    is_refused(new, names, {"u": NONE}, (premise("p", SX, gram("u", "u")), direction("u", "r")))
    is_refused(new, names, {"u": NONE}, (premise("p", scalar("r"), SX), direction("u", "r")))
    more = "depends on more than is declared"
    is_refused(more, {"x": STEPS, "y": NONE}, {}, (define("y", SX),))
    is_refused(more, {"x": NONE, "y": NONE}, {"u": STEPS}, (define("y", gram("u", "u")),))
    well_formed(well({"x": STEPS, "y": ELEMENTS}, {}, (define("y", SX),)))
    is_refused("'x' is not declared", {"y": NONE}, {}, (define("y", SX),))


def test_each_name_is_bound_once():
    twice = "is bound twice"
    names = {"x": STEPS, "y": NONE, "z": NONE}
    counted = {**names, "k": KS, "w": KS}
    mean, other = Mean("y", "x"), Mean("z", "x")
    well_formed(well({**names, "z": STEPS, "x": STEPS, "y": NONE, "q": NONE}, {}, means=(mean, Mean("q", "z"))))
    is_refused(twice, names, {}, means=(mean, other))
    is_refused(twice, {**names, "z": STEPS}, {}, means=(mean, Mean("y", "z")))
    is_refused(twice, names, {}, (define("y", SZ),), means=(mean,))
    is_refused(twice, names, {}, (premise("p", SY, SZ), premise("p", SZ, SY)))
    grows = Recursion("k", (("w", ZERO_TERM, SW),), ())
    well_formed(well(counted, {}, recursions=(grows,)))
    is_refused(twice, counted, {}, (define("w", SZ),), recursions=(grows,))
    is_refused(twice, counted, {}, recursions=(grows, Recursion("k", (), ())))
    vectors = {"u": NONE, "v": NONE, "t": NONE}
    process = Process("t", ZERO_TERM, None)
    is_refused(twice, {}, vectors, processes=(process, process))
    is_refused(twice, {}, vectors, processes=(process,), delays=(Delay("t", "u", UNIT),))
    is_refused(twice, {}, vectors, delays=(Delay("t", "u", UNIT), Delay("t", "v", UNIT)))
    is_refused(twice, {**names, "r": NONE}, vectors, (direction("t", "r"),), delays=(Delay("t", "u", UNIT),))
    link = Link("x", False, U, STEPS)
    is_refused(twice, names, vectors, links=(link, Link("x", False, V, STEPS)))
    is_refused(twice, {**names, "z": STEPS}, vectors, links=(link, Link("z", False, U, STEPS)))
    well_formed(well({**names, "z": STEPS}, vectors, links=(link, Link("z", False, V, STEPS))))
    path = ("a", "b", "f", "l", "m", "n", "s")
    along = {**dict.fromkeys(path, NONE), "a": STEPS, "b": STEPS}
    well_formed(well(along, {}, paths=(Path(*path),)))
    is_refused(twice, along, {}, paths=(Path(*path), Path(*path)))
    is_refused(twice, along, {}, paths=(Path("a", "b", "f", "l", "m", "m", "s"),))
    with pytest.raises(Gap, match="the conclusion 'g' is bound twice"):
        well_formed(Statement("test", names, {}, (), (("g", Rel(SY, "<=", SZ)), ("g", Rel(SZ, "<=", SY)))))


def test_labels_stand_for_something():
    nothing = "labels that stand for nothing"
    is_refused(nothing, {"x": frozenset({"k"})})
    is_refused(nothing, {}, {"u": frozenset({"k"})})
    is_refused(nothing, {"step": frozenset({"step"})}, {}, recursions=(Recursion("step", (), ()),))
    well_formed(well({"k": KS, "x": KS}, {}, recursions=(Recursion("k", (), ()),)))
    well_formed(well({"x": frozenset({"step", "stage", "coordinate"})}))
    is_refused("must depend on itself", {"k": NONE}, {}, recursions=(Recursion("k", (), ()),))
    both = (Recursion("k", (), ()), Recursion("j", (), ()))
    kj = frozenset("kj")
    is_refused("depends on all that its count", {"k": kj, "j": frozenset("j"), "x": KS}, {}, recursions=both)
    is_refused("depends on all that its count", {"k": kj, "j": frozenset("j")}, {"u": KS}, recursions=both)
    well_formed(well({"k": KS, "j": frozenset("j"), "x": kj}, {}, recursions=both))


def test_recursions():
    names = {"k": KS, "w": KS, "x": NONE, "z": STEPS}
    made = {"u": KS, "v": NONE, "h": STEPS}

    def recursion(scalars=(), vectors=(), also=names, vectors_also=made):
        return (also, vectors_also), {"recursions": (Recursion("k", tuple(scalars), tuple(vectors)),)}

    def good(*given, **more):
        names_, structure = recursion(*given, **more)
        well_formed(well(*names_, **structure))

    def bad(*given, **more):
        names_, structure = recursion(*given, **more)
        is_refused("depends on more than is declared, or starts from", *names_, **structure)

    good([("w", SX, plus(SW, SK))], [("u", V, (("u", SK), ("v", UNIT)))])
    bad([("w", SK, SW)])
    bad([("w", SZ, SW)])
    bad([("w", SX, plus(SW, SZ))])
    bad([("x", SX, SX)])
    bad([("w", ZERO_TERM, SW)], also={**names, "w": NONE})
    bad([], [("u", (("v", SK),), U)])
    bad([], [("u", V, (("h", UNIT),))])
    bad([], [("u", V, (("v", SZ),))])
    bad([], [("v", V, V)])
    good([("w", SZ, SW)], also={**names, "w": KS | STEPS})


def test_links_means_and_paths():
    counts = (Recursion("k", (), ()),)
    names, made = {"x": STEPS, "y": NONE, "k": KS, "w": KS | STEPS}, {"u": NONE, "v": NONE, "h": STEPS, "t": KS}
    well_formed(well(names, made, links=(Link("x", False, U, STEPS), Link("h", True, V, STEPS)), recursions=counts))
    divided = Link("x", False, (("u", power(SY, -1)),), STEPS)
    is_refused("the image of x is divided", names, made, links=(divided,), recursions=counts)
    half = Link("x", False, (("u", number(Fraction(1, 2))),), STEPS)
    well_formed(well(names, made, links=(half,), recursions=counts))
    made = {"u": NONE, "v": NONE, "h": STEPS}
    local = "is no local part of its image over"
    for link in (
        Link("x", False, U, ELEMENTS), Link("x", False, U, NONE), Link("x", False, (("h", UNIT),), STEPS),
        Link("y", False, U, STEPS), Link("x", False, (("u", SX),), STEPS), Link("v", True, U, STEPS),
        Link("x", False, (("t", UNIT),), STEPS), Link("w", False, U, STEPS),
    ):  # fmt: skip
        is_refused(local, names, {**made, "t": KS}, links=(link,), recursions=counts)
    stages = frozenset({"step", "stage"})
    is_refused(local, {"x": stages}, {"u": NONE}, links=(Link("x", False, U, stages),))
    linked = (Link("w", False, (("t", UNIT),), STEPS),)
    well_formed(well(names, {**made, "t": KS}, links=linked, recursions=counts))
    twice = "the image .* is bound twice|is bound twice"
    is_refused(twice, {"x": STEPS, "y": STEPS}, made, links=(Link("x", False, U, STEPS), Link("y", False, U, STEPS)))
    both = (Link("x", False, U, STEPS), Link("y", False, (("u", number(2)),), STEPS))
    well_formed(well({"x": STEPS, "y": STEPS}, made, links=both))
    frames = (Link("x", False, U, STEPS), Link("y", False, U, ELEMENTS))
    well_formed(well({"x": STEPS, "y": ELEMENTS}, made, links=frames))
    both_kinds = (Link("x", False, U, STEPS), Link("h", True, U, STEPS))
    well_formed(well({"x": STEPS}, made, links=both_kinds))
    average = "is not an average of"
    is_refused(average, {"x": NONE, "y": NONE}, {}, means=(Mean("y", "x"),))
    is_refused(average, {"x": ELEMENTS, "y": NONE}, {}, means=(Mean("y", "x"),))
    is_refused(average, {"x": STEPS, "y": STEPS}, {}, means=(Mean("y", "x"),))
    is_refused(average, {"x": frozenset({"stage"}), "y": frozenset({"stage"})}, {}, means=(Mean("y", "x"),))
    well_formed(well({"x": ELEMENTS, "y": frozenset({"coordinate"})}, {}, means=(Mean("y", "x"),)))
    path = ("a", "b", "f", "l", "m", "n", "s")
    along = {**dict.fromkeys(path, NONE), "a": STEPS, "b": STEPS}
    for name in path:
        other = {**along, name: NONE if name in "ab" else STEPS}
        is_refused("only its members depend on the step", other, {}, paths=(Path(*path),))
    is_refused("only its members depend on the step", {**along, "a": ELEMENTS}, {}, paths=(Path(*path),))


def test_what_a_link_makes():
    names, made = {"x": STEPS, "z": STEPS}, {"u": NONE, "v": NONE}
    link = Link("x", False, U, STEPS)
    assert well(names, made, links=(link,)).made[("x",)][0] is link
    defined = well(names, made, (define("x", SZ),), links=(link,))
    assert defined.made[("", "u")][0] is link and defined.made[("x",)][0] is defined.entries[0]
    well_formed(defined)
    grows = Recursion("k", (("w", ZERO_TERM, SW),), (("u", V, U),))
    built = {"x": STEPS | KS, "z": STEPS, "k": KS, "w": KS | STEPS}
    objects = {"u": KS, "v": NONE}
    well_formed(well(built, objects, links=(link,), recursions=(grows,)))
    both = Link("w", False, U, STEPS)
    is_refused("made otherwise already", built, objects, links=(both,), recursions=(grows,))


def test_no_circles():
    names = {"x": STEPS, "y": NONE, "z": NONE}
    is_refused("is made of itself, in a circle", names, {}, (define("x", SY),), means=(Mean("y", "x"),))
    vectors = {"u": NONE, "v": NONE}
    circle = (Link("x", False, (("u", UNIT), ("v", UNIT)), STEPS),)
    well_formed(well({"x": STEPS}, vectors, links=circle))


def test_times_of_sequences():
    names, vectors = {"k": KS, "x": NONE}, {"u": NONE, "v": NONE, "t": NONE, "h": STEPS, "q": KS, "g": KS}
    counts = (Recursion("k", (), ()),)
    for known in (UNIT, number(-2), product(number(2), plus(UNIT, number(-3)))):
        well_formed(well(names, vectors, recursions=counts, processes=(Process("u", known, known),)))
    integers = "are not integers that may depend on a count"
    for time in (number(Fraction(1, 2)), SX, power(UNIT, -1), plus(UNIT, SX), SK, gram("u", "u")):
        is_refused(integers, names, vectors, recursions=counts, processes=(Process("u", time, None),))
        is_refused(integers, names, vectors, recursions=counts, processes=(Process("u", UNIT, time),))
    is_refused(
        "is no sequence over all steps", names, vectors, recursions=counts, processes=(Process("h", UNIT, None),)
    )
    coordinates = {"u": frozenset({"coordinate"})}
    is_refused("is no sequence over all steps", {}, coordinates, processes=(Process("u", UNIT, None),))
    well_formed(well({}, {"u": frozenset({"stage"})}, processes=(Process("u", UNIT, None),)))
    well_formed(well(names, vectors, recursions=counts, delays=(Delay("v", "u", UNIT), Delay("t", "v", number(2)))))
    well_formed(well(names, vectors, recursions=counts, delays=(Delay("q", "u", plus(SK, UNIT)),)))
    delayed = "is not delayed by an integer, or of something not delayed before"
    for lag in (number(Fraction(1, 2)), SX, power(UNIT, 2)):
        is_refused(delayed, names, vectors, recursions=counts, delays=(Delay("t", "u", lag),))
    later = (Delay("t", "v", UNIT), Delay("v", "u", UNIT))
    is_refused(delayed, names, vectors, recursions=counts, delays=later)
    more = "depends on more than is declared"
    is_refused(more, names, vectors, recursions=counts, delays=(Delay("t", "u", SK),))
    is_refused(more, names, vectors, recursions=counts, delays=(Delay("t", "q", UNIT),))
    is_refused(more, names, vectors, recursions=counts, delays=(Delay("h", "u", UNIT),))


def known(start, after, time, *, differences=None, lag=1):
    """Return the statement of an object u with known time `time`; v is known at 0, n has differences from 0."""
    row = ("u", start, after)
    names, vectors = {"k": KS, "x": STEPS}, {"u": KS, "v": NONE, "n": NONE, "t": KS}
    processes = (
        Process("v", ZERO_TERM, None), Process("n", ZERO_TERM, ZERO_TERM), Process("u", time, differences),
    )  # fmt: skip
    return well(
        names, vectors, recursions=(Recursion("k", (), (row,)),), processes=processes,
        delays=(Delay("t", "n", plus(SK, number(lag))),),
    )  # fmt: skip


def test_times_of_objects():
    both = (("u", UNIT), ("v", UNIT))
    noise = (("u", UNIT), ("n", SK))
    well_formed(known((), both, ZERO_TERM))
    well_formed(known((), both, UNIT))
    well_formed(known(V, U, ZERO_TERM))
    well_formed(known((), noise, ZERO_TERM, differences=ZERO_TERM))
    well_formed(known((), noise, ZERO_TERM, differences=number(-1)))
    well_formed(known((), noise, SK, differences=product(number(-1), SK)))
    delayed = (("u", UNIT), ("t", UNIT))
    well_formed(known((), delayed, number(-1), differences=product(number(-1), SK)))
    fit = "do not fit"
    for wrong in (
        known((), both, number(-1)), known(V, U, number(-1)), known((), both, ZERO_TERM, differences=ZERO_TERM),
        known((), noise, ZERO_TERM, differences=UNIT), known((), noise, product(number(-1), SK)),
        known((), delayed, number(-1), differences=ZERO_TERM), known((), delayed, number(-2)),
        known((), delayed, number(-1), differences=product(number(-1), SK), lag=2),
        known((), U, SK), known((), U, product(number(-1), SK)),
    ):  # fmt: skip
        if wrong.processes[-1].known == SK:
            well_formed(wrong)  # later times hold all the more
            continue
        with pytest.raises(Gap, match=fit):
            well_formed(wrong)
    with pytest.raises(Gap, match="nothing is known about the times of"):
        well_formed(replace(known(V, U, ZERO_TERM), processes=(Process("u", ZERO_TERM, None),)))


def test_what_is_built_and_of_which_count_a_relation_speaks():
    names = {"p": KS, "k": KS, "w": KS, "y": KS, "z": KS, "x": KS | STEPS, "m": KS, "q": NONE}
    vectors = {"u": KS, "v": KS, "t": KS, "n": NONE}
    one = well(
        names, vectors, (define("z", SW), define("p", SY)),
        recursions=(Recursion("k", (("w", ZERO_TERM, SW),), (("u", (), U),)),),
        delays=(Delay("v", "u", UNIT), Delay("t", "n", SK)), links=(Link("x", False, U, STEPS),),
        means=(Mean("m", "x"),),
    )  # fmt: skip
    well_formed(one)
    built = {("k",), ("w",), ("z",), ("x",), ("m",), ("", "u"), ("", "v"), ("", "t")}
    assert one.built("k") == built
    for term in (SK, SW, SZ, SX, scalar("m"), gram("n", "u"), gram("t", "n"), product(SY, SW)):
        assert one.counts(Rel(term, "<=", UNIT)) == one.counts(Rel(UNIT, "<=", term)) == KS
    for term in (SY, scalar("q"), gram("n", "n")):
        assert one.counts(Rel(term, "<=", UNIT)) == NONE
    assert one.counts(Rel(ZERO_TERM, "<=", SK)) == NONE and one.counts(Rel(ZERO_TERM, "<", SK)) == KS
    assert one.of(SX, scalar("q")) == KS | STEPS and one.of_vector((("n", SY),)) == KS and one.of() == NONE
    with pytest.raises(Gap, match="there is no recursion on q"):
        one.recursion("q")


def test_times_of_delays():
    one = well(
        {}, {}, processes=(Process("n", number(1), number(2)), Process("u", number(3), None)),
        delays=(Delay("t", "n", number(4)), Delay("v", "u", UNIT)),
    )  # fmt: skip
    minus_four = product(number(-1), number(4))
    assert one.times("n") == (number(1), number(2)) and one.times("u") == (number(3), None)
    assert one.times("t") == (plus(number(1), minus_four), plus(number(2), minus_four))
    assert one.times("v") == (plus(number(3), product(number(-1), UNIT)), None)
    with pytest.raises(Gap, match="nothing is known about the times of w"):
        one.times("w")


def test_labels_of_a_scalar_and_of_a_generator():
    step, stage = frozenset({"step"}), frozenset({"stage"})
    one = Statement("t", {"x": step, "u": NONE}, {"u": stage, "x": NONE}, (), ())
    assert one.labels(("x",)) == step and one.labels(("", "u")) == stage
    assert one.labels(("u",)) == one.labels(("", "x")) == one.labels(("", "unknown")) == NONE
