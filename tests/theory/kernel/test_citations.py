"""Citations (RULES.md, section 5): the true instance passes, with one condition broken it does not."""

import pytest
import sympy

from tests.theory.kernel.pairs import Pairs, answered
from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STEP,
    Average,
    Cite,
    Induction,
    OrderCases,
    Shift,
    Telescope,
    Tower,
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
from theory.kernel.vectors import ZERO, entry
from theory.setting.assumptions import UNBIASED

x, y, z, s, k, j, w, X, Y, Z, b, c = symbols("x y z s k j w X Y Z b c")
u, v, n, t, g, h = generators("u v n t g h")
ONE = sympy.Integer(1)
pair = Pairs()

UNDEFINED = "is divided by, and is not known to be nonzero"
FIRST, LAST, MEAN, NEXT, STEPS = symbols("first last mean next steps")


# --- citation


def scaled(d):
    d.given("y > 0", lt(0, y), "domain")
    d.given("xy", le(0, x * y), "domain")
    d.define(z, x + y)
    d.have("inner", le(0, x), combine(times("xy", 1 / y)))
    d.conclude("weak", le(0, 3 * x), combine(times("inner", 3)))
    d.conclude("strict", lt(0, z), combine(times("inner"), times("y > 0"), times("z :=", -1)))
    d.conclude("equal", eq(z - y, x), combine(times("z :=")))
    d.witness(x=1, y=1)


@pair(
    given=[scaled], claim="is not proved", conclusion="does not conclude", step="does not conclude",
    unknown="speaks of no", vector="speaks of no", gram="only scalars and generators", map=UNDEFINED,
    vector_map="speaks of no", op="is weaker or stronger", equal="is weaker or stronger", total="is not the instance",
    premise="its premise 'xy'", strict="its premise 'y > 0'", definition="its premise 'z :='", goal=UNDEFINED,
    here="x is nothing here",
)  # fmt: skip
def citation(d, fault):
    d.given("b", lt(0, b) if fault != "strict" else le(0, b), "domain")
    if fault != "premise":
        d.given("cb", le(0, 2 * b * (c - 1)), "domain")
    if fault != "definition":
        d.define(w, c - 1 + b)
    else:
        d.given("w", le(w, 9), "domain")
    name = {"claim": "other", "conclusion": "other"}
    by = {x: c - 1, y: b, z: w}
    by |= {"unknown": {s: ONE}, "gram": {entry("u", "u"): ONE}, "map": {x: c - 1 + 0 * b, s: 1 / c}}.get(fault, {})
    if fault == "map":
        by = {x: c - 1 + 1 / c, y: b, z: w}
    if fault == "here":
        del by[x]
    vectors = {"vector": {"u": v}, "vector_map": {"u": (1 / c) * v}}.get(fault, {})
    if vectors:
        d.have("v", le(0, norm2(v)), combine(norm_square(v)))
    goal = {
        "op": lt(0, 3 * (c - 1)), "equal": eq(0, 3 * (c - 1)), "total": le(0, 2 * c - 2),
        "goal": le(1 / c, 1 / c + 3 * c - 3)
    }.get(fault, le(0, 3 * c - 3))  # fmt: skip
    conclusion = {"conclusion": "other", "step": "inner"}.get(fault, "weak")
    d.conclude("goal", goal, Cite(name.get(fault, "scaled") if fault == "claim" else "scaled", conclusion, by, vectors))
    d.witness({"b": 1, "c": 2, "w": 9} if fault == "definition" else {"b": 1, "c": 2}, {"v": (1,)})


@pair(given=[scaled], weaker="is weaker or stronger", reverse="is not the instance")
def strict_citation(d, fault):
    d.given("y > 0", lt(0, y), "domain")
    d.given("xy", le(0, x * y), "domain")
    d.define(z, x + y)
    goal = {"weaker": eq(0, z), "reverse": le(z, 0)}.get(fault, le(0, z))
    d.have("strict", lt(0, z), Cite("scaled", "strict"))
    d.conclude("goal", goal, Cite("scaled", "strict"))
    d.witness(x=1, y=1)


@pair(given=[scaled], weaker="is weaker or stronger")
def citation_of_an_equation(d, fault):
    d.given("y > 0", lt(0, y), "domain")
    d.given("xy", le(0, x * y), "domain")
    d.define(z, x + y)
    goal = le if fault else eq
    d.conclude("goal", goal(z - y, x), Cite("scaled", "equal"))
    d.witness(x=1, y=1)


