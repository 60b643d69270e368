"""How names, terms and spaces of a claim are written in Coq, piece by piece; no Coq is needed."""

from fractions import Fraction

import pytest

from tests.theory.checkers import statements as s
from theory.checkers import coq_statement
from theory.checkers.coq_lemma import Fact, Hypothesis, Lemma, Printer, Scope, _comment, lemma_of
from theory.checkers.coq_statement import affine, natural, offset
from theory.checkers.coq_world import At, Spaces, Untranslatable, bare, is_one, lifted, proofs, spoken, uses_labels
from theory.kernel import proof as p
from theory.kernel.signs import Rel
from theory.kernel.terms import Term, gram, number, plus, power, scalar, times

x, y, k, w = map(scalar, "xykw")
ONE, TWO, HALF = number(1), number(2), number(Fraction(1, 2))


def made(author: object) -> Lemma:
    return coq_statement.lemma(s.claim(author), {})


@pytest.fixture(scope="module")
def plain() -> Printer:
    return made(s.algebra).printer({})


# --- terms


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (number(3), "3"),
        (number(0), "0"),
        (number(-3), "(-3)"),
        (number(Fraction(-2, 3)), "(-2 / 3)"),
        (number(Fraction(2, 3)), "(2 / 3)"),
        (x, "v_x"),
        (plus(x, y, ONE), "(v_x + v_y + 1)"),
        (plus(), "0"),
        (times(x, y), "(v_x * v_y)"),
        (times(), "1"),
        (power(x, 3), "(v_x ^ 3)"),
        (power(x, 0), "(v_x ^ 0)"),
        (power(x, 1), "(v_x ^ 1)"),
        (power(x, -1), "(/ v_x)"),
        (power(x, -2), "(/ (v_x ^ 2))"),
        (power(plus(x, y), -3), "(/ ((v_x + v_y) ^ 3))"),
        (times(plus(x, power(y, 2)), number(-1)), "((v_x + (v_y ^ 2)) * (-1))"),
    ],
)
def test_terms_are_written_with_the_structure_they_have(plain: Printer, term: Term, text: str) -> None:
    assert plain.text(term) == text


def test_relations_are_written_with_coqs_signs(plain: Printer) -> None:
    signs = ("<=", "<", "==")
    assert [plain.formula(Rel(x, op, y)) for op in signs] == ["v_x <= v_y", "v_x < v_y", "v_x = v_y"]


def test_vectors_are_sums_and_what_one_sees_of_them() -> None:
    printer = made(s.geometry).printer({})
    u, v, n = ("u", ONE), ("v", TWO), ("n", scalar("a"))
    assert printer.vector(()) == "zero" and printer.seen((), "w") == "0"
    assert printer.vector((u,)) == "g_u" and printer.vector((v,)) == "(scal 2 g_v)"
    assert printer.vector((u, v, n)) == "(plus g_u (plus (scal 2 g_v) (scal v_a g_n)))"
    assert printer.vector((u, v)) == "(plus g_u (scal 2 g_v))"
    assert printer.seen((u, v), "w") == "((inner g_u w) + (2 * (inner g_v w)))"
    assert printer.seen((u, v), None) == "((g_u : R) + (2 * (g_v : R)))"
    assert printer.atom(("u", "v")) == "(inner g_u g_v)"


def test_names_are_functions_of_their_labels() -> None:
    lemma = made(s.element)
    here = lemma.printer({"step": At("h1", "t1"), "coordinate": At("c1", "t2")})
    assert here.atom(("x",)) == "(v_x h1 c1)" and here.atom(("u", "v")) == "(inner g_u g_v)"
    assert here.name("u", vector=True, more=["h", "c"]) == "(g_u h c)"
    assert here.vector((("u", ONE), ("v", TWO)), ["h"]) == "(plus (g_u h) (scal 2 (g_v h)))"
    assert here.seen((("u", ONE),), None, ["h", "c"]) == "(((g_u h c) : R))"
    assert here.seen((("u", ONE),), "w", ["h", "c"]) == "((inner (g_u h c) w))"
    with pytest.raises(Untranslatable, match="no value of the label coordinate is at hand"):
        lemma.printer({"step": At("h1", "t1")}).atom(("x",))


