"""Planted faults in Coq files: each is refused, by the lint, by coqc's index or by coqchk, and so by `make formal`."""

import shutil
import subprocess
from pathlib import Path

import pytest

from theory.checkers.coq_audit import source, tools

LIBRARY = Path(__file__).parents[3] / "theory" / "checkers" / "coq"
ATTACK = """From Coq Require Import Reals.
Local Open Scope R_scope.
Local Unset Guard Checking.
Fixpoint trust (n : nat) : False := trust n.
Local Set Guard Checking.
(* Claim: master.sharp *)
Theorem trajectory_sharp : forall x y : R, x <= y.
Proof. intros. destruct (trust 0). Qed.
"""
GOOD = """(* Claim: a.good *)
Theorem good : True.
Proof. (* nested (* comments *) and "strings with *) in them" *) exact I. Qed.
"""

needs_coq = pytest.mark.skipif(shutil.which("coqchk") is None, reason="coqchk is not installed (Debian: coq)")

UNSOUND = {
    "guard": ("Unset Guard Checking.\nFixpoint trust (n : nat) : False := trust n.", "unsafe (co)fixpoints"),
    "guard by attribute": ("#[bypass_check(guard)] Fixpoint trust (n : nat) : False := trust n.", "(co)fixpoints"),
    "positivity": ("Unset Positivity Checking.\nInductive bad := C : (bad -> False) -> bad.", "positivity is assumed"),
    "universes": ("Unset Universe Checking.\nDefinition t : Type@{Set} := Type.", "type-in-type"),
    "admitted": ("Lemma f : False.\nProof. Admitted.", "Analog.Fault.f"),
    "admit": ("Lemma f : False.\nProof. admit. Admitted.", "Analog.Fault.f"),
    "axiom": ("Axiom f : False.", "Analog.Fault.f"),
    "axiom below an attribute": ("#[local] Axiom f : False.", "Analog.Fault.f"),
    "parameter": ("Parameter f : False.", "Analog.Fault.f"),
    "conjecture": ("Conjecture f : False.", "Analog.Fault.f"),
    "variable outside of a section": ("Variable f : False.", "Analog.Fault.f"),
    "hypothesis after a section": ("Section s. End s.\nHypothesis f : False.", "Analog.Fault.f"),
    "context outside of a section": ("Context (f : False).", "Analog.Fault.f"),
    "axiom in a module": ("Module M. Axiom f : False. End M.", "Analog.Fault.M.f"),
}
"""Caught twice: by the lint, and by what coqchk says of the compiled file if there were no lint."""

LAWLESS = {
    "flag inside a proof": "Lemma f : True.\nProof. Unset Guard Checking. exact I. Qed.",
    "flag behind a bullet": "Lemma f : True.\nProof.\n- Unset Guard Checking. exact I.\nQed.",
    "load": "Load Other.",
    "load path": 'Add LoadPath "/tmp".',
    "plugin": 'Declare ML Module "ltac_plugin".',
    "option": "Set Universe Polymorphism.",
    "native": "Lemma f : True.\nProof. native_cast_no_check I. Qed.",
    "notation": 'Notation "x <= y" := (y = y).',
    "infix": 'Infix "<=" := eq.',
    "local notation of an operator": 'Local Notation "x <= y" := (y = y).',
    "scope": "Delimit Scope nat_scope with R.",
    "another scope": "Open Scope nat_scope.",
    "module": "Module Reals. Definition R := unit. End Reals.",
    "coercion": "Definition f (n : nat) : bool := true.\nCoercion f : nat >-> bool.",
    "comment after a period": "Lemma f : True.\nProof. exact I.(* and *) Qed.",
    "comment without an end": "Lemma f : True. (* \nProof. exact I. Qed.",
    "program": "Program Definition f : nat := 0.",
    "reset": "Reset Initial.",
}

MISNAMED = {
    "in a nested comment": "(* old: (* Claim: a.b *) *)\nTheorem t : True.\nProof. exact I. Qed.",
    "in a longer comment": "(* Claim: a.b, almost *)\nTheorem t : True.\nProof. exact I. Qed.",
    "theorem in a comment": "(* Claim: a.b *)\n(* Theorem t : False. *)\nDefinition t := I.",
    "above a definition": "(* Claim: a.b *)\nDefinition t := I.",
    "above a section": "(* Claim: a.b *)\nSection s.\nTheorem t : True.\nProof. exact I. Qed.\nEnd s.",
    "inside a statement": "Theorem (* Claim: a.b *) t : True.\nProof. exact I. Qed.",
    "at the end": "Theorem t : True.\nProof. exact I. Qed.\n(* Claim: a.b *)",
    "two theorems": "".join(f"(* Claim: a.b *)\nTheorem {n} : True.\nProof. exact I. Qed.\n" for n in ("t", "u")),
    "two claims": "(* Claim: a.b *)\n(* Claim: a.c *)\nTheorem t : True.\nProof. exact I. Qed.",
    "in a string": '(* " (* Claim: a.b *) " *)\nTheorem t : True.\nProof. exact I. Qed.',
}


