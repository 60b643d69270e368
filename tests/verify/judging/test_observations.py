"""What is joined with a run: a network's constants for stale and for stashed weights, against numbers made by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

import simulate
from simulate.problems import Logistic, Network
from theory.theorems import network
from verify.judging import observations
from verify.judging.observations import Constants

# Two stages with p0 = p1 = l1 = X = 1, l0 = 2, w = (1/2, 3). Inputs 1 and 1/2, messages 6 and 2. A change (u1, u2) of
# the forward weights changes the second input by u1, its product by 3 u1 + u2/2, the messages by 33 u1 + 9 u2/2 and
# 9 u1 + 3 u2/2; current backward weights that move too add 2 u2 to the first message.
DATA = {"p0": 1.0, "p1": 1.0, "l0": 2.0, "l1": 1.0, "X": 1.0}
W = (0.5, 3.0)
S = np.array([[33.0, 4.5], [6.5, 0.75]])
S_FULL = np.array([[33.0, 6.5], [6.5, 0.75]])


def test_the_sensitivities_are_those_made_by_hand():
    found = network.constants(DATA, W)
    assert np.allclose(found.S, S) and np.allclose(found.S_full, S_FULL)


def test_nu_of_stashed_weights_takes_all_of_what_moves():
    """Lags (4, 1), deviations (1/2, 2): sqrt(d) s = (1, 2), so S_full gives (46, 8) and S (42, 8)."""
    found = network.constants(DATA, W)
    assert found.nu((4, 1), (0.5, 2.0), stashed=True) == pytest.approx(math.hypot(46.0, 8.0))
    assert found.nu((4, 1), (0.5, 2.0)) == pytest.approx(math.hypot(42.0, 8.0))
    assert found.Lambda1((4, 1), stashed=True) == pytest.approx(np.linalg.norm(S_FULL * [4, 1], 2))
    assert found.Lambdah((4, 1), stashed=True) == pytest.approx(np.linalg.norm(S_FULL * [2, 1], 2))


@pytest.mark.parametrize(("algorithm", "matrix"), [("stashed-ap", S_FULL), ("digital-ap", S), ("analog-sgd-ap", S)])
def test_a_run_of_stashed_weights_has_the_full_sensitivity(algorithm, matrix):
    problem, tau = Network(stages=2, width=2, samples=4), math.inf if algorithm != "analog-sgd-ap" else 9.0
    run = simulate.Run(problem, algorithm, alpha=0.01, tau=tau, iterations=5, lags=(4, 1))
    found = observations.of_network(run, DATA, W)
    assert found["L"] == pytest.approx(np.linalg.norm(S_FULL, 2))
    assert found["Lambda1"] == pytest.approx(np.linalg.norm(matrix * [4, 1], 2))
    assert found["Lambdah"] == pytest.approx(np.linalg.norm(matrix * [2, 1], 2))


def test_nu_of_stashed_logistic_regression_counts_the_regulariser_once_a_stage():
    """One sample of features (0.6, 0.8): S_ij = |x_i x_j|/4, 2 r more on the diagonal; a stage's variance is x_i^2."""
    problem = Logistic(stages=2, size=1, samples=1, regulariser=0.05)
    x = np.abs(problem.data[0])
    S = np.outer(x, x) / 4
    for stashed in (False, True):
        full = S + 0.1 * stashed * np.eye(2)
        expected = np.linalg.norm(full @ (np.sqrt([4, 1]) * x))
        assert problem.facts((4, 1), stashed=stashed).values["nu"] == pytest.approx(expected)


def test_a_constant_that_is_left_out_is_left_out_of_both():
    known = Constants({"rho": 0.5, "L": 1.0}, {"rho": True, "L": False})
    assert known.without("rho") == Constants({"L": 1.0}, {"L": False})
    assert known.proved("rho") and not known.proved("L") and not known.without("rho").proved("rho")


def test_of_two_looks_the_worse_certificates_count():
    problem = simulate.problems.make("quadratic", stages=2, noise="two-point", sigma=0.5)
    options = {"alpha": 0.02, "tau": 20.0, "iterations": 50, "replicas": 4}
    one, other = (
        observations.from_trajectories(simulate.run(problem, "analog-sgd-ap", **options, seed=seed)) for seed in (1, 2)
    )
    worse = replace(other, certificates=tuple(replace(c, seen=-1.0 if c.floor else 1e9) for c in other.certificates))
    assert {found.constant for found in one.and_more(worse).broken()} == {"sigma2", "L", "Delta"}
    assert one.and_more(other).broken() == [] and one.broken("rho") == []
    assert one.and_more(replace(worse, certificates=())).certificates == one.certificates
