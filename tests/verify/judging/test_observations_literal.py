"""What a run showed and what is known of it, joined: every number against the one it stands for."""

import math

import numpy as np
import pytest
from scipy import stats

import simulate
from simulate import invariant
from simulate.problems import Network, Quadratic
from theory.theorems import network
from verify.judging import observations, rounding, verdicts
from verify.judging.observations import Constants, Observations, from_trajectories

VALUES = np.array([1.0, 2.0, 4.0, 7.0])  # mean 7/2, variance 7
NETWORK = Network(4, 3, samples=6, gain=0.5)


def observed(**changes) -> Observations:
    known = Constants({"L": 2.0, "sigma2": 3.0}, {"L": True, "sigma2": False})
    fields = {
        "squared_gradient": VALUES, "saturation": np.array([0.5, 0.25, 0.5, 0.125]),
        "square_saturation": np.array([0.125, 0.0625, 0.25, 0.0]), "diverged": 0, "constants": known, "algorithm": "x",
    }  # fmt: skip
    return Observations(**(fields | changes))


def test_the_evidence_is_that_of_independent_replicas():
    evidence = verdicts.weigh(observed(), 0.05)
    assert (evidence.replicas, evidence.mean, evidence.saturation) == (4, 3.5, 0.5)
    assert evidence.stderr == pytest.approx(math.sqrt(7) / 2, rel=1e-15)
    interval = stats.t.interval(0.95, 3, loc=3.5, scale=math.sqrt(7) / 2)
    assert evidence.interval == pytest.approx(interval, rel=1e-12)
    assert evidence.rbar2[1] == pytest.approx((0.125 + 0.0625 + 0.25) / 4, rel=1e-15)
    plain = evidence.summary(0.05).to_json()
    assert (plain["mean"], plain["stderr"], plain["replicas"]) == (3.5, evidence.stderr, 4)
    assert plain["interval_95"] == list(evidence.interval)


@pytest.mark.parametrize(
    ("lower", "upper", "least", "most", "word"),
    [
        (1.0, 2.0, 1.0, 1.0, "inconclusive"),  # the mean may be the bound itself, which the bound allows
        (math.nextafter(1.0, 2), 2.0, 1.0, 1.0, "violated"),
        (0.5, 1.0, 1.0, 1.0, "held"),  # at most the bound is what is claimed
        (0.5, math.nextafter(1.0, 2), 1.0, 1.0, "inconclusive"),
        (1.5, 3.0, 1.0, 2.0, "inconclusive"),
        (0.5, 1.5, 1.0, 2.0, "inconclusive"),
    ],
)
def test_decisions_at_their_edges(lower, upper, least, most, word):
    assert verdicts.decide(lower, upper, least, most) == word


def test_two_looks_are_one_sample():
    more = observed(
        squared_gradient=np.array([9.0]), saturation=np.array([0.75]), square_saturation=np.array([0.5]),
        diverged=2, constants=Constants({"L": 1.0, "sigma2": 5.0}, {"L": True, "sigma2": False}), stage_norms=(),
    )  # fmt: skip
    both = observed(diverged=1).and_more(more)
    assert both.squared_gradient.tolist() == [1, 2, 4, 7, 9] and both.replicas == 5
    assert both.saturation.tolist() == [0.5, 0.25, 0.5, 0.125, 0.75] and both.rho == 0.75
    assert both.square_saturation.tolist() == [0.125, 0.0625, 0.25, 0.0, 0.5]
    assert both.diverged == 3
    assert both.constants.values == {"L": 2.0, "sigma2": 5.0}
    one, other = observed(stage_norms=(1.0, 3.0)), observed(stage_norms=(2.0, 2.0))
    assert one.and_more(other).stage_norms == (2.0, 3.0)


def test_a_constant_is_proved_if_it_is_known_and_certified():
    known = observed().constants
    assert known.proved() and known.proved("L") and not known.proved("sigma2") and not known.proved("L", "sigma2")
    assert not known.proved("Delta") and not Constants({"L": 1.0}, {}).proved("L")
    assert known.take("sigma2") == {"sigma2": 3.0}


def run(problem, algorithm: str, **changes) -> simulate.RunResult:
    usual = {"alpha": 0.01, "tau": 4.0, "iterations": 30, "replicas": 3, "seed": 2}
    return simulate.run(problem, algorithm, **(usual | changes))


@pytest.mark.parametrize(("algorithm", "stashed"), [("analog-sgd-ap", False), ("stashed-ap", True)])
def test_a_networks_constants_are_those_of_the_theorem_at_the_measured_norms(algorithm, stashed):
    runs = run(NETWORK, algorithm, **({"tau": math.inf} if stashed else {}))
    found = observations.constants(runs)
    theorem = network.constants(runs.facts.stage_data, runs.measured["w"])
    lags = (3, 2, 1, 0)
    expected = {
        "L": theorem.L,
        "Lambda1": theorem.Lambda1(lags, stashed=stashed),
        "Lambdah": theorem.Lambdah(lags, stashed=stashed),
    }
    assert {name: found.values[name] for name in expected} == expected
    assert theorem.Lambda1(lags) < theorem.Lambda1(lags, stashed=True) and expected["Lambdah"] < expected["Lambda1"]
    assert not any(found.certified[name] for name in (*expected, "sigma2"))
    assert from_trajectories(runs).stage_norms == tuple(runs.measured["w"])


