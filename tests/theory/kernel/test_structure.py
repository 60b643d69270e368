"""What a claim may say (RULES.md, sections 3, 4 and 6): the true thing is read, one broken condition is refused."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import pytest
import sympy

from tests.theory.kernel.pairs import Pairs, answered, statement
from theory.kernel import (
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Cite,
    Relation,
    combine,
    eq,
    generators,
    inner,
    le,
    lt,
    norm2,
    norm_square,
    square,
    symbols,
    times,
)
from theory.kernel import proof as p
from theory.kernel.check import check_claim, check_step, is_proved
from theory.kernel.claim import Premise
from theory.kernel.gap import Gap
from theory.kernel.reading import _entry, plain, read, read_claim, read_name, read_over, read_relation, read_vector
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
from theory.kernel.vectors import ZERO, Vector, entry
from theory.kernel.witness import compare, evaluate, exact, square_root, trimmed
from theory.setting.assumptions import SATURATION, UNBIASED

x, y, z, s, k, j, w, X, Y, Z, b, c, r = symbols("x y z s k j w X Y Z b c r")
u, v, n, t, g, h = generators("u v n t g h")
ONE = sympy.Integer(1)
pair = Pairs()
GOAL = (le(0, x**2), combine(square(x)))


def goal(d):
    d.conclude("goal", *GOAL)


# --- reading


def test_each_node_becomes_one_node():
    assert read(sympy.Rational(-2, 3)) == number(Fraction(-2, 3))
    for plain_number in (0, 1, -1, 2):
        assert read(sympy.Integer(plain_number)) == number(plain_number)
    assert read(sympy.Rational(1, 2)) == number(Fraction(1, 2))
    assert read(x) == scalar("x") and read(entry("v", "u")) == gram("u", "v")
    assert read(x**-3) == power(scalar("x"), -3)
    assert read(sympy.Add(x, 1, evaluate=False)) in (plus(scalar("x"), number(1)), plus(number(1), scalar("x")))
    assert read(2 * x) == product(number(2), scalar("x"))
    assert read_vector(u - 2 * v) == (("u", number(1)), ("v", number(-2)))
    assert read_relation(lt(0, x)) == Rel(number(0), "<", scalar("x"))


@pytest.mark.parametrize(
    "expression",
    [
        sympy.sqrt(x), x ** sympy.Rational(1, 2), x**y, sympy.exp(x), sympy.Abs(x), sympy.pi, sympy.I, sympy.oo,
        sympy.Float(0.5), sympy.nan, sympy.zoo, sympy.Max(x, y), 2**x,
    ],
)  # fmt: skip
def test_what_is_no_rational_function_is_refused(expression):
    with pytest.raises(Gap, match="is not a rational function of real symbols"):
        read(expression)


@pytest.mark.parametrize(
    "more", [{}, {"positive": True}, {"real": True, "integer": True}, {"real": True, "zero": True}]
)
def test_a_symbol_is_real_and_nothing_else(more):
    with pytest.raises(Gap, match="must be real and nothing else"):
        read(sympy.Symbol("x", **more))


@pytest.mark.parametrize("name", ["", "1x", "_x", "x y", "x|y", "x'", "<u|v", "<u|v>x", "x\n", 5, None])
def test_a_name_is_an_identifier(name):
    with pytest.raises(Gap, match="is no name"):
        read_name(name)
    if type(name) is str and name:
        with pytest.raises(Gap, match="is no name"):
            read(sympy.Symbol(name, real=True))
    assert read_name("x_1Y") == "x_1Y"


def test_an_operator_and_what_an_average_runs_over():
    with pytest.raises(Gap, match="is no relation"):
        read_relation(Relation(x, ">=", y))
    assert read_over(("coordinate", "step")) == {"step", "coordinate"}
    for over in ((), ("stage", "step"), ("stage", "coordinate"), ("k",), ("step", "coordinate", "stage")):
        with pytest.raises(Gap, match="no average runs over"):
            read_over(over)


@pytest.mark.parametrize("item", [[1], 1.0, {1}, object, len, SimpleNamespace(), type("T", (tuple,), {})(), b"x", 1j])
def test_only_plain_data_is_read(item):
    plain((1, "x", True, None, Fraction(1, 2), x, {"x": (x + 1) ** 2}, frozenset({"x"}), u, le(x, y), square(x)))
    for inside in (item, (item,), {"x": item}, Premise("x", item, "domain"), Vector((("u", item),))):
        with pytest.raises(Gap, match="is no plain data"):
            plain(inside)
    with pytest.raises(Gap, match="is no plain data"):
        plain({type("N", (str,), {})("x"): 1})


@pair(
    premise="is called a definition and defines nothing",
    conclusion="no step is called ['none']", symbol="is no scalar", declared="is not declared in",
    node="rational function",
)  # fmt: skip
def entries(d, fault):
    if fault == "symbol":
        d.define(entry("u", "u"), x)
    elif fault == "premise":
        d.context.append(Premise("x", le(0, x), "definition"))
    else:
        d.define(y, sympy.sqrt(x) if fault == "node" else x)
    goal(d)
    if fault == "conclusion":
        d.conclusions.append("none")
    if fault == "declared":
        d.have("v", le(0, norm2(v)), combine(norm_square(v), p.Times(ONE * 0 * b + b, "goal")))
    d.holds_at(x=1)


def test_an_entry_of_no_kind():
    with pytest.raises(Gap, match="is neither a premise nor a definition"):
        _entry(SimpleNamespace(premises=()))


def test_a_claim_names_what_it_mentions_and_nothing_depends_on_anything_unsaid():
    def author(d):
        """All kinds of names."""
        d.given("x", le(x, entry("u", "v")), "domain")
        d.define(y, x)
        d.link(z, n, over=ELEMENT)
        d.mean(Z, of=b)
        d.delayed("t", of="g", lag=1)
        d.process("h", known=0, differences=None, reason="domain")
        d.recursion(k, {w: (0, w + 1)}, {"q": (ZERO, generators("q")[0])})
        goal(d)

    found = read_claim(statement("test", author))
    none, step, element = frozenset(), frozenset({"step"}), frozenset({"step", "coordinate"})
    counter = frozenset({"k"})
    assert found.scalars == {"x": none, "y": none, "z": element, "Z": none, "b": step, "k": counter, "w": counter}
    assert found.vectors == {**dict.fromkeys("uvntgh", none), "q": counter}
    assert [item.kind for item in found.entries] == ["premise", "define", "premise"]
    assert found.conclusions == (("goal", Rel(number(0), "<=", power(scalar("x"), 2))),)
    assert found.links == (Link("z", False, (("n", number(1)),), element),) and found.means == (Mean("Z", "b"),)
    assert found.delays == (Delay("t", "g", number(1)),) and found.processes == (Process("h", number(0), None),)
    assert found.recursions[0].objects == {"w", "k"} and found.recursions[0].generators == {"q"}


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
    is_refused("is divided by, and is not known", names, made, links=(divided,), recursions=counts)
    well_formed(well(names, made, links=(Link("x", False, (("u", power(number(2), -1)),), STEPS),), recursions=counts))
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
    names = {"k": KS, "w": KS, "y": KS, "z": KS, "x": KS | STEPS, "m": KS, "q": NONE}
    vectors = {"u": KS, "v": KS, "t": KS, "n": NONE}
    one = well(
        names, vectors, (define("z", SW),), recursions=(Recursion("k", (("w", ZERO_TERM, SW),), (("u", (), U),)),),
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


# --- claims: what is declared, what is said, what the witness shows


@pair(exists="is not known to be nonnegative", later="no fact is called", root="is not rational")
def roots(d, fault):
    if fault != "later":
        d.given("z", le(0, z) if fault != "exists" else le(z, 9), "domain")
    d.root(s, z, combine(times("z")) if fault != "exists" else combine(square(1, z)))
    if fault == "later":
        d.given("z", le(0, z), "domain")
    d.conclude(
        "goal", le(0, z * s), combine(times("s >= 0", s**2), times("s^2", -s)) if fault else combine(times("s >= 0", z))
    )
    d.holds_at(z={"root": 2}.get(fault, 4))


@pair(undefined="is divided by", order="is divided by", twice="is bound twice", all="is divided by")
def premises(d, fault):
    y_positive, quotient = ("y", lt(0, y), "domain"), ("x/y", le(x / y, 1), "domain")
    if fault == "all":  # w > 0 at the count at hand does not make z/w defined at all counts
        d.local(k, z, y)
        d.given("tied", lt(w**2, y), "domain")
        d.recursion(k, {w: (0, w)})
        d.given("all", le(z / y, 1), "domain")
    elif fault == "undefined":
        d.given(*quotient)
    elif fault == "order":
        d.given(*quotient)
        d.given(*y_positive)
    else:
        d.given(*y_positive)
        d.given(*(quotient if fault != "twice" else ("y", le(x / y, 1), "domain")))
    d.conclude("goal", le(0, y**2 + 0 * x), combine(square(y)))
    d.holds_at(x=1, y=1, z=1, k=0)


@pair(
    undeclared="declared assumptions",
    unused="declared assumptions",
    reason="declared assumptions",
    assumes=[SATURATION],
)
def assumptions(d, fault):
    d.given("x", le(0, x), SATURATION if fault != "unused" else "domain")
    if fault == "undeclared":
        d.given("y", le(0, y), UNBIASED)
    if fault == "reason":
        d.context.append(Premise("y", le(0, y), "because"))
    d.conclude("goal", le(0, 2 * x), combine(times("x", 2)))
    d.holds_at(x=1, y=1)


@pair(
    assumes=[UNBIASED], definition="is an assumption", domain="is an assumption", known="is a condition",
    unused="declared assumptions", vanish="must vanish", grown="has zero mean at every count",
)  # fmt: skip
def reasons_of_processes(d, fault):
    reason = {"definition": "definition", "domain": "domain", "unused": "domain"}.get(fault, UNBIASED)
    d.process("n", known=0, differences=0 if fault != "unused" else None, reason=reason)
    d.process("u", known=-1, differences=None, reason="definition" if fault == "known" else "domain")
    d.process("W", known=0, differences=0 if fault != "unused" else None, reason="definition")
    W, G = generators("W G")
    d.recursion(k, vectors={"W": (ZERO, W + n), "G": (ZERO, G + u)})
    if fault == "grown":
        d.define(x, k)
        d.link(x, h, over=STEP)
        d.process("h", known=0, differences=0, reason=UNBIASED)
    d.conclude("goal", le(0, norm2(n)), combine(norm_square(n)))
    d.at({"k": 0}, {"n": (1,) if fault == "vanish" else (0,), "u": (1,)})


@pair(
    nothing="the claim concludes nothing", same="says nothing", number="says nothing", constant="no free symbol",
    cancelled="no free symbol", premise="only repeats a premise",
)  # fmt: skip
def conclusions(d, fault):
    d.given("x", le(0, x), "domain")
    relation, proof = {
        "same": (le(x, x), combine()), "number": (le(0, 1), combine(square(1))),
        "constant": (le(x, x + 1), combine(square(1))), "cancelled": (le((x + 1) ** 2, x**2 + 2 * x + 1), combine()),
        "premise": (le(0, x), combine(times("x"))),
    }.get(fault, (le(0, 2 * x), combine(times("x", 2))))  # fmt: skip
    if fault == "nothing":
        d.have("goal", relation, proof)
    else:
        d.conclude("goal", relation, proof)
    d.holds_at(x=1)


def test_an_identity_may_be_a_conclusion():
    def author(d, _):
        d.conclude("goal", eq((x + 1) ** 2, x**2 + 2 * x + 1), combine())

    answered(author, "", "", (), ())


@pair(
    premise="the witness breaks the premise 'x'", strict="the witness breaks the premise 'y'",
    missing="has no value for 'x'",
    vector="has no coordinates for 'u'", equation="breaks the premise 'xz'",
    inexact="is no plain data", gram="breaks the premise 'uv'", defined="another value than what it is made of",
)  # fmt: skip
def witness(d, fault):
    d.given("x", le(x, 1), "domain")
    d.given("y", lt(y, x), "domain")
    d.given("xz", eq(x, 2 * z), "domain")
    d.given("y!", lt(y, 0), "domain")
    d.given("1/y", le(1 / y, 3), "domain")
    d.given("uv", le(inner(u, v), -1), "domain")
    d.define(w, x * y)
    goal(d)
    point = {"x": 1, "y": -1, "z": "1/2", "w": -1}
    vectors = {"u": (1, 2, 5), "v": (1, -1)}
    if fault in ("missing", "vector"):
        (point if fault == "missing" else vectors).pop({"missing": "x", "vector": "u"}[fault])
        point.pop("w")
    changes = {"premise": {"x": 2, "z": 1, "w": -2}, "strict": {"y": 1, "w": 1}, "equation": {"z": 1},
               "inexact": {"z": 0.5}, "defined": {"w": 1}}  # fmt: skip
    vectors |= {"v": (1, 1)} if fault == "gram" else {}
    d.at({**point, **changes.get(fault, {})}, vectors)


@pair(quotient="is divided by, and is not known to be nonzero")
def images(d, fault):
    """(y/y) u is u only where y is not 0."""
    d.local((), y)
    factor = sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False) if fault else ONE
    d.link(x, Vector((("u", factor),)), over=ELEMENT)
    d.given("x", eq(x, 0), "domain")
    d.conclude("u", eq(norm2(u), 0), Average(eq(x**2, 0), combine(times("x", x)), ELEMENT))
    d.at({"y": 1}, {"u": (0,)})


@pair(
    coordinates="that has more coordinates", value="another value than what it is made of",
    both="is not what its image is", vector="is not what its image is",
)  # fmt: skip
def witness_of_links(d, fault):
    d.link(x, 2 * u, over=ELEMENT)
    d.link(g, v, over=STEP)
    goal(d)
    if fault == "both":  # y and z are defined, and both are parts of n
        d.define(y, ONE)
        d.link(y, n, over=STAGE)
        d.define(z, ONE)
        d.link(z, 2 * n, over=STAGE)
    if fault == "vector":
        d.direction("h", r)
        d.direction("t", c)
        d.link(h, t, over=STEP)
    shown = {"both": {"y": 1, "z": 1}, "vector": {"r": 1, "c": 1}, "value": {"x": 1}}.get(fault, {"x": 2})
    vectors = {"u": (1, 1) if fault == "coordinates" else (1,), "v": (1, 2)}
    d.at(shown if fault != "coordinates" else {}, {**vectors, "h": (1,), "t": (0, 1)})


@pair(first="are not the first and the last", last="are not the first", mean="are not the first",
      next="are not the first",
      steps="are not the first")  # fmt: skip
def witness_of_paths(d, fault):
    names = ("x", "y", "first", "last", "mean", "next", "steps")
    d.path(*symbols(" ".join(names)))
    goal(d)
    point = dict(zip(names, (1, 2, 1, 2, 1, 2, 1), strict=True))
    d.at(point if not fault else {**point, fault: 3})


@pair(count="gives the count k as", negative="gives the count k as", value="the witness breaks the premise 'w'",
      late="the witness breaks the premise 'w'", vector="breaks the premise 'u'")  # fmt: skip
def witness_of_recursions(d, fault):
    """w is the sum of 2 i + z over i < k, and u is that of v."""
    d.local(k, z, v)
    d.local((), t)
    d.recursion(k, {w: (1, w + 2 * k + z)}, {"u": (t, u + v)})
    d.given("w", eq(w, {"value": 12, "late": 14}.get(fault, 10)), "domain")
    d.given("u", eq(norm2(u), 16 + (fault == "vector")), "domain")
    goal(d)
    d.at({"k": {"count": "1/2", "negative": -1}.get(fault, 3), "z": 1, "x": 1}, {"v": (1,), "t": (1,)})


@pair(mean="another value than what", delay="another value than what", late="another value than what")
def witness_of_what_is_made(d, fault):
    d.mean(X, of=y)
    d.delayed("t", of="u", lag=2)
    d.delayed("v", of="u", lag=0)
    goal(d)
    point = {"x": 1, "y": 2, "X": 2 if fault != "mean" else 1}
    d.at(point, {"u": (3,), "t": (3,) if fault == "late" else (), "v": (3, 0) if fault != "delay" else (2,)})


# --- numbers of the witness


def test_exact_numbers():
    assert exact("2/3") == Fraction(2, 3) and exact(2) == 2 and exact(Fraction(1, 2)) == Fraction(1, 2)
    for value in (0.5, None, sympy.Integer(1), (1,)):
        with pytest.raises(Gap, match="no exact number"):
            exact(value)


def test_square_roots():
    assert (
        square_root(Fraction(0)) == 0
        and square_root(Fraction(4, 9)) == Fraction(2, 3)
        and square_root(Fraction(9)) == 3
    )
    for value in (Fraction(2), Fraction(-1), Fraction(-4), Fraction(4, 3), Fraction(2, 9)):
        with pytest.raises(Gap, match="is not rational"):
            square_root(value)


def test_trimmed_coordinates():
    one, none = Fraction(1), Fraction(0)
    assert trimmed((none, one, none, none)) == (none, one) and trimmed((none,)) == () and trimmed((one,)) == (one,)


def test_values():
    at = {("x",): Fraction(3), ("u", "v"): Fraction(-2), ("z",): Fraction(0)}
    term = plus(product(number(2), scalar("x"), gram("u", "v")), power(scalar("x"), -2), number(1))
    assert evaluate(term, at) == Fraction(-98, 9)
    assert evaluate(power(scalar("z"), 0), at) == 1 and evaluate(power(scalar("z"), 2), at) == 0
    assert evaluate(plus(), at) == 0 and evaluate(product(), at) == 1
    with pytest.raises(Gap, match="is zero and divided by"):
        evaluate(power(scalar("z"), -1), at)


def test_comparisons():
    one, two = Fraction(1), Fraction(2)
    found = {(a, op, c_): compare(a, op, c_) for a in (one, two) for op in ("<=", "<", "==") for c_ in (one, two)}
    true = {(one, "<=", one), (one, "<=", two), (one, "<", two), (one, "==", one), (two, "<=", two), (two, "==", two)}
    assert {key for key, value in found.items() if value} == true


# --- the store of theorems


def proved():
    def author(d):
        """A square."""
        goal(d)

    return statement("test.square", author)


def citing():
    def author(d):
        """The square, cited."""
        d.conclude("again", le(0, y**2), Cite("test.square", "goal", {x: y}))

    return statement("test.citing", author)


def test_only_what_was_proved_is_cited():
    square_, other = proved(), proved()
    assert not is_proved(square_)
    with pytest.raises(Gap, match="is not proved"):
        check_claim(citing(), {"test.square": square_})
    check_step(square_, 0, {})
    assert not is_proved(square_)
    check_claim(square_, {})
    assert is_proved(square_) and not is_proved(other)
    check_claim(citing(), {"test.square": square_})
    for wrong in ({"test.square": other}, {"test.other": square_}, {}):
        with pytest.raises(Gap, match="is not proved"):
            check_claim(citing(), wrong)


def test_one_step_is_checked_from_those_before_it():
    def author(d):
        """Two steps, the first of which is wrong."""
        d.have("one", le(0, x), combine())
        d.conclude("two", le(0, 2 * x), combine(times("one", 2)))
        d.conclude("three", le(0, 3 * x), combine(times("two", 2)))

    wrong = statement("test", author)
    check_step(wrong, 1, {})
    for place in (0, 2):
        with pytest.raises(Gap, match="does not add up"):
            check_step(wrong, place, {})
    with pytest.raises(Gap, match="does not add up"):
        check_claim(wrong, {})


@pytest.mark.parametrize(("author", "fault", "because", "given", "assumes"), pair)
def test_claim(author, fault, because, given, assumes):
    answered(author, fault, because, given, assumes)
