"""Planted faults in Coq files, compiled and checked by the real tools: each is refused, and so by `make formal`."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.theory.checkers.test_coq_audit import ATTACK, GOOD, LAWLESS, LIBRARY, MISNAMED, UNSOUND
from theory.checkers.coq_audit import source, tools

needs_coq = pytest.mark.skipif(shutil.which("coqchk") is None, reason="coqchk is not installed (Debian: coq)")


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


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("fault", UNSOUND)
def test_coqchk_refuses_unsound_files(fault: str, tmp_path: Path) -> None:
    text, said = UNSOUND[fault]
    assert said in plain(text, tmp_path)


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
