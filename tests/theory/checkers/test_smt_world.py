"""What z3's side takes a claim to say, against worlds that are written out, and what of it changes with a count."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.theory.checkers.smt_attacks import claim
from theory.checkers.smt_terms import MINUS_ONE, ONE, ZERO, Gram, Name, Number, Power, Product, Rel, Sum, Undecided
from theory.checkers.smt_world import Built, Item, Linked, Times, World, read_world, spoken, spoken_vector
from theory.kernel import ELEMENT, STEP, combine, generators, le, square, symbols
from theory.setting.assumptions import LAGS, UNBIASED

a, b, k, q, r, s, x, y, X = symbols("a b k q r s x y X")
names = {one.name: Name(one.name) for one in (a, b, k, q, r, s, x, y, X)}
EMPTY = World("none", {}, (), (), {}, (), {}, {}, {})
TWO = Number(Fraction(2))


def everything(d):
    """One of each kind."""
    u, v, n, W, z = generators("u v n W z")
    d.given("a >= 1", le(1, a), "domain")
    d.define(b, 2 * a)
    d.root(s, a, combine())
    d.direction("e", r)
    d.link(x, u, over=ELEMENT)
    d.link(v, n, over=STEP)
    d.mean(X, of=y)
    d.path(*symbols("f0 f1 f2 f3 f4 f5 f6"))
    d.process("n", known=-1, differences=0, reason=UNBIASED)
    d.process("m", known=0, differences=None, reason=LAGS)
    d.delayed("z", of="n", lag=k + 1)
    d.recursion(k, {q: (0, q + a)}, {"W": (0 * W, W + z)})
    d.conclude("c", le(0, a**2), combine(square(a)))


def test_a_claim_is_read_as_it_stands():
    world = read_world(claim("t.everything", everything))
    labels = {name: sorted(own) for (_, name), own in world.labels.items() if own}
    assert labels == {
        "x": ["coordinate", "step"], "v": ["step"], "y": ["step"], "f0": ["step"], "f1": ["step"],
        "k": ["k"], "q": ["k"], "W": ["k"], "z": ["k"],
    }  # fmt: skip
    assert {name for kind, name in world.labels if kind == "vector"} <= {"v", "W", "z", "n", "u"}
    n = names
    assert world.id == "t.everything"
    assert world.items == (
        Item((("a >= 1", Rel(ONE, "<=", n["a"])),)),
        Item((("b :=", Rel(n["b"], "==", Product((TWO, n["a"])))),), (("scalar", "b"),), Product((TWO, n["a"]))),
        Item(
            (("s >= 0", Rel(ZERO, "<=", n["s"])), ("s^2", Rel(Power(n["s"], 2), "==", n["a"]))),
            (("scalar", "s"),),
            n["a"],
            combine(),
        ),
        Item(
            (
                ("r >= 0", Rel(ZERO, "<=", n["r"])),
                ("|e| <= 1", Rel(Gram("e", "e"), "<=", ONE)),
                ("e r", Rel(Product((Power(n["r"], 2), Gram("e", "e"))), "==", Power(n["r"], 2))),
            ),
            (("scalar", "r"), ("vector", "e")),
        ),
        Item((("k >= 0", Rel(ZERO, "<=", n["k"])),)),
    )
    assert world.links == (
        Linked(("scalar", "x"), (("u", ONE),), frozenset({"step", "coordinate"})),
        Linked(("vector", "v"), (("n", ONE),), frozenset({"step"})),
    )
    assert (world.means, world.paths) == ({"X": "y"}, (tuple(f"f{i}" for i in range(7)),))
    assert world.processes == {"n": Times(MINUS_ONE, ZERO), "m": Times(ZERO, None)}
    assert set(world.delays) == {"z"} and world.delays["z"][0] == "n"
    assert set(world.delays["z"][1].parts) == {n["k"], ONE}
    start, after = world.recursions["k"].scalars["q"]
    assert start == ZERO and set(after.parts) == {n["q"], n["a"]}
    assert world.recursions["k"].vectors == {"W": ((), (("W", ONE), ("z", ONE)))}


def test_what_is_no_entry_is_refused():
    odd = replace(claim("t.everything", everything), context=("premise",))
    with pytest.raises(Undecided, match="'premise' is neither a premise nor a definition"):
        read_world(odd)


def test_labels_are_those_of_all_that_is_spoken_of():
    world = replace(
        EMPTY,
        labels={("scalar", "x"): frozenset({"step"}), ("vector", "u"): frozenset({"stage"})},
    )
    assert world.of(("scalar", "x"), ("vector", "u"), ("scalar", "y")) == {"step", "stage"}
    assert world.of(("vector", "x")) == frozenset() == world.of()
    assert world.labels_of(Sum((names["x"], ONE)), Gram("u", "v")) == {"step", "stage"}
    assert world.labels_of_vector((("u", ONE),)) == {"stage"}
    assert world.labels_of_vector((("v", names["x"]),)) == {"step"}
    assert spoken(Product((names["x"], Gram("u", "v"))), names["y"]) == {
        ("scalar", "x"), ("scalar", "y"), ("vector", "u"), ("vector", "v")
    }  # fmt: skip
    assert spoken_vector((("u", names["x"]),)) == {("scalar", "x"), ("vector", "u")}


def test_times_of_delayed_sequences_are_earlier():
    world = replace(
        EMPTY, processes={"n": Times(ZERO, ONE), "F": Times(MINUS_ONE, None)}, delays={"z": ("n", names["k"])}
    )
    assert world.times("n") == Times(ZERO, ONE)
    back = Product((MINUS_ONE, names["k"]))
    assert world.times("z") == Times(Sum((ZERO, back)), Sum((ONE, back)))
    late = replace(world, delays={"y": ("F", ONE), "z": ("y", ONE)})
    assert late.times("z").differences is None
    with pytest.raises(Undecided, match="nothing is said of when w is known"):
        world.times("w")


def counted(ties, labels=("a", "b"), kind="scalar"):
    """A world with a recursion on k that builds w and the generator W, and something tied to them."""
    own = {(kind, name): frozenset({"k"}) for name in labels} | {("scalar", "k"): frozenset({"k"})}
    recursion = Built({"w": (ZERO, Sum((Name("w"), Name("k"))))}, {"W": ((), (("W", ONE),))})
    return replace(EMPTY, labels=own, recursions={"k": recursion}, **ties)


@pytest.mark.parametrize(
    ("ties", "kind", "more"),
    [
        ({}, "scalar", set()),
        ({"delays": {"a": ("W", ONE)}}, "vector", {("vector", "a")}),
        ({"delays": {"a": ("b", Name("k"))}}, "vector", {("vector", "a")}),
        ({"delays": {"a": ("b", ONE)}}, "vector", set()),
        ({"links": (Linked(("scalar", "a"), (("W", ONE),), frozenset({"stage"})),)}, "scalar", {("scalar", "a")}),
        ({"links": (Linked(("scalar", "w"), (("a", ONE),), frozenset({"stage"})),)}, "vector", {("vector", "a")}),
        ({"links": (Linked(("scalar", "a"), (("u", Name("w")),), frozenset({"stage"})),)}, "scalar", {("scalar", "a")}),
        ({"links": (Linked(("scalar", "w"), (("u", Name("a")),), frozenset({"stage"})),)}, "scalar", set()),
        ({"means": {"a": "w"}}, "scalar", {("scalar", "a")}),
        ({"means": {"w": "a"}}, "scalar", {("scalar", "a")}),
        ({"means": {"w": "c"}}, "scalar", set()),  # c has no label k
        ({"items": (Item((), (("scalar", "a"),), Name("w")),)}, "scalar", {("scalar", "a")}),
        ({"items": (Item((), (("scalar", "w"),), Name("a")),)}, "scalar", set()),
        ({"items": (Item((), (("scalar", "a"),), Name("w")), Item((), (("scalar", "b"),), Name("a")))}, "scalar",
         {("scalar", "a"), ("scalar", "b")}),
    ],
)  # fmt: skip
def test_what_is_made_of_what_a_recursion_builds_changes_with_its_count(ties, kind, more):
    assert counted(ties, kind=kind).built("k") == {("scalar", "k"), ("scalar", "w"), ("vector", "W")} | more


def test_what_another_recursion_makes_of_it_changes_with_the_count():
    world = counted({}, labels=("a", "b"))
    other = Built({"a": (ZERO, Name("w"))}, {"B": ((("W", ONE),), ())})
    labels = {**world.labels, ("vector", "B"): frozenset({"k", "j"})}
    both = replace(world, labels=labels, recursions={**world.recursions, "j": other})
    assert {("scalar", "a"), ("vector", "B")} <= both.built("k")
    assert both.built("j") == {("scalar", "j"), ("scalar", "a"), ("vector", "B")}
    assert both.at_hand(Rel(ZERO, "<=", Name("a"))) == {"k", "j"}


def test_a_premise_is_at_the_count_at_hand_if_it_speaks_of_what_changes():
    world = counted({})
    assert world.at_hand(Rel(ZERO, "<=", Name("w"))) == {"k"}
    assert world.at_hand(Rel(ZERO, "<", Name("k"))) == {"k"}
    assert world.at_hand(Rel(ZERO, "<=", Name("k"))) == frozenset()
    assert world.at_hand(Rel(Gram("W", "W"), "==", ONE)) == {"k"}
    assert world.at_hand(Rel(Name("a"), "==", ONE)) == frozenset()  # chosen anew at each count, by nobody
