"""False claims that a hostile referee would submit. Each stands for a kind; what a kind exploits is in its name.

Eleven kinds passed the first kernel (they are told of by letter); the others are siblings. Every author here states
something false, or something that only holds because its context is contradictory, so none may be accepted.
"""

import re
from dataclasses import replace

import pytest
import sympy

from theory import blueprint
from theory.kernel import (
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Cite,
    Contradiction,
    Gap,
    Induction,
    OrderCases,
    Shift,
    SignCases,
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
from theory.kernel.check import check_claim, is_proved
from theory.kernel.claim import Premise, Root
from theory.kernel.draft import write
from theory.kernel.proof import Chain, Square, Step
from theory.kernel.vectors import ZERO, Vector, entry
from theory.setting.assumptions import UNBIASED, VARIANCE

x, y, z, s, k, j, w, D, c, X, Y, Z, b = symbols("x y z s k j w D c X Y Z b")
u, v, n, t, g, h = generators("u v n t g h")
ONE = sympy.Integer(1)
FALSE = le(0, -1 - z**2)

ATTACKS = []


def attack(because, *, given=(), assumes=()):
    """Register an author of a false claim and what is wrong with it; claims of `given` are proved before it."""

    def register(author):
        ATTACKS.append(pytest.param(author, because, given, assumes, id=author.__name__))
        return author

    return register


def claim(name, author, assumes=()):
    author.__doc__ = author.__doc__ or "An attack."
    return write(name, "attack", author, source="attack", assumes=assumes)


def refused(author, because, given, assumes):
    proved = dict(blueprint.theorems())
    for place, before in enumerate(given):
        earlier = claim(f"attack.base{place}", before, getattr(before, "assumes", ()))
        check_claim(earlier, proved)
        proved[earlier.id] = earlier
    with pytest.raises(Gap, match=re.escape(because)):
        check_claim(claim("attack.last", author, assumes), proved)


# --- A, B: products simplified before their factors are looked at


@attack("is divided by, and is not known to be nonzero")
def a_weight_divides_by_zero(d):
    d.given("yz", eq(y * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("yz", 1 / y)))
    d.holds_at(y=0, z=1)


@attack("is divided by, and is not known to be nonzero")
def a_weight_divides_by_a_difference_that_may_vanish(d):
    d.given("yz", eq((y - x) * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("yz", 1 / (y - x))))
    d.holds_at(y=1, x=1, z=1)


@attack("is divided by, and is not known to be nonzero")
def b_square_of_something_undefined(d):
    d.given("p", le(0, -(y**2)), "domain")
    d.conclude("bad", FALSE, combine(Square(-(y**2), 1 / y), Square(-(y**2), z / y)))
    d.holds_at(y=0, z=1)


@attack("is divided by, and is not known to be nonzero")
def b_norm_of_an_undefined_vector(d):
    d.given("p", le(0, -(y**2)), "domain")
    d.conclude("bad", le(0, -norm2(u) - z**2 * norm2(u)), combine(norm_square((1 / y) * u, -(y**2) * (1 + z**2))))
    d.at({"y": 0, "z": 1}, {"u": (1,)})


@attack("is divided by, and is not known to be nonzero")
def b_premise_that_is_undefined(d):
    """0 < 1 - y/y says y = 0 and nothing about 0 < 0."""
    d.given("p", lt(0, 1 - sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False)), "domain")
    d.conclude("bad", FALSE, combine(times("p", 1 + z**2)))
    d.holds_at(y=0, z=1)


@attack("is divided by, and is not known to be nonzero")
def b_case_on_something_undefined(d):
    d.conclude("bad", le(0, z), ZeroCases(1 / y**2, combine(times("case", y**2 * z)), combine(times("case", z * y**2))))


@attack("says nothing")
def b_goal_that_is_undefined(d):
    d.conclude("bad", eq(y / y * z + x / y, z + x / y), combine())
    d.conclude("worse", eq(sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False), 1), combine())


