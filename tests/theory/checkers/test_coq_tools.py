"""How the answers of coqc and coqchk are read: the tools are replaced by what they say, so neither is needed."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from theory.checkers.coq_audit import source, tools
from theory.checkers.coq_audit.tools import AXIOMS, Audit, Broken

CLASSIC = "Coq.Logic.Classical_Prop.classic"
CLEAN = f"""CONTEXT SUMMARY
===============

* Theory: Set is predicative

* Axioms:
    {CLASSIC}
    Coq.Reals.ClassicalDedekindReals.sig_not_dec

* Constants/Inductives relying on type-in-type: <none>

* Constants/Inductives relying on unsafe (co)fixpoints: <none>

* Inductives whose positivity is assumed: <none>
"""
GOOD = "(* Claim: a.good *)\nTheorem good : True.\nProof. exact I. Qed.\n"
Done = subprocess.CompletedProcess


def done(code: int, said: str = "", complained: str = "") -> "Done[str]":
    return Done([], code, said, complained)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Broken) as said:
        call()
    return str(said.value)


# --- running


def test_a_tool_runs_in_its_folder_without_the_users_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setenv("COQPATH", "/evil")
    monkeypatch.setenv("COQLIB", "/lib")
    monkeypatch.setattr(subprocess, "run", lambda command, **more: asked.update(more, command=command) or done(0))
    assert tools._ran(["coqc", "-q"], tmp_path).returncode == 0
    environment = asked.pop("env")
    assert isinstance(environment, dict) and "COQPATH" not in environment and environment["COQLIB"] == "/lib"
    assert environment["PATH"] == os.environ["PATH"]
    assert asked == {
        "command": ["coqc", "-q"], "cwd": tmp_path, "capture_output": True, "text": True, "errors": "replace",
        "timeout": 7200, "check": False,
    }  # fmt: skip


def test_a_tool_that_is_too_slow_or_not_there_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = refused(lambda: tools._ran([str(tmp_path / "none")], tmp_path))
    assert missing == f"{tmp_path / 'none'} cannot be run: No such file or directory"
    monkeypatch.setattr(tools, "SECONDS", 0.05)
    assert refused(lambda: tools._ran(["sleep", "5"], tmp_path)) == "sleep took more than 0.05 s"


# --- coqc

COMPLAINT = 'File "./A.v", line 2, characters 0-4:\nError: no\n'


@pytest.mark.parametrize(
    ("answer", "written", "complaint", "broken"),
    [
        (done(0), True, "", ""),
        (done(0), False, "", "coqc accepted A.v and wrote nothing"),
        (done(1, "", COMPLAINT), False, COMPLAINT.strip(), ""),
        (done(1, "", "Warning\n" + COMPLAINT), False, "Warning\n" + COMPLAINT.strip(), ""),
        (done(1, "", "Error: no"), False, "", "coqc ended with exit code 1 (Error: no) on A.v"),
        (done(1, "", 'see File "./A.v"\nError: no'), False, "", "coqc ended with exit code 1 (Error: no) on A.v"),
        (done(1, "", 'File "./A.v", line 2:\nAnomaly'), False, "", "coqc ended with exit code 1 (Anomaly) on A.v"),
        (done(2, "", COMPLAINT), False, "", "coqc ended with exit code 2 (Error: no) on A.v"),
        (done(-9), False, "", "coqc ended with signal 9 on A.v"),
        (done(-9, "", COMPLAINT), True, "", "coqc ended with signal 9 (Error: no) on A.v"),
        (done(77, "", "x" * 300), False, "", f"coqc ended with exit code 77 ({'x' * 200}) on A.v"),
    ],
)
def test_coqc_accepts_refuses_or_is_broken(
    answer: "Done[str]", written: bool, complaint: str, broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(tools, "_ran", lambda *given: asked.append(given) or answer)
    if written:
        (tmp_path / "A.vo").touch()
    if broken:
        assert refused(lambda: tools.compiled(tmp_path, "A.v")) == broken
    else:
        assert tools.compiled(tmp_path, "A.v") == complaint
    assert asked == [(["coqc", "-q", "-w", "none", "-Q", ".", "Analog", "A.v"], tmp_path)]


GLOB = """DIGEST 0123
FAnalog.A
prf 28:31 <> good
prf 50:52 s inner
prf 60:62 <> le
def 70:72 <> f:1
ax 80:82 <> absurd
not 83:84 <> :::x
mod 85:86 <> M
modtype 87:88 <> T
binder 90:90 <> R:2
R91:92 Coq.Init.Logic <> True prop
"""


def test_the_index_says_what_is_declared_and_where(tmp_path: Path) -> None:
    (tmp_path / "A.glob").write_text(GLOB)
    assert tools.declared_theorems(tmp_path, "A.v") == {("good", 28, 32), ("le", 60, 63)}
    found = tools._declared(tmp_path, "A.v")
    assert found[0] == ("prf", "good", 28, 31, "<>") and ("def", "f", 70, 72, "<>") in found
    expected = [source.Claimed("a.good", "good", 28, 32)]
    assert tools.indexed(tmp_path, "A.v", expected) == [
        'File "A.v", line 1:\nError: le hides Coq\'s own',
        'File "A.v", line 1:\nError: absurd is an axiom',
        'File "A.v", line 1:\nError:  is a notation',
        'File "A.v", line 1:\nError: M is a module',
        'File "A.v", line 1:\nError: T is a module type',
    ]


@pytest.mark.parametrize(
    "item", [("inner", 50, 53), ("good", 27, 32), ("good", 28, 31), ("other", 28, 32), ("f", 70, 73)]
)
def test_a_claimed_theorem_is_one_at_its_place_and_in_no_module(item: tuple[str, int, int], tmp_path: Path) -> None:
    (tmp_path / "A.glob").write_text("prf 28:31 <> good\nprf 50:52 s inner\ndef 70:72 <> f\n")
    said = f'File "A.v", line 1:\nError: coqc finds no theorem {item[0]} where the claim a.b is named'
    assert tools.indexed(tmp_path, "A.v", [source.Claimed("a.b", *item)]) == [said]
    assert tools.indexed(tmp_path, "A.v", [source.Claimed("a.b", "good", 28, 32)]) == []


# --- coqchk


@pytest.mark.parametrize(
    ("answer", "report", "broken"),
    [
        (done(0, CLEAN), CLEAN, ""),
        (done(0, "", CLEAN), CLEAN, ""),
        (done(0), "", "coqchk ended with exit code 0 and no report"),
        (done(1, "", "Error: no\n good"), "coqchk refuses: Error: no good", ""),
        (done(1, "Error: " + "x" * 400), "coqchk refuses: " + "x" * 300, ""),
        (done(1, CLEAN), "", "coqchk ended with exit code 1 and no report"),
        (done(-9, CLEAN, "Error"), "", "coqchk ended with signal 9 (Error) and no report"),
        (done(0, "", "Error"), "", "coqchk ended with exit code 0 (Error) and no report"),
    ],
)
def test_coqchk_reports_refuses_or_is_broken(
    answer: "Done[str]", report: str, broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(tools, "_ran", lambda *given: asked.append(given) or answer)
    if broken:
        assert refused(lambda: tools.checked(tmp_path, ["A.v", "B.v"])) == broken
    else:
        assert tools.checked(tmp_path, ["A.v", "B.v"]) == report
    assert asked == [(["coqchk", "-silent", "-o", "-Q", ".", "Analog", "Analog.A", "Analog.B"], tmp_path)]


def test_a_report_is_read_section_by_section() -> None:
    assert tools.report_of(CLEAN) == {
        "Theory": "Set is predicative",
        "Axioms": f"{CLASSIC}\nCoq.Reals.ClassicalDedekindReals.sig_not_dec",
        "Constants/Inductives relying on type-in-type": "",
        "Constants/Inductives relying on unsafe (co)fixpoints": "",
        "Inductives whose positivity is assumed": "",
    }
    assert tools.report_of("nothing") == {}
    assert len(AXIOMS) == 4


IN_TYPE, FIXED, POSITIVE = (
    "Constants/Inductives relying on type-in-type",
    "Constants/Inductives relying on unsafe (co)fixpoints",
    "Inductives whose positivity is assumed",
)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("", "", ""),
        (f"    {CLASSIC}\n", "", ""),
        (CLASSIC, f"{CLASSIC}\n    A.f\n    A.g", "not among the axioms of Coq's reals: A.f, A.g"),
        ("Set is predicative", "Set is impredicative", "Theory: Set is impredicative"),
        ("Axioms", "Axiom", "coqchk's report has no section 'Axioms'"),
        (f"{IN_TYPE}: <none>", f"{IN_TYPE}:\n  A.f\n  A.g", f"{IN_TYPE}: A.f, A.g"),
        (f"{FIXED}: <none>", f"{FIXED}:\n  A.f", f"{FIXED}: A.f"),
        (f"{POSITIVE}: <none>", f"{POSITIVE}:\n  A.f", f"{POSITIVE}: A.f"),
        (f"{POSITIVE}: <none>", f"{POSITIVE}: <none>\n\n* More: <none>\n\n* And: <none>",
         "coqchk's report has a section that is not known here: 'And'"),
        (f"* {POSITIVE}: <none>", "", f"coqchk's report has no section {POSITIVE!r}"),
    ],
)  # fmt: skip
def test_a_report_is_clean_or_what_is_wrong_is_named(right: str, wrong: str, said: str) -> None:
    assert tools.judged(CLEAN.replace(right, wrong) if right else CLEAN) == said


def test_a_refusal_is_no_clean_report() -> None:
    assert tools.judged("coqchk refuses: " + CLEAN) == "coqchk refuses: " + CLEAN


# --- files together


class Coq:
    """A coqc that refuses the files that it is told to, and a coqchk that says what it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, report: str = CLEAN, **refuses: str) -> None:
        self.compiled: list[str] = []
        self.checked: list[list[str]] = []
        self.report, self.refuses = report, refuses
        monkeypatch.setattr(tools, "compiled", self.compile)
        monkeypatch.setattr(tools, "checked", self.check)

    def compile(self, folder: Path, name: str) -> str:
        self.compiled.append(name)
        text = (folder / name).read_text()
        found = source.claimed(name, text)[0]
        rows = [f"prf {item.start}:{item.end - 1} <> {item.theorem}" for item in found]
        rows += [f"prf 0:1 <> {word}" for word in ("lemma", "le", "lt") if f"Lemma {word} " in text]
        (folder / name).with_suffix(".glob").write_text("\n".join(rows))
        (folder / name).with_suffix(".vo").touch()
        return self.refuses.get(name[0], "")

    def check(self, _: Path, names: list[str]) -> str:
        self.checked.append(list(names))
        return self.report


