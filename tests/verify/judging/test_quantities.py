"""A theorem on another quantity, sketched: one lemma and one theorem file, and `verify` compares what it names."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from verify.judging import observations, rounding, verdicts
from verify.judging.observations import OBSERVABLES, Constants, Observations

ROOT = Path(__file__).parents[3]

LEMMA = '''"""A toy: a sum of descents leaves of the last gap what the noise adds."""

from theory.kernel import Draft, combine, le, lemma, symbols, times
from theory.setting.symbols import symbol

gap = symbols("gap_K")[0]
K, L, Delta, alpha, sigma, nu = (symbol(name) for name in ("K", "L", "Delta", "alpha", "sigma", "nu"))


@lemma("toy.last_gap", "The last gap, from a sum of descents", source="a test")
def last_gap(d: Draft) -> None:
    """f(W_K) - f* <= Delta + K alpha^2 (L sigma^2/2 + nu sigma), if every step adds no more."""
    added = K * alpha**2 * (L * sigma**2 / 2 + nu * sigma)
    d.given("descents", le(gap - Delta, added), "domain")
    d.conclude("bound", le(gap, Delta + added), combine(times("descents")))
    d.witness({"gap_K": 1, "Delta": 1, "K": 1, "alpha": 1, "L": 1, "sigma": 1, "nu": 1})
'''

THEOREM = '''"""Bound the last gap f(W_K) - f*."""

from theory.blueprint import claim
from theory.theorems.statement import {quantity}, Theorem

_CLAIM = claim("toy.last_gap")
THEOREM = Theorem(
    name="{name}", title=_CLAIM.title, proved_by=_CLAIM.id, run=_CLAIM.id, quantity={quantity},
    expression=_CLAIM.conclusion("bound").rhs / {divisor}, feasible=(), definitions={{}}, domain=(), source="a test",
)
'''

PROGRAM = """
import importlib, json, math, pathlib, sys
import theory.lemmas, theory.theorems
from theory import blueprint

folder = pathlib.Path(sys.argv[1])
theory.lemmas.__path__.append(str(folder / "lemmas"))
theory.theorems.__path__.append(str(folder / "theorems"))
importlib.import_module("theory.lemmas.toy")  # theory.lemmas does this with every file that it finds on its own import

import simulate, verify
from theory.kernel.check import check_claim