# --- C: what a citation may put for what


def positive(d):
    d.conclude("pos", le(0, norm2(u)), combine(norm_square(u)))


@attack("only scalars and generators can be replaced", given=[positive])
def c_gram_entry_replaced_as_a_scalar(d):
    d.conclude("bad", FALSE, Cite("attack.base0", "pos", scalars={entry("u", "u"): -1 - z**2}))
    d.holds_at(z=1)


@attack("speaks of no", given=[positive])
def c_name_that_the_cited_claim_does_not_have(d):
    d.conclude("bad", le(0, norm2(u) - 1), Cite("attack.base0", "pos", scalars={x: ONE}, vectors={"w": u}))


# --- D, J: names


def sign_of_another_symbol(d):
    d.given("pos", le(0, sympy.Symbol("s", real=True)), "domain")
    d.conclude("pos2", le(0, sympy.Symbol("s") * 2), combine(times("pos", 2)))
    d.holds_at(s=1)


@attack("must be real and nothing else")
def d_two_symbols_of_one_name(d):
    sign_of_another_symbol(d)


@attack("must be real and nothing else")
def d_a_symbol_with_a_sign_of_its_own(d):
    positive_symbol = sympy.Symbol("q", positive=True)
    d.conclude("bad", le(0, positive_symbol), combine(square(sympy.sqrt(positive_symbol))))


@attack("is not a rational function of real symbols")
def d_a_dummy(d):
    dummy = sympy.Dummy("x", real=True)
    d.given("x", le(0, x), "domain")
    d.conclude("bad", le(0, 2 * dummy), combine(times("x", 2)))
    d.holds_at(x=1)


@attack("is no name")
def j_generators_with_a_bar(d):
    one, two, three, four = (Vector(((name, ONE),)) for name in ("a|b", "c", "a", "b|c"))
    d.conclude("bad", le(2 * inner(one, two), norm2(three) + norm2(four)), combine(norm_square(three - four)))


@attack("has no coordinates for")
def j_a_scalar_called_like_a_gram_entry(d):
    fake = sympy.Symbol("<u|u>", real=True)
    d.given("fake", le(fake, -1), "domain")
    d.conclude("bad", FALSE, combine(times("fake", 1 + z**2), norm_square(u, 1 + z**2)))
    d.at({"<u|u>": -1, "z": 1})


# --- E: averages


def pointwise(d):
    for local, image in ((x, u), (y, v)):
        d.link(local, image, over=ELEMENT)
    d.given("p", le(x**2, y**2), "domain")


@attack("is not the average of")
def e_average_with_its_sequences_swapped(d):
    pointwise(d)
    d.conclude("two", le(norm2(v), norm2(u)), d.average("p", ELEMENT))
    d.at({"x": 0, "y": 1}, {"u": (0,), "v": (1,)})


@attack("is bound twice")
def e_one_field_is_part_of_two_sequences(d):
    pointwise(d)
    d.link(x, v, over=ELEMENT)
    d.conclude("two", le(norm2(v), norm2(u)), d.average("p", ELEMENT))
    d.at({"x": 0, "y": 0}, {"u": (0,), "v": (0,)})


@attack("is bound twice")
def e_two_fields_are_one_sequence(d):
    d.link(x, u, over=ELEMENT)
    d.link(y, u, over=ELEMENT)
    d.given("p", le(2 * x**2, y**2), "domain")
    d.conclude("bad", le(2 * norm2(u), norm2(u)), d.average("p", ELEMENT))
    d.at({"x": 0, "y": 0}, {"u": (0,)})


@attack("is not a mean or a Gram entry")
def e_average_of_a_number_as_if_it_had_a_mean(d):
    d.local(STEP, x)
    d.given("p", le(x, 1), "domain")
    d.conclude("bad", le(X, 1 + z**2), d.average("p", STEP))
    d.holds_at(x=0, X=0, z=0)


