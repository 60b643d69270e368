"""Every rule and every side condition of RULES.md, section 5: the true thing passes, one broken condition does not."""

from types import SimpleNamespace

import pytest
import sympy

from tests.theory.kernel.pairs import Pairs, answered
from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Chain,
    Cite,
    Contradiction,
    Induction,
    OrderCases,
    Shift,
    SignCases,
    Step,
    Telescope,
    Tower,
    ZeroCases,
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
from theory.kernel.gap import Gap
from theory.kernel.proof import NormSquare, Square
from theory.kernel.rules import Scope, check
from theory.kernel.signs import Rel
from theory.kernel.statement import Statement
from theory.kernel.terms import number
from theory.kernel.vectors import ZERO, entry
from theory.setting.assumptions import UNBIASED

x, y, z, s, k, j, w, X, Y, Z, b, c = symbols("x y z s k j w X Y Z b c")
u, v, n, t, g, h = generators("u v n t g h")
ONE, TWO = sympy.Integer(1), sympy.Integer(2)
pair = Pairs()

NEGATIVE = "is not known to be nonnegative"
UNDEFINED = "is divided by, and is not known to be nonzero"
SUM = "does not add up"
NO_FACT = "no fact is called"
UNDECLARED = "is not declared"


# --- combination


@pair(
    sign=NEGATIVE, unknown=NEGATIVE, total=SUM, missing=NO_FACT, undeclared=UNDECLARED, undefined=UNDEFINED,
    strict="is strict but no term",
)  # fmt: skip
def facts(d, fault):
    d.given("x", le(0, x), "domain")
    d.given("y", lt(0, y), "domain")
    extra = {
        "sign": (times("x", -x),), "unknown": (times("x", z),), "total": (times("x"),), "missing": (times("w"),),
        "undeclared": (times("x", w),), "undefined": (times("x", 1 / x),), "strict": (),
    }  # fmt: skip
    more = {"sign": -(x**2), "unknown": x * z, "undefined": 1, "undeclared": x * w}.get(fault, 0)
    goal = lt(0, y + x + x * y + more + 0 * z) if fault != "strict" else lt(0, x)
    if fault == "unknown":
        d.given("z", le(z, 5), "domain")
    terms = (times("x"),) if fault == "strict" else (times("y"), times("x"), times("x", y))
    if fault == "undeclared":
        goal = lt(0, y + x + x * y)
    d.conclude("goal", goal, combine(*terms, *extra.get(fault, ())))
    d.holds_at(x=1, y=1, z=1)


@pair(weight="is strict but no term", weak="is strict but no term", equation="is strict but no term")
def strict_products(d, fault):
    d.given("x", le(0, x), "domain")
    d.given("y", lt(0, y), "domain")
    d.given("z", eq(z, y), "domain")
    goals = {"": y**2, "weight": x * y, "weak": x * y, "equation": z - y + x}
    proofs = {
        "": (times("y", y),), "weight": (times("y", x),), "weak": (times("x", y),),
        "equation": (times("z", -1), times("x")),
    }  # fmt: skip
    d.conclude("goal", lt(0, goals[fault]), combine(*proofs[fault]))
    d.holds_at(x=1, y=1, z=1)


@pair(inequality="an equation follows from equations only", square="an equation follows from equations only",
      norm="an equation follows from equations only", total=SUM)  # fmt: skip
def equations(d, fault):
    d.given("xy", eq(x, y), "domain")
    d.given("w", le(w, 0), "domain")
    more = {"": (), "inequality": (times("w", 0),), "square": (square(0),), "norm": (norm_square(ZERO),)}
    proof = combine(times("xy", -z), *more.get(fault, ()))
    d.conclude("goal", eq(z * y, z * x if fault != "total" else z * x + w), proof)
    d.holds_at(x=1, y=1, z=2, w=0)


@pair(sign=NEGATIVE, unknown=NEGATIVE, undefined=UNDEFINED, weight=UNDEFINED, undeclared=UNDECLARED,
      vanishing="is strict but no term", weak="is strict but no term")  # fmt: skip
