"""False claims by definitions and structure: roots that do not exist, sequences known too early, contradictions."""

import pytest
import sympy

from tests.theory.kernel.attacking import FALSE, ONE, X, g, h, k, n, refused, registry, s, t, u, w, x, y, z
from theory.kernel import (
    ELEMENT,
    STEP,
    Cite,
    Induction,
    Shift,
    Telescope,
    Tower,
    combine,
    eq,
    generators,
    inner,
    le,
    norm2,
    square,
    symbols,
    times,
)
from theory.kernel.claim import Premise, Root
from theory.kernel.vectors import ZERO
from theory.setting.assumptions import UNBIASED

ATTACKS = []
attack = registry(ATTACKS)


# --- H: definitions


@attack("is bound twice")
def h_a_second_root_of_one_symbol(d):
    d.root(s, z, combine())
    d.context.append(Root(s, sympy.Integer(4), combine(square(2))))
    d.conclude("bad", le(0, z), combine(times("s^2"), square(s)))
    d.witness(z=4)


@attack("no fact is called")
def h_a_root_that_does_not_exist(d):
    d.root(s, z, combine(square(s), times("s^2")))
    d.conclude("bad", le(0, z), combine(times("s^2"), square(s)))
    d.witness(z=1)


@attack("defines nothing")
def h_a_premise_called_a_definition(d):
    d.context.append(Premise("hidden", le(0, z), "definition"))
    d.conclude("bad", le(0, 2 * z), combine(times("hidden", 2)))
    d.witness(z=1)


@attack("introduces nothing new")
def h_a_definition_of_something_constrained_before(d):
    d.given("z", le(z, 5), "domain")
    d.define(z, x**2)
    d.conclude("bad", le(x**2, 5), combine(times("z"), times("z :=")))
    d.witness(x=1)


@attack("introduces nothing new")
def h_a_definition_in_terms_of_itself(d):
    d.define(z, z + x)
    d.conclude("bad", eq(x, 0), combine(times("z :=", -1)))
    d.witness(x=0, z=1)


@attack("introduces nothing new")
def h_a_root_of_itself(d):
    d.root(s, s + 1, combine())
    d.conclude("bad", le(1, s**2), combine(times("s^2", -1), times("s >= 0")))
    d.witness(s=1)


@attack("chosen anew at each count")
def h_a_constant_defined_by_a_counter(d):
    d.recursion(k, {w: (0, w + 1)})
    d.define(z, w)
    d.labels[z] = frozenset()
    d.have("w", le(w, z), combine(times("z :=", -1)))
    d.conclude("bad", le(w + 1, z + k), Induction(k, combine(), combine(times("hypothesis"))))
    d.witness(k=0)


@attack("is bound twice")
def h_an_object_that_is_defined_as_well(d):
    d.recursion(k, {w: (0, w + 1)})
    d.define(w, 7)
    d.conclude("bad", eq(k, 7), combine(times("w :=")))
    d.witness(k=7)


@attack("is bound twice")
def h_an_average_that_is_defined_as_well(d):
    d.mean(X, of=x)
    d.define(X, y)
    d.given("x", eq(x, 1), "domain")
    d.have("X", eq(X, 1), d.average("x", STEP))
    d.conclude("bad", eq(y, 1), combine(times("X"), times("X :=", -1)))
    d.witness(x=1, X=1, y=1)


# --- sequences


@attack("is not known before", assumes=[UNBIASED])
def t_tower_over_what_is_not_known_yet(d):
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("t", known=0, differences=None, reason="domain")
    d.conclude("bad", eq(inner(n, t), 0), Tower("n", "t"))
    d.witness({}, {"n": (0,), "t": (1,)})


@attack("an assumption, not a definition")
def t_differences_by_definition(d):
    d.process("n", known=0, differences=0, reason="definition")
    d.process("t", known=-1, differences=None, reason="domain")
    d.conclude("bad", eq(inner(n, t), 0), Tower("n", "t"))
    d.witness({}, {"n": (0,), "t": (1,)})


@attack("is nothing here, or depends on more", assumes=[UNBIASED])
def t_a_martingale_claim_for_differences_that_start_earlier(d):
    d.process("n", known=0, differences=-1, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="domain")
    (F,) = generators("F")
    d.conclude("bad", eq(inner(F, n), 0), Cite("noise.orthogonal", "orthogonal"))
    d.witness({}, {"n": (0,), "F": (1,)})