def test_counts_are_natural_numbers_at_hand_or_functions() -> None:
    counting = made(s.counting).printer({})
    assert counting.atom(("k",)) == "(INR n_k)" and counting.atom(("w",)) == "(v_w n_k)"
    assert made(s.counting).printer({"k": At("(S m)", "")}).text(plus(k, w)) == "((INR (S m)) + (v_w (S m)))"
    lags = made(s.lags).printer({"stage": At("s1", "t1")})
    assert lags.at("k") == "(n_k s1)" and lags.value("k") == At("(n_k s1)", "")
    assert lags.text(times(w, k)) == "((v_w (n_k s1) s1) * (INR (n_k s1)))"
    with pytest.raises(Untranslatable, match="no value of the label k is at hand"):
        made(s.everywhere).printer({}).at("k")


# --- lemmas


def test_new_names_are_new() -> None:
    lemma = made(s.algebra)
    fresh = lemma.fresh
    assert [lemma.new(), lemma.new("H"), lemma.new()] == [f"F{fresh + 1}", f"H{fresh + 2}", f"F{fresh + 3}"]
    lemma.source()
    assert lemma.new() == f"F{fresh + 4}"  # writing it uses up none


def test_a_lemma_reads_the_same_whenever_it_is_written() -> None:
    for author in s.AUTHORS[:-1]:
        lemma = made(author)
        fresh, text = lemma.fresh, lemma.source()
        assert (lemma.source(), lemma.fresh) == (text, fresh)


def test_labels_are_introduced_with_what_they_are() -> None:
    lemma = made(s.element)
    lemma.fresh = 0
    env, names = lemma.variables(("step", "coordinate"), {"k": At("n", "")})
    assert env == {"k": At("n", ""), "step": At("h1", "t2"), "coordinate": At("c3", "t4")}
    assert names == ["h1", "t2", "c3", "t4"]
    assert lemma.quantified(("step",), env, "body") == "forall h1 : history, taken Smp Len h1 -> body"
    env, names = lemma.variables(("k", "stage"), {}, stem="z")
    assert (env, names) == ({"k": At("z5", ""), "stage": At("z6", "t7")}, ["z5", "z6", "t7"])
    assert lemma.quantified(("k",), env, "body") == "forall z5 : nat, body"
    stage = lemma.quantified(("k", "stage"), env, "b")
    assert stage == "forall z5 : nat, forall z6 : TS, support Stg z6 -> b"
    assert lemma.variables(("stage", "k"), {})[1] == ["s8", "t9", "k10"]


def test_a_lemma_is_written_with_its_conditions_and_its_proof() -> None:
    lemma = made(s.algebra)
    lemma.conditions += ['a (* "b" *)', "c"]
    lemma.add("lra.")
    lemma.add("exact I.")
    text = lemma.source()
    assert text.startswith(
        "(* claim t.algebra *)\n(* condition: a ( * 'b' * ) *)\n(* condition: c *)\nLemma c_t__algebra :"
    )
    assert text.endswith(".\nProof.\nintros v_x v_y P0 P1 P2.\nlra.\nexact I.\nQed.\n")
    assert lemma.stated("other", "auto.").startswith("Lemma other :\nforall (v_x : R) (v_y : R),\n  (v_x < v_y) ->\n")
    assert lemma_of("a.b_c.d") == "c_a__b_c__d" and _comment("(*x*)") == "( *x* )"


def test_what_a_lemma_is_for_all_of_is_introduced_in_order() -> None:
    lemma = made(s.counting)
    assert [key for key, _ in lemma.binders()] == [
        ("space", lemma.world.unknown_spaces()[0]), ("scalar", "p"), ("scalar", "w"), ("vector", "W"), ("vector", "u"),
        ("vector", "v"), ("count", "k"),
    ]  # fmt: skip
    (space,) = (text.split()[0][1:] for (kind, _), text in lemma.binders() if kind == "space")
    assert f"intros {space} v_p v_w g_W g_u g_v n_k P0 P1 P2 P3 P4 P5 P6." in lemma.source()
    frames = [key for key, _ in made(s.parts).binders() if key[0] == "frame"]
    assert frames == [("frame", "step"), ("frame", "coordinate"), ("frame", "stage")]
    assert "intros Smp Len TC Crd TS Stg " in made(s.parts).source()


def bare_lemma() -> Lemma:
    lemma = made(s.algebra)
    lemma.hypotheses = []
    lemma.world.statement = lemma.world.statement.__class__("t.none", {}, {}, (), ())
    return lemma


def test_a_lemma_of_nothing_is_for_all_of_nothing() -> None:
    assert bare_lemma().stated("n", "p") == "Lemma n :\n  .\nProof.\nintros .\np\nQed.\n"


# --- facts and scopes