def squares(d, fault):
    d.given("y", lt(0, y), "domain")
    d.given("z", le(0, z), "domain")
    weight = {"sign": -ONE, "unknown": x, "weight": 1 / x**2, "weak": z}.get(fault, ONE)
    of = {"undefined": 1 / x, "undeclared": w, "vanishing": x, "weight": x**2}.get(fault, y)
    shown = x if fault == "undeclared" else of
    goal = (lt if fault in ("", "vanishing", "weak") else le)(0, weight * shown**2)
    d.conclude("goal", goal, combine(Square(weight, of)))
    d.holds_at(x=1, y=1, z=1)


@pair(sign=NEGATIVE, unknown=NEGATIVE, undefined=UNDEFINED, undeclared=UNDECLARED, strict="is strict but no term",
      total=SUM)  # fmt: skip
def norms(d, fault):
    d.given("y", lt(0, y), "domain")
    vector = {"undefined": u + (1 / x) * v, "undeclared": u + v + w * n}.get(fault, u + x * v)
    weight = {"sign": -y, "unknown": x}.get(fault, y)
    found = {"undeclared": norm2(u + v)}.get(fault, weight * norm2(vector))
    goal = (lt if fault == "strict" else le)(-y * norm2(n) if fault == "total" else 0, found)
    if fault == "undefined":
        d.given("x", le(0, x), "domain")
    d.conclude("goal", goal, combine(NormSquare(weight, vector)))
    d.at({"x": 1, "y": 1}, {"u": (1,), "v": (1,), "n": (1,)})


@pair(goal=UNDEFINED, value=UNDEFINED)
def sides_that_are_defined(d, fault):
    if fault == "":
        d.given("x", lt(0, x), "domain")
    d.given("y", le(0, y), "domain")
    if fault == "value":
        d.given("yx", le(0, y / x), "domain")
    d.conclude("goal", le((x**2 - 1) / x, (x**2 + y) / x - 1 / x + y * (x - 1) / x), combine(times("y")))
    d.holds_at(x=1, y=1)


def test_a_term_of_no_kind():
    scope = Scope(Statement("test", {"x": frozenset()}, {}, (), ()), {}, {})
    goal = Rel(number(0), "<=", number(0))
    check(goal, scope, combine(Square(ONE, 0 * x)))
    with pytest.raises(Gap, match="no rule for the term"):
        check(goal, scope, combine(SimpleNamespace(weight=ONE, of=0 * x)))


# --- chain and contradiction


@pair(step=SUM, later=NO_FACT, twice="two facts are called", last=SUM, proof="no rule for", premise="two facts are")
def chain(d, fault):
    d.given("x", le(0, x), "domain")
    first = Step(
        "premise" if fault != "premise" else "x", le(0, 2 * x), combine(times("x", 2 if fault != "step" else 3))
    )
    second = Step("premise" if fault == "twice" else "more", le(0, 4 * x), combine(times("premise", 2)))
    steps = (second, first) if fault == "later" else (first, second)
    last = (combine(times("more", 2 if fault != "last" else 1)),)
    d.conclude("goal", le(0, 8 * x), Chain(steps, last[0] if fault != "proof" else last))
    d.holds_at(x=1)


@pair(equation="no single inequality as its opposite", undefined=UNDEFINED, weak="is strict but no term")
def contradiction_of_a_weak_goal(d, fault):
    d.given("cube", le(0, x**3) if fault != "weak" else lt(0, x**3), "domain")
    goal = {"equation": eq(x, 0), "undefined": le(1 / y, 1 / y + x), "weak": lt(0, x)}.get(fault, le(0, x))
    if fault == "undefined":
        d.given("y", le(0, y), "domain")
    if fault == "weak":
        d.steps.clear()
        d.context.clear()
        d.given("cube", le(0, x**3), "domain")
    d.conclude("goal", goal, Contradiction(combine(times("cube"), times("negation", x**2))))
    d.holds_at(x=1, y=1)


