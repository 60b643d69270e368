"""What a generated lemma states, against what one would write by hand from the claim; no Coq is needed."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.theory.checkers import statements as s
from theory.checkers import coq_statement
from theory.checkers.coq_lemma import Lemma
from theory.checkers.coq_world import Untranslatable
from theory.kernel import Draft, eq, inner, le, norm2
from theory.kernel.draft import ELEMENT, STAGE, STEP
from theory.kernel.vectors import ZERO
from theory.setting.assumptions import UNBIASED

SAMPLES = "(Smp : sampler) (Len : nat)"
FIELD = "(process Smp Len (lift Crd (fun _ => real_space)))"
NEXT_W = "inner (g_W (S x1)) w = ((inner (g_W x1) w) + (2 * (inner g_v w)))"
STATEMENTS = {
    s.algebra: """forall (v_x : R) (v_y : R),
        (v_x < v_y) ->
        ((-1) <= (v_x * v_y)) ->
        (((-1 / 3) * v_x) = (v_y ^ 3)) ->
        ((/ v_x) <= (/ (v_y ^ 2))) /\\ (0 < (v_x + v_y)).""",
    s.definitions: """forall (A : space) (v_a : R) (v_b : R) (v_w : R) (v_z : R) (g_e : vector A),
        (v_b = (2 * v_a)) ->
        (0 <= v_w) ->
        ((v_w ^ 2) = v_a) ->
        (0 <= v_z) ->
        ((inner g_e g_e) <= 1) ->
        (((inner g_e g_e) * (v_z ^ 2)) = (v_z ^ 2)) ->
        (0 <= (v_b * v_w)).""",
    s.geometry: """forall (A : space) (B : space) (v_a : R) (g_n : vector A) (g_u : vector B) (g_v : vector B),
        (((inner g_u g_u) + (inner g_v g_v) + (2 * (inner g_u g_v))) <= 1) ->
        ((inner g_n g_n) = v_a) ->
        ((inner g_u g_v) <= 1).""",
    s.mean: f"""forall {SAMPLES} (v_X : R) (v_x : history -> R) (v_y : R),
        ((0 < Len)%nat) ->
        (v_X = average Smp Len (fun x1 => (v_x x1))) ->
        (forall x1 : history, taken Smp Len x1 -> (v_x x1) <= v_y) ->
        (v_X <= v_y).""",
    s.step: f"""forall {SAMPLES} (v_x : history -> R) (g_u : vector (process Smp Len real_space)),
        ((0 < Len)%nat) ->
        (forall x1 : history, taken Smp Len x1 -> (v_x x1) = (((g_u x1) : R))) ->
        ((inner g_u g_u) <= 1).""",
    s.element: f"""forall {SAMPLES} (TC : Type) (Crd : functional TC) (v_x : history -> TC -> R)
        (g_u : vector {FIELD}) (g_v : vector {FIELD}),
        ((0 < Len)%nat) ->
        (forall x1 : history, taken Smp Len x1 -> forall x2 : TC, support Crd x2 ->
            (v_x x1 x2) = ((2 * ((g_u x1 x2) : R)) + ((-1) * ((g_v x1 x2) : R)))) ->
        ((inner g_u g_u) <= 1).""",
    s.coordinate: """forall (TC : Type) (Crd : functional TC) (v_a : R) (v_x : TC -> R)
        (g_u : vector (lift Crd (fun _ => real_space))),
        (forall x1 : TC, support Crd x1 -> (v_x x1) = (((g_u x1) : R))) ->
        (forall x1 : TC, support Crd x1 -> ((v_x x1) ^ 2) <= v_a) ->
        ((inner g_u g_u) <= v_a).""",
    s.stage: """forall (TS : Type) (Stg : functional TS) (A : space) (v_a : R) (v_b : TS -> R)
        (g_u : vector (lift Stg (fun _ => A))) (g_v : TS -> vector A),
        (forall x1 : TS, support Stg x1 -> forall w : vector A, inner (g_v x1) w = ((inner (g_u x1) w))) ->
        (forall x1 : TS, support Stg x1 -> (inner (g_v x1) (g_v x1)) <= (v_b x1)) ->
        ((inner g_u g_u) <= v_a).""",
    s.process: f"""forall {SAMPLES} (A : space) (B : space) (g_F : vector (process Smp Len A))
        (g_Z : vector (process Smp Len A)) (g_m : vector (process Smp Len B)) (g_n : vector (process Smp Len A)),
        ((0 < Len)%nat) ->
        (differences Smp Len _ g_n) ->
        (known Smp Len _ 1 g_F) ->
        (forall x1 : history, taken Smp Len x1 -> (g_Z x1) = delayed Smp Len _ (2)%nat g_n x1) ->
        ((inner g_F g_n) = 0).""",
    s.path: f"""forall {SAMPLES} (v_f0 : history -> R) (v_f1 : history -> R) (v_f2 : R) (v_f3 : R) (v_f4 : R)
        (v_f5 : R) (v_f6 : R),
        ((0 < Len)%nat) ->
        (path Smp Len v_f0 v_f1 v_f2 v_f3 v_f4 v_f5 v_f6) ->
        (v_f2 <= v_f3).""",
    s.counting: f"""forall (A : space) (v_p : nat -> R) (v_w : nat -> R) (g_W : nat -> vector A) (g_u : vector A)
        (g_v : vector A) (n_k : nat),
        ((v_w 0%nat) = 0) ->
        (forall x1 : nat, (v_w (S x1)) = ((v_p x1) + (v_w x1))) ->
        (forall w : vector A, inner (g_W 0%nat) w = ((inner g_u w))) ->
        (forall x1 : nat, forall w : vector A, {NEXT_W}) ->
        (forall x1 : nat, 0 <= (v_p x1)) ->
        ((v_w n_k) <= 5) ->
        ((inner g_u g_u) <= (inner g_v g_v)) ->
        ((inner (g_W n_k) (g_W n_k)) <= ((INR n_k) + (v_w n_k))).""",
    s.everywhere: """forall (v_w : nat -> R),
        ((v_w 0%nat) = 1) ->
        (forall x1 : nat, (v_w (S x1)) = (2 * (v_w x1))) ->
        (forall x1 : nat, (INR x1) <= (v_w x1)).""",
    s.delayed: f"""forall {SAMPLES} (A : space) (g_W : nat -> vector (process Smp Len A))
        (g_Z : nat -> vector (process Smp Len A)) (g_n : vector (process Smp Len A)),
        ((0 < Len)%nat) ->
        (differences Smp Len _ g_n) ->
        (forall x1 : nat, forall x2 : history, taken Smp Len x2 ->
            (g_Z x1 x2) = delayed Smp Len _ (2 * x1 + 1)%nat g_n x2) ->
        (forall w : vector (process Smp Len A), inner (g_W 0%nat) w = 0) ->
        (forall x1 : nat, forall w : vector (process Smp Len A),
            inner (g_W (S x1)) w = ((inner (g_W x1) w) + (inner (g_Z x1) w))) ->
        (forall x1 : nat, (inner (g_W x1) (g_W x1)) <= ((inner g_n g_n) * (INR x1))).""",
    s.lags: """forall (TS : Type) (Stg : functional TS) (v_a : R) (v_b : TS -> R) (v_w : nat -> TS -> R)
        (n_k : TS -> nat),
        (forall x1 : TS, support Stg x1 -> (v_w 0%nat x1) = 0) ->
        (forall x1 : nat, forall x2 : TS, support Stg x2 -> (v_w (S x1) x2) = ((v_b x2) + (v_w x1 x2))) ->
        (forall x1 : TS, support Stg x1 -> (v_w (n_k x1) x1) <= v_a) ->
        (forall x1 : TS, support Stg x1 -> (v_w (n_k x1) x1) <= (v_a * (INR (n_k x1)))).""",
    s.parts: f"""forall {SAMPLES} (TC : Type) (Crd : functional TC) (TS : Type) (Stg : functional TS) (A : space)
        (v_x : history -> TC -> R) (g_u : vector {FIELD}) (g_u__parts : vector (lift Stg (fun _ => A)))
        (g_v : TS -> vector A),
        ((0 < Len)%nat) ->
        (forall x1 : history, taken Smp Len x1 -> forall x2 : TC, support Crd x2 ->
            (v_x x1 x2) = (((g_u x1 x2) : R))) ->
        (forall x1 : TS, support Stg x1 -> forall w : vector A, inner (g_v x1) w = ((inner (g_u__parts x1) w))) ->
        ((inner g_u__parts g_u__parts) = (inner g_u g_u)) ->
        ((inner g_u g_u) <= 1).""",
    s.citing: f"""forall {SAMPLES} (v_a : R) (v_y : R),
        ((0 < Len)%nat) ->
        (v_a <= v_y).""",
}


def plain(text: str) -> str:
    """Return a statement with spaces called A, B, ... and variables x1, x2, ... anew in each hypothesis."""
    spaces = list(dict.fromkeys(re.findall(r"\bH\d+\b", text)))
    for place, name in enumerate(spaces):
        text = re.sub(rf"\b{name}\b", "ABCDE"[place], text)
    lines = []
    for line in text.splitlines():
        names = list(dict.fromkeys(re.findall(r"\bx\d+\b", line)))
        by = {name: f"x{place}" for place, name in enumerate(names, 1)}
        lines.append(re.sub(r"\bx\d+\b", lambda found, by=by: by[found[0]], line))  # type: ignore[misc]
    return " ".join(" ".join(lines).split())


@pytest.fixture(scope="module")
def known() -> dict[str, Lemma]:
    claim = s.claim(s.mean)
    return {claim.id: coq_statement.lemma(claim, {})}


@pytest.mark.parametrize("author", s.AUTHORS, ids=lambda author: author.__name__)
def test_a_lemma_states_its_claim(author: object, known: dict[str, Lemma]) -> None:
    claim = s.claim(author)
    lemma = coq_statement.lemma(claim, known)
    text, _ = lemma.source().split("Proof.")
    name = author.__name__  # type: ignore[attr-defined]
    head = f"(* claim t.{name} *) Lemma c_t__{name} : "
    assert plain(text) == head + " ".join(STATEMENTS[author].split())  # type: ignore[index]
    assert lemma.unconditional


def refused(*authors: object, known: dict[str, Lemma] | None = None) -> str:
    with pytest.raises(Untranslatable) as said:
        coq_statement.lemma(s.claim(authors[-1]), known or {})
    return str(said.value)


def undeclared(d: Draft) -> None:
    """A recursion that speaks of a vector of nobody."""
    d.recursion(s.k, vectors={"W": (s.u, s.W)})
    d.conclude("c", le(norm2(s.W), 1), s.INDUCED)


def known_later(d: Draft) -> None:
    """Something that is known a step ahead."""
    d.process("n", known=1, differences=None, reason=UNBIASED)
    d.conclude("c", le(norm2(s.n), 1), s.combine())


def earlier_differences(d: Draft) -> None:
    """Differences that start a step before."""
    d.process("n", known=0, differences=-1, reason=UNBIASED)
    d.conclude("c", le(norm2(s.n), 1), s.combine())


def known_differences(d: Draft) -> None:
    """Differences of something that is known a step before."""
    d.process("n", known=-1, differences=0, reason=UNBIASED)
    d.conclude("c", le(norm2(s.n), 1), s.combine())


def three_ways(d: Draft) -> None:
    """A vector that is cut in three ways."""
    d.link(s.x, s.u, over=ELEMENT)
    d.link(s.v, s.u, over=STAGE)
    d.link(s.y, s.u, over=STEP)
    d.conclude("c", le(norm2(s.u), 1), s.combine())


def taken(d: Draft) -> None:
    """A vector of the name that the other cut would have."""
    d.link(s.x, s.u, over=ELEMENT)
    d.link(s.v, s.u, over=STAGE)
    d.conclude("c", le(norm2(*s.generators("u__parts")), 1), s.combine())


def cut_sum(d: Draft) -> None:
    """A combination that is cut in two ways."""
    d.link(s.x, s.u + s.n, over=ELEMENT)
    d.link(s.v, s.u + s.n, over=STAGE)
    d.conclude("c", le(norm2(s.u), 1), s.combine())


def negative_lag(d: Draft) -> None:
    """A delay that may be negative."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.recursion(s.k, {s.w: (0, s.w)})
    d.delayed("Z", of="n", lag=1 - s.k)
    d.conclude("c", le(norm2(s.Z), 1), s.combine())


