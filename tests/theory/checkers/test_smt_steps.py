"""How z3 settles claims, step by step: in which way, on what condition, and what it says where it does not."""

from dataclasses import dataclass, replace

import pytest
import sympy

from tests.theory.checkers.smt_attacks import claim
from theory.checkers import smt
from theory.checkers.smt_terms import Undecided
from theory.kernel import (
    ELEMENT,
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
from theory.kernel.claim import Witness
from theory.setting.assumptions import LAGS, UNBIASED

x, y, z, s, w, k, p, X, Y = symbols("x y z s w k p X Y")
u, v, n = generators("u v n")
ONE, NONE = sympy.Integer(1), combine()


def settled(author, before=(), assumes=()):
    known = {one.id: one for one in before}
    return str(smt.settle(claim("t.steps", author, assumes), known))


def refused(author, before=(), assumes=()):
    with pytest.raises(Undecided) as said:
        settled(author, before, assumes)
    return str(said.value)


def of(goal, proof, *premises, at=None, vectors=None):
    """An author of one conclusion."""

    def author(d):
        for place, premise in enumerate(premises):
            d.given(f"p{place}", premise, "domain")
        d.conclude("c", goal, proof)
        d.witness(at or {}, vectors or {})

    return author


@dataclass
class Odd:
    """A term of no certificate."""

    weight: object


@pytest.mark.parametrize(
    ("author", "ways"),
    [
        (of(le(0, x**2), NONE), "1 outright"),
        (of(lt(x, x + 1), NONE), "1 outright"),
        (of(eq(x, 2 * y), combine(times("p0")), eq(2 * y, x)), "1 outright"),
        (of(le(x, 1), Contradiction(combine(times("negation"), times("p0"))), le(x, 1)), "1 outright"),
        (of(lt(x, 1), Contradiction(combine(times("negation"), times("p0"))), lt(x, 1)), "1 outright"),
        (of(le(0, x + 1), Chain((Step("one", le(0, x**2), NONE),), combine(times("p0"))), le(0, x)), "2 outright"),
        (of(le(0, x * y), ZeroCases(x, combine(times("p1", x)), combine(times("case", y))), le(0, x), le(0, y)),
         "1 assisted, 1 outright"),
        (of(le(x, 1), OrderCases(x, ONE, combine(times("case")), combine(times("p0"))), le(x, 1)), "2 outright"),
        (of(le(s, 1), SignCases(s, NONE, NONE), eq(s**2, 1), at={"s": 1}), "2 outright"),
        (of(le(0, norm2(u)), combine(norm_square(u))), "1 assisted"),
        (of(le(2 * inner(u, v), norm2(u) + norm2(v)), combine(norm_square(u - v))), "1 assisted"),
        (of(le(0, x * norm2(u)), combine(norm_square(u, x)), le(0, x)), "1 assisted"),
    ],
)  # fmt: skip
def test_a_step_is_settled_outright_or_with_its_certificate(author, ways):
    assert settled(author) == ways


@pytest.mark.parametrize(
    ("author", "why"),
    [
        (of(le(0, x), NONE), "'c', 0 <= x: z3 does not find 0 <= x from the terms of its certificate"),
        (of(le(0, -norm2(u)), combine(norm_square(u, -1))), "'c', 0 <= -<u|u>: z3 does not find 0 <= -1"),
        (of(le(0, x * norm2(u)), combine(norm_square(u, x))), "'c', 0 <= <u|u>*x: z3 does not find 0 <= x"),
        (of(lt(0, norm2(u)), combine(norm_square(u))), "'c', 0 < <u|u>: z3 does not find 0 < <u|u> from the terms of"),
        (of(le(0, x), combine(times("none"))), "'c', 0 <= x: no fact is called 'none'"),
        (of(eq(x, y), Contradiction(NONE)), "'c', x == y: an equation has no single inequality as its opposite"),
        (of(le(0, x), ZeroCases(y, NONE, NONE)), "'c', 0 <= x: z3 does not find 0 <= y"),
        (of(le(0, x), SignCases(s, NONE, NONE)), "'c', 0 <= x: z3 does not find s^2 == 1"),
        (of(le(0, 1 / x), NONE), "'c', 0 <= 1/x: x is divided by, and z3 does not find that it is not zero"),
        (of(le(0, x), ZeroCases(1 / y, NONE, NONE)), "'c', 0 <= x: y is divided by, and z3 does not find"),
        (of(le(0, x), OrderCases(1 / y, ONE, NONE, NONE)), "'c', 0 <= x: y is divided by, and z3 does not find"),
        (of(le(0, x), OrderCases(ONE, 1 / y, NONE, NONE)), "'c', 0 <= x: y is divided by, and z3 does not find"),
        (of(le(0, x), combine(square(1 / y))), "'c', 0 <= x: y is divided by, and z3 does not find"),
        (of(le(0, x), combine(square(1, 1 / y))), "'c', 0 <= x: y is divided by, and z3 does not find"),
        (of(le(0, 1 / x + 1), Contradiction(NONE)), "'c', 0 <= 1 + 1/x: x is divided by, and z3 does not find"),
        (of(le(0, x), Induction(k, NONE, NONE)), "'c', 0 <= x: there is no recursion on k"),
        (of(le(0, x), "because"), "'c', 0 <= x: no translation of 'because'"),
        (of(le(0, x), combine(Odd(ONE))), "'c', 0 <= x: no translation of Odd(weight=1)"),
        (of(le(0, x), Chain((Step("one", le(0, y), NONE),), NONE)), "'c', 0 <= x: z3 does not find 0 <= y from"),
    ],
)  # fmt: skip
def test_what_is_not_settled_is_named_with_its_step(author, why):
    assert refused(author).startswith(why)


def test_a_strict_goal_needs_a_strict_part(monkeypatch):
    """With the certificate alone: as if z3 saw nothing for itself."""
    monkeypatch.setattr(smt, "follows", lambda *_: False)
    assert settled(of(lt(0, x * y), combine(times("p0", y)), lt(0, x), lt(0, y), at={"x": 1, "y": 1})) == "1 assisted"
    assert settled(of(lt(0, x**2), combine(square(x)), lt(0, x), at={"x": 1})) == "1 assisted"
    assert settled(of(le(0, x * y), combine(times("p0", y)), lt(0, x), le(0, y), at={"x": 1})) == "1 assisted"
    assert settled(of(eq(x * y, 0), combine(times("p0", -y)), eq(x, 0))) == "1 assisted"
    for wrong in (
        of(lt(0, x * y), combine(times("p0", y)), lt(0, x), le(0, y), at={"x": 1}),
        of(lt(0, x * y), combine(times("p0", y)), le(0, x), lt(0, y), at={"y": 1}),
        of(lt(0, x**2), combine(square(x)), le(0, x)),
        of(le(0, -x), combine(times("p0", -1)), le(0, x)),
        of(eq(x, y), combine(times("p0", 1)), le(x, y)),
    ):
        assert "z3 does not find" in refused(wrong)


# --- rules, and what a claim then hangs on


def with_mean(d):
    d.mean(X, of=x)
    d.given("x", le(x, y), "domain")
    d.conclude("mean", le(X, y), d.average("x", STEP))


def with_cited_mean(d):
    d.mean(X, of=x)
    d.given("x", le(x, 1), "domain")
    d.conclude("c", le(X, 1), Cite("t.mean", "mean", {y: ONE}))


def average_of_a_citation(d):
    d.mean(X, of=x)
    d.given("x", le(x, 0), "domain")
    d.conclude("c", le(X, 1), Average(le(x, 1), Cite("t.small", "c"), STEP))


def average_of_a_step(d):
    d.mean(X, of=x)
    d.given("x", le(x, 0), "domain")
    d.conclude("c", le(X, 1), Average(le(x, 1), combine(times("x"), square(1)), STEP))


def over_elements(d):
    d.link(x, u, over=ELEMENT)
    d.given("x", le(x**2, 0 * x), "domain")
    d.conclude("c", le(norm2(u), 0), d.average("x", ELEMENT))
    d.witness({"x": 0}, {"u": (0,)})


def with_tower(d):
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="definition")
    d.conclude("c", eq(inner(n, *generators("F")), 0), Tower("n", "F"))
    d.witness({}, {"n": (0,), "F": (1,)})


