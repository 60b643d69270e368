"""Every claim is proved by the kernel, and by z3 up to rules that it names; the theorems say what they should."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
import sympy

from theory import blueprint
from theory.blueprint import ProofOutcome
from theory.checkers import engine
from theory.commands.prove import _overall
from theory.kernel import Average, Shift, Telescope, Tower
from theory.kernel.exact import exact
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS
from theory.setting.symbols import symbol
from theory.theorems import explicit, floor, sharp

CLAIMS = blueprint.all_claims()
NAMES = [claim.id for claim in CLAIMS]
REQUIRED = [
    "device.closed_form",
    "response.drift",
    "device.drift",
    "device.step",
    "device.box",
    "noise.orthogonal",
    "stale.minkowski",
    "stale.martingale",
    "master.telescope",
    "master.expand",
    "master.polarise",
    "master.cauchy_schwarz",
    "master.sharp",
    "master.young",
    "master.explicit",
    "master.resolved",
    "floor.upper",
    "floor.attained",
    "floor.plus_minus",
    "floor.adaptive",
    "sync.closed_form",
    "sync.attained",
]
RULES = (Average, Shift, Telescope, Tower)


@pytest.fixture(scope="module")
def by_kernel():
    return {outcome.claim: outcome for outcome in engine("kernel")(CLAIMS)}


@pytest.fixture(scope="module")
def by_z3():
    return {outcome.claim: outcome for outcome in engine("smt")(CLAIMS)}


@pytest.mark.parametrize("name", NAMES)
def test_the_kernel_proves(name, by_kernel):
    assert by_kernel[name].verdict == "proved", by_kernel[name].reason


def parts(value):
    yield value
    if isinstance(value, tuple):
        for one in value:
            yield from parts(one)
    elif is_dataclass(value):
        for place in fields(value):
            yield from parts(getattr(value, place.name))


def hangs_on_rules(name):
    """Return whether a rule on random sequences is anywhere below a claim."""
    return any(
        isinstance(part, RULES) for below in blueprint.rests_on(name) for part in parts(blueprint.claim(below).steps)
    )


@pytest.mark.parametrize("name", NAMES)
def test_z3_agrees(name, by_z3):
    outcome = by_z3[name]
    assert outcome.verdict == ("conditional" if hangs_on_rules(name) else "proved"), outcome.reason
    assert bool(outcome.hypotheses) == (outcome.verdict == "conditional")
    assert all(hypothesis in outcome.reason for hypothesis in outcome.hypotheses)


def test_z3_names_the_rules_that_a_theorem_hangs_on(by_z3):
    assert by_z3["master.telescope"].hypotheses == (
        "tower property <n|unit>",
        "average over step of 'smooth'",
        "telescoping sum of 'f_now'",
    )
    below = {
        hypothesis for name in blueprint.uses(blueprint.claim("master.sharp")) for hypothesis in by_z3[name].hypotheses
    }
    assert below < set(by_z3["master.sharp"].hypotheses)


def test_both_halves_of_z3s_verdicts_are_there(by_z3):
    verdicts = Counter(outcome.verdict for outcome in by_z3.values())
    assert verdicts["proved"] >= 50 and verdicts["conditional"] >= 20


@pytest.mark.parametrize("name", REQUIRED)
def test_a_claim_of_the_derivation_is_there(name):
    assert name in NAMES


def test_claims_come_after_those_they_cite():
    seen = set()
    for claim in CLAIMS:
        assert set(blueprint.uses(claim)) <= seen, claim.id
        seen.add(claim.id)


def test_every_claim_says_what_it_is():
    for claim in CLAIMS:
        assert claim.title and claim.statement and claim.source, claim.id


def test_theorem_1_rests_on_no_device_but_on_what_any_does():
    others = {"stages", "variance-growing", "saturation", "pulses", "independent", "shape"}
    others |= {"joint", "differentiable", "mean-length", "response-lipschitz", "third-derivatives"}  # of Theorem 4
    assert set(sharp.THEOREM.assumptions) == set(ASSUMPTIONS) - others
    assert not any(name.startswith("device.") for name in sharp.THEOREM.claims)


def test_the_linear_device_satisfies_the_response_with_its_saturation():
    """What device.drift concludes is the premise `response` of Theorem 1, at gain 1 and the increment -alpha g."""
    lemma, theorem = blueprint.claim("device.drift"), blueprint.claim("response.drift")
    names = {name: sympy.Symbol(name, real=True) for name in ("T", "alpha", "gain", "m", "s", "w", "tau")}
    after = (
        names["w"] - names["s"] * names["alpha"] * names["m"] - names["alpha"] * names["m"] * names["w"] / names["tau"]
    )
    asked = {names["m"]: names["alpha"] * names["m"], names["s"]: -names["s"]}
    for part in ("response above", "response below"):
        left = lemma.conclusion(part).substitute(asked)
        right = theorem.premise(part).substitute({names["T"]: after - names["w"], names["gain"]: sympy.Integer(1)})
        assert sympy.expand(left.rhs - left.lhs - right.rhs + right.lhs) == 0
    assert lemma.assumes == ("saturation",) and theorem.assumes == ("response",)


def test_the_feasible_set_is_what_master_sharp_concludes():
    proved = blueprint.claim("master.sharp")
    used = blueprint.claim("master.explicit")
    for name in ("i", "ii"):
        assert proved.conclusion(name) == used.premise(name)
    assert proved.conclusion("component") == used.premise("component")


def _explicit(L, sigma2, Delta, alpha, K, rho, Lambda1, nu):
    names = ("L", "sigma", "Delta", "alpha", "K", "rho", "Lambda1", "nu", "gain")
    numbers = (L, sympy.sqrt(sigma2), Delta, alpha, K, rho, Lambda1, nu, 1)
    values = {symbol(name): sympy.nsimplify(number) for name, number in zip(names, numbers, strict=True)}
    return float(explicit.THEOREM.expression.xreplace(explicit.THEOREM.definitions).xreplace(values))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((1, 1, 0.5, 0.01, 10_000, 0, 0, 0), 0.02010101),
        ((1, 1, 0.5, 0.01, 10_000, 0.3, 0, 0), 0.12099012),
        ((1, 0.25, 2, 0.02, 5_000, 0, 3, 0.75), 0.04534668),
        ((1, 1, 0.5, 0.05, 2_000, 0.1, 4, 2), 0.11705592),
    ],
)
def test_the_explicit_bound_reproduces_the_table(numbers, expected):
    assert abs(_explicit(*numbers) - expected) < 5e-9


def test_the_floor_is_the_bound_without_its_remainder():
    rho, sigma = sympy.Symbol("rho", real=True), sympy.Symbol("sigma", real=True)
    assert sympy.simplify(floor.THEOREM.expression - rho**2 * sigma**2 / (1 - rho**2)) == 0
    assert floor.WITH_REMAINDER.has(sympy.Symbol("t", real=True))


def _theory(*arguments):
    return subprocess.run([sys.executable, "-m", "theory", *arguments], capture_output=True, text=True, check=False)


def test_prove_writes_the_promised_json():
    done = _theory("prove", "--only", "master.sharp", "--json", "-")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert {"engine", "claims", "proved", "total", "axioms", "seconds"} <= result.keys()
    (row,) = result["claims"]
    assert {"id", "title", "verdict", "seconds", "uses", "assumes", "statement_latex"} <= row.keys()
    assert row["verdict"] == "proved" and "stale.martingale" in row["uses"] and "response" in row["assumes"]


def test_z3_alone_holds_with_its_conditions_named():
    done = _theory("prove", "--engine", "smt", "--only", "sum.telescope", "--only", "order.root", "--json", "-")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["proved"], result["conditional"], result["total"]) == (1, 1, 2)
    rows = {row["id"]: row for row in result["claims"]}
    assert rows["order.root"]["verdict"] == "proved" and rows["sum.telescope"]["verdict"] == "conditional"
    assert rows["sum.telescope"]["engines"]["smt"]["hypotheses"] == ["telescoping sum of 'f_now'"]
    shown = _theory("prove", "--engine", "smt", "--only", "sum.telescope")
    assert shown.returncode == 0 and "conditional on: telescoping sum of 'f_now'" in shown.stdout


def outcome(verdict):
    return ProofOutcome("claim", verdict)


@pytest.mark.parametrize(
    ("verdicts", "overall"),
    [
        (("proved", "conditional"), "proved"),
        (("proved", "conditional", "proved"), "proved"),
        (("proved", "undecided"), "undecided"),
        (("proved", "conditional", "refuted"), "refuted"),
        (("undecided", "conditional"), "undecided"),
        (("undecided", "proved"), "undecided"),
        (("conditional",), "conditional"),
    ],
)
def test_conditional_is_no_contradiction_and_no_proof(verdicts, overall):
    assert _overall([outcome(verdict) for verdict in verdicts]) == overall


def test_an_unknown_claim_is_bad_input():
    done = _theory("prove", "--only", "master.sharpest")
    assert done.returncode == 2 and done.stdout == "" and "master.sharpest" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("form", "start"), [("dot", "digraph"), ("json", "{")])
def test_the_blueprint_is_drawn(form, start):
    done = _theory("graph", "--format", form)
    assert done.returncode == 0 and done.stdout.startswith(start) and "master.sharp" in done.stdout


@pytest.mark.parametrize("text", ["x", "1", b"x", np.str_("x"), np.array("x"), ["x"], 0.5, None])
def test_no_text_and_no_float_enters_a_proof(text):
    with pytest.raises((TypeError, ValueError)):
        exact(text)
    assert exact(1) == 1