@attack("does not leave constants alone")
def e_average_of_a_constant_over_coordinates(d):
    d.link(x, u, over=ELEMENT)
    d.given("p", le(x**2, 1), "domain")
    d.conclude("bad", le(norm2(u), 1), d.average("p", ELEMENT))
    d.at({"x": 0}, {"u": (0,)})


@attack("does not leave constants alone")
def e_average_of_a_constant_over_stages(d):
    d.link(x, u, over=STAGE)
    d.given("p", le(x**2, c), "domain")
    d.conclude("bad", le(norm2(u), c), d.average("p", STAGE))
    d.at({"x": 0, "c": 1}, {"u": (0,)})


@attack("is not a mean or a Gram entry")
def e_mean_of_a_product_as_product_of_means(d):
    d.mean(X, of=x)
    d.mean(Y, of=y)
    d.given("p", le(x * y, 0), "domain")
    d.conclude("bad", le(X * Y, 0), d.average("p", STEP))
    d.holds_at(x=0, y=0, X=0, Y=0)


@attack("is not a mean or a Gram entry")
def e_mean_of_a_square_as_square_of_the_mean(d):
    d.mean(X, of=x)
    d.given("p", eq(x**2, 1), "domain")
    d.conclude("bad", eq(X**2, 1), d.average("p", STEP))
    d.holds_at(x=1, X=1)


@attack("is divided by, and is not known to be nonzero")
def e_mean_of_an_inverse(d):
    d.mean(X, of=x)
    d.given("x", lt(0, x), "domain")
    d.given("p", le(1 / x, y), "domain")
    d.conclude("bad", le(1 / X, y), d.average("p", STEP))
    d.holds_at(x=1, X=1, y=1)


@attack("is bound twice")
def e_two_means_of_one_sequence(d):
    d.mean(X, of=x)
    d.mean(Y, of=x)
    d.given("p", le(x, z), "domain")
    d.conclude("bad", le(Y, z - 1), d.average("p", STEP))
    d.holds_at(x=0, X=0, Y=0, z=1)


@attack("is not a mean or a Gram entry")
def e_an_average_with_a_random_weight(d):
    d.local(STEP, y)
    d.link(u, v, over=STEP)
    d.given("p", le(y * norm2(u), 1), "domain")
    d.conclude("bad", le(y * norm2(v), 1), d.average("p", STEP))
    d.at({"y": 0}, {"u": (0,), "v": (0,)})


@attack("keeps <= and ==")
def e_a_strict_average_of_nothing(d):
    d.mean(X, of=x)
    d.given("p", lt(0, x), "domain")
    d.conclude("bad", lt(0, X - z), d.average("p", STEP))
    d.holds_at(x=1, X=1, z=0)


@attack("does not add up")
def e_a_premise_known_once_averaged(d):
    """The premise of the instance mentions a constant; its average needs what holds at every step."""
    d.link(x, u, over=ELEMENT)
    d.given("p", le(c, 1), "domain")
    d.conclude("bad", le(norm2(u), c), Average(le(x**2, c * x**2), combine(times("p", x**2)), ELEMENT))
    d.at({"x": 1, "c": 1}, {"u": (1,)})


# --- G, N: induction


@attack("is bound twice")
def g_one_object_in_two_recursions(d):
    d.recursion(k, {w: (0, w + 1)})
    d.recursion(j, {w: (5, w)})
    d.have("wk", eq(w, k), Induction(k, combine(), combine(times("hypothesis"))))
    d.have("w5", eq(w, 5), Induction(j, combine(), combine(times("hypothesis"))))
    d.conclude("bad", eq(k, 5), combine(times("wk", -1), times("w5")))
    d.holds_at(k=5, j=5)


