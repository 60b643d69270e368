"""Coq files are written from the claims: they compile, they change with the claim, and wrong ones are refused."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from theory import blueprint
from theory.checkers import coq, coq_lemma, coq_script, mutants
from theory.kernel import le

CLAIMS = blueprint.all_claims()
WRITTEN = {claim.id: result for claim, result in coq_script.lemmas(CLAIMS)}
BY_RULES_ALONE = {
    "window.coherent",
    "window.martingale",
    "noise.orthogonal",
    "stale.partial",
    "sum.telescope",
    "network.depth",
    "network.dominance",
    "pipeline.count",
}
SMALL = ("order.root", "order.quadratic", "hilbert.cauchy_schwarz", "device.box", "device.inward", "floor.attained")
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed (Debian: coq)")


def accepted(folder, lemmas):
    (folder / "Generated.v").write_text(coq.source(lemmas))
    done = subprocess.run(["coqc", "-q", "Generated.v"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0


def written(claim):
    others = {name: lemma for name, lemma in WRITTEN.items() if isinstance(lemma, coq_lemma.Lemma)}
    return coq_script.translate(claim, {name: lemma for name, lemma in others.items() if name != claim.id})


def test_every_claim_that_is_more_than_a_rule_is_written():
    missing = {name for name, lemma in WRITTEN.items() if not isinstance(lemma, coq_lemma.Lemma)}
    assert missing <= BY_RULES_ALONE, missing


def test_a_changed_claim_changes_the_file():
    claim = blueprint.claim("order.root")
    before = written(claim).source()
    relation = claim.conclusion("bound")
    steps = tuple(replace(step, relation=le(2 * relation.lhs, relation.rhs)) for step in claim.steps)
    assert written(replace(claim, steps=steps)).source() != before


@needs_coq
@pytest.mark.slow
def test_lemmas_compile(tmp_path):
    assert accepted(tmp_path, [WRITTEN[name] for name in SMALL])


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("name", ["hilbert.cauchy_schwarz", "device.box"])
def test_a_tightened_claim_is_refused(name, tmp_path):
    for _, _, wrong in mutants.tightened(blueprint.claim(name)):
        assert not accepted(tmp_path, [written(wrong)])
        break


def test_without_coq_nothing_is_proved(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    outcomes = list(coq.prove(CLAIMS[:3]))
    assert {outcome.verdict for outcome in outcomes} == {"unsupported"}
    assert all("not installed" in outcome.reason for outcome in outcomes)


def test_the_library_names_the_end_theorems():
    theorems = coq.library_theorems()
    assert {"master.sharp", "master.explicit", "stale.martingale", "noise.orthogonal"} <= theorems.keys()
