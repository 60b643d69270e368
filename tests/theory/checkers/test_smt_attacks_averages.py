"""False claims about averages, and averages inside cases, asked of z3 alone."""

import pytest
import sympy

from tests.theory.checkers.smt_attacks import (
    FALSE,
    ONE,
    Attacks,
    X,
    g,
    k,
    refused,
    s,
    settled,
    t,
    u,
    v,
    w,
    x,
    y,
    z,
)
from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Chain,
    Induction,
    OrderCases,
    SignCases,
    Step,
    ZeroCases,
    combine,
    eq,
    inner,
    le,
    norm2,
    norm_square,
    square,
    times,
)
from theory.kernel.proof import Link

ATTACKS = Attacks()
wrong, right = ATTACKS.wrong, ATTACKS.right


# --- E, K: averages


@wrong("does not follow from the average")
def e_an_average_that_is_halved(d):
    d.link(x, u, over=ELEMENT)
    d.link(y, v, over=ELEMENT)
    d.given("p", le(x**2, y**2), "domain")
    d.conclude("bad", le(2 * norm2(u), norm2(v)), d.average("p", ELEMENT))
    d.witness({"x": 0, "y": 1}, {"u": (0,), "v": (1,)})


@wrong("is not known")
def e_an_average_over_other_labels_than_those_of_the_link(d):
    d.link(x, u, over=COORDINATE)
    d.local(STEP, x, "u")
    d.given("p", le(x**2, 0), "domain")
    d.conclude("bad", le(norm2(u), 0), d.average("p", STEP))
    d.witness({"x": 0}, {"u": (0,)})


@wrong("is not known")
def e_the_mean_of_a_mean_over_coordinates(d):
    d.mean(X, of=x)
    d.local(COORDINATE, x, X)
    d.given("p", le(x, 1), "domain")
    d.conclude("bad", le(X, 1), d.average("p", ELEMENT))
    d.witness(x=1, X=1)


@wrong("is not known")
def e_a_cube(d):
    d.link(x, u, over=STEP)
    d.given("p", le(x**3, 0), "domain")
    d.conclude("bad", le(norm2(u), 0), d.average("p", STEP))
    d.witness({"x": 0}, {"u": (0,)})


@wrong("is not known")
def e_a_product_of_a_linked_and_an_unlinked_vector(d):
    d.link(u, v, over=STEP)
    d.given("p", le(inner(u, t), 0), "domain")
    d.conclude("bad", le(inner(v, t), 0), d.average("p", STEP))
    d.witness({}, {"u": (0,), "v": (0,), "t": (1,)})


@wrong("is no part of its image")
def e_an_image_that_is_itself_local(d):
    d.local(STEP, "v")
    d.links.append(Link("x", False, v, STEP))
    d.local(STEP, x)
    d._pass_labels_on = lambda: None
    d.given("p", le(x**2, 0), "domain")
    d.conclude("bad", le(norm2(v), 0), d.average("p", STEP))
    d.witness({"x": 0}, {"v": (0,)})


@wrong("is made of itself")
def e_a_mean_that_its_values_are_made_of(d):
    """The values x := X + 1 have the mean X: 0 == 1."""
    d.mean(X, of=x)
    d.define(x, X + 1)
    d.have("mean", eq(X, X + 1), Average(eq(x, X + 1), combine(times("x :=")), STEP))
    d.conclude("bad", FALSE, combine(times("mean", -1 - z**2)))
    d.witness(X=0, z=0)


@wrong("is made of itself")
def e_a_sequence_that_its_values_are_made_of(d):
    d.link(x, g, over=STEP)
    d.define(x, norm2(g) + 1)
    d.have("x", eq(x**2, (norm2(g) + 1) ** 2), combine(times("x :=", x + norm2(g) + 1)))
    d.have("mean", eq(norm2(g), (norm2(g) + 1) ** 2), d.average("x", STEP))
    d.have("g", le(0, norm2(g)), combine(norm_square(g)))
    weight = 1 + z**2
    d.conclude("bad", FALSE, combine(times("mean", -weight), square(norm2(g), weight), times("g", weight)))
    d.witness({"z": 0}, {"g": (1,)})


@wrong("depends on more than is declared")
def k_a_constant_root_of_something_random(d):
    d.local(STEP, x)
    d.root(s, x**2, combine(square(x)))
    d._pass_labels_on = lambda: None
    d.conclude("bad", le(x, s), combine())
    d.witness(x=1)


@wrong("depends on more than is declared")
def k_an_object_whose_next_value_is_random(d):
    d.local(STEP, x)
    d.recursion(k, {w: (0, w + x)})
    d.local(k, w, k)
    d._pass_labels_on = lambda: None
    d.conclude("bad", le(w, x * k), Induction(k, combine(), combine(times("hypothesis"))))
    d.witness(k=0, x=1)


# --- S: cases


@wrong("no fact is called 'case'")
def s_an_average_inside_a_zero_case_inside_a_chain(d):
    d.mean(X, of=x)
    d.given("x", le(0, x), "domain")
    zero = Chain((Step("m", eq(X, 0), Average(eq(x, 0), combine(times("case", -1)), STEP)),), combine(times("m")))
    d.conclude("bad", le(X, 0), ZeroCases(x, zero, zero))
    d.witness(x=0, X=0)


@wrong("no fact is called 'x'")
def s_an_average_inside_a_sign_case_on_a_step(d):
    """x is a sign at each step; that it is 1 at this step says nothing of its mean."""
    d.local(STEP, s)
    d.mean(X, of=x)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("x", eq(x, s), "domain")
    plus = Average(le(1, x), combine(times("x", -1)), STEP)
    minus = Average(le(1, -x), combine(times("x")), STEP)
    d.conclude("bad", le(1, s * X), SignCases(s, plus, minus))
    d.witness(x=1, s=1, X=1)


@wrong("no fact is called 'more'")
def s_an_average_of_a_step_derived_in_a_case(d):
    d.mean(X, of=x)
    more = Step("more", le(x, 1), combine(times("case")))
    low = Chain((more,), Average(le(x, 1), combine(times("more")), STEP))
    d.conclude("bad", le(X, 1), OrderCases(x, ONE, low, low))
    d.witness(x=0, X=0)


@wrong("no fact is called 'case'")
def s_a_sum_over_stages_inside_a_case_on_a_stage(d):
    d.link(x, u, over=STAGE)
    low = Average(le(x**2, 0 * x), combine(times("case", x)), STAGE)
    d.conclude("bad", le(norm2(u), 0), OrderCases(x, sympy.S.Zero, low, low))
    d.witness({"x": 0}, {"u": (0,)})


@right(verdict="conditional")
def an_average_inside_a_case_on_a_constant(d):
    d.mean(X, of=x)
    d.given("x", le(x, y), "domain")
    low = Average(le(x, y), combine(times("x")), STEP)
    d.conclude("good", le(X, y), OrderCases(y, ONE, low, low))
    d.witness(x=0, X=0, y=0)


@right(verdict="conditional")
def a_case_inside_an_average(d):
    d.mean(X, of=x)
    d.given("x^2", eq(x**2, 1), "domain")
    cases = SignCases(x, combine(), combine(square(1, 2)))
    d.conclude("good", le(X, 1), Average(le(x, 1), cases, STEP))
    d.witness(x=1, X=1)


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS.false)
def test_z3_refuses(author, because, given, assumes):
    refused(author, because, given, assumes)


@pytest.mark.parametrize(("author", "given", "assumes", "verdict"), ATTACKS.true)
def test_z3_settles_what_is_right_next_to_them(author, given, assumes, verdict):
    settled(author, given, assumes, verdict)