@attack("chosen anew at each count")
def g_goal_that_names_what_is_chosen_anew(d):
    d.local(k, D)
    d.given("D >= 0", le(0, D), "domain")
    d.recursion(k, {w: (0, D)})
    d.conclude("bad", le(w, D), Induction(k, combine(times("D >= 0")), combine()))
    d.holds_at(k=0, D=1)


@attack("does not add up")
def g_undeclared_choice_anew(d):
    """D is the same at all counts unless it is declared; then the next value of w depends on more than is said."""
    d.given("D >= 0", le(0, D), "domain")
    d.recursion(k, {w: (0, D)})
    d.conclude("bad", le(D, w), Induction(k, combine(), combine()))
    d.holds_at(k=1, D=1)


@attack("or starts from what changes")
def g_start_that_depends_on_the_count(d):
    d.recursion(k, {w: (k, w)})
    d.conclude("bad", eq(w, k), Induction(k, combine(), combine(times("hypothesis"))))
    d.holds_at(k=0)


@attack("is bound twice")
def g_two_counters_of_one_name_as_object(d):
    d.recursion(k, {k: (0, k + 2)})
    d.conclude("bad", eq(k, 0), Induction(k, combine(), combine(times("hypothesis"))))
    d.holds_at(k=0)


@attack("no fact is called")
def g_premise_at_this_count_used_at_all(d):
    d.given("k >= 3", le(3, k), "domain")
    d.recursion(k, {w: (0, w + (k - 3))})
    d.conclude("bad", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("k >= 3"))))
    d.holds_at(k=3, z=0)


@attack("no fact is called")
def g_definition_at_this_count_used_at_all(d):
    """x := k and 3 <= x speak of this count; the sum of x - 3 over earlier counts may be negative."""
    d.recursion(k, {w: (0, w + (x - 3))})
    d.define(x, k)
    d.given("3 <= x", le(3, x), "domain")
    d.conclude("bad", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("3 <= x"))))
    d.holds_at(k=3, x=3)


@attack("no fact is called")
def g_a_fact_at_this_count_cited_where_all_are_needed(d):
    """The premise ties y to the object at this count; what follows of y holds at this count only."""
    d.local(k, y)
    d.given("tied", le(y + w**2, 1), "domain")
    d.have("y <= 1", le(y, 1), combine(times("tied"), square(w)))
    d.recursion(k, {w: (0, w), X: (0, X + y)})
    d.conclude("bad", le(X, k), Induction(k, combine(), combine(times("hypothesis"), times("y <= 1"))))
    d.holds_at(k=0, y=1)


def bounded_sum(d):
    d.local(k, y)
    d.given("y <= 1", le(y, 1), "domain")
    d.recursion(k, {X: (0, X + y)})
    d.conclude("sum", le(X, k), Induction(k, combine(), combine(times("hypothesis"), times("y <= 1"))))
    d.holds_at(k=0, y=1)


@attack("is not known", given=[bounded_sum])
def g_a_fact_at_this_count_discharges_a_premise_at_all(d):
    d.local(k, y)
    d.recursion(k, {X: (0, X + y), w: (0, w)})
    d.given("tied", le(y + w**2, 1), "domain")
    d.have("y <= 1", le(y, 1), combine(times("tied"), square(w)))
    d.conclude("bad", le(X, k), Cite("attack.base0", "sum"))
    d.holds_at(k=0, y=1)


@attack("no fact is called")
def n_induction_inside_a_contradiction(d):
    rational = sympy.Rational
    d.recursion(k, {w: (0, w + (k - 1) * (3 - k))})
    closed = eq(w, -k * (k**2 / 3 - rational(5, 2) * k + rational(31, 6)))
    d.have("closed", closed, Induction(k, combine(), combine(times("hypothesis"))))
    inside = Chain(
        (
            Step("H", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("negation")))),
            Step(
                "k <= 0",
                le(0, -k),
                combine(
                    times("H", rational(48, 23)),
                    times("closed", rational(48, 23)),
                    square(k - rational(15, 4), rational(48, 23) * k / 3),
                ),
            ),
        ),
        combine(times("negation"), square(k), times("k <= 0", 4), square(1, 3)),
    )
    d.conclude("bad", le(0, (1 - k) * (3 - k)), Contradiction(inside))
    d.holds_at(k=0)


