"""Coq files are written from the claims: they say what the claims say, they compile, and false claims are refused.

The false claims are those of the kernel's own tests; here nothing asks the kernel, so Coq alone has to refuse them.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sympy import Expr

from tests.theory.kernel import test_attacks
from theory import blueprint
from theory.checkers import coq, coq_compare, coq_script, mutants
from theory.checkers.coq_lemma import Lemma, lemma_of
from theory.checkers.coq_prelude import NEEDS, PRELUDE
from theory.checkers.coq_world import Untranslatable
from theory.kernel import (
    STEP,
    ZERO,
    Average,
    Draft,
    Tower,
    ZeroCases,
    combine,
    eq,
    generators,
    inner,
    le,
    symbols,
    times,
)
from theory.kernel.claim import Claim
from theory.kernel.draft import write

CLAIMS = blueprint.all_claims()
WRITTEN = {claim.id: result for claim, result in coq_script.lemmas(CLAIMS)}
LEMMAS = {name: lemma for name, lemma in WRITTEN.items() if isinstance(lemma, Lemma)}
SMALL = (
    "order.root",
    "hilbert.cauchy_schwarz",
    "device.box",
    "window.martingale",
    "noise.orthogonal",
    "pipeline.count",
    "free.frozen_orthogonal",
    "free.split",
    "free.window",
    "response.exponential",
)
"""One claim for each kind of rule: arithmetic, cases, signs, sequences, averages (of a pair that comes in two terms),
recursions (with a tower inside an induction), divisors that divide."""
CONTRADICTORY = {
    "j_a_scalar_called_like_a_gram_entry",
    "e_two_fields_are_one_sequence",
    "h_a_definition_in_terms_of_itself",
    "h_an_average_that_is_defined_as_well",
    "k_a_constant_defined_by_something_random",
    "t_differences_by_definition",
    "k_zero_mean_of_a_column_by_definition",
    "v_a_martingale_difference_that_is_one",
    "v_a_field_that_is_twice_itself",
}
"""Attacks whose conclusion does follow from what they suppose; that this has no model, or that it is supposed for no
reason, is not Coq's to find."""
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed (Debian: coq)")
k, x, y, z, w, D, X = symbols("k x y z w D X")
W, V, delayed, fresh = generators("W V delayed fresh")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled prelude and what it needs of the library."""
    folder = tmp_path_factory.mktemp("coq")
    (folder / "Prelude.v").write_text(PRELUDE)
    for name in NEEDS:
        shutil.copy(coq.LIBRARY / name, folder)
    for name in (*NEEDS, "Prelude.v"):
        assert run(folder, name) == ""
    return folder


def run(folder: Path, name: str) -> str:
    command = ["coqc", "-q", "-w", "none", "-Q", ".", "Analog", name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr or "refused"


def accepted(folder: Path, name: str, lemmas: list[Lemma]) -> bool:
    """Return whether coqc accepts lemmas; what they cite is taken for granted."""
    head = "From Coq Require Import Reals Lra Lia List.\nFrom Analog Require Import "
    head += "Sums InnerProduct Expectation Windows Rules Prelude.\nOpen Scope R_scope.\n"
    text = "\n".join(lemma.source() for lemma in lemmas)
    cited = [lemma for lemma in LEMMAS.values() if f"({lemma_of(lemma.claim.id)} " in text and lemma not in lemmas]
    granted = (re.sub(r"Proof\.\n[\s\S]*", "Admitted.\n", lemma.source()) for lemma in cited)
    (folder / f"{name}.v").write_text("\n".join([head, *granted, text]))
    return run(folder, f"{name}.v") == ""


def written(claim: Claim, *before: Claim) -> list[Lemma]:
    """Return the lemmas of claims that need not be true, after those of the theory."""
    known, found = dict(LEMMAS), list[Lemma]()
    known.pop(claim.id, None)
    for item in (*before, claim):
        known[item.id] = coq_script.translate(item, known)
        found.append(known[item.id])
    return found


def proves(folder: Path, name: str, claim: Claim, *before: Claim) -> bool:
    """Return whether a claim would count as proved by its generated lemma, whatever the kernel says."""
    try:
        lemmas = written(claim, *before)
    except Untranslatable:
        return False
    return all(lemma.unconditional for lemma in lemmas) and accepted(folder, name, lemmas)


# --- what is written


CONDITIONAL = {"shape.feasible"}
"""Claims that put a sum in the place of a process of the claim they cite, whose times the lemma takes for granted; the
library's theorems prove them without."""
FILES = {name: (coq.LIBRARY / name).read_text() for name in coq_compare.FILES}


