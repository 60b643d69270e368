"""What is said, shown not to be vacuous, and kept (RULES.md, sections 3 and 4): one broken condition is refused."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

from tests.theory.kernel.pairs import Pairs, answered, statement
from theory.kernel import (
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Cite,
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
from theory.kernel.check import check_claim, check_step, is_proved
from theory.kernel.claim import Premise
from theory.kernel.gap import Gap
from theory.kernel.signs import Rel
from theory.kernel.terms import gram, number, plus, power, scalar
from theory.kernel.terms import times as product
from theory.kernel.vectors import ZERO, Vector
from theory.kernel.witness import compare, evaluate, exact, square_root, trimmed
from theory.setting.assumptions import SATURATION, UNBIASED

x, y, z, s, k, w, X, c, r = symbols("x y z s k w X c r")
u, v, n, t, g, h = generators("u v n t g h")
ONE = sympy.Integer(1)
pair = Pairs()
GOAL = (le(0, x**2), combine(square(x)))


def goal(d):
    d.conclude("goal", *GOAL)


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
    d.witness(z={"root": 2}.get(fault, 4))


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
    d.witness(x=1, y=1, z=1, k=0)


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
    d.witness(x=1, y=1)


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
    d.witness({"k": 0}, {"n": (1,) if fault == "vanish" else (0,), "u": (1,)})


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
    d.witness(x=1)


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
    d.witness({**point, **changes.get(fault, {})}, vectors)


@pair(quotient="the image of x is divided")
def images(d, fault):
    """(y/y) u is u only where y is not 0."""
    d.local((), y)
    factor = sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False) if fault else ONE
    d.link(x, Vector((("u", factor),)), over=ELEMENT)
    d.given("x", eq(x, 0), "domain")
    d.conclude("u", eq(norm2(u), 0), Average(eq(x**2, 0), combine(times("x", x)), ELEMENT))
    d.witness({"y": 1}, {"u": (0,)})


@pair(
    coordinates="that has more coordinates", value="another value than what it is made of",
    both="is not what its image is", vector="is not what its image is",
)  # fmt: skip
def witness_of_links(d, fault):
    (q,) = generators("q")
    d.link(x, 2 * u, over=ELEMENT)
    d.link(g, v, over=STEP)
    d.link(n, u + v, over=STEP)
    goal(d)
    if fault == "both":  # y and z are defined, and both are parts of q
        d.define(y, ONE)
        d.link(y, q, over=STAGE)
        d.define(z, ONE)
        d.link(z, 2 * q, over=STAGE)
    if fault == "vector":
        d.direction("h", r)
        d.direction("t", c)
        d.link(h, t, over=STEP)
    shown = {"both": {"y": 1, "z": 1}, "vector": {"r": 1, "c": 1}, "value": {"x": 1}}.get(fault, {"x": 2})
    vectors = {"u": (1, 1) if fault == "coordinates" else (1,), "v": (1, 2)}
    whole = {"n": (2, 2)} if fault != "coordinates" else {}
    d.witness(shown if fault != "coordinates" else {}, {**vectors, **whole, "h": (1,), "t": (0, 1)})


@pair(first="are not the first and the last", last="are not the first", mean="are not the first",
      next="are not the first",
      steps="are not the first")  # fmt: skip
def witness_of_paths(d, fault):
    names = ("x", "y", "first", "last", "mean", "next", "steps")
    d.path(*symbols(" ".join(names)))
    goal(d)
    point = dict(zip(names, (1, 2, 1, 2, 1, 2, 1), strict=True))
    d.witness(point if not fault else {**point, fault: 3})


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
    d.witness({"k": {"count": "1/2", "negative": -1}.get(fault, 3), "z": 1, "x": 1}, {"v": (1,), "t": (1,)})


@pair(mean="another value than what", delay="another value than what", late="another value than what")
def witness_of_what_is_made(d, fault):
    d.mean(X, of=y)
    d.delayed("t", of="u", lag=2)
    d.delayed("v", of="u", lag=0)
    goal(d)
    point = {"x": 1, "y": 2, "X": 2 if fault != "mean" else 1}
    d.witness(point, {"u": (3,), "t": (3,) if fault == "late" else (), "v": (3, 0) if fault != "delay" else (2,)})


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
    with pytest.raises(Gap, match=r"^z is zero and divided by$"):
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


@pytest.mark.parametrize("changed", [False, True])
def test_what_is_kept_is_what_was_checked(monkeypatch, changed):
    """A claim that changes after it was read is not kept as it was read."""
    right = proved()

    def change(_goal, _scope, _proof):
        if changed:
            monkeypatch.setattr("theory.kernel.check.read_relation", lambda _: Rel(number(0), "<=", scalar("y")))

    monkeypatch.setattr("theory.kernel.check.check", change)
    longer = replace(right, steps=(replace(right.steps[0], name="first"), *right.steps))
    if changed:
        with pytest.raises(Gap, match="goal changed while the claim was checked"):
            check_claim(longer, {})
    else:
        check_claim(longer, {})
    assert is_proved(longer) != changed


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
