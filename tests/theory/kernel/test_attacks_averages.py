"""False claims by averages: of what has none, of what is random, inside a case on something random."""

import pytest
import sympy

from tests.theory.kernel.attacking import X, Y, Z, b, c, n, refused, registry, s, u, v, x, y, z
from theory.kernel import (
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Cite,
    Contradiction,
    OrderCases,
    SignCases,
    ZeroCases,
    combine,
    eq,
    generators,
    le,
    lt,
    norm2,
    symbols,
    times,
)
from theory.kernel.proof import Chain, Step
from theory.setting.assumptions import UNBIASED, VARIANCE

ATTACKS = []
attack = registry(ATTACKS)


# --- E: averages


def pointwise(d):
    for local, image in ((x, u), (y, v)):
        d.link(local, image, over=ELEMENT)
    d.given("p", le(x**2, y**2), "domain")


@attack("is not the average of")
def e_average_with_its_sequences_swapped(d):
    pointwise(d)
    d.conclude("two", le(norm2(v), norm2(u)), d.average("p", ELEMENT))
    d.witness({"x": 0, "y": 1}, {"u": (0,), "v": (1,)})


@attack("is bound twice")
def e_one_field_is_part_of_two_sequences(d):
    pointwise(d)
    d.link(x, v, over=ELEMENT)
    d.conclude("two", le(norm2(v), norm2(u)), d.average("p", ELEMENT))
    d.witness({"x": 0, "y": 0}, {"u": (0,), "v": (0,)})


@attack("is bound twice")
def e_two_fields_are_one_sequence(d):
    d.link(x, u, over=ELEMENT)
    d.link(y, u, over=ELEMENT)
    d.given("p", le(2 * x**2, y**2), "domain")
    d.conclude("bad", le(2 * norm2(u), norm2(u)), d.average("p", ELEMENT))
    d.witness({"x": 0, "y": 0}, {"u": (0,)})


@attack("is not a mean or a Gram entry")
def e_average_of_a_number_as_if_it_had_a_mean(d):
    d.local(STEP, x)
    d.given("p", le(x, 1), "domain")
    d.conclude("bad", le(X, 1 + z**2), d.average("p", STEP))
    d.witness(x=0, X=0, z=0)


@attack("does not leave constants alone")
def e_average_of_a_constant_over_coordinates(d):
    d.link(x, u, over=ELEMENT)
    d.given("p", le(x**2, 1), "domain")
    d.conclude("bad", le(norm2(u), 1), d.average("p", ELEMENT))
    d.witness({"x": 0}, {"u": (0,)})


@attack("does not leave constants alone")
def e_average_of_a_constant_over_stages(d):
    d.link(x, u, over=STAGE)
    d.given("p", le(x**2, c), "domain")
    d.conclude("bad", le(norm2(u), c), d.average("p", STAGE))
    d.witness({"x": 0, "c": 1}, {"u": (0,)})


@attack("is not a mean or a Gram entry")
def e_mean_of_a_product_as_product_of_means(d):
    d.mean(X, of=x)
    d.mean(Y, of=y)
    d.given("p", le(x * y, 0), "domain")
    d.conclude("bad", le(X * Y, 0), d.average("p", STEP))
    d.witness(x=0, y=0, X=0, Y=0)


@attack("is not a mean or a Gram entry")
def e_mean_of_a_square_as_square_of_the_mean(d):
    d.mean(X, of=x)
    d.given("p", eq(x**2, 1), "domain")
    d.conclude("bad", eq(X**2, 1), d.average("p", STEP))
    d.witness(x=1, X=1)


@attack("is divided by, and is not known to be nonzero")
def e_mean_of_an_inverse(d):
    d.mean(X, of=x)
    d.given("x", lt(0, x), "domain")
    d.given("p", le(1 / x, y), "domain")
    d.conclude("bad", le(1 / X, y), d.average("p", STEP))
    d.witness(x=1, X=1, y=1)


@attack("is bound twice")
def e_two_means_of_one_sequence(d):
    d.mean(X, of=x)
    d.mean(Y, of=x)
    d.given("p", le(x, z), "domain")
    d.conclude("bad", le(Y, z - 1), d.average("p", STEP))
    d.witness(x=0, X=0, Y=0, z=1)


@attack("is not a mean or a Gram entry")
def e_an_average_with_a_random_weight(d):
    d.local(STEP, y)
    d.link(u, v, over=STEP)
    d.given("p", le(y * norm2(u), 1), "domain")
    d.conclude("bad", le(y * norm2(v), 1), d.average("p", STEP))
    d.witness({"y": 0}, {"u": (0,), "v": (0,)})


@attack("keeps <= and ==")
def e_a_strict_average_of_nothing(d):
    d.mean(X, of=x)
    d.given("p", lt(0, x), "domain")
    d.conclude("bad", lt(0, X - z), d.average("p", STEP))
    d.witness(x=1, X=1, z=0)


@attack("does not add up")
def e_a_premise_known_once_averaged(d):
    """The premise of the instance mentions a constant; its average needs what holds at every step."""
    d.link(x, u, over=ELEMENT)
    d.given("p", le(c, 1), "domain")
    d.conclude("bad", le(norm2(u), c), Average(le(x**2, c * x**2), combine(times("p", x**2)), ELEMENT))
    d.witness({"x": 1, "c": 1}, {"u": (1,)})