OTHER = GOOD.replace("a.good", "a.other").replace("good", "other")


def test_files_are_accepted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coq = Coq(monkeypatch)
    found = tools.audit({"A.v": GOOD, "B.v": OTHER}, tmp_path)
    axioms = (CLASSIC, "Coq.Reals.ClassicalDedekindReals.sig_not_dec")
    assert found == Audit(frozenset({"A.v", "B.v"}), {}, axioms)
    assert coq.compiled == ["A.v", "B.v"] and coq.checked == [["A.v", "B.v"]]
    assert (tmp_path / "B.v").read_text() == OTHER


def test_what_is_refused_is_not_checked_and_not_left_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coq = Coq(monkeypatch, B="no")
    lawless = "Axiom f : False.\n"
    found = tools.audit(
        {"A.v": GOOD, "B.v": OTHER, "C.v": lawless, "D.v": "Lemma le : True.\nProof. exact I. Qed.\n"}, tmp_path
    )
    assert found.accepted == {"A.v"} and coq.compiled == ["A.v", "B.v", "D.v"] and coq.checked == [["A.v"]]
    assert found.complaints["B.v"] == "no" and "le hides" in found.complaints["D.v"]
    assert "'Axiom' is not among" in found.complaints["C.v"] and set(found.complaints) == {"B.v", "C.v", "D.v"}
    assert not (tmp_path / "C.v").exists()
    assert {path.name for path in tmp_path.glob("*.vo")} == {"A.vo"}