@attack("no fact is called")
def n_induction_inside_a_case(d):
    """For every k the sum of 1 - i over i < k is >= 0: the case says 1 - k >= 0 at this count only."""
    below = Induction(k, combine(), combine(times("hypothesis"), times("case")))
    above = Chain((Step("H", le(0, w), below),), combine(times("H")))
    d.recursion(k, {w: (0, w + (1 - k))})
    d.conclude("bad", le(0, w), OrderCases(k, ONE, above, above))
    d.holds_at(k=0)


@attack("no fact is called")
def n_induction_with_a_fact_derived_inside_a_case(d):
    d.recursion(k, {w: (0, w + (1 - k))})
    derived = Step("again", le(0, 2 - 2 * k), combine(times("case", 2)))
    below = Chain(
        (derived,), Induction(k, combine(), combine(times("hypothesis"), times("again", sympy.Rational(1, 2))))
    )
    d.conclude("bad", le(0, w), OrderCases(k, ONE, below, below))
    d.holds_at(k=0)


# --- H: definitions


@attack("is bound twice")
def h_a_second_root_of_one_symbol(d):
    d.root(s, z, combine())
    d.context.append(Root(s, sympy.Integer(4), combine(square(2))))
    d.conclude("bad", le(0, z), combine(times("s^2"), square(s)))
    d.holds_at(z=4)


@attack("no fact is called")
def h_a_root_that_does_not_exist(d):
    d.root(s, z, combine(square(s), times("s^2")))
    d.conclude("bad", le(0, z), combine(times("s^2"), square(s)))
    d.holds_at(z=1)


@attack("defines nothing")
def h_a_premise_called_a_definition(d):
    d.context.append(Premise("hidden", le(0, z), "definition"))
    d.conclude("bad", le(0, 2 * z), combine(times("hidden", 2)))
    d.holds_at(z=1)


@attack("introduces nothing new")
def h_a_definition_of_something_constrained_before(d):
    d.given("z", le(z, 5), "domain")
    d.define(z, x**2)
    d.conclude("bad", le(x**2, 5), combine(times("z"), times("z :=")))
    d.holds_at(x=1)


@attack("introduces nothing new")
def h_a_definition_in_terms_of_itself(d):
    d.define(z, z + x)
    d.conclude("bad", eq(x, 0), combine(times("z :=", -1)))
    d.holds_at(x=0, z=1)


@attack("introduces nothing new")
def h_a_root_of_itself(d):
    d.root(s, s + 1, combine())
    d.conclude("bad", le(1, s**2), combine(times("s^2", -1), times("s >= 0")))
    d.holds_at(s=1)


@attack("chosen anew at each count")
def h_a_constant_defined_by_a_counter(d):
    d.recursion(k, {w: (0, w + 1)})
    d.define(z, w)
    d.labels[z] = frozenset()
    d.have("w", le(w, z), combine(times("z :=", -1)))
    d.conclude("bad", le(w + 1, z + k), Induction(k, combine(), combine(times("hypothesis"))))
    d.holds_at(k=0)


@attack("is bound twice")
def h_an_object_that_is_defined_as_well(d):
    d.recursion(k, {w: (0, w + 1)})
    d.define(w, 7)
    d.conclude("bad", eq(k, 7), combine(times("w :=")))
    d.holds_at(k=7)