@pair(strict="is strict but no term", total=SUM, name="two facts are called")
def contradiction_of_a_strict_goal(d, fault):
    d.given("negation" if fault == "name" else "cube", (le if fault == "strict" else lt)(0, x**3), "domain")
    weight = x**2 if fault != "total" else ONE + x**2
    d.conclude("goal", lt(0, x), Contradiction(combine(times("cube"), times("negation", weight))))
    d.holds_at(x=1)


# --- cases


@pair(
    square="cases 1, -1 need the fact", number="cases 1, -1 need the fact", plus=SUM, minus=SUM, other="need the fact"
)
def sign_cases(d, fault):
    d.given("s^2", eq(s**2, 1) if fault != "square" else eq(s**2, 2 * s - 1), "domain")
    d.given("p", le(s * x, z), "domain")
    d.given("m", le(-s * x, z), "domain")
    names = {"plus": ("m", "m"), "minus": ("p", "p")}.get(fault, ("p", "m"))
    sign = {"number": ONE, "other": x}.get(fault, s)
    d.conclude("goal", le(x, z), SignCases(sign, *(combine(times(name)) for name in names)))
    d.holds_at(s=1, x=1, z=1)


@pair(average=NO_FACT, derived=NO_FACT)
def facts_at_hand_in_sign_cases(d, fault):
    """In a case, what mentions the sign, and what is derived there, holds at this step only."""
    d.mean(X, of=x)
    d.local(STEP, s)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("sx", le(s * x, 0), "domain")
    d.given("-sx", le(-s * x, 0), "domain")
    d.given("x", le(x, 0), "domain")
    average = Average(le(2 * x, 0), combine(times({"average": "sx", "derived": "again"}.get(fault, "x"), 2)), STEP)
    proofs = (average, average)
    if fault == "derived":
        proofs = tuple(Chain((Step("again", le(x, 0), combine(times("x"))),), average) for _ in range(2))
    d.conclude("goal", le(2 * X, 0), SignCases(s, *proofs))
    d.holds_at(s=1, x=0, X=0)


@pair(order="cases > 0, == 0 need", undefined=UNDEFINED, positive=SUM, zero=SUM, name="two facts are called")
def zero_cases(d, fault):
    d.given("y", le(0, y) if fault != "order" else le(-1, y), "domain")
    d.given("case" if fault == "name" else "xy", le(0, x * y), "domain")
    d.given("x+y", le(0, x + y), "domain")
    of = 1 / y**2 if fault == "undefined" else y
    positive = times("case" if fault == "name" else "xy", 1 / y) if fault != "positive" else times("xy", 2 / y)
    zero = times("case") if fault != "zero" else times("case", -1)
    d.conclude("goal", le(0, x), ZeroCases(of, combine(positive), combine(times("x+y"), zero)))
    d.holds_at(x=1, y=1)


@pair(below=SUM, above=SUM, undefined=UNDEFINED, other=UNDEFINED)
def order_cases(d, fault):
    d.given("p", le(y, z + x), "domain")
    d.given("m", le(x, z + y), "domain")
    one, two = {"undefined": (1 / x, y), "other": (x, 1 / y)}.get(fault, (x, y))
    below = combine(times("m" if fault == "below" else "p"), times("case"))
    above = combine(times("p" if fault == "above" else "m"), times("case"))
    d.conclude("goal", le(0, z), OrderCases(one, two, below, above))
    d.holds_at(x=1, y=1, z=1)


