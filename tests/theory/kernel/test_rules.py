"""Every rule and every side condition of RULES.md, section 5: the true thing passes, one broken condition does not."""

from types import SimpleNamespace

import pytest
import sympy

from tests.theory.kernel.pairs import Pairs, answered
from theory.kernel import (
    STEP,
    Average,
    Chain,
    Contradiction,
    Induction,
    OrderCases,
    SignCases,
    Step,
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
from theory.kernel.vectors import ZERO

x, y, z, s, k, j, w, X, c = symbols("x y z s k j w X c")
u, v, n, t, g, h = generators("u v n t g h")
ONE = sympy.Integer(1)
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
    d.witness(x=1, y=1, z=1)


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
    d.witness(x=1, y=1, z=1)


@pair(inequality="an equation follows from equations only", square="an equation follows from equations only",
      norm="an equation follows from equations only", total=SUM)  # fmt: skip
def equations(d, fault):
    d.given("xy", eq(x, y), "domain")
    d.given("w", le(w, 0), "domain")
    more = {"": (), "inequality": (times("w", 0),), "square": (square(0),), "norm": (norm_square(ZERO),)}
    proof = combine(times("xy", -z), *more.get(fault, ()))
    d.conclude("goal", eq(z * y, z * x if fault != "total" else z * x + w), proof)
    d.witness(x=1, y=1, z=2, w=0)


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
    d.witness(x=1, y=1, z=1)


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
    d.witness({"x": 1, "y": 1}, {"u": (1,), "v": (1,), "n": (1,)})


@pair(goal=UNDEFINED, value=UNDEFINED)
def sides_that_are_defined(d, fault):
    if fault == "":
        d.given("x", lt(0, x), "domain")
    d.given("y", le(0, y), "domain")
    if fault == "value":
        d.given("yx", le(0, y / x), "domain")
    d.conclude("goal", le((x**2 - 1) / x, (x**2 + y) / x - 1 / x + y * (x - 1) / x), combine(times("y")))
    d.witness(x=1, y=1)


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
    d.witness(x=1)


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
    d.witness(x=1, y=1)


@pair(strict="is strict but no term", total=SUM, name="two facts are called")
def contradiction_of_a_strict_goal(d, fault):
    d.given("negation" if fault == "name" else "cube", (le if fault == "strict" else lt)(0, x**3), "domain")
    weight = x**2 if fault != "total" else ONE + x**2
    d.conclude("goal", lt(0, x), Contradiction(combine(times("cube"), times("negation", weight))))
    d.witness(x=1)


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
    d.witness(s=1, x=1, z=1)


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
    d.witness(s=1, x=0, X=0)


@pair(order="cases > 0, == 0 need", undefined=UNDEFINED, positive=SUM, zero=SUM, name="two facts are called")
def zero_cases(d, fault):
    d.given("y", le(0, y) if fault != "order" else le(-1, y), "domain")
    d.given("case" if fault == "name" else "xy", le(0, x * y), "domain")
    d.given("x+y", le(0, x + y), "domain")
    of = 1 / y**2 if fault == "undefined" else y
    positive = times("case" if fault == "name" else "xy", 1 / y) if fault != "positive" else times("xy", 2 / y)
    zero = times("case") if fault != "zero" else times("case", -1)
    d.conclude("goal", le(0, x), ZeroCases(of, combine(positive), combine(times("x+y"), zero)))
    d.witness(x=1, y=1)


@pair(below=SUM, above=SUM, undefined=UNDEFINED, other=UNDEFINED)
def order_cases(d, fault):
    d.given("p", le(y, z + x), "domain")
    d.given("m", le(x, z + y), "domain")
    one, two = {"undefined": (1 / x, y), "other": (x, 1 / y)}.get(fault, (x, y))
    below = combine(times("m" if fault == "below" else "p"), times("case"))
    above = combine(times("p" if fault == "above" else "m"), times("case"))
    d.conclude("goal", le(0, z), OrderCases(one, two, below, above))
    d.witness(x=1, y=1, z=1)


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
        d.witness(x=0, X=0)

    answered(author, "", "", (), ())
    answered(author, "other", NO_FACT, (), ())


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
    d.witness({"k": 1, "z": 1, "c": 1, "j": 1}, {"u": (0,), "v": (0,)})


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
    d.witness({"k": 1}, {"v": (0,), "t": (1,)})


@pair(step=SUM)
def induction_on_a_generator_that_is_named_first(d, fault):
    d.local(k, h)
    d.given("h", eq(inner(h, t), 0), "domain")
    d.recursion(k, vectors={"g": (ZERO, g + h)})
    step = combine(times("hypothesis"), times("h", 1 if not fault else 2))
    d.conclude("goal", eq(inner(g, t), 0), Induction(k, combine(), step))
    d.witness({"k": 1}, {"h": (0,), "t": (1,)})


@pair(square=UNDEFINED, norm=UNDEFINED)
def quotients_that_cancel(d, fault):
    """w y^2 >= 0 says nothing of w where y is 0, whatever (z/y)^2 is there."""
    if not fault:
        d.given("y", lt(0, y), "domain")
    d.given("wy^2", le(0, w * y**2), "domain")
    if fault == "square":
        d.conclude("goal", le(0, w * z**2), combine(Square(w * y**2, z / y)))
    else:
        d.conclude("goal", le(0, w * norm2(u)), combine(NormSquare(w * y**2, (1 / y) * u)))
    d.witness({"y": 1, "w": 1, "z": 1}, {"u": (1,)})


def test_what_is_left_of_a_certificate_that_does_not_add_up():
    def author(d, _):
        d.given("x", lt(0, x), "domain")
        d.conclude("goal", le(y / x, 2), combine())
        d.witness(x=1, y=1)

    answered(author, "wrong", "does not add up; what is left is (2*x - y)/(x)", (), ())


@pytest.mark.parametrize(("author", "fault", "because", "given", "assumes"), pair)
def test_rule(author, fault, because, given, assumes):
    answered(author, fault, because, given, assumes)
