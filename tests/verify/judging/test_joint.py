"""What Theorem 4 takes of a run, from the run's own description and from its certificates."""

import math

import numpy as np
import pytest

import simulate
from simulate.problems import Cosine, Logistic, Network, PlusMinus, Quadratic
from theory.theorems import second_order
from verify.judging import certificates, joint, observations, response

USUAL = {"alpha": 0.005, "tau": 20.0, "iterations": 30, "replicas": 2, "seed": 2}


def run(problem, algorithm="analog-sgd-ap", **changes):
    return simulate.run(problem, algorithm, **{**USUAL, **changes})


def test_the_window_and_the_start_are_those_of_the_run():
    problem = Quadratic(4, noise="two-point", sigma=0.1)
    known = observations.constants(run(problem)).values
    assert (known["D"], known["J"]) == (3, 3)
    start = np.concatenate(problem.initial_weights()) - problem.minimiser
    assert known["F0"] == pytest.approx(float(np.linalg.norm(problem.hessian @ start)), rel=1e-10)
    assert known["F0"] >= float(np.linalg.norm(problem.hessian @ start))
    short = observations.constants(run(problem, iterations=2, lags=(7, 0, 1, 0))).values
    assert (short["D"], short["J"]) == (7, 2)
    fresh = observations.constants(run(problem, "analog-sgd")).values
    assert (fresh["D"], fresh["J"]) == (1, 1), "without a lag the window is one step"


def test_theta1_is_of_the_device_and_of_the_range_that_is_proved():
    problem = Quadratic(2, noise="two-point", sigma=0.1)
    assert observations.constants(run(problem)).values["theta1"] == 1 / 20
    assert observations.constants(run(problem, "digital-ap", tau=math.inf)).values["theta1"] == 0
    assert observations.constants(run(Quadratic(2, noise="gaussian"))).proved("theta1"), "1/tau, whatever is met"
    box = run(Quadratic(2, noise="two-point", sigma=0.01, start=0.1, target=0.1), device="shifted-linear")
    known = observations.constants(box)
    s = box.certified_saturation
    assert s is not None and known.values["theta1"] == pytest.approx(1 / (20 * known.values["gain"]), rel=1e-12)
    unbounded = run(Quadratic(2, noise="gaussian"), device="shifted-linear")
    assert "theta1" not in observations.constants(unbounded).values
    reached = response.of(unbounded.run)
    assert joint.on(reached, 0.3, reached.on(0.3))["theta1"] > 0, "of the range that was met it is known"
    train = run(problem, device="pulse-train")
    assert "theta1" not in observations.constants(train).values


def test_gamma_is_of_the_range_where_the_problem_cannot_tell():
    box = run(Cosine(2, noise="two-point", sigma=0.1))
    known, reach = observations.constants(box), box.certified_saturation * 20
    rng = np.random.default_rng(0)
    longest = 0.0
    for sample in box.run.problem.draw(rng, 1, 2000)[0]:
        at = [rng.choice([-1, 1], 2) * reach for _ in range(2)]
        longest = max(longest, float(np.linalg.norm(np.concatenate(box.run.problem.direction(at, at, sample)))))
    assert known.proved("Gamma") and longest <= known.values["Gamma"] <= 2 * longest
    assert "Gamma" not in observations.constants(run(Cosine(2, noise="gaussian"))).values
    assert observations.constants(run(Quadratic(2, noise="gaussian"))).values["Gamma"] == 0


def test_the_shape_of_a_mean_is_claimed_only_where_it_is_proved():
    for noise, one, four in (("two-point", 1.0, 1.0), ("uniform", 0.75, 1.0), ("gaussian", 2 / np.pi, 2 / np.pi)):
        for batch, expected in ((1, one), (4, four)):
            found = observations.constants(run(Quadratic(2, noise=noise), "analog-sgd-sp", batch=batch))
            assert found.values["chi2"] == pytest.approx(expected, rel=1e-12)
    assert "chi2" not in observations.constants(run(Logistic(2))).values
    assert observations.constants(run(PlusMinus(2, tau=20.0))).values["chi2"] == 1


@pytest.mark.parametrize("algorithm", ["analog-sgd-ap", "stashed-ap"])
def test_a_networks_constants_are_those_of_the_theorem_at_the_measured_norms(algorithm):
    runs = run(Network(3), algorithm, **({"tau": math.inf} if algorithm == "stashed-ap" else {}))
    known = observations.constants(runs)
    found = second_order.constants(runs.facts.stage_data, runs.measured["w"], stashed=algorithm == "stashed-ap")
    for name in ("ell", "ell1", "H2", "HJ", "Gamma"):
        assert known.values[name] == getattr(found, name) and not known.certified[name]
    assert known.proved("D", "J", "F0", "theta1")


def test_a_networks_box_certifies_them():
    problem = Network(2, 3, samples=8)
    runs = run(problem, tau=1.0, alpha=1e-4)
    w, refusal = certificates.box(runs.run, problem)
    assert w or refusal
    found = observations.of_network(runs.run, problem.stage_data, problem.stage_norms(1.0))
    seen = observations.of_network(runs.run, problem.stage_data, runs.measured["w"])
    assert set(found) == {"L", "Lambda1", "Lambdah", "ell", "ell1", "H2", "HJ", "Gamma"}
    assert all(found[name] >= seen[name] for name in found)


def test_an_activation_without_a_third_derivative_leaves_h2_unknown():
    data = {**Network(2).stage_data, "p2": None}
    found = observations.of_network(run(Network(2)).run, data, [1.0, 1.0])
    assert "H2" not in found and "HJ" not in found and found["ell"] > 0


def test_the_noise_of_a_mean_reaches_the_lag_as_the_root_of_its_variance():
    problem = Quadratic(3, noise="two-point", sigma=0.1)
    of_one = problem.facts((2, 1, 0)).values
    found = observations.constants(run(problem, "accumulated-ap", batch=4, lags=(2, 1, 0), schedule="vertical-sync"))
    for name in ("nu", "nuhat"):
        assert of_one[name] / 2 <= found.values[name] <= of_one[name] / 2 * (1 + 1e-12), name
    assert found.values["sigma2"] == of_one["sigma2"] / 4