@attack("is bound twice")
def h_an_average_that_is_defined_as_well(d):
    d.mean(X, of=x)
    d.define(X, y)
    d.given("x", eq(x, 1), "domain")
    d.have("X", eq(X, 1), d.average("x", STEP))
    d.conclude("bad", eq(y, 1), combine(times("X"), times("X :=", -1)))
    d.holds_at(x=1, X=1, y=1)


# --- K: randomness


def definition_at_every_step(d):
    d.local(STEP, x, z)
    d.given("xz", le(x * z, 1), "domain")
    d.define(c, x)
    d.labels[c] = frozenset()
    d.conclude("cz", le(c * z, 1), combine(times("xz"), times("c :=", z)))
    d.holds_at(x=1, z=1)


@attack("depends on more than is declared")
def k_a_constant_defined_by_something_random(d):
    d.mean(Z, of=z)
    d.local(STEP, x)
    d.given("xz", le(x * z, 1), "domain")
    d.define(c, x)
    d._pass_labels_on = lambda: None
    d.conclude("bad", le(c * Z, 1), Average(le(c * z, 1), combine(times("xz"), times("c :=", z)), STEP))
    d.holds_at(x=1, z=1, Z=1)


@attack("what is put for", assumes=[UNBIASED, VARIANCE])
def k_something_random_put_for_a_constant(d):
    """N(F + n)^2 <= N(F)^2 + sigma^2 for a constant sigma, cited for a bound x that varies from step to step."""
    F, n_k = generators("F n_k")
    d.local(STEP, x)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="definition")
    d.link(n_k, n, over=STEP)
    d.given("variance", le(norm2(n_k), x**2), VARIANCE)
    bad = Cite("noise.second_moment", "bound", {symbols("sigma")[0]: x})
    d.conclude("bad", le(norm2(F + n), norm2(F) + x**2), bad)
    d.at({"x": 1}, {"n": (0,), "n_k": (0,), "F": (1,)})


@attack("does not add up")
def k_a_global_fact_about_a_local_vector(d):
    """norm2(v_k) at one step is not known from the average."""
    d.link(u, v, over=STEP)
    d.given("average", le(norm2(v), 1), "domain")
    d.conclude("bad", le(norm2(u), 1), combine(times("average")))
    d.at({}, {"u": (1,), "v": (1,)})


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
    d.holds_at(b=1, X=1)


@attack("no fact is called")
def s_average_inside_an_order_case(d):
    d.mean(X, of=x)
    low = Chain((Step("m", le(X, 0), Average(le(x, 0), combine(times("case")), STEP)),), combine(times("m")))
    d.conclude("bad", le(X, 0), OrderCases(x, sympy.S.Zero, low, low))
    d.holds_at(x=0, X=0)


@attack("does not add up")
def s_average_inside_a_sign_case(d):
    d.mean(X, of=s)
    d.given("s^2", eq(s**2, 1), "domain")
    plus = Average(eq(s, 1), combine(), STEP)
    d.conclude("bad", eq(X**2, 1), SignCases(s, plus, plus))
    d.holds_at(s=1, X=1)


@attack("no fact is called")
def s_average_inside_a_contradiction(d):
    d.mean(X, of=x)
    proof = Chain((Step("m", le(X, 0), Average(le(x, 0), combine(times("negation")), STEP)),), combine(times("m")))
    d.conclude("bad", le(0, x), Contradiction(proof))
    d.holds_at(x=0, X=0)


def zero_at_every_step(d):
    d.link(x, u, over=ELEMENT)
    d.given("zero", eq(x, 0), "domain")
    d.have("squares", eq(x**2, 0), combine(times("zero", x)))
    d.conclude("none", eq(norm2(u), 0), d.average("squares", ELEMENT))
    d.at({"x": 0}, {"u": (0,)})