def plain(text: str, folder: Path) -> str:
    """Compile and check a file without the lint."""
    (folder / "Fault.v").write_text(text + "\n")
    complaint = tools.compiled(folder, "Fault.v")
    return complaint or tools.judged(tools.checked(folder, ["Fault.v"]))


def formal(folder: Path, build: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [folder / "coq" / "check.sh", build], capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library of one good file, with the real check.sh and the real audit."""
    folder = tmp_path / "checkers"
    (folder / "coq").mkdir(parents=True)
    shutil.copy(LIBRARY / "check.sh", folder / "coq")
    shutil.copytree(LIBRARY.parent / "coq_audit", folder / "coq_audit", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "coq" / "Good.v").write_text(GOOD)
    (folder / "coq" / "_CoqProject").write_text("-Q . Analog\nGood.v\n")
    return folder


def plant(folder: Path, text: str) -> None:
    (folder / "coq" / "Fault.v").write_text(text + "\n")
    with (folder / "coq" / "_CoqProject").open("a") as stream:
        stream.write("Fault.v\n")


def test_good_files_pass() -> None:
    assert source.lint("Good.v", GOOD) == []
    for name in source.project(LIBRARY):
        assert source.lint(name, source.read(LIBRARY / name)) == []


@pytest.mark.parametrize("fault", UNSOUND)
def test_lint_refuses_unsound_files(fault: str) -> None:
    assert source.lint("Fault.v", UNSOUND[fault][0] + "\n")


@pytest.mark.parametrize("fault", LAWLESS)
def test_lint_refuses_other_commands(fault: str) -> None:
    assert source.lint("Fault.v", LAWLESS[fault] + "\n")


@pytest.mark.parametrize("fault", MISNAMED)
def test_a_claim_is_named_only_directly_above_its_theorem(fault: str) -> None:
    assert source.lint("Fault.v", MISNAMED[fault] + "\n")


def test_a_claim_comment_in_a_comment_names_nothing() -> None:
    assert source.claimed("Fault.v", MISNAMED["in a nested comment"] + "\n")[0] == []
    assert [(item.claim, item.theorem) for item in source.claimed("Good.v", GOOD)[0]] == [("a.good", "good")]


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("fault", UNSOUND)
def test_coqchk_refuses_unsound_files(fault: str, tmp_path: Path) -> None:
    text, said = UNSOUND[fault]
    assert said in plain(text, tmp_path)


def test_a_report_is_clean_only_if_every_section_is_known_and_empty() -> None:
    clean = (
        "CONTEXT SUMMARY\n===============\n\n* Theory: Set is predicative\n  \n* Axioms:\n"
        "    Coq.Logic.Classical_Prop.classic\n  \n* Constants/Inductives relying on type-in-type: <none>\n  \n"
        "* Constants/Inductives relying on unsafe (co)fixpoints: <none>\n  \n"
        "* Inductives whose positivity is assumed: <none>\n  \n"
    )
    assert tools.judged(clean) == ""
    for right, wrong in (
        ("Set is predicative", "Set is impredicative"),
        ("Classical_Prop.classic", "Classical_Prop.classic_too"),
        ("Axioms:", "Axiom:"),
        ("type-in-type: <none>", "type-in-type:\n    Analog.A.t"),
        ("fixpoints: <none>", "fixpoints:\n    Analog.A.t"),
        ("assumed: <none>", "assumed:\n    Analog.A.t"),
        ("assumed: <none>", "assumed: <none>\n  \n* Rewrite rules: <none>"),
        ("* Inductives whose positivity is assumed: <none>", ""),
    ):
        assert tools.judged(clean.replace(right, wrong)) != "", wrong


HIDING = {
    "a type": "Definition R := unit.",
    "a relation": "Definition Rle (x y : nat) := True.",
    "a section variable": "Section s.\nVariable Rle : nat -> Prop.\nLemma f : Rle 0 -> Rle 0.\nProof. auto. Qed."
    "\nEnd s.",
    "a constructor": "Inductive t := Rle.",
    "a lemma": "Lemma eq : True.\nProof. exact I. Qed.",
    "an abbreviation": "Local Notation Rle := True.",
    "a local definition": "Section s.\nLet le (x y : nat) := True.\nLemma f : le 1 0.\nProof. exact I. Qed.\nEnd s.",
}


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("fault", HIDING)
def test_names_of_coq_are_not_declared_again(fault: str, tmp_path: Path) -> None:
    done = tools.audit({"Good.v": GOOD, "Fault.v": HIDING[fault] + "\n"}, tmp_path)
    assert done.accepted == {"Good.v"}
    assert "hides Coq's own" in done.complaints["Fault.v"]


@needs_coq
@pytest.mark.slow
def test_a_theorem_of_an_inner_module_is_not_the_files(tmp_path: Path) -> None:
    text = "Module M.\n(* Claim: a.b *)\nTheorem t : True.\nProof. exact I. Qed.\nEnd M.\n"
    (tmp_path / "Fault.v").write_text(text)
    assert tools.compiled(tmp_path, "Fault.v") == ""
    complaints = tools.indexed(tmp_path, "Fault.v", source.claimed("Fault.v", text)[0])
    assert any("finds no theorem t" in complaint for complaint in complaints)


@needs_coq
@pytest.mark.slow
def test_a_file_that_lacks_a_lemma_is_refused(tmp_path: Path) -> None:
    assert tools.audit_one("Good.v", GOOD, ["good"], tmp_path) == ""
    assert "other is not there" in tools.audit_one("Good.v", GOOD, ["good", "other"], tmp_path)


def test_what_a_file_requires_is_found_through_others() -> None:
    library = {
        "A.v": "(* From Analog Require Import D. *)\n",
        "B.v": "From Analog Require Import A.\n",
        "C.v": "From Analog Require Import A.\n",
        "D.v": "",
    }
    assert list(source.needed("From Coq Require Import Reals.\nFrom Analog Require B.\n", library)) == ["A.v", "B.v"]


@needs_coq
@pytest.mark.slow
def test_what_a_file_rests_on_is_judged_with_it(tmp_path: Path) -> None:
    text = "From Analog Require Import Good.\nLemma f : True.\nProof. exact good. Qed.\n"
    assert tools.audit_one("Top.v", text, ["f"], tmp_path, {"Good.v": GOOD}) == ""
    (tmp_path / "below").mkdir()
    fault = GOOD + UNSOUND["axiom"][0] + "\n"
    assert "not among the commands" in tools.audit_one("Top.v", text, ["f"], tmp_path / "below", {"Good.v": fault})


@needs_coq
@pytest.mark.slow
def test_two_files_cannot_claim_the_same(tmp_path: Path) -> None:
    done = tools.audit({"Good.v": GOOD, "Fault.v": GOOD}, tmp_path)
    assert done.accepted == frozenset()  # which of the two is meant is not for us to say
    assert "two files" in done.complaints["Fault.v"]


@needs_coq
@pytest.mark.slow
def test_formal_passes_on_a_good_library_and_says_what_it_rests_on(library: Path, tmp_path: Path) -> None:
    done = formal(library, tmp_path / "build")
    assert done.returncode == 0, done.stderr
    assert "1 are put forward for claims" in done.stdout
    assert formal(library, tmp_path / "build").returncode == 0  # what an earlier run left is cleared


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        ATTACK,
        UNSOUND["admitted"][0],
        UNSOUND["axiom"][0],
        LAWLESS["notation"],
        HIDING["a type"],
        MISNAMED["two theorems"],
    ],
    ids=["Bad.v", "admitted", "axiom", "notation", "hiding", "two theorems"],
)
def test_formal_refuses_a_planted_fault(text: str, library: Path, tmp_path: Path) -> None:
    plant(library, text)
    done = formal(library, tmp_path / "build")
    assert done.returncode == 1
    assert "rejected: Fault.v" in done.stderr


@needs_coq
def test_formal_refuses_options_and_files_that_are_not_listed(library: Path, tmp_path: Path) -> None:
    (library / "coq" / "_CoqProject").write_text("-Q . Analog\n-arg -type-in-type\nGood.v\n")
    assert "neither a file" in formal(library, tmp_path / "build").stderr
    (library / "coq" / "_CoqProject").write_text("-Q . Analog\n")
    assert "do not agree about Good.v" in formal(library, tmp_path / "build").stderr


@needs_coq
def test_formal_removes_nothing_that_is_not_its_own(library: Path, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "thesis.tex").write_text("precious")
    done = formal(library, tmp_path / "build")
    assert done.returncode == 1
    assert "in the way" in done.stderr
    assert (tmp_path / "build" / "thesis.tex").read_text() == "precious"