def test_a_fact_is_used_at_the_values_at_hand() -> None:
    lemma = made(s.mean)
    fact = Fact("P2", Rel(x, "<=", y), ("step",))
    assert fact.term(lemma.printer({"step": At("h1", "t1")})) == "(P2 h1 t1)"
    assert fact.term(lemma.printer({})) is None and Fact("P2", Rel(x, "<=", y)).term(lemma.printer({})) == "P2"
    scope = Scope(lemma, {}, {"p": fact, "q": Fact("P3", Rel(y, "<", x))}, {}, frozenset())
    assert scope.known_here() == {"q": ("P3", Rel(y, "<", x))}
    more = scope.plus("r", "P4", Rel(x, "<", y), ("step",))
    assert more.facts["r"] == Fact("P4", Rel(x, "<", y), ("step",)) and "r" not in scope.facts
    branch = Scope(lemma, {}, {}, {"step": At("h1", "t1")}, frozenset()).assume("case", "H", Rel(x, "<", y))
    assert branch.path == (("H", "(v_x h1) < v_y"),) and branch.open == {"step"}
    everywhere = more.assume("other", "H", Rel(y, "<", y)).at_all(("step",))
    assert list(everywhere.facts) == ["p", "r", "other"] and everywhere.open == frozenset()


# --- spaces


def test_spaces_become_one_where_they_must() -> None:
    spaces = Spaces()
    u, v, n = spaces.of("u"), spaces.of("v"), spaces.new()
    assert spaces.of("u") == u == ("var", 1) and len({u, v, n}) == 3
    spaces.same(u, v)
    spaces.same(v, u)
    assert spaces.resolve(u) == spaces.resolve(v)
    spaces.same(lifted(("step",), n), u)
    spaces.same(spaces.of("u"), lifted(("step",), ("real",)))
    assert spaces.resolve(n) == ("real",) and spaces.resolve(v) == ("lift", "step", ("real",))
    with pytest.raises(Untranslatable, match="an inner product of vectors of different spaces"):
        spaces.same(u, lifted(("stage",), ("real",)))
    with pytest.raises(Untranslatable, match="an inner product of vectors of different spaces"):
        spaces.same(u, ("real",))
    loop = spaces.new()
    with pytest.raises(Untranslatable, match="a space would contain itself"):
        spaces.same(loop, lifted(("step",), loop))
    with pytest.raises(Untranslatable, match="a space would contain itself"):
        spaces.same(lifted(("step",), loop), loop)


def test_a_step_comes_before_a_coordinate() -> None:
    assert lifted(("step", "coordinate"), ("real",)) == ("lift", "step", ("lift", "coordinate", ("real",)))


def test_copies_of_spaces_are_new_where_nothing_is_known() -> None:
    spaces, fresh = Spaces(), {}
    one, two = ("var", 7), ("lift", "step", ("var", 7))
    first = spaces.copy_of(one, fresh)
    assert first == ("var", 1) and spaces.copy_of(two, fresh) == ("lift", "step", first)
    assert spaces.copy_of(("var", 8), fresh) not in (first, ("var", 8)) and spaces.copy_of(("real",), fresh) == (
        "real",
    )


# --- worlds


def test_labels_come_in_one_order_and_with_their_kinds() -> None:
    world = made(s.lags).world
    assert world.sort({"coordinate", "stage", "k", "step"}) == ("k", "stage", "step", "coordinate")
    assert (world.kind("k"), world.kind("stage"), world.kind("step")) == ("nat", "TS", "history")
    assert world.kind("coordinate") == "TC" and world.counters == ("k",)
    assert world.others("k") == ("stage",) and world.args("w", False) == ("k", "stage")
    assert world.args("b", False) == ("stage",) and world.args("a", False) == ()
    assert world.raw(Rel(w, "<=", times(scalar("a"), k))) == {"k", "stage"} and world.raw(Rel(k, "<=", k)) == {"k"}
    assert world.bound({"k"}, ("k",)) == ("stage",) and world.bound({"k", "stage"}, ()) == ("k", "stage")
    assert world.bound({"stage"}, ("stage",)) == () and world.bound({"step"}, ("k",)) == ("step",)
    assert [world.letter(label) for label in ("step", "coordinate", "stage", "k")] == ["h", "c", "s", "k"]


def test_vectors_have_labels_too() -> None:
    world = made(s.stage).world
    assert world.raw(Rel(gram("u", "v"), "<=", ONE)) == {"stage"} and world.args("v", True) == ("stage",)
    assert made(s.algebra).world.args("x", False) == () and not made(s.algebra).world.labelled
    with pytest.raises(Untranslatable, match="none is not declared"):
        world.args("none", True)