def test_a_report_that_is_not_clean_refuses_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Coq(monkeypatch, CLEAN.replace(CLASSIC, "A.f"), B="no")
    found = tools.audit({"A.v": GOOD, "B.v": OTHER}, tmp_path)
    said = "not among the axioms of Coq's reals: A.f"
    assert (found.accepted, found.complaints) == (frozenset(), {"A.v": said, "B.v": "no"})


def test_two_files_for_one_claim_are_both_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Coq(monkeypatch)
    found = tools.audit({"A.v": GOOD, "B.v": GOOD, "C.v": OTHER}, tmp_path)
    assert found.accepted == {"C.v"} and set(found.complaints) == {"A.v", "B.v"}
    assert found.complaints["A.v"] == 'File "A.v", line 1:\nError: two files put forward a theorem for a.good'


def test_a_claimed_theorem_that_coqc_does_not_find_refuses_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coq = Coq(monkeypatch)
    monkeypatch.setattr(
        tools, "compiled", lambda folder, name: (folder / name).with_suffix(".glob").write_text("") and ""
    )
    found = tools.audit({"A.v": GOOD}, tmp_path)
    assert found.accepted == frozenset() and coq.checked == []
    assert found.complaints["A.v"].endswith("coqc finds no theorem good where the claim a.good is named")


def test_of_several_complaints_about_a_file_the_first_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Coq(monkeypatch)
    lawless = "Axiom f : False.\nParameter g : False.\n"
    hiding = LEMMA.replace("lemma", "le") + LEMMA.replace("lemma", "lt")
    assert "'Axiom'" in tools.audit({"A.v": lawless}, tmp_path).complaints["A.v"]
    assert "le hides" in tools.audit({"B.v": hiding}, tmp_path).complaints["B.v"]
    assert "'Axiom'" in tools.audit_one("A.v", lawless, [], tmp_path)
    assert "le hides" in tools.audit_one("B.v", hiding, [], tmp_path)


