"""What a run showed and what is known of it, joined: every number against the one it stands for."""

import json
import math
from dataclasses import FrozenInstanceError, is_dataclass

import numpy as np
import pytest
from scipy import stats

import simulate
from simulate import invariant
from simulate.problems import Cosine, Network, Quadratic
from theory.setting import devices
from theory.theorems import network
from verify.judging import norms, observations, rounding, verdicts
from verify.judging.certificates import Certificate
from verify.judging.observations import Constants, Observations, from_trajectories
from verify.judging.response import DeviceResponse

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


@pytest.mark.parametrize(
    ("known", "values", "root"),
    [
        # Student's t with 1 degree of freedom: mean 2, deviation sqrt(2)/sqrt(2) = 1
        ({"Lambda1": 0.0, "sigma2": 3.0}, [1.0, 3.0], math.sqrt(2 + stats.t.ppf(1 - 1e-6, 1) + 3)),
        ({"Lambda1": 0.5, "sigma2": 3.0}, [1.0, 3.0], math.inf),
        ({"sigma2": 3.0}, [1.0, 3.0], math.inf),
        ({"Lambda1": 0.0}, [1.0, 3.0], math.inf),
        ({"Lambda1": 0.0, "sigma2": 3.0}, [1.0], math.inf),  # of one replica nothing is known
        ({"Lambda1": 0.0, "sigma2": 3.0}, [], math.inf),
    ],
)
def test_the_mean_square_of_a_direction_is_the_gradients_and_the_noises(known, values, root):
    seen = observed(squared_gradient=np.array(values), constants=Constants(known, {}))
    assert seen.direction == pytest.approx(root, rel=1e-9)
    wider = observed(
        squared_gradient=np.array(values), constants=Constants(known, {}), rounding=rounding.Rounding(gradient=1.0)
    )
    assert wider.direction > root or root == wider.direction == math.inf


def test_the_proved_saturation_is_the_constant_rho_of_a_linear_device_and_else_its_own():
    known = {"rho": 0.75, "L": 1.0}
    proved, seen = Constants(known, {"rho": True}), Constants(known, {})
    power = DeviceResponse(devices.make("power", 2.0))
    assert observed(constants=proved).proved_saturation == 0.75
    assert observed(constants=seen).proved_saturation is None
    assert observed(constants=proved, response=power).proved_saturation is None
    assert observed(constants=proved, response=power, certified_saturation=0.5).proved_saturation == 0.5
    assert observed(constants=proved, certified_saturation=0.0).proved_saturation == 0.0


def test_which_certificates_are_broken():
    """The largest saturation is 1/2."""
    broken, kept = Certificate("L", "norm", 2.0, 3.0, 0.0), Certificate("sigma2", "variance", 3.0, 3.0, 0.0)
    both = observed(certificates=(broken, kept))
    assert both.broken() == [broken] and both.broken("L", "rho") == [broken]
    assert both.broken("sigma2") == [] and observed().broken() == []
    for rho, names in ((0.5, []), (0.49, ["rho"])):
        seen = observed(constants=Constants({"rho": rho}, {"rho": True}))
        assert [one.constant for one in seen.broken()] == names
    # a replica that diverged left every range; of a digital run none is proved
    (left,) = observed(constants=Constants({"rho": 9.0}, {"rho": True}), diverged=1).broken()
    assert (left.constant, left.seen, left.proved) == ("rho", math.inf, 9.0)
    still = {"constants": Constants({"rho": 0.0}, {"rho": True}), "saturation": np.zeros(4)}
    assert observed(**still, diverged=1).broken() == [] == observed(**still).broken()


def test_noise_on_the_weights_that_were_met_is_that_of_replicas_that_all_stayed():
    asked = []

    def noise(saturation: float) -> dict[str, float]:
        asked.append(saturation)
        return {"sigma2": 2.0}

    assert observed(noise=noise).noise_met == {"sigma2": 2.0} and asked == [0.5]
    assert observed(noise=noise, diverged=1).noise_met == {}
    none = {"squared_gradient": np.empty(0), "saturation": np.empty(0), "square_saturation": np.empty(0)}
    assert observed(noise=noise, **none).noise_met == {} and asked == [0.5]
    assert observed().noise_met == {}


def test_what_observations_are_unless_it_is_said():
    plain = observed()
    assert (plain.bounded_noise, plain.covered, plain.independent_draws) == (True, True, True)
    assert (plain.stage_norms, plain.certificates, plain.falling_step, plain.unstaged) == ((), (), "", "")
    assert plain.rounding == rounding.EXACT and plain.certified_saturation is None
    assert plain.average_gap.size == plain.last_gap.size == 0
    assert plain.met == (0.5, 1.0)
    assert (plain.seen, observed(sampling="at 3 steps").seen) == ("measured", "sampled")
    assert observed(noise=lambda _: {"nu": 1.0}).noise is not plain.noise
    with pytest.raises(FrozenInstanceError):
        plain.diverged = 2
    with pytest.raises(FrozenInstanceError):
        plain.constants.values = {}


