"""False claims that cite true ones, asked of z3 alone, and what may be cited at all."""

import pytest

from tests.theory.checkers.smt_attacks import (
    FALSE,
    ONE,
    Attacks,
    X,
    Y,
    claim,
    library,
    refused,
    s,
    settled,
    u,
    x,
    y,
    z,
)
from tests.theory.kernel.test_attacks import positive
from theory.checkers import smt
from theory.checkers.smt_terms import Undecided
from theory.kernel import (
    STEP,
    Cite,
    OrderCases,
    combine,
    generators,
    le,
    lt,
    norm2,
    symbols,
    times,
)
from theory.kernel.vectors import entry

ATTACKS = Attacks()
wrong, right = ATTACKS.wrong, ATTACKS.right


# --- C: citations


@wrong("is no scalar", given=[positive])
def c_a_mixed_gram_entry_replaced(d):
    d.conclude("bad", FALSE, Cite("attack.base0", "pos", scalars={entry("u", "v"): -1 - z**2}))
    d.witness(z=1)


@wrong("speaks of no", given=[positive])
def c_a_name_of_nobody(d):
    d.conclude("bad", le(0, norm2(u) + 1), Cite("attack.base0", "pos", scalars={x: ONE}))
    d.witness({}, {"u": (1,)})


@wrong("is not the instance", given=[positive])
def c_a_stronger_goal_than_the_instance(d):
    d.conclude("bad", lt(0, norm2(u)), Cite("attack.base0", "pos"))
    d.witness({}, {"u": (1,)})


def needs_positive(d):
    d.given("x > 0", lt(0, x), "domain")
    d.conclude("twice", lt(0, 2 * x), combine(times("x > 0", 2)))
    d.witness(x=1)


@wrong("whose premise 'x > 0' is needed", given=[needs_positive])
def c_a_premise_that_fails(d):
    d.given("y", le(0, y), "domain")
    d.conclude("bad", lt(0, 2 * y), Cite("attack.base0", "twice", {x: y}))
    d.witness(y=0)


@right(given=[needs_positive])
def a_premise_that_holds(d):
    d.given("y", lt(1, y), "domain")
    d.conclude("good", lt(0, 2 * y), Cite("attack.base0", "twice", {x: y}))
    d.witness(y=2)


def at_every_step(d):
    d.mean(X, of=x)
    d.given("x", le(x, 1), "domain")
    d.conclude("mean", le(X, 1), d.average("x", STEP))
    d.witness(x=1, X=1)


@wrong("whose premise 'x' is needed", given=[at_every_step])
def c_a_premise_at_every_step_from_a_case_at_one(d):
    d.mean(X, of=x)
    below = Cite("attack.base0", "mean")
    d.conclude("bad", le(X, 1), OrderCases(x, ONE, below, below))
    d.witness(x=1, X=1)


@wrong("depends on", given=[at_every_step])
def c_a_mean_put_for_something_random(d):
    d.local(STEP, y)
    d.mean(X, of=x)
    d.given("x", le(x, 1), "domain")
    d.conclude("bad", le(y, 1), Cite("attack.base0", "mean", {X: y}))
    d.witness(x=1, X=1, y=1)


@wrong("is not the average of", given=[at_every_step])
def c_another_mean(d):
    d.mean(X, of=x)
    d.given("x", le(x, 1), "domain")
    d.conclude("bad", le(Y, 1), Cite("attack.base0", "mean", {X: Y}))
    d.witness(x=1, X=1, Y=1)


@right(given=[at_every_step], verdict="conditional")
def the_mean_of_something_bounded(d):
    d.mean(Y, of=y)
    d.given("y", le(y, 0), "domain")
    d.conclude("good", le(Y, 1), Cite("attack.base0", "mean", {X: Y, x: y}))
    d.witness(y=0, Y=0)


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS.false)
def test_z3_refuses(author, because, given, assumes):
    refused(author, because, given, assumes)


@pytest.mark.parametrize(("author", "given", "assumes", "verdict"), ATTACKS.true)
def test_z3_settles_what_is_right_next_to_them(author, given, assumes, verdict):
    settled(author, given, assumes, verdict)


# --- what may be cited


def test_what_was_not_settled_cannot_be_cited():
    def unsettled(d):
        """Something false."""
        d.conclude("bad", le(0, z), combine())

    def author(d):
        """Something false, cited."""
        d.conclude("bad", le(0, z), Cite("attack.unsettled", "bad"))

    unproved = claim("attack.unsettled", unsettled)
    with pytest.raises(Undecided, match="is not settled"):
        smt.settle(claim("attack.last", author), {**library(), "attack.unsettled": unproved})


def test_a_settled_claim_cannot_be_cited_under_another_name():
    def author(d):
        """The root under another name."""
        (root,) = symbols("t")
        d.given("t >= 0", le(0, root), "domain")
        d.given("squares", le(s**2, root**2), "domain")
        d.conclude("bound", le(s, root), Cite("order.other", "bound"))
        d.witness(s=1, t=1)

    with pytest.raises(Undecided, match="is not settled"):
        smt.settle(claim("attack.last", author), {"order.other": library()["order.root"]})


def test_a_step_that_is_no_conclusion_cannot_be_cited():
    def author(d):
        """An inner step of another claim."""
        d.conclude("bound", le(0, norm2(generators("w")[0])), Cite("hilbert.cauchy_schwarz", "w"))

    with pytest.raises(Undecided, match="does not conclude"):
        smt.settle(claim("attack.last", author), library())
