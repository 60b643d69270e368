"""False claims of arithmetic, asked of z3 alone: divisions, signs, names, definitions, contradictory premises.

First the kernel's own list of attacks, whatever they are about: z3 settles none.
"""

import pytest
import sympy

from tests.theory.checkers.smt_attacks import (
    FALSE,
    ONE,
    UNEVALUATED,
    Attacks,
    asked,
    refused,
    s,
    settled,
    u,
    v,
    w,
    x,
    y,
    z,
)
from tests.theory.kernel.test_attacks import ATTACKS as KERNEL
from theory.checkers.smt_terms import Undecided
from theory.kernel import (
    STEP,
    Cite,
    Contradiction,
    combine,
    eq,
    le,
    lt,
    norm2,
    norm_square,
    square,
    times,
)
from theory.kernel.claim import Definition, Premise
from theory.kernel.proof import Square
from theory.kernel.vectors import Vector
from theory.setting.assumptions import UNBIASED

ATTACKS = Attacks()
wrong, right = ATTACKS.wrong, ATTACKS.right


@pytest.mark.parametrize(("author", "because", "given", "assumes"), KERNEL)
def test_z3_refuses_what_the_kernel_is_attacked_with(author, because, given, assumes):
    with pytest.raises(Undecided):
        asked(author, given, assumes)


# --- A, B: division


@wrong("is divided by")
def a_weight_with_a_hidden_zero(d):
    """x >= 0 says nothing of 1/x."""
    d.given("x", le(0, x), "domain")
    d.given("xz", eq(x * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("xz", 1 / x)))
    d.witness(x=0, z=1)


@wrong("is divided by")
def a_weight_divided_by_a_product_of_which_one_factor_may_vanish(d):
    d.given("x", lt(0, x), "domain")
    d.given("xyz", eq(x * y * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("xyz", 1 / (x * y))))
    d.witness(x=1, y=0, z=1)


@wrong("is divided by")
def b_a_definition_that_divides(d):
    """w := 1/y makes y w = 1 only where y is not zero."""
    d.define(w, 1 / y)
    d.conclude("bad", eq(y * w, 1), combine(times("w :=", y)))
    d.witness(y=2)


@wrong("is divided by")
def b_a_premise_that_is_only_defined_by_itself(d):
    d.given("p", lt(0, 1 / y), "domain")
    d.conclude("bad", lt(0, y * (y * (1 / y + 0))), combine(times("p", y**2)))
    d.witness(y=1)


def squares_are_nonnegative(d):
    d.conclude("positive", le(0, x**2), combine(square(x)))


@wrong("is divided by", given=[squares_are_nonnegative])
def b_a_citation_of_an_inverse_that_may_not_exist(d):
    d.conclude("bad", le(0, 1 / y**2), Cite("attack.base0", "positive", {x: 1 / y}))
    d.witness(y=1)


@wrong("is divided by")
def b_a_negated_goal_that_is_undefined(d):
    d.conclude("bad", le(0, 1 / y**2 + 1), Contradiction(combine(times("negation", y**2), square(y), square(1))))
    d.witness(y=1)


@wrong("is divided by")
def b_an_image_with_an_undefined_coefficient(d):
    """x is part of (y/y) u, which is u only where y is not zero."""
    d.link(x, Vector((("u", UNEVALUATED),)), over=STEP)
    d.given("x", le(x**2, 1), "domain")
    d.conclude("bad", le(norm2(u), 1), d.average("x", STEP))
    d.witness({"x": 1, "y": 1}, {"u": (1,)})


@wrong("z3 does not find")
def b_a_strict_fact_that_counts_nothing(d):
    """0 * (something positive) is not positive, whatever the goal."""
    d.given("x", lt(0, x), "domain")
    d.conclude("bad", FALSE, combine(times("x", 0)))
    d.witness(x=1, z=0)


@wrong("z3 does not find")
def b_a_strict_fact_with_a_weight_that_may_vanish(d):
    d.given("x", lt(0, x), "domain")
    d.given("y", le(0, y), "domain")
    d.conclude("bad", lt(0, x * y), combine(times("x", y)))
    d.witness(x=1, y=0)


@wrong("z3 does not find")
def b_a_strict_goal_from_a_square_that_may_vanish(d):
    d.conclude("bad", lt(0, x**2), combine(square(x)))
    d.witness(x=1)


@wrong("of too high a degree")
def b_a_power_that_overflows(d):
    d.conclude("bad", le(0, x ** (2**20) - y), combine(square(x ** (2**19))))
    d.witness(x=1, y=0)


@right()
def division_by_what_is_positive(d):
    d.given("y", lt(0, y), "domain")
    d.given("yz", eq(y * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("yz", -1 / y)))
    d.witness(y=1, z=0)


