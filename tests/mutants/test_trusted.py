"""The trusted modules are there with their tests, and every reviewed mutant names something that is planted."""

from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray", reason="the extra dev is not installed")

from boundary import BadInput
from mutants.operators import Change, changes
from mutants.trusted import ROOT, Module, Reviewed, modules

TRUSTED = {
    "theory/kernel",
    "theory/checkers",
    "theory/bounds",
    "theory/setting/schedules.py",
    "theory/setting/devices",
    "theory/setting/algorithms",
    "verify/judging/statistics.py",
    "verify/judging/verdicts.py",
    "verify/judging/observations.py",
    "verify/judging/assumptions.py",
    "verify/judging/means.py",
    "verify/judging/storage.py",
    "verify/judging/tubes.py",
    "verify/regions/network.py",
    "verify/regions/tube.py",
    "simulate/randomness.py",
    "simulate/engines/machine.py",
    "simulate/engines/reference.py",
    "simulate/observe.py",
}


def test_every_part_of_the_trusted_base_is_among_the_modules():
    paths = [module.path for module in modules()]
    for part in TRUSTED:
        assert any(path == part or path.startswith(f"{part}/") for path in paths), part
    for folder in ("theory/kernel", "theory/bounds", "verify/regions"):
        assert {str(path.relative_to(ROOT)) for path in (ROOT / folder).glob("*.py")} <= set(paths)
    for module in modules():
        assert module.tests and all((ROOT / test).exists() for test in module.tests)


def test_modules_are_chosen_by_path_name_or_group():
    assert [module.path for module in modules("randomness")] == ["simulate/randomness.py"]
    assert [module.path for module in modules("theory/setting/devices/sh*")] == [
        "theory/setting/devices/shifted_linear.py"
    ]
    assert {module.group for module in modules("bounds")} == {"bounds"}
    with pytest.raises(BadInput, match="--only"):
        modules("nothing")


def test_modules_whose_tests_would_be_skipped_are_known(monkeypatch):
    needing = Module("a.py", "small", ("tests",), "coqc")
    monkeypatch.setattr("shutil.which", lambda program: None if program == "coqc" else program)
    assert needing.missing == "coqc" and not any(module.missing for module in modules())
    monkeypatch.setattr("shutil.which", lambda program: program)
    assert needing.missing == ""


def test_what_writes_statements_and_reads_answers_is_trusted_and_what_writes_proofs_is_not():
    paths = {Path(module.path).stem for module in modules("checkers")}
    assert paths == {
        "smt", "smt_formed", "smt_model", "smt_rules", "smt_scope", "smt_terms", "smt_world", "cleared",
        "coq", "coq_cache", "coq_compare", "coq_lemma", "coq_prelude", "coq_statement", "coq_world", "source",
        "tools",
    }  # fmt: skip


def test_every_reviewed_mutant_is_planted_and_has_a_reason():
    reviewed = Reviewed()
    there = [change for module in modules() for _, change in changes(module.path, module.source)]
    assert reviewed.stale(there) == []
    assert all(reviewed.changes.values()) and all(reviewed.lines.values())


def entry(**more: object) -> str:
    fields = {"module": "a.py", "where": "f", "before": "x = 1", "reason": "why"} | more
    return "[[mutant]]\n" + "".join(f"{name} = {value!r}\n" for name, value in fields.items())


def test_a_line_speaks_of_survivors_and_a_mutant_of_itself(tmp_path):
    file = tmp_path / "equivalent.toml"
    file.write_text(entry(after="x = 2") + entry(before="y = 3", reason="tuning"))
    reviewed = Reviewed(file)
    one, other = Change("a.py", "f", "x = 1", "x = 2"), Change("a.py", "f", "y = 3", "y = 4")
    assert [reviewed.reason(one, survived=survived) for survived in (True, False)] == ["why", "why"]
    assert [reviewed.reason(other, survived=survived) for survived in (True, False)] == ["tuning", ""]
    assert reviewed.reason(Change("a.py", "f", "x = 1", "x = 2", 2), survived=True) == ""
    assert reviewed.stale([one, other]) == []
    assert reviewed.stale([other]) == [("a.py", "f", "x = 1")]
    assert reviewed.stale([]) == []  # nothing is known of a module that was not looked at


@pytest.mark.parametrize(
    "text", [entry() + entry(), entry(reason=""), entry(colour="red"), "[[mutant]]\nmodule = 'a'\n"]
)
def test_entries_are_complete_and_stand_once(tmp_path, text):
    file = tmp_path / "equivalent.toml"
    file.write_text(text)
    with pytest.raises(BadInput, match=r"equivalent\.toml"):
        Reviewed(file)