def test_every_claim_has_a_lemma_without_conditions() -> None:
    assert {name: lemma for name, lemma in WRITTEN.items() if not isinstance(lemma, Lemma)} == {}
    assert {name for name, lemma in LEMMAS.items() if not lemma.unconditional} == CONDITIONAL
    assert all(coq_compare.comparisons([LEMMAS[name]], FILES)[0] for name in CONDITIONAL)


def test_a_statement_is_the_claim() -> None:
    head, _ = LEMMAS["order.root"].source().split("Proof.")
    assert " ".join(head.split()) == (
        "(* claim order.root *) Lemma c_order__root : forall (v_s : R) (v_t : R), "
        "(0 <= v_t) -> ((v_s ^ 2) <= (v_t ^ 2)) -> (v_s <= v_t)."
    )


def test_a_premise_holds_at_all_steps_and_a_recursion_is_a_function_of_its_count() -> None:
    text = LEMMAS["noise.orthogonal"].source().split("Proof.")[0]
    assert "(forall x1 : history, taken Smp Len x1 -> forall w" in text
    assert "differences Smp Len _ g_n" in text
    assert "known Smp Len _ 1 g_F" in text
    text = LEMMAS["network.dominance"].source().split("Proof.")[0]
    assert "(v_near 0%nat) = v_beta_m" in text
    assert re.search(r"forall x\d+ : nat, 0 <= \(v_weight x\d+\)", text)


def test_the_lags_of_stages_may_differ() -> None:
    """The lag of stage j is a number for each column of S; a row's sum takes each column's own."""
    text = LEMMAS["stale.martingale"].source().split("Proof.")[0]
    assert "(n_d_m : nat -> nat)" in text
    assert "(v_gamma : nat -> TS -> R)" in text and re.search(r"\(v_c_m x\d+\) \* \(INR \(n_d_m x\d+\)\)", text)


@pytest.mark.parametrize("name", ["order.root", "stale.row"])
def test_a_changed_claim_changes_the_file(name: str) -> None:
    claim = blueprint.claim(name)
    before = written(claim)[0].source()
    relation = claim.conclusion("bound")
    steps = tuple(
        replace(step, relation=le(2 * relation.lhs, relation.rhs)) if step.name == "bound" else step
        for step in claim.steps
    )
    assert WRITTEN[name].source() == before  # type: ignore[union-attr]
    try:
        after = written(replace(claim, steps=steps))[0].source()
    except Untranslatable:
        return
    assert after.split("Proof.")[0] != before.split("Proof.")[0]


def test_a_changed_label_changes_the_file() -> None:
    claim = blueprint.claim("noise.orthogonal")
    process = replace(claim.processes[1], known=claim.processes[1].known - 1)
    after = written(replace(claim, processes=(claim.processes[0], process)))[0].source()
    assert after != LEMMAS["noise.orthogonal"].source()


# --- what Coq accepts


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_lemmas_compile(name: str, compiled: Path) -> None:
    assert accepted(compiled, "Good", [LEMMAS[name]])


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("name", ["hilbert.cauchy_schwarz", "device.box", "window.martingale", "noise.second_moment"])
def test_a_tightened_claim_is_refused(name: str, compiled: Path) -> None:
    for _, _, wrong in mutants.tightened(blueprint.claim(name)):
        assert not proves(compiled, "Tight", wrong)
        break


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(("author", "because", "given", "assumes"), test_attacks.ATTACKS)
def test_an_attack_on_the_kernel_does_not_pass_coq(
    request: pytest.FixtureRequest,
    compiled: Path,
    author: object,
    because: str,
    given: tuple[object, ...],
    assumes: object,
) -> None:
    before = [
        test_attacks.claim(f"attack.base{place}", earlier, getattr(earlier, "assumes", ()))
        for place, earlier in enumerate(given)
    ]
    last = test_attacks.claim("attack.last", author, assumes)
    passed = proves(compiled, "Attack", last, *before)
    assert passed == (author.__name__ in CONTRADICTORY), because  # type: ignore[attr-defined]


def anew(d: Draft) -> None:
    """A sum of values chosen anew at each count is said to be the count times the last one."""
    d.local(k, D)
    d.given("D >= 0", le(0, D), "domain")
    d.recursion(k, {w: (0, w + D)})
    d.have("now", eq(w, k * D), ZeroCases(D, combine(), combine()))
    d.conclude("bad", eq(w, k * D), combine(times("now")))
    d.witness(k=0, D=1)