@pytest.mark.parametrize(
    ("author", "why"),
    [
        (undeclared, "u is not declared"),
        (known_later, "the time 1"),
        (three_ways, "u is cut in three ways"),
        (taken, "the name u__parts is taken"),
        (cut_sum, "an inner product of vectors of different spaces"),
    ],
)
def test_what_is_not_stated_is_named(author: object, why: str) -> None:
    assert refused(author) == why


def column(d: Draft) -> None:
    """What is chosen anew at each count, and known the earlier the higher the count."""
    d.local(s.k, s.n)
    d.process("n", known=-s.k - 1, differences=-s.k, reason=UNBIASED)
    d.recursion(s.k, vectors={"W": (ZERO, s.n)})
    d.conclude("c", le(norm2(s.W), 1), s.INDUCED)


@pytest.mark.parametrize(
    ("author", "texts"),
    [
        (earlier_differences, ["centred Smp Len _ 1 g_n"]),
        (known_differences, ["known Smp Len _ 1 g_n", "centred Smp Len _ 0 g_n"]),
        (
            column,
            [
                "forall x1 : nat, known Smp Len _ (x1 + 1)%nat (g_n x1)",
                "forall x1 : nat, centred Smp Len _ (x1)%nat (g_n x1)",
            ],
        ),
    ],
)
def test_differences_of_other_steps_are_centred_there(author: object, texts: list[str]) -> None:
    stated = [item.text for item in coq_statement.lemma(s.claim(author), {}).hypotheses]
    assert [text for text in stated if "known" in text or "centred" in text] == texts