check_claim(blueprint.claim("toy.last_gap"), {})  # the kernel proves the toy
problem = simulate.problems.make("quadratic", stages=2, size=2, noise="two-point", sigma=0.5)
options = {"alpha": 0.02, "iterations": 200, "replicas": 32, "seed": 1}
runs = simulate.run(problem, "digital-ap", tau=math.inf, **options)
analog = simulate.run(problem, "analog-sgd-ap", tau=50.0, **options)
gap = float((runs.final_value - problem.lower_bound).mean())
reports = [[check.to_json() for check in verify.check(one).checks] for one in (runs, analog)]
print(json.dumps({"gap": gap, "digital": reports[0], "analog": reports[1]}))
"""


@pytest.fixture(scope="module")
def confronted(tmp_path_factory) -> dict:
    """Write one lemma, and theorems on its conclusion: the true one, one that claims too much, one on iterations."""
    folder = tmp_path_factory.mktemp("toy")
    for name in ("lemmas", "theorems"):
        (folder / name).mkdir()
    (folder / "lemmas" / "toy.py").write_text(LEMMA)
    theorems = {"last-gap": ("LAST_GAP", "1"), "too-low": ("LAST_GAP", "10**6"), "unseen": ("ITERATIONS", "1")}
    for name, (quantity, divisor) in theorems.items():
        text = THEOREM.format(name=name, quantity=quantity, divisor=divisor)
        (folder / "theorems" / f"{name.replace('-', '_')}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)], capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def of(checks: list[dict], theorem: str) -> list[dict]:
    return [check for check in checks if check["theorem"] == theorem]


@pytest.mark.parametrize(("theorem", "verdict"), [("last-gap", "held"), ("too-low", "violated")])
def test_a_theorem_on_the_last_gap_is_confronted_with_the_last_gap(theorem, verdict, confronted):
    found = of(confronted["digital"], theorem)
    assert {check["basis"] for check in found} == {"a-priori", "a-posteriori"}
    for check in found:
        assert (check["quantity"], check["verdict"]) == ("last gap", verdict)
        assert check["observed"] == pytest.approx(confronted["gap"], rel=1e-12)
        assert check["tightness"] == pytest.approx(check["bound"] / confronted["gap"], rel=1e-12)
    assert {check["verdict"] for check in of(confronted["digital"], "explicit")} == {"held"}


def test_a_theorem_is_not_applied_to_what_it_does_not_speak_of(confronted):
    found = of(confronted["analog"], "last-gap")
    assert found and {check["verdict"] for check in found} == {"not applied"}
    assert all("says nothing of an analog run" in check["reason"] for check in found)


def test_a_quantity_that_nobody_observes_is_not_applied(confronted):
    found = of(confronted["digital"], "unseen")
    assert found and {(check["verdict"], check["reason"]) for check in found} == {
        ("not applied", "no observable for iterations to eps")
    }


def seen(**changes) -> Observations:
    values = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0, "alpha": 0.1, "K": 9, "Lambda1": 0.5, "Lambdah": 0.5, "rho": 0.0}
    known = Constants(values, dict.fromkeys(values, True))
    ones = np.linspace(0.9, 1.1, 40)
    return replace(
        Observations(ones, 0 * ones, 0 * ones, 0, known, "x", average_gap=2 * ones, last_gap=3 * ones), **changes
    )


def test_every_observable_is_its_own_mean_and_allows_for_its_rounding():
    for name, mean in (("average squared gradient", 1.0), ("average gap", 2.0), ("last gap", 3.0)):
        exact = verdicts.weigh(seen(), 0.01, OBSERVABLES[name])
        assert exact.mean == pytest.approx(mean) and exact.lower.value < mean < exact.upper.value
        rough = verdicts.weigh(seen(rounding=rounding.Rounding(0.0, 0.25, 0.25)), 0.01, OBSERVABLES[name])
        assert rough.lower.value < exact.lower.value and rough.upper.value > exact.upper.value
    gap = verdicts.weigh(seen(rounding=rounding.Rounding(0.0, 0.0, 0.25)), 0.01, OBSERVABLES["last gap"])
    exact = verdicts.weigh(seen(), 0.01, OBSERVABLES["last gap"])
    assert gap.lower.value == exact.lower.value - 0.25 and gap.upper.value == exact.upper.value + 0.25


def test_a_gap_below_zero_is_rounding():
    lowest = seen(last_gap=np.full(40, -1e-18))
    assert verdicts.weigh(lowest, 0.01, OBSERVABLES["last gap"]).mean == 0


def test_quantities_share_the_level(monkeypatch):
    """A theorem more on the same quantity costs nothing; one on another quantity halves what each may spend."""
    asked = []
    true = verdicts.weigh
    monkeypatch.setattr(
        verdicts, "weigh", lambda one, level, kind: asked.append((kind, level)) or true(one, level, kind)
    )
    verdicts.confront(seen(), 0.01)
    assert asked == [(observations.SQUARED_GRADIENT, 0.01)]
    asked.clear()
    other = verdicts.AppliedForm("other", "sharp", quantity="last gap")
    nobody = verdicts.AppliedForm("nobody", "sharp", quantity="colour")
    monkeypatch.setattr(verdicts, "FORMS", (*verdicts.FORMS, other, nobody))
    found = {str(check.name): check for check in verdicts.confront(seen(), 0.01).checks}
    assert sorted((kind.quantity.name, level) for kind, level in asked) == [
        ("average squared gradient", 0.005),
        ("last gap", 0.005),
    ]
    assert found["other/a-priori"].observed == pytest.approx(3.0)
    assert found["nobody/a-priori"].reason == "no observable for colour"


def test_later_looks_add_to_the_gaps():
    both = seen().and_more(seen(average_gap=np.full(40, 7.0), last_gap=np.full(40, 8.0)))
    assert both.average_gap[-1] == 7.0 and both.last_gap[-1] == 8.0 and len(both.last_gap) == 80


def test_a_bound_that_takes_no_lag_says_nothing_of_a_rounded_run_and_of_a_pipeline():
    plain = verdicts.AppliedForm("plain", "floor", takes=("sigma2", "rho"))
    assert not plain.knows_lags and plain.constants == ("sigma2", "alpha")
    assert "says nothing of a pipeline" in verdicts._refusal(plain, "a-priori", seen())
    still = Constants({**seen().constants.values, "Lambda1": 0.0}, seen().constants.certified)
    assert verdicts._refusal(plain, "a-priori", seen(constants=still)) == ""
    known = {"sigma2": 1.0, "alpha": 0.1, "rho": 0.5}
    exact = verdicts._ends(plain, known, verdicts.weigh(seen(), 0.01))
    assert exact.moved == exact.value == exact.most
    rough = verdicts._ends(plain, known, verdicts.weigh(seen(rounding=rounding.Rounding(1e-9)), 0.01))
    assert rough.moved == rough.most == float("inf") and rough.value == exact.value