@pair(given=[scaled], map=UNDEFINED)
def maps_that_are_defined(d, fault):
    d.given("y > 0", lt(0, y), "domain")
    d.given("x", lt(0, x) if not fault else le(0, x), "domain")
    d.given("y/x", le(0, y / x) if not fault else le(0, x * y), "domain")
    d.define(w, 1 / x + y if not fault else y)
    d.conclude("goal", le(0, 3 / x), Cite("scaled", "weak", {x: 1 / x, z: w}))
    d.witness(x=1, y=1)


def divided(d):
    d.given("square", lt(0, (x + y) ** 2), "domain")
    d.given("quotient", le(0, z / (x**2 + 2 * x * y + y**2)), "domain")
    d.conclude("goal", le(0, 2 * z), combine(times("quotient", 2 * (x + y) ** 2)))
    d.witness(x=1, y=1, z=1)


@pair(given=[divided], premise="citing divided: its premise 'quotient': ")
def premises_that_are_defined(d, fault):
    """(x + y)^2 > 0 is clear from x + y != 0; that x^2 + 2 x y + y^2 is the same is not looked at."""
    d.given("sum", lt(0, (x + y) if fault else (x + y) ** 2), "domain")
    d.given("z", le(0, z / ((x + y) ** 2 if fault else x**2 + 2 * x * y + y**2)), "domain")
    d.conclude("goal", le(0, 2 * z), Cite("divided", "goal"))
    d.witness(x=1, y=1, z=1)


def annihilated(d):
    d.given("y", eq(y, 0), "domain")
    d.conclude("scalar", eq(x * y, 0), combine(times("y", x)))
    d.conclude("vector", eq(y * inner(u, v), 0), combine(times("y", inner(u, v))))
    d.witness({"y": 0, "x": 1}, {"u": (1,), "v": (1,)})


@pair(given=[annihilated], scalar="w is divided by", vector="w is divided by")
def quotients_that_cancel(d, fault):
    """With z/w for x and w for y, x y is z where w is not 0; but w is 0."""
    d.given("w", eq(w, 0), "domain")
    if fault == "vector":
        scalars, goal = {y: w}, eq(inner(h, v), 0)
        d.conclude("goal", goal, Cite("annihilated", "vector", scalars, {"u": (1 / w) * h}))
    else:
        scalars, goal = ({x: z / w, y: w}, eq(z, 0)) if fault else ({x: z, y: w}, eq(z * w, 0))
        d.given("z", le(z, 5), "domain")
        d.conclude("goal", goal, Cite("annihilated", "scalar", scalars))
    d.witness({"w": 0, "z": 1}, {"h": (1,), "v": (1,)})


def linked(d):
    d.link(x, u, over=ELEMENT)
    d.given("zero", eq(x, 0), "domain")
    d.conclude("none", eq(norm2(u), 0), Average(eq(x**2, 0), combine(times("zero", x)), ELEMENT))
    d.witness({"x": 0}, {"u": (0,)})


@pair(
    given=[linked], link="is not made the same part", over="is not made the same part", image="is not the instance",
    part="is not made the same part", bare="must stand for one name here", product="must stand for one name",
    premise="its premise 'zero'", case="its premise 'zero'",
)  # fmt: skip
def citation_with_a_link(d, fault):
    if fault != "link":
        d.link(y, v, over=STEP if fault == "over" else ELEMENT)
    else:
        d.local(ELEMENT, y)
    d.link(z, n, over=ELEMENT)
    d.given("y", le(0, y) if fault in ("premise", "case") else eq(y, 0), "domain")
    scalars = {x: {"bare": 2 * y, "product": y * y, "part": z}.get(fault, y)}
    if fault == "product":
        d.given("y^2", eq(y**2, 0), "domain")
    if fault == "part":
        d.given("z", eq(z, 0), "domain")
    goal = eq(norm2(n if fault == "image" else v), 0)
    cite = Cite("linked", "none", scalars, {"u": v})
    d.conclude("goal", goal, OrderCases(y, ONE, cite, cite) if fault == "case" else cite)
    d.witness({"y": 0, "z": 0}, {"v": (0,), "n": (0,)})