def test_one_generator_with_the_coefficient_one_is_bare() -> None:
    assert bare((("u", ONE),)) == "u" and bare((("u", plus(x, ONE, times(number(-1), x))),)) == "u"
    assert bare(()) is None is bare((("u", TWO),)) and bare((("u", ONE), ("v", ONE))) is None
    assert not is_one(x) and not is_one(power(plus(x, times(number(-1), x)), -1))


def test_all_proofs_inside_a_proof_are_found() -> None:
    end = p.combine()
    for inside in (
        p.Chain((p.Step("a", s.le(0, s.x), p.Shift("z")),), end),
        p.Chain((), p.Shift("z")),
        p.Contradiction(p.Shift("z")),
        p.SignCases(s.x, p.Shift("z"), end),
        p.SignCases(s.x, end, p.Shift("z")),
        p.ZeroCases(s.x, p.Shift("z"), end),
        p.ZeroCases(s.x, end, p.Shift("z")),
        p.OrderCases(s.x, s.y, p.Shift("z"), end),
        p.OrderCases(s.x, s.y, end, p.Shift("z")),
        p.Induction(s.k, p.Shift("z"), end),
        p.Induction(s.k, end, p.Shift("z")),
        p.Average(s.le(0, s.x), p.Shift("z"), ("step",)),
    ):
        found = list(proofs(inside))
        assert found[0] is inside and p.Shift("z") in found
    assert uses_labels([p.Induction(s.k, end, end)]) and uses_labels([p.Average(s.le(0, s.x), end, ("step",))])
    assert not uses_labels([end, p.Shift("z")]) and not uses_labels([])


def test_proofs_speak_of_gram_entries_and_combinations() -> None:
    uv, uu = gram("u", "v").args, gram("u", "u").args
    entry = s.inner(s.u, s.v)
    assert list(spoken([p.combine(p.times("f", entry))])) == [uv]
    assert (("u", ONE), ("v", ONE)) in list(spoken([p.combine(p.norm_square(s.u + s.v))]))
    assert set(spoken([p.Chain((p.Step("a", s.le(entry, s.norm2(s.u)), p.combine()),), p.combine())])) == {uv, uu}
    assert set(spoken([p.Average(s.le(entry, s.x), p.combine(), ("step",))])) == {uv, ("x",)}
    assert set(spoken([p.ZeroCases(entry, p.combine(), p.combine())])) == {uv}
    assert set(spoken([p.OrderCases(entry, s.norm2(s.u), p.combine(), p.combine())])) == {uv, uu}
    assert list(spoken([p.Cite("a", "b", {}, {"u": s.v})])) == [(("v", ONE),)]


# --- times


@pytest.mark.parametrize(
    ("term", "found"),
    [
        (number(-2), {"": -2}),
        (k, {"k": 1}),
        (plus(k, ONE, k), {"k": 2, "": 1}),
        (times(TWO, plus(k, ONE)), {"k": 2, "": 2}),
        (times(plus(k, ONE), number(-1), TWO), {"k": -2, "": -2}),
        (times(TWO, number(3)), {"": 6}),
        (plus(), {}),
    ],
)
def test_times_are_integer_combinations_of_counts(term: Term, found: dict[str, int]) -> None:
    assert affine(term) == found


@pytest.mark.parametrize("term", [HALF, power(k, 2), gram("u", "u"), plus(k, HALF)])
def test_what_is_no_integer_is_no_time(term: Term) -> None:
    with pytest.raises(Untranslatable, match="is no integer"):
        affine(term)


def test_a_product_of_counts_is_no_time() -> None:
    with pytest.raises(Untranslatable, match="is not linear in counts"):
        affine(times(k, k))


def test_a_constant_time_is_some_steps_ago() -> None:
    assert (offset(number(-2)), offset(number(0)), offset(plus())) == (2, 0, 0)
    for term in (number(1), k, plus(k, number(-1))):
        with pytest.raises(Untranslatable, match="the time "):
            offset(term)


def test_lags_are_natural_numbers() -> None:
    lemma, env = made(s.counting), {"k": At("n", "")}
    assert natural(lemma, k, env) == "(n)%nat" and natural(lemma, number(0), env) == "(0)%nat"
    assert natural(lemma, plus(times(TWO, k), number(3)), env) == "(2 * n + 3)%nat"
    assert natural(lemma, plus(k, times(number(-1), k)), env) == "(0)%nat"
    with pytest.raises(Untranslatable, match="may be negative"):
        natural(lemma, plus(k, number(-1)), env)


def test_hypotheses_are_data() -> None:
    item = Hypothesis("P0", "text", "length")
    assert (item.key, item.relation, item.bound) == ((), None, ())
