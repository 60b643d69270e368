"""The search for a counterexample: what it finds refutes the claim, and it looks where it says."""

import random

import pytest
import sympy

from theory.kernel import STEP, combine, eq, generators, le, norm2, symbols, times
from theory.kernel import refute as search
from theory.kernel.claim import Witness
from theory.kernel.draft import write
from theory.kernel.reading import read_claim
from theory.kernel.refute import POOL, breaks, counterexample, near

x, y, c = symbols("x y c")
u, v = generators("u v")


def claim(author):
    author.__doc__ = "False."
    return write("test.refuted", "a test", author, source="here")


def too_large(d):
    """Conclude x <= 1 from x >= 0, with a witness at which it is false."""
    d.given("x", le(0, x), "domain")
    d.conclude("bad", le(x + norm2(u), 1), combine(times("x")))
    d.witness({"x": 2}, {"u": (3, 4)})


def test_the_point_and_what_it_breaks_are_named():
    expected = {"x": "2", "u|u": "25", "breaks": "bad"}
    wrong = claim(too_large)
    assert breaks(read_claim(wrong), wrong.witness) == expected == counterexample(wrong)


def test_the_witness_is_tried_first(monkeypatch):
    many = symbols(" ".join(f"x{place}" for place in range(30)))

    def author(d):
        for one in many:
            d.given(one.name, eq(one, 7), "domain")  # 7 is nowhere in the pool
        d.conclude("bad", le(sum(many), 1), combine())
        d.witness(**{one.name: 7 for one in many})

    monkeypatch.setattr(search, "ATTEMPTS", 1)
    assert counterexample(claim(author)) == {**{one.name: "7" for one in many}, "breaks": "bad"}


def test_points_near_the_witness_are_tried_next():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("bad", le(x, 1), combine(times("x")))
        d.witness(x=1)

    found = counterexample(claim(author))
    assert found is not None and found["x"] in ("2", "5") and found["breaks"] == "bad"


def test_the_conclusion_that_breaks_is_named_not_the_first():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("good", le(0, 2 * x), combine(times("x", 2)))
        d.conclude("bad", le(x, 1), combine(times("x")))
        d.witness(x=2)

    assert counterexample(claim(author)) == {"x": "2", "breaks": "bad"}


def test_nothing_is_found_for_what_is_true():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("good", le(0, 2 * x), combine(times("x", 2)))
        d.witness(x=2)

    assert counterexample(claim(author)) is None


def test_a_point_that_breaks_a_premise_refutes_nothing():
    def author(d):
        d.given("x", le(x, 1), "domain")
        d.conclude("other", le(x, 1), combine(times("x")))

    one = claim(author)
    assert breaks(read_claim(one), Witness({"x": 2})) is None


def test_a_point_that_breaks_part_of_a_definition_refutes_nothing():
    """The length 1 is no length of 0: two of the three facts of a direction hold, and the third does not."""

    def author(d):
        d.direction("u", x)
        d.conclude("bad", le(x, 0), combine())

    one = claim(author)
    assert breaks(read_claim(one), Witness({"x": 1}, {"u": (0,)})) is None
    assert breaks(read_claim(one), Witness({"x": 1}, {"u": (1,)})) == {"x": "1", "breaks": "bad"}


def test_a_point_without_all_values_refutes_nothing():
    one = claim(too_large)
    assert breaks(read_claim(one), Witness({"x": 2})) is None


def test_a_claim_that_cannot_be_read_is_left_alone():
    def author(d):
        d.conclude("bad", le(sympy.Symbol("x"), 1), combine())
        d.witness(x=2)

    assert counterexample(claim(author)) is None


STRUCTURE = {
    "process": lambda d: d.process("u", known=0, differences=None, reason="domain"),
    "delay": lambda d: d.delayed("v", of="u", lag=0),
    "recursion": lambda d: d.recursion(c, {y: (0, y + 1)}),
    "link": lambda d: d.link(u, v, over=STEP),
    "mean": lambda d: d.mean(y, of=c),
    "path": lambda d: d.path(*symbols("now then first last one two count")),
}
VALUES = {"x": 2, "c": 0, **dict.fromkeys(("now", "then", "first", "last", "one", "two", "count"), 1)}


@pytest.mark.parametrize("kind", STRUCTURE)
def test_a_claim_about_sequences_is_left_alone(kind):
    """A point breaks each of these; but a point is not a process."""

    def author(d):
        STRUCTURE[kind](d)
        d.conclude("bad", le(x, 1), combine())
        d.witness(VALUES, {"u": (1,), "v": (1,)})

    wrong = claim(author)
    found = breaks(read_claim(wrong), wrong.witness)
    assert found is not None and found["breaks"] == "bad"
    assert counterexample(wrong) is None


def test_points_near_a_witness_keep_some_values_and_draw_the_others_from_the_pool():
    chance, count = random.Random(5), 300
    far = Witness({f"x{place}": 7 for place in range(count)}, {"u": (7,) * count})
    shares = []
    for _ in range(60):
        one = near(far, chance)
        assert (
            one.scalars.keys() == far.scalars.keys() and one.vectors.keys() == {"u"} and len(one.vectors["u"]) == count
        )
        drawn = [[value for value in values if value != 7] for values in (one.scalars.values(), one.vectors["u"])]
        assert set(drawn[0]) | set(drawn[1]) <= set(POOL)
        share = [len(values) / count for values in drawn]
        assert all(0 < part < 1 for part in share), "some are drawn, some are kept"
        assert abs(share[0] - share[1]) < 0.2, "of vectors as many as of scalars"
        shares.append(sum(share) / 2)
    assert min(shares) < 0.3 and max(shares) > 0.8, "the neighbourhoods are small and large"
