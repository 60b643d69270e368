"""The suite catches what is planted, is silent on the sound house, and would say so if something survived."""

import contextlib

import pytest

from verify import sabotage
from verify.sabotage import Fault, mutants, statements
from verify.sabotage import bounds as wrong_bounds
from verify.sabotage import simulation as wrong_simulation
from verify.sabotage import statistics as wrong_statistics


@pytest.mark.slow
@pytest.mark.parametrize(
    ("area", "planted", "every"), [("theory", 150, 17), ("simulation", 45, 5), ("statistics", 35, 5)]
)
def test_planted_faults_are_caught_by_named_checks(area, planted, every):
    faults = list(sabotage.planted([area]))
    assert len(faults) >= planted
    for fault, checks in faults[::every]:  # `python -m verify sabotage` plants them all
        assert sabotage.catch(fault, checks).caught_by is not None, fault.name


@pytest.mark.slow
@pytest.mark.parametrize("module", [statements, wrong_bounds, wrong_simulation, wrong_statistics])
def test_the_sound_house_passes_every_check(module):
    assert [name for name, check in module.checks().items() if not sabotage.passes(check)] == []


def test_a_fault_that_changes_nothing_survives():
    harmless = Fault("nothing at all", "statistics", contextlib.nullcontext)
    fast = {name: wrong_statistics.checks()[name] for name in ("refusals", "verdicts-on-planted-truths")}
    assert sabotage.catch(harmless, fast).caught_by is None


def test_a_fault_is_gone_after_it_was_planted():
    fault = next(fault for fault, _ in sabotage.planted(["simulation"]) if fault.name == "device: no drift")
    checks = {"lines-of-the-proof": wrong_simulation.checks()["lines-of-the-proof"]}
    assert sabotage.catch(fault, checks).caught_by == "lines-of-the-proof"
    assert sabotage.passes(checks["lines-of-the-proof"])


def test_mutants_differ_and_weaker_ones_are_told_apart():
    true = statements.relations.relation("master.sharp", "i").rhs
    wrong = list(mutants.mutants(true))
    assert len({expression for _, expression in wrong} | {true}) == len(wrong) + 1
    assert mutants.is_stronger(true / 2, true) and not mutants.is_stronger(2 * true, true)