@pytest.mark.parametrize("problem", [NETWORK, Quadratic(4, noise="two-point")], ids=lambda problem: problem.name)
def test_the_mean_of_a_batch_has_its_share_of_the_variance(problem):
    single = run(problem, "analog-sgd-sp", batch=1)
    batch = run(problem, "analog-sgd-sp", batch=4)
    for runs, share in ((single, 1), (batch, 4)):
        sigma2 = runs.measured["sigma2"] if problem is NETWORK else runs.facts.values["sigma2"]
        assert observations.constants(runs).values["sigma2"] == sigma2 / share
    values = observations.constants(batch).values
    assert (values["alpha"], values["K"], values["Delta"]) == (0.01, 30, batch.initial_gap)


def test_a_digital_device_has_no_saturation_and_that_is_certain():
    for problem in (NETWORK, Quadratic(4, noise="gaussian")):
        known = observations.constants(run(problem, "digital-sgd", tau=math.inf))
        assert known.values["rho"] == 0 and known.proved("rho", "Delta", "alpha", "K")
    boxed, unbounded = (
        run(Quadratic(2, noise=noise, sigma=0.2), "analog-sgd", tau=40.0) for noise in ("two-point", "gaussian")
    )
    assert observations.constants(boxed).values["rho"] == boxed.certified_saturation > boxed.max_saturation.max()
    assert "rho" not in observations.constants(unbounded).values


def test_replicas_that_diverged_are_counted_and_not_averaged():
    runs = run(Quadratic(3, size=2), "analog-sgd-ap", alpha=8.0, iterations=60, replicas=6)
    seen, gone = from_trajectories(runs), {one.replica for one in runs.diverged}
    assert len(gone) > 0 and seen.diverged == len(gone) and seen.replicas == 6 - len(gone)
    assert np.isfinite(seen.squared_gradient).all() and np.isfinite(seen.saturation).all()


def test_the_mean_square_saturation_counts_coordinates_by_their_share_of_the_noise():
    runs = run(Quadratic(2, noise="two-point", noise_spread=9.0), "analog-sgd")
    seen = from_trajectories(runs)
    assert seen.square_saturation == pytest.approx(runs.weighted_square_saturation / runs.facts.values["sigma2"])
    assert not np.allclose(seen.square_saturation, runs.mean_square_saturation)
    assert (seen.square_saturation <= runs.mean_square_saturation).all()
    assert from_trajectories(run(NETWORK, "analog-sgd")).square_saturation.tolist() == (
        run(NETWORK, "analog-sgd").mean_square_saturation.tolist()
    )


@pytest.mark.parametrize(("share", "proved"), [(1 - 1e-9, True), (1.0, True), (1 + 1e-9, False), (math.inf, True)])
def test_a_saturation_is_proved_where_rounding_leaves_the_proof_its_room(monkeypatch, share, proved):
    """A step may be off by `invariant.ROUNDING` of tau; where rounding is not known, nothing is applied anyway."""
    made = simulate.problems.make("quadratic", stages=2, noise="two-point", sigma=0.5)
    runs = simulate.run(made, "analog-sgd-ap", alpha=0.02, tau=20.0, iterations=50, replicas=4, seed=1)
    direction = share * invariant.ROUNDING * 20.0 / 0.02
    monkeypatch.setattr(rounding, "of", lambda *_: rounding.Rounding(direction=direction))
    assert from_trajectories(runs).constants.proved("rho") is proved


def test_gaps_are_above_the_lower_bound_and_the_distortion_is_on_all_weights_that_were_met(monkeypatch):
    monkeypatch.setattr(Quadratic, "lower_bound", property(lambda _: -2.0))
    runs = run(Quadratic(1, size=2), "analog-sgd", device="power", device_parameters={"exponent": 3.0}, replicas=3)
    found = from_trajectories(runs)
    np.testing.assert_allclose(found.last_gap, runs.final_value + 2.0, rtol=1e-15)
    np.testing.assert_allclose(found.average_gap, runs.curve.loss.mean(axis=0) + 2.0, rtol=1e-15)
    largest = float(np.max(runs.largest_weight))
    assert found.met == pytest.approx(runs.run.make_device().distortion(-largest, largest), rel=1e-14)
    assert found.met >= runs.run.make_device().distortion(-largest, largest)


def test_without_a_replica_that_stayed_no_saturation_was_seen():
    none = np.empty(0)
    assert Observations(none, none, none, 3, Constants({}, {}), "analog-sgd").rho == 0.0