def cases(d: Draft) -> None:
    """A variable that is 0 or 1 at each step is said to have mean 0 or 1; the averages are taken inside the cases."""
    d.mean(X, of=x)
    d.given("x01", eq(x * (1 - x), 0), "domain")
    d.given("x >= 0", le(0, x), "domain")
    d.given("step", le(y, x), "domain")
    d.local(STEP, y)
    one = Average(eq(x, 1), combine(times("x01", -1 / x)), STEP)
    zero = Average(eq(x, 0), combine(times("case")), STEP)
    d.have("at this step", eq(X * (1 - X) * 0 * y, 0 * y), combine())
    d.conclude("bad", le(X - 1 + y - y, 0), ZeroCases(x, one, zero))
    d.witness(x=1, X=1, y=0)


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("author", [anew, cases])
def test_what_holds_at_one_value_is_not_used_at_all(author: object, compiled: Path) -> None:
    claim = write("attack.more", "attack", author, source="attack")  # type: ignore[arg-type]
    assert not proves(compiled, "More", claim)


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "wanted", "passes"),
    [
        (("b <> 0", "a - / b <> 0"), "a * b - 1", True),
        (("b <> 0", "a - / b <> 0"), "1 / 2 - a * b / 2", True),
        (("b <> 0", "a - / b <> 0", "c - / (a - / b) <> 0"), "c * (a * b - 1) - b", True),
        (("b <> 0", "a + / b <> 0"), "a * b - 1", False),
        (("b <> 0", "a - / b <> 0"), "a * b - c", False),
        (("b <> 0", "a <> 0"), "a * b - 1", False),
    ],
)
def test_the_numerator_of_what_does_not_vanish_does_not(
    given: tuple[str, ...], wanted: str, passes: bool, compiled: Path
) -> None:
    head = "From Coq Require Import Reals.\nFrom Analog Require Import Prelude.\nOpen Scope R_scope.\n"
    premises = "".join(f"{item} -> " for item in given)
    (compiled / "Side.v").write_text(f"{head}Goal forall a b c : R, {premises}{wanted} <> 0.\nintros. side. Qed.\n")
    assert (run(compiled, "Side.v") == "") == passes


def window(d: Draft, lag: Expr, sign: int = 1) -> None:
    """A difference is orthogonal to W_j = sign n delayed by lag + ... where the window ends before it."""
    d.process("n", known=0, differences=0, reason="attack")
    d.process("fresh", known=0, differences=0, reason="attack")
    d.process("W", known=-1, differences=-k, reason="attack")
    d.recursion(k, vectors={"W": (ZERO, W + sign * delayed)})
    d.delayed("delayed", of="n", lag=lag)
    d.have("tower", eq(inner(fresh, W), 0), Tower("fresh", "W"))
    d.conclude("bad", eq(inner(fresh, W), 0), combine(times("tower")))
    d.witness({"k": 1}, {"n": (0,), "fresh": (0,)})


def both_built(d: Draft) -> None:
    """Two windows are built of one another, so that an induction on one of them lacks what it needs of the other."""
    d.process("fresh", known=0, differences=0, reason="attack")
    d.process("W", known=-1, differences=-k, reason="attack")
    d.process("V", known=-1, differences=-k, reason="attack")
    d.recursion(k, vectors={"W": (ZERO, W + V), "V": (ZERO, V + W)})
    d.have("tower", eq(inner(fresh, W), 0), Tower("fresh", "W"))
    d.conclude("bad", eq(inner(fresh, W), 0), combine(times("tower")))
    d.witness({"k": 1}, {"fresh": (0,)})


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(
    ("author", "passes"),
    [
        (partial(window, lag=k + 1), True),
        (partial(window, lag=k + 2, sign=-2), True),
        (partial(window, lag=k), False),
        (both_built, False),
    ],
)
def test_what_is_built_is_known_before_a_difference_if_all_its_parts_are(
    author: Callable[[Draft], None], passes: bool, compiled: Path
) -> None:
    assert proves(compiled, "Window", write("attack.window", "attack", author, source="attack")) == passes


def branches(d: Draft) -> None:
    """In each of two exclusive cases a rule is used that Coq has no tactics for."""
    d.local(STEP, x)
    d.given("cube", le(x**3, 1), "domain")
    cubes = Average(le(x**3, 1), combine(times("cube")), STEP)
    d.conclude("bad", le(z, y), ZeroCases(y**2, cubes, cubes))
    d.witness(x=0, y=1, z=0)


def test_a_condition_stays_inside_its_branch() -> None:
    lemma = written(write("attack.branches", "attack", branches, source="attack"))[0]
    assert not lemma.unconditional
    assert len(lemma.conditions) == 2
    first, second = (item.text for item in lemma.hypotheses if item.kind == "condition")
    assert first.startswith("(0 < (v_y ^ 2)) -> ")
    assert second.startswith("((v_y ^ 2) = 0) -> ")
    assert coq_compare.opinion(lemma, "")[0] == "conditional"
    assert "Average" in coq_compare.opinion(lemma, "")[1]
    assert coq_compare.hypotheses(lemma, None) == tuple(lemma.conditions)


# --- what the library says of the claims


