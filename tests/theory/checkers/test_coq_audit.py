"""Planted faults in Coq files: each is refused, by the lint, by coqc's index or by coqchk, and so by `make formal`."""

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


def test_what_a_file_requires_is_found_through_others() -> None:
    library = {
        "A.v": "(* From Analog Require Import D. *)\n",
        "B.v": "From Analog Require Import A.\n",
        "C.v": "From Analog Require Import A.\n",
        "D.v": "",
    }
    assert list(source.needed("From Coq Require Import Reals.\nFrom Analog Require B.\n", library)) == ["A.v", "B.v"]
