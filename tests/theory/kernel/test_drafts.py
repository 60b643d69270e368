"""What an author writes and what it becomes, word for word: a draft proves nothing, but decides what a claim says."""

import pytest
import sympy

from theory.kernel import draft as drafts
from theory.kernel.claim import Claim, Definition, Direction, Premise, Root, Witness, symbols
from theory.kernel.draft import COORDINATE, ELEMENT, STAGE, STEP, Draft, lemma, write
from theory.kernel.proof import (
    Average,
    Cite,
    Delay,
    Link,
    Mean,
    Path,
    Process,
    Recursion,
    Step,
    combine,
    times,
)
from theory.kernel.relations import Relation, eq, le, lt
from theory.kernel.vectors import ZERO, Vector, generators, inner
from theory.setting.assumptions import UNBIASED, VARIANCE

x, y, z, s, k, j, X = symbols("x y z s k j X")
u, v, w = generators("u v w")
ZERO_, ONE, TWO = map(sympy.Integer, (0, 1, 2))


def author(d):
    """Some
    words."""
    d.given("x >= 0", le(0, x), "domain")
    d.root(s, x, combine(times("x >= 0")))
    d.have("inner", le(0, 2 * x), combine(times("x >= 0", 2)))
    d.conclude("first", le(0, 3 * x), combine(times("x >= 0", 3)))
    d.conclude("second", lt(inner(u, v), y), combine())
    d.witness(x=4)


def written(fill=author, **more):
    return write("a.claim", "Title", fill, source="somewhere", **more)


def test_a_draft_becomes_the_claim_that_was_written():
    one = written(assumes=[UNBIASED, VARIANCE])
    assert one == Claim(
        id="a.claim",
        title="Title",
        source="somewhere",
        statement="Some words.",
        context=(Premise("x >= 0", le(0, x), "domain"), Root(s, x, combine())),
        steps=(
            Step("inner", le(0, 2 * x), combine(times("x >= 0", 2))),
            Step("first", le(0, 3 * x), combine(times("x >= 0", 3))),
            Step("second", lt(inner(u, v), y), combine()),
        ),
        conclusions=("first", "second"),
        assumes=("unbiased", "variance"),
        witness=Witness({"x": 4}, {}),
    )
    assert one.context[1].exists == combine(times("x >= 0"))


def test_every_method_returns_what_it_introduces():
    d = Draft()
    assert d.given("p", le(0, x), "domain") == le(0, x)
    assert d.root(s, x, combine()) == s and d.define(y, 2) == y
    assert d.direction("u", z) == z * u
    assert d.have("step", le(x, 1), combine()) == le(x, 1) == d.conclude("end", le(x, 1), combine())
    assert d.context == [
        Premise("p", le(0, x), "domain"),
        Root(s, x, combine()),
        Definition(y, TWO),
        Direction("u", z),
    ]


@pytest.mark.parametrize(("reason", "label"), [("domain", "domain"), (VARIANCE, "variance"), ("unbiased", "unbiased")])
def test_a_premise_has_a_reason(reason, label):
    d = Draft()
    d.given("p", le(0, x), reason)
    assert d.context == [Premise("p", le(0, x), label)]


@pytest.mark.parametrize("reason", ["definition", "because", ""])
def test_a_premise_without_a_reason_is_refused(reason):
    d = Draft()
    with pytest.raises(ValueError, match=f"premise 'p': '{reason}' is neither an assumption nor domain"):
        d.given("p", le(0, x), reason)
    assert d.context == []


def test_structure_is_kept_as_declared():
    d = Draft()
    d.link(x, u + v, over=ELEMENT)
    d.link(w, v, over=STAGE)
    d.mean(X, of=y)
    path = symbols("now next first last one two count")
    d.path(*path)
    d.process("u", known=-1, differences=None, reason="domain")
    d.process("v", known=x, differences=0, reason=UNBIASED)
    d.process("w", known=0, differences=k, reason="definition")
    d.delayed("h", of="u", lag=2)
    assert d.links == [Link("x", False, u + v, ELEMENT), Link("w", True, v, STAGE)]
    assert d.means == [Mean(X, y)] and d.paths == [Path(path)]
    assert d.processes == [
        Process("u", -ONE, None, "domain"),
        Process("v", x, ZERO_, "unbiased"),
        Process("w", ZERO_, k, "definition"),
    ]
    assert d.delays == [Delay("h", "u", TWO)]
    assert d.labels == {
        x: frozenset(ELEMENT), y: frozenset(STEP), path[0]: frozenset(STEP), path[1]: frozenset(STEP)
    }  # fmt: skip
    assert d.vector_labels == {"w": frozenset(STAGE)}
    assert (d.claim("a", "b", "c", "d", ()).links, d.claim("a", "b", "c", "d", ()).paths) == (
        tuple(d.links),
        (Path(path),),
    )


