"""False claims by what a term, a name or a citation stands for: products simplified early, names of two things."""

import pytest
import sympy

from tests.theory.kernel.attacking import FALSE, ONE, positive, refused, registry, u, x, y, z
from theory.kernel import Cite, ZeroCases, combine, eq, inner, le, lt, norm2, norm_square, square, times
from theory.kernel.proof import Square
from theory.kernel.vectors import Vector, entry

ATTACKS = []
attack = registry(ATTACKS)


# --- A, B: products simplified before their factors are looked at


@attack("is divided by, and is not known to be nonzero")
def a_weight_divides_by_zero(d):
    d.given("yz", eq(y * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("yz", 1 / y)))
    d.witness(y=0, z=1)


@attack("is divided by, and is not known to be nonzero")
def a_weight_divides_by_a_difference_that_may_vanish(d):
    d.given("yz", eq((y - x) * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("yz", 1 / (y - x))))
    d.witness(y=1, x=1, z=1)


@attack("is divided by, and is not known to be nonzero")
def b_square_of_something_undefined(d):
    d.given("p", le(0, -(y**2)), "domain")
    d.conclude("bad", FALSE, combine(Square(-(y**2), 1 / y), Square(-(y**2), z / y)))
    d.witness(y=0, z=1)


@attack("is divided by, and is not known to be nonzero")
def b_norm_of_an_undefined_vector(d):
    d.given("p", le(0, -(y**2)), "domain")
    d.conclude("bad", le(0, -norm2(u) - z**2 * norm2(u)), combine(norm_square((1 / y) * u, -(y**2) * (1 + z**2))))
    d.witness({"y": 0, "z": 1}, {"u": (1,)})


@attack("is divided by, and is not known to be nonzero")
def b_premise_that_is_undefined(d):
    """0 < 1 - y/y says y = 0 and nothing about 0 < 0."""
    d.given("p", lt(0, 1 - sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False)), "domain")
    d.conclude("bad", FALSE, combine(times("p", 1 + z**2)))
    d.witness(y=0, z=1)


@attack("is divided by, and is not known to be nonzero")
def b_case_on_something_undefined(d):
    d.conclude("bad", le(0, z), ZeroCases(1 / y**2, combine(times("case", y**2 * z)), combine(times("case", z * y**2))))


@attack("says nothing")
def b_goal_that_is_undefined(d):
    d.conclude("bad", eq(y / y * z + x / y, z + x / y), combine())
    d.conclude("worse", eq(sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False), 1), combine())


# --- C: what a citation may put for what


@attack("only scalars and generators can be replaced", given=[positive])
def c_gram_entry_replaced_as_a_scalar(d):
    d.conclude("bad", FALSE, Cite("attack.base0", "pos", scalars={entry("u", "u"): -1 - z**2}))
    d.witness(z=1)


@attack("speaks of no", given=[positive])
def c_name_that_the_cited_claim_does_not_have(d):
    d.conclude("bad", le(0, norm2(u) - 1), Cite("attack.base0", "pos", scalars={x: ONE}, vectors={"w": u}))


# --- D, J: names


def sign_of_another_symbol(d):
    d.given("pos", le(0, sympy.Symbol("s", real=True)), "domain")
    d.conclude("pos2", le(0, sympy.Symbol("s") * 2), combine(times("pos", 2)))
    d.witness(s=1)


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
    d.witness(x=1)


@attack("is no name")
def j_generators_with_a_bar(d):
    one, two, three, four = (Vector(((name, ONE),)) for name in ("a|b", "c", "a", "b|c"))
    d.conclude("bad", le(2 * inner(one, two), norm2(three) + norm2(four)), combine(norm_square(three - four)))


@attack("has no coordinates for")
def j_a_scalar_called_like_a_gram_entry(d):
    fake = sympy.Symbol("<u|u>", real=True)
    d.given("fake", le(fake, -1), "domain")
    d.conclude("bad", FALSE, combine(times("fake", 1 + z**2), norm_square(u, 1 + z**2)))
    d.witness({"<u|u>": -1, "z": 1})


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS)
def test_attack_is_refused(author, because, given, assumes):
    refused(author, because, given, assumes)