def with_shift(d):
    d.process("n", known=0, differences=None, reason=LAGS)
    d.delayed("z", of="n", lag=2)
    d.conclude("c", le(norm2(*generators("z")), norm2(n)), Shift("z"))


def with_path(d):
    a, b, c, e, f, g, h = symbols("a b c e f g h")
    d.path(a, b, c, e, f, g, h)
    d.conclude("c", eq(h * (g - f), e - c), Telescope("a"))


MEAN = claim("t.mean", with_mean)
SMALL = claim("t.small", of(le(x, 1), combine(times("p0"), square(1)), le(x, 0)))


@pytest.fixture(scope="module", autouse=True)
def before():
    smt.settle(MEAN, {})
    smt.settle(SMALL, {})


@pytest.mark.parametrize(
    ("author", "given", "assumes", "said"),
    [
        (with_mean, (), (), "conditional on: average over step of 'x' (1 average, 1 outright)"),
        (with_cited_mean, (MEAN,), (), "conditional on: average over step of 'x' (1 cited)"),
        (average_of_a_citation, (SMALL,), (), "conditional on: average over step of 't.small:c' (1 average, 1 cited)"),
        (average_of_a_step, (), (), "conditional on: average over step of a step (1 average, 1 outright)"),
        (over_elements, (), (), "conditional on: average over step and coordinate of 'x' (1 average, 1 outright)"),
        (with_tower, (), (UNBIASED,), "conditional on: tower property <F|n> (1 tower)"),
        (with_shift, (), (LAGS,), "conditional on: shift of 'n' to 'z' (1 shift)"),
        (with_path, (), (), "conditional on: telescoping sum of 'a' (1 telescope)"),
        (of(le(x, 1), Cite("t.small", "c"), le(x, 0)), (SMALL,), (), "1 cited"),
    ],
)
def test_rules_are_named_and_counted(author, given, assumes, said):
    assert settled(author, given, assumes) == said