def test_all_structure_reaches_the_claim():
    d = Draft()
    d.process("u", known=0, differences=None, reason="domain")
    d.delayed("v", of="u", lag=1)
    d.link(x, w, over=ELEMENT)
    d.mean(X, of=y)
    d.path(*symbols("now next first last one two count"))
    d.recursion(k, {z: (0, z + 1)}, {"h": (ZERO, u)})
    one = d.claim("a.claim", "Title", "Words.", "somewhere", ())
    for part in ("processes", "delays", "links", "means", "paths", "recursions"):
        assert getattr(one, part) == tuple(getattr(d, part)) and len(getattr(one, part)) == 1
    assert one.labels == d.labels and one.vector_labels == d.vector_labels and one.labels and one.vector_labels


@pytest.mark.parametrize("wrong", [2 * u, u + v, ZERO, Vector((("u", TWO), ("v", ONE)))])
def test_only_a_generator_has_labels_or_is_a_part(wrong):
    with pytest.raises(ValueError, match="is no single generator"):
        Draft().local(STEP, wrong)
    with pytest.raises(ValueError, match="is no single generator"):
        Draft().link(wrong, v, over=STEP)


def test_labels_add_up():
    d = Draft()
    d.local(STEP, x, u, "v")
    d.local(COORDINATE, x, "u")
    d.local(k, x, y, v)
    assert d.labels == {x: {"step", "coordinate", "k"}, y: {"k"}}
    assert d.vector_labels == {"u": {"step", "coordinate"}, "v": {"step", "k"}}


def test_a_recursion_introduces_its_counter_once():
    d = Draft()
    d.given("other", le(0, x), "domain")
    d.recursion(k, {x: (0, x + y)})
    d.recursion(j, vectors={"u": (ZERO, u + v)})
    counts = [Premise("k >= 0", le(0, k), "domain"), Premise("j >= 0", le(0, j), "domain")]
    assert d.context == [Premise("other", le(0, x), "domain"), *counts]
    d.recursion(k, {z: (y, 2)}, {"w": (u, w)})
    assert d.context[1:] == counts, "the counter is introduced once"
    assert d.recursions == [
        Recursion(j, {}, {"u": (ZERO, u + v)}),
        Recursion(k, {x: (ZERO_, x + y), z: (y, TWO)}, {"w": (u, w)}),
    ]
    d.recursion(j, {X: (0, X)})
    d.recursion(j, vectors={"h": (ZERO, u)})
    assert d.recursions[1] == Recursion(j, {X: (ZERO_, X)}, {"u": (ZERO, u + v), "h": (ZERO, u)})
    assert len(d.recursions) == 2


def test_an_average_of_what_was_said():
    d = Draft()
    d.given("p", le(0, x), "domain")
    d.have("h", eq(x, y), combine())
    assert d.average("p", STEP) == Average(le(0, x), combine(times("p")), STEP)
    assert d.average("h", list(ELEMENT)) == Average(eq(x, y), combine(times("h")), ELEMENT)
    with pytest.raises(KeyError):
        d.average("nothing", STEP)


def test_an_average_of_an_earlier_claim(monkeypatch):
    monkeypatch.setitem(drafts.REGISTRY, "a.claim", written())
    assert Draft().average("a.claim:first", STEP) == Average(le(0, 3 * x), Cite("a.claim", "first"), STEP)


def witness_of(d: Draft) -> Witness:
    return d.claim("a", "b", "c", "d", ()).witness


