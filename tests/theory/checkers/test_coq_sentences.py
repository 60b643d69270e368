"""How Coq's files are read as text: sentences with their places, commands, claims, and what a file rests on."""

from pathlib import Path

import pytest

from theory.checkers.coq_audit import source
from theory.checkers.coq_audit.source import Sentence

TEXT = """(* one *) Lemma  a
  : True.
(* two (* "deep *) " *) *) (* Claim: b.c *)
Proof (* in "." *) . exact (f "a. b").
- Qed.
"""


def test_a_file_is_read_sentence_by_sentence() -> None:
    assert list(source.sentences(TEXT)) == [
        Sentence("Lemma a : True", 10, 1, ("(* one *)",)),
        Sentence("Proof", 73, 4, ('(* two (* "deep *) " *) *)', "(* Claim: b.c *)")),
        Sentence('exact (f "a. b")', 94, 4, ()),
        Sentence("- Qed", 112, 5, ()),
    ]
    assert [TEXT[one.start :][:5] for one in source.sentences(TEXT)] == ["Lemma", "Proof", "exact", "- Qed"]


def test_comments_inside_a_sentence_are_no_comments_before_it() -> None:
    (one, two) = source.sentences("Lemma (* in *) a : True. (* before *) Qed.")
    assert (one.text, one.comments, two.comments) == ("Lemma a : True", (), ("(* before *)",))
    assert [item.line for item in source.sentences("A.\n\n(* c\n *)\nB.\nC. D.")] == [1, 5, 6, 6]


@pytest.mark.parametrize("text", ["", "\n \t\r\n", "A. }", "A.\n} }\n", "A. (* b *)", "A. B."])
def test_a_file_that_ends_where_it_may(text: str) -> None:
    assert len(list(source.sentences(text))) == text.count(".")


@pytest.mark.parametrize("text", ["A", "A. B", "A. (* b", 'A. "b', "A. (* (* *) b.", 'A. (* "*) b.', "A.b", "A. {"])
def test_a_file_that_does_not_end(text: str) -> None:
    with pytest.raises(ValueError, match="a comment, a string or a sentence does not end"):
        list(source.sentences(text))
    said = 'File "F.v", line 1:\nError: a comment, a string or a sentence does not end'
    assert source.lint("F.v", text) == [said]
    assert source.lint("F.v", "\n" + text)[0].startswith('File "F.v", line 2:')
    assert source.claimed("F.v", text) == ([], [said])


def test_a_bracket_that_closes_nothing_is_no_comment() -> None:
    (one,) = source.sentences("a *) b.")
    assert one.text == "a *) b"


# --- commands

PROOF = "Lemma a : True.\nProof.\n{body}\nQed.\n"


@pytest.mark.parametrize(
    "text",
    [
        "From Coq Require Import Reals Lra.\nFrom Analog Require Good.\nFrom Analog Require Import A B.\n",
        "Require Import Reals Lra.\nImport ListNotations.\nOpen Scope R_scope.\n",
        "Local Open Scope R_scope.\nLocal Open Scope nat_scope.\nLocal Notation f := (g x).\n",
        "Arguments f {x}.\nImplicit Types x : R.\nPrint Assumptions a.b.\nLtac f := auto.\n",
        "Definition a := 1.\nFixpoint b := 1.\nRecord c := {}.\nInductive d := .\n",
        "Theorem a : True.\nProof. auto. Qed.\nCorollary b : True.\nProof using a b. auto. Defined.\n",
        "Section s.\nVariable a : R.\nVariables b c : R.\nHypothesis d : R.\nHypotheses e f : R.\nContext (g : R).\n"
        "Let h := 1.\nSection t.\nVariable i : R.\nEnd t.\nVariable j : R.\nEnd s.\n",
        PROOF.format(body="- auto.\n+ auto.\n* auto.\n-- auto.\n{ auto. }\n2: auto."),
        PROOF.format(body="1-2: auto.\n1, 3: { auto. }\nall: auto."),
        PROOF.format(body="rewrite A. apply Rle_trans."),
    ],
)  # fmt: skip
def test_what_is_allowed(text: str) -> None:
    assert source.lint("F.v", text) == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Axiom f : False.", 1, "'Axiom' is not among the commands that are allowed"),
        ("#[local] Lemma f : True.", 1, "'#[local] Lemma f : T' is not among the commands that are allowed"),
        ("From Other Require Import A.", 1, "this form of From is not allowed"),
        ("Require Import Reals.", 1, "this form of Require is not allowed"),
        ("Open Scope nat_scope.", 1, "this form of Open is not allowed"),
        ("Local Open Scope Z_scope.", 1, "this form of Local is not allowed"),
        ('Local Notation "x" := y.', 1, "this form of Local is not allowed"),
        ("Import Reals.", 1, "this form of Import is not allowed"),
        ("Print All.", 1, "this form of Print is not allowed"),
        ("Section a b.", 1, "this form of Section is not allowed"),
        ("\nVariable f : R.", 2, "Variable outside of a section assumes something for good"),
        ("Section s.\nEnd s.\nVariable f : R.", 3, "Variable outside of a section assumes something for good"),
        ("Definition a := 1.\nVariable f : R.", 2, "Variable outside of a section assumes something for good"),
        (
            "Section s.\nSection t.\nEnd t.\nEnd s.\nLet f := 1.",
            5,
            "Let outside of a section assumes something for good",
        ),
        ("Context (f : R).", 1, "Context outside of a section assumes something for good"),
        ("Let f := 1.", 1, "Let outside of a section assumes something for good"),
        ("Lemma a : True.\nProof.\nadmit.\nQed.", 3, "admit is not allowed"),
        ("Lemma a : True.\nProof.\n- Check a.\nQed.", 3, "Check is not allowed inside a proof"),
        ("Lemma a : True.\nProof.\n#[x] Check a.\nQed.", 3, "#[x] is not allowed inside a proof"),
        ("Lemma a : True.\nProof.\n1: { Set a. }\nQed.", 3, "Set is not allowed inside a proof"),
        ("Lemma a : True.\nProof.\nauto.\n", 3, "a proof does not end"),
        ("Lemma a : True.\nProof with auto.\nQed.", 2, "'Proof' is not among the commands that are allowed"),
        ("Lemma a : True.\nProof. auto.(* b *) Qed.", 2, '".(*" is read in two ways'),
        ("\nLemma a : True.\nProof. auto.(* b *) Qed.", 3, '".(*" is read in two ways'),
    ],
)
def test_what_is_not_allowed_is_named_with_its_line(text: str, line: int, said: str) -> None:
    assert f'File "F.v", line {line}:\nError: {said}' in source.lint("F.v", text + "\n")