# --- K: randomness


def definition_at_every_step(d):
    d.local(STEP, x, z)
    d.given("xz", le(x * z, 1), "domain")
    d.define(c, x)
    d.labels[c] = frozenset()
    d.conclude("cz", le(c * z, 1), combine(times("xz"), times("c :=", z)))
    d.witness(x=1, z=1)


@attack("depends on more than is declared")
def k_a_constant_defined_by_something_random(d):
    d.mean(Z, of=z)
    d.local(STEP, x)
    d.given("xz", le(x * z, 1), "domain")
    d.define(c, x)
    d._pass_labels_on = lambda: None
    d.conclude("bad", le(c * Z, 1), Average(le(c * z, 1), combine(times("xz"), times("c :=", z)), STEP))
    d.witness(x=1, z=1, Z=1)


@attack("what is put for", assumes=[UNBIASED, VARIANCE])
def k_something_random_put_for_a_constant(d):
    """N(F + n)^2 <= N(F)^2 + sigma^2 for a constant sigma, cited for a bound x that varies from step to step."""
    F, n_k = generators("F n_k")
    d.local(STEP, x)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="domain")
    d.link(n_k, n, over=STEP)
    d.given("variance", le(norm2(n_k), x**2), VARIANCE)
    bad = Cite("noise.second_moment", "bound", {symbols("sigma")[0]: x})
    d.conclude("bad", le(norm2(F + n), norm2(F) + x**2), bad)
    d.witness({"x": 1}, {"n": (0,), "n_k": (0,), "F": (1,)})


@attack("does not add up")
def k_a_global_fact_about_a_local_vector(d):
    """norm2(v_k) at one step is not known from the average."""
    d.link(u, v, over=STEP)
    d.given("average", le(norm2(v), 1), "domain")
    d.conclude("bad", le(norm2(u), 1), combine(times("average")))
    d.witness({}, {"u": (1,), "v": (1,)})


# --- S: cases on something random


@attack("is divided by, and is not known to be nonzero")
def s_average_inside_a_case(d):
    d.mean(X, of=b)
    d.given("b01", eq(b * (1 - b), 0), "domain")
    d.given("b >= 0", le(0, b), "domain")
    is_one = Chain((Step("b", eq(b, 1), combine(times("b01", -1 / b))),), combine(times("b")))
    one = Chain((Step("m", eq(X, 1), Average(eq(b, 1), is_one, STEP)),), combine(times("m", -X)))
    one = Chain((Step("1", le(0, b), combine(times("case"))),), one)
    zero = Chain(
        (Step("m", eq(X, 0), Average(eq(b, 0), combine(times("case", -1)), STEP)),), combine(times("m", 1 - X))
    )
    d.conclude("bad", eq(X * (1 - X), 0), ZeroCases(b, one, zero))
    d.witness(b=1, X=1)


@attack("no fact is called")
def s_average_inside_an_order_case(d):
    d.mean(X, of=x)
    low = Chain((Step("m", le(X, 0), Average(le(x, 0), combine(times("case")), STEP)),), combine(times("m")))
    d.conclude("bad", le(X, 0), OrderCases(x, sympy.S.Zero, low, low))
    d.witness(x=0, X=0)


@attack("does not add up")
def s_average_inside_a_sign_case(d):
    d.mean(X, of=s)
    d.given("s^2", eq(s**2, 1), "domain")
    plus = Average(eq(s, 1), combine(), STEP)
    d.conclude("bad", eq(X**2, 1), SignCases(s, plus, plus))
    d.witness(s=1, X=1)


@attack("no fact is called")
def s_average_inside_a_contradiction(d):
    d.mean(X, of=x)
    proof = Chain((Step("m", le(X, 0), Average(le(x, 0), combine(times("negation")), STEP)),), combine(times("m")))
    d.conclude("bad", le(0, x), Contradiction(proof))
    d.witness(x=0, X=0)


def zero_at_every_step(d):
    d.link(x, u, over=ELEMENT)
    d.given("zero", eq(x, 0), "domain")
    d.have("squares", eq(x**2, 0), combine(times("zero", x)))
    d.conclude("none", eq(norm2(u), 0), d.average("squares", ELEMENT))
    d.witness({"x": 0}, {"u": (0,)})


@attack("is not known", given=[zero_at_every_step])
def s_a_citation_that_averages_inside_a_case(d):
    d.link(x, u, over=ELEMENT)
    d.given("x01", eq(x * (1 - x), 0), "domain")
    d.given("x >= 0", le(0, x), "domain")
    zero = Chain((Step("m", eq(norm2(u), 0), Cite("attack.base0", "none")),), combine(times("m", -1)))
    d.conclude("bad", le(norm2(u) * 2, norm2(u)), OrderCases(x, sympy.S.Zero, zero, zero))
    d.witness({"x": 0}, {"u": (0,)})


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS)
def test_attack_is_refused(author, because, given, assumes):
    refused(author, because, given, assumes)
