"""Any device is judged by its own gamma and Fbar, pulses by their variance; what is not established is not applied."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

import simulate
import theory
import verify
from simulate.problems import Attaining, Network, Quadratic
from simulate.run import Run
from theory.setting import devices
from verify.judging import response
from verify.judging.observations import from_trajectories
from verify.judging.response import DeviceResponse

TAU, ALPHA = 10.0, 0.02
SMOOTH = ("sharp", "explicit", "noise-resolved")


def run(device, noise="two-point", problem=None, **parameters):
    options = {key: parameters.pop(key) for key in ("alpha", "tau", "iterations", "replicas") if key in parameters}
    made = problem or Quadratic(1, size=2, diagonal=True, condition=2.0, noise=noise, start=0.5, target=0.5)
    options = {"alpha": ALPHA, "tau": TAU, "iterations": 400, "replicas": 12, "seed": 1} | options
    return simulate.run(made, "analog-sgd", **options, device=device, device_parameters=parameters)


def looked_at(runs):
    report = verify.check(runs)
    return (
        {check.claim: check for check in report.checks},
        {one.assumption: (one.status, one.evidence) for one in report.assumptions},
    )


LAWS = [
    ("power", {"exponent": 2.0}),
    ("power", {"exponent": 0.5}),
    ("exponential", {"curvature": 3.0}),
    ("shifted-linear", {"up": 1.0, "down": 0.8}),
    ("pulse-train", {}),
    ("constant-step", {}),
    ("ald", {"spread_tau": 0.1, "spread_updown": 0.1, "elements": 3}),
    ("power", {"reference": 0.5}),
]


@pytest.mark.parametrize(("device", "parameters"), LAWS, ids=lambda one: str(one))
def test_both_bases_take_the_distortion_that_brute_force_finds(device, parameters):
    """gamma and Fbar hold for every element, weight and increment of the range, by the law itself."""
    runs = run(device, **parameters)
    checks, found = looked_at(runs)
    observed = from_trajectories(runs)
    made = runs.run.make_device()
    values = None if made.elements is None else made.elements.part(0, (2,))
    law = devices.bound(made, values, None)
    rng = np.random.default_rng(0)
    for basis, saturation in (("a-priori", runs.certified_saturation), ("a-posteriori", observed.rho)):
        rho, gain = observed.response.on(saturation)
        reach, longest = saturation * TAU, observed.response.increment(saturation)
        w = rng.uniform(-reach, reach, (20_000, 2))
        w[:4] = [[reach, reach], [reach, -reach], [-reach, reach], [-reach, -reach]]
        D = rng.choice([-1, 1], w.shape) * longest * rng.uniform(0.01, 1, w.shape)
        D[:4] = np.array([1, -1, 1, -1])[:, None] * longest
        inside = np.abs(law.update(w, D)) < reach if made.clipped else np.full(w.shape, True)
        off = np.abs(law.update(w, D) - w - gain * D) / (gain * np.abs(D))
        assert np.all(off[inside] <= rho + 1e-9)
        assert checks[f"sharp/{basis}"].applied
        known = observed.constants.take("L", "sigma2", "Delta", "alpha", "K", "Lambda1", "Lambdah")
        assert checks[f"sharp/{basis}"].bound == pytest.approx(theory.bound("sharp")(**known, rho=rho, gain=gain))
    status, evidence = found["response"]
    assert status == "certified" and f"gamma = {observed.constants.values['rho']:.6g}" in evidence
    assert f"Fbar = {observed.constants.gain:.6g} on |w| <= {runs.certified_saturation:.6g} tau" in evidence
    assert found["saturation"][0] == "not established" and found["pulses"][0] == "not needed"
    assert not any(claim.startswith("granular") for claim in checks)  # without pulses it is Theorem 1


@pytest.mark.parametrize(("device", "parameters"), LAWS, ids=lambda one: str(one))
def test_a_run_that_leaves_the_certified_weights_is_a_violation(monkeypatch, device, parameters):
    monkeypatch.setattr(Quadratic, "certified_saturation", lambda *_: 0.01)
    checks, found = looked_at(run(device, **parameters))
    assert checks["certificate/rho"].verdict == "violated"
    assert found["response"][0] == "violated" and "broken certificate: saturation" in found["response"][1]
    assert "broken certificate" in checks["sharp/a-priori"].reason


def test_without_bounded_noise_the_response_is_conditional_and_nothing_is_certified():
    checks, found = looked_at(run("power", noise="gaussian"))
    assert found["response"][0] == "conditional"
    assert checks["sharp/a-priori"].reason == "saturation is not certified"
    assert "no run passes |w| = " in checks["sharp/a-posteriori"].condition


def test_a_train_of_any_length_has_no_response():
    """Normal noise has no largest increment, and the pulse train's response falls with the increment."""
    checks, found = looked_at(run("pulse-train", noise="gaussian"))
    assert {check.verdict for check in checks.values()} == {"not applied"}
    assert found["response"][0] == "not established" and "|D| of any size" in found["response"][1]


