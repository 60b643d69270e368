"""The engine with tools that lie, die or are missing, and with a cache that somebody else has written."""

import os
import shutil
from pathlib import Path

import pytest

from theory import blueprint
from theory.checkers import coq, coq_cache, coq_lemma
from theory.checkers.coq_audit import tools

CLAIM = blueprint.claim("order.root")
REAL = {name: shutil.which(name) for name in ("coqc", "coqchk")}

needs_coq = pytest.mark.skipif(None in REAL.values(), reason="Coq is not installed (Debian: coq)")
real_coqc = REAL["coqc"] or "coqc"
real_coqchk = REAL["coqchk"] or "coqchk"


CLEAN = """* Theory: Set is predicative
* Axioms: <none>
* Constants/Inductives relying on type-in-type: <none>
* Constants/Inductives relying on unsafe (co)fixpoints: <none>
* Inductives whose positivity is assumed: <none>
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and a library of one file."""
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    library = tmp_path / "library"
    library.mkdir()
    (library / "_CoqProject").write_text("-Q . Analog\nGood.v\n")
    (library / "Good.v").write_text("(* Claim: order.root *)\nTheorem good : True.\nProof. exact I. Qed.\n")
    monkeypatch.setattr(coq, "LIBRARY", library)
    return cache


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Put scripts before the real tools."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def verdict() -> blueprint.ProofOutcome:
    (outcome,) = coq.prove([CLAIM])
    return outcome


VERSION = 'case "$1" in --version) echo "The Coq Proof Assistant, version 8.16.1"; exit 0;; esac\n'
BROKEN = {
    "always dies": "kill -9 $$",
    "dies when it compiles": VERSION + "kill -9 $$",
    "exits weirdly": VERSION + "exit 77",
    "says nothing": "exit 0",
    "accepts everything and writes nothing": VERSION + "exit 0",
    "no standard library": VERSION + "echo 'File \"./Good.v\", line 1, characters 0-9:' >&2\n"
    "echo 'Error: Cannot find a physical path bound to logical path Reals.' >&2\nexit 1",
    "refuses with its usage": VERSION + "echo 'Error: unknown option -w' >&2\nexit 1",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_coqc_proves_nothing_and_is_not_remembered(
    fault: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, coqc=BROKEN[fault], coqchk=VERSION + "exit 0")
    outcome = verdict()
    assert outcome.verdict == "unsupported"
    assert "Coq does not work here" in outcome.reason
    assert list(home.rglob("*.json")) == []


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(
    "script", [VERSION + "exit 0", VERSION + "kill -9 $$", f"{real_coqchk} \"$@\" 2>&1 | sed 's/Assumed//'"]
)
def test_a_broken_coqchk_proves_nothing(
    script: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, coqchk=script)
    assert verdict().verdict == "unsupported"
    assert list(home.rglob("*.json")) == []


def test_without_coqchk_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "coqchk" else f"/usr/bin/{name}")
    outcome = verdict()
    assert (outcome.verdict, outcome.reason) == ("unsupported", "coqchk is not installed (Debian: apt install coq)")


@needs_coq
@pytest.mark.slow
def test_a_coqc_that_is_killed_at_work_leaves_it_undecided_and_is_not_remembered(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = f'case "$*" in *Generated.v) kill -9 $$;; esac\nexec {real_coqc} "$@"'
    fake(tmp_path, monkeypatch, coqc=killed)
    monkeypatch.setattr(coq, "library_theorems", dict)
    outcome = verdict()
    assert outcome.verdict == "undecided"
    assert "signal 9" in outcome.reason
    assert len(list(home.rglob("*.json"))) == 1  # the library's


@needs_coq
@pytest.mark.slow
def test_a_coqc_that_takes_too_long_is_not_remembered(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "probe", lambda: None)
    monkeypatch.setattr(tools, "SECONDS", 0.01)
    assert verdict().verdict == "unsupported"  # --version already takes longer
    assert list(home.rglob("*.json")) == []


@needs_coq
@pytest.mark.slow
def test_a_true_claim_is_proved_and_remembered_and_what_others_wrote_is_not_believed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "probe", lambda: None)
    monkeypatch.setattr(tools, "checked", lambda *_: CLEAN)  # coqchk takes half a minute for the reals
    assert verdict().verdict == "proved"
    kept = sorted(home.rglob("*.json"))
    assert len(kept) == 2
    monkeypatch.setattr(tools, "audit_one", lambda *_: "refused")
    monkeypatch.setattr(tools, "audit", lambda *_: tools.Audit(frozenset(), {"Good.v": "refused"}))
    assert verdict().verdict == "proved"  # remembered
    kept[0].parent.chmod(0o755)
    assert verdict().verdict == "undecided"  # others could read the folder: it is not believed
    kept[0].parent.chmod(0o700)
    for path in kept:
        path.chmod(0o644)
    assert verdict().verdict == "undecided"
    for path in kept:
        path.chmod(0o600)
        path.rename(tmp_path / path.name)
        path.symlink_to(tmp_path / path.name)
    assert verdict().verdict == "undecided"


@needs_coq
@pytest.mark.slow
def test_admitted_in_a_generated_lemma_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    right = coq_lemma.Lemma.source
    monkeypatch.setattr(coq_lemma.Lemma, "source", lambda self: right(self).replace("Qed.", "Admitted."))
    outcome = verdict()
    assert outcome.verdict == "undecided"
    assert "Admitted is not allowed" in outcome.reason


@needs_coq
@pytest.mark.slow
def test_a_generated_file_without_the_lemma_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    right = coq_lemma.Lemma.source
    monkeypatch.setattr(coq_lemma.Lemma, "source", lambda self: right(self).replace("c_order__root", "c_order__other"))
    assert "c_order__root is not there" in verdict().reason


@needs_coq
@pytest.mark.slow
def test_a_library_that_is_refused_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coq, "_generated", lambda *_: coq.Compiled(frozenset({"order.root"})))
    with (tmp_path / "library" / "Good.v").open("a") as stream:
        stream.write("Axiom absurd : False.\n")
    outcome = verdict()
    assert outcome.verdict == "undecided"
    assert "library refused: Good.good" in outcome.reason


def test_the_name_of_a_result_covers_tools_checker_and_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(coq_cache, "load", lambda name: asked.append(name))
    monkeypatch.setattr(coq_cache, "save", lambda *_: None)
    monkeypatch.setattr(tools, "probe", lambda: None)
    fake(tmp_path, monkeypatch, coqc=VERSION, coqchk=VERSION)
    for change in ("tool", "content", "checker"):
        checker = coq._Checker(tools.identity())
        checker.kept({"A.v": "one"}, lambda _: coq.Compiled())
        if change == "tool":
            fake(tmp_path, monkeypatch, coqc=VERSION + "# another")
            checker = coq._Checker(tools.identity())
        if change == "checker":
            monkeypatch.setattr(coq, "__file__", str(Path(coq.__file__).with_name("coq_lemma.py")))
            checker = coq._Checker(tools.identity())
        checker.kept({"A.v": "two" if change == "content" else "one"}, lambda _: coq.Compiled())
        assert asked[-1] != asked[-2], change


@pytest.mark.parametrize(
    "data",
    [
        {"name": "y", "accepted": [], "complaints": {}},
        {"name": "x", "accepted": "order.root", "complaints": {}},
        {"name": "x", "accepted": [1], "complaints": {}},
        {"name": "x", "accepted": [], "complaints": {"a": 1}},
        {"name": "x", "accepted": []},
    ],
)
def test_a_result_of_another_form_is_not_believed(data: object) -> None:
    assert coq._read_back(data, "x") is None