@pytest.mark.parametrize("kind", ["negation", "above zero", "zero", "order", "reverse"])
def test_no_average_of_what_a_branch_assumes(kind):
    def author(d, fault):
        d.mean(X, of=x)
        d.given("x", le(0, x), "domain")
        d.given("x=0", eq(x, 0), "domain")
        name = {"": "x=0", "other": "case"}[fault] if kind != "negation" else {"": "x=0", "other": "negation"}[fault]
        said = {"negation": le(x, 0), "above zero": le(0, x), "zero": eq(x, 0), "order": le(x, 0), "reverse": le(0, x)}
        goal = {"negation": eq(X, 0), "above zero": le(0, X), "zero": eq(X, 0), "order": le(X, 0), "reverse": le(0, X)}
        sign = -1 if name == "x=0" and kind in ("above zero", "reverse") else 1
        inside = Average(said[kind], combine(times(name, sign)), STEP)
        done = combine(times("x=0", 2)) if kind in ("order",) else combine(times("x=0", -2))
        m = Step("m", goal[kind], inside)
        proof = {
            "above zero": lambda: ZeroCases(x, Chain((m,), done), done),
            "zero": lambda: ZeroCases(x, done, Chain((m,), done)),
            "order": lambda: OrderCases(x, ONE * 0, Chain((m,), done), done),
            "reverse": lambda: OrderCases(x, ONE * 0, done, Chain((m,), done)),
            "negation": lambda: Contradiction(
                Chain(
                    (
                        Step(
                            "m",
                            le(X, 0) if fault else goal[kind],
                            Average(le(x, 0) if fault else eq(x, 0), combine(times(name)), STEP),
                        ),
                    ),
                    combine(times("negation"), times("x=0", -2)),
                )
            ),
        }[kind]()
        d.conclude("goal", {"order": le(2 * x, 0)}.get(kind, le(0, 2 * x)), proof)
        d.holds_at(x=0, X=0)

    answered(author, "", "", (), ())
    answered(author, "other", NO_FACT, (), ())


# --- citation


def scaled(d):
    d.given("y > 0", lt(0, y), "domain")
    d.given("xy", le(0, x * y), "domain")
    d.define(z, x + y)
    d.have("inner", le(0, x), combine(times("xy", 1 / y)))
    d.conclude("weak", le(0, 3 * x), combine(times("inner", 3)))
    d.conclude("strict", lt(0, z), combine(times("inner"), times("y > 0"), times("z :=", -1)))
    d.conclude("equal", eq(z - y, x), combine(times("z :=")))
    d.holds_at(x=1, y=1)


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
    d.at({"b": 1, "c": 2, "w": 9} if fault == "definition" else {"b": 1, "c": 2}, {"v": (1,)})


@pair(given=[scaled], weaker="is weaker or stronger", reverse="is not the instance")
def strict_citation(d, fault):
    d.given("y > 0", lt(0, y), "domain")
    d.given("xy", le(0, x * y), "domain")
    d.define(z, x + y)
    goal = {"weaker": eq(0, z), "reverse": le(z, 0)}.get(fault, le(0, z))
    d.have("strict", lt(0, z), Cite("scaled", "strict"))
    d.conclude("goal", goal, Cite("scaled", "strict"))
    d.holds_at(x=1, y=1)


@pair(given=[scaled], weaker="is weaker or stronger")
def citation_of_an_equation(d, fault):
    d.given("y > 0", lt(0, y), "domain")
    d.given("xy", le(0, x * y), "domain")
    d.define(z, x + y)
    goal = le if fault else eq
    d.conclude("goal", goal(z - y, x), Cite("scaled", "equal"))
    d.holds_at(x=1, y=1)


@pair(given=[scaled], map=UNDEFINED)
def maps_that_are_defined(d, fault):
    d.given("y > 0", lt(0, y), "domain")
    d.given("x", lt(0, x) if not fault else le(0, x), "domain")
    d.given("y/x", le(0, y / x) if not fault else le(0, x * y), "domain")
    d.define(w, 1 / x + y if not fault else y)
    d.conclude("goal", le(0, 3 / x), Cite("scaled", "weak", {x: 1 / x, z: w}))
    d.holds_at(x=1, y=1)


def divided(d):
    d.given("square", lt(0, (x + y) ** 2), "domain")
    d.given("quotient", le(0, z / (x**2 + 2 * x * y + y**2)), "domain")
    d.conclude("goal", le(0, 2 * z), combine(times("quotient", 2 * (x + y) ** 2)))
    d.holds_at(x=1, y=1, z=1)


@pair(given=[divided], premise="citing divided: its premise 'quotient': ")
def premises_that_are_defined(d, fault):
    """(x + y)^2 > 0 is clear from x + y != 0; that x^2 + 2 x y + y^2 is the same is not looked at."""
    d.given("sum", lt(0, (x + y) if fault else (x + y) ** 2), "domain")
    d.given("z", le(0, z / ((x + y) ** 2 if fault else x**2 + 2 * x * y + y**2)), "domain")
    d.conclude("goal", le(0, 2 * z), Cite("divided", "goal"))
    d.holds_at(x=1, y=1, z=1)