@right()
def division_by_what_is_negative_in_one_case_and_positive_in_the_other(d):
    d.given("y", lt(0, y**2), "domain")
    d.conclude("inverse", le(0, (x / y) ** 2), combine(square(x / y)))
    d.witness(y=1, x=1)


# --- D, J: names


@wrong("two symbols of one name")
def d_an_integer_of_the_name_of_a_real(d):
    d.given("x", le(0, x), "domain")
    d.conclude("bad", le(0, 2 * sympy.Symbol("x", integer=True)), combine(times("x", 2)))
    d.witness(x=1)


@wrong("is no name")
def j_a_scalar_with_a_blank(d):
    d.conclude("bad", le(0, sympy.Symbol("a b", real=True) ** 2), combine(square(sympy.Symbol("a b", real=True))))


@wrong("is no name")
def j_a_generator_called_like_an_entry(d):
    one = Vector((("<u|u>", ONE),))
    d.conclude("bad", le(0, norm2(one)), combine(norm_square(one)))


@wrong("names a generator twice")
def j_a_combination_that_names_a_generator_twice(d):
    double = Vector((("u", ONE), ("u", ONE)))
    d.conclude("odd", le(0, norm2(u)), combine(norm_square(double, ONE / 4)))
    d.witness({}, {"u": (1,)})


# --- H: definitions


@wrong("introduces nothing new")
def h_a_direction_of_a_vector_that_is_known(d):
    d.given("long", le(4, norm2(u)), "domain")
    d.direction("u", s)
    d.conclude("bad", FALSE, combine(times("long", 1 + z**2), times("|u| <= 1", 1 + z**2)))
    d.witness({"z": 0, "s": 0}, {"u": (2,)})


@wrong("is bound twice")
def h_two_definitions(d):
    d.define(w, x)
    d.context.append(Definition(w, y))
    d.conclude("bad", eq(x, y), combine(times("w :=", -1)))
    d.witness(x=1, y=1)


@wrong("z3 does not find")
def h_a_root_of_what_may_be_negative(d):
    d.root(s, x, combine())
    d.conclude("bad", le(0, x), combine(times("s^2"), square(s)))
    d.witness(x=4)


@wrong("neither an assumption nor a condition")
def h_a_premise_with_a_reason_of_its_own(d):
    d.context.append(Premise("hidden", le(0, z), "obvious"))
    d.conclude("bad", le(0, 2 * z), combine(times("hidden", 2)))
    d.witness(z=1)


@wrong("is used that the claim does not declare")
def h_an_assumption_that_is_not_declared(d):
    d.given("hidden", le(0, z), UNBIASED)
    d.conclude("bad", le(0, 2 * z), combine(times("hidden", 2)))
    d.witness(z=1)


# --- vacuous claims


@wrong("may be vacuous")
def v_premises_that_contradict_each_other(d):
    d.given("x", lt(x, 0), "domain")
    d.given("y", lt(0, x), "domain")
    d.conclude("bad", FALSE, combine(times("x", (1 + z**2) / (-x)), times("y", (1 + z**2) / x)))
    d.witness(z=0)


@wrong("may be vacuous")
def v_a_norm_below_zero(d):
    d.given("u", le(norm2(u), -1), "domain")
    d.conclude("bad", FALSE, combine(times("u", 1 + z**2), norm_square(u, 1 + z**2)))
    d.witness({"z": 0})


@wrong("links tie local things to each other")
def v_a_part_that_is_the_sum_of_two_others(d):
    for name, image in ((x, u), (y, v), (w, u + v)):
        d.link(name, image, over=STEP)
    d.given("w", eq(w, x + y + 1), "domain")
    d.have("square", eq((w - x - y) ** 2, 1), combine(times("w", w - x - y + 1)))
    d.have("mean", eq(0 * norm2(u), 1), d.average("square", STEP))
    d.conclude("bad", FALSE, combine(times("mean", 1 + z**2)))
    d.witness({"x": 0, "y": 0, "w": 1, "z": 0}, {"u": (0,), "v": (0,)})


@wrong("no fact is called")
def a_square_with_a_negative_weight_is_no_help(d):
    d.conclude("bad", FALSE, combine(Square(-ONE, z), Square(-ONE, ONE), times("nothing")))


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS.false)
def test_z3_refuses(author, because, given, assumes):
    refused(author, because, given, assumes)


@pytest.mark.parametrize(("author", "given", "assumes", "verdict"), ATTACKS.true)
def test_z3_settles_what_is_right_next_to_them(author, given, assumes, verdict):
    settled(author, given, assumes, verdict)