@pytest.mark.parametrize(
    "word",
    ["admit", "Admitted", "give_up", "bypass_check", "native_compute", "vm_cast_no_check", "Guard", "Positivity",
     "Universe", "Plugin", "ML"],
)  # fmt: skip
def test_words_that_switch_off_checks_are_not_allowed_anywhere(word: str) -> None:
    assert f'File "F.v", line 1:\nError: {word} is not allowed' in source.lint("F.v", f"Definition a := {word}.\n")
    assert source.lint("F.v", f"Definition a := x{word}y.\n") == []


# --- claims


def test_a_claim_is_named_directly_above_its_theorem() -> None:
    text = "(* Claim: a.b_1 *)\nTheorem  good : True.\nProof. auto. Qed.\n"
    text += "(* other *)\n(* Claim: c *) Lemma few : True.\nProof. auto. Qed.\n"
    found, bad = source.claimed("F.v", text)
    assert [(item.claim, item.theorem) for item in found] == [("a.b_1", "good"), ("c", "few")] and bad == []
    assert [text[item.start : item.end] for item in found] == ["good", "few"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\n(* Claim: a.b *)\nDefinition t := I.", 3, "the comment for a.b stands above no theorem"),
        ("(* Claim: a.b *)\nCorollary t : True.", 2, "the comment for a.b stands above no theorem"),
        ("(* Claim: a.b *)\n(* more *)\nLemma t : True.", 1,
         "a claim is named where no claim comment can stand: `(* Claim: id *)`, a line"),
        ("(* Claim : A *)\nLemma t : True.", 1,
         "a claim is named where no claim comment can stand: `(* Claim: id *)`, a line"),
        ("(* Claim: a *)\nLemma t : True.\n(* Claim: a *)\nLemma s : True.", 1, "two theorems are put forward for a"),
    ],
)  # fmt: skip
def test_a_claim_that_is_named_elsewhere_is_a_fault(text: str, line: int, said: str) -> None:
    assert f'File "F.v", line {line}:\nError: {said}' in source.claimed("F.v", text + "\n")[1]


# --- folders


def project(folder: Path, listed: str, *files: str) -> list[str]:
    (folder / "_CoqProject").write_text(listed)
    for name in files:
        (folder / name).touch()
    return source.project(folder)


def test_a_project_lists_its_files_in_order(tmp_path: Path) -> None:
    assert project(tmp_path, "\n-Q . Analog\nB.v\n\n  A.v \n", "A.v", "B.v", "notes.txt") == ["B.v", "A.v"]


@pytest.mark.parametrize(
    ("listed", "files", "said"),
    [
        (
            "-Q . Analog\n-arg -x\nA.v",
            ("A.v",),
            "_CoqProject: '-arg -x' is neither a file of the library nor `-Q . Analog`",
        ),
        ("-Q . Analog\na.v", ("a.v",), "_CoqProject: 'a.v' is neither a file of the library nor `-Q . Analog`"),
        ("-Q . Analog\nA.v B.v", ("A.v",), "_CoqProject: 'A.v B.v' is neither"),
        ("-Q . Analog\nA.v", (), "_CoqProject and the folder do not agree about A.v"),
        ("-Q . Analog\nA.v", ("A.v", "C.v", "B.v"), "_CoqProject and the folder do not agree about B.v"),
        ("-Q . Analog\nA.v\nA.v", ("A.v",), "_CoqProject and the folder do not agree about A.v"),
    ],
)
def test_a_project_and_its_folder_agree(listed: str, files: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError) as refused:
        project(tmp_path, listed, *files)
    assert str(refused.value).startswith(said)


def test_bytes_are_characters(tmp_path: Path) -> None:
    (tmp_path / "A.v").write_bytes("é.".encode())
    assert len(source.read(tmp_path / "A.v")) == 3


def test_what_a_file_requires_comes_in_the_librarys_order() -> None:
    library = {
        "A.v": "",
        "B.v": "From Analog Require Import A.\n",
        "C.v": "From Analog Require D.\n",
        "D.v": "",
        "E.v": "",
    }
    assert source.needed("From Analog Require Import C B.\n", library) == {
        name: library[name] for name in ("A.v", "B.v", "C.v", "D.v")
    }
    assert list(source.needed("From Analog Require Import B.\n", library)) == ["A.v", "B.v"]
    assert list(source.needed("From Analog Require Import C.\n", library)) == ["C.v", "D.v"]
    assert source.needed("From Coq Require Import A.\n", library) == {}
    assert source.needed("From Analog Require Import None.\n", library) == {}
    assert source.complain("F.v", 3, "no") == 'File "F.v", line 3:\nError: no'