def test_constants_are_kept_taken_away_and_added():
    known = Constants({"L": 2.0, "rho": math.inf}, {"L": True, "rho": True})
    assert Constants.from_json(
        json.loads(json.dumps({"constants": {"L": 2.0}, "certified": {"L": True}}))
    ) == Constants({"L": 2.0}, {"L": True})
    assert known.to_json() == {"constants": {"L": 2.0, "rho": math.inf}, "certified": {"L": True, "rho": True}}
    assert known.without("L") == Constants({"rho": math.inf}, {"rho": True})
    assert known.with_seen("L", 3) == Constants({"L": 3.0, "rho": math.inf}, {"L": False, "rho": True})
    assert known.gain == 1.0 and known.with_seen("gain", 2.0).gain == 2.0
    assert not Constants({"L": 1.0}, {"L": False}).proved("L")
    assert observations.OF_DEVICE == ("rho", "gain", "V", "qmax", "theta1")


def test_observables_are_widened_by_what_rounding_may_amount_to():
    """Of a gap by the rounding of f, on either side, and never below 0."""
    of = {name: observations.OBSERVABLES[name] for name in observations.OBSERVABLES}
    rounded = rounding.Rounding(gradient=1.0, value=0.5)
    seen = observed(average_gap=np.array([-0.25, 2.0]), last_gap=np.array([1.0, -3.0]))
    assert [sorted(one.values(seen)) for one in of.values()] == [sorted(VALUES), [0.0, 2.0], [0.0, 1.0]]
    squared, average, last = of.values()
    for gap in (average, last):
        assert (gap.lowered(rounded, 2.0), gap.raised(rounded, 2.0), gap.lowered(rounded, 0.25)) == (1.5, 2.5, 0.0)
    assert (squared.lowered(rounded, 9.0), squared.raised(rounded, 9.0)) == (4.0, 16.0)


def test_a_look_whose_replicas_all_left_has_no_certificates_and_takes_none_away():
    one, worse = Certificate("L", "norm", 2.0, 1.0, 0.0), Certificate("L", "norm", 2.0, 1.5, 0.0)
    some, none = observed(certificates=(one,)), observed(certificates=())
    assert some.and_more(none).certificates == none.and_more(some).certificates == (one,)
    assert some.and_more(observed(certificates=(worse,))).certificates == (worse,)
    gaps = observed(average_gap=np.array([1.0]), last_gap=np.array([2.0]))
    both = gaps.and_more(observed(average_gap=np.array([3.0]), last_gap=np.array([4.0])))
    assert (both.average_gap.tolist(), both.last_gap.tolist()) == ([1.0, 3.0], [2.0, 4.0])


def test_why_the_steps_have_not_one_size():
    falling = from_trajectories(run(Quadratic(2, size=2), "analog-sgd", decay="10:0.5"))
    assert falling.falling_step == ("decay lowers the step size from 0.01 to 0.005, and every theorem is of one alpha")
    assert "alpha" not in falling.constants.values and falling.constants.proved("K", "Delta")
    late = from_trajectories(run(Quadratic(2, size=2), "analog-sgd", decay="29:0.5"))
    assert "from 0.01 to 0.005" in late.falling_step  # the last of 30 steps
    assert from_trajectories(run(Quadratic(2, size=2), "analog-sgd", decay="30:0.5")).falling_step == ""


def test_what_a_run_says_of_itself():
    bounded, normal = (
        from_trajectories(run(Quadratic(2, noise=noise, sigma=0.2), "analog-sgd", tau=40.0))
        for noise in ("two-point", "gaussian")
    )
    assert (bounded.bounded_noise, normal.bounded_noise) == (True, False)
    assert bounded.covered and bounded.independent_draws and bounded.algorithm == "analog-sgd"
    assert bounded.certified_saturation is None and bounded.response.linear
    assert not from_trajectories(run(Quadratic(2, size=2), "pipemare")).covered
    digital = from_trajectories(run(Quadratic(2, noise="gaussian"), "digital-sgd", tau=math.inf))
    assert digital.bounded_noise is True  # of no consequence: its weights have no bound
    cycles = {"device_parameters": {"dw": 0.01, "cycle": 0.1}}
    assert from_trajectories(run(Quadratic(2, noise="two-point"), "analog-sgd", **cycles)).bounded_noise is False
    power = from_trajectories(run(Quadratic(2, noise="two-point", sigma=0.2), "analog-sgd", tau=40.0, device="power"))
    assert power.certified_saturation is not None and power.constants.proved("rho", "gain")
    assert power.constants.values["gain"] > 1 and power.constants.gain == power.constants.values["gain"]


def test_what_was_found_is_not_changed():
    for module in (observations, norms):
        kinds = [one for one in vars(module).values() if is_dataclass(one) and one.__module__ == module.__name__]
        assert kinds and all(one.__dataclass_params__.frozen for one in kinds)


ONCE = 1 + 4 * float(np.finfo(np.float64).eps)


