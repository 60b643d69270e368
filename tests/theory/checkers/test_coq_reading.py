"""What the engine makes of Coq's answers: the tools are replaced by answers that are written out, so none is needed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.theory.checkers.answers import KNOWN, line_of
from theory.checkers import coq, coq_audit, coq_cache, coq_compare
from theory.checkers.coq import Compiled
from theory.checkers.coq_audit import tools
from theory.checkers.coq_compare import Comparison
from theory.checkers.coq_lemma import Lemma
from theory.kernel.claim import Claim

GOOD = "(* Claim: t.one *)\nTheorem good : True.\nProof. exact I. Qed.\n"
DONE = tools.Audit(frozenset({"Good.v", "Compared.v"}), {})


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A library of one file, tools that say who they are, and a cache that is a dictionary."""
    (tmp_path / "_CoqProject").write_text("-Q . Analog\nGood.v\n")
    (tmp_path / "Good.v").write_text(GOOD)
    kept: dict[str, object] = {}
    monkeypatch.setattr(coq, "LIBRARY", tmp_path)
    monkeypatch.setattr(tools, "identity", lambda: "tools")
    monkeypatch.setattr(tools, "probe", lambda: None)
    monkeypatch.setattr(coq_cache, "load", kept.get)
    monkeypatch.setattr(coq_cache, "save", kept.__setitem__)
    monkeypatch.setattr(coq.shutil, "which", lambda name: f"/usr/bin/{name}")
    return kept


def must_not(*_: object) -> None:
    raise AssertionError("asked again")


# --- what is remembered