def processes(d: Draft) -> None:
    """A random sequence alone: no path, and nothing that is delayed."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.conclude("c", le(norm2(s.n), 1), s.combine())


def test_random_sequences_alone_speak_of_samples_too() -> None:
    """Of which there is at least one."""
    text, _ = coq_statement.lemma(s.claim(processes), {}).source().split("Proof.")
    assert SAMPLES in text and "((0 < Len)%nat) ->" in text


def test_a_lag_is_a_natural_number() -> None:
    assert refused(negative_lag).endswith("may be negative")


def test_spaces_are_those_of_all_that_is_spoken_of() -> None:
    """In steps, in weights and in citations as well as in what is stated."""

    def author(d: Draft) -> None:
        """u and v are multiplied in a step, v and n in a weight, n and F in what is put in a citation."""
        d.given("p", le(norm2(s.u), norm2(s.v)), "domain")
        d.given("q", le(norm2(s.n), norm2(s.F)), "domain")
        d.have("one", eq(inner(s.u, s.v), inner(s.u, s.v)), s.combine(s.times("p", inner(s.v, s.n))))
        d.conclude("c", le(norm2(s.u), 1), s.Cite("none", "c", {}, {"a": s.n + s.F}))

    head = coq_statement.lemma(s.claim(author), {}).source().split(",")[0]
    assert len(set(re.findall(r"vector (H\d+)", head))) == 1


def test_what_is_cited_lives_where_it_lives_here() -> None:
    cited = s.claim(s.stage)
    known = {cited.id: coq_statement.lemma(cited, {})}

    def author(d: Draft) -> None:
        """n stands for the vector of all stages."""
        d.conclude("c", le(norm2(s.n), 1), s.Cite("t.stage", "c", {}, {"u": s.n}))

    lemma = coq_statement.lemma(s.claim(author), known)
    assert plain(lemma.source().split("Proof.")[0]).endswith(
        "forall (TS : Type) (Stg : functional TS) (A : space) (g_n : vector (lift Stg (fun _ => A))), "
        "((inner g_n g_n) <= 1)."
    )
    assert lemma.world.needs == {STAGE[0]} and lemma.world.labelled


@pytest.mark.parametrize(
    ("local", "binders"),
    [
        (lambda d: d.local(STAGE, "v"), "(TS : Type) (Stg : functional TS) (A : space) (v_X : R)"),
        (lambda d: d.local(s.COORDINATE, "v"), "(TC : Type) (Crd : functional TC) (A : space) (v_X : R)"),
        (lambda d: d.local(STAGE, s.w), "(TS : Type) (Stg : functional TS) (A : space) (v_X : R) (v_w : TS -> R)"),
    ],
)
def test_what_depends_on_an_index_set_has_it(local: Callable[[Draft], None], binders: str) -> None:
    """Whether or not anything is an average over it."""

    def author(d: Draft) -> None:
        """A vector, and a mean that makes names functions."""
        d.mean(s.X, of=s.x)
        local(d)
        d.conclude("c", le(norm2(s.v), 1), s.combine())

    assert binders in plain(coq_statement.lemma(s.claim(author), {}).source().split("Proof.")[0])


def test_a_premise_about_a_count_is_what_natural_numbers_are() -> None:
    lemma = coq_statement.lemma(s.claim(s.counting), {})
    assert [item.key for item in lemma.hypotheses if item.kind == "premise"] == [("p",), ("here",), ("size",)]
    scope = coq_statement.opened(lemma, {})
    assert set(scope.facts) == {"p", "here", "size", "k >= 0"} and scope.open == {"k"}
    (line,) = lemma.lines
    assert re.fullmatch(r"assert \(F\d+ : forall (x\d+) : nat, 0 <= \(INR \1\)\)\. { intros; apply pos_INR\. }", line)
    assert scope.facts["k >= 0"].bound == ("k",) and scope.facts["here"].bound == ()


def test_hypotheses_say_what_they_are() -> None:
    found = coq_statement.lemma(s.claim(s.delayed), {}).hypotheses
    assert [(item.name, item.kind, item.key, item.bound) for item in found] == [
        ("P0", "length", (), ()),
        ("P1", "differences", ("n",), ()),
        ("P2", "delay", ("Z", "n"), ("k",)),
        ("P3", "start", ("W", True, "k"), ()),
        ("P4", "next", ("W", True, "k"), ("k",)),
    ]
    found = coq_statement.lemma(s.claim(s.parts), {}).hypotheses
    assert [(item.kind, item.key, item.bound) for item in found[1:]] == [
        ("link", ("x", False, frozenset(ELEMENT)), ("step", "coordinate")),
        ("link", ("v", True, frozenset(STAGE)), ("stage",)),
        ("view", ("u",), ()),
    ]
    found = coq_statement.lemma(s.claim(s.mean), {}).hypotheses
    assert [(item.kind, item.key) for item in found] == [("length", ()), ("mean", ("X", "x")), ("premise", ("p",))]
    names = tuple(f"f{place}" for place in range(7))
    assert coq_statement.lemma(s.claim(s.path), {}).hypotheses[1].key == names


def test_a_lemma_with_a_condition_is_never_unconditional() -> None:
    lemma = coq_statement.lemma(s.claim(s.algebra), {})
    assert lemma.unconditional
    lemma.hypotheses.append(replace(lemma.hypotheses[0], kind="condition"))
    assert not lemma.unconditional
    lemma = coq_statement.lemma(s.claim(s.algebra), {})
    lemma.conditions.append("something")
    assert not lemma.unconditional