def test_of_a_batch_what_is_linear_in_the_noise_falls_with_its_root_rounded_up():
    problem = Quadratic(2, noise="two-point", sigma=0.2)
    for batch, share in ((1, 1.0), (2, ONCE / math.sqrt(2)), (4, ONCE / 2)):
        runs = run(problem, "accumulated-ap", batch=batch, tau=40.0)
        facts, known = runs.facts.values, observations.constants(runs)
        assert {name: known.values[name] for name in ("nu", "nuhat")} == {
            name: facts[name] * share for name in ("nu", "nuhat")
        }
        assert known.values["sigma2"] == facts["sigma2"] / batch and facts["nu"] > 0 and facts["nuhat"] > 0
        assert known.proved("nu", "nuhat", "sigma2", "L", "Delta", "alpha", "K", "D", "J", "F0")


def test_what_pulses_add_is_certified_on_the_certified_weights_unless_they_are_biased():
    problem = Quadratic(2, noise="two-point", sigma=0.2)
    known = observations.constants(run(problem, "analog-sgd", tau=40.0, device_parameters={"dw": 0.01}))
    assert known.proved("V", "qmax") and known.values["qmax"] == pytest.approx(1 + known.values["rho"], rel=1e-12)
    assert known.values["qmax"] > 1 and "gain" not in known.values
    biased = {"dw": 1e-5, "BL": 2}
    assert "V" not in observations.constants(run(problem, "analog-sgd", tau=40.0, device_parameters=biased)).values
    assert "V" not in observations.constants(run(problem, "analog-sgd", tau=40.0)).values
    digital = observations.constants(run(problem, "digital-sgd", tau=math.inf, device_parameters={"dw": 0.01}))
    assert digital.proved("V", "qmax") and digital.values["qmax"] == 1.0


def test_a_gain_is_certified_wherever_it_is_not_1():
    problem = Quadratic(2, noise="two-point", sigma=0.2)
    for up, gain in ((2.0, 2.0), (1.0, 1.0), (0.5, 0.5)):
        known = observations.constants(
            run(problem, "analog-sgd", tau=40.0, device="shifted-linear", device_parameters={"up": up, "down": up})
        )
        assert known.gain == pytest.approx(gain, rel=1e-14) and known.proved("rho")
        assert known.proved("gain") is (gain != 1.0)


def test_what_rounding_takes_away_is_what_holds_on_a_range_of_weights(monkeypatch):
    monkeypatch.setattr(invariant, "ROUNDING", 0.0)
    for problem, gamma in (
        (Quadratic(2, noise="two-point", sigma=0.1), True),
        (Cosine(2, noise="two-point", sigma=0.1), False),
    ):
        taken = from_trajectories(run(problem, "analog-sgd-ap", tau=20.0)).constants
        whole = observations.constants(run(problem, "analog-sgd-ap", tau=20.0))
        assert whole.proved("rho", "theta1", "Gamma")
        assert not any(name in taken.values for name in ("rho", "theta1"))
        assert ("Gamma" in taken.values) is gamma, "of a quadratic it is 0 whatever the weights"
        assert taken.proved("sigma2", "L") and taken.values["sigma2"] == whole.values["sigma2"]


def test_a_samples_direction_of_a_network_is_bounded_unless_normal_noise_is_added_to_it(monkeypatch):
    runs = run(NETWORK, "analog-sgd-ap")
    found = observations.constants(runs)
    assert {"ell", "ell1", "Gamma"} <= found.values.keys() and not found.proved("ell")
    fresh = observations.of_network(run(NETWORK, "analog-sgd").run, runs.facts.stage_data, runs.measured["w"])
    assert fresh["Lambda1"] == fresh["Lambdah"] == 0 < found.values["Lambda1"]
    monkeypatch.setattr(Network, "bounded_noise", False)
    noisy = observations.of_network(runs.run, runs.facts.stage_data, runs.measured["w"])
    assert "Gamma" not in noisy and noisy["ell"] == found.values["ell"]


def test_the_device_leaves_what_the_problem_says_of_its_own():
    """theta1 = 1/tau of the linear device, certified; Gamma = 0 of a quadratic is the problem's."""
    known = observations.constants(run(Quadratic(2, noise="two-point", sigma=0.2), "analog-sgd", tau=40.0))
    assert known.proved("theta1", "Gamma", "H2", "HJ") and known.values["theta1"] == 1 / 40
    assert known.values["Gamma"] == known.values["H2"] == 0


@pytest.mark.parametrize("pulses", [{"dw": 0.01}, {"dw": 0.01, "BL": 2}])
def test_a_run_that_stays_at_0_has_the_responses_and_the_increments_of_0(pulses):
    """At weights up to tau the response would be 2, and a train of 0.02 would cut increments of 0.04."""
    still = Quadratic(1, size=1, noise="two-point", sigma=0.0, start=0.0, target=0.0)
    runs = run(still, "analog-sgd", device_parameters=pulses)
    known = observations.constants(runs)
    assert runs.certified_saturation == 0.0 and known.proved("V", "qmax") and known.values["qmax"] == 1.0