def test_a_result_is_computed_once_and_remembered(alone: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    found = Compiled(frozenset({"b", "a"}), {"c": "no"})
    checker = coq._Checker("tools")
    folders = []

    def compute(folder: Path) -> Compiled:
        folders.append(folder)
        assert folder.is_dir() and list(folder.iterdir()) == []
        return found

    assert checker.kept({"A.v": "x"}, compute) == found
    assert not folders[0].exists()
    ((name, data),) = alone.items()
    assert data == {"name": name, "accepted": ["a", "b"], "complaints": {"c": "no"}} and len(name) == 64
    monkeypatch.setattr(tools, "probe", must_not)
    assert coq._Checker("tools").kept({"A.v": "x"}, must_not) == found  # type: ignore[arg-type]
    for other in (coq._Checker("other"), checker):
        with pytest.raises(AssertionError, match="asked again"):
            other.kept({"A.v": "x" if other is not checker else "y"}, must_not)  # type: ignore[arg-type]


def test_the_name_of_a_result_is_made_of_tools_checker_and_content(alone: dict[str, object]) -> None:
    coq._Checker("tools").kept({"A.v": "x", "B.v": "y"}, lambda _: Compiled())
    here = Path(coq.__file__)
    audit = sorted(Path(coq_audit.__file__).parent.glob("*.py"))
    parts = ["tools", *(path.read_text() for path in (here, here.with_name("coq_cache.py"), *audit))]
    text = "\0".join((*parts, "A.v", "x", "B.v", "y"))
    assert list(alone) == [hashlib.sha256(text.encode()).hexdigest()]


def test_what_stops_coq_is_said_and_not_remembered(alone: dict[str, object]) -> None:
    def stopped(_: Path) -> Compiled:
        raise tools.Broken("coqc took too long")

    assert coq._Checker("tools").kept({}, stopped) == Compiled(stopped="coqc took too long")
    assert alone == {}


def test_tools_that_do_not_work_are_tried_once(alone: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def broken() -> None:
        tried.append(1)
        raise tools.Broken("no")

    monkeypatch.setattr(tools, "probe", broken)
    checker = coq._Checker("tools")
    for content in ({"A.v": "x"}, {"B.v": "y"}):
        with pytest.raises(tools.Broken, match="no"):
            checker.kept(content, must_not)  # type: ignore[arg-type]
    assert tried == [1] and alone == {}
    monkeypatch.setattr(tools, "probe", lambda: tried.append(2))
    checker = coq._Checker("tools")
    for content in ({"A.v": "x"}, {"B.v": "y"}):
        checker.kept(content, lambda _: Compiled())
    assert tried == [1, 2]


# --- generated lemmas


def auditor(wrong: dict[str, str], seen: list[list[str]]) -> Callable[..., str]:
    """Return an audit that complains about the first lemma of `wrong` that is there."""

    def audit_one(name: str, text: str, expected: list[str], build: Path, below: dict[str, str]) -> str:
        seen.append(list(expected))
        assert (
            name == "Generated.v"
            and build.is_dir()
            and set(below) == {"Sums.v", "InnerProduct.v", "Expectation.v", "Windows.v", "Rules.v"}
        )
        for claim, error in wrong.items():
            if f"(* claim {claim} *)" in text:
                return f'File "./Generated.v", line {line_of(text, claim)}, characters 0-1:\nError: {error}'
        return wrong.get("all", "") if seen and "all" in wrong else ""

    return audit_one


def generated(monkeypatch: pytest.MonkeyPatch, **wrong: str) -> tuple[Compiled, list[list[str]]]:
    seen: list[list[str]] = []
    by = {name.replace("_", "."): error for name, error in wrong.items()}
    monkeypatch.setattr(tools, "audit_one", auditor(by, seen))
    written: dict[str, Lemma | str] = {**KNOWN, "t.none": "no tactics"}
    return coq._generated(written, coq._Checker("tools")), seen


ALL = ["c_t__one", "c_t__two", "c_t__three", "c_t__four"]


def test_lemmas_that_are_accepted_are_all_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    assert generated(monkeypatch) == (Compiled(frozenset(KNOWN)), [ALL])


def test_what_rests_on_a_refused_lemma_is_refused_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found, seen = generated(monkeypatch, t_one="wrong")
    assert found == Compiled(frozenset({"t.four"}), dict.fromkeys(("t.one", "t.two", "t.three"), "Error: wrong"))
    assert seen == [ALL, ["c_t__four"]]


def test_two_refused_lemmas_are_found_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    found, seen = generated(monkeypatch, t_three="odd", t_four="wrong")
    assert found == Compiled(frozenset({"t.one", "t.two"}), {"t.three": "Error: odd", "t.four": "Error: wrong"})
    assert seen == [ALL, ["c_t__one", "c_t__two", "c_t__four"], ["c_t__one", "c_t__two"]]


def test_a_complaint_about_no_lemma_is_about_all(monkeypatch: pytest.MonkeyPatch) -> None:
    found, seen = generated(monkeypatch, all="Warning\nError: all")
    assert found == Compiled(frozenset(), dict.fromkeys(KNOWN, "Error: all")) and len(seen) == 1


def test_a_foundation_that_cannot_be_read_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_CoqProject").write_text("-Q . Analog\nNone.v\n")
    monkeypatch.setattr(coq, "_FOUNDATION", tmp_path)
    assert "do not agree" in coq._generated(KNOWN, coq._Checker("tools")).stopped
    assert "do not agree" in coq._library(coq._Checker("tools"), {}).stopped


def test_the_source_begins_with_the_prelude_and_has_every_lemma() -> None:
    text = coq.source(KNOWN.values())
    assert text.startswith("(* Written from the claims") and text.endswith(KNOWN["t.four"].source())
    assert [line for line in text.splitlines() if line.startswith("(* claim")] == [f"(* claim {n} *)" for n in KNOWN]


# --- the library


FOUND = {
    name: Comparison(name, f"same_{name}", f"(* claim {name} *)\nLemma same_{name[2:]}.\n", f"Compare.compare_{name}")
    for name in KNOWN
}


def test_files_and_comparisons_that_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(tools, "audit", lambda sources, _: seen.append(dict(sources)) or DONE)
    found = coq._library(coq._Checker("tools"), FOUND)
    assert found == Compiled(frozenset({"Good", "Compared", *(f"Compared.v:{name}" for name in KNOWN)}))
    assert seen == [{"Good.v": GOOD, "Compared.v": coq_compare.source(FOUND.values())}]
    seen.clear()
    assert coq._library(coq._Checker("tools"), {}) == Compiled(frozenset({"Good", "Compared"}))
    assert seen == [{"Good.v": GOOD}]


def refuse(claim: str, error: str) -> str:
    text = coq_compare.source(item for name, item in FOUND.items() if name >= claim or name < claim)
    return f'File "./Compared.v", line {line_of(text, claim)}:\nError: {error}'


def test_a_refused_comparison_is_taken_out_and_the_rest_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    folders, compiled = [], []

    def audit(sources: dict[str, str], build: Path) -> tools.Audit:
        folders.append(build.name)
        assert list(build.iterdir()) == []
        if "same_two" in sources["Compared.v"]:
            return tools.Audit(frozenset({"Good.v"}), {"Compared.v": refuse("t.two", "no")})
        return DONE

    monkeypatch.setattr(tools, "audit", audit)
    monkeypatch.setattr(
        tools, "compiled", lambda build, name: compiled.append(((build / name).read_text(), name)) or ""
    )
    found = coq._library(coq._Checker("tools"), FOUND)
    good = ("t.one", "t.three", "t.four")
    assert found == Compiled(
        frozenset({"Good", "Compared", *(f"Compared.v:{name}" for name in good)}), {"Compared.v:t.two": "Error: no"}
    )
    assert folders == ["0", "1"]
    assert compiled == [(coq_compare.source(FOUND[name] for name in good), "Compared.v")]


def test_comparisons_that_are_refused_again_are_all_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"Compared.v": "coqchk refuses"}
    monkeypatch.setattr(tools, "audit", lambda *_: tools.Audit(frozenset({"Good.v"}), said))
    monkeypatch.setattr(coq, "_refused", lambda *_: {"t.one": "first"})
    found = coq._library(coq._Checker("tools"), FOUND)
    complaints = {"Compared": "coqchk refuses", "Compared.v:t.one": "first"}
    complaints |= {f"Compared.v:{name}": "coqchk refuses" for name in KNOWN if name != "t.one"}
    assert found == Compiled(frozenset({"Good"}), complaints)


def test_a_refused_file_is_named_without_its_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "audit", lambda *_: tools.Audit(frozenset(), {"Good.v": "bad"}))
    assert coq._library(coq._Checker("tools"), {}) == Compiled(frozenset(), {"Good": "bad"})