def test_what_an_average_gives_is_defined():
    def author(d):
        """1/y stands on both sides, and y may be zero."""
        d.mean(X, of=x)
        d.given("x", le(x, 1), "domain")
        d.conclude("c", le(X + 1 / y, 1 + 1 / y), Average(le(x, 1), combine(times("x")), STEP))

    assert "y is divided by" in refused(author)


@pytest.mark.parametrize("proof", [Tower("n", "F"), Shift("z"), Telescope("a")])
def test_what_a_rule_gives_is_defined(proof):
    assert "y is divided by" in refused(of(le(0, 1 / y), proof))


def test_verdicts_come_with_their_hypotheses_and_in_order():
    wrong = claim("t.wrong", of(le(0, x), NONE))
    citing = claim("t.citing", of(le(x, 1), Cite("t.wrong", "c")))
    again = claim("t.again", of(le(x, 1), Cite("t.small", "c"), le(x, 0)))
    found = list(smt.prove([SMALL, MEAN, wrong, citing, again]))
    assert [(one.claim, one.verdict) for one in found] == [
        ("t.small", "proved"), ("t.mean", "conditional"), ("t.wrong", "undecided"), ("t.citing", "undecided"),
        ("t.again", "proved"),
    ]  # fmt: skip
    assert [one.hypotheses for one in found] == [(), ("average over step of 'x'",), (), (), ()]
    assert found[0].reason == "1 outright"
    assert found[3].reason.endswith("t.wrong is not settled, or does not conclude 'c'")
    assert all(0 < one.seconds < 60 for one in found)


def test_only_what_was_settled_here_under_its_own_name_is_known():
    fresh = claim("t.small", of(le(x, 1), combine(times("p0"), square(1)), le(x, 0)))
    assert smt.is_settled(SMALL) and not smt.is_settled(fresh)
    citing = of(le(x, 1), Cite("t.small", "c"), le(x, 0))
    assert "t.small is not settled" in refused(citing, (fresh,))
    other = claim("t.steps", of(le(x, 1), Cite("t.other", "c"), le(x, 0)))
    with pytest.raises(Undecided, match=r"t\.other is not settled"):
        smt.settle(other, {"t.other": SMALL})


# --- conclusions


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ((), "the claim concludes nothing, or one thing twice"),
        (("c", "c"), "the claim concludes nothing, or one thing twice"),
        (("d",), "what the claim concludes is no step of it"),
        (("c", "d"), "what the claim concludes is no step of it"),
        (("p0",), "what the claim concludes is no step of it"),
        (("c", "p0"), "what the claim concludes is no step of it"),
    ],
)
def test_what_is_concluded_are_steps(names, why):
    item = replace(claim("t.steps", of(le(x, 1), combine(times("p0")), le(x, 0))), conclusions=names)
    with pytest.raises(Undecided) as said:
        smt.settle(item, {})
    assert str(said.value) == why and not smt.is_settled(item)


