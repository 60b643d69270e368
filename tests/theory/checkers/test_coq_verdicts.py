"""Whose fault a complaint is, what is read back from the cache, and the verdict on a claim; no Coq is needed."""

import pytest

from tests.theory.checkers.answers import KNOWN
from theory.checkers import coq, coq_statement
from theory.checkers.coq import Compiled

RIGHT = {"name": "x", "accepted": ["a"], "complaints": {"b": "no"}}


@pytest.mark.parametrize(
    "data",
    [
        None, [], RIGHT | {"name": "y"}, RIGHT | {"more": 1}, {"name": "x", "accepted": []}, RIGHT | {"accepted": "a"},
        RIGHT | {"accepted": [1]}, RIGHT | {"complaints": {"b": 1}}, RIGHT | {"complaints": []},
    ],
)  # fmt: skip
def test_what_is_read_back_has_the_form_in_which_it_was_kept(data: object) -> None:
    assert coq._read_back(data, "x") is None
    assert coq._read_back(RIGHT, "x") == Compiled(frozenset({"a"}), {"b": "no"})


# --- whose fault it is


TEXT = "Require A.\n(* claim a.b *)\nLemma one.\nProof.\n(* claim a.c_1 *)\nLemma two.\n (* claim no *)\n"


@pytest.mark.parametrize(
    ("complaint", "claim"),
    [
        ('File "./Generated.v", line 1, characters 0-1:\nError: no', None),
        ('File "./Generated.v", line 2:\nError: no', "a.b"),
        ('File "./Generated.v", line 4, characters 3-4:\nError: no', "a.b"),
        ('File "./Generated.v", line 5:', "a.c_1"),
        ('File "./Generated.v", line 70:', "a.c_1"),
        ('File "./Other.v", line 4:', None),
        ("Error: no", None),
        ('Error\nFile "./Generated.v", line 4:', None),
        ('File "./GeneratedXv", line 4:', None),
    ],
)
def test_a_complaint_is_about_the_claim_above_its_line(complaint: str, claim: str | None) -> None:
    assert coq._blamed(TEXT, complaint) == claim


def test_another_file_is_blamed_by_its_own_name() -> None:
    assert coq._blamed(TEXT, 'File "./Compared.v", line 4:', "Compared.v") == "a.b"


# --- verdicts


def outcome(generated: Compiled, library: Compiled, theorem: str | None = None, why: str = "") -> tuple[str, str]:
    results = {"generated": generated, "library": library}
    claim = KNOWN["t.one"].claim
    found = coq._outcome(claim, KNOWN["t.one"], theorem, results, {"t.one": why} if why else {})
    assert found.claim == "t.one" and found.hypotheses == ()
    return found.verdict, found.reason


ACCEPTED = Compiled(frozenset({"t.one"}))


@pytest.mark.parametrize(
    ("generated", "library", "theorem", "verdict", "reason"),
    [
        (ACCEPTED, Compiled(), None, "proved", "generated lemma, unconditional"),
        (Compiled(complaints={"t.one": "no"}), Compiled(), None, "undecided", "generated lemma refused: no"),
        (Compiled(), Compiled(), None, "undecided", "generated lemma refused: it is not there"),
        (Compiled(stopped="killed"), Compiled(), None, "undecided", "generated lemma: killed"),
        (ACCEPTED, Compiled(frozenset({"Good", "Compared.v:t.one"})), "Good.good", "proved",
         "generated lemma, unconditional; library: Good.good, compared"),
        (ACCEPTED, Compiled(frozenset({"Good"})), "Good.good", "proved",
         "generated lemma, unconditional; library: Good.good, not compared: it states no claim of the theory"),
        (ACCEPTED, Compiled(frozenset({"Good"}), {"Compared.v:t.one": "other"}), "Good.good", "undecided",
         "generated lemma, unconditional; library: Good.good is not found to say the claim: other"),
        (ACCEPTED, Compiled(), "Good.good", "undecided",
         "generated lemma, unconditional; library refused: Good.good: it is not there"),
        (ACCEPTED, Compiled(complaints={"Good": "bad"}), "Good.good", "undecided",
         "generated lemma, unconditional; library refused: Good.good: bad"),
        (ACCEPTED, Compiled(stopped="killed"), "Good.good", "undecided",
         "generated lemma, unconditional; library: killed"),
        (Compiled(complaints={"t.one": "no"}), Compiled(frozenset({"Good", "Compared.v:t.one"})), "Good.good",
         "undecided", "generated lemma refused: no; library: Good.good, compared"),
    ],
)  # fmt: skip
def test_a_verdict_is_that_of_both(
    generated: Compiled, library: Compiled, theorem: str | None, verdict: str, reason: str
) -> None:
    assert outcome(generated, library, theorem) == (verdict, reason)


def test_why_a_theorem_is_not_compared_is_said() -> None:
    said = outcome(ACCEPTED, Compiled(frozenset({"Good"})), "Good.good", "an instance")[1]
    assert said.endswith("library: Good.good, not compared: an instance")


def test_what_hangs_on_a_theorem_or_a_condition_says_so() -> None:
    results = {"generated": Compiled(), "library": Compiled(frozenset({"Good"}))}
    found = coq._outcome(KNOWN["t.one"].claim, "no tactics", "Good.good", results, {})
    assert (found.verdict, found.hypotheses) == ("conditional", ("what Good.good says is the claim",))
    found = coq._outcome(KNOWN["t.one"].claim, "no tactics", None, results, {})
    assert (found.verdict, found.hypotheses) == ("unsupported", ())
    conditional = coq_statement.lemma(KNOWN["t.one"].claim, {})
    conditional.conditions.append("it rains")
    found = coq._outcome(KNOWN["t.one"].claim, conditional, None, results | {"generated": ACCEPTED}, {})
    assert (found.verdict, found.hypotheses) == ("conditional", ("it rains",))