def test_where_nothing_is_accepted_nothing_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coq = Coq(monkeypatch, A="no")
    assert tools.audit({"A.v": GOOD}, tmp_path) == Audit(frozenset(), {"A.v": "no"}) and coq.checked == []


LEMMA = "Lemma lemma : True.\nProof. exact I. Qed.\n"


def test_one_file_has_the_lemmas_that_are_expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coq = Coq(monkeypatch)
    assert tools.audit_one("T.v", LEMMA, ["lemma"], tmp_path, {"A.v": GOOD}) == ""
    assert coq.compiled == ["A.v", "T.v"] and coq.checked == [["T.v"]]
    assert tools.audit_one("T.v", LEMMA, ["lemma"], tmp_path, {"A.v": GOOD}) == ""
    assert coq.compiled == ["A.v", "T.v", "T.v"]  # what it rests on is compiled already
    assert tools.audit_one("T.v", LEMMA, ["lemma", "more", "even"], tmp_path) == "more is not there"
    coq.report = CLEAN.replace(CLASSIC, "A.f")
    assert tools.audit_one("T.v", LEMMA, [], tmp_path).endswith("reals: A.f")


@pytest.mark.parametrize(
    ("text", "below", "refuses", "said"),
    [
        (LEMMA + "Axiom f : False.\n", {}, {}, "'Axiom' is not among"),
        (LEMMA, {}, {"T": "no"}, "no"),
        (LEMMA.replace("lemma", "le"), {}, {}, "le hides Coq's own"),
        (LEMMA, {"A.v": "Axiom f : False.\n"}, {}, "'Axiom' is not among"),
        (LEMMA, {"A.v": GOOD}, {"A": "bad"}, "bad"),
        (LEMMA, {"A.v": LEMMA.replace("lemma", "le")}, {}, "le hides Coq's own"),
    ],
)
def test_one_file_is_refused_for_its_own_faults_and_for_those_below(
    text: str,
    below: dict[str, str],
    refuses: dict[str, str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coq = Coq(monkeypatch, **refuses)
    assert said in tools.audit_one("T.v", text, ["lemma"], tmp_path, below) and coq.checked == []


# --- the tools themselves


def test_tools_are_told_apart_by_place_version_size_and_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("coqc", "coqchk"):
        (tmp_path / name).write_text("x" * len(name))
        os.utime(tmp_path / name, ns=(1, 7))
    monkeypatch.setattr(tools.shutil, "which", lambda name: str(tmp_path / name))
    monkeypatch.setattr(tools, "_ran", lambda command, _: done(0, f"{command[0]} {command[1]}"))
    monkeypatch.setenv("COQLIB", "/lib")
    parts = [str(tmp_path / "coqc"), "coqc --version", "4", "7", str(tmp_path / "coqchk"), "coqchk --version", "6", "7"]
    assert tools.identity() == "\0".join([*parts, "/lib"])
    monkeypatch.delenv("COQLIB")
    assert tools.identity() == "\0".join([*parts, ""])


@pytest.mark.parametrize("answer", [done(1, "8.16"), done(0, "  \n"), done(-9)])
def test_a_tool_that_does_not_say_its_version_is_broken(answer: "Done[str]", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_ran", lambda *_: answer)
    assert refused(tools.identity).startswith("coqc --version ended with ")


@pytest.mark.parametrize(
    ("answers", "report", "said"),
    [
        (("", "no", ""), "Analog.Assumed.absurd", ""),
        (("a\nb", "no", ""), "Analog.Assumed.absurd", "coqc refuses a true lemma about reals: b"),
        (("", "", ""), "Analog.Assumed.absurd", "coqc accepts a false lemma about reals"),
        (("", "no", "no"), "Analog.Assumed.absurd", "coqchk does not report an axiom"),
        (("", "no", ""), CLASSIC, "coqchk does not report an axiom"),
    ],
)
def test_tools_are_tried_on_a_truth_a_falsehood_and_an_axiom(
    answers: tuple[str, str, str], report: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    by = dict(zip(("Good.v", "False.v", "Assumed.v"), answers, strict=True))
    monkeypatch.setattr(tools, "compiled", lambda folder, name: texts.append((folder / name).read_text()) or by[name])
    monkeypatch.setattr(
        tools, "checked", lambda _, names: CLEAN.replace(CLASSIC, report) if names == ["Assumed.v"] else ""
    )
    if said:
        assert refused(tools.probe) == said
    else:
        tools.probe()
        head = "From Coq Require Import Reals Lra.\nOpen Scope R_scope.\nLemma probe : "
        assert texts == [
            head + "1 < 2.\nProof. lra. Qed.\n", head + "2 < 1.\nProof. lra. Qed.\n", "Axiom absurd : False.\n"
        ]  # fmt: skip