@pair(given=[linked], image="is not made the same part", factor="is not made the same part")
def citation_with_a_link_to_a_combination(d, fault):
    d.link(y, 2 * v + n, over=ELEMENT)
    d.given("y", eq(y, 0), "domain")
    put = {"image": 2 * v, "factor": v + n}.get(fault, 2 * v + n)
    d.conclude("goal", eq(norm2(put), 0), Cite("linked", "none", {x: y}, {"u": put}))
    d.witness({"y": 0}, {"v": (0,), "n": (0,)})


def averaged(d):
    d.mean(X, of=x)
    d.given("x", le(x, c), "domain")
    d.conclude("mean", le(X, c), d.average("x", STEP))
    d.witness(x=0, X=0, c=1)


@pair(
    given=[averaged], mean="is not the average of", other="is not the average of", random="what is put for c",
    nothing="depends on more", bare="must stand for one name",
)  # fmt: skip
def citation_with_a_mean(d, fault):
    if fault != "mean":
        d.mean(Y, of=y)
    else:
        d.local(STEP, y)
    if fault == "other":
        d.mean(Z, of=z)
    if fault == "random":
        d.local(STEP, b)
    if fault == "nothing":
        d.local(STEP, c)
    d.given("y", le(y, c if fault == "nothing" else b), "domain")
    by = {x: y, X: {"other": Z, "bare": 2 * Y}.get(fault, Y), c: b}
    if fault == "nothing":
        del by[c]
    d.conclude("goal", le(by[X], by.get(c, c)), Cite("averaged", "mean", by))
    d.witness(y=0, Y=0, b=1, z=0, Z=0, c=1)


def along(d):
    d.path(x, y, FIRST, LAST, MEAN, NEXT, STEPS)
    d.conclude("sum", eq(STEPS * (NEXT - MEAN), LAST - FIRST), Telescope("x"))
    d.witness(dict.fromkeys(("x", "y", "first", "last", "mean", "next", "steps"), 1))


@pair(given=[along], path="the path of x is not made here", order="the path of x is not made here", goal="is not the")
def citation_with_a_path(d, fault):
    f, q = symbols("f q")
    d.path(f, q, FIRST, LAST, MEAN, NEXT, STEPS)
    by = {"path": {}, "order": {x: q, y: f}}.get(fault, {x: f, y: q})
    if fault == "path":
        d.local(STEP, x, y)
        d.given("xy", eq(x, y), "domain")
    d.conclude(
        "goal", eq(STEPS * (NEXT - MEAN), (FIRST if fault != "goal" else 0) * -1 + LAST), Cite("along", "sum", by)
    )
    d.witness({**dict.fromkeys(("f", "q", "first", "last", "mean", "next", "steps", "x", "y"), 1)})


def orthogonal(d):
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("u", known=-1, differences=None, reason="domain")
    d.conclude("zero", eq(inner(n, u), 0), Tower("n", "u"))
    d.witness({}, {"n": (0,), "u": (1,)})


orthogonal.assumes = (UNBIASED,)


@pair(
    given=[orthogonal], assumes=[UNBIASED], late="the times of v do not fit: known", early="the times of t do not fit",
    none="the times of t do not fit: differences from None", random="may be random", nothing="nothing is known about",
)  # fmt: skip
def citation_with_processes(d, fault):
    d.process("t", known=0, differences={"early": -1, "none": None}.get(fault, 0), reason=UNBIASED)
    d.process("h", known=0, differences=1, reason=UNBIASED)
    d.process("v", known=0 if fault == "late" else -1, differences=None, reason="domain")
    if fault != "nothing":
        d.process("g", known=-2, differences=None, reason="domain")
    d.local(COORDINATE if fault == "random" else (), x)
    if fault == "random":
        d.local(COORDINATE, x)
    difference, known = t + x * h, v - g
    goal = eq(sympy.expand(inner(difference, known)), 0)
    d.conclude("goal", goal, Cite("orthogonal", "zero", {}, {"n": difference, "u": known}))
    d.witness({"x": 1}, {"t": (0,), "v": (1,), "h": (0,), "g": (1,)})


def shifted(d):
    d.delayed("v", of="u", lag=2)
    d.conclude("less", le(norm2(v), norm2(u)), Shift("v"))
    d.witness({}, {"u": (1,)})


@pair(
    given=[shifted],
    lag="is not made by the same delay here",
    delay="is not made by the same delay",
    bare="for one name",
)
def citation_with_a_delay(d, fault):
    d.delayed("h", of="n", lag=1)
    d.delayed("t", of="n", lag=3 if fault == "lag" else 2)
    by = {"delay": {"v": n, "u": t}, "bare": {"v": 2 * t, "u": 2 * n}}.get(fault, {"v": t, "u": n})
    d.conclude("goal", le(norm2(by["v"]), norm2(by["u"])), Cite("shifted", "less", {}, by))
    d.witness({}, {"n": (1,)})