def test_a_witness_as_given():
    d = Draft()
    assert witness_of(d) == Witness({}, {})
    d.witness(vectors={"u": (1, 2)}, x=1)
    assert witness_of(d) == Witness({"x": 1}, {"u": (1, 2)})
    d.witness(y=3)
    assert witness_of(d) == Witness({"y": 3}, {})
    d.witness({"no identifier": 1}, {"u": (3,)}, z=2)
    assert witness_of(d) == Witness({"no identifier": 1, "z": 2}, {"u": (3,)})
    d.witness({"x": 5})
    assert witness_of(d) == Witness({"x": 5}, {})


# --- labels are passed on from what things are made of


def passed(*fill):
    d = Draft()
    for one in fill:
        one(d)
    made = d.claim("a", "b", "c", "d", ())
    return made.labels, made.vector_labels


def test_a_definition_has_the_labels_of_what_it_is_made_of():
    scalars, _ = passed(
        lambda d: d.local(STEP, x),
        lambda d: d.local(COORDINATE, u),
        lambda d: d.define(z, s + 1),  # passes on what s has only in a second round
        lambda d: d.root(s, y, combine()),
        lambda d: d.define(y, x * inner(u, v) + 1),
    )
    assert scalars == {x: {"step"}, y: set(ELEMENT), s: set(ELEMENT), z: set(ELEMENT)}


def test_a_definition_of_constants_has_none():
    assert passed(lambda d: d.define(x, y), lambda d: d.direction("u", z)) == ({}, {})


def test_objects_have_their_counter_and_what_they_are_made_of():
    scalars, vectors = passed(
        lambda d: d.local(STEP, y),
        lambda d: d.local(STAGE, s),
        lambda d: d.local(COORDINATE, v),
        lambda d: d.recursion(k, {x: (s, x + y), z: (0, 1)}, {"u": (ZERO, u + y * v), "w": (s * v, w)}),
    )
    assert scalars == {y: {"step"}, s: {"stage"}, k: {"k"}, x: {"k", "step", "stage"}, z: {"k"}}
    assert vectors == {"v": {"coordinate"}, "u": {"k", "coordinate", "step"}, "w": {"k", "coordinate", "stage"}}


def test_a_delay_has_those_of_its_sequence_and_of_its_lag():
    scalars, vectors = passed(
        lambda d: d.local(STAGE, "u"), lambda d: d.local(k, x), lambda d: d.delayed("v", of="u", lag=x)
    )
    assert vectors == {"u": {"stage"}, "v": {"stage", "k"}} and scalars == {x: {"k"}}


def test_a_part_has_those_of_its_image_and_of_what_it_is_a_part_over():
    scalars, vectors = passed(
        lambda d: d.local(k, u),
        lambda d: d.local(j, x),
        lambda d: d.link(x, 2 * u + v, over=ELEMENT),
        lambda d: d.link(w, u, over=STAGE),
    )
    assert vectors == {"u": {"k", "j"}, "v": {"k", "j"}, "w": {"k", "j", "stage"}}, "but no step and no coordinate"
    assert scalars == {x: {"k", "j", "step", "coordinate"}}


def test_a_mean_has_those_of_its_values_but_no_step():
    scalars, _ = passed(lambda d: d.local(k, y), lambda d: d.mean(X, of=y))
    assert scalars == {y: {"k", "step"}, X: {"k"}}


# --- writing and registering


def test_a_claim_needs_a_statement():
    def silent(d):
        d.conclude("end", le(0, x), combine())

    with pytest.raises(TypeError, match=r"a\.claim has no statement: its author's docstring is empty"):
        written(silent)


def test_a_lemma_is_registered_once(monkeypatch):
    monkeypatch.setattr(drafts, "REGISTRY", {})
    made = lemma("a.claim", "Title", source="somewhere", assumes=[UNBIASED])(author)
    assert dict(drafts.REGISTRY) == {"a.claim": made} and made == written(assumes=[UNBIASED])
    with pytest.raises(ValueError, match=r"two claims are called a\.claim"):
        lemma("a.claim", "Another", source="somewhere")(author)
    assert dict(drafts.REGISTRY) == {"a.claim": made}


def test_a_lemma_assumes_nothing_unless_it_says_so(monkeypatch):
    monkeypatch.setattr(drafts, "REGISTRY", {})
    assert lemma("a.claim", "Title", source="somewhere")(author).assumes == () == written().assumes
    assert isinstance(written().conclusion("first"), Relation)