def test_a_claim_with_a_witness_that_does_not_fit_is_not_settled():
    item = replace(claim("t.steps", of(le(x, 1), combine(times("p0")), le(x, 0))), witness=Witness({"x": 1}))
    with pytest.raises(Undecided, match="may be vacuous"):
        smt.settle(item, {})


# --- counts


def counting(goal, base, step, **more):
    def author(d):
        for name, premise in more.items():
            d.given(name, premise, "domain")
        d.recursion(k, {w: (0, w + 2), Y: (1, Y * p)}, {"W": (0 * u, generators("W")[0] + u)})
        d.conclude("c", goal, Induction(k, base, step))
        d.witness({"k": 0}, {})

    return author


HYPOTHESIS = combine(times("hypothesis"))


@pytest.mark.parametrize(
    ("author", "said"),
    [
        (counting(eq(w, 2 * k), NONE, HYPOTHESIS), "2 outright"),
        (counting(le(0, Y), NONE, combine(times("hypothesis", p)), p=le(0, p)), "1 assisted, 1 outright"),
        (counting(le(1, w), NONE, HYPOTHESIS), "z3 does not find 1 <= 0"),
        (counting(eq(w, 3 * k), NONE, HYPOTHESIS), "z3 does not find (2 + w) == 3 (k + 1)"),
        (counting(eq(w, 2 * k), combine(times("hypothesis")), HYPOTHESIS), "no fact is called 'hypothesis'"),
        (counting(le(0, Y), NONE, HYPOTHESIS, Y=le(0, Y)), "z3 does not find 0 <= "),
        (counting(le(0, Y), NONE, combine(times("Y", p)), p=le(0, p), Y=le(0, Y)), "no fact is called 'Y'"),
        (counting(eq(norm2(*generators("W")), k**2 * norm2(u)), NONE,
                  Chain((Step("in", eq(inner(u, *generators("W")), k * norm2(u)), NONE),), HYPOTHESIS)),
         "z3 does not find"),
        (counting(le(0, norm2(*generators("W"))), NONE, combine(norm_square(u + generators("W")[0]))),
         "1 assisted, 1 outright"),
    ],
)  # fmt: skip
def test_an_induction_goes_from_each_count_to_the_next(author, said):
    if said[0].isdigit():
        assert settled(author) == said
    else:
        assert said in refused(author)


def test_a_sign_is_put_into_the_facts_too():
    given = (eq(s**2, 1), le(s * x, y), le(-s * x, y))
    both = of(le(x, y), SignCases(s, combine(times("p1")), combine(times("p2"))), *given, at={"s": 1})
    assert settled(both) == "2 outright"
    swapped = of(le(x, y + s - 1), SignCases(s, combine(times("p1")), combine(times("p2"))), *given, at={"s": 1})
    assert "z3 does not find x <= " in refused(swapped)


def test_a_premise_is_defined_by_premises_before_it_about_as_many_counts():
    def author(d):
        d.given("positive", lt(0, x), "domain")
        d.given("quotient", le(y, 1 / x), "domain")
        d.conclude("goal", le(y, 1 / x), combine(times("quotient")))
        d.witness(x=1, y=0)

    assert settled(author)

    def turned_round(d):
        d.given("quotient", le(y, 1 / x), "domain")
        d.given("positive", lt(0, x), "domain")
        d.conclude("goal", le(y, 1 / x), combine(times("quotient")))
        d.witness(x=1, y=0)

    assert refused(turned_round) == "x is divided by, and z3 does not find that it is not zero"


def test_one_name_is_not_replaced_twice_whatever_else_is_replaced():
    def cited(d):
        d.given("positive", lt(0, x), "domain")
        d.given("short", le(norm2(u), x), "domain")
        d.conclude("goal", le(norm2(u), 2 * x), combine(times("short"), times("positive")))
        d.witness({"x": 1}, {"u": (1,)})

    def citing(*more):
        def author(d):
            d.given("positive", lt(0, y), "domain")
            d.given("short", le(norm2(v), y), "domain")
            scalars = {x: y} | dict.fromkeys(more, y)
            d.conclude("goal", le(norm2(v), 2 * y), Cite("t.cited", "goal", scalars, {"u": v}))
            d.witness({"y": 1}, {"v": (1,)})

        return author

    before = (claim("t.cited", cited, ()),)
    smt.settle(before[0], {})
    assert settled(citing(), before)
    assert refused(citing(sympy.Symbol("x", positive=True)), before).endswith("two symbols of one name")