def counted(d):
    d.local(k, z)
    d.given("z", le(z, c), "domain")
    d.recursion(k, {w: (0, w + z)})
    d.conclude("sum", le(w, c * k), Induction(k, combine(), combine(times("hypothesis"), times("z"))))
    d.witness(k=1, z=1, c=1)


WORD = "is not made here, word for word"


@pair(
    given=[counted], start=WORD, after=WORD, counter=WORD, object=WORD, growth=WORD, premise="its premise 'z'",
    hand="its premise 'z'", more="depends on more", parameter="what is put for c depends on ['k']",
)  # fmt: skip
def citation_with_a_recursion(d, fault):
    d.local(k, z, *([c, b] if fault == "more" else []))
    if fault == "parameter":
        d.local(k, b)
    d.given("z", le(z * 2, 2 * b), "domain")
    if fault == "premise":
        d.context.pop()
        d.given("z", le(z, b + 1), "domain")
    if fault == "more":
        d.given("zc", le(z, c), "domain")
    if fault == "growth":
        d.given("y", le(y, b), "domain")
    if fault == "hand":
        d.context.pop()
        d.given("z", le(z + w**2, b), "domain")
        d.have("zb", le(z, b), combine(times("z"), square(w)))
    step = {"after": w + 2 * z, "growth": w + y}.get(fault, w + z)
    if fault == "growth":
        d.local(k, y)
    if fault == "counter":
        d.local(j, z)
        d.labels[z] -= {"k"}
        d.given("k >= 0", le(0, k), "domain")
    if fault == "object":
        d.local(k, w)
    d.recursion(
        j if fault == "counter" else k, {X if fault == "object" else w: (1 if fault == "start" else 0, step), Y: (1, Y)}
    )
    by = {c: b} if fault != "more" else {}
    by |= {"object": {w: X}, "growth": {z: y}}.get(fault, {})
    goal = le(X if fault == "object" else w, by.get(c, c) * k)
    d.conclude("goal", goal, Cite("counted", "sum", by))
    d.witness(k=0, z=1, b=1, j=0, y=1, c=1)


def orthogonal_sum(d):
    d.local(k, v)
    d.given("v", eq(inner(v, t), 0), "domain")
    d.recursion(k, vectors={"u": (ZERO, u + v)})
    d.conclude("sum", eq(inner(u, t), 0), Induction(k, combine(), combine(times("hypothesis"), times("v"))))
    d.witness({"k": 1}, {"v": (0,), "t": (1,)})


@pair(
    given=[orthogonal_sum], start=WORD, after=WORD, object="is nothing here", put=WORD,
    random="what is put for t depends on ['k']", more="t is nothing here, or depends on more",
)  # fmt: skip
def citation_with_a_recursion_of_generators(d, fault):
    (w_,) = generators("w")
    d.local(k, v, h)
    d.local((), t, n)
    d.given("h", eq(inner(h, n), 0), "domain")
    d.given("v", eq(inner(v, n), 0), "domain")
    name, added = "w" if fault == "object" else "u", 2 * v if fault == "after" else h if fault == "put" else v
    (object_,) = generators(name)
    d.recursion(j, {x: (0, x + 1)})
    d.recursion(k, vectors={name: (n if fault == "start" else ZERO, object_ + added), "g": (ZERO, g)})
    vectors = {"t": h if fault == "random" else n} | ({"v": h} if fault == "put" else {})
    if fault == "random":
        d.given("vh", eq(inner(v, h), 0), "domain")
    if fault == "more":
        d.local(k, t)
        d.given("vt", eq(inner(v, t), 0), "domain")
        vectors = {}
    goal = eq(inner(w_ if fault == "object" else u, vectors.get("t", t)), 0)
    d.conclude("goal", goal, Cite("orthogonal_sum", "sum", {}, vectors))
    d.witness({"k": 0, "j": 2}, {"v": (0,), "t": (0,), "n": (1,), "h": (0,), "g": (0,)})


@pytest.mark.parametrize(("author", "fault", "because", "given", "assumes"), pair)
def test_rule(author, fault, because, given, assumes):
    answered(author, fault, because, given, assumes)
