"""The suite catches what is planted, is silent on the sound house, and would say so if something survived."""

import contextlib

import pytest

from verify import sabotage
from verify.sabotage import Fault, mutants, statements
from verify.sabotage import statistics as wrong_statistics
from verify.sabotage.simulation import checks as simulation_checks


@pytest.mark.slow
@pytest.mark.parametrize("area", ["simulation", "statistics"])
def test_every_planted_fault_is_caught_by_a_named_check(area):
    result = sabotage.run([area])
    assert result["failing_without_a_fault"] == [] and result["survivors"] == []
    assert result["planted"] == result["caught"] >= 35


@pytest.mark.slow
def test_wrong_lemmas_and_bounds_are_caught():
    faults = list(sabotage.planted(["theory"]))
    assert len(faults) >= 150
    for fault, checks in faults[::9]:  # `python -m verify sabotage` plants them all
        assert sabotage.catch(fault, checks).caught_by is not None, fault.name


def test_a_fault_that_changes_nothing_survives():
    harmless = Fault("nothing at all", "statistics", contextlib.nullcontext)
    fast = {name: wrong_statistics.checks()[name] for name in ("refusals", "verdicts-on-planted-truths")}
    assert sabotage.catch(harmless, fast).caught_by is None


def test_a_fault_is_gone_after_it_was_planted():
    fault = next(fault for fault, _ in sabotage.planted(["simulation"]) if fault.name == "device: no drift")
    checks = {"lines-of-the-proof": simulation_checks()["lines-of-the-proof"]}
    assert sabotage.catch(fault, checks).caught_by == "lines-of-the-proof"
    assert sabotage.passes(checks["lines-of-the-proof"])


def test_mutants_differ_and_weaker_ones_are_told_apart():
    true = statements.relations.relation("master.sharp", "i").rhs
    wrong = list(mutants.mutants(true))
    assert len({expression for _, expression in wrong} | {true}) == len(wrong) + 1
    assert mutants.is_stronger(true / 2, true) and not mutants.is_stronger(2 * true, true)
