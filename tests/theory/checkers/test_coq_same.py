"""How the library's theorems are held against the claims: what is compared, with which text, and why others are not."""

import pytest

from tests.theory.checkers import statements as s
from theory.checkers import coq_compare, coq_statement
from theory.checkers.coq_lemma import Lemma

LEMMAS = [coq_statement.lemma(s.claim(author), {}) for author in (s.algebra, s.geometry, s.mean, s.path)]
FILE = """Lemma compare_t_algebra (x y_ : R) : x = x.
Lemma compare_t_geometry {H : space} (u v : H) (a : R) : a = a.
"""
TABLE = """| claim | theorem | how |
| t.path | File.theorem | not compared | of the \\| sign |
| t.mean | File.theorem | compared | yes |
"""


def test_what_has_a_lemma_is_compared() -> None:
    found, reasons = coq_compare.comparisons(LEMMAS, {"Compare": FILE}, TABLE)
    assert list(found) == ["t.algebra", "t.geometry"]
    assert (found["t.algebra"].claim, found["t.algebra"].name) == ("t.algebra", "same_c_t__algebra")
    assert reasons == {
        "t.mean": "no lemma compare_t_mean derives it", "t.path": "of the | sign"
    }  # fmt: skip
    assert coq_compare.comparisons(LEMMAS[:1], {"Compare": ""})[1] == {
        "t.algebra": "no lemma compare_t_algebra derives it"
    }


def test_a_comparison_is_the_claims_statement_proved_by_the_library_alone() -> None:
    found, _ = coq_compare.comparisons(LEMMAS, {"Compare": FILE}, TABLE)
    for lemma, arguments in zip(LEMMAS, ("v_x v_y", "_ g_u g_v v_a"), strict=False):
        name = lemma.claim.id.replace(".", "_")
        proof = f"apply (@Compare.compare_{name} {arguments}); assumption."
        own = f"same_c_{lemma.claim.id.replace('.', '__')}"
        assert found[lemma.claim.id].text == f"(* claim {lemma.claim.id} *)\n{lemma.stated(own, proof)}"
        assert f"Lemma {own} :\n" in found[lemma.claim.id].text
    text = coq_compare.source(found.values())
    assert (
        text.startswith(coq_compare.HEAD)
        and "\n(* claim t.algebra *)" in text
        and text.endswith(found["t.geometry"].text)
    )


@pytest.mark.parametrize(
    ("complaint", "verdict"),
    [
        ("", ("proved", "generated lemma, unconditional")),
        ("no", ("undecided", "generated lemma refused: no")),
        (None, ("undecided", "generated lemma: stopped")),
    ],
)
def test_a_generated_lemma_says_what_coq_said(complaint: str | None, verdict: tuple[str, str]) -> None:
    assert coq_compare.opinion(LEMMAS[0], complaint, "stopped") == verdict


def conditional() -> Lemma:
    lemma = coq_statement.lemma(s.claim(s.algebra), {})
    lemma.conditions += ["a", "b"]
    return lemma


def test_conditions_are_said() -> None:
    lemma = conditional()
    assert coq_compare.opinion(lemma, "") == ("conditional", "generated lemma, on condition that a; b")
    assert coq_compare.opinion("why", "") == ("unsupported", "no generated lemma: why")
    assert coq_compare.hypotheses(lemma, "A.b") == ("a", "b")
    assert coq_compare.hypotheses(LEMMAS[0], "A.b") == ("what A.b says is the claim",)
    assert coq_compare.hypotheses("why", "A.b") == ("what A.b says is the claim",)


def test_a_theorem_proves_what_it_was_compared_with() -> None:
    assert coq_compare.of_theorem("A.b", "") == ("proved", "library: A.b, compared")
    assert coq_compare.of_theorem("A.b", "so") == ("conditional", "library: A.b, not compared: so")
    said = "library: A.b, not compared: it states no claim of the theory"
    assert coq_compare.of_theorem("A.b", None) == ("conditional", said)


VERDICTS = ("undecided", "proved", "conditional", "unsupported")


@pytest.mark.parametrize("one", VERDICTS)
@pytest.mark.parametrize("other", VERDICTS)
def test_of_two_verdicts_the_refusal_counts_most_and_then_the_proof(one: str, other: str) -> None:
    expected = min(one, other, key=VERDICTS.index)
    assert coq_compare.together(one, other) == expected  # type: ignore[arg-type]