def linked(d):
    d.link(x, u, over=ELEMENT)
    d.given("zero", eq(x, 0), "domain")
    d.conclude("none", eq(norm2(u), 0), Average(eq(x**2, 0), combine(times("zero", x)), ELEMENT))
    d.at({"x": 0}, {"u": (0,)})


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
    if fault in ("part", "image"):
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
    d.at({"y": 0, "z": 0}, {"v": (0,), "n": (0,)})


@pair(given=[linked], image="is not made the same part", factor="is not made the same part")
def citation_with_a_link_to_a_combination(d, fault):
    d.link(y, 2 * v + n, over=ELEMENT)
    d.given("y", eq(y, 0), "domain")
    put = {"image": 2 * v, "factor": v + n}.get(fault, 2 * v + n)
    d.conclude("goal", eq(norm2(put), 0), Cite("linked", "none", {x: y}, {"u": put}))
    d.at({"y": 0}, {"v": (0,), "n": (0,)})


def averaged(d):
    d.mean(X, of=x)
    d.given("x", le(x, c), "domain")
    d.conclude("mean", le(X, c), d.average("x", STEP))
    d.holds_at(x=0, X=0, c=1)


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
    d.holds_at(y=0, Y=0, b=1, z=0, Z=0, c=1)


FIRST, LAST, MEAN, NEXT, STEPS = symbols("first last mean next steps")
SIX = symbols("f g first last mean next")


def along(d):
    d.path(x, y, FIRST, LAST, MEAN, NEXT, STEPS)
    d.conclude("sum", eq(STEPS * (NEXT - MEAN), LAST - FIRST), Telescope("x"))
    d.at(dict.fromkeys(("x", "y", "first", "last", "mean", "next", "steps"), 1))


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
    d.at({**dict.fromkeys(("f", "q", "first", "last", "mean", "next", "steps", "x", "y"), 1)})


def orthogonal(d):
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("u", known=-1, differences=None, reason="domain")
    d.conclude("zero", eq(inner(n, u), 0), Tower("n", "u"))
    d.at({}, {"n": (0,), "u": (1,)})


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
    d.at({"x": 1}, {"t": (0,), "v": (1,), "h": (0,), "g": (1,)})


def shifted(d):
    d.delayed("v", of="u", lag=2)
    d.conclude("less", le(norm2(v), norm2(u)), Shift("v"))
    d.at({}, {"u": (1,)})


@pair(
    given=[shifted],
    lag="is not made by the same delay here",
    delay="is not made by the same delay",
    bare="for one name",
)
def citation_with_a_delay(d, fault):
    d.delayed("t", of="n", lag=3 if fault == "lag" else 2)
    by = {"delay": {"v": n, "u": t}, "bare": {"v": 2 * t, "u": 2 * n}}.get(fault, {"v": t, "u": n})
    d.conclude("goal", le(norm2(by["v"]), norm2(by["u"])), Cite("shifted", "less", {}, by))
    d.at({}, {"n": (1,)})


def counted(d):
    d.local(k, z)
    d.given("z", le(z, c), "domain")
    d.recursion(k, {w: (0, w + z)})
    d.conclude("sum", le(w, c * k), Induction(k, combine(), combine(times("hypothesis"), times("z"))))
    d.holds_at(k=1, z=1, c=1)


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
    d.holds_at(k=0, z=1, b=1, j=0, y=1, c=1)


def orthogonal_sum(d):
    d.local(k, v)
    d.given("v", eq(inner(v, t), 0), "domain")
    d.recursion(k, vectors={"u": (ZERO, u + v)})
    d.conclude("sum", eq(inner(u, t), 0), Induction(k, combine(), combine(times("hypothesis"), times("v"))))
    d.at({"k": 1}, {"v": (0,), "t": (1,)})


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
    d.at({"k": 0}, {"v": (0,), "t": (0,), "n": (1,), "h": (0,), "g": (0,)})


