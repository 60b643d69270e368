"""The suite catches what is planted, is silent on the unmodified code, and would say so if something survived."""

import contextlib
import re
import time

import pytest

from verify.sabotage import bounds as wrong_bounds
from verify.sabotage import (
    conditional_means,
    falling,
    followed,
    mean_steps,
    mutants,
    running,
    stages,
    statements,
    storage,
    tubes,
)
from verify.sabotage import devices as wrong_devices
from verify.sabotage import free as wrong_free
from verify.sabotage import simulation as wrong_simulation
from verify.sabotage import statistics as wrong_statistics
from verify.sabotage.faults import Fault

MODULES = [
    statements, stages, wrong_bounds, wrong_free, wrong_simulation, falling, wrong_statistics, conditional_means,
    storage, tubes, followed, mean_steps, wrong_devices,
]  # fmt: skip

KINDS = {
    "theory": {
        "dropped term": "dropped ",
        "halved constant": "half of |halved",
        "flipped sign": "sign of ",
        "lag off by one": "lags one short",
        "sigma for sigma^2": "sigma for its square|sigma\\^2 for sigma",
        "rho for rho^2": "rho for its square|rho\\^2 for rho",
        "missing (1 + rho)": "missing factor rho \\+ 1",
        "Lambda of the wrong stage order": "Lambda1: lags of the stages in reverse",
        "frozen too late": "the frozen point one step too late",
        "window too early": "the window one step too early",
        "weight that sees the window": "a weight that sees the window",
        "constants of Theorem 4": "H2 halved|F0 = 0|D one short|chi2 a tenth too small|ell of S in the place",
    },
    "simulation": {
        "backward weights stale too": "backward weights stale too",
        "wrong sign of drift": "drift away from zero",
        "forward weights too fresh": "too fresh",
        "reused samples": "samples: the same|reused",
        "schedules": "schedule: a step late|a falling step taken for a constant one",
    },
    "statistics": {
        "two-sided for one-sided": "two-sided",
        "no multiplicity control": "no multiplicity control",
        "conditional means": "conditional means: the sample's noise for the step's",
        "tubes": "tube: enclosed on boxes half as wide|tube: exits not counted|tube: pilots taken again as replicas",
        "followed": "followed: the boxes of another run|followed: ceilings not|followed: the floor of f",
        "measurements": "mean step: current weights for stale ones|mean step: the drift with its sign wrong",
        "certificates of runs": "linear: a certificate of a smaller saturation",
    },
    "devices": {
        "laws": "power: |exponential: |shifted linear: |table: |pulse train: ",
        "gamma": "gamma: halved",
        "gain": "gain: forgotten",
        "granularity": "pulses: variance without|granularity: ",
        "elements": "elements: the distortion of the law alone",
        "presets": "presets: ",
        "centring": "centre: the symmetric point",
    },
}
"""Kinds of faults that must be among the planted ones, by what their names say."""


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_planted_fault_is_caught_by_a_named_check(module):
    checks, findings, took = module.detectors(), list[running.FaultResult](), dict[str, float]()
    for name, check in checks.items():
        begun = time.perf_counter()
        assert running.passes(check), name
        took[name] = time.perf_counter() - begun
    # whether any check says no does not depend on their order: the quick ones are asked first
    quick_first = {name: checks[name] for name in sorted(checks, key=took.__getitem__)}
    for fault in module.faults():
        findings.append(running.catch(fault, quick_first))
    assert findings
    # a check that breaks down has noticed something, but says of nothing that it is wrong
    assert [(finding.fault, finding.how) for finding in findings if finding.how != "failed"] == []


@pytest.mark.parametrize("area", KINDS)
def test_every_kind_of_fault_is_planted(area):
    names = [fault.name for fault, _ in running.planted([area])]
    assert len(names) >= {"theory": 240, "simulation": 50, "statistics": 35, "devices": 40}[area]
    assert [kind for kind, said in KINDS[area].items() if not any(re.search(said, name) for name in names)] == []


def test_a_fault_that_changes_nothing_survives():
    harmless = Fault("nothing at all", "statistics", contextlib.nullcontext)
    fast = {name: wrong_statistics.detectors()[name] for name in ("refusals", "verdicts-on-planted-truths")}
    found = running.catch(harmless, fast)
    assert found.caught_by is None and found.how == "survived"


def test_a_check_that_breaks_down_is_told_from_one_that_says_no():
    fault = Fault("nothing at all", "theory", contextlib.nullcontext)

    def breaks() -> bool:
        raise ArithmeticError

    assert running.catch(fault, {"breaks": breaks, "well": lambda: True}).how == "broke down"
    found = running.catch(fault, {"breaks": breaks, "says no": lambda: "device.drift"})
    assert (found.caught_by, found.how, found.line) == ("says no", "failed", "device.drift")


def test_a_fault_is_gone_after_it_was_planted():
    fault = next(fault for fault, _ in running.planted(["simulation"]) if fault.name == "device: no drift")
    checks = {"lines-of-the-proof": wrong_simulation.detectors()["lines-of-the-proof"]}
    found = running.catch(fault, checks)
    assert (found.caught_by, found.line) == ("lines-of-the-proof", "device.closed_form")
    assert running.passes(checks["lines-of-the-proof"])


def test_mutants_differ_and_weaker_ones_are_told_apart():
    true = statements.relations.relation("master.sharp", "i").rhs
    wrong = list(mutants.mutants(true))
    assert len({expression for _, expression in wrong} | {true}) == len(wrong) + 1
    assert mutants.is_stronger(true / 2, true) and not mutants.is_stronger(2 * true, true)