def test_the_gain_counts_as_a_longer_step():
    """The shifted linear device with up = down = 2 is the linear one with twice the step."""
    double, _ = looked_at(run("shifted-linear", up=2.0, down=2.0))
    single, _ = looked_at(run("ald", alpha=2 * ALPHA))
    for form in SMOOTH:
        assert double[f"{form}/a-posteriori"].bound == pytest.approx(single[f"{form}/a-posteriori"].bound, rel=1e-9)
        assert double[f"{form}/a-posteriori"].observed == pytest.approx(single[f"{form}/a-posteriori"].observed)


def test_an_algorithm_on_hard_bounds_that_are_met_gets_no_verdict():
    problem = Quadratic(1, size=2, diagonal=True, noise="two-point", start=0.1, target=0.9)
    runs = run("constant-step", tau=0.3, problem=problem)
    assert runs.max_saturation.max() == 1
    checks, found = looked_at(runs)
    assert {check.verdict for check in checks.values()} == {"not applied"}
    assert found["response"][0] == "not established"


@pytest.mark.parametrize("noise", ["two-point", "gaussian"])
@pytest.mark.parametrize(
    ("device", "parameters"),
    [
        ("ald", {"dw": 0.02}),
        ("ald", {"dw": 0.02, "cycle": 0.5}),
        ("ald", {"dw": 0.02, "write": 0.002}),
        ("power", {"dw": 0.02}),
        ("constant-step", {"dw": 0.02}),
    ],
    ids=lambda one: str(one),
)
def test_a_device_with_pulses_is_judged_by_the_theorem_on_pulses_alone(device, parameters, noise):
    runs = run(device, noise=noise, iterations=4000, **parameters)
    checks, found = looked_at(runs)
    for form in (*SMOOTH, "saturation-adaptive"):
        assert checks[f"{form}/a-posteriori"].reason.startswith("granular pulses: ")
    certified = noise == "two-point" and not parameters.keys() & {"cycle", "write"}
    assert checks["granular/a-posteriori"].verdict == "held"
    assert checks["granular/a-priori"].verdict == ("held" if certified else "not applied")
    assert found["pulses"][0] == ("certified" if certified else "measured")
    assert found["response"][0] == ("certified" if certified else "conditional")


def test_the_variance_of_pulses_is_not_below_that_of_any_step():
    """Drawn increments on the met weights: what the pulses add, summed over elements, is at most V."""
    for parameters in ({"dw": 0.05}, {"dw": 0.001}, {"dw": 0.02, "BL": 60}, {"dw": 0.02, "cycle": 1.0}):
        runs = run("ald", **parameters)
        observed = from_trajectories(runs)
        V, qmax = observed.response.granularity(observed.rho)
        asked = observed.response.increments(observed.rho)
        D = np.random.default_rng(0).uniform(-1, 1, (5000, 2)) * asked
        assert np.sum(observed.response.device.pulses.variance(D), axis=1).max() <= V
        assert qmax == pytest.approx(1 + observed.rho)


def test_write_noise_counts_whatever_the_response():
    plain, noisy = (
        DeviceResponse(devices.make("power", 1.0, dw=0.01, write=write), 0.1, size=3).granularity(0.5)
        for write in (0, 0.1)
    )
    written = noisy.V - plain.V
    assert written == pytest.approx(3 * (0.1 / plain.qmax) ** 2)


@pytest.mark.parametrize("size", [1, 3, 2000])
@pytest.mark.parametrize("dw", [0.1, 0.2, 0.3, 0.7, 0.013, 0.37])
def test_the_variance_is_not_below_the_exact_sum_by_a_rounding(dw, size):
    """dw^2/4 an element, in exact fractions: the square alone is rounded down for half of all dw."""
    made = DeviceResponse(devices.make("ald", 1.0, dw=dw), 1.0, lambda _: np.ones(size), size=size)
    exact = size * Fraction(dw) ** 2 / 4
    V = Fraction(made.granularity(0.5).V)
    assert exact <= V <= exact * (1 + Fraction(1, 10**10))


@pytest.mark.parametrize(
    ("device", "parameters", "said"),
    [
        ("pulse-train", {"dw": 0.01}, "is not proportional to its increment"),
        ("ald", {"dw": 1e-4, "BL": 5}, "BL = 5 pulses cuts increments up to"),
    ],
)
def test_pulses_whose_mean_is_another_are_not_established(device, parameters, said):
    checks, found = looked_at(run(device, **parameters))
    assert {check.verdict for check in checks.values()} == {"not applied"}
    assert found["pulses"][0] == "not established" and said in found["pulses"][1]
    assert checks["granular/a-posteriori"].reason.startswith("pulses not established")