# --- averages


AVERAGED = "is not a mean or a Gram entry"
CONSTANT = "does not leave constants alone"


def average_author(of, result, over, arrange, point, zero=True):
    def author(d, fault):
        arrange(d)
        d.given("p", of, "domain")
        d.conclude("goal", result, d.average("p", over))
        d.at({"c": 1, "b": 1, **point}, dict.fromkeys("uvngt", (0,)))

    return author


def fields(over):
    def arrange(d):
        d.link(x, u, over=over)
        d.link(y, v, over=over)
        d.given("c", lt(0, c), "domain")

    return arrange


def vectors_at_steps(d):
    d.link(g, u, over=STEP)
    d.link(h, v, over=STEP)


def mean_and_path(d):
    d.mean(Z, of=z)
    d.path(x, y, FIRST, LAST, MEAN, NEXT, STEPS)
    d.given("c", lt(0, c), "domain")


PATH = dict.fromkeys(("x", "y", "first", "last", "mean", "next", "steps"), 1)
XY = {"x": 0, "y": 0}
AVERAGES = [
    (le(x * y, x**2 * c), le(inner(u, v), norm2(u) * c), ELEMENT, fields(ELEMENT), XY, ""),
    (le(x * y, x**2 * c**2), le(inner(u, v), norm2(u) * c**2), STAGE, fields(STAGE), XY, ""),
    (eq(x * y, 2 * b * x**2 / c), eq(inner(u, v), 2 * b * norm2(u) / c), COORDINATE, fields(COORDINATE), XY, ""),
    (le(x * y, c), le(inner(u, v), c), STEP, fields(STEP), XY, ""),
    (le(x * y, x**2), le(inner(u, v), norm2(v)), ELEMENT, fields(ELEMENT), XY, "is not the average of"),
    (le(x * y, c), le(inner(u, v), c), COORDINATE, fields(COORDINATE), XY, CONSTANT),
    (le(x * y, c), le(inner(u, v), c), STAGE, fields(STAGE), XY, CONSTANT),
    (le(x * y, c), le(inner(u, v), c), ELEMENT, fields(ELEMENT), XY, CONSTANT),
    (le(x, y**2), le(x, norm2(v)), ELEMENT, fields(ELEMENT), XY, AVERAGED),
    (le(x * y**2, x**2), le(x * norm2(v), norm2(u)), ELEMENT, fields(ELEMENT), XY, AVERAGED),
    (le(x**3, x**2), le(x * norm2(u), norm2(u)), ELEMENT, fields(ELEMENT), XY, AVERAGED),
    (le(x * y, x**2), le(inner(u, v), norm2(u)), STEP, fields(ELEMENT), XY, AVERAGED),
    (le(x * y, x**2), le(inner(u, v), norm2(u)), ELEMENT, fields(STEP), XY, AVERAGED),
    (le(inner(g, h), c), le(inner(u, v), c), STEP, vectors_at_steps, {}, ""),
    (le(inner(g, h), 2 * norm2(g)), le(inner(u, v), 2 * norm2(u)), STEP, vectors_at_steps, {}, ""),
    (le(inner(g, t), c), le(inner(u, t), c), STEP, vectors_at_steps, {}, AVERAGED),
    (le(inner(g, h) ** 2, c), le(inner(u, v) ** 2, c), STEP, vectors_at_steps, {}, AVERAGED),
    (le(inner(g, h), 2 * norm2(g)), le(inner(u, v), 2 * norm2(u)), COORDINATE, vectors_at_steps, {}, CONSTANT),
    (le(z + 2 * x, 3 * y + c), le(Z + 2 * MEAN, 3 * NEXT + c), STEP, mean_and_path, {"z": 1, **PATH}, ""),
    (le(b * z, c * x + b), le(b * Z, c * MEAN + b), STEP, mean_and_path, {"z": 1, **PATH}, ""),
    (le(z, x), le(Z, NEXT), STEP, mean_and_path, {"z": 1, **PATH}, "is not the average"),
    (le(z, y), le(Z, MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "is not the average"),
    (le(z * x, y), le(Z * MEAN, NEXT), STEP, mean_and_path, {"z": 1, **PATH}, AVERAGED),
    (le(z**2, y), le(Z**2, NEXT), STEP, mean_and_path, {"z": 1, **PATH}, AVERAGED),
    (le(z, x), le(Z, MEAN), STAGE, mean_and_path, {"z": 1, **PATH}, CONSTANT),
    (le(z, x), le(Z, MEAN), ELEMENT, mean_and_path, {"z": 1, **PATH}, AVERAGED),
    (lt(z, 2 * x), lt(Z, 2 * MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "an average keeps <= and =="),
    (lt(z, 2 * x), le(Z, 2 * MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "an average keeps <= and =="),
    (eq(z, x), le(Z, MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "an average keeps <= and =="),
    (le(z, x), eq(Z, MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "an average keeps <= and =="),
    (le(z, x), le(Z, MEAN), ("step", "stage"), mean_and_path, {"z": 1, **PATH}, "no average runs over"),
]


@pytest.mark.parametrize(("of", "result", "over", "arrange", "point", "because"), AVERAGES)
def test_average(of, result, over, arrange, point, because):
    answered(average_author(of, result, over, arrange, point), "" if not because else "fault", because, (), ())


@pair(divisor="an average of something divided by what is averaged over", goal=UNDEFINED, relation=UNDEFINED, proof=SUM)
def averages_with_divisors(d, fault):
    d.mean(Z, of=z)
    d.mean(X, of=x)
    d.given("c", lt(0, c), "domain")
    d.given("z", lt(0, z), "domain")
    d.given("p", le(z, x), "domain")
    d.given("b", le(0, b), "domain")
    of = {"divisor": le(1, x / z), "relation": le(z / c + 1 / b, x / c + 1 / b)}.get(fault, le(z / c, x / c))
    goal = {"divisor": le(1, X / Z), "goal": le(Z / c + 1 / b, X / c + 1 / b)}.get(fault, le(Z / c, X / c))
    if fault == "divisor":
        d.given("Z", lt(0, Z), "domain")
    weight = {"proof": 2 / c, "divisor": 1 / z}.get(fault, 1 / c)
    d.conclude("goal", goal, Average(of, combine(times("p", weight)), STEP))
    d.holds_at(z=1, x=1, Z=1, X=1, c=1, b=1)


# --- sequences


@pair(
    assumes=[UNBIASED], margin="is not known before", none="is no sum of martingale differences", op="gives",
    other="gives", swapped="is no sum of martingale", side="gives", nothing="nothing is known about the times",
)  # fmt: skip
def tower(d, fault):
    d.process("n", known=1, differences=None if fault == "none" else 1, reason=UNBIASED)
    d.process("u", known=1 if fault == "margin" else 0, differences=None, reason="domain")
    goal = {
        "op": le(inner(n, u), 0), "other": eq(inner(n, n), 0), "side": eq(0, inner(n, u)), "nothing": eq(inner(n, v), 0)
    }.get(fault, eq(inner(n, u), 0))  # fmt: skip
    proof = {"swapped": Tower("u", "n"), "nothing": Tower("n", "v")}.get(fault, Tower("n", "u"))
    d.conclude("goal", goal, proof)
    d.at({}, {"n": (0,), "u": (1,), "v": (1,)})


@pair(
    assumes=[UNBIASED], known="is not known before", differences="is not known before", origin="nothing is known about"
)
def tower_of_delayed_sequences(d, fault):
    """A delay by j moves both times by -j."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("u", known=0, differences=None, reason="domain")
    d.delayed("t", of="v" if fault == "origin" else "u", lag=1 if fault == "known" else 3)
    d.delayed("h", of="n", lag=3 if fault == "differences" else 2 if fault != "known" else 1)
    d.conclude("goal", eq(inner(h, t), 0), Tower("h", "t"))
    d.at({}, {"n": (0,), "u": (1,), "v": (1,)})


@pair(negative="is not known to be nonnegative", op="does not compare", goal="does not compare", other="is no delayed",
      unknown="is not delayed by an integer")  # fmt: skip
def shift(d, fault):
    d.delayed("h", of="v", lag=4)
    d.delayed("t", of="u", lag={"negative": -1, "unknown": x}.get(fault, 0 if fault == "zero" else 2))
    goal = {"op": eq(norm2(t), norm2(u)), "goal": le(norm2(t), norm2(v))}.get(fault, le(norm2(t), norm2(u)))
    d.conclude("goal", goal, Shift("u" if fault == "other" else "t"))
    d.at({"x": 1}, {"u": (1,), "v": (1,)})


@pair(op="is not what the path", goal="is not what the path", other="is not the member of a path", undefined=UNDEFINED)
def telescope(d, fault):
    d.path(x, y, FIRST, LAST, MEAN, NEXT, STEPS)
    d.path(z, w, *symbols("first2 last2 mean2 next2 steps2"))
    goal = {
        "op": le(STEPS * (NEXT - MEAN), LAST - FIRST), "goal": eq(STEPS * (NEXT - MEAN), FIRST - LAST),
        "undefined": eq(STEPS * (NEXT - MEAN) + 1 / FIRST, LAST - FIRST + 1 / FIRST),
    }.get(fault, eq(STEPS * NEXT - STEPS * MEAN, LAST - FIRST))  # fmt: skip
    d.conclude("goal", goal, Telescope("y" if fault == "other" else "x"))
    names = ("x", "y", "first", "last", "mean", "next", "steps", "z", "w")
    d.at(dict.fromkeys((*names, *(f"{name}2" for name in names[2:7])), 1))


# --- induction


@pair(
    start=SUM, step=SUM, anew="chosen anew at each count", counter="there is no recursion", hand=NO_FACT,
    base=NO_FACT, name="two facts are called",
)  # fmt: skip
def induction(d, fault):
    d.local(k, z)
    d.local((), v)
    d.given("hypothesis" if fault == "name" else "c", le(0, c), "domain")
    d.given("z", le(c, z), "domain")
    d.given("at hand", le(1 - k, z + w), "domain")
    d.recursion(k, {w: (-1 if fault == "start" else 0, w + z)}, {"u": (ZERO, u + v)})
    goal = le(z, w) if fault == "anew" else le(c * k, w)
    growth = times({"hand": "at hand"}.get(fault, "z"))
    start = combine(times("z", 0)) if fault == "base" else combine()
    step = combine(times("hypothesis"), growth, *([growth] if fault == "step" else []))
    d.conclude("goal", goal, Induction(j if fault == "counter" else k, start, step))
    d.at({"k": 1, "z": 1, "c": 1, "j": 1}, {"u": (0,), "v": (0,)})


@pair(start=SUM, step=SUM, anew="chosen anew at each count", one="chosen anew at each count")
def induction_on_generators(d, fault):
    """A sum of vectors, each orthogonal to t: the sum is orthogonal as well."""
    (q,) = generators("q")
    d.local(k, v)
    d.given("v", eq(inner(v, t), 0), "domain")
    d.recursion(k, vectors={"u": (t if fault == "start" else ZERO, u + (2 if fault == "step" else 1) * v + 0 * q)})
    goal = {"anew": eq(norm2(v), 0), "one": eq(inner(u, v), 0)}.get(fault, eq(inner(u, t), 0))
    step = combine(times("hypothesis"), times("v"))
    d.conclude("goal", goal, Induction(k, combine(), step))
    d.at({"k": 1}, {"v": (0,), "t": (1,)})


@pair(step=SUM)
def induction_on_a_generator_that_is_named_first(d, fault):
    d.local(k, h)
    d.given("h", eq(inner(h, t), 0), "domain")
    d.recursion(k, vectors={"g": (ZERO, g + h)})
    step = combine(times("hypothesis"), times("h", 1 if not fault else 2))
    d.conclude("goal", eq(inner(g, t), 0), Induction(k, combine(), step))
    d.at({"k": 1}, {"h": (0,), "t": (1,)})


@pytest.mark.parametrize(("author", "fault", "because", "given", "assumes"), pair)
def test_rule(author, fault, because, given, assumes):
    answered(author, fault, because, given, assumes)