@attack("is not known", given=[zero_at_every_step])
def s_a_citation_that_averages_inside_a_case(d):
    d.link(x, u, over=ELEMENT)
    d.given("x01", eq(x * (1 - x), 0), "domain")
    d.given("x >= 0", le(0, x), "domain")
    zero = Chain((Step("m", eq(norm2(u), 0), Cite("attack.base0", "none")),), combine(times("m", -1)))
    d.conclude("bad", le(norm2(u) * 2, norm2(u)), OrderCases(x, sympy.S.Zero, zero, zero))
    d.at({"x": 0}, {"u": (0,)})


# --- sequences


@attack("is not known before", assumes=[UNBIASED])
def t_tower_over_what_is_not_known_yet(d):
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("t", known=0, differences=None, reason="definition")
    d.conclude("bad", eq(inner(n, t), 0), Tower("n", "t"))
    d.at({}, {"n": (0,), "t": (1,)})


@attack("an assumption, not a definition")
def t_differences_by_definition(d):
    d.process("n", known=0, differences=0, reason="definition")
    d.process("t", known=-1, differences=None, reason="definition")
    d.conclude("bad", eq(inner(n, t), 0), Tower("n", "t"))
    d.at({}, {"n": (0,), "t": (1,)})


@attack("is nothing here, or depends on more", assumes=[UNBIASED])
def t_a_martingale_claim_for_differences_that_start_earlier(d):
    d.process("n", known=0, differences=-1, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="definition")
    (F,) = generators("F")
    d.conclude("bad", eq(inner(F, n), 0), Cite("noise.orthogonal", "orthogonal"))
    d.at({}, {"n": (0,), "F": (1,)})


@attack("what is put for", assumes=[UNBIASED])
def t_a_random_multiple_of_a_martingale_difference(d):
    """x n with a random x is no martingale difference."""
    d.local(STEP, x)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="definition")
    (F,) = generators("F")
    d.conclude("bad", eq(x * inner(F, n), 0), Cite("noise.orthogonal", "orthogonal", {}, {"n": x * n}))
    d.at({"x": 1}, {"n": (0,), "F": (1,)})


@attack("the times of", assumes=[UNBIASED])
def t_an_object_that_is_known_too_early(d):
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("W", known=-2, differences=-k, reason="definition")
    (W,) = generators("W")
    d.recursion(k, vectors={"W": (ZERO, W + h)})
    d.delayed("h", of="n", lag=k + 1)
    d.delayed("g", of="n", lag=ONE)
    d.conclude("bad", eq(inner(g, W), 0), Tower("g", "W"))
    d.at({"k": 0}, {"n": (0,)})


@attack("is not known to be nonnegative")
def t_a_delay_by_a_negative_lag(d):
    d.delayed("t", of="u", lag=-ONE)
    d.conclude("bad", le(norm2(t), norm2(u)), Shift("t"))
    d.at({}, {"u": (1,)})


@attack("is not delayed by an integer")
def t_a_delay_by_half_a_step(d):
    d.delayed("t", of="u", lag=sympy.Rational(1, 2))
    d.conclude("bad", le(norm2(t), norm2(u)), Shift("t"))
    d.at({}, {"u": (1,)})


@attack("is not delayed by an integer")
def t_a_delay_of_itself(d):
    d.delayed("t", of="t", lag=ONE)
    d.conclude("bad", le(norm2(t) * 2, norm2(t)), Shift("t"))
    d.at({}, {"t": (0,)})


@attack("does not compare")
def t_a_shift_the_other_way(d):
    d.delayed("t", of="u", lag=ONE)
    d.conclude("bad", le(norm2(u), norm2(t)), Shift("t"))
    d.at({}, {"u": (0,)})


@attack("is not what the path")
def t_telescope_of_half_a_path(d):
    first, last, one, two, count = symbols("first last one two count")
    d.path(x, y, first, last, one, two, count)
    d.conclude("bad", eq(count * (two - one), 2 * (last - first)), Telescope("x"))
    d.at({"x": 1, "y": 1, "first": 1, "last": 1, "one": 1, "two": 1, "count": 1})