def compare(claim: Claim, binders: str, premises: str, goal: str) -> tuple[str, str]:
    """Return a file Compare.v with one lemma, taken for granted, and the comparison with a claim."""
    name = f"compare_{claim.id.replace('.', '_')}"
    file = "From Coq Require Import Reals.\nFrom Analog Require Import Sums InnerProduct.\nOpen Scope R_scope.\n"
    file += f"Lemma {name} {binders} :\n{premises}{goal}.\nAdmitted.\n"
    found, _ = coq_compare.comparisons([LEMMAS[claim.id]], {"Compare.v": file})
    return file, coq_compare.source(found.values())


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(
    ("premises", "goal", "same"),
    [
        ("0 <= t -> s ^ 2 <= t ^ 2 -> ", "s <= t", True),
        ("s ^ 2 <= t ^ 2 -> 0 <= t -> ", "s <= t", True),
        ("s ^ 2 <= t ^ 2 -> ", "s <= t", True),
        ("0 <= t -> 0 <= s -> s ^ 2 <= t ^ 2 -> ", "s <= t", False),
        ("0 <= t -> s ^ 2 <= t ^ 2 -> ", "s <= 2 * t", False),
        ("0 <= t -> s ^ 2 < t ^ 2 -> ", "s <= t", False),
    ],
)
def test_a_library_statement_that_says_less_is_noticed(premises: str, goal: str, same: bool, compiled: Path) -> None:
    file, text = compare(blueprint.claim("order.root"), "(s t : R)", premises, goal)
    (compiled / "Compare.v").write_text(file)
    (compiled / "Compared.v").write_text(text)
    assert run(compiled, "Compare.v") == ""
    assert (run(compiled, "Compared.v") == "") == same


def test_a_theorem_that_is_not_found_to_say_its_claim_leaves_it_undecided() -> None:
    claim, generated = blueprint.claim("order.root"), coq.Compiled(frozenset({"order.root"}))
    verdicts = []
    for library in (
        coq.Compiled(frozenset({"Master", "Compared.v:order.root"})),
        coq.Compiled(frozenset({"Master"}), {"Compared.v:order.root": "Unable to unify"}),
        coq.Compiled(frozenset({"Master"})),
        coq.Compiled(complaints={"Master": "no"}),
    ):
        results = {"generated": generated, "library": library}
        outcome = coq._outcome(claim, LEMMAS[claim.id], "Master.root_order", results, {claim.id: "an instance"})
        verdicts.append((outcome.verdict, outcome.reason.split("; ")[1].split(":")[1]))
    assert verdicts == [
        ("proved", " Master.root_order, compared"),
        ("undecided", " Master.root_order is not found to say the claim"),
        ("proved", " Master.root_order, not compared"),
        ("undecided", " Master.root_order"),
    ]


def test_a_claim_without_a_lemma_hangs_on_the_theorem_that_names_it() -> None:
    claim = blueprint.claim("order.root")
    results = {"generated": coq.Compiled(), "library": coq.Compiled(frozenset({"Master"}))}
    outcome = coq._outcome(claim, "no tactics", "Master.root_order", results, {claim.id: "an instance"})
    assert outcome.verdict == "conditional"
    assert outcome.hypotheses == ("what Master.root_order says is the claim",)


def test_every_lemma_of_the_librarys_files_is_compared() -> None:
    texts = {name: (coq.LIBRARY / name).read_text() for name in coq_compare.FILES}
    found, reasons = coq_compare.comparisons(LEMMAS.values(), texts, (coq.LIBRARY / coq_compare.TABLE).read_text())
    there = {item for text in texts.values() for item in re.findall(r"^ *Lemma compare_(\w+)", text, re.MULTILINE)}
    assert there == {name.replace(".", "_") for name in found}
    assert len(found) == len(LEMMAS) == 189
    assert found.keys() | reasons.keys() == LEMMAS.keys()
    assert found.keys().isdisjoint(reasons)


@pytest.mark.parametrize(
    ("generated", "library", "verdict"),
    [
        ("proved", "conditional", "proved"),
        ("conditional", "proved", "proved"),
        ("conditional", "conditional", "conditional"),
        ("unsupported", "conditional", "conditional"),
        ("proved", "undecided", "undecided"),
        ("undecided", "proved", "undecided"),
    ],
)
def test_a_claim_is_proved_by_itself_and_not_by_a_theorem_of_its_name(
    generated: str, library: str, verdict: str
) -> None:
    assert coq_compare.together(generated, library) == verdict  # type: ignore[arg-type]


def test_without_coq_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    outcomes = list(coq.prove(CLAIMS[:3]))
    assert {outcome.verdict for outcome in outcomes} == {"unsupported"}
    assert all("not installed" in outcome.reason for outcome in outcomes)


def test_the_library_names_the_end_theorems() -> None:
    theorems = coq.library_theorems()
    assert {"master.sharp", "master.explicit", "stale.martingale", "noise.orthogonal"} <= theorems.keys()