@pytest.mark.parametrize(("largest", "cut"), [(0.499, False), (0.5001, True), (0.9, True)])
def test_a_train_is_biased_from_the_first_increment_that_it_cuts(largest, cut):
    """BL dw = 0.5: E[D_r | D] is 0.5 for any D above, however little."""
    made = devices.make("ald", 1.0, dw=0.1, BL=5)
    asked = DeviceResponse(made, 1.0, lambda _: np.array([0.1, largest]), size=2)
    assert bool(asked.biased(0.3)) is cut
    mean = made.pulses.mean(np.array(largest))
    assert (mean < largest) is np.bool_(cut)


def test_a_train_that_cuts_nothing_is_established():
    checks, found = looked_at(run("ald", dw=0.01, BL=10))
    assert found["pulses"][0] == "certified" and checks["granular/a-priori"].applied
    _, found = looked_at(run("ald", noise="gaussian", dw=0.01, BL=1000))
    assert "increments of any size" in found["pulses"][1]


def test_a_granular_digital_run_is_certified_by_rounding_alone():
    problem = Quadratic(2, size=2, noise="gaussian")
    runs = simulate.run(
        problem, "digital-ap", alpha=0.02, tau=math.inf, iterations=400, replicas=8, seed=1,
        device_parameters={"dw": 0.01},
    )  # fmt: skip
    checks, found = looked_at(runs)
    assert checks["granular/a-priori"].applied and not checks["sharp/a-priori"].applied
    assert from_trajectories(runs).constants.values["V"] == pytest.approx(4 * 0.01**2 / 4)
    assert found["pulses"][0] == "certified"


def test_without_a_largest_direction_the_mean_one_is_measured_where_there_is_no_lag():
    problem = Quadratic(2, size=2, noise="gaussian")
    for algorithm, established in (("analog-sgd", True), ("analog-sgd-ap", False)):
        runs = simulate.run(
            problem, algorithm, alpha=0.02, tau=TAU, iterations=400, replicas=8, seed=1,
            device_parameters={"dw": 0.01, "cycle": 0.2},
        )  # fmt: skip
        checks, found = looked_at(runs)
        assert checks["granular/a-posteriori"].applied is established
        assert (found["pulses"][0] == "measured") is established
        if established:
            assert "mean square of a direction" in checks["granular/a-posteriori"].condition


def test_the_mean_direction_is_an_upper_end_and_not_the_mean():
    """Student's t at level 1e-6 of four replicas, and sigma^2: a mean that is low by chance is not believed."""
    seen = from_trajectories(run("ald", noise="gaussian", dw=0.01, cycle=0.2, replicas=4))
    values = seen.squared_gradient
    high = values.mean() + stats.t.ppf(1 - 1e-6, 3) * values.std(ddof=1) / math.sqrt(4)
    assert seen.direction == pytest.approx(math.sqrt(high + seen.constants.values["sigma2"]), rel=1e-6)
    assert high > 2 * values.mean()
    assert replace(seen, squared_gradient=values[:1]).direction == math.inf


def test_the_largest_directions_of_networks_and_of_the_attaining_instance():
    network = Network(2, 3, samples=5)
    bounds = response.Directions(network)(0.7)
    rng = np.random.default_rng(0)
    assert bounds.shape == (18,)
    for _ in range(200):
        weights = [rng.uniform(-0.7, 0.7, shape) for shape in network.shapes]
        direction = network.direction(weights, weights, np.array(rng.integers(5)))
        assert np.all(np.abs(np.concatenate([part.ravel() for part in direction])) <= bounds)
    problem = Attaining.on(devices.make("power", 1.0), 0.3)
    w = np.linspace(-0.5, 0.5, 101)[:, None]
    answers = np.abs(problem.direction([w], [w], np.zeros((101, 1)))[0])
    assert answers.max() <= problem.largest_directions(0.5)[0] <= 1.001 * answers.max()


def test_a_longer_reach_distorts_no_less():
    for device in ("power", "shifted-linear", "exponential", "constant-step"):
        made = DeviceResponse(devices.make(device, 2.0))
        gammas = [made.on(saturation).gamma for saturation in (0.0, 0.2, 0.5, 0.9)]
        assert gammas == sorted(gammas)
        assert made.on(math.inf) is None and made.on(1.5) is None


def test_a_published_device_is_called_by_its_own_name():
    asked = Run(Quadratic(1), "analog-sgd", alpha=0.01, tau=1.0, iterations=2, device="ReRamSB")
    assert response.of(asked).name == "ReRamSB (shifted-linear)"
    assert response.of(replace(asked, device="power")).name == "power"
    assert response.of(replace(asked, tau=math.inf)).name == "ald"
