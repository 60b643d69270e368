"""False claims by induction: on what changes with the count, or from facts that hold at this count only."""

import pytest
import sympy

from tests.theory.kernel.attacking import ONE, D, X, j, k, refused, registry, w, x, y
from theory.kernel import Cite, Contradiction, Induction, OrderCases, combine, eq, le, square, times
from theory.kernel.proof import Chain, Step

ATTACKS = []
attack = registry(ATTACKS)


# --- G, N: induction


@attack("is bound twice")
def g_one_object_in_two_recursions(d):
    d.recursion(k, {w: (0, w + 1)})
    d.recursion(j, {w: (5, w)})
    d.have("wk", eq(w, k), Induction(k, combine(), combine(times("hypothesis"))))
    d.have("w5", eq(w, 5), Induction(j, combine(), combine(times("hypothesis"))))
    d.conclude("bad", eq(k, 5), combine(times("wk", -1), times("w5")))
    d.witness(k=5, j=5)


@attack("chosen anew at each count")
def g_goal_that_names_what_is_chosen_anew(d):
    d.local(k, D)
    d.given("D >= 0", le(0, D), "domain")
    d.recursion(k, {w: (0, D)})
    d.conclude("bad", le(w, D), Induction(k, combine(times("D >= 0")), combine()))
    d.witness(k=0, D=1)


@attack("does not add up")
def g_undeclared_choice_anew(d):
    """D is the same at all counts unless it is declared; then the next value of w depends on more than is said."""
    d.given("D >= 0", le(0, D), "domain")
    d.recursion(k, {w: (0, D)})
    d.conclude("bad", le(D, w), Induction(k, combine(), combine()))
    d.witness(k=1, D=1)


@attack("or starts from what changes")
def g_start_that_depends_on_the_count(d):
    d.recursion(k, {w: (k, w)})
    d.conclude("bad", eq(w, k), Induction(k, combine(), combine(times("hypothesis"))))
    d.witness(k=0)


@attack("is bound twice")
def g_two_counters_of_one_name_as_object(d):
    d.recursion(k, {k: (0, k + 2)})
    d.conclude("bad", eq(k, 0), Induction(k, combine(), combine(times("hypothesis"))))
    d.witness(k=0)


@attack("no fact is called")
def g_premise_at_this_count_used_at_all(d):
    d.given("k >= 3", le(3, k), "domain")
    d.recursion(k, {w: (0, w + (k - 3))})
    d.conclude("bad", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("k >= 3"))))
    d.witness(k=3, z=0)


@attack("no fact is called")
def g_definition_at_this_count_used_at_all(d):
    """x := k and 3 <= x speak of this count; the sum of x - 3 over earlier counts may be negative."""
    d.recursion(k, {w: (0, w + (x - 3))})
    d.define(x, k)
    d.given("3 <= x", le(3, x), "domain")
    d.conclude("bad", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("3 <= x"))))
    d.witness(k=3, x=3)


@attack("no fact is called")
def g_a_fact_at_this_count_cited_where_all_are_needed(d):
    """The premise ties y to the object at this count; what follows of y holds at this count only."""
    d.local(k, y)
    d.given("tied", le(y + w**2, 1), "domain")
    d.have("y <= 1", le(y, 1), combine(times("tied"), square(w)))
    d.recursion(k, {w: (0, w), X: (0, X + y)})
    d.conclude("bad", le(X, k), Induction(k, combine(), combine(times("hypothesis"), times("y <= 1"))))
    d.witness(k=0, y=1)


def bounded_sum(d):
    d.local(k, y)
    d.given("y <= 1", le(y, 1), "domain")
    d.recursion(k, {X: (0, X + y)})
    d.conclude("sum", le(X, k), Induction(k, combine(), combine(times("hypothesis"), times("y <= 1"))))
    d.witness(k=0, y=1)


@attack("is not known", given=[bounded_sum])
def g_a_fact_at_this_count_discharges_a_premise_at_all(d):
    d.local(k, y)
    d.recursion(k, {X: (0, X + y), w: (0, w)})
    d.given("tied", le(y + w**2, 1), "domain")
    d.have("y <= 1", le(y, 1), combine(times("tied"), square(w)))
    d.conclude("bad", le(X, k), Cite("attack.base0", "sum"))
    d.witness(k=0, y=1)


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
    d.witness(k=0)


@attack("no fact is called")
def n_induction_inside_a_case(d):
    """For every k the sum of 1 - i over i < k is >= 0: the case says 1 - k >= 0 at this count only."""
    below = Induction(k, combine(), combine(times("hypothesis"), times("case")))
    above = Chain((Step("H", le(0, w), below),), combine(times("H")))
    d.recursion(k, {w: (0, w + (1 - k))})
    d.conclude("bad", le(0, w), OrderCases(k, ONE, above, above))
    d.witness(k=0)


@attack("no fact is called")
def n_induction_with_a_fact_derived_inside_a_case(d):
    d.recursion(k, {w: (0, w + (1 - k))})
    derived = Step("again", le(0, 2 - 2 * k), combine(times("case", 2)))
    below = Chain(
        (derived,), Induction(k, combine(), combine(times("hypothesis"), times("again", sympy.Rational(1, 2))))
    )
    d.conclude("bad", le(0, w), OrderCases(k, ONE, below, below))
    d.witness(k=0)


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS)
def test_attack_is_refused(author, because, given, assumes):
    refused(author, because, given, assumes)