def test_comparisons_are_refused_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = dict(FOUND)
    del left["t.two"]
    again = f'File "./Compared.v", line {line_of(coq_compare.source(left.values()), "t.four")}:\nmore\nError: four'
    answers = [again, ""]
    monkeypatch.setattr(tools, "compiled", lambda *_: answers.pop(0))
    found = coq._refused(FOUND, tmp_path, refuse("t.two", "two"))
    assert found == {"t.two": "Error: two", "t.four": "Error: four"} and answers == []
    assert (tmp_path / "Compared.v").read_text() == coq_compare.source([FOUND["t.one"], FOUND["t.three"]])
    monkeypatch.setattr(tools, "compiled", must_not)
    monkeypatch.setattr(tools, "compiled", lambda *_: "")
    assert coq._refused(FOUND, tmp_path, "Error: nobody's") == dict.fromkeys(FOUND, "Error: nobody's")
    assert coq._refused(FOUND, tmp_path, "") == {} and coq._refused({}, tmp_path, "Error") == {}


# --- verdicts


def claims() -> list[Claim]:
    return [KNOWN[name].claim for name in KNOWN]


def test_claims_are_answered_in_order_from_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "audit", lambda *_: DONE)
    monkeypatch.setattr(tools, "audit_one", auditor({"t.four": "no"}, []))
    found = list(coq.prove(claims()))
    assert [(one.claim, one.verdict) for one in found] == [
        ("t.one", "proved"), ("t.two", "proved"), ("t.three", "proved"), ("t.four", "undecided")
    ]  # fmt: skip
    assert [one.reason for one in found[:2]] == [
        "generated lemma, unconditional; library: Good.good, not compared: no lemma compare_t_one derives it",
        "generated lemma, unconditional",
    ]


def test_comparisons_are_read_from_the_librarys_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Compare.v").write_text("Lemma compare_t_one (x : R) : x = x.\n")
    (tmp_path / "THEOREMS.md").write_text("| t.two | Good.good | not compared | of it |\n")
    found, reasons = coq._comparisons({**KNOWN, "t.none": "no"})
    assert list(found) == ["t.one"] and found["t.one"].name == "same_c_t__one"
    assert reasons["t.two"] == "of it" and "t.none" not in reasons


@pytest.mark.parametrize("missing", ["coqc", "coqchk"])
def test_without_a_tool_nothing_is_asked(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coq.shutil, "which", lambda name: None if name == missing else name)
    monkeypatch.setattr(tools, "identity", must_not)
    found = list(coq.prove(claims()))
    assert [one.claim for one in found] == list(KNOWN)
    assert {(one.verdict, one.reason) for one in found} == {
        ("unsupported", f"{missing} is not installed (Debian: apt install coq)")
    }


def test_tools_that_do_not_work_leave_everything_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise tools.Broken("they lie")

    monkeypatch.setattr(tools, "probe", broken)
    found = list(coq.prove(claims()))
    assert [(one.claim, one.verdict, one.reason) for one in found] == [
        (name, "unsupported", "Coq does not work here: they lie") for name in KNOWN
    ]


def test_another_fault_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tools, "audit_one", fault)
    monkeypatch.setattr(tools, "audit", lambda *_: DONE)
    with pytest.raises(KeyboardInterrupt):
        list(coq.prove(claims()))


def test_a_library_that_cannot_be_read_leaves_the_generated_lemmas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "_CoqProject").write_text("-Q . Analog\nNone.v\n")
    monkeypatch.setattr(tools, "audit_one", auditor({}, []))
    assert {one.verdict for one in coq.prove(claims())} == {"proved"}


def test_theorems_are_those_that_the_librarys_comments_name() -> None:
    assert coq.library_theorems() == {"t.one": "Good.good"}