@attack("is bound twice")
def t_two_paths_that_share_a_member(d):
    first, last, one, two, count, other = symbols("first last one two count other")
    d.path(x, y, first, last, one, two, count)
    d.path(x, y, other, last, one, two, count)
    d.have("a", eq(count * (two - one), last - first), Telescope("x"))
    d.conclude("bad", eq(first, other), combine(times("a")))
    d.at({"x": 1, "y": 1, "first": 1, "last": 1, "one": 1, "two": 1, "count": 1, "other": 1})


# --- structure that contradicts itself


@attack("must vanish", assumes=[UNBIASED])
def v_a_martingale_difference_that_is_one(d):
    """x := 1 is the member of n, whose mean is zero."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("t", known=-1, differences=None, reason="definition")
    d.link(x, n, over=STEP)
    d.link(y, t, over=STEP)
    d.given("x", eq(x, 1), "domain")
    d.given("y", eq(y, 1), "domain")
    d.have("xy", eq(x * y, 1), combine(times("x", y), times("y")))
    d.have("orthogonal", eq(inner(n, t), 0), Tower("n", "t"))
    d.have("one", eq(inner(n, t), 1), d.average("xy", STEP))
    d.conclude("bad", FALSE, combine(times("one", -1 - z**2), times("orthogonal", 1 + z**2)))
    d.at({"x": 1, "y": 1, "z": 0}, {"n": (1,), "t": (1,)})


@attack("is not what its image is")
def v_a_field_that_is_twice_itself(d):
    d.link(x, u, over=ELEMENT)
    d.link(y, 2 * u, over=ELEMENT)
    d.given("same", eq(x, y), "domain")
    d.given("one", le(1, norm2(u)), "domain")
    d.have("squares", eq(x**2, y**2), combine(times("same", x + y)))
    d.have("mean", eq(norm2(u), 4 * norm2(u)), d.average("squares", ELEMENT))
    d.conclude("bad", FALSE, combine(times("mean", -(1 + z**2) / 3), times("one", 1 + z**2)))
    d.at({"x": 1, "y": 1, "z": 0}, {"u": (1,)})


# --- the store of theorems


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS)
def test_attack_is_refused(author, because, given, assumes):
    refused(author, because, given, assumes)


def test_what_was_not_checked_cannot_be_cited():
    def unproved(d):
        """Something false."""
        d.conclude("bad", le(0, z), combine())

    def author(d):
        """Something false, cited."""
        d.conclude("bad", le(0, z + 0 * x), Cite("attack.unproved", "bad"))

    wrong = claim("attack.unproved", unproved)
    assert not is_proved(wrong)
    with pytest.raises(Gap, match="not proved"):
        check_claim(claim("attack.last", author), {"attack.unproved": wrong})


def test_a_proved_claim_that_is_changed_afterwards_cannot_be_cited():
    right = blueprint.theorems()["order.root"]
    changed = replace(right, context=right.context[1:])

    def author(d):
        """The root without its premise."""
        d.given("squares", le(s**2, symbols("t")[0] ** 2), "domain")
        d.conclude("bound", le(s, symbols("t")[0]), Cite("order.root", "bound"))
        d.holds_at(s=1, t=1)

    with pytest.raises(Gap, match="not proved"):
        check_claim(claim("attack.last", author), {"order.root": changed})


def test_a_proved_claim_cannot_be_cited_under_another_name():
    right = blueprint.theorems()["order.root"]

    def author(d):
        """The root under another name."""
        d.given("t >= 0", le(0, symbols("t")[0]), "domain")
        d.given("squares", le(s**2, symbols("t")[0] ** 2), "domain")
        d.conclude("bound", le(s, symbols("t")[0]), Cite("order.other", "bound"))
        d.holds_at(s=1, t=1)

    with pytest.raises(Gap, match="not proved"):
        check_claim(claim("attack.last", author), {"order.other": right})