@attack("what is put for", assumes=[UNBIASED])
def t_a_random_multiple_of_a_martingale_difference(d):
    """x n with a random x is no martingale difference."""
    d.local(STEP, x)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="domain")
    (F,) = generators("F")
    d.conclude("bad", eq(x * inner(F, n), 0), Cite("noise.orthogonal", "orthogonal", {}, {"n": x * n}))
    d.witness({"x": 1}, {"n": (0,), "F": (1,)})


@attack("the times of", assumes=[UNBIASED])
def t_an_object_that_is_known_too_early(d):
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("W", known=-2, differences=-k, reason="definition")
    (W,) = generators("W")
    d.recursion(k, vectors={"W": (ZERO, W + h)})
    d.delayed("h", of="n", lag=k + 1)
    d.delayed("g", of="n", lag=ONE)
    d.conclude("bad", eq(inner(g, W), 0), Tower("g", "W"))
    d.witness({"k": 0}, {"n": (0,)})


@attack("is not known to be nonnegative")
def t_a_delay_by_a_negative_lag(d):
    d.delayed("t", of="u", lag=-ONE)
    d.conclude("bad", le(norm2(t), norm2(u)), Shift("t"))
    d.witness({}, {"u": (1,)})


@attack("is not delayed by an integer")
def t_a_delay_by_half_a_step(d):
    d.delayed("t", of="u", lag=sympy.Rational(1, 2))
    d.conclude("bad", le(norm2(t), norm2(u)), Shift("t"))
    d.witness({}, {"u": (1,)})


@attack("is not delayed by an integer")
def t_a_delay_of_itself(d):
    d.delayed("t", of="t", lag=ONE)
    d.conclude("bad", le(norm2(t) * 2, norm2(t)), Shift("t"))
    d.witness({}, {"t": (0,)})


@attack("does not compare")
def t_a_shift_the_other_way(d):
    d.delayed("t", of="u", lag=ONE)
    d.conclude("bad", le(norm2(u), norm2(t)), Shift("t"))
    d.witness({}, {"u": (0,)})


@attack("is not what the path")
def t_telescope_of_half_a_path(d):
    first, last, one, two, count = symbols("first last one two count")
    d.path(x, y, first, last, one, two, count)
    d.conclude("bad", eq(count * (two - one), 2 * (last - first)), Telescope("x"))
    d.witness({"x": 1, "y": 1, "first": 1, "last": 1, "one": 1, "two": 1, "count": 1})


@attack("is bound twice")
def t_two_paths_that_share_a_member(d):
    first, last, one, two, count, other = symbols("first last one two count other")
    d.path(x, y, first, last, one, two, count)
    d.path(x, y, other, last, one, two, count)
    d.have("a", eq(count * (two - one), last - first), Telescope("x"))
    d.conclude("bad", eq(first, other), combine(times("a")))
    d.witness({"x": 1, "y": 1, "first": 1, "last": 1, "one": 1, "two": 1, "count": 1, "other": 1})


# --- structure that contradicts itself


@attack("must vanish", assumes=[UNBIASED])
def v_a_martingale_difference_that_is_one(d):
    """x := 1 is the member of n, whose mean is zero."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("t", known=-1, differences=None, reason="domain")
    d.link(x, n, over=STEP)
    d.link(y, t, over=STEP)
    d.given("x", eq(x, 1), "domain")
    d.given("y", eq(y, 1), "domain")
    d.have("xy", eq(x * y, 1), combine(times("x", y), times("y")))
    d.have("orthogonal", eq(inner(n, t), 0), Tower("n", "t"))
    d.have("one", eq(inner(n, t), 1), d.average("xy", STEP))
    d.conclude("bad", FALSE, combine(times("one", -1 - z**2), times("orthogonal", 1 + z**2)))
    d.witness({"x": 1, "y": 1, "z": 0}, {"n": (1,), "t": (1,)})


@attack("another value than what it is made of")
def v_a_field_that_is_twice_itself(d):
    d.link(x, u, over=ELEMENT)
    d.link(y, 2 * u, over=ELEMENT)
    d.given("same", eq(x, y), "domain")
    d.given("one", le(1, norm2(u)), "domain")
    d.have("squares", eq(x**2, y**2), combine(times("same", x + y)))
    d.have("mean", eq(norm2(u), 4 * norm2(u)), d.average("squares", ELEMENT))
    d.conclude("bad", FALSE, combine(times("mean", -(1 + z**2) / 3), times("one", 1 + z**2)))
    d.witness({"x": 1, "y": 1, "z": 0}, {"u": (1,)})


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS)
def test_attack_is_refused(author, because, given, assumes):
    refused(author, because, given, assumes)
